#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "search/suggest.h"

namespace shirube::store {
class Database;
}

namespace shirube::indexer {

/// Editions by their numbers, both ends included.
struct EditionRange {
  int64_t first, last;
  bool indexed = false;  ///< of them only those that the index holds
};

/// What editions give to suggest, in the order of their numbers: the title once an edition (of an answer
/// it is a question), each heading that is not the title again, without brackets around it, and the terms
/// that clauses define. As many as fit in memory.
std::vector<search::SuggestionEntry> suggestion_entries(const store::Database& database, const EditionRange& editions);

/// Adds them, however many. False when `stop` was set before the end.
bool add_suggestions(const store::Database& database, const EditionRange& editions, search::SuggestionIndex& suggestions, const std::atomic<bool>& stop);

}  // namespace shirube::indexer
