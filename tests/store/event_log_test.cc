// The chain of events: what breaks it, and that each way of breaking it is named.
#include "store/event_log.h"

#include <catch2/catch.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <set>
#include <thread>

#include "store/database.h"
#include "store/event_chain.h"
#include "store/event_retention.h"
#include "tests/temporary_folder.h"
#include "text/error.h"
#include "text/instant.h"

using namespace shirube;
using store::Database;
using store::Fault;

namespace {

const std::string start = "2026-01-01T00:00:00.000Z";

/// The n-th day of the record.
std::string day(int n) { return text::days_before(start, -n); }

struct Log {
  TemporaryFolder folder;
  Database database{folder / "a.db"};

  void add(const store::Event& event, const std::string& now) {
    database.write([&](SQLite::Database& db) { store::append(db, event, now); });
  }
  void add_ten() {
    for (int i = 1; i <= 10; ++i) add({i % 2 ? "search" : "edition.add", "subject " + std::to_string(i), "detail", "before", "after"}, day(i));
  }
  store::Verdict verify(const std::optional<store::Head>& noted = {}) {
    return database.read([&](SQLite::Database& db) { return store::verify(db, [](uint64_t, uint64_t) {}, noted); });
  }
  store::Head head() {
    return database.read([](SQLite::Database& db) { return store::head(db); });
  }
  std::vector<store::EventRow> rows(const store::EventFilter& filter, store::EventOrder order = store::EventOrder::oldest_first) {
    std::vector<store::EventRow> out;
    database.read([&](SQLite::Database& db) {
      store::each_event(db, filter, order, [&](const store::EventRow& row) {
        out.push_back(row);
        return true;
      });
    });
    return out;
  }
  std::vector<store::EventRow> all() {
    store::EventFilter filter;
    filter.removed = true;
    return rows(filter);
  }
  uint64_t retain(std::vector<std::string> rules, const std::string& now) {
    auto read = store::parse_rules(rules);
    return store::retain(database, read, [&] { return now; }, std::atomic<bool>(false));
  }
  /// As somebody with the file and a SQLite shell.
  void tamper(const std::string& sql) {
    database.write([&](SQLite::Database& db) {
      for (const char* trigger : {"events_in_order", "events_move_the_end", "events_do_not_change", "events_do_not_go", "event_chain_stays"}) db.exec(std::string("DROP TRIGGER IF EXISTS ") + trigger);
      db.exec(sql);
    });
  }
  void check_broken(Fault fault, int64_t id) {
    auto verdict = verify();
    INFO(verdict.said());
    CHECK(verdict.fault == fault);
    CHECK(verdict.id == id);
    CHECK(verdict.said().find(std::to_string(id)) != std::string::npos);
  }
};

}  // namespace

TEST_CASE_METHOD(Log, "a chain that nobody touched is sound, an empty one too") {
  CHECK(verify().sound());
  CHECK(verify().events == 0);
  add_ten();
  auto verdict = verify();
  CHECK(verdict.sound());
  CHECK(verdict.events == 10);
  CHECK(verdict.end.id == 10);
  CHECK(head().written() == "10:" + all().back().hash);
}

TEST_CASE("hashes are those that the header describes") {
  // Computed apart from this program (Python's hashlib).
  store::EventRow row;
  row.id = 1, row.at = "2026-04-01T00:00:00.000Z", row.action = "edition.add";
  row.actor = "sato", row.address = "192.0.2.1", row.subject = "規程/1", row.detail = "a,b", row.salt = "00";
  row.content = store::content_hash(row);
  CHECK(row.content == "5b2d4f68173bf01909ea787cf9e3d27b224a6cb6678fd74a7a5c727f94a1290b");
  CHECK(store::link_hash(row, std::string(64, '0')) == "f97516e4f6d5ece4086e91e7dad6922d91759eb8a959ce104d8c6a72be8520c9");
  // A border between fields that is moved makes another list.
  auto moved = row;
  moved.actor = "sato192", moved.address = ".0.2.1";
  CHECK(store::content_hash(moved) != row.content);
}

