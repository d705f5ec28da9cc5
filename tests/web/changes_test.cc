// What a newer edition changed, as a page and as JSON.
#include <nlohmann/json.hpp>

#include "tests/web/one_town.h"

using namespace shirube::web;

namespace {

const std::string newer = "/documents/taisaku-kijun/2025-04-01/changes";

nlohmann::json changes(const std::string& query = {}) {
  auto response = town().get(app(), "/api/v1" + newer + query);
  INFO(response.body.substr(0, 500));
  REQUIRE(response.status == 200);
  return nlohmann::json::parse(response.body);
}

/// The words of one side, what is marked in brackets.
std::string words(const nlohmann::json& segments) {
  std::string out;
  for (const auto& piece : segments) out += piece["mark"].get<bool>() ? "[" + piece["text"].get<std::string>() + "]" : piece["text"].get<std::string>();
  return out;
}

}  // namespace

TEST_CASE("the page of changes holds an edition against the one before, with what differs marked") {
  auto model = changes();
  CHECK(model["edition"]["key"] == "2025-04-01");
  CHECK(model["before"]["key"] == "2024-04-01");
  CHECK(model["changed"] == 1);
  CHECK((model["added"] == 0 && model["removed"] == 0 && model["moved"] == 0));
  REQUIRE(model["rows"].size() == 1);
  const auto& row = model["rows"][0];
  CHECK(row["fate"] == "changed");
  CHECK(words(row["before"]["segments"]) == "端末を持ち出すときは、課長の許可を[受ける]。");
  CHECK(words(row["after"]["segments"]) == "端末を[庁外へ]持ち出すときは、課長の許可を[受け、記録簿に記載する]。");
  auto page = town().get(app(), newer).body;
  CHECK(page.find("<ins>庁外へ</ins>") != page.npos);
  CHECK(page.find("改正 1件、新設 0件、削除 0件、移動のみ 0件") != page.npos);
}

TEST_CASE("with show=all the clauses that are the same stand between those that changed") {
  auto model = changes("?show=all");
  CHECK(model["rows"].size() == 8);
  CHECK(model["other_url"] == newer + "?from=2024-04-01");
  CHECK(changes()["other_url"] == newer + "?from=2024-04-01&show=all");
}

TEST_CASE("editions are compared in the order of their days, whichever was asked for first") {
  auto model = changes("?from=2999-04-01");
  CHECK(model["edition"]["key"] == "2999-04-01");
  CHECK(model["before"]["key"] == "2025-04-01");
  CHECK(model["choices"].size() == 2);
}

TEST_CASE("what cannot be compared is refused with a reason, and what is hidden does not exist") {
  auto status = [](const std::string& target) { return town().get(app(), target).status; };
  CHECK(status("/documents/taisaku-kijun/2024-04-01/changes") == 404);  // none before
  CHECK(status(newer + "?from=2025-04-01") == 400);
  CHECK(status(newer + "?from=nai") == 404);
  CHECK(status(newer + "?page=2") == 400);
  CHECK(status("/documents/himitsu/2025-04-01/changes") == 404);
  CHECK(town().get(app(), "/documents/himitsu/2025-04-01/changes").body == town().get(app(), "/documents/nai/2025-04-01/changes").body);
  CHECK(town().get(app(), "/documents/taisaku-kijun/2025-04-01").body.find(newer) != std::string::npos);
  CHECK(town().get(app(), "/documents/taisaku-kijun/2024-04-01").body.find("/changes\"") == std::string::npos);
}

TEST_CASE("an edition links what its words lead to, and says to the desk what leads nowhere") {
  auto page = town().get(app(), "/documents/taisaku-kijun/2025-04-01").body;
  auto model = nlohmann::json::parse(town().get(app(), "/api/v1/documents/taisaku-kijun/2025-04-01").body);
  size_t pieces = 0;
  for (const auto& clause : model["clauses"]) {
    std::string whole;
    for (const auto& piece : clause["pieces"]) whole += piece["text"].get<std::string>(), ++pieces;
    CHECK(whole == clause["text"]);
  }
  CHECK(pieces > 4);
  CHECK(town().get(app(), "/documents/taisaku-kijun/2025-04-01/dangling").status == 403);
  auto options = town().options();
  options.viewer.tasks.push_back(shirube::corpus::Task::desk);
  App desk(options);
  CHECK(town().get(desk, "/documents/taisaku-kijun/2025-04-01/dangling").body.find("行き先のない参照") != std::string::npos);
  CHECK(town().get(desk, "/documents/himitsu/2025-04-01/dangling").status == 404);
}
