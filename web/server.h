#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace shirube::web {

class App;

/// Bounds that keep one client from holding up the others.
struct ServerOptions {
  size_t threads = 8;               ///< requests answered at the same time; others wait their turn
  size_t connections = 256;         ///< open at the same time; more wait in the kernel's queue
  size_t largest_head = 64 << 10;         ///< bytes of request line and headers; of a larger one the connection is closed
  std::chrono::seconds read_time{5};      ///< without a byte from the client
  std::chrono::seconds write_time{10};    ///< without room for a byte to it
  std::chrono::seconds request_time{20};  ///< for the whole head of a request to arrive, and for a body of a form's size
  size_t body_rate = 256 << 10;           ///< bytes a second; so much longer a larger body may take
  std::chrono::seconds keep_alive_time{5};  ///< for a next request to begin
  size_t keep_alive_requests = 100;
};

/// HTTP/1.1 on a socket, in front of an App. A connection takes a thread only when the whole head of a request
/// has come and until it is answered, and requests are answered in the order their heads came: clients that keep
/// their connections open, or send slowly, share the threads evenly, however many they are, and no more than
/// `connections` wait. A body is read by the thread that answers: who sends it slowly holds the thread, up to
/// `request_time`. A body may be as long as App::longest_body() says; of a longer one nothing is read, and it is 413; a third large one at the same time is 503. serve() belongs to one thread; stop() may come from any.
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
