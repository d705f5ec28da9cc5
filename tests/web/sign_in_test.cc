// Who is let in, and what is answered to them: requests and answers over an App with accounts.
#include "tests/web/office.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "people/totp.h"
#include "text/date.h"
#include "text/utf8.h"
#include "web/people_model.h"
#include "web/visitor.h"

using namespace shirube;
using namespace shirube::web;
using namespace std::chrono_literals;
using Catch::Contains;

namespace {

Office& office() {
  static Office office;
  static bool filled = false;
  if (!std::exchange(filled, true)) {
    for (const char* role : {"staff", "officer", "member", "administrator"}) office.add(role, role);
  }
  return office;
}

std::string upload(const std::string& csrf) {
  return "--x\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n" + csrf + "\r\n--x\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a.txt\"\r\n\r\nhello\r\n--x--\r\n";
}

/// The code of now, and those around it, are used up by setting up: of the next step but one.
std::string code(const std::string& secret, int steps = 0) { return people::totp_code(secret, std::time(nullptr) + 30 * steps); }

std::string between(const std::string& text, const std::string& before, const std::string& after) {
  size_t at = text.find(before);
  return at == text.npos ? "" : text.substr(at + before.size(), text.find(after, at + before.size()) - at - before.size());
}

}  // namespace

TEST_CASE("a session's cookie is for this service and no script") {
  struct Row {
    const char* name;
    bool tls;
    std::string peer, proto;
    bool secure;
  };
  const Row rows[] = {{"plain", false, "192.0.2.7", "", false}, {"TLS by the service", true, "192.0.2.7", "", true}, {"TLS by a listed proxy", false, "192.0.2.1", "https", true},
                      {"plain at a listed proxy", false, "192.0.2.1", "http", false}, {"TLS that anybody claims", false, "192.0.2.7", "https", false}};
  for (const auto& row : rows) {
    INFO(row.name);
    App app(office().options({}, {"192.0.2.1"}));
    Browser browser{app, {}, row.proto.empty() ? Headers{} : Headers{{"X-Forwarded-Proto", row.proto}}, row.peer, row.tls};
    auto response = browser.sign_in("staff");
    CHECK(response.status == 303);
    std::string cookie(header_of(response.headers, "Set-Cookie"));
    CHECK(cookie.starts_with(row.secure ? "__Host-shirube=" : "shirube="));
    for (const char* part : {"; HttpOnly", "; SameSite=Lax", "; Path=/"}) CHECK_THAT(cookie, Contains(part));
    CHECK((cookie.find("; Secure") != cookie.npos) == row.secure);
    CHECK(cookie.find("Domain") == cookie.npos);
    auto page = browser.get("/");
    CHECK(page.status == 200);
    CHECK(header_of(page.headers, "Cache-Control") == "no-store");
    CHECK_THAT(page.body, Contains("星 staff") && Contains("サインアウト"));
  }
}

TEST_CASE("what is not right is told without saying what") {
  Office own;
  own.add("hana", "staff");
  Browser browser{own.app};
  auto wrong = browser.sign_in("hana", "something-else-entirely");
  auto unknown = browser.sign_in("nobody", "something-else-entirely");
  for (const auto& response : {wrong, unknown}) {
    CHECK(response.status == 403);
    CHECK_THAT(response.body, Contains("利用者名かパスワードが違います"));
    CHECK(header_of(response.headers, "Set-Cookie").empty());
  }
  CHECK(text::replace_all(wrong.body, "hana", "?") == text::replace_all(unknown.body, "nobody", "?"));
  // Further wrong ones make one wait, even with the right password.
  Response last;
  for (int i = 0; i < 10 && last.status != 429; ++i) last = browser.sign_in("hana", "something-else-entirely");
  CHECK(last.status == 429);
  CHECK(std::stoi(std::string(header_of(last.headers, "Retry-After"))) > 0);
  CHECK_THAT(last.body, Contains("待ってから"));
  CHECK(browser.sign_in("hana").status == 429);
  own.now += 1h;
  CHECK(browser.sign_in("hana").status == 303);
}

