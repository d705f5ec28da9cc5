#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/library.h"
#include "records/values.h"

namespace shirube::store {
class Files;
}

namespace shirube::records {

/// As a viewer sees it: what is for fewer than the record and not for them, clauses and records that they do not see, are neither in
/// `values` nor told of. Computed fields are in it.
struct Record {
  int64_t id = 0;
  std::string ledger, number, state, audience;
  std::string owner;        ///< sign-in name of whom it is given to
  int64_t revision = 0;
  Values values{};
  std::string created_at{}, created_by{}, changed_at{}, changed_by{};  ///< ISO instants, UTC; sign-in names
  bool to_review = false;   ///< a newer edition changed a clause that it cites (要確認)

  /// The first value of a field; empty where there is none.
  const std::string& value(const std::string& field) const;
};

/// A change of one field, of the state, the owner or the audience. Of rows and files only those that differ are in it.
struct Change {
  int64_t revision = 0;          ///< that it led to
  std::string field;             ///< a field, "state", "owner", "audience", or "review" (the address of a citation that was looked at)
  std::vector<std::string> before, after;
  std::string at, author;
};

/// What is due of a record.
struct DueDay {
  std::string name;
  Due due;
  bool late = false;  ///< its last day has passed
  bool known = true;  ///< false: the calendar does not know the years that it leads to, or its words cannot be read; `due` is the day it is counted from
};

/// How a counter of a ledger stands.
struct Count {
  std::string name, words;  ///< of its cadence
  Cadence::Tally tally;
};

struct RecordFilter {
  std::vector<std::string> states{};  ///< any of them; empty: any at all
  std::string words{};   ///< all of them in the fields that everybody who sees the record sees
  std::string owner{};   ///< sign-in name
  bool unowned = false;  ///< given to nobody
  std::map<std::string, std::string> where{};  ///< fields of choices, days, units, people, links or citations that hold this value; a field, record or clause that the viewer does not see finds nothing
  std::string date_field{}, from{}, to{};      ///< a date field between two ISO days; either may be empty
  bool to_review = false;
  bool open = false;     ///< not in a closed state
};

/// A list of records, the last first.
struct RecordPage {
  std::vector<Record> records;
  size_t total = 0;      ///< of all pages
};

/// Who changes records. The operator of the machine may do what any role may.
struct Author {
  std::string login;
  std::string role;      ///< a key of people::Role; operator_role
};
inline constexpr std::string_view operator_role = "operator";

/// A version of a record that became a document.
struct Published {
  std::string publication;  ///< key
  std::string slug, edition;
  std::string audience;     ///< of the document today
  int64_t revision = 0;     ///< of the record that it was made of
  std::string at, author;
};

/// A citation that a newer edition of its document changed (要確認).
struct Review {
  std::string field;
  Citation citation;
  corpus::PlacedClause cited;
  std::string newer_edition;  ///< key of the edition that changed it
  std::optional<corpus::PlacedClause> counterpart;  ///< its clause there; nullopt: there is none any more
};

/// One of many changes that are made together.
struct Entry {
  std::string number{};     ///< empty, or one that there is none of: a new record
  int64_t revision = 0;     ///< that was seen; 0: whichever it has
  Values values{};          ///< a field that is not named stays
  std::string state{};      ///< of a new record, one that the author may lead there by a step, and with what that publishes; empty: the first, or as it is
  std::string owner{}, audience{};  ///< empty: as they are; of a new record that brings its number, nobody's, else the author's
  std::string ledger{};     ///< empty: that of the call
};
/// What is wrong with one of them.
struct EntryFault {
  size_t entry = 0;         ///< position; no_entry: of no single one
  std::string message;
};
inline constexpr size_t no_entry = static_cast<size_t>(-1);
constexpr size_t most_entries = 10'000;

/// The records of ledgers. Safe to share between threads. Each read takes the Viewer, and finds nothing that it may not see. Each
/// change is one transaction with its history and an event; who changed something since is told by Error{conflict}.
class Records {
 public:
  /// All must outlive it.
  Records(store::Database& database, const store::Files& files, const Ledgers& ledgers, const Calendar& calendar) : database_(database), files_(files), ledgers_(ledgers), calendar_(calendar) {}

