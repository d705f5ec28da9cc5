#include "text/difference.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>

#include "text/normalize.h"
#include "text/utf8.h"

namespace shirube::text {

namespace {

/// Alike pieces between two changes that are shorter say nothing: 「の」, 「は、」.
constexpr size_t shortest_alike = 2;  // characters that are not hiragana or signs

/// A piece of a text, and what it is compared by.
struct Piece {
  Stretch place;
  uint32_t word;
  bool blank = false;
};

/// Numbers for what pieces say, so that they are compared at once.
class Words {
 public:
  uint32_t number(std::string_view said) { return numbers_.try_emplace(fold(said), static_cast<uint32_t>(numbers_.size())).first->second; }

 private:
  std::unordered_map<std::string, uint32_t> numbers_;
};

enum class Script { hiragana, katakana, kanji, letter, space, sign };

/// Kanji of words that join others (及び, 並びに, 又は, 若しくは), which are no part of them.
constexpr std::u32string_view joining = U"及並又若";

Script script_of(char32_t c) {
  if (is_hiragana(c) || joining.find(c) != joining.npos) return Script::hiragana;
  if (is_katakana(c)) return Script::katakana;
  if (is_kanji(c)) return Script::kanji;
  if (is_digit(c) || is_latin(c)) return Script::letter;
  return is_space(c) || c == '\n' ? Script::space : Script::sign;
}

/// Runs of one script; each sign alone. A single kanji and the hiragana behind it are one word (受ける).
std::vector<Piece> words_of(std::string_view s, Stretch within, Words& words) {
  std::vector<Piece> out;
  for (size_t at = within.begin; at < within.end;) {
    auto first = code_point_at(s, at);
    Script script = script_of(first.value);
    size_t end = at + first.length;
    for (size_t count = 1; script != Script::sign && end < within.end; ++count) {
      auto next = code_point_at(s, end);
      Script further = script_of(next.value);
      if (script == Script::kanji && count == 1 && further == Script::hiragana) script = further;
      if (further != script) break;
      end += next.length;
    }
    std::string_view said = s.substr(at, end - at);
    out.push_back({{at, end}, words.number(script == Script::space ? std::string_view(" ") : said), script == Script::space});
    at = end;
  }
  // White space is where lines happen to end.
  std::erase_if(out, [](const Piece& piece) { return piece.blank; });
  return out;
}

/// Up to each 「。」 and line end.
std::vector<Piece> sentences_of(std::string_view s, Words& words) {
  constexpr std::string_view stop = "。";
  std::vector<Piece> out;
  for (size_t at = 0; at < s.size();) {
    size_t dot = s.find(stop, at), line = s.find('\n', at);
    size_t end = std::min({dot == s.npos ? s.size() : dot + stop.size(), line == s.npos ? s.size() : line + 1, s.size()});
    std::string said;
    for (char32_t c : to_utf32(s.substr(at, end - at))) {
      if (!is_space(c) && c != '\n') append_utf8(said, c);
    }
    if (!said.empty()) out.push_back({{at, end}, words.number(said), false});
    at = end;
  }
  return out;
}

/// Pairs of places of what both have in common, in order: the longest common subsequence. Where the middle is too large to be compared, none of it.
std::vector<std::pair<size_t, size_t>> common(std::span<const Piece> a, std::span<const Piece> b) {
  std::vector<std::pair<size_t, size_t>> out;
  size_t head = 0, tail = 0, shorter = std::min(a.size(), b.size());
  while (head < shorter && a[head].word == b[head].word) out.emplace_back(head, head), ++head;
  while (tail < shorter - head && a[a.size() - 1 - tail].word == b[b.size() - 1 - tail].word) ++tail;
  size_t n = a.size() - head - tail, m = b.size() - head - tail;
  if (n > 0 && m > 0 && n <= most_compared && m <= most_compared) {
    // lengths[i][k]: of what a from i on and b from k on have in common
    std::vector<uint16_t> lengths((n + 1) * (m + 1), 0);
    auto at = [&](size_t i, size_t k) -> uint16_t& { return lengths[i * (m + 1) + k]; };
    for (size_t i = n; i-- > 0;) {
      for (size_t k = m; k-- > 0;) {
        at(i, k) = a[head + i].word == b[head + k].word ? at(i + 1, k + 1) + 1 : std::max(at(i + 1, k), at(i, k + 1));
      }
    }
    for (size_t i = 0, k = 0; i < n && k < m;) {
      if (a[head + i].word == b[head + k].word) out.emplace_back(head + i++, head + k++);
      else if (at(i + 1, k) >= at(i, k + 1)) ++i;
      else ++k;
    }
  }
  for (size_t i = tail; i > 0; --i) out.emplace_back(a.size() - i, b.size() - i);
  return out;
}

bool says_something(std::string_view s) {
  size_t telling = 0;
  for (char32_t c : to_utf32(s)) {
    Script script = script_of(c);
    if (script != Script::hiragana && script != Script::sign && script != Script::space) ++telling;
  }
  return telling >= shortest_alike || length_utf8(s) > 3 * shortest_alike;
}

/// What lies between what is in common. The pieces are those of `within`.
std::vector<Change> between(std::span<const Piece> a, std::span<const Piece> b, const Change& within) {
  std::vector<Change> out;
  size_t i = 0, k = 0;
  auto place = [](std::span<const Piece> pieces, size_t from, size_t to, const Stretch& all) {
    if (from < to) return Stretch{pieces[from].place.begin, pieces[to - 1].place.end};
    size_t at = from > 0 ? pieces[from - 1].place.end : pieces.empty() ? all.begin : pieces[0].place.begin;
    return Stretch{at, at};
  };
  auto add = [&](size_t to_i, size_t to_k) {
    if (i < to_i || k < to_k) out.push_back({place(a, i, to_i, within.before), place(b, k, to_k, within.after)});
  };
  for (auto [at_i, at_k] : common(a, b)) {
    add(at_i, at_k);
    i = at_i + 1;
    k = at_k + 1;
  }
  add(a.size(), b.size());
  return out;
}

/// Joins changes with too little between them.
std::vector<Change> joined(std::vector<Change> all, std::string_view after) {
  std::vector<Change> out;
  for (const auto& change : all) {
    bool join = !out.empty() && !says_something(after.substr(out.back().after.end, change.after.begin - out.back().after.end));
    if (!join) out.push_back(change);
    else out.back().before.end = change.before.end, out.back().after.end = change.after.end;
  }
  return out;
}

}  // namespace

std::vector<Change> changes(std::string_view before, std::string_view after) {
  Words words;
  auto a = sentences_of(before, words), b = sentences_of(after, words);
  std::vector<Change> out;
  for (const auto& change : between(a, b, {{0, before.size()}, {0, after.size()}})) {
    auto inside_a = words_of(before, change.before, words), inside_b = words_of(after, change.after, words);
    for (const auto& one : joined(between(inside_a, inside_b, change), after)) out.push_back(one);
  }
  return out;
}

}  // namespace shirube::text
