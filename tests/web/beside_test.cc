// What stands beside a clause: its note, its counterparts, who speaks of it; terms; lists for a spreadsheet; the first page.
#include <fstream>
#include <nlohmann/json.hpp>

#include "corpus/glossary.h"
#include "corpus/note.h"
#include "indexer/extract.h"
#include "office/workbook.h"
#include "tests/web/town.h"
#include "text/error.h"
#include "web/target.h"

using namespace shirube;
using namespace shirube::web;

namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;
const std::string policy = "/documents/taisaku-kijun/2025-04-01";

corpus::Clause clause(const std::string& path, const std::string& text, const std::string& audience = {}) {
  corpus::Clause out;
  out.path = path, out.label = "第" + path + "条", out.locator = out.label, out.kind = corpus::ClauseKind::article, out.text = text, out.audience = audience;
  return out;
}

struct Fixture {
  Town town;
  App app{town.options()};

  AppOptions clerk() {
    auto options = town.options();
    options.viewer.tasks = {corpus::Task::desk};
    return options;
  }
  Response post(const App& to, const std::string& target, const Fields& fields) {
    return to.handle({"POST", target, {{"Content-Type", "application/x-www-form-urlencoded"}, {"Sec-Fetch-Site", "same-origin"}}, write_query(fields).substr(1)});
  }
  nlohmann::json json(const std::string& target) {
    auto response = town.get(app, "/api/v1" + target);
    INFO(target << "\n" << response.body.substr(0, 500));
    REQUIRE(response.status == 200);
    return nlohmann::json::parse(response.body);
  }
  void add(const std::string& slug, const std::string& title, const std::string& kind, const std::string& day, std::vector<corpus::Clause> clauses, const std::string& audience = "public") {
    corpus::NewEdition edition;
    edition.facts.slug = slug, edition.facts.title = title, edition.facts.kind = kind, edition.facts.audience = audience, edition.facts.effective = day;
    edition.content_hash = slug + day;
    edition.clauses = std::move(clauses);
    town.library.add({&edition, 1});
    town.index();
  }
};

bool holds(const std::string& body, const std::string& part) { return body.find(part) != std::string::npos; }

}  // namespace

TEST_CASE_METHOD(Fixture, "a note is written at the desk, read by who sees the clause, and kept from who writes at the same time") {
  App desk(clerk());
  CHECK(post(app, policy + "/clauses/2/note", {{"text", "x"}, {"revision", "0"}}).status == 403);
  CHECK(post(desk, policy + "/clauses/2/note", {{"text", "持ち出す前に、\r\n課長に言う。"}, {"revision", "0"}}).status == 303);
  auto note = json(policy + "/clauses/2")["note"];
  CHECK(note["lines"] == nlohmann::json({"持ち出す前に、", "課長に言う。"}));
  CHECK(note["revision"] == 1);
  auto late = post(desk, policy + "/clauses/2/note", {{"text", "別の人"}, {"revision", "0"}});
  CHECK(late.status == 409);
  CHECK(holds(late.body, ">別の人</textarea>"));
  CHECK(holds(late.body, "name=\"revision\" value=\"1\""));
  CHECK(post(desk, policy + "/clauses/2/note", {{"text", "直した。"}, {"revision", "1"}}).status == 303);
  CHECK(json(policy + "/clauses/2")["note"]["lines"][0] == "直した。");
  CHECK(holds(town.get(app, policy + "/clauses/2").body, "やさしい解説"));
  CHECK(post(desk, policy + "/clauses/2/note", {{"text", std::string(2001, 'a')}, {"revision", "2"}}).status == 400);
  CHECK(post(desk, policy + "/clauses/2/note", {{"text", "a\x01"}, {"revision", "2"}}).status == 400);
  CHECK(post(desk, policy + "/clauses/99/note", {{"text", "a"}, {"revision", "0"}}).status == 404);
  CHECK(post(desk, "/documents/himitsu/2025-04-01/clauses/1/note", {{"text", "a"}, {"revision", "0"}}).status == 404);
  CHECK(post(desk, policy + "/clauses/2/note", {{"text", " "}, {"revision", "2"}}).status == 303);
  CHECK(json(policy + "/clauses/2")["note"]["lines"].empty());
  // Who held an earlier note is told, though it is gone.
  CHECK(post(desk, policy + "/clauses/2/note", {{"text", "昔の続き"}, {"revision", "2"}}).status == 409);
  town.database.read([](SQLite::Database& db) {
    SQLite::Statement events(db, "SELECT count(*) FROM events WHERE action = 'note.write'");
    events.executeStep();
    CHECK(events.getColumn(0).getInt() == 3);
  });
}

