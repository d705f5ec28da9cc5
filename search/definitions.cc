#include "search/definitions.h"

#include <xapian.h>

#include <algorithm>
#include <map>
#include <ranges>
#include <set>

#include "corpus/definition.h"
#include "corpus/library.h"
#include "search/index_format.h"
#include "text/normalize.h"

namespace shirube::search {

namespace {

/// A term that more clauses define says no more than its words do.
constexpr size_t most_defining = 10;
constexpr size_t most_uses = 4;
constexpr size_t longest_use = 240;  // bytes of folded text

/// A part of the query that is defined somewhere, with the term of the index that says so.
struct Use {
  size_t begin, end;  ///< bytes of the folded query
  bool is_term;       ///< else what a term stands for
  std::string name;
  std::vector<int64_t> clauses;  ///< that the viewer may see; some of them where there are many
};

/// A place in Definitions::perhaps_: hardly a piece of a query is a term that something defines, and a bit
/// says so sooner than a table.
constexpr size_t places = size_t{1} << 20;
size_t place_of(std::string_view name) {
  // The hash, as far as three of its bytes tell; see definition_term().
  size_t place = 0;
  for (char c : name.substr(1, 3)) place = place * 255 + static_cast<unsigned char>(c);
  return place % places;
}

}  // namespace

Definitions::Definitions(const Xapian::Database& index) {
  perhaps_.resize(places);
  for (std::string_view prefix : {prefix::defined, prefix::meaning}) {
    std::string p(prefix);
    for (auto it = index.allterms_begin(p), end = index.allterms_end(p); it != end; ++it) {
      perhaps_[place_of(*it)] = true;
      names_.insert(*it);
    }
  }
}

void Definitions::widen(Question& question, const Holding& holding, const corpus::Library& library, const corpus::Viewer& viewer, const text::Analyzer& analyzer) const {
  if (names_.empty()) return;
  const text::Normalized& normalized = question.text;
  const auto& tokens = question.tokens;
  std::set<size_t> begins, ends;
  for (const auto& token : tokens) begins.insert(token.begin), ends.insert(token.end);
  const std::string& folded = normalized.text();
  std::vector<size_t> starts, stops;  // where words begin and end, in folded text
  for (size_t i = 0; i <= folded.size(); ++i) {
    bool on_character = i == folded.size() || (static_cast<unsigned char>(folded[i]) & 0xC0) != 0x80;
    if (!on_character) continue;
    if (i < folded.size() && begins.contains(normalized.original_begin(i))) starts.push_back(i);
    if (i > 0 && ends.contains(normalized.original_end(i))) stops.push_back(i);
  }
  std::vector<Use> uses;
  size_t meanings_to = 0, terms_to = 0;  // what is used already goes so far
  std::vector<std::pair<size_t, uint64_t>> pieces;  // from one start: where it ends, its hash
  for (size_t begin : starts) {
    pieces.clear();
    uint64_t hash = hash_of_nothing;
    size_t hashed = begin;
    for (size_t end : std::ranges::subrange(std::ranges::upper_bound(stops, begin), stops.end())) {
      if (end - begin > longest_use) break;
      hash = stable_hash(std::string_view(folded).substr(hashed, end - hashed), hash);
      hashed = end;
      pieces.emplace_back(end, hash);
    }
    for (auto [prefix, used_to] : {std::pair(prefix::meaning, &meanings_to), std::pair(prefix::defined, &terms_to)}) {
      if (begin < *used_to || uses.size() == most_uses) continue;
      for (const auto& [end, hash_of_piece] : pieces | std::views::reverse) {  // the longest first
        std::string name = definition_term(prefix, hash_of_piece);
        if (!perhaps_[place_of(name)] || !names_.contains(name)) continue;
        // What only others may see takes no place.
        auto clauses = holding(name, most_defining + 1);
        if (clauses.empty()) continue;
        uses.push_back({begin, end, prefix == prefix::defined, std::move(name), std::move(clauses)});
        *used_to = end;
        break;
      }
    }
  }

  auto known = [&](const std::string& name) {
    return std::ranges::any_of(question.wanted, [&](const Wanted& wanted) { return wanted.within.empty() && wanted.terms.size() == 1 && wanted.terms[0] == name; });
  };
  for (const auto& use : uses) {
    if (use.is_term) {
      // What it stands for is written where it is defined, and hardly elsewhere.
      question.wanted.push_back({Field::definition, {use.name}, 1});
      continue;
    }
    if (use.clauses.size() > most_defining) continue;
    std::map<std::string, std::vector<ClauseRange>> said;  // what else it is called, and where
    std::string_view said_here = std::string_view(folded).substr(use.begin, use.end - use.begin);
    for (const auto& clause : library.scopes(viewer, use.clauses)) {
      for (const auto& definition : corpus::definitions(clause.text)) {
        if (definition.meaning.empty() || text::fold(definition.meaning) != said_here) continue;
        const auto& [first, last] = definition.in_article ? clause.article : clause.edition;
        said[text::fold(definition.term)].push_back({static_cast<uint32_t>(first), static_cast<uint32_t>(last)});
      }
    }
    auto [subject, others] = subjects_within(question, use.begin, use.end);
    for (auto& [other, ranges] : said) {
      std::vector<std::string> terms;
      for (const auto& token : analyzer.analyze(other)) {
        std::string name = term("", token.term);
        if (text::is_content(token) && !known(name) && std::ranges::find(terms, name) == terms.end()) terms.push_back(std::move(name));
      }
      if (terms.empty()) continue;
      std::ranges::sort(ranges, {}, &ClauseRange::first);
      question.widened.push_back({other, ranges});
      question.wanted.push_back({Field::word, std::move(terms), defined_weight * noun_weight, subject, std::move(ranges), others});
    }
  }
}

}  // namespace shirube::search
