#include "corpus/comparison.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <unordered_map>

#include "corpus/sketch.h"
#include "text/normalize.h"
#include "text/utf8.h"

namespace shirube::corpus {

namespace {

constexpr size_t most_prints = 48;          // of a clause with all below it
constexpr size_t most_pairs = 60'000;       // of brothers that are held against each other one by one
constexpr double least_alike = 0.30;        // among brothers
constexpr double least_alike_afar = 0.60;   // in another place
constexpr size_t least_prints_afar = 8;     // shorter ones are alike by chance
constexpr double heading_counts = 0.25, label_counts = 0.10;

constexpr size_t nowhere = static_cast<size_t>(-1);

std::string without_spaces(std::string_view s) {
  std::string out;
  for (char32_t c : text::to_utf32(text::fold(s))) {
    if (!text::is_space(c) && c != '\n') text::append_utf8(out, c);
  }
  return out;
}

/// The smallest hashes of the pairs of characters, a fair sample of them.
using Prints = std::vector<uint64_t>;

void keep_smallest(Prints& prints) {
  std::ranges::sort(prints);
  prints.erase(std::unique(prints.begin(), prints.end()), prints.end());
  prints.resize(std::min(prints.size(), most_prints));
}

Prints prints_of(std::string_view words) {
  Prints prints;
  char32_t last = 0;
  for (char32_t c : text::to_utf32(words)) {
    prints.push_back(mixed_hash((static_cast<uint64_t>(last) << 32 | c) + 0x9e3779b97f4a7c15ULL));
    last = c;
  }
  keep_smallest(prints);
  return prints;
}

double share(const Prints& a, const Prints& b) { return a.empty() && b.empty() ? 1 : shared_sample<uint64_t>(a, b, most_prints); }

/// An edition as it is compared.
struct Side {
  std::vector<std::string> label, heading, words;  ///< folded; `words` with the heading in front
  std::vector<Prints> own, whole;                  ///< of the clause alone, and with all below it
  std::vector<std::vector<size_t>> children;       ///< the last list is of those that stand under none
  std::span<const Clause> clauses;

  explicit Side(std::span<const Clause> of) : children(of.size() + 1), clauses(of) {
    for (size_t i = 0; i < of.size(); ++i) {
      label.push_back(without_spaces(of[i].label));
      heading.push_back(without_spaces(of[i].heading));
      words.push_back(heading.back() + "\n" + without_spaces(of[i].text));
      own.push_back(prints_of(words.back()));
      children[of[i].parent.value_or(of.size())].push_back(i);
    }
    whole = own;
    for (size_t i = of.size(); i-- > 0;) {
      if (!of[i].parent) continue;
      Prints& above = whole[*of[i].parent];
      above.insert(above.end(), whole[i].begin(), whole[i].end());
      keep_smallest(above);
    }
  }

  size_t size() const { return clauses.size(); }
};

class Matching {
 public:
  Matching(const Side& before, const Side& after) : a_(before), b_(after), to_after_(before.size(), nowhere), to_before_(after.size(), nowhere) {
    descend(a_.size(), b_.size());
    match_afar();
  }

  std::vector<Compared> rows() const {
    // What was removed goes behind the counterpart of the clause before it.
    std::vector<std::vector<size_t>> removed(b_.size() + 1);
    size_t behind = 0;
    for (size_t i = 0; i < a_.size(); ++i) {
      if (to_after_[i] == nowhere) removed[behind].push_back(i);
      else if (!elsewhere(i)) behind = to_after_[i] + 1;
    }
    std::vector<Compared> out;
    for (size_t k = 0; k <= b_.size(); ++k) {
      for (size_t i : removed[k]) out.push_back({Fate::removed, i, std::nullopt});
      if (k == b_.size()) break;
      size_t i = to_before_[k];
      if (i == nowhere) out.push_back({Fate::added, std::nullopt, k});
      else out.push_back({a_.words[i] == b_.words[k] ? Fate::same : Fate::changed, i, k, a_.label[i] != b_.label[k] || elsewhere(i)});
    }
    return out;
  }

 private:
  using List = std::span<const size_t>;

  void pair(size_t i, size_t k) {
    to_after_[i] = k;
    to_before_[k] = i;
  }

  /// Under a clause that is not the counterpart of the one it stood under.
  bool elsewhere(size_t i) const {
    auto above = a_.clauses[i].parent, above_now = b_.clauses[to_after_[i]].parent;
    if (!above || !above_now) return above.has_value() != above_now.has_value();
    return to_after_[*above] != *above_now;
  }

