#include "indexer/sheets.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <random>

#include "indexer/child.h"
#include "tests/indexer/zip_fixture.h"
#include "tests/places.h"
#include "text/error.h"

using namespace shirube;
using Rows = std::vector<std::vector<std::string>>;

namespace {

struct Page {
  std::string name, xml;
  std::string attributes = {};
};

/// Formats of its cells: 1 a date in 和暦, 2 a plain date, 3 thousands, 4 h:mm, 5 date and time, 6 [h]:mm, 7 h:mm:ss, 8 text, 9 percent.
std::string workbook(const std::vector<Page>& pages, const std::string& strings = "", const std::string& properties = "") {
  const std::string relations = "<Relationships>", base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/";
  std::string list, parts;
  std::vector<std::pair<std::string, std::string>> members;
  for (size_t i = 0; i < pages.size(); ++i) {
    list += fmt::format("<sheet name=\"{}\" sheetId=\"{}\" r:id=\"rId{}\" {}/>", pages[i].name, i + 1, i + 1, pages[i].attributes);
    parts += fmt::format("<Relationship Id=\"rId{}\" Type=\"{}worksheet\" Target=\"worksheets/sheet{}.xml\"/>", i + 1, base, i + 1);
    members.emplace_back(fmt::format("xl/worksheets/sheet{}.xml", i + 1), "<worksheet>" + pages[i].xml + "</worksheet>");
  }
  parts += fmt::format("<Relationship Id=\"s\" Type=\"{0}sharedStrings\" Target=\"sharedStrings.xml\"/><Relationship Id=\"t\" Type=\"{0}styles\" Target=\"styles.xml\"/>", base);
  members.emplace_back("[Content_Types].xml", "<Types/>");
  members.emplace_back("_rels/.rels", relations + "<Relationship Id=\"a\" Type=\"" + base + "officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>");
  members.emplace_back("xl/workbook.xml", "<workbook>" + properties + "<sheets>" + list + "</sheets></workbook>");
  members.emplace_back("xl/_rels/workbook.xml.rels", relations + parts + "</Relationships>");
  members.emplace_back("xl/sharedStrings.xml", "<sst>" + strings + "</sst>");
  members.emplace_back("xl/styles.xml",
                       "<styleSheet><numFmts><numFmt numFmtId=\"176\" formatCode=\"[$-411]ggge&quot;年&quot;m&quot;月&quot;d&quot;日&quot;;@\"/></numFmts><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"176\"/>"
                       "<xf numFmtId=\"14\"/><xf numFmtId=\"3\"/><xf numFmtId=\"20\"/><xf numFmtId=\"22\"/><xf numFmtId=\"46\"/><xf numFmtId=\"21\"/><xf numFmtId=\"49\"/><xf numFmtId=\"10\"/></cellXfs></styleSheet>");
  return zipped(members);
}

/// The rows of a workbook with one sheet of these cells.
Rows rows(const std::string& cells, const std::string& strings = "", const std::string& properties = "", const std::string& behind = "") {
  auto sheets = indexer::read_sheets(workbook({{"表", "<sheetData>" + cells + "</sheetData>" + behind}}, strings, properties));
  REQUIRE(sheets.size() == 1);
  return sheets[0].rows;
}

std::string refusal(const std::string& bytes) {
  try {
    indexer::read_sheets(bytes);
    return {};
  } catch (const Error& e) {
    CHECK(e.kind() == ErrorKind::invalid);
    CHECK_FALSE(e.hint().empty());
    return e.message();
  }
}

const std::atomic<bool> kGoOn{false};

}  // namespace

