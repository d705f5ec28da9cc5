#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "text/date.h"

// Points in time, as they are kept: ISO 8601 in UTC with milliseconds, "2026-04-01T00:00:00.000Z", so that their order is that
// of the text. Pure but for the clock and the zone of the machine; safe from any thread.
namespace shirube::text {

/// By the clock of the machine.
std::string utc_now();

/// True for exactly the form above (no calendar is held against it).
bool is_instant(std::string_view s);

/// Milliseconds since 1970, for differences; 0 for what is none.
int64_t milliseconds_of(std::string_view instant);

/// When the day begins in the zone of the machine, or a day so many days later.
std::string utc_of(const Date& day, int days_later = 0);

/// So many times 24 hours earlier. `instant` must be one.
std::string days_before(std::string_view instant, int days);

/// As people here read it, in the zone of the machine: "2026-04-01 09:00:00". What is no instant is returned as it is.
std::string local_time(std::string_view instant);

}  // namespace shirube::text
