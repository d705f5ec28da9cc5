// How good and how fast the search is: batch and eval.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_map>

#include "commands/commands.h"
#include "commands/terminal.h"
#include "search/evaluation.h"
#include "text/error.h"
#include "text/utf8.h"

namespace shirube::commands {

namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

// ---- what both do ----

struct Question {
  std::string id, text;
};

std::vector<Question> read_questions(const fs::path& file) {
  std::ifstream in(file);
  if (!in) throw Error(ErrorKind::missing, "問合せのファイルを開けません: " + file.string(), "場所を確認してください。");
  std::vector<Question> questions;
  std::string line;
  for (size_t number = 1; std::getline(in, line); ++number) {
    if (text::trim(line).empty()) continue;
    Json json = Json::parse(line, nullptr, false);
    bool good = json.is_object() && json.contains("_id") && json["_id"].is_string() && json.contains("text") && json["text"].is_string();
    if (!good) throw Error(ErrorKind::invalid, fmt::format("{} の{}行目を読めません。", file.string(), number), "1行に {\"_id\": …, \"text\": …} を書いてください。");
    questions.push_back({json["_id"], json["text"]});
  }
  if (questions.empty()) throw Error(ErrorKind::invalid, "問合せが1件もありません: " + file.string(), "JSON Lines で書いてください。");
  return questions;
}

/// What questions found, and how long each took.
struct Answers {
  search::Run run;
  std::vector<double> milliseconds;
};

/// Asks one question after the other; fewer when it is told to stop.
Answers ask(Installation& installation, const std::vector<Question>& questions, size_t top) {
  search::Searcher searcher = installation.searcher();
  Answers answers;
  installation.database.read([&](SQLite::Database& db) {
    SQLite::Statement slug(db, "SELECT d.slug FROM clauses c JOIN editions e ON e.id = c.edition_id JOIN documents d ON d.id = e.document_id WHERE c.id = ?");
    for (const auto& question : questions) {
      if (stop_requested) break;
      auto begin = std::chrono::steady_clock::now();
      auto found = searcher.match(search::parse(question.text), corpus::Viewer::everything(), {0, top, true});
      search::Ranking& ranking = answers.run.emplace_back(search::Ranking{question.id, {}});
      for (const auto& match : found.matches) {
        slug.reset();
        slug.bind(1, match.clause_id);
        slug.executeStep();
        ranking.documents.push_back({slug.getColumn(0).getString(), match.score});
      }
      answers.milliseconds.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
    }
  });
  return answers;
}

/// A file for a run. It is opened before the work whose result it takes, lest that be lost.
class RunFile {
 public:
  explicit RunFile(const fs::path& path) : path_(path), out_(path) { check("場所と権限を確認してください。"); }
  void write(const search::Run& run) {
    search::write_run(out_, run, "shirube");
    out_.flush();
    check("空き容量を確認してください。");
  }

 private:
  void check(const char* hint) {
    if (!out_) throw Error(ErrorKind::unavailable, "結果を書けません: " + path_.string(), hint);
  }

