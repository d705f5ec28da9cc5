#include "commands/terminal.h"

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <iostream>

namespace shirube::commands {

std::atomic<bool> stop_requested{false};

namespace {

std::atomic<bool> told_to_stop{false};

void mask(int how) {
  sigset_t signals;
  sigemptyset(&signals);
  for (int signal : {SIGINT, SIGTERM}) sigaddset(&signals, signal);
  pthread_sigmask(how, &signals, nullptr);
}

}  // namespace

void watch_signals() {
  struct sigaction action {};
  action.sa_handler = [](int) { told_to_stop = stop_requested = true; };
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  mask(SIG_UNBLOCK);  // one may have waited, see hand_on_signals()
}

bool hand_on_signals() {
  mask(SIG_BLOCK);
  return !told_to_stop;
}

int exit_code(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid: return 2;
    case ErrorKind::missing: return 3;
    case ErrorKind::forbidden: return 4;
    case ErrorKind::conflict: return 5;
    case ErrorKind::unavailable: return 6;
    default: return 70;
  }
}

int fail(const Error& e) {
  std::cerr << "エラー: " << e.message() << (e.hint().empty() ? "" : " → ") << e.hint() << "\n";
  return exit_code(e.kind());
}

ProgressLine::ProgressLine(std::string name) : name_(std::move(name)), terminal_(::isatty(2)) {}

ProgressLine::~ProgressLine() {
  if (pending_) print();
  if (terminal_ && shown_) std::cerr << "\n";
}

void ProgressLine::show(uint64_t done, uint64_t all) {
  done_ = done;
  all_ = all;
  pending_ = true;
  auto now = std::chrono::steady_clock::now();
  if (now - last_ <= (terminal_ ? std::chrono::milliseconds(200) : std::chrono::milliseconds(10000))) return;
  last_ = now;
  print();
}

void ProgressLine::print() {
  pending_ = false;
  shown_ = true;
  std::string amount = all_ ? fmt::format("{}/{} ({}%)", done_, all_, done_ * 100 / all_) : fmt::format("{}", done_);
  std::cerr << (terminal_ ? "\r\x1b[K" : "") << name_ << " " << amount << (terminal_ ? "" : "\n") << std::flush;
}

}  // namespace shirube::commands