TEST_CASE_METHOD(Fixture, "a note of an earlier edition goes with the clause, and says where the words have changed since") {
  App desk(clerk());
  const std::string before = "/documents/taisaku-kijun/2024-04-01";
  REQUIRE(post(desk, before + "/clauses/2/note", {{"text", "前の解説。"}, {"revision", "0"}}).status == 303);
  REQUIRE(post(desk, before + "/clauses/1/note", {{"text", "同じままの解説。"}, {"revision", "0"}}).status == 303);
  auto changed = json(policy + "/clauses/2")["note"], same = json(policy + "/clauses/1")["note"];
  CHECK(changed["changed"] == true);
  CHECK(changed["own"] == false);
  CHECK(changed["revision"] == 0);
  CHECK(changed["label"] == "令和6年4月1日版");
  CHECK(same["changed"] == false);
  CHECK(holds(town.get(app, policy + "/clauses/2").body, "その後、条文が変わっています"));
}

TEST_CASE_METHOD(Fixture, "words below a clause are its words, for its note and for who cites it") {
  auto below = [](const std::string& path, const std::string& text, size_t parent) {
    corpus::Clause out = clause(path, text);
    out.label = "２", out.locator = "第1条第2項", out.kind = corpus::ClauseKind::paragraph, out.parent = parent;
    return out;
  };
  add("shita", "下の規程", "policy", "2024-04-01", {clause("1", "届出を要する。"), below("1-2", "届出は、書面による。", 0)});
  add("shita", "下の規程", "policy", "2025-04-01", {clause("1", "届出を要する。"), below("1-2", "届出は、電子申請による。", 0), clause("2", "第1条第2項の届出を記録する。")});
  App desk(clerk());
  REQUIRE(post(desk, "/documents/shita/2024-04-01/clauses/1/note", {{"text", "届けます。"}, {"revision", "0"}}).status == 303);
  auto model = json("/documents/shita/2025-04-01/clauses/1");
  CHECK(model["note"]["changed"] == true);
  CHECK(holds(model["quote_citation"], "第1条第1項"));
  CHECK(json("/documents/shita/2025-04-01/clauses/2")["quote_citation"] == "");
  CHECK_FALSE(model["note"].contains("author"));
  REQUIRE(model["cited_by"].size() == 1);
  CHECK(model["cited_by"][0]["clauses"][0]["how"] == "参照（第1条第2項）");
}

TEST_CASE_METHOD(Fixture, "a clause that an edition lacks is looked for in the one beyond") {
  const std::string words = "庁外で使う端末は、画面を人に見られない所で使い、席を離れるときは必ず施錠した引出しにしまう。", other = "申請書は、三年の間、課の書庫に綴じて保存する。";
  add("kieta", "消えた決まり", "policy", "2023-04-01", {clause("1", other), clause("2", words)});
  add("kieta", "消えた決まり", "policy", "2024-04-01", {clause("1", other)});
  add("kieta", "消えた決まり", "policy", "2025-04-01", {clause("1", other), clause("2", words)});
  auto history = json("/documents/kieta/2025-04-01/clauses/2")["history"];
  REQUIRE(history.size() == 2);
  CHECK(history[0]["absent"] == true);
  CHECK(history[1]["clause_url"] == "/documents/kieta/2023-04-01/clauses/2");
  CHECK(history[1]["absent"] == false);
}

