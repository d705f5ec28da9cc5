#pragma once

#include <SQLiteCpp/Database.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

// Who did what: a list that is only added to, each entry holding the hash of the one before (event_chain.h).
//
// Rows are written by append() alone. Triggers of the table refuse any other INSERT, UPDATE and DELETE; the one way past them is
// retain() (event_retention.h), which raises a mark for the length of its transaction. The triggers guard against mistakes of the
// program. Against who can write to the file only the chain does, and against who rewrites all of it only a head that was noted
// elsewhere: see event_chain.h.
//
// Whoever may read events at all (corpus::Task::events) reads their subjects, which are addresses, as they stand: a list from which
// an audience cuts out what was done would hide it from those who look. What an event tells of a document beyond its address is
// for those who may see the document (web/event_list.h).
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
  std::string action;     ///< "edition.add", "index.build": what, then what with it; a-z, 0-9 and . _ -
  std::string subject;    ///< on what: a document's slug, an edition's address
  std::string detail{};   ///< for people; no secrets
  std::string before{}, after{};  ///< of a change, what stood there; no secrets
};

/// Longest fields, in bytes; what is longer is cut before a character and ends in 「…」.
constexpr size_t longest_action = 64, longest_actor = 200, longest_subject = 1000, longest_detail = 2000, longest_change = 4000;

/// Writes an event within the transaction that it tells of, as done by who acts in this thread. Characters of control, those that
/// turn the direction of writing, and bytes that are no UTF-8 do not go in. Must be called within a write of a Database.
void append(SQLite::Database& db, const Event& event);
/// The same by a clock that says `now` (text/instant.h). Where that is before the last event, the event bears the last one's time,
/// and what the clock said in `clock` if it is more than five seconds off.
void append(SQLite::Database& db, const Event& event, const std::string& now);

/// `text` as append() keeps it: at most so many bytes, without what must not stand in a line.
std::string printable(std::string_view text, size_t most_bytes);

/// An event as it is kept. Of one that was removed by rule only id, at, action, content and hash are left, and `kept` is false.
struct EventRow {
  int64_t id = 0;
  std::string at;  ///< UTC
  std::string action;
  bool kept = true;
  std::string clock, actor, address, subject, detail, before, after;
  std::string salt;  ///< random, so that nobody can try out what a removed event may have held
  std::string content, hash;  ///< SHA-256, see event_chain.h
};

/// Which events. What is empty does not narrow.
struct EventFilter {
  std::string from{}, to{};  ///< UTC: from the one on, before the other
  std::string actor{};       ///< exactly
  std::vector<std::string> actions{};  ///< one of these names, or beginnings of names that end in *
  std::string subject{};     ///< its beginning
  int64_t after = 0, before = INT64_MAX;  ///< numbers: beyond the one, below the other
  bool removed = false;      ///< also what is left of removed ones
};

enum class EventOrder { oldest_first, newest_first };

/// Calls `each` with the events of a filter until it returns false.
void each_event(SQLite::Database& db, const EventFilter& filter, EventOrder order, const std::function<bool(const EventRow&)>& each);

/// True for a name of an action, or the beginning of one with * behind it.
bool is_action_pattern(std::string_view pattern);
bool matches_action(std::string_view pattern, std::string_view action);

}  // namespace shirube::store