TEST_CASE_METHOD(Log, "the table takes neither changes nor deletions nor rows out of order") {
  add_ten();
  for (const char* sql : {"UPDATE events SET detail = 'x' WHERE id = 3", "DELETE FROM events WHERE id = 3", "DELETE FROM events", "DELETE FROM event_chain",
                          "INSERT INTO events (at, action, content, hash) VALUES ('', '', '', '')", "INSERT OR REPLACE INTO events (id, at, action, content, hash) VALUES (3, '', '', '', '')",
                          "INSERT INTO events (id, at, action, content, hash) VALUES (12, '', '', '', '')", "REPLACE INTO events SELECT * FROM events WHERE id = 4"}) {
    INFO(sql);
    CHECK_THROWS_AS(database.write([&](SQLite::Database& db) { db.exec(sql); }), Error);
  }
  CHECK(verify().sound());
  CHECK(verify().events == 10);
}

TEST_CASE_METHOD(Log, "an edited field is found, whichever it is") {
  add_ten();
  for (const char* field : {"at", "action", "clock", "actor", "address", "subject", "detail", "before", "after", "salt", "content", "hash"}) {
    INFO(field);
    std::string held = database.read([&](SQLite::Database& db) { return db.execAndGet(std::string("SELECT ") + field + " FROM events WHERE id = 5").getString(); });
    tamper(std::string("UPDATE events SET ") + field + " = " + field + " || 'x' WHERE id = 5");
    check_broken(Fault::changed, 5);
    tamper(std::string("UPDATE events SET ") + field + " = '" + held + "' WHERE id = 5");
    CHECK(verify().sound());
  }
}

TEST_CASE_METHOD(Log, "an edit with its own hashes made anew breaks the next link") {
  add_ten();
  auto row = all()[4];
  row.detail = "another";
  row.content = store::content_hash(row);
  row.hash = store::link_hash(row, all()[3].hash);
  tamper("UPDATE events SET detail = 'another', content = '" + row.content + "', hash = '" + row.hash + "' WHERE id = 5");
  check_broken(Fault::changed, 6);
}

TEST_CASE_METHOD(Log, "a row taken from the middle is missed") {
  add_ten();
  tamper("DELETE FROM events WHERE id = 5");
  check_broken(Fault::missing, 5);
}

TEST_CASE_METHOD(Log, "so are the first ones") {
  add_ten();
  tamper("DELETE FROM events WHERE id <= 2");
  check_broken(Fault::missing, 1);
}

TEST_CASE_METHOD(Log, "an end that is cut off is missed") {
  add_ten();
  tamper("DELETE FROM events WHERE id >= 9");
  check_broken(Fault::cut, 8);
}

TEST_CASE_METHOD(Log, "an end that is cut off with its record shows against a head noted elsewhere") {
  add_ten();
  auto noted = head();
  auto eighth = all()[7];
  tamper("DELETE FROM events WHERE id >= 9; UPDATE event_chain SET last_id = 8, last_hash = '" + eighth.hash + "', last_at = '" + eighth.at + "'");
  CHECK(verify().sound());
  CHECK(verify(noted).fault == Fault::cut);
  CHECK(verify(noted).id == 8);
}

TEST_CASE_METHOD(Log, "a chain computed anew shows against a head noted elsewhere") {
  add_ten();
  auto noted = head();
  auto rows = all();
  rows[2].detail = "never happened";
  std::string previous = rows[1].hash, sql;
  for (size_t i = 2; i < rows.size(); ++i) {
    rows[i].content = store::content_hash(rows[i]);
    previous = rows[i].hash = store::link_hash(rows[i], previous);
    sql += "UPDATE events SET detail = '" + rows[i].detail + "', content = '" + rows[i].content + "', hash = '" + rows[i].hash + "' WHERE id = " + std::to_string(rows[i].id) + ";";
  }
  tamper(sql + "UPDATE event_chain SET last_hash = '" + previous + "'");
  CHECK(verify().sound());
  CHECK(verify(noted).fault == Fault::elsewhere);
  CHECK(verify(noted).id == 10);
  CHECK(verify(store::Head{2, rows[1].hash, ""}).sound());
}

