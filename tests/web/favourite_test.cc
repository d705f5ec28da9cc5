// What people keep for coming back to, what they are told of by it, and the feeds that tell it.
#include "corpus/favourite.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "tests/web/office.h"
#include "tests/web/town.h"
#include "text/error.h"

using namespace shirube;
using namespace shirube::web;

namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

struct Fixture {
  Town town;
  std::optional<App> app{std::in_place, town.options()};

  Response post(const std::string& target, const Fields& fields) {
    return app->handle({"POST", target, {{"Content-Type", "application/x-www-form-urlencoded"}, {"Sec-Fetch-Site", "same-origin"}}, write_query(fields).substr(1)});
  }
  nlohmann::json json(const std::string& target) {
    auto response = town.get(*app, "/api/v1" + target);
    INFO(target << "\n" << response.body.substr(0, 500));
    REQUIRE(response.status == 200);
    return nlohmann::json::parse(response.body);
  }
  std::string page(const std::string& target) {
    auto response = town.get(*app, target);
    INFO(target << "\n" << response.body.substr(0, 2000));
    REQUIRE(response.status == 200);
    return response.body;
  }
  /// A further document with one clause.
  void add(const std::string& slug, const std::string& text, const std::string& audience = "public") {
    corpus::NewEdition edition;
    edition.facts.slug = slug, edition.facts.title = "追加の" + slug, edition.facts.kind = "notice", edition.facts.audience = audience, edition.facts.issued = "2026-05-01";
    edition.content_hash = slug;
    corpus::Clause clause;
    clause.path = "1", clause.label = "第1条", clause.locator = "第1条", clause.kind = corpus::ClauseKind::article, clause.text = text;
    edition.clauses.push_back(std::move(clause));
    town.library.add({&edition, 1});
    town.index();
    app.emplace(town.options());  // whose readers hold what is there now
  }
};

bool holds(const std::string& body, const std::string& part) { return body.find(part) != std::string::npos; }

}  // namespace

TEST_CASE_METHOD(Fixture, "a saved search tells how much is new to it, until its owner has looked") {
  REQUIRE(post("/favourites", {{"action", "save"}, {"name", "持ち出し"}, {"address", "?q=" + percent_encode("端末 持ち出し") + "&kind=notice&page=2"}}).status == 303);
  auto searches = json("/favourites")["searches"];
  REQUIRE(searches.size() == 1);
  CHECK(searches[0]["fresh"]["count"] == 0);
  CHECK(searches[0]["url"] == "/?q=" + percent_encode("端末 持ち出し") + "&kind=notice");
  add("atarashii", "端末の持ち出しを、前の日までに届け出る。");
  add("hoka", "飛行船の係留を届け出る。");
  add("kakushi", "端末の持ち出しを、極秘に届け出る。", "restricted");
  searches = json("/favourites")["searches"];
  CHECK(searches[0]["fresh"]["count"] == 1);
  auto found = json("/search" + searches[0]["fresh"]["url"].get<std::string>().substr(1))["results"];
  REQUIRE(found["hits"].size() == 1);
  CHECK(holds(found["hits"][0]["url"], "/documents/atarashii/"));
  CHECK(found["chosen"].dump().find("新しく加わったもの") != std::string::npos);
  CHECK(holds(page("/favourites"), "新しい条項 1件"));
  CHECK(post("/favourites", {{"action", "look"}, {"number", "1"}}).status == 303);
  CHECK(json("/favourites")["searches"][0]["fresh"]["count"] == 0);
  CHECK(holds(page("/favourites"), "新しい条項はありません"));
  // The feed tells of all that came since it was saved.
  auto feed = town.get(*app, "/feeds/searches/1");
  CHECK(feed.status == 200);
  CHECK(holds(feed.body, "/documents/atarashii/"));
  CHECK_FALSE(holds(feed.body, "極秘"));
  CHECK_FALSE(holds(feed.body, "飛行船"));
}