TEST_CASE_METHOD(Fixture, "a chapter that was rewritten is compared on its own page") {
  std::string long_words, others;
  for (int i = 0; i < 2000; ++i) long_words += "端末の記録" + std::to_string(i) + "。", others += "書類の保存" + std::to_string(i) + "。";
  add("chou", "長い規程", "policy", "2024-04-01", {clause("1", long_words)});
  add("chou", "長い規程", "policy", "2025-04-01", {clause("1", others)});
  auto history = json("/documents/chou/2025-04-01/clauses/1")["history"];
  REQUIRE(history.size() == 1);
  CHECK(history[0]["changes"].empty());
  CHECK((history[0]["too_long"] == true || history[0]["absent"] == true));
}

TEST_CASE_METHOD(Fixture, "from a clause the way leads back to the results as they were") {
  auto hits = json("/search?q=" + percent_encode("端末") + "&kind=policy&sort=newest")["results"]["hits"];
  REQUIRE_FALSE(hits.empty());
  const std::string url = hits[0]["url"];
  auto back = json(url)["back_url"].get<std::string>();
  CHECK(holds(back, "kind=policy"));
  CHECK(holds(back, "sort=newest"));
  for (const char* elsewhere : {"//evil.example/", "https://evil.example/?q=a", "/sign-out"}) {
    CHECK(json(policy + "/clauses/2?q=a&results=" + percent_encode(elsewhere))["back_url"] == "/?q=a");
  }
}

TEST_CASE_METHOD(Fixture, "a clause is followed through editions that number it anew") {
  const std::string words = "庁外で使う端末は、画面を人に見られない所で使い、席を離れるときは必ず施錠した引出しにしまう。";
  add("kotei", "庁外端末の決まり", "policy", "2024-04-01", {clause("1", "この決まりは、庁外で使う端末について定める。"), clause("2", words)});
  add("kotei", "庁外端末の決まり", "policy", "2025-04-01", {clause("1", "この決まりは、庁外で使う端末について定める。"), clause("2", "端末を借りる者は、あらかじめ申請書を出して、課長の許可を受けなければならない。"), clause("3", words + "夜間も同じとする。")});
  auto history = json("/documents/kotei/2025-04-01/clauses/3")["history"];
  REQUIRE(history.size() == 1);
  CHECK(history[0]["clause_url"] == "/documents/kotei/2024-04-01/clauses/2");
  CHECK(holds(history[0]["title"], "第2条"));
  CHECK(history[0]["compared"] == true);
  auto added = json("/documents/kotei/2025-04-01/clauses/2")["history"];
  REQUIRE(added.size() == 1);
  CHECK(added[0]["compared"] == false);
  CHECK(added[0]["clause_url"] == "");
}

TEST_CASE_METHOD(Fixture, "who speaks of a clause is found in its edition and in documents that name it, by kind") {
  add("moto", "星見市持出し管理規程", "policy", "2025-04-01", {clause("1", "持出しの許可を定める。"), clause("2", "前条の許可は、書面による。")});
  add("kaitou", "持出しの回答", "answer", "2025-05-01", {clause("1", "星見市持出し管理規程第1条により、許可が要ります。")});
  add("himitsu-kaitou", "秘密の回答", "answer", "2025-05-01", {clause("1", "星見市持出し管理規程第1条により、極秘に許可が要ります。")}, "restricted");
  CHECK(json("/documents/moto/2025-04-01/clauses/1")["cited_by"].size() == 1);
  auto cited_by = json("/documents/moto/2025-04-01/clauses/1?citing=all")["cited_by"];
  REQUIRE(cited_by.size() == 2);
  CHECK(cited_by[0]["label"] == "規程");
  CHECK(cited_by[0]["clauses"][0]["url"] == "/documents/moto/2025-04-01/clauses/2");
  CHECK(cited_by[1]["label"] == "回答");
  REQUIRE(cited_by[1]["clauses"].size() == 1);
  CHECK(cited_by[1]["clauses"][0]["url"] == "/documents/kaitou/2025-05-01/clauses/1");
}

