#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

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

/// Every place of `text` that the query matches: its words in any form, its phrases, its clause
/// numbers. In order, joined where they touch.
std::vector<Span> marks(std::string_view text, const Query& query, const text::Analyzer& analyzer);

/// The window of about `characters` characters with the most different matches, from the beginning
/// of a sentence where one is near.
Passage passage(std::string_view text, const Query& query, const text::Analyzer& analyzer, size_t characters = 120);

}  // namespace shirube::search
