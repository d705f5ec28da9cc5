#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "search/query.h"
#include "text/analyzer.h"

namespace SQLite {
class Database;
}
namespace Xapian {
class Database;
class Query;
}

namespace shirube::search {

class Sight;

/// What reading texts for one search costs and has shown. A phrase is found as it is written in any text; in other spellings only in
/// as much text as can be cut into words in some tenths of a second.
class Proof {
 public:
  /// What is looked for, made ready once.
  struct Wanted {
    std::string folded;
    std::vector<std::string> terms;
  };
  const Wanted& wanted(const std::string& text, const text::Analyzer& analyzer);
  /// Whether a text of so many bytes may still be cut into words.
  bool may_take_apart(size_t bytes);
  /// Whether some were not.
  bool spent() const { return spent_; }
  std::unordered_map<uint32_t, bool> known;  ///< by clause

 private:
  std::map<std::string, Wanted> wanted_;
  size_t left_ = 1 << 20;
  bool spent_ = false;
};

/// What must hold of a clause beside matching well: phrases, required and excluded words, fields,
/// filters, and that the viewer may see it. Terms of the index promise it; where they do not prove it,
/// the text is read. For one thread.
class Conditions {
 public:
  /// Looks through all texts when a phrase has no pair of characters that the index keeps, and through
  /// the editions for filters by document, number, label or day. What is given must outlive it.
  Conditions(const Xapian::Database& index, SQLite::Database& db, const Query& query, const Sight& sight, const text::Analyzer& analyzer);

  const Sight& sight() const { return sight_; }

  /// `found`, narrowed to the clauses of which the terms promise the conditions.
  Xapian::Query narrow(Xapian::Query found) const;

  /// Whether nothing is asked but to be seen: every clause of the sight meets the conditions.
  bool none() const;
  /// Whether narrow() leaves something to prove by holds().
  bool to_prove() const { return to_prove_; }
  /// Those of the numbered clauses that meet the conditions, in the order given.
  std::vector<uint32_t> proved(SQLite::Database& db, const std::vector<uint32_t>& clauses) const;
  /// Whether texts were passed over that may hold what is asked in other spellings.
  bool passed_over() const { return proof_.spent(); }

 private:
  Xapian::Query words(const std::string& text) const;
  Xapian::Query phrase(const std::string& text) const;
  Xapian::Query in_headings(const std::string& name) const;
  Xapian::Query prefixed(const std::string& beginning) const;
  Xapian::Query unit(const Unit& unit) const;

  const Xapian::Database& index_;
  const Query& query_;
  const Sight& sight_;
  const text::Analyzer& analyzer_;
  mutable Proof proof_;
  bool to_prove_;
  std::optional<std::vector<uint32_t>> of_editions_;      ///< the clauses that filters by document, number, label and day let through
  std::map<std::string, std::vector<uint32_t>> scanned_;  ///< by phrase: the clauses that hold it
};

}  // namespace shirube::search