TEST_CASE_METHOD(Log, "a row put in is named") {
  add_ten();
  tamper("UPDATE events SET id = -id - 1 WHERE id >= 5; UPDATE events SET id = -id WHERE id < 0;"
         "INSERT INTO events SELECT 5, at, action, 1, '', 'mallory', '', 'x', '', '', '', salt, content, hash FROM events WHERE id = 4;"
         "UPDATE event_chain SET last_id = 11");
  check_broken(Fault::inserted, 5);
}

TEST_CASE_METHOD(Log, "a row put in with hashes of its own is named") {
  add_ten();
  auto row = all()[3];
  std::string previous = row.hash;
  row.id = 5, row.subject = "made up";
  row.content = store::content_hash(row);
  row.hash = store::link_hash(row, previous);
  tamper("UPDATE events SET id = -id - 1 WHERE id >= 5; UPDATE events SET id = -id WHERE id < 0;"
         "INSERT INTO events SELECT 5, at, action, 1, clock, actor, address, 'made up', detail, before, after, salt, '" + row.content + "', '" + row.hash + "' FROM events WHERE id = 4;"
         "UPDATE event_chain SET last_id = 11");
  check_broken(Fault::inserted, 5);
}

TEST_CASE_METHOD(Log, "a row put in behind the end is named") {
  add_ten();
  tamper("INSERT INTO events SELECT 11, at, action, 1, '', '', '', '', '', '', '', '', content, hash FROM events WHERE id = 10");
  check_broken(Fault::inserted, 11);
}

TEST_CASE_METHOD(Log, "rows that changed places are named") {
  for (auto [one, other] : {std::pair(4, 5), std::pair(3, 8)}) {
    INFO(one << " " << other);
    Log log;
    log.add_ten();
    std::string a = std::to_string(one), b = std::to_string(other);
    log.tamper("UPDATE events SET id = -1 WHERE id = " + a + "; UPDATE events SET id = " + a + " WHERE id = " + b + "; UPDATE events SET id = " + b + " WHERE id = -1");
    log.check_broken(Fault::reordered, one);
  }
}

TEST_CASE_METHOD(Log, "time does not go back when the clock does") {
  add({"note", "one"}, day(10));
  add({"note", "two"}, "2026-01-10T23:59:58.000Z");  // two seconds: no more than a queue's delay
  add({"note", "three"}, day(3));
  add({"note", "four"}, day(11));
  auto rows = all();
  CHECK(rows[1].at == day(10));
  CHECK(rows[1].clock == "");
  CHECK(rows[2].at == day(10));
  CHECK(rows[2].clock == day(3));
  CHECK(rows[3].at == day(11));
  CHECK(rows[3].clock == "");
  CHECK(verify().sound());
}

TEST_CASE_METHOD(Log, "what is removed by rule leaves a chain that is verified") {
  add_ten();
  CHECK(retain({"search*=5"}, day(11)) == 3);  // 1, 3, 5: older than day 6
  auto rows = all();
  // The first went altogether: nothing stood before it.
  REQUIRE(rows.size() == 10);
  CHECK(rows.front().id == 2);
  CHECK_FALSE(rows[1].kept);
  CHECK(rows[1].id == 3);
  for (const std::string* field : {&rows[1].actor, &rows[1].subject, &rows[1].detail, &rows[1].before, &rows[1].after, &rows[1].salt}) CHECK(field->empty());
  CHECK(rows[5].kept);  // 7: of day 7
  CHECK(rows.back().action == "events.retain");
  CHECK(rows.back().detail == "search*<" + day(6) + "=3");
  auto verdict = verify();
  INFO(verdict.said());
  CHECK(verdict.sound());
  CHECK(verdict.removed == 2);
  CHECK(verdict.first == 2);
  store::EventFilter kept;
  CHECK(this->rows(kept).size() == 8);
  CHECK(retain({"search*=5"}, day(11)) == 0);  // and tells nothing
  CHECK(all().size() == 10);
  // Later, by another rule, all but the accounts of removal; then these too.
  CHECK(retain({"search*=5", "*=20"}, day(40)) == 7);
  CHECK(verify().sound());
  CHECK(retain({"*=20"}, day(100)) == 0);
  CHECK(verify().sound());
  CHECK(all().front().action == "events.retain");
  CHECK(all().size() == 1);
  add({"note", "goes on"}, day(101));
  CHECK(verify().sound());
  CHECK(verify().end.id == head().id);
}

