// Many records at once, in and out: changes, sheets, letters, and what ships.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "people/access.h"
#include "records/letter.h"
#include "records/sheet.h"
#include "tests/places.h"
#include "tests/process.h"
#include "tests/records/fixture.h"

using namespace shirube;
using namespace shirube::records;
namespace fs = std::filesystem;

using List = std::vector<std::string>;
using Json = nlohmann::json;

namespace {

const Values asked = {{"asked_on", {"2026-04-03"}}, {"question", {"よいか。"}}};

Values with(Values more) {
  more.insert(asked.begin(), asked.end());
  return more;
}

struct Bulk : Office {
  std::vector<EntryFault> all(const std::vector<Entry>& entries, bool try_only = false, const Author& author = tanto, const corpus::Viewer& viewer = officer) { return records.change_all(viewer, author, "soudan", entries, try_only); }
  /// The faults of an only entry.
  std::string fault(const Entry& entry, const Author& author = tanto) {
    auto faults = all({entry}, false, author);
    return faults.empty() ? "" : faults[0].message;
  }
};

bool holds(const std::string& text, const std::string& part) {
  INFO(text);
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE_METHOD(Bulk, "many changes are made together, or none with the faults of each") {
  take();
  auto faults = all({{.values = asked}, {.values = {{"asked_on", {"きのう"}}}}, {.number = "R8-相談-0001", .revision = 9, .values = asked}, {.values = with({{"related", {"R8-相談-0077"}}})}, {.values = asked}});
  REQUIRE(faults.size() == 3);
  std::ranges::sort(faults, {}, &EntryFault::entry);
  CHECK(faults[0].entry == 1);
  CHECK(holds(faults[0].message, "受付日"));
  CHECK(faults[1].entry == 2);
  CHECK(holds(faults[1].message, "先に変えて"));
  CHECK(faults[2].entry == 3);
  CHECK(holds(faults[2].message, "R8-相談-0077"));
  CHECK(found(officer, {}).size() == 1);
  CHECK(events("record.change_all") == 0);
  // A fault of one is not told of the next.
  faults = all({{.values = with({{"related", {"R8-相談-0077"}}, {"channel", {"手紙"}}})}, {.values = with({{"answer", {""}}, {"related", {"R8-相談-0078"}}}), .state = "published"}, {.values = asked}});
  for (const auto& one : faults) CHECK(one.entry != 2);
  // Tried only, nothing is changed and no number spent.
  CHECK(all({{.values = asked}, {.number = "R8-相談-0050", .values = asked}}, true).empty());
  CHECK(found(officer, {}).size() == 1);
  CHECK(number("SELECT count(*) FROM events WHERE action LIKE 'record.%'") == 1);
  CHECK(all({{.number = "R8-相談-0001", .revision = 1, .values = {{"unit", {"税務課"}}}}, {.number = "R8-相談-0050", .values = asked}, {.number = "2018-相談-0007", .values = asked}, {.values = asked, .owner = "sato", .audience = "staff"}, {.number = "R8-相談-0001", .values = {{"unit", {"税務課"}}}}}).empty());
  CHECK(records.find(officer, "R8-相談-0001")->value("unit") == "税務課");
  CHECK(records.find(officer, "R8-相談-0001")->revision == 2);
  CHECK(records.find(officer, "2018-相談-0007"));
  auto page = records.list(clerk, "soudan", {}, 0, 9);
  REQUIRE(page.total == 1);
  CHECK(page.records[0].owner == "sato");
  CHECK(take().number > "R8-相談-0050");
  CHECK(events("record.change_all") == 1);
  CHECK(refused([&] { all(std::vector<Entry>(most_entries + 1)); }, "10000件") == ErrorKind::invalid);
  CHECK(refused([&] { all({{.values = asked}}, false, iin); }) == ErrorKind::forbidden);
}

TEST_CASE_METHOD(Bulk, "numbers, states and owners that are said are looked at") {
  take({{"answer", {"よい。"}}}), task({{"what", {"確かめる"}}});
  for (const char* wrong : {"R8-宿題-0002", "R8-相談-2", "R08-相談-0002", "R8-相談-00002", "R8-相談-", "相談-0002", "R8-相談-0002x", "2026-相談-0002", "-相談-0002", "R-相談-0002", "R8-相談-12345678"}) {
    INFO(wrong);
    CHECK(holds(fault({.number = wrong, .values = asked}), "番号ではありません"));
  }
  CHECK(holds(fault({.number = "R8-宿題-0001", .values = {}}), "ほかの台帳"));
  CHECK(fault({.number = "R8-相談-12345", .values = asked}) == "");
  CHECK(holds(fault({.values = asked, .state = "nai"}), "状態"));
  CHECK(holds(fault({.number = "R8-相談-0001", .state = "drafted"}), "状態"));
  CHECK(holds(fault({.values = asked, .state = "drafted"}, shokuin), "状態"));
  CHECK(holds(fault({.values = asked, .state = "drafted"}), "回答"));  // required there
  CHECK(fault({.values = with({{"answer", {"よい。"}}}), .state = "drafted"}) == "");
  CHECK(fault({.values = asked, .state = "closed"}, shokuin) == "");
  for (const char* wrong : {"佐藤", "Sato", "a b"}) CHECK(holds(fault({.values = asked, .owner = wrong}), "サインイン名"));
  CHECK(holds(fault({.values = asked, .audience = "無い班"}), "公開範囲"));
  // One that they do not see is taken all the same.
  CHECK(holds(all({{.number = "R8-相談-0001", .values = asked, .audience = "staff"}}, false, shokuin, clerk).at(0).message, "使われています"));
}

TEST_CASE_METHOD(Bulk, "records that are made together may link to each other, and publish what they say") {
  documents();
  const Author operates{"command", std::string(operator_role)};
  // Who takes a record over passes by no step that is somebody's.
  CHECK(holds(fault({.values = with({{"answer", {"よい。"}}, {"subject", {"件名"}}}), .state = "published"}), "状態"));
  REQUIRE(all({{.number = "R8-相談-0001", .values = with({{"related", {"R8-相談-0002"}}}), .audience = "staff"},
               {.number = "R8-相談-0002", .values = with({{"related", {"R8-相談-0001"}}}), .audience = "staff"},
               {.number = "R8-相談-0003", .values = with({{"answer", {"よい。"}}, {"subject", {"件名"}}, {"any", {"R8-相談-0004"}}}), .state = "published"},
               {.number = "R8-相談-0004", .values = asked, .audience = "staff"},
               {.number = "R8-宿題-0001", .values = {{"of", {"R8-相談-0001"}}}, .ledger = "shukudai"}}, false, operates)
              .empty());
  CHECK(records.linking(clerk, "R8-相談-0001", 9).size() == 2);
  CHECK(records.find(officer, "R8-宿題-0001")->ledger == "shukudai");
  bool told = false;
  for (const auto& clause : library.clauses(clerk, "soudan-r8-0003-staff", "2026-04-03")) told = told || clause.clause.text == "R8-相談-0004";
  CHECK(told);
  auto faults = all({{.values = with({{"answer", {"見本花子に答えた。"}}, {"subject", {"件名"}}, {"asker", {"見本花子"}}}), .state = "published"}}, false, operates);
  REQUIRE(faults.size() == 1);
  CHECK(holds(faults[0].message, "個人情報"));
}

TEST_CASE("what goes out in sheets comes in the same, with what is wrong by its cell") {
  Office from, to;
  for (auto* office : {&from, &to}) office->documents();
  Record first = from.take({{"asked_at", {"9:05"}}, {"subject", {"件名「甲」"}}, {"unit", {"税務課"}}, {"asker", {"見本 花子"}}, {"memo", {"一\n二"}}, {"channel", {"電話"}}, {"topic", {"認証", "そのほか"}}, {"answer", {"よい。"}}, {"hours", {"1.5"}},
                            {"citations", {"kitei/2025-04-01/1「端末」", "kitei/2025-04-01/3"}}, {"secret_citations", {"naibu/2025-04-01/1"}}, {"until", {"2026-04-05"}},
                            {"work", {Row{0, {"一", "2026-04-03", "1", "kitei/2025-04-01/1「市」", "済"}}.value(), Row{0, {"二", "", "", "", ""}}.value()}}, {"log", {Row{0, {"9:00", "起きた\nまた起きた"}}.value()}}});
  from.records.change_row(officer, tanto, first.number, "work", first.values.at("work")[0], {1, {}});  // row 2 keeps its number
  from.records.attach(officer, tanto, first.number, 2, "attachments", {.name = "写し.pdf", .media_type = "application/pdf", .evidence_on = "2026-04-01"}, "中身");
  Record second = from.take({{"related", {first.number}}, {"any", {first.number}}}, "staff");
  from.records.step(officer, tanto, first.number, 3, "close");
  const Ledger& ledger = *from.ledgers.find("soudan");
  auto page = from.records.list(officer, "soudan", {}, 0, 10);
  auto sheets = to_sheets(officer, ledger, page.records);
  REQUIRE(sheets.size() == 4);
  CHECK(sheets[0].name == "相談");
  CHECK(sheets[0].rows.size() == 2);
  std::vector<EntryFault> faults;
  std::vector<size_t> lines;
  auto entries = from_sheets(ledger, sheets, faults, lines);
  CHECK(faults.empty());
  CHECK(lines == std::vector<size_t>{2, 3});
  for (const auto& fault : to.records.change_all(officer, operator_, "soudan", entries, false)) CHECK(fault.message == "");
  for (const auto& record : page.records) {
    auto other = to.records.find(officer, record.number);
    REQUIRE(other);
    CHECK(other->values == record.values);
    CHECK(other->state == record.state);
    CHECK(other->owner == record.owner);
    CHECK(other->audience == record.audience);
  }
  // In again where it came from it changes nothing.
  CHECK(from.records.change_all(officer, tanto, "soudan", entries, false).empty());
  CHECK(from.records.find(officer, first.number)->revision == 4);
  // What somebody does not see is in no sheet.
  for (const auto& sheet : to_sheets(clerk, ledger, from.records.list(clerk, "soudan", {}, 0, 10).records)) {
    for (const auto& column : sheet.columns) CHECK((column.name != "相談者" && column.name != "内部の根拠" && column.name != "合計"));
    for (const auto& row : sheet.rows) CHECK(std::ranges::find(row, first.number) == row.end());
  }

  struct Case {
    std::function<void(std::vector<SheetTable>&)> spoil;
    size_t entry;
    std::string said;
  };
  auto& head = sheets[0].columns;
  auto at = [&](const std::string& name) { return static_cast<size_t>(std::ranges::find(head, name, &SheetTable::Column::name) - head.begin()); };
  const Case cases[] = {
      {[&](auto& s) { s[0].columns[at("課")].name = "部署"; }, no_entry, "「部署」という列は"},
      {[&](auto& s) { s[0].columns[at("課")].name = "件名"; }, no_entry, "「件名」の列が二つ"},
      {[&](auto& s) { s[0].rows[1][at("状態")] = "済み"; }, 1, "状態「済み」はありません"},
      {[&](auto& s) { s[0].rows[1][at("版")] = "二"; }, 1, "版「二」は数ではありません"},
      {[&](auto& s) { s[0].rows[1][at("公開範囲")] = std::string(2000, 'a'); }, 1, "公開範囲"},
      {[&](auto& s) { s[0].rows[1][at("番号")] = s[0].rows[0][at("番号")]; }, 1, "の行が二つ"},
      {[&](auto& s) { s[2].rows[0][0] = "R8-相談-0099"; }, no_entry, "2行目: 番号「R8-相談-0099」の記録が"},
      {[&](auto& s) { s[2].rows[0][1] = "い"; }, 1, "2行目: 行「い」は数"},
      {[&](auto& s) { s[2].columns[2].name = "なかみ"; }, no_entry, "「なかみ」という列はありません"},
      {[&](auto& s) { s.clear(); }, no_entry, "表がありません"},
  };
  for (const auto& one : cases) {
    auto spoilt = sheets;
    one.spoil(spoilt);
    faults.clear(), lines.clear();
    from_sheets(ledger, spoilt, faults, lines);
    INFO(one.said);
    REQUIRE_FALSE(faults.empty());
    CHECK(faults[0].entry == one.entry);
    CHECK(holds(faults[0].message, one.said));
  }
  // A column that is not there changes nothing, a row without a number is a new record.
  SheetTable few{"相談", {{"件名"}, {"受付日"}, {"質問"}, {"番号"}}, {{"新しい件", "令和8年5月1日", "一\n二", ""}, {"", "", "", ""}, {"替えた件", "2026-04-03", "よいか。", second.number}}};
  faults.clear(), lines.clear();
  auto some = from_sheets(ledger, {&few, 1}, faults, lines);
  CHECK(faults.empty());
  CHECK(lines == std::vector<size_t>{2, 4});
  CHECK(from.records.change_all(officer, tanto, "soudan", some, false).empty());
  CHECK(from.records.find(officer, second.number)->value("subject") == "替えた件");
  CHECK(from.records.find(officer, second.number)->values.contains("related"));
  CHECK(from.found(officer, {.words = "新しい件"}).size() == 1);
}

namespace {

/// The names of a model, with those of lists by their first entry.
void names_of(const Json& model, const std::string& above, std::set<std::string>& out) {
  if (model.is_array() && !model.empty()) names_of(model[0], above, out);
  if (!model.is_object()) return;
  for (const auto& [name, value] : model.items()) {
    out.insert(above + name);
    names_of(value, above + name + ".", out);
  }
}

}  // namespace

TEST_CASE_METHOD(Office, "a letter is filled by the names that its shape tells") {
  documents();
  Record other = take({{"subject", {"前の件"}}});
  Record record = take({{"subject", {"件名"}}, {"topic", {"認証"}}, {"citations", {"kitei/2025-04-01/1「端末」", "kitei/2025-04-01/2-2"}}, {"related", {other.number}}, {"any", {other.number}}, {"asker", {"見本 花子"}},
                        {"work", {Row{0, {"一", "2026-04-03", "1", "kitei/2025-04-01/1", "済"}}.value()}}, {"log", {Row{0, {"9:00", "起きた"}}.value()}}}, "staff");
  record = records.attach(officer, tanto, record.number, 1, "attachments", {.name = "写し.pdf", .evidence_on = "2026-04-01"}, "中身");
  task({{"of", {record.number}}, {"what", {"確かめる"}}});
  take({{"related", {record.number}}});
  Json model = letter_model(officer, records, library, record), shape = letter_shape(ledgers, *ledgers.find("soudan"));
  std::set<std::string> names, known;
  names_of(model, "", names), names_of(shape, "", known);
  for (const auto& name : names) {
    INFO(name);
    CHECK(known.contains(name));
  }
  for (const auto& [name, value] : shape.items()) {
    INFO(name);
    REQUIRE(model.contains(name));
    CHECK(model[name].type() == value.type());
  }
  CHECK(model["受付日"] == "令和8年4月3日");
  CHECK(model["番号"] == record.number);
  CHECK(model["根拠"][0]["引用"] == "星見市kitei（令和7年4月1日版）第1条");
  CHECK(model["根拠"][0]["文"] == "端末");
  CHECK(model["根拠"].size() == 2);
  CHECK(model["参考"][0]["件名"] == "前の件");
  CHECK(model["作業"][0]["条項"] == "星見市kitei（令和7年4月1日版）第1条");
  CHECK(model["作業"][0]["日"] == "令和8年4月3日");
  CHECK(model["添付"][0]["証拠の日"] == "令和8年4月1日");
  CHECK(model["宿題"][0]["内容"] == "確かめる");
  CHECK(model["合計"] == "1");
  Json seen = letter_model(clerk, records, library, *records.find(clerk, record.number));
  CHECK(seen["根拠"].size() == 1);
  CHECK(seen["相談者"] == "");
  CHECK(seen["参考"].empty());
  CHECK(seen["相談"].empty());
}

TEST_CASE("the ledgers and records that ship have no fault, and are what they say") {
  TemporaryFolder folder;
  const fs::path source(test::source_folder);
  std::vector<std::string> roles;
  const people::AccessTable table(source / "config/access.toml");
  for (const auto& role : table.roles()) roles.push_back(role.key);
  const Ledgers ledgers(source / "config/ledgers", roles);
  for (const auto& fault : ledgers.faults()) CHECK(fault == "");
  CHECK(ledgers.all().size() >= 13);
  REQUIRE(run_shirube({"--data", folder / "data", "ingest", source / "corpus/sample"}, folder.path()) == 0);
  store::Database database(folder / "data/shirube.db");
  store::Files files(folder / "data/files");
  const Calendar calendar;
  Records records(database, files, ledgers, calendar);
  records.settle();
  std::vector<Entry> entries;
  std::vector<std::string> places;
  for (const auto& file : fs::directory_iterator(source / "records/sample")) {
    std::ifstream in(file.path());
    for (std::string line; std::getline(in, line);) {
      Json said = Json::parse(line);
      entries.push_back({.number = said.value("number", ""), .values = said.at("values").get<Values>(), .state = said.value("state", ""), .owner = said.value("owner", ""), .audience = said.value("audience", ""), .ledger = file.path().stem()});
      places.push_back(file.path().filename().string() + " " + entries.back().number);
    }
  }
  REQUIRE(entries.size() > 100);
  for (const auto& fault : records.change_all(everybody, operator_, "sodan", entries, false)) {
    INFO((fault.entry == no_entry ? "" : places[fault.entry]));
    CHECK(fault.message == "");
  }
  for (size_t i = 0; i < entries.size(); ++i) {
    INFO(places[i]);
    auto record = records.find(everybody, entries[i].number);
    REQUIRE(record);
    for (const auto& [key, values] : entries[i].values) CHECK(record->values[key] == values);
    if (!entries[i].state.empty()) CHECK(record->state == entries[i].state);
    if (!entries[i].owner.empty()) CHECK(record->owner == entries[i].owner);
  }
  records.find_reviews(false);
  records.board(everybody, day);
}
