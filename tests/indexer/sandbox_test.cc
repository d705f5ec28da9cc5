#include "indexer/sandbox.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>

#include "indexer/child.h"
#include "tests/outline_case.h"
#include "tests/places.h"
#include "tests/temporary_folder.h"

using namespace shirube;

namespace {

/// What `attempt` returns inside the sandbox, in a process of its own; -1 when that died.
int inside(const std::function<int(const indexer::Sandbox&)>& attempt) {
  pid_t child = ::fork();
  if (child == 0) {
    indexer::Sandbox got = indexer::enter_sandbox();
    ::_exit(attempt(got));
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

constexpr int kept_out = 1, got_through = 2, not_in_force = 3;

int judged(bool in_force, bool failed) { return !in_force ? not_in_force : failed ? kept_out : got_through; }

/// What the kernel itself says, not what our code makes of it.
const bool kCalls = [] {
  uint32_t action = SECCOMP_RET_ERRNO;
  return ::syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0U, &action) == 0;
}();
const bool kFiles = ::syscall(SYS_landlock_create_ruleset, nullptr, size_t{0}, LANDLOCK_CREATE_RULESET_VERSION) >= 1;

/// Skips, saying so, only where the kernel does not know it.
void check_kept_out(int result, bool known, const char* what) {
  if (result == not_in_force && !known) {
    WARN(what << "はこのカーネルでは制限できないため、試していません。");
    return;
  }
  CHECK(result == kept_out);
}

}  // namespace

TEST_CASE("in the sandbox there is no network, no program, no writing and no other process") {
  using indexer::Sandbox;
  TemporaryFolder folder;
  std::string file = (folder / "x").string();
  check_kept_out(inside([](const Sandbox& got) { return judged(got.calls, ::socket(AF_INET, SOCK_STREAM, 0) < 0 && errno == EPERM); }), kCalls, "通信");
  check_kept_out(inside([](const Sandbox& got) { return judged(got.calls, ::socket(AF_UNIX, SOCK_STREAM, 0) < 0 && errno == EPERM); }), kCalls, "通信");
  check_kept_out(inside([](const Sandbox& got) { return judged(got.calls, ::execl("/bin/true", "true", nullptr) < 0 && errno == EPERM); }), kCalls, "プログラムの起動");
  check_kept_out(inside([](const Sandbox& got) { return judged(got.calls, ::fork() < 0 && errno == EPERM); }), kCalls, "プロセスの生成");
  check_kept_out(inside([](const Sandbox& got) { return judged(got.calls, ::kill(::getppid(), 0) < 0 && errno == EPERM); }), kCalls, "シグナル");
  check_kept_out(inside([&](const Sandbox& got) { return judged(got.calls || got.files, ::open(file.c_str(), O_WRONLY | O_CREAT, 0600) < 0); }), kCalls || kFiles, "書込み");
  check_kept_out(inside([&](const Sandbox& got) { return judged(got.calls, ::unlink(file.c_str()) < 0 && errno == EPERM); }), kCalls, "削除");
}

TEST_CASE("in the sandbox no file can be opened but fonts and code tables") {
  using indexer::Sandbox;
  check_kept_out(inside([](const Sandbox& got) { return judged(got.files, ::open("/etc/passwd", O_RDONLY) < 0); }), kFiles, "ファイルの閲覧");
  check_kept_out(inside([](const Sandbox& got) { return judged(got.files, ::open("/proc/self/environ", O_RDONLY) < 0); }), kFiles, "ファイルの閲覧");
  CHECK(inside([](const Sandbox&) { return ::open("/usr/share", O_RDONLY | O_DIRECTORY) >= 0 ? 0 : 9; }) == 0);
}

TEST_CASE("in the sandbox memory, time and the end are still there") {
  CHECK(inside([](const indexer::Sandbox&) {
          std::string much(size_t{64} << 20, 'x');
          return much.back() == 'x' && ::time(nullptr) > 0 ? 7 : 8;
        }) == 7);
}

TEST_CASE("the child that reads is in the sandbox before it reads") {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  WARN("under sanitizers the child stays outside: not tried");
#else
  CHECK(indexer::supported_sandbox().calls == kCalls);
  CHECK(indexer::supported_sandbox().files == kFiles);
  if (!kCalls) {
    WARN("this kernel has no seccomp: not tried");
    return;
  }
  int input[2];
  REQUIRE(::pipe2(input, O_CLOEXEC) == 0);
  std::string words[] = {"shirube", "extract-child", "a.txt", "60", std::to_string(uint64_t{2} << 30), "1000"};
  char* arguments[] = {words[0].data(), words[1].data(), words[2].data(), words[3].data(), words[4].data(), words[5].data(), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input[0], 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  REQUIRE(posix_spawn(&child, test::program, &actions, nullptr, arguments, nullptr) == 0);
  posix_spawn_file_actions_destroy(&actions);
  // It waits for its input: what holds now, holds before the first byte.
  bool filtered = false;
  for (int i = 0; i < 3000 && !filtered; ++i) {
    filtered = test::slurp("/proc/" + std::to_string(child) + "/status").find("Seccomp:\t2\n") != std::string::npos;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  CHECK(filtered);
  ::close(input[0]);
  ::close(input[1]);
  int status = 0;
  ::kill(child, SIGKILL);
  ::waitpid(child, &status, 0);
#endif
}
