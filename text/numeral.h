#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Numbers as Japanese documents write them. Pure functions, safe from any thread.
namespace shirube::text {

/// How a numeral was written. The style tells numbering families apart: 「１」 and 「①」 are not
/// of one list.
enum class NumeralStyle {
  digits,    ///< 12, １２
  kanji,     ///< 十二, 百二十三, 一二三, 〇, and 大字 (壱 弐 参 拾)
  circled,   ///< ① … ㊿
  negative,  ///< ❶ … ⓴
  parens,    ///< ⑴ … ⒇
  roman,     ///< Ⅰ … Ⅻ, ⅰ … ⅻ (the single characters; letters are not numerals)
};

struct Numeral {
  int64_t value;
  size_t length;  ///< bytes read
  NumeralStyle style;
};

/// The longest numeral at the start of `s`; nullopt when there is none or it exceeds 10^15.
/// 「百二十三」 is 123, 「一二三」 123, 「二〇二五」 2025, 「１２」 12, 「⑫」 12.
std::optional<Numeral> read_numeral(std::string_view s);

/// The value of `s` when all of it is one numeral.
std::optional<int64_t> numeral_value(std::string_view s);

/// The ordered letters that lists are numbered with.
enum class LetterOrder {
  aiueo,   ///< ア イ ウ エ オ … ン
  iroha,   ///< イ ロ ハ ニ ホ …
  latin,   ///< a b c …, A B C …
};

/// The place of `c` in an order, from 1, folding width and (for kana) hiragana; 0 when it is not
/// in it. 「イ」 is 2 in aiueo and 1 in iroha: which one is meant, only its list can tell.
int letter_ordinal(char32_t c, LetterOrder order);

}  // namespace shirube::text
