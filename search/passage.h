#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "search/lexicon.h"
#include "search/query.h"
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

/// Every place of `text` that the query matches: its words in any form, their synonyms, its phrases,
/// its clause numbers. In order, joined where they touch.
std::vector<Span> marks(std::string_view text, const Query& query, const text::Analyzer& analyzer, const Lexicon& lexicon = {});

/// One to `most` windows of about `characters` characters each, in the order of the text, without
/// overlap: first the one with the most different matches, then those that show a match not shown
/// yet. They begin and end with a sentence where one is near.
std::vector<Passage> passages(std::string_view text, const Query& query, const text::Analyzer& analyzer, const Lexicon& lexicon = {},
                              size_t characters = 120, size_t most = 3);

}  // namespace shirube::search
