#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "records/record.h"

// How records stand in SQL, and what of them a viewer sees. Private to records/.
namespace shirube::records {

/// What a viewer sees of `records r`, as a condition: none to who is narrowed to documents, but what is public; bind_sight() binds what it names.
std::string visible_record(const corpus::Viewer& viewer);
/// The reviews `v` that a viewer is told of, of clauses `c` that are cited and editions `e` that changed them: what stands behind FROM, to be narrowed further.
std::string told_reviews(const corpus::Viewer& viewer);
/// Whether a newer edition changed, for this viewer, what a record `r` cites.
std::string to_be_reviewed(const corpus::Viewer& viewer, const Ledgers& ledgers);
/// The query that finds a clause that is cited, where the viewer sees it, by what stands for the three parts of its address.
std::string visible_cited(const corpus::Viewer& viewer, std::string_view slug, std::string_view key, std::string_view path);
void bind_sight(SQLite::Statement& statement, const corpus::Viewer& viewer);
/// Binds a name where the statement has it.
template <typename Value>
void bind_if(SQLite::Statement& statement, const std::string& sql, const char* name, const Value& value) {
  if (sql.find(name) != std::string::npos) statement.bind(name, value);
}

/// Whether a viewer sees a field of the records of a ledger; what no ledger describes any more is for who sees all.
bool sees_field(const corpus::Viewer& viewer, const Ledger* ledger, const std::string& key);

/// Of `records r`, for read_record().
inline constexpr const char* record_columns = "r.id, r.ledger, r.number, r.state, r.audience, r.owner, r.revision, r.fields, r.created_at, r.created_by, r.changed_at, r.changed_by";
inline constexpr int record_width = 12;
Record read_record(SQLite::Statement& row);

/// Shows records to a viewer, within one reading of the database.
class RecordSight {
 public:
  RecordSight(SQLite::Database& db, const corpus::Viewer& viewer, const Ledgers& ledgers);

  /// Takes from it what they do not see, and works out what is computed.
  Record seen(Record record);
  /// Of the values of a field those that they see: clauses and records that are cited and linked to.
  std::vector<std::string> seen(const Field& field, std::vector<std::string> values);
  bool sees_clause(const std::string& address);
  bool sees_number(const std::string& number);

 private:
  std::string computed(const Ledger& ledger, const Record& record, const Field& field);

  SQLite::Database& db_;
  const corpus::Viewer& viewer_;
  const Ledgers& ledgers_;
  SQLite::Statement clause_, number_;
  std::map<std::string, bool> clauses_;  ///< whether those that were asked for are seen
};

/// A record that the viewer may see, whole, with what they do not see of it.
std::optional<Record> held(SQLite::Database& db, const corpus::Viewer& viewer, const std::string& number);

/// What is looked through of it: only what everybody who sees the record sees.
std::string words_of(const Ledger& ledger, const std::string& number, const Values& values);
/// The characters and pairs of characters of folded words, as the table of pairs has them.
std::string pairs_of(const std::string& folded);
/// What a query asks of that table for each of these folded words; empty: nothing can be asked.
std::string pairs_wanted(const std::vector<std::string>& folded);
/// Whether what is asked of the table for a folded word is all that there is of it: a character or a pair.
bool proves(const std::string& folded);
/// The words typed into a search, folded; ten at most.
std::vector<std::string> words_typed(const std::string& typed);

/// Writes what a record is found by; `old_words` are those that were written before, empty for a new one.
void write_words(SQLite::Database& db, int64_t id, const std::string& words, const std::string& old_words);
void write_values(SQLite::Database& db, const Ledger& ledger, const Record& record);

std::string write(const Values& values);

}  // namespace shirube::records
