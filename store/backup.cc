#include "store/backup.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <set>

#include "store/backup_archive.h"
#include "store/database.h"
#include "store/event_chain.h"
#include "store/files.h"
#include "store/sqlite_error.h"
#include "store/workplace.h"
#include "text/error.h"

namespace shirube::store {

namespace fs = std::filesystem;

namespace {

constexpr uint64_t largest_settings_file = 64 << 20;
constexpr const char* unfinished_folder = "restoring.unfinished";
constexpr const char* unrestored = "控えから戻せません";
constexpr size_t block = 1 << 20;

/// Hands on a file's bytes; fewer than were expected are what there is.
uint64_t read_bytes(const fs::path& path, const std::function<void(std::string_view)>& take) {
  Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) fail("ファイルを読めません", path, errno);
  std::string buffer(block, '\0');
  uint64_t all = 0;
  while (true) {
    ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail("ファイルを読めません", path, errno);
    if (got == 0) return all;
    all += static_cast<uint64_t>(got);
    take({buffer.data(), static_cast<size_t>(got)});
  }
}

BackupMember member_of(std::string name, const fs::path& path) {
  Hash hash;
  uint64_t size = read_bytes(path, [&](std::string_view bytes) { hash.add(bytes); });
  return {std::move(name), size, hash.value()};
}

/// What a database says of itself, once SQLite has looked through all of it. `bad` is thrown when it does not hold together.
struct Looked {
  int schema = 0;
  std::string now;
  std::vector<BackupMember> originals{};
  std::string events_head{};  ///< empty in formats of data before there was a chain
};

Looked look_through(const fs::path& file, const std::function<void(const std::string&)>& bad) {
  try {
    SQLite::Database db(file.string(), SQLite::OPEN_READONLY);
    db.exec("PRAGMA trusted_schema = OFF");
    std::string state = db.execAndGet("PRAGMA integrity_check(1)").getString();
    if (state != "ok") bad(state);
    Looked looked{db.execAndGet("PRAGMA user_version").getInt(), db.execAndGet("SELECT strftime('%Y-%m-%dT%H:%M:%SZ', 'now')").getString()};
    if (db.tableExists("event_chain")) looked.events_head = head(db).written();
    SQLite::Statement select(db, "SELECT sha256, size FROM files ORDER BY sha256");
    while (select.executeStep()) {
      std::string hash = select.getColumn(0).getString();
      looked.originals.push_back({original_name(hash), static_cast<uint64_t>(select.getColumn(1).getInt64()), hash});
    }
    return looked;
  } catch (const SQLite::Exception& e) {
    if (int code = e.getErrorCode() & 0xff; code != SQLITE_CORRUPT && code != SQLITE_NOTADB && code != SQLITE_ERROR) throw translate(e);
    bad(e.what());
    throw;
  }
}

[[noreturn]] void refuse_original(const std::string& hash, const char* what) {
  throw Error(ErrorKind::conflict, fmt::format("原本が{}ので、控えを作れません: {}", what, hash), "shirube check で確かめ、同じファイルをもう一度取り込むか、前の控えから戻してください。");
}

struct Packed {
  std::string name;
  std::string bytes;
};

std::vector<Packed> read_settings(const std::vector<SettingsFile>& settings) {
  std::vector<Packed> packed;
  for (const auto& one : settings) packed.push_back({std::string(settings_prefix) + one.name, read_file(one.path, largest_settings_file)});
  return packed;
}

void pack_original(BackupWriter& out, const Files& files, const BackupMember& member, const std::function<void(size_t)>& advance) {
  fs::path path = files.path_of(member.sha256);
  std::error_code error;
  uint64_t size = fs::file_size(path, error);
  if (error) refuse_original(member.sha256, "ない");
  if (size != member.size) refuse_original(member.sha256, "変わっている");
  Hash hash;
  out.begin(member.name, member.size);
  read_bytes(path, [&](std::string_view bytes) {
    hash.add(bytes);
    out.write(bytes);
    advance(bytes.size());
  });
  if (hash.value() != member.sha256) refuse_original(member.sha256, "変わっている");
}

}  // namespace

