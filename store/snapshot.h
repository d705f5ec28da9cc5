#pragma once

#include <SQLiteCpp/Database.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>

namespace shirube::store {

/// How far a long piece of work is: done and all, in its own unit.
using Progress = std::function<void(uint64_t done, uint64_t all)>;

/// Copies a database, as one snapshot of it, to a file of its own while others write to it (SQLite's online backup).
/// Written aside, synced and renamed: when this returns, `to` is whole and on disk, and it was never anything less.
/// `from` is in a transaction, or nobody else writes. Progress is told in pages. Throws SQLite's exceptions,
/// Error{unavailable} when the file cannot be written or `stop` was set.
void copy_database(SQLite::Database& from, const std::filesystem::path& to, const Progress& progress, const std::atomic<bool>& stop);

/// Has SQLite look through every page, but not hold the indexes against their tables: a second of computing and one reading
/// of the file for a gigabyte. Throws Error{internal} with what to do when something is damaged.
void require_sound(SQLite::Database& db);

}  // namespace shirube::store
