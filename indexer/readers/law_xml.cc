#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "corpus/clause.h"
#include "indexer/extract.h"
#include "indexer/readers/readers.h"
#include "text/date.h"
#include "text/encoding.h"
#include "text/error.h"
#include "text/utf8.h"

namespace shirube::indexer {
namespace {

using corpus::Clause;
using corpus::ClauseKind;
using Parent = std::optional<size_t>;

constexpr int kDeepest = 64;  ///< 法令標準XML nests about twenty deep

/// The element of a clause: where its number and caption stand.
struct Frame {
  std::string_view element, title;
  ClauseKind kind;
};
constexpr std::array<Frame, 5> kFrames = {{{"Part", "PartTitle", ClauseKind::part}, {"Chapter", "ChapterTitle", ClauseKind::chapter},
                                           {"Section", "SectionTitle", ClauseKind::section}, {"Subsection", "SubsectionTitle", ClauseKind::subsection},
                                           {"Division", "DivisionTitle", ClauseKind::subsection}}};

/// Elements that stand after the provisions, and the element of their titles.
constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kAnnexes = {{
    {"AppdxTable", "AppdxTableTitle"}, {"AppdxNote", "AppdxNoteTitle"}, {"AppdxStyle", "AppdxStyleTitle"}, {"AppdxFormat", "AppdxFormatTitle"},
    {"Appdx", "ArithFormulaNum"}, {"AppdxFig", "AppdxFigTitle"}, {"SupplProvisionAppdxTable", "SupplProvisionAppdxTableTitle"},
    {"SupplProvisionAppdxStyle", "SupplProvisionAppdxStyleTitle"}, {"SupplProvisionAppdx", "ArithFormulaNum"}, {"SupplNote", "SupplNoteTitle"}}};

template <class Table>
auto find_row(const Table& table, std::string_view element) {
  return std::find_if(table.begin(), table.end(), [&](auto& row) {
    if constexpr (requires { row.element; }) return row.element == element;
    else return row.first == element;
  });
}

void append_line(std::string& text, std::string_view line) {
  if (line.empty()) return;
  if (!text.empty()) text += '\n';
  text += line;
}

/// The words of an element. Ruby keeps its base, 「<Rt>」 is dropped; the line breaks of the file are none.
void words(pugi::xml_node node, std::string& out, int depth = 0) {
  if (depth > kDeepest) throw Error(ErrorKind::invalid, "法令XMLの入れ子が深すぎます", "ファイルを確かめてください。");
  for (auto child : node.children()) {
    if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) {
      std::string_view value = child.value();
      for (size_t at = 0; at < value.size();) {
        auto end = std::min(value.find_first_of("\r\n", at), value.size());
        out += at == 0 ? value.substr(0, end) : value.substr(at, end - at);
        at = value.find_first_not_of("\r\n \t", end);
        if (at == value.npos) break;
      }
      continue;
    }
    std::string_view name = child.name();
    if (name == "Rt" || name == "Fig") continue;
    if (name == "Column" && !out.empty()) out += "　";
    words(child, out, depth + 1);
  }
}

std::string words(pugi::xml_node node) {
  std::string out;
  words(node, out);
  // A reference such as &#xD800; is a character of no text.
  if (!text::is_valid_utf8(out)) out = text::decode_as(out, "UTF-8").text;
  return std::string(text::trim(out));
}

/// Walks the tree of one law and appends its clauses in document order.
class LawReader {
 public:
  explicit LawReader(Extract& extract) : extract_(extract) {}

  void read(pugi::xml_node law) {
    auto body = law.child("LawBody");
    Clause preamble;
    preamble.kind = ClauseKind::preamble;
    append_line(preamble.text, words(body.child("LawTitle")));
    if (auto number = words(law.child("LawNum")); !number.empty()) append_line(preamble.text, "（" + number + "）");
    for (auto enact : body.children("EnactStatement")) append_line(preamble.text, words(enact));
    add(std::move(preamble), {});
    for (auto child : body.children()) read_part(child, {}, 0);
  }

  size_t images() const { return images_; }

 private:
  size_t add(Clause clause, Parent parent) {
    clause.parent = parent;
    extract_.clauses.push_back(std::move(clause));
    return extract_.clauses.size() - 1;
  }

  std::string& text_of(size_t clause) { return extract_.clauses[clause].text; }

