#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>

namespace shirube::store {

/// A lock that goes to whoever has waited longest, so that one who takes it again and again lets the others in between. Safe to share
/// between threads; for std::lock_guard.
class Turns {
 public:
  void lock();
  void unlock();
  /// So many threads wait for it.
  size_t waiting() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable next_turn_;
  uint64_t drawn_ = 0, served_ = 0;  ///< numbers that were drawn, and that are done with
};

}  // namespace shirube::store
