#include "corpus/outline_heading.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>

#include "text/utf8.h"

namespace shirube::corpus {
namespace {

using text::code_point_at;

constexpr std::u32string_view kSigns = U"●■◆◇□○〇◎▼▲▶★☆◉▪◼";
constexpr std::array<std::pair<char32_t, char32_t>, 8> kPairs = {{{U'【', U'】'}, {U'＜', U'＞'}, {U'<', U'>'}, {U'〈', U'〉'}, {U'《', U'》'}, {U'〔', U'〕'}, {U'［', U'］'}, {U'（', U'）'}}};

// Styles: 1 of the format's own headings, 2 of slides, the sign of those that have one, from 0x200000 on face and size.
constexpr int kBookmarked = 0x110000, kDeepestBookmark = 16;

char32_t first_char(std::string_view s) { return s.empty() ? 0 : code_point_at(s, 0).value; }

/// True when the bracket `s` begins with closes at its very end.
bool is_bracketed(std::string_view s, char32_t open, char32_t close) {
  int depth = 0;
  for (size_t at = 0; at < s.size();) {
    auto c = code_point_at(s, at);
    at += c.length;
    if (c.value == open || (open == U'（' && c.value == U'(')) ++depth;
    if (c.value == close || (close == U'）' && c.value == U')')) --depth;
    if (depth == 0) return at >= s.size();
  }
  return false;
}

bool is_figure_caption(std::string_view s) {
  for (std::string_view w : {"図表", "図", "表", "注", "※", "出典", "資料", "備考", "参照", "＊", "*", "・", "•", "－", "➢", "✓", "⇒", "→", "http", "〒", "以上", "例"}) {
    if (!s.starts_with(w)) continue;
    auto rest = s.substr(w.size());
    if (w == "・" || w == "•" || w == "※" || w == "＊" || w == "*" || w == "http" || w == "〒" || w == "－" || w == "➢" || w == "✓" || w == "⇒" || w == "→") return true;
    if (rest.empty()) return true;
    auto c = code_point_at(rest, 0).value;
    if (text::is_digit(c) || text::is_space(c) || c == U'：' || c == U':' || c == U'）' || c == U'）' || c == U'-' || c == U'－') return true;
  }
  return false;
}

bool has_sign(const std::vector<Row>& rows, size_t i, char32_t sign) {
  return i < rows.size() && first_char(text::trim(rows[i].text)) == sign;
}

/// A sign that the lines beside it share is a bullet.
bool is_bullet(const std::vector<Row>& rows, size_t i, char32_t sign) {
  return (i > 0 && has_sign(rows, i - 1, sign)) || has_sign(rows, i + 1, sign) || i + 1 >= rows.size();
}

std::optional<int> sign_style(const std::vector<Row>& rows, size_t i, std::string_view words, bool distinct) {
  auto sign = first_char(words);
  for (auto& [open, close] : kPairs) {
    if (sign != open || !is_bracketed(words, open, close)) continue;
    if (open == U'（' && !distinct) return {};
    return static_cast<int>(open);
  }
  if (kSigns.find(sign) == kSigns.npos || is_bullet(rows, i, sign)) return {};
  return static_cast<int>(sign);
}

}  // namespace

BodyLook body_look(const std::vector<Row>& rows) {
  std::map<std::string, size_t> fonts;
  size_t bold = 0, all = 0;
  BodyLook look;
  for (auto& r : rows) {
    look.layout = look.layout || !r.font.empty();
    if (std::abs(r.size - 1) > 0.06 || r.table || r.note) continue;
    fonts[r.font] += r.text.size();
    all += r.text.size();
    if (r.bold) bold += r.text.size();
  }
  size_t most = 0;
  for (auto& [font, n] : fonts)
    if (n > most) most = n, look.font = font;
  look.bold = bold * 2 > all;
  return look;
}

int face_style(const Row& row) {
  int size = static_cast<int>(std::lround(row.size * 20));
  return 0x200000 + static_cast<int>(std::hash<std::string>{}(row.font) % 4096) * 512 + size * 2 + row.bold;
}

bool is_caption(std::string_view line) {
  auto s = text::trim(line);
  return (s.starts_with("（") || s.starts_with("(")) && columns(s) <= 120 && s.find("。") == s.npos && is_bracketed(s, U'（', U'）') && columns(s) > 4;
}

bool is_title(std::string_view words, int most_columns) {
  words = text::trim(words);
  if (words.empty() || words.find("。") != words.npos || columns(words) > most_columns) return false;
  for (std::string_view start : {"はじめに", "おわりに", "終わりに", "まえがき"})
    if (words.ends_with(start)) return true;
  for (auto end : {"、", "，", "は", "を", "が", "に", "次のとおり", "以下のとおり", "「"})
    if (words.ends_with(end)) return false;
  for (auto end : {"こと", "する", "ます", "である", "もの"})
    if (words.ends_with(end) && columns(words) > 24) return false;
  return true;
}

std::string_view without_remark(std::string_view heading) {
  auto at = heading.find("※");
  if (at == heading.npos || at == 0) return heading;
  auto before = heading.substr(0, at);
  bool apart = before.ends_with(" ") || before.ends_with("　") || before.ends_with("）") || before.ends_with("】");
  return apart ? text::trim(before) : heading;
}

std::string_view without_sign(std::string_view heading) {
  heading = text::trim(heading);
  auto sign = first_char(heading);
  if (kSigns.find(sign) == kSigns.npos || !sign) return heading;
  return text::trim(heading.substr(code_point_at(heading, 0).length));
}

void join_headings(std::vector<Row>& rows, const BodyLook& body) {
  size_t kept = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    auto& row = rows[i];
    auto* above = kept ? &rows[kept - 1] : nullptr;
    bool stands_out = body.layout && (row.bold != body.bold || row.size > 1.05) && !row.table && !row.note;
    if (stands_out && above && above->page == row.page && above->font == row.font && above->bold == row.bold && read_markers(row.text).empty() &&
        goes_on(*above, *above, row) && columns(above->text) < 130) {
      join_row(*above, row);
      continue;
    }
    if (kept != i) rows[kept] = std::move(row);
    ++kept;
  }
  rows.resize(kept);
}

