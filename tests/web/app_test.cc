// Scenarios of requests and answers over an App on the data of the fictional 星見市.
#include "web/app.h"

#include "tests/web/town.h"
#include <atomic>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "web/renderer.h"
#include "web/target.h"

using namespace shirube::web;

namespace {

/// One town for all tests of the file: nothing here changes it.
Town& town() {
  static Town town;
  return town;
}
const App& app() {
  static App app(town().options());
  return app;
}

std::string q(const std::string& text) { return percent_encode(text); }

struct Scenario {
  std::string name, target;
  int status = 200;
  std::vector<std::string> holds = {}, lacks = {};
  std::string method = "GET";
  Headers headers = {};
};

void check(const std::vector<Scenario>& scenarios) {
  for (const auto& s : scenarios) {
    INFO(s.name << ": " << s.method << " " << s.target);
    Response response = app().handle({s.method, s.target, s.headers, ""});
    INFO(response.body.substr(0, 4000));
    CHECK(response.status == s.status);
    CHECK_FALSE(header_of(response.headers, "Content-Security-Policy").empty());
    CHECK(header_of(response.headers, "X-Content-Type-Options") == "nosniff");
    for (const auto& part : s.holds) {
      INFO("must hold " << part);
      CHECK(response.body.find(part) != std::string::npos);
    }
    for (const auto& part : s.lacks) {
      INFO("must lack " << part);
      CHECK(response.body.find(part) == std::string::npos);
    }
  }
}

const std::string policy = "/documents/taisaku-kijun/2025-04-01";
const std::string law = "/documents/105DF0000000337%23main-%E5%89%8D%E6%96%87";

}  // namespace

TEST_CASE("the search page") {
  check({
      {"empty: what there is to search", "/", 200, {"検索の例", "全51件", "規程", "lang=\"ja\"", "name=\"viewport\"", "本文へ移動"}, {"極秘", "特命", "検索結果"}},
      {"words", "/?q=" + q("端末の持ち出し"), 200,
       {"検索結果", "読み取った内容: 語「端末の持ち出し」", "<mark>端末</mark>", "星見市情報セキュリティ対策基準（令和7年4月1日版）第2条、7頁", "<span class=\"state current\">現行</span>",
        "<span class=\"state past\">旧版</span>", "<span class=\"state future\">未施行</span>", "<span>第2章　端末の管理</span>", "引用をコピー",
        policy + "/clauses/2?q=" + q("端末の持ち出し"), policy + "/original#page=7"},
       {"極秘", "特命"}},
      {"words only of what is hidden", "/?q=" + q("「特命」"), 200, {"検索結果　0件", "当てはまる条項はありませんでした"}, {"特命係", "himitsu"}},
      {"a phrase", "/?q=" + q("「記録簿に記載」"), 200, {"検索結果　1件", "句「記録簿に記載」"}},
      {"kind", "/?q=" + q("持ち出し") + "&kind=answer", 200, {"種別「回答」", "value=\"answer\" checked", "照会への回答", "<details class=\"filters\" open>"}, {"clauses/2?q"}},
      {"kind by its label", "/?q=" + q("持ち出し") + "&kind=" + q("規程"), 200, {"value=\"policy\" checked"}},
      {"issuer", "/?q=" + q("持ち出し") + "&issuer=" + q("情報政策課"), 200, {"<option value=\"情報政策課\" selected>", "照会への回答"}, {"clauses/2?q"}},
      {"issuers that cannot be seen are no choice", "/", 200, {"<option value=\"星見市\">"}, {"特命係"}},
      {"days in 和暦", "/?q=" + q("持ち出し") + "&from=" + q("令和7年4月1日") + "&to=" + q("令和7年度"), 200, {"日付「2025-04-01〜2026-03-31」"}, {"2024-04-01/clauses"}},
      {"filters alone", "/?kind=law", 200, {"探す言葉を入力してください"}},
      {"spaces alone", "/?q=%20%E3%80%80+", 200, {"検索の例"}},
      {"page 1", "/?q=" + q("無害化"), 200, {"件</h2>", "1〜20件目", "rel=\"next\" href=\"/?q=" + q("無害化") + "&amp;page=2\""}, {"rel=\"prev\""}},
      {"page 3", "/?q=" + q("無害化") + "&page=3", 200, {"41〜46件目", "rel=\"prev\" href=\"/?q=" + q("無害化") + "&amp;page=2\""}, {"rel=\"next\""}},
      {"page beyond the end", "/?q=" + q("無害化") + "&page=9", 200, {"当てはまる条項はありませんでした"}, {"rel=\"next\""}},
      {"page nothing", "/?q=a&page=0", 400, {"pageの値「0」は使えません"}},
      {"page no number", "/?q=a&page=x", 400, {"1から1000までの整数"}},
      {"page too far", "/?q=a&page=900", 400, {"1000件目まで"}},
      {"kind unknown", "/?q=a&kind=nothing", 400, {"種別「nothing」はありません"}},
      {"day impossible", "/?q=a&from=2025-02-30", 400, {"日付として読めません"}},
  });
}

