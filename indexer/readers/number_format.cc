#include "indexer/readers/number_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <vector>

#include "text/date.h"
#include "text/utf8.h"

namespace shirube::indexer {

namespace {

struct BuiltIn {
  int id;
  std::string_view format;
};

constexpr std::string_view general = "General";
constexpr std::string_view short_era = "[$-411]ge.m.d", long_era = "[$-411]ggge\"年\"m\"月\"d\"日\"", year_month = "yyyy\"年\"m\"月\"", month_day = "m\"月\"d\"日\"";

constexpr auto built_in = std::to_array<BuiltIn>({
    {1, "0"}, {2, "0.00"}, {3, "#,##0"}, {4, "#,##0.00"},
    {5, "¥#,##0;¥-#,##0"}, {6, "¥#,##0;¥-#,##0"}, {7, "¥#,##0.00;¥-#,##0.00"}, {8, "¥#,##0.00;¥-#,##0.00"},
    {9, "0%"}, {10, "0.00%"}, {11, "0.00E+00"}, {12, "# ?/?"}, {13, "# ?\?/??"},
    {14, "yyyy/m/d"}, {15, "d-mmm-yy"}, {16, "d-mmm"}, {17, "mmm-yy"}, {18, "h:mm AM/PM"}, {19, "h:mm:ss AM/PM"},
    {20, "h:mm"}, {21, "h:mm:ss"}, {22, "yyyy/m/d h:mm"},
    {27, short_era}, {28, long_era}, {29, long_era}, {30, "m/d/yy"}, {31, "yyyy\"年\"m\"月\"d\"日\""},
    {32, "h\"時\"mm\"分\""}, {33, "h\"時\"mm\"分\"ss\"秒\""}, {34, year_month}, {35, month_day}, {36, short_era},
    {37, "#,##0;-#,##0"}, {38, "#,##0;-#,##0"}, {39, "#,##0.00;-#,##0.00"}, {40, "#,##0.00;-#,##0.00"},
    {41, "#,##0;-#,##0;\"-\""}, {42, "¥#,##0;¥-#,##0;¥\"-\""}, {43, "#,##0.00;-#,##0.00;\"-\""}, {44, "¥#,##0.00;¥-#,##0.00;¥\"-\""},
    {45, "mm:ss"}, {46, "[h]:mm:ss"}, {47, "mm:ss.0"}, {48, "##0.0E+0"}, {49, "@"},
    {50, short_era}, {51, long_era}, {52, year_month}, {53, month_day}, {54, long_era}, {55, year_month}, {56, month_day}, {57, short_era}, {58, long_era},
});

struct Token {
  enum class Kind { literal, date, elapsed, half_day, general, text, digit, point, comma, percent, exponent, slash };
  Kind kind;
  std::string text;  ///< of a date: its letters in lower case; of a digit: 0, # or ?
};
using Kind = Token::Kind;

struct Section {
  std::vector<Token> tokens;
  std::string condition;  ///< 「>=100」
  bool first_year = false;  ///< 元年, not 1年
  bool japanese = false;    ///< 午前, not AM
  bool has(Kind kind) const {
    return std::ranges::any_of(tokens, [&](const Token& t) { return t.kind == kind; });
  }
};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool starts_nocase(std::string_view s, std::string_view word) {
  return s.size() >= word.size() && std::equal(word.begin(), word.end(), s.begin(), [](char a, char b) { return lower(a) == lower(b); });
}

/// What stands in brackets: a currency, elapsed hours, a condition; colours are nothing in a text.
void take_bracket(std::string_view inside, Section& section) {
  if (inside.starts_with('$')) {
    auto currency = inside.substr(1, inside.find('-') == inside.npos ? inside.npos : inside.find('-') - 1);
    if (!currency.empty()) section.tokens.push_back({Kind::literal, std::string(currency)});
    section.first_year = section.first_year || inside.find("gannen") != inside.npos;
    section.japanese = section.japanese || inside.ends_with("411") || inside.find("-ja") != inside.npos;
  } else if (inside.find_first_of("<>=") == 0) {
    section.condition = inside;
  } else if (!inside.empty() && std::ranges::all_of(inside, [&](char c) { return lower(c) == lower(inside[0]) && std::string_view("hms").find(lower(c)) != std::string_view::npos; })) {
    std::string letters(inside);
    std::ranges::transform(letters, letters.begin(), lower);
    section.tokens.push_back({Kind::elapsed, letters});
  }
}

struct Word {
  std::string_view word;
  Kind kind;
};
constexpr auto words = std::to_array<Word>({{"General", Kind::general}, {"G/標準", Kind::general}, {"AM/PM", Kind::half_day}, {"A/P", Kind::half_day},
                                           {"E+", Kind::exponent}, {"E-", Kind::exponent}, {"@", Kind::text}, {"0", Kind::digit}, {"#", Kind::digit},
                                           {"?", Kind::digit}, {".", Kind::point}, {",", Kind::comma}, {"%", Kind::percent}, {"/", Kind::slash}});

/// The sections of a format, which semicolons part. No format has more than four.
std::vector<Section> sections_of(std::string_view code) {
  // The long date and time of the reader's system, whatever stands behind.
  if (code.starts_with("[$-F800]")) code = "yyyy\"年\"m\"月\"d\"日\"";
  if (code.starts_with("[$-F400]")) code = "h:mm:ss";
  std::vector<Section> sections(1);
  while (!code.empty()) {
    auto& tokens = sections.back().tokens;
    size_t taken = text::code_point_at(code, 0).length;
    auto next = code.substr(taken);
    auto word = std::ranges::find_if(words, [&](const Word& one) { return starts_nocase(code, one.word); });
    if (code[0] == ';') {
      if (sections.size() == 4) return sections;
      sections.emplace_back();
    } else if (code[0] == '"' || code[0] == '[') {
      auto inside = next.substr(0, next.find(code[0] == '"' ? '"' : ']'));
      if (code[0] == '"') tokens.push_back({Kind::literal, std::string(inside)});
      else take_bracket(inside, sections.back());
      taken = std::min(code.size(), inside.size() + 2);
    } else if ((code[0] == '\\' || code[0] == '_' || code[0] == '*') && !next.empty()) {
      // What is as wide as a character is a space; what fills the cell is nothing.
      size_t length = text::code_point_at(next, 0).length;
      if (code[0] != '*') tokens.push_back({Kind::literal, code[0] == '_' ? " " : std::string(next.substr(0, length))});
      taken += length;
    } else if (word != words.end()) {
      tokens.push_back({word->kind, std::string(code.substr(0, word->word.size()))});
      taken = word->word.size();
    } else if (std::string_view("ymdhsgear").find(lower(code[0])) != std::string_view::npos) {
      while (taken < code.size() && lower(code[taken]) == lower(code[0])) ++taken;
      bool letter = lower(code[0]) == 'a' && taken < 3;
      tokens.push_back({letter ? Kind::literal : Kind::date, std::string(taken, lower(code[0]))});
    } else {
      tokens.push_back({Kind::literal, std::string(code.substr(0, taken))});
    }
    code.remove_prefix(taken);
  }
  return sections;
}

std::string print_general(double value) {
  if (value == 0) return "0";
  if (value == std::floor(value) && std::abs(value) < 1e15) return fmt::format("{:.0f}", value);
  return fmt::format("{:.10G}", value);
}

// ---- dates ----

struct Moment {
  std::chrono::year_month_day date;
  int weekday = 0;
  int64_t milliseconds = 0;  ///< of the day
  int64_t elapsed = 0;       ///< milliseconds since day 0
};

std::optional<Moment> moment_of(double serial, bool from_1904, bool fractions) {
  if (!(serial >= 0 && serial < 2'958'466)) return {};
  // Times are rounded to what can be printed, or 8:59:59.9999999 would be a minute early.
  int64_t unit = fractions ? 1 : 1000;
  auto all = static_cast<int64_t>(std::llround(serial * 86'400'000.0 / static_cast<double>(unit))) * unit;
  int64_t days = all / 86'400'000;
  using namespace std::chrono;
  // Excel counts 1900-02-29, a day that never was: before it, days are one further on.
  sys_days first = from_1904 ? sys_days(year(1904) / 1 / 1) : days < 60 ? sys_days(year(1899) / 12 / 31) : sys_days(year(1899) / 12 / 30);
  sys_days day = first + std::chrono::days(days);
  return Moment{year_month_day(day), static_cast<int>(weekday(day).c_encoding()), all % 86'400'000, all};
}

/// 令和, 7 of a day; empty before 明治.
struct EraYear {
  std::string era;
  int year = 0;
};
EraYear era_year(const std::chrono::year_month_day& day) {
  text::Date date{static_cast<int>(day.year()), static_cast<int>(static_cast<unsigned>(day.month())), static_cast<int>(static_cast<unsigned>(day.day()))};
  std::string wareki = text::to_wareki(date);
  size_t end = wareki.find("年");
  if (end == wareki.npos || end < 7) return {};
  std::string digits = wareki.substr(6, end - 6);
  return {wareki.substr(0, 6), digits == "元" ? 1 : std::atoi(digits.c_str())};
}

std::string_view era_letter(std::string_view era) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 5> letters = {{{"明治", "M"}, {"大正", "T"}, {"昭和", "S"}, {"平成", "H"}, {"令和", "R"}}};
  for (auto& [name, letter] : letters)
    if (name == era) return letter;
  return {};
}

constexpr std::array<std::string_view, 12> months = {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"};
constexpr std::array<std::string_view, 7> weekdays = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 7> days_of_week = {"日", "月", "火", "水", "木", "金", "土"};

/// 「m」 beside hours or seconds is minutes.
bool is_minute(const std::vector<Token>& tokens, size_t i) {
  auto time = [](const Token& t, std::string_view letters) { return (t.kind == Kind::date || t.kind == Kind::elapsed) && letters.find(t.text[0]) != letters.npos; };
  for (size_t k = i; k-- > 0;)
    if (tokens[k].kind == Kind::date || tokens[k].kind == Kind::elapsed) {
      if (time(tokens[k], "h")) return true;
      break;
    }
  for (size_t k = i + 1; k < tokens.size(); ++k)
    if (tokens[k].kind == Kind::date || tokens[k].kind == Kind::elapsed) return time(tokens[k], "s");
  return false;
}

std::string print_date_part(const std::vector<Token>& tokens, size_t i, const Moment& moment, bool half_day, bool first_year) {
  const std::string& letters = tokens[i].text;
  auto padded = [&](int64_t n) { return letters.size() > 1 ? fmt::format("{:02}", n) : fmt::format("{}", n); };
  int64_t seconds = moment.milliseconds / 1000;
  auto month = static_cast<unsigned>(moment.date.month());
  switch (letters[0]) {
    case 'y': return letters.size() > 2 ? fmt::format("{:04}", static_cast<int>(moment.date.year())) : fmt::format("{:02}", static_cast<int>(moment.date.year()) % 100);
    case 'm':
      if (is_minute(tokens, i)) return padded(seconds / 60 % 60);
      if (letters.size() < 3) return padded(month);
      return std::string(months[month - 1].substr(0, letters.size() == 3 ? 3 : letters.size() == 5 ? 1 : months[month - 1].npos));
    case 'd':
      if (letters.size() < 3) return padded(static_cast<unsigned>(moment.date.day()));
      return std::string(weekdays[static_cast<size_t>(moment.weekday)].substr(0, letters.size() == 3 ? 3 : std::string_view::npos));
    case 'a': return std::string(days_of_week[static_cast<size_t>(moment.weekday)]) + (letters.size() > 3 ? "曜日" : "");
    case 'h': {
      int64_t hour = seconds / 3600;
      return padded(half_day ? (hour + 11) % 12 + 1 : hour);
    }
    case 's': return padded(seconds % 60);
    case 'g': {
      EraYear era = era_year(moment.date);
      return letters.size() == 1 ? std::string(era_letter(era.era)) : letters.size() == 2 ? era.era.substr(0, 3) : era.era;
    }
    default: {  // e, r
      EraYear era = era_year(moment.date);
      if (era.era.empty()) return fmt::format("{}", static_cast<int>(moment.date.year()));
      std::string before = letters[0] != 'r' ? "" : letters.size() > 1 ? era.era : std::string(era_letter(era.era));
      return before + (era.year == 1 && first_year ? "元" : letters[0] == 'r' ? fmt::format("{:02}", era.year) : padded(era.year));
    }
  }
}

std::optional<std::string> print_date(double value, const Section& section, bool from_1904) {
  const auto& tokens = section.tokens;
  bool fractions = section.has(Kind::digit), half_day = section.has(Kind::half_day);
  auto moment = moment_of(value, from_1904, fractions);
  if (!moment) return {};
  std::string out;
  for (size_t i = 0; i < tokens.size(); ++i) {
    const Token& token = tokens[i];
    if (token.kind == Kind::date) {
      out += print_date_part(tokens, i, *moment, half_day, section.first_year);
    } else if (token.kind == Kind::elapsed) {
      int64_t unit = token.text[0] == 'h' ? 3'600'000 : token.text[0] == 'm' ? 60'000 : 1'000;
      out += fmt::format("{:0{}}", moment->elapsed / unit, std::min<size_t>(token.text.size(), 9));
    } else if (token.kind == Kind::half_day) {
      bool afternoon = moment->milliseconds >= 43'200'000;
      if (section.japanese) out += afternoon ? "午後" : "午前";
      else out += token.text.size() == 3 ? (afternoon ? "P" : "A") : afternoon ? "PM" : "AM";
    } else if (token.kind == Kind::digit) {  // of a second
      size_t digits = 0;
      while (i + digits < tokens.size() && tokens[i + digits].kind == Kind::digit) ++digits;
      out += fmt::format("{:03}", moment->milliseconds % 1000).substr(0, digits);
      i += digits - 1;
    } else {
      out += token.text;
    }
  }
  return out;
}

// ---- numbers ----

/// The digits of an amount as its format wants them: up to the point, and after it.
struct Digits {
  std::string whole, decimals;
};

struct Shape {
  size_t whole = 0, decimals = 0;  ///< places
  bool thousands = false;
  double factor = 1;
};

Shape shape_of(const std::vector<Token>& tokens) {
  Shape shape;
  bool after_point = false;
  std::optional<size_t> last_digit;
  for (size_t i = 0; i < tokens.size() && tokens[i].kind != Kind::exponent; ++i) {
    if (tokens[i].kind == Kind::digit) ++(after_point ? shape.decimals : shape.whole), last_digit = i;
    if (tokens[i].kind == Kind::point) after_point = true;
    if (tokens[i].kind == Kind::percent) shape.factor *= 100;
  }
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].kind != Kind::comma) continue;
    if (last_digit && i < *last_digit) shape.thousands = true;
    else shape.factor /= 1000;  // 「#,##0,」: in thousands
  }
  return shape;
}

