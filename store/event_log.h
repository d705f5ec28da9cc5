#pragma once

#include <SQLiteCpp/Database.h>

#include <string>

namespace shirube::store {

/// Who acts, and from where.
struct Actor {
  std::string name = "command";  ///< a person's sign-in name; "command" for the command line, "service" for the service itself
  std::string address{};         ///< of a client on the network; empty: on the machine itself
};

/// Who acts in this thread until the end of the scope: events tell it. Scopes may be nested. Where there is none, it
/// is the command line. For the thread that made it.
class Acting {
 public:
  explicit Acting(Actor actor);
  ~Acting();
  Acting(const Acting&) = delete;
  Acting& operator=(const Acting&) = delete;

  static const Actor& now();

 private:
  Actor before_;
};

/// Something that was done. Rows are only ever added.
struct Event {
  std::string action;     ///< "edition.add", "index.build"
  std::string subject;    ///< on what: a document's slug, an edition's address
  std::string detail{};   ///< for people; no secrets
  std::string before{}, after{};  ///< of a change, what stood there; no secrets
};

/// Writes an event within the transaction that it tells of, as done by who acts in this thread.
void append(SQLite::Database& db, const Event& event);

}  // namespace shirube::store
