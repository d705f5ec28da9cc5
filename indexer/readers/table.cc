#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "indexer/extract.h"
#include "indexer/readers/readers.h"
#include "indexer/readers/rows.h"
#include "text/utf8.h"

// Tables in text files: comma, tab or semicolon separated values (RFC 4180).
namespace shirube::indexer {

namespace {

constexpr std::array<char, 3> separators = {',', '\t', ';'};
/// So many records tell the separator.
constexpr size_t sample = 200, sample_bytes = size_t{256} << 10;
/// A text without a table's name is a table when so many lines in a row have the same number of fields.
constexpr size_t fewest_records = 10, fewest_fields = 3;

/// Reads records one by one.
class Records {
 public:
  Records(std::string_view text, char separator) : rest_(text), separator_(separator) {}

  bool more() const { return !rest_.empty(); }
  std::string_view left() const { return rest_; }
  size_t fields() const { return fields_; }  ///< of the record read last

  TableRow next() {
    TableRow row;
    fields_ = 0;
    while (true) {
      std::string field = read_field();
      ++fields_;
      if (!field.empty()) row.push_back({static_cast<int>(fields_), std::move(field)});
      if (rest_.empty()) return row;
      char end = rest_.front();
      rest_.remove_prefix(1);
      if (end == '\n') return row;
    }
  }

 private:
  std::string read_field() {
    std::string field;
    if (rest_.starts_with('"') && !unclosed_) {
      size_t at = 1;
      for (; at < rest_.size(); ++at) {
        if (rest_[at] != '"') field += rest_[at];
        else if (at + 1 < rest_.size() && rest_[at + 1] == '"') field += rest_[at++];
        else break;
      }
      unclosed_ = at >= rest_.size();
      if (unclosed_) field.clear();  // a quote that never ends is a character like others
      else rest_.remove_prefix(at + 1);
    }
    auto end = std::min(rest_.find_first_of(std::array{separator_, '\n'}.data(), 0, 2), rest_.size());
    auto plain = rest_.substr(0, end);
    rest_.remove_prefix(end);
    if (plain.ends_with('\r')) plain.remove_suffix(1);
    return field.append(plain);
  }

  std::string_view rest_;
  char separator_;
  size_t fields_ = 0;
  bool unclosed_ = false;
};

struct Shape {
  char separator = ',';
  size_t fields = 0, records = 0, alike = 0;  ///< the usual number of fields, and how many records have it
};

Shape shape_of(std::string_view text, char separator, bool cut) {
  Shape shape{separator, 0, 0, 0};
  std::map<size_t, size_t> counts;
  Records records(text, separator);
  while (records.more() && shape.records < sample) {
    records.next();
    if (cut && !records.more()) break;  // within this record
    ++shape.records;
    ++counts[records.fields()];
  }
  for (auto [fields, count] : counts) {
    if (fields > 1 && count > shape.alike) shape.fields = fields, shape.alike = count;
  }
  return shape;
}

/// By the start of a text.
Shape best_shape(std::string_view whole) {
  auto text = whole.substr(0, sample_bytes);
  Shape best;
  for (char separator : separators) {
    Shape shape = shape_of(text, separator, text.size() < whole.size());
    if (shape.alike > best.alike || (shape.alike == best.alike && shape.fields > best.fields)) best = shape;
  }
  return best;
}

}  // namespace

bool looks_like_table(std::string_view bytes) {
  Shape shape = best_shape(bytes);
  return bytes.find_first_of("{[<") != 0 && shape.fields >= fewest_fields && shape.records >= fewest_records && shape.alike == shape.records;
}

std::vector<std::pair<size_t, TableRow>> read_records(std::string_view text) {
  std::vector<std::pair<size_t, TableRow>> out;
  size_t line = 1;
  for (Records records(text, best_shape(text).separator); records.more();) {
    auto before = records.left();
    out.emplace_back(line, records.next());
    line += static_cast<size_t>(std::ranges::count(before.substr(0, before.size() - records.left().size()), '\n'));
  }
  return out;
}

Extract read_table(const std::string& bytes) {
  std::string text;
  auto e = decoded_extract(bytes, "text/csv", text);
  std::string_view rest = text;
  char separator = best_shape(rest).separator;
  // Excel's own first line.
  if (rest.starts_with("sep=") && rest.size() > 5 && rest[5] == '\n') {
    separator = rest[4];
    rest.remove_prefix(6);
  }
  if (separator == '\t') e.media_type = "text/tab-separated-values";
  TextBudget budget;
  std::vector<TableRow> rows;
  for (Records records(rest, separator); records.more();) {
    rows.push_back(records.next());
    for (const Cell& cell : rows.back()) budget.take(cell.text.size());
  }
  corpus::Page page;
  add_rows(page.lines, std::move(rows));
  e.pages.push_back(std::move(page));
  return e;
}

}  // namespace shirube::indexer
