#include "indexer/sandbox.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>

#include "text/error.h"

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
  allow(SCMP_SYS(prlimit64), {SCMP_A2(SCMP_CMP_EQ, 0, 0)});  // to ask, not to set
  // abort() is a signal to oneself.
  auto self = static_cast<scmp_datum_t>(::getpid());
  allow(SCMP_SYS(tgkill), {SCMP_A0(SCMP_CMP_EQ, self, 0)});
  good = good && seccomp_load(filter) == 0;
  seccomp_release(filter);
  return good;
}

// Landlock has no functions in the C library.
int landlock_version() { return static_cast<int>(::syscall(SYS_landlock_create_ruleset, nullptr, size_t{0}, LANDLOCK_CREATE_RULESET_VERSION)); }

/// Whatever is `handled` and not allowed is denied.
int make_rules(uint64_t handled) {
  landlock_ruleset_attr all{};
  all.handled_access_fs = handled;
  return static_cast<int>(::syscall(SYS_landlock_create_ruleset, &all, sizeof all, 0U));
}

/// Allows it below a folder, or of a file; one that this machine does not have is passed over.
bool allow_below(int rules, const std::string& path, uint64_t access) {
  landlock_path_beneath_attr beneath{};
  beneath.allowed_access = access;
  beneath.parent_fd = ::open(path.c_str(), O_PATH | O_CLOEXEC);
  if (beneath.parent_fd < 0) return true;
  bool good = ::syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0U) == 0;
  ::close(beneath.parent_fd);
  return good;
}

bool enter_rules(int rules) { return ::syscall(SYS_landlock_restrict_self, rules, 0U) == 0; }

constexpr uint64_t reading = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
/// All rights of the first version, whose last is to make a symbolic link.
constexpr uint64_t first_rights = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;

bool limit_files() {
  int rules = landlock_version() < 1 ? -1 : make_rules(first_rights);
  if (rules < 0) return false;
  bool good = std::ranges::all_of(readable_folders(), [&](const std::string& folder) { return allow_below(rules, folder, reading); }) && enter_rules(rules);
  ::close(rules);
  return good;
}

// ---- programs of others ----

/// What LibreOffice reads of a machine, beside where it is installed.
constexpr const char* installed_folders[] = {"/usr", "/bin", "/lib", "/lib64", "/etc", "/proc", "/dev", "/var/cache/fontconfig", "/var/lib/libreoffice", "/var/spool/libreoffice"};

/// Where a program stands with all its parts: LibreOffice keeps them beside its folder `program`.
std::filesystem::path home_of(const std::filesystem::path& program) {
  std::error_code ignored;
  auto folder = std::filesystem::canonical(program, ignored).parent_path();
  return folder.filename() == "program" ? folder.parent_path() : folder;
}

int make_program_rules(const std::filesystem::path& program, const std::filesystem::path& folder) {
  // Renaming across folders and truncating by name came with later versions (Linux 5.19, 6.2).
  constexpr uint64_t moving = uint64_t{1} << 13, truncating = uint64_t{1} << 14;
  int version = landlock_version();
  uint64_t all = first_rights | (version >= 2 ? moving : 0) | (version >= 3 ? truncating : 0);
  int rules = make_rules(all);
  if (rules < 0) return -1;
  constexpr uint64_t running = reading | LANDLOCK_ACCESS_FS_EXECUTE;
  bool good = std::ranges::all_of(installed_folders, [&](const char* one) { return allow_below(rules, one, running); }) &&
              allow_below(rules, home_of(program), running) && allow_below(rules, folder, all) &&
              allow_below(rules, "/dev/null", LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE);
  if (good) return rules;
  ::close(rules);
  return -1;
}

/// What reaches other processes, or changes files by name without Landlock being asked.
constexpr int denied_to_programs[] = {SCMP_SYS(io_uring_setup), SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev),
                                      SCMP_SYS(pidfd_getfd), SCMP_SYS(truncate), SCMP_SYS(chmod), SCMP_SYS(fchmodat), SCMP_SYS(chown), SCMP_SYS(lchown), SCMP_SYS(fchownat), SCMP_SYS(setxattr), SCMP_SYS(lsetxattr)};

/// A filter as the kernel takes it; empty when it cannot be made.
std::vector<sock_filter> make_program_filter() {
  scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
  if (!filter) return {};
  std::vector<sock_filter> out;
  bool good = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_NE, AF_UNIX, 0)) == 0;
  // LibreOffice makes its socket in /tmp where it may write there, else where it is told to: asked, it may not.
  good = good && seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(access), 1, SCMP_A1(SCMP_CMP_EQ, W_OK, 0)) == 0;
  for (int call : {SCMP_SYS(faccessat), SCMP_SYS(faccessat2)}) good = good && seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), call, 1, SCMP_A2(SCMP_CMP_EQ, W_OK, 0)) == 0;
  for (int call : denied_to_programs) good = good && seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), call, 0) == 0;
  int file = ::memfd_create("filter", MFD_CLOEXEC);
  good = good && file >= 0 && seccomp_export_bpf(filter, file) == 0;
  off_t size = good ? ::lseek(file, 0, SEEK_END) : 0;
  out.resize(static_cast<size_t>(size) / sizeof(sock_filter));
  if (size > 0 && ::pread(file, out.data(), static_cast<size_t>(size), 0) != size) out.clear();
  if (file >= 0) ::close(file);
  seccomp_release(filter);
  return out;
}

}  // namespace

const std::vector<std::string>& readable_folders() {
  static const std::vector<std::string> folders = {"/usr/share", "/usr/lib", "/lib", "/lib64", "/etc/fonts", "/usr/local/share/fonts", "/var/cache/fontconfig"};
  return folders;
}

Sandbox supported_sandbox() {
  uint32_t action = SECCOMP_RET_ERRNO;
  return {::syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0U, &action) == 0, landlock_version() >= 1};
}

Sandbox enter_sandbox() {
  Sandbox got;
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  got.files = limit_files();
  got.calls = limit_calls();
  return got;
}

ProgramSandbox::ProgramSandbox(const std::filesystem::path& program, const std::filesystem::path& folder) {
  Sandbox supported = supported_sandbox();
  if (supported.calls) filter_ = make_program_filter();
  // By the filter LibreOffice keeps its socket in its folder: without it, it could not start behind the rules.
  bool both = supported.calls && supported.files;
  if (both) rules_ = make_program_rules(program, folder);
  if (supported.calls == filter_.empty() || both == (rules_ < 0)) {
    if (rules_ >= 0) ::close(rules_);
    throw Error(ErrorKind::unavailable, "外部プログラムを隔離できません。", "空きメモリを確認して、もう一度実行してください。");
  }
}

ProgramSandbox::~ProgramSandbox() {
  if (rules_ >= 0) ::close(rules_);
}

bool ProgramSandbox::enter() const {
  if (rules_ >= 0 && !enter_rules(rules_)) return false;
  sock_fprog program{static_cast<unsigned short>(filter_.size()), const_cast<sock_filter*>(filter_.data())};
  return filter_.empty() || ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

}  // namespace shirube::indexer
