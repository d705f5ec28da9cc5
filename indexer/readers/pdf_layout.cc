#include "indexer/readers/pdf_layout.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string_view>

#include "corpus/outline_marker.h"
#include "text/utf8.h"

namespace shirube::indexer {
namespace {

using corpus::Line;
using text::code_point_at;

/// A printed line before its text is put together.
struct Strip {
  std::vector<PlacedWord> words;
  double left = 0, right = 0, top = 0, bottom = 0, size = 0;
  bool table = false, note = false, margin = false;
  size_t block = 0;  ///< columns and pages are margins of their own
};

/// What ordinary text measures.
struct Body {
  double size = 10, pitch = 15;
  std::map<int, std::pair<double, double>> edges;  ///< left and right edge, by page width
};

char32_t first_char(std::string_view s) { return s.empty() ? 0 : code_point_at(s, 0).value; }
char32_t last_char(std::string_view s) {
  char32_t c = 0;
  for (size_t at = 0; at < s.size(); at += code_point_at(s, at).length) c = code_point_at(s, at).value;
  return c;
}

template <class Test>
bool all_chars(std::string_view s, Test test) {
  for (size_t at = 0; at < s.size();) {
    auto c = code_point_at(s, at);
    if (!test(c.value)) return false;
    at += c.length;
  }
  return !s.empty();
}

bool is_number(std::string_view s) { return all_chars(s, text::is_digit); }
bool is_kana(std::string_view s) {
  return all_chars(s, [](char32_t c) { return text::is_hiragana(c) || text::is_katakana(c) || text::is_space(c); });
}
/// A character as wide as it is high, as far as spaces beside it are concerned.
bool is_square(char32_t c) { return text::is_japanese(c) || (c >= 0xFF01 && c <= 0xFF60) || (c >= 0x2460 && c <= 0x24FF) || (c >= 0x2500 && c <= 0x27BF); }

/// The most common value, weighted, in steps.
double mode(const std::vector<std::pair<double, double>>& values, double step, double otherwise) {
  std::map<long, double> weight;
  for (auto& [v, w] : values) weight[std::lround(v / step)] += w;
  double best = 0, found = otherwise;
  for (auto& [k, w] : weight)
    if (w > best) best = w, found = static_cast<double>(k) * step;
  return found;
}

double body_size(const std::vector<PlacedPage>& pages) {
  std::vector<std::pair<double, double>> sizes;
  for (auto& p : pages)
    for (auto& w : p.words) sizes.emplace_back(w.size, static_cast<double>(w.text.size()));
  return std::max(1.0, mode(sizes, 0.1, 10));
}

/// Words whose boxes share their height are of one line; the largest type among them sets it.
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

size_t letters(const std::vector<const PlacedWord*>& words) {
  size_t n = 0;
  for (auto* w : words) n += text::length_utf8(w->text);
  return n;
}

/// Prose fills its lines; labels and figures do not.
bool is_prose(const std::vector<const PlacedWord*>& words, double height) {
  if (letters(words) < 160) return false;
  std::map<long, size_t> lines;
  double top = 1e9, bottom = 0;
  for (auto* w : words) {
    lines[std::lround((w->top + w->bottom) / 2 / std::max(4.0, w->size * 0.7))] += text::length_utf8(w->text);
    top = std::min(top, w->top), bottom = std::max(bottom, w->bottom);
  }
  std::vector<size_t> lengths;
  for (auto& [y, n] : lines) lengths.push_back(n);
  std::nth_element(lengths.begin(), lengths.begin() + static_cast<std::ptrdiff_t>(lengths.size() / 2), lengths.end());
  return lengths.size() >= 8 && lengths[lengths.size() / 2] >= 12 && bottom - top > height * 0.4;
}

/// The middle of a gutter that parts the page into two columns of prose.
std::optional<double> find_gutter(const PlacedPage& page, double size) {
  std::optional<double> best;
  size_t fewest = page.words.size() / 40 + 1;
  for (double x = page.width * 0.3; x < page.width * 0.7; x += size * 0.5) {
    std::vector<const PlacedWord*> left, right;
    size_t crossing = 0;
    for (auto& w : page.words) {
      if (w.right <= x - size * 0.3) left.push_back(&w);
      else if (w.left >= x + size * 0.3) right.push_back(&w);
      else ++crossing;
    }
    if (crossing > fewest || (best && crossing == fewest)) continue;
    if (!is_prose(left, page.height) || !is_prose(right, page.height)) continue;
    best = x, fewest = crossing;
  }
  return best;
}

std::vector<Strip> page_strips(const PlacedPage& page, double size, size_t& block) {
  std::vector<Strip> all;
  auto append = [&](std::vector<PlacedWord> words) {
    auto strips = to_strips(std::move(words));
    for (auto& s : strips) s.block = block;
    if (!strips.empty()) ++block;
    std::move(strips.begin(), strips.end(), std::back_inserter(all));
  };
  auto gutter = find_gutter(page, size);
  if (!gutter) {
    append(page.words);
    return all;
  }
  std::vector<PlacedWord> head, left, right, foot;
  double first = 1e9;
  for (auto& w : page.words)
    if (w.right < *gutter) first = std::min(first, w.top);
  for (auto& w : page.words) {
    bool crosses = w.left < *gutter && w.right > *gutter;
    if (crosses) (w.bottom < page.height / 2 ? head : foot).push_back(w);
    else (w.right <= *gutter ? left : right).push_back(w);
  }
  for (auto* part : {&head, &left, &right, &foot}) append(std::move(*part));
  return all;
}

/// Ruby, and the small raised numbers that point to footnotes.
void drop_marks(std::vector<Strip>& strips, double body) {
  std::erase_if(strips, [&](const Strip& s) {
    return s.size < body * 0.66 && std::all_of(s.words.begin(), s.words.end(), [](auto& w) { return is_kana(w.text); });
  });
  for (auto& s : strips) {
    bool first = true;  // before the footnotes are found, a number that begins a line may be theirs
    std::erase_if(s.words, [&](const PlacedWord& w) {
      bool small = w.size < s.size * 0.78;
      bool mark = small && ((!first && is_number(w.text) && w.text.size() <= 3) || is_kana(w.text));
      first = false;
      return mark;
    });
  }
}

void drop_leading_marks(std::vector<Strip>& strips) {
  for (auto& s : strips)
    if (!s.note && s.words.size() > 1 && s.words[0].size < s.size * 0.78 && is_number(s.words[0].text)) s.words.erase(s.words.begin());
}

/// Footnotes: smaller type from some line down to the foot of the page, begun by a number.
void mark_notes(std::vector<Strip>& strips, double body) {
  size_t start = strips.size(), number = strips.size();
  for (size_t i = strips.size(); i-- > 0;) {
    auto& s = strips[i];
    bool page_number = i + 1 == strips.size() && s.words.size() == 1 && is_number(s.words[0].text);
    if (page_number) {
      start = number = i;
      continue;
    }
    if (s.size > body * 0.95) break;
    start = i;
    auto c = first_char(s.words.front().text);
    bool small = s.words.front().size < s.size * 0.85 || s.words.size() == 1;
    if (text::is_digit(c) && (small || s.size < body * 0.9)) number = i;
  }
  if (start == 0) return;
  for (size_t i = number; i < strips.size(); ++i) strips[i].note = true;
  if (!strips.empty() && strips.back().words.size() == 1 && is_number(strips.back().words[0].text)) strips.back().note = false;
}

/// A number and its text are one piece: 「第一　　地域の…」. How far apart they may stand, in ems.
double number_gap(const std::string& words) {
  if (text::length_utf8(words) > 8) return 0;
  auto markers = corpus::read_markers(words + "　x");
  if (markers.empty()) return 0;
  auto core = markers[0].family.core;
  return core == corpus::Core::decimal || core == corpus::Core::ordinal || corpus::legal_rank(core) ? 3.5 : 1.75;
}

/// Pieces of a line that wide gaps part, by the position of their first words.
std::vector<size_t> cells_of(const Strip& s, double least = 1.6) {
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
  for (auto i : cells_of(a, least))
    for (auto k : cells_of(b, least))
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

/// Rows in which wide gaps stand at the same places, and the lines of cells between them.
void mark_tables(std::vector<Strip>& strips, const Body& body, double left, double right) {
  std::vector<size_t> rows;
  for (size_t i = 0; i < strips.size(); ++i)
    if (!strips[i].words.empty() && cells_of(strips[i]).size() > 1) rows.push_back(i);
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

std::string space_between(const PlacedWord& a, const PlacedWord& b, double size, bool first) {
  double gap = (b.left - a.right) / size;
  auto before = last_char(a.text), after = first_char(b.text);
  if (!is_square(before) && !is_square(after)) return gap > 0.12 || a.space_after ? (gap > 2 ? "　" : " ") : "";
  // A number at the head of a line stands apart from its heading by however little.
  if (gap < 0.3) return first && gap > 0.15 && text::is_digit(before) ? " " : "";
  if (is_square(before) != is_square(after) && !text::is_digit(before)) return gap < 1.6 ? " " : "　";
  return gap < 0.72 ? " " : "　";
}

std::string text_of(const Strip& s) {
  std::string out;
  auto cells = s.table ? cells_of(s, 0.75) : std::vector<size_t>{0};
  for (size_t i = 0; i < s.words.size(); ++i) {
    bool cell = i > 0 && std::find(cells.begin(), cells.end(), i) != cells.end();
    if (cell) out += '\t';
    else if (i > 0) out += space_between(s.words[i - 1], s.words[i], s.size, i == 1);
    out += s.words[i].text;
  }
  return out;
}

/// Face and weight of most of a line; a 「※…」 remark set behind a heading does not count.
void set_face(Line& line, const Strip& s) {
  std::map<std::string, size_t> fonts;
  size_t bold = 0, all = 0;
  for (auto& w : s.words) {
    if (&w != &s.words.front() && w.text.starts_with("※")) break;
    for (size_t at = 0; at < w.text.size();) {
      auto c = code_point_at(w.text, at);
      at += c.length;
      size_t weight = text::is_japanese(c.value) ? 4 : 1;
      fonts[w.font] += weight;
      all += weight;
      bold += w.bold ? weight : 0;
    }
  }
  size_t most = 0;
  for (auto& [font, n] : fonts)
    if (n > most) most = n, line.font = font;
  line.bold = bold * 10 > all * 7;
}

/// The same right edge twice running is the edge of a box or an indented block.
bool ends_with_neighbour(const std::vector<Strip>& strips, size_t i) {
  auto& s = strips[i];
  if (s.right - s.left < s.size * 14) return false;
  for (size_t k : {i - 1, i + 1}) {
    if (k >= strips.size() || strips[k].block != s.block || strips[k].table) continue;
    auto& n = strips[k];
    if (std::abs(n.right - s.right) < s.size * 0.35 && n.right - n.left > s.size * 14 && std::abs(n.size - s.size) < 0.3 && std::abs(n.top - s.top) < s.size * 2.4) return true;
  }
  return false;
}

Line to_line(const std::vector<Strip>& strips, size_t i, const Body& body, double left, double right) {
  auto& s = strips[i];
  Line line;
  line.text = text_of(s);
  line.indent = std::max(0.0, (s.left - left) / body.size);
  line.right = ends_with_neighbour(strips, i) ? 0 : std::max(0.0, (right - s.right) / body.size);
  line.size = s.size / body.size;
  line.table = s.table;
  line.note = s.note;
  line.margin = s.margin;
  if (i > 0 && strips[i - 1].block == s.block) line.gap = std::max(0.0, (s.top - strips[i - 1].top - body.pitch) / body.size);
  set_face(line, s);
  return line;
}

/// The edge that many lines share: the outermost one with at least a thirtieth of them.
double common_edge(std::vector<double> at, bool outer_is_low, double step) {
  std::map<long, size_t> count;
  for (auto x : at) ++count[std::lround(x / step)];
  size_t enough = std::max<size_t>(2, at.size() / 30);
  std::optional<double> edge;
  for (auto& [k, n] : count)
    if (n >= enough && (!edge || !outer_is_low)) edge = static_cast<double>(k) * step;
  std::sort(at.begin(), at.end());
  return edge.value_or(at.empty() ? 0 : outer_is_low ? at.front() : at.back());
}

/// Headers and footers stand at one height on most pages, in small type or well away from the text.
void mark_margins(std::vector<std::vector<Strip>>& all, const Body& body, bool top) {
  std::map<std::pair<long, long>, std::vector<size_t>> slots;
  for (size_t p = 0; p < all.size(); ++p) {
    auto& strips = all[p];
    if (strips.size() < 2) continue;
    auto& edge = top ? strips.front() : strips.back();
    double away = top ? strips[1].top - edge.bottom : edge.top - strips[strips.size() - 2].bottom;
    if (edge.margin || (edge.size > body.size * 0.93 && away < body.size * 1.6)) continue;
    slots[{std::lround(edge.top / 3), std::lround(edge.size * 2)}].push_back(p);
  }
  for (auto& [slot, pages] : slots)
    if (pages.size() >= 4 && pages.size() * 2 > all.size())
      for (auto p : pages) (top ? all[p].front() : all[p].back()).margin = true;
}

struct Edges {
  std::vector<double> left, right;
};

void measure(const std::vector<PlacedPage>& pages, const std::vector<std::vector<Strip>>& all, Body& body) {
  std::vector<std::pair<double, double>> pitches;
  std::map<int, Edges> edges;
  for (size_t p = 0; p < pages.size(); ++p)
    for (size_t i = 0; i < all[p].size(); ++i) {
      auto& s = all[p][i];
      if (s.right - s.left > body.size * 10 || s.words.size() == 1) {
        auto& e = edges[static_cast<int>(std::lround(pages[p].width))];
        e.left.push_back(s.left), e.right.push_back(s.right);
      }
      if (i && s.block == all[p][i - 1].block && std::abs(s.size - body.size) < 0.4 && s.right - s.left > body.size * 20)
        if (double d = s.top - all[p][i - 1].top; d > body.size && d < body.size * 3) pitches.emplace_back(d, 1);
    }
  body.pitch = mode(pitches, 0.5, body.size * 1.5);
  for (auto& [width, e] : edges) body.edges[width] = {common_edge(e.left, true, body.size * 0.5), common_edge(e.right, false, body.size * 0.5)};
}

}  // namespace

std::vector<corpus::Page> lay_out(const std::vector<PlacedPage>& pages) {
  Body body;
  body.size = body_size(pages);
  size_t block = 0;
  std::vector<std::vector<Strip>> all;
  for (auto& page : pages) {
    all.push_back(page_strips(page, body.size, block));
    drop_marks(all.back(), body.size);
    std::erase_if(all.back(), [](auto& s) { return s.words.empty(); });
    mark_notes(all.back(), body.size);
    drop_leading_marks(all.back());
  }
  measure(pages, all, body);
  mark_margins(all, body, true);
  mark_margins(all, body, false);
  std::vector<corpus::Page> out(pages.size());
  for (size_t p = 0; p < pages.size(); ++p) {
    auto& strips = all[p];
    out[p].number = static_cast<int>(p) + 1;
    auto [left, right] = body.edges[static_cast<int>(std::lround(pages[p].width))];
    bool columns = !strips.empty() && strips.front().block != strips.back().block;
    mark_tables(strips, body, left, right);
    for (size_t i = 0; i < strips.size(); ++i) {
      double l = left, r = right;
      if (columns) {
        Edges e;
        for (auto& s : strips)
          if (s.block == strips[i].block) e.left.push_back(s.left), e.right.push_back(s.right);
        l = common_edge(e.left, true, body.size * 0.5), r = common_edge(e.right, false, body.size * 0.5);
      }
      out[p].lines.push_back(to_line(strips, i, body, l, r));
    }
  }
  return out;
}

}  // namespace shirube::indexer
