// What the writer puts into the suggestions of an index, and what a search makes of them.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <set>
#include <stdexcept>
#include <utility>

#include "indexer/check.h"
#include "search/meant.h"
#include "store/queue.h"
#include "tests/indexer/fixture.h"

using namespace shirube;
namespace fs = std::filesystem;
using search::SuggestionKind;

namespace {

const corpus::Viewer citizen{{"public"}}, officer{{"public", "staff"}};

struct Fixture : IndexFixture {
  void add(const std::string& slug, const std::string& title, const std::vector<std::string>& headings, const std::string& audience = "public",
           const std::string& kind = "policy", const std::string& effective = "2025-04-01") {
    std::vector<Article> articles;
    for (const auto& heading : headings) articles.push_back({"第" + std::to_string(articles.size() + 1) + "条", heading, heading + "について定める。"});
    add_articles({.slug = slug, .title = title, .kind = kind, .audience = audience, .effective = effective}, articles);
  }

  indexer::IndexWriterOptions failing_at(const std::string& step) {
    auto options = writer_options();
    options.at_step = [step](std::string_view at) {
      if (at == step) throw std::runtime_error("crash");
    };
    return options;
  }
  void index() {
    IndexFixture::index();
    REQUIRE(indexer::check(folder.path(), database, store::Files(folder / "files")).empty());
  }
  fs::path store() { return search::suggestion_folder(search::index_folder(folder.path(), database)); }
  search::Suggester suggester() { return {store(), model(), "test"}; }
  search::Searcher searcher() { return {folder.path(), database, model(), "test", folder / "lexicon"}; }

  std::string texts(const std::string& typed, const corpus::Viewer& viewer = citizen) {
    std::string out;
    for (const auto& one : suggester().suggest(typed, viewer, 50)) out += (out.empty() ? "" : " ") + one.text;
    return out;
  }
  std::string meant(const std::string& typed, const corpus::Viewer& viewer = citizen) {
    auto query = search::parse(typed);
    auto searching = searcher();
    auto suggesting = suggester();
    auto found = searching.match(query, viewer, {});
    auto answer = search::meant(query, found, viewer, {}, searching, suggesting, text::Analyzer(model()));
    return answer ? answer->typed : "";
  }

