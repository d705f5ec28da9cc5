#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "text/analyzer.h"

namespace shirube::search {

/// A spelling of a group of synonyms: as folded text, and the terms that a clause holds where it
/// stands.
struct Variant {
  std::string folded;
  std::vector<std::string> terms;
  size_t group;
};

/// Another way to say a part of a query.
struct Widening {
  size_t begin, end;          ///< bytes of the folded query that are said otherwise
  const Variant* variant;
};

/// What a city says of its words beside the dictionary: synonyms, the words of questions that say
/// nothing, and what is pinned to chosen queries. Immutable; shared between threads. It acts when a
/// query is asked, so a change needs no new index.
class Lexicon {
 public:
  /// Nothing known.
  Lexicon() = default;
  /// Reads synonyms.tsv, boilerplate.tsv and pinned.tsv of a folder; a file that is not there is an
  /// empty one. Throws Error{invalid} naming file and line of a group with fewer than two variants, of
  /// a variant that stands in two, or of a pin without an address; at most 20,000 lines a file.
  Lexicon(const std::filesystem::path& folder, const text::Analyzer& analyzer);

  /// The other variants of the groups that a folded query uses, longest uses first, none inside
  /// another. Uses begin and end where the query's tokens do.
  std::vector<Widening> widen(const text::Normalized& query, const std::vector<text::Token>& tokens) const;

  bool says_nothing(const std::string& term) const { return boilerplate_.contains(term); }

  /// Addresses (slug/edition/path) of clauses to show first for a query, as typed but folded.
  std::vector<std::string> pinned(std::string_view query) const;

  const std::vector<Variant>& variants() const { return variants_; }

 private:
  struct Pin {
    std::string query, address;
  };
  std::vector<Variant> variants_;  ///< longest first
  std::vector<std::vector<size_t>> groups_;
  std::unordered_set<std::string> boilerplate_;
  std::vector<Pin> pins_;
};

}  // namespace shirube::search
