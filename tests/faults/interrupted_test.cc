// Commands and work that are killed at any instant of it: what was whole stays whole, and the next run clears up.
#include <random>

#include "store/event_chain.h"
#include "store/event_retention.h"
#include "tests/faults/fixture.h"
#include "text/instant.h"

using namespace shirube;
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

namespace {

constexpr int rounds = 15;

/// Random instants of the time that something takes, from which a kill that came too late shortens.
class Instants {
 public:
  template <typename Work>
  explicit Instants(Work&& whole) {
    auto begin = Clock::now();
    whole();
    length_ = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begin);
  }
  std::chrono::microseconds next() { return std::chrono::microseconds(1 + random_() % static_cast<uint64_t>(length_.count())); }
  void too_late() { length_ = length_ * 9 / 10; }

 private:
  std::mt19937_64 random_{7};
  std::chrono::microseconds length_;
};

/// An office whose work takes a while.
struct Filled : Office {
  Filled() {
    found();
    for (int i = 0; i < 12; ++i) {
      std::string text = "# 見本" + std::to_string(i) + "\n\n";
      for (int article = 1; article <= 60; ++article) text += "第" + std::to_string(article) + "条　見本の" + std::to_string(i * 1000 + article) + "番目の端末について定める。\n";
      write("in/mihon" + std::to_string(i) + ".md", text);
    }
    REQUIRE(run({"ingest", folder / "in"}) == 0);
  }
  std::vector<std::string> words(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"--data", data, "--config", settings});
    return arguments;
  }
  /// Whether it was killed; else it was done before.
  bool kill(const std::vector<std::string>& arguments, Instants& instants) const {
    bool killed = run_shirube(words(arguments), folder.path(), "/dev/null", instants.next()) == -1;
    if (!killed) instants.too_late();
    return killed;
  }
  int folders_of_indexes() const {
    int count = 0;
    for (const auto& entry : fs::directory_iterator(data)) count += entry.path().filename().string().starts_with("index-");
    return count;
  }
};

size_t entries(const fs::path& folder) { return static_cast<size_t>(std::distance(fs::directory_iterator(folder), {})); }

}  // namespace

TEST_CASE("a backup that is killed leaves the older ones, and no half of one under a name") {
  Filled office;
  fs::create_directories(office.folder / "backups");
  std::string old = office.folder / "backups/old.tar.zst";
  Instants instants([&] { REQUIRE(office.run({"backup", old}) == 0); });
  std::string held = slurp(old);
  size_t whole = 1;
  for (int killed = 0, round = 0; killed < rounds; ++round) {
    INFO("round " << round);
    std::string archive = office.folder / ("backups/" + std::to_string(round) + ".tar.zst");
    killed += office.kill({"backup", archive}, instants);
    CHECK(slurp(old) == held);
    if (!fs::exists(archive)) continue;
    ++whole;
    CHECK(office.run({"backup", "--verify", archive}) == 0);
  }
  REQUIRE(office.run({"backup", office.folder / "backups/last.tar.zst"}) == 0);
  CHECK(entries(office.folder / "backups") == whole + 1);  // what the kills left is gone
  office.require_clean();
}

TEST_CASE("a restore that is killed is repeated") {
  Filled office;
  std::string archive = office.folder / "one.tar.zst", source = office.data;
  REQUIRE(office.run({"backup", archive}) == 0);
  office.data = office.folder / "whole/data";
  Instants instants([&] { REQUIRE(office.run({"restore", archive}) == 0); });
  size_t originals = entries(office.folder / "whole/data/files");
  for (int killed = 0, round = 0; killed < rounds; ++round) {
    INFO("round " << round);
    office.data = office.folder / "again/data";
    int times = 1 + round % 2;
    for (int i = 0; i < times; ++i) killed += office.kill({"restore", archive}, instants);
    bool was_done = fs::exists(office.data + "/shirube.db");
    CHECK(office.run({"restore", archive}) == (was_done ? 5 : 0));
    CHECK(entries(office.data + "/files") == originals);
    CHECK(slurp(office.folder / "again/data-config/shirube.toml") == slurp(office.settings));
    CHECK(office.run({"events", "verify"}) == 0);
    CHECK(store::Database(office.data + "/shirube.db", store::Database::Open::existing).read([](SQLite::Database& db) { return db.execAndGet("SELECT count(*) FROM sessions").getInt(); }) == 0);
    fs::remove_all(office.folder / "again");
  }
  office.data = office.folder / "whole/data";
  REQUIRE(office.run({"reindex"}) == 0);
  office.require_clean();
}

TEST_CASE("an index whose making is killed leaves the old one to answer") {
  Filled office;
  Instants instants([&] { REQUIRE(office.run({"reindex"}) == 0); });
  for (int killed = 0, round = 0; killed < rounds; ++round) {
    INFO("round " << round);
    killed += office.kill({"reindex"}, instants);
    CHECK(office.run({"search", "端末を持ち出すときは、届け出る"}) == 0);
    CHECK_THAT(office.out(), Catch::Contains("端末を持ち出すときは"));
  }
  REQUIRE(office.run({"reindex"}) == 0);
  CHECK(office.folders_of_indexes() == 1);
  office.require_clean();
}

