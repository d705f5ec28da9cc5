#pragma once

#include "web/model.h"
#include "web/views.h"

namespace shirube::web {

/// Up to five clauses of other documents that are like this one, each as reference_model() with the
/// beginning of its text as "excerpt".
Json similar_model(const Context& context, search::Searcher& searcher, int64_t clause_id);

}  // namespace shirube::web
