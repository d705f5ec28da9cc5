#include <arpa/inet.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <iostream>
#include <thread>

#include "commands/commands.h"
#include "commands/terminal.h"
#include "store/queue.h"
#include "text/error.h"
#include "web/server.h"

namespace shirube::commands {

namespace {

bool is_loopback(const std::string& host) { return host == "127.0.0.1" || host == "::1" || host == "localhost"; }

web::Entrance entrance(const config::Config& config) {
  for (const auto& address : config.proxy_addresses) {
    unsigned char bytes[sizeof(in6_addr)];
    if (inet_pton(AF_INET, address.c_str(), bytes) != 1 && inet_pton(AF_INET6, address.c_str(), bytes) != 1) {
      throw Error(ErrorKind::invalid, fmt::format("設定 serve.proxy_addresses の「{}」は IP アドレスではありません。", address), "192.0.2.1 のように、名前ではなく IP アドレスで書いてください。");
    }
  }
  if (!config.proxy_user_header.empty() && config.proxy_addresses.empty()) {
    throw Error(ErrorKind::invalid, "設定 serve.proxy_user_header は、プロキシのアドレスがないと使えません。", "serve.proxy_addresses に、そのヘッダーを渡すプロキシを書いてください。");
  }
  return {.public_reading = config.public_reading, .tls = false, .proxies = config.proxy_addresses, .user_header = config.proxy_user_header};
}

/// Keeps the index in step until it is told to stop: at once when something is queued, and now and
/// then for editions that a new day brings into force; at such rounds sessions that ended go too.
void keep_index(Installation& installation, const config::Config& config, people::SignIn& sign_in) {
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
        sign_in.tidy();
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

/// An index that cannot be used is made anew; the documents are not in it but in the database.
void mend_index(Installation& installation, const config::Config& config) {
  try {
    installation.searcher();
    installation.suggester();
  } catch (const Error& e) {
    spdlog::warn("{} 索引を作り直します。", e.message());
    auto outcome = installation.index_writer(config).rebuild([](uint64_t, uint64_t) {}, stop_requested);
    if (outcome == indexer::IndexWriter::Outcome::busy) {
      throw Error(ErrorKind::unavailable, "索引が使えず、別の処理が更新しているため作り直せません。", "その処理が終わってから、もう一度始めてください。");
    }
  }
}

}  // namespace

int serve(const Arguments& arguments, const std::string& host, int port) {
  Installation installation(arguments, store::Database::Open::existing);
  const config::Config& config = arguments.config;
  mend_index(installation, config);
  auto options = installation.app_options({}, static_cast<size_t>(config.threads), {limits(config), arguments.program});
  options.local_only = is_loopback(host);
  people::Accounts accounts(installation.database, access_table(config), password_cost(config));
  people::SignIn sign_in(installation.database, accounts, sign_in_options(config));
  options.accounts = &accounts;
  options.sign_in = &sign_in;
  options.entrance = entrance(config);
  options.log = [](std::string_view line) { spdlog::error("{}", line); };
  indexer::Desk desk(installation.database, installation.files, options.desk);
  bool watches = !config.folder.empty() && std::filesystem::exists(config.folder / config.sources);
  if (watches) options.sources = [&] { return watch_for(arguments, installation.database, desk).states(); };
  std::atomic<bool> anew = false;
  options.settings = editable_files(installation, config, [&] { anew = stop_requested = true; });
  web::App app(std::move(options));
  web::Server server(app, {.threads = static_cast<size_t>(config.threads)});
  int bound = server.bind(host, port);
  std::cout << fmt::format("しるべを始めました: http://{}:{}/ （終了は Ctrl+C）", host.find(':') == host.npos ? host : "[" + host + "]", bound) << std::endl;
  if (accounts.none()) std::cout << "利用者がまだ登録されていないため、サインインできません。別の端末で shirube user add を実行し、管理者を登録してください。" << std::endl;
  std::jthread serving([&] { server.serve(); });
  // Whatever ends the watch over the index, the server stops before its thread is waited for.
  struct Stop {
    web::Server& server;
    ~Stop() { server.stop(); }
  } stop{server};
  std::jthread watching([&] {
    if (watches && config.source_hours > 0) keep_sources(arguments, installation);
  });
  std::jthread reading([&] { keep_desk(installation, {limits(config), arguments.program}); });
  keep_index(installation, config, sign_in);
  return anew ? begin_anew : 0;
}

}  // namespace shirube::commands
