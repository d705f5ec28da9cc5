// Killed under load, again and again: what the service said it had taken is there.
#include <mutex>
#include <random>
#include <set>

#include "tests/faults/fixture.h"

using namespace shirube;

namespace {

constexpr int rounds = 50, rounds_a_check = 10, rounds_an_edition = 5;

/// What was acknowledged in all rounds.
struct Acknowledged {
  std::mutex mutex;
  std::set<std::string> files, judged, published;  ///< names of files, queries, slugs
  std::set<std::string> recorded, stepped;         ///< numbers of records that were kept, and that were published
  std::atomic<int> read{0}, unexpected{0};  ///< answers to those who read

  void add(std::set<std::string>& what, const std::string& one) {
    std::lock_guard lock(mutex);
    what.insert(one);
  }
  size_t count(const std::set<std::string>& what) {
    std::lock_guard lock(mutex);
    return what.size();
  }
};

/// Hands files in and publishes some of them, until there is no answer.
void hand_in(const Running& service, int round, Acknowledged& said) {
  auto client = service.client();
  for (int i = 0;; ++i) {
    std::string name = "r" + std::to_string(round) + "-" + std::to_string(i);
    std::string text = "第1条　" + name + "の端末を返す。\n第2条　鍵を返す。\n";
    if (i % 3 == 0) {
      int status = publish(client, name, text, [&] { said.add(said.files, name + ".txt"); });
      if (status == 0) return;
      if (status == 303) said.add(said.published, name);
    } else {
      auto answer = client.Post("/api/v1/drafts?name=" + name + ".txt", from_here(), text, "application/octet-stream");
      if (!answer) return;
      if (answer->status == 201) said.add(said.files, name + ".txt");
    }
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

/// Keeps records, and publishes some of them.
void record(const Running& service, int round, Acknowledged& said) {
  auto client = service.client();
  for (int i = 0;; ++i) {
    auto answer = client.Post("/ledgers/kiroku/new", from_here(), httplib::Params{{"do", "save"}, {"asked", "question"}, {"asked", "clauses"}, {"quote.clauses", ""}, {"f.question", "相談" + std::to_string(round) + "の" + std::to_string(i)}, {"cite.clauses", "kijun/2025-04-01/2"}});
    if (!answer) return;
    const std::string location = answer->get_header_value("Location");
    if (answer->status != 303 || !location.starts_with("/records/")) {
      ++said.unexpected;
      continue;
    }
    const std::string address = location.substr(0, location.find('?')), number = httplib::detail::decode_url(address.substr(std::string("/records/").size()), false);
    said.add(said.recorded, number);
    if (i % 3) continue;
    auto step = client.Post(address, from_here(), httplib::Params{{"action", "step"}, {"revision", "1"}, {"step", "publish"}});
    if (!step) return;
    if (step->status == 303) said.add(said.stepped, number);
    else ++said.unexpected;
  }
}

void read(const Running& service, Acknowledged& said) {
  auto client = service.client();
  for (int i = 0;; ++i) {
    auto answer = client.Get(i % 2 ? "/?q=%E7%AB%AF%E6%9C%AB" : "/documents/kijun");
    if (!answer) return;
    ++said.read;
    if (answer->status != 200 && answer->status != 302 && answer->status != 503) ++said.unexpected;
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
  CHECK(lost(said.recorded, rows("SELECT r.number FROM records r JOIN record_changes c ON c.record_id = r.id JOIN record_values v ON v.record_id = r.id")).empty());
  CHECK(lost(said.stepped, rows("SELECT r.number FROM records r JOIN record_publications p ON p.record_id = r.id JOIN editions e ON e.id = p.edition_id JOIN clauses c ON c.edition_id = e.id WHERE r.state = 'done'")).empty());
  CHECK(rows("SELECT number FROM records WHERE revision <> (SELECT max(revision) FROM record_changes WHERE record_id = records.id)").empty());
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
      std::jthread uploads([&] { hand_in(service, round, said); }), judgements([&] { judge(service, round, said); }), records([&] { record(service, round, said); }), reads([&] { read(service, said); });
      // A kill falls anywhere, but not before something of each was done.
      auto more = [&](const std::set<std::string>& what) { return [&said, &what, before = said.count(what)] { return said.count(what) > before; }; };
      CHECK(eventually(more(said.files)));
      CHECK(eventually(more(said.judged)));
      CHECK(eventually(more(said.recorded)));
      if (round % rounds_an_edition == 0) CHECK(eventually(more(said.published)));
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
  CHECK(said.unexpected == 0);
  WARN(rounds << " rounds; acknowledged: " << said.files.size() << " files, " << said.judged.size() << " judgements, " << said.recorded.size() << " records (" << said.stepped.size() << " published), " << said.published.size() << " editions; " << said.read << " reads");
}