TEST_CASE_METHOD(Fixture, "only what was told is seen, and a feed tells what came last first") {
  REQUIRE(post("/favourites", {{"action", "save"}, {"name", "飛行船"}, {"address", "?q=" + percent_encode("飛行船")}}).status == 303);
  add("ichi", "飛行船の係留を届け出る。");
  CHECK(json("/favourites")["searches"][0]["fresh"]["count"] == 1);
  add("ni", "飛行船の格納を届け出る。");  // comes while the page is read
  CHECK(post("/favourites", {{"action", "look"}, {"number", "1"}}).status == 303);
  CHECK(json("/favourites")["searches"][0]["fresh"]["count"] == 1);
  auto panels = json("/search")["start"]["panels"].dump();
  CHECK(holds(panels, "新しい条項 1件"));
  auto feed = town.get(*app, "/feeds/searches/1");
  size_t last = feed.body.find("/documents/ni/"), first = feed.body.find("/documents/ichi/");
  REQUIRE(first != std::string::npos);
  CHECK(last < first);
  for (const auto& [name, value] : feed.headers) CHECK((name != "Referrer-Policy" || value == "no-referrer"));
}

TEST_CASE_METHOD(Fixture, "the feed of news is in the order of arrival, and can be of one audience") {
  corpus::NewEdition old;
  old.facts.slug = "mukashi", old.facts.title = "昔の通知", old.facts.kind = "notice", old.facts.audience = "staff", old.facts.issued = "2001-05-01";
  old.content_hash = "mukashi";
  town.library.add({&old, 1});
  auto feed = town.get(*app, "/feeds/news").body;
  CHECK(feed.find("昔の通知") < feed.find("令和7年4月1日版"));
  CHECK_FALSE(holds(town.get(*app, "/feeds/news?audience=public").body, "昔の通知"));
  CHECK(holds(town.get(*app, "/feeds/news?audience=" + percent_encode("庁内")).body, "昔の通知"));
}

TEST_CASE_METHOD(Fixture, "saved searches are renamed and forgotten; what cannot be is refused") {
  post("/favourites", {{"action", "save"}, {"name", "い"}, {"address", "?q=a"}});
  post("/favourites", {{"action", "save"}, {"name", "あ"}, {"address", "?q=b"}});
  post("/favourites", {{"action", "save"}, {"name", "う"}, {"address", "?q=a"}});
  auto searches = json("/favourites")["searches"];
  REQUIRE(searches.size() == 2);
  CHECK(searches[0]["name"] == "あ");
  CHECK(searches[1]["name"] == "う");
  CHECK(post("/favourites", {{"action", "rename"}, {"number", "2"}, {"name", "え"}}).status == 303);
  CHECK(json("/favourites")["searches"][1]["name"] == "え");
  CHECK(post("/favourites", {{"action", "forget"}, {"number", "1"}}).status == 303);
  CHECK(json("/favourites")["searches"].size() == 1);
  auto status = [&](const Fields& fields) { return post("/favourites", fields).status; };
  CHECK(status({{"action", "forget"}, {"number", "1"}}) == 404);
  CHECK(status({{"action", "forget"}, {"number", "x"}}) == 404);
  CHECK(status({{"action", "save"}, {"name", " "}, {"address", "?q=a"}}) == 400);
  CHECK(status({{"action", "save"}, {"name", "あ\nい"}, {"address", "?q=a"}}) == 400);
  CHECK(status({{"action", "save"}, {"name", std::string(101, 'a')}, {"address", "?q=a"}}) == 400);
  CHECK(status({{"action", "save"}, {"name", "a"}, {"address", "?kind=policy"}}) == 400);
  CHECK(status({{"action", "save"}, {"name", "a"}, {"address", "?q=a&from=x"}}) == 400);
  CHECK(status({{"action", "nai"}, {"number", "1"}}) == 400);
  CHECK(status({{"name", "a"}}) == 400);
  CHECK(town.get(*app, "/?q=a&unseen=77").status == 404);
  CHECK(town.get(*app, "/feeds/searches/77").status == 404);
}

