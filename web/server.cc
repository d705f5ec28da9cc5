#include "web/server.h"

#include <fmt/format.h>
#include <httplib.h>
#include <netdb.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <fstream>
#include <limits>
#include <mutex>
#include <semaphore>
#include <thread>
#include <vector>

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

  /// Starts the wait for a next request, some of which may have come behind the last.
  void await_request() {
    begun_ = Clock::now();
    until_ = has_bytes() ? begun_ + options_.read_time : begun_ + options_.keep_alive_time;
  }
  /// Until when more of it must come.
  Clock::time_point until() const { return until_; }
  /// Takes what has come of it, without waiting. False when nothing more will.
  bool take() {
    if (!has_bytes()) begun_ = Clock::now();
    ssize_t received = receive(MSG_DONTWAIT);
    if (received < 0) return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    until_ = std::min(begun_ + options_.request_time, Clock::now() + options_.read_time);
    return received > 0;
  }

  enum class Head { awaited, whole, too_long };
  /// How much of its head has come. httplib reads lines up to an empty one.
  Head head() {
    constexpr std::string_view end_of_head = "\n\r\n";
    size_t end = buffer_.find(end_of_head, searched_);
    if (std::min(end, buffer_.size()) - at_ > options_.largest_head) return Head::too_long;
    if (end != buffer_.npos) return Head::whole;
    searched_ = std::max(searched_, buffer_.size() - std::min(buffer_.size(), end_of_head.size() - 1));
    return Head::awaited;
  }

  /// Starts the bounds of a request whose head has come, and whose body may not.
  void begin_request() {
    deadline_ = Clock::now() + options_.request_time;
    left_ = options_.largest_head;
    ++requests_;
  }
  /// Lets a body come, of `most` bytes.
  void begin_body(size_t most) {
    left_ += most;
    if (most > App::longest_form) deadline_ += std::chrono::seconds(most / options_.body_rate);
  }
  size_t requests() const { return requests_; }  ///< that were begun

  /// Lets a client finish what it sends and nobody reads, for a while: cut off in the middle of it, it would never
  /// see the answer.
  void drain() {
    ::shutdown(fd_, SHUT_WR);
    char bytes[65536];
    for (auto end = Clock::now() + options_.read_time; poll_one(fd_, POLLIN, end - Clock::now()) && ::recv(fd_, bytes, sizeof bytes, MSG_DONTWAIT) > 0;) {}
  }

  bool is_readable() const override {
    return has_bytes() || poll_one(fd_, POLLIN, std::min<Clock::duration>(options_.read_time, deadline_ - Clock::now()));
  }
  bool is_writable() const override { return poll_one(fd_, POLLOUT, options_.write_time); }

  ssize_t read(char* bytes, size_t size) override {
    if (left_ == 0 || !is_readable()) return -1;
    if (!has_bytes()) {
      if (ssize_t received = receive(0); received <= 0) return received;
    }
    size = std::min({size, buffer_.size() - at_, left_});
    buffer_.copy(bytes, size, at_);
    at_ += size;
    left_ -= size;
    searched_ = at_;
    return static_cast<ssize_t>(size);
  }

  ssize_t write(const char* bytes, size_t size) override {
    return is_writable() ? ::send(fd_, bytes, size, MSG_NOSIGNAL) : -1;
  }

  void get_remote_ip_and_port(std::string& ip, int& port) const override {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    char host[NI_MAXHOST], service[NI_MAXSERV];
    if (::getpeername(fd_, reinterpret_cast<sockaddr*>(&address), &size) != 0) return;
    if (::getnameinfo(reinterpret_cast<sockaddr*>(&address), size, host, sizeof host, service, sizeof service, NI_NUMERICHOST | NI_NUMERICSERV) != 0) return;
    ip = host;
    port = std::stoi(service);
  }
  void get_local_ip_and_port(std::string&, int&) const override {}
  int socket() const override { return fd_; }

 private:
  bool has_bytes() const { return at_ < buffer_.size(); }
  ssize_t receive(int flags) {
    buffer_.erase(0, at_);
    searched_ -= at_;
    at_ = 0;
    char bytes[16384];
    ssize_t received = ::recv(fd_, bytes, sizeof bytes, flags);
    if (received > 0) buffer_.append(bytes, static_cast<size_t>(received));
    return received;
  }

  int fd_;
  const ServerOptions& options_;
  Clock::time_point begun_, until_, deadline_;
  size_t left_ = 0, requests_ = 0;
  std::string buffer_;                 ///< what was received
  size_t at_ = 0, searched_ = 0;       ///< so much of it was read; and no head ends before
};

