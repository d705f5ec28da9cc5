#include <libxml/tree.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "corpus/outline_marker.h"
#include "indexer/readers/formula.h"
#include "indexer/readers/html.h"
#include "text/utf8.h"

namespace shirube::indexer {
namespace {

using corpus::Line;

constexpr std::string_view kBlocks =
    " address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol "
    "p pre section summary table tbody td tfoot th thead tr ul option frameset xmp listing ";
constexpr std::string_view kHeadings = " h1 h2 h3 h4 h5 h6 ";
/// More columns than this are no table of a page; spans beyond are a fault.
constexpr size_t kMostColumns = 200;
/// No law is named at more length; what is longer is not kept, or every empty term would copy the line above it.
constexpr size_t kLongestTerm = 150;

/// Puts words together as a browser does: white space closes up, and a line break of the source
/// between Japanese characters is none.
class Words {
 public:
  void add(std::string_view s, bool as_is) {
    for (size_t at = 0; at < s.size();) {
      auto c = text::code_point_at(s, at);
      at += c.length;
      if (!as_is && (c.value == ' ' || c.value == '\t' || c.value == '\n' || c.value == '\r' || c.value == '\f')) {
        space_ = true;
        broken_ = broken_ || c.value == '\n' || c.value == '\r';
        continue;
      }
      if (space_ && !out_.empty() && !(broken_ && text::is_japanese(last_) && text::is_japanese(c.value))) out_ += ' ';
      space_ = broken_ = false;
      last_ = c.value == 0xA0 ? U' ' : c.value;
      text::append_utf8(out_, last_);
    }
  }
  void space() { space_ = true; }
  /// Raised: 10<sup>6</sup> is 10^6.
  void raise(std::string_view s) {
    if (!space_ && is_power(out_, s)) out_ += '^';
  }
  std::string take() {
    space_ = broken_ = false;
    last_ = 0;
    return std::exchange(out_, {});
  }

 private:
  std::string out_;
  char32_t last_ = 0;
  bool space_ = false, broken_ = false;
};

/// True when an item brings its own mark: a number, a bullet, （※１）.
bool has_own_mark(std::string_view words) {
  static constexpr std::u32string_view signs = U"・•●■◆○◎□◇※▼▲▶➢✓【〈《＊*－‐";
  words = text::trim(words);
  if (words.empty()) return true;
  if (words.starts_with("（※") || words.starts_with("(※") || words.starts_with("（注") || words.starts_with("(注")) return true;
  return signs.find(text::code_point_at(words, 0).value) != signs.npos || !corpus::read_markers(words).empty();
}

/// 「法第20条（第1項）」「施行令第2条第1号」: what stands below it in a list of definitions is quoted from there.
bool cites_law(std::string_view words) {
  words = text::trim(words);
  auto ordinal = words.find("第");
  if (ordinal == words.npos || ordinal == 0 || words.find("条", ordinal) == words.npos || words.size() > kLongestTerm) return false;
  auto law = words.substr(0, ordinal);
  static constexpr std::string_view ends[] = {"法", "令", "規則", "条例", "規程", "憲法", "告示"};
  if (std::ranges::none_of(ends, [&](auto end) { return law.ends_with(end); })) return false;
  static constexpr std::u32string_view reference = U"第条項号のただし書本文前後段柱及びと・、～〜から・,()（）[]［］【】関係抄略 　0123456789０１２３４５６７８９一二三四五六七八九十百";
  for (size_t at = ordinal; at < words.size();) {
    auto c = text::code_point_at(words, at);
    if (reference.find(c.value) == reference.npos) return false;
    at += c.length;
  }
  return true;
}

int span_of(const xmlNode* cell, const char* name) {
  auto value = html_attribute(cell, name);
  int n = 1;
  std::from_chars(value.data(), value.data() + value.size(), n);
  return std::clamp(n, 1, 1000);
}

/// The start of an element's text, as long as a power is.
std::string text_below(const xmlNode* element) {
  constexpr size_t most_nodes = 8, most_bytes = 64;
  std::string out;
  const xmlNode* node = element->children;
  for (size_t seen = 0; node; node = node->children && node->type == XML_ELEMENT_NODE ? node->children : html_after(const_cast<xmlNode*>(node), element)) {
    if (++seen > most_nodes || out.size() > most_bytes) return {};
    if (node->type == XML_TEXT_NODE && node->content) out += reinterpret_cast<const char*>(node->content);
  }
  return out;
}

/// Walks the content and writes its lines.
class LineWriter {
 public:
  LineWriter(const HtmlContent& content, size_t& images) : content_(content), images_(images) {}

