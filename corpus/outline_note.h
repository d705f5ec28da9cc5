#pragma once

#include <string>
#include <string_view>
#include <vector>

// Which footnote a place in a text points to. Pure functions, safe from any thread.
namespace shirube::corpus {

/// The mark that a footnote begins with, its sign and number without brackets and in ASCII: 3 of 「3)　…」「３ …」, ※3 of
/// 「※３ …」, 注3 of 「（注3）…」「脚注3 …」, *3 of 「＊3 …」. Empty where it begins with none.
std::string note_mark(std::string_view note);

/// The marks with a sign that stand in a line, in their order. One that the line begins with is not among them: it points
/// to nothing.
std::vector<std::string> marks_within(std::string_view line);

/// The same mark without its sign: it may be printed as a raised number alone.
std::string_view without_note_sign(std::string_view mark);

}  // namespace shirube::corpus
