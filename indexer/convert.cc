#include "indexer/convert.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/close_range.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "indexer/sandbox.h"
#include "store/files.h"
#include "text/error.h"

namespace shirube::indexer {

namespace fs = std::filesystem;

namespace {

constexpr const char* save_otherwise = "元のソフトで docx・xlsx・pptx 又は PDF の形式で保存し直して登録してください。";

/// LibreOffice's settings: it runs no macro and follows no link of a document, also where no sandbox is to be had.
constexpr const char* cautious = R"(<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"><item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop>
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop>
</item></oor:items>
)";

struct Filter {
  std::string_view ending, name;
};
constexpr auto filters = std::to_array<Filter>({{"docx", "MS Word 2007 XML"}, {"xlsx", "Calc MS Excel 2007 XML"}, {"pptx", "Impress MS PowerPoint 2007 XML"}});

[[noreturn]] void cannot_start(std::string_view why) {
  throw Error(ErrorKind::unavailable, fmt::format("変換処理を始められません（{}）。", why), "空き容量と空きメモリを確認して、もう一度実行してください。");
}

/// A folder for one conversion. What a killed process left is removed by one that comes an hour later.
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

[[noreturn]] void become(const Start& start, const ExtractionLimits& limits, const ProgramSandbox& sandbox) {
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
  limit(RLIMIT_CPU, limits.cpu_seconds);
  limit(RLIMIT_FSIZE, limits.file_bytes);
  limit(RLIMIT_AS, limits.office_memory_bytes);
  if (::chdir(start.folder.c_str()) == 0) ::execve(start.arguments[0], start.arguments.data(), start.variables.data());
  ::_exit(127);
}

/// The office itself: the scripts around it want its socket in /tmp, where the sandbox lets it write nothing. A new
/// profile makes it ask for a second start by its exit code, 81, as those scripts know.
std::vector<std::string> command_of(const fs::path& office) {
  fs::path program = fs::canonical(office).parent_path() / "soffice.bin";
  if (::access(program.c_str(), X_OK) != 0) program = office;
  return {"/bin/sh", "-c", R"("$0" "$@"; [ $? -ne 81 ] || exec "$0" "$@")", program.string()};
}

enum class Ending { finished, too_slow, stopped };

/// Waits for the program, and sees to it that nothing it started lives on.
Ending wait_for(pid_t pid, const ExtractionLimits& limits, const std::atomic<bool>& stop) {
  auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(limits.wall_seconds);
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

std::string convert(const std::string& bytes, const Conversion& conversion, const ExtractionLimits& limits, const std::atomic<bool>& stop) try {
  auto filter = std::ranges::find(filters, conversion.to, &Filter::ending);
  // The wish comes from the child that read untrusted bytes.
  bool plain = !conversion.from.empty() && conversion.from.size() <= 4 && std::ranges::all_of(conversion.from, [](char c) { return c >= 'a' && c <= 'z'; });
  if (filter == filters.end() || !plain) throw Error(ErrorKind::invalid, "変換できない形式です。", save_otherwise);
  if (::access(limits.office.c_str(), X_OK) != 0) {
    throw Error(ErrorKind::invalid, fmt::format("この形式（{}）を読むには LibreOffice が要りますが、入っていません。", conversion.from),
                fmt::format("LibreOffice をインストールするか、{}", save_otherwise));
  }
  PrivateFolder folder;
  fs::path input = folder.path() / ("input." + conversion.from), output = folder.path() / "out" / fmt::format("input.{}", conversion.to);
  {
    std::ofstream file(input, std::ios::binary);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!file.flush()) cannot_start("一時ファイル");
  }
  fs::create_directories(folder.path() / "profile/user");
  std::ofstream(folder.path() / "profile/user/registrymodifications.xcu") << cautious;
  Start start;
  start.folder = folder.path().string();
  start.users = fmt::format("{0} {0} 1", ::geteuid());
  start.groups = fmt::format("{0} {0} 1", ::getegid());
  start.words = command_of(limits.office);
  // Its socket stands in the folder it is started in: a whole path may be longer than sockets allow.
  start.words.insert(start.words.end(), {"--headless", "--norestore", "--nolockcheck", "--nodefault", "--nologo", fmt::format("-env:UserInstallation=file://{}/profile", start.folder),
                                         "-env:OSL_SOCKET_PATH=.", "--convert-to", fmt::format("{}:{}", filter->ending, filter->name),
                                         "--outdir", (folder.path() / "out").string(), input.string()});
  start.environment = {"PATH=/usr/bin:/bin", "LANG=C.UTF-8", "HOME=" + start.folder, "TMPDIR=" + start.folder, "SAL_USE_VCLPLUGIN=svp"};
  start.arguments = Start::pointers(start.words);
  start.variables = Start::pointers(start.environment);
  ProgramSandbox sandbox(limits.office, folder.path());
  pid_t pid = ::fork();
  if (pid < 0) cannot_start("プロセス");
  if (pid == 0) become(start, limits, sandbox);
  ::setpgid(pid, pid);
  Ending ending = wait_for(pid, limits, stop);
  if (ending == Ending::stopped) throw Error(ErrorKind::unavailable, "中断しました。", "もう一度実行すると続きから行います。");
  if (ending == Ending::too_slow) throw Error(ErrorKind::invalid, fmt::format("LibreOffice での変換が制限時間（{}秒）内に終わりませんでした。", limits.wall_seconds), save_otherwise);
  // LibreOffice says nothing by its exit code: what counts is what it made.
  struct stat status;
  if (::lstat(output.c_str(), &status) != 0 || !S_ISREG(status.st_mode) || status.st_size == 0) {
    throw Error(ErrorKind::invalid, "LibreOffice で変換できません（壊れているか、パスワードで保護されています）。", save_otherwise);
  }
  return store::read_file(output, limits.file_bytes);
} catch (const fs::filesystem_error& e) {
  cannot_start(e.code().message());
}

}  // namespace shirube::indexer
