// Records of a ledger: what is taken, what is refused, who sees what, and what is told of changes.
#include "records/record.h"

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include "store/backup.h"
#include "tests/records/fixture.h"

using namespace shirube;
using namespace shirube::records;

using List = std::vector<std::string>;

TEST_CASE_METHOD(Office, "a record is numbered by fiscal year, kept as the ledger says, and told of") {
  Record first = take({{"topic", {"持ち出し", "認証", "持ち出し"}}, {"unit", {" 税務課 "}}});
  CHECK(first.number == "R8-相談-0001");
  CHECK(first.state == "received");
  CHECK(first.audience == "restricted");
  CHECK(first.owner == "tanto");
  CHECK(first.revision == 1);
  CHECK(first.values.at("asked_on") == List{"2026-04-03"});
  CHECK(first.values.at("question") == List{"端末を持ち出してよいか。\n期間は三日。"});
  CHECK(first.values.at("topic") == List{"持ち出し", "認証"});
  CHECK(first.values.at("unit") == List{"税務課"});
  CHECK(take({}, "", {2027, 3, 31}).number == "R8-相談-0002");
  CHECK(take({}, "", {2027, 4, 1}).number == "R9-相談-0001");
  CHECK(take({}, "", {2019, 3, 31}).number == "2018-相談-0001");
  CHECK(task({{"what", {"確かめる"}}}).number == "R8-宿題-0001");
  CHECK(events("record.add") == 5);
  auto history = records.history(officer, first.number);
  CHECK(history.size() == 4);
  CHECK(history[0].author == "tanto");
}

TEST_CASE_METHOD(Office, "what is not as the ledger says is refused whole") {
  CHECK(refused([&] { records.add(officer, tanto, "nai", {}); }) == ErrorKind::missing);
  CHECK(refused([&] { records.add(officer, tanto, "soudan", {{"asked_on", {"2026-04-03"}}}); }, "質問") == ErrorKind::invalid);
  CHECK(refused([&] { take({{"asked_on", {"令和8年4月31日"}}}); }, "受付日") == ErrorKind::invalid);
  CHECK(refused([&] { take({{"nai", {"a"}}}); }, "nai") == ErrorKind::invalid);
  CHECK(refused([&] { take({}, "無い班"); }) == ErrorKind::invalid);
  CHECK(refused([&] { records.add(citizen, iin, "soudan", {}); }) == ErrorKind::forbidden);
  CHECK(refused([&] { records.add(clerk, shokuin, "soudan", {{"asked_on", {"2026-04-03"}}, {"question", {"a"}}}, "committee"); }, "公開範囲") == ErrorKind::invalid);
  CHECK(found(officer, {}).empty());
  CHECK(events("record.add") == 0);
  CHECK(take().number == "R8-相談-0001");  // no number was spent
  // What they hand in to a ledger whose records they do not see is taken.
  CHECK_FALSE(records.find(clerk, records.add(clerk, shokuin, "soudan", {{"asked_on", {"2026-04-03"}}, {"question", {"a"}}}).number));
}

TEST_CASE_METHOD(Office, "who changes what somebody else has changed is told, and history stays") {
  Record record = take();
  Record later = records.change(officer, tanto, record.number, 1, {{"unit", {"税務課"}}, {"channel", {"電話"}}});
  CHECK(later.revision == 2);
  CHECK(refused([&] { records.change(officer, tanto, record.number, 1, {{"unit", {"住民課"}}}); }, "tanto") == ErrorKind::conflict);
  CHECK(records.change(officer, tanto, record.number, 2, {{"unit", {"税務課"}}}).revision == 2);  // nothing was changed
  CHECK(records.change(officer, tanto, record.number, 2, {{"unit", {}}}).values.contains("unit") == false);
  CHECK(refused([&] { records.change(officer, tanto, record.number, 3, {{"question", {" "}}}); }, "質問") == ErrorKind::invalid);
  auto history = records.history(officer, record.number);
  REQUIRE(history.size() == 5);
  CHECK(history[3].field == "unit");
  CHECK(history[4].before == List{"税務課"});
  CHECK(history[4].after.empty());
  CHECK(events("record.change") == 2);
  for (const char* sql : {"UPDATE record_changes SET author = 'x'", "DELETE FROM record_changes"}) {
    CHECK_THROWS(database.write([&](SQLite::Database& db) { db.exec(sql); }));
  }
}