  /// Editions enough for several segments.
  void add_town(int from, int to) {
    for (int i = from; i < to; ++i) add("d" + std::to_string(i), "見本基準" + std::to_string(i), {"情報の管理", "端末の管理" + std::to_string(i % 3)}, i % 2 ? "staff" : "public");
  }
  std::vector<std::vector<search::Suggestion>> everything() {
    std::vector<std::vector<search::Suggestion>> out;
    auto suggesting = suggester();
    for (const char* typed : {"見", "情", "端末", "端末の管理1", "か", "k"}) {
      for (const auto& viewer : {citizen, officer}) out.push_back(suggesting.suggest(typed, viewer, 50));
    }
    return out;
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "titles, headings and questions are suggested to those who may read them") {
  add("kijun", "情報管理基準", {"情報の分類", "情報管理基準", "", "（情報の分類）"});
  add("kaito", "情報の持ち出しについて", {"情報の持ち出しの可否"}, "staff", "answer");
  index();
  auto found = suggester().suggest("情報", officer, 50);
  REQUIRE(found.size() == 4);
  CHECK(found[0] == search::Suggestion{"情報の分類", 0, SuggestionKind::heading});
  CHECK(found[1] == search::Suggestion{"情報管理基準", 0, SuggestionKind::title});
  CHECK(found[2].kind == SuggestionKind::question);
  CHECK(found[3].kind == SuggestionKind::question);
  CHECK(texts("情報") == "情報の分類 情報管理基準");
  CHECK(texts("情報", {{"committee"}}) == "");
}

TEST_CASE_METHOD(Fixture, "terms are suggested to those who may read where they are defined") {
  add_articles({.slug = "teigi", .title = "見本規程", .kind = "policy", .audience = "public", .effective = "2025-04-01"},
              {{"第1条", "", "「情報媒体」とは、持ち運べる記録媒体をいう。"}, {"第2条", "", "情報媒体の管理者（以下「担当者」という。）は、台帳を備える。"}});
  add_articles({.slug = "himitsu", .title = "内規", .kind = "policy", .audience = "staff", .effective = "2025-04-01"}, {{"第1条", "", "「情報端末」とは、持ち運べる端末をいう。"}});
  index();
  CHECK(suggester().suggest("情報", citizen, 50) == std::vector<search::Suggestion>{{"情報媒体", 0, SuggestionKind::term}});
  CHECK(texts("じょうほ", officer) == "情報媒体 情報端末");
  CHECK(texts("tantousya") == "担当者");
}

TEST_CASE_METHOD(Fixture, "built in segments or added one by one, the same is suggested") {
  add_town(0, 20);
  index();
  add_town(20, 40);
  index();
  auto added = everything();
  REQUIRE(added[0].size() == 20);
  CHECK(search::index_folder(folder.path(), database) == folder / "index-1");

  segment_characters = 30;
  REQUIRE(writer().rebuild([](auto, auto) {}, stop) == indexer::IndexWriter::Outcome::done);
  CHECK(search::index_folder(folder.path(), database) == folder / "index-2");
  CHECK(everything() == added);

  add_town(40, 60);
  index();  // joined with what there is
  CHECK(search::index_folder(folder.path(), database) == folder / "index-3");
  auto joined = everything();
  CHECK(joined[0].size() == 30);
  REQUIRE(writer().rebuild([](auto, auto) {}, stop) == indexer::IndexWriter::Outcome::done);
  CHECK(everything() == joined);
}

TEST_CASE_METHOD(Fixture, "a change of state suggests nothing twice") {
  add("a", "情報甲", {"本則"});
  add("b", "情報乙", {"本則"});
  index();
  // The edition that was in force is queued again; 甲 is carried by two editions now.
  add("b", "情報乙", {"本則"}, "public", "policy", "2020-04-01");
  index();
  CHECK(texts("情報") == "情報乙 情報甲");
  add("a", "情報甲", {"本則"}, "public", "policy", "2019-04-01");
  for (int i = 0; i < 4; ++i) database.write([](SQLite::Database& db) { db.exec("INSERT INTO queue (edition_id) SELECT id FROM editions WHERE document_id = 1"); });
  index();
  CHECK(texts("情報") == "情報甲 情報乙");
  auto before = everything();
  REQUIRE(writer().rebuild([](auto, auto) {}, stop) == indexer::IndexWriter::Outcome::done);
  CHECK(everything() == before);
}

TEST_CASE_METHOD(Fixture, "what is hidden or renamed is suggested no more") {
  add("a", "情報管理基準", {"情報の分類"});
  add("b", "情報公開規則", {"公開の手続"});
  index();
  search::Suggester open = suggester();
  REQUIRE(open.suggest("情報", citizen).size() == 3);
  add("a", "情報管理基準", {"情報の分類"}, "staff");
  index();
  CHECK(texts("情報") == "情報公開規則");
  CHECK(texts("情報", officer) == "情報管理基準 情報公開規則 情報の分類");
  open.refresh();
  CHECK(open.suggest("情報", citizen).size() == 1);
  add("b", "文書公開規則", {"公開の手続"});
  index();
  CHECK(texts("情報") == "");
  CHECK(texts("文書") == "文書公開規則");
  // In its particles alone.
  add("b", "文書の公開規則", {"公開の手続"});
  index();
  CHECK(texts("文書") == "文書の公開規則");
  // With a new edition as well.
  add("b", "文書の公開規則", {"公開の方法"}, "staff", "policy", "2026-04-01");
  index();
  CHECK(texts("文書") == "");
  CHECK(texts("公開") == "");
  CHECK(texts("公開", officer) == "公開の手続 公開の方法 文書の公開規則");
}

TEST_CASE_METHOD(Fixture, "what is hidden before it is indexed is never suggested") {
  segment_characters = GENERATE(30, 1'000'000);
  add_town(0, 6);
  add("d0", "見本基準0", {"情報の管理", "端末の管理0"}, "staff");
  index();
  CHECK(texts("見") == "見本基準2 見本基準4");
  CHECK(texts("見", officer) == "見本基準0 見本基準1 見本基準2 見本基準3 見本基準4 見本基準5");
  CHECK(search::index_folder(folder.path(), database) == folder / "index-1");  // and no index was made to be corrected
}

TEST_CASE_METHOD(Fixture, "what is hidden after a crash is suggested no more") {
  const std::string step = GENERATE("fed", "committed", "suggested");
  INFO(step);
  add("b", "情報公開規則", {"公開の手続"});
  index();
  add("a", "情報管理基準", {"情報の分類"});
  CHECK_THROWS_AS(writer(failing_at(step)).drain([](auto, auto) {}, stop), std::runtime_error);
  add("a", "情報管理基準", {"情報の分類"}, "staff");
  index();
  CHECK(texts("情報") == "情報公開規則");
}

TEST_CASE_METHOD(Fixture, "what is hidden is found and suggested no more while much else is indexed") {
  const std::string killed_at = GENERATE("", "fed", "committed", "suggested", "joined");
  INFO(killed_at);
  add("b", "情報公開規則", {"公開の手続"});
  index();
  add("a", "情報管理基準", {"情報の分類"});
  SECTION("after a crash that left its first edition queued") {
    CHECK_THROWS_AS(writer(failing_at("suggested")).drain([](auto, auto) {}, stop), std::runtime_error);
  }
  SECTION("after it was indexed") { index(); }
  REQUIRE(texts("情報の") == "情報の分類");
  segment_characters = 30;
  add_town(0, 20);
  add("a", "情報管理基準", {"情報の分類"}, "staff");
  if (!killed_at.empty()) CHECK_THROWS_AS(writer(failing_at(killed_at)).drain([](auto, auto) {}, stop), std::runtime_error);
  bool built = false;
  auto options = writer_options();
  options.at_step = [&](std::string_view step) {
    if (step != "joined") return;
    built = true;
    CHECK(texts("情報") == "情報公開規則");
    CHECK(texts("情報", officer) == "情報公開規則 情報管理基準 情報の分類");
    CHECK(searcher().match(search::parse("分類"), citizen, {}).total == 0);
    CHECK(searcher().match(search::parse("分類"), officer, {}).total == 1);
  };
  REQUIRE(writer(options).drain([](auto, auto) {}, stop) == indexer::IndexWriter::Outcome::done);
  CHECK(built);
  CHECK(texts("情報の分") == "");
  CHECK(texts("情報の分", officer) == "情報の分類");
  CHECK(texts("見本基準18") == "見本基準18");
  auto before = everything();
  REQUIRE(writer().rebuild([](auto, auto) {}, stop) == indexer::IndexWriter::Outcome::done);
  CHECK(everything() == before);
}

TEST_CASE_METHOD(Fixture, "what is closed while much is built is closed before the build ends") {
  add("b", "情報公開規則", {"公開の手続"});
  add("a", "情報管理基準", {"情報の分類"});
  index();
  segment_characters = 30;
  add_town(0, 20);
  bool begun = false, built = false;
  auto options = writer_options();
  options.at_step = [&](std::string_view step) {
    if (step == "opened" && !std::exchange(begun, true)) add("a", "情報管理基準", {"情報の分類"}, "staff");
    if (step != "joined") return;
    built = true;
    CHECK(database.read(store::corrected_editions).empty());
    CHECK(texts("情報") == "情報公開規則");
  };
  REQUIRE(writer(options).drain([](auto, auto) {}, stop) == indexer::IndexWriter::Outcome::done);
  CHECK(built);
  CHECK(texts("情報の分") == "");
  CHECK(searcher().match(search::parse("分類"), citizen, {}).total == 0);
  CHECK(searcher().match(search::parse("分類"), officer, {}).total == 1);
}

TEST_CASE_METHOD(Fixture, "corrections are taken up alone when asked for") {
  add("b", "情報公開規則", {"公開の手続"});
  add("a", "情報管理基準", {"情報の分類"});
  CHECK(writer().correct(stop) == indexer::IndexWriter::Outcome::done);  // there is no index yet
  CHECK(search::index_folder(folder.path(), database).empty());
  index();
  add("c", "情報公開要綱", {"公開の窓口"});
  add("a", "情報管理基準", {"情報の分類"}, "staff");
  REQUIRE(database.read(store::queue_length) == 2);
  CHECK(writer().correct(stop) == indexer::IndexWriter::Outcome::done);
  CHECK(database.read(store::queue_length) == 1);
  CHECK(database.read(store::corrected_editions).empty());
  CHECK(texts("情報") == "情報公開規則");
}

TEST_CASE_METHOD(Fixture, "after many corrections suggestions are made anew once") {
  add_town(0, 6);
  index();
  for (int i = 0; i < 6; ++i) add("d" + std::to_string(i), "改正基準" + std::to_string(i), {"情報の管理", "端末の管理" + std::to_string(i % 3)}, "public");
  commit_bytes = 1;
  auto options = writer_options();
  int commits = 0;
  options.at_step = [&](std::string_view step) {
    if (step != "dequeued") return;
    ++commits;
    CHECK_FALSE(fs::exists(store()));
  };
  SECTION("in one go") {}
  SECTION("stopped") {
    auto stopping = options;
    stopping.at_step = [&](std::string_view step) { stop = stop || step == "dequeued"; };
    CHECK(writer(stopping).drain([](auto, auto) {}, stop) == indexer::IndexWriter::Outcome::stopped);
    CHECK_FALSE(fs::exists(store()));
    stop = false;
  }
  REQUIRE(writer(options).drain([](auto, auto) {}, stop) == indexer::IndexWriter::Outcome::done);
  CHECK(commits > 3);
  CHECK(texts("見") == "");
  CHECK(texts("改") == "改正基準0 改正基準1 改正基準2 改正基準3 改正基準4 改正基準5");
}

TEST_CASE_METHOD(Fixture, "suggestions that are missing are made anew") {
  add_town(0, 10);
  index();
  auto before = everything();
  fs::remove_all(store());
  CHECK(texts("情報") == "");
  CHECK_THAT(indexer::check(folder.path(), database, store::Files(folder / "files")), Catch::VectorContains(std::string("入力候補の索引がありません（shirube serve か ingest が作ります）")));
  SECTION("when nothing is queued") { index(); }
  SECTION("when something is") {
    database.write([](SQLite::Database& db) { db.exec("INSERT INTO queue (edition_id) VALUES (1)"); });
    index();
  }
  SECTION("when they are joined with a new index") {
    segment_characters = 30;
    add_town(10, 20);
    index();
    REQUIRE(writer().rebuild([](auto, auto) {}, stop) == indexer::IndexWriter::Outcome::done);
    CHECK(texts("見", officer).find("見本基準19") != std::string::npos);
    return;
  }
  CHECK(everything() == before);
}

TEST_CASE_METHOD(Fixture, "a stopped build leaves the suggestions as they were, and goes on") {
  add_town(0, 10);
  index();
  segment_characters = 30;
  add_town(10, 20);
  stop = true;
  CHECK(writer().drain([](auto, auto) {}, stop) == indexer::IndexWriter::Outcome::stopped);
  CHECK(texts("見本基準1") == "");  // of odd numbers, staff alone
  CHECK(texts("見本基準1", officer) == "見本基準1");
  stop = false;
  index();
  CHECK(texts("見本基準1") == "見本基準10 見本基準12 見本基準14 見本基準16 見本基準18");
  std::set<std::string> left;
  for (const auto& entry : fs::directory_iterator(folder.path())) left.insert(entry.path().filename().string());
  CHECK(left.contains("index-2"));
  CHECK_FALSE(left.contains("index-2.parts"));
}

TEST_CASE_METHOD(Fixture, "what was meant is asked of the index") {
  add("a", "情報セキュリティ対策基準", {"委託先の監査", "暗号化", "パスワードの変更", "損失の補償", "該当の場合"});
  add("b", "内部調査の手順", {"漏えいの調査"}, "staff");
  index();
  fs::create_directory(folder / "lexicon");
  std::ofstream(folder / "lexicon" / "boilerplate.tsv") << "教える\n下さる\n場合\n";
  struct Row {
    const char *typed, *meant;
    corpus::Viewer viewer = citizen;
  };
  const Row rows[] = {
      {"セキュティ", "セキュリティ"},
      {"あんごうか", "暗号化"},
      {"angouka", "暗号化"},
      {"セキュティ対策について教えてください", "セキュリティ対策について教えてください"},
      {"損失の保障", "損失の補償"},
      // Signs and fields stay as they are.
      {"種別:規程 セキュティ -損失", "種別:規程 セキュリティ -損失"},
      {"「補償」 セキュティ", "「補償」 セキュリティ"},
      // What its filters hide is not offered.
      {"種別:法令 セキュティ", ""},
      {"セキュリティ", ""},
      {"委託先の監査", ""},
      {"鯨", ""},
      {"", ""},
      {"種別:規程", ""},
      {"「セキュティ」", ""},
      // Nobody means a word that says nothing.
      {"baai", ""},
  };
  for (const auto& row : rows) {
    INFO(row.typed);
    CHECK(meant(row.typed, row.viewer) == row.meant);
  }
  CHECK(meant("naibuchousa", officer) == "内部調査");
  CHECK(meant("naibuchousa") == "");
}

TEST_CASE_METHOD(Fixture, "what was meant is counted as its reader will find it") {
  add("a", "情報セキュリティ対策基準", {"委託先の監査", "暗号化", "パスワードの変更", "損失の補償"});
  add("b", "鍵の手順", {"鍵の保管"});
  index();
  fs::create_directory(folder / "lexicon");
  std::ofstream(folder / "lexicon" / "synonyms.tsv") << "暗号化\tパスワード\n";
  std::ofstream(folder / "lexicon" / "pinned.tsv") << "暗号化\tb/2025-04-01/1\n";
  auto searching = searcher();
  auto suggesting = suggester();
  search::Window as_typed, newest, folded;
  as_typed.synonyms = false;
  newest.sort = search::Sort::newest;  // nothing is placed first
  folded.one_per_document = true;
  std::vector<uint64_t> counts;
  for (auto window : {search::Window{}, as_typed, newest, folded}) {
    window.first = 20;
    auto query = search::parse("あんごうか");
    auto answer = search::meant(query, searching.search(query, citizen, window).found, citizen, window, searching, suggesting, text::Analyzer(model()));
    REQUIRE(answer);
    window.first = 0;
    CHECK(answer->found == searching.search(search::parse(answer->typed), citizen, window).found.total);
    counts.push_back(answer->found);
  }
  CHECK(counts == std::vector<uint64_t>{3, 2, 2, 3});
}

TEST_CASE_METHOD(Fixture, "what was meant may stand in texts alone") {
  const char* town[] = {"漏えいが意外な原因で生じたときは、パスワードを変更し、申込みを受け付けず、責任を追及する。",
                        "委託先のデータセンターの監査を行い、エスカレーターの点検の結果を CISO に報告する。", "漏洩による懲戒の手続と査問を定める。監査の結果は、これを添える。"};
  const std::string way = GENERATE("added", "added one by one", "built", "joined", "made anew");
  INFO(way);
  if (way == "added one by one") commit_bytes = 1;
  if (way == "built" || way == "joined") segment_characters = 1;
  if (way == "joined") {
    add_clauses("z", "public", {{"1", "別のことを定める。"}});
    index();
  }
  add_clauses("a", "public", {{"1", town[0]}});
  add_clauses("b", "public", {{"1", town[1]}});
  add_clauses("c", "staff", {{"1", town[2]}});
  index();
  if (way == "made anew") {
    fs::remove_all(store());
    index();
  }
  struct Row {
    const char *typed, *meant;
    corpus::Viewer viewer = citizen;
  };
  const Row rows[] = {
      {"ぱすわーど", "パスワード"},
      {"パスワド", "パスワード"},
      {"パスワートの変更", "パスワードの変更"},
      {"かんさ", "監査"},
      {"kansa", "監査"},
      {"責任の追求", "責任の追及"},
      {"以外", "意外"},
      // In the spelling of a text that its reader may see.
      {"ろえい", "漏えい"},
      {"ろえい", "漏洩", {{"staff"}}},
      {"エスカレタの点検", "エスカレーターの点検"},
      {"もしこみ", "申込"},
      {"csio", "CISO"},
      {"監査", ""},
      {"ciso", ""},
      // Words of hidden clauses alone.
      {"ちょかい", ""},
      {"ちょかい", "懲戒", officer},
      {"ざもん", ""},
      {"ざもん", "査問", officer},
      {"ざもん", "", {{"committee"}}},
      {"かんさ", "監査", {{"staff"}}},
      {"パスワド", "", {{"staff"}}},
  };
  for (const auto& row : rows) {
    INFO(row.typed);
    CHECK(meant(row.typed, row.viewer) == row.meant);
  }
  // They are no suggestions.
  CHECK(texts("パス") == "");
  CHECK(texts("かん", officer) == "");
  add_clauses("a", "staff", {{"1", town[0]}});
  index();
  CHECK(meant("パスワド") == "");
  CHECK(meant("パスワド", officer) == "パスワード");
}