BackupSummary back_up(const BackupSource& source, const fs::path& archive, const Progress& progress, const std::atomic<bool>& stop) {
  std::error_code ignored;
  if (fs::exists(archive, ignored)) throw Error(ErrorKind::conflict, "その名前のファイルが既にあります: " + archive.string(), "別の名前を指定してください。");
  Workplace work(archive.has_parent_path() ? archive.parent_path() : fs::path("."));
  fs::path copy = work.path() / database_name;
  source.database.read([&](SQLite::Database& db) { copy_database(db, copy, [](uint64_t, uint64_t) {}, stop); });
  Looked looked = look_through(copy, [](const std::string& why) {
    throw Error(ErrorKind::conflict, fmt::format("データベースが壊れているので、控えを作れません（{}）。", why), "前の控えから、新しいデータフォルダへ shirube restore で戻してください。");
  });
  auto settings = read_settings(source.settings);
  BackupManifest manifest{source.program, looked.schema, looked.now, {member_of(std::string(database_name), copy)}, looked.events_head};
  manifest.members.insert(manifest.members.end(), looked.originals.begin(), looked.originals.end());
  for (const auto& one : settings) manifest.members.push_back({one.name, one.bytes.size(), sha256(one.bytes)});
  std::string json = write_manifest(manifest);
  read_manifest(json);  // what could not be restored is not to be written

  uint64_t done = 0, all = manifest.bytes();
  auto advance = [&](size_t bytes) {
    if (stop) throw Error(ErrorKind::unavailable, "中断しました。", "もう一度実行してください。");
    progress(done += bytes, all);
  };
  BackupWriter out(archive, work.path());
  out.begin(manifest_name, json.size());
  out.write(json);
  out.begin(database_name, manifest.members.front().size);
  read_bytes(copy, [&](std::string_view bytes) {
    out.write(bytes);
    advance(bytes.size());
  });
  for (const auto& member : looked.originals) pack_original(out, source.files, member, advance);
  for (const auto& one : settings) {
    out.begin(one.name, one.bytes.size());
    out.write(one.bytes);
  }
  out.finish();
  return manifest.summary();
}

namespace {

/// Writes the members that it is asked for below a folder.
class Unpacking {
 public:
  explicit Unpacking(std::function<fs::path(const BackupMember&)> place) : place_(std::move(place)) {}

  BackupSink sink() {
    BackupSink sink;
    sink.begin = [this](const BackupMember& member) {
      path_ = place_(member);
      if (path_.empty()) return;
      std::error_code error;
      fs::create_directories(path_.parent_path(), error);
      if (error) fail(unrestored, path_, error.value());
      fd_ = std::make_unique<Descriptor>(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640));
      if (fd_->get() < 0) fail(unrestored, path_, errno);
    };
    sink.bytes = [this](std::string_view bytes) {
      if (fd_) write_all(fd_->get(), bytes, unrestored, path_);
    };
    sink.end = [this] {
      if (fd_ && ::fsync(fd_->get()) != 0) fail(unrestored, path_, errno);
      fd_.reset();
    };
    return sink;
  }

 private:
  std::function<fs::path(const BackupMember&)> place_;
  fs::path path_;
  std::unique_ptr<Descriptor> fd_;
};

/// Whether the database of a backup is sound, and all that it names is there.
void look_through_backup(const fs::path& database, const BackupManifest& manifest) {
  auto bad = [](const std::string& why) { throw Error(ErrorKind::invalid, fmt::format("控えのデータベースが壊れています（{}）。", why), "別の控えを使ってください。"); };
  Looked looked = look_through(database, bad);
  if (looked.schema != manifest.schema) bad(fmt::format("形式 {}、目録では {}", looked.schema, manifest.schema));
  if (!manifest.events_head.empty() && looked.events_head != manifest.events_head) bad(fmt::format("最新の記録 {}、目録では {}", looked.events_head, manifest.events_head));
  std::set<std::string> held;
  for (const auto& member : manifest.members) held.insert(member.name);
  for (const auto& original : looked.originals) {
    if (!held.contains(original.name)) bad("原本 " + original.sha256 + " がありません");
  }
}

void require_space(const fs::path& folder, uint64_t bytes) {
  std::error_code error;
  auto space = fs::space(folder, error);
  if (error || space.available >= bytes) return;
  throw Error(ErrorKind::unavailable, fmt::format("ディスクの空き容量が足りません（{} に、あと {} MiB 要ります）。", folder.string(), ((bytes - space.available) >> 20) + 1), "空きを作ってから、もう一度実行してください。");
}

}  // namespace

BackupSummary verify(const fs::path& archive, const fs::path& scratch, const Progress& progress, const std::atomic<bool>& stop) {
  Workplace folder(scratch);
  Unpacking unpacking([&](const BackupMember& member) { return member.name == database_name ? folder.path() / database_name : fs::path(); });
  auto manifest = read_archive(archive, [&](const BackupManifest& what) { require_space(folder.path(), what.members.front().size); }, unpacking.sink(), progress, stop);
  look_through_backup(folder.path() / database_name, manifest);
  return manifest.summary();
}

