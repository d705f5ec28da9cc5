#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/library.h"
#include "search/passage.h"
#include "search/query.h"
#include "search/ranker.h"
#include "text/analyzer.h"

namespace shirube::store {
class Database;
}

namespace shirube::search {

/// A clause that matched, before it is fetched.
struct Match {
  int64_t clause_id;
  double score;
  uint64_t more = 0;  ///< when folding: further matches of its document; at least so many unless `total_exact`
};

/// How many of the matches are of a kind, an issuer, a fiscal year, an audience, a state of their edition. Where `total` is not exact, as far as the
/// terms of the index tell: exclusions and phrases that only the text proves are not taken off.
struct Facet {
  std::string value;
  uint64_t count;
};

struct Matches {
  std::vector<Match> matches;
  uint64_t total = 0;      ///< of all matches, folded or not; exact when `total_exact`
  bool total_exact = true;
  uint64_t documents = 0;  ///< when folding: documents listed so far; all there are when `total_exact`
  std::vector<Facet> kinds, issuers, years, audiences, states;  ///< most first; when asked for
  Question question;                         ///< what was looked for
  std::vector<std::string> unknown;          ///< words that stand in no clause that the viewer may see
  bool all_words = false;  ///< a few words were typed apart, and each match speaks of all that stand anywhere
  bool loosened = false;   ///< they were, but no clause speaks of all: these speak of some
};

struct Hit {
  corpus::PlacedClause clause;
  double score;
  std::vector<Passage> passages;  ///< one to three
  uint64_t more = 0;              ///< as in Match
};

struct Results {
  std::vector<Hit> hits;
  Matches found;           ///< what `hits` were made of
};

/// newest: the day the edition begins; added: what came last first. Both of the best matches.
enum class Sort { relevance, newest, added };

/// Which hits are wanted: `most` (1 to 1,000) from position `first` (0 to 1,000; beyond the first
/// thousand nothing is listed).
struct Window {
  size_t first = 0;
  size_t most = 20;
  bool one_per_document = false;  ///< folding: of each document only its best clause; no document stands on two pages
  Sort sort = Sort::relevance;
  bool facets = false;
  bool synonyms = true;
  bool authority = true;  ///< what binds a little before what comments on it
};

/// Why a clause is, or is not, among the hits of a query.
struct Explanation {
  bool found = false;           ///< it matches; `rank` says where it stands
  std::optional<size_t> rank;   ///< from 1, as search() orders without folding; none beyond the first thousand
  bool placed = false;          ///< it stands first because it was cited or is pinned, not by its score
  double score = 0;
  double share = 0;             ///< of the query's subjects, how much the clause speaks of (0 to 1)
  std::vector<Contribution> parts;
  double authority = 1;         ///< factor for the kind of document
  std::vector<std::string> missing;  ///< subjects that it does not speak of, as typed
  std::string reason;           ///< one Japanese sentence, when it is not found
};

/// The folder of the index that is in use, as the database names it; empty when there is none yet.
std::filesystem::path index_folder(const std::filesystem::path& data, const store::Database& database);

/// Searches the index. Holds one open snapshot of it; for one thread at a time. Errors of the
/// index leave as Error{unavailable}: it can always be rebuilt with `shirube reindex`.
///
/// What was closed to a viewer since the index was written is not seen by them either: refresh() learns what corrections wait.
///
/// Clauses of current editions come before those of past and future ones; within each, the better
/// match first, and of equals the one added earlier. A clause that speaks of too little of a query is
/// no match, so that nonsense finds nothing rather than much. Of a few words typed apart, all are wanted
/// where something holds all (Question::wants_all).
class Searcher {
 public:
  /// `model` must be the one the index was written with; an index of another format or dictionary is
  /// refused with the hint to rebuild it. A missing index is an empty one.
  /// `lexicon` is the folder of synonyms.tsv and its like; refresh() takes up what changed in it.
  Searcher(std::filesystem::path data, store::Database& database, const text::AnalyzerModel& model, std::string analyzer_name,
           std::filesystem::path lexicon = {});
  ~Searcher();
  Searcher(Searcher&&) noexcept;

  /// The highest number of a clause in the snapshot; 0 where there is none.
  int64_t last_clause() const;

  /// Takes up what was committed since, and what was corrected. Cheap when nothing was.
  void refresh();

  Matches match(const Query& query, const corpus::Viewer& viewer, const Window& window);
  Results search(const Query& query, const corpus::Viewer& viewer, const Window& window);

  Explanation explain(const Query& query, const corpus::Viewer& viewer, const Window& window, int64_t clause_id);

  /// Clauses like this one, by the words that tell it from others; none of its own document.
  Matches similar(int64_t clause_id, const corpus::Viewer& viewer, size_t most);
  /// Clauses like a text: nothing in it is an operator.
  Matches similar(std::string_view text, const corpus::Viewer& viewer, size_t most);

  /// How many clauses that the viewer may see hold all these terms of the analyzer.
  uint64_t frequency(const std::vector<std::string>& terms, const corpus::Viewer& viewer) const;
  /// A clause that the viewer may see and that holds all these terms, the shortest of the first; nullopt when
  /// there is none.
  std::optional<corpus::PlacedClause> example(const std::vector<std::string>& terms, const corpus::Viewer& viewer) const;

  /// What a query looks for, as a search of it does: `synonyms` as in Window.
  Question question(const Query& query, const corpus::Viewer& viewer, bool synonyms);

  const Lexicon& lexicon() const;

  /// Clauses that the open snapshot holds.
  uint64_t size() const;

 private:
  /// What a query leads to before all matches, as far as it meets the query's conditions.
  std::vector<int64_t> placed_first(const Query& query, const corpus::Viewer& viewer);

  struct Private;
  std::unique_ptr<Private> self_;
};

}  // namespace shirube::search
