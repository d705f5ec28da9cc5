#pragma once

#include <string>
#include <string_view>

// Words in the headers of mail, as they are and not as they should be. Pure, safe from any thread.
namespace shirube::indexer {

/// A header's value as UTF-8 on one line: encoded words (RFC 2047) decoded, also those whose
/// characters were split between two, and raw bytes of any Japanese encoding read.
std::string decode_header(std::string_view raw);

/// True for the head of a mail: lines of header fields from the very start (an mbox line may stand
/// first), among them those that only mail has.
bool looks_like_mail(std::string_view bytes);

}  // namespace shirube::indexer
