#include "indexer/watch.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "store/database.h"
#include "tests/indexer/site.h"
#include "tests/places.h"
#include "tests/temporary_folder.h"
#include "text/error.h"

using namespace shirube;
using namespace shirube::indexer;

namespace {

/// What the end of the process looks like to who was at work.
struct Killed {};

struct Taken {
  std::string address, bytes, file_name, title, link;
};

struct Fixture {
  TemporaryFolder folder;
  store::Database database{folder / "shirube.db"};
  Site site;
  std::atomic<bool> stop{false};
  Sources sources;
  std::vector<Taken> taken;
  bool refuses = false;  ///< the sink
  bool killed = false;   ///< while the sink takes

  Fixture() { sources.fetch.delay = std::chrono::milliseconds(0); }

  WatchedSource& add(SourceKind kind, const std::string& address) {
    WatchedSource source;
    source.name = "s" + std::to_string(sources.list.size() + 1);
    source.kind = kind;
    source.address = address;
    source.hosts = {"127.0.0.1"};
    source.facts.issuer = "星見市";
    source.enabled = true;
    sources.list.push_back(source);
    return sources.list.back();
  }
  Watch watch() {
    return {database, sources, {{}, test::program}, [this](const Item& item) {
              taken.push_back({item.address, item.bytes, item.file_name, item.title, item.facts.link});
              CHECK(item.facts.issuer == "星見市");
              if (killed) throw Killed();
              if (refuses) throw Error(ErrorKind::unavailable, "受け取れません。", "待ってください。");
            }};
  }
  /// A round of one source; what it handed on is in `taken`.
  Round check(const std::string& name = "s1") {
    taken.clear();
    return watch().check(name, stop);
  }
  SourceState state(const std::string& name = "s1") {
    for (const auto& one : watch().states()) {
      if (one.source == name) return one;
    }
    FAIL("no such source");
    throw std::logic_error("unreachable");
  }

