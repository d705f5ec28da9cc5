#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace shirube::indexer {

/// What a ZIP file may unfold to. A small file that unfolds to much is a bomb, whatever it says of itself:
/// bytes are counted as they come.
struct ArchiveLimits {
  size_t members = 10'000;
  uint64_t total_bytes = uint64_t{512} << 20;  ///< of all that is read from one archive
  uint64_t suspicious_bytes = uint64_t{10} << 20;  ///< a member larger than this …
  uint64_t most_ratio = 200;                       ///< … may not be so many times what it was packed to
};

/// A ZIP file in memory: also what Word, Excel, PowerPoint and OpenDocument files are. For one thread;
/// the bytes must outlive it. Errors are Error{invalid} with a Japanese reason.
class Archive {
 public:
  struct Member {
    std::string name;  ///< UTF-8, / between folders; names that do not say so are read as UTF-8 or CP932
    uint64_t size = 0; ///< as the archive says
    bool encrypted = false;
    bool folder = false;
  };

  /// Throws for what is no ZIP, broken beyond reading, or has too many members.
  explicit Archive(std::string_view bytes, ArchiveLimits limits = {});
  ~Archive();
  Archive(Archive&&) noexcept;
  Archive& operator=(Archive&&) noexcept;

  const std::vector<Member>& members() const;  ///< in their order in the archive
  bool has(std::string_view name) const;

  /// A member's bytes. Throws for one that is missing, encrypted, broken or over the limits.
  std::string read(size_t member);
  std::string read(std::string_view name);

 private:
  struct Private;
  std::unique_ptr<Private> self_;
};

}  // namespace shirube::indexer