TEST_CASE_METHOD(Fixture, "what the nation asks and the city rules stand beside each other, once") {
  const std::string words = "可搬の記憶媒体を庁外へ持ち出すときは、暗号化し、持出しの記録簿に日付と用件を記載する。";
  add("shishin", "持出しの指針", "guideline", "2025-04-01", {clause("1", words)});
  add("shi", "市の持出し規程", "policy", "2025-04-01", {clause("1", words + "課長が確かめる。"), clause("2", "この規程は、公布の日から施行する。")});
  auto model = json("/documents/shi/2025-04-01/clauses/1");
  REQUIRE_FALSE(model["corresponding"].empty());
  CHECK(model["corresponding"][0]["label"] == "ガイドライン");
  CHECK(model["corresponding"][0]["clauses"][0]["url"] == "/documents/shishin/2025-04-01/clauses/1");
  for (const auto& one : model["similar"]) CHECK_FALSE(holds(one["url"], "/shishin/"));
}

TEST_CASE_METHOD(Fixture, "words that were searched for are marked within links") {
  auto page = town.get(app, policy + "/clauses/2?q=" + percent_encode("課長")).body;
  CHECK(holds(page, "<mark>課長</mark>"));
}

TEST_CASE_METHOD(Fixture, "the glossary has what documents in force define, by reading, and no hidden term") {
  add("teigi-a", "用語の規程", "policy", "2025-04-01", {clause("1", "この規程において「情報資産」とは、市が業務で扱う情報及びそれを扱う機器をいう。"), clause("2", "「可搬媒体」とは、持ち運べる記憶装置をいう。")});
  add("teigi-b", "秘密の用語", "policy", "2025-04-01", {clause("1", "「隠し資産」とは、だれも知らない情報をいう。")}, "restricted");
  auto all = json("/terms");
  auto find = [&](const nlohmann::json& model, const std::string& term) {
    for (const auto& one : model["terms"]) {
      if (one["term"] == term) return one;
    }
    return nlohmann::json();
  };
  auto asset = find(all, "情報資産");
  REQUIRE_FALSE(asset.is_null());
  CHECK(asset["reading"] == "じょうほうしさん");
  REQUIRE(asset["places"].size() >= 1);
  CHECK(find(json("/terms?q=" + percent_encode("隠し")), "隠し資産").is_null());
  CHECK_FALSE(find(json("/terms?q=" + percent_encode("ほうしさん")), "情報資産").is_null());
  CHECK_FALSE(find(json("/terms?q=jouhou"), "情報資産").is_null());
  auto row = json("/terms?row=" + percent_encode("か"));
  for (const auto& one : row["terms"]) CHECK(std::string("かきくけこがぎぐげご").find(one["reading"].get<std::string>().substr(0, 3)) != std::string::npos);
  CHECK(town.get(app, "/terms").status == 200);
  CHECK(town.get(app, "/terms?page=99").status == 400);
}

TEST_CASE_METHOD(Fixture, "synonyms are other names of terms, and no terms themselves") {
  add("teigi", "用語の規程", "policy", "2025-04-01", {clause("1", "この規程において「可搬媒体」とは、持ち運べる記憶装置をいう。")});
  TemporaryFolder lexicon;
  std::ofstream(lexicon / "terms.tsv") << "暗号化\tあんごうか\n";
  std::ofstream(lexicon / "synonyms.tsv") << "赤ちゃん\t乳児\nリムーバブルメディア\t可搬媒体\n";
  auto options = town.options();
  options.lexicon = lexicon.path();
  App with(options);
  auto asked = [&](const std::string& q) { return nlohmann::json::parse(town.get(with, "/api/v1/terms?q=" + percent_encode(q)).body)["terms"]; };
  CHECK(asked("赤ちゃん").empty());
  REQUIRE(asked("リムーバブル").size() == 1);
  CHECK(asked("リムーバブル")[0]["term"] == "可搬媒体");
  REQUIRE(asked("あんごう").size() == 1);
}