TEST_CASE("what was probably meant") {
  std::string offered = "もしかして: <a href=\"/?q=" + q("セキュリティ") + "\">セキュリティ</a>（";
  check({
      {"a slip", "/?q=" + q("セキュティ"), 200, {offered}},
      {"kana", "/?q=" + q("てれわーく"), 200, {">テレワーク</a>（"}},
      {"filters go on", "/?q=" + q("セキュティ") + "&kind=policy&sort=newest", 200, {"href=\"/?q=" + q("セキュリティ") + "&amp;kind=policy&amp;sort=newest\">"}},
      {"filters hide it", "/?q=" + q("セキュティ") + "&kind=law", 200, {}, {"もしかして"}},
      {"signs stay", "/?q=" + q("セキュティ -目的"), 200, {">セキュリティ -目的</a>"}},
      {"nothing else", "/?q=" + q("端末の持ち出し"), 200, {}, {"もしかして"}},
      {"nonsense", "/?q=" + q("鯨の腹"), 200, {}, {"もしかして"}},
      {"further pages", "/?q=" + q("セキュティ") + "&page=2", 200, {}, {"もしかして"}},
      {"the API", "/api/v1/search?q=" + q("セキュティ"), 200, {"\"meant\":{", "\"q\":\"セキュリティ\"", "\"url\":\"/?q=" + q("セキュリティ") + "\""}},
      {"the API, without", "/api/v1/search?q=" + q("端末"), 200, {"\"meant\":false"}},
      {"what is hidden", "/?q=" + q("ごくひ"), 200, {}, {"もしかして", "極秘"}},
  });
}

TEST_CASE("what is being typed") {
  auto suggestions = [](const App& service, const std::string& parameters) {
    Response response = town().get(service, "/api/v1/suggest?" + parameters);
    INFO(response.body);
    REQUIRE(response.status == 200);
    CHECK(response.content_type == "application/json; charset=utf-8");
    return nlohmann::json::parse(response.body);
  };
  CHECK(suggestions(app(), "q=" + q("星見")) ==
        nlohmann::json{{"q", "星見"},
                       {"suggestions", {{{"text", "星見市情報セキュリティ対策基準"}, {"kept", ""}, {"kind", "title"}, {"kind_label", "題名"}}}}});
  auto second = suggestions(app(), "q=" + q("規程 てれわ"))["suggestions"];
  REQUIRE(second.size() == 1);
  CHECK(second[0]["text"] == "規程 テレワーク");
  CHECK(second[0]["kept"] == "規程 ");
  CHECK(second[0]["kind"] == "heading");
  CHECK(suggestions(app(), "q=" + q("照会1"))["suggestions"][0]["kind"] == "question");
  CHECK(suggestions(app(), "q=" + q("照会"))["suggestions"].size() == 10);
  CHECK(suggestions(app(), "q=" + q("照会") + "&limit=3")["suggestions"].size() == 3);
  CHECK(suggestions(app(), "q=" + q("照会") + "&limit=50")["suggestions"].size() == 47);
  for (const std::string blank : {"", "q=", "q=%20%E3%80%80"}) CHECK(suggestions(app(), blank)["suggestions"].empty());
  check({
      {"no suggestions", "/api/v1/suggest?q=a&limit=0", 400, {"1から50までの整数"}},
      {"too many", "/api/v1/suggest?q=a&limit=51", 400},
      {"too long", "/api/v1/suggest?q=" + std::string(2001, 'a'), 400, {"2000文字まで"}},
      {"markup is text", "/api/v1/suggest?q=" + q("<script"), 200, {"<script>alert(1)</script>の\\\"引用\\\"&通知"}},
      {"POST", "/api/v1/suggest?q=a", 405, {}, {}, "POST"},
  });
}

