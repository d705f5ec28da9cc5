#include "corpus/outline_bookmark.h"

#include <catch2/catch.hpp>
#include <ctime>

#include "corpus/outline.h"
#include "tests/outline_case.h"

using namespace shirube;
using corpus::Bookmark;
using corpus::Line;
using corpus::Page;

namespace {

using Lines = std::vector<std::string>;

/// Lines of one face, as ordinary text is printed: those of thirty and more characters reach the edge.
Page plain(const Lines& texts, int number = 2) {
  Page page;
  page.number = number;
  for (const auto& text : texts) {
    Line line;
    line.text = text;
    line.font = "Mincho", line.indent = 0, line.gap = 0, line.right = text.size() >= 90 ? 0 : 20;
    page.lines.push_back(line);
  }
  return page;
}

Lines outlined(const Lines& texts, const std::vector<Bookmark>& bookmarks) { return test::render(corpus::outline({plain(texts)}, bookmarks)); }

const std::string sentence = "職員は、貸与された端末を適切に管理する。";
const std::string full_sentence = "職員は、貸与された端末を適切に管理し、紛失又は盗難が生じないよう努める。";

}  // namespace

TEST_CASE("a line that a bookmark names is a heading, though it looks like text", "[corpus][outline][bookmark]") {
  const Lines texts = {"１　総則", sentence, "用語の意味", sentence, "２　管理", sentence};
  CHECK(outlined(texts, {}) == Lines{"１|総則|" + sentence + "⏎用語の意味⏎" + sentence, "２|管理|" + sentence});
  CHECK(outlined(texts, {{"1 総則", 1}, {"用語の 意味", 2}, {"2 管理", 1}}) == Lines{"１|総則|" + sentence, "  |用語の意味|" + sentence, "２|管理|" + sentence});
}

TEST_CASE("bookmarks of several depths nest among each other where nothing is numbered", "[corpus][outline][bookmark]") {
  const Lines texts = {"１　総則", "考え方", sentence, "守るもの", sentence, "進め方", sentence};
  CHECK(outlined(texts, {{"考え方", 2}, {"守るもの", 3}, {"進め方", 2}}) == Lines{"１|総則|", "  |考え方|" + sentence, "    |守るもの|" + sentence, "  |進め方|" + sentence});
}

TEST_CASE("a bookmark is not believed against the text", "[corpus][outline][bookmark]") {
  SECTION("within a sentence that runs over the edge") {
    const std::string open = "職員は、貸与された端末を適切に管理し、紛失又は盗難が生じないよう、所属長の定める";
    CHECK(outlined({"１　総則", open, "用語の意味", "を守る。"}, {{"用語の意味", 1}}).size() == 1);
  }
  SECTION("in a table") {
    auto page = plain({"１　総則", sentence, "用語の意味", sentence});
    page.lines[2].table = true;
    CHECK(corpus::outline({page}, {{"用語の意味", 1}}).size() == 1);
  }
  SECTION("of a sentence") { CHECK(outlined({"１　総則", sentence, sentence}, {{sentence, 1}}).size() == 1); }
  SECTION("of the beginning of a sentence") { CHECK(outlined({"１　総則", sentence, "職員は、", sentence}, {{"職員は、", 1}}).size() == 1); }
  SECTION("of other words") { CHECK(outlined({"１　総則", sentence, "用語の意味", sentence}, {{"用語", 1}}).size() == 1); }
  SECTION("of the depth that numbers tell") {
    CHECK(outlined({"１　総則", "（１）目的", sentence, "２　管理", sentence}, {{"１　総則", 3}, {"（１）目的", 1}, {"２　管理", 2}}) == Lines{"１|総則|", "  （１）|目的|" + sentence, "２|管理|" + sentence});
  }
}

TEST_CASE("a bookmark parts a heading from the full line above it", "[corpus][outline][bookmark]") {
  const Lines texts = {"１　総則", full_sentence + full_sentence, "用語の意味", sentence};
  CHECK(outlined(texts, {}).size() == 1);
  CHECK(outlined(texts, {{"用語の意味", 1}}) == Lines{"１|総則|" + full_sentence + full_sentence, "  |用語の意味|" + sentence});
}

