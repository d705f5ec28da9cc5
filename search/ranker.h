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

/// How long each clause is by field, as BM25 asks for it. Read once for an open index (four bytes a
/// clause).
class Lengths {
 public:
  Lengths() = default;
  explicit Lengths(const Xapian::Database& index);
  /// k1 · (1 − b + b · length / mean length) of the field.
  float penalty(uint32_t clause, Field field) const;
  /// Has the processor fetch what penalty() will need.
  void prefetch(uint32_t clause) const {
    if (clause < lengths_.size()) __builtin_prefetch(&lengths_[clause]);
  }

 private:
  static constexpr size_t measured = 3;  ///< word, pair, heading: the first of Field
  std::vector<std::array<uint8_t, measured + 1>> lengths_;  ///< short_length(), by number; together, since a word asks for two
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
/// wanted of BM25 by field. For one thread; the index must stay open and unchanged.
///
/// It works in two steps, since most of what a long question asks for stands in most clauses: `find`
/// reads the lists of the few terms that say most, and `score` a found clause's own list of terms.
class Ranker {
 public:
  Ranker(const Xapian::Database& index, const Lengths& lengths, const Question& question);
  /// With other counts than the index's own: how many `clauses` there are, and how many of them hold a term.
  /// What is shown of a score must not tell what stands in clauses that the viewer may not see.
  Ranker(const Xapian::Database& index, const Lengths& lengths, const Question& question, uint64_t clauses,
         const std::function<uint64_t(const std::string& term)>& frequency);
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