TEST_CASE("hidden documents suggest nothing") {
  auto options = town().options();
  options.viewer = {{"public"}};
  App outside(options);
  auto everyone = shirube::corpus::Viewer::everything();
  options.viewer = everyone;
  App inside(options);
  auto empty = [](const App& service, const std::string& typed) {
    return nlohmann::json::parse(town().get(service, "/api/v1/suggest?q=" + q(typed)).body)["suggestions"].empty();
  };
  for (const char* typed : {"極", "極秘の", "ごくひ", "gokuhi"}) {
    INFO(typed);
    CHECK(empty(app(), typed));
    CHECK(empty(outside, typed));
    CHECK_FALSE(empty(inside, typed));
  }
  CHECK(empty(outside, "星見市"));
  CHECK_FALSE(empty(outside, "変わった"));
  CHECK(town().get(outside, "/?q=" + q("セキュティ")).body.find("もしかして") == std::string::npos);
}

TEST_CASE("suggestions follow the index to its next folder") {
  Town own;
  auto options = own.options();
  App service(options);
  auto count = [&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(1100));  // a reader looks once a second
    return nlohmann::json::parse(own.get(service, "/api/v1/suggest?q=" + q("照会")).body)["suggestions"].size();
  };
  CHECK(count() == 10);
  shirube::indexer::IndexWriterOptions writing;
  writing.data = options.data;
  writing.analyzer_name = "test";
  shirube::indexer::IndexWriter writer(own.database, own.model, writing);
  REQUIRE(writer.rebuild([](uint64_t, uint64_t) {}, std::atomic<bool>(false)) == shirube::indexer::IndexWriter::Outcome::done);
  CHECK(count() == 10);
  std::filesystem::remove_all(options.data / "index-2" / "suggest");
  CHECK(count() == 0);
  REQUIRE(writer.drain([](uint64_t, uint64_t) {}, std::atomic<bool>(false)) == shirube::indexer::IndexWriter::Outcome::done);
  CHECK(count() == 10);
}

