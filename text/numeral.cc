#include "text/numeral.h"

#include "text/utf8.h"

namespace shirube::text {

namespace {

constexpr int64_t limit = 1'000'000'000'000'000;

int kanji_digit(char32_t c) {
  switch (c) {
    case U'〇': case U'零': return 0;
    case U'一': case U'壱': case U'壹': return 1;
    case U'二': case U'弐': return 2;
    case U'三': case U'参': return 3;
    case U'四': return 4;
    case U'五': case U'伍': return 5;
    case U'六': return 6;
    case U'七': return 7;
    case U'八': return 8;
    case U'九': return 9;
    default: return -1;
  }
}

int64_t kanji_unit(char32_t c) {
  switch (c) {
    case U'十': case U'拾': return 10;
    case U'百': return 100;
    case U'千': return 1000;
    case U'万': return 10'000;
    case U'億': return 100'000'000;
    default: return 0;
  }
}

struct SingleCharacters {
  char32_t first, last;
  int value;
  NumeralStyle style;
};

constexpr SingleCharacters single_characters[] = {
    {0x2460, 0x2473, 1, NumeralStyle::circled},   // ①–⑳
    {0x3251, 0x325F, 21, NumeralStyle::circled},  // ㉑–㉟
    {0x32B1, 0x32BF, 36, NumeralStyle::circled},  // ㊱–㊿
    {0x24EA, 0x24EA, 0, NumeralStyle::circled},   // ⓪
    {0x2776, 0x277F, 1, NumeralStyle::negative},  // ❶–❿
    {0x24EB, 0x24F4, 11, NumeralStyle::negative}, // ⓫–⓴
    {0x2474, 0x2487, 1, NumeralStyle::parens},    // ⑴–⒇
    {0x2160, 0x216B, 1, NumeralStyle::roman},     // Ⅰ–Ⅻ
    {0x2170, 0x217B, 1, NumeralStyle::roman},     // ⅰ–ⅻ
};

std::optional<Numeral> read_digits(std::string_view s) {
  int64_t value = 0;
  size_t i = 0;
  while (i < s.size()) {
    auto [c, length] = code_point_at(s, i);
    if (!is_digit(c)) break;
    value = value * 10 + static_cast<int64_t>(c >= U'０' ? c - U'０' : c - '0');
    if (value > limit) return std::nullopt;
    i += length;
  }
  if (i == 0) return std::nullopt;
  return Numeral{value, i, NumeralStyle::digits};
}

/// Reads both notations: with units (百二十三) and by place (一二三). In the latter each digit
/// multiplies the run before it by ten.
std::optional<Numeral> read_kanji(std::string_view s) {
  int64_t total = 0, section = 0, run = 0;
  bool in_run = false;
  size_t i = 0;
  while (i < s.size()) {
    auto [c, length] = code_point_at(s, i);
    if (int digit = kanji_digit(c); digit >= 0) {
      run = in_run ? run * 10 + digit : digit;
      in_run = true;
    } else if (int64_t unit = kanji_unit(c); unit >= 10'000) {
      int64_t below = section + (in_run ? run : 0);
      if (below == 0) break;
      if (below > limit / unit) return std::nullopt;  // before the product leaves what an integer holds
      total += below * unit;
      section = run = 0;
      in_run = false;
    } else if (unit > 0) {
      section += (in_run ? run : 1) * unit;
      run = 0;
      in_run = false;
    } else {
      break;
    }
    if (run > limit || section > limit || total > limit) return std::nullopt;
    i += length;
  }
  if (i == 0) return std::nullopt;
  return Numeral{total + section + run, i, NumeralStyle::kanji};
}

constexpr std::u32string_view aiueo = U"アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン";
constexpr std::u32string_view iroha = U"イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセスン";

/// Half-width katakana without voiced marks, in the order of U+FF66 onward.
constexpr std::u32string_view half_width = U"ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン";

char32_t fold_kana(char32_t c) {
  if (c >= 0xFF66 && c < 0xFF66 + half_width.size()) return half_width[c - 0xFF66];
  if (c >= 0x3041 && c <= 0x3096) return c + 0x60;
  return c;
}

int ordinal_in(std::u32string_view order, char32_t c) {
  size_t at = order.find(fold_kana(c));
  return at == order.npos ? 0 : static_cast<int>(at) + 1;
}

}  // namespace

std::optional<Numeral> read_numeral(std::string_view s) {
  if (s.empty()) return std::nullopt;
  auto [c, length] = code_point_at(s, 0);
  if (is_digit(c)) return read_digits(s);
  for (const auto& row : single_characters) {
    if (c >= row.first && c <= row.last) return Numeral{row.value + static_cast<int64_t>(c - row.first), length, row.style};
  }
  return read_kanji(s);
}

std::optional<int64_t> numeral_value(std::string_view s) {
  auto numeral = read_numeral(s);
  if (!numeral || numeral->length != s.size()) return std::nullopt;
  return numeral->value;
}

int letter_ordinal(char32_t c, LetterOrder order) {
  switch (order) {
    case LetterOrder::aiueo: return ordinal_in(aiueo, c);
    case LetterOrder::iroha: return ordinal_in(iroha, c);
    case LetterOrder::latin:
      if (!is_latin(c)) return 0;
      for (char32_t base : {U'a', U'A', U'ａ', U'Ａ'}) {
        if (c >= base && c < base + 26) return static_cast<int>(c - base) + 1;
      }
  }
  return 0;
}

}  // namespace shirube::text
