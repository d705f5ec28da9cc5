// The App behind a real socket, asked by httplib's client and by hand.
#include "web/server.h"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <thread>
#include <vector>

#include "tests/web/served_town.h"
#include "web/target.h"

using namespace shirube::web;

namespace {

using Service = ServedTown;

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
  Service service({}, {{"public", "staff"}, {shirube::corpus::Task::judge}});
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
  std::string get = "GET /static/icon.svg HTTP/1.1\r\nHost: a\r\n\r\n", last = "GET /static/icon.svg HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  CHECK(count(service.raw(get + get + last), "HTTP/1.1 200 OK") == 3);
  // httplib leaves the body of a GET unread; what follows must not be answered.
  std::string smuggled = "GET /static/icon.svg HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(last.size()) + "\r\n\r\n" + last;
  CHECK(count(service.raw(smuggled), "HTTP/1.1 ") == 1);
  std::string chunked = "GET /static/icon.svg HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + last;
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
    auto answer = client.Get("/static/icon.svg");
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
  const std::string head = "GET /static/icon.svg HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
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
  const std::string first = "GET /static/icon.svg HTTP/1.1\r\nHost: a\r\n\r\n";
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
  REQUIRE(client.Get("/static/icon.svg"));
  auto begin = std::chrono::steady_clock::now();
  service.server.stop();
  service.thread.join();
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(2));
  service.thread = std::thread([] {});
}

TEST_CASE("a stop lets who asked have the whole answer") {
  Service service({}, shirube::corpus::Viewer::everything());
  auto taken = service.client().Post("/api/v1/drafts?name=a.txt", httplib::Headers{{"Sec-Fetch-Site", "same-origin"}}, std::string(4 << 20, 'a'), "application/octet-stream");
  REQUIRE(taken);
  Wire wire(service.port, 4096);
  REQUIRE(wire.send("GET /drafts/1/original HTTP/1.1\r\nHost: a\r\n\r\n"));
  char first;
  REQUIRE(::recv(wire.socket(), &first, 1, 0) == 1);  // it is under way
  std::thread stopping([&] { service.server.stop(); });
  CHECK(wire.rest().size() > 4 << 20);
  stopping.join();
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

TEST_CASE("idle connections, half-sent heads, slow bodies and slow readers together stop nobody") {
  ServerOptions options;
  options.threads = 2;
  options.read_time = options.request_time = options.keep_alive_time = options.write_time = std::chrono::seconds(60);
  Service service(options, shirube::corpus::Viewer::everything());
  // An original that does not fit the buffers of a socket.
  auto taken = service.client().Post("/api/v1/drafts?name=a.txt", httplib::Headers{{"Sec-Fetch-Site", "same-origin"}}, std::string(4 << 20, 'a'), "application/octet-stream");
  REQUIRE(taken);
  REQUIRE(taken->status == 201);
  std::vector<std::unique_ptr<Wire>> idle, half, bodies, endless, readers;
  const std::string get = "GET /static/icon.svg HTTP/1.1\r\nHost: a\r\n\r\n", file = "GET /drafts/1/original HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  for (int i = 0; i < 200; ++i) {
    idle.push_back(std::make_unique<Wire>(service.port));
    if (i % 2) REQUIRE(idle.back()->send(get));
    half.push_back(std::make_unique<Wire>(service.port));
    REQUIRE(half.back()->send(get.substr(0, get.size() - 2)));
  }
  for (int i = 0; i < 20; ++i) {
    bodies.push_back(std::make_unique<Wire>(service.port));
    REQUIRE(bodies.back()->send("POST /judgements HTTP/1.1\r\nHost: a\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nq=a"));
    // Without a length there is no body to wait for.
    endless.push_back(std::make_unique<Wire>(service.port));
    REQUIRE(endless.back()->send("POST /judgements HTTP/1.1\r\nHost: a\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\nq=a"));
    readers.push_back(std::make_unique<Wire>(service.port, 4096));
    REQUIRE(readers.back()->send(file));
  }
  auto begin = std::chrono::steady_clock::now();
  int answered = 0;
  for (int i = 0; i < 20; ++i) {
    auto answer = service.client().Get(i % 2 ? "/static/style.css" : "/?q=" + percent_encode("端末"));
    answered += answer && answer->status == 200;
  }
  auto time = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
  std::cout << "with 200 idle connections, 200 half-sent heads, 20 slow bodies, 20 without a length and 20 slow readers: 20 requests in " << time.count() << " ms\n";
  CHECK(answered == 20);
  // None of them was given up for it.
  size_t taken_forms = 0;
  for (auto& wire : bodies) {
    wire->send(std::string(97, 'a'));
    taken_forms += wire->rest().starts_with("HTTP/1.1 400 ");  // it was read, and names no document
  }
  CHECK(taken_forms == bodies.size());
  CHECK(half[199]->send("\r\n"));
  CHECK(idle[0]->send(get.substr(0, get.size() - 2) + "Connection: close\r\n\r\n"));
  CHECK(idle[0]->rest().starts_with("HTTP/1.1 200 OK"));
  std::string read = readers[0]->rest();
  CHECK(read.starts_with("HTTP/1.1 200 OK"));
  CHECK(read.size() > 4 << 20);
  CHECK(read.ends_with(std::string(1000, 'a')));
}

