#include "text/analyzer.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <random>

#include "text/error.h"
#include "text/user_dictionary.h"
#include "text/utf8.h"

using namespace shirube::text;

namespace {

const AnalyzerModel& model() {
  static AnalyzerModel instance{AnalyzerOptions{}};
  return instance;
}

std::string words(const Analyzer& analyzer, const char* s) {
  std::string out;
  for (const auto& token : analyzer.analyze(s)) {
    if (token.kind == TokenKind::function) continue;
    out += (out.empty() ? "" : " ") + token.term;
  }
  return out;
}

}  // namespace

TEST_CASE("words come in their dictionary form, particles apart") {
  Analyzer analyzer(model());
  struct Row {
    const char* text;
    const char* words;
  };
  const Row rows[] = {
      {"情報資産を管理しなければならない。", "情報 資産 管理"},
      {"ＬＧＷＡＮの利用", "lgwan 利用"},
      {"百二十三件", "123 件"},
      {"二〇二五年", "2025 年"},
      {"", ""},
      {"。、（）", ""},
  };
  for (const auto& row : rows) {
    INFO(row.text);
    CHECK(words(analyzer, row.text) == row.words);
  }
}

TEST_CASE("spellings of one word meet") {
  Analyzer analyzer(model());
  const std::vector<std::vector<const char*>> groups = {
      {"取扱い", "取り扱い", "取扱", "取り扱う"}, {"受付", "受け付け", "受付け"}, {"サーバ", "サーバー", "ｻｰﾊﾞｰ"}, {"打合せ", "打ち合わせ"}, {"子供", "子ども"},
      {"申込", "申込み", "申し込み"}, {"行う", "行なう"}, {"セキュリティ", "セキュリティー"}, {"手続", "手続き"}, {"第五条", "第５条", "第5条"},
      {"①", "(1)", "１"}, {"高橋", "髙橋"}, {"国学院", "國學院"}, {"支払い", "支払"}, {"見積もり", "見積り", "見積"},
  };
  for (const auto& group : groups) {
    for (const char* spelling : group) {
      INFO(spelling);
      CHECK(words(analyzer, spelling) == words(analyzer, group[0]));
    }
  }
  // Alike in kanji, different words.
  CHECK(words(analyzer, "生き物") != words(analyzer, "生物"));
  CHECK(words(analyzer, "組み合わせ") != words(analyzer, "組合"));
  CHECK(words(analyzer, "コピー") == "コピー");
}

TEST_CASE("IPADIC cuts as well, by its own features") {
  AnalyzerOptions options;
  options.dictionary = "/var/lib/mecab/dic/ipadic-utf8";
  AnalyzerModel ipadic(options);
  Analyzer analyzer(ipadic);
  CHECK(words(analyzer, "情報資産を管理しなければならない。") == "情報 資産 管理");
  CHECK(analyzer.reading("情報資産") == "じょうほうしさん");
}

TEST_CASE("a text is read aloud") {
  Analyzer analyzer(model());
  CHECK(analyzer.reading("情報資産の取扱い") == "じょうほうしさんのとりあつかい");
  CHECK(analyzer.reading("ISMAP") == "ismap");
  CHECK(analyzer.reading("") == "");
}

TEST_CASE("clause numbers of every notation meet") {
  struct Row {
    const char* text;
    const char* reference;
  };
  const Row rows[] = {
      {"第十二条", "12条"}, {"第１２条", "12条"}, {"第12条", "12条"},     {"16条の3", "16条の3"}, {"第十六条の三", "16条の3"},
      {"第七条ノ二", "7条の2"}, {"第２項", "2項"}, {"別表第一", "別表1"}, {"別紙１", "別紙1"},   {"第三章", "3章"},
  };
  for (const auto& row : rows) {
    INFO(row.text);
    auto found = references(normalize(row.text));
    REQUIRE(found.size() == 1);
    CHECK(found[0].term == row.reference);
    CHECK(found[0].begin == 0);
    CHECK(found[0].end == std::string(row.text).size());
  }
  CHECK(references(normalize("3項目と2号車")).empty());
}

TEST_CASE("bigrams overlap within runs") {
  std::string out;
  for (const auto& token : bigrams(normalize("情報資産、税 ISO"))) out += token.term + " ";
  CHECK(out == "情報 報資 資産 税 is so ");
}

TEST_CASE("offsets lie on character borders, in order, for any text") {
  Analyzer analyzer(model());
  std::mt19937 random(7);
  const std::u32string alphabet = U"第十二条１2ア情報資産セキュリティー。、（）㈱か\u3099漢 \n\u3000𠮷①ＡZé-–";
  for (int round = 0; round < 1500; ++round) {
    std::string text;
    for (size_t i = random() % 60; i > 0; --i) append_utf8(text, random() % 8 == 0 ? char32_t(0x20 + random() % 0x3000) : alphabet[random() % alphabet.size()]);
    size_t before = 0;
    for (const auto& token : analyzer.analyze(text)) {
      REQUIRE(token.begin >= before);
      REQUIRE(token.begin < token.end);
      REQUIRE(token.end <= text.size());
      REQUIRE(is_valid_utf8(std::string_view(text).substr(token.begin, token.end - token.begin)));
      REQUIRE_FALSE(token.term.empty());
      before = token.begin;
    }
    for (const auto& token : bigrams(normalize(text))) {
      REQUIRE(token.begin < token.end);
      REQUIRE(is_valid_utf8(std::string_view(text).substr(token.begin, token.end - token.begin)));
    }
  }
}

TEST_CASE("a long text without any break is cut and loses nothing") {
  Analyzer analyzer(model());
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "税";
  size_t covered = 0;
  for (const auto& token : analyzer.analyze(text)) covered += token.end - token.begin;
  CHECK(covered == text.size());
}

TEST_CASE("a user dictionary keeps its terms whole") {
  auto folder = std::filesystem::temp_directory_path() / ("shirube-dictionary-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  auto terms = parse_user_terms("# 用語\n三層の対策\tサンソウノタイサク\nＬＧＷＡＮ－ＡＳＰ\n", "terms.tsv");
  REQUIRE(terms.size() == 2);
  AnalyzerOptions options;
  options.user_dictionary = folder / "user.dic";
  compile_user_dictionary(terms, options.dictionary, options.user_dictionary);
  AnalyzerModel with_terms(options);
  Analyzer analyzer(with_terms);
  CHECK(words(analyzer, "三層の対策とLGWAN-ASPの利用") == "三層の対策 3 層 対策 lgwan-asp lgwan asp 利用");
  std::filesystem::remove_all(folder);
}

TEST_CASE("a faulty term list names its line") {
  CHECK_THROWS_WITH(parse_user_terms("良い用語\n悪い,用語\n", "terms.tsv"), Catch::Contains("terms.tsv") && Catch::Contains("2行目"));
}

TEST_CASE("a missing dictionary says what to install") {
  AnalyzerOptions options;
  options.dictionary = "/nowhere";
  CHECK_THROWS_AS(AnalyzerModel(options), shirube::Error);
}
