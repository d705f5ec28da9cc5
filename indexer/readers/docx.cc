#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <utility>

#include "indexer/extract.h"
#include "indexer/readers/docx_style.h"
#include "indexer/readers/docx_table.h"
#include "indexer/readers/formula.h"
#include "indexer/readers/numbering.h"
#include "indexer/readers/ooxml.h"
#include "indexer/readers/readers.h"
#include "text/error.h"
#include "text/utf8.h"

namespace shirube::indexer {
namespace {

using corpus::Line;

constexpr size_t kLongestInstruction = 4096;
constexpr size_t kDeepestFields = 64;
constexpr int kDeepestNotes = 4;           ///< notes of notes
constexpr double kWhole = 2;               ///< ems that a paragraph ends before the edge: it never goes on in the next line

/// The alternative that is read, so that nothing is read twice.
pugi::xml_node chosen(pugi::xml_node alternate) {
  auto choice = child(alternate, "Choice");
  return choice ? choice : child(alternate, "Fallback");
}

/// A field (w:fldChar): its instruction, then its result.
struct Field {
  std::string instruction, drawn;  ///< drawn: what it prints without a result
  bool in_result = false;
  int container = 0;               ///< where it began
  size_t paragraph = 0, line = 0, text = 0;

  bool is(std::string_view kind) const {
    auto words = text::trim(instruction);
    return words.starts_with(kind) && (words.size() == kind.size() || words[kind.size()] == ' ');
  }
};

/// A paragraph while its runs come in.
struct Paragraph {
  Look look;
  std::string text;                 ///< line breaks as \n
  bool open = false;                ///< its mark is deleted or hidden: the next one goes on in it
  bool raised = false;              ///< its last word is
  size_t shown = 0, bold = 0;       ///< bytes
  std::map<double, size_t> sizes;   ///< bytes by size of type
  std::vector<pugi::xml_node> drawings;
  std::vector<std::pair<std::string, std::string>> notes;  ///< part and id
};

/// Walks the body once and makes lines of it. Sizes and indents stay points until the end, when the size of
/// body text is known.
class Reader {
 public:
  Reader(Package& package, const std::string& part, Extract& out)
      : package_(package), document_(package.xml(part)), relations_(package.relations(part)), styles_part_(related("styles")),
        numbering_part_(related("numbering")), numbering_(numbering_part_.document_element()), styles_(styles_part_.document_element(), numbering_), out_(out) {}

  void read() {
    blocks(child(document_.document_element(), "body"));
    end_paragraph();
    relate_to_body();
    bool none = std::ranges::all_of(lines_, [](const Line& line) { return text::trim(line.text).empty(); });
    if (none && !images_) throw Error(ErrorKind::invalid, "文字がありません（空のファイルです）", "ファイルの中身を確かめてください。");
    if (images_) out_.warnings.push_back(image_warning(images_));
    if (embedded_) out_.warnings.push_back(fmt::format("埋め込まれた別のファイル（本文検索の対象外）: {} か所", embedded_));
    corpus::Page page;
    page.lines = std::move(lines_);
    out_.pages.push_back(std::move(page));
  }

 private:
  pugi::xml_document related(std::string_view type) {
    for (const auto& [id, relation] : relations_) {
      if (relation.type == type && !relation.external && package_.has(relation.target)) return package_.xml(relation.target);
    }
    return {};
  }

  // Blocks: paragraphs and tables.

  void blocks(pugi::xml_node parent) {
    for (auto node : parent.children()) {
      auto name = local_name(node);
      if (name == "p") paragraph(node);
      else if (name == "tbl") table(node);
      else if (name == "sdt") content_control(node, [this](pugi::xml_node content) { blocks(content); });
      else if (name == "AlternateContent") blocks(chosen(node));
      else if (is_any(name, {"customXml", "smartTag", "ins", "moveTo"})) blocks(node);
      else if (name == "altChunk") ++embedded_;
    }
  }

