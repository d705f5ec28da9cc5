// The places that are watched: how they stand, and a round of them.
#include <fmt/format.h>

#include <iostream>

#include "commands/commands.h"
#include "commands/terminal.h"
#include "indexer/watch.h"
#include "text/error.h"

namespace shirube::commands {

namespace {

struct Post {
  explicit Post(const Arguments& arguments)
      : database(arguments.data / "shirube.db", store::Database::Open::existing),
        desk(database, store::Files(arguments.data / "files"), {limits(arguments.config), arguments.program}),
        watch(watch_for(arguments, database, desk)) {}

  store::Database database;
  indexer::Desk desk;
  indexer::Watch watch;
};

void print(const indexer::Round& round) {
  std::cout << fmt::format("{}　{}: 新着 {}、同一 {}、失敗 {}{}\n", round.error.empty() ? "正常" : "失敗", round.source, round.taken, round.same, round.failed, round.left ? fmt::format("、次回以降 {}", round.left) : "");
  if (round.elsewhere) std::cout << fmt::format("　　hosts にないサーバーへのリンク {} 件は、たどりませんでした\n", round.elsewhere);
  if (!round.error.empty()) std::cout << "　　" << round.error << "\n";
  std::cout << std::flush;
}

}  // namespace

indexer::Watch watch_for(const Arguments& arguments, store::Database& database, indexer::Desk& desk) {
  auto to_desk = [&desk](const indexer::Item& item) {
    const std::string& where = item.facts.link.empty() ? item.address : item.facts.link;
    desk.receive(corpus::Viewer::everything(), {fmt::format("{}: {}", item.source.name, where), item.file_name, item.bytes, item.facts});
  };
  return {database, indexer::read_sources(arguments.config.folder / arguments.config.sources), {limits(arguments.config), arguments.program}, to_desk};
}

int sources_list(const Arguments& arguments) {
  Post post(arguments);
  for (const auto& state : post.watch.states()) {
    std::cout << fmt::format("{}　{}（{} 件）\n　　確認 {}　変化 {}\n", state.enabled ? "有効" : "停止", state.source, state.items, state.checked_at.empty() ? "まだ" : state.checked_at,
                             state.changed_at.empty() ? "まだ" : state.changed_at);
    if (!state.error.empty()) std::cout << "　　誤り " << state.error << "\n";
  }
  return 0;
}

int sources_check(const Arguments& arguments, const std::vector<std::string>& names) {
  Post post(arguments);
  bool good = true;
  size_t taken = 0;
  auto report = [&](const indexer::Round& round) {
    good = good && round.error.empty();
    taken += round.taken;
    print(round);
  };
  if (names.empty()) post.watch.check_all(report, stop_requested);
  for (const auto& name : names) report(post.watch.check(name, stop_requested));
  // A running service would read them too; what one has read the other leaves alone.
  post.desk.read_waiting([](int64_t) {}, stop_requested);
  if (taken > 0) std::cout << "新着は下書きになりました。shirube drafts list か「取込」の画面で確かめて公開してください。\n";
  return good ? 0 : some_refused;
}

}  // namespace shirube::commands
