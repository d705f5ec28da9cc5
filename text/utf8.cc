#include "text/utf8.h"

namespace shirube::text {

namespace {

bool is_continuation(unsigned char byte) { return (byte & 0xC0) == 0x80; }

constexpr CodePoint ill_formed{0xFFFD, 1};

}  // namespace

CodePoint code_point_at(std::string_view s, size_t position) {
  auto byte = [&](size_t i) { return static_cast<unsigned char>(s[position + i]); };
  size_t left = s.size() - position;
  unsigned char first = byte(0);
  if (first < 0x80) return {first, 1};
  size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || left < length) return ill_formed;
  char32_t value = first & (0xFF >> (length + 1));
  for (size_t i = 1; i < length; ++i) {
    if (!is_continuation(byte(i))) return ill_formed;
    value = value << 6 | (byte(i) & 0x3F);
  }
  bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
  bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (overlong || surrogate || value > 0x10FFFF) return ill_formed;
  return {value, length};
}

void append_utf8(std::string& out, char32_t c) {
  auto put = [&](char32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | c >> 6);
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3F));
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  }
}

std::u32string to_utf32(std::string_view s) {
  std::u32string out;
  out.reserve(s.size() / 2);
  for (size_t i = 0; i < s.size();) {
    auto [value, length] = code_point_at(s, i);
    out.push_back(value);
    i += length;
  }
  return out;
}

std::string to_utf8(std::u32string_view s) {
  std::string out;
  out.reserve(s.size() * 3);
  for (char32_t c : s) append_utf8(out, c);
  return out;
}

bool is_valid_utf8(std::string_view s) {
  for (size_t i = 0; i < s.size();) {
    auto [value, length] = code_point_at(s, i);
    // A genuine U+FFFD is three bytes long.
    if (value == 0xFFFD && length == 1) return false;
    i += length;
  }
  return true;
}

std::string_view clamp_utf8(std::string_view s, size_t bytes) {
  if (s.size() <= bytes) return s;
  while (bytes > 0 && is_continuation(static_cast<unsigned char>(s[bytes]))) --bytes;
  return s.substr(0, bytes);
}

size_t length_utf8(std::string_view s) {
  size_t count = 0;
  for (size_t i = 0; i < s.size(); i += code_point_at(s, i).length) ++count;
  return count;
}

bool is_hiragana(char32_t c) { return c >= 0x3041 && c <= 0x309F; }

bool is_katakana(char32_t c) {
  return (c >= 0x30A1 && c <= 0x30FA) || (c >= 0x30FC && c <= 0x30FF) || (c >= 0x31F0 && c <= 0x31FF) ||
         (c >= 0xFF66 && c <= 0xFF9F);
}

bool is_kanji(char32_t c) {
  return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) || (c >= 0xF900 && c <= 0xFAFF) ||
         (c >= 0x20000 && c <= 0x3134F) || (c >= 0x3005 && c <= 0x3007);
}

bool is_japanese(char32_t c) {
  return is_hiragana(c) || is_katakana(c) || is_kanji(c) || (c >= 0x3001 && c <= 0x301F) || c == 0x30FB ||
         (c >= 0xFF01 && c <= 0xFF65) || (c >= 0x2460 && c <= 0x24FF) || c == 0x203B;
}

bool is_space(char32_t c) {
  return c == ' ' || (c >= 0x09 && c <= 0x0D) || c == 0x3000 || c == 0xA0 || (c >= 0x2000 && c <= 0x200B) ||
         c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0xFEFF;
}

bool is_digit(char32_t c) { return (c >= '0' && c <= '9') || (c >= U'０' && c <= U'９'); }

bool is_latin(char32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= U'ａ' && c <= U'ｚ') || (c >= U'Ａ' && c <= U'Ｚ');
}

std::string_view trim(std::string_view s) {
  while (!s.empty()) {
    auto [value, length] = code_point_at(s, 0);
    if (!is_space(value)) break;
    s.remove_prefix(length);
  }
  while (!s.empty()) {
    size_t last = s.size() - 1;
    while (last > 0 && is_continuation(static_cast<unsigned char>(s[last]))) --last;
    if (!is_space(code_point_at(s, last).value)) break;
    s.remove_suffix(s.size() - last);
  }
  return s;
}

std::string replace_all(std::string_view s, std::string_view from, std::string_view to) {
  std::string out;
  size_t begin = 0;
  for (size_t at; (at = s.find(from, begin)) != std::string_view::npos; begin = at + from.size()) {
    out.append(s.substr(begin, at - begin)).append(to);
  }
  return out.append(s.substr(begin));
}

}  // namespace shirube::text
