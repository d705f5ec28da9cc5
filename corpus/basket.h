#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "corpus/library.h"

namespace shirube::corpus {

/// A citation that somebody keeps (付箋).
struct KeptCitation {
  int64_t number = 0;                  ///< of the citation, among those of its owner
  std::optional<PlacedClause> clause;  ///< none: the viewer may not see it any more
  std::string quote;                   ///< words of the clause, as they stood when it was kept; none without it
  std::string added_at;                ///< ISO, UTC
};

constexpr size_t most_kept_citations = 200, longest_kept_quote = 4000;  ///< of one owner; characters

/// The citations that each person keeps for what they are writing, in an order of their own. Nobody reads those of others. An owner
/// is the number of an account, or 0 where there are none. Safe to share between threads.
class Basket {
 public:
  explicit Basket(store::Database& database) : database_(database), library_(database) {}

  /// Puts a clause behind the others, with `quote`, or the beginning of its own words where that is empty. One that is kept already
  /// stays where it is, and takes the quote if one is given. Throws Error{missing} for a clause that the viewer does not
  /// see, Error{invalid} for words that do not stand in it or are too long, Error{conflict} beyond `most_kept_citations`.
  void add(const Viewer& viewer, int64_t owner, const std::string& slug, const std::string& key, const std::string& path, const std::string& quote = {});

  /// False when there is none of that number.
  bool remove(int64_t owner, int64_t number);
  /// Puts one before its predecessor, or behind its successor; nothing moves at either end. False when there is none of that number.
  enum class Direction { up, down };
  bool move(int64_t owner, int64_t number, Direction direction);
  void clear(int64_t owner);

  std::vector<KeptCitation> list(const Viewer& viewer, int64_t owner) const;
  /// With those that cannot be seen any more.
  size_t count(int64_t owner) const;

 private:
  store::Database& database_;
  Library library_;
};

}  // namespace shirube::corpus
