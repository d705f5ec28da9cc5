#pragma once

#include <string>
#include <vector>

namespace shirube::web {

/// A list as a sheet of a workbook: A4 across, its heading on each page, frozen and with filters, in a Japanese typeface.
struct Sheet {
  struct Column {
    std::string title;
    double width;  ///< in characters of half width
  };
  std::string name;                ///< at most 31 characters, none of []:*?/\ (Excel)
  std::vector<std::string> about;  ///< lines above the list: what it is, when it was made
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;  ///< all cells are text, whatever they begin with: nothing is a formula
};

/// The bytes of a workbook (Office Open XML, ECMA-376) with one sheet. What is longer than a cell takes (32,767 characters) is cut and
/// ends in 「…」. Throws Error{unavailable} where no temporary file can be written. Safe from any thread.
std::string write_workbook(const Sheet& sheet);

constexpr const char* workbook_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

}  // namespace shirube::web