  const Ledgers& ledgers() const { return ledgers_; }
  const Calendar& calendar() const { return calendar_; }

  /// Brings what is looked through (words, values) in line with the ledgers, where these were changed. To be called once before use.
  void settle();
  /// What a changed ledger would do to the records that there are: fields and states that come, go or move. For people.
  std::vector<std::string> preview(const Ledger& then) const;

  /// Takes a record with the next number of its ledger and fiscal year, in its first state, given to its author, or to nobody where they only hand it in. `audience` empty: that of the
  /// ledger, also where the author does not see it then. Throws
  /// Error{missing} for a ledger that is none, Error{forbidden} for a role that may not, or may not fill in one of the fields, Error{invalid} naming each field that is not
  /// as the ledger says, a clause that is cited and not seen, words that are quoted and do not stand there.
  Record add(const corpus::Viewer& viewer, const Author& author, const std::string& ledger, const Values& values, const std::string& audience = {}, const text::Date& day = text::today());

  /// Gives fields other values (an empty list takes a value away; values that the viewer does not see stay). `revision` is that which
  /// the author saw. Throws as add(), Error{missing} for a record that the viewer does not see, and Error{conflict} where it was changed since.
  Record change(const corpus::Viewer& viewer, const Author& author, const std::string& number, int64_t revision, const Values& changed);

  /// Keeps one row of a field of rows, or adds it (number 0), or takes it away (no cells), whatever else was changed meanwhile: `before` is
  /// the row as the author saw it (empty: it is new). Throws as change(); Error{conflict} where that row is another now.
  Record change_row(const corpus::Viewer& viewer, const Author& author, const std::string& number, const std::string& field, const std::string& before, const Row& row);

  /// Puts bytes behind a field of files. Throws as change().
  Record attach(const corpus::Viewer& viewer, const Author& author, const std::string& number, int64_t revision, const std::string& field, const Attachment& attachment, std::string_view bytes);

  /// Takes a step to another state, with what it publishes or withdraws. Throws as change(), Error{invalid} where it does not lead on from here, a field that
  /// the new state requires is empty, a Need is not met, or what would be published holds personal data of the record or begins before what
  /// was published; Error{forbidden} where the new state asks for a field that the viewer does not see, filled or not. What was withdrawn
  /// stays closed: published again it is another document.
  Record step(const corpus::Viewer& viewer, const Author& author, const std::string& number, int64_t revision, const std::string& step);

  /// Gives a record to somebody, or to another audience. Throws as change().
  Record give(const corpus::Viewer& viewer, const Author& author, const std::string& number, int64_t revision, const std::string& owner);
  Record narrow(const corpus::Viewer& viewer, const Author& author, const std::string& number, int64_t revision, const std::string& audience);

  /// Says that a citation that was changed by a newer edition was looked at: it stays as it is (`renewed` empty), or cites the
  /// counterpart from now on. Throws as change().
  Record review(const corpus::Viewer& viewer, const Author& author, const std::string& number, int64_t revision, const std::string& field, const Citation& citation, const std::string& renewed);

  /// Makes all of these changes, or none where any is at fault: then all faults are returned. `try_only`: makes none either way. Throws
  /// Error{invalid} for more than most_entries.
  std::vector<EntryFault> change_all(const corpus::Viewer& viewer, const Author& author, const std::string& ledger, std::span<const Entry> entries, bool try_only);

