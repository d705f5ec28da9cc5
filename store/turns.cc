#include "store/turns.h"

#include <algorithm>

namespace shirube::store {

void Turns::lock() {
  std::unique_lock lock(mutex_);
  uint64_t mine = drawn_++;
  next_turn_.wait(lock, [&] { return served_ == mine; });
}

void Turns::unlock() {
  std::lock_guard lock(mutex_);
  ++served_;
  next_turn_.notify_all();
}

size_t Turns::waiting() const {
  std::lock_guard lock(mutex_);
  return std::max<uint64_t>(drawn_ - served_, 1) - 1;
}

}  // namespace shirube::store