  template <class Read>
  void content_control(pugi::xml_node node, Read read) {
    auto properties = child(node, "sdtPr");
    auto gallery = attribute(child(child(properties, "docPartObj"), "docPartGallery"), "val");
    if (gallery == "Table of Contents" || is_on(child(properties, "showingPlcHdr"))) return;
    read(child(node, "sdtContent"));
  }

  void paragraph(pugi::xml_node node) {
    auto properties = child(node, "pPr");
    auto mark = child(properties, "rPr");
    Look look = styles_.of_paragraph(properties);
    // Of paragraphs joined by a deleted mark the last says how it looks; by a hidden one, the first.
    if (!paragraph_.open || !joined_by_hidden_ || paragraph_.text.empty()) paragraph_.look = look;
    ++paragraphs_;
    inlines(node, look);
    std::erase_if(fields_, [](const Field& field) { return !field.in_result; });
    joined_by_hidden_ = is_on(child(mark, "vanish"));
    paragraph_.open = joined_by_hidden_ || child(mark, "del") || child(mark, "moveFrom");
    if (!paragraph_.open) end_paragraph();
  }

  /// Files the lines of the paragraph, then what is anchored in it: text boxes and notes.
  void end_paragraph() {
    auto done = std::exchange(paragraph_, {});
    const Look& look = done.look;
    done.text.erase(0, done.text.find_first_not_of('\n'));  // of a page break the number stands behind
    bool blank = text::trim(done.text).empty(), printed = !look.contents;
    std::string label;
    if (printed && look.num && !(blank && look.hidden.value_or(false))) label = numbering_.next(*look.num, look.level.value_or(0));
    if (const auto* level = blank && look.num ? numbering_.level(*look.num, look.level.value_or(0)) : nullptr; level && level->format == "bullet") label.clear();
    if (look.contents) drop_contents_title();
    std::string words = label + done.text;
    text_bytes_ += words.size();
    if (text_bytes_ > kMostTextBytes) throw Error(ErrorKind::invalid, "文字が多すぎます。", "文書を分けて登録してください。");
    if (look.title && out_.facts.title.empty()) out_.facts.title = text::replace_all(text::trim(words), "\n", "　");
    Line line;
    // Whole sentences in a heading style have it for the number's sake.
    line.heading = look.is_heading() && !blank && done.text.find("。") == std::string::npos;
    line.bold = done.shown > 0 && done.bold == done.shown;
    line.right = kWhole;
    auto most = std::ranges::max_element(done.sizes, {}, &std::pair<const double, size_t>::second);
    line.size = most != done.sizes.end() ? most->first : look.size.value_or(10);
    double em = look.size.value_or(10);
    double left = look.left_chars ? *look.left_chars * em : look.left.value_or(0);
    double first = look.first_chars ? *look.first_chars * em : look.first.value_or(0);
    if (line.heading) words = text::replace_all(words, "\n", "　");
    for (auto piece : split_lines(printed ? words : std::string_view())) {
      line.text = piece;
      line.indent = look.aside.value_or(false) ? -1 : std::max(0.0, left + first);
      lines_.push_back(line);
      first = 0;
    }
    if (words.empty()) lines_.emplace_back();
    for (auto drawing : done.drawings) read_drawing(drawing);
    for (const auto& [part, id] : done.notes) read_note(part, id);
  }

  // What stands in a paragraph.

  void inlines(pugi::xml_node parent, const Look& look) {
    for (auto node : parent.children()) {
      auto name = local_name(node);
      if (name == "r") run(node, look);
      else if (is_any(name, {"hyperlink", "ins", "moveTo", "smartTag", "customXml", "dir", "bdo", "rubyBase"})) inlines(node, look);
      else if (name == "sdt") content_control(node, [&](pugi::xml_node content) { inlines(content, look); });
      else if (name == "AlternateContent") inlines(chosen(node), look);
      else if (name == "fldSimple") simple_field(node, look);
      else if (name == "oMath" || name == "oMathPara") add(linear_formula(node), look);
    }
  }

