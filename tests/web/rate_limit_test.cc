#include "web/rate_limit.h"

#include <catch2/catch.hpp>

using shirube::web::RateLimit;
using namespace std::chrono_literals;

TEST_CASE("a bucket holds a burst, empties, and fills again") {
  RateLimit limit(2, 10);
  auto now = RateLimit::Clock::time_point(1h);
  for (int i = 0; i < 10; ++i) CHECK_FALSE(limit.take("a", now));
  CHECK(limit.take("a", now) == 1s);
  CHECK_FALSE(limit.take("b", now));
  CHECK(limit.take("a", now + 400ms) == 1s);
  CHECK_FALSE(limit.take("a", now + 500ms));
  CHECK(limit.take("a", now + 500ms));
  // Never more than the burst, however long it rests.
  int passed = 0;
  while (!limit.take("a", now + 24h)) ++passed;
  CHECK(passed == 10);
  RateLimit slow(0.1, 1);
  CHECK_FALSE(slow.take("a", now));
  CHECK(slow.take("a", now) == 10s);
}

TEST_CASE("a rate of nothing is no limit") {
  RateLimit limit(0, 0);
  for (int i = 0; i < 1000; ++i) CHECK_FALSE(limit.take("a"));
  CHECK(limit.known() == 0);
}

TEST_CASE("what is known of keys is bounded, and an offender is not forgotten for newcomers") {
  RateLimit limit(1, 2, 100);
  auto now = RateLimit::Clock::time_point(1h);
  while (!limit.take("offender", now)) {}
  // Each newcomer beyond those that are known shares one bucket.
  int passed = 0;
  for (int i = 0; i < 5000; ++i) passed += limit.take("key " + std::to_string(i), now) == std::nullopt;
  CHECK(limit.known() <= 101);
  CHECK(passed == 99 + 2);
  CHECK(limit.take("offender", now));
  // Those whose buckets are full again make room.
  CHECK_FALSE(limit.take("late", now + 2s));
  CHECK_FALSE(limit.take("late", now + 2s));
  CHECK(limit.take("late", now + 2s));
  CHECK(limit.known() < 101);
}
