#include "web/beside_clause.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "text/difference.h"
#include "text/instant.h"
#include "text/utf8.h"
#include "web/similar.h"

namespace shirube::web {

namespace {

using corpus::PlacedClause;

constexpr size_t most_editions = 20;
constexpr size_t most_compared = 20'000;  // clauses that are held against each other for one page, all editions together
constexpr size_t most_citing_editions = 6, most_citing_clauses = 2000, most_naming = 200;
constexpr size_t most_corresponding = 8, most_similar = 5, most_alike = 30;

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

/// Follows a clause from edition to edition.
class Follower {
 public:
  Follower(const Context& context, const PlacedClause& placed, const std::vector<corpus::Edition>& editions) : context_(context), placed_(placed), editions_(editions) {}

  /// The clause at `at` of an edition in the one beside it (`step` -1: newer, 1: older), and what was changed between.
  struct Place {
    Clauses clauses;
    size_t at = 0;
    Json changes;
  };
  std::optional<Place> next(const Clauses& clauses, size_t at, size_t edition, int step) {
    Clauses other = context_.library.clauses(context_.viewer, placed_.document.slug, editions_[edition + static_cast<size_t>(step)].key);
    compared_ += clauses.size() + other.size();
    if (compared_ > most_compared) return std::nullopt;
    const bool newer = step < 0;
    auto rows = newer ? context_.comparisons.of(clauses, other) : context_.comparisons.of(other, clauses);
    auto row = std::ranges::find_if(*rows, [&](const auto& one) { return (newer ? one.before : one.after) == at; });
    auto there = row == rows->end() ? std::nullopt : newer ? row->after : row->before;
    if (!there) return std::nullopt;
    std::string own = whole_text(clauses, at), its = whole_text(other, *there);
    return Place{std::move(other), *there, newer ? changes_model(own, its) : changes_model(its, own)};
  }

 private:
  const Context& context_;
  const PlacedClause& placed_;
  const std::vector<corpus::Edition>& editions_;
  size_t compared_ = 0;
};

/// Whose rules a kind of document holds.
enum class Side { nation, city, neither };
Side side_of(const std::string& kind) {
  constexpr std::array<std::string_view, 3> nation = {"law", "notice", "guideline"}, city = {"policy", "procedure", "manual"};
  if (std::ranges::find(nation, kind) != nation.end()) return Side::nation;
  return std::ranges::find(city, kind) != city.end() ? Side::city : Side::neither;
}

/// Clauses by the kind of their documents, in the order of document_kinds().
class ByKind {
 public:
  void add(const PlacedClause& placed, std::string_view how) {
    if (!known_.insert(placed.id).second) return;
    Json model = reference_model(placed);
    model["how"] = how;
    model["excerpt"] = excerpt_of(placed.clause.text);
    lists_[placed.document.kind].push_back(std::move(model));
  }
  size_t size() const { return known_.size(); }
  Json model() const {
    Json out = Json::array();
    for (const auto& kind : corpus::document_kinds()) {
      if (auto list = lists_.find(std::string(kind.key)); list != lists_.end()) out.push_back({{"label", kind.label}, {"clauses", list->second}});
    }
    return out;
  }

 private:
  std::map<std::string, Json> lists_;
  std::set<int64_t> known_;
};

bool leads_to(const std::vector<corpus::Mark>& marks, const PlacedClause& placed) {
  return std::ranges::any_of(marks, [&](const corpus::Mark& mark) {
    bool leads = mark.kind == corpus::Mark::Kind::reference && mark.outcome == corpus::Mark::Outcome::held;
    return leads && std::ranges::any_of(mark.targets, [&](const corpus::Target& target) {
      return target.slug == placed.document.slug && target.key == placed.edition.key && target.path == placed.clause.path;
    });
  });
}

/// Editions in force, of other documents, in which this one is named.
std::vector<std::pair<std::string, std::string>> naming(const Context& context, search::Searcher& searcher, const corpus::Document& document) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const std::string* name : {&document.title, &document.short_title}) {
    if (text::length_utf8(*name) < 2) continue;
    search::Query query;
    query.phrases = {*name};
    query.filters.editions = {{search::EditionChoice::Kind::current, ""}};
    search::Window window;
    window.most = most_naming;
    window.synonyms = false;
    std::vector<int64_t> ids;
    for (const auto& match : searcher.match(query, context.viewer, window).matches) ids.push_back(match.clause_id);
    for (const auto& placed : context.library.clauses_by_id(context.viewer, ids)) {
      std::pair<std::string, std::string> edition{placed.document.slug, placed.edition.key};
      if (placed.document.slug != document.slug && std::ranges::find(out, edition) == out.end() && out.size() < most_citing_editions) out.push_back(std::move(edition));
    }
  }
  return out;
}

}  // namespace

size_t end_of(const Clauses& clauses, size_t at) {
  size_t end = at + 1;
  while (end < clauses.size() && clauses[end].clause.parent && *clauses[end].clause.parent >= at) ++end;
  return end;
}

