#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "indexer/desk.h"
#include "tests/places.h"
#include "tests/web/town.h"
#include "web/target.h"

using namespace shirube;
using namespace shirube::web;
using Json = nlohmann::json;

namespace {

/// The desk of 星見市: what is handed in is read when read() is called.
struct Fixture : Town {
  using Fields = std::vector<std::pair<std::string, std::string>>;

  AppOptions open(corpus::Viewer viewer = corpus::Viewer::everything()) {
    AppOptions out = options();
    out.viewer = std::move(viewer);
    out.desk.program = test::program;
    return out;
  }
  App app{open()};
  indexer::Desk desk{database, files, {{}, test::program}};

  void read() { desk.read_waiting([](int64_t) {}, std::atomic<bool>(false)); }
  Response post(const std::string& target, const std::string& body, const std::string& type = "application/x-www-form-urlencoded", std::string site = "same-origin") {
    return app.handle({"POST", target, {{"Content-Type", type}, {"Sec-Fetch-Site", std::move(site)}}, body});
  }
  int64_t hand_in(const std::string& name, const std::string& bytes) {
    Response answer = post("/api/v1/drafts?name=" + percent_encode(name), bytes, "application/octet-stream");
    REQUIRE(answer.status == 201);
    read();
    return Json::parse(answer.body).at("id");
  }
  Json model(int64_t id) { return Json::parse(get(app, "/api/v1/drafts/" + std::to_string(id)).body); }
  Response change(int64_t id, Fields fields) {
    fields.emplace_back("revision", std::to_string(model(id).at("draft").at("revision").get<int64_t>()));
    return post("/drafts/" + std::to_string(id), write_query(fields).substr(1));
  }
  std::vector<std::string> titles(int64_t id) {
    std::vector<std::string> out;
    Json shown = model(id);
    for (const auto& clause : shown.at("clauses")) out.push_back(clause.at("title"));
    return out;
  }
};

const std::string kNotice =
    "星情第12号\n令和8年4月1日\n\n端末の持ち帰りについて（通知）\n\n第１条　端末を持ち帰るときは、届け出る。\n第２条　持ち帰った端末は、翌日までに返す。\n２　返したときは、記録する。\n第４条　失くしたときは、直ちに報告する。\n";

}  // namespace

TEST_CASE_METHOD(Fixture, "a file is handed in, looked at, mended, published and found by its address") {
  int64_t id = hand_in("通知 12号.txt", kNotice);
  Json one = model(id);
  CHECK(one["draft"]["state"] == "ready");
  CHECK(one["facts"][0]["value"] == "端末の持ち帰りについて（通知）");
  REQUIRE(one["doubts"].size() == 1);
  CHECK(one["doubts"][0]["message"] == "番号が飛んでいます: 第2条 の次が 第4条");
  std::string page = get(app, "/drafts/" + std::to_string(id)).body;
  CHECK(page.find("切れ目の疑い") != page.npos);
  CHECK(page.find("失くしたときは、直ちに報告する。") != page.npos);
  CHECK(get(app, "/drafts").body.find("確認待ち") != std::string::npos);

  size_t fourth = one["clause_count"].get<size_t>() - 1;
  Response mended = change(id, {{"action", "relabel"}, {"position", std::to_string(fourth)}, {"value", "第３条"}});
  CHECK(mended.status == 303);
  CHECK(header_of(mended.headers, "Location") == "/drafts/" + std::to_string(id) + "#c" + std::to_string(fourth));
  CHECK(model(id)["doubts"].empty());
  CHECK(change(id, {{"action", "join"}, {"position", std::to_string(fourth - 1)}}).status == 303);
  CHECK(change(id, {{"action", "undo"}}).status == 303);
  CHECK(model(id)["clause_count"] == fourth + 1);

  Response facts = change(id, {{"action", "facts"}, {"title", "端末の持ち帰りについて"}, {"slug", "mochikaeri"}, {"kind", "notice"}, {"audience", "staff"}, {"issued", "令和8年4月1日"}});
  CHECK(facts.status == 303);
  // Nothing of a draft is searched or listed.
  CHECK(get(app, "/documents/mochikaeri").status == 404);
  Response published = change(id, {{"action", "publish"}});
  CHECK(published.status == 303);
  CHECK(header_of(published.headers, "Location") == "/documents/mochikaeri/2026-04-01");
  Json clause = Json::parse(get(app, "/api/v1/documents/mochikaeri/2026-04-01/clauses/3").body);
  CHECK(clause["clause"]["locator"] == "第3条");
  CHECK(get(app, "/documents/mochikaeri/2026-04-01/original").file.has_value());
  CHECK(model(id)["draft"]["edition_url"] == "/documents/mochikaeri/2026-04-01");
  CHECK(change(id, {{"action", "publish"}}).status == 409);
}

