#include "office/story.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "office/mark.h"
#include "text/error.h"
#include "text/utf8.h"

namespace shirube::office {

namespace {

constexpr int deepest_element = 256;
constexpr size_t deepest_section = 32;
constexpr size_t longest_paragraph = 1 << 20, most_marks = 5000;  // bytes of one with places, and how many

// The marks of sections, until they become elements around what they hold.
constexpr std::string_view begin_element = "!begin", begin_with_element = "!begin-with", begin_without_element = "!begin-without", end_element = "!end";

constexpr std::string_view element_of(MarkKind kind) {
  switch (kind) {
    case MarkKind::image: return image_element;
    case MarkKind::begin: return begin_element;
    case MarkKind::begin_with: return begin_with_element;
    case MarkKind::begin_without: return begin_without_element;
    case MarkKind::end: return end_element;
    case MarkKind::value: break;
  }
  return value_element;
}

struct DepthGuard : pugi::xml_tree_walker {
  bool for_each(pugi::xml_node&) override { return depth() < deepest_element; }
};

/// What Word writes where it pleases, and nobody sees.
bool is_unseen(std::string_view local) {
  constexpr auto unseen = std::to_array<std::string_view>({"proofErr", "bookmarkStart", "bookmarkEnd", "lastRenderedPageBreak", "permStart", "permEnd", "commentRangeStart", "commentRangeEnd"});
  return std::ranges::find(unseen, local) != unseen.end();
}

std::string text_in(pugi::xml_node node) {
  std::string out;
  for (auto piece : node.children()) out += piece.value();
  return out;
}

class StoryReader {
 public:
  explicit StoryReader(Story& story) : story_(story), run_(name("r")), text_(name("t")), paragraph_(name("p")), row_(name("tr")), box_(name("txbxContent")) {}

  void read() {
    std::vector<pugi::xml_node> paragraphs;
    gather(story_.tree, paragraphs, [&](pugi::xml_node node) { return node.name() == paragraph_; });
    for (auto paragraph : paragraphs) {
      ++paragraph_number_;
      isolate(paragraph);
    }
    std::vector<pugi::xml_node> marks;
    gather(story_.tree, marks, [](pugi::xml_node node) { return is_mark(node); });
    join(marks);
  }

 private:
  std::string name(std::string_view local) const { return story_.prefix + std::string(local); }

  template <typename Wanted>
  static void gather(pugi::xml_node node, std::vector<pugi::xml_node>& out, const Wanted& wanted) {
    for (auto one : node.children()) {
      if (wanted(one)) out.push_back(one);
      gather(one, out, wanted);
    }
  }

  static bool is_begin(pugi::xml_node node) { return node.name() == begin_element || node.name() == begin_with_element || node.name() == begin_without_element; }
  static bool is_mark(pugi::xml_node node) { return is_begin(node) || node.name() == end_element; }

  // ---- places become elements ----

  struct Piece {
    pugi::xml_node text;  ///< w:t; none for a tab or a line's end
    size_t begin = 0;     ///< in the paragraph's text
    std::string words;
  };

  /// The runs of a paragraph, but those of text boxes in it, and what was deleted.
  void gather_runs(pugi::xml_node node, std::vector<pugi::xml_node>& runs) const {
    for (auto one : node.children()) {
      if (one.name() == run_) runs.push_back(one);
      else if (one.name() != name("del") && one.name() != name("moveFrom") && one.name() != paragraph_) gather_runs(one, runs);
    }
  }

  std::vector<Piece> pieces_of(const std::vector<pugi::xml_node>& runs) const {
    std::vector<Piece> pieces;
    size_t at = 0;
    for (auto run : runs) {
      for (auto one : run.children()) {
        Piece piece{one, at, ""};
        if (one.name() == text_) piece.words = text_in(one);
        else if (one.name() == name("tab")) piece = {{}, at, "\t"};
        else if (one.name() == name("br") || one.name() == name("cr")) piece = {{}, at, "\n"};
        else continue;
        at += piece.words.size();
        pieces.push_back(std::move(piece));
      }
    }
    return pieces;
  }

