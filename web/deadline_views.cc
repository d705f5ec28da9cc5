// What is due: the board, and the same as a calendar.
#include <fmt/format.h>

#include <algorithm>

#include "store/files.h"
#include "text/date.h"
#include "text/error.h"
#include "text/instant.h"
#include "text/utf8.h"
#include "web/asked.h"
#include "web/people_model.h"
#include "web/record_pages.h"

namespace shirube::web {

using records::Ledger;
using records::Record;

namespace {

constexpr size_t most_shown = 500, most_reviews = 50, reviews_a_look = 200;
constexpr int calendar_ahead = 366;  // days
// What one sheet of A4 holds; tests/browser/records.mjs prints it.
constexpr size_t most_due_in_digest = 15, most_reviews_in_digest = 6, most_counters_in_digest = 6, most_moved_in_digest = 8, most_moved = 200;
constexpr int digest_ahead = 13, digest_back = 7;  // days
constexpr size_t line_octets = 75;   // RFC 5545, 3.1

struct Scope {
  std::string_view key, label;
};
constexpr Scope scopes[] = {{"mine", "自分の担当"}, {"units", "自分のグループ"}, {"all", "すべて"}};

std::string read_scope(const Context& context, const Target& target) {
  std::string scope = target.parameter("scope").value_or(context.accounts ? "mine" : "all");
  if (std::ranges::find(scopes, scope, &Scope::key) == std::end(scopes)) throw Error(ErrorKind::invalid, "だれの期限かが読めません。", "mine、units、all のどれかを指定してください。");
  return scope;
}

/// Whether a record is of one's groups: it is for one of them, or a section that it names is one.
bool is_of_units(const Context& context, const Ledger& ledger, const Record& record) {
  auto own = [&](const std::string& name) { return std::ranges::find(context.units, name) != context.units.end(); };
  if (own(record.audience)) return true;
  return std::ranges::any_of(ledger.fields(), [&](const auto& field) { return field.kind == records::FieldKind::unit && own(record.value(field.key)); });
}

bool is_in(const Context& context, const std::string& scope, const Ledger& ledger, const Record& record) {
  if (scope == "mine") return !context.author.login.empty() && record.owner == context.author.login;
  return scope == "all" || is_of_units(context, ledger, record);
}

struct Bucket {
  std::string_view title;
  bool (*takes)(const records::DueDay& due, const text::Date& today);
};
text::Date end_of_week(const text::Date& today) { return records::plus_days(today, (7 - records::weekday(today)) % 7); }
constexpr Bucket buckets[] = {
    {"期限を過ぎたもの", [](const auto& due, const auto&) { return due.known && due.late; }},
    {"今週まで", [](const auto& due, const auto& today) { return due.known && due.due.last <= end_of_week(today); }},
    {"今月まで", [](const auto& due, const auto& today) { return due.known && due.due.last <= records::last_of_month(today); }},
    {"そのあと", [](const auto& due, const auto&) { return due.known; }},
    {"期限を確かめるもの（日が決まりません）", [](const auto&, const auto&) { return true; }},
};

Json reviews_of(const Context& context, const std::string& scope, const std::string& only) {
  Json out = Json::array();
  for (const auto& ledger : context.records.ledgers().all()) {
    if (!only.empty() && ledger.key() != only) continue;
    records::RecordFilter filter;
    filter.to_review = true;
    if (scope == "mine") filter.owner = context.author.login;
    // Whose a record is a list cannot be narrowed by: it is gone through until there are enough.
    for (size_t first = 0; out.size() < most_reviews; first += reviews_a_look) {
      auto page = context.records.list(context.viewer, ledger.key(), filter, first, reviews_a_look);
      for (const auto& record : page.records) {
        if (is_in(context, scope, ledger, record) && out.size() < most_reviews) out.push_back(record_model(context, ledger, record));
      }
      if (page.records.empty() || first + page.records.size() >= page.total) break;
    }
  }
  return out;
}

// RFC 5545.

/// TEXT, 3.3.11. Characters of control but for the end of a line are none of it.
std::string escaped(const std::string& text) {
  std::string out;
  for (char c : text) {
    if (c == '\n') out += "\\n";
    else if (c == '\\' || c == ';' || c == ',') out += '\\', out += c;
    else if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) out += c;
  }
  return out;
}

/// A line of content, folded on borders of characters.
void add_line(std::string& out, std::string_view line) {
  size_t room = line_octets;
  while (line.size() > room) {
    std::string_view part = text::clamp_utf8(line, room);
    out += part;
    out += "\r\n ";
    line.remove_prefix(part.size());
    room = line_octets - 1;
  }
  out += line;
  out += "\r\n";
}

std::string basic(const text::Date& day) { return fmt::format("{:04}{:02}{:02}", day.year, day.month, day.day); }

/// Of an instant as it is kept: 20260401T000000Z.
std::string basic_instant(const std::string& instant) {
  std::string out;
  for (char c : instant.substr(0, std::min<size_t>(19, instant.size()))) {
    if (c != '-' && c != ':') out += c == ' ' ? 'T' : c;
  }
  return out.size() == 15 ? out + "Z" : "19700101T000000Z";
}

/// Stays when the day is moved; of what recurs each day is an event of its own.
std::string uid_of(const Ledger& ledger, const Record& record, const records::DueDay& due) {
  auto rule = std::ranges::find(ledger.dues(), due.name, &records::DueRule::name);
  bool recurs = rule != ledger.dues().end() && rule->every;
  return store::sha256(record.number + "\n" + due.name + (recurs ? "\n" + text::to_iso(due.due.last) : "")).substr(0, 32) + "@shirube";
}

}  // namespace