TEST_CASE_METHOD(Office, "steps lead on where the ledger says, for whom it says, with what they require") {
  Record record = take({{"channel", {"電話"}}});
  CHECK(records.steps(tanto, record).size() == 2);
  CHECK(records.steps(shokuin, record).size() == 1);
  CHECK(records.steps(iin, record).empty());
  CHECK(refused([&] { records.step(officer, tanto, record.number, 1, "publish"); }) == ErrorKind::invalid);
  CHECK(refused([&] { records.step(officer, tanto, record.number, 1, "nai"); }) == ErrorKind::invalid);
  CHECK(refused([&] { records.step(officer, tanto, record.number, 1, "draft"); }, "回答") == ErrorKind::invalid);
  records.change(officer, tanto, record.number, 1, {{"answer", {"よい。"}}});
  CHECK(refused([&] { records.step(officer, shokuin, record.number, 2, "draft"); }) == ErrorKind::forbidden);
  CHECK(refused([&] { records.step(officer, tanto, record.number, 1, "draft"); }) == ErrorKind::conflict);
  Record drafted = records.step(officer, tanto, record.number, 2, "draft");
  CHECK(drafted.state == "drafted");
  CHECK(drafted.revision == 3);
  CHECK(records.history(officer, record.number).back().after == List{"drafted"});
  CHECK(refused([&] { records.change(officer, tanto, record.number, 3, {{"answer", {}}}); }, "回答") == ErrorKind::invalid);
  CHECK(events("record.step") == 1);
}

TEST_CASE_METHOD(Office, "a state needs rows of the table, where the record is of the kind that does") {
  auto rows = [](int done) {
    List out;
    for (int i = 0; i < 3; ++i) out.push_back(Row{0, {"作業" + std::to_string(i), "", "", "", i < done ? "済" : "未"}}.value());
    return out;
  };
  Record record = take({{"channel", {"対面"}}, {"answer", {"よい。"}}, {"work", rows(1)}});
  CHECK(refused([&] { records.step(officer, tanto, record.number, 1, "draft"); }, "済んだ作業") == ErrorKind::invalid);
  CHECK(records.find(officer, record.number)->state == "received");
  CHECK(records.change(officer, tanto, record.number, 1, {{"work", {}}}).revision == 2);
  records.change(officer, tanto, record.number, 2, {{"work", rows(2)}});
  Record drafted = records.step(officer, tanto, record.number, 3, "draft");
  CHECK(records.remarks(drafted).empty());
  // Later it is told and not forbidden.
  Record lacking = records.change(officer, tanto, record.number, 4, {{"work", rows(0)}});
  REQUIRE(records.remarks(lacking).size() == 1);
  CHECK(records.remarks(lacking)[0].find("済んだ作業") != std::string::npos);
  Record other = take({{"channel", {"電話"}}, {"answer", {"よい。"}}});
  CHECK(records.step(officer, tanto, other.number, 1, "draft").state == "drafted");
}

TEST_CASE_METHOD(Office, "what falls out of its hours is told and not forbidden") {
  // 3 April 2026 is a Friday.
  CHECK(records.remarks(take({{"asked_at", {"午後4時59分"}}})).empty());
  CHECK(records.remarks(take()).empty());
  for (const Values& late : {Values{{"asked_at", {"17:00"}}}, Values{{"asked_at", {"8:59"}}}, Values{{"asked_at", {"10:00"}}, {"asked_on", {"2026-04-04"}}}}) {
    auto remarks = records.remarks(take(late));
    REQUIRE(remarks.size() == 1);
    CHECK(remarks[0].find("受付時間（平日9:00～17:00）の外です") != std::string::npos);
  }
}

