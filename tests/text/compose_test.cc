#include "text/compose.h"

#include <catch2/catch.hpp>
#include <string>

using shirube::text::compose;

TEST_CASE("what is typed apart is composed, and nothing else changes") {
  CHECK(compose("\u304b\u3099") == "\u304c");
  CHECK(compose("e\u0301") == "\u00e9");
  for (const char* same : {"", "abc", "ＡＢＣ", "ｶﾞ", "髙", "🍊🐈", "①"}) CHECK(compose(same) == same);
  // Ideographs of the compatibility block have canonical forms (UAX #15).
  CHECK(compose("\uFA19") == "神");
  CHECK(compose("a\xff") == "a\uFFFD");
  CHECK(compose(std::string(1000, '\xff')).size() == 3000);
}
