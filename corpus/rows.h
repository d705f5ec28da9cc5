#pragma once

#include <SQLiteCpp/Statement.h>

#include <string>
#include <string_view>

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

/// What a viewer sees of `documents d`: the condition. This and the two that follow are the one place where audiences become
/// SQL; bind_viewer() binds what they name. Who sees everything asks for nothing.
std::string visible(const Viewer& viewer);
/// The same of `clauses c`, or of what `clauses` are called, of a document `d` that they see: both are to be asked for.
std::string visible_clause(const Viewer& viewer, std::string_view clauses = "c");
/// How many clauses of the edition `e` of a document `d` that they see they do not see.
std::string hidden_clauses(const Viewer& viewer);
void bind_viewer(SQLite::Statement& statement, const Viewer& viewer);

/// Throws Error{invalid} unless there is such an audience: a key of audiences() or the name of a group.
void require_audience(SQLite::Database& db, const std::string& audience);

/// Of `editions e` of a document `d`, with the state last; format it with `edition_state`. Of an edition that holds clauses which
/// the viewer does not see, neither the original nor its warnings are there: both speak of all clauses.
std::string edition_columns(const Viewer& viewer);
inline constexpr int edition_width = 14;
Edition read_edition(SQLite::Statement& row, int at);

/// Of `clauses c`.
inline constexpr const char* clause_columns = "c.label, c.kind, c.heading, c.text, c.page, c.parent, c.path, c.locator, c.printed_page, c.readings, c.audience";
inline constexpr int clause_width = 11;
Clause read_clause(SQLite::Statement& row, int at);

}  // namespace shirube::corpus
