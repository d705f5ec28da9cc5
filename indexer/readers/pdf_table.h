#pragma once

#include <cstddef>
#include <vector>

#include "indexer/readers/pdf_strip.h"

// Tables, which in a PDF are nothing but words that stand below each other. Pure functions.
namespace shirube::indexer {

/// Marks the lines of one page that are rows of tables, or parts of rows: their gaps stand at the same places.
/// `left` and `right` are the edges of the text.
void mark_tables(std::vector<Strip>& strips, const Body& body, double left, double right);

/// The cells of a row, by the position of their first words.
std::vector<size_t> cells_of(const Strip& row);

}  // namespace shirube::indexer
