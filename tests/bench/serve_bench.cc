// How many searches a running service answers when many clients ask at once, each on one connection.
//   bench_serve http://127.0.0.1:8080 queries.jsonl [clients=32] [seconds=20]
// Asks /api/v1/search for the "text" of each line, ten hits, over and over; every client begins
// elsewhere in the list. Exit code 1 when an answer was not 200.
#include <httplib.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "web/target.h"

namespace {

using Clock = std::chrono::steady_clock;

/// What one client saw.
struct Seen {
  std::vector<double> milliseconds;
  std::map<int, size_t> statuses;  ///< 0: no answer
};

Seen ask(const std::string& service, const std::vector<std::string>& targets, size_t first, Clock::time_point end) {
  httplib::Client client(service);
  client.set_keep_alive(true);
  client.set_tcp_nodelay(true);
  client.set_read_timeout(60);
  Seen seen;
  for (size_t i = first; Clock::now() < end; ++i) {
    auto begin = Clock::now();
    auto answer = client.Get(targets[i % targets.size()]);
    seen.milliseconds.push_back(std::chrono::duration<double, std::milli>(Clock::now() - begin).count());
    ++seen.statuses[answer ? answer->status : 0];
  }
  return seen;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) {
    std::fprintf(stderr, "bench_serve http://127.0.0.1:8080 queries.jsonl [clients=32] [seconds=20]\n");
    return 2;
  }
  size_t clients = count > 3 ? std::stoul(arguments[3]) : 32, seconds = count > 4 ? std::stoul(arguments[4]) : 20;
  std::vector<std::string> targets;
  std::ifstream in(arguments[2]);
  for (std::string line; std::getline(in, line);) {
    if (!line.empty()) targets.push_back("/api/v1/search?limit=10&q=" + shirube::web::percent_encode(nlohmann::json::parse(line).at("text").get<std::string>()));
  }
  if (targets.empty() || clients == 0) {
    std::fprintf(stderr, "%s: no queries, or no clients\n", arguments[2]);
    return 2;
  }
  std::vector<Seen> seen(clients);
  auto begin = Clock::now();
  {
    std::vector<std::jthread> threads;
    for (size_t i = 0; i < clients; ++i) {
      threads.emplace_back([&, i] { seen[i] = ask(arguments[1], targets, i * targets.size() / clients, begin + std::chrono::seconds(seconds)); });
    }
  }
  double took = std::chrono::duration<double>(Clock::now() - begin).count();
  std::vector<double> times;
  std::map<int, size_t> statuses;
  size_t fewest = SIZE_MAX, most = 0;
  for (const auto& one : seen) {
    times.insert(times.end(), one.milliseconds.begin(), one.milliseconds.end());
    for (const auto& [status, answers] : one.statuses) statuses[status] += answers;
    fewest = std::min(fewest, one.milliseconds.size());
    most = std::max(most, one.milliseconds.size());
  }
  std::ranges::sort(times);
  auto at = [&](double part) { return times[static_cast<size_t>(part * static_cast<double>(times.size() - 1))]; };
  size_t errors = times.size() - statuses[200];
  std::printf("%zu clients, %.1f s: %zu requests (%zu to %zu a client), %.1f a second\n", clients, took, times.size(), fewest, most, static_cast<double>(times.size()) / took);
  std::printf("p50 %.1f  p95 %.1f  p99 %.1f  max %.1f ms\nnot 200: %zu\n", at(0.5), at(0.95), at(0.99), times.back(), errors);
  for (const auto& [status, answers] : statuses) {
    if (status != 200 && answers > 0) std::printf("  %d: %zu\n", status, answers);
  }
  return errors == 0 ? 0 : 1;
}
