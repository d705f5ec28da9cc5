#include "corpus/references.h"

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <unordered_set>

#include "corpus/term.h"
#include "corpus/trace.h"
#include "corpus/trace_step.h"
#include "text/utf8.h"

namespace shirube::corpus {

namespace {

std::vector<const Clause*> pointers(std::span<const StoredClause> clauses) {
  std::vector<const Clause*> out;
  out.reserve(clauses.size());
  for (const auto& stored : clauses) out.push_back(&stored.clause);
  return out;
}

/// Documents as one viewer finds them from one edition; each is read once.
class Shelf : public Documents {
 public:
  Shelf(const Library& library, const Viewer& viewer, const Document& document, const Edition& edition, const Places& own)
      : library_(library), viewer_(viewer), own_(own), day_(library.last_day(edition.id)) {
    volumes_.push_back({document, edition, {}, nullptr});
    for (size_t at = 0; at < own.size(); ++at) {
      for (auto& term : defined_terms(own[at].text)) {
        if (!term.meaning.empty()) names_[term.term].push_back({at, std::move(term.meaning), {}});
      }
    }
  }

  std::optional<Named> named(std::string_view words, const std::string& edition, size_t clause) override {
    for (size_t at : beginnings(words)) {
      std::string name(words.substr(at));
      if (auto defined = defined_name(name, edition, clause)) return Named{*defined, at, true};
      if (auto held = titled(name, edition)) return Named{*held, at, false};
    }
    return unheld(words);
  }

  void expect(std::string_view words) override {
    for (size_t at : beginnings(words)) expected_.emplace(words.substr(at));
  }

  const Places* places(size_t document) override {
    if (document == 0) return &own_;
    if (document >= volumes_.size()) return nullptr;
    Volume& volume = volumes_[document];
    if (!volume.places) {
      volume.clauses = library_.clauses(viewer_, volume.document.slug, volume.edition.key);
      volume.places = std::make_unique<Places>(pointers(volume.clauses));
    }
    return volume.places.get();
  }

  Target target(size_t document, size_t clause) {
    const auto& [held, edition, clauses, read] = volumes_[document];
    Target out{held.slug, edition.key, "", document == 0 ? "" : held.title};
    if (clause == none) return out;
    const Clause& place = (*places(document))[clause];
    out.path = place.path;
    out.name += (out.name.empty() || place.locator.empty() ? "" : " ") + place.locator;
    bool bracketed = place.heading.starts_with("（") || place.heading.starts_with("(");
    if (!place.heading.empty() && !place.label.empty()) out.name += bracketed ? place.heading : "（" + place.heading + "）";
    return out;
  }

 private:
  struct Volume {
    Document document;
    Edition edition;
    std::vector<StoredClause> clauses;
    std::unique_ptr<Places> places;
  };
  struct Name {
    size_t clause;
    std::string meaning;
    std::unordered_map<std::string, size_t> documents;  ///< by edition label
  };

  /// Where a name that words end with may begin: not within another word.
  static std::vector<size_t> beginnings(std::string_view words) {
    std::vector<size_t> out;
    bool boundary = true;
    for (size_t at = 0; at < words.size();) {
      if (boundary) out.push_back(at);
      auto [c, length] = text::code_point_at(words, at);
      at += length;
      boundary = !is_name_character(c) || words.substr(0, at).ends_with("当該") || words.substr(0, at).ends_with("現行") || c == U'各' || c == U'等';
    }
    return out;
  }

  /// 「番号法」: what this document calls another, as said last before.
  std::optional<size_t> defined_name(const std::string& name, const std::string& edition, size_t clause) {
    auto known = names_.find(name);
    if (known == names_.end()) return std::nullopt;
    Name* said = &known->second.front();
    for (Name& one : known->second) {
      if (one.clause <= clause) said = &one;
    }
    auto [document, fresh] = said->documents.try_emplace(edition, unknown);
    if (fresh) document->second = meant(said->meaning, edition);
    if (document->second == unknown && !ends_as_name(name) && !ends_as_name(said->meaning)) return std::nullopt;
    return document->second;
  }

  size_t meant(std::string_view meaning, const std::string& edition) {
    // What a change made of a text, or what stood before it, is in an edition that is not said.
    if (meaning.find("改正前の") != meaning.npos || meaning.find("改正後の") != meaning.npos) return unknown;
    return titled(std::string(meaning), edition).value_or(unknown);
  }

  /// The number of a document that is held, by its title.
  std::optional<size_t> titled(const std::string& name, const std::string& edition) {
    const Document& own = volumes_[0].document;
    if (!expected_.empty()) look_up();
    bool perhaps = held_.contains(name) || name == own.title || name == own.short_title;
    if (!perhaps || text::length_utf8(name) < 2) return std::nullopt;
    auto [known, fresh] = titles_.try_emplace(name + "\n" + edition);
    if (!fresh) return known->second;
    if (edition.empty() && (name == own.title || name == own.short_title)) return known->second = 0;
    auto found = library_.titled(viewer_, name, edition, day_);
    if (!found) return std::nullopt;
    for (size_t i = 0; i < volumes_.size(); ++i) {
      if (volumes_[i].edition.id == found->edition.id) return known->second = i;
    }
    volumes_.push_back({std::move(found->document), std::move(found->edition), {}, nullptr});
    return known->second = volumes_.size() - 1;
  }

