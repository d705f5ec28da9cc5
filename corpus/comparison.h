#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "corpus/library.h"

namespace shirube::corpus {

/// What became of a clause between two editions of a document.
enum class Fate {
  same,     ///< same words; what differs in width, case or spaces only counts as the same
  changed,
  added,
  removed,
};

/// A row of a comparison table (新旧対照表): positions in the clauses that were compared. Both are set but of what was added or removed.
struct Compared {
  Fate fate;
  std::optional<size_t> before, after;
  bool moved = false;  ///< its own label is another, or it stands under another clause: 第13条 that became 第14条
  bool operator==(const Compared&) const = default;
};

/// Holds two editions against each other. Each clause of either is in one row; rows are in the order of `after`, with what was
/// removed behind the clause that it followed.
///
/// Clauses are the same clause when they stand under the same one, in the same order, and resemble each other, with all that
/// stands below them; so an article keeps its counterpart when others come before it. Of what is left, those with the same label
/// and kind between the same neighbours are a clause that was written anew, and those that resemble each other in another place
/// have moved there. Pure; the time grows with the clauses, and with the square of brothers up to a bound beyond which only what is
/// the same parts them.
std::vector<Compared> compare(std::span<const Clause> before, std::span<const Clause> after);

/// The comparisons that were made last, for those who see the same clauses: clauses never change, so that their numbers say all.
/// Safe to share between threads.
class Comparisons {
 public:
  using Rows = std::shared_ptr<const std::vector<Compared>>;
  Rows of(std::span<const StoredClause> before, std::span<const StoredClause> after);

 private:
  static constexpr size_t most_rows = 200'000;  // kept, of all together
  struct Known {
    std::vector<int64_t> before, after;
    Rows rows;
  };
  std::mutex mutex_;
  std::list<Known> known_;  ///< the last used first
};

}  // namespace shirube::corpus
