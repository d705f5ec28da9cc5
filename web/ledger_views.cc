#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "text/date.h"
#include "text/error.h"
#include "text/utf8.h"
#include "web/asked.h"
#include "web/day.h"
#include "web/people_model.h"
#include "web/record_form.h"
#include "web/record_pages.h"

namespace shirube::web {

using records::Field;
using records::FieldKind;
using records::Ledger;
using records::Record;

namespace {

/// How a counter stands, in words.
Json counter_model(const Ledger& ledger, const records::Count& count) {
  using State = records::Cadence::State;
  auto counter = std::ranges::find(ledger.counters(), count.name, &records::Counter::name);
  const size_t wanted = counter == ledger.counters().end() ? 0 : counter->cadence.count();
  const auto& tally = count.tally;
  std::string words, look;
  switch (tally.state) {
    case State::kept: words = "範囲内", look = "current"; break;
    case State::due:
      words = wanted > tally.count ? fmt::format("あと{}回必要（{}まで）", wanted - tally.count, text::to_wareki(tally.last)) : fmt::format("あと必要（{}まで）", text::to_wareki(tally.last));
      look = "future";
      break;
    case State::missed: words = "足りなかった", look = "draft-failed"; break;
    case State::over: words = "超えている", look = "draft-failed"; break;
  }
  return {{"name", count.name}, {"words", count.words}, {"count", tally.count}, {"first", text::to_iso(tally.first)}, {"last", text::to_iso(tally.last)}, {"state_words", words}, {"look", look}};
}

}  // namespace

Json counters_model(const Context& context, const Ledger& ledger, const text::Date& day, bool kept) {
  Json out = Json::array();
  // Of who sees single records of it a count would say too little.
  if (!context.viewer.sees(ledger.audience())) return out;
  for (const auto& count : context.records.counts(context.viewer, ledger.key(), day)) {
    if (kept || count.tally.state != records::Cadence::State::kept) out.push_back(counter_model(ledger, count));
  }
  return out;
}

namespace {

constexpr size_t records_a_page = 50;
constexpr size_t longest_words = 400;  // characters that are looked for
constexpr size_t most_used = 100;      // values of a unit, to choose from
constexpr size_t most_in_bulk = 500;   // records that are changed at once

bool is_closed(const Ledger& ledger, const std::string& state) {
  const auto* found = ledger.state(state);
  return found && found->closed;
}

/// What a list is asked for, and what of that goes into its address again.
struct AskedList {
  records::RecordFilter filter;
  Parameters parameters;  ///< without the page
  std::string list;
};

bool is_filtered(const Context& context, const Field& field) { return (field.kind == FieldKind::choice || field.kind == FieldKind::choices || field.kind == FieldKind::unit) && sees(context.viewer, field); }

/// Reads q, state (any number), owner (me, or a sign-in name), list (the name of one that is kept), f.KEY of fields of choices and units,
/// date (a date field), from and to, review=on, open=on. Throws Error{invalid} for what cannot be meant.
AskedList read_asked_list(const Context& context, const Ledger& ledger, const Target& target) {
  AskedList out;
  auto take = [&](const char* name) {
    std::string value(text::trim(target.parameter(name).value_or("")));
    if (text::length_utf8(value) > longest_words) throw Error(ErrorKind::invalid, fmt::format("絞り込みの言葉が長すぎます（{}文字まで）。", longest_words), "短くしてください。");
    if (!value.empty()) out.parameters.emplace_back(name, value);
    return value;
  };
  out.filter.words = take("q");
  for (const auto& state : target.all("state")) {
    if (!ledger.state(state)) throw Error(ErrorKind::invalid, fmt::format("「{}」という状態はありません。", text::clamp_utf8(state, 60)), "一覧の画面の欄から選んでください。");
    out.filter.states.push_back(state);
    out.parameters.emplace_back("state", state);
  }
  std::string owner = take("owner");
  out.filter.unowned = owner == "none";
  if (!out.filter.unowned) out.filter.owner = owner == "me" ? context.author.login : owner;
  out.list = take("list");
  for (const auto& kept : ledger.kept()) {
    if (kept.name != out.list) continue;
    for (const auto& state : kept.states) out.filter.states.push_back(state);
    out.filter.where = kept.where;
  }
  for (const auto& field : ledger.fields()) {
    const std::string name = "f." + field.key;
    if (!is_filtered(context, field)) continue;
    if (std::string value = take(name.c_str()); !value.empty()) out.filter.where[field.key] = value;
  }
  // What leads here from a record may say a link.
  for (const auto& field : ledger.fields()) {
    const std::string name = "f." + field.key;
    if ((field.kind != FieldKind::links && field.kind != FieldKind::citations) || !sees(context.viewer, field)) continue;
    if (std::string value = take(name.c_str()); !value.empty()) out.filter.where[field.key] = value;
  }
  out.filter.date_field = take("date");
  const Field* date = ledger.field(out.filter.date_field);
  if (!out.filter.date_field.empty() && (!date || date->kind != FieldKind::date || !sees(context.viewer, *date))) throw Error(ErrorKind::invalid, "その日付の項目はありません。", "一覧の画面の欄から選んでください。");
  std::string from = take("from"), to = take("to");
  if (date) out.filter.from = first_day(from), out.filter.to = last_day(to);
  out.filter.to_review = take("review") == "on";
  out.filter.open = take("open") == "on";
  return out;
}

Parameters without(Parameters parameters, std::string_view name) {
  std::erase_if(parameters, [&](const auto& one) { return one.first == name; });
  return parameters;
}
Parameters with(Parameters parameters, const std::string& name, const std::string& value) {
  parameters = without(std::move(parameters), name);
  if (!value.empty()) parameters.emplace_back(name, value);
  return parameters;
}
std::string asked_for(const AskedList& asked, std::string_view name) {
  auto found = std::ranges::find(asked.parameters, name, [](const auto& one) -> std::string_view { return one.first; });
  return found == asked.parameters.end() ? "" : found->second;
}

/// The controls by which the list is narrowed.
Json filter_model(const Context& context, const Ledger& ledger, const AskedList& asked) {
  Json fields = Json::array(), dates = Json::array();
  for (const auto& field : ledger.fields()) {
    if (field.kind == FieldKind::date && sees(context.viewer, field)) dates.push_back({{"key", field.key}, {"label", field.name}, {"chosen", asked.filter.date_field == field.key}});
    if (!is_filtered(context, field)) continue;
    std::vector<std::string> choices = field.choices;
    if (field.kind == FieldKind::unit || field.open) {
      for (const auto& used : context.records.used(context.viewer, ledger.key(), field.key, most_used)) {
        if (std::ranges::find(choices, used) == choices.end()) choices.push_back(used);
      }
    }
    if (choices.empty()) continue;
    fields.push_back({{"field", field.key}, {"name", field.name}, {"choices", choices_model(choices, {asked_for(asked, "f." + field.key)})}});
  }
  Json states = Json::array();
  for (const auto& state : ledger.states()) states.push_back({{"key", state.key}, {"label", state.name}, {"chosen", std::ranges::find(asked.filter.states, state.key) != asked.filter.states.end()}});
  bool narrowed = std::ranges::any_of(asked.parameters, [](const auto& one) { return one.first != "q" && one.first != "open" && one.first != "owner" && one.first != "list" && one.first != "state" && one.first != "review"; });
  return {{"q", asked.filter.words}, {"states", states}, {"fields", fields}, {"dates", dates}, {"from", asked_for(asked, "from")}, {"to", asked_for(asked, "to")}, {"owners", owners_model(context, ledger, asked_for(asked, "owner") == "me" ? "" : asked.filter.owner)},
          {"mine", asked_for(asked, "owner") == "me"}, {"unowned", asked.filter.unowned}, {"review", asked.filter.to_review}, {"open", asked.filter.open}, {"list", asked.list}, {"narrowed", narrowed}, {"any", !asked.parameters.empty()}};
}

/// Lists that are kept, and states, as links that change that one thing.
Json facets_model(const Context& context, const Ledger& ledger, const AskedList& asked, const std::string& url) {
  Json lists = Json::array(), states = Json::array();
  for (const auto& kept : ledger.kept()) lists.push_back({{"label", kept.name}, {"chosen", asked.list == kept.name}, {"url", url + write_query({{"list", kept.name}})}});
  auto counts = context.records.states(context.viewer, ledger.key());
  size_t all = 0;
  for (const auto& [state, count] : counts) all += count;
  const std::string chosen = asked.filter.states.size() == 1 && asked.list.empty() ? asked.filter.states[0] : "";
  states.push_back({{"label", "すべて"}, {"count", all}, {"chosen", asked.filter.states.empty() && !asked.filter.open}, {"url", url + write_query(without(without(without(asked.parameters, "state"), "list"), "open"))}});
  for (const auto& state : ledger.states()) {
    auto count = counts.find(state.key);
    states.push_back({{"label", state.name}, {"count", count == counts.end() ? 0 : count->second}, {"chosen", chosen == state.key}, {"url", url + write_query(without(without(with(asked.parameters, "state", state.key), "list"), "open"))}});
  }
  return {{"lists", lists}, {"states", states}};
}

/// Whether a text has the form of the numbers of a ledger (R8-相談-0012): what else an address says is not said by the page.
bool is_number_of(const Context& context, const Ledger& ledger, const std::string& text) {
  auto digits = [](std::string_view part, size_t least, size_t most) { return part.size() >= least && part.size() <= most && part.find_first_not_of("0123456789") == part.npos; };
  const std::string_view year = std::string_view(text).substr(0, text.find('-')), place = std::string_view(text).substr(text.rfind('-') + 1);
  return context.records.ledgers().of_number(text) == &ledger && digits(place, 4, 7) && (year.starts_with('R') ? digits(year.substr(1), 1, 2) : digits(year, 4, 4));
}

/// The columns that a list shows to this viewer: personal ones as withheld, narrower ones not at all.
std::vector<const Field*> columns_of(const Context& context, const Ledger& ledger) {
  std::vector<const Field*> out;
  for (const auto& key : ledger.columns()) {
    const Field* field = ledger.field(key);
    if (field && (sees(context.viewer, *field) || field->personal)) out.push_back(field);
  }
  return out;
}

Json row_model(const Context& context, const Ledger& ledger, const Record& record, const std::vector<const Field*>& columns, const text::Date& today) {
  constexpr size_t longest_cell = 180;  // bytes
  Json out = record_model(context, ledger, record);
  out["cells"] = Json::array();
  for (const Field* field : columns) {
    bool seen = sees(context.viewer, *field);
    auto held = record.values.find(field->key);
    std::string words = !seen ? withheld_words : "";
    if (seen && held != record.values.end()) {
      if (field->kind == FieldKind::rows || field->kind == FieldKind::files) words = fmt::format("{}{}", held->second.size(), field->kind == FieldKind::rows ? "行" : "件");
      else words = text::replace_all(shown_text(context, ledger, field->key, held->second), "\n", field->kind == FieldKind::text ? " " : "、");
    }
    std::string_view cut = text::clamp_utf8(words, longest_cell);
    out["cells"].push_back({{"column", field->name}, {"text", std::string(cut) + (cut.size() < words.size() ? "…" : "")}, {"withheld", !seen}, {"day", field->kind == FieldKind::date}});
  }
  out["due"] = nullptr;
  auto dues = context.records.due(record, today);
  auto first = std::ranges::min_element(dues, {}, [](const auto& due) { return std::pair(!due.known, due.due.last); });
  if (first != dues.end()) out["due"] = due_model(*first, today);
  return out;
}

}  // namespace

records::RecordFilter read_list_filter(const Context& context, const Ledger& ledger, const Target& target) { return read_asked_list(context, ledger, target).filter; }

Json ledgers_view(const Context& context, const Call&) {
  const text::Date today = text::today();
  std::map<std::string, Json> next;
  std::map<std::string, size_t> late;
  for (const auto& [record, due] : due_of(context, "all", days_ahead)) {
    const Ledger* ledger = context.records.ledgers().find(record.ledger);
    late[record.ledger] += due.late && due.known;
    if (!due.known || next.contains(record.ledger)) continue;
    Json one = due_model(due, today);
    one["record"] = record_model(context, *ledger, record);
    next.emplace(record.ledger, std::move(one));
  }
  // By groups, in the order in which these come; a ledger without one comes last.
  std::vector<std::string> groups;
  for (const auto& ledger : context.records.ledgers().all()) {
    if (std::ranges::find(groups, ledger.group()) == groups.end() && !ledger.group().empty()) groups.push_back(ledger.group());
  }
  groups.emplace_back();
  std::map<std::string, Json> lists;
  for (const auto& ledger : context.records.ledgers().all()) {
    if (!shows(context, ledger)) continue;
    Json one = ledger_model(context, ledger);
    size_t open = 0, all = 0;
    for (const auto& [state, count] : context.records.states(context.viewer, ledger.key())) {
      all += count;
      if (!is_closed(ledger, state)) open += count;
    }
    one["open"] = open, one["all"] = all;
    one["open_url"] = ledger_url(ledger.key()) + "?open=on";
    one["lists"] = Json::array();
    for (const auto& kept : ledger.kept()) one["lists"].push_back({{"label", kept.name}, {"url", ledger_url(ledger.key()) + write_query({{"list", kept.name}})}});
    one["counters"] = counters_model(context, ledger, today);
    one["unowned"] = context.records.list(context.viewer, ledger.key(), {.unowned = true, .open = true}, 0, 1).total;
    one["some_unowned"] = one["unowned"].get<size_t>() > 0;
    one["unowned_url"] = ledger_url(ledger.key()) + "?open=on&owner=none";
    one["review"] = context.records.list(context.viewer, ledger.key(), {.to_review = true}, 0, 1).total;
    one["reviews"] = one["review"].get<size_t>() > 0;
    one["review_url"] = ledger_url(ledger.key()) + "?review=on";
    one["new_url"] = context.records.adds(context.author, ledger) ? ledger_url(ledger.key()) + "/new" : "";
    one["next"] = next.contains(ledger.key()) ? next[ledger.key()] : Json();
    one["late"] = late[ledger.key()];
    one["some_late"] = late[ledger.key()] > 0;
    lists[ledger.group()].push_back(std::move(one));
  }
  Json list = Json::array();
  for (const auto& group : groups) {
    if (lists.contains(group)) list.push_back({{"name", group}, {"ledgers", std::move(lists[group])}});
  }
  return {{"title", "台帳"}, {"groups", std::move(list)}, {"faults", context.viewer.may(corpus::Task::administer) ? Json(context.records.ledgers().faults()) : Json::array()}};
}

Json ledger_view(const Context& context, const Call& call) {
  const Ledger& ledger = find_ledger(context, call.arguments[0]);
  const text::Date today = text::today();
  const std::string url = ledger_url(ledger.key());
  AskedList asked = read_asked_list(context, ledger, call.target);
  size_t page = call.target.number("page", 1, 1'000'000, 1);
  auto found = context.records.list(context.viewer, ledger.key(), asked.filter, (page - 1) * records_a_page, records_a_page);
  const size_t pages = std::max<size_t>(1, (found.total + records_a_page - 1) / records_a_page);
  if (page > pages) {
    page = pages;
    found = context.records.list(context.viewer, ledger.key(), asked.filter, (page - 1) * records_a_page, records_a_page);
  }
  auto columns = columns_of(context, ledger);
  Json heads = Json::array(), rows = Json::array(), bulk = Json::array();
  for (const Field* field : columns) heads.push_back({{"name", field->name}});
  for (const auto& record : found.records) rows.push_back(row_model(context, ledger, record, columns, today));
  const bool writes = context.records.writes(context.author, ledger);
  if (writes) {
    bulk.push_back({{"key", "owner"}, {"label", "担当"}});
    for (const auto& field : ledger.fields()) {
      bool one = field.kind != FieldKind::computed && field.kind != FieldKind::files && field.kind != FieldKind::rows && field.kind != FieldKind::citations && field.kind != FieldKind::links && field.kind != FieldKind::text;
      if (one && !field.retired && sees(context.viewer, field)) bulk.push_back({{"key", field.key}, {"label", field.name}});
    }
  }
  const std::string query = write_query(asked.parameters), added = call.target.parameter("added").value_or("");
  return {{"title", ledger.name()},
          {"ledger", ledger_model(context, ledger)},
          {"changed", call.target.number("changed", 0, records::most_entries, 0) > 0 ? Json(call.target.number("changed", 0, records::most_entries, 0)) : Json()},
          {"added", is_number_of(context, ledger, added) ? added : ""},
          {"filter", filter_model(context, ledger, asked)},
          {"facets", facets_model(context, ledger, asked, url)},
          {"counters", counters_model(context, ledger, today)},
          {"total", found.total},
          {"columns", std::move(heads)},
          {"records", std::move(rows)},
          {"writes", writes},
          {"new_url", context.records.adds(context.author, ledger) ? url + "/new" : ""},
          {"import_url", writes ? url + "/import" : ""},
          {"export_url", url + "/export" + query},
          {"here", url},
          {"back", url + write_query(with(asked.parameters, "page", page > 1 ? std::to_string(page) : ""))},
          {"bulk", std::move(bulk)},
          {"paging", paging_model(page, page < pages, url, asked.parameters)}};
}

BulkChange read_bulk_change(const Context& context, const Ledger& ledger, const Target& form) {
  BulkChange out;
  out.field = form.parameter("field").value_or("");
  out.said = form.parameter("do") == "try" || form.parameter("do") == "save";
  // Where it stands is an address of this list.
  std::string back = form.parameter("back").value_or(""), url = ledger_url(ledger.key());
  out.back = back == url || back.starts_with(url + "?") ? back : url;
  auto numbers = form.all("number");
  if (numbers.size() > most_in_bulk) throw Error(ErrorKind::invalid, fmt::format("一度に変えられるのは{}件までです。", most_in_bulk), "分けて変えてください。");
  const Field* field = ledger.field(out.field);
  if (out.field != "owner" && (!field || field->retired || !sees(context.viewer, *field))) throw Error(ErrorKind::invalid, "変える項目が選ばれていません。", "一覧の下の欄から選んでください。");
  if (field) {
    RecordForm typed = read_record_form(context, ledger, form);
    out.values = typed.values[field->key];
  } else {
    out.values = {form.parameter("f.owner").value_or("")};
  }
  for (const auto& number : numbers) {
    // What the page showed: number and revision, as the form of what is tried has them.
    size_t at = number.rfind('@');
    records::Entry entry;
    entry.number = number.substr(0, at);
    if (at != number.npos) entry.revision = typed_id(number.substr(at + 1));
    auto record = context.records.find(context.viewer, entry.number);
    if (!record || record->ledger != ledger.key()) refuse_missing_record();
    if (entry.revision == 0) entry.revision = record->revision;
    if (field) entry.values[field->key] = out.values;
    else entry.owner = out.values[0];
    out.entries.push_back(std::move(entry));
  }
  return out;
}

Json bulk_model(const Context& context, const Ledger& ledger, const BulkChange& bulk, std::span<const records::EntryFault> faults, const Note& note) {
  const Field* field = ledger.field(bulk.field);
  const std::string name = field ? field->name : "担当";
  Json rows = Json::array();
  size_t changes = 0;
  for (size_t i = 0; i < bulk.entries.size(); ++i) {
    const auto& entry = bulk.entries[i];
    auto record = context.records.find(context.viewer, entry.number);
    if (!record) refuse_missing_record();
    Json one = record_model(context, ledger, *record);
    one["seen"] = fmt::format("{}@{}", entry.number, entry.revision);
    std::vector<std::string> before = {record->owner}, after = bulk.values;
    if (field) {
      auto held = record->values.find(field->key);
      before = held == record->values.end() ? std::vector<std::string>{} : held->second;
      try {
        auto kept = records::checked(ledger, {{field->key, bulk.values}}, record->values);
        after = kept.contains(field->key) ? kept[field->key] : std::vector<std::string>{};
      } catch (const Error& e) {
        if (e.kind() != ErrorKind::invalid) throw;
      }
    }
    one["before"] = shown_text(context, ledger, bulk.field, before);
    one["after"] = shown_text(context, ledger, bulk.field, after);
    one["same"] = before == after;
    changes += before != after;
    one["fault"] = "";
    for (const auto& fault : faults) {
      if (fault.entry == i) one["fault"] = one["fault"].get<std::string>() + fault.message;
    }
    rows.push_back(std::move(one));
  }
  Json control = field ? control_model(context, ledger, *field, bulk.values, "") : Json();
  return {{"title", ledger.name() + "　まとめて変える"},
          {"note", note_model(note)},
          {"ledger", ledger_model(context, ledger)},
          {"here", ledger_url(ledger.key())},
          {"back", bulk.back},
          {"field", bulk.field},
          {"field_name", name},
          {"controls", field ? Json::array({control}) : Json::array()},
          {"owners", field ? Json::array() : owners_model(context, ledger, bulk.values.empty() ? "" : bulk.values[0])},
          {"tried", bulk.said && note.fault.empty()},
          {"count", rows.size()},
          {"changes", changes},
          {"some_change", changes > 0},
          {"fault_count", faults.size()},
          {"faulty", !faults.empty()},
          {"ready", bulk.said && note.fault.empty() && faults.empty() && changes > 0},
          {"records", std::move(rows)}};
}

}  // namespace shirube::web
