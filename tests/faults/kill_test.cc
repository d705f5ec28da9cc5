// Killed under load, again and again: what the service said it had taken is there.
#include <mutex>
#include <random>
#include <set>

#include "tests/faults/fixture.h"

using namespace shirube;
using Json = nlohmann::json;

namespace {

constexpr int rounds = 50, rounds_a_check = 10;

/// What was acknowledged in all rounds.
struct Acknowledged {
  std::mutex mutex;
  std::set<std::string> files, judged, published;  ///< names of files, queries, slugs
  std::atomic<int> count{0}, read{0};

  void add(std::set<std::string>& what, const std::string& one) {
    std::lock_guard lock(mutex);
    what.insert(one);
    ++count;
  }
};

/// Hands files in and publishes some of them, until there is no answer.
void hand_in(const Running& service, int round, Acknowledged& said) {
  auto client = service.client();
  for (int i = 0;; ++i) {
    std::string name = "r" + std::to_string(round) + "-" + std::to_string(i);
    auto answer = client.Post("/api/v1/drafts?name=" + name + ".txt", from_here(), "第1条　" + name + "の端末を返す。\n第2条　鍵を返す。\n", "application/octet-stream");
    if (!answer) return;
    if (answer->status != 201) continue;
    said.add(said.files, name + ".txt");
    if (i % 3 != 0) continue;
    auto id = std::to_string(Json::parse(answer->body).at("id").get<int64_t>());
    Json draft;
    do {
      auto shown = client.Get("/api/v1/drafts/" + id);
      if (!shown) return;
      draft = Json::parse(shown->body, nullptr, false).value("draft", Json::object());
    } while (draft.value("state", "") == "waiting");
    auto published = client.Post("/drafts/" + id, from_here(), httplib::Params{{"action", "publish"}, {"slug", name}, {"title", name}, {"revision", draft.at("revision").dump()}});
    if (!published) return;
    if (published->status == 303) said.add(said.published, name);
  }
}

void judge(const Running& service, int round, Acknowledged& said) {
  for (int i = 0;; ++i) {
    std::string query = "検索" + std::to_string(round) + "の" + std::to_string(i);
    auto answer = service.judge(query);
    if (!answer) return;
    if (answer->status == 303) said.add(said.judged, query);
  }
}

void read(const Running& service, Acknowledged& said) {
  auto client = service.client();
  for (int i = 0;; ++i) {
    auto answer = client.Get(i % 2 ? "/?q=%E7%AB%AF%E6%9C%AB" : "/documents/kijun");
    if (!answer) return;
    ++said.read;
    CHECK((answer->status == 200 || answer->status == 302 || answer->status == 503));
  }
}

void require_all(const Office& office, const Acknowledged& said) {
  store::Database database(office.data + "/shirube.db", store::Database::Open::existing);
  store::Files files(office.data + "/files");
  auto rows = [&](const char* sql) {
    return database.read([&](SQLite::Database& db) {
      std::set<std::string> out;
      SQLite::Statement select(db, sql);
      while (select.executeStep()) out.insert(select.getColumn(0).getString());
      return out;
    });
  };
  auto lost = [](const std::set<std::string>& wanted, const std::set<std::string>& held) {
    std::string out;
    for (const auto& one : wanted) out += held.contains(one) ? "" : one + " ";
    return out;
  };
  CHECK(lost(said.files, rows("SELECT file_name FROM drafts")).empty());
  CHECK(lost(said.judged, rows("SELECT query FROM judgements")).empty());
  CHECK(lost(said.published, rows("SELECT d.slug FROM documents d JOIN editions e ON e.document_id = d.id")).empty());
  for (const auto& hash : rows("SELECT sha256 FROM files")) CHECK(files.verify(hash) == store::Files::State::good);
}

}  // namespace

TEST_CASE("killed under load of reads and writes, fifty times, nothing acknowledged is lost") {
  Office office;
  office.found();
  Acknowledged said;
  std::mt19937 random(1);
  for (int round = 0; round < rounds; ++round) {
    INFO("round " << round);
    Running service(office.data, office.settings, office.folder.path());
    {
      std::jthread uploads([&] { hand_in(service, round, said); }), judgements([&] { judge(service, round, said); }), reads([&] { read(service, said); });
      // A kill falls anywhere, but not before something was done.
      int before = said.count;
      CHECK(eventually([&] { return said.count > before; }));
      std::this_thread::sleep_for(std::chrono::microseconds(random() % 300'000));
      service.end(SIGKILL);
    }
    require_all(office, said);
    if ((round + 1) % rounds_a_check == 0) {
      // What was left to do is done by the next run.
      { REQUIRE(office.run({"ingest", office.policy, "--effective", "2025-04-01"}) == 0); }
      office.require_clean();
    }
  }
  WARN(rounds << " rounds; acknowledged: " << said.files.size() << " files, " << said.judged.size() << " judgements, " << said.published.size() << " editions; " << said.read << " reads");
  CHECK(said.published.size() > 0);
}
