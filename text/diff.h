#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace shirube::text {

/// A piece of two texts that are held against each other.
struct Change {
  enum class Kind { same, removed, added };
  Kind kind = Kind::same;
  std::string text;
  bool operator==(const Change&) const = default;
};

/// What became of `before` in `after`, both UTF-8: pieces in reading order, no two of a kind side by side, what was removed before
/// what was added in its place. The pieces that are not added make `before`, those that are not removed `after`. Latin words,
/// numbers and words of katakana change as a whole, all else by characters; a single character between two changes is taken for
/// changed. Of texts that have much between their first and their last difference (the product of both beyond four million
/// pieces) all of that is changed. Pure.
std::vector<Change> changes(std::string_view before, std::string_view after);

}  // namespace shirube::text
