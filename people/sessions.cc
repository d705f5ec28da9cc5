#include "people/sessions.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "people/account_rows.h"
#include "people/secret.h"
#include "people/throttle.h"
#include "people/totp.h"
#include "store/database.h"
#include "store/event_log.h"
#include "store/files.h"
#include "text/compose.h"
#include "text/error.h"
#include "text/normalize.h"
#include "text/utf8.h"

namespace shirube::people {

namespace {

using std::chrono::seconds;

constexpr int64_t seen_apart = 60;          // seconds between two notes that a session is in use
constexpr int64_t told_apart = 60;          // seconds between two events of a proxy's word that is not taken
constexpr int64_t clock_slack = 120;        // a time so far ahead was written by a clock that was set back since
constexpr int64_t longest_proof = 10 * 60;  // seconds between the password and the code
constexpr int64_t most_sessions = 50;       // of an account; the one that was quiet longest goes
constexpr int days_ended_tokens_show = 90;  // to their owner, who may wonder what stopped
constexpr size_t longest_typed = 1024, longest_agent = 300, longest_address = 64;

int64_t now_of(const SignInOptions& options) { return std::chrono::duration_cast<seconds>(options.clock().time_since_epoch()).count(); }

/// Tells of a sign-in as done by the one who tries it.
void tell(SQLite::Database& db, const std::string& action, const std::string& login, const std::string& address, const std::string& detail = "") {
  store::Acting acting({login, address});
  store::append(db, {action, login, detail});
}

/// Of sessions `s` that have not ended; binds :now, :idle, :absolute, :proof and :slack. A clock that was set back ends a session
/// rather than keeping it for ever.
constexpr const char* alive =
    "s.seen_at > :now - :idle AND s.created_at > :now - :absolute AND s.created_at <= :now + :slack AND s.seen_at <= :now + :slack "
    "AND (NOT s.second_step_due OR s.created_at > :now - :proof)";

void bind_alive(SQLite::Statement& statement, const SignInOptions& options) {
  statement.bind(":now", now_of(options));
  statement.bind(":idle", options.idle.count());
  statement.bind(":absolute", options.absolute.count());
  statement.bind(":slack", clock_slack);
  statement.bind(":proof", longest_proof);
}

constexpr const char* session_columns = "s.id, s.account_id, s.csrf, s.address, s.agent, s.created_at, s.seen_at, s.second_step_due";

Session read_session(SQLite::Statement& row) {
  return {row.getColumn(0).getInt64(), row.getColumn(1).getInt64(), row.getColumn(2).getString(), row.getColumn(3).getString(), row.getColumn(4).getString(),
          iso_time(row.getColumn(5).getInt64()), iso_time(row.getColumn(6).getInt64()), row.getColumn(7).getInt() != 0};
}

/// What a sign-in has to know of an account.
struct Credentials {
  std::optional<Account> account;
  std::string password, totp_secret;
};

Credentials credentials_of(SQLite::Database& db, std::string_view login) {
  Credentials found{find_account(db, login), {}, {}};
  if (!found.account) return found;
  SQLite::Statement row(db, "SELECT password, totp_secret FROM accounts WHERE id = ?");
  row.bind(1, found.account->id);
  row.executeStep();
  found.password = row.getColumn(0).getString();
  found.totp_secret = row.getColumn(1).getString();
  return found;
}

void note_seen(SQLite::Database& db, int64_t session, int64_t account, int64_t now) {
  SQLite::Statement row(db, "UPDATE sessions SET seen_at = ? WHERE id = ?");
  row.bind(1, now);
  row.bind(2, session);
  row.exec();
  SQLite::Statement owner(db, "UPDATE accounts SET last_seen_at = ? WHERE id = ?");
  owner.bind(1, now);
  owner.bind(2, account);
  owner.exec();
}

std::string open_session(SQLite::Database& db, int64_t account, const std::string& address, const std::string& agent, bool second_step_due, int64_t now) {
  SQLite::Statement bound(db, "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE account_id = ? ORDER BY seen_at DESC, id DESC LIMIT -1 OFFSET ?)");
  bound.bind(1, account);
  bound.bind(2, most_sessions - 1);
  bound.exec();
  std::string token = random_token();
  SQLite::Statement insert(db, "INSERT INTO sessions (account_id, token_sha256, csrf, address, agent, created_at, seen_at, second_step_due) "
                               "VALUES (:account, :token, :csrf, :address, :agent, :now, :now, :due)");
  insert.bind(":account", account);
  insert.bind(":token", store::sha256(token));
  insert.bind(":csrf", random_token());
  insert.bind(":address", std::string(text::clamp_utf8(address, longest_address)));
  insert.bind(":agent", std::string(text::clamp_utf8(agent, longest_agent)));
  insert.bind(":now", now);
  insert.bind(":due", second_step_due ? 1 : 0);
  insert.exec();
  if (!second_step_due) note_seen(db, db.getLastInsertRowid(), account, now);
  return token;
}

/// Takes the step of a code; false when it, or a later one, was taken before.
bool use_code(SQLite::Database& db, int64_t account, int64_t step, int64_t present) {
  SQLite::Statement old(db, "DELETE FROM used_codes WHERE account_id = ? AND step < ?");
  old.bind(1, account);
  old.bind(2, present - 1);
  old.exec();
  // A step far ahead is one of a clock that was set back: it will not be taken when its time comes, and until then holds up nobody.
  SQLite::Statement used(db, "SELECT 1 FROM used_codes WHERE account_id = ? AND step BETWEEN ? AND ?");
  used.bind(1, account);
  used.bind(2, step);
  used.bind(3, present + 1);
  if (used.executeStep()) return false;
  SQLite::Statement insert(db, "INSERT INTO used_codes (account_id, step) VALUES (?, ?)");
  insert.bind(1, account);
  insert.bind(2, step);
  insert.exec();
  return true;
}

/// Whether an attempt may be looked at; it then counts as wrong until it is told to be right.
Wait admit(store::Database& database, const std::vector<Counted>& who, const SignInOptions& options, const std::string& login, const std::string& address) {
  int64_t now = now_of(options);
  Wait wait = database.read([&](SQLite::Database& db) { return wait_of(db, who, options, now); });
  if (wait.left.count() > 0 && wait.told) return wait;
  return database.write([&](SQLite::Database& db) {
    Wait still = wait_of(db, who, options, now);
    if (still.left.count() == 0) {
      count_attempt(db, who, options, now);
    } else if (!still.told) {
      note_wait(db, who, now);
      tell(db, "sign-in.wait", login, address, fmt::format("誤りが続いたため{}秒待たせる", still.left.count()));
    }
    return still;
  });
}

/// Whether the password is the one that was hashed. Where no turn came to find out, the attempt counts no more.
bool look(store::Database& database, const std::vector<Counted>& who, std::string_view password, const std::string& hash, const PasswordCost& cost) {
  try {
    // As it was taken when it was set: by what it is after NFC, of up to four bytes a character.
    std::string composed = text::compose(password);
    bool fits = composed.size() <= 4 * longest_password;
    return is_password(fits ? composed : "", fits ? hash : "", cost);
  } catch (const Error& e) {
    if (e.kind() == ErrorKind::unavailable) database.write([&](SQLite::Database& db) { take_back(db, who); });
    throw;
  }
}

/// A hash at the present cost in place of one at another; empty where there is none, or no turn to make it: the next sign-in will.
std::string hash_anew(std::string_view password, const std::string& hash, const PasswordCost& cost) {
  if (!is_outdated(hash, cost)) return "";
  try {
    return hash_password(password, cost);
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::unavailable) throw;
    return "";
  }
}

}  // namespace

