#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace shirube::store {

/// SHA-256 (FIPS 180-4) in lower-case hexadecimal.
std::string sha256(std::string_view bytes);

/// A file's bytes. Throws Error{missing} when it cannot be opened and Error{invalid} over `limit`.
std::string read_file(const std::filesystem::path& path, uint64_t limit);

/// Puts `bytes` in the place of a file, whole or not at all: when it returns they are on disk. Throws Error{unavailable} when they
/// cannot be written, and the file stays as it was.
void replace_file(const std::filesystem::path& path, std::string_view bytes);

/// The originals, by their SHA-256, in files of a folder. A stored file never changes. Safe to
/// share between threads and processes.
class Files {
 public:
  explicit Files(std::filesystem::path folder);

  /// Stores `bytes` and returns their SHA-256. When it returns, the file and its folder entry are
  /// on disk, so that a row may name it. Storing the same bytes again
  /// mends a copy that was lost or altered.
  std::string put(std::string_view bytes) const;

  /// Where the file of a hash is. It may not exist.
  std::filesystem::path path_of(const std::string& sha256) const;

  enum class State { good, missing, altered };
  /// Reads the whole file again and compares.
  State verify(const std::string& sha256) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace shirube::store
