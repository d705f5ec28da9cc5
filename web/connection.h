#pragma once

#include <chrono>
#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include "web/channel.h"
#include "web/message.h"
#include "web/server.h"

// Private to web/: one client's connection, on which requests and answers follow each other.
namespace shirube::web {

/// Takes in what a client sends and gives out what it is answered, as the socket goes along, so that a thread is needed only
/// between the two: httplib 0.11.4 reads a line however long it is, lets a request take as long as its bytes keep dripping, and waits for
/// whoever reads slowly. For one thread at a time.
class Connection {
 public:
  using Clock = std::chrono::steady_clock;

  Connection(int fd, std::shared_ptr<ssl_ctx_st> tls, const ServerOptions& options);

  /// What is to be done with it.
  enum class Step {
    wait,       ///< until the socket can do events(), or until()
    answer,     ///< a request has come: its head, and its body where that is a small one of known length
    too_long,   ///< a head that is longer, or of more lines, than allowed has come
    in_clear,   ///< the client does not speak TLS; it can be told so
    give,       ///< more of a file can be given out, which reads the disk
    over,       ///< nothing more will come of it
  };

  /// The socket can do what was waited for.
  Step arrive();
  short events() const { return events_; }
  Clock::time_point until() const { return until_; }
  Clock::time_point begun() const { return begun_; }                                         ///< the request at hand
  bool has_request() const { return phase_ != Phase::handshake && phase_ != Phase::head; }  ///< a whole one, or its answer is under way
  bool idle() const { return phase_ == Phase::head && !has_bytes(); }                        ///< nothing of a next request has come

  /// Starts the bounds of a request that is to be answered: no byte beyond its head can be read.
  void begin_request();
  /// Lets a body come, of `most` bytes; true when all of it is here.
  bool begin_body(size_t most);
  size_t requests() const { return requests_; }  ///< that were begun
  std::string_view head() const;                 ///< of the request at hand, as far as it has come

  // While it is answered, by the thread that answers:
  bool is_readable();
  /// Waits for bytes, within the bounds; -1 beyond them.
  int64_t read(char* bytes, size_t size);
  /// Keeps for give(). Never waits.
  void write(std::string_view bytes) { out_.append(bytes); }
  void write(const FilePart& file) { file_ = file; }

  enum class Then {
    next,   ///< another request may follow
    close,
    drain,  ///< close, but take in for a while what the client still sends: cut off in the middle of it, it would never see the answer
  };
  /// The answer is complete: gives it out as fast as it is taken, and then does what is said.
  Step finish(Then then);
  Step give();
  /// Waits until it is given out, within the bounds and until `end` at most: for the last answers of a service that stops.
  void give_all(Clock::time_point end);
  size_t unsent() const { return out_.size(); }  ///< held in memory

  std::string peer() const;
  int socket() const { return channel_.socket(); }
  bool encrypted() const { return channel_.encrypted(); }

 private:
  enum class Phase { handshake, head, answering, sending, draining };

  bool has_bytes() const { return at_ < in_.size(); }
  Step handshake();
  Step take();
  Step progress();
  Step drain();
  Step await_next();
  bool refill();
  size_t awaited_body(std::string_view head) const;
  Channel::State receive();

  Channel channel_;
  const ServerOptions& options_;
  Phase phase_ = Phase::handshake;
  short events_;
  Then then_ = Then::next;
  Clock::time_point begun_, until_, deadline_;
  size_t left_ = 0, requests_ = 0;
  std::string in_;                ///< what was received
  size_t at_ = 0, searched_ = 0;  ///< so much of it was read; and no head ends before
  size_t needed_ = 0;             ///< bytes of the request at hand, with the body that is awaited; 0 until its head has ended
  std::string out_;               ///< what is to be sent,
  std::optional<FilePart> file_;  ///< and after it
  std::ifstream file_stream_;
};

}  // namespace shirube::web
