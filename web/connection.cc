#include "web/connection.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>

#include "web/app.h"

namespace shirube::web {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view end_of_head = "\n\r\n";
constexpr size_t piece_of_file = 64 << 10;
constexpr ptrdiff_t most_lines = 202;  ///< of a head: 200 headers, between the request line and the empty one

bool poll_one(int fd, short events, Connection::Clock::duration time) {
  pollfd poller{fd, events, 0};
  auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
  return ::poll(&poller, 1, static_cast<int>(std::max<int64_t>(milliseconds, 0))) > 0;
}

bool same_name(std::string_view a, std::string_view b) { return !header_of({{std::string(a), "x"}}, b).empty(); }

}  // namespace

Connection::Connection(int fd, std::shared_ptr<ssl_ctx_st> tls, const ServerOptions& options) : channel_(fd, std::move(tls)), options_(options), events_(POLLIN) {
  begun_ = Clock::now();
  until_ = begun_ + (channel_.encrypted() ? options_.read_time : options_.keep_alive_time);
  if (!channel_.encrypted()) phase_ = Phase::head;
}

Connection::Step Connection::arrive() {
  switch (phase_) {
    case Phase::handshake: return handshake();
    case Phase::head: return take();
    case Phase::answering: return Step::over;
    case Phase::sending: return file_ ? Step::give : give();
    case Phase::draining: return drain();
  }
  return Step::over;
}

Connection::Step Connection::handshake() {
  switch (channel_.handshake()) {
    case Channel::State::moved: return await_next();
    case Channel::State::wants_in: events_ = POLLIN; break;
    case Channel::State::wants_out: events_ = POLLOUT; break;
    case Channel::State::clear_text: return Step::in_clear;
    case Channel::State::ended: return Step::over;
  }
  until_ = std::min(begun_ + options_.request_time, Clock::now() + options_.read_time);
  return Step::wait;
}

Connection::Step Connection::await_next() {
  phase_ = Phase::head;
  needed_ = 0;
  events_ = POLLIN;
  begun_ = Clock::now();
  // Some of it may have come behind the last.
  until_ = has_bytes() ? begun_ + options_.read_time : begun_ + options_.keep_alive_time;
  return progress();
}

Connection::Step Connection::take() {
  if (!has_bytes()) begun_ = Clock::now();
  Channel::State state = receive();
  if (state == Channel::State::ended) return Step::over;
  events_ = state == Channel::State::wants_out ? POLLOUT : POLLIN;
  if (state != Channel::State::moved) return Step::wait;
  until_ = std::min(begun_ + options_.request_time, Clock::now() + options_.read_time);
  return progress();
}

/// How much of a request has come. httplib reads lines up to an empty one.
Connection::Step Connection::progress() {
  // A body may come byte by byte: its head is read once.
  if (needed_ > 0) return in_.size() - at_ >= needed_ ? Step::answer : Step::wait;
  size_t end = in_.find(end_of_head, searched_);
  if (std::min(end, in_.size()) - at_ > options_.largest_head) return Step::too_long;
  if (end == in_.npos) {
    searched_ = std::max(searched_, in_.size() - std::min(in_.size(), end_of_head.size() - 1));
    return Step::wait;
  }
  searched_ = end;
  std::string_view head = std::string_view(in_).substr(at_, end + end_of_head.size() - at_);
  if (std::ranges::count(head, '\n') > most_lines) return Step::too_long;
  needed_ = head.size() + awaited_body(head);
  return in_.size() - at_ >= needed_ ? Step::answer : Step::wait;
}

/// Bytes of the body to wait for before a thread takes the request: one that is small and says its length comes without
/// one. Whatever else a head says of a body is for who reads it to judge.
size_t Connection::awaited_body(std::string_view rest) const {
  size_t length = 0;
  for (size_t lines = 0; !rest.empty(); ++lines) {
    size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
    size_t colon = line.find(':');
    if (lines == 0 || colon == line.npos) continue;
    std::string_view name = line.substr(0, colon), value = line.substr(colon + 1);
    if (same_name(name, "Transfer-Encoding") || same_name(name, "Expect")) return 0;
    if (!same_name(name, "Content-Length")) continue;
    while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
    while (!value.empty() && (value.back() == '\r' || value.back() == ' ')) value.remove_suffix(1);
    auto [last, error] = std::from_chars(value.data(), value.data() + value.size(), length);
    if (error != std::errc() || last != value.data() + value.size() || length > options_.longest_form) return 0;
  }
  return length;
}

std::string_view Connection::head() const {
  size_t end = in_.find(end_of_head, at_);
  return std::string_view(in_).substr(at_, end == in_.npos ? in_.npos : end - at_);
}

