#include "store/backup_keeper.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <exception>
#include <mutex>
#include <thread>

#include "store/database.h"
#include "store/durable.h"
#include "store/event_log.h"
#include "store/files.h"
#include "text/error.h"

namespace shirube::store {

namespace fs = std::filesystem;

namespace {

constexpr auto patience = std::chrono::minutes(15);
constexpr auto a_look = std::chrono::minutes(1);
constexpr size_t most_verdicts = 100;
constexpr const char* unusable = "控えのフォルダを使えません";

/// What is in the folder, the newest first; nothing while there is no folder. Throws Error{unavailable} when it cannot be read.
std::vector<KeptBackup> held_in(const fs::path& folder) {
  std::vector<KeptBackup> held;
  std::error_code error, ignored;
  fs::directory_iterator entries(folder, error);
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    auto backup = backup_of_name(entries->path().filename().string());
    if (!backup || !entries->is_regular_file(ignored)) continue;
    backup->size = entries->file_size(ignored);
    held.push_back(std::move(*backup));
  }
  if (error && error != std::errc::no_such_file_or_directory) fail(unusable, folder, error.value());
  std::ranges::sort(held, std::greater(), &KeptBackup::number);
  return held;
}

/// The file system of a folder that may be still to be made.
bool on_one_disk(fs::path one, fs::path other) {
  for (fs::path* path : {&one, &other}) {
    std::error_code ignored;
    while (!fs::exists(*path, ignored) && path->has_relative_path()) *path = path->parent_path();
  }
  struct stat first {}, second {};
  return ::stat(one.c_str(), &first) == 0 && ::stat(other.c_str(), &second) == 0 && first.st_dev == second.st_dev;
}

std::string sentence(const Error& e) { return e.hint().empty() ? e.message() : e.message() + " " + e.hint(); }

}  // namespace

struct BackupKeeper::Private {
  struct Request {
    Actor actor;
    std::string verify;  ///< the name of a backup; empty: make one
  };

  Database& database;
  const Files& files;
  Options options;
  mutable std::mutex mutex{};  ///< of what follows
  std::optional<Request> request{};
  Work work = Work::none;
  uint64_t done = 0, all = 0;
  std::vector<Verdict> verdicts{};
  std::string failure{};
  BackupClock::time_point failed_at{};
  std::chrono::steady_clock::time_point not_before{};
  std::optional<BackupClock::time_point> looked_at{};  ///< the folder, which may be far away

  /// Whether the plan asks for a backup now. Lists the folder once a minute.
  bool due() {
    auto now = options.now();
    if (std::chrono::steady_clock::now() < not_before || (looked_at && now >= *looked_at && now - *looked_at < a_look)) return false;
    looked_at = now;
    auto when = next(held_in(folder()), now);
    return when && *when <= now;
  }

  const fs::path& folder() const { return options.plan.folder; }

  Progress progress() {
    return [this](uint64_t so_far, uint64_t of) {
      std::lock_guard lock(mutex);
      done = so_far, all = of;
    };
  }

  void set_work(Work what) {
    std::lock_guard lock(mutex);
    work = what, done = all = 0;
  }

  bool ask(Request what) {
    std::lock_guard lock(mutex);
    if (work != Work::none) return false;
    request = std::move(what);
    work = Work::asked;
    return true;
  }

  std::optional<BackupClock::time_point> next(const std::vector<KeptBackup>& held, BackupClock::time_point now) const {
    auto last = std::ranges::find(held, true, &KeptBackup::planned);
    return next_backup(options.plan.times, last == held.end() ? std::nullopt : std::optional(last->made_at), now);
  }

  void tell(const std::string& action, const std::string& subject, const std::string& detail) {
    database.write([&](SQLite::Database& db) { append(db, {action, subject, detail}); });
  }

  void verify_one(const std::string& name, const std::atomic<bool>& stop) {
    set_work(Work::verifying);
    Verdict verdict{name, options.now(), {}};
    try {
      verify(folder() / name, folder(), progress(), stop);
    } catch (const Error& e) {
      if (e.kind() == ErrorKind::unavailable) throw;  // says nothing of the backup
      verdict.fault = sentence(e);
    }
    {
      std::lock_guard lock(mutex);
      std::erase_if(verdicts, [&](const Verdict& one) { return one.name == name; });
      verdicts.push_back(verdict);
      if (verdicts.size() > most_verdicts) verdicts.erase(verdicts.begin());
    }
    tell("backup.verify", name, verdict.fault.empty() ? "正常" : verdict.fault);
    if (!verdict.fault.empty()) throw Error(ErrorKind::internal, name + ": " + verdict.fault, "");
  }

