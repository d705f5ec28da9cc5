#pragma once

#include <SQLiteCpp/Database.h>

#include <cstdint>
#include <vector>

// The queue that keeps the index in step with the truth. An entry is written in the transaction of
// the change it tells of and removed after the index has committed it; between the two, replaying
// is harmless.
namespace shirube::store {

/// What the index is told of an edition.
enum class Change {
  edition,  ///< it came, or came into force, or another one followed it
  facts,    ///< facts of its document were corrected: what was made of the old ones is to go
};

struct QueueEntry {
  int64_t id;
  int64_t edition_id;
  Change change;
};

void enqueue(SQLite::Database& db, int64_t edition_id, Change change);

/// Up to `most` entries with an id above `after`, oldest first.
std::vector<QueueEntry> queued(SQLite::Database& db, int64_t after, int most);
/// Of them those of corrected facts alone.
std::vector<QueueEntry> corrected(SQLite::Database& db, int64_t after, int most);

int64_t queue_length(SQLite::Database& db);

/// How many corrections were ever queued. While it stands still, whoever read corrected_editions() and then opened the
/// index knows of every correction that what they opened may not hold.
int64_t corrections_made(SQLite::Database& db);
/// The editions whose corrected facts wait for the index, in order.
std::vector<int64_t> corrected_editions(SQLite::Database& db);

/// Removes exactly these entries; an edition queued again meanwhile stays queued.
void dequeue(SQLite::Database& db, const std::vector<QueueEntry>& entries);

}  // namespace shirube::store
