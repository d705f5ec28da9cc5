#pragma once

#include <SQLiteCpp/Statement.h>

#include "store/event_log.h"

// Private to store/: the columns of events, in the order in which read_event takes them.
namespace shirube::store {

inline constexpr const char* event_columns = "id, at, action, kept, clock, actor, address, subject, detail, before, after, salt, content, hash";

EventRow read_event(SQLite::Statement& statement);

}  // namespace shirube::store
