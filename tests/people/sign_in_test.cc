#include <catch2/catch.hpp>
#include <atomic>
#include <thread>

#include "people/totp.h"
#include "tests/people/people_case.h"
#include "text/date.h"
#include "text/error.h"
#include "text/utf8.h"

using namespace shirube;
using namespace shirube::people;
using namespace std::chrono_literals;

namespace {

struct Fixture : Office {
  Fixture() { hanako = add("hanako"); }
  Attempt wrong(const std::string& login = "hanako", const std::string& address = "10.0.0.1") { return door.begin(login, "not this one at all", address, "test"); }
  Attempt right(const std::string& login = "hanako", const std::string& address = "10.0.0.1") { return door.begin(login, good, address, "test"); }
  int64_t unix_time() const { return std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count(); }

  int64_t hanako = 0;
  SignIn door{database, accounts, options()};
};

}  // namespace

TEST_CASE_METHOD(Fixture, "the right password opens a session, and no secret of it is kept") {
  Attempt attempt = right();
  REQUIRE(attempt.outcome == Outcome::signed_in);
  CHECK(attempt.token.size() == 43);
  auto session = door.find(attempt.token);
  REQUIRE(session);
  CHECK(session->account_id == hanako);
  CHECK(session->address == "10.0.0.1");
  CHECK(session->agent == "test");
  CHECK(session->csrf.size() == 43);
  CHECK(session->csrf != attempt.token);
  CHECK_FALSE(session->second_step_due);
  CHECK(door.active() == 1);
  CHECK_FALSE(accounts.find("hanako")->last_seen_at.empty());
  CHECK_FALSE(door.find(""));
  CHECK_FALSE(door.find(attempt.token + "x"));
  CHECK(count("SELECT count(*) FROM sessions WHERE token_sha256 = '" + attempt.token + "'") == 0);
  CHECK_THAT(events(), Catch::Contains("hanako 10.0.0.1 sign-in.ok hanako") && !Catch::Contains(attempt.token) && !Catch::Contains(good));
  CHECK(door.begin(" Ｈanako ", good, "10.0.0.1", "test").outcome == Outcome::signed_in);
}

TEST_CASE_METHOD(Fixture, "what is wrong does not say what, and an event does") {
  add("ended");
  Account ended = *accounts.find("ended");
  ended.last_day = "2020-01-01";
  accounts.change(ended);
  Account disabled = *accounts.find(add("disabled"));
  disabled.disabled = true;
  accounts.change(disabled);
  for (const auto& attempt : {wrong(), right("ended"), right("disabled"), right("my-own-secret-password"), door.begin("hanako", std::string(5000, 'x'), "10.0.0.1", "test"), door.begin("", "", "", "")}) {
    CHECK(attempt.outcome == Outcome::wrong);
    CHECK(attempt.token.empty());
  }
  CHECK_THAT(events(), Catch::Contains("sign-in.wrong hanako パスワードがちがう") && Catch::Contains("sign-in.wrong ended 最終日を過ぎた利用者") &&
                           Catch::Contains("sign-in.wrong disabled 無効な利用者") && Catch::Contains("sign-in.wrong  その利用者名の人はいない"));
  // People type passwords where a name belongs.
  CHECK_THAT(events(), !Catch::Contains("my-own-secret-password"));
  CHECK(count("SELECT count(*) FROM attempts WHERE of LIKE '%my-own%'") == 0);
}

TEST_CASE_METHOD(Fixture, "wrong attempts bring a wait that doubles, outlives a restart, and wears off") {
  for (const char* login : {"hanako", "nobody-at-all"}) {
    INFO(login);
    for (int i = 0; i < 5; ++i) CHECK(wrong(login, "10.0.1.1").outcome == Outcome::wrong);
    Attempt first = right(login, "10.0.1.2");
    CHECK(first.outcome == Outcome::waiting);
    CHECK(first.wait == 2s);
    now += 2s;
    CHECK(wrong(login, "10.0.1.3").outcome == Outcome::wrong);
    CHECK(wrong(login, "10.0.1.4").wait == 4s);
    SignIn later(database, accounts, options());
    CHECK(later.begin(login, good, "10.0.1.5", "test").outcome == Outcome::waiting);
    for (int i = 0; i < 20; ++i) {
      now += wrong(login, "10.0.1.6").wait;
      wrong(login, "10.0.1.6");
      now += 1s;
    }
    CHECK(wrong(login, "10.0.1.7").wait <= 15min);
    CHECK(wrong(login, "10.0.1.7").wait > 14min);
    now += 24h;
  }
  CHECK(right().outcome == Outcome::signed_in);
  // Forgiven: the next five are free again.
  for (int i = 0; i < 5; ++i) CHECK(wrong().outcome == Outcome::wrong);
  CHECK(wrong().outcome == Outcome::waiting);
}

