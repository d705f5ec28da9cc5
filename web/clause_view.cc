#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "search/passage.h"
#include "text/difference.h"
#include "text/error.h"
#include "web/asked.h"
#include "web/model.h"
#include "web/similar.h"
#include "web/views.h"

namespace shirube::web {

namespace {

constexpr size_t most_below = 400, most_editions = 20;

using corpus::ClauseKind;
using corpus::PlacedClause;
using Clauses = std::vector<corpus::StoredClause>;

/// Position after the last clause below `at`.
size_t end_of(const Clauses& clauses, size_t at) {
  size_t end = at + 1;
  while (end < clauses.size() && clauses[end].clause.parent && *clauses[end].clause.parent >= at) ++end;
  return end;
}

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

Json below_model(const PlacedClause& placed, const Clauses& clauses, size_t at, const search::Marker& marker) {
  Json out = Json::array();
  std::vector<size_t> depth(clauses.size(), 0);
  size_t end = std::min(end_of(clauses, at), at + 1 + most_below);
  for (size_t i = at + 1; i < end; ++i) {
    const auto& clause = clauses[i].clause;
    depth[i] = depth[*clause.parent] + 1;
    Json model = clause_model(placed.document, placed.edition, clause);
    model["text"] = clause.text;
    model["segments"] = segments(clause.text, marker.marks(clause.text, clauses[i].id));
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

/// A clause with all that stands under it, as one text.
std::string whole_text(const Clauses& clauses, size_t at) {
  std::string out;
  for (size_t i = at; i < end_of(clauses, at); ++i) {
    const auto& clause = clauses[i].clause;
    out += (i == at ? clause.heading : title_of(clause)) + (clause.text.empty() ? "" : "\n" + clause.text) + "\n";
  }
  return out;
}

/// Of those that it is for fewer than its document: for whom.
std::set<std::string> narrower_audiences(const Clauses& clauses, size_t at) {
  std::set<std::string> out;
  for (size_t i = at; i < end_of(clauses, at); ++i) {
    if (!clauses[i].clause.audience.empty()) out.insert(clauses[i].clause.audience);
  }
  return out;
}

/// What of a clause the later of two editions changed: [{text, removed, added}]; empty where nothing was.
Json changes_model(const std::string& earlier, const std::string& later) {
  Json out = Json::array();
  auto changes = text::changes(earlier, later);
  if (changes.empty()) return out;
  auto add = [&](std::string_view words, bool removed, bool added) {
    if (!words.empty()) out.push_back({{"text", words}, {"removed", removed}, {"added", added}});
  };
  std::string_view before = earlier, after = later;
  size_t at = 0;  // of the later one, whose words stand between
  for (const auto& change : changes) {
    add(after.substr(at, change.after.begin - at), false, false);
    add(before.substr(change.before.begin, change.before.end - change.before.begin), true, false);
    add(after.substr(change.after.begin, change.after.end - change.after.begin), false, true);
    at = change.after.end;
  }
  add(after.substr(at), false, false);
  return out;
}

/// The clause of this path in the other editions of its document, the nearest before and after with what was changed between.
Json history_model(const Context& context, const PlacedClause& placed, const std::string& text) {
  Json out = Json::array();
  auto editions = context.library.editions(context.viewer, placed.document.slug);  // newest first
  auto own = static_cast<size_t>(std::ranges::find(editions, placed.edition.id, &corpus::Edition::id) - editions.begin());
  for (size_t i = 0; i < editions.size() && out.size() < most_editions; ++i) {
    if (i == own) continue;
    bool is_later = i < own, is_next = i + 1 == own || i == own + 1;
    Json model = edition_model(placed.document, editions[i]);
    bool is_there = context.library.clause(context.viewer, placed.document.slug, editions[i].key, placed.clause.path).has_value();
    model["clause_url"] = is_there ? clause_url(placed.document.slug, editions[i].key, placed.clause.path) : "";
    model["later"] = is_later;
    model["compared"] = is_there && is_next;
    model["changes"] = model["audiences"] = Json::array();
    if (is_there && is_next) {
      Clauses others = context.library.clauses(context.viewer, placed.document.slug, editions[i].key);
      auto found = std::ranges::find_if(others, [&](const auto& stored) { return stored.clause.path == placed.clause.path; });
      // It may have been closed to this viewer between the two looks.
      std::string other = found == others.end() ? "" : whole_text(others, static_cast<size_t>(found - others.begin()));
      if (found != others.end()) model["audiences"] = narrower_audiences(others, static_cast<size_t>(found - others.begin()));
      model["changes"] = is_later ? changes_model(text, other) : changes_model(other, text);
    }
    out.push_back(std::move(model));
  }
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

Json clause_view(const Context& context, const Call& call) {
  std::string q = read_words(call.target);
  bool synonyms = read_synonyms(call.target);
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
  clause["segments"] = segments(placed.clause.text, marker.marks(placed.clause.text, placed.id));
  return {{"title", fmt::format("{}　{}", placed.document.title, placed.clause.locator)},
          {"q", q},
          {"back_url", q.empty() ? "" : "/" + write_query(marking(q, synonyms))},
          {"document", document_model(placed.document)},
          {"edition", edition_model(placed.document, placed.edition)},
          {"clause", clause},
          {"citation", placed.citation()},
          {"here", clause_url(placed.document.slug, placed.edition.key, placed.clause.path)},
          {"above", above_model(placed, clauses, at)},
          {"below", below_model(placed, clauses, at, marker)},
          {"below_cut", end_of(clauses, at) - at - 1 > most_below},
          {"place_url", place_url(edition_url(placed.document.slug, placed.edition.key), placed.clause.path, at)},
          {"previous", link(placed, clauses, neighbour(clauses, at, -1))},
          {"next", link(placed, clauses, neighbour(clauses, at, 1))},
          {"history", history_model(context, placed, whole_text(clauses, at))},
          {"cited_by", references_model(context.library.cited_by(context.viewer, placed.id))},
          {"citations", references_model(context.library.citations(context.viewer, placed.id))},
          {"similar", searcher ? similar_model(context, *searcher, placed.id) : Json::array()}};
}

}  // namespace shirube::web
