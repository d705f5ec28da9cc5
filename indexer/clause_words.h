#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>

namespace Xapian {
class Database;
class Document;
}
namespace shirube::search {
class SuggestionIndex;
}

namespace shirube::indexer {

/// The words of clauses to correct towards: of kanji, katakana or letters alone, with the number of clauses
/// of each audience that hold them. They are read from the index, which has them counted already, and
/// in its spelling (申込 for 申込み, サーバ for サーバー): the texts of half a million clauses take minutes.
class ClauseWords {
 public:
  /// Counts the words of a clause as it stands in the index, for its search::audience_expression().
  void add(const Xapian::Document& clause, const std::string& audience);
  /// Counts those of all clauses of an index.
  void add(const Xapian::Database& index);

  void give(search::SuggestionIndex& suggestions) const;

 private:
  std::map<std::string, std::unordered_map<std::string, uint64_t>> counts_;  ///< by search::audience_expression() and term
};

}  // namespace shirube::indexer
