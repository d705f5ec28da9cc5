#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>

#include "store/backup_manifest.h"
#include "store/durable.h"

// Private to store/: the one place that knows libarchive.
namespace shirube::store {

/// A backup being written, in a folder of the same disk as its later name. Gone again unless finish() was called.
class BackupWriter {
 public:
  BackupWriter(std::filesystem::path archive, const std::filesystem::path& work);
  ~BackupWriter();
  BackupWriter(const BackupWriter&) = delete;
  BackupWriter& operator=(const BackupWriter&) = delete;

  void begin(std::string_view name, uint64_t size);
  /// All bytes of the member that begin() named.
  void write(std::string_view bytes);
  /// Whole, on disk and under its name.
  void finish();

 private:
  struct Private;
  std::unique_ptr<Private> self_;
};

/// What becomes of a member's bytes while a backup is read.
struct BackupSink {
  std::function<void(const BackupMember&)> begin = [](const BackupMember&) {};
  std::function<void(std::string_view)> bytes = [](std::string_view) {};
  std::function<void()> end = [] {};
};

/// Reads a backup from its beginning to its end; each member must be the one that the manifest names next, with its size
/// and hash. `opened` is told what there will be, before the first of them. Throws as store::verify() does.
BackupManifest read_archive(const std::filesystem::path& archive, const std::function<void(const BackupManifest&)>& opened, const BackupSink& sink, const Progress& progress,
                            const std::atomic<bool>& stop);

}  // namespace shirube::store
