#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "store/files.h"

namespace shirube::store {
class Database;
}

namespace shirube::indexer {

/// Holds everything that is kept against each other and returns a Japanese line for each problem:
/// SQLite's own integrity and foreign keys, editions without clauses, quotes that are not in their
/// clause, originals missing or altered, queue entries left, clauses without posting, postings
/// without clause, suggestions missing. At most 100 lines of a kind are given, then their number.
/// Changes nothing.
std::vector<std::string> check(const std::filesystem::path& data, const store::Database& database, const store::Files& files);

}  // namespace shirube::indexer
