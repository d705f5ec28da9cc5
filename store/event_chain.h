#pragma once

#include <SQLiteCpp/Database.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "store/event_log.h"

// The chain that holds the events together.
//
//   content = SHA-256( n("shirube event 1") n(clock) n(actor) n(address) n(subject) n(detail) n(before) n(after) n(salt) )
//   hash    = SHA-256( n("shirube link 1") n(hash of the event before) n(id in decimal) n(at) n(action) n(content) )
//
// in lower-case hexadecimal, where n(x) is the length of x in bytes, in decimal, then ':', x and ','  (a netstring: no two lists of
// fields are written alike). Before the first event stand 64 zeros. Ids count from 1 without a gap, and times never go back.
//
// What verify() proves: nobody changed, took out, put in or reordered events without also computing the chain anew from there on.
// Who can write to the file can do that, as the hashes are no secret, and can cut the end off without computing anything, if they
// set back the note of the end as well. Both show only when the head of an earlier day was noted where they cannot write
// (`shirube events head`, the log of the service, the backups): `noted`.
// Events that nobody wrote down in the first place, and what the program is made to write by who controls it, no chain shows.
namespace shirube::store {

/// The end of the chain: the newest event, {0, zeros} when there is none.
struct Head {
  int64_t id = 0;
  std::string hash, at;
  /// "12:0a1b…", as it is noted outside.
  std::string written() const;
};
Head head(SQLite::Database& db);
/// Reads "id:hash". nullopt for anything else.
std::optional<Head> parse_head(std::string_view written);

std::string content_hash(const EventRow& row);
std::string link_hash(const EventRow& row, std::string_view previous);

/// What is wrong with the first broken link.
enum class Fault {
  none,
  changed,     ///< the event, or the hash it was joined by, is not what was written
  missing,     ///< events were taken out before this one
  inserted,    ///< this one was put in
  reordered,   ///< this one stood elsewhere
  cut,         ///< the chain once went on after this one
  unfounded,   ///< its content was removed, but no rule of retention that the chain tells of covers it
  checkpoint,  ///< the beginning was removed, and not as the chain tells
  elsewhere,   ///< the event of the noted head is another
};

struct Verdict {
  Fault fault = Fault::none;
  int64_t id = 0;         ///< the event at which the chain breaks
  uint64_t events = 0;    ///< looked at and found sound
  uint64_t removed = 0;   ///< of those, removed by rule
  int64_t first = 1;      ///< the number with which the chain begins now
  Head end{};             ///< of the chain
  bool noted_is_gone = false;  ///< the noted event was removed from the beginning: nothing can be said of it
  bool sound() const { return fault == Fault::none; }
  /// In a sentence or two, for people.
  std::string said() const;
};

/// Reads the whole chain, some hundred thousand events a second. `progress` is told (done, all). To be called within a read of a
/// Database, so that what is appended meanwhile plays no part.
Verdict verify(SQLite::Database& db, const std::function<void(uint64_t, uint64_t)>& progress, const std::optional<Head>& noted = {});

/// The event by which a verification is told: of action "events.verify", or "events.broken".
Event event_of(const Verdict& verdict);

}  // namespace shirube::store
