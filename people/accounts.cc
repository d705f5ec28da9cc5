#include "people/accounts.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "people/account_rows.h"
#include "people/totp.h"
#include "store/database.h"
#include "store/event_log.h"
#include "text/date.h"
#include "text/error.h"
#include "text/utf8.h"

namespace shirube::people {

namespace {

constexpr size_t longest_login = 64, longest_name = 100, most_groups = 100, most_documents = 1000;

void check_login(const std::string& login) {
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789._-";
  if (login.empty() || login.size() > longest_login || login.find_first_not_of(allowed) != login.npos) {
    throw Error(ErrorKind::invalid, fmt::format("利用者名「{}」は使えません。", text::clamp_utf8(login, 100)),
                fmt::format("半角の英小文字・数字・「.」「_」「-」で{}文字までにしてください。", longest_login));
  }
  // As whom events tell what no person did.
  if (login == "command" || login == "service") throw Error(ErrorKind::invalid, fmt::format("利用者名「{}」は使えません。", login), "別の利用者名にしてください。");
}

void check_name(const std::string& name) {
  size_t length = text::length_utf8(name);
  bool unseen = std::ranges::any_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  if (text::trim(name).empty() || length > longest_name || unseen || !text::is_valid_utf8(name)) {
    throw Error(ErrorKind::invalid, "氏名が正しくありません。", fmt::format("{}文字までの1行で書いてください。", longest_name));
  }
}

const Role& checked_role(const AccessTable& table, const std::string& key) {
  const Role* role = table.find(key);
  if (role == nullptr) {
    std::string keys;
    for (const auto& each : table.roles()) keys += fmt::format("{}{} {}", keys.empty() ? "" : "、", each.key, each.name);
    throw Error(ErrorKind::invalid, fmt::format("役割「{}」はありません。", text::clamp_utf8(key, 100)), keys + " から選んでください。");
  }
  return *role;
}

void check_exists(SQLite::Database& db, const char* sql, const std::vector<std::string>& words, size_t most, std::string_view what, std::string_view hint) {
  if (words.size() > most) throw Error(ErrorKind::invalid, fmt::format("{}が多すぎます（{}まで）。", what, most), std::string(hint));
  SQLite::Statement row(db, sql);
  for (const auto& word : words) {
    row.reset();
    row.bind(1, word);
    if (!row.executeStep()) throw Error(ErrorKind::invalid, fmt::format("{}「{}」はありません。", what, text::clamp_utf8(word, 150)), std::string(hint));
  }
}

void check_account(SQLite::Database& db, const AccessTable& table, const Account& account) {
  check_login(account.login);
  check_name(account.name);
  const Role& role = checked_role(table, account.role);
  if (!account.last_day.empty() && !text::from_iso(account.last_day)) {
    throw Error(ErrorKind::invalid, fmt::format("最終日「{}」は日付ではありません。", text::clamp_utf8(account.last_day, 50)), "2027-03-31 の形で書いてください。");
  }
  if (role.must_end && account.last_day.empty()) throw Error(ErrorKind::invalid, fmt::format("役割「{}」の利用者には、最終日が要ります。", role.name), "契約などの終わる日を指定してください。");
  check_exists(db, "SELECT 1 FROM groups WHERE name = ?", account.groups, most_groups, "グループ", "グループの一覧で確かめるか、先にグループを作ってください。");
  if (!account.only) return;
  bool beyond_reading = role.sees_all || std::ranges::any_of(role.tasks, [](corpus::Task task) { return task != corpus::Task::judge; });
  if (beyond_reading) throw Error(ErrorKind::invalid, fmt::format("役割「{}」の利用者は、見られる資料を限れません。", role.name), "受託者などの役割にしてください。");
  check_exists(db, "SELECT 1 FROM documents WHERE slug = ?", *account.only, most_documents, "資料", "資料の識別名（アドレスに出る名前）で指定してください。");
}

/// What an event tells of an account.
std::string described(const Account& account) {
  nlohmann::ordered_json json{{"name", account.name}, {"role", account.role}, {"groups", account.groups}, {"last_day", account.last_day}, {"disabled", account.disabled}};
  if (account.only) json["only"] = *account.only;
  if (account.demo) json["demo"] = true;
  return json.dump();
}

void write_groups(SQLite::Database& db, int64_t id, const std::vector<std::string>& groups) {
  SQLite::Statement remove(db, "DELETE FROM account_groups WHERE account_id = ?");
  remove.bind(1, id);
  remove.exec();
  SQLite::Statement insert(db, "INSERT OR IGNORE INTO account_groups (account_id, name) VALUES (?, ?)");
  for (const auto& group : groups) {
    insert.reset();
    insert.bind(1, id);
    insert.bind(2, group);
    insert.exec();
  }
}

void bind_details(SQLite::Statement& statement, const Account& account) {
  statement.bind(":name", account.name);
  statement.bind(":role", account.role);
  statement.bind(":last_day", account.last_day);
  if (account.only) statement.bind(":only", nlohmann::json(*account.only).dump());
  else statement.bind(":only");
  statement.bind(":disabled", account.disabled ? 1 : 0);
}

/// How many may administer today.
int64_t administrators(SQLite::Database& db, const AccessTable& table) {
  std::vector<std::string> roles;
  for (const auto& role : table.roles()) {
    if (std::ranges::find(role.tasks, corpus::Task::administer) != role.tasks.end()) roles.push_back(role.key);
  }
  SQLite::Statement row(db, "SELECT count(*) FROM accounts WHERE role IN (SELECT value FROM json_each(?)) AND NOT disabled AND (last_day = '' OR last_day >= ?)");
  row.bind(1, nlohmann::json(roles).dump());
  row.bind(2, text::to_iso(text::today()));
  row.executeStep();
  return row.getColumn(0).getInt64();
}

void check_password(std::string_view password, std::string_view login, bool demo) {
  if (auto fault = fault_of_password(password, login)) throw Error(ErrorKind::invalid, *fault, "別のパスワードにしてください。");
  if (!demo && password == demo_password) throw Error(ErrorKind::invalid, "見本の利用者のパスワードは使えません。", "別のパスワードにしてください。");
}

void end_sessions(SQLite::Database& db, int64_t id, int64_t kept) {
  SQLite::Statement remove(db, "DELETE FROM sessions WHERE account_id = ? AND id <> ?");
  remove.bind(1, id);
  remove.bind(2, kept);
  remove.exec();
}

}  // namespace

Accounts::Accounts(store::Database& database, AccessTable table, PasswordCost cost) : database_(database), table_(std::move(table)), cost_(cost) {}

int64_t Accounts::add(const Account& account, std::string_view password) {
  check_login(account.login);
  check_password(password, account.login, account.demo);
  std::string hash = hash_password(password, cost_);
  return database_.write([&](SQLite::Database& db) {
    check_account(db, table_, account);
    if (find_account(db, account.login)) throw Error(ErrorKind::conflict, fmt::format("利用者名「{}」は使われています。", account.login), "別の利用者名にしてください。");
    SQLite::Statement insert(db, "INSERT INTO accounts (login, name, role, last_day, narrowed_to, disabled, demo, must_change, password) "
                                 "VALUES (:login, :name, :role, :last_day, :only, :disabled, :demo, :must_change, :password)");
    bind_details(insert, account);
    insert.bind(":login", account.login);
    insert.bind(":demo", account.demo ? 1 : 0);
    insert.bind(":must_change", account.must_change_password ? 1 : 0);
    insert.bind(":password", hash);
    insert.exec();
    int64_t id = db.getLastInsertRowid();
    write_groups(db, id, account.groups);
    store::append(db, {"account.add", account.login, "", "", described(existing_account(db, id))});
    return id;
  });
}

void Accounts::change(const Account& account) {
  database_.write([&](SQLite::Database& db) {
    Account before = existing_account(db, account.id);
    Account wanted = account;
    wanted.login = before.login;
    check_account(db, table_, wanted);
    int64_t administering = administrators(db, table_);
    SQLite::Statement update(db, "UPDATE accounts SET name = :name, role = :role, last_day = :last_day, narrowed_to = :only, disabled = :disabled WHERE id = :id");
    bind_details(update, wanted);
    update.bind(":id", account.id);
    update.exec();
    write_groups(db, account.id, wanted.groups);
    if (administering > 0 && administrators(db, table_) == 0) {
      throw Error(ErrorKind::conflict, "管理できる人がいなくなるため、変えられません。", "先に、ほかの人を管理者にしてください。");
    }
    if (wanted.disabled) end_sessions(db, account.id, 0);
    Account after = existing_account(db, account.id);
    if (described(before) != described(after)) store::append(db, {"account.change", before.login, "", described(before), described(after)});
  });
}

void Accounts::set_password(int64_t id, std::string_view password, bool by_owner, int64_t kept_session) {
  auto [login, old] = database_.read([&](SQLite::Database& db) {
    SQLite::Statement row(db, "SELECT login, password FROM accounts WHERE id = ?");
    row.bind(1, id);
    if (!row.executeStep()) existing_account(db, id);
    return std::pair(row.getColumn(0).getString(), row.getColumn(1).getString());
  });
  check_password(password, login, false);
  if (by_owner && is_password(password, old, cost_)) throw Error(ErrorKind::invalid, "今のパスワードと同じです。", "別のパスワードにしてください。");
  std::string hash = hash_password(password, cost_);
  database_.write([&](SQLite::Database& db) {
    Account account = existing_account(db, id);
    // What everybody could read is no longer its password.
    SQLite::Statement update(db, "UPDATE accounts SET password = ?, must_change = ?, demo = 0 WHERE id = ?");
    update.bind(1, hash);
    update.bind(2, by_owner ? 0 : 1);
    update.bind(3, id);
    update.exec();
    end_sessions(db, id, kept_session);
    if (!by_owner) end_tokens_of(db, account);
    store::append(db, {"password.set", login, by_owner ? "本人が決めた" : "次のサインインで変える"});
  });
}

void Accounts::set_second_step(int64_t id, std::string_view secret, std::optional<int64_t> used_step) {
  if (!secret.empty()) totp_code(secret, 0);  // throws for what is no secret
  database_.write([&](SQLite::Database& db) {
    Account account = existing_account(db, id);
    SQLite::Statement update(db, "UPDATE accounts SET totp_secret = ? WHERE id = ?");
    update.bind(1, std::string(secret));
    update.bind(2, id);
    update.exec();
    if (used_step) {
      SQLite::Statement used(db, "INSERT OR IGNORE INTO used_codes (account_id, step) VALUES (?, ?)");
      used.bind(1, id);
      used.bind(2, *used_step);
      used.exec();
    }
    auto word = [](bool on) { return on ? "あり" : "なし"; };
    store::append(db, {"second-step.set", account.login, "", word(account.has_second_step), word(!secret.empty())});
  });
}

std::optional<Account> Accounts::find(std::string_view login) const {
  return database_.read([&](SQLite::Database& db) { return find_account(db, login); });
}

std::optional<Account> Accounts::find(int64_t id) const {
  return database_.read([&](SQLite::Database& db) { return find_account(db, id); });
}

std::vector<Account> Accounts::list() const {
  return database_.read([](SQLite::Database& db) {
    std::vector<Account> list;
    SQLite::Statement row(db, fmt::format("SELECT {} FROM accounts a ORDER BY a.login", account_columns));
    while (row.executeStep()) list.push_back(read_account(row));
    return list;
  });
}

bool Accounts::none() const {
  return database_.read([](SQLite::Database& db) { return db.execAndGet("SELECT NOT EXISTS (SELECT 1 FROM accounts)").getInt() != 0; });
}

corpus::Viewer Accounts::viewer_of(const Account& account) const {
  const Role* role = table_.find(account.role);
  corpus::Viewer viewer;
  if (role == nullptr || !is_open(account)) return viewer;
  viewer.audiences = role->audiences;
  std::ranges::copy(account.groups, std::back_inserter(viewer.audiences));
  viewer.tasks = role->tasks;
  viewer.sees_all = role->sees_all;
  viewer.only = account.only;
  return viewer;
}

Reason Accounts::why(const Account& account, const corpus::Document& document) const {
  const Role* role = table_.find(account.role);
  std::string_view audience = corpus::label_of(corpus::audiences(), document.audience);
  auto has = [&](const std::vector<std::string>& words, const std::string& word) { return std::ranges::find(words, word) != words.end(); };
  if (account.disabled) return {false, "この利用者は無効です。"};
  if (!is_open(account)) return {false, fmt::format("この利用者の最終日（{}）は過ぎました。", account.last_day)};
  if (role == nullptr) return {false, fmt::format("役割「{}」は、役割の表（access.toml）にありません。", account.role)};
  if (account.only && document.audience != "public" && !has(*account.only, document.slug)) {
    return {false, fmt::format("この利用者は、公開でない資料のうち{}件だけを見られ、この資料はその中にありません。", account.only->size())};
  }
  std::string_view narrowed = account.only && document.audience != "public" ? "この利用者は見られる資料を限られていますが、この資料はその中にあり、" : "";
  if (role->sees_all) return {true, fmt::format("役割「{}」は、すべての公開範囲を見られます。", role->name)};
  if (has(role->audiences, document.audience)) return {true, fmt::format("{}役割「{}」は、公開範囲「{}」を見られます。", narrowed, role->name, audience)};
  if (has(account.groups, document.audience)) return {true, fmt::format("{}グループ「{}」に属しています。", narrowed, document.audience)};
  return {false, fmt::format("{}公開範囲「{}」は、役割「{}」も{}見られません。", narrowed.empty() ? "" : "見られる資料に挙げられていますが、", audience, role->name,
                             account.groups.empty() ? "" : "、属するグループも")};
}

}  // namespace shirube::people