  double alike(size_t i, size_t k) const {
    if (a_.clauses[i].kind != b_.clauses[k].kind) return 0;
    double sum = share(a_.whole[i], b_.whole[k]);
    if (!a_.heading[i].empty() && a_.heading[i] == b_.heading[k]) sum += heading_counts;
    if (sum > 0 && !a_.label[i].empty() && a_.label[i] == b_.label[k]) sum += label_counts;
    return sum;
  }

  bool is_whole_same(size_t i, size_t k) const {
    return a_.words[i] == b_.words[k] && a_.whole[i] == b_.whole[k] && a_.children[i].size() == b_.children[k].size();
  }

  /// The children of two counterparts, and theirs.
  void descend(size_t above_before, size_t above_after) {
    std::vector<std::pair<size_t, size_t>> waiting = {{above_before, above_after}};
    while (!waiting.empty()) {
      auto [i, k] = waiting.back();
      waiting.pop_back();
      std::vector<size_t> left, right;  // some may have a counterpart elsewhere
      std::ranges::copy_if(a_.children[i], std::back_inserter(left), [&](size_t child) { return to_after_[child] == nowhere; });
      std::ranges::copy_if(b_.children[k], std::back_inserter(right), [&](size_t child) { return to_before_[child] == nowhere; });
      align(left, right);
      for (size_t child : left) {
        if (to_after_[child] != nowhere) waiting.emplace_back(child, to_after_[child]);
      }
    }
  }

  /// Brothers in order: first from both ends those that are the same, then the best by sum, then those between with one label.
  void align(List a, List b) {
    while (!a.empty() && !b.empty() && is_whole_same(a.front(), b.front())) pair(a.front(), b.front()), a = a.subspan(1), b = b.subspan(1);
    while (!a.empty() && !b.empty() && is_whole_same(a.back(), b.back())) pair(a.back(), b.back()), a = a.first(a.size() - 1), b = b.first(b.size() - 1);
    if (a.empty() || b.empty()) return;
    if (a.size() * b.size() > most_pairs) align_apart(a, b);
    else align_closely(a, b);
  }

  void align_closely(List a, List b) {
    size_t n = a.size(), m = b.size();
    std::vector<double> alike_of(n * m), best((n + 1) * (m + 1), 0);
    for (size_t i = 0; i < n; ++i) {
      for (size_t k = 0; k < m; ++k) alike_of[i * m + k] = alike(a[i], b[k]);
    }
    auto at = [&](size_t i, size_t k) -> double& { return best[i * (m + 1) + k]; };
    auto taken = [&](size_t i, size_t k) { return alike_of[i * m + k] >= least_alike ? at(i + 1, k + 1) + alike_of[i * m + k] : -1; };
    for (size_t i = n; i-- > 0;) {
      for (size_t k = m; k-- > 0;) at(i, k) = std::max({at(i + 1, k), at(i, k + 1), taken(i, k)});
    }
    size_t from_i = 0, from_k = 0, i = 0, k = 0;
    while (i < n && k < m) {
      if (taken(i, k) >= at(i, k)) {
        pair_by_label(a.subspan(from_i, i - from_i), b.subspan(from_k, k - from_k));
        pair(a[i++], b[k++]);
        from_i = i, from_k = k;
      } else if (at(i + 1, k) >= at(i, k + 1)) {
        ++i;
      } else {
        ++k;
      }
    }
    pair_by_label(a.subspan(from_i), b.subspan(from_k));
  }