std::string with_thousands(std::string digits) {
  for (size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits;
}

std::string fill_places(const Section& section, const Shape& shape, Digits digits) {
  std::string out;
  size_t place = 0, decimal = 0;
  bool after_point = false;
  if (digits.whole == "0") digits.whole.clear();
  size_t spare = digits.whole.size() > shape.whole ? digits.whole.size() - shape.whole : 0;
  // Where commas part thousands, no other sign stands among the digits: all go to the last place.
  for (const Token& token : section.tokens) {
    if (token.kind == Kind::point) {
      after_point = true;
      if (!digits.decimals.empty() || shape.decimals == 0) out += '.';
    } else if (token.kind == Kind::digit && after_point) {
      if (decimal < digits.decimals.size()) out += digits.decimals[decimal];
      ++decimal;
    } else if (token.kind == Kind::digit && shape.thousands) {
      if (++place < shape.whole) continue;
      size_t least = 0;
      for (const Token& one : section.tokens) {
        if (one.kind == Kind::point) break;
        least += one.kind == Kind::digit && one.text == "0";
      }
      if (digits.whole.size() < least) digits.whole.insert(0, least - digits.whole.size(), '0');
      out += with_thousands(digits.whole);
    } else if (token.kind == Kind::digit) {
      if (place == 0) out += digits.whole.substr(0, spare);
      size_t from_end = shape.whole - place++;
      if (from_end <= digits.whole.size()) out += digits.whole[digits.whole.size() - from_end];
      else if (token.text == "0") out += '0';
    } else if (token.kind == Kind::general) {
      out += digits.whole.empty() ? "0" : digits.whole;
    } else if (token.kind != Kind::comma) {
      out += token.text;
    }
  }
  return out;
}

std::string print_amount(double value, const Section& section, bool negative) {
  Shape shape = shape_of(section.tokens);
  double scaled = std::abs(value) * shape.factor;
  bool general_here = section.has(Kind::general);
  if (section.has(Kind::slash) && section.has(Kind::digit)) return print_general(value);
  if (section.has(Kind::exponent)) return fmt::format("{}{:.{}E}", negative ? "-" : "", scaled, std::min<size_t>(shape.decimals, 15));
  if (general_here) {
    std::string out;
    for (const Token& token : section.tokens) out += token.kind == Kind::general ? print_general(std::abs(value)) : token.text;
    return negative ? "-" + out : out;
  }
  // 2.675 is a little less in binary; people and Excel round what they see, which is 15 digits.
  if (scaled != std::floor(scaled)) scaled = std::nextafter(std::strtod(fmt::format("{:.14e}", scaled).c_str(), nullptr), HUGE_VAL);
  std::string all = fmt::format("{:.{}f}", scaled, std::min<size_t>(shape.decimals, 30));
  size_t point = all.find('.');
  Digits digits{all.substr(0, point), point == all.npos ? "" : all.substr(point + 1)};
  size_t place = shape.decimals;
  for (auto token = section.tokens.rbegin(); token != section.tokens.rend() && token->kind != Kind::point; ++token) {
    if (token->kind != Kind::digit) continue;
    if (token->text == "0" || place == 0 || digits.decimals.size() != place || digits.decimals.back() != '0') break;
    digits.decimals.pop_back();
    --place;
  }
  bool zero = all.find_first_not_of("0.") == all.npos;
  std::string out = fill_places(section, shape, std::move(digits));
  return negative && !zero ? "-" + out : out;
}

bool holds(const std::string& condition, double value) {
  size_t end = condition.find_first_not_of("<>=");
  std::string_view sign = std::string_view(condition).substr(0, end);
  double with = end == condition.npos ? 0 : std::strtod(condition.c_str() + end, nullptr);
  if (sign == ">") return value > with;
  if (sign == ">=") return value >= with;
  if (sign == "<") return value < with;
  if (sign == "<=") return value <= with;
  if (sign == "<>") return value != with;
  return value == with;
}

/// Which section a number is printed in.
size_t section_for(const std::vector<Section>& sections, double value) {
  size_t numeric = std::min<size_t>(sections.size(), 3);
  bool conditions = std::ranges::any_of(sections, [](const Section& s) { return !s.condition.empty(); });
  if (conditions) {
    for (size_t i = 0; i + 1 < numeric; ++i)
      if (!sections[i].condition.empty() ? holds(sections[i].condition, value) : (i == 0 ? value > 0 : value < 0)) return i;
    return numeric - 1;
  }
  if (numeric == 1) return 0;
  if (value < 0) return 1;
  return value == 0 && numeric == 3 ? 2 : 0;
}

}  // namespace

