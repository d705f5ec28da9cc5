#include "store/event_log.h"

#include <SQLiteCpp/Statement.h>

namespace shirube::store {

void append(SQLite::Database& db, const Event& event) {
  SQLite::Statement insert(db, "INSERT INTO events (actor, action, subject, detail) VALUES (?, ?, ?, ?)");
  insert.bind(1, event.actor);
  insert.bind(2, event.action);
  insert.bind(3, event.subject);
  insert.bind(4, event.detail);
  insert.exec();
}

}  // namespace shirube::store