TEST_CASE_METHOD(Fixture, "hits leave for a spreadsheet as text, and that they did is told") {
  add("keisan", "=HYPERLINK(\"x\")の資料", "notice", "2025-04-01", {clause("1", "=1+1 端末の計算")});
  auto response = app.handle({"GET", "/search.xlsx?q=" + percent_encode("端末") + "&fold=off", {{"Host", "shirube.example"}}, ""});
  REQUIRE(response.status == 200);
  CHECK(response.content_type == office::workbook_type);
  REQUIRE(response.body.starts_with("PK"));
  auto read = indexer::read(response.body, "a.xlsx");
  std::string text;
  for (const auto& page : read.pages) {
    for (const auto& line : page.lines) text += line.text + "\n";
  }
  CHECK(holds(text, "=1+1 端末の計算"));
  CHECK(holds(text, "語「端末」"));
  CHECK(holds(text, "http://shirube.example/documents/"));
  CHECK_FALSE(holds(text, "himitsu"));
  town.database.read([](SQLite::Database& db) {
    SQLite::Statement events(db, "SELECT count(*) FROM events WHERE action = 'export.search'");
    events.executeStep();
    CHECK(events.getColumn(0).getInt() == 1);
  });
  CHECK(town.get(app, "/search.xlsx?q=").status == 400);
  CHECK(app.handle({"GET", "/search.xlsx?q=a", {{"Sec-Fetch-Site", "cross-site"}}, ""}).status == 403);
}

TEST_CASE_METHOD(Fixture, "the first page shows what its reader may do and see") {
  auto titles = [](const nlohmann::json& model) {
    std::vector<std::string> out;
    for (const auto& panel : model["start"]["panels"]) out.push_back(panel["title"]);
    return out;
  };
  auto citizen = titles(json("/search"));
  CHECK(std::ranges::find(citizen, "最新情報") != citizen.end());
  CHECK(std::ranges::find(citizen, "取込") == citizen.end());
  CHECK(std::ranges::find(citizen, "管理") == citizen.end());
  App desk(clerk());
  auto clerks = titles(nlohmann::json::parse(desk.handle({"GET", "/api/v1/search", {}, ""}).body));
  CHECK(std::ranges::find(clerks, "取込") != clerks.end());
}

TEST_CASE_METHOD(Fixture, "documents are listed by kind") {
  auto answers = json("/documents?kind=answer");
  REQUIRE_FALSE(answers["documents"].empty());
  for (const auto& one : answers["documents"]) CHECK(one["kind"] == "answer");
  CHECK(town.get(app, "/documents?kind=nai").status == 400);
}

TEST_CASE_METHOD(Fixture, "hits are counted by fiscal year, state and audience, and narrowed by each") {
  auto facets = json("/search?q=" + percent_encode("端末"))["results"]["facets"];
  for (const char* list : {"years", "states", "audiences"}) {
    REQUIRE_FALSE(facets[list].empty());
    for (const auto& facet : facets[list]) {
      INFO(list << facet.dump());
      CHECK(json("/search" + facet["url"].get<std::string>().substr(1))["results"]["total"] == facet["count"]);
    }
  }
  CHECK(holds(facets["years"].dump(), "年度"));
  CHECK(json("/search?q=" + percent_encode("端末 公開範囲:公開"))["results"]["understood"] == "語「端末」 公開範囲「公開」");
  CHECK(json("/search?q=" + percent_encode("端末 公開範囲:担当者限り"))["results"]["total"] == 0);
}
