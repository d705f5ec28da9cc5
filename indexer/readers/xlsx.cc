#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bitset>
#include <cstdlib>
#include <tuple>

#include "indexer/extract.h"
#include "indexer/readers/drawing.h"
#include "indexer/readers/formula.h"
#include "indexer/readers/number_format.h"
#include "indexer/readers/ooxml.h"
#include "indexer/readers/readers.h"
#include "indexer/readers/rows.h"
#include "text/utf8.h"

// Workbooks (SpreadsheetML, ECMA-376 part 1 chapter 18).
namespace shirube::indexer {

namespace {

constexpr int most_columns = 16384;

bool is_true(std::string_view value) { return value == "1" || value == "true"; }

int number(std::string_view digits, int otherwise = 0) {
  std::string s(digits.substr(0, 10));
  char* end = nullptr;
  long value = std::strtol(s.c_str(), &end, 10);
  return end == s.c_str() || value < -1'000'000'000 || value > 1'000'000'000 ? otherwise : static_cast<int>(value);
}

/// 「_x000D_」 stands for a character that XML cannot hold.
std::string unescaped(std::string_view s) {
  std::string out;
  for (size_t at = 0; at < s.size();) {
    auto rest = s.substr(at);
    bool escape = rest.size() >= 7 && rest.starts_with("_x") && rest[6] == '_' && rest.substr(2, 4).find_first_not_of("0123456789ABCDEFabcdef") == std::string_view::npos;
    if (!escape) {
      out += rest[0];
      ++at;
      continue;
    }
    auto code = static_cast<char32_t>(std::strtoul(std::string(rest.substr(2, 4)).c_str(), nullptr, 16));
    if (code == '\n' || (code >= 0x20 && (code < 0xD800 || code > 0xDFFF))) text::append_utf8(out, code);
    at += 7;
  }
  return out;
}

/// A string item: its runs, without the readings above them (rPh).
std::string string_of(pugi::xml_node item) {
  std::string out;
  for (auto one : item.children()) {
    auto name = local_name(one);
    if (name == "t") out += one.text().get();
    else if (name == "r") {
      std::string_view words = child(one, "t").text().get();
      bool raised = attribute(child(child(one, "rPr"), "vertAlign"), "val") == "superscript";
      if (raised && is_power(out, words)) out += '^';
      out += words;
    }
  }
  return unescaped(out);
}

/// The column of 「AB12」, from 1; 0 when it says none.
int column_of(std::string_view reference) {
  int column = 0;
  for (char c : reference) {
    if (c < 'A' || c > 'Z' || column > most_columns) break;
    column = column * 26 + (c - 'A' + 1);
  }
  return column > most_columns ? 0 : column;
}

struct Sheet {
  std::string name, part;
  bool hidden = false;
};

class Workbook {
 public:
  explicit Workbook(const std::string& bytes) : package_(bytes) {}

  Extract read() {
    out_.media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    std::string part = package_.related("", "officeDocument");
    if (part.empty()) part = "xl/workbook.xml";
    auto sheets = open(part);
    page_.number = 0;
    std::string hidden;
    for (const Sheet& sheet : sheets) {
      if (sheet.hidden) hidden += (hidden.empty() ? "" : "、") + sheet.name;
      else read_sheet(sheet);
    }
    if (!hidden.empty()) out_.warnings.push_back(fmt::format("非表示のシートを除きました: {}", hidden));
    if (!partly_hidden_.empty()) out_.warnings.push_back(fmt::format("非表示の行・列を除きました: {}", partly_hidden_));
    if (images_) out_.warnings.push_back(image_warning(images_));
    if (!picture_sheets_.empty()) out_.warnings.push_back(fmt::format("画像だけのシート（本文検索の対象外）: {}", picture_sheets_));
    out_.pages.push_back(std::move(page_));
    return std::move(out_);
  }

