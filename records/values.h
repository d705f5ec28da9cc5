#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "records/ledger.h"

// How the values of a record are written: texts, so that any of them stands in a cell of a spreadsheet as it is kept.
//
//   date        2026-04-03
//   time        09:30
//   number      12 or 12.5
//   citations   slug/edition/path, and where words are quoted behind it in brackets: hoshimi-kitei/2025-04-01/12-2「…」
//   links       R8-相談-0012
//   files, rows a JSON list of texts: the row's number, which stays its own, then its cells
//
// Pure functions: safe between threads.
namespace shirube::records {

/// Values by field: of most kinds one text, of choices, citations, links, files and rows any number. A field without a value is not in it.
using Values = std::map<std::string, std::vector<std::string>>;

constexpr size_t longest_line = 400, longest_text = 20'000, longest_quote = 1'000;  // characters
constexpr size_t most_values = 200, most_rows = 2'000;
constexpr size_t longest_record = 4 << 20;  // bytes of all values

/// Whether a field may hold several values.
bool holds_many(FieldKind kind);

/// Whether lists, counters and deadlines can be narrowed by its values.
bool is_found_by(FieldKind kind);

/// A citation of a clause, as a value.
struct Citation {
  std::string address;  ///< slug/edition/path
  std::string quote{};  ///< the words quoted, on one line; may be empty
  std::string slug() const { return address.substr(0, address.find('/')); }
  std::string value() const { return quote.empty() ? address : address + "「" + quote + "」"; }
  bool operator==(const Citation&) const = default;
};
Citation citation_of(std::string_view value);

/// A row of a field of rows, as a value. Its number stays with it; one that is new has none (0) until it is kept.
struct Row {
  int number = 0;
  std::vector<std::string> cells;
  std::string value() const;
};
/// What cannot be read is a row without cells.
Row row_of(const std::string& value);

/// A file of a record, as a value.
struct Attachment {
  int number = 0;
  std::string name{}, sha256{}, media_type{};
  std::string size{};         ///< bytes, in digits
  std::string evidence_on{};  ///< the day of what it proves, ISO; may be empty
  std::string valid_until{};  ///< ISO; may be empty
  std::string added_at{}, added_by{};
  std::string value() const;
};
/// The columns of files, as those of rows.
const std::vector<Field>& file_columns();
Attachment attachment_of(const std::string& value);

/// Values as they are to be kept: days as ISO, numbers in narrow digits, nothing around a line, none empty, none twice; new rows get
/// numbers after those of `held`. Throws Error{invalid} naming each field that is not as the ledger says, all at once: one that is not
/// there, retired, computed, too long or too many, of an unknown choice, a row of `grows` that was changed or is missing.
Values checked(const Ledger& ledger, const Values& typed, const Values& held);

/// A value as people read it: 令和8年4月3日 of a day, the cells of a row side by side.
std::string shown(const Field& field, const std::string& value);

}  // namespace shirube::records
