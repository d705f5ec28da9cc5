#pragma once

#include <string>
#include <vector>

#include "corpus/clause.h"
#include "corpus/document.h"
#include "indexer/child.h"

namespace shirube::indexer {

/// What was read of a file, made ready to become an edition.
struct Prepared {
  corpus::Facts said;                   ///< what the file says of itself: its own statements, else its head, else its first line
  std::vector<corpus::Clause> clauses;  ///< addressed, without words above the first that only repeat the title
  std::vector<std::string> warnings;    ///< of the reading; doubts about the clauses come when these are settled
};

/// `title` is what a person says the title is; may be empty. Pure.
Prepared prepare(Extraction extraction, const std::string& title);

/// The warnings of an edition: those of its reading, and the doubts about its clauses (corpus/doubt.h).
std::vector<std::string> with_doubts(std::vector<std::string> warnings, const std::vector<corpus::Clause>& clauses);

/// A file in a file in a file is the last that is looked into.
inline constexpr int deepest_member = 2;

/// The name of a document that came inside another: 通知_別紙1.docx, beside which its PDF may stand.
std::string slug_inside(const std::string& slug, const std::string& member);

}  // namespace shirube::indexer
