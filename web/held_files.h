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
  using Clock = std::chrono::steady_clock;
  static constexpr size_t most_bytes = size_t{64} << 20, longest_file = size_t{20} << 20;
  static constexpr std::chrono::minutes longest{30};

  /// The key by which its owner gets it back. It takes the place of what they had sent for the same `place` before; beyond most_bytes in all
  /// the oldest go. Throws Error{invalid} for a file of more than longest_file.
  std::string hold(int64_t owner, const std::string& place, std::string name, std::string bytes, Clock::time_point now = Clock::now());
  struct File {
    std::string name, bytes;
  };
  /// nullopt for what is not theirs, of another place, or too long ago. It stays.
  std::optional<File> find(int64_t owner, const std::string& place, const std::string& key, Clock::time_point now = Clock::now());
  void drop(int64_t owner, const std::string& place);
  /// How many bytes are held.
  size_t bytes() const;

 private:
  struct Held {
    int64_t owner;
    std::string place, key;
    File file;
    Clock::time_point since;
  };
  void expire(Clock::time_point now);

  mutable std::mutex mutex_;
  std::list<Held> held_;  ///< the newest first
};

}  // namespace shirube::web
