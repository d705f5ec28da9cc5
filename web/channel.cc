#include "web/channel.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace shirube::web {

namespace {

constexpr char handshake_record = 0x16;  // the first byte of whoever speaks TLS (RFC 8446, 5.1)

bool would_wait() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

Channel::Channel(int fd, std::shared_ptr<ssl_ctx_st> tls) : fd_(fd), context_(std::move(tls)), ssl_(nullptr, SSL_free) {
  ::fcntl(fd_, F_SETFL, ::fcntl(fd_, F_GETFL) | O_NONBLOCK);
  if (!context_) return;
  ssl_.reset(SSL_new(context_.get()));
  failed_ = !ssl_ || SSL_set_fd(ssl_.get(), fd_) != 1;
  if (ssl_) SSL_set_accept_state(ssl_.get());
  ERR_clear_error();
}

Channel::~Channel() {
  ::shutdown(fd_, SHUT_RDWR);
  ::close(fd_);
}

Channel::State Channel::state_of(int result) {
  int why = SSL_get_error(ssl_.get(), result);
  ERR_clear_error();
  if (why == SSL_ERROR_WANT_READ) return State::wants_in;
  if (why == SSL_ERROR_WANT_WRITE) return State::wants_out;
  failed_ = why != SSL_ERROR_ZERO_RETURN;
  return State::ended;
}

Channel::State Channel::handshake() {
  if (failed_) return State::ended;
  if (!ssl_) return State::moved;
  char first = 0;
  if (SSL_in_before(ssl_.get())) {
    ssize_t seen = ::recv(fd_, &first, 1, MSG_PEEK);
    if (seen < 0 && would_wait()) return State::wants_in;
    if (seen <= 0) return State::ended;
    if (first != handshake_record) {
      ssl_.reset();
      return State::clear_text;
    }
  }
  int result = SSL_do_handshake(ssl_.get());
  return result == 1 ? State::moved : state_of(result);
}

Channel::Moved Channel::receive(char* bytes, size_t most) {
  if (failed_) return {State::ended};
  if (ssl_) {
    int received = SSL_read(ssl_.get(), bytes, static_cast<int>(most));
    return received > 0 ? Moved{State::moved, static_cast<size_t>(received)} : Moved{state_of(received)};
  }
  ssize_t received = ::recv(fd_, bytes, most, 0);
  if (received > 0) return {State::moved, static_cast<size_t>(received)};
  return {received < 0 && would_wait() ? State::wants_in : State::ended};
}

Channel::Moved Channel::send(const char* bytes, size_t size) {
  if (failed_) return {State::ended};
  if (ssl_) {
    int sent = SSL_write(ssl_.get(), bytes, static_cast<int>(size));
    return sent > 0 ? Moved{State::moved, static_cast<size_t>(sent)} : Moved{state_of(sent)};
  }
  ssize_t sent = ::send(fd_, bytes, size, MSG_NOSIGNAL);
  if (sent > 0) return {State::moved, static_cast<size_t>(sent)};
  return {sent < 0 && would_wait() ? State::wants_out : State::ended};
}

void Channel::end_sending() {
  if (ssl_ && !failed_ && SSL_is_init_finished(ssl_.get())) SSL_shutdown(ssl_.get());
  ERR_clear_error();
  ::shutdown(fd_, SHUT_WR);
}

}  // namespace shirube::web
