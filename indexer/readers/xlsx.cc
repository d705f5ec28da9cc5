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
#include "indexer/readers/readers.h"
#include "indexer/readers/rows.h"
#include "indexer/readers/spreadsheet.h"
#include "text/utf8.h"

// Workbooks (SpreadsheetML, ECMA-376 part 1 chapter 18).
namespace shirube::indexer {

namespace {

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

using Sheet = Spreadsheet::Page;

class Workbook {
 public:
  explicit Workbook(const std::string& bytes) : book_(bytes, string_of) {}

  Extract read() {
    out_.media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    page_.number = 0;
    std::string hidden;
    for (const Sheet& sheet : book_.pages()) {
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
  /// What a cell shows.
  std::string shown(pugi::xml_node cell) const {
    auto type = attribute(cell, "t");
    if (type == "inlineStr") return print_text(string_of(child(cell, "is")), format(cell));
    std::string value = child(cell, "v").text().get();
    if (value.empty()) return {};
    if (type == "s") {
      auto words = book_.shared_string(value);
      return words.empty() ? std::string() : print_text(words, format(cell));
    }
    if (type == "str") return print_text(unescaped(value), format(cell));
    if (type == "b") return value == "1" ? "TRUE" : "FALSE";
    if (type == "e") return value;
    if (type == "d") return value.ends_with("T00:00:00") ? value.substr(0, value.size() - 9) : value;
    char* end = nullptr;
    double amount = std::strtod(value.c_str(), &end);
    return *end == '\0' ? print_number(amount, format(cell), book_.from_1904()) : value;
  }

  std::string_view format(pugi::xml_node cell) const { return book_.format(cell); }

  using Columns = std::bitset<most_columns + 1>;
  static Columns hidden_columns(pugi::xml_node sheet) {
    // Where ranges begin and end: any number of them may lie upon each other.
    std::array<int, most_columns + 2> change{};
    for (auto column : child(sheet, "cols").children()) {
      int first = std::max(1, whole_number(attribute(column, "min"))), last = std::min(whole_number(attribute(column, "max")), most_columns);
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
    if (!book_.package().has(sheet.part)) return;
    auto document = book_.package().xml(sheet.part);
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
    for (auto& [id, relation] : book_.package().relations(part)) {
      if (relation.type != "drawing" || relation.external || !book_.package().has(relation.target)) continue;
      auto document = book_.package().xml(relation.target);
      for (auto anchor : drawn_children(document.document_element())) {
        Box box;
        auto from = child(anchor, "from");
        box.row = whole_number(child(from, "row").text().get());
        box.column = whole_number(child(from, "col").text().get());
        for (auto shape : drawn_children(anchor)) read_shape(shape, box);
        boxes.push_back(std::move(box));
      }
    }
    std::ranges::stable_sort(boxes, {}, [](const Box& box) { return std::tuple(box.row, box.column); });
    std::vector<std::string> out;
    for (Box& box : boxes) std::ranges::move(box.lines, std::back_inserter(out));
    return out;
  }

  Spreadsheet book_;
  Extract out_;
  corpus::Page page_;
  bool titled_ = false;
  TextBudget budget_;
  size_t images_ = 0;
  std::string partly_hidden_, picture_sheets_;
};

}  // namespace

Extract read_xlsx(const std::string& bytes) { return Workbook(bytes).read(); }

}  // namespace shirube::indexer
