#pragma once

#include "web/model.h"
#include "web/views.h"

namespace shirube::web {

/// Clauses of other documents that are like this one, the most alike first.
std::vector<corpus::PlacedClause> alike(const Context& context, search::Searcher& searcher, int64_t clause_id, size_t most);

/// reference_model() with the beginning of the text as "excerpt".
Json alike_model(const corpus::PlacedClause& placed);
std::string excerpt_of(const std::string& text);

}  // namespace shirube::web
