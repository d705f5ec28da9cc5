// How versions of a record become documents.
#include "corpus/comparison.h"
#include "tests/records/fixture.h"

using namespace shirube;
using namespace shirube::records;

using List = std::vector<std::string>;

namespace {

struct Publishing : Office {
  Publishing() { documents(); }

  Record drafted(const Values& more = {}) {
    Values values = {{"subject", {"端末の持ち出し"}}, {"answer", {"持ち出してよい。"}}, {"topic", {"持ち出し"}}, {"asker", {"見本 花子"}}};
    for (const auto& [key, list] : more) values[key] = list;
    Record record = take(values);
    return records.step(officer, tanto, record.number, record.revision, "draft");
  }
  Record step(const Record& record, const std::string& key) { return records.step(officer, tanto, record.number, 0, key); }
  std::string words(const corpus::Viewer& viewer, const std::string& slug, const std::string& key) {
    std::string out;
    for (const auto& clause : library.clauses(viewer, slug, key)) out += clause.clause.heading + ": " + clause.clause.text + "\n";
    return out;
  }
};

}  // namespace

TEST_CASE_METHOD(Publishing, "a step publishes versions for those whom the ledger names, with what these may see of what is cited") {
  Record hidden = take(), open = take({}, "staff");
  Record record = drafted({{"citations", {"kitei/2025-04-01/1「端末」", "kitei/2025-04-01/2-2", "naibu/2025-04-01/1"}},
                           {"any", {hidden.number, open.number}},
                           {"work", {Row{0, {"調べる", "2026-04-04", "1", "naibu/2025-04-01/2", "済"}}.value(), Row{0, {"答える", "", "", "kitei/2025-04-01/3", "未"}}.value()}}});
  CHECK(records.published(officer, record).empty());
  step(record, "publish");
  const std::string slug = "soudan-r8-0003-staff";
  auto document = library.document(clerk, slug);
  REQUIRE(document);
  CHECK(document->title == "端末の持ち出し（R8-相談-0003）R8-相談-0003");
  CHECK(document->kind == "answer");
  CHECK(document->audience == "staff");
  CHECK(document->topic == "持ち出し");
  CHECK_FALSE(library.document(citizen, slug));
  auto editions = library.editions(clerk, slug);
  REQUIRE(editions.size() == 1);
  CHECK(editions[0].label == "第1版");
  CHECK(editions[0].key == "2026-04-03");
  const std::string said = words(clerk, slug, "2026-04-03");
  CHECK(said == ": 相談　R8-相談-0003\n"
                "質問: 端末を持ち出してよいか。\n期間は三日。\n"
                "回答: 持ち出してよい。\n"
                "根拠: 星見市kitei（令和7年4月1日版）第1条「端末」\n"
                "関係する記録: R8-相談-0002\n"
                "作業: 調べる　令和8年4月4日　1　済\n答える　星見市kitei（令和7年4月1日版）第3条　未\n");
  // Of a version of which nothing is written there is none.
  CHECK_FALSE(library.document(everybody, "soudan-r8-0003-plain"));
  auto published = records.published(officer, record);
  REQUIRE(published.size() == 1);
  CHECK(published[0].slug == slug);
  CHECK(published[0].publication == "staff");
  CHECK(published[0].audience == "staff");
  CHECK(published[0].author == "tanto");
  CHECK(records.published(citizen, record).empty());
  CHECK(events("record.publish") == 1);
  // What it cites is bound as any official citation.
  std::atomic<bool> stop = false;
  library.link_citations(stop);
  auto cited = library.clause(clerk, "kitei", "2025-04-01", "1");
  REQUIRE(cited);
  CHECK(library.cited_by(clerk, cited->id).size() == 1);
}

TEST_CASE_METHOD(Publishing, "other words are a further edition, the same words none, and words of an earlier one a third") {
  Record record = drafted();
  step(record, "publish");
  step(record, "publish");
  const std::string slug = "soudan-r8-0001-staff";
  CHECK(library.editions(clerk, slug).size() == 1);
  auto say = [&](const std::string& answer) {
    records.change(officer, tanto, record.number, 0, {{"answer", {answer}}});
    step(record, "publish");
    auto editions = library.editions(clerk, slug);
    CHECK(words(clerk, slug, editions.front().key).find("回答: " + answer + "\n") != std::string::npos);
    return editions.front().label;
  };
  CHECK(say("持ち出すときは届け出る。") == "第2版");
  CHECK(say("持ち出してよい。") == "第3版");
  CHECK(say("持ち出してよい。") == "第3版");
  CHECK(library.editions(clerk, slug).size() == 3);
  CHECK(records.published(officer, record).size() == 3);
  // A title alone is a word of it, too.
  records.change(officer, tanto, record.number, 0, {{"subject", {"端末を持ち出すには"}}});
  step(record, "publish");
  CHECK(library.document(clerk, slug)->title.starts_with("端末を持ち出すには"));
}

TEST_CASE_METHOD(Publishing, "what is withdrawn stays closed, and what is published again is another document") {
  Record record = drafted();
  step(record, "publish");
  const std::string slug = "soudan-r8-0001-staff";
  Record closed = step(record, "unpublish");
  CHECK(closed.state == "drafted");
  CHECK_FALSE(library.document(clerk, slug));
  CHECK(library.document(officer, slug)->audience == "restricted");
  CHECK(records.published(clerk, record).empty());
  CHECK(records.published(officer, record).at(0).audience == "restricted");
  CHECK(events("record.withdraw") == 1);
  // Its words may be why it was withdrawn.
  records.change(officer, tanto, record.number, 0, {{"answer", {"別の答え。"}}});
  step(record, "publish");
  CHECK_FALSE(library.document(clerk, slug));
  REQUIRE(library.document(clerk, slug + "-2"));
  CHECK(library.document(clerk, slug + "-2")->audience == "staff");
  CHECK(library.editions(clerk, slug + "-2").size() == 1);
  // Again in the same document, as long as that is open.
  records.change(officer, tanto, record.number, 0, {{"answer", {"さらに別の答え。"}}});
  step(record, "publish");
  CHECK(library.editions(clerk, slug + "-2").size() == 2);
}

TEST_CASE_METHOD(Publishing, "personal data of the record are not published, and nothing is changed then") {
  struct Case {
    std::string field, words;
  };
  const Case cases[] = {{"answer", "見本 花子さんに答えた。"}, {"answer", "見本花子さんに答えた。"}, {"answer", "見本　花子さんに\n答えた。"}, {"subject", "見本 花子さんの端末"}, {"topic", "見本花子"}};
  for (const auto& one : cases) {
    INFO(one.field << ": " << one.words);
    Record record = drafted({{one.field, {one.words}}});
    const auto before = number("SELECT count(*) FROM record_changes");
    CHECK(refused([&] { step(record, "publish"); }, "個人情報（相談者）") == ErrorKind::invalid);
    CHECK(records.find(officer, record.number)->state == "drafted");
    CHECK(records.find(officer, record.number)->revision == record.revision);
    CHECK(number("SELECT count(*) FROM record_changes") == before);
    CHECK(events("record.publish") == 0);
  }
  CHECK(number("SELECT count(*) FROM documents WHERE slug LIKE 'soudan-%'") == 0);
  CHECK(step(drafted({{"asker", {"甲"}}, {"answer", {"甲乙を決める。"}}}), "publish").state == "published");
}
