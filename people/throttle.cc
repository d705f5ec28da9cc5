#include "people/throttle.h"

#include <SQLiteCpp/Statement.h>
#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "store/files.h"

namespace shirube::people {

namespace {

constexpr int64_t most_rows = 20'000;
constexpr int address_factor = 4;

std::string network_of(std::string_view address) {
  std::string text(address);
  in6_addr six{};
  if (inet_pton(AF_INET6, text.c_str(), &six) != 1 || IN6_IS_ADDR_V4MAPPED(&six)) return text;
  std::memset(six.s6_addr + 8, 0, 8);
  char out[INET6_ADDRSTRLEN];
  return inet_ntop(AF_INET6, &six, out, sizeof out);
}

int64_t wait_after(int64_t wrong, int free, const SignInOptions& options) {
  if (wrong < free) return 0;
  int64_t longest = options.longest_wait.count();
  int64_t doubled = std::min<int64_t>(wrong - free, 30);
  return std::min(options.first_wait.count() << doubled, longest);
}

}  // namespace

std::vector<Counted> counted(Guessed what, std::string_view login, std::string_view address, const SignInOptions& options) {
  std::vector<Counted> who = {{store::sha256(fmt::format("{} {}", what == Guessed::code ? "code" : "password", login)), options.free_attempts}};
  if (!address.empty()) who.push_back({store::sha256(fmt::format("address {}", network_of(address))), options.free_attempts * address_factor});
  return who;
}

Wait wait_of(SQLite::Database& db, const std::vector<Counted>& who, const SignInOptions& options, int64_t now) {
  Wait wait;
  SQLite::Statement row(db, "SELECT wrong, last_at, told FROM attempts WHERE of = ?");
  for (const auto& each : who) {
    row.reset();
    row.bind(1, each.of);
    if (!row.executeStep()) continue;
    int64_t all = wait_after(row.getColumn(0).getInt64(), each.free, options), last = row.getColumn(1).getInt64();
    int64_t left = std::min(all, last + all - now);
    if (left <= 0) continue;
    wait.left = std::max(wait.left, std::chrono::seconds(left));
    if (row.getColumn(2).getInt() == 0 || last > now) wait.told = false;
  }
  return wait;
}

void note_wait(SQLite::Database& db, const std::vector<Counted>& who, int64_t now) {
  SQLite::Statement update(db, "UPDATE attempts SET told = 1, last_at = min(last_at, ?) WHERE of = ?");
  for (const auto& each : who) {
    update.reset();
    update.bind(1, now);
    update.bind(2, each.of);
    update.exec();
  }
}

void count_attempt(SQLite::Database& db, const std::vector<Counted>& who, const SignInOptions& options, int64_t now) {
  SQLite::Statement count(db, "INSERT INTO attempts (of, wrong, last_at) VALUES (:of, 1, :now) "
                              "ON CONFLICT (of) DO UPDATE SET wrong = max(0, wrong - max(0, :now - last_at) / :longest) + 1, last_at = :now, told = 0");
  for (const auto& each : who) {
    count.reset();
    count.bind(":of", each.of);
    count.bind(":now", now);
    count.bind(":longest", std::max<int64_t>(1, options.longest_wait.count()));
    count.exec();
  }
  // Those with the most wrong ones stay: names that are made up push nobody out who is being guessed at.
  SQLite::Statement bound(db, "DELETE FROM attempts WHERE of IN (SELECT of FROM attempts ORDER BY wrong, last_at LIMIT max(0, (SELECT count(*) FROM attempts) - ?))");
  bound.bind(1, most_rows);
  bound.exec();
}

void forgive(SQLite::Database& db, const std::vector<Counted>& who) {
  for (size_t i = 0; i < who.size(); ++i) {
    SQLite::Statement change(db, i == 0 ? "DELETE FROM attempts WHERE of = ?" : "UPDATE attempts SET wrong = max(0, wrong - 1) WHERE of = ?");
    change.bind(1, who[i].of);
    change.exec();
  }
}

void take_back(SQLite::Database& db, const std::vector<Counted>& who) {
  SQLite::Statement change(db, "UPDATE attempts SET wrong = max(0, wrong - 1) WHERE of = ?");
  for (const auto& each : who) {
    change.reset();
    change.bind(1, each.of);
    change.exec();
  }
}

void tidy_attempts(SQLite::Database& db, const SignInOptions& options, int64_t now) {
  SQLite::Statement remove(db, "DELETE FROM attempts WHERE last_at + wrong * ? < ?");
  remove.bind(1, options.longest_wait.count());
  remove.bind(2, now);
  remove.exec();
}

}  // namespace shirube::people
