#include "text/diff.h"

#include <algorithm>
#include <cstdint>

#include "text/utf8.h"

namespace shirube::text {

namespace {

using Pieces = std::vector<std::string_view>;
using Kind = Change::Kind;

constexpr size_t most_cells = 4'000'000;

/// What runs on as one word: pieces of one class are not cut.
int word_class(char32_t c) {
  if (is_katakana(c)) return 1;
  if (is_latin(c)) return 2;
  if (is_digit(c)) return 3;
  return 0;
}

Pieces pieces_of(std::string_view s) {
  Pieces out;
  for (size_t at = 0; at < s.size();) {
    CodePoint first = code_point_at(s, at);
    size_t end = at + first.length;
    int kind = word_class(first.value);
    while (kind != 0 && end < s.size()) {
      CodePoint next = code_point_at(s, end);
      if (word_class(next.value) != kind) break;
      end += next.length;
    }
    out.push_back(s.substr(at, end - at));
    at = end;
  }
  return out;
}

void add(std::vector<Change>& out, Kind kind, std::string_view piece) {
  // What was removed stands before what was added in its place.
  if (kind == Kind::removed && !out.empty() && out.back().kind == Kind::added) {
    bool has_removed = out.size() > 1 && out[out.size() - 2].kind == Kind::removed;
    if (!has_removed) out.insert(out.end() - 1, {Kind::removed, ""});
    out[out.size() - 2].text += piece;
    return;
  }
  if (out.empty() || out.back().kind != kind) out.push_back({kind, ""});
  out.back().text += piece;
}

void add_all(std::vector<Change>& out, Kind kind, const Pieces& pieces, size_t begin, size_t end) {
  for (size_t i = begin; i < end; ++i) add(out, kind, pieces[i]);
}

/// The longest common subsequence of what lies between: how much of it two tails have in common.
void add_between(std::vector<Change>& out, const Pieces& a, const Pieces& b, size_t begin, size_t a_end, size_t b_end) {
  const size_t rows = a_end - begin, columns = b_end - begin;
  if (rows == 0 || columns == 0 || rows > most_cells / columns) {
    add_all(out, Kind::removed, a, begin, a_end);
    add_all(out, Kind::added, b, begin, b_end);
    return;
  }
  std::vector<uint32_t> common((rows + 1) * (columns + 1), 0);
  auto cell = [&](size_t i, size_t j) -> uint32_t& { return common[i * (columns + 1) + j]; };
  for (size_t i = rows; i-- > 0;) {
    for (size_t j = columns; j-- > 0;) {
      cell(i, j) = a[begin + i] == b[begin + j] ? cell(i + 1, j + 1) + 1 : std::max(cell(i + 1, j), cell(i, j + 1));
    }
  }
  size_t i = 0, j = 0;
  while (i < rows && j < columns) {
    if (a[begin + i] == b[begin + j]) {
      add(out, Kind::same, a[begin + i]);
      ++i, ++j;
    } else if (cell(i + 1, j) >= cell(i, j + 1)) {
      add(out, Kind::removed, a[begin + i++]);
    } else {
      add(out, Kind::added, b[begin + j++]);
    }
  }
  add_all(out, Kind::removed, a, begin + i, a_end);
  add_all(out, Kind::added, b, begin + j, b_end);
}

/// A single character that two changes happen to have between them is no word that stayed.
std::vector<Change> without_islands(const std::vector<Change>& all) {
  std::vector<Change> out;
  for (size_t i = 0; i < all.size(); ++i) {
    bool island = all[i].kind == Kind::same && i > 0 && i + 1 < all.size() && length_utf8(all[i].text) == 1;
    if (island) add(out, Kind::removed, all[i].text);
    add(out, island ? Kind::added : all[i].kind, all[i].text);
  }
  return out;
}

}  // namespace

std::vector<Change> changes(std::string_view before, std::string_view after) {
  Pieces a = pieces_of(before), b = pieces_of(after);
  size_t begin = 0, a_end = a.size(), b_end = b.size();
  while (begin < std::min(a_end, b_end) && a[begin] == b[begin]) ++begin;
  while (a_end > begin && b_end > begin && a[a_end - 1] == b[b_end - 1]) --a_end, --b_end;
  std::vector<Change> out;
  add_all(out, Kind::same, a, 0, begin);
  add_between(out, a, b, begin, a_end, b_end);
  add_all(out, Kind::same, a, a_end, a.size());
  return without_islands(out);
}

}  // namespace shirube::text