TEST_CASE("a session ends") {
  Office own;
  int64_t id = own.add("hana", "staff");
  own.add("boss", "administrator");
  auto ended = [](Browser& browser) {
    auto response = browser.get("/documents?page=1");
    return response.status == 303 && browser.location(response) == "/sign-in?to=%2Fdocuments%3Fpage%3D1" && browser.send("GET", "/api/v1/documents").status == 401;
  };
  Browser browser{own.app};
  SECTION("after an idle time") {
    browser.sign_in("hana");
    own.now += 50min;
    CHECK(browser.get("/documents").status == 200);
    own.now += 50min;
    CHECK(browser.get("/documents").status == 200);
    own.now += 61min;
  }
  SECTION("after its whole time, however busy") {
    browser.sign_in("hana");
    for (int i = 0; i < 14; ++i) {
      own.now += 50min;
      CHECK(browser.get("/documents").status == 200);
    }
    own.now += 50min;
  }
  SECTION("with the account's use") {
    browser.sign_in("hana");
    auto account = own.accounts.find(id).value();
    account.disabled = true;
    own.accounts.change(account);
  }
  SECTION("with a password that an administrator set") {
    browser.sign_in("hana");
    own.accounts.set_password(id, "another-one-for-a-start", false);
  }
  SECTION("by signing out") {
    browser.sign_in("hana");
    std::string kept = browser.cookie;
    auto out = browser.post("/sign-out", {});
    CHECK(out.status == 303);
    CHECK(browser.location(out) == "/sign-in?done=out");
    CHECK_THAT(std::string(header_of(out.headers, "Clear-Site-Data")), Contains("\"cache\"") && Contains("\"cookies\""));
    CHECK(browser.cookie.empty());
    CHECK_THAT(browser.get("/sign-in?done=out").body, Contains("サインアウトしました"));
    browser.cookie = kept;
  }
  SECTION("by another browser of the same person") {
    browser.sign_in("hana");
    Browser other{own.app};
    other.sign_in("hana");
    CHECK_THAT(other.get("/account").body, Contains("この端末") && Contains("終わらせる"));
    CHECK(other.post("/account/sessions", {{"others", "1"}}).status == 303);
    CHECK(other.get("/documents").status == 200);
  }
  SECTION("but not by that of someone else") {
    browser.sign_in("hana");
    Browser other{own.app};
    other.sign_in("boss");
    int64_t session = own.sign_in.sessions(id).at(0).id;
    other.post("/account/sessions", {{"end", std::to_string(session)}});
    CHECK(browser.get("/documents").status == 200);
    browser.post("/account/sessions", {{"end", std::to_string(session)}});
  }
  SECTION("in signing in as someone else") {
    browser.sign_in("hana");
    std::string kept = browser.cookie;
    browser.sign_in("boss");
    CHECK(browser.get("/documents").status == 200);
    browser.cookie = kept;
  }
  CHECK(ended(browser));
}

TEST_CASE("a change is taken only from a page of the same session") {
  Browser browser{office().app}, other{office().app};
  browser.sign_in("officer");
  other.sign_in("officer");
  std::string right = browser.csrf();
  REQUIRE_FALSE(right.empty());
  const std::string form = "application/x-www-form-urlencoded", files = "multipart/form-data; boundary=x";
  struct Row {
    const char *name, *target;
    std::string type, body, header;
    int status;
  };
  const Row rows[] = {
      {"none", "/account/sessions", form, "others=1", "", 403},
      {"empty", "/account/sessions", form, "others=1&csrf=", "", 403},
      {"wrong", "/account/sessions", form, "others=1&csrf=" + std::string(right.size(), 'x'), "", 403},
      {"begun", "/account/sessions", form, "others=1&csrf=" + right.substr(0, right.size() - 1), "", 403},
      {"of another session", "/account/sessions", form, "others=1&csrf=" + other.csrf(), "", 403},
      {"in the address", "/account/sessions?csrf=", form, "others=1", "", 403},
      {"in a form", "/account/sessions", form, "end=0&csrf=" + right, "", 303},
      {"in a header", "/account/sessions", form, "end=0", right, 303},
      {"files without", "/drafts", files, upload(""), "", 403},
      {"files with a wrong one", "/drafts", files, upload((right.starts_with("x") ? "y" : "x") + right.substr(1)), "", 403},
      {"files", "/drafts", files, upload(right), "", 303},
      {"the API without", "/api/v1/drafts?name=b.txt", "application/octet-stream", "words", "", 403},
      {"the API with a field alone", "/api/v1/drafts?name=b.txt", form, "csrf=" + right, "", 403},
      {"the API", "/api/v1/drafts?name=b.txt", "application/octet-stream", "words", right, 201},
      {"signing out without", "/sign-out", form, "", "", 403},
  };
  for (const auto& row : rows) {
    INFO(row.name);
    Headers headers = {{"Content-Type", row.type}, {"Sec-Fetch-Site", "same-origin"}};
    if (!row.header.empty()) headers.emplace_back("X-CSRF-Token", row.header);
    CHECK(browser.send("POST", row.target, headers, row.body).status == row.status);
  }
  // The token alone is not enough for a page elsewhere.
  CHECK(browser.send("POST", "/account/sessions", {{"Content-Type", form}, {"Sec-Fetch-Site", "cross-site"}}, "end=0&csrf=" + right).status == 403);
}

