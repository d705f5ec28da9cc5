#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/place.h"
#include "corpus/reference.h"
#include "corpus/references.h"

// From what a text mentions to what is meant, as seen from where the text stands.
namespace shirube::corpus {

/// The documents that texts may name. Number 0 is the one that speaks.
class Documents {
 public:
  virtual ~Documents() = default;
  struct Named {
    size_t document;
    size_t begin;   ///< of the name in `words`
    bool defined;   ///< by the document that speaks: 「番号法」
  };
  /// The document whose name `words` end with, the longest; `edition` is the label that goes with it or empty, `clause` where
  /// they stand. nullopt: they end with no name.
  virtual std::optional<Named> named(std::string_view words, const std::string& edition, size_t clause) = 0;
  /// The clauses of the edition that is meant; null for a document that is not held.
  virtual const Places* places(size_t document) = 0;
  /// Words that will be asked for, so that all are looked up at once.
  virtual void expect(std::string_view words) = 0;
};

/// A reference and what it leads to.
struct Traced {
  bool in_heading = false;
  size_t begin = 0, end = 0;
  Mark::Outcome outcome = Mark::Outcome::held;
  size_t document = 0;
  std::vector<size_t> clauses{};  ///< positions in the document's places; empty: the whole
  std::string note{};
};

/// The references of each clause of the document that speaks, in order. Takes time in proportion to its length.
std::vector<std::vector<Traced>> trace(const Places& own, Documents& documents);

}  // namespace shirube::corpus
