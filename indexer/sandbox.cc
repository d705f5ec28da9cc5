#include "indexer/sandbox.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

namespace shirube::indexer {

namespace {

/// Beside these only opening for reading is allowed; everything else fails with EPERM.
constexpr int allowed_calls[] = {
    // the bytes, and what was found
    SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(pread64), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(close), SCMP_SYS(lseek), SCMP_SYS(poll), SCMP_SYS(dup),
    // looking at files
    SCMP_SYS(fstat), SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(newfstatat), SCMP_SYS(statx), SCMP_SYS(fstatfs), SCMP_SYS(statfs), SCMP_SYS(access), SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2), SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(getdents64), SCMP_SYS(getcwd), SCMP_SYS(fcntl), SCMP_SYS(fadvise64),
    // memory
    SCMP_SYS(mmap), SCMP_SYS(munmap), SCMP_SYS(mprotect), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk), SCMP_SYS(membarrier),
    // time, identity, limits
    SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep), SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(times),
    SCMP_SYS(getrusage), SCMP_SYS(getrlimit), SCMP_SYS(sysinfo), SCMP_SYS(uname), SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getgid),
    SCMP_SYS(getegid), SCMP_SYS(getppid), SCMP_SYS(getrandom), SCMP_SYS(sched_getaffinity), SCMP_SYS(sched_yield), SCMP_SYS(getcpu),
    // signals, locks, the end
    SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack), SCMP_SYS(futex), SCMP_SYS(set_robust_list), SCMP_SYS(rseq),
    SCMP_SYS(set_tid_address), SCMP_SYS(arch_prctl), SCMP_SYS(restart_syscall), SCMP_SYS(exit), SCMP_SYS(exit_group),
};

bool limit_calls() {
  scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
  if (!filter) return false;
  bool good = true;
  auto allow = [&](int call, std::initializer_list<scmp_arg_cmp> only) {
    good = good && seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call, static_cast<unsigned>(only.size()), only.begin()) == 0;
  };
  for (int call : allowed_calls) allow(call, {});
  constexpr uint64_t writing = O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND;
  allow(SCMP_SYS(open), {SCMP_A1(SCMP_CMP_MASKED_EQ, writing, O_RDONLY)});
  allow(SCMP_SYS(openat), {SCMP_A2(SCMP_CMP_MASKED_EQ, writing, O_RDONLY)});
  allow(SCMP_SYS(prlimit64), {SCMP_A2(SCMP_CMP_EQ, 0)});  // to ask, not to set
  // abort() is a signal to oneself.
  auto self = static_cast<scmp_datum_t>(::getpid());
  allow(SCMP_SYS(tgkill), {SCMP_A0(SCMP_CMP_EQ, self)});
  good = good && seccomp_load(filter) == 0;
  seccomp_release(filter);
  return good;
}

bool limit_files() {
  auto call = [](long number, auto... arguments) { return static_cast<int>(::syscall(number, arguments...)); };
  if (call(SYS_landlock_create_ruleset, nullptr, size_t{0}, LANDLOCK_CREATE_RULESET_VERSION) < 1) return false;
  constexpr uint64_t reading = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
  // All rights of the first version, whose last is to make a symbolic link: what is not allowed below is denied.
  landlock_ruleset_attr all{};
  all.handled_access_fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;
  int rules = call(SYS_landlock_create_ruleset, &all, sizeof all, 0U);
  if (rules < 0) return false;
  bool good = true;
  for (const auto& folder : readable_folders()) {
    int fd = ::open(folder.c_str(), O_PATH | O_CLOEXEC);
    if (fd < 0) continue;  // not on this machine
    landlock_path_beneath_attr beneath{};
    beneath.allowed_access = reading;
    beneath.parent_fd = fd;
    good = good && call(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0U) == 0;
    ::close(fd);
  }
  good = good && call(SYS_landlock_restrict_self, rules, 0U) == 0;
  ::close(rules);
  return good;
}

}  // namespace

const std::vector<std::string>& readable_folders() {
  static const std::vector<std::string> folders = {"/usr/share", "/usr/lib", "/lib", "/lib64", "/etc/fonts", "/usr/local/share/fonts", "/var/cache/fontconfig"};
  return folders;
}

Sandbox enter_sandbox() {
  Sandbox got;
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  got.files = limit_files();
  got.calls = limit_calls();
  return got;
}

}  // namespace shirube::indexer
