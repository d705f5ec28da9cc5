#include "corpus/library.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "corpus/sketch.h"
#include "store/files.h"
#include "store/queue.h"
#include "tests/corpus/fixture.h"
#include "text/error.h"

using namespace shirube;
using namespace shirube::corpus;

namespace {

struct Fixture : LibraryFixture {
  static NewEdition policy(const std::string& effective, const std::string& words) {
    NewEdition edition;
    edition.facts.slug = "kijun";
    edition.facts.title = "星見市情報セキュリティ対策基準";
    edition.facts.short_title = "対策基準";
    edition.facts.kind = "policy";
    edition.facts.audience = "staff";
    edition.facts.effective = effective;
    edition.content_hash = "hash of " + words;
    Clause article;
    article.kind = ClauseKind::article;
    article.label = "第12条";
    article.heading = "（委託）";
    article.text = words;
    article.page = 7;
    Clause item;
    item.kind = ClauseKind::item;
    item.label = "(1)";
    item.text = "契約を結ぶこと。";
    item.parent = 0;
    edition.clauses = {article, item};
    assign_addresses(edition.clauses);
    return edition;
  }

  static NewEdition answer(const std::string& slug, const std::string& text, const std::string& audience = "staff") {
    NewEdition edition;
    edition.facts.slug = slug;
    edition.facts.title = "回答 " + slug;
    edition.facts.audience = audience;
    edition.content_hash = text;
    Clause clause;
    clause.kind = ClauseKind::section;
    clause.label = "1";
    clause.text = text;
    edition.clauses = {clause};
    assign_addresses(edition.clauses);
    return edition;
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "the same bytes are one edition, other bytes a further one") {
  CHECK(add(policy("2024-04-01", "旧")).outcome == Added::Outcome::taken);
  CHECK(add(policy("2024-04-01", "旧")).outcome == Added::Outcome::same);
  auto second = add(policy("2025-04-01", "新"));
  CHECK(second.outcome == Added::Outcome::taken);
  CHECK(second.address == "kijun/2025-04-01");
  auto editions = library.editions(all, "kijun");
  REQUIRE(editions.size() == 2);
  CHECK(editions[0].label == "令和7年4月1日版");
  CHECK(editions[0].state == EditionState::current);
  CHECK(editions[1].state == EditionState::past);
}

TEST_CASE_METHOD(Fixture, "an edition that has not begun is future, and the one before stays current") {
  add(policy("2024-04-01", "旧"));
  add(policy("2999-04-01", "新"));
  auto editions = library.editions(all, "kijun");
  CHECK(editions[0].state == EditionState::future);
  CHECK(editions[1].state == EditionState::current);
  CHECK(library.documents(all, 0, 10).front().edition.key == "2024-04-01");
}

TEST_CASE_METHOD(Fixture, "a label stands for one text for good") {
  add(policy("2024-04-01", "旧"));
  auto changed = policy("2024-04-01", "書き換え");
  try {
    add(changed);
    FAIL("no error");
  } catch (const Error& e) {
    CHECK(e.kind() == ErrorKind::conflict);
    CHECK_FALSE(e.hint().empty());
  }
  CHECK(library.editions(all, "kijun").size() == 1);
  changed.facts.label = "令和6年4月1日版（正誤反映）";
  CHECK(add(changed).address == "kijun/2024-04-01.2");
}

TEST_CASE_METHOD(Fixture, "corrected facts of a document are taken over and logged") {
  add(policy("2024-04-01", "旧"));
  auto again = policy("2024-04-01", "旧");
  again.facts.audience = "public";
  CHECK(add(again).outcome == Added::Outcome::corrected);
  CHECK(library.document(Viewer{{"public"}}, "kijun"));
  database.read([](SQLite::Database& db) {
    CHECK(db.execAndGet("SELECT before FROM events WHERE action = 'document.correct'").getString().find("公開範囲: 庁内") != std::string::npos);
    CHECK(db.execAndGet("SELECT after FROM events WHERE action = 'document.correct'").getString().find("公開範囲: 公開") != std::string::npos);
  });
  // The index is told so, of a correction that comes with a new edition as well.
  again = policy("2025-04-01", "新");
  again.facts.title = "別の名";
  add(again);
  again = policy("2026-04-01", "最新");
  again.facts.title = "別の名";
  add(again);
  std::string changes;
  for (const auto& entry : database.read([](SQLite::Database& db) { return store::queued(db, 0, 100); })) {
    changes += fmt::format("{}{} ", entry.edition_id, entry.change == store::Change::facts ? "corrected" : "");
  }
  CHECK(changes == "1 1corrected 1corrected 2 1 2 3 ");
}

TEST_CASE_METHOD(Fixture, "editions come all or none") {
  std::vector<NewEdition> two = {answer("a", "よい"), answer("b", "わるい")};
  two[1].facts.kind = "怪文書";
  CHECK_THROWS_AS(library.add(two), Error);
  CHECK(library.documents(all, 0, 10).empty());
  CHECK(database.read(store::queue_length) == 0);
}

TEST_CASE_METHOD(Fixture, "bad facts are refused with what to do") {
  struct Row {
    std::string Facts::*field;
    const char* value;
  };
  const Row rows[] = {{&Facts::slug, ""},          {&Facts::slug, "a/b"},         {&Facts::kind, "novel"},  {&Facts::audience, "everyone"},
                      {&Facts::issued, "2025-02-29"}, {&Facts::effective, "令和7年度"}, {&Facts::link, "javascript:alert(1)"}, {&Facts::title, "\xFF"}};
  for (const auto& row : rows) {
    INFO(row.value);
    auto edition = answer("x", "本文");
    edition.facts.*(row.field) = row.value;
    try {
      add(edition);
      FAIL("no error");
    } catch (const Error& e) {
      CHECK(e.kind() == ErrorKind::invalid);
      CHECK_FALSE(e.hint().empty());
    }
  }
  auto japanese = answer("y", "本文");
  japanese.facts.kind = "通知";
  japanese.facts.audience = "公開";
  add(japanese);
  CHECK(library.document(all, "y")->kind == "notice");
}

TEST_CASE_METHOD(Fixture, "what a viewer may not see does not exist for them") {
  add(answer("secret", "指摘事項", "restricted"));
  add(answer("open", "公開", "public"));
  CHECK(library.document(all, "secret"));
  CHECK_FALSE(library.document(staff, "secret"));
  CHECK(library.editions(staff, "secret").empty());
  CHECK(library.clauses(staff, "secret", "1").empty());
  CHECK_FALSE(library.clause(staff, "secret", "1", "1"));
  CHECK(library.documents(staff, 0, 10).size() == 1);
  int64_t id = library.clause(all, "secret", "1", "1")->id;
  CHECK(library.clauses_by_id(staff, {&id, 1}).empty());
  CHECK(library.clauses_by_id(all, {&id, 1}).size() == 1);
  CHECK(library.documents(Viewer{}, 0, 10).empty());
}

TEST_CASE_METHOD(Fixture, "an official citation is printed and found again") {
  add(policy("2024-04-01", "旧い文。"));
  add(policy("2025-04-01", "新しい文。"));
  auto item = library.clause(all, "kijun", "2025-04-01", "12-1-1");
  REQUIRE(item);
  CHECK(item->citation() == "星見市情報セキュリティ対策基準（令和7年4月1日版）第12条第1号");
  CHECK(library.clause(all, "kijun", "2025-04-01", "12")->citation() == "星見市情報セキュリティ対策基準（令和7年4月1日版）第12条、7頁");
  CHECK(item->above == std::vector<std::string>{"第12条　（委託）"});
  struct Row {
    const char* citation;
    const char* edition;
    const char* path;
  };
  const Row rows[] = {
      {"星見市情報セキュリティ対策基準（令和7年4月1日版）第12条、7頁", "2025-04-01", "12"},
      {"星見市情報セキュリティ対策基準（令和６年４月１日版）第１２条第１号", "2024-04-01", "12-1-1"},
      {"対策基準第12条第1項第1号", "2025-04-01", "12-1-1"},
      {"対策基準 第12条第1項", "2025-04-01", "12"},
      {"対策基準第十二条第一号", "2025-04-01", "12-1-1"},
      {"対策基準 12条1号", "2025-04-01", "12-1-1"},
  };
  for (const auto& row : rows) {
    INFO(row.citation);
    auto found = library.resolve(all, row.citation);
    REQUIRE(found);
    auto clause = library.clauses_by_id(all, {&*found, 1}).front();
    CHECK(clause.edition.key == row.edition);
    CHECK(clause.clause.path == row.path);
  }
  for (const char* none : {"対策基準第13条", "手順第12条", "", "第12条", "星見市情報セキュリティ対策基準（令和9年版）第12条"}) CHECK_FALSE(library.resolve(all, none));
  CHECK_FALSE(library.resolve(Viewer{{"public"}}, "対策基準第12条"));
  // By the end of a title, while that is of one document alone.
  CHECK(library.resolve(all, "セキュリティ対策基準 第12条", Library::Naming::tail));
  CHECK_FALSE(library.resolve(all, "セキュリティ対策基準 第12条"));
  CHECK_FALSE(library.resolve(Viewer{{"public"}}, "セキュリティ対策基準 第12条", Library::Naming::tail));
  auto past = library.resolve(all, "セキュリティ対策基準（令和6年4月1日版）第12条", Library::Naming::tail);
  REQUIRE(past);
  CHECK(library.clauses_by_id(all, {&*past, 1}).front().edition.key == "2024-04-01");
  CHECK_FALSE(library.resolve(all, "セキュリティ対策基準（令和3年版）第12条", Library::Naming::tail));
  CHECK_FALSE(library.resolve(all, "星見市情報セキュリティ対策基準（令和3年版）第12条", Library::Naming::tail));
}

TEST_CASE_METHOD(Fixture, "an event tells who may see a document at first, and when that changes") {
  add(policy("2025-04-01", "委託先を監督する。"));
  add(policy("2026-04-01", "委託先を監査する。"));
  Facts opened;
  opened.slug = "kijun", opened.audience = "public";
  REQUIRE(library.correct(opened));
  std::vector<std::string> told;
  database.read([&](SQLite::Database& db) {
    SQLite::Statement select(db, "SELECT action, before, after FROM events ORDER BY id");
    while (select.executeStep()) told.push_back(fmt::format("{} {} → {}", select.getColumn(0).getString(), select.getColumn(1).getString(), select.getColumn(2).getString()));
  });
  CHECK(told == std::vector<std::string>{"edition.add  → 公開範囲: 庁内", "edition.add  → ", "document.correct 公開範囲: 庁内 → 公開範囲: 公開"});
}

TEST_CASE_METHOD(Fixture, "citations in running text are bound both ways") {
  add(policy("2025-04-01", "委託先を監督する。必要に応じて監査する。"));
  add(answer("q1", "根拠は星見市情報セキュリティ対策基準（令和7年4月1日版）第12条第1号及び対策基準（令和7年4月1日版）第12条です。"));
  library.link_citations(false);
  int64_t article = library.clause(all, "kijun", "2025-04-01", "12")->id;
  int64_t answer_clause = library.clause(all, "q1", "1", "1")->id;
  REQUIRE(library.cited_by(all, article).size() == 1);
  CHECK(library.cited_by(all, article).front().id == answer_clause);
  CHECK(library.citations(all, answer_clause).size() == 2);
  CHECK(library.cited_by(Viewer{{"public"}}, article).empty());
  CHECK_THROWS_AS(library.add_citation(answer_clause, article, "書かれていない文"), Error);
}

TEST_CASE_METHOD(Fixture, "what a citation names may come later, and what follows a place is no part of it") {
  add(answer("q1", "（根拠: 対策基準（令和7年4月1日版）第12条第1号）及び対策基準（令和7年4月1日版）第12条の規定による。"));
  library.link_citations(false);
  int64_t from = library.clause(all, "q1", "1", "1")->id;
  CHECK(library.citations(all, from).empty());
  add(policy("2025-04-01", "委託先を監督する。"));
  library.link_citations(false);
  CHECK(library.citations(all, from).size() == 2);
  library.link_citations(false);
  CHECK(library.citations(all, from).size() == 2);
}

TEST_CASE_METHOD(Fixture, "a title that is corrected is what texts are read by") {
  add(policy("2025-04-01", "委託先を監督する。"));
  add(answer("q1", "根拠は、別の要領（令和7年4月1日版）第12条です。"));
  library.link_citations(false);
  int64_t from = library.clause(all, "q1", "1", "1")->id;
  auto cited_as = [&](std::string Facts::*field, const std::string& title) {
    Facts facts;
    facts.slug = "kijun", facts.*field = title;
    REQUIRE(library.correct(facts));
    library.link_citations(false);
    return library.citations(all, from).size();
  };
  CHECK(library.citations(all, from).empty());
  CHECK(cited_as(&Facts::title, "別の要領") == 1);
  CHECK(cited_as(&Facts::title, "古い規程") == 0);
  CHECK(cited_as(&Facts::short_title, "別の要領") == 1);
}

TEST_CASE_METHOD(Fixture, "of two clauses of one place the first is meant that the reader sees, as where a citation is typed") {
  auto edition = policy("2025-04-01", "先の文。");
  edition.clauses.resize(1);
  edition.clauses.push_back(edition.clauses[0]);
  edition.clauses[1].text = "後の文。", edition.clauses[0].audience = "committee";
  assign_addresses(edition.clauses);
  edition.clauses[1].locator = edition.clauses[0].locator;
  add(edition);
  add(answer("q1", "対策基準（令和7年4月1日版）第12条による。"));
  library.link_citations(false);
  int64_t from = library.clause(all, "q1", "1", "1")->id;
  for (const Viewer& viewer : {all, staff}) {
    auto cited = library.citations(viewer, from);
    REQUIRE(cited.size() == 1);
    CHECK(cited[0].id == library.resolve(viewer, "対策基準（令和7年4月1日版）第12条"));
  }
  CHECK(library.citations(all, from)[0].clause.text == "先の文。");
  CHECK(library.citations(staff, from)[0].clause.text == "後の文。");
}

TEST_CASE_METHOD(Fixture, "what is bound already is not written again, and stopped, binding goes on later") {
  add(policy("2025-04-01", "委託先を監督する。"));
  for (const char* slug : {"q1", "q2"}) add(answer(slug, std::string(slug) + "の根拠は対策基準（令和7年4月1日版）第12条です。"));
  auto number = [&](const char* sql) { return database.read([&](SQLite::Database& db) { return db.execAndGet(sql).getString(); }); };
  const char *rows = "SELECT group_concat(rowid || ':' || to_clause_id) FROM mentions WHERE to_clause_id IS NOT NULL", *waiting = "SELECT count(*) FROM editions WHERE linked = 0";
  library.link_citations(true);
  CHECK(number(waiting) == "2");
  library.link_citations(false);
  CHECK(number(waiting) == "0");
  std::string before = number(rows);
  REQUIRE_FALSE(before.empty());
  // Another edition may be what is cited: all are looked at again.
  add(answer("q3", "何も引かない。"));
  CHECK(number(waiting) == "2");
  library.link_citations(false);
  CHECK(number(waiting) == "0");
  CHECK(number(rows) == before);
}

TEST_CASE_METHOD(Fixture, "of many documents of one title a row tells, whichever of them a reader sees") {
  constexpr int most = 30;
  auto minutes = [&](const std::string& slug, const std::string& title, int day, const std::string& audience) {
    NewEdition edition = policy(fmt::format("2025-04-{:02}", day), slug + " 会議の議事録（令和7年4月1日版）第12条による。");
    edition.facts.slug = slug, edition.facts.title = title, edition.facts.short_title.clear(), edition.facts.audience = audience;
    add(edition);
  };
  minutes("plain", "議事録", 1, "public");
  for (int day = 1; day <= most; ++day) minutes(fmt::format("m{}", day), "会議の議事録", day, day == most ? "staff" : "committee");
  library.link_citations(false);
  // Of each citation the one title and its clause, and the shorter title and its.
  CHECK(database.read([&](SQLite::Database& db) { return db.execAndGet("SELECT count(*) FROM mentions").getInt(); }) == (most + 1) * 4);
  auto cited = [&](const Viewer& viewer) {
    std::string out;
    for (const auto& one : library.citations(viewer, library.clause(all, "plain", "2025-04-01", "12")->id)) out += one.document.slug;
    return out;
  };
  CHECK(cited(all) == "m1");
  CHECK(cited(staff) == "");  // they see one of that title, which has no such edition
  // Of a public one the words are its own title's: it cites itself, which is no citation.
  CHECK(cited(Viewer{{"public"}}) == "");
  CHECK(library.cited_by(all, library.clause(all, "m1", "2025-04-01", "12")->id).size() == most);
}

TEST_CASE_METHOD(Fixture, "a citation that goes on names each place") {
  auto edition = policy("2025-04-01", "本文。");
  for (const char* label : {"２", "３"}) {
    Clause paragraph;
    paragraph.kind = ClauseKind::paragraph;
    paragraph.label = label;
    paragraph.text = std::string("第") + label + "項の文。";
    paragraph.parent = 0;
    edition.clauses.push_back(paragraph);
  }
  assign_addresses(edition.clauses);
  add(edition);
  add(answer("q1", "対策基準（令和7年4月1日版）第12条第2項及び第3項による。"));
  library.link_citations(false);
  CHECK(library.citations(all, library.clause(all, "q1", "1", "1")->id).size() == 2);
}

TEST_CASE_METHOD(Fixture, "lists and ranges of labels are cited whole") {
  auto edition = policy("2025-04-01", "委託先を監督する。");
  edition.clauses.resize(1);
  edition.clauses[0].label = "4.1", edition.clauses[0].kind = ClauseKind::section;
  for (const char* label : {"(1)", "(2)", "(3)", "(4)"}) {
    Clause item = edition.clauses[0];
    item.kind = ClauseKind::item, item.label = label, item.text = std::string(label) + "の文。", item.parent = 0;
    edition.clauses.push_back(item);
  }
  Clause other = edition.clauses[0];
  other.label = "7.1", other.text = "別の文。", other.parent.reset();
  edition.clauses.push_back(other);
  assign_addresses(edition.clauses);
  add(edition);
  add(answer("q1", "対策基準（令和7年4月1日版）4.1(1)から(3)まで及び7.1による。"));
  add(answer("q2", "対策基準（令和7年4月1日版）4.1(2)、(4)及び7.1による。"));
  library.link_citations(false);
  auto paths = [&](const char* slug) {
    std::vector<std::string> out;
    for (const auto& cited : library.citations(all, library.clause(all, slug, "1", "1")->id)) out.push_back(cited.clause.path);
    std::ranges::sort(out);
    return out;
  };
  CHECK(paths("q1") == std::vector<std::string>{"4.1-1", "4.1-2", "4.1-3", "7.1"});
  CHECK(paths("q2") == std::vector<std::string>{"4.1-2", "4.1-4", "7.1"});
}

TEST_CASE_METHOD(LibraryFixture, "editions that hold the same bytes or nearly the same words are known") {
  auto edition_of = [](const std::string& slug, int first) {
    NewEdition edition;
    edition.facts.slug = edition.facts.title = slug;
    edition.content_hash = slug;
    edition.file_sha256 = store::sha256(slug);
    for (int i = first; i < first + 40; ++i) {
      Clause clause;
      clause.label = fmt::format("第{}条", i);
      clause.text = fmt::format("{}番の端末は{}階の{}号室に置き、鍵を掛けて保管する。", i * 7919 % 1000, i * 13 % 11, i * 104729 % 9973);
      edition.clauses.push_back(clause);
    }
    assign_addresses(edition.clauses);
    return edition;
  };
  NewEdition held = edition_of("kitei", 0), far = edition_of("tetsuzuki", 500), near = edition_of("kaisei", 2);
  add(held);
  add(far);
  auto alike = library.alike(all, "other bytes", sketch(near.clauses));
  REQUIRE(alike.size() == 1);
  CHECK(alike[0].document.slug == "kitei");
  CHECK(alike[0].share > 0.6);
  CHECK(alike[0].share < 1);
  CHECK_FALSE(alike[0].same);
  REQUIRE(library.alike(all, store::sha256("kitei"), {}).size() == 1);
  CHECK(library.alike(all, store::sha256("kitei"), {})[0].same);
  // A document of audience `restricted` is not told of.
  CHECK(library.alike(staff, store::sha256("kitei"), sketch(near.clauses)).empty());
}

TEST_CASE_METHOD(LibraryFixture, "an edition is proved without being added") {
  NewEdition edition;
  edition.facts.slug = "kitei";
  edition.facts.issued = "2025-04-01";
  edition.content_hash = "a";
  library.prove(edition);
  CHECK_FALSE(library.document(all, "kitei"));
  add(edition);
  edition.content_hash = "b";
  CHECK_THROWS_AS(library.prove(edition), Error);
  CHECK(library.editions(all, "kitei").size() == 1);
}
