// Who may sign in: made, changed, shown, and explained from the shell.
#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "commands/commands.h"
#include "text/date.h"
#include "text/error.h"
#include "text/utf8.h"

namespace shirube::commands {

namespace {

using Json = nlohmann::ordered_json;

struct Office {
  explicit Office(const Arguments& arguments)
      : database(arguments.data / "shirube.db", store::Database::Open::existing), accounts(database, access_table(arguments.config), password_cost(arguments.config)) {}

  people::Account account(const std::string& login) const {
    auto account = accounts.find(login);
    if (!account) throw Error(ErrorKind::missing, fmt::format("利用者「{}」はいません。", text::clamp_utf8(login, 100)), "shirube user list で確かめてください。");
    return *account;
  }
  std::string role_name(const people::Account& account) const {
    const people::Role* role = accounts.table().find(account.role);
    return role == nullptr ? account.role : role->name;
  }

  store::Database database;
  people::Accounts accounts;
};

/// The key of a role that is given by key or name; what is neither is left for Accounts to refuse.
std::string role_key(const people::AccessTable& table, const std::string& word) {
  auto named = std::ranges::find(table.roles(), word, &people::Role::name);
  return named == table.roles().end() ? word : named->key;
}

std::string last_day(const std::string& typed) {
  if (typed.empty()) return "";
  auto span = text::parse_date(typed);
  if (!span || span->unit != text::DateSpan::Unit::day) {
    throw Error(ErrorKind::invalid, fmt::format("最終日「{}」は日付ではありません。", text::clamp_utf8(typed, 50)), "2027-03-31 や 令和9年3月31日 の形で書いてください。");
  }
  return text::to_iso(span->first);
}

bool is_none(const std::vector<std::string>& words) { return words.size() == 1 && words.front().empty(); }

void apply(const AccountFacts& facts, const people::AccessTable& table, people::Account& account) {
  if (facts.name) account.name = *facts.name;
  if (facts.role) account.role = role_key(table, *facts.role);
  if (facts.until) account.last_day = last_day(*facts.until);
  if (facts.groups) account.groups = is_none(*facts.groups) ? std::vector<std::string>() : *facts.groups;
  if (facts.only) account.only = is_none(*facts.only) ? std::nullopt : facts.only;
}

std::string read_password() {
  std::string line;
  if (!std::getline(std::cin, line) || line.empty()) throw Error(ErrorKind::invalid, "標準入力にパスワードがありません。", "1行で与えてください。");
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

void say_password(const std::string& password) {
  std::cout << fmt::format("最初のパスワード: {}\nこの表示だけです。本人に渡し、サインインして自分のパスワードに変えてもらってください。\n", password);
}

std::string remarks(const people::Account& account) {
  std::string text;
  if (account.disabled) text += "　無効";
  if (!account.last_day.empty()) text += fmt::format("　{}{}", account.last_day, account.last_day < text::to_iso(text::today()) ? "で終了" : "まで");
  if (!account.groups.empty()) text += fmt::format("　グループ {}", fmt::join(account.groups, "、"));
  if (account.only) text += fmt::format("　資料 {}件に限る", account.only->size());
  if (account.has_second_step) text += "　確認コードあり";
  if (account.demo) text += "　見本";
  return text;
}

struct DemoAccount {
  const char *login, *name, *role;
};
constexpr DemoAccount demo_accounts[] = {
    {"demo-shokuin", "見本 一郎", "staff"},    {"demo-tanto", "見本 花子", "officer"},   {"demo-jutaku", "見本 次郎", "consultant"},
    {"demo-iin", "見本 美咲", "member"},       {"demo-kansa", "見本 健", "auditor"},     {"demo-kanri", "見本 由美", "administrator"},
};

void make_demo_accounts(people::Accounts& accounts) {
  for (const auto& demo : demo_accounts) {
    if (accounts.find(demo.login)) continue;
    people::Account account;
    account.login = demo.login;
    account.name = demo.name;
    account.role = demo.role;
    account.demo = true;
    account.must_change_password = false;
    text::Date end = text::today();
    end = {end.year + 1, end.month, std::min(end.day, 28)};
    if (accounts.table().find(demo.role)->must_end) account.last_day = text::to_iso(end);
    accounts.add(account, people::demo_password);
  }
}

}  // namespace

int user_add(const Arguments& arguments, const AccountFacts& facts, bool from_input) {
  if (!facts.name || !facts.role) throw Error(ErrorKind::invalid, "氏名と役割が要ります。", "--name 氏名 --role 役割 を指定してください。");
  Office office(arguments);
  people::Account account;
  account.login = facts.login;
  apply(facts, office.accounts.table(), account);
  std::string password = from_input ? read_password() : people::make_password();
  office.accounts.add(account, password);
  std::cout << fmt::format("利用者「{}」を加えました。\n", account.login);
  if (!from_input) say_password(password);
  return 0;
}

int user_change(const Arguments& arguments, const AccountFacts& facts) {
  Office office(arguments);
  people::Account account = office.account(facts.login);
  apply(facts, office.accounts.table(), account);
  office.accounts.change(account);
  std::cout << fmt::format("利用者「{}」を変えました。\n", account.login);
  return 0;
}

int user_list(const Arguments& arguments, bool json) {
  Office office(arguments);
  Json list = Json::array();
  for (const auto& account : office.accounts.list()) {
    if (!json) {
      std::cout << fmt::format("{}　{}　{}{}\n", account.login, account.name, office.role_name(account), remarks(account));
      continue;
    }
    Json entry{{"login", account.login}, {"name", account.name}, {"role", account.role}, {"groups", account.groups}, {"last_day", account.last_day}, {"disabled", account.disabled},
               {"must_change_password", account.must_change_password}, {"second_step", account.has_second_step}, {"demo", account.demo},
               {"created_at", account.created_at}, {"last_seen_at", account.last_seen_at}};
    if (account.only) entry["only"] = *account.only;
    list.push_back(std::move(entry));
  }
  if (json) std::cout << list.dump(1, ' ', false, Json::error_handler_t::replace) << "\n";
  return 0;
}

int user_passwd(const Arguments& arguments, const std::string& login, bool from_input) {
  Office office(arguments);
  people::Account account = office.account(login);
  std::string password = from_input ? read_password() : people::make_password();
  office.accounts.set_password(account.id, password, false);
  std::cout << fmt::format("利用者「{}」のパスワードを変えました。\n", login);
  if (!from_input) say_password(password);
  return 0;
}

int user_forget_code(const Arguments& arguments, const std::string& login) {
  Office office(arguments);
  office.accounts.set_second_step(office.account(login).id, "");
  std::cout << fmt::format("利用者「{}」は、確認コードなしでサインインできます。\n", login);
  return 0;
}

int user_set(const Arguments& arguments, const std::string& login, AccountState state) {
  Office office(arguments);
  people::Account account = office.account(login);
  account.disabled = state == AccountState::disabled;
  office.accounts.change(account);
  std::cout << fmt::format("利用者「{}」を{}にしました。\n", login, account.disabled ? "無効" : "有効");
  return 0;
}

int user_why(const Arguments& arguments, const std::string& login, const std::string& slug) {
  Office office(arguments);
  people::Account account = office.account(login);
  auto document = corpus::Library(office.database).document(corpus::Viewer::everything(), slug);
  if (!document) throw Error(ErrorKind::missing, fmt::format("資料「{}」が見つかりません。", text::clamp_utf8(slug, 150)), "識別名は、資料の画面のアドレスで確かめられます。");
  people::Reason reason = office.accounts.why(account, *document);
  std::cout << (reason.sees ? "見えます。" : "見えません。") << reason.rule << "\n";
  return 0;
}

int user_groups(const Arguments& arguments) {
  for (const auto& name : Office(arguments).accounts.groups()) std::cout << name << "\n";
  return 0;
}

int user_group_add(const Arguments& arguments, const std::string& name) {
  Office(arguments).accounts.add_group(name);
  std::cout << fmt::format("グループ「{}」を作りました。\n", name);
  return 0;
}

int user_group_remove(const Arguments& arguments, const std::string& name) {
  Office(arguments).accounts.remove_group(name);
  std::cout << fmt::format("グループ「{}」を除きました。\n", name);
  return 0;
}

int user_demo(const Arguments& arguments, bool only_show) {
  Office office(arguments);
  if (!only_show) make_demo_accounts(office.accounts);
  std::string lines;
  for (const auto& account : office.accounts.list()) {
    if (account.demo && !account.disabled) lines += fmt::format("  {:<14}{}\n", account.login, office.role_name(account));
  }
  if (lines.empty()) return 0;
  std::cout << fmt::format("見本の利用者（パスワードはどれも {}）:\n{}注意: このパスワードは誰でも知ることができます。実際に使う前に、自分の管理者を shirube user add で作り、\n"
                           "見本の利用者は shirube user disable 利用者名 で無効にするか、shirube user passwd 利用者名 でパスワードを変えてください。\n", people::demo_password, lines);
  return 0;
}

}  // namespace shirube::commands
