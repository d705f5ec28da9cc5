#pragma once

#include <algorithm>
#include <string_view>

#include "corpus/reference_step.h"

// What texts call documents by, for reference.cc. Pure; places are those of Characters.
namespace shirube::corpus {

using Words = std::u32string_view;

constexpr size_t longest_name = 60, longest_bracket = 400;  // characters

bool starts_any(const Characters& text, size_t at, auto const& list) {
  return std::ranges::any_of(list, [&](Words word) { return text.starts(at, word); });
}

/// The length of the word of a list that what stands before `at` ends with; 0: none.
size_t ends_any(const Characters& text, size_t at, auto const& list) {
  for (Words word : list) {
    if (text.ends(at, word)) return word.size();
  }
  return 0;
}

/// Where the name of a document that ends at `end` begins by the look of it (地方自治法, 昭和60年法律第34号); none.
size_t document_name(const Characters& text, size_t end);
/// The same of a name that is more than what such names end with (「次の基準」 is none).
bool names_document(const Characters& text, size_t end);
/// 「この規程」, 「本仕様書」 that ends at `end`: where it begins; none.
size_t own_document(const Characters& text, size_t end);
/// The length of 「同法」 and its like that ends at `end`; 0: none.
size_t same_document(const Characters& text, size_t end);
/// How far the words of a name that ends at `end` may go back.
size_t name_begin(const Characters& text, size_t end);

/// Where the bracket closed at `close` opens, and where what opens at `open` is closed; none.
size_t opening_of(const Characters& text, size_t close);
size_t closing_of(const Characters& text, size_t open, char32_t opens, char32_t closes);

}  // namespace shirube::corpus
