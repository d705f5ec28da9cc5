#include "office/workbook.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "indexer/readers/archive.h"
#include "indexer/sheets.h"
#include "text/error.h"

using namespace shirube;
using office::CellKind;
using Rows = std::vector<std::vector<std::string>>;

namespace {

/// The rows below the heading of a workbook with one sheet, as they come back.
Rows back(const office::Sheet& sheet) {
  auto sheets = indexer::read_sheets(office::write_workbook(sheet));
  REQUIRE(sheets.size() == 1);
  CHECK(sheets[0].name == sheet.name);
  REQUIRE(sheets[0].rows.size() > sheet.about.size());
  sheets[0].rows.erase(sheets[0].rows.begin(), sheets[0].rows.begin() + static_cast<std::ptrdiff_t>(sheet.about.size()) + 1);
  return sheets[0].rows;
}

std::string refusal(const std::vector<office::Sheet>& sheets) {
  try {
    office::write_workbook(sheets);
    return {};
  } catch (const Error& e) {
    CHECK(e.kind() == ErrorKind::invalid);
    return e.message();
  }
}

std::string xml_of(const std::string& workbook, const std::string& part = "xl/worksheets/sheet1.xml") { return indexer::Archive(workbook).read(part); }
bool holds(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

}  // namespace

TEST_CASE("texts come back from a workbook as they went out", "[office][workbook]") {
  const std::vector<std::string> texts = {
      "=1+1", "+81", "-3", "@SUM(A1)", "=HYPERLINK(\"http://a.example\")", "'引用", "007", "1.10", "1e5", "12345678901234567890", "2026-04-03", "R8.4.3", "TRUE", "ＦＵＬＬ　全角＝１",
      "😀 絵文字 👨‍👩‍👧", "一行目\n二行目\n\n四行目", "  前後に空白  ", "　全角の空白　", "末尾の改行\n", "タブ\tあり", "<r><t>太字</t></r>", "& < > \" '", "_x000D_ と _x0041_", "_x005F_", "#N/A",
      "か\u3099", "葛\U000E0100城", "見えない\u200B字", std::string(32'767, 'a')};
  for (CellKind kind : {CellKind::text, CellKind::number, CellKind::date}) {
    office::Sheet sheet{"表", {}, {{"値", 20, kind}, {"次", 5}}, {}};
    for (const auto& text : texts) sheet.rows.push_back({text, "次"});
    auto rows = back(sheet);
    REQUIRE(rows.size() == texts.size());
    for (size_t i = 0; i < texts.size(); ++i) {
      INFO(texts[i].substr(0, 100));
      CHECK(rows[i] == std::vector<std::string>{texts[i], "次"});
    }
  }
  CHECK(back({"表", {}, {{"値", 20}}, {{"甲\r\n乙\r丙"}, {"制\x01御\x1F文字\x7F"}, {"壊\xFFれ"}}}) == Rows{{"甲\n乙\n丙"}, {"制御文字"}, {"壊\uFFFDれ"}});
}

TEST_CASE("empty cells, and what stands above a list, keep their places", "[office][workbook]") {
  office::Sheet sheet{"一覧", {"点検の記録", "令和8年4月3日 書出し"}, {{"甲", 10}, {"乙", 10}, {"丙", 10}}, {{"1"}, {}, {"", "", "3"}}};
  auto sheets = indexer::read_sheets(office::write_workbook(sheet));
  CHECK(sheets.at(0).rows == Rows{{"点検の記録"}, {"令和8年4月3日 書出し"}, {"甲", "乙", "丙"}, {"1"}, {}, {"", "", "3"}});
}

TEST_CASE("a number is one where it comes back as it was written, and a day a day", "[office][workbook]") {
  struct Row {
    CellKind kind;
    std::string text;
    bool value;
  };
  const Row table[] = {
      {CellKind::number, "0", true},       {CellKind::number, "-0.5", true},   {CellKind::number, "1.1", true},          {CellKind::number, "123456789012345", true},
      {CellKind::number, "0.1", true},     {CellKind::number, "9.95", true},   {CellKind::number, "0.00000123", true},   {CellKind::number, "99999.9999999999", true},
      {CellKind::number, "007", false},    {CellKind::number, "1.10", false},  {CellKind::number, "1234567890123456", false}, {CellKind::number, "-0", false},
      {CellKind::number, "1.", false},     {CellKind::number, ".5", false},    {CellKind::number, "１", false},           {CellKind::number, "1,000", false},
      {CellKind::number, " 1", false},     {CellKind::number, "", false},      {CellKind::text, "1", false},
      {CellKind::date, "2026-04-03", true}, {CellKind::date, "1900-03-01", true}, {CellKind::date, "9999-12-31", true},
      {CellKind::date, "1900-02-28", false}, {CellKind::date, "1868-01-25", false}, {CellKind::date, "2026-02-30", false}, {CellKind::date, "2026/04/03", false}, {CellKind::text, "2026-04-03", false},
  };
  for (const auto& [kind, text, value] : table) {
    INFO(text);
    office::Sheet sheet{"表", {}, {{"値", 10, kind}, {"次", 5}}, {{text, "次"}}};
    CHECK(back(sheet) == Rows{{text, "次"}});
    const std::string xml = xml_of(office::write_workbook(sheet));
    auto at = xml.find("r=\"A2\"");
    const std::string written = xml.substr(at, xml.find('>', at) - at);
    CHECK((!holds(written, "t=\"s\"") && !text.empty()) == value);
  }
  CHECK(holds(xml_of(office::write_workbook(office::Sheet{"表", {}, {{"日", 10, CellKind::date}}, {{"2026-04-03"}}}), "xl/styles.xml"), "yyyy/mm/dd"));
}

TEST_CASE("a sheet prints on A4 across with its heading on each page, and can be filtered", "[office][workbook]") {
  const std::string workbook = office::write_workbook(office::Sheet{"検索結果", {"題"}, {{"甲", 10}, {"乙", 20}}, {{"1", "2"}, {"3", "4"}}});
  const std::string sheet = xml_of(workbook), book = xml_of(workbook, "xl/workbook.xml"), styles = xml_of(workbook, "xl/styles.xml");
  for (const char* part : {"<pageSetup paperSize=\"9\" fitToHeight=\"0\" orientation=\"landscape\"", "<pageSetUpPr fitToPage=\"1\"/>", "state=\"frozen\"", "ySplit=\"2\"", "<autoFilter ref=\"A2:B4\"/>", "&amp;P"}) CHECK(holds(sheet, part));
  CHECK(holds(book, "_xlnm.Print_Titles"));
  CHECK(holds(book, "'検索結果'!$2:$2"));
  CHECK(holds(book, "'検索結果'!$A$1:$B$4"));
  CHECK(holds(styles, "游ゴシック"));
  CHECK(holds(styles, "numFmtId=\"49\""));
  CHECK(holds(styles, "wrapText=\"1\""));
}

TEST_CASE("a workbook has several sheets, and offers the choices of a column", "[office][workbook]") {
  std::vector<std::string> many;
  for (int i = 0; i < 100; ++i) many.push_back(fmt::format("選択肢, その{}", i));
  const std::vector<office::Sheet> sheets = {{"台帳", {}, {{"番号", 10}, {"区分", 10, CellKind::text, many}}, {{"1", many[3]}}},
                                             {"選択肢", {}, {{"状態", 10, CellKind::text, {"受付", "完了"}}}, {{"受付"}}}};
  const std::string workbook = office::write_workbook(sheets);
  auto read = indexer::read_sheets(workbook);
  REQUIRE(read.size() == 2);  // what the lists are kept in is hidden
  CHECK(read[0].name == "台帳");
  CHECK(read[0].rows == Rows{{"番号", "区分"}, {"1", many[3]}});
  CHECK(read[1].rows == Rows{{"状態"}, {"受付"}});
  CHECK(holds(xml_of(workbook), "sqref=\"B2:B1002\""));
  CHECK(holds(xml_of(workbook), "<formula1>'選択肢2'!$A$1:$A$100</formula1>"));
  CHECK(holds(xml_of(workbook, "xl/worksheets/sheet2.xml"), "'選択肢2'!$B$1:$B$2"));
  CHECK(holds(xml_of(workbook, "xl/workbook.xml"), "name=\"選択肢2\" sheetId=\"3\" state=\"hidden\""));
}

TEST_CASE("what Excel cannot hold is refused by name, and never cut", "[office][workbook]") {
  auto sheet = [](const std::string& name, const std::string& value = "") { return office::Sheet{name, {}, {{"甲", 10}}, {{value}}}; };
  CHECK(refusal({sheet("表", std::string(32'768, 'a'))}) == "シート「表」の 2 行目 1 列目が長すぎて、Excel のセルに入りません（32767 文字まで）。");
  std::string faces;
  for (int i = 0; i < 16'384; ++i) faces += "😀";  // each counts as two
  CHECK_FALSE(refusal({sheet("表", faces)}).empty());
  for (const char* name : {"", "a/b", "[甲]", "a:b", "どうして?", "'甲'", "History", "三十一文字を超えるとても長い名前のシートはエクセルでは作れません"}) {
    INFO(name);
    CHECK(refusal({sheet(name)}) == fmt::format("シートの名前にできません: {}", name));
    CHECK(refusal({sheet(office::sheet_name(name))}).empty());
  }
  CHECK(refusal({sheet("List"), sheet("LIST")}) == "同じ名前のシートがあります: LIST");
  CHECK_FALSE(refusal({}).empty());
  CHECK_FALSE(refusal({{"表", {}, {}, {}}}).empty());
  CHECK_FALSE(refusal({{"表", {}, {{"甲", 10}}, {{"1", "2"}}}}).empty());
  CHECK_FALSE(refusal({{"表", {}, {{"甲", 10}}, Rows(office::most_sheet_rows)}}).empty());
}

TEST_CASE("the nearest name of a sheet", "[office][workbook]") {
  CHECK(office::sheet_name("情報資産台帳") == "情報資産台帳");
  CHECK(office::sheet_name("委託/再委託[令和8年度]") == "委託／再委託［令和8年度］");
  CHECK(office::sheet_name("") == "シート");
  CHECK(office::sheet_name(" \n ") == "シート");
  CHECK(office::sheet_name("history") == "シートhistory");
  const std::string longest(31, 'a');
  CHECK(office::sheet_name(longest) == longest);
  CHECK(office::sheet_name(longest + "b") == std::string(30, 'a') + "…");
  CHECK(office::sheet_name("😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀") == "😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀…");
}