TEST_CASE("a publishing that is killed was done whole or not at all") {
  Filled office;
  int64_t first = office.draft("saisho", "saisho");
  Instants instants([&] { REQUIRE(office.run({"drafts", "publish", std::to_string(first)}) == 0); });
  for (int killed = 0, round = 0; killed < rounds; ++round) {
    INFO("round " << round);
    std::string slug = "s" + std::to_string(round);
    int64_t id = office.draft(slug, slug);
    killed += office.kill({"drafts", "publish", std::to_string(id)}, instants);
    bool published = false;
    {
      store::Database database(office.data + "/shirube.db", store::Database::Open::existing);
      auto all = corpus::Viewer::everything();
      published = corpus::Library(database).document(all, slug).has_value();
      auto draft = corpus::Drafts(database).find(all, id);
      REQUIRE(draft);
      CHECK(draft->state == (published ? corpus::Draft::State::published : corpus::Draft::State::ready));
    }
    CHECK(office.run({"drafts", "publish", std::to_string(id)}) == (published ? 5 : 0));
    if (published) REQUIRE(office.run({"ingest", office.policy, "--effective", "2025-04-01"}) == 0);
    CHECK(office.run({"search", slug + "の端末を返す"}) == 0);
    CHECK_THAT(office.out(), Catch::Contains(slug + "の端末を返す"));
  }
  office.require_clean();
}

TEST_CASE("a removal of old events that is killed leaves a sound chain, and is gone on with") {
  TemporaryFolder folder;
  constexpr size_t many = 5 * store::retained_at_a_time;
  const std::string start = "2026-01-01T00:00:00.000Z", later = text::days_before(start, -30);
  const auto rules = store::parse_rules(std::vector<std::string>{"search*=5"});
  {
    store::Database database(folder / "full.db");
    database.write([&](SQLite::Database& db) {
      for (size_t i = 0; i < many; ++i) store::append(db, {i % 100 ? "search" : "note", "subject", "detail"}, start);
    });
  }
  // The clock is asked at the beginning and then in each step. Killed in one of them, or by others, or not at all.
  constexpr int by_others = 0;
  auto retain = [&](const fs::path& file, int killed_in_step) {
    pid_t pid = ::fork();
    if (pid == 0) {
      int asked = 0;
      auto clock = [&] {
        if (killed_in_step != by_others && asked++ == killed_in_step) ::kill(::getpid(), SIGKILL);
        return later;
      };
      try {
        store::Database database(file, store::Database::Open::existing);
        store::retain(database, rules, clock, std::atomic<bool>(false));
      } catch (...) {
        ::_exit(1);
      }
      ::_exit(0);
    }
    return pid;
  };
  auto wait = [](pid_t pid) {
    int status = 0;
    ::waitpid(pid, &status, 0);
    return status;
  };
  constexpr uint64_t old = many - many / 100;
  /// How much was left to do, which is done then.
  auto go_on = [&](const fs::path& file) {
    store::Database database(file, store::Database::Open::existing);
    auto verdict = [&] { return database.read([](SQLite::Database& db) { return store::verify(db, [](uint64_t, uint64_t) {}); }); };
    auto kept = [&] { return database.read([&](SQLite::Database& db) { return static_cast<uint64_t>(db.execAndGet("SELECT count(*) FROM events WHERE action = 'search' AND kept = 1").getInt64()); }); };
    CHECK(verdict().sound());
    uint64_t left = kept();
    CHECK(store::retain(database, rules, [&] { return later; }, std::atomic<bool>(false)) == left);
    CHECK(kept() == 0);
    CHECK(verdict().sound());
    return left;
  };
  for (int step = 1; step <= 5; ++step) {
    INFO("step " << step);
    fs::path file = folder / ("step" + std::to_string(step) + ".db");
    fs::copy(folder / "full.db", file);
    REQUIRE(WIFSIGNALED(wait(retain(file, step))));
    CHECK(go_on(file) == old - static_cast<uint64_t>(step - 1) * store::retained_at_a_time);
  }
  fs::copy(folder / "full.db", folder / "whole.db");
  Instants instants([&] { REQUIRE(wait(retain(folder / "whole.db", by_others)) == 0); });
  for (int killed = 0, round = 0; killed < rounds; ++round) {
    INFO("round " << round);
    fs::path file = folder / ("round" + std::to_string(round) + ".db");
    fs::copy(folder / "full.db", file);
    pid_t pid = retain(file, by_others);
    std::this_thread::sleep_for(instants.next());
    ::kill(pid, SIGKILL);
    bool was_killed = WIFSIGNALED(wait(pid));
    killed += was_killed;
    if (!was_killed) instants.too_late();
    uint64_t left = go_on(file);
    CHECK((left == 0 || (old - left) % store::retained_at_a_time == 0));
  }
}
