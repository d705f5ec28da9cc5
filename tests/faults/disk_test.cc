// Disks that are full, or that nobody may write to.
#include "tests/faults/fixture.h"

using namespace shirube;
using Json = nlohmann::json;
namespace fs = std::filesystem;

namespace {

constexpr uint64_t kib = 1024;
const std::string search = "/api/v1/search?q=%E7%AB%AF%E6%9C%AB";  // 端末

/// Of an article of a file of more().
std::string sentence(int file, int article) { return "見本の" + std::to_string(file * 1000 + article) + "番目の端末について定める。"; }

/// An office whose data lie on a disk of their own.
struct OnSmallDisk : Office {
  SmallDisk disk;
  explicit OnSmallDisk(int mib) : disk(folder / "disk", mib) { data = folder / "disk/data"; }

  /// Files worth some space each.
  std::vector<std::string> more(int count) const {
    std::vector<std::string> files;
    for (int i = 0; i < count; ++i) {
      std::string text = "# 見本" + std::to_string(i) + "\n\n";
      for (int article = 1; article <= 150; ++article) text += "第" + std::to_string(article) + "条　" + sentence(i, article) + "\n";
      files.push_back(write("in/mihon" + std::to_string(i) + ".md", text));
    }
    return files;
  }
};

std::vector<std::string> with(std::vector<std::string> words, const std::vector<std::string>& files) {
  words.insert(words.end(), files.begin(), files.end());
  return words;
}

/// What a run said it had taken.
std::vector<std::string> taken(const std::string& out) {
  std::vector<std::string> slugs;
  std::istringstream lines(out);
  for (std::string line; std::getline(lines, line);) {
    if (size_t at = line.find(" → "); line.starts_with("取込") && at != line.npos) slugs.push_back(line.substr(at + 5, line.find('/', at) - at - 5));
  }
  return slugs;
}

}  // namespace

TEST_CASE("a disk that fills up during ingest loses nothing that was taken") {
  OnSmallDisk office(48);
  if (!office.disk.there()) return;
  office.found();
  auto files = office.more(6);
  int failures = 0;
  for (uint64_t free : {0 * kib, 16 * kib, 64 * kib, 128 * kib, 256 * kib, 512 * kib, 1024 * kib, 2048 * kib}) {
    INFO(free << " bytes free");
    office.disk.fill(free);
    int code = office.run(with({"ingest"}, files));
    std::string out = office.out(), err = office.err();
    INFO(out << err);
    if (code != 0) {
      ++failures;
      CHECK((code == 1 || code == 6));
      CHECK_THAT(out + err, Catch::Contains("空き"));
    }
    office.disk.empty();
    auto slugs = taken(out);
    for (const auto& slug : slugs) {
      INFO(slug);
      store::Database database(office.data + "/shirube.db", store::Database::Open::existing);
      CHECK(database.read([&](SQLite::Database& db) {
        SQLite::Statement select(db, "SELECT count(*) FROM documents WHERE slug = ?");
        select.bind(1, slug);
        select.executeStep();
        return select.getColumn(0).getInt();
      }) == 1);
    }
    code = office.run({"ingest", office.policy, "--effective", "2025-04-01"});
    INFO(office.out() << office.err());
    CHECK(code == 0);
    for (const auto& slug : slugs) {
      std::string words = sentence(std::stoi(slug.substr(std::strlen("mihon"))), 7);
      INFO(words);
      CHECK(office.run({"search", words}) == 0);
      CHECK_THAT(office.out(), Catch::Contains(words));
    }
    office.require_clean();
  }
  CHECK(failures >= 2);
  REQUIRE(office.run(with({"ingest"}, files)) == 0);
  office.require_clean();
}

TEST_CASE("a disk that is full takes nothing in the browser, says so, and lets people read") {
  OnSmallDisk office(32);
  if (!office.disk.there()) return;
  office.found();
  Running service(office.data, office.settings, office.folder.path());
  REQUIRE(service.hand_in("before.txt", "第1条　前の端末。\n")->status == 201);
  office.disk.fill(0);
  // What the log still has room for may be taken; after that nothing is.
  std::vector<std::string> judged;
  int refused = 0;
  for (int i = 0; refused < 3 && i < 5000; ++i) {
    std::string query = "検索" + std::to_string(i);
    auto answer = service.judge(query);
    REQUIRE(answer);
    INFO(answer->status << answer->body);
    if (answer->status == 303) judged.push_back(query);
    else {
      ++refused;
      CHECK(answer->status == 503);
      CHECK_THAT(answer->body, Catch::Contains("空き"));
    }
  }
  CHECK(refused == 3);
  auto answer = service.hand_in("full.txt", std::string(2 << 20, 'x'));
  REQUIRE(answer);
  CHECK(answer->status == 503);
  CHECK_THAT(answer->body, Catch::Contains("空き"));
  CHECK(service.status(search) == 200);
  CHECK(service.status("/documents/kijun/2025-04-01") == 200);
  office.disk.empty();
  CHECK(service.judge("その後")->status == 303);
  CHECK(service.hand_in("after.txt", "第1条　後の端末。\n")->status == 201);
  CHECK(service.status("/documents/kijun/2025-04-01") == 200);
  service.end(SIGTERM);
  store::Database database(office.data + "/shirube.db", store::Database::Open::existing);
  auto count = [&](const char* sql) { return database.read([&](SQLite::Database& db) { return db.execAndGet(sql).getInt(); }); };
  CHECK(count("SELECT count(*) FROM judgements") == static_cast<int>(judged.size()) + 1);
  CHECK(count("SELECT count(*) FROM drafts") == 2);
  REQUIRE(office.run({"ingest", office.policy, "--effective", "2025-04-01"}) == 0);
  office.require_clean();
}

