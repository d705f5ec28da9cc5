#include "store/event_retention.h"

#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "store/database.h"
#include "store/event_chain.h"
#include "store/event_log.h"
#include "text/error.h"
#include "text/instant.h"
#include "text/utf8.h"

namespace shirube::store {

namespace {

const std::string retain_action = "events.retain";

const RetentionRule* rule_of(std::span<const RetentionRule> rules, std::string_view action) {
  auto found = std::ranges::find_if(rules, [&](const auto& rule) { return matches_action(rule.actions, action); });
  return found == rules.end() ? nullptr : &*found;
}

std::vector<std::string> actions_with_content(SQLite::Database& db) {
  SQLite::Statement select(db, "SELECT DISTINCT action FROM events WHERE kept = 1");
  std::vector<std::string> actions;
  while (select.executeStep()) actions.push_back(select.getColumn(0).getString());
  return actions;
}

/// An event that is older than its rule.
struct Due {
  int64_t id;
  const RetentionRule* rule;
};

/// All that are due now. Looked for in a snapshot, which holds nobody: nothing that is due ceases to be.
std::vector<Due> due_events(SQLite::Database& db, std::span<const RetentionRule> rules, const std::string& now) {
  std::vector<Due> due;
  for (const auto& action : actions_with_content(db)) {
    const RetentionRule* rule = rule_of(rules, action);
    if (rule == nullptr || action == retain_action) continue;
    SQLite::Statement select(db, "SELECT id FROM events WHERE action = ? AND at < ? AND kept = 1");
    select.bind(1, action);
    select.bind(2, text::days_before(now, rule->days));
    while (select.executeStep()) due.push_back({select.getColumn(0).getInt64(), rule});
  }
  std::ranges::sort(due, {}, &Due::id);
  return due;
}

using Counts = std::map<const RetentionRule*, uint64_t>;

Counts remove_content(SQLite::Database& db, std::span<const Due> due) {
  SQLite::Statement update(db, "UPDATE events SET kept = 0, clock = '', actor = '', address = '', subject = '', detail = '', before = '', after = '', salt = '' WHERE id = ? AND kept = 1");
  Counts removed;
  for (const auto& one : due) {
    update.reset();
    update.bind(1, one.id);
    removed[one.rule] += static_cast<uint64_t>(update.exec());
  }
  return removed;
}

/// Moves the checkpoint over what has no content, and over accounts of earlier removals that nothing before needs any more.
size_t remove_beginning(SQLite::Database& db, const std::string& accounts_before) {
  SQLite::Statement select(db, "SELECT id, hash, kept = 0 OR (action = ? AND at < ?) FROM events ORDER BY id LIMIT ?");
  select.bind(1, retain_action);
  select.bind(2, accounts_before);
  select.bind(3, static_cast<int64_t>(retained_at_a_time));
  size_t gone = 0;
  int64_t id = 0;
  std::string hash;
  while (select.executeStep() && select.getColumn(2).getInt() != 0) {
    id = select.getColumn(0).getInt64(), hash = select.getColumn(1).getString();
    ++gone;
  }
  if (gone == 0) return 0;
  SQLite::Statement move(db, "UPDATE event_chain SET checkpoint_id = ?, checkpoint_hash = ?");
  move.bind(1, id);
  move.bind(2, hash);
  move.exec();
  db.exec("DELETE FROM events WHERE id <= (SELECT checkpoint_id FROM event_chain)");
  return gone;
}

std::string written_checkpoint(SQLite::Database& db) {
  SQLite::Statement select(db, "SELECT checkpoint_id || ':' || checkpoint_hash FROM event_chain");
  return select.executeStep() ? select.getColumn(0).getString() : "";
}

}  // namespace

std::vector<RetentionRule> parse_rules(std::span<const std::string> written) {
  const std::string hint = "「search*=90」のように、操作の名前（末尾の * は、それで始まるものすべて）と日数を書いてください。";
  if (written.size() > most_rules) throw Error(ErrorKind::invalid, fmt::format("記録の保存期間の定めは{}件までです。", most_rules), hint);
  std::vector<RetentionRule> rules;
  for (const auto& one : written) {
    size_t equals = one.find('=');
    RetentionRule rule{std::string(text::trim(one.substr(0, equals))), 0};
    std::string days = equals == one.npos ? "" : std::string(text::trim(one.substr(equals + 1)));
    auto [end, error] = std::from_chars(days.data(), days.data() + days.size(), rule.days);
    bool good = is_action_pattern(rule.actions) && rule.actions.size() <= longest_pattern && error == std::errc() && end == days.data() + days.size() && rule.days >= 1 && rule.days <= most_days;
    if (!good) throw Error(ErrorKind::invalid, fmt::format("記録の保存期間の定め「{}」が読み取れません。", printable(one, 100)), hint);
    rules.push_back(rule);
  }
  return rules;
}

uint64_t retain(Database& database, std::span<const RetentionRule> rules, const Clock& clock, const std::atomic<bool>& stop) {
  const std::string now = clock();
  auto due = database.read([&](SQLite::Database& db) { return due_events(db, rules, now); });
  const RetentionRule* of_accounts = rule_of(rules, retain_action);
  std::string accounts_before = of_accounts ? text::days_before(now, of_accounts->days) : "";
  uint64_t all = 0;
  auto step = [&](SQLite::Database& db, std::span<const Due> some) {
    db.exec("UPDATE event_chain SET retaining = 1");
    Counts removed = remove_content(db, some);
    size_t gone = remove_beginning(db, accounts_before);
    db.exec("UPDATE event_chain SET retaining = 0");
    for (const auto& [rule, count] : removed) all += count;
    if (some.empty() && gone == 0) return gone;
    std::string told;
    // All are told, as the first that names an action is its rule, also where it removed nothing this time.
    for (const auto& rule : rules) {
      told += fmt::format("{}{}<{}={}", told.empty() ? "" : " ", rule.actions, text::days_before(now, rule.days), removed[&rule]);
    }
    // By now others have written, later than `now`: told as of then, the clock would seem to have been set back.
    append(db, {retain_action, "", told, "", written_checkpoint(db)}, clock());
    return gone;
  };
  size_t done = 0;
  bool more = true;
  while (more && !stop) {
    auto some = std::span(due).subspan(done, std::min(retained_at_a_time, due.size() - done));
    size_t gone = database.write([&](SQLite::Database& db) { return step(db, some); });
    done += some.size();
    more = done < due.size() || gone == retained_at_a_time;
  }
  return all;
}

bool leapt(SQLite::Database& db, const std::string& now) {
  std::string lately = text::days_before(now, longest_pause_days);
  // Times never go back along the numbers.
  SQLite::Statement select(db, "SELECT (SELECT at FROM events WHERE at < ?1 ORDER BY id DESC LIMIT 1), ifnull((SELECT at FROM events WHERE at >= ?1 ORDER BY id LIMIT 1), ?2)");
  select.bind(1, lately);
  select.bind(2, now);
  select.executeStep();
  if (select.getColumn(0).isNull()) return false;
  return select.getColumn(0).getString() < text::days_before(select.getColumn(1).getString(), longest_pause_days);
}

ToldRemovals told_removals(SQLite::Database& db) {
  ToldRemovals told;
  EventFilter filter;
  filter.actions = {retain_action};
  each_event(db, filter, EventOrder::oldest_first, [&](const EventRow& row) {
    auto& pass = told.passes.emplace_back();
    for (size_t at = 0; at < row.detail.size();) {
      size_t end = std::min(row.detail.find(' ', at), row.detail.size());
      std::string one = row.detail.substr(at, end - at);
      size_t less = one.find('<'), equals = one.rfind('=');
      if (less != one.npos && equals != one.npos && less < equals) pass.push_back({one.substr(0, less), one.substr(less + 1, equals - less - 1)});
      at = end + 1;
    }
    if (auto checkpoint = parse_head(row.after)) told.checkpoint_id = checkpoint->id, told.checkpoint_hash = checkpoint->hash;
    return true;
  });
  return told;
}

std::string ToldRemovals::cutoff_of(const std::string& action) const {
  std::string cutoff;
  if (action == retain_action) return cutoff;
  for (const auto& pass : passes) {
    auto found = std::ranges::find_if(pass, [&](const Removal& removal) { return matches_action(removal.actions, action); });
    if (found != pass.end()) cutoff = std::max(cutoff, found->before);
  }
  return cutoff;
}

}  // namespace shirube::store