TEST_CASE("editions and clauses") {
  check({
      {"list", "/documents", 200, {"51件の資料", "変わった名前の法令", "rel=\"next\"", law}, {"極秘", "himitsu"}},
      {"list: last page", "/documents?page=2", 200, {"rel=\"prev\""}, {"rel=\"next\"", "極秘"}},
      {"list: absent page", "/documents?page=3", 404},
      {"an edition", policy, 200,
       {"令和6年星見市訓令第4号", "令和7年4月1日（2025-04-01）", "令和6年3月22日", "庁内", "3頁は画像のため", "ほかの版", "/documents/taisaku-kijun/2024-04-01", "目次",
        "href=\"" + policy + "#c-2\"", "id=\"c-2-2-1\"", "持ち出した者の氏名", "8頁"},
       {"極秘"}},
      {"a clause", policy + "/clauses/2", 200,
       {"第2条　端末の持ち出し", "<a href=\"" + policy + "/clauses/c2\">第2章　端末の管理</a>", "星見市情報セキュリティ対策基準（令和7年4月1日版）第2条、7頁", "持ち出した期間",
        "前: 第1条", "次: 第3条", "この条項を引用している条項", "持ち出しの照会への回答（令和7年6月1日版）", policy + "/original#page=7", policy + "#c-2"},
       {"極秘", "himitsu", "特命", "この条項の引用先", "<mark>", "検索結果へ戻る"}},
      {"what an answer cites", "/documents/answer/2025-06-01/clauses/1", 200, {"この条項の引用先", "href=\"" + policy + "/clauses/2\""}},
      {"a clause with marks", policy + "/clauses/2?q=" + q("端末"), 200, {"<mark>端末</mark>を庁外へ", "検索結果へ戻る"}},
      {"an item", policy + "/clauses/2-2-1", 200, {"第2条第2項第1号", "次: 第2条第2項第2号"}, {"前: "}},
      {"long: first page", "/documents/nagai/2022-04-01", 200, {"全450条項", "id=\"c-400\"", "?page=2#c-401", "?page=2\">次のページ"}, {"id=\"c-401\""}},
      {"long: second page", "/documents/nagai/2022-04-01?page=2", 200, {"id=\"c-401\"", "id=\"c-450\""}, {"id=\"c-400\""}},
      {"long: no third page", "/documents/nagai/2022-04-01?page=3", 400},
      {"long: a clause of the second page", "/documents/nagai/2022-04-01/clauses/450", 200, {"2022-04-01?page=2#c-450"}, {"次: "}},
      {"a slug with signs and kanji", law + "/2020-01-01", 200, {"変わった名前の法令", law + "/2020-01-01/clauses/1"}},
      {"and its clause", law + "/2020-01-01/clauses/1", 200, {"識別名に記号のある"}},
  });
}

TEST_CASE("what the viewer may not see is absent everywhere") {
  std::vector<Scenario> scenarios;
  for (const std::string prefix : {"", "/api/v1"}) {
    for (const std::string path : {"/documents/himitsu", "/documents/himitsu/2025-04-01", "/documents/himitsu/2025-04-01/clauses/1"}) {
      scenarios.push_back({"hidden", prefix + path, 404, {"見つかりません"}, {"極秘", "特命"}});
    }
  }
  scenarios.push_back({"hidden original", "/documents/himitsu/2025-04-01/original", 404, {}, {"極秘"}});
  scenarios.push_back({"hidden totals", "/api/v1/search?q=" + q("特命 極秘"), 200, {"\"hits\":[]", "\"total\":0"}, {"特命係"}});
  scenarios.push_back({"hidden issuer asked for", "/api/v1/search?q=" + q("持ち出し") + "&issuer=" + q("特命係"), 200, {"\"total\":0"}});
  check(scenarios);
  // The same answer as for what never was, so that nobody can tell.
  auto gone = [](const std::string& path) { return town().get(app(), path).body; };
  CHECK(gone("/documents/himitsu/2025-04-01/clauses/1") == gone("/documents/none/2025-04-01/clauses/1"));
  CHECK(gone("/documents/himitsu") == gone("/documents/none"));
  CHECK(gone("/documents/himitsu/2025-04-01/original") == gone("/documents/none/2025-04-01/original"));
}

TEST_CASE("nothing that is typed or stored becomes markup") {
  std::string evil = "<script>alert(1)</script>\"'&";
  check({
      {"query", "/?q=" + q(evil), 200, {"value=\"&lt;script&gt;alert(1)&lt;/script&gt;&quot;&apos;&amp;\"", "&lt;script&gt;"}, {"<script>alert", "\"'&"}},
      {"issuer", "/?q=a&issuer=" + q("\"><b>x"), 200, {"&quot;&gt;&lt;b&gt;x"}, {"\"><b>"}},
      {"day in an error", "/?q=a&from=" + q("<b>"), 400, {"&lt;b&gt;"}, {"<b>"}},
      {"stored text in a hit", "/?q=" + q("スクリプト"), 200, {"&lt;script&gt;alert(&apos;x&apos;)&lt;/script&gt;", "&lt;b&gt;見出し&lt;/b&gt;"}, {"<script>alert", "<b>見出し"}},
      {"stored title", "/documents", 200, {"&lt;script&gt;alert(1)&lt;/script&gt;の&quot;引用&quot;&amp;通知"}, {"<script>alert"}},
      {"stored text", "/documents/tags/2023-05-01", 200, {"href=\"https://example.jp/?a=1&amp;b=2\"", "&lt;script&gt;"}, {"<script>alert", "<b>見出し"}},
      {"stored text of a clause", "/documents/tags/2023-05-01/clauses/1?q=script", 200, {"<mark>script</mark>&gt;"}, {"<script>alert"}},
      {"JSON", "/api/v1/search?q=" + q(evil), 200, {"<script>alert(1)</script>\\\"'&"}},
  });
}

