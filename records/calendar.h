#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "text/date.h"

namespace shirube::records {

constexpr int first_calendar_year = 2020, last_calendar_year = 2099;

/// The name of a national holiday; empty for any other day. By the 国民の祝日に関する法律 (昭和23年法律第178号): its article 2, the
/// substitute for one that falls on a Sunday (article 3(2)), the day between two (article 3(3)), and the years 2020 and 2021, when
/// three were moved for the Olympic Games. The equinoxes, which the Cabinet announces in February of the year before, are
/// computed as the National Astronomical Observatory does. Pure. Throws Error{invalid} for a year outside of
/// first_calendar_year … last_calendar_year.
std::string national_holiday(const text::Date& day);

/// The days on which the offices of a city are open (開庁日): neither a Saturday, a Sunday, a national holiday nor one from 29 December
/// to 3 January (地方自治法第4条の2第2項), but for the days of its own. Immutable: safe between threads.
class Calendar {
 public:
  /// Without days of its own.
  Calendar() = default;
  /// Reads config/calendar/days.tsv: a line a day, its columns the day (2026-10-01, or 10-01 for every year), 閉庁 or 開庁, and why.
  /// A day of one year goes before one of every year. Throws Error{missing} where there is no such file, Error{invalid} naming the
  /// line of a fault.
  explicit Calendar(const std::filesystem::path& file);

  /// Why the offices are closed on a day (「土曜日」, 「成人の日」, 「年末年始」); empty when they are open. Throws as national_holiday() does.
  std::string closed_by(const text::Date& day) const;
  bool is_open(const text::Date& day) const { return closed_by(day).empty(); }

  /// The first open day from `day` on, and the last one up to it: `day` itself where it is one.
  text::Date next_open(text::Date day) const;
  text::Date last_open(text::Date day) const;
  /// The open day so many open days after `day` (before it, where negative), which itself is not counted.
  text::Date add_open_days(text::Date day, int count) const;

 private:
  struct Own {
    bool open;
    std::string reason;
  };
  const Own* own(const text::Date& day) const;

  std::map<text::Date, Own> days_;      ///< of every year, under year 0, too
};

/// A day later or earlier by so many days, and days between two (positive when `b` is later).
text::Date plus_days(const text::Date& day, int days);
int days_between(const text::Date& a, const text::Date& b);
/// The day of a later month that has the same number, or its last one where it has none.
text::Date plus_months(const text::Date& day, int months);
text::Date last_of_month(const text::Date& day);
/// 0 is Sunday.
int weekday(const text::Date& day);

}  // namespace shirube::records
