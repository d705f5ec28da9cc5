// Records of a ledger: what is taken, what is refused, who sees what, and what is told of changes.
#include "records/record.h"

#include <SQLiteCpp/Statement.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <fstream>
#include <set>
#include <thread>

#include "store/database.h"
#include "store/files.h"
#include "tests/places.h"
#include "tests/temporary_folder.h"
#include "text/error.h"

using namespace shirube;
using namespace shirube::records;

namespace {

const corpus::Viewer officer{{"public", "staff", "committee", "restricted"}}, clerk{{"public", "staff"}}, citizen{{"public"}};
const Author tanto{"tanto", "officer"}, shokuin{"shokuin", "staff"}, iin{"iin", "member"};
const text::Date day{2026, 4, 3};

struct Fixture {
  TemporaryFolder folder;
  store::Database database{folder / "shirube.db"};
  Ledgers ledgers{std::filesystem::path(test::source_folder) / "config/ledgers"};
  Calendar calendar;
  store::Files files{folder / "files"};
  Records records{database, files, ledgers, calendar};

  Record take(const Values& more = {}, const std::string& audience = {}, const text::Date& on = day) {
    Values values = {{"asked_on", {"令和8年4月3日"}}, {"question", {"端末を持ち出してよいか。\r\n期間は三日。"}}};
    for (const auto& [key, list] : more) values[key] = list;
    return records.add(officer, tanto, "sodan", values, audience, on);
  }
  ErrorKind refused(const std::function<void()>& work, const std::string& said = "") {
    try {
      work();
    } catch (const Error& e) {
      INFO(e.what());
      CHECK(std::string(e.what()).find(said) != std::string::npos);
      return e.kind();
    }
    FAIL("was taken");
    return ErrorKind::internal;
  }
  int events(const std::string& action) {
    return database.read([&](SQLite::Database& db) {
      SQLite::Statement count(db, "SELECT count(*) FROM events WHERE action = ?");
      count.bind(1, action);
      count.executeStep();
      return count.getColumn(0).getInt();
    });
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a record is numbered by fiscal year, kept as the ledger says, and told of") {
  Record first = take({{"topic", {"持ち出し", "認証", "持ち出し"}}, {"unit", {" 税務課 "}}});
  CHECK(first.number == "R8-相談-0001");
  CHECK(first.state == "received");
  CHECK(first.audience == "restricted");
  CHECK(first.values.at("asked_on") == std::vector<std::string>{"2026-04-03"});
  CHECK(first.values.at("question") == std::vector<std::string>{"端末を持ち出してよいか。\n期間は三日。"});
  CHECK(first.values.at("topic") == std::vector<std::string>{"持ち出し", "認証"});
  CHECK(first.values.at("unit") == std::vector<std::string>{"税務課"});
  CHECK(take({}, "", {2027, 3, 31}).number == "R8-相談-0002");
  CHECK(take({}, "", {2027, 4, 1}).number == "R9-相談-0001");
  CHECK(records.add(officer, tanto, "tsuchi", {{"received_on", {"2026-04-01"}}, {"title", {"通知"}}}, "", day).number == "R8-通知-0001");
  CHECK(events("record.add") == 4);
  auto history = records.history(officer, first.number);
  CHECK(history.size() == first.values.size());
  CHECK(history[0].author == "tanto");
}

TEST_CASE_METHOD(Fixture, "what is not as the ledger says is refused whole") {
  CHECK(refused([&] { records.add(officer, tanto, "nai", {}); }) == ErrorKind::missing);
  CHECK(refused([&] { records.add(officer, tanto, "sodan", {{"asked_on", {"2026-04-03"}}}); }, "質問") == ErrorKind::invalid);
  CHECK(refused([&] { take({{"asked_on", {"令和8年4月31日"}}}); }, "受付日") == ErrorKind::invalid);
  CHECK(refused([&] { take({{"asked_on", {"令和8年4月"}}}); }, "受付日") == ErrorKind::invalid);
  CHECK(refused([&] { take({{"channel", {"手紙"}}}); }, "手紙") == ErrorKind::invalid);
  CHECK(refused([&] { take({{"channel", {"対面", "電話"}}}); }, "多すぎ") == ErrorKind::invalid);
  for (const char* wrong : {"第12条", "//", "a/b/", "../b/c", "a/b/c/d"}) CHECK(refused([&] { take({{"citations", {wrong}}}); }, "アドレス") == ErrorKind::invalid);
  CHECK(refused([&] { take({{"related", {"ほげ"}}}); }, "番号") == ErrorKind::invalid);
  CHECK(refused([&] { take({{"unit", {std::string(401, 'a')}}}); }, "400文字") == ErrorKind::invalid);
  CHECK(refused([&] { take({{"unit", {"a\x01"}}}); }, "使えない文字") == ErrorKind::invalid);
  CHECK(refused([&] { take({{"unit", {"a\nb"}}}); }, "使えない文字") == ErrorKind::invalid);
  CHECK(refused([&] { take({{"nai", {"a"}}}); }, "nai") == ErrorKind::invalid);
  CHECK(refused([&] { take({}, "無い班"); }) == ErrorKind::invalid);
  CHECK(refused([&] { records.add(citizen, iin, "sodan", {}); }) == ErrorKind::forbidden);
  CHECK(refused([&] { records.add(clerk, shokuin, "sodan", {{"asked_on", {"2026-04-03"}}, {"question", {"a"}}}); }, "公開範囲") == ErrorKind::invalid);
  CHECK(records.list(officer, "sodan", {}, 0, 10).empty());
  CHECK(events("record.add") == 0);
  CHECK(take().number == "R8-相談-0001");  // no number was spent
}

TEST_CASE_METHOD(Fixture, "who changes what somebody else has changed is told, and history stays") {
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
  CHECK(history[4].before == std::vector<std::string>{"税務課"});
  CHECK(history[4].after.empty());
  CHECK(events("record.change") == 2);
  for (const char* sql : {"UPDATE record_changes SET author = 'x'", "DELETE FROM record_changes"}) {
    CHECK_THROWS(database.write([&](SQLite::Database& db) { db.exec(sql); }));
  }
}

TEST_CASE_METHOD(Fixture, "steps lead on where the ledger says, for whom it says, with what they require") {
  Record record = take({{"channel", {"対面"}}});
  CHECK(records.steps(tanto, record).size() == 2);
  CHECK(records.steps(shokuin, record).empty());
  CHECK(refused([&] { records.step(officer, tanto, record.number, 1, "approve"); }) == ErrorKind::invalid);
  CHECK(refused([&] { records.step(officer, tanto, record.number, 1, "draft"); }, "回答") == ErrorKind::invalid);
  records.change(officer, tanto, record.number, 1, {{"answer", {"よい。"}}});
  CHECK(refused([&] { records.step(officer, shokuin, record.number, 2, "draft"); }) == ErrorKind::forbidden);
  Record drafted = records.step(officer, tanto, record.number, 2, "draft");
  CHECK(drafted.state == "drafted");
  CHECK(drafted.revision == 3);
  CHECK(records.history(officer, record.number).back().after == std::vector<std::string>{"drafted"});
  CHECK(refused([&] { records.change(officer, tanto, record.number, 3, {{"answer", {}}}); }, "回答") == ErrorKind::invalid);
  CHECK(events("record.step") == 1);
}

TEST_CASE_METHOD(Fixture, "what somebody may not see does not exist for them") {
  Record narrow = take({{"question", {"極秘の端末"}}});
  Record open = take({{"asker", {"星見 太郎"}}}, "staff");
  CHECK_FALSE(records.find(clerk, narrow.number));
  CHECK(records.history(clerk, narrow.number).empty());
  CHECK(refused([&] { records.change(clerk, shokuin, narrow.number, 1, {{"unit", {"a"}}}); }) == ErrorKind::missing);
  auto listed = records.list(clerk, "sodan", {}, 0, 10);
  REQUIRE(listed.size() == 1);
  CHECK(listed[0].number == open.number);
  CHECK(records.list(clerk, "sodan", {"", "極秘"}, 0, 10).empty());
  CHECK(records.list(officer, "sodan", {"", "極秘"}, 0, 10).size() == 1);
  // A field may be narrower: it is not shown, told of, looked through, or changed.
  CHECK_FALSE(listed[0].values.contains("asker"));
  CHECK(records.find(officer, open.number)->values.contains("asker"));
  CHECK(records.history(clerk, open.number).size() == 2);
  for (const auto& change : records.history(clerk, open.number)) CHECK(change.field != "asker");
  CHECK(records.list(officer, "sodan", {"", "太郎"}, 0, 10).empty());
  CHECK(refused([&] { records.change(clerk, shokuin, open.number, 1, {{"asker", {"a"}}}); }, "asker") == ErrorKind::invalid);
  records.change(clerk, shokuin, open.number, 1, {{"unit", {"住民課"}}});
  CHECK(records.find(officer, open.number)->values.contains("asker"));
  corpus::Viewer narrowed = clerk;
  narrowed.only = std::vector<std::string>{"taisaku-kijun"};
  CHECK(records.list(narrowed, "sodan", {}, 0, 10).empty());
}

TEST_CASE_METHOD(Fixture, "records are listed last first, by state and by words in any case and width") {
  for (int i = 0; i < 5; ++i) take({{"unit", {"第" + std::to_string(i) + "課"}}});
  take({{"question", {"ＵＳＢメモリ を使えるか。"}}, {"channel", {"電話"}}, {"answer", {"使えない。"}}});
  records.step(officer, tanto, "R8-相談-0006", 1, "draft");
  auto all = records.list(officer, "sodan", {}, 0, 3);
  REQUIRE(all.size() == 3);
  CHECK(all[0].number == "R8-相談-0006");
  CHECK(records.list(officer, "sodan", {}, 3, 10).size() == 3);
  CHECK(records.list(officer, "sodan", {"drafted", ""}, 0, 10).size() == 1);
  CHECK(records.list(officer, "sodan", {"", "usb 使える"}, 0, 10).size() == 1);
  CHECK(records.list(officer, "sodan", {"", "usb 鯨"}, 0, 10).empty());
  CHECK(records.list(officer, "sodan", {"", "r8-相談-0003"}, 0, 10).size() == 1);
}

TEST_CASE_METHOD(Fixture, "what is due is counted from the record's day, while it waits") {
  Record record = take({{"channel", {"対面"}}, {"answer", {"よい。"}}, {"type", {"規程の解釈"}}, {"citations", {"kijun/2025-04-01/12"}}, {"answered_on", {"2026-04-06"}}});
  Calendar calendar;
  // 3 April 2026 is a Friday.
  auto due = records.due(record, calendar, {2026, 4, 10});
  REQUIRE(due.size() == 1);
  CHECK(due[0].due.last == text::Date{2026, 4, 10});
  CHECK_FALSE(due[0].late);
  CHECK(records.due(record, calendar, {2026, 4, 11})[0].late);
  records.step(officer, tanto, record.number, 1, "draft");
  CHECK(records.due(records.step(officer, tanto, record.number, 2, "approve"), calendar, {2026, 4, 11}).empty());
}

TEST_CASE_METHOD(Fixture, "the board has what is due of all ledgers, the first first, for who sees it") {
  take({{"asked_on", {"2026-04-10"}}});
  records.add(officer, tanto, "tsuchi", {{"received_on", {"2026-04-01"}}, {"title", {"通知"}}}, "", day);
  records.add(officer, tanto, "kaigi", {{"held_on", {"2026-04-02"}}, {"type", {"打合せ"}}, {"agenda", {"予定"}}}, "", day);
  auto board = records.board(officer, Calendar{}, {2026, 4, 10});
  REQUIRE(board.size() == 3);
  CHECK(board[0].first.number == "R8-会議-0001");
  CHECK(board[0].second.late);
  CHECK(board[1].first.number == "R8-通知-0001");
  CHECK(board[2].second.due.last == text::Date{2026, 4, 17});
  CHECK(records.board(clerk, Calendar{}, {2026, 4, 10}).size() == 2);
}

TEST_CASE_METHOD(Fixture, "a day beyond the calendar spoils no board, and what is done is due no more") {
  take({{"asked_on", {"2016-04-03"}}});
  records.add(officer, tanto, "keiyaku", {{"name", {"支援"}}, {"partner", {"星見社"}}, {"signed_on", {"2026-04-01"}}, {"from_on", {"2026-04-01"}}, {"until_on", {"2027-03-31"}}}, "", day);
  auto board = records.board(officer, Calendar{}, {2026, 4, 20});
  REQUIRE(board.size() == 2);
  CHECK_FALSE(board[0].second.known);
  CHECK(board[1].second.late);
  records.change(officer, tanto, "R8-契約-0001", 1, {{"plan_on", {"2026-04-08"}}});
  CHECK(records.board(officer, Calendar{}, {2026, 4, 20}).size() == 1);
}

TEST_CASE("a field that is narrowed later is not looked through, and a state that is gone leaves its records") {
  TemporaryFolder folder;
  store::Database database(folder / "shirube.db");
  std::filesystem::create_directories(folder / "ledgers");
  auto write = [&](const std::string& more, const std::string& state) {
    std::ofstream(folder / "ledgers/mihon.toml") << "name = \"見本\"\nprefix = \"見本\"\naudience = \"staff\"\nroles = [\"officer\"]\n[[field]]\nkey = \"unit\"\nname = \"課\"\n" << more << "[[state]]\nkey = \"" << state << "\"\nname = \"受付\"\n";
    return Ledgers(folder / "ledgers");
  };
  Ledgers before = write("", "open");
  REQUIRE(before.faults().empty());
  Records(database, before).add(officer, tanto, "mihon", {{"unit", {"税務課"}}}, "", day);
  Ledgers after = write("audience = \"restricted\"\n", "opened");
  REQUIRE(after.faults().empty());
  Records later(database, after);
  CHECK(later.list(clerk, "mihon", {"", "税務課"}, 0, 10).empty());
  CHECK(later.list(officer, "mihon", {"", "税務課"}, 0, 10).empty());
  CHECK(later.list(clerk, "mihon", {"", "見本"}, 0, 10).size() == 1);
  auto record = later.find(officer, "R8-見本-0001");
  REQUIRE(record);
  CHECK(record->values.at("unit") == std::vector<std::string>{"税務課"});
  CHECK(later.steps(tanto, *record).empty());
}

TEST_CASE_METHOD(Fixture, "counters count the records that the viewer sees, and warn") {
  for (int i = 0; i < 3; ++i) take({{"type", {"技術的事項"}}}, i == 0 ? "staff" : "");
  take({{"type", {"規程の解釈"}}});
  take({{"type", {"技術的事項"}}, {"asked_on", {"2026-03-31"}}});
  auto counts = records.counts(officer, "sodan", {2026, 4, 30});
  REQUIRE(counts.size() == 1);
  CHECK(counts[0].name == "技術的事項の相談");
  CHECK(counts[0].tally.count == 3);
  CHECK(counts[0].tally.state == Cadence::State::over);
  CHECK(records.counts(clerk, "sodan", {2026, 4, 30})[0].tally.count == 1);
  CHECK(records.counts(officer, "nai", {2026, 4, 30}).empty());
}

TEST_CASE_METHOD(Fixture, "many who add at once get numbers of their own") {
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
  for (const auto& record : records.list(officer, "sodan", {}, 0, 100)) numbers.insert(record.number);
  CHECK(numbers.size() == 40);
  CHECK(numbers.contains("R8-相談-0040"));
}
