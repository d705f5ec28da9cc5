// Backups: made, verified, restored.
#include "store/backup.h"

#include <fmt/format.h>

#include <iostream>

#include "commands/commands.h"
#include "commands/terminal.h"
#include "store/event_log.h"
#include "text/error.h"

namespace shirube::commands {

namespace fs = std::filesystem;

namespace {

std::string amount(const store::BackupSummary& summary) {
  return fmt::format("原本 {} 件、設定 {} 件、計 {} MiB、データの形式 {}、作成 {}（しるべ {}）", summary.originals, summary.settings, (summary.bytes + (1 << 20) - 1) >> 20,
                     summary.schema, summary.made_at, summary.program);
}

/// To be held against the events of a later day.
void show_head(const store::BackupSummary& summary) {
  if (!summary.events_head.empty()) std::cout << "最新の記録: " << summary.events_head << "（後日 shirube events verify --head で比べられます）\n";
}

/// Of bytes, told in MiB.
store::Progress shown_on(ProgressLine& line) {
  return [&line](uint64_t done, uint64_t all) { line.show(done >> 20, all >> 20); };
}

}  // namespace

int backup(const Arguments& arguments, const fs::path& file) {
  // Without the dictionaries and the index of an Installation: a backup is wanted when these are in trouble, too.
  store::Database database(arguments.data / "shirube.db", store::Database::Open::existing);
  store::Files files(arguments.data / "files");
  ProgressLine line("控え");
  auto summary = store::back_up({database, files, settings_files(arguments), SHIRUBE_VERSION}, file, shown_on(line), stop_requested);
  if (database.writable()) database.write([&](SQLite::Database& db) { store::append(db, {"backup.make", file.filename().string(), amount(summary)}); });
  std::cout << "控えを作りました: " << file.string() << "\n" << amount(summary) << "\n";
  show_head(summary);
  return 0;
}

int verify_backup(const Arguments&, const fs::path& file) {
  ProgressLine line("確認");
  auto summary = store::verify(file, fs::temp_directory_path(), shown_on(line), stop_requested);
  std::cout << "控えは正常です: " << file.string() << "\n" << amount(summary) << "\n";
  show_head(summary);
  return 0;
}

int restore(const Arguments& arguments, const fs::path& file, const fs::path& settings) {
  fs::path data = fs::absolute(arguments.data).lexically_normal();
  if (!data.has_filename()) data = data.parent_path();  // DIR/
  fs::path to = settings.empty() ? fs::path(data.string() + "-config") : settings;
  ProgressLine line("復元");
  auto settle = [&](SQLite::Database& db, const store::BackupSummary& summary) {
    // Who signed out since, or whose session was ended, is not to be signed in again.
    db.exec("DELETE FROM sessions");
    store::append(db, {"backup.restore", file.filename().string(), amount(summary)});
  };
  auto summary = store::restore(file, data, to, settle, shown_on(line), stop_requested);
  std::cout << "控えから戻しました: " << data.string() << "\n" << amount(summary) << "\n";
  if (summary.settings > 0) std::cout << "設定は " << to.string() << " にあります。使うには --config でその中のファイルを指定します。\n";
  std::cout << "利用者・パスワード・トークンは、控えを作ったときのものです。その後に止めた利用者やトークンは、もう一度止めてください。サインイン中だった人は、サインインし直します。\n";
  std::cout << "検索索引は、次に serve を始めたときに作り直されます（すぐに作るには reindex）。\n";
  return 0;
}

}  // namespace shirube::commands
