// How good and how fast the search is: batch and eval.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_map>

#include "commands/commands.h"
#include "commands/questions.h"
#include "commands/terminal.h"
#include "search/evaluation.h"
#include "text/error.h"
#include "text/utf8.h"

namespace shirube::commands {

namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

// ---- what both do ----

void write(ResultFile& file, const search::Run& run) {
  search::write_run(file.stream(), run, "shirube");
  file.finish();
}

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

void print(const Outcome& outcome, const Texts& texts, const std::string& compared) {
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
  std::cout << fmt::format("\n{} と比べて（nDCG@10）\n勝ち {}　負け {}　引分け {}　差 {:+.4f}　p = {:.4f}\n", compared, comparison.wins, comparison.losses, comparison.ties,
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

/// What cannot be asked for together, and a folder of words that is none.
void check(const EvalOptions& options) {
  bool files = !options.queries.empty() || !options.qrels.empty(), both = !options.queries.empty() && !options.qrels.empty();
  if (options.own ? files : !both) {
    throw Error(ErrorKind::invalid, options.own ? "--own と --queries・--qrels は一緒に使えません。" : "必要な引数がありません（--queries と --qrels、または --own）。", "使い方は shirube help で確認できます。");
  }
  if (options.words.empty()) return;
  if (!options.compare.empty()) throw Error(ErrorKind::invalid, "--words と --compare は一緒に使えません。", "どちらかを指定してください。");
  bool any = false;
  for (const char* list : {"synonyms.tsv", "boilerplate.tsv", "pinned.tsv"}) any |= fs::exists(options.words / list);
  if (!any) {
    throw Error(ErrorKind::missing, "語の一覧がありません: " + options.words.string(), "config/dictionary をフォルダごと複写し、synonyms.tsv などを直して指定してください。ない一覧は空とみなします。");
  }
}

}  // namespace

int batch(const Arguments& arguments, const fs::path& queries, size_t top, const fs::path& run) {
  Installation installation(arguments, store::Database::Open::existing);
  auto questions = read_questions(queries);
  ResultFile file(run);
  Answers answers = ask(installation, questions, top, Level::document, installation.lexicon);
  write(file, answers.run);
  Latency time = latency(answers.milliseconds);
  std::cout << fmt::format("queries={} mean={:.2f} p50={:.2f} p95={:.2f} p99={:.2f} ms\n", answers.milliseconds.size(), time.mean, time.p50, time.p95, time.p99);
  return 0;
}

int eval(const Arguments& arguments, const EvalOptions& options) {
  check(options);
  Installation installation(arguments, store::Database::Open::existing);
  OwnJudgements judged_here;
  if (options.own) {
    judged_here = own_judgements(corpus::JudgementLedger(installation.database));
  } else {
    judged_here.questions = read_questions(options.queries);
    judged_here.judgements = search::parse_judgements(store::read_file(options.qrels, search::largest_evaluation_file), options.qrels.string());
  }
  const auto& [questions, judgements] = judged_here;
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
    throw Error(ErrorKind::invalid, "正解の判定がある問合せが1件もありません: " + (options.own ? "評価した検索" : options.qrels.string()),
                options.own ? "役に立った条項も評価してください。" : "問合せの _id と判定の問合せの名前をそろえてください。");
  }
  if (options.top < deepest_measure) std::cerr << fmt::format("注意: 上位 {} 件だけを見るため、それより深い指標は低く出ます。\n", options.top);
  std::optional<ResultFile> file;
  if (!options.run.empty()) file.emplace(options.run);
  Level level = options.own ? Level::clause : Level::document;
  if (!options.words.empty()) earlier = ask(installation, questions, options.top, level, installation.lexicon).run;
  Answers answers = ask(installation, questions, options.top, level, options.words.empty() ? installation.lexicon : options.words);
  if (stop_requested) throw Error(ErrorKind::unavailable, "中断しました。", "もう一度実行してください。");
  if (file) write(*file, answers.run);
  outcome.mean = search::evaluate(judgements, answers.run).mean;
  outcome.latency = latency(answers.milliseconds);
  if (!options.compare.empty() || !options.words.empty()) outcome.comparison = search::compare(judgements, earlier, answers.run, changes_shown);
  if (options.json) {
    std::cout << to_json(outcome, texts).dump(1, ' ', false, Json::error_handler_t::replace) << "\n";
  } else {
    print(outcome, texts, options.words.empty() ? options.compare.string() : "今の語の一覧");
  }
  return 0;
}

}  // namespace shirube::commands
