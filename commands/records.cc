// The records of the ledgers, on the command line.
#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "commands/commands.h"
#include "commands/installation.h"
#include "commands/terminal.h"
#include "indexer/child.h"
#include "office/letter.h"
#include "records/letter.h"
#include "records/record.h"
#include "records/sheet.h"
#include "store/database.h"
#include "store/files.h"
#include "text/error.h"
#include "web/record_workbook.h"

namespace shirube::commands {

using Json = nlohmann::json;

namespace {

struct Office {
  explicit Office(const Arguments& arguments)
      : ledgers(ledgers_of(arguments.config)), calendar(calendar_of(arguments.config)), database(arguments.data / "shirube.db", store::Database::Open::existing), files(arguments.data / "files") {
    records.settle();
  }

  records::Ledgers ledgers;
  records::Calendar calendar;
  store::Database database;
  store::Files files;
  records::Records records{database, files, ledgers, calendar};
  corpus::Viewer operator_ = corpus::Viewer::everything();
  records::Author author{"command", std::string(records::operator_role)};

  records::Record record(const std::string& number) {
    auto found = records.find(operator_, number);
    if (!found) throw Error(ErrorKind::missing, fmt::format("記録「{}」がありません。", number), "shirube records list 台帳 で確かめてください。");
    return *found;
  }
};

/// 項目=値 or 項目=値,値; the value of a text field keeps its commas.
records::Values values_of(const records::Ledger& ledger, const std::vector<std::string>& typed) {
  records::Values out;
  for (const auto& one : typed) {
    size_t equals = one.find('=');
    if (equals == one.npos) throw Error(ErrorKind::invalid, fmt::format("「{}」は、項目=値 の形ではありません。", one), "例: asked_on=令和8年4月1日");
    std::string key = one.substr(0, equals), value = one.substr(equals + 1);
    const records::Field* field = ledger.field(key);
    bool many = field && records::holds_many(field->kind) && field->kind != records::FieldKind::rows;
    auto& list = out[key];
    for (size_t at = 0; at <= value.size();) {
      size_t end = many ? std::min(value.find(',', at), value.size()) : value.size();
      list.push_back(value.substr(at, end - at));
      at = end + 1;
    }
  }
  return out;
}

std::string joined(const std::vector<std::string>& list) { return fmt::format("{}", fmt::join(list, "、")); }

Json record_json(const records::Record& record) {
  return {{"number", record.number}, {"ledger", record.ledger}, {"state", record.state}, {"audience", record.audience}, {"owner", record.owner}, {"revision", record.revision}, {"values", record.values}, {"changed_at", record.changed_at}, {"changed_by", record.changed_by}};
}

void print(const Office& office, const records::Record& record) {
  const records::Ledger* ledger = office.ledgers.find(record.ledger);
  const records::State* state = ledger ? ledger->state(record.state) : nullptr;
  std::cout << fmt::format("{}　{}　{}（第{}版）\n", record.number, ledger ? ledger->name() : record.ledger, state ? state->name : record.state, record.revision);
  auto rest = record.values;
  for (const auto& field : ledger ? ledger->fields() : std::vector<records::Field>{}) {
    if (auto value = rest.extract(field.key)) std::cout << fmt::format("  {}: {}\n", field.name, joined(value.mapped()));
  }
  for (const auto& [key, list] : rest) std::cout << fmt::format("  {}: {}\n", key, joined(list));  // which no ledger describes any more
}

}  // namespace

int records_ledgers(const Arguments& arguments) {
  records::Ledgers ledgers = ledgers_of(arguments.config);
  for (const auto& ledger : ledgers.all()) std::cout << fmt::format("{}　{}　項目 {}、状態 {}、期限 {}、回数 {}\n", ledger.key(), ledger.name(), ledger.fields().size(), ledger.states().size(), ledger.dues().size(), ledger.counters().size());
  for (const auto& fault : ledgers.faults()) std::cerr << "注意: " << fault << "\n";
  return ledgers.faults().empty() ? 0 : 1;
}

int records_list(const Arguments& arguments, const std::string& ledger, const std::string& state, const std::string& words, size_t most, bool json) {
  Office office(arguments);
  const records::Ledger* asked = office.ledgers.find(ledger);
  if (!asked) throw Error(ErrorKind::missing, fmt::format("台帳「{}」がありません。", ledger), "shirube records ledgers で確かめてください。");
  records::RecordFilter filter;
  filter.words = words;
  if (!state.empty()) filter.states = {state};
  Json out = Json::array();
  for (const auto& record : office.records.list(office.operator_, ledger, filter, 0, most).records) {
    if (json) {
      out.push_back(record_json(record));
      continue;
    }
    const records::State* its = asked->state(record.state);
    std::string line = record.number + "　" + (its ? its->name : record.state);
    for (const auto& column : asked->columns()) {
      if (auto value = record.values.find(column); value != record.values.end()) line += "　" + joined(value->second);
    }
    std::cout << line << "\n";
  }
  if (json) std::cout << out.dump(1, ' ', false, Json::error_handler_t::replace) << "\n";
  return 0;
}

int records_due(const Arguments& arguments) {
  Office office(arguments);
  for (const auto& [record, due] : office.records.board(office.operator_, text::today())) {
    std::cout << fmt::format("{}{}　{}　{}　{}\n", text::to_wareki(due.due.last), !due.known ? "から数える日が、暦の範囲の外です" : due.late ? "（過ぎています）" : "", record.number, office.ledgers.find(record.ledger)->name(), due.name);
  }
  return 0;
}

int records_counts(const Arguments& arguments, const std::string& ledger) {
  Office office(arguments);
  if (!office.ledgers.find(ledger)) throw Error(ErrorKind::missing, fmt::format("台帳「{}」がありません。", ledger), "shirube records ledgers で確かめてください。");
  constexpr std::string_view states[] = {"範囲内", "あと必要", "足りなかった", "超えている"};  // in the order of Cadence::State
  for (const auto& count : office.records.counts(office.operator_, ledger, text::today())) {
    std::cout << fmt::format("{}（{}）: {}　{}〜{}　{}\n", count.name, count.words, count.tally.count, text::to_wareki(count.tally.first), text::to_wareki(count.tally.last), states[static_cast<size_t>(count.tally.state)]);
  }
  return 0;
}

int records_show(const Arguments& arguments, const std::string& number, bool json) {
  Office office(arguments);
  records::Record record = office.record(number);
  auto history = office.records.history(office.operator_, number);
  if (json) {
    Json out = record_json(record);
    out["history"] = Json::array();
    for (const auto& change : history) out["history"].push_back({{"revision", change.revision}, {"field", change.field}, {"before", change.before}, {"after", change.after}, {"at", change.at}, {"author", change.author}});
    std::cout << out.dump(1, ' ', false, Json::error_handler_t::replace) << "\n";
    return 0;
  }
  print(office, record);
  for (const auto& due : office.records.due(record, text::today())) {
    std::cout << fmt::format("  期限 {}: {}{}\n", due.name, text::to_wareki(due.due.last), due.late ? "（過ぎています）" : "");
  }
  for (const auto* step : office.records.steps(office.author, record)) std::cout << fmt::format("  次の操作 {}: {}\n", step->key, step->name);
  for (const auto& change : history) std::cout << fmt::format("  {} {} {}: {} → {}\n", change.at, change.author, change.field, joined(change.before), joined(change.after));
  return 0;
}

int records_add(const Arguments& arguments, const std::string& ledger, const std::vector<std::string>& values, const std::string& audience) {
  Office office(arguments);
  const records::Ledger* asked = office.ledgers.find(ledger);
  if (!asked) throw Error(ErrorKind::missing, fmt::format("台帳「{}」がありません。", ledger), "shirube records ledgers で確かめてください。");
  print(office, office.records.add(office.operator_, office.author, ledger, values_of(*asked, values), audience));
  return 0;
}

int records_change(const Arguments& arguments, const std::string& number, int64_t revision, const std::vector<std::string>& values) {
  Office office(arguments);
  records::Record record = office.record(number);
  const records::Ledger* ledger = office.ledgers.find(record.ledger);
  if (!ledger) throw Error(ErrorKind::missing, fmt::format("台帳「{}」がありません。", record.ledger), "shirube records ledgers で確かめてください。");
  print(office, office.records.change(office.operator_, office.author, number, revision ? revision : record.revision, values_of(*ledger, values)));
  return 0;
}

int records_step(const Arguments& arguments, const std::string& number, const std::string& step) {
  Office office(arguments);
  const records::Record record = office.record(number);
  // By its key, or as the pages call it.
  std::string key, names;
  for (const auto* one : office.records.steps(office.author, record)) {
    if (one->key == step || one->name == step) key = one->key;
    names += fmt::format("{}{}（{}）", names.empty() ? "" : "、", one->key, one->name);
  }
  if (key.empty()) throw Error(ErrorKind::invalid, fmt::format("「{}」という操作は、この状態からはできません。", step), names.empty() ? "この状態からできる操作はありません。" : "できる操作: " + names);
  print(office, office.records.step(office.operator_, office.author, number, record.revision, key));
  return 0;
}

int records_preview(const Arguments& arguments, const std::filesystem::path& file) {
  Office office(arguments);
  const records::Ledger ledger(file);
  auto effects = office.records.preview(ledger);
  if (effects.empty()) std::cout << "今ある記録の見え方は変わりません。\n";
  for (const auto& effect : effects) std::cout << effect << "\n";
  return 0;
}

int records_review(const Arguments& arguments) {
  Office office(arguments);
  const size_t found = office.records.find_reviews(stop_requested);
  std::cout << fmt::format("新しく要確認になった記録: {}件\n", found);
  records::RecordFilter filter;
  filter.to_review = true;
  constexpr size_t most = 10'000;
  for (const auto& ledger : office.ledgers.all()) {
    for (const auto& record : office.records.list(office.operator_, ledger.key(), filter, 0, most).records) {
      for (const auto& review : office.records.reviews(office.operator_, record)) {
        std::cout << fmt::format("{}　{}　{} → {}\n", record.number, ledger.name(), review.cited.citation(), review.counterpart ? review.counterpart->citation() : "（なくなりました）");
      }
    }
  }
  return 0;
}

namespace {

/// What is to be taken in, and from where each entry is.
struct Incoming {
  std::vector<records::Entry> entries;
  std::vector<std::string> places;
  std::vector<records::EntryFault> faults;
};

void read_json_lines(const std::filesystem::path& file, Incoming& out) {
  constexpr uint64_t largest = 256 << 20;  // bytes
  const std::string text = store::read_file(file, largest);
  size_t line = 0;
  for (size_t at = 0; at < text.size();) {
    size_t end = std::min(text.find('\n', at), text.size());
    const std::string one = text.substr(at, end - at), place = fmt::format("{} の{}行目", file.string(), ++line);
    at = end + 1;
    if (one.find_first_not_of(" \t\r") == one.npos) continue;
    records::Entry entry;
    entry.ledger = file.stem().string();
    try {
      Json json = Json::parse(one);
      entry.number = json.value("number", ""), entry.state = json.value("state", ""), entry.owner = json.value("owner", ""), entry.audience = json.value("audience", "");
      entry.values = json.value("values", records::Values());
    } catch (const Json::exception&) {
      out.faults.push_back({out.entries.size(), "JSON として読めないか、項目の形が違います。"});
    }
    out.entries.push_back(std::move(entry));
    out.places.push_back(place);
  }
}

/// A workbook of the ledger of this key, or of the one whose name it bears.
void read_workbook(const Arguments& arguments, const Office& office, const std::filesystem::path& file, const std::string& key, Incoming& out) {
  const auto tables = web::tables_of(indexer::sheets_in_child(store::read_file(file, limits(arguments.config).file_bytes), limits(arguments.config), arguments.program, stop_requested));
  auto named = std::ranges::find_if(office.ledgers.all(), [&](const records::Ledger& ledger) { return key.empty() ? std::ranges::find(tables, ledger.name(), &records::SheetTable::name) != tables.end() : ledger.key() == key; });
  if (named == office.ledgers.all().end()) throw Error(ErrorKind::missing, file.string() + ": どの台帳のものか分かりません。", "台帳から書き出したファイルを使うか、--ledger で台帳を指定してください。");
  std::vector<records::EntryFault> faults;
  std::vector<size_t> lines;
  const size_t first = out.entries.size();
  for (auto& entry : records::from_sheets(*named, tables, faults, lines)) {
    entry.ledger = named->key();
    out.entries.push_back(std::move(entry));
  }
  for (size_t line : lines) out.places.push_back(fmt::format("{} の{}行目", file.string(), line));
  for (auto& fault : faults) {
    if (fault.entry == records::no_entry) fault.message = file.string() + ": " + fault.message;
    else fault.entry += first;
    out.faults.push_back(std::move(fault));
  }
}

}  // namespace

int records_import(const Arguments& arguments, const std::filesystem::path& from, const std::string& key, bool dry) {
  Office office(arguments);
  Incoming incoming;
  std::vector<std::filesystem::path> files;
  if (std::filesystem::is_directory(from)) {
    for (const auto& entry : std::filesystem::directory_iterator(from)) {
      if (entry.path().extension() == ".jsonl" || entry.path().extension() == ".xlsx") files.push_back(entry.path());
    }
    std::ranges::sort(files);
  } else {
    files.push_back(from);
  }
  for (const auto& file : files) {
    if (file.extension() == ".jsonl") read_json_lines(file, incoming);
    else read_workbook(arguments, office, file, key, incoming);
  }
  if (incoming.entries.empty() && incoming.faults.empty()) throw Error(ErrorKind::missing, "取り込む記録がありません: " + from.string(), "ファイルの場所と形式を確かめてください。");
  if (incoming.faults.empty()) incoming.faults = office.records.change_all(office.operator_, office.author, incoming.entries.front().ledger, incoming.entries, dry);
  for (const auto& fault : incoming.faults) std::cerr << fmt::format("{}: {}\n", fault.entry < incoming.places.size() ? incoming.places[fault.entry] : "表全体", fault.message);
  if (!incoming.faults.empty()) {
    std::cerr << fmt::format("取り込めない所が {}件あるため、何も取り込みませんでした。\n", incoming.faults.size());
    return some_refused;
  }
  std::cout << (dry ? fmt::format("{}件を取り込めます（まだ何も変えていません）。\n", incoming.entries.size()) : fmt::format("{}件を取り込みました。\n", incoming.entries.size()));
  return 0;
}

namespace {

std::filesystem::path template_of(const Arguments& arguments, const records::Letter& letter) { return arguments.config.folder / arguments.config.letters / letter.file; }

/// The template of a letter. Throws Error naming the file.
office::LetterTemplate read_template(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) throw Error(ErrorKind::missing, "ひな形がありません: " + file.string(), "設定の records.letters のフォルダに置いてください。");
  return office::LetterTemplate(store::read_file(file, office::largest_template));
}

/// The names of a shape: 番号、出席者（氏名、所属）.
std::string names_of(const Json& shape) {
  std::vector<std::string> out;
  for (const auto& [name, value] : shape.items()) {
    const bool list_of_objects = value.is_array() && !value.empty() && value.front().is_object();
    out.push_back(list_of_objects ? fmt::format("{}（{}）", name, names_of(value.front())) : value.is_array() ? name + "（.）" : name);
  }
  return joined(out);
}

}  // namespace

