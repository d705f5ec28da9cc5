#include "corpus/outline.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "corpus/outline_bookmark.h"
#include "corpus/outline_furniture.h"
#include "corpus/outline_heading.h"
#include "corpus/outline_level.h"
#include "corpus/outline_marker.h"
#include "corpus/outline_note.h"
#include "corpus/outline_paragraph.h"
#include "text/utf8.h"

namespace shirube::corpus {
namespace {

using namespace std::literals;

/// A clause while its lines come in.
struct Draft {
  Clause clause;
  std::string lead;                ///< the words on the line of its number
  std::vector<std::string> lines;  ///< what follows
  std::vector<std::string> notes;
  Family family;
  bool title = false;              ///< its lead is a heading whatever follows
};

/// Walks the rows once and files each under the clause it belongs to.
class Builder {
 public:
  Builder(std::vector<Row> rows, size_t contents_end, const std::vector<Bookmark>& bookmarks);
  std::vector<Clause> build();

 private:
  void take(size_t i);
  void enter_column(const Row& row);
  bool take_number(size_t i, bool continues);
  bool take_heading(size_t i);
  bool take_annex_title(size_t i, const Row& row);
  void take_content(const Row& row, bool continues);
  void take_note(const Row& row);
  void remember_marks(const Row& row);
  void open_clause(const Marker& marker, const Levels::Place& place, const Row& row);
  bool believable(const Marker& marker, const Levels::Place& place, const Row& row, bool continues) const;
  bool is_caption_of_next(size_t i) const;
  size_t add(Draft draft);
  Draft& current();
  void set_body();
  void finish(Draft& draft, bool has_children) const;

