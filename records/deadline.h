#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "records/calendar.h"

// Times as contracts and rules write them, and the days that they mean. Immutable once parsed: safe between threads.
namespace shirube::records {

/// What becomes of a due day on which the offices are closed. Which one holds, a contract says; 民法第142条 (the next open day) is for
/// periods that nobody has settled otherwise.
enum class WhenClosed { keep, next, previous };

/// The day by which something is due, or the days within which (令和8年2月下旬): expected from `first` on, late after `last`.
struct Due {
  text::Date first, last;
  bool operator==(const Due&) const = default;
};

/// A time allowed (期限).
///
///   契約締結後10日以内, 翌日から10日      counted from the day after (民法第140条)
///   作業当日から起算して5日以内            the day itself is the first
///   会議終了後5開庁日まで                  counted in open days
///   翌日から2週間, 1か月, 1年              by the calendar (民法第143条)
///   令和8年3月27日, 令和8年2月下旬         a day, or 上旬, 中旬, 下旬, 末 of a month
///   3月27日, 2月下旬, 3月末, 年度末        the first that has not ended on the day that is counted from
///   月末, 翌月10日, 翌月末                 by the month of that day
class Deadline {
 public:
  /// Throws Error{invalid} for other words, and for a count of which it cannot be told whether the first day counts.
  explicit Deadline(std::string_view words);

  const std::string& words() const { return words_; }
  /// For what happened, or begins, on `from`. Throws Error{invalid} where that leads beyond the years of the calendar.
  Due due(const text::Date& from, const Calendar& calendar, WhenClosed when_closed) const;

 private:
  enum class Form { days, open_days, months, of_month, of_year, fixed };
  enum class Part { day, first_third, second_third, last_third, end };

  bool read_count(std::string_view said);
  bool read_month(std::string_view said);
  bool read_fixed(std::string_view said);
  Due part_of(int year, int month) const;
  Due raw(const text::Date& from, const Calendar& calendar) const;

  std::string words_;
  Form form_ = Form::days;
  Part part_ = Part::day;
  int count_ = 0;            ///< days, open days or months; of of_month how many months later
  bool from_same_day_ = false;
  text::Date day_{};         ///< of of_year without its year; of of_month its day alone
};

/// What is due again and again: 毎月末, 毎月25日, 毎年度末, 毎年6月1日, 毎週金曜日, 2週間ごと (from the day that it is counted from).
class Recurrence {
 public:
  /// Throws Error{invalid} for other words.
  explicit Recurrence(std::string_view words);

  const std::string& words() const { return words_; }
  /// The days from `from` to `to`, in order. A day that its month does not have is the month's last.
  std::vector<text::Date> days(const text::Date& from, const text::Date& to, const Calendar& calendar, WhenClosed when_closed) const;

 private:
  enum class Every { month, year, weekday, weeks };
  std::string words_;
  Every every_ = Every::month;
  int month_ = 0, day_ = 0;  ///< day 0: the last of the month; of weekday 0 (Sunday) to 6
  int weeks_ = 0;
};

}  // namespace shirube::records
