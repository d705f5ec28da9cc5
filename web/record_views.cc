#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <set>

#include "text/date.h"
#include "text/difference.h"
#include "text/error.h"
#include "web/people_model.h"
#include "web/record_form.h"
#include "web/record_pages.h"

namespace shirube::web {

using records::Field;
using records::FieldKind;
using records::Ledger;
using records::Record;

namespace {

constexpr size_t most_linking = 50;
constexpr size_t changes_a_page = 100;

struct Done {
  std::string_view key, words;
};
constexpr Done done_words[] = {{"added", "記録を加えました。"}, {"saved", "保存しました。"}, {"step", "状態を進めました。"}, {"give", "担当を変えました。"}, {"narrow", "公開範囲を変えました。"}, {"review", "確かめたことを記しました。"}, {"file", "ファイルを加えました。"}};

/// What a step makes visible, to whom.
Json step_model(const Context& context, const Ledger& ledger, const records::Step& step, const Record& record) {
  Json publishes = Json::array();
  for (const auto& key : step.publish) {
    // Of one without any words nothing is published.
    const auto* publication = ledger.publication(key);
    if (publication && std::ranges::any_of(publication->fields, [&](const auto& field) { return record.values.contains(field); })) publishes.push_back({{"name", publication->name}, {"audience_label", audience_words(publication->audience)}});
  }
  const auto* to = ledger.state(step.to);
  Json lacking = Json::array();
  for (const auto& field : ledger.fields()) {
    if (std::ranges::find(field.required, step.to) != field.required.end() && sees(context.viewer, field) && !record.values.contains(field.key)) lacking.push_back(field.name);
  }
  return {{"lacking", std::move(lacking)}, {"key", step.key}, {"name", step.name}, {"to_label", to ? to->name : step.to}, {"publishes", std::move(publishes)}, {"withdraws", step.withdraw}, {"plain", step.publish.empty() && !step.withdraw}};
}

/// A citation that was overtaken: what is cited, and what stands there in the newer edition.
Json review_model(const Ledger& ledger, const records::Review& review) {
  Json out = {{"field", review.field}, {"field_name", name_of_field(ledger, review.field)}, {"value", review.citation.value()}, {"quote", review.citation.quote}, {"cited", reference_model(review.cited)}, {"newer_edition", review.newer_edition},
              {"counterpart", nullptr}, {"renewed", ""}, {"changes", nullptr}, {"text", review.cited.clause.text}};
  if (!review.counterpart) return out;
  const auto& placed = *review.counterpart;
  out["counterpart"] = reference_model(placed);
  out["renewed"] = placed.document.slug + "/" + placed.edition.key + "/" + placed.clause.path;
  out["changes"] = difference_model(review.cited.clause.text, placed.clause.text);
  return out;
}

Json published_model(const Context& context, const Ledger& ledger, const records::Published& published) {
  const auto* publication = ledger.publication(published.publication);
  bool seen = context.viewer.sees(published.audience) && context.library.document(context.viewer, published.slug);
  return {{"name", publication ? publication->name : published.publication}, {"audience_label", audience_words(published.audience)}, {"revision", published.revision}, {"at", local_time(published.at)}, {"by", person_name(context, published.author)},
          {"url", seen ? edition_url(published.slug, published.edition) : ""}};
}

Json linking_model(const Context& context, const std::string& number) {
  Json out = Json::array();
  for (const auto& [record, key] : context.records.linking(context.viewer, number, most_linking)) {
    const Ledger* ledger = context.records.ledgers().find(record.ledger);
    if (!ledger) continue;
    Json one = record_model(context, *ledger, record);
    one["by"] = name_of_field(*ledger, key);
    out.push_back(std::move(one));
  }
  return out;
}

/// New records of other ledgers that would link to this one.
Json beginnings(const Context& context, const Record& record) {
  Json out = Json::array();
  for (const auto& ledger : context.records.ledgers().all()) {
    if (!context.records.writes(context.author, ledger)) continue;
    for (const auto& field : ledger.fields()) {
      if (field.kind != FieldKind::links || field.retired || field.ledger != record.ledger || ledger.key() == record.ledger) continue;
      out.push_back({{"label", fmt::format("{}を加える", ledger.name())}, {"url", ledger_url(ledger.key()) + "/new" + write_query({{"asked", field.key}, {"link." + field.key, record.number}})}});
      break;
    }
  }
  return out;
}

/// One side of a change, and what differs.
Json change_model(const Context& context, const Ledger& ledger, const std::string& field, const std::vector<std::string>& before, const std::vector<std::string>& after) {
  std::string old = shown_text(context, ledger, field, before), now = shown_text(context, ledger, field, after);
  return {{"field", field}, {"name", name_of_field(ledger, field)}, {"before_text", old}, {"after_text", now}, {"sides", difference_model(old, now)}, {"added", old.empty()}, {"removed", now.empty()}};
}

using State = std::map<std::string, std::vector<std::string>>;

/// The record as it was at a revision, by field, state, owner and audience, of what the viewer sees.
State as_of(const Ledger& ledger, const Record& record, const std::vector<records::Change>& history, int64_t revision) {
  State out = record.values;
  out["state"] = {record.state}, out["owner"] = {record.owner}, out["audience"] = {record.audience};
  auto number = [](const std::string& value) { return records::row_of(value).number; };
  for (auto change = history.rbegin(); change != history.rend() && change->revision > revision; ++change) {
    if (change->field == "review") continue;
    const Field* field = ledger.field(change->field);
    auto& values = out[change->field];
    if (field && (field->kind == FieldKind::rows || field->kind == FieldKind::files)) {
      for (const auto& after : change->after) std::erase_if(values, [&](const auto& row) { return number(row) == number(after); });
      for (const auto& before : change->before) values.insert(std::ranges::find_if(values, [&](const auto& row) { return number(row) > number(before); }), before);
    } else {
      values = change->before;
    }
  }
  return out;
}

Json comparison_model(const Context& context, const FoundRecord& found, const std::vector<records::Change>& history, int64_t from, int64_t to) {
  State before = as_of(found.ledger, found.record, history, from), after = as_of(found.ledger, found.record, history, to);
  std::vector<std::string> keys = {"state", "owner", "audience"};
  for (const auto& field : found.ledger.fields()) {
    if (field.kind != FieldKind::computed && sees(context.viewer, field)) keys.push_back(field.key);
  }
  Json rows = Json::array();
  for (const auto& key : keys) {
    auto old = before[key], now = after[key];
    // Of tables the rows that differ.
    const Field* field = found.ledger.field(key);
    if (field && (field->kind == FieldKind::rows || field->kind == FieldKind::files)) {
      std::set<std::string> held(old.begin(), old.end()), come(now.begin(), now.end());
      std::erase_if(old, [&](const auto& row) { return come.contains(row); });
      std::erase_if(now, [&](const auto& row) { return held.contains(row); });
    }
    if (old != now) rows.push_back(change_model(context, found.ledger, key, old, now));
  }
  return {{"from", from}, {"to", to}, {"rows", std::move(rows)}};
}

}  // namespace

Json record_page_model(const Context& context, const FoundRecord& found, const Note& note) {
  const auto& [ledger, record] = found;
  const text::Date today = text::today();
  const bool writes = context.records.writes(context.author, ledger);
  Json fields = Json::array(), unfilled = Json::array(), file_fields = Json::array();
  std::string section;  // that no field of was shown yet
  for (const auto& field : ledger.fields()) {
    if (!field.section.empty()) section = field.section;
    if (writes && field.kind == FieldKind::files && !field.retired && sees(context.viewer, field)) file_fields.push_back({{"key", field.key}, {"name", field.name}, {"help", field.help}});
    Json one = field_model(context, record, field);
    if (!one["withheld"].get<bool>() && one["empty"].get<bool>()) {
      // A table can be begun on its own page.
      if (!field.retired && sees(context.viewer, field)) unfilled.push_back({{"name", field.name}, {"url", field.kind == FieldKind::rows ? record_url(record.number) + "/rows/" + percent_encode(field.key) : ""}});
      continue;
    }
    one["section"] = std::exchange(section, {});
    fields.push_back(std::move(one));
  }
  Json steps = Json::array(), dues = Json::array(), reviews = Json::array(), published = Json::array(), letters = Json::array();
  for (const auto* step : context.records.steps(context.author, record)) steps.push_back(step_model(context, ledger, *step, record));
  for (const auto& due : context.records.due(record, today)) dues.push_back(due_model(due, today));
  if (record.to_review) {
    for (const auto& review : context.records.reviews(context.viewer, record)) reviews.push_back(review_model(ledger, review));
  }
  for (const auto& one : context.records.published(context.viewer, record)) published.push_back(published_model(context, ledger, one));
  for (const auto& letter : ledger.letters()) letters.push_back({{"name", letter.name}, {"url", record_url(record.number) + "/letters/" + percent_encode(letter.key)}});
  std::string title = title_of(ledger, record);
  return {{"title", record.number + (title.empty() ? "" : "　" + title)},
          {"note", note_model(note)},
          {"ledger", ledger_model(context, ledger)},
          {"record", record_model(context, ledger, record)},
          {"writes", writes},
          {"edit_url", writes ? record_url(record.number) + "/edit" : ""},
          {"history_url", record_url(record.number) + "/history"},
          {"files_url", record_url(record.number) + "/files"},
          {"steps", std::move(steps)},
          {"remarks", context.records.remarks(record)},
          {"dues", std::move(dues)},
          {"reviews", std::move(reviews)},
          {"fields", std::move(fields)},
          {"unfilled", std::move(unfilled)},
          {"file_fields", file_fields},
          {"several_file_fields", file_fields.size() > 1},
          {"linking", linking_model(context, record.number)},
          {"beginnings", beginnings(context, record)},
          {"published", std::move(published)},
          {"letters", std::move(letters)},
          {"owners", writes ? owners_model(context, ledger, record.owner) : Json::array()},
          {"audiences", writes ? audiences_model(context, record.audience) : Json::array()}};
}

Json record_view(const Context& context, const Call& call) {
  auto done = std::ranges::find(done_words, call.target.parameter("done").value_or(""), &Done::key);
  return record_page_model(context, find_record(context, call.arguments[0]), {.done = done == std::end(done_words) ? "" : std::string(done->words)});
}

Json record_history_view(const Context& context, const Call& call) {
  FoundRecord found = find_record(context, call.arguments[0]);
  const auto& record = found.record;
  auto history = context.records.history(context.viewer, record.number);
  // What was changed with one press stands together.
  std::vector<std::pair<size_t, size_t>> revisions;  // positions of the first and behind the last
  for (size_t i = 0; i < history.size(); ++i) {
    if (revisions.empty() || history[revisions.back().first].revision != history[i].revision) revisions.emplace_back(i, i);
    revisions.back().second = i + 1;
  }
  size_t pages = std::max<size_t>(1, (revisions.size() + changes_a_page - 1) / changes_a_page), page = std::min(call.target.number("page", 1, 1'000'000, 1), pages);
  Json list = Json::array(), choices = Json::array();
  for (size_t i = (page - 1) * changes_a_page; i < std::min(revisions.size(), page * changes_a_page); ++i) {
    const auto& [first, last] = revisions[revisions.size() - 1 - i];
    Json changes = Json::array();
    // As the page of the record has them.
    std::vector<size_t> ordered;
    for (size_t c = first; c < last; ++c) ordered.push_back(c);
    std::ranges::stable_sort(ordered, {}, [&](size_t c) { return std::ranges::find(found.ledger.fields(), history[c].field, &Field::key) - found.ledger.fields().begin(); });
    for (size_t c : ordered) {
      const auto& change = history[c];
      changes.push_back(change_model(context, found.ledger, change.field, change.before, change.after));
    }
    list.push_back({{"revision", history[first].revision}, {"at", local_time(history[first].at)}, {"author", person_name(context, history[first].author)}, {"changes", std::move(changes)}});
  }
  const size_t newest = static_cast<size_t>(std::max<int64_t>(record.revision, 1));
  const auto to = static_cast<int64_t>(call.target.number("to", 0, newest, newest)), from = static_cast<int64_t>(call.target.number("from", 0, newest, to > 1 ? static_cast<size_t>(to) - 1 : 0));
  const bool compares = call.target.parameter("from") || call.target.parameter("to");
  for (auto one = revisions.rbegin(); one != revisions.rend(); ++one) {
    const auto& change = history[one->first];
    choices.push_back({{"revision", change.revision}, {"label", fmt::format("第{}版（{}、{}）", change.revision, local_time(change.at), person_name(context, change.author))}, {"is_from", change.revision == from}, {"is_to", change.revision == to}});
  }
  const std::string url = record_url(record.number) + "/history";
  return {{"title", record.number + "　履歴"},
          {"record", record_model(context, found.ledger, record)},
          {"ledger", ledger_model(context, found.ledger)},
          {"here", url},
          {"count", revisions.size()},
          {"revisions", std::move(list)},
          {"choices", choices},
          {"several_choices", choices.size() > 1},
          {"comparison", compares ? comparison_model(context, found, history, std::min(from, to), std::max(from, to)) : Json()},
          {"paging", paging_model(page, page < pages, url, {})}};
}

}  // namespace shirube::web
