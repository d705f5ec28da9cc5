#include "corpus/favourite.h"

#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <algorithm>

#include "store/database.h"
#include "text/error.h"
#include "text/utf8.h"

namespace shirube::corpus {

namespace {

std::string checked_name(const std::string& name) {
  std::string_view said = text::trim(name);
  bool unseen = std::ranges::any_of(said, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  if (said.empty() || unseen || !text::is_valid_utf8(said) || text::length_utf8(said) > longest_search_name) {
    throw Error(ErrorKind::invalid, "検索の名前が正しくありません。", fmt::format("{}文字までの1行で付けてください。", longest_search_name));
  }
  return std::string(said);
}

int64_t number_of(SQLite::Database& db, const char* sql, int64_t owner) {
  SQLite::Statement row(db, sql);
  row.bind(1, owner);
  row.executeStep();
  return row.getColumn(0).getInt64();
}

SavedSearch read_search(SQLite::Statement& row) {
  return {row.getColumn(0).getInt64(), row.getColumn(1).getString(), row.getColumn(2).getString(), row.getColumn(3).getInt64(), row.getColumn(4).getInt64(), row.getColumn(5).getInt64(), row.getColumn(6).getString()};
}

constexpr const char* search_columns = "number, name, address, first_clause, shown_clause, seen_clause, added_at";

}  // namespace

int64_t Favourites::save(int64_t owner, const std::string& name, const std::string& address, int64_t last) {
  const std::string said = checked_name(name);
  if (address.size() > longest_search_address) throw Error(ErrorKind::invalid, "この検索は、長すぎて保存できません。", "言葉や絞り込みを減らしてください。");
  return database_.write([&](SQLite::Database& db) {
    SQLite::Statement insert(db, "INSERT INTO saved_searches (owner, number, name, address, first_clause, shown_clause, seen_clause) "
                                 "SELECT :owner, ifnull(max(number), 0) + 1, :name, :address, :last, :last, :last FROM saved_searches WHERE owner = :owner "
                                 "ON CONFLICT (owner, address) DO UPDATE SET name = excluded.name RETURNING number");
    insert.bind(":last", last);
    insert.bind(":owner", owner);
    insert.bind(":name", said);
    insert.bind(":address", address);
    insert.executeStep();
    const int64_t number = insert.getColumn(0).getInt64();
    insert.reset();
    if (number_of(db, "SELECT count(*) FROM saved_searches WHERE owner = ?", owner) > static_cast<int64_t>(most_saved_searches)) {
      throw Error(ErrorKind::conflict, fmt::format("保存できる検索は{}件までです。", most_saved_searches), "お気に入りの画面で、要らないものを外してください。");
    }
    return number;
  });
}

bool Favourites::rename(int64_t owner, int64_t number, const std::string& name) {
  const std::string said = checked_name(name);
  return database_.write([&](SQLite::Database& db) {
    SQLite::Statement update(db, "UPDATE saved_searches SET name = ? WHERE owner = ? AND number = ?");
    update.bind(1, said);
    update.bind(2, owner);
    update.bind(3, number);
    return update.exec() > 0;
  });
}

bool Favourites::forget(int64_t owner, int64_t number) {
  return database_.write([&](SQLite::Database& db) {
    SQLite::Statement remove(db, "DELETE FROM saved_searches WHERE owner = ? AND number = ?");
    remove.bind(1, owner);
    remove.bind(2, number);
    return remove.exec() > 0;
  });
}

void Favourites::show(int64_t owner, int64_t number, int64_t last) {
  database_.write([&](SQLite::Database& db) {
    SQLite::Statement update(db, "UPDATE saved_searches SET shown_clause = ? WHERE owner = ? AND number = ?");
    update.bind(1, last);
    update.bind(2, owner);
    update.bind(3, number);
    update.exec();
  });
}

bool Favourites::look(int64_t owner, int64_t number) {
  return database_.write([&](SQLite::Database& db) {
    SQLite::Statement update(db, "UPDATE saved_searches SET seen_clause = shown_clause WHERE owner = ? AND number = ?");
    update.bind(1, owner);
    update.bind(2, number);
    return update.exec() > 0;
  });
}

std::vector<SavedSearch> Favourites::searches(int64_t owner) const {
  return database_.read([&](SQLite::Database& db) {
    std::vector<SavedSearch> out;
    SQLite::Statement row(db, fmt::format("SELECT {} FROM saved_searches WHERE owner = ? ORDER BY name, number", search_columns));
    row.bind(1, owner);
    while (row.executeStep()) out.push_back(read_search(row));
    return out;
  });
}

std::optional<SavedSearch> Favourites::search(int64_t owner, int64_t number) const {
  return database_.read([&](SQLite::Database& db) -> std::optional<SavedSearch> {
    SQLite::Statement row(db, fmt::format("SELECT {} FROM saved_searches WHERE owner = ? AND number = ?", search_columns));
    row.bind(1, owner);
    row.bind(2, number);
    if (!row.executeStep()) return std::nullopt;
    return read_search(row);
  });
}

void Favourites::add(const Viewer& viewer, int64_t owner, const std::string& slug) {
  auto document = library_.document(viewer, slug);
  if (!document) throw Error(ErrorKind::missing, "資料が見つかりません。", "検索または資料一覧からお探しください。");
  database_.write([&](SQLite::Database& db) {
    SQLite::Statement insert(db, "INSERT OR IGNORE INTO favourite_documents (owner, document_id) VALUES (?, ?)");
    insert.bind(1, owner);
    insert.bind(2, document->id);
    insert.exec();
    if (number_of(db, "SELECT count(*) FROM favourite_documents WHERE owner = ?", owner) > static_cast<int64_t>(most_favourite_documents)) {
      throw Error(ErrorKind::conflict, fmt::format("お気に入りの資料は{}点までです。", most_favourite_documents), "お気に入りの画面で、要らないものを外してください。");
    }
  });
}

bool Favourites::remove(int64_t owner, const std::string& slug) {
  return database_.write([&](SQLite::Database& db) {
    SQLite::Statement remove(db, "DELETE FROM favourite_documents WHERE owner = ? AND document_id = (SELECT id FROM documents WHERE slug = ?)");
    remove.bind(1, owner);
    remove.bind(2, slug);
    return remove.exec() > 0;
  });
}

bool Favourites::holds(int64_t owner, const std::string& slug) const {
  return database_.read([&](SQLite::Database& db) {
    SQLite::Statement row(db, "SELECT 1 FROM favourite_documents f JOIN documents d ON d.id = f.document_id WHERE f.owner = ? AND d.slug = ?");
    row.bind(1, owner);
    row.bind(2, slug);
    return row.executeStep();
  });
}

std::vector<Library::Listed> Favourites::documents(const Viewer& viewer, int64_t owner) const {
  auto slugs = database_.read([&](SQLite::Database& db) {
    std::vector<std::string> out;
    SQLite::Statement row(db, "SELECT d.slug FROM favourite_documents f JOIN documents d ON d.id = f.document_id WHERE f.owner = ? ORDER BY d.title, d.id");
    row.bind(1, owner);
    while (row.executeStep()) out.push_back(row.getColumn(0).getString());
    return out;
  });
  std::vector<Library::Listed> out;
  for (const auto& slug : slugs) {
    auto document = library_.document(viewer, slug);
    auto editions = document ? library_.editions(viewer, slug) : std::vector<Edition>{};
    if (editions.empty()) continue;
    auto current = std::ranges::find(editions, EditionState::current, &Edition::state);
    out.push_back({std::move(*document), current == editions.end() ? editions.front() : *current, 0});
  }
  return out;
}

std::string Favourites::news_seen(int64_t owner) const {
  return database_.read([&](SQLite::Database& db) -> std::string {
    SQLite::Statement row(db, "SELECT seen_at FROM news_seen WHERE owner = ?");
    row.bind(1, owner);
    return row.executeStep() ? row.getColumn(0).getString() : "";
  });
}

void Favourites::see_news(int64_t owner, const std::string& instant) {
  database_.write([&](SQLite::Database& db) {
    SQLite::Statement put(db, "INSERT INTO news_seen (owner, seen_at) VALUES (?, ?) ON CONFLICT (owner) DO UPDATE SET seen_at = excluded.seen_at");
    put.bind(1, owner);
    put.bind(2, instant);
    put.exec();
  });
}

}  // namespace shirube::corpus
