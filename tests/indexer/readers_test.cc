#include <algorithm>
#include <catch2/catch.hpp>
#include <ctime>
#include <fmt/format.h>

#include "corpus/address.h"
#include "corpus/outline.h"
#include "indexer/extract.h"
#include "indexer/readers/pdf_layout.h"
#include "tests/indexer/pdf_fixture.h"
#include "tests/outline_case.h"
#include "text/error.h"
#include "text/utf8.h"

using namespace shirube;
using indexer::PlacedPage;
using indexer::PlacedWord;
namespace fs = std::filesystem;

namespace {

/// The refusal of a file, as 「message / hint」; empty when it is read.
std::string refusal(const std::string& bytes, const std::string& name) {
  try {
    indexer::read(bytes, name);
    return {};
  } catch (const Error& e) {
    CHECK(e.kind() == ErrorKind::invalid);
    CHECK_FALSE(e.hint().empty());
    return e.message();
  }
}

PlacedWord word(std::string text, double left, double top, double size = 10, std::string font = "Mincho") {
  PlacedWord w;
  w.size = size;
  w.right = left + static_cast<double>(text.size()) / 3 * size;
  w.left = left, w.top = top, w.bottom = top + size;
  w.text = std::move(text), w.font = std::move(font);
  return w;
}

PlacedPage page(std::vector<PlacedWord> words) {
  PlacedPage p;
  p.width = 595, p.height = 842;
  p.words = std::move(words);
  return p;
}

std::vector<std::string> texts(const corpus::Page& p) {
  std::vector<std::string> out;
  for (auto& l : p.lines) out.push_back(l.text);
  return out;
}

const std::string kLaw = R"(<?xml version="1.0" encoding="UTF-8"?>
<Law Era="Reiwa" Year="5" Num="12" PromulgateMonth="3" PromulgateDay="31" LawType="Act" Lang="ja">
<LawNum>令和五年星見法律第十二号</LawNum><LawBody>
<LawTitle Abbrev="星見法">星見市情報資産管理法</LawTitle>
<TOC><TOCLabel>目次</TOCLabel><TOCChapter Num="1"><ChapterTitle>第一章　総則</ChapterTitle></TOCChapter></TOC>
<Preamble><Paragraph Num="1"><ParagraphNum/><ParagraphSentence><Sentence>情報は守られなければならない。</Sentence></ParagraphSentence></Paragraph></Preamble>
<MainProvision><Chapter Num="1"><ChapterTitle>第一章　総則</ChapterTitle>
<Article Num="1"><ArticleCaption>（目的）</ArticleCaption><ArticleTitle>第一条</ArticleTitle>
 <Paragraph Num="1"><ParagraphNum/><ParagraphSentence><Sentence>この法律は、<Ruby>漏洩<Rt>ろうえい</Rt></Ruby>を防ぐ。</Sentence><Sentence>ただし、例外がある。</Sentence></ParagraphSentence>
  <Item Num="1"><ItemTitle>一</ItemTitle><ItemSentence><Column><Sentence>甲</Sentence></Column><Column><Sentence>市をいう。</Sentence></Column></ItemSentence>
   <Subitem1 Num="1"><Subitem1Title>イ</Subitem1Title><Subitem1Sentence><Sentence>本庁</Sentence></Subitem1Sentence></Subitem1></Item></Paragraph>
 <Paragraph Num="2"><ParagraphNum>２</ParagraphNum><ParagraphSentence><Sentence>次の表による。</Sentence></ParagraphSentence>
  <TableStruct><Table><TableRow><TableColumn><Sentence>区分</Sentence></TableColumn><TableColumn><Sentence>期間</Sentence></TableColumn></TableRow></Table></TableStruct></Paragraph></Article>
<Article Num="2"><ArticleTitle>第二条</ArticleTitle>
 <Paragraph Num="1"><ParagraphNum/><ParagraphSentence><Sentence>古い条文。</Sentence></ParagraphSentence></Paragraph>
 <Paragraph Num="2"><ParagraphNum/><ParagraphSentence><Sentence>番号のない項。</Sentence></ParagraphSentence></Paragraph></Article></Chapter></MainProvision>
<SupplProvision AmendLawNum="令和六年星見法律第一号" Extract="true"><SupplProvisionLabel>附　則</SupplProvisionLabel>
 <Paragraph Num="1"><ParagraphCaption>（施行期日）</ParagraphCaption><ParagraphNum>１</ParagraphNum><ParagraphSentence><Sentence>公布の日から施行する。</Sentence></ParagraphSentence></Paragraph></SupplProvision>
<AppdxTable Num="1"><AppdxTableTitle>別表第一</AppdxTableTitle><RelatedArticleNum>（第一条関係）</RelatedArticleNum>
 <TableStruct><Table><TableRow><TableColumn><Sentence>甲</Sentence></TableColumn><TableColumn><Sentence>乙</Sentence></TableColumn></TableRow></Table></TableStruct></AppdxTable>
</LawBody></Law>)";

}  // namespace

