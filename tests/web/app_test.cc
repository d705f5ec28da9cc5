// Scenarios of requests and answers over an App on the data of the fictional 星見市.
#include "web/app.h"

#include "tests/web/one_town.h"
#include <atomic>
#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "web/renderer.h"
#include "web/target.h"

using namespace shirube::web;

namespace {

std::string q(const std::string& text) { return percent_encode(text); }

nlohmann::json json_of(const std::string& resource) { return nlohmann::json::parse(town().get(app(), "/api/v1" + resource).body); }

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
      {"words", "/?q=" + q("端末の持ち出し") + "&fold=off", 200,
       {"検索結果", "読み取った内容", "<summary>語「端末の持ち出し」</summary>", "<mark>端末</mark>", "星見市情報セキュリティ対策基準（令和7年4月1日版）第2条、7頁", "<span class=\"state current\">現行</span>",
        "<span class=\"state past\">旧版</span>", "<span class=\"state future\">未施行</span>", "<span>第2章　端末の管理</span>", "引用をコピー",
        policy + "/clauses/2?q=" + q("端末の持ち出し"), policy + "/beside?page=7&amp;q=" + q("端末の持ち出し")},
       {"極秘", "特命"}},
      {"words only of what is hidden", "/?q=" + q("「特命」"), 200, {"検索結果　0件", "当てはまる条項はありませんでした"}, {"特命係", "himitsu", "ページ目"}},
      {"a phrase", "/?q=" + q("「記録簿に記載」"), 200, {"検索結果　1件<small>（資料 1点）", "句「記録簿に記載」"}, {"ページ目"}},
      {"kind", "/?q=" + q("持ち出し") + "&kind=answer", 200, {"種別「回答」", "value=\"answer\" checked", "照会への回答", "<details class=\"filters\" open>"}, {"clauses/2?q"}},
      {"kind by its label", "/?q=" + q("持ち出し") + "&kind=" + q("規程"), 200, {"value=\"policy\" checked"}},
      {"issuer", "/?q=" + q("持ち出し") + "&issuer=" + q("情報政策課"), 200, {"<option value=\"情報政策課\" selected>", "照会への回答"}, {"clauses/2?q"}},
      {"issuers that cannot be seen are no choice", "/", 200, {"<option value=\"星見市\">"}, {"特命係"}},
      {"days in 和暦", "/?q=" + q("持ち出し") + "&from=" + q("令和7年4月1日") + "&to=" + q("令和7年度"), 200, {"日付「令和7年4月1日〜令和7年度」"}, {"2024-04-01/clauses"}},
      {"filters alone", "/?kind=law", 200, {"探す言葉を入力してください"}},
      {"spaces alone", "/?q=%20%E3%80%80+", 200, {"検索の例"}},
      {"page 1", "/?q=" + q("無害化"), 200, {"検索結果　46件<small>（資料 46点）", "1〜20点目の資料", "1ページ目", "rel=\"next\" href=\"/?q=" + q("無害化") + "&amp;page=2\""}, {"rel=\"prev\""}},
      {"page 3", "/?q=" + q("無害化") + "&page=3", 200, {"41〜46点目の資料", "rel=\"prev\" href=\"/?q=" + q("無害化") + "&amp;page=2\""}, {"rel=\"next\""}},
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
      {"the API", "/api/v1/search?q=" + q("セキュティ"), 200, {"\"meant\":{", "\"q\":\"セキュリティ\"", "\"url\":\"/?q=" + q("セキュリティ") + "&fold=off\""}},
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
      {"list: last page", "/documents?page=2", 200, {"rel=\"prev\"", "2ページ目"}, {"rel=\"next\"", "極秘"}},
      {"list: absent page", "/documents?page=3", 404},
      {"an edition", policy, 200,
       {"令和6年星見市訓令第4号", "令和7年4月1日（2025-04-01）", "令和6年3月22日", "庁内", "3頁は画像のため", "ほかの版", "/documents/taisaku-kijun/2024-04-01", "目次",
        "href=\"" + policy + "#c-2\"", "id=\"c-2-2-1\"", "持ち出した者の氏名", "8頁"},
       {"極秘"}},
      {"an edition on one page", policy, 200, {"全8条項"}, {"ページ目"}},
      {"a clause", policy + "/clauses/2", 200,
       {"第2条　端末の持ち出し", "<a href=\"" + policy + "/clauses/c2\">第2章　端末の管理</a>", "星見市情報セキュリティ対策基準（令和7年4月1日版）第2条、7頁", "持ち出した期間",
        "前: 第1条", "次: 第3条", "この条項を引いているもの", "持ち出しの照会への回答（令和7年6月1日版）", policy + "/beside?page=7", policy + "#c-2"},
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
                      {"search", "/" + asked, "/search" + asked + "&fold=on"},
                      {"search", "/" + asked + "&fold=off", "/search" + asked},
                      {"explain", "/explain", "/explain?fold=on"},
                      {"explain", "/explain" + asked + "&clause=taisaku-kijun/2025-04-01/2", "/explain" + asked + "&fold=on&clause=taisaku-kijun/2025-04-01/2"},
                      {"search", "/?q=" + q("セキュティ"), "/search?q=" + q("セキュティ") + "&fold=on"},
                      {"documents", "/documents", "/documents"},
                      {"edition", policy, policy},
                      {"clause", policy + "/clauses/2?q=" + q("許可"), policy + "/clauses/2?q=" + q("許可")}};
  Renderer renderer;
  for (const auto& row : rows) {
    INFO(row.target);
    Response api = town().get(app(), "/api/v1" + row.resource);
    CHECK(api.content_type == "application/json; charset=utf-8");
    // And what stands around every page.
    auto model = nlohmann::json::parse(api.body);
    model["reads"] = model["keeps"] = model["may"]["judge"] = true;
    CHECK(renderer.render(row.page, model) == town().get(app(), row.target).body);
  }
}

