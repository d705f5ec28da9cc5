#pragma once

#include <string>
#include <vector>

#include "indexer/readers/pdf_strip.h"

// Comparison tables (新旧対照表): 「改正後｜改正前」, 「改正案｜現行」, 「新｜旧」, either way round and with 備考.
// Pure functions, safe from any thread.
namespace shirube::indexer {

/// Words of a page that are read by themselves, one part after the other.
struct PagePart {
  std::vector<PlacedWord> words;
  std::string column;   ///< the title over them, closed up (「改正後」); empty: they stand outside of such a table
  bool margin = false;  ///< a header or footer beside such a table
};

struct PartedPages {
  std::vector<std::vector<PagePart>> pages;  ///< as many as were given, their parts in reading order
  std::vector<int> doubtful;                 ///< pages with such a table where words may stand in the wrong column, from 1
};

/// Tells the columns of comparison tables apart, over page breaks. A column is a text of its own: its articles
/// go on from row to row and page to page, they are cited as 「改正後」 or 「改正前」 第3条, and whoever looks for
/// what holds must not find what held. So the columns are not given as rows of cells, which would put both
/// into one clause, but as texts one after the other; the numbers in them say what belongs to what.
///
/// A table begins with a line of nothing but titles, among them one of the new text and one of the old, and
/// goes down as long as no word stands across the space between the columns. On the next page it goes on where
/// lines keep to the columns. Pages without such a table are one part each, untouched.
PartedPages part_comparisons(const std::vector<PlacedPage>& pages);

}  // namespace shirube::indexer