 private:
  /// Reads what all sheets share, and which there are.
  std::vector<Sheet> open(const std::string& part) {
    auto document = package_.xml(part);
    auto workbook = document.document_element();
    from_1904_ = is_true(attribute(child(workbook, "workbookPr"), "date1904"));
    auto relations = package_.relations(part);
    for (auto& [id, relation] : relations) {
      if (relation.external || !package_.has(relation.target)) continue;
      if (relation.type == "sharedStrings") read_strings(relation.target);
      if (relation.type == "styles") read_styles(relation.target);
    }
    std::vector<Sheet> sheets;
    for (auto one : child(workbook, "sheets").children()) {
      if (local_name(one) != "sheet") continue;
      auto relation = relations.find(std::string(attribute(one, "id")));
      // Charts and macros have sheets of their own kinds.
      if (relation == relations.end() || relation->second.type != "worksheet" || relation->second.external) continue;
      auto state = attribute(one, "state");
      sheets.push_back({sound_line(attribute(one, "name")), relation->second.target, state == "hidden" || state == "veryHidden"});
    }
    return sheets;
  }

  void read_strings(const std::string& part) {
    auto document = package_.xml(part);
    for (auto item : document.document_element().children()) {
      if (local_name(item) == "si") strings_.push_back(string_of(item));
    }
  }

  void read_styles(const std::string& part) {
    auto document = package_.xml(part);
    auto styles = document.document_element();
    std::map<int, std::string> own;
    for (auto one : child(styles, "numFmts").children()) own[number(attribute(one, "numFmtId"), -1)] = attribute(one, "formatCode");
    for (auto one : child(styles, "cellXfs").children()) {
      if (local_name(one) != "xf") continue;
      int id = number(attribute(one, "numFmtId"));
      auto found = own.find(id);
      formats_.push_back(found != own.end() ? found->second : std::string(built_in_format(id)));
    }
  }

  /// What a cell shows.
  std::string shown(pugi::xml_node cell) const {
    auto type = attribute(cell, "t");
    if (type == "inlineStr") return print_text(string_of(child(cell, "is")), format(cell));
    std::string value = child(cell, "v").text().get();
    if (value.empty()) return {};
    if (type == "s") {
      int at = number(value, -1);
      return at >= 0 && static_cast<size_t>(at) < strings_.size() ? print_text(strings_[static_cast<size_t>(at)], format(cell)) : std::string();
    }
    if (type == "str") return print_text(unescaped(value), format(cell));
    if (type == "b") return value == "1" ? "TRUE" : "FALSE";
    if (type == "e") return value;
    if (type == "d") return value.ends_with("T00:00:00") ? value.substr(0, value.size() - 9) : value;
    char* end = nullptr;
    double amount = std::strtod(value.c_str(), &end);
    return *end == '\0' ? print_number(amount, format(cell), from_1904_) : value;
  }

  std::string_view format(pugi::xml_node cell) const {
    auto style = static_cast<size_t>(std::max(0, number(attribute(cell, "s"))));
    return style < formats_.size() ? std::string_view(formats_[style]) : std::string_view("General");
  }

  using Columns = std::bitset<most_columns + 1>;
  static Columns hidden_columns(pugi::xml_node sheet) {
    // Where ranges begin and end: any number of them may lie upon each other.
    std::array<int, most_columns + 2> change{};
    for (auto column : child(sheet, "cols").children()) {
      int first = std::max(1, number(attribute(column, "min"))), last = std::min(number(attribute(column, "max")), most_columns);
      if (!is_true(attribute(column, "hidden")) || first > last) continue;
      ++change[static_cast<size_t>(first)];
      --change[static_cast<size_t>(last) + 1];
    }
    Columns hidden;
    int open = 0;
    for (size_t i = 1; i <= most_columns; ++i) {
      open += change[i];
      hidden.set(i, open > 0);
    }
    return hidden;
  }

  TableRow read_row(pugi::xml_node row, const Columns& hidden, bool& skipped) {
    TableRow out;
    int column = 0;
    for (auto cell : row.children()) {
      if (local_name(cell) != "c") continue;
      int said = column_of(attribute(cell, "r"));
      column = said > 0 ? said : column + 1;
      if (column > most_columns) break;
      std::string words = shown(cell);
      if (words.empty()) continue;
      budget_.take(words.size());  // whether it is kept or not: any number of cells may show one long string
      if (text::trim(words).empty()) continue;
      if (hidden.test(static_cast<size_t>(column))) {
        skipped = true;
        continue;
      }
      out.push_back({column, std::move(words)});
    }
    // Well-made files keep the order; what stands twice in others is read once.
    std::ranges::stable_sort(out, {}, &Cell::column);
    auto twice = std::ranges::unique(out, {}, &Cell::column);
    out.erase(twice.begin(), twice.end());
    return out;
  }

