#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include "web/connection.h"
#include "web/metrics.h"

namespace httplib {
class ThreadPool;
}

// Private to web/: all the connections of a server.
namespace shirube::web {

/// Open connections, each with a thread only while a request of it is answered. All others lie here under one poll(); who has a
/// whole request joins the end of the queue, so that clients take turns request by request. take_in() is for one thread.
class Connections {
 public:
  using Shared = std::shared_ptr<Connection>;

  struct Work {
    /// Answers the request that has come, and says how the connection goes on. For many threads.
    std::function<Connection::Then(Connection&)> answer;
    /// The bytes of an answer to a request that gets no thread: `head` is what has come of it.
    std::function<std::string(int status, std::string_view head)> refusal;
  };

  Connections(const ServerOptions& options, Metrics& metrics, Work work);
  ~Connections();

  /// Takes a socket that was accepted. Waits while there is no room and of every connection a request waits for its thread or has it.
  void take_in(int fd);
  /// Requests under way are finished first.
  void shutdown();

 private:
  void park(Shared connection);
  void ring();
  void queue(Shared connection, Connection::Step step);
  void run(Shared connection, Connection::Step step);
  /// Does what a step says, and parks what is to wait.
  void follow(Shared connection, Connection::Step step);
  void refuse(Shared connection, int status);
  void watch();
  void look_at(std::vector<Shared>& parked, const std::vector<short>& events);
  bool make_room(std::vector<Shared>& parked);
  bool count_in(const std::string& address);
  void count_out(const std::string& address);

  const ServerOptions& options_;
  Metrics& metrics_;
  const Work work_;
  std::counting_semaphore<> room_;
  std::atomic<bool> stopping_ = false, pressed_ = false;
  std::atomic<size_t> waiting_ = 0;
  std::mutex mutex_;
  std::vector<Shared> arriving_;
  std::mutex addresses_mutex_;
  std::map<std::string, size_t> addresses_;  ///< connections of each; no larger than there are connections
  int bell_;
  std::unique_ptr<httplib::ThreadPool> pool_;
  std::thread watch_;
};

}  // namespace shirube::web
