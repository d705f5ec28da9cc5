#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "indexer/child.h"
#include "indexer/source.h"

namespace shirube::store {
class Database;
}

namespace shirube::indexer {

/// Something new or changed at a source, to be taken.
struct Item {
  const WatchedSource& source;
  std::string address;    ///< names it within the source: its address, or its path in the folder
  std::string bytes;      ///< not to be trusted
  std::string file_name;
  std::string title;      ///< as the list calls it; may be empty, and may be no title at all (「本文（PDF）」)
  corpus::Facts facts;    ///< of the source, with the official link
};

/// What became of one source in one round.
struct Round {
  std::string source;
  size_t taken = 0;   ///< new or changed, and handed on
  size_t same = 0;
  size_t failed = 0;
  size_t left = 0;    ///< for the rounds to come: there were more than the source's `most`
  size_t elsewhere = 0;  ///< links to hosts that are not listed, passed over
  std::string error;  ///< as it is kept; empty: all went well
};

/// How a source stands.
struct SourceState {
  std::string source;
  bool enabled = false;
  std::string checked_at, changed_at;  ///< ISO, UTC; empty: never
  std::string error;                   ///< of the last round
  size_t items = 0;                    ///< known
};

/// Looks through the sources and hands on what is new or changed there (by conditional requests, then
/// by SHA-256). What vanishes at a source changes nothing here. For one thread; two processes at once
/// hand the same on twice, which the sink must bear anyway.
class Watch {
 public:
  /// Takes an item durably, or throws; only when it returns is the item known. One that was taken
  /// just before the process was killed is handed on again, so the sink must know bytes that it has.
  using Sink = std::function<void(const Item&)>;
  using Reporter = std::function<void(const Round&)>;

  struct Options {
    ExtractionLimits limits;                            ///< of the child that reads lists
    std::filesystem::path program = "/proc/self/exe";   ///< the shirube executable, for the child
  };

  Watch(store::Database& database, Sources sources, Options options, Sink sink);

  /// One round of one source. What fails is counted, kept as the source's error, and stops nothing
  /// else; the next round that goes well clears it. Throws Error{missing} for a name that is not
  /// there, Error{conflict} for a source that is not enabled, Error{unavailable} when `stop` was set.
  Round check(const std::string& source, const std::atomic<bool>& stop);

  /// A round of each enabled source.
  void check_all(const Reporter& report, const std::atomic<bool>& stop);

  /// All sources, in the order of their list.
  std::vector<SourceState> states() const;

 private:
  struct Known;
  struct Candidate;
  struct Kept;
  Round check(const WatchedSource& source, const std::atomic<bool>& stop);
  std::vector<Candidate> candidates(const WatchedSource& source, const Kept& kept, Conditions& list, size_t& elsewhere, const std::atomic<bool>& stop);
  std::vector<Candidate> listed(const WatchedSource& source, const Kept& kept, Conditions& list, const std::atomic<bool>& stop);
  std::optional<std::string> read(const WatchedSource& source, const Candidate& candidate, Conditions& found);
  std::optional<std::string> fetch(const WatchedSource& source, const Candidate& candidate, Conditions& found, std::string& file_name, const std::atomic<bool>& stop);
  bool consider(const WatchedSource& source, const Candidate& candidate, const std::atomic<bool>& stop);
  void keep(const WatchedSource& source, const Candidate& candidate, const Known& now);
  Kept kept(const std::string& source) const;
  std::map<std::string, Known> known(const std::string& source) const;

  store::Database& database_;
  Sources sources_;
  Options options_;
  Sink sink_;
  Fetcher fetcher_;
};

}  // namespace shirube::indexer
