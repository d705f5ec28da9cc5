// 要確認: records whose citations a newer edition changed, as each viewer sees it.
#include "tests/records/fixture.h"

using namespace shirube;
using namespace shirube::records;

using List = std::vector<std::string>;

namespace {

const List first = {"第１条　市は、端末を持ち出す者を定める。", "第２条　職員は、記録を残す。", "２　前項の記録は、三年間保存する。", "第３条　課長は、毎年度、点検を行う。", "第４条　この訓令は、公布の日から施行する。"};

struct Reviewed : Office {
  std::atomic<bool> stop = false;
  Reviewed() { edition("kitei", "2025-04-01", first); }

  Record citing(const std::string& path, const std::string& field = "citations", const std::string& quote = "") { return take({{field, {"kitei/2025-04-01/" + path + quote}}}, "staff"); }
  /// Whether a viewer is asked to look at a record, in each of the ways that tell it.
  bool asked(const corpus::Viewer& viewer, const std::string& number) {
    auto record = records.find(viewer, number);
    REQUIRE(record);
    const bool out = record->to_review;
    CHECK(records.reviews(viewer, *record).empty() == !out);
    auto page = records.list(viewer, "soudan", {.to_review = true}, 0, 100);
    CHECK(std::ranges::any_of(page.records, [&](const Record& one) { return one.number == number; }) == out);
    CHECK(page.total == page.records.size());
    for (const auto& one : page.records) CHECK(one.to_review);
    for (const auto& one : records.citing(viewer, "kitei", 100)) CHECK((one.number != number || one.to_review == out));
    return out;
  }
  size_t look() { return records.find_reviews(stop); }
};

}  // namespace

TEST_CASE_METHOD(Reviewed, "records are to be reviewed where a newer edition changed or dropped what they cite, and no others") {
  Record same = citing("1"), changed = citing("3"), gone = citing("4"), article = citing("2"), paragraph = citing("2-2"), row = take({{"work", {Row{0, {"点検", "", "", "kitei/2025-04-01/3", ""}}.value()}}}, "staff");
  Record none = take({}, "staff");
  CHECK(look() == 0);
  CHECK_FALSE(asked(officer, changed.number));
  // An article before the others moves them all.
  edition("kitei", "2026-04-01", {"第１条　この訓令の言葉は、別に定める。", "第２条　市は、端末を持ち出す者を定める。", "第３条　職員は、記録を残す。", "２　前項の記録は、五年間保存する。", "第４条　部長は、毎年度、点検を行う。"});
  CHECK(look() == 5);
  CHECK(look() == 0);
  CHECK(events("record.review_due") == 5);
  CHECK_FALSE(asked(officer, same.number));
  CHECK_FALSE(asked(officer, none.number));
  for (const auto* record : {&changed, &gone, &article, &paragraph, &row}) CHECK(asked(officer, record->number));
  CHECK(records.list(officer, "soudan", {.to_review = true}, 0, 2).total == 5);
  auto reviews = records.reviews(officer, changed);
  REQUIRE(reviews.size() == 1);
  CHECK(reviews[0].field == "citations");
  CHECK(reviews[0].citation.address == "kitei/2025-04-01/3");
  CHECK(reviews[0].newer_edition == "2026-04-01");
  REQUIRE(reviews[0].counterpart);
  CHECK(reviews[0].counterpart->clause.path == "4");
  CHECK_FALSE(records.reviews(officer, gone).at(0).counterpart);
  CHECK(records.reviews(officer, article).at(0).counterpart->clause.path == "3");
  CHECK(records.reviews(officer, row).at(0).field == "work");
  // A record that comes later is held against it, too.
  CHECK(look() == 0);
  Record late = citing("3");
  CHECK(look() == 1);
  CHECK(asked(clerk, late.number));
}

TEST_CASE_METHOD(Reviewed, "a paragraph that is added below what is cited asks to look at it") {
  Record article = citing("3"), other = citing("1");
  List lines = first;
  lines.insert(lines.begin() + 4, "２　前項の点検の結果は、公表する。");
  edition("kitei", "2026-04-01", lines);
  CHECK(look() == 1);
  CHECK(asked(officer, article.number));
  CHECK_FALSE(asked(officer, other.number));
}

TEST_CASE_METHOD(Reviewed, "an older edition that comes later asks nobody") {
  Record record = citing("3");
  edition("kitei", "2024-04-01", {"第１条　何も定めない。"});
  CHECK(look() == 0);
  CHECK_FALSE(asked(officer, record.number));
}

