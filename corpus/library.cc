#include "corpus/library.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "corpus/mention.h"
#include "corpus/rows.h"
#include "corpus/sketch.h"
#include "store/database.h"

namespace shirube::corpus {

namespace {

std::string placed_query(const Viewer& viewer, std::string_view condition) {
  return fmt::format("SELECT c.id, {}, {}, {} AS state, {} FROM clauses c JOIN editions e ON e.id = c.edition_id JOIN documents d ON d.id = e.document_id "
                     "WHERE {} AND {} AND {}", document_columns, edition_columns(viewer), edition_state, clause_columns, visible(viewer), visible_clause(viewer), condition);
}

/// What a clause is called in the line that says where it stands.
std::string short_name(const std::string& label, const std::string& heading) {
  if (label.empty()) return heading;
  return heading.empty() ? label : label + "　" + heading;
}

std::vector<std::string> names_above(SQLite::Database& db, int64_t edition, std::optional<size_t> parent) {
  std::vector<std::string> above;
  SQLite::Statement select(db, "SELECT label, heading, parent FROM clauses WHERE edition_id = ? AND position = ?");
  while (parent) {
    select.reset();
    select.bind(1, edition);
    select.bind(2, static_cast<int64_t>(*parent));
    if (!select.executeStep()) break;
    above.insert(above.begin(), short_name(select.getColumn(0).getString(), select.getColumn(1).getString()));
    if (select.getColumn(2).isNull()) break;
    parent = static_cast<size_t>(select.getColumn(2).getInt64());
  }
  return above;
}

PlacedClause read_placed(SQLite::Database& db, SQLite::Statement& row) {
  PlacedClause placed;
  placed.id = row.getColumn(0).getInt64();
  placed.document = read_document(row, 1);
  placed.edition = read_edition(row, 1 + document_width);
  placed.clause = read_clause(row, 1 + document_width + edition_width);
  placed.above = names_above(db, placed.edition.id, placed.clause.parent);
  return placed;
}

/// Whether the viewer sees the clause of this number.
bool sees_clause(SQLite::Database& db, const Viewer& viewer, int64_t clause_id) {
  SQLite::Statement select(db, fmt::format("SELECT 1 FROM clauses c JOIN editions e ON e.id = c.edition_id JOIN documents d ON d.id = e.document_id WHERE {} AND {} AND c.id = :clause",
                                           visible(viewer), visible_clause(viewer)));
  bind_viewer(select, viewer);
  select.bind(":clause", clause_id);
  return select.executeStep();
}

/// That a clause is the `wanted` of a citation whose other side is given, by hand or in a text that is read as the viewer can.
std::string related(const Viewer& viewer, const char* wanted, const char* given) {
  std::string best = fmt::format("SELECT min(b.rank) FROM mentions b JOIN documents t ON t.id = b.document_id LEFT JOIN clauses n ON n.id = b.to_clause_id "
                                 "WHERE b.from_clause_id = m.from_clause_id AND b.place = m.place AND CASE "
                                 "WHEN n.id IS NOT NULL THEN EXISTS (SELECT 1 FROM documents d WHERE d.id = t.id AND {0} AND {1}) "
                                 "WHEN b.rank % {2} = {3} THEN EXISTS (SELECT 1 FROM documents d WHERE d.short_title = t.short_title AND {0}) "
                                 "ELSE EXISTS (SELECT 1 FROM documents d WHERE d.title = t.title AND {0}) END",
                                 visible(viewer), visible_clause(viewer, "n"), mention::for_title, mention::by_short_title);
  return fmt::format("c.id IN (SELECT {0} FROM citations WHERE {1} = :clause UNION SELECT m.{0} FROM mentions m WHERE m.{1} = :clause AND m.from_clause_id <> m.to_clause_id AND m.rank = ({2}))",
                     wanted, given, best);
}

std::vector<PlacedClause> cited(store::Database& database, const Viewer& viewer, const std::string& join, int64_t clause_id) {
  return database.read([&](SQLite::Database& db) {
    std::vector<PlacedClause> found;
    if (!sees_clause(db, viewer, clause_id)) return found;
    SQLite::Statement select(db, placed_query(viewer, join) + " ORDER BY e.begins DESC, d.title, e.id, c.position LIMIT 200");
    bind_viewer(select, viewer);
    bind_today(select);
    select.bind(":clause", clause_id);
    while (select.executeStep()) found.push_back(read_placed(db, select));
    return found;
  });
}

}  // namespace

std::string PlacedClause::citation() const {
  std::string out = fmt::format("{}（{}）{}", document.title, edition.label, clause.locator);
  if (clause.page) out += fmt::format("、{}頁", page_label(clause));
  return out;
}

std::vector<Library::Alike> Library::alike(const Viewer& viewer, const std::string& file_sha256, std::span<const int64_t> sketch) const {
  constexpr size_t most = 5, most_looked_at = 20;
  constexpr double least_share = 0.5;
  return database_.read([&](SQLite::Database& db) {
    std::vector<std::pair<double, int64_t>> editions;
    // What the viewer does not see, or not whole, takes no place.
    std::string seen = fmt::format("{} AND {} = 0", visible(viewer), hidden_clauses(viewer));
    SQLite::Statement same(db, fmt::format("SELECT e.id FROM editions e JOIN documents d ON d.id = e.document_id WHERE e.file_sha256 = :file AND {} ORDER BY e.id LIMIT :most", seen));
    bind_viewer(same, viewer);
    same.bind(":file", file_sha256);
    same.bind(":most", static_cast<int64_t>(most_looked_at));
    while (same.executeStep()) editions.emplace_back(1, same.getColumn(0).getInt64());
    std::set<int64_t> of_file;
    for (const auto& [share, id] : editions) of_file.insert(id);
    SQLite::Statement near(db, fmt::format("SELECT s.edition_id FROM sketches s JOIN editions e ON e.id = s.edition_id JOIN documents d ON d.id = e.document_id "
                                           "WHERE s.print IN (SELECT value FROM json_each(:prints)) AND {} GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT :most", seen));
    bind_viewer(near, viewer);
    near.bind(":prints", nlohmann::json(std::vector<int64_t>(sketch.begin(), sketch.end())).dump());
    near.bind(":most", static_cast<int64_t>(most_looked_at));
    SQLite::Statement prints(db, "SELECT print FROM sketches WHERE edition_id = ? ORDER BY print");
    while (near.executeStep()) {
      int64_t id = near.getColumn(0).getInt64();
      std::vector<int64_t> other;
      for (prints.reset(), prints.bind(1, id); prints.executeStep();) other.push_back(prints.getColumn(0).getInt64());
      double share = resemblance(sketch, other);
      bool known = std::ranges::find(editions, id, &std::pair<double, int64_t>::second) != editions.end();
      if (share >= least_share && !known) editions.emplace_back(share, id);
    }
    std::ranges::stable_sort(editions, std::greater{}, &std::pair<double, int64_t>::first);
    std::vector<Alike> out;
    SQLite::Statement row(db, fmt::format("SELECT {}, {}, {} FROM editions e JOIN documents d ON d.id = e.document_id WHERE e.id = :edition", document_columns, edition_columns(viewer), edition_state));
    for (const auto& [share, id] : editions) {
      row.reset();
      bind_viewer(row, viewer);
      bind_today(row);
      row.bind(":edition", id);
      if (row.executeStep() && out.size() < most) out.push_back({read_document(row, 0), read_edition(row, document_width), share, of_file.contains(id)});
    }
    return out;
  });
}

std::optional<Document> Library::document(const Viewer& viewer, const std::string& slug) const {
  return database_.read([&](SQLite::Database& db) -> std::optional<Document> {
    SQLite::Statement select(db, fmt::format("SELECT {} FROM documents d WHERE {} AND d.slug = :slug", document_columns, visible(viewer)));
    bind_viewer(select, viewer);
    select.bind(":slug", slug);
    if (!select.executeStep()) return std::nullopt;
    return read_document(select, 0);
  });
}

std::vector<Edition> Library::editions(const Viewer& viewer, const std::string& slug) const {
  return database_.read([&](SQLite::Database& db) {
    SQLite::Statement select(db, fmt::format("SELECT {}, {} AS state FROM editions e JOIN documents d ON d.id = e.document_id WHERE {} AND d.slug = :slug "
                                             "ORDER BY e.begins DESC, e.id DESC", edition_columns(viewer), edition_state, visible(viewer)));
    bind_viewer(select, viewer);
    bind_today(select);
    select.bind(":slug", slug);
    std::vector<Edition> found;
    while (select.executeStep()) found.push_back(read_edition(select, 0));
    return found;
  });
}

namespace {

/// `wanted` of an enclosure where the other side is this edition.
std::vector<Library::Enclosed> enclosed(store::Database& database, const Viewer& viewer, int64_t edition_id, const char* wanted, const char* given) {
  return database.read([&](SQLite::Database& db) {
    SQLite::Statement select(db, fmt::format("SELECT {}, {}, {} AS state FROM enclosures x JOIN editions e ON e.id = x.{} JOIN documents d ON d.id = e.document_id "
                                             "WHERE x.{} = :edition AND {} ORDER BY x.position, x.edition_id",
                                             document_columns, edition_columns(viewer), edition_state, wanted, given, visible(viewer)));
    bind_viewer(select, viewer);
    bind_today(select);
    select.bind(":edition", edition_id);
    std::vector<Library::Enclosed> found;
    while (select.executeStep()) found.push_back({read_document(select, 0), read_edition(select, document_width)});
    return found;
  });
}

}  // namespace

std::vector<Library::Enclosed> Library::enclosures(const Viewer& viewer, int64_t edition_id) const {
  return enclosed(database_, viewer, edition_id, "enclosed_edition_id", "edition_id");
}

std::vector<Library::Enclosed> Library::enclosing(const Viewer& viewer, int64_t edition_id) const {
  return enclosed(database_, viewer, edition_id, "edition_id", "enclosed_edition_id");
}

std::vector<StoredClause> Library::clauses(const Viewer& viewer, const std::string& slug, const std::string& key) const {
  return database_.read([&](SQLite::Database& db) {
    SQLite::Statement select(db, fmt::format("SELECT c.id, {}, c.position FROM clauses c JOIN editions e ON e.id = c.edition_id JOIN documents d ON d.id = e.document_id "
                                             "WHERE {} AND {} AND d.slug = :slug AND e.key = :key ORDER BY c.position", clause_columns, visible(viewer), visible_clause(viewer)));
    bind_viewer(select, viewer);
    select.bind(":slug", slug);
    select.bind(":key", key);
    std::vector<StoredClause> found;
    std::vector<size_t> positions;  // in the edition; what is not seen leaves no gap
    while (select.executeStep()) {
      found.push_back({select.getColumn(0).getInt64(), read_clause(select, 1)});
      positions.push_back(static_cast<size_t>(select.getColumn(1 + clause_width).getInt64()));
      auto& parent = found.back().clause.parent;
      if (!parent) continue;
      // Who sees a clause sees those above it.
      auto at = std::ranges::lower_bound(positions, *parent);
      if (at == positions.end() || *at != *parent) parent.reset();
      else parent = static_cast<size_t>(at - positions.begin());
    }
    return found;
  });
}

std::vector<Scope> Library::scopes(const Viewer& viewer, std::span<const int64_t> ids) const {
  return database_.read([&](SQLite::Database& db) {
    // The path of an article is the first step of the paths below it: 12, 12-2, 12-2-1.
    SQLite::Statement own(db, fmt::format("SELECT c.text, c.edition_id, CASE WHEN instr(c.path, '-') > 0 THEN substr(c.path, 1, instr(c.path, '-') - 1) ELSE c.path END "
                                          "FROM clauses c JOIN editions e ON e.id = c.edition_id JOIN documents d ON d.id = e.document_id WHERE c.id = :id AND {} AND {}", visible(viewer), visible_clause(viewer)));
    SQLite::Statement around(db, "SELECT min(id), max(id) FROM clauses WHERE edition_id = :edition "
                                 "AND (:article = '' OR path = :article OR substr(path, 1, length(:article) + 1) = :article || '-')");
    auto range = [&](int64_t edition, const std::string& article) {
      around.reset();
      around.bind(":edition", edition);
      around.bind(":article", article);
      around.executeStep();
      return std::pair{around.getColumn(0).getInt64(), around.getColumn(1).getInt64()};
    };
    bind_viewer(own, viewer);
    std::vector<Scope> out;
    for (int64_t id : ids) {
      own.reset();
      own.bind(":id", id);
      if (!own.executeStep()) continue;
      int64_t edition = own.getColumn(1).getInt64();
      out.push_back({own.getColumn(0).getString(), range(edition, ""), range(edition, own.getColumn(2).getString())});
    }
    return out;
  });
}

std::vector<std::pair<int64_t, int64_t>> Library::closed(const Viewer& viewer, std::span<const int64_t> editions) const {
  return database_.read([&](SQLite::Database& db) {
    SQLite::Statement select(db, fmt::format("SELECT min(c.id), max(c.id) FROM json_each(:editions) x JOIN editions e ON e.id = x.value JOIN documents d ON d.id = e.document_id "
                                             "JOIN clauses c ON c.edition_id = e.id WHERE NOT ({}) GROUP BY e.id ORDER BY 1", visible(viewer)));
    bind_viewer(select, viewer);
    select.bind(":editions", nlohmann::json(std::vector<int64_t>(editions.begin(), editions.end())).dump());
    std::vector<std::pair<int64_t, int64_t>> stretches;
    while (select.executeStep()) {
      int64_t first = select.getColumn(0).getInt64(), last = select.getColumn(1).getInt64();
      if (!stretches.empty() && stretches.back().second + 1 == first) stretches.back().second = last;
      else stretches.emplace_back(first, last);
    }
    return stretches;
  });
}

std::vector<PlacedClause> Library::clauses_by_id(const Viewer& viewer, std::span<const int64_t> ids) const {
  return database_.read([&](SQLite::Database& db) {
    SQLite::Statement select(db, placed_query(viewer, "c.id = :id"));
    bind_viewer(select, viewer);
    bind_today(select);
    std::vector<PlacedClause> found;
    for (int64_t id : ids) {
      select.reset();
      select.bind(":id", id);
      if (select.executeStep()) found.push_back(read_placed(db, select));
    }
    return found;
  });
}

std::optional<PlacedClause> Library::clause(const Viewer& viewer, const std::string& slug, const std::string& key, const std::string& path) const {
  return database_.read([&](SQLite::Database& db) -> std::optional<PlacedClause> {
    SQLite::Statement select(db, placed_query(viewer, "d.slug = :slug AND e.key = :key AND c.path = :path"));
    bind_viewer(select, viewer);
    bind_today(select);
    select.bind(":slug", slug);
    select.bind(":key", key);
    select.bind(":path", path);
    if (!select.executeStep()) return std::nullopt;
    return read_placed(db, select);
  });
}

std::vector<PlacedClause> Library::cited_by(const Viewer& viewer, int64_t clause_id) const {
  return cited(database_, viewer, related(viewer, "from_clause_id", "to_clause_id"), clause_id);
}

std::vector<PlacedClause> Library::citations(const Viewer& viewer, int64_t clause_id) const {
  return cited(database_, viewer, related(viewer, "to_clause_id", "from_clause_id"), clause_id);
}

std::vector<Library::Listed> Library::documents(const Viewer& viewer, size_t first, size_t most, const std::string& kind) const {
  return database_.read([&](SQLite::Database& db) {
    // Of each document the newest edition that has begun, else the newest at all.
    SQLite::Statement select(db, fmt::format(
        "SELECT {}, {}, {} AS state, (SELECT count(*) FROM clauses c WHERE c.edition_id = e.id) - {} FROM documents d JOIN editions e ON e.id = "
        "(SELECT id FROM editions x WHERE x.document_id = d.id ORDER BY x.begins <= :today DESC, x.begins DESC, x.id DESC LIMIT 1) "
        "WHERE {} AND (:kind = '' OR d.kind = :kind) ORDER BY d.title, d.id LIMIT :most OFFSET :first", document_columns, edition_columns(viewer), edition_state, hidden_clauses(viewer), visible(viewer)));
    bind_viewer(select, viewer);
    bind_today(select);
    select.bind(":most", static_cast<int64_t>(most));
    select.bind(":first", static_cast<int64_t>(first));
    select.bind(":kind", kind);
    std::vector<Listed> found;
    while (select.executeStep()) {
      found.push_back({read_document(select, 0), read_edition(select, document_width), select.getColumn(document_width + edition_width).getInt64()});
    }
    return found;
  });
}

std::vector<std::string> Library::groups() const {
  return database_.read([&](SQLite::Database& db) {
    SQLite::Statement select(db, "SELECT name FROM groups ORDER BY name");
    std::vector<std::string> found;
    while (select.executeStep()) found.push_back(select.getColumn(0).getString());
    return found;
  });
}

std::vector<std::string> Library::issuers(const Viewer& viewer) const {
  return database_.read([&](SQLite::Database& db) {
    // From one name to the next along the index: there are few names and many documents.
    std::string next = fmt::format("SELECT d.issuer FROM documents d INDEXED BY documents_by_issuer WHERE {} AND d.issuer >", visible(viewer));
    SQLite::Statement select(db, fmt::format("WITH RECURSIVE names (issuer) AS (SELECT ({0} '' ORDER BY 1 LIMIT 1) UNION ALL "
                                             "SELECT ({0} names.issuer ORDER BY 1 LIMIT 1) FROM names WHERE names.issuer IS NOT NULL LIMIT 201) "
                                             "SELECT issuer FROM names WHERE issuer IS NOT NULL",
                                             next));
    bind_viewer(select, viewer);
    std::vector<std::string> found;
    while (select.executeStep()) found.push_back(select.getColumn(0).getString());
    return found;
  });
}

std::vector<Library::KindCount> Library::counts(const Viewer& viewer) const {
  return database_.read([&](SQLite::Database& db) {
    SQLite::Statement select(db, fmt::format("SELECT d.kind, count(*) FROM documents d WHERE {} GROUP BY 1 ORDER BY 2 DESC, 1", visible(viewer)));
    bind_viewer(select, viewer);
    std::vector<KindCount> found;
    while (select.executeStep()) found.push_back({select.getColumn(0).getString(), static_cast<uint64_t>(select.getColumn(1).getInt64())});
    return found;
  });
}

}  // namespace shirube::corpus
