#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace shirube::web {

/// Why somebody was not served.
enum class Refusal {
  address_rate, account_rate, busy, connections, idle, slow, head, target, body, clear_text, forbidden, host,
};
/// Its name in the metrics, and what it means for people.
struct RefusalName {
  Refusal refusal;
  std::string_view key, meaning;
};
std::span<const RefusalName> refusals();

/// A figure that is measured when it is asked for.
struct Gauge {
  std::string_view name;   ///< of the metric: without "shirube_"
  std::string_view help;   ///< for the metrics, English
  std::string_view label;  ///< for people
  double value;
  enum class Unit { number, bytes, seconds, moment } unit = Unit::number;  ///< moment: seconds since 1970
};

/// What the service counts of itself. Counting costs a few atomic additions, and nothing of what was asked or found is kept. Safe to
/// share between threads.
class Metrics {
 public:
  using Clock = std::chrono::steady_clock;

  /// For requests to these routes, by their place in the list; any other place counts as "none".
  struct RouteName {
    std::string_view method, pattern;
  };
  explicit Metrics(std::vector<RouteName> routes);

  void answered(size_t route, int status, std::chrono::nanoseconds time);
  void refused(Refusal refusal) { ++refused_[static_cast<size_t>(refusal)]; }
  uint64_t count(Refusal refusal) const { return refused_[static_cast<size_t>(refusal)]; }

  std::atomic<int64_t> in_flight = 0;    ///< requests that a thread is at
  std::atomic<int64_t> waiting = 0;      ///< requests that wait for a thread
  std::atomic<int64_t> connections = 0;  ///< that are open

  std::chrono::seconds uptime() const { return std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - begun_); }

  /// Everything, and these gauges, in Prometheus's text format 0.0.4.
  std::string text(std::span<const Gauge> gauges) const;

  static constexpr std::array<double, 11> bounds = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};  ///< of latencies, in seconds

 private:
  static constexpr size_t classes = 5;  ///< 1xx to 5xx
  struct Counters {
    std::array<std::atomic<uint64_t>, classes> by_class{};
    std::array<std::atomic<uint64_t>, bounds.size() + 1> by_time{};
    std::atomic<uint64_t> microseconds{0};
  };

  const Clock::time_point begun_ = Clock::now();
  const std::vector<RouteName> routes_;
  std::unique_ptr<Counters[]> counters_;  ///< one more than there are routes
  std::array<std::atomic<uint64_t>, 12> refused_{};
};

}  // namespace shirube::web
