#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/document.h"
#include "search/suggest.h"

// What stands in the store of suggestions, shared by its writer and its readers.
//
// A document of the store is a text in one audience: an entry to suggest, or a word to correct
// towards. Its number is its importance: class (weight in powers of two, then kind), then age. So the
// first documents of a list of postings are the best of them, and a list need not be read to its end
// however many entries begin with 第. Each term carries the audience, so that lists of hidden entries
// are never opened.
//
// There is no table of terms by document (it would be the larger half of the store): a document is
// never changed. A text that rises to a better class is added there once more, and readers pass over
// the second that they meet.
namespace Xapian {
class Database;
}

namespace shirube::search {

inline constexpr std::string_view suggest_name = "入力候補の索引";  ///< in errors
inline constexpr std::string_view suggest_format = "3";

/// Prefixes of terms, before the code of the audience.
namespace suggest_prefix {
inline constexpr char surface = 'S';  ///< the first 1 to 6, 8 and 12 characters of the folded text
inline constexpr char sound = 'Y';    ///< the same of its sound
inline constexpr char inner = 'W';    ///< a whole word of the text, of two characters or more
inline constexpr char word = 'V';     ///< of a word of entries: the first characters of its sound
inline constexpr char pair = 'B';     ///< of a word: a pair of characters of ^sound$
inline constexpr char key = 'K';      ///< the hash of kind and folded text, to find it again
}  // namespace suggest_prefix

/// Numbers of documents: six bits of class, 25 of age.
inline constexpr unsigned age_bits = 25;
inline constexpr uint32_t oldest_age = (1u << age_bits) - 1;
/// Words, beside the kinds of SuggestionKind, which are below. Those of entries lead to entries as well as
/// being corrected towards; they are kept apart, so that a suggestion is made of entries alone.
inline constexpr uint64_t entry_word_kind = 4, text_word_kind = 5;

uint32_t number_of(uint64_t weight, uint64_t kind, uint32_t age);
/// Whether both weights fall into one class.
bool same_class(uint64_t one, uint64_t other);

/// What a document keeps.
struct SuggestionRecord {
  uint64_t kind = 0;
  uint64_t weight = 0;
  uint64_t beginning = 0;  ///< number of a beginning that is shared, which `text` goes on from; 0: none
  std::string text;
  std::string reading;  ///< of an entry only where it is not the analyzer's; of a word its sound
};
std::string pack(const SuggestionRecord& record);
SuggestionRecord unpack(std::string_view packed);
/// What the document of this number keeps, with the whole of its text.
SuggestionRecord record_at(const Xapian::Database& index, uint32_t number);

/// Texts of several parts, 「関税法 第二条（定義）」, share their long beginnings (here 「関税法 」), which are kept
/// once. The bytes that a text would share; 0 for none.
size_t shared_beginning(std::string_view text);
/// Metadata: the number of a beginning by its text, and its text by its number.
std::string beginning_number_key(std::string_view beginning);
std::string beginning_text_key(uint64_t number);

/// An audience is told by a code of one byte or two, none of which begins another: its number in the order of coming.
/// nullopt when there are no more.
using AudienceCode = std::string;
std::optional<AudienceCode> audience_code(size_t number);
/// Metadata: the number of an audience by its expression.
std::string audience_number_key(std::string_view expression);
/// The codes of the audiences in the store that the viewer sees; of one who is narrowed to documents, of what is public.
std::vector<AudienceCode> visible_codes(const Xapian::Database& index, const corpus::Viewer& viewer);

/// How a reading is compared: hiragana, letters and digits alone, づ as ず and ぢ as じ.
std::string sound_of(std::string_view reading);

/// Characters of the longest beginning that has a term.
inline constexpr size_t longest_term_characters = 12;
/// The beginnings of `s` that have a term, shortest first; all of a shorter one.
std::vector<std::string_view> beginnings(std::string_view s);
/// The longest beginning that has a term, of at most the length of `s`.
std::string_view longest_beginning(std::string_view s);

/// Pairs of neighbouring characters.
std::vector<std::string> pairs_of(std::string_view s);

std::string suggest_term(char prefix, const AudienceCode& audience, std::string_view word);
/// The word of such a term.
std::string word_of_suggest_term(std::string_view term, const AudienceCode& audience);
std::string key_term(const AudienceCode& audience, uint64_t kind, std::string_view folded);

}  // namespace shirube::search
