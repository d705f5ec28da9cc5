#pragma once

#include <SQLiteCpp/Database.h>

#include <cstdint>
#include <vector>

// The queue that keeps the index in step with the truth. An entry is written in the transaction of
// the change it tells of and removed after the index has committed it; between the two, replaying
// is harmless.
namespace shirube::store {

struct QueueEntry {
  int64_t id;
  int64_t edition_id;
};

void enqueue(SQLite::Database& db, int64_t edition_id);

/// Up to `most` entries with an id above `after`, oldest first.
std::vector<QueueEntry> queued(SQLite::Database& db, int64_t after, int most);

int64_t queue_length(SQLite::Database& db);

/// Removes exactly these entries; an edition queued again meanwhile stays queued.
void dequeue(SQLite::Database& db, const std::vector<QueueEntry>& entries);

}  // namespace shirube::store