TEST_CASE_METHOD(Office, "what somebody may not see does not exist for them") {
  Record narrow = take({{"question", {"極秘の端末"}}});
  Record open = take({{"asker", {"星見 太郎"}}}, "staff");
  CHECK_FALSE(records.find(clerk, narrow.number));
  CHECK(records.history(clerk, narrow.number).empty());
  CHECK(refused([&] { records.change(clerk, shokuin, narrow.number, 1, {{"unit", {"a"}}}); }) == ErrorKind::missing);
  CHECK(refused([&] { records.step(clerk, shokuin, narrow.number, 1, "close"); }) == ErrorKind::missing);
  CHECK(refused([&] { records.give(clerk, shokuin, narrow.number, 1, "sato"); }) == ErrorKind::missing);
  CHECK(refused([&] { records.change_row(clerk, shokuin, narrow.number, "work", "", {0, {"a", "", "", "", ""}}); }) == ErrorKind::missing);
  CHECK(refused([&] { records.attach(clerk, shokuin, narrow.number, 1, "attachments", {.name = "a"}, "a"); }) == ErrorKind::missing);
  CHECK(found(clerk, {}) == List{open.number});
  CHECK(found(clerk, {.words = "極秘"}).empty());
  CHECK(found(officer, {.words = "極秘"}) == List{narrow.number});
  CHECK(records.states(clerk, "soudan") == std::map<std::string, size_t>{{"received", 1}});
  CHECK(records.states(officer, "soudan") == std::map<std::string, size_t>{{"received", 2}});
  // A field may be narrower: it is not shown, told of, looked through, narrowed by, suggested, or changed.
  auto seen = records.find(clerk, open.number);
  CHECK_FALSE(seen->values.contains("asker"));
  CHECK(records.find(officer, open.number)->values.contains("asker"));
  CHECK(records.history(clerk, open.number).size() == 2);
  for (const auto& change : records.history(clerk, open.number)) CHECK(change.field != "asker");
  CHECK(found(officer, {.words = "太郎"}).empty());
  CHECK(found(officer, {.where = {{"asker", "星見 太郎"}}}) == List{open.number});
  CHECK(found(clerk, {.where = {{"asker", "星見 太郎"}}}).empty());
  CHECK(records.used(officer, "soudan", "asker", 9) == List{"星見 太郎"});
  CHECK(records.used(clerk, "soudan", "asker", 9).empty());
  CHECK(refused([&] { records.change(clerk, shokuin, open.number, 1, {{"asker", {"a"}}}); }, "asker") == ErrorKind::invalid);
  records.change(clerk, shokuin, open.number, 1, {{"unit", {"住民課"}}});
  CHECK(records.find(officer, open.number)->values.contains("asker"));
  corpus::Viewer narrowed = clerk;
  narrowed.only = List{"kitei"};
  CHECK(found(narrowed, {}).empty());
  CHECK_FALSE(records.find(narrowed, open.number));
}

TEST_CASE_METHOD(Office, "records are listed last first, by state, owner, day and values") {
  for (int i = 0; i < 5; ++i) take({{"unit", {"第" + std::to_string(i % 2) + "課"}}, {"topic", {"認証", "その" + std::to_string(i)}}, {"asked_on", {"2026-04-0" + std::to_string(i + 1)}}});
  take({{"question", {"ＵＳＢメモリ を使えるか。"}}, {"channel", {"電話"}}, {"answer", {"使えない。"}}, {"related", {"R8-相談-0001"}}});
  records.step(officer, tanto, "R8-相談-0006", 1, "draft");
  records.step(officer, tanto, "R8-相談-0005", 1, "close");
  records.give(officer, tanto, "R8-相談-0003", 1, "sato");
  auto page = records.list(officer, "soudan", {}, 0, 3);
  REQUIRE(page.records.size() == 3);
  CHECK(page.total == 6);
  CHECK(page.records[0].number == "R8-相談-0006");
  page = records.list(officer, "soudan", {}, 3, 10);
  CHECK(page.records.size() == 3);
  CHECK(page.total == 6);
  CHECK(records.list(officer, "soudan", {}, 6, 10).records.empty());
  CHECK(records.list(officer, "nai", {}, 0, 10).total == 0);
  CHECK(found(officer, {.states = {"drafted"}}) == List{"R8-相談-0006"});
  CHECK(found(officer, {.states = {"drafted", "closed"}}) == List{"R8-相談-0006", "R8-相談-0005"});
  CHECK(found(officer, {.open = true}).size() == 5);
  CHECK(found(officer, {.owner = "sato"}) == List{"R8-相談-0003"});
  CHECK(found(officer, {.where = {{"unit", "第1課"}}}) == List{"R8-相談-0004", "R8-相談-0002"});
  CHECK(found(officer, {.where = {{"unit", "第1課"}, {"topic", "その3"}}}) == List{"R8-相談-0004"});
  CHECK(found(officer, {.where = {{"unit", "第"}}}).empty());
  CHECK(found(officer, {.where = {{"related", "R8-相談-0001"}}}) == List{"R8-相談-0006"});
  CHECK(found(officer, {.where = {{"nai", "a"}}}).empty());
  CHECK(found(officer, {.date_field = "asked_on", .from = "2026-04-02", .to = "2026-04-03"}) == List{"R8-相談-0006", "R8-相談-0003", "R8-相談-0002"});
  CHECK(found(officer, {.date_field = "asked_on", .from = "2026-04-05"}) == List{"R8-相談-0005"});
  CHECK(found(officer, {.date_field = "asked_on", .to = "2026-04-01"}) == List{"R8-相談-0001"});
  auto states = records.states(officer, "soudan");
  size_t all = 0;
  for (const auto& [state, count] : states) {
    CHECK(found(officer, {.states = {state}}).size() == count);
    all += count;
  }
  CHECK(all == 6);
  CHECK(records.used(officer, "soudan", "unit", 9) == List{"第0課", "第1課"});
  CHECK(records.used(officer, "soudan", "topic", 2) == List{"認証", "その4"});
  CHECK(records.used(officer, "soudan", "nai", 9).empty());
  CHECK(records.used(officer, "nai", "unit", 9).empty());
}