  void run(pugi::xml_node node, const Look& paragraph) {
    Look look = styles_.of_run(child(node, "rPr"), paragraph);
    run_contents(node, look, paragraph);
  }

  void run_contents(pugi::xml_node parent, const Look& look, const Look& paragraph) {
    for (auto node : parent.children()) {
      auto name = local_name(node);
      if (name == "fldChar") field_mark(node);
      else if (name == "instrText") add_instruction(node.text().get());
      else if (name == "AlternateContent") run_contents(chosen(node), look, paragraph);
      else if (look.hidden.value_or(false)) continue;
      else if (name == "t") add(node.text().get(), look);
      else if (name == "tab" || name == "ptab") add(paragraph.leader || attribute(node, "leader") == "dot" ? "……" : "　", look);
      else if (name == "br" || name == "cr") add("\n", look);
      else if (name == "noBreakHyphen") add("-", look);
      else if (name == "sym") add(symbol_of(node), look);
      else if (name == "ruby") {
        inlines(child(node, "rubyBase"), paragraph);
        add_reading(node);
      }
      else if (name == "footnoteReference" || name == "endnoteReference") {
        if (is_shown()) paragraph_.notes.emplace_back(name == "footnoteReference" ? "footnotes" : "endnotes", attribute(node, "id"));
      } else if (is_any(name, {"drawing", "pict", "object"})) paragraph_.drawings.push_back(node);
    }
  }

  /// A word with its reading above (ECMA-376, 17.3.3.25).
  void add_reading(pugi::xml_node ruby) {
    constexpr size_t most = 5000;
    auto words = [](pugi::xml_node part) {
      std::string out;
      for (auto run : part.children()) {
        for (auto text : run.children()) {
          if (local_name(text) == "t") out += text.text().get();
        }
      }
      return out;
    };
    if (out_.readings.size() < most) out_.readings.emplace_back(words(child(ruby, "rubyBase")), words(child(ruby, "rt")));
  }

  static std::string symbol_of(pugi::xml_node node) {
    auto hex = attribute(node, "char");
    uint32_t code = 0;
    std::from_chars(hex.data(), hex.data() + hex.size(), code, 16);
    char32_t sign = symbol(code);
    bool drawn = is_symbol_font(attribute(node, "font")) || (code >= 0xE000 && code <= 0xF8FF);
    std::string out;
    // 〓 stands for a character that cannot be given, as in old encodings.
    text::append_utf8(out, sign ? sign : drawn || code < 0x20 || code > 0xFFFF ? U'〓' : code);
    return out;
  }

  bool is_shown() const {
    return std::ranges::all_of(fields_, &Field::in_result);
  }

