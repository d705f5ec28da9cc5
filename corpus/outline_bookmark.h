#pragma once

#include <string>
#include <vector>

#include "corpus/clause.h"
#include "corpus/outline_paragraph.h"
#include "corpus/page.h"

// Bookmarks held against the text. Pure functions, safe from any thread.
namespace shirube::corpus {

/// Sets Row::bookmark where a line says what a bookmark says: as it is printed or behind its number, folded, without
/// spaces. A bookmark tells no place; as both go on in one order, the most that can be had without crossing are taken, of
/// equal chances the last, because lists of contents come first. Lines that only together say it become one. Sentences,
/// table rows and footnotes are left alone. Time is linear in the rows.
void mark_bookmarks(std::vector<Row>& rows, const std::vector<Bookmark>& bookmarks);

/// The titles, in their order, that no clause answers to: neither a heading nor a line of the words above the first
/// number. Such as name no heading (「スライド 3」「目次」「表紙」) are not told.
std::vector<std::string> unanswered(const std::vector<Bookmark>& bookmarks, const std::vector<Clause>& clauses);

}  // namespace shirube::corpus
