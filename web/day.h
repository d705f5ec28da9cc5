#pragma once

#include <optional>
#include <string>

#include "text/date.h"

// Days as people type them into forms: 2026-04-01, 令和8年4月1日, 令和8年4月, 令和8年度. Pure functions.
namespace shirube::web {

/// The days that are meant; nullopt for an empty field. Throws Error{invalid} for what is no date.
std::optional<text::DateSpan> typed_days(const std::string& typed);

/// The first and the last of them as ISO days; empty for an empty field. Throw as typed_days().
std::string first_day(const std::string& typed);
std::string last_day(const std::string& typed);

}  // namespace shirube::web
