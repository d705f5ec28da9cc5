#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "corpus/clause.h"

// Corrections by a person of how an edition was cut. Pure functions, safe from any thread.
namespace shirube::corpus {

/// One change to the clauses of an edition that is not published yet. It names its clause by where it stood and
/// by how it began, so that it can be carried out again when the file is read and cut anew.
struct Correction {
  enum class Kind {
    relabel,  ///< the label was misread: `value` is what is printed, empty for an unnumbered heading
    join,     ///< it is no clause of its own: its words go on the clause before it
    split,    ///< a further clause begins inside its text, at byte `offset`, where the text goes on with `value`, on page `page`
    promote,  ///< one level up: beside the clause it stood under; what followed under that one stands under it
    demote,   ///< one level down: under the clause before it on its level
    page,     ///< it begins on page `page` of the original
    drop,     ///< it is no text of the edition (a page header); what stood under it moves up
    audience, ///< it and what stands under it are for `value` (see audience_key()) only; empty: for whom the document is for
  };
  Kind kind = Kind::relabel;
  std::string path{}, words{};  ///< of the clause before the change; see at()
  std::string value{};
  size_t offset = 0;
  int page = 0;  ///< 0: that of the clause
};

std::string_view name(Correction::Kind kind);
std::optional<Correction::Kind> correction_kind(std::string_view name);
/// What was done, for people: 「第3条: 前の条項とつなげた」.
std::string description(const Correction& correction);

/// A correction of the clause at `position`, which must exist.
Correction correction_at(const std::vector<Clause>& clauses, size_t position, Correction::Kind kind, std::string value = {}, size_t offset = 0, int page = 0);

/// The pages that a clause's text may stand on, the first and the last: from its own to that where the next begins, or to
/// `pages`, the last of the original. nullopt for a clause without a page.
std::optional<std::pair<int, int>> pages_of(const std::vector<Clause>& clauses, size_t position, int pages);

/// Where a text may be split: the bytes at which its lines and sentences, and numbers behind a space, begin, without the
/// first; at most `most`.
std::vector<size_t> split_points(std::string_view text, size_t most);

/// Carries out one and addresses the clauses anew. Throws Error{missing} when its clause cannot be told
/// for certain and Error{invalid} for what cannot be done to it; nothing is changed then.
void carry_out(std::vector<Clause>& clauses, const Correction& correction);

/// Carries out all in their order, and says which could not be, by position.
std::vector<size_t> carry_out_all(std::vector<Clause>& clauses, std::span<const Correction> corrections);

}  // namespace shirube::corpus