SignIn::SignIn(store::Database& database, Accounts& accounts, SignInOptions options) : database_(database), accounts_(accounts), options_(std::move(options)) {}

Attempt SignIn::begin(std::string_view typed, std::string_view password, const std::string& address, const std::string& agent) {
  std::string login(text::trim(text::fold(typed.substr(0, longest_typed))));
  Credentials known = database_.read([&](SQLite::Database& db) { return credentials_of(db, login); });
  // What was typed as the name of nobody may be a password: it is not told.
  std::string told = known.account ? login : "";
  std::vector<Counted> who = counted(Guessed::password, login, address, options_);
  if (Wait wait = admit(database_, who, options_, told, address); wait.left.count() > 0) return {Outcome::waiting, {}, wait.left};
  bool open = known.account && is_open(*known.account);
  // Hashed for the name of nobody too: how long an answer takes tells nothing.
  bool right = look(database_, who, password, known.password, accounts_.cost_);
  if (!right || !open) {
    std::string_view why = !known.account ? "その利用者名の人はいない" : !right ? "パスワードがちがう" : known.account->disabled ? "無効な利用者" : "最終日を過ぎた利用者";
    database_.write([&](SQLite::Database& db) { tell(db, "sign-in.wrong", told, address, std::string(why)); });
    return {};
  }
  std::string anew = hash_anew(password, known.password, accounts_.cost_);
  return database_.write([&](SQLite::Database& db) -> Attempt {
    // It may have been disabled, or given another password, while the hash was made.
    Credentials present = credentials_of(db, login);
    if (!present.account || !is_open(*present.account) || present.password != known.password) return {};
    if (!anew.empty()) {
      SQLite::Statement update(db, "UPDATE accounts SET password = ? WHERE id = ?");
      update.bind(1, anew);
      update.bind(2, present.account->id);
      update.exec();
    }
    forgive(db, who);
    bool due = present.account->has_second_step;
    Attempt attempt{due ? Outcome::second_step : Outcome::signed_in, open_session(db, present.account->id, address, agent, due, now_of(options_)), {}};
    tell(db, due ? "sign-in.password" : "sign-in.ok", login, address);
    return attempt;
  });
}

