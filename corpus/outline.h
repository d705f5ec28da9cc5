#pragma once

#include <vector>

#include "corpus/clause.h"
#include "corpus/page.h"

namespace shirube::corpus {

/// Cuts pages into clauses, in document order, by the pattern and the order of their numbering:
/// 編章節款目, 条, 項, 号, 第１ １ (1) ア of notices, decimal numbers, 記 別紙 別表 附則 様式, and
/// headings without a number. The heading depth of a converted file is never believed. Contents
/// lists, page headers, footers and page numbers are left out; 「・」 and 「※」 lines and table rows
/// are content of the clause above; words broken over lines are joined.
///
/// A line that says what one of `bookmarks` says, in their order, is a heading even where it looks like text, and a
/// number before it is believed more readily; against the text a bookmark is not believed.
///
/// Pure, safe from any thread, never throws on content. Time is linear in the text but for a
/// factor of the nesting depth. The result has no `path` yet; see address.h.
std::vector<Clause> outline(const std::vector<Page>& pages, const std::vector<Bookmark>& bookmarks = {});

}  // namespace shirube::corpus
