#include "corpus/outline_furniture.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

#include "corpus/outline_marker.h"
#include "text/normalize.h"
#include "text/numeral.h"
#include "text/utf8.h"

namespace shirube::corpus {
namespace {

using text::code_point_at;

constexpr size_t kDepth = 3;  // how many lines from the edge of a page a header can stand

/// The line with its numbers made equal and its spaces gone.
std::string shape(std::string_view s) {
  std::string out;
  bool number = false;
  for (size_t at = 0; at < s.size();) {
    auto c = code_point_at(s, at);
    bool digit = text::is_digit(c.value) || (c.value >= 0x2160 && c.value <= 0x217F);
    if (digit && !number) out += '#';
    number = digit;
    if (!digit && !text::is_space(c.value)) out.append(s.substr(at, c.length));
    at += c.length;
  }
  return out;
}

bool is_leader(char32_t c) { return c == U'.' || c == U'．' || c == U'…' || c == U'‥' || c == U'・' || c == U'·' || c == U'⋯' || c == U'･' || c == U'─' || c == U'_'; }

/// What makes two lines at the edges of pages the same: all but their numbers, unless the numbers are
/// those of clauses.
std::string edge_key(const std::string& text, bool top) {
  auto prefix = top ? "^" : "$";
  return prefix + (read_markers(text).empty() ? shape(text) : text);
}

/// A run of leader dots, after which at most a page number follows.
bool has_leader(std::string_view s) {
  int run = 0, best = 0;
  size_t after = 0;
  for (size_t at = 0; at < s.size();) {
    auto c = code_point_at(s, at);
    at += c.length;
    if (is_leader(c.value)) run += c.value == U'…' || c.value == U'⋯' ? 3 : 1;
    else if (c.value != U' ' && c.value != U'　') run = 0;
    if (run >= 5 && run >= best) best = run, after = at;
  }
  auto rest = text::trim(s.substr(after));
  return best >= 5 && (rest.empty() || is_page_number(rest));
}

bool is_contents_title(std::string_view s) {
  auto t = shape(s);
  for (auto w : {"目次", "もくじ", "【目次】", "〈目次〉", "＜目次＞", "-目次-", "－目次－", "《目次》", "<目次>", "〔目次〕", "[目次]", "#目次"})
    if (t == w) return true;
  // 「労働基準法目次」
  return t.ends_with("目次") && t.size() <= 90 && t.find("。") == t.npos;
}

/// A line of a contents list may not be a sentence.
bool is_entry(std::string_view s) { return s.find("。") == s.npos && columns(s) < 110; }

std::string marker_key(const Row& row) {
  auto found = read_markers(row.text);
  if (found.empty() || row.table) return {};
  auto& m = found.front();
  auto rest = shape(std::string_view(row.text).substr(m.length));
  return shape(m.label) + "|" + std::to_string(static_cast<int>(m.family.core)) + "|" + std::to_string(m.number.front()) + "|" + rest.substr(0, 6);
}

/// What numbers the rows, and for each the next row with the same number: read once for all the lists that may
/// begin in a text, each of which looks a thousand rows far.
struct MarkerKeys {
  explicit MarkerKeys(const std::vector<Row>& rows) : again(rows.size(), rows.size()) {
    std::unordered_map<std::string, size_t> last;
    for (auto& row : rows) {
      keys.push_back(marker_key(row));
      auto [before, fresh] = last.try_emplace(keys.back(), keys.size() - 1);
      if (!fresh) again[std::exchange(before->second, keys.size() - 1)] = keys.size() - 1;
    }
  }
  std::vector<std::string> keys;
  std::vector<size_t> again;
};

/// Where the list that starts at 目次 ends: its first numbers come again after it.
size_t contents_end(const std::vector<Row>& rows, const MarkerKeys& numbers, size_t title) {
  auto& keys = numbers.keys;
  size_t first = title + 1, near_title = std::min(rows.size(), title + 4);
  while (first < near_title && keys[first].empty()) ++first;
  size_t limit = std::min(rows.size(), title + 1000), again = limit;
  if (first < near_title) again = std::min(numbers.again[first], limit);
  if (again == limit) {
    size_t end = title + 1;
    auto near = [&](size_t i) {
      for (size_t k = i; k < rows.size() && k < i + 4; ++k)
        if (has_leader(rows[k].text)) return true;
      return false;
    };
    while (near(end)) ++end;
    return end;
  }
  // A preamble may stand between the list and the first number.
  size_t end = title + 1, last_number = title;
  for (; end < again && is_entry(rows[end].text); ++end)
    if (!keys[end].empty() || has_leader(rows[end].text)) last_number = end;
  return std::max(last_number + 1, std::min(end, last_number + 1));
}

/// 「iv」, and 「iii-45」 of a chapter: what the letters say, and how many there are.
struct RomanNumber {
  int value;
  size_t length;  ///< of the letters; shorter than the whole where a number of digits follows
};

std::optional<RomanNumber> roman_number(std::string_view s) {
  static constexpr std::pair<int, std::string_view> signs[] = {{100, "c"}, {90, "xc"}, {50, "l"}, {40, "xl"}, {10, "x"}, {9, "ix"}, {5, "v"}, {4, "iv"}, {1, "i"}};
  size_t length = std::min(s.find_first_not_of("ivxlcIVXLC"), s.size());
  auto letters = text::fold(s.substr(0, length));
  int value = 0;
  size_t at = 0;
  for (auto& [worth, sign] : signs) {
    for (int times = 0; times < (sign.size() == 1 && worth != 5 && worth != 50 ? 3 : 1) && std::string_view(letters).substr(at).starts_with(sign); ++times) value += worth, at += sign.size();
  }
  if (length == 0 || length > 8 || at != length) return {};
  auto rest = text::fold(s.substr(length));
  bool digits = rest.size() >= 2 && rest.size() <= 5 && rest[0] == '-' && rest.find_first_not_of("0123456789", 1) == rest.npos;
  if (!rest.empty() && !digits) return {};
  return RomanNumber{value, length};
}

}  // namespace

bool is_page_number(std::string_view line) {
  auto s = text::trim(line);
  if (s.empty() || s.size() > 24) return false;
  static constexpr std::u32string_view around = U"-－‐―–—ー〜~～ 　/／()（）[]pPｐＰ.．頁ページ";
  size_t digits = 0, other = 0;
  if (!read_markers(std::string(s) + "　x").empty() && s.find('.') != s.npos) return false;  // 3.6 is a clause
  for (size_t at = 0; at < s.size();) {
    auto c = code_point_at(s, at);
    bool roman = c.value >= 0x2160 && c.value <= 0x217F;
    if (text::is_digit(c.value) || roman) ++digits;
    else if (around.find(c.value) == around.npos) ++other;
    at += c.length;
  }
  if (digits && digits <= 6 && !other) {
    auto first = code_point_at(s, 0).value;
    return first != U'(' && first != U'（' && first != U'.' && s.find("．") == s.npos && !(s.ends_with("."));
  }
  for (std::string_view dash : {"-", "－", "‐", "–", "—", "―"}) {
    if (s.starts_with(dash)) s = text::trim(s.substr(dash.size()));
    if (s.ends_with(dash)) s = text::trim(s.substr(0, s.size() - dash.size()));
  }
  auto number = roman_number(s);
  return number && (number->length < s.size() || s.find_first_of("ivxI") != s.npos);  // a lone X may be anything
}

void strip_headers_and_footers(std::vector<Page>& pages) {
  for (auto& p : pages)
    std::erase_if(p.lines, [&](const Line& l) {
      if (l.margin && is_page_number(l.text)) p.printed = std::string(text::trim(l.text));
      return l.margin;
    });
  if (pages.size() == 1 && pages[0].number == 0) {
    // Files without pages keep only a 「- 3 -」 of a page they once had.
    auto& lines = pages[0].lines;
    std::erase_if(lines, [](const Line& l) {
      auto s = text::trim(l.text);
      return is_page_number(s) && (s.starts_with("-") || s.starts_with("－") || s.starts_with("―")) && !l.table;
    });
    return;
  }
  std::map<std::string, size_t> seen;
  auto edges = [](const Page& p) {
    std::vector<size_t> at;
    if (p.bare) return at;
    for (size_t i = 0; i < p.lines.size(); ++i)
      if ((i < kDepth || i + kDepth >= p.lines.size()) && p.lines[i].column.empty()) at.push_back(i);
    return at;
  };
  for (auto& p : pages)
    for (auto i : edges(p)) ++seen[edge_key(p.lines[i].text, i < kDepth)];
  size_t often = std::max<size_t>(3, pages.size() * 35 / 100);
  for (auto& p : pages) {
    auto at = edges(p);
    for (auto i = at.rbegin(); i != at.rend(); ++i) {
      auto& text = p.lines[*i].text;
      bool bottom = *i + 2 >= p.lines.size(), top = *i < 2;
      bool number = (bottom || top) && is_page_number(text);
      bool repeated = seen[edge_key(text, *i < kDepth)] >= often && shape(text) != "#";
      if (!number && !repeated) continue;
      if (number) p.printed = std::string(text::trim(text));
      p.lines.erase(p.lines.begin() + static_cast<std::ptrdiff_t>(*i));
    }
  }
}

namespace {

/// ⅲ-45 as ⅲ- and 45.
struct PrintedNumber {
  std::string before;
  int64_t number = 0;
  std::string label;
  bool roman = false;  ///< in letters
};

bool is_number_sign(char32_t c) { return text::is_digit(c) || (c >= 0x2160 && c <= 0x217F); }

/// Without the characters at both ends that are no part of it.
template <class Part>
std::u32string_view trimmed(std::u32string_view s, Part is_part) {
  while (!s.empty() && !is_part(s.front())) s.remove_prefix(1);
  while (!s.empty() && !is_part(s.back())) s.remove_suffix(1);
  return s;
}

/// Without what stands around it: 「- 45 -」, 「(45)」, 「45 / 120」, 「p.45」.
std::optional<PrintedNumber> printed_number(std::string_view printed) {
  printed = printed.substr(0, printed.find_first_of("/"));
  printed = printed.substr(0, printed.find("／"));
  std::u32string all = text::to_utf32(printed);
  std::erase_if(all, [](char32_t c) { return text::is_space(c); });
  auto characters = trimmed(all, [](char32_t c) { return is_number_sign(c) || text::is_latin(c); });
  auto roman = roman_number(text::to_utf8(characters));
  if (roman && roman->length == characters.size()) return PrintedNumber{"", roman->value, text::to_utf8(characters), true};
  if (!roman) characters = trimmed(all, is_number_sign);
  size_t begin = characters.size();
  while (begin > 0 && is_number_sign(characters[begin - 1]) && (begin == characters.size() || text::is_digit(characters[begin - 1]) == text::is_digit(characters.back()))) --begin;
  auto number = text::numeral_value(text::to_utf8(characters.substr(begin)));
  if (!number) return std::nullopt;
  return PrintedNumber{text::to_utf8(characters.substr(0, begin)), *number, text::to_utf8(characters)};
}

}  // namespace

std::map<int, std::string> printed_pages(const std::vector<Page>& pages) {
  std::map<int, PrintedNumber> found, certain;
  for (const auto& page : pages) {
    if (auto number = page.number > 0 ? printed_number(page.printed) : std::nullopt) found.emplace(page.number, *number);
  }
  auto goes_on = [](const auto& one, const auto& other) {
    return other.second.before == one.second.before && other.second.roman == one.second.roman && other.second.number - one.second.number == other.first - one.first;
  };
  // One number alone may be anything; two that count on are page numbers.
  for (const auto& one : found) {
    for (int distance : {-2, -1, 1, 2}) {
      if (auto other = found.find(one.first + distance); other != found.end() && goes_on(one, *other)) certain.insert(one);
    }
  }
  std::map<int, std::string> out;
  for (auto one = certain.begin(); one != certain.end(); ++one) {
    const auto& [page, printed] = *one;
    out.emplace(page, printed.label);
    auto next = std::next(one);
    if (next == certain.end() || !goes_on(*one, *next) || printed.label != printed.before + std::to_string(printed.number)) continue;
    for (int between = page + 1; between < next->first; ++between) out.emplace(between, printed.before + std::to_string(printed.number + between - page));
  }
  std::set<std::string> labels;
  for (const auto& [page, label] : out) labels.insert(text::fold(label));
  for (const auto& page : pages) {
    auto own = std::to_string(page.number);
    if (page.number > 0 && !out.contains(page.number) && labels.contains(own)) out.emplace(page.number, "PDF " + own);
  }
  std::erase_if(out, [](const auto& one) { return text::fold(one.second) == std::to_string(one.first); });
  return out;
}

size_t strip_contents(std::vector<Row>& rows) {
  std::vector<bool> drop(rows.size());
  std::optional<MarkerKeys> numbers;  // most texts have no such list
  for (size_t i = 0; i < rows.size(); ++i) {
    if (!is_contents_title(rows[i].text)) continue;
    if (!numbers) numbers.emplace(rows);
    size_t end = contents_end(rows, *numbers, i);
    std::fill(drop.begin() + static_cast<std::ptrdiff_t>(i), drop.begin() + static_cast<std::ptrdiff_t>(end), true);
    i = end > i ? end - 1 : i;
  }
  // Lines with leaders anywhere; what stands between two of them is the rest of a long entry.
  size_t previous = rows.size();
  for (size_t i = 0; i < rows.size(); ++i) {
    if (!has_leader(rows[i].text)) continue;
    drop[i] = true;
    if (previous < i && i - previous <= 3)
      for (size_t k = previous; k < i; ++k)
        if (is_entry(rows[k].text)) drop[k] = true;
    previous = i;
  }
  size_t kept = 0, last = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (drop[i]) {
      last = kept;
      if (i + 1 < rows.size()) rows[i + 1].blank_above = true;
      continue;
    }
    if (kept != i) rows[kept] = std::move(rows[i]);
    ++kept;
  }
  bool any = kept != rows.size();
  rows.resize(kept);
  return any ? last : 0;
}

}  // namespace shirube::corpus
