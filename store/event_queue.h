#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "store/event_log.h"

namespace shirube::store {

class Database;

/// Events that change nothing, on their way to the log: readings and searches. They are written together by one thread, at most a
/// second later, so that a reading waits for no disk; a kill or a power failure within that second may lose them. What changes
/// anything is written by append() in its own transaction instead. Safe to share between threads.
class EventQueue {
 public:
  /// `log` is told what could not be written, from any thread.
  EventQueue(Database& database, std::function<void(std::string_view)> log);
  /// Writes what waits.
  ~EventQueue();
  EventQueue(const EventQueue&) = delete;
  EventQueue& operator=(const EventQueue&) = delete;

  /// As done now by who acts in this thread. With `most_waiting` before it (the disk is full, or another process holds the database)
  /// the event is written at once, or is forgotten and what keeps it from being written thrown: nobody reads on unrecorded.
  void push(Event event);
  /// Writes what waits; when it returns, that is on disk. Throws what keeps it from that.
  void flush();

  Database& database() const;

  static constexpr size_t most_waiting = 10'000;

 private:
  struct Private;
  std::unique_ptr<Private> self_;
};

}  // namespace shirube::store