TEST_CASE("broken and over-long requests are refused in Japanese") {
  check({
      {"percent without digits", "/?q=%", 400, {"% 符号化が壊れています"}},
      {"percent with a letter", "/documents/%zz", 400, {"% 符号化"}},
      {"bytes that are no UTF-8", "/?q=%82%a0", 400, {"文字として読めない"}},
      {"overlong UTF-8", "/documents/%c0%af", 400},
      {"a surrogate", "/?q=%ed%a0%80", 400},
      {"NUL", "/documents/a%00b", 400},
      {"no slash", "documents", 400},
      {"another host", "http://example.jp/", 400},
      {"asterisk", "*", 400, {}, {}, "OPTIONS"},
      {"an encoded slash stays in its segment", "/documents%2Ftaisaku-kijun", 404},
      {"dots lead nowhere", "/static/../../etc/passwd", 404},
      {"encoded dots lead nowhere", "/static/%2e%2e%2f%2e%2e%2fetc%2fpasswd", 404},
      {"trailing slash", "/documents/", 404},
      {"twice a slash", "//documents", 404},
      {"target of 8,193 bytes", "/?q=" + std::string(8189, 'a'), 414, {"アドレスが長すぎます"}},
      {"target of 8,192 bytes is read, and its words counted", "/?q=" + std::string(8188, 'a'), 400, {"2000文字まで"}},
      {"2,000 characters", "/?q=" + std::string(2000, 'a'), 200},
      {"2,001 characters", "/?q=" + std::string(2001, 'a'), 400, {"2000文字まで"}},
      {"marks for 2,001 characters", policy + "/clauses/2?q=" + std::string(2001, 'a'), 400},
      {"many parameters", "/?" + std::string(4000, '&') + "q=a", 200},
      {"no page", "/nothing", 404, {"お探しのページはありません", "<html lang=\"ja\">"}},
      {"no API resource", "/api/v1/nothing", 404, {"\"status\":404", "\"title\":\"見つかりません\""}},
      {"API error", "/api/v1/search?q=a&limit=101", 400, {"\"detail\":\"limitの値「101」は使えません。\"", "\"hint\":\"1から100までの整数を指定してください。\"", "\"type\":\"about:blank\""}},
      {"POST", "/", 405, {"受け付けていません"}, {}, "POST"},
      {"DELETE on the API", "/api/v1/documents", 405, {"\"status\":405"}, {}, "DELETE"},
      {"an unknown method", "/", 405, {}, {}, "BREW"},
      {"HEAD", "/documents", 200, {}, {}, "HEAD"},
  });
  CHECK(header_of(app().handle({"POST", "/", {}, ""}).headers, "Allow") == "GET, HEAD");
  CHECK(town().get(app(), "/api/v1/x").content_type == "application/problem+json; charset=utf-8");
}

TEST_CASE("a document leads to its current edition") {
  CHECK(header_of(town().get(app(), "/documents/taisaku-kijun").headers, "Location") == policy);
  Response response = town().get(app(), law);
  CHECK(response.status == 302);
  CHECK(header_of(response.headers, "Location") == law + "/2020-01-01");
}

