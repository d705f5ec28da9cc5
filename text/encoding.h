#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// Bytes of a Japanese text file → UTF-8. Pure functions, safe from any thread.
namespace shirube::text {

struct Decoded {
  std::string text;       ///< well-formed UTF-8, line ends as \n, no byte order mark
  std::string encoding;   ///< "UTF-8", "UTF-16LE", "UTF-16BE", "CP932", "EUC-JP", "ISO-2022-JP"
  size_t replaced = 0;    ///< how many places could not be read and stand as U+FFFD, or as 〓 (外字)
};

/// Decodes `bytes`: by the byte order mark if there is one, by the escape sequences of ISO-2022-JP,
/// as UTF-8 if it is valid, and else as the one of CP932 and EUC-JP that leaves fewer unreadable
/// places (uchardet's opinion breaks a tie). Control characters other than tab and line feed are
/// dropped; form feeds become line feeds.
Decoded decode(std::string_view bytes);

/// `bytes` in a named encoding (any name that ICU knows). Throws Error{invalid} for an unknown name.
Decoded decode_as(std::string_view bytes, const std::string& encoding);

}  // namespace shirube::text
