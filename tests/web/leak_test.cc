// What a viewer may not see leaves no trace: every answer of every route equals the answer of a town that never held it.
#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <random>
#include <regex>
#include <set>

#include "office/workbook.h"
#include "store/files.h"
#include "store/queue.h"
#include "tests/web/leak_town.h"
#include "text/utf8.h"
#include "web/target.h"

using namespace shirube;
using namespace shirube::web;

namespace {

const std::vector<LeakViewer>& viewers() {
  using corpus::Task;
  static const std::vector<LeakViewer> all = {
      {"公開だけ", {"public"}, std::nullopt, {}, 22},
      {"職員", {"public", "staff"}, std::nullopt, {}, 22},
      {"委員", {"public", "staff", "committee"}, std::nullopt, {}, 22},
      {"監査班", {"public", "監査班"}, std::nullopt, {}, 22},
      {"受託者", {"public", "staff", "restricted", "契約班"}, std::vector<std::string>{"keiyaku-a", "taisaku-kijun", "nai"}, {}, 22},
      {"担当職員", {"public", "staff"}, std::nullopt, {Task::judge, Task::desk}, 32},
      {"評価する監査班", {"public", "staff", "監査班", "restricted"}, std::nullopt, {Task::judge}, 24},
      {"監査人", {"public", "staff", "committee", "restricted"}, std::nullopt, {Task::events}, 23},
      {"取り込む監査人", {"public", "committee"}, std::nullopt, {Task::events, Task::desk}, 31},
      {"管理者", {"public", "staff", "committee", "restricted"}, std::nullopt, {Task::judge, Task::desk, Task::events, Task::administer}, 36, true},
  };
  return all;
}

using Targets = std::vector<std::string>;

/// All that stands in an answer, but for the time of day and, where that is asked for, numbers that count what others did.
std::string told(const Response& response, bool numbers) {
  static const std::regex time("[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?Z"), number("(\"id\":|/drafts/)[0-9]+");
  std::string out = fmt::format("{}\n{}\n", response.status, response.content_type);
  for (const auto& [name, value] : response.headers) out += name + ": " + value + "\n";
  out += "\n" + response.body;
  if (response.file) out += fmt::format("[{} {}]", response.file->offset, response.file->length) + store::read_file(response.file->path, 1 << 20);
  out = std::regex_replace(out, time, "TIME");
  // Of a body with times in it.
  if (response.content_type.starts_with("application/atom")) out = std::regex_replace(out, std::regex("ETag: \"[0-9a-f]+\""), "ETag: TAG");
  return numbers ? out : std::regex_replace(out, number, "$1N");
}

/// A piece of the text around where two answers part.
std::string parting(const std::string& a, const std::string& b) {
  size_t at = static_cast<size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
  size_t from = at > 200 ? at - 200 : 0;
  return "with: …" + a.substr(from, 400) + "\nwithout: …" + b.substr(from, 400);
}

/// An edition with its clauses, as addresses have them.
struct Place {
  std::string slug, key;
  std::vector<std::string> paths;
};

/// Of everything there is.
std::vector<Place> places(const LeakTown& full) {
  std::vector<Place> out;
  auto all = corpus::Viewer::everything();
  for (const auto& listed : full.library.documents(all, 0, 1000)) {
    for (const auto& edition : full.library.editions(all, listed.document.slug)) {
      Place place{listed.document.slug, edition.key, {}};
      for (const auto& clause : full.library.clauses(all, place.slug, place.key)) {
        if (place.paths.size() < 10) place.paths.push_back(clause.clause.path);
      }
      place.paths.push_back("99");
      out.push_back(std::move(place));
    }
  }
  out.push_back({"nai", "2025-04-01", {"1"}});
  out.push_back({"taisaku-kijun", "1999-01-01", {"1"}});
  return out;
}

const std::vector<std::string> chosen_queries = {
    "端末の持ち出し", "極秘", "極秘台帳", "特命", "監査", "指摘事項", "無害化", "添付ファイル 無害化", "暗号鍵 漏洩", "庁外で使う端末", "隠密端末", "可搬端末", "\"例外の承認\"", "「極秘台帳」", "台帳",
    "端末 -極秘", "極*", "隠*", "監査 OR 極秘", "端末 NEAR/20 極秘", "件名:極秘", "件名:端末", "条:3", "条:2 端末", "種別:規程 台帳", "発出者:特命係 端末", "版:すべて 台帳", "版:旧版 端末",
    "時点:2024-05-01 端末", "2025-04-01..", "番号:星", "ごくひだいちょう", "かんさ", "muegaika", "むがいか", "ろうえい", "暗合鍵", "テレワク", "対策基準第3条", "星見市情報セキュリティ対策基準（令和7年4月1日版）第3条",
    "極秘の手順（令和7年4月1日版）第1条", "委託 契約 単価", "長い文書の条文", "管理者権限の濫用", "懲戒処分", "=端末", "+端末 +承認", "で", "の", "ある", "\"である\""};

const std::vector<std::string> record_numbers = {"R8-記録-0001", "R8-記録-0002", "R8-記録-0003", "R8-記録-0004", "R8-記録-0005", "R8-記録-0006", "R8-内密-0001", "R8-内密-0002", "R8-記録-0099", "nai"};

/// Pages of ledgers and records.
void record_examples(std::map<std::string, Targets>& out) {
  auto q = [](const std::string& text) { return percent_encode(text); };
  for (const char* scope : {"", "?scope=mine", "?scope=units", "?scope=all", "?scope=all&ledger=naisho", "?scope=nai"}) {
    out["/deadlines"].push_back(std::string("/deadlines") + scope);
    out["/api/v1/deadlines"].push_back(std::string("/api/v1/deadlines") + scope);
    out["/feeds/deadlines"].push_back(std::string("/feeds/deadlines") + scope);
    out["/deadlines/digest"].push_back(std::string("/deadlines/digest") + scope);
  }
  out["/ledgers"] = {"/ledgers"};
  out["/api/v1/ledgers"] = {"/api/v1/ledgers"};
  for (const char* key : {"kiroku", "naisho", "nai"}) {
    const std::string ledger = std::string("/ledgers/") + key;
    for (const std::string& asked : {std::string(), "?q=" + q("端末"), "?q=" + q("極秘"), "?q=" + q("特命課"), "?q=" + q("太郎"), "?q=" + q("抜き打ち"), std::string("?review=on"), std::string("?open=on"), std::string("?state=done"), "?list=" + q("特命だけ"), "?f.topic=" + q("特命"), "?f.unit=" + q("特命課"),
                                    "?f.also=" + q("R8-記録-0001"), "?f.also=" + q("R8-内密-0001"), "?f.cites=" + q("himitsu/2025-04-01/1"), "?f.cites=" + q("taisaku-kijun/2024-04-01/2"), "?f.inner_cites=" + q("taisaku-kijun/2024-04-01/2"), std::string("?date=day&from=2026-05-01&to=2026-12-31"), std::string("?owner=hana"), std::string("?page=2")}) {
      out["/ledgers/{}"].push_back(ledger + asked);
      out["/api/v1/ledgers/{}"].push_back("/api/v1" + ledger + asked);
      out["/ledgers/{}/export"].push_back(ledger + "/export" + asked);
    }
    out["/ledgers/{}/new"].push_back(ledger + "/new");
    out["/ledgers/{}/import"].push_back(ledger + "/import");
    for (const char* text : {"端末の持ち出しの相談", "極秘の所見", "特命の無害化", "抜き打ち監査", "で"}) out["/api/v1/ledgers/{}/beside"].push_back("/api/v1" + ledger + "/beside?text=" + q(text));
  }
  for (const auto& number : record_numbers) {
    const std::string record = "/records/" + q(number);
    out["/records/{}"].push_back(record);
    out["/api/v1/records/{}"].push_back("/api/v1" + record);
    out["/records/{}/edit"].push_back(record + "/edit");
    for (const char* asked : {"", "?from=1&to=2"}) {
      out["/records/{}/history"].push_back(record + "/history" + asked);
      out["/api/v1/records/{}/history"].push_back("/api/v1" + record + "/history" + asked);
    }
    out["/records/{}/files/{}"].push_back(record + "/files/" + store::sha256("写しの中身"));
    for (const char* key : {"copy", "lost", "nai"}) out["/records/{}/letters/{}"].push_back(record + "/letters/" + key);
    for (const char* asked : {"list", "list?q=%E6%8C%81%E3%81%A1", "list?q=himitsu", "secret", "list?edit=2"}) out["/records/{}/rows/{}"].push_back(record + "/rows/" + asked);
    for (const char* asked : {"list", "secret", "nai"}) out["/records/{}/rows/{}/answers"].push_back(record + "/rows/" + asked + "/answers");
  }
}

/// Addresses for each route that is asked for by GET.
std::map<std::string, Targets> examples(const std::vector<Place>& all) {
  std::map<std::string, Targets> out;
  auto q = [](const std::string& text) { return percent_encode(text); };
  for (const auto& query : chosen_queries) {
    out["/"].push_back("/?q=" + q(query));
    out["/api/v1/search"].push_back("/api/v1/search?q=" + q(query));
    out["/api/v1/suggest"].push_back("/api/v1/suggest?limit=50&q=" + q(query));
    out["/similar"].push_back("/similar?text=" + q(query + "と監査の端末、無線の漏洩"));
    out["/api/v1/similar"].push_back("/api/v1/similar?text=" + q(query));
  }
  for (const char* typed : {"ご", "g", "か", "k", "監", "極", "情", "い", "あ", "暗", "t", "端末の"}) out["/api/v1/suggest"].push_back("/api/v1/suggest?limit=50&q=" + q(typed));
  for (const char* more : {"&fold=off", "&sort=newest", "&kind=answer", "&kind=policy", "&document=himitsu", "&document=nai", "&document=taisaku-kijun", "&issuer=%E7%89%B9%E5%91%BD%E4%BF%82", "&page=2&limit=3", "&from=2025-01-01&to=2025-12-31", "&synonyms=off", "&audience=restricted", "&audience=%E7%9B%A3%E6%9F%BB%E7%8F%AD", "&audience=public", "&edition=past", "&unseen=1",
                          "&limit=1&fold=on", "&from=x"}) {
    for (const char* query : {"端末", "監査の回答", "極秘"}) {
      out["/"].push_back("/?q=" + q(query) + more);
      out["/api/v1/search"].push_back("/api/v1/search?q=" + q(query) + more);
    }
  }
  out["/"].push_back("/");
  out["/similar"].push_back("/similar");
  out["/explain"] = {"/explain", "/explain?q=%E7%AB%AF%E6%9C%AB&clause=x"};
  out["/documents"] = {"/documents", "/documents?page=2", "/documents?page=x"};
  out["/api/v1/documents"] = {"/api/v1/documents", "/api/v1/documents?page=2"};
  std::set<std::string> slugs;
  size_t turn = 0;
  for (const auto& place : all) {
    std::string edition = "/documents/" + q(place.slug) + "/" + q(place.key);
    if (slugs.insert(place.slug).second) {
      out["/documents/{}"].push_back("/documents/" + q(place.slug));
      out["/api/v1/documents/{}"].push_back("/api/v1/documents/" + q(place.slug));
    }
    for (const char* page : {"", "?page=2", "?at=3"}) {
      out["/documents/{}/{}"].push_back(edition + page);
      out["/api/v1/documents/{}/{}"].push_back("/api/v1" + edition + page);
    }
    for (const char* asked : {"", "?show=all", "?from=2024-04-01&show=all", "?from=2025-04-01"}) {
      out["/documents/{}/{}/changes"].push_back(edition + "/changes" + asked);
      out["/api/v1/documents/{}/{}/changes"].push_back("/api/v1" + edition + "/changes" + asked);
    }
    out["/documents/{}/{}/dangling"].push_back(edition + "/dangling");
    out["/api/v1/documents/{}/{}/dangling"].push_back("/api/v1" + edition + "/dangling");
    out["/documents/{}/{}/original"].push_back(edition + "/original");
    for (const char* asked : {"", "?page=2&q=%E7%AB%AF%E6%9C%AB", "?at=3"}) out["/documents/{}/{}/beside"].push_back(edition + "/beside" + asked);
    for (const auto& path : place.paths) {
      std::string clause = edition + "/clauses/" + q(path);
      std::string asked = q(chosen_queries[turn++ % chosen_queries.size()]), address = q(place.slug + "/" + place.key + "/" + path);
      // One after the other, as the pages are made of the same models.
      if (turn % 2) out["/documents/{}/{}/clauses/{}"].push_back(clause + (turn % 3 ? turn % 4 == 1 ? "?citing=all" : "" : "?q=" + asked));
      else out["/api/v1/documents/{}/{}/clauses/{}"].push_back("/api/v1" + clause + (turn % 3 ? "" : "?q=" + asked));
      if (turn % 3 == 0) out["/api/v1/documents/{}/{}/clauses/{}/similar"].push_back("/api/v1" + clause + "/similar");
      if (turn % 3 == 1) out["/api/v1/explain"].push_back("/api/v1/explain?q=" + asked + "&clause=" + address);
      if (turn % 6 == 2) out["/explain"].push_back("/explain?q=" + asked + "&clause=" + address);
    }
  }
  for (const char* asked : {"", "?page=2", "?kind=policy", "?kind=nai", "?issuer=%E7%89%B9%E5%91%BD%E4%BF%82", "?topic=%E6%A5%B5%E7%A7%98", "?from=2025-01-01&to=2025-12-31", "?from=x"}) {
    out["/news"].push_back(std::string("/news") + asked);
    out["/api/v1/news"].push_back(std::string("/api/v1/news") + asked);
  }
  out["/help"] = {"/help"};
  out["/accessibility"] = {"/accessibility"};
  for (const char* asked : {"", "?from=2025-04-01&to=2025-04-30", "?from=2000-01-01&to=2999-12-31", "?from=x"}) {
    out["/news/digest"].push_back(std::string("/news/digest") + asked);
    out["/api/v1/news/digest"].push_back(std::string("/api/v1/news/digest") + asked);
  }
  for (const char* asked : {"", "?kind=policy", "?issuer=%E7%89%B9%E5%91%BD%E4%BF%82"}) out["/feeds/news"].push_back(std::string("/feeds/news") + asked);
  out["/feeds/searches/{}"] = {"/feeds/searches/1", "/feeds/searches/2", "/feeds/searches/3", "/feeds/searches/x"};
  out["/favourites"] = {"/favourites"};
  out["/api/v1/favourites"] = {"/api/v1/favourites"};
  for (const char* asked : {"", "?q=%E6%A5%B5%E7%A7%98", "?q=%E7%AB%AF%E6%9C%AB", "?q=gokuhi", "?row=%E3%81%94", "?row=%E3%81%8B", "?page=2"}) {
    out["/terms"].push_back(std::string("/terms") + asked);
    out["/api/v1/terms"].push_back(std::string("/api/v1/terms") + asked);
  }
  for (const char* query : {"端末", "極秘", "監査の回答", "\"例外の承認\""}) out["/search.xlsx"].push_back("/search.xlsx?q=" + q(query));
  out["/judgements"] = {"/judgements", "/judgements?page=2", "/judgements?page=x"};
  out["/basket"] = {"/basket"};
  out["/api/v1/basket"] = {"/api/v1/basket"};
  out["/drafts"] = {"/drafts", "/drafts?page=2"};
  out["/api/v1/drafts"] = {"/api/v1/drafts"};
  for (const char* id : {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "99", "x"}) {
    out["/drafts/{}"].push_back(fmt::format("/drafts/{}", id));
    out["/api/v1/drafts/{}"].push_back(fmt::format("/api/v1/drafts/{}", id));
    out["/drafts/{}/original"].push_back(fmt::format("/drafts/{}/original", id));
    out["/drafts/{}/pages/{}"].push_back(fmt::format("/drafts/{}/pages/1", id));
  }
  out["/static/{}"] = {"/static/style.css", "/static/nai"};
  out["/static/fonts/{}"] = {"/static/fonts/nai.woff2"};
  out["/static/pdfjs/{}"] = {"/static/pdfjs/nai.mjs"};
  // Nobody here has accounts, or a task that these are for: they lead nowhere, whatever is asked.
  for (const char* pattern : {"/sign-in", "/account", "/account/second-step", "/account/second-step/picture", "/admin", "/admin/people", "/admin/people/{}", "/admin/groups", "/admin/why",
                              "/admin/settings", "/admin/settings/{}", "/admin/backups", "/admin/health", "/events", "/events/export", "/api/v1/events"}) {
    out[pattern] = {text::replace_all(pattern, "{}", "1") + "?person=staff&document=himitsu&text=himitsu"};
  }
  for (const char* pattern : {"/healthz", "/readyz", "/metrics"}) out[pattern] = {pattern};
  record_examples(out);
  return out;
}

struct Form {
  std::string target, type, body;
};
/// What may be done to records, and tried with what is hidden.
void record_forms(std::map<std::string, std::vector<Form>>& out) {
  const std::string type = "application/x-www-form-urlencoded";
  auto form = [](std::vector<std::pair<std::string, std::string>> fields) { return write_query(fields).substr(1); };
  for (const auto& number : record_numbers) {
    const std::string record = "/records/" + percent_encode(number);
    for (const char* cited : {"himitsu/2025-04-01/1", "tsuchi/2025-02-01/1", "nai/1/1"}) {
      out["/records/{}"].push_back({record, type, form({{"action", "review"}, {"revision", "1"}, {"field", "cites"}, {"citation", cited}, {"renewed", ""}})});
    }
    out["/records/{}"].push_back({record, type, form({{"action", "give"}, {"revision", "1"}, {"owner", "taro"}})});
    out["/records/{}"].push_back({record, type, form({{"action", "narrow"}, {"revision", "2"}, {"audience", "監査班"}})});
    out["/records/{}"].push_back({record, type, form({{"action", "step"}, {"revision", "2"}, {"step", "publish"}})});
    out["/records/{}/files"].push_back({record + "/files", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"field\"\r\n\r\nsecret\r\n--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\na\r\n--x--\r\n"});
    out["/records/{}/rows/{}"].push_back({record + "/rows/list", type, form({{"number", "2"}, {"before", "x"}, {"cell.what", "変えた"}})});
    out["/records/{}/rows/{}"].push_back({record + "/rows/list", type, form({{"number", "0"}, {"cell.what", "加えた"}, {"cell.clause", "himitsu/2025-04-01/1"}})});
    out["/records/{}/rows/{}/answers"].push_back({record + "/rows/list/answers", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"do\"\r\n\r\ntry\r\n--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\nwhat\r\na\r\n--x--\r\n"});
    out["/unsaved"].push_back({"/unsaved", type, form({{"place", number}, {"revision", "1"}, {"asked", "question"}, {"f.question", "書きかけ"}})});
    for (const char* linked : {"R8-内密-0001", "R8-記録-0002", "R8-記録-0099"}) {
      out["/records/{}/edit"].push_back({record + "/edit", type, form({{"do", "save"}, {"revision", "1"}, {"asked", "question"}, {"asked", "also"}, {"f.question", "変えた端末"}, {"link.also", linked}, {"add.also", ""}})});
    }
    for (const char* field : {"secret", "unit", "topic"}) out["/ledgers/{}"].push_back({"/ledgers/kiroku", type, form({{"number", number}, {"field", field}, {std::string("f.") + field, "特命"}, {"do", "try"}})});
  }
  for (const char* key : {"kiroku", "naisho", "nai"}) {
    const std::string ledger = std::string("/ledgers/") + key;
    out["/ledgers/{}/new"].push_back({ledger + "/new", type, form({{"do", "save"}, {"asked", "question"}, {"asked", "also"}, {"asked", "cites"}, {"f.question", "新しい端末"}, {"link.also", "R8-内密-0001"}, {"add.also", ""}, {"cite.cites", "himitsu/2025-04-01/1"}, {"quote.cites", ""}, {"add.cites", ""}})});
    out["/ledgers/{}/import"].push_back({ledger + "/import", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"do\"\r\n\r\ntake\r\n--x--\r\n"});
  }
}

/// Forms for each route that takes any; those that make something new come last, as what they make is numbered on.
std::map<std::string, std::vector<Form>> forms(const std::vector<Place>& all) {
  std::map<std::string, std::vector<Form>> out;
  auto form = [](std::vector<std::pair<std::string, std::string>> fields) { return write_query(fields).substr(1); };
  const std::string type = "application/x-www-form-urlencoded";
  for (const auto& place : all) {
    if (place.slug.starts_with("faq") || place.slug.starts_with("teigi")) continue;
    for (const auto& path : place.paths) {
      out["/documents/{}/{}/clauses/{}/note"].push_back(
          {"/documents/" + percent_encode(place.slug) + "/" + percent_encode(place.key) + "/clauses/" + percent_encode(path) + "/note", type, form({{"text", "やさしく言うと、端末のことです。"}, {"revision", "0"}})});
      out["/basket"].push_back({"/basket", type, form({{"action", "add"}, {"document", place.slug}, {"edition", place.key}, {"clause", path}, {"quote", "端末"}})});
      out["/judgements"].push_back({"/judgements", type, form({{"q", "極秘"}, {"document", place.slug}, {"clause", path}, {"grade", "2"}})});
      out["/judgements"].push_back({"/judgements", type, form({{"q", "端末の持ち出し"}, {"document", place.slug}, {"clause", path}, {"remove", "1"}, {"from", "judgements"}})});
    }
  }
  out["/judgements"].push_back({"/judgements", type, "q=x"});
  record_forms(out);
  for (const char* query : {"端末", "極秘", "監査"}) out["/favourites"].push_back({"/favourites", type, form({{"action", "save"}, {"name", query}, {"address", "?q=" + percent_encode(query)}})});
  for (const auto& place : all) {
    for (const char* action : {"star", "unstar", "star"}) out["/favourites"].push_back({"/favourites", type, form({{"action", action}, {"document", place.slug}})});
  }
  for (const char* action : {"look", "forget", "nai"}) out["/favourites"].push_back({"/favourites", type, form({{"action", action}, {"number", "3"}})});
  out["/news"].push_back({"/news", type, "seen=2025-01-01T00:00:00.000Z"});
  for (const char* id : {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "99", "x"}) {
    for (const char* action : {"read", "undo", "drop-draft", "publish", "audience", "nai"}) {
      if (std::string(id) == "3" && std::string(action) == "read") continue;
      out["/drafts/{}"].push_back({fmt::format("/drafts/{}", id), type, form({{"action", action}, {"revision", "0"}, {"position", "0"}, {"value", "staff"}})});
    }
  }
  out["/drafts"].push_back({"/drafts", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a.txt\"\r\n\r\nkoukai-himitsu2025-04-01\r\n--x--\r\n"});
  out["/drafts"].push_back({"/drafts", type, "x"});
  out["/api/v1/drafts"].push_back({"/api/v1/drafts?name=koukai-himitsu2025-04-01.txt&source=koukai-himitsu2025-04-01.txt", "application/octet-stream", "koukai-himitsu2025-04-01"});
  for (const char* pattern : {"/sign-in", "/sign-in/code", "/sign-out", "/account/password", "/account/second-step", "/account/sessions", "/account/tokens", "/admin/people", "/admin/people/{}",
                              "/admin/groups", "/admin/settings/{}", "/admin/backups", "/events/verify"}) {
    out[pattern].push_back({text::replace_all(pattern, "{}", "1"), type, "name=himitsu&remove=himitsu"});
  }
  return out;
}

/// Workbooks of what everybody sees that name what not everybody does: what each is about, and its bytes.
std::vector<std::pair<std::string, std::string>> workbooks() {
  using Rows = std::vector<std::vector<std::string>>;
  auto book = [](const std::vector<std::string>& columns, Rows rows, Rows table = {}) {
    std::vector<office::Sheet> sheets;
    auto add = [&](const char* name, const std::vector<std::string>& names, Rows cells) {
      office::Sheet sheet{name, {}, {}, std::move(cells)};
      for (const auto& column : names) sheet.columns.push_back({column, 10});
      sheets.push_back(std::move(sheet));
    };
    add("見本の記録", columns, std::move(rows));
    if (!table.empty()) add("点検表", {"番号", "行", "確認内容", "条項", "判定"}, std::move(table));
    return office::write_workbook(sheets);
  };
  const std::string open = "R8-記録-0003";
  return {{"links", book({"番号", "関連"}, {{open, "R8-内密-0001\nR8-記録-0001"}})},
          {"a link in a new record", book({"番号", "質問", "関連"}, {{"", "取り込んだ端末", "R8-記録-0005"}})},
          {"citations", book({"番号", "根拠"}, {{open, "himitsu/2025-04-01/1「極秘とする」"}})},
          {"a citation in a table", book({"番号", "質問"}, {{open, "取り込んだ無害化"}}, {{open, "", "見た", "himitsu/2025-04-01/1", "適"}, {open, "", "見た", "kaisei/2023-04-01/1", "否"}})},
          {"fields", book({"番号", "課", "内密の所見"}, {{open, "特命課", "取り込んだ所見"}})},
          {"what all may write", book({"番号", "質問", "根拠", "関連"}, {{open, "取り込んだ質問", "kaisei/2023-04-01/1", ""}})},
          {"a new record", book({"番号", "質問", "関連"}, {{"", "取り込んだ新しい記録", open}})}};
}

/// Queries of words that stand somewhere, hidden or not, and signs between them.
Targets random_targets(const LeakTown& full, size_t count) {
  std::vector<std::u32string> texts;
  for (const auto& document : leak_documents()) {
    texts.push_back(text::to_utf32(document.title));
    for (size_t i = 0; i < document.clauses.size() && i < 8; ++i) texts.push_back(text::to_utf32(document.clauses[i].heading + document.clauses[i].text));
  }
  std::mt19937 random(20250401);
  auto below = [&](size_t n) { return random() % n; };
  auto word = [&] {
    const auto& text = texts[below(texts.size())];
    size_t length = std::min<size_t>(text.size(), 1 + below(7)), from = below(text.size() - length + 1);
    return text::to_utf8(text.substr(from, length));
  };
  auto all = places(full);
  Targets out;
  for (size_t i = 0; i < count; ++i) {
    std::string query;
    for (size_t words = 1 + below(3); words > 0; --words) {
      switch (below(8)) {
        case 0: query += "\"" + word() + "\" "; break;
        case 1: query += "-" + word() + " "; break;
        case 2: query += word() + "* "; break;
        case 3: query += word() + " OR " + word() + " "; break;
        default: query += word() + " ";
      }
    }
    std::string asked = percent_encode(query);
    const auto& place = all[below(all.size())];
    switch (below(6)) {
      case 0: out.push_back("/?q=" + asked); break;
      case 1: out.push_back("/api/v1/suggest?q=" + asked); break;
      case 2: out.push_back("/api/v1/explain?q=" + asked + "&clause=" + percent_encode(place.slug + "/" + place.key + "/" + place.paths[below(place.paths.size())])); break;
      case 3: out.push_back("/api/v1/similar?text=" + asked); break;
      default: out.push_back(fmt::format("/api/v1/search?q={}&limit={}{}", asked, 1 + below(30), below(2) ? "&sort=newest" : "")); break;
    }
  }
  return out;
}

/// Who may read events reads that something was done to what they do not see; that is held apart, below.
bool tells_events(std::string_view pattern) { return pattern.find("/events") != pattern.npos; }

/// Two towns, and what each says.
struct Comparison {
  const App& with;
  const App& without;
  const LeakViewer& viewer;
  size_t& compared;
  std::set<std::string> answered{};  ///< routes that gave more than a refusal, or than the way to somewhere else

