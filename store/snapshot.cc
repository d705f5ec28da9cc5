#include "store/snapshot.h"

#include <SQLiteCpp/Backup.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>

#include "store/durable.h"
#include "store/sqlite_error.h"
#include "text/error.h"

namespace shirube::store {

namespace fs = std::filesystem;

namespace {

constexpr const char* unwritten = "データベースの写しを書けません";
constexpr int pages_a_step = 1024;

void copy_pages(SQLite::Database& from, const fs::path& to, const Progress& progress, const std::atomic<bool>& stop) {
  SQLite::Database copy(to.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  // A transaction that has read holds its snapshot: what others write meanwhile does not begin the copy anew.
  from.execAndGet("SELECT count(*) FROM sqlite_schema");
  {
    SQLite::Backup backup(copy, from);
    while (backup.executeStep(pages_a_step) != SQLITE_DONE) {
      if (stop) throw Error(ErrorKind::unavailable, "中断しました。", "もう一度実行してください。");
      auto all = static_cast<uint64_t>(backup.getTotalPageCount());
      progress(all - static_cast<uint64_t>(backup.getRemainingPageCount()), all);
    }
  }
  // One file that can be read anywhere, without a log beside it.
  copy.exec("PRAGMA journal_mode = DELETE");
}

}  // namespace

void require_sound(SQLite::Database& db) {
  std::string state = db.execAndGet("PRAGMA quick_check(1)").getString();
  if (state != "ok") throw Error(ErrorKind::internal, fmt::format("データベースが壊れています（{}）。", state), broken_hint);
}

void copy_database(SQLite::Database& from, const fs::path& to, const Progress& progress, const std::atomic<bool>& stop) {
  fs::path unfinished = to.string() + ".unfinished";
  std::error_code ignored;
  fs::remove(unfinished, ignored);
  try {
    copy_pages(from, unfinished, progress, stop);
    sync_file(unfinished, unwritten);
    if (::rename(unfinished.c_str(), to.c_str()) != 0) fail(unwritten, to, errno);
  } catch (...) {
    for (const char* ending : {"", "-journal"}) fs::remove(unfinished.string() + ending, ignored);
    throw;
  }
  sync_folder(to.parent_path(), unwritten);
}

}  // namespace shirube::store