  struct Entry {
    std::string link, updated;
  };
  void set_feed(const std::vector<Entry>& entries, const std::string& etag = "") {
    std::string xml = "<rss version=\"2.0\"><channel>";
    for (const auto& [link, updated] : entries) xml += "<item><title>題 " + link + "</title><link>" + link + "</link><pubDate>" + updated + "</pubDate></item>";
    Site::Page page{xml + "</channel></rss>"};
    if (!etag.empty()) page.headers = {{"ETag", etag}};
    site.set("/feed", page);
  }
  void write(const std::string& name, const std::string& bytes, std::chrono::seconds age = std::chrono::hours(1)) {
    std::filesystem::create_directories((folder / name).parent_path());
    std::ofstream(folder / name, std::ios::binary) << bytes;
    std::filesystem::last_write_time(folder / name, std::filesystem::file_time_type::clock::now() - age);
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a feed hands on what is new and what changed, and nothing twice") {
  add(SourceKind::feed, site.at("/feed"));
  set_feed({{"/1", "a"}, {"2", "a"}}, "\"f1\"");
  site.set("/1", {"one", 200, {{"ETag", "\"1\""}}});
  site.set("/2", {"two"});
  Round first = check();
  CHECK(first.taken == 2);
  CHECK(first.error.empty());
  REQUIRE(taken.size() == 2);
  CHECK(taken[0].address == site.at("/1"));
  CHECK(taken[0].bytes == "one");
  CHECK(taken[0].title == "題 /1");
  CHECK(taken[0].link == site.at("/1"));
  CHECK(taken[0].file_name == "1");
  SourceState now = state();
  CHECK(now.items == 2);
  CHECK(now.changed_at == now.checked_at);
  CHECK_FALSE(now.checked_at.empty());

  // The list is the same: nothing else is asked.
  site.forget();
  CHECK(check().taken == 0);
  CHECK(site.asked().size() == 1);

  // The list is another, but of the entries only one says that it changed.
  set_feed({{"/1", "b"}, {"2", "a"}, {"/3", "a"}}, "\"f2\"");
  site.set("/3", {"three"});
  site.forget();
  Round third = check();
  CHECK(third.taken == 1);
  CHECK(third.same == 1);
  REQUIRE(taken.size() == 1);
  CHECK(taken[0].bytes == "three");
  CHECK(site.count("/1") == 1);
  CHECK(site.count("/2") == 0);

  // Changed bytes under the same address; and what vanished changes nothing.
  set_feed({{"/1", "c"}}, "\"f3\"");
  site.set("/1", {"one, again", 200, {{"ETag", "\"1b\""}}});
  CHECK(check().taken == 1);
  REQUIRE(taken.size() == 1);
  CHECK(taken[0].bytes == "one, again");
  CHECK(state().items == 3);
}

TEST_CASE_METHOD(Fixture, "entries without a day are asked for, and told by their bytes") {
  add(SourceKind::feed, site.at("/feed"));
  set_feed({{"/1", ""}});
  site.set("/1", {"one"});
  CHECK(check().taken == 1);
  Round again = check();
  CHECK(again.taken == 0);
  CHECK(again.same == 1);
  site.set("/1", {"other"});
  CHECK(check().taken == 1);
}

TEST_CASE_METHOD(Fixture, "of a page the files that it links to are taken, one level deep, from listed hosts") {
  WatchedSource& source = add(SourceKind::page, site.at("/docs/"));
  source.links = {"*.pdf"};
  site.set("/docs/", {"<base href=\"files/\"><a href=\"a.PDF\">基準</a><a href=\"a.PDF#page=2\">二頁</a><a href=\"a.PDF?v=2\">二版</a><a href=\"b.html\">次</a><a href=\"" + site.at("/docs/c.pdf", "localhost") +
                          "\">外</a><a href=\"mailto:x@city.example\">m</a>",
                      200, {}, "text/html"});
  site.set("/docs/files/a.PDF", {"%PDF-a"});
  site.set("/docs/files/b.html", {"<a href=\"d.pdf\">d</a>", 200, {}, "text/html"});
  Round round = check();
  CHECK(round.taken == 2);
  CHECK(round.elsewhere == 1);
  CHECK(round.error.empty());
  REQUIRE(taken.size() == 2);
  CHECK(taken[0].address == site.at("/docs/files/a.PDF"));
  CHECK(taken[0].title == "基準");
  CHECK(taken[0].file_name == "a.PDF");
  CHECK(site.asked().size() == 3);
}

TEST_CASE_METHOD(Fixture, "a law is taken from the API with the address that people open") {
  WatchedSource& source = add(SourceKind::law, site.at("/api/2/law_data/"));
  source.laws = {"415AC0000000057", "平成十五年法律第五十七号"};
  site.set("/api/2/law_data/415AC0000000057", {"<law_data_response/>"});
  Round round = check();
  CHECK(site.count("/api/2/law_data/415AC0000000057?response_format=xml") == 1);
  CHECK(round.taken == 1);
  CHECK(round.failed == 1);
  CHECK_THAT(round.error, Catch::Contains("ページがありません"));
  REQUIRE(taken.size() == 1);
  CHECK(taken[0].link == "https://laws.e-gov.go.jp/law/415AC0000000057");
  CHECK(taken[0].file_name == "415AC0000000057.xml");
}

TEST_CASE_METHOD(Fixture, "of a folder new and changed files are taken, when they are whole") {
  add(SourceKind::folder, folder / "in");
  write("in/a.txt", "one");
  write("in/sub/b.txt", "two");
  write("in/.hidden/c.txt", "three");
  write("in/young.txt", "half", std::chrono::seconds(0));
  CHECK(check().taken == 2);
  REQUIRE(taken.size() == 2);
  CHECK(taken[1].address == "sub/b.txt");
  CHECK(taken[1].file_name == "b.txt");
  CHECK(taken[1].link.empty());
  CHECK(check().taken == 0);
  write("in/a.txt", "changed");
  write("in/sub/b.txt", "two", std::chrono::hours(2));
  Round touched = check();
  CHECK(touched.taken == 1);
  CHECK(touched.same == 1);
  std::filesystem::remove_all(folder / "in");
  Round gone = check();
  CHECK_THAT(gone.error, Catch::Contains("フォルダを読めません"));
  CHECK(state().items == 2);
}

TEST_CASE_METHOD(Fixture, "what fails stops nothing else, is said, and is cleared by the next success") {
  add(SourceKind::feed, site.at("/none"));
  add(SourceKind::feed, site.at("/feed"));
  set_feed({{"/1", "a"}, {"/2", "a"}, {"/3", "a"}, {"/4", "a"}}, "\"f\"");
  site.set("/1", {"one"});
  site.set("/3", {"three"});
  site.set("/4", {""});
  std::vector<Round> rounds;
  watch().check_all([&](const Round& round) { rounds.push_back(round); }, stop);
  REQUIRE(rounds.size() == 2);
  CHECK_THAT(rounds[0].error, Catch::Contains("ページがありません"));
  CHECK(rounds[1].taken == 2);
  CHECK(rounds[1].failed == 2);
  CHECK_THAT(state("s2").error, Catch::Contains("ページがありません（" + site.at("/2")) && Catch::Contains("（ほかに 1 件）"));
  site.set("/2", {"two"});
  site.set("/4", {"four"});
  CHECK(check("s2").taken == 2);
  CHECK(state("s2").error.empty());
  CHECK_FALSE(state("s1").error.empty());
  CHECK(state("s1").changed_at.empty());
}

TEST_CASE_METHOD(Fixture, "an item whose taking did not end is handed on again") {
  add(SourceKind::feed, site.at("/feed"));
  set_feed({{"/1", "a"}}, "\"f\"");
  site.set("/1", {"one", 200, {{"ETag", "\"1\""}}});
  killed = true;
  CHECK_THROWS_AS(check(), Killed);
  CHECK(taken.size() == 1);
  CHECK(state().items == 0);
  killed = false;
  refuses = true;
  Round refused = check();
  CHECK(taken.size() == 1);
  CHECK(refused.taken == 0);
  CHECK_THAT(refused.error, Catch::Contains("受け取れません"));
  CHECK(state().items == 0);
  refuses = false;
  CHECK(check().taken == 1);
  REQUIRE(taken.size() == 1);
  CHECK(taken[0].bytes == "one");
  CHECK(check().taken == 0);
}

TEST_CASE_METHOD(Fixture, "more than a round may ask for is left for the next ones") {
  WatchedSource& source = add(SourceKind::page, site.at("/page"));
  source.most = 2;
  std::string html;
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    html += std::string("<a href=\"/") + name + "\">x</a>";
    site.set(std::string("/") + name, {name});
  }
  site.set("/page", {html});
  CHECK(check().left == 3);
  CHECK(check().left == 3);
  Round third = check();
  CHECK(third.taken == 1);
  CHECK(third.same == 1);
  CHECK(state().items == 5);
}

TEST_CASE_METHOD(Fixture, "links that lead nowhere do not keep the others waiting") {
  WatchedSource& source = add(SourceKind::page, site.at("/page"));
  source.most = 2;
  site.set("/page", {"<a href=/x></a><a href=/y></a><a href=/z></a><a href=/a?b=c></a>"});
  site.set("/a", {"a"});
  CHECK(check().failed == 2);
  CHECK(state().items == 0);
  Round second = check();
  CHECK(second.taken == 1);
  CHECK(second.failed == 1);
  CHECK(state().items == 1);
}

TEST_CASE_METHOD(Fixture, "a server that wants to rest is left alone by later rounds too") {
  add(SourceKind::feed, site.at("/feed"));
  set_feed({{"/1", "a"}, {"/2", "a"}});
  site.set("/1", {"", 503, {{"Retry-After", "3600"}}});
  site.set("/2", {"two"});
  Round round = check();
  CHECK(round.taken == 0);
  CHECK_THAT(round.error, Catch::Contains("間を置くように求めています"));
  CHECK(site.count("/2") == 0);
  site.forget();
  CHECK_THAT(check().error, Catch::Contains("まで確認しません"));
  CHECK_THAT(check().error, Catch::Contains("まで確認しません"));
  CHECK(site.asked().empty());
  // As if the hour had passed.
  database.write([](SQLite::Database& db) { db.exec("UPDATE sources SET rests_until = '2026-01-01T00:00:00Z'"); });
  site.set("/1", {"one"});
  CHECK(check().taken == 2);
  CHECK(state().error.empty());
}

TEST_CASE_METHOD(Fixture, "a list that cannot be read is an error of its source") {
  add(SourceKind::feed, site.at("/feed"));
  site.set("/feed", {"<html>ログインしてください</html>"});
  CHECK_THAT(check().error, Catch::Contains("フィード（RSS・Atom）として読めません"));
  CHECK(state().items == 0);
}

TEST_CASE_METHOD(Fixture, "conditions of one list are not put to another") {
  add(SourceKind::feed, site.at("/feed"));
  set_feed({{"/1", "a"}}, "\"same\"");
  site.set("/1", {"one"});
  CHECK(check().taken == 1);
  sources.list[0].address = site.at("/moved");
  site.set("/moved", {"<rss><channel><item><link>/2</link></item></channel></rss>", 200, {{"ETag", "\"same\""}}});
  site.set("/2", {"two"});
  CHECK(check().taken == 1);
}

TEST_CASE_METHOD(Fixture, "only what is enabled is asked, and a stop ends the round without a trace") {
  add(SourceKind::feed, site.at("/feed")).enabled = false;
  watch().check_all([](const Round&) { FAIL("asked"); }, stop);
  CHECK_THROWS_WITH(check(), Catch::Contains("「s1」は止めてあります"));
  CHECK_THROWS_WITH(check("nowhere"), Catch::Contains("「nowhere」がありません"));
  CHECK(site.asked().empty());
  sources.list[0].enabled = true;
  set_feed({{"/1", "a"}});
  site.set("/1", {"one"});
  stop = true;
  CHECK_THROWS_WITH(check(), Catch::Contains("中断しました"));
  CHECK(state().checked_at.empty());
  CHECK(state().error.empty());
}

TEST_CASE_METHOD(Fixture, "what a link in a folder points to is not taken") {
  add(SourceKind::folder, folder / "in");
  std::filesystem::create_directories(folder / "in");
  std::ofstream(folder / "secret.txt") << "極秘";
  std::filesystem::last_write_time(folder / "secret.txt", std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
  std::filesystem::create_symlink(folder / "secret.txt", folder / "in/link.txt");
  CHECK(check().taken == 0);
  CHECK(taken.empty());
}
