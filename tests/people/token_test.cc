#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/people/people_case.h"
#include "text/date.h"
#include "text/error.h"

using namespace shirube;
using namespace shirube::people;
using corpus::Task;
using namespace std::chrono_literals;

namespace {

std::string day(int apart) { return text::to_iso({text::today().year + apart, text::today().month, std::min(text::today().day, 28)}); }

struct Fixture : Office {
  Fixture() { owner = add("tanto", "officer"); }
  Token asked(std::vector<Task> tasks = {Task::desk}, std::string last_day = text::to_iso(text::today())) {
    Token token;
    token.label = "夜間の取込み";
    token.tasks = std::move(tasks);
    token.last_day = std::move(last_day);
    return token;
  }
  int64_t owner = 0;
  SignIn door{database, accounts, options()};
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a token stands for its owner and some of their tasks") {
  std::string secret = door.make_token(owner, asked());
  CHECK_THAT(secret, Catch::StartsWith("shirube_"));
  CHECK(secret.size() == 8 + 43);
  auto bearer = door.bearer(secret);
  REQUIRE(bearer);
  CHECK(bearer->account.login == "tanto");
  CHECK(bearer->token.tasks == std::vector<Task>{Task::desk});
  CHECK(bearer->token.label == "夜間の取込み");
  REQUIRE(door.tokens(owner).size() == 1);
  CHECK(door.tokens(owner)[0].seen_at != "");
  CHECK_FALSE(door.bearer(secret.substr(8)));
  CHECK_FALSE(door.bearer(secret + "x"));
  CHECK_FALSE(door.bearer(""));
  CHECK_FALSE(door.find(secret));
  CHECK_THAT(events(), Catch::Contains("token.add tanto 夜間の取込み") && !Catch::Contains(secret));
  CHECK(count("SELECT count(*) FROM tokens WHERE token_sha256 LIKE '%shirube%'") == 0);
}

TEST_CASE_METHOD(Fixture, "a token ends on its day, when it is ended, and with its owner") {
  std::string secret = door.make_token(owner, asked());
  int64_t other = add("other");
  int64_t id = door.tokens(owner)[0].id;
  CHECK_THROWS_AS(door.end_token(other, id), Error);
  CHECK(door.bearer(secret));
  Account account = *accounts.find("tanto");
  account.disabled = true;
  accounts.change(account);
  CHECK_FALSE(door.bearer(secret));
  account.disabled = false;
  accounts.change(account);
  CHECK(door.bearer(secret));
  database.write([](SQLite::Database& db) { db.exec("UPDATE tokens SET last_day = '2020-01-01'"); });
  CHECK_FALSE(door.bearer(secret));
  CHECK(door.tokens(owner).size() == 1);
  door.end_token(owner, id);
  CHECK(door.tokens(owner).empty());
  CHECK_THAT(events(), Catch::Contains("token.end tanto"));
}

TEST_CASE_METHOD(Fixture, "a token does no more than its owner may today") {
  std::string secret = door.make_token(owner, asked({Task::judge, Task::desk}));
  Account account = *accounts.find("tanto");
  account.role = "staff";
  accounts.change(account);
  CHECK(door.bearer(secret)->token.tasks == std::vector<Task>{Task::judge});
}

TEST_CASE_METHOD(Fixture, "a token needs a name, a day within a year, and tasks of its owner") {
  Token nameless = asked();
  nameless.label = " ";
  for (const Token& token : {nameless, asked({Task::administer}), asked({}, ""), asked({}, "2020-01-01"), asked({}, day(2)), asked({}, "tomorrow")}) {
    CHECK_THROWS_AS(door.make_token(owner, token), Error);
  }
  CHECK_NOTHROW(door.make_token(owner, asked({}, text::to_iso({text::today().year + 1, text::today().month, std::min(text::today().day, 28)}))));
  for (int i = 1; i < 20; ++i) door.make_token(owner, asked());
  CHECK_THROWS_AS(door.make_token(owner, asked()), Error);
}

TEST_CASE_METHOD(Fixture, "a token that ended long ago goes, one that ended lately is shown") {
  door.make_token(owner, asked());
  now += 24h * 89;
  door.tidy();
  CHECK(door.tokens(owner).size() == 1);
  now += 24h * 3;
  door.tidy();
  CHECK(door.tokens(owner).empty());
}
