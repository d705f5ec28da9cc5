// Citations that one keeps: what is taken, from whom, how they are shown, and where a form leads.
#include <nlohmann/json.hpp>

#include "tests/web/office.h"

using namespace shirube;
using namespace shirube::web;

namespace {

bool holds(const Response& response, const std::string& part) { return response.body.find(part) != std::string::npos; }

struct Fixture {
  Office office;
  int64_t hana = office.add("hana", "staff"), jiro = office.add("jiro", "staff");
  Browser browser{office.app};

  Fixture() { browser.sign_in("hana"); }
  Browser::Fields adding(const std::string& document, const std::string& clause, const std::string& edition = "2025-04-01") {
    return {{"action", "add"}, {"document", document}, {"edition", edition}, {"clause", clause}};
  }
  nlohmann::json kept() { return nlohmann::json::parse(browser.get("/api/v1/basket").body); }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "citations are kept by a form without script, ordered, and taken as a whole") {
  Response empty = browser.get("/basket");
  CHECK(empty.status == 200);
  CHECK(holds(empty, "付箋はまだありません"));
  Response search = browser.get("/?q=" + percent_encode("端末の持ち出し"));
  CHECK(holds(search, "<input type=\"hidden\" name=\"action\" value=\"add\">"));
  auto back = adding("taisaku-kijun", "2");
  back.emplace_back("back", "/?q=x");
  CHECK(browser.location(browser.post("/basket", back)) == "/?q=x");
  CHECK(browser.location(browser.post("/basket", adding("answer", "1", "2025-06-01"))) == "/basket");
  Response page = browser.get("/basket");
  CHECK(holds(page, "星見市情報セキュリティ対策基準（令和7年4月1日版）第2条、7頁"));
  CHECK(holds(page, "端末を庁外へ持ち出すときは、課長の許可を受け、記録簿に記載する。"));
  CHECK(holds(page, "href=\"/documents/taisaku-kijun/2025-04-01/clauses/2\""));
  // The number stands in the head of every page.
  CHECK(holds(browser.get("/documents"), "付箋<span class=\"count\">2</span>"));
  auto model = kept();
  CHECK(model["plain"] == "星見市情報セキュリティ対策基準（令和7年4月1日版）第2条、7頁\n「端末を庁外へ持ち出すときは、課長の許可を受け、記録簿に記載する。」\n"
                          "持ち出しの照会への回答（令和7年6月1日版）1\n「対策基準第2条により判断する。」\n");
  browser.post("/basket", {{"action", "down"}, {"number", "1"}});
  CHECK(kept()["citations"][1]["number"] == 1);
  browser.post("/basket", {{"action", "up"}, {"number", "1"}});
  CHECK(kept()["citations"][0]["number"] == 1);
  browser.post("/basket", {{"action", "remove"}, {"number", "1"}});
  CHECK(kept()["citations"].size() == 1);
  browser.post("/basket", {{"action", "clear"}});
  CHECK(kept()["count"] == 0);
}

TEST_CASE_METHOD(Fixture, "nobody reads or changes what another keeps") {
  browser.post("/basket", adding("taisaku-kijun", "2"));
  Browser other{office.app};
  CHECK(other.location(other.get("/basket")) == "/sign-in?to=%2Fbasket");
  other.sign_in("jiro");
  CHECK(holds(other.get("/basket"), "付箋はまだありません"));
  CHECK(other.post("/basket", {{"action", "remove"}, {"number", "1"}}).status == 404);
  other.post("/basket", {{"action", "clear"}});
  CHECK(kept()["count"] == 1);
}

TEST_CASE_METHOD(Fixture, "what was closed since has no words") {
  browser.post("/basket", adding("taisaku-kijun", "2"));
  corpus::Facts closed;
  closed.slug = "taisaku-kijun", closed.audience = "restricted";
  REQUIRE(office.town.library.correct(closed));
  Response page = browser.get("/basket");
  CHECK(holds(page, "見られなくなった引用"));
  for (const char* word : {"対策基準", "庁外", "taisaku-kijun"}) CHECK_FALSE(holds(page, word));
  CHECK(kept()["plain"] == "");
  CHECK(browser.post("/basket", {{"action", "remove"}, {"number", "1"}}).status == 303);
}

TEST_CASE_METHOD(Fixture, "forms of another kind are refused") {
  auto with = [&](Browser::Fields fields, const std::string& name, const std::string& value) {
    fields.emplace_back(name, value);
    return fields;
  };
  struct Row {
    Browser::Fields fields;
    int status;
  };
  const Row rows[] = {
      {{}, 400},
      {{{"action", "nothing"}, {"number", "1"}}, 400},
      {{{"action", "add"}, {"document", "taisaku-kijun"}}, 400},
      {{{"action", "remove"}}, 404},
      {{{"action", "remove"}, {"number", "x"}}, 400},
      {{{"action", "up"}, {"number", "3"}}, 404},
      {adding("himitsu", "1"), 404},
      {adding("nai", "1"), 404},
      {with(adding("taisaku-kijun", "2"), "quote", "ほかの言葉"), 400},
      {with(adding("taisaku-kijun", "2"), "back", "//evil.example/"), 303},
  };
  for (const auto& row : rows) {
    INFO(write_query(row.fields));
    Response response = browser.post("/basket", row.fields);
    CHECK(response.status == row.status);
    if (row.status == 303) CHECK(browser.location(response) == "/");
  }
  CHECK(browser.post_bare("/basket", adding("taisaku-kijun", "3")).status == 403);
  CHECK(kept()["count"] == 1);
}
