#pragma once

#include <cstddef>
#include <memory>

struct ssl_st;
struct ssl_ctx_st;

namespace shirube::web {

/// Bytes over a connected socket, in the clear or by TLS. Nothing here waits. For one thread at a time.
class Channel {
 public:
  /// Owns the socket, and makes it one that does not wait. Without `tls` all is in the clear.
  Channel(int fd, std::shared_ptr<ssl_ctx_st> tls);
  ~Channel();
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  enum class State {
    moved,       ///< something was done
    wants_in,    ///< nothing now; again when the socket has bytes
    wants_out,   ///< nothing now; again when the socket has room
    ended,       ///< the other side has ended, or it failed
    clear_text,  ///< of handshake() only: the other side does not speak TLS
  };
  struct Moved {
    State state;
    size_t bytes = 0;
  };

  /// Brings the handshake forward; `moved` when it is complete, at once without TLS. After `clear_text` the channel speaks in the
  /// clear, to say so.
  State handshake();
  Moved receive(char* bytes, size_t most);
  Moved send(const char* bytes, size_t size);
  /// Says that nothing more will be sent; what comes can still be received.
  void end_sending();

  int socket() const { return fd_; }
  bool encrypted() const { return ssl_ != nullptr; }

  /// What `receive` must be offered: a whole record of TLS, so that none of it stays behind unseen by poll().
  static constexpr size_t record = 16384;

 private:
  State state_of(int result);

  int fd_;
  std::shared_ptr<ssl_ctx_st> context_;
  std::unique_ptr<ssl_st, void (*)(ssl_st*)> ssl_;
  bool failed_ = false;
};

}  // namespace shirube::web
