// A table of a record, row by row: checklists of a thousand rows.
#include <fmt/format.h>

#include <algorithm>

#include "text/date.h"
#include "text/error.h"
#include "text/normalize.h"
#include "web/asked.h"
#include "web/people_model.h"
#include "web/record_form.h"
#include "web/record_pages.h"

namespace shirube::web {

using records::Field;
using records::FieldKind;

namespace {

constexpr size_t rows_a_page = 100;
constexpr const char* kept_parameters[] = {"q", "column", "value", "page"};

Parameters kept(const Target& asked) {
  Parameters out;
  for (const char* name : kept_parameters) {
    if (auto value = asked.parameter(name)) out.emplace_back(name, *value);
  }
  return out;
}

/// A row that is written, cell by cell.
Json editing_model(const Field& field, const records::Row& row, const std::string& before) {
  Json cells = Json::array();
  for (size_t c = 0; c < field.columns.size(); ++c) {
    const Field& column = field.columns[c];
    const std::string cell = c < row.cells.size() ? row.cells[c] : "";
    bool day = column.kind == FieldKind::date && text::from_iso(cell);
    cells.push_back({{"name", "cell." + column.key}, {"column", column.name}, {"value", day ? records::shown(column, cell) : cell}, {"select", column.kind == FieldKind::choice && !column.open}, {"long", column.kind == FieldKind::text}, {"wide", column.kind == FieldKind::text || column.kind == FieldKind::line || column.kind == FieldKind::citations},
                     {"choices", choices_model(column.choices, {cell})}});
  }
  return {{"number", row.number}, {"before", before}, {"cells", std::move(cells)}, {"is_new", row.number == 0}, {"removable", row.number > 0 && !field.grows}};
}

/// The columns by which rows are told apart, each with what it may hold.
Json filters_model(const Field& field, const Target& asked) {
  Json out = Json::array();
  for (const auto& column : field.columns) {
    if (column.kind != FieldKind::choice) continue;
    bool chosen = asked.parameter("column") == column.key;
    for (const auto& choice : column.choices) out.push_back({{"column", column.key}, {"value", choice}, {"label", fmt::format("{}: {}", column.name, choice)}, {"chosen", chosen && asked.parameter("value") == choice}});
  }
  return out;
}

}  // namespace

const Field& find_rows(const Context& context, const records::Ledger& ledger, const std::string& key) {
  const Field* field = ledger.field(key);
  if (!field || field->kind != FieldKind::rows || !sees(context.viewer, *field)) throw Error(ErrorKind::missing, "その表はありません。", "記録の画面からお開きください。");
  return *field;
}

std::string rows_url(const std::string& number, const Field& field, const Target& asked, const Parameters& more) {
  Parameters parameters = kept(asked);
  parameters.insert(parameters.end(), more.begin(), more.end());
  return record_url(number) + "/rows/" + percent_encode(field.key) + write_query(parameters);
}

Json rows_page_model(const Context& context, const FoundRecord& found, const Field& field, const Target& asked, const Note& note, const records::Row* typed) {
  const auto& [ledger, record] = found;
  const bool writes = context.records.writes(context.author, ledger) && !field.retired;
  const std::string words = text::fold(asked.parameter("q").value_or(""));
  // 列:値, as the select sends both at once.
  std::string column = asked.parameter("column").value_or(""), value = asked.parameter("value").value_or("");
  if (size_t colon = column.find(':'); colon != column.npos) value = column.substr(colon + 1), column.resize(colon);
  auto by = std::ranges::find(field.columns, column, &Field::key);
  const size_t position = by == field.columns.end() || value.empty() ? field.columns.size() : static_cast<size_t>(by - field.columns.begin());
  static const std::vector<std::string> none;
  auto held = record.values.find(field.key);
  const auto& values = held == record.values.end() ? none : held->second;
  const int editing = typed ? typed->number : static_cast<int>(typed_id(asked.parameter("edit").value_or("")));
  const bool adds = writes && ((typed && typed->number == 0) || asked.parameter("edit") == "new");

  std::vector<std::pair<records::Row, const std::string*>> matching;
  for (const auto& one : values) {
    records::Row row = records::row_of(one);
    bool fits = position >= field.columns.size() || (position < row.cells.size() && row.cells[position] == value);
    if (fits && !words.empty()) {
      std::string all;
      for (size_t c = 0; c < row.cells.size() && c < field.columns.size(); ++c) all += row.cells[c] + "\n";
      fits = text::fold(all).find(words) != std::string::npos;
    }
    if (fits || row.number == editing) matching.emplace_back(std::move(row), &one);
  }
  const size_t pages = std::max<size_t>(1, (matching.size() + rows_a_page - 1) / rows_a_page);
  const size_t page = std::min(asked.number("page", 1, 1'000'000, 1), pages);

  Json rows = Json::array();
  Parameters here = kept(asked);
  for (size_t i = (page - 1) * rows_a_page; i < std::min(matching.size(), page * rows_a_page); ++i) {
    const auto& [row, text] = matching[i];
    bool edits = writes && row.number == editing;
    Json cells = Json::array();
    for (size_t c = 0; c < field.columns.size() && !edits; ++c) {
      const Field& of = field.columns[c];
      const std::string cell = c < row.cells.size() ? row.cells[c] : "";
      Json one = {{"column", of.name}, {"text", cell.empty() ? "" : records::shown(of, cell)}, {"url", ""}};
      if (of.kind == FieldKind::citations && !cell.empty()) {
        auto cited = cited_model(context, records::citation_of(cell));
        one["text"] = cited ? (*cited)["citation"] : Json("");
        one["url"] = cited ? (*cited)["url"] : Json("");
      }
      cells.push_back(std::move(one));
    }
    std::string now = edits && typed ? records::shown(field, *text) : "";
    rows.push_back({{"number", row.number}, {"cells", std::move(cells)}, {"now", now}, {"editing", edits ? editing_model(field, typed ? *typed : row, *text) : Json()},
                    {"edit_url", writes && !(field.grows && row.number > 0) ? rows_url(record.number, field, asked, {{"edit", std::to_string(row.number)}}) + fmt::format("#row-{}", row.number) : ""}});
  }
  Json columns = Json::array();
  for (const auto& of : field.columns) columns.push_back({{"name", of.name}});
  records::Row begun{0, std::vector<std::string>(field.columns.size())};
  Parameters without_page;
  for (const auto& one : here) {
    if (one.first != "page") without_page.push_back(one);
  }
  Target plain;
  for (const auto& one : here) plain.parameters.push_back(one);
  Target choosing = plain;
  std::erase_if(choosing.parameters, [](const auto& one) { return one.first == "column" || one.first == "value"; });
  if (!column.empty()) choosing.parameters.emplace_back("column", column), choosing.parameters.emplace_back("value", value);
  Json kept_here = Json::array();
  for (const auto& [name, one] : here) kept_here.push_back({{"name", name}, {"value", one}});
  return {{"title", fmt::format("{}　{}", record.number, field.name)},
          {"note", note_model(note)},
          {"ledger", ledger_model(context, ledger)},
          {"record", record_model(context, ledger, record)},
          {"field", field.key},
          {"field_name", field.name},
          {"help", field.help},
          {"here", record_url(record.number) + "/rows/" + percent_encode(field.key)},
          {"plain_url", rows_url(record.number, field, plain)},
          {"q", asked.parameter("q").value_or("")},
          {"filters", filters_model(field, choosing)},
          {"narrowed", !words.empty() || !value.empty()},
          {"writes", writes},
          {"total", values.size()},
          {"found", matching.size()},
          {"columns", std::move(columns)},
          {"rows", std::move(rows)},
          {"kept", std::move(kept_here)},
          {"answers_url", writes && field.tally ? record_url(record.number) + "/rows/" + percent_encode(field.key) + "/answers" : ""},
          {"drawing", drawing_model(field, record.values)},
          {"new_url", writes ? rows_url(record.number, field, plain, {{"edit", "new"}}) + "#new-row" : ""},
          {"adding", adds ? editing_model(field, typed ? *typed : begun, "") : Json()},
          {"paging", paging_model(page, page < pages, record_url(record.number) + "/rows/" + percent_encode(field.key), without_page)}};
}

Json record_rows_view(const Context& context, const Call& call) {
  FoundRecord found = find_record(context, call.arguments[0]);
  return rows_page_model(context, found, find_rows(context, found.ledger, call.arguments[1]), call.target, {}, nullptr);
}

}  // namespace shirube::web