ClauseHistory history_of(const Context& context, const PlacedClause& placed, const Clauses& clauses, size_t at) {
  auto editions = context.library.editions(context.viewer, placed.document.slug);  // newest first
  const auto own = static_cast<size_t>(std::ranges::find(editions, placed.edition.id, &corpus::Edition::id) - editions.begin());
  std::vector<Json> models(editions.size());
  ClauseHistory out{Json::array(), {placed}};
  if (own == editions.size()) return out;  // closed to this viewer between the two looks
  Follower follower(context, placed, editions);
  for (int step : {1, -1}) {
    Clauses here = clauses;
    size_t place = at;
    bool followed = true;
    for (size_t i = own; step > 0 ? i + 1 < editions.size() : i > 0; i += static_cast<size_t>(step)) {
      const size_t other = i + static_cast<size_t>(step), distance = step > 0 ? other - own : own - other;
      if (distance > most_editions) break;
      auto there = followed ? follower.next(here, place, i, step) : std::nullopt;
      Json model = edition_model(placed.document, editions[other]);
      model["later"] = step < 0;
      model["compared"] = there.has_value();
      model["changes"] = there ? there->changes : Json::array();
      model["audiences"] = there ? Json(narrower_audiences(there->clauses, there->at)) : Json::array();
      model["clause_url"] = model["title"] = "";
      followed = there.has_value();
      if (there) {
        const auto& clause = there->clauses[there->at].clause;
        model["clause_url"] = clause_url(placed.document.slug, editions[other].key, clause.path);
        if (clause.locator != placed.clause.locator) model["title"] = full_title_of(clause);
        out.counterparts.push_back({there->clauses[there->at].id, placed.document, editions[other], clause, {}});
        here = std::move(there->clauses);
        place = there->at;
      }
      models[other] = std::move(model);
    }
  }
  for (auto& model : models) {
    if (!model.is_null()) out.model.push_back(std::move(model));
  }
  return out;
}

Json plain_note_model(const Context& context, std::span<const PlacedClause> counterparts) {
  Json out = {{"lines", Json::array()}, {"own", false}, {"label", ""}, {"changed", false}, {"author", ""}, {"changed_at", ""}, {"revision", 0}, {"text", ""}};
  std::vector<int64_t> ids;
  for (const auto& placed : counterparts) ids.push_back(placed.id);
  auto notes = context.notes.of(context.viewer, ids);
  if (!notes.empty() && notes.front().clause_id == ids.front()) out["revision"] = notes.front().revision;
  auto first = std::ranges::find_if(notes, [](const corpus::Note& note) { return !note.text.empty(); });
  if (first == notes.end()) return out;
  const corpus::Note& note = *first;
  auto of = std::ranges::find(counterparts, note.clause_id, &PlacedClause::id);
  for (size_t at = 0; at <= note.text.size();) {
    size_t end = std::min(note.text.find('\n', at), note.text.size());
    if (end > at) out["lines"].push_back(note.text.substr(at, end - at));
    at = end + 1;
  }
  out["own"] = of == counterparts.begin();
  out["label"] = of->edition.label;
  out["changed"] = of->clause.text != counterparts.front().clause.text;
  out["author"] = note.author;
  out["changed_at"] = text::local_time(note.changed_at).substr(0, 10);
  if (out["own"]) out["text"] = note.text;
  return out;
}

Json citing_model(const Context& context, Reader& reader, const PlacedClause& placed, const Clauses& clauses, std::span<const std::vector<corpus::Mark>> marks, bool everywhere) {
  ByKind out;
  for (const auto& citing : context.library.cited_by(context.viewer, placed.id)) out.add(citing, "引用");
  std::vector<int64_t> ids;
  for (size_t at : corpus::citing(marks, placed.document, placed.edition, placed.clause.path)) ids.push_back(clauses[at].id);
  search::Searcher* searcher = everywhere ? reader.searcher_if_any() : nullptr;
  corpus::References references(context.library);
  for (const auto& [slug, key] : searcher ? naming(context, *searcher, placed.document) : std::vector<std::pair<std::string, std::string>>{}) {
    Clauses others = context.library.clauses(context.viewer, slug, key);
    auto document = context.library.document(context.viewer, slug);
    auto editions = context.library.editions(context.viewer, slug);
    auto edition = std::ranges::find(editions, key, &corpus::Edition::key);
    if (!document || edition == editions.end() || others.size() > most_citing_clauses) continue;
    auto found = references.marks(context.viewer, *document, *edition, others);
    for (size_t i = 0; i < others.size(); ++i) {
      if (leads_to(found[i], placed)) ids.push_back(others[i].id);
    }
  }
  for (const auto& one : context.library.clauses_by_id(context.viewer, ids)) out.add(one, "参照");
  return out.model();
}

Json likeness_model(const Context& context, search::Searcher& searcher, const PlacedClause& placed) {
  const Side side = side_of(placed.document.kind);
  auto corresponds = [&](const PlacedClause& other) {
    Side its = side_of(other.document.kind);
    return side != Side::neither && its != Side::neither && its != side;
  };
  ByKind corresponding;
  auto cited = context.library.citations(context.viewer, placed.id);
  for (auto& one : context.library.cited_by(context.viewer, placed.id)) cited.push_back(std::move(one));
  for (const auto& one : cited) {
    if (corresponds(one) && corresponding.size() < most_corresponding) corresponding.add(one, "引用");
  }
  Json similar = Json::array();
  for (const auto& one : alike(context, searcher, placed.id, most_alike)) {
    if (corresponds(one)) {
      if (corresponding.size() < most_corresponding) corresponding.add(one, "内容が近い");
    } else if (similar.size() < most_similar) {
      similar.push_back(alike_model(one));
    }
  }
  return {{"corresponding", corresponding.model()}, {"similar", similar}};
}

}  // namespace shirube::web
