// What of ledgers and records is neither a page nor JSON alone: forms that are written, files, tables, what is not kept yet, the calendar.
#include <fmt/format.h>

#include <algorithm>

#include "store/database.h"
#include "text/date.h"
#include "text/error.h"
#include "text/instant.h"
#include "text/utf8.h"
#include "web/day.h"
#include "web/form.h"
#include "web/people_model.h"
#include "web/record_form.h"
#include "web/record_pages.h"

namespace shirube::web {

using records::Field;
using records::FieldKind;
using records::Ledger;
using records::Record;

namespace {

const std::string& argument(const Visit& visit, size_t i) { return visit.call.arguments[i]; }

const Ledger& writable(const Context& context, const Ledger& ledger) {
  if (!context.records.writes(context.author, ledger)) throw Error(ErrorKind::forbidden, fmt::format("「{}」に記録を加えたり、変えたりすることは、あなたの役割ではできません。", ledger.name()), "仕事に要るときは、管理者に相談してください。");
  return ledger;
}

const Ledger& addable(const Context& context, const Ledger& ledger) { return context.records.adds(context.author, ledger) ? ledger : writable(context, ledger); }

int64_t typed_revision(const Target& form) { return static_cast<int64_t>(form.number("revision", 0, INT64_MAX, 0)); }

std::string said(const Target& form, const char* name) {
  auto value = form.parameter(name);
  if (!value) throw Error(ErrorKind::invalid, "記録の操作が送られていません。", "画面のボタンから送ってください。");
  return *value;
}

/// The page of a form; on one that nothing was done to, what its writer left unsaved is offered.
Response form_page(const Visit& visit, const Ledger& ledger, const Record* record, const RecordForm& form, const Note& note, const std::map<std::string, ChangedSince>& since = {}, int status = 200, bool begins = false) {
  Json model = record_form_model(visit.context(), ledger, record, form, note, since);
  const std::string place = model["place"];
  auto unsaved = begins ? visit.service.unsaved.find(visit.owner(), place) : std::nullopt;
  if (unsaved) {
    model["unsaved"] = {{"at", local_time(unsaved->saved_at)}, {"older", record && unsaved->revision != record->revision}, {"restore_url", model["action"].get<std::string>() + "?unsaved=restore"}, {"place", place}};
  }
  return page_response(visit, "record-form", std::move(model), status);
}

/// Without clauses and records that the viewer does not see, or sees no more: what was written lies here longer than who may see it stays the same.
void drop_unseen(const Context& context, const Field& field, std::vector<std::string>& values) {
  auto unseen = [&](const std::string& value) { return !cited_model(context, records::citation_of(value)); };
  if (field.kind == FieldKind::citations) std::erase_if(values, unseen);
  if (field.kind == FieldKind::links) std::erase_if(values, [&](const auto& value) { return !context.records.find(context.viewer, value); });
  for (size_t c = 0; c < field.columns.size(); ++c) {
    if (field.columns[c].kind != FieldKind::citations) continue;
    for (auto& value : values) {
      records::Row row = records::row_of(value);
      // Words that are no address yet name nothing.
      if (c >= row.cells.size() || row.cells[c].find('/') == std::string::npos || !unseen(row.cells[c])) continue;
      row.cells[c].clear();
      value = row.value();
    }
  }
}

/// What was left unsaved, upon the form as it begins.
std::map<std::string, ChangedSince> restore(const Visit& visit, const Ledger& ledger, const Record* record, const std::string& place, RecordForm& form) {
  auto unsaved = visit.service.unsaved.find(visit.owner(), place);
  if (!unsaved) return {};
  for (auto& [key, values] : unsaved->values) {
    auto begun = form.values.find(key);
    if (begun == form.values.end()) continue;
    drop_unseen(visit.context(), *ledger.field(key), values);
    begun->second = std::move(values);
  }
  form.revision = record ? unsaved->revision : 0;
  return record && form.revision != record->revision ? merge(visit.context(), ledger, *record, form) : std::map<std::string, ChangedSince>{};
}

/// Takes a form that is written: what its button does to it alone, or what `keep` does with it.
Response take_form(const Visit& visit, const Ledger& ledger, const Record* record, const std::function<Response(const RecordForm&)>& keep) {
  Context context = visit.context();
  Target body = parse_form(visit.request.body);
  RecordForm form = read_record_form(context, ledger, body);
  const std::string button = body.parameter("do").value_or("save"), place = record ? record->number : ledger.key();
  if (button == "park") {
    visit.service.unsaved.save(visit.owner(), place, {form.values, form.revision, {}});
    return form_page(visit, ledger, record, form, {.done = "書きかけとして置きました。あなただけが見られます。次にこの画面を開くと、戻せます。"});
  }
  if (button != "save") return form_page(visit, ledger, record, form, {});
  auto work = [&]() -> Response {
    // A citation that leads nowhere is not dropped without a word.
    if (!form.adding.empty()) throw Error(ErrorKind::invalid, "加えようとした条項が見つかりません。", "入れ直すか、空にしてから保存してください。");
    Response response = keep(form);
    visit.service.unsaved.drop(visit.owner(), place);
    return response;
  };
  return take(work, [&](const Note& note, int status) {
    auto now = record ? context.records.find(context.viewer, record->number) : std::nullopt;
    const Record* held = now ? &*now : record;
    std::map<std::string, ChangedSince> since;
    Note shown = note;
    if (held && status == 409 && form.revision != held->revision) {
      since = merge(context, ledger, *held, form);
      shown.fault = since.empty() ? "ほかの人が、ほかの項目を先に変えていました。その内容も入れました。もう一度保存してください。" : "";
    } else {
      find_faults(ledger, form, held);
    }
    return form_page(visit, ledger, held, form, shown, since, status);
  });
}

std::string done_url(const std::string& number, std::string_view done) { return record_url(number) + fmt::format("?done={}", done); }

/// Actions of the page of a record, by the word that its forms send. Each returns where to go.
using Action = std::string (*)(const Visit& visit, const FoundRecord& found, const Target& form);
struct NamedAction {
  std::string_view word;
  Action act;
};

std::string act_step(const Visit& visit, const FoundRecord& found, const Target& form) {
  visit.service.records.step(visit.viewer(), visit.author(), found.record.number, typed_revision(form), said(form, "step"));
  return done_url(found.record.number, "step");
}
std::string act_give(const Visit& visit, const FoundRecord& found, const Target& form) {
  visit.service.records.give(visit.viewer(), visit.author(), found.record.number, typed_revision(form), form.parameter("owner").value_or(""));
  return done_url(found.record.number, "give");
}
std::string act_narrow(const Visit& visit, const FoundRecord& found, const Target& form) {
  visit.service.records.narrow(visit.viewer(), visit.author(), found.record.number, typed_revision(form), said(form, "audience"));
  // Who gave it away from themselves is not led to where nothing is any more.
  bool seen = visit.service.records.find(visit.viewer(), found.record.number).has_value();
  return seen ? done_url(found.record.number, "narrow") : ledger_url(found.ledger.key());
}
std::string act_review(const Visit& visit, const FoundRecord& found, const Target& form) {
  visit.service.records.review(visit.viewer(), visit.author(), found.record.number, typed_revision(form), said(form, "field"), records::citation_of(said(form, "citation")), form.parameter("renewed").value_or(""));
  return done_url(found.record.number, "review");
}
std::string act_change(const Visit& visit, const FoundRecord& found, const Target& form) {
  Context context = visit.context();
  RecordForm typed = read_record_form(context, found.ledger, form);
  visit.service.records.change(visit.viewer(), visit.author(), found.record.number, typed.revision, differing(found.ledger, typed, &found.record));
  return done_url(found.record.number, "saved");
}
constexpr NamedAction actions[] = {{"step", act_step}, {"give", act_give}, {"narrow", act_narrow}, {"review", act_review}, {"change", act_change}};

/// The fields of the form by which a file is sent.
struct SentFile {
  std::string name;
  std::string_view bytes;
  std::map<std::string, std::string, std::less<>> said;
};
SentFile sent_file(const Visit& visit) {
  SentFile out;
  for (const auto& part : parse_multipart(header_of(visit.request.headers, "Content-Type"), visit.request.body)) {
    if (part.name == "file" && !part.file_name.empty()) out.name = part.file_name, out.bytes = part.bytes;
    else if (part.file_name.empty()) out.said[part.name] = std::string(text::trim(part.bytes));
  }
  return out;
}

}  // namespace

Response new_record_page(const Visit& visit) {
  Context context = visit.context();
  const Ledger& ledger = addable(context, find_ledger(context, argument(visit, 0)));
  RecordForm form = begun_form(context, ledger, nullptr);
  // What a link says: a record that belongs to another begins with its number.
  if (visit.call.target.parameter("asked")) {
    RecordForm linked = read_record_form(context, ledger, visit.call.target);
    for (auto& [key, values] : linked.values) form.values[key] = std::move(values);
  }
  bool restoring = visit.call.target.parameter("unsaved") == "restore";
  if (restoring) restore(visit, ledger, nullptr, ledger.key(), form);
  return form_page(visit, ledger, nullptr, form, {}, {}, 200, !restoring);
}

Response take_new_record(const Visit& visit) {
  Context context = visit.context();
  const Ledger& ledger = addable(context, find_ledger(context, argument(visit, 0)));
  return take_form(visit, ledger, nullptr, [&](const RecordForm& form) {
    Record record = visit.service.records.add(visit.viewer(), visit.author(), ledger.key(), differing(ledger, form, nullptr), form.audience);
    // It may be for others than who made it.
    bool seen = context.records.find(context.viewer, record.number).has_value();
    return see_other(seen ? done_url(record.number, "added") : ledger_url(ledger.key()) + write_query({{"added", record.number}}));
  });
}

Response edit_record_page(const Visit& visit) {
  Context context = visit.context();
  FoundRecord found = find_record(context, argument(visit, 0));
  writable(context, found.ledger);
  RecordForm form = begun_form(context, found.ledger, &found.record);
  bool restoring = visit.call.target.parameter("unsaved") == "restore";
  std::map<std::string, ChangedSince> since;
  if (restoring) since = restore(visit, found.ledger, &found.record, found.record.number, form);
  return form_page(visit, found.ledger, &found.record, form, {}, since, 200, !restoring);
}

Response take_record_edit(const Visit& visit) {
  Context context = visit.context();
  FoundRecord found = find_record(context, argument(visit, 0));
  writable(context, found.ledger);
  return take_form(visit, found.ledger, &found.record, [&](const RecordForm& form) {
    // What was left as it was begun is not said again: only what differs is checked.
    visit.service.records.change(visit.viewer(), visit.author(), found.record.number, form.revision, differing(found.ledger, form, &found.record));
    return see_other(done_url(found.record.number, "saved"));
  });
}

Response take_record_change(const Visit& visit) {
  Context context = visit.context();
  FoundRecord found = find_record(context, argument(visit, 0));
  Target form = parse_form(visit.request.body);
  auto action = std::ranges::find(actions, form.parameter("action").value_or(""), &NamedAction::word);
  if (action == std::end(actions)) said(form, "");
  return take([&] { return see_other(action->act(visit, found, form)); },
              [&](const Note& note, int status) { return page_response(visit, "record", record_page_model(context, find_record(context, argument(visit, 0)), note), status); });
}

Response take_record_file(const Visit& visit) {
  Context context = visit.context();
  FoundRecord found = find_record(context, argument(visit, 0));
  writable(context, found.ledger);
  auto again = [&](const Note& note, int status) { return page_response(visit, "record", record_page_model(context, find_record(context, argument(visit, 0)), note), status); };
  return take(
      [&] {
        SentFile sent = sent_file(visit);
        if (sent.name.empty()) throw Error(ErrorKind::invalid, "ファイルが選ばれていません。", "加えるファイルを選んでから送ってください。");
        records::Attachment attachment;
        attachment.name = sent.name;
        attachment.evidence_on = first_day(sent.said["evidence_on"]);
        attachment.valid_until = last_day(sent.said["valid_until"]);
        visit.service.records.attach(visit.viewer(), visit.author(), found.record.number, typed_id(sent.said["revision"]), sent.said["field"], attachment, sent.bytes);
        return see_other(done_url(found.record.number, "file"));
      },
      again);
}

Response send_record_file(const Visit& visit) {
  FoundRecord found = find_record(visit.context(), argument(visit, 0));
  auto file = visit.service.records.attachment(visit.viewer(), found.record.number, argument(visit, 1));
  if (!file) throw Error(ErrorKind::missing, "そのファイルはありません。", "記録の画面からお開きください。");
  corpus::Edition original;
  original.file_sha256 = file->sha256, original.file_name = file->name;
  // Whatever it is, it opens in no page of ours.
  original.media_type = "application/octet-stream";
  return original_response(original, visit.service.files, visit.request.headers);
}

Response take_row(const Visit& visit) {
  Context context = visit.context();
  FoundRecord found = find_record(context, argument(visit, 0));
  const Field& field = find_rows(context, found.ledger, argument(visit, 1));
  writable(context, found.ledger);
  Target form = parse_form(visit.request.body);
  records::Row row;
  row.number = static_cast<int>(typed_id(form.parameter("number").value_or("")));
  // A day is sent as people write it; the value is kept as it is kept everywhere.
  for (const auto& column : field.columns) row.cells.push_back(text::replace_all(form.parameter("cell." + column.key).value_or(""), "\r\n", "\n"));
  records::Row sent = row;
  if (form.parameter("action") == "remove") sent.cells.clear();
  const std::string back = rows_url(found.record.number, field, form);
  return take(
      [&] {
        visit.service.records.change_row(visit.viewer(), visit.author(), found.record.number, field.key, form.parameter("before").value_or(""), sent);
        return see_other(back + (row.number > 0 && !sent.cells.empty() ? fmt::format("#row-{}", row.number) : "#rows"));
      },
      [&](const Note& note, int status) { return page_response(visit, "record-rows", rows_page_model(context, find_record(context, argument(visit, 0)), field, form, note, &row), status); });
}

Response take_bulk_change(const Visit& visit) {
  Context context = visit.context();
  const Ledger& ledger = writable(context, find_ledger(context, argument(visit, 0)));
  Target form = parse_form(visit.request.body);
  BulkChange bulk = read_bulk_change(context, ledger, form);
  if (bulk.entries.empty()) throw Error(ErrorKind::invalid, "記録が選ばれていません。", "一覧で、変える記録に印を付けてください。");
  if (!bulk.said) return page_response(visit, "bulk", bulk_model(context, ledger, bulk, {}, {}));
  return take(
      [&] {
        bool keeps = form.parameter("do") == "save";
        auto faults = visit.service.records.change_all(visit.viewer(), visit.author(), ledger.key(), bulk.entries, !keeps);
        if (keeps && faults.empty()) return see_other(bulk.back + (bulk.back.find('?') == std::string::npos ? "?" : "&") + fmt::format("changed={}", bulk.entries.size()));
        return page_response(visit, "bulk", bulk_model(context, ledger, bulk, faults, {}), faults.empty() ? 200 : 400);
      },
      [&](const Note& note, int status) { return page_response(visit, "bulk", bulk_model(context, ledger, bulk, {}, note), status); });
}

Response take_unsaved(const Visit& visit) {
  Context context = visit.context();
  Target form = parse_form(visit.request.body);
  const std::string place = said(form, "place");
  auto record = context.records.find(context.viewer, place);
  const Ledger* ledger = context.records.ledgers().find(record ? record->ledger : place);
  if (!ledger || !shows(context, *ledger)) refuse_missing_record();
  if (form.parameter("action") == "drop") {
    visit.service.unsaved.drop(visit.owner(), place);
    return see_other(record ? record_url(place) + "/edit" : ledger_url(place) + "/new");
  }
  record ? writable(context, *ledger) : addable(context, *ledger);
  RecordForm typed = read_record_form(context, *ledger, form);
  visit.service.unsaved.save(visit.owner(), place, {typed.values, typed.revision, {}});
  return json_response({{"saved_at", local_time(text::utc_now())}});
}

}  // namespace shirube::web
