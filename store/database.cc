#include "store/database.h"

#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <string_view>

#include "store/snapshot.h"
#include "store/sqlite_error.h"
#include "text/error.h"

namespace shirube {
extern const std::vector<std::pair<std::string_view, std::string_view>> migrations;
}

namespace shirube::store {

namespace fs = std::filesystem;

namespace {

constexpr int busy_timeout_ms = 10'000;
constexpr size_t most_idle_readers = 16;
constexpr std::string_view copy_prefix = "before-migration-", copy_ending = ".db";
constexpr size_t most_copies = 3;

/// A file that does not change while it is open, for SQLite.
std::string uri_of(const fs::path& path) {
  std::string uri = "file:";
  for (unsigned char c : fs::absolute(path).string()) uri += std::isalnum(c) || c == '/' || c == '-' || c == '_' || c == '.' ? std::string(1, static_cast<char>(c)) : fmt::format("%{:02x}", c);
  return uri + "?immutable=1";
}

int migration_number(std::string_view name) {
  int number = 0;
  std::from_chars(name.data(), name.data() + name.size(), number);
  return number;
}

/// Copies of data from before a migration, the oldest first.
std::vector<fs::path> earlier_copies(const fs::path& folder) {
  std::vector<std::pair<int, fs::path>> found;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    std::string name = entry.path().filename().string();
    if (name.starts_with(copy_prefix) && name.ends_with(copy_ending)) found.emplace_back(migration_number(std::string_view(name).substr(copy_prefix.size())), entry.path());
  }
  std::ranges::sort(found);
  std::vector<fs::path> paths;
  for (auto& [_, path] : found) paths.push_back(std::move(path));
  return paths;
}

/// The safety copy of data that are about to be changed; older ones than the last three go.
void keep_copy(SQLite::Database& db, const fs::path& folder, int version) {
  copy_database(db, folder / fmt::format("{}{}{}", copy_prefix, version, copy_ending), [](uint64_t, uint64_t) {}, false);
  auto copies = earlier_copies(folder);
  std::error_code ignored;
  for (size_t i = 0; i + most_copies < copies.size(); ++i) fs::remove(copies[i], ignored);
}

int newest_of(const Database::Migrations& all) { return migration_number(all.back().first); }

void refuse_newer(int version, int newest) {
  if (version <= newest) return;
  throw Error(ErrorKind::conflict, fmt::format("このデータは新しい版のしるべで作られています（形式 {}、この版は {} まで）。", version, newest), "新しい版のしるべで開いてください。");
}

}  // namespace

Error translate(const SQLite::Exception& e) {
  switch (e.getErrorCode() & 0xff) {
    case SQLITE_BUSY: case SQLITE_LOCKED:
      return {ErrorKind::unavailable, "データベースが他の処理で使われています。", "しばらく待って、もう一度実行してください。"};
    case SQLITE_FULL:
      return {ErrorKind::unavailable, "ディスクの空き容量が足りません。", "空きを作ってから、もう一度実行してください。"};
    case SQLITE_IOERR:
      return {ErrorKind::unavailable, fmt::format("データベースを読み書きできません（{}）。", e.what()), "ディスクの空き容量と機器の状態を確認してください。"};
    case SQLITE_READONLY: case SQLITE_PERM: case SQLITE_CANTOPEN:
      return {ErrorKind::unavailable, fmt::format("データベースに書き込めません（{}）。", e.what()), "データフォルダの場所と権限を確認してください。"};
    case SQLITE_CORRUPT: case SQLITE_NOTADB:
      return {ErrorKind::internal, fmt::format("データベースが壊れています（{}）。", e.what()), broken_hint};
    case SQLITE_CONSTRAINT:
      return {ErrorKind::conflict, fmt::format("登録済みの内容と矛盾します（{}）。", e.what()), "内容を確認してください。"};
    default:
      return {ErrorKind::internal, fmt::format("データベースの処理に失敗しました（{}）。", e.what()), "続く場合は shirube check を実行してください。"};
  }
}

