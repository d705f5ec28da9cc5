#include "corpus/clause.h"

#include <iterator>

namespace shirube::corpus {

namespace {

/// In the order of the enumeration.
constexpr std::string_view names[] = {"part",      "chapter", "section", "subsection", "article", "paragraph",
                                      "item",      "subitem", "annex",   "preamble",   "heading"};

}  // namespace

std::string_view name(ClauseKind kind) { return names[static_cast<size_t>(kind)]; }

std::optional<ClauseKind> clause_kind(std::string_view word) {
  for (size_t i = 0; i < std::size(names); ++i) {
    if (names[i] == word) return static_cast<ClauseKind>(i);
  }
  return std::nullopt;
}

std::string page_label(const Clause& clause) {
  if (!clause.printed_page.empty()) return clause.printed_page;
  return clause.page ? std::to_string(*clause.page) : "";
}

}  // namespace shirube::corpus
