#include <catch2/catch.hpp>

#include "indexer/child.h"
#include "indexer/extract.h"
#include "tests/indexer/pdf_fixture.h"
#include "tests/outline_case.h"

using namespace shirube;

namespace {

using Lines = std::vector<std::string>;

/// A page of lines from the top down.
std::string page_of(const Lines& lines) {
  std::string out;
  double y = 780;
  for (const auto& line : lines) out += test::show("F2", 72, y, line), y -= 18;
  return out;
}

const std::string long_sentence = "職員は、貸与された端末を適切に管理し、紛失又は盗難が生じないよう努める。";
const std::string sentence = "職員は、貸与された端末を適切に管理する。";

}  // namespace

TEST_CASE("the bookmarks of a PDF are a hint to its headings, and told where nothing answers to them", "[indexer][pdf][bookmark]") {
  auto cover = page_of({"星見市端末管理手順"}), text = page_of({"１　総則", sentence, "用語の意味", sentence, "２　管理", long_sentence, long_sentence});
  auto read = [&](const std::vector<std::pair<std::string, int>>& bookmarks) { return indexer::extract(test::pdf_of({cover, text}, bookmarks), "a.pdf"); };
  auto without = read({});
  CHECK(test::render(without.clauses) == Lines{"||星見市端末管理手順", "１|総則|" + sentence + "⏎用語の意味⏎" + sentence, "２|管理|" + long_sentence + long_sentence});
  auto with = read({{"総則", 1}, {"用語の意味", 2}, {"用語の一覧", 3}, {"管理", 1}});
  CHECK(test::render(with.clauses) == Lines{"||星見市端末管理手順", "１|総則|" + sentence, "  |用語の意味|" + sentence, "２|管理|" + long_sentence + long_sentence});
  CHECK(without.warnings.empty());
  CHECK(with.warnings == Lines{"しおりの「用語の一覧」に当たる見出しが見つかりません。見落としていないか確認してください。"});
  auto many = read({{"甲", 1}, {"乙", 1}, {"丙", 1}, {"丁", 1}, {"戊", 1}});
  REQUIRE(many.warnings.size() == 4);
  CHECK(many.warnings.back() == "当たる見出しのないしおりが、ほかに 2 件あります。");
}

TEST_CASE("a footnote of a PDF stands in the clause with its mark", "[indexer][pdf]") {
  // Behind the second sentence, raised.
  auto content = page_of({"１　総則", long_sentence, "２　管理", long_sentence, "３　監査", long_sentence}) + test::show("F2", 72 + 10.0 * static_cast<double>(text::length_utf8(long_sentence)), 730, "1", 5) + test::show("F2", 72, 100, "1", 4.5) +
                 test::show("F2", 80, 98, "市長が定める。", 8) + test::show("F2", 290, 40, "12");
  auto read = indexer::extract(test::pdf_of({content}), "a.pdf");
  CHECK(test::render(read.clauses) == Lines{"１|総則|" + long_sentence, "２|管理|" + long_sentence + "⏎1 市長が定める。", "３|監査|" + long_sentence});
}

TEST_CASE("pages of a PDF are cited by the numbers printed on them, and found by their own", "[indexer][pdf]") {
  std::vector<std::string> pages;
  auto add = [&](const std::string& printed) {
    auto number = std::to_string(pages.size() + 1);
    pages.push_back(page_of({"第" + number + "条　職員の責務を定める。", long_sentence, long_sentence}) + test::show("F2", 290, 40, printed));
  };
  for (auto printed : {"ⅰ", "ⅱ", "- 1 -", "- 2 -", "- 3 -", "ⅲ-1", "ⅲ-2", "2-1", "2-2"}) add(printed);
  Lines cited;
  for (auto& clause : indexer::extract(test::pdf_of(pages), "a.pdf").clauses) cited.push_back(std::to_string(clause.page.value_or(0)) + "=" + corpus::page_label(clause));
  CHECK(cited == Lines{"1=ⅰ", "2=ⅱ", "3=1", "4=2", "5=3", "6=ⅲ-1", "7=ⅲ-2", "8=2-1", "9=2-2"});
}
