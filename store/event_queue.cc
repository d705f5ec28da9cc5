#include "store/event_queue.h"

#include <fmt/format.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <iterator>
#include <mutex>
#include <optional>
#include <thread>

#include "store/database.h"
#include "text/instant.h"

namespace shirube::store {

namespace {

constexpr auto longest_wait = std::chrono::milliseconds(500);
constexpr size_t enough = 500;  // to be written without waiting for more

struct Waiting {
  Actor actor;
  Event event;
  std::string at;
};

}  // namespace

struct EventQueue::Private {
  Private(Database& used, std::function<void(std::string_view)> told) : database(used), log(std::move(told)), thread([this](const std::stop_token& stop) { keep_writing(stop); }) {}

  Database& database;
  std::function<void(std::string_view)> log;
  std::mutex writing;  // held over taking and writing a batch: batches keep their order
  std::mutex mutex;    // of what follows
  std::condition_variable_any filled;
  std::deque<Waiting> waiting;
  size_t taken = 0;     // of the batch that is being written: it may come back
  std::jthread thread;  // ends first

  /// What waits, and `last` with it, which is not kept when that fails.
  void write(std::optional<Waiting> last = {}) {
    std::lock_guard one_batch(writing);
    std::deque<Waiting> batch;
    {
      std::lock_guard lock(mutex);
      batch.swap(waiting);
      taken = batch.size();
    }
    if (last) batch.push_back(*std::move(last));
    if (batch.empty()) return;
    try {
      database.write([&](SQLite::Database& db) {
        for (const auto& one : batch) {
          Acting acting(one.actor);
          append(db, one.event, one.at);
        }
      });
    } catch (...) {
      std::lock_guard lock(mutex);
      waiting.insert(waiting.begin(), std::make_move_iterator(batch.begin()), std::make_move_iterator(batch.begin() + static_cast<ptrdiff_t>(taken)));
      taken = 0;
      throw;
    }
    std::lock_guard lock(mutex);
    taken = 0;
  }

  /// A failure is told once, and tried again.
  void keep_writing(const std::stop_token& stop) {
    bool failing = false;
    for (std::unique_lock lock(mutex); !stop.stop_requested();) {
      filled.wait(lock, stop, [&] { return !waiting.empty(); });
      filled.wait_for(lock, stop, longest_wait, [&] { return waiting.size() >= enough && !failing; });
      if (stop.stop_requested()) break;
      lock.unlock();
      try {
        write();
        failing = false;
      } catch (const std::exception& e) {
        if (!failing) log(fmt::format("記録を書けません: {}", e.what()));
        failing = true;
      }
      lock.lock();
    }
  }
};

EventQueue::EventQueue(Database& database, std::function<void(std::string_view)> log) : self_(new Private(database, std::move(log))) {}

EventQueue::~EventQueue() {
  self_->thread.request_stop();
  self_->thread.join();
  try {
    self_->write();
  } catch (const std::exception& e) {
    self_->log(fmt::format("記録 {}件を書けませんでした: {}", self_->waiting.size(), e.what()));
  }
}

void EventQueue::push(Event event) {
  Waiting one{Acting::now(), std::move(event), text::utc_now()};
  size_t length = 0;
  {
    std::lock_guard lock(self_->mutex);
    if (self_->waiting.size() + self_->taken < most_waiting) {
      self_->waiting.push_back(std::move(one));
      length = self_->waiting.size();
    }
  }
  if (length == 0) return self_->write(std::move(one));
  // One wakes the thread, and enough do so again.
  if (length == 1 || length == enough) self_->filled.notify_one();
}

void EventQueue::flush() { self_->write(); }

Database& EventQueue::database() const { return self_->database; }

}  // namespace shirube::store
