// The commands. The only file that sees every folder.
#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <thread>
#include <unistd.h>

#include "config/config.h"
#include "indexer/check.h"
#include "indexer/child.h"
#include "indexer/index_writer.h"
#include "indexer/ingest.h"
#include "search/searcher.h"
#include "store/database.h"
#include "store/queue.h"
#include "text/error.h"
#include "text/user_dictionary.h"
#include "text/utf8.h"
#include "web/app.h"
#include "web/server.h"
#include "web/target.h"

namespace shirube {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

std::atomic<bool> stop_requested{false};

void watch_signals() {
  struct sigaction action {};
  action.sa_handler = [](int) { stop_requested = true; };
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

// ---- what the shell sees ----

/// Exit codes, by kind of error. 1 is kept for "done, but not all is well".
constexpr int some_refused = 1;
int exit_code(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid: return 2;
    case ErrorKind::missing: return 3;
    case ErrorKind::forbidden: return 4;
    case ErrorKind::conflict: return 5;
    case ErrorKind::unavailable: return 6;
    default: return 70;
  }
}

int fail(const Error& e) {
  std::cerr << "エラー: " << e.message() << (e.hint().empty() ? "" : " → ") << e.hint() << "\n";
  return exit_code(e.kind());
}

/// One line on a terminal that is written over, or now and then a line in a log.
class ProgressLine {
 public:
  explicit ProgressLine(std::string name) : name_(std::move(name)), terminal_(::isatty(2)) {}
  ~ProgressLine() {
    if (pending_) print();
    if (terminal_ && shown_) std::cerr << "\n";
  }
  void show(uint64_t done, uint64_t all) {
    done_ = done;
    all_ = all;
    pending_ = true;
    auto now = std::chrono::steady_clock::now();
    if (now - last_ <= (terminal_ ? std::chrono::milliseconds(200) : std::chrono::milliseconds(10000))) return;
    last_ = now;
    print();
  }

 private:
  void print() {
    pending_ = false;
    shown_ = true;
    std::string amount = all_ ? fmt::format("{}/{} ({}%)", done_, all_, done_ * 100 / all_) : fmt::format("{}", done_);
    std::cerr << (terminal_ ? "\r\x1b[K" : "") << name_ << " " << amount << (terminal_ ? "" : "\n") << std::flush;
  }

  std::string name_;
  bool terminal_;
  bool shown_ = false, pending_ = false;
  uint64_t done_ = 0, all_ = 0;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

// ---- what the commands share ----

struct Arguments {
  fs::path data = "var";
  fs::path config_file;
  config::Config config;
  fs::path program;
};

/// The settings of a checkout lie beside its build folder.
fs::path default_config() {
  fs::path beside = fs::read_symlink("/proc/self/exe").parent_path() / "../../config/shirube.toml";
  for (const fs::path& file : {fs::path("/etc/shirube/shirube.toml"), beside.lexically_normal()}) {
    if (fs::exists(file)) return file;
  }
  return {};
}

/// The analyzer of an installation: its dictionary and its own terms.
struct Words {
  std::string name;  ///< changes with the dictionaries, so that an index knows which cut it
  text::AnalyzerModel model;
};

text::AnalyzerOptions analyzer_options(const Arguments& arguments, std::string& name) {
  text::AnalyzerOptions options;
  options.dictionary = arguments.config.dictionary;
  name = options.dictionary;
  fs::path terms = arguments.config.folder / arguments.config.terms;
  if (arguments.config.folder.empty() || !fs::exists(terms)) return options;
  std::string tsv = store::read_file(terms, 16 << 20);
  auto list = text::parse_user_terms(tsv, terms.string());
  if (list.empty()) return options;
  std::string hash = store::sha256(options.dictionary + "\n" + tsv).substr(0, 16);
  name += "+" + hash;
  options.user_dictionary = arguments.data / "dictionary" / (hash + ".dic");
  if (!fs::exists(options.user_dictionary)) {
    fs::create_directories(arguments.data / "dictionary");
    text::compile_user_dictionary(list, options.dictionary, options.user_dictionary);
  }
  return options;
}

/// A data directory, opened.
struct Installation {
  explicit Installation(const Arguments& arguments, store::Database::Open open)
      : data(prepare(arguments.data, open)),
        database(data / "shirube.db", open),
        files(data / "files"),
        library(database),
        model(analyzer_options(arguments, analyzer_name)) {}