  void read_children(pugi::xml_node node, Parent parent, int depth) {
    if (depth > kDeepest) throw Error(ErrorKind::invalid, "法令XMLの入れ子が深すぎます", "ファイルを確かめてください。");
    for (auto child : node.children()) read_part(child, parent, depth);
  }

  void read_part(pugi::xml_node node, Parent parent, int depth) {
    std::string_view name = node.name();
    if (name == "MainProvision") return read_children(node, parent, depth + 1);
    if (name == "Preamble") return read_preamble(node);
    if (name == "SupplProvision") return read_supplement(node, depth);
    if (name == "Article") return read_article(node, parent, depth);
    if (name == "Paragraph") return read_paragraph(node, parent, depth);
    if (auto frame = find_row(kFrames, name); frame != kFrames.end()) return read_frame(node, *frame, parent, depth);
    if (auto annex = find_row(kAnnexes, name); annex != kAnnexes.end()) return read_annex(node, annex->second, parent, depth);
    if (name.ends_with("Title") || name.ends_with("Label") || name == "TOC" || name == "EnactStatement" || name == "RelatedArticleNum") return;
    if (parent) append_block(node, *parent, depth);
  }

  /// 前文 is cited by itself.
  void read_preamble(pugi::xml_node node) {
    Clause c;
    c.kind = ClauseKind::preamble;
    for (auto child : node.children()) append_line(c.text, words(child));
    add(std::move(c), {});
  }

  void read_frame(pugi::xml_node node, const Frame& frame, Parent parent, int depth) {
    Clause c;
    c.kind = frame.kind;
    split_title(words(node.child(std::string(frame.title).c_str())), c);
    auto at = add(std::move(c), parent);
    read_children(node, at, depth + 1);
  }

  /// 「第一章　総則」 → label and heading.
  static void split_title(const std::string& title, Clause& c) {
    auto space = title.find("　");
    c.label = title.substr(0, space);
    if (space != title.npos) c.heading = std::string(text::trim(std::string_view(title).substr(space)));
  }

  void read_supplement(pugi::xml_node node, int depth) {
    Clause c;
    c.kind = ClauseKind::annex;
    c.label = text::replace_all(words(node.child("SupplProvisionLabel")), "　", "");
    if (c.label.empty()) c.label = "附則";
    std::string_view number = node.attribute("AmendLawNum").value();
    if (!number.empty()) c.text = fmt::format("（{}）", number);
    if (node.attribute("Extract").as_bool()) c.text += c.text.empty() ? "抄" : "　抄";
    auto at = add(std::move(c), {});
    read_children(node, at, depth + 1);
  }

  void read_article(pugi::xml_node node, Parent parent, int depth) {
    Clause c;
    c.kind = ClauseKind::article;
    c.label = words(node.child("ArticleTitle"));
    c.heading = words(node.child("ArticleCaption"));
    auto at = add(std::move(c), parent);
    bool first = true;
    for (auto child : node.children()) {
      std::string_view name = child.name();
      if (name == "ArticleTitle" || name == "ArticleCaption") continue;
      if (name != "Paragraph") {
        append_block(child, at, depth + 1);
      } else if (first || words(child.child("ParagraphNum")).empty()) {
        // The first paragraph, and those of old laws without a number, are the article itself.
        read_body(child, at, depth + 1);
      } else {
        read_paragraph(child, at, depth + 1);
      }
      first = first && name != "Paragraph";
    }
  }

  void read_paragraph(pugi::xml_node node, Parent parent, int depth) {
    auto number = words(node.child("ParagraphNum"));
    if (number.empty() && parent) return read_body(node, *parent, depth + 1);
    Clause c;
    c.kind = ClauseKind::paragraph;
    c.label = number;
    c.heading = words(node.child("ParagraphCaption"));
    if (number.empty()) c.kind = ClauseKind::preamble;
    read_body(node, add(std::move(c), parent), depth + 1);
  }

  /// What stands in a paragraph or an item: its sentence, then items, tables and amendments.
  void read_body(pugi::xml_node node, size_t clause, int depth) {
    if (depth > kDeepest) throw Error(ErrorKind::invalid, "法令XMLの入れ子が深すぎます", "ファイルを確かめてください。");
    for (auto child : node.children()) {
      std::string_view name = child.name();
      if (name == "ParagraphNum" || name == "ParagraphCaption" || name.ends_with("Title")) continue;
      if (name == "Item" || (name.starts_with("Subitem") && !name.ends_with("Sentence"))) read_item(child, clause, depth);
      else append_block(child, clause, depth + 1);
    }
  }

