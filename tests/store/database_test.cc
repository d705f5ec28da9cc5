#include "store/database.h"

#include <catch2/catch.hpp>
#include <fstream>
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

namespace {

const Database::Migrations first_two = {{"0001_a.sql", "CREATE TABLE a (x); INSERT INTO a VALUES (1);"}, {"0002_b.sql", "CREATE TABLE b (x);"}};

Database::Migrations with(Database::Migrations more) {
  more.insert(more.begin(), first_two.begin(), first_two.end());
  return more;
}

int version(const std::filesystem::path& file) { return SQLite::Database(file.string()).execAndGet("PRAGMA user_version").getInt(); }

bool has_table(const std::filesystem::path& file, const std::string& name) { return SQLite::Database(file.string()).tableExists(name); }

}  // namespace

TEST_CASE("before data are changed by migrations they are copied, and the last three copies stay") {
  TemporaryFolder folder;
  auto file = folder / "a.db";
  { Database database(file, Database::Open::or_create, first_two); }
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);  // new data have no past
  Database::Migrations more;
  std::vector<std::string> names;
  for (int number = 3; number <= 7; ++number) names.push_back("000" + std::to_string(number) + "_c.sql");
  for (const auto& name : names) {
    more.emplace_back(name, "INSERT INTO a VALUES (2);");
    Database database(file, Database::Open::existing, with(more));
    CHECK(database.read([](SQLite::Database& db) { return db.execAndGet("SELECT count(*) FROM a").getInt(); }) == 1 + static_cast<int>(more.size()));
  }
  for (int number : {2, 3}) CHECK_FALSE(std::filesystem::exists(folder / ("before-migration-" + std::to_string(number) + ".db")));
  for (int number : {4, 5, 6}) {
    INFO(number);
    auto copy = folder / ("before-migration-" + std::to_string(number) + ".db");
    CHECK(version(copy) == number);
    CHECK(SQLite::Database(copy.string()).execAndGet("SELECT count(*) FROM a").getInt() == number - 1);
    CHECK(SQLite::Database(copy.string()).execAndGet("PRAGMA integrity_check").getString() == "ok");
  }
  { Database database(file, Database::Open::existing, with(more)); }  // nothing to do, nothing copied
  CHECK_FALSE(std::filesystem::exists(folder / "before-migration-7.db"));
}

TEST_CASE("a migration that fails leaves everything as it was, and says why") {
  TemporaryFolder folder;
  auto file = folder / "a.db";
  { Database database(file, Database::Open::or_create, first_two); }
  auto bad = with({{"0003_good.sql", "CREATE TABLE c (x); DELETE FROM a;"}, {"0004_bad.sql", "CREATE TABLE d (x); INSERT INTO nowhere VALUES (1);"}});
  for (int attempt = 0; attempt < 2; ++attempt) {
    try {
      Database database(file, Database::Open::existing, bad);
      FAIL("no error");
    } catch (const Error& e) {
      CHECK(e.kind() == ErrorKind::conflict);
      CHECK_THAT(e.message(), Catch::Contains("0004_bad.sql") && Catch::Contains("nowhere") && Catch::Contains("元のままです"));
      CHECK_FALSE(e.hint().empty());
    }
    CHECK(version(file) == 2);
    CHECK_FALSE(has_table(file, "c"));
    CHECK_FALSE(has_table(file, "d"));
    CHECK(SQLite::Database(file.string()).execAndGet("SELECT count(*) FROM a").getInt() == 1);
    CHECK(version(folder / "before-migration-2.db") == 2);
  }
  Database before(file, Database::Open::existing, first_two);  // the version before goes on
  before.write([](SQLite::Database& db) { db.exec("INSERT INTO a VALUES (3)"); });
}

TEST_CASE("data of an old version are brought to this one") {
  TemporaryFolder folder;
  Database::Migrations old(Database::own_migrations().begin(), Database::own_migrations().begin() + 1);
  {
    Database database(folder / "a.db", Database::Open::or_create, old);
    database.write([](SQLite::Database& db) { db.exec("INSERT INTO documents (slug, title, kind, audience) VALUES ('d', '題', 'other', 'public')"); });
  }
  Database database(folder / "a.db");
  CHECK(database.read([](SQLite::Database& db) { return db.execAndGet("SELECT title FROM documents").getString(); }) == "題");
  CHECK(version(folder / "before-migration-1.db") == 1);
}

TEST_CASE("a database that is no more is told from one that is busy") {
  TemporaryFolder folder;
  {
    Database database(folder / "a.db");
    for (int i = 0; i < 2000; ++i) add_event(database, std::string(100, 'x'));
  }
  auto size = std::filesystem::file_size(folder / "a.db");
  {
    std::fstream file(folder / "a.db", std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(size / 2 / 4096 * 4096));
    file << std::string(3 * 4096, '\x55');
  }
  try {
    Database database(folder / "a.db");
    database.read([](SQLite::Database& db) { return db.execAndGet("SELECT sum(length(subject)) FROM events").getInt64(); });
    FAIL("no error");
  } catch (const Error& e) {
    CHECK(e.kind() == ErrorKind::internal);
    CHECK_THAT(e.message(), Catch::Contains("データベースが壊れています"));
    CHECK_THAT(e.hint(), Catch::Contains("shirube restore"));
  }
  std::ofstream(folder / "a.db", std::ios::binary) << std::string(8192, 'x');
  CHECK_THROWS_WITH(Database(folder / "a.db"), Catch::Contains("データベースが壊れています"));
}
