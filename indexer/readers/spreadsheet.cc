#include "indexer/readers/spreadsheet.h"

#include <algorithm>
#include <cstdlib>
#include <map>

#include "indexer/readers/number_format.h"
#include "indexer/readers/rows.h"
#include "text/utf8.h"

namespace shirube::indexer {

bool is_true(std::string_view value) { return value == "1" || value == "true"; }

int whole_number(std::string_view digits, int otherwise) {
  std::string s(digits.substr(0, 10));
  char* end = nullptr;
  long value = std::strtol(s.c_str(), &end, 10);
  return end == s.c_str() || value < -1'000'000'000 || value > 1'000'000'000 ? otherwise : static_cast<int>(value);
}

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
    if (code == '\n' || code == '\t' || (code >= 0x20 && (code < 0xD800 || code > 0xDFFF))) text::append_utf8(out, code);
    at += 7;
  }
  return out;
}

int column_of(std::string_view reference) {
  int column = 0;
  for (char c : reference) {
    if (c < 'A' || c > 'Z' || column > most_columns) break;
    column = column * 26 + (c - 'A' + 1);
  }
  return column > most_columns ? 0 : column;
}

Spreadsheet::Spreadsheet(const std::string& bytes, std::string (*string_of)(pugi::xml_node)) : package_(bytes) {
  std::string part = package_.related("", "officeDocument");
  if (part.empty()) part = "xl/workbook.xml";
  auto document = package_.xml(part);
  auto workbook = document.document_element();
  from_1904_ = is_true(attribute(child(workbook, "workbookPr"), "date1904"));
  auto relations = package_.relations(part);
  for (auto& [id, relation] : relations) {
    if (relation.external || !package_.has(relation.target)) continue;
    if (relation.type == "sharedStrings") read_strings(relation.target, string_of);
    if (relation.type == "styles") read_styles(relation.target);
  }
  for (auto one : child(workbook, "sheets").children()) {
    if (local_name(one) != "sheet") continue;
    auto relation = relations.find(std::string(attribute(one, "id")));
    if (relation == relations.end() || relation->second.type != "worksheet" || relation->second.external) continue;
    auto state = attribute(one, "state");
    pages_.push_back({sound_line(attribute(one, "name")), relation->second.target, state == "hidden" || state == "veryHidden"});
  }
}

void Spreadsheet::read_strings(const std::string& part, std::string (*string_of)(pugi::xml_node)) {
  auto document = package_.xml(part);
  for (auto item : document.document_element().children()) {
    if (local_name(item) == "si") strings_.push_back(string_of(item));
  }
}

void Spreadsheet::read_styles(const std::string& part) {
  auto document = package_.xml(part);
  auto styles = document.document_element();
  std::map<int, std::string> own;
  for (auto one : child(styles, "numFmts").children()) own[whole_number(attribute(one, "numFmtId"), -1)] = attribute(one, "formatCode");
  for (auto one : child(styles, "cellXfs").children()) {
    if (local_name(one) != "xf") continue;
    int id = whole_number(attribute(one, "numFmtId"));
    auto found = own.find(id);
    formats_.push_back(found != own.end() ? found->second : std::string(built_in_format(id)));
  }
}

std::string_view Spreadsheet::format(pugi::xml_node cell) const {
  auto style = static_cast<size_t>(std::max(0, whole_number(attribute(cell, "s"))));
  return style < formats_.size() ? std::string_view(formats_[style]) : std::string_view("General");
}

std::string_view Spreadsheet::shared_string(std::string_view value) const {
  int at = whole_number(value, -1);
  return at >= 0 && static_cast<size_t>(at) < strings_.size() ? std::string_view(strings_[static_cast<size_t>(at)]) : std::string_view();
}

}  // namespace shirube::indexer
