#include "corpus/rows.h"

#include <SQLiteCpp/Column.h>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "text/date.h"
#include "text/error.h"

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
  Edition e{row.getColumn(at).getInt64(), text(1), text(2), text(3), text(4), text(5), text(6), {}, {}, {}, {}, state_of(text(13)), text(12)};
  bool whole = row.getColumn(at + 11).getInt64() == 0;
  if (!whole) return e;
  e.file_sha256 = text(7), e.file_name = text(8), e.media_type = text(9);
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
  c.audience = text(10);
  return c;
}

namespace {

/// What of a thing with an audience the viewer sees; `document`: the condition that a narrowed viewer asks of what is not public.
std::string sees(const Viewer& viewer, std::string_view audience) {
  std::vector<std::string> all;
  if (!viewer.sees_all) all.push_back(fmt::format("{} IN (SELECT value FROM json_each(:audiences))", audience));
  // By number: the indexes of documents hold it.
  if (viewer.only) all.push_back(fmt::format("({} = 'public' OR d.id IN (SELECT id FROM documents WHERE slug IN (SELECT value FROM json_each(:only))))", audience));
  return all.empty() ? "TRUE" : fmt::format("{}", fmt::join(all, " AND "));
}

}  // namespace

std::string visible(const Viewer& viewer) { return sees(viewer, "d.audience"); }

std::string visible_clause(const Viewer& viewer, std::string_view clauses) {
  std::string audience = fmt::format("{}.audience", clauses), seen = sees(viewer, audience);
  return seen == "TRUE" ? seen : fmt::format("({} = '' OR ({}))", audience, seen);
}

std::string hidden_clauses(const Viewer& viewer) {
  std::string seen = sees(viewer, "n.audience");
  return seen == "TRUE" ? "0" : fmt::format("(SELECT count(*) FROM clauses n WHERE n.edition_id = e.id AND n.audience <> '' AND NOT ({}))", seen);
}

void bind_viewer(SQLite::Statement& statement, const Viewer& viewer) {
  if (!viewer.sees_all) statement.bind(":audiences", viewer.json());
  if (viewer.only) statement.bind(":only", nlohmann::json(*viewer.only).dump());
}

void require_audience(SQLite::Database& db, const std::string& audience) {
  if (key_of(audiences(), audience) == audience) return;
  SQLite::Statement group(db, "SELECT 1 FROM groups WHERE name = ?");
  group.bind(1, audience);
  if (group.executeStep()) return;
  std::string known;
  for (const auto& choice : audiences()) known += fmt::format("{}（{}）、", choice.key, choice.label);
  throw Error(ErrorKind::invalid, fmt::format("公開範囲「{}」はありません。", audience), fmt::format("{}または登録済みのグループの名前を指定してください。", known));
}

std::string edition_columns(const Viewer& viewer) {
  return "e.id, e.key, e.label, e.number, e.issued, e.effective, e.link, ifnull(e.file_sha256, ''), e.file_name, e.media_type, e.warnings, " + hidden_clauses(viewer) + ", e.added_at";
}

void bind_today(SQLite::Statement& statement) { statement.bind(":today", text::to_iso(text::today())); }

}  // namespace shirube::corpus
