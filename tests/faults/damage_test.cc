// Data that were damaged while nobody looked.
#include <sys/file.h>

#include "tests/faults/fixture.h"

using namespace shirube;
namespace fs = std::filesystem;

namespace {

const std::string search = "/api/v1/search?q=%E7%AB%AF%E6%9C%AB";  // 端末

void spoil(const fs::path& file, std::streamoff at, size_t length) {
  std::fstream out(file, std::ios::in | std::ios::out | std::ios::binary);
  out.seekp(at);
  out << std::string(length, '\x55');
}

}  // namespace

TEST_CASE("a missing or damaged index is made anew while documents are read and searches say so") {
  struct Row {
    const char* what;
    std::function<void(const fs::path& index)> damage;
  };
  const Row rows[] = {
      {"removed", [](const fs::path& index) { fs::remove_all(index); }},
      {"empty", [](const fs::path& index) { for (const auto& entry : fs::directory_iterator(index)) fs::remove_all(entry.path()); }},
      {"another version's", [](const fs::path& index) { spoil(index / "iamglass", 0, 20); }},
      {"without postings", [](const fs::path& index) { fs::remove(index / "postlist.glass"); }},
      {"suggestions damaged", [](const fs::path& index) { spoil(index / "suggest/iamglass", 0, 20); }},
  };
  for (const auto& row : rows) {
    INFO(row.what);
    Office office;
    office.found();
    row.damage(fs::path(office.data) / "index-1");
    {
      // Whoever holds the lock is making an index: until it is let go none is made.
      int lock = ::open((office.data + "/index.lock").c_str(), O_RDWR | O_CREAT, 0600);
      REQUIRE(::flock(lock, LOCK_EX) == 0);
      Running service(office.data, office.settings, office.folder.path());
      CHECK(service.status("/documents/kijun/2025-04-01") == 200);
      CHECK(service.status("/documents") == 200);
      bool suggestions = std::string(row.what).starts_with("suggestions");
      std::string asked = suggestions ? "/api/v1/suggest?q=%E6%98%9F" : search;
      CHECK(service.status(asked) == 503);
      CHECK_THAT(service.body(asked), Catch::Contains("索引を作り直しています") && Catch::Contains("資料一覧"));
      if (!suggestions) CHECK_THAT(service.body("/?q=x"), Catch::Contains("索引を作り直しています"));
      ::close(lock);
      CHECK(eventually([&] { return service.status(asked) == 200; }));
      CHECK_THAT(service.body(search), Catch::Contains("端末を持ち出すときは"));
      service.end(SIGTERM);
      CHECK_THAT(service.said(), Catch::Contains("検索索引を作り直しました"));
    }
    office.require_clean();
  }
}

TEST_CASE("an index that is damaged while it is in use is made anew") {
  Office office;
  office.found();
  Running service(office.data, office.settings, office.folder.path());
  REQUIRE(service.status(search) == 200);
  fs::path index = fs::path(office.data) / "index-1";
  for (const char* table : {"postlist.glass", "termlist.glass", "position.glass", "docdata.glass"}) {
    if (fs::exists(index / table)) spoil(index / table, 0, fs::file_size(index / table));
  }
  // A change has the readers open it again.
  REQUIRE(service.judge("端末")->status == 303);
  std::string hint;
  CHECK(eventually([&] {
    service.hand_in("more.txt", "第1条　別の端末。\n");
    auto answer = service.client().Get("/api/v1/search?q=%E6%8C%81%E3%81%A1%E5%87%BA%E3%81%99");
    return answer && answer->status == 200 && fs::exists(fs::path(office.data) / "index-2");
  }));
  service.end(SIGTERM);
  REQUIRE(office.run({"ingest", office.policy, "--effective", "2025-04-01"}) == 0);
  office.require_clean();
}

TEST_CASE("what is taken in after the index was lost finds the rest again, too") {
  Office office;
  office.found();
  fs::remove_all(fs::path(office.data) / "index-1");
  REQUIRE(office.run({"ingest", office.write("more.txt", "第1条　鍵を返す。\n")}) == 0);
  office.require_clean();
  REQUIRE(office.run({"search", "端末"}) == 0);
  CHECK_THAT(office.out(), Catch::Contains("端末を持ち出すときは"));
}

