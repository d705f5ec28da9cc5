#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace shirube::web {

/// How often somebody may ask: each key has a bucket of tokens that fills at a steady rate, and a request takes one. What is known of
/// keys is bounded: those whose bucket has filled again are forgotten, and newcomers beyond `most` share one bucket. Safe to share
/// between threads.
class RateLimit {
 public:
  using Clock = std::chrono::steady_clock;

  /// `rate` tokens a second, `burst` of them at once. A rate of 0 lets everything pass.
  RateLimit(double rate, double burst, size_t most = 20'000) : rate_(rate), burst_(burst), most_(most) {}

  /// Takes a token. Otherwise the wait until there is one, in whole seconds, at least one.
  std::optional<std::chrono::seconds> take(const std::string& key, Clock::time_point now = Clock::now());

  size_t known() const;

 private:
  struct Bucket {
    double tokens;
    Clock::time_point filled;
  };
  double tokens_at(const Bucket& bucket, Clock::time_point now) const;
  Bucket& bucket_of(const std::string& key, Clock::time_point now);

  const double rate_, burst_;
  const size_t most_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;
  Clock::time_point swept_{};
};

}  // namespace shirube::web
