#include "people/account_rows.h"

#include <fmt/chrono.h>

#include <ctime>
#include <nlohmann/json.hpp>

#include "text/date.h"
#include "text/error.h"

namespace shirube::people {

std::string iso_time(int64_t seconds) {
  return seconds == 0 ? std::string() : fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(seconds)));
}

Account read_account(SQLite::Statement& row) {
  Account account;
  account.id = row.getColumn(0).getInt64();
  account.login = row.getColumn(1).getString();
  account.name = row.getColumn(2).getString();
  account.role = row.getColumn(3).getString();
  account.groups = nlohmann::json::parse(row.getColumn(4).getString()).get<std::vector<std::string>>();
  account.last_day = row.getColumn(5).getString();
  if (!row.getColumn(6).isNull()) account.only = nlohmann::json::parse(row.getColumn(6).getString()).get<std::vector<std::string>>();
  account.disabled = row.getColumn(7).getInt() != 0;
  account.must_change_password = row.getColumn(8).getInt() != 0;
  account.has_second_step = row.getColumn(9).getInt() != 0;
  account.demo = row.getColumn(10).getInt() != 0;
  account.created_at = iso_time(row.getColumn(11).getInt64());
  account.last_seen_at = iso_time(row.getColumn(12).getInt64());
  return account;
}

namespace {

template <typename Value>
std::optional<Account> find_by(SQLite::Database& db, const char* column, const Value& value) {
  SQLite::Statement row(db, fmt::format("SELECT {} FROM accounts a WHERE a.{} = ?", account_columns, column));
  row.bind(1, value);
  if (!row.executeStep()) return std::nullopt;
  return read_account(row);
}

}  // namespace

std::optional<Account> find_account(SQLite::Database& db, std::string_view login) { return find_by(db, "login", std::string(login)); }
std::optional<Account> find_account(SQLite::Database& db, int64_t id) { return find_by(db, "id", id); }

Account existing_account(SQLite::Database& db, int64_t id) {
  auto account = find_account(db, id);
  if (!account) throw Error(ErrorKind::missing, "その利用者はいません。", "利用者の一覧で確かめてください。");
  return *account;
}

bool is_open(const Account& account) { return !account.disabled && (account.last_day.empty() || account.last_day >= text::to_iso(text::today())); }

}  // namespace shirube::people