  std::vector<Line> write(xmlNode* root) {
    walk(root);
    end_line();
    return std::move(lines_);
  }

 private:
  /// Enters and leaves each element in turn, without a call for each depth.
  void walk(xmlNode* root) {
    for (xmlNode* node = root;;) {
      bool entered = enter(node, root);
      if (entered && node->children) {
        node = node->children;
        continue;
      }
      if (entered) leave(node);
      while (node != root && !node->next) leave(node = node->parent);
      if (node == root) return;
      node = node->next;
    }
  }

  /// True when what stands in the node is to be read.
  bool enter(xmlNode* node, const xmlNode* root) {
    if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE) {
      if (node->content) add_text(reinterpret_cast<const char*>(node->content));
      return false;
    }
    if (node->type != XML_ELEMENT_NODE) return false;
    if (is_html(node, " img ")) images_ += counts_as_image(node);
    if (node != root && content_.leaves_out(node)) {
      if (content_.is_contents_list(node)) drop_contents_heading();
      end_line_at(node);
      return false;
    }
    if (is_html(node, " br ")) {
      if (in_heading_ || in_cell_) words_.space();
      else end_line();
      return false;
    }
    end_line_at(node);
    if (is_html(node, " table ") && !in_cell_ && is_data(node)) {
      write_table(node);
      return false;
    }
    if (is_html(node, kHeadings)) ++in_heading_;
    if (is_html(node, " b strong ")) ++in_bold_;
    if (is_html(node, " sup ")) words_.raise(text_below(node));
    if (is_html(node, " pre xmp listing ")) ++in_pre_;
    if (is_html(node, " dd blockquote ")) ++in_quote_;
    if (is_html(node, " dl dt ")) term_.clear();
    if (is_html(node, " ol ul menu dir ")) lists_.emplace_back(node);
    if (is_html(node, " li ") && !lists_.empty()) mark_ = lists_.back().mark(node);
    return true;
  }

  void leave(xmlNode* node) {
    end_line_at(node);
    if (is_html(node, " dt ") && !lines_.empty()) term_ = lines_.back().text.size() <= kLongestTerm ? lines_.back().text : "";
    if (is_html(node, kHeadings)) --in_heading_;
    if (is_html(node, " b strong ")) --in_bold_;
    if (is_html(node, " pre xmp listing ")) --in_pre_;
    if (is_html(node, " dd blockquote ")) --in_quote_;
    if (is_html(node, " ol ul menu dir ")) lists_.pop_back();
    if (is_html(node, " li ")) mark_.clear();
  }

  void end_line_at(const xmlNode* node) {
    if (is_html(node, kBlocks)) end_line();
  }

  void add_text(std::string_view s) {
    if (in_pre_ && !in_cell_) {
      for (auto end = s.find('\n'); end != s.npos; end = s.find('\n')) {
        words_.add(s.substr(0, end), true);
        end_line();
        s.remove_prefix(end + 1);
      }
      words_.add(s, true);
      return;
    }
    bool said = text::trim(s).size() > 0;
    bold_ = bold_ && (!said || in_bold_ > 0);
    heading_ = heading_ || (said && in_heading_ > 0);
    words_.add(s, false);
  }

  void end_line() {
    auto words = words_.take();
    bool bold = std::exchange(bold_, true), heading = std::exchange(heading_, false);
    if (text::trim(words).empty()) return;
    Line line;
    bool marked = !mark_.empty() && !has_own_mark(words);
    // Numbers that a list prints inside a quotation or an answer do not number the page, nor do those
    // that a law is quoted with.
    line.table = (marked && (in_quote_ > 0 || in_cell_) && mark_ != "・") || (in_quote_ > 0 && cites_law(term_));
    line.text = marked ? mark_ + std::string(text::trim(words)) : std::move(words);
    mark_.clear();
    line.heading = heading;
    line.bold = bold && !heading;
    // Each line is a whole paragraph: none runs over the edge of the page.
    line.right = 99;
    lines_.push_back(std::move(line));
  }

  /// 「目次」 above a list that was left out.
  void drop_contents_heading() {
    end_line();
    if (lines_.empty() || lines_.back().text.size() > 100) return;
    auto above = text::replace_all(text::replace_all(text::trim(lines_.back().text), "　", ""), " ", "");
    for (std::string_view word : {"目次", "もくじ", "CONTENTS", "Contents", "INDEX", "ページ内目次", "このページの目次", "ページ内リンク"})
      if (above == word || above == "【" + std::string(word) + "】" || above == "＜" + std::string(word) + "＞") return lines_.pop_back();
  }

