#pragma once

#include <cstdint>

// How the ways in which a citation can be read are ranked (mentions.rank): of those that a reader sees the least is meant. By what
// stands in texts alone, so that what somebody does not see changes nothing among the rest. Private to this folder.
namespace shirube::corpus::mention {

constexpr int64_t for_cuts = 32, for_twins = 64, for_title = for_cuts * for_twins;

/// The longer title first, then what takes more of the words, then what they say exactly, then the first of several clauses that
/// stand under the same number.
constexpr int64_t rank(int64_t title_begin, int64_t cut, bool exact, int64_t twin) {
  return title_begin * for_title + (cut * 2 + (exact ? 0 : 1)) * for_twins + (twin < for_twins ? twin : for_twins - 1);
}

/// Of a title that is read so while no clause is found: who sees a document of that title, or short title, knows that no shorter
/// one is meant. One document stands in the row for all that are called the same.
constexpr int64_t by_title = for_title - 1, by_short_title = for_title - 2;
constexpr int64_t rank(int64_t title_begin, int64_t by) { return title_begin * for_title + by; }

}  // namespace shirube::corpus::mention
