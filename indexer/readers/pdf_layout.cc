#include "indexer/readers/pdf_layout.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "corpus/outline_note.h"
#include "indexer/readers/pdf_comparison.h"
#include "indexer/readers/pdf_strip.h"
#include "indexer/readers/pdf_table.h"
#include "text/utf8.h"

namespace shirube::indexer {
namespace {

using corpus::Line;
using text::code_point_at;

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
  if (page.words.empty()) return {};
  std::vector<double> lefts, rights;
  for (auto& w : page.words) lefts.push_back(w.left), rights.push_back(w.right);
  std::ranges::sort(lefts);
  std::ranges::sort(rights);
  std::optional<double> best;
  size_t fewest = page.words.size() / 40 + 1;
  std::pair<size_t, size_t> tried{0, 0};
  // A page is as wide as its file says; beyond its words there is nothing to part.
  double step = size * 0.5, x = page.width * 0.3, end = std::min(page.width * 0.7, lefts.back());
  if (x < rights.front()) x += std::ceil((rights.front() - x) / step) * step;
  for (; x < end; x += step) {
    std::pair beside{static_cast<size_t>(std::ranges::upper_bound(rights, x - size * 0.3) - rights.begin()),
                     static_cast<size_t>(lefts.end() - std::ranges::lower_bound(lefts, x + size * 0.3))};
    size_t crossing = page.words.size() - std::min(page.words.size(), beside.first + beside.second);
    if (crossing > fewest || (best && crossing == fewest) || std::exchange(tried, beside) == beside) continue;
    std::vector<const PlacedWord*> left, right;
    for (auto& w : page.words) {
      if (w.right <= x - size * 0.3) left.push_back(&w);
      else if (w.left >= x + size * 0.3) right.push_back(&w);
    }
    if (!is_prose(left, page.height) || !is_prose(right, page.height)) continue;
    best = x, fewest = crossing;
  }
  return best;
}

/// The lines of prose in one or two columns, each column after the other.
std::vector<std::vector<PlacedWord>> prose_columns(PlacedPage page, double size) {
  auto gutter = find_gutter(page, size);
  if (!gutter) return {std::move(page.words)};
  std::vector<PlacedWord> head, left, right, foot;
  for (auto& w : page.words) {
    bool crosses = w.left < *gutter && w.right > *gutter;
    if (crosses) (w.bottom < page.height / 2 ? head : foot).push_back(w);
    else (w.right <= *gutter ? left : right).push_back(w);
  }
  return {std::move(head), std::move(left), std::move(right), std::move(foot)};
}

std::vector<Strip> page_strips(const PlacedPage& page, std::vector<PagePart> parts, double size, size_t& block) {
  std::vector<Strip> all;
  for (auto& part : parts) {
    bool plain = part.column.empty() && !part.margin;
    PlacedPage one{page.width, page.height, page.vertical, std::move(part.words), {}};
    for (auto& words : plain ? prose_columns(std::move(one), size) : std::vector<std::vector<PlacedWord>>{std::move(one.words)}) {
      auto strips = to_strips(std::move(words));
      for (auto& s : strips) s.block = block, s.column = part.column, s.margin = part.margin;
      if (!strips.empty()) ++block;
      std::move(strips.begin(), strips.end(), std::back_inserter(all));
    }
  }
  for (auto& s : to_strips(page.margins)) {
    all.push_back(std::move(s));
    all.back().block = block, all.back().margin = true;
  }
  if (!page.margins.empty()) ++block;
  return all;
}

/// 「3」「3)」「(3)」「3、4」: the numbers of footnotes that a small word gives, in ASCII; none where it is no such word.
std::vector<std::string> footnote_numbers(const PlacedWord& word, const Strip& strip) {
  std::u32string_view words;
  std::u32string all = text::to_utf32(word.text);
  words = all;
  auto is_one_of = [](std::u32string_view set, char32_t c) { return set.find(c) != set.npos; };
  if (!words.empty() && is_one_of(U"(（", words.front())) words.remove_prefix(1);
  if (!words.empty() && is_one_of(U")）", words.back())) words.remove_suffix(1);
  // What is more than a number must stand high to be a mark.
  if (words.size() != all.size() && word.top + word.bottom >= strip.top + strip.bottom) return {};
  std::vector<std::string> numbers(1);
  for (char32_t c : words) {
    if (is_one_of(U",、，", c)) numbers.emplace_back();
    else if (!text::is_digit(c)) return {};
    else text::append_utf8(numbers.back(), c >= U'０' ? c - U'０' + U'0' : c);
  }
  bool numbered = std::ranges::all_of(numbers, [](auto& one) { return !one.empty() && one.size() <= 3; });
  return numbered ? numbers : std::vector<std::string>{};
}

/// A raised digit behind a number or behind a number's unit is a power: 10 6, 20m 2.
bool is_measured(const std::vector<PlacedWord>& words, size_t i) {
  auto before = text::to_utf32(i > 0 ? words[i - 1].text : "");
  size_t letters = 0;
  while (letters < before.size() && text::is_latin(before[before.size() - letters - 1])) ++letters;
  if (letters == before.size()) return letters > 0 && letters <= 2 && i > 1 && text::is_digit(last_char(words[i - 2].text));
  return letters <= 2 && text::is_digit(before[before.size() - letters - 1]);
}

/// Takes ruby out, and the small raised numbers that point to footnotes, which are remembered.
void take_marks(std::vector<Strip>& strips, double body) {
  std::erase_if(strips, [&](const Strip& s) {
    return s.size < body * 0.66 && std::all_of(s.words.begin(), s.words.end(), [](auto& w) { return is_kana(w.text); });
  });
  for (auto& s : strips) {
    std::vector<PlacedWord> kept;
    for (size_t i = 0; i < s.words.size(); ++i) {
      auto& w = s.words[i];
      bool small = w.size < s.size * 0.78;
      // Before the footnotes are found, a number that begins a line may be theirs.
      auto numbers = small && i > 0 ? footnote_numbers(w, s) : std::vector<std::string>{};
      if (!numbers.empty() && !is_measured(s.words, i)) s.marks.insert(s.marks.end(), numbers.begin(), numbers.end());
      if (numbers.empty() && !(small && is_kana(w.text))) kept.push_back(w);
    }
    s.words = std::move(kept);
  }
}

/// The same of lines that such a number begins, as the footnotes are known now.
void take_leading_marks(std::vector<Strip>& strips) {
  for (auto& s : strips) {
    if (s.note || s.words.size() < 2 || s.words[0].size >= s.size * 0.78) continue;
    auto numbers = footnote_numbers(s.words[0], s);
    if (numbers.empty()) continue;
    s.marks.insert(s.marks.begin(), numbers.begin(), numbers.end());
    s.words.erase(s.words.begin());
  }
}

/// Footnotes: smaller type from some line down to the foot of the page, begun by a number or a sign with one.
void mark_notes(std::vector<Strip>& strips, double body) {
  size_t start = strips.size(), number = strips.size();
  for (size_t i = strips.size(); i-- > 0;) {
    auto& s = strips[i];
    bool page_number = i + 1 == strips.size() && s.words.size() == 1 && is_number(s.words[0].text);
    if (page_number) {
      start = number = i;
      continue;
    }
    if (s.size > body * 0.95 || !s.column.empty()) break;
    start = i;
    auto c = first_char(s.words.front().text);
    bool small = s.words.front().size < s.size * 0.85 || s.words.size() == 1;
    bool signed_number = !text::is_digit(c) && !corpus::note_mark(text_of(s.words, s.size)).empty();
    if ((text::is_digit(c) || signed_number) && (small || s.size < body * 0.9)) number = i;
  }
  if (start == 0) return;
  for (size_t i = number; i < strips.size(); ++i) strips[i].note = true;
  if (!strips.empty() && strips.back().words.size() == 1 && is_number(strips.back().words[0].text)) strips.back().note = false;
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

Line to_line(const std::vector<Strip>& strips, size_t i, const Body& body, std::pair<double, double> edges) {
  auto& s = strips[i];
  auto [left, right] = edges;
  Line line;
  line.text = s.row.empty() ? text_of(s.words, s.size) : s.row;
  line.indent = std::max(0.0, (s.left - left) / body.size);
  line.right = ends_with_neighbour(strips, i) ? 0 : std::max(0.0, (right - s.right) / body.size);
  line.size = s.size / body.size;
  line.table = s.table;
  line.note = s.note;
  line.marks = s.marks;
  line.margin = s.margin;
  line.column = s.column;
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
    if (edge.margin || !edge.column.empty() || (edge.size > body.size * 0.93 && away < body.size * 1.6)) continue;
    slots[{std::lround(edge.top / 3), std::lround(edge.size * 2)}].push_back(p);
  }
  for (auto& [slot, pages] : slots)
    if (pages.size() >= 4 && pages.size() * 2 > all.size())
      for (auto p : pages) (top ? all[p].front() : all[p].back()).margin = true;
}

/// A page number that stands beside the last line of the text is told from it by the place of those that stand alone.
void part_page_numbers(std::vector<std::vector<Strip>>& all) {
  constexpr size_t enough = 3;
  auto is_page_number = [](const PlacedWord& w) { return is_number(w.text) && w.text.size() <= 4; };
  auto place = [](const PlacedWord& w) { return std::pair((w.left + w.right) / 2, (w.top + w.bottom) / 2); };
  std::vector<const PlacedWord*> alone;
  for (auto& strips : all)
    if (!strips.empty() && strips.back().words.size() == 1 && is_page_number(strips.back().words[0])) alone.push_back(&strips.back().words[0]);
  std::vector<std::pair<size_t, Strip>> parted;
  for (size_t p = 0; p < all.size() && alone.size() >= enough; ++p) {
    if (all[p].empty() || !all[p].back().column.empty() || all[p].back().words.size() < 2 || !is_page_number(all[p].back().words.back())) continue;
    auto& strip = all[p].back();
    auto number = strip.words.back();
    auto [x, y] = place(number);
    auto at_place = std::ranges::count_if(alone, [&](auto* w) { return std::abs(place(*w).first - x) < number.size && std::abs(place(*w).second - y) < number.size / 2 && std::abs(w->size - number.size) < 0.5; });
    if (static_cast<size_t>(at_place) < enough) continue;
    strip.words.pop_back();
    strip.size = strip.right = 0;
    for (auto& w : strip.words) strip.size = std::max(strip.size, w.size), strip.right = std::max(strip.right, w.right);
    Strip own;
    own.words = {number}, own.left = number.left, own.right = number.right, own.top = number.top, own.bottom = number.bottom, own.size = number.size, own.block = strip.block;
    parted.emplace_back(p, std::move(own));
  }
  for (auto& [p, strip] : parted) all[p].push_back(std::move(strip));
}

/// Left and right edges of lines, and what is common to them.
struct Edges {
  std::vector<double> left, right;
  void add(const Strip& s) { left.push_back(s.left), right.push_back(s.right); }
  std::pair<double, double> common(double size) const { return {common_edge(left, true, size * 0.5), common_edge(right, false, size * 0.5)}; }
};

/// The edges of the text: of pages by their width, of a comparison's columns by the page's width and their title,
/// of columns of prose by their block.
class Margins {
 public:
  explicit Margins(double size) : size_(size) {}
  void add(const PlacedPage& page, const std::vector<Strip>& strips) {
    for (auto& s : strips) {
      if (s.margin) continue;
      if (!s.column.empty()) columns_[{width(page), s.column}].add(s);
      if (s.right - s.left > size_ * 10 || s.words.size() == 1) pages_[width(page)].add(s);
    }
  }
  std::pair<double, double> of(const PlacedPage& page) const {
    auto found = pages_.find(width(page));
    return found == pages_.end() ? std::pair{0.0, 0.0} : found->second.common(size_);
  }
  /// For each block of a page.
  std::map<size_t, std::pair<double, double>> blocks(const PlacedPage& page, const std::vector<Strip>& strips) const {
    std::map<size_t, Edges> edges;
    bool compares = std::ranges::any_of(strips, [](auto& s) { return !s.column.empty(); });
    for (auto& s : strips)
      if (!s.margin) edges[s.block].add(s);
    std::map<size_t, std::pair<double, double>> out;
    for (auto& s : strips) {
      if (out.contains(s.block)) continue;
      if (!s.column.empty()) out[s.block] = columns_.at({width(page), s.column}).common(size_);
      else if (s.margin || compares || edges.size() == 1) out[s.block] = of(page);
      else out[s.block] = edges.at(s.block).common(size_);
    }
    return out;
  }

