#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

// Where two wordings of one thing differ. Pure, safe from any thread.
namespace shirube::text {

/// Bytes of a text, on borders of characters.
struct Stretch {
  size_t begin, end;
  bool operator==(const Stretch&) const = default;
};

/// A stretch of the one that became a stretch of the other. One of them may be empty: it says where nothing was, or is left.
struct Change {
  Stretch before, after;
  bool operator==(const Change&) const = default;
};

/// What a person would mark when the one text became the other, in order: whole words (a run of kanji, katakana, letters or digits, a single kanji with its ending;
/// 「情報資産」 to 「情報システム」 is one change, not two) and little in pieces: what is alike between two changes counts
/// only when it says something (more than a particle). A difference in width, case, spaces and line ends alone is none.
///
/// Sentences are held against each other first and words inside those that changed, so that the time grows with the texts and
/// the square of what changed; where that is more than `most_compared` words squared on either side, all of it is marked.
std::vector<Change> changes(std::string_view before, std::string_view after);

constexpr size_t most_compared = 2000;

}  // namespace shirube::text
