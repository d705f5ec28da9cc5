#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "store/volume.h"
#include "web/metrics.h"

namespace shirube::store {
class Database;
}

namespace shirube::web {

/// How the data of the service stands: for the monitor that watches it and the administrator. Figures are measured anew at most once
/// in so many seconds, however often they are asked for. Safe to share between threads.
class Health {
 public:
  /// `database` must outlive it. Below `free_bytes` of free disk space the service does not call itself ready.
  Health(std::filesystem::path data, const store::Database& database, uint64_t free_bytes);

  /// Why the service cannot do its work, in Japanese sentences; empty when it can: the database answers, the index that it names is
  /// at hand, and the disk has room. No sentence depends on what single documents say.
  std::vector<std::string> lacks() const;

  struct Figures {
    store::Volume volume;
    uint64_t free_bytes = 0, data_bytes = 0, index_bytes = 0;  ///< of the disk; of the data folder; of the index in it
    std::string index_name;                        ///< of its folder; empty: there is none
    std::chrono::seconds index_age{0};             ///< since something was written to it
    bool unknown = false;                          ///< the database could not be read
  };
  /// At most ten seconds old, sizes of folders at most a minute.
  Figures figures() const;

 private:
  Figures measure() const;

  const std::filesystem::path data_;
  const store::Database& database_;
  const uint64_t free_bytes_;
  mutable std::mutex mutex_;
  mutable Figures figures_;
  mutable std::chrono::steady_clock::time_point measured_{}, weighed_{};
};

/// Figures as metrics.
std::vector<Gauge> gauges_of(const Health::Figures& figures);

}  // namespace shirube::web