TEST_CASE_METHOD(Office, "words are found in any case and width, with signs, and one character alone") {
  take({{"question", {"ＵＳＢメモリ を使えるか。"}}});
  take({{"question", {"私物の端末（スマートフォン）を、庁内で使う。"}}, {"work", {Row{0, {"鍵の受け渡し", "2026-04-03", "", "", ""}}.value()}}});
  take({{"question", {"A.B-C/100%"}}, {"topic", {"そのほか"}}});
  struct Case {
    std::string words;
    std::vector<int> found;
  };
  const Case cases[] = {
      {"usb", {1}}, {"ｕｓｂ　使える", {1}}, {"usb 鯨", {}}, {"使", {2, 1}}, {"鍵", {2}}, {"鯨", {}}, {"（スマートフォン）", {2}}, {"(スマートフォン)を、庁内", {2}}, {"端末（", {2}},
      {"。", {2, 1}}, {"a.b-c/100%", {3}}, {"%", {3}}, {"100", {3}}, {"r8-相談-0003", {3}}, {"相談", {3, 2, 1}}, {"そのほか", {3}}, {"か。", {1}}, {"\"", {}}, {"' OR 1", {}}, {"NEAR(a)", {}}, {"*", {}},
      {"受け渡し 私物 庁内 端末 で 使 を の 鍵 う", {2}},
  };
  for (const auto& one : cases) {
    INFO(one.words);
    List expected;
    for (int number : one.found) expected.push_back("R8-相談-000" + std::to_string(number));
    CHECK(found(officer, {.words = one.words}) == expected);
  }
  records.change(officer, tanto, "R8-相談-0001", 1, {{"question", {"鯨を見た。"}}});
  CHECK(found(officer, {.words = "usb"}).empty());
  CHECK(found(officer, {.words = "鯨を"}) == List{"R8-相談-0001"});
}

TEST_CASE("records that are alike are found as if there were none that the viewer does not see") {
  Office with, without;
  const std::string said = "公用スマートフォンの持ち出しと、USBメモリの暗号化について。";
  auto fill = [&](Office& office, bool hidden) {
    for (int i = 0; i < 40; ++i) {
      if (hidden) office.take({{"question", {i % 2 ? "公用スマートフォンの持ち出し" : "USBメモリの暗号化"}}});
      else office.task({{"what", {"数を合わせる"}}});
      if (i % 4 == 0) office.records.add(officer, tanto, "soudan", {{"asked_on", {"2026-04-03"}}, {"question", {i % 8 ? "USBメモリの廃棄" : "公用スマートフォンの紛失と持ち出し"}}}, "staff", {2030 + i / 4, 5, 1});
    }
  };
  fill(with, true), fill(without, false);
  auto questions = [&](const Office& office) {
    List out;
    for (const auto& record : office.records.alike(clerk, "soudan", said, 20)) out.push_back(record.number);
    return out;
  };
  CHECK(questions(with).size() == 10);
  CHECK(questions(with) == questions(without));
  CHECK(with.records.alike(officer, "soudan", said, 50).size() == 50);
  CHECK(with.records.alike(officer, "", said, 5).size() == 5);
  for (const char* nothing : {"", "ーー", "。、", "ああああ", "1234", "ーア", "\xFF\xFE", "AND OR NOT"}) CHECK(with.records.alike(officer, "soudan", nothing, 5).empty());
}