 private:
  static int width(const PlacedPage& page) { return static_cast<int>(std::lround(page.width)); }
  double size_;
  std::map<int, Edges> pages_;
  std::map<std::pair<int, std::string>, Edges> columns_;
};

double common_pitch(const std::vector<std::vector<Strip>>& all, double size) {
  std::vector<std::pair<double, double>> pitches;
  for (auto& strips : all)
    for (size_t i = 1; i < strips.size(); ++i) {
      auto& s = strips[i];
      double d = s.top - strips[i - 1].top;
      if (s.block == strips[i - 1].block && std::abs(s.size - size) < 0.4 && s.right - s.left > size * 20 && d > size && d < size * 3) pitches.emplace_back(d, 1);
    }
  return mode(pitches, 0.5, size * 1.5);
}

}  // namespace

Layout lay_out(const std::vector<PlacedPage>& pages) {
  Layout out;
  Body body;
  body.size = body_size(pages);
  size_t block = 0;
  std::vector<std::vector<Strip>> all;
  Margins margins(body.size);
  auto parted = part_comparisons(pages);
  out.doubtful = std::move(parted.doubtful);
  for (size_t p = 0; p < pages.size(); ++p) {
    all.push_back(page_strips(pages[p], std::move(parted.pages[p]), body.size, block));
  }
  part_page_numbers(all);
  for (size_t p = 0; p < pages.size(); ++p) {
    auto& strips = all[p];
    take_marks(strips, body.size);
    std::erase_if(strips, [](auto& s) { return s.words.empty(); });
    mark_notes(strips, body.size);
    take_leading_marks(strips);
    margins.add(pages[p], strips);
  }
  body.pitch = common_pitch(all, body.size);
  mark_margins(all, body, true);
  mark_margins(all, body, false);
  for (size_t p = 0; p < pages.size(); ++p) {
    auto& strips = all[p];
    corpus::Page page;
    page.number = static_cast<int>(p) + 1;
    auto [left, right] = margins.of(pages[p]);
    mark_tables(strips, body, left, right);
    join_rows(strips);
    auto blocks = margins.blocks(pages[p], strips);
    for (size_t i = 0; i < strips.size(); ++i) page.lines.push_back(to_line(strips, i, body, blocks.at(strips[i].block)));
    out.pages.push_back(std::move(page));
  }
  return out;
}

}  // namespace shirube::indexer
