#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "records/ledger.h"
#include "tests/places.h"

// docs/specifications.md as tests read it: what each clause names of the ledgers, in a grammar so narrow that no word of it can go stale.
namespace shirube::records {

/// Something of a ledger that a clause names. Borrows the ledger.
struct Named {
  enum class What { ledger, field, state, publication, letter, rule, list };
  What what = What::ledger;
  const Ledger* ledger = nullptr;
  std::string name{};
  std::vector<std::string> words{};  ///< that stand behind it in （）
};

/// A test: a file of tests/ without its ending, and the case in it; a browser scene has no case.
struct NamedTest {
  std::string file, name;
};

struct Clause {
  std::string place;   ///< 仕様A 5(1)① and so on, for people
  std::vector<Named> named{};  ///< of all columns, in their order
  std::vector<std::string> screens{};
  std::vector<NamedTest> tests{};
};

/// The tables of the two specifications. What is wrong with a row is told with its clause and its word.
///
///   ledgers   台帳「項目」（言葉、言葉）「項目」、文書「名前」、公開「名前」、状態（名前、名前）、台帳「項目」。note
///   rules     台帳「規則」（言葉）「規則」（言葉）、台帳「規則」（言葉）。note
///   screens   `/ledgers/KEY` 一覧「名前」「名前」 `/address`
///   tests     folder/file「case」、browser/scene
class Specification {
 public:
  Specification(const std::string& text, const Ledgers& ledgers) : ledgers_(ledgers) {
    std::string heading;
    for (size_t at = 0; at < text.size();) {
      const size_t end = std::min(text.find('\n', at), text.size());
      const std::string line = text.substr(at, end - at);
      at = end + 1;
      if (line.starts_with("## ")) heading = line.substr(3);
      if (line.starts_with("| ") && heading.starts_with("仕様")) read_row(heading, line);
    }
  }

  const std::vector<Clause>& clauses() const { return clauses_; }
  const std::vector<std::string>& faults() const { return faults_; }

  /// That the clauses name of this kind.
  std::vector<Named> all(Named::What what) const {
    std::vector<Named> out;
    for (const auto& clause : clauses_) std::ranges::copy_if(clause.named, std::back_inserter(out), [&](const Named& one) { return one.what == what; });
    return out;
  }

 private:
  using What = Named::What;

  void read_row(const std::string& heading, const std::string& line) {
    std::vector<std::string> cells;
    for (size_t at = 1; at < line.size();) {
      const size_t end = std::min(line.find('|', at), line.size());
      std::string cell = line.substr(at, end - at);
      cell.erase(0, cell.find_first_not_of(' '));
      cell.erase(cell.find_last_not_of(' ') + 1);
      cells.push_back(cell);
      at = end + 1;
    }
    if (cells[0] == "条項") return;
    clauses_.push_back({.place = heading + " " + cells[0]});
    if (cells.size() != 6) return fail("列が6つではありません", line);
    read_holdings(cells[2]);
    read_rules(cells[3]);
    read_screens(cells[4]);
    read_tests(cells[5]);
  }

  void fail(const std::string& what, std::string_view word) { faults_.push_back(fmt::format("{}: {}: {}", clauses_.back().place, what, word)); }

  bool take(std::string_view word) {
    if (!left_.starts_with(word)) return false;
    left_.remove_prefix(word.size());
    return true;
  }
  std::string take_until(std::string_view end) {
    const size_t at = std::min(left_.find(end), left_.size());
    std::string out(left_.substr(0, at));
    left_.remove_prefix(std::min(at + end.size(), left_.size()));
    return out;
  }
  /// The ledger whose name stands here, the longest one.
  const Ledger* take_ledger() {
    const Ledger* found = nullptr;
    for (const auto& ledger : ledgers_.all()) {
      if (left_.starts_with(ledger.name()) && (!found || found->name().size() < ledger.name().size())) found = &ledger;
    }
    if (found) left_.remove_prefix(found->name().size());
    return found;
  }
  /// The words in （）, which may hold （） of their own; none where there is none.
  std::vector<std::string> take_words() {
    std::vector<std::string> out;
    if (!take("（")) return out;
    out.emplace_back();
    for (int depth = 1; !left_.empty();) {
      if (left_.starts_with("（")) ++depth;
      if (left_.starts_with("）") && --depth == 0) break;
      if (depth == 1 && take("、")) {
        out.emplace_back();
        continue;
      }
      out.back() += left_.front();
      left_.remove_prefix(1);
    }
    if (!take("）")) fail("（ が閉じていません", out.back());
    return out;
  }
  /// What stands behind the last name: nothing, or a sentence for people, which names nothing.
  bool ends() {
    if (left_.empty()) return true;
    if (!take("。")) return false;
    if (left_.empty() || left_.find("「") != left_.npos) fail("添え書きが読めません", left_);
    return true;
  }

  void name(Named one, bool there, std::string_view what) {
    if (!there) fail(fmt::format("{}に、この{}はありません", one.ledger->name(), what), one.name);
    clauses_.back().named.push_back(std::move(one));
  }