  void read_item(pugi::xml_node node, size_t parent, int depth) {
    std::string name = node.name();
    Clause c;
    c.kind = name == "Item" ? ClauseKind::item : ClauseKind::subitem;
    c.label = words(node.child((name + "Title").c_str()));
    auto at = add(std::move(c), parent);
    read_body(node, at, depth + 1);
  }

  void read_annex(pugi::xml_node node, std::string_view title, Parent parent, int depth) {
    Clause c;
    c.kind = ClauseKind::annex;
    auto printed = words(node.child(std::string(title).c_str()));
    split_annex_title(printed.empty() ? "別表" : printed, c);
    c.text = words(node.child("RelatedArticleNum"));
    if (node.name() != std::string_view("SupplProvisionAppdxTable")) parent.reset();
    auto at = add(std::move(c), parent);
    for (auto child : node.children()) {
      std::string_view name = child.name();
      if (name == title || name == "RelatedArticleNum") continue;
      if (name == "Item") read_item(child, at, depth);
      else append_block(child, at, depth + 1);
    }
  }

  /// 「別表第二身体障害等級…」: the number ends where the words begin.
  static void split_annex_title(const std::string& title, Clause& c) {
    auto space = title.find_first_of(" ");
    auto wide = title.find("　");
    auto cut = std::min(space, wide);
    c.label = title.substr(0, cut);
    if (cut != title.npos) c.heading = std::string(text::trim(std::string_view(title).substr(cut)));
    static constexpr std::u32string_view digits = U"一二三四五六七八九十百千〇０１２３４５６７８９0123456789第のノ号";
    auto number = c.label.find("第");
    if (number == c.label.npos) return;
    size_t at = number;
    while (at < c.label.size()) {
      auto ch = text::code_point_at(c.label, at);
      if (digits.find(ch.value) == digits.npos) break;
      at += ch.length;
    }
    if (at >= c.label.size()) return;
    c.heading = c.label.substr(at) + (c.heading.empty() ? "" : "　" + c.heading);
    c.label.resize(at);
  }

  /// Anything else is text of the clause: one line a block, tabs between the cells of a row.
  void append_block(pugi::xml_node node, size_t clause, int depth) {
    if (depth > kDeepest) throw Error(ErrorKind::invalid, "法令XMLの入れ子が深すぎます", "ファイルを確かめてください。");
    std::string_view name = node.name();
    if (node.type() != pugi::node_element) return;
    if (name == "Fig") {
      ++images_;
      return;
    }
    if (name == "TableRow" || name == "TableHeaderRow") {
      std::string row;
      bool first = true;
      for (auto cell : node.children()) {
        if (!std::exchange(first, false)) row += '\t';
        row += cell_text(cell);
      }
      return append_line(text_of(clause), row);
    }
    bool leaf = name.ends_with("Sentence") || name.ends_with("Title") || name.ends_with("Label") || name == "List" || !has_elements(node);
    if (leaf) return append_line(text_of(clause), words(node));
    if (name == "Item" || name == "Paragraph" || name == "Article" || name.starts_with("Subitem")) return append_line(text_of(clause), numbered(node));
    for (auto child : node.children()) append_block(child, clause, depth + 1);
  }

  static bool has_elements(pugi::xml_node node) {
    for (auto child : node.children())
      if (child.type() == pugi::node_element && std::strcmp(child.name(), "Ruby") != 0 && std::strcmp(child.name(), "Line") != 0) return true;
    return false;
  }

  /// Numbered text inside a quotation or a cell: number and words on one line.
  static std::string numbered(pugi::xml_node node) {
    std::string out;
    for (auto child : node.children()) {
      auto part = words(child);
      if (!part.empty()) out += (out.empty() ? "" : "　") + part;
    }
    return out;
  }

  static std::string cell_text(pugi::xml_node cell) {
    std::string out;
    for (auto child : cell.children()) {
      auto part = has_elements(child) ? numbered(child) : words(child);
      if (!part.empty()) out += (out.empty() ? "" : " ") + part;
    }
    return text::replace_all(out, "\t", " ");
  }

