// The figures of the service as Prometheus reads them.
#include "web/metrics.h"

#include <catch2/catch.hpp>
#include <regex>
#include <set>
#include <sstream>
#include <thread>

using namespace shirube::web;
using namespace std::chrono_literals;

namespace {

using Routes = std::vector<Metrics::RouteName>;

bool holds(const std::string& text, const std::string& line) { return ("\n" + text).find("\n" + line + "\n") != std::string::npos; }

}  // namespace

TEST_CASE("requests are counted by route and status, and timed") {
  Metrics metrics(Routes{{"GET", "/"}, {"POST", "/drafts/{}"}});
  metrics.answered(0, 200, 3ms);
  metrics.answered(0, 206, 5ms);
  metrics.answered(0, 404, 30s);
  metrics.answered(1, 303, 80ms);
  metrics.answered(99, 404, 1ms);
  metrics.refused(Refusal::busy);
  Gauge gauge{"free_bytes", "Free space.", "空き", 1.5e9, Gauge::Unit::bytes};
  std::string text = metrics.text({&gauge, 1});
  INFO(text);
  for (const char* line : {
           R"(shirube_requests_total{route="/",method="GET",status="2xx"} 2)",
           R"(shirube_requests_total{route="/",method="GET",status="4xx"} 1)",
           R"(shirube_requests_total{route="/drafts/{}",method="POST",status="3xx"} 1)",
           R"(shirube_requests_total{route="none",method="any",status="4xx"} 1)",
           R"(shirube_request_duration_seconds_bucket{route="/",method="GET",le="0.005"} 2)",
           R"(shirube_request_duration_seconds_bucket{route="/",method="GET",le="10"} 2)",
           R"(shirube_request_duration_seconds_bucket{route="/",method="GET",le="+Inf"} 3)",
           R"(shirube_request_duration_seconds_count{route="/",method="GET"} 3)",
           R"(shirube_request_duration_seconds_sum{route="/",method="GET"} 30.008)",
           R"(shirube_refused_total{reason="busy"} 1)",
           R"(shirube_refused_total{reason="head"} 0)",
           R"(shirube_free_bytes 1500000000)",
       }) {
    INFO(line);
    CHECK(holds(text, line));
  }
}

TEST_CASE("every line is of Prometheus's text format, and every metric is declared once before its samples") {
  Metrics metrics(Routes{{"GET", "/"}});
  metrics.answered(0, 200, 3ms);
  Gauge gauge{"free_bytes", "Free space.", "空き", 12, Gauge::Unit::bytes};
  std::istringstream lines(metrics.text({&gauge, 1}));
  const std::regex declared(R"(# TYPE (\S+) (counter|gauge|histogram))"), helped(R"(# HELP \S+ [ -~]+)"),
      sample(R"re(([a-zA-Z_:][a-zA-Z0-9_:]*)(\{[a-z]+="[^"\\]*"(,[a-z]+="[^"\\]*")*\})? (-?[0-9.]+(e[+-]?[0-9]+)?))re");
  std::set<std::string> names;
  size_t samples = 0;
  for (std::string line; std::getline(lines, line);) {
    INFO(line);
    std::smatch match;
    if (std::regex_match(line, helped)) continue;
    if (std::regex_match(line, match, declared)) {
      CHECK(names.insert(match[1]).second);
      continue;
    }
    REQUIRE(std::regex_match(line, match, sample));
    ++samples;
    std::string name = std::regex_replace(match[1].str(), std::regex("(request_duration_seconds)_(bucket|sum|count)$"), "$1");
    CHECK(names.contains(name));
  }
  CHECK(samples > 20);
}

TEST_CASE("each refusal has a name") {
  std::set<Refusal> named;
  for (const auto& name : refusals()) {
    CHECK_FALSE(name.meaning.empty());
    CHECK(named.insert(name.refusal).second);
  }
  CHECK(named.size() == static_cast<size_t>(Refusal::host) + 1);
}

TEST_CASE("threads count together") {
  Metrics metrics(Routes{{"GET", "/"}});
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 1000; ++n) metrics.answered(0, 200, 1ms);
    });
  }
  threads.clear();
  CHECK(holds(metrics.text({}), R"(shirube_requests_total{route="/",method="GET",status="2xx"} 4000)"));
}
