#include "corpus/glossary.h"

#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include "corpus/rows.h"
#include "store/database.h"
#include "text/normalize.h"

namespace shirube::corpus {

Glossary::Found Glossary::find(const Viewer& viewer, const std::string& part, size_t most) const {
  const std::string wanted = text::fold(part);
  return database_.read([&](SQLite::Database& db) {
    // Term by term, so that reading ends with what a page shows.
    SQLite::Statement row(db, fmt::format("SELECT f.term, f.explanation, f.clause_id, {} AS state FROM definitions f INDEXED BY definitions_by_term JOIN clauses c ON c.id = f.clause_id "
                                          "JOIN editions e ON e.id = c.edition_id JOIN documents d ON d.id = e.document_id "
                                          "WHERE state = 'current' AND {} AND {} ORDER BY f.term, d.title, f.clause_id", edition_state, visible(viewer), visible_clause(viewer)));
    bind_viewer(row, viewer);
    bind_today(row);
    Found found;
    std::string last;
    bool fits = false;
    while (row.executeStep()) {
      std::string term = row.getColumn(0).getString();
      if (term != last) fits = wanted.empty() || text::fold(term).find(wanted) != std::string::npos;
      last = term;
      if (!fits) continue;
      if (found.terms.empty() || found.terms.back().term != term) {
        if (found.terms.size() == most) {
          found.more = true;
          break;
        }
        found.terms.push_back({std::move(term), {}});
      }
      auto& places = found.terms.back().places;
      if (places.size() < most_places) places.push_back({row.getColumn(1).getString(), row.getColumn(2).getInt64()});
    }
    return found;
  });
}

}  // namespace shirube::corpus
