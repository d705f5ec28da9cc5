#include "web/server.h"

#include <fmt/format.h>
#include <httplib.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <limits>
#include <semaphore>
#include <thread>

#include "text/error.h"
#include "web/app.h"
#include "web/connections.h"

namespace shirube::web {

namespace {

using namespace std::chrono_literals;

/// A connection as httplib reads and writes it while it answers one request.
class Wire : public httplib::Stream {
 public:
  explicit Wire(Connection& connection) : connection_(connection) {}

  bool is_readable() const override { return connection_.is_readable(); }
  bool is_writable() const override { return true; }
  ssize_t read(char* bytes, size_t size) override { return static_cast<ssize_t>(connection_.read(bytes, size)); }
  ssize_t write(const char* bytes, size_t size) override {
    connection_.write(std::string_view(bytes, size));
    return static_cast<ssize_t>(size);
  }
  void get_remote_ip_and_port(std::string& ip, int& port) const override {
    ip = connection_.peer();
    port = 0;
  }
  void get_local_ip_and_port(std::string&, int&) const override {}
  int socket() const override { return connection_.socket(); }

 private:
  Connection& connection_;
};

/// httplib keeps forms to 8,192 bytes and takes them apart itself. It is not told that a body is one: the
/// type waits under a name of ours, which is taken from a client that sends it.
constexpr const char* kept_type = ":content-type";
/// Marks a request whose body is not read, with the status that says why.
constexpr const char* unread = ":unread";

/// The connection whose request this thread answers: what httplib does not hand on to a handler.
thread_local Connection* answering = nullptr;

Request request_of(const httplib::Request& asked) {
  Request out{asked.method, asked.target, {}, asked.body};
  for (const auto& [name, value] : asked.headers) out.headers.emplace_back(name == kept_type ? "Content-Type" : name, value);
  out.peer = asked.remote_addr;
  out.secure = answering != nullptr && answering->encrypted();
  return out;
}

void fill(const Response& answer, const httplib::Request& asked, httplib::Response& out) {
  out.status = answer.status;
  for (const auto& [name, value] : answer.headers) out.set_header(name, value);
  if (answer.file && answer.file->length > 0 && answering != nullptr) {
    // httplib writes the head alone. The file follows as fast as it is taken.
    out.set_header("Content-Type", answer.content_type);
    out.set_header("Content-Length", std::to_string(answer.file->length));
    if (asked.method != "HEAD") answering->write(*answer.file);
  } else if (!answer.content_type.empty()) {
    out.set_content(answer.body, answer.content_type);
  }
}

/// An answer as it goes over the wire, after which nothing follows.
std::string last_words(const Response& answer) {
  std::string out = fmt::format("HTTP/1.1 {} Refused\r\n", answer.status);
  for (const auto& [name, value] : answer.headers) out += name + ": " + value + "\r\n";
  return out + fmt::format("Content-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}", answer.content_type, answer.body.size(), answer.body);
}

/// httplib's task for each accepted socket: it only takes the socket in.
class Gate : public httplib::TaskQueue {
 public:
  explicit Gate(Connections& connections) : connections_(connections) {}
  void enqueue(std::function<void()> take_in) override { take_in(); }
  void shutdown() override { connections_.shutdown(); }

