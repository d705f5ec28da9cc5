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

}  // namespace shirube::corpus
