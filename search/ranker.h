#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "search/question.h"

namespace Xapian {
class Database;
}

namespace shirube::search {

/// What one wanted thing gave to a clause.
struct Contribution {
  Field field;
  std::string term;   ///< without its prefix; several are joined by a space
  double weight;
};

struct Score {
  double value = 0;
  double share = 0;  ///< of the weight of the query's subjects, how much the clause speaks of: 0 to 1
  bool holds_all = false;  ///< it speaks of every piece of a question that wants all
  std::vector<std::string> missing;  ///< subjects that it does not speak of
};

class Sight;

/// How long each clause is by field, as BM25 asks for it. Read once for an open index (four bytes a
/// clause); copies share it.
class Lengths {
 public:
  Lengths() = default;
  explicit Lengths(const Xapian::Database& index);
  /// The same, held against the mean of those clauses alone that `sees` picks, which are so many.
  Lengths among(const std::function<bool(uint32_t clause)>& sees, uint64_t clauses) const;
  /// k1 · (1 − b + b · length / mean length) of the field.
  float penalty(uint32_t clause, Field field) const;
  /// Has the processor fetch what penalty() will need.
  void prefetch(uint32_t clause) const {
    if (clause < size_) __builtin_prefetch(&first_[clause]);
  }

 private:
  static constexpr size_t measured = 3;  ///< word, pair, heading: the first of Field
  using OfClause = std::array<uint8_t, measured + 1>;
  void set_penalties(const std::array<double, measured>& sums, uint64_t clauses);

  std::shared_ptr<const std::vector<OfClause>> lengths_;  ///< short_length(), by number; together, since a word asks for two
  const OfClause* first_ = nullptr;                       ///< of `lengths_`
  size_t size_ = 0;
  std::array<std::array<float, 256>, measured> penalties_{};  ///< by short length
};

/// A clause that holds some of what is wanted, and what these give it.
struct Candidate {
  uint32_t clause;
  float score;
};

struct Finding {
  std::vector<Candidate> candidates;
  std::vector<Candidate> holding_all;  ///< of a question that wants all: those that may, as far as lists were read
  bool complete = true;  ///< no list was left unread: these are all clauses that hold any of it
  double unread = 0;     ///< the most that the lists left unread can add to a clause's score
};

/// Gives clauses their scores for one question, from what stands in the index: the sum over what is
/// wanted of BM25 by field. All is counted, and read, as if there were only the clauses that `sight` sees: a score, an order or a
/// bound tells nothing of others. For one thread; the index must stay open and unchanged.
///
/// It works in two steps, since most of what a long question asks for stands in most clauses: `find`
/// reads the lists of the few terms that say most, and `score` a found clause's own list of terms.
class Ranker {
 public:
  /// `sight` is of this index, and must outlive the ranker.
  Ranker(const Xapian::Database& index, const Sight& sight, const Question& question);
  ~Ranker();

  /// The clauses that hold a term of the question, in no order, with what these terms give them. Terms
  /// are taken by what they can add to a score, best first, until their lists hold `most_postings`
  /// entries; one at least.
  Finding find(uint64_t most_postings) const;

  /// `parts` takes what made up the score, and the score says what is missing, when that is asked for.
  Score score(uint32_t clause, std::vector<Contribution>* parts = nullptr) const;

 private:
  struct Private;
  std::unique_ptr<Private> self_;
};

}  // namespace shirube::search