TEST_CASE("every form that changes something has the session's token") {
  size_t forms = 0;
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(test::source_folder) / "web/templates")) {
    std::stringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    const std::string words = text.str(), post = "method=\"post\"";
    for (size_t at = 0; (at = words.find(post, at)) != words.npos; at += post.size(), ++forms) {
      INFO(entry.path().filename() << " at " << at);
      size_t end = words.find('>', at);
      CHECK(words.substr(end + 1, 10) == "{{>_csrf}}");
    }
  }
  CHECK(forms > 15);
}

TEST_CASE("the way back leads nowhere else") {
  const std::pair<const char*, const char*> rows[] = {
      {"/documents/a?x=1", "/documents/a?x=1"}, {"", "/"}, {"//evil.example", "/"}, {"/\\evil.example", "/"}, {"https://evil.example/", "/"}, {"javascript:alert(1)", "/"},
      {"/\t/evil.example", "/"}, {"/a\r\nSet-Cookie: x=1", "/"}, {"evil.example", "/"}, {"/端末", "/"}};
  for (const auto& [wanted, leads] : rows) {
    INFO(wanted);
    CHECK(local_address(wanted) == leads);
    Browser browser{office().app};
    CHECK(browser.location(browser.sign_in("staff", Office::password, wanted)) == leads);
    // Whoever has signed in goes on.
    CHECK(browser.location(browser.get("/sign-in" + write_query({{"to", wanted}}))) == leads);
  }
  CHECK(local_address("/" + std::string(3000, 'a')) == "/");
}

TEST_CASE("nobody known is answered nothing") {
  const std::set<std::string> open = {"/static/{}", "/static/fonts/{}", "/static/pdfjs/{}", "/sign-in", "/sign-out", "/healthz", "/readyz", "/metrics"};
  size_t closed = 0;
  Browser browser{office().app};
  for (const auto& route : App::routes()) {
    if (open.contains(route.pattern)) continue;
    INFO(route.method << " " << route.pattern);
    std::string target = text::replace_all(route.pattern, "{}", "1");
    auto response = browser.send(route.method, target, {{"Sec-Fetch-Site", "same-origin"}, {"Content-Type", "application/x-www-form-urlencoded"}});
    ++closed;
    if (target.starts_with("/api/")) {
      CHECK(response.status == 401);
      CHECK(response.content_type.starts_with("application/problem+json"));
      CHECK(header_of(response.headers, "WWW-Authenticate").starts_with("Bearer"));
    } else if (target.starts_with("/feeds/")) {
      CHECK(response.status == 401);
    } else {
      CHECK(response.status == 303);
      CHECK(browser.location(response).starts_with("/sign-in"));
      CHECK(response.body.empty());
    }
  }
  CHECK(closed > 30);
  CHECK(browser.location(browser.get("/")) == "/sign-in");
  CHECK(browser.location(browser.get("/?q=a%26b")) == "/sign-in?to=%2F%3Fq%3Da%2526b");
  CHECK(browser.get("/static/style.css").status == 200);
}

TEST_CASE("what is not one's task is refused") {
  Browser staff{office().app}, administrator{office().app};
  staff.sign_in("staff");
  administrator.sign_in("administrator");
  size_t pages = 0;
  for (const auto& route : App::routes()) {
    if (!route.pattern.starts_with("/admin") && !route.pattern.starts_with("/drafts")) continue;
    INFO(route.method << " " << route.pattern);
    std::string target = text::replace_all(route.pattern, "{}", "1");
    ++pages;
    if (route.method == "POST") CHECK(staff.post(target, {{"action", "reset"}}).status == 403);
    else CHECK(staff.get(target).status == 403);
    if (route.method == "GET" && route.pattern.starts_with("/admin")) CHECK(administrator.get(target).status != 403);
  }
  CHECK(pages > 10);
  CHECK(staff.get("/").body.find("href=\"/admin\"") == std::string::npos);
  CHECK_THAT(administrator.get("/").body, Contains("href=\"/admin\"") && Contains("href=\"/drafts\""));
}

TEST_CASE("each sees what the role allows") {
  Browser staff{office().app}, member{office().app};
  staff.sign_in("staff");
  member.sign_in("member");
  CHECK(staff.get("/documents/himitsu").status == 404);
  CHECK(staff.get("/documents/taisaku-kijun/2025-04-01").status == 200);
  CHECK(member.get("/documents/taisaku-kijun/2025-04-01").status == 404);
  // Without the task there is no button either.
  CHECK_THAT(staff.get("/?q=" + percent_encode("持ち出し")).body, Contains("役に立った"));
  CHECK(member.get("/?q=" + percent_encode("スクリプト")).body.find("役に立った") == std::string::npos);
}

