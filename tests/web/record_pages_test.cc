// Pages of ledgers and records: what is written is kept or shown again with nothing lost, who sees what, and how fast tables are.
#include <chrono>
#include <fstream>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>

#include "indexer/sheets.h"
#include "office/letter.h"
#include "office/workbook.h"
#include "records/record.h"
#include "tests/office/docx_fixture.h"
#include "tests/web/office.h"
#include "text/date.h"
#include "text/utf8.h"
#include "web/held_files.h"
#include "web/record_workbook.h"

using namespace shirube;
using namespace shirube::web;

namespace {

namespace fs = std::filesystem;

/// A ledger with a field of every kind.
constexpr const char* trial = R"(
name = "試験"
prefix = "試験"
audience = "staff"
title = "subject"
roles = ["staff", "officer", "consultant", "administrator"]
columns = ["on", "subject", "asker", "secret", "choice"]
field = [
  { key = "on", name = "受けた日", kind = "date", required = ["begun", "checked"] },
  { key = "subject", name = "件名", required = ["begun"] },
  { key = "asker", name = "尋ねた人", kind = "person", audience = "restricted", personal = true },
  { key = "secret", name = "内々のこと", kind = "text", audience = "restricted" },
  { key = "choice", name = "種類", kind = "choice", choices = ["甲", "乙"] },
  { key = "topics", name = "主題", kind = "choices", choices = ["端末", "認証"], open = true },
  { key = "question", name = "問い", kind = "text", help = "聞いたとおりに" },
  { key = "answer", name = "答え", kind = "text", required = ["ended"] },
  { key = "clauses", name = "根拠", kind = "citations" },
  { key = "related", name = "前の記録", kind = "links", ledger = "trial" },
  { key = "sheet", name = "点検表", kind = "rows", columns = [
    { key = "item", name = "項目" }, { key = "result", name = "結果", kind = "choice", choices = ["適", "否"] }, { key = "on", name = "見た日", kind = "date" } ] },
  { key = "papers", name = "証拠", kind = "files" },
  { key = "hours", name = "時間", kind = "number" },
  { key = "section", name = "課", kind = "unit" },
  { key = "log", name = "経過", kind = "rows", grows = true, columns = [ { key = "on", name = "日", kind = "date" }, { key = "what", name = "こと" }, { key = "clause", name = "条項", kind = "citations" } ] },
]
state = [ { key = "begun", name = "受付" }, { key = "checked", name = "確認" }, { key = "ended", name = "完了", closed = true } ]
step = [
  { key = "check", name = "確かめる", from = ["begun"], to = "checked", roles = ["officer", "administrator"] },
  { key = "end", name = "終える", from = ["checked"], to = "ended", roles = ["officer", "administrator"], publish = ["answer"] },
]
due = [ { name = "答え", from = "on", within = "翌日から10日", states = ["begun", "checked"] } ]
publication = [ { key = "answer", name = "庁内向けの答え", audience = "staff", title = "{subject}", fields = ["question", "answer"] } ]
list = [ { name = "まだのもの", states = ["begun"] } ]
letter = [ { key = "lost", name = "失くした文書", file = "nai.docx" } ]
)";

bool holds(const Response& response, const std::string& part) { return response.body.find(part) != std::string::npos; }

size_t count(const std::string& text, const std::string& part) {
  size_t out = 0;
  for (size_t at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) ++out;
  return out;
}

struct Fixture {
  TemporaryFolder settings;
  Office office;
  int64_t hana = office.add("hana", "staff"), taro = office.add("taro", "officer"), iin = office.add("iin", "member");
  App app{with_ledgers()};
  Browser staff{app}, officer{app};

  Fixture() {
    staff.sign_in("hana");
    officer.sign_in("taro");
  }

  AppOptions with_ledgers() {
    fs::create_directories(settings / "ledgers");
    for (const auto& entry : fs::directory_iterator(fs::path(test::source_folder) / "config/ledgers")) fs::copy(entry.path(), settings / "ledgers");
    std::ofstream(settings / "ledgers/trial.toml") << trial;
    AppOptions options = office.options({});
    options.ledgers = records::Ledgers(settings / "ledgers");
    options.letters = fs::path(test::source_folder) / "config/office";
    options.desk.program = test::program;
    INFO((options.ledgers.faults().empty() ? "" : options.ledgers.faults()[0]));
    REQUIRE(options.ledgers.find("trial"));
    return options;
  }

  /// A form as the page sends it: what is asked for, and what is said.
  static Browser::Fields form(const Browser::Fields& said, const std::string& press = "save", int64_t revision = 0) {
    Browser::Fields out;
    for (const char* key : {"on", "subject", "choice", "topics", "question", "answer", "clauses", "related", "sheet", "hours"}) out.emplace_back("asked", key);
    out.insert(out.end(), said.begin(), said.end());
    out.emplace_back("do", press);
    out.emplace_back("revision", std::to_string(revision));
    return out;
  }
  static Browser::Fields plain(const std::string& subject = "端末の問い") { return {{"f.on", "令和8年4月3日"}, {"f.subject", subject}, {"f.question", "端末を持ち出してよいか。\r\n二日ほど。"}}; }

  /// A workbook, sent to see what it would do.
  static Response try_workbook(Browser& browser, const std::string& bytes, const std::string& name = "台帳.xlsx") { return send_parts(browser, {{"do", "try"}}, name, bytes); }
  static Response take_workbook(Browser& browser, const std::string& key) { return send_parts(browser, {{"do", "take"}, {"key", key}}); }
  static Response send_parts(Browser& browser, Browser::Fields fields, const std::string& name = {}, const std::string& bytes = {}) {
    std::string body;
    fields.emplace_back("csrf", browser.csrf());
    for (const auto& [field, value] : fields) body += "--xx\r\nContent-Disposition: form-data; name=\"" + field + "\"\r\n\r\n" + value + "\r\n";
    if (!name.empty()) body += "--xx\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + name + "\"\r\n\r\n" + bytes + "\r\n";
    return browser.send("POST", "/ledgers/trial/import", {{"Content-Type", "multipart/form-data; boundary=xx"}, {"Sec-Fetch-Site", "same-origin"}}, body + "--xx--\r\n");
  }
  static std::string key_of(const Response& tried) {
    std::smatch found;
    return std::regex_search(tried.body, found, std::regex("name=\"key\" value=\"([^\"]+)\"")) ? found[1].str() : "";
  }
  /// The workbook of the ledger, with what a person changes in its first sheet: whose lines are of a record each, from the second.
  static std::string changed_workbook(Browser& browser, const std::function<void(std::vector<std::map<std::string, std::string>>&)>& change) {
    std::vector<office::Sheet> out;
    for (const auto& table : tables_of(indexer::read_sheets(browser.get("/ledgers/trial/export").body))) {
      std::vector<std::map<std::string, std::string>> rows;
      for (const auto& cells : table.rows) {
        rows.emplace_back();
        for (size_t c = 0; c < cells.size(); ++c) rows.back()[table.columns[c].name] = cells[c];
      }
      if (out.empty()) change(rows);
      office::Sheet sheet{table.name, {}, {}, {}};
      for (const auto& column : table.columns) sheet.columns.push_back({column.name, 10});
      for (auto& row : rows) {
        sheet.rows.emplace_back();
        for (const auto& column : table.columns) sheet.rows.back().push_back(row[column.name]);
      }
      out.push_back(std::move(sheet));
    }
    return office::write_workbook(out);
  }
  size_t told(const std::string& action) {
    return office.town.database.read([&](SQLite::Database& db) {
      SQLite::Statement select(db, "SELECT count(*) FROM events WHERE action = ?");
      select.bind(1, action);
      select.executeStep();
      return static_cast<size_t>(select.getColumn(0).getInt64());
    });
  }
  /// Many records at once.
  void add_all(const std::vector<records::Entry>& entries) {
    records::Ledgers ledgers(settings / "ledgers");
    records::Calendar calendar;
    records::Records records(office.town.database, office.town.files, ledgers, calendar);
    for (const auto& fault : records.change_all(corpus::Viewer::everything(), {"taro", std::string(records::operator_role)}, "trial", entries, false)) FAIL(fault.message);
    std::atomic<bool> stop = false;
    records.find_reviews(stop);
  }
  static records::Entry entry(const std::string& subject, records::Values more) {
    records::Entry out;
    more["on"] = {"2026-04-03"}, more["subject"] = {subject};
    out.values = std::move(more);
    return out;
  }