TEST_CASE_METHOD(Fixture, "a text is split where it is pointed at") {
  int64_t id = hand_in("a.txt", kNotice);
  size_t last = model(id)["clause_count"].get<size_t>() - 1;
  REQUIRE(change(id, {{"action", "join"}, {"position", std::to_string(last)}}).status == 303);
  Json joined = model(id)["clauses"][last - 1];
  REQUIRE(joined["splits"].size() == 1);
  CHECK(joined["splits"][0]["words"] == "第４条　失くしたときは、直ちに報告する。");
  CHECK(change(id, {{"action", "split"}, {"position", std::to_string(last - 1)}, {"offset", joined["splits"][0]["offset"].dump()}}).status == 303);
  CHECK(titles(id).back() == "第４条");
  CHECK(change(id, {{"action", "split"}, {"position", std::to_string(last)}, {"value", "直ちに"}}).status == 303);
  CHECK(model(id)["clauses"].back()["text"] == "直ちに報告する。");
  CHECK(change(id, {{"action", "split"}, {"position", std::to_string(last)}, {"value", "ない言葉"}}).status == 400);
  CHECK(change(id, {{"action", "split"}, {"position", "0"}, {"offset", "0"}}).status == 400);
  CHECK(change(id, {{"action", "split"}, {"position", "0"}, {"offset", "999999"}}).status == 400);
}

TEST_CASE_METHOD(Fixture, "a known document gets a new edition only when that is meant") {
  int64_t id = hand_in("b.txt", kNotice);
  REQUIRE(change(id, {{"action", "facts"}, {"title", "対策基準"}, {"slug", "taisaku-kijun"}, {"issued", "2026-05-01"}}).status == 303);
  CHECK(get(app, "/drafts/" + std::to_string(id)).body.find("新しい版として公開する") != std::string::npos);
  CHECK(change(id, {{"action", "publish"}}).status == 409);
  CHECK(change(id, {{"action", "publish"}, {"further", "tags"}, {"slug", "taisaku-kijun"}}).status == 409);
  // The document stays what it is: its title, and who may see it.
  CHECK(header_of(change(id, {{"action", "publish"}, {"further", "taisaku-kijun"}, {"slug", "taisaku-kijun"}, {"number", "星情第3号"}}).headers, "Location") == "/documents/taisaku-kijun/2026-05-01");
  auto document = library.document(corpus::Viewer::everything(), "taisaku-kijun").value();
  CHECK(document.title == "星見市情報セキュリティ対策基準");
  CHECK(document.kind == "policy");
  CHECK(document.audience == "staff");
  CHECK(Json::parse(get(app, "/api/v1/documents/taisaku-kijun/2026-05-01").body)["edition"]["number"] == "星情第3号");
}

TEST_CASE_METHOD(Fixture, "a file that cannot be read says why, and a member of a ZIP or a mail is a draft of its own") {
  int64_t broken = hand_in("壊れた.pdf", "%PDF-1.7 nothing more");
  Json draft = model(broken)["draft"];
  CHECK(draft["state"] == "failed");
  CHECK(draft["reason"] != "");
  CHECK(get(app, "/drafts").body.find("もう一度読む") != std::string::npos);
  CHECK(post("/drafts/" + std::to_string(broken), "action=read&from=list").status == 303);
  CHECK(model(broken)["draft"]["state"] == "waiting");
  read();
  CHECK(post("/drafts/" + std::to_string(broken), "action=drop-draft").status == 303);
  CHECK(get(app, "/drafts/" + std::to_string(broken)).status == 404);

  std::string mail = "From: a@hoshimi.example\r\nSubject: Notice\r\nDate: Wed, 1 Apr 2026 09:00:00 +0900\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n"
                     "--B\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n別紙のとおり通知する。\r\n--B\r\nContent-Type: text/plain; charset=utf-8\r\n"
                     "Content-Disposition: attachment; filename=\"betsu.txt\"\r\n\r\n第１条　端末を返す。\r\n第２条　鍵を返す。\r\n--B--\r\n";
  int64_t id = hand_in("tsuchi.eml", mail);
  Json attached = model(id)["attached"];
  REQUIRE(attached.size() == 1);
  int64_t inside = attached[0]["id"];
  CHECK(attached[0]["state"] == "ready");
  CHECK(attached[0]["source"] == "tsuchi.eml › betsu.txt");
  // The attachment may be published before its mail, or after it.
  REQUIRE(change(inside, {{"action", "publish"}}).status == 303);
  REQUIRE(change(id, {{"action", "publish"}}).status == 303);
  std::string address = model(id)["draft"]["edition_url"];
  CHECK(get(app, address).body.find("添付</dt>") != std::string::npos);
}