TEST_CASE("the second step") {
  Office own;
  int64_t id = own.add("hana", "staff");
  Browser browser{own.app};
  browser.sign_in("hana");
  // Turned on by the code of the secret that the page shows.
  auto page = browser.get("/account/second-step");
  std::string secret = text::replace_all(between(page.body, "<code class=\"words\">", "</code>"), " ", "");
  REQUIRE(secret.size() == 32);
  CHECK(text::replace_all(between(browser.get("/account/second-step").body, "<code class=\"words\">", "</code>"), " ", "") == secret);
  auto picture = browser.get("/account/second-step/picture");
  CHECK(picture.content_type == "image/svg+xml");
  CHECK(picture.body.find("<svg") != std::string::npos);
  CHECK(picture.body.find(secret) == std::string::npos);
  CHECK(browser.post("/account/second-step", {{"code", "000000"}, {"password", Office::password}}).status == 403);
  CHECK(browser.post("/account/second-step", {{"code", code(secret)}}).status == 403);
  CHECK(browser.post("/account/second-step", {{"code", code(secret)}, {"password", "not-the-password-at-all"}}).status == 403);
  CHECK_FALSE(own.accounts.find(id)->has_second_step);
  std::string first = code(secret);
  CHECK(browser.location(browser.post("/account/second-step", {{"code", first}, {"password", Office::password}})) == "/account?done=second-step-on");
  CHECK(own.accounts.find(id)->has_second_step);
  CHECK_THAT(browser.get("/account?done=second-step-on").body, Contains("二段階認証を設定しました") && Contains("設定済み"));
  CHECK(browser.get("/account/second-step/picture").status == 404);

  // From then on a password is half of it.
  Browser next{own.app};
  auto begun = next.sign_in("hana", Office::password, "/documents");
  CHECK(next.location(begun) == "/sign-in?to=%2Fdocuments");
  CHECK_THAT(next.get("/sign-in?to=%2Fdocuments").body, Contains("確認コード") && Contains("value=\"/documents\""));
  for (const char* target : {"/", "/account", "/documents", "/account/second-step"}) CHECK(next.location(next.get(target)) == "/sign-in");
  CHECK(next.get("/api/v1/documents").status == 403);
  CHECK(next.post("/account/second-step", {{"action", "off"}, {"password", Office::password}}).status == 303);
  CHECK(own.accounts.find(id)->has_second_step);
  auto wrong = next.post("/sign-in/code", {{"code", "000000"}, {"to", "/documents"}});
  CHECK(wrong.status == 403);
  CHECK_THAT(wrong.body, Contains("確認コードが違います"));
  // The code that turned it on opens nothing.
  CHECK(next.post("/sign-in/code", {{"code", first}}).status == 403);
  own.now = Office::Clock::from_time_t(std::time(nullptr) + 60);
  std::string used = code(secret, 2);
  CHECK(next.location(next.post("/sign-in/code", {{"code", used.substr(0, 3) + "　" + used.substr(3)}, {"to", "/documents"}})) == "/documents");
  CHECK(next.get("/documents").status == 200);
  // A code opens once.
  Browser third{own.app};
  third.sign_in("hana");
  CHECK(third.post("/sign-in/code", {{"code", used}}).status == 403);

  // It goes only with the password.
  CHECK(next.post("/account/second-step", {{"action", "off"}, {"password", "not-the-password-at-all"}}).status == 403);
  CHECK(own.accounts.find(id)->has_second_step);
  CHECK(next.location(next.post("/account/second-step", {{"action", "off"}, {"password", Office::password}})) == "/account?done=second-step-off");
  CHECK_FALSE(own.accounts.find(id)->has_second_step);
}