TEST_CASE_METHOD(Reviewed, "what was looked at stays, or cites the newer edition, until a third one changes it again") {
  Record kept = citing("3", "citations", "「点検」"), renewed = take({{"citations", {"kitei/2025-04-01/3", "kitei/2025-04-01/1"}}, {"work", {Row{0, {"点検", "", "", "kitei/2025-04-01/3", ""}}.value()}}}, "staff");
  List lines = first;
  lines[3] = "第３条　部長は、毎年度、点検を行う。";
  edition("kitei", "2026-04-01", lines);
  CHECK(look() == 2);
  const Citation old{"kitei/2025-04-01/3", ""};
  CHECK(refused([&] { records.review(officer, tanto, kept.number, 9, "citations", old, ""); }) == ErrorKind::conflict);
  CHECK(refused([&] { records.review(officer, iin, kept.number, 1, "citations", old, ""); }) == ErrorKind::forbidden);
  CHECK(refused([&] { records.review(officer, tanto, kept.number, 1, "citations", {"kitei/2025-04-01/1", ""}, ""); }) == ErrorKind::conflict);
  CHECK(refused([&] { records.review(officer, tanto, kept.number, 1, "nai", old, ""); }) == ErrorKind::missing);
  CHECK(records.review(officer, tanto, kept.number, 1, "citations", old, "").values.at("citations") == List{"kitei/2025-04-01/3「点検」"});
  CHECK(records.history(officer, kept.number).back().field == "review");
  CHECK(records.history(officer, kept.number).back().before == List{"kitei/2025-04-01/3「点検」"});
  CHECK_FALSE(asked(officer, kept.number));
  CHECK(refused([&] { records.review(officer, tanto, kept.number, 2, "citations", old, ""); }, "もう確かめ") == ErrorKind::conflict);
  CHECK(refused([&] { records.review(officer, tanto, renewed.number, 1, "citations", old, "kitei/2026-04-01/9"); }, "ありません") == ErrorKind::invalid);
  CHECK(records.review(officer, tanto, renewed.number, 1, "citations", old, "kitei/2026-04-01/3「部長」").values.at("citations") == List{"kitei/2026-04-01/3「部長」", "kitei/2025-04-01/1"});
  CHECK(asked(officer, renewed.number));  // the row waits
  Record row = records.review(officer, tanto, renewed.number, 2, "work", old, "kitei/2026-04-01/3");
  CHECK(row_of(row.values.at("work")[0]).cells[3] == "kitei/2026-04-01/3");
  CHECK_FALSE(asked(officer, renewed.number));
  CHECK(look() == 0);
  CHECK_FALSE(asked(officer, kept.number));
  CHECK_FALSE(asked(officer, renewed.number));
  lines[3] = "第３条　市長は、毎年度、点検を行う。";
  edition("kitei", "2027-04-01", lines);
  CHECK(look() == 2);
  CHECK(asked(officer, kept.number));
  CHECK(asked(officer, renewed.number));
  CHECK(records.reviews(officer, kept).at(0).newer_edition == "2027-04-01");
}

TEST_CASE_METHOD(Reviewed, "what is cited no more is not to be looked at, and a field of another name keeps what was") {
  Record dropped = citing("3"), moved = citing("3"), done = citing("3");
  List lines = first;
  lines[3] = "第３条　部長は、毎年度、点検を行う。";
  edition("kitei", "2026-04-01", lines);
  CHECK(look() == 3);
  records.change(officer, tanto, dropped.number, 1, {{"citations", {"kitei/2025-04-01/1"}}});
  CHECK_FALSE(asked(officer, dropped.number));
  records.review(officer, tanto, done.number, 1, "citations", {"kitei/2025-04-01/3", ""}, "");
  std::string then = soudan;
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{{"key = \"citations\", name = \"根拠\", kind", "key = \"basis\", was = [\"citations\"], name = \"根拠\", kind"}, {"\"answer\", \"citations\", \"any\"", "\"answer\", \"basis\", \"any\""}}) {
    REQUIRE(then.find(from) != std::string::npos);
    then.replace(then.find(from), from.size(), to);
  }
  write({{"soudan", then}, {"shukudai", shukudai}});
  CHECK(asked(officer, moved.number));
  CHECK(look() == 0);
  CHECK(asked(officer, moved.number));
  CHECK_FALSE(asked(officer, done.number));
  CHECK(records.reviews(officer, *records.find(officer, moved.number)).at(0).field == "basis");
}

