#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace shirube::store {
class Database;
}
namespace shirube::text {
class Analyzer;
class AnalyzerModel;
}

namespace shirube::indexer {

struct EditionRange;

/// How far a long piece of work is: done and all, in its own unit.
using Progress = std::function<void(uint64_t done, uint64_t all)>;

struct IndexWriterOptions {
  std::filesystem::path data;     ///< the data directory; indexes live in its folders index-1, index-2, …
  std::string analyzer_name;      ///< names the dictionaries, kept in the index
  unsigned threads = 2;           ///< that build segments
  /// Text of one segment of a new index: small enough that its postings fit in the processor's cache,
  /// large enough that few segments are to be joined. More than this at once is not added to the index
  /// but built apart and joined with it.
  int64_t segment_characters = 2'000'000;
  uint64_t commit_bytes = 16 << 20;  ///< text between two commits of what is added to an index
  /// Called between the steps that a crash may fall between; only tests have a use for it.
  std::function<void(std::string_view step)> at_step = [](std::string_view) {};
};

/// Brings the index, what it has to suggest and the words to correct towards into step with the truth: what
/// is found is also suggested, and its words are corrected towards. Of all processes on a data directory
/// only one writes at a time; the others are told so and may leave the work to it. Safe to call from one thread.
class IndexWriter {
 public:
  IndexWriter(store::Database& database, const text::AnalyzerModel& model, IndexWriterOptions options);

  enum class Outcome {
    done,         ///< the queue is empty
    stopped,      ///< `stop` was set; what was committed stays, the rest is still queued
    busy,         ///< another process is writing
  };

  /// Whether what the database points to can be opened. `whole`: after reading all of it, which takes as long as that takes.
  /// An index of another dictionary is none; before the first is made there is nothing to be wrong.
  enum class Look { opened, whole };
  bool is_sound(Look look) const;

  /// Works off the queue (an index that is missing or cannot be opened is made anew, as by rebuild()): index and suggestions first, queue row after, so that a crash between the two
  /// only repeats work (a suggestion may then weigh twice what it should). Suggestions that are missing
  /// are all made anew at the end, as they are when a document is corrected: what it was called, or who
  /// could read it, must not stay in them. Queues editions anew whose state (current, past, future) changed by date. Much new
  /// text is built apart by several threads, in segments that survive an interruption; corrections come before it, and those that
  /// are made meanwhile between the segments.
  Outcome drain(const Progress& progress, const std::atomic<bool>& stop);

  /// Of the queue only what corrects something that the index holds: to be asked for before other long work.
  Outcome correct(const std::atomic<bool>& stop);

  /// Writes the index anew into a folder of its own and then points to it; searches go on in the old
  /// one until that moment. Stopped half-way, the old one stays in use, and the next call of the same
  /// day goes on with the segments that were finished.
  Outcome rebuild(const Progress& progress, const std::atomic<bool>& stop);

 private:
  struct Range;
  std::vector<Range> plan(int64_t after_edition) const;
  int64_t last_indexed_edition() const;
  bool is_much(int64_t after_edition) const;
  void write_segment(const Range& range, const std::filesystem::path& folder, const text::Analyzer& analyzer) const;
  bool write_suggestions(const EditionRange& added, const std::filesystem::path& old, std::vector<std::filesystem::path> indexes, const std::filesystem::path& folder,
                         const std::atomic<bool>& stop) const;
  Outcome build(int64_t after_edition, const Progress& progress, const std::atomic<bool>& stop);
  enum class Which {
    all,
    corrections,  ///< of what the index holds
  };
  Outcome add_queued(Which which, const Progress& progress, const std::atomic<bool>& stop);

  store::Database& database_;
  const text::AnalyzerModel& model_;
  IndexWriterOptions options_;
};

}  // namespace shirube::indexer
