#pragma once

#include <optional>
#include <string>
#include <vector>

#include "records/record.h"
#include "web/model.h"
#include "web/views.h"

// The parts that the pages of ledgers and records are made of. Private to web/.
namespace shirube::web {

std::string ledger_url(const std::string& key);
std::string record_url(const std::string& number);

/// Whether there is a ledger for somebody: who sees its records or writes them.
bool shows(const Context& context, const records::Ledger& ledger);
/// Throws Error{missing} for a ledger that is none, or not theirs.
const records::Ledger& find_ledger(const Context& context, const std::string& key);

/// A record with its ledger.
struct FoundRecord {
  const records::Ledger& ledger;
  records::Record record;
};
/// Throws Error{missing}, always with the same words: for what is none and for what the viewer does not see.
FoundRecord find_record(const Context& context, const std::string& number);
[[noreturn]] void refuse_missing_record();

/// Whether a viewer who sees a record sees this field of it.
bool sees(const corpus::Viewer& viewer, const records::Field& field);
/// 「非公開（個人情報）」, of a personal field that the viewer does not see.
extern const std::string withheld_words;

/// What a person is called: 「星 花子」, or the sign-in name where there is no such account.
std::string person_name(const Context& context, const std::string& login);
std::string audience_words(std::string_view audience);
/// 相談対応 R8-相談-0012 and what it is of: the field that names it, else its first line of words.
std::string title_of(const records::Ledger& ledger, const records::Record& record);

Json ledger_model(const Context& context, const records::Ledger& ledger);
/// {number, url, title, state, state_label, closed, owner, owner_name, audience, audience_label, revision, to_review, changed_at, changed_by, …}.
Json record_model(const Context& context, const records::Ledger& ledger, const records::Record& record);
/// {name, first, last, words, late, known, days}: `words` say the day, or the days, as people do.
Json due_model(const records::DueDay& due, const text::Date& today);
/// {address, value, quote, citation, title, url, state, state_label}; nullopt for a clause that is not seen.
std::optional<Json> cited_model(const Context& context, const records::Citation& citation);
/// {key, name, help, kind, personal, audience, audience_label, withheld, empty, is_…, texts, citations, links, files, columns, rows, more, rows_url}: a field as it is read.
Json field_model(const Context& context, const records::Record& record, const records::Field& field);

/// The drawing of a field's rows: [{title, stacked, legend, compares, first, left_out, bars: [{label, parts: [{name, named, number, percent, from, width, place}], before: {from, percent}}]}], all widths in percent.
Json drawing_model(const records::Field& field, const records::Values& values);

/// A field's values in one text, a line each, as people read them: what is held against another version of it.
std::string shown_text(const Context& context, const records::Ledger& ledger, const std::string& field, const std::vector<std::string>& values);
/// The name of a field, or of what else a Change is of.
std::string name_of_field(const records::Ledger& ledger, const std::string& field);
/// Both texts with what differs marked: {before: segments, after: segments}.
Json difference_model(const std::string& before, const std::string& after);

/// Who can be given a record, and for whom it can be: [{key, label, chosen}]. What is chosen is always there.
Json owners_model(const Context& context, const records::Ledger& ledger, const std::string& chosen);
Json audiences_model(const Context& context, const std::string& chosen);
Json choices_model(const std::vector<std::string>& choices, const std::vector<std::string>& chosen);

/// The address slug/edition/path in what was typed: itself, the address of a clause's page, or an official citation. nullopt for a clause
/// that is not seen.
std::optional<std::string> typed_address(const Context& context, const std::string& typed);

constexpr size_t rows_shown = 30;       ///< of a table, on the page of its record and in a form; more have a page of their own
constexpr int days_ahead = 92;          ///< that pages look for what is due

}  // namespace shirube::web
