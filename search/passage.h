#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "search/query.h"
#include "search/question.h"
#include "text/analyzer.h"

namespace shirube::search {

/// Bytes of a text, on character borders.
struct Span {
  size_t begin, end;
  bool operator==(const Span&) const = default;
};

/// The part of a text to show for a query, and what to mark in it. `marks` lie within the window, in
/// order, without overlap. Nothing is escaped or marked up here: that is done once, when printed.
struct Passage {
  Span window{0, 0};
  std::vector<Span> marks;
};

/// Says where a text shows what was looked for, as the search went by it: no synonym in a search without them,
/// and what a document calls something in this document alone. For one thread; the analyzer must outlive it.
class Marker {
 public:
  /// `question` is what was made of the query: Matches::question, or ask() where there is no index.
  Marker(const Query& query, const Question& question, const text::Analyzer& analyzer);

  /// Every place in a text of a clause: the query's words in any form, other ways to say them, its phrases, its
  /// clause numbers. In order, joined where they touch.
  std::vector<Span> marks(std::string_view text, int64_t clause) const;

  /// One to `most` windows of about `characters` characters each, in the order of the text, without
  /// overlap: first the one with the most different matches, then those that show a match not shown
  /// yet. They begin and end with a sentence where one is near.
  std::vector<Passage> passages(std::string_view text, int64_t clause, size_t characters = 120, size_t most = 3) const;

 private:
  /// Another way to say something, as the analyzer cuts it.
  struct Said {
    std::vector<std::string> terms, words;  ///< all of it; what says something
    std::vector<ClauseRange> within;
  };

  const text::Analyzer& analyzer_;
  std::unordered_set<std::string> words_;   ///< terms
  std::vector<std::string> written_;        ///< folded, marked as they stand
  std::vector<Said> said_;
};

}  // namespace shirube::search
