#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <unordered_set>
#include <vector>

#include "search/question.h"

namespace Xapian {
class Database;
}
namespace shirube::corpus {
class Library;
struct Viewer;
}  // namespace shirube::corpus

namespace shirube::search {

/// The terms that documents define for themselves (corpus/definition.h), as the index holds them. Who
/// looks for what a document has another name for finds that name in this document and nowhere else;
/// who looks for a defined term finds where it is defined before where it is used. Immutable; for one
/// open index.
class Definitions {
 public:
  Definitions() = default;
  /// Reads the list of all of them: some tens of bytes each.
  explicit Definitions(const Xapian::Database& index);

  /// Adds to a question what the definitions of documents that the viewer may see make of its words.
  /// `holding` gives the first clauses, `most` at most, that the viewer may see and that hold a term of the
  /// index: definitions that only others may see change nothing.
  using Holding = std::function<std::vector<int64_t>(const std::string& term, size_t most)>;
  void widen(Question& question, const Holding& holding, const corpus::Library& library, const corpus::Viewer& viewer, const text::Analyzer& analyzer) const;

 private:
  std::unordered_set<std::string> names_;  ///< the terms of the index
  std::vector<bool> perhaps_;              ///< by a part of the hash: whether any of them has it
};

}  // namespace shirube::search