  void hold(const std::string& pattern, const Request& request, bool numbers = true) {
    auto full = with.handle(request);
    std::string a = told(full, numbers), b = told(without.handle(request), numbers);
    ++compared;
    if (full.status < 400) answered.insert(request.method + " " + pattern);
    if (a == b) return;
    FAIL_CHECK(viewer.name << ": " << request.method << " " << request.target << " " << request.body.substr(0, 200) << "\n" << parting(a, b));
  }
  /// A workbook is tried, and taken where it can be: each town by the key that it gave.
  void import(const std::string& what, const std::string& bytes) {
    static const std::regex key("name=\"key\" value=\"([^\"]*)\"");
    auto post = [](const App& app, const std::string& body) { return app.handle({"POST", "/ledgers/kiroku/import", {{"Content-Type", "multipart/form-data; boundary=x"}, {"Sec-Fetch-Site", "same-origin"}}, body + "--x--\r\n"}); };
    const std::string part = "--x\r\nContent-Disposition: form-data; name=\"";
    std::string keys[2], said[2];
    size_t at = 0;
    for (const App* app : {&with, &without}) {
      auto tried = post(*app, part + "do\"\r\n\r\ntry\r\n" + part + "file\"; filename=\"a.xlsx\"\r\n\r\n" + bytes + "\r\n");
      std::smatch found;
      if (std::regex_search(tried.body, found, key)) keys[at] = found[1];
      tried.body = std::regex_replace(tried.body, key, "KEY");
      said[at] = told(tried, false);
      auto taken = post(*app, part + "do\"\r\n\r\ntake\r\n" + part + "key\"\r\n\r\n" + keys[at] + "\r\n");
      said[at] += told(taken, false);
      ++(taken.status == 303 ? took : refused);
      ++at;
    }
    compared += 2;
    if (said[0] != said[1]) FAIL_CHECK(viewer.name << ": a workbook with " << what << "\n" << parting(said[0], said[1]));
  }
  size_t took = 0, refused = 0;
  void read(const std::map<std::string, Targets>& asked) {
    for (const auto& [pattern, targets] : asked) {
      if (tells_events(pattern) && viewer.viewer().may(corpus::Task::events)) continue;
      // That is of the machine and its folder, which are two.
      if (pattern == "/admin/health" && viewer.viewer().may(corpus::Task::administer)) continue;
      for (const auto& target : targets) hold(pattern, {"GET", target, {}, ""});
    }
  }
};

const text::AnalyzerModel& model() {
  static const text::AnalyzerModel instance{text::AnalyzerOptions{}};
  return instance;
}

}  // namespace

