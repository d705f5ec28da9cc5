// What of the event log is no page: exports, verifying the chain, and telling the log what was read.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <set>

#include "store/database.h"
#include "store/event_chain.h"
#include "text/error.h"
#include "text/instant.h"
#include "web/event_export.h"
#include "web/event_list.h"
#include "web/model.h"
#include "web/service.h"

namespace shirube::web {

namespace {

constexpr size_t most_exported = 100'000;        // events
constexpr size_t largest_export = 64 << 20;      // bytes

std::string words_of(const AskedEvents& asked) {
  std::string words;
  for (const auto& [name, value] : parameters(asked)) words += fmt::format(" {}={}", name, value);
  return words;
}

bool is_told(const ReadingEvents& settings, const std::string& audience) {
  auto names = [&](std::string_view word) { return std::ranges::find(settings.audiences, word) != settings.audiences.end(); };
  bool group = !corpus::key_of(corpus::audiences(), audience);
  return names(audience) || (group && names("groups"));
}

/// Of a record, and of the fields of it that are for fewer and that the page may show.
std::set<std::string> audiences_of_record(const Visit& visit) {
  std::set<std::string> audiences;
  auto record = visit.service.records.find(visit.viewer(), visit.call.arguments[0]);
  const auto* ledger = record ? visit.service.records.ledgers().find(record->ledger) : nullptr;
  if (!ledger) return audiences;
  audiences.insert(record->audience);
  for (const auto& field : ledger->fields()) {
    if (!field.audience.empty() && record->values.contains(field.key)) audiences.insert(field.audience);
  }
  return audiences;
}

/// A page by which a document, or part of it, or a record is read. The arguments of its address are the address of what is read.
struct Reading {
  View view;
  Handler handler;
  std::string_view action;
  bool of_record = false;
};
constexpr Reading readings[] = {{document_view, nullptr, "read.document"},
                                {edition_view, nullptr, "read.edition"},
                                {beside_view, nullptr, "read.edition"},
                                {clause_view, nullptr, "read.clause"},
                                {nullptr, send_original, "read.original"},
                                {record_view, nullptr, "record.read", true},
                                {record_history_view, nullptr, "record.read", true},
                                {record_rows_view, nullptr, "record.read", true},
                                {nullptr, edit_record_page, "record.read", true},
                                {nullptr, send_record_file, "record.file", true}};

/// A page by which texts are searched, and the parameter that says for what.
struct Searching {
  View view;
  std::string_view action, parameter;
};
constexpr Searching searchings[] = {{search_view, "search", "q"}, {similar_to_text_view, "search.similar", "text"}, {explain_view, "search.explain", "q"}};

/// What was asked for, first the words, then what narrows them.
std::string asked_words(const Target& target, std::string_view parameter) {
  std::string words = target.parameter(parameter).value_or("");
  for (const auto& [name, value] : target.parameters) {
    if (name != parameter && !value.empty() && value.find_first_not_of(' ') != value.npos) words += fmt::format("{}{}={}", words.empty() ? "" : " ", name, value);
  }
  return words;
}

/// Of the document that a page is of, and of the clauses on it that are narrower.
std::set<std::string> audiences_of_page(const Json& model) {
  std::set<std::string> audiences = {model.at("document").at("audience").get<std::string>()};
  auto add = [&](const Json& clause) {
    if (auto audience = clause.at("audience").get<std::string>(); !audience.empty()) audiences.insert(audience);
  };
  if (model.contains("clause")) add(model["clause"]);
  for (const char* list : {"clauses", "below"}) {
    if (!model.contains(list)) continue;
    for (const auto& clause : model[list]) add(clause);
  }
  // Words of other editions, where a clause is held against them.
  for (const auto& other : model.value("history", Json::array())) {
    for (const auto& audience : other.at("audiences")) audiences.insert(audience.get<std::string>());
  }
  return audiences;
}

/// An original holds all clauses of its edition; who does not see them all does not get it.
std::set<std::string> audiences_of_original(const Visit& visit) {
  const auto& arguments = visit.call.arguments;
  std::set<std::string> audiences;
  if (auto document = visit.service.library.document(visit.viewer(), arguments[0])) audiences.insert(document->audience);
  for (const auto& [id, clause] : visit.service.library.clauses(visit.viewer(), arguments[0], arguments[1])) {
    if (!clause.audience.empty()) audiences.insert(clause.audience);
  }
  return audiences;
}

}  // namespace

Response send_events(const Visit& visit) {
  // It is told, and is work: a page of somebody else's must not set it off.
  std::string_view site = header_of(visit.request.headers, "Sec-Fetch-Site");
  if (site == "cross-site" || site == "same-site") throw Error(ErrorKind::forbidden, "ほかのサイトからは書き出せません。", "記録の画面から書き出してください。");
  auto format = event_format(visit.call.target.parameter("format").value_or(""));
  if (!format) throw Error(ErrorKind::invalid, "書き出す形式がありません。", "format に csv、jsonl、syslog のどれかを指定してください。");
  AskedEvents asked = read_asked_events(visit.call.target);
  visit.service.events.flush();
  store::Database& database = visit.service.options.database;
  EventScreen screen(visit.service.library, database, visit.viewer());
  Response response;
  response.content_type = type_of(*format);
  response.headers.emplace_back("Content-Disposition", fmt::format("attachment; filename=\"shirube-events.{}\"", *format == EventFormat::syslog ? "log" : name_of(*format)));
  response.body = head_of(*format);
  size_t count = 0;
  list_events(database, asked, store::EventOrder::oldest_first, screen, [&](const auto& screened) {
    response.body += line_of(*format, screened.event, screened.whole);
    if (++count > most_exported || response.body.size() > largest_export) {
      throw Error(ErrorKind::invalid, fmt::format("一度に書き出せるのは{}件までです。", most_exported), "期間を区切るか、サーバーで shirube events export を使ってください。");
    }
    return true;
  });
  // Nothing leaves before it is on disk that it did.
  database.write([&](SQLite::Database& db) { store::append(db, {"events.export", std::string(name_of(*format)), fmt::format("{}件{}", count, words_of(asked))}); });
  return response;
}

Response verify_events(const Visit& visit) {
  static std::atomic_flag verifying;
  if (verifying.test_and_set()) throw Error(ErrorKind::unavailable, "記録を確かめているところです。", "しばらく待ってから、記録の画面を開き直してください。");
  struct Done {
    ~Done() { verifying.clear(); }
  } done;
  store::Database& database = visit.service.options.database;
  visit.service.events.flush();
  auto verdict = database.read([](SQLite::Database& db) { return store::verify(db, [](uint64_t, uint64_t) {}); });
  database.write([&](SQLite::Database& db) { store::append(db, store::event_of(verdict)); });
  if (!verdict.sound()) visit.service.options.log(verdict.said());
  return see_other("/events");
}

void tell_reading(const Route& route, const Visit& visit, const nlohmann::json& model) {
  const ReadingEvents& settings = visit.service.options.reading_events;
  auto tell = [&](std::string_view action, std::string subject, std::string detail) { visit.service.events.push({std::string(action), std::move(subject), std::move(detail)}); };
  auto searching = std::ranges::find(searchings, route.view, &Searching::view);
  if (settings.searches && route.view != nullptr && searching != std::end(searchings)) {
    std::string words = asked_words(visit.call.target, searching->parameter);
    if (!words.empty()) tell(searching->action, "", words);
    return;
  }
  auto reading = std::ranges::find_if(readings, [&](const Reading& one) { return one.view == route.view && one.handler == route.handler; });
  if (reading == std::end(readings)) return;
  auto audiences = reading->of_record ? audiences_of_record(visit) : model.is_null() ? audiences_of_original(visit) : audiences_of_page(model);
  std::string narrow;
  for (const auto& audience : audiences) {
    if (is_told(settings, audience)) narrow += (narrow.empty() ? "公開範囲 " : "、") + std::string(corpus::label_of(corpus::audiences(), audience));
  }
  if (narrow.empty()) return;
  std::string address;
  for (const auto& argument : visit.call.arguments) address += (address.empty() ? "" : "/") + argument;
  tell(reading->action, address, narrow);
}

}  // namespace shirube::web
