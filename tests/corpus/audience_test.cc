// Who may see what: groups, clauses that are narrower than their document, and viewers who are narrowed to documents.
#include <catch2/catch.hpp>

#include <array>
#include <functional>

#include "corpus/draft.h"
#include "corpus/judgement.h"
#include "corpus/rows.h"
#include "store/files.h"
#include "tests/corpus/fixture.h"
#include "text/error.h"

using namespace shirube;
using namespace shirube::corpus;

namespace {

const Viewer citizen{{"public"}}, auditor{{"public", "監査班"}};

struct Fixture : LibraryFixture {
  Fixture() {
    database.write([](SQLite::Database& db) { db.exec("INSERT INTO groups (name) VALUES ('監査班')"); });
  }

  static Clause clause(const std::string& label, const std::string& text, const std::string& audience = "", std::optional<size_t> parent = {}) {
    Clause out;
    out.kind = parent ? ClauseKind::item : ClauseKind::article;
    out.label = label, out.text = text, out.audience = audience, out.parent = parent;
    return out;
  }
  static NewEdition edition(const std::string& slug, const std::string& audience, std::vector<Clause> clauses) {
    NewEdition out;
    out.facts.slug = slug, out.facts.title = "題 " + slug, out.facts.audience = audience, out.facts.issuer = "課 " + slug;
    out.content_hash = slug;
    out.clauses = std::move(clauses);
    assign_addresses(out.clauses);
    return out;
  }
  /// A report of which the findings are for a group.
  NewEdition report() const {
    NewEdition out = edition("hokoku", "public", {clause("第1条", "概要"), clause("第2条", "指摘", "監査班"), clause("(1)", "詳細", "", 1), clause("第3条", "予定")});
    out.file_sha256 = store::sha256("原本"), out.file_name = "hokoku.pdf", out.media_type = "application/pdf";
    out.warnings = {"第2条が長すぎます。"};
    return out;
  }
  std::vector<std::string> paths(const Viewer& viewer, const std::string& slug = "hokoku") {
    std::vector<std::string> out;
    for (const auto& one : library.clauses(viewer, slug, "1")) out.push_back(one.clause.path);
    return out;
  }
  std::string refusal(const std::function<void()>& action) {
    try {
      action();
    } catch (const Error& e) {
      CHECK(e.kind() == ErrorKind::invalid);
      CHECK_FALSE(e.hint().empty());
      return e.message();
    }
    FAIL("no error");
    return "";
  }
};

using Paths = std::vector<std::string>;

}  // namespace

TEST_CASE_METHOD(Fixture, "the name of a group is an audience, any other word is none") {
  add(edition("kansa", "監査班", {clause("第1条", "監査")}));
  CHECK(library.document(auditor, "kansa"));
  CHECK_FALSE(library.document(staff, "kansa"));
  CHECK(library.document(all, "kansa")->audience == "監査班");
  CHECK(refusal([&] { add(edition("x", "監査部", {clause("第1条", "監査")})); }) == "公開範囲「監査部」はありません。");
  CHECK(refusal([&] { add(edition("x", "公開\n", {clause("第1条", "監査")})); }) == "その公開範囲は使えません。");
  CHECK(refusal([&] { library.correct({.slug = "kansa", .audience = "監査部"}); }) == "公開範囲「監査部」はありません。");
  CHECK(library.document(all, "kansa")->audience == "監査班");
  CHECK_FALSE(library.document(all, "x"));
  // Nothing said is the narrowest.
  add(edition("y", "", {clause("第1条", "監査")}));
  CHECK(library.document(all, "y")->audience == "restricted");
  CHECK(library.groups() == std::vector<std::string>{"監査班"});
}