TEST_CASE_METHOD(Fixture, "a file that is held already is told, as is one nearly like it") {
  int64_t id = hand_in("c.txt", "極秘の原本");
  REQUIRE(model(id)["alike"].size() == 1);
  CHECK(model(id)["alike"][0]["slug"] == "himitsu");
  std::string words;
  for (int i = 1; i <= 40; ++i) words += "第" + std::to_string(i) + "条　第" + std::to_string(i * 7919 % 1000) + "号の端末は" + std::to_string(i * 104729 % 9973) + "番の棚に置き、鍵を掛ける。\n";
  int64_t first = hand_in("tana.txt", words);
  REQUIRE(change(first, {{"action", "publish"}}).status == 303);
  Json near = model(hand_in("tana2.txt", words + "第41条　棚の鍵は、課長が持つ。\n"))["alike"];
  REQUIRE(near.size() == 1);
  CHECK(near[0]["slug"] == "tana");
  CHECK(near[0]["same"] == false);
  CHECK(near[0]["percent"] > 80);
  CHECK(model(hand_in("tana3.txt", words))["alike"][0]["same"] == true);
  // The same words in other bytes are another file.
  CHECK(model(hand_in("tana4.txt", words + "\n"))["alike"][0]["same"] == false);
}

TEST_CASE_METHOD(Fixture, "groups are offered, and a clause is published for fewer than its document") {
  database.write([](SQLite::Database& db) { db.exec("INSERT INTO groups (name) VALUES ('監査班')"); });
  int64_t id = hand_in("f.txt", kNotice);
  CHECK(get(app, "/drafts/" + std::to_string(id)).body.find("<option value=\"監査班\">監査班</option>") != std::string::npos);
  size_t second = 0;
  Json clauses = model(id)["clauses"];
  while (clauses.at(second)["path"] != "2") ++second;
  std::string position = std::to_string(second);
  CHECK(change(id, {{"action", "audience"}, {"position", position}, {"value", "監査部"}}).status == 400);
  CHECK(change(id, {{"action", "audience"}, {"position", position}, {"value", "監査班"}}).status == 303);
  CHECK(model(id)["clauses"][second + 1]["audience_label"] == "監査班");
  CHECK(get(app, "/drafts/" + std::to_string(id)).body.find("公開範囲: 監査班") != std::string::npos);
  REQUIRE(change(id, {{"action", "publish"}, {"title", "端末の持ち帰り"}, {"slug", "mochi"}, {"audience", "public"}}).status == 303);
  std::string page = get(app, "/documents/mochi/2026-04-01").body;
  CHECK(page.find("公開範囲: 監査班") != std::string::npos);
  CHECK(page.find("翌日までに返す") != std::string::npos);
  App citizen(open({{"public"}}));
  std::string seen = get(citizen, "/documents/mochi/2026-04-01").body;
  CHECK(seen.find("届け出る") != std::string::npos);
  CHECK(seen.find("翌日までに返す") == std::string::npos);
  CHECK(seen.find("監査班") == std::string::npos);
  CHECK(get(citizen, "/documents/mochi/2026-04-01/original").status == 404);
  CHECK(get(app, "/documents/mochi/2026-04-01/original").status == 200);
}

