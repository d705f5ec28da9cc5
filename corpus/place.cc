#include "corpus/place.h"

#include <algorithm>

#include "text/utf8.h"

namespace shirube::corpus {

namespace {

const std::vector<size_t> nothing;

std::string joined(std::string left, std::string_view right) {
  if (!left.empty() && !right.empty()) left += '-';
  return left.append(right);
}

/// The unit of a chapter and its like by the path that it ends with: p3-c2.
std::optional<Step::Unit> structure_of(const Clause& clause) {
  using enum Step::Unit;
  if (clause.kind > ClauseKind::subsection) return std::nullopt;
  constexpr std::pair<std::string_view, Step::Unit> units[] = {{"編", part}, {"章", chapter}, {"節", section}, {"款", subsection}, {"目", division}};
  for (const auto& [word, unit] : units) {
    if (clause.label.find(word) != clause.label.npos) return unit;
  }
  return std::nullopt;
}

/// The number that a path ends with; of a path that came twice the same.
std::string last_step(const std::string& path) {
  size_t dash = path.rfind('-');
  std::string step = dash == path.npos ? path : path.substr(dash + 1);
  return step.substr(0, step.find('~'));
}

}  // namespace

Places::Places(std::vector<const Clause*> clauses) : clauses_(std::move(clauses)), children_(clauses_.size()), ends_(clauses_.size()) {
  keys_.reserve(size());
  for (size_t at = 0; at < size(); ++at) {
    const Clause& clause = *clauses_[at];
    (clause.parent ? children_[*clause.parent] : tops_).push_back(at);
    paths_.emplace(clause.path, at);
    places_.push_back(written(at));
    if (!places_.back().empty()) by_place_.emplace(places_.back(), at);
    keys_.push_back(label_key(clause.label));
    if (!keys_.back().empty()) labelled_[keys_.back()].push_back(at);
    if (clause.kind == ClauseKind::article) articles_[enclosing(at, ClauseKind::annex)].push_back(at);
    if (clause.kind == ClauseKind::annex) annexes_.push_back(at);
    if (auto unit = structure_of(clause)) structures_[static_cast<size_t>(*unit)].push_back(at);
  }
  for (size_t at = size(); at-- > 0;) {
    ends_[at] = children_[at].empty() ? at + 1 : ends_[children_[at].back()];
  }
}

std::optional<size_t> Places::at_path(std::string_view path) const {
  auto found = paths_.find(path);
  return found == paths_.end() ? std::nullopt : std::optional(found->second);
}

/// annex/article/paragraph/item/point: what stands in the first paragraph of an article that is no clause of its own has its
/// number all the same.
std::string Places::written(size_t at) const {
  const Clause& clause = *clauses_[at];
  if (clause.kind == ClauseKind::annex) return clause.path;
  std::string number = last_step(clause.path);
  if (clause.kind == ClauseKind::article) {
    size_t annex = enclosing(at, ClauseKind::annex);
    return (annex == none ? "" : clauses_[annex]->path) + "/" + number;
  }
  size_t above = parent(at);
  if (above == none || places_[above].empty()) return "";
  bool of_article = clauses_[above]->kind == ClauseKind::article, of_annex = clauses_[above]->kind == ClauseKind::annex;
  if (clause.kind == ClauseKind::paragraph) return places_[above] + (of_annex ? "//" : "/") + number;
  return places_[above] + (of_article ? "/1/" : of_annex ? "//1/" : "/") + number;
}

std::optional<size_t> Places::find(const Place& place) const {
  if (place.article.empty() && place.root.empty()) return std::nullopt;
  std::string written = place.article.empty() ? place.root : place.root + "/" + place.article;
  auto at = [&](const std::string& words) {
    auto found = by_place_.find(words);
    return found == by_place_.end() ? std::nullopt : std::optional(found->second);
  };
  if (place.paragraph.empty() && place.item.empty()) return at(written);
  std::string paragraph = written + (place.article.empty() ? "//" : "/") + (place.paragraph.empty() ? "1" : place.paragraph);
  if (place.item.empty()) {
    auto found = at(paragraph);
    return !found && place.paragraph == "1" ? at(written) : found;
  }
  std::string points = place.points;
  std::ranges::replace(points, '-', '/');
  return at(paragraph + "/" + place.item + (points.empty() ? "" : "/" + points));
}

Place Places::place_of(size_t at) const {
  Place place;
  if (size_t annex = enclosing(at, ClauseKind::annex); annex != none) place.root = clauses_[annex]->path;
  if (size_t article = enclosing(at, ClauseKind::article); article != none) place.article = last_step(clauses_[article]->path);
  if (size_t paragraph = enclosing(at, ClauseKind::paragraph); paragraph != none) place.paragraph = last_step(clauses_[paragraph]->path);
  else if (!place.article.empty()) place.paragraph = "1";
  if (size_t item = enclosing(at, ClauseKind::item); item != none && (!place.article.empty() || !place.root.empty())) {
    place.item = last_step(clauses_[item]->path);
    for (size_t point = at; point != item && point != none; point = parent(point)) place.points = joined(last_step(clauses_[point]->path), place.points);
  }
  return place;
}

size_t Places::enclosing(size_t at, ClauseKind kind) const {
  while (at != none && clauses_[at]->kind != kind) at = parent(at);
  return at;
}

const std::vector<size_t>& Places::articles(size_t annex) const {
  auto found = articles_.find(annex);
  return found == articles_.end() ? nothing : found->second;
}

std::optional<size_t> Places::annex(std::string_view step) const {
  if (auto found = at_path(step)) return found;
  bool numbered = !step.empty() && step.back() >= '0' && step.back() <= '9';
  for (size_t at : annexes_) {
    std::string_view path = clauses_[at]->path;
    size_t dash = path.rfind('-');
    if (dash != path.npos) path.remove_prefix(dash + 1);
    if (path == step) return at;
    bool number_of_it = !numbered && path.starts_with(step) && path.size() > step.size() && path[step.size()] >= '0' && path[step.size()] <= '9';
    if (number_of_it) return at;
  }
  return std::nullopt;
}

const std::vector<size_t>& Places::labelled(const std::string& key) const {
  auto found = labelled_.find(key);
  return found == labelled_.end() ? nothing : found->second;
}

std::optional<size_t> Places::child(size_t at, const std::string& key) const {
  for (size_t one : children(at)) {
    if (keys_[one] == key) return one;
  }
  // A heading without a number is no step.
  for (size_t one : children(at)) {
    if (!keys_[one].empty() || clauses_[one]->kind == ClauseKind::preamble) continue;
    for (size_t below : children_[one]) {
      if (keys_[below] == key) return below;
    }
  }
  return std::nullopt;
}

/// Whether what stands below a clause is not cut as finely as this label goes: none of its kind is there.
bool Places::is_uncut(size_t at, const std::string& key) const {
  auto style = [](const std::string& label) -> int {
    char32_t c = label.empty() ? 0 : text::code_point_at(label, 0).value;
    char32_t inner = c == '(' && label.size() > 1 ? text::code_point_at(label, 1).value : 0;
    return inner >= '0' && inner <= '9' ? 1 : inner != 0 ? 10 + text::is_katakana(inner) : c >= '0' && c <= '9' ? 2 : c >= 0x2460 && c <= 0x2473 ? 3 : text::is_katakana(c) ? 4 : text::is_latin(c) ? 5 : 6;
  };
  return std::ranges::none_of(children(at), [&](size_t one) { return !keys_[one].empty() && style(keys_[one]) == style(key); });
}

std::optional<Places::Labelled> Places::find_labels(size_t from, const std::vector<Step>& steps, bool below) const {
  std::optional<size_t> found;
  for (size_t at = from;; at = parent(at)) {
    found = child(at, steps[0].number);
    if (found || at == none || below) break;
  }
  // 3-1-2 and 6.1 are numbered through the whole.
  bool through = steps[0].number.find_first_of(".-") != std::string::npos;
  if (!found && through && !labelled(steps[0].number).empty()) found = labelled(steps[0].number).front();
  if (!found) return std::nullopt;
  for (size_t i = 1; i < steps.size(); ++i) {
    auto next = child(*found, steps[i].number);
    if (next) found = next;
    else if (!is_uncut(*found, steps[i].number)) return Labelled{*found, false};
  }
  return Labelled{*found, true};
}

}  // namespace shirube::corpus
