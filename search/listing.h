#pragma once

#include <xapian.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "search/conditions.h"
#include "search/open_index.h"
#include "search/ranker.h"
#include "search/searcher.h"
#include "search/xapian_access.h"

// Private to search/: from the clauses that a question finds to the list that a page shows.
namespace shirube::search {

/// How many of what is found are of each group of OpenIndex::groups().
class Tally : public Xapian::MatchSpy {
 public:
  explicit Tally(const OpenIndex& index) : index_(index), counts_(index.groups().size()) {}
  void add(uint32_t clause) { ++counts_[index_.group_of(clause)]; }
  void operator()(const Xapian::Document& document, double) override { add(document.get_docid()); }
  const std::vector<uint64_t>& counts() const { return counts_; }

 private:
  const OpenIndex& index_;
  std::vector<uint64_t> counts_;
};

/// The clauses of what was found, as a query that gives each the score it was found with.
Xapian::Query as_query(const std::vector<Candidate>& found);

/// Some of what a query finds, best first, from `first` on. Counted, not estimated, where little is to be counted or
/// not all is seen.
Xapian::MSet best_of(const OpenIndex& index, const Sight& sight, const Xapian::Query& query, size_t first, size_t most, Tally* tally = nullptr);

/// What was asked, and the ways to answer it. All of it must outlive the call.
struct Asked {
  const Ranker& ranker;
  const Conditions& conditions;
  const Window& window;
  const Finding& finding;
  const std::vector<Candidate>& candidates;  ///< of the finding: all, or those that hold all words
  bool holds_all;      ///< only clauses that hold all words
  bool by_subjects;    ///< only clauses that speak of some of it
  bool unconditioned;  ///< nothing narrows `candidates`: Xapian is not needed
  Tally* tally;        ///< takes all that is found; or none
};

struct Listed {
  uint32_t clause;
  double score;
};
struct List {
  std::vector<Listed> clauses;  ///< in the order asked for
  uint64_t total = 0;
  bool total_exact = true;
};

/// Gives those that were found with most their full score, and lists them by it. `query`: what is found,
/// narrowed by all conditions that the index knows of.
List list(const OpenIndex& index, store::Database& database, const Asked& asked, const Xapian::Query& query);

/// A clause that speaks of less of a question's subjects is no match.
SHIRUBE_CONSTANT double least_share = tuned("share.least", 0.02);

}  // namespace shirube::search
