#include "corpus/correction.h"

#include <catch2/catch.hpp>

#include "corpus/address.h"
#include "corpus/outline.h"
#include "text/error.h"

using namespace shirube;
using namespace shirube::corpus;
using Kind = Correction::Kind;

namespace {

std::vector<Clause> cut(std::initializer_list<const char*> lines) {
  Page page;
  for (const char* line : lines) {
    page.lines.emplace_back();
    page.lines.back().text = line;
  }
  auto clauses = outline({page});
  assign_addresses(clauses);
  return clauses;
}

std::vector<Clause> rules() {
  return cut({"第１条　端末は、情報政策課が貸与する。", "第２条　端末を庁外に持ち出すときは、課長の許可を得る。", "２　前項の許可は、書面による。", "(1)　持ち出す日", "(2)　持ち出す先", "第３条　端末を失くしたときは、直ちに報告する。"});
}

size_t position(const std::vector<Clause>& clauses, std::string_view path) {
  for (size_t i = 0; i < clauses.size(); ++i) {
    if (clauses[i].path == path) return i;
  }
  FAIL("no clause " << path);
  return 0;
}

void correct(std::vector<Clause>& clauses, std::string_view path, Kind kind, std::string value = {}, size_t offset = 0) {
  carry_out(clauses, correction_at(clauses, position(clauses, path), kind, std::move(value), offset));
}

std::vector<std::string> paths(const std::vector<Clause>& clauses) {
  std::vector<std::string> out;
  for (const auto& clause : clauses) out.push_back(clause.path);
  return out;
}

using Paths = std::vector<std::string>;

}  // namespace

TEST_CASE("corrections change labels, borders and levels of clauses, and their addresses with them") {
  auto clauses = rules();
  REQUIRE(paths(clauses) == Paths{"1", "2", "2-2", "2-2-1", "2-2-2", "3"});
  SECTION("a label is retyped; the kind is that of its new neighbours") {
    correct(clauses, "3", Kind::relabel, "３");
    CHECK(clauses.back().label == "３");
    correct(clauses, "2-2", Kind::relabel, "第２条の２");
    CHECK(clauses[2].kind == ClauseKind::article);
    CHECK(clauses[2].path == "2_2");
    CHECK(clauses[3].parent == size_t{2});
  }
  SECTION("a label that is none makes a heading") {
    correct(clauses, "3", Kind::relabel, "");
    CHECK(clauses.back().kind == ClauseKind::heading);
    CHECK(clauses.back().heading == "端末を失くしたときは、直ちに報告する。");
    CHECK(clauses.back().text.empty());
  }
  SECTION("joined, the words go on the clause before, and what stood under it follows") {
    correct(clauses, "2-2", Kind::join);
    CHECK(paths(clauses) == Paths{"1", "2", "2-1-1", "2-1-2", "3"});
    CHECK(clauses[1].text == "端末を庁外に持ち出すときは、課長の許可を得る。\n２　前項の許可は、書面による。");
    CHECK(clauses[2].parent == size_t{1});
    CHECK_THROWS_AS(correct(clauses, "1", Kind::join), Error);
  }
  SECTION("split, the second part is read for a number, and what stood under the clause stands under it") {
    correct(clauses, "2-2", Kind::join);
    size_t from = clauses[1].text.find("２");
    correct(clauses, "2", Kind::split, "２　前項", from);
    CHECK(clauses[1].text == "端末を庁外に持ち出すときは、課長の許可を得る。");
    CHECK(clauses[2].label == "２");
    CHECK(clauses[2].text == "前項の許可は、書面による。");
    CHECK(clauses[3].parent == size_t{2});
    // Nothing is left of a clause split before its first word, or behind its last.
    CHECK_THROWS_AS(correct(clauses, "1", Kind::split, "端末は", 0), Error);
    CHECK_THROWS_AS(correct(clauses, "1", Kind::split, "", clauses[0].text.size()), Error);
    CHECK_THROWS_AS(correct(clauses, "1", Kind::split, "無い言葉", 3), Error);
  }
  SECTION("promoted, a clause takes what followed it; demoted, it goes back") {
    correct(clauses, "2-2-1", Kind::promote);
    CHECK(clauses[3].parent == size_t{1});
    CHECK(clauses[4].parent == size_t{3});
    correct(clauses, clauses[3].path, Kind::demote);
    CHECK(clauses[3].parent == size_t{2});
    CHECK_THROWS_AS(correct(clauses, "1", Kind::promote), Error);
    CHECK_THROWS_AS(correct(clauses, "1", Kind::demote), Error);
  }
  SECTION("dropped, it leaves what stood under it") {
    correct(clauses, "2-2", Kind::drop);
    CHECK(paths(clauses) == Paths{"1", "2", "2-1-1", "2-1-2", "3"});
    CHECK(clauses[2].parent == size_t{1});
  }
  for (size_t i = 0; i < clauses.size(); ++i) {
    if (clauses[i].parent) CHECK(*clauses[i].parent < i);
  }
}

