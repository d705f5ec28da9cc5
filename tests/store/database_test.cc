#include "store/database.h"

#include <catch2/catch.hpp>
#include <thread>

#include "store/event_log.h"
#include "store/queue.h"
#include "tests/temporary_folder.h"
#include "text/error.h"

using namespace shirube;
using store::Database;

namespace {

void add_event(Database& database, const std::string& subject) {
  database.write([&](SQLite::Database& db) { store::append(db, {"note", subject, ""}); });
}

int events(const Database& database) {
  return database.read([](SQLite::Database& db) { return db.execAndGet("SELECT count(*) FROM events").getInt(); });
}

}  // namespace

TEST_CASE("a write is kept, a failed one leaves nothing") {
  TemporaryFolder folder;
  {
    Database database(folder / "a.db");
    add_event(database, "one");
    CHECK_THROWS_AS(database.write([](SQLite::Database& db) {
      store::append(db, {"note", "two", ""});
      throw std::runtime_error("no");
    }),
                    std::runtime_error);
    CHECK(events(database) == 1);
  }
  Database again(folder / "a.db", Database::Open::existing);
  CHECK(events(again) == 1);
}

TEST_CASE("a read sees one snapshot while others write") {
  TemporaryFolder folder;
  Database database(folder / "a.db");
  add_event(database, "one");
  database.read([&](SQLite::Database& db) {
    int before = db.execAndGet("SELECT count(*) FROM events").getInt();
    std::thread([&] { add_event(database, "two"); }).join();
    CHECK(db.execAndGet("SELECT count(*) FROM events").getInt() == before);
  });
  CHECK(events(database) == 2);
}

TEST_CASE("a reader cannot write and foreign keys hold") {
  TemporaryFolder folder;
  Database database(folder / "a.db");
  CHECK_THROWS_AS(database.read([](SQLite::Database& db) { store::append(db, {"note", "x", ""}); }), Error);
  try {
    database.write([](SQLite::Database& db) { store::enqueue(db, 42, store::Change::edition); });
    FAIL("no error");
  } catch (const Error& e) {
    CHECK(e.kind() == ErrorKind::conflict);
  }
}

TEST_CASE("data of a newer version is refused") {
  TemporaryFolder folder;
  {
    Database database(folder / "a.db");
    database.write([](SQLite::Database& db) { db.exec("PRAGMA user_version = 9999"); });
  }
  try {
    Database database(folder / "a.db");
    FAIL("no error");
  } catch (const Error& e) {
    CHECK(e.kind() == ErrorKind::conflict);
    CHECK_FALSE(e.hint().empty());
  }
}

TEST_CASE("no data is an error when it must be there") {
  TemporaryFolder folder;
  try {
    Database database(folder / "none.db", Database::Open::existing);
    FAIL("no error");
  } catch (const Error& e) {
    CHECK(e.kind() == ErrorKind::missing);
  }
  CHECK_FALSE(std::filesystem::exists(folder / "none.db"));
}

TEST_CASE("two processes' writers wait for each other") {
  TemporaryFolder folder;
  Database first(folder / "a.db"), second(folder / "a.db");
  auto work = [](Database& database) {
    for (int i = 0; i < 50; ++i) add_event(database, "x");
  };
  std::thread one([&] { work(first); }), two([&] { work(second); });
  one.join();
  two.join();
  CHECK(events(first) == 100);
}

TEST_CASE("the queue gives entries in order and forgets only what is done") {
  TemporaryFolder folder;
  Database database(folder / "a.db");
  database.write([](SQLite::Database& db) {
    db.exec("INSERT INTO documents (slug, title, kind, audience) VALUES ('d', '題', 'other', 'public')");
    db.exec("INSERT INTO editions (document_id, key, label, content_hash) VALUES (1, '1', '第1版', 'h')");
    for (int i = 0; i < 5; ++i) store::enqueue(db, 1, store::Change::edition);
  });
  auto some = database.read([](SQLite::Database& db) { return store::queued(db, 0, 3); });
  REQUIRE(some.size() == 3);
  CHECK(some[0].id < some[1].id);
  database.write([&](SQLite::Database& db) {
    store::enqueue(db, 1, store::Change::edition);  // queued again meanwhile
    store::dequeue(db, some);
  });
  CHECK(database.read(store::queue_length) == 3);
  auto rest = database.read([&](SQLite::Database& db) { return store::queued(db, some.back().id, 10); });
  CHECK(rest.size() == 3);
}

TEST_CASE("the queue tells corrections from the rest") {
  TemporaryFolder folder;
  Database database(folder / "a.db");
  database.write([](SQLite::Database& db) {
    db.exec("INSERT INTO documents (slug, title, kind, audience) VALUES ('d', '題', 'other', 'public')");
    db.exec("INSERT INTO editions (document_id, key, label, content_hash) VALUES (1, '1', '第1版', 'h')");
    for (auto change : {store::Change::edition, store::Change::facts, store::Change::edition}) store::enqueue(db, 1, change);
  });
  auto all = database.read([](SQLite::Database& db) { return store::queued(db, 0, 10); });
  REQUIRE(all.size() == 3);
  CHECK(all[0].change == store::Change::edition);
  CHECK(all[1].change == store::Change::facts);
  auto corrected = database.read([](SQLite::Database& db) { return store::corrected(db, 0, 10); });
  REQUIRE(corrected.size() == 1);
  CHECK(corrected[0].id == all[1].id);
}