TEST_CASE("a cell is read as it is kept, whatever it looks like", "[indexer][sheets]") {
  struct Row {
    std::string cell, expected;
  };
  const Row table[] = {
      {"<c><v>1.1000000000000001</v></c>", "1.1"},
      {"<c><v>0.30000000000000004</v></c>", "0.3"},
      {"<c><v>12</v></c>", "12"},
      {"<c><v>12.0</v></c>", "12"},
      {"<c><v>-0.5</v></c>", "-0.5"},
      {"<c><v>1.5E+3</v></c>", "1500"},
      {"<c><v>1E+20</v></c>", "100000000000000000000"},
      {"<c><v>1.23E-7</v></c>", "0.000000123"},
      {"<c><v>1234567890123456</v></c>", "1234567890123456"},
      {"<c><v>-0</v></c>", "0"},
      {"<c s=\"3\"><v>1234567.5</v></c>", "1234567.5"},
      {"<c s=\"9\"><v>0.155</v></c>", "0.155"},
      {"<c s=\"8\"><v>7</v></c>", "7"},
      {"<c s=\"1\"><v>46115</v></c>", "2026-04-03"},
      {"<c s=\"2\"><v>46115</v></c>", "2026-04-03"},
      {"<c s=\"2\"><v>46115.75</v></c>", "2026-04-03"},
      {"<c s=\"2\"><v>59</v></c>", "1900-02-28"},
      {"<c s=\"2\"><v>61</v></c>", "1900-03-01"},
      {"<c s=\"2\"><v>-5</v></c>", "-5"},
      {"<c s=\"2\"><v>99999999</v></c>", "99999999"},
      {"<c s=\"4\"><v>0.39583333333333331</v></c>", "09:30"},
      {"<c s=\"4\"><v>0.37499999999</v></c>", "09:00"},
      {"<c s=\"4\"><v>46115.395833333336</v></c>", "09:30"},
      {"<c s=\"7\"><v>0.39600694444444445</v></c>", "09:30:15"},
      {"<c s=\"7\"><v>0.39583333333333331</v></c>", "09:30"},
      {"<c s=\"5\"><v>46115.395833333336</v></c>", "2026-04-03 09:30"},
      {"<c s=\"5\"><v>46115</v></c>", "2026-04-03"},
      {"<c s=\"5\"><v>46114.999999999</v></c>", "2026-04-03"},
      {"<c s=\"6\"><v>1.1041666666666667</v></c>", "26:30"},
      {"<c t=\"d\"><v>2026-04-03T00:00:00</v></c>", "2026-04-03"},
      {"<c t=\"d\"><v>2026-04-03T09:30:00</v></c>", "2026-04-03 09:30"},
      {"<c t=\"d\"><v>2026-04-03</v></c>", "2026-04-03"},
      {"<c t=\"b\"><v>1</v></c>", "TRUE"},
      {"<c t=\"b\"><v>0</v></c>", "FALSE"},
      {"<c t=\"e\"><v>#N/A</v></c>", "#N/A"},
      {"<c t=\"str\"><f>A1&amp;\"\"</f><v>計算した字</v></c>", "計算した字"},
      {"<c><f>1+1</f><v>2</v></c>", "2"},
      {"<c t=\"inlineStr\"><is><r><t>甲 </t></r><r><rPr><vertAlign val=\"superscript\"/></rPr><t>2</t></r><rPh sb=\"0\" eb=\"1\"><t>コウ</t></rPh></is></c>", "甲 2"},
      {"<c t=\"inlineStr\"><is><t xml:space=\"preserve\"> =1+1\n</t></is></c>", " =1+1\n"},
      {"<c t=\"inlineStr\"><is><t>甲_x000D__x000A_乙_x0009__x0001__x005F_x0041_</t></is></c>", "甲\n乙\t_x0041_"},
      {"<c t=\"inlineStr\"><is><t>甲&#13;&#10;乙&#1;見えない\u200B字</t></is></c>", "甲\n乙見えない\u200B字"},
      {"<c t=\"s\"><v>1</v></c>", "二番目"},
  };
  for (const auto& [cell, expected] : table) {
    INFO(cell);
    CHECK(rows("<row r=\"1\">" + cell + "</row>", "<si><t>一番目</t></si><si><r><t>二番</t></r><r><t>目</t></r><phoneticPr/><rPh><t>ニ</t></rPh></si>") == Rows{{expected}});
  }
  CHECK(rows("<row><c s=\"2\"><v>44653</v></c></row>", "", "<workbookPr date1904=\"1\"/>") == Rows{{"2026-04-03"}});
  for (const char* nothing : {"<c t=\"s\"><v>7</v></c>", "<c t=\"s\"><v>-1</v></c>", "<c><v/></c>", "<c s=\"2\"/>"}) CHECK(rows("<row r=\"1\">" + std::string(nothing) + "</row>").empty());
}

