#include "indexer/sandbox.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <cstdlib>
#include <functional>

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

/// Skips, saying so, where the kernel does not know it.
void check_kept_out(int result, const char* what) {
  if (result == not_in_force) {
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
  check_kept_out(inside([](const Sandbox& got) { return judged(got.calls, ::socket(AF_INET, SOCK_STREAM, 0) < 0 && errno == EPERM); }), "通信");
  check_kept_out(inside([](const Sandbox& got) { return judged(got.calls, ::socket(AF_UNIX, SOCK_STREAM, 0) < 0 && errno == EPERM); }), "通信");
  check_kept_out(inside([](const Sandbox& got) { return judged(got.calls, ::execl("/bin/true", "true", nullptr) < 0 && errno == EPERM); }), "プログラムの起動");
  check_kept_out(inside([](const Sandbox& got) { return judged(got.calls, ::fork() < 0 && errno == EPERM); }), "プロセスの生成");
  check_kept_out(inside([](const Sandbox& got) { return judged(got.calls, ::kill(::getppid(), 0) < 0 && errno == EPERM); }), "シグナル");
  check_kept_out(inside([&](const Sandbox& got) { return judged(got.calls || got.files, ::open(file.c_str(), O_WRONLY | O_CREAT, 0600) < 0); }), "書込み");
  check_kept_out(inside([&](const Sandbox& got) { return judged(got.calls, ::unlink(file.c_str()) < 0 && errno == EPERM); }), "削除");
}

TEST_CASE("in the sandbox no file can be opened but fonts and code tables") {
  using indexer::Sandbox;
  check_kept_out(inside([](const Sandbox& got) { return judged(got.files, ::open("/etc/passwd", O_RDONLY) < 0); }), "ファイルの閲覧");
  check_kept_out(inside([](const Sandbox& got) { return judged(got.files, ::open("/proc/self/environ", O_RDONLY) < 0); }), "ファイルの閲覧");
  CHECK(inside([](const Sandbox&) { return ::open("/usr/share", O_RDONLY | O_DIRECTORY) >= 0 ? 0 : 9; }) == 0);
}

TEST_CASE("in the sandbox memory, time and the end are still there") {
  CHECK(inside([](const indexer::Sandbox&) {
          std::string much(size_t{64} << 20, 'x');
          return much.back() == 'x' && ::time(nullptr) > 0 ? 7 : 8;
        }) == 7);
}