TEST_CASE("every answer of every route is that of a town that never held what the viewer may not see") {
  LeakTown full(model(), nullptr);
  auto all = places(full);
  auto asked = examples(all);
  auto sent = forms(all);
  auto random = random_targets(full, 300);
  size_t routes = 0, compared = 0, telling = 0, asked_at_random = 0;
  for (const auto& route : App::routes()) {
    ++routes;
    INFO(route.method << " " << route.pattern << " needs examples here that aim at what is hidden");
    if (route.method == "GET") CHECK_FALSE(asked[route.pattern].empty());
    else CHECK_FALSE(sent[route.pattern].empty());
  }
  App everybody(full.options({"", {"public", "staff", "committee", "restricted", "監査班", "契約班"}, std::nullopt, {corpus::Task::judge, corpus::Task::desk}}));
  for (size_t turn = 0; turn < viewers().size(); ++turn) {
    const auto& viewer = viewers()[turn];
    LeakTown never(model(), &viewer);
    std::set<std::string> answered;
    {
      App with(full.options(viewer)), without(never.options(viewer));
      Comparison comparison{with, without, viewer, compared};
      comparison.read(asked);
      for (size_t i = 0; i < random.size(); ++i) {
        if (i % 2 != turn % 2) continue;
        comparison.hold("random", {"GET", random[i], {}, ""});
        // Those who see all get another answer, or the comparison would show nothing.
        if (viewer.sees_all) continue;
        ++asked_at_random;
        telling += told(everybody.handle({"GET", random[i], {}, ""}), true) != told(with.handle({"GET", random[i], {}, ""}), true);
      }
      answered = comparison.answered;
    }
    LeakTown changed(model(), full.folder());
    App with(changed.options(viewer)), without(never.options(viewer));
    Comparison comparison{with, without, viewer, compared};
    for (bool makes : {false, true}) {
      for (const auto& [pattern, bodies] : sent) {
        if (makes != (pattern == "/drafts" || pattern == "/api/v1/drafts")) continue;
        for (const auto& one : bodies) comparison.hold(pattern, {"POST", one.target, {{"Content-Type", one.type}, {"Sec-Fetch-Site", "same-origin"}}, one.body}, false);
      }
    }
    for (const char* target : {"/judgements", "/drafts", "/?q=%E6%A5%B5%E7%A7%98", "/drafts/2", "/favourites", "/feeds/searches/1", "/feeds/searches/2", "/?q=%E7%AB%AF%E6%9C%AB&unseen=1", "/news", "/documents/taisaku-kijun/2025-04-01/clauses/2"}) comparison.hold("afterwards", {"GET", target, {}, ""}, false);
    answered.insert(comparison.answered.begin(), comparison.answered.end());
    INFO(viewer.name << " gets an answer of " << answered.size() << " routes: nothing is proven of the others");
    CHECK(answered.size() >= viewer.routes);
    std::printf("leak test: %s is answered by %zu routes\n", viewer.name.c_str(), answered.size());
  }
  CHECK(telling > asked_at_random / 4);
  std::printf("leak test: %zu routes, %zu viewers, %zu answers compared, %zu of %zu random ones differ for who sees all\n", routes, viewers().size(), compared, telling, asked_at_random);
}

