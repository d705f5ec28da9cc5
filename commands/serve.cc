#include <fmt/format.h>
#include <spdlog/sinks/ringbuffer_sink.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <chrono>
#include <iostream>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "commands/commands.h"
#include "commands/service_events.h"
#include "commands/service_settings.h"
#include "commands/terminal.h"
#include "search/unreadable.h"
#include "store/event_log.h"
#include "store/queue.h"
#include "store/workplace.h"
#include "text/error.h"

namespace shirube::commands {

namespace {

/// What packages brought stands beside a program that was built, and among its data where it is installed.
std::filesystem::path packaged(const std::filesystem::path& program, const char* folder) {
  auto beside = program.parent_path() / folder;
  return std::filesystem::exists(beside) ? beside : program.parent_path().parent_path() / "share/shirube" / folder;
}

bool is_loopback(const std::string& host) { return host == "127.0.0.1" || host == "::1" || host == "localhost"; }

/// Whether the index may be in trouble: somebody could not search, or feeding it failed.
using Trouble = std::atomic<bool>;

/// Makes an index that cannot be used anew; the documents are not in it but in the database. What became of it: nothing when
/// it was sound.
std::optional<indexer::IndexWriter::Outcome> mend_index(Installation& installation, indexer::IndexWriter& writer, indexer::IndexWriter::Look look) {
  if (writer.is_sound(look)) return {};
  bool said = false;
  auto progress = [&](uint64_t, uint64_t) {
    if (!std::exchange(said, true)) spdlog::warn("検索索引が使えないので、作り直しています。資料は失われていません。");
  };
  auto outcome = writer.rebuild(progress, stop_requested);
  if (outcome == indexer::IndexWriter::Outcome::done) spdlog::info("検索索引を作り直しました（{} 条項）。", installation.searcher().size());
  return outcome;
}

/// Keeps the index in step until it is told to stop: at once when something is queued, and now and
/// then for editions that a new day brings into force; at such rounds sessions that ended go too.
void keep_index(Installation& installation, const config::Config& config, people::SignIn& sign_in, records::Records& records, Trouble& trouble) {
  using Clock = std::chrono::steady_clock;
  constexpr auto glance = std::chrono::milliseconds(200);
  constexpr auto round = std::chrono::minutes(10);
  constexpr auto patience = std::chrono::seconds(30);
  store::clear_left(installation.data / "files");
  if (!config.folder.empty()) store::clear_left(config.folder);
  auto writer = installation.index_writer(config);
  auto none = [](uint64_t, uint64_t) {};
  auto next_round = Clock::now();
  auto wait = [&] {
    for (auto end = Clock::now() + patience; Clock::now() < end && !stop_requested;) std::this_thread::sleep_for(glance);
  };
  using Writer = indexer::IndexWriter;
  constexpr auto trust = std::chrono::minutes(10);
  auto trusted_until = Clock::now();
  auto mend = [&](Writer::Look look) {
    auto outcome = mend_index(installation, writer, look);
    if (outcome == Writer::Outcome::busy) {
      std::this_thread::sleep_for(std::chrono::seconds(1));
      return false;
    }
    if (outcome || look == Writer::Look::whole) trusted_until = Clock::now() + trust;
    return true;
  };
  bool begun = false;
  auto fail = [&](const std::string& why) {
    spdlog::error("索引の更新に失敗しました: {}", why);
    trouble = true;
    wait();
  };
  while (!stop_requested) {
    try {
      if (!begun) begun = mend(Writer::Look::opened);
      // An index that can be opened is read through, but not again and again.
      if (begun && trouble.exchange(false)) begun = mend(Clock::now() < trusted_until ? Writer::Look::opened : Writer::Look::whole);
      if (!begun) continue;
      // What was closed to somebody does not wait for anything else.
      if (!installation.database.read(store::corrected_editions).empty()) writer.correct(stop_requested);
      installation.library.link_citations(stop_requested);
      records.find_reviews(stop_requested, std::chrono::seconds(2));
      if (Clock::now() >= next_round || installation.database.read(store::queue_length) > 0) {
        bool busy = writer.drain(none, stop_requested) == indexer::IndexWriter::Outcome::busy;
        sign_in.tidy();
        next_round = Clock::now() + (busy ? std::chrono::duration_cast<Clock::duration>(patience) : round);
        if (busy) std::this_thread::sleep_for(std::chrono::seconds(1));
      }
    } catch (const Error& e) {
      fail(e.message() + " " + e.hint());
    } catch (const std::exception& e) {
      fail(e.what());
    }
    std::this_thread::sleep_for(glance);
  }
}

/// Reads what is handed in, until it is told to stop. What makes that impossible for now is tried again.
void keep_desk(Installation& installation, indexer::DeskOptions options) {
  constexpr auto glance = std::chrono::milliseconds(200);
  constexpr auto patience = std::chrono::seconds(10);
  indexer::Desk desk(installation.database, installation.files, std::move(options));
  while (!stop_requested) {
    auto pause = glance;
    try {
      desk.read_waiting([](int64_t) {}, stop_requested);
    } catch (const std::exception& e) {
      if (!stop_requested) spdlog::error("取込の読取りに失敗しました: {}", e.what());
      pause = patience;
    }
    for (auto end = std::chrono::steady_clock::now() + pause; std::chrono::steady_clock::now() < end && !stop_requested;) std::this_thread::sleep_for(glance);
  }
}

/// Looks at the sources once in so many hours. What goes wrong stands with its source.
void keep_sources(const Arguments& arguments, Installation& installation) {
  constexpr auto glance = std::chrono::milliseconds(200);
  const auto pause = std::chrono::hours(arguments.config.source_hours);
  indexer::Desk desk(installation.database, installation.files, {limits(arguments.config), arguments.program});
  while (!stop_requested) {
    try {
      watch_for(arguments, installation.database, desk).check_all([](const indexer::Round&) {}, stop_requested);
    } catch (const std::exception& e) {
      if (!stop_requested) spdlog::error("収集元を確認できません: {}", e.what());
    }
    for (auto end = std::chrono::steady_clock::now() + pause; std::chrono::steady_clock::now() < end && !stop_requested;) std::this_thread::sleep_for(glance);
  }
}

/// Keeps the last warnings and errors of the log at hand.
std::shared_ptr<spdlog::sinks::ringbuffer_sink_mt> keep_last_errors() {
  constexpr size_t most = 20;
  auto sink = std::make_shared<spdlog::sinks::ringbuffer_sink_mt>(most);
  sink->set_level(spdlog::level::warn);
  sink->set_pattern("%Y-%m-%d %H:%M:%S %v");
  spdlog::default_logger()->sinks().push_back(sink);
  return sink;
}

/// What monitors and the page of health are told beside what the App knows.
std::vector<web::Gauge> gauges(const web::Tls* tls, const people::SignIn& sign_in, const store::BackupKeeper* backups) {
  auto moment = [](auto time) { return static_cast<double>(std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count()); };
  std::vector<web::Gauge> out{{"sessions", "Sessions of people who are signed in.", "サインイン中", static_cast<double>(sign_in.active())}};
  if (tls) out.push_back({"certificate_end_seconds", "Last moment of the TLS certificate, in seconds since 1970.", "証明書の期限", moment(tls->end()), web::Gauge::Unit::moment});
  if (!backups) return out;
  auto state = backups->state();
  if (!state.held.empty()) out.push_back({"backup_seconds", "When the newest backup was made, in seconds since 1970.", "最新の控え", moment(state.held.front().made_at), web::Gauge::Unit::moment});
  out.push_back({"backup_failed", "Whether the last attempt to make a backup failed.", "控えの失敗", state.failure.empty() ? 0.0 : 1.0});
  return out;
}

}  // namespace

int serve(const Arguments& arguments, const std::string& host, int port) {
  Installation installation(arguments, store::Database::Open::existing);
  const config::Config& config = arguments.config;
  auto tls = certificate(config);
  auto errors = keep_last_errors();
  allow_files(config.connections);
  ServiceEvents events(installation, config);
  installation.database.read(store::require_sound);
  try {
    installation.searcher();  // lists of words that cannot be read are told now
  } catch (const search::UnreadableIndex&) {
    // Made anew while documents can be read.
  }
  // Behind a proxy the clients are elsewhere, wherever it stands.
  bool local = is_loopback(host) && config.proxy_addresses.empty();
  auto options = installation.app_options({}, static_cast<size_t>(config.threads), {limits(config), arguments.program});
  options.local_only = local;
  const records::Ledgers ledgers = ledgers_of(config);
  const records::Calendar calendar = calendar_of(config);
  records::Records records(installation.database, installation.files, ledgers, calendar);
  records.settle();
  options.ledgers = ledgers;
  options.calendar = calendar;
  options.letters = config.folder.empty() ? std::filesystem::path() : config.folder / config.letters;
  for (const auto& fault : options.ledgers.faults()) spdlog::warn("{}", fault);
  options.fonts = packaged(arguments.program, "fonts");
  options.pdfjs = packaged(arguments.program, "pdfjs");
  people::Accounts accounts(installation.database, access_table(config), password_cost(config));
  people::SignIn sign_in(installation.database, accounts, sign_in_options(config));
  options.accounts = &accounts;
  options.sign_in = &sign_in;
  options.entrance = entrance(config);
  options.log = [](std::string_view line) { spdlog::error("{}", line); };
  options.reading_events = events.reading();
  indexer::Desk desk(installation.database, installation.files, options.desk);
  bool watches = !config.folder.empty() && std::filesystem::exists(config.folder / config.sources);
  if (watches) options.sources = [&] { return watch_for(arguments, installation.database, desk).states(); };
  std::atomic<bool> anew = false;
  options.settings = editable_files(installation, config, [&] { anew = stop_requested = true; });
  auto backups = backup_keeper(arguments, installation);
  options.backups = backups.get();
  Trouble trouble{false};
  bool writable = installation.database.writable();
  options.index_trouble = [&] { return writable && (trouble = true); };
  options.limits = limits_of_requests(config);
  options.proxies = web::Addresses(config.proxy_addresses, "serve.proxy_addresses");
  options.metrics_addresses = web::Addresses(config.metrics_addresses, "serve.metrics_addresses");
  options.last_errors = [errors] { return errors->last_formatted(); };
  options.gauges = [&] { return gauges(tls.get(), sign_in, backups.get()); };
  web::App app(std::move(options));
  web::Server server(app, server_options(config, tls.get()));
  int bound = server.bind(host, port);
  if (writable) events.started(fmt::format("{} {}", host, bound));
  std::cout << fmt::format("しるべを始めました: {}://{}:{}/ （終了は Ctrl+C）", tls ? "https" : "http", host.find(':') == host.npos ? host : "[" + host + "]", bound) << std::endl;
  if (accounts.none()) std::cout << "利用者がまだ登録されていないため、サインインできません。別の端末で shirube user add を実行し、管理者を登録してください。" << std::endl;
  std::jthread serving([&] { server.serve(); });
  // Whatever ends the watch over the index, the server stops before its thread is waited for.
  struct Stop {
    web::Server& server;
    ~Stop() { server.stop(); }
  } stop{server};
  if (!writable) {
    spdlog::warn("データフォルダに書き込めません。閲覧と検索だけを行います。");
    while (!stop_requested) std::this_thread::sleep_for(std::chrono::milliseconds(200));
    return 0;
  }
  std::jthread watching([&] {
    store::Acting acting({"service"});
    if (watches && config.source_hours > 0) keep_sources(arguments, installation);
  });
  std::jthread reading([&] {
    store::Acting acting({"service"});
    keep_desk(installation, {limits(config), arguments.program});
  });
  std::jthread telling([&] { events.keep(); });
  std::jthread keeping([&] {
    if (backups) backups->keep(stop_requested);
  });
  store::Acting acting({"service"});
  keep_index(installation, config, sign_in, records, trouble);
  return anew ? begin_anew : 0;
}

}  // namespace shirube::commands