  /// A new record; its address.
  std::string add(Browser& browser, Browser::Fields said = plain(), const std::string& ledger = "trial") {
    Response response = browser.post("/ledgers/" + ledger + "/new", form(said));
    INFO(response.body.substr(0, 4000));
    REQUIRE(response.status == 303);
    std::string address = browser.location(response);
    return address.substr(0, address.find('?'));
  }
  static nlohmann::json model(Browser& browser, const std::string& address) { return nlohmann::json::parse(browser.get("/api/v1" + address).body); }
  static std::string number(const std::string& address) { return parse_target(address).segments.at(1); }
  int64_t revision(const std::string& address) { return model(officer, address)["record"]["revision"]; }
  static nlohmann::json field(const nlohmann::json& model, const std::string& key) {
    for (const auto& one : model["fields"]) {
      if (one["key"] == key) return one;
    }
    return nullptr;
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a record is written without script, and read as it was written") {
  Response empty = staff.get("/ledgers/trial/new");
  CHECK(empty.status == 200);
  CHECK(holds(empty, "<label for=\"f-question\">問い"));
  CHECK(holds(empty, "聞いたとおりに"));
  CHECK(holds(empty, "「完了」までに必要"));
  CHECK(holds(empty, text::to_wareki(text::today())));
  // What is for fewer than this writer is not asked for.
  CHECK_FALSE(holds(empty, "name=\"f.asker\""));
  CHECK(holds(officer.get("/ledgers/trial/new"), "name=\"f.asker\""));

  auto said = plain();
  said.insert(said.end(), {{"f.choice", "乙"}, {"f.topics", "端末"}, {"add.topics", "無線、鍵"}, {"f.hours", "１．５"}});
  std::string address = add(staff, said);
  Response page = staff.get(address + "?done=added");
  CHECK(page.status == 200);
  CHECK(holds(page, "記録を加えました。"));
  CHECK(holds(page, "令和8年4月3日"));
  CHECK(holds(page, "端末を持ち出してよいか。\n二日ほど。"));
  auto read = model(staff, address);
  CHECK(read["record"]["state_label"] == "受付");
  CHECK(field(read, "topics")["texts"] == nlohmann::json({"端末", "無線", "鍵"}));
  CHECK(field(read, "hours")["texts"][0] == "1.5");
  CHECK(holds(staff.get("/ledgers/trial"), number(address)));
  CHECK(model(staff, "/ledgers/trial")["total"] == 1);
  CHECK(model(staff, "/ledgers")["groups"].size() > 1);
}

TEST_CASE_METHOD(Fixture, "what is refused is shown again with all that was typed") {
  Response response = staff.post("/ledgers/trial/new", form({{"f.on", "四月の終わり"}, {"f.subject", "消えない件名"}, {"f.question", "<消えない>問い"}, {"row.sheet", "0"}, {"f.sheet.item", "消えない行"}, {"f.sheet.result", "否"}, {"f.sheet.on", ""}}));
  CHECK(response.status == 400);
  CHECK(holds(response, "value=\"四月の終わり\""));
  CHECK(holds(response, "aria-invalid=\"true\""));
  CHECK(holds(response, "id=\"fault-on\""));
  CHECK(holds(response, "value=\"消えない件名\""));
  CHECK(holds(response, "&lt;消えない&gt;問い"));
  CHECK(holds(response, "value=\"消えない行\""));
  CHECK(holds(response, "<option value=\"否\" selected>"));
  CHECK(model(staff, "/ledgers/trial")["total"] == 0);
  // A clause that is none is not dropped without a word.
  auto said = plain();
  said.emplace_back("add.clauses", "そのような条項はない");
  Response lost = staff.post("/ledgers/trial/new", form(said));
  CHECK(lost.status == 400);
  CHECK(holds(lost, "value=\"そのような条項はない\""));
  CHECK(holds(lost, "見つかりません"));
}

TEST_CASE_METHOD(Fixture, "rows, citations and links are added and taken away without script, and nothing is lost") {
  std::string other = add(staff);
  auto said = plain("行の多い記録");
  said.insert(said.end(), {{"row.sheet", "0"}, {"f.sheet.item", "一行目"}, {"f.sheet.result", "適"}, {"f.sheet.on", "令和8年4月5日"}});
  Response more = staff.post("/ledgers/trial/new", form(said, "add-row sheet"));
  CHECK(more.status == 200);
  CHECK(count(more.body, "name=\"f.sheet.item\"") == 2);
  CHECK(holds(more, "value=\"一行目\""));
  CHECK(holds(more, "value=\"行の多い記録\""));
  CHECK(holds(more, "value=\"令和8年4月5日\""));

  said.insert(said.end(), {{"row.sheet", "0"}, {"f.sheet.item", "二行目"}, {"f.sheet.result", ""}, {"f.sheet.on", ""}});
  Response less = staff.post("/ledgers/trial/new", form(said, "drop-row sheet 1"));
  CHECK(count(less.body, "name=\"f.sheet.item\"") == 1);
  CHECK(holds(less, "value=\"二行目\""));

  auto citing = said;
  citing.insert(citing.end(), {{"into", "clauses"}});
  Response cited = staff.post("/ledgers/trial/new", form(citing, "cite taisaku-kijun/2025-04-01/2"));
  CHECK(holds(cited, "<input type=\"hidden\" name=\"cite.clauses\" value=\"taisaku-kijun/2025-04-01/2\">"));
  CHECK(holds(cited, "星見市情報セキュリティ対策基準（令和7年4月1日版）第2条"));
  CHECK(holds(cited, "value=\"二行目\""));
  // What is not seen is not cited, and not told of.
  CHECK_FALSE(holds(staff.post("/ledgers/trial/new", form(citing, "cite himitsu/2025-04-01/1")), "cite.clauses"));

  said.insert(said.end(), {{"add.clauses", "http://shirube.example/documents/taisaku-kijun/2025-04-01/clauses/3#c-3"}, {"cite.clauses", "taisaku-kijun/2025-04-01/2"}, {"quote.clauses", "課長の許可を受け"}, {"add.related", number(other)}});
  Response before = staff.post("/ledgers/trial/new", form(said, "add clauses"));
  CHECK(count(before.body, "name=\"cite.clauses\"") == 2);
  Response without = staff.post("/ledgers/trial/new", form(said, "uncite clauses taisaku-kijun/2025-04-01/2"));
  CHECK(count(without.body, "name=\"cite.clauses\"") == 1);

  std::string address = add(staff, said);
  auto read = model(staff, address);
  CHECK(field(read, "sheet")["rows"].size() == 2);
  CHECK(field(read, "sheet")["rows"][0]["cells"][2]["text"] == "令和8年4月5日");
  REQUIRE(field(read, "clauses")["citations"].size() == 2);
  CHECK(field(read, "clauses")["citations"][0]["quote"] == "課長の許可を受け");
  CHECK(field(read, "related")["links"][0]["number"] == number(other));
  CHECK(model(staff, other)["linking"][0]["number"] == number(address));
  // The clause tells of it, to those who have signed in.
  CHECK(holds(staff.get("/documents/taisaku-kijun/2025-04-01/clauses/2"), number(address)));
  // Words that do not stand there are no quote.
  said.back() = {"add.related", ""};
  for (auto& [name, value] : said) {
    if (name == "quote.clauses") value = "そのような言葉はない";
  }
  CHECK(staff.post("/ledgers/trial/new", form(said)).status == 400);
}

TEST_CASE_METHOD(Fixture, "who changes what somebody else has changed loses nothing, and merges by saving again") {
  std::string address = add(officer);
  int64_t seen = revision(address);
  auto mine = plain(), theirs = plain();
  theirs[1].second = "先に直した件名";
  theirs.emplace_back("f.choice", "甲");
  CHECK(officer.post(address + "/edit", form(theirs, "save", seen)).status == 303);
  mine[1].second = "あとから直した件名";
  mine.emplace_back("f.answer", "あとからの答え");
  Response conflict = staff.post(address + "/edit", form(mine, "save", seen));
  CHECK(conflict.status == 409);
  CHECK(holds(conflict, "いまの内容"));
  CHECK(holds(conflict, "先に直した件名"));
  CHECK(holds(conflict, "星 taro"));
  CHECK(holds(conflict, "value=\"あとから直した件名\""));
  CHECK(holds(conflict, "あとからの答え"));
  // What this writer left alone has what the other said.
  CHECK(holds(conflict, "<option value=\"甲\" selected>"));
  CHECK(count(conflict.body, "いまの内容</strong>") == 1);
  int64_t now = revision(address);
  CHECK(holds(conflict, "name=\"revision\" value=\"" + std::to_string(now) + "\""));
  mine.emplace_back("f.choice", "甲");
  CHECK(staff.post(address + "/edit", form(mine, "save", now)).status == 303);
  auto read = model(officer, address);
  CHECK(read["record"]["title"] == "あとから直した件名");
  CHECK(field(read, "choice")["texts"][0] == "甲");
  CHECK(field(read, "answer")["texts"][0] == "あとからの答え");
}

TEST_CASE_METHOD(Fixture, "a table that only grows takes the rows of both who write to it") {
  auto row = [](const std::string& number, const std::string& on, const std::string& what) { return Browser::Fields{{"row.log", number}, {"f.log.on", on}, {"f.log.what", what}, {"f.log.clause", ""}}; };
  auto said = [&](const std::vector<Browser::Fields>& rows, const std::string& subject = "端末の問い") {
    auto out = plain(subject);
    out.emplace_back("asked", "log");
    for (const auto& one : rows) out.insert(out.end(), one.begin(), one.end());
    return out;
  };
  std::string address = add(officer, said({row("0", "令和8年4月3日", "受け付けた")}));
  int64_t seen = revision(address);
  CHECK(officer.post(address + "/edit", form(said({row("1", "令和8年4月3日", "受け付けた"), row("0", "令和8年4月4日", "先の行")}), "save", seen)).status == 303);
  // Who left the table alone has nothing to decide.
  Response alone = staff.post(address + "/edit", form(said({row("1", "令和8年4月3日", "受け付けた")}, "直した件名"), "save", seen));
  CHECK(alone.status == 409);
  CHECK_FALSE(holds(alone, "いまの内容"));
  CHECK(holds(alone, "value=\"先の行\""));
  Response conflict = staff.post(address + "/edit", form(said({row("1", "令和8年4月3日", "受け付けた"), row("0", "令和8年4月5日", "あとの行")}), "save", seen));
  CHECK(conflict.status == 409);
  CHECK_FALSE(holds(conflict, "いまの内容"));
  CHECK(count(conflict.body, "name=\"row.log\"") == 3);
  CHECK(holds(conflict, "value=\"先の行\""));
  CHECK(holds(conflict, "value=\"あとの行\""));
  // As the page has it now.
  CHECK(staff.post(address + "/edit", form(said({row("1", "令和8年4月3日", "受け付けた"), row("2", "令和8年4月4日", "先の行"), row("0", "令和8年4月5日", "あとの行")}), "save", revision(address))).status == 303);
  auto rows = field(model(officer, address), "log")["rows"];
  REQUIRE(rows.size() == 3);
  CHECK(rows[1]["cells"][1]["text"] == "先の行");
  CHECK(rows[2]["cells"][1]["text"] == "あとの行");
}

TEST_CASE_METHOD(Fixture, "steps are offered to the roles that may take them, and say what they publish") {
  std::string address = add(staff);
  CHECK(model(staff, address)["steps"].empty());
  CHECK_FALSE(holds(staff.get(address), "name=\"step\""));
  Response refused = staff.post(address, {{"action", "step"}, {"step", "check"}, {"revision", std::to_string(revision(address))}});
  CHECK(refused.status == 403);
  CHECK(holds(officer.get(address), "確かめる"));
  CHECK(officer.location(officer.post(address, {{"action", "step"}, {"step", "check"}, {"revision", std::to_string(revision(address))}})) == address + "?done=step");
  Response page = officer.get(address);
  CHECK(holds(page, "「庁内向けの答え」を資料として公開します"));
  // What the next state needs is not there.
  Response lacking = officer.post(address, {{"action", "step"}, {"step", "end"}, {"revision", std::to_string(revision(address))}});
  CHECK(lacking.status == 400);
  CHECK(holds(lacking, "答え"));
  CHECK(holds(lacking, "role=\"alert\""));
  CHECK(officer.post(address + "/edit", form({{"f.on", "令和8年4月3日"}, {"f.subject", "端末の問い"}, {"f.question", "問い"}, {"f.answer", "許可があればよい。"}}, "save", revision(address))).status == 303);
  CHECK(officer.post(address, {{"action", "step"}, {"step", "end"}, {"revision", std::to_string(revision(address))}}).status == 303);
  auto read = model(staff, address);
  REQUIRE(read["published"].size() == 1);
  CHECK(staff.get(read["published"][0]["url"]).status == 200);
  // An old page takes no step.
  CHECK(officer.post(address, {{"action", "give"}, {"owner", "hana"}, {"revision", "1"}}).status == 409);
  CHECK(officer.post(address, {{"action", "give"}, {"owner", "hana"}, {"revision", std::to_string(revision(address))}}).status == 303);
  CHECK(model(officer, address)["record"]["owner_name"] == "星 hana");
  CHECK(officer.post(address, {{"action", "juggle"}}).status == 400);
}

TEST_CASE_METHOD(Fixture, "personal data are withheld, whether there are any or not, and what is narrower is not there") {
  auto said = plain();
  auto filled = form({{"f.on", "令和8年4月3日"}, {"f.subject", "件名"}, {"asked", "asker"}, {"f.asker", "匿名 希望"}, {"asked", "secret"}, {"f.secret", "内密の話"}});
  Response made = officer.post("/ledgers/trial/new", filled);
  REQUIRE(made.status == 303);
  std::string with = officer.location(made).substr(0, officer.location(made).find('?')), without = add(officer);
  CHECK(holds(officer.get(with), "匿名 希望"));
  for (const std::string& address : {with, without}) {
    Response page = staff.get(address);
    CHECK(page.status == 200);
    CHECK(holds(page, "非公開（個人情報）"));
    CHECK_FALSE(holds(page, "匿名"));
    CHECK_FALSE(holds(page, "内々のこと"));
    CHECK_FALSE(holds(page, "内密"));
    CHECK(field(model(staff, address), "asker")["withheld"] == true);
  }
  Response list = staff.get("/ledgers/trial");
  CHECK(count(list.body, "<span class=\"withheld\">非公開（個人情報）</span>") == 2);
  CHECK_FALSE(holds(list, "内々のこと"));
  CHECK_FALSE(holds(staff.get(with + "/history"), "匿名"));
  // What this writer does not see stays.
  CHECK(staff.post(with + "/edit", form({{"f.on", "令和8年4月3日"}, {"f.subject", "直した件名"}, {"asked", "asker"}, {"f.asker", ""}}, "save", revision(with))).status == 303);
  CHECK(holds(officer.get(with), "匿名 希望"));
}

TEST_CASE_METHOD(Fixture, "a hidden record is nowhere") {
  std::string address = add(officer, {{"f.on", "令和8年4月3日"}, {"f.subject", "見えない件名"}, {"audience", "restricted"}, {"row.sheet", "0"}, {"f.sheet.item", "見えない行"}, {"f.sheet.result", "適"}, {"f.sheet.on", ""}, {"cite.clauses", "taisaku-kijun/2025-04-01/2"}, {"quote.clauses", ""}});
  REQUIRE(officer.post(address, {{"action", "narrow"}, {"audience", "restricted"}, {"revision", std::to_string(revision(address))}}).status == 303);
  const std::string nowhere = "/records/" + percent_encode("R8-試験-9999");
  for (const std::string& below : std::vector<std::string>{"", "/edit", "/history", "/rows/sheet", "/files/" + std::string(64, 'a')}) {
    Response hidden = staff.get(address + below), none = staff.get(nowhere + below);
    INFO(below);
    CHECK(hidden.status == 404);
    CHECK(hidden.body == none.body);
  }
  for (const char* below : {"", "/history"}) CHECK(staff.get("/api/v1" + address + below).status == 404);
  const std::string revision_now = std::to_string(revision(address));
  for (const auto& [below, fields] : std::vector<std::pair<std::string, Browser::Fields>>{{"", {{"action", "give"}, {"owner", "hana"}, {"revision", revision_now}}}, {"/edit", form(plain())}, {"/rows/sheet", {{"number", "1"}}}}) {
    Response hidden = staff.post(address + below, fields), none = staff.post(nowhere + below, fields);
    INFO(below);
    CHECK(hidden.status == 404);
    CHECK(none.status == 404);
  }
  CHECK(staff.post("/ledgers/trial", {{"number", number(address)}, {"field", "choice"}}).status == 404);
  CHECK(staff.post("/unsaved", {{"place", number(address)}}).status == 404);
  for (const char* page : {"/ledgers/trial", "/ledgers", "/deadlines?scope=all", "/feeds/deadlines?scope=all", "/documents/taisaku-kijun/2025-04-01/clauses/2", "/"}) {
    INFO(page);
    CHECK_FALSE(holds(staff.get(page), number(address)));
    CHECK_FALSE(holds(staff.get(page), "見えない"));
  }
  // Nor is it to be guessed at by what leads to it.
  std::string leading = add(officer, {{"f.on", "令和8年4月3日"}, {"f.subject", "挙げる記録"}, {"link.related", number(address)}});
  CHECK(model(officer, "/ledgers/trial?f.related=" + percent_encode(number(address)))["total"] == 1);
  CHECK(model(staff, "/ledgers/trial?f.related=" + percent_encode(number(address)))["total"] == 0);
  CHECK_FALSE(holds(staff.get(leading), number(address)));
  // A ledger that is none of theirs is not there either; nobody unknown sees any.
  Browser member{app};
  member.sign_in("iin");
  CHECK(member.get("/ledgers/trial").status == 404);
  Browser nobody{app};
  CHECK(nobody.location(nobody.get("/ledgers")).starts_with("/sign-in"));
  CHECK(nobody.get("/api/v1" + address).status == 401);
}

TEST_CASE_METHOD(Fixture, "beside the form stand records that speak of the same, clauses that fit and the basket") {
  std::string earlier = add(staff, {{"f.on", "令和8年4月1日"}, {"f.subject", "前の問い"}, {"f.question", "私物の端末を庁外へ持ち出すときの許可はだれが出すのか。"}, {"cite.clauses", "taisaku-kijun/2025-04-01/2"}, {"quote.clauses", ""}});
  staff.post("/basket", {{"action", "add"}, {"document", "taisaku-kijun"}, {"edition", "2025-04-01"}, {"clause", "3"}});
  auto beside = nlohmann::json::parse(staff.get("/api/v1/ledgers/trial/beside?text=" + percent_encode("端末を庁外へ持ち出すときの許可について聞きたい。")).body);
  REQUIRE(beside["alike"].size() == 1);
  CHECK(beside["alike"][0]["number"] == number(earlier));
  CHECK(beside["alike"][0]["citations"][0]["address"] == "taisaku-kijun/2025-04-01/2");
  REQUIRE_FALSE(beside["clauses"].empty());
  bool fits = std::ranges::any_of(beside["clauses"], [](const auto& one) { return one["address"] == "taisaku-kijun/2025-04-01/2"; });
  CHECK(fits);
  CHECK_FALSE(beside.dump().find("himitsu") != std::string::npos);
  CHECK(beside["kept"].size() == 1);
  CHECK(nlohmann::json::parse(staff.get("/api/v1/ledgers/trial/beside").body)["alike"].empty());
  // Without script, by a button of the form.
  auto said = plain();
  said[2].second = "端末を庁外へ持ち出すときの許可について聞きたい。";
  said.emplace_back("into", "clauses");
  Response page = staff.post("/ledgers/trial/new", form(said, "refresh"));
  CHECK(holds(page, number(earlier)));
  CHECK(holds(page, "value=\"cite taisaku-kijun/2025-04-01/2\""));
  CHECK(holds(staff.post("/ledgers/trial/new", form(said, "kept 1")), "name=\"cite.clauses\" value=\"taisaku-kijun/2025-04-01/3\""));
}

TEST_CASE_METHOD(Fixture, "what is not kept yet is its writer's alone, comes back, and goes when it is kept") {
  auto said = form({{"f.on", "読めない日"}, {"f.subject", "書きかけの件名"}}, "");
  said.emplace_back("place", "trial");
  CHECK(nlohmann::json::parse(staff.post("/unsaved", said).body).contains("saved_at"));
  Response page = staff.get("/ledgers/trial/new");
  CHECK(holds(page, "書きかけがあります"));
  CHECK_FALSE(holds(page, "書きかけの件名"));
  CHECK_FALSE(holds(officer.get("/ledgers/trial/new"), "書きかけがあります"));
  Response restored = staff.get("/ledgers/trial/new?unsaved=restore");
  CHECK(holds(restored, "value=\"書きかけの件名\""));
  CHECK(holds(restored, "value=\"読めない日\""));
  CHECK(staff.location(staff.post("/unsaved", {{"place", "trial"}, {"action", "drop"}})) == "/ledgers/trial/new");
  CHECK_FALSE(holds(staff.get("/ledgers/trial/new"), "書きかけがあります"));
  staff.post("/unsaved", said);
  add(staff);
  CHECK_FALSE(holds(staff.get("/ledgers/trial/new"), "書きかけがあります"));
  // Of a record that somebody else changed meanwhile.
  std::string address = add(staff);
  auto edited = form({{"f.on", "令和8年4月3日"}, {"f.subject", "書きかけ"}, {"f.question", "端末を持ち出してよいか。\r\n二日ほど。"}}, "", revision(address));
  edited.emplace_back("place", number(address));
  CHECK(staff.post("/unsaved", edited).status == 200);
  auto theirs = plain("先の件名");
  CHECK(officer.post(address + "/edit", form(theirs, "save", revision(address))).status == 303);
  Response merged = staff.get(address + "/edit?unsaved=restore");
  CHECK(holds(merged, "value=\"書きかけ\""));
  CHECK(holds(merged, "先の件名"));
  CHECK(holds(merged, "いまの内容"));
}

TEST_CASE_METHOD(Fixture, "what was closed since is in no draft that comes back") {
  std::string other = add(officer, plain("閉じる記録"));
  auto said = form(plain("書きかけの件名"), "");
  said.insert(said.end(), {{"place", "trial"}, {"cite.clauses", "taisaku-kijun/2025-04-01/2"}, {"quote.clauses", "課長の許可を受け"}, {"cite.clauses", "nagai/2022-04-01/1"}, {"quote.clauses", ""}, {"link.related", number(other)}, {"asked", "log"},
                           {"row.log", "0"}, {"f.log.on", ""}, {"f.log.what", "残る行"}, {"f.log.clause", "taisaku-kijun/2025-04-01/3"}, {"row.log", "0"}, {"f.log.on", ""}, {"f.log.what", "開いた行"}, {"f.log.clause", "nagai/2022-04-01/2"}});
  REQUIRE(staff.post("/unsaved", said).status == 200);
  Response open = staff.get("/ledgers/trial/new?unsaved=restore");
  for (const std::string& part : std::vector<std::string>{"taisaku-kijun/2025-04-01/2", "taisaku-kijun/2025-04-01/3", "課長の許可を受け", number(other)}) CHECK(holds(open, part));
  corpus::Facts closed;
  closed.slug = "taisaku-kijun", closed.audience = "restricted";
  REQUIRE(office.town.library.correct(closed));
  REQUIRE(officer.post(other, {{"action", "narrow"}, {"audience", "restricted"}, {"revision", std::to_string(revision(other))}}).status == 303);
  Response restored = staff.get("/ledgers/trial/new?unsaved=restore");
  CHECK(restored.status == 200);
  for (const std::string& part : std::vector<std::string>{"taisaku-kijun", "課長の許可を受け", number(other), "見られない条項"}) CHECK_FALSE(holds(restored, part));
  for (const char* part : {"書きかけの件名", "残る行", "開いた行", "nagai/2022-04-01/1", "nagai/2022-04-01/2"}) CHECK(holds(restored, part));
}

TEST_CASE_METHOD(Fixture, "a clause tells of each record that cites it, in a table too, however many cite its document since") {
  std::vector<records::Entry> entries = {entry("古い記録", {{"clauses", {"taisaku-kijun/2025-04-01/2"}}}), entry("表の記録", {{"log", {records::Row{0, {"", "見た", "taisaku-kijun/2025-04-01/2"}}.value()}}}), entry("号の記録", {{"clauses", {"taisaku-kijun/2025-04-01/2-2-1"}}})};
  for (int i = 0; i < 199; ++i) entries.push_back(entry("新しい記録", {{"clauses", {"taisaku-kijun/2025-04-01/3"}}}));
  add_all(entries);
  auto recorded = model(staff, "/documents/taisaku-kijun/2025-04-01/clauses/2")["recorded"];
  REQUIRE(recorded.size() == 3);
  CHECK(recorded[0]["title"] == "号の記録");
  CHECK(recorded[1]["title"] == "表の記録");
  CHECK(recorded[2]["title"] == "古い記録");
  add_all({entry("もう一つ", {{"clauses", {"taisaku-kijun/2025-04-01/3"}}}), entry("もう二つ", {{"clauses", {"taisaku-kijun/2025-04-01/3"}}})});
  CHECK(model(staff, "/documents/taisaku-kijun/2025-04-01/clauses/2")["recorded"].size() >= 2);
}

TEST_CASE_METHOD(Fixture, "of one's groups all that is to be looked at is shown, however much is of others") {
  office.accounts.add_group("情報係");
  auto account = office.accounts.find(taro).value();
  account.groups = {"情報係"};
  office.accounts.change(account);
  const records::Values cites = {{"clauses", {"taisaku-kijun/2024-04-01/2"}}};
  records::Values own = cites;
  own["section"] = {"情報係"};
  std::vector<records::Entry> entries = {entry("自分の係のもの", own)};
  for (int i = 0; i < 205; ++i) entries.push_back(entry("よその記録", cites));
  add_all(entries);
  auto reviews = [&](const char* scope) { return nlohmann::json::parse(officer.get(std::string("/api/v1/deadlines?scope=") + scope).body)["reviews"]; };
  REQUIRE(reviews("units").size() == 1);
  CHECK(reviews("units")[0]["title"] == "自分の係のもの");
  CHECK(reviews("all").size() == 50);
}

TEST_CASE_METHOD(Fixture, "a workbook leaves, is changed, is tried, and is taken by who tried it") {
  auto said = plain();
  said.insert(said.end(), {{"row.sheet", "0"}, {"f.sheet.item", "点検の行"}, {"f.sheet.result", "適"}, {"f.sheet.on", "令和8年4月3日"}});
  std::string first = add(officer, said), second = add(officer, plain("変えない件名"));
  Response left = officer.get("/ledgers/trial/export");
  CHECK(left.content_type == office::workbook_type);
  CHECK(told("export.records") == 1);
  // As it left it changes nothing.
  CHECK(holds(try_workbook(officer, left.body), "新しい記録 0件、今ある記録 2件"));
  const std::string changed = changed_workbook(officer, [&](auto& rows) {
    REQUIRE(rows.size() == 2);
    rows[0]["件名"] = "表で直した件名";
    rows.push_back({{"受けた日", "令和8年5月1日"}, {"件名", "表で加えた件名"}});
  });
  Response tried = try_workbook(officer, changed);
  CHECK(tried.status == 200);
  CHECK(holds(tried, "「台帳.xlsx」を確かめました。新しい記録 1件、今ある記録 2件"));
  CHECK(model(officer, first)["record"]["title"] == "端末の問い");
  CHECK(model(officer, "/ledgers/trial")["total"] == 2);
  const std::string key = key_of(tried);
  REQUIRE_FALSE(key.empty());
  // Somebody else has nothing of it, whatever they know.
  Response theirs = take_workbook(staff, key);
  CHECK(theirs.status == 404);
  CHECK_FALSE(holds(theirs, "台帳.xlsx"));
  CHECK(holds(theirs, "確かめたファイルは、もう残っていません。"));
  CHECK(model(officer, "/ledgers/trial")["total"] == 2);
  Response taken = take_workbook(officer, key);
  CHECK(officer.location(taken) == "/ledgers/trial?changed=3");
  CHECK(holds(officer.get("/ledgers/trial?changed=3"), "3件の記録を書き込みました。"));
  CHECK(model(officer, first)["record"]["title"] == "表で直した件名");
  CHECK(field(model(officer, first), "sheet")["rows"].size() == 1);
  CHECK(model(officer, second)["record"]["revision"] == 1);
  auto list = model(officer, "/ledgers/trial");
  CHECK(list["total"] == 3);
  CHECK(list["records"][0]["title"] == "表で加えた件名");
  CHECK(take_workbook(officer, key).status == 404);
  CHECK(take_workbook(officer, "").status == 404);
  CHECK(holds(try_workbook(officer, ""), "ファイルが選ばれていません。"));
  CHECK(try_workbook(officer, "何でもない", "a.xlsx").status == 400);
  // Of many the page behind it tells, too.
  CHECK(officer.get("/ledgers/trial?changed=9000").status == 200);
}

TEST_CASE_METHOD(Fixture, "answers to a survey are counted, shown, taken into its table, and drawn") {
  Browser::Fields said = {{"asked", "name"}, {"f.name", "研修のアンケート"}, {"asked", "type"}, {"f.type", "研修"}, {"asked", "questions"}, {"row.questions", "0"}, {"f.questions.order", "1"}, {"f.questions.question", "役立ちましたか"}, {"f.questions.clause", ""}, {"f.questions.kind", "選ぶ"}, {"f.questions.answers", "役立つ／役立たない"}};
  const std::string record = add(officer, said, "anketo"), url = record + "/rows/results/answers";
  auto send = [&](Browser& browser, const Browser::Fields& fields, const std::string& bytes) {
    std::string body;
    Browser::Fields all = fields;
    all.emplace_back("csrf", browser.csrf());
    for (const auto& [field, value] : all) body += "--xx\r\nContent-Disposition: form-data; name=\"" + field + "\"\r\n\r\n" + value + "\r\n";
    if (!bytes.empty()) body += "--xx\r\nContent-Disposition: form-data; name=\"file\"; filename=\"回答.csv\"\r\n\r\n" + bytes + "\r\n";
    return browser.send("POST", url, {{"Content-Type", "multipart/form-data; boundary=xx"}, {"Sec-Fetch-Site", "same-origin"}}, body + "--xx--\r\n");
  };
  CHECK(holds(officer.get(record + "/rows/results"), url));
  CHECK(officer.get(url).status == 200);
  // Staff see the record and may not change it; another table takes no answers.
  CHECK(staff.get(record).status == 200);
  CHECK(staff.get(url).status == 403);
  CHECK(send(staff, {{"do", "try"}}, "役立ちましたか\n役立つ\n").status == 403);
  CHECK(officer.get(record + "/rows/questions/answers").status == 404);
  CHECK(holds(send(officer, {{"do", "try"}}, "別の問い\n役立つ\n"), "次の設問がありません: 「役立ちましたか」"));
  CHECK(holds(send(officer, {{"do", "try"}}, ""), "ファイルが選ばれていません。"));
  Response tried = send(officer, {{"do", "try"}}, "氏名,役立ちましたか\n見本 太郎,役立つ\n見本 花子,役立つ\n見本 次郎,役立たない\n見本 三郎,役立つ\n");
  CHECK(tried.status == 200);
  CHECK(holds(tried, "回答した人は 4人です"));
  CHECK(holds(tried, "「氏名」"));
  CHECK_FALSE(holds(tried, "見本 太郎"));
  CHECK(holds(tried, "3（75.0%）"));
  CHECK(field(model(officer, record), "results").is_null());
  Response taken = send(officer, {{"do", "take"}, {"key", key_of(tried)}, {"revision", std::to_string(revision(record))}}, "");
  CHECK(taken.status == 303);
  auto results = field(model(officer, record), "results");
  CHECK(results["rows"].size() == 2);
  CHECK(results["drawing"][0]["bars"][0]["parts"][0]["percent"] == "75.0");
  CHECK(field(model(officer, record), "answered")["texts"][0] == "4");
  Response page = officer.get(record);
  CHECK(holds(page, "<rect class=\"part-0\" x=\"0.0%\" width=\"75.0%\""));
  // It is one change, and what was held is gone.
  CHECK(revision(record) == 2);
  CHECK(send(officer, {{"do", "take"}, {"key", key_of(tried)}, {"revision", "2"}}, "").status == 404);
  tried = send(officer, {{"do", "try"}}, "役立ちましたか\n役立たない\n");
  CHECK(send(officer, {{"do", "take"}, {"key", key_of(tried)}, {"revision", "1"}}, "").status == 409);
  CHECK(send(officer, {{"do", "take"}, {"key", key_of(tried)}}, "").status == 400);
  CHECK(holds(tried, "「答えた数」が 4 から 1 に変わります"));
}

TEST_CASE_METHOD(Fixture, "staff hand a consultation in, with what they are asked for alone") {
  Response page = staff.get("/ledgers/sodan/new");
  CHECK(page.status == 200);
  CHECK(holds(page, "name=\"f.question\""));
  for (const char* none : {"name=\"f.answer\"", "name=\"f.asker\"", "name=\"audience\""}) CHECK_FALSE(holds(page, none));
  Browser::Fields said = {{"asked", "asked_on"}, {"f.asked_on", "令和8年4月3日"}, {"asked", "question"}, {"f.question", "端末を持ち出してよいか。"}, {"asked", "answer"}, {"f.answer", "よい。"}, {"do", "save"}};
  // What they have not sent yet is kept for them, too.
  CHECK(staff.post("/unsaved", {{"place", "sodan"}, {"asked", "question"}, {"f.question", "書きかけ"}}).status == 200);
  CHECK(holds(staff.get("/ledgers/sodan/new"), "書きかけがあります"));
  Response added = staff.post("/ledgers/sodan/new", said);
  REQUIRE(added.status == 303);
  const std::string back = staff.location(added);
  CHECK(back.starts_with("/ledgers/sodan?added="));
  CHECK(holds(staff.get(back), "を受け付けました。"));
  CHECK(holds(staff.get("/"), "相談対応に申し込む"));
  CHECK_FALSE(holds(officer.get("/"), "相談対応に申し込む"));
  CHECK(holds(officer.get("/"), "/ledgers/sodan?open=on&amp;owner=none"));
  CHECK_FALSE(holds(staff.get("/"), "owner=none"));
  CHECK(model(staff, "/ledgers/sodan")["total"] == 0);
  auto list = model(officer, "/ledgers/sodan");
  REQUIRE(list["total"] == 1);
  const std::string record = list["records"][0]["url"];
  CHECK(model(officer, record)["record"]["owner"] == "");
  CHECK(holds(officer.get("/ledgers"), "担当のいないもの 1件"));
  CHECK(model(officer, "/ledgers/sodan?owner=none")["total"] == 1);
  CHECK(model(staff, "/ledgers/sodan")["counters"].empty());
  CHECK_FALSE(model(officer, "/ledgers/sodan")["counters"].empty());
  CHECK(field(model(officer, record), "question")["texts"][0] == "端末を持ち出してよいか。");
  CHECK(field(model(officer, record), "answer").is_null());
  CHECK(staff.get(record).status == 404);
  CHECK(staff.get(record + "/edit").status == 404);
  CHECK(staff.get("/ledgers/sodan/import").status == 403);
}

TEST_CASE_METHOD(Fixture, "what is wrong with a workbook is told row by row, and nothing of it is taken") {
  add(officer), add(officer), add(officer, plain("三つ目"));
  const std::string faulty = changed_workbook(officer, [](auto& rows) {
    rows[0]["受けた日"] = "四月の終わり";
    rows[1]["件名"] = "";
    rows[2]["件名"] = "直した三つ目";
    rows.push_back({{"受けた日", "2026-05-01"}, {"件名", "加えた件名"}, {"種類", "丙"}});
  });
  Response tried = try_workbook(officer, faulty);
  CHECK(tried.status == 400);
  CHECK(holds(tried, "取り込めない所が3件あります"));
  for (const char* line : {">2行目<", ">3行目<", ">5行目<"}) CHECK(holds(tried, line));
  CHECK_FALSE(holds(tried, ">4行目<"));
  CHECK(holds(tried, "「受けた日」: 日付で書いてください"));
  CHECK(holds(tried, "「丙」は選べません"));
  CHECK(key_of(tried).empty());
  CHECK(model(officer, "/ledgers/trial")["total"] == 3);
  CHECK(count(officer.get("/ledgers/trial").body, "直した三つ目") == 0);
}

TEST_CASE_METHOD(Fixture, "a workbook that somebody was faster than is not taken") {
  std::string first = add(officer), second = add(officer, plain("二つ目"));
  const std::string changed = changed_workbook(officer, [](auto& rows) {
    for (auto& row : rows) row["種類"] = "甲";
  });
  Response tried = try_workbook(officer, changed);
  CHECK(tried.status == 200);
  CHECK(staff.post(second + "/edit", form(plain("先に直した件名"), "save", revision(second))).status == 303);
  Response refused = take_workbook(officer, key_of(tried));
  CHECK(refused.status == 400);
  CHECK(holds(refused, "hanaが先に変えています"));
  CHECK(field(model(officer, first), "choice").is_null());
  CHECK(model(officer, second)["record"]["title"] == "先に直した件名");
  CHECK(try_workbook(officer, changed).status == 400);
}

TEST_CASE_METHOD(Fixture, "a workbook is neither larger nor longer than can be taken") {
  Response large = try_workbook(officer, std::string((size_t{20} << 20) + 1, 'a'), "a.csv");
  CHECK(large.status == 400);
  CHECK(holds(large, "20 MB まで"));
  std::string lines = "番号,受けた日,件名\n";
  for (size_t i = 0; i <= records::most_entries; ++i) lines += ",2026-04-03,件名\n";
  Response lengthy = try_workbook(officer, lines, "a.csv");
  CHECK(lengthy.status == 400);
  CHECK(holds(lengthy, "一度に取り込めるのは10000件までです"));
}

TEST_CASE("files that are held are one of each person and ledger, and go in time") {
  HeldFiles held;
  const auto now = HeldFiles::Clock::now();
  const std::string first = held.hold(1, "trial", "a.xlsx", "aa", now), other = held.hold(1, "sodan", "b.xlsx", "bbb", now), theirs = held.hold(2, "trial", "c.xlsx", "cccc", now);
  CHECK(held.find(1, "trial", first, now)->name == "a.xlsx");
  CHECK_FALSE(held.find(2, "trial", first, now));
  CHECK_FALSE(held.find(1, "sodan", first, now));
  const std::string again = held.hold(1, "trial", "d.xlsx", "d", now);
  CHECK_FALSE(held.find(1, "trial", first, now));
  CHECK(held.find(1, "trial", again, now)->bytes == "d");
  CHECK(held.find(1, "sodan", other, now));
  CHECK(held.bytes() == 8);
  held.drop(2, "trial");
  CHECK_FALSE(held.find(2, "trial", theirs, now));
  CHECK_THROWS_AS(held.hold(3, "trial", "e.xlsx", std::string(HeldFiles::longest_file + 1, 'e'), now), Error);
  // Who comes later takes away what nobody came back for.
  held.hold(4, "trial", "f.xlsx", "ffff", now + HeldFiles::longest + std::chrono::seconds(1));
  CHECK(held.bytes() == 4);
  for (int64_t owner = 10; owner < 15; ++owner) held.hold(owner, "trial", "g.xlsx", std::string(HeldFiles::longest_file, 'g'));
  CHECK(held.bytes() <= HeldFiles::most_bytes);
}

TEST_CASE_METHOD(Fixture, "a letter is filled with its record, and is nobody's who does not see it") {
  std::string address;
  {
    Response made = officer.post("/ledgers/sodan/new", {{"asked", "asked_on"}, {"f.asked_on", "令和8年4月3日"}, {"asked", "subject"}, {"f.subject", "端末の持ち出し"}, {"asked", "question"}, {"f.question", "持ち出してよいか。"}, {"asked", "citations"}, {"cite.citations", "taisaku-kijun/2025-04-01/2"}, {"quote.citations", "課長の許可を受け"}, {"do", "save"}});
    REQUIRE(made.status == 303);
    address = officer.location(made).substr(0, officer.location(made).find('?'));
  }
  auto page = model(officer, address);
  REQUIRE_FALSE(page["letters"].empty());
  const std::string letter = page["letters"][0]["url"];
  Response filled = officer.get(letter);
  REQUIRE(filled.status == 200);
  CHECK(filled.content_type == office::letter_type);
  CHECK(std::string(header_of(filled.headers, "Content-Disposition")).starts_with("attachment"));
  const std::string words = test::words(filled.body);
  for (const std::string& part : std::vector<std::string>{number(address) + "　端末の持ち出し", "令和8年4月3日に相談のありました", "持ち出してよいか。", "・星見市情報セキュリティ対策基準（令和7年4月1日版）第2条、7頁「課長の許可を受け」"}) {
    INFO(part << "\n" << words);
    CHECK(words.find(part) != std::string::npos);
  }
  CHECK(words.find("{{") == std::string::npos);
  CHECK(told("export.letter") == 1);
  CHECK(officer.send("GET", letter, {{"Sec-Fetch-Site", "cross-site"}}).status == 403);
  // The ledger of consultations is not for everybody.
  CHECK(staff.get(letter).status == 404);
  CHECK(officer.get(address + "/letters/nai").status == 404);
  Response lost = officer.get(add(officer) + "/letters/lost");
  CHECK(lost.status == 404);
  CHECK(holds(lost, "ひな形がありません"));
  CHECK(told("export.letter") == 1);
}

TEST_CASE_METHOD(Fixture, "a list says of no number that it is none of its ledger that it was added") {
  CHECK(holds(officer.get("/ledgers/trial?added=" + percent_encode("R8-試験-0001")), "記録 R8-試験-0001 を加えました"));
  for (const char* said : {"電話してください", "R8-相談-0001", "R8-試験-0001 を消しました。電話 012-試験-3456", "R8-試験-", "0-試験-0001"}) {
    INFO(said);
    Response page = officer.get("/ledgers/trial?added=" + percent_encode(said));
    CHECK(page.status == 200);
    CHECK_FALSE(holds(page, "を加えました"));
  }
}

TEST_CASE_METHOD(Fixture, "a citation that a newer edition changed is looked at, and kept or renewed") {
  auto said = plain();
  said.insert(said.end(), {{"cite.clauses", "taisaku-kijun/2024-04-01/2"}, {"quote.clauses", ""}});
  std::string address = add(officer, said);
  std::atomic<bool> stop = false;
  records::Ledgers ledgers(settings / "ledgers");
  records::Calendar calendar;
  records::Records(office.town.database, office.town.files, ledgers, calendar).find_reviews(stop);
  auto read = model(officer, address);
  REQUIRE(read["record"]["to_review"] == true);
  REQUIRE(read["reviews"].size() == 1);
  Response page = officer.get(address);
  CHECK(holds(page, "このままでよい"));
  CHECK(holds(page, "<ins>"));
  CHECK(holds(officer.get("/ledgers/trial?review=on"), number(address)));
  CHECK(holds(officer.get("/deadlines?scope=all"), "要確認"));
  const std::string renewed = read["reviews"][0]["renewed"];
  CHECK(officer.post(address, {{"action", "review"}, {"field", "clauses"}, {"citation", read["reviews"][0]["value"]}, {"renewed", renewed}, {"revision", std::to_string(revision(address))}}).status == 303);
  read = model(officer, address);
  CHECK(read["record"]["to_review"] == false);
  CHECK(field(read, "clauses")["citations"][0]["address"] == renewed);
}

TEST_CASE_METHOD(Fixture, "the history tells who changed what, and holds two versions against each other") {
  std::string address = add(officer);
  auto second = plain("二つ目の件名");
  CHECK(officer.post(address + "/edit", form(second, "save", revision(address))).status == 303);
  int64_t middle = revision(address);
  auto third = plain("三つ目の件名");
  third.insert(third.end(), {{"row.sheet", "0"}, {"f.sheet.item", "足した行"}, {"f.sheet.result", "適"}, {"f.sheet.on", ""}});
  CHECK(staff.post(address + "/edit", form(third, "save", middle)).status == 303);
  Response page = staff.get(address + "/history");
  CHECK(page.status == 200);
  CHECK(page.body.find("id=\"revision-3\"") < page.body.find("id=\"revision-2\""));
  CHECK(holds(page, "星 hana"));
  CHECK(holds(page, "足した行"));
  auto compared = nlohmann::json::parse(staff.get("/api/v1" + address + "/history?from=1&to=" + std::to_string(middle)).body)["comparison"];
  REQUIRE(compared["rows"].size() == 1);
  CHECK(compared["rows"][0]["before_text"] == "端末の問い");
  CHECK(compared["rows"][0]["after_text"] == "二つ目の件名");
  auto all = nlohmann::json::parse(staff.get("/api/v1" + address + "/history?from=1&to=" + std::to_string(revision(address))).body)["comparison"];
  CHECK(all["rows"].size() == 2);
  CHECK(staff.get(address + "/history?from=99").status == 400);
}

TEST_CASE_METHOD(Fixture, "a table of a thousand rows is narrowed, read and changed row by row, fast") {
  Browser::Fields many = plain();
  for (int i = 1; i <= 1000; ++i) many.insert(many.end(), {{"row.sheet", "0"}, {"f.sheet.item", "点検の項目その" + std::to_string(i)}, {"f.sheet.result", i % 10 == 0 ? "否" : "適"}, {"f.sheet.on", "2026-04-03"}});
  std::string address = add(officer, many), table = address + "/rows/sheet";
  auto begin = std::chrono::steady_clock::now();
  Response page = officer.get(table + "?page=3");
  auto taken = std::chrono::steady_clock::now() - begin;
  CHECK(page.status == 200);
#ifdef NDEBUG
  CHECK(taken < std::chrono::milliseconds(200));
#endif
  WARN("a page of a table of 1,000 rows: " << std::chrono::duration_cast<std::chrono::milliseconds>(taken).count() << " ms");
  CHECK(count(page.body, "<tr id=\"row-") == 100);
  CHECK(holds(page, "その201<"));
  CHECK(count(officer.get(table + "?column=" + percent_encode("result:否")).body, "<tr id=\"row-") == 100);
  CHECK(count(officer.get(table + "?column=result%3A%E5%90%A6&q=" + percent_encode("その99")).body, "<tr id=\"row-") == 1);
  // The page of the record does not hold them all, and its form asks for none.
  CHECK(count(officer.get(address).body, "点検の項目その") == 30);
  CHECK(holds(officer.get(address + "/edit"), "表の画面で直す"));
  CHECK_FALSE(holds(officer.get(address + "/edit"), "name=\"f.sheet.item\""));

  Response editing = officer.get(table + "?page=3&edit=201");
  CHECK(count(editing.body, "name=\"cell.item\"") == 1);
  CHECK(holds(editing, "value=\"点検の項目その201\""));
  CHECK(holds(editing, "value=\"令和8年4月3日\""));
  std::smatch before;
  std::regex hidden("name=\"before\" value=\"([^\"]*)\"");
  REQUIRE(std::regex_search(editing.body, before, hidden));
  std::string seen = text::replace_all(before[1].str(), "&quot;", "\"");
  Response saved = officer.post(table, {{"number", "201"}, {"before", seen}, {"cell.item", "直した項目"}, {"cell.result", "否"}, {"cell.on", "令和8年4月9日"}, {"page", "3"}, {"action", "save"}});
  CHECK(officer.location(saved) == table + "?page=3#row-201");
  CHECK(holds(officer.get(table + "?page=3"), "直した項目"));
  CHECK(holds(officer.get(table + "?page=3"), "令和8年4月9日"));
  // Who saw the old row is told what stands there now, and keeps what they typed.
  Response conflict = officer.post(table, {{"number", "201"}, {"before", seen}, {"cell.item", "別に直した項目"}, {"cell.result", "適"}, {"cell.on", ""}, {"page", "3"}, {"action", "save"}});
  CHECK(conflict.status == 409);
  CHECK(holds(conflict, "value=\"別に直した項目\""));
  CHECK(holds(conflict, "直した項目"));
  CHECK(holds(conflict, "いまの内容"));
  Response wrong = officer.post(table, {{"number", "0"}, {"before", ""}, {"cell.item", "新しい行"}, {"cell.result", "丙"}, {"action", "save"}});
  CHECK(wrong.status == 400);
  CHECK(holds(wrong, "value=\"新しい行\""));
  CHECK(officer.post(table, {{"number", "0"}, {"before", ""}, {"cell.item", "新しい行"}, {"cell.result", "適"}, {"action", "save"}}).status == 303);
  CHECK(holds(officer.get(table + "?page=11"), "新しい行"));
}

TEST_CASE_METHOD(Fixture, "many records are changed at once: first shown, then all or none") {
  std::string first = add(officer), second = add(officer);
  Browser::Fields chosen = {{"number", number(first)}, {"number", number(second)}, {"field", "choice"}, {"back", "/ledgers/trial?q=%E7%AB%AF%E6%9C%AB"}};
  Response page = officer.post("/ledgers/trial", chosen);
  CHECK(page.status == 200);
  CHECK(holds(page, "name=\"f.choice\""));
  auto trying = chosen;
  trying.insert(trying.end(), {{"asked", "choice"}, {"f.choice", "乙"}, {"do", "try"}});
  Response tried = officer.post("/ledgers/trial", trying);
  CHECK(holds(tried, "2件が、次のように変わります"));
  CHECK(holds(tried, "2件を変える"));
  CHECK(field(model(officer, first), "choice").is_null());
  std::string seen = "number\" value=\"" + number(first) + "@" + std::to_string(revision(first));
  CHECK(holds(tried, seen));
  // Somebody changes one of them in between: nothing is done.
  Browser::Fields saving = {{"number", number(first) + "@" + std::to_string(revision(first))}, {"number", number(second) + "@" + std::to_string(revision(second))}, {"field", "choice"}, {"asked", "choice"}, {"f.choice", "乙"}, {"do", "save"}, {"back", "/ledgers/trial?q=%E7%AB%AF%E6%9C%AB"}};
  CHECK(staff.post(second + "/edit", form(plain("変えた"), "save", revision(second))).status == 303);
  Response refused = officer.post("/ledgers/trial", saving);
  CHECK(refused.status == 400);
  CHECK(field(model(officer, first), "choice").is_null());
  saving[1].second = number(second);
  CHECK(officer.location(officer.post("/ledgers/trial", saving)) == "/ledgers/trial?q=%E7%AB%AF%E6%9C%AB&changed=2");
  CHECK(field(model(officer, first), "choice")["texts"][0] == "乙");
  CHECK(field(model(officer, second), "choice")["texts"][0] == "乙");
  Browser::Fields giving = {{"number", number(first)}, {"field", "owner"}, {"f.owner", "hana"}, {"do", "save"}};
  CHECK(officer.post("/ledgers/trial", giving).status == 303);
  CHECK(model(officer, first)["record"]["owner"] == "hana");
  CHECK(officer.post("/ledgers/trial", {{"field", "choice"}}).status == 400);
}

TEST_CASE_METHOD(Fixture, "a list is its address") {
  add(officer, {{"f.on", "令和8年4月3日"}, {"f.subject", "一つ目"}, {"f.choice", "甲"}});
  std::string second = add(staff, {{"f.on", "令和8年5月3日"}, {"f.subject", "二つ目"}, {"f.choice", "乙"}});
  CHECK(officer.post(second, {{"action", "give"}, {"owner", "taro"}, {"revision", std::to_string(revision(second))}}).status == 303);
  CHECK(officer.post(second, {{"action", "step"}, {"step", "check"}, {"revision", std::to_string(revision(second))}}).status == 303);
  auto total = [&](const std::string& asked) { return model(officer, "/ledgers/trial?" + asked)["total"].get<int>(); };
  CHECK(total("") == 2);
  CHECK(total("state=checked") == 1);
  CHECK(total("state=checked&state=begun") == 2);
  CHECK(total("list=" + percent_encode("まだのもの")) == 1);
  CHECK(total("f.choice=" + percent_encode("甲")) == 1);
  CHECK(total("owner=me") == 2);
  CHECK(total("owner=hana") == 0);
  CHECK(total("open=on") == 2);
  CHECK(total("q=" + percent_encode("二つ目")) == 1);
  CHECK(total("date=on&from=" + percent_encode("令和8年5月") + "&to=" + percent_encode("令和8年5月")) == 1);
  auto read = model(officer, "/ledgers/trial?f.choice=" + percent_encode("甲"));
  CHECK(read["export_url"] == "/ledgers/trial/export?f.choice=%E7%94%B2");
  CHECK(read["facets"]["states"][0]["count"] == 2);
  CHECK(officer.get("/ledgers/trial?state=none").status == 400);
  CHECK(officer.get("/ledgers/trial?date=subject&from=2026-04-01").status == 400);
  CHECK(officer.get("/ledgers/none").status == 404);
}

TEST_CASE_METHOD(Fixture, "the board is one's own, one's groups' or everybody's, and so is its digest") {
  const text::Date today = text::today();
  auto on = [&](int days) { return text::to_iso(records::plus_days(today, days)); };
  std::string mine = add(officer, {{"f.on", on(-20)}, {"f.subject", "過ぎたもの"}}), other = add(staff, {{"f.on", on(0)}, {"f.subject", "人のもの"}});
  CHECK(officer.post(mine, {{"action", "give"}, {"owner", "taro"}, {"revision", std::to_string(revision(mine))}}).status == 303);
  auto own = nlohmann::json::parse(officer.get("/api/v1/deadlines").body);
  CHECK(own["scope"] == "mine");
  CHECK(own["count"] == 1);
  CHECK(own["groups"][0]["title"] == "期限を過ぎたもの");
  CHECK(own["groups"][0]["items"][0]["record"]["number"] == number(mine));
  CHECK(own["groups"][0]["items"][0]["days"] == -10);
  auto all = nlohmann::json::parse(officer.get("/api/v1/deadlines?scope=all").body);
  CHECK(all["count"] == 2);
  CHECK(nlohmann::json::parse(officer.get("/api/v1/deadlines?scope=all&ledger=sodan").body)["count"] == 0);
  CHECK(nlohmann::json::parse(officer.get("/api/v1/deadlines?scope=units").body)["count"] == 0);
  CHECK(officer.get("/deadlines?scope=yours").status == 400);
  // On one sheet: what is late and next, and what went on.
  CHECK(holds(officer.get("/deadlines?scope=all"), "/deadlines/digest?scope=all"));
  CHECK(officer.post(mine, {{"action", "step"}, {"step", "check"}, {"revision", std::to_string(revision(mine))}}).status == 303);
  Response digest = officer.get("/deadlines/digest?scope=all");
  CHECK(holds(digest, "one-sheet"));
  CHECK(holds(digest, "過ぎたもの <strong>1件</strong>"));
  CHECK(holds(digest, "受付 → 確認"));
  CHECK(holds(digest, number(mine)));
  CHECK(holds(digest, number(other)));
  CHECK(holds(digest, "2週間に1回以上"));
  Response own_digest = officer.get("/deadlines/digest");
  CHECK(holds(own_digest, number(mine)));
  CHECK_FALSE(holds(own_digest, number(other)));
  CHECK(officer.get("/deadlines/digest?scope=yours").status == 400);
  CHECK(holds(officer.get("/"), "自分の期限"));
  CHECK(holds(officer.get("/"), number(mine)));
  CHECK_FALSE(holds(staff.get("/"), number(mine)));
  CHECK(model(officer, "/ledgers")["groups"].dump().find(number(mine)) != std::string::npos);
}

TEST_CASE_METHOD(Fixture, "the calendar is well formed, opens by a token of its own, and its events keep their names") {
  add(officer, {{"f.on", text::to_iso(text::today())}, {"f.subject", "件名に;と\\が入り、七十五オクテットで折り返される長い件名"}});
  Response feed = officer.get("/feeds/deadlines?scope=all");
  CHECK(feed.status == 200);
  CHECK(feed.content_type == "text/calendar; charset=utf-8");
  const std::string& body = feed.body;
  REQUIRE(body.ends_with("END:VCALENDAR\r\n"));
  CHECK(body.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"));
  std::string unfolded;
  for (size_t at = 0; at < body.size();) {
    size_t end = body.find("\r\n", at);
    std::string line = body.substr(at, end - at);
    INFO(line);
    CHECK(line.size() <= 75);
    CHECK(line.find('\n') == line.npos);
    CHECK(text::is_valid_utf8(line));
    at = end + 2;
    if (line.starts_with(" ")) unfolded += line.substr(1);
    else unfolded += "\n" + line;
  }
  CHECK(count(unfolded, "\nBEGIN:VEVENT") == 1);
  CHECK(unfolded.find("件名に\\;と\\\\が入り、七十五オクテットで折り返される長い件名") != std::string::npos);
  std::string due = text::to_iso(records::plus_days(text::today(), 10)), after = text::to_iso(records::plus_days(text::today(), 11));
  auto basic = [](const std::string& iso) { return iso.substr(0, 4) + iso.substr(5, 2) + iso.substr(8); };
  CHECK(unfolded.find("\nDTSTART;VALUE=DATE:" + basic(due)) != std::string::npos);
  CHECK(unfolded.find("\nDTEND;VALUE=DATE:" + basic(after)) != std::string::npos);
  CHECK(std::regex_search(unfolded, std::regex("\nUID:[0-9a-f]{32}@shirube\n")));
  CHECK(std::regex_search(unfolded, std::regex("\nDTSTAMP:[0-9]{8}T[0-9]{6}Z\n")));
  CHECK(unfolded.find("\nURL:http://shirube.example/records/") != std::string::npos);
  CHECK(officer.get("/feeds/deadlines?scope=all").body == body);
  std::string tag(header_of(feed.headers, "ETag"));
  CHECK(officer.send("GET", "/feeds/deadlines?scope=all", {{"If-None-Match", tag}}).status == 304);
  // By a token, as programs come.
  people::Token token;
  token.label = "暦", token.last_day = text::to_iso(records::plus_days(text::today(), 30)), token.feeds = true;
  std::string secret = office.sign_in.make_token(taro, token);
  Browser program{app};
  CHECK(program.get("/feeds/deadlines?scope=all&key=" + secret).body == body);
  CHECK(program.get("/feeds/deadlines?scope=all&key=nonsense").status == 401);
  CHECK(program.get("/deadlines?key=" + secret).status == 303);
}

TEST_CASE_METHOD(Fixture, "files are kept with the day of what they prove, and leave as files") {
  std::string address = add(officer);
  auto send = [&](const std::string& fields) {
    std::string body;
    auto part = [&](const std::string& name, const std::string& value, const std::string& file = {}) { body += "--xx\r\nContent-Disposition: form-data; name=\"" + name + "\"" + (file.empty() ? "" : "; filename=\"" + file + "\"\r\nContent-Type: text/html") + "\r\n\r\n" + value + "\r\n"; };
    part("csrf", officer.csrf());
    part("revision", std::to_string(revision(address)));
    part("field", "papers");
    part("evidence_on", fields);
    part("valid_until", "令和2年3月31日");
    part("file", "<script>alert(1)</script>", "証拠.html");
    body += "--xx--\r\n";
    return officer.send("POST", address + "/files", {{"Content-Type", "multipart/form-data; boundary=xx"}, {"Sec-Fetch-Site", "same-origin"}}, body);
  };
  CHECK(send("きのう").status == 400);
  CHECK(officer.location(send("令和8年4月3日")) == address + "?done=file");
  auto file = field(model(officer, address), "papers")["files"][0];
  CHECK(file["name"] == "証拠.html");
  CHECK(file["evidence_on"] == "2026-04-03");
  CHECK(file["expired"] == true);
  Response sent = staff.get(file["url"]);
  CHECK(sent.status == 200);
  CHECK(std::string(header_of(sent.headers, "Content-Disposition")).starts_with("attachment"));
  CHECK(header_of(sent.headers, "X-Content-Type-Options") == "nosniff");
  CHECK(sent.content_type == "application/octet-stream");
  CHECK(staff.get(address + "/files/" + std::string(64, '0')).status == 404);
}

TEST_CASE("where nobody signs in, whoever is at the machine writes records") {
  TemporaryFolder settings;
  fs::create_directories(settings / "ledgers");
  std::ofstream(settings / "ledgers/trial.toml") << trial;
  Town town;
  AppOptions options = town.options();
  options.ledgers = records::Ledgers(settings / "ledgers");
  App app(std::move(options));
  Browser local{app};
  Response made = local.post("/ledgers/trial/new", {{"asked", "on"}, {"f.on", "令和8年4月3日"}, {"asked", "subject"}, {"f.subject", "手もとの記録"}, {"do", "save"}});
  CHECK(made.status == 303);
  CHECK(holds(local.get("/ledgers/trial"), "手もとの記録"));
  CHECK(holds(local.get("/deadlines"), "手もとの記録"));
}
