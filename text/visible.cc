#include "text/visible.h"

#include <algorithm>

#include "text/utf8.h"

namespace shirube::text {
namespace {

struct Range {
  char32_t first, last;
};
constexpr Range kUnseen[] = {{0x00, 0x08},     {0x0B, 0x1F},     {0x7F, 0x9F},     {0xAD, 0xAD},     {0x61C, 0x61C},       {0x180B, 0x180E},    {0x200B, 0x200C},
                             {0x200E, 0x200F}, {0x202A, 0x202E}, {0x2060, 0x206F}, {0xFDD0, 0xFDEF}, {0xFEFF, 0xFEFF},     {0xFFF9, 0xFFFC},    {0xFFFE, 0xFFFF},
                             {0xE0000, 0xE00FF}, {0xE01F0, 0xE0FFF}};

bool is_unseen(char32_t c) {
  for (const auto& range : kUnseen)
    if (c >= range.first && c <= range.last) return true;
  return (c & 0xFFFE) == 0xFFFE;
}

bool is_selector(char32_t c) { return (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xE0100 && c <= 0xE01EF); }

/// Characters that a joiner makes one of: pictures, and letters of Indic scripts.
bool is_joined(char32_t c) { return (c >= 0x900 && c <= 0xDFF) || (c >= 0x2190 && c <= 0x2BFF) || (c >= 0x1F000 && c <= 0x1FAFF) || c == 0xFE0F; }

/// Fonts of signs have their glyphs at U+F020 and beyond. Which font it was is not known here; most are
/// bullets, and these of Wingdings mean something.
struct Sign {
  char32_t glyph, meaning;
};
constexpr Sign kSigns[] = {{0xF06F, U'□'}, {0xF071, U'□'}, {0xF0A8, U'□'}, {0xF0DF, U'←'}, {0xF0E0, U'→'}, {0xF0E1, U'↑'}, {0xF0E2, U'↓'},
                           {0xF0E8, U'→'}, {0xF0F0, U'⇨'}, {0xF0FB, U'✗'}, {0xF0FC, U'✓'}, {0xF0FD, U'☒'}, {0xF0FE, U'☑'}};
constexpr char32_t kFirstGlyph = 0xF020, kLastGlyph = 0xF0FF;

char32_t of_sign(char32_t c) {
  if (c < kFirstGlyph || c > kLastGlyph) return c;
  for (const auto& sign : kSigns)
    if (sign.glyph == c) return sign.meaning;
  return U'・';
}

}  // namespace

std::string visible(std::string_view s) {
  std::string out;
  out.reserve(s.size());
  char32_t before = U' ';
  size_t unclosed = 0;  // before here no mark closes; not looked for again, as a line may hold any number of them
  for (size_t at = 0; at < s.size();) {
    auto rest = s.substr(at);
    if (at >= unclosed && rest[0] == '[' && (rest.starts_with("[bookmark:") || rest.starts_with("[image:"))) {
      auto close = std::min(s.find_first_of("]\n", at), s.size());
      if (close < s.size() && s[close] == ']') {
        at = close + 1;
        continue;
      }
      unclosed = close;
    }
    auto c = code_point_at(s, at);
    at += c.length;
    c.value = of_sign(c.value);
    if (c.value == 0x2028 || c.value == 0x2029) c.value = U'\n';
    if (c.value == 0x200D) {
      if (!is_joined(before) || at >= s.size() || !is_joined(code_point_at(s, at).value)) continue;
    } else if (is_selector(c.value)) {
      if (is_space(before) || before == U'\n' || is_selector(before)) continue;
    } else if (is_unseen(c.value)) {
      continue;
    }
    append_utf8(out, c.value);
    before = c.value;
  }
  return out;
}

}  // namespace shirube::text
