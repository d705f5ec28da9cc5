// The event log from the shell.
#include <fmt/format.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "commands/commands.h"
#include "commands/terminal.h"
#include "store/event_chain.h"
#include "text/date.h"
#include "text/error.h"
#include "text/instant.h"
#include "web/event_export.h"

namespace shirube::commands {

namespace {

text::DateSpan days_of(const std::string& typed) {
  auto days = text::parse_date(typed);
  if (!days) throw Error(ErrorKind::invalid, "日付「" + store::printable(typed, 100) + "」が読み取れません。", "2026-04-01 や 令和8年4月1日 のように書いてください。");
  return *days;
}

store::EventFilter filter_of(const EventChoice& choice) {
  store::EventFilter filter;
  if (!choice.from.empty()) filter.from = text::utc_of(days_of(choice.from).first);
  if (!choice.to.empty()) filter.to = text::utc_of(days_of(choice.to).last, 1);
  filter.actor = choice.actor;
  filter.subject = choice.subject;
  if (!choice.action.empty()) {
    if (!store::is_action_pattern(choice.action)) throw Error(ErrorKind::invalid, "操作の名前「" + store::printable(choice.action, 100) + "」が正しくありません。", "document.correct や read.* のように書いてください。");
    filter.actions = {choice.action};
  }
  return filter;
}

std::string words_of(const EventChoice& choice) {
  std::string words;
  const std::pair<const char*, const std::string*> fields[] = {{"from", &choice.from}, {"to", &choice.to}, {"actor", &choice.actor}, {"action", &choice.action}, {"subject", &choice.subject}};
  for (const auto& [name, value] : fields) {
    if (!value->empty()) words += fmt::format("{}{}={}", words.empty() ? "" : " ", name, *value);
  }
  return words;
}

std::string line_of(const store::EventRow& event) {
  std::string line = fmt::format("{}  {}  {}  {}", event.id, text::local_time(event.at), event.actor, event.action);
  for (const std::string* field : {&event.address, &event.subject, &event.detail}) {
    if (!field->empty()) line += "  " + *field;
  }
  if (!event.before.empty() || !event.after.empty()) line += fmt::format("  {} → {}", event.before, event.after);
  if (!event.clock.empty()) line += fmt::format("  （時計は {}）", text::local_time(event.clock));
  return store::printable(line, 16 << 10);
}

}  // namespace

int events_list(const Arguments& arguments, const EventChoice& choice, size_t limit, bool json) {
  store::EventFilter filter = filter_of(choice);
  store::Database database(arguments.data / "shirube.db", store::Database::Open::existing);
  size_t shown = 0;
  database.read([&](SQLite::Database& db) {
    store::each_event(db, filter, store::EventOrder::newest_first, [&](const store::EventRow& event) {
      std::cout << (json ? web::line_of(web::EventFormat::jsonl, event) : line_of(event) + "\n");
      return ++shown < limit;
    });
  });
  if (shown == 0 && !json) std::cout << "この条件の記録はありません。\n";
  return 0;
}

int events_verify(const Arguments& arguments, const std::string& written) {
  std::optional<store::Head> noted;
  if (!written.empty() && !(noted = store::parse_head(written))) {
    throw Error(ErrorKind::invalid, "控えておいた値が正しくありません。", "shirube events head が示す「番号:ハッシュ」を、そのまま指定してください。");
  }
  store::Database database(arguments.data / "shirube.db", store::Database::Open::existing);
  ProgressLine line("記録");
  auto verdict = database.read([&](SQLite::Database& db) { return store::verify(db, [&](uint64_t done, uint64_t all) { line.show(done, all); }, noted); });
  std::cout << verdict.said() << "\n";
  if (verdict.sound()) std::cout << "最新の記録: " << verdict.end.written() << "\n";
  if (verdict.sound() && !noted) std::cout << "末尾の切取りは、控えておいた値（--head）と比べないと分かりません。\n";
  return verdict.sound() ? 0 : 1;
}

int events_export(const Arguments& arguments, const EventChoice& choice, const std::string& name) {
  auto format = web::event_format(name);
  if (!format) throw Error(ErrorKind::invalid, "書き出す形式がありません。", "--format に csv、jsonl、syslog のどれかを指定してください。");
  store::EventFilter filter = filter_of(choice);
  // JSON Lines of everything are what the chain can be verified from elsewhere: no link is left out.
  filter.removed = *format == web::EventFormat::jsonl && words_of(choice).empty();
  store::Database database(arguments.data / "shirube.db", store::Database::Open::existing);
  // Nothing leaves before it is on disk that it does; the export does not tell itself.
  filter.before = database.write([&](SQLite::Database& db) {
    store::append(db, {"events.export", name, words_of(choice)});
    return store::head(db).id;
  });
  std::cout << web::head_of(*format);
  database.read([&](SQLite::Database& db) {
    store::each_event(db, filter, store::EventOrder::oldest_first, [&](const store::EventRow& event) {
      std::cout << web::line_of(*format, event);
      return static_cast<bool>(std::cout) && !stop_requested;
    });
  });
  std::cout.flush();
  if (stop_requested || !std::cout) throw Error(ErrorKind::unavailable, "記録を最後まで書き出せませんでした。", "書出し先の空きを確かめて、もう一度実行してください。");
  return 0;
}

int events_head(const Arguments& arguments) {
  store::Database database(arguments.data / "shirube.db", store::Database::Open::existing);
  std::cout << database.read([](SQLite::Database& db) { return store::head(db); }).written() << "\n";
  return 0;
}

}  // namespace shirube::commands
