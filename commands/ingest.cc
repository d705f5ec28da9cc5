// From files to clauses: outline and ingest.
#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "commands/commands.h"
#include "commands/terminal.h"
#include "indexer/ingest.h"
#include "indexer/prepare.h"
#include "text/error.h"

namespace shirube::commands {

namespace fs = std::filesystem;
using Json = nlohmann::json;

int drain(Installation& installation, const config::Config& config) {
  ProgressLine line("索引");
  auto writer = installation.index_writer(config);
  auto outcome = writer.drain([&](uint64_t done, uint64_t all) { line.show(done, all); }, stop_requested);
  if (outcome == indexer::IndexWriter::Outcome::busy) std::cerr << "索引は、起動中の別の処理が更新します。\n";
  return outcome == indexer::IndexWriter::Outcome::stopped ? exit_code(ErrorKind::unavailable) : 0;
}

namespace {

void print(const indexer::Report& report, bool dry_run) {
  using Outcome = indexer::Report::Outcome;
  switch (report.outcome) {
    case Outcome::taken: std::cout << (dry_run ? "取込予定 " : "取込　　 ") << report.source << " → " << report.address << "（" << report.clauses << " 条項）\n"; break;
    case Outcome::same: std::cout << "同一　　 " << report.source << " → " << report.address << "\n"; break;
    case Outcome::corrected: std::cout << "訂正　　 " << report.source << " → " << report.address << "\n"; break;
    case Outcome::refused: std::cout << "拒否　　 " << report.source << " … " << report.reason << " → " << report.hint << "\n"; break;
  }
  for (const auto& warning : report.warnings) std::cout << "　　注意 " << warning << "\n";
  std::cout << std::flush;
}

}  // namespace

int outline(const Arguments& arguments, const fs::path& file) {
  if (!fs::is_regular_file(file)) throw Error(ErrorKind::missing, "ファイルがありません: " + file.string(), "場所と名前を確認してください。");
  indexer::ExtractionLimits bounds = limits(arguments.config);
  auto extraction = indexer::extract_in_child(store::read_file(file, bounds.file_bytes), file.filename().string(), bounds, arguments.program, stop_requested);
  for (const auto& warning : indexer::with_doubts(extraction.warnings, extraction.clauses)) std::cerr << "注意: " << warning << "\n";
  Json nodes = Json::array();
  for (const auto& clause : extraction.clauses) {
    nodes.push_back({{"label", clause.label},
                     {"kind", std::string(corpus::name(clause.kind))},
                     {"heading", clause.heading},
                     {"text", clause.text},
                     {"page", clause.page ? Json(*clause.page) : Json()},
                     {"printed_page", clause.printed_page},
                     {"parent", clause.parent ? Json(*clause.parent) : Json()}});
  }
  std::cout << nodes.dump(1, ' ', false, Json::error_handler_t::replace) << "\n";
  return 0;
}

int ingest(const Arguments& arguments, const std::vector<std::string>& sources, const corpus::Facts& facts, bool dry_run) {
  Installation installation(arguments, store::Database::Open::or_create);
  indexer::Ingest ingest(installation.library, installation.files, {facts, limits(arguments.config), arguments.program, dry_run});
  auto told = [&](const indexer::Report& report) { print(report, dry_run); };
  indexer::IngestSummary all;
  auto add = [&](const indexer::IngestSummary& part) {
    all.taken += part.taken, all.same += part.same, all.corrected += part.corrected, all.refused += part.refused;
  };
  std::vector<fs::path> paths;
  for (const auto& source : sources) {
    bool lines = source == "-" || fs::path(source).extension() == ".jsonl" || fs::path(source).extension() == ".ndjson";
    if (!lines) {
      paths.emplace_back(source);
      continue;
    }
    std::ifstream file;
    if (source != "-") {
      file.open(source, std::ios::binary);
      if (!file) throw Error(ErrorKind::missing, "ファイルを開けません: " + source, "場所と読取り権限を確認してください。");
    }
    if (dry_run) throw Error(ErrorKind::invalid, "JSON Lines の試しの取込みはできません。", "--dry-run はファイルとフォルダに使ってください。");
    ProgressLine line("取込");
    add(ingest.lines(source == "-" ? std::cin : file, source == "-" ? "標準入力" : source, told, [&](size_t done) { line.show(done, 0); }, stop_requested));
  }
  if (!paths.empty()) {
    ProgressLine line("取込");
    add(ingest.paths(paths, told, [&](size_t done, size_t count) { line.show(done, count); }, stop_requested));
  }
  std::cout << (dry_run ? "試しの取込みです。何も保存していません。\n" : "") << fmt::format("取込 {}、同一 {}、訂正 {}、拒否 {}\n", all.taken, all.same, all.corrected, all.refused) << std::flush;
  int drained = dry_run ? 0 : drain(installation, arguments.config);
  if (stop_requested) throw Error(ErrorKind::unavailable, "中断しました。", "もう一度実行すると続きから行います。");
  return drained ? drained : all.refused ? some_refused : 0;
}

}  // namespace shirube::commands
