#include "store/event_log.h"

#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <utility>

#include "store/event_chain.h"
#include "store/event_row.h"
#include "text/instant.h"
#include "text/utf8.h"

namespace shirube::store {

namespace {

constexpr int clock_tolerance_ms = 5000;
constexpr size_t longest_address = 64;

Actor& acting() {
  static thread_local Actor actor;
  return actor;
}

/// Controls, line ends, and marks that turn the direction in which a line is read (Unicode TR 36).
bool is_hidden(char32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

std::string random_salt() {
  [[maybe_unused]] static const int ready = sodium_init();
  std::array<unsigned char, 16> bytes;
  randombytes_buf(bytes.data(), bytes.size());
  std::array<char, 2 * 16 + 1> hex;
  sodium_bin2hex(hex.data(), hex.size(), bytes.data(), bytes.size());
  return hex.data();
}

bool lags(const std::string& now, const std::string& last) {
  return text::milliseconds_of(last) - text::milliseconds_of(now) > clock_tolerance_ms;
}

}  // namespace

Acting::Acting(Actor actor) : before_(std::exchange(acting(), std::move(actor))) {}
Acting::~Acting() { acting() = std::move(before_); }
const Actor& Acting::now() { return acting(); }

std::string printable(std::string_view text, size_t most_bytes) {
  constexpr std::string_view cut = "…";
  std::string out;
  for (size_t at = 0; at < text.size();) {
    auto [c, length] = text::code_point_at(text, at);
    size_t end = out.size();
    if (is_hidden(c)) {
      out += ' ';
    } else {
      text::append_utf8(out, c);
    }
    if (out.size() > most_bytes) {
      out.resize(end);
      return std::string(text::clamp_utf8(out, most_bytes - cut.size())) + std::string(cut);
    }
    at += length;
  }
  return out;
}

void append(SQLite::Database& db, const Event& event) { append(db, event, text::utc_now()); }

void append(SQLite::Database& db, const Event& event, const std::string& now) {
  Head last = head(db);
  const Actor& actor = Acting::now();
  EventRow row;
  row.id = last.id + 1;
  row.at = std::max(now, last.at);
  row.clock = row.at != now && lags(now, last.at) ? now : "";
  row.action = printable(event.action, longest_action);
  row.actor = printable(actor.name, longest_actor), row.address = printable(actor.address, longest_address);
  row.subject = printable(event.subject, longest_subject), row.detail = printable(event.detail, longest_detail);
  row.before = printable(event.before, longest_change), row.after = printable(event.after, longest_change);
  row.salt = random_salt();
  row.content = content_hash(row);
  row.hash = link_hash(row, last.hash);
  SQLite::Statement insert(db, fmt::format("INSERT INTO events ({}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", event_columns));
  insert.bind(1, row.id);
  insert.bind(2, row.at);
  insert.bind(3, row.action);
  insert.bind(4, 1);
  int at = 4;
  for (const std::string* value : {&row.clock, &row.actor, &row.address, &row.subject, &row.detail, &row.before, &row.after, &row.salt, &row.content, &row.hash}) insert.bind(++at, *value);
  insert.exec();
}

bool is_action_pattern(std::string_view pattern) {
  if (pattern.ends_with('*')) {
    pattern.remove_suffix(1);
  } else if (pattern.empty()) {
    return false;
  }
  auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-'; };
  return pattern.size() <= longest_action && std::ranges::all_of(pattern, plain);
}

bool matches_action(std::string_view pattern, std::string_view action) {
  return pattern.ends_with('*') ? action.starts_with(pattern.substr(0, pattern.size() - 1)) : action == pattern;
}

EventRow read_event(SQLite::Statement& statement) {
  auto text = [&](int i) { return statement.getColumn(i).getString(); };
  return {statement.getColumn(0).getInt64(), text(1), text(2), statement.getColumn(3).getInt() != 0, text(4), text(5), text(6), text(7), text(8), text(9), text(10), text(11), text(12), text(13)};
}

void each_event(SQLite::Database& db, const EventFilter& filter, EventOrder order, const std::function<bool(const EventRow&)>& each) {
  std::vector<std::string> values;
  std::string where = fmt::format("id > {} AND id < {}", filter.after, filter.before);
  auto narrow = [&](const char* condition, const std::string& value) {
    if (value.empty()) return;
    where += condition;
    values.push_back(value);
  };
  if (!filter.removed) where += " AND kept = 1";
  // Times never go back along the numbers, so that a bound in time is one of numbers.
  narrow(" AND id >= (SELECT id FROM events WHERE at >= ? ORDER BY at, id LIMIT 1)", filter.from);
  narrow(" AND id < ifnull((SELECT id FROM events WHERE at >= ? ORDER BY at, id LIMIT 1), 9223372036854775807)", filter.to);
  narrow(" AND actor = ?", filter.actor);
  if (!filter.subject.empty()) {
    where += " AND substr(subject, 1, length(?)) = ?";
    values.insert(values.end(), 2, filter.subject);
  }
  std::string actions;
  for (const auto& pattern : filter.actions) {
    if (!is_action_pattern(pattern)) continue;  // names nothing
    actions += actions.empty() ? "action GLOB ?" : " OR action GLOB ?";
    values.push_back(pattern);
  }
  if (!filter.actions.empty()) where += actions.empty() ? " AND 0" : " AND (" + actions + ")";
  SQLite::Statement select(db, fmt::format("SELECT {} FROM events WHERE {} ORDER BY id {}", event_columns, where, order == EventOrder::newest_first ? "DESC" : "ASC"));
  for (size_t i = 0; i < values.size(); ++i) select.bind(static_cast<int>(i + 1), values[i]);
  while (select.executeStep()) {
    if (!each(read_event(select))) return;
  }
}

}  // namespace shirube::store
