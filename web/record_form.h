#pragma once

#include <map>
#include <optional>
#include <string>

#include "records/record.h"
#include "web/record_model.h"
#include "web/service.h"

// The form by which a record is written, made of its ledger; and what it says. Private to web/.
//
// Each field that it asks for is named by a parameter `asked`; its value is f.KEY (several of choices), of citations cite.KEY and
// quote.KEY in turn with add.KEY for one more, of links link.KEY with add.KEY, of rows row.KEY (their numbers) and f.KEY.COLUMN in turn.
// The parameter `do` is the button that was pressed: save, or what changes the form alone, so that it works without script.
namespace shirube::web {

/// A form as it was filled in.
struct RecordForm {
  records::Values values{};      ///< of each field that was asked for, an empty list where nothing was said
  std::map<std::string, std::string> adding{};  ///< words of `add` that lead to no clause, by field
  std::map<std::string, std::string> faults{};  ///< by field, for people
  int64_t revision = 0;          ///< of the record that it began from; 0: a new one
  std::string audience{};        ///< of a new one
};

/// What somebody changed since a form was begun.
struct ChangedSince {
  std::vector<std::string> before, now;
  std::string by, at;
};

/// Reads a form, and does what its button says of it, but for saving. Throws Error{invalid} for a form of another kind.
RecordForm read_record_form(const Context& context, const records::Ledger& ledger, const Target& form);

/// A form as it begins: of a record, or a new one.
RecordForm begun_form(const Context& context, const records::Ledger& ledger, const records::Record* record);

/// What of the form differs from the record (from nothing, of a new one): what is to be kept.
records::Values differing(const records::Ledger& ledger, const RecordForm& form, const records::Record* record);

/// Says beside each field what is wrong with it, as far as that is known of a field alone.
void find_faults(const records::Ledger& ledger, RecordForm& form, const records::Record* record);

/// The fields that were changed since a revision, as they were then and are now.
std::map<std::string, ChangedSince> changed_since(const Context& context, const records::Record& record, int64_t revision);
/// Puts a form that was begun from an older revision upon the record as it is: what was left alone takes what stands now, and what both
/// changed stays as typed. Which fields these are, with what stands there now.
std::map<std::string, ChangedSince> merge(const Context& context, const records::Ledger& ledger, const records::Record& record, RecordForm& form);

/// The page of a form. `record` is nullptr for a new one; `since` is of merge().
Json record_form_model(const Context& context, const records::Ledger& ledger, const records::Record* record, const RecordForm& form, const Note& note, const std::map<std::string, ChangedSince>& since);

/// What stands beside the form (beside_record_view).
Json beside_model(const Context& context, const records::Ledger& ledger, const std::string& text, const std::string& number);

/// The control of one field, as the form has it.
Json control_model(const Context& context, const records::Ledger& ledger, const records::Field& field, const std::vector<std::string>& values, const std::string& state);

}  // namespace shirube::web
