#include "records/calendar.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <fstream>
#include <sstream>
#include <vector>

#include "text/error.h"
#include "text/utf8.h"

namespace shirube::records {

namespace {

using text::Date;

std::chrono::sys_days number(const Date& day) {
  return std::chrono::sys_days(std::chrono::year(day.year) / std::chrono::month(static_cast<unsigned>(day.month)) / std::chrono::day(static_cast<unsigned>(day.day)));
}

Date date(std::chrono::sys_days days) {
  std::chrono::year_month_day day(days);
  return {static_cast<int>(day.year()), static_cast<int>(static_cast<unsigned>(day.month())), static_cast<int>(static_cast<unsigned>(day.day()))};
}

/// A holiday of the law's article 2, in force through the years of this calendar: on a day of the month, or on the nth Monday.
struct Holiday {
  int month, day, monday;
  std::string_view name;
};
constexpr Holiday holidays[] = {
    {1, 1, 0, "元日"},          {1, 0, 2, "成人の日"}, {2, 11, 0, "建国記念の日"}, {2, 23, 0, "天皇誕生日"}, {4, 29, 0, "昭和の日"},
    {5, 3, 0, "憲法記念日"},    {5, 4, 0, "みどりの日"}, {5, 5, 0, "こどもの日"},  {7, 0, 3, "海の日"},      {8, 11, 0, "山の日"},
    {9, 0, 3, "敬老の日"},      {10, 0, 2, "スポーツの日"}, {11, 3, 0, "文化の日"}, {11, 23, 0, "勤労感謝の日"},
};

/// 平成三十二年東京オリンピック競技大会・東京パラリンピック競技大会特別措置法第32条.
struct Moved {
  int year, month, day;
  std::string_view name;
};
constexpr Moved moved[] = {
    {2020, 7, 23, "海の日"}, {2020, 7, 24, "スポーツの日"}, {2020, 8, 10, "山の日"}, {2021, 7, 22, "海の日"}, {2021, 7, 23, "スポーツの日"}, {2021, 8, 8, "山の日"},
};

/// The sun comes 0.242194 of a day later each year, and a day earlier in each leap year; right from 1980 to 2099.
int equinox(int year, double in_1980) { return static_cast<int>(in_1980 + 0.242194 * (year - 1980)) - (year - 1980) / 4; }

/// Of article 2 alone.
std::string_view named_holiday(const Date& day) {
  for (const auto& one : moved) {
    if (one.year == day.year && one.month == day.month && one.day == day.day) return one.name;
  }
  if (day.month == 3 && day.day == equinox(day.year, 20.8431)) return "春分の日";
  if (day.month == 9 && day.day == equinox(day.year, 23.2488)) return "秋分の日";
  for (const auto& one : holidays) {
    if (one.month != day.month) continue;
    bool is_it = one.monday == 0 ? one.day == day.day : weekday(day) == 1 && (day.day - 1) / 7 + 1 == one.monday;
    if (!is_it) continue;
    for (const auto& other : moved) {
      if (other.year == day.year && other.name == one.name) return {};
    }
    return one.name;
  }
  return {};
}

void require_year(int year) {
  if (year < first_calendar_year || year > last_calendar_year) {
    throw Error(ErrorKind::invalid, fmt::format("{}年の祝日は分かりません。", year), fmt::format("{}年から{}年までの日にしてください。", first_calendar_year, last_calendar_year));
  }
}

constexpr std::array<std::string_view, 2> weekend = {"日曜日", "土曜日"};

[[noreturn]] void refuse(const std::filesystem::path& file, size_t line, const std::string& reason) {
  throw Error(ErrorKind::invalid, fmt::format("{} の {} 行目: {}", file.filename().string(), line, reason), "「2026-10-01<タブ>閉庁<タブ>市制記念日」のように、日付（毎年なら 10-01）、閉庁か開庁、理由をタブで区切って書いてください。");
}

/// A day, or one of every year as a day of year 0.
std::optional<Date> read_day(const std::string& written) {
  if (auto day = text::from_iso(written)) return day;
  // A leap year has every day that a year can have.
  auto day = text::from_iso("2000-" + written);
  if (day) day->year = 0;
  return day;
}

}  // namespace

Date plus_days(const Date& day, int days) { return date(number(day) + std::chrono::days(days)); }

int days_between(const Date& a, const Date& b) { return static_cast<int>((number(b) - number(a)).count()); }

Date last_of_month(const Date& day) {
  return date(std::chrono::sys_days(std::chrono::year(day.year) / std::chrono::month(static_cast<unsigned>(day.month)) / std::chrono::last));
}

Date plus_months(const Date& day, int months) {
  int all = day.year * 12 + day.month - 1 + months;
  Date out{all / 12, all % 12 + 1, 1};
  out.day = std::min(day.day, last_of_month(out).day);
  return out;
}

int weekday(const Date& day) { return static_cast<int>(std::chrono::weekday(number(day)).c_encoding()); }

std::string national_holiday(const Date& day) {
  require_year(day.year);
  if (auto name = named_holiday(day); !name.empty()) return std::string(name);
  // 振替休日: the first day behind a Sunday's holiday that is none itself.
  for (Date before = plus_days(day, -1); !named_holiday(before).empty(); before = plus_days(before, -1)) {
    if (weekday(before) == 0) return "振替休日";
  }
  bool is_between = !named_holiday(plus_days(day, -1)).empty() && !named_holiday(plus_days(day, 1)).empty();
  return is_between ? "国民の休日" : "";
}

Calendar::Calendar(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) throw Error(ErrorKind::missing, fmt::format("市の休日の表 {} がありません。", file.filename().string()), "config/calendar の days.tsv を置いてください。");
  std::string line;
  for (size_t at = 1; std::getline(in, line); ++at) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.empty() || line[0] == '#') continue;
    if (!text::is_valid_utf8(line)) refuse(file, at, "UTF-8 の文字ではありません。");
    std::istringstream columns(line);
    std::string day, state, reason, more;
    std::getline(columns, day, '\t');
    std::getline(columns, state, '\t');
    std::getline(columns, reason, '\t');
    if (std::getline(columns, more, '\t')) refuse(file, at, "列が多すぎます。");
    auto read = read_day(day);
    if (!read) refuse(file, at, fmt::format("「{}」は日付として読めません。", day));
    if (read->year != 0 && (read->year < first_calendar_year || read->year > last_calendar_year)) refuse(file, at, fmt::format("「{}」は扱える年ではありません。", day));
    if (state != "閉庁" && state != "開庁") refuse(file, at, fmt::format("「{}」は閉庁でも開庁でもありません。", state));
    if (reason.empty()) refuse(file, at, "理由がありません。");
    if (!days_.emplace(*read, Own{state == "開庁", reason}).second) refuse(file, at, fmt::format("「{}」が二度書かれています。", day));
  }
}

const Calendar::Own* Calendar::own(const Date& day) const {
  auto found = days_.find(day);
  if (found == days_.end()) found = days_.find({0, day.month, day.day});
  return found == days_.end() ? nullptr : &found->second;
}

std::string Calendar::closed_by(const Date& day) const {
  require_year(day.year);
  if (const Own* said = own(day)) return said->open ? "" : said->reason;
  if (auto holiday = national_holiday(day); !holiday.empty()) return holiday;
  if ((day.month == 12 && day.day >= 29) || (day.month == 1 && day.day <= 3)) return "年末年始";
  if (int at = weekday(day); at == 0 || at == 6) return std::string(weekend[at == 6]);
  return "";
}

Date Calendar::next_open(Date day) const {
  while (!is_open(day)) day = plus_days(day, 1);
  return day;
}

Date Calendar::last_open(Date day) const {
  while (!is_open(day)) day = plus_days(day, -1);
  return day;
}

Date Calendar::add_open_days(Date day, int count) const {
  const int step = count < 0 ? -1 : 1;
  for (int left = count; left != 0; left -= step) {
    day = plus_days(day, step);
    day = step > 0 ? next_open(day) : last_open(day);
  }
  return day;
}

}  // namespace shirube::records