TEST_CASE_METHOD(Log, "much is removed in steps, and what was begun is gone on with") {
  constexpr size_t many = 2 * store::retained_at_a_time + 100;
  database.write([&](SQLite::Database& db) {
    for (size_t i = 0; i < many; ++i) store::append(db, {i % 2 ? "search" : "note", "", ""}, day(1));
  });
  store::EventFilter told;
  told.actions = {"events.retain"};
  auto rules = store::parse_rules(std::vector<std::string>{"search*=5", "note=5"});
  // The clock is asked at the beginning and in each step; told to end there, it does after that step.
  auto stopped_at = [&](int time) {
    std::atomic<bool> stop{false};
    int asked = 0;
    auto clock = [&] {
      if (++asked == time) stop = true;
      return day(11);
    };
    return store::retain(database, rules, clock, stop);
  };
  CHECK(stopped_at(1) == 0);
  CHECK(rows(told).empty());
  CHECK(stopped_at(2) == store::retained_at_a_time);
  CHECK(rows(told).size() == 1);
  CHECK(retain({"search*=5", "note=5"}, day(11)) == many - store::retained_at_a_time);
  CHECK(rows(told).size() == 3);
  CHECK(rows(told).front().detail == "search*<" + day(6) + "=2500 note<" + day(6) + "=2500");
  CHECK(verify().sound());
  CHECK(all().size() == 3);
  for (const auto& row : all()) CHECK(row.clock.empty());
}

TEST_CASE_METHOD(Log, "whoever waits to write comes in between two steps of a removal") {
  database.write([&](SQLite::Database& db) {
    for (size_t i = 0; i < 3 * store::retained_at_a_time; ++i) store::append(db, {"search", "", ""}, day(1));
    store::append(db, {"note", "stays", ""}, day(1));
  });
  auto rules = store::parse_rules(std::vector<std::string>{"search*=5"});
  std::jthread other;
  int asked = 0;
  auto clock = [&] {
    if (++asked == 2) {  // in the first step
      other = std::jthread([&] { add({"note", "came in", ""}, day(11)); });
      while (database.waiting_writers() == 0) std::this_thread::yield();
    }
    return day(11);
  };
  CHECK(store::retain(database, rules, clock, std::atomic<bool>(false)) == 3 * store::retained_at_a_time);
  other.join();
  std::vector<std::string> order;
  store::EventFilter kept;
  for (const auto& row : rows(kept)) order.push_back(row.action == "note" ? row.subject : row.action);
  CHECK(order == std::vector<std::string>{"stays", "events.retain", "came in", "events.retain", "events.retain"});
}

TEST_CASE_METHOD(Log, "a removal that had to wait does not look as if the clock had been set back") {
  add({"search", "old", ""}, day(1));
  add({"note", "new", ""}, day(11));
  auto rules = store::parse_rules(std::vector<std::string>{"search*=5"});
  int asked = 0;
  auto clock = [&] {
    if (++asked > 1) return day(12);
    add({"note", "written before its first step", ""}, day(12));
    return day(11);
  };
  CHECK(store::retain(database, rules, clock, std::atomic<bool>(false)) == 1);
  CHECK(all().back().action == "events.retain");
  CHECK(all().back().at == day(12));
  CHECK(all().back().clock.empty());
}