TEST_CASE("who does not see a clause is asked as in an office that never held it") {
  /// An edition, with what is narrower; and the same without it.
  struct Edition {
    List lines;
    std::map<std::string, std::string> narrow;
  };
  struct Case {
    const char* what;
    Edition before, after;
    bool sees_all_asked, clerk_asked;
  };
  const std::string one = "第１条　職員は、記録を残す。", two = "２　前項の記録は、三年間保存する。", two_else = "２　前項の記録は、五年間保存する。";
  const std::map<std::string, std::string> narrow = {{"1-2", "restricted"}};
  const Case cases[] = {
      {"a hidden paragraph changed", {{one, two}, narrow}, {{one, two_else}, narrow}, true, false},
      {"a hidden paragraph came", {{one}, {}}, {{one, two}, narrow}, true, false},
      {"a hidden paragraph went", {{one, two}, narrow}, {{one}, {}}, true, false},
      {"a paragraph was closed", {{one, two}, {}}, {{one, two}, narrow}, false, true},
      {"a paragraph was opened", {{one, two}, narrow}, {{one, two}, {}}, false, true},
      {"a paragraph was closed and changed", {{one, two}, {}}, {{one, two_else}, narrow}, true, true},
      {"nothing changed", {{one, two}, narrow}, {{one, two}, narrow}, false, false},
  };
  auto open_only = [](const Edition& edition) {
    List out = edition.lines;
    if (!edition.narrow.empty()) out.pop_back();
    return out;
  };
  for (const auto& one_case : cases) {
    INFO(one_case.what);
    Office with, without;
    std::atomic<bool> stop = false;
    with.edition("kitei", "2025-04-01", one_case.before.lines, "public", one_case.before.narrow), with.edition("kitei", "2026-04-01", one_case.after.lines, "public", one_case.after.narrow);
    without.edition("kitei", "2025-04-01", open_only(one_case.before)), without.edition("kitei", "2026-04-01", open_only(one_case.after));
    for (auto* office : {&with, &without}) {
      Record record = office->take({{"citations", {"kitei/2025-04-01/1"}}}, "staff");
      office->records.find_reviews(stop);
      auto seen = office->records.find(clerk, record.number);
      CHECK(seen->to_review == one_case.clerk_asked);
      CHECK(office->records.reviews(clerk, *seen).size() == (one_case.clerk_asked ? 1 : 0));
      CHECK(office->records.list(clerk, "soudan", {.to_review = true}, 0, 9).total == (one_case.clerk_asked ? 1u : 0u));
      if (office == &with) {
        CHECK(office->records.find(officer, record.number)->to_review == one_case.sees_all_asked);
        // Who is asked nothing can answer nothing.
        if (!one_case.clerk_asked) CHECK(office->refused([&] { office->records.review(clerk, shokuin, record.number, 1, "citations", {"kitei/2025-04-01/1", ""}, ""); }) == ErrorKind::conflict);
      }
    }
  }
}

TEST_CASE_METHOD(Reviewed, "citations in fields or documents that somebody does not see ask them nothing") {
  edition("naibu", "2025-04-01", {"第１条　手の内は、明かさない。", "第２条　合言葉を替える。"}, "restricted");
  Record in_field = citing("3", "secret_citations"), in_document = take({{"citations", {"naibu/2025-04-01/1"}}}, "staff");
  List lines = first;
  lines[3] = "第３条　部長は、毎年度、点検を行う。";
  edition("kitei", "2026-04-01", lines);
  edition("naibu", "2026-04-01", {"第１条　手の内を、明かす。", "第２条　合言葉を替える。"}, "restricted");
  CHECK(look() == 2);
  for (const auto* record : {&in_field, &in_document}) {
    CHECK(asked(officer, record->number));
    CHECK_FALSE(asked(clerk, record->number));
  }
  // Nor does a table that is narrower as a whole.
  std::string then = soudan;
  const std::string from = "{ key = \"work\", name = \"作業\", kind = \"rows\",";
  REQUIRE(then.find(from) != std::string::npos);
  then.replace(then.find(from), from.size(), "{ key = \"work\", name = \"作業\", audience = \"restricted\", kind = \"rows\",");
  for (const std::string& other : {std::string(", \"work\"] },\n  { key = \"plain\""), std::string("\"count work\" }"), std::string("\"sum work.hours\" }")}) REQUIRE(then.find(other) != std::string::npos);
  then.replace(then.find(", \"work\"] },\n  { key = \"plain\""), 8, "");
  then.replace(then.find("\"count work\" }"), 14, "\"count work\", audience = \"restricted\" }");
  then.replace(then.find("\"sum work.hours\" }"), 18, "\"sum work.hours\", audience = \"restricted\" }");
  write({{"soudan", then}, {"shukudai", shukudai}});
  Record row = take({{"work", {Row{0, {"点検", "", "", "kitei/2025-04-01/3", ""}}.value()}}}, "staff");
  CHECK(look() == 1);
  CHECK(asked(officer, row.number));
  CHECK_FALSE(asked(clerk, row.number));
}

