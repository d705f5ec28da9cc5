#include "indexer/fetch.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <condition_variable>
#include <cstdlib>

#include "tests/indexer/site.h"

using namespace shirube;
using namespace shirube::indexer;

namespace {

/// Answers one connection with fixed bytes, then closes it.
class BrokenServer {
 public:
  explicit BrokenServer(std::string bytes) : fd_(::socket(AF_INET, SOCK_STREAM, 0)), bytes_(std::move(bytes)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(fd_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    REQUIRE(::listen(fd_, 1) == 0);
    port = ntohs(address.sin_port);
    thread_ = std::thread([this] {
      int client = ::accept(fd_, nullptr, nullptr);
      if (client < 0) return;
      char buffer[4096];
      if (::recv(client, buffer, sizeof buffer, 0) > 0) (void)!::send(client, bytes_.data(), bytes_.size(), MSG_NOSIGNAL);
      ::close(client);
    });
  }
  ~BrokenServer() {
    ::shutdown(fd_, SHUT_RDWR);
    thread_.join();
    ::close(fd_);
  }
  std::string address() const { return "http://127.0.0.1:" + std::to_string(port) + "/"; }

  int port = 0;

 private:
  int fd_;
  std::string bytes_;
  std::thread thread_;
};

/// A port of the loopback on which nobody listens.
int closed_port() {
  BrokenServer server("");
  int port = server.port;
  int probe = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::connect(probe, reinterpret_cast<sockaddr*>(&address), sizeof address);
  ::close(probe);
  return port;
}

FetchSettings quick() {
  FetchSettings settings;
  settings.delay = std::chrono::milliseconds(0);
  settings.time = std::chrono::seconds(20);
  return settings;
}

struct Fixture {
  Site site;
  std::atomic<bool> stop{false};
  FetchSettings settings = quick();
  std::vector<std::string> hosts = {"127.0.0.1"};

