#pragma once

#include <SQLiteCpp/Database.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

// How long events are kept, and how old ones go without breaking the chain.
//
// Events of different rules stand between each other, so that no whole stretch of the chain can go at once. What is removed of an
// event is its content: who, from where, on what, detail, before, after. Its number, time and action stay with the hash of the
// content, which is all that the links are computed from (event_chain.h), so that every link is still verified. The content's
// random salt goes too; without it nobody can find out by trial what was removed. Where nothing but such remains stands at the
// beginning, they go altogether, and a checkpoint keeps the last one's number and hash: there the chain begins from then on.
//
// Removing goes in steps, each a transaction of its own, so that whoever writes comes in between, and a kill leaves a chain
// that is sound and the rest to the next time. Each step is an event itself (events.retain) that tells of each rule up to what
// time it removed, how many, and the checkpoint. verify() holds against these what is removed: content that is gone without a rule that the chain tells of, and a
// beginning that is, are breaks.
namespace shirube::store {

class Database;

/// Events of these actions are kept for so many days.
struct RetentionRule {
  std::string actions;  ///< see is_action_pattern()
  int days = 0;
};

constexpr size_t most_rules = 20, longest_pattern = 40;
constexpr int most_days = 36500;

/// Reads "search*=90". Of several rules for an action the first one counts; without any, events are kept for ever. Throws
/// Error{invalid} naming the rule at fault.
std::vector<RetentionRule> parse_rules(std::span<const std::string> written);

/// Says what time it is (text/instant.h).
using Clock = std::function<std::string()>;

/// Removes what is older than its rule, `retained_at_a_time` events a step, and tells each step in an event. What is older is decided
/// by the clock at the beginning, which is asked again within each step for when that was. Returns how many events it removed the
/// content of. Ends after the step at which `stop` is set. For one at a time.
uint64_t retain(Database& database, std::span<const RetentionRule> rules, const Clock& clock, const std::atomic<bool>& stop);
constexpr size_t retained_at_a_time = 5000;

/// Whether the times of the events leap by more than `longest_pause_days` to within as many days before `now`: then either nothing
/// happened for long, or the clock was set forward and every event but the newest looks old. Nothing is to be removed until the
/// log has gone on for so long, which gives people the time to set the clock right.
bool leapt(SQLite::Database& db, const std::string& now);
constexpr int longest_pause_days = 7;

/// What the chain tells of removals so far. For verify().
struct ToldRemovals {
  struct Removal {
    std::string actions, before;  ///< those of these actions that are older than this
  };
  std::vector<std::vector<Removal>> passes;
  int64_t checkpoint_id = 0;
  std::string checkpoint_hash;

  /// Before what time events of an action may be without content; empty: none may.
  std::string cutoff_of(const std::string& action) const;
};
ToldRemovals told_removals(SQLite::Database& db);

}  // namespace shirube::store
