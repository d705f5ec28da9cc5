// What is counted, read and scored for a viewer is what an index without the hidden clauses would give.
#include "search/sight.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <random>

#include "search/listing.h"
#include "search/meant.h"
#include "search/open_index.h"
#include "search/searcher.h"
#include "tests/indexer/fixture.h"

using namespace shirube;
using namespace shirube::search;

namespace {

const std::vector<std::string> words = {"端末", "監査", "委託", "情報", "資産", "暗号", "無線", "施錠", "台帳", "職員", "許可", "記録", "持ち出し", "廃棄", "教育", "点検"};

/// A town of articles, of which some are closed, either as documents or as clauses; without them when it is not to hold them.
struct Town : IndexFixture {
  explicit Town(bool holds_hidden, size_t hidden_of_ten, unsigned seed = 7) {
    std::mt19937 random(seed);
    std::vector<corpus::NewEdition> editions;
    for (size_t i = 0; i < 300; ++i) {
      corpus::NewEdition edition;
      edition.facts.slug = edition.content_hash = "d" + std::to_string(i);
      edition.facts.title = "規程" + std::to_string(i);
      edition.facts.kind = i % 2 ? "policy" : "answer";
      edition.facts.issuer = i % 3 ? "星見市" : "総務省";
      edition.facts.effective = "20" + std::to_string(10 + i % 9) + "-04-01";
      bool hidden = random() % 10 < hidden_of_ten;
      edition.facts.audience = hidden ? "restricted" : "public";
      for (size_t c = 0; c < 3; ++c) {
        corpus::Clause clause;
        clause.path = std::to_string(c + 1);
        clause.label = "第" + clause.path + "条";
        clause.kind = corpus::ClauseKind::article;
        clause.heading = words[random() % words.size()];
        for (size_t n = 1 + random() % 30; n > 0; --n) clause.text += words[random() % words.size()] + "を、";
        // Few words say most.
        if (random() % 40 == 0) clause.text += "抜き打ち";
        bool closed = c > 0 && random() % 10 < hidden_of_ten;
        if (closed) clause.audience = "staff";
        if (holds_hidden || !closed) edition.clauses.push_back(std::move(clause));
      }
      if (holds_hidden || !hidden) editions.push_back(std::move(edition));
    }
    library.add(editions);
    index();
    open.refresh(index_folder(folder.path(), database), "test");
    for (const auto& listed : library.documents(corpus::Viewer::everything(), 0, 1000)) {
      for (const auto& [id, clause] : library.clauses(corpus::Viewer::everything(), listed.document.slug, listed.edition.key)) names[static_cast<uint32_t>(id)] = listed.document.slug + "/" + clause.path;
    }
  }

  using Scored = std::vector<std::pair<std::string, float>>;
  Scored named(const std::vector<Candidate>& found) const {
    Scored out;
    for (const auto& one : found) out.emplace_back(names.at(one.clause), one.score);
    std::ranges::sort(out);
    return out;
  }
  std::string told(const Matches& found) const {
    std::string out = fmt::format("{} {} {}:", found.total, found.total_exact, fmt::join(found.unknown, ","));
    for (const auto& match : found.matches) out += fmt::format(" {}={}+{}", names.at(static_cast<uint32_t>(match.clause_id)), match.score, match.more);
    for (const auto* facets : {&found.kinds, &found.issuers, &found.years}) {
      for (const auto& facet : *facets) out += fmt::format(" {}:{}", facet.value, facet.count);
    }
    return out;
  }

  OpenIndex open;
  std::map<uint32_t, std::string> names;
};

const corpus::Viewer citizen{{"public"}};

std::string any_question(std::mt19937& random) {
  std::string out;
  for (size_t n = 1 + random() % 4; n > 0; --n) out += (random() % 12 ? words[random() % words.size()] : "抜き打ち") + (random() % 2 ? " " : "の");
  return out;
}

}  // namespace

TEST_CASE("a ranker reads, bounds and scores as if there were no hidden clauses") {
  for (size_t hidden_of_ten : {1, 6}) {
    Town with(true, hidden_of_ten), without(false, hidden_of_ten);
    auto seen = with.open.sight(citizen, std::nullopt, {}), whole = without.open.sight(citizen, std::nullopt, {});
    REQUIRE_FALSE(seen->all());
    REQUIRE(whole->all());
    CHECK(seen->count() == whole->count());
    text::Analyzer analyzer(model());
    Lexicon lexicon;
    std::mt19937 random(11);
    size_t cut = 0;
    for (int i = 0; i < 60; ++i) {
      std::string typed = any_question(random);
      INFO(typed);
      Question asked = ask(parse(typed), analyzer, lexicon);
      Ranker a(with.open.db, *seen, asked), b(without.open.db, *whole, asked);
      for (uint64_t bound : {uint64_t{1}, uint64_t{60}, uint64_t{250}, UINT64_MAX}) {
        auto found = a.find(bound), expected = b.find(bound);
        cut += !expected.complete;
        CHECK(found.complete == expected.complete);
        CHECK(found.unread == expected.unread);
        CHECK(with.named(found.candidates) == without.named(expected.candidates));
        CHECK(with.named(found.holding_all) == without.named(expected.holding_all));
      }
    }
    CHECK(cut > 20);  // or bounds were not tried
  }
}

