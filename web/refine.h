#pragma once

#include "web/asked.h"
#include "web/model.h"
#include "web/views.h"

// The ways to go on from a search, each a link that needs no script: what was read and how it may be
// changed, what was chosen, what there is to choose.
namespace shirube::web {

/// Of what was typed: [{kind, label, text, typed, changes: [{label, url}]}]. The first parts of a long
/// query only, and without changes where their addresses would be long.
Json parts_model(const Asked& asked, Reader& reader);

/// What was chosen beside the words: [{label, text, url}], the link without it. A document that the viewer
/// may not see is named as it was typed.
Json chosen_model(const Asked& asked, const Context& context);

/// Kinds, issuers, fiscal years, states of the edition and audiences of what was found: [{value, label, count, url}], most first, twenty at most. The
/// link narrows to the value; it is empty where the search is narrowed by it already.
Json facets_model(const Asked& asked, const search::Matches& found);

/// Orders: [{label, chosen, url}].
Json sorts_model(const Asked& asked);

/// Of a search that found nothing: searches that ask less, [{label, url}], and, where words of it go on otherwise, [{q, url}].
Json wider_model(const Asked& asked);
Json near_model(const Asked& asked, const corpus::Viewer& viewer, Reader& reader);

/// Which editions are searched: [{label, chosen, url}].
Json editions_model(const Asked& asked);

/// The search of one document alone, all its clauses.
std::string within_url(const Asked& asked, const std::string& slug);

/// Searches that differ in one thing.
std::string without_synonyms_url(const Asked& asked);
std::string folding_url(const Asked& asked);  ///< folded when it is not, and the other way round

}  // namespace shirube::web