  std::vector<Row> rows_;
  size_t contents_end_;
  BodyLook body_;
  bool legal_ = false;
  bool slides_ = false;
  bool headed_ = false;    ///< the format says which lines are headings
  bool numbered_ = false;  ///< the first number or heading has come
  Levels levels_;
  std::vector<Draft> drafts_;
  std::optional<size_t> current_;
  /// Where the walk stands in the text: a column of a comparison table is one of its own, and what comes
  /// behind the table goes on where the text stood before it.
  struct Standing {
    Levels levels;
    std::optional<size_t> current;
    bool numbered = false;
  };
  Standing text_;
  std::string column_;           ///< its title; empty in the text
  std::optional<size_t> root_;   ///< the clause that is the column
  std::string caption_;    ///< 「（目的）」 waiting for its article
  const Row* first_ = nullptr;     ///< of the open paragraph
  const Row* previous_ = nullptr;  ///< its last line
  bool note_open_ = false;         ///< the line above is a footnote's and full
  std::optional<size_t> note_of_;  ///< the clause of the footnote whose line is the one above
  int note_number_ = 0;            ///< the number of that footnote
  std::map<std::pair<int, std::string>, size_t> marks_;  ///< the clause in which a page points to a footnote first
  std::vector<std::pair<int, std::string>> waiting_marks_;  ///< of a caption
};

/// Letters and 漢数字 number things in cells; what else stands between two tables is the next clause.
bool is_cell_number(const Family& f) {
  return f.core == Core::kanji || f.core == Core::aiueo || f.core == Core::iroha || f.core == Core::latin_lower;
}

/// Rows of a table in a text file: cells parted by tabs, or one cell a line behind a tab, and the
/// lines of a cell between them.
void mark_table_rows(std::vector<Row>& rows) {
  size_t leading = 0, leading_numbers = 0;
  for (auto& r : rows)
    if (r.text.starts_with("\t")) ++leading, leading_numbers += !read_markers(r.text).empty();
  bool cells = leading_numbers * 2 < leading;
  std::optional<size_t> last;
  for (size_t i = 0; i < rows.size(); ++i) {
    auto& r = rows[i];
    auto tab = r.text.find('\t', r.text.find_first_not_of("\t 　"));
    bool inner = false;
    if (tab != std::string::npos) {
      auto markers = read_markers(r.text);
      inner = markers.empty() || tab >= markers[0].length || r.text.find('\t', markers[0].length) != std::string::npos;
      // 「１<tab>概要」: the tab ends a number. 「一<tab>甲<tab>乙」 is a row.
    }
    if (inner || (cells && r.text.starts_with("\t"))) r.table = true;
    if (!r.table) continue;
    if (last && i - *last <= 6)
      for (size_t k = *last + 1; k < i; ++k) {
        auto m = read_markers(rows[k].text);
        if (rows[k].right >= 0 || (!m.empty() && !is_cell_number(m[0].family))) break;
        if (k == i - 1)
          for (size_t j = *last + 1; j < i; ++j) rows[j].table = true;
      }
    last = i;
  }
}

/// Laws and ordinances: they have articles, or nothing but paragraphs and a supplement.
bool is_legal(const std::vector<Row>& rows) {
  bool article = false, supplement = false, other = false;
  for (auto& r : rows) {
    if (r.table) continue;
    auto m = read_markers(r.text);
    if (m.empty()) continue;
    auto core = m[0].family.core;
    if (r.heading && core == Core::decimal && !article) return false;  // it only quotes laws
    article = article || core == Core::article;
    supplement = supplement || core == Core::supplement;
    other = other || core == Core::decimal || core == Core::ordinal || core == Core::circled;
  }
  return article || (supplement && !other);
}

/// 「（…に伴う経過措」「置）」: a caption of an article may run over the edge.
void join_captions(std::vector<Row>& rows) {
  for (size_t i = 0; i + 2 < rows.size(); ++i) {
    auto words = text::trim(rows[i].text);
    if (!rows[i].full || !(words.starts_with("（") || words.starts_with("(")) || is_caption(words) || read_markers(rows[i + 2].text).empty()) continue;
    std::string both(words);
    join_line(both, rows[i + 1].text);
    if (!is_caption(both)) continue;
    rows[i + 1].text = both;
    rows[i + 1].full = false;
    rows[i + 1].marks.insert(rows[i + 1].marks.begin(), rows[i].marks.begin(), rows[i].marks.end());
    rows[i].text.clear();
  }
  std::erase_if(rows, [](auto& r) { return r.text.empty(); });
}

/// The columns of a comparison table stand beside each other on each page; they are read one after the other.
void gather_columns(std::vector<Row>& rows) {
  for (auto begin = rows.begin(); begin != rows.end();) {
    begin = std::find_if(begin, rows.end(), [](auto& r) { return !r.column.empty(); });
    auto end = std::find_if(begin, rows.end(), [](auto& r) { return r.column.empty(); });
    while (begin != end) {
      auto column = begin->column;
      begin = std::stable_partition(begin, end, [&](auto& r) { return r.column == column; });
    }
  }
}

/// Slides have a title in larger type at the head of each page.
bool are_slides(const std::vector<Row>& rows) {
  size_t pages = 0, titled = 0;
  for (auto& r : rows)
    if (r.first_on_page) ++pages, titled += r.size > 1.12 && !r.table && !r.full;
  return pages >= 4 && titled * 10 >= pages * 6;
}

Builder::Builder(std::vector<Row> rows, size_t contents_end, const std::vector<Bookmark>& bookmarks) : rows_(std::move(rows)), contents_end_(contents_end) {
  bool layout = std::any_of(rows_.begin(), rows_.end(), [](auto& r) { return !r.font.empty(); });
  if (!layout) mark_table_rows(rows_);
  legal_ = is_legal(rows_);
  body_ = body_look(rows_);
  for (auto& r : rows_) {
    r.face = face_style(r);
    r.stands_out = r.heading || r.size > 1.05 || (body_.layout && (r.bold != body_.bold || r.font != body_.font));
  }
  gather_columns(rows_);
  headed_ = std::ranges::count_if(rows_, &Row::heading) >= 3;
  join_headings(rows_, body_);
  mark_bookmarks(rows_, bookmarks);
  if (legal_) join_captions(rows_);
  slides_ = body_.layout && are_slides(rows_);
}

size_t Builder::add(Draft draft) {
  drafts_.push_back(std::move(draft));
  current_ = drafts_.size() - 1;
  return *current_;
}

Draft& Builder::current() {
  if (!current_) {
    Draft d;
    d.clause.kind = ClauseKind::preamble;
    add(std::move(d));
  }
  return drafts_[*current_];
}

void Builder::set_body() {
  for (auto* e = levels_.top(); e; e = nullptr)
    if (e->node == current_) {
      e->has_body = true;
      if (is_title(drafts_[e->node].lead)) e->plain = false;
    }
}

bool Builder::is_caption_of_next(size_t i) const {
  if (!is_caption(rows_[i].text) || i + 1 >= rows_.size() || rows_[i].table) return false;
  auto next = read_markers(rows_[i + 1].text);
  if (next.empty()) return false;
  auto& f = next[0].family;
  return f.core == Core::article || (legal_ && f.core == Core::digits && f.shell == Shell::bare);
}

/// Where the line above runs to the edge, a number at the start of this one may be the rest of a
/// sentence: 「３条の規定」「（２）に掲げる」.
bool Builder::believable(const Marker& m, const Levels::Place& place, const Row& row, bool continues) const {
  using Fit = Levels::Fit;
  bool marked = row.heading || (row.bookmark && !continues);
  if (m.doubtful && (continues || (place.fit == Fit::skips && !row.bookmark))) return false;
  if (m.tight && (continues || place.fit != Fit::follows || !is_title(std::string_view(row.text).substr(m.length), 60)) && !(marked && place.fit != Fit::skips)) return false;
  // Items are not set in the middle of the line; cells of tables are.
  bool item = m.family.core == Core::circled || m.family.core == Core::aiueo || m.family.core == Core::iroha || (m.family.core == Core::digits && m.family.shell == Shell::paren);
  if (item && !row.bookmark && row.indent > 6 && row.right > 6 && std::abs(row.indent - row.right) < 1.2) return false;
  if (!continues) return true;
  bool strong = m.family.core == Core::supplement || m.family.core == Core::annex || legal_rank(m.family.core) > 0;
  auto above = text::trim(previous_->text);
  if (strong && m.length == row.text.size()) return above.ends_with("。") || row.indent > previous_->indent + 1.5;
  if (strong) return m.gap == Gap::wide || place.fit != Fit::fixed;
  if (place.fit == Fit::skips) return false;
  bool closed = above.ends_with("）") || above.ends_with(")") || above.ends_with("。") || above.ends_with("と") || above.ends_with("こと");
  bool set_off = row.indent >= 0 && previous_->indent >= 0 && row.indent < previous_->indent - 0.5;
  if (m.family.core == Core::circled || m.gap == Gap::wide) return true;
  if (place.fit == Fit::follows) return m.gap != Gap::none || m.family.shell != Shell::bare || closed || set_off;
  return closed || set_off;
}

/// A kind that can stand below `upper`: sections in sections are subsections, and so on down.
ClauseKind below(ClauseKind kind, ClauseKind upper) {
  static constexpr std::array<ClauseKind, 6> ladder = {ClauseKind::part, ClauseKind::chapter, ClauseKind::section, ClauseKind::subsection, ClauseKind::item, ClauseKind::subitem};
  auto rung = std::find(ladder.begin(), ladder.end(), kind), under = std::find(ladder.begin(), ladder.end(), upper);
  if (rung == ladder.end() || under == ladder.end() || rung > under) return kind;
  return under + 1 == ladder.end() ? ladder.back() : *(under + 1);
}

ClauseKind kind_of(const Marker& m, const Levels& levels, size_t keep, bool legal, ClauseKind upper_kind) {
  auto kind = usual_kind(m.family);
  if (keep == 0) return legal && m.family.core == Core::digits && m.family.shell == Shell::bare ? ClauseKind::paragraph : kind;
  auto& above = levels.open_lists()[std::min(keep, levels.open_lists().size()) - 1].family;
  bool frame = above.core == Core::article || above.core == Core::supplement || above.core == Core::annex;
  bool supplement = above.core == Core::supplement;
  if ((legal || supplement) && m.family.core == Core::digits && m.family.shell == Shell::bare && frame && above.core != Core::annex) return ClauseKind::paragraph;
  if (legal && (m.family.core == Core::kanji || m.family.core == Core::digits) && kind != ClauseKind::part) {
    bool below_item = above.core == Core::kanji || above.core == Core::aiueo || above.core == Core::iroha || above.shell == Shell::paren;
    return below_item ? ClauseKind::subitem : ClauseKind::item;
  }
  return below(kind, upper_kind);
}

void Builder::open_clause(const Marker& m, const Levels::Place& place, const Row& row) {
  Draft d;
  d.family = m.family;
  d.clause.label = m.label;
  auto upper = place.keep > 0 ? drafts_[levels_.open_lists()[place.keep - 1].node].clause.kind : ClauseKind::preamble;
  d.clause.kind = kind_of(m, levels_, place.keep, legal_, upper);
  d.clause.parent = place.keep > 0 ? std::optional(levels_.open_lists()[place.keep - 1].node) : root_;
  if (row.page > 0) d.clause.page = row.page;
  d.clause.heading = std::exchange(caption_, {});
  d.lead = std::string(text::trim(std::string_view(row.text).substr(m.length)));
  d.title = row.heading || row.bookmark;
  bool heading_family = m.family.core == Core::digits || m.family.core == Core::roman || m.family.core == Core::decimal || m.family.core == Core::ordinal || legal_rank(m.family.core);
  Levels::Entry e{m.family, m.last, 0, false, false, false, row.indent, row.size, row.bold, row.stands_out ? row.face : 0};
  e.plain = !is_title(d.lead, 80) || (!heading_family && !(row.heading || row.bookmark || row.size > 1.05 || row.bold != body_.bold));
  e.node = add(std::move(d));
  levels_.open(place, e);
  if (m.family.core == Core::article) {
    e.family = {Core::digits, Shell::bare, 0};
    e.last = {1};
    e.implied = true;
    levels_.open({place.keep + 1, Levels::Fit::opens}, e);
  }
  numbered_ = true;
}

/// Where the format marks headings, a bare 「（参考）」「【付録】」 over a quotation or a list is a remark, no annex.
bool is_remark(const Marker& m, const Row& row) {
  if (m.family.core != Core::annex) return false;
  bool reference = m.label.find("参考") != std::string::npos && m.label.find("資料") == std::string::npos;
  bool bracketed = m.label.starts_with("（") || m.label.starts_with("(") || m.label.starts_with("【") || m.label.starts_with("〈") || m.label.starts_with("＜") ||
                   m.label.starts_with("［") || m.label.starts_with("〔");
  bool numbered = std::ranges::any_of(text::to_utf32(m.label), [](char32_t c) { return text::is_digit(c) || text::is_latin(c) || U"一二三四五六七八九十①②③④⑤"sv.find(c) != std::u32string_view::npos; });
  return !numbered && (bracketed ? reference || !row.heading : reference && !row.heading);
}

bool Builder::take_number(size_t i, bool continues) {
  auto& row = rows_[i];
  std::optional<std::pair<Marker, Levels::Place>> best;
  for (auto& m : read_markers(row.text)) {
    if (headed_ && is_remark(m, row)) continue;
    auto place = levels_.find(m, row, legal_);
    if (!place || !believable(m, *place, row, continues)) continue;
    if (!best || (best->second.fit != Levels::Fit::follows && (place->fit == Levels::Fit::follows || (best->second.fit == Levels::Fit::skips && place->fit == Levels::Fit::opens))))
      best.emplace(std::move(m), *place);
  }
  if (!best) return false;
  // The file's own name for itself (「別紙」 at its very top) is part of the title.
  if (best->first.family.core == Core::annex && !numbered_ && i < 4) return false;
  open_clause(best->first, best->second, row);
  return true;
}

/// The line below a bare 「別紙１」「第１章」 or 「3.1」 is its title.
bool Builder::take_annex_title(size_t i, const Row& row) {
  if (!current_ || current_ == root_ || i == 0) return false;
  auto& d = drafts_[*current_];
  bool frame = d.family.core == Core::annex || d.family.core == Core::decimal || (legal_rank(d.family.core) && d.family.core != Core::article);
  if (!frame || !d.lead.empty() || !d.lines.empty() || !d.clause.heading.empty()) return false;
  if (!is_title(row.text, 100) || row.table || row.full || is_caption(row.text)) return false;
  d.lead = close_spaces(text::trim(row.text));
  d.title = true;
  return true;
}

bool Builder::take_heading(size_t i) {
  auto& row = rows_[i];
  auto style = heading_style(rows_, i, body_);
  bool remark = !row.column.empty() && text::trim(row.text).starts_with("［");  // 「［略］」「［項を加える］」
  if (!style || remark) return false;
  if (!numbered_ && (row.page == 1 || (row.page == 0 && i < 6))) return false;
  bool slide = slides_ && row.first_on_page;
  if (slide) style->style = 2;
  auto place = slide ? Levels::Place{0, Levels::Fit::fixed} : levels_.find_heading(*style, row);
  auto& open = levels_.open_lists();
  Draft d;
  d.family = *style;
  d.title = true;
  d.lead = std::string(without_sign(row.text));
  d.clause.parent = place.keep > 0 ? std::optional(open[place.keep - 1].node) : root_;
  if (row.page > 0) d.clause.page = row.page;
  Levels::Entry e{*style, {1}, 0, false, false, true, row.indent, row.size, row.bold, row.face};
  e.node = add(std::move(d));
  levels_.open(place, e);
  numbered_ = true;
  return true;
}

void Builder::take_content(const Row& row, bool continues) {
  auto& d = current();
  if (row.page > 0 && !d.clause.page) d.clause.page = row.page;
  if (continues) {
    join_line(d.lines.empty() ? d.lead : d.lines.back(), row.text);
    return;
  }
  d.lines.emplace_back(row.table ? row.text : std::string(text::trim(row.text)));
  if (numbered_) set_body();
}

/// A footnote belongs to the clause that points to it, where one above it on its page does; else to the last one.
void Builder::take_note(const Row& row) {
  auto& last = current();
  if (row.page > 0 && !last.clause.page) last.clause.page = row.page;
  auto mark = note_mark(row.text);
  std::string number(without_note_sign(mark));
  auto pointing = marks_.find({row.page, mark});
  if (pointing == marks_.end()) pointing = marks_.find({row.page, number});
  // A number that nothing points to may as well go on with the note above: 「令和７年」「３月」.
  bool counts_on = !note_open_ && number == std::to_string(note_number_ + 1);
  bool begins = !mark.empty() && (pointing != marks_.end() || mark != number || !note_of_ || counts_on);
  if (!begins && note_of_ && note_open_) {
    join_line(drafts_[*note_of_].notes.back(), row.text);
  } else {
    if (begins || !note_of_) note_of_ = pointing == marks_.end() ? *current_ : pointing->second;
    drafts_[*note_of_].notes.emplace_back(text::trim(row.text));
  }
  if (begins) note_number_ = std::stoi(number);
  note_open_ = row.full;
}

/// A caption's are those of the article below it.
void Builder::remember_marks(const Row& row) {
  if (row.page == 0) return;  // without pages nothing stands at their feet
  for (auto& mark : row.marks) waiting_marks_.emplace_back(row.page, mark);
  for (auto& mark : marks_within(row.text)) waiting_marks_.emplace_back(row.page, std::move(mark));
  if (!caption_.empty() || !current_) return;
  for (auto& mark : waiting_marks_) marks_.try_emplace(std::move(mark), *current_);
  waiting_marks_.clear();
}

/// Articles of a column are numbered by themselves, as those of an annex are: the column is cited as one.
void Builder::enter_column(const Row& row) {
  if (!caption_.empty()) current().lines.push_back(std::exchange(caption_, {}));
  if (column_.empty()) text_ = {levels_, current_, numbered_};
  column_ = row.column;
  first_ = previous_ = nullptr;
  note_open_ = false;
  levels_ = column_.empty() ? std::move(text_.levels) : Levels{};
  current_ = text_.current;
  numbered_ = column_.empty() ? text_.numbered : true;
  root_.reset();
  if (column_.empty()) return;
  Draft d;
  d.family = {Core::annex, Shell::bare, 0};
  d.clause.kind = ClauseKind::annex;
  d.clause.label = column_;
  if (row.page > 0) d.clause.page = row.page;
  root_ = add(std::move(d));
}

void Builder::take(size_t i) {
  auto& row = rows_[i];
  if (row.column != column_) enter_column(row);
  if (row.note) return take_note(row);
  note_of_.reset();
  note_open_ = false;
  if (row.table) {
    take_content(row, false);
    first_ = previous_ = nullptr;
    return;
  }
  // What stands between the contents list and the first number is a preamble of its own (前文).
  if (contents_end_ && i == contents_end_ && !numbered_ && current_ && read_markers(row.text).empty() && !is_caption_of_next(i)) {
    current_.reset();
    previous_ = nullptr;
  }
  bool caption = is_caption_of_next(i);
  bool continues = previous_ && current_ && goes_on(*first_, *previous_, row) && !(caption && text::trim(previous_->text).ends_with("。"));
  auto words = text::trim(row.text);
  if (words == "記" && !continues) {
    levels_.close_all();
    numbered_ = false;
  }
  if (caption && !continues) {
    caption_ = std::string(words);
    previous_ = nullptr;
    return;
  }
  bool opened = take_number(i, continues) || (!continues && (take_annex_title(i, row) || take_heading(i)));
  if (!opened) {
    if (!caption_.empty()) current().lines.push_back(std::exchange(caption_, {}));
    take_content(row, continues);
  }
  if (opened || !continues) first_ = &row;
  previous_ = &row;
}

/// Settles which of its words are the heading of a clause.
void Builder::finish(Draft& d, bool has_children) const {
  auto& c = d.clause;
  std::string lead = close_spaces(d.lead);
  auto title = without_remark(lead);
  bool frame = (legal_rank(d.family.core) && d.family.core != Core::article) || d.family.core == Core::style;
  bool clause_text = d.family.core == Core::article || c.kind == ClauseKind::paragraph || (legal_ && c.kind == ClauseKind::item);
  if (d.family.core == Core::article && c.heading.empty() && (lead.starts_with("（") || lead.starts_with("("))) {
    // 「第1条（目的）　…」
    auto close = lead.find(lead.starts_with("（") ? "）" : ")");
    if (close != lead.npos) {
      close += lead.starts_with("（") ? 3 : 1;
      if (is_caption(std::string_view(lead).substr(0, close))) {
        c.heading = lead.substr(0, close);
        lead = std::string(text::trim(std::string_view(lead).substr(close)));
      }
    }
  } else if (c.heading.empty() && !lead.empty() && d.family.core != Core::supplement && !clause_text && c.kind != ClauseKind::preamble) {
    bool body = !d.lines.empty() || has_children;
    if (d.title || (frame && is_title(title, 200)) || (body && is_title(title, 120))) {
      c.heading = std::string(title);
      lead = std::string(text::trim(std::string_view(lead).substr(title.size())));
    }
  }
  c.text = std::move(lead);
  for (auto* lines : {&d.lines, &d.notes})
    for (auto& line : *lines) {
      if (!c.text.empty()) c.text += '\n';
      c.text += line.find('\t') == line.npos ? close_spaces(line) : line;
    }
}

std::vector<Clause> Builder::build() {
  for (size_t i = 0; i < rows_.size(); ++i) {
    take(i);
    if (!rows_[i].note) remember_marks(rows_[i]);
  }
  if (!caption_.empty()) current().lines.push_back(caption_);
  std::vector<bool> has_children(drafts_.size());
  for (auto& d : drafts_)
    if (d.clause.parent) has_children[*d.clause.parent] = true;
  std::vector<Clause> out;
  out.reserve(drafts_.size());
  for (size_t i = 0; i < drafts_.size(); ++i) {
    finish(drafts_[i], has_children[i]);
    out.push_back(std::move(drafts_[i].clause));
  }
  return out;
}

}  // namespace

std::vector<Clause> outline(const std::vector<Page>& pages, const std::vector<Bookmark>& bookmarks) {
  auto stripped = pages;
  strip_headers_and_footers(stripped);
  auto rows = rows_of(stripped);
  size_t contents_end = strip_contents(rows);
  measure(rows);
  auto clauses = Builder(std::move(rows), contents_end, bookmarks).build();
  auto printed = printed_pages(stripped);
  for (auto& clause : clauses) {
    if (auto found = clause.page ? printed.find(*clause.page) : printed.end(); found != printed.end()) clause.printed_page = found->second;
  }
  return clauses;
}

}  // namespace shirube::corpus
