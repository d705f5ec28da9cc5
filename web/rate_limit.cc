#include "web/rate_limit.h"

#include <algorithm>
#include <cmath>

namespace shirube::web {

namespace {

constexpr const char* newcomers = "";  // no address and no account is called so
constexpr auto between_sweeps = std::chrono::seconds(1);

}  // namespace

double RateLimit::tokens_at(const Bucket& bucket, Clock::time_point now) const {
  return std::min(burst_, bucket.tokens + rate_ * std::chrono::duration<double>(now - bucket.filled).count());
}

RateLimit::Bucket& RateLimit::bucket_of(const std::string& key, Clock::time_point now) {
  if (auto found = buckets_.find(key); found != buckets_.end()) return found->second;
  if (buckets_.size() >= most_ && now - swept_ >= between_sweeps) {
    swept_ = now;
    std::erase_if(buckets_, [&](const auto& entry) { return tokens_at(entry.second, now) >= burst_; });
  }
  return buckets_.try_emplace(buckets_.size() < most_ ? key : newcomers, Bucket{burst_, now}).first->second;
}

std::optional<std::chrono::seconds> RateLimit::take(const std::string& key, Clock::time_point now) {
  if (rate_ <= 0) return {};
  std::lock_guard lock(mutex_);
  Bucket& bucket = bucket_of(key, now);
  bucket.tokens = tokens_at(bucket, now);
  bucket.filled = now;
  if (bucket.tokens >= 1) {
    bucket.tokens -= 1;
    return {};
  }
  return std::chrono::seconds(std::max<long>(1, std::lround(std::ceil((1 - bucket.tokens) / rate_))));
}

size_t RateLimit::known() const {
  std::lock_guard lock(mutex_);
  return buckets_.size();
}

}  // namespace shirube::web
