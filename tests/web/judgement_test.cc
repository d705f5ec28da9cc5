// Judging hits: what is taken, from whom, and where it leads.
#include <nlohmann/json.hpp>

#include "corpus/judgement.h"
#include "tests/web/town.h"
#include "web/app.h"
#include "web/target.h"

using namespace shirube;
using namespace shirube::web;

namespace {

struct Fixture {
  Town town;
  App app{town.options()};
  corpus::JudgementLedger ledger{town.database};
  corpus::Viewer all = corpus::Viewer::everything();

  using Fields = std::vector<std::pair<std::string, std::string>>;
  static std::string form(const Fields& fields) { return fields.empty() ? "" : write_query(fields).substr(1); }
  const Fields good = {{"q", "端末の持ち出し"}, {"document", "taisaku-kijun"}, {"clause", "2"}, {"grade", "2"}};

  Response post(const std::string& body, Headers headers = {{"Sec-Fetch-Site", "same-origin"}}, const std::string& type = "application/x-www-form-urlencoded", const std::string& target = "/judgements") {
    headers.emplace_back("Host", "127.0.0.1:8080");
    if (!type.empty()) headers.emplace_back("Content-Type", type);
    return app.handle({"POST", target, headers, body});
  }
  Fields with(const std::string& name, const std::string& value) {
    Fields fields = good;
    for (auto& [key, was] : fields) {
      if (key == name) was = value;
    }
    return fields;
  }
};

bool holds(const Response& response, const std::string& part) { return response.body.find(part) != std::string::npos; }

}  // namespace

TEST_CASE_METHOD(Fixture, "a hit is judged by a form without script, and shows it") {
  std::string search = "/?q=" + percent_encode("端末の持ち出し");
  Response before = town.get(app, search);
  CHECK(holds(before, "<form class=\"judge\" method=\"post\" action=\"/judgements\"><input type=\"hidden\" name=\"q\" value=\"端末の持ち出し\">"
                      "<input type=\"hidden\" name=\"document\" value=\"taisaku-kijun\"><input type=\"hidden\" name=\"clause\" value=\"2\">"));
  CHECK_FALSE(holds(before, "aria-pressed=\"true\""));
  Response answer = post(form(good));
  CHECK(answer.status == 303);
  CHECK(answer.body.empty());
  CHECK(header_of(answer.headers, "Location") == search);
  auto kept = ledger.list(all);
  REQUIRE(kept.size() == 1);
  CHECK(kept[0].judgement.grade == 2);
  CHECK(kept[0].key == "2025-04-01");
  CHECK(holds(town.get(app, search), "name=\"grade\" value=\"2\" aria-pressed=\"true\""));
  post(form(with("grade", "0")));
  Response after = town.get(app, search);
  CHECK(holds(after, "name=\"grade\" value=\"0\" aria-pressed=\"true\""));
  CHECK_FALSE(holds(after, "value=\"2\" aria-pressed=\"true\""));
  auto api = nlohmann::json::parse(town.get(app, "/api/v1/search?q=" + percent_encode("端末の持ち出し")).body);
  bool seen = false;
  for (const auto& hit : api["results"]["hits"]) seen |= hit["judgement"]["grade"] == 0;
  CHECK(seen);
}

TEST_CASE_METHOD(Fixture, "the list of judged queries changes and takes away") {
  CHECK(holds(town.get(app, "/judgements"), "評価した検索はまだありません"));
  post(form(with("q", "<b>端末</b>")));
  Response page = town.get(app, "/judgements");
  CHECK(page.status == 200);
  CHECK(holds(page, "&lt;b&gt;端末&lt;/b&gt;"));
  CHECK_FALSE(holds(page, "<b>端末"));
  CHECK(holds(page, "星見市情報セキュリティ対策基準 第2条</a>"));
  CHECK(holds(page, "<option value=\"2\" selected>2 役に立った</option>"));
  Fixture::Fields change = with("q", "<b>端末</b>");
  change.emplace_back("from", "judgements");
  change[3].second = "3";
  Response changed = post(form(change));
  CHECK(changed.status == 303);
  CHECK(header_of(changed.headers, "Location") == "/judgements");
  CHECK(ledger.list(all).at(0).judgement.grade == 3);
  change.emplace_back("remove", "1");
  CHECK(post(form(change)).status == 303);
  CHECK(ledger.list(all).empty());
  CHECK(post(form(change)).status == 404);
}

