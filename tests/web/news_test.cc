// What is new, as a page and as JSON.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/web/one_town.h"
#include "web/target.h"

using namespace shirube::web;

namespace {

nlohmann::json news(const std::string& query = {}) {
  auto response = town().get(app(), "/api/v1/news" + query);
  INFO(response.body.substr(0, 500));
  REQUIRE(response.status == 200);
  return nlohmann::json::parse(response.body);
}

std::vector<nlohmann::json> items(const nlohmann::json& model) {
  std::vector<nlohmann::json> out;
  for (const auto& day : model["days"]) out.insert(out.end(), day["items"].begin(), day["items"].end());
  return out;
}

}  // namespace

TEST_CASE("news are editions by the day they were issued, newest first, without what is hidden") {
  auto model = news();
  std::vector<std::string> days;
  for (const auto& day : model["days"]) days.push_back(day["day"]);
  CHECK(days.front() == "2025-06-01");
  CHECK(std::ranges::is_sorted(days, std::ranges::greater()));
  CHECK(model.dump().find("himitsu") == std::string::npos);
  CHECK(items(model).size() == 30);
  CHECK(items(news("?page=2")).size() > 10);
  CHECK(town().get(app(), "/api/v1/news?page=3").status == 404);
}

TEST_CASE("an edition says what it changed, and how long until it takes effect") {
  auto model = news("?kind=policy&from=令和6年3月&to=2024-03-31");
  auto found = items(model);
  REQUIRE(found.size() == 3);
  CHECK(found[0]["edition"]["key"] == "2999-04-01");
  CHECK(found[0]["days_left"].get<int>() > 300'000);
  CHECK(found[1]["changes"]["changed"] == 1);
  CHECK(found[1]["changes"]["before"] == "令和6年4月1日版");
  CHECK(found[1]["days_left"].is_null());
  CHECK(found[2]["changes"].is_null());
  CHECK(model["form"]["narrowed"] == true);
}

TEST_CASE("what has yet to take effect stands on the first page, the next first") {
  auto coming = news()["coming"];
  REQUIRE(coming.size() == 1);
  CHECK(coming[0]["key"] == "2999-04-01");
  CHECK(news("?page=2")["coming"].empty());
  auto page = town().get(app(), "/news").body;
  CHECK(page.find("これから施行されるもの") != page.npos);
  CHECK(page.find("最新情報") != page.npos);
}

TEST_CASE("news are narrowed by kind, issuer, topic and days, and what cannot be read is refused") {
  CHECK(items(news("?issuer=" + percent_encode("国"))).size() == 1);
  CHECK(items(news("?issuer=" + percent_encode("特命係"))).empty());
  CHECK(items(news("?from=2025-06-01")).size() == 1);
  CHECK(items(news("?topic=nai")).empty());
  auto status = [](const std::string& query) { return town().get(app(), "/news" + query).status; };
  CHECK(status("?kind=nai") == 400);
  CHECK(status("?from=x") == 400);
  CHECK(status("?page=0") == 400);
  CHECK(status("?issuer=" + std::string(300, 'a')) == 400);
}