int records_letters(const Arguments& arguments, bool names) {
  const records::Ledgers ledgers = ledgers_of(arguments.config);
  bool good = ledgers.faults().empty();
  for (const auto& fault : ledgers.faults()) std::cerr << "注意: " << fault << "\n";
  for (const auto& ledger : ledgers.all()) {
    for (const auto& letter : ledger.letters()) {
      const Json shape = records::letter_shape(ledgers, ledger);
      std::vector<std::string> lines;
      try {
        for (const auto& fault : read_template(template_of(arguments, letter)).check(shape)) lines.push_back(fmt::format("{}「{}」 {}（前後: {}）", fault.part, fault.mark, fault.message, fault.around));
      } catch (const Error& e) {
        lines.push_back(std::string(e.what()) + e.hint());
      }
      good = good && lines.empty();
      std::cout << fmt::format("{}　{}（{}）: {}\n", ledger.name(), letter.name, letter.file, lines.empty() ? "問題ありません" : fmt::format("直す所 {}件", lines.size()));
      for (const auto& line : lines) std::cout << "  " << line << "\n";
      if (names) std::cout << "  使える名前: " << names_of(shape) << "\n";
    }
  }
  return good ? 0 : 1;
}

int records_letter(const Arguments& arguments, const std::string& number, const std::string& name, const std::filesystem::path& to) {
  Office office(arguments);
  const records::Record record = office.record(number);
  const records::Ledger* ledger = office.ledgers.find(record.ledger);
  const auto letters = ledger ? ledger->letters() : std::vector<records::Letter>{};
  auto letter = std::ranges::find_if(letters, [&](const records::Letter& one) { return one.key == name || one.name == name; });
  if (letter == letters.end()) throw Error(ErrorKind::missing, fmt::format("記録「{}」の台帳に、文書「{}」がありません。", number, name), "shirube records letters で確かめてください。");
  const corpus::Library library(office.database);
  store::replace_file(to, read_template(template_of(arguments, *letter)).fill(records::letter_model(office.operator_, office.records, library, record)));
  std::cout << fmt::format("{}を書き出しました: {}\n", letter->name, to.string());
  return 0;
}

int records_export(const Arguments& arguments, const std::string& key, const std::filesystem::path& to) {
  Office office(arguments);
  const records::Ledger* ledger = office.ledgers.find(key);
  if (!ledger) throw Error(ErrorKind::missing, fmt::format("台帳「{}」がありません。", key), "shirube records ledgers で確かめてください。");
  auto page = office.records.list(office.operator_, key, {}, 0, static_cast<size_t>(-1) >> 1);
  std::ranges::reverse(page.records);
  store::replace_file(to, web::record_workbook(office.operator_, *ledger, page.records, {}));
  std::cout << fmt::format("{}件を書き出しました: {}\n", page.total, to.string());
  return 0;
}

}  // namespace shirube::commands