TEST_CASE("the API pages by offset, and lists editions") {
  auto results = json_of("/search?q=" + q("無害化") + "&limit=7&offset=40")["results"];
  CHECK(results["total"] == 46);
  CHECK(results["hits"].size() == 6);
  CHECK(results["first"] == 41);
  auto hit = json_of("/search?q=" + q("端末の持ち出し") + "&limit=1")["results"]["hits"][0];
  CHECK(hit["edition"]["state"] == "current");
  CHECK(hit["path"] == "2");
  CHECK(hit["segments"][0] == nlohmann::json{{"text", "端末"}, {"mark", true}});
  auto document = json_of("/documents/taisaku-kijun");
  CHECK(document["editions"].size() == 3);
  CHECK(document["editions"][1]["state_label"] == "現行");
}

TEST_CASE("what was read can be changed by links that keep the rest") {
  auto results = json_of("/search?q=" + q("端末 +許可 =記録簿 「課長の許可」 -禁止") + "&kind=policy&sort=newest&page=2")["results"];
  struct Row {
    const char *kind, *label, *text, *change, *changed;
  };
  const Row rows[] = {{"word", "語", "端末", "必ず含む", "+端末 +許可 =記録簿 「課長の許可」 -禁止"},
                      {"word", "語", "端末", "除く", "-端末 +許可 =記録簿 「課長の許可」 -禁止"},
                      {"word", "語", "端末", "外す", "+許可 =記録簿 「課長の許可」 -禁止"},
                      {"required", "必須", "許可", "必須にしない", "端末 許可 =記録簿 「課長の許可」 -禁止"},
                      {"plain", "同義語なし", "記録簿", "同義語も使う", "端末 +許可 記録簿 「課長の許可」 -禁止"},
                      {"phrase", "句", "課長の許可", "除く", "端末 +許可 =記録簿 -「課長の許可」 -禁止"},
                      {"excluded", "除外", "禁止", "外す", "端末 +許可 =記録簿 「課長の許可」"}};
  REQUIRE(results["parts"].size() == 5);
  for (const auto& row : rows) {
    INFO(row.text << " " << row.change);
    bool found = false;
    for (const auto& part : results["parts"]) {
      if (part["kind"] != row.kind) continue;
      CHECK(part["label"] == row.label);
      CHECK(part["text"] == row.text);
      for (const auto& change : part["changes"]) found = found || change == nlohmann::json{{"label", row.change}, {"url", "/?q=" + q(row.changed) + "&kind=policy&sort=newest&fold=off"}};
    }
    CHECK(found);
  }
  // Without synonyms of its own a word cannot do without them.
  CHECK(results["parts"][0]["changes"].size() == 3);
  CHECK(results["chosen"] == nlohmann::json::array({{{"label", "種別"}, {"text", "規程"}, {"url", "/?q=" + q("端末 +許可 =記録簿 「課長の許可」 -禁止") + "&sort=newest&fold=off"}}}));
  // Addresses stay short however long the query is.
  std::string many;
  for (int i = 0; i < 190; ++i) many += "監査 ";
  auto long_one = json_of("/search?q=" + q(many))["results"]["parts"];
  CHECK(long_one.size() == 24);
  CHECK(long_one[0]["changes"].empty());
}

