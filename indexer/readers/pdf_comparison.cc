#include "indexer/readers/pdf_comparison.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <utility>

#include "text/utf8.h"

namespace shirube::indexer {
namespace {

enum class Side { newer, older, other };  // in the order they are read

struct Name {
  std::string_view words;
  Side side;
};
constexpr auto names = std::to_array<Name>({
    {"改正後", Side::newer}, {"改正案", Side::newer}, {"改正", Side::newer},   {"改定後", Side::newer}, {"改定案", Side::newer}, {"改訂後", Side::newer},
    {"改訂案", Side::newer}, {"変更後", Side::newer}, {"変更案", Side::newer}, {"修正後", Side::newer}, {"修正案", Side::newer}, {"見直し後", Side::newer},
    {"見直し案", Side::newer}, {"新", Side::newer},   {"改正前", Side::older}, {"改定前", Side::older}, {"改訂前", Side::older}, {"変更前", Side::older},
    {"修正前", Side::older}, {"見直し前", Side::older}, {"現行", Side::older}, {"旧", Side::older},     {"備考", Side::other},   {"理由", Side::other},
    {"改正理由", Side::other}, {"改正の理由", Side::other}, {"説明", Side::other}, {"摘要", Side::other}, {"項目", Side::other}, {"区分", Side::other},
    {"条項", Side::other},   {"条", Side::other},     {"頁", Side::other},     {"ページ", Side::other}, {"番号", Side::other},   {"該当箇所", Side::other},
    {"改正箇所", Side::other},
});
/// What may stand after a name: 「現行規定」「改正後全文」.
constexpr auto tails = std::to_array<std::string_view>({"案", "条文", "規定", "規程", "全文", "条例", "規則", "要綱", "の", "欄", "文"});

struct Title {
  std::string words;
  Side side;
  double left, right;
};

std::string closed_up(std::string_view s) {
  std::u32string characters = text::to_utf32(s);
  std::erase_if(characters, [](char32_t c) { return text::is_space(c); });
  return text::to_utf8(characters);
}

std::optional<Side> side_of(std::string_view title) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> brackets = {{{"（", "）"}, {"【", "】"}, {"「", "」"}, {"〔", "〕"}, {"(", ")"}}};
  for (auto& [open, close] : brackets) {
    if (title.starts_with(open) && title.ends_with(close) && title.size() > open.size() + close.size()) title = title.substr(open.size(), title.size() - open.size() - close.size());
    // 「改正後（案）」「現行（令和６年４月１日施行）」
    if (auto at = title.find(open); at != title.npos && at > 0 && title.ends_with(close)) title = title.substr(0, at);
  }
  while (true) {
    if (auto found = std::ranges::find(names, title, &Name::words); found != names.end()) return found->side;
    auto tail = std::ranges::find_if(tails, [&](std::string_view one) { return title.ends_with(one); });
    if (tail == tails.end()) return {};
    title.remove_suffix(tail->size());
  }
}

/// The titles of columns that a line is made of; empty when it has anything else, or lacks the new or the old.
std::vector<Title> titles_of(const Strip& strip) {
  constexpr size_t most_words = 60, longest = 24;
  std::vector<Title> titles;
  if (strip.words.size() > most_words) return {};
  for (size_t i = 0; i < strip.words.size();) {
    std::string words;
    std::optional<Title> found;
    size_t next = i;
    for (size_t k = i; k < strip.words.size() && k < i + longest; ++k) {
      words += closed_up(strip.words[k].text);
      if (auto side = side_of(words)) found = Title{words, *side, strip.words[i].left, strip.words[k].right}, next = k + 1;
    }
    if (!found) return {};
    titles.push_back(*found);
    i = next;
  }
  bool pair = std::ranges::count(titles, Side::newer, &Title::side) == 1 && std::ranges::count(titles, Side::older, &Title::side) == 1;
  for (size_t i = 1; i < titles.size(); ++i) pair = pair && titles[i].left - titles[i - 1].right > strip.size * 2;
  return pair && titles.size() <= 4 ? titles : std::vector<Title>{};
}

/// The free space between two columns, as far as lines have narrowed it.
struct Gutter {
  double low, high;
  double middle() const { return (low + high) / 2; }
};

struct Table {
  std::vector<Title> titles;  ///< from left to right
  std::vector<Gutter> gutters;
  double left = 1e9, size = 0, page_width = 0;
};

/// Where the space between two columns is: the place that the lines below the titles keep free the longest, and
/// among such places the one with words on both sides. Nothing when the first line stands across everywhere.
std::optional<Gutter> find_gutter(std::span<const Strip> lines, const Title& before, const Title& after) {
  constexpr double touch = 0.1;
  double step = std::max(0.5, (after.left - before.right) / 1000);
  std::optional<Gutter> best;
  std::pair<size_t, size_t> most{0, 0};
  for (double x = before.right; x <= after.left; x += step) {
    std::pair<size_t, size_t> kept{0, 0};
    for (auto& line : lines) {
      bool left = false, right = false, across = false;
      for (auto& w : line.words) {
        across = across || (w.left < x - touch && w.right > x + touch);
        (w.right <= x + touch ? left : right) = true;
      }
      if (across && titles_of(line).empty()) break;
      ++kept.first;
      kept.second += left && right;
    }
    if (kept.first == 0 || kept < most) continue;
    if (best && kept == most && x <= best->high + step * 1.5) best->high = x;
    else if (kept > most) best = Gutter{x, x}, most = kept;
  }
  return best;
}

/// Narrows the gutters by one line; false, and nothing changed, when a word stands across one.
bool narrow(std::vector<Gutter>& gutters, const Strip& strip) {
  auto narrowed = gutters;
  for (auto& w : strip.words)
    for (auto& g : narrowed) {
      if (w.right <= g.low || w.left >= g.high) continue;
      bool from_left = w.left <= g.low, from_right = w.right >= g.high;
      if (from_left && from_right) return false;
      if (!from_left && !from_right) {
        if (w.left < g.middle() && w.right > g.middle()) return false;
        from_left = w.right <= g.middle();
      }
      (from_left ? g.low : g.high) = from_left ? w.right : w.left;
    }
  gutters = std::move(narrowed);
  return true;
}

size_t column_of(const PlacedWord& word, const std::vector<Gutter>& gutters) {
  double centre = (word.left + word.right) / 2;
  return static_cast<size_t>(std::ranges::count_if(gutters, [&](const Gutter& g) { return centre > g.middle(); }));
}

size_t columns_used(const Strip& strip, const std::vector<Gutter>& gutters) {
  std::set<size_t> used;
  for (auto& w : strip.words) used.insert(column_of(w, gutters));
  return used.size();
}

/// How many of the lines down to one that stands across show the columns, being in two of them.
size_t lines_beside(std::vector<Gutter> gutters, std::span<const Strip> strips) {
  size_t found = 0;
  for (auto& s : strips) {
    if (!narrow(gutters, s)) break;
    found += columns_used(s, gutters) > 1;
  }
  return found;
}

/// The same for lines that are broken at the edge of a column.
size_t lines_broken(std::vector<Gutter> gutters, std::span<const Strip> strips, double size) {
  size_t found = 0;
  for (auto& s : strips) {
    if (!narrow(gutters, s)) break;
    auto broken_at = [&](const Gutter& g) {
      return std::ranges::any_of(s.words, [&](auto& w) { return w.right <= g.middle() && g.low - w.right < size * 1.2 && w.right - s.left > size * 6; });
    };
    found += std::ranges::any_of(gutters, broken_at);
  }
  return found;
}

/// 「附　則」 with nothing beside it from there on is no row any more: it is of the text around the table.
bool is_supplement(std::span<const Strip> rest, const std::vector<Gutter>& gutters) {
  std::string words;
  for (auto& w : rest.front().words) words += closed_up(w.text);
  return words == "附則" && std::ranges::none_of(rest, [&](auto& s) {
    auto trial = gutters;
    return narrow(trial, s) && columns_used(s, gutters) > 1;
  });
}

/// Takes the rows from `at` on, down to where a word stands across, and moves `at` behind them.
std::vector<std::vector<PlacedWord>> take_rows(Table& table, const std::vector<Strip>& strips, size_t& at) {
  size_t begin = at;
  for (; at < strips.size(); ++at) {
    auto& s = strips[at];
    if (!titles_of(s).empty()) continue;  // printed again on each page
    if (is_supplement(std::span(strips).subspan(at), table.gutters) || !narrow(table.gutters, s)) break;
    table.left = std::min(table.left, s.left), table.size = std::max(table.size, s.size);
  }
  std::vector<std::vector<PlacedWord>> columns(table.titles.size());
  for (size_t i = begin; i < at; ++i) {
    if (!titles_of(strips[i]).empty()) continue;
    for (auto& w : strips[i].words) columns[column_of(w, table.gutters)].push_back(w);
  }
  return columns;
}

std::string folded_digits(const Strip& strip) {
  std::string out;
  for (auto& w : strip.words)
    for (char32_t c : text::to_utf32(closed_up(w.text))) {
      if (text::is_digit(c)) c = U'#';
      if (c != U'#' || !out.ends_with('#')) text::append_utf8(out, c);
    }
  return out;
}

/// Says which of a page's first and last lines stand on most pages, at the same height.
class Furniture {
 public:
  explicit Furniture(const std::vector<std::vector<Strip>>& pages) : pages_(pages.size()) {
    for (auto& strips : pages)
      for (size_t i = 0; i < strips.size(); ++i)
        if (at_edge(strips, i)) ++seen_[key(strips[i])];
  }
  bool is(const std::vector<Strip>& strips, size_t i) const {
    if (!at_edge(strips, i) || !titles_of(strips[i]).empty()) return false;
    auto found = seen_.find(key(strips[i]));
    return found != seen_.end() && found->second > 1 && found->second * 2 > pages_;
  }

