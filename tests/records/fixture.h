#pragma once

#include <SQLiteCpp/Statement.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "corpus/address.h"
#include "corpus/library.h"
#include "corpus/outline.h"
#include "records/record.h"
#include "store/database.h"
#include "store/files.h"
#include "tests/temporary_folder.h"
#include "text/error.h"

// An office with ledgers of its own, and two documents to cite.
namespace shirube::records {

inline const corpus::Viewer officer{{"public", "staff", "committee", "restricted"}}, clerk{{"public", "staff"}}, citizen{{"public"}}, everybody = corpus::Viewer::everything();
inline const Author tanto{"tanto", "officer"}, shokuin{"shokuin", "staff"}, iin{"iin", "member"}, operator_{"command", std::string(operator_role)};
inline constexpr text::Date day{2026, 4, 3};

/// Consultations: a field of each kind.
inline const std::string soudan = R"(
name = "相談"
prefix = "相談"
audience = "restricted"
title = "subject"
roles = ["officer", "staff"]
columns = ["asked_on", "subject"]
field = [
  { key = "asked_on", name = "受付日", kind = "date", required = ["received", "drafted", "published", "closed"] },
  { key = "asked_at", name = "受付時刻", kind = "time" },
  { key = "subject", name = "件名" },
  { key = "unit", name = "課", kind = "unit" },
  { key = "asker", name = "相談者", kind = "person", audience = "restricted", personal = true },
  { key = "memo", name = "控え", kind = "text", audience = "restricted" },
  { key = "channel", name = "方法", kind = "choice", choices = ["対面", "電話"] },
  { key = "topic", name = "主題", kind = "choices", choices = ["認証", "持ち出し"], open = true },
  { key = "question", name = "質問", kind = "text", required = ["received"] },
  { key = "answer", name = "回答", kind = "text", required = ["drafted", "published"] },
  { key = "hours", name = "時間", kind = "number" },
  { key = "citations", name = "根拠", kind = "citations" },
  { key = "secret_citations", name = "内部の根拠", kind = "citations", audience = "restricted" },
  { key = "related", name = "参考", kind = "links", ledger = "soudan" },
  { key = "any", name = "関係する記録", kind = "links" },
  { key = "attachments", name = "添付", kind = "files" },
  { key = "work", name = "作業", kind = "rows", columns = [{ key = "what", name = "内容" }, { key = "on", name = "日", kind = "date" }, { key = "hours", name = "時間数", kind = "number" }, { key = "basis", name = "条項", kind = "citations" }, { key = "state", name = "様子", kind = "choice", choices = ["済", "未"] }] },
  { key = "log", name = "経過", kind = "rows", grows = true, columns = [{ key = "at", name = "時刻", kind = "time" }, { key = "what", name = "出来事", kind = "text" }] },
  { key = "total", name = "合計", kind = "computed", compute = "sum work.hours" },
  { key = "rows", name = "作業の数", kind = "computed", compute = "count work" },
  { key = "tasks", name = "宿題の数", kind = "computed", compute = "count shukudai" },
  { key = "task_hours", name = "宿題の時間", kind = "computed", compute = "sum shukudai.hours" },
  { key = "until", name = "期限の日", kind = "date" },
  { key = "span", name = "日数", kind = "computed", compute = "days asked_on until" },
  { key = "old", name = "昔の項目", retired = true },
]
state = [{ key = "received", name = "受付" }, { key = "drafted", name = "回答案" }, { key = "published", name = "公開", closed = true }, { key = "closed", name = "取下げ", closed = true }]
publication = [
  { key = "staff", name = "庁内向け", audience = "staff", title = "{subject}（{number}）{number}", issued = "asked_on", effective = "asked_on", topic = "topic", fields = ["question", "answer", "citations", "any", "work"] },
  { key = "plain", name = "やさしい版", audience = "public", title = "{subject}", fields = ["old"] },
]
step = [
  { key = "draft", name = "案を作る", from = ["received"], to = "drafted", roles = ["officer"] },
  { key = "publish", name = "公開する", from = ["drafted", "published"], to = "published", roles = ["officer"], publish = ["staff", "plain"] },
  { key = "unpublish", name = "取りやめる", from = ["published"], to = "drafted", roles = ["officer"], withdraw = true },
  { key = "close", name = "取り下げる", from = ["received", "drafted"], to = "closed", roles = ["officer", "staff"] },
]
due = [{ name = "回答", from = "asked_on", within = "翌日から5開庁日", states = ["received"] }]
counter = [{ name = "電話の相談", date = "asked_on", cadence = "月2件程度", where = { channel = "電話" } }]
list = [{ name = "電話", where = { channel = "電話" } }]
hours = [{ name = "受付時間", date = "asked_on", time = "asked_at", within = "平日9:00～17:00" }]
need = [{ name = "済んだ作業", rows = "work", column = "state", value = "済", least = 2, states = ["drafted"], where = { channel = "対面" } }]
letter = [{ key = "reply", name = "回答書", file = "reply.docx" }]
)";