TEST_CASE_METHOD(Fixture, "nothing is published that was to be closed and stands open again") {
  int64_t id = hand_in("g.txt", kNotice);
  size_t second = 0;
  Json clauses = model(id)["clauses"];
  while (clauses.at(second)["path"] != "2") ++second;
  REQUIRE(change(id, {{"action", "audience"}, {"position", std::to_string(second)}, {"value", "committee"}}).status == 303);
  auto all = corpus::Viewer::everything();
  corpus::Reading reading;
  reading.facts = desk.drafts().find(all, id)->facts;
  corpus::Clause other;
  other.label = "第１条", other.text = "まったく別の言葉で書かれている。", other.kind = corpus::ClauseKind::article;
  reading.clauses = {other};
  corpus::assign_addresses(reading.clauses);
  desk.drafts().read_again(all, id);
  desk.drafts().set_read(id, reading);
  Response refused = change(id, {{"action", "publish"}});
  CHECK(refused.status == 409);
  CHECK(refused.body.find("公開範囲の直しがやり直されていません") != std::string::npos);
  CHECK(change(id, {{"action", "undo"}}).status == 303);
  CHECK(change(id, {{"action", "publish"}}).status == 303);
}

TEST_CASE_METHOD(Fixture, "who does not see a document cannot change it by its name") {
  int64_t id = hand_in("h.txt", kNotice);
  App clerk(open({{"public", "staff"}, {corpus::Task::desk}}));
  auto revision = std::to_string(desk.drafts().find(corpus::Viewer::everything(), id)->revision);
  for (const char* further : {"himitsu", ""}) {
    Response refused = clerk.handle({"POST", "/drafts/" + std::to_string(id), {{"Content-Type", "application/x-www-form-urlencoded"}, {"Sec-Fetch-Site", "same-origin"}},
                                     write_query({{"action", "publish"}, {"revision", revision}, {"title", "公開する"}, {"slug", "himitsu"}, {"audience", "public"}, {"further", further}}).substr(1)});
    CHECK(refused.status == 409);
    CHECK(refused.body.find("極秘の手順") == std::string::npos);
    revision = std::to_string(desk.drafts().find(corpus::Viewer::everything(), id)->revision);
  }
  CHECK(library.document(corpus::Viewer::everything(), "himitsu")->audience == "restricted");
  CHECK(library.editions(corpus::Viewer::everything(), "himitsu").size() == 1);
}

TEST_CASE_METHOD(Fixture, "of two who publish a draft at once, one does") {
  corpus::Viewer clerk{{"public", "staff"}, {corpus::Task::desk}}, all = corpus::Viewer::everything();
  for (int round = 0; round < 10; ++round) {
    int64_t id = hand_in(std::to_string(round) + ".txt", std::to_string(round) + "\n" + kNotice);
    corpus::Facts facts = desk.drafts().find(all, id)->facts;
    facts.slug = "doji-" + std::to_string(round);
    desk.drafts().set_facts(clerk, id, desk.drafts().find(all, id)->revision, facts);
    int64_t revision = desk.drafts().find(all, id)->revision;
    std::atomic<int> published = 0, refused = 0;
    {
      std::vector<std::jthread> people;
      for (int i = 0; i < 2; ++i) {
        people.emplace_back([&] {
          try {
            desk.publish(clerk, id, revision, false);
            ++published;
          } catch (const Error&) {
            ++refused;
          }
        });
      }
    }
    CHECK(published == 1);
    CHECK(refused == 1);
    CHECK(library.editions(all, facts.slug).size() == 1);
  }
}

TEST_CASE_METHOD(Fixture, "a draft whose original is lost says so, but not when it is published already") {
  corpus::Viewer all = corpus::Viewer::everything();
  auto ready = [&](const std::string& slug) {
    auto draft = desk.drafts().find(all, hand_in(slug + ".txt", slug + "\n" + kNotice)).value();
    corpus::Facts facts = draft.facts;
    facts.slug = slug;
    desk.drafts().set_facts(all, draft.id, draft.revision, facts);
    return desk.drafts().find(all, draft.id).value();
  };
  auto why_not = [&](const corpus::Draft& draft, int64_t revision) {
    try {
      desk.publish(all, draft.id, revision, false);
    } catch (const Error& e) {
      return e.message();
    }
    return std::string();
  };
  auto published = ready("sumi"), lost = ready("ushinai"), barred = ready("ijo");
  CHECK(why_not(published, published.revision).empty());
  for (const auto& draft : {published, lost}) std::filesystem::remove(desk.files().path_of(draft.file_sha256));
  // What its file's folder would be is none.
  std::filesystem::path folder = desk.files().path_of(barred.file_sha256).parent_path();
  std::filesystem::remove_all(folder);
  std::ofstream(folder) << "x";
  CHECK(why_not(published, published.revision) == "公開済みのため、変更できません。");
  CHECK(why_not(lost, lost.revision - 1) == "ほかの画面でこの下書きが変更されました。");
  CHECK(why_not(lost, lost.revision) == "取り込んだ原本が失われたか、変わっています。");
  CHECK(why_not(barred, barred.revision) == "取り込んだ原本が失われたか、変わっています。");
}