TEST_CASE("a backup that was restored is searched again after the next start") {
  Office office;
  office.found();
  REQUIRE(office.run({"backup", office.folder / "one.tar.zst"}) == 0);
  CHECK_THAT(office.out(), Catch::Contains("控えを作りました") && Catch::Contains("原本 1 件"));
  REQUIRE(office.run({"backup", "--verify", office.folder / "one.tar.zst"}) == 0);
  CHECK_THAT(office.out(), Catch::Contains("控えは正常です"));
  CHECK(office.run({"restore", office.folder / "one.tar.zst"}) == 5);
  CHECK_THAT(office.err(), Catch::Contains("フォルダが空ではありません"));
  office.data = office.folder / "again/data";
  REQUIRE(office.run({"restore", office.folder / "one.tar.zst"}) == 0);
  CHECK(slurp(office.folder / "again/data-config/shirube.toml") == slurp(office.settings));
  REQUIRE(office.run({"ingest", office.write("more.txt", "第1条　鍵を返す。\n")}) == 0);
  office.require_clean();
  REQUIRE(office.run({"search", "端末"}) == 0);
  CHECK_THAT(office.out(), Catch::Contains("端末を持ち出すときは"));
  CHECK(office.run({"backup", "--verify", office.policy}) == 2);
  CHECK_THAT(office.err(), Catch::Contains("控えが壊れています"));
  CHECK(office.run({"backup", "--verify", office.folder / "none"}) == 3);
}

TEST_CASE("a damaged page of the database is told with what to do, and takes no good backup's place") {
  Office office;
  office.found();
  std::string more;
  for (int i = 0; i < 400; ++i) more += "{\"_id\": \"d" + std::to_string(i) + "\", \"title\": \"題" + std::to_string(i) + "\", \"text\": \"本文の" + std::to_string(i) + "番目の文。\"}\n";
  REQUIRE(office.run({"ingest", office.write("more.jsonl", more)}) == 0);
  fs::path file = office.data + "/shirube.db";
  for (std::streamoff page = 20; page < static_cast<std::streamoff>(fs::file_size(file) / 4096); page += 3) spoil(file, page * 4096, 4096);
  CHECK(office.run({"backup", office.folder / "bad.tar.zst"}) != 0);
  CHECK_THAT(office.err(), Catch::Contains("データベースが壊れている") && Catch::Contains("shirube restore"));
  CHECK_FALSE(fs::exists(office.folder / "bad.tar.zst"));
  CHECK(office.run({"serve", "--port", "9"}) == 70);
  CHECK_THAT(office.err(), Catch::Contains("データベースが壊れています") && Catch::Contains("shirube restore"));
  CHECK(office.run({"check"}) != 0);
}

TEST_CASE("a service whose data cannot be brought to this version refuses with the reason") {
  Office office;
  office.found();
  {
    // The last migrations would be made again, over what they made.
    store::Database database(office.data + "/shirube.db");
    database.write([](SQLite::Database& db) { db.exec("PRAGMA user_version = 2"); });
  }
  CHECK(office.run({"serve", "--port", "9"}) == 5);
  CHECK_THAT(office.err(), Catch::Contains("今の版の形式に改められません") && Catch::Contains("データは元のままです"));
  CHECK(fs::exists(office.data + "/before-migration-2.db"));
  SQLite::Database(office.data + "/shirube.db", SQLite::OPEN_READWRITE).exec("PRAGMA user_version = " + std::to_string(store::Database::newest_version() + 1));
  CHECK(office.run({"serve", "--port", "9"}) == 5);
  CHECK_THAT(office.err(), Catch::Contains("新しい版のしるべ"));
  SQLite::Database(office.data + "/shirube.db", SQLite::OPEN_READWRITE).exec("PRAGMA user_version = " + std::to_string(store::Database::newest_version()));
  office.require_clean();
}
