#include "corpus/basket.h"

#include <catch2/catch.hpp>

#include "tests/corpus/fixture.h"
#include "text/error.h"

using namespace shirube;
using namespace shirube::corpus;

namespace {

struct Fixture : LibraryFixture {
  Basket basket{database};
  static constexpr int64_t hana = 7, jiro = 8;
  const Viewer officer{{"public", "staff", "restricted"}};

  Fixture() {
    add("kijun", "staff", 205);
    add("himitsu", "restricted", 1);
  }
  void add(const std::string& slug, const std::string& audience, int clauses) {
    NewEdition edition;
    edition.facts.slug = edition.facts.title = slug;
    edition.facts.audience = audience;
    edition.facts.effective = "2025-04-01";
    edition.content_hash = slug;
    for (int i = 1; i <= clauses; ++i) {
      Clause clause;
      clause.kind = ClauseKind::article;
      clause.label = "第" + std::to_string(i) + "条";
      clause.text = "星見市の条文その" + std::to_string(i) + "。";
      edition.clauses.push_back(clause);
    }
    assign_addresses(edition.clauses);
    LibraryFixture::add(edition);
  }
  void keep(int64_t owner, const std::string& path, const std::string& quote = {}) { basket.add(officer, owner, "kijun", "2025-04-01", path, quote); }
  /// The paths, in order; 「-」 for what is not seen.
  std::string order(const Viewer& viewer, int64_t owner) {
    std::string out;
    for (const auto& kept : basket.list(viewer, owner)) out += (out.empty() ? "" : " ") + (kept.clause ? kept.clause->clause.path : "-");
    return out;
  }
  ErrorKind refused(const Viewer& viewer, const std::string& slug, const std::string& path, const std::string& quote = {}) {
    try {
      basket.add(viewer, hana, slug, "2025-04-01", path, quote);
    } catch (const Error& e) {
      CHECK_FALSE(e.hint().empty());
      return e.kind();
    }
    return ErrorKind::internal;
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "citations are kept in an order of one's own, each once") {
  for (const char* path : {"3", "1", "2", "3"}) keep(hana, path);
  keep(jiro, "9");
  CHECK(order(officer, hana) == "3 1 2");
  CHECK(order(officer, jiro) == "9");
  CHECK(order(officer, 0).empty());
  auto list = basket.list(officer, hana);
  CHECK(list[0].quote == "星見市の条文その3。");
  CHECK(basket.move(hana, list[2].number, Basket::Direction::up));
  CHECK(order(officer, hana) == "3 2 1");
  CHECK(basket.move(hana, list[0].number, Basket::Direction::up));
  CHECK(order(officer, hana) == "3 2 1");
  CHECK(basket.move(hana, list[0].number, Basket::Direction::down));
  CHECK(order(officer, hana) == "2 3 1");
  CHECK_FALSE(basket.move(hana, 99, Basket::Direction::up));
  CHECK(basket.remove(hana, list[0].number));
  CHECK_FALSE(basket.remove(hana, list[0].number));
  CHECK(order(officer, hana) == "2 1");
  keep(hana, "4");
  CHECK(order(officer, hana) == "2 1 4");
  basket.clear(hana);
  CHECK(basket.count(hana) == 0);
  CHECK(order(officer, jiro) == "9");
}

TEST_CASE_METHOD(Fixture, "the words that were chosen are kept, and only words of the clause") {
  keep(hana, "1", "条文その1");
  CHECK(basket.list(officer, hana)[0].quote == "条文その1");
  keep(hana, "1");
  CHECK(basket.list(officer, hana)[0].quote == "条文その1");
  keep(hana, "1", "星見市");
  CHECK(basket.list(officer, hana)[0].quote == "星見市");
  CHECK(refused(officer, "kijun", "1", "ほかの言葉") == ErrorKind::invalid);
  CHECK(refused(officer, "kijun", "1", std::string(longest_kept_quote + 1, 'a')) == ErrorKind::invalid);
  CHECK(basket.count(hana) == 1);
}

TEST_CASE_METHOD(Fixture, "what cannot be seen is not kept, and what cannot be seen any more has no words") {
  CHECK(refused(staff, "himitsu", "1") == ErrorKind::missing);
  CHECK(refused(staff, "nai", "1") == ErrorKind::missing);
  basket.add(officer, hana, "himitsu", "2025-04-01", "1");
  keep(hana, "1");
  auto list = basket.list(staff, hana);
  REQUIRE(list.size() == 2);
  CHECK_FALSE(list[0].clause);
  CHECK(list[0].quote.empty());
  CHECK(list[1].clause->citation() == "kijun（令和7年4月1日版）第1条");
  CHECK(order(officer, hana) == "1 1");
  CHECK(basket.remove(hana, list[0].number));
}

TEST_CASE_METHOD(Fixture, "a basket has a bound") {
  for (int i = 1; i <= 200; ++i) keep(hana, std::to_string(i));
  CHECK(refused(officer, "kijun", "201") == ErrorKind::conflict);
  CHECK(basket.count(hana) == 200);
  keep(hana, "5", "星見市");
  keep(jiro, "201");
  basket.remove(hana, 1);
  keep(hana, "201");
  CHECK(basket.count(hana) == 200);
}