TEST_CASE("Markdown cases are cut as expected", "[indexer][markdown]") {
  for (auto& c : test::outline_cases(".md")) {
    auto extract = indexer::read(c.input, c.path.filename().string());
    CHECK(extract.media_type == "text/markdown");
    auto actual = test::render(corpus::outline(extract.pages));
    test::rebaseline(c, actual);
    INFO(c.path.filename().string());
    CHECK(test::shorten(actual, c.expected) == c.expected);
  }
}

TEST_CASE("the format is found by content", "[indexer]") {
  CHECK(indexer::read("１　目的\n", "a.txt").media_type == "text/plain");
  CHECK(indexer::read("# 目的\n", "a.MD").media_type == "text/markdown");
  CHECK(indexer::read("# 目的\n本文\n## 範囲\n", "a.txt").media_type == "text/markdown");
  CHECK(indexer::read("# 目的\n", "a.txt").media_type == "text/plain");
  CHECK(indexer::read(kLaw, "a.txt").media_type == "application/xml");
  CHECK(indexer::read("\xEF\xBB\xBF" + kLaw, "a.xml").media_type == "application/xml");
  CHECK(indexer::read(test::pdf_of({""}), "a.txt").media_type == "application/pdf");
}

TEST_CASE("readers take time in line with the file", "[indexer]") {
  auto repeated = [](std::string_view what, size_t times) {
    std::string out;
    while (times-- > 0) out += what;
    return out;
  };
  struct Row {
    const char* file;
    std::string before, again, after;
  };
  const std::vector<Row> rows = {
      {"a.md", "", "[", "　文"},                                             // links that close nowhere
      {"a.md", "", "[文](", ""},
      {"a.html", "<body><p>文。</p>", "<a href=\"#\"><b>", "文"},            // links around links
      {"a.html", "<body><p>" + repeated("文", 20000) + "</p><dl>", "<dt></dt>", ""},  // a long line above empty terms
  };
  for (const auto& row : rows) {
    INFO(row.again);
    auto seconds = [&](size_t times) {
      auto bytes = row.before + repeated(row.again, times) + row.after;
      double best = 1e9;
      for (int round = 0; round < 3; ++round) {
        std::clock_t begin = std::clock();
        indexer::read(bytes, row.file);
        best = std::min(best, static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
      }
      return best;
    };
    // Eight times as much would take 64 times as long if the time were its square.
    CHECK(seconds(16000) < 24 * seconds(2000));
  }
}

TEST_CASE("what cannot be read is refused with its reason", "[indexer]") {
  const std::vector<std::tuple<std::string, std::string, std::string>> files = {
      {"", "a.txt", "空のファイルです"},
      {" \n\n", "a.txt", "文字がありません"},
      {std::string("PK\x03\x04", 4) + "word/", "a.docx", "壊れています"},
      {"\xD0\xCF\x11\xE0\xA1\xB1", "a.doc", "旧形式"},
      {"\x89PNG\r\n", "a.png", "画像"},
      {"<!DOCTYPE html><html></html>", "a.html", "HTML"},
      {std::string("ab\0\0cd", 6), "a.txt", "文字のファイルではありません"},
      {"%PDF-1.7\nbroken", "a.pdf", "PDFとして読めません"},
      {"<?xml version=\"1.0\"?><a/>", "a.xml", "法令標準XMLではない"},
      {"<?xml version=\"1.0\"?><Law><LawBody>", "a.xml", "XMLとして読めません"},
  };
  for (auto& [bytes, name, reason] : files) {
    INFO(reason);
    CHECK(refusal(bytes, name).find(reason) != std::string::npos);
  }
}

TEST_CASE("text of old encodings is read and images are reported", "[indexer][text]") {
  auto extract = indexer::read("\x82\x50\x81\x40\x96\xDA\x93\x49\n\x8E\x73\x82\xCC\x95\xFB\x90\x6A\x82\xF0\x92\xE8\x82\xDF\x82\xE9\x81\x42\n[image: ]\n", "a.txt");  // CP932
  CHECK(extract.encoding == "CP932");
  REQUIRE(extract.warnings.size() == 1);
  CHECK(extract.warnings[0] == "画像（本文検索の対象外）: 1 か所");
  auto clauses = corpus::outline(extract.pages);
  REQUIRE(clauses.size() == 1);
  CHECK(clauses[0].heading == "目的");
}

TEST_CASE("Markdown marks are taken off", "[indexer][markdown]") {
  auto extract = indexer::read("---\ntitle: x\n---\n- (1) **甲**は[乙](http://x/)である\\*1\n![図](a.png)\n| a | b |\n|---|:-:|\n| 1 | 2 |\n", "a.md");
  std::vector<std::string> lines;
  for (auto& l : extract.pages[0].lines)
    if (!l.text.empty()) lines.push_back(l.text);
  CHECK(lines == std::vector<std::string>{"(1) 甲は乙である*1", "a\tb", "1\t2"});
  CHECK(extract.warnings == std::vector<std::string>{"画像（本文検索の対象外）: 1 か所"});
}

TEST_CASE("law XML says what its clauses are", "[indexer][law]") {
  auto extract = indexer::read(kLaw, "law.xml");
  CHECK(extract.facts.title == "星見市情報資産管理法");
  CHECK(extract.facts.number == "令和五年星見法律第十二号");
  CHECK(extract.facts.abbreviation == "星見法");
  CHECK(extract.facts.issued == "2023-03-31");
  CHECK(test::render(extract.clauses) == std::vector<std::string>{
                                             "||星見市情報資産管理法⏎（令和五年星見法律第十二号）",
                                             "||情報は守られなければならない。",
                                             "第一章|総則|",
                                             "  第一条|（目的）|この法律は、漏洩を防ぐ。ただし、例外がある。",
                                             "    一||甲　市をいう。",
                                             "      イ||本庁",
                                             "    ２||次の表による。⏎区分⇥期間",
                                             "  第二条||古い条文。⏎番号のない項。",
                                             "附則||（令和六年星見法律第一号）　抄",
                                             "  １|（施行期日）|公布の日から施行する。",
                                             "別表第一||（第一条関係）⏎甲⇥乙",
                                         });
}

TEST_CASE("law XML is found in the envelopes of the API", "[indexer][law]") {
  auto law = kLaw.substr(kLaw.find("<Law "));
  auto first = indexer::read("<?xml version=\"1.0\"?><DataRoot><Result><Code>0</Code></Result><ApplData><LawFullText>" + law + "</LawFullText></ApplData></DataRoot>", "a.xml");
  auto second = indexer::read("<law_data_response><revision_info><amendment_enforcement_date>2026-04-01</amendment_enforcement_date><abbrev>略称</abbrev></revision_info><law_full_text>" + law + "</law_full_text></law_data_response>", "a.xml");
  CHECK(first.clauses.size() == 11);
  CHECK(second.clauses.size() == 11);
  CHECK(first.facts.effective.empty());
  CHECK(second.facts.effective == "2026-04-01");
}

TEST_CASE("law XML with broken bytes gives well-formed text and says so", "[indexer][law]") {
  std::string head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Law Lang=\"ja\"><LawNum>令和七年\xE5\xE6</LawNum><LawBody><MainProvision><Article Num=\"1\">"
                     "<ArticleTitle>第一条</ArticleTitle><Paragraph Num=\"1\"><ParagraphNum/><ParagraphSentence><Sentence>";
  std::string tail = "</Sentence></ParagraphSentence></Paragraph></Article></MainProvision></LawBody></Law>";
  for (std::string_view piece : {"見本\xE7\x9B の文", "見本&#xD800;の文"}) {
    auto extraction = indexer::read(head + std::string(piece) + tail, "a.xml");
    REQUIRE_FALSE(extraction.clauses.empty());
    for (const auto& clause : extraction.clauses) CHECK(shirube::text::is_valid_utf8(clause.heading + clause.text));
    CHECK(shirube::text::is_valid_utf8(extraction.facts.number));
    CHECK(extraction.clauses.front().text.find("�") != std::string::npos);
  }
}

TEST_CASE("law XML that nests without end is refused", "[indexer][law]") {
  std::string open, close;
  for (int i = 0; i < 500; ++i) open += "<Subitem1>", close += "</Subitem1>";
  auto deep = "<Law><LawBody><MainProvision><Article><ArticleTitle>第一条</ArticleTitle><Paragraph><ParagraphNum/>" + open + close + "</Paragraph></Article></MainProvision></LawBody></Law>";
  CHECK(refusal(deep, "a.xml").find("入れ子") != std::string::npos);
}

TEST_CASE("words on paper become lines with spaces by distance", "[indexer][pdf]") {
  auto pages = indexer::lay_out({page({word("１", 50, 100), word("目的", 80, 100), word("情報", 50, 120), word("資産", 70.5, 120), word("を守る", 110, 120)})}).pages;
  CHECK(texts(pages[0]) == std::vector<std::string>{"１　目的", "情報資産　を守る"});
}

TEST_CASE("ruby and footnote marks are dropped, footnotes marked", "[indexer][pdf]") {
  std::vector<PlacedWord> words;
  for (int i = 0; i < 10; ++i) words.push_back(word("情報資産を守るため職員は規程に従い端末を管理しなければならない", 50, 100.0 + i * 18));
  words.push_back(word("3", 365, 99, 5));
  words.push_back(word("ろうえい", 60, 92, 5));
  words.push_back(word("3", 50, 700, 5));
  words.push_back(word("規程とは市が定めるものをいう", 60, 700, 8));
  auto lines = indexer::lay_out({page(words)}).pages[0].lines;
  REQUIRE(lines.size() == 11);
  CHECK(lines[0].text == "情報資産を守るため職員は規程に従い端末を管理しなければならない");
  CHECK(lines[0].right < 1);
  CHECK(lines[0].marks == std::vector<std::string>{"3"});
  CHECK_FALSE(lines[9].note);
  CHECK(lines[10].note);
  CHECK(lines[10].marks.empty());
}

TEST_CASE("raised words that point to footnotes are told from others", "[indexer][pdf]") {
  struct Case {
    std::string before, raised;
    double top;  // of the raised word; the line is at 100
    std::string text;
    std::vector<std::string> marks;
  };
  for (auto& c : std::vector<Case>{{"規程", "3", 99, "規程", {"3"}},
                                   {"規程", "１２", 99, "規程", {"12"}},
                                   {"規程", "3)", 99, "規程", {"3"}},
                                   {"規程", "（3）", 99, "規程", {"3"}},
                                   {"規程", "3、4", 99, "規程", {"3", "4"}},
                                   {"IaaS", "3", 99, "IaaS", {"3"}},
                                   {"規程", "3)", 105, "規程3)", {}},   // low: a small word
                                   {"20m", "2", 99, "20m", {}},          // a square metre
                                   {"規程", "2026", 99, "規程2026", {}}}) {
    std::vector<PlacedWord> words;
    for (int i = 1; i < 10; ++i) words.push_back(word("情報資産を守るため職員は規程に従い端末を管理しなければならない", 50, 100.0 + i * 18));
    words.push_back(word(c.before, 50, 100));
    words.push_back(word(c.raised, words.back().right, c.top, 5));
    auto line = indexer::lay_out({page(words)}).pages[0].lines[0];
    INFO(c.before << " " << c.raised);
    CHECK(line.text == c.text);
    CHECK(line.marks == c.marks);
  }
}

TEST_CASE("a line that a footnote mark begins keeps it as a mark, and footnotes may begin with a sign", "[indexer][pdf]") {
  std::vector<PlacedWord> words;
  for (int i = 0; i < 10; ++i) words.push_back(word("情報資産を守るため職員は規程に従い端末を管理しなければならない", 55, 100.0 + i * 18));
  words.push_back(word("4", 52, 117, 5));  // the word it belongs to ends the line above
  words.push_back(word("※1", 50, 700, 8));
  words.push_back(word("規程とは市が定めるものをいう", 70, 700, 8));
  auto lines = indexer::lay_out({page(words)}).pages[0].lines;
  REQUIRE(lines.size() == 11);
  CHECK(lines[1].marks == std::vector<std::string>{"4"});
  CHECK(lines[1].text.starts_with("情報"));
  CHECK(lines[10].note);
}

TEST_CASE("rows whose gaps stand below each other are a table", "[indexer][pdf]") {
  auto lines = indexer::lay_out({page({word("区分", 50, 100), word("期間", 200, 100), word("重要", 50, 115), word("十年", 200, 115), word("普通", 50, 130), word("五年", 200, 130)})}).pages[0].lines;
  REQUIRE(lines.size() == 3);
  CHECK(lines[1].table);
  CHECK(lines[1].text == "重要\t十年");
}

TEST_CASE("the lines of a cell are joined, as far as the rows can be told", "[indexer][pdf]") {
  // Columns at 50, 120 and 300; what stands in them, by line.
  auto table = [](const std::vector<std::tuple<double, std::string, std::string, std::string>>& rows) {
    std::vector<PlacedWord> words;
    for (auto& [top, first, second, third] : rows)
      for (auto [left, text] : {std::pair{50.0, first}, {120.0, second}, {300.0, third}})
        if (!text.empty()) words.push_back(word(text, left, top));
    return texts(indexer::lay_out({page(words)}).pages[0]);
  };
  const std::vector<std::string> joined = {"区分\t対象\t期間", "端末\t庁外へ持ち出すことを課長が許可した端末をいい、私物を除く。\t五年", "媒体\t貸与された記憶装置\t三年。ただし、監査が終わる日まで延ばす。"};
  SECTION("rows with space around them") {
    CHECK(table({{100, "区分", "対象", "期間"}, {120, "端末", "庁外へ持ち出すことを課長が許可し", "五年"}, {132, "", "た端末をいい、私物を除く。", ""},
                 {152, "媒体", "貸与された記憶装置", "三年。ただし、監査が終わる"}, {164, "", "", "日まで延ばす。"}}) == joined);
  }
  SECTION("cells in the middle of their rows") {
    CHECK(table({{100, "区分", "対象", "期間"}, {120, "", "庁外へ持ち出すことを課長が許可し", ""}, {126, "端末", "", "五年"}, {132, "", "た端末をいい、私物を除く。", ""},
                 {152, "", "", "三年。ただし、監査が終わる"}, {158, "媒体", "貸与された記憶装置", ""}, {164, "", "", "日まで延ばす。"}}) == joined);
  }
  SECTION("close rows that begin with their first cell") {
    CHECK(table({{100, "区分", "対象", "期間"}, {112, "端末", "庁外へ持ち出すことを課長が許可し", "五年"}, {124, "", "た端末をいい、私物を除く。", ""},
                 {136, "媒体", "貸与された記憶装置", "三年。ただし、監査が終わる"}, {148, "", "", "日まで延ばす。"}}) == joined);
  }
  SECTION("close rows with cells in the middle stay as printed") {
    auto lines = table({{100, "区分", "対象", "期間"}, {112, "", "庁外へ持ち出すことを課長が許可し", ""}, {118, "端末", "", "五年"}, {124, "", "た端末をいい、私物を除く。", ""},
                        {136, "", "", "三年。ただし、監査が終わる"}, {142, "媒体", "貸与された記憶装置", ""}, {148, "", "", "日まで延ばす。"}});
    CHECK(lines.size() == 7);
  }
  SECTION("rows of one line each stay rows") {
    CHECK(table({{100, "区分", "対象", "期間"}, {115, "端末", "持ち出す端末", "五年"}, {130, "媒体", "記憶装置", "三年"}, {145, "紙", "書類", "一年"}}) ==
          std::vector<std::string>{"区分\t対象\t期間", "端末\t持ち出す端末\t五年", "媒体\t記憶装置\t三年", "紙\t書類\t一年"});
  }
}

TEST_CASE("justified lines of prose are no table", "[indexer][pdf]") {
  std::vector<PlacedWord> words;
  for (int i = 0; i < 12; ++i) {
    // Latin words set apart by whatever is left of the line.
    double x = 50;
    for (auto& part : {std::string("職員は"), std::string("Windows"), std::string("の設定を"), std::string("VPN"), std::string("の手順に従って行うものとし、記録を残す")}) {
      words.push_back(word(part, x, 100.0 + i * 15));
      x = words.back().right + 2 + (i * 7 % 5);
    }
  }
  for (auto& line : indexer::lay_out({page(words)}).pages[0].lines) CHECK_FALSE(line.table);
}

TEST_CASE("two columns of prose are read one after the other", "[indexer][pdf]") {
  std::vector<PlacedWord> words;
  for (int i = 0; i < 25; ++i) {
    words.push_back(word(fmt::format("左の段の文章は続きます{:02}情報資産を守", i), 50, 100.0 + i * 20));
    words.push_back(word(fmt::format("右の段の文章は続きます{:02}情報資産を守", i), 310, 100.0 + i * 20));
  }
  auto lines = texts(indexer::lay_out({page(words)}).pages[0]);
  REQUIRE(lines.size() == 50);
  CHECK(lines[0].starts_with("左"));
  CHECK(lines[24].starts_with("左"));
  CHECK(lines[25].starts_with("右"));
}

TEST_CASE("lines at one height of most pages are headers", "[indexer][pdf]") {
  std::vector<PlacedPage> pages;
  for (int i = 0; i < 6; ++i)
    pages.push_back(page({word(fmt::format("第{}章の見出し", i), 200, 40, 7), word("情報資産を守るため職員は規程に従い端末を管理しなければならない", 50, 100), word("以上", 50, 120)}));
  for (auto& p : indexer::lay_out(pages).pages) {
    REQUIRE(p.lines.size() == 3);
    CHECK(p.lines[0].margin);
    CHECK_FALSE(p.lines[1].margin);
  }
}

TEST_CASE("a page number beside the last line is told from it by where others stand", "[indexer][pdf]") {
  auto pages_with = [](double x) {
    std::vector<PlacedPage> pages;
    for (int i = 1; i <= 3; ++i) pages.push_back(page({word("情報資産を守るため職員は規程に従い端末を管理しなければならない", 50, 100), word(std::to_string(i), 540, 800, 9)}));
    pages.push_back(page({word("情報資産を守るため職員は規程に従い端末を管理しなければならない", 50, 100), word("件数は次のとおりである", 50, 800), word("4", x, 800, 9)}));
    return texts(indexer::lay_out(pages).pages[3]);
  };
  CHECK(pages_with(540) == std::vector<std::string>{"情報資産を守るため職員は規程に従い端末を管理しなければならない", "件数は次のとおりである", "4"});
  CHECK(pages_with(400).size() == 2);  // a number of the text
}

TEST_CASE("the columns of a comparison table are texts of their own, over pages", "[indexer][pdf]") {
  std::vector<PlacedWord> first = {word("次の表のとおり改正し、改正後の欄に掲げる規定を加え、又は改正前の欄に掲げる規定を削るものとする。", 50, 60),
                                   word("改", 120, 90), word("正", 140, 90), word("後", 160, 90), word("改", 390, 90), word("正", 410, 90), word("前", 430, 90)};
  std::vector<PlacedWord> second = {word("- 2 -", 290, 780)};
  first.push_back(word("- 1 -", 290, 780));
  auto row = [](std::vector<PlacedWord>& to, double top, std::string left, std::string right) {
    if (!left.empty()) to.push_back(word(std::move(left), 52, top));
    if (!right.empty()) to.push_back(word(std::move(right), 301, top));
  };
  row(first, 110, "第１条　職員は課長の許可を受けて端末を持ち出", "第１条　担当者は帳簿に記入する。");
  row(first, 125, "すものとする。", "");
  row(first, 145, "第２条　課長は持出しの記録を残し三年間保存し", "第２条　係長は帳簿を一年間保存し、求めがあれ");
  row(second, 60, "なければならない。", "ば見せるものとする。");
  row(second, 80, "第３条　［略］", "第３条　［略］");
  second.push_back(word("備考　この表の傍線を付した部分は改正した部分を示すものとし、括弧の中は注記とするものとする。", 50, 110));
  second.push_back(word("附　則", 80, 130));
  second.push_back(word("この要綱は公布の日から施行する。", 60, 145));
  auto layout = indexer::lay_out({page(first), page(second)});
  CHECK(layout.doubtful.empty());
  auto clauses = corpus::outline(layout.pages);
  CHECK(test::render(clauses) == std::vector<std::string>{
                                     "||次の表のとおり改正し、改正後の欄に掲げる規定を加え、又は改正前の欄に掲げる規定を削るものとする。⏎備考　この表の傍線を付した部分は改正した部分を示すものとし、括弧の中は注記とするものとする。",
                                     "改正後||",
                                     "  第１条||職員は課長の許可を受けて端末を持ち出すものとする。",
                                     "  第２条||課長は持出しの記録を残し三年間保存しなければならない。",
                                     "  第３条||［略］",
                                     "改正前||",
                                     "  第１条||担当者は帳簿に記入する。",
                                     "  第２条||係長は帳簿を一年間保存し、求めがあれば見せるものとする。",
                                     "  第３条||［略］",
                                     "附則||この要綱は公布の日から施行する。",
                                 });
  corpus::assign_addresses(clauses);
  CHECK(clauses[3].locator == "改正後第2条");
  CHECK(clauses[7].path == "kaiseizen-2");
  CHECK(clauses[8].page == 2);
}

TEST_CASE("the old text may stand first, and a table whose lines keep to no column is reported", "[indexer][pdf]") {
  auto reversed = indexer::lay_out({page({word("現行", 120, 90), word("改正案", 390, 90), word("旧い規定の文", 52, 110), word("新しい規定の文", 301, 110), word("旧い規定の続き", 52, 130),
                                          word("新しい規定の続き", 301, 130)})});
  CHECK(reversed.doubtful.empty());
  CHECK(texts(reversed.pages[0]) == std::vector<std::string>{"新しい規定の文", "新しい規定の続き", "旧い規定の文", "旧い規定の続き"});
  auto across = indexer::lay_out({page({word("改正後", 120, 90), word("改正前", 390, 90), word("この線は二つの欄にまたがって書かれているので、どちらの欄のものとも言えない文です。", 52, 110)})});
  CHECK(across.doubtful == std::vector<int>{1});
  auto prose = indexer::lay_out({page({word("改正前の規定と改正後の規定を比べる。", 52, 90), word("改正後の規定は新しい。", 52, 110)})});
  CHECK(prose.doubtful.empty());
  CHECK(prose.pages[0].lines[0].column.empty());
}

TEST_CASE("vertical text is read from the right to the left", "[indexer][pdf]") {
  auto content = test::show("F3", 500, 740, "第一条　この規程は、市の文書の取扱いについて必要な事項") + test::show("F3", 480, 740, "を定める（以下同じ。）。") + test::show("F3", 460, 740, "第二条　職員は、文書を丁寧に取り扱う。") +
                 test::show("F2", 290, 40, "12");
  auto e = indexer::read(test::pdf_of({content}), "a.pdf");
  REQUIRE(e.pages[0].lines.size() == 4);
  CHECK(e.pages[0].lines[0].text == "第一条　この規程は、市の文書の取扱いについて必要な事項");
  CHECK(e.pages[0].lines[1].text == "を定める（以下同じ。）。");
  CHECK(e.pages[0].lines[2].text == "第二条　職員は、文書を丁寧に取り扱う。");
  CHECK(e.pages[0].lines[3].margin);
  // Some programs place each character upright, one below the other.
  std::string single;
  for (auto [x, words] : {std::pair{500.0, "第三条　課長は、記録を残す。"}, std::pair{475.0, "２　前項の記録は三年間保存する。"}}) {
    double y = 740;
    for (char32_t c : text::to_utf32(words)) {
      if (c != U'　') single += test::show("F2", x, y, text::to_utf8(std::u32string(1, c)));
      y -= 10;
    }
  }
  auto stacked = texts(indexer::read(test::pdf_of({single}), "a.pdf").pages[0]);
  CHECK(stacked == std::vector<std::string>{"第三条　課長は、記録を残す。", "２　前項の記録は三年間保存する。"});
}

TEST_CASE("what OCR put behind a picture is read as lines", "[indexer][pdf]") {
  auto recognised = [](double x, double y, std::string_view words) { return "50 Tz\n" + test::show("F4", x, y, words); };
  auto lines = indexer::read(test::pdf_of({recognised(72, 700, "情報") + recognised(94, 700, "セキ") + recognised(110, 700, "ュリティ") + recognised(140, 700, "は") + recognised(160, 700, "VPN") +
                                       recognised(186, 700, "による") + recognised(72, 680, "課長")}), "a.pdf").pages[0].lines;
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].text == "情報セキュリティは VPN による");
}