Attempt SignIn::prove(const Session& session, std::string_view code, const std::string& address) {
  auto account = accounts_.find(session.account_id);
  if (!account) return {};
  std::vector<Counted> who = counted(Guessed::code, account->login, address, options_);
  if (Wait wait = admit(database_, who, options_, account->login, address); wait.left.count() > 0) return {Outcome::waiting, {}, wait.left};
  return database_.write([&](SQLite::Database& db) -> Attempt {
    Credentials known = credentials_of(db, account->login);
    SQLite::Statement waiting(db, fmt::format("SELECT 1 FROM sessions s WHERE s.id = :id AND s.account_id = :account AND s.second_step_due AND {}", alive));
    waiting.bind(":id", session.id);
    waiting.bind(":account", session.account_id);
    bind_alive(waiting, options_);
    int64_t now = now_of(options_);
    auto step = known.account && is_open(*known.account) && !known.totp_secret.empty() ? totp_step(known.totp_secret, code, now) : std::nullopt;
    if (!waiting.executeStep() || !step || !use_code(db, session.account_id, *step, now / 30)) {
      tell(db, "sign-in.wrong", account->login, address, step ? "確認コードは使えない" : "確認コードがちがう");
      return {};
    }
    forgive(db, who);
    // A token of before the code opens nothing after it.
    std::string token = random_token();
    SQLite::Statement update(db, "UPDATE sessions SET token_sha256 = ?, csrf = ?, second_step_due = 0 WHERE id = ?");
    update.bind(1, store::sha256(token));
    update.bind(2, random_token());
    update.bind(3, session.id);
    update.exec();
    note_seen(db, session.id, session.account_id, now);
    tell(db, "sign-in.ok", account->login, address, "確認コードとも");
    return {Outcome::signed_in, token, {}};
  });
}

Attempt SignIn::confirm(const Account& account, std::string_view password, const std::string& address) {
  std::vector<Counted> who = counted(Guessed::password, account.login, address, options_);
  if (Wait wait = admit(database_, who, options_, account.login, address); wait.left.count() > 0) return {Outcome::waiting, {}, wait.left};
  Credentials known = database_.read([&](SQLite::Database& db) { return credentials_of(db, account.login); });
  bool right = look(database_, who, password, known.password, accounts_.cost_);
  return database_.write([&](SQLite::Database& db) -> Attempt {
    if (right) forgive(db, who);
    else tell(db, "sign-in.wrong", account.login, address, "設定を変えるためのパスワードがちがう");
    return {right ? Outcome::signed_in : Outcome::wrong, {}, {}};
  });
}

