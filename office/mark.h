#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace shirube::office {

enum class MarkKind { value, image, begin, begin_with, begin_without, end };

/// A place as it is typed in a text, {{番号}}; offsets are bytes.
struct Mark {
  MarkKind kind = MarkKind::value;
  std::string name;   ///< folded_name()
  std::string typed;  ///< as it stands there
  size_t begin = 0, end = 0;
  std::string fault;  ///< why it is none; empty of a good one
};

/// The places of a text of one paragraph, in their order, with those that are none: braces without their counterparts, or without a name. Pure.
std::vector<Mark> find_marks(std::string_view text);

/// Whether there may be any: a quick look.
bool may_hold_marks(std::string_view text);

/// A name of a place or of a model, as they are held against each other: 「 ＩＤ 番号」 is 「ID番号」. Pure.
std::string folded_name(std::string_view name);

/// The words that stand around, on one line. Pure.
std::string words_around(std::string_view text, size_t begin, size_t end);

}  // namespace shirube::office
