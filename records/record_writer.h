#pragma once

#include <SQLiteCpp/Database.h>

#include <string>
#include <utility>
#include <vector>

#include "records/record.h"
#include "records/record_rows.h"

// Private to records/: changes of records within one transaction.
namespace shirube::records {

/// Changes records as one author. Each change counts up the record's revision, is told in its history, and is kept by keep().
class RecordWriter {
 public:
  RecordWriter(SQLite::Database& db, const corpus::Viewer& viewer, const Author& author, const Ledgers& ledgers);

  /// Throws Error{missing}, Error{conflict}; `revision` 0: whichever it has.
  Record held(const std::string& number, int64_t revision);
  /// Throws Error{missing} for a ledger that is none, Error{forbidden} for a role that may not change its records.
  const Ledger& ledger(const std::string& key) const;
  /// The same for a new record of these values: who only hands it in (Ledger::adding) fills in no other field, and leaves its audience alone.
  const Ledger& ledger_to_add(const std::string& key, const Values& values, const std::string& audience) const;

  /// A new record with a number of its own, or the one that is said, where that is free and one of this ledger.
  Record begin(const Ledger& ledger, const std::string& number, const text::Date& day, const std::string& audience, const std::string& owner);
  /// Gives it other values, and returns the names of the fields that are other ones now. `brought`: the hash of a file that comes with them.
  std::string apply(const Ledger& ledger, Record& record, const Values& typed, const std::string& brought = {});
  /// The records that values newly link to, of all that apply() took since.
  using Links = std::vector<std::pair<const Field*, std::string>>;
  Links take_links() { return std::exchange(links_, {}); }
  /// Throws Error{invalid} where one is not there for the author. After all is kept, as one may link to another that is made with it.
  void check(const Links& links);
  void set_state(Record& record, const std::string& state);
  void set_owner(Record& record, const std::string& owner);
  void set_audience(Record& record, const std::string& audience);
  void tell(const Record& record, const std::string& field, const std::vector<std::string>& before, const std::vector<std::string>& after);
  void require(const Ledger& ledger, const Record& record) const;
  void keep(const Ledger& ledger, Record& record);

  /// As the author sees it.
  Record seen(Record record) { return sight_.seen(std::move(record)); }
  RecordSight& sight() { return sight_; }
  SQLite::Database& db() { return db_; }
  const Author& author() const { return author_; }
  const corpus::Viewer& viewer() const { return viewer_; }
  const std::string& now() const { return now_; }

 private:
  void check_citations(const Field& field, const std::vector<std::string>& values, const std::vector<std::string>& before);
  void check_files(const Field& field, std::vector<std::string>& values, const std::vector<std::string>& before, const std::string& brought) const;
  void require_audience(const std::string& audience) const;
  /// Whether the author may add records of it and not change any.
  bool hands_in(const Ledger& ledger) const;
  [[noreturn]] static void refuse(const Ledger& ledger);

  SQLite::Database& db_;
  const corpus::Viewer& viewer_;
  const Author& author_;
  const Ledgers& ledgers_;
  RecordSight sight_;
  std::string now_;
  Links links_;
};

bool allowed(const std::vector<std::string>& roles, const Author& author);

/// How a citation that was looked at stands in the history, before the key of its field; the second where not all who see the citation
/// were told of the change, so that it is for who sees everything.
inline const std::string open_review = "review:", narrow_review = "narrow-review:";

/// Without spaces and line breaks, which a quote, or a name, may have otherwise than the text.
std::string without_spaces(std::string_view words);
/// Whether a record has all of these values.
bool holds(const Values& values, const std::map<std::string, std::string>& where);

/// What is lacking of the Needs of a state: the field of rows, and what to say.
struct Unmet {
  std::string rows, words;
};
std::vector<Unmet> unmet(const Ledger& ledger, const std::string& state, const Values& values);

/// Makes the versions of a record into documents, or closes those that are; within a write of the database. Throws Error{invalid}
/// where what would be published holds personal data of the record.
void publish(RecordWriter& writer, const Ledger& ledger, const Record& record, const std::vector<std::string>& publications);
void withdraw(RecordWriter& writer, const Record& record);

}  // namespace shirube::records
