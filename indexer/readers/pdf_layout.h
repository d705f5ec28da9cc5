#pragma once

#include <string>
#include <vector>

#include "corpus/page.h"

// From words placed on paper to lines of text, without any PDF library. Pure functions.
namespace shirube::indexer {

/// A piece of text and its box, in points from the top left of the page as it is read.
struct PlacedWord {
  std::string text;  ///< UTF-8
  double left = 0, top = 0, right = 0, bottom = 0;
  double size = 0;   ///< of type
  std::string font;  ///< without the subset prefix
  bool bold = false;
  bool space_after = false;
};

struct PlacedPage {
  double width = 0, height = 0;
  bool vertical = false;  ///< was set in columns from right to left, or sideways; the boxes are turned already
  std::vector<PlacedWord> words;
  std::vector<PlacedWord> margins;  ///< headers and footers that stand upright beside turned text
};

struct Layout {
  std::vector<corpus::Page> pages;
  std::vector<int> doubtful;  ///< pages with a comparison table whose columns may be mixed, from 1
};

/// Reads pages in order: columns of prose and of comparison tables (pdf_comparison.h) one after the other,
/// words to lines, spaces by distance, rows of tables with tabs between cells, footnotes marked; ruby and
/// footnote marks are dropped. Indents, margins and sizes are relative to the body text of the whole document.
Layout lay_out(const std::vector<PlacedPage>& pages);

}  // namespace shirube::indexer
