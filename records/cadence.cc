#include "records/cadence.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "text/error.h"
#include "text/normalize.h"
#include "text/numeral.h"

namespace shirube::records {

namespace {

using text::Date;

bool take_begin(std::string_view& s, std::string_view begin) {
  if (!s.starts_with(begin)) return false;
  s.remove_prefix(begin.size());
  return true;
}

std::optional<int> take_number(std::string_view& s, int most) {
  auto read = text::read_numeral(s);
  if (!read || read->value < 0 || read->value > most) return std::nullopt;
  s.remove_prefix(read->length);
  return static_cast<int>(read->value);
}

std::string without_spaces(std::string_view words) {
  std::string folded = text::fold(words);
  std::erase(folded, ' ');
  return folded;
}

[[noreturn]] void refuse(std::string_view words) {
  throw Error(ErrorKind::invalid, fmt::format("「{}」は頻度として読めません。", words), "「月2回以上」「2週間に1回以上」「年5件以内」「月2日以内」「月1件程度」のように書いてください。");
}

}  // namespace

Cadence::Cadence(std::string_view words) : words_(words) {
  std::string folded = without_spaces(words);
  std::string_view said = folded;
  if (take_begin(said, "年度") || take_begin(said, "年間") || take_begin(said, "年")) {
    per_ = Per::fiscal_year;
  } else if (take_begin(said, "毎月") || take_begin(said, "月")) {
    per_ = Per::month;
  } else {
    auto weeks = take_number(said, 52);
    if (!weeks || *weeks < 1 || !take_begin(said, "週間")) refuse(words);
    per_ = Per::weeks;
    weeks_ = *weeks;
  }
  take_begin(said, "に");
  auto count = take_number(said, 10'000);
  days_ = said.starts_with("日");
  if (!count || *count < 1 || !(take_begin(said, "回") || take_begin(said, "件") || take_begin(said, "日"))) refuse(words);
  count_ = static_cast<size_t>(*count);
  if (said == "以上") bound_ = Bound::at_least;
  else if (said != "以内" && said != "程度" && said != "まで") refuse(words);
  // Between one time and the next there are so many weeks; more than once in them, or at most, is another rule.
  if (per_ == Per::weeks && (bound_ != Bound::at_least || count_ != 1)) refuse(words);
}

Cadence::Tally Cadence::tally(std::span<const Date> done, const Date& begin, const Date& day) const {
  std::vector<Date> all(done.begin(), done.end());
  std::erase_if(all, [&](const Date& one) { return one > day; });
  std::ranges::sort(all);
  if (days_) all.erase(std::unique(all.begin(), all.end()), all.end());
  Tally tally;
  if (per_ == Per::weeks) {
    bool was_done = !all.empty() && all.back() >= begin;
    tally.first = was_done ? plus_days(all.back(), 1) : begin;
    tally.last = plus_days(tally.first, 7 * weeks_ - 1);
    tally.state = day < begin ? State::kept : day >= tally.last ? State::missed : State::due;
    return tally;
  }
  const int year = text::fiscal_year(day);
  tally.first = per_ == Per::month ? Date{day.year, day.month, 1} : Date{year, 4, 1};
  tally.last = per_ == Per::month ? last_of_month(day) : Date{year + 1, 3, 31};
  tally.count = static_cast<size_t>(std::ranges::count_if(all, [&](const Date& one) { return one >= tally.first; }));
  if (bound_ == Bound::at_most) tally.state = tally.count > count_ ? State::over : State::kept;
  else if (tally.count < count_ && tally.last >= begin) tally.state = day == tally.last ? State::missed : State::due;
  return tally;
}

OpenHours::OpenHours(std::string_view words) : words_(words) {
  std::string folded = without_spaces(words);
  std::string_view said = folded;
  auto refuse_hours = [&] { throw Error(ErrorKind::invalid, fmt::format("「{}」は時間帯として読めません。", words), "「平日9:00～17:30」のように書いてください。"); };
  auto time = [&]() -> int {
    auto hour = take_number(said, 24);
    if (!hour || !(take_begin(said, ":") || take_begin(said, "時"))) refuse_hours();
    auto minute = take_number(said, 59);
    take_begin(said, "分");
    return *hour * 60 + minute.value_or(0);
  };
  if (!take_begin(said, "平日")) refuse_hours();
  first_ = time();
  if (!(take_begin(said, "~") || take_begin(said, "から") || take_begin(said, "-"))) refuse_hours();
  end_ = time();
  take_begin(said, "まで");
  if (!said.empty() || first_ >= end_ || end_ > 24 * 60) refuse_hours();
}

bool OpenHours::holds(const Date& day, int minute, const Calendar& calendar) const { return minute >= first_ && minute < end_ && calendar.is_open(day); }

}  // namespace shirube::records