namespace {

/// A folder to restore into, with a folder of its own to write in first.
class Target {
 public:
  /// Of a restore that was interrupted, the folder may hold what that left (see again()), if `may_be_again`.
  Target(const fs::path& folder, bool may_be_again) : folder_(folder), unfinished_(folder / unfinished_folder) {
    // The mark of a restore that was interrupted: the folder was empty when it began.
    again_ = may_be_again && fs::exists(unfinished_) && !fs::exists(folder_ / database_name);
    std::error_code error;
    if (!again_ && fs::exists(folder_) && !fs::is_empty(folder_, error)) {
      throw Error(ErrorKind::conflict, "フォルダが空ではありません: " + folder_.string(), "控えは空のフォルダへ戻します。--data（設定は --config-to）に新しいフォルダを指定してください。");
    }
    made_ = fs::create_directories(folder_, error);
    if (!error) fs::create_directory(unfinished_, error);
    if (error) fail(unrestored, folder_, error.value());
  }
  ~Target() {
    std::error_code ignored;
    if (moved_ || again_) return;  // the mark stays with what it is said of
    fs::remove_all(unfinished_, ignored);
    if (made_) fs::remove(folder_, ignored);
  }
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;

  const fs::path& unfinished() const { return unfinished_; }
  bool again() const { return again_; }

  /// Takes away what an interrupted restore left; what is to take its place is known to be good.
  void clear() {
    if (!again_) return;
    for (const fs::path& folder : {folder_, unfinished_}) {
      std::vector<fs::path> entries;
      for (const auto& entry : fs::directory_iterator(folder)) entries.push_back(entry.path());
      for (const auto& entry : entries) {
        std::error_code error;
        if (entry != unfinished_) fs::remove_all(entry, error);
        if (error) fail(unrestored, entry, error.value());
      }
    }
  }

  /// Has all that was written in the folder of its own on disk.
  void sync() const {
    for (const auto& entry : fs::recursive_directory_iterator(unfinished_)) {
      if (entry.is_directory()) sync_folder(entry.path(), unrestored);
    }
    sync_folder(unfinished_, unrestored);
  }

  /// Moves everything to its place, `last` after the rest.
  void move(std::string_view last) {
    moved_ = true;
    std::vector<fs::path> entries;
    for (const auto& entry : fs::directory_iterator(unfinished_)) entries.push_back(entry.path());
    std::ranges::stable_partition(entries, [&](const fs::path& one) { return one.filename() != last; });
    for (const auto& entry : entries) {
      if (entry.filename() == last) sync_folder(folder_, unrestored);
      if (::rename(entry.c_str(), (folder_ / entry.filename()).c_str()) != 0) fail(unrestored, folder_, errno);
    }
    sync_folder(folder_, unrestored);
  }

  /// Takes the mark away.
  void end() {
    std::error_code ignored;
    fs::remove_all(unfinished_, ignored);
    if (made_ && fs::is_empty(folder_, ignored)) fs::remove(folder_, ignored);  // there was nothing to put into it
    else sync_folder(folder_, unrestored);
  }

 private:
  fs::path folder_, unfinished_;
  bool again_ = false, made_ = false, moved_ = false;
};

}  // namespace

BackupSummary restore(const fs::path& archive, const fs::path& data, const fs::path& settings, const Settling& settle, const Progress& progress, const std::atomic<bool>& stop) {
  if (fs::weakly_canonical(data) == fs::weakly_canonical(settings)) throw Error(ErrorKind::invalid, "データと設定を、同じフォルダへは戻せません。", "--config-to に別のフォルダを指定してください。");
  // The mark stands in the data folder as long as it does in the other; alone there it is none of a restore.
  Target data_target(data, true), settings_target(settings, data_target.again());
  // Twice: nothing is put anywhere before all of it is known to be good.
  auto half = [&](uint64_t before) { return [&progress, before](uint64_t done, uint64_t all) { progress(done + before * all, 2 * all); }; };
  verify(archive, data_target.unfinished(), half(0), stop);
  data_target.clear();
  settings_target.clear();
  Unpacking unpacking([&](const BackupMember& member) {
    std::string_view name = member.name;
    bool setting = name.starts_with(settings_prefix);
    return setting ? settings_target.unfinished() / name.substr(settings_prefix.size()) : data_target.unfinished() / name;
  });
  auto opened = [&](const BackupManifest& what) { require_space(data_target.unfinished(), what.bytes()); };
  auto manifest = read_archive(archive, opened, unpacking.sink(), half(1), stop);
  look_through_backup(data_target.unfinished() / database_name, manifest);
  Database(data_target.unfinished() / database_name, Database::Open::existing).write([&](SQLite::Database& db) { settle(db, manifest.summary()); });
  data_target.sync();
  settings_target.sync();
  settings_target.move({});
  data_target.move(database_name);
  settings_target.end();
  data_target.end();
  return manifest.summary();
}

}  // namespace shirube::store
