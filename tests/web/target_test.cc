#include "web/target.h"

#include <catch2/catch.hpp>

#include "text/error.h"

using namespace shirube;
using namespace shirube::web;

TEST_CASE("a target is split first and decoded after") {
  struct Row {
    const char* target;
    std::vector<std::string> segments;
    std::vector<std::pair<std::string, std::string>> parameters;
  };
  const Row rows[] = {
      {"/", {}, {}},
      {"/?", {}, {}},
      {"/a", {"a"}, {}},
      {"/a/", {"a", ""}, {}},
      {"//a", {"", "a"}, {}},
      {"/a/b?c=d", {"a", "b"}, {{"c", "d"}}},
      {"/a%2Fb/c", {"a/b", "c"}, {}},
      {"/a+b?c=d+e%2Bf", {"a+b"}, {{"c", "d e+f"}}},
      {"/%E6%9D%A1", {"条"}, {}},
      {"/?a=1&a=2&&b&c=", {}, {{"a", "1"}, {"a", "2"}, {"b", ""}, {"c", ""}}},
      {"/?a=b=c?d/e", {}, {{"a", "b=c?d/e"}}},
      {"/a#b?c=d", {"a"}, {}},
      {"/?a=%26%3D", {}, {{"a", "&="}}},
  };
  for (const auto& row : rows) {
    INFO(row.target);
    Target target = parse_target(row.target);
    CHECK(target.segments == row.segments);
    CHECK(target.parameters == row.parameters);
  }
}

TEST_CASE("targets that cannot be read are invalid") {
  for (const char* target : {"", "a", "?a", "http://a/", "*", "/%", "/%1", "/%g0", "/%0g", "/?a=%", "/%80", "/%C0%80", "/%ED%A0%80", "/?%00", "/\xff"}) {
    INFO(target);
    CHECK_THROWS_AS(parse_target(target), Error);
  }
}

TEST_CASE("parameters are read by name") {
  Target target = parse_target("/?kind=law&kind=&kind=+&kind=notice&page=3&bad=3x&big=99999999999999999999&neg=-1");
  CHECK(target.all("kind") == std::vector<std::string>{"law", "notice"});
  CHECK(target.parameter("kind") == "law");
  CHECK_FALSE(target.parameter("none"));
  CHECK(target.number("page", 1, 9, 1) == 3);
  CHECK(target.number("none", 1, 9, 7) == 7);
  for (const char* name : {"bad", "big", "neg"}) CHECK_THROWS_AS(target.number(name, 1, 9, 1), Error);
  CHECK_THROWS_AS(target.number("page", 4, 9, 4), Error);
}

TEST_CASE("what is encoded comes back") {
  for (std::string text : {"105DF0000000337#main-前文", "a/b?c&d=e+f%20 g", "12-2-1~2", "\"<>'", "．．", "😀"}) {
    INFO(text);
    std::string encoded = percent_encode(text);
    CHECK(encoded.find_first_of("/?#&=+ \"<>'") == encoded.npos);
    CHECK(parse_target("/" + encoded).segments == std::vector{text});
    CHECK(parse_target("/" + write_query({{text, text}, {"x", ""}})).parameters ==
          std::vector<std::pair<std::string, std::string>>{{text, text}, {"x", ""}});
  }
  CHECK(write_query({}).empty());
}
