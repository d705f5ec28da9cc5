#include "corpus/arrival.h"

#include <catch2/catch.hpp>

#include "tests/corpus/fixture.h"

using namespace shirube::corpus;

namespace {

/// A notice, its commentary, and another commentary that only committee members see.
struct ArrivalFixture : LibraryFixture {
  Arrivals arrivals{database};

  ArrivalFixture() {
    put("tsuchi", "notice", "public", "星行第1234号", "2026-06-26", {{"１", "", "機器の選定の基準を定めること。"}});
    put("kaisetsu", "commentary", "public", "", "2026-07-10", {{"１", "概要", "星行第1234号の内容を知らせる。"}, {"２", "本市の対応方針", "基準を改める。"}});
    put("naibu", "commentary", "committee", "", "2026-07-12", {{"１", "論点", "星行第1234号について委員会で話し合う。"}});
    put("betsu", "commentary", "public", "", "2026-07-11", {{"１", "概要", "別の通知について。"}});
  }

  struct Words {
    std::string label, heading, text;
  };
  void put(const std::string& slug, const std::string& kind, const std::string& audience, const std::string& number, const std::string& issued, const std::vector<Words>& words) {
    NewEdition edition;
    edition.facts.slug = slug, edition.facts.title = slug, edition.facts.kind = kind, edition.facts.audience = audience;
    edition.facts.number = number, edition.facts.issued = issued;
    edition.content_hash = slug;
    for (const auto& [label, heading, text] : words) {
      Clause clause;
      clause.label = label, clause.kind = ClauseKind::section, clause.heading = heading, clause.text = text;
      edition.clauses.push_back(clause);
    }
    assign_addresses(edition.clauses);
    add(edition);
  }

  std::vector<std::string> explained(const Viewer& viewer) {
    std::vector<std::string> out;
    for (const auto& [document, edition, policy] : arrivals.commentaries(viewer, library.editions(viewer, "tsuchi").front())) out.push_back(document.slug + (policy ? "→" + *policy : ""));
    return out;
  }
  using Names = std::vector<std::string>;
};

}  // namespace

TEST_CASE_METHOD(ArrivalFixture, "a commentary is found by the number that it names, with its clause of what the city does") {
  CHECK(explained(staff) == Names{"kaisetsu→2"});
  CHECK(explained(all) == Names{"naibu", "kaisetsu→2"});
}

TEST_CASE_METHOD(ArrivalFixture, "a commentary is found by the clauses that it cites, too") {
  auto from = library.clause(all, "betsu", library.editions(all, "betsu").front().key, "1"), to = library.clause(all, "tsuchi", library.editions(all, "tsuchi").front().key, "1");
  REQUIRE((from && to));
  library.add_citation(from->id, to->id, "");
  CHECK(explained(staff) == Names{"betsu", "kaisetsu→2"});
}

TEST_CASE_METHOD(ArrivalFixture, "arrivals come by their day, and only those that the viewer sees") {
  auto slugs = [&](const Viewer& viewer, const ArrivalFilter& filter) {
    Names out;
    for (const auto& arrival : arrivals.list(viewer, filter, 0, 10)) out.push_back(arrival.document.slug);
    return out;
  };
  CHECK(slugs(all, {}) == Names{"naibu", "betsu", "kaisetsu", "tsuchi"});
  CHECK(slugs(staff, {}) == Names{"betsu", "kaisetsu", "tsuchi"});
  CHECK(slugs(staff, {.kind = "notice"}) == Names{"tsuchi"});
  CHECK(slugs(staff, {.from = "2026-07-01", .to = "2026-07-10"}) == Names{"kaisetsu"});
  CHECK(slugs(staff, {.added_after = "2999-01-01T00:00:00Z"}).empty());
  CHECK(arrivals.list(staff, {}, 2, 10).size() == 1);
  CHECK(arrivals.topics(staff).empty());
}
