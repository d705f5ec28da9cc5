#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "store/turns.h"

namespace shirube::store {

/// The SQLite file that is the truth: one writer, any number of snapshot readers. Threads write in the order in which they came. Safe to share
/// between threads and, because every connection waits for locks and the journal is a WAL, between
/// processes. SQLite's exceptions leave as Error.
class Database {
 public:
  enum class Open {
    or_create,  ///< make the file and bring it to the newest schema
    existing,   ///< fail with Error{missing} when there is none
  };

  /// What brings data from each format to the next, in order: a name that begins with the format's number, and SQL.
  using Migrations = std::vector<std::pair<std::string_view, std::string_view>>;
  static const Migrations& own_migrations();

  /// Opens `path` and runs the migrations it lacks: all of them or, when one fails, none, so that the data stay as they
  /// were and Error{conflict} says why. Before existing data are changed they are copied to before-migration-N.db
  /// beside it, N being the format they had; the last three such copies are kept. Throws Error{conflict} too when the
  /// file was written by a newer version of the program. An existing database on a disk that is read-only is read
  /// as it is; then writing is Error{unavailable}.
  explicit Database(std::filesystem::path path, Open open = Open::or_create, const Migrations& migrations = own_migrations());
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

  /// Whether anything can be changed, as far as is known from its opening.
  bool writable() const { return writer_ != nullptr; }

  /// So many threads of this process wait to write.
  size_t waiting_writers() const { return writing_.waiting(); }

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
  void open_writer(const Migrations& migrations);
  void open_as_it_is(const Migrations& migrations);
  void migrate(const Migrations& migrations);
  void keep_earlier(int version);
  std::unique_ptr<SQLite::Database> connect(int flags) const;

  std::filesystem::path path_;
  bool frozen_ = false;  ///< nobody writes to the file, and no log stands beside it
  std::unique_ptr<SQLite::Database> writer_;
  Turns writing_;
  mutable std::mutex readers_mutex_;
  mutable std::vector<std::unique_ptr<SQLite::Database>> idle_readers_;
};

}  // namespace shirube::store
