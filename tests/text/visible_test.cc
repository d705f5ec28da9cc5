#include "text/visible.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <ctime>

#include "text/utf8.h"

using shirube::text::visible;

TEST_CASE("what nobody sees is taken out", "[visible]") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"情報\x01\x1Bの\x7F管理\r", "情報の管理"},
      {"一\t二\n三", "一\t二\n三"},
      {"規\u00AD程\uFEFF第\u200B１\u200E条\u202E\u2066\u2069", "規程第１条"},
      {"図\uFFFCは[image: 配置図.png]別紙[bookmark: _Toc1]", "図は別紙"},
      {"[image: 閉じない", "[image: 閉じない"},
      {"[image: 閉じない\n[image: 図]一[image: [image: 二", "[image: 閉じない\n一[image: [image: 二"},
      {"前\u2028後\u0085", "前\n後"},
      {"葛\U000E0100城、☎\uFE0F", "葛\U000E0100城、☎\uFE0F"},
      {" \uFE0F葛\U000E0100\U000E0101", " 葛\U000E0100"},
      {"👩\u200D💻と市\u200D民", "👩\u200D💻と市民"},
      {"壊れ\xE3\x81", "壊れ\uFFFD\uFFFD"},
      {"\U000E0041\uFFFE", ""},
      {"\uF0B7一覧\uF0E0手順\uF0FC", "・一覧→手順✓"},
  };
  for (const auto& [given, expected] : cases) CHECK(visible(given) == expected);
}

TEST_CASE("any bytes become well-formed text", "[visible]") {
  std::string bytes;
  for (int i = 0; i < 4096; ++i) bytes += static_cast<char>(i * 37 + i / 7);
  CHECK(shirube::text::is_valid_utf8(visible(bytes)));
  CHECK(visible(visible(bytes)) == visible(bytes));
}

TEST_CASE("marks that never close take time in line with the text", "[visible]") {
  auto seconds = [](size_t marks) {
    std::string s;
    while (marks-- > 0) s += "[image:";
    double best = 1e9;
    for (int round = 0; round < 3; ++round) {
      std::clock_t begin = std::clock();
      CHECK(visible(s) == s);
      best = std::min(best, static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
    }
    return best;
  };
  // Eight times the marks would take 64 times as long if the time were their square.
  CHECK(seconds(40000) < 24 * seconds(5000));
}
