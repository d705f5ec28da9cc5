// Whoever waits in poll() is woken: by a connection that comes, by one whose answer was given, and by one that wants room.
#include "web/connections.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <semaphore>

using namespace shirube;
using namespace shirube::web;
using namespace std::chrono_literals;

namespace {

constexpr auto patience = 30s;  ///< until a test fails; nothing here comes about by time alone

/// Two ends of a connection on this machine.
struct Pair {
  int client = -1, server = -1;
  Pair() {
    int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET, address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* at = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(listener, at, size) == 0);
    REQUIRE(::listen(listener, 1) == 0);
    REQUIRE(::getsockname(listener, at, &size) == 0);
    client = ::socket(AF_INET, SOCK_STREAM, 0);
    REQUIRE(::connect(client, at, size) == 0);
    server = ::accept(listener, nullptr, nullptr);
    REQUIRE(server >= 0);
    ::close(listener);
    timeval time{patience.count(), 0};
    ::setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
  }
  ~Pair() { hang_up(); }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;

  void hang_up() {
    if (client >= 0) ::close(client);
    client = -1;
  }
  void ask() const { REQUIRE(::send(client, "GET / HTTP/1.1\r\n\r\n", 18, 0) == 18); }
  bool is_answered() const {
    char letter = 0;
    return ::recv(client, &letter, 1, 0) == 1 && letter == '!';
  }
};

/// A server whose connections may wait for an hour.
struct Waiting {
  ServerOptions options;
  Metrics metrics{std::vector<Metrics::RouteName>{}};
  std::unique_ptr<Connections> connections;

  explicit Waiting(size_t most) {
    options.threads = 2;
    options.connections = most;
    options.keep_alive_time = options.read_time = options.request_time = options.write_time = 3600s;
    auto answer = [](Connection& connection) {
      connection.begin_request();
      char bytes[64];
      connection.read(bytes, sizeof bytes);
      connection.write("!");
      return Connection::Then::next;
    };
    connections = std::make_unique<Connections>(options, metrics, Connections::Work{answer, [](int, std::string_view) { return std::string("?"); }});
  }
  ~Waiting() { connections->shutdown(); }
};

}  // namespace

TEST_CASE("a connection is looked at when it comes, and again after each answer") {
  Waiting waiting(100);
  std::vector<std::unique_ptr<Pair>> pairs;
  for (int i = 0; i < 20; ++i) {
    pairs.push_back(std::make_unique<Pair>());
    waiting.connections->take_in(pairs.back()->server);
    // The earlier ones too, which are idle: nothing else wakes who waits for all of them.
    for (const auto& pair : pairs) {
      pair->ask();
      REQUIRE(pair->is_answered());
    }
  }
}

TEST_CASE("one that finds no room has an idle one make room at once") {
  Waiting waiting(1);
  Pair first, second;
  waiting.connections->take_in(first.server);
  first.ask();
  REQUIRE(first.is_answered());
  std::binary_semaphore taken(0);
  std::jthread taking([&] {
    waiting.connections->take_in(second.server);
    taken.release();
  });
  bool in_time = taken.try_acquire_for(patience);
  CHECK(in_time);
  if (!in_time) first.hang_up();  // which wakes the one who waits
  taking.join();
  second.ask();
  CHECK(second.is_answered());
  CHECK(waiting.metrics.count(Refusal::idle) == (in_time ? 1 : 0));
}

TEST_CASE("connections that wait end with the server") {
  Pair pair;
  {
    Waiting waiting(10);
    waiting.connections->take_in(pair.server);
    pair.ask();
    REQUIRE(pair.is_answered());
  }
  char letter;
  CHECK(::recv(pair.client, &letter, 1, 0) == 0);
}