  search::Searcher searcher() { return {data, database, model, analyzer_name}; }
  indexer::IndexWriter index_writer(const config::Config& config) {
    return {database, model,
            {data, analyzer_name, static_cast<unsigned>(config.analysis_threads), static_cast<uint64_t>(config.commit_mib) << 20}};
  }

  web::AppOptions app_options(corpus::Viewer viewer, size_t readers) {
    web::AppOptions options{data, database, model, analyzer_name, std::move(viewer)};
    options.readers = readers;
    return options;
  }

  fs::path data;
  store::Database database;
  store::Files files;
  corpus::Library library;
  std::string analyzer_name;
  text::AnalyzerModel model;

 private:
  static fs::path prepare(const fs::path& data, store::Database::Open open) {
    std::error_code error;
    if (open == store::Database::Open::or_create) fs::create_directories(data, error);
    if (error) throw Error(ErrorKind::unavailable, "データフォルダを作れません: " + data.string(), "場所と権限を確認してください。");
    return data;
  }
};

indexer::ExtractionLimits limits(const config::Config& config) {
  return {static_cast<unsigned>(config.cpu_seconds), static_cast<unsigned>(config.wall_seconds), static_cast<uint64_t>(config.memory_mib) << 20,
          static_cast<uint64_t>(config.file_mib) << 20};
}

// ---- outline ----

int outline(const Arguments& arguments, const fs::path& file) {
  if (!fs::is_regular_file(file)) throw Error(ErrorKind::missing, "ファイルがありません: " + file.string(), "場所と名前を確認してください。");
  indexer::ExtractionLimits bounds = limits(arguments.config);
  auto extraction = indexer::extract_in_child(store::read_file(file, bounds.file_bytes), file.filename().string(), bounds, arguments.program, stop_requested);
  for (const auto& warning : extraction.warnings) std::cerr << "注意: " << warning << "\n";
  Json nodes = Json::array();
  for (const auto& clause : extraction.clauses) {
    nodes.push_back({{"label", clause.label},
                     {"kind", std::string(corpus::name(clause.kind))},
                     {"heading", clause.heading},
                     {"text", clause.text},
                     {"page", clause.page ? Json(*clause.page) : Json()},
                     {"parent", clause.parent ? Json(*clause.parent) : Json()}});
  }
  std::cout << nodes.dump(1, ' ', false, Json::error_handler_t::replace) << "\n";
  return 0;
}

// ---- ingest ----

int drain(Installation& installation, const config::Config& config) {
  ProgressLine line("索引");
  auto writer = installation.index_writer(config);
  auto outcome = writer.drain([&](uint64_t done, uint64_t all) { line.show(done, all); }, stop_requested);
  if (outcome == indexer::IndexWriter::Outcome::busy) std::cerr << "索引は、起動中の別の処理が更新します。\n";
  return outcome == indexer::IndexWriter::Outcome::stopped ? exit_code(ErrorKind::unavailable) : 0;
}

void print(const indexer::Report& report) {
  using Outcome = indexer::Report::Outcome;
  switch (report.outcome) {
    case Outcome::taken: std::cout << "取込　　 " << report.source << " → " << report.address << "（" << report.clauses << " 条項）\n"; break;
    case Outcome::same: std::cout << "同一　　 " << report.source << " → " << report.address << "\n"; break;
    case Outcome::corrected: std::cout << "訂正　　 " << report.source << " → " << report.address << "\n"; break;
    case Outcome::refused: std::cout << "拒否　　 " << report.source << " … " << report.reason << " → " << report.hint << "\n"; break;
  }
  for (const auto& warning : report.warnings) std::cout << "　　注意 " << warning << "\n";
  std::cout << std::flush;
}

int ingest(const Arguments& arguments, const std::vector<std::string>& sources, const corpus::Facts& facts) {
  Installation installation(arguments, store::Database::Open::or_create);
  indexer::Ingest ingest(installation.library, installation.files, {facts, limits(arguments.config), arguments.program});
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
    ProgressLine line("取込");
    add(ingest.lines(source == "-" ? std::cin : file, source == "-" ? "標準入力" : source, print, [&](size_t done) { line.show(done, 0); }, stop_requested));
  }
  if (!paths.empty()) {
    ProgressLine line("取込");
    add(ingest.paths(paths, print, [&](size_t done, size_t count) { line.show(done, count); }, stop_requested));
  }
  std::cout << fmt::format("取込 {}、同一 {}、訂正 {}、拒否 {}\n", all.taken, all.same, all.corrected, all.refused) << std::flush;
  int drained = drain(installation, arguments.config);
  if (stop_requested) throw Error(ErrorKind::unavailable, "中断しました。", "もう一度実行すると続きから行います。");
  return drained ? drained : all.refused ? some_refused : 0;
}

// ---- search ----

/// The passage of a hit with its marks, for a terminal or a log.
std::string marked(const search::Hit& hit) {
  const std::string& text = hit.clause.clause.text;
  bool terminal = ::isatty(1);
  std::string out;
  size_t at = hit.passage.window.begin;
  for (const auto& mark : hit.passage.marks) {
    out += text.substr(at, mark.begin - at);
    out += (terminal ? "\x1b[1m" : "") + text.substr(mark.begin, mark.end - mark.begin) + (terminal ? "\x1b[0m" : "");
    at = mark.end;
  }
  out += text.substr(at, hit.passage.window.end - at);
  return text::replace_all(out, "\n", " ");
}

/// The results as the API gives them.
int search_json(Installation& installation, const std::string& text, size_t limit) {
  web::App app(installation.app_options(corpus::Viewer::everything(), 1));
  web::Request request;
  request.target = fmt::format("/api/v1/search?q={}&limit={}", web::percent_encode(text), limit);
  Json model = Json::parse(app.handle(request).body);
  if (model.contains("detail")) throw Error(ErrorKind::invalid, model["detail"], model["hint"]);
  Json results = model["results"].is_object() ? model["results"] : Json{{"hits", Json::array()}, {"total", 0}};
  results["query"] = text;
  std::cout << results.dump(1) << "\n";
  return 0;
}

int search_command(const Arguments& arguments, const std::string& text, size_t limit, bool json) {
  Installation installation(arguments, store::Database::Open::existing);
  if (json) return search_json(installation, text, limit);
  search::Query query = search::parse(text);
  auto results = installation.searcher().search(query, corpus::Viewer::everything(), {0, limit, false});
  std::cout << query.understood() << "　" << (results.total_exact ? "" : "約 ") << results.total << " 件\n";
  int rank = 0;
  for (const auto& hit : results.hits) {
    std::cout << fmt::format("\n{}. {} [{}]\n", ++rank, hit.clause.citation(), corpus::japanese_name(hit.clause.edition.state));
    if (!hit.clause.clause.heading.empty()) std::cout << "   " << hit.clause.clause.heading << "\n";
    std::cout << "   " << marked(hit) << "\n";
  }
  return 0;
}

// ---- batch ----

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

// ---- reindex, check ----

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

// ---- serve ----

bool is_loopback(const std::string& host) { return host == "127.0.0.1" || host == "::1" || host == "localhost"; }

/// Without sign-ins everybody is one viewer: the operator on their own machine, and beyond it only
/// who may read what is public, unless the settings say otherwise.
corpus::Viewer service_viewer(const config::Config& config, const std::string& host) {
  if (config.audiences.empty()) return is_loopback(host) ? corpus::Viewer::everything() : corpus::Viewer{{"public"}};
  corpus::Viewer viewer;
  for (const auto& word : config.audiences) {
    auto key = corpus::key_of(corpus::audiences(), word);
    if (!key) throw Error(ErrorKind::invalid, "設定 serve.audiences の「" + word + "」は公開範囲ではありません。", "public、staff、committee、restricted から選んでください。");
    viewer.audiences.emplace_back(*key);
  }
  return viewer;
}

/// Keeps the index in step until it is told to stop: at once when something is queued, and now and
/// then for editions that a new day brings into force.
void keep_index(Installation& installation, const config::Config& config) {
  using Clock = std::chrono::steady_clock;
  constexpr auto glance = std::chrono::milliseconds(200);
  constexpr auto round = std::chrono::minutes(10);
  constexpr auto patience = std::chrono::seconds(30);
  auto writer = installation.index_writer(config);
  auto none = [](uint64_t, uint64_t) {};
  auto next_round = Clock::now();
  auto wait = [&] {
    for (auto end = Clock::now() + patience; Clock::now() < end && !stop_requested;) std::this_thread::sleep_for(glance);
  };
  while (!stop_requested) {
    try {
      installation.library.link_citations();
      if (Clock::now() >= next_round || installation.database.read(store::queue_length) > 0) {
        bool busy = writer.drain(none, stop_requested) == indexer::IndexWriter::Outcome::busy;
        next_round = Clock::now() + (busy ? std::chrono::duration_cast<Clock::duration>(patience) : round);
        if (busy) std::this_thread::sleep_for(std::chrono::seconds(1));
      }
    } catch (const Error& e) {
      spdlog::error("索引の更新に失敗しました: {} {}", e.message(), e.hint());
      wait();
    } catch (const std::exception& e) {
      spdlog::error("索引の更新に失敗しました: {}", e.what());
      wait();
    }
    std::this_thread::sleep_for(glance);
  }
}

/// An index that cannot be used is made anew; the documents are not in it but in the database.
void mend_index(Installation& installation, const config::Config& config) {
  try {
    installation.searcher();
  } catch (const Error& e) {
    spdlog::warn("{} 索引を作り直します。", e.message());
    auto outcome = installation.index_writer(config).rebuild([](uint64_t, uint64_t) {}, stop_requested);
    if (outcome == indexer::IndexWriter::Outcome::busy) {
      throw Error(ErrorKind::unavailable, "索引が使えず、別の処理が更新しているため作り直せません。", "その処理が終わってから、もう一度始めてください。");
    }
  }
}

int serve(const Arguments& arguments, const std::string& host, int port) {
  Installation installation(arguments, store::Database::Open::existing);
  const config::Config& config = arguments.config;
  mend_index(installation, config);
  auto options = installation.app_options(service_viewer(config, host), static_cast<size_t>(config.threads));
  options.local_only = is_loopback(host);
  options.log = [](std::string_view line) { spdlog::error("{}", line); };
  web::App app(std::move(options));
  web::Server server(app, {.threads = static_cast<size_t>(config.threads)});
  int bound = server.bind(host, port);
  std::cout << fmt::format("しるべを始めました: http://{}:{}/ （終了は Ctrl+C）", host.find(':') == host.npos ? host : "[" + host + "]", bound) << std::endl;
  std::jthread serving([&] { server.serve(); });
  // Whatever ends the watch over the index, the server stops before its thread is waited for.
  struct Stop {
    web::Server& server;
    ~Stop() { server.stop(); }
  } stop{server};
  keep_index(installation, config);
  return 0;
}

// ---- the command line ----

constexpr const char* help_text = R"(しるべ — 情報セキュリティ文書の知識ベースと検索

使い方: shirube [--data DIR] [--config FILE] 命令 …（DIR の既定は今いるフォルダの var）

