#pragma once

#include <cstddef>
#include <vector>

#include "indexer/readers/pdf_strip.h"

// Tables, which in a PDF are nothing but words that stand below each other. Pure functions.
namespace shirube::indexer {

/// Marks the lines of one page that are rows of tables, or parts of rows: their gaps stand at the same places.
/// `left` and `right` are the edges of the text.
void mark_tables(std::vector<Strip>& strips, const Body& body, double left, double right);

/// Puts rows together of the lines marked: a cell's lines are joined, and the cells stand in Strip::row, parted by
/// tabs. A row is known by the space around it, or by its first cell where rows stand close; where neither
/// tells (cells set to the middle of close rows) each line stays a row of its own: words of two rows in one
/// would be worse than a row in pieces.
void join_rows(std::vector<Strip>& strips);

}  // namespace shirube::indexer
