#pragma once

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/outline_marker.h"
#include "text/numeral.h"
#include "text/utf8.h"

// The inner tools of read_markers(): reading along a line, and what sentences go on with.
namespace shirube::corpus {

/// Reads along a line. What is read may be as long as the line: loops go back to a place, and make no copy of it.
struct Cursor {
  std::string_view s;
  size_t at = 0;
  std::string printed;  ///< what was read, without white space

  struct Place {
    size_t at, printed;
  };
  Place place() const { return {at, printed.size()}; }
  void back_to(const Place& place) { at = place.at, printed.resize(place.printed); }
  bool end() const { return at >= s.size(); }
  char32_t peek() const { return end() ? 0 : text::code_point_at(s, at).value; }
  std::string_view rest() const { return s.substr(std::min(at, s.size())); }
  void take() {
    auto length = text::code_point_at(s, at).length;
    printed.append(s.substr(at, length));
    at += length;
  }
  void take_bytes(size_t n) { printed.append(s.substr(at, n)), at += n; }
  bool take_any(std::u32string_view set) {
    if (end() || set.find(peek()) == set.npos) return false;
    return take(), true;
  }
  bool take_word(std::string_view word) {
    if (!rest().starts_with(word)) return false;
    return take_bytes(word.size()), true;
  }
  /// Headings are printed spaced out: 「第 １ 章」. One thin space inside a number is nothing.
  void skip_thin() {
    if (peek() == U' ') ++at;
  }
  Gap skip_gap() {
    size_t from = at, wide = 0;
    while (!end() && (text::is_space(peek()) || peek() == U'\t')) {
      wide += peek() != U' ' && peek() != 0xA0;
      at += text::code_point_at(s, at).length;
    }
    if (at == from) return Gap::none;
    return wide || at - from > 1 ? Gap::wide : Gap::thin;
  }
};

bool starts_with_any(std::string_view s, std::initializer_list<std::string_view> words);

/// The rest of a line that a quantity or a date has after its number: 「名以上」「年度」.
bool goes_on_as_quantity(std::string_view rest);
/// That a reference has: 「から（３）まで」「に掲げる」.
bool goes_on_as_reference(std::string_view rest);
/// Words that no clause begins with: 「の」「を」.
bool goes_on_as_particle(std::string_view rest);

std::optional<int> take_numeral(Cursor& c, std::initializer_list<text::NumeralStyle> styles);

/// 「の二」「ノ二」 after a number, as often as it comes.
void take_branches(Cursor& c, std::vector<int>& number);

inline constexpr auto kRangeWords = std::to_array<std::string_view>({"及び", "から", "並びに", "～", "〜", "、", "・"});

/// 「から第七十六条まで」「及び三」 after a number; the cursor stays where no space follows it.
template <class Take>
void take_range(Cursor& c, std::vector<int>& last, Take take) {
  Cursor trial = c;
  for (auto word : kRangeWords) {
    if (!trial.take_word(word)) continue;
    std::vector<int> upper;
    if (!take(trial, upper)) return;
    trial.take_word("まで");
    Cursor after = trial;
    if (after.skip_gap() == Gap::none) return;
    c = trial;
    last = upper;
    return;
  }
}

/// The numbers with words around them, appended to `out` when the line begins with one:
/// 第N編 to 第N条 and 第１; 別表, 別紙, 様式 …; 附則.
void read_ordinal(std::string_view line, std::vector<Marker>& out);
void read_annex(std::string_view line, std::vector<Marker>& out);
void read_supplement(std::string_view line, std::vector<Marker>& out);

}  // namespace shirube::corpus