  std::optional<Record> find(const corpus::Viewer& viewer, const std::string& number) const;
  RecordPage list(const corpus::Viewer& viewer, const std::string& ledger, const RecordFilter& filter, size_t first, size_t most) const;
  /// How many there are in each state.
  std::map<std::string, size_t> states(const corpus::Viewer& viewer, const std::string& ledger) const;
  /// Records that link to this one, of all ledgers, the last first; `fields` that they do it by.
  std::vector<std::pair<Record, std::string>> linking(const corpus::Viewer& viewer, const std::string& number, size_t most) const;
  /// Records that cite a clause of this document, the last first.
  std::vector<Record> citing(const corpus::Viewer& viewer, const std::string& slug, size_t most) const;
  /// Records of a ledger (of any, where it is empty) that speak most of what a text speaks of, the best first.
  std::vector<Record> alike(const corpus::Viewer& viewer, const std::string& ledger, const std::string& text, size_t most) const;
  /// Values that a field had of late, for suggestions.
  std::vector<std::string> used(const corpus::Viewer& viewer, const std::string& ledger, const std::string& field, size_t most) const;

  /// In the order in which they were made; empty for a record that the viewer does not see.
  std::vector<Change> history(const corpus::Viewer& viewer, const std::string& number) const;
  /// Records of all ledgers that came to another state since an instant (ISO, UTC), of an owner where one is said, as they are now, each once, with the last such change; the last first.
  std::vector<std::pair<Record, Change>> moved(const corpus::Viewer& viewer, const std::string& since, const std::string& owner, size_t most) const;
  /// The steps that the author may take from here.
  std::vector<const Step*> steps(const Author& author, const Record& record) const;
  /// Whether the author may add and change records of a ledger.
  bool writes(const Author& author, const Ledger& ledger) const;
  /// Whether they may add some: who writes, or who may hand them in (Ledger::adding).
  bool adds(const Author& author, const Ledger& ledger) const;
  /// Needs that are not met in its state, and hours that it fell out of: in words.
  std::vector<std::string> remarks(const Record& record) const;
  std::vector<Published> published(const corpus::Viewer& viewer, const Record& record) const;
  std::vector<Review> reviews(const corpus::Viewer& viewer, const Record& record) const;
  /// Whether a file belongs to it, now or in a field that the viewer sees of its history.
  std::optional<Attachment> attachment(const corpus::Viewer& viewer, const std::string& number, const std::string& sha256) const;

  /// The counters of a ledger at the end of a day, over the records that the viewer sees; of a ledger that is none nothing.
  std::vector<Count> counts(const corpus::Viewer& viewer, const std::string& ledger, const text::Date& day) const;
  /// What is due of all records that the viewer sees (of an owner, where one is said), what is due first before all; of a ledger the last 10,000 that wait are looked at.
  std::vector<std::pair<Record, DueDay>> board(const corpus::Viewer& viewer, const text::Date& day, const std::string& owner = {}) const;
  /// What is due of it on a day.
  std::vector<DueDay> due(const Record& record, const text::Date& day) const;

  /// Looks for records whose citations were changed by editions that came since it was done last, and marks them (要確認), with an event.
  /// Safe to be killed and to run twice; what is left after `most` is done the next time. How many were marked.
  size_t find_reviews(const std::atomic<bool>& stop, std::chrono::milliseconds most = std::chrono::hours(24));

 private:
  store::Database& database_;
  const store::Files& files_;
  const Ledgers& ledgers_;
  const Calendar& calendar_;
};

/// What somebody was writing and has not kept yet: theirs alone. Safe to share between threads.
struct Unsaved {
  Values values;
  int64_t revision = 0;    ///< of the record it began from; 0: a new one
  std::string saved_at;    ///< ISO instant, UTC
};
class UnsavedRecords {
 public:
  explicit UnsavedRecords(store::Database& database) : database_(database) {}
  /// `place` is the number of a record, or the key of a ledger for a new one. At most 50 of one person: the oldest go. Throws
  /// Error{invalid} for one of more than longest_record.
  void save(int64_t owner, const std::string& place, const Unsaved& unsaved);
  std::optional<Unsaved> find(int64_t owner, const std::string& place) const;
  void drop(int64_t owner, const std::string& place);

 private:
  store::Database& database_;
};

}  // namespace shirube::records
