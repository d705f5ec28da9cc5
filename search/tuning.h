#pragma once

#include <array>
#include <string_view>

#ifdef SHIRUBE_TUNING
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <utility>
#endif

// The constants of the ranking, by name. A build for developers (cmake -DSHIRUBE_TUNING=ON) takes others
// from the environment, SHIRUBE_TUNE="word.k1=0.7,noun.weight=1", so that tools/relevance can show what
// each is worth. In every other build nothing is read and the compiler knows them.
namespace shirube::search {

#ifdef SHIRUBE_TUNING

/// What SHIRUBE_TUNE says. It ends the program when it cannot be read, and at its end when a name in it
/// was no constant: a figure must not be taken for what it is not.
class Tuning {
 public:
  double of(std::string_view name, double standard) {
    auto found = values_.find(name);
    if (found == values_.end()) return standard;
    found->second.asked_for = true;
    return found->second.value;
  }
  static Tuning& instance() {
    static Tuning tuning;
    return tuning;
  }

 private:
  struct Value {
    double value;
    bool asked_for = false;
  };

  Tuning() {
    const char* given = std::getenv("SHIRUBE_TUNE");
    for (std::string_view rest = given ? given : ""; !rest.empty();) {
      std::string_view one = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(one.size() + 1, rest.size()));
      size_t equals = std::min(one.find('='), one.size());
      double value = 0;
      auto [end, error] = std::from_chars(one.data() + std::min(equals + 1, one.size()), one.data() + one.size(), value);
      if (error != std::errc() || end != one.data() + one.size()) fail(one);
      values_.insert_or_assign(std::string(one.substr(0, equals)), Value{value});
    }
  }
  ~Tuning() {
    for (const auto& [name, value] : values_) {
      if (!value.asked_for) fail(name);
    }
  }
  [[noreturn]] static void fail(std::string_view what) {
    std::fflush(stdout);
    std::fprintf(stderr, "SHIRUBE_TUNE: %.*s?\n", static_cast<int>(what.size()), what.data());
    std::_Exit(2);
  }

  std::map<std::string, Value, std::less<>> values_;
};

#define SHIRUBE_CONSTANT inline const
inline double tuned(std::string_view name, double standard) { return Tuning::instance().of(name, standard); }

/// The same for a table whose rows have constants: row.weight, row.k1, row.b.
template <typename Row, size_t count>
std::array<Row, count> tuned_rows(std::array<const char*, count> names, std::array<Row, count> rows) {
  for (size_t i = 0; i < count; ++i) {
    for (auto [constant, value] : {std::pair(".weight", &Row::weight), std::pair(".k1", &Row::k1), std::pair(".b", &Row::b)}) {
      rows[i].*value = tuned(std::string(names[i]) + constant, rows[i].*value);
    }
  }
  return rows;
}

#else

#define SHIRUBE_CONSTANT inline constexpr
constexpr double tuned(std::string_view, double standard) { return standard; }
template <typename Row, size_t count>
constexpr std::array<Row, count> tuned_rows(std::array<const char*, count>, std::array<Row, count> rows) {
  return rows;
}

#endif

}  // namespace shirube::search
