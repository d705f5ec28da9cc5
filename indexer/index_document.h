#pragma once

#include <SQLiteCpp/Database.h>

#include <cstdint>
#include <string>
#include <vector>

namespace Xapian {
class Document;
}
namespace shirube::text {
class Analyzer;
}

namespace shirube::indexer {

/// A clause with what its document says of it, ready to be indexed.
struct Source {
  int64_t clause_id, edition_id, document_id;
  std::string title, kind, issuer;
  std::string audience;  ///< search::audience_expression() of document and clause
  std::string state;
  std::string begins, issued, effective;  ///< ISO days
  std::string above;  ///< headings it stands under
  std::string label, heading, text, locator, readings;
  uint64_t bytes() const { return heading.size() + text.size() + 200; }
};

/// The clauses of the editions numbered `first` to `last`, in the order of their numbers. At most so
/// many editions as fit in memory: the caller picks the range.
std::vector<Source> sources(SQLite::Database& db, int64_t first, int64_t last);

/// What stands in the index for a clause; search/index_format.h names it.
Xapian::Document make_document(const Source& source, const text::Analyzer& analyzer);

}  // namespace shirube::indexer
