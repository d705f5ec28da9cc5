#include "corpus/arrival.h"

#include <fmt/format.h>

#include "corpus/rows.h"
#include "store/database.h"
#include "text/utf8.h"

namespace shirube::corpus {

namespace {

/// Numbers that are shorter are in any text (「第1号」 is no name).
constexpr size_t shortest_number = 6;  // characters
constexpr size_t most_commentaries = 10;

/// A condition for each member of the filter that is set.
struct Narrowing {
  std::string ArrivalFilter::*member;
  const char *name, *condition;
};
constexpr Narrowing narrowings[] = {
    {&ArrivalFilter::kind, ":kind", "d.kind = :kind"},
    {&ArrivalFilter::issuer, ":issuer", "d.issuer = :issuer"},
    {&ArrivalFilter::topic, ":topic", "d.topic = :topic"},
    {&ArrivalFilter::audience, ":of_audience", "d.audience = :of_audience"},
    {&ArrivalFilter::from, ":from", "e.day >= :from"},
    {&ArrivalFilter::to, ":to", "e.day <= :to"},
    {&ArrivalFilter::added_after, ":added", "e.added_at > :added"},
};

std::string arrival_query(const Viewer& viewer, const std::string& rest) {
  return fmt::format("SELECT {}, {}, {} AS state, e.day, "
                     "EXISTS (SELECT 1 FROM editions n WHERE n.document_id = e.document_id AND (n.begins, n.id) < (e.begins, e.id)) "
                     "FROM editions e JOIN documents d ON d.id = e.document_id WHERE {} {}",
                     document_columns, edition_columns(viewer), edition_state, visible(viewer), rest);
}

std::vector<Arrival> read_arrivals(SQLite::Statement& select) {
  std::vector<Arrival> found;
  while (select.executeStep()) {
    int at = document_width + edition_width;
    found.push_back({read_document(select, 0), read_edition(select, document_width), select.getColumn(at).getString(), select.getColumn(at + 1).getInt() != 0});
  }
  return found;
}

std::optional<std::string> find_policy(SQLite::Database& db, const Viewer& viewer, int64_t edition_id) {
  SQLite::Statement select(db, fmt::format("SELECT c.path FROM clauses c JOIN editions e ON e.id = c.edition_id JOIN documents d ON d.id = e.document_id "
                                           "WHERE e.id = :edition AND c.heading LIKE '%対応方針%' AND {} AND {} ORDER BY c.position LIMIT 1",
                                           visible(viewer), visible_clause(viewer)));
  bind_viewer(select, viewer);
  select.bind(":edition", edition_id);
  if (!select.executeStep()) return std::nullopt;
  return select.getColumn(0).getString();
}

}  // namespace

std::vector<Arrival> Arrivals::list(const Viewer& viewer, const ArrivalFilter& filter, size_t first, size_t most) const { return ordered(viewer, filter, "e.day DESC, e.id DESC", first, most); }

std::vector<Arrival> Arrivals::latest(const Viewer& viewer, const ArrivalFilter& filter, size_t most) const { return ordered(viewer, filter, "e.added_at DESC, e.id DESC", 0, most); }

std::vector<Arrival> Arrivals::ordered(const Viewer& viewer, const ArrivalFilter& filter, const char* order, size_t first, size_t most) const {
  return database_.read([&](SQLite::Database& db) {
    std::string conditions;
    for (const auto& narrowing : narrowings) {
      if (!(filter.*narrowing.member).empty()) conditions += fmt::format(" AND {}", narrowing.condition);
    }
    SQLite::Statement select(db, arrival_query(viewer, fmt::format("{} ORDER BY {} LIMIT :most OFFSET :first", conditions, order)));
    bind_viewer(select, viewer);
    bind_today(select);
    for (const auto& narrowing : narrowings) {
      if (!(filter.*narrowing.member).empty()) select.bind(narrowing.name, filter.*narrowing.member);
    }
    select.bind(":most", static_cast<int64_t>(most));
    select.bind(":first", static_cast<int64_t>(first));
    return read_arrivals(select);
  });
}

std::vector<Arrival> Arrivals::taking_effect(const Viewer& viewer, const std::string& from, const std::string& to, size_t most) const {
  return database_.read([&](SQLite::Database& db) {
    SQLite::Statement select(db, arrival_query(viewer, "AND e.begins BETWEEN :from AND :to AND e.effective <> '' ORDER BY e.begins, e.id LIMIT :most"));
    bind_viewer(select, viewer);
    bind_today(select);
    select.bind(":from", from);
    select.bind(":to", to);
    select.bind(":most", static_cast<int64_t>(most));
    return read_arrivals(select);
  });
}

std::vector<Arrival> Arrivals::coming(const Viewer& viewer, size_t most) const {
  return database_.read([&](SQLite::Database& db) {
    SQLite::Statement select(db, arrival_query(viewer, "AND e.begins > :today ORDER BY e.begins, e.id LIMIT :most"));
    bind_viewer(select, viewer);
    bind_today(select);
    select.bind(":most", static_cast<int64_t>(most));
    return read_arrivals(select);
  });
}

std::vector<Commentary> Arrivals::commentaries(const Viewer& viewer, const Edition& edition) const {
  return database_.read([&](SQLite::Database& db) {
    bool named = text::length_utf8(edition.number) >= shortest_number;
    SQLite::Statement select(
        db, fmt::format("SELECT DISTINCT {}, {}, {} AS state FROM documents d JOIN editions e ON e.document_id = d.id JOIN clauses c ON c.edition_id = e.id "
                        "WHERE d.kind = 'commentary' AND {} AND {} AND state = 'current' AND e.id <> :edition AND ("
                        "EXISTS (SELECT 1 FROM citations x JOIN clauses t ON t.id = x.to_clause_id WHERE x.from_clause_id = c.id AND t.edition_id = :edition AND {}){}) "
                        "ORDER BY e.begins DESC, e.id DESC LIMIT :most",
                        document_columns, edition_columns(viewer), edition_state, visible(viewer), visible_clause(viewer), visible_clause(viewer, "t"),
                        named ? " OR instr(c.text, :number) > 0 OR instr(c.heading, :number) > 0" : ""));
    bind_viewer(select, viewer);
    bind_today(select);
    select.bind(":edition", edition.id);
    if (named) select.bind(":number", edition.number);
    select.bind(":most", static_cast<int64_t>(most_commentaries));
    std::vector<Commentary> found;
    while (select.executeStep()) found.push_back({read_document(select, 0), read_edition(select, document_width), std::nullopt});
    for (auto& commentary : found) commentary.policy_path = find_policy(db, viewer, commentary.edition.id);
    return found;
  });
}

std::optional<std::string> Arrivals::policy_path(const Viewer& viewer, const Edition& edition) const {
  return database_.read([&](SQLite::Database& db) { return find_policy(db, viewer, edition.id); });
}

std::vector<std::string> Arrivals::topics(const Viewer& viewer) const {
  return database_.read([&](SQLite::Database& db) {
    // From one name to the next along the index, as there may be many documents.
    std::string next = fmt::format("SELECT d.topic FROM documents d INDEXED BY documents_by_topic WHERE {} AND d.topic >", visible(viewer));
    SQLite::Statement select(db, fmt::format("WITH RECURSIVE names (topic) AS (SELECT ({0} '' ORDER BY 1 LIMIT 1) UNION ALL "
                                             "SELECT ({0} names.topic ORDER BY 1 LIMIT 1) FROM names WHERE names.topic IS NOT NULL LIMIT 201) "
                                             "SELECT topic FROM names WHERE topic IS NOT NULL", next));
    bind_viewer(select, viewer);
    std::vector<std::string> found;
    while (select.executeStep()) found.push_back(select.getColumn(0).getString());
    return found;
  });
}

}  // namespace shirube::corpus