  void look_up() {
    for (const auto& [term, names] : names_) {
      for (const auto& name : names) expected_.insert(name.meaning);
    }
    std::vector<std::string> names(expected_.begin(), expected_.end());
    expected_.clear();
    for (auto& name : library_.titles_among(viewer_, names)) held_.insert(std::move(name));
  }

  static bool ends_as_name(std::string_view words) {
    size_t begin = document_name(words);
    return begin != none;
  }

  /// Words that name a document by the look of them.
  static std::optional<Named> unheld(std::string_view words) {
    size_t begin = document_name(words);
    return begin == none ? std::nullopt : std::optional(Named{unknown, begin, false});
  }

  const Library& library_;
  const Viewer& viewer_;
  const Places& own_;
  std::string day_;
  std::vector<Volume> volumes_;
  std::unordered_map<std::string, std::vector<Name>> names_;
  std::unordered_map<std::string, std::optional<size_t>> titles_;
  std::unordered_set<std::string> expected_, held_;  ///< names to be looked up; those that are titles
};

bool overlap(const Mark& a, const Mark& b) { return a.in_heading == b.in_heading && a.begin < b.end && b.begin < a.end; }

/// Adds marks that lie apart from those that are there.
void add_apart(std::vector<Mark>& marks, std::vector<Mark> more) {
  size_t before = marks.size();
  for (auto& mark : more) {
    bool free = std::none_of(marks.begin(), marks.begin() + static_cast<std::ptrdiff_t>(before), [&](const Mark& other) { return overlap(mark, other); });
    if (free) marks.push_back(std::move(mark));
  }
}

std::vector<std::vector<Mark>> marks_of(const Places& places, Shelf& shelf) {
  auto references = trace(places, shelf);
  auto terms = scoped_terms(places, references);
  auto uses = term_uses(places, terms);
  std::vector<std::vector<Mark>> out(places.size());
  for (const auto& term : terms) {
    const std::string& note = term.defined.meaning.empty() ? term.defined.explanation : term.defined.meaning;
    out[term.clause].push_back({Mark::Kind::definition, Mark::Outcome::held, false, term.defined.begin, term.defined.end, {shelf.target(0, term.clause)}, note});
  }
  for (size_t at = 0; at < places.size(); ++at) {
    std::vector<Mark> found;
    for (auto& traced : references[at]) {
      Mark mark{Mark::Kind::reference, traced.outcome, traced.in_heading, traced.begin, traced.end, {}, std::move(traced.note)};
      if (traced.outcome != Mark::Outcome::not_held) {
        for (size_t clause : traced.clauses) mark.targets.push_back(shelf.target(traced.document, clause));
        if (traced.clauses.empty() && traced.outcome == Mark::Outcome::held) mark.targets.push_back(shelf.target(traced.document, none));
      }
      found.push_back(std::move(mark));
    }
    add_apart(out[at], std::move(found));
    std::vector<Mark> used;
    for (const auto& use : uses[at]) {
      const ScopedTerm& term = terms[use.term];
      const std::string& note = term.defined.meaning.empty() ? term.defined.explanation : term.defined.meaning;
      used.push_back({Mark::Kind::term, Mark::Outcome::held, use.in_heading, use.begin, use.end, {shelf.target(0, term.clause)}, note});
    }
    add_apart(out[at], std::move(used));
    std::ranges::stable_sort(out[at], [](const Mark& a, const Mark& b) { return std::pair(!a.in_heading, a.begin) < std::pair(!b.in_heading, b.begin); });
  }
  return out;
}

}  // namespace

std::vector<std::vector<Mark>> References::marks(const Viewer& viewer, const Document& document, const Edition& edition, std::span<const StoredClause> clauses) const {
  Places places(pointers(clauses));
  Shelf shelf(library_, viewer, document, edition, places);
  return marks_of(places, shelf);
}

std::vector<Dangling> References::dangling(const Viewer& viewer, const std::string& slug, const std::string& key) const {
  std::vector<Dangling> out;
  auto document = library_.document(viewer, slug);
  if (!document) return out;
  for (const auto& edition : library_.editions(viewer, slug)) {
    if (edition.key != key) continue;
    auto clauses = library_.clauses(viewer, slug, key);
    auto all = marks(viewer, *document, edition, clauses);
    for (size_t at = 0; at < clauses.size(); ++at) {
      for (auto& mark : all[at]) {
        if (mark.outcome != Mark::Outcome::missing && mark.outcome != Mark::Outcome::doubtful) continue;
        const Clause& clause = clauses[at].clause;
        const std::string& words = mark.in_heading ? clause.heading : clause.text;
        out.push_back({clause.path, clause.locator, words.substr(mark.begin, mark.end - mark.begin), std::move(mark)});
      }
    }
  }
  return out;
}

std::vector<size_t> citing(std::span<const std::vector<Mark>> marks, const Document& document, const Edition& edition, std::string_view path) {
  std::vector<size_t> out;
  for (size_t at = 0; at < marks.size(); ++at) {
    bool cites = std::ranges::any_of(marks[at], [&](const Mark& mark) {
      return mark.kind == Mark::Kind::reference && mark.outcome == Mark::Outcome::held && std::ranges::any_of(mark.targets, [&](const Target& target) {
        return target.path == path && target.slug == document.slug && target.key == edition.key;
      });
    });
    if (cites) out.push_back(at);
  }
  return out;
}

}  // namespace shirube::corpus
