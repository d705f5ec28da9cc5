#pragma once

#include <xapian.h>

#include <bit>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "search/ranker.h"

// Private to search/: what somebody sees of an open index, and what it counts for them.
namespace shirube::search {

/// The clauses of an index that a viewer sees, and the figures of the index as if it held no others. Of one snapshot, for one
/// thread. Where all is seen nothing is kept, and the index's own figures are given.
class Sight {
 public:
  /// All of it.
  Sight(const Xapian::Database& index, const Lengths& lengths);
  /// Only the clauses whose bit is set, by number.
  Sight(const Xapian::Database& index, const Lengths& lengths, std::vector<uint64_t> bits);

  bool all() const { return !bits_; }
  bool sees(uint32_t clause) const { return !bits_ || (clause / 64 < bits_->size() && ((*bits_)[clause / 64] >> (clause % 64) & 1) != 0); }

  /// How many clauses are seen: of all, or of those numbered `first` to `last`.
  uint64_t count() const { return count_; }
  uint64_t count(uint32_t first, uint32_t last) const;
  /// Above it not everything is looked at.
  bool large() const;
  /// No edition of what is seen is past or yet to come.
  bool all_current() const { return all_current_; }
  const Lengths& lengths() const { return lengths_; }

  /// How many of the clauses hold a term. Kept, as lists of hidden clauses must be read for it.
  uint64_t frequency(const std::string& term) const;
  /// The first clauses, `most` at most, that hold a term or that a query finds.
  std::vector<int64_t> holding(const std::string& term, size_t most) const;
  std::vector<int64_t> holding(const Xapian::Query& query, size_t most) const;
  /// The first terms by name, `most` at most, that begin so and that a clause holds. Who sees little has not all terms looked through.
  std::vector<std::string> beginning_with(const std::string& beginning, size_t most) const;
  /// How many a query finds, exactly.
  uint64_t count(const Xapian::Query& query) const;

  /// `found`, narrowed to what is seen.
  Xapian::Query narrow(Xapian::Query found) const;

 private:
  using Bits = std::vector<uint64_t>;
  uint64_t count_frequency(const std::string& term) const;
  std::vector<std::string> beginning_among_few(const std::string& beginning, size_t most) const;

  Xapian::Database index_;
  Lengths lengths_;
  std::shared_ptr<const Bits> bits_;   ///< none: all
  std::vector<Xapian::docid> hidden_;  ///< where they are few
  uint64_t count_ = 0;
  bool all_current_ = true;
  mutable std::unordered_map<std::string, uint64_t> frequencies_;
};

}  // namespace shirube::search
