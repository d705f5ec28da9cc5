#include "web/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace shirube::web {

namespace {

constexpr RefusalName refusal_names[] = {
    {Refusal::address_rate, "address_rate", "要求が多すぎるアドレス（429）"},
    {Refusal::account_rate, "account_rate", "要求が多すぎる利用者（429）"},
    {Refusal::busy, "busy", "混雑（503）"},
    {Refusal::connections, "connections", "接続が多すぎるアドレス（429）"},
    {Refusal::idle, "idle", "新しい接続に席を譲った、待ちの接続"},
    {Refusal::slow, "slow", "時間内に届かない、または受け取らない接続"},
    {Refusal::head, "head", "大きすぎるヘッダー（431）"},
    {Refusal::target, "target", "長すぎるアドレス（414）"},
    {Refusal::body, "body", "大きすぎる内容（413）"},
    {Refusal::clear_text, "clear_text", "TLS でない接続（400）"},
    {Refusal::forbidden, "forbidden", "権限のない操作（403）"},
    {Refusal::host, "host", "知らない名前あての要求（421）"},
};

void head(std::string& out, std::string_view name, std::string_view type, std::string_view help) {
  fmt::format_to(std::back_inserter(out), "# HELP shirube_{} {}\n# TYPE shirube_{} {}\n", name, help, name, type);
}

void gauge(std::string& out, std::string_view name, std::string_view help, double value) {
  head(out, name, "gauge", help);
  fmt::format_to(std::back_inserter(out), "shirube_{} {}\n", name, value);
}

}  // namespace

std::span<const RefusalName> refusals() { return refusal_names; }

Metrics::Metrics(std::vector<RouteName> routes) : routes_(std::move(routes)), counters_(new Counters[routes_.size() + 1]) {}

void Metrics::answered(size_t route, int status, std::chrono::nanoseconds time) {
  Counters& counters = counters_[std::min(route, routes_.size())];
  ++counters.by_class[static_cast<size_t>(std::clamp(status / 100, 1, 5) - 1)];
  double seconds = std::chrono::duration<double>(time).count();
  ++counters.by_time[static_cast<size_t>(std::ranges::lower_bound(bounds, seconds) - bounds.begin())];
  counters.microseconds += static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(time).count());
}

std::string Metrics::text(std::span<const Gauge> gauges) const {
  std::string out;
  auto to = std::back_inserter(out);
  auto labels = [&](size_t route) {
    return route == routes_.size() ? std::string(R"(route="none",method="any")") : fmt::format(R"(route="{}",method="{}")", routes_[route].pattern, routes_[route].method);
  };
  head(out, "requests_total", "counter", "Requests that were answered, by route and class of status.");
  for (size_t route = 0; route <= routes_.size(); ++route) {
    for (size_t i = 0; i < classes; ++i) {
      if (uint64_t count = counters_[route].by_class[i]) fmt::format_to(to, "shirube_requests_total{{{},status=\"{}xx\"}} {}\n", labels(route), i + 1, count);
    }
  }
  head(out, "request_duration_seconds", "histogram", "Time from a request's arrival at a thread to its answer.");
  for (size_t route = 0; route <= routes_.size(); ++route) {
    const Counters& counters = counters_[route];
    uint64_t sum = 0;
    std::string lines;
    for (size_t i = 0; i <= bounds.size(); ++i) {
      sum += counters.by_time[i];
      fmt::format_to(std::back_inserter(lines), "shirube_request_duration_seconds_bucket{{{},le=\"{}\"}} {}\n", labels(route), i == bounds.size() ? "+Inf" : fmt::format("{}", bounds[i]), sum);
    }
    if (sum == 0) continue;
    fmt::format_to(to, "{}shirube_request_duration_seconds_sum{{{}}} {}\nshirube_request_duration_seconds_count{{{}}} {}\n", lines, labels(route),
                   static_cast<double>(counters.microseconds) / 1e6, labels(route), sum);
  }
  head(out, "refused_total", "counter", "Requests and connections that were refused or cut off, by reason.");
  for (const auto& name : refusal_names) fmt::format_to(to, "shirube_refused_total{{reason=\"{}\"}} {}\n", name.key, count(name.refusal));
  gauge(out, "requests_in_flight", "Requests that a thread is at.", static_cast<double>(in_flight));
  gauge(out, "requests_waiting", "Requests that wait for a thread.", static_cast<double>(waiting));
  gauge(out, "connections", "Connections that are open.", static_cast<double>(connections));
  gauge(out, "uptime_seconds", "Time since the service began.", static_cast<double>(uptime().count()));
  for (const Gauge& each : gauges) gauge(out, each.name, each.help, each.value);
  return out;
}

}  // namespace shirube::web
