#include "store/backup_keeper.h"

#include <catch2/catch.hpp>
#include <ctime>
#include <fstream>

#include "store/database.h"
#include "store/event_log.h"
#include "store/files.h"
#include "tests/temporary_folder.h"
#include "text/error.h"

using namespace shirube;
using namespace std::chrono_literals;
using store::BackupClock;
using store::BackupKeeper;
namespace fs = std::filesystem;

namespace {

const std::atomic<bool> never{false};

BackupClock::time_point moment(int day, int hour, int minute) {
  std::tm local{};
  local.tm_year = 126, local.tm_mon = 10, local.tm_mday = day, local.tm_hour = hour, local.tm_min = minute, local.tm_isdst = -1;
  return BackupClock::from_time_t(std::mktime(&local));
}

/// A keeper whose clock the test sets; it goes on with each look, as clocks do.
struct Office {
  TemporaryFolder folder;
  store::Database database{folder / "data.db"};
  store::Files files{folder / "files"};
  BackupClock::time_point now = moment(25, 12, 0);
  std::vector<std::string> said;
  BackupKeeper keeper{database, files, {{folder / "backups", {2h + 30min}, 2}, "0.1.0", [] { return std::vector<store::SettingsFile>(); }, [this](std::string_view line) { said.emplace_back(line); }, [this] { return now += 1us; }}};

  bool work() { return keeper.keep_once(never); }
  std::vector<std::string> names() {
    std::vector<std::string> out;
    for (const auto& one : keeper.state().held) out.push_back(one.name);
    return out;
  }
  std::string events() {
    return database.read([](SQLite::Database& db) {
      std::string out;
      SQLite::Statement select(db, "SELECT actor || ' ' || action || ' ' || subject FROM events ORDER BY id");
      while (select.executeStep()) out += select.getColumn(0).getString() + "\n";
      return out;
    });
  }
};

}  // namespace

TEST_CASE("times of day are read, and nothing else") {
  CHECK(store::time_of_day("02:30") == 150min);
  CHECK(store::time_of_day("0:00") == 0min);
  CHECK(store::time_of_day("23:59") == 1439min);
  for (const char* word : {"", "24:00", "02:60", "2:3", "2:030", "002:30", "02:30 ", "-1:30", "0230", ":30", "+2:30", "二時"}) {
    INFO(word);
    CHECK_FALSE(store::time_of_day(word));
  }
}

TEST_CASE("a backup by plan is due after each of its times, once") {
  const std::vector<std::chrono::minutes> twice = {2h + 30min, 14h};
  CHECK_FALSE(store::next_backup({}, {}, moment(25, 12, 0)));
  CHECK(store::next_backup(twice, {}, moment(25, 12, 0)) == moment(25, 12, 0));
  CHECK(store::next_backup(twice, moment(25, 2, 30), moment(25, 12, 0)) == moment(25, 14, 0));
  CHECK(store::next_backup(twice, moment(25, 2, 29), moment(25, 2, 29)) == moment(25, 2, 30));
  CHECK(store::next_backup(twice, moment(25, 14, 0), moment(25, 23, 0)) == moment(26, 2, 30));
  CHECK(store::next_backup(twice, moment(30, 14, 0), moment(30, 15, 0)) == moment(31, 2, 30));  // 1 December
  // One that was missed is made up for.
  CHECK(store::next_backup(twice, moment(20, 2, 30), moment(25, 12, 0)) == moment(25, 12, 0));
  // The clock was set back: what lies ahead does not keep the next one waiting.
  CHECK(store::next_backup(twice, moment(28, 2, 30), moment(25, 12, 0)) == moment(25, 12, 0));
}

TEST_CASE("a backup's name says all that is told of it") {
  std::string name = store::name_of_backup(12, moment(25, 2, 30), true);
  CHECK(name == "shirube-000012-20261125-0230-plan.tar.zst");
  auto read = store::backup_of_name(name);
  REQUIRE(read);
  CHECK(read->number == 12);
  CHECK(read->planned);
  CHECK(read->made_at == moment(25, 2, 30));
  CHECK(store::backup_of_name("shirube-1234567-20261125-0230-asked.tar.zst")->number == 1234567);
  for (const char* other : {"", "shirube-000012-20261125-0230-plan.tar.zst.unfinished", "shirube--20261125-0230-plan.tar.zst", "shirube-1-2026-0230-plan.tar.zst",
                            "shirube-000012-20261125-0230-other.tar.zst", "../shirube-000012-20261125-0230-plan.tar.zst", "mine.tar.zst"}) {
    INFO(other);
    CHECK_FALSE(store::backup_of_name(other));
  }
}

