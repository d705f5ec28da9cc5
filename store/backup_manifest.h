#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "store/backup.h"

// Private to store/.
namespace shirube::store {

constexpr std::string_view manifest_name = "manifest.json", database_name = "shirube.db", originals_prefix = "files/", settings_prefix = "config/";
constexpr uint64_t largest_manifest = 256 << 20;

struct BackupMember {
  std::string name;
  uint64_t size = 0;
  std::string sha256;
};

struct BackupManifest {
  std::string program;
  int schema = 0;
  std::string made_at;
  std::vector<BackupMember> members;  ///< in the order they stand in the file
  std::string events_head{};          ///< of the events in the database, as Head::written(); empty where an older version wrote it

  uint64_t bytes() const;
  BackupSummary summary() const;
};

/// Where an original stands, in a backup as in a data directory.
std::string original_name(const std::string& sha256);

std::string write_manifest(const BackupManifest& manifest);

/// Takes only what back_up() writes: names that stay within their folder, once each, the database first, originals under
/// their hash, sizes that add up. Throws Error{invalid}, or Error{conflict} for what a newer version wrote.
BackupManifest read_manifest(std::string_view json);

}  // namespace shirube::store
