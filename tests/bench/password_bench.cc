// What one hash of a password takes, at the default cost or another: the middle and the longest of so many, and of the processor.
//   bench_password [memory MiB] [passes] [hashes]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

#include "people/password.h"

int main(int argc, char** argv) {
  shirube::people::PasswordCost cost;
  if (argc > 1) cost.memory = static_cast<size_t>(std::atoi(argv[1])) << 20;
  if (argc > 2) cost.passes = static_cast<unsigned long long>(std::atoi(argv[2]));
  int hashes = argc > 3 ? std::atoi(argv[3]) : 20;
  std::vector<double> times;
  std::clock_t processor = std::clock();
  for (int i = 0; i < hashes; ++i) {
    auto begin = std::chrono::steady_clock::now();
    shirube::people::hash_password("kaki no ki to shiroi neko", cost);
    times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
  }
  std::ranges::sort(times);
  std::printf("argon2id memory=%zu MiB passes=%llu hashes=%d p50=%.0f max=%.0f cpu=%.0f ms\n", cost.memory >> 20, cost.passes, hashes, times[times.size() / 2], times.back(),
              1000.0 * static_cast<double>(std::clock() - processor) / CLOCKS_PER_SEC / hashes);
}
