// A clock that is set back under a running service, and across a restart.
#include <ctime>

#include "tests/faults/fixture.h"

using namespace shirube;
namespace fs = std::filesystem;

namespace {

constexpr int64_t a_day = 86400, a_year = 365 * a_day;
const std::string password = "kumo-no-mukou-no-yama";

/// A time of day that does not come while a test runs.
std::string far_time() {
  std::time_t then = std::time(nullptr) + 6 * 3600;
  char text[8];
  std::strftime(text, sizeof text, "%H:%M", std::localtime(&then));
  return text;
}

struct Wrong : Office {
  std::vector<std::string> environment = fated("SHIRUBE_FATE_CLOCK=" + write("clock", std::string(8, '\0')));

  Wrong() { std::ofstream(settings, std::ios::app) << "[backup]\nfolder = \"../backups\"\ntimes = [\"" << far_time() << "\"]\nkeep = 2\n"; }
  void set_clock(int64_t seconds) const {
    std::fstream file(folder / "clock", std::ios::in | std::ios::out | std::ios::binary);
    file.write(reinterpret_cast<const char*>(&seconds), sizeof seconds);
  }
  Running start() const { return Running(data, settings, folder.path(), environment); }
  std::vector<std::string> backups() const {
    std::vector<std::string> names;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(folder / "backups", none)) names.push_back(entry.path().filename().string());
    std::ranges::sort(names, std::greater());
    return names;
  }
  /// Whether the newest is this one by number, beside no more than are to be kept. It is listed before it is whole: see `made`.
  bool has_backup(int number) const {
    char beginning[20];
    std::snprintf(beginning, sizeof beginning, "shirube-%06d-", number);
    auto names = backups();
    return !names.empty() && names.front().starts_with(beginning) && names.size() == std::min<size_t>(2, static_cast<size_t>(number));
  }
  int64_t count(const std::string& sql) const {
    store::Database database(data + "/shirube.db", store::Database::Open::existing);
    return database.read([&](SQLite::Database& db) { return db.execAndGet(sql).getInt64(); });
  }
};

httplib::Result try_password(const Running& service, const std::string& login, const std::string& word) {
  httplib::Client client = service.client();
  client.set_default_headers({});
  return client.Post("/sign-in", httplib::Headers{{"Sec-Fetch-Site", "same-origin"}}, httplib::Params{{"login", login}, {"password", word}});
}

/// Enters by the form, and shows that session from then on.
void enter(const Running& service) {
  auto answer = try_password(service, "hoshi", password);
  REQUIRE(answer);
  REQUIRE(answer->status == 303);
  std::string cookie = answer->get_header_value("Set-Cookie");
  entrance() = {{"Cookie", cookie.substr(0, cookie.find(';'))}};
  std::string page = service.body("/account"), before = "name=\"csrf\" value=\"";
  size_t at = page.find(before);
  REQUIRE(at != page.npos);
  at += before.size();
  entrance().emplace("X-CSRF-Token", page.substr(at, page.find('"', at) - at));
}

bool is_in(const Running& service, const httplib::Headers& session) {
  httplib::Client client = service.client();
  client.set_default_headers(session);
  auto answer = client.Get("/account");
  REQUIRE(answer);
  return answer->status == 200;
}

/// All that people do is done, and found.
void work(const Running& service, const std::string& name, std::vector<std::string>& published) {
  INFO(name);
  CHECK(service.judge("検索 " + name)->status == 303);
  auto client = service.client();
  REQUIRE(publish(client, name, "第1条　" + name + "の端末を返す。\n") == 303);
  published.push_back(name);
  CHECK(eventually([&] { return service.body("/api/v1/search?q=" + name + "%E3%81%AE%E7%AB%AF%E6%9C%AB").find("/documents/" + name) != std::string::npos; }));
}

}  // namespace

TEST_CASE("a clock that is set back lets nobody in for longer, stops nothing and loses nothing") {
  Wrong office;
  office.found();
  std::vector<std::string> published;
  int made = 0;
  auto expect_backup = [&] {
    ++made;
    CHECK(eventually([&] { return office.has_backup(made) && office.count("SELECT count(*) FROM events WHERE action = 'backup.verify'") == made; }));
  };
  {
    Running service = office.start();
    enter(service);
    work(service, "before", published);
    expect_backup();
    for (int64_t back : {a_day, a_year}) {
      INFO("back by " << back / a_day << " days");
      httplib::Headers earlier = entrance();
      REQUIRE(is_in(service, earlier));
      httplib::Result guess = try_password(service, "dareka", "x");
      for (int i = 0; i < 20 && guess->status != 429; ++i) guess = try_password(service, "dareka", "x");
      REQUIRE(guess->status == 429);
      office.set_clock(-back);
      CHECK_FALSE(is_in(service, earlier));
      guess = try_password(service, "dareka", "x");
      REQUIRE(guess);
      if (guess->status == 429) CHECK(std::stoi(guess->get_header_value("Retry-After")) <= 900);
      CHECK(eventually([&] { return try_password(service, "dareka", "x")->status == 403; }));
      enter(service);
      work(service, "back-" + std::to_string(back / a_day), published);
      expect_backup();  // the last one's word is no longer good: one, and no more
    }
    service.end(SIGTERM);
  }
  httplib::Headers of_the_past = entrance();
  {
    Running service = office.start();
    CHECK(is_in(service, of_the_past));  // its time has not run out there
    work(service, "restarted", published);
    CHECK(office.has_backup(made));
    office.set_clock(0);
    CHECK_FALSE(is_in(service, of_the_past));
    enter(service);
    work(service, "right-again", published);
    expect_backup();  // the time of the plan has passed since that of a year ago
    service.end(SIGTERM);
  }
  CHECK(office.count("SELECT count(*) FROM events WHERE action = 'backup.make'") == made);
  CHECK(office.count("SELECT count(*) FROM events WHERE action = 'backup.fail'") == 0);
  for (const auto& name : office.backups()) CHECK(office.run({"backup", "--verify", office.folder / "backups" / name}) == 0);
  CHECK(office.count("SELECT count(*) FROM judgements") == static_cast<int64_t>(published.size()));
  for (const auto& name : published) {
    INFO(name);
    CHECK(office.run({"search", name + "の端末を返す"}) == 0);
    CHECK_THAT(office.out(), Catch::Contains(name + "の端末を返す"));
  }
  office.require_clean();
}
