#include "indexer/readers/pdf_table.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "corpus/outline_marker.h"
#include "text/utf8.h"

namespace shirube::indexer {
namespace {

/// A number and its text are one piece: 「第一　　地域の…」. How far apart they may stand, in ems.
double number_gap(const std::string& words) {
  if (text::length_utf8(words) > 8) return 0;
  auto markers = corpus::read_markers(words + "　x");
  if (markers.empty()) return 0;
  auto core = markers[0].family.core;
  return core == corpus::Core::decimal || core == corpus::Core::ordinal || corpus::legal_rank(core) ? 3.5 : 1.75;
}

/// Pieces of a line that wide gaps part, by the position of their first words.
std::vector<size_t> pieces_of(const Strip& s, double least = 1.6) {
  std::vector<size_t> starts = {0};
  std::string before = s.words.empty() ? "" : s.words[0].text;
  for (size_t i = 1; i < s.words.size(); ++i) {
    double gap = (s.words[i].left - s.words[i - 1].right) / s.size;
    if (gap > least && !(starts.size() == 1 && gap < number_gap(before))) starts.push_back(i);
    before += s.words[i].text;
  }
  return starts;
}

bool shares_column(const Strip& a, const Strip& b, double least, double tolerance) {
  for (auto i : pieces_of(a, least))
    for (auto k : pieces_of(b, least))
      if (i && k && std::abs(a.words[i].left - b.words[k].left) < tolerance) return true;
  return false;
}

/// Narrow gaps part cells too where three lines running have them at one place.
void mark_narrow_tables(std::vector<Strip>& strips, const Body& body) {
  for (size_t i = 0; i + 2 < strips.size(); ++i) {
    bool table = true;
    for (size_t k = i; k < i + 2; ++k)
      table = table && strips[k].block == strips[k + 1].block && strips[k + 1].top - strips[k].top < body.pitch * 2 && shares_column(strips[k], strips[k + 1], 0.75, body.size * 0.25);
    for (size_t k = i; table && k < i + 3; ++k) strips[k].table = true;
  }
}

}  // namespace

/// Rows in which wide gaps stand at the same places, and the lines of cells between them.
void mark_tables(std::vector<Strip>& strips, const Body& body, double left, double right) {
  std::vector<size_t> rows;
  for (size_t i = 0; i < strips.size(); ++i)
    if (!strips[i].words.empty() && pieces_of(strips[i]).size() > 1) rows.push_back(i);
  for (size_t r = 0; r + 1 < rows.size(); ++r) {
    size_t a = rows[r], b = rows[r + 1];
    if (b - a > 6 || strips[a].block != strips[b].block || !shares_column(strips[a], strips[b], 1.6, body.size * 0.8)) continue;
    bool narrow = true;
    for (size_t k = a + 1; k < b; ++k) {
      auto& s = strips[k];
      bool wide = s.left < left + body.size * 1.5 && s.right > right - body.size * 2.5;
      narrow = narrow && !wide && s.top - strips[k - 1].top < body.pitch * 3;
    }
    if (!narrow) continue;
    for (size_t k = a; k <= b; ++k) strips[k].table = true;
  }
  mark_narrow_tables(strips, body);
  // Cells whose other lines run on above and below the marked rows.
  for (size_t i = 0; i < strips.size(); ++i) {
    if (strips[i].table || strips[i].words.empty()) continue;
    for (size_t k : {i - 1, i + 1}) {
      if (k >= strips.size() || !strips[k].table || strips[k].block != strips[i].block) continue;
      bool near = std::abs(strips[i].top - strips[k].top) < body.pitch * 1.3;
      bool aligned = strips[i].left > left + body.size * 3 && std::any_of(strips[k].words.begin(), strips[k].words.end(), [&](auto& w) { return std::abs(w.left - strips[i].left) < body.size * 0.5; });
      if (near && aligned && strips[i].right - strips[i].left < (right - left) * 0.75) strips[i].table = true;
    }
  }
}

std::vector<size_t> cells_of(const Strip& row) { return pieces_of(row, 0.75); }

}  // namespace shirube::indexer