  void add(std::string_view words, const Look& look) {
    if (!is_shown()) return;
    bool breaks = words == "\n";
    bool raised = look.raised.value_or(false);
    if (raised && !paragraph_.raised && is_power(paragraph_.text, words)) paragraph_.text += '^';
    paragraph_.raised = raised;
    auto at = paragraph_.text.size();
    paragraph_.text += words;
    if (!breaks) std::replace_if(paragraph_.text.begin() + static_cast<std::ptrdiff_t>(at), paragraph_.text.end(), [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
    if (text::trim(words).empty()) return;
    paragraph_.shown += words.size();
    if (look.bold.value_or(false)) paragraph_.bold += words.size();
    paragraph_.sizes[look.size.value_or(10)] += words.size();
  }

  // Fields: their result is text, their instruction is not, and contents lists are dropped.

  void simple_field(pugi::xml_node node, const Look& look) {
    Field field;
    field.instruction = attribute(node, "instr");
    if (!field.is("TOC")) inlines(node, look);
  }

  void add_instruction(std::string_view words) {
    if (!fields_.empty() && !fields_.back().in_result && fields_.back().instruction.size() < kLongestInstruction) fields_.back().instruction += words;
  }

  void field_mark(pugi::xml_node node) {
    auto type = attribute(node, "fldCharType");
    if (type == "begin") {
      if (fields_.size() >= kDeepestFields) fields_.clear();
      Field field;
      field.container = container_, field.paragraph = paragraphs_, field.line = lines_.size(), field.text = paragraph_.text.size();
      if (auto box = child(child(node, "ffData"), "checkBox")) {
        auto checked = child(box, "checked");
        field.drawn = is_on(checked ? checked : child(box, "default")) ? "☑" : "□";
      }
      fields_.push_back(std::move(field));
    } else if (fields_.empty()) {
      return;
    } else if (type == "separate") {
      fields_.back().in_result = true;
    } else if (type == "end") {
      auto field = std::move(fields_.back());
      fields_.pop_back();
      if (field.is("TOC")) drop_since(field);
      else if (!field.in_result) add(field.is("eq") || field.is("EQ") ? drawn_by_eq(field.instruction) : field.drawn, paragraph_.look);
    }
  }

  /// Takes back what a contents list printed; only its end proves that it was one.
  void drop_since(const Field& field) {
    if (field.container != container_) return;
    if (field.paragraph == paragraphs_) {
      paragraph_.text.resize(std::min(paragraph_.text.size(), field.text));
      return;
    }
    paragraph_.text.clear();
    lines_.resize(std::min(lines_.size(), field.line));
    drop_contents_title();
  }

  /// 「目次」 above a list that is gone.
  void drop_contents_title() {
    size_t near = 20;
    for (auto line = lines_.rbegin(); line != lines_.rend() && near-- > 0; ++line) {
      auto whole = text::trim(line->text);
      if (whole.size() > 100) return;
      auto words = text::replace_all(text::replace_all(whole, "　", ""), " ", "");
      if (words.empty()) continue;
      if (is_any(words, {"目次", "もくじ", "【目次】", "＜目次＞", "－目次－", "〔目次〕"})) lines_.erase(std::next(line).base());
      return;
    }
  }

  // Tables.

  void table(pugi::xml_node node) {
    end_paragraph_if_open();
    auto rows = word_rows(node);
    bool frame = is_frame(rows);
    for (const auto& row : rows) {
      if (!frame) add_row(row);
      for (const auto& cell : row) {
        if (frame && !cell.continued) blocks(cell.node), end_paragraph_if_open();
      }
    }
  }

  /// A row is one line; cells that span columns, or go on from above, keep the others in their places.
  void add_row(const std::vector<WordCell>& row) {
    Line line;
    line.table = true;
    line.right = kWhole;
    std::vector<Line> notes;
    for (const auto& cell : row) {
      if (&cell != &row.front()) line.text += '\t';
      if (!cell.continued) line.text += inner_text(cell.node, notes);
      line.text.append(static_cast<size_t>(cell.columns - 1), '\t');
    }
    auto end = line.text.find_last_not_of('\t');
    if (end == line.text.npos) return;
    line.text.resize(end + 1);
    lines_.push_back(std::move(line));
    std::ranges::move(notes, std::back_inserter(lines_));
  }

  /// All that stands in a cell or note, as one text; the notes of a cell stand by themselves.
  std::string inner_text(pugi::xml_node node, std::vector<Line>& notes) {
    auto outer = std::exchange(lines_, {});
    auto outside = std::exchange(paragraph_, {});
    ++container_;
    blocks(node);
    end_paragraph_if_open();
    --container_;
    paragraph_ = std::move(outside);
    auto inner = std::exchange(lines_, std::move(outer));
    std::string text;
    for (auto& line : inner) {
      auto words = text::trim(line.text);
      if (line.note) notes.push_back(std::move(line));
      else if (!words.empty()) text += (text.empty() ? "" : " ") + text::replace_all(words, "\t", " ");
    }
    return text;
  }

  void end_paragraph_if_open() {
    if (paragraph_.open) end_paragraph();
  }

  // What is anchored in a paragraph.

  void read_note(const std::string& part, const std::string& id) {
    auto found = notes_.find(part);
    if (found == notes_.end()) {
      found = notes_.try_emplace(part, related(part)).first;
      for (auto note : found->second.document_element().children()) note_nodes_.try_emplace({part, std::string(attribute(note, "id"))}, note);
    }
    auto node = note_nodes_.extract({part, id});  // so that each is read once
    if (node.empty() || notes_deep_ >= kDeepestNotes) return;
    Line line;
    line.note = true;
    line.right = kWhole;
    std::vector<Line> inner;
    ++notes_deep_;
    line.text = inner_text(node.mapped(), inner);
    --notes_deep_;
    if (!line.text.empty()) lines_.push_back(std::move(line));
    std::ranges::move(inner, std::back_inserter(lines_));
  }

  /// Text boxes are read, diagrams too; what else is drawn is counted.
  void read_drawing(pugi::xml_node parent) {
    for (auto node : parent.children()) {
      auto name = local_name(node);
      if (name == "txbxContent") blocks(node), end_paragraph_if_open();
      else if (name == "AlternateContent") read_drawing(chosen(node));
      else if (name == "relIds") read_diagram(attribute(node, "dm"));
      else {
        images_ += is_any(name, {"blip", "imagedata", "chart"});
        read_drawing(node);
      }
    }
  }

  /// The words of a diagram (SmartArt) stand in a part of their own.
  void read_diagram(std::string_view relation) {
    auto found = relations_.find(std::string(relation));
    if (found == relations_.end() || found->second.external || !package_.has(found->second.target) || !diagrams_.insert(found->second.target).second) return;
    auto part = package_.xml(found->second.target);
    for (auto point : child(part.document_element(), "ptLst").children()) {
      add(linear_formula(child(point, "t")), paragraph_.look);
      if (!paragraph_.text.empty()) end_paragraph();
    }
  }

  /// Points → ems of body text, the size that most text has.
  void relate_to_body() {
    std::map<double, size_t> sizes;
    for (const auto& line : lines_) {
      if (!line.table && !line.note && !line.text.empty()) sizes[line.size] += line.text.size();
    }
    auto most = std::ranges::max_element(sizes, {}, &std::pair<const double, size_t>::second);
    double body = most != sizes.end() && most->first > 0 ? most->first : 10;
    for (auto& line : lines_) {
      if (line.table || line.note || line.text.empty()) {
        line.size = 1;
        continue;
      }
      line.size = std::max(line.size / body, 0.1);
      if (line.indent >= 0) line.indent /= body;
    }
  }

  Package& package_;
  pugi::xml_document document_;
  std::map<std::string, Package::Relation> relations_;
  pugi::xml_document styles_part_, numbering_part_;
  Numbering numbering_;
  Styles styles_;
  Extract& out_;
  std::vector<Line> lines_;
  Paragraph paragraph_;
  bool joined_by_hidden_ = false;
  std::vector<Field> fields_;
  int container_ = 0;        ///< how many cells and notes deep
  int notes_deep_ = 0;
  size_t paragraphs_ = 0, text_bytes_ = 0, images_ = 0, embedded_ = 0;
  std::map<std::string, pugi::xml_document> notes_;
  std::map<std::pair<std::string, std::string>, pugi::xml_node> note_nodes_;  ///< those not read yet
  std::set<std::string> diagrams_;
};

}  // namespace

Extract read_docx(const std::string& bytes) {
  Extract out;
  out.media_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
  Package package(bytes);
  auto part = package.related("", "officeDocument");
  if (part.empty() || !package.has(part)) throw Error(ErrorKind::invalid, "Word文書の本文がありません（ファイルが壊れています）。", "Wordで開いて保存し直してください。");
  Reader(package, part, out).read();
  return out;
}

}  // namespace shirube::indexer