TEST_CASE_METHOD(Fixture, "the list of judged queries is read page by page") {
  std::vector<corpus::Judgement> many;
  for (int i = 100; i < 151; ++i) many.push_back({"端末" + std::to_string(i), "taisaku-kijun", "2", 2});
  for (const char* path : {"1", "3"}) many.push_back({"端末149", "taisaku-kijun", path, 3});
  many.push_back({"極秘", "himitsu", "1", 3});
  ledger.set(all, many);
  CHECK(ledger.count(all) == 54);
  Response first = town.get(app, "/judgements"), second = town.get(app, "/judgements?page=2");
  CHECK(holds(first, "（53件、10000件まで）"));
  CHECK(holds(first, ">端末100</a>"));
  CHECK(holds(first, ">端末149</a>"));
  CHECK_FALSE(holds(first, "端末150"));
  CHECK(holds(first, "<a rel=\"next\" href=\"/judgements?page=2\">"));
  CHECK_FALSE(holds(first, "rel=\"prev\""));
  // Where the clauses of a query go on, it is named again.
  CHECK(holds(second, ">端末149</a>"));
  CHECK(holds(second, ">端末150</a>"));
  CHECK_FALSE(holds(second, "端末148"));
  CHECK(holds(second, "<a rel=\"prev\" href=\"/judgements\">"));
  CHECK_FALSE(holds(second, "rel=\"next\""));
  CHECK(holds(second, "<input type=\"hidden\" name=\"page\" value=\"2\">"));
  Fields change = with("q", "端末150");
  change.insert(change.end(), {{"from", "judgements"}, {"page", "2"}});
  CHECK(header_of(post(form(change)).headers, "Location") == "/judgements?page=2");
  for (const char* bad : {"0", "x", "10001"}) {
    CHECK(town.get(app, std::string("/judgements?page=") + bad).status == 400);
    change.back().second = bad;
    CHECK(post(form(change)).status == 400);
  }
  // The page that a change leads back to may be gone.
  for (const char* path : {"1", "2", "3"}) ledger.remove(all, "端末149", "taisaku-kijun", path);
  CHECK(town.get(app, "/judgements?page=2").body == town.get(app, "/judgements").body);
  CHECK_FALSE(holds(town.get(app, "/judgements"), "ページ目"));
}

TEST_CASE_METHOD(Fixture, "a form is taken only from a page of this service") {
  struct Row {
    Headers headers;
    int status;
  };
  const Row rows[] = {
      {{}, 403},
      {{{"Sec-Fetch-Site", "cross-site"}}, 403},
      {{{"Sec-Fetch-Site", "same-site"}}, 403},
      {{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "http://127.0.0.1:8080"}}, 403},
      {{{"Origin", "null"}}, 403},
      {{{"Origin", "http://127.0.0.1:8081"}}, 403},
      {{{"Origin", "http://evil.example"}}, 403},
      {{{"Origin", "http://evil.example/127.0.0.1:8080"}}, 403},
      {{{"Referer", "http://127.0.0.1:8080/"}}, 403},
      {{{"Origin", "http://127.0.0.1:8080"}}, 303},
      {{{"Origin", "https://127.0.0.1:8080"}}, 303},
      {{{"Sec-Fetch-Site", "none"}}, 303},
  };
  for (const auto& [headers, status] : rows) {
    INFO((headers.empty() ? "nothing said" : headers[0].second));
    Response answer = post(form(good), headers);
    CHECK(answer.status == status);
    CHECK(ledger.list(all).size() == (status == 303 ? 1 : 0));
    if (status == 403) CHECK(holds(answer, "この操作は許可されていません"));
    ledger.remove(all, "端末の持ち出し", "taisaku-kijun", "2");
  }
}

TEST_CASE_METHOD(Fixture, "what cannot be judged is refused") {
  struct Row {
    const char* name;
    std::string body;
    int status;
  };
  const Row rows[] = {
      {"hidden", form({{"q", "極秘"}, {"document", "himitsu"}, {"clause", "1"}, {"grade", "2"}}), 404},
      {"absent", form(with("clause", "99")), 404},
      {"no grade of ours", form(with("grade", "4")), 400},
      {"no number", form(with("grade", "x")), 400},
      {"no grade", form(with("grade", "")), 400},
      {"no query", form(with("q", " ")), 400},
      {"a long query", form(with("q", std::string(201, 'a'))), 400},
      {"nothing", "", 400},
      {"broken", "q=%zz", 400},
      {"too much", form(good) + "&more=" + std::string(App::longest_form, 'a'), 413},
  };
  for (const auto& [name, body, status] : rows) {
    INFO(name);
    CHECK(post(body).status == status);
  }
  CHECK(holds(post(form(with("q", std::string(201, 'a')))), "評価する検索語が長すぎます（200文字まで）。"));
  CHECK(post(form(good), {{"Sec-Fetch-Site", "same-origin"}}, "text/plain").status == 415);
  CHECK(post(form(good), {{"Sec-Fetch-Site", "same-origin"}}, "").status == 415);
  CHECK(post(form(good), {{"Sec-Fetch-Site", "same-origin"}}, "application/x-www-form-urlencoded; charset=utf-8").status == 303);
  CHECK(post(form(good), {{"Sec-Fetch-Site", "same-origin"}}, "application/x-www-form-urlencoded", "/").status == 405);
  CHECK(ledger.list(all).size() == 1);
}

TEST_CASE_METHOD(Fixture, "the way back is a search of this service, whatever is asked") {
  Fixture::Fields fields = with("q", "https://evil.example/?a=b&c#d");
  fields.emplace_back("from", "//evil.example");
  CHECK(header_of(post(form(fields)).headers, "Location") == "/?q=https%3A%2F%2Fevil.example%2F%3Fa%3Db%26c%23d");
}
