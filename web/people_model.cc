#include "web/people_model.h"

#include "web/day.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <ctime>
#include <span>

#include "text/date.h"
#include "text/error.h"
#include "text/normalize.h"
#include "text/utf8.h"

namespace shirube::web {

namespace {

using Json = nlohmann::json;

struct State {
  std::string label, kind;
};

State state_of(const people::Account& account) {
  if (account.disabled) return {"停止中", "past"};
  if (!account.last_day.empty() && account.last_day < text::to_iso(text::today())) return {"期限切れ", "past"};
  if (account.must_change_password) return {"初回の変更待ち", "future"};
  return {"有効", "current"};
}

/// What browsers and systems are found by, in this order: most say that they are others too.
constexpr std::pair<std::string_view, std::string_view> browsers[] = {{"Edg", "Edge"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"CriOS/", "Chrome"}, {"Safari/", "Safari"}};
constexpr std::pair<std::string_view, std::string_view> systems[] = {{"Windows", "Windows"}, {"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Mac OS X", "Mac"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"}};

std::string_view found_in(const std::string& agent, std::span<const std::pair<std::string_view, std::string_view>> table) {
  auto found = std::ranges::find_if(table, [&](const auto& row) { return agent.find(row.first) != agent.npos; });
  return found == table.end() ? "" : found->second;
}

}  // namespace

Json note_model(const Note& note) { return {{"done", note.done}, {"fault", note.fault}}; }

std::string waiting_words(std::chrono::seconds wait) {
  auto seconds = std::max<int64_t>(wait.count(), 1);
  std::string time = seconds < 60 ? fmt::format("{}秒", seconds) : fmt::format("{}分", (seconds + 59) / 60);
  return fmt::format("続けて違ったため、いまは確かめられません。あと{}待ってから、もう一度入力してください。", time);
}

std::string local_time(const std::string& iso) {
  std::tm utc{}, local{};
  if (iso.empty() || (!strptime(iso.c_str(), "%Y-%m-%dT%H:%M:%S", &utc) && !strptime(iso.c_str(), "%Y-%m-%d %H:%M:%S", &utc))) return iso;
  std::time_t time = timegm(&utc);
  localtime_r(&time, &local);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}", local.tm_year + 1900, local.tm_mon + 1, local.tm_mday, local.tm_hour, local.tm_min);
}

std::string device_name(const std::string& agent) {
  std::string_view browser = found_in(agent, browsers), system = found_in(agent, systems);
  return browser.empty() || system.empty() ? agent : fmt::format("{}（{}）", browser, system);
}

Json account_model(const people::Accounts& accounts, const people::Account& account) {
  const people::Role* role = accounts.table().find(account.role);
  State state = state_of(account);
  Json only = Json::array();
  if (account.only) only = *account.only;
  return {{"id", account.id},
          {"login", account.login},
          {"name", account.name},
          {"role", account.role},
          {"role_name", role ? role->name : account.role},
          {"requires_second_step", role && role->second_step},
          {"must_end", role && role->must_end},
          {"groups", account.groups},
          {"last_day", account.last_day},
          {"narrowed", account.only.has_value()},
          {"only", only},
          {"disabled", account.disabled},
          {"state", state.label},
          {"state_kind", state.kind},
          {"must_change_password", account.must_change_password},
          {"has_second_step", account.has_second_step},
          {"demo", account.demo},
          {"created_at", local_time(account.created_at)},
          {"last_seen_at", local_time(account.last_seen_at)},
          {"url", fmt::format("/admin/people/{}", account.id)}};
}

Json roles_model(const people::AccessTable& table, const std::string& chosen) {
  Json roles = Json::array();
  for (const auto& role : table.roles()) roles.push_back({{"key", role.key}, {"label", role.name}, {"chosen", role.key == chosen}});
  return roles;
}

Json tasks_model(const std::vector<corpus::Task>& tasks) {
  Json list = Json::array();
  for (const auto& choice : corpus::tasks()) {
    if (std::ranges::find(tasks, *corpus::task_of(choice.key)) != tasks.end()) list.push_back({{"key", choice.key}, {"label", choice.label}});
  }
  return list;
}

std::string typed(const Target& form, std::string_view name) { return std::string(text::trim(form.parameter(name).value_or(""))); }

std::string typed_code(const Target& form) {
  std::string code = text::fold(typed(form, "code"));
  std::erase(code, ' ');
  return code;
}

std::string typed_day(const Target& form, std::string_view name) {
  std::string words = typed(form, name);
  auto span = typed_days(words);
  if (!span) return "";
  if (span->unit != text::DateSpan::Unit::day) throw Error(ErrorKind::invalid, fmt::format("「{}」は日付として読めません。", text::clamp_utf8(words, 100)), "2027-03-31 か 令和9年3月31日 のように書いてください。");
  return text::to_iso(span->first);
}

int64_t typed_id(std::string_view digits) {
  int64_t id = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), id);
  return error == std::errc() && end == digits.data() + digits.size() && id > 0 ? id : 0;
}

}  // namespace shirube::web
