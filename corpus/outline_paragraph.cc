#include "corpus/outline_paragraph.h"

#include <algorithm>
#include <utility>

#include "text/utf8.h"
#include "text/visible.h"

namespace shirube::corpus {
namespace {

using text::code_point_at;

bool is_wide(char32_t c) {
  return c >= 0x1100 && !(c >= 0xFF61 && c <= 0xFF9F) && !(c >= 0x2000 && c <= 0x206F);
}

bool is_joined(char32_t c) { return text::is_japanese(c) || (c >= 0xFF01 && c <= 0xFF60) || (c >= 0x2460 && c <= 0x24FF); }

char32_t last_char(std::string_view s) {
  size_t at = s.size();
  while (at > 0 && (static_cast<unsigned char>(s[--at]) & 0xC0) == 0x80) {}
  return s.empty() ? 0 : code_point_at(s, at).value;
}

/// What can be seen of a line, its spaces as plain ones.
std::string clean(std::string_view s) {
  std::string out = text::visible(s);
  std::erase(out, '\n');
  for (auto space : {"\u00A0", "\u2002", "\u2003"}) out = text::replace_all(out, space, " ");
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

bool ends_sentence(std::string_view s) {
  auto c = last_char(text::trim(s));
  return c == U'。' || c == U'．' || c == U'：' || c == U':' || c == U'」' || c == U'】' || c == U'?' || c == U'？' || c == U'！';
}

/// The width lines are wrapped at, in columns; 0 when paragraphs are one line each. Wrapped text has
/// many lines near its longest, none beyond, and most of them end within a sentence.
int wrap_width(const std::vector<Row>& rows) {
  std::vector<int> widths;
  for (auto& r : rows)
    if (!r.table && r.text.find('\t') == std::string::npos) widths.push_back(columns(r.text));
  if (widths.size() < 8) return 0;
  std::sort(widths.begin(), widths.end());
  int longest = widths[widths.size() * 98 / 100];
  if (longest < 40 || longest > 110 || widths.back() > longest + 6) return 0;
  size_t near = 0, within = 0;
  for (auto& r : rows)
    if (!r.table && columns(r.text) >= longest - 5) ++near, within += !ends_sentence(r.text);
  return near * 5 >= widths.size() && within * 2 > near ? longest : 0;
}

void measure_wrapped(std::vector<Row>& rows) {
  int width = wrap_width(rows);
  if (!width) return;
  for (auto& r : rows) {
    if (r.table) continue;
    size_t indent = 0, at = 0;
    while (at < r.text.size()) {
      auto c = code_point_at(r.text, at);
      if (!text::is_space(c.value)) break;
      indent += is_wide(c.value) ? 2 : 1;
      at += c.length;
    }
    r.indent = static_cast<double>(indent) / 2;
    r.right = std::max(0.0, (width - columns(r.text)) / 2.0);
  }
}

/// Bullets and signs begin a paragraph after a full stop.
bool begins_item(std::string_view s) {
  s = text::trim(s);
  static constexpr std::u32string_view signs = U"・•●■◆○◎□◇※▼▲▶➢✓【＜〈《＊*";
  return !s.empty() && signs.find(code_point_at(s, 0).value) != signs.npos;
}

}  // namespace

int columns(std::string_view s) {
  int n = 0;
  for (size_t at = 0; at < s.size();) {
    auto c = code_point_at(s, at);
    n += is_wide(c.value) ? 2 : 1;
    at += c.length;
  }
  return n;
}

std::vector<Row> rows_of(const std::vector<Page>& pages) {
  std::vector<Row> rows;
  for (auto& page : pages) {
    bool first = true, blank = false;
    for (auto& line : page.lines) {
      Row r;
      static_cast<Line&>(r) = line;
      r.text = clean(line.text);
      if (text::trim(r.text).empty()) {
        blank = true;
        continue;
      }
      r.page = page.number;
      r.first_on_page = std::exchange(first, false);
      r.blank_above = std::exchange(blank, false);
      rows.push_back(std::move(r));
    }
  }
  return rows;
}

void measure(std::vector<Row>& rows) {
  bool layout = std::any_of(rows.begin(), rows.end(), [](auto& r) { return r.right >= 0; });
  if (!layout) measure_wrapped(rows);
  for (auto& r : rows) r.full = r.right >= 0 && r.right <= 1.6 && columns(r.text) >= 28;
}

bool goes_on(const Row& first, const Row& previous, const Row& row) {
  if (!previous.full || row.table || previous.table || row.blank_above || row.heading || previous.heading || row.column != previous.column) return false;
  if (row.size > previous.size * 1.08 || row.size < previous.size * 0.92) return false;
  if (row.bold != previous.bold && row.gap > 0.2) return false;
  if (!row.first_on_page && row.gap > 0.9) return false;
  if (previous.bookmark) return false;
  bool closed = ends_sentence(previous.text);
  if (closed && row.bookmark) return false;
  if (!closed) return row.indent < 0 || row.indent < previous.indent + 8;
  if (row.bold != previous.bold || begins_item(row.text)) return false;
  if (row.indent < 0) return true;
  if (row.indent > previous.indent + 8) return false;
  // A new paragraph is set in. Where the one above has one line only, its own start tells.
  if (&first != &previous) return row.indent < previous.indent + 0.5;
  return row.indent < first.indent - 0.4 || (first.indent < 0.5 && row.indent < 0.5) || row.indent > first.indent + 0.5;
}

void join_line(std::string& paragraph, std::string_view line) {
  line = text::trim(line);
  while (!paragraph.empty() && paragraph.back() == ' ') paragraph.pop_back();
  if (!paragraph.empty() && !line.empty()) {
    auto before = last_char(paragraph), after = code_point_at(line, 0).value;
    bool hyphen = before == U'-' || before == U'/' || after == U'/';
    if (!is_joined(before) && !is_joined(after) && !hyphen && before != U'　') paragraph += ' ';
  }
  paragraph += line;
}

void join_row(Row& above, const Row& below) {
  join_line(above.text, below.text);
  above.right = below.right, above.full = below.full;
  above.marks.insert(above.marks.end(), below.marks.begin(), below.marks.end());
}

/// 「要機密情報 対策基準に定める…」: a term of three or more kanji or katakana, one space, and what is said of
/// it. Where the space stands, 0 when there is none; further spaces are strays of a conversion.
size_t term_space(std::string_view s) {
  size_t at = 0, length = 0;
  while (at < s.size()) {
    auto c = code_point_at(s, at);
    if (!text::is_kanji(c.value) && !text::is_katakana(c.value)) break;
    at += c.length;
    ++length;
  }
  if (length < 3 || length > 16 || at >= s.size() || s[at] != ' ') return 0;
  auto after = s.substr(at + 1, s.find(' ', at + 1) - at - 1);
  return text::length_utf8(after) >= 8 ? at : 0;
}

std::string close_spaces(std::string_view s) {
  std::string out;
  size_t kept = term_space(s);
  char32_t before = 0;
  for (size_t at = 0; at < s.size();) {
    auto c = code_point_at(s, at);
    if (c.value == U' ') {
      size_t end = s.find_first_not_of(' ', at);
      if (end == s.npos) end = s.size();
      char32_t after = end < s.size() ? code_point_at(s, end).value : 0;
      if (is_joined(before) && is_joined(after)) {
        if (kept > 0 && at == kept) out += "　";
        at = end;
        continue;
      }
    }
    out.append(s.substr(at, c.length));
    before = c.value;
    at += c.length;
  }
  return out;
}

}  // namespace shirube::corpus
