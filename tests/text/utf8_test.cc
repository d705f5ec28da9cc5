#include "text/utf8.h"

#include <catch2/catch.hpp>
#include <random>

using namespace shirube::text;

TEST_CASE("any bytes are walked to their end") {
  std::mt19937 random(1);
  for (int round = 0; round < 2000; ++round) {
    std::string s;
    for (size_t i = random() % 20; i > 0; --i) s.push_back(static_cast<char>(random()));
    size_t i = 0;
    while (i < s.size()) {
      auto [c, length] = code_point_at(s, i);
      REQUIRE(length >= 1);
      REQUIRE(c <= 0x10FFFF);
      i += length;
    }
    REQUIRE(i == s.size());
    REQUIRE(is_valid_utf8(to_utf8(to_utf32(s))));
  }
}

TEST_CASE("well-formed text survives the way through UTF-32") {
  for (const char* s : {"", "abc", "情報", "𠮷野家", "é", "\xEF\xBF\xBD"}) {
    CHECK(is_valid_utf8(s));
    CHECK(to_utf8(to_utf32(s)) == s);
  }
}

TEST_CASE("ill-formed UTF-8 is known as such") {
  for (const char* s : {"\x80", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE6\x83", "\xFF"}) {
    CHECK_FALSE(is_valid_utf8(s));
  }
}

TEST_CASE("clamping cuts no character") {
  CHECK(clamp_utf8("情報", 6) == "情報");
  CHECK(clamp_utf8("情報", 5) == "情");
  CHECK(clamp_utf8("情報", 2) == "");
  CHECK(length_utf8("情報A") == 3);
}

TEST_CASE("trimming knows the wide space") {
  CHECK(trim("　 情報　資産\n") == "情報　資産");
  CHECK(trim("　") == "");
  CHECK(replace_all("a-b-c", "-", "ー") == "aーbーc");
}
