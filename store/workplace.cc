#include "store/workplace.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <string_view>

#include "store/durable.h"

namespace shirube::store {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view prefix = "shirube-unfinished-", mark = ".shirube-", ending = ".tmp";

/// Takes the lock of what was left, if it is ours and nobody holds it.
bool was_left(const Descriptor& fd) {
  struct stat status {};
  return fd.get() >= 0 && ::fstat(fd.get(), &status) == 0 && status.st_uid == ::geteuid() && ::flock(fd.get(), LOCK_EX | LOCK_NB) == 0;
}

int open_folder(const fs::path& path) { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC); }

void remove_workplaces(const fs::path& where) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(where, ignored)) {
    if (!entry.path().filename().string().starts_with(prefix)) continue;
    Descriptor fd(open_folder(entry.path()));
    if (was_left(fd)) fs::remove_all(entry.path(), ignored);
  }
}

/// NAME and a draft_ending(). A folder of settings may be one that others keep their files in, too.
bool is_draft(std::string_view name) {
  if (!name.ends_with(ending)) return false;
  name.remove_suffix(ending.size());
  size_t at = name.rfind(mark);
  if (at == name.npos || at == 0) return false;
  std::string_view number = name.substr(at + mark.size());
  size_t dash = number.find('-');
  auto digits = [](std::string_view word) { return !word.empty() && std::ranges::all_of(word, [](char c) { return c >= '0' && c <= '9'; }); };
  return dash != number.npos && digits(number.substr(0, dash)) && digits(number.substr(dash + 1));
}

/// Whether a folder that was made is locked now. Before it was, another may have taken it for one that was left: then it is no more,
/// once the lock is to be had. Fails with errno set.
bool take(const fs::path& path, std::unique_ptr<Descriptor>& lock) {
  lock = std::make_unique<Descriptor>(open_folder(path));
  if (lock->get() < 0) return false;
  while (::flock(lock->get(), LOCK_EX) != 0) {
    if (errno != EINTR) return false;
  }
  struct stat locked {}, there {};
  if (::fstat(lock->get(), &locked) != 0 || ::lstat(path.c_str(), &there) != 0) return false;
  if (locked.st_ino == there.st_ino && locked.st_dev == there.st_dev) return true;
  errno = ENOENT;
  return false;
}

}  // namespace

std::string draft_ending(unsigned number) { return fmt::format("{}{}-{}{}", mark, ::getpid(), number, ending); }

Workplace::Workplace(const fs::path& where) {
  constexpr const char* unmade = "作業用の場所を作れません";
  remove_workplaces(where);
  for (;;) {
    std::string path = where / (std::string(prefix) + "XXXXXX");
    if (::mkdtemp(path.data()) == nullptr) fail(unmade, where, errno);
    path_ = path;
    if (take(path_, lock_)) return;
    int code = errno;
    if (code == ENOENT) continue;
    ::rmdir(path_.c_str());
    fail(unmade, where, code);
  }
}

Workplace::~Workplace() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

void clear_left(const fs::path& folder) {
  std::error_code ignored;
  auto entries = fs::recursive_directory_iterator(folder, fs::directory_options::skip_permission_denied, ignored);
  for (; !ignored && entries != fs::end(entries); entries.increment(ignored)) {
    if (entries.depth() == 1) entries.disable_recursion_pending();
    if (!is_draft(entries->path().filename().string())) continue;
    Descriptor fd(::open(entries->path().c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    std::error_code stays;
    if (was_left(fd)) fs::remove(entries->path(), stays);
  }
}

}  // namespace shirube::store
