#include "web/health.h"

#include <fmt/format.h>

#include <algorithm>

#include "search/searcher.h"
#include "store/database.h"
#include "text/error.h"

namespace shirube::web {

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto fresh = 10s, fresh_sizes = 60s;

uint64_t free_space(const fs::path& folder) {
  std::error_code error;
  auto space = fs::space(folder, error);
  return error ? 0 : space.available;
}

/// The bytes of a folder's files; what goes away meanwhile does not count.
uint64_t size_of(const fs::path& folder) {
  uint64_t bytes = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, fs::directory_options::skip_permission_denied, error), end; !error && at != end; at.increment(error)) {
    std::error_code gone;
    if (at->is_regular_file(gone)) bytes += at->file_size(gone);
  }
  return bytes;
}

std::chrono::seconds age_of(const fs::path& folder) {
  auto newest = fs::file_time_type::min();
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::error_code gone;
    if (auto time = at->last_write_time(gone); !gone) newest = std::max(newest, time);
  }
  if (newest == fs::file_time_type::min()) return 0s;
  return std::max(0s, std::chrono::duration_cast<std::chrono::seconds>(fs::file_time_type::clock::now() - newest));
}

}  // namespace

Health::Health(fs::path data, const store::Database& database, uint64_t free_bytes) : data_(std::move(data)), database_(database), free_bytes_(free_bytes) {}

std::vector<std::string> Health::lacks() const {
  std::vector<std::string> reasons;
  try {
    // Opening it has brought it to the newest schema, or failed.
    fs::path index = search::index_folder(data_, database_);
    std::error_code error;
    if (index.empty() ? store::volume(database_).editions > 0 : !fs::is_directory(index, error)) reasons.emplace_back("検索索引がまだありません。作り終わるまで検索できません。");
  } catch (const Error& e) {
    reasons.push_back("データベースを読めません。" + e.message());
  }
  if (uint64_t free = free_space(data_); free < free_bytes_) {
    reasons.push_back(fmt::format("ディスクの空きが {} MiB しかありません（{} MiB 以上が必要です）。", free >> 20, free_bytes_ >> 20));
  }
  return reasons;
}

Health::Figures Health::measure() const {
  Figures out;
  out.free_bytes = free_space(data_);
  try {
    out.volume = store::volume(database_);
    if (fs::path index = search::index_folder(data_, database_); !index.empty()) {
      out.index_name = index.filename().string();
      out.index_age = age_of(index);
    }
  } catch (const Error&) {
    out.unknown = true;
  }
  return out;
}

Health::Figures Health::figures() const {
  std::lock_guard lock(mutex_);
  auto now = Clock::now();
  if (measured_ != Clock::time_point{} && now - measured_ < fresh) return figures_;
  auto before = figures_;
  figures_ = measure();
  measured_ = now;
  if (weighed_ != Clock::time_point{} && now - weighed_ < fresh_sizes) {
    figures_.data_bytes = before.data_bytes;
    figures_.index_bytes = before.index_bytes;
    return figures_;
  }
  figures_.data_bytes = size_of(data_);
  figures_.index_bytes = figures_.index_name.empty() ? 0 : size_of(data_ / figures_.index_name);
  weighed_ = now;
  return figures_;
}

std::vector<Gauge> gauges_of(const Health::Figures& figures) {
  auto figure = [](auto value) { return static_cast<double>(value); };
  using enum Gauge::Unit;
  return {{"index_queue_length", "Changes that the index has yet to take up.", "索引の待ち", figure(figures.volume.queued)},
          {"index_age_seconds", "Time since the index was written to.", "索引の更新からの時間", figure(figures.index_age.count()), seconds},
          {"index_bytes", "Size of the index.", "索引の大きさ", figure(figures.index_bytes), bytes},
          {"documents", "Documents held.", "資料", figure(figures.volume.documents)},
          {"editions", "Editions held.", "版", figure(figures.volume.editions)},
          {"clauses", "Clauses held.", "条項", figure(figures.volume.clauses)},
          {"data_bytes", "Size of the data folder.", "データフォルダの大きさ", figure(figures.data_bytes), bytes},
          {"free_bytes", "Free space of its disk.", "ディスクの空き", figure(figures.free_bytes), bytes},
          {"database_readable", "Whether the database could be read.", "データベース", figures.unknown ? 0.0 : 1.0}};
}

}  // namespace shirube::web
