// The records of the ledgers, on the command line.
#include <fmt/format.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "commands/commands.h"
#include "commands/installation.h"
#include "records/record.h"
#include "store/database.h"
#include "store/files.h"
#include "text/error.h"

namespace shirube::commands {

using Json = nlohmann::json;

namespace {

records::Ledgers ledgers_of(const Arguments& arguments) {
  std::vector<std::string> roles;
  const people::AccessTable table = access_table(arguments.config);
  for (const auto& role : table.roles()) roles.push_back(role.key);
  return records::Ledgers(arguments.config.folder / arguments.config.ledgers, roles);
}

struct Office {
  explicit Office(const Arguments& arguments)
      : ledgers(ledgers_of(arguments)), calendar(arguments.config.folder / arguments.config.calendar), database(arguments.data / "shirube.db", store::Database::Open::existing), files(arguments.data / "files") {
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
  records::Ledgers ledgers = ledgers_of(arguments);
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
  print(office, office.records.step(office.operator_, office.author, number, office.record(number).revision, step));
  return 0;
}

}  // namespace shirube::commands
