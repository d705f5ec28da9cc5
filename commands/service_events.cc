#include "commands/service_events.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "commands/terminal.h"
#include "store/event_chain.h"
#include "text/error.h"
#include "text/instant.h"

namespace shirube::commands {

ServiceEvents::ServiceEvents(Installation& installation, const config::Config& config) : installation_(installation), config_(config), rules_(store::parse_rules(config.event_days)) {}

ServiceEvents::~ServiceEvents() {
  if (!started_) return;
  try {
    installation_.database.write([](SQLite::Database& db) { store::append(db, {"service.stop", "", ""}); });
    log_head();
  } catch (const std::exception& e) {
    spdlog::error("サービスの終了を記録できません: {}", e.what());
  }
}

web::ReadingEvents ServiceEvents::reading() const {
  web::ReadingEvents reading{{}, config_.event_searches};
  for (const auto& word : config_.event_reads) {
    auto key = corpus::key_of(corpus::audiences(), word);
    reading.audiences.emplace_back(key ? std::string(*key) : word);
  }
  return reading;
}

void ServiceEvents::started(const std::string& where) {
  installation_.database.write([&](SQLite::Database& db) { store::append(db, {"service.start", where, ""}); });
  started_ = true;
}

void ServiceEvents::log_head() {
  auto head = installation_.database.read([](SQLite::Database& db) { return store::head(db); });
  spdlog::info("記録の控え: {}", head.written());
}

bool ServiceEvents::verify() {
  auto verdict = installation_.database.read([](SQLite::Database& db) { return store::verify(db, [](uint64_t, uint64_t) {}); });
  if (!verdict.sound()) spdlog::error("{} shirube events verify で確かめ、控えと比べてください。", verdict.said());
  installation_.database.write([&](SQLite::Database& db) { store::append(db, store::event_of(verdict)); });
  log_head();
  return verdict.sound();
}

void ServiceEvents::retain() {
  std::string now = text::utc_now();
  bool leapt = installation_.database.read([&](SQLite::Database& db) { return store::leapt(db, now); });
  if (!leapt) {
    store::retain(installation_.database, rules_, text::utc_now, stop_requested);
    return;
  }
  spdlog::warn("記録の時刻が{}日を超えて飛んでいるため、保存期間を過ぎた記録の削除を見合わせました。時計を確かめてください（正しければ、{}日後から削除します）。", store::longest_pause_days, store::longest_pause_days);
}

void ServiceEvents::keep() {
  constexpr auto glance = std::chrono::milliseconds(200);
  constexpr auto pause = std::chrono::hours(24);
  constexpr auto settling = std::chrono::minutes(10);
  store::Acting acting({"service"});
  auto wait = [&](auto length) {
    for (auto end = std::chrono::steady_clock::now() + length; std::chrono::steady_clock::now() < end && !stop_requested;) std::this_thread::sleep_for(glance);
  };
  while (!stop_requested) {
    try {
      bool sound = verify();
      wait(settling);
      // Of a broken chain nothing is removed that may tell how it came about.
      if (sound && !stop_requested) retain();
    } catch (const std::exception& e) {
      spdlog::error("記録を確かめられません: {}", e.what());
    }
    wait(pause);
  }
}

}  // namespace shirube::commands