  /// Too many for all pairs: what is the same and in order parts them into smaller lists.
  void align_apart(List a, List b) {
    std::unordered_map<std::string, size_t> once;  // place in b; nowhere when it comes twice
    for (size_t k = 0; k < b.size(); ++k) {
      auto [at, is_new] = once.emplace(b_.words[b[k]], k);
      if (!is_new) at->second = nowhere;
    }
    std::unordered_map<std::string, size_t> times;
    for (size_t i : a) ++times[a_.words[i]];
    // The longest run of rising places (patience sorting).
    std::vector<std::pair<size_t, size_t>> same;
    for (size_t i = 0; i < a.size(); ++i) {
      auto found = once.find(a_.words[a[i]]);
      if (found != once.end() && found->second != nowhere && times[a_.words[a[i]]] == 1) same.emplace_back(i, found->second);
    }
    std::vector<size_t> tops, before(same.size(), nowhere);
    for (size_t x = 0; x < same.size(); ++x) {
      auto pile = std::ranges::lower_bound(tops, same[x].second, {}, [&](size_t top) { return same[top].second; });
      if (pile != tops.begin()) before[x] = *(pile - 1);
      if (pile == tops.end()) tops.push_back(x);
      else *pile = x;
    }
    std::vector<std::pair<size_t, size_t>> run;
    for (size_t x = tops.empty() ? nowhere : tops.back(); x != nowhere; x = before[x]) run.push_back(same[x]);
    std::ranges::reverse(run);
    if (run.empty()) return pair_by_label(a, b);
    size_t from_i = 0, from_k = 0;
    for (auto [i, k] : run) {
      align(a.subspan(from_i, i - from_i), b.subspan(from_k, k - from_k));
      pair(a[i], b[k]);
      from_i = i + 1, from_k = k + 1;
    }
    align(a.subspan(from_i), b.subspan(from_k));
  }

  void pair_by_label(List a, List b) {
    std::unordered_map<std::string, size_t> labels;
    for (size_t k : b) {
      if (!b_.label[k].empty()) labels.try_emplace(b_.label[k], k);
    }
    size_t last = nowhere;
    for (size_t i : a) {
      auto found = labels.find(a_.label[i]);
      if (found == labels.end() || a_.clauses[i].kind != b_.clauses[found->second].kind) continue;
      if (last != nowhere && found->second <= last) continue;
      last = found->second;
      pair(i, last);
    }
  }

  /// What is left, wherever it stands now.
  void match_afar() {
    std::unordered_map<uint64_t, std::vector<size_t>> holders;  // of a print, in `after`
    for (size_t k = 0; k < b_.size(); ++k) {
      if (to_before_[k] != nowhere || b_.own[k].size() < least_prints_afar) continue;
      for (uint64_t print : b_.own[k]) holders[print].push_back(k);
    }
    for (size_t i = 0; i < a_.size(); ++i) {
      if (to_after_[i] != nowhere || a_.own[i].size() < least_prints_afar) continue;
      std::unordered_map<size_t, size_t> met;
      for (uint64_t print : a_.own[i]) {
        auto found = holders.find(print);
        if (found == holders.end() || found->second.size() > most_prints) continue;  // in many: says nothing
        for (size_t k : found->second) ++met[k];
      }
      size_t best = nowhere;
      double best_share = least_alike_afar;
      for (auto [k, count] : met) {
        if (to_before_[k] != nowhere || 4 * count < a_.own[i].size()) continue;
        double s = share(a_.own[i], b_.own[k]);
        if (s > best_share || (s == best_share && k < best)) best_share = s, best = k;
      }
      if (best == nowhere) continue;
      pair(i, best);
      descend(i, best);
    }
  }

  const Side& a_;
  const Side& b_;
  std::vector<size_t> to_after_, to_before_;
};

}  // namespace

std::vector<Compared> compare(std::span<const Clause> before, std::span<const Clause> after) {
  Side a(before), b(after);
  return Matching(a, b).rows();
}

Comparisons::Rows Comparisons::of(std::span<const StoredClause> before, std::span<const StoredClause> after) {
  Known wanted;
  for (const auto& stored : before) wanted.before.push_back(stored.id);
  for (const auto& stored : after) wanted.after.push_back(stored.id);
  {
    std::lock_guard lock(mutex_);
    for (auto known = known_.begin(); known != known_.end(); ++known) {
      if (known->before != wanted.before || known->after != wanted.after) continue;
      known_.splice(known_.begin(), known_, known);
      return known_.front().rows;
    }
  }
  std::vector<Clause> old_ones, new_ones;
  for (const auto& stored : before) old_ones.push_back(stored.clause);
  for (const auto& stored : after) new_ones.push_back(stored.clause);
  wanted.rows = std::make_shared<const std::vector<Compared>>(compare(old_ones, new_ones));
  Rows rows = wanted.rows;
  std::lock_guard lock(mutex_);
  known_.push_front(std::move(wanted));
  size_t kept = 0;
  auto over = std::ranges::find_if(known_, [&](const Known& known) { return (kept += known.rows->size() + 1) > most_rows; });
  if (over == known_.begin()) ++over;  // the one that was asked for is kept, however long
  known_.erase(over, known_.end());
  return rows;
}

}  // namespace shirube::corpus
