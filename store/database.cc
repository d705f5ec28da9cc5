#include "store/database.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <charconv>
#include <string_view>

#include "text/error.h"

namespace shirube {
extern const std::vector<std::pair<std::string_view, std::string_view>> migrations;
}

namespace shirube::store {

namespace {

constexpr int busy_timeout_ms = 10'000;
constexpr size_t most_idle_readers = 16;

/// SQLite's result codes, as a user meets them.
Error translate(const SQLite::Exception& e) {
  switch (e.getErrorCode()) {
    case SQLITE_BUSY: case SQLITE_LOCKED:
      return {ErrorKind::unavailable, "データベースが他の処理で使われています。", "しばらく待って、もう一度実行してください。"};
    case SQLITE_FULL:
      return {ErrorKind::unavailable, "ディスクの空き容量が足りません。", "空きを作ってから、もう一度実行してください。"};
    case SQLITE_READONLY: case SQLITE_PERM: case SQLITE_CANTOPEN:
      return {ErrorKind::unavailable, fmt::format("データベースに書き込めません（{}）。", e.what()), "データフォルダの場所と権限を確認してください。"};
    case SQLITE_CORRUPT: case SQLITE_NOTADB:
      return {ErrorKind::internal, fmt::format("データベースが壊れています（{}）。", e.what()), "バックアップから復元してください。"};
    case SQLITE_CONSTRAINT:
      return {ErrorKind::conflict, fmt::format("登録済みの内容と矛盾します（{}）。", e.what()), "内容を確認してください。"};
    default:
      return {ErrorKind::internal, fmt::format("データベースの処理に失敗しました（{}）。", e.what()), "続く場合は shirube check を実行してください。"};
  }
}

int migration_number(std::string_view name) {
  int number = 0;
  std::from_chars(name.data(), name.data() + name.size(), number);
  return number;
}

}  // namespace

Database::Database(std::filesystem::path path, Open open) : path_(std::move(path)) {
  if (open == Open::existing && !std::filesystem::exists(path_)) {
    throw Error(ErrorKind::missing, "データがありません: " + path_.string(), "--data の指定を確認するか、先に shirube ingest で資料を取り込んでください。");
  }
  try {
    writer_ = connect(SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    writer_->exec("PRAGMA journal_mode = WAL");
    writer_->exec("PRAGMA synchronous = FULL");
    migrate();
  } catch (const SQLite::Exception& e) {
    throw translate(e);
  }
}

Database::~Database() = default;

std::unique_ptr<SQLite::Database> Database::connect(int flags) const {
  // The busy timeout must stand before the first statement that may find the file locked.
  auto connection = std::make_unique<SQLite::Database>(path_.string(), flags, busy_timeout_ms);
  connection->exec("PRAGMA foreign_keys = ON");
  connection->exec("PRAGMA cache_size = -32768");
  return connection;
}

int Database::newest_version() { return migration_number(migrations.back().first); }

void Database::migrate() {
  int version = writer_->execAndGet("PRAGMA user_version").getInt();
  if (version > newest_version()) {
    throw Error(ErrorKind::conflict, fmt::format("このデータは新しい版のしるべで作られています（形式 {}、この版は {} まで）。", version, newest_version()),
                "新しい版のしるべで開いてください。");
  }
  for (const auto& [name, sql] : migrations) {
    int number = migration_number(name);
    if (number <= version) continue;
    SQLite::Transaction transaction(*writer_, SQLite::TransactionBehavior::IMMEDIATE);
    // Another process may have got here first.
    if (writer_->execAndGet("PRAGMA user_version").getInt() < number) {
      writer_->exec(std::string(sql));
      writer_->exec(fmt::format("PRAGMA user_version = {}", number));
    }
    transaction.commit();
  }
}

void Database::run_read(const Body& body) const {
  std::unique_ptr<SQLite::Database> connection;
  {
    std::lock_guard lock(readers_mutex_);
    if (!idle_readers_.empty()) {
      connection = std::move(idle_readers_.back());
      idle_readers_.pop_back();
    }
  }
  try {
    if (!connection) connection = connect(SQLite::OPEN_READONLY);
    SQLite::Transaction snapshot(*connection);
    body(*connection);
  } catch (const SQLite::Exception& e) {
    throw translate(e);
  }
  std::lock_guard lock(readers_mutex_);
  if (idle_readers_.size() < most_idle_readers) idle_readers_.push_back(std::move(connection));
}

void Database::run_write(const Body& body) {
  std::lock_guard lock(writer_mutex_);
  try {
    SQLite::Transaction transaction(*writer_, SQLite::TransactionBehavior::IMMEDIATE);
    body(*writer_);
    transaction.commit();
  } catch (const SQLite::Exception& e) {
    throw translate(e);
  }
}

}  // namespace shirube::store