TEST_CASE("a first password is changed before anything else") {
  Office own;
  people::Account account;
  account.login = "hana", account.name = "星 花", account.role = "staff";
  int64_t id = own.accounts.add(account, "first-of-all-passwords");
  Browser browser{own.app};
  CHECK(browser.sign_in("hana", "first-of-all-passwords").status == 303);
  for (const char* target : {"/", "/documents", "/admin", "/account/second-step", "/documents/taisaku-kijun/2025-04-01/original"}) CHECK(browser.location(browser.get(target)) == "/account");
  CHECK(browser.get("/api/v1/documents").status == 403);
  CHECK(browser.location(browser.post("/account/tokens", {{"label", "a"}, {"last_day", "2999-01-01"}})) == "/account");
  auto page = browser.get("/account").body;
  CHECK_THAT(page, Contains("パスワードの変更") && !Contains("プログラム") && !Contains("href=\"/documents\""));

  struct Row {
    const char *name, *current, *wanted, *again, *says;
    int status;
  };
  const Row rows[] = {{"wrong now", "not-what-it-is-now", "my-own-long-password", "my-own-long-password", "今のパスワードが違います", 403},
                      {"two words", "first-of-all-passwords", "my-own-long-password", "my-own-long-passwords", "二つの欄で違います", 400},
                      {"short", "first-of-all-passwords", "short", "short", "12", 400},
                      {"the same", "first-of-all-passwords", "first-of-all-passwords", "first-of-all-passwords", "今と同じ", 400}};
  for (const auto& row : rows) {
    INFO(row.name);
    auto response = browser.post("/account/password", {{"password", row.current}, {"new", row.wanted}, {"again", row.again}});
    CHECK(response.status == row.status);
    CHECK_THAT(response.body, Contains(row.says) && !Contains(row.wanted));
  }
  CHECK(own.accounts.find(id)->must_change_password);
  Browser other{own.app};
  other.sign_in("hana", "first-of-all-passwords");
  CHECK(browser.location(browser.post("/account/password", {{"password", "first-of-all-passwords"}, {"new", "my-own-long-password"}, {"again", "my-own-long-password"}})) == "/account?done=password");
  CHECK(browser.get("/documents").status == 200);
  CHECK(other.get("/documents").status == 303);
  CHECK(other.location(other.get("/account")) == "/sign-in?to=%2Faccount");
  CHECK(other.sign_in("hana", "first-of-all-passwords").status == 403);
  CHECK(other.sign_in("hana", "my-own-long-password").status == 303);
}

TEST_CASE("a role that needs the second step has it turned on first") {
  Office own;
  own.add("kan", "auditor");
  Browser browser{own.app};
  browser.sign_in("kan");
  CHECK(browser.location(browser.get("/documents")) == "/account/second-step");
  CHECK(browser.location(browser.get("/account")) == "/account/second-step");
  auto page = browser.get("/account/second-step");
  CHECK_THAT(page.body, Contains("あなたの役割では、二段階認証が必要です"));
  CHECK(browser.get("/account/second-step/picture").status == 200);
  std::string secret = text::replace_all(between(page.body, "<code class=\"words\">", "</code>"), " ", "");
  CHECK(browser.post("/account/second-step", {{"code", code(secret)}, {"password", Office::password}}).status == 303);
  CHECK(browser.get("/documents").status == 200);
}

TEST_CASE("a token does what it was made for") {
  Office own;
  int64_t id = own.add("hana", "officer");
  Browser browser{own.app};
  browser.sign_in("hana");
  auto make = [&](Browser::Fields fields) {
    fields.insert(fields.end(), {{"label", "集計"}, {"last_day", text::to_wareki(text::today())}, {"password", Office::password}});
    auto response = browser.post("/account/tokens", fields);
    CHECK(response.status == 200);
    return between(response.body, "<code class=\"words\">", "</code>");
  };
  std::string reading = make({}), desk = make({{"task", "desk"}});
  REQUIRE(reading.size() > 20);
  CHECK(browser.get("/account").body.find(reading) == std::string::npos);
  struct Row {
    const char *name, *method, *target;
    std::string token;
    int status;
  };
  const Row rows[] = {{"reads", "GET", "/api/v1/documents/himitsu", reading, 200},
                      {"any scheme's case", "GET", "/api/v1/documents", "x" + reading, 401},
                      {"not the desk", "GET", "/api/v1/drafts", reading, 403},
                      {"no file", "POST", "/api/v1/drafts?name=a.txt", reading, 403},
                      {"the desk", "GET", "/api/v1/drafts", desk, 200},
                      {"a file, and from no page", "POST", "/api/v1/drafts?name=a.txt", desk, 201},
                      {"none", "GET", "/api/v1/documents", "nothing", 401},
                      {"no page", "GET", "/documents", reading, 303},
                      {"no account", "GET", "/account", reading, 303}};
  Browser program{own.app};
  for (const auto& row : rows) {
    INFO(row.name);
    auto response = program.send(row.method, row.target, {{"Authorization", "Bearer " + row.token}}, std::string(row.method) == "POST" ? "words" : "");
    CHECK(response.status == row.status);
    CHECK(header_of(response.headers, "Set-Cookie").empty());
    if (row.status == 401) CHECK_THAT(std::string(header_of(response.headers, "WWW-Authenticate")), Contains("invalid_token"));
  }
  // A wrong token is no fallback to the cookie, and no task is given that one has not.
  CHECK(browser.send("GET", "/api/v1/documents", {{"Authorization", "Bearer nothing"}}).status == 401);
  const std::string today = text::to_iso(text::today());
  CHECK(browser.post("/account/tokens", {{"label", "a"}, {"last_day", today}, {"task", "administer"}, {"password", Office::password}}).status == 400);
  CHECK(browser.post("/account/tokens", {{"label", "a"}, {"last_day", "soon"}, {"password", Office::password}}).status == 400);
  CHECK(browser.post("/account/tokens", {{"label", ""}, {"last_day", today}, {"password", Office::password}}).status == 400);
  CHECK(browser.post("/account/tokens", {{"label", "a"}, {"last_day", today}}).status == 403);
  CHECK(browser.post("/account/tokens", {{"label", "a"}, {"last_day", today}, {"password", "not-the-password-at-all"}}).status == 403);
  CHECK(own.sign_in.tokens(id).size() == 2);
  for (const auto& token : own.sign_in.tokens(id)) browser.post("/account/tokens", {{"end", std::to_string(token.id)}});
  CHECK(program.send("GET", "/api/v1/drafts", {{"Authorization", "bearer " + desk}}).status == 401);
}

