#include "corpus/references.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>

#include "corpus/outline.h"
#include "tests/corpus/fixture.h"
#include "tests/places.h"
#include "text/utf8.h"

using namespace shirube;
using namespace shirube::corpus;
using Json = nlohmann::json;

namespace {

NewEdition edition_of(const std::string& slug, const std::string& title, const std::string& text, const std::string& effective = "2025-04-01", const std::string& audience = "staff") {
  NewEdition edition;
  edition.facts.slug = slug, edition.facts.title = title, edition.facts.kind = "policy", edition.facts.audience = audience, edition.facts.effective = effective;
  edition.content_hash = slug + effective + text;
  Page page;
  std::stringstream in(text);
  for (std::string line; std::getline(in, line);) page.lines.emplace_back().text = line;
  edition.clauses = outline({page});
  assign_addresses(edition.clauses);
  return edition;
}

constexpr const char* ordinance = "第１条　この条例は、公開について定める。\n第２条　何人も、請求することができる。\n２　請求は、書面で行う。\n第３条　市は、決定を行う。\n";

struct ReferencesFixture : LibraryFixture {
  References references{library};

  struct Read {
    std::vector<StoredClause> clauses;
    std::vector<std::vector<Mark>> marks;
  };
  Read read(const Viewer& viewer, const std::string& slug, const std::string& key) {
    auto editions = library.editions(viewer, slug);
    auto edition = std::ranges::find(editions, key, &Edition::key);
    REQUIRE(edition != editions.end());
    Read out{library.clauses(viewer, slug, key), {}};
    out.marks = references.marks(viewer, *library.document(viewer, slug), *edition, out.clauses);
    return out;
  }

  /// [path, words, outcome, targets…] of each reference; [path, term] of definitions; [path, word, where] of uses.
  static Json listed(const Read& read, Mark::Kind kind) {
    constexpr const char* outcomes[] = {"held", "missing", "doubtful", "not_held"};
    Json out = Json::array();
    for (size_t at = 0; at < read.clauses.size(); ++at) {
      const Clause& clause = read.clauses[at].clause;
      for (const Mark& mark : read.marks[at]) {
        if (mark.kind != kind) continue;
        const std::string& words = mark.in_heading ? clause.heading : clause.text;
        Json row = {clause.path, words.substr(mark.begin, mark.end - mark.begin)};
        if (kind == Mark::Kind::reference) row.push_back(outcomes[static_cast<size_t>(mark.outcome)]);
        if (kind != Mark::Kind::definition) {
          for (const auto& target : mark.targets) row.push_back(target.slug == "own" ? target.path : target.slug + "/" + target.path);
        }
        out.push_back(std::move(row));
      }
    }
    return out;
  }
};

}  // namespace

TEST_CASE_METHOD(ReferencesFixture, "references and terms are found, and lead where they say") {
  add(edition_of("koukai", "星見市情報公開条例", ordinance));
  std::ifstream in(std::string(test::source_folder) + "/tests/cases/references.jsonl");
  size_t cases = 0;
  for (std::string line; std::getline(in, line); ++cases) {
    Json one = Json::parse(line);
    INFO(one["about"].get<std::string>());
    std::string day = "2025-04-" + std::to_string(10 + cases);
    add(edition_of("own", "星見市の規程", one["text"], day));
    auto found = read(all, "own", day);
    CHECK(listed(found, Mark::Kind::reference).dump(-1, ' ') == one["references"].dump(-1, ' '));
    if (one.contains("terms")) CHECK(listed(found, Mark::Kind::definition).dump() == one["terms"].dump());
    if (one.contains("uses")) CHECK(listed(found, Mark::Kind::term).dump() == one["uses"].dump());
  }
  CHECK(cases >= 10);
}

TEST_CASE_METHOD(ReferencesFixture, "a document that the viewer may not see is as one that is not held") {
  const char* words = "第１条　星見市情報公開条例第２条及び第９条の規定による。\n第２条　星見市情報公開条例を守る。\n";
  add(edition_of("own", "星見市の規程", words));
  auto without = read(staff, "own", "2025-04-01");
  add(edition_of("koukai", "星見市情報公開条例", ordinance, "2025-04-01", "restricted"));
  CHECK(read(staff, "own", "2025-04-01").marks == without.marks);
  CHECK(read(all, "own", "2025-04-01").marks != without.marks);
}

TEST_CASE_METHOD(ReferencesFixture, "a clause that the viewer may not see is as one that is not there") {
  add(edition_of("whole", "全部の規程", "第１条　第３条の規定による。\n第２条　記録する。\n第３条　公表する。\n第４条　点検する。\n第５条　報告する。\n"));
  auto edition = edition_of("own", "星見市の規程", "第１条　第３条の規定による。\n第２条　記録する。\n第３条　公表する。\n第４条　点検する。\n第５条　報告する。\n");
  edition.clauses[2].audience = "restricted";
  add(edition);
  auto found = read(staff, "own", "2025-04-01");
  CHECK(listed(found, Mark::Kind::reference) == Json::parse(R"([["1", "第３条", "missing"]])"));
  CHECK(listed(read(staff, "whole", "2025-04-01"), Mark::Kind::reference) == Json::parse(R"([["1", "第３条", "held", "whole/3"]])"));
}

