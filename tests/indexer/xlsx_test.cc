#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "corpus/outline.h"
#include "indexer/extract.h"
#include "tests/indexer/zip_fixture.h"
#include "tests/outline_case.h"
#include "text/error.h"

using namespace shirube;

namespace {

struct SheetXml {
  std::string name, xml;  ///< what stands within <worksheet>
  std::string attributes = {};
};

/// A workbook of these sheets. Formats: 1 a date in 和暦, 2 a plain date, 3 thousands.
std::string workbook(const std::vector<SheetXml>& sheets, const std::string& strings = "", std::vector<std::pair<std::string, std::string>> more = {}, const std::string& properties = "") {
  const std::string relations = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">", base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/";
  std::string list, parts;
  std::vector<std::pair<std::string, std::string>> members = std::move(more);
  for (size_t i = 0; i < sheets.size(); ++i) {
    list += fmt::format("<sheet name=\"{}\" sheetId=\"{}\" r:id=\"rId{}\" {}/>", sheets[i].name, i + 1, i + 1, sheets[i].attributes);
    parts += fmt::format("<Relationship Id=\"rId{}\" Type=\"{}worksheet\" Target=\"worksheets/sheet{}.xml\"/>", i + 1, base, i + 1);
    members.emplace_back(fmt::format("xl/worksheets/sheet{}.xml", i + 1), "<worksheet xmlns:r=\"r\">" + sheets[i].xml + "</worksheet>");
  }
  parts += fmt::format("<Relationship Id=\"s\" Type=\"{}sharedStrings\" Target=\"sharedStrings.xml\"/><Relationship Id=\"t\" Type=\"{}styles\" Target=\"/xl/styles.xml\"/>", base, base);
  members.emplace_back("[Content_Types].xml", "<Types/>");
  members.emplace_back("_rels/.rels", relations + "<Relationship Id=\"a\" Type=\"" + base + "officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>");
  members.emplace_back("xl/workbook.xml", "<workbook xmlns:r=\"r\">" + properties + "<sheets>" + list + "</sheets></workbook>");
  members.emplace_back("xl/_rels/workbook.xml.rels", relations + parts + "</Relationships>");
  members.emplace_back("xl/sharedStrings.xml", "<sst>" + strings + "</sst>");
  members.emplace_back("xl/styles.xml",
                       "<styleSheet><numFmts><numFmt numFmtId=\"176\" formatCode=\"[$-411]ggge&quot;年&quot;m&quot;月&quot;d&quot;日&quot;;@\"/></numFmts><cellXfs><xf numFmtId=\"0\"/>"
                       "<xf numFmtId=\"176\"/><xf numFmtId=\"14\"/><xf numFmtId=\"3\"/></cellXfs></styleSheet>");
  return zipped(members);
}

std::string inline_cell(const std::string& at, const std::string& words) { return fmt::format("<c r=\"{}\" t=\"inlineStr\"><is><t>{}</t></is></c>", at, words); }

/// Rows of inline strings, from A1.
std::string rows(const std::vector<std::vector<std::string>>& table) {
  std::string out = "<sheetData>";
  for (size_t i = 0; i < table.size(); ++i) {
    out += fmt::format("<row r=\"{}\">", i + 1);
    for (size_t k = 0; k < table[i].size(); ++k)
      if (!table[i][k].empty()) out += inline_cell(fmt::format("{}{}", static_cast<char>('A' + k), i + 1), table[i][k]);
    out += "</row>";
  }
  return out + "</sheetData>";
}

std::vector<std::string> lines(const indexer::Extract& extract) {
  std::vector<std::string> out;
  for (auto& line : extract.pages.at(0).lines) out.push_back((line.heading ? "# " : line.table ? "| " : "") + test::printable(line.text));
  return out;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a workbook's cells are read as they are printed", "[indexer][xlsx]") {
  std::string strings = "<si><t>区分</t></si><si><r><t>情報</t></r><r><t>資産10</t></r><r><rPr><vertAlign val=\"superscript\"/></rPr><t>6</t></r><rPh sb=\"0\" eb=\"2\"><t>ジョウホウ</t></rPh></si><si><t xml:space=\"preserve\">上_x000D_\n下</t></si>";
  std::string xml =
      "<sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c><c r=\"C1\" t=\"s\"><v>2</v></c></row>"
      "<row r=\"2\"><c r=\"A2\" s=\"1\"><v>45748</v></c><c r=\"B2\" s=\"2\"><v>45748</v></c><c r=\"C2\" s=\"3\"><f>1+1</f><v>1234567</v></c></row>"
      "<row r=\"1048576\"><c t=\"b\"><v>1</v></c><c t=\"e\"><v>#N/A</v></c><c t=\"str\"><f>x</f><v>計</v></c><c t=\"s\"><v>99</v></c></row></sheetData>";
  auto extract = indexer::read(workbook({{"台帳", xml}}, strings), "a.bin");
  CHECK(extract.media_type == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
  CHECK(lines(extract) == Lines{"# 台帳", "| 区分⇥情報資産10^6⇥上 下", "| 令和7年4月1日⇥2025/4/1⇥1,234,567", "| TRUE⇥#N/A⇥計"});
  CHECK(extract.warnings.empty());
  CHECK(lines(indexer::read(workbook({{"台帳", "<sheetData><row><c s=\"2\"><v>44286</v></c><c s=\"2\"><v>44287</v></c></row></sheetData>"}}, "", {}, "<workbookPr date1904=\"1\"/>"), "a.xlsx")) ==
        Lines{"# 台帳", "| 2025/4/1⇥2025/4/2"});
}

TEST_CASE("what is hidden in a workbook is left out and said", "[indexer][xlsx]") {
  std::string xml =
      "<cols><col min=\"2\" max=\"2\" hidden=\"1\"/></cols><sheetData><row r=\"1\">" + inline_cell("A1", "甲") + inline_cell("B1", "隠し列") + inline_cell("C1", "乙") +
      "</row><row r=\"2\" hidden=\"1\">" + inline_cell("A2", "隠し行") + "</row></sheetData>";
  auto extract = indexer::read(workbook({{"表", xml}, {"控え", rows({{"秘密"}}), "state=\"hidden\""}, {"作業", rows({{"秘密"}}), "state=\"veryHidden\""}, {"空", "<sheetData/>"}}), "a.xlsx");
  CHECK(lines(extract) == Lines{"# 表", "| 甲⇥乙"});
  CHECK(extract.warnings == Lines{"非表示のシートを除きました: 控え、作業", "非表示の行・列を除きました: 表（1 行と列）"});
}

TEST_CASE("a column of clause numbers cuts its rows", "[indexer][xlsx]") {
  auto extract = indexer::read(workbook({{"改正案", rows({{"情報セキュリティ規程"},
                                                        {"章", "条項", "内容", "所管"},
                                                        {"第１章　総則", "第１条", "この規程は、情報資産の保護に必要な事項を定める。", "総務課"},
                                                        {"", "第２条", "用語の意義は、次のとおりとする。\n(1) 職員　市に勤める者\n(2) 端末　職員が使う機器", "総務課"},
                                                        {"第２章　体制", "第３条", "最高情報セキュリティ責任者を置く。"},
                                                        {"", "", "（前条の補足）", "1.5"}})}}),
                               "a.xlsx");
  CHECK(test::render(corpus::outline(extract.pages)) == Lines{"||改正案⏎情報セキュリティ規程⏎章⇥条項⇥内容⇥所管", "第１章|総則|", "  第１条||この規程は、情報資産の保護に必要な事項を定める。⏎総務課",
                                                              "  第２条||用語の意義は、次のとおりとする。⏎総務課", "    (1)||職員　市に勤める者", "    (2)||端末　職員が使う機器", "第２章|体制|",
                                                              "  第３条||最高情報セキュリティ責任者を置く。⏎⇥⇥（前条の補足）⇥1.5"});
  CHECK(extract.facts.title == "情報セキュリティ規程");
}

TEST_CASE("columns of numbers are told from columns of amounts", "[indexer][xlsx]") {
  auto cut = [](const std::vector<std::vector<std::string>>& table) {
    size_t clauses = 0;
    auto extract = indexer::read(workbook({{"表", rows(table)}}), "a.xlsx");
    for (auto& line : extract.pages[0].lines) clauses += !line.table && !line.heading;
    return clauses;
  };
  CHECK(cut({{"項番", "確認すること"}, {"1.1", "端末を施錠する"}, {"1.2", "画面を隠す"}, {"2.1", "記録を残す"}}) == 3);
  CHECK(cut({{"No.", "確認すること", "結果"}, {"1", "端末を施錠する", "○"}, {"2", "画面を隠す", "×"}, {"3", "記録を残す", "○"}}) == 3);
  CHECK(cut({{"分類", "番号", "内容"}, {"技術", "(1)", "施錠する"}, {"", "(2)", "隠す"}, {"人", "(3)", "残す"}}) == 3);
  CHECK(cut({{"番号", "内容"}, {"6.1(1)", "施錠する"}, {"6.1(2)", "隠す"}, {"6.2(1)", "残す"}}) == 5);
  CHECK(cut({{"No.", "確認すること"}, {"人的対策"}, {"1", "研修を受ける"}, {"2", "誓約する"}, {"技術的対策"}, {"1", "施錠する"}, {"2", "隠す"}}) == 6);
  CHECK(cut({{"経路", "手順", "内容"}, {"甲", "1", "入る"}, {"甲", "2", "広げる"}, {"乙", "1", "入る"}, {"乙", "2", "広げる"}}) == 0);
  CHECK(cut({{"係数", "名前"}, {"1.2", "甲の値"}, {"0.5", "乙の値"}, {"3.1", "丙の値"}}) == 0);
  CHECK(cut({{"数", "名前"}, {"12", "甲の値"}, {"5", "乙の値"}, {"31", "丙の値"}}) == 0);
  CHECK(cut({{"年度", "件数"}, {"1", "20"}, {"2", "30"}, {"3", "40"}}) == 0);
  CHECK(cut({{"日付", "出来事"}, {"2025/4/1", "始まる"}, {"2025/4/2", "続く"}, {"2025/4/3", "終わる"}}) == 0);
}

TEST_CASE("text boxes are read from the top, pictures counted", "[indexer][xlsx]") {
  auto box = [](int row, const std::string& words) {
    return fmt::format("<x:oneCellAnchor><x:from><x:col>0</x:col><x:row>{}</x:row></x:from><x:sp><x:nvSpPr><x:cNvPr id=\"1\"/></x:nvSpPr><x:txBody><a:p><a:r><a:t>{}</a:t></a:r></a:p></x:txBody></x:sp></x:oneCellAnchor>", row, words);
  };
  std::string drawing = "<x:wsDr xmlns:x=\"x\" xmlns:a=\"a\">" + box(9, "下の注記") + box(2, "上の注記") + "<x:twoCellAnchor><x:pic/></x:twoCellAnchor></x:wsDr>";
  std::string relation = "<Relationships><Relationship Id=\"d\" Type=\"http://x/drawing\" Target=\"../drawings/drawing1.xml\"/></Relationships>";
  auto extract = indexer::read(workbook({{"表", rows({{"甲", "乙"}})}}, "", {{"xl/worksheets/_rels/sheet1.xml.rels", relation}, {"xl/drawings/drawing1.xml", drawing}}), "a.xlsx");
  CHECK(lines(extract) == Lines{"# 表", "| 甲⇥乙", "上の注記", "下の注記"});
  CHECK(extract.warnings == Lines{"画像（本文検索の対象外）: 1 か所"});
}

TEST_CASE("workbooks that lie are read or refused, and soon", "[indexer][xlsx]") {
  auto read = [](const std::string& xml, const std::string& strings = "") { return lines(indexer::read(workbook({{"表", xml}}, strings), "a.xlsx")); };
  CHECK(read("<dimension ref=\"A1:XFD1048576\"/><cols><col min=\"1\" max=\"999999999\" hidden=\"0\"/></cols>" + rows({{"甲", "乙"}})) == Lines{"# 表", "| 甲⇥乙"});
  CHECK(read("<sheetData><row><c r=\"ZZZZZZ1\" t=\"str\"><v>遠い</v></c><c r=\"-\" t=\"str\"><v>近い</v></c></row></sheetData>") == Lines{"# 表", "| 遠い⇥近い"});
  CHECK(read("<sheetData><row><c s=\"99999999999\"><v>1e999</v></c><c s=\"-5\"><v>abc</v></c><c t=\"s\"><v>-1</v></c></row></sheetData>") == Lines{"# 表", "abc"});
  CHECK(read("<sheetData><row><c r=\"B1\" t=\"str\"><v>乙</v></c><c r=\"A1\" t=\"str\"><v>甲</v></c><c r=\"A1\" t=\"str\"><v>甲二</v></c></row></sheetData>") == Lines{"# 表", "| 甲⇥乙"});
  // One long string, many times over.
  std::string many = "<sheetData>";
  for (int i = 0; i < 2000; ++i) many += "<row><c t=\"s\"><v>0</v></c><c t=\"s\"><v>0</v></c></row>";
  CHECK_THROWS_AS(read(many + "</sheetData>", "<si><t>" + std::string(100'000, 'x') + "</t></si>"), Error);
  CHECK_THROWS_AS(indexer::read(zipped({{"[Content_Types].xml", "<Types/>"}, {"xl/workbook.xml", "<workbook><sheets>"}}), "a.xlsx"), Error);
}
