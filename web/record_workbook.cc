#include "web/record_workbook.h"

#include <algorithm>

#include "office/workbook.h"

namespace shirube::web {

namespace {

using records::FieldKind;

/// In characters of half width.
double width_of(FieldKind kind) {
  switch (kind) {
    case FieldKind::text: return 50;
    case FieldKind::citations: return 40;
    case FieldKind::number:
    case FieldKind::time: return 8;
    case FieldKind::date: return 12;
    default: return 18;
  }
}

office::CellKind kind_of(FieldKind kind) { return kind == FieldKind::number ? office::CellKind::number : kind == FieldKind::date ? office::CellKind::date : office::CellKind::text; }

}  // namespace

std::string record_workbook(const corpus::Viewer& viewer, const records::Ledger& ledger, std::span<const records::Record> records, const std::vector<std::string>& about) {
  std::vector<office::Sheet> sheets;
  for (auto& table : records::to_sheets(viewer, ledger, records)) {
    office::Sheet sheet{table.name, about, {}, std::move(table.rows)};
    for (auto& column : table.columns) sheet.columns.push_back({column.name, width_of(column.kind), kind_of(column.kind), std::move(column.choices)});
    sheets.push_back(std::move(sheet));
  }
  return office::write_workbook(sheets);
}

std::vector<records::SheetTable> tables_of(std::span<const indexer::Sheet> sheets) {
  constexpr std::string_view number = "番号";
  std::vector<records::SheetTable> out;
  for (const auto& sheet : sheets) {
    auto head = std::ranges::find_if(sheet.rows, [&](const auto& row) { return std::ranges::find(row, number) != row.end(); });
    if (head == sheet.rows.end()) continue;
    records::SheetTable table{sheet.name, {}, {std::next(head), sheet.rows.end()}, static_cast<size_t>(head - sheet.rows.begin()) + 2};
    for (const auto& name : *head) table.columns.push_back({name});
    out.push_back(std::move(table));
  }
  return out;
}

}  // namespace shirube::web
