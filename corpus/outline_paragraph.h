#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "corpus/page.h"

// From printed lines to paragraphs: what belongs to one sentence, and how its pieces are put
// together. Pure functions, safe from any thread.
namespace shirube::corpus {

/// A line with what the outline needs to know of its surroundings.
struct Row : Line {
  int page = 0;             ///< 0 when the document has no pages
  bool first_on_page = false;
  bool blank_above = false; ///< an empty line stood above
  bool stands_out = false;  ///< in face, weight or size from the body text, or marked as a heading
  int face = 0;             ///< face, size and weight as one number
  int bookmark = 0;         ///< the depth of the bookmark that says the same, from 1; 0: none does
  bool full = false;        ///< it reaches the right edge: the next line may go on
};

/// The lines of all pages, cleaned: without control and zero-width characters, converter remains
/// (「[bookmark: …]」「[image: …]」) and empty lines.
std::vector<Row> rows_of(const std::vector<Page>& pages);

/// Finds which lines run to the right edge. Files of hard-wrapped lines without layout get indents
/// and margins from the width of their text; call it when contents lists are out.
void measure(std::vector<Row>& rows);

/// True when `row` is the rest of the paragraph that `previous` is a line of, as far as the layout
/// tells; `first` is the paragraph's first line. The number `row` may begin with is not looked at.
bool goes_on(const Row& first, const Row& previous, const Row& row);

/// Appends the next printed line of a paragraph: a space between Latin words, none in Japanese.
void join_line(std::string& paragraph, std::string_view line);

/// Makes the row below one with `above`.
void join_row(Row& above, const Row& below);

/// Closes the stray spaces that converters and spaced-out headings leave between Japanese
/// characters: 「情報 セキュリティ」「は じ め に」. Full-width spaces that separate words stay.
std::string close_spaces(std::string_view s);

/// Display width in half-width columns.
int columns(std::string_view s);

}  // namespace shirube::corpus
