#include "indexer/readers/pdf_table.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <span>
#include <string>
#include <utility>

#include "corpus/outline_marker.h"
#include "corpus/outline_paragraph.h"
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

/// Lines running that were marked as a table.
class Table {
 public:
  explicit Table(std::span<Strip> lines) : lines_(lines) {
    for (auto& line : lines) size_ = std::max(size_, line.size);
    find_columns();
    for (auto& line : lines) {
      cells_.emplace_back(separators_.size() + 1);
      for (auto& w : line.words) cells_.back()[column_of(w)].push_back(w);
    }
  }

  std::vector<Strip> rows() const {
    std::vector<Strip> out;
    auto begins = separators_.empty() ? std::vector<bool>(lines_.size(), true) : row_starts();
    for (size_t i = 0; i < lines_.size();) {
      size_t end = i + 1;
      while (end < lines_.size() && !begins[end]) ++end;
      out.push_back(row(i, end));
      i = end;
    }
    return out;
  }

  bool takes(const Strip& line, double distance) const;

 private:
  void find_columns();
  bool parts(double low, double high) const;
  std::vector<bool> row_starts() const;
  std::vector<bool> starts_by_space(double tight) const;
  std::vector<bool> starts_by_first_cell() const;
  bool space_above(size_t line, double tight) const;
  double step(size_t line, size_t column) const;
  bool reaches_edge(size_t line, size_t column) const;
  Strip row(size_t begin, size_t end) const;

  size_t column_of(const PlacedWord& w) const {
    return static_cast<size_t>(std::ranges::count_if(separators_, [&](double x) { return (w.left + w.right) / 2 > x; }));
  }
  bool has(size_t line, size_t column) const { return !cells_[line][column].empty(); }

  std::span<Strip> lines_;
  double size_ = 1;
  std::vector<double> separators_;  ///< between the columns, from left to right
  std::vector<std::vector<std::vector<PlacedWord>>> cells_;  ///< by line and column
};

/// What no word stands in is a separator, where words stand on both sides of it.
void Table::find_columns() {
  std::vector<std::pair<double, double>> taken;
  for (auto& line : lines_)
    for (auto& w : line.words) taken.emplace_back(w.left, w.right);
  std::ranges::sort(taken);
  double reach = taken.front().second;
  for (auto [left, right] : taken) {
    if (left > reach && parts(reach, left)) separators_.push_back((reach + left) / 2);
    reach = std::max(reach, right);
  }
}

/// A narrow space is one between columns where cells begin at it that stand below each other.
bool Table::parts(double low, double high) const {
  size_t both = 0, begin = 0;
  for (size_t i = 0; i < lines_.size(); ++i) {
    if (lines_[i].words.back().right <= high) continue;
    // Cells set to the middle stand half a line apart.
    for (size_t k = i > 2 ? i - 2 : 0; k < std::min(i + 3, lines_.size()); ++k)
      if (std::abs(lines_[k].top - lines_[i].top) < size_ && lines_[k].words.front().left < low) {
        ++both;
        break;
      }
    begin += std::ranges::any_of(lines_[i].words, [&](auto& w) { return std::abs(w.left - high) < size_ * 0.15; });
  }
  return both > 0 && (high - low > size_ * 0.75 || (both > 1 && begin > 2));
}

/// A line that is close to the table and keeps to its columns: in several of them, or in one that is not the first.
bool Table::takes(const Strip& line, double distance) const {
  if (separators_.empty() || line.words.empty() || line.block != lines_.front().block || line.note || line.margin || distance > size_ * 1.2) return false;
  bool across = std::ranges::any_of(line.words, [&](auto& w) { return std::ranges::any_of(separators_, [&](double x) { return w.left < x && w.right > x; }); });
  return !across && column_of(line.words.back()) > 0;
}

/// From a line to the one above it in the same column; nothing when it is the first.
double Table::step(size_t line, size_t column) const {
  for (size_t above = line; above-- > 0;)
    if (has(above, column)) return lines_[line].top - lines_[above].top;
  return 0;
}

/// A line that fills its cell, so that the cell may go on in the next.
bool Table::reaches_edge(size_t line, size_t column) const {
  double edge = 0;
  for (auto& cells : cells_)
    for (auto& w : cells[column]) edge = std::max(edge, w.right);
  return cells_[line][column].back().right > edge - size_ * 1.7;
}

std::vector<bool> Table::row_starts() const {
  std::vector<double> steps;
  for (size_t i = 1; i < lines_.size(); ++i)
    for (size_t c = 0; c <= separators_.size(); ++c)
      if (double d = has(i, c) ? step(i, c) : 0; d > size_ * 0.8) steps.push_back(d);
  std::vector<bool> all(lines_.size(), true);
  if (steps.empty()) return all;
  // The smallest step that comes twice is that of the lines of a cell, unless it is that of all rows; where it is
  // wider than lines of a cell are, the one cell that goes on tells.
  std::ranges::sort(steps);
  double tight = steps.front();
  for (size_t i = 0; i + 1 < steps.size(); ++i)
    if (steps[i + 1] < steps[i] * 1.06) {
      if (steps[i + 1] < size_ * 2) tight = steps[i + 1];
      break;
    }
  bool spaced = false;
  for (size_t i = 1; i < lines_.size(); ++i) spaced = spaced || space_above(i, tight);
  return spaced ? starts_by_space(tight) : starts_by_first_cell();
}

