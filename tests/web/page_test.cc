// Pages as readers use them: places that are kept from edition to edition, what an edition changed, ways on from nothing, and how
// much a first look costs.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <regex>

#include "tests/web/town.h"
#include "web/static_files.h"
#include "web/target.h"

using namespace shirube::web;

namespace {

struct Fixture {
  Town& town;
  const App& app;

  Fixture() : town(shared()), app(service()) {}
  static Town& shared() {
    static Town town;
    return town;
  }
  static const App& service() {
    static App app(shared().options());
    return app;
  }
  std::string body(const std::string& target) { return town.get(app, target).body; }
  nlohmann::json json(const std::string& target) { return nlohmann::json::parse(body("/api/v1" + target)); }
  void holds(const std::string& target, const std::vector<std::string>& parts, const std::vector<std::string>& absent = {}) {
    std::string page = body(target);
    INFO(target << "\n" << page.substr(0, 6000));
    for (const auto& part : parts) {
      INFO("must hold " << part);
      CHECK(page.find(part) != std::string::npos);
    }
    for (const auto& part : absent) {
      INFO("must lack " << part);
      CHECK(page.find(part) == std::string::npos);
    }
  }
};

const std::string policy = "/documents/taisaku-kijun/2025-04-01";
std::string q(const std::string& text) { return percent_encode(text); }

}  // namespace

TEST_CASE_METHOD(Fixture, "a place is found in an edition, and in the others of its document") {
  holds("/documents/nagai/2022-04-01?at=420", {"id=\"c-420\""}, {"id=\"c-400\""});
  holds("/documents/nagai/2022-04-01?at=420&page=1", {"id=\"c-400\""}, {"id=\"c-420\""});
  holds(policy + "?at=2-2-1", {"href=\"/documents/taisaku-kijun/2024-04-01?at=2-2-1#c-2-2-1\""}, {"この版にはありません"});
  holds(policy, {"href=\"/documents/taisaku-kijun/2024-04-01\""}, {"?at="});
  holds(policy + "?at=99", {"見ていた所に当たる条項は、この版にはありません"});
}

TEST_CASE_METHOD(Fixture, "a clause tells what its editions changed") {
  holds(policy + "/clauses/2", {"端末を<ins>庁外へ</ins>持ち出す", "<del>", "/documents/taisaku-kijun/2999-04-01/clauses/2"});
  auto history = json(policy + "/clauses/2")["history"];
  REQUIRE(history.size() == 2);
  CHECK(history[0]["key"] == "2999-04-01");
  CHECK(history[0]["later"] == true);
  CHECK(history[1]["later"] == false);
  std::string before, after;
  for (const auto& change : history[1]["changes"]) {
    if (!change["added"]) before += change["text"];
    if (!change["removed"]) after += change["text"];
  }
  CHECK(before.find("端末を持ち出すときは、課長の許可を受ける。") != before.npos);
  CHECK(after.find("端末を庁外へ持ち出すときは、課長の許可を受け、記録簿に記載する。") != after.npos);
  CHECK(json(policy + "/clauses/1")["history"][1]["changes"].empty());
  holds(policy + "/clauses/1", {"変わっていません"}, {"<ins>", "<del>"});
  CHECK(json("/documents/nagai/2022-04-01/clauses/1")["history"].empty());
}

TEST_CASE_METHOD(Fixture, "editions are chosen beside the words, and stay in the address") {
  auto paths = [&](const std::string& more) {
    std::string out;
    auto results = json("/search?fold=off&q=" + q("端末の持ち出し") + "&document=taisaku-kijun" + more);
    for (const auto& hit : results["results"]["hits"]) {
      if (hit["path"] == "2") out += hit["edition"]["key"].get<std::string>() + " ";
    }
    return out;
  };
  CHECK(paths("").size() == 33);
  CHECK(paths("&edition=current") == "2025-04-01 ");
  CHECK(paths("&edition=" + q("令和6年5月1日")) == "2024-04-01 ");
  CHECK(town.get(app, "/?q=a&edition=nothing").status == 400);
  holds("/?q=" + q("持ち出し") + "&edition=2024-05-01", {"版「2024-05-01 時点」", "name=\"on\" value=\"2024-05-01\""});
  holds("/?q=" + q("持ち出し"), {"href=\"/?q=" + q("持ち出し") + "&amp;edition=current\">現行の版だけ</a>"});
}

TEST_CASE_METHOD(Fixture, "who finds nothing is offered near words and wider searches, and nothing hidden") {
  auto results = json("/search?q=" + q("テレワーク 生体認証 鯨") + "&kind=law&edition=current&synonyms=off")["results"];
  REQUIRE(results["hits"].empty());
  std::string labels;
  for (const auto& way : results["wider"]) labels += way["label"].get<std::string>() + "\n";
  for (const char* label : {"絞り込みをすべて外す", "同義語も使う", "語「鯨」を外す"}) CHECK(labels.find(label) != labels.npos);
  auto near = json("/search?q=" + q("セキュリティ対策基準違反") + "&kind=law")["results"]["near"];
  REQUIRE_FALSE(near.empty());
  CHECK(json("/search?q=" + q("特命係の極秘") + "&kind=law")["results"]["near"].dump().find("極秘") == std::string::npos);
  holds("/?q=" + q("テレワーク 鯨") + "&kind=law", {"絞り込みをすべて外す"});
  CHECK(json("/search?q=" + q("端末"))["results"]["near"].empty());
}

TEST_CASE_METHOD(Fixture, "the first view of a page is small") {
  // As sent without compression, with all that the page asks for but its typeface.
  constexpr size_t most = 150'000;
  const std::regex asked("(?:href|src)=\"/static/([a-z-]+\\.(?:css|js|svg))\\?v=");
  for (const auto& target : std::vector<std::string>{"/", "/?q=" + q("端末の持ち出し"), "/documents", policy, policy + "/clauses/2?q=" + q("端末"), "/basket", "/similar"}) {
    std::string page = body(target);
    size_t bytes = page.size(), files = 0;
    for (std::sregex_iterator at(page.begin(), page.end(), asked), end; at != end; ++at) {
      if ((*at)[1] == "fonts.css") continue;
      auto file = std::ranges::find(static_files(), (*at)[1].str(), &StaticFile::name);
      REQUIRE(file != static_files().end());
      bytes += file->content.size();
      ++files;
    }
    INFO(target << " " << bytes);
    CHECK(files >= 4);
    CHECK(bytes < most);
  }
}
