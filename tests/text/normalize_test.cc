#include "text/normalize.h"

#include <catch2/catch.hpp>
#include <random>

#include "text/utf8.h"

using namespace shirube::text;

TEST_CASE("spellings that mean the same fold to one") {
  struct Row {
    const char* written;
    const char* folded;
  };
  const Row rows[] = {
      {"ＬＧＷＡＮ－ＡＳＰ", "lgwan-asp"}, {"LGWAN‐ASP", "lgwan-asp"}, {"ｻｰﾊﾞ", "サーバ"}, {"ﾃﾞｰﾀ", "データ"},
      {"サ－バ", "サーバ"},               {"第１２条", "第12条"},       {"㈱星見", "(株)星見"}, {"①", "1"},
      {"Ⅳ", "iv"},                       {"か\u3099", "が"},           {"２〜３", "2~3"},      {"２～３", "2~3"},
      {"情報　資産", "情報 資産"},         {"㎡", "m2"},                 {"a\u200Bb", "ab"},     {"ー", "ー"},
      {"−1", "-1"},                       {"・", "・"},                 {"･", "・"},           {"", ""},
  };
  for (const auto& row : rows) {
    INFO(row.written);
    CHECK(fold(row.written) == row.folded);
  }
}

TEST_CASE("old kanji fold to the new ones that stand for them alone") {
  CHECK(fold("渡邊") == fold("渡辺"));
  CHECK(fold("髙橋國學院") == "高橋国学院");
  CHECK(fold("瓣") != fold("弁"));
}

TEST_CASE("what carries meaning is not folded") {
  CHECK(fold("サーバ") != fold("サーバー"));
  CHECK(fold("ひらがな") != fold("ヒラガナ"));
  CHECK(fold("十二") != fold("12"));
}

TEST_CASE("each folded place leads back to its original") {
  std::string original = "ＬＧＷＡＮ接続系の㈱";
  Normalized n = normalize(original);
  REQUIRE(n.text() == "lgwan接続系の(株)");
  CHECK(n.original_begin(0) == 0);
  CHECK(n.original_end(5) == 15);
  CHECK(n.original_begin(5) == 15);
  CHECK(n.original_end(n.text().size()) == original.size());
  size_t kabu = n.text().find("株");
  CHECK(original.substr(n.original_begin(kabu)) == "㈱");
}

TEST_CASE("offsets stay on borders and in order under random Unicode") {
  std::mt19937 random(20261122);
  std::uniform_int_distribution<int> kind(0, 9), length(0, 40);
  auto pick = [&]() -> char32_t {
    switch (kind(random)) {
      case 0: return std::uniform_int_distribution<char32_t>(0x20, 0x7E)(random);
      case 1: return std::uniform_int_distribution<char32_t>(0x3041, 0x30FF)(random);
      case 2: return std::uniform_int_distribution<char32_t>(0x4E00, 0x9FFF)(random);
      case 3: return std::uniform_int_distribution<char32_t>(0xFF00, 0xFFEF)(random);
      case 4: return std::uniform_int_distribution<char32_t>(0x300, 0x36F)(random);
      case 5: return std::uniform_int_distribution<char32_t>(0x2000, 0x2BFF)(random);
      case 6: return std::uniform_int_distribution<char32_t>(0x10000, 0x2FFFF)(random);
      case 7: return U'\u3099';
      case 8: return std::uniform_int_distribution<char32_t>(0x3200, 0x33FF)(random);
      default: return std::uniform_int_distribution<char32_t>(0xA0, 0xD7FF)(random);
    }
  };
  for (int round = 0; round < 3000; ++round) {
    std::string original;
    for (int i = length(random); i > 0; --i) append_utf8(original, pick());
    if (round % 10 == 0) original.insert(original.size() / 2, "\xE3\x81");  // broken UTF-8
    Normalized n = normalize(original);
    REQUIRE(is_valid_utf8(n.text()));
    auto on_border = [&](size_t at) { return at == original.size() || (static_cast<unsigned char>(original[at]) & 0xC0) != 0x80 || round % 10 == 0; };
    size_t before = 0;
    for (size_t i = 0; i < n.text().size(); i += code_point_at(n.text(), i).length) {
      size_t begin = n.original_begin(i), end = n.original_end(i + code_point_at(n.text(), i).length);
      REQUIRE(begin >= before);
      REQUIRE(begin < end);
      REQUIRE(end <= original.size());
      REQUIRE(on_border(begin));
      REQUIRE(on_border(end));
      before = begin;
    }
    // Folding a folded text changes nothing more, but for dashes whose neighbours were folded.
    std::string again = fold(n.text());
    REQUIRE(fold(again) == again);
  }
}