TEST_CASE_METHOD(Office, "links are seen from both ends, and by nobody who does not see both") {
  Record first = take(), second = take({{"related", {first.number}}}, "staff");
  Record hidden = take({{"related", {second.number}}});
  Record small = task({{"of", {second.number}}, {"hours", {"1.5"}}});
  task({{"of", {second.number}}, {"hours", {"2"}}});
  task({{"hidden_of", {second.number}}, {"hours", {"4"}}});
  CHECK(refused([&] { take({{"related", {"R8-相談-0099"}}}); }, "R8-相談-0099") == ErrorKind::invalid);
  CHECK(refused([&] { take({{"related", {small.number}}}); }, small.number) == ErrorKind::invalid);
  CHECK(take({{"any", {small.number, first.number}}}).values.at("any").size() == 2);
  // One that the author does not see is none.
  const std::string same = refused([&] { records.change(clerk, shokuin, second.number, 1, {{"related", {hidden.number}}}); }, hidden.number) == ErrorKind::invalid ? "ok" : "";
  CHECK(same == "ok");
  auto numbers = [&](const corpus::Viewer& viewer, const std::string& number) {
    List out;
    for (const auto& [record, field] : records.linking(viewer, number, 20)) out.push_back(record.number + " " + field);
    return out;
  };
  CHECK(numbers(officer, second.number) == List{"R8-宿題-0003 hidden_of", "R8-宿題-0002 of", "R8-宿題-0001 of", "R8-相談-0003 related"});
  CHECK(numbers(clerk, second.number) == List{"R8-宿題-0002 of", "R8-宿題-0001 of"});
  CHECK(numbers(clerk, first.number).empty());
  // The link to what they do not see is not there, and stays when they change the others.
  CHECK_FALSE(records.find(clerk, second.number)->values.contains("related"));
  CHECK(records.find(officer, second.number)->value("tasks") == "3");
  CHECK(records.find(officer, second.number)->value("task_hours") == "7.5");
  CHECK(records.find(clerk, second.number)->value("tasks") == "2");
  CHECK(records.find(clerk, second.number)->value("task_hours") == "3.5");
  Record third = take({}, "staff");
  Record changed = records.change(clerk, shokuin, second.number, 1, {{"related", {third.number}}});
  CHECK(changed.values.at("related") == List{third.number});
  CHECK(records.find(officer, second.number)->values.at("related") == List{third.number, first.number});
  CHECK(records.change(clerk, shokuin, second.number, 2, {{"related", {third.number}}}).revision == 2);
  CHECK(refused([&] { records.change(clerk, shokuin, second.number, 2, {{"related", {third.number, first.number}}}); }, first.number) == ErrorKind::invalid);
  records.change(clerk, shokuin, second.number, 2, {{"related", {}}});
  CHECK(records.find(officer, second.number)->values.at("related") == List{first.number});
  CHECK(records.used(officer, "soudan", "related", 9) == List{second.number, first.number});
  CHECK(records.used(clerk, "soudan", "related", 9).empty());
}

TEST_CASE_METHOD(Office, "what is computed is worked out when it is read") {
  auto work = [](const std::string& hours) { return Row{0, {"作業", "", hours, "", ""}}.value(); };
  Record record = take({{"work", {work("1.5"), work("0.25"), work("")}}, {"until", {"令和8年4月5日"}}});
  CHECK(record.value("total") == "1.75");
  CHECK(record.value("rows") == "3");
  CHECK(record.value("span") == "3");
  CHECK(record.value("tasks") == "0");
  Record other = take({{"until", {"2026-04-02"}}});
  CHECK(other.value("span").empty());
  CHECK(other.value("rows") == "0");
  CHECK(refused([&] { take({{"total", {"3"}}}); }, "計算する") == ErrorKind::invalid);
}

