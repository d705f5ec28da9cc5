#pragma once

#include <pugixml.hpp>
#include <vector>

// What the tables of a Word file are made of (ECMA-376 part 1, 17.4). Pure functions.
namespace shirube::indexer {

/// A cell of a row, in its place.
struct WordCell {
  pugi::xml_node node;     ///< w:tc; none where the row begins further to the right
  int columns = 1;         ///< that it spans
  bool continued = false;  ///< goes on from the row above or the cell before: what it holds stands there
};

/// The rows of a table (w:tbl), without those that are deleted or hidden.
std::vector<std::vector<WordCell>> word_rows(pugi::xml_node table);

/// True for what is a frame around text rather than a table: one column, or columns of text side by side.
bool is_frame(const std::vector<std::vector<WordCell>>& rows);

}  // namespace shirube::indexer