TEST_CASE_METHOD(Reviewed, "looking stops when it is told to, and goes on later") {
  for (int i = 0; i < 3; ++i) citing("3");
  List lines = first;
  lines[3] = "第３条　部長は、毎年度、点検を行う。";
  edition("kitei", "2026-04-01", lines);
  stop = true;
  CHECK(look() == 0);
  stop = false;
  CHECK(look() == 3);
}

TEST_CASE_METHOD(Reviewed, "what was looked at is not asked again by an edition that leaves it as it is") {
  Record kept = citing("3");
  List lines = first;
  lines[3] = "第３条　部長は、毎年度、点検を行う。";
  edition("kitei", "2026-04-01", lines);
  CHECK(look() == 1);
  records.review(officer, tanto, kept.number, 1, "citations", {"kitei/2025-04-01/3", ""}, "");
  lines[0] = "第１条　市は、端末を貸す者を定める。";
  edition("kitei", "2027-04-01", lines);
  CHECK(look() == 0);
  CHECK_FALSE(asked(officer, kept.number));
}

TEST_CASE_METHOD(Reviewed, "who looks at what they are told leaves the rest to those who are told more") {
  edition("futatsu", "2025-04-01", {"第１条　職員は、記録を残す。", "２　合言葉は、月ごとに替える。"}, "public", {{"1-2", "restricted"}});
  edition("naibu", "2025-04-01", {"第１条　手の内は、明かさない。", "第２条　合言葉を替える。"}, "restricted");
  Record record = take({{"citations", {"futatsu/2025-04-01/1", "naibu/2025-04-01/2"}}, {"secret_citations", {"kitei/2025-04-01/3"}}}, "staff");
  edition("futatsu", "2026-04-01", {"第１条　職員は、詳しい記録を残す。", "２　合言葉は、日ごとに替える。"}, "public", {{"1-2", "restricted"}});
  List lines = first;
  lines[3] = "第３条　部長は、毎年度、点検を行う。";
  edition("kitei", "2026-04-01", lines);
  CHECK(look() == 1);
  const Citation cited{"futatsu/2025-04-01/1", ""};
  // One citation of theirs is renewed although another one is hidden from them, which stays.
  Record renewed = records.review(clerk, shokuin, record.number, 1, "citations", cited, "futatsu/2026-04-01/1");
  CHECK(renewed.values.at("citations") == List{"futatsu/2026-04-01/1"});
  CHECK(records.find(officer, record.number)->values.at("citations").size() == 2);
  CHECK_FALSE(asked(clerk, record.number));
  // What somebody looked at in a field that others do not see is not in the history that they read.
  records.review(officer, tanto, record.number, 2, "secret_citations", {"kitei/2025-04-01/3", ""}, "");
  auto reviews = [&](const corpus::Viewer& viewer) { return std::ranges::count(records.history(viewer, record.number), std::string("review"), &Change::field); };
  CHECK(reviews(officer) == 2);
  CHECK(reviews(clerk) == 1);

  Record both = take({{"citations", {"futatsu/2025-04-01/1"}}}, "staff");
  CHECK(look() == 1);
  records.review(clerk, shokuin, both.number, 1, "citations", cited, "");
  CHECK_FALSE(asked(clerk, both.number));
  CHECK(asked(officer, both.number));
  CHECK(look() == 0);
  CHECK(asked(officer, both.number));
  // That an officer looked at what only they are told of is not told to others.
  records.review(officer, tanto, both.number, 2, "citations", cited, "");
  CHECK_FALSE(asked(officer, both.number));
  CHECK(std::ranges::count(records.history(clerk, both.number), std::string("review"), &Change::field) == 1);
}
