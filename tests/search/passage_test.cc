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
  auto part = passage(text, parse("委託先 監査"), analyzer());
  CHECK(text.substr(part.window.begin).starts_with("委託先の監査"));
  CHECK(text::length_utf8(text.substr(part.window.begin, part.window.end - part.window.begin)) == 120);
  CHECK(part.marks.size() >= 2);
}

TEST_CASE("marks lie on character borders within the window for any text") {
  std::mt19937 random(11);
  const std::u32string alphabet = U"委託監査第12条。、 \n㈱か\u3099A𠮷ー情報資産";
  for (int round = 0; round < 500; ++round) {
    std::string text;
    for (size_t i = random() % 300; i > 0; --i) text::append_utf8(text, alphabet[random() % alphabet.size()]);
    auto part = passage(text, parse("委託 監査 第12条 \"情報\" ㈱"), analyzer());
    REQUIRE(part.window.begin <= part.window.end);
    REQUIRE(part.window.end <= text.size());
    REQUIRE(text::is_valid_utf8(text.substr(part.window.begin, part.window.end - part.window.begin)));
    size_t before = part.window.begin;
    for (const auto& mark : part.marks) {
      REQUIRE(mark.begin >= before);
      REQUIRE(mark.end > mark.begin);
      REQUIRE(mark.end <= part.window.end);
      REQUIRE(text::is_valid_utf8(text.substr(mark.begin, mark.end - mark.begin)));
      before = mark.end;
    }
  }
}
