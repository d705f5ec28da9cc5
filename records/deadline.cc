#include "records/deadline.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "text/error.h"
#include "text/normalize.h"
#include "text/numeral.h"

namespace shirube::records {

namespace {

using text::Date;

constexpr int most_counted = 3660;  // days: ten years

[[noreturn]] void refuse(std::string_view words, std::string_view kind, std::string_view examples) {
  throw Error(ErrorKind::invalid, fmt::format("「{}」は{}として読めません。", words, kind), fmt::format("{} のように書いてください。", examples));
}
[[noreturn]] void refuse_deadline(std::string_view words) { refuse(words, "期限", "「翌日から10日以内」「当日から5日以内」「終了後5開庁日まで」「令和8年2月下旬」「月末」"); }
[[noreturn]] void refuse_recurrence(std::string_view words) { refuse(words, "繰り返し", "「毎月末」「毎月25日」「毎年度末」「毎年6月1日」「毎週金曜日」「2週間ごと」"); }

bool take_end(std::string_view& s, std::string_view end) {
  if (!s.ends_with(end)) return false;
  s.remove_suffix(end.size());
  return true;
}
bool take_begin(std::string_view& s, std::string_view begin) {
  if (!s.starts_with(begin)) return false;
  s.remove_prefix(begin.size());
  return true;
}

/// The numeral that `s` begins with, taken off it.
std::optional<int> take_number(std::string_view& s) {
  auto read = text::read_numeral(s);
  if (!read || read->value < 0 || read->value > most_counted) return std::nullopt;
  s.remove_prefix(read->length);
  return static_cast<int>(read->value);
}

/// The numeral that `s` ends with, taken off it: the longest.
std::optional<int> take_last_number(std::string_view& s) {
  for (size_t at = 0; at < s.size(); ++at) {
    if ((static_cast<unsigned char>(s[at]) & 0xC0) == 0x80) continue;
    auto value = text::numeral_value(s.substr(at));
    if (!value || *value < 0 || *value > most_counted) continue;
    s.remove_suffix(s.size() - at);
    return static_cast<int>(*value);
  }
  return std::nullopt;
}

std::string without_spaces(std::string_view words) {
  std::string folded = text::fold(words);
  std::erase(folded, ' ');
  return folded;
}

/// Units of a count, the longest first.
struct CountUnit {
  std::string_view word;
  int days, months;  ///< that it is worth; neither: an open day
};
constexpr CountUnit units[] = {{"開庁日", 0, 0}, {"営業日", 0, 0}, {"週間", 7, 0}, {"か月", 0, 1}, {"ヶ月", 0, 1}, {"ヵ月", 0, 1}, {"カ月", 0, 1}, {"ケ月", 0, 1}, {"箇月", 0, 1}, {"年間", 0, 12}, {"日間", 1, 0}, {"年", 0, 12}, {"日", 1, 0}};

/// What stands before a count, and whether the day itself is counted.
constexpr std::pair<std::string_view, bool> origins[] = {{"翌日から起算して", false}, {"翌日から", false}, {"当日から起算して", true}, {"当日から", true}, {"日から起算して", true}, {"から起算して", true}, {"後", false}};

Date moved_to_open(const Date& day, const Calendar& calendar, WhenClosed when_closed) {
  switch (when_closed) {
    case WhenClosed::keep: return day;
    case WhenClosed::next: return calendar.next_open(day);
    case WhenClosed::previous: return calendar.last_open(day);
  }
  return day;
}

constexpr std::string_view weekdays[] = {"日", "月", "火", "水", "木", "金", "土"};

bool is_day_of_month(int month, int day) { return text::is_valid({2000, month, day}); }

}  // namespace

/// 翌日から10日以内, 作業当日から起算して5日以内, 終了後5開庁日まで.
bool Deadline::read_count(std::string_view said) {
  if (!take_end(said, "以内")) take_end(said, "まで");
  for (const auto& unit : units) {
    std::string_view rest = said;
    if (!take_end(rest, unit.word)) continue;
    auto count = take_last_number(rest);
    if (!count || *count < 1 || *count * std::max(unit.days, 31 * unit.months) > most_counted) return false;
    auto origin = std::ranges::find_if(origins, [&](const auto& one) { return rest.ends_with(one.first); });
    if (origin == std::end(origins)) {
      // A day that is written out ends in a number and 日, too.
      if (read_month(said) || read_fixed(said)) return true;
      throw Error(ErrorKind::invalid, fmt::format("「{}」は、起点の日を数えるかどうかが分かりません。", words_), "「翌日から10日以内」か「当日から10日以内」のように書いてください。");
    }
    from_same_day_ = origin->second;
    form_ = unit.days ? Form::days : unit.months ? Form::months : Form::open_days;
    count_ = *count * std::max({unit.days, unit.months, 1});
    return true;
  }
  return false;
}

/// 月末, 翌月10日, 翌月末.
bool Deadline::read_month(std::string_view said) {
  int later = said.starts_with("翌月") ? 1 : 0;
  if (!(take_begin(said, "翌月") || take_begin(said, "当月") || said == "月末")) return false;
  form_ = Form::of_month;
  count_ = later;
  if (said == "月末" || said == "末") {
    part_ = Part::end;
    return true;
  }
  auto day = take_number(said);
  part_ = Part::day;
  day_.day = day.value_or(0);
  return day && said == "日" && *day >= 1 && *day <= 31;
}

/// 令和8年3月27日, 令和8年2月下旬, 2月下旬, 3月27日, 3月末, 年度末.
bool Deadline::read_fixed(std::string_view said) {
  if (auto span = text::parse_date(said); span && span->unit == text::DateSpan::Unit::day) {
    form_ = Form::fixed;
    day_ = span->first;
    return true;
  }
  form_ = Form::of_year;
  if (said == "年度末" || said == "各年度末") said = "3月末";
  constexpr std::pair<std::string_view, Part> parts[] = {{"上旬", Part::first_third}, {"中旬", Part::second_third}, {"下旬", Part::last_third}, {"末日", Part::end}, {"末", Part::end}};
  for (const auto& [word, part] : parts) {
    std::string_view rest = said;
    if (!take_end(rest, word)) continue;
    part_ = part;
    if (auto span = text::parse_date(rest); span && span->unit == text::DateSpan::Unit::month) {
      form_ = Form::fixed;
      day_ = span->first;
      return true;
    }
    auto month = take_number(rest);
    day_.month = month.value_or(0);
    return month && rest == "月" && *month >= 1 && *month <= 12;
  }
  part_ = Part::day;
  auto month = take_number(said);
  if (!month || !take_begin(said, "月")) return false;
  auto day = take_number(said);
  if (!day || said != "日" || !is_day_of_month(*month, *day)) return false;
  day_ = {0, *month, *day};
  return true;
}

Deadline::Deadline(std::string_view words) : words_(words) {
  std::string folded = without_spaces(words);
  std::string_view said = folded;
  if (said.ends_with("までに")) take_end(said, "に");
  if (read_count(said)) return;
  std::string_view bare = said;
  take_end(bare, "まで");
  if (!read_month(bare) && !read_fixed(bare)) refuse_deadline(words);
}

Due Deadline::part_of(int year, int month) const {
  const Date first{year, month, 1}, last = last_of_month(first);
  switch (part_) {
    case Part::day: {
      Date day{year, month, std::min(day_.day, last.day)};
      return {day, day};
    }
    case Part::first_third: return {first, {year, month, 10}};
    case Part::second_third: return {{year, month, 11}, {year, month, 20}};
    case Part::last_third: return {{year, month, 21}, last};
    case Part::end: return {last, last};
  }
  return {last, last};
}

Due Deadline::raw(const Date& from, const Calendar& calendar) const {
  auto one = [](const Date& day) { return Due{day, day}; };
  switch (form_) {
    case Form::days: return one(plus_days(from, from_same_day_ ? count_ - 1 : count_));
    case Form::open_days: return one(calendar.add_open_days(from_same_day_ ? plus_days(from, -1) : from, count_));
    case Form::months: {
      // It ends on the eve of the day that answers to its first, or on the last of a month that has none such (民法第143条第2項).
      Date begin = from_same_day_ ? from : plus_days(from, 1);
      Date answering = plus_months(begin, count_);
      return one(answering.day == begin.day ? plus_days(answering, -1) : answering);
    }
    case Form::of_month: {
      Date month = plus_months({from.year, from.month, 1}, count_);
      return part_of(month.year, month.month);
    }
    case Form::of_year: {
      Due due = part_of(from.year, day_.month);
      return due.last < from ? part_of(from.year + 1, day_.month) : due;
    }
    case Form::fixed: return part_ == Part::day ? one(day_) : part_of(day_.year, day_.month);
  }
  return one(from);
}

Due Deadline::due(const Date& from, const Calendar& calendar, WhenClosed when_closed) const {
  Due due = raw(from, calendar);
  const bool is_range = due.first != due.last;
  due.last = moved_to_open(due.last, calendar, when_closed);
  if (!is_range) due.first = due.last;
  return due;
}

Recurrence::Recurrence(std::string_view words) : words_(words) {
  std::string folded = without_spaces(words);
  std::string_view said = folded;
  if (!take_begin(said, "毎")) take_begin(said, "各");
  if (said == "月末") return;
  if (said == "年度末") {
    every_ = Every::year;
    month_ = 3;
    return;
  }
  if (take_begin(said, "週")) {
    every_ = Every::weekday;
    if (!take_end(said, "曜日")) take_end(said, "曜");
    auto found = std::ranges::find(weekdays, said);
    if (found == std::end(weekdays)) refuse_recurrence(words);
    day_ = static_cast<int>(found - std::begin(weekdays));
    return;
  }
  if (take_end(said, "週間ごと")) {
    every_ = Every::weeks;
    auto count = take_number(said);
    if (!count || !said.empty() || *count < 1 || *count > 52) refuse_recurrence(words);
    weeks_ = *count;
    return;
  }
  if (take_begin(said, "年")) {
    every_ = Every::year;
    auto month = take_number(said);
    if (!month || *month < 1 || *month > 12) refuse_recurrence(words);
    month_ = *month;
  }
  if (!take_begin(said, "月")) refuse_recurrence(words);
  if (every_ == Every::year && (said == "末" || said == "末日")) return;
  auto day = take_number(said);
  if (!day || said != "日" || !is_day_of_month(month_ ? month_ : 1, *day)) refuse_recurrence(words);
  day_ = *day;
}

std::vector<Date> Recurrence::days(const Date& from, const Date& to, const Calendar& calendar, WhenClosed when_closed) const {
  std::vector<Date> out;
  auto add = [&](const Date& day) {
    Date moved = moved_to_open(day, calendar, when_closed);
    if (moved >= from && moved <= to) out.push_back(moved);
  };
  if (every_ == Every::weekday || every_ == Every::weeks) {
    // One step more at either end: a closed day may be moved into what is asked for.
    const bool weekly = every_ == Every::weekday;
    const int step = weekly ? 7 : 7 * weeks_;
    Date last = plus_days(to, step);
    for (Date day = weekly ? plus_days(from, (day_ - weekday(from) + 7) % 7 - 7) : from; day <= last; day = plus_days(day, step)) add(day);
    return out;
  }
  Date last = plus_months({to.year, to.month, 1}, 1);
  for (Date month = plus_months({from.year, from.month, 1}, -1); month <= last; month = plus_months(month, 1)) {
    if (every_ == Every::year && month.month != month_) continue;
    Date end = last_of_month(month);
    add(day_ == 0 ? end : Date{month.year, month.month, std::min(day_, end.day)});
  }
  return out;
}

}  // namespace shirube::records
