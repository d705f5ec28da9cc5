// How good and how fast the search is: batch.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "commands/commands.h"
#include "commands/terminal.h"
#include "text/error.h"
#include "text/utf8.h"

namespace shirube::commands {

namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

struct BatchQuery {
  std::string id, text;
};

std::vector<BatchQuery> read_queries(const fs::path& file) {
  std::ifstream in(file);
  if (!in) throw Error(ErrorKind::missing, "問合せのファイルを開けません: " + file.string(), "場所を確認してください。");
  std::vector<BatchQuery> queries;
  std::string line;
  for (size_t number = 1; std::getline(in, line); ++number) {
    if (text::trim(line).empty()) continue;
    Json json = Json::parse(line, nullptr, false);
    bool good = json.is_object() && json.contains("_id") && json["_id"].is_string() && json.contains("text") && json["text"].is_string();
    if (!good) throw Error(ErrorKind::invalid, fmt::format("{} の{}行目を読めません。", file.string(), number), "1行に {\"_id\": …, \"text\": …} を書いてください。");
    queries.push_back({json["_id"], json["text"]});
  }
  if (queries.empty()) throw Error(ErrorKind::invalid, "問合せが1件もありません: " + file.string(), "JSON Lines で書いてください。");
  return queries;
}

}  // namespace

int batch(const Arguments& arguments, const fs::path& queries_file, size_t top, const fs::path& run_file) {
  Installation installation(arguments, store::Database::Open::existing);
  auto queries = read_queries(queries_file);
  std::ofstream run(run_file);
  if (!run) throw Error(ErrorKind::unavailable, "結果を書けません: " + run_file.string(), "場所と権限を確認してください。");
  search::Searcher searcher = installation.searcher();
  std::vector<double> times;
  installation.database.read([&](SQLite::Database& db) {
    SQLite::Statement slug(db, "SELECT d.slug FROM clauses c JOIN editions e ON e.id = c.edition_id JOIN documents d ON d.id = e.document_id WHERE c.id = ?");
    for (const auto& query : queries) {
      if (stop_requested) break;
      auto begin = std::chrono::steady_clock::now();
      auto found = searcher.match(search::parse(query.text), corpus::Viewer::everything(), {0, top, true});
      std::vector<std::string> slugs;
      for (const auto& match : found.matches) {
        slug.reset();
        slug.bind(1, match.clause_id);
        slug.executeStep();
        slugs.push_back(slug.getColumn(0).getString());
      }
      times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
      for (size_t i = 0; i < slugs.size(); ++i) run << fmt::format("{} Q0 {} {} {:.6f} shirube\n", query.id, slugs[i], i + 1, found.matches[i].score);
    }
  });
  if (!run.flush()) throw Error(ErrorKind::unavailable, "結果を書けません: " + run_file.string(), "空き容量を確認してください。");
  double sum = 0;
  for (double time : times) sum += time;
  std::ranges::sort(times);
  auto percentile = [&](double p) { return times.empty() ? 0.0 : times[std::min(times.size() - 1, static_cast<size_t>(p * static_cast<double>(times.size())))]; };
  std::cout << fmt::format("queries={} mean={:.2f} p50={:.2f} p95={:.2f} p99={:.2f} ms\n", times.size(), times.empty() ? 0 : sum / static_cast<double>(times.size()),
                           percentile(0.5), percentile(0.95), percentile(0.99));
  return 0;
}

}  // namespace shirube::commands
