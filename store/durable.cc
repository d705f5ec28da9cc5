#include "store/durable.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "text/error.h"

namespace shirube::store {

namespace fs = std::filesystem;

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

void fail(std::string_view what, const fs::path& path, int code) {
  const char* hint = "フォルダの場所と権限を確認してください。";
  if (code == ENOSPC || code == EDQUOT) hint = "ディスクの空きを作ってから、もう一度実行してください。";
  if (code == EROFS) hint = "書込みのできるディスクかどうかを確認してください。";
  if (code == EIO) hint = "ディスクの故障が疑われます。機器を確認し、控えから戻してください（shirube restore）。";
  throw Error(ErrorKind::unavailable, fmt::format("{}（{}: {}）。", what, path.filename().string(), std::generic_category().message(code)), hint);
}

void write_all(int fd, std::string_view bytes, std::string_view what, const fs::path& path) {
  while (!bytes.empty()) {
    ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(what, path, errno);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
}

namespace {

void sync(const fs::path& path, int flags, std::string_view what) {
  Descriptor fd(::open(path.c_str(), flags | O_CLOEXEC));
  if (fd.get() < 0 || ::fsync(fd.get()) != 0) fail(what, path, errno);
}

}  // namespace

void sync_folder(const fs::path& folder, std::string_view what) { sync(folder.empty() ? fs::path(".") : folder, O_RDONLY | O_DIRECTORY, what); }
void sync_file(const fs::path& file, std::string_view what) { sync(file, O_RDONLY, what); }

struct Hash::State {
  crypto_hash_sha256_state state;
};

Hash::Hash() : state_(new State) { crypto_hash_sha256_init(&state_->state); }
Hash::~Hash() = default;

void Hash::add(std::string_view bytes) { crypto_hash_sha256_update(&state_->state, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()); }

std::string Hash::value() {
  std::array<unsigned char, crypto_hash_sha256_BYTES> hash;
  crypto_hash_sha256_final(&state_->state, hash.data());
  std::array<char, 2 * crypto_hash_sha256_BYTES + 1> hex;
  sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
  return hex.data();
}

}  // namespace shirube::store
