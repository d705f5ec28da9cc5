#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "web/app.h"
#include "web/client_address.h"

namespace shirube::web {

class Tls;

/// Bounds that keep one client from holding up the others.
struct ServerOptions {
  size_t threads = 8;                   ///< requests answered at the same time; others wait their turn
  size_t queue = 256;                   ///< requests that wait their turn; one more is answered 503 at once
  size_t connections = 1024;            ///< open at the same time; for one more the one idle longest makes room, else the slowest reader
  size_t connections_per_address = 512; ///< one more is answered 429 (in the clear; by TLS it is closed)
  Addresses proxies = {};               ///< many clients come by these: they may have all the connections
  size_t largest_head = 64 << 10;       ///< bytes of request line and headers; a larger one is answered 431
  size_t longest_form = App::longest_form;  ///< bytes of a body that is taken in before a thread is; see App::longest_body()
  size_t uploads = 2;                   ///< other bodies, which a thread waits for, at a time; one more is answered 503
  std::chrono::seconds read_time{5};      ///< without a byte from the client
  std::chrono::seconds write_time{10};    ///< without room for a byte to it
  std::chrono::seconds request_time{20};  ///< for a whole request to arrive, up to a body of a form's size
  size_t body_rate = 256 << 10;           ///< bytes a second; so much longer a larger body may take
  size_t answer_rate = 16 << 10;          ///< bytes a second; who takes an answer more slowly is cut off
  size_t unsent_bytes = 128 << 20;        ///< of answers that wait in memory for slow readers, all together; beyond, they are cut off
  std::chrono::seconds keep_alive_time{5};  ///< for a next request to begin
  size_t keep_alive_requests = 100;
  Tls* tls = nullptr;                     ///< speaks TLS with this certificate, and nothing else; must outlive the server
};

/// HTTP/1.1 on a socket, in front of an App. A connection takes a thread only when a request has come and until its answer is made, and
/// requests are answered in the order they came: clients that keep their connections open, shake hands, send or read slowly,
/// share the threads evenly, however many they are. Only a body that is long, or of unknown length, is read by the thread that
/// answers; of these there are no more than `uploads`, and of several threads one is always left. A body may be as long as App::longest_body()
/// says; of a longer one nothing is read, and it is 413. serve() belongs to one thread; stop() may come from any.
class Server {
 public:
  explicit Server(const App& app, ServerOptions options = {});
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Takes the address; port 0 takes a free one. Returns the port. Throws Error{unavailable} when it
  /// cannot be had.
  int bind(const std::string& host, int port);

  /// Serves until stop(). Requests under way are finished first.
  void serve();

  /// May come before, during or after serve(). Not for signal handlers.
  void stop();

 private:
  struct Private;
  std::unique_ptr<Private> self_;
};

}  // namespace shirube::web