  /// Each child of a run in a run of its own, so that runs can be put between them.
  void part_run(pugi::xml_node run) const {
    std::vector<pugi::xml_node> contents;
    for (auto one : run.children()) {
      if (one.name() != name("rPr")) contents.push_back(one);
    }
    auto last = run;
    for (size_t i = 1; i < contents.size(); ++i) {
      last = run_after(last);
      last.append_move(contents[i]);
    }
  }

  /// A run behind another, of its format.
  pugi::xml_node run_after(pugi::xml_node run) const {
    auto made = run.parent().insert_child_after(run_.c_str(), run);
    if (auto format = run.child(name("rPr").c_str())) made.append_copy(format);
    return made;
  }

  void set_text(pugi::xml_node node, const std::string& words) const {
    while (node.first_child()) node.remove_child(node.first_child());
    node.append_child(pugi::node_pcdata).set_value(words.c_str());
    if (!node.attribute("xml:space")) node.append_attribute("xml:space") = "preserve";
  }

  void isolate(pugi::xml_node paragraph) {
    std::vector<pugi::xml_node> runs;
    gather_runs(paragraph, runs);
    auto whole_of = [](const std::vector<Piece>& pieces) {
      std::string whole;
      for (const auto& piece : pieces) whole += piece.words;
      return whole;
    };
    std::string whole = whole_of(pieces_of(runs));
    if (!may_hold_marks(whole)) return;
    auto marks = find_marks(whole);
    if (marks.empty()) return;
    if (whole.size() > longest_paragraph || marks.size() > most_marks) throw Error(ErrorKind::invalid, "差し込みのある段落が長すぎます。", "段落を分けてください。");
    for (auto run : runs) part_run(run);
    runs.clear();
    gather_runs(paragraph, runs);
    auto pieces = pieces_of(runs);
    for (const Mark& mark : marks) {
      if (!mark.fault.empty()) story_.faults.emplace_back(paragraph_number_, LetterTemplate::Fault{story_.place, mark.typed, mark.fault, words_around(whole, mark.begin, mark.end)});
    }
    // From the last one on: what stands before keeps its place.
    for (auto mark = marks.rbegin(); mark != marks.rend(); ++mark) {
      if (mark->fault.empty()) place(*mark, pieces, words_around(whole, mark->begin, mark->end));
    }
  }

  /// Takes the text of a place out of its pieces, and puts an element where it began.
  void place(const Mark& mark, std::vector<Piece>& pieces, const std::string& around) {
    auto first = std::ranges::find_if(pieces, [&](const Piece& piece) { return mark.begin < piece.begin + piece.words.size(); });
    auto last = std::ranges::find_if(first, pieces.end(), [&](const Piece& piece) { return mark.end <= piece.begin + piece.words.size(); });
    auto run = first->text.parent();
    auto made = run_after(run);
    auto element = made.append_child(std::string(element_of(mark.kind)).c_str());
    element.append_attribute("name") = mark.name.c_str();
    element.append_attribute("typed") = mark.typed.c_str();
    element.append_attribute("around") = around.c_str();
    element.append_attribute("paragraph") = paragraph_number_;
    std::string behind = last->words.substr(mark.end - last->begin);
    for (auto piece = first; piece <= last; ++piece) {
      if (!piece->text) continue;  // a tab within the braces is nothing, as spaces are; it stays behind them
      std::string words = piece == first ? piece->words.substr(0, mark.begin - piece->begin) : piece == last ? behind : std::string();
      piece->words = words;
      if (piece == first || !words.empty()) set_text(piece->text, words);
      if (piece == last) piece->begin = piece == first ? piece->begin : mark.end;
    }
    if (first == last && !behind.empty()) {
      auto rest = run_after(made);
      set_text(rest.append_child(text_.c_str()), behind);
    }
    for (auto piece = first; piece <= last; ++piece) {
      if (piece->text && piece->words.empty()) {
        auto empty = piece->text.parent();
        empty.parent().remove_child(empty);
        piece->text = {};
      }
    }
  }

  // ---- marks of sections become elements around what they hold ----

