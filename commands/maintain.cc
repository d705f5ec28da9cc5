// The care of a data directory: reindex and check.
#include <iostream>

#include "commands/commands.h"
#include "commands/terminal.h"
#include "indexer/check.h"
#include "text/error.h"

namespace shirube::commands {

int reindex(const Arguments& arguments) {
  Installation installation(arguments, store::Database::Open::existing);
  ProgressLine line("索引");
  auto writer = installation.index_writer(arguments.config);
  auto outcome = writer.rebuild([&](uint64_t done, uint64_t all) { line.show(done, all); }, stop_requested);
  if (outcome == indexer::IndexWriter::Outcome::busy) throw Error(ErrorKind::unavailable, "別の処理が索引を更新しています。", "終わってから、もう一度実行してください。");
  if (outcome == indexer::IndexWriter::Outcome::stopped) throw Error(ErrorKind::unavailable, "中断しました。元の索引のままです。", "もう一度実行してください。");
  return 0;
}

int check(const Arguments& arguments) {
  Installation installation(arguments, store::Database::Open::existing);
  auto problems = indexer::check(installation.data, installation.database, installation.files);
  for (const auto& problem : problems) std::cout << problem << "\n";
  if (problems.empty()) std::cout << "問題はありません。\n";
  return problems.empty() ? 0 : 1;
}

}  // namespace shirube::commands