TEST_CASE("a search can be narrowed, ordered and widened again by links") {
  auto results = json_of("/search?q=" + q("持ち出し"))["results"];
  auto entry = [](const nlohmann::json& list, const std::string& label) {
    for (const auto& one : list) {
      if (one["label"] == label) return one;
    }
    return nlohmann::json{{"url", "none"}, {"count", -1}};
  };
  auto answer = entry(results["facets"]["kinds"], "回答");
  CHECK(answer["url"] == "/?q=" + q("持ち出し") + "&kind=answer&fold=off");
  CHECK(entry(results["facets"]["issuers"], "情報政策課")["url"] == "/?q=" + q("持ち出し") + "&issuer=" + q("情報政策課") + "&fold=off");
  CHECK(entry(results["facets"]["issuers"], "特命係")["count"] == -1);
  CHECK(entry(results["facets"]["years"], "令和6年度")["url"] == "/?q=" + q("持ち出し") + "&from=2024-04-01&to=2025-03-31&fold=off");
  for (const char* list : {"kinds", "issuers", "years"}) {
    for (const auto& facet : results["facets"][list]) {
      INFO(facet.dump());
      CHECK(json_of("/search" + facet["url"].get<std::string>().substr(1))["results"]["total"] == facet["count"]);
    }
  }
  auto narrowed = json_of("/search?q=" + q("持ち出し") + "&kind=answer&from=2021&to=2021-12-31&synonyms=off&fold=on")["results"];
  CHECK(entry(narrowed["facets"]["kinds"], "回答")["url"] != answer["url"]);
  REQUIRE(narrowed["chosen"].size() == 3);
  CHECK(narrowed["chosen"][1] == nlohmann::json{{"label", "日付"}, {"text", "2021〜2021-12-31"}, {"url", "/?q=" + q("持ち出し") + "&kind=answer&synonyms=off"}});
  CHECK(narrowed["chosen"][2]["label"] == "同義語");
  CHECK(results["sorts"][1] == nlohmann::json{{"label", "新しい順"}, {"chosen", false}, {"url", "/?q=" + q("持ち出し") + "&sort=newest&fold=off"}});
  check({{"a switch is on or off", "/?q=a&fold=perhaps", 400, {"foldの値「perhaps」は使えません"}},
         {"another too", "/api/v1/search?q=a&synonyms=no", 400, {"on または off"}},
         {"an order that is chosen is no link", "/?q=" + q("持ち出し") + "&sort=newest", 200, {"<strong aria-current=\"true\">新しい順</strong>", "<summary>絞り込み</summary>"}}});
}

TEST_CASE("pages fold the hits of a document, and lead to the folded ones") {
  auto folded = json_of("/search?q=" + q("端末") + "&fold=on")["results"];
  auto all = json_of("/search?q=" + q("端末"))["results"];
  CHECK(all["hits"].size() == all["total"]);
  CHECK(folded["total"] == all["total"]);
  CHECK(folded["documents"] == folded["hits"].size());
  size_t more = 0;
  std::set<std::string> slugs;
  for (const auto& hit : folded["hits"]) {
    more += hit["more"].get<size_t>();
    CHECK(slugs.insert(hit["document"]["slug"]).second);
    if (hit["more"] == 0) CHECK(hit["more_url"] == "");
  }
  CHECK(more + folded["hits"].size() == all["total"]);
  auto first = folded["hits"][0];
  CHECK(first["document"]["slug"] == "taisaku-kijun");
  CHECK(first["more_url"] == "/?q=" + q("端末") + "&document=taisaku-kijun");
  auto rest = json_of("/search?q=" + q("端末") + "&document=taisaku-kijun")["results"];
  CHECK(rest["total"] == first["more"].get<size_t>() + 1);
  check({{"folded unless said otherwise", "/?q=" + q("端末"), 200, {"この資料のほかの該当 " + first["more"].dump() + "件", "すべての条項を並べる", "fold=off"}},
         {"all clauses", "/?q=" + q("端末") + "&fold=off", 200, {"資料ごとにまとめる", "件目"}, {"この資料のほかの該当", "点目"}},
         {"one document is not folded", first["more_url"], 200, {"資料「星見市情報セキュリティ対策基準」", "件目"}, {"この資料のほかの該当"}},
         {"a hidden document is as one that is not", "/?q=" + q("端末") + "&document=himitsu", 200, {"検索結果　0件", "資料「himitsu」"}, {"極秘", "特命"}}});
  // Each document stands on one page.
  std::set<std::string> seen;
  size_t listed = 0;
  for (int page = 1; page <= 3; ++page) {
    auto results = json_of("/search?q=" + q("無害化") + "&fold=on&page=" + std::to_string(page))["results"];
    for (const auto& hit : results["hits"]) {
      ++listed;
      seen.insert(hit["document"]["slug"]);
    }
  }
  CHECK(listed == 46);
  CHECK(seen.size() == 46);
}

