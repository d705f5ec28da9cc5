#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "corpus/library.h"

namespace shirube::corpus {

/// A search that somebody keeps, to be told of what is new to it.
struct SavedSearch {
  int64_t number = 0;        ///< among those of its owner
  std::string name;          ///< as its owner calls it
  std::string address;       ///< the query of its address, as the pages write it
  int64_t first_clause = 0;  ///< clauses of a higher number came after it was saved
  int64_t shown_clause = 0;  ///< those of a higher number came after its owner was last told
  int64_t seen_clause = 0;   ///< those of a higher number came after what its owner has seen
  std::string added_at;      ///< ISO, UTC
};

constexpr size_t most_saved_searches = 100, most_favourite_documents = 200, longest_search_name = 100, longest_search_address = 4000;  // of one owner; characters, bytes

/// What people keep for coming back to (お気に入り): searches, documents, and how far they have read the news. Nobody reads what is
/// others'. An owner is the number of an account, or 0 where there are none. Safe to share between threads.
class Favourites {
 public:
  explicit Favourites(store::Database& database) : database_(database), library_(database) {}

  /// Keeps a search, with the clauses up to `last`, the last that the index holds, taken as seen; one of the same
  /// address takes the name. Returns its number. Throws
  /// Error{invalid} for a name that is empty, too long or holds characters of control, and an address that is too long,
  /// Error{conflict} beyond `most_saved_searches`.
  int64_t save(int64_t owner, const std::string& name, const std::string& address, int64_t last);
  /// False when there is none of that number. rename() throws as save().
  bool rename(int64_t owner, int64_t number, const std::string& name);
  bool forget(int64_t owner, int64_t number);
  /// Its owner is told what is new up to a clause.
  void show(int64_t owner, int64_t number, int64_t last);
  /// Takes as seen what its owner was told of, and not what came since.
  bool look(int64_t owner, int64_t number);
  /// By name.
  std::vector<SavedSearch> searches(int64_t owner) const;
  std::optional<SavedSearch> search(int64_t owner, int64_t number) const;

  /// Throws Error{missing} for a document that the viewer does not see, Error{conflict} beyond `most_favourite_documents`.
  void add(const Viewer& viewer, int64_t owner, const std::string& slug);
  /// False when it is none of theirs; one that they do not see any more can be removed.
  bool remove(int64_t owner, const std::string& slug);
  bool holds(int64_t owner, const std::string& slug) const;
  /// Those that the viewer sees, by title, each with its current (else newest) edition; clauses are not counted.
  std::vector<Library::Listed> documents(const Viewer& viewer, int64_t owner) const;

  /// Up to when the news were read: ISO instant, UTC; empty: never.
  std::string news_seen(int64_t owner) const;
  void see_news(int64_t owner, const std::string& instant);

 private:
  store::Database& database_;
  Library library_;
};

}  // namespace shirube::corpus
