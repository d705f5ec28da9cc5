#include "web/day.h"

#include <fmt/format.h>

#include "text/error.h"
#include "text/utf8.h"

namespace shirube::web {

std::optional<text::DateSpan> typed_days(const std::string& typed) {
  if (text::trim(typed).empty()) return std::nullopt;
  auto days = text::parse_date(typed);
  // ISO days compare as text only while their years have four digits.
  if (!days || days->last.year > 9999) {
    throw Error(ErrorKind::invalid, fmt::format("「{}」は日付として読めません。", text::clamp_utf8(typed, 100)), "2026-04-01 や 令和8年4月1日、令和8年4月 のように、実在する日を書いてください。");
  }
  return days;
}

std::string first_day(const std::string& typed) {
  auto days = typed_days(typed);
  return days ? text::to_iso(days->first) : "";
}

std::string last_day(const std::string& typed) {
  auto days = typed_days(typed);
  return days ? text::to_iso(days->last) : "";
}

}  // namespace shirube::web
