#pragma once

#include <SQLiteCpp/Database.h>

#include <string>

namespace shirube::store {

/// Something a person or a command did. Rows are only ever added.
struct Event {
  std::string actor;    ///< who: "command" for the command line
  std::string action;   ///< "edition.add", "index.rebuild"
  std::string subject;  ///< on what: a document's slug, an edition's address
  std::string detail;   ///< for people; no secrets
};

/// Writes an event within the transaction that it tells of.
void append(SQLite::Database& db, const Event& event);

}  // namespace shirube::store
