// The searcher over an index that the writer made.
#include <catch2/catch.hpp>
#include <algorithm>
#include <fstream>
#include <random>
#include <set>
#include <sstream>
#include <xapian.h>

#include "corpus/address.h"
#include "search/index_format.h"
#include "search/searcher.h"
#include "search/sight.h"
#include "tests/indexer/fixture.h"
#include "text/error.h"
#include "text/utf8.h"

using namespace shirube;
using namespace shirube::search;

namespace {

struct Fixture : IndexFixture {
  using IndexFixture::add;
  void add(const std::string& slug, const std::string& effective, const std::string& text, const std::string& kind = "policy",
           const std::string& audience = "public", const std::string& issuer = "星見市", const std::string& heading = "") {
    add_articles({.slug = slug, .title = slug, .kind = kind, .issuer = issuer, .audience = audience, .effective = effective}, {{slug == "mentions" ? "第2条" : "第1条", heading, text}});
  }

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
  add(edition);
  index();
  Searcher s = searcher();
  for (const char* typed : {"第22条第2項", "第２２条第２項", "第二十二条第二項", "対策基準 第22条第2項", "対策基準（第1版）第22条第2項", "「対策基準」 第22条第2項", "対策基準第二十二条第二項",
                            "対策基準 第22条第2項 版:すべて", "対策基準（第1版）第22条第2項 https://shirube.example/documents/kijun"}) {
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

TEST_CASE_METHOD(Fixture, "each operator narrows what is found") {
  add("a", "2025-04-01", "委託先の監査を毎年行い、結果を報告する。", "policy", "public", "星見市", "委託先の監督");
  add("b", "2024-04-01", "監査の結果は委員会が定める。サーバーの取扱いによる。", "guideline", "public", "総務省");
  add("c", "2023-04-01", "端末を廃棄するときは、記録を消す。ふりがなを付ける。");
  index();
  struct Row {
    const char* query;
    const char* slugs;
  };
  const Row rows[] = {
      {"監査 -委員会", "a/2025-04-01"},
      {"+委員会 監査", "b/2024-04-01"},
      {"監査 -\"毎年行い\"", "b/2024-04-01"},
      {"\"結果を報告\"", "a/2025-04-01"},
      {"\"サーバの取り扱い\"", "b/2024-04-01"},
      {"\"ふりがな\"", "c/2023-04-01"},
      {"\"を、\"", ""},
      {"廃棄 OR 委員会", "b/2024-04-01 c/2023-04-01"},
      {"委員会 OR \"廃棄する\"", "b/2024-04-01 c/2023-04-01"},
      {"委員会 | 廃棄*", "b/2024-04-01 c/2023-04-01"},
      {"ほげほげ 件名:監督", "a/2025-04-01"},
      {"委託先 NEAR 監査", "a/2025-04-01"},
      {"委託先 NEAR/3 報告", ""},
      {"委員*", "b/2024-04-01"},
      {"件名:監督 監査", "a/2025-04-01"},
      {"監査 種別:ガイドライン", "b/2024-04-01"},
      {"監査 発出者:総務", "b/2024-04-01"},
      {"監査 2025..2026", "a/2025-04-01"},
      {"監査 施行:..2024", "b/2024-04-01"},
      {"監査 条:1 -委員会", "a/2025-04-01"},
      {"監査 条:9", ""},
      {"監査 条:第1条第1項 -委員会", "a/2025-04-01"},
      {"ぬるぽがっちゃ", ""},
      {"種別:ガイドライン 条:1", "b/2024-04-01"},
  };
  for (const auto& row : rows) {
    INFO(row.query);
    std::string found = slugs(row.query);
    std::vector<std::string> parts;
    std::istringstream in(found);
    for (std::string one; in >> one;) parts.push_back(one);
    std::ranges::sort(parts);
    std::string sorted;
    for (const auto& one : parts) sorted += (sorted.empty() ? "" : " ") + one;
    CHECK(sorted == row.slugs);
  }
}

TEST_CASE_METHOD(Fixture, "matches are counted by kind, issuer and year") {
  add("a", "2025-04-01", "監査を行う。");
  add("b", "2024-04-01", "監査の結果。", "guideline", "public", "総務省");
  add("c", "2024-10-01", "監査の記録。", "guideline", "restricted", "総務省");
  index();
  Window window;
  window.facets = true;
  auto found = searcher().match(parse("監査"), {{"public"}}, window);
  CHECK(found.total == 2);
  REQUIRE(found.kinds.size() == 2);
  REQUIRE(found.issuers.size() == 2);
  for (const auto& facet : found.kinds) CHECK(facet.count == 1);
  REQUIRE(found.years.size() == 2);
  CHECK(found.years[0].value == "2024");
  CHECK(found.years[0].count == 1);
}

TEST_CASE_METHOD(Fixture, "a word that stands in hidden clauses alone stands nowhere") {
  add("open", "2025-04-01", "監査を行う。");
  add("secret", "2025-04-01", "監査の秘匿計画。", "policy", "restricted");
  index();
  Searcher s = searcher();
  corpus::Viewer anyone{{"public"}};
  CHECK(s.match(parse("監査 秘匿"), anyone, {}).unknown == std::vector<std::string>{"秘匿"});
  CHECK(s.match(parse("監査 秘匿"), corpus::Viewer::everything(), {}).unknown.empty());
  CHECK(s.frequency({"監査"}, anyone) == 1);
  auto hidden = s.match(parse("秘匿"), corpus::Viewer::everything(), {}).matches;
  REQUIRE(hidden.size() == 1);
  CHECK(s.similar(hidden[0].clause_id, anyone, 5).matches.empty());
  auto why = s.explain(parse("秘匿"), anyone, {}, hidden[0].clause_id);
  CHECK(why.parts.empty());
  CHECK(why.reason == s.explain(parse("秘匿"), anyone, {}, 999999).reason);
}

TEST_CASE_METHOD(Fixture, "segments from before a change are not taken up") {
  for (int i = 0; i < 6; ++i) add("d" + std::to_string(i), "2024-04-01", "監査の" + std::to_string(i));
  indexer::IndexWriterOptions options{folder.path(), "test", 1, 1};
  options.at_step = [](std::string_view step) {
    if (step == "fed") throw Error(ErrorKind::unavailable, "止める", "");
  };
  CHECK_THROWS(indexer::IndexWriter(database, model(), options).drain([](auto, auto) {}, stop));
  add("d0", "2025-04-01", "監査の新");  // the edition of 2024 is past from now on
  options.at_step = [](std::string_view) {};
  indexer::IndexWriter(database, model(), options).drain([](auto, auto) {}, stop);
  CHECK(slugs("監査 版:旧版") == "d0/2024-04-01");
}

TEST_CASE_METHOD(Fixture, "a pinned clause obeys the filters and pushes no other off the list") {
  for (int i = 0; i < 5; ++i) add("d" + std::to_string(i), "2025-04-01", "監査を行う。");
  add("pinned", "2025-04-01", "庁舎の鍵。", "manual");
  index();
  std::filesystem::create_directory(folder / "words");
  std::ofstream(folder / "words/pinned.tsv") << "監査\tpinned/2025-04-01/1\n監査 種別:規程\tpinned/2025-04-01/1\n";
  auto page = [&](const std::string& query, size_t first) {
    Searcher s(folder.path(), database, model(), "test", folder / "words");
    Window window;
    window.first = first;
    window.most = 2;
    std::string out;
    for (const auto& hit : s.search(parse(query), corpus::Viewer::everything(), window).hits) out += hit.clause.document.slug + " ";
    return out;
  };
  CHECK(page("監査", 0) == "pinned d0 ");
  CHECK(page("監査", 2) == "d1 d2 ");
  CHECK(page("監査", 4) == "d3 d4 ");
  CHECK(page("監査 種別:規程", 0) == "d0 d1 ");
}

TEST_CASE_METHOD(Fixture, "a document number, an edition and a day are found however many clauses there are") {
  std::vector<corpus::NewEdition> editions;
  for (int i = 0; i < 6000; ++i) {
    corpus::NewEdition edition;
    edition.facts.slug = edition.facts.title = edition.content_hash = "d" + std::to_string(i);
    if (i == 5500) edition.facts.number = "星情第7号", edition.facts.label = "試行版", edition.facts.effective = "2024-04-01";
    edition.clauses = {corpus::Clause{}};
    edition.clauses[0].path = edition.clauses[0].text = "text";
    editions.push_back(std::move(edition));
  }
  library.add(editions);
  index();
  CHECK(slugs("番号:星情第7号") == "d5500/2024-04-01");
  CHECK(slugs("text 版:試行版") == "d5500/2024-04-01");
  CHECK(slugs("番号:星情第7号 時点:2025-01-01") == "d5500/2024-04-01");
  CHECK(slugs("番号:星情第7号 時点:2023-01-01") == "");
}

TEST_CASE_METHOD(Fixture, "of several editions asked for any will do") {
  add("a", "2023-04-01", "監査を行う。");
  add("a", "2024-04-01", "監査を毎年行う。");
  add("a", "2025-04-01", "監査を毎年二回行う。");
  index();
  CHECK(slugs("監査 版:現行 版:2023-06-01") == "a/2025-04-01 a/2023-04-01");
  CHECK(slugs("監査 版:2024-06-01") == "a/2024-04-01");
}

TEST_CASE_METHOD(Fixture, "what a document calls something is found in this document only, for those who may see it") {
  add_clauses("rule", "public", {{"1", "星見市電子計算機管理規程（以下「管理規程」という。）による。"}, {"2", "管理規程に従う。"}});
  add_clauses("other", "public", {{"1", "消防の管理規程を改める。"}});
  add_clauses("article", "public", {{"1", "持運端末機器（以下この条において「貸与物」という。）を"}, {"1-2", "貸与物を返す。"}, {"2", "貸与物の台帳"}});
  add_clauses("secret", "restricted", {{"1", "庁舎警備実施計画（以下「夜番」という。）"}, {"2", "夜番に従う。"}});
  index();
  Searcher s = searcher();
  auto found = [&](const char* query, const corpus::Viewer& viewer) {
    std::string out;
    auto results = s.search(parse(query), viewer, {});
    for (const auto& hit : results.hits) out += hit.clause.document.slug + "/" + hit.clause.clause.path + " ";
    for (const auto& word : results.found.question.widened) out += "+" + word.said;
    return out;
  };
  corpus::Viewer all = corpus::Viewer::everything(), outside{{"public"}};
  CHECK(found("\"管理規程\"", all).find("other/1") != std::string::npos);
  std::string rule = found("星見市電子計算機管理規程", all);
  CHECK(rule.starts_with("rule/1 rule/2 "));
  CHECK(found("持運端末機器", all) == "article/1 article/1-2 +貸与物");
  CHECK(found("警備実施計画", all).find("+夜番") == std::string::npos);  // not the whole of what is defined
  CHECK(found("庁舎警備実施計画", all) == "secret/1 secret/2 +夜番");
  CHECK(found("庁舎警備実施計画", outside).find("夜番") == std::string::npos);
  CHECK(found("管理規程", all).starts_with("rule/1 "));  // where it is defined comes first

  // And marked, where it was looked for.
  auto marked = [&](const char* query, bool synonyms) {
    Window window;
    window.synonyms = synonyms;
    std::set<std::string> out;
    for (const auto& hit : s.search(parse(query), all, window).hits) {
      for (const auto& passage : hit.passages) {
        for (const auto& mark : passage.marks) out.insert(hit.clause.document.slug + "/" + hit.clause.clause.path + " " + hit.clause.clause.text.substr(mark.begin, mark.end - mark.begin));
      }
    }
    return out;
  };
  using Marked = std::set<std::string>;
  CHECK(marked("持運端末機器 台帳", true) == Marked{"article/1 持運端末機器", "article/1 貸与物", "article/1-2 貸与物", "article/2 台帳"});
  CHECK(marked("持運端末機器 台帳", false) == Marked{"article/1 持運端末機器", "article/2 台帳"});
}

TEST_CASE_METHOD(Fixture, "a word that only others may see is as one that stands nowhere") {
  add_clauses("shown", "public", {{"1", "監査を行う。"}}, "対策基準");
  add_clauses("hidden", "restricted", {{"1", "夜番が回る。"}}, "対策基準");
  corpus::Viewer outside{{"public"}};
  {
    Searcher none = searcher();  // no index yet
    CHECK(none.similar(1, outside, 5).matches.empty());
    CHECK_FALSE(none.explain(parse("監査"), outside, {}, 1).found);
  }
  index();
  Searcher s = searcher();
  auto total = [&](const char* query) { return s.search(parse(query), outside, {}).found.total; };
  CHECK(total("夜番 件名:対策") == total("鵺鵼 件名:対策"));
  CHECK(total("夜番") == 0);
}

TEST_CASE_METHOD(Fixture, "a few words typed apart are all wanted, as long as something holds all") {
  add("both", "2025-04-01", "私物の端末は、許可を得て持ち込むことができる。");
  add("one", "2025-04-01", "端末は、端末ごとに管理者を定め、端末の台帳に記す。");
  add("other", "2025-04-01", "私物は持ち込まない。");
  add("rule", "2025-04-01", "規則を定める。");
  index();
  CHECK(slugs("私物 端末") == "both/2025-04-01");
  CHECK(slugs("私物　端末") == "both/2025-04-01");
  CHECK(total("私物 端末") == 1);
  Searcher s = searcher();
  auto matches = [&](const char* q) { return s.match(parse(q), corpus::Viewer::everything(), {}); };
  CHECK(matches("私物 端末").all_words);
  CHECK_FALSE(matches("私物 端末").loosened);

  // One piece, or many, is answered by best match.
  CHECK(total("私物端末") == 3);
  CHECK(total("私物 端末 許可 管理 台帳 規則") == 4);
  CHECK_FALSE(matches("私物端末").all_words);
  CHECK_FALSE(matches("私物端末").loosened);

  // What nothing holds at all is not waited for, and what nothing holds together is said to be so.
  auto unknown = matches("私物 端末 飛行船");
  CHECK(unknown.matches.size() == 1);
  CHECK(unknown.unknown == std::vector<std::string>{"飛行", "船"});
  auto apart = matches("台帳 規則");
  CHECK(apart.loosened);
  CHECK_FALSE(apart.all_words);
  CHECK(apart.matches.size() == 2);

  // Beside a phrase one word is wanted as well; of alternatives any will do.
  CHECK(slugs("\"端末は\" 私物") == "both/2025-04-01");
  CHECK(total("台帳 OR 規則") == 2);
  auto why = s.explain(parse("私物 端末"), corpus::Viewer::everything(), {}, 2);
  CHECK_FALSE(why.found);
  CHECK(why.reason == "すべての語を含む条項だけを示しています。この条項にない語: 私物");
}

TEST_CASE_METHOD(Fixture, "another word for a piece counts as the piece") {
  add("a", "2025-04-01", "パスワードを変更する。");
  add("b", "2025-04-01", "帳簿の様式を変更する。");
  add("c", "2025-04-01", "特定番号を利用する。");
  add("d", "2025-04-01", "施設を利用する。");
  add("e", "2025-04-01", "個人の番号札を渡す。");
  index();
  std::filesystem::create_directory(folder / "words");
  std::ofstream(folder / "words/synonyms.tsv") << "パスコード\tパスワード\n個人番号\t特定番号\n";
  Searcher s(folder.path(), database, model(), "test", folder / "words");
  auto found = [&](const char* q) {
    std::string out;
    for (const auto& hit : s.search(parse(q), corpus::Viewer::everything(), {}).hits) out += hit.clause.document.slug;
    return out;
  };
  CHECK(found("パスコード 変更") == "a");
  CHECK(found("=パスコード 変更") == "ab");
  CHECK(found("個人番号 利用") == "c");
}

TEST_CASE_METHOD(Fixture, "of a piece of two words both are wanted, of three two") {
  add("a", "2025-04-01", "情報の保管を委託する。");
  add("b", "2025-04-01", "情報資産の保管を委託する。");
  add("c", "2025-04-01", "資産台帳の保管を定める。");
  index();
  CHECK(slugs("情報資産 委託") == "b/2025-04-01");
  CHECK(slugs("情報資産台帳 保管") == "c/2025-04-01 b/2025-04-01");
}

TEST_CASE_METHOD(Fixture, "marks need no index") {
  add("a", "2025-04-01", "監査を行う。");
  CHECK(searcher().question(parse("監査"), corpus::Viewer{{"public"}}, true).subjects.size() == 1);
}

TEST_CASE_METHOD(Fixture, "whether something holds all words is told by what the viewer may see") {
  add("one", "2025-04-01", "端末の台帳を作る。");
  add("other", "2025-04-01", "私物は持ち込まない。");
  add("secret", "2025-04-01", "私物の端末を没収した。", "other", "restricted");
  index();
  corpus::Viewer everyone{{"public"}};
  CHECK(total("私物 端末", everyone) == 2);
  CHECK(total("私物 端末") == 1);
}

TEST_CASE_METHOD(Fixture, "a definition that only others may see leaves those that a viewer sees alone") {
  add("shown", "2025-04-01", "この規程において、契約業者（以下「外部者」という。）とは、請け負う者をいう。");
  add("use", "2025-04-01", "外部者は、誓約する。");
  index();
  corpus::Viewer everyone{{"public"}};
  auto widened = [&] {
    std::string out;
    for (const auto& word : searcher().match(parse("契約業者の誓約"), everyone, {}).question.widened) out += word.said + " ";
    return out;
  };
  auto before = widened();
  CHECK(before == "外部者 ");
  add("secret", "2025-04-01", "契約業者の誓約（以下「念書」という。）を求める。", "other", "restricted");
  for (int i = 0; i < 12; ++i) add("s" + std::to_string(i), "2025-04-01", "契約業者（以下「外部者」という。）を調べる。", "other", "restricted");
  index();
  CHECK(widened() == before);
}

TEST_CASE_METHOD(Fixture, "clauses like a text are found whatever its signs say") {
  add("a", "2025-04-01", "私物の端末は、許可を得て持ち込むことができる。");
  add("b", "2025-04-01", "監査の計画を立て、結果を報告する。");
  add("c", "2025-04-01", "会議を開く。");
  add("secret", "2025-04-01", "私物の端末を没収した。", "other", "restricted");
  index();
  corpus::Viewer everyone{{"public"}};
  Searcher s = searcher();
  auto first = [&](const char* text) { return s.similar(text, everyone, 5).matches; };
  REQUIRE(first("-私物の 種別:通知 端末を持ち込みたい職員がいます。").size() == 1);
  CHECK(first("-私物の 種別:通知 端末を持ち込みたい職員がいます。")[0].clause_id == 1);
  CHECK(first("監査の結果はどこへ報告しますか")[0].clause_id == 2);
  CHECK(first("").empty());
  CHECK(first("飛行船").empty());

  // A word that only others may see takes no place of the few that are looked for.
  std::string many;
  const char* words[] = {"私物", "端末", "許可", "監査", "計画", "結果", "報告", "会議"};
  for (int i = 0; i < 40; ++i) {
    std::string word = "項目" + std::string(1, static_cast<char>('a' + i / 26)) + std::string(1, static_cast<char>('a' + i % 26)) + "x";
    add("n" + std::to_string(i), "2025-04-01", word.substr(6) + "と" + words[i % 8] + "を定める。");
    many += word.substr(6) + "、";
  }
  index();
  auto shown = [&] {
    std::string out;
    Searcher now = searcher();
    for (const auto& match : now.similar(many + "夜番夜番夜番", everyone, 30).matches) out += std::to_string(match.clause_id) + " ";
    return out;
  };
  std::string before = shown();
  CHECK_FALSE(before.empty());
  add("night", "2025-04-01", "夜番を置く。", "other", "restricted");
  index();
  CHECK(shown() == before);
}

TEST_CASE_METHOD(Fixture, "what explains a hit does not count what only others may see") {
  add_clauses("shown", "public", {{"1", "監査を行い、記録を残す。"}});
  add_clauses("other", "public", {{"1", "端末を置く。"}});
  index();
  Searcher s = searcher();
  auto told = [&] {
    s.refresh();
    auto why = s.explain(parse("監査 夜番"), corpus::Viewer{{"public"}}, {}, 1);
    std::string out = std::to_string(why.share);
    for (const auto& part : why.parts) {
      if (part.field == Field::word) out += " " + part.term;
    }
    return out;
  };
  std::string before = told();
  CHECK(before.starts_with("0."));
  for (int i = 0; i < 5; ++i) add_clauses("hidden" + std::to_string(i), "restricted", {{"1", "監査を行い、夜番の記録を残す。"}});
  index();
  CHECK(told() == before);
}

TEST_CASE_METHOD(Fixture, "lists left unread are said to be") {
  for (int i = 0; i < 10; ++i) add("d" + std::to_string(i), "2025-04-01", i == 0 ? "端末の監査を行う。" : "監査を行う。");
  index();
  Xapian::Database opened(index_folder(folder.path(), database).string());
  text::Analyzer analyzer(model());
  Lexicon lexicon;
  Sight everything(opened, Lengths(opened));
  Ranker ranker(opened, everything, ask(parse("端末 監査"), analyzer, lexicon));
  auto all = ranker.find(UINT64_MAX), few = ranker.find(3);
  CHECK(all.complete);
  CHECK(all.candidates.size() == 10);
  CHECK_FALSE(few.complete);
  REQUIRE(few.candidates.size() == 1);
}

TEST_CASE_METHOD(Fixture, "the newest come first when that is asked for") {
  add("old", "2020-04-01", "監査 監査 監査。");
  add("new", "2025-04-01", "監査を行い、端末その他の記録を長く保つものとする。");
  index();
  Window window;
  window.sort = Sort::newest;
  CHECK(slugs("監査", corpus::Viewer::everything(), window) == "new/2025-04-01 old/2020-04-01");
}

TEST_CASE_METHOD(Fixture, "a hit is explained, and so is a miss") {
  add("a", "2025-04-01", "委託先の監査を行う。");
  add("b", "2025-04-01", "端末を廃棄する。");
  index();
  auto ids = searcher().match(parse("監査"), corpus::Viewer::everything(), {});
  REQUIRE(ids.matches.size() == 1);
  auto why = searcher().explain(parse("監査 端末"), corpus::Viewer::everything(), {}, ids.matches[0].clause_id);
  CHECK(why.found);
  REQUIRE(why.rank);
  REQUIRE_FALSE(why.parts.empty());
  double sum = 0;
  for (const auto& part : why.parts) sum += part.weight;
  CHECK(sum * why.authority == Approx(why.score));
  CHECK(why.missing == std::vector<std::string>{"端末"});
  auto why_not = searcher().explain(parse("廃棄"), corpus::Viewer::everything(), {}, ids.matches[0].clause_id);
  CHECK_FALSE(why_not.found);
  CHECK(why_not.reason == "検索語がこの条項にありません。");
  auto filtered = searcher().explain(parse("監査 -委託先"), corpus::Viewer::everything(), {}, ids.matches[0].clause_id);
  CHECK_FALSE(filtered.found);
  CHECK(filtered.reason == "次の条件に当てはまりません: 除外「委託先」");
  auto several = searcher().explain(parse("「監査を行う」 +端末 種別:規程 種別:通知 版:旧版 監査"), corpus::Viewer::everything(), {}, ids.matches[0].clause_id);
  CHECK(several.reason == "次の条件に当てはまりません: 必須「端末」、版「旧版」");
  Query of_another = parse("監査");
  of_another.filters.documents = {"b"};
  CHECK(searcher().explain(of_another, corpus::Viewer::everything(), {}, ids.matches[0].clause_id).reason == "絞り込みの条件に当てはまりません。");
}

TEST_CASE_METHOD(Fixture, "the rank that is explained is the one that is listed") {
  add("a", "2025-04-01", "監査の監査を監査する。");
  add("b", "2025-04-01", "bの定めにより、監査の結果その他の事項を毎年度の終わりに報告する。");
  index();
  Query query = parse("b（令和7年4月1日版）第1条 監査");
  auto hits = searcher().search(query, corpus::Viewer::everything(), {}).hits;
  REQUIRE(hits.size() == 2);
  for (size_t i = 0; i < hits.size(); ++i) {
    auto why = searcher().explain(query, corpus::Viewer::everything(), {}, hits[i].clause.id);
    CHECK(why.rank == i + 1);
  }
  auto cited = searcher().explain(parse("b（令和7年4月1日版）第1条"), corpus::Viewer::everything(), {}, hits[0].clause.id);
  CHECK(cited.placed == (hits[0].clause.document.slug == "b"));
}

TEST_CASE_METHOD(Fixture, "hits of one document fold, and what they stand for is counted") {
  for (int i = 0; i < 7; ++i) add("d" + std::to_string(i), "2025-04-01", "監査を行う。");
  for (int year = 2020; year < 2024; ++year) add("d3", std::to_string(year) + "-04-01", "監査をした。");
  add("d3", "2019-04-01", "端末。");
  add("secret", "2025-04-01", "監査。", "policy", "restricted");
  index();
  corpus::Viewer viewer{{"public"}};
  Searcher s = searcher();
  Window window;
  window.one_per_document = true;
  window.most = 3;
  std::vector<std::string> documents;
  std::map<std::string, uint64_t> more;
  for (window.first = 0; window.first < 9; window.first += 3) {
    auto results = s.search(parse("監査"), viewer, window);
    CHECK(results.found.total == 11);
    CHECK(results.found.total_exact);
    CHECK(results.found.documents == 7);
    for (const auto& hit : results.hits) {
      documents.push_back(hit.clause.document.slug);
      more[hit.clause.document.slug] = hit.more;
    }
  }
  CHECK(documents == std::vector<std::string>{"d0", "d1", "d2", "d3", "d4", "d5", "d6"});
  CHECK(more["d3"] == 4);
  CHECK(more["d0"] == 0);

  Query others = parse("監査");
  others.filters.documents = {"d3"};
  auto unfolded = s.search(others, viewer, {});
  CHECK(unfolded.found.total == 5);
  for (const auto& hit : unfolded.hits) CHECK(hit.clause.document.slug == "d3");
  others.filters.documents = {"d3", "d4"};
  CHECK(s.match(others, viewer, {}).total == 6);
  others.filters.editions = parse("版:旧版").filters.editions;
  CHECK(s.match(others, viewer, {}).total == 4);
  others.filters = {};
  others.filters.documents = {"secret"};
  CHECK(s.match(others, viewer, {}).total == 0);
  CHECK(others.understood() == "語「監査」 資料「secret」");
}

TEST_CASE_METHOD(Fixture, "a cited clause stands for its document when hits fold") {
  add("other", "2025-04-01", "監査。");
  add("a", "2024-04-01", "監査の計画を立て、その他の事項とともに委員会に諮る。");
  add("a", "2025-04-01", "監査 監査。");
  index();
  Window window;
  window.one_per_document = true;
  auto results = searcher().search(parse("a（令和6年4月1日版）第1条"), corpus::Viewer::everything(), window);
  REQUIRE_FALSE(results.hits.empty());
  CHECK(results.hits[0].clause.edition.key == "2024-04-01");
  for (size_t i = 1; i < results.hits.size(); ++i) CHECK(results.hits[i].clause.document.slug != "a");
}

TEST_CASE_METHOD(Fixture, "similar clauses share what is rare, and are of other documents") {
  add("a", "2025-04-01", "委託先の監査を毎年行い、結果を報告する。");
  add("b", "2025-04-01", "委託先に対する監査の結果を公表する。");
  add("c", "2025-04-01", "端末を廃棄する。");
  index();
  auto all = searcher().match(parse("委託先の監査を毎年"), corpus::Viewer::everything(), {});
  REQUIRE(all.matches.size() == 2);
  auto like = searcher().similar(all.matches[0].clause_id, corpus::Viewer::everything(), 10);
  REQUIRE(like.matches.size() == 1);
  CHECK(like.matches[0].clause_id == all.matches[1].clause_id);
}

TEST_CASE_METHOD(Fixture, "synonyms, pins and empty words act at once") {
  add("a", "2025-04-01", "私物端末を持ち込まない。");
  add("b", "2025-04-01", "庁舎の鍵を管理する。");
  index();
  CHECK(slugs("BYOD") == "");
  std::filesystem::create_directory(folder / "words");
  auto write = [&](const char* name, const std::string& text) { std::ofstream(folder / ("words/" + std::string(name))) << text; };
  write("synonyms.tsv", "# 注釈\nBYOD\t私物端末\n");
  write("pinned.tsv", "鍵の管理\ta/2025-04-01/1\n");
  write("boilerplate.tsv", "管理\n");
  auto first = [&](const char* query) {
    Searcher s(folder.path(), database, model(), "test", folder / "words");
    auto hits = s.search(parse(query), corpus::Viewer::everything(), {}).hits;
    return hits.empty() ? std::string() : hits[0].clause.document.slug;
  };
  CHECK(first("BYOD") == "a");
  CHECK(first("=BYOD") == "");
  CHECK(first("鍵の管理") == "a");
  CHECK(first("鍵") == "b");
  write("synonyms.tsv", "BYOD\n");
  CHECK_THROWS_WITH(first("BYOD"), Catch::Contains("synonyms.tsv") && Catch::Contains("1行目"));
  write("synonyms.tsv", "BYOD\t私物端末\n携帯\tＢＹＯＤ\n");
  CHECK_THROWS_WITH(first("BYOD"), Catch::Contains("2行目") && Catch::Contains("1行目"));
}

TEST_CASE_METHOD(Fixture, "no quoted substring is unfindable") {
  const std::u32string alphabet = U"情報資産の管理をしなければならない、サーバー（㈱）第１２条 A1。";
  std::mt19937 random(5);
  std::vector<std::string> texts;
  for (int i = 0; i < 40; ++i) {
    std::string text;
    for (int k = 0; k < 60; ++k) text::append_utf8(text, alphabet[random() % alphabet.size()]);
    texts.push_back("序" + text + "結");
    add("d" + std::to_string(i), "2025-04-01", texts.back());
  }
  index();
  Searcher s = searcher();
  int tried = 0;
  for (int round = 0; round < 800; ++round) {
    size_t which = random() % texts.size();
    std::u32string text = text::to_utf32(texts[which]);
    size_t length = 2 + random() % 11, at = random() % (text.size() - length);
    std::string piece = text::to_utf8(std::u32string_view(text).substr(at, length));
    if (text::trim(piece).empty()) continue;
    Window window;
    window.most = 1000;
    auto found = s.search(parse("\"" + piece + "\""), corpus::Viewer::everything(), window);
    INFO(piece);
    ++tried;
    REQUIRE(std::ranges::any_of(found.hits, [&](const auto& hit) { return hit.clause.document.slug == "d" + std::to_string(which); }));
  }
  CHECK(tried > 700);
}

TEST_CASE("a term never exceeds what the index takes") {
  std::string long_word;
  for (int i = 0; i < 200; ++i) long_word += "語";
  CHECK(term("S", long_word).size() <= 245);
  CHECK(term("S", long_word).size() > 240);
}