  outline FILE     資料を条項に切り、JSON で表示する
  ingest PATH… | - 資料（PDF、テキスト、Markdown、法令XML、フォルダ）や JSON Lines（.jsonl、標準入力は -）を取り込む
                   [--document 識別名] [--edition 版名] [--title 件名] [--kind 種別] [--issuer 発出者]
                   [--number 文書番号] [--issued 発出日] [--effective 施行日] [--audience 公開範囲]
  search 検索語    条項を検索する [--limit 件数（1〜100）] [--json]
  batch            問合せをまとめて検索する --queries F.jsonl --top N --run OUT
  reindex          検索索引を作り直す
  check            資料・原本・索引の食い違いを調べる（問題があれば終了コード 1）
  serve            ブラウザから使うサービスを始める [--host H] [--port P]
  help             この説明

種別: law 法令、notice 通知、guideline ガイドライン、policy 規程、procedure 手順、manual マニュアル、commentary 解説、answer 回答、other その他
公開範囲: public 公開、staff 庁内、committee 委員会、restricted 担当者限り（既定）
終了コード: 0 正常、1 一部を拒否・問題あり、2 指定の誤り、3 見つからない、4 権限なし、5 矛盾、6 一時的に不可・中断、70 内部エラー
)";

int usage_error(const CLI::ParseError& e) {
  const char* what = dynamic_cast<const CLI::ExtrasError*>(&e)       ? "知らない引数があります"
                     : dynamic_cast<const CLI::RequiredError*>(&e)   ? "必要な引数がありません"
                     : dynamic_cast<const CLI::ConversionError*>(&e) ? "引数の値が正しくありません"
                     : dynamic_cast<const CLI::ValidationError*>(&e) ? "引数の値が正しくありません"
                                                                     : "引数が正しくありません";
  return fail(Error(ErrorKind::invalid, fmt::format("{}（{}）。", what, e.what()), "使い方は shirube help で確認できます。"));
}

