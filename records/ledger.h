#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "records/cadence.h"
#include "records/deadline.h"

// What a city says of its ledgers (台帳): config/ledgers/KEY.toml, a file a ledger. Immutable once read: safe between threads.
namespace shirube::records {

/// What a field holds. Values are kept as text (values.h says how).
enum class FieldKind {
  line,       ///< a line of text
  text,       ///< lines of text
  number,     ///< digits with at most one point
  date,
  time,       ///< of the day, to the minute
  choice,     ///< one of `choices`
  choices,    ///< several of them
  person,     ///< a name
  unit,       ///< a section of the office (課)
  citations,  ///< clauses, with the words that are quoted
  links,      ///< numbers of records of `ledger`, or of any where it is empty
  files,      ///< with their hashes, and the day of what they prove apart from that on which they came
  rows,       ///< a table with these `columns`
  computed,   ///< worked out when it is read, as `compute` says
};

/// How a computed field comes about.
struct Computation {
  enum class Kind {
    sum,      ///< of a column of numbers: `sum work.hours`, or of a number over the records that link here: `sum jisseki.hours`
    count,    ///< of the rows of a field, or of the records of a ledger that link here
    days,     ///< from one date to another, both counted
  };
  Kind kind = Kind::count;
  std::string from{}, to{};  ///< of sum the field or ledger, and the column or field; of count the field or ledger; of days the two fields
};

/// How the rows of a field are drawn: a bar each.
struct Drawing {
  std::string of{};                    ///< a column: bars that have the same there stand together under it; may be empty
  std::string label{};                 ///< the column that names a bar
  std::vector<std::string> numbers{};  ///< columns of numbers: where there are several, the bar is made of all of them
  std::string whole{};                 ///< of one number: a field that says how many there are in all; empty: all that stand together
  std::string before{};                ///< a column with the share, in percent, that the first number had the last time; may be empty
};

/// How a table of answers, one row for each who answered, becomes the rows of a field that is drawn with `of` and one number.
struct Tallying {
  std::string questions{};  ///< a field of rows: its column of the key of `of` asks the questions
  std::string choices{};    ///< its column of what can be chosen, divided by ／ or lines; a question without any is answered in free words
  std::string texts{};      ///< a field of rows: its first column of text takes free words, that of the key of `of` their question; may be empty
};

struct Field {
  std::string key, name, help{};
  std::string section{};     ///< a heading above it and those that follow
  FieldKind kind = FieldKind::line;
  std::vector<std::string> choices{};
  bool open = false;         ///< of choices: other words may be written, too
  std::string ledger{};
  std::vector<Field> columns{};  ///< of rows: line, text, number, date, time, choice, person, unit, or citations (one)
  bool grows = false;        ///< of rows: rows are only added (a time line)
  std::optional<Computation> compute{};
  std::optional<Drawing> drawn{};    ///< of rows
  std::optional<Tallying> tally{};   ///< of rows that are drawn
  std::vector<std::string> required{};  ///< the states in which it must not be empty
  std::string audience{};    ///< for fewer than the record: a key of corpus::audiences() or the name of a group
  bool personal = false;     ///< personal data: who is not of `audience` is told that it is withheld, whether there is any or not
  bool retired = false;      ///< kept where it was filled in, and asked for no more
  std::vector<std::string> was{};  ///< keys that it had: what is kept under these is read as its own
};

struct State {
  std::string key, name;
  bool closed = false;       ///< nothing is due any more
  std::vector<std::string> was{};  ///< as of a field
};

/// Who may hand records in and do no more: what they fill in then. Nobody is given such a record until somebody takes it.
struct Adding {
  std::vector<std::string> roles{}, fields{};
};

/// A way from a state to another, and who may take it.
struct Step {
  std::string key, name;
  std::vector<std::string> from;
  std::string to;
  std::vector<std::string> roles;    ///< keys of people::Role
  std::vector<std::string> publish{};   ///< the publications that are made, or made anew, with it
  bool withdraw = false;             ///< what is published is closed to all but `restricted`
};

/// Something that is due while the record is in one of these states: by a day counted from a date field, in words of the ledger or
/// of the record, or again and again.
struct DueRule {
  std::string name, field;
  std::optional<Deadline> deadline{};
  std::string words_field{};  ///< a line in which the record says its own deadline
  std::optional<Recurrence> every{};
  std::string until{};        ///< of `every`: a date field after which nothing is due; may be empty
  WhenClosed when_closed = WhenClosed::keep;
  std::vector<std::string> states{};  ///< none of them closed
  std::map<std::string, std::string> where{};  ///< only of records with these values
  std::string done{};         ///< a field that ends it once it is filled in; of `every` the day up to which all is done; may be empty
};

/// How often something is to be done, by a date field; it warns and never forbids.
struct Counter {
  std::string name, field;
  Cadence cadence;
  std::map<std::string, std::string> where;  ///< only of records with these values
};

/// At least so many rows with a value before the record may come into these states: 有資格者が1名以上出席.
struct Need {
  std::string name, rows, column, value;
  size_t least = 1;
  std::vector<std::string> states;
  std::map<std::string, std::string> where;  ///< only of records with these values
};

/// Hours within which something is to fall, by a date and a time field; what does not is told and never forbidden.
struct Hours {
  std::string name, date, time;
  OpenHours hours;
};

/// A version of a record that becomes a document: its fields are clauses.
struct Publication {
  std::string key, name, audience;
  std::string kind = "answer";        ///< key of corpus::document_kinds()
  std::string title;                  ///< with {key} for the value of a field, {number} for the record's
  std::string issued{}, effective{}, topic{};  ///< fields; may be empty
  std::vector<std::string> fields;    ///< in order; those that are empty are left out
};

/// A letter or report: a Word file of config/office that is filled with the record.
struct Letter {
  std::string key, name, file;
};

/// A list that is kept at hand.
struct KeptList {
  std::string name;
  std::vector<std::string> states{};
  std::map<std::string, std::string> where{};
};

class Ledger {
 public:
  /// Throws Error{invalid} naming the file and the line of a fault: an unknown word, role, state, field or choice that is named and is
  /// not there, a state that cannot be reached, words of a deadline or cadence that cannot be read.
  explicit Ledger(const std::filesystem::path& file);
  /// The same of a text that is to be the file of this key.
  Ledger(const std::string& key, const std::string& toml);