TEST_CASE("cells keep their places", "[indexer][sheets]") {
  auto cell = [](const std::string& at, const std::string& value) { return "<c r=\"" + at + "\"><v>" + value + "</v></c>"; };
  CHECK(rows("<row r=\"2\">" + cell("B2", "1") + cell("D2", "2") + "<c r=\"E2\" s=\"3\"/></row><row r=\"5\" hidden=\"1\">" + cell("A5", "3") + "</row><row r=\"90\"><c r=\"A90\"/></row>") ==
        Rows{{}, {"", "1", "", "2"}, {}, {}, {"3"}});
  CHECK(rows("<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>") == Rows{{"1", "2"}, {"3"}});
  CHECK(rows("<row r=\"3\">" + cell("C3", "1") + cell("A3", "2") + "</row><row r=\"1\">" + cell("A1", "3") + cell("A1", "4") + "</row>") == Rows{{"3"}, {}, {"2", "", "1"}});
  // Of merged cells the first one is seen.
  CHECK(rows("<row r=\"1\">" + cell("A1", "1") + cell("B1", "2") + cell("C1", "3") + "</row><row r=\"2\">" + cell("A2", "4") + cell("C2", "5") + "</row>", "", "", "<mergeCells><mergeCell ref=\"A1:B2\"/></mergeCells>") ==
        Rows{{"1", "", "3"}, {"", "", "5"}});
  CHECK(rows("<row r=\"1\">" + cell("A1", "1") + "</row>", "", "", "<mergeCells><mergeCell ref=\"A1:XFD1048576\"/><mergeCell ref=\"B2\"/><mergeCell ref=\":\"/><mergeCell/></mergeCells>") == Rows{{"1"}});
}

TEST_CASE("sheets that are hidden are not read", "[indexer][sheets]") {
  const std::string one = "<sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></c></row></sheetData>";
  auto sheets = indexer::read_sheets(workbook({{"台帳", one}, {"選択肢", one, "state=\"hidden\""}, {"作業", one, "state=\"veryHidden\""}, {"空", "<sheetData/>"}}));
  REQUIRE(sheets.size() == 2);
  CHECK(sheets[0].name == "台帳");
  CHECK(sheets[1].name == "空");
  CHECK(sheets[1].rows.empty());
}

TEST_CASE("separated values are read as the same", "[indexer][sheets]") {
  const Rows expected = {{"番号", "件名"}, {"001", "一行目\n二行目, \"引用\""}, {}, {"", "＝１"}};
  const std::string text = "番号,件名\r\n001,\"一行目\r\n二行目, \"\"引用\"\"\"\r\n\r\n,＝１\r\n";
  for (const std::string& bytes : {text, "\xEF\xBB\xBF" + text}) {
    auto sheets = indexer::read_sheets(bytes);
    REQUIRE(sheets.size() == 1);
    CHECK(sheets[0].name.empty());
    CHECK(sheets[0].rows == expected);
  }
  CHECK(indexer::read_sheets("\x94\xD4\x8D\x86,\x8C\x8F\x96\xBC\n1,\x8E\x91\x8E\x59\x91\xE4\x92\xA0\n")[0].rows == Rows{{"番号", "件名"}, {"1", "資産台帳"}});
  CHECK(indexer::read_sheets("番号\t件名\n1\t甲, 乙\n")[0].rows == Rows{{"番号", "件名"}, {"1", "甲, 乙"}});
}

