#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <tuple>

#include "search/passage.h"
#include "text/error.h"
#include "web/asked.h"
#include "web/beside_clause.h"
#include "web/model.h"
#include "web/record_model.h"
#include "web/views.h"
#include "web/visitor.h"

namespace shirube::web {

namespace {

constexpr size_t most_below = 400;

using corpus::ClauseKind;
using corpus::PlacedClause;

/// The nearest clause of the same kind before or after. Paragraphs and items are counted within what
/// they stand under; articles and what is above them through the whole document.
std::optional<size_t> neighbour(const Clauses& clauses, size_t at, int step) {
  const auto& own = clauses[at].clause;
  bool within = own.kind == ClauseKind::paragraph || own.kind == ClauseKind::item || own.kind == ClauseKind::subitem;
  for (size_t i = at + step; i < clauses.size(); i += step) {
    const auto& other = clauses[i].clause;
    if (other.kind == own.kind && (!within || other.parent == own.parent)) return i;
  }
  return std::nullopt;
}

Json link(const PlacedClause& placed, const Clauses& clauses, std::optional<size_t> at) {
  if (!at) return false;
  const auto& clause = clauses[*at].clause;
  return {{"title", title_of(clause)}, {"full_title", full_title_of(clause)}, {"url", clause_url(placed.document.slug, placed.edition.key, clause.path)}};
}

Json above_model(const PlacedClause& placed, const Clauses& clauses, size_t at) {
  std::vector<size_t> positions;
  for (auto parent = clauses[at].clause.parent; parent; parent = clauses[*parent].clause.parent) positions.insert(positions.begin(), *parent);
  Json out = Json::array();
  for (size_t position : positions) out.push_back(link(placed, clauses, position));
  return out;
}

using Marks = std::vector<std::vector<corpus::Mark>>;

Json below_model(const PlacedClause& placed, const Clauses& clauses, size_t at, const search::Marker& marker, const Marks& marks) {
  Json out = Json::array();
  std::vector<size_t> depth(clauses.size(), 0);
  size_t end = std::min(end_of(clauses, at), at + 1 + most_below);
  for (size_t i = at + 1; i < end; ++i) {
    const auto& clause = clauses[i].clause;
    depth[i] = depth[*clause.parent] + 1;
    Json model = clause_model(placed.document, placed.edition, clause);
    model["text"] = clause.text;
    model["pieces"] = linked_segments(clause.text, marks[i], marker.marks(clause.text, clauses[i].id));
    model["depth"] = std::min<size_t>(depth[i] - 1, 6);
    out.push_back(std::move(model));
  }
  return out;
}

Json references_model(const std::vector<PlacedClause>& clauses) {
  Json out = Json::array();
  for (const auto& placed : clauses) out.push_back(reference_model(placed));
  return out;
}

[[noreturn]] void refuse_missing() {
  throw Error(ErrorKind::missing, "条項が見つかりません。", "アドレスを確かめるか、検索または資料一覧からお探しください。");
}

}  // namespace

PlacedClause find_clause(const Context& context, const std::string& slug, const std::string& key, const std::string& path) {
  auto placed = context.library.clause(context.viewer, slug, key, path);
  if (!placed) refuse_missing();
  return *placed;
}

/// To the results that the reader came from.
static std::string results_url(const Target& target, const std::string& q, bool synonyms) {
  if (q.empty()) return "";
  auto results = target.parameter("results");
  std::string back = results ? local_address(results) : "";
  return back.starts_with("/?") ? back : "/" + write_query(marking(q, synonyms));
}

/// What the words of an article's own are cited by, where they are its first paragraph and others follow.
static std::string quote_citation(const PlacedClause& placed, const Clauses& clauses, size_t at) {
  bool first = placed.clause.kind == corpus::ClauseKind::article && !placed.clause.text.empty();
  bool others = false;
  for (size_t i = at + 1; i < end_of(clauses, at); ++i) others = others || (clauses[i].clause.parent == at && clauses[i].clause.kind == corpus::ClauseKind::paragraph);
  if (!first || !others) return "";
  PlacedClause paragraph = placed;
  paragraph.clause.locator += "第1項";
  return paragraph.citation();
}

/// Whether a record has a citation in a field of it, or in a table, that this is said of.
template <typename Says>
static bool cites(const records::Ledger& ledger, const records::Record& record, const Says& says) {
  return std::ranges::any_of(ledger.fields(), [&](const auto& field) {
    auto values = record.values.find(field.key);
    if (values == record.values.end()) return false;
    if (field.kind == records::FieldKind::citations) return std::ranges::any_of(values->second, says);
    return std::ranges::any_of(values->second, [&](const auto& value) {
      if (field.kind != records::FieldKind::rows) return false;
      const records::Row row = records::row_of(value);
      for (size_t c = 0; c < field.columns.size() && c < row.cells.size(); ++c) {
        if (field.columns[c].kind == records::FieldKind::citations && says(row.cells[c])) return true;
      }
      return false;
    });
  });
}

/// Records that cite the clause, the last first: all, however many others cite its document; and of the last of these those that cite what stands below it.
static Json recorded_model(const Context& context, const PlacedClause& placed) {
  constexpr size_t most_looked_at = 200, most_shown = 20;
  Json out = Json::array();
  if (context.author.login.empty()) return out;
  const std::string address = placed.document.slug + "/" + placed.edition.key + "/" + placed.clause.path;
  std::map<int64_t, records::Record, std::greater<>> found;
  for (const auto& ledger : context.records.ledgers().all()) {
    for (const auto& field : ledger.fields()) {
      const bool table = field.kind == records::FieldKind::rows && std::ranges::find(field.columns, records::FieldKind::citations, &records::Field::kind) != field.columns.end();
      if (field.kind != records::FieldKind::citations && !table) continue;
      for (auto& record : context.records.list(context.viewer, ledger.key(), {.where = {{field.key, address}}}, 0, most_shown).records) found.emplace(record.id, std::move(record));
    }
  }
  for (auto& record : context.records.citing(context.viewer, placed.document.slug, most_looked_at)) {
    const auto* ledger = context.records.ledgers().find(record.ledger);
    bool below = ledger && cites(*ledger, record, [&](const std::string& value) { return records::citation_of(value).address.starts_with(address + "-"); });
    if (below) found.emplace(record.id, std::move(record));
  }
  for (const auto& [id, record] : found) {
    const auto* ledger = context.records.ledgers().find(record.ledger);
    if (ledger && out.size() < most_shown) out.push_back(record_model(context, *ledger, record));
  }
  return out;
}

/// The same page with who cites it everywhere.
static Parameters citing_all(const Target& target) {
  Parameters out;
  for (const char* kept : {"q", "synonyms", "results"}) {
    if (auto value = target.parameter(kept)) out.emplace_back(kept, *value);
  }
  out.emplace_back("citing", "all");
  return out;
}

Json clause_view(const Context& context, const Call& call) {
  std::string q = read_words(call.target);
  bool synonyms = read_synonyms(call.target), everywhere = call.target.parameter("citing") == "all";
  PlacedClause placed = find_clause(context, call.arguments[0], call.arguments[1], call.arguments[2]);
  Clauses clauses = context.library.clauses(context.viewer, placed.document.slug, placed.edition.key);
  size_t at = std::ranges::find(clauses, placed.id, &corpus::StoredClause::id) - clauses.begin();
  // It may have been closed to this viewer between the two looks.
  if (at == clauses.size()) refuse_missing();
  auto reader = context.readers.borrow();
  search::Searcher* searcher = reader->searcher_if_any();
  search::Query query = search::parse(q);
  search::Marker marker(query, searcher ? searcher->question(query, context.viewer, synonyms) : search::ask(query, reader->analyzer(), {}, synonyms), reader->analyzer());
  Json clause = clause_model(placed.document, placed.edition, placed.clause);
  clause["text"] = placed.clause.text;
  clause["original_url"] = reading_url(placed.document, placed.edition, placed.clause.page, q);
  Marks marks = corpus::References(context.library).marks(context.viewer, placed.document, placed.edition, clauses);
  clause["pieces"] = linked_segments(placed.clause.text, marks[at], marker.marks(placed.clause.text, placed.id));
  ClauseHistory history = history_of(context, placed, clauses, at);
  Json likeness = searcher ? likeness_model(context, *searcher, placed) : Json{{"corresponding", Json::array()}, {"similar", Json::array()}};
  return {{"title", fmt::format("{}　{}", placed.document.title, placed.clause.locator)},
          {"q", q},
          {"back_url", results_url(call.target, q, synonyms)},
          {"document", document_model(placed.document)},
          {"edition", edition_model(placed.document, placed.edition)},
          {"clause", clause},
          {"citation", placed.citation()},
          {"quote_citation", quote_citation(placed, clauses, at)},
          {"here", clause_url(placed.document.slug, placed.edition.key, placed.clause.path)},
          {"above", above_model(placed, clauses, at)},
          {"below", below_model(placed, clauses, at, marker, marks)},
          {"below_cut", end_of(clauses, at) - at - 1 > most_below},
          {"place_url", place_url(edition_url(placed.document.slug, placed.edition.key), placed.clause.path, at)},
          {"previous", link(placed, clauses, neighbour(clauses, at, -1))},
          {"next", link(placed, clauses, neighbour(clauses, at, 1))},
          {"note", plain_note_model(context, history)},
          {"note_fault", ""},
          {"note_url", clause_url(placed.document.slug, placed.edition.key, placed.clause.path) + "/note"},
          {"longest_note", corpus::longest_note},
          {"history", history.model},
          {"cited_by", citing_model(context, *reader, placed, clauses, marks, everywhere)},
          {"cited_everywhere", everywhere},
          {"most_citing_editions", most_citing_editions},
          {"citing_url", everywhere ? "" : clause_url(placed.document.slug, placed.edition.key, placed.clause.path) + write_query(citing_all(call.target))},
          {"citations", references_model(context.library.citations(context.viewer, placed.id))},
          {"recorded", recorded_model(context, placed)},
          {"corresponding", likeness["corresponding"]},
          {"similar", likeness["similar"]}};
}

std::string change_note(corpus::Notes& notes, const corpus::Viewer& viewer, const Call& call, const Target& form) {
  const auto& [slug, key, path] = std::tie(call.arguments[0], call.arguments[1], call.arguments[2]);
  auto revision = form.number("revision", 0, INT32_MAX, 0);
  notes.write(viewer, slug, key, path, form.parameter("text").value_or(""), static_cast<int64_t>(revision));
  return clause_url(slug, key, path);
}

}  // namespace shirube::web