  /// Spacers, icons and counters are no images to tell of.
  static bool counts_as_image(const xmlNode* image) {
    for (auto side : {"width", "height"}) {
      auto size = html_attribute(image, side);
      int n = 1000;
      std::from_chars(size.data(), size.data() + size.size(), n);
      if (n <= 32) return false;
    }
    auto name = html_attribute(image, "class") + " " + html_attribute(image, "src").substr(0, 500);
    return std::ranges::none_of(std::initializer_list<std::string_view>{"icon", "spacer", "blank.gif", "bullet", "clear.gif"}, [&](auto w) { return name.find(w) != name.npos; });
  }

  /// Rows and columns of words, not a frame that puts the page's parts side by side.
  bool is_data(xmlNode* table) const {
    auto role = html_attribute(table, "role");
    if (content_.measure(table).nested || role == "presentation" || role == "none") return false;
    size_t rows = 0, columns = 0, here = 0;
    uint32_t longest = 0;
    bool heads = false;
    for (xmlNode* node = table->children; node; node = node->children && !is_html(node, " td th ") ? node->children : html_after(node, table)) {
      if (is_html(node, " tr ")) {
        ++rows;
        here = 0;
      } else if (is_html(node, " td th ")) {
        columns = std::max(columns, ++here);
        heads = heads || is_html(node, " th ");
        longest = std::max(longest, content_.measure(node).text);
      }
    }
    if (columns < 2) return false;
    return heads || !(rows <= 2 && longest > 900);
  }

  void write_table(xmlNode* table) {
    std::vector<int> spanned;  // rows still covered from above, by column
    for (xmlNode* node = table->children; node;) {
      if (content_.leaves_out(node)) {
        node = html_after(node, table);
      } else if (is_html(node, " caption ")) {
        for (auto& line : cell_lines(node)) lines_.push_back(std::move(line));
        node = html_after(node, table);
      } else if (is_html(node, " tr ")) {
        write_row(node, spanned);
        node = html_after(node, table);
      } else {
        node = node->children && node->type == XML_ELEMENT_NODE ? node->children : html_after(node, table);
      }
    }
  }

  void write_row(xmlNode* row, std::vector<int>& spanned) {
    std::string text;
    size_t column = 0;
    auto skip_spanned = [&] {
      while (column < spanned.size() && column < kMostColumns && spanned[column] > 0) {
        --spanned[column++];
        text += '\t';
      }
    };
    for (xmlNode* cell = row->children; cell; cell = cell->next) {
      if (!is_html(cell, " td th ")) continue;
      skip_spanned();
      if (column >= kMostColumns) break;
      text += cell_text(cell);
      int down = span_of(cell, "rowspan");
      for (int i = span_of(cell, "colspan"); i > 0 && column < kMostColumns; --i, ++column) {
        if (spanned.size() <= column) spanned.resize(column + 1);
        spanned[column] = down - 1;
        text += '\t';
      }
    }
    skip_spanned();
    while (text.ends_with('\t')) text.pop_back();
    if (text.find_first_not_of('\t') == text.npos) return;
    Line line;
    line.text = std::move(text);
    line.table = true;
    lines_.push_back(std::move(line));
  }

  std::vector<Line> cell_lines(xmlNode* cell) const {
    LineWriter inside(content_, images_);
    inside.in_cell_ = true;
    return inside.write(cell);
  }

  std::string cell_text(xmlNode* cell) const {
    std::string out;
    for (auto& line : cell_lines(cell)) {
      if (!out.empty()) out += ' ';
      out += text::trim(text::replace_all(line.text, "\t", " "));
    }
    return out;
  }

  const HtmlContent& content_;
  size_t& images_;
  std::vector<Line> lines_;
  Words words_;
  std::vector<HtmlList> lists_;
  std::string term_;  ///< the last term of a list of definitions
  std::string mark_;  ///< of the item whose first line is still to come
  unsigned in_heading_ = 0, in_bold_ = 0, in_pre_ = 0, in_quote_ = 0;
  bool in_cell_ = false, bold_ = true, heading_ = false;
};

}  // namespace

std::vector<Line> html_lines(const HtmlContent& content, size_t& images) { return LineWriter(content, images).write(content.root()); }

}  // namespace shirube::indexer