/// Open connections, each with a thread only while a request of it is answered: a client that keeps its
/// connection open, or sends slowly what it wants, takes nobody's place. Those of which no whole head has
/// come lie here under one poll(); who has one joins the end of the queue, so that clients take turns request
/// by request.
class Connections : public httplib::TaskQueue {
 public:
  /// `answer` answers one request, and says whether the connection goes on.
  Connections(const ServerOptions& options, std::function<bool(Connection&)> answer)
      : options_(options), answer_(std::move(answer)), room_(static_cast<std::ptrdiff_t>(options.connections)), pool_(options.threads), watch_([this] { watch(); }) {}
  ~Connections() override { ::close(bell_); }

  /// httplib's own task per accepted socket: it only takes the socket in, and waits while there is no room.
  void enqueue(std::function<void()> take_in) override { take_in(); }
  void take_in(int fd) {
    room_.acquire();
    park(std::shared_ptr<Connection>(new Connection(fd, options_), [this](Connection* connection) {
      delete connection;
      room_.release();
    }));
  }

  /// Requests under way are finished first.
  void shutdown() override {
    stopping_ = true;
    ring();
    watch_.join();
    pool_.shutdown();
    arriving_.clear();
  }

 private:
  using Shared = std::shared_ptr<Connection>;

  void park(Shared connection) {
    connection->await_request();
    {
      std::lock_guard lock(mutex_);
      arriving_.push_back(std::move(connection));
    }
    ring();
  }
  void ring() {
    uint64_t one = 1;
    // It can fail only when the bell has been rung too often to count, and then it rings.
    [[maybe_unused]] ssize_t written = ::write(bell_, &one, sizeof one);
  }

  void queue(Shared connection) {
    pool_.enqueue([this, connection = std::move(connection)]() mutable {
      if (!stopping_ && answer_(*connection)) go_on(std::move(connection));
    });
  }
  void go_on(Shared connection) {
    switch (connection->head()) {
      case Connection::Head::whole: return queue(std::move(connection));
      case Connection::Head::awaited: return park(std::move(connection));
      case Connection::Head::too_long: return;
    }
  }

  void watch() {
    std::vector<Shared> parked;
    std::vector<pollfd> polled;
    while (!stopping_) {
      {
        std::lock_guard lock(mutex_);
        std::ranges::move(arriving_, std::back_inserter(parked));
        arriving_.clear();
      }
      polled.assign(1, {bell_, POLLIN, 0});
      auto first = Clock::now() + 1h;
      for (const auto& one : parked) {
        polled.push_back({one->socket(), POLLIN, 0});
        first = std::min(first, one->until());
      }
      auto patience = std::chrono::ceil<std::chrono::milliseconds>(first - Clock::now()).count();
      if (::poll(polled.data(), polled.size(), static_cast<int>(std::max<int64_t>(patience, 0))) < 0) continue;
      if (uint64_t rung = 0; polled[0].revents) [[maybe_unused]] ssize_t read = ::read(bell_, &rung, sizeof rung);
      auto now = Clock::now();
      size_t kept = 0;
      for (size_t i = 0; i < parked.size(); ++i) {
        if (polled[i + 1].revents && !parked[i]->take()) continue;
        Connection::Head head = parked[i]->head();
        if (head == Connection::Head::whole) queue(std::move(parked[i]));
        else if (head == Connection::Head::awaited && parked[i]->until() > now) std::swap(parked[kept++], parked[i]);
      }
      parked.resize(kept);
    }
  }

