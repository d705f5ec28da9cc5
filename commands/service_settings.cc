#include "commands/service_settings.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <algorithm>

#include "text/error.h"

namespace shirube::commands {

web::Entrance entrance(const config::Config& config) {
  if (!config.proxy_user_header.empty() && config.proxy_addresses.empty()) {
    throw Error(ErrorKind::invalid, "設定 serve.proxy_user_header は、プロキシのアドレスがないと使えません。", "serve.proxy_addresses に、そのヘッダーを渡すプロキシを書いてください。");
  }
  return {config.public_reading, config.proxy_user_header};
}

std::unique_ptr<store::BackupKeeper> backup_keeper(const Arguments& arguments, Installation& installation) {
  const config::Config& config = arguments.config;
  if (config.backup_folder.empty()) return nullptr;
  store::BackupKeeper::Options options;
  options.plan = {(config.folder / config.backup_folder).lexically_normal(), {}, static_cast<size_t>(config.backup_keep)};
  for (const auto& word : config.backup_times) {
    auto time = store::time_of_day(word);
    if (!time) throw Error(ErrorKind::invalid, "設定 backup.times の「" + word + "」は時刻ではありません。", "\"02:30\" のように書いてください。");
    options.plan.times.push_back(*time);
  }
  options.program = SHIRUBE_VERSION;
  options.settings = [&arguments] { return settings_files(arguments); };
  options.log = [](std::string_view line) { spdlog::error("{}", line); };
  return std::make_unique<store::BackupKeeper>(installation.database, installation.files, std::move(options));
}

std::unique_ptr<web::Tls> certificate(const config::Config& config) {
  if (config.certificate.empty() && config.key.empty()) return nullptr;
  if (config.certificate.empty() || config.key.empty()) {
    throw Error(ErrorKind::invalid, "設定 serve.certificate と serve.key は、両方を書くか、どちらも書かないでください。", "証明書だけ、鍵だけでは TLS で始められません。");
  }
  return std::make_unique<web::Tls>(config.folder / config.certificate, config.folder / config.key, [](std::string_view line) { spdlog::warn("{}", line); });
}

web::Limits limits_of_requests(const config::Config& config) {
  return {.longest_target = static_cast<size_t>(config.target_bytes),
          .longest_form = static_cast<size_t>(config.form_kib) << 10,
          .query_characters = static_cast<size_t>(config.query_characters),
          .address_rate = static_cast<double>(config.address_requests),
          .account_rate = static_cast<double>(config.account_requests),
          .free_bytes = static_cast<uint64_t>(config.free_mib) << 20};
}

web::ServerOptions server_options(const config::Config& config, web::Tls* tls) {
  return {.threads = static_cast<size_t>(config.threads),
          .queue = static_cast<size_t>(config.queue),
          .connections = static_cast<size_t>(config.connections),
          .connections_per_address = static_cast<size_t>(config.connections_per_address),
          .proxies = web::Addresses(config.proxy_addresses, "serve.proxy_addresses"),
          .largest_head = static_cast<size_t>(config.head_kib) << 10,
          .longest_form = static_cast<size_t>(config.form_kib) << 10,
          .uploads = static_cast<size_t>(config.uploads),
          .read_time = std::chrono::seconds(config.read_seconds),
          .write_time = std::chrono::seconds(config.write_seconds),
          .request_time = std::chrono::seconds(config.request_seconds),
          .keep_alive_time = std::chrono::seconds(config.idle_seconds),
          .tls = tls};
}

void allow_files(int64_t connections) {
  constexpr rlim_t others = 512;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  rlim_t wanted = 2 * static_cast<rlim_t>(connections) + others;  // each may have an original open that it is sent
  if (limit.rlim_cur >= wanted) return;
  limit.rlim_cur = std::min(wanted, limit.rlim_max);
  ::setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < wanted) spdlog::warn("開けるファイルの数が {} までのため、設定 limits.connections の接続を受け付けられないことがあります。", limit.rlim_cur);
}

}  // namespace shirube::commands
