// API tokens: what programs have in place of a session.
#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "people/account_rows.h"
#include "people/secret.h"
#include "people/sessions.h"
#include "store/database.h"
#include "store/event_log.h"
#include "store/files.h"
#include "text/date.h"
#include "text/error.h"
#include "text/utf8.h"

namespace shirube::people {

namespace {

constexpr std::string_view prefix = "shirube_";
constexpr size_t longest_label = 100, most_tokens = 20;
constexpr int longest_years = 1;
constexpr int64_t seen_apart = 60;

int64_t now_of(const SignInOptions& options) { return std::chrono::duration_cast<std::chrono::seconds>(options.clock().time_since_epoch()).count(); }

std::string today() { return text::to_iso(text::today()); }

std::string in_years(int years) {
  text::Date day = text::today();
  day.year += years;
  if (!text::is_valid(day)) --day.day;  // 29 February
  return text::to_iso(day);
}

std::string written(const std::vector<corpus::Task>& tasks) {
  nlohmann::json keys = nlohmann::json::array();
  for (corpus::Task task : tasks) keys.push_back(corpus::tasks()[static_cast<size_t>(task)].key);
  return keys.dump();
}

std::vector<corpus::Task> read_tasks(const std::string& json) {
  std::vector<corpus::Task> tasks;
  for (const auto& key : nlohmann::json::parse(json)) {
    if (auto task = corpus::task_of(key.get<std::string>())) tasks.push_back(*task);
  }
  return tasks;
}

std::string said_of(const Token& token) { return fmt::format("{} {}", token.feeds ? "feeds" : written(token.tasks), token.last_day); }

constexpr const char* token_columns = "t.id, t.label, t.last_day, t.created_at, t.seen_at, t.tasks, t.feeds";

Token read_token(SQLite::Statement& row) {
  return {row.getColumn(0).getInt64(), row.getColumn(1).getString(), row.getColumn(2).getString(), iso_time(row.getColumn(3).getInt64()),
          iso_time(row.getColumn(4).getInt64()), read_tasks(row.getColumn(5).getString()), row.getColumn(6).getInt() != 0};
}

void tell_end(SQLite::Database& db, const Account& owner, const Token& token) {
  store::append(db, {"token.end", owner.login, token.label, said_of(token), ""});
}

void check(const Token& token, const Account& owner, const AccessTable& table) {
  std::string_view label = text::trim(token.label);
  bool unseen = std::ranges::any_of(token.label, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  if (label.empty() || text::length_utf8(label) > longest_label || unseen || !text::is_valid_utf8(label)) {
    throw Error(ErrorKind::invalid, "鍵の名前が正しくありません。", fmt::format("何に使うかを{}文字までの1行で書いてください。", longest_label));
  }
  if (!text::from_iso(token.last_day) || token.last_day < today() || token.last_day > in_years(longest_years)) {
    throw Error(ErrorKind::invalid, "鍵の最終日が正しくありません。", fmt::format("今日から{}までの日を指定してください。", in_years(longest_years)));
  }
  if (token.feeds && !token.tasks.empty()) throw Error(ErrorKind::invalid, "フィード用の鍵には、操作を許せません。", "操作を選ばずに作ってください。");
  const Role* role = table.find(owner.role);
  for (corpus::Task task : token.tasks) {
    if (role == nullptr || std::ranges::find(role->tasks, task) == role->tasks.end()) {
      throw Error(ErrorKind::invalid, fmt::format("自分のできない仕事（{}）は、鍵に許せません。", corpus::tasks()[static_cast<size_t>(task)].label), "できる仕事から選んでください。");
    }
  }
}

}  // namespace

std::string SignIn::make_token(int64_t account_id, const Token& token) {
  std::string secret = std::string(prefix) + random_token();
  database_.write([&](SQLite::Database& db) {
    Account owner = existing_account(db, account_id);
    check(token, owner, accounts_.table());
    SQLite::Statement count(db, "SELECT count(*) FROM tokens WHERE account_id = ? AND last_day >= ?");
    count.bind(1, account_id);
    count.bind(2, today());
    count.executeStep();
    if (count.getColumn(0).getInt64() >= static_cast<int64_t>(most_tokens)) throw Error(ErrorKind::conflict, fmt::format("鍵は{}件までです。", most_tokens), "使わない鍵を止めてください。");
    SQLite::Statement insert(db, "INSERT INTO tokens (account_id, token_sha256, label, tasks, last_day, created_at, feeds) VALUES (?, ?, ?, ?, ?, ?, ?)");
    insert.bind(1, account_id);
    insert.bind(2, store::sha256(secret));
    insert.bind(3, std::string(text::trim(token.label)));
    insert.bind(4, written(token.tasks));
    insert.bind(5, token.last_day);
    insert.bind(6, now_of(options_));
    insert.bind(7, token.feeds ? 1 : 0);
    insert.exec();
    store::append(db, {"token.add", owner.login, token.label, "", said_of(token)});
  });
  return secret;
}

std::vector<Token> SignIn::tokens(int64_t account_id) const {
  return database_.read([&](SQLite::Database& db) {
    std::vector<Token> list;
    SQLite::Statement row(db, fmt::format("SELECT {} FROM tokens t WHERE t.account_id = ? ORDER BY t.id DESC", token_columns));
    row.bind(1, account_id);
    while (row.executeStep()) list.push_back(read_token(row));
    return list;
  });
}

void SignIn::end_token(int64_t account_id, int64_t token_id) {
  database_.write([&](SQLite::Database& db) {
    Account owner = existing_account(db, account_id);
    SQLite::Statement row(db, fmt::format("SELECT {} FROM tokens t WHERE t.account_id = ? AND t.id = ?", token_columns));
    row.bind(1, account_id);
    row.bind(2, token_id);
    if (!row.executeStep()) throw Error(ErrorKind::missing, "その鍵はありません。", "鍵の一覧で確かめてください。");
    Token token = read_token(row);
    SQLite::Statement remove(db, "DELETE FROM tokens WHERE id = ?");
    remove.bind(1, token_id);
    remove.exec();
    tell_end(db, owner, token);
  });
}

void end_tokens_of(SQLite::Database& db, const Account& account) {
  SQLite::Statement row(db, fmt::format("SELECT {} FROM tokens t WHERE t.account_id = ? ORDER BY t.id", token_columns));
  row.bind(1, account.id);
  while (row.executeStep()) tell_end(db, account, read_token(row));
  SQLite::Statement remove(db, "DELETE FROM tokens WHERE account_id = ?");
  remove.bind(1, account.id);
  remove.exec();
}

void SignIn::end_tokens(int64_t account_id) {
  database_.write([&](SQLite::Database& db) { end_tokens_of(db, existing_account(db, account_id)); });
}

std::optional<SignIn::Bearer> SignIn::bearer(std::string_view secret) {
  if (!secret.starts_with(prefix) || secret.size() > 200) return std::nullopt;
  int64_t seen_at = 0, now = now_of(options_);
  auto found = database_.read([&](SQLite::Database& db) -> std::optional<Bearer> {
    SQLite::Statement row(db, fmt::format("SELECT {}, t.account_id FROM tokens t WHERE t.token_sha256 = ? AND t.last_day >= ?", token_columns));
    row.bind(1, store::sha256(secret));
    row.bind(2, today());
    if (!row.executeStep()) return std::nullopt;
    seen_at = row.getColumn(4).getInt64();
    Token token = read_token(row);
    auto account = find_account(db, row.getColumn(7).getInt64());
    if (!account || !is_open(*account)) return std::nullopt;
    const Role* role = accounts_.table().find(account->role);
    // The owner's role may have become a smaller one.
    std::erase_if(token.tasks, [&](corpus::Task task) { return role == nullptr || std::ranges::find(role->tasks, task) == role->tasks.end(); });
    return Bearer{*account, token};
  });
  if (found && std::abs(now - seen_at) >= seen_apart) {
    try {
      database_.write([&](SQLite::Database& db) {
        SQLite::Statement update(db, "UPDATE tokens SET seen_at = ? WHERE id = ?");
        update.bind(1, now);
        update.bind(2, found->token.id);
        update.exec();
      });
    } catch (const Error& e) {
      if (e.kind() != ErrorKind::unavailable) throw;
    }
  }
  return found;
}

}  // namespace shirube::people
