// The searcher over an index that the writer made.
#include <catch2/catch.hpp>

#include "corpus/address.h"
#include "indexer/index_writer.h"
#include "search/index_format.h"
#include "search/searcher.h"
#include "store/database.h"
#include "tests/temporary_folder.h"
#include "text/error.h"

using namespace shirube;
using namespace shirube::search;

namespace {

const text::AnalyzerModel& model() {
  static text::AnalyzerModel instance{text::AnalyzerOptions{}};
  return instance;
}

struct Fixture {
  TemporaryFolder folder;
  store::Database database{folder / "shirube.db"};
  corpus::Library library{database};
  std::atomic<bool> stop{false};

  void add(const std::string& slug, const std::string& effective, const std::string& text, const std::string& kind = "policy",
           const std::string& audience = "public", const std::string& issuer = "星見市", const std::string& heading = "") {
    corpus::NewEdition edition;
    edition.facts.slug = slug;
    edition.facts.title = slug;
    edition.facts.kind = kind;
    edition.facts.audience = audience;
    edition.facts.issuer = issuer;
    edition.facts.effective = effective;
    edition.content_hash = slug + effective + text;
    corpus::Clause clause;
    clause.label = slug == "mentions" ? "第2条" : "第1条";
    clause.kind = corpus::ClauseKind::article;
    clause.heading = heading;
    clause.text = text;
    edition.clauses = {clause};
    corpus::assign_addresses(edition.clauses);
    library.add({&edition, 1});
  }

  indexer::IndexWriter writer() { return {database, model(), {folder.path(), "test", 2}}; }
  void index() { REQUIRE(writer().drain([](auto, auto) {}, stop) == indexer::IndexWriter::Outcome::done); }
  Searcher searcher() { return {folder.path(), database, model(), "test"}; }