TEST_CASE("letters and workbooks say nothing of what the viewer may not see") {
  LeakTown full(model(), nullptr);
  std::map<std::string, Targets> asked;
  record_examples(asked);
  const auto books = workbooks();
  size_t compared = 0, took = 0, refused = 0, letters = 0;
  for (const auto& viewer : viewers()) {
    LeakTown never(model(), &viewer), changed(model(), full.folder());
    App with(changed.options(viewer)), without(never.options(viewer));
    Comparison comparison{with, without, viewer, compared};
    auto read = [&] {
      for (const char* pattern : {"/records/{}/letters/{}", "/records/{}", "/records/{}/history"}) {
        for (const auto& target : asked[pattern]) comparison.hold(pattern, {"GET", target, {}, ""}, false);
      }
      comparison.hold("/ledgers/{}", {"GET", "/ledgers/kiroku", {}, ""}, false);
      comparison.hold("/ledgers/{}/export", {"GET", "/ledgers/kiroku/export", {}, ""}, false);
    };
    read();
    letters += comparison.answered.contains("GET /records/{}/letters/{}");
    for (const auto& [what, bytes] : books) comparison.import(what, bytes);
    read();
    took += comparison.took, refused += comparison.refused;
  }
  CHECK(letters == viewers().size());
  CHECK(took > 2 * viewers().size());
  CHECK(refused > viewers().size());
  std::printf("leak test: %zu answers of letters and workbooks compared, %zu taken, %zu refused\n", compared, took, refused);
}

