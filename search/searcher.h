#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "corpus/library.h"
#include "search/passage.h"
#include "search/query.h"
#include "text/analyzer.h"

namespace shirube::store {
class Database;
}

namespace shirube::search {

/// A clause that matched, before it is fetched.
struct Match {
  int64_t clause_id;
  double score;
};

struct Matches {
  std::vector<Match> matches;
  uint64_t total = 0;      ///< of all matches; exact when `total_exact`
  bool total_exact = true;
};

struct Hit {
  corpus::PlacedClause clause;
  double score;
  Passage passage;
};

struct Results {
  std::vector<Hit> hits;
  uint64_t total = 0;
  bool total_exact = true;
};

/// Which hits are wanted: `most` (1 to 1,000) from position `first` (0 to 10,000).
struct Window {
  size_t first = 0;
  size_t most = 20;
  bool one_per_document = false;  ///< of each document only its best clause
};

/// The folder of the index that is in use, as the database names it; empty when there is none yet.
std::filesystem::path index_folder(const std::filesystem::path& data, const store::Database& database);

/// Searches the index. Holds one open snapshot of it; for one thread at a time. Errors of the
/// index leave as Error{unavailable}: it can always be rebuilt with `shirube reindex`.
///
/// Clauses of current editions come before those of past and future ones; within each, the better
/// match first, and of equals the one added earlier.
class Searcher {
 public:
  /// `model` must be the one the index was written with; an index of another format or dictionary is
  /// refused with the hint to rebuild it. A missing index is an empty one.
  Searcher(std::filesystem::path data, store::Database& database, const text::AnalyzerModel& model, std::string analyzer_name);
  ~Searcher();
  Searcher(Searcher&&) noexcept;

  /// Takes up what was committed since. Cheap when nothing was.
  void refresh();

  Matches match(const Query& query, const corpus::Viewer& viewer, const Window& window);
  Results search(const Query& query, const corpus::Viewer& viewer, const Window& window);

  /// Clauses that the open snapshot holds.
  uint64_t size() const;

 private:
  struct Private;
  std::unique_ptr<Private> self_;
};

}  // namespace shirube::search