  void read_sheet(const Sheet& sheet) {
    if (!package_.has(sheet.part)) return;
    auto document = package_.xml(sheet.part);
    auto root = document.document_element();
    Columns hidden = hidden_columns(root);
    std::vector<TableRow> rows;
    bool skipped_cells = false;
    size_t skipped_rows = 0;
    for (auto row : child(root, "sheetData").children()) {
      if (local_name(row) != "row") continue;
      auto cells = read_row(row, hidden, skipped_cells);
      if (cells.empty()) continue;
      if (is_true(attribute(row, "hidden"))) ++skipped_rows;
      else rows.push_back(std::move(cells));
    }
    if (skipped_rows || skipped_cells) {
      std::string what = skipped_rows ? fmt::format("{} 行", skipped_rows) : "";
      if (skipped_cells) what += what.empty() ? "列" : "と列";
      partly_hidden_ += fmt::format("{}{}（{}）", partly_hidden_.empty() ? "" : "、", sheet.name, what);
    }
    size_t images_before = images_;
    auto boxes = text_boxes(sheet.part);
    if (rows.empty() && boxes.empty()) {
      if (images_ > images_before) picture_sheets_ += (picture_sheets_.empty() ? "" : "、") + sheet.name;
      return;
    }
    note_title(sheet, rows);
    corpus::Line heading;
    heading.text = sheet.name;
    heading.heading = true;
    page_.lines.push_back(std::move(heading));
    add_rows(page_.lines, std::move(rows));
    for (auto& words : boxes) {
      corpus::Line line;
      line.text = std::move(words);
      page_.lines.push_back(std::move(line));
    }
  }

  /// A line alone above the first table is what people call the workbook; 「Sheet1」 is nothing.
  void note_title(const Sheet& sheet, const std::vector<TableRow>& rows) {
    if (titled_) return;
    titled_ = true;
    bool named = !(sheet.name.starts_with("Sheet") || sheet.name.starts_with("シート")) || sheet.name.find_first_of("0123456789") == std::string::npos;
    if (!rows.empty() && rows[0].size() == 1 && rows[0][0].text.size() < 150) out_.facts.title = sound_line(rows[0][0].text);
    else if (named) out_.facts.title = sheet.name;
  }

  struct Box {
    int row = 0, column = 0;
    std::vector<std::string> lines;
  };

  void read_shape(pugi::xml_node shape, Box& box) {
    auto name = local_name(shape);
    if (name == "pic") ++images_;
    if ((name != "sp" && name != "grpSp") || is_hidden_shape(shape)) return;
    for (auto& paragraph : drawn_paragraphs(child(shape, "txBody"))) {
      budget_.take(paragraph.size());
      for (auto line : split_lines(paragraph)) box.lines.emplace_back(text::trim(line));
    }
    if (name == "grpSp") {
      for (auto inner : drawn_children(shape)) read_shape(inner, box);
    }
  }

  /// The text of the shapes that lie on a sheet, from top left.
  std::vector<std::string> text_boxes(const std::string& part) {
    std::vector<Box> boxes;
    for (auto& [id, relation] : package_.relations(part)) {
      if (relation.type != "drawing" || relation.external || !package_.has(relation.target)) continue;
      auto document = package_.xml(relation.target);
      for (auto anchor : drawn_children(document.document_element())) {
        Box box;
        auto from = child(anchor, "from");
        box.row = number(child(from, "row").text().get());
        box.column = number(child(from, "col").text().get());
        for (auto shape : drawn_children(anchor)) read_shape(shape, box);
        boxes.push_back(std::move(box));
      }
    }
    std::ranges::stable_sort(boxes, {}, [](const Box& box) { return std::tuple(box.row, box.column); });
    std::vector<std::string> out;
    for (Box& box : boxes) std::ranges::move(box.lines, std::back_inserter(out));
    return out;
  }

  Package package_;
  Extract out_;
  corpus::Page page_;
  bool from_1904_ = false, titled_ = false;
  std::vector<std::string> strings_, formats_;
  TextBudget budget_;
  size_t images_ = 0;
  std::string partly_hidden_, picture_sheets_;
};

}  // namespace

Extract read_xlsx(const std::string& bytes) { return Workbook(bytes).read(); }

}  // namespace shirube::indexer