TEST_CASE("what was closed is closed in every answer while the index has yet to learn of it") {
  LeakTown full(model(), nullptr, Indexed::while_open);
  REQUIRE(full.database.read([](SQLite::Database& db) { return !store::corrected_editions(db).empty(); }));
  auto asked = examples(places(full));
  // Of each route some, and other ones for each viewer: all are compared above.
  constexpr size_t of_so_many = 7;
  auto random = random_targets(full, 60);
  size_t compared = 0, turn = 0;
  for (const auto& viewer : viewers()) {
    if (viewer.sees_all || viewer.viewer().may(corpus::Task::events)) continue;
    LeakTown never(model(), &viewer, Indexed::while_open);
    App with(full.options(viewer)), without(never.options(viewer));
    Comparison comparison{with, without, viewer, compared};
    for (const auto& [pattern, targets] : asked) {
      for (size_t i = turn % of_so_many; i < targets.size(); i += of_so_many) comparison.hold(pattern, {"GET", targets[i], {}, ""});
    }
    for (size_t i = turn % of_so_many; i < random.size(); i += of_so_many) comparison.hold("random", {"GET", random[i], {}, ""});
    ++turn;
  }
  std::printf("leak test: %zu answers compared while corrections wait\n", compared);
}

TEST_CASE("what is closed is closed in the next answer, however fresh the index that a reader holds") {
  // Who sees all audiences, but of few documents, sees no more of this one than a citizen.
  const bool all_audiences = GENERATE(false, true);
  const LeakViewer reader = all_audiences ? LeakViewer{"契約先", {"public"}, std::vector<std::string>{"tsuchi"}, {}, 0, true} : viewers().front();
  LeakTown town(model(), nullptr);
  App app(town.options(reader));
  const Request search{"GET", "/api/v1/search?q=" + percent_encode("文書の台帳"), {}, ""}, suggest{"GET", "/api/v1/suggest?q=" + percent_encode("文書管理"), {}, ""};
  auto total = [&] { return nlohmann::json::parse(app.handle(search).body)["results"]["total"].get<int>(); };
  auto suggested = [&] { return nlohmann::json::parse(app.handle(suggest).body)["suggestions"].size(); };
  int before = total();
  REQUIRE(before > 0);
  REQUIRE(suggested() > 0);
  corpus::Facts closed;
  closed.slug = "kaisei", closed.audience = "staff";
  REQUIRE(town.library.correct(closed));
  SECTION("while the index does not know") {}
  SECTION("once it does") { town.index(); }
  CHECK(total() < before);
  CHECK(suggested() == 0);
}

