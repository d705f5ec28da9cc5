#include "web/connections.h"

#include <httplib.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <tuple>

#include "web/tls.h"

namespace shirube::web {

namespace {

using namespace std::chrono_literals;
using Clock = Connection::Clock;
using Step = Connection::Step;

}  // namespace

Connections::Connections(const ServerOptions& options, Metrics& metrics, Work work)
    : options_(options),
      metrics_(metrics),
      work_(std::move(work)),
      room_(static_cast<std::ptrdiff_t>(options.connections)),
      bell_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      pool_(new httplib::ThreadPool(options.threads)),
      watch_([this] { watch(); }) {}

Connections::~Connections() { ::close(bell_); }

bool Connections::count_in(const std::string& address) {
  if (options_.proxies.contains(address)) return true;
  std::lock_guard lock(addresses_mutex_);
  size_t& open = addresses_[counting_key(address)];
  return ++open <= options_.connections_per_address;
}

void Connections::count_out(const std::string& address) {
  if (options_.proxies.contains(address)) return;
  std::lock_guard lock(addresses_mutex_);
  auto found = addresses_.find(counting_key(address));
  if (found != addresses_.end() && --found->second == 0) addresses_.erase(found);
}

void Connections::take_in(int fd) {
  if (!room_.try_acquire()) {
    pressed_ = true;
    ring();
    room_.acquire();
    pressed_ = false;
  }
  auto* made = new Connection(fd, options_.tls ? options_.tls->context() : nullptr, options_);
  std::string address = made->peer();
  bool welcome = count_in(address);
  ++metrics_.connections;
  Shared connection(made, [this, address](Connection* gone) {
    delete gone;
    --metrics_.connections;
    count_out(address);
    room_.release();
  });
  if (welcome) return park(std::move(connection));
  metrics_.refused(Refusal::connections);
  // It is given what fits its socket; whoever opens so many is not waited for.
  if (!connection->encrypted()) {
    connection->write(work_.refusal(429, {}));
    connection->finish(Connection::Then::close);
  }
}

void Connections::shutdown() {
  stopping_ = true;
  ring();
  watch_.join();
  pool_->shutdown();
  auto end = Clock::now() + options_.write_time;
  for (const Shared& connection : arriving_) connection->give_all(end);
  arriving_.clear();
}

void Connections::park(Shared connection) {
  {
    std::lock_guard lock(mutex_);
    arriving_.push_back(std::move(connection));
  }
  ring();
}

void Connections::ring() {
  uint64_t one = 1;
  // It can fail only when the bell has been rung too often to count, and then it rings.
  [[maybe_unused]] ssize_t written = ::write(bell_, &one, sizeof one);
}

void Connections::queue(Shared connection, Step step) {
  if (step == Step::answer && waiting_ >= options_.queue) {
    metrics_.refused(Refusal::busy);
    return refuse(std::move(connection), 503);
  }
  if (step == Step::answer) metrics_.waiting = static_cast<int64_t>(++waiting_);
  pool_->enqueue([this, connection = std::move(connection), step]() mutable {
    if (step == Step::answer) metrics_.waiting = static_cast<int64_t>(--waiting_);
    if (!stopping_ || step == Step::give) run(std::move(connection), step);
  });
}

void Connections::run(Shared connection, Step step) {
  if (step == Step::give) {
    step = connection->give();
  } else {
    Connection::Then then = work_.answer(*connection);
    step = connection->finish(stopping_ && then == Connection::Then::next ? Connection::Then::close : then);
  }
  if (stopping_ && step != Step::wait) return;
  follow(std::move(connection), step);
}

void Connections::follow(Shared connection, Step step) {
  switch (step) {
    case Step::wait: return park(std::move(connection));
    case Step::answer:
    case Step::give: return queue(std::move(connection), step);
    case Step::too_long: metrics_.refused(Refusal::head); return refuse(std::move(connection), 431);
    case Step::in_clear: metrics_.refused(Refusal::clear_text); return refuse(std::move(connection), 400);
    case Step::over: return;
  }
}

void Connections::refuse(Shared connection, int status) {
  connection->write(work_.refusal(status, connection->head()));
  if (connection->finish(Connection::Then::drain) == Step::wait) park(std::move(connection));
}

/// For one that wants in, the connection that has been idle longest goes, or else the one that has been at its request longest.
bool Connections::make_room(std::vector<Shared>& parked) {
  auto rank = [](const Shared& one) { return std::tuple(one->has_request(), !one->idle(), one->has_request() ? one->begun() : one->until()); };
  auto oldest = std::ranges::min_element(parked, {}, rank);
  if (oldest == parked.end()) return false;
  metrics_.refused((*oldest)->has_request() ? Refusal::slow : Refusal::idle);
  parked.erase(oldest);
  return true;
}

void Connections::look_at(std::vector<Shared>& parked, const std::vector<short>& events) {
  auto now = Clock::now();
  std::vector<Shared> kept;
  kept.reserve(parked.size());
  size_t unsent = 0;
  for (size_t i = 0; i < parked.size(); ++i) {
    Step step = events[i] ? parked[i]->arrive() : Step::wait;
    if (step != Step::wait) {
      follow(std::move(parked[i]), step);
      continue;
    }
    if (parked[i]->until() <= now) {
      metrics_.refused(Refusal::slow);
      continue;
    }
    // Who came first keeps what it has; for whoever would go beyond the bound nothing is kept.
    if (size_t bytes = parked[i]->unsent(); bytes > 0 && unsent + bytes > options_.unsent_bytes) {
      metrics_.refused(Refusal::slow);
      continue;
    } else {
      unsent += bytes;
    }
    kept.push_back(std::move(parked[i]));
  }
  parked = std::move(kept);
}

void Connections::watch() {
  std::vector<Shared> parked;
  std::vector<pollfd> polled;
  std::vector<short> events;
  while (!stopping_) {
    {
      std::lock_guard lock(mutex_);
      std::ranges::move(arriving_, std::back_inserter(parked));
      arriving_.clear();
    }
    // Taken back first: the room that is made may let in one and have the next press at once.
    if (pressed_.exchange(false) && !make_room(parked)) pressed_ = true;
    polled.assign(1, {bell_, POLLIN, 0});
    auto first = Clock::now() + 1h;
    for (const auto& one : parked) {
      polled.push_back({one->socket(), one->events(), 0});
      first = std::min(first, one->until());
    }
    auto patience = std::chrono::ceil<std::chrono::milliseconds>(first - Clock::now()).count();
    if (::poll(polled.data(), polled.size(), static_cast<int>(std::max<int64_t>(patience, 0))) < 0) continue;
    if (uint64_t rung = 0; polled[0].revents) [[maybe_unused]] ssize_t read = ::read(bell_, &rung, sizeof rung);
    events.clear();
    for (size_t i = 1; i < polled.size(); ++i) events.push_back(polled[i].revents);
    look_at(parked, events);
  }
  // Some of them have an answer under way.
  std::lock_guard lock(mutex_);
  std::ranges::move(parked, std::back_inserter(arriving_));
}

}  // namespace shirube::web
