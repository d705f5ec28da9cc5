#pragma once

#include <string>
#include <vector>

#include "corpus/definition.h"
#include "corpus/trace.h"

// The terms that an edition defines for itself, where each holds and where it is used.
namespace shirube::corpus {

/// A term where it is defined, and the clauses that it holds in.
struct ScopedTerm {
  DefinedTerm defined;
  size_t clause = 0;
  std::vector<std::pair<size_t, size_t>> scope{};  ///< positions, from and behind; in order
};

/// The defined terms of an edition in order. Where one holds is what the references in 「以下この条及び次条において」 lead to
/// (`references` as trace() gives them), else the text or annex that it stands in.
std::vector<ScopedTerm> scoped_terms(const Places& places, const std::vector<std::vector<Traced>>& references);

/// A defined term where it is used.
struct TermUse {
  bool in_heading = false;
  size_t begin = 0, end = 0;
  size_t term = 0;  ///< its number among the scoped terms
};

/// Where terms of two characters and more are used, for each clause, in order: the longest that holds there, as a word of its
/// own (見本 is none in 見本市), and of several definitions the last before it. Takes time in proportion to the texts.
std::vector<std::vector<TermUse>> term_uses(const Places& places, const std::vector<ScopedTerm>& terms);

}  // namespace shirube::corpus
