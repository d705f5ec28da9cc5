// What the service says of itself: to monitors, and to the administrator.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>

#include "text/error.h"
#include "web/client_address.h"
#include "web/service.h"

namespace shirube::web {

namespace {

using Json = nlohmann::json;

Response plain(std::string body, std::string_view type = "text/plain; charset=utf-8") {
  Response response;
  response.content_type = type;
  response.body = std::move(body);
  return response;
}

/// Counts tell of documents that somebody may not see: they are for this machine and those addresses that the settings name.
bool is_watcher(const Visit& visit) {
  const AppOptions& options = visit.service.options;
  if (forwarded_by_stranger(visit.request.peer, visit.request.headers, options.proxies)) return false;
  std::string client = client_address(visit.request.peer, visit.request.headers, options.proxies);
  // A proxy that does not say for whom asks for anybody.
  if (options.proxies.contains(client)) return false;
  return is_loopback(client) || options.metrics_addresses.contains(client);
}

std::vector<Gauge> gauges(const Service& service) {
  auto all = gauges_of(service.health.figures());
  if (service.options.gauges) std::ranges::move(service.options.gauges(), std::back_inserter(all));
  return all;
}

std::string written(std::chrono::system_clock::time_point time) { return fmt::format("{:%Y-%m-%d %H:%M:%S %z}", fmt::localtime(std::chrono::system_clock::to_time_t(time))); }

std::string written(const Gauge& gauge) {
  switch (gauge.unit) {
    case Gauge::Unit::number: return fmt::format("{}", static_cast<int64_t>(gauge.value));
    case Gauge::Unit::bytes: return fmt::format("{:.1f} MiB", gauge.value / (1 << 20));
    case Gauge::Unit::seconds: {
      auto seconds = static_cast<int64_t>(gauge.value);
      return seconds < 3600 ? fmt::format("{}分{}秒", seconds / 60, seconds % 60) : fmt::format("{}日{}時間{}分", seconds / 86400, seconds / 3600 % 24, seconds / 60 % 60);
    }
    case Gauge::Unit::moment: return written(std::chrono::system_clock::from_time_t(static_cast<std::time_t>(gauge.value)));
  }
  return {};
}

Json row(std::string_view label, const std::string& value) { return {{"label", label}, {"value", value}}; }

/// Of documents what this administrator may see, like every other page.
Json data_rows(const Visit& visit) {
  Json rows = Json::array();
  uint64_t documents = 0;
  for (const auto& kind : visit.service.library.counts(visit.viewer())) documents += kind.documents;
  rows.push_back(row("閲覧できる資料", fmt::format("{}", documents)));
  for (const Gauge& gauge : gauges(visit.service)) {
    bool counts = gauge.name == "documents" || gauge.name == "editions" || gauge.name == "clauses";
    if (!counts || visit.viewer().sees_all) rows.push_back(row(gauge.label, written(gauge)));
  }
  return rows;
}

Json service_rows(const Service& service) {
  const Metrics& metrics = service.metrics;
  Gauge uptime{"", "", "", static_cast<double>(metrics.uptime().count()), Gauge::Unit::seconds};
  return {row("版", SHIRUBE_VERSION), row("時計", written(std::chrono::system_clock::now())), row("動いている時間", written(uptime)),
          row("処理中の要求", fmt::format("{}", metrics.in_flight.load())), row("待っている要求", fmt::format("{}", metrics.waiting.load())),
          row("開いている接続", fmt::format("{}", metrics.connections.load())), row("辞書", service.options.analyzer_name),
          row("データフォルダ", service.options.data.string())};
}

}  // namespace

Response say_alive(const Visit&) { return plain("ok\n"); }

Response say_ready(const Visit& visit) {
  auto lacks = visit.service.health.lacks();
  Json model = {{"ready", lacks.empty()}};
  if (is_watcher(visit)) model["reasons"] = lacks;
  Response response = json_response(model, lacks.empty() ? 200 : 503);
  if (!lacks.empty()) response.headers.emplace_back("Retry-After", "10");
  return response;
}

Response send_metrics(const Visit& visit) {
  if (!is_watcher(visit)) throw Error(ErrorKind::forbidden, "この端末からは測定値を見られません。", "サービスの動く機械から見るか、設定 serve.metrics_addresses に監視する機械のアドレスを加えてください。");
  return plain(visit.service.metrics.text(gauges(visit.service)), "text/plain; version=0.0.4; charset=utf-8");
}

Response health_page(const Visit& visit) {
  const Service& service = visit.service;
  Json refused = Json::array();
  for (const auto& name : refusals()) refused.push_back(row(name.meaning, fmt::format("{}", service.metrics.count(name.refusal))));
  Json model = {{"title", "状態"},
                {"lacks", service.health.lacks()},
                {"sections", {{{"name", "サービス"}, {"rows", service_rows(service)}}, {{"name", "データと索引"}, {"rows", data_rows(visit)}}, {{"name", "断った要求・切った接続"}, {"rows", refused}}}},
                {"errors", service.options.last_errors ? Json(service.options.last_errors()) : Json::array()}};
  return page_response(visit, "health", std::move(model));
}

}  // namespace shirube::web