TEST_CASE_METHOD(Log, "a clock that was set forward is seen, across restarts, until the log has gone on for a week") {
  auto leaps = [&](int today) { return database.read([&](SQLite::Database& db) { return store::leapt(db, day(today)); }); };
  CHECK_FALSE(leaps(1));
  add_ten();
  CHECK_FALSE(leaps(10));
  CHECK_FALSE(leaps(17));
  CHECK(leaps(1800));  // nothing was written yet
  for (int i = 0; i <= 7; ++i) {
    INFO(i);
    add({"service.start", "", ""}, day(1800 + i));
    add({"events.verify", "", ""}, day(1800 + i));
    CHECK(leaps(1800 + i));
  }
  CHECK_FALSE(leaps(11));  // set right again
  add({"events.verify", "", ""}, day(1808));
  CHECK_FALSE(leaps(1808));
}

TEST_CASE_METHOD(Log, "a noted head that was removed since is no break") {
  add_ten();
  store::Head noted{1, all()[0].hash, ""};
  CHECK(verify(noted).sound());
  retain({"*=1"}, day(30));
  CHECK(verify(noted).sound());
  CHECK(verify(noted).noted_is_gone);
}

TEST_CASE_METHOD(Log, "what was removed without a rule is a break") {
  add_ten();
  std::string blank = "UPDATE events SET kept = 0, clock = '', actor = '', address = '', subject = '', detail = '', before = '', after = '', salt = '' WHERE id = ";
  SECTION("without any") {
    tamper(blank + "5");
    check_broken(Fault::unfounded, 5);
  }
  SECTION("of another action") {
    retain({"search*=5"}, day(11));
    tamper(blank + "4");
    check_broken(Fault::unfounded, 4);
  }
  SECTION("younger than the rule") {
    retain({"search*=5"}, day(11));
    tamper(blank + "7");
    check_broken(Fault::unfounded, 7);
  }
  SECTION("by a later rule where an earlier one counts") {
    retain({"search*=5", "*=1"}, day(11));
    tamper(blank + "9");
    check_broken(Fault::unfounded, 9);
  }
  SECTION("half of it") {
    retain({"search*=5"}, day(11));
    tamper("UPDATE events SET subject = 'x' WHERE id = 3");
    check_broken(Fault::changed, 3);
  }
  SECTION("the beginning, with a checkpoint set") {
    tamper("DELETE FROM events WHERE id <= 4; UPDATE event_chain SET checkpoint_id = 4, checkpoint_hash = '" + all()[3].hash + "'");
    check_broken(Fault::checkpoint, 4);
  }
  SECTION("more of the beginning than was told") {
    retain({"search*=5"}, day(11));
    tamper("UPDATE event_chain SET checkpoint_id = 2, checkpoint_hash = (SELECT hash FROM events WHERE id = 2); DELETE FROM events WHERE id = 2");
    check_broken(Fault::checkpoint, 2);
  }
}

TEST_CASE_METHOD(Log, "the mark of retention does not outlive its transaction") {
  add_ten();
  retain({"search*=5"}, day(11));
  CHECK_THROWS_AS(database.write([](SQLite::Database& db) { db.exec("DELETE FROM events WHERE id = 2"); }), Error);
  CHECK_THROWS_AS(database.write([](SQLite::Database& db) { db.exec("UPDATE events SET kept = 0, detail = '' WHERE id = 2"); }), Error);
}

TEST_CASE("rules of retention are read, and a fault is named") {
  std::vector<std::string> good = {"search*=90", " read.* = 365 ", "*=3650"};
  auto rules = store::parse_rules(good);
  REQUIRE(rules.size() == 3);
  CHECK(rules[1].actions == "read.*");
  CHECK(rules[1].days == 365);
  for (const char* bad : {"", "search", "search=", "=90", "search=0", "search=-1", "search=1x", "search=36501", "se arch=90", "検索=90", "*s=90", "search=99999999999999999999"}) {
    INFO(bad);
    std::vector<std::string> one = {bad};
    CHECK_THROWS_AS(store::parse_rules(one), Error);
  }
  CHECK_THROWS_AS(store::parse_rules(std::vector<std::string>(21, "a=1")), Error);
}

