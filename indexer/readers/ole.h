#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace shirube::indexer {

/// The directory of an OLE compound file (MS-CFB): what Office files were before they were ZIP files,
/// and what encrypted ones still are. It tells formats apart; nothing else is read here. Any bytes may
/// be given: what cannot be followed is as if it were not there. The bytes must outlive it.
class OleDirectory {
 public:
  explicit OleDirectory(std::string_view bytes);

  bool has(std::string_view name) const;
  bool has_prefix(std::string_view beginning) const;
  /// The first bytes of a stream, at most a sector; empty when there is none or it is small.
  std::string_view head(std::string_view name) const;

 private:
  struct Entry {
    std::string name;
    uint32_t start = 0;
    uint64_t size = 0;
  };
  std::string_view sector(uint32_t number) const;

  std::string_view bytes_;
  size_t sector_size_ = 512;
  std::vector<Entry> entries_;
};

/// True for a Word, Excel or PowerPoint file, old or new, that only opens with its password.
bool is_encrypted_office(const OleDirectory& directory);

}  // namespace shirube::indexer
