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
  bool vertical = false;  ///< was set in columns from right to left; the boxes are turned already
  std::vector<PlacedWord> words;
};

/// Reads pages in order: columns of prose one after the other, words to lines, spaces by distance,
/// rows of tables with tabs between cells, footnotes marked; ruby and footnote marks are dropped.
/// Indents, margins and sizes are relative to the body text of the whole document.
std::vector<corpus::Page> lay_out(const std::vector<PlacedPage>& pages);

}  // namespace shirube::indexer