TEST_CASE("there is an end to what one keeps, and nobody reads what is others'") {
  Town town;
  corpus::Favourites favourites(town.database);
  for (size_t i = 0; i < corpus::most_saved_searches; ++i) favourites.save(1, "名", "?q=" + std::to_string(i), 0);
  CHECK_THROWS_AS(favourites.save(1, "名", "?q=beyond", 0), Error);
  CHECK(favourites.searches(1).size() == corpus::most_saved_searches);
  CHECK(favourites.save(2, "名", "?q=0", 0) == 1);
  CHECK(favourites.searches(2).size() == 1);
  CHECK_FALSE(favourites.forget(3, 1));
  CHECK_FALSE(favourites.search(3, 1));
}

TEST_CASE_METHOD(Fixture, "a document is kept and let go, and is not there for who does not see it") {
  CHECK(post("/favourites", {{"action", "star"}, {"document", "taisaku-kijun"}, {"back", "/documents/taisaku-kijun/2025-04-01"}}).status == 303);
  auto documents = json("/favourites")["documents"];
  REQUIRE(documents.size() == 1);
  CHECK(documents[0]["edition"]["key"] == "2025-04-01");
  CHECK(holds(page("/documents/taisaku-kijun/2025-04-01"), "お気に入りから外す"));
  CHECK(post("/favourites", {{"action", "star"}, {"document", "himitsu"}}).status == 404);
  corpus::Facts closed;
  closed.slug = "taisaku-kijun", closed.audience = "restricted";
  REQUIRE(town.library.correct(closed));
  CHECK(json("/favourites")["documents"].empty());
  CHECK(post("/favourites", {{"action", "unstar"}, {"document", "taisaku-kijun"}}).status == 303);
  CHECK(post("/favourites", {{"action", "unstar"}, {"document", "taisaku-kijun"}}).status == 404);
}

TEST_CASE_METHOD(Fixture, "news say what came since one has read them") {
  CHECK_FALSE(holds(page("/news"), "新着"));
  std::string now = json("/news")["seen"]["now"];
  CHECK(post("/news", {{"seen", "2020-01-01T00:00:00.000Z"}}).status == 303);
  CHECK(holds(page("/news"), "新着"));
  CHECK_FALSE(json("/news?new=on")["days"].empty());
  CHECK(post("/news", {{"seen", "2999-01-01T00:00:00.000Z"}}).status == 400);
  CHECK(post("/news", {{"seen", "x"}}).status == 400);
  // All of it came in this second.
  town.database.write([](SQLite::Database& db) { db.exec("UPDATE editions SET added_at = '2021-01-01T00:00:00Z'"); });
  CHECK(post("/news", {{"seen", now}}).status == 303);
  CHECK(json("/news?new=on")["days"].empty());
  CHECK_FALSE(holds(page("/news"), "新着"));
}

TEST_CASE_METHOD(Fixture, "a feed is Atom: well formed, with names that stay and whole addresses") {
  add("kigou", "端末 <b>&amp;</b> の持ち出し");
  auto feed = app->handle({"GET", "/feeds/news?kind=notice", {{"Host", "shirube.example:8080"}}, ""});
  REQUIRE(feed.status == 200);
  CHECK(feed.content_type == "application/atom+xml; charset=utf-8");
  CHECK(holds(feed.body, "<feed xmlns=\"http://www.w3.org/2005/Atom\""));
  CHECK(holds(feed.body, "href=\"http://shirube.example:8080/documents/kigou/"));
  CHECK(holds(feed.body, "<id>urn:uuid:"));
  CHECK_FALSE(holds(feed.body, "himitsu"));
  auto again = app->handle({"GET", "/feeds/news?kind=notice", {{"Host", "shirube.example:8080"}}, ""});
  CHECK(again.body == feed.body);
  std::string tag(header_of(feed.headers, "ETag"));
  CHECK(app->handle({"GET", "/feeds/news?kind=notice", {{"Host", "shirube.example:8080"}, {"If-None-Match", tag}}, ""}).status == 304);
  CHECK_FALSE(holds(app->handle({"GET", "/feeds/news", {{"Host", "x\"><nai>"}}, ""}).body, "nai"));
}

