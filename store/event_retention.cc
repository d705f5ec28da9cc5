#include "store/event_retention.h"

#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

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

uint64_t remove_content(SQLite::Database& db, const std::string& action, const std::string& before) {
  SQLite::Statement update(db, "UPDATE events SET kept = 0, clock = '', actor = '', address = '', subject = '', detail = '', before = '', after = '', salt = '' "
                               "WHERE action = ? AND at < ? AND kept = 1");
  update.bind(1, action);
  update.bind(2, before);
  return static_cast<uint64_t>(update.exec());
}

/// Moves the checkpoint over what has no content, and over accounts of earlier removals that nothing before needs any more.
uint64_t remove_beginning(SQLite::Database& db, const std::string& accounts_before) {
  SQLite::Statement last(db, "SELECT id, hash FROM events WHERE id < ifnull((SELECT id FROM events WHERE kept = 1 AND NOT (action = ? AND at < ?) ORDER BY id LIMIT 1), "
                             "9223372036854775807) ORDER BY id DESC LIMIT 1");
  last.bind(1, retain_action);
  last.bind(2, accounts_before);
  if (!last.executeStep()) return 0;
  SQLite::Statement move(db, "UPDATE event_chain SET checkpoint_id = ?, checkpoint_hash = ?");
  move.bind(1, last.getColumn(0).getInt64());
  move.bind(2, last.getColumn(1).getString());
  move.exec();
  SQLite::Statement remove(db, "DELETE FROM events WHERE id <= (SELECT checkpoint_id FROM event_chain)");
  return static_cast<uint64_t>(remove.exec());
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

uint64_t retain(SQLite::Database& db, std::span<const RetentionRule> rules, const std::string& now) {
  db.exec("UPDATE event_chain SET retaining = 1");
  std::map<const RetentionRule*, uint64_t> removed;
  uint64_t all = 0;
  for (const auto& action : actions_with_content(db)) {
    const RetentionRule* rule = rule_of(rules, action);
    if (rule == nullptr || action == retain_action) continue;
    uint64_t count = remove_content(db, action, text::days_before(now, rule->days));
    removed[rule] += count, all += count;
  }
  const RetentionRule* of_accounts = rule_of(rules, retain_action);
  uint64_t gone = remove_beginning(db, of_accounts ? text::days_before(now, of_accounts->days) : "");
  db.exec("UPDATE event_chain SET retaining = 0");
  if (all == 0 && gone == 0) return 0;
  std::string told;
  // All are told, as the first that names an action is its rule, also where it removed nothing this time.
  for (const auto& rule : rules) {
    told += fmt::format("{}{}<{}={}", told.empty() ? "" : " ", rule.actions, text::days_before(now, rule.days), removed[&rule]);
  }
  append(db, {retain_action, "", told, "", written_checkpoint(db)}, now);
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
