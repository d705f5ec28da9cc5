#pragma once

#include <span>
#include <string>
#include <vector>

#include "records/record.h"

// Records as the sheets of a workbook, and back: what goes out comes in the same. Pure: safe between threads.
namespace shirube::records {

/// A sheet: the ledger itself, with a record a row, and one for each field of rows or files, whose rows begin with the record's number.
struct SheetTable {
  struct Column {
    std::string name;
    FieldKind kind = FieldKind::line;
    std::vector<std::string> choices{};  ///< of a cell that holds one of them
  };
  std::string name;
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;
  size_t first_line = 2;  ///< in which row of its sheet, from 1, the first of `rows` stands
};

/// The first columns are 番号, 版 (revision), 状態, 担当 and 公開範囲; then come the fields by their names, several values a line each.
/// Computed fields, and those that the viewer does not see, are not in it. The first sheet has the ledger's name.
std::vector<SheetTable> to_sheets(const corpus::Viewer& viewer, const Ledger& ledger, std::span<const Record> records);

/// The changes that sheets ask for: columns are known by their names, in any order, and one that is not there changes nothing; a row
/// without a number is a new record. A sheet of a field that is there says all rows of the records that its first sheet names.
/// `faults` tells of columns and words that are none, of numbers that come twice, by the position of the entry. `lines`: in which row of
/// the first sheet, from 1, each entry stands.
std::vector<Entry> from_sheets(const Ledger& ledger, std::span<const SheetTable> sheets, std::vector<EntryFault>& faults, std::vector<size_t>& lines);

}  // namespace shirube::records
