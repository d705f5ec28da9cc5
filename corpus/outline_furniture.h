#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/outline_paragraph.h"
#include "corpus/page.h"

// What is printed around the text and is no part of it. Pure functions, safe from any thread.
namespace shirube::corpus {

/// Takes lines repeated at the top or bottom of pages out, allowing numbers in them to change, and
/// page numbers. A page number found goes to Page::printed.
void strip_headers_and_footers(std::vector<Page>& pages);

/// The numbers printed on pages (ⅲ-45), by the pages' own, as far as they count on from each other; pages between two
/// that do are counted too. A page without one, whose own number is printed on another, is 「PDF 1」. What says the same as
/// the page's own number is left out. For pages that strip_headers_and_footers() has seen.
std::map<int, std::string> printed_pages(const std::vector<Page>& pages);

/// Takes contents lists out: lines with leaders and a page number, and what stands between 目次 and
/// the point where the numbering begins anew. The row after one is marked blank_above. Returns the
/// position after the last list (0 when there is none).
size_t strip_contents(std::vector<Row>& rows);

/// 「- 3 -」「3 / 12」「ⅲ-45」「p.3」 alone on a line.
bool is_page_number(std::string_view line);

}  // namespace shirube::corpus
