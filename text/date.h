#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Dates in 和暦 and 西暦. Pure functions, safe from any thread.
//
// Eras begin as their orders say: 明治 1868-01-25, 大正 1912-07-30, 昭和 1926-12-25, 平成 1989-01-08,
// 令和 2019-05-01. A date before its era is refused (平成元年1月7日 does not exist); a year past the
// era's end is read as people write it (平成三十二年 = 2020).
namespace shirube::text {

/// A day of the Gregorian calendar, 1868 to 9999.
struct Date {
  int year = 0, month = 0, day = 0;
  auto operator<=>(const Date&) const = default;
};

/// A day, month, year or fiscal year (年度, April to March) as the days from `first` to `last`.
struct DateSpan {
  enum class Unit { day, month, year, fiscal_year };
  Date first, last;
  Unit unit = Unit::day;
  bool operator==(const DateSpan&) const = default;
};

/// A date found in running text, with the bytes it was written in.
struct FoundDate {
  DateSpan span;
  size_t begin, end;
};

/// True for a day that exists.
bool is_valid(const Date& date);

/// Reads a whole string as a date: 令和七年三月三十一日, 令和７年度, R7.3.31, 2025-03-31, 2025/3,
/// 2025年, 元年. nullopt when it is none, or impossible (令和7年2月29日).
std::optional<DateSpan> parse_date(std::string_view s);

/// Every date written out in `s`, in order. Only forms with 年 count: bare digits are numbers.
std::vector<FoundDate> find_dates(std::string_view s);

/// "2025-03-31"; its reading back. `from_iso` takes exactly that form and a day that exists.
std::string to_iso(const Date& date);
std::optional<Date> from_iso(std::string_view s);

/// 「令和7年3月31日」, 「令和元年5月1日」.
std::string to_wareki(const Date& date);

/// The fiscal year a day falls in: 2026-03-31 → 2025.
int fiscal_year(const Date& date);

/// Today by the local clock of the machine.
Date today();

}  // namespace shirube::text