TEST_CASE("a proxy's word is taken from a listed address alone") {
  App app(office().options({.user_header = "X-Remote-User"}, {"192.0.2.1", "192.0.2.2"}));
  struct Row {
    const char *name, *peer;
    Headers headers;
    int status;
  };
  const Row rows[] = {{"listed", "192.0.2.1", {{"X-Remote-User", "staff"}}, 200},
                      {"listed, as an IPv6 socket has it", "::ffff:192.0.2.1", {{"X-Remote-User", "staff"}}, 200},
                      {"another", "192.0.2.9", {{"X-Remote-User", "staff"}}, 303},
                      {"another that says it is listed", "192.0.2.9", {{"X-Remote-User", "staff"}, {"X-Forwarded-For", "192.0.2.1"}}, 303},
                      {"unknown there", "192.0.2.1", {{"X-Remote-User", "whoever"}}, 303},
                      {"two names", "192.0.2.1", {{"X-Remote-User", "staff"}, {"X-Remote-User", "administrator"}}, 303},
                      {"no name", "192.0.2.1", {}, 303}};
  for (const auto& row : rows) {
    INFO(row.name);
    Browser browser{app, {}, row.headers, row.peer};
    CHECK(browser.get("/documents").status == row.status);
    CHECK(browser.cookie.empty() == (row.status != 200));
  }
  Browser browser{app, {}, {{"X-Remote-User", "staff"}}, "192.0.2.1"};
  browser.get("/documents");
  std::string cookie = browser.cookie;
  size_t active = office().sign_in.active();
  browser.get("/documents");
  CHECK(browser.cookie == cookie);  // one session, not one a request
  CHECK(office().sign_in.active() == active);
  CHECK(browser.post("/account/sessions", {{"end", "0"}}).status == 303);
  // However the proxy writes the name.
  browser.headers = {{"X-Remote-User", " Staff "}};
  CHECK(browser.get("/documents").status == 200);
  CHECK(browser.cookie == cookie);
  CHECK(browser.post("/account/sessions", {{"end", "0"}}).status == 303);
  // Whom the proxy names now is who it is.
  browser.headers = {{"X-Remote-User", "administrator"}};
  CHECK_THAT(browser.get("/admin").body, Contains("星 administrator"));
  CHECK(browser.cookie != cookie);
}

TEST_CASE("a proxy's word begins nothing where anybody is answered, and is told of seldom where it is not taken") {
  Office own;
  own.add("hana", "staff");
  App app(own.options({.user_header = "X-Remote-User"}, {"192.0.2.1"}));
  auto told = [&] {
    return own.town.database.read([](SQLite::Database& db) { return db.execAndGet("SELECT count(*) FROM events WHERE action = 'sign-in.wrong'").getInt(); });
  };
  for (const char* name : {"hana", "whoever"}) {
    for (const char* target : {"/healthz", "/readyz", "/sign-in", "/static/style.css", "/no-such-page", "/%zz"}) {
      INFO(name << " " << target);
      Browser browser{app, {}, {{"X-Remote-User", name}}, "192.0.2.1"};
      browser.get(target);
      CHECK(browser.cookie.empty());
    }
  }
  CHECK(own.sign_in.active() == 0);
  CHECK(told() == 0);
  Browser browser{app, {}, {{"X-Remote-User", "whoever"}}, "192.0.2.1"};
  for (int i = 0; i < 5; ++i) CHECK(browser.get("/documents").status == 303);
  CHECK(told() == 1);
  own.now += 61s;
  browser.get("/documents");
  CHECK(told() == 2);
}

