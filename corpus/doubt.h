#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "corpus/clause.h"

namespace shirube::corpus {

/// Something about a clause as cut that a person should look at before anybody cites it.
struct Doubt {
  enum class Kind {
    gap,      ///< a number is missing before it: 第3条 after 第1条
    back,     ///< its number does not come after the one before it: 第3条 after 第3条
    first,    ///< a list of two and more that begins neither with 1 nor where one above it ended
    lengthy,  ///< longer than clauses are
    garbled,  ///< characters that no text has
    nowhere,  ///< it names an article or annex (第9条, 別表第2) that the document does not have
  };
  size_t clause;        ///< position
  Kind kind;
  std::string message;  ///< one Japanese sentence that names the place
};

/// The doubts about the clauses of one edition, in their order. Pure, safe from any thread; time is linear
/// in the text. `path` and `locator` must be set (see address.h).
std::vector<Doubt> doubts(const std::vector<Clause>& clauses);

/// The doubts as sentences for a list of warnings: of each kind the first few, and how many more there are.
std::vector<std::string> summarised(const std::vector<Doubt>& doubts);

}  // namespace shirube::corpus
