#pragma once

#include <atomic>
#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "corpus/address.h"
#include "corpus/library.h"
#include "indexer/index_writer.h"
#include "store/database.h"
#include "tests/temporary_folder.h"
#include "text/analyzer.h"

/// JUMAN's dictionary alone.
inline const shirube::text::AnalyzerModel& model() {
  static shirube::text::AnalyzerModel instance{shirube::text::AnalyzerOptions{}};
  return instance;
}

/// A data directory: what is added to its library is found once it is indexed.
struct IndexFixture {
  TemporaryFolder folder;
  shirube::store::Database database{folder / "shirube.db"};
  shirube::corpus::Library library{database};
  std::atomic<bool> stop{false};
  int64_t segment_characters = 1'000'000;
  uint64_t commit_bytes = 16 << 20;

  struct Article {
    std::string label, heading, text;
  };
  /// An edition of articles. Added again with the same day and texts, it is a correction of its facts.
  void add_articles(const shirube::corpus::Facts& facts, const std::vector<Article>& articles) {
    shirube::corpus::NewEdition edition;
    edition.facts = facts;
    edition.content_hash = facts.slug + facts.effective;
    for (const auto& [label, heading, text] : articles) {
      shirube::corpus::Clause clause;
      clause.label = label;
      clause.kind = shirube::corpus::ClauseKind::article;
      clause.heading = heading;
      clause.text = text;
      edition.clauses.push_back(std::move(clause));
      edition.content_hash += text;
    }
    shirube::corpus::assign_addresses(edition.clauses);
    add(edition);
  }
  void add(const shirube::corpus::NewEdition& edition) { library.add({&edition, 1}); }
  /// A document in one edition, of clauses by path and text.
  void add_clauses(const std::string& slug, const std::string& audience, const std::vector<std::pair<std::string, std::string>>& clauses, const std::string& title = {}) {
    shirube::corpus::NewEdition edition;
    edition.facts.slug = edition.content_hash = slug;
    edition.facts.title = title.empty() ? slug : title;
    edition.facts.audience = audience;
    for (const auto& [path, text] : clauses) {
      shirube::corpus::Clause clause;
      clause.path = path;
      clause.text = text;
      edition.clauses.push_back(std::move(clause));
    }
    add(edition);
  }

  shirube::indexer::IndexWriterOptions writer_options() const { return {folder.path(), "test", 2, segment_characters, commit_bytes}; }
  shirube::indexer::IndexWriter writer(const shirube::indexer::IndexWriterOptions& options) { return {database, model(), options}; }
  shirube::indexer::IndexWriter writer() { return writer(writer_options()); }
  void index() { REQUIRE(writer().drain([](auto, auto) {}, stop) == shirube::indexer::IndexWriter::Outcome::done); }
};
