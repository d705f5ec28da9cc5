#include "store/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <fstream>

#include "store/durable.h"
#include "store/workplace.h"
#include "text/error.h"

namespace shirube::store {

namespace fs = std::filesystem;

namespace {

constexpr const char* unsaved = "原本を保存できません";

/// A new file beside `path`, and locked, so that one that a kill left is known (clear_left()).
Descriptor open_draft(const fs::path& path, fs::path& draft, const char* what) {
  static std::atomic<unsigned> drafts{0};
  for (;;) {
    draft = path;
    draft += draft_ending(++drafts);
    int fd = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (fd < 0) fail(what, path, errno);
    ::flock(fd, LOCK_EX);
    // Before it was locked it may have been taken for one that was left.
    struct stat status {};
    if (::fstat(fd, &status) != 0 || status.st_nlink > 0) return Descriptor(fd);
    ::close(fd);
  }
}

/// Written under another name first: a name always stands for whole, synced bytes. `what` could not be done, if it fails.
void write_in_place(const fs::path& path, std::string_view bytes, const char* what) {
  fs::path draft;
  try {
    Descriptor fd = open_draft(path, draft, what);
    write_all(fd.get(), bytes, what, path);
    if (::fsync(fd.get()) != 0 || ::rename(draft.c_str(), path.c_str()) != 0) fail(what, path, errno);
  } catch (...) {
    std::error_code ignored;
    fs::remove(draft, ignored);  // on a full disk, the space is needed
    throw;
  }
}

}  // namespace

std::string sha256(std::string_view bytes) {
  Hash hash;
  hash.add(bytes);
  return hash.value();
}

std::string read_file(const fs::path& path, uint64_t limit) {
  std::error_code error;
  uint64_t size = fs::file_size(path, error);
  std::ifstream in(path, std::ios::binary);
  if (error || !in) {
    throw Error(ErrorKind::missing, "ファイルを開けません: " + path.string(), "ファイルの場所と読取り権限を確認してください。");
  }
  if (size > limit) {
    throw Error(ErrorKind::invalid, fmt::format("ファイルが大きすぎます（{} MiB、上限 {} MiB）: {}", size >> 20, limit >> 20, path.filename().string()),
                "分割するか、設定の上限を見直してください。");
  }
  std::string bytes(size, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(size));
  bytes.resize(static_cast<size_t>(in.gcount()));
  return bytes;
}

void replace_file(const fs::path& path, std::string_view bytes) {
  constexpr const char* what = "ファイルを保存できません";
  write_in_place(path, bytes, what);
  sync_folder(path.parent_path(), what);
}

Files::Files(fs::path folder) : folder_(std::move(folder)) {}

fs::path Files::path_of(const std::string& sha256) const { return folder_ / sha256.substr(0, 2) / sha256; }

std::string Files::put(std::string_view bytes) const {
  std::string hash = sha256(bytes);
  fs::path path = path_of(hash);
  if (verify(hash) != State::good) {
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    if (error) fail(unsaved, path.parent_path(), error.value());
    write_in_place(path, bytes, unsaved);
  }
  // A copy that was cut off between these steps may be there without being on disk.
  sync_folder(path.parent_path(), unsaved);
  sync_folder(folder_, unsaved);
  return hash;
}

Files::State Files::verify(const std::string& hash) const {
  fs::path path = path_of(hash);
  std::error_code none;
  if (!fs::exists(path, none)) return State::missing;
  return sha256(read_file(path, UINT64_MAX)) == hash ? State::good : State::altered;
}

}  // namespace shirube::store
