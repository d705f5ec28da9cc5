#pragma once

#include <chrono>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "people/sessions.h"
#include "tests/places.h"
#include "tests/web/town.h"
#include "web/target.h"

/// A town whose service has accounts, with a clock of its own. Passwords are cheap here.
class Office {
 public:
  using Clock = std::chrono::system_clock;
  static constexpr const char* password = "kumo-no-mukou-no-yama";

  Office() : app(options({})) {}

  /// Somebody who has chosen their password already.
  int64_t add(const std::string& login, const std::string& role, const std::string& last_day = {}) {
    shirube::people::Account account;
    account.login = login, account.name = "星 " + login, account.role = role, account.last_day = last_day;
    int64_t id = accounts.add(account, std::string(password) + "-1");
    accounts.set_password(id, password, true);
    return id;
  }

  shirube::web::AppOptions options(shirube::web::Entrance entrance, const std::vector<std::string>& proxies = {}) {
    auto options = town.options();
    options.viewer = {};
    options.accounts = &accounts;
    options.sign_in = &sign_in;
    options.entrance = std::move(entrance);
    options.proxies = shirube::web::Addresses(proxies, "proxies");
    return options;
  }

  Town town;
  Clock::time_point now = Clock::now();

 private:
  /// The table as shipped, but that an auditor needs the second step.
  static shirube::people::AccessTable table() {
    std::stringstream text;
    text << std::ifstream(std::filesystem::path(shirube::test::source_folder) / "config/access.toml").rdbuf();
    std::string words = text.str();
    const std::string at = "[auditor]\n";
    words.insert(words.find(at) + at.size(), "second_step = true\n");
    TemporaryFolder folder;
    std::ofstream(folder / "access.toml") << words;
    return shirube::people::AccessTable(folder / "access.toml");
  }

 public:
  shirube::people::Accounts accounts{town.database, table(), {1, 64 << 10}};
  shirube::people::SignIn sign_in{town.database, accounts, {.clock = [this] { return now; }}};
  shirube::web::App app;
};

/// One browser: keeps its cookie, and sends what pages of the service make it send.
struct Browser {
  using Fields = std::vector<std::pair<std::string, std::string>>;

  const shirube::web::App& app;
  std::string cookie{};
  shirube::web::Headers headers{};  ///< sent with each request
  std::string peer = "192.0.2.7";
  bool secure = false;  ///< TLS of the service itself

  shirube::web::Response send(const std::string& method, const std::string& target, shirube::web::Headers more = {}, std::string body = {}) {
    shirube::web::Headers all = headers;
    all.insert(all.end(), more.begin(), more.end());
    all.emplace_back("Host", "shirube.example");
    if (!cookie.empty()) all.emplace_back("Cookie", "other=1; " + cookie);
    auto response = app.handle({method, target, std::move(all), std::move(body), peer, secure});
    std::string set(shirube::web::header_of(response.headers, "Set-Cookie"));
    if (!set.empty()) cookie = set.find("Max-Age=0") != set.npos ? "" : set.substr(0, set.find(';'));
    return response;
  }
  shirube::web::Response get(const std::string& target) { return send("GET", target); }
  /// A form as the page has it, without the token.
  shirube::web::Response post_bare(const std::string& target, const Fields& fields) {
    std::string body = shirube::web::write_query(fields);
    return send("POST", target, {{"Content-Type", "application/x-www-form-urlencoded"}, {"Sec-Fetch-Site", "same-origin"}}, body.empty() ? "" : body.substr(1));
  }
  /// With the token that the session's pages have.
  shirube::web::Response post(const std::string& target, Fields fields) {
    if (!cookie.empty()) fields.emplace_back("csrf", csrf());
    return post_bare(target, fields);
  }
  std::string csrf() {
    std::string page = get("/no-such-page").body;
    const std::string before = "name=\"csrf\" value=\"";
    size_t at = page.find(before);
    return at == page.npos ? "" : page.substr(at + before.size(), page.find('"', at + before.size()) - at - before.size());
  }
  shirube::web::Response sign_in(const std::string& login, const std::string& password = Office::password, const std::string& to = {}) {
    return post("/sign-in", {{"login", login}, {"password", password}, {"to", to}});
  }
  std::string location(const shirube::web::Response& response) const { return std::string(shirube::web::header_of(response.headers, "Location")); }
};
