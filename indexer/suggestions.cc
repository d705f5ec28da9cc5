#include "indexer/suggestions.h"

#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <algorithm>

#include "corpus/glossary.h"
#include "search/index_format.h"
#include "store/database.h"

namespace shirube::indexer {

using search::SuggestionKind;

namespace {

/// Laws put headings in brackets: （定義） is suggested as 定義.
std::string without_brackets(const std::string& heading) {
  constexpr std::string_view open = "（", close = "）";
  bool enclosed = heading.starts_with(open) && heading.find(open, open.size()) == heading.npos && heading.find(close) + close.size() == heading.size();
  return enclosed ? heading.substr(open.size(), heading.size() - open.size() - close.size()) : heading;
}

}  // namespace

std::vector<search::SuggestionEntry> suggestion_entries(const store::Database& database, const EditionRange& editions) {
  return database.read([&](SQLite::Database& db) {
    SQLite::Statement select(db, fmt::format("SELECT e.id, d.title, d.kind, d.audience, c.heading, c.audience FROM editions e JOIN documents d ON d.id = e.document_id "
                                             "JOIN clauses c ON c.edition_id = e.id WHERE e.id BETWEEN ? AND ?{} ORDER BY e.id, c.position",
                                             editions.indexed ? " AND e.indexed_state <> ''" : ""));
    select.bind(1, editions.first);
    select.bind(2, editions.last);
    std::vector<search::SuggestionEntry> entries;
    int64_t edition = 0;
    while (select.executeStep()) {
      auto text = [&](int i) { return select.getColumn(i).getString(); };
      std::string title = text(1), heading = text(4);
      bool is_answer = text(2) == "answer";
      auto add = [&](SuggestionKind kind, const std::string& words, const std::string& audience) {
        entries.push_back({is_answer ? SuggestionKind::question : kind, without_brackets(words), audience, 1, ""});
      };
      // The title first, whoever may see the first clause.
      if (edition != select.getColumn(0).getInt64()) add(SuggestionKind::title, title, search::audience_expression(text(3), ""));
      edition = select.getColumn(0).getInt64();
      if (!heading.empty() && heading != title) add(SuggestionKind::heading, heading, search::audience_expression(text(3), text(5)));
    }
    SQLite::Statement defined(db, fmt::format("SELECT f.term, d.audience, c.audience FROM editions e JOIN documents d ON d.id = e.document_id JOIN clauses c ON c.edition_id = e.id "
                                              "JOIN definitions f ON f.clause_id = c.id WHERE e.id BETWEEN ? AND ?{} AND length(f.term) >= {} ORDER BY e.id, c.position, f.position",
                                              editions.indexed ? " AND e.indexed_state <> ''" : "", corpus::shortest_glossary_term));
    defined.bind(1, editions.first);
    defined.bind(2, editions.last);
    while (defined.executeStep()) {
      auto text = [&](int i) { return defined.getColumn(i).getString(); };
      entries.push_back({SuggestionKind::term, text(0), search::audience_expression(text(1), text(2)), 1, ""});
    }
    return entries;
  });
}

bool add_suggestions(const store::Database& database, const EditionRange& editions, search::SuggestionIndex& suggestions, const std::atomic<bool>& stop) {
  constexpr int64_t step = 200;  // a long reading would keep the database from being tidied
  for (int64_t first = editions.first; first <= editions.last; first += step) {
    if (stop) return false;
    for (const auto& entry : suggestion_entries(database, {first, std::min(first + step - 1, editions.last), editions.indexed})) suggestions.add(entry);
  }
  return true;
}

}  // namespace shirube::indexer