TEST_CASE("hits, totals, facets, scores and likeness are those of an index without hidden clauses") {
  Town with(true, 5), without(false, 5);
  Searcher a(with.folder.path(), with.database, model(), "test"), b(without.folder.path(), without.database, model(), "test");
  std::mt19937 random(13);
  Window window;
  window.facets = true;
  auto everything = corpus::Viewer::everything();
  for (int i = 0; i < 60; ++i) {
    std::string typed = any_question(random);
    if (i % 5 == 0) typed += " \"" + words[random() % words.size()] + "を、\"";
    if (i % 7 == 0) typed += " 監*";
    window.one_per_document = i % 2;
    INFO(typed);
    auto found = a.match(parse(typed), citizen, window), expected = b.match(parse(typed), citizen, window);
    CHECK(with.told(found) == without.told(expected));
    if (expected.matches.empty()) continue;
    int64_t clause = found.matches.front().clause_id, same = expected.matches.front().clause_id;
    CHECK(a.explain(parse(typed), citizen, {}, clause).score == b.explain(parse(typed), citizen, {}, same).score);
    CHECK(with.told(a.similar(clause, citizen, 10)) == without.told(b.similar(same, citizen, 10)));
    CHECK(with.told(a.similar(typed, citizen, 10)) == without.told(b.similar(typed, citizen, 10)));
    CHECK(a.frequency({words[0], words[1]}, citizen) == b.frequency({words[0], words[1]}, citizen));
  }
  // Whoever sees all is told otherwise.
  CHECK(with.told(a.match(parse("監査"), everything, window)) != without.told(b.match(parse("監査"), everything, window)));
}

TEST_CASE("a sight counts by what is hidden where that is less, and by lists where it is more") {
  Town few(true, 1);
  auto seen = few.open.sight(citizen, std::nullopt, {});
  for (const auto& word : words) {
    std::string name = term("", word);
    uint64_t expected = 0;
    for (auto it = few.open.db.postlist_begin(name); it != few.open.db.postlist_end(name); ++it) expected += seen->sees(*it);
    CHECK(seen->frequency(name) == expected);
    CHECK(seen->holding(name, 1'000'000).size() == expected);
    CHECK(seen->count(Xapian::Query(name)) == expected);
    CHECK(seen->frequency(name) == expected);
  }
  CHECK(seen->frequency("Xnai") == 0);
  CHECK(seen->count(1, few.open.db.get_lastdocid()) == seen->count());
}

TEST_CASE("who sees the same shares a sight, and a narrowed viewer has their own") {
  Town town(true, 5);
  auto seen = town.open.sight(citizen, std::nullopt, {});
  CHECK(town.open.sight({{"public", "committee"}}, std::nullopt, {}) == seen);
  CHECK(town.open.sight({{"public", "staff"}}, std::nullopt, {}) != seen);
  CHECK(town.open.sight(corpus::Viewer::everything(), std::nullopt, {})->all());
  // Whatever is there, seen without seeing everything.
  CHECK(town.open.sight({{"public", "staff", "restricted"}}, std::nullopt, {})->all());
  auto everything = corpus::Viewer::everything();
  Searcher searcher(town.folder.path(), town.database, model(), "test");
  corpus::Viewer consultant{{"public", "staff", "restricted"}};
  consultant.only = std::vector<std::string>{};
  size_t narrowed = searcher.match(parse("監査"), consultant, {}).total;
  CHECK(narrowed == searcher.match(parse("監査"), citizen, {}).total);
  std::string closed;
  for (const auto& listed : town.library.documents(everything, 0, 1000)) {
    if (listed.document.audience == "restricted" && closed.empty()) closed = listed.document.slug;
  }
  consultant.only->push_back(closed);
  Query all = parse("第1条 OR 第2条 OR 第3条");
  all.filters.documents = {closed};
  CHECK(searcher.match(all, consultant, {}).total == 3);
  CHECK(searcher.match(all, citizen, {}).total == 0);
}

TEST_CASE("what begins so is found by the terms of what is seen as by all terms where all is seen") {
  Town with(true, 4), without(false, 4);
  auto seen = with.open.sight(citizen, std::nullopt, {}), whole = without.open.sight(citizen, std::nullopt, {});
  REQUIRE_FALSE(seen->all());
  REQUIRE(whole->all());
  for (const char* beginning : {"", "端", "持ち", "抜", "記録", "無い語"}) {
    for (size_t most : {1, 3, 500}) {
      INFO(beginning << " " << most);
      CHECK(seen->beginning_with(term("", beginning), most) == whole->beginning_with(term("", beginning), most));
    }
  }
}

TEST_CASE("clauses that were closed since are seen by nobody whom the database keeps from them") {
  Town town(true, 1);
  auto before = town.open.sight(citizen, std::nullopt, {}), everybody = town.open.sight(corpus::Viewer::everything(), std::nullopt, {{1, 70}});
  auto after = town.open.sight(citizen, std::nullopt, {{1, 70}, {130, 131}, {100'000, 100'001}});
  CHECK_FALSE(everybody->all());
  CHECK(after->count() == before->count() - before->count(1, 70) - before->count(130, 131));
  for (uint32_t clause : {1u, 64u, 70u, 130u, 131u}) CHECK_FALSE(after->sees(clause));
  for (uint32_t clause : {71u, 129u, 132u}) CHECK(after->sees(clause) == before->sees(clause));
}
