#pragma once

#include <span>
#include <string>
#include <vector>

#include "web/original.h"
#include "web/record_model.h"
#include "web/service.h"

// Pages of records that handlers show again, with what was refused. Private to web/.
namespace shirube::web {

/// What the address of a list asks for.
records::RecordFilter read_list_filter(const Context& context, const records::Ledger& ledger, const Target& target);

/// The page of a record.
Json record_page_model(const Context& context, const FoundRecord& found, const Note& note);

/// A field of rows. Throws Error{missing} for what is none, or not seen.
const records::Field& find_rows(const Context& context, const records::Ledger& ledger, const std::string& key);
/// The page of a table as `asked` (a request's parameters, or a form's) says it: q, column, value, page.
std::string rows_url(const std::string& number, const records::Field& field, const Target& asked, const std::vector<std::pair<std::string, std::string>>& more = {});
/// The page of a table; `typed` is a row that was refused.
Json rows_page_model(const Context& context, const FoundRecord& found, const records::Field& field, const Target& asked, const Note& note, const records::Row* typed);

/// One field, or the owner, of many records.
struct BulkChange {
  std::vector<records::Entry> entries{};
  std::string field{};   ///< key, or "owner"
  std::vector<std::string> values{};
  bool said = false;     ///< whether a value was sent, not only the wish to send one
  std::string back{};    ///< the list that it began from
};
BulkChange read_bulk_change(const Context& context, const records::Ledger& ledger, const Target& form);
/// The page that shows what would be changed, with what is wrong of it.
Json bulk_model(const Context& context, const records::Ledger& ledger, const BulkChange& bulk, std::span<const records::EntryFault> faults, const Note& note);

/// How the counters of a ledger stand, in words, those that are as they should be (`kept`) or only the others; none to who does not see its records.
Json counters_model(const Context& context, const records::Ledger& ledger, const text::Date& day, bool kept = true);

/// What is due within so many days, as a scope has it (mine, units, all), with what is late and what is due on no day that is known.
std::vector<std::pair<records::Record, records::DueDay>> due_of(const Context& context, const std::string& scope, int days);

}  // namespace shirube::web