  struct Open {
    pugi::xml_node mark;
    size_t index;
  };

  void join(const std::vector<pugi::xml_node>& marks) {
    std::vector<Open> open;
    for (size_t i = 0; i < marks.size(); ++i) {
      auto mark = marks[i];
      if (mark.name() != end_element) {
        if (open.size() == deepest_section) throw Error(ErrorKind::invalid, "差し込みの入れ子が深すぎます。", fmt::format("{} 段までにしてください。", deepest_section));
        open.push_back({mark, i});
        continue;
      }
      auto begun = std::ranges::find_if(open.rbegin(), open.rend(), [&](const Open& one) { return name_of(one.mark) == name_of(mark); });
      if (begun == open.rend()) {
        tell(mark, "始まりがありません。");
        remove_run(mark);
        continue;
      }
      size_t at = open.size() - 1 - static_cast<size_t>(begun - open.rbegin());
      while (open.size() > at + 1) close_unclosed(open);
      enclose(open.back(), mark);
      open.pop_back();
    }
    while (!open.empty()) close_unclosed(open);
  }

  void tell(pugi::xml_node mark, std::string message) { story_.faults.push_back(fault_of(story_, mark, std::move(message))); }

  void close_unclosed(std::vector<Open>& open) {
    auto mark = open.back().mark;
    tell(mark, fmt::format("終わりの「{{{{/{}}}}}」がありません。", name_of(mark)));
    remove_run(mark);
    open.pop_back();
  }

  static void remove_run(pugi::xml_node mark) {
    auto run = mark.parent();
    run.parent().remove_child(run);
  }

  /// The nearest element around a node, within its text box.
  pugi::xml_node around(pugi::xml_node node, const std::string& wanted) const {
    for (auto one = node.parent(); one; one = one.parent()) {
      if (one.name() == wanted) return one;
      if (one.name() == box_) break;
    }
    return {};
  }

  void enclose(const Open& open, pugi::xml_node end) {
    auto begin = open.mark;
    auto first = around(begin, paragraph_), last = around(end, paragraph_);
    auto first_run = begin.parent(), last_run = end.parent();
    bool enclosed = true;
    if (first == last) {
      enclosed = first_run.parent() == last_run.parent();
      if (enclosed) wrap(open, first_run.next_sibling(), last_run);
    } else if (first.parent() == last.parent() && is_marks_only(first) && is_marks_only(last)) {
      wrap(open, first.next_sibling(), last);
    } else {
      enclosed = enclose_rows(open, end);
    }
    if (!enclosed) {
      tell(begin, fmt::format("終わりの「{}」と位置がそろっていません。同じ段落の中か、同じ表の行の中に置くか、それぞれをほかの文字のない段落に置いてください。", end.attribute("typed").value()));
    }
    for (auto [mark, paragraph] : {std::pair{begin, first}, std::pair{end, last}}) {
      bool vanishes = first != last && is_marks_only(paragraph);
      remove_run(mark);
      if (vanishes) remove_emptied(paragraph);
    }
  }

  /// Puts an element around the nodes from `from` on, up to `until`, which may come at once.
  void wrap(const Open& open, pugi::xml_node from, pugi::xml_node until) {
    auto parent = until.parent();
    const std::string_view begun = open.mark.name();
    const auto element = begun == begin_element ? section_element : begun == begin_with_element ? with_element : without_element;
    auto section = parent.insert_child_before(std::string(element).c_str(), from ? from : until);
    for (auto attribute : open.mark.attributes()) section.append_copy(attribute);
    section.append_attribute("index") = static_cast<unsigned long long>(open.index);
    for (auto next = section.next_sibling(); next && next != until; next = section.next_sibling()) section.append_move(next);
  }

  static bool is_section(pugi::xml_node node) { return node.name() == section_element || node.name() == with_element || node.name() == without_element; }

  /// A row, or the sections around it alone that began behind a mark; none where one began before.
  static pugi::xml_node outermost(pugi::xml_node row, size_t index) {
    while (row && is_section(row.parent())) {
      row = row.parent();
      if (row.attribute("index").as_ullong() < index) return {};
    }
    return row;
  }