TEST_CASE("search words stay on this site and pages out of caches") {
  Response page = town().get(app(), "/?q=a");
  CHECK(header_of(page.headers, "Referrer-Policy") == "same-origin");
  CHECK(header_of(page.headers, "Cache-Control") == "no-store");
  CHECK(header_of(page.headers, "X-Frame-Options") == "DENY");
  // The policy allows no inline script or style, and nothing from elsewhere.
  CHECK(header_of(page.headers, "Content-Security-Policy").starts_with("default-src 'none'"));
  CHECK(header_of(page.headers, "Content-Security-Policy").find("connect-src 'self';") != std::string::npos);
  for (const char* inline_code : {"style=\"", "onclick", "<style", "javascript:", "src=\"http"}) CHECK(page.body.find(inline_code) == std::string::npos);
}

TEST_CASE("a page is the model that the API sends") {
  struct Row {
    const char* page;
    std::string target, resource;
  };
  std::string asked = "?q=" + q("端末 -禁止") + "&kind=policy&page=1";
  const Row rows[] = {{"search", "/", "/search"},
                      {"search", "/" + asked, "/search" + asked},
                      {"search", "/?q=" + q("セキュティ"), "/search?q=" + q("セキュティ")},
                      {"documents", "/documents", "/documents"},
                      {"edition", policy, policy},
                      {"clause", policy + "/clauses/2?q=" + q("許可"), policy + "/clauses/2?q=" + q("許可")}};
  Renderer renderer;
  for (const auto& row : rows) {
    INFO(row.target);
    Response api = town().get(app(), "/api/v1" + row.resource);
    CHECK(api.content_type == "application/json; charset=utf-8");
    CHECK(renderer.render(row.page, nlohmann::json::parse(api.body)) == town().get(app(), row.target).body);
  }
}

TEST_CASE("the API pages by offset, and lists editions") {
  auto json = [](const std::string& target) { return nlohmann::json::parse(town().get(app(), "/api/v1" + target).body); };
  auto results = json("/search?q=" + q("無害化") + "&limit=7&offset=40")["results"];
  CHECK(results["total"] == 46);
  CHECK(results["hits"].size() == 6);
  CHECK(results["first"] == 41);
  auto hit = json("/search?q=" + q("端末の持ち出し") + "&limit=1")["results"]["hits"][0];
  CHECK(hit["edition"]["state"] == "current");
  CHECK(hit["path"] == "2");
  CHECK(hit["segments"][0] == nlohmann::json{{"text", "端末"}, {"mark", true}});
  auto document = json("/documents/taisaku-kijun");
  CHECK(document["editions"].size() == 3);
  CHECK(document["editions"][1]["state_label"] == "現行");
}

TEST_CASE("our own failures tell nothing but are logged") {
  std::vector<std::string> lines;
  auto options = town().options();
  options.data = "/nonexistent/secret-place";
  options.log = [&](std::string_view line) { lines.emplace_back(line); };
  App broken(options);
  Response response = town().get(broken, "/?q=a");
  CHECK(response.status == 503);
  CHECK(header_of(response.headers, "Retry-After") == "10");
  CHECK(lines.size() == 1);
  // What needs no index still works.
  CHECK(town().get(broken, policy).status == 200);
  CHECK(town().get(broken, policy + "/original").status == 503);
}

TEST_CASE("many threads ask at once") {
  std::vector<std::thread> threads;
  std::atomic<int> good = 0;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 10; ++k) good += town().get(app(), k % 2 ? "/?q=" + q("端末") : policy + "/clauses/2?q=" + q("端末")).status == 200;
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(good == 80);
}

TEST_CASE("on a machine of one's own, only its own name is answered") {
  auto options = town().options();
  options.local_only = true;
  App local(options);
  for (const char* host : {"127.0.0.1:8080", "localhost", "[::1]:8080", "[::1]"}) {
    INFO(host);
    CHECK(local.handle({"GET", "/", {{"Host", host}}, ""}).status == 200);
  }
  for (const char* host : {"evil.example", "evil.example:8080", "127.0.0.1.evil.example", ""}) {
    INFO(host);
    CHECK(local.handle({"GET", "/api/v1/documents", {{"Host", host}}, ""}).status == 421);
  }
}
