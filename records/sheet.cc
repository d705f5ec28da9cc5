#include "records/sheet.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "corpus/document.h"
#include "records/record_rows.h"
#include "text/error.h"
#include "text/utf8.h"

namespace shirube::records {

namespace {

/// The columns that every record has, by their names.
constexpr std::string_view number_name = "番号", revision_name = "版", state_name = "状態", owner_name = "担当", audience_name = "公開範囲", row_name = "行";

bool has_sheet(const Field& field) { return field.kind == FieldKind::rows || field.kind == FieldKind::files; }

const std::vector<Field>& columns_of(const Field& field) { return field.kind == FieldKind::files ? file_columns() : field.columns; }

std::string joined(const std::vector<std::string>& values) { return fmt::format("{}", fmt::join(values, "\n")); }

std::vector<std::string> lines_of(const std::string& cell) {
  std::vector<std::string> out;
  for (size_t at = 0; at <= cell.size();) {
    size_t end = std::min(cell.find('\n', at), cell.size());
    if (auto line = text::trim(std::string_view(cell).substr(at, end - at)); !line.empty()) out.emplace_back(line);
    at = end + 1;
  }
  return out;
}

std::string cell_of(const std::vector<std::string>& row, size_t at) { return at < row.size() ? row[at] : std::string(); }
bool is_empty(const std::vector<std::string>& row) {
  return std::ranges::all_of(row, [](const std::string& cell) { return text::trim(cell).empty(); });
}

/// Reads the first sheet, and keeps what went wrong.
class SheetReader {
 public:
  SheetReader(const Ledger& ledger, std::span<const SheetTable> sheets, std::vector<EntryFault>& faults, std::vector<size_t>& lines) : ledger_(ledger), sheets_(sheets), faults_(faults), lines_(lines) {}

  std::vector<Entry> read() {
    const SheetTable* sheet = find(ledger_.name());
    if (!sheet && !sheets_.empty()) sheet = &sheets_.front();
    if (!sheet || sheet->columns.empty()) {
      faults_.push_back({no_entry, "表がありません。台帳から書き出したファイルを使ってください。"});
      return {};
    }
    read_head(*sheet);
    for (size_t i = 0; i < sheet->rows.size(); ++i) {
      if (!is_empty(sheet->rows[i])) read_row(sheet->rows[i], i + sheet->first_line);
    }
    for (const auto& field : ledger_.fields()) {
      if (has_sheet(field)) read_rows(field);
    }
    return std::move(out_);
  }

 private:
  const SheetTable* find(const std::string& name) const {
    auto found = std::ranges::find(sheets_, name, &SheetTable::name);
    return found == sheets_.end() ? nullptr : &*found;
  }

  void read_head(const SheetTable& sheet) {
    std::set<std::string> seen;
    for (const auto& column : sheet.columns) {
      const std::string name(text::trim(column.name));
      auto field = std::ranges::find(ledger_.fields(), name, &Field::name);
      bool own = name == number_name || name == revision_name || name == state_name || name == owner_name || name == audience_name;
      if (name.empty()) {
        names_.emplace_back();
        continue;
      }
      if (!own && field == ledger_.fields().end()) faults_.push_back({no_entry, fmt::format("「{}」という列は、この台帳にありません。列の名前を直すか、列を消してください。", text::clamp_utf8(name, 60))});
      if (!seen.insert(name).second) faults_.push_back({no_entry, fmt::format("「{}」の列が二つあります。一つにしてください。", text::clamp_utf8(name, 60))});
      names_.push_back(name);
    }
  }

  void read_row(const std::vector<std::string>& row, size_t line) {
    const size_t position = out_.size();
    auto fault = [&](std::string message) { faults_.push_back({position, std::move(message)}); };
    Entry entry;
    for (size_t i = 0; i < names_.size(); ++i) {
      const std::string& name = names_[i];
      const std::string cell = cell_of(row, i), word(text::trim(cell));
      if (name.empty()) continue;
      if (name == number_name) entry.number = word;
      else if (name == owner_name) entry.owner = word;
      else if (name == revision_name) {
        if (word.size() > 9 || word.find_first_not_of("0123456789") != word.npos) fault(fmt::format("版「{}」は数ではありません。", text::clamp_utf8(word, 40)));
        else if (!word.empty()) entry.revision = std::stoll(word);
      } else if (name == state_name) {
        auto state = std::ranges::find(ledger_.states(), word, &State::name);
        if (!word.empty() && state == ledger_.states().end()) fault(fmt::format("状態「{}」はありません。", text::clamp_utf8(word, 60)));
        else if (!word.empty()) entry.state = state->key;
      } else if (name == audience_name) {
        try {
          if (!word.empty()) entry.audience = corpus::audience_key(word);
        } catch (const Error& e) {
          fault(std::string(e.what()) + " " + e.hint());
        }
      } else if (auto field = std::ranges::find(ledger_.fields(), name, &Field::name); field != ledger_.fields().end() && !has_sheet(*field) && field->kind != FieldKind::computed) {
        entry.values[field->key] = holds_many(field->kind) ? lines_of(cell) : std::vector<std::string>{cell};
      }
    }
    if (!entry.number.empty() && !positions_.emplace(entry.number, position).second) fault(fmt::format("番号「{}」の行が二つあります。", text::clamp_utf8(entry.number, 60)));
    out_.push_back(std::move(entry));
    lines_.push_back(line);
  }