/// More room than the lines of a cell leave each other.
bool Table::space_above(size_t line, double tight) const {
  double bottom = 0;
  for (size_t i = line; i-- > 0 && i + 12 > line;) bottom = std::max(bottom, lines_[i].bottom);
  double height = lines_[line].bottom - lines_[line].top;
  return lines_[line].top - bottom > tight - height + tight * 0.12;
}

std::vector<bool> Table::starts_by_space(double tight) const {
  std::vector<bool> begins(lines_.size(), true);
  for (size_t i = 1; i < lines_.size(); ++i) {
    // A cell goes on where its next line is as close as lines of a cell are.
    bool goes_on = false;
    size_t beside = 0, open = 0;
    for (size_t c = 0; c <= separators_.size(); ++c) {
      size_t above = i, below = i;
      while (above > 0 && !has(above - 1, c)) --above;
      while (below < lines_.size() && !has(below, c)) ++below;
      if (above == 0 || below == lines_.size()) continue;
      goes_on = goes_on || lines_[below].top - lines_[above - 1].top <= tight * 1.12;
      if (above == i && below == i) ++beside, open += reaches_edge(i - 1, c);
    }
    // Lines with several cells each are rows, unless all of these go on; and a row has one first cell.
    bool rows = beside > 1 && open < beside;
    bool another = false;
    for (size_t k = i; k-- > 0 && has(i, 0) && step(i, 0) > tight * 1.12;) {
      another = another || has(k, 0);
      if (begins[k]) break;
    }
    begins[i] = !goes_on || rows || another || space_above(i, tight);
  }
  return begins;
}

std::vector<bool> Table::starts_by_first_cell() const {
  std::vector<bool> begins(lines_.size(), true);
  bool middle = !has(0, 0);  // what stands before the first cell of its row is set to the middle
  for (size_t i = 1; i < lines_.size(); ++i) middle = middle || lines_[i].top - lines_[i - 1].top < size_ * 0.9;
  if (middle) return begins;
  for (size_t i = 1; i < lines_.size(); ++i) {
    if (has(i, 0)) continue;
    begins[i] = false;
    for (size_t c = 1; c <= separators_.size(); ++c)
      if (has(i, c) && (!has(i - 1, c) || !reaches_edge(i - 1, c))) begins[i] = true;
  }
  return begins;
}

Strip Table::row(size_t begin, size_t end) const {
  Strip out = lines_[begin];
  for (size_t c = 0; c <= separators_.size(); ++c) {
    std::string cell;
    for (size_t i = begin; i < end; ++i)
      if (has(i, c)) corpus::join_line(cell, text_of(cells_[i][c], lines_[i].size));
    if (!out.row.empty()) out.row += '\t';
    out.row += cell;
  }
  while (out.row.ends_with('\t')) out.row.pop_back();
  for (size_t i = begin + 1; i < end; ++i) {
    auto& line = lines_[i];
    out.left = std::min(out.left, line.left), out.right = std::max(out.right, line.right), out.bottom = std::max(out.bottom, line.bottom);
    out.words.insert(out.words.end(), line.words.begin(), line.words.end());
    out.marks.insert(out.marks.end(), line.marks.begin(), line.marks.end());
  }
  return out;
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

void join_rows(std::vector<Strip>& strips) {
  std::vector<Strip> out;
  size_t done = 0;
  for (size_t begin = 0; begin < strips.size();) {
    if (!strips[begin].table) {
      ++begin;
      continue;
    }
    size_t end = begin + 1;
    while (end < strips.size() && strips[end].table && strips[end].block == strips[begin].block) ++end;
    Table found(std::span<Strip>(strips).subspan(begin, end - begin));
    while (begin > done && found.takes(strips[begin - 1], strips[begin].top - strips[begin - 1].bottom)) strips[--begin].table = true;
    while (end < strips.size() && !strips[end].table && found.takes(strips[end], strips[end].top - strips[end - 1].bottom)) strips[end++].table = true;
    std::move(strips.begin() + static_cast<std::ptrdiff_t>(done), strips.begin() + static_cast<std::ptrdiff_t>(begin), std::back_inserter(out));
    std::ranges::move(Table(std::span(strips).subspan(begin, end - begin)).rows(), std::back_inserter(out));
    begin = done = end;
  }
  std::move(strips.begin() + static_cast<std::ptrdiff_t>(done), strips.end(), std::back_inserter(out));
  strips = std::move(out);
}

}  // namespace shirube::indexer