TEST_CASE("PDF pages are read, empty ones counted", "[indexer][pdf]") {
  auto full = indexer::read(test::pdf_of({"BT /F1 12 Tf 72 700 Td (Security policy of Hoshimi) Tj ET"}), "a.pdf");
  REQUIRE(full.pages.size() == 1);
  REQUIRE(full.pages[0].lines.size() == 1);
  CHECK(full.pages[0].lines[0].text == "Security policy of Hoshimi");
  CHECK(full.warnings.empty());
  auto empty = indexer::read(test::pdf_of({""}), "a.pdf");
  CHECK(empty.warnings == std::vector<std::string>{"文字のないページ（画像のみ、本文検索の対象外）: 1 ページ目"});
}

TEST_CASE("real files of all kinds are read or refused, never more", "[indexer][real]") {
  auto real = test::shared_dir() / "real";
  if (!fs::exists(real)) {
    WARN("no real files at " << real << " (SHIRUBE_SHARED names another place): skipped");
    return;
  }
  size_t read = 0;
  for (auto& entry : fs::recursive_directory_iterator(real)) {
    if (!entry.is_regular_file()) continue;
    INFO(entry.path());
    try {
      auto extract = indexer::read(test::slurp(entry.path()), entry.path().filename().string());
      if (extract.clauses.empty()) corpus::outline(extract.pages);
      ++read;
    } catch (const Error& e) {
      CHECK(e.kind() == ErrorKind::invalid);
      CHECK_FALSE(e.hint().empty());
    }
  }
  CHECK(read > 0);
}