TEST_CASE("the desk is told of a hidden document that its name is taken, and nothing else of it") {
  const LeakViewer clerk = {"担当職員", {"public", "staff"}, std::nullopt, {corpus::Task::desk}};
  LeakTown town(model(), nullptr);
  App app(town.options(clerk));
  corpus::Drafts drafts(town.database);
  auto all = corpus::Viewer::everything();
  auto publish = [&](const std::string& slug, const std::string& further) {
    std::string revision = std::to_string(drafts.find(all, 2)->revision);
    std::vector<std::pair<std::string, std::string>> form = {{"action", "publish"}, {"revision", revision}, {"title", "新しい資料"}, {"slug", slug}, {"kind", "other"}, {"audience", "staff"}, {"further", further}};
    Response response = app.handle({"POST", "/drafts/2", {{"Content-Type", "application/x-www-form-urlencoded"}, {"Sec-Fetch-Site", "same-origin"}}, write_query(form).substr(1)});
    CHECK(response.status == 409);
    return text::replace_all(told(response, true), slug, "SLUG");
  };
  const std::string one = publish("himitsu", "");
  for (const char* slug : {"himitsu", "kansa-keikaku", "gijiroku", "keiyaku-a"}) {
    for (const std::string further : {"", slug, "tsuchi"}) CHECK(publish(slug, further) == one);
    CHECK(town.library.editions(all, slug).size() == 1);
  }
}
