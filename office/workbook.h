#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace shirube::office {

/// What the cells of a column are.
enum class CellKind {
  text,    ///< as it stands, whatever it begins with: nothing is ever a formula
  number,  ///< a number that can be added up, where it is written as a spreadsheet gives it back (12, -0.5); else text: 007, 1.10, more than 15 digits
  date,    ///< an ISO day becomes a real date, shown as 2026/04/03; anything else, and a day before March 1900, is text
};

/// A list as a sheet of a workbook: A4 across, one page wide, its heading on each page, frozen and with filters, in a Japanese typeface.
struct Sheet {
  struct Column {
    std::string name;
    double width;  ///< in characters of half width
    CellKind kind = CellKind::text;
    std::vector<std::string> choices{};  ///< offered as a list, in the rows and in those that people add; nothing else may be typed
  };
  std::string name;                ///< one that sheet_name() gives back as it is
  std::vector<std::string> about;  ///< lines above the list: what it is, when it was made
  std::vector<Column> columns;     ///< at least one
  std::vector<std::vector<std::string>> rows;  ///< cells by column; those that are lacking are empty
};

/// Excel's limits.
constexpr size_t longest_cell = 32'767, longest_sheet_name = 31;  // UTF-16 units
constexpr size_t most_sheet_rows = 1'048'576, most_sheet_columns = 16'384;

/// The name of a sheet that is nearest to what is wanted: signs that Excel refuses become wide ones, what is too long ends in 「…」. The same
/// wish gives the same name. Pure.
std::string sheet_name(std::string_view wanted);

/// The bytes of a workbook (Office Open XML, ECMA-376) of these sheets, one at least. A cell comes back as it was given, but that CR LF and CR
/// are line feeds and other control characters, which no cell can hold, are left out. Nothing is cut: Error{invalid} names the cell
/// that is too long, the sheet with too many rows or more cells than columns, and the name that no sheet can have or two have. Error{unavailable}
/// where no temporary file can be written. Safe from any thread.
std::string write_workbook(std::span<const Sheet> sheets);
std::string write_workbook(const Sheet& sheet);

constexpr const char* workbook_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

}  // namespace shirube::office
