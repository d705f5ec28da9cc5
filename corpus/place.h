#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "corpus/clause.h"
#include "corpus/reference.h"

// Where the clauses of one edition stand, for resolving references.
namespace shirube::corpus {

/// A place of the numbering of law texts, whether there is such a clause or not.
struct Place {
  std::string root{};      ///< path of the annex that it is in; empty: the main text
  std::string article{};   ///< 12_2; empty where an annex has paragraphs only
  std::string paragraph{}; ///< empty: the whole article
  std::string item{};
  std::string points{};    ///< イ-1
  bool operator==(const Place&) const = default;
};

/// The clauses of an edition, by where they stand. Immutable; `clauses` must outlive it and be in document order, with paths.
class Places {
 public:
  explicit Places(std::vector<const Clause*> clauses);

  const Clause& operator[](size_t at) const { return *clauses_[at]; }
  size_t size() const { return clauses_.size(); }

  std::optional<size_t> at_path(std::string_view path) const;
  /// The clause of a place. The first paragraph of an article is the article where it is no clause of its own.
  std::optional<size_t> find(const Place& place) const;
  /// The place of the article, paragraph, item that a clause is or stands in, as far as there are.
  Place place_of(size_t at) const;

  /// The nearest clause of this kind that `at` is or stands under; none.
  size_t enclosing(size_t at, ClauseKind kind) const;
  size_t parent(size_t at) const { return clauses_[at]->parent ? *clauses_[at]->parent : none; }
  /// Position after the last clause below `at`.
  size_t end_of(size_t at) const { return ends_[at]; }
  /// What stands right below a clause (none: below the whole), in order.
  const std::vector<size_t>& children(size_t at) const { return at == none ? tops_ : children_[at]; }

  /// The articles of the main text (none) or of an annex.
  const std::vector<size_t>& articles(size_t annex) const;
  /// The structural clauses of a kind and number, in order.
  const std::vector<size_t>& structures(Step::Unit unit) const { return structures_[static_cast<size_t>(unit)]; }
  /// 別表第2; 「別表」 alone is the only or first one.
  std::optional<size_t> annex(std::string_view step) const;

  /// The clause of these labels as seen from `from` (none: from outside): below it, beside it, beside what it stands under and
  /// so on, at the first of these where the first label is. `below`: below it only. The rest of the labels lead down from there;
  /// `whole` says whether they did to the end.
  struct Labelled {
    size_t clause;
    bool whole;
  };
  std::optional<Labelled> find_labels(size_t from, const std::vector<Step>& steps, bool below) const;
  /// The clauses that bear a label, wherever they stand.
  const std::vector<size_t>& labelled(const std::string& key) const;
  const std::string& key(size_t at) const { return keys_[at]; }

 private:
  std::optional<size_t> child(size_t at, const std::string& key) const;
  bool is_uncut(size_t at, const std::string& key) const;
  std::string written(size_t at) const;

  std::vector<const Clause*> clauses_;
  std::vector<std::vector<size_t>> children_;
  std::vector<size_t> tops_, ends_;
  std::vector<std::string> keys_;
  std::unordered_map<std::string_view, size_t> paths_;
  std::vector<std::string> places_;                     ///< of each clause, as a Place is written out
  std::unordered_map<std::string, size_t> by_place_;
  std::unordered_map<std::string, std::vector<size_t>> labelled_;
  std::unordered_map<size_t, std::vector<size_t>> articles_;
  std::vector<size_t> structures_[5], annexes_;
};

}  // namespace shirube::corpus
