#include "text/romaji.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "text/utf8.h"

using namespace shirube::text;

TEST_CASE("romaji is read as it is typed") {
  struct Row {
    const char *typed, *kana, *rest;
  };
  auto row = GENERATE(values<Row>({
      {"a", "あ", ""},
      {"angou", "あんごう", ""},
      {"ang", "あん", "g"},
      {"ank", "あん", "k"},
      {"an", "あ", "n"},
      {"any", "あ", "ny"},
      {"anny", "あん", "y"},
      {"an'i", "あんい", ""},
      {"sin'yo", "しんよ", ""},
      {"shinnyo", "しんよ", ""},
      {"annnai", "あんない", ""},
      {"shi", "し", ""},
      {"si", "し", ""},
      {"chitsu", "ちつ", ""},
      {"titu", "ちつ", ""},
      {"jizi", "じじ", ""},
      {"fuhu", "ふふ", ""},
      {"shasya", "しゃしゃ", ""},
      {"jazyajya", "じゃじゃじゃ", ""},
      {"jouhousekyuritexi", "じょうほうせきゅりてぃ", ""},
      {"jouhousekyurithi", "じょうほうせきゅりてぃ", ""},
      {"hakkou", "はっこう", ""},
      {"hakk", "はっ", "k"},
      {"matchi", "まっち", ""},
      {"zasshi", "ざっし", ""},
      {"xtusoltsu", "っそっ", ""},
      {"xaliruxyo", "ぁぃるょ", ""},
      {"sa-ba-", "さーばー", ""},
      {"shimbun", "しんぶ", "n"},
      {"SHISUTEMU", "しすてむ", ""},
      {"kyoux", "きょう", "x"},
      {"sh", "", "sh"},
      {"vaio", "ゔぁいお", ""},
  }));
  INFO(row.typed);
  auto readings = read_romaji(row.typed);
  REQUIRE_FALSE(readings.empty());
  CHECK(readings.front().kana == row.kana);
  CHECK(readings.front().rest == row.rest);
}

TEST_CASE("a double n before a vowel is read both ways") {
  CHECK(read_romaji("kinnen") == std::vector<Romaji>{{"きんえ", "n"}, {"きんね", "n"}});
  CHECK(read_romaji("annai") == std::vector<Romaji>{{"あんあい", ""}, {"あんない", ""}});
  CHECK(read_romaji("ann") == std::vector<Romaji>{{"あん", ""}, {"あん", "n"}});
}

TEST_CASE("what is no romaji has no kana") {
  for (const char* typed : {"", "iso27001", "lgwan", "vpn", "ssl-vpn", "情報", "a b", "q", "'a", "tls1.3"}) {
    INFO(typed);
    CHECK(read_romaji(typed).empty());
  }
}

TEST_CASE("an unfinished rest goes on with its kana") {
  auto begins = [](std::string_view rest, std::vector<std::string> expected) {
    auto found = continuations(rest);
    found.resize(std::min(found.size(), expected.size()));
    return found == expected;
  };
  CHECK(begins("g", {"が", "ぎ", "ぐ", "げ", "ご"}));
  CHECK(continuations("sh") == std::vector<std::string>{"し", "しゃ", "しゅ", "しぇ", "しょ"});
  CHECK(begins("n", {"ん", "な", "に", "ぬ", "ね", "の"}));
  CHECK(begins("t", {"た", "ち", "つ", "て", "と"}));
  CHECK(continuations("").empty());
  CHECK(continuations("q").empty());
}

TEST_CASE("every kana of a rest is reached by typing on") {
  for (std::string_view rest : {"k", "s", "sh", "t", "ch", "j", "xt", "ry"}) {
    for (const auto& kana : continuations(rest)) {
      bool reached = false;
      for (std::string_view more : {"a", "i", "u", "e", "o", "ya", "yu", "yo", "yi", "ye", "ha", "hi", "hu", "he", "ho", "sa", "si", "su", "se", "so", "wa", "wu"}) {
        auto readings = read_romaji(std::string(rest) + std::string(more));
        reached |= !readings.empty() && readings.front().kana == kana;
      }
      INFO(rest << " " << kana);
      CHECK(reached);
    }
  }
}
