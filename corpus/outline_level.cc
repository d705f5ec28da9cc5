#include "corpus/outline_level.h"

#include <algorithm>
#include <cmath>

namespace shirube::corpus {
namespace {

constexpr size_t kMemory = 200;  ///< how many clauses back a list can be taken up again
constexpr size_t kDeepest = 32;  ///< nothing printed nests deeper; keeps the time linear

bool is_annex(const Family& f) { return f.core == Core::annex || f.core == Core::supplement; }

/// 編 to 条 and annexes: what no list of another family closes.
bool is_frame(const Family& f) { return legal_rank(f.core) > 0 || is_annex(f); }

bool looks_alike(const Levels::Entry& e, const Row& row) {
  bool indent = e.indent < 0 || row.indent < 0 || std::abs(e.indent - row.indent) < 0.8;
  return indent && e.bold == row.bold && std::abs(e.size - row.size) < 0.06;
}

bool starts_list(const Marker& m) { return m.number.size() == 1 && m.number[0] <= 1; }

/// How far a list may jump and still be the same list: lines are lost in conversion.
int tolerated_gap(const Marker& m, const Row& row, bool legal) {
  if (row.heading) return 20;
  if (legal && m.family.shell == Shell::bare && (m.family.core == Core::kanji || m.family.core == Core::digits)) return 1000;
  if (m.family.core == Core::ordinal) return 1000;
  if (m.doubtful) return 0;
  if (m.family.shell == Shell::bare && m.family.core == Core::digits) return m.gap == Gap::wide ? 2 : 0;
  bool letters = m.family.core == Core::aiueo || m.family.core == Core::iroha || m.family.core == Core::latin_lower || m.family.core == Core::latin_upper;
  return letters ? 1 : 3;
}

}  // namespace

std::optional<size_t> Levels::innermost(const Family& family) const {
  for (size_t i = stack_.size(); i-- > 0;)
    if (stack_[i].family == family) return i;
  return {};
}

std::optional<Levels::Place> Levels::find_fixed(const Marker& marker) const {
  if (is_annex(marker.family)) return Place{0, Fit::fixed};
  int rank = legal_rank(marker.family.core);
  if (!rank) return {};
  size_t keep = 0;
  for (size_t i = 0; i < stack_.size(); ++i) {
    int r = legal_rank(stack_[i].family.core);
    if (is_annex(stack_[i].family) || (r && r < rank)) keep = i + 1;
  }
  return Place{keep, Fit::fixed};
}

std::optional<Levels::Place> Levels::find_decimal(const Marker& marker, const Row& row) const {
  auto& n = marker.number;
  const std::vector<int> prefix(n.begin(), n.end() - 1);
  for (size_t i = stack_.size(); i-- > 0;) {
    auto& e = stack_[i];
    if (e.family.core == Core::decimal && e.last.size() == n.size() && e.last < n) {
      bool same = std::equal(prefix.begin(), prefix.end(), e.last.begin());
      if (same && n.back() <= e.last.back() + 3) return Place{i, follows(e.last, n) ? Fit::follows : Fit::skips};
      // 1.3 → 2.1 where chapters have no line of their own.
      if (!same && n.back() <= 1 && follows({e.last[0]}, {n[0]}) && !innermost({Core::digits, Shell::bare, 0})) return Place{i, Fit::opens};
    }
    bool numeric = e.family.core == Core::decimal || e.family.core == Core::digits || e.family.core == Core::chapter || e.family.core == Core::ordinal ||
                   e.family.core == Core::part || e.family.core == Core::roman || e.family.core == Core::section;
    if (numeric && e.last == prefix && n.back() <= 3) return Place{i + 1, n.back() <= 1 ? Fit::opens : Fit::skips};
  }
  if (marker.gap == Gap::none || marker.doubtful) return {};
  bool alone = std::none_of(stack_.begin(), stack_.end(), [](auto& e) { return e.family.core == Core::decimal; });
  if (alone && n.back() <= 1) return find_first(marker, Row{}, false);
  if (!row.stands_out) return {};
  // Its own level is lost: it goes beside the first of its length, or below the last that is shorter.
  for (size_t i = 0; i < stack_.size(); ++i)
    if (stack_[i].family.core == Core::decimal && stack_[i].last.size() >= n.size()) return Place{i, Fit::skips};
  return find_first(marker, row, false);
}

Levels::Place Levels::find_first(const Marker& marker, const Row& row, bool legal) const {
  auto& family = marker.family;
  auto open = innermost(family);
  bool top_level = family.core == Core::digits && (family.shell == Shell::bare || family.shell == Shell::dot);
  // Items of laws do not nest in themselves; old paragraphs without number part two lists of them.
  if (open && legal && family.core == Core::kanji && family.shell == Shell::bare) return {*open, Fit::opens};
  size_t keep = stack_.size(), least = open ? *open + 1 : 0;
  if (open && *open + 1 == keep && (stack_.back().plain || !stack_.back().has_body || (!row.font.empty() && !stack_.back().face))) return {*open, Fit::opens};  // the list starts again
  if (!open)
    for (size_t i = 0; i < stack_.size(); ++i)
      if (!is_frame(stack_[i].family) && stood_above(family, stack_[i].family) && !stood_above(stack_[i].family, family)) {
        keep = i;
        break;
      }
  // 0.3.2 → 1: the first part of a decimal stands above it.
  for (size_t i = 0; i < keep && top_level; ++i)
    if (stack_[i].family.core == Core::decimal && stack_[i].last[0] + 1 == marker.number[0]) keep = i;
  bool strong = !open && (family.core == Core::ordinal || (family.core == Core::roman && family.shell == Shell::bare));
  while (keep > least) {
    auto& e = stack_[keep - 1];
    // A heading that looks as this numbered one does is on its level.
    bool alike = e.family.core == Core::style && row.stands_out && e.face == row.face && (top_level || family.core == Core::decimal || family.core == Core::roman || family.core == Core::ordinal);
    if (!alike && (is_frame(e.family) || e.family.core == Core::style)) break;
    // Text files are set in at will; print is not.
    bool outside = !row.font.empty() && row.indent >= 0 && e.indent >= 0 && row.indent < e.indent - 0.7;
    if (!outside && !strong && !alike) break;
    --keep;
  }
  return {keep, Fit::opens};
}

std::optional<Levels::Place> Levels::find_open(const Marker& marker, const Row& row, bool legal) const {
  std::optional<size_t> found;
  for (size_t i = stack_.size(); i-- > 0;) {
    auto& e = stack_[i];
    if (e.family != marker.family || !follows(e.last, marker.number)) continue;
    if (!found) found = i;
    if (looks_alike(e, row)) {
      found = i;
      break;
    }
  }
  if (found) return Place{*found, Fit::follows};
  if (starts_list(marker)) return {};
  for (size_t i = stack_.size(); i-- > 0;) {
    auto& e = stack_[i];
    if (e.family != marker.family || !(e.last < marker.number)) continue;
    if (marker.number[0] - e.last[0] <= 1 + tolerated_gap(marker, row, legal)) return Place{i, Fit::skips};
  }
  return {};
}

std::optional<Levels::Place> Levels::find(const Marker& marker, const Row& row, bool legal) const {
  auto place = find_any(marker, row, legal);
  if (place) place->keep = std::min(place->keep, kDeepest);
  return place;
}

std::optional<Levels::Place> Levels::find_any(const Marker& marker, const Row& row, bool legal) const {
  if (auto fixed = find_fixed(marker)) return fixed;
  if (marker.family.core == Core::decimal) return find_decimal(marker, row);
  if (auto open = find_open(marker, row, legal)) return open;
  if (starts_list(marker)) return find_first(marker, row, legal);
  if (marker.family.core == Core::ordinal && !marker.doubtful) return find_first(marker, row, legal);
  // Abridged supplements print only some of their paragraphs and items.
  bool numbered = marker.family.shell == Shell::bare && (marker.family.core == Core::digits || marker.family.core == Core::kanji);
  if (legal && numbered && marker.gap == Gap::wide && !marker.doubtful && !stack_.empty()) {
    size_t keep = stack_.size();
    while (keep > 0 && !is_frame(stack_[keep - 1].family) && !(marker.family.core == Core::kanji && stack_[keep - 1].family.core == Core::digits)) --keep;
    if (keep > 0) return Place{keep, Fit::skips};
  }
  return find_closed(marker);
}

/// A list that was taken for closed goes on after all, if the clause above it is still open.
std::optional<Levels::Place> Levels::find_closed(const Marker& marker) const {
  size_t oldest = placed_.size() > kMemory ? placed_.size() - kMemory : 0;
  for (size_t i = placed_.size(); i-- > oldest;) {
    auto& p = placed_[i];
    if (p.family != marker.family || !follows(p.last, marker.number)) continue;
    if (!p.parent) return Place{0, Fit::skips};
    for (size_t k = 0; k < stack_.size(); ++k)
      if (stack_[k].node == *p.parent && !stack_[k].implied) return Place{k + 1, Fit::skips};
    return {};
  }
  return {};
}

Levels::Place Levels::find_heading(const Family& style, const Row& row) const {
  bool by_face = style.style == row.face;
  // Without a sign of its own a heading goes below the numbered heading it stands under, if that is
  // not the smaller one; below chapters of its very look it stands beside them.
  size_t least = 0;
  for (size_t i = 0; i < stack_.size() && by_face; ++i) {
    auto& e = stack_[i];
    if (e.family.core == Core::style || e.plain || e.size < row.size - 0.04 || (!e.face && !is_frame(e.family))) continue;
    if (legal_rank(e.family.core) && row.size > 1.1 && std::abs(e.size - row.size) < 0.04 && e.bold == row.bold) return {i, Fit::follows};
    least = i + 1;
  }
  if (auto open = innermost(style); open && *open >= least) return {*open, Fit::follows};
  size_t keep = stack_.size();
  for (size_t i = least; i < stack_.size(); ++i)
    if (!is_frame(stack_[i].family) && stood_above(style, stack_[i].family) && !stood_above(stack_[i].family, style)) {
      keep = i;
      break;
    }
  while (keep > least && stack_[keep - 1].plain && !is_frame(stack_[keep - 1].family)) --keep;
  return {std::min(keep, kDeepest), Fit::opens};
}

void Levels::open(const Place& place, Entry entry) {
  stack_.resize(std::min(place.keep, stack_.size()));
  for (auto& e : stack_)
    if (e.family != entry.family) above_.insert({e.family, entry.family});
  if (!entry.implied) placed_.push_back({entry.family, entry.last, stack_.empty() ? std::nullopt : std::optional(stack_.back().node)});
  stack_.push_back(std::move(entry));
}

}  // namespace shirube::corpus
