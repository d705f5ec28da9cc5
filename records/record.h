#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/library.h"
#include "records/ledger.h"

namespace shirube::records {

/// Values by field: of most kinds one text, of choices, citations and links any number. A field without a value is not in it.
using Values = std::map<std::string, std::vector<std::string>>;

/// As a viewer sees it: what is for fewer than the record and not for them is neither in `values` nor told of.
struct Record {
  int64_t id = 0;
  std::string ledger, number, state, audience;
  int64_t revision = 0;
  Values values{};
  std::string created_at{}, created_by{}, changed_at{}, changed_by{};  ///< ISO instants, UTC; sign-in names
};

/// A change of one field, of the state or of the audience.
struct Change {
  int64_t revision = 0;          ///< that it led to
  std::string field;             ///< a field, "state" or "audience"
  std::vector<std::string> before, after;
  std::string at, author;
};

/// What is due of a record.
struct DueDay {
  std::string name;
  Due due;
  bool late = false;  ///< its last day has passed
  bool known = true;  ///< false: the calendar does not know the years that it leads to, and `due` is the day it is counted from
};

/// How a counter of a ledger stands.
struct Count {
  std::string name, words;  ///< of its cadence
  Cadence::Tally tally;
};

struct RecordFilter {
  std::string state{};   ///< a key; empty: any
  std::string words{};   ///< all of them in the fields that everybody who sees the record sees
};

/// Who changes records. The operator of the machine may do what any role may.
struct Author {
  std::string login;
  std::string role;      ///< a key of people::Role; operator_role
};
inline constexpr std::string_view operator_role = "operator";

constexpr size_t longest_line = 400, longest_text = 20'000;  // characters
constexpr size_t most_values = 200;

/// The records of ledgers. Safe to share between threads. Each read takes the Viewer, and finds nothing that it may not see. Each
/// change is one transaction with its history and an event; who changed something since is told by Error{conflict}.
class Records {
 public:
  /// Both must outlive it.
  Records(store::Database& database, const Ledgers& ledgers) : database_(database), ledgers_(ledgers) {}

  /// Takes a record with the next number of its ledger and fiscal year, in its first state. `audience` empty: that of the ledger. Throws
  /// Error{missing} for a ledger that is none, Error{forbidden} for a role that may not, Error{invalid} naming each field that is not
  /// as the ledger says.
  Record add(const corpus::Viewer& viewer, const Author& author, const std::string& ledger, const Values& values, const std::string& audience = {}, const text::Date& day = text::today());

  /// Gives fields other values (an empty list takes a value away). `revision` is that which the author saw. Throws as add(), Error{missing}
  /// for a record that the viewer does not see, and Error{conflict} where it was changed since.
  Record change(const corpus::Viewer& viewer, const Author& author, const std::string& number, int64_t revision, const Values& changed);

  /// Takes a step to another state. Throws as change(), Error{invalid} where it does not lead on from here or a field that the new
  /// state requires is empty.
  Record step(const corpus::Viewer& viewer, const Author& author, const std::string& number, int64_t revision, const std::string& step);

  std::optional<Record> find(const corpus::Viewer& viewer, const std::string& number) const;
  /// The last first.
  std::vector<Record> list(const corpus::Viewer& viewer, const std::string& ledger, const RecordFilter& filter, size_t first, size_t most) const;
  /// In the order in which they were made; empty for a record that the viewer does not see.
  std::vector<Change> history(const corpus::Viewer& viewer, const std::string& number) const;
  /// The steps that the author may take from here.
  std::vector<const Step*> steps(const Author& author, const Record& record) const;
  /// The counters of a ledger at the end of a day, over the records that the viewer sees; of a ledger that is none nothing.
  std::vector<Count> counts(const corpus::Viewer& viewer, const std::string& ledger, const text::Date& day) const;
  /// What is due of all records that the viewer sees, what is due first before all; of a state of a ledger the last 10,000 records
  /// are looked at.
  std::vector<std::pair<Record, DueDay>> board(const corpus::Viewer& viewer, const Calendar& calendar, const text::Date& day) const;
  /// What is due of it on a day.
  std::vector<DueDay> due(const Record& record, const Calendar& calendar, const text::Date& day) const;

 private:
  store::Database& database_;
  const Ledgers& ledgers_;
};

}  // namespace shirube::records