  /// The rows of a field, from a sheet of its own.
  void read_rows(const Field& field) {
    const SheetTable* sheet = find(field.name);
    if (!sheet) return;
    const auto& columns = columns_of(field);
    std::vector<size_t> places(columns.size(), sheet->columns.size());
    size_t number_at = sheet->columns.size(), row_at = sheet->columns.size();
    for (size_t i = 0; i < sheet->columns.size(); ++i) {
      const std::string name(text::trim(sheet->columns[i].name));
      auto column = std::ranges::find(columns, name, &Field::name);
      if (name == number_name) number_at = i;
      else if (name == row_name) row_at = i;
      else if (column != columns.end()) places[static_cast<size_t>(column - columns.begin())] = i;
      else if (!name.empty()) faults_.push_back({no_entry, fmt::format("シート「{}」に「{}」という列はありません。", sheet->name, text::clamp_utf8(name, 60))});
    }
    for (auto& [number, position] : positions_) out_[position].values[field.key];
    for (size_t i = 0; i < sheet->rows.size(); ++i) {
      if (is_empty(sheet->rows[i])) continue;
      const std::string number(text::trim(cell_of(sheet->rows[i], number_at)));
      auto entry = positions_.find(number);
      if (entry == positions_.end()) {
        faults_.push_back({no_entry, fmt::format("シート「{}」の{}行目: 番号「{}」の記録が、初めのシートにありません。", sheet->name, i + sheet->first_line, text::clamp_utf8(number, 60))});
        continue;
      }
      Row row;
      const std::string place(text::trim(cell_of(sheet->rows[i], row_at)));
      if (place.size() > 6 || place.find_first_not_of("0123456789") != place.npos) {
        faults_.push_back({entry->second, fmt::format("シート「{}」の{}行目: 行「{}」は数ではありません。", sheet->name, i + sheet->first_line, text::clamp_utf8(place, 40))});
        continue;
      }
      row.number = place.empty() ? 0 : std::stoi(place);
      for (size_t at : places) row.cells.push_back(cell_of(sheet->rows[i], at));
      out_[entry->second].values[field.key].push_back(row.value());
    }
  }

  const Ledger& ledger_;
  std::span<const SheetTable> sheets_;
  std::vector<EntryFault>& faults_;
  std::vector<size_t>& lines_;
  std::vector<std::string> names_;  ///< of the columns, in order; empty: of none
  std::map<std::string, size_t> positions_;  ///< of entries, by number
  std::vector<Entry> out_;
};

}  // namespace

std::vector<SheetTable> to_sheets(const corpus::Viewer& viewer, const Ledger& ledger, std::span<const Record> records) {
  std::vector<SheetTable> out(1);
  std::vector<const Field*> fields;
  std::vector<std::string> states, audiences;
  for (const auto& state : ledger.states()) states.push_back(state.name);
  out[0].name = ledger.name();
  out[0].columns = {{std::string(number_name)}, {std::string(revision_name), FieldKind::number}, {std::string(state_name), FieldKind::choice, states}, {std::string(owner_name)}, {std::string(audience_name)}};
  for (const auto& field : ledger.fields()) {
    if (field.kind == FieldKind::computed || !sees_field(viewer, &ledger, field.key)) continue;
    // Of one that is asked for no more only what was filled in.
    if (field.retired && std::ranges::none_of(records, [&](const Record& record) { return record.values.contains(field.key); })) continue;
    if (has_sheet(field)) {
      SheetTable sheet{field.name, {{std::string(number_name)}, {std::string(row_name), FieldKind::number}}, {}, 2};
      for (const auto& column : columns_of(field)) sheet.columns.push_back({column.name, column.kind, column.open ? std::vector<std::string>{} : column.choices});
      for (const auto& record : records) {
        auto values = record.values.find(field.key);
        if (values == record.values.end()) continue;
        for (const auto& value : values->second) {
          Row row = row_of(value);
          row.cells.insert(row.cells.begin(), {record.number, std::to_string(row.number)});
          sheet.rows.push_back(std::move(row.cells));
        }
      }
      out.push_back(std::move(sheet));
      continue;
    }
    fields.push_back(&field);
    out[0].columns.push_back({field.name, field.kind, field.open ? std::vector<std::string>{} : field.choices});
  }
  for (const auto& record : records) {
    const State* state = ledger.state(record.state);
    std::vector<std::string> row = {record.number, std::to_string(record.revision), state ? state->name : record.state, record.owner, std::string(corpus::label_of(corpus::audiences(), record.audience))};
    for (const Field* field : fields) {
      auto values = record.values.find(field->key);
      row.push_back(values == record.values.end() ? "" : joined(values->second));
    }
    out[0].rows.push_back(std::move(row));
  }
  return out;
}

std::vector<Entry> from_sheets(const Ledger& ledger, std::span<const SheetTable> sheets, std::vector<EntryFault>& faults, std::vector<size_t>& lines) { return SheetReader(ledger, sheets, faults, lines).read(); }

}  // namespace shirube::records
