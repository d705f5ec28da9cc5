#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/library.h"

namespace shirube::corpus {

/// A place that words lead to.
struct Target {
  std::string slug, key, path;  ///< as in addresses; an empty path is the document as a whole
  std::string name;             ///< 「第3条第1項（利用の範囲）」; of another document with its title before it
  bool operator==(const Target&) const = default;
};

/// Words of a clause that lead somewhere.
struct Mark {
  enum class Kind {
    reference,   ///< 前項, 第3条第1項第2号, 別表第2, 本仕様書５（４）③, 地方自治法第244条の5
    definition,  ///< a term where it is defined; its one target is its own clause
    term,        ///< a defined term where it is used; its target is where it is defined
  };
  /// Where a reference leads. Terms and definitions are always `held`.
  enum class Outcome {
    held,      ///< to `targets`: of a list or range all of them, in order
    missing,   ///< to nothing, in an edition that is held: dangling. `targets` is the nearest thing there is, or empty
    doubtful,  ///< to `targets`, which do not speak of what they are said to speak of: dangling as well
    not_held,  ///< to a document that is not held, or that the viewer may not see: no link, and no fault
  };
  Kind kind = Kind::reference;
  Outcome outcome = Outcome::held;
  bool in_heading = false;   ///< stands in Clause::heading, else in Clause::text
  size_t begin = 0, end = 0; ///< bytes there, on character borders
  std::vector<Target> targets{};
  std::string note{};  ///< for people: what a term means, as far as it is said in words; what is wrong with a reference; may be empty
  bool operator==(const Mark&) const = default;
};

/// A reference that leads nowhere, for officers.
struct Dangling {
  std::string path, locator;  ///< of the clause that it stands in
  std::string words;          ///< the reference as written
  Mark mark;                  ///< `note` says what is wrong
};

/// What the words of editions lead to, worked out from what the viewer may see each time it is asked for, so that nothing
/// kept can grow stale and what is hidden does not exist. Safe to share between threads.
class References {
 public:
  explicit References(const Library& library) : library_(library) {}

  /// The marks of each of these clauses, in their order: of the heading first, then of the text, by where they begin, none within
  /// another. `clauses` are all that the viewer sees of the edition, as Library::clauses() gives them. Other documents are
  /// looked up by title, short title and by the names that this one defines for them; a document's edition is the one in force
  /// on the last day that this one was (today, for one in force).
  std::vector<std::vector<Mark>> marks(const Viewer& viewer, const Document& document, const Edition& edition, std::span<const StoredClause> clauses) const;

  /// The references of an edition that are missing or doubtful, in order; empty when there is no such edition for this viewer.
  std::vector<Dangling> dangling(const Viewer& viewer, const std::string& slug, const std::string& key) const;

 private:
  const Library& library_;
};

/// Which of the clauses lead to the one of this path by a reference, by position, itself aside: who cites it within its edition.
std::vector<size_t> citing(std::span<const std::vector<Mark>> marks, const Document& document, const Edition& edition, std::string_view path);

}  // namespace shirube::corpus