  const std::string& key() const { return key_; }      ///< of the file's name: sodan
  const std::string& name() const { return name_; }    ///< 相談対応
  const std::string& group() const { return group_; }  ///< under which lists of ledgers have it: 助言; may be empty
  const std::string& prefix() const { return prefix_; }  ///< of numbers: R8-相談-0012
  const std::string& audience() const { return audience_; }  ///< of records of which nothing else is said
  const std::string& title() const { return title_; }  ///< the field that names a record; empty: its number alone does
  const std::vector<std::string>& roles() const { return roles_; }  ///< that may add and change records
  const Adding& adding() const { return adding_; }
  const std::vector<Field>& fields() const { return fields_; }
  const std::vector<State>& states() const { return states_; }  ///< the first is that of a new record
  const std::vector<Step>& steps() const { return steps_; }
  const std::vector<DueRule>& dues() const { return dues_; }
  const std::vector<Counter>& counters() const { return counters_; }
  const std::vector<Need>& needs() const { return needs_; }
  const std::vector<Hours>& hours() const { return hours_; }
  const std::vector<Publication>& publications() const { return publications_; }
  const std::vector<Letter>& letters() const { return letters_; }
  const std::vector<KeptList>& kept() const { return kept_; }
  const std::vector<std::string>& columns() const { return columns_; }  ///< fields that a list shows

  /// nullptr for a key that is none.
  const Field* field(std::string_view key) const;
  const State* state(std::string_view key) const;
  const Step* step(std::string_view key) const;
  const Publication* publication(std::string_view key) const;
  const Letter* letter(std::string_view key) const;

 private:
  friend class LedgerReader;
  std::string key_, name_, group_, prefix_, audience_ = "restricted", title_;
  std::vector<std::string> roles_, columns_;
  Adding adding_;
  std::vector<Field> fields_;
  std::vector<State> states_;
  std::vector<Step> steps_;
  std::vector<DueRule> dues_;
  std::vector<Counter> counters_;
  std::vector<Need> needs_;
  std::vector<Hours> hours_;
  std::vector<Publication> publications_;
  std::vector<Letter> letters_;
  std::vector<KeptList> kept_;
};

/// All ledgers of a folder, by key. One with a fault is left out, and told; the others run. A link to a ledger that is not there is told, too.
class Ledgers {
 public:
  Ledgers() = default;
  /// A folder that is missing is one without ledgers.
  /// `roles`: the keys of people::Role that there are; a ledger that names another is left out. Empty: they are not looked at.
  explicit Ledgers(const std::filesystem::path& folder, std::span<const std::string> roles = {});

  const std::vector<Ledger>& all() const { return all_; }
  const std::vector<std::string>& faults() const { return faults_; }  ///< for people
  /// nullptr for a key that is none.
  const Ledger* find(std::string_view key) const;
  /// The one that a record's number names: 相談対応 of R8-相談-0012.
  const Ledger* of_number(std::string_view number) const;

 private:
  std::vector<Ledger> all_;
  std::vector<std::string> faults_;
};

}  // namespace shirube::records
