#include "people/access.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>

#include "store/files.h"
#include "text/error.h"

namespace shirube {
extern const std::vector<std::pair<std::string_view, std::string_view>> people_tables;
}

namespace shirube::people {

namespace {

constexpr std::string_view role_keys[] = {"staff", "officer", "consultant", "member", "auditor", "administrator"};

/// A table that is being read, for what is said of its faults.
struct Reading {
  std::string file;

  [[noreturn]] void fail(const toml::source_region& where, const std::string& message, const std::string& hint) const {
    throw Error(ErrorKind::invalid, fmt::format("役割の表 {} の{}行目: {}", file, where.begin.line, message), hint);
  }
  std::vector<std::string> words(const toml::node& node) const {
    const toml::array* list = node.as_array();
    if (list == nullptr) fail(node.source(), "値が正しくありません。", "文字列の配列を指定してください。");
    std::vector<std::string> words;
    for (const auto& entry : *list) {
      auto word = entry.value_exact<std::string>();
      if (!word) fail(entry.source(), "値が正しくありません。", "文字列の配列を指定してください。");
      words.push_back(*word);
    }
    return words;
  }
  std::string text(const toml::node& node) const {
    auto value = node.value_exact<std::string>();
    if (!value || value->empty()) fail(node.source(), "値が正しくありません。", "文字列を指定してください。");
    return *value;
  }
  bool flag(const toml::node& node) const {
    auto value = node.value_exact<bool>();
    if (!value) fail(node.source(), "値が正しくありません。", "true か false を指定してください。");
    return *value;
  }
};

void take_audiences(Role& role, const Reading& reading, const toml::node& node) {
  for (const auto& word : reading.words(node)) {
    auto key = corpus::key_of(corpus::audiences(), word);
    if (!key) {
      reading.fail(node.source(), fmt::format("「{}」という公開範囲はありません。", word), "public、staff、committee、restricted から選び、グループは groups に書いてください。");
    }
    role.audiences.emplace_back(*key);
  }
}

void take_tasks(Role& role, const Reading& reading, const toml::node& node) {
  for (const auto& word : reading.words(node)) {
    auto task = corpus::task_of(word);
    if (!task) reading.fail(node.source(), fmt::format("「{}」という仕事はありません。", word), "judge、desk、events、administer から選んでください。");
    role.tasks.push_back(*task);
  }
}

using Take = void (*)(Role&, const Reading&, const toml::node&);
constexpr std::pair<std::string_view, Take> entries[] = {
    {"name", [](Role& role, const Reading& reading, const toml::node& node) { role.name = reading.text(node); }},
    {"audiences", take_audiences},
    {"groups", [](Role& role, const Reading& reading, const toml::node& node) { std::ranges::copy(reading.words(node), std::back_inserter(role.audiences)); }},
    {"sees_all", [](Role& role, const Reading& reading, const toml::node& node) { role.sees_all = reading.flag(node); }},
    {"tasks", take_tasks},
    {"second_step", [](Role& role, const Reading& reading, const toml::node& node) { role.second_step = reading.flag(node); }},
    {"must_end", [](Role& role, const Reading& reading, const toml::node& node) { role.must_end = reading.flag(node); }},
};

Role read_role(std::string key, const toml::node& node, const Reading& reading) {
  const toml::table* table = node.as_table();
  if (table == nullptr || std::ranges::find(role_keys, key) == std::end(role_keys)) {
    reading.fail(node.source(), fmt::format("「{}」という役割はありません。", key), fmt::format("役割は {} です。", fmt::join(role_keys, "、")));
  }
  Role role{std::move(key), {}, {}, false, {}, false, false};
  for (const auto& [name, value] : *table) {
    auto entry = std::ranges::find(entries, name.str(), &std::pair<std::string_view, Take>::first);
    if (entry == std::end(entries)) reading.fail(value.source(), fmt::format("「{}.{}」という項目はありません。", role.key, name.str()), "綴りを確認してください。");
    entry->second(role, reading, value);
  }
  if (role.name.empty()) reading.fail(node.source(), fmt::format("役割「{}」に name がありません。", role.key), "画面に出る名前を書いてください。");
  if (role.key == "administrator" && std::ranges::find(role.tasks, corpus::Task::administer) == role.tasks.end()) {
    reading.fail(node.source(), "administrator の tasks に administer がありません。", "管理する人がいなくなるため、外せません。");
  }
  if (!role.sees_all && std::ranges::find(role.tasks, corpus::Task::administer) != role.tasks.end()) {
    reading.fail(node.source(), fmt::format("役割「{}」は、administer があるのに sees_all がありません。", role.key),
                 "管理する人は、どの資料の題名も知ることができます。sees_all = true と書くか、tasks から administer を外してください。");
  }
  if (role.sees_all) role.audiences = corpus::Viewer::everything().audiences;
  return role;
}

std::vector<Role> read_roles(std::string_view text, const std::string& file) {
  Reading reading{file};
  std::vector<Role> roles;
  try {
    toml::table table = toml::parse(text);
    for (const auto& [key, node] : table) roles.push_back(read_role(std::string(key.str()), node, reading));
  } catch (const toml::parse_error& e) {
    reading.fail(e.source(), fmt::format("TOML として読めません（{}）。", e.description()), "書き方を確認してください。");
  }
  for (std::string_view key : role_keys) {
    if (std::ranges::find(roles, key, &Role::key) == roles.end()) {
      throw Error(ErrorKind::invalid, fmt::format("役割の表 {} に、役割「{}」がありません。", file, key), "6つの役割をすべて書いてください。");
    }
  }
  auto place = [](const Role& role) { return std::ranges::find(role_keys, role.key); };
  std::ranges::sort(roles, {}, place);
  return roles;
}

}  // namespace

AccessTable::AccessTable() : roles_(read_roles(people_tables.front().second, "access.toml")) {}

AccessTable::AccessTable(const std::filesystem::path& file) : roles_(read_roles(store::read_file(file, 1 << 20), file.string())) {}

const Role* AccessTable::find(std::string_view key) const {
  auto found = std::ranges::find(roles_, key, &Role::key);
  return found == roles_.end() ? nullptr : &*found;
}

}  // namespace shirube::people
