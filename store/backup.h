#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "store/snapshot.h"

namespace SQLite {
class Database;
}

// A backup (控え): one file with all that cannot be made anew. It is a tar file (POSIX pax) compressed by zstd:
//
//   manifest.json           what follows, in this order, with sizes and SHA-256
//   shirube.db              the database
//   files/ab/abcd…          the originals that its rows name, each under its SHA-256
//   config/…                the settings
//
// The search index is not in it; it is made anew. Whoever has a backup has everything that the data directory holds:
// it is written for its owner alone (mode 0600). Hashes find damage; they do not prove who made the file.
namespace shirube::store {

class Database;
class Files;

/// A file that goes into a backup under config/.
struct SettingsFile {
  std::string name;  ///< relative, with / between folders
  std::filesystem::path path;
};

struct BackupSource {
  const Database& database;
  const Files& files;
  std::vector<SettingsFile> settings;
  std::string program;  ///< the version of the program, for people
};

/// What a backup says of itself.
struct BackupSummary {
  std::string program;
  int schema = 0;        ///< number of the newest migration of its database
  std::string made_at;   ///< UTC, ISO 8601
  uint64_t originals = 0, settings = 0;  ///< so many files
  uint64_t bytes = 0;    ///< of all members, unpacked
  std::string events_head{};  ///< of the events as they were then (Head::written()), to hold against those of today; empty in backups of earlier versions
};

/// Writes a backup while others read and write: the database first, as one snapshot, then the originals that it names,
/// which are never changed or removed. Written aside, synced, renamed: a file of this name is whole. Progress is told in
/// bytes. Throws Error{conflict} when there is such a file, when an original is missing or altered or the database is
/// damaged (a damaged state must not take the place of a good backup); Error{unavailable} when it cannot be written or
/// `stop` was set. What it wrote aside, in a Workplace beside the archive, is gone then; after a kill, with the next backup there.
BackupSummary back_up(const BackupSource& source, const std::filesystem::path& archive, const Progress& progress, const std::atomic<bool>& stop);

/// Reads all of a backup and compares every hash, has SQLite look through the database, and sees that each original it
/// names is there. `scratch` is a folder with room for the database; nothing stays there (see Workplace). Throws Error{invalid} saying
/// what is wrong, Error{conflict} when a newer version of the program made it, Error{missing} when there is no such file.
BackupSummary verify(const std::filesystem::path& archive, const std::filesystem::path& scratch, const Progress& progress, const std::atomic<bool>& stop);

/// What is to be done in the transaction of it to a database that is brought to this version, before it is in place.
using Settling = std::function<void(SQLite::Database&, const BackupSummary&)>;

/// Verifies a backup, and only then puts it in place: database and originals into `data`, the settings into `settings`,
/// both of which must be empty or not there yet (else Error{conflict}). It is written in a folder within each and moved
/// when all is on disk and the database is settled, that last; interrupted before that, the same call begins anew, and takes away what the
/// first one left once the backup is known to be good. Throws as verify() does.
BackupSummary restore(const std::filesystem::path& archive, const std::filesystem::path& data, const std::filesystem::path& settings, const Settling& settle,
                      const Progress& progress, const std::atomic<bool>& stop);

}  // namespace shirube::store