TEST_CASE_METHOD(Fixture, "the form without script takes several files at once") {
  std::string body = "--B\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a.txt\"\r\n\r\n第１条　あ。\r\n--B\r\nContent-Disposition: form-data; name=\"files\"; filename=\"b.txt\"\r\n\r\n第１条　い。\r\n--B--\r\n";
  Response taken = post("/drafts", body, "multipart/form-data; boundary=B");
  CHECK(taken.status == 303);
  CHECK(Json::parse(get(app, "/api/v1/drafts").body)["total"] == 2);
  CHECK(get(app, "/drafts").body.find("2件を読み取っています") != std::string::npos);
  CHECK(post("/drafts", "--B--\r\n", "multipart/form-data; boundary=B").status == 400);
  CHECK(post("/drafts", "files=a", "application/x-www-form-urlencoded").status == 415);
}

TEST_CASE_METHOD(Fixture, "what is handed in wrongly, or from elsewhere, is refused") {
  CHECK(post("/api/v1/drafts?name=a.txt", "").status == 400);
  CHECK(post("/api/v1/drafts", "abc").status == 400);
  CHECK(post("/api/v1/drafts?name=..%2F..%2Fa.txt", "第１条　あ。").status == 201);
  CHECK(Json::parse(get(app, "/api/v1/drafts").body)["drafts"][0]["file_name"] == "a.txt");
  CHECK(post("/api/v1/drafts?name=a.txt", "abc", "application/octet-stream", "cross-site").status == 403);
  CHECK(post("/drafts/1", "action=publish", "application/x-www-form-urlencoded", "cross-site").status == 403);
  int64_t id = hand_in("d.txt", kNotice);
  CHECK(change(id, {{"action", "explode"}}).status == 400);
  CHECK(change(id, {{"action", "join"}, {"position", "9999"}}).status == 409);
  CHECK(change(id, {{"action", "facts"}, {"title", "あ"}, {"slug", "あ"}, {"issued", "昨日"}}).status == 400);
  CHECK(post("/drafts/" + std::to_string(id), "action=join&position=1&revision=0").status == 409);
  CHECK(post("/drafts/x", "action=read").status == 404);
  CHECK(get(app, "/drafts/99999999999999999999").status == 404);
  Headers here = {{"Sec-Fetch-Site", "same-origin"}};
  CHECK(app.longest_body({"POST", "/api/v1/drafts?name=a", here, ""}) > App::longest_form);
  CHECK(app.longest_body({"POST", "/api/v1/drafts?name=a", {{"Sec-Fetch-Site", "cross-site"}}, ""}) == App::longest_form);
  CHECK(app.longest_body({"POST", "/judgements", here, ""}) == App::longest_form);
}