 private:
  static bool at_edge(const std::vector<Strip>& strips, size_t i) { return i < 2 || i + 2 >= strips.size(); }
  static std::pair<long, std::string> key(const Strip& s) { return {std::lround(s.top / 3), folded_digits(s)}; }
  size_t pages_;
  std::map<std::pair<long, std::string>, size_t> seen_;
};

bool has_titles(const PlacedPage& page) {
  return std::ranges::any_of(to_strips(page.words), [](auto& s) { return !titles_of(s).empty(); });
}

/// Reads page by page; a table that is open at the end of one goes on to the next.
class Reader {
 public:
  explicit Reader(const std::vector<std::vector<Strip>>& pages) : furniture_(pages) {}

  /// The parts of a page; none when it has no such table.
  std::vector<PagePart> read(const std::vector<Strip>& page, double width);
  bool doubtful() const { return doubtful_; }  ///< of the page read last

 private:
  bool begins(std::span<const Strip> rest, double width);
  bool goes_on(const std::vector<Strip>& strips, double width) const;

  Furniture furniture_;
  std::optional<Table> open_;
  bool doubtful_ = false;
};

/// True, and the table open, where titles stand over lines that keep to columns.
bool Reader::begins(std::span<const Strip> rest, double width) {
  auto titles = titles_of(rest.front());
  if (titles.empty()) return false;
  Table table{titles, {}, titles.front().left, 0, width};
  for (size_t i = 1; i < titles.size(); ++i) {
    auto gutter = rest.size() > 1 ? find_gutter(rest.subspan(1), titles[i - 1], titles[i]) : Gutter{titles[i - 1].right, titles[i].left};
    if (!gutter) {
      doubtful_ = true;
      return false;
    }
    table.gutters.push_back(*gutter);
  }
  open_ = std::move(table);
  return true;
}

bool Reader::goes_on(const std::vector<Strip>& strips, double width) const {
  if (!open_ || strips.empty() || std::abs(open_->page_width - width) > 2) return false;
  auto& s = strips.front();
  if (!titles_of(s).empty()) return true;
  if (std::abs(s.size - open_->size) > open_->size * 0.15 || s.left < open_->left - open_->size) return false;
  auto head = std::span(strips).first(std::min<size_t>(strips.size(), 12));
  return lines_beside(open_->gutters, head) + lines_broken(open_->gutters, head, open_->size) >= 2;
}

std::vector<PagePart> Reader::read(const std::vector<Strip>& page, double width) {
  doubtful_ = false;
  std::vector<Strip> strips;
  PagePart margin{{}, {}, true};
  for (size_t i = 0; i < page.size(); ++i) {
    if (furniture_.is(page, i)) std::ranges::copy(page[i].words, std::back_inserter(margin.words));
    else strips.push_back(page[i]);
  }
  std::vector<PagePart> parts;
  PagePart plain;
  auto close_plain = [&] {
    if (!plain.words.empty()) parts.push_back(std::exchange(plain, {}));
  };
  bool found = false, inside = goes_on(strips, width);
  if (!strips.empty() && !inside) open_.reset();
  for (size_t at = 0; at < strips.size();) {
    auto rest = std::span(strips).subspan(at);
    if (!inside && !begins(rest, width)) {
      std::ranges::copy(strips[at].words, std::back_inserter(plain.words));
      ++at;
      continue;
    }
    found = true;
    close_plain();
    auto columns = take_rows(*open_, strips, at);
    for (auto side : {Side::newer, Side::older, Side::other})
      for (size_t i = 0; i < columns.size(); ++i)
        if (open_->titles[i].side == side && !columns[i].empty()) parts.push_back({std::move(columns[i]), open_->titles[i].words, false});
    inside = false;
    if (at == strips.size()) break;
    // A line across may be a row that spans the columns: what comes below it decides.
    bool supplement = is_supplement(std::span(strips).subspan(at), open_->gutters);
    std::ranges::copy(strips[at].words, std::back_inserter(plain.words));
    bool mixed = strips[at].words.size() > 1 && columns_used(strips[at], open_->gutters) > 1;
    ++at;
    inside = !supplement && lines_beside(open_->gutters, std::span(strips).subspan(at, std::min<size_t>(strips.size() - at, 4))) >= 2;
    doubtful_ = doubtful_ || (inside && mixed);
    if (!inside) open_.reset();
  }
  close_plain();
  if (!found) return {};
  if (!margin.words.empty()) parts.push_back(std::move(margin));
  return parts;
}

}  // namespace

PartedPages part_comparisons(const std::vector<PlacedPage>& pages) {
  PartedPages out;
  std::optional<Reader> reader;
  std::vector<std::vector<Strip>> strips;
  if (std::ranges::any_of(pages, has_titles)) {
    for (auto& page : pages) strips.push_back(to_strips(page.words));
    reader.emplace(strips);
  }
  for (size_t p = 0; p < pages.size(); ++p) {
    std::vector<PagePart> parts;
    if (reader) {
      parts = reader->read(strips[p], pages[p].width);
      if (reader->doubtful()) out.doubtful.push_back(static_cast<int>(p) + 1);
    }
    if (parts.empty()) parts.push_back({pages[p].words, {}, false});
    out.pages.push_back(std::move(parts));
  }
  return out;
}

}  // namespace shirube::indexer