TEST_CASE("a page says why a clause is a hit, and why not") {
  const std::string clause = "taisaku-kijun/2025-04-01/2";
  auto why = json_of("/explain?q=" + q("端末の持ち出し 印鑑") + "&clause=" + q(clause))["explanation"];
  CHECK(why["found"] == true);
  CHECK(why["rank"] == 1);
  CHECK(why["missing"] == nlohmann::json{"印鑑"});
  CHECK(why["clause"]["url"] == policy + "/clauses/2");
  REQUIRE_FALSE(why["parts"].empty());
  double sum = 0;
  for (const auto& part : why["parts"]) sum += part["weight"].get<double>();
  CHECK(sum * why["authority"].get<double>() == Approx(why["score"].get<double>()).margin(0.05));
  CHECK(why["most"] == why["rows"][0]["weight"]);
  auto first = json_of("/search?q=" + q("端末の持ち出し"))["results"]["hits"][0];
  CHECK(first["why_url"] == "/explain?q=" + q("端末の持ち出し") + "&fold=off&clause=" + q(clause));
  std::string asked = "/explain?q=" + q("端末の持ち出し") + "&clause=";
  check({{"a hit", asked + q(clause), 200, {"<strong>1番目</strong>", "<meter min=\"0\"", "どの語が当たったか", "第2条、7頁"}},
         {"by the address of its page", asked + q("http://127.0.0.1:8080" + policy + "/clauses/2?q=a#c"), 200, {"<strong>1番目</strong>"}},
         {"by the path of its page", asked + q(policy + "/clauses/2"), 200, {"<strong>1番目</strong>"}},
         {"with signs in its slug", asked + q(law + "/2020-01-01/clauses/1"), 200, {"この条項は出ていません", "検索語がこの条項にありません"}},
         {"a miss", "/explain?q=" + q("端末 -許可") + "&clause=" + q(clause), 200, {"この条項は出ていません", "除外「許可」"}},
         {"what was chosen counts", "/explain?q=" + q("端末") + "&kind=answer&clause=" + q(clause), 200, {"この条項は出ていません", "<input type=\"hidden\" name=\"kind\" value=\"answer\">"}},
         {"not in force", "/explain?q=" + q("端末") + "&clause=taisaku-kijun/2024-04-01/2", 200, {"現行の版ではないため"}},
         {"nothing asked", "/explain", 200, {"条項の所在"}, {"両方を入力"}},
         {"half", "/explain?q=a", 200, {"両方を入力してください"}},
         {"the other half", "/explain?clause=" + q(clause), 200, {"両方を入力してください"}},
         {"no address", asked + "x", 400, {"条項の所在として読めません", "taisaku-kijun/2025-04-01/12-2"}},
         {"another page", asked + q("https://example.jp/documents"), 400, {"条項の所在として読めません"}},
         {"a broken address", asked + q("/documents/%zz/a/clauses/1"), 400},
         {"no markup", asked + q("\"><b>/a/b"), 404, {}, {"<b>"}},
         {"no markup in the form", "/explain?clause=" + q("\"><b>"), 200, {"&quot;&gt;&lt;b&gt;"}, {"<b>"}},
         {"hidden", asked + "himitsu/2025-04-01/1", 404, {"条項が見つかりません"}, {"極秘", "特命"}}});
  auto gone = [](const std::string& address) { return town().get(app(), "/api/v1/explain?q=a&clause=" + q(address)).body; };
  CHECK(gone("himitsu/2025-04-01/1") == gone("none/2025-04-01/1"));
}

