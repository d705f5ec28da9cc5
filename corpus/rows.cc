#include "corpus/rows.h"

#include <SQLiteCpp/Column.h>

#include <nlohmann/json.hpp>

#include "text/date.h"

namespace shirube::corpus {

Document read_document(SQLite::Statement& row, int at) {
  auto text = [&](int i) { return row.getColumn(at + i).getString(); };
  return {row.getColumn(at).getInt64(), text(1), text(2), text(3), text(4), text(5), text(6), text(7)};
}

namespace {

EditionState state_of(const std::string& word) {
  return word == "future" ? EditionState::future : word == "past" ? EditionState::past : EditionState::current;
}

}  // namespace

Edition read_edition(SQLite::Statement& row, int at) {
  auto text = [&](int i) { return row.getColumn(at + i).getString(); };
  Edition e{row.getColumn(at).getInt64(), text(1), text(2), text(3), text(4), text(5), text(6), text(7), text(8), text(9), {}, state_of(text(11))};
  e.warnings = nlohmann::json::parse(text(10)).get<std::vector<std::string>>();
  return e;
}

Clause read_clause(SQLite::Statement& row, int at) {
  auto text = [&](int i) { return row.getColumn(at + i).getString(); };
  Clause c;
  c.label = text(0);
  c.kind = clause_kind(text(1)).value_or(ClauseKind::heading);
  c.heading = text(2);
  c.text = text(3);
  if (!row.getColumn(at + 4).isNull()) c.page = row.getColumn(at + 4).getInt();
  if (!row.getColumn(at + 5).isNull()) c.parent = static_cast<size_t>(row.getColumn(at + 5).getInt64());
  c.path = text(6);
  c.locator = text(7);
  c.printed_page = text(8);
  c.readings = text(9);
  return c;
}

void bind_viewer(SQLite::Statement& statement, const Viewer& viewer) { statement.bind(":audiences", viewer.json()); }

void bind_today(SQLite::Statement& statement) { statement.bind(":today", text::to_iso(text::today())); }

}  // namespace shirube::corpus
