#include "text/date.h"

#include <fmt/format.h>

#include <chrono>
#include <ctime>

#include "text/numeral.h"
#include "text/utf8.h"

namespace shirube::text {

namespace {

struct Era {
  std::string_view name;      // as written before the year
  std::string_view initial;   // R7.3.31
  Date begin;
};

constexpr Era eras[] = {
    {"令和", "R", {2019, 5, 1}},  {"平成", "H", {1989, 1, 8}},  {"昭和", "S", {1926, 12, 25}},
    {"大正", "T", {1912, 7, 30}}, {"明治", "M", {1868, 1, 25}},
};

int days_in(int year, int month) {
  using namespace std::chrono;
  return static_cast<int>(static_cast<unsigned>(
      year_month_day_last(std::chrono::year(year), month_day_last(std::chrono::month(static_cast<unsigned>(month)))).day()));
}

/// A cursor over the text that takes what it is asked for and otherwise stays where it is.
class Reader {
 public:
  explicit Reader(std::string_view s) : s_(s) {}

  bool take(std::string_view word) {
    if (!s_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  bool take_any(std::initializer_list<std::string_view> words) {
    for (auto word : words) {
      if (take(word)) return true;
    }
    return false;
  }
  std::optional<int> take_number() {
    auto numeral = read_numeral(s_.substr(at_));
    if (!numeral || numeral->value > 9999) return std::nullopt;
    if (numeral->style != NumeralStyle::digits && numeral->style != NumeralStyle::kanji) return std::nullopt;
    at_ += numeral->length;
    return static_cast<int>(numeral->value);
  }
  void skip_spaces() {
    while (at_ < s_.size()) {
      auto [c, length] = code_point_at(s_, at_);
      if (!is_space(c)) break;
      at_ += length;
    }
  }
  size_t at() const { return at_; }
  void back_to(size_t at) { at_ = at; }
  bool done() const { return at_ == s_.size(); }

 private:
  std::string_view s_;
  size_t at_ = 0;
};

struct Year {
  int year;
  const Era* era;  // null for 西暦
  bool lettered;   // R7
};

std::optional<Year> read_year(Reader& in) {
  for (const auto& era : eras) {
    bool lettered = false;
    size_t start = in.at();
    if (!in.take(era.name)) {
      std::string wide;
      append_utf8(wide, static_cast<char32_t>(era.initial[0]) - 'A' + U'Ａ');
      std::string small(1, static_cast<char>(era.initial[0] - 'A' + 'a'));
      if (!in.take_any({era.initial, wide, small})) continue;
      lettered = true;
    }
    in.skip_spaces();
    std::optional<int> number = in.take("元") ? 1 : in.take_number();
    if (!number || *number < 1 || *number > 99) {
      in.back_to(start);
      return std::nullopt;
    }
    return Year{era.begin.year + *number - 1, &era, lettered};
  }
  in.take("西暦");
  auto number = in.take_number();
  if (!number || *number < 1868) return std::nullopt;
  return Year{*number, nullptr, false};
}

std::optional<DateSpan> span_of(const Year& year, std::optional<int> month, std::optional<int> day, bool fiscal) {
  DateSpan span;
  if (fiscal) {
    span = {{year.year, 4, 1}, {year.year + 1, 3, 31}, DateSpan::Unit::fiscal_year};
  } else if (!month) {
    span = {{year.year, 1, 1}, {year.year, 12, 31}, DateSpan::Unit::year};
  } else if (*month < 1 || *month > 12) {
    return std::nullopt;
  } else if (!day) {
    span = {{year.year, *month, 1}, {year.year, *month, days_in(year.year, *month)}, DateSpan::Unit::month};
  } else {
    Date date{year.year, *month, *day};
    if (!is_valid(date)) return std::nullopt;
    span = {date, date, DateSpan::Unit::day};
  }
  if (year.era != nullptr && span.last < year.era->begin) return std::nullopt;
  return span;
}

/// 「…年…月…日」 and 「…年度」: the written-out form.
std::optional<DateSpan> read_written(Reader& in) {
  auto year = read_year(in);
  if (!year) return std::nullopt;
  in.skip_spaces();
  if (!in.take("年")) return std::nullopt;
  if (in.take("度")) return span_of(*year, {}, {}, true);
  size_t end = in.at();
  in.skip_spaces();
  auto month = in.take_number();
  in.skip_spaces();
  if (!month || !in.take("月")) {
    in.back_to(end);
    return span_of(*year, {}, {}, false);
  }
  end = in.at();
  in.skip_spaces();
  auto day = in.take_number();
  in.skip_spaces();
  if (!day || !in.take("日")) {
    in.back_to(end);
    return span_of(*year, month, {}, false);
  }
  return span_of(*year, month, day, false);
}

/// R7.3.31, 2025-03-31, 2025/3.
std::optional<DateSpan> read_separated(Reader& in) {
  auto separators = {std::string_view("-"), std::string_view("/"), std::string_view("."), std::string_view("．"),
                     std::string_view("／"), std::string_view("－")};
  auto year = read_year(in);
  if (!year) return std::nullopt;
  if (in.done()) return span_of(*year, {}, {}, false);
  if (!in.take_any(separators)) return std::nullopt;
  auto month = in.take_number();
  if (!month) return std::nullopt;
  if (in.done()) return span_of(*year, month, {}, false);
  if (!in.take_any(separators)) return std::nullopt;
  auto day = in.take_number();
  if (!day) return std::nullopt;
  return span_of(*year, month, day, false);
}

}  // namespace

bool is_valid(const Date& date) {
  return date.year >= 1868 && date.year <= 9999 && date.month >= 1 && date.month <= 12 && date.day >= 1 &&
         date.day <= days_in(date.year, date.month);
}

std::optional<DateSpan> parse_date(std::string_view s) {
  s = trim(s);
  if (s.empty() || s.size() > 100) return std::nullopt;
  for (auto read : {read_written, read_separated}) {
    Reader in(s);
    auto span = read(in);
    if (span && in.done()) return span;
  }
  return std::nullopt;
}

std::vector<FoundDate> find_dates(std::string_view s) {
  std::vector<FoundDate> found;
  for (size_t i = 0; i < s.size();) {
    auto [c, length] = code_point_at(s, i);
    bool may_begin = is_digit(c) || c == U'令' || c == U'平' || c == U'昭' || c == U'大' || c == U'明' || c == U'西' ||
                     c == U'二' || c == U'一';
    if (may_begin) {
      Reader in(s.substr(i, 100));
      auto span = read_written(in);
      if (span) {
        found.push_back({*span, i, i + in.at()});
        i += in.at();
        continue;
      }
      // A run of digits is one number: its tail is no date of its own.
      if (auto numeral = read_numeral(s.substr(i))) length = numeral->length;
    }
    i += length;
  }
  return found;
}

std::string to_iso(const Date& date) { return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day); }

std::optional<Date> from_iso(std::string_view s) {
  if (s.size() != 10 || s[4] != '-' || s[7] != '-') return std::nullopt;
  Date date;
  for (size_t i = 0; i < s.size(); ++i) {
    if (i == 4 || i == 7) continue;
    if (s[i] < '0' || s[i] > '9') return std::nullopt;
    int& part = i < 4 ? date.year : i < 7 ? date.month : date.day;
    part = part * 10 + (s[i] - '0');
  }
  if (!is_valid(date)) return std::nullopt;
  return date;
}

std::string to_wareki(const Date& date) {
  for (const auto& era : eras) {
    if (date < era.begin) continue;
    int year = date.year - era.begin.year + 1;
    return fmt::format("{}{}年{}月{}日", era.name, year == 1 ? "元" : std::to_string(year), date.month, date.day);
  }
  return fmt::format("{}年{}月{}日", date.year, date.month, date.day);
}

int fiscal_year(const Date& date) { return date.month >= 4 ? date.year : date.year - 1; }

Date today() {
  std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  return {local.tm_year + 1900, local.tm_mon + 1, local.tm_mday};
}

}  // namespace shirube::text