Database::Database(fs::path path, Open open, const Migrations& migrations) : path_(std::move(path)) {
  if (open == Open::existing && !fs::exists(path_)) {
    throw Error(ErrorKind::missing, "データがありません: " + path_.string(), "--data の指定を確認するか、先に shirube ingest で資料を取り込んでください。");
  }
  fs::path folder = path_.has_parent_path() ? path_.parent_path() : fs::path(".");
  bool may_write = ::access(folder.c_str(), W_OK) == 0 && (!fs::exists(path_) || ::access(path_.c_str(), W_OK) == 0);
  try {
    if (open == Open::existing && !may_write) open_as_it_is(migrations);
    else open_writer(migrations);
  } catch (const SQLite::Exception& e) {
    throw translate(e);
  }
}

Database::~Database() = default;

void Database::open_writer(const Migrations& migrations) {
  writer_ = connect(SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  writer_->exec("PRAGMA journal_mode = WAL");
  writer_->exec("PRAGMA synchronous = FULL");
  migrate(migrations);
}

void Database::open_as_it_is(const Migrations& migrations) {
  // Without a log SQLite need not, and here cannot, make the files by which readers and writers agree.
  std::error_code none;
  fs::path log = path_.string() + "-wal";
  // Only where nobody at all can write: another user's program may write where this one may not.
  struct statvfs volume {};
  bool read_only = ::statvfs(path_.c_str(), &volume) == 0 && (volume.f_flag & ST_RDONLY) != 0;
  frozen_ = read_only && (!fs::exists(log) || fs::file_size(log, none) == 0);
  auto reader = connect(SQLite::OPEN_READONLY);
  int version = reader->execAndGet("PRAGMA user_version").getInt();
  refuse_newer(version, newest_of(migrations));
  if (version == newest_of(migrations)) return;
  throw Error(ErrorKind::unavailable, "データフォルダに書き込めないため、前の版のデータを今の形式に改められません。", "データフォルダの権限と、ディスクが書込み可能かを確認してください。");
}

std::unique_ptr<SQLite::Database> Database::connect(int flags) const {
  // The busy timeout must stand before the first statement that may find the file locked.
  auto name = frozen_ ? uri_of(path_) : path_.string();
  auto connection = std::make_unique<SQLite::Database>(name, frozen_ ? flags | SQLite::OPEN_URI : flags, busy_timeout_ms);
  connection->exec("PRAGMA foreign_keys = ON");
  connection->exec("PRAGMA cache_size = -32768");
  return connection;
}

const Database::Migrations& Database::own_migrations() { return migrations; }
int Database::newest_version() { return newest_of(own_migrations()); }

void Database::migrate(const Migrations& all) {
  auto held = [&] { return writer_->execAndGet("PRAGMA user_version").getInt(); };
  int version = held();
  refuse_newer(version, newest_of(all));
  if (version == newest_of(all)) return;
  SQLite::Transaction transaction(*writer_, SQLite::TransactionBehavior::IMMEDIATE);
  // Another process may have got here first.
  version = held();
  refuse_newer(version, newest_of(all));
  if (version > 0 && version < newest_of(all)) keep_earlier(version);
  std::string_view at;
  try {
    for (const auto& [name, sql] : all) {
      at = name;
      if (migration_number(name) > version) writer_->exec(std::string(sql));
    }
    if (version < newest_of(all)) writer_->exec(fmt::format("PRAGMA user_version = {}", newest_of(all)));
    transaction.commit();
  } catch (const SQLite::Exception& e) {
    throw Error(ErrorKind::conflict, fmt::format("データを今の版の形式に改められません（{}: {}）。データは元のままです。", at, e.what()),
                "前の版のしるべに戻してお使いください。データフォルダの空き容量も確認してください。");
  }
}

/// In a transaction nobody else writes, and what stood before it is read by another connection.
void Database::keep_earlier(int version) {
  auto before = connect(SQLite::OPEN_READONLY);
  SQLite::Transaction snapshot(*before);
  keep_copy(*before, path_.has_parent_path() ? path_.parent_path() : fs::path("."), version);
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
  if (!writer_) throw Error(ErrorKind::unavailable, "データフォルダに書き込めないため、変更できません。", "データフォルダの権限と、ディスクが書込み可能かを確認してください。");
  std::lock_guard lock(writing_);
  try {
    SQLite::Transaction transaction(*writer_, SQLite::TransactionBehavior::IMMEDIATE);
    body(*writer_);
    transaction.commit();
  } catch (const SQLite::Exception& e) {
    throw translate(e);
  }
}

}  // namespace shirube::store
