#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string>

namespace shirube::web {

/// Files that somebody has sent to see what they would do, and may then say to take. They are kept here only, for a short time: what is
/// begun and not ended leaves nothing behind. Safe to share between threads.
class HeldFiles {
 public:
  /// The key by which its owner gets it back. Beyond most_bytes in all the oldest go.
  std::string hold(int64_t owner, std::string name, std::string bytes);
  struct File {
    std::string name, bytes;
  };
  /// nullopt for what is not theirs, or too long ago. It stays.
  std::optional<File> find(int64_t owner, const std::string& key);
  void drop(int64_t owner, const std::string& key);

 private:
  static constexpr size_t most_bytes = size_t{64} << 20;
  static constexpr std::chrono::minutes longest{30};
  struct Held {
    int64_t owner;
    std::string key;
    File file;
    std::chrono::steady_clock::time_point since;
  };
  std::mutex mutex_;
  std::list<Held> held_;  ///< the newest first
};

}  // namespace shirube::web