  void read_holdings(const std::string& cell) {
    left_ = cell;
    const Ledger* ledger = nullptr;
    do {
      if (const Ledger* next = take_ledger()) {
        ledger = next;
        clauses_.back().named.push_back({What::ledger, ledger});
        take("の");
      }
      if (!ledger) return fail("台帳の名前ではありません", left_);
      for (;;) {
        if (take("「")) read_field(*ledger);
        else if (take("文書「")) {
          Named one{What::letter, ledger, take_until("」")};
          name(one, std::ranges::any_of(ledger->letters(), [&](const Letter& letter) { return letter.name == one.name; }), "文書");
        } else if (take("公開「")) {
          Named one{What::publication, ledger, take_until("」")};
          name(one, std::ranges::any_of(ledger->publications(), [&](const Publication& publication) { return publication.name == one.name; }), "公開");
        } else if (left_.starts_with("状態（")) {
          take("状態");
          for (const auto& word : take_words()) name({What::state, ledger, word}, std::ranges::any_of(ledger->states(), [&](const State& state) { return state.name == word; }), "状態");
        } else break;
      }
    } while (take("、"));
    if (!ends()) fail("ここから読めません", left_);
  }

  void read_field(const Ledger& ledger) {
    Named one{What::field, &ledger, take_until("」")};
    one.words = take_words();
    auto field = std::ranges::find(ledger.fields(), one.name, &Field::name);
    if (field != ledger.fields().end()) {
      for (const auto& word : one.words) {
        if (!is_of(*field, word)) fail(fmt::format("{}の「{}」に、この言葉はありません", ledger.name(), one.name), word);
      }
    }
    name(std::move(one), field != ledger.fields().end() && !field->retired, "項目");
  }

  /// Whether a word is a choice of a field, a column of it, a choice of that, or says what the field is.
  static bool is_of(const Field& field, const std::string& word) {
    if (word == "足せるだけ") return field.grows;
    if (word == "個人情報") return field.personal;
    if (std::ranges::find(field.choices, word) != field.choices.end()) return true;
    return std::ranges::any_of(field.columns, [&](const Field& column) { return column.name == word || is_of(column, word); });
  }

  void read_rules(const std::string& cell) {
    left_ = cell;
    if (left_.empty()) return;
    do {
      const Ledger* ledger = take_ledger();
      if (!ledger || !left_.starts_with("「")) return fail("台帳と規則の名前ではありません", left_);
      while (take("「")) {
        Named one{What::rule, ledger, take_until("」")};
        one.words = take_words();
        const auto said = words_of(*ledger, one.name);
        if (said && one.words != *said) fail(fmt::format("{}の「{}」の言葉ではありません", ledger->name(), one.name), fmt::format("{}", fmt::join(one.words, "、")));
        name(std::move(one), said.has_value(), "規則");
      }
    } while (take("、"));
    if (!ends()) fail("ここから読めません", left_);
  }

  /// What stands in （） behind a rule: the time or number of the ledger; of a rule whose words stand in a record the field, of one that is
  /// due on the very day of its field nothing. nullopt: there is no such rule.
  static std::optional<std::vector<std::string>> words_of(const Ledger& ledger, const std::string& rule) {
    using Words = std::vector<std::string>;
    for (const auto& due : ledger.dues()) {
      if (due.name != rule) continue;
      if (due.every) return Words{due.every->words()};
      if (!due.words_field.empty()) return Words{ledger.field(due.words_field)->name};
      return due.deadline->words() == "当日から1日以内" ? Words{} : Words{due.deadline->words()};
    }
    for (const auto& counter : ledger.counters()) {
      if (counter.name == rule) return Words{counter.cadence.words()};
    }
    for (const auto& need : ledger.needs()) {
      if (need.name == rule) return Words{fmt::format("{}名以上", need.least)};
    }
    for (const auto& hours : ledger.hours()) {
      if (hours.name == rule) return Words{hours.hours.words()};
    }
    return std::nullopt;
  }

  void read_screens(const std::string& cell) {
    left_ = cell;
    if (left_.empty()) return fail("画面がありません", cell);
    do {
      if (!take("`")) return fail("画面の番地ではありません", left_);
      const std::string address = take_until("`");
      clauses_.back().screens.push_back(address);
      if (!address.starts_with("/ledgers/")) continue;
      const Ledger* ledger = ledgers_.find(address.substr(9));
      if (!ledger) {
        fail("この鍵の台帳はありません", address);
        return;
      }
      if (std::ranges::none_of(clauses_.back().named, [&](const Named& one) { return one.ledger == ledger; })) fail("この行が名指ししていない台帳です", address);
      if (!take(" 一覧「")) continue;
      do {
        Named one{What::list, ledger, take_until("」")};
        name(one, std::ranges::any_of(ledger->kept(), [&](const KeptList& list) { return list.name == one.name; }), "一覧");
      } while (take("「"));
    } while (take(" "));
    if (!left_.empty()) fail("ここから読めません", left_);
  }

  void read_tests(const std::string& cell) {
    left_ = cell;
    do {
      const size_t end = std::min(left_.find("「"), left_.find("、"));
      NamedTest test{std::string(left_.substr(0, end)), ""};
      left_.remove_prefix(std::min(end, left_.size()));
      if (take("「")) test.name = take_until("」");
      if (test.file.find('/') == test.file.npos || test.name.empty() != test.file.starts_with("browser/")) fail("試験の名前ではありません", cell);
      clauses_.back().tests.push_back(std::move(test));
    } while (take("、"));
    if (!left_.empty()) fail("ここから読めません", left_);
  }

  const Ledgers& ledgers_;
  std::vector<Clause> clauses_;
  std::vector<std::string> faults_;
  std::string_view left_;  ///< of the cell that is read
};

inline std::string text_of(const std::string& file) {
  std::ifstream in(std::string(test::source_folder) + "/" + file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline const Ledgers& shipped_ledgers() {
  static const Ledgers instance{std::string(test::source_folder) + "/config/ledgers"};
  return instance;
}

inline const Specification& shipped_specification() {
  static const Specification instance(text_of("docs/specifications.md"), shipped_ledgers());
  return instance;
}

}  // namespace shirube::records
