#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "corpus/clause.h"

// How much two texts have in common, told by few numbers of each: bottom-k sketches of shingles (A. Z. Broder, On
// the resemblance and containment of documents, 1997). Pure functions, safe from any thread.
namespace shirube::corpus {

/// Numbers a sketch has at most; the share that two have in common is known within about a tenth.
constexpr size_t sketch_size = 64;

/// The sketch of an edition's words, in ascending order: labels, spaces and ways of writing the same character do
/// not count. Empty for a text too short to be told from others (200 characters).
std::vector<int64_t> sketch(std::span<const Clause> clauses);

/// The share of what either text holds that both hold, from 0 to 1; 0 when either sketch is empty.
double resemblance(std::span<const int64_t> a, std::span<const int64_t> b);

/// Mixes so that the smallest hashes are a fair sample (the finalizer of MurmurHash3).
constexpr uint64_t mixed_hash(uint64_t h) {
  h ^= h >> 33;
  h *= 0xff51afd7ed558ccdULL;
  h ^= h >> 33;
  h *= 0xc4ceb9fe1a85ec53ULL;
  return h ^ (h >> 33);
}

/// Of the `most` smallest of two samples together, each in ascending order, the share that both hold; 0 when either is empty.
template <typename Hash>
double shared_sample(std::span<const Hash> a, std::span<const Hash> b, size_t most) {
  if (a.empty() || b.empty()) return 0;
  size_t i = 0, k = 0, both = 0, seen = 0;
  for (; seen < most && (i < a.size() || k < b.size()); ++seen) {
    if (k == b.size() || (i < a.size() && a[i] < b[k])) ++i;
    else if (i == a.size() || b[k] < a[i]) ++k;
    else ++both, ++i, ++k;
  }
  return static_cast<double>(both) / static_cast<double>(seen);
}

}  // namespace shirube::corpus
