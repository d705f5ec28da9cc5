// What the service says of itself, to whom; and what every answer carries.
#include "web/health.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/web/town.h"
#include "web/app.h"

using namespace shirube::web;

namespace {

Request from(const std::string& peer, const std::string& target, Headers headers = {}) {
  Request request{"GET", target, std::move(headers), ""};
  request.peer = peer;
  return request;
}

bool holds(const Response& response, const std::string& part) { return response.body.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("every route answers with all headers that guard a browser, whoever asks") {
  Town town;
  struct Row {
    const char* name;
    const char* value;
  };
  const Row rows[] = {
      {"Content-Security-Policy", "default-src 'none'; style-src 'self'; font-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"},
      {"X-Content-Type-Options", "nosniff"},
      {"X-Frame-Options", "DENY"},
      {"Referrer-Policy", "same-origin"},
      {"Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Cross-Origin-Resource-Policy", "same-origin"},
  };
  auto everybody = town.options();
  everybody.viewer = shirube::corpus::Viewer::everything();
  const App open(everybody), narrow(town.options());
  auto routes = App::routes();
  routes.push_back({"GET", "/nothing/here"});
  routes.push_back({"BREW", "/"});
  size_t checked = 0;
  for (const auto& route : routes) {
    std::string target = route.pattern;
    for (size_t at; (at = target.find("{}")) != target.npos;) target.replace(at, 2, "style.css");
    for (const App* app : {&open, &narrow}) {
      for (bool secure : {false, true}) {
        Request request{route.method, target, {{"Sec-Fetch-Site", "same-origin"}, {"Content-Type", "application/x-www-form-urlencoded"}}, ""};
        request.secure = secure;
        Response response = app->handle(request);
        INFO(route.method << " " << target << " " << response.status);
        for (const auto& row : rows) {
          INFO(row.name);
          // An original, and a feed with a token in its address, may say something stricter of themselves.
          CHECK_FALSE(header_of(response.headers, row.name).empty());
          const bool stricter = target.find("original") != target.npos || (target.starts_with("/feeds/") && row.name == std::string_view("Referrer-Policy"));
          if (stricter && target.starts_with("/feeds/")) CHECK(header_of(response.headers, row.name).ends_with(response.status == 200 ? "no-referrer" : "same-origin"));
          if (!stricter) CHECK(header_of(response.headers, row.name) == row.value);
        }
        CHECK_FALSE(header_of(response.headers, "Cache-Control").empty());
        CHECK(header_of(response.headers, "Strict-Transport-Security").empty() != secure);
        ++checked;
      }
    }
  }
  CHECK(checked == routes.size() * 4);
}

TEST_CASE("figures are for this machine and those that the settings name") {
  Town town;
  auto options = town.options();
  options.metrics_addresses = Addresses({"192.0.2.0/28"}, "serve.metrics_addresses");
  App plain(options);
  options.proxies = Addresses({"127.0.0.1"}, "serve.proxy_addresses");
  App behind(options);
  struct Row {
    const char* name;
    const App& app;
    std::string peer;
    Headers headers;
    int status;
  };
  const Row rows[] = {
      {"this machine", plain, "127.0.0.1", {}, 200},
      {"this machine, IPv6", plain, "::1", {}, 200},
      {"the monitor", plain, "192.0.2.7", {}, 200},
      {"another", plain, "192.0.2.99", {}, 403},
      {"nobody known", plain, "", {}, 403},
      {"a proxy that is not in the settings", plain, "127.0.0.1", {{"X-Forwarded-For", "198.51.100.1"}}, 403},
      {"claiming to be this machine", plain, "127.0.0.1", {{"X-Forwarded-For", "127.0.0.1"}}, 403},
      {"by a trusted proxy", behind, "127.0.0.1", {{"X-Forwarded-For", "198.51.100.1"}}, 403},
      {"the monitor by a trusted proxy", behind, "127.0.0.1", {{"X-Forwarded-For", "192.0.2.7"}}, 200},
      {"a trusted proxy that names nobody", behind, "127.0.0.1", {}, 403},
      {"a trusted proxy that names no address", behind, "127.0.0.1", {{"X-Forwarded-For", "unknown"}}, 403},
      {"a made-up beginning", behind, "127.0.0.1", {{"X-Forwarded-For", "192.0.2.7, 198.51.100.1"}}, 403},
  };
  for (const auto& row : rows) {
    INFO(row.name);
    Response response = row.app.handle(from(row.peer, "/metrics", row.headers));
    CHECK(response.status == row.status);
    CHECK(holds(response, "shirube_documents ") == (row.status == 200));
    Response ready = row.app.handle(from(row.peer, "/readyz", row.headers));
    CHECK(ready.status == 200);
    CHECK(nlohmann::json::parse(ready.body).contains("reasons") == (row.status == 200));
  }
}

TEST_CASE("metrics tell what was done") {
  Town town;
  App app(town.options());
  app.handle(from("127.0.0.1", "/documents"));
  app.handle(from("127.0.0.1", "/documents/taisaku-kijun/2025-04-01"));
  app.handle(from("127.0.0.1", "/nothing"));
  app.handle(from("127.0.0.1", "/drafts"));
  app.handle(from("127.0.0.1", "/" + std::string(9000, 'a')));
  Response response = app.handle(from("127.0.0.1", "/metrics"));
  INFO(response.body);
  CHECK(response.content_type == "text/plain; version=0.0.4; charset=utf-8");
  for (const char* line : {R"(shirube_requests_total{route="/documents",method="GET",status="2xx"} 1)", R"(shirube_requests_total{route="/documents/{}/{}",method="GET",status="2xx"} 1)",
                           R"(shirube_requests_total{route="none",method="any",status="4xx"} 2)", R"(shirube_requests_total{route="/drafts",method="GET",status="4xx"} 1)",
                           R"(shirube_refused_total{reason="forbidden"} 1)", R"(shirube_refused_total{reason="target"} 1)", "shirube_documents 52\n", "shirube_index_queue_length 0\n",
                           "shirube_requests_in_flight 1\n"}) {
    INFO(line);
    CHECK(holds(response, line));
  }
  // Nothing of what was asked stands there.
  CHECK_FALSE(holds(response, "taisaku"));
}

TEST_CASE("the service is ready when it can work, and says why not to those who watch it") {
  Town town;
  CHECK(App(town.options()).handle(from("203.0.113.1", "/healthz")).body == "ok\n");
  auto options = town.options();
  options.limits.free_bytes = uint64_t{1} << 60;
  App full(options);
  Response stranger = full.handle(from("203.0.113.1", "/readyz"));
  CHECK(stranger.status == 503);
  CHECK(stranger.body == R"({"ready":false})");
  CHECK(header_of(stranger.headers, "Retry-After") == "10");
  CHECK(holds(full.handle(from("127.0.0.1", "/readyz")), "ディスクの空き"));
  CHECK(full.handle(from("203.0.113.1", "/healthz")).status == 200);

  App app(town.options());
  CHECK(app.handle(from("127.0.0.1", "/readyz")).status == 200);
  std::filesystem::path index = options.data / town.database.read([](SQLite::Database& db) { return db.execAndGet("SELECT value FROM settings WHERE name = 'index'").getString(); });
  std::filesystem::rename(index, options.data / "elsewhere");
  Response lost = app.handle(from("127.0.0.1", "/readyz"));
  CHECK(lost.status == 503);
  CHECK(holds(lost, "検索索引がまだありません"));
  std::filesystem::rename(options.data / "elsewhere", index);
  CHECK(app.handle(from("127.0.0.1", "/readyz")).status == 200);
}

TEST_CASE("the administrator sees how the service stands, and of documents what they may see") {
  Town town;
  CHECK(App(town.options()).handle(from("127.0.0.1", "/admin/health")).status == 403);
  auto options = town.options();
  options.viewer = shirube::corpus::Viewer{{"public"}, {shirube::corpus::Task::administer}};
  options.gauges = [] { return std::vector<Gauge>{{"certificate_end_seconds", "End.", "証明書の期限", 1.8e9, Gauge::Unit::moment}}; };
  options.last_errors = [] { return std::vector<std::string>{"2026-01-01 <b>だめ</b>"}; };
  Response page = App(options).handle(from("127.0.0.1", "/admin/health"));
  INFO(page.body);
  CHECK(page.status == 200);
  for (const char* part : {"0.1.0", "差し支えはありません", "閲覧できる資料</th><td>3</td>", "証明書の期限</th><td>2027-01-15", "&lt;b&gt;だめ", "ディスクの空き", "混雑（503）", "時計"}) {
    INFO(part);
    CHECK(holds(page, part));
  }
  CHECK_FALSE(holds(page, ">条項</th>"));
  options.viewer = shirube::corpus::Viewer::everything();
  CHECK(holds(App(options).handle(from("127.0.0.1", "/admin/health")), ">条項</th>"));
}

TEST_CASE("who asks too often waits, by address and by nobody else") {
  Town town;
  auto options = town.options();
  options.limits.address_rate = 0.2;  // two at once
  options.proxies = Addresses({"10.0.0.1"}, "serve.proxy_addresses");
  App app(options);
  auto status = [&](const std::string& peer, Headers headers = {}) { return app.handle(from(peer, "/static/suggest.js", std::move(headers))).status; };
  CHECK(status("192.0.2.1") == 200);
  CHECK(status("192.0.2.1") == 200);
  Response refused = app.handle(from("192.0.2.1", "/"));
  CHECK(refused.status == 429);
  CHECK(std::stoi(std::string(header_of(refused.headers, "Retry-After"))) >= 1);
  CHECK(holds(refused, "短い間に要求が多すぎました"));
  Response api = app.handle(from("192.0.2.1", "/api/v1/search?q=a"));
  CHECK(api.status == 429);
  CHECK(api.content_type == "application/problem+json; charset=utf-8");
  CHECK(status("192.0.2.2") == 200);
  // A claim does not help, and a trusted proxy's clients are told apart.
  CHECK(status("192.0.2.1", {{"X-Forwarded-For", "192.0.2.77"}}) == 429);
  for (const char* client : {"198.51.100.1", "198.51.100.2", "198.51.100.3"}) CHECK(status("10.0.0.1", {{"X-Forwarded-For", client}}) == 200);
  // One customer of IPv6 has many addresses.
  CHECK(status("2001:db8::1") == 200);
  CHECK(status("2001:db8::2") == 200);
  CHECK(status("2001:db8::3") == 429);
  CHECK(app.metrics().count(Refusal::address_rate) == 4);
}

TEST_CASE("bounds of an address and of words are those of the settings") {
  Town town;
  auto options = town.options();
  options.limits.longest_target = 1000;
  options.limits.query_characters = 10;
  App app(options);
  CHECK(app.handle(from("127.0.0.1", "/?q=" + std::string(990, 'a'))).status == 400);
  CHECK(app.handle(from("127.0.0.1", "/?q=" + std::string(1000, 'a'))).status == 414);
  CHECK(app.handle(from("127.0.0.1", "/?q=" + std::string(10, 'a'))).status == 200);
  Response words = app.handle(from("127.0.0.1", "/api/v1/search?q=" + std::string(11, 'a')));
  CHECK(words.status == 400);
  CHECK(holds(words, "10文字まで"));
}

TEST_CASE("a service for this machine alone takes nothing from a proxy that it was not told of") {
  Town town;
  auto options = town.options();
  options.local_only = true;
  App app(options);
  CHECK(app.handle(from("127.0.0.1", "/", {{"Host", "127.0.0.1:8080"}})).status == 200);
  CHECK(app.handle(from("127.0.0.1", "/", {{"Host", "127.0.0.1:8080"}, {"X-Forwarded-For", "198.51.100.1"}})).status == 421);
  CHECK(app.metrics().count(Refusal::host) == 1);
}
