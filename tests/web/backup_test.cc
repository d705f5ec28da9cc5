// The page of backups.
#include <fstream>

#include "store/backup_keeper.h"
#include "tests/web/town.h"
#include "web/app.h"
#include "web/target.h"

using namespace shirube;
using namespace shirube::web;
using namespace std::chrono_literals;

namespace {

struct Fixture : Town {
  TemporaryFolder backups;
  store::BackupKeeper keeper{database, files, {{backups / "kept", {2h + 30min}, 3}, "0.1.0", [] { return std::vector<store::SettingsFile>(); }}};
  App app{open(corpus::Viewer::everything(), &keeper)};

  AppOptions open(corpus::Viewer viewer, store::BackupKeeper* kept) {
    AppOptions out = options();
    out.viewer = std::move(viewer);
    out.backups = kept;
    return out;
  }
  Response post(const App& to, const std::vector<std::pair<std::string, std::string>>& fields, const std::string& site = "same-origin") {
    return to.handle({"POST", "/admin/backups", {{"Content-Type", "application/x-www-form-urlencoded"}, {"Sec-Fetch-Site", site}}, write_query(fields).substr(1)});
  }
  std::string page() { return get(app, "/admin/backups").body; }
  bool work() { return keeper.keep_once(std::atomic<bool>(false)); }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "backups are made, shown and read again from their page") {
  CHECK_THAT(page(), Catch::Contains("控えはまだありません") && Catch::Contains("毎日 02:30 に作り、新しい 3 件を残します。") && Catch::Contains("今すぐ控えを作る"));
  Response asked = post(app, {{"action", "make"}});
  CHECK(asked.status == 303);
  CHECK(header_of(asked.headers, "Location") == "/admin/backups");
  CHECK_THAT(page(), Catch::Contains("まもなく始めます") && !Catch::Contains("今すぐ控えを作る"));
  CHECK(post(app, {{"action", "make"}}).status == 409);
  REQUIRE(work());
  std::string name = keeper.state().held.front().name;
  CHECK_THAT(page(), Catch::Contains(name) && Catch::Contains("依頼") && Catch::Contains("正常") && Catch::Contains("データと同じディスク"));
  CHECK(post(app, {{"action", "verify"}, {"name", "../shirube.db"}}).status == 404);
  CHECK(post(app, {{"action", "verify"}}).status == 404);
  CHECK(post(app, {{"action", "burn"}, {"name", name}}).status == 400);
  CHECK(post(app, {{"action", "make"}}, "cross-site").status == 403);
  std::ofstream(backups / "kept" / name, std::ios::binary) << "spoilt";
  CHECK(post(app, {{"action", "verify"}, {"name", name}}).status == 303);
  REQUIRE(work());
  CHECK_THAT(page(), Catch::Contains("異常") && Catch::Contains("控えが壊れています") && Catch::Contains("に失敗しました"));
}

TEST_CASE_METHOD(Fixture, "the page of backups is for those who administer, and says how to begin") {
  App others(open({{"public", "staff"}}, &keeper)), none(open(corpus::Viewer::everything(), nullptr));
  CHECK(get(others, "/admin/backups").status == 403);
  CHECK(post(others, {{"action", "make"}}).status == 403);
  CHECK(keeper.state().work == store::BackupKeeper::Work::none);
  CHECK_THAT(get(none, "/admin/backups").body, Catch::Contains("控えの置き場所が決められていません") && Catch::Contains("[backup]"));
  CHECK(post(none, {{"action", "make"}}).status == 409);
}

TEST_CASE_METHOD(Fixture, "while the index is made anew a search says so, once somebody sees to it") {
  std::filesystem::remove_all(options().data / "index-1");
  auto trouble = open(corpus::Viewer::everything(), nullptr);
  int told = 0;
  trouble.index_trouble = [&] { return ++told > 1; };
  App unlucky(std::move(trouble));
  Response first = get(unlucky, "/api/v1/search?q=x");
  CHECK(first.status == 503);
  CHECK_THAT(first.body, Catch::Contains("検索索引を読めません"));
  Response second = get(unlucky, "/?q=x");
  CHECK(second.status == 503);
  CHECK(header_of(second.headers, "Retry-After") == "10");
  CHECK_THAT(second.body, Catch::Contains("索引を作り直しています") && Catch::Contains("資料一覧"));
  CHECK(get(unlucky, "/documents").status == 200);
  CHECK(get(unlucky, "/documents/taisaku-kijun/2025-04-01/clauses/2").status == 200);
  CHECK(told == 2);
}