TEST_CASE("an index that finds no room leaves the old one in use") {
  OnSmallDisk office(32);
  if (!office.disk.there()) return;
  office.found();
  auto files = office.more(6);
  REQUIRE(office.run(with({"ingest"}, files)) == 0);
  for (uint64_t free : {64 * kib, 256 * kib}) {
    INFO(free << " bytes free");
    office.disk.fill(free);
    CHECK(office.run({"reindex"}) == 6);
    CHECK_THAT(office.err(), Catch::Contains("空き"));
    CHECK(office.run({"search", "端末"}) == 0);
    CHECK_THAT(office.out(), Catch::Contains("端末"));
    office.disk.empty();
  }
  REQUIRE(office.run({"reindex"}) == 0);
  office.require_clean();
}

TEST_CASE("a backup that finds no room leaves no half of one") {
  OnSmallDisk office(8);
  if (!office.disk.there()) return;
  office.data = office.folder / "data";
  office.found();
  std::string archive = office.folder / "disk/one.tar.zst";
  for (uint64_t free : {0 * kib, 16 * kib, 128 * kib}) {
    INFO(free << " bytes free");
    office.disk.fill(free);
    CHECK(office.run({"backup", archive}) == 6);
    CHECK_THAT(office.err(), Catch::Contains("空き"));
    office.disk.empty();
    CHECK(fs::is_empty(office.folder / "disk"));
  }
  REQUIRE(office.run({"backup", archive}) == 0);
  REQUIRE(office.run({"backup", "--verify", archive}) == 0);
  office.require_clean();
  office.data = office.folder / "disk/data";
  office.disk.fill(64 * kib);
  CHECK(office.run({"restore", archive, "--config-to", office.folder / "new-config"}) == 6);
  CHECK_THAT(office.err(), Catch::Contains("空き"));
  CHECK_FALSE(fs::exists(office.data));
  office.disk.empty();
  REQUIRE(office.run({"restore", archive, "--config-to", office.folder / "new-config"}) == 0);
  REQUIRE(office.run({"reindex"}) == 0);
  office.require_clean();
}

TEST_CASE("a disk that nobody may write to is read, and changes are refused") {
  OnSmallDisk office(32);
  if (!office.disk.there()) return;
  office.found();
  office.disk.set_read_only(true);
  CHECK(office.run({"search", "端末"}) == 0);
  CHECK_THAT(office.out(), Catch::Contains("端末を持ち出すときは"));
  office.require_clean();
  auto more = office.more(1);
  CHECK(office.run(with({"ingest"}, more)) == 6);
  INFO(office.err());
  CHECK_THAT(office.err(), Catch::Contains("データベースに書き込めません") && Catch::Contains("権限"));
  CHECK(office.run({"backup", office.folder / "one.tar.zst"}) == 0);
  CHECK(office.run({"backup", office.folder / "disk/one.tar.zst"}) == 6);
  {
    Running service(office.data, office.settings, office.folder.path());
    CHECK(service.status(search) == 200);
    CHECK(service.status("/documents/kijun/2025-04-01") == 200);
    CHECK(service.status("/documents/kijun/2025-04-01/original") == 200);
    auto answer = service.judge("端末");
    REQUIRE(answer);
    CHECK(answer->status == 503);
    CHECK_THAT(answer->body, Catch::Contains("書き込めない"));
    CHECK(service.hand_in("x.txt", "第1条")->status == 503);
    service.end(SIGTERM);
    CHECK_THAT(service.said(), Catch::Contains("閲覧と検索だけ"));
  }
  office.disk.set_read_only(false);
  REQUIRE(office.run(with({"ingest"}, more)) == 0);
  office.require_clean();
}

TEST_CASE("migrations that find no room for the copy change nothing") {
  OnSmallDisk office(8);
  if (!office.disk.there()) return;
  fs::create_directories(office.data);
  std::string file = office.data + "/shirube.db";
  store::Database::Migrations old(store::Database::own_migrations().begin(), store::Database::own_migrations().begin() + 2);
  { store::Database database(file, store::Database::Open::or_create, old); }
  office.disk.fill(16 * kib);
  CHECK(office.run({"check"}) == 6);
  CHECK_THAT(office.err(), Catch::Contains("空き"));
  office.disk.empty();
  CHECK(SQLite::Database(file).execAndGet("PRAGMA user_version").getInt() == 2);
  office.require_clean();
}
