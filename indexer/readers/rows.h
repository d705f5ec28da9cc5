#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "corpus/page.h"

// From rows of cells to lines: what sheets, CSV files and tables on slides share. Pure functions.
namespace shirube::indexer {

struct Cell {
  int column = 0;
  std::string text;  ///< may have several lines
};
/// The cells of a row that hold something, by column.
using TableRow = std::vector<Cell>;

/// Adds the rows as lines. A row is a line of the table, its cells parted by tabs; empty cells keep
/// their place, except in forms whose columns are only a grid to draw on (most cells are empty).
/// Columns and rows that hold nothing are left out.
///
/// A row with a single cell stands for itself: it is a line as on paper, which may be a chapter or an
/// article. And a table may have a column that numbers its rows (条項, 項番, No.): its values are
/// clause numbers and follow each other in order. Such a row is given as the number, a wide space and
/// the cell after it, so that the outline cuts a clause there, and its other cells as a line of the
/// table. Amounts, dates and codes are in no such order.
void add_rows(std::vector<corpus::Line>& lines, std::vector<TableRow> rows);

/// The records of a text of separated values (RFC 4180), each with the line it begins on, from 1.
std::vector<std::pair<size_t, TableRow>> read_records(std::string_view text);

/// What the cells and paragraphs of one file may come to: a small file can repeat a long string without end.
class TextBudget {
 public:
  /// Throws Error{invalid} when it is spent.
  void take(size_t bytes);

 private:
  size_t taken_ = 0;
};

/// The lines of a cell as one line.
std::string one_line(std::string_view text);

/// The same for a title or a name: short and well-formed whatever the file holds.
std::string sound_line(std::string_view text);

}  // namespace shirube::indexer
