// docs/specifications.md, held against the ledgers, the routes and the tests that it names.
#include "tests/records/specification.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <regex>
#include <set>

using namespace shirube;
using namespace shirube::records;

namespace {

/// What is found of a pattern's first group in a file of the project.
std::set<std::string> found(const std::string& file, const std::string& pattern) {
  const std::string text = text_of(file);
  const std::regex regex(pattern);
  std::set<std::string> out;
  for (std::sregex_iterator at(text.begin(), text.end(), regex), end; at != end; ++at) out.insert((*at)[1].str());
  return out;
}

/// The document with one word for another, which must be there.
std::string broken(const std::string& from, const std::string& to) {
  std::string text = text_of("docs/specifications.md");
  // Only within the tables of the specifications: other tables may say the same.
  const size_t at = text.find(from, text.find("## 仕様A"));
  REQUIRE(at < text.find("## 期限と回数の数え方"));
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("what docs/specifications.md names is in the ledgers") {
  REQUIRE(shipped_ledgers().faults().empty());
  const auto& specification = shipped_specification();
  for (const auto& fault : specification.faults()) {
    INFO(fault);
    CHECK(false);
  }
  CHECK(specification.clauses().size() >= 90);
  std::set<std::string> places;
  for (const auto& clause : specification.clauses()) {
    INFO(clause.place);
    CHECK_FALSE(clause.named.empty());
    places.insert(clause.place.substr(0, clause.place.find(' ')));
  }
  CHECK(places == std::set<std::string>{"仕様A", "仕様B"});
  // Each ledger answers to some clause.
  std::set<std::string> ledgers;
  for (const auto& one : specification.all(Named::What::ledger)) ledgers.insert(one.ledger->key());
  for (const auto& ledger : shipped_ledgers().all()) {
    INFO(ledger.name());
    CHECK(ledgers.contains(ledger.key()));
  }
}

TEST_CASE("the screens that docs/specifications.md names are served") {
  auto routes = found("web/app.cc", "\\{\"GET\", \"([^\"]+)\"");
  REQUIRE(routes.size() > 40);
  routes.insert("/records/番号");
  REQUIRE(routes.contains("/records/{}"));
  REQUIRE(routes.contains("/ledgers/{}"));
  for (const auto& clause : shipped_specification().clauses()) {
    for (const auto& screen : clause.screens) {
      INFO(clause.place << " " << screen);
      CHECK((screen.starts_with("/ledgers/") || routes.contains(screen)));
    }
  }
}

TEST_CASE("the tests that docs/specifications.md names are there") {
  const auto scenes = text_of("tests/CMakeLists.txt");
  std::set<std::string> named;
  for (const auto& clause : shipped_specification().clauses()) {
    CHECK_FALSE(clause.tests.empty());
    for (const auto& test : clause.tests) {
      INFO(clause.place << " " << test.file << "「" << test.name << "」");
      named.insert(test.file + test.name);
      if (test.name.empty()) {
        CHECK(std::filesystem::exists(std::string(test::source_folder) + "/tests/" + test.file + ".mjs"));
        CHECK(std::regex_search(scenes, std::regex("foreach\\(scene [^)]*\\b" + test.file.substr(8) + "\\b")));
      } else {
        // The whole name of a case: a beginning would hold for another that came in its place.
        CHECK(found("tests/" + test.file + ".cc", "TEST_CASE(?:_METHOD)?\\((?:[A-Za-z_]+, )?\"([^\"]+)\"").contains(test.name));
      }
    }
  }
  CHECK(named.size() >= 20);
}

TEST_CASE("a word of docs/specifications.md that is broken is told with its clause") {
  struct Row {
    std::string from, to, said;
  };
  const Row rows[] = {
      {"適用基準「今の版」", "適用基淮「今の版」", "仕様A 1: 台帳の名前ではありません: 適用基淮"},
      {"適用基準「今の版」", "適用基準「いまの版」", "仕様A 1: 適用基準に、この項目はありません: いまの版"},
      {"監査「種類」（内部監査）", "監査「種類」（庁内監査）", "監査の「種類」に、この言葉はありません: 庁内監査"},
      {"「経過」（足せるだけ）", "「封じ込め」（足せるだけ）", "この言葉はありません: 足せるだけ"},
      {"「聞き取りの相手」（個人情報", "「よい取組」（個人情報", "この言葉はありません: 個人情報"},
      {"文書「監査実施計画書」", "文書「監査計画書」", "監査に、この文書はありません: 監査計画書"},
      {"公開「委員向けの最新情報」", "公開「委員の最新情報」", "通知対応に、この公開はありません: 委員の最新情報"},
      {"状態（企画、", "状態（起案、", "外部サービス利用協議に、この状態はありません: 起案"},
      {"適用基準「最新の版の確認」（翌日から3か月）", "適用基準「版の確認」（翌日から3か月）", "適用基準に、この規則はありません: 版の確認"},
      {"適用基準「最新の版の確認」（翌日から3か月）", "適用基準「最新の版の確認」（翌日から4か月）", "「最新の版の確認」の言葉ではありません: 翌日から4か月"},
      {"（平日9:00～17:30）", "（平日9:00～17:00）", "言葉ではありません: 平日9:00～17:00"},
      {"業務実績「オンサイト」（月2回以上）", "業務実績「オンサイト」", "業務実績の「オンサイト」の言葉ではありません: "},
      {"`/ledgers/kijun`", "`/ledgers/kijyun`", "この鍵の台帳はありません: /ledgers/kijyun"},
      {"`/ledgers/kijun`", "`/ledgers/sodan`", "この行が名指ししていない台帳です: /ledgers/sodan"},
      {"一覧「委託先の部」", "一覧「委託の部」", "点検項目に、この一覧はありません: 委託の部"},
      {"適用基準「今の版」", "適用基準 「今の版」", "仕様A 1: ここから読めません"},
      {"records/", "records", "仕様A 1: 試験の名前ではありません"},
  };
  for (const auto& row : rows) {
    INFO(row.to);
    const Specification specification(broken(row.from, row.to), shipped_ledgers());
    REQUIRE_FALSE(specification.faults().empty());
    CHECK_THAT(specification.faults()[0], Catch::Contains(row.said));
  }
}
