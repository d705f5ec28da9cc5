#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/backup.h"

namespace shirube::store {

/// When backups are made by themselves, and how many of those are kept.
struct BackupPlan {
  std::filesystem::path folder;
  std::vector<std::chrono::minutes> times;  ///< of the day, local; empty: only when asked
  size_t keep = 14;                         ///< backups made by plan; those that somebody asked for are never removed
};

/// A time of day as settings have it, 02:30. Nothing when it is none.
std::optional<std::chrono::minutes> time_of_day(std::string_view word);

using BackupClock = std::chrono::system_clock;

/// When the next backup by plan is due: `now` when none was made yet, when a time passed since the last one, and when the
/// last one lies ahead, since the clock was set back and its word is no longer good. Nothing without times.
std::optional<BackupClock::time_point> next_backup(const std::vector<std::chrono::minutes>& times, std::optional<BackupClock::time_point> last, BackupClock::time_point now);

/// A backup in the folder of the plan: shirube-000012-20261125-0230-plan.tar.zst. They are ordered by their number, which
/// only grows, so that a clock that was set back makes no old backup look new.
struct KeptBackup {
  std::string name;
  uint64_t number = 0;
  BackupClock::time_point made_at;  ///< as its name says
  bool planned = false;             ///< else somebody asked for it
  uint64_t size = 0;                ///< bytes; 0 where only the name is known
};

/// What a name says, if it is one of a backup.
std::optional<KeptBackup> backup_of_name(std::string_view name);
std::string name_of_backup(uint64_t number, BackupClock::time_point made_at, bool planned);

/// Which of `held` are to go so that no more than `keep` planned ones stay: the oldest by number, never others.
std::vector<KeptBackup> surplus(std::vector<KeptBackup> held, size_t keep);

/// Makes backups by a plan and on demand, one at a time, reads each again from the disk before an older one may go, and
/// tells of each by an event (backup.make, backup.verify, backup.remove, backup.fail). What goes wrong is told and tried
/// again a quarter of an hour later. One thread runs keep(); the rest may be called from any.
class BackupKeeper {
 public:
  struct Options {
    BackupPlan plan;
    std::string program;                                   ///< the version, for people
    std::function<std::vector<SettingsFile>()> settings;   ///< as they are now
    std::function<void(std::string_view)> log = [](std::string_view) {};
    std::function<BackupClock::time_point()> now = BackupClock::now;
  };
  /// The database and the files must outlive it.
  BackupKeeper(Database& database, const Files& files, Options options);
  ~BackupKeeper();
  BackupKeeper(const BackupKeeper&) = delete;
  BackupKeeper& operator=(const BackupKeeper&) = delete;

  /// Works until `stop` is set.
  void keep(const std::atomic<bool>& stop);
  /// One glance at what is due or asked for, and the work itself. Whether there was any.
  bool keep_once(const std::atomic<bool>& stop);

  /// Asks for a backup, or for one (by its name) to be read again and compared, as who acts in this thread. False when
  /// something is under way or asked for already. Throws Error{missing} when there is no such backup.
  bool ask_for_backup();
  bool ask_to_verify(const std::string& name);

  enum class Work { none, asked, making, verifying };
  struct Verdict {
    std::string name;
    BackupClock::time_point at;
    std::string fault;  ///< empty: all is well
  };
  struct State {
    Work work = Work::none;
    uint64_t done = 0, all = 0;  ///< of the work under way, in bytes
    std::vector<KeptBackup> held;    ///< the newest first
    std::vector<Verdict> verdicts;   ///< since the service began
    std::optional<BackupClock::time_point> next;
    std::string failure;             ///< of the last attempt, with what helps; empty: it went well
    BackupClock::time_point failed_at;
    bool same_disk = false;          ///< as the data: lost together with them
  };
  State state() const;
  const BackupPlan& plan() const;

 private:
  struct Private;
  std::unique_ptr<Private> self_;
};

}  // namespace shirube::store
