// Named groups: an audience each.
#include <fmt/format.h>

#include <algorithm>

#include "people/accounts.h"
#include "store/database.h"
#include "store/event_log.h"
#include "text/compose.h"
#include "text/error.h"
#include "text/utf8.h"

namespace shirube::people {

namespace {

constexpr size_t longest_group = 50, most_groups = 1000;

void check_group(const std::string& name) {
  size_t length = text::length_utf8(name);
  bool listed = name.find("、") != name.npos;  // events and pages list audiences by it
  bool unseen = std::ranges::any_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  if (length == 0 || length > longest_group || unseen || listed || text::trim(name) != name || text::compose(name) != name) {
    throw Error(ErrorKind::invalid, "グループの名前が正しくありません。", fmt::format("「、」を使わず、{}文字までの1行で書いてください。", longest_group));
  }
  if (corpus::key_of(corpus::audiences(), name)) throw Error(ErrorKind::invalid, fmt::format("「{}」は公開範囲の名前です。", name), "別の名前にしてください。");
}

/// Where a group may stand as an audience. A table that has no such column is passed over.
constexpr struct {
  const char *table, *column, *audience, *what;
} holders[] = {{"documents", "audience", "audience", "資料"},
               {"clauses", "audience", "audience", "条項"},
               {"drafts", "facts", "iif(state <> 'published', facts ->> 'audience', '')", "下書き"},
               {"records", "audience", "audience", "記録"}};

}  // namespace

std::vector<std::string> Accounts::groups() const {
  return database_.read([](SQLite::Database& db) {
    std::vector<std::string> names;
    SQLite::Statement row(db, "SELECT name FROM groups ORDER BY name");
    while (row.executeStep()) names.push_back(row.getColumn(0).getString());
    return names;
  });
}

void Accounts::add_group(const std::string& name) {
  check_group(name);
  database_.write([&](SQLite::Database& db) {
    SQLite::Statement insert(db, "INSERT OR IGNORE INTO groups (name) VALUES (?)");
    insert.bind(1, name);
    if (insert.exec() == 0) throw Error(ErrorKind::conflict, fmt::format("グループ「{}」はもうあります。", name), "別の名前にしてください。");
    if (db.execAndGet("SELECT count(*) FROM groups").getInt64() > static_cast<int64_t>(most_groups)) {
      throw Error(ErrorKind::conflict, fmt::format("グループは{}までです。", most_groups), "要らないグループを除いてください。");
    }
    store::append(db, {"group.add", name});
  });
}

void Accounts::remove_group(const std::string& name) {
  for (const auto& role : table_.roles()) {
    if (std::ranges::find(role.audiences, name) != role.audiences.end()) {
      throw Error(ErrorKind::conflict, fmt::format("グループ「{}」は、役割「{}」の表にあります。", name, role.name), "先に access.toml から除いてください。");
    }
  }
  database_.write([&](SQLite::Database& db) {
    for (const auto& [table, column, audience, what] : holders) {
      SQLite::Statement known(db, "SELECT 1 FROM pragma_table_info(?) WHERE name = ?");
      known.bind(1, table);
      known.bind(2, column);
      if (!known.executeStep()) continue;
      SQLite::Statement row(db, fmt::format("SELECT count(*) FROM {} WHERE {} = ?", table, audience));
      row.bind(1, name);
      row.executeStep();
      if (auto count = row.getColumn(0).getInt64(); count > 0) {
        throw Error(ErrorKind::conflict, fmt::format("グループ「{}」を公開範囲とする{}が{}件あります。", name, what, count), "先に、その公開範囲を変えてください。");
      }
    }
    SQLite::Statement members(db, "SELECT count(*) FROM account_groups WHERE name = ?");
    members.bind(1, name);
    members.executeStep();
    SQLite::Statement remove(db, "DELETE FROM groups WHERE name = ?");
    remove.bind(1, name);
    if (remove.exec() == 0) throw Error(ErrorKind::missing, fmt::format("グループ「{}」はありません。", text::clamp_utf8(name, 150)), "グループの一覧で確かめてください。");
    store::append(db, {"group.remove", name, fmt::format("属していた人 {}人", members.getColumn(0).getInt64())});
  });
}

}  // namespace shirube::people
