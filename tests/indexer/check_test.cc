#include "indexer/check.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <xapian.h>

#include "search/searcher.h"
#include "tests/indexer/fixture.h"

using namespace shirube;

namespace {

struct Fixture : IndexFixture {
  store::Files files{folder / "files"};
  std::string hash;

  Fixture() {
    hash = files.put("原本");
    corpus::NewEdition edition;
    edition.facts.slug = edition.facts.title = "a";
    edition.content_hash = edition.file_sha256 = hash;
    for (const char* words : {"一つ目の文。", "二つ目の文。"}) {
      corpus::Clause clause;
      clause.text = words;
      clause.path = std::to_string(edition.clauses.size() + 1);
      edition.clauses.push_back(clause);
    }
    add(edition);
    library.add_citation(1, 2, "二つ目");
    index();
  }
  void sql(const char* statement) {
    database.write([&](SQLite::Database& db) {
      db.exec(statement);
    });
  }
  std::string problems() {
    std::string out;
    for (const auto& line : indexer::check(folder.path(), database, files)) out += line + "\n";
    return out;
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "sound data has no problems") { CHECK(problems() == ""); }

TEST_CASE_METHOD(Fixture, "each kind of problem is named") {
  SECTION("clause without posting") {
    Xapian::WritableDatabase((folder / "index-1").string()).delete_document(2);
    CHECK_THAT(problems(), Catch::Contains("索引にない条項: a/1 2"));
  }
  SECTION("posting without clause") {
    Xapian::WritableDatabase((folder / "index-1").string()).add_document(Xapian::Document());
    CHECK_THAT(problems(), Catch::Contains("条項のない索引項目: 3"));
  }
  SECTION("quote not in its clause") {
    sql("UPDATE citations SET quote = '三つ目'");
    CHECK_THAT(problems(), Catch::Contains("文が引用先の条項にありません"));
  }
  SECTION("a citation where the text has none") {
    sql("INSERT INTO mentions (from_clause_id, place, rank, document_id, to_clause_id) VALUES (1, 0, 0, 1, 2)");
    CHECK_THAT(problems(), Catch::Contains("文にない引用が結び付いている条項: a/1 1"));
  }
  SECTION("a citation of another document's clause") {
    sql("UPDATE clauses SET text = 'b（第1版）第1条' WHERE id = 1; INSERT INTO documents (id, slug, title, kind, audience) VALUES (9, 'b', 'b', 'other', 'public');"
        "INSERT INTO mentions (from_clause_id, place, rank, document_id, to_clause_id) VALUES (1, 0, 0, 9, 2)");
    CHECK_THAT(problems(), Catch::Contains("文にない引用が結び付いている条項: a/1 1"));
  }
  SECTION("missing file") {
    std::filesystem::remove(files.path_of(hash));
    CHECK_THAT(problems(), Catch::Contains("原本がありません"));
  }
  SECTION("altered file") {
    std::ofstream(files.path_of(hash), std::ios::app) << "!";
    CHECK_THAT(problems(), Catch::Contains("原本が変わっています"));
  }
  SECTION("queue not empty") {
    sql("INSERT INTO queue (edition_id) VALUES (1)");
    CHECK_THAT(problems(), Catch::Contains("索引待ち"));
  }
  SECTION("edition without clauses") {
    sql("INSERT INTO editions (document_id, key, label, content_hash) VALUES (1, 'x', 'x', 'x')");
    CHECK_THAT(problems(), Catch::Contains("条項のない版: a/x"));
  }
  SECTION("foreign keys") {
    SQLite::Database raw((folder / "shirube.db").string(), SQLite::OPEN_READWRITE);
    raw.exec("PRAGMA foreign_keys = OFF; INSERT INTO queue (edition_id) VALUES (99)");
    CHECK_THAT(problems(), Catch::Contains("参照先のない行: 表 queue"));
  }
  SECTION("no index at all") {
    std::filesystem::remove_all(folder / "index-1");
    CHECK_THAT(problems(), Catch::Contains("検索索引を読めません"));
  }
}
