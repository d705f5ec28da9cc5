// Letters as another program sees them: LibreOffice prints them, and the page is read back.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "indexer/extract.h"
#include "office/letter.h"
#include "office/workbook.h"
#include "tests/office/docx_fixture.h"
#include "tests/temporary_folder.h"

using namespace shirube;
using namespace shirube::test;
namespace fs = std::filesystem;

namespace {

/// Whether there is a program that prints, and a typeface to print in.
bool can_print() {
  bool can = std::system("command -v soffice >/dev/null 2>&1") == 0 && std::system("fc-list :lang=ja | grep -q .") == 0;
  if (!can) WARN("no soffice or no Japanese typeface (packages libreoffice-writer-nogui, libreoffice-calc-nogui and fonts-noto-cjk): not tried");
  return can;
}

/// What LibreOffice makes of a file; empty where it makes nothing.
std::string made(const std::string& bytes, const std::string& name, const std::string& to) {
  TemporaryFolder folder;
  std::ofstream(folder / name, std::ios::binary) << bytes;
  const std::string at = folder.path().string();
  const std::string command = fmt::format("timeout 120 soffice -env:UserInstallation=file://{0}/profile --headless --convert-to '{2}' --outdir {0} {0}/{1} >/dev/null 2>&1", at, name, to);
  if (std::system(command.c_str()) != 0) return {};
  std::ifstream in(folder / fs::path(name).replace_extension(to.substr(0, to.find(':'))).string(), std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The text of the pages that it prints of a file; none where it prints nothing.
std::vector<std::string> printed(const std::string& bytes, const std::string& name) {
  const std::string pdf = made(bytes, name, "pdf");
  if (pdf.empty()) return {};
  std::vector<std::string> pages;
  for (const auto& page : indexer::read(pdf, "letter.pdf").pages) {
    std::string& text = pages.emplace_back();
    for (const auto& line : page.lines) text += line.text + "\n";
  }
  return pages;
}

}  // namespace

TEST_CASE("LibreOffice prints a letter with its values, rows, images and header", "[office][print]") {
  if (!can_print()) return;
  const std::string body = "<w:p>" + run("番号は{") + run("{番", "<w:b/>") + run("号}}") + "</w:p>" + paragraph("{{本文}}") + table({{"氏名", "所属"}, {"{{#出席者}}{{氏名}}", "{{所属}}{{/出席者}}"}}) +
                           paragraphs({"{{#回答}}", "回答あり", "{{/回答}}", "{{^回答}}", "回答なし", "{{/回答}}", "{{@図}}", "以上"});
  const nlohmann::json model = {{"番号", "R8-0003"},
                                {"本文", "一行目\n<b>二行目</b> {{番号}}"},
                                {"出席者", {{{"氏名", "甲野"}, {"所属", "総務課"}}, {{"氏名", "乙山"}, {"所属", "情報課"}}}},
                                {"図", {{"png", "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="}, {"width_mm", 30}}}};
  const auto pages = printed(office::LetterTemplate(docx(body, {{"header", "header1.xml", "hdr", paragraph("文書{{番号}}")}})).fill(model), "letter.docx");
  REQUIRE(pages.size() == 1);
  const std::string& text = pages[0];
  INFO(text);
  size_t at = 0;
  for (const char* part : {"文書R8-0003", "番号はR8-0003", "一行目", "<b>二行目</b> {{番号}}", "甲野", "総務課", "乙山", "情報課", "回答なし", "以上"}) {
    INFO(part);
    REQUIRE(text.find(part, at) != text.npos);
    at = text.find(part, at);
  }
  CHECK(text.find("回答あり") == text.npos);
}

TEST_CASE("a template that LibreOffice wrote is filled, though it cuts the names in pieces", "[office][print]") {
  if (!can_print()) return;
  const std::string page = "<html><meta charset=utf-8><body><p>文書番号 {{番号}}　{{件名}}</p><table border=1><tr><td>氏名</td><td>所属</td></tr><tr><td>{{#出席者}}{{氏名}}</td><td>{{所属}}{{/出席者}}</td></tr></table>"
                           "<ul><li>{{#分類}}</li><li>分類 {{.}}</li><li>{{/分類}}</li></ul><p>以上</p></body></html>";
  const std::string bytes = made(page, "template.html", "docx:MS Word 2007 XML");
  REQUIRE(part(bytes, "word/document.xml").find("<w:t>番号</w:t>") != std::string::npos);
  office::LetterTemplate letter(bytes);
  CHECK(letter.check(nullptr).empty());
  const std::string filled = letter.fill({{"番号", "R8-3"}, {"件名", "端末の点検"}, {"分類", {"規程", "端末"}}, {"出席者", {{{"氏名", "甲野"}, {"所属", "総務課"}}, {{"氏名", "乙山"}, {"所属", "情報課"}}}}});
  CHECK(words(filled) == "文書番号 R8-3　端末の点検|氏名|所属|甲野|総務課|乙山|情報課|分類 規程|分類 端末|以上|");
  CHECK(printed(filled, "letter.docx").size() == 1);
}

TEST_CASE("LibreOffice prints a workbook one page wide, with its heading on each page", "[office][print]") {
  if (!can_print()) return;
  office::Sheet sheet{"台帳", {"情報資産の一覧"}, {}, {}};
  for (int i = 1; i <= 12; ++i) sheet.columns.push_back({fmt::format("第{}列", i), 25});
  for (int i = 1; i <= 150; ++i) sheet.rows.emplace_back(12, fmt::format("{}行目", i));
  const auto pages = printed(office::write_workbook(sheet), "list.xlsx");
  if (pages.empty() && std::system("test -e /usr/lib/libreoffice/program/libsclo.so") != 0) {
    WARN("soffice prints no workbooks (package libreoffice-calc-nogui): not tried");
    return;
  }
  REQUIRE(pages.size() > 1);
  REQUIRE(pages.size() < 10);
  for (size_t i = 0; i < pages.size(); ++i) {
    INFO(pages[i]);
    CHECK(pages[i].find("第1列") != std::string::npos);
    CHECK(pages[i].find("第12列") != std::string::npos);
  }
}
