#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "records/cadence.h"
#include "records/deadline.h"

// What a city says of its ledgers (台帳): config/ledgers/KEY.toml, a file a ledger. Immutable once read: safe between threads.
namespace shirube::records {

/// What a field holds. Values are kept as text: of date an ISO day, of number digits with at most one point, of choices several.
enum class FieldKind {
  line,       ///< a line of text
  text,       ///< lines of text
  number,
  date,
  choice,     ///< one of `choices`
  choices,    ///< several of them
  person,     ///< a name
  citations,  ///< addresses of clauses: slug/edition/path
  links,      ///< numbers of records of `ledger`, or of any where it is empty
};

struct Field {
  std::string key, name, help{};
  FieldKind kind = FieldKind::line;
  std::vector<std::string> choices{};
  std::string ledger{};
  std::vector<std::string> required{};  ///< the states in which it must not be empty
  std::string audience{};    ///< for fewer than the record: a key of corpus::audiences() or the name of a group
  bool retired = false;      ///< kept where it was filled in, and asked for no more
};

struct State {
  std::string key, name;
  bool closed = false;       ///< nothing is due any more
};

/// A way from a state to another, and who may take it.
struct Step {
  std::string key, name;
  std::vector<std::string> from;
  std::string to;
  std::vector<std::string> roles;  ///< keys of people::Role
};

/// Something that is due by a day counted from a date field, while the record is in one of these states.
struct DueRule {
  std::string name, field;
  Deadline deadline;
  WhenClosed when_closed = WhenClosed::keep;
  std::vector<std::string> states;  ///< none of them closed
  std::string done{};   ///< a field that ends it once it is filled in; may be empty
};

/// How often something is to be done, by a date field; it warns and never forbids.
struct Counter {
  std::string name, field;
  Cadence cadence;
  std::map<std::string, std::string> where;  ///< only of records with these values
};

class Ledger {
 public:
  /// Throws Error{invalid} naming the file and the line of a fault: an unknown word, a state, field or choice that is named and is
  /// not there, a state that nothing leads to, words of a deadline or cadence that cannot be read.
  explicit Ledger(const std::filesystem::path& file);

  const std::string& key() const { return key_; }      ///< of the file's name: sodan
  const std::string& name() const { return name_; }    ///< 相談対応
  const std::string& prefix() const { return prefix_; }  ///< of numbers: R8-相談-0012
  const std::string& audience() const { return audience_; }  ///< of records of which nothing else is said
  const std::vector<std::string>& roles() const { return roles_; }  ///< that may add and change records
  const std::vector<Field>& fields() const { return fields_; }
  const std::vector<State>& states() const { return states_; }  ///< the first is that of a new record
  const std::vector<Step>& steps() const { return steps_; }
  const std::vector<DueRule>& dues() const { return dues_; }
  const std::vector<Counter>& counters() const { return counters_; }
  const std::vector<std::string>& columns() const { return columns_; }  ///< fields that a list shows

  /// nullptr for a key that is none.
  const Field* field(std::string_view key) const;
  const State* state(std::string_view key) const;
  const Step* step(std::string_view key) const;

 private:
  friend class LedgerReader;
  std::string key_, name_, prefix_, audience_ = "restricted";
  std::vector<std::string> roles_, columns_;
  std::vector<Field> fields_;
  std::vector<State> states_;
  std::vector<Step> steps_;
  std::vector<DueRule> dues_;
  std::vector<Counter> counters_;
};

/// All ledgers of a folder, by key. One with a fault is left out, and told; the others run.
class Ledgers {
 public:
  Ledgers() = default;
  /// A folder that is missing is one without ledgers.
  explicit Ledgers(const std::filesystem::path& folder);

  const std::vector<Ledger>& all() const { return all_; }
  const std::vector<std::string>& faults() const { return faults_; }  ///< for people
  /// nullptr for a key that is none.
  const Ledger* find(std::string_view key) const;

 private:
  std::vector<Ledger> all_;
  std::vector<std::string> faults_;
};

}  // namespace shirube::records