  Answer get(const std::string& address, const Conditions& conditions = {}) { return Fetcher(settings).get(address, conditions, hosts, stop); }
  Error error(const std::string& address) {
    try {
      get(address);
    } catch (const Error& e) {
      CHECK_FALSE(e.hint().empty());
      return e;
    }
    FAIL("no error: " << address);
    throw std::logic_error("unreachable");
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "an answer comes with what is to be asked with the next time") {
  site.set("/a.pdf", {"%PDF-", 200, {{"ETag", "\"1\""}, {"Last-Modified", "Mon, 02 Nov 2026 00:00:00 GMT"}}});
  settings.user_agent = "Shirube (Hoshimi)";
  Answer first = get(site.at("/a.pdf#page=2"));
  CHECK(first.changed);
  CHECK(first.body == "%PDF-");
  CHECK(first.etag == "\"1\"");
  CHECK(first.modified == "Mon, 02 Nov 2026 00:00:00 GMT");
  CHECK(first.file_name == "a.pdf");
  auto asked = site.asked().front();
  CHECK(asked.headers.find("User-Agent")->second == "Shirube (Hoshimi)");
  CHECK(asked.headers.count("If-None-Match") == 0);
  Answer second = get(site.at("/a.pdf"), {first.etag, first.modified});
  CHECK_FALSE(second.changed);
  CHECK(second.body.empty());
  CHECK(get(site.at("/a.pdf"), {"\"0\"", ""}).changed);
}

TEST_CASE_METHOD(Fixture, "redirects are followed to listed hosts only") {
  site.set("/new", {"here"});
  struct Row {
    const char* location;
    const char* says;  ///< empty: it is followed
  };
  std::string elsewhere = site.at("/new", "localhost"), tricky = site.at("/new", "127.0.0.1@localhost");
  const Row rows[] = {
      {"/new", ""},
      {"new", ""},
      {"//127.0.0.1.example/new", "一覧にありません"},
      {elsewhere.c_str(), "転送先のサーバーは一覧にありません"},
      {tricky.c_str(), "へ転送されました"},
      {"file:///etc/hostname", "へ転送されました"},
      {"ftp://127.0.0.1/new", "へ転送されました"},
      {"gopher://127.0.0.1/new", "へ転送されました"},
      {"/old", "転送が5回を超えました"},
  };
  for (const auto& row : rows) {
    INFO(row.location);
    site.forget();
    site.set("/old", {"", 302, {{"Location", row.location}}});
    if (*row.says) {
      CHECK_THAT(error(site.at("/old")).message(), Catch::Contains(row.says));
      CHECK(site.count("/new") == 0);
    } else {
      Answer answer = get(site.at("/old"));
      CHECK(answer.body == "here");
      CHECK(answer.address == site.at("/new"));
    }
  }
  CHECK(site.count("/old") == 6);
  CHECK(error(site.at("/new", "localhost")).kind() == ErrorKind::forbidden);
  CHECK(error("file:///etc/hostname").kind() == ErrorKind::forbidden);
  CHECK(error("https://user@127.0.0.1/").kind() == ErrorKind::forbidden);
}

TEST_CASE_METHOD(Fixture, "what a server may send is bounded") {
  settings.most_bytes = 1 << 20;
  site.set("/long", {std::string((1 << 20) + 1, 'x')});
  site.set("/fits", {std::string(1 << 20, 'x')});
  site.set_handler("/endless", [](const httplib::Request&, httplib::Response& response) {
    response.set_chunked_content_provider("text/plain", [](size_t, httplib::DataSink& sink) {
      std::string some(65536, 'x');
      return sink.write(some.data(), some.size());
    });
  });
  CHECK(get(site.at("/fits")).body.size() == 1 << 20);
  CHECK_THAT(error(site.at("/long")).message(), Catch::Contains("上限（1 MiB）より大きな"));
  CHECK_THAT(error(site.at("/endless")).message(), Catch::Contains("上限（1 MiB）より大きな"));
}

TEST_CASE_METHOD(Fixture, "what does not come is given up, and a stop is heeded") {
  // The site's threads outlive this function: what they wait at must too.
  struct Gate {
    std::mutex mutex;
    std::condition_variable changed;
    bool waiting = false, over = false;
  };
  auto gate = std::make_shared<Gate>();
  site.set_handler("/slow", [gate](const httplib::Request&, httplib::Response&) {
    std::unique_lock lock(gate->mutex);
    gate->waiting = true;
    gate->changed.notify_all();
    gate->changed.wait(lock, [&] { return gate->over; });
  });
  settings.time = std::chrono::seconds(1);
  CHECK_THAT(error(site.at("/slow")).message(), Catch::Contains("制限時間（1秒）"));
  {
    std::lock_guard lock(gate->mutex);
    gate->waiting = false;
  }
  settings.time = std::chrono::hours(1);
  std::thread stopper([&] {
    std::unique_lock lock(gate->mutex);
    gate->changed.wait(lock, [&] { return gate->waiting; });
    stop = true;
  });
  CHECK_THAT(error(site.at("/slow")).message(), Catch::Contains("中断しました"));
  stopper.join();
  std::lock_guard lock(gate->mutex);
  gate->over = true;
  gate->changed.notify_all();
}

TEST_CASE_METHOD(Fixture, "broken answers are refused with a reason") {
  struct Row {
    const char* bytes;
    const char* says;
  };
  const Row rows[] = {
      {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", "応答が壊れています"},
      {"", "応答が壊れています"},
      {"good day\r\n", "応答が壊れています"},
      {"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", "要求を断りました: 500"},
      {"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n", "要求を断りました: 302"},
      {"HTTP/1.1 304 Not Modified\r\n\r\n", "要求を断りました: 304"},
      {"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", "ページがありません"},
  };
  for (const auto& row : rows) {
    INFO(row.bytes);
    BrokenServer server(row.bytes);
    CHECK_THAT(error(server.address()).message(), Catch::Contains(row.says));
  }
  CHECK_THAT(error("http://127.0.0.1:" + std::to_string(closed_port()) + "/").message(), Catch::Contains("接続できません"));
  std::string encrypted = site.at("/");
  CHECK_THAT(error("https" + encrypted.substr(4)).message(), Catch::Contains("暗号化された通信を始められません"));
}

TEST_CASE_METHOD(Fixture, "a server that wants to rest is left alone") {
  Fetcher fetcher(settings);
  site.set("/busy", {"", 503, {{"Retry-After", "3600"}}});
  site.set("/other", {"here"});
  auto before = std::chrono::system_clock::now();
  auto rest_of = [&](const std::string& path) {
    try {
      fetcher.get(site.at(path), {}, hosts, stop);
    } catch (const Resting& e) {
      return e.until() - before;
    }
    return std::chrono::system_clock::duration();
  };
  CHECK(rest_of("/busy") >= std::chrono::seconds(3600));
  CHECK(rest_of("/busy") < std::chrono::seconds(3700));
  CHECK(rest_of("/other") >= std::chrono::seconds(3600));
  CHECK(site.asked().size() == 1);
  site.set("/busy", {"", 429, {{"Retry-After", "99999999"}}});
  Fetcher another(settings);
  CHECK_THROWS_AS(another.get(site.at("/busy"), {}, hosts, stop), Resting);
}

TEST_CASE_METHOD(Fixture, "requests to one host keep their distance") {
  settings.delay = std::chrono::milliseconds(200);
  Fetcher fetcher(settings);
  site.set("/old", {"", 301, {{"Location", "/new"}}});
  site.set("/new", {"here"});
  fetcher.get(site.at("/old"), {}, hosts, stop);
  fetcher.get(site.at("/new"), {}, hosts, stop);
  auto asked = site.asked();
  REQUIRE(asked.size() == 3);
  // Measured where they leave, a little before they arrive.
  for (size_t i = 1; i < asked.size(); ++i) CHECK(asked[i].at - asked[i - 1].at > std::chrono::milliseconds(100));
}

TEST_CASE_METHOD(Fixture, "a proxy is asked when one is set, and its password is never told") {
  hosts = {"city.example"};
  std::string userinfo = "user:geheim";
  settings.proxy = "http://" + userinfo + "@" + site.at("").substr(7);
  site.set_handler("http://city.example/feed", [](const httplib::Request& request, httplib::Response& response) {
    bool known = request.get_header_value("Proxy-Authorization") == "Basic dXNlcjpnZWhlaW0=";
    response.status = known ? 200 : 407;
    response.set_content("through", "text/plain");
  });
  CHECK(get("http://city.example/feed").body == "through");
  settings.proxy = "http://user:falsch@" + site.at("").substr(7);
  Error denied = error("http://city.example/feed");
  CHECK_THAT(denied.message(), Catch::Contains("プロキシが利用者名とパスワードを求めています"));
  // It cannot make tunnels.
  Error no_tunnel = error("https://city.example/feed");
  settings.proxy = "http://user:falsch@127.0.0.1:" + std::to_string(closed_port());
  Error closed = error("http://city.example/feed");
  CHECK_THAT(closed.message(), Catch::Contains("プロキシに接続できません"));
  settings.proxy = "http://user:falsch@[nonsense";
  Error nonsense = error("http://city.example/feed");
  for (const Error* e : {&denied, &no_tunnel, &closed, &nonsense}) CHECK_THAT(e->message() + e->hint(), !Catch::Contains("falsch"));
}

TEST_CASE_METHOD(Fixture, "the environment says nothing about proxies") {
  site.set("/a", {"direct"});
  std::string dead = "http://127.0.0.1:" + std::to_string(closed_port());
  for (const char* name : {"http_proxy", "all_proxy"}) ::setenv(name, dead.c_str(), 1);
  CHECK(get(site.at("/a")).body == "direct");
  for (const char* name : {"http_proxy", "all_proxy"}) ::unsetenv(name);
}

TEST_CASE_METHOD(Fixture, "a file is called as the server says, else as its address does") {
  struct Row {
    std::string target, disposition, name;
  };
  const Row rows[] = {
      {"/a/%E5%91%8A%E7%A4%BA.pdf?x=1", "", "告示.pdf"},
      {"/a/", "", "index"},
      {"/x", "attachment; filename=\"b.pdf\"", "b.pdf"},
      {"/x", "attachment; filename=b.pdf; size=3", "b.pdf"},
      {"/x", "attachment; filename=\"b.pdf\"; filename*=UTF-8''%E5%91%8A%E7%A4%BA.pdf", "告示.pdf"},
      {"/x", "attachment; filename=\"..\\\\..\\\\evil.pdf\"", "evil.pdf"},
      {"/x", "attachment; filename=\"../../evil.pdf\"", "evil.pdf"},
      {"/x.pdf", "attachment; filename=\"..\"", "x.pdf"},
      {"/x.pdf", "attachment; filename=", "x.pdf"},
      {"/x.pdf", "attachment; filename*=nonsense", "x.pdf"},
      {"/%2e%2e%2fetc%2fpasswd", "", "passwd"},
      {"/a%00b%0Ac.pdf", "", "ab c.pdf"},
      {"/" + std::string(400, 'a') + ".pdf", "", std::string(196, 'a') + ".pdf"},
  };
  for (const auto& row : rows) {
    INFO(row.target << " " << row.disposition);
    BrokenServer server("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n" + (row.disposition.empty() ? "" : "Content-Disposition: " + row.disposition + "\r\n") + "\r\nx");
    CHECK(get(server.address() + row.target.substr(1)).file_name == row.name);
  }
}

TEST_CASE("a reference leads where a browser would go, or nowhere") {
  struct Row {
    const char* reference;
    const char* address;  ///< empty: nowhere
  };
  const Row rows[] = {
      {"b.pdf", "https://city.example/a/b.pdf"},
      {"./b.pdf#page=3", "https://city.example/a/b.pdf"},
      {"../b.pdf", "https://city.example/b.pdf"},
      {"/b?c=d", "https://city.example/b?c=d"},
      {"//other.example/b", "https://other.example/b"},
      {"HTTP://Other.example/b", "http://Other.example/b"},
      {" b c.pdf ", "https://city.example/a/b%20c.pdf"},
      {"告示.pdf", "https://city.example/a/%e5%91%8a%e7%a4%ba.pdf"},
      {"", "https://city.example/a/index.html"},
      {"?page=2", "https://city.example/a/index.html?page=2"},
      {"#top", "https://city.example/a/index.html"},
      {"mailto:a@city.example", ""},
      {"javascript:alert(1)", ""},
      {"data:text/plain,x", ""},
      {"file:///etc/passwd", ""},
      {"https://user@city.example/", ""},
      {"http://", ""},
  };
  for (const auto& row : rows) {
    INFO(row.reference);
    CHECK(resolve("https://city.example/a/index.html#x", row.reference).value_or("") == row.address);
  }
  CHECK_FALSE(resolve("https://city.example/", std::string(3000, 'a')));
  CHECK(host_of("https://WWW.City.Example.:443/a") == "www.city.example");
  CHECK_FALSE(host_of("city.example"));
}
