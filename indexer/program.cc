#include "indexer/program.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/close_range.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <fstream>
#include <string_view>
#include <thread>

#include "indexer/sandbox.h"
#include "store/files.h"
#include "text/error.h"
#include "text/utf8.h"

namespace shirube::indexer {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void cannot_start(std::string_view why) {
  throw Error(ErrorKind::unavailable, fmt::format("変換処理を始められません（{}）。", why), "空き容量と空きメモリを確認して、もう一度実行してください。");
}

/// A folder for one task. What a killed process left is removed by one that comes an hour later.
class PrivateFolder {
 public:
  PrivateFolder() {
    fs::path where = fs::temp_directory_path();
    remove_old(where);
    std::string name = (where / (std::string(prefix) + "XXXXXX")).string();
    if (!::mkdtemp(name.data())) cannot_start("一時フォルダ");
    path_ = name;
  }
  ~PrivateFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  PrivateFolder(const PrivateFolder&) = delete;
  PrivateFolder& operator=(const PrivateFolder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  static constexpr std::string_view prefix = "shirube-convert-";

  static void remove_old(const fs::path& where) {
    std::error_code ignored;
    for (fs::directory_iterator it(where, ignored), end; it != end; it.increment(ignored)) {
      struct stat status;
      bool ours = it->path().filename().string().starts_with(prefix) && ::lstat(it->path().c_str(), &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == ::geteuid();
      if (ours && status.st_mtime + 3600 < ::time(nullptr)) fs::remove_all(it->path(), ignored);
    }
  }

  fs::path path_;
};

void limit(int resource, uint64_t value) {
  rlimit r{value, value};
  ::setrlimit(resource, &r);
}

void write_file(const char* path, std::string_view words) {
  int file = ::open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0) return;
  [[maybe_unused]] ssize_t written = ::write(file, words.data(), words.size());
  ::close(file);
}

/// All that is needed between fork and exec, made before: nothing is allocated there.
struct Start {
  std::vector<std::string> words, environment;
  std::vector<char*> arguments, variables;
  std::string folder, users, groups;

  static std::vector<char*> pointers(std::vector<std::string>& strings) {
    std::vector<char*> out;
    for (auto& one : strings) out.push_back(one.data());
    out.push_back(nullptr);
    return out;
  }
};

[[noreturn]] void become(const Start& start, const Task& task, const ProgramSandbox& sandbox) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  // A network of its own has nobody in it. Kernels and containers may refuse: then it stays as it is.
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0) {
    write_file("/proc/self/setgroups", "deny");
    write_file("/proc/self/uid_map", start.users);
    write_file("/proc/self/gid_map", start.groups);
  }
  int nothing = ::open("/dev/null", O_RDWR);
  for (int i = 0; i < 3; ++i) ::dup2(nothing, i);
  if (!sandbox.enter()) ::_exit(126);
  ::close_range(3, ~0U, 0);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_CPU, task.cpu_seconds);
  limit(RLIMIT_FSIZE, task.file_bytes);
  limit(RLIMIT_AS, task.memory_bytes);
  if (::chdir(start.folder.c_str()) == 0) ::execve(start.arguments[0], start.arguments.data(), start.variables.data());
  ::_exit(127);
}

enum class Ending { finished, too_slow, stopped };

/// Waits for the program, and sees to it that nothing it started lives on.
Ending wait_for(pid_t pid, unsigned seconds, const std::atomic<bool>& stop) {
  auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  Ending ending = Ending::finished;
  while (true) {
    siginfo_t info{};
    if (::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) != 0 && errno != EINTR) break;
    if (info.si_pid == pid) break;
    if (stop) ending = Ending::stopped;
    else if (std::chrono::steady_clock::now() >= deadline) ending = Ending::too_slow;
    if (ending != Ending::finished) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  ::kill(-pid, SIGKILL);  // the group, while its leader still keeps the number
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  return ending;
}

}  // namespace

Made run(const std::string& bytes, const Task& task, const std::atomic<bool>& stop) try {
  PrivateFolder folder;
  {
    std::ofstream file(folder.path() / task.input, std::ios::binary);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!file.flush()) cannot_start("一時ファイル");
  }
  for (const auto& [name, words] : task.settings) {
    fs::create_directories((folder.path() / name).parent_path());
    std::ofstream(folder.path() / name) << words;
  }
  Start start;
  start.folder = folder.path().string();
  start.users = fmt::format("{0} {0} 1", ::geteuid());
  start.groups = fmt::format("{0} {0} 1", ::getegid());
  start.words = task.starter;
  start.words.push_back(task.program.string());
  for (const auto& argument : task.arguments) start.words.push_back(text::replace_all(argument, "{}", start.folder));
  start.environment = {"PATH=/usr/bin:/bin", "LANG=C.UTF-8", "HOME=" + start.folder, "TMPDIR=" + start.folder};
  start.environment.insert(start.environment.end(), task.environment.begin(), task.environment.end());
  start.arguments = Start::pointers(start.words);
  start.variables = Start::pointers(start.environment);
  ProgramSandbox sandbox(task.program, folder.path());
  pid_t pid = ::fork();
  if (pid < 0) cannot_start("プロセス");
  if (pid == 0) become(start, task, sandbox);
  ::setpgid(pid, pid);
  Ending ending = wait_for(pid, task.wall_seconds, stop);
  if (ending == Ending::stopped) throw Error(ErrorKind::unavailable, "中断しました。", "もう一度実行すると続きから行います。");
  if (ending == Ending::too_slow) return {false, {}};
  fs::path output = folder.path() / task.output;
  struct stat status;
  if (::lstat(output.c_str(), &status) != 0 || !S_ISREG(status.st_mode) || status.st_size == 0) return {};
  return {true, store::read_file(output, task.file_bytes)};
} catch (const fs::filesystem_error& e) {
  cannot_start(e.code().message());
}

}  // namespace shirube::indexer
