// The App behind a real socket, asked by httplib's client and by hand.
#include "web/server.h"

#include <arpa/inet.h>
#include <httplib.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "tests/web/town.h"
#include "web/target.h"

using namespace shirube::web;

namespace {

/// A connection by hand.
class Wire {
 public:
  explicit Wire(int port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  }
  ~Wire() { ::close(fd_); }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  /// False when the other side has closed.
  bool send(const std::string& bytes) {
    for (size_t sent = 0; sent < bytes.size();) {
      ssize_t n = ::send(fd_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (n <= 0) return false;
      sent += static_cast<size_t>(n);
    }
    return true;
  }
  /// All that comes until the other side closes.
  std::string rest() {
    std::string answer;
    char buffer[4096];
    for (ssize_t n; (n = ::recv(fd_, buffer, sizeof buffer, 0)) > 0;) answer.append(buffer, static_cast<size_t>(n));
    return answer;
  }

 private:
  int fd_;
};

/// A served town.
class Service {
 public:
  explicit Service(ServerOptions options = {}, const shirube::corpus::Viewer& viewer = {{"public", "staff"}, {shirube::corpus::Task::judge}}) : app(seen_by(viewer)), server(app, options) {
    port = server.bind("127.0.0.1", 0);
    thread = std::thread([this] { server.serve(); });
  }
  ~Service() {
    server.stop();
    thread.join();
  }
  httplib::Client client() const {
    httplib::Client client("127.0.0.1", port);
    client.set_read_timeout(10);
    return client;
  }
  /// Sends bytes as they are and returns all that comes back until the other side closes.
  std::string raw(const std::string& bytes) const {
    Wire wire(port);
    wire.send(bytes);
    return wire.rest();
  }

  AppOptions seen_by(const shirube::corpus::Viewer& viewer) {
    AppOptions out = town.options();
    out.viewer = viewer;
    out.desk.limits.file_bytes = 4 << 20;
    return out;
  }

