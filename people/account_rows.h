#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <optional>
#include <string>

#include "people/accounts.h"

// How accounts stand in SQL. Private to people/.
namespace shirube::people {

/// Of `accounts a`, as read_account() reads them from column 0 on.
inline constexpr const char* account_columns =
    "a.id, a.login, a.name, a.role, (SELECT json_group_array(g.name) FROM (SELECT name FROM account_groups WHERE account_id = a.id ORDER BY name) g), "
    "a.last_day, a.narrowed_to, a.disabled, a.must_change, a.totp_secret <> '', a.demo, a.created_at, a.last_seen_at";

/// Seconds since 1970 as ISO, UTC; 0 as an empty string.
std::string iso_time(int64_t seconds);

Account read_account(SQLite::Statement& row);
std::optional<Account> find_account(SQLite::Database& db, std::string_view login);
std::optional<Account> find_account(SQLite::Database& db, int64_t id);
/// The same, where an account that is not there is Error{missing}.
Account existing_account(SQLite::Database& db, int64_t id);

/// Ends all tokens of an account, with an event for each.
void end_tokens_of(SQLite::Database& db, const Account& account);

/// Whether the account lets somebody in today.
bool is_open(const Account& account);

}  // namespace shirube::people