  void make(bool planned, const std::atomic<bool>& stop) {
    set_work(Work::making);
    std::error_code error;
    fs::create_directories(folder(), error);
    if (error) fail(unusable, folder(), error.value());
    auto held = held_in(folder());
    std::string name = name_of_backup(held.empty() ? 1 : held.front().number + 1, options.now(), planned);
    auto summary = back_up({database, files, options.settings(), options.program}, folder() / name, progress(), stop);
    tell("backup.make", name, fmt::format("原本 {} 件、設定 {} 件、{} MiB", summary.originals, summary.settings, summary.bytes >> 20));
    try {
      verify_one(name, stop);
    } catch (...) {
      // It is no backup until it was read again; the next attempt makes another.
      fs::remove(folder() / name, error);
      throw;
    }
    for (const auto& old : surplus(held_in(folder()), options.plan.keep)) {
      if (fs::remove(folder() / old.name, error)) tell("backup.remove", old.name, fmt::format("新しい {} 件を残す", options.plan.keep));
    }
  }

  void set_failure(const std::string& what) {
    {
      std::lock_guard lock(mutex);
      failure = what;
      failed_at = options.now();
      not_before = std::chrono::steady_clock::now() + patience;
    }
    options.log("控えの処理に失敗しました: " + what);
    try {
      tell("backup.fail", folder().string(), what);
    } catch (const std::exception&) {
      // A disk that is full takes no event either; the log and the page have it.
    }
  }
};

BackupKeeper::BackupKeeper(Database& database, const Files& files, Options options) : self_(new Private{database, files, std::move(options)}) {}
BackupKeeper::~BackupKeeper() = default;

void BackupKeeper::keep(const std::atomic<bool>& stop) {
  constexpr auto glance = std::chrono::milliseconds(200);
  while (!stop) {
    keep_once(stop);
    std::this_thread::sleep_for(glance);
  }
}

bool BackupKeeper::keep_once(const std::atomic<bool>& stop) {
  Private& self = *self_;
  std::optional<Private::Request> request;
  {
    std::lock_guard lock(self.mutex);
    request.swap(self.request);
  }
  Acting acting(request ? request->actor : Actor{"service"});
  try {
    bool due = !request && self.due();
    if (!request && !due) return false;
    if (request && !request->verify.empty()) self.verify_one(request->verify, stop);
    else self.make(due, stop);
    std::lock_guard lock(self.mutex);
    self.failure.clear();
  } catch (const Error& e) {
    if (!stop) self.set_failure(sentence(e));
  } catch (const std::exception& e) {
    if (!stop) self.set_failure(e.what());
  }
  self.set_work(Work::none);
  return true;
}

bool BackupKeeper::ask_for_backup() { return self_->ask({Acting::now(), {}}); }

bool BackupKeeper::ask_to_verify(const std::string& name) {
  if (!backup_of_name(name) || !fs::exists(self_->folder() / name)) throw Error(ErrorKind::missing, "その控えはありません。", "一覧を開き直してください。");
  return self_->ask({Acting::now(), name});
}

BackupKeeper::State BackupKeeper::state() const {
  const Private& self = *self_;
  State state;
  try {
    state.held = held_in(self.folder());
    state.next = self.next(state.held, self.options.now());
  } catch (const Error& e) {
    state.failure = sentence(e), state.failed_at = self.options.now();
  }
  state.same_disk = on_one_disk(self.folder(), self.files.path_of({}));
  std::lock_guard lock(self.mutex);
  state.work = self.work, state.done = self.done, state.all = self.all;
  state.verdicts = self.verdicts;
  if (!self.failure.empty()) state.failure = self.failure, state.failed_at = self.failed_at;
  return state;
}

const BackupPlan& BackupKeeper::plan() const { return self_->options.plan; }

}  // namespace shirube::store