Attempt SignIn::trust(std::string_view typed, const std::string& address, const std::string& agent) {
  std::string login(text::trim(text::fold(typed.substr(0, longest_typed))));
  return database_.write([&](SQLite::Database& db) -> Attempt {
    auto account = find_account(db, login);
    if (!account || !is_open(*account)) {
      // Each request says it again.
      int64_t now = now_of(options_);
      std::lock_guard lock(mutex_);
      auto [told, is_new] = refused_.try_emplace(account ? login : "", now);
      if (!is_new && std::abs(now - told->second) < told_apart) return {};
      told->second = now;
      tell(db, "sign-in.wrong", account ? login : "", address, account ? "代理サーバーの示した利用者は、無効か最終日を過ぎている" : "代理サーバーの示した利用者名の人はいない");
      return {};
    }
    Attempt attempt{Outcome::signed_in, open_session(db, account->id, address, agent, false, now_of(options_)), {}};
    tell(db, "sign-in.ok", login, address, "代理サーバーによる");
    return attempt;
  });
}

std::optional<Session> SignIn::find(std::string_view token) {
  if (token.empty() || token.size() > longest_typed) return std::nullopt;
  int64_t seen_at = 0, now = now_of(options_);
  auto session = database_.read([&](SQLite::Database& db) -> std::optional<Session> {
    SQLite::Statement row(db, fmt::format("SELECT {} FROM sessions s WHERE s.token_sha256 = :token AND {}", session_columns, alive));
    row.bind(":token", store::sha256(token));
    bind_alive(row, options_);
    if (!row.executeStep()) return std::nullopt;
    seen_at = row.getColumn(6).getInt64();
    Session found = read_session(row);
    auto account = find_account(db, found.account_id);
    if (!account || !is_open(*account)) return std::nullopt;
    return found;
  });
  if (session && std::abs(now - seen_at) >= seen_apart) {
    try {
      database_.write([&](SQLite::Database& db) { note_seen(db, session->id, session->account_id, now); });
    } catch (const Error& e) {
      // A disk that is full keeps nobody from reading; the session only seems idle.
      if (e.kind() != ErrorKind::unavailable) throw;
    }
  }
  return session;
}

std::vector<Session> SignIn::sessions(int64_t account_id) const {
  return database_.read([&](SQLite::Database& db) {
    std::vector<Session> list;
    SQLite::Statement row(db, fmt::format("SELECT {} FROM sessions s WHERE s.account_id = :account AND {} ORDER BY s.seen_at DESC, s.id DESC", session_columns, alive));
    row.bind(":account", account_id);
    bind_alive(row, options_);
    while (row.executeStep()) list.push_back(read_session(row));
    return list;
  });
}

void SignIn::end(int64_t account_id, int64_t session_id) {
  database_.write([&](SQLite::Database& db) {
    Account account = existing_account(db, account_id);
    SQLite::Statement remove(db, "DELETE FROM sessions WHERE account_id = ? AND id = ?");
    remove.bind(1, account_id);
    remove.bind(2, session_id);
    if (remove.exec() > 0) store::append(db, {"session.end", account.login});
  });
}

void SignIn::end_all(int64_t account_id, int64_t but) {
  database_.write([&](SQLite::Database& db) {
    Account account = existing_account(db, account_id);
    SQLite::Statement remove(db, "DELETE FROM sessions WHERE account_id = ? AND id <> ?");
    remove.bind(1, account_id);
    remove.bind(2, but);
    if (int ended = remove.exec(); ended > 0) store::append(db, {"session.end", account.login, fmt::format("{} 件", ended)});
  });
}

void SignIn::tidy() {
  database_.write([&](SQLite::Database& db) {
    SQLite::Statement remove(db, fmt::format("DELETE FROM sessions AS s WHERE NOT ({})", alive));
    bind_alive(remove, options_);
    remove.exec();
    SQLite::Statement tokens(db, "DELETE FROM tokens WHERE last_day < date(?, 'unixepoch', ?)");
    tokens.bind(1, now_of(options_));
    tokens.bind(2, fmt::format("-{} days", days_ended_tokens_show));
    tokens.exec();
    tidy_attempts(db, options_, now_of(options_));
  });
}

size_t SignIn::active() const {
  return database_.read([&](SQLite::Database& db) {
    SQLite::Statement row(db, fmt::format("SELECT count(*) FROM sessions s WHERE NOT s.second_step_due AND {}", alive));
    bind_alive(row, options_);
    row.executeStep();
    return static_cast<size_t>(row.getColumn(0).getInt64());
  });
}

}  // namespace shirube::people