TEST_CASE_METHOD(Fixture, "guessing at many accounts from one address waits too, and one's own account does not help") {
  add("mallory");
  for (int i = 0; i < 20; ++i) CHECK(wrong("someone" + std::to_string(i), "2001:db8:1:2::" + std::to_string(i + 1)).outcome == Outcome::wrong);
  CHECK(right("hanako", "2001:db8:1:2::ffff").outcome == Outcome::waiting);
  CHECK(right("mallory", "2001:db8:1:2::ffff").outcome == Outcome::waiting);
  CHECK(right("hanako", "2001:db8:1:3::1").outcome == Outcome::signed_in);
  now += 2s;
  CHECK(right("mallory", "2001:db8:1:2::1").outcome == Outcome::signed_in);
  CHECK(wrong("someone", "2001:db8:1:2::1").outcome == Outcome::waiting);
}

TEST_CASE_METHOD(Fixture, "a wait is told once, and what is refused is not looked at") {
  for (int i = 0; i < 5; ++i) wrong();
  for (int i = 0; i < 10; ++i) CHECK(right().outcome == Outcome::waiting);
  CHECK(count("SELECT count(*) FROM events WHERE action = 'sign-in.wait'") == 1);
  CHECK(count("SELECT max(wrong) FROM attempts") == 5);
  now += 3s;
  CHECK(right().outcome == Outcome::signed_in);
}

TEST_CASE_METHOD(Fixture, "attempts side by side get no more guesses than one after the other") {
  std::atomic<int> looked_at{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] {
        for (int j = 0; j < 4;) {
          try {
            looked_at += wrong().outcome == Outcome::wrong ? 1 : 0;
            ++j;
          } catch (const Error& e) {
            if (e.kind() != ErrorKind::unavailable) throw;  // its turn did not come, and it is not counted
          }
        }
      });
    }
  }
  CHECK(looked_at == 5);
}

TEST_CASE_METHOD(Fixture, "a crowd waits for no turn without end, and what was not looked at is no wrong attempt") {
  // So dear that hashes are not ended before all have come.
  Accounts dear(database, AccessTable(), PasswordCost{12, 64 << 20});
  SignIn slow(database, dear, options());
  std::atomic<int> looked_at{0}, turned_away{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 12; ++i) {
      threads.emplace_back([&, i] {
        try {
          looked_at += slow.begin("nobody-" + std::to_string(i), "not this one at all", "10.0.1." + std::to_string(i), "test").outcome == Outcome::wrong ? 1 : 0;
        } catch (const Error& e) {
          turned_away += e.kind() == ErrorKind::unavailable && !e.hint().empty() ? 1 : 0;
        }
      });
    }
  }
  CHECK(turned_away > 0);
  CHECK(count("SELECT sum(wrong) FROM attempts WHERE wrong > 0") == 2 * looked_at);
}

TEST_CASE_METHOD(Fixture, "the longest password is taken however a keyboard composes it") {
  // Syllables of Hangul, as one character and as three of three bytes.
  std::u32string composed, apart;
  for (char32_t i = 0; i < longest_password; ++i) {
    char32_t leading = i * 7 % 19, vowel = i * 11 % 21, trailing = 1 + i * 5 % 27;
    composed += 0xAC00 + (leading * 21 + vowel) * 28 + trailing;
    apart += std::u32string{0x1100 + leading, 0x1161 + vowel, 0x11A7 + trailing};
  }
  std::string longest = text::to_utf8(composed), typed = text::to_utf8(apart);
  REQUIRE(typed.size() > 1024);
  accounts.set_password(hanako, longest, true);
  for (const auto& password : {longest, typed}) {
    CHECK(door.begin("hanako", password, "10.0.0.1", "test").outcome == Outcome::signed_in);
    CHECK(door.confirm(*accounts.find(hanako), password, "10.0.0.1").outcome == Outcome::signed_in);
  }
  CHECK(door.begin("hanako", longest + typed, "10.0.0.1", "test").outcome == Outcome::wrong);
}

