#include "config/config.h"

#include <fmt/format.h>

#include <toml++/toml.h>
#include <variant>

#include "text/error.h"

namespace shirube::config {

namespace {

struct Range {
  int64_t Config::*field;
  int64_t least, most;
};

struct Setting {
  std::string_view section, key;
  std::variant<std::string Config::*, Range, std::vector<std::string> Config::*, bool Config::*> field;
};

const Setting settings[] = {
    {"analyzer", "dictionary", &Config::dictionary},
    {"analyzer", "terms", &Config::terms},
    {"ingest", "cpu_seconds", Range{&Config::cpu_seconds, 1, 3600}},
    {"ingest", "wall_seconds", Range{&Config::wall_seconds, 1, 7200}},
    {"ingest", "memory_mib", Range{&Config::memory_mib, 256, 65536}},
    {"ingest", "file_mib", Range{&Config::file_mib, 1, 2048}},
    {"ingest", "output_mib", Range{&Config::output_mib, 1, 4096}},
    {"ingest", "libreoffice", &Config::libreoffice},
    {"ingest", "libreoffice_memory_mib", Range{&Config::libreoffice_memory_mib, 512, 65536}},
    {"ingest", "ocr", &Config::ocr},
    {"sources", "file", &Config::sources},
    {"sources", "hours", Range{&Config::source_hours, 0, 720}},
    {"index", "threads", Range{&Config::index_threads, 1, 64}},
    {"people", "access", &Config::access},
    {"records", "ledgers", &Config::ledgers},
    {"records", "letters", &Config::letters},
    {"records", "calendar", &Config::calendar},
    {"people", "session_idle_minutes", Range{&Config::session_idle_minutes, 5, 1440}},
    {"people", "session_hours", Range{&Config::session_hours, 1, 720}},
    {"people", "free_attempts", Range{&Config::free_attempts, 1, 50}},
    {"people", "longest_wait_minutes", Range{&Config::longest_wait_minutes, 1, 1440}},
    {"people", "password_memory_mib", Range{&Config::password_memory_mib, 19, 4096}},
    {"people", "password_passes", Range{&Config::password_passes, 2, 20}},
    {"backup", "folder", &Config::backup_folder},
    {"backup", "times", &Config::backup_times},
    {"backup", "keep", Range{&Config::backup_keep, 1, 10000}},
    {"serve", "host", &Config::host},
    {"serve", "port", Range{&Config::port, 1, 65535}},
    {"serve", "threads", Range{&Config::threads, 1, 256}},
    {"events", "reads", &Config::event_reads},
    {"events", "searches", &Config::event_searches},
    {"events", "keep_days", &Config::event_days},
    {"serve", "certificate", &Config::certificate},
    {"serve", "key", &Config::key},
    {"serve", "public_reading", &Config::public_reading},
    {"serve", "proxy_addresses", &Config::proxy_addresses},
    {"serve", "proxy_user_header", &Config::proxy_user_header},
    {"serve", "metrics_addresses", &Config::metrics_addresses},
    {"limits", "head_kib", Range{&Config::head_kib, 4, 1024}},
    {"limits", "target_bytes", Range{&Config::target_bytes, 512, 8192}},
    {"limits", "form_kib", Range{&Config::form_kib, 16, 1024}},
    {"limits", "query_characters", Range{&Config::query_characters, 10, 2000}},
    {"limits", "address_requests", Range{&Config::address_requests, 0, 100'000}},
    {"limits", "account_requests", Range{&Config::account_requests, 0, 100'000}},
    {"limits", "queue", Range{&Config::queue, 1, 10'000}},
    {"limits", "connections", Range{&Config::connections, 16, 10'000}},
    {"limits", "connections_per_address", Range{&Config::connections_per_address, 1, 10'000}},
    {"limits", "uploads", Range{&Config::uploads, 1, 16}},
    {"limits", "read_seconds", Range{&Config::read_seconds, 1, 600}},
    {"limits", "write_seconds", Range{&Config::write_seconds, 1, 600}},
    {"limits", "request_seconds", Range{&Config::request_seconds, 1, 600}},
    {"limits", "idle_seconds", Range{&Config::idle_seconds, 1, 600}},
    {"limits", "free_mib", Range{&Config::free_mib, 0, 1'048'576}},
};

[[noreturn]] void fail(const std::filesystem::path& file, const toml::source_region& where, const std::string& message, const std::string& hint) {
  throw Error(ErrorKind::invalid, fmt::format("設定 {} の{}行目: {}", file.string(), where.begin.line, message), hint);
}

const Setting* find(std::string_view section, std::string_view key) {
  for (const auto& setting : settings) {
    if (setting.section == section && setting.key == key) return &setting;
  }
  return nullptr;
}

/// Puts a value into its field; false when it is of the wrong type or out of range.
bool assign(Config& config, const Setting& setting, const toml::node& node) {
  if (auto text = std::get_if<std::string Config::*>(&setting.field)) {
    auto value = node.value<std::string>();
    if (value) config.**text = *value;
    return value.has_value();
  }
  if (auto flag = std::get_if<bool Config::*>(&setting.field)) {
    auto value = node.value_exact<bool>();
    if (value) config.**flag = *value;
    return value.has_value();
  }
  if (auto range = std::get_if<Range>(&setting.field)) {
    auto value = node.value<int64_t>();
    if (!value || *value < range->least || *value > range->most) return false;
    config.*(range->field) = *value;
    return true;
  }
  if (auto flag = std::get_if<bool Config::*>(&setting.field)) {
    auto value = node.value_exact<bool>();
    if (value) config.**flag = *value;
    return value.has_value();
  }
  const toml::array* list = node.as_array();
  if (list == nullptr) return false;
  auto& words = config.*std::get<std::vector<std::string> Config::*>(setting.field);
  words.clear();
  for (const auto& entry : *list) {
    auto value = entry.value<std::string>();
    if (!value) return false;
    words.push_back(*value);
  }
  return true;
}

std::string expected(const Setting& setting) {
  if (auto range = std::get_if<Range>(&setting.field)) return fmt::format("{}〜{} の整数を指定してください。", range->least, range->most);
  if (std::holds_alternative<bool Config::*>(setting.field)) return "true か false を指定してください。";
  return std::holds_alternative<std::string Config::*>(setting.field) ? "文字列を指定してください。" : "文字列の配列を指定してください。";
}

}  // namespace

Config load(const std::filesystem::path& file) try {
  if (!std::filesystem::exists(file)) {
    throw Error(ErrorKind::missing, "設定ファイルがありません: " + file.string(), "--config の指定を確認してください。");
  }
  Config config;
  config.folder = std::filesystem::absolute(file).parent_path();
  for (const auto& [section, node] : toml::parse_file(file.string())) {
    const toml::table* table = node.as_table();
    if (table == nullptr) fail(file, node.source(), fmt::format("「{}」は節ではありません。", section.str()), "[節] の形で書いてください。");
    for (const auto& [key, value] : *table) {
      const Setting* setting = find(section.str(), key.str());
      if (setting == nullptr) fail(file, value.source(), fmt::format("「{}.{}」という設定はありません。", section.str(), key.str()), "綴りを確認してください。");
      if (!assign(config, *setting, value)) fail(file, value.source(), fmt::format("「{}.{}」の値が正しくありません。", section.str(), key.str()), expected(*setting));
    }
  }
  return config;
} catch (const toml::parse_error& e) {
  fail(file, e.source(), fmt::format("TOML として読めません（{}）。", e.description()), "書き方を確認してください。");
}

std::vector<std::string> keys() {
  std::vector<std::string> names;
  for (const auto& setting : settings) names.push_back(fmt::format("{}.{}", setting.section, setting.key));
  return names;
}

}  // namespace shirube::config
