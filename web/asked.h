#pragma once

#include <string>
#include <utility>
#include <vector>

#include "search/searcher.h"
#include "web/target.h"

// A search as its address says it, and the address again. Pure functions.
namespace shirube::web {

using Parameters = std::vector<std::pair<std::string, std::string>>;

struct Asked {
  std::string q;
  search::Query query;   ///< of q, with what was chosen beside it
  search::Filters form;  ///< what was chosen beside the words, dates as typed
  std::string edition;   ///< the same of editions; empty: all
  search::Sort sort = search::Sort::relevance;
  bool synonyms = true;
  bool folded = false;
  int64_t unseen = 0;
  size_t first = 0, most = 20;
};

/// Reads q, kind, issuer, audience and document (any number each), from, to, edition (current, past, future, or the day on which it is in force), unseen (the number of a saved search: only clauses that came since its owner last
/// looked; read_asked(Context, Target) finds out which), sort=newest, synonyms=off, fold=on or
/// off, limit (1 to 100), and offset or page. Pages fold unless one document was chosen; the API folds when
/// it is told to. Throws Error{invalid} for what cannot be meant.
Asked read_asked(const Target& target);
struct Context;
/// With what only the reader's own things tell. Throws Error{missing} for a saved search that is none of theirs.
Asked read_asked(const Context& context, const Target& target);

/// The search as parameters, without its position: a search is a link.
Parameters parameters(const Asked& asked);
/// The address of its page.
std::string search_url(const Asked& asked);

/// What its clauses are marked by, as parameters of theirs.
Parameters marking(const std::string& q, bool synonyms);

/// What is looked for in the index.
search::Window window(const Asked& asked);

}  // namespace shirube::web