TEST_CASE_METHOD(Fixture, "a narrower clause, and what stands under it, is not there for others") {
  add(report());
  CHECK(paths(auditor) == Paths{"1", "2", "2-1-1", "3"});
  CHECK(paths(all) == Paths{"1", "2", "2-1-1", "3"});
  CHECK(paths(citizen) == Paths{"1", "3"});
  CHECK_FALSE(library.clause(citizen, "hokoku", "1", "2"));
  CHECK_FALSE(library.clause(citizen, "hokoku", "1", "2-1-1"));
  auto hidden = library.clause(auditor, "hokoku", "1", "2-1-1");
  REQUIRE(hidden);
  CHECK(hidden->clause.audience == "監査班");
  CHECK(library.clauses_by_id(citizen, {&hidden->id, 1}).empty());
  CHECK(library.scopes(citizen, {&hidden->id, 1}).empty());
  CHECK(library.documents(citizen, 0, 9).at(0).clauses == 2);
  CHECK(library.documents(auditor, 0, 9).at(0).clauses == 4);
  CHECK_FALSE(library.resolve(citizen, "題 hokoku（第1版）第2条"));
  CHECK(library.resolve(auditor, "題 hokoku（第1版）第2条"));
  // The original has all the words, the warnings speak of them, and a sketch is made of them.
  Edition seen = library.editions(citizen, "hokoku").at(0), whole = library.editions(auditor, "hokoku").at(0);
  CHECK((seen.file_sha256.empty() && seen.file_name.empty() && seen.media_type.empty() && seen.warnings.empty()));
  CHECK((!whole.file_sha256.empty() && whole.file_name == "hokoku.pdf" && whole.warnings.size() == 1));
  CHECK(library.alike(citizen, whole.file_sha256, {}).empty());
  CHECK(library.alike(auditor, whole.file_sha256, {}).size() == 1);
}

TEST_CASE_METHOD(Fixture, "parents are counted among what is seen") {
  add(edition("a", "public", {clause("第1条", "閉", "staff"), clause("第2条", "開"), clause("(1)", "下", "", 1)}));
  auto seen = library.clauses(citizen, "a", "1");
  REQUIRE(seen.size() == 2);
  CHECK_FALSE(seen[0].clause.parent);
  CHECK(seen[1].clause.parent == size_t{0});
  CHECK(library.clauses(staff, "a", "1")[2].clause.parent == size_t{1});
}

TEST_CASE_METHOD(LibraryFixture, "a text names the longest title and the whole number of what its reader sees") {
  auto publish = [&](const std::string& slug, const std::string& title, const std::string& audience, const std::string& day, std::vector<std::array<std::string, 3>> articles) {
    NewEdition edition;
    edition.facts.slug = edition.content_hash = slug;
    edition.facts.title = title, edition.facts.audience = audience, edition.facts.effective = day;
    for (const auto& [label, text, own] : articles) {
      Clause clause;
      clause.kind = ClauseKind::article, clause.label = label, clause.text = text, clause.audience = own;
      edition.clauses.push_back(clause);
    }
    assign_addresses(edition.clauses);
    add(edition);
  };
  const std::string day = "2025-04-01";
  publish("a", "要領", "public", day, {{"第1条", "目的。", ""}, {"第2条", "手続。", ""}, {"第2条の2", "特例。", "staff"}});
  publish("b", "本市の要領", "staff", day, {{"第1条", "目的。", ""}, {"第2条", "手続。", ""}});
  publish("c", "新しい本市の要領", "staff", "2025-04-02", {{"第1条", "目的。", ""}});
  publish("in", "通知", "public", day,
          {{"第1条", "本市の要領（令和7年4月1日版）第2条による。", ""}, {"第2条", "要領（令和7年4月1日版）第2条の2による。", ""}, {"第3条", "新しい本市の要領（令和7年4月1日版）第2条及び第1条による。", ""}, {"第4条", "通知（令和7年4月1日版）第4条による。", ""}});
  library.link_citations(false);
  library.link_citations(false);
  auto id = [&](const std::string& slug, const std::string& path) { return library.clause(all, slug, slug == "c" ? "2025-04-02" : day, path)->id; };
  auto named = [&](const Viewer& viewer, const std::string& path) {
    std::string out;
    for (const auto& one : library.citations(viewer, id("in", path))) out += (out.empty() ? "" : " ") + one.document.slug + "/" + one.clause.path;
    return out;
  };
  CHECK(named(citizen, "1") == "a/2");
  CHECK(named(staff, "1") == "b/2");
  CHECK(named(citizen, "2") == "a/2");
  CHECK(named(staff, "2") == "a/2_2");
  CHECK(named(citizen, "3") == "a/1 a/2");
  CHECK(named(staff, "3") == "");  // the longest title, which has no such edition
  CHECK(named(citizen, "4") == "");
  auto citing = [&](const Viewer& viewer, const std::string& slug, const std::string& path) { return library.cited_by(viewer, id(slug, path)).size(); };
  CHECK(citing(citizen, "a", "2") == 3);
  CHECK(citing(staff, "a", "2") == 0);
  CHECK(citing(staff, "a", "2_2") == 1);
  CHECK(citing(staff, "b", "2") == 1);
  CHECK(citing(citizen, "b", "2") == 0);
  // Corrected, a document is seen by others; what is meant follows at once.
  Facts opened;
  opened.slug = "b", opened.audience = "public";
  library.correct(opened);
  CHECK(named(citizen, "1") == "b/2");
}