TEST_CASE("a token of feeds opens feeds and nothing else, and no other token opens them") {
  Office office;
  int64_t id = office.add("hoshi", "staff");
  people::Token asked;
  asked.label = "新聞", asked.last_day = text::to_iso(text::today());
  std::string api = office.sign_in.make_token(id, asked);
  asked.feeds = true;
  std::string feeds = office.sign_in.make_token(id, asked);
  auto status = [&](const std::string& target, const std::string& bearer = {}) {
    Headers headers = {{"Host", "shirube.example"}};
    if (!bearer.empty()) headers.emplace_back("Authorization", "Bearer " + bearer);
    return office.app.handle({"GET", target, headers, "", "192.0.2.7"}).status;
  };
  CHECK(status("/feeds/news?key=" + feeds) == 200);
  CHECK(status("/feeds/news?key=" + api) == 401);
  CHECK(status("/feeds/news?key=nai") == 401);
  CHECK(status("/feeds/news") == 401);
  CHECK(status("/news?key=" + feeds) == 303);
  CHECK(status("/api/v1/news", api) == 200);
  CHECK(status("/api/v1/news", feeds) == 401);
  CHECK(status("/api/v1/news?key=" + feeds) == 401);
  corpus::Favourites(office.town.database).save(id, "端末", "?q=%E7%AB%AF%E6%9C%AB", 0);
  CHECK(status("/feeds/searches/1?key=" + feeds) == 200);
  asked.tasks = {corpus::Task::desk};
  CHECK_THROWS_AS(office.sign_in.make_token(id, asked), Error);
}

TEST_CASE("what goes wrong with a feed is logged without its token") {
  Town town;
  std::string logged;
  auto options = town.options();
  options.log = [&](std::string_view line) { logged += line; };
  App app(std::move(options));
  town.database.write([](SQLite::Database& db) { db.exec("DROP TABLE news_seen"); db.exec("ALTER TABLE documents RENAME TO gone"); });
  CHECK(app.handle({"GET", "/feeds/news?key=shirube_secret", {}, ""}).status >= 500);
  CHECK(app.handle({"GET", "/feeds/news?k%65y=shirube_secret", {}, ""}).status >= 500);
  CHECK(logged.find("/feeds/news") != logged.npos);
  CHECK(logged.find("secret") == logged.npos);
}

TEST_CASE_METHOD(Fixture, "a digest holds what came in a time, and what takes effect then") {
  auto digest = json("/news/digest?from=" + percent_encode("令和6年3月") + "&to=2025-04-30");
  CHECK(digest["from"] == "2024-03-01");
  CHECK(digest["count"].get<size_t>() == digest["items"].size());
  CHECK(digest["more"] == false);
  size_t of_issuers = 0;
  for (const auto& issuer : digest["by_issuer"]) of_issuers += issuer["count"].get<size_t>();
  CHECK(of_issuers == digest["count"]);
  CHECK(digest["count"] > 0);
  CHECK(digest.dump().find("himitsu") == std::string::npos);
  bool takes_effect = false;
  for (const auto& one : digest["coming"]) takes_effect = takes_effect || one["effective"] == "2025-04-01";
  CHECK(takes_effect);
  CHECK(json("/news/digest?from=2001-01-01&to=2001-01-31")["count"] == 0);
  CHECK(json("/news/digest?from=2001-01")["to"] == "2001-01-31");
  CHECK(town.get(*app, "/news/digest?from=2025-01-01&to=2024-01-01").status == 400);
  CHECK(town.get(*app, "/news/digest?from=x").status == 400);
  CHECK(holds(page("/news/digest"), "まとめ"));
}
