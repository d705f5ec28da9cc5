#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "corpus/outline_marker.h"
#include "corpus/outline_paragraph.h"

// Headings without a number, and captions. Pure functions, safe from any thread.
namespace shirube::corpus {

/// What ordinary text of a document looks like, to tell headings from it.
struct BodyLook {
  std::string font;
  bool bold = false;
  bool layout = false;  ///< fonts and sizes are known
};
BodyLook body_look(const std::vector<Row>& rows);

/// The style of the heading that the row at `i` is, or nullopt. Headings with a sign (【…】 ● ＜…＞)
/// are a style of their own each; else face and size make the style. Bullets, captions of figures
/// and sentences are no headings.
std::optional<Family> heading_style(const std::vector<Row>& rows, size_t i, const BodyLook& body);

/// Joins the lines of headings that run over the edge, where face or size sets them off.
void join_headings(std::vector<Row>& rows, const BodyLook& body);

/// A heading's words without the sign before them: 「● 概要」 → 「概要」. Brackets stay.
std::string_view without_sign(std::string_view heading);

/// The style that the face and size of a row make, for numbered headings too.
int face_style(const Row& row);

/// 「（目的）」 alone on a line.
bool is_caption(std::string_view line);

/// True for words that can be a heading: short, no sentence.
bool is_title(std::string_view words, int most_columns = 110);

/// Parts a heading from the 「※…」 remark printed after it on its line.
std::string_view without_remark(std::string_view heading);

}  // namespace shirube::corpus