TEST_CASE_METHOD(Fixture, "citations tell of no clause that is not seen") {
  add(report());
  add(edition("tsuchi", "public", {clause("第1条", "通知")}));
  auto id = [&](const char* slug, const char* path) { return library.clause(all, slug, "1", path)->id; };
  library.add_citation(id("hokoku", "2"), id("tsuchi", "1"), "");
  library.add_citation(id("tsuchi", "1"), id("hokoku", "2"), "");
  CHECK(library.cited_by(auditor, id("tsuchi", "1")).size() == 1);
  CHECK(library.cited_by(citizen, id("tsuchi", "1")).empty());
  CHECK(library.citations(citizen, id("tsuchi", "1")).empty());
  // Nor does a clause that is not seen tell of others.
  CHECK(library.citations(auditor, id("hokoku", "2")).size() == 1);
  CHECK(library.citations(citizen, id("hokoku", "2")).empty());
  CHECK(library.cited_by(citizen, id("hokoku", "2")).empty());
}

TEST_CASE_METHOD(Fixture, "audiences of clauses that cannot be are refused") {
  CHECK(refusal([&] { add(edition("a", "staff", {clause("第1条", "a"), clause("第2条", "b", "public")})); }) == "「第2条」の公開範囲を「公開」にすることはできません。");
  CHECK(refusal([&] { add(edition("a", "public", {clause("第1条", "a"), clause("第2条", "b", "監査部")})); }) == "公開範囲「監査部」はありません。");
  CHECK(refusal([&] { add(edition("a", "public", {clause("第1条", "a", "staff")})); }) == "すべての条項の公開範囲が狭められています。");
  CHECK(refusal([&] { add(edition("a", "public", {clause("第1条", "a"), clause("第2条", "b", "staff"), clause("(1)", "c", "監査班", 1)})); }).find("その上の条項と違います") != std::string::npos);
  CHECK_FALSE(library.document(all, "a"));
  add(edition("a", "public", {clause("第1条", "a"), clause("第2条", "b", "庁内")}));
  CHECK(library.clause(all, "a", "1", "2")->clause.audience == "staff");
}

TEST_CASE_METHOD(Fixture, "a clause is seen by those alone who see its document as well") {
  add(edition("a", "committee", {clause("第1条", "a"), clause("第2条", "b", "監査班")}));
  CHECK(paths(Viewer{{"監査班"}}, "a").empty());
  CHECK(paths(Viewer{{"committee"}}, "a") == Paths{"1"});
  CHECK(paths(Viewer{{"committee", "監査班"}}, "a") == Paths{"1", "2"});
}

