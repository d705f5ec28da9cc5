// The answers to a survey, counted into a table that is drawn.
#include <fmt/format.h>

#include <algorithm>

#include "records/tally.h"
#include "text/error.h"
#include "text/utf8.h"
#include "web/form.h"
#include "web/people_model.h"
#include "web/record_pages.h"

namespace shirube::web {

namespace {

using records::Field;

/// A table into which answers are counted, of who may change it.
struct FoundTable {
  FoundRecord found;
  const Field& field;
};
FoundTable find_table(const Visit& visit) {
  Context context = visit.context();
  FoundRecord found = find_record(context, visit.call.arguments[0]);
  const Field& field = find_rows(context, found.ledger, visit.call.arguments[1]);
  if (!field.tally || field.retired) throw Error(ErrorKind::missing, "この表には、回答を集計できません。", "記録の画面からお開きください。");
  if (!context.records.writes(context.author, found.ledger)) throw Error(ErrorKind::forbidden, fmt::format("「{}」の記録を変えることは、あなたの役割ではできません。", found.ledger.name()), "仕事に要るときは、管理者に相談してください。");
  return {std::move(found), field};
}

std::string url_of(const FoundTable& table) { return record_url(table.found.record.number) + "/rows/" + percent_encode(table.field.key) + "/answers"; }

/// What a file comes to.
struct Counted {
  records::Tally tally;
  std::string file, sheet;
  bool takes_texts = false;
};
Counted count(const Visit& visit, const FoundTable& table, const HeldFiles::File& file, bool without_texts) {
  const auto& [found, field] = table;
  Counted out;
  const auto sheets = indexer::sheets_in_child(file.bytes, visit.service.options.desk.limits, visit.service.options.desk.program, std::atomic<bool>(false));
  auto sheet = std::ranges::find_if(sheets, [](const auto& one) { return std::ranges::any_of(one.rows, [](const auto& row) { return std::ranges::any_of(row, [](const auto& cell) { return !text::trim(cell).empty(); }); }); });
  if (sheet == sheets.end()) throw Error(ErrorKind::invalid, "ファイルに表がありません。", "1行目に設問、2行目から一人1行の回答がある表を選んでください。");
  const Field* texts = found.ledger.field(field.tally->texts);
  out.takes_texts = !without_texts && texts && sees(visit.viewer(), *texts);
  out.tally = records::tally(found.ledger, field, found.record.values, sheet->rows, out.takes_texts);
  // What would be refused then is refused now.
  records::checked(found.ledger, out.tally.values, found.record.values);
  out.file = file.name, out.sheet = sheet->name;
  return out;
}

Response answers_response(const Visit& visit, const FoundTable& table, const Note& note, int status, const Counted* counted, const std::string& key) {
  Context context = visit.context();
  const auto& [found, field] = table;
  const Field* texts = found.ledger.field(field.tally->texts);
  Json model = {{"title", fmt::format("{}　{}　回答の集計", found.record.number, field.name)},
                {"note", note_model(note)},
                {"ledger", ledger_model(context, found.ledger)},
                {"record", record_model(context, found.ledger, found.record)},
                {"field_name", field.name},
                {"here", url_of(table)},
                {"rows_url", record_url(found.record.number) + "/rows/" + percent_encode(field.key)},
                {"questions_name", found.ledger.field(field.tally->questions)->name},
                {"questions_url", record_url(found.record.number) + "/rows/" + percent_encode(field.tally->questions)},
                {"texts_name", texts && sees(context.viewer, *texts) ? texts->name : ""},
                {"counted", nullptr}};
  if (counted) {
    model["counted"] = {{"file", counted->file}, {"sheet", counted->sheet}, {"answers", counted->tally.answers}, {"texts", counted->tally.texts}, {"takes_texts", counted->takes_texts}, {"left", counted->tally.left}, {"key", key}, {"revision", found.record.revision}, {"drawing", drawing_model(field, counted->tally.values)}, {"whole", nullptr}};
    const Field* whole = found.ledger.field(field.drawn->whole);
    const std::string& held = whole ? found.record.value(whole->key) : key;
    if (whole && !held.empty() && held != std::to_string(counted->tally.answers)) model["counted"]["whole"] = {{"name", whole->name}, {"before", held}, {"after", counted->tally.answers}};
  }
  return page_response(visit, "answers", std::move(model), status);
}

}  // namespace

Response answers_page(const Visit& visit) { return answers_response(visit, find_table(visit), {}, 200, nullptr, {}); }

Response take_answers(const Visit& visit) {
  const FoundTable table = find_table(visit);
  const std::string place = table.found.record.number + "/" + table.field.key;
  return take(
      [&] {
        HeldFiles::File file;
        std::map<std::string, std::string, std::less<>> said;
        for (const auto& part : parse_multipart(header_of(visit.request.headers, "Content-Type"), visit.request.body)) {
          if (part.name == "file" && !part.file_name.empty()) file = {part.file_name, std::string(part.bytes)};
          else if (part.file_name.empty()) said[part.name] = std::string(part.bytes);
        }
        if (said["do"] == "take") {
          auto held = visit.service.held_files.find(visit.owner(), place, said["key"]);
          const int64_t revision = typed_id(said["revision"]);
          if (revision == 0) throw Error(ErrorKind::invalid, "どの版に取り込むのかが送られていません。", "もう一度、ファイルを選んで数えてください。");
          if (!held) throw Error(ErrorKind::missing, "確かめたファイルは、もう残っていません。", "もう一度、ファイルを選んで確かめてください。");
          const Counted counted = count(visit, table, *held, said.contains("without_texts"));
          visit.service.records.change(visit.viewer(), visit.author(), table.found.record.number, revision, counted.tally.values);
          visit.service.held_files.drop(visit.owner(), place);
          return see_other(record_url(table.found.record.number) + "?done=saved#field-" + percent_encode(table.field.key));
        }
        if (file.bytes.empty()) throw Error(ErrorKind::invalid, "ファイルが選ばれていません。", "回答の Excel か CSV のファイルを選んでください。");
        if (file.bytes.size() > HeldFiles::longest_file) throw Error(ErrorKind::invalid, fmt::format("ファイルが大きすぎます（{} MB まで）。", HeldFiles::longest_file >> 20), "列を減らすか、ファイルを分けてください。");
        const Counted counted = count(visit, table, file, said.contains("without_texts"));
        // What cannot be taken is not kept either.
        const std::string key = visit.service.held_files.hold(visit.owner(), place, file.name, file.bytes);
        return answers_response(visit, table, {}, 200, &counted, key);
      },
      [&](const Note& note, int status) { return answers_response(visit, table, note, status, nullptr, {}); });
}

}  // namespace shirube::web
