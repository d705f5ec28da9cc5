#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// What stands in the index, shared by the writer and the searcher. A document of the index is a
// clause; its number is clauses.id, so that nothing has to be looked up between the two.
namespace shirube::search {

/// Raised whenever terms or values change their meaning. An index of another format is not opened:
/// the message says to run `shirube reindex`.
inline constexpr std::string_view index_format = "1";
inline constexpr std::string_view format_key = "format";      ///< metadata: index_format
inline constexpr std::string_view analyzer_key = "analyzer";  ///< metadata: which dictionaries cut the words

/// Term prefixes. Words of heading and body stand without one.
namespace prefix {
inline constexpr std::string_view bigram = "G";
inline constexpr std::string_view heading = "S";     ///< words of title, headings above and own heading
inline constexpr std::string_view reference = "R";   ///< clause numbers, own and mentioned: R16条の3
inline constexpr std::string_view own = "N";         ///< the clause's own number, from label and heading: N16条の3
inline constexpr std::string_view place = "P";       ///< the whole of its number: P22条2項
inline constexpr std::string_view kind = "XK";
inline constexpr std::string_view issuer = "XI";
inline constexpr std::string_view audience = "XA";
inline constexpr std::string_view state = "XT";      ///< current, past or future
inline constexpr std::string_view document = "XD";
inline constexpr std::string_view edition = "XE";    ///< to find the clauses of an edition again
inline constexpr std::string_view clause = "Q";      ///< the clause's own number, to pick it out of a query
}  // namespace prefix

/// Value slots.
namespace slot {
inline constexpr unsigned begins = 0;    ///< ISO date; empty when the edition has none
inline constexpr unsigned document = 1;  ///< documents.id, to fold the hits of one document
}  // namespace slot

/// Xapian refuses terms over 245 bytes; this is the one place that sees to it. Cuts at a character.
std::string term(std::string_view prefix, std::string_view word);

}  // namespace shirube::search
