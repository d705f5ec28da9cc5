#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace shirube::text {

/// A term that the analyzer shall keep whole.
struct UserTerm {
  std::string surface;
  std::string reading;  ///< katakana; may be empty
};

/// The last feature of a term that came from a user dictionary.
inline constexpr std::string_view user_term_mark = ",用語";

/// Reads a tab-separated list: term, reading; `#` begins a comment line. Throws Error{invalid} that
/// names `source` and the line of a term that is empty, over 60 characters, or holds a comma or quote.
std::vector<UserTerm> parse_user_terms(std::string_view tsv, const std::string& source);

/// Compiles terms into a MeCab user dictionary beside `dictionary` (the folder that the analyzer
/// uses), written to `out` whole or not at all. The context of a plain noun is taken from the
/// dictionary itself, so dictionaries of the families that the analyzer knows will do. Throws
/// Error{unavailable} when MeCab's compiler is not installed or fails.
void compile_user_dictionary(const std::vector<UserTerm>& terms, const std::string& dictionary, const std::string& out);

}  // namespace shirube::text
