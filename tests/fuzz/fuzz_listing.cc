// Any bytes are a list of links, or refused with a reason; what is listed is bounded and well-formed.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "indexer/listing.h"
#include "text/error.h"
#include "text/utf8.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace shirube;
  if (size == 0) return 0;
  auto kind = data[0] % 2 ? indexer::ListingKind::page : indexer::ListingKind::feed;
  try {
    auto listing = indexer::read_listing(std::string(reinterpret_cast<const char*>(data) + 1, size - 1), kind);
    if (listing.links.size() > 5000 || !text::is_valid_utf8(listing.base)) std::abort();
    for (const auto& link : listing.links) {
      if (link.address.empty() || link.address.size() > 2000 || link.title.size() > 300) std::abort();
      for (const std::string* words : {&link.address, &link.title, &link.updated})
        if (!text::is_valid_utf8(*words) || words->find('\n') != words->npos) std::abort();
    }
  } catch (const Error& e) {
    if (e.message().empty() || e.hint().empty()) std::abort();
  }
  return 0;
}