  Extract& extract_;
  size_t images_ = 0;
};

constexpr std::array<std::pair<std::string_view, int>, 5> kEras = {{{"Meiji", 1867}, {"Taisho", 1911}, {"Showa", 1925}, {"Heisei", 1988}, {"Reiwa", 2018}}};

/// The day of promulgation, from the attributes of the law; empty when they do not make one.
std::string promulgated(pugi::xml_node law) {
  auto era = find_row(kEras, law.attribute("Era").value());
  if (era == kEras.end()) return {};
  text::Date date{era->second + law.attribute("Year").as_int(), law.attribute("PromulgateMonth").as_int(), law.attribute("PromulgateDay").as_int()};
  return text::is_valid(date) ? text::to_iso(date) : std::string{};
}

/// The law inside the envelopes of API version 1 and 2, or the bare file.
pugi::xml_node find_law(const pugi::xml_document& document) {
  for (auto path : {"Law", "DataRoot/ApplData/LawFullText/Law", "law_data_response/law_full_text/Law", "DataRoot/ApplData/Law"})
    if (auto found = document.first_element_by_path(path)) return found;
  return {};
}

void find_facts(const pugi::xml_document& document, pugi::xml_node law, FoundFacts& facts) {
  auto title = law.child("LawBody").child("LawTitle");
  facts.title = words(title);
  facts.number = words(law.child("LawNum"));
  facts.abbreviation = title.attribute("Abbrev").value();
  facts.issued = promulgated(law);
  // 法令API version 2 says of which amendment the text is, the file alone does not.
  auto response = document.child("law_data_response");
  std::string in_force = response.child("revision_info").child("amendment_enforcement_date").text().get();
  if (text::from_iso(in_force)) facts.effective = in_force;
  if (facts.issued.empty()) {
    std::string day = response.child("law_info").child("promulgation_date").text().get();
    if (text::from_iso(day)) facts.issued = day;
  }
  if (facts.abbreviation.empty()) facts.abbreviation = response.child("revision_info").child("abbrev").text().get();
}

}  // namespace

text::Decoded decode_xml(const std::string& bytes) {
  auto line = std::string_view(bytes).substr(0, std::min<size_t>(bytes.find('>'), 200));
  auto at = line.find("encoding=");
  bool marked = bytes.starts_with("\xEF\xBB\xBF");
  if (marked || at == line.npos || at + 10 >= line.size()) return text::decode(bytes);
  auto name = line.substr(at + 10, line.find_first_of("\"'", at + 10) - at - 10);
  return text::decode_as(bytes, std::string(name));
}

namespace {

/// Words with their readings: <Ruby>捺<Rt>なつ</Rt>印</Ruby>.
struct Readings : pugi::xml_tree_walker {
  explicit Readings(Extract& to) : extract(to) {}
  bool for_each(pugi::xml_node& node) override {
    constexpr size_t most = 5000;
    if (std::string_view(node.name()) == "Ruby") extract.readings.emplace_back(words(node), node.child("Rt").text().get());
    return extract.readings.size() < most;
  }
  Extract& extract;
};

}  // namespace

Extract read_law_xml(const std::string& bytes) {
  if (bytes.size() > kMostTextBytes) throw Error(ErrorKind::invalid, fmt::format("XMLが大きすぎます（{} MiB）", bytes.size() >> 20), "64 MiB 以下のファイルを登録してください。");
  pugi::xml_document document;
  auto unicode = decode_xml(bytes);
  auto result = document.load_buffer(unicode.text.data(), unicode.text.size(), pugi::parse_default | pugi::parse_ws_pcdata_single, pugi::encoding_utf8);
  if (!result) throw Error(ErrorKind::invalid, fmt::format("XMLとして読めません（{} バイト目: {}）", result.offset, result.description()), "もう一度入手し直してください。");
  auto law = find_law(document);
  if (!law || !law.child("LawBody")) throw Error(ErrorKind::invalid, "法令標準XMLではないXMLです", "e-Gov法令検索のXML、PDF又はテキストを登録してください。");
  Extract e;
  e.media_type = "application/xml";
  note_encoding(unicode, e);
  find_facts(document, law, e.facts);
  LawReader reader(e);
  reader.read(law);
  Readings readings(e);
  law.traverse(readings);
  if (reader.images()) e.warnings.push_back(image_warning(reader.images()));
  return e;
}

}  // namespace shirube::indexer