std::string_view built_in_format(int id) {
  auto found = std::ranges::find(built_in, id, &BuiltIn::id);
  return found == built_in.end() ? general : found->format;
}

std::string print_number(double value, std::string_view format, bool from_1904) {
  if (!std::isfinite(value)) return {};
  auto sections = sections_of(format.substr(0, 1024));
  size_t chosen = section_for(sections, value);
  const Section& section = sections[chosen];
  bool bare = std::ranges::all_of(section.tokens, [](const Token& t) { return t.kind == Kind::general || t.kind == Kind::text; });
  if (section.tokens.empty() && format.find(';') != format.npos) return {};
  if (bare) return print_general(value);
  if (section.has(Kind::date) || section.has(Kind::elapsed)) return print_date(value, section, from_1904).value_or(print_general(value));
  bool negative = value < 0 && !(chosen == 1 && section.condition.empty());
  return std::string(text::trim(print_amount(value, section, negative)));
}

Shown shown_by(double value, std::string_view format) {
  auto sections = sections_of(format.substr(0, 1024));
  const auto& tokens = sections[section_for(sections, value)].tokens;
  Shown shown;
  for (size_t i = 0; i < tokens.size(); ++i) {
    bool elapsed = tokens[i].kind == Kind::elapsed;
    if (!elapsed && tokens[i].kind != Kind::date) continue;
    char letter = tokens[i].text[0];
    bool time = elapsed || letter == 'h' || letter == 's' || (letter == 'm' && is_minute(tokens, i));
    (time ? shown.time : shown.day) = true;
    shown.seconds |= letter == 's';
    shown.elapsed |= elapsed;
  }
  return shown;
}

std::string print_text(std::string_view value, std::string_view format) {
  if (format.find_first_of("@;") == format.npos) return std::string(value);
  auto sections = sections_of(format.substr(0, 1024));
  const Section* section = sections.size() == 4 ? &sections[3] : sections.back().has(Kind::text) ? &sections.back() : nullptr;
  if (!section) return std::string(value);
  std::string out;
  for (const Token& token : section->tokens) out += token.kind == Kind::text ? std::string(value) : token.text;
  return out;
}

}  // namespace shirube::indexer