TEST_CASE_METHOD(Fixture, "facts that cannot be lead back to the form as it was typed") {
  int64_t id = hand_in("d.txt", kNotice);
  Json before = model(id);
  for (const char* action : {"facts", "publish"}) {
    Response refused = change(id, {{"action", action}, {"title", "端末の扱い"}, {"slug", "d"}, {"issued", "きのう"}, {"link", "ftp://a"}});
    CHECK(refused.status == 400);
    CHECK(refused.content_type.starts_with("text/html"));
    for (const char* shown : {"保存していません", "value=\"端末の扱い\"", "value=\"きのう\" aria-invalid=\"true\" aria-describedby=\"fault-issued\"", "発出日「きのう」は日付ではありません。", "id=\"fault-link\""}) {
      INFO(shown);
      CHECK(refused.body.find(shown) != std::string::npos);
    }
    CHECK(refused.body.find("id=\"fault-title\"") == std::string::npos);
    CHECK(model(id) == before);
  }
  CHECK(change(id, {{"action", "facts"}, {"title", ""}, {"slug", "d"}}).body.find("id=\"fault-title\"") != std::string::npos);
  // Nothing was changed, so what is typed then is taken.
  CHECK(change(id, {{"action", "facts"}, {"title", "端末の扱い"}, {"slug", "d"}, {"issued", "令和八年四月一日"}}).status == 303);
  CHECK(get(app, "/drafts/" + std::to_string(id)).body.find("value=\"2026-04-01\"") != std::string::npos);
  // The form keeps the revision that it stood on: a change from elsewhere is not overwritten after the second try.
  Response stale = post("/drafts/" + std::to_string(id), "action=facts&title=a&slug=d&issued=x&revision=1");
  CHECK(stale.body.find("name=\"revision\" value=\"1\"") != std::string::npos);
  CHECK(post("/drafts/" + std::to_string(id), "action=facts&title=a&slug=d&revision=1").status == 409);
}

TEST_CASE_METHOD(Fixture, "another draft of the same file, or for the same document, is told") {
  int64_t first = hand_in("a.txt", kNotice), second = hand_in("b.txt", kNotice), third = hand_in("c.txt", "第１条　鍵を返す。\n第２条　札を返す。\n");
  auto rivals = [&](int64_t id) {
    std::vector<std::pair<int64_t, bool>> out;
    Json shown = model(id);
    for (const auto& one : shown.at("rivals")) out.emplace_back(one.at("id"), one.at("same"));
    return out;
  };
  CHECK(rivals(first) == std::vector<std::pair<int64_t, bool>>{{second, true}});
  CHECK(rivals(third).empty());
  REQUIRE(change(third, {{"action", "facts"}, {"title", "返却"}, {"slug", "a"}}).status == 303);
  CHECK(rivals(first) == std::vector<std::pair<int64_t, bool>>{{second, true}, {third, false}});
  CHECK(get(app, "/drafts/" + std::to_string(first)).body.find("同じ識別名の下書きが、ほかにあります:") != std::string::npos);
  REQUIRE(change(third, {{"action", "drop-draft"}}).status == 303);
  CHECK(rivals(first).size() == 1);
}

TEST_CASE_METHOD(Fixture, "the desk is for those who have it as a task") {
  int64_t id = hand_in("e.txt", kNotice);
  App narrow(open({{"public", "staff"}}));
  std::string draft = "/drafts/" + std::to_string(id);
  for (const std::string& target : {std::string("/drafts"), draft, draft + "/original", draft + "/pages/1", "/api/v1" + draft, std::string("/api/v1/drafts")}) {
    INFO(target);
    CHECK(get(narrow, target).status == 403);
  }
  CHECK(get(narrow, "/").body.find("/drafts") == std::string::npos);
  CHECK(get(app, "/").body.find("/drafts") != std::string::npos);
  Headers here = {{"Sec-Fetch-Site", "same-origin"}, {"Content-Type", "application/x-www-form-urlencoded"}};
  CHECK(narrow.handle({"POST", "/api/v1/drafts?name=a.txt", here, "第１条　あ。"}).status == 403);
  CHECK(narrow.handle({"POST", draft, here, "action=read"}).status == 403);
  CHECK(narrow.longest_body({"POST", "/drafts", here, ""}) == App::longest_form);
}