TEST_CASE("in public everybody reads what is public") {
  App app(office().options({.public_reading = true}));
  Browser browser{app};
  auto start = browser.get("/");
  CHECK(start.status == 200);
  CHECK_THAT(start.body, Contains("href=\"/sign-in\"") && !Contains("サインアウト") && !Contains("href=\"/drafts\""));
  CHECK(browser.get("/documents/nagai/2022-04-01").status == 200);
  CHECK(browser.get("/api/v1/documents/nagai").status == 200);
  CHECK(browser.get("/documents/taisaku-kijun/2025-04-01").status == 404);
  for (const char* target : {"/drafts", "/account", "/admin", "/judgements"}) CHECK(browser.location(browser.get(target)) == "/sign-in" + write_query({{"to", target}}));
  CHECK(browser.get("/api/v1/drafts").status == 401);
  browser.sign_in("staff");
  CHECK(browser.get("/documents/taisaku-kijun/2025-04-01").status == 200);
}

TEST_CASE("an administrator looks after people") {
  Office own;
  own.add("boss", "administrator");
  Browser boss{own.app};
  boss.sign_in("boss");
  CHECK(boss.location(boss.post("/admin/groups", {{"name", "監査班"}})) == "/admin/groups?done=group");
  CHECK(boss.post("/admin/groups", {{"name", "監査班"}}).status == 409);
  CHECK(boss.post("/admin/groups", {{"name", "庁内"}}).status == 400);

  // A faulty form keeps what was typed.
  auto faulty = boss.post("/admin/people", {{"login", "Hana!"}, {"name", "花 <b>"}, {"role", "staff"}, {"last_day", ""}});
  CHECK(faulty.status == 400);
  CHECK_THAT(faulty.body, Contains("value=\"花 &lt;b&gt;\"") && Contains("role=\"alert\""));
  auto added = boss.post("/admin/people", {{"login", "hana"}, {"name", "星 花"}, {"role", "staff"}, {"group", "監査班"}});
  CHECK(added.status == 200);
  std::string first = between(added.body, "<code class=\"words\">", "</code>");
  auto account = own.accounts.find("hana").value();
  CHECK(account.groups == std::vector<std::string>{"監査班"});
  const std::string page = "/admin/people/" + std::to_string(account.id);
  CHECK(boss.get(page).body.find(first) == std::string::npos);
  Browser hana{own.app};
  CHECK(hana.sign_in("hana", first).status == 303);
  CHECK(hana.location(hana.get("/")) == "/account");

  // Who had the page open before somebody else changed it does not undo that unseen.
  auto state_on = [&] {
    const std::string body = boss.get(page).body, before = "name=\"state\" value=\"";
    size_t at = body.find(before);
    REQUIRE(at != std::string::npos);
    return body.substr(at + before.size(), 32);
  };
  const std::string early = state_on();
  auto save = [&](const std::string& name, const std::string& state) { return boss.post(page, {{"action", "save"}, {"name", name}, {"role", "staff"}, {"last_day", ""}, {"state", state}}).status; };
  CHECK(save("星 花", early) == 303);  // out of its group
  CHECK(save("星 華", early) == 409);
  CHECK_THAT(boss.post(page, {{"action", "save"}, {"name", "星 華"}, {"role", "officer"}, {"last_day", ""}, {"state", early}}).body, Contains("value=\"星 花\"") && !Contains("星 華"));
  CHECK(own.accounts.find("hana")->name == "星 花");
  CHECK(save("星 花", state_on()) == 303);

  CHECK(boss.location(boss.post(page, {{"action", "save"}, {"name", "星 花子"}, {"role", "consultant"}, {"last_day", "令和99年3月31日"}, {"narrowed", "1"}, {"slugs", "nagai\r\ntaisaku-kijun\r\n"}})) == page + "?done=saved");
  account = own.accounts.find("hana").value();
  CHECK(account.role == "consultant");
  CHECK(account.groups.empty());
  CHECK(account.last_day == "2117-03-31");
  CHECK(account.only == std::vector<std::string>{"nagai", "taisaku-kijun"});
  CHECK(boss.post(page, {{"action", "save"}, {"name", "星 花子"}, {"role", "consultant"}, {"last_day", ""}}).status == 400);  // a consultant's account ends

  auto make_token = [&] {
    people::Token token;
    token.label = "集計", token.last_day = text::to_iso(text::today());
    return own.sign_in.make_token(account.id, token);
  };
  std::string token = make_token();
  CHECK(own.sign_in.bearer(token));
  CHECK_THAT(boss.get(page).body, Contains("プログラムのための鍵もすべて使えなくなります"));
  auto reset = boss.post(page, {{"action", "reset"}});
  CHECK_FALSE(own.sign_in.bearer(token));
  std::string second = between(reset.body, "<code class=\"words\">", "</code>");
  CHECK(second != first);
  CHECK(hana.get("/").status == 303);
  CHECK(hana.sign_in("hana", first).status == 403);
  CHECK(hana.sign_in("hana", second).status == 303);
  token = make_token();
  CHECK(boss.post(page, {{"action", "end-sessions"}}).status == 303);
  CHECK_FALSE(own.sign_in.bearer(token));
  CHECK(hana.location(hana.get("/account")) == "/sign-in?to=%2Faccount");
  CHECK(boss.post(page, {{"action", "disable"}}).status == 303);
  CHECK_THAT(boss.get("/admin/people?state=ended").body, Contains("星 花子") && Contains("停止中") && !Contains("<span class=\"where\">boss</span>"));
  CHECK_THAT(boss.get("/admin/people?q=boss").body, Contains("<span class=\"where\">boss</span>") && !Contains("星 花子"));
  CHECK(hana.sign_in("hana", second).status == 403);
  CHECK(boss.post(page, {{"action", "enable"}}).status == 303);
  CHECK(boss.post(page, {{"action", "nothing"}}).status == 400);
  // Somebody has to stay who can do all this.
  std::string self = "/admin/people/" + std::to_string(own.accounts.find("boss")->id);
  CHECK(boss.post(self, {{"action", "save"}, {"name", "星 boss"}, {"role", "staff"}}).status == 409);

  CHECK_THAT(boss.get("/admin/why?person=hana&document=nagai").body, Contains("見えます") && Contains("長い規則"));
  CHECK_THAT(boss.get("/admin/why?person=hana&document=" + percent_encode("https://shirube.example/documents/himitsu/2025-04-01")).body, Contains("見えません") && Contains("極秘の手順"));
  CHECK_THAT(boss.get("/admin/why?person=hana&document=none").body, Contains("その識別名の資料はありません"));
  CHECK(boss.get("/admin/people/999").status == 404);
  CHECK(boss.get("/admin/people/x").status == 404);
}