TEST_CASE("what is no workbook is refused by what it is", "[indexer][sheets]") {
  auto holds = [](const std::string& text, const char* part) { return text.find(part) != text.npos; };
  CHECK(holds(refusal(""), "空"));
  CHECK(holds(refusal(std::string("\x89PNG\0\0", 6)), "Excel（.xlsx）又は CSV のファイルではありません"));
  CHECK(holds(refusal("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), "古い形式"));
  CHECK(holds(refusal(zipped({{"[Content_Types].xml", ""}, {"word/document.xml", ""}})), "ではありません"));
  CHECK(holds(refusal(zipped({{"[Content_Types].xml", ""}, {"xl/workbook.bin", ""}})), "xlsb"));
  CHECK(holds(refusal(zipped({{"[Content_Types].xml", ""}, {"xl/workbook.xml", "<workbook"}})), "壊れて"));
  CHECK(holds(refusal(zipped({{"[Content_Types].xml", ""}, {"xl/workbook.xml", "<workbook/>"}}, "secret")), "パスワード"));
  CHECK(holds(refusal("\xEF\xBB\xBF番号\n\xFF\xFF\n"), "読めない文字"));
}

TEST_CASE("a workbook beyond the limits is refused and not cut", "[indexer][sheets]") {
  auto at = [](const std::string& row, const std::string& cell) { return workbook({{"表", "<sheetData><row r=\"" + row + "\"><c r=\"" + cell + row + "\"><v>1</v></c></row></sheetData>"}}); };
  CHECK(refusal(at("100000", "SF")).empty());
  CHECK(refusal(at("100001", "A")) == "シート「表」が大きすぎます（100001 行目 1 列目に値があります）。");
  CHECK(refusal(at("1", "SG")) == "シート「表」が大きすぎます（1 行目 501 列目に値があります）。");
  std::vector<Page> many(201, {"表", "<sheetData/>"});
  CHECK(refusal(workbook(many)).starts_with("シートが多すぎます"));
  std::vector<Page> long_ones(25, {"表", "<sheetData><row r=\"100000\"><c><v>1</v></c></row></sheetData>"});
  CHECK(refusal(workbook(long_ones)).starts_with("表が大きすぎます"));
  // One long string, shown many times.
  std::string cells;
  for (int i = 1; i <= 3000; ++i) cells += fmt::format("<row r=\"{}\"><c t=\"s\"><v>0</v></c></row>", i);
  CHECK(refusal(workbook({{"表", "<sheetData>" + cells + "</sheetData>"}}, "<si><t>" + std::string(30'000, 'a') + "</t></si>")).starts_with("表が大きすぎます"));
}

TEST_CASE("sheets are read in the limited child", "[indexer][sheets][child]") {
  const std::string bytes = workbook({{"台帳", "<sheetData><row r=\"2\"><c r=\"B2\" t=\"inlineStr\"><is><t>見えない\u200B字</t></is></c></row></sheetData>"}, {"空", ""}});
  auto sheets = indexer::sheets_in_child(bytes, {}, test::program, kGoOn);
  REQUIRE(sheets.size() == 2);
  CHECK(sheets[0].name == "台帳");
  CHECK(sheets[0].rows == Rows{{}, {"", "見えない\u200B字"}});
  CHECK(sheets[1].rows.empty());
  CHECK_THROWS_WITH(indexer::sheets_in_child("\xD0\xCF\x11\xE0", {}, test::program, kGoOn), Catch::Contains("古い形式"));
}

TEST_CASE("a workbook that is damaged anywhere is read or refused", "[indexer][sheets][fuzz]") {
  const std::string cells = "<sheetData><row r=\"1\"><c r=\"A1\" s=\"2\"><v>46115</v></c><c r=\"B1\" t=\"s\"><v>0</v></c></row></sheetData><mergeCells><mergeCell ref=\"A1:B2\"/></mergeCells>";
  const std::string whole = workbook({{"表", cells}}, "<si><t>甲</t></si>");
  std::mt19937 random(1);
  auto any = [&](size_t below) { return std::uniform_int_distribution<size_t>(0, below - 1)(random); };
  for (int i = 0; i < 500; ++i) refusal(whole.substr(0, any(whole.size())));
  for (int i = 0; i < 2000; ++i) {
    std::string bytes = whole;
    for (size_t k = any(4) + 1; k > 0; --k) bytes[any(bytes.size())] = static_cast<char>(any(256));
    refusal(bytes);
  }
  for (int i = 0; i < 2000; ++i) {
    std::string damaged = cells;
    for (size_t k = any(4) + 1; k > 0; --k) damaged[any(damaged.size())] = "0123456789<>/=\"rcvstAZ.-eE:"[any(27)];
    refusal(workbook({{"表", damaged}}, "<si><t>甲</t></si>"));
  }
}