TEST_CASE_METHOD(Fixture, "a page of a PDF is shown as it looks") {
  std::string content = "BT /F1 12 Tf 72 700 Td (Article 1 Return the laptop.) Tj ET";
  std::vector<std::string> objects = {"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
                                      "<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 800]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
                                      "<</Length " + std::to_string(content.size()) + ">>stream\n" + content + "\nendstream", "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"};
  std::string pdf = "%PDF-1.4\n";
  for (size_t i = 0; i < objects.size(); ++i) pdf += std::to_string(i + 1) + " 0 obj\n" + objects[i] + "\nendobj\n";
  int64_t id = hand_in("page.pdf", pdf + "trailer<</Size 6/Root 1 0 R>>\n%%EOF\n");
  Json draft = model(id);
  REQUIRE(draft["draft"]["state"] == "ready");
  REQUIRE(draft["pages"].size() == 1);
  std::string address = draft["pages"][0]["url"];
  Response picture = get(app, address);
  CHECK(picture.status == 200);
  CHECK(picture.content_type == "image/png");
  // Twice as high as wide, as the page is (the size stands in the first chunk, after 16 bytes).
  auto number = [&](size_t at) { return static_cast<unsigned char>(picture.body[at + 2]) * 256 + static_cast<unsigned char>(picture.body[at + 3]); };
  CHECK(number(16) == 1100);
  CHECK(number(20) == 2200);
  std::string etag(header_of(picture.headers, "ETag"));
  CHECK(get(app, address, {{"If-None-Match", etag}}).status == 304);
  for (const char* page : {"0", "2", "x", "01"}) CHECK(get(app, "/drafts/" + std::to_string(id) + "/pages/" + page).status == 404);
  // Of a text that may go on over pages only a person knows where a part of it stands.
  CHECK(change(id, {{"action", "page"}, {"position", "0"}, {"on_page", "1"}}).status == 303);
  CHECK(change(id, {{"action", "page"}, {"position", "0"}, {"on_page", "2"}}).status == 400);
  CHECK(model(id)["clauses"][0]["page"] == 1);
  CHECK(change(id, {{"action", "page"}, {"position", "0"}}).status == 400);
}

TEST_CASE_METHOD(Fixture, "the same file is no further edition, but cut otherwise it is") {
  auto hand_in_as = [&](const std::string& issued) {
    int64_t id = hand_in("f.txt", kNotice);
    REQUIRE(change(id, {{"action", "facts"}, {"title", "持ち帰り"}, {"slug", "mochi"}, {"issued", issued}}).status == 303);
    return id;
  };
  REQUIRE(change(hand_in_as("2026-04-01"), {{"action", "publish"}}).status == 303);
  int64_t again = hand_in_as("2026-05-01");
  CHECK(change(again, {{"action", "publish"}, {"further", "mochi"}}).status == 409);
  CHECK(model(again)["draft"]["state"] == "ready");
  size_t last = model(again)["clause_count"].get<size_t>() - 1;
  REQUIRE(change(again, {{"action", "relabel"}, {"position", std::to_string(last)}, {"value", "第３条"}}).status == 303);
  CHECK(header_of(change(again, {{"action", "publish"}, {"further", "mochi"}}).headers, "Location") == "/documents/mochi/2026-05-01");
}

TEST_CASE_METHOD(Fixture, "of several files those that can be are taken, and the others named") {
  std::string part = "--B\r\nContent-Disposition: form-data; name=\"files\"; filename=\"";
  Response answer = post("/drafts", part + "a.txt\"\r\n\r\n第１条　あ。\r\n" + part + "空.txt\"\r\n\r\n\r\n" + part + "b.txt\"\r\n\r\n第１条　い。\r\n--B--\r\n", "multipart/form-data; boundary=B");
  CHECK(answer.status == 400);
  CHECK(answer.body.find("「空.txt」: ファイルが空です。") != std::string::npos);
  CHECK(Json::parse(get(app, "/api/v1/drafts").body)["total"] == 2);
}

TEST_CASE_METHOD(Fixture, "a file that we cannot read for now does not keep the others waiting") {
  std::atomic<bool> stop{false};
  indexer::Desk broken(database, files, {{}, "/nowhere/shirube"});
  REQUIRE(post("/api/v1/drafts?name=a.txt", kNotice, "application/octet-stream").status == 201);
  REQUIRE(post("/api/v1/drafts?name=b.txt", kNotice + "。", "application/octet-stream").status == 201);
  CHECK_THROWS_AS(broken.read_waiting([](int64_t) {}, stop), Error);
  // What was lost of one is said with that one; the other is read.
  std::filesystem::remove(files.path_of(store::sha256(kNotice)));
  read();
  Json list = Json::parse(get(app, "/api/v1/drafts").body)["drafts"];
  REQUIRE(list.size() == 2);
  CHECK(list[0]["state"] == "ready");
  CHECK(list[1]["state"] == "failed");
  CHECK(list[1]["reason"] == "取り込んだファイルが失われています。");
}