  std::string slugs(const std::string& query, const corpus::Viewer& viewer = corpus::Viewer::everything(), Window window = {}) {
    Searcher s = searcher();
    std::string out;
    for (const auto& hit : s.search(parse(query), viewer, window).hits) out += (out.empty() ? "" : " ") + hit.clause.document.slug + "/" + hit.clause.edition.key;
    return out;
  }
  uint64_t total(const std::string& query, const corpus::Viewer& viewer = corpus::Viewer::everything()) {
    return searcher().match(parse(query), viewer, {}).total;
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "without an index there are no hits and no error") {
  CHECK(slugs("監査") == "");
}

TEST_CASE_METHOD(Fixture, "words, phrases, exclusion") {
  add("a", "2025-04-01", "情報資産の分類を定める。");
  add("b", "2025-04-01", "分類の情報と資産を定める。");
  add("c", "2025-04-01", "テレワークの端末を管理する。");
  index();
  CHECK(slugs("端末") == "c/2025-04-01");
  CHECK(slugs("\"情報資産の分類\"") == "a/2025-04-01");
  CHECK(slugs("「資産の分」") == "a/2025-04-01");
  CHECK(slugs("\"ﾃﾚﾜｰｸ\"") == "c/2025-04-01");
  CHECK(slugs("\"類を\"") == "a/2025-04-01");
  CHECK(slugs("定める -\"情報資産\"") == "b/2025-04-01");
  CHECK(slugs("-端末") == "");
  CHECK(slugs("未知語彙") == "");
  CHECK(slugs("") == "");
}

TEST_CASE_METHOD(Fixture, "filters by kind, issuer and day") {
  add("a", "2024-04-01", "監査を行う。", "policy", "public", "星見市");
  add("b", "2026-06-26", "監査を行う。", "notice", "public", "総務省");
  index();
  CHECK(slugs("監査 種別:通知") == "b/2026-06-26");
  CHECK(slugs("監査 発出者:星見市") == "a/2024-04-01");
  CHECK(slugs("監査 日付:2026") == "b/2026-06-26");
  CHECK(slugs("監査 日付:..2025-03-31") == "a/2024-04-01");
  CHECK(slugs("監査 日付:2030..") == "");
}

TEST_CASE_METHOD(Fixture, "what is in force stands above what is not, page by page") {
  add("a", "2020-04-01", "監査 監査 監査。");
  add("a", "2024-04-01", "毎年度、監査の計画を立て、その他の事項とともに委員会に諮る。");
  add("a", "2999-04-01", "監査 監査。");
  index();
  CHECK(slugs("監査") == "a/2024-04-01 a/2020-04-01 a/2999-04-01");
  CHECK(slugs("監査", corpus::Viewer::everything(), {0, 1, false}) == "a/2024-04-01");
  CHECK(slugs("監査", corpus::Viewer::everything(), {1, 1, false}) == "a/2020-04-01");
  CHECK(slugs("監査", corpus::Viewer::everything(), {2, 5, false}) == "a/2999-04-01");
  CHECK(slugs("監査", corpus::Viewer::everything(), {3, 5, false}) == "");
  CHECK(total("監査") == 3);
}

TEST_CASE_METHOD(Fixture, "a new edition turns the one before it into a past one") {
  add("a", "2020-04-01", "監査を行う。");
  index();
  Searcher open = searcher();
  add("a", "2024-04-01", "点検を行う。");
  index();
  open.refresh();
  auto hits = open.search(parse("監査"), corpus::Viewer::everything(), {}).hits;
  REQUIRE(hits.size() == 1);
  CHECK(hits[0].clause.edition.state == corpus::EditionState::past);
}

TEST_CASE_METHOD(Fixture, "hits and totals hold only what the viewer may see") {
  add("open", "2025-04-01", "監査の結果を公表する。");
  add("secret", "2025-04-01", "監査の指摘事項。", "other", "restricted");
  index();
  corpus::Viewer everyone{{"public"}};
  CHECK(slugs("監査", everyone) == "open/2025-04-01");
  CHECK(total("監査", everyone) == 1);
  CHECK(slugs("\"指摘事項\"", everyone) == "");
  CHECK(total("\"指摘事項\"", everyone) == 0);
  CHECK(slugs("監査", corpus::Viewer{}) == "");
}

TEST_CASE_METHOD(Fixture, "clause numbers are found in every notation") {
  add("a", "2025-04-01", "地方自治法施行規則第十六条の三第一項第五号による。");
  add("b", "2025-04-01", "地方自治法施行規則第十七条による。");
  index();
  CHECK(slugs("第16条の3").starts_with("a/"));
  CHECK(slugs("第１６条の３第１項第５号").starts_with("a/"));
}

TEST_CASE_METHOD(Fixture, "the clause of a number stands above those that mention it") {
  add("mentions", "2025-04-01", "第１条及び第一条の規定による。第1条の例による。");
  add("is", "2025-04-01", "この基準の目的を定める。");
  index();
  CHECK(slugs("第一条").starts_with("is/"));
}

TEST_CASE_METHOD(Fixture, "a whole clause number, and a whole citation, lead to their clause") {
  corpus::NewEdition edition;
  edition.facts.slug = "kijun";
  edition.facts.title = "対策基準";
  edition.content_hash = "kijun";
  auto clause = [](corpus::ClauseKind kind, const std::string& label, const std::string& text, std::optional<size_t> parent) {
    corpus::Clause c;
    c.kind = kind;
    c.label = label;
    c.text = text;
    c.parent = parent;
    return c;
  };
  using K = corpus::ClauseKind;
  edition.clauses = {clause(K::article, "第22条", "端末を管理する。", {}), clause(K::paragraph, "２", "台帳を作る。", 0), clause(K::paragraph, "３", "前項の台帳は、第22条第2項により第2項の例とする。", 0),
                     clause(K::article, "第23条", "第22条の規定による。", {}), clause(K::paragraph, "２", "別に定める。", 3)};
  corpus::assign_addresses(edition.clauses);
  library.add({&edition, 1});
  index();
  Searcher s = searcher();
  for (const char* typed : {"第22条第2項", "第２２条第２項", "第二十二条第二項", "対策基準 第22条第2項", "対策基準（第1版）第22条第2項"}) {
    INFO(typed);
    auto hits = s.search(parse(typed), corpus::Viewer::everything(), {}).hits;
    REQUIRE_FALSE(hits.empty());
    CHECK(hits.front().clause.clause.path == "22-2");
  }
}

TEST_CASE_METHOD(Fixture, "a rebuilt index says the same and the old folder goes") {
  add("a", "2025-04-01", "監査を行う。");
  index();
  Searcher open = searcher();
  REQUIRE(writer().rebuild([](auto, auto) {}, stop) == indexer::IndexWriter::Outcome::done);
  CHECK_FALSE(std::filesystem::exists(folder / "index-1"));
  CHECK(slugs("監査") == "a/2025-04-01");
  open.refresh();
  CHECK(open.search(parse("監査"), corpus::Viewer::everything(), {}).hits.size() == 1);
}

TEST_CASE_METHOD(Fixture, "an index of other dictionaries is refused with what to do") {
  add("a", "2025-04-01", "監査を行う。");
  index();
  try {
    Searcher other(folder.path(), database, model(), "other");
    FAIL("no error");
  } catch (const Error& e) {
    CHECK(e.kind() == ErrorKind::unavailable);
    CHECK_THAT(e.hint(), Catch::Contains("reindex"));
  }
}

TEST_CASE_METHOD(Fixture, "a window out of range is refused") {
  add("a", "2025-04-01", "監査を行う。");
  index();
  Searcher s = searcher();
  CHECK_THROWS_AS(s.match(parse("監査"), corpus::Viewer::everything(), {0, 0, false}), Error);
  CHECK_THROWS_AS(s.match(parse("監査"), corpus::Viewer::everything(), {0, 1001, false}), Error);
  CHECK_THROWS_AS(s.match(parse("監査"), corpus::Viewer::everything(), {10001, 1, false}), Error);
}

TEST_CASE("a term never exceeds what the index takes") {
  std::string long_word;
  for (int i = 0; i < 200; ++i) long_word += "語";
  CHECK(term("S", long_word).size() <= 245);
  CHECK(term("S", long_word).size() > 240);
}