/// What is to be done of them, for staff.
inline const std::string shukudai = R"(
name = "宿題"
prefix = "宿題"
audience = "staff"
title = "what"
roles = ["officer", "staff"]
field = [
  { key = "what", name = "内容" },
  { key = "of", name = "もと", kind = "links", ledger = "soudan" },
  { key = "hidden_of", name = "内々のもと", kind = "links", ledger = "soudan", audience = "restricted" },
  { key = "hours", name = "時間", kind = "number" },
  { key = "from_on", name = "始め", kind = "date" },
  { key = "until_on", name = "終わり", kind = "date" },
  { key = "done_until", name = "済んだ日まで", kind = "date" },
  { key = "words", name = "期限の言葉" },
]
state = [{ key = "open", name = "未了" }, { key = "done", name = "完了", closed = true }]
step = [{ key = "finish", name = "終える", from = ["open"], to = "done", roles = ["officer", "staff"] }]
due = [
  { name = "言葉", from = "from_on", within_field = "words", states = ["open"] },
  { name = "隔週", from = "from_on", every = "2週間ごと", until = "until_on", done = "done_until", when_closed = "next", states = ["open"] },
]
)";

struct Office {
  TemporaryFolder folder;
  store::Database database{folder / "shirube.db"};
  store::Files files{folder / "files"};
  corpus::Library library{database};
  Ledgers ledgers;
  Calendar calendar;
  Records records{database, files, ledgers, calendar};

  explicit Office(const std::map<std::string, std::string>& texts = {{"soudan", soudan}, {"shukudai", shukudai}}) { write(texts); }

  /// Gives the office these ledgers from now on.
  void write(const std::map<std::string, std::string>& texts) {
    std::filesystem::remove_all(folder / "ledgers");
    std::filesystem::create_directories(folder / "ledgers");
    for (const auto& [key, text] : texts) std::ofstream(folder / "ledgers" / (key + ".toml")) << text;
    ledgers = Ledgers(folder / "ledgers");
    for (const auto& fault : ledgers.faults()) CHECK(fault == "");
    records.settle();
  }

  /// An edition of a document, a line a paragraph; `narrow` makes the clauses of these paths narrower.
  void edition(const std::string& slug, const std::string& day, const std::vector<std::string>& lines, const std::string& audience = "public", const std::map<std::string, std::string>& narrow = {}) {
    corpus::NewEdition out;
    out.facts.slug = slug, out.facts.title = "星見市" + slug, out.facts.kind = "policy", out.facts.audience = audience, out.facts.effective = day;
    out.content_hash = store::sha256(slug + day + std::to_string(lines.size()) + lines.back());
    corpus::Page page;
    for (const auto& line : lines) page.lines.emplace_back().text = line;
    out.clauses = corpus::outline({page});
    corpus::assign_addresses(out.clauses);
    for (auto& clause : out.clauses) {
      if (auto found = narrow.find(clause.path); found != narrow.end()) clause.audience = found->second;
    }
    library.add({&out, 1});
  }
  /// The document kitei, whose 第2条第2項 is restricted, and the restricted document naibu.
  void documents() {
    edition("kitei", "2025-04-01", {"第１条　市は、端末を持ち出す者を", "定める。", "第２条　職員は、記録を残す。", "２　前項の記録は、三年間保存する。", "第３条　この訓令は、公布の日から施行する。"}, "public", {{"2-2", "restricted"}});
    edition("naibu", "2025-04-01", {"第１条　手の内は、明かさない。", "第２条　合言葉を替える。"}, "restricted");
  }

  Record take(const Values& more = {}, const std::string& audience = {}, const text::Date& on = day) {
    Values values = {{"asked_on", {"令和8年4月3日"}}, {"question", {"端末を持ち出してよいか。\r\n期間は三日。"}}};
    for (const auto& [key, list] : more) values[key] = list;
    return records.add(officer, tanto, "soudan", values, audience, on);
  }
  Record task(const Values& values, const std::string& audience = {}) { return records.add(officer, tanto, "shukudai", values, audience, day); }

  std::vector<std::string> found(const corpus::Viewer& viewer, const RecordFilter& filter, const std::string& ledger = "soudan") {
    std::vector<std::string> out;
    auto page = records.list(viewer, ledger, filter, 0, 100);
    CHECK(page.total == page.records.size());
    for (const auto& record : page.records) out.push_back(record.number);
    return out;
  }

  ErrorKind refused(const std::function<void()>& work, const std::string& said = "") {
    try {
      work();
    } catch (const Error& e) {
      INFO(e.what());
      CHECK(std::string(e.what()).find(said) != std::string::npos);
      return e.kind();
    }
    FAIL("was taken");
    return ErrorKind::internal;
  }
  int64_t number(const std::string& sql) {
    return database.read([&](SQLite::Database& db) {
      SQLite::Statement select(db, sql);
      select.executeStep();
      return select.getColumn(0).getInt64();
    });
  }
  int64_t events(const std::string& action) { return number("SELECT count(*) FROM events WHERE action = '" + action + "'"); }
};

}  // namespace shirube::records
