#include "web/record_form.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include "text/date.h"
#include "text/error.h"
#include "text/utf8.h"
#include "web/people_model.h"
#include "web/similar.h"

namespace shirube::web {

using records::Field;
using records::FieldKind;
using records::Ledger;
using records::Record;

namespace {

using Texts = std::vector<std::string>;

constexpr size_t most_alike = 5, most_cited_by_alike = 6, most_fitting = 8, most_kept = 20, most_used = 30;
constexpr size_t longest_question = 800;  // characters that are looked for
constexpr size_t longest_excerpt = 120;   // bytes
constexpr int most_new_rows = 200;

/// Every value of a parameter, blank ones too.
Texts raw(const Target& form, const std::string& name) {
  Texts out;
  for (const auto& [key, value] : form.parameters) {
    if (key == name) out.push_back(text::replace_all(value, "\r\n", "\n"));
  }
  return out;
}

bool is_blank(const std::string& value) { return text::trim(value).empty(); }

/// Without what is blank.
Texts filled(Texts values) {
  std::erase_if(values, is_blank);
  return values;
}

/// Whether a form may ask for a field: of who writes it and sees it, or hands it in.
bool is_asked(const Context& context, const Ledger& ledger, const Field& field) {
  const auto& handed_in = ledger.adding().fields;
  if (!context.records.writes(context.author, ledger) && std::ranges::find(handed_in, field.key) == handed_in.end()) return false;
  return !field.retired && field.kind != FieldKind::computed && field.kind != FieldKind::files && sees(context.viewer, field);
}

/// What a button means: its word and what it is of.
struct Button {
  std::string word, field, rest;
};
Button button_of(const Target& form) {
  std::string said = form.parameter("do").value_or("");
  Button out;
  size_t first = said.find(' '), second = first == said.npos ? first : said.find(' ', first + 1);
  out.word = said.substr(0, first);
  if (first != said.npos) out.field = said.substr(first + 1, second - first - 1);
  if (second != std::string::npos) out.rest = said.substr(second + 1);
  return out;
}

/// Citations as they stand, and one more where one was typed.
Texts read_citations(const Context& context, const Target& form, const std::string& key, RecordForm& out) {
  Texts values, addresses = raw(form, "cite." + key), quotes = raw(form, "quote." + key);
  for (size_t i = 0; i < addresses.size(); ++i) {
    std::string quote = i < quotes.size() ? text::replace_all(quotes[i], "\n", "") : "";
    values.push_back(records::Citation{addresses[i], std::string(text::trim(quote))}.value());
  }
  std::string typed = form.parameter("add." + key).value_or("");
  if (is_blank(typed)) return values;
  if (auto address = typed_address(context, typed)) {
    values.push_back(*address);
  } else {
    out.adding[key] = typed;
    out.faults[key] = "加えようとした条項が見つかりません。条項のアドレスか、正式な引用（資料名（版）第…条）を入れてください。";
  }
  return values;
}

Texts split_words(const std::string& typed) {
  Texts out(1);
  std::string words = text::replace_all(text::replace_all(typed, "、", "\n"), ",", "\n");
  for (char c : words) {
    if (c == '\n') out.emplace_back();
    else out.back() += c;
  }
  for (auto& word : out) word = std::string(text::trim(word));
  return filled(std::move(out));
}

Texts read_rows(const Target& form, const Field& field) {
  Texts numbers = raw(form, "row." + field.key), values;
  std::vector<Texts> columns;
  for (const auto& column : field.columns) columns.push_back(raw(form, fmt::format("f.{}.{}", field.key, column.key)));
  for (size_t i = 0; i < numbers.size(); ++i) {
    records::Row row;
    row.number = static_cast<int>(typed_id(numbers[i]));
    for (const auto& column : columns) row.cells.push_back(i < column.size() ? column[i] : "");
    values.push_back(row.value());
  }
  return values;
}

bool is_empty_row(const std::string& value) {
  records::Row row = records::row_of(value);
  return std::ranges::all_of(row.cells, is_blank);
}

Texts read_field(const Context& context, const Target& form, const Field& field, RecordForm& out) {
  const std::string name = "f." + field.key;
  switch (field.kind) {
    case FieldKind::citations: return read_citations(context, form, field.key, out);
    case FieldKind::links: {
      Texts values = filled(raw(form, "link." + field.key));
      for (auto& typed : split_words(form.parameter("add." + field.key).value_or(""))) {
        if (std::ranges::find(values, typed) == values.end()) values.push_back(std::move(typed));
      }
      return values;
    }
    case FieldKind::rows: return read_rows(form, field);
    case FieldKind::choices: {
      Texts values = filled(raw(form, name));
      for (auto& typed : split_words(form.parameter("add." + field.key).value_or(""))) values.push_back(std::move(typed));
      return values;
    }
    default: return filled(raw(form, name));
  }
}

void cite(RecordForm& out, const std::string& key, const std::string& value) {
  auto found = out.values.find(key);
  if (found == out.values.end()) return;
  std::string address = records::citation_of(value).address;
  bool held = std::ranges::any_of(found->second, [&](const auto& one) { return records::citation_of(one).address == address; });
  if (!held) found->second.push_back(value);
}

/// Does to the form what its button says.
void press(const Context& context, const Ledger& ledger, const Target& form, const Button& button, RecordForm& out) {
  const std::string into = form.parameter("into").value_or("");
  if (button.word == "cite") {
    std::string address = button.rest.empty() ? button.field : button.field + " " + button.rest;
    if (cited_model(context, {address})) cite(out, into, address);
  } else if (button.word == "kept") {
    for (const auto& kept : context.basket.list(context.viewer, context.owner)) {
      if (std::to_string(kept.number) != button.field || !kept.clause) continue;
      const auto& placed = *kept.clause;
      bool fits = text::length_utf8(kept.quote) <= records::longest_quote && kept.quote.find('\n') == std::string::npos;
      cite(out, into, records::Citation{placed.document.slug + "/" + placed.edition.key + "/" + placed.clause.path, fits ? kept.quote : ""}.value());
    }
  }
  const Field* field = ledger.field(button.field);
  auto found = field ? out.values.find(field->key) : out.values.end();
  if (found == out.values.end()) return;
  auto& values = found->second;
  if (button.word == "uncite") std::erase_if(values, [&](const auto& one) { return records::citation_of(one).address == button.rest; });
  if (button.word == "unlink") std::erase(values, button.rest);
  if (button.word == "add-row" && std::ranges::count_if(values, is_empty_row) < most_new_rows) values.push_back(records::Row{0, Texts(field->columns.size())}.value());
  if (button.word == "drop-row") {
    size_t at = static_cast<size_t>(typed_id(button.rest));
    bool kept = field->grows && at >= 1 && at <= values.size() && records::row_of(values[at - 1]).number > 0;
    if (at >= 1 && at <= values.size() && !kept) values.erase(values.begin() + static_cast<std::ptrdiff_t>(at) - 1);
  }
}

/// As they would be kept; as they are where they cannot be.
Texts as_kept(const Ledger& ledger, const Field& field, const Texts& values, const records::Values& held) {
  try {
    auto kept = records::checked(ledger, {{field.key, values}}, held);
    auto found = kept.find(field.key);
    return found == kept.end() ? Texts{} : found->second;
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::invalid) throw;
    return values;
  }
}

/// Without rows in which nothing was typed.
Texts without_empty_rows(const Field& field, Texts values) {
  if (field.kind == FieldKind::rows) std::erase_if(values, [](const auto& value) { return records::row_of(value).number == 0 && is_empty_row(value); });
  return values;
}

const Texts& values_of(const records::Values& values, const std::string& key) {
  static const Texts none;
  auto found = values.find(key);
  return found == values.end() ? none : found->second;
}

/// Takes what a change of rows did back.
void undo_rows(Texts& rows, const records::Change& change) {
  auto number = [](const std::string& value) { return records::row_of(value).number; };
  for (const auto& after : change.after) std::erase_if(rows, [&](const auto& row) { return number(row) == number(after); });
  for (const auto& before : change.before) {
    std::erase_if(rows, [&](const auto& row) { return number(row) == number(before); });
    auto place = std::ranges::find_if(rows, [&](const auto& row) { return number(row) > number(before); });
    rows.insert(place, before);
  }
}

/// A table that only grows: what stands now, and the rows that one typed and that nobody has kept yet.
Texts grown(Texts now, const Texts& typed) {
  std::ranges::copy_if(typed, std::back_inserter(now), [](const auto& value) { return records::row_of(value).number == 0; });
  return now;
}

/// By which state it will be needed, where it is not yet.
std::string required_words(const Ledger& ledger, const Field& field, const std::string& state) {
  if (std::ranges::find(field.required, state) != field.required.end()) return "";
  // Of states that lie behind nothing is said.
  auto now = std::ranges::find(ledger.states(), state, &records::State::key);
  auto first = std::find_if(now, ledger.states().end(), [&](const auto& one) { return std::ranges::find(field.required, one.key) != field.required.end(); });
  return first == ledger.states().end() ? "" : "「" + first->name + "」までに必要";
}

Json citation_controls(const Context& context, const Texts& values) {
  Json out = Json::array();
  for (const auto& value : values) {
    records::Citation citation = records::citation_of(value);
    auto cited = cited_model(context, citation);
    Json one = cited ? *cited : Json{{"citation", "見られない条項"}, {"url", ""}, {"excerpt", ""}, {"state", ""}, {"state_label", ""}, {"title", ""}};
    one["address"] = citation.address;
    one["quote"] = citation.quote;
    one["position"] = out.size() + 1;
    out.push_back(std::move(one));
  }
  return out;
}

Json link_controls(const Context& context, const Texts& values) {
  Json out = Json::array();
  for (const auto& value : values) {
    auto record = context.records.find(context.viewer, value);
    const Ledger* ledger = record ? context.records.ledgers().find(record->ledger) : nullptr;
    out.push_back({{"number", value}, {"url", record ? record_url(value) : ""}, {"title", ledger ? title_of(*ledger, *record) : ""}});
  }
  return out;
}

Json row_controls(const Field& field, const Texts& values) {
  Json out = Json::array();
  for (const auto& value : values) {
    records::Row row = records::row_of(value);
    Json cells = Json::array();
    for (size_t c = 0; c < field.columns.size(); ++c) {
      const Field& column = field.columns[c];
      std::string cell = c < row.cells.size() ? row.cells[c] : "";
      bool day = column.kind == FieldKind::date && text::from_iso(cell);
      cells.push_back({{"name", fmt::format("f.{}.{}", field.key, column.key)}, {"column", column.name}, {"label", fmt::format("{}行目の{}", out.size() + 1, column.name)}, {"value", day ? records::shown(column, cell) : cell},
                       {"shown", cell.empty() ? "" : records::shown(column, cell)}, {"select", column.kind == FieldKind::choice && !column.open}, {"long", column.kind == FieldKind::text}, {"wide", column.kind == FieldKind::text || column.kind == FieldKind::line || column.kind == FieldKind::citations}, {"choices", choices_model(column.choices, {cell})}});
    }
    out.push_back({{"number", row.number}, {"position", out.size() + 1}, {"fixed", field.grows && row.number > 0}, {"cells", std::move(cells)}});
  }
  return out;
}

/// The field that says what a record is about.
std::string question_of(const Context& context, const Ledger& ledger, const records::Values& values) {
  for (const auto& field : ledger.fields()) {
    if (field.kind == FieldKind::text && sees(context.viewer, field)) {
      if (const auto& said = values_of(values, field.key); !said.empty()) return said[0];
    }
  }
  for (const auto& field : ledger.fields()) {
    if (field.kind == FieldKind::line && sees(context.viewer, field)) {
      if (const auto& said = values_of(values, field.key); !said.empty()) return said[0];
    }
  }
  return "";
}

std::string first_characters(const std::string& text, size_t characters) {
  size_t at = 0;
  for (size_t i = 0; i < characters && at < text.size(); ++i) at += text::code_point_at(text, at).length;
  return text.substr(0, at);
}

std::string beginning_of(const std::string& text) {
  std::string line = text::replace_all(text, "\n", " ");
  std::string_view cut = text::clamp_utf8(line, longest_excerpt);
  return std::string(cut) + (cut.size() < line.size() ? "…" : "");
}

Json alike_records(const Context& context, const Ledger& ledger, const std::string& text, const std::string& number) {
  Json out = Json::array();
  for (const auto& record : context.records.alike(context.viewer, ledger.key(), text, most_alike + 1)) {
    if (record.number == number || out.size() == most_alike) continue;
    Json one = record_model(context, ledger, record);
    one["excerpt"] = beginning_of(question_of(context, ledger, record.values));
    one["citations"] = Json::array();
    for (const auto& field : ledger.fields()) {
      if (field.kind != FieldKind::citations) continue;
      for (const auto& value : values_of(record.values, field.key)) {
        auto cited = one["citations"].size() < most_cited_by_alike ? cited_model(context, records::citation_of(value)) : std::nullopt;
        if (cited) one["citations"].push_back(std::move(*cited));
      }
    }
    out.push_back(std::move(one));
  }
  return out;
}

Json fitting_clauses(const Context& context, const std::string& text) {
  Json out = Json::array();
  auto reader = context.readers.borrow();
  search::Searcher* searcher = reader->searcher_if_any();
  if (!searcher) return out;
  std::vector<int64_t> ids;
  for (const auto& match : searcher->similar(text, context.viewer, most_fitting).matches) ids.push_back(match.clause_id);
  for (const auto& placed : context.library.clauses_by_id(context.viewer, ids)) {
    Json one = alike_model(placed);
    one["address"] = placed.document.slug + "/" + placed.edition.key + "/" + placed.clause.path;
    out.push_back(std::move(one));
  }
  return out;
}

Json kept_citations(const Context& context) {
  Json out = Json::array();
  for (const auto& kept : context.basket.list(context.viewer, context.owner)) {
    if (!kept.clause || out.size() == most_kept) continue;
    Json one = reference_model(*kept.clause);
    one["number"] = kept.number;
    one["excerpt"] = beginning_of(kept.quote);
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace

RecordForm read_record_form(const Context& context, const Ledger& ledger, const Target& form) {
  RecordForm out;
  constexpr size_t highest = std::numeric_limits<int64_t>::max();
  out.revision = static_cast<int64_t>(form.number("revision", 0, highest, 0));
  out.audience = form.parameter("audience").value_or("");
  for (const auto& key : form.all("asked")) {
    const Field* field = ledger.field(key);
    if (!field || !is_asked(context, ledger, *field)) continue;
    out.values[field->key] = read_field(context, form, *field, out);
  }
  press(context, ledger, form, button_of(form), out);
  return out;
}

RecordForm begun_form(const Context& context, const Ledger& ledger, const Record* record) {
  RecordForm out;
  out.revision = record ? record->revision : 0;
  out.audience = record ? record->audience : ledger.audience();
  const std::string& first = ledger.states().front().key;
  bool dated = false;
  for (const auto& field : ledger.fields()) {
    if (!is_asked(context, ledger, field)) continue;
    Texts values = record ? values_of(record->values, field.key) : Texts{};
    // A table that a form would not hold has a page of its own.
    if (field.kind == FieldKind::rows && values.size() > rows_shown) continue;
    // What is recorded is mostly of today.
    if (!record && !dated && field.kind == FieldKind::date && std::ranges::find(field.required, first) != field.required.end()) {
      values = {text::to_iso(text::today())};
      dated = true;
    }
    out.values[field.key] = std::move(values);
  }
  return out;
}

records::Values differing(const Ledger& ledger, const RecordForm& form, const Record* record) {
  records::Values out;
  const records::Values none;
  const records::Values& held = record ? record->values : none;
  for (const auto& [key, typed] : form.values) {
    const Field& field = *ledger.field(key);
    Texts values = without_empty_rows(field, typed);
    if (as_kept(ledger, field, values, held) != values_of(held, key)) out[key] = std::move(values);
  }
  return out;
}

void find_faults(const Ledger& ledger, RecordForm& form, const Record* record) {
  const records::Values none;
  const std::string& state = record ? record->state : ledger.states().front().key;
  for (const auto& [key, typed] : form.values) {
    const Field& field = *ledger.field(key);
    Texts values = without_empty_rows(field, typed);
    if (form.faults.contains(key)) continue;
    if (values.empty() && std::ranges::find(field.required, state) != field.required.end()) form.faults[key] = "空にできません。";
    try {
      records::checked(ledger, {{key, values}}, record ? record->values : none);
    } catch (const Error& e) {
      if (e.kind() != ErrorKind::invalid) throw;
      form.faults[key] = e.message() + " " + e.hint();
    }
  }
}

std::map<std::string, ChangedSince> changed_since(const Context& context, const Record& record, int64_t revision) {
  std::map<std::string, ChangedSince> out;
  const Ledger* ledger = context.records.ledgers().find(record.ledger);
  auto changes = context.records.history(context.viewer, record.number);
  for (auto change = changes.rbegin(); change != changes.rend() && change->revision > revision; ++change) {
    const Field* field = ledger ? ledger->field(change->field) : nullptr;
    if (!field) continue;
    auto [entry, first] = out.try_emplace(field->key);
    if (first) {
      entry->second.now = entry->second.before = values_of(record.values, field->key);
      entry->second.by = change->author, entry->second.at = change->at;
    }
    if (field->kind == FieldKind::rows || field->kind == FieldKind::files) undo_rows(entry->second.before, *change);
    else entry->second.before = change->before;
  }
  return out;
}

std::map<std::string, ChangedSince> merge(const Context& context, const Ledger& ledger, const Record& record, RecordForm& form) {
  auto since = changed_since(context, record, form.revision);
  for (auto one = since.begin(); one != since.end();) {
    auto typed = form.values.find(one->first);
    const Field& field = *ledger.field(one->first);
    bool both = false;
    if (typed != form.values.end()) {
      // Against what stood there when it was begun: rows that came since are none that this writer took away.
      const records::Values held = {{field.key, one->second.before}};
      const Texts said = without_empty_rows(field, typed->second), mine = as_kept(ledger, field, said, held);
      if (mine == as_kept(ledger, field, one->second.before, held) || mine == one->second.now) typed->second = one->second.now;
      else if (field.grows) typed->second = grown(one->second.now, said);
      else both = true;
    }
    one = both ? std::next(one) : since.erase(one);
  }
  form.revision = record.revision;
  return since;
}

Json control_model(const Context& context, const Ledger& ledger, const Field& field, const std::vector<std::string>& values, const std::string& state) {
  const std::string value = values.empty() ? "" : values[0];
  bool required = std::ranges::find(field.required, state) != field.required.end();
  bool suggests = field.kind == FieldKind::line || field.kind == FieldKind::unit || field.kind == FieldKind::person || field.open;
  bool day = field.kind == FieldKind::date && text::from_iso(value);
  const bool line = field.kind == FieldKind::line || field.kind == FieldKind::unit || field.kind == FieldKind::person || field.kind == FieldKind::number || field.kind == FieldKind::date || field.kind == FieldKind::time ||
                    (field.kind == FieldKind::choice && field.open);
  Json used = Json::array();
  if (suggests) {
    for (const auto& choice : field.choices) used.push_back(choice);
    for (const auto& said : context.records.used(context.viewer, ledger.key(), field.key, most_used)) {
      if (std::ranges::find(field.choices, said) == field.choices.end()) used.push_back(said);
    }
  }
  Json columns = Json::array();
  for (const auto& column : field.columns) columns.push_back({{"name", column.name}});
  return {{"key", field.key},
          {"field", field.key},  // within lists whose own have keys
          {"name", field.name},
          {"help", field.help},
          {"personal", field.personal},
          {"audience", field.audience},
          {"audience_label", audience_words(field.audience)},
          {"required", required},
          {"required_note", required_words(ledger, field, state)},
          {"is_line", line},
          {"is_date", field.kind == FieldKind::date},
          {"is_time", field.kind == FieldKind::time},
          {"is_number", field.kind == FieldKind::number},
          {"is_text", field.kind == FieldKind::text},
          {"is_choice", field.kind == FieldKind::choice && !field.open},
          {"is_choices", field.kind == FieldKind::choices},
          {"is_citations", field.kind == FieldKind::citations},
          {"is_links", field.kind == FieldKind::links},
          {"is_rows", field.kind == FieldKind::rows},
          {"open", field.open},
          {"grows", field.grows},
          {"value", day ? records::shown(field, value) : value},
          {"longest", field.kind == FieldKind::text ? records::longest_text : records::longest_line},
          {"length", text::length_utf8(value)},
          {"choices", field.kind == FieldKind::choice || field.kind == FieldKind::choices ? choices_model(field.choices, values) : Json::array()},
          {"used", std::move(used)},
          {"citations", field.kind == FieldKind::citations ? citation_controls(context, values) : Json::array()},
          {"links", field.kind == FieldKind::links ? link_controls(context, values) : Json::array()},
          {"columns", std::move(columns)},
          {"rows", field.kind == FieldKind::rows ? row_controls(field, values) : Json::array()},
          {"adding", ""},
          {"fault", ""},
          {"now", nullptr},
          {"group", field.kind == FieldKind::choices || field.kind == FieldKind::citations || field.kind == FieldKind::links || field.kind == FieldKind::rows},
          {"elsewhere", ""},
          {"fixed", ""}};
}

Json beside_model(const Context& context, const Ledger& ledger, const std::string& text, const std::string& number) {
  std::string asked = first_characters(std::string(text::trim(text)), longest_question);
  Json into = Json::array();
  for (const auto& field : ledger.fields()) {
    if (field.kind == FieldKind::citations && is_asked(context, ledger, field)) into.push_back({{"key", field.key}, {"name", field.name}});
  }
  return {{"asked", !asked.empty()},
          {"into", into},
          {"several_into", into.size() > 1},
          {"cites", !into.empty()},
          {"alike", asked.empty() ? Json::array() : alike_records(context, ledger, asked, number)},
          {"clauses", asked.empty() || into.empty() ? Json::array() : fitting_clauses(context, asked)},
          {"kept", into.empty() ? Json::array() : kept_citations(context)}};
}

Json record_form_model(const Context& context, const Ledger& ledger, const Record* record, const RecordForm& form, const Note& note, const std::map<std::string, ChangedSince>& since) {
  const std::string& state = record ? record->state : ledger.states().front().key;
  Json fields = Json::array();
  std::string section;  // that no field of was shown yet
  auto show = [&](Json one) {
    one["section"] = std::exchange(section, {});
    fields.push_back(std::move(one));
  };
  for (const auto& field : ledger.fields()) {
    if (!field.section.empty()) section = field.section;
    if (!sees(context.viewer, field)) continue;
    auto typed = form.values.find(field.key);
    if (typed == form.values.end()) {
      // What is filled in and not asked for here: what is retired, and tables with a page of their own.
      if (!record || values_of(record->values, field.key).empty() || field.kind == FieldKind::files || field.kind == FieldKind::computed) continue;
      Json one = control_model(context, ledger, field, {}, state);
      for (auto& [name, value] : one.items()) {
        if (name.starts_with("is_")) value = false;
      }
      one["group"] = true;
      if (field.kind == FieldKind::rows) one["elsewhere"] = record_url(record->number) + "/rows/" + percent_encode(field.key);
      one["fixed"] = field.kind == FieldKind::rows ? fmt::format("{}行の表", values_of(record->values, field.key).size()) : shown_text(context, ledger, field.key, values_of(record->values, field.key));
      one["required_note"] = field.retired ? "いまは使っていない項目" : "";
      one["required"] = false;
      show(std::move(one));
      continue;
    }
    Json one = control_model(context, ledger, field, typed->second, state);
    if (auto adding = form.adding.find(field.key); adding != form.adding.end()) one["adding"] = adding->second;
    if (auto fault = form.faults.find(field.key); fault != form.faults.end()) one["fault"] = fault->second;
    if (auto other = since.find(field.key); other != since.end()) {
      std::string now = shown_text(context, ledger, field.key, other->second.now);
      one["now"] = {{"text", now.empty() ? "（空）" : now}, {"by", person_name(context, other->second.by)}, {"at", local_time(other->second.at)}};
    }
    show(std::move(one));
  }
  const std::string number = record ? record->number : "";
  const std::string url = record ? record_url(number) + "/edit" : ledger_url(ledger.key()) + "/new";
  const auto* state_now = ledger.state(state);
  Json faults = Json::array();
  for (const auto& [key, words] : form.faults) faults.push_back({{"name", name_of_field(ledger, key)}, {"key", key}, {"words", words}});
  return {{"title", record ? number + "を直す" : ledger.name() + "に記録を加える"},
          {"note", note_model(note)},
          {"ledger", ledger_model(context, ledger)},
          {"number", number},
          {"record_url", record ? record_url(number) : ""},
          {"action", url},
          {"place", record ? number : ledger.key()},
          {"revision", form.revision},
          {"state_label", state_now ? state_now->name : state},
          {"audiences", record || !context.records.writes(context.author, ledger) ? Json::array() : audiences_model(context, form.audience)},
          {"faults", std::move(faults)},
          {"conflicts", since.size()},
          {"conflicting", !since.empty()},
          {"unsaved", nullptr},
          {"fields", std::move(fields)},
          {"beside", beside_model(context, ledger, question_of(context, ledger, form.values), number)}};
}

Json beside_record_view(const Context& context, const Call& call) {
  const Ledger& ledger = find_ledger(context, call.arguments[0]);
  return beside_model(context, ledger, call.target.parameter("text").value_or(""), call.target.parameter("number").value_or(""));
}

}  // namespace shirube::web
