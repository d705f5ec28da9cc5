#include "search/passage.h"

#include <catch2/catch.hpp>
#include <random>

#include "text/utf8.h"

using namespace shirube;
using namespace shirube::search;

namespace {

const text::Analyzer& analyzer() {
  static text::AnalyzerModel model{text::AnalyzerOptions{}};
  static text::Analyzer instance(model);
  return instance;
}

std::string marked(const std::string& text, const char* query) {
  std::string out;
  size_t at = 0;
  for (const auto& mark : marks(text, parse(query), analyzer())) {
    out += text.substr(at, mark.begin - at) + "[" + text.substr(mark.begin, mark.end - mark.begin) + "]";
    at = mark.end;
  }
  return out + text.substr(at);
}

}  // namespace

TEST_CASE("what matched is marked, in any width and form") {
  CHECK(marked("ＬＧＷＡＮを利用した。", "lgwan 利用") == "[ＬＧＷＡＮ]を[利用]した。");
  CHECK(marked("情報資産の分類", "\"資産の分\"") == "情報[資産の分]類");
  CHECK(marked("第十二条による", "第12条") == "[第十二条]による");
  CHECK(marked("関係ない文", "監査") == "関係ない文");
  CHECK(marked("", "監査") == "");
}

TEST_CASE("the window shows the place with most matches, from the sentence's beginning") {
  std::string text;
  for (int i = 0; i < 50; ++i) text += "前置きの文が続く。";
  text += "委託先の監査を毎年行う。";
  for (int i = 0; i < 50; ++i) text += "後の文が続く。";
  auto parts = passages(text, parse("委託先 監査"), analyzer());
  REQUIRE(parts.size() == 1);
  const auto& part = parts[0];
  CHECK(text.substr(part.window.begin).starts_with("委託先の監査"));
  CHECK(text.substr(0, part.window.end).ends_with("。"));
  size_t length = text::length_utf8(text.substr(part.window.begin, part.window.end - part.window.begin));
  CHECK(length >= 80);
  CHECK(length <= 144);
  CHECK(part.marks.size() >= 2);
}

TEST_CASE("matches far from each other have windows of their own") {
  std::string text = "委託先を選ぶ。";
  for (int i = 0; i < 60; ++i) text += "前置きの文が続く。";
  text += "監査を毎年行う。";
  auto parts = passages(text, parse("委託先 監査"), analyzer());
  REQUIRE(parts.size() == 2);
  CHECK(parts[0].window.begin == 0);
  CHECK(text.substr(parts[1].window.begin).starts_with("監査を"));
}

TEST_CASE("marks lie on character borders within the window for any text") {
  std::mt19937 random(11);
  const std::u32string alphabet = U"委託監査第12条。、 \n㈱か\u3099A𠮷ー情報資産";
  for (int round = 0; round < 500; ++round) {
    std::string text;
    for (size_t i = random() % 300; i > 0; --i) text::append_utf8(text, alphabet[random() % alphabet.size()]);
    size_t before = 0;
    for (const auto& part : passages(text, parse("委託 監査 第12条 \"情報\" ㈱"), analyzer())) {
      REQUIRE(part.window.begin >= before);
      REQUIRE(part.window.begin <= part.window.end);
      REQUIRE(part.window.end <= text.size());
      REQUIRE(text::is_valid_utf8(text.substr(part.window.begin, part.window.end - part.window.begin)));
      before = part.window.begin;
      for (const auto& mark : part.marks) {
        REQUIRE(mark.begin >= before);
        REQUIRE(mark.end > mark.begin);
        REQUIRE(mark.end <= part.window.end);
        REQUIRE(text::is_valid_utf8(text.substr(mark.begin, mark.end - mark.begin)));
        before = mark.end;
      }
      before = part.window.end;
    }
  }
}
