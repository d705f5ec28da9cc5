#pragma once

#include <string>

#include "corpus/library.h"
#include "web/asked.h"

namespace shirube::web {

/// The page that says why a clause is, or is not, among the hits of a search.
std::string explain_url(const Asked& asked, const corpus::PlacedClause& clause);

}  // namespace shirube::web
