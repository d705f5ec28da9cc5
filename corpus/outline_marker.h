#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/clause.h"

// Recognising the number at the start of a line. Pure functions, safe from any thread.
namespace shirube::corpus {

/// What a list is numbered with.
enum class Core {
  digits, kanji, circled, negative, enclosed, roman, roman_letters,
  aiueo, iroha, latin_lower, latin_upper,
  decimal,                                             ///< 1.2, ２－１
  part, chapter, section, subsection, division, article,  ///< 第N編 章 節 款 目 条
  ordinal,                                             ///< 第１ of notices
  question,                                            ///< 問１, Q1
  supplement,                                          ///< 附則
  annex,                                               ///< 別表, 別紙, 様式 …
  style,                                               ///< a heading without a number
};

/// What stands around it: １, １．, １、, １）, （１）.
enum class Shell { bare, dot, comma, close, paren };

/// Members of one list are of one family.
struct Family {
  Core core = Core::digits;
  Shell shell = Shell::bare;
  int style = 0;  ///< tells styles of headings apart
  auto operator<=>(const Family&) const = default;
};

/// The space between a number and its text.
enum class Gap { none, thin, wide };

struct Marker {
  Family family;
  std::vector<int> number;  ///< 第十二条の三 is {12, 3}, 2.1.4 is {2, 1, 4}
  std::vector<int> last;    ///< of a range 「二及び三」; else the same as `number`
  std::string label;        ///< as printed, without white space and without the dot or comma after it
  size_t length = 0;        ///< bytes up to the text, white space included
  Gap gap = Gap::none;
  bool tight = false;       ///< no space where its family has one: 「ウ体制」 of converted files
  bool doubtful = false;    ///< reads like the rest of a sentence: 「３ 名以上」「（２）に掲げる」
};

/// The ways to read the start of `line` as a number, the likelier first. More than one when a
/// letter is in several orders (イ); none when it is no number. Numbers that go on as a quantity, a
/// date or a reference (２０２５年, １つ, 1.5倍, 第三条の規定) are none.
std::vector<Marker> read_markers(std::string_view line);

/// 第N編 to 第N条: their order among each other is fixed. 0 for all else.
int legal_rank(Core core);

/// True when `next` may follow `last` in a list: 二→三, 三→三の二, 三の二→四.
bool follows(const std::vector<int>& last, const std::vector<int>& next);

/// The kind a clause of this family has when nothing else decides.
ClauseKind usual_kind(const Family& family);

}  // namespace shirube::corpus