TEST_CASE("a clause leads to those like it") {
  auto similar = json_of(policy + "/clauses/2/similar");
  for (const auto& one : similar["similar"]) CHECK(one["url"].get<std::string>().find("taisaku-kijun") == std::string::npos);
  auto of_answer = json_of("/documents/faq-1/2021-01-01/clauses/1/similar");
  REQUIRE(of_answer["similar"].size() == 5);
  CHECK(of_answer["similar"][0]["url"].get<std::string>().starts_with("/documents/faq-"));
  check({{"on the page", "/documents/faq-1/2021-01-01/clauses/1", 200, {"似た条項", "添付ファイルの無害化についての回答その"}},
         {"none", "/documents/105DF0000000337%23main-%E5%89%8D%E6%96%87/2020-01-01/clauses/1", 200, {}, {"極秘", "特命"}},
         {"hidden", "/api/v1/documents/himitsu/2025-04-01/clauses/1/similar", 404, {}, {"極秘", "特命"}},
         {"absent", "/api/v1/documents/none/2025-04-01/clauses/1/similar", 404}});
}

TEST_CASE("a text leads to those like it") {
  std::string text = "端末を庁外へ持ち出したいのですが、特命の許可は必要ですか。-課長";
  auto similar = json_of("/similar?text=" + q(text));
  REQUIRE_FALSE(similar["similar"].empty());
  CHECK(similar["similar"][0]["url"].get<std::string>().starts_with(policy));
  check({{"on the page", "/similar?text=" + q(text), 200, {"似た条項", "庁外へ持ち出すときは"}, {"極秘"}},
         {"nothing asked", "/similar", 200, {"文章から探す", "<textarea"}, {"ありませんでした"}},
         {"nothing alike", "/similar?text=" + q("飛行船"), 200, {"似た条項はありませんでした"}},
         {"no markup", "/similar?text=" + q("</textarea><script>"), 200, {"&lt;/textarea&gt;"}, {"<script>"}},
         {"too long", "/similar?text=" + std::string(801, 'a'), 400, {"文章が長すぎます（801文字）", "800文字以内"}}});
}

TEST_CASE("synonyms are marked, named, and can be left out") {
  TemporaryFolder words;
  std::ofstream(words / "synonyms.tsv") << "パソコン\t端末\n";
  auto options = town().options();
  options.lexicon = words.path();
  App widened(options);
  auto body = [&](const std::string& target) { return town().get(widened, target).body; };
  CHECK_THAT(body(policy + "/clauses/2?q=" + q("パソコン")), Catch::Contains("<mark>端末</mark>"));
  std::string page = body("/?q=" + q("パソコン 許可"));
  CHECK_THAT(page, Catch::Contains("同義語も検索:") && Catch::Contains("<span class=\"word\">端末</span>"));
  CHECK_THAT(page, Catch::Contains("href=\"/?q=" + q("パソコン 許可") + "&amp;synonyms=off\""));
  CHECK_THAT(page, Catch::Contains("href=\"/?q=" + q("=パソコン 許可") + "\">同義語を使わない</a>"));
  CHECK_THAT(page, Catch::Contains("どの条項にもない語: <span class=\"word\">パソコン</span>"));
  CHECK_THAT(page, !Catch::Contains(q("=許可")));
  CHECK_THAT(page, Catch::Contains("<mark>端末</mark>を使う") && Catch::Contains(policy + "/clauses/3?q=" + q("パソコン 許可") + "\""));
  page = body("/?q=" + q("パソコン 許可") + "&synonyms=off");
  CHECK_THAT(page, !Catch::Contains("同義語も検索:") && Catch::Contains("同義語「使わない」"));
  // What was not looked for is not marked, neither here nor where the hit leads.
  CHECK_THAT(page, !Catch::Contains("<mark>端末</mark>") && Catch::Contains("<mark>許可</mark>"));
  CHECK_THAT(page, Catch::Contains(policy + "/clauses/3?q=" + q("パソコン 許可") + "&amp;synonyms=off\""));
  page = body(policy + "/clauses/2?q=" + q("パソコン 許可") + "&synonyms=off");
  CHECK_THAT(page, !Catch::Contains("<mark>端末</mark>") && Catch::Contains("<mark>許可</mark>"));
  CHECK_THAT(page, Catch::Contains("href=\"/?q=" + q("パソコン 許可") + "&amp;synonyms=off\""));
  CHECK(town().get(widened, policy + "/clauses/2?q=a&synonyms=no").status == 400);
  CHECK_THAT(body(policy + "/clauses/2?q=" + q("=パソコン")), !Catch::Contains("<mark>"));
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
  CHECK_THAT(town().get(broken, policy + "/clauses/2?q=" + q("端末")).body, Catch::Contains("<mark>端末</mark>"));
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
