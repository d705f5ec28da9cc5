#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

// Private to store/: bytes that are on disk when the call returns.
namespace shirube::store {

/// A file descriptor that is closed on the way out.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor();
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

/// Throws Error{unavailable}: `what` could not be done with `path`, for the reason `code` (an errno), and what helps.
[[noreturn]] void fail(std::string_view what, const std::filesystem::path& path, int code);

/// Writes `bytes` to an open file. Throws as fail(), saying `what`.
void write_all(int fd, std::string_view bytes, std::string_view what, const std::filesystem::path& path);

/// Has a folder's entries, or a file's bytes, on disk.
void sync_folder(const std::filesystem::path& folder, std::string_view what);
void sync_file(const std::filesystem::path& file, std::string_view what);

/// SHA-256 (FIPS 180-4) of bytes that come bit by bit.
class Hash {
 public:
  Hash();
  ~Hash();
  Hash(const Hash&) = delete;
  Hash& operator=(const Hash&) = delete;
  void add(std::string_view bytes);
  /// In lower-case hexadecimal; once, at the end.
  std::string value();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace shirube::store