/// A line that runs into text of another face is the start of a paragraph.
bool runs_on(const std::vector<Row>& rows, size_t i) {
  if (!rows[i].full || i + 1 >= rows.size()) return false;
  auto& next = rows[i + 1];
  return !next.table && std::abs(next.size - rows[i].size) < 0.04 && goes_on(rows[i], rows[i], next) && columns(rows[i].text) > 60;
}

/// Figures are words without sentences; a heading has a text, a number or another heading below it.
bool has_text_below(const std::vector<Row>& rows, size_t i) {
  for (size_t k = i + 1; k < rows.size() && k < i + 4; ++k) {
    auto& r = rows[k];
    if (r.table || r.full || columns(r.text) >= 56 || r.text.find("。") != std::string::npos || !read_markers(r.text).empty()) return true;
    auto sign = first_char(text::trim(r.text));
    if (sign == U'・' || sign == U'•' || kSigns.find(sign) != kSigns.npos) return true;
  }
  return false;
}

bool is_larger(const Row& row) { return row.size > 1.1; }
bool has_other_face(const Row& row, const BodyLook& body) { return body.layout && (row.bold != body.bold || row.font != body.font) && row.size > 0.95; }

/// By its face or size alone.
bool looks_like_heading(const std::vector<Row>& rows, size_t i, const BodyLook& body, std::string_view words) {
  auto& row = rows[i];
  if (!body.layout || columns(words) > 100 || !is_title(words) || first_char(words) == U'（' || first_char(words) == U'「') return false;
  bool latin = std::none_of(words.begin(), words.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  if (!is_larger(row) && (!has_other_face(row, body) || latin || (!row.bold && row.font == body.font))) return false;
  return row.size >= 0.95 && has_text_below(rows, i) && words.find("　") == words.rfind("　");
}

std::optional<Family> heading_style(const std::vector<Row>& rows, size_t i, const BodyLook& body) {
  auto& row = rows[i];
  bool within_sentence = i > 0 && !rows[i - 1].table && text::trim(rows[i - 1].text).ends_with("、");
  if (row.table || row.note || within_sentence) return {};
  auto whole = text::trim(row.text);
  auto words = without_remark(whole);
  if (words.empty() || words.find("。") != words.npos || is_figure_caption(words) || runs_on(rows, i)) return {};
  if (i + 1 < rows.size() && rows[i + 1].table && words.find("　") != words.npos) return {};  // the head of a table
  Family family{Core::style, Shell::bare, 0};
  if (row.heading) return family.style = 1, family;
  if (auto sign = sign_style(rows, i, words, is_larger(row) || has_other_face(row, body)); sign && columns(words) <= 130) return family.style = *sign, family;
  if (looks_like_heading(rows, i, body, words)) return family.style = face_style(row), family;
  if (row.bookmark) return family.style = kBookmarked + std::min(row.bookmark, kDeepestBookmark), family;
  return {};
}

}  // namespace shirube::corpus