  Town town;
  App app;
  Server server;
  int port = 0;
  std::thread thread;
};

size_t count(const std::string& text, const std::string& part) {
  size_t found = 0;
  for (size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
  return found;
}

const std::string original = "/documents/taisaku-kijun/2025-04-01/original";

}  // namespace

TEST_CASE("an answer on an open connection leaves at once") {
  Service service;
  auto client = service.client();
  client.set_keep_alive(true);
  auto fastest = std::chrono::steady_clock::duration::max();
  for (int i = 0; i < 20; ++i) {
    auto begin = std::chrono::steady_clock::now();
    REQUIRE(client.Get("/static/icon.svg"));
    if (i > 0) fastest = std::min(fastest, std::chrono::steady_clock::now() - begin);
  }
  // Waiting for the other side to acknowledge the header takes it 40 ms (RFC 896 and delayed acknowledgement).
  CHECK(fastest < std::chrono::milliseconds(20));
}

TEST_CASE("pages, originals and ranges come through the socket") {
  Service service;
  auto client = service.client();
  client.set_keep_alive(true);
  auto page = client.Get("/?q=" + percent_encode("端末"));
  REQUIRE(page);
  CHECK(page->status == 200);
  CHECK(page->get_header_value("Content-Type") == "text/html; charset=utf-8");
  CHECK(page->get_header_value_count("Content-Security-Policy") == 1);
  CHECK(page->body.find("<mark>端末</mark>") != std::string::npos);

  auto whole = client.Get(original);
  REQUIRE(whole);
  CHECK(whole->body == "%PDF-1.4 new");
  CHECK(whole->get_header_value("Content-Type") == "application/pdf");
  auto part = client.Get(original, {httplib::make_range_header({{9, 11}})});
  REQUIRE(part);
  CHECK(part->status == 206);
  CHECK(part->body == "new");
  CHECK(part->get_header_value("Content-Range") == "bytes 9-11/12");
  auto past = client.Get(original, {httplib::make_range_header({{100, 200}})});
  REQUIRE(past);
  CHECK(past->status == 416);
  auto ranged_page = client.Get("/documents", {httplib::make_range_header({{0, 9}})});
  REQUIRE(ranged_page);
  CHECK(ranged_page->status == 200);
  CHECK(ranged_page->body.ends_with("</html>\n"));

  auto held = client.Get(original, {{"If-None-Match", whole->get_header_value("ETag")}});
  REQUIRE(held);
  CHECK(held->status == 304);
  auto head = client.Head(original);
  REQUIRE(head);
  CHECK(head->get_header_value("Content-Length") == "12");
  CHECK(head->body.empty());
  CHECK(client.Get("/documents/105DF0000000337%23main-%E5%89%8D%E6%96%87")->status == 302);
}

TEST_CASE("what httplib refuses looks like our refusals") {
  Service service;
  auto client = service.client();
  auto longer = client.Get("/?q=" + std::string(9000, 'a'));
  REQUIRE(longer);
  CHECK(longer->status == 414);
  CHECK(longer->body.find("アドレスが長すぎます") != std::string::npos);
  CHECK_FALSE(longer->get_header_value("Content-Security-Policy").empty());
  auto heavy = client.Post("/", std::string((1 << 20) + 1, 'a'), "application/octet-stream");
  REQUIRE(heavy);
  CHECK(heavy->status == 413);
  CHECK(client.Post("/", "a", "text/plain")->status == 405);
  CHECK(client.Put("/api/v1/search", "a", "text/plain")->status == 405);
  CHECK(client.Options("/")->status == 405);
  for (const char* request : {"NONSENSE\r\n\r\n", "GET /\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "BREW / HTTP/1.1\r\n\r\n"}) {
    INFO(request);
    CHECK(service.raw(request).starts_with("HTTP/1.1 400"));
  }
}

TEST_CASE("a form comes through the socket up to its limit") {
  Service service;
  auto client = service.client();
  httplib::Headers here = {{"Sec-Fetch-Site", "same-origin"}, {":content-type", "text/plain"}};
  std::string query = "端末", form = "document=taisaku-kijun&clause=2&grade=2&q=" + percent_encode(query);
  // More than httplib would read of a form.
  auto taken = client.Post("/judgements", here, form + "&more=" + std::string(20'000, 'a'), "application/x-www-form-urlencoded");
  REQUIRE(taken);
  CHECK(taken->status == 303);
  CHECK(taken->get_header_value("Location") == "/?q=" + query);  // as httplib decodes it
  auto heavy = client.Post("/judgements", here, form + "&more=" + std::string(App::longest_form, 'a'), "application/x-www-form-urlencoded");
  REQUIRE(heavy);
  CHECK(heavy->status == 413);
  CHECK_FALSE(heavy->get_header_value("Content-Security-Policy").empty());
  auto elsewhere = client.Post("/judgements", {{"Origin", "http://evil.example"}}, form, "application/x-www-form-urlencoded");
  REQUIRE(elsewhere);
  CHECK(elsewhere->status == 403);
}

TEST_CASE("files come through the socket where they are handed in, up to their limit and two at a time") {
  Service service({}, shirube::corpus::Viewer::everything());
  auto client = service.client();
  httplib::Headers here = {{"Sec-Fetch-Site", "same-origin"}};
  auto status = [&](const std::string& target, size_t size) {
    auto answer = client.Post(target, here, std::string(size, 'a'), "application/octet-stream");
    return answer ? answer->status : 0;
  };
  CHECK(status("/api/v1/drafts?name=a.txt", 3 << 20) == 201);
  CHECK(status("/api/v1/drafts?name=a.txt", 6 << 20) == 413);
  CHECK(status("/api/v1/similar", 3 << 20) == 413);
  std::string form = "--B\r\nContent-Disposition: form-data; name=\"files\"; filename=\"b.txt\"\r\n\r\n" + std::string(1 << 20, 'b') + "\r\n--B--\r\n";
  auto taken = client.Post("/drafts", here, form, "multipart/form-data; boundary=B");
  REQUIRE(taken);
  CHECK(taken->status == 303);
  // Two that are under way leave no room for a third, which is told at once; when they end there is room again.
  std::string head = "POST /api/v1/drafts?name=c.txt HTTP/1.1\r\nHost: a\r\nSec-Fetch-Site: same-origin\r\nContent-Length: 1000000\r\n\r\n";
  int busy = 0;
  // Whether both have got their room before the third asks cannot be seen from here: so it is tried until they have.
  for (int tries = 0; tries < 50 && busy != 503; ++tries) {
    Wire first(service.port), second(service.port);
    first.send(head);
    second.send(head);
    std::this_thread::sleep_for(std::chrono::milliseconds(20 * tries));
    busy = status("/api/v1/drafts?name=d.txt", 100'000);
    if (busy == 503) CHECK(status("/api/v1/drafts?name=small.txt", 1000) == 201);
    first.send(std::string(1'000'000, 'c'));
    if (busy == 503) CHECK(first.rest().find("201 Created") != std::string::npos);
  }
  CHECK(busy == 503);
  int again = 0;
  for (int tries = 0; tries < 100 && again != 201; ++tries) again = status("/api/v1/drafts?name=e.txt", 100'000);
  CHECK(again == 201);

  Service narrow;
  auto closed = narrow.client().Post("/api/v1/drafts?name=a.txt", here, std::string(1 << 20, 'a'), "application/octet-stream");
  REQUIRE(closed);
  CHECK(closed->status == 413);
}

TEST_CASE("one connection takes several requests, and a body cannot pose as one") {
  Service service;
  std::string get = "GET /static/copy.js HTTP/1.1\r\nHost: a\r\n\r\n", last = "GET /static/copy.js HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  CHECK(count(service.raw(get + get + last), "HTTP/1.1 200 OK") == 3);
  // httplib leaves the body of a GET unread; what follows must not be answered.
  std::string smuggled = "GET /static/copy.js HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(last.size()) + "\r\n\r\n" + last;
  CHECK(count(service.raw(smuggled), "HTTP/1.1 ") == 1);
  std::string chunked = "GET /static/copy.js HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + last;
  CHECK(count(service.raw(chunked), "HTTP/1.1 ") == 1);
}

TEST_CASE("bounds hold against endless lines and slow clients") {
  ServerOptions options;
  options.largest_head = 10000;
  options.read_time = std::chrono::seconds(1);
  options.keep_alive_time = std::chrono::seconds(1);
  options.threads = 2;
  options.connections = 3;
  Service service(options);
  CHECK(service.raw("GET /" + std::string(200000, 'a')).find("200 OK") == std::string::npos);
  auto begin = std::chrono::steady_clock::now();
  CHECK(service.raw("GET / HTTP/1.1\r\nHo").find("200 OK") == std::string::npos);
  CHECK(service.raw("").empty());
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(6));
  // More clients at once than there is room for: all are served in turn.
  std::vector<std::thread> threads;
  std::atomic<int> good = 0;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&] {
      auto answer = service.client().Get("/static/style.css");
      good += answer && answer->status == 200;
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(good == 6);
}

TEST_CASE("a connection that is kept open takes nobody's turn") {
  ServerOptions options;
  options.threads = 1;
  options.keep_alive_requests = 1'000'000;
  Service service(options);
  auto ask = [](httplib::Client& client) {
    auto answer = client.Get("/static/copy.js");
    return answer && answer->status == 200;
  };
  // Browsers that have read and keep their connections for later.
  std::vector<std::unique_ptr<httplib::Client>> idle;
  for (int i = 0; i < 4; ++i) {
    idle.push_back(std::make_unique<httplib::Client>("127.0.0.1", service.port));
    idle.back()->set_keep_alive(true);
    CHECK(ask(*idle.back()));
  }
  auto begin = std::chrono::steady_clock::now();
  auto late = service.client();
  late.set_keep_alive(true);
  CHECK(ask(late));
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(2));

  // One that asks without a pause.
  std::atomic<bool> enough = false, asking = false;
  std::atomic<int> asked = 0;
  std::thread busy([&] {
    auto client = service.client();
    client.set_keep_alive(true);
    for (; !enough && asked < 100'000 && ask(client); ++asked) asking = true;
    asking = true;
  });
  while (!asking) std::this_thread::yield();
  bool others_served = ask(late) && ask(*idle[0]) && ask(late);
  enough = true;
  busy.join();
  CHECK(others_served);
  CHECK(asked < 100'000);
}

TEST_CASE("a head that comes slowly takes nobody's turn") {
  ServerOptions options;
  options.threads = 2;
  options.read_time = options.request_time = options.keep_alive_time = std::chrono::seconds(60);
  Service service(options);
  const std::string head = "GET /static/copy.js HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  std::vector<std::unique_ptr<Wire>> slow;
  for (size_t i = 1; i <= 6; ++i) {
    slow.push_back(std::make_unique<Wire>(service.port));
    REQUIRE(slow.back()->send(head.substr(0, head.size() - i)));
  }
  int answered = 0;
  for (int i = 0; i < 20; ++i) {
    auto answer = service.client().Get("/static/style.css");
    answered += answer && answer->status == 200;
  }
  CHECK(answered == 20);
  // None was given up meanwhile, and each is answered when its head is whole.
  for (size_t i = 1; i <= 6; ++i) {
    CHECK(slow[i - 1]->send(head.substr(head.size() - i)));
    CHECK(slow[i - 1]->rest().starts_with("HTTP/1.1 200 OK"));
  }
  // So is one that begins behind another, and one that comes byte by byte.
  Wire wire(service.port);
  const std::string first = "GET /static/copy.js HTTP/1.1\r\nHost: a\r\n\r\n";
  CHECK(wire.send(first + first + head.substr(0, 10)));
  for (char c : head.substr(10)) CHECK(wire.send(std::string(1, c)));
  CHECK(count(wire.rest(), "HTTP/1.1 200 OK") == 3);
}

TEST_CASE("a head that drips is given up in time") {
  ServerOptions options;
  options.request_time = std::chrono::seconds(1);
  Service service(options);
  Wire wire(service.port);
  REQUIRE(wire.send("GET / HTTP/1.1\r\nHost: "));
  int sent = 0;
  for (; sent < 200 && wire.send("a"); ++sent) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  CHECK(sent < 200);
  CHECK(wire.rest().empty());
}

TEST_CASE("a stop does not wait for connections that are kept open") {
  Service service;
  auto client = service.client();
  client.set_keep_alive(true);
  REQUIRE(client.Get("/static/copy.js"));
  auto begin = std::chrono::steady_clock::now();
  service.server.stop();
  service.thread.join();
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(2));
  service.thread = std::thread([] {});
}

TEST_CASE("a taken port is told, and a stop may come at any time") {
  Service service;
  Server second(service.app);
  CHECK_THROWS(second.bind("192.0.2.1", 80));
  CHECK_THROWS(second.bind("127.0.0.1", service.port));
  second.bind("127.0.0.1", 0);
  second.stop();
  second.serve();
}