TEST_CASE_METHOD(Fixture, "a narrowed viewer sees of what is not public only their documents") {
  add(report());
  add(edition("a", "staff", {clause("第1条", "a"), clause("第2条", "b", "監査班")}));
  add(edition("b", "staff", {clause("第1条", "b")}));
  add(edition("c", "restricted", {clause("第1条", "c")}));
  Viewer consultant{{"public", "staff", "監査班"}};
  consultant.only = std::vector<std::string>{"a", "c", "nai"};
  CHECK(paths(consultant, "a") == Paths{"1", "2"});
  CHECK_FALSE(library.document(consultant, "b"));
  CHECK_FALSE(library.document(consultant, "c"));  // theirs, but not for them
  CHECK(paths(consultant) == Paths{"1", "3"});     // a clause that is narrower than its public document is not public
  CHECK(library.documents(consultant, 0, 9).size() == 2);
  CHECK(library.counts(consultant).at(0).documents == 2);
  CHECK(library.issuers(consultant) == std::vector<std::string>{"課 a", "課 hokoku"});
  Viewer narrowed = Viewer::everything();
  narrowed.only = std::vector<std::string>{};
  CHECK(library.documents(narrowed, 0, 9).size() == 1);
  CHECK(library.documents(all, 0, 9).size() == 4);
}

TEST_CASE_METHOD(Fixture, "a judgement of a clause that is not seen is neither told, counted, made nor taken back") {
  add(report());
  JudgementLedger ledger(database);
  ledger.set(all, std::vector<Judgement>{{"指摘", "hokoku", "2", 3}, {"指摘", "hokoku", "1", 1}});
  CHECK(ledger.count(citizen) == 1);
  CHECK(ledger.list(citizen).size() == 1);
  CHECK(ledger.count(auditor) == 2);
  CHECK_FALSE(ledger.remove(citizen, "指摘", "hokoku", "2"));
  auto missing = [&](const std::string& path) {
    try {
      ledger.set(citizen, std::vector<Judgement>{{"指摘", "hokoku", path, 0}});
    } catch (const Error& e) {
      CHECK(e.kind() == ErrorKind::missing);
      return true;
    }
    return false;
  };
  CHECK(missing("2"));
  CHECK(missing("9"));
  CHECK(ledger.list(all).at(0).judgement.grade == 3);
}

TEST_CASE_METHOD(Fixture, "a published draft is there for those who see all of its edition") {
  add(report());
  Drafts drafts(database);
  Viewer clerk{{"public", "staff"}, {Task::desk}}, lead{{"public", "監査班"}, {Task::desk}};
  Draft draft;
  draft.source = draft.file_name = "a.txt", draft.file_sha256 = store::sha256("a");
  int64_t id = drafts.add(clerk, draft, 1);
  Reading reading;
  reading.facts.slug = "hokoku", reading.clauses = {clause("第1条", "a")};
  drafts.set_read(id, reading);
  CHECK(drafts.find(clerk, id));
  int64_t edition = library.editions(all, "hokoku").at(0).id;
  drafts.publish(clerk, id, drafts.find(clerk, id)->revision, [&](SQLite::Database&) { return edition; });
  CHECK_FALSE(drafts.find(clerk, id));
  CHECK_FALSE(drafts.cut(clerk, id));
  CHECK(drafts.list(clerk, 0, 9).empty());
  CHECK(drafts.count(clerk) == 0);
  CHECK(drafts.find(lead, id));
  CHECK(drafts.count(lead) == 1);
  draft.said.audience = "監査部";
  CHECK(refusal([&] { drafts.add(clerk, draft, 1); }) == "公開範囲「監査部」はありません。");
}