TEST_CASE_METHOD(Office, "one row is kept whatever else was changed meanwhile") {
  Record record = take({{"work", {Row{0, {"一", "", "", "", ""}}.value(), Row{0, {"二", "", "", "", ""}}.value()}}}, "staff");
  const auto rows = record.values.at("work");
  // Two who saw the same record change different rows.
  records.change_row(officer, tanto, record.number, "work", rows[0], {1, {"一の二", "", "", "", ""}});
  Record both = records.change_row(clerk, shokuin, record.number, "work", rows[1], {2, {"二の二", "令和8年4月3日", "", "", ""}});
  CHECK(both.values.at("work") == List{Row{1, {"一の二", "", "", "", ""}}.value(), Row{2, {"二の二", "2026-04-03", "", "", ""}}.value()});
  CHECK(both.revision == 3);
  CHECK(refused([&] { records.change_row(officer, tanto, record.number, "work", rows[0], {1, {"一の三", "", "", "", ""}}); }) == ErrorKind::conflict);
  CHECK(refused([&] { records.change_row(officer, tanto, record.number, "work", rows[0], {1, {}}); }) == ErrorKind::conflict);
  CHECK(records.change_row(officer, tanto, record.number, "work", both.values.at("work")[1], row_of(both.values.at("work")[1])).revision == 3);
  records.change_row(officer, tanto, record.number, "work", both.values.at("work")[0], {1, {}});
  CHECK(refused([&] { records.change_row(officer, tanto, record.number, "work", both.values.at("work")[0], {1, {"戻す", "", "", "", ""}}); }) == ErrorKind::conflict);
  Record added = records.change_row(officer, tanto, record.number, "work", "", {0, {"三", "", "", "", ""}});
  CHECK(added.values.at("work").back() == Row{3, {"三", "", "", "", ""}}.value());
  // Of the history only what differs.
  CHECK(records.history(officer, record.number).back().before.empty());
  CHECK(records.history(officer, record.number).back().after == List{added.values.at("work").back()});
  CHECK(refused([&] { records.change_row(officer, tanto, record.number, "work", "", {0, {"三", "きのう", "", "", ""}}); }, "「日」") == ErrorKind::invalid);
  CHECK(refused([&] { records.change_row(officer, tanto, record.number, "question", "", {0, {"三"}}); }) == ErrorKind::invalid);
  CHECK(refused([&] { records.change_row(officer, iin, record.number, "work", "", {0, {"三", "", "", "", ""}}); }) == ErrorKind::forbidden);
  Record log = records.change_row(officer, tanto, record.number, "log", "", {0, {"9時", "起きた"}});
  CHECK(refused([&] { records.change_row(officer, tanto, record.number, "log", log.values.at("log")[0], {1, {"10:00", "起きた"}}); }, "書き足すだけ") == ErrorKind::invalid);
  CHECK(refused([&] { records.change_row(officer, tanto, record.number, "log", log.values.at("log")[0], {1, {}}); }, "書き足すだけ") == ErrorKind::invalid);
  CHECK(records.change_row(officer, tanto, record.number, "log", "", {0, {"10時", "知らせた"}}).values.at("log").size() == 2);
}

TEST_CASE_METHOD(Office, "many who add rows at once lose none") {
  Record record = take();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (int n = 0; n < 5; ++n) records.change_row(officer, tanto, record.number, "work", "", {0, {std::to_string(i * 10 + n), "", "", "", ""}});
    });
  }
  for (auto& thread : threads) thread.join();
  auto rows = records.find(officer, record.number)->values.at("work");
  std::set<std::string> cells;
  for (const auto& row : rows) cells.insert(row_of(row).cells[0]);
  CHECK(rows.size() == 20);
  CHECK(cells.size() == 20);
}

