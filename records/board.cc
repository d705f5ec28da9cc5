// What is due, and how often things were done.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "records/record_rows.h"
#include "records/record_writer.h"
#include "store/database.h"
#include "text/error.h"

namespace shirube::records {

namespace {

using corpus::Viewer;

std::optional<text::Date> day_of(const Record& record, const std::string& field) { return text::from_iso(record.value(field)); }

/// When a rule makes something due of a record; nullopt: nothing.
std::optional<DueDay> due_by(const DueRule& rule, const Record& record, const Calendar& calendar) {
  auto begin = day_of(record, rule.field);
  if (!begin || std::ranges::find(rule.states, record.state) == rule.states.end() || !holds(record.values, rule.where)) return std::nullopt;
  DueDay out{.name = rule.name, .due = {*begin, *begin}};
  try {
    if (rule.every) {
      auto done = day_of(record, rule.done), until = day_of(record, rule.until);
      const text::Date from = done ? plus_days(*done, 1) : *begin, end = until.value_or(text::Date{last_calendar_year, 12, 31});
      // The next one of a rhythm that returns within two years.
      const text::Date look = plus_months(from, 24);
      // Counted from the day where it begins, whenever it was done last.
      auto days = from > end ? std::vector<text::Date>{} : rule.every->days(*begin, std::min(look, end), calendar, rule.when_closed);
      auto next = std::ranges::lower_bound(days, from);
      if (next == days.end()) return std::nullopt;
      out.due = {*next, *next};
      return out;
    }
    if (record.values.contains(rule.done)) return std::nullopt;
    if (!rule.words_field.empty()) {
      const std::string& words = record.value(rule.words_field);
      if (words.empty()) return std::nullopt;
      out.due = Deadline(words).due(*begin, calendar, rule.when_closed);
    } else {
      out.due = rule.deadline->due(*begin, calendar, rule.when_closed);
    }
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::invalid) throw;
    out.known = false;
  }
  return out;
}

}  // namespace

std::vector<DueDay> Records::due(const Record& record, const text::Date& day) const {
  std::vector<DueDay> out;
  const Ledger* ledger = ledgers_.find(record.ledger);
  if (!ledger) return out;
  for (const auto& rule : ledger->dues()) {
    // Of days and words that the viewer does not see nothing is told: they are not in the record.
    auto due = due_by(rule, record, calendar_);
    if (!due) continue;
    due->late = due->known && due->due.last < day;
    out.push_back(std::move(*due));
  }
  return out;
}

std::vector<std::pair<Record, DueDay>> Records::board(const Viewer& viewer, const text::Date& day, const std::string& owner) const {
  constexpr size_t most_waiting = 10'000;  // of a ledger
  std::vector<std::pair<Record, DueDay>> out;
  database_.read([&](SQLite::Database& db) {
    RecordSight sight(db, viewer, ledgers_);
    for (const auto& ledger : ledgers_.all()) {
      std::set<std::string> states;
      for (const auto& rule : ledger.dues()) states.insert(rule.states.begin(), rule.states.end());
      if (states.empty()) continue;
      SQLite::Statement select(db, fmt::format("SELECT {} FROM records r WHERE r.ledger = :ledger AND r.state IN (SELECT value FROM json_each(:states)) AND {}{} ORDER BY r.id DESC LIMIT {}",
                                               record_columns, visible_record(viewer), owner.empty() ? "" : " AND r.owner = :owner", most_waiting));
      bind_sight(select, viewer);
      select.bind(":ledger", ledger.key());
      select.bind(":states", nlohmann::json(states).dump());
      if (!owner.empty()) select.bind(":owner", owner);
      while (select.executeStep()) {
        Record record = sight.seen(read_record(select));
        for (auto& due_day : due(record, day)) out.emplace_back(record, std::move(due_day));
      }
    }
  });
  std::ranges::stable_sort(out, {}, [](const auto& one) { return std::pair(one.second.due.last, one.first.number); });
  return out;
}

std::vector<Count> Records::counts(const Viewer& viewer, const std::string& key, const text::Date& day) const {
  std::vector<Count> out;
  const Ledger* ledger = ledgers_.find(key);
  if (!ledger) return out;
  const text::Date begin{text::fiscal_year(day), 4, 1};
  // Weeks and months that count may have begun before the year.
  const std::string first = text::to_iso({begin.year - 1, begin.month, begin.day}), last = text::to_iso(day);
  database_.read([&](SQLite::Database& db) {
    for (const auto& counter : ledger->counters()) {
      std::vector<text::Date> done;
      bool seen = sees_field(viewer, ledger, counter.field);
      std::string where;
      size_t i = 0;
      for (const auto& [field, value] : counter.where) {
        seen = seen && sees_field(viewer, ledger, field);
        where += fmt::format(" AND EXISTS (SELECT 1 FROM record_values x WHERE x.ledger = :ledger AND x.field = :field{0} AND x.value = :value{0} AND x.record_id = w.record_id)", i++);
      }
      if (seen) {
        SQLite::Statement select(db, fmt::format("SELECT w.value FROM record_values w JOIN records r INDEXED BY records_by_ledger ON r.ledger = :ledger AND r.id = w.record_id WHERE w.ledger = :ledger AND w.field = :date AND w.value BETWEEN :first AND :last AND {}{}", visible_record(viewer), where));
        bind_sight(select, viewer);
        select.bind(":ledger", ledger->key());
        select.bind(":date", counter.field);
        select.bind(":first", first);
        select.bind(":last", last);
        i = 0;
        for (const auto& [field, value] : counter.where) {
          select.bind(fmt::format(":field{}", i), field);
          select.bind(fmt::format(":value{}", i++), value);
        }
        while (select.executeStep()) {
          if (auto on = text::from_iso(select.getColumn(0).getString())) done.push_back(*on);
        }
      }
      out.push_back({counter.name, counter.cadence.words(), counter.cadence.tally(done, done.empty() ? begin : std::min(begin, std::ranges::min(done)), day)});
    }
  });
  return out;
}

std::vector<std::string> Records::remarks(const Record& record) const {
  const Ledger* ledger = ledgers_.find(record.ledger);
  if (!ledger) return {};
  std::vector<std::string> out;
  for (const auto& need : unmet(*ledger, record.state, record.values)) {
    // A table for fewer that is not there may be one that the viewer does not see.
    const Field* rows = ledger->field(need.rows);
    if (rows->audience.empty() || record.values.contains(need.rows)) out.push_back("足りません: " + need.words);
  }
  for (const auto& hours : ledger->hours()) {
    auto day = day_of(record, hours.date);
    const std::string& time = record.value(hours.time);
    if (!day || time.size() != 5 || time[2] != ':' || time.find_first_not_of("0123456789:") != time.npos) continue;  // kept from when it was no time
    if (!hours.hours.holds(*day, std::stoi(time.substr(0, 2)) * 60 + std::stoi(time.substr(3)), calendar_)) out.push_back(fmt::format("{}（{}）の外です: {} {}", hours.name, hours.hours.words(), text::to_wareki(*day), time));
  }
  if (!ledger->state(record.state)) out.push_back(fmt::format("状態「{}」は、台帳にもうありません。管理者に相談してください。", record.state));
  return out;
}

}  // namespace shirube::records
