#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// What stands in the index, shared by the writer and the searcher. A document of the index is a
// clause; its number is clauses.id, so that nothing has to be looked up between the two.
namespace shirube::corpus {
struct Viewer;
}

namespace shirube::search {

/// Raised whenever terms or values change their meaning. An index of another format is not opened:
/// the message says to run `shirube reindex`.
inline constexpr std::string_view index_format = "4";
inline constexpr std::string_view index_name = "検索索引";      ///< in errors
inline constexpr std::string_view format_key = "format";      ///< metadata: index_format
inline constexpr std::string_view analyzer_key = "analyzer";  ///< metadata: which dictionaries cut the words

/// Term prefixes. Words stand without one.
namespace prefix {
inline constexpr std::string_view bigram = "G";
inline constexpr std::string_view reference = "R";   ///< articles and annexes, own and mentioned: R16条の3
inline constexpr std::string_view own = "N";         ///< the clause's own number, from label and heading: N16条の3
inline constexpr std::string_view place = "P";       ///< the whole of its number: P22条2項
inline constexpr std::string_view defined = "D";     ///< a term that the clause defines, as definition_term()
inline constexpr std::string_view meaning = "M";     ///< what a term that it defines stands for, likewise
inline constexpr std::string_view kind = "K";
inline constexpr std::string_view issuer = "I";
inline constexpr std::string_view audience = "A";    ///< an audience_expression(); see audience_term()
inline constexpr std::string_view state = "T";       ///< current, past or future
}  // namespace prefix

/// Value slots.
namespace slot {
inline constexpr unsigned begins = 0;     ///< ISO date; empty when the edition has none
inline constexpr unsigned document = 1;   ///< documents.id, to fold the hits of one document
inline constexpr unsigned issued = 2;     ///< ISO dates
inline constexpr unsigned effective = 3;
inline constexpr unsigned kind = 4;       ///< as in the terms, to be counted
inline constexpr unsigned issuer = 5;
inline constexpr unsigned lengths = 6;    ///< how many words, pairs and heading words: three times short_length()
}  // namespace slot

/// How often a word stands in a clause (own label, heading and text), and how often in the headings that
/// name it (title, headings above, own heading). Both are the one number that a posting has: a word of
/// a heading stands in the text as well more often than not, and one list is read instead of two.
struct Counts {
  unsigned body = 0, heading = 0;
};
inline constexpr unsigned most_in_headings = 3;
constexpr unsigned packed(Counts counts) { return counts.body * 4 + std::min(counts.heading, most_in_headings); }
constexpr Counts unpacked(unsigned count) { return {count / 4, count % 4}; }

/// The same on every machine and for ever (FNV-1a), to stand in an index. `before` is the hash of what
/// stands before `s`.
inline constexpr uint64_t hash_of_nothing = 0xCBF29CE484222325;
constexpr uint64_t stable_hash(std::string_view s, uint64_t before = hash_of_nothing) {
  for (char c : s) before = (before ^ static_cast<unsigned char>(c)) * 0x100000001B3;
  return before;
}

/// The term of a definition: `prefix` is `defined` or `meaning`, `hash` the stable_hash() of what is
/// defined or meant, folded. The words themselves are as long as a law's name; the text says whether they
/// are meant.
std::string definition_term(std::string_view prefix, uint64_t hash);

/// A length in one byte, exact to a twentieth; of 60,000 and more the same.
uint8_t short_length(size_t length);
/// What a short length stands for.
double long_length(uint8_t length);

/// A term of the index. Characters from U+3000 to U+AFFF, which is nearly all of Japanese, take two
/// bytes instead of UTF-8's three: half of an index is lists of terms. Xapian refuses terms over 245
/// bytes; a longer word is cut at a character. The terms of words with a common beginning have one.
std::string term(std::string_view prefix, std::string_view word);

/// Who may see a clause, as one word: the audience of its document, and its own where it is narrower. Both must be seen.
std::string audience_expression(std::string_view document, std::string_view clause);
/// Whether the viewer sees both; `only` has no say in it.
bool sees(const corpus::Viewer& viewer, std::string_view audience_expression);
/// The narrower of both, which is whom the clause is for.
std::string narrowest(std::string_view audience_expression);
/// Whether everybody may see what has it: `only` says nothing of that.
bool is_public(std::string_view audience_expression);
/// The term of an expression, which stands in it as it is.
std::string audience_term(std::string_view expression);
/// The expression that a term was made of.
std::string expression_of(std::string_view audience_term);

/// The word that a term was made of.
std::string word_of(std::string_view term);

/// Whether a pair of characters is kept. Pairs of hiragana only are inflection more often than not, and
/// those that begin with a particle (の情, を行) say which word comes next, which the words say: together a
/// third of all. A phrase of nothing else is looked for in the texts themselves.
bool is_kept_pair(std::string_view pair);

}  // namespace shirube::search
