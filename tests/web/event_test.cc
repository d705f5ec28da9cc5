// Who did what: which readings are told, what an auditor reads of it, and what exports make of it.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "store/event_chain.h"
#include "tests/web/town.h"
#include "web/event_export.h"
#include "web/event_list.h"
#include "web/target.h"

using namespace shirube;
using namespace shirube::web;
using Json = nlohmann::json;

namespace {

using corpus::Task;
using corpus::Viewer;

/// An auditor who does not see what is restricted, one who does, and somebody who is none.
const Viewer auditor = {{"public", "staff"}, {Task::events}};
const Viewer whole = {{"public", "staff", "committee", "restricted"}, {Task::events}, true};
const Viewer reader = {{"public", "staff", "restricted"}};
const std::string hidden = "/documents/himitsu/2025-04-01";

struct Office : Town {
  AppOptions options_of(const Viewer& viewer) {
    AppOptions options = Town::options();
    options.viewer = viewer;
    return options;
  }
  Response ask(const Viewer& viewer, const std::string& target) {
    App app(options_of(viewer));
    return get(app, target);
  }
  std::vector<store::EventRow> events() {
    std::vector<store::EventRow> out;
    database.read([&](SQLite::Database& db) {
      store::each_event(db, {}, store::EventOrder::oldest_first, [&](const store::EventRow& row) {
        out.push_back(row);
        return true;
      });
    });
    return out;
  }
  void add(const store::Event& event) {
    database.write([&](SQLite::Database& db) { store::append(db, event); });
  }
  /// What was told since `before` events were there, as "action subject detail".
  std::vector<std::string> told(size_t before) {
    auto all = events();
    std::vector<std::string> out;
    for (size_t i = before; i < all.size(); ++i) out.push_back(all[i].action + "|" + all[i].subject + "|" + all[i].detail);
    return out;
  }
  std::vector<std::string> told_by(const Viewer& viewer, const std::vector<std::string>& targets, const ReadingEvents& settings = {}) {
    size_t before = events().size();
    {
      AppOptions options = options_of(viewer);
      options.reading_events = settings;
      App app(std::move(options));
      for (const auto& target : targets) {
        INFO(target);
        CHECK(get(app, target).status != 500);
      }
    }
    return told(before);
  }
};

Office& office() {
  static Office office;
  return office;
}

bool holds(const Response& response, const std::string& part) { return response.body.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("readings of narrow documents are told, those of others and of what is not there are not") {
  using Told = std::vector<std::string>;
  CHECK(office().told_by(reader, {hidden, hidden + "/clauses/1?q=x", hidden + "/original", "/api/v1" + hidden, "/api/v1/documents/himitsu", "/api/v1" + hidden + "/clauses/1"}) ==
        Told{"read.edition|himitsu/2025-04-01|公開範囲 担当者限り", "read.clause|himitsu/2025-04-01/1|公開範囲 担当者限り", "read.original|himitsu/2025-04-01|公開範囲 担当者限り",
             "read.edition|himitsu/2025-04-01|公開範囲 担当者限り", "read.document|himitsu|公開範囲 担当者限り", "read.clause|himitsu/2025-04-01/1|公開範囲 担当者限り"});
  CHECK(office().told_by(reader, {"/documents/taisaku-kijun/2025-04-01", "/documents", "/documents/nagai/2022-04-01/clauses/1", hidden + "/clauses/99", "/documents/himitsu/none"}).empty());
  CHECK(office().told_by(auditor, {hidden, hidden + "/clauses/1", hidden + "/original"}).empty());
  CHECK(office().told_by(reader, {hidden, "/documents/taisaku-kijun/2025-04-01"}, {{"staff"}, true}) == Told{"read.edition|taisaku-kijun/2025-04-01|公開範囲 庁内"});
}

TEST_CASE("a narrower clause of a wide document is told where it shows") {
  Office town;
  corpus::NewEdition edition;
  edition.facts = {"kansa", "監査の概要", "", "other", "星見市", "public", "", "", "", "", "2025-04-01", ""};
  edition.content_hash = store::sha256("kansa"), edition.file_sha256 = town.files.put("kansa"), edition.file_size = 5, edition.file_name = "kansa.txt", edition.media_type = "text/plain";
  edition.clauses.resize(2);
  edition.clauses[0].label = "第1条", edition.clauses[0].kind = corpus::ClauseKind::article, edition.clauses[0].text = "概要";
  edition.clauses[1] = edition.clauses[0];
  edition.clauses[1].label = "第2条", edition.clauses[1].audience = "restricted";
  corpus::assign_addresses(edition.clauses);
  town.library.add(std::vector{edition});
  const std::string page = "/documents/kansa/2025-04-01";
  using Told = std::vector<std::string>;
  std::vector<std::string> targets = {page, page + "/clauses/1", page + "/clauses/2", page + "/original"};
  CHECK(town.told_by(reader, targets) == Told{"read.edition|kansa/2025-04-01|公開範囲 担当者限り", "read.clause|kansa/2025-04-01/2|公開範囲 担当者限り", "read.original|kansa/2025-04-01|公開範囲 担当者限り"});
  CHECK(town.told_by(auditor, targets).empty());
  // So are the words of an earlier edition, where the clause is held against it.
  edition.facts.effective = "2024-04-01", edition.content_hash = store::sha256("kansa-2024"), edition.file_sha256.clear();
  edition.clauses[0].audience = "restricted", edition.clauses[0].text = "所見", edition.clauses[1].audience.clear();
  town.library.add(std::vector{edition});
  CHECK(town.told_by(reader, {page + "/clauses/1"}) == Told{"read.clause|kansa/2025-04-01/1|公開範囲 担当者限り"});
  CHECK(town.told_by(auditor, {page + "/clauses/1"}).empty());
}

TEST_CASE("searches are told with what was asked for, unless the settings say otherwise") {
  using Told = std::vector<std::string>;
  std::vector<std::string> targets = {"/?q=" + percent_encode("端末") + "&kind=policy", "/", "/api/v1/suggest?q=x", "/similar?text=" + percent_encode("端末を返す"),
                                      "/explain?q=x&clause=taisaku-kijun/2025-04-01/2", "/api/v1/search?q=%0a%1b%5b31m"};
  CHECK(office().told_by(auditor, targets) == Told{"search||端末 kind=policy", "search.similar||端末を返す", "search.explain||x clause=taisaku-kijun/2025-04-01/2", "search||  [31m"});
  CHECK(office().told_by(auditor, targets, {{}, false}).empty());
}

TEST_CASE("events tell who asked, and from where") {
  {
    App app(office().options_of(reader));
    Request request{"GET", hidden, {}, ""};
    request.peer = "192.0.2.7";
    app.handle(request);
  }
  auto last = office().events().back();
  CHECK(last.action == "read.edition");
  CHECK(last.address == "192.0.2.7");
}

TEST_CASE("the page is for those who may read events, and in nobody else's menu") {
  for (const char* target : {"/events", "/api/v1/events", "/events/export?format=csv"}) {
    INFO(target);
    CHECK(office().ask(reader, target).status == 403);
    CHECK(office().ask(auditor, target).status == 200);
  }
  App app(office().options_of(reader));
  CHECK(app.handle({"POST", "/events/verify", {{"Sec-Fetch-Site", "same-origin"}, {"Content-Type", "application/x-www-form-urlencoded"}}, ""}).status == 403);
  CHECK_FALSE(holds(office().ask(reader, "/"), "/events"));
  CHECK(holds(office().ask(auditor, "/"), "<a href=\"/events\">記録</a>"));
}

TEST_CASE("an auditor reads that something was done to a hidden document, and none of its words") {
  Office town;
  town.library.correct({"himitsu", "特命の秘密", "", "", "", "committee", "", "", "", "", "", ""});
  town.add({"edition.add", "himitsu/2", "特命の原本.pdf"});
  town.add({"draft.facts", "7 特命の下書き.pdf", "", "特命の前", "特命の後"});
  town.add({"document.correct", "taisaku-kijun", "audience", "audience: staff", "audience: public"});
  for (const char* target : {"/events", "/api/v1/events", "/events/export?format=csv", "/events/export?format=jsonl", "/events/export?format=syslog"}) {
    INFO(target);
    Response seen = town.ask(auditor, target);
    CHECK(seen.status == 200);
    CHECK(holds(seen, "document.correct"));
    CHECK(holds(seen, "himitsu"));
    CHECK_FALSE(holds(seen, "特命"));
    CHECK(holds(seen, "audience: public"));
    Response all = town.ask(whole, target);
    CHECK(holds(all, "特命の秘密"));
    CHECK(holds(all, "特命の原本"));
    CHECK(holds(all, "特命の前"));
  }
  // Asking for a word must not tell what is left out.
  auto found = [&](const Viewer& viewer, const std::string& text) { return Json::parse(town.ask(viewer, "/api/v1/events?text=" + percent_encode(text)).body)["events"].size(); };
  CHECK(found(auditor, "特命") == 0);
  CHECK(found(whole, "特命") == 3);
  CHECK(found(auditor, "audience: public") == 1);
}

TEST_CASE("an auditor reads that accounts, groups and settings changed, and no names that are not theirs") {
  Office town;
  town.add({"account.change", "hanako", "", R"({"name":"星見 花子","groups":["特命班"]})", R"({"name":"星見 花子","groups":[]})"});
  town.add({"account.add", "taro", "", "", R"({"name":"星見 太郎","groups":[],"only":["taisaku-kijun","himitsu"]})"});
  town.add({"account.add", "jiro", "", "", R"({"name":"星見 次郎","groups":["staff"],"only":["taisaku-kijun"]})"});
  town.add({"account.add", "broken", "", "", "特命"});
  town.add({"group.add", "特命班"});
  town.add({"group.remove", "特命班", "属していた人 2人"});
  town.add({"settings.change", "pinned", "追加 1 行、削除 0 行", "", "特命\thimitsu/2025-04-01/1"});
  for (const char* target : {"/events", "/api/v1/events", "/events/export?format=csv", "/events/export?format=jsonl", "/events/export?format=syslog"}) {
    INFO(target);
    Response seen = town.ask(auditor, target);
    for (const char* part : {"account.change", "hanako", "taro", "次郎", "group.add", "settings.change", "pinned"}) CHECK(holds(seen, part));
    for (const char* part : {"特命", "花子", "太郎", "himitsu/2025-04-01/1"}) CHECK_FALSE(holds(seen, part));
    Response all = town.ask(whole, target);
    for (const char* part : {"特命班", "太郎", "himitsu/2025"}) CHECK(holds(all, part));
  }
  CHECK(Json::parse(town.ask(auditor, "/api/v1/events?text=" + percent_encode("特命")).body)["events"].empty());
}

TEST_CASE("what others asked for, how much came at once and what nobody named is not an auditor's who does not see all") {
  Office town;
  town.add({"search", "", "特命の検索"});
  town.add({"search.explain", "", "x clause=himitsu/2025-04-01/特命"});
  town.add({"search.similar", "", "特命の文章"});
  town.add({"editions.add", "taisaku-kijun/2025-04-01", "98765 件"});
  town.add({"events.export", "csv", "3件、「特命」"});
  town.add({"something.new", "特命の対象", "特命", "特命", "特命"});
  town.add({"sign-in.wrong", "hanako", "確認コードがちがう"});
  Viewer narrowed = whole;
  narrowed.only = {"taisaku-kijun"};
  for (const char* target : {"/events", "/api/v1/events", "/events/export?format=csv", "/events/export?format=jsonl", "/events/export?format=syslog"}) {
    for (const Viewer& viewer : {auditor, narrowed}) {
      INFO(target);
      Response seen = town.ask(viewer, target);
      for (const char* part : {"search.explain", "search.similar", "editions.add", "taisaku-kijun", "something.new", "hanako", "確認コードがちがう"}) CHECK(holds(seen, part));
      for (const char* part : {"特命", "98765 件", "clause=himitsu"}) CHECK_FALSE(holds(seen, part));
    }
    Response all = town.ask(whole, target);
    for (const char* part : {"特命の検索", "特命の文章", "特命の対象", "98765"}) CHECK(holds(all, part));
  }
}

TEST_CASE("of drafts an auditor of the desk reads those that they may see") {
  Office town;
  const Viewer clerk = {{"public", "staff"}, {Task::events, Task::desk}};
  corpus::Drafts drafts(town.database);
  auto add = [&](const std::string& name) {
    corpus::Draft draft;
    draft.file_sha256 = town.files.put(name), draft.file_name = draft.source = name, draft.media_type = "text/plain";
    return drafts.add(Viewer::everything(), draft, name.size());
  };
  add("open-draft.txt");
  int64_t published = add("hidden-draft.txt");
  town.database.write([&](SQLite::Database& db) {
    db.exec("UPDATE drafts SET state = 'published', edition_id = (SELECT e.id FROM editions e JOIN documents d ON d.id = e.document_id WHERE d.slug = 'himitsu') WHERE id = " + std::to_string(published));
  });
  town.add({"draft.drop", "99 gone-draft.txt", "x"});
  Response seen = town.ask(clerk, "/api/v1/events");
  CHECK(holds(seen, "open-draft"));
  CHECK_FALSE(holds(seen, "hidden-draft"));
  CHECK_FALSE(holds(seen, "gone-draft"));
  Viewer whole_clerk = whole;
  whole_clerk.tasks.push_back(Task::desk);
  CHECK(holds(town.ask(whole_clerk, "/api/v1/events"), "hidden-draft"));
}

TEST_CASE("an export is not set off by another site") {
  Office town;
  App app(town.options_of(auditor));
  size_t before = town.events().size();
  for (const char* site : {"cross-site", "same-site"}) CHECK(town.get(app, "/events/export?format=csv", {{"Sec-Fetch-Site", site}}).status == 403);
  CHECK(town.events().size() == before);
  for (const char* site : {"same-origin", "none"}) CHECK(town.get(app, "/events/export?format=csv", {{"Sec-Fetch-Site", site}}).status == 200);
}

TEST_CASE("events are narrowed and paged") {
  Office town;
  {
    store::Acting acting({"sato", "192.0.2.1"});
    for (int i = 0; i < 120; ++i) town.add({"index.build", "n" + std::to_string(i), "<b>1</b>"});
  }
  auto json = [&](const std::string& query) { return Json::parse(town.ask(auditor, "/api/v1/events" + query).body); };
  auto first = json("?actor=sato");
  REQUIRE(first["events"].size() == 50);
  CHECK(first["events"][0]["subject"] == "n119");
  CHECK(first["newest"] == "");
  std::string older = first["older"];
  auto second = json(older.substr(older.find('?')));
  CHECK(second["events"][0]["subject"] == "n69");
  CHECK(second["newest"] == "/events?actor=sato");
  older = second["older"];
  auto third = json(older.substr(older.find('?')));
  CHECK(third["events"].size() == 20);
  CHECK(third["older"] == "");
  CHECK(json("?group=service&text=n118")["events"].size() == 1);
  CHECK(json("?group=reads")["events"].empty());
  CHECK(json("?actor=sat")["events"].empty());
  CHECK(json("?to=2020-01-01")["events"].empty());
  CHECK(json("?from=" + percent_encode("令和2年1月1日") + "&actor=sato")["events"].size() == 50);
  for (const char* bad : {"?from=x", "?group=x", "?before=x", "?before=0"}) CHECK(town.ask(auditor, std::string("/events") + bad).status == 400);
  CHECK(town.ask(auditor, "/events?text=" + std::string(201, 'a')).status == 400);
  Response page = town.ask(auditor, "/events?actor=sato");
  CHECK(holds(page, "&lt;b&gt;1&lt;/b&gt;"));
  CHECK_FALSE(holds(page, "<b>1"));
  CHECK(holds(page, "value=\"sato\""));
  CHECK(holds(page, "/events/export?format=csv&amp;actor=sato"));
}

TEST_CASE("a verification is shown, and a broken chain says where") {
  Office town;
  App app(town.options_of(auditor));
  CHECK(holds(town.get(app, "/events"), "まだ確かめていません"));
  Headers form = {{"Sec-Fetch-Site", "same-origin"}, {"Content-Type", "application/x-www-form-urlencoded"}};
  CHECK(app.handle({"POST", "/events/verify", {{"Content-Type", "application/x-www-form-urlencoded"}}, ""}).status == 403);
  Response verified = app.handle({"POST", "/events/verify", form, ""});
  CHECK(verified.status == 303);
  CHECK(header_of(verified.headers, "Location") == "/events");
  CHECK(holds(town.get(app, "/events"), "切れ目はありませんでした"));
  town.database.write([](SQLite::Database& db) {
    db.exec("DROP TRIGGER events_do_not_change");
    db.exec("UPDATE events SET subject = 'x' WHERE id = 3");
  });
  app.handle({"POST", "/events/verify", form, ""});
  Response page = town.get(app, "/events");
  CHECK(holds(page, "記録 3 が、書かれたときのままではありません"));
  CHECK(holds(page, "note warning"));
}

TEST_CASE("an export is an event itself") {
  Office town;
  town.ask(auditor, "/events/export?format=csv&group=documents");
  auto last = town.events().back();
  CHECK(last.action == "events.export");
  CHECK(last.subject == "csv");
  CHECK(last.detail.find("group=documents") != std::string::npos);
  CHECK(town.ask(auditor, "/events/export").status == 400);
  CHECK(town.ask(auditor, "/events/export?format=xlsx").status == 400);
}

TEST_CASE("exports are harmless to what reads them") {
  store::EventRow event;
  event.id = 7, event.at = "2026-04-01T00:00:00.123Z", event.action = "document.correct", event.actor = "sato";
  event.hash = "ff", event.content = "ee", event.salt = "00";
  struct Row {
    std::string value, csv, syslog;
  };
  const Row rows[] = {
      {"普通", "\"普通\"", "detail=\"普通\""},
      {"=1+1", "\"'=1+1\"", "detail=\"=1+1\""},
      {"+1", "\"'+1\"", "detail=\"+1\""},
      {"-1", "\"'-1\"", "detail=\"-1\""},
      {"@SUM(A1)", "\"'@SUM(A1)\"", "detail=\"@SUM(A1)\""},
      {"\t=1", "\"' =1\"", "detail=\" =1\""},
      {"\r\n=1", "\"'  =1\"", "detail=\"  =1\""},
      {"＝1", "\"'＝1\"", "detail=\"＝1\""},
      {"　=1", "\"'　=1\"", "detail=\"　=1\""},
      {"a\"b,c", "\"a\"\"b,c\"", "detail=\"a\\\"b,c\""},
      {"a]b\\c", "\"a]b\\c\"", "detail=\"a\\]b\\\\c\""},
      {"改\n行", "\"改 行\"", "detail=\"改 行\""},
      {"\x1b[31m", "\" [31m\"", "detail=\" [31m\""},
      {"\xff", "\"\uFFFD\"", "detail=\"\uFFFD\""},
  };
  for (const auto& row : rows) {
    INFO(row.value);
    event.detail = row.value;
    std::string csv = line_of(EventFormat::csv, event), syslog = line_of(EventFormat::syslog, event), json = line_of(EventFormat::jsonl, event);
    CHECK(csv.find("," + row.csv + ",") != std::string::npos);
    CHECK(csv.ends_with("\r\n"));
    CHECK(syslog.find(" " + row.syslog + " ") != std::string::npos);
    for (const std::string& line : {csv.substr(0, csv.size() - 2), syslog.substr(0, syslog.size() - 1), json.substr(0, json.size() - 1)}) {
      CHECK(std::ranges::none_of(line, [](unsigned char c) { return c < 0x20 || c == 0x7f; }));
    }
    CHECK(Json::parse(json)["id"] == 7);
  }
  event.detail = "内容";
  CHECK(Json::parse(line_of(EventFormat::jsonl, event))["detail"] == "内容");
  std::string line = line_of(EventFormat::syslog, event);
  CHECK(line.starts_with("<110>1 2026-04-01T00:00:00.123Z "));
  CHECK(line.find(" shirube - document.correct [event@32473 id=\"7\" actor=\"sato\" action=\"document.correct\" detail=\"内容\" hash=\"ff\"] \xEF\xBB\xBFsato 資料の事項を変更") != std::string::npos);
  CHECK(head_of(EventFormat::csv).starts_with("\xEF\xBB\xBF\"番号\",\"日時\""));
  CHECK(head_of(EventFormat::syslog).empty());
  event.kept = false, event.detail.clear(), event.salt.clear();
  CHECK(line_of(EventFormat::jsonl, event) == "{\"id\":7,\"at\":\"2026-04-01T00:00:00.123Z\",\"action\":\"document.correct\",\"removed\":true,\"content\":\"ee\",\"hash\":\"ff\"}\n");
}

TEST_CASE("every action that the program tells of has a name and a group") {
  for (const char* action : {"read.document", "read.original", "search", "search.similar", "edition.add", "editions.add", "document.correct", "draft.publish", "draft.facts", "judgement.set",
                             "judgement.export", "index.build", "service.start", "service.stop", "events.verify", "events.broken", "events.export", "events.retain", "sign-in.ok", "sign-in.wrong",
                             "session.end", "access.refused", "password.set", "second-step.set", "token.add", "account.change", "group.add", "settings.change", "backup.make", "backup.restore",
                             "record.add", "record.change", "record.change_all", "record.step", "record.attach", "record.give", "record.narrow", "record.review", "record.review_due", "record.publish", "record.withdraw",
                             "record.settle", "export.records", "export.letter"}) {
    INFO(action);
    CHECK(action_label(action) != action);
    CHECK(std::ranges::any_of(action_groups(), [&](const ActionGroup& group) { return std::ranges::any_of(group.actions, [&](const auto& pattern) { return store::matches_action(pattern, action); }); }));
  }
  CHECK(action_label("something.else") == "something.else");
}
