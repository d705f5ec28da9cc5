#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "search/searcher.h"
#include "search/suggest.h"
#include "text/analyzer.h"

namespace shirube::store {
class Database;
}

namespace shirube::web {

/// What a Reader is made from. The database and the model must outlive it.
struct ReaderOptions {
  std::filesystem::path data;
  store::Database& database;
  const text::AnalyzerModel& model;
  std::string analyzer_name;
  std::filesystem::path lexicon;  ///< folder of synonyms.tsv and its like; empty: none
};

/// What one request needs for itself while it searches or marks words. For one thread at a time.
class Reader {
 public:
  explicit Reader(const ReaderOptions& options) : options_(options), analyzer_(options.model), no_suggestions_({}, options.model, options.analyzer_name) {}

  const text::Analyzer& analyzer() const { return analyzer_; }
  /// An index not older than a second, nor than the last correction. Throws Error{unavailable} when it cannot be read; the next call
  /// tries anew.
  search::Searcher& searcher();
  /// The same, or null when it cannot be read: for pages that only gain by it.
  search::Searcher* searcher_if_any();
  /// Its suggestions, in the same way. They do not tell which document they are of: while corrections wait, only who sees all is given any.
  search::Suggester& suggester(const corpus::Viewer& viewer);

 private:
  /// Something open, and when it was last brought up to date.
  template <typename Opened>
  struct Kept {
    std::unique_ptr<Opened> opened;
    std::chrono::steady_clock::time_point refreshed;
    int64_t corrections = 0;  ///< made until then
    bool waiting = false;     ///< whether any of them waited for the index
  };
  template <typename Opened, typename Refresh>
  Opened& up_to_date(Kept<Opened>& kept, Refresh refresh);

  const ReaderOptions& options_;
  text::Analyzer analyzer_;
  Kept<search::Searcher> searcher_;
  Kept<search::Suggester> suggester_;
  search::Suggester no_suggestions_;
};

/// Readers to borrow, made when first needed. Safe to share between threads.
class ReaderPool {
 public:
  ReaderPool(ReaderOptions options, size_t most) : options_(std::move(options)), most_(most) { idle_.reserve(most); }

  /// Puts a borrowed Reader back.
  struct GiveBack {
    ReaderPool* pool;
    void operator()(Reader* reader) const { pool->give_back(reader); }
  };
  using Lease = std::unique_ptr<Reader, GiveBack>;

  /// Waits for a free one. Throws Error{unavailable} when none is free within five seconds.
  Lease borrow();

 private:
  void give_back(Reader* reader);

  const ReaderOptions options_;
  const size_t most_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Reader>> idle_;
  size_t made_ = 0;
};

}  // namespace shirube::web