TEST_CASE_METHOD(Fixture, "a clause is narrowed at the desk, with what stands under it") {
  std::vector<Clause> clauses = {clause("第1条", "概要を公表する。"), clause("第2条", "指摘した。"), clause("(1)", "詳細である。", "", 1), clause("第3条", "予定")};
  assign_addresses(clauses);
  auto correct = [&](size_t at, Correction::Kind kind, const std::string& value = "", size_t offset = 0) { carry_out(clauses, correction_at(clauses, at, kind, value, offset)); };
  auto audiences = [&] {
    std::vector<std::string> out;
    for (const auto& one : clauses) out.push_back(one.audience);
    return out;
  };
  correct(1, Correction::Kind::audience, "監査班");
  CHECK(audiences() == std::vector<std::string>{"", "監査班", "監査班", ""});
  // Its words do not go where more people see them, and what is moved stays closed.
  CHECK(refusal([&] { correct(1, Correction::Kind::join); }).find("公開範囲が狭い") != std::string::npos);
  correct(1, Correction::Kind::split, "した。", 6);
  CHECK(audiences() == std::vector<std::string>{"", "監査班", "監査班", "監査班", ""});
  correct(3, Correction::Kind::promote);
  CHECK(audiences()[3] == "監査班");
  correct(1, Correction::Kind::audience, "");
  CHECK(audiences()[1].empty());
  CHECK(refusal([&] { correct(1, Correction::Kind::audience, "公開"); }).find("「公開」") != std::string::npos);
  CHECK(description(correction_at(clauses, 1, Correction::Kind::audience, "staff")).find("公開範囲を変えた（庁内）") != std::string::npos);
}

TEST_CASE_METHOD(Fixture, "a narrowing at the desk is kept, and only of audiences that there are") {
  Drafts drafts(database);
  Draft draft;
  draft.source = draft.file_name = "a.txt", draft.file_sha256 = store::sha256("a");
  int64_t id = drafts.add(all, draft, 1);
  Reading reading;
  reading.facts.slug = "a", reading.facts.title = "a", reading.clauses = {clause("第1条", "概要を公表する。"), clause("第2条", "指摘した。")};
  assign_addresses(reading.clauses);
  drafts.set_read(id, reading);
  auto narrow = [&](const std::string& audience) {
    drafts.correct(all, id, drafts.find(all, id)->revision, correction_at(drafts.cut(all, id)->clauses, 1, Correction::Kind::audience, audience));
  };
  CHECK(refusal([&] { narrow("監査部"); }) == "公開範囲「監査部」はありません。");
  narrow("監査班");
  CHECK(drafts.cut(all, id)->clauses[1].audience == "監査班");
  Facts facts = drafts.find(all, id)->facts;
  facts.audience = "監査部";
  CHECK(refusal([&] { drafts.set_facts(all, id, drafts.find(all, id)->revision, facts); }) == "公開範囲「監査部」はありません。");
  facts.audience = "監査班";
  drafts.set_facts(all, id, drafts.find(all, id)->revision, facts);
  CHECK(drafts.find(all, id)->facts.audience == "監査班");
}

TEST_CASE_METHOD(Fixture, "audiences are asked for by the indexes of documents and clauses") {
  Viewer consultant{{"public", "staff"}};
  consultant.only = std::vector<std::string>{"a"};
  auto plan = [&](const Viewer& viewer, const std::string& sql) {
    return database.read([&](SQLite::Database& db) {
      SQLite::Statement explained(db, "EXPLAIN QUERY PLAN " + sql);
      if (!viewer.sees_all || viewer.only) bind_viewer(explained, viewer);
      std::string out;
      while (explained.executeStep()) out += explained.getColumn(3).getString() + "\n";
      return out;
    });
  };
  for (const Viewer& viewer : {staff, consultant}) {
    CHECK(plan(viewer, "SELECT d.kind, count(*) FROM documents d WHERE " + visible(viewer) + " GROUP BY 1").find("COVERING INDEX documents_by_audience") != std::string::npos);
    CHECK(plan(viewer, "SELECT " + hidden_clauses(viewer) + " FROM editions e JOIN documents d ON d.id = e.document_id WHERE d.slug = 'a'").find("COVERING INDEX clauses_narrower") != std::string::npos);
  }
  CHECK(visible(all) == "TRUE");
  CHECK(visible_clause(all) == "TRUE");
  CHECK(hidden_clauses(all) == "0");
}