TEST_CASE("the text below a heading that fills its line is not the rest of it", "[corpus][outline][bookmark]") {
  const std::string heading = "貸与された端末の適切な管理並びに紛失及び盗難の防止に関する事項";
  CHECK(outlined({"１　総則", sentence, heading, sentence}, {}).size() == 1);
  CHECK(outlined({"１　総則", sentence, heading, sentence}, {{heading, 1}}) == Lines{"１|総則|" + sentence, "  |" + heading + "|" + sentence});
}

TEST_CASE("a bookmark makes the words behind a number its heading", "[corpus][outline][bookmark]") {
  const Lines texts = {"１　総則", sentence, "（１）端末", "（２）媒体"};
  CHECK(outlined(texts, {}) == Lines{"１|総則|" + sentence, "  （１）||端末", "  （２）||媒体"});
  CHECK(outlined(texts, {{"総則", 1}, {"（１）端末", 2}, {"媒体", 2}}) == Lines{"１|総則|" + sentence, "  （１）|端末|", "  （２）|媒体|"});
}

TEST_CASE("lines that together say what a bookmark says are one heading", "[corpus][outline][bookmark]") {
  CHECK(outlined({"１　総則", sentence, "用語の", "意味", sentence}, {{"用語の意味", 1}}) == Lines{"１|総則|" + sentence, "  |用語の意味|" + sentence});
}

TEST_CASE("bookmarks and lines go on in one order", "[corpus][outline][bookmark]") {
  // 「概要」 comes twice in the text; only the second stands where the bookmark does.
  const Lines texts = {"１　総則", sentence, "概要", sentence, "２　管理", sentence, "概要", sentence};
  CHECK(outlined(texts, {{"総則", 1}, {"管理", 1}, {"概要", 2}}) == Lines{"１|総則|" + sentence + "⏎概要⏎" + sentence, "２|管理|" + sentence, "  |概要|" + sentence});
}

TEST_CASE("of equal chances the last is the heading, as lists of contents come first", "[corpus][outline][bookmark]") {
  const Lines texts = {"１　総則", sentence, "考え方", "守るもの", sentence, "考え方", sentence, "守るもの", sentence};
  CHECK(outlined(texts, {{"考え方", 1}, {"守るもの", 1}}) == Lines{"１|総則|" + sentence + "⏎考え方⏎守るもの⏎" + sentence, "  |考え方|" + sentence, "  |守るもの|" + sentence});
  // What cannot be a heading takes no place from what can.
  auto page = plain({"１　総則", sentence, "考え方", sentence, "考え方", sentence});
  page.lines[4].table = true;
  CHECK(corpus::outline({page}, {{"考え方", 1}}).size() == 2);
}

TEST_CASE("bookmarks that no clause answers to are told", "[corpus][outline][bookmark]") {
  auto clauses = corpus::outline({plain({"星見市情報セキュリティ基本方針", "１　総則", sentence, "（１）端末", "（２）媒体の管理", sentence})});
  auto told = [&](const std::vector<Bookmark>& bookmarks) { return corpus::unanswered(bookmarks, clauses); };
  CHECK(told({{"情報セキュリティ基本方針", 1}, {"1. 総則", 1}, {"総 則", 1}, {"(1) 端末", 2}, {"媒体の管理", 2}, {"媒体", 2}, {"スライド 3: 総則", 1}}).empty());
  CHECK(told({{"目次", 1}, {"スライド番号 5", 1}, {"スライド 2", 1}, {"Page 3", 1}, {"　", 1}}).empty());
  CHECK(told({{"用語の意味", 1}, {"総則", 1}, {"スライド 4: 罰則", 1}, {"罰則", 1}}) == Lines{"用語の意味", "罰則"});
  CHECK(told({}).empty());
}

TEST_CASE("bookmarks that are all alike cost no more than the text", "[corpus][outline][bookmark]") {
  Lines texts(20'000, "概要");
  std::vector<Bookmark> bookmarks(10'000, {"概要", 1});
  std::clock_t begin = std::clock();
  auto clauses = corpus::outline({plain(texts)}, bookmarks);
  CHECK(corpus::unanswered(bookmarks, clauses).empty());
  CHECK(static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC < 10);
}
