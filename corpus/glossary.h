#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "corpus/library.h"

namespace shirube::corpus {

constexpr size_t shortest_glossary_term = 2;  // characters

/// A term where a clause defines it.
struct GlossaryPlace {
  std::string explanation;  ///< what it stands for, or the words that explain it; may be empty
  int64_t clause_id = 0;    ///< for Library::clauses_by_id()
};
struct GlossaryTerm {
  std::string term;
  std::vector<GlossaryPlace> places;  ///< by document title
};

/// The terms that documents define (用語集), as they were found when their editions came. Safe to share between threads.
class Glossary {
 public:
  explicit Glossary(const store::Database& database) : database_(database) {}

  /// Of the editions in force, the terms that clauses which the viewer sees define and that hold `part` (in any case and width; empty:
  /// all), in order of their characters: `most` of them at most, and of each `most_places` at most. `more` says whether there
  /// are others.
  struct Found {
    std::vector<GlossaryTerm> terms;
    bool more = false;
  };
  Found find(const Viewer& viewer, const std::string& part, size_t most) const;
  static constexpr size_t most_places = 10;

 private:
  const store::Database& database_;
};

}  // namespace shirube::corpus