TEST_CASE_METHOD(Office, "a file is kept under its hash, with the day of what it proves, and read through its record alone") {
  Record record = take(), other = take({}, "staff");
  CHECK(refused([&] { records.attach(officer, tanto, record.number, 1, "attachments", {.name = "空"}, ""); }) == ErrorKind::invalid);
  CHECK(refused([&] { records.attach(officer, tanto, record.number, 1, "work", {.name = "a"}, "a"); }) == ErrorKind::invalid);
  CHECK(refused([&] { records.attach(officer, iin, record.number, 1, "attachments", {.name = "a"}, "a"); }) == ErrorKind::forbidden);
  Record with = records.attach(officer, tanto, record.number, 1, "attachments", {.name = "議事録.pdf", .media_type = "application/pdf", .evidence_on = "令和8年3月31日"}, "中身");
  const std::string hash = store::sha256("中身");
  Attachment file = attachment_of(with.values.at("attachments").at(0));
  CHECK(file.sha256 == hash);
  CHECK(file.number == 1);
  CHECK(file.size == std::to_string(std::string("中身").size()));
  CHECK(file.evidence_on == "2026-03-31");
  CHECK(file.added_by == "tanto");
  CHECK(files.verify(hash) == store::Files::State::good);
  CHECK(number("SELECT count(*) FROM files") == 1);
  CHECK(found(officer, {.words = "議事録"}) == List{record.number});
  CHECK(records.attachment(officer, record.number, hash)->name == "議事録.pdf");
  CHECK_FALSE(records.attachment(officer, other.number, hash));
  CHECK_FALSE(records.attachment(clerk, record.number, hash));
  CHECK_FALSE(records.attachment(officer, record.number, std::string(64, '0')));
  CHECK_FALSE(records.attachment(officer, record.number, ""));
  // Who knows a hash does not get its file by writing it into a record that they see.
  file.number = 0;
  CHECK(refused([&] { records.change(clerk, shokuin, other.number, 1, {{"attachments", {file.value()}}}); }, "ファイルがありません") == ErrorKind::invalid);
  // What was noted when it came stays, what people say of it may change.
  file.number = 1, file.added_by = "sato", file.size = "1", file.name = "議事の記録.pdf", file.valid_until = "2027-03-31";
  Attachment later = attachment_of(records.change(officer, tanto, record.number, 2, {{"attachments", {file.value()}}}).values.at("attachments").at(0));
  CHECK(later.name == "議事の記録.pdf");
  CHECK(later.valid_until == "2027-03-31");
  CHECK(later.added_by == "tanto");
  CHECK(later.size != "1");
  // Of what was taken away the history still has it.
  records.change(officer, tanto, record.number, 3, {{"attachments", {}}});
  CHECK(records.attachment(officer, record.number, hash));
  auto summary = store::back_up({database, files, {}, "0"}, folder / "backup", [](auto...) {}, false);
  CHECK(summary.originals == 1);
}

TEST_CASE_METHOD(Office, "a record is given to somebody, or to others to see") {
  Record record = take();
  CHECK(records.give(officer, tanto, record.number, 1, "sato").owner == "sato");
  CHECK(records.give(officer, tanto, record.number, 2, "sato").revision == 2);
  for (const char* wrong : {"", "Sato", "佐藤", "a b"}) CHECK(refused([&] { records.give(officer, tanto, record.number, 2, wrong); }, "サインイン名") == ErrorKind::invalid);
  CHECK(records.narrow(officer, tanto, record.number, 2, "staff").audience == "staff");
  CHECK(records.find(clerk, record.number));
  CHECK(refused([&] { records.narrow(clerk, shokuin, record.number, 3, "restricted"); }, "公開範囲") == ErrorKind::invalid);
  CHECK(refused([&] { records.narrow(officer, tanto, record.number, 3, "無い班"); }) == ErrorKind::invalid);
  CHECK(records.narrow(officer, tanto, record.number, 3, "restricted").revision == 4);
  CHECK_FALSE(records.find(clerk, record.number));
  CHECK(events("record.give") == 1);
  CHECK(events("record.narrow") == 2);
}

TEST_CASE_METHOD(Office, "what is due is counted from the record's day, while it waits") {
  Record record = take({{"channel", {"電話"}}, {"answer", {"よい。"}}});
  // 3 April 2026 is a Friday.
  auto due = records.due(record, {2026, 4, 10});
  REQUIRE(due.size() == 1);
  CHECK(due[0].due.last == text::Date{2026, 4, 10});
  CHECK_FALSE(due[0].late);
  CHECK(records.due(record, {2026, 4, 11})[0].late);
  CHECK(records.due(records.step(officer, tanto, record.number, 1, "draft"), {2026, 4, 11}).empty());
}

