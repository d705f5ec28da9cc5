#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// UTF-8 and the classes of characters that Japanese text is made of. Pure functions, safe from any
// thread. Offsets and lengths are bytes unless said otherwise.
namespace shirube::text {

/// The code point at `position` and its length in bytes. Ill-formed input yields U+FFFD, length 1,
/// so that a loop over any bytes ends. `position` must be below `s.size()`.
struct CodePoint {
  char32_t value;
  size_t length;
};
CodePoint code_point_at(std::string_view s, size_t position);

void append_utf8(std::string& out, char32_t c);
std::u32string to_utf32(std::string_view s);
std::string to_utf8(std::u32string_view s);

/// True when every byte belongs to well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms).
bool is_valid_utf8(std::string_view s);

/// The longest prefix of `s` of at most `bytes` bytes that does not cut a character.
std::string_view clamp_utf8(std::string_view s, size_t bytes);

/// Number of code points; an ill-formed byte counts as one.
size_t length_utf8(std::string_view s);

bool is_hiragana(char32_t c);
/// Katakana of full or half width, with the long vowel mark and the iteration marks.
bool is_katakana(char32_t c);
/// Ideographs, with 々 〆 〇 and the compatibility blocks.
bool is_kanji(char32_t c);
/// Any character of Japanese running text: kana, kanji, and the punctuation written with them.
bool is_japanese(char32_t c);
/// White space of any width, without line feeds being special.
bool is_space(char32_t c);
/// ASCII or full-width decimal digit.
bool is_digit(char32_t c);
/// Latin letter of ASCII or full width.
bool is_latin(char32_t c);

/// `s` without white space (of any width) at both ends.
std::string_view trim(std::string_view s);

/// `s` with each `from` replaced by `to`. `from` must not be empty.
std::string replace_all(std::string_view s, std::string_view from, std::string_view to);

}  // namespace shirube::text
