#include "text/instant.h"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <ctime>

using namespace shirube::text;

TEST_CASE("instants are read and written in UTC, and shown in the zone of the machine") {
  CHECK(is_instant(utc_now()));
  CHECK(utc_now() > "2020-01-01T00:00:00.000Z");
  for (const char* bad : {"", "2026-04-01", "2026-04-01T00:00:00Z", "2026-04-01T00:00:00.000", "2026-04-01 00:00:00.000Z", "２026-04-01T00:00:00.0Z"}) CHECK_FALSE(is_instant(bad));
  CHECK(days_before("2024-03-01T12:00:00.123Z", 1) == "2024-02-29T12:00:00.123Z");
  CHECK(days_before("2026-01-01T00:00:00.000Z", 365) == "2025-01-01T00:00:00.000Z");
  CHECK(milliseconds_of("1970-01-02T00:00:00.007Z") == 86'400'007);
  CHECK(local_time("no instant") == "no instant");
  ::setenv("TZ", "Asia/Tokyo", 1);
  ::tzset();
  CHECK(local_time("2026-03-31T15:00:00.000Z") == "2026-04-01 00:00:00");
  CHECK(utc_of({2026, 4, 1}) == "2026-03-31T15:00:00.000Z");
  CHECK(utc_of({2025, 12, 31}, 1) == "2025-12-31T15:00:00.000Z");
  ::unsetenv("TZ");
  ::tzset();
}