std::vector<std::pair<Record, records::DueDay>> due_of(const Context& context, const std::string& scope, int days) {
  const text::Date today = text::today(), last = records::plus_days(today, days);
  auto board = context.records.board(context.viewer, today, scope == "mine" ? context.author.login : "");
  std::erase_if(board, [&](const auto& one) {
    const Ledger* ledger = context.records.ledgers().find(one.first.ledger);
    return !ledger || (one.second.known && one.second.due.last > last) || !is_in(context, scope, *ledger, one.first);
  });
  return board;
}

Json deadlines_view(const Context& context, const Call& call) {
  const text::Date today = text::today();
  const std::string scope = read_scope(context, call.target), only = call.target.parameter("ledger").value_or("");
  auto board = due_of(context, scope, days_ahead);
  std::map<std::string, size_t> by_ledger;
  for (const auto& [record, due] : board) ++by_ledger[record.ledger];
  std::erase_if(board, [&](const auto& one) { return !only.empty() && one.first.ledger != only; });
  std::vector<Json> items(std::size(buckets), Json::array());
  for (size_t i = 0; i < std::min(board.size(), most_shown); ++i) {
    const auto& [record, due] = board[i];
    const Ledger& ledger = *context.records.ledgers().find(record.ledger);
    auto bucket = std::ranges::find_if(buckets, [&](const auto& one) { return one.takes(due, today); });
    Json one = due_model(due, today);
    one["record"] = record_model(context, ledger, record);
    items[static_cast<size_t>(bucket - std::begin(buckets))].push_back(std::move(one));
  }
  Json groups = Json::array();
  for (size_t i = 0; i < items.size(); ++i) {
    if (!items[i].empty()) groups.push_back({{"title", buckets[i].title}, {"anchor", fmt::format("due-{}", i)}, {"late", i == 0}, {"count", items[i].size()}, {"items", std::move(items[i])}});
  }
  auto address = [&](const std::string& of, const std::string& ledger) {
    Parameters parameters = {{"scope", of}};
    if (!ledger.empty()) parameters.emplace_back("ledger", ledger);
    return "/deadlines" + write_query(parameters);
  };
  Json scope_links = Json::array(), ledgers = Json::array({{{"label", "すべての台帳"}, {"count", nullptr}, {"chosen", only.empty()}, {"url", address(scope, "")}}});
  for (const auto& one : scopes) {
    if (one.key == "units" && context.units.empty()) continue;
    scope_links.push_back({{"key", one.key}, {"label", one.label}, {"chosen", one.key == scope}, {"url", address(std::string(one.key), only)}});
  }
  for (const auto& ledger : context.records.ledgers().all()) {
    if (by_ledger.contains(ledger.key()) || ledger.key() == only) ledgers.push_back({{"label", ledger.name()}, {"count", by_ledger[ledger.key()]}, {"chosen", ledger.key() == only}, {"url", address(scope, ledger.key())}});
  }
  Json reviews = reviews_of(context, scope, only);
  auto scope_label = std::ranges::find(scopes, scope, &Scope::key)->label;
  return {{"title", "期限"},
          {"scope", scope},
          {"scope_label", scope_label},
          {"scopes", std::move(scope_links)},
          {"ledgers", ledgers},
          {"several_ledgers", ledgers.size() > 2},
          {"digest_url", "/deadlines/digest" + write_query({{"scope", scope}})},
          {"today", text::to_wareki(today)},
          {"days_ahead", days_ahead},
          {"feed", "/feeds/deadlines" + write_query({{"scope", scope}})},
          {"count", board.size()},
          {"more", board.size() > most_shown},
          {"most", most_shown},
          {"groups", std::move(groups)},
          {"reviews", std::move(reviews)}};
}