TEST_CASE("what nobody asked for goes when there are too many, the oldest by number") {
  std::vector<store::KeptBackup> held;
  // The clock was set back between 2 and 3.
  for (auto [number, day, planned] : {std::tuple{1, 20, true}, {2, 28, true}, {3, 21, true}, {4, 1, false}, {5, 22, true}}) {
    held.push_back(*store::backup_of_name(store::name_of_backup(static_cast<uint64_t>(number), moment(day, 0, 0), planned)));
  }
  auto gone = store::surplus(held, 2);
  REQUIRE(gone.size() == 2);
  CHECK(gone[0].number == 2);
  CHECK(gone[1].number == 1);
  CHECK(store::surplus(held, 4).empty());
}

TEST_CASE("the keeper keeps the plan") {
  Office office;
  fs::create_directories(office.folder / "backups");
  fs::create_directories(office.folder / "backups/shirube-unfinished-123456");
  std::ofstream(office.folder / "backups/mine.unfinished") << "left";
  CHECK(office.work());  // the first at once
  CHECK(std::distance(fs::directory_iterator(office.folder / "backups"), {}) == 2);  // what a kill left is gone, what is not ours is not
  CHECK_FALSE(office.work());
  CHECK(office.names() == std::vector<std::string>{"shirube-000001-20261125-1200-plan.tar.zst"});
  CHECK(office.keeper.state().next == moment(26, 2, 30));
  CHECK(office.keeper.state().same_disk);
  office.now = moment(26, 2, 30);
  CHECK(office.work());
  CHECK_FALSE(office.work());
  office.now = moment(24, 9, 0);  // set back
  CHECK(office.work());
  CHECK_FALSE(office.work());
  CHECK(office.names() == std::vector<std::string>{"shirube-000003-20261124-0900-plan.tar.zst", "shirube-000002-20261126-0230-plan.tar.zst"});
  CHECK_THAT(office.events(), Catch::Contains("service backup.make shirube-000001") && Catch::Contains("service backup.verify shirube-000003") && Catch::Contains("service backup.remove shirube-000001"));
  CHECK(office.keeper.state().failure.empty());
  CHECK(office.said.empty());
}

TEST_CASE("somebody asks for a backup, and for one to be read again") {
  Office office;
  office.work();
  {
    store::Acting acting({"tanaka", "192.0.2.1"});
    CHECK(office.keeper.ask_for_backup());
  }
  CHECK(office.keeper.state().work == BackupKeeper::Work::asked);
  CHECK_FALSE(office.keeper.ask_for_backup());
  CHECK(office.work());
  CHECK(office.keeper.state().work == BackupKeeper::Work::none);
  CHECK_THAT(office.events(), Catch::Contains("tanaka backup.make shirube-000002-20261125-1200-asked.tar.zst"));
  CHECK_FALSE(office.work());
  std::string name = office.names().front();
  CHECK_THROWS_AS(office.keeper.ask_to_verify("shirube-000099-20261125-1200-plan.tar.zst"), Error);
  CHECK_THROWS_AS(office.keeper.ask_to_verify("../data.db"), Error);
  std::ofstream(office.folder / "backups/" / name, std::ios::binary) << "broken";
  CHECK(office.keeper.ask_to_verify(name));
  CHECK(office.work());
  auto state = office.keeper.state();
  REQUIRE(state.verdicts.size() == 2);
  CHECK(state.verdicts[0].fault.empty());
  CHECK_THAT(state.verdicts[1].fault, Catch::Contains("控えが壊れています"));
  CHECK_THAT(state.failure, Catch::Contains(name));
}

TEST_CASE("what goes wrong with a backup is told, and tried again later") {
  Office office;
  std::ofstream(office.folder / "backups") << "a file where the folder is to be";
  CHECK(office.work());
  auto state = office.keeper.state();
  CHECK_THAT(state.failure, Catch::Contains("控えのフォルダを使えません"));
  CHECK(state.held.empty());
  REQUIRE(office.said.size() == 1);
  CHECK_THAT(office.events(), Catch::Contains("service backup.fail"));
  CHECK_FALSE(office.work());  // not at once
  fs::remove(office.folder / "backups");
  fs::create_symlink("backups", office.folder / "backups");  // neither there nor not
  CHECK_THAT(office.keeper.state().failure, Catch::Contains("控えのフォルダを使えません"));
  fs::remove(office.folder / "backups");
  CHECK(office.keeper.ask_for_backup());  // but whoever asks is heard
  CHECK(office.work());
  CHECK(office.keeper.state().failure.empty());
}