TEST_CASE("who is nobody yet is told how somebody comes to be") {
  Office own;
  Browser browser{own.app};
  CHECK_THAT(browser.get("/sign-in").body, Contains("利用者がまだ登録されていません") && Contains("shirube user add"));
  own.add("hana", "staff");
  CHECK(browser.get("/sign-in").body.find("利用者がまだ登録されていません") == std::string::npos);
}

TEST_CASE("passwords that everybody knows are told of") {
  Office own;
  own.add("boss", "administrator");
  own.add("hana", "staff");
  people::Account account;
  account.login = "demo", account.name = "見本", account.role = "staff", account.demo = true;
  own.accounts.add(account, "everybody-can-read-this");
  Browser boss{own.app}, hana{own.app};
  boss.sign_in("boss");
  hana.sign_in("hana");
  CHECK_THAT(boss.get("/").body, Contains("見本の利用者が残っています"));
  CHECK(hana.get("/").body.find("見本の利用者が残っています") == std::string::npos);
}

TEST_CASE("without accounts there is no signing in") {
  App app(office().town.options());
  Browser browser{app};
  CHECK(browser.get("/").status == 200);
  for (const char* target : {"/sign-in", "/account", "/account/second-step"}) CHECK(browser.get(target).status == 404);
  CHECK(browser.get("/admin").status == 403);
}

TEST_CASE("a browser is called by its name") {
  const std::pair<const char*, const char*> rows[] = {
      {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0", "Edge（Windows）"},
      {"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox（Linux）"},
      {"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1", "Safari（iPhone）"},
      {"curl/8.5.0", "curl/8.5.0"}, {"", ""}};
  for (const auto& [agent, name] : rows) CHECK(device_name(agent) == name);
}

TEST_CASE("that somebody known was not let do something is told, with no address") {
  Office here;
  here.add("hanako", "staff");
  here.add("kanri", "administrator");
  Browser hanako{here.app}, nobody{here.app}, kanri{here.app};
  hanako.sign_in("hanako");
  CHECK(hanako.get("/admin/people/7?of=himitsu").status == 403);
  CHECK(hanako.post_bare("/judgements", {{"q", "端末"}}).status == 403);  // a page that is none of ours
  nobody.get("/admin/people");
  kanri.sign_in("kanri");
  std::istringstream lines(kanri.get("/events/export?format=jsonl").body);
  std::vector<std::string> refused;
  for (std::string line; std::getline(lines, line);) {
    auto event = nlohmann::json::parse(line);
    if (event["action"] == "access.refused") refused.push_back(event["actor"].get<std::string>() + " " + event["subject"].get<std::string>());
  }
  CHECK(refused == std::vector<std::string>{"hanako GET /admin/people/{}", "hanako POST /judgements"});
}
