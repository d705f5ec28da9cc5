// What events cost: written one by one, through the queue, verified, removed by rule.
// usage: bench_events FOLDER [EVENTS]
#include <chrono>
#include <filesystem>
#include <iostream>
#include <string>

#include "store/database.h"
#include "store/event_chain.h"
#include "store/event_queue.h"
#include "store/event_retention.h"
#include "text/instant.h"

using namespace shirube;

namespace {

template <typename Work>
void time(const char* name, size_t count, Work work) {
  auto start = std::chrono::steady_clock::now();
  work();
  double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::cout << name << ": " << count << " in " << seconds << " s, " << seconds / static_cast<double>(count) * 1e6 << " µs each\n";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  std::filesystem::path file = std::filesystem::path(argv[1]) / "bench-events.db";
  size_t count = argc > 2 ? std::stoul(argv[2]) : 100'000;
  size_t few = std::min<size_t>(count, 1000);
  store::Database database(file);
  store::Acting acting({"sato", "192.0.2.1"});
  store::Event event{"search", "", "端末の持ち出し kind=policy"};
  time("one by one", few, [&] {
    for (size_t i = 0; i < few; ++i) database.write([&](SQLite::Database& db) { store::append(db, event); });
  });
  {
    store::EventQueue queue(database, [](std::string_view) {});
    time("pushed", few, [&] {
      for (size_t i = 0; i < few; ++i) queue.push(event);
    });
    time("flushed", few, [&] { queue.flush(); });
  }
  time("in one transaction", count, [&] {
    database.write([&](SQLite::Database& db) {
      for (size_t i = 0; i < count; ++i) store::append(db, event);
    });
  });
  auto verify = [&] {
    auto verdict = database.read([](SQLite::Database& db) { return store::verify(db, [](uint64_t, uint64_t) {}); });
    std::cout << verdict.said() << "\n";
  };
  size_t all = count + 2 * few;
  time("verified", all, verify);
  std::cout << std::filesystem::file_size(file) / all << " bytes each\n";
  time("removed by rule", all, [&] {
    std::vector<std::string> rules = {"search=1"};
    auto read = store::parse_rules(rules);
    store::retain(database, read, [] { return text::days_before(text::utc_now(), -2); }, std::atomic<bool>(false));
  });
  time("verified", 1, verify);
  return 0;
}