 private:
  Connections& connections_;
};

/// httplib with our own loop over a connection's requests.
class Listener : public httplib::Server {
 public:
  Listener(const App& app, const ServerOptions& options) : app_(app), options_(options), large_(static_cast<std::ptrdiff_t>(std::clamp<size_t>(options.threads - 1, 1, options.uploads))) {
    // Not httplib's SO_REUSEPORT: a second service on the port must be told so.
    set_socket_options([](socket_t socket) {
      int yes = 1;
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
    new_task_queue = [this] {
      connections_ = std::make_unique<Connections>(options_, app_.metrics(), Connections::Work{[this](Connection& connection) { return answer_one(connection); },
                                                                                                [this](int status, std::string_view head) { return refusal(status, head); }});
      return new Gate(*connections_);
    };
    set_tcp_nodelay(true);  // the body follows its header at once
    set_payload_max_length(std::numeric_limits<size_t>::max());  // each request is held to its own
    set_keep_alive_max_count(options_.keep_alive_requests);
    set_keep_alive_timeout(options_.keep_alive_time.count());
    Handler answer = [this](const httplib::Request& request, httplib::Response& out) {
      std::string refused = request.get_header_value(unread);
      fill(refused.empty() ? app_.handle(request_of(request)) : app_.refuse(std::stoi(refused), request_of(request)), request, out);
    };
    Get("/", answer).Post("/", answer).Put("/", answer).Patch("/", answer).Delete("/", answer).Options("/", answer);
    set_error_handler([this](const httplib::Request& request, httplib::Response& out) {
      // Comes for our own answers too; only httplib's are bare.
      if (!out.has_header("Content-Security-Policy")) fill(app_.refuse(out.status, request_of(request)), request, out);
    });
    set_exception_handler([this](const httplib::Request& request, httplib::Response& out, std::exception_ptr) {
      fill(app_.refuse(500, request_of(request)), request, out);
    });
  }

  /// Debian's httplib has the kernel hold five connections until they are accepted; of more that come at
  /// once, each waits a second until its client knocks again.
  void lengthen_queue() { ::listen(svr_sock_, static_cast<int>(options_.connections)); }

 private:
  bool process_and_close_socket(socket_t socket) override {
    connections_->take_in(socket);
    return true;
  }

  Connection::Then answer_one(Connection& connection) {
    connection.begin_request();
    bool last = connection.requests() >= options_.keep_alive_requests, closed = false;
    Body body;
    Wire wire(connection);
    answering = &connection;
    bool answered = process_request(wire, last, closed, [&](httplib::Request& request) { body = prepare(request, connection); });
    answering = nullptr;
    if (body.holds_room) large_.release();
    if (answered && !closed && body.none && !last && svr_sock_ != INVALID_SOCKET) return Connection::Then::next;
    return body.none ? Connection::Then::close : Connection::Then::drain;
  }

  struct Body {
    bool none = false;        ///< another request may follow
    bool holds_room = false;  ///< one of the few that a thread waits for
  };

  /// Readies a parsed request for its one route.
  Body prepare(httplib::Request& request, Connection& connection) {
    // The App reads the target itself; httplib would hold the path against a regex, one stack frame a byte.
    request.path = std::string("/");
    request.params.clear();
    // It would apply them unchecked to any answer. The App answers ranges of originals.
    request.ranges.clear();
    std::string type = request.get_header_value("Content-Type");
    request.headers.erase("Content-Type");
    request.headers.erase(kept_type);
    request.headers.erase(unread);
    if (!type.empty()) request.headers.emplace(kept_type, type);
    // A body that is left unread would be taken for the next request.
    // Two lengths, or a length beside chunks, and nobody knows where the next request begins (RFC 9112, 6.3).
    bool has_body = request.has_header("Transfer-Encoding") || request.get_header_value_count("Content-Length") > 1 || request.get_header_value("Content-Length", 0).find_first_not_of('0') != std::string::npos;
    if (has_body) return prepare_body(request, connection);
    // Without a length httplib reads on until the client closes, where there is no body (RFC 9112, 6.3). Whoever sends one all the same must not
    // have it taken for the next request.
    bool may_have_body = request.method != "GET" && request.method != "HEAD" && request.method != "OPTIONS";
    if (!may_have_body || request.has_header("Content-Length")) return {.none = true};
    request.set_header("Content-Length", "0");
    request.headers.erase("Connection");
    request.set_header("Connection", "close");
    return {};
  }

  Body prepare_body(httplib::Request& request, Connection& connection) {
    Request head{request.method, request.target, {}, ""};
    for (const auto& [name, value] : request.headers) head.headers.emplace_back(name, value);
    head.peer = connection.peer();
    head.secure = connection.encrypted();
    size_t most = app_.longest_body(head);
    uint64_t length = 0;
    std::string said = request.get_header_value("Content-Length", 0);
    auto [end, error] = std::from_chars(said.data(), said.data() + said.size(), length);
    bool too_long = error == std::errc::result_out_of_range || (error == std::errc() && length > most);
    bool known = error == std::errc() && !request.has_header("Transfer-Encoding");
    // What has come already needs nobody to wait for it.
    bool is_here = connection.begin_body(known ? std::min<uint64_t>(most, length) : most) && known;
    Body body;
    body.holds_room = !too_long && !is_here && large_.try_acquire();
    bool is_unread = too_long || (!is_here && !body.holds_room);
    if (is_unread) {
      // What httplib is not told of it does not read.
      request.headers.erase("Content-Length");
      request.headers.erase("Transfer-Encoding");
      request.set_header("Content-Length", "0");
      request.set_header(unread, too_long ? "413" : "503");
      app_.metrics().refused(too_long ? Refusal::body : Refusal::busy);
    }
    request.headers.erase("Connection");
    request.set_header("Connection", "close");
    return body;
  }

  /// The answer to a request that gets no thread: made once for each status and kept, as many such may come at a time.
  std::string refusal(int status, std::string_view head) {
    std::string_view target = head.substr(std::min(head.find(' '), head.size()));
    bool api = target.starts_with(" /api/") || target.starts_with(" /feeds/");
    std::lock_guard lock(refusals_mutex_);
    std::string& text = refusals_[{status, api}];
    if (!text.empty()) return text;
    Request request{"GET", api ? "/api/" : "/", {}, ""};
    request.secure = options_.tls != nullptr;
    Response response = app_.refuse(status, request);
    if (options_.tls != nullptr && status == 400) {
      // Who speaks in the clear here; a browser shows it as it is.
      response.content_type = "text/plain; charset=utf-8";
      response.body = "このサービスは暗号化された通信だけを受け付けます。https:// で始まるアドレスで開いてください。\n";
    }
    if (status == 429) response.headers.emplace_back("Retry-After", "10");
    return text = last_words(response);
  }

  const App& app_;
  const ServerOptions& options_;
  std::counting_semaphore<> large_;  ///< bodies that threads wait for: no more at a time, so that a thread is left
  std::mutex refusals_mutex_;
  std::map<std::pair<int, bool>, std::string> refusals_;
  std::unique_ptr<Connections> connections_;  ///< while it listens
};

}  // namespace

struct Server::Private {
  Private(const App& app, ServerOptions wanted) : options(wanted), listener(app, options) {}

  const ServerOptions options;
  Listener listener;
  std::atomic<bool> serving = false, stopping = false;
};

Server::Server(const App& app, ServerOptions options) : self_(new Private(app, options)) {}
Server::~Server() { stop(); }

int Server::bind(const std::string& host, int port) {
  int bound = port;
  if (port == 0) bound = self_->listener.bind_to_any_port(host);
  else if (!self_->listener.bind_to_port(host, port)) bound = -1;
  if (bound < 0) {
    throw Error(ErrorKind::unavailable, fmt::format("{} のポート {} で待ち受けできません。", host, port), "ほかのプログラムが使っていないか、設定の host と port を確かめてください。");
  }
  self_->listener.lengthen_queue();
  return bound;
}

void Server::serve() {
  self_->serving = true;
  if (!self_->stopping) self_->listener.listen_after_bind();
  self_->serving = false;
}

void Server::stop() {
  self_->stopping = true;
  // httplib forgets a stop that comes before it listens.
  while (self_->serving && !self_->listener.is_running()) std::this_thread::sleep_for(1ms);
  self_->listener.stop();
}

}  // namespace shirube::web
