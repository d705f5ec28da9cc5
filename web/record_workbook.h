#pragma once

#include <span>
#include <string>
#include <vector>

#include "indexer/sheets.h"
#include "records/sheet.h"

// Records as a workbook, and back (records/sheet.h). Safe from any thread.
namespace shirube::web {

/// The bytes of a workbook of these records, as the viewer sees them; `about` stands above the list. Throws as office::write_workbook() does.
std::string record_workbook(const corpus::Viewer& viewer, const records::Ledger& ledger, std::span<const records::Record> records, const std::vector<std::string>& about);

/// The tables in the sheets of a workbook: of each what stands from its heading on, which is the first row that names a column 番号.
std::vector<records::SheetTable> tables_of(std::span<const indexer::Sheet> sheets);

}  // namespace shirube::web
