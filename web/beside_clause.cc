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
constexpr size_t most_parts = 60, most_citing_clauses = 2000, most_naming = 200;
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

/// Words between changes, of which only those beside the changes are shown where they are many.
std::string around(std::string_view words, bool behind_change, bool before_change) {
  constexpr size_t edge = 120;  // bytes
  if (words.size() <= 3 * edge) return std::string(words);
  std::string out(behind_change ? text::clamp_utf8(words, edge) : std::string_view());
  size_t from = words.size() - edge;
  while ((static_cast<unsigned char>(words[from]) & 0xC0) == 0x80) ++from;
  return out + " … " + std::string(before_change ? words.substr(from) : std::string_view());
}

/// What of a clause the later of two editions changed, and the words around: [{text, removed, added}]; empty where nothing was.
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
    add(around(after.substr(at, change.after.begin - at), at > 0, true), false, false);
    add(before.substr(change.before.begin, change.before.end - change.before.begin), true, false);
    add(after.substr(change.after.begin, change.after.end - change.after.begin), false, true);
    at = change.after.end;
  }
  add(around(after.substr(at), true, false), false, false);
  return out;
}

/// Follows a clause from edition to edition. Where one lacks it, the edition beyond is asked for the last that was found.
class Follower {
 public:
  Follower(const Context& context, const PlacedClause& placed, const std::vector<corpus::Edition>& editions) : context_(context), placed_(placed), editions_(editions) {}

  /// The clause at `at` of an edition in the one beside it (`step` -1: newer, 1: older), and what was changed between.
  struct Place {
    Clauses clauses;
    size_t at = 0;
    Json changes;
    std::string words;  ///< of the clause and all below it
    bool too_long = false;  ///< it was changed, and `changes` does not say how
  };
  /// Whether there is a counterpart, as far as was looked.
  enum class Seen { found, absent, not_looked };
  /// The counterpart of the clause at `at` of `clauses` in another edition, older or `newer`, and what was changed between.
  std::pair<Seen, std::optional<Place>> find(const Clauses& clauses, size_t at, size_t edition, bool newer) {
    if (compared_ > most_compared) return {Seen::not_looked, std::nullopt};
    Clauses other = context_.library.clauses(context_.viewer, placed_.document.slug, editions_[edition].key);
    compared_ += clauses.size() + other.size();
    if (compared_ > most_compared) return {Seen::not_looked, std::nullopt};
    auto rows = newer ? context_.comparisons.of(clauses, other) : context_.comparisons.of(other, clauses);
    auto row = std::ranges::find_if(*rows, [&](const auto& one) { return (newer ? one.before : one.after) == at; });
    auto there = row == rows->end() ? std::nullopt : newer ? row->after : row->before;
    if (!there) return {Seen::absent, std::nullopt};
    std::string own = whole_text(clauses, at), its = whole_text(other, *there);
    // A chapter through many editions is for the pages of comparison.
    Json changes = Json::array();
    const bool differs = own != its, shown = differs && own.size() + its.size() <= most_shown - shown_;
    if (shown) {
      shown_ += own.size() + its.size();
      changes = newer ? changes_model(own, its) : changes_model(its, own);
    }
    return {Seen::found, Place{std::move(other), *there, std::move(changes), std::move(its), differs && !shown}};
  }