TEST_CASE("who reads too slowly, or never, is cut off") {
  ServerOptions options;
  options.write_time = std::chrono::seconds(1);
  Service service(options, shirube::corpus::Viewer::everything());
  auto taken = service.client().Post("/api/v1/drafts?name=a.txt", httplib::Headers{{"Sec-Fetch-Site", "same-origin"}}, std::string(4 << 20, 'a'), "application/octet-stream");
  REQUIRE(taken);
  Wire wire(service.port, 4096);
  REQUIRE(wire.send("GET /drafts/1/original HTTP/1.1\r\nHost: a\r\n\r\n"));
  for (int i = 0; i < 600 && service.app.metrics().count(Refusal::slow) == 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  CHECK(service.app.metrics().count(Refusal::slow) == 1);
  CHECK(wire.rest().size() < 4 << 20);
}

TEST_CASE("each bound has an answer of its own") {
  ServerOptions options;
  options.threads = 1;
  options.largest_head = 8000;
  options.connections_per_address = 3;
  options.read_time = options.request_time = options.keep_alive_time = std::chrono::seconds(60);
  Service service(options);
  std::string endless = service.raw("GET / HTTP/1.1\r\nCookie: " + std::string(9000, 'a'));
  CHECK(endless.starts_with("HTTP/1.1 431 "));
  CHECK(endless.find("ヘッダーが大きすぎます") != std::string::npos);
  CHECK(endless.find("Content-Security-Policy: ") != std::string::npos);
  CHECK(service.raw("GET /api/v1/search HTTP/1.1\r\nCookie: " + std::string(9000, 'a')).find("application/problem+json") != std::string::npos);
  CHECK(service.app.metrics().count(Refusal::head) == 2);
  auto of_lines = [](int lines) {
    std::string head = "GET /static/icon.svg HTTP/1.1\r\nConnection: close\r\n";
    for (int i = 1; i < lines; ++i) head += "a: b\r\n";
    return head + "\r\n";
  };
  CHECK(service.raw(of_lines(200)).starts_with("HTTP/1.1 200 "));
  CHECK(service.raw(of_lines(201)).starts_with("HTTP/1.1 431 "));
  {
    // The server forgets those that have gone a moment after.
    for (int i = 0; i < 600 && service.app.metrics().connections > 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(50));
    std::vector<std::unique_ptr<Wire>> open;
    for (int i = 0; i < 3; ++i) open.push_back(std::make_unique<Wire>(service.port));
    Wire fourth(service.port);
    std::string answer = fourth.rest();
    CHECK(answer.starts_with("HTTP/1.1 429 "));
    CHECK(answer.find("Retry-After: ") != std::string::npos);
    CHECK(open[0]->send("GET /static/icon.svg HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
    CHECK(open[0]->rest().starts_with("HTTP/1.1 200 OK"));
  }
}

TEST_CASE("with no room left the connection that has been idle longest goes") {
  ServerOptions options;
  options.connections = 4;
  options.read_time = options.request_time = options.keep_alive_time = std::chrono::seconds(600);
  Service service(options);
  std::vector<std::unique_ptr<Wire>> idle;
  for (int i = 0; i < 4; ++i) idle.push_back(std::make_unique<Wire>(service.port));
  int answered = 0;
  for (int i = 0; i < 8; ++i) {
    auto answer = service.client().Get("/static/style.css");
    answered += answer && answer->status == 200;
  }
  CHECK(answered == 8);
  CHECK(idle[0]->rest().empty());
  CHECK(service.app.metrics().count(Refusal::idle) >= 1);
}

TEST_CASE("with no room left slow readers do not close the door") {
  ServerOptions options;
  options.connections = 4;
  options.read_time = options.request_time = options.keep_alive_time = options.write_time = std::chrono::seconds(600);
  Service service(options, shirube::corpus::Viewer::everything());
  auto taken = service.client().Post("/api/v1/drafts?name=a.txt", httplib::Headers{{"Sec-Fetch-Site", "same-origin"}}, std::string(4 << 20, 'a'), "application/octet-stream");
  REQUIRE(taken);
  std::vector<std::unique_ptr<Wire>> readers;
  for (int i = 0; i < 4; ++i) {
    readers.push_back(std::make_unique<Wire>(service.port, 4096));
    REQUIRE(readers.back()->send("GET /drafts/1/original HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
    char first;
    REQUIRE(::recv(readers.back()->socket(), &first, 1, 0) == 1);
  }
  auto answer = service.client().Get("/static/style.css");
  REQUIRE(answer);
  CHECK(answer->status == 200);
  CHECK(service.app.metrics().count(Refusal::slow) >= 1);
  // One of them made room; which of those that began within a moment is nobody's promise.
  size_t cut = std::ranges::count_if(readers, [](auto& reader) { return reader->rest().size() < 4 << 20; });
  CHECK(cut >= 1);
}

TEST_CASE("when too many wait, the next is told at once to come again") {
  ServerOptions options;
  options.threads = 1;
  options.queue = 2;
  options.read_time = options.request_time = options.keep_alive_time = std::chrono::seconds(60);
  Service service(options, shirube::corpus::Viewer::everything());
  // A body in pieces, which the one thread waits for.
  Wire busy(service.port);
  REQUIRE(busy.send("POST /api/v1/drafts?name=a.txt HTTP/1.1\r\nHost: a\r\nSec-Fetch-Site: same-origin\r\nTransfer-Encoding: chunked\r\n\r\n"));
  for (int i = 0; i < 600 && service.app.metrics().waiting > 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  const std::string get = "GET /static/icon.svg HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  std::vector<std::unique_ptr<Wire>> waiting;
  // How many of them got a place cannot be seen before they are answered; that some are refused can.
  for (int i = 0; i < 6; ++i) {
    waiting.push_back(std::make_unique<Wire>(service.port));
    REQUIRE(waiting.back()->send(get));
  }
  for (int i = 0; i < 600 && service.app.metrics().count(Refusal::busy) == 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  CHECK(service.app.metrics().count(Refusal::busy) >= 1);
  busy.send("1\r\na\r\n0\r\n\r\n");
  CHECK(busy.rest().find("201 Created") != std::string::npos);
  size_t good = 0, refused = 0;
  for (auto& wire : waiting) {
    std::string answer = wire->rest();
    good += answer.starts_with("HTTP/1.1 200 OK");
    refused += answer.starts_with("HTTP/1.1 503 ") && answer.find("Retry-After: 10") != std::string::npos;
  }
  CHECK(good >= 1);
  CHECK(refused >= 1);
  CHECK(good + refused == 6);
}