TEST_CASE("corrections are carried out again on what was cut otherwise") {
  auto clauses = rules();
  std::vector<Correction> log;
  auto note = [&](std::string_view path, Kind kind, std::string value = {}) {
    log.push_back(correction_at(clauses, position(clauses, path), kind, std::move(value)));
    carry_out(clauses, log.back());
  };
  note("2-2-2", Kind::join);
  note("3", Kind::relabel, "第４条");
  // A better reader finds one article more, and other words in another.
  auto again = cut({"第１条　端末は、情報政策課が貸与する。", "第２条　端末を庁外に持ち出すときは、課長の許可を得る。", "２　前項の許可は、書面による。", "(1)　持ち出す日", "(2)　持ち出す先", "(3)　持ち出す者",
                    "第３条　端末を失くしたときは、直ちに情報政策課へ報告する。"});
  CHECK(carry_out_all(again, log).empty());
  CHECK(paths(again) == Paths{"1", "2", "2-2", "2-2-1", "2-2-3", "4"});
  // What is not there any more is told, and changes nothing else.
  auto other = cut({"第１条　端末は、情報政策課が貸与する。", "第２条　廃止"});
  CHECK(carry_out_all(other, log) == std::vector<size_t>{0, 1});
  CHECK(paths(other) == Paths{"1", "2"});
}

TEST_CASE("a clause that begins like another is told by its place, and not guessed") {
  auto clauses = cut({"第１条　削除", "２　略", "第２条　定義", "２　略"});
  Correction second = correction_at(clauses, position(clauses, "2-2"), Kind::drop);
  auto both = clauses;
  carry_out(both, second);
  CHECK(paths(both) == Paths{"1", "1-2", "2"});
  second.path = "9-2";
  CHECK_THROWS_AS(carry_out(clauses, second), Error);
  CHECK(clauses.size() == 4);
}

TEST_CASE("a text may be split where its lines and sentences begin") {
  std::string text = "持ち出す。届け出る。\n２　返す。";
  CHECK(split_points(text, 10) == std::vector<size_t>{text.find("届"), text.find("２")});
  CHECK(split_points(text, 1).size() == 1);
  std::string joined = "鍵を返す ４　札を返す 2026年 まで";
  CHECK(split_points(joined, 10) == std::vector<size_t>{joined.find("４")});
  CHECK(split_points("", 10).empty());
}

TEST_CASE("a clause is cited at the page that a person saw it on") {
  auto clauses = rules();
  clauses[0].page = 1;
  clauses[1].page = 1;
  clauses[1].text += "\n３　台帳に記す。";
  clauses[2].page = 3;
  clauses[2].printed_page = "ⅲ";
  CHECK(pages_of(clauses, 0, 9) == std::pair(1, 1));
  CHECK(pages_of(clauses, 1, 9) == std::pair(1, 3));
  CHECK(pages_of(clauses, 2, 9) == std::pair(3, 9));
  CHECK_FALSE(pages_of(clauses, 3, 9));
  carry_out(clauses, correction_at(clauses, 1, Kind::split, "３　台帳", clauses[1].text.find("３　台帳"), 3));
  CHECK(clauses[2].page == 3);
  CHECK(clauses[2].printed_page == "ⅲ");
  carry_out(clauses, correction_at(clauses, 2, Kind::page, {}, 0, 2));
  CHECK(clauses[2].page == 2);
  CHECK(clauses[2].printed_page.empty());
  CHECK_THROWS_AS(carry_out(clauses, correction_at(clauses, 2, Kind::page)), Error);
}

TEST_CASE("a correction is not carried out on a clause that only stands where its own stood") {
  auto before = cut({"第１条　鍵を返す。", "第２条　札を返す。", "第３条　職員は、情報を持ち出すときは、許可を得る。", "第５条　委任"});
  auto relabel = correction_at(before, 2, Kind::relabel, "第４条");
  // A better reader finds the article that was missing, and reads the number of the other.
  auto after = cut({"第１条　鍵を返す。", "第２条　札を返す。", "第３条　職員は、情報を漏らしてはならない。", "第４条　職員は、情報を持ち出すときは、許可を得る。", "第５条　委任"});
  CHECK(carry_out_all(after, std::vector{relabel}).empty());
  CHECK(paths(after) == Paths{"1", "2", "3", "4", "5"});
  auto gone = cut({"第１条　鍵を返す。", "第２条　札を返す。", "第３条　職員は、情報を漏らしてはならない。", "第５条　委任"});
  CHECK(carry_out_all(gone, std::vector{relabel}).size() == 1);
  CHECK(paths(gone) == Paths{"1", "2", "3", "5"});
  CHECK_THROWS_AS(carry_out(before, correction_at(before, 0, Kind::split, "x", before[0].text.find("を") + 1)), Error);
  CHECK_THROWS_AS(correct(before, "1", Kind::relabel, "1/2"), Error);
}
