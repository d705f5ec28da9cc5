// Records that leave as Excel and Word, and come back from Excel.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "office/letter.h"
#include "office/workbook.h"
#include "records/letter.h"
#include "store/database.h"
#include "store/event_log.h"
#include "store/files.h"
#include "text/date.h"
#include "text/error.h"
#include "web/form.h"
#include "web/people_model.h"
#include "web/record_pages.h"
#include "web/record_workbook.h"

namespace shirube::web {

namespace {

using records::Ledger;

constexpr size_t most_exported = 10'000, most_faults_shown = 200;

/// A page of somebody else's must not have its reader take records out.
void require_own_page(const Visit& visit) {
  std::string_view site = header_of(visit.request.headers, "Sec-Fetch-Site");
  if (site == "cross-site" || site == "same-site") throw Error(ErrorKind::forbidden, "ほかのサイトからは書き出せません。", "台帳の画面から書き出してください。");
}

Response download(const Visit& visit, std::string body, const char* type, const std::string& name, const store::Event& event) {
  Response response;
  response.content_type = type;
  response.body = std::move(body);
  response.headers.emplace_back("Content-Disposition", content_disposition("attachment", name));
  // Nothing leaves before it is on disk that it did.
  visit.service.options.database.write([&](SQLite::Database& db) { store::append(db, event); });
  return response;
}

const Ledger& written_ledger(const Visit& visit) {
  Context context = visit.context();
  const Ledger& ledger = find_ledger(context, visit.call.arguments[0]);
  if (!context.records.writes(context.author, ledger)) throw Error(ErrorKind::forbidden, fmt::format("「{}」に記録を加えたり、変えたりすることは、あなたの役割ではできません。", ledger.name()), "仕事に要るときは、管理者に相談してください。");
  return ledger;
}

/// What a workbook asks for, and what is wrong with it.
struct Asked {
  std::vector<records::Entry> entries;
  std::vector<records::EntryFault> faults;
  std::vector<size_t> lines;
  size_t added = 0;  ///< of new ones, where nothing is wrong
};
Asked read_workbook(const Visit& visit, const Ledger& ledger, const std::string& bytes) {
  Asked out;
  const auto sheets = indexer::sheets_in_child(bytes, visit.service.options.desk.limits, visit.service.options.desk.program, std::atomic<bool>(false));
  out.entries = records::from_sheets(ledger, tables_of(sheets), out.faults, out.lines);
  if (out.entries.size() > records::most_entries) throw Error(ErrorKind::invalid, fmt::format("一度に取り込めるのは{}件までです（このファイルは{}件）。", records::most_entries, out.entries.size()), "ファイルを分けて取り込んでください。");
  return out;
}

/// How many of the records that a workbook names are new. A row that has a revision was written by us, of a record that there is: it is not read for that.
size_t count_new(const Visit& visit, const std::vector<records::Entry>& entries) {
  return static_cast<size_t>(std::ranges::count_if(entries, [&](const auto& entry) { return entry.number.empty() || (!entry.revision && !visit.service.records.find(visit.viewer(), entry.number)); }));
}

Response import_page(const Visit& visit, const Ledger& ledger, const Note& note, int status, const Asked* asked, const HeldFiles::File* file, const std::string& key) {
  Json model = {{"title", ledger.name() + "へ取り込む"}, {"ledger", {{"name", ledger.name()}, {"url", ledger_url(ledger.key())}}}, {"here", ledger_url(ledger.key()) + "/import"}, {"note", note_model(note)}, {"tried", asked != nullptr}};
  if (asked) {
    Json faults = Json::array();
    for (const auto& fault : asked->faults) {
      if (faults.size() == most_faults_shown) break;
      const bool placed = fault.entry < asked->lines.size();
      faults.push_back({{"line", placed ? fmt::format("{}行目", asked->lines[fault.entry]) : "表全体"}, {"number", placed ? asked->entries[fault.entry].number : ""}, {"message", fault.message}});
    }
    model["faults"] = std::move(faults);
    model["faulty"] = !asked->faults.empty();
    model["fault_count"] = asked->faults.size();
    model["added"] = asked->added;
    model["known"] = asked->entries.size() - asked->added;
    model["file"] = file->name;
    model["key"] = key;
  }
  return page_response(visit, "import", std::move(model), status);
}

}  // namespace

Response send_ledger(const Visit& visit) {
  require_own_page(visit);
  Context context = visit.context();
  const Ledger& ledger = find_ledger(context, visit.call.arguments[0]);
  auto page = context.records.list(context.viewer, ledger.key(), read_list_filter(context, ledger, visit.call.target), 0, most_exported);
  if (page.total > most_exported) throw Error(ErrorKind::invalid, fmt::format("一度に書き出せるのは{}件までです（この一覧は{}件）。", most_exported, page.total), "年度や状態で絞り込んでから書き出してください。");
  std::ranges::reverse(page.records);  // in the order of their numbers
  const std::string who = context.author.login.empty() ? "" : person_name(context, context.author.login);
  std::vector<std::string> about = {fmt::format("{}　{} 書出し　{}件{}", ledger.name(), text::to_wareki(text::today()), page.total, who.empty() ? "" : "　" + who), "番号と版は変えないでください。版は、書き出したあとに変わった記録を見分けるためのものです。新しい記録は、番号を空けて加えます。"};
  return download(visit, record_workbook(context.viewer, ledger, page.records, about), office::workbook_type, fmt::format("{}_{}.xlsx", ledger.name(), text::to_iso(text::today())), {"export.records", ledger.key(), fmt::format("{} {}件", ledger.name(), page.total)});
}

Response import_records_page(const Visit& visit) { return import_page(visit, written_ledger(visit), {}, 200, nullptr, nullptr, {}); }

Response take_workbook(const Visit& visit) {
  const Ledger& ledger = written_ledger(visit);
  return take(
      [&] {
        HeldFiles::File file;
        std::map<std::string, std::string, std::less<>> said;
        for (const auto& part : parse_multipart(header_of(visit.request.headers, "Content-Type"), visit.request.body)) {
          if (part.bytes.size() > HeldFiles::longest_file) throw Error(ErrorKind::invalid, fmt::format("ファイルが大きすぎます（{} MB まで）。", HeldFiles::longest_file >> 20), "記録を絞り込んで書き出し、分けて取り込んでください。");
          if (part.name == "file" && !part.file_name.empty()) file = {part.file_name, std::string(part.bytes)};
          else if (part.file_name.empty()) said[part.name] = std::string(part.bytes);
        }
        const bool takes = said["do"] == "take";
        std::string key = said["key"];
        if (takes) {
          auto held = visit.service.held_files.find(visit.owner(), ledger.key(), key);
          if (!held) throw Error(ErrorKind::missing, "確かめたファイルは、もう残っていません。", "もう一度、ファイルを選んで確かめてください。");
          file = std::move(*held);
        }
        if (file.bytes.empty()) throw Error(ErrorKind::invalid, "ファイルが選ばれていません。", "この台帳から書き出した Excel のファイルを選んでください。");
        Asked asked = read_workbook(visit, ledger, file.bytes);
        if (asked.faults.empty()) asked.faults = visit.service.records.change_all(visit.viewer(), visit.author(), ledger.key(), asked.entries, !takes);
        if (takes && asked.faults.empty()) {
          visit.service.held_files.drop(visit.owner(), ledger.key());
          return see_other(ledger_url(ledger.key()) + fmt::format("?changed={}", asked.entries.size()));
        }
        if (asked.faults.empty()) asked.added = count_new(visit, asked.entries);
        // What cannot be taken is not kept either.
        if (!takes && asked.faults.empty()) key = visit.service.held_files.hold(visit.owner(), ledger.key(), file.name, file.bytes);
        return import_page(visit, ledger, {}, asked.faults.empty() ? 200 : 400, &asked, &file, key);
      },
      [&](const Note& note, int status) { return import_page(visit, ledger, note, status, nullptr, nullptr, {}); });
}

Response send_letter(const Visit& visit) {
  require_own_page(visit);
  Context context = visit.context();
  FoundRecord found = find_record(context, visit.call.arguments[0]);
  const records::Letter* letter = found.ledger.letter(visit.call.arguments[1]);
  const auto path = letter ? visit.service.options.letters / letter->file : std::filesystem::path();
  if (!letter || visit.service.options.letters.empty() || !std::filesystem::exists(path)) throw Error(ErrorKind::missing, "その文書のひな形がありません。", "管理者に、設定の office フォルダを確かめてもらってください。");
  office::LetterTemplate form(store::read_file(path, office::largest_template));
  std::string bytes = form.fill(records::letter_model(context.viewer, context.records, context.library, found.record));
  return download(visit, std::move(bytes), office::letter_type, fmt::format("{}_{}.docx", letter->name, found.record.number), {"export.letter", found.record.number, letter->name});
}

}  // namespace shirube::web