int run(int argc, char** argv) {
  // The child is this program too; it must not read settings before its limits stand.
  if (argc == 6 && std::string_view(argv[1]) == indexer::child_command) {
    return indexer::run_extraction_child(argv[2], {static_cast<unsigned>(std::stoul(argv[3])), 0, std::stoull(argv[4]), std::stoull(argv[5])});
  }
  watch_signals();
  Arguments arguments;
  arguments.program = fs::read_symlink("/proc/self/exe");
  CLI::App app;
  app.set_help_flag();
  bool wants_help = false;
  app.add_flag("-h,--help", wants_help);
  app.add_option("--data", arguments.data);
  app.add_option("--config", arguments.config_file);
  app.require_subcommand(0, 1);
  app.fallthrough();
  int code = 0;
  std::vector<std::function<void()>> actions;
  auto command = [&](const char* name, std::function<int()> action) {
    CLI::App* sub = app.add_subcommand(name);
    sub->set_help_flag();
    sub->final_callback([&, action] { actions.emplace_back([&code, action] { code = action(); }); });
    return sub;
  };

  fs::path file, queries, run_file;
  std::vector<std::string> sources;
  corpus::Facts facts;
  std::string text;
  size_t limit = 10, top = 100;
  bool json = false;
  command("outline", [&] { return outline(arguments, file); })->add_option("file", file)->required();
  CLI::App* ingest_command = command("ingest", [&] { return ingest(arguments, sources, facts); });
  ingest_command->add_option("path", sources)->required();
  const std::pair<const char*, std::string*> fact_options[] = {{"--document", &facts.slug},   {"--edition", &facts.label},   {"--title", &facts.title},
                                                               {"--kind", &facts.kind},       {"--issuer", &facts.issuer},   {"--number", &facts.number},
                                                               {"--issued", &facts.issued},   {"--effective", &facts.effective}, {"--audience", &facts.audience}};
  for (const auto& [name, field] : fact_options) ingest_command->add_option(name, *field);
  CLI::App* search_sub = command("search", [&] { return search_command(arguments, text, limit, json); });
  search_sub->add_option("query", text)->required();
  search_sub->add_option("--limit", limit)->check(CLI::Range(1, 100));
  search_sub->add_flag("--json", json);
  CLI::App* batch_sub = command("batch", [&] { return batch(arguments, queries, top, run_file); });
  batch_sub->add_option("--queries", queries)->required();
  batch_sub->add_option("--top", top)->check(CLI::Range(1, 1000));
  batch_sub->add_option("--run", run_file)->required();
  command("reindex", [&] { return reindex(arguments); });
  command("check", [&] { return check(arguments); });
  std::string host;
  int port = 0;
  CLI::App* serve_sub = command("serve", [&] {
    return serve(arguments, host.empty() ? arguments.config.host : host, port == 0 ? static_cast<int>(arguments.config.port) : port);
  });
  serve_sub->add_option("--host", host);
  serve_sub->add_option("--port", port)->check(CLI::Range(1, 65535));
  command("help", [&] { wants_help = true; return 0; });

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return usage_error(e);
  }
  if (actions.empty() || wants_help) {
    std::cout << help_text;
    return wants_help ? 0 : 2;
  }
  if (arguments.config_file.empty()) arguments.config_file = default_config();
  if (!arguments.config_file.empty()) arguments.config = config::load(arguments.config_file);
  actions.front()();
  if (wants_help) std::cout << help_text;
  return code;
}

}  // namespace
}  // namespace shirube

int main(int argc, char** argv) {
  try {
    return shirube::run(argc, argv);
  } catch (const shirube::Error& e) {
    return shirube::fail(e);
  } catch (const std::exception& e) {
    return shirube::fail(shirube::Error(shirube::ErrorKind::internal, std::string("予期しない問題が起きました（") + e.what() + "）。", "もう一度実行し、続く場合は shirube check を実行してください。"));
  }
}