TEST_CASE_METHOD(Office, "the board has what is due of all ledgers, the first first, for who sees it") {
  take({{"asked_on", {"2026-04-10"}}});
  take({{"asked_on", {"2016-04-03"}}});  // beyond the calendar
  task({{"from_on", {"2026-04-01"}}, {"words", {"当日から起算して5日以内"}}});
  task({{"from_on", {"2026-04-01"}}, {"words", {"そのうち"}}});
  auto board = records.board(officer, {2026, 4, 10});
  List lines;
  for (const auto& [record, due] : board) lines.push_back(record.number + " " + due.name + " " + (due.known ? text::to_iso(due.due.last) : "?") + (due.late ? " late" : ""));
  CHECK(lines == List{"R8-相談-0002 回答 ?", "R8-宿題-0001 隔週 2026-04-01 late", "R8-宿題-0002 言葉 ?", "R8-宿題-0002 隔週 2026-04-01 late", "R8-宿題-0001 言葉 2026-04-05 late", "R8-相談-0001 回答 2026-04-17"});
  CHECK(records.board(clerk, {2026, 4, 10}).size() == 4);
  CHECK(records.board(citizen, {2026, 4, 10}).empty());
  records.give(officer, tanto, "R8-宿題-0001", 1, "sato");
  CHECK(records.board(officer, {2026, 4, 10}, "sato").size() == 2);
}

TEST_CASE_METHOD(Office, "what returns is due again after it was done, in its own rhythm, until it ends") {
  // 29 April 2026 is a holiday, 4 to 6 May too.
  Record record = task({{"from_on", {"2026-04-15"}}, {"until_on", {"2026-05-31"}}});
  auto due = [&](const std::string& done) {
    record = records.change(officer, tanto, record.number, record.revision, {{"done_until", {done}}});
    auto days = records.due(record, {2026, 4, 20});
    return days.empty() ? "" : text::to_iso(days[0].due.last) + (days[0].late ? " late" : "");
  };
  CHECK(due("") == "2026-04-15 late");
  CHECK(due("2026-04-15") == "2026-04-30");
  CHECK(due("2026-04-20") == "2026-04-30");
  CHECK(due("2026-04-30") == "2026-05-13");
  CHECK(due("2026-05-13") == "2026-05-27");
  CHECK(due("2026-05-27") == "");
  CHECK(due("2026-06-30") == "");
}

TEST_CASE_METHOD(Office, "counters count the records that the viewer sees, and warn") {
  for (int i = 0; i < 3; ++i) take({{"channel", {"電話"}}}, i == 0 ? "staff" : "");
  take({{"channel", {"対面"}}});
  take({{"channel", {"電話"}}, {"asked_on", {"2026-03-31"}}});
  auto counts = records.counts(officer, "soudan", {2026, 4, 30});
  REQUIRE(counts.size() == 1);
  CHECK(counts[0].name == "電話の相談");
  CHECK(counts[0].tally.count == 3);
  CHECK(counts[0].tally.state == Cadence::State::over);
  CHECK(records.counts(clerk, "soudan", {2026, 4, 30})[0].tally.count == 1);
  CHECK(records.counts(officer, "nai", {2026, 4, 30}).empty());
}

TEST_CASE_METHOD(Office, "many who add at once get numbers of their own") {
  std::vector<std::thread> threads;
  std::atomic<int> taken = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 10; ++n) take(), ++taken;
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(taken == 40);
  std::set<std::string> numbers;
  for (const auto& number : found(officer, {})) numbers.insert(number);
  CHECK(numbers.size() == 40);
  CHECK(numbers.contains("R8-相談-0040"));
}

TEST_CASE_METHOD(Office, "what is being written is kept for its writer alone, and the oldest go") {
  UnsavedRecords unsaved(database);
  CHECK_FALSE(unsaved.find(1, "soudan"));
  unsaved.save(1, "soudan", {{{"question", {"書きかけ"}}}, 3, ""});
  CHECK(unsaved.find(1, "soudan")->values.at("question") == List{"書きかけ"});
  CHECK(unsaved.find(1, "soudan")->revision == 3);
  CHECK_FALSE(unsaved.find(2, "soudan"));
  for (int i = 0; i < 60; ++i) {
    unsaved.save(1, "R8-相談-" + std::to_string(1000 - i), {});
    CHECK(unsaved.find(1, "R8-相談-" + std::to_string(1000 - i)));  // within a millisecond, too
  }
  CHECK(number("SELECT count(*) FROM unsaved_records") == 50);
  unsaved.save(1, "soudan", {});
  unsaved.drop(1, "soudan");
  CHECK_FALSE(unsaved.find(1, "soudan"));
  CHECK(refused([&] { unsaved.save(1, "soudan", {{{"question", {std::string(longest_record, 'a')}}}, 0, ""}); }) == ErrorKind::invalid);
}
