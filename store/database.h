#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <type_traits>
#include <vector>

namespace shirube::store {

/// The SQLite file that is the truth: one writer, any number of snapshot readers. Safe to share
/// between threads and, because every connection waits for locks and the journal is a WAL, between
/// processes. SQLite's exceptions leave as Error.
class Database {
 public:
  enum class Open {
    or_create,  ///< make the file and bring it to the newest schema
    existing,   ///< fail with Error{missing} when there is none
  };

  /// Opens `path` and runs the migrations it lacks, each in its own transaction. Throws
  /// Error{conflict} when the file was written by a newer version of the program.
  explicit Database(std::filesystem::path path, Open open = Open::or_create);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Runs `work(SQLite::Database&)` on a read-only connection within one snapshot and returns its
  /// result.
  template <typename Work>
  auto read(Work&& work) const {
    return run(work, [this](const Body& body) { run_read(body); });
  }

  /// Runs `work(SQLite::Database&)` in a write transaction, which is committed when `work` returns
  /// and rolled back when it throws. When this returns, the change is on disk.
  template <typename Work>
  auto write(Work&& work) {
    return run(work, [this](const Body& body) { run_write(body); });
  }

  /// Number of the newest migration.
  static int newest_version();

 private:
  using Body = std::function<void(SQLite::Database&)>;

  template <typename Work, typename Runner>
  static auto run(Work& work, Runner runner) {
    using Result = std::invoke_result_t<Work&, SQLite::Database&>;
    if constexpr (std::is_void_v<Result>) {
      runner([&](SQLite::Database& db) { work(db); });
    } else {
      std::unique_ptr<Result> result;
      runner([&](SQLite::Database& db) { result = std::make_unique<Result>(work(db)); });
      return std::move(*result);
    }
  }

  void run_read(const Body& body) const;
  void run_write(const Body& body);
  void migrate();
  std::unique_ptr<SQLite::Database> connect(int flags) const;

  std::filesystem::path path_;
  std::unique_ptr<SQLite::Database> writer_;
  std::mutex writer_mutex_;
  mutable std::mutex readers_mutex_;
  mutable std::vector<std::unique_ptr<SQLite::Database>> idle_readers_;
};

}  // namespace shirube::store
