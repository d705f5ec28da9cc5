#pragma once

#include <xapian.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "corpus/viewer.h"
#include "search/definitions.h"
#include "search/ranker.h"
#include "search/sight.h"

// Private to search/: what is read from an open index beside the postings of one question.
namespace shirube::search {

/// An open snapshot of the index, with what is read of it once. For one thread.
struct OpenIndex {
  std::filesystem::path folder;  ///< empty: none is open
  Xapian::Database db;
  Lengths lengths;
  Definitions definitions;

  /// Takes the index of a folder, or what was committed to it since. On failure the one before stays.
  /// Throws Error{unavailable} for an index of another format or dictionary, Xapian::Error for one that
  /// cannot be read.
  void refresh(const std::filesystem::path& wanted, const std::string& analyzer_name);

  /// Clauses by number, the first and the last of each stretch, in order.
  using Stretches = std::vector<std::pair<int64_t, int64_t>>;
  /// What a viewer sees of it, whose narrowing `documents` are, by documents.id in order, where it is set, and to whom `closed` was
  /// closed since. The last few are kept: whoever sees the same shares one.
  std::shared_ptr<const Sight> sight(const corpus::Viewer& viewer, const std::optional<std::vector<int64_t>>& documents, const Stretches& closed) const;

  /// What clauses are counted by, and what they weigh by it: those of one kind, issuer, fiscal year, audience and state are a
  /// group.
  struct Group {
    std::string kind, issuer;
    std::string year;             ///< fiscal year in which the edition begins
    std::string audience, state;  ///< narrowest(); current, past, future
    double authority = 1;  ///< what binds stands a little before what explains it (住民への説明は法令が先): a factor
  };
  const std::vector<Group>& groups() const { return groups_; }
  size_t group_of(uint32_t clause) const { return clause < group_of_.size() ? group_of_[clause] : 0; }
  double authority_of(uint32_t clause) const { return groups_.empty() ? 1 : groups_[group_of(clause)].authority; }
  double most_authority() const;

  /// documents.id of the document that a clause is of; 0 for a clause that is not in the index.
  uint32_t document_of(uint32_t clause) const { return clause < documents_.size() ? documents_[clause] : 0; }

  std::string value(int64_t clause, unsigned slot) const { return db.get_document(static_cast<Xapian::docid>(clause)).get_value(slot); }

 private:
  /// Reads once what is asked of every candidate: by number (ten bytes a clause). After read_audiences().
  void read_clauses();
  void read_audiences();

  std::vector<uint32_t> documents_, group_of_;
  std::vector<std::string> audiences_;   ///< expressions; the first is of clauses that have none, which nobody sees who does not see all
  std::vector<uint16_t> audience_of_;    ///< of `audiences_`, by number
  bool all_named_ = true;                ///< every clause has one
  struct KnownSight {
    std::string key;  ///< says what is seen
    std::shared_ptr<const Sight> sight;
  };
  mutable std::vector<KnownSight> sights_;  ///< the last used first
  std::vector<Group> groups_;  ///< the first is of clauses that say nothing of all three
  Xapian::rev read_ = 0;       ///< the revision that all this was read of
};

}  // namespace shirube::search