TEST_CASE_METHOD(Fixture, "the table of attempts does not grow without end, and keeps whom it matters for") {
  for (int i = 0; i < 5; ++i) wrong();
  database.write([](SQLite::Database& db) {
    db.exec("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000) INSERT INTO attempts (of, wrong, last_at) SELECT 'made-up-' || i, 1, unixepoch() + 9 FROM n");
  });
  wrong("somebody-else", "10.9.9.9");
  CHECK(count("SELECT count(*) FROM attempts") == 20'000);
  CHECK(wrong().outcome == Outcome::waiting);
  now += 48h;
  door.tidy();
  CHECK(count("SELECT count(*) FROM attempts") == 0);
}

TEST_CASE_METHOD(Fixture, "a session ends by idleness, by age, and with its account") {
  std::string token = right().token;
  now += 59min;
  CHECK(door.find(token));
  now += 59min;
  CHECK(door.find(token));
  now += 60min;
  CHECK_FALSE(door.find(token));
  CHECK(door.sessions(hanako).empty());
  CHECK(door.active() == 0);
  door.tidy();
  CHECK(count("SELECT count(*) FROM sessions") == 0);

  token = right().token;
  for (int i = 0; i < 12 * 60 - 1; i += 30, now += 30min) CHECK(door.find(token));
  CHECK_FALSE(door.find(token));

  token = right().token;
  Account account = *accounts.find("hanako");
  account.last_day = "2020-01-01";
  accounts.change(account);
  CHECK_FALSE(door.find(token));
  account.last_day = "";
  accounts.change(account);
  CHECK(door.find(token));
  account.disabled = true;
  accounts.change(account);
  account.disabled = false;
  accounts.change(account);
  CHECK_FALSE(door.find(token));
}

TEST_CASE_METHOD(Fixture, "that a session is in use is written at most once a minute") {
  std::string token = right().token;
  std::string begun = door.find(token)->seen_at;
  now += 59s;
  door.find(token);
  CHECK(door.find(token)->seen_at == begun);
  now += 1s;
  door.find(token);
  CHECK(door.find(token)->seen_at > begun);
}

TEST_CASE_METHOD(Fixture, "a clock that is set back keeps no session for ever, and locks nobody out for long") {
  auto present = now;
  now += 24h * 365;
  std::string token = right().token;
  for (int i = 0; i < 25; ++i) now += wrong("taro").wait, wrong("taro");
  now = present;
  CHECK_FALSE(door.find(token));
  CHECK(door.active() == 0);
  Attempt attempt = wrong("taro", "10.0.2.1");
  REQUIRE(attempt.outcome == Outcome::waiting);
  now += attempt.wait;
  CHECK(wrong("taro", "10.0.2.1").outcome == Outcome::wrong);
}

TEST_CASE_METHOD(Fixture, "one ends single sessions, all others, and by a new password all but this") {
  std::string first = right().token, second = right().token, third = right().token;
  REQUIRE(door.sessions(hanako).size() == 3);
  int64_t third_id = door.find(third)->id;
  int64_t other = add("other");
  door.end(other, third_id);
  CHECK(door.find(third));
  door.end(hanako, door.find(first)->id);
  CHECK_FALSE(door.find(first));
  CHECK(door.find(second));
  door.end_all(hanako, third_id);
  CHECK_FALSE(door.find(second));
  CHECK(door.find(third));
  second = right().token;
  accounts.set_password(hanako, "another thing to remember", true, third_id);
  CHECK_FALSE(door.find(second));
  CHECK(door.find(third));
  accounts.set_password(hanako, "and one more to remember", false);
  CHECK_FALSE(door.find(third));
}

TEST_CASE_METHOD(Fixture, "sessions of an account are bounded: the one that was quiet longest goes") {
  std::string first = right().token;
  for (int i = 0; i < 50; ++i) now += 1s, right();
  CHECK_FALSE(door.find(first));
  CHECK(door.sessions(hanako).size() == 50);
}

TEST_CASE_METHOD(Fixture, "the second step: password, then a code that is taken once") {
  std::string secret = make_totp_secret();
  accounts.set_second_step(hanako, secret);
  Attempt attempt = right();
  REQUIRE(attempt.outcome == Outcome::second_step);
  auto session = door.find(attempt.token);
  REQUIRE(session);
  CHECK(session->second_step_due);
  CHECK(door.active() == 0);
  CHECK(door.prove(*session, "000000", "10.0.0.1").outcome == Outcome::wrong);
  std::string code = totp_code(secret, unix_time());
  Attempt proved = door.prove(*session, code, "10.0.0.1");
  REQUIRE(proved.outcome == Outcome::signed_in);
  CHECK_FALSE(door.find(attempt.token));
  auto after = door.find(proved.token);
  REQUIRE(after);
  CHECK_FALSE(after->second_step_due);
  CHECK(after->csrf != session->csrf);

  // The same code, and older ones, are not taken again, in this session or another.
  CHECK(door.prove(*session, code, "10.0.0.1").outcome == Outcome::wrong);
  session = door.find(right().token);
  CHECK(door.prove(*session, code, "10.0.0.1").outcome == Outcome::wrong);
  CHECK(door.prove(*session, totp_code(secret, unix_time() - 30), "10.0.0.1").outcome == Outcome::wrong);
  now += 30s;
  CHECK(door.prove(*session, totp_code(secret, unix_time()), "10.0.0.1").outcome == Outcome::signed_in);
  CHECK_THAT(events(), !Catch::Contains(secret) && !Catch::Contains(code));
}

TEST_CASE_METHOD(Fixture, "codes are guessed as slowly as passwords, whatever passwords are right in between") {
  accounts.set_second_step(hanako, make_totp_secret());
  auto session = door.find(right().token);
  int looked_at = 0;
  for (int i = 0; i < 20; ++i) {
    looked_at += door.prove(*session, "000000", "10.0.0.1").outcome == Outcome::wrong ? 1 : 0;
    right();
  }
  CHECK(looked_at == 5);
  // Who does not send the code soon begins again.
  now += 11min;
  CHECK(door.prove(*session, "000000", "10.0.0.1").outcome == Outcome::wrong);
  CHECK(door.sessions(hanako).empty());
}

TEST_CASE_METHOD(Fixture, "a clock that was ahead does not lock the second step for as long") {
  std::string secret = make_totp_secret();
  accounts.set_second_step(hanako, secret);
  auto present = now;
  now += 24h * 30;
  std::string code = totp_code(secret, unix_time());
  CHECK(door.prove(*door.find(right().token), code, "10.0.0.1").outcome == Outcome::signed_in);
  now = present;
  CHECK(door.prove(*door.find(right().token), totp_code(secret, unix_time()), "10.0.0.1").outcome == Outcome::signed_in);
  // Nor is that code taken when its time comes.
  now += 24h * 30;
  CHECK(door.prove(*door.find(right().token), code, "10.0.0.1").outcome == Outcome::wrong);
}

TEST_CASE_METHOD(Fixture, "a trusted proxy signs in whom it names, if the office knows them") {
  Attempt attempt = door.trust("HANAKO", "10.0.0.1", "test");
  REQUIRE(attempt.outcome == Outcome::signed_in);
  CHECK(door.find(attempt.token)->account_id == hanako);
  CHECK(door.trust("nobody", "10.0.0.1", "test").outcome == Outcome::wrong);
  Account account = *accounts.find("hanako");
  account.disabled = true;
  accounts.change(account);
  CHECK(door.trust("hanako", "10.0.0.1", "test").outcome == Outcome::wrong);
}

TEST_CASE_METHOD(Fixture, "a hash of another cost is made anew when its password is typed") {
  Accounts dearer(database, AccessTable(), {2, 16 << 10});
  SignIn other(database, dearer, options());
  auto hash = [&] { return database.read([](SQLite::Database& db) { return db.execAndGet("SELECT password FROM accounts").getString(); }); };
  std::string before = hash();
  CHECK(other.begin("hanako", good, "10.0.0.1", "test").outcome == Outcome::signed_in);
  CHECK(hash() != before);
  CHECK_FALSE(is_outdated(hash(), {2, 16 << 10}));
  CHECK(other.begin("hanako", good, "10.0.0.1", "test").outcome == Outcome::signed_in);
}

TEST_CASE_METHOD(Fixture, "a password is confirmed without a session, under the same waits") {
  Account account = *accounts.find("hanako");
  CHECK(door.confirm(account, good, "10.0.0.1").outcome == Outcome::signed_in);
  CHECK(door.confirm(account, "", "10.0.0.1").outcome == Outcome::wrong);
  CHECK(door.confirm(account, std::string(5000, 'x'), "10.0.0.1").outcome == Outcome::wrong);
  CHECK(door.active() == 0);
  CHECK_THAT(events(), Catch::Contains("sign-in.wrong hanako") && !Catch::Contains(good));
  Attempt last;
  for (int i = 0; i < 10 && last.outcome != Outcome::waiting; ++i) last = door.confirm(account, "not this one at all", "10.0.0.1");
  CHECK(last.outcome == Outcome::waiting);
  CHECK(last.wait.count() > 0);
  CHECK(door.confirm(account, good, "10.0.0.1").outcome == Outcome::waiting);
  CHECK(right().outcome == Outcome::waiting);
}

TEST_CASE_METHOD(Fixture, "a password that is changed while the old one is looked at leaves no session of the old one") {
  // Whichever comes first, there must be none; a hash that takes its time lets the change come between.
  Accounts dear(database, AccessTable(), PasswordCost{});
  Account slow = *accounts.find("hanako");
  slow.login = "slow";
  int64_t id = dear.add(slow, good);
  SignIn other(database, dear, options());
  Attempt attempt;
  {
    std::jthread thread([&] { attempt = other.begin("slow", good, "10.0.0.1", "test"); });
    std::this_thread::sleep_for(50ms);
    accounts.set_password(id, "mado no soto no ame", false);
  }
  CHECK_FALSE(door.find(attempt.token));
  CHECK(door.sessions(id).empty());
}