TEST_CASE_METHOD(Log, "fields are cut and cleaned") {
  store::Acting acting({std::string(300, 'a'), "192.0.2.1"});
  std::string bad = std::string("一\n二\x1b[31m三\0四", 19) + "\xff\xe2\x80\xae五";
  std::string expected;
  for (int i = 0; i < 665; ++i) expected += "あ";
  std::string longer;
  for (int i = 0; i < 2000; ++i) longer += "あ";
  add({"note", bad, longer, "x", longer}, day(1));
  auto row = all().front();
  CHECK(row.actor.size() == store::longest_actor);
  CHECK(row.actor.ends_with("…"));
  CHECK(row.subject == "一 二 [31m三 四\uFFFD 五");
  CHECK(row.detail == expected + "…");
  CHECK(row.after.size() <= store::longest_change);
  CHECK(verify().sound());
}

TEST_CASE_METHOD(Log, "events are found by day, actor, action and subject") {
  {
    store::Acting acting({"sato", "192.0.2.1"});
    add({"document.correct", "kijun"}, day(1));
  }
  add({"document.add", "kijun%2"}, day(2));
  add({"search", "", "端末"}, day(3));
  struct Row {
    store::EventFilter filter;
    std::vector<int64_t> ids;
  };
  std::vector<Row> table(9);
  table[0].ids = {1, 2, 3};
  table[1].filter.from = day(2), table[1].ids = {2, 3};
  table[2].filter.to = day(2), table[2].ids = {1};
  table[3].filter.from = day(9);
  table[4].filter.actor = "sato", table[4].ids = {1};
  table[5].filter.actions = {"document.*"}, table[5].ids = {1, 2};
  table[6].filter.actions = {"search", "document.add"}, table[6].ids = {2, 3};
  table[7].filter.subject = "kijun%", table[7].ids = {2};
  table[8].filter.actions = {"%'"};
  for (const auto& [filter, ids] : table) {
    std::vector<int64_t> found;
    for (const auto& row : rows(filter)) found.push_back(row.id);
    CHECK(found == ids);
  }
  CHECK(rows({}, store::EventOrder::newest_first).front().id == 3);
}

TEST_CASE("two processes append to one chain") {
  TemporaryFolder folder;
  { Database made(folder / "a.db"); }
  auto work = [&](const std::string& name) {
    Database database(folder / "a.db");
    store::Acting acting({name});
    for (int i = 0; i < 60; ++i) database.write([&](SQLite::Database& db) { store::append(db, {"note", std::to_string(i)}); });
  };
  pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    try {
      work("child");
    } catch (...) {
      ::_exit(1);
    }
    ::_exit(0);
  }
  work("parent");
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(status == 0);
  Database database(folder / "a.db");
  auto verdict = database.read([](SQLite::Database& db) { return store::verify(db, [](uint64_t, uint64_t) {}); });
  INFO(verdict.said());
  CHECK(verdict.sound());
  CHECK(verdict.events == 120);
}

TEST_CASE("a head is noted and read") {
  auto head = store::parse_head("12:" + std::string(64, 'a'));
  REQUIRE(head);
  CHECK(head->id == 12);
  CHECK(head->written() == "12:" + std::string(64, 'a'));
  for (const std::string& bad : {std::string(), std::string("12"), std::string("x:") + std::string(64, 'a'), "12:" + std::string(63, 'a'), "12:" + std::string(64, 'A'), "-1:" + std::string(64, 'a'), "12 " + std::string(64, 'a')}) {
    INFO(bad);
    CHECK_FALSE(store::parse_head(bad));
  }
}
