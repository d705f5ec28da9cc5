#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "indexer/extract.h"
#include "indexer/readers/rows.h"
#include "tests/outline_case.h"
#include "text/error.h"

using namespace shirube;
using Lines = std::vector<std::string>;

namespace {

Lines lines(const indexer::Extract& extract) {
  Lines out;
  for (auto& line : extract.pages.at(0).lines) out.push_back((line.table ? "| " : "") + test::printable(line.text));
  return out;
}

}  // namespace

TEST_CASE("tables in text files are read with any separator and encoding", "[indexer][table]") {
  auto csv = indexer::read("区分,期間,備考\r\n\"重要,機密\",\"十年\r\n以上\",\"「\"\"甲\"\"」\"\r\n普通,,\r\n公開,五年,なし\r\n", "a.csv");
  CHECK(csv.media_type == "text/csv");
  CHECK(lines(csv) == Lines{"| 区分⇥期間⇥備考", "| 重要,機密⇥十年 以上⇥「\"甲\"」", "普通", "| 公開⇥五年⇥なし"});
  auto tsv = indexer::read("名前\t所属\n甲, 乙\t総務課\n", "A.TSV");
  CHECK(tsv.media_type == "text/tab-separated-values");
  CHECK(lines(tsv) == Lines{"| 名前⇥所属", "| 甲, 乙⇥総務課"});
  CHECK(lines(indexer::read("a;b;c\n1,5;2;x\n", "a.csv")) == Lines{"| a⇥b⇥c", "| 1,5⇥2⇥x"});
  CHECK(lines(indexer::read("sep=;\na;b\n", "a.csv")) == Lines{"| a⇥b"});
  auto old = indexer::read("\x96\xBC\x91\x4F,\x8F\x8A\x91\xAE\n\x8D\x62,\x89\xDB\n", "a.csv");  // CP932
  CHECK(old.encoding == "CP932");
  CHECK(lines(old) == Lines{"| 名前⇥所属", "| 甲⇥課"});
  CHECK(lines(indexer::read("a,b\n\"開いたまま,c\nd,e\n", "a.csv")) == Lines{"| a⇥b", "| \"開いたまま⇥c", "| d⇥e"});
}

TEST_CASE("a text is a table by its name, or when it clearly is one", "[indexer][table]") {
  std::string table, prose, code;
  for (int i = 0; i < 20; ++i) {
    table += fmt::format("{},端末{},総務課\n", i + 100, i);
    prose += "市は、情報資産を、脅威から守る。職員は、これに従う。\n";
    code += "{\"a\": 1, \"b\": 2, \"c\": 3}\n";
  }
  CHECK(indexer::read(table, "a.txt").media_type == "text/csv");
  CHECK(indexer::read(table + "以上, である\n", "a.txt").media_type == "text/plain");
  CHECK(indexer::read(prose, "a.txt").media_type == "text/plain");
  CHECK(indexer::read(code, "a.txt").media_type == "text/plain");
  CHECK(indexer::read("a,b,c\nd,e,f\n", "a.txt").media_type == "text/plain");
}

TEST_CASE("forms drawn on a grid lose their empty cells, tables keep them", "[indexer][table]") {
  std::vector<corpus::Line> form, table;
  indexer::add_rows(form, {{{1, "氏名"}, {20, "星見 太郎"}}, {{3, "所属"}, {40, "総務課"}}, {{5, "電話"}, {60, "内線"}}});
  CHECK(form.at(0).text == "氏名\t星見 太郎");
  CHECK(form.at(2).text == "電話\t内線");
  indexer::add_rows(table, {{{1, "甲"}, {2, "乙"}, {3, "丙"}}, {{1, "一"}, {3, "三"}}, {{7, " "}}, {}});
  REQUIRE(table.size() == 2);
  CHECK(table[1].text == "一\t\t三");
}

TEST_CASE("the same number opens a clause once, and again below another heading", "[indexer][table]") {
  auto extract = indexer::read("章,項番,内容,所管\n第1章　総則,(1),施錠する,甲課\n第2章　体制,(1),隠す,乙課\n第2章　体制,(2),残す,丙課\n第2章　体制,(2),残し続ける,丁課\n第3章　罰則,(1),罰する,甲課\n", "a.csv");
  CHECK(lines(extract) == Lines{"| 章⇥項番⇥内容⇥所管", "第1章　総則", "(1)　施錠する", "| 甲課", "第2章　体制", "(1)　隠す", "| 乙課", "(2)　残す", "| 丙課", "| 第2章　体制⇥(2)⇥残し続ける⇥丁課", "第3章　罰則", "(1)　罰する", "| 甲課"});
}

TEST_CASE("a table of nothing but separators and quotes ends", "[indexer][table]") {
  for (const std::string& piece : {std::string("\""), std::string(","), std::string("\",\""), std::string("\"\"\n"), std::string("\n,")}) {
    std::string bytes = "a";
    for (int i = 0; i < 200'000; ++i) bytes += piece;
    CHECK_NOTHROW(indexer::read(bytes, "a.csv"));
  }
}