void Connection::begin_request() {
  phase_ = Phase::answering;
  deadline_ = Clock::now() + options_.request_time;
  left_ = options_.largest_head;
  ++requests_;
}

bool Connection::begin_body(size_t most) {
  left_ += most;
  if (most > options_.longest_form) deadline_ += std::chrono::seconds(most / options_.body_rate);
  return in_.size() - at_ >= most;
}

bool Connection::is_readable() {
  return has_bytes() || poll_one(channel_.socket(), POLLIN, std::min<Clock::duration>(options_.read_time, deadline_ - Clock::now()));
}

int64_t Connection::read(char* bytes, size_t size) {
  // "100 Continue" goes out before its body comes. It is the first of its answer, so the socket has room.
  if (!has_bytes() && !out_.empty()) give();
  while (left_ > 0 && !has_bytes()) {
    if (!is_readable() || Clock::now() >= deadline_) return -1;
    if (Channel::State state = receive(); state == Channel::State::ended) return 0;
    else if (state == Channel::State::wants_out) poll_one(channel_.socket(), POLLOUT, options_.write_time);
  }
  if (left_ == 0) return -1;
  size = std::min({size, in_.size() - at_, left_});
  in_.copy(bytes, size, at_);
  at_ += size;
  left_ -= size;
  searched_ = at_;
  return static_cast<int64_t>(size);
}

Connection::Step Connection::finish(Then then) {
  phase_ = Phase::sending;
  then_ = then;
  auto now = Clock::now();
  uint64_t bytes = out_.size() + (file_ ? file_->length : 0);
  deadline_ = now + options_.write_time + std::chrono::seconds(bytes / options_.answer_rate);
  until_ = std::min(deadline_, now + options_.write_time);
  return give();
}

/// The next piece of the file, when all before it was sent. False when it cannot be read.
bool Connection::refill() {
  if (!file_stream_.is_open()) {
    file_stream_.clear();
    file_stream_.open(file_->path, std::ios::binary);
    file_stream_.seekg(static_cast<std::streamoff>(file_->offset));
  }
  out_.resize(std::min<uint64_t>(file_->length, piece_of_file));
  file_stream_.read(out_.data(), static_cast<std::streamsize>(out_.size()));
  out_.resize(static_cast<size_t>(std::max<std::streamsize>(file_stream_.gcount(), 0)));
  if (out_.empty()) return false;
  file_->length -= out_.size();
  if (file_->length == 0) {
    file_.reset();
    file_stream_.close();
  }
  return true;
}

Connection::Step Connection::give() {
  bool answering = phase_ == Phase::answering;
  size_t sent = 0;
  for (;;) {
    if (sent == out_.size()) {
      out_.clear();
      sent = 0;
      if (answering) return Step::wait;
      if (!file_) break;
      if (!refill()) return Step::over;
    }
    auto moved = channel_.send(out_.data() + sent, out_.size() - sent);
    if (moved.state == Channel::State::ended) return Step::over;
    sent += moved.bytes;
    if (moved.bytes > 0) until_ = std::min(deadline_, Clock::now() + options_.write_time);
    if (moved.state == Channel::State::moved) continue;
    out_.erase(0, sent);
    events_ = moved.state == Channel::State::wants_in ? POLLIN : POLLOUT;
    return Step::wait;
  }
  if (then_ == Then::next) return await_next();
  channel_.end_sending();
  if (then_ == Then::close) return Step::over;
  phase_ = Phase::draining;
  events_ = POLLIN;
  until_ = Clock::now() + options_.read_time;
  return Step::wait;
}

void Connection::give_all(Clock::time_point end) {
  then_ = Then::close;
  while (phase_ == Phase::sending && poll_one(channel_.socket(), events_, std::min(end, until_) - Clock::now())) {
    if (give() != Step::wait) return;
  }
}

Connection::Step Connection::drain() {
  char bytes[65536];
  ssize_t received = ::recv(channel_.socket(), bytes, sizeof bytes, MSG_DONTWAIT);
  return received == 0 || (received < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) ? Step::over : Step::wait;
}

Channel::State Connection::receive() {
  in_.erase(0, at_);
  searched_ -= std::min(searched_, at_);
  at_ = 0;
  char bytes[Channel::record];
  auto moved = channel_.receive(bytes, sizeof bytes);
  in_.append(bytes, moved.bytes);
  return moved.state;
}

std::string Connection::peer() const {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  char host[NI_MAXHOST];
  if (::getpeername(channel_.socket(), reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
  if (::getnameinfo(reinterpret_cast<sockaddr*>(&address), size, host, sizeof host, nullptr, 0, NI_NUMERICHOST) != 0) return {};
  return host;
}

}  // namespace shirube::web
