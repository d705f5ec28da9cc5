#pragma once

#include <filesystem>
#include <memory>
#include <string>

// What a kill may leave half made, and how it is known: whoever writes it holds a lock, which ends with the process.
namespace shirube::store {

class Descriptor;

/// A folder of its owner alone (mode 0700) for work under way, made in `where`, which must be there, and gone at the end. Those of
/// processes that were killed go when the next one is made there. Throws Error{unavailable} when it cannot be made.
class Workplace {
 public:
  explicit Workplace(const std::filesystem::path& where);
  ~Workplace();
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  std::unique_ptr<Descriptor> lock_;
};

/// What follows the name of a file while it is written beside its place: .shirube-PROCESS-NUMBER.tmp
std::string draft_ending(unsigned number);

/// Removes, in a folder and those in it, what kills left of files that were being written beside their place (Files::put(),
/// replace_file()): so named, and nobody's any more. Never fails; what cannot be removed stays.
void clear_left(const std::filesystem::path& folder);

}  // namespace shirube::store
