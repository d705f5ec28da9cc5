#pragma once

#include <string>
#include <vector>

namespace shirube::corpus {

/// One printed line, as a reader found it. What a format does not tell keeps its default.
struct Line {
  std::string text;      ///< UTF-8; table cells of one row are separated by tabs
  double indent = -1;    ///< left edge from the left edge of the text block, in ems of body text; -1: unknown
  double right = -1;     ///< free space to the right edge of the text block, in ems; -1: unknown
  double size = 1;       ///< type size relative to body text
  bool bold = false;     ///< all of it, footnote marks aside
  std::string font;      ///< names the face, to tell styles of headings apart; empty: unknown
  double gap = -1;       ///< space above, in lines of body text; -1: unknown
  bool table = false;    ///< a row of a table: content, whatever it begins with
  bool note = false;     ///< a footnote
  std::vector<std::string> marks;  ///< the raised numbers in it that point to footnotes, which its text leaves out: 「3」
  bool margin = false;   ///< stands in the margin of the page: a header or footer
  std::string column;    ///< of a comparison table (新旧対照表), the title over it: 「改正後」. Its lines are a text of their own; empty: none
  bool heading = false;  ///< the format says it is a heading (Markdown #); of its depth nothing is believed
};

/// A page of the original, or the whole of a file that has no pages.
struct Page {
  int number = 0;        ///< from 1; 0 when the format has no pages
  std::string printed;   ///< the number printed on it (「ⅲ-45」) when it was found, else empty
  bool bare = false;     ///< the format tells headers and footers apart, and they are left out: all that is here is content
  std::vector<Line> lines;
};

/// An entry of the list of contents that a file carries beside its text (しおり): somebody called a place so. A hint
/// to its headings, no more: the text must say the same.
struct Bookmark {
  std::string title;  ///< UTF-8
  int depth = 1;      ///< from 1
};

}  // namespace shirube::corpus
