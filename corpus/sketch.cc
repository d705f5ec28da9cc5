#include "corpus/sketch.h"

#include <algorithm>
#include <string>

#include "text/normalize.h"
#include "text/utf8.h"

namespace shirube::corpus {

namespace {

constexpr size_t shingle = 8;  // characters
constexpr size_t fewest = 200;

/// Mixes so that the smallest hashes are a fair sample (the finalizer of MurmurHash3).
uint64_t mixed(uint64_t h) {
  h ^= h >> 33;
  h *= 0xff51afd7ed558ccdULL;
  h ^= h >> 33;
  h *= 0xc4ceb9fe1a85ec53ULL;
  return h ^ (h >> 33);
}

}  // namespace

std::vector<int64_t> sketch(std::span<const Clause> clauses) {
  std::u32string words;
  for (const auto& clause : clauses) {
    for (const std::string* part : {&clause.heading, &clause.text}) {
      for (char32_t c : text::to_utf32(text::fold(*part))) {
        if (!text::is_space(c)) words += c;
      }
    }
  }
  if (words.size() < fewest) return {};
  std::vector<int64_t> prints;
  prints.reserve(words.size());
  for (size_t i = 0; i + shingle <= words.size(); ++i) {
    uint64_t h = 0;
    for (size_t k = 0; k < shingle; ++k) h = mixed(h ^ words[i + k]);
    prints.push_back(static_cast<int64_t>(h));
  }
  std::ranges::sort(prints);
  prints.erase(std::unique(prints.begin(), prints.end()), prints.end());
  prints.resize(std::min(prints.size(), sketch_size));
  return prints;
}

double resemblance(std::span<const int64_t> a, std::span<const int64_t> b) {
  if (a.empty() || b.empty()) return 0;
  // The smallest of both together are a sample of all that either holds.
  size_t i = 0, k = 0, both = 0, seen = 0;
  for (; seen < sketch_size && (i < a.size() || k < b.size()); ++seen) {
    if (k == b.size() || (i < a.size() && a[i] < b[k])) ++i;
    else if (i == a.size() || b[k] < a[i]) ++k;
    else ++both, ++i, ++k;
  }
  return static_cast<double>(both) / static_cast<double>(seen);
}

}  // namespace shirube::corpus
