#pragma once

#include <SQLiteCpp/Statement.h>

#include "corpus/clause.h"
#include "corpus/document.h"

// How documents, editions and clauses stand in SQL: the columns, and the readers of a row that holds
// them from column `at` on. Private to the folders that query them.
namespace shirube::corpus {

/// Of `documents d`.
inline constexpr const char* document_columns = "d.id, d.slug, d.title, d.short_title, d.kind, d.issuer, d.audience, d.topic";
inline constexpr int document_width = 8;
Document read_document(SQLite::Statement& row, int at);

/// Where an edition `e` stands on the day `:today`: of those that have begun, the one that began last
/// is current.
inline constexpr const char* edition_state =
    "CASE WHEN e.begins > :today THEN 'future' "
    "WHEN EXISTS (SELECT 1 FROM editions n WHERE n.document_id = e.document_id AND n.begins <= :today AND (n.begins, n.id) > (e.begins, e.id)) "
    "THEN 'past' ELSE 'current' END";
void bind_today(SQLite::Statement& statement);

/// Of `editions e`, with the state last; format it with `edition_state`.
inline constexpr const char* edition_columns =
    "e.id, e.key, e.label, e.number, e.issued, e.effective, e.link, ifnull(e.file_sha256, ''), e.file_name, e.media_type, e.warnings";
inline constexpr int edition_width = 12;
Edition read_edition(SQLite::Statement& row, int at);

/// Of `clauses c`.
inline constexpr const char* clause_columns = "c.label, c.kind, c.heading, c.text, c.page, c.parent, c.path, c.locator, c.printed_page, c.readings";
Clause read_clause(SQLite::Statement& row, int at);

/// Restricts a query over `documents d` to what the viewer may see. The one place where audiences
/// become SQL.
inline constexpr const char* visible = "d.audience IN (SELECT value FROM json_each(:audiences))";
void bind_viewer(SQLite::Statement& statement, const Viewer& viewer);

}  // namespace shirube::corpus