TEST_CASE_METHOD(ReferencesFixture, "another document is read in the edition that was in force beside this one") {
  add(edition_of("koukai", "星見市情報公開条例", ordinance, "2020-04-01"));
  add(edition_of("koukai", "星見市情報公開条例", std::string(ordinance) + "第４条　罰則を定める。\n", "2024-04-01"));
  add(edition_of("own", "星見市の規程", "第１条　星見市情報公開条例第３条の規定による。\n", "2021-04-01"));
  add(edition_of("own", "星見市の規程", "第１条　星見市情報公開条例第３条及び星見市情報公開条例（令和2年4月1日版）第３条の規定による。\n", "2023-04-01"));
  auto past = read(all, "own", "2021-04-01"), current = read(all, "own", "2023-04-01");
  CHECK(past.marks[0].at(0).targets.at(0).key == "2020-04-01");
  REQUIRE(current.marks[0].size() == 3);
  CHECK(current.marks[0][0].targets.at(0).key == "2024-04-01");
  CHECK(current.marks[0][2].targets.at(0).key == "2020-04-01");
  CHECK(current.marks[0][0].targets[0].name == "星見市情報公開条例 第3条");
}

TEST_CASE_METHOD(ReferencesFixture, "labels behind the edition of another document lead there, and so does the list that they begin") {
  add(edition_of("kumo", "星見市クラウド利用基準", "１　目的\n２　利用\n2.1　手続\n（１）　申請\n（２）　承認\n"));
  add(edition_of("own", "星見市の回答", "１　根拠\n星見市クラウド利用基準（令和7年4月1日版）2.1(1)及び(2)による。\n（１）　この答えの一\n（２）　この答えの二\n", "2025-05-01"));
  auto listed_now = listed(read(all, "own", "2025-05-01"), Mark::Kind::reference);
  INFO(listed_now.dump());
  std::vector<std::string> places;
  for (const auto& row : listed_now) places.push_back(row.back());
  CHECK(places == std::vector<std::string>{"kumo/", "kumo/2.1-1", "kumo/2.1-2"});
}

TEST_CASE_METHOD(ReferencesFixture, "what leads nowhere is listed for officers, and who cites a clause within its edition") {
  add(edition_of("own", "星見市の規程", "第１条　点検する。\n第２条　第１条及び第７条の規定による。\n第３条　前条の規定による。\n第４条　第１条の規定による。\n"));
  auto dangling = references.dangling(staff, "own", "2025-04-01");
  REQUIRE(dangling.size() == 1);
  CHECK(dangling[0].path == "2");
  CHECK(dangling[0].locator == "第2条");
  CHECK(dangling[0].words == "第７条");
  CHECK(dangling[0].mark.note == "この資料に、参照先が見つかりません。");
  CHECK(references.dangling(Viewer{{"public"}}, "own", "2025-04-01").empty());
  auto found = read(all, "own", "2025-04-01");
  CHECK(citing(found.marks, *library.document(all, "own"), library.editions(all, "own").front(), "1") == std::vector<size_t>{1, 3});
}

TEST_CASE_METHOD(ReferencesFixture, "marks of any text lie on characters and apart") {
  const std::vector<std::string> pieces = {"第", "１", "二", "条", "項", "号", "の", "前", "次", "同", "各号", "この", "本", "別表", "附則", "（", "）", "「", "」", "(1)", "①", "ア", "から", "まで", "及び", "、", "。", "法", "規則",
                                           "以下", "という。", "とは", "をいう。", "情報資産", "\n", "\t", " ", "中「", "に改める", "3-1", "参照", "\xFF", "\xE3\x81", "😀"};
  std::mt19937 random(7);
  auto words = [&](size_t most) {
    std::string out;
    for (size_t n = random() % most; n > 0; --n) out += pieces[random() % pieces.size()];
    return out;
  };
  add(edition_of("own", "星見市の規程", ordinance));
  Document document = *library.document(all, "own");
  Edition edition = library.editions(all, "own").front();
  size_t seen = 0;
  for (int round = 0; round < 200; ++round) {
    std::vector<Clause> clauses;
    for (int i = 0; i < 12; ++i) {
      constexpr ClauseKind kinds[] = {ClauseKind::article, ClauseKind::paragraph, ClauseKind::item, ClauseKind::subitem, ClauseKind::annex, ClauseKind::heading, ClauseKind::chapter};
      Clause clause;
      clause.kind = kinds[random() % std::size(kinds)];
      if (i > 0 && random() % 3 != 0) clause.parent = random() % static_cast<size_t>(i);
      if (clause.kind != ClauseKind::heading) clause.label = i % 2 == 0 ? "第" + std::to_string(i + 1) + "条" : "(" + std::to_string(i) + ")";
      clause.heading = words(4), clause.text = words(60);
      clauses.push_back(std::move(clause));
    }
    assign_addresses(clauses);
    std::vector<StoredClause> stored;
    for (auto& clause : clauses) stored.push_back({static_cast<int64_t>(stored.size()), std::move(clause)});
    auto marks = references.marks(all, document, edition, stored);
    REQUIRE(marks.size() == stored.size());
    for (size_t at = 0; at < marks.size(); ++at) {
      std::pair<bool, size_t> end{false, 0};
      for (const Mark& mark : marks[at]) {
        const std::string& text = mark.in_heading ? stored[at].clause.heading : stored[at].clause.text;
        auto on_character = [&](size_t byte) { return byte == text.size() || (static_cast<unsigned char>(text[byte]) & 0xC0) != 0x80 || !text::is_valid_utf8(text); };
        REQUIRE(mark.begin < mark.end);
        REQUIRE(mark.end <= text.size());
        REQUIRE((on_character(mark.begin) && on_character(mark.end)));
        REQUIRE(std::pair(!mark.in_heading, mark.begin) >= end);
        end = {!mark.in_heading, mark.end};
        ++seen;
      }
    }
  }
  CHECK(seen > 500);
}
