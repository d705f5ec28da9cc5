#include "store/event_log.h"

#include <SQLiteCpp/Statement.h>

#include <utility>

namespace shirube::store {

namespace {

Actor& acting() {
  static thread_local Actor actor;
  return actor;
}

}  // namespace

Acting::Acting(Actor actor) : before_(std::exchange(acting(), std::move(actor))) {}
Acting::~Acting() { acting() = std::move(before_); }
const Actor& Acting::now() { return acting(); }

void append(SQLite::Database& db, const Event& event) {
  SQLite::Statement insert(db, "INSERT INTO events (actor, address, action, subject, detail, before, after) VALUES (?, ?, ?, ?, ?, ?, ?)");
  const Actor& actor = Acting::now();
  int at = 0;
  for (const std::string* value : {&actor.name, &actor.address, &event.action, &event.subject, &event.detail, &event.before, &event.after}) insert.bind(++at, *value);
  insert.exec();
}

}  // namespace shirube::store
