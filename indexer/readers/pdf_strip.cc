#include "indexer/readers/pdf_strip.h"

#include <algorithm>

#include "text/utf8.h"

namespace shirube::indexer {

char32_t first_char(std::string_view s) { return s.empty() ? 0 : text::code_point_at(s, 0).value; }
char32_t last_char(std::string_view s) {
  size_t at = s.size();
  while (at > 0 && (static_cast<unsigned char>(s[--at]) & 0xC0) == 0x80) {}
  return s.empty() ? 0 : text::code_point_at(s, at).value;
}

namespace {

/// A character as wide as it is high, as far as spaces beside it are concerned.
bool is_square(char32_t c) { return text::is_japanese(c) || (c >= 0xFF01 && c <= 0xFF60) || (c >= 0x2460 && c <= 0x24FF) || (c >= 0x2500 && c <= 0x27BF); }

/// `first`: they begin the line.
std::string space_between(const PlacedWord& a, const PlacedWord& b, double size, bool first) {
  double gap = (b.left - a.right) / size;
  auto before = last_char(a.text), after = first_char(b.text);
  if (!is_square(before) && !is_square(after)) return gap > 0.12 || a.space_after ? (gap > 2 ? "　" : " ") : "";
  // A number at the head of a line stands apart from its heading by however little.
  if (gap < 0.3) return first && gap > 0.15 && text::is_digit(before) ? " " : "";
  if (is_square(before) != is_square(after) && !text::is_digit(before)) return gap < 1.6 ? " " : "　";
  return gap < 0.72 ? " " : "　";
}

}  // namespace

std::vector<Strip> to_strips(std::vector<PlacedWord> words) {
  std::stable_sort(words.begin(), words.end(), [](auto& a, auto& b) { return a.top + a.bottom < b.top + b.bottom; });
  std::vector<Strip> strips;
  for (auto& w : words) {
    Strip* home = nullptr;
    for (size_t i = strips.size(); i-- > 0 && i + 6 > strips.size();) {
      auto& s = strips[i];
      double shared = std::min(s.bottom, w.bottom) - std::max(s.top, w.top);
      double least = std::min(s.bottom - s.top, w.bottom - w.top);
      if (shared > least * 0.55 && (!home || s.bottom - s.top > home->bottom - home->top)) home = &s;
    }
    if (!home) {
      strips.push_back({});
      home = &strips.back();
      home->top = w.top, home->bottom = w.bottom;
    } else if (w.size > home->size) {
      home->top = w.top, home->bottom = w.bottom;
    }
    home->size = std::max(home->size, w.size);
    home->words.push_back(std::move(w));
  }
  for (auto& s : strips) {
    std::stable_sort(s.words.begin(), s.words.end(), [](auto& a, auto& b) { return a.left < b.left; });
    s.left = s.words.front().left;
    for (auto& w : s.words) s.right = std::max(s.right, w.right);
  }
  std::stable_sort(strips.begin(), strips.end(), [](auto& a, auto& b) { return a.top < b.top; });
  return strips;
}

std::string text_of(std::span<const PlacedWord> words, double size) {
  std::string out;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += space_between(words[i - 1], words[i], size, i == 1);
    out += words[i].text;
  }
  return out;
}

}  // namespace shirube::indexer
