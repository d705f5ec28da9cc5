#include "web/server.h"

#include <fmt/format.h>
#include <httplib.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <semaphore>
#include <thread>

#include "text/error.h"
#include "web/app.h"

namespace shirube::web {

namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

bool poll_one(int fd, short events, Clock::duration time) {
  pollfd poller{fd, events, 0};
  auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
  return ::poll(&poller, 1, static_cast<int>(std::max<int64_t>(milliseconds, 0))) > 0;
}

/// A client's socket with the bounds that httplib 0.11.4 lacks: it reads a line however long it is,
/// and lets a request take as long as its bytes keep dripping.
class Connection : public httplib::Stream {
 public:
  Connection(int fd, const ServerOptions& options) : fd_(fd), options_(options) {}
  ~Connection() override {
    ::shutdown(fd_, SHUT_RDWR);
    ::close(fd_);
  }

  /// Waits for the first byte of a request, and starts its bounds. False when none comes in time.
  template <typename Running>
  bool await_request(Clock::duration time, Running running) {
    constexpr auto slice = 100ms;  // how late a stop() may be noticed
    for (auto end = Clock::now() + time; at_ == size_ && !poll_one(fd_, POLLIN, slice);) {
      if (!running() || Clock::now() >= end) return false;
    }
    deadline_ = Clock::now() + options_.request_time;
    left_ = options_.largest_head + options_.largest_body;
    return running();
  }

  bool is_readable() const override {
    return at_ < size_ || poll_one(fd_, POLLIN, std::min<Clock::duration>(options_.read_time, deadline_ - Clock::now()));
  }
  bool is_writable() const override { return poll_one(fd_, POLLOUT, options_.write_time); }

  ssize_t read(char* bytes, size_t size) override {
    if (left_ == 0 || !is_readable()) return -1;
    if (at_ == size_) {
      ssize_t received = ::recv(fd_, buffer_, sizeof buffer_, 0);
      if (received <= 0) return received;
      at_ = 0;
      size_ = static_cast<size_t>(received);
    }
    size = std::min({size, size_ - at_, left_});
    std::memcpy(bytes, buffer_ + at_, size);
    at_ += size;
    left_ -= size;
    return static_cast<ssize_t>(size);
  }

  ssize_t write(const char* bytes, size_t size) override {
    return is_writable() ? ::send(fd_, bytes, size, MSG_NOSIGNAL) : -1;
  }

  // Nobody asks who the client is.
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  int socket() const override { return fd_; }

 private:
  int fd_;
  const ServerOptions& options_;
  Clock::time_point deadline_;
  size_t left_ = 0;
  char buffer_[16384];
  size_t at_ = 0, size_ = 0;
};

/// A thread pool whose queue has an end: accepting waits while it is full.
class BoundedPool : public httplib::TaskQueue {
 public:
  explicit BoundedPool(const ServerOptions& options)
      : room_(static_cast<std::ptrdiff_t>(options.threads + options.waiting)), pool_(options.threads) {}

  void enqueue(std::function<void()> work) override {
    room_.acquire();
    pool_.enqueue([this, work = std::move(work)] {
      work();
      room_.release();
    });
  }
  void shutdown() override { pool_.shutdown(); }

 private:
  std::counting_semaphore<> room_;
  httplib::ThreadPool pool_;
};

Request request_of(const httplib::Request& asked) {
  return {asked.method, asked.target, {asked.headers.begin(), asked.headers.end()}, asked.body};
}

void send_file(const FilePart& part, const std::string& content_type, httplib::Response& out) {
  auto file = std::make_shared<std::ifstream>(part.path, std::ios::binary);
  out.set_content_provider(part.length, content_type, [file, part](size_t offset, size_t length, httplib::DataSink& sink) {
    char bytes[65536];
    file->seekg(static_cast<std::streamoff>(part.offset + offset));
    file->read(bytes, static_cast<std::streamsize>(std::min(length, sizeof bytes)));
    return file->gcount() > 0 && sink.write(bytes, static_cast<size_t>(file->gcount()));
  });
}

void fill(const Response& answer, httplib::Response& out) {
  out.status = answer.status;
  for (const auto& [name, value] : answer.headers) out.set_header(name, value);
  if (answer.file && answer.file->length > 0) send_file(*answer.file, answer.content_type, out);
  else if (!answer.content_type.empty()) out.set_content(answer.body, answer.content_type);
}

/// httplib with our own loop over a connection's requests.
class Listener : public httplib::Server {
 public:
  Listener(const App& app, const ServerOptions& options) : app_(app), options_(options) {
    // Not httplib's SO_REUSEPORT: a second service on the port must be told so.
    set_socket_options([](socket_t socket) {
      int yes = 1;
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
    new_task_queue = [this] { return new BoundedPool(options_); };
    set_tcp_nodelay(true);  // the body follows its header at once
    set_payload_max_length(options_.largest_body);
    set_keep_alive_max_count(options_.keep_alive_requests);
    set_keep_alive_timeout(options_.keep_alive_time.count());
    Handler answer = [this](const httplib::Request& request, httplib::Response& out) { fill(app_.handle(request_of(request)), out); };
    Get("/", answer).Post("/", answer).Put("/", answer).Patch("/", answer).Delete("/", answer).Options("/", answer);
    set_error_handler([this](const httplib::Request& request, httplib::Response& out) {
      // Comes for our own answers too; only httplib's are bare.
      if (!out.has_header("Content-Security-Policy")) fill(app_.refuse(out.status, request_of(request)), out);
    });
    set_exception_handler([this](const httplib::Request& request, httplib::Response& out, std::exception_ptr) {
      fill(app_.refuse(500, request_of(request)), out);
    });
  }

 private:
  bool process_and_close_socket(socket_t socket) override {
    Connection connection(socket, options_);
    auto running = [this] { return svr_sock_ != INVALID_SOCKET; };
    for (size_t left = options_.keep_alive_requests; left > 0; --left) {
      if (!connection.await_request(options_.keep_alive_time, running)) break;
      bool goes_on = false, closed = false;
      if (!process_request(connection, left == 1, closed, [&](httplib::Request& request) { goes_on = prepare(request); }) || closed) break;
      if (!goes_on) break;
    }
    return true;
  }

  /// Readies a parsed request for its one route, and says whether another may follow on the connection.
  static bool prepare(httplib::Request& request) {
    // The App reads the target itself; httplib would hold the path against a regex, one stack frame a byte.
    request.path = std::string("/");
    request.params.clear();
    // It would apply them unchecked to any answer. The App answers ranges of originals.
    request.ranges.clear();
    // A body that is left unread would be taken for the next request.
    // Two lengths, or a length beside chunks, and nobody knows where the next request begins (RFC 9112, 6.3).
    bool has_body = request.has_header("Transfer-Encoding") || request.get_header_value_count("Content-Length") > 1 || request.get_header_value("Content-Length", 0).find_first_not_of('0') != std::string::npos;
    if (has_body) {
      request.headers.erase("Connection");
      request.set_header("Connection", "close");
    }
    return !has_body;
  }

  const App& app_;
  const ServerOptions& options_;
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
