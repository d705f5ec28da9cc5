#include "store/event_queue.h"

#include <catch2/catch.hpp>

#include <thread>

#include "store/database.h"
#include "store/event_chain.h"
#include "tests/temporary_folder.h"
#include "text/error.h"

using namespace shirube;

namespace {

int64_t count(store::Database& database) {
  return database.read([](SQLite::Database& db) { return db.execAndGet("SELECT count(*) FROM events").getInt64(); });
}

}  // namespace

TEST_CASE("what is pushed is written: soon, on a flush, and at the end") {
  TemporaryFolder folder;
  store::Database database(folder / "a.db");
  {
    store::EventQueue queue(database, [](std::string_view) {});
    {
      store::Acting acting({"sato", "192.0.2.1"});
      queue.push({"read.edition", "a/1"});
    }
    queue.flush();
    CHECK(count(database) == 1);
    queue.push({"read.edition", "a/2"});
    for (int i = 0; i < 600 && count(database) < 2; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(100));
    CHECK(count(database) == 2);
    queue.push({"read.edition", "a/3"});
  }
  CHECK(count(database) == 3);
  CHECK(database.read([](SQLite::Database& db) { return db.execAndGet("SELECT actor || address FROM events WHERE subject = 'a/1'").getString(); }) == "sato192.0.2.1");
  CHECK(database.read([](SQLite::Database& db) { return store::verify(db, [](uint64_t, uint64_t) {}); }).sound());
}

TEST_CASE("threads push at once and nothing is lost") {
  TemporaryFolder folder;
  store::Database database(folder / "a.db");
  {
    store::EventQueue queue(database, [](std::string_view) {});
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 1000; ++i) queue.push({"search", "", "端末"});
      });
    }
  }
  CHECK(count(database) == 4000);
  CHECK(database.read([](SQLite::Database& db) { return store::verify(db, [](uint64_t, uint64_t) {}); }).sound());
}

TEST_CASE("what cannot be written is told, kept, and written when it can be") {
  TemporaryFolder folder;
  store::Database database(folder / "a.db");
  database.write([](SQLite::Database& db) { db.exec("CREATE TRIGGER no BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'no'); END"); });
  std::mutex mutex;
  int told = 0;
  {
    store::EventQueue queue(database, [&](std::string_view) {
      std::lock_guard lock(mutex);
      ++told;
    });
    queue.push({"read.edition", "a/1"});
    CHECK_THROWS_AS(queue.flush(), Error);
    for (size_t i = 1; i < store::EventQueue::most_waiting; ++i) queue.push({"search", ""});
    for (int i = 0; i < 3; ++i) CHECK_THROWS_AS(queue.push({"read.edition", "a/2"}), Error);  // nobody reads on unrecorded
    database.write([](SQLite::Database& db) { db.exec("DROP TRIGGER no"); });
    queue.flush();
    CHECK(count(database) == static_cast<int64_t>(store::EventQueue::most_waiting));  // and what was not read is not told
  }
}
