#include "search/passage.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <random>

#include "tests/temporary_folder.h"
#include "text/utf8.h"

using namespace shirube;
using namespace shirube::search;

namespace {

const text::Analyzer& analyzer() {
  static text::AnalyzerModel model{text::AnalyzerOptions{}};
  static text::Analyzer instance(model);
  return instance;
}

Marker marker(const char* query) { return {parse(query), ask(parse(query), analyzer(), {}), analyzer()}; }

std::string marked(const std::string& text, const Marker& marker, int64_t clause = 1) {
  std::string out;
  size_t at = 0;
  for (const auto& mark : marker.marks(text, clause)) {
    out += text.substr(at, mark.begin - at) + "[" + text.substr(mark.begin, mark.end - mark.begin) + "]";
    at = mark.end;
  }
  return out + text.substr(at);
}
std::string marked(const std::string& text, const char* query) { return marked(text, marker(query)); }

}  // namespace

TEST_CASE("what matched is marked, in any width and form") {
  CHECK(marked("ＬＧＷＡＮを利用した。", "lgwan 利用") == "[ＬＧＷＡＮ]を[利用]した。");
  CHECK(marked("情報資産の分類", "\"資産の分\"") == "情報[資産の分]類");
  CHECK(marked("第十二条による", "第12条") == "[第十二条]による");
  CHECK(marked("関係ない文", "監査") == "関係ない文");
  CHECK(marked("", "監査") == "");
}

TEST_CASE("marked is what was looked for, and nothing else") {
  TemporaryFolder folder;
  std::ofstream(folder / "synonyms.tsv") << "BYOD\t私物端末\nホスト\tサーバ\n";
  std::ofstream(folder / "boilerplate.tsv") << "場合\n";
  Lexicon lexicon(folder.path(), analyzer());
  auto by = [&](const char* query, bool synonyms, const std::string& text) {
    Query parsed = parse(query);
    return marked(text, Marker(parsed, ask(parsed, analyzer(), lexicon, synonyms), analyzer()));
  };
  CHECK(by("BYOD", true, "私物端末（BYOD）を禁じる。") == "[私物端末]（[BYOD]）を禁じる。");
  CHECK(by("BYOD", false, "私物端末（BYOD）を禁じる。") == "私物端末（[BYOD]）を禁じる。");
  CHECK(by("=BYOD", true, "私物端末（BYOD）を禁じる。") == "私物端末（[BYOD]）を禁じる。");
  // In any spelling, and apart from each other where nowhere together.
  CHECK(by("ホスト", true, "サーバーを置く。") == "[サーバー]を置く。");
  CHECK(by("BYOD", true, "端末が私物のとき") == "[端末]が[私物]のとき");
  CHECK(by("BYOD", true, "端末を置く。") == "端末を置く。");
  CHECK(by("監査の場合", true, "場合により監査する。") == "場合により[監査]する。");
  CHECK(by("場合", true, "場合により監査する。") == "[場合]により監査する。");
}

TEST_CASE("what a document calls something is marked there") {
  Query query = parse("個人情報の保護");
  Question question = ask(query, analyzer(), {});
  question.widened = {{"法", {{3, 5}, {9, 9}}}};
  Marker marker(query, question, analyzer());
  std::string text = "この方法は法による。";
  for (int64_t clause : {3, 5, 9}) CHECK(marked(text, marker, clause) == "この方法は[法]による。");
  for (int64_t clause : {2, 6, 10}) CHECK(marked(text, marker, clause) == text);
}

TEST_CASE("the window shows the place with most matches, from the sentence's beginning") {
  std::string text;
  for (int i = 0; i < 50; ++i) text += "前置きの文が続く。";
  text += "委託先の監査を毎年行う。";
  for (int i = 0; i < 50; ++i) text += "後の文が続く。";
  auto parts = marker("委託先 監査").passages(text, 1);
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
  auto parts = marker("委託先 監査").passages(text, 1);
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
    for (const auto& part : marker("委託 監査 第12条 \"情報\" ㈱").passages(text, 1)) {
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
