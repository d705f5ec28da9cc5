#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shirube::corpus {

/// What a clause is in its document. The names are those of the outline command's JSON.
enum class ClauseKind {
  part,        ///< 編
  chapter,     ///< 章, or the first level of a decimal numbering
  section,     ///< 節; 第１, １ of notices
  subsection,  ///< 款, 目; (1) of notices
  article,     ///< 条
  paragraph,   ///< 項
  item,        ///< 号; ①
  subitem,     ///< ア, イ, (ア), a: whatever stands below an item
  annex,       ///< 附則, 別表, 別紙, 別記, 様式, 記
  preamble,    ///< what stands before the first numbered clause: title, addressees, enacting words
  heading,     ///< an unnumbered heading
};

/// The kind's name and back; nullopt for a word that is none.
std::string_view name(ClauseKind kind);
std::optional<ClauseKind> clause_kind(std::string_view name);

/// One clause (条項) of an edition: the smallest thing that is cited. In a vector of clauses in
/// document order, `parent` is a position in that vector, always below the clause's own.
struct Clause {
  std::string label;    ///< the number as printed: 第十二条, ２, （１）, ア; empty for headings
  ClauseKind kind = ClauseKind::heading;
  std::string heading;  ///< the caption, without the number; empty when the clause has none
  std::string text;     ///< its own words, without those of its children; lines end with \n inside
  std::optional<int> page;  ///< of the original, from 1; none for files without pages
  std::string printed_page; ///< what is printed on that page (ⅲ-45), where that is certain and another number; 「PDF 1」 of a page without, where 1 is another
  std::optional<size_t> parent;
  std::string path;     ///< address within the edition: 12-2-1; set by assign_addresses()
  std::string locator;  ///< the same as citations print it: 第12条第2項第1号; set with `path`
  std::string readings;     ///< how words of it are read aloud, where the original says so (ruby): found, and never shown
  std::string audience{};   ///< who may see it, and what stands under it, of those who may see the document; empty: all of them
};

/// The number that a clause's page is cited by: the one printed on it, else its own; empty without pages.
std::string page_label(const Clause& clause);

}  // namespace shirube::corpus
