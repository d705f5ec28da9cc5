#include "store/volume.h"

#include "store/database.h"
#include "store/queue.h"

namespace shirube::store {

Volume volume(const Database& database) {
  return database.read([](SQLite::Database& db) {
    auto number = [&](const char* sql) { return db.execAndGet(sql).getInt64(); };
    return Volume{number("SELECT count(*) FROM documents"), number("SELECT count(*) FROM editions"), number("SELECT coalesce(max(id), 0) FROM clauses"), queue_length(db)};
  });
}

}  // namespace shirube::store
