#include "store/queue.h"

#include <SQLiteCpp/Statement.h>

namespace shirube::store {

namespace {

std::vector<QueueEntry> entries(SQLite::Database& db, const char* sql, int64_t after, int most) {
  SQLite::Statement select(db, sql);
  select.bind(1, after);
  select.bind(2, most);
  std::vector<QueueEntry> entries;
  while (select.executeStep()) entries.push_back({select.getColumn(0).getInt64(), select.getColumn(1).getInt64(), select.getColumn(2).getInt() ? Change::facts : Change::edition});
  return entries;
}

}  // namespace

void enqueue(SQLite::Database& db, int64_t edition_id, Change change) {
  SQLite::Statement insert(db, "INSERT INTO queue (edition_id, corrected) VALUES (?, ?)");
  insert.bind(1, edition_id);
  insert.bind(2, change == Change::facts ? 1 : 0);
  insert.exec();
  if (change == Change::facts) db.exec("INSERT INTO settings (name, value) VALUES ('corrections', '1') ON CONFLICT (name) DO UPDATE SET value = value + 1");
}

std::vector<QueueEntry> queued(SQLite::Database& db, int64_t after, int most) {
  return entries(db, "SELECT id, edition_id, corrected FROM queue WHERE id > ? ORDER BY id LIMIT ?", after, most);
}

std::vector<QueueEntry> corrected(SQLite::Database& db, int64_t after, int most) {
  return entries(db, "SELECT id, edition_id, corrected FROM queue WHERE id > ? AND corrected = 1 ORDER BY id LIMIT ?", after, most);
}

int64_t corrections_made(SQLite::Database& db) { return db.execAndGet("SELECT ifnull((SELECT CAST(value AS INTEGER) FROM settings WHERE name = 'corrections'), 0)").getInt64(); }

std::vector<int64_t> corrected_editions(SQLite::Database& db) {
  std::vector<int64_t> editions;
  SQLite::Statement select(db, "SELECT DISTINCT edition_id FROM queue WHERE corrected = 1 ORDER BY 1");
  while (select.executeStep()) editions.push_back(select.getColumn(0).getInt64());
  return editions;
}

int64_t queue_length(SQLite::Database& db) { return db.execAndGet("SELECT count(*) FROM queue").getInt64(); }

void dequeue(SQLite::Database& db, const std::vector<QueueEntry>& entries) {
  SQLite::Statement remove(db, "DELETE FROM queue WHERE id = ?");
  for (const auto& entry : entries) {
    remove.bind(1, entry.id);
    remove.exec();
    remove.reset();
  }
}

}  // namespace shirube::store