  bool enclose_rows(const Open& open, pugi::xml_node end) {
    auto first = outermost(around(open.mark, row_), open.index), last = outermost(around(end, row_), open.index);
    if (!first || !last || first.parent() != last.parent()) return false;
    auto parent = last.parent();
    auto until = last.next_sibling();
    bool at_end = !until;
    if (at_end) until = parent.append_child("!until");
    wrap(open, first, until);
    if (at_end) parent.remove_child(until);
    return true;
  }

  /// Whether a paragraph holds marks of sections and nothing that is seen.
  bool is_marks_only(pugi::xml_node node) const {
    for (auto one : node.children()) {
      auto local = local_name(one.name());
      if (is_mark(one) || is_unseen(local) || one.name() == name("pPr") || one.name() == name("rPr") || one.name() == name("tab") || one.name() == name("del")) continue;
      if (one.name() == text_ ? !text::trim(text_in(one)).empty() : one.type() == pugi::node_element && (!holds_runs(one) || !is_marks_only(one))) return false;
    }
    return true;
  }
  bool holds_runs(pugi::xml_node node) const { return node.name() == run_ || node.name() == name("ins") || node.name() == name("smartTag"); }

  /// Removes a paragraph that has lost its last mark, unless it ends a section of pages.
  void remove_emptied(pugi::xml_node paragraph) const {
    std::vector<pugi::xml_node> marks;
    gather(paragraph, marks, [](pugi::xml_node node) { return is_mark(node); });
    auto others = [&](pugi::xml_node one) { return one != paragraph && one.type() == pugi::node_element && one.name() != name("tcPr"); };
    bool alone_in_cell = paragraph.parent().name() == name("tc") && std::ranges::none_of(paragraph.parent().children(), others);
    if (!marks.empty() || alone_in_cell || paragraph.child(name("pPr").c_str()).child(name("sectPr").c_str())) return;
    paragraph.parent().remove_child(paragraph);
  }

  Story& story_;
  std::string run_, text_, paragraph_, row_, box_;
  int paragraph_number_ = 0;
};

/// The prefix that a part gave to WordprocessingML.
std::string prefix_of(pugi::xml_node root) {
  for (auto attribute : root.attributes()) {
    std::string_view name = attribute.name(), value = attribute.value();
    bool word = value == "http://schemas.openxmlformats.org/wordprocessingml/2006/main" || value == "http://purl.oclc.org/ooxml/wordprocessingml/main";
    if (word && name == "xmlns") return {};
    if (word && name.starts_with("xmlns:")) return std::string(name.substr(6)) + ":";
  }
  return "w:";
}

}  // namespace

std::string_view local_name(const char* name) {
  std::string_view whole = name;
  size_t colon = whole.find(':');
  return colon == whole.npos ? whole : whole.substr(colon + 1);
}

std::string_view name_of(pugi::xml_node mark) { return mark.attribute("name").value(); }

std::pair<int, LetterTemplate::Fault> fault_of(const Story& story, pugi::xml_node mark, std::string message) {
  return {mark.attribute("paragraph").as_int(), {story.place, mark.attribute("typed").value(), std::move(message), mark.attribute("around").value()}};
}

pugi::xml_document read_xml(const std::string& xml, std::string_view part) {
  pugi::xml_document tree;
  DepthGuard guard;
  // White space alone is text too: a space between two runs of a paragraph.
  bool read = tree.load_buffer(xml.data(), xml.size(), pugi::parse_default | pugi::parse_ws_pcdata | pugi::parse_declaration);
  if (!read || !tree.traverse(guard)) {
    throw Error(ErrorKind::invalid, fmt::format("Word のファイルの中身が壊れています（{}）。", part), "Word で開いて保存し直してください。");
  }
  return tree;
}

Story read_story(std::string part, std::string place, const std::string& xml) {
  Story story{std::move(part), std::move(place), {}};
  story.tree = read_xml(xml, story.part);
  story.prefix = prefix_of(story.tree.document_element());
  StoryReader(story).read();
  return story;
}

}  // namespace shirube::office
