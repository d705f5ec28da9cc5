#include <fmt/format.h>

#include <algorithm>

#include "store/database.h"
#include "store/event_chain.h"
#include "text/instant.h"
#include "web/event_list.h"
#include "web/model.h"
#include "web/views.h"

namespace shirube::web {

namespace {

constexpr size_t events_a_page = 50;

std::string_view actor_label(std::string_view actor) {
  if (actor == "service") return "サービス";
  return actor == "command" ? "命令（サーバー上）" : actor;
}

Json event_model(const EventScreen::Screened& screened) {
  const store::EventRow& event = screened.event;
  return {{"id", event.id},
          {"at", event.at},
          {"local_at", text::local_time(event.at)},
          {"clock", event.clock},
          {"local_clock", text::local_time(event.clock)},
          {"actor", event.actor},
          {"actor_label", actor_label(event.actor)},
          {"address", event.address},
          {"action", event.action},
          {"action_label", action_label(event.action)},
          {"subject", event.subject},
          {"detail", event.detail},
          {"before", event.before},
          {"after", event.after},
          {"changed", !event.before.empty() || !event.after.empty()},
          {"whole", screened.whole},
          {"hash", event.hash}};
}

Json form_model(const AskedEvents& asked) {
  Json groups = Json::array();
  for (const auto& group : action_groups()) groups.push_back({{"key", group.key}, {"label", group.label}, {"chosen", group.key == asked.group}});
  return {{"from", asked.from}, {"to", asked.to}, {"actor", asked.actor}, {"text", asked.text}, {"groups", groups}, {"narrowed", !parameters(asked).empty()}};
}

Json exports_model(const AskedEvents& asked) {
  Json out = Json::array();
  for (const auto& [format, label] : {std::pair("csv", "CSV（表計算ソフト用）"), std::pair("jsonl", "JSON Lines"), std::pair("syslog", "syslog（RFC 5424）")}) {
    auto narrowed = parameters(asked);
    narrowed.insert(narrowed.begin(), {"format", format});
    out.push_back({{"label", label}, {"url", "/events/export" + write_query(narrowed)}});
  }
  return out;
}

/// When the chain was last verified, and with what result.
Json verification_model(SQLite::Database& db) {
  Json model = {{"known", false}, {"sound", false}, {"at", ""}, {"local_at", ""}, {"said", ""}};
  store::EventFilter filter;
  filter.actions = {"events.verify", "events.broken"};
  store::each_event(db, filter, store::EventOrder::newest_first, [&](const store::EventRow& row) {
    model = {{"known", true}, {"sound", row.action == "events.verify"}, {"at", row.at}, {"local_at", text::local_time(row.at)}, {"said", row.detail}};
    return false;
  });
  return model;
}

}  // namespace

Json events_view(const Context& context, const Call& call) {
  AskedEvents asked = read_asked_events(call.target);
  context.events.flush();
  const store::Database& database = context.events.database();
  EventScreen screen(context.library, context.events.database(), context.viewer);
  Json events = Json::array();
  bool more = false;
  list_events(database, asked, store::EventOrder::newest_first, screen, [&](const auto& screened) {
    more = events.size() == events_a_page;
    if (!more) events.push_back(event_model(screened));
    return !more;
  });
  auto link = [&](std::optional<int64_t> before) {
    auto narrowed = parameters(asked);
    if (before) narrowed.emplace_back("before", std::to_string(*before));
    return "/events" + write_query(narrowed);
  };
  bool paged = asked.before != INT64_MAX;
  Json model = database.read([&](SQLite::Database& db) -> Json {
    auto head = store::head(db);
    return {{"verification", verification_model(db)}, {"head", {{"id", head.id}, {"hash", head.hash}, {"written", head.written()}}}};
  });
  model["title"] = "記録";
  model["form"] = form_model(asked);
  model["exports"] = exports_model(asked);
  model["events"] = events;
  model["found"] = !events.empty();
  model["older"] = more ? link(events.back()["id"].get<int64_t>()) : "";
  model["newest"] = paged ? link({}) : "";
  return model;
}

}  // namespace shirube::web
