#include "corpus/basket.h"

#include <fmt/format.h>

#include <algorithm>

#include "corpus/rows.h"
#include "store/database.h"
#include "text/error.h"
#include "text/utf8.h"

namespace shirube::corpus {

namespace {

/// The whole of a short text; the first sentences of a long one.
std::string beginning_of(const std::string& text) {
  if (text::length_utf8(text) <= longest_kept_quote) return text;
  std::u32string all = text::to_utf32(text).substr(0, longest_kept_quote);
  size_t end = all.rfind(U'。');
  return text::to_utf8(end == all.npos ? all : all.substr(0, end + 1));
}

std::string checked_quote(const std::string& quote, const std::string& text) {
  if (text::length_utf8(quote) > longest_kept_quote) {
    throw Error(ErrorKind::invalid, fmt::format("付箋に残す言葉が長すぎます（{}文字まで）。", longest_kept_quote), "残したい所だけを選んでください。");
  }
  if (text.find(quote) == text.npos) throw Error(ErrorKind::invalid, "選んだ言葉は、この条項の本文にありません。", "条項の本文の中だけを選んでください。");
  return quote;
}

int64_t count_of(SQLite::Database& db, int64_t owner) {
  SQLite::Statement row(db, "SELECT count(*) FROM basket WHERE owner = ?");
  row.bind(1, owner);
  row.executeStep();
  return row.getColumn(0).getInt64();
}

bool run(SQLite::Database& db, const char* sql, std::initializer_list<int64_t> values) {
  SQLite::Statement statement(db, sql);
  int at = 0;
  for (int64_t value : values) statement.bind(++at, value);
  return statement.exec() > 0;
}

}  // namespace

void Basket::add(const Viewer& viewer, int64_t owner, const std::string& slug, const std::string& key, const std::string& path, const std::string& quote) {
  auto placed = library_.clause(viewer, slug, key, path);
  if (!placed) throw Error(ErrorKind::missing, "条項が見つかりません。", "検索または資料一覧からお探しください。");
  const std::string kept = quote.empty() ? beginning_of(placed->clause.text) : checked_quote(quote, placed->clause.text);
  database_.write([&](SQLite::Database& db) {
    SQLite::Statement insert(db, "INSERT INTO basket (owner, number, position, clause_id, quote) "
                                 "SELECT :owner, ifnull(max(number), 0) + 1, ifnull(max(position), 0) + 1, :clause, :quote FROM basket WHERE owner = :owner "
                                 "ON CONFLICT (owner, clause_id) DO UPDATE SET quote = CASE WHEN :said THEN excluded.quote ELSE quote END");
    insert.bind(":owner", owner);
    insert.bind(":clause", placed->id);
    insert.bind(":quote", kept);
    insert.bind(":said", quote.empty() ? 0 : 1);
    insert.exec();
    if (count_of(db, owner) > static_cast<int64_t>(most_kept_citations)) {
      throw Error(ErrorKind::conflict, fmt::format("付箋は{}枚までです。", most_kept_citations), "付箋の画面で、要らないものを外してください。");
    }
  });
}

bool Basket::remove(int64_t owner, int64_t number) {
  return database_.write([&](SQLite::Database& db) { return run(db, "DELETE FROM basket WHERE owner = ? AND number = ?", {owner, number}); });
}

bool Basket::move(int64_t owner, int64_t number, Direction direction) {
  return database_.write([&](SQLite::Database& db) {
    SQLite::Statement own(db, "SELECT position FROM basket WHERE owner = ? AND number = ?");
    own.bind(1, owner);
    own.bind(2, number);
    if (!own.executeStep()) return false;
    const int64_t position = own.getColumn(0).getInt64();
    SQLite::Statement other(db, direction == Direction::up ? "SELECT number, position FROM basket WHERE owner = ? AND position < ? ORDER BY position DESC LIMIT 1"
                                                           : "SELECT number, position FROM basket WHERE owner = ? AND position > ? ORDER BY position LIMIT 1");
    other.bind(1, owner);
    other.bind(2, position);
    if (!other.executeStep()) return true;
    const int64_t neighbour = other.getColumn(0).getInt64(), place = other.getColumn(1).getInt64();
    constexpr const char* put = "UPDATE basket SET position = ? WHERE owner = ? AND number = ?";
    run(db, put, {place, owner, number});
    run(db, put, {position, owner, neighbour});
    return true;
  });
}

void Basket::clear(int64_t owner) {
  database_.write([&](SQLite::Database& db) { run(db, "DELETE FROM basket WHERE owner = ?", {owner}); });
}

std::vector<KeptCitation> Basket::list(const Viewer& viewer, int64_t owner) const {
  std::vector<KeptCitation> out;
  std::vector<int64_t> seen;  // numbers of clauses, as far as they are seen
  database_.read([&](SQLite::Database& db) {
    SQLite::Statement row(db, fmt::format("SELECT b.number, b.added_at, s.id, CASE WHEN s.id IS NOT NULL THEN b.quote ELSE '' END FROM basket b LEFT JOIN "
                                          "(SELECT c.id FROM basket k JOIN clauses c ON c.id = k.clause_id JOIN editions e ON e.id = c.edition_id JOIN documents d ON d.id = e.document_id "
                                          "WHERE k.owner = :owner AND {} AND {}) s ON s.id = b.clause_id WHERE b.owner = :owner ORDER BY b.position",
                                          visible(viewer), visible_clause(viewer)));
    bind_viewer(row, viewer);
    row.bind(":owner", owner);
    while (row.executeStep()) {
      out.push_back({row.getColumn(0).getInt64(), std::nullopt, row.getColumn(3).getString(), row.getColumn(1).getString()});
      seen.push_back(row.getColumn(2).isNull() ? 0 : row.getColumn(2).getInt64());
    }
  });
  for (auto& placed : library_.clauses_by_id(viewer, seen)) {
    out[static_cast<size_t>(std::ranges::find(seen, placed.id) - seen.begin())].clause = std::move(placed);
  }
  // One may have been closed to this viewer between the two looks.
  for (auto& kept : out) {
    if (!kept.clause) kept.quote.clear();
  }
  return out;
}

size_t Basket::count(int64_t owner) const {
  return database_.read([&](SQLite::Database& db) { return static_cast<size_t>(count_of(db, owner)); });
}

}  // namespace shirube::corpus