Json deadline_digest_view(const Context& context, const Call& call) {
  const text::Date today = text::today();
  const std::string scope = read_scope(context, call.target);
  auto board = due_of(context, scope, digest_ahead);
  // What is late stands before what is due on no day that is known.
  std::ranges::stable_partition(board, [](const auto& one) { return one.second.known; });
  Json due = Json::array(), reviews = reviews_of(context, scope, ""), counters = Json::array(), moved = Json::array(), scope_links = Json::array();
  const auto late = std::ranges::count_if(board, [](const auto& one) { return one.second.known && one.second.late; });
  const auto this_week = std::ranges::count_if(board, [&](const auto& one) { return one.second.known && !one.second.late && one.second.due.last <= end_of_week(today); });
  for (const auto& [record, day] : board) {
    if (due.size() == most_due_in_digest) break;
    Json one = due_model(day, today);
    one["record"] = record_model(context, *context.records.ledgers().find(record.ledger), record);
    due.push_back(std::move(one));
  }
  size_t short_of = 0;
  for (const auto& ledger : context.records.ledgers().all()) {
    for (auto& counter : counters_model(context, ledger, today, false)) {
      if (++short_of > most_counters_in_digest) continue;
      counter["ledger"] = ledger_model(context, ledger);
      counters.push_back(std::move(counter));
    }
  }
  size_t moves = 0;
  const std::string owner = scope == "mine" ? context.author.login : "", since = text::days_before(text::utc_now(), digest_back);
  const auto all_moved = context.records.moved(context.viewer, since, owner, most_moved);
  for (const auto& [record, change] : all_moved) {
    const Ledger* ledger = context.records.ledgers().find(record.ledger);
    if (!ledger || !is_in(context, scope, *ledger, record) || ++moves > most_moved_in_digest) continue;
    moved.push_back({{"record", record_model(context, *ledger, record)}, {"before", shown_text(context, *ledger, "state", change.before)}, {"after", shown_text(context, *ledger, "state", change.after)}, {"at", local_time(change.at)}, {"by", person_name(context, change.author)}});
  }
  for (const auto& one : scopes) {
    if (one.key == "units" && context.units.empty()) continue;
    scope_links.push_back({{"label", one.label}, {"chosen", one.key == scope}, {"url", "/deadlines/digest" + write_query({{"scope", std::string(one.key)}})}});
  }
  auto rest = [](size_t all, size_t shown) { return all > shown ? Json(all - shown) : Json(); };
  const size_t all_reviews = reviews.size();
  if (all_reviews > most_reviews_in_digest) reviews.erase(reviews.begin() + most_reviews_in_digest, reviews.end());
  return {{"title", "期限のまとめ"},
          {"scope", scope},
          {"scope_label", std::ranges::find(scopes, scope, &Scope::key)->label},
          {"scopes", std::move(scope_links)},
          {"board_url", "/deadlines" + write_query({{"scope", scope}})},
          {"today", text::to_wareki(today)},
          {"until", text::to_wareki(records::plus_days(today, digest_ahead))},
          {"back", digest_back},
          {"late", late},
          {"this_week", this_week},
          {"count", board.size()},
          {"review_count", all_reviews},
          {"capped", all_reviews == most_reviews},
          {"due_rest", rest(board.size(), due.size())},
          {"reviews_rest", rest(all_reviews, reviews.size())},
          {"counters_rest", rest(short_of, counters.size())},
          {"moved_rest", rest(moves, moved.size())},
          {"moved_capped", all_moved.size() == most_moved},
          {"due", std::move(due)},
          {"reviews", std::move(reviews)},
          {"counters", std::move(counters)},
          {"moved", std::move(moved)}};
}

