#include "store/workplace.h"

#include <fcntl.h>
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

constexpr std::string_view prefix = "shirube-unfinished-", ending = ".tmp";

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

/// NAME.123-4.tmp
bool is_draft(std::string_view name) {
  if (!name.ends_with(ending)) return false;
  name.remove_suffix(ending.size());
  size_t dot = name.rfind('.');
  if (dot == name.npos || dot == 0) return false;
  std::string_view number = name.substr(dot + 1);
  size_t dash = number.find('-');
  auto digits = [](std::string_view word) { return !word.empty() && std::ranges::all_of(word, [](char c) { return c >= '0' && c <= '9'; }); };
  return dash != number.npos && digits(number.substr(0, dash)) && digits(number.substr(dash + 1));
}

}  // namespace

Workplace::Workplace(const fs::path& where) {
  remove_workplaces(where);
  std::string path = where / (std::string(prefix) + "XXXXXX");
  if (::mkdtemp(path.data()) == nullptr) fail("作業用の場所を作れません", where, errno);
  path_ = path;
  lock_ = std::make_unique<Descriptor>(open_folder(path_));
  if (lock_->get() >= 0) ::flock(lock_->get(), LOCK_EX | LOCK_NB);
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
