#pragma once

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "indexer/readers/archive.h"
#include "tests/indexer/zip_fixture.h"
#include "text/utf8.h"

namespace shirube::test {

constexpr const char* word_names =
    "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" "
    "xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\" "
    "xmlns:v=\"urn:schemas-microsoft-com:vml\" xmlns:w14=\"http://schemas.microsoft.com/office/word/2010/wordml\"";

inline std::string run(const std::string& text, const std::string& format = "") {
  return fmt::format("<w:r>{}<w:t xml:space=\"preserve\">{}</w:t></w:r>", format.empty() ? "" : "<w:rPr>" + format + "</w:rPr>", text);
}
inline std::string paragraph(const std::string& text) { return "<w:p>" + run(text) + "</w:p>"; }
inline std::string paragraphs(const std::vector<std::string>& texts) {
  std::string out;
  for (const auto& text : texts) out += paragraph(text);
  return out;
}
inline std::string cell(const std::string& content) { return "<w:tc><w:tcPr><w:tcW w:w=\"3000\" w:type=\"dxa\"/></w:tcPr>" + content + "</w:tc>"; }
inline std::string table(const std::vector<std::vector<std::string>>& rows) {
  std::string out = "<w:tbl><w:tblPr/><w:tblGrid><w:gridCol w:w=\"3000\"/><w:gridCol w:w=\"3000\"/></w:tblGrid>";
  for (const auto& row : rows) {
    out += "<w:tr>";
    for (const auto& text : row) out += cell(paragraph(text));
    out += "</w:tr>";
  }
  return out + "</w:tbl>";
}

/// A part beside the body: the word of its relation, its file, its root and what stands in it.
struct OtherPart {
  std::string type, file, root, content;
};

inline std::string docx(const std::string& body, const std::vector<OtherPart>& others = {}) {
  const std::string base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/", list = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">";
  const std::string head = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n", kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.";
  std::string types = head + "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
                      "<Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/word/document.xml\" ContentType=\"" + kind + "document.main+xml\"/>";
  std::string relations, references;
  std::vector<std::pair<std::string, std::string>> members;
  for (const auto& [type, file, root, content] : others) {
    types += fmt::format("<Override PartName=\"/word/{}\" ContentType=\"{}{}+xml\"/>", file, kind, type);
    relations += fmt::format("<Relationship Id=\"{}\" Type=\"{}{}\" Target=\"{}\"/>", file, base, type, file);
    if (type == "header" || type == "footer") references += fmt::format("<w:{}Reference w:type=\"default\" r:id=\"{}\"/>", type, file);
    members.emplace_back("word/" + file, fmt::format("{}<w:{} {}>{}</w:{}>", head, root, word_names, content, root));
  }
  members.emplace_back("_rels/.rels", head + list + "<Relationship Id=\"rId1\" Type=\"" + base + "officeDocument\" Target=\"word/document.xml\"/></Relationships>");
  members.emplace_back("word/_rels/document.xml.rels", head + list + relations + "</Relationships>");
  members.emplace_back("word/document.xml", fmt::format("{}<w:document {}><w:body>{}<w:sectPr>{}<w:pgSz w:w=\"11906\" w:h=\"16838\"/></w:sectPr></w:body></w:document>", head, word_names, body, references));
  members.emplace_back("[Content_Types].xml", types + "</Types>");
  return zipped(members);
}

inline std::string part(const std::string& docx, const std::string& name) { return indexer::Archive(docx).read(name); }

/// The text of a part: paragraphs by 「|」, lines by 「/」, tabs by 「>」.
inline std::string words(const std::string& docx, const std::string& name = "word/document.xml") {
  const std::string xml = part(docx, name);
  std::string out;
  for (size_t at = xml.find("<w:"); at < xml.size();) {
    if (xml[at] != '<') {
      out += xml[at++];
      continue;
    }
    std::string_view tag = std::string_view(xml).substr(at, xml.find('>', at) + 1 - at);
    if (tag == "</w:p>" || tag == "<w:p/>" || tag == "<w:p />") out += '|';
    if (tag.starts_with("<w:br")) out += '/';
    if (tag == "<w:tab/>" || tag == "<w:tab />") out += '>';
    at += tag.size();
  }
  for (auto [from, to] : {std::pair{"&lt;", "<"}, std::pair{"&gt;", ">"}, std::pair{"&amp;", "&"}}) out = text::replace_all(out, from, to);
  return out;
}

}  // namespace shirube::test
