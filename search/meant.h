#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "search/searcher.h"
#include "search/suggest.h"

namespace shirube::search {

/// What was probably meant by a query, and what it finds.
struct Meant {
  std::string typed;  ///< the text to type for it
  uint64_t found = 0;
  bool exact = true;  ///< `found` is
};

/// もしかして: asked of a query that found little, or of which some word stands nowhere (`found` is what it
/// matched). Only its plain words are corrected: signs, fields and phrases stay as they were typed, and
/// its filters go on. A noun is spelled as a text spells it that the viewer may see. Offered when it finds
/// what the viewer may see, and more than before unless a word was unknown. `window` is the one that `found`
/// was seen through, and the corrected query is counted as its first page would count it. Of a query that
/// found enough it asks nothing.
std::optional<Meant> meant(const Query& query, const Matches& found, const corpus::Viewer& viewer, const Window& window, Searcher& searcher, Suggester& suggester,
                           const text::Analyzer& analyzer);

}  // namespace shirube::search
