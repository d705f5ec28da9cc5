#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "indexer/readers/pdf_layout.h"

// Printed lines before their text is put together: what the steps of lay_out() hand to each other. Pure functions.
namespace shirube::indexer {

struct Strip {
  std::vector<PlacedWord> words;  ///< by their left edge
  double left = 0, right = 0, top = 0, bottom = 0;
  double size = 0;      ///< of its largest type
  bool table = false, note = false, margin = false;
  std::vector<std::string> marks;  ///< numbers of footnotes that stood raised among its words
  std::string row;      ///< of a table: its cells, parted by tabs
  std::string column;   ///< of a comparison table: its title
  size_t block = 0;     ///< columns and pages are margins of their own
};

/// What ordinary text of a document measures, in points.
struct Body {
  double size = 10, pitch = 15;
};

/// Words whose boxes share their height are of one line; the largest type among them sets it. From top to bottom.
std::vector<Strip> to_strips(std::vector<PlacedWord> words);

char32_t first_char(std::string_view s);
char32_t last_char(std::string_view s);

/// The words of a line with what stands between them by their distance: nothing, a space, a wide one.
std::string text_of(std::span<const PlacedWord> words, double size);

}  // namespace shirube::indexer
