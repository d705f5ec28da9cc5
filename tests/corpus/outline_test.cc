#include "corpus/outline.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <ctime>
#include <chrono>
#include <random>

#include "tests/outline_case.h"
#include "text/utf8.h"

using namespace shirube;
using corpus::Clause;
using corpus::ClauseKind;
using corpus::Line;
using corpus::Page;

namespace {

std::vector<Page> pages_of(const std::string& text) {
  Page page;
  std::stringstream in(text);
  for (std::string line; std::getline(in, line);) {
    Line l;
    l.text = line;
    page.lines.push_back(std::move(l));
  }
  return {page};
}

size_t bytes_of(const std::vector<Page>& pages) {
  size_t n = 0;
  for (auto& p : pages)
    for (auto& l : p.lines) n += l.text.size() + 1;
  return n;
}

/// What holds for the outline of anything.
void check_invariants(const std::vector<Page>& pages, const std::vector<corpus::Bookmark>& bookmarks = {}) {
  auto clauses = corpus::outline(pages, bookmarks);
  size_t bytes = 0;
  for (size_t i = 0; i < clauses.size(); ++i) {
    auto& c = clauses[i];
    if (c.parent) REQUIRE(*c.parent < i);
    bool unnumbered = c.kind == ClauseKind::heading || c.kind == ClauseKind::preamble;
    REQUIRE(c.label.empty() == unnumbered);
    for (auto* s : {&c.label, &c.heading, &c.text}) {
      REQUIRE(text::is_valid_utf8(*s));
      bytes += s->size();
    }
  }
  REQUIRE(bytes <= bytes_of(pages) * 3);  // an ill-formed byte becomes three
}

/// Lines made of pieces that numbering is made of, and of anything at all.
std::string random_line(std::mt19937& random) {
  static const std::vector<std::string> pieces = {"第", "１", "２", "3", "十", "条", "章", "の", "（", "）", "(", ")", "ア", "イ", "①", "②", "　", " ", "\t", ".", "－", "附則", "別表", "目次",
                                                  "……………", "記", "以下", "。", "、", "情報", "ＡＢ", "Ⅰ", "a", "から", "まで", "及び", "■", "【", "】", "・", "※", "[image: ]", "\xEF\xBB\xBF", "\xFF", "\xE3\x81", "😀"};
  std::string line;
  for (int n = static_cast<int>(random() % 12); n > 0; --n) {
    if (random() % 9) line += pieces[random() % pieces.size()];
    else text::append_utf8(line, static_cast<char32_t>(random() % 0x11000));
  }
  return line;
}

Line random_layout(std::mt19937& random) {
  Line l;
  l.text = random_line(random);
  if (random() % 2) {
    l.indent = static_cast<double>(random() % 20);
    l.right = static_cast<double>(random() % 4);
    l.size = 0.7 + static_cast<double>(random() % 8) / 10;
    l.gap = static_cast<double>(random() % 3);
    l.font = random() % 2 ? "Mincho" : "Gothic";
  }
  if (random() % 9 == 0) l.marks = {std::to_string(random() % 4)};
  l.bold = random() % 4 == 0, l.table = random() % 9 == 0, l.note = random() % 15 == 0, l.heading = random() % 15 == 0;
  return l;
}

/// Processor seconds that an outline takes, the best of three.
double seconds(const std::vector<Page>& pages) {
  double best = 1e9;
  for (int round = 0; round < 3; ++round) {
    std::clock_t begin = std::clock();
    corpus::outline(pages);
    best = std::min(best, static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
  }
  return best;
}

}  // namespace

TEST_CASE("outline cuts the cases as expected", "[corpus][outline]") {
  for (auto& c : test::outline_cases(".txt")) {
    auto actual = test::render(corpus::outline(pages_of(c.input)));
    test::rebaseline(c, actual);
    INFO(c.path.filename().string());
    CHECK(test::shorten(actual, c.expected) == c.expected);
  }
}

TEST_CASE("outline of nothing is nothing", "[corpus][outline]") {
  CHECK(corpus::outline({}).empty());
  CHECK(corpus::outline({Page{}}).empty());
  CHECK(corpus::outline(pages_of("\n　\n \t\n")).empty());
}

TEST_CASE("outline keeps its invariants on random lines", "[corpus][outline]") {
  std::mt19937 random(20250401);
  for (int round = 0; round < 3000; ++round) {
    std::vector<Page> pages(1 + random() % 3);
    bool numbered = random() % 2;
    for (size_t p = 0; p < pages.size(); ++p) {
      pages[p].number = numbered || pages.size() > 1 ? static_cast<int>(p) + 1 : 0;
      for (int n = static_cast<int>(random() % 30); n > 0; --n) pages[p].lines.push_back(random_layout(random));
    }
    std::vector<corpus::Bookmark> bookmarks;
    for (auto& p : pages)
      for (auto& line : p.lines)
        if (random() % 4 == 0) bookmarks.push_back({line.text, static_cast<int>(random() % 4)});
    check_invariants(pages, bookmarks);
  }
}

TEST_CASE("outline takes time in line with the text", "[corpus][outline]") {
  auto flat = [](int lines) {
    std::string text;
    for (int i = 1; i <= lines; ++i) text += "第" + std::to_string(i) + "条　職員は、規程を守る。\n　この規程は、広く適用する。\n";
    return pages_of(text);
  };
  auto deep = [](int lines) {
    std::string text;
    for (int i = 1; i <= lines; ++i) text += i % 2 ? "①　項目\n" : "（１）項目\n本文を置く。\n";
    return pages_of(text);
  };
  auto contents = [](int lines) {
    std::string text;
    for (int i = 1; i <= lines; ++i) text += "目次\n第" + std::to_string(i) + "　項目\n";
    return pages_of(text);
  };
  auto long_number = [](int steps) {
    std::string branches = "第1条", decimals = "1", steps_of = "第1";
    for (int i = 0; i < steps; ++i) branches += "の2", decimals += ".1", steps_of += "-1";
    return pages_of(branches + "　あ\n" + decimals + "　あ\n" + steps_of + "　あ\n");
  };
  // Eight times the lines would take 64 times as long if the time were their square.
  CHECK(seconds(flat(16000)) < 24 * seconds(flat(2000)));
  CHECK(seconds(deep(16000)) < 24 * seconds(deep(2000)));
  CHECK(seconds(contents(2000)) < 24 * seconds(contents(250)));
  CHECK(seconds(long_number(80000)) < 24 * seconds(long_number(10000)));
}

TEST_CASE("outline drops headers, footers and page numbers", "[corpus][outline]") {
  std::vector<Page> pages(4);
  for (int i = 0; i < 4; ++i) {
    pages[static_cast<size_t>(i)].number = i + 1;
    for (auto& text : {std::string("星見市情報セキュリティ手引"), "第" + std::to_string(i + 1) + "条　職員は、規程を守る。", std::string("- ") + std::to_string(i + 1) + " -"}) {
      Line l;
      l.text = text;
      pages[static_cast<size_t>(i)].lines.push_back(l);
    }
  }
  auto clauses = corpus::outline(pages);
  REQUIRE(clauses.size() == 4);
  CHECK(clauses[2].text == "職員は、規程を守る。");
  CHECK(clauses[2].page == 3);
}

TEST_CASE("outline joins what a page break parts and keeps footnotes", "[corpus][outline]") {
  auto line = [](std::string text, double indent, double right) {
    Line l;
    l.text = std::move(text);
    l.indent = indent, l.right = right, l.gap = 0, l.font = "Mincho";
    return l;
  };
  Page one, two;
  one.number = 1, two.number = 2;
  one.lines = {line("第１　趣旨", 0, 30), line("　星見市が保有する情報資産を守るため、職員は次の各号に掲げる規程の第", 1, 0)};
  auto note = line("1 規程とは、市が定めるものをいう。", 0, 20);
  note.note = true, note.size = 0.8;
  one.lines.push_back(note);
  two.lines = {line("３条に従い、端末を管理する。", 0, 20)};
  auto clauses = corpus::outline({one, two});
  REQUIRE(clauses.size() == 1);
  CHECK(clauses[0].heading == "趣旨");
  CHECK(clauses[0].text == "星見市が保有する情報資産を守るため、職員は次の各号に掲げる規程の第３条に従い、端末を管理する。\n1 規程とは、市が定めるものをいう。");
}

TEST_CASE("outline finds headings by face and nests them below the numbered ones", "[corpus][outline]") {
  auto line = [](std::string text, std::string font, bool bold, double right) {
    Line l;
    l.text = std::move(text);
    l.font = std::move(font), l.bold = bold, l.indent = 0, l.right = right, l.gap = 0;
    return l;
  };
  const std::string body = "職員は、貸与された端末を適切に管理し、紛失又は盗難が生じないよう注意しなければならない。";
  Page page;
  page.number = 2;
  page.lines = {line("1.1　端末の管理", "Gothic", true, 30), line("管理策", "Gothic", true, 40),     line(body, "Mincho", false, 3),
                line("実施の手引", "Gothic", true, 38),      line(body, "Mincho", false, 3),         line("1.2　媒体の管理", "Gothic", true, 30),
                line("管理策", "Gothic", true, 40),          line(body, "Mincho", false, 3)};
  auto rendered = test::render(corpus::outline({page}));
  std::vector<std::string> heads;
  for (auto& r : rendered) heads.push_back(r.substr(0, r.rfind('|')));
  CHECK(heads == std::vector<std::string>{"1.1|端末の管理", "  |管理策", "  |実施の手引", "1.2|媒体の管理", "  |管理策"});
}

TEST_CASE("every kind has a name", "[corpus][clause]") {
  CHECK(corpus::name(ClauseKind::part) == "part");
  CHECK(corpus::name(ClauseKind::annex) == "annex");
  CHECK(corpus::name(ClauseKind::heading) == "heading");
}

TEST_CASE("a page is cited by the number printed on it, where that is certain") {
  auto page = [](int number, const char* printed, const char* text) {
    Page one;
    one.number = number;
    for (const char* line : {text, printed}) {
      Line added;
      added.text = line;
      added.margin = line == printed;
      one.lines.push_back(added);
    }
    return one;
  };
  auto labels = [](const std::vector<Page>& pages) {
    std::vector<std::string> out;
    for (const auto& clause : corpus::outline(pages)) out.push_back(corpus::page_label(clause));
    return out;
  };
  using Labels = std::vector<std::string>;
  CHECK(labels({page(1, "ⅲ-44", "第１条　目的"), page(2, "ⅲ-45", "第２条　定義"), page(3, "", "第３条　適用")}) == Labels{"ⅲ-44", "ⅲ-45", "3"});
  CHECK(labels({page(3, "- 1 -", "第１条　目的"), page(4, "- ２ / 9 -", "第２条　定義")}) == Labels{"1", "２"});
  // A page between that shows none is counted; a cover whose number is printed on another page is told from it.
  CHECK(labels({page(1, "", "第１条　目的"), page(2, "1", "第２条　定義"), page(3, "", "第３条　適用"), page(4, "3", "第４条　体制"), page(5, "4", "第５条　監査"), page(6, "", "第６条　雑則")}) ==
        Labels{"PDF 1", "1", "2", "3", "4", "6"});
  CHECK(labels({page(3, "2-1", "第１条　目的"), page(4, "2-2", "第２条　定義"), page(5, "", "第３条　適用"), page(6, "3-1", "第４条　体制"), page(7, "3-2", "第５条　監査")}) ==
        Labels{"2-1", "2-2", "5", "3-1", "3-2"});
  // In letters, and then anew in digits; by chapters; by chapters in letters.
  CHECK(labels({page(1, "i", "第１条　目的"), page(2, "- ii -", "第２条　定義"), page(3, "iii", "第３条　適用"), page(4, "1", "第４条　体制"), page(5, "2", "第５条　監査")}) ==
        Labels{"i", "ii", "iii", "1", "2"});
  CHECK(labels({page(1, "iv", "第１条　目的"), page(2, "v", "第２条　定義"), page(3, "vi", "第３条　適用")}) == Labels{"iv", "v", "vi"});
  CHECK(labels({page(4, "2-1", "第１条　目的"), page(5, "2-2", "第２条　定義"), page(6, "3-1", "第３条　適用"), page(7, "3－2", "第４条　体制")}) == Labels{"2-1", "2-2", "6", "7"});
  CHECK(labels({page(1, "iii-45", "第１条　目的"), page(2, "iii-46", "第２条　定義")}) == Labels{"iii-45", "iii-46"});
  // Letters that are no number do not count on, and are not one with digits that do.
  CHECK(labels({page(1, "iix", "第１条　目的"), page(2, "ix", "第２条　定義")}) == Labels{"1", "2"});
  CHECK(labels({page(3, "i", "第１条　目的"), page(4, "2", "第２条　定義")}) == Labels{"3", "4"});
  // The same as the page's own number, and a number that does not count on.
  CHECK(labels({page(1, "1", "第１条　目的"), page(2, "2", "第２条　定義")}) == Labels{"1", "2"});
  CHECK(labels({page(1, "2026", "第１条　目的"), page(2, "7", "第２条　定義")}) == Labels{"1", "2"});
}

TEST_CASE("headings of an annex make no guideline of an ordinance") {
  Page page;
  auto add = [&](const char* text, bool heading) {
    Line line;
    line.text = text, line.heading = heading;
    page.lines.push_back(line);
  };
  for (const char* text : {"第1条　目的を定める。", "２　用語は別に定める。", "第2条　次に掲げる。", "(1) 端末", "(2) 媒体"}) add(text, false);
  add("別紙", true);
  add("1.1 記載の方法", true);
  add("日付を書く。", false);
  auto clauses = corpus::outline({page});
  REQUIRE(clauses.size() >= 5);
  CHECK(clauses[1].kind == ClauseKind::paragraph);
  CHECK(clauses[3].kind == ClauseKind::item);
}

TEST_CASE("slides whose reader knows their furniture keep their titles and figures") {
  std::vector<Page> pages;
  for (int i = 1; i <= 4; ++i) {
    Page page;
    page.number = i, page.bare = true;
    for (const std::string& text : {"事業の実績（その" + std::to_string(i) + "）", std::string("件数"), std::to_string(i * 3120)}) {
      Line line;
      line.text = text, line.heading = page.lines.empty();
      page.lines.push_back(line);
    }
    pages.push_back(page);
  }
  std::string all;
  for (const auto& clause : corpus::outline(pages)) all += clause.heading + clause.text;
  for (const char* kept : {"その1", "その4", "3120", "12480"}) CHECK(all.find(kept) != all.npos);
}