  fs::path path_;
  std::ofstream out_;
};

struct Latency {
  double mean = 0, p50 = 0, p95 = 0, p99 = 0;
};

Latency latency(std::vector<double> times) {
  if (times.empty()) return {};
  std::ranges::sort(times);
  auto count = static_cast<double>(times.size());
  auto percentile = [&](double p) { return times[std::min(times.size() - 1, static_cast<size_t>(p * count))]; };
  double sum = 0;
  for (double time : times) sum += time;
  return {sum / count, percentile(0.5), percentile(0.95), percentile(0.99)};
}

// ---- eval ----

constexpr size_t changes_shown = 5;
constexpr size_t deepest_measure = 100;

struct NamedMeasure {
  const char* label;
  const char* key;
  double search::Measures::*value;
};

constexpr NamedMeasure measures[] = {{"nDCG@10", "ndcg_10", &search::Measures::ndcg_10},
                                     {"MRR@10", "mrr_10", &search::Measures::reciprocal_rank_10},
                                     {"R@10", "recall_10", &search::Measures::recall_10},
                                     {"R@100", "recall_100", &search::Measures::recall_100}};

struct Outcome {
  size_t asked = 0;   ///< questions
  size_t judged = 0;  ///< queries that the mean is of
  size_t absent = 0;  ///< of these, the ones that were not asked and count 0
  search::Measures mean;
  Latency latency;
  std::optional<search::Comparison> comparison;
};

using Texts = std::unordered_map<std::string, std::string>;

Texts texts_of(const std::vector<Question>& questions) {
  Texts texts;
  for (const auto& question : questions) {
    bool fresh = texts.emplace(question.id, question.text).second;
    if (!fresh) throw Error(ErrorKind::invalid, "問合せの _id が重なっています: " + question.id, "問合せごとに異なる _id を付けてください。");
  }
  return texts;
}

/// The beginning of a query in one line; one that was not asked has no text.
std::string excerpt(const Texts& texts, const std::string& query) {
  auto found = texts.find(query);
  if (found == texts.end()) return "（問合せにない）";
  std::string line = text::replace_all(found->second, "\n", " ");
  std::string_view beginning = text::clamp_utf8(line, 120);
  return std::string(beginning) + (beginning.size() < line.size() ? "…" : "");
}

void print(const Outcome& outcome, const Texts& texts, const fs::path& compared) {
  const char* space = "";
  for (const auto& measure : measures) {
    std::cout << fmt::format("{}{} {:.4f}", space, measure.label, outcome.mean.*measure.value);
    space = "　";
  }
  std::cout << fmt::format("\n問合せ {}　判定あり {}", outcome.asked, outcome.judged);
  if (outcome.absent) std::cout << fmt::format("（うち {} は問合せになく、0 と数えた）", outcome.absent);
  const Latency& time = outcome.latency;
  std::cout << fmt::format("\n時間 平均 {:.2f}　p50 {:.2f}　p95 {:.2f}　p99 {:.2f} ms\n", time.mean, time.p50, time.p95, time.p99);
  if (!outcome.comparison) return;
  const search::Comparison& comparison = *outcome.comparison;
  std::cout << fmt::format("\n{} と比べて（nDCG@10）\n勝ち {}　負け {}　引分け {}　差 {:+.4f}　p = {:.4f}\n", compared.string(), comparison.wins, comparison.losses, comparison.ties,
                           comparison.difference, comparison.p);
  for (const auto& [title, changes] : {std::pair("良くなった問合せ", &comparison.gained), std::pair("悪くなった問合せ", &comparison.lost)}) {
    if (!changes->empty()) std::cout << title << "\n";
    for (const auto& change : *changes) std::cout << fmt::format("  {:.4f} → {:.4f}  {}  {}\n", change.before, change.after, change.query, excerpt(texts, change.query));
  }
}

Json to_json(const Outcome& outcome, const Texts& texts) {
  const Latency& time = outcome.latency;
  Json json = {{"queries", outcome.asked},
               {"judged", outcome.judged},
               {"absent", outcome.absent},
               {"latency_ms", {{"mean", time.mean}, {"p50", time.p50}, {"p95", time.p95}, {"p99", time.p99}}}};
  for (const auto& measure : measures) json[measure.key] = outcome.mean.*measure.value;
  if (!outcome.comparison) return json;
  auto list = [&](const std::vector<search::Change>& changes) {
    Json out = Json::array();
    for (const auto& change : changes) {
      auto text = texts.find(change.query);
      out.push_back({{"query", change.query}, {"text", text == texts.end() ? Json() : Json(text->second)}, {"before", change.before}, {"after", change.after}});
    }
    return out;
  };
  const search::Comparison& comparison = *outcome.comparison;
  json["comparison"] = {{"wins", comparison.wins}, {"losses", comparison.losses},       {"ties", comparison.ties},      {"difference", comparison.difference},
                        {"p", comparison.p},       {"gained", list(comparison.gained)}, {"lost", list(comparison.lost)}};
  return json;
}

}  // namespace

int batch(const Arguments& arguments, const fs::path& queries, size_t top, const fs::path& run) {
  Installation installation(arguments, store::Database::Open::existing);
  auto questions = read_questions(queries);
  RunFile file(run);
  Answers answers = ask(installation, questions, top);
  file.write(answers.run);
  Latency time = latency(answers.milliseconds);
  std::cout << fmt::format("queries={} mean={:.2f} p50={:.2f} p95={:.2f} p99={:.2f} ms\n", answers.milliseconds.size(), time.mean, time.p50, time.p95, time.p99);
  return 0;
}

int eval(const Arguments& arguments, const EvalOptions& options) {
  Installation installation(arguments, store::Database::Open::existing);
  auto questions = read_questions(options.queries);
  auto judgements = search::parse_judgements(store::read_file(options.qrels, search::largest_evaluation_file), options.qrels.string());
  // Read before the other is opened for writing: the two may be one file.
  search::Run earlier;
  if (!options.compare.empty()) earlier = search::parse_run(store::read_file(options.compare, search::largest_evaluation_file), options.compare.string());
  Texts texts = texts_of(questions);
  Outcome outcome;
  outcome.asked = questions.size();
  auto judged = search::evaluate(judgements, {}).queries;
  outcome.judged = judged.size();
  outcome.absent = static_cast<size_t>(std::ranges::count_if(judged, [&](const auto& query) { return !texts.contains(query.first); }));
  if (outcome.absent == outcome.judged) {
    throw Error(ErrorKind::invalid, "正解の判定がある問合せが1件もありません: " + options.qrels.string(), "問合せの _id と判定の問合せの名前をそろえてください。");
  }
  if (options.top < deepest_measure) std::cerr << fmt::format("注意: 上位 {} 件だけを見るため、それより深い指標は低く出ます。\n", options.top);
  std::optional<RunFile> file;
  if (!options.run.empty()) file.emplace(options.run);
  Answers answers = ask(installation, questions, options.top);
  if (stop_requested) throw Error(ErrorKind::unavailable, "中断しました。", "もう一度実行してください。");
  if (file) file->write(answers.run);
  outcome.mean = search::evaluate(judgements, answers.run).mean;
  outcome.latency = latency(answers.milliseconds);
  if (!options.compare.empty()) outcome.comparison = search::compare(judgements, earlier, answers.run, changes_shown);
  if (options.json) {
    std::cout << to_json(outcome, texts).dump(1, ' ', false, Json::error_handler_t::replace) << "\n";
  } else {
    print(outcome, texts, options.compare);
  }
  return 0;
}

}  // namespace shirube::commands
