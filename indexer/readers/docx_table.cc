#include "indexer/readers/docx_table.h"

#include <algorithm>
#include <charconv>

#include "indexer/readers/ooxml.h"
#include "indexer/readers/numbering.h"

namespace shirube::indexer {
namespace {

constexpr int kMostColumns = 63;       ///< Word draws no more
constexpr size_t kManyParagraphs = 4;  ///< a cell of so many is no cell of a table of one row

int columns_of(pugi::xml_node property, int otherwise) {
  int n = otherwise;
  auto value = attribute(property, "val");
  std::from_chars(value.data(), value.data() + value.size(), n);
  return std::clamp(n, otherwise, kMostColumns);
}

void collect_cells(pugi::xml_node parent, std::vector<WordCell>& row) {
  for (auto node : parent.children()) {
    auto name = local_name(node);
    if (name == "tc") {
      auto properties = child(node, "tcPr");
      auto goes_on = [](pugi::xml_node merge) { return merge && attribute(merge, "val") != "restart"; };
      row.push_back({node, columns_of(child(properties, "gridSpan"), 1), goes_on(child(properties, "vMerge")) || goes_on(child(properties, "hMerge"))});
    } else if (name == "sdt") collect_cells(child(node, "sdtContent"), row);
    else if (is_any(name, {"ins", "customXml", "smartTag", "moveTo"})) collect_cells(node, row);
  }
}

void collect_rows(pugi::xml_node parent, std::vector<std::vector<WordCell>>& rows) {
  for (auto node : parent.children()) {
    auto name = local_name(node);
    if (name == "tr") {
      auto properties = child(node, "trPr");
      if (child(properties, "del") || is_on(child(properties, "hidden"))) continue;
      std::vector<WordCell> row;
      if (int before = columns_of(child(properties, "gridBefore"), 0)) row.push_back({{}, before, true});
      collect_cells(node, row);
      rows.push_back(std::move(row));
    } else if (name == "sdt") collect_rows(child(node, "sdtContent"), rows);
    else if (is_any(name, {"ins", "customXml", "smartTag", "moveTo"})) collect_rows(node, rows);
  }
}

}  // namespace

std::vector<std::vector<WordCell>> word_rows(pugi::xml_node table) {
  std::vector<std::vector<WordCell>> rows;
  collect_rows(table, rows);
  return rows;
}

bool is_frame(const std::vector<std::vector<WordCell>>& rows) {
  size_t widest = 0;
  std::ptrdiff_t longest = 0;
  for (const auto& row : rows) {
    widest = std::max(widest, row.size());
    for (const auto& cell : row) longest = std::max(longest, std::ranges::count_if(cell.node.children(), [](auto one) { return local_name(one) == "p"; }));
  }
  return widest <= 1 || (rows.size() == 1 && static_cast<size_t>(longest) >= kManyParagraphs);
}

}  // namespace shirube::indexer
