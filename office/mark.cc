#include "office/mark.h"

#include <algorithm>
#include <optional>

#include "text/utf8.h"

namespace shirube::office {

namespace {

constexpr size_t longest_name = 300;  // bytes

/// Wide signs of an input method are the narrow ones.
char32_t narrow(char32_t c) { return c >= U'！' && c <= U'～' ? c - U'！' + U'!' : c; }

struct At {
  char32_t sign;
  size_t next;
};
At sign_at(std::string_view text, size_t at) {
  if (at >= text.size()) return {0, at};
  auto [c, length] = text::code_point_at(text, at);
  return {narrow(c), at + length};
}

/// Where two of a sign stand: behind them.
std::optional<size_t> pair_at(std::string_view text, size_t at, char32_t sign) {
  auto first = sign_at(text, at);
  if (first.sign != sign) return {};
  auto second = sign_at(text, first.next);
  if (second.sign != sign) return {};
  return second.next;
}

void read_inside(std::string_view inside, Mark& mark) {
  inside = text::trim(inside);
  auto [sign, next] = sign_at(inside, 0);
  switch (sign) {
    case U'#': mark.kind = MarkKind::begin; break;
    case U'?': mark.kind = MarkKind::begin_with; break;
    case U'^': mark.kind = MarkKind::begin_without; break;
    case U'/': mark.kind = MarkKind::end; break;
    case U'@': mark.kind = MarkKind::image; break;
    default: next = 0;
  }
  mark.name = folded_name(inside.substr(next));
  if (mark.name.empty()) mark.fault = "波かっこの中に名前がありません。";
  if (mark.name.size() > longest_name) mark.fault = "名前が長すぎます。";
}

}  // namespace

std::vector<Mark> find_marks(std::string_view text) {
  std::vector<Mark> marks;
  for (size_t at = 0; at < text.size();) {
    auto open = pair_at(text, at, U'{');
    const size_t closed = open ? 0 : pair_at(text, at, U'}').value_or(0);  // where a pair that closes nothing ends
    size_t next = sign_at(text, at).next;
    if (closed) {
      marks.push_back({MarkKind::value, "", std::string(text.substr(at, closed - at)), at, closed, "対になる「{{」がありません。"});
      next = closed;
    } else if (open && sign_at(text, *open).sign != U'{') {  // of {{{ the last two
      size_t end = *open;
      while (end < text.size()) {
        auto [sign, behind] = sign_at(text, end);
        if (sign == U'{' || sign == U'}' || sign == U'\n') break;
        end = behind;
      }
      Mark mark{MarkKind::value, "", "", at, end, ""};
      if (auto whole = pair_at(text, end, U'}')) {
        mark.end = *whole;
        read_inside(text.substr(*open, end - *open), mark);
      } else {
        mark.fault = "「}}」で閉じていません。";
      }
      mark.typed = text::clamp_utf8(text.substr(at, mark.end - at), longest_name);
      next = mark.end;
      marks.push_back(std::move(mark));
    }
    at = next;
  }
  return marks;
}

bool may_hold_marks(std::string_view text) {
  for (std::string_view brace : {"{", "}", "｛", "｝"}) {
    if (text.find(brace) != text.npos) return true;
  }
  return false;
}

std::string folded_name(std::string_view name) {
  std::string out;
  for (size_t at = 0; at < name.size();) {
    auto [c, length] = text::code_point_at(name, at);
    at += length;
    if (!text::is_space(c) && c != '\n') text::append_utf8(out, narrow(c));
  }
  return out;
}

std::string words_around(std::string_view text, size_t begin, size_t end) {
  constexpr size_t most = 60;  // bytes on each side
  size_t from = begin > most ? begin - most : 0;
  while (from < begin && (static_cast<unsigned char>(text[from]) & 0xC0) == 0x80) ++from;
  std::string out = from > 0 ? "…" : "";
  out += text.substr(from, end - from);
  std::string_view behind = text.substr(end);
  out += text::clamp_utf8(behind, most);
  if (behind.size() > most) out += "…";
  std::ranges::replace_if(out, [](char c) { return c == '\n' || c == '\t'; }, ' ');
  return out;
}

}  // namespace shirube::office
