#include "store/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <fstream>

#include "text/error.h"

namespace shirube::store {

namespace fs = std::filesystem;

namespace {

/// Closes on the way out.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

[[noreturn]] void fail(const fs::path& path) {
  int code = errno;
  throw Error(ErrorKind::unavailable, fmt::format("ファイルを保存できません（{}: {}）。", path.filename().string(), std::generic_category().message(code)),
              code == ENOSPC ? "ディスクの空きを作ってから、もう一度実行してください。" : "フォルダの書込み権限を確認してください。");
}

void sync_folder(const fs::path& folder) {
  Descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0 || ::fsync(fd.get()) != 0) fail(folder);
}

void write_synced(const fs::path& path, std::string_view bytes) {
  Descriptor fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640));
  if (fd.get() < 0) fail(path);
  while (!bytes.empty()) {
    ssize_t written = ::write(fd.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(path);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  if (::fsync(fd.get()) != 0) fail(path);
}

}  // namespace

std::string sha256(std::string_view bytes) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> hash;
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  std::array<char, 2 * crypto_hash_sha256_BYTES + 1> hex;
  sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
  return hex.data();
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
  // Written under another name first: the name always stands for whole, synced bytes.
  static std::atomic<unsigned> drafts{0};
  fs::path draft = path;
  draft += fmt::format(".{}-{}.tmp", ::getpid(), ++drafts);
  write_synced(draft, bytes);
  if (::rename(draft.c_str(), path.c_str()) != 0) fail(path);
  sync_folder(path.parent_path());
}

Files::Files(fs::path folder) : folder_(std::move(folder)) {}

fs::path Files::path_of(const std::string& sha256) const { return folder_ / sha256.substr(0, 2) / sha256; }

std::string Files::put(std::string_view bytes) const {
  std::string hash = sha256(bytes);
  fs::path path = path_of(hash);
  if (verify(hash) != State::good) {
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    replace_file(path, bytes);
  }
  // A copy that was cut off between these steps may be there without being on disk.
  sync_folder(path.parent_path());
  sync_folder(folder_);
  return hash;
}

Files::State Files::verify(const std::string& hash) const {
  fs::path path = path_of(hash);
  if (!fs::exists(path)) return State::missing;
  return sha256(read_file(path, UINT64_MAX)) == hash ? State::good : State::altered;
}

}  // namespace shirube::store
