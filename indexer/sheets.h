#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace shirube::indexer {

/// A sheet of a workbook as its values, for what is to be taken in exactly; extract.h reads what is to be found.
struct Sheet {
  std::string name;  ///< of CSV empty
  /// From the first row and column on, so that a cell keeps its place; what is empty behind the last of a row, and below the last row, is not in it.
  std::vector<std::vector<std::string>> rows;
};

/// What a workbook may hold; more is refused, never cut.
constexpr size_t most_sheets = 200, most_sheet_rows = 100'000, most_sheet_columns = 500;
constexpr size_t most_sheet_cells = 2'000'000;        // of all sheets, empty ones before the last of a row as well
constexpr size_t most_sheet_bytes = size_t{64} << 20;  // of all cells

/// Reads the sheets of a workbook (xlsx, xlsm) or a text of separated values (UTF-8, UTF-16, Shift_JIS) in this process, which is to be the
/// limited child (sheets_in_child() in child.h): its bytes are not to be trusted. A cell is given as it is kept, not as it is printed:
///
///   text      as it stands, lines ended by line feeds, without the readings above it
///   number    12, -0.5, in digits without an exponent; what a spreadsheet's arithmetic adds beyond 15 digits is rounded away
///   date      2026-04-03, where its format shows a day; with a time of day 2026-04-03 09:30
///   time      09:30, with seconds where there are any and the format shows them; more than a day as 26:30
///   boolean   TRUE, FALSE
///   formula   what it came to when the file was saved; of an error its name (#N/A)
///
/// Rows and columns that are hidden are read, for a filter hides rows; sheets that are hidden are not, nor what lies under a merged cell.
/// Throws Error{invalid} for what is neither, encrypted, broken, or beyond the limits.
std::vector<Sheet> read_sheets(const std::string& bytes);

}  // namespace shirube::indexer
