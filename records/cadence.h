#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "records/calendar.h"

namespace shirube::records {

/// How often something is to be done, or may be: 月2回以上, 2週間に1回以上, 年5件以内, 月2日以内, 月1件程度. A year is a fiscal year
/// (April to March). It warns and never forbids. Immutable: safe between threads.
class Cadence {
 public:
  /// Throws Error{invalid} for other words.
  explicit Cadence(std::string_view words);

  enum class State {
    kept,     ///< as it should be
    due,      ///< more is needed, and there is time until the end of `last`
    missed,   ///< more was needed
    over,     ///< more than were meant
  };
  /// How it stands at the end of a day.
  struct Tally {
    text::Date first, last;  ///< the month, fiscal year or weeks that were counted; of weeks those since it was done last, in which it is due again
    size_t count = 0;        ///< of 日以内 different days
    State state = State::kept;
  };
  /// Of the days on which it was done, in any order; those after `day` are not counted. `begin` is the day from which it holds: what
  /// was before counts, but nothing was needed then.
  Tally tally(std::span<const text::Date> done, const text::Date& begin, const text::Date& day) const;

  const std::string& words() const { return words_; }
  size_t count() const { return count_; }

 private:
  enum class Per { month, fiscal_year, weeks };
  enum class Bound { at_least, at_most };
  std::string words_;
  Per per_ = Per::month;
  int weeks_ = 0;
  Bound bound_ = Bound::at_most;
  size_t count_ = 0;
  bool days_ = false;  ///< counts days, not times
};

/// The hours in which somebody can be asked: 平日9:00～17:30. A weekday is an open day. Immutable: safe between threads.
class OpenHours {
 public:
  /// Throws Error{invalid} for other words.
  explicit OpenHours(std::string_view words);

  const std::string& words() const { return words_; }
  /// `minute` of the day, 0 to 1439. The last minute is none of them: at 17:30 they are over.
  bool holds(const text::Date& day, int minute, const Calendar& calendar) const;

 private:
  std::string words_;
  int first_ = 0, end_ = 0;
};

}  // namespace shirube::records