  const ServerOptions& options_;
  std::function<bool(Connection&)> answer_;
  std::counting_semaphore<> room_;
  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;
  std::vector<Shared> arriving_;
  int bell_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  httplib::ThreadPool pool_;
  std::thread watch_;
};

/// httplib keeps forms to 8,192 bytes and takes them apart itself. It is not told that a body is one: the
/// type waits under a name of ours, which is taken from a client that sends it.
constexpr const char* kept_type = ":content-type";
/// Marks a request whose body is not read, with the status that says why.
constexpr const char* unread = ":unread";

Request request_of(const httplib::Request& asked) {
  Request out{asked.method, asked.target, {}, asked.body};
  for (const auto& [name, value] : asked.headers) out.headers.emplace_back(name == kept_type ? "Content-Type" : name, value);
  out.peer = asked.remote_addr;
  return out;
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
    new_task_queue = [this] { return connections_ = new Connections(options_, [this](Connection& connection) { return answer_one(connection); }); };
    set_tcp_nodelay(true);  // the body follows its header at once
    set_payload_max_length(std::numeric_limits<size_t>::max());  // each request is held to its own
    set_keep_alive_max_count(options_.keep_alive_requests);
    set_keep_alive_timeout(options_.keep_alive_time.count());
    Handler answer = [this](const httplib::Request& request, httplib::Response& out) {
      std::string refused = request.get_header_value(unread);
      fill(refused.empty() ? app_.handle(request_of(request)) : app_.refuse(std::stoi(refused), request_of(request)), out);
    };
    Get("/", answer).Post("/", answer).Put("/", answer).Patch("/", answer).Delete("/", answer).Options("/", answer);
    set_error_handler([this](const httplib::Request& request, httplib::Response& out) {
      // Comes for our own answers too; only httplib's are bare.
      if (!out.has_header("Content-Security-Policy")) fill(app_.refuse(out.status, request_of(request)), out);
    });
    set_exception_handler([this](const httplib::Request& request, httplib::Response& out, std::exception_ptr) {
      fill(app_.refuse(500, request_of(request)), out);
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

  bool answer_one(Connection& connection) {
    connection.begin_request();
    bool last = connection.requests() >= options_.keep_alive_requests, goes_on = false, closed = false, large = false, is_unread = false;
    bool answered = process_request(connection, last, closed, [&](httplib::Request& request) { goes_on = prepare(request, connection, large, is_unread); });
    if (large) large_.release();
    if (answered && is_unread) connection.drain();
    return answered && !closed && goes_on && !last && svr_sock_ != INVALID_SOCKET;
  }

  /// Readies a parsed request for its one route, and says whether another may follow on the connection.
  bool prepare(httplib::Request& request, Connection& connection, bool& large, bool& is_unread) {
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
    if (has_body) {
      Request head{request.method, request.target, {}, "", request.remote_addr};
      for (const auto& [name, value] : request.headers) head.headers.emplace_back(name, value);
      size_t most = app_.longest_body(head);
      uint64_t length = 0;
      std::string said = request.get_header_value("Content-Length", 0);
      auto [end, error] = std::from_chars(said.data(), said.data() + said.size(), length);
      bool too_long = error == std::errc::result_out_of_range || (error == std::errc() && length > most);
      // Of one in pieces the length is not known before.
      bool may_be_large = most > App::longest_form && (said.empty() || error != std::errc() || length > App::longest_form);
      large = !too_long && may_be_large && large_.try_acquire();
      is_unread = too_long || (may_be_large && !large);
      if (is_unread) {
        // What httplib is not told of it does not read.
        request.headers.erase("Content-Length");
        request.headers.erase("Transfer-Encoding");
        request.set_header("Content-Length", "0");
        request.set_header(unread, too_long ? "413" : "503");
      }
      connection.begin_body(std::min<uint64_t>(most, said.empty() || error != std::errc() ? most : length));
      request.headers.erase("Connection");
      request.set_header("Connection", "close");
    }
    return !has_body;
  }

  const App& app_;
  const ServerOptions& options_;
  std::counting_semaphore<> large_{2};   ///< large bodies lie in memory: no more at a time
  Connections* connections_ = nullptr;  ///< httplib's, while it listens
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
