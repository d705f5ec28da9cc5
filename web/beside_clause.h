#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "corpus/references.h"
#include "web/model.h"
#include "web/views.h"

// What stands beside a clause: the same clause in other editions, its note, who speaks of it, what corresponds to it. Private to web/.
namespace shirube::web {

using Clauses = std::vector<corpus::StoredClause>;

/// Position after the last clause below `at`.
size_t end_of(const Clauses& clauses, size_t at);

/// The clause at `at` in the other editions of its document, found by what became of it from one edition to the next: its
/// counterpart may bear another number. Each with what was changed against the edition next to it.
struct ClauseHistory {
  Json model;                           ///< newest edition first, without the clause's own
  std::vector<corpus::PlacedClause> counterparts;  ///< nearest first, the clause itself before all
  std::vector<std::string> words;                  ///< of each, with all below it
};
ClauseHistory history_of(const Context& context, const corpus::PlacedClause& placed, const Clauses& clauses, size_t at);

/// {lines, own, label, changed, author, changed_at, revision, text}: the note of the clause, else of its nearest counterpart;
/// `revision` and `text` are of its own. `lines` is empty where there is none.
Json plain_note_model(const Context& context, const ClauseHistory& history);

/// [{label, clauses: reference_model() with `how`}]: who speaks of the clause or of what stands below it, by kind of document: by official
/// citations, by references in its own edition (`marks` are of all of it), and, `everywhere`, by references in documents that name this one: the
/// first most_citing_editions of up to 2,000 clauses, which are read through for it.
constexpr size_t most_citing_editions = 6;
Json citing_model(const Context& context, Reader& reader, const corpus::PlacedClause& placed, const Clauses& clauses, std::span<const std::vector<corpus::Mark>> marks, bool everywhere);

/// What is like the clause: `corresponding`, [{label, clauses}] by kind, of the city where it is the nation's and the other way round,
/// and `similar`, the others, each as reference_model() with the beginning of its text as `excerpt`.
Json likeness_model(const Context& context, search::Searcher& searcher, const corpus::PlacedClause& placed);

}  // namespace shirube::web
