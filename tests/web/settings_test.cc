// Settings that are files: what a change would do, and that it is put in place whole, by one person at a time.
#include "web/settings.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <set>

#include "store/event_log.h"
#include "store/files.h"
#include "tests/web/town.h"
#include "text/error.h"
#include "text/utf8.h"

using namespace shirube;
using namespace shirube::web;

namespace {

struct Fixture {
  Town town;
  TemporaryFolder folder;
  std::filesystem::path words = folder / "words.tsv";
  int applied = 0;
  std::unique_ptr<App> app;

  Fixture() {
    std::ofstream(words) << "暗号\t暗号化\n端末\t機器\n";
    auto options = town.options();
    options.viewer = corpus::Viewer::everything();
    options.settings = {{"words", "同義語", words, "一行に一組。", "すぐに効きます。",
                         [](const std::filesystem::path& candidate) {
                           if (store::read_file(candidate, 1 << 20).find("壊") != std::string::npos) throw Error(ErrorKind::invalid, candidate.string() + " の1行目: 壊れています。", "直してください。");
                         },
                         [](const std::filesystem::path&) { return std::vector<std::string>{"良くなる検索 1 件"}; }, [this] { ++applied; }}};
    app = std::make_unique<App>(std::move(options));
  }

  std::string text() const { return store::read_file(words, 1 << 20); }
  std::string version() const { return store::sha256(text()); }
  Response post(const std::string& action, const std::string& text, const std::string& version) {
    std::string body;
    for (const auto& [name, value] : {std::pair("version", version), std::pair("text", text), std::pair("action", action)}) {
      body += "--b\r\nContent-Disposition: form-data; name=\"" + std::string(name) + "\"\r\n\r\n" + value + "\r\n";
    }
    return app->handle({"POST", "/admin/settings/words", {{"Sec-Fetch-Site", "same-origin"}, {"Content-Type", "multipart/form-data; boundary=b"}}, body + "--b--\r\n"});
  }
  std::string events() {
    return town.database.read([](SQLite::Database& db) {
      return db.execAndGet("SELECT ifnull(group_concat(subject || '|' || before || '|' || after, ';'), '') FROM events WHERE action = 'settings.change'").getString();
    });
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a setting is looked at, tried, and changed") {
  Response list = town.get(*app, "/admin/settings");
  CHECK(list.status == 200);
  CHECK_THAT(list.body, Catch::Contains("/admin/settings/words") && Catch::Contains("同義語"));
  CHECK_THAT(town.get(*app, "/admin/settings/words").body, Catch::Contains("暗号\t暗号化") && Catch::Contains(version()));
  CHECK(town.get(*app, "/admin/settings/nothing").status == 404);

  std::string wanted = "暗号\t暗号化\n端末\t機器\t装置\n";
  Response tried = post("preview", wanted, version());
  CHECK(tried.status == 200);
  CHECK_THAT(tried.body, Catch::Contains("良くなる検索 1 件") && Catch::Contains("<li>端末\t機器\t装置</li>") && Catch::Contains("<li>端末\t機器</li>"));
  CHECK(text().find("装置") == std::string::npos);
  CHECK(events().empty());

  Response done = post("apply", text::replace_all(wanted, "\n", "\r\n"), version());
  CHECK(done.status == 303);
  CHECK(text() == wanted);
  CHECK(applied == 1);
  CHECK(events() == "words|端末 機器|端末 機器 装置");
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);  // nothing is left lying about
}

TEST_CASE_METHOD(Fixture, "what cannot be used stays on the page, and the file as it was") {
  std::string before = text();
  Response broken = post("apply", "壊\n", version());
  CHECK(broken.status == 400);
  CHECK_THAT(broken.body, Catch::Contains("words.tsv の1行目: 壊れています。") && Catch::Contains("\n壊\n</textarea>"));
  CHECK_THAT(broken.body, !Catch::Contains("shirube-unfinished"));
  CHECK(post("preview", "\xff\n", version()).status == 400);
  CHECK(post("nothing", "あ\n", version()).status == 400);
  CHECK(post("apply", std::string(Settings::largest + 1, 'a'), version()).status == 400);
  CHECK(text() == before);
  CHECK(events().empty());
  CHECK(applied == 0);
}

TEST_CASE_METHOD(Fixture, "who was overtaken is told") {
  std::string seen = version();
  REQUIRE(post("apply", "あ\tい\n", seen).status == 303);
  Response late = post("apply", "う\tえ\n", seen);
  CHECK(late.status == 409);
  CHECK_THAT(late.body, Catch::Contains("ほかの人がこの設定を変更しました") && Catch::Contains("う\tえ"));
  CHECK(text() == "あ\tい\n");
}

TEST_CASE_METHOD(Fixture, "a change that cannot be put in place says which folder it is, and keeps what was typed") {
  words = folder / "closed" / "words.tsv";  // a folder that nothing can be put in, as it is not there
  auto options = town.options();
  options.viewer = corpus::Viewer::everything();
  options.settings = {{"words", "同義語", words, "", "", [](const std::filesystem::path&) {}}};
  app = std::make_unique<App>(std::move(options));
  Response closed = post("apply", "新しい\t行\n", store::sha256(""));
  CHECK(closed.status == 503);
  CHECK_THAT(closed.body, Catch::Contains("新しい\t行\n</textarea>") && Catch::Contains("docs/operations.md") && Catch::Contains((folder / "closed").string()));
  CHECK(events().empty());
}

TEST_CASE_METHOD(Fixture, "a candidate is proven beside what it needs, and nothing else is copied") {
  for (const char* name : {"near.tsv", "other.tsv", "secret.toml"}) std::ofstream(folder / name) << "x\n";
  std::set<std::string> found;
  auto options = town.options();
  options.viewer = corpus::Viewer::everything();
  auto look = [&](const std::filesystem::path& candidate) {
    for (const auto& one : std::filesystem::directory_iterator(candidate.parent_path())) found.insert(one.path().filename());
  };
  options.settings = {{"words", "同義語", words, "", "", look}, {"near", "", folder / "near.tsv", "", "", look}, {"none", "", folder / "none.tsv", "", "", look}, {"secret", "", folder / "secret.toml", "", "", look}};
  app = std::make_unique<App>(std::move(options));
  CHECK(post("preview", "新\n", version()).status == 200);
  CHECK(found == std::set<std::string>{"words.tsv", "near.tsv"});
}

TEST_CASE_METHOD(Fixture, "what may be a password is kept out of the event") {
  std::string old = "proxy = \"http://old:hunter1@proxy:8080\"\n";
  std::ofstream(words) << old;
  REQUIRE(post("apply", "# proxy = \"hunter2\"\nfetch.proxy='x:hunter3@y'\naddress = \"https://u:hunter4@host/\"\nuser_agent = \"a@example\"\n", version()).status == 303);
  CHECK(events() == "words|proxy = （伏せました）|# proxy = （伏せました） fetch.proxy= （伏せました） address = \"https://（伏せました）@host/\" user_agent = \"a@example\"");
}

TEST_CASE_METHOD(Fixture, "settings are for administrators") {
  auto options = town.options();
  options.settings = {{"words", "同義語", words, "", "", [](const std::filesystem::path&) {}}};
  App narrow(std::move(options));
  CHECK(town.get(narrow, "/admin/settings").status == 403);
  CHECK(town.get(narrow, "/admin/settings/words").status == 403);
  CHECK(narrow.handle({"POST", "/admin/settings/words", {{"Sec-Fetch-Site", "same-origin"}, {"Content-Type", "multipart/form-data; boundary=b"}}, ""}).status == 403);
  CHECK(narrow.longest_body({"POST", "/admin/settings/words", {{"Sec-Fetch-Site", "same-origin"}}, ""}) == App::longest_form);
  CHECK(app->longest_body({"POST", "/admin/settings/words", {{"Sec-Fetch-Site", "same-origin"}}, ""}) > Settings::largest);
}