Response send_deadlines(const Visit& visit) {
  Context context = visit.context();
  const std::string scope = read_scope(context, visit.call.target), origin = origin_of(visit);
  auto scope_label = std::ranges::find(scopes, scope, &Scope::key)->label;
  std::string body;
  auto line = [&](const std::string& words) { add_line(body, words); };
  line("BEGIN:VCALENDAR");
  line("VERSION:2.0");
  line("PRODID:-//shirube//deadlines//JA");
  line("CALSCALE:GREGORIAN");
  line(fmt::format("X-WR-CALNAME:しるべ　期限（{}）", scope_label));
  line("REFRESH-INTERVAL;VALUE=DURATION:PT6H");
  line("X-PUBLISHED-TTL:PT6H");
  for (const auto& [record, due] : due_of(context, scope, calendar_ahead)) {
    if (!due.known) continue;
    const Ledger& ledger = *context.records.ledgers().find(record.ledger);
    const auto* state = ledger.state(record.state);
    const std::string title = title_of(ledger, record);
    line("BEGIN:VEVENT");
    line("UID:" + uid_of(ledger, record, due));
    line("DTSTAMP:" + basic_instant(record.changed_at));
    line("DTSTART;VALUE=DATE:" + basic(due.due.first));
    // The end is the day after the last.
    line("DTEND;VALUE=DATE:" + basic(records::plus_days(due.due.last, 1)));
    line("SUMMARY:" + escaped(fmt::format("{}: {}{}", due.name, record.number, title.empty() ? "" : "　" + title)));
    line("DESCRIPTION:" + escaped(fmt::format("{}　{}{}", ledger.name(), state ? state->name : record.state, record.owner.empty() ? "" : "\n担当 " + person_name(context, record.owner))));
    if (!origin.empty()) line("URL:" + origin + record_url(record.number));
    line("TRANSP:TRANSPARENT");
    line("END:VEVENT");
  }
  line("END:VCALENDAR");
  Response response;
  const std::string tag = "\"" + store::sha256(body).substr(0, 16) + "\"";
  response.headers = {{"ETag", tag}, {"Cache-Control", "private, no-cache"}, {"Referrer-Policy", "no-referrer"}};
  if (header_of(visit.request.headers, "If-None-Match") == tag) {
    response.status = 304;
    return response;
  }
  response.content_type = "text/calendar; charset=utf-8";
  response.headers.emplace_back("Content-Disposition", "inline; filename=\"shirube-deadlines.ics\"");
  response.body = std::move(body);
  // Titles leave by a secret that stands in an address: it is told whenever they are other ones.
  visit.service.events.push({"export.deadlines", "", std::string(scope_label)});
  return response;
}

}  // namespace shirube::web
