#pragma once

#include <string>
#include <vector>

namespace shirube::indexer {

/// What a list of documents is, and so how it is read.
enum class ListingKind {
  feed,  ///< Atom (RFC 4287), RSS 2.0, RSS 1.0 (RDF)
  page,  ///< HTML
};

/// What a list names. Of a feed's entry with a file beside it there are two.
struct Link {
  std::string address;  ///< as it is written: mostly relative, of any scheme, or nonsense
  std::string title;    ///< for people: one line, at most 300 bytes; may be empty
  std::string updated;  ///< as a feed writes it; may be empty
};

/// The links of a listing, in their order.
struct Listing {
  std::string base;  ///< to which they are relative; itself relative to the listing's address, and may be empty
  std::vector<Link> links;
};

/// Reads a listing in this process, which is to be the limited child (child.h): its bytes are not to be
/// trusted. At most 5000 links, each of at most 2000 bytes; what is beyond is left out. Throws
/// Error{invalid} for what is no such listing.
Listing read_listing(const std::string& bytes, ListingKind kind);

}  // namespace shirube::indexer
