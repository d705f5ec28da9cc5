#pragma once

#include <xapian.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "search/conditions.h"
#include "search/definitions.h"
#include "search/ranker.h"

// Private to search/: what is read from an open index beside the postings of one question.
namespace shirube::search {

/// An open snapshot of the index, with what is read of it once. For one thread.
struct OpenIndex {
  std::filesystem::path folder;  ///< empty: none is open
  Xapian::Database db;
  Lengths lengths;
  Definitions definitions;
  bool has_authority = false;  ///< some clause is of a kind that stands before or behind others
  bool all_current = true;     ///< no edition is past or yet to come

  /// Takes the index of a folder, or what was committed to it since. On failure the one before stays.
  /// Throws Error{unavailable} for an index of another format or dictionary, Xapian::Error for one that
  /// cannot be read.
  void refresh(const std::filesystem::path& wanted, const std::string& analyzer_name);

  /// Above it not everything is looked at.
  bool large() const;

  /// What binds stands a little before what explains it (住民への説明は法令が先): a factor for the score.
  double authority_of(uint32_t clause) const;
  double most_authority() const;

  /// documents.id of the document that a clause is of; 0 for a clause that is not in the index.
  uint32_t document_of(uint32_t clause) const { return clause < documents_.size() ? documents_[clause] : 0; }

  std::string value(int64_t clause, unsigned slot) const { return db.get_document(static_cast<Xapian::docid>(clause)).get_value(slot); }

  /// The first clauses, `most` at most, that a viewer may see and that hold a term, or that are found by a
  /// query. `visible`: the conditions of an empty query.
  std::vector<int64_t> holding(const std::string& term, const Conditions& visible, size_t most) const;
  std::vector<int64_t> holding(const Xapian::Query& query, const Conditions& visible, size_t most) const;
  /// How many clauses that a viewer may see are found.
  uint64_t count(const Xapian::Query& query, const Conditions& visible) const;

 private:
  /// Reads once what is asked of each of hundreds of candidates: by number (five bytes a clause).
  void read_clauses();

  std::vector<uint32_t> documents_;
  std::vector<uint8_t> authorities_;  ///< rows of the table of kinds; empty without has_authority
  Xapian::rev read_ = 0;              ///< the revision that all this was read of
};

}  // namespace shirube::search