 private:
  const Context& context_;
  const PlacedClause& placed_;
  const std::vector<corpus::Edition>& editions_;
  static constexpr size_t most_shown = 60'000;  // bytes that are held against each other for one page
  size_t compared_ = 0, shown_ = 0;
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

/// To one of these places of the edition.
bool leads_to(const std::vector<corpus::Mark>& marks, const PlacedClause& placed, const std::set<std::string>& paths) {
  return std::ranges::any_of(marks, [&](const corpus::Mark& mark) {
    bool leads = mark.kind == corpus::Mark::Kind::reference && mark.outcome == corpus::Mark::Outcome::held;
    return leads && std::ranges::any_of(mark.targets, [&](const corpus::Target& target) {
      return target.slug == placed.document.slug && target.key == placed.edition.key && paths.contains(target.path);
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
  ClauseHistory out{Json::array(), {placed}, {whole_text(clauses, at)}};
  if (own == editions.size()) return out;  // closed to this viewer between the two looks
  Follower follower(context, placed, editions);
  for (int step : {1, -1}) {
    Clauses here = clauses;
    size_t place = at, from = own;
    for (size_t i = own; step > 0 ? i + 1 < editions.size() : i > 0; i += static_cast<size_t>(step)) {
      const size_t other = i + static_cast<size_t>(step), distance = step > 0 ? other - own : own - other;
      if (distance > most_editions) break;
      auto [seen, there] = follower.find(here, place, other, step < 0);
      Json model = edition_model(placed.document, editions[other]);
      model["later"] = step < 0;
      model["compared"] = there.has_value();
      model["too_long"] = there && there->too_long;
      model["absent"] = seen == Follower::Seen::absent;
      model["changes_url"] = step > 0 ? changes_url(placed.document.slug, editions[from].key, editions[other].key) : changes_url(placed.document.slug, editions[other].key, editions[from].key);
      model["edition_url"] = edition_url(placed.document.slug, editions[other].key);
      model["changes"] = there ? there->changes : Json::array();
      model["audiences"] = there ? Json(narrower_audiences(there->clauses, there->at)) : Json::array();
      model["clause_url"] = model["title"] = "";
      if (there) {
        const auto& clause = there->clauses[there->at].clause;
        model["clause_url"] = clause_url(placed.document.slug, editions[other].key, clause.path);
        if (clause.locator != placed.clause.locator) model["title"] = full_title_of(clause);
        out.counterparts.push_back({there->clauses[there->at].id, placed.document, editions[other], clause, {}});
        out.words.push_back(std::move(there->words));
        here = std::move(there->clauses);
        place = there->at;
        from = other;
      }
      models[other] = std::move(model);
    }
  }
  for (auto& model : models) {
    if (!model.is_null()) out.model.push_back(std::move(model));
  }
  return out;
}

Json plain_note_model(const Context& context, const ClauseHistory& history) {
  const auto& counterparts = history.counterparts;
  Json out = {{"lines", Json::array()}, {"own", false}, {"label", ""}, {"changed", false}, {"changed_at", ""}, {"revision", 0}, {"text", ""}};
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
  out["changed"] = history.words[static_cast<size_t>(of - counterparts.begin())] != history.words.front();
  out["changed_at"] = text::local_time(note.changed_at).substr(0, 10);
  if (out["own"]) out["text"] = note.text;
  return out;
}

Json citing_model(const Context& context, Reader& reader, const PlacedClause& placed, const Clauses& clauses, std::span<const std::vector<corpus::Mark>> marks, bool everywhere) {
  ByKind out;
  // Who speaks of a part of it speaks of it.
  const size_t at = static_cast<size_t>(std::ranges::find(clauses, placed.id, &corpus::StoredClause::id) - clauses.begin()), end = end_of(clauses, at);
  auto how = [&](std::string_view what, size_t part) { return part == at ? std::string(what) : fmt::format("{}（{}）", what, clauses[part].clause.locator); };
  std::vector<std::pair<int64_t, std::string>> ids;
  std::set<std::string> paths;
  for (size_t part = at; part < end && part - at < most_parts; ++part) {
    paths.insert(clauses[part].clause.path);
    for (const auto& citing : context.library.cited_by(context.viewer, clauses[part].id)) out.add(citing, how("引用", part));
    for (size_t from : corpus::citing(marks, placed.document, placed.edition, clauses[part].clause.path)) {
      if (from < at || from >= end) ids.emplace_back(clauses[from].id, how("参照", part));
    }
  }
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
      if (leads_to(found[i], placed, paths)) ids.emplace_back(others[i].id, "参照");
    }
  }
  std::vector<int64_t> numbers;
  for (const auto& [id, said] : ids) numbers.push_back(id);
  for (const auto& one : context.library.clauses_by_id(context.viewer, numbers)) {
    out.add(one, std::ranges::find(ids, one.id, &std::pair<int64_t, std::string>::first)->second);
  }
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
