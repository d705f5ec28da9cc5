#include "corpus/judgement.h"

#include <catch2/catch.hpp>

#include "tests/corpus/fixture.h"
#include "text/error.h"

using namespace shirube;
using namespace shirube::corpus;

namespace {

struct Fixture : LibraryFixture {
  JudgementLedger ledger{database};

  void add(const std::string& slug, const std::string& audience, const std::string& effective, std::vector<std::string> labels) {
    NewEdition edition;
    edition.facts.slug = slug;
    edition.facts.title = "題 " + slug;
    edition.facts.audience = audience;
    edition.facts.effective = effective;
    edition.content_hash = slug + effective;
    for (auto& label : labels) {
      Clause clause;
      clause.kind = ClauseKind::article;
      clause.label = std::move(label);
      clause.text = "星見市の条文。";
      edition.clauses.push_back(clause);
    }
    assign_addresses(edition.clauses);
    LibraryFixture::add(edition);
  }
  void set(const Viewer& viewer, const std::string& query, const std::string& slug, const std::string& path, int grade) {
    ledger.set(viewer, std::vector<Judgement>{{query, slug, path, grade}});
  }
  ErrorKind refused(const std::vector<Judgement>& judgements) {
    try {
      ledger.set(staff, judgements);
    } catch (const Error& e) {
      CHECK_FALSE(e.hint().empty());
      return e.kind();
    }
    return ErrorKind::internal;
  }

  Fixture() {
    add("kijun", "staff", "2025-04-01", {"第1条", "第2条"});
    add("himitsu", "restricted", "2025-04-01", {"第1条"});
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a query has one judgement a clause, however it is typed") {
  set(all, "ＵＳＢメモリ　の持ち出し", "kijun", "1", 0);
  set(all, " usbメモリ  の持ち出し", "kijun", "1", 3);
  set(all, "USBメモリ の持ち出し", "kijun", "2", 1);
  auto list = ledger.list(all);
  REQUIRE(list.size() == 2);
  CHECK(list[0].judgement.query == "ＵＳＢメモリ　の持ち出し");
  CHECK(list[0].judgement.grade == 3);
  CHECK(list[0].locator == "第1条");
  CHECK(list[0].title == "題 kijun");
  CHECK(list[0].question == list[1].question);
  CHECK(list[1].judgement.path == "2");
  CHECK(ledger.list(all, "usbメモリ の持ち出し").size() == 2);
  CHECK(ledger.list(all, "別の検索").empty());
  CHECK(ledger.remove(all, "USBメモリ の持ち出し ", "kijun", "1"));
  CHECK_FALSE(ledger.remove(all, "USBメモリ の持ち出し", "kijun", "1"));
  CHECK(ledger.list(all).size() == 1);
}

TEST_CASE_METHOD(Fixture, "a judgement outlives new editions, also one without the clause") {
  set(all, "委託", "kijun", "2", 2);
  add("kijun", "staff", "2025-10-01", {"第1条", "第2条"});
  CHECK(ledger.list(all).at(0).key == "2025-10-01");
  add("kijun", "staff", "2026-04-01", {"第1条"});
  CHECK(ledger.list(all).at(0).key == "2025-10-01");
  CHECK(ledger.list(all).at(0).judgement.grade == 2);
}

TEST_CASE_METHOD(Fixture, "a part of the list is what stands there in the whole") {
  std::vector<Judgement> many;
  for (int i = 0; i < 7; ++i) {
    for (const char* path : {"1", "2"}) many.push_back({"委託" + std::to_string(i), "kijun", path, i % 4});
  }
  ledger.set(all, many);
  set(all, "委託0", "himitsu", "1", 3);
  for (const auto& viewer : {all, staff}) {
    auto whole = ledger.list(viewer);
    CHECK(ledger.count(viewer) == whole.size());
    for (size_t first = 0; first <= whole.size(); first += 4) {
      auto part = ledger.list(viewer, first, 4);
      REQUIRE(part.size() == std::min<size_t>(4, whole.size() - first));
      for (size_t i = 0; i < part.size(); ++i) {
        CHECK(part[i].question == whole[first + i].question);
        CHECK(part[i].judgement.path == whole[first + i].judgement.path);
      }
    }
  }
}

TEST_CASE_METHOD(Fixture, "what a viewer may not see is neither judged nor listed nor removed") {
  set(all, "極秘", "himitsu", "1", 3);
  CHECK(ledger.list(staff).empty());
  CHECK(ledger.list(staff, "極秘").empty());
  CHECK_FALSE(ledger.remove(staff, "極秘", "himitsu", "1"));
  CHECK(refused({{"極秘", "himitsu", "1", 1}}) == ErrorKind::missing);
  CHECK(refused({{"極秘", "nowhere", "1", 1}}) == ErrorKind::missing);
  CHECK(ledger.list(all).at(0).judgement.grade == 3);
}

TEST_CASE_METHOD(Fixture, "what cannot be is refused, and then nothing of it is kept") {
  Judgement good{"委託", "kijun", "1", 1};
  CHECK(refused({good, {"委託", "kijun", "2", 4}}) == ErrorKind::invalid);
  CHECK(refused({good, {"委託", "kijun", "2", -1}}) == ErrorKind::invalid);
  CHECK(refused({good, {" 　", "kijun", "2", 1}}) == ErrorKind::invalid);
  std::string longest;
  for (int i = 0; i < 200; ++i) longest += "委";
  CHECK(refused({good, {longest + "託", "kijun", "2", 1}}) == ErrorKind::invalid);
  CHECK(refused({good, {"委託", "kijun", "99", 1}}) == ErrorKind::missing);
  CHECK(ledger.list(all).empty());
  set(staff, longest, "kijun", "1", 1);
  CHECK(ledger.remove(staff, longest, "kijun", "1"));
  std::vector<Judgement> many;
  for (size_t i = 0; i <= most_judgements; ++i) many.push_back({"委託" + std::to_string(i), "kijun", "1", 1});
  CHECK(refused(many) == ErrorKind::conflict);
  CHECK(ledger.list(all).empty());
  many.pop_back();
  ledger.set(staff, many);
  CHECK(refused({{"新しい検索", "kijun", "1", 1}}) == ErrorKind::conflict);
  set(staff, "委託7", "kijun", "1", 0);
  CHECK(ledger.list(all).size() == most_judgements);
  CHECK(ledger.count(all) == most_judgements);
}

TEST_CASE("an address of a clause ends at its last slash") {
  CHECK(split_address("a/b/12-2") == std::pair<std::string, std::string>("a/b", "12-2"));
  for (const char* bad : {"", "kijun", "/12", "kijun/"}) CHECK_THROWS_AS(split_address(bad), Error);
}
