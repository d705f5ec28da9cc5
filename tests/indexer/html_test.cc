#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "corpus/outline.h"
#include "indexer/child.h"
#include "indexer/extract.h"
#include "tests/outline_case.h"
#include "text/error.h"

using namespace shirube;

namespace {

std::vector<std::string> lines(const std::string& html) {
  std::vector<std::string> out;
  for (auto& page : indexer::read(html, "a.html").pages)
    for (auto& line : page.lines) out.push_back((line.heading ? "# " : line.table ? "| " : "") + line.text);
  return out;
}

std::string page(const std::string& body) { return "<!DOCTYPE html><html><head><meta charset=\"utf-8\"><title>規程 | 星見市</title></head><body>" + body + "</body></html>"; }

std::string refusal(const std::string& html) {
  try {
    indexer::read(html, "a.html");
    return {};
  } catch (const Error& e) {
    CHECK_FALSE(e.hint().empty());
    return e.message();
  }
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a page is read without what stands around its content", "[html]") {
  auto html = page(R"(<a class="skip" href="#main">本文へ移動</a><header><p>星見市公式サイト</p></header>
<nav><ul><li><a href="/a">くらし</a></li><li><a href="/b">市政</a></li></ul></nav><script>var a = "隠れ";</script>
<main><div class="breadcrumb"><a href="/">トップ</a> &gt; 規程</div>
<h1>情報管理規程</h1><p>情報の管理について<br>定める。</p>
<div class="sns-share"><a href="x">共有する</a></div><p style="display: none">見えない</p>
<h2>目次</h2><ul><li><a href="#a">目的</a></li><li><a href="#b">範囲</a></li><li><a href="#c">罰則</a></li></ul>
<h2 id="a">目的</h2><p>市の情報を守る。<img src="zu.png" alt="図の説明"></p><p><a href="#top">ページの先頭へ戻る</a></p></main>
<aside>おすすめ</aside><footer><p>星見市役所 住所</p></footer>)");
  CHECK(lines(html) == Lines{"# 情報管理規程", "情報の管理について", "定める。", "# 目的", "市の情報を守る。"});
  auto e = indexer::read(html, "a.html");
  CHECK(e.media_type == "text/html");
  CHECK(e.facts.title == "情報管理規程");
  CHECK(e.warnings == Lines{"画像（本文検索の対象外）: 1 か所"});
}

TEST_CASE("the body of a page is never lost", "[html]") {
  // Called a menu, hidden until a click, or all in one form: it is what the page has to say.
  CHECK(lines(page("<div id=\"sidebar\"><p>本市は、情報を守る。そのための方針を定める。</p></div>")) == Lines{"本市は、情報を守る。そのための方針を定める。"});
  CHECK(lines(page("<main><dl><dt>問１</dt><dd style=\"display:none\">答えは、次のとおりです。窓口へ申請してください。</dd></dl></main>")) ==
        Lines{"問１", "答えは、次のとおりです。窓口へ申請してください。"});
  CHECK(lines(page("<form><p>本市は、情報を守る。</p></form>")) == Lines{"本市は、情報を守る。"});
  CHECK(lines(page("<nav>案内だけ</nav>")) == Lines{"案内だけ"});
  std::string links;
  for (int i = 0; i < 8; ++i) links += fmt::format("<li><a href=\"/{0}\">課の案内{0}</a></li>", i);
  CHECK(lines(page("<div><ul>" + links + "</ul></div><div><p>本市は、情報を守るため、この方針を定める。</p></div>")) == Lines{"本市は、情報を守るため、この方針を定める。"});
}

TEST_CASE("lists print the numbers a browser prints", "[html]") {
  CHECK(lines(page("<ol><li>甲<ul><li>小</li></ul></li><li value=5>乙</li><li>丙</li></ol>")) == Lines{"1. 甲", "・小", "5. 乙", "6. 丙"});
  CHECK(lines(page("<ol start=3 type=a><li>甲<li>乙</ol>")) == Lines{"c. 甲", "d. 乙"});
  CHECK(lines(page("<ol reversed><li>甲<li>乙</ol>")) == Lines{"2. 甲", "1. 乙"});
  CHECK(lines(page("<ol type=I><li>甲<li>乙</ol>")) == Lines{"I. 甲", "II. 乙"});
  CHECK(lines(page("<ol style='list-style-type:katakana'><li>甲<li>乙</ol>")) == Lines{"ア　甲", "イ　乙"});
  CHECK(lines(page("<ol style='list-style: hiragana-iroha inside'><li>甲<li>乙</ol>")) == Lines{"い　甲", "ろ　乙"});
  CHECK(lines(page("<ol start=11 style='list-style-type: cjk-ideographic'><li>甲<li>乙</ol>")) == Lines{"十一　甲", "十二　乙"});
  CHECK(lines(page("<ol style='list-style:none'><li>甲</ol><ul><li>● 乙<li>（１）丙<li>※丁</ul>")) == Lines{"甲", "● 乙", "（１）丙", "※丁"});
  CHECK(lines(page("<ol><li>（１）甲<li><p>第２　乙</p></ol>")) == Lines{"（１）甲", "第２　乙"});
}

TEST_CASE("tables of words are rows, tables of layout are text", "[html]") {
  CHECK(lines(page("<table><caption>保存</caption><tr><th>区分<th>期間<th>備考<tr><td rowspan=2>重要<td>十年<td>甲<br>乙<tr><td>五年<td></table>")) ==
        Lines{"保存", "| 区分\t期間\t備考", "| 重要\t十年\t甲 乙", "| \t五年"});
  CHECK(lines(page("<table><tr><td>１　目的<tr><td>守る。</table>")) == Lines{"１　目的", "守る。"});
  CHECK(lines(page("<table><tr><td><table><tr><td>甲<td>乙<tr><td>丙<td>丁</table><td><h2>題</h2></table>")) == Lines{"| 甲\t乙", "| 丙\t丁", "# 題"});
  CHECK(lines(page("<table><tr><td colspan=100000 rowspan=100000>甲<td>乙</table>")).size() == 1);
}

TEST_CASE("words stand as a browser shows them", "[html]") {
  CHECK(lines(page("<p>情報\n  セキュリティ\n  IT  policy</p><p>　<ruby>漏洩<rp>(</rp><rt>ろうえい</rt></ruby>&amp;<del>旧</del><ins>新</ins></p><pre>一\n  二</pre>")) ==
        Lines{"情報セキュリティ IT policy", "　漏洩&新", "一", "  二"});
}

TEST_CASE("what is raised behind a number is its power", "[html]") {
  CHECK(lines(page("<p>10<sup>6</sup>件、１０<sup><b>−12</b></sup>回</p>")) == Lines{"10^6件、１０^−12回"});
  CHECK(lines(page("<table><tr><td>10<sup>6</sup><td>m<sup>2</sup></table>")) == Lines{"| 10^6\tm2"});
  // The mark of a note is none.
  CHECK(lines(page("<p>本文<sup>1</sup>、第3<sup>注1</sup>、5<sup>(1)</sup>、5 <sup>1</sup>、5<sup></sup></p>")) == Lines{"本文1、第3注1、5(1)、5 1、5"});
}

TEST_CASE("the encoding a page declares is used where it fits", "[html]") {
  const std::string words = "\x8E\x73\x82\xCC\x8F\xEE\x95\xF1\x81\x42\x87\x40";  // CP932, with ①
  for (std::string meta : {"<meta charset=Shift_JIS>", "<meta http-equiv=Content-Type content=\"text/html; charset=x-sjis\">", "<meta charset=utf-8>", ""}) {
    auto e = indexer::read("<html><head>" + meta + "</head><body>" + words + "</body></html>", "a.html");
    CHECK(e.encoding == "CP932");
    CHECK(e.pages[0].lines[0].text == "市の情報。①");
  }
  CHECK(lines("\xEF\xBB\xBF<html><meta charset=euc-jp><body>市の情報。</body></html>") == Lines{"市の情報。"});
}

TEST_CASE("the title is the page's, without the site's name", "[html]") {
  auto title = [](const std::string& head, const std::string& body) { return indexer::read("<html><head><title>" + head + "</title></head><body>" + body + "<p>文。</p></body></html>", "a.html").facts.title; };
  CHECK(title("情報管理規程｜星見市公式サイト", "") == "情報管理規程");
  CHECK(title("情報管理規程 - 星見市", "<h1>星見市</h1>") == "情報管理規程");
  CHECK(title("星見市：情報管理規程", "<h1>星見市</h1><main><h1>情報管理規程</h1><p>文。</p></main>") == "情報管理規程");
  CHECK(title("", "<h1>情報管理規程</h1>") == "情報管理規程");
  CHECK(title("情報管理規程（令和７年改正） | 市", "<h1>情報管理規程（令和７年改正）</h1>") == "情報管理規程（令和７年改正）");
}

TEST_CASE("the day of a page is taken only when it is certain", "[html]") {
  auto issued = [](const std::string& body) { return indexer::read(page(body + "<p>文。</p>"), "a.html").facts.issued; };
  CHECK(issued("<p>更新日：2024年4月1日</p>") == "2024-04-01");
  CHECK(issued("<p>掲載日　令和６年４月１日　更新日 2025/5/1</p>") == "2024-04-01");
  CHECK(issued("<ul><li>更新日：2024年4月1日<li>更新日：2023年4月1日</ul>").empty());
  CHECK(issued("<p>2024年4月1日から施行</p>").empty());
}

TEST_CASE("an ordinance of a municipality is cut into its articles", "[html]") {
  auto e = indexer::read(page(R"(<div id="primary" class="joubun"><div class="eline"><p class="title-irregular"><span class="cm">○星見市情報管理条例</span></p></div>
<div class="eline"><p class="date">令和4年3月25日</p></div><div class="eline"><p class="number">条例第5号</p></div>
<div class="eline"><div class="article"><p class="title"><span class="cm">(目的)</span></p><p class="num"><span class="num cm">第1条</span>　<span class="clause">この条例は、情報の管理を定める。</span></p></div></div>
<div class="eline"><div class="article"><p class="title">(定義)</p><p class="num"><span class="num">第2条</span>　用語は、次による。</p></div></div>
<div class="eline"><div class="item"><p class="num"><span class="num">(1)</span>　<span>情報資産　市の情報をいう。</span></p></div></div>
<div class="eline"><div class="item"><p class="num"><span class="num">(2)</span>　<span>職員　市の職員をいう。</span></p></div></div>
<div class="eline"><div class="clause"><p class="num"><span class="num">2</span>　<span>前項のほか、法の例による。</span></p></div></div>
<div class="eline"><p class="s-head">附　則</p></div><div class="eline"><p>この条例は、公布の日から施行する。</p></div>
<div class="eline"><p>別表(第2条関係)</p></div><table><tr><td>区分</td><td>期間</td></tr><tr><td>重要</td><td>十年</td></tr></table></div>
<div id="secondary"><ul><li><a href="#1"><span>第1条</span><span>(目的)</span></a></li><li><a href="#2">第2条(定義)</a></li><li><a href="#3">附則</a></li></ul></div>)"),
                         "a.html");
  CHECK(e.facts.title == "星見市情報管理条例");
  CHECK(e.facts.number == "令和4年条例第5号");
  CHECK(e.facts.issued == "2022-03-25");
  CHECK(test::render(corpus::outline(e.pages)) == Lines{
                                                      "||○星見市情報管理条例⏎令和4年3月25日⏎条例第5号",
                                                      "第1条|(目的)|この条例は、情報の管理を定める。",
                                                      "第2条|(定義)|用語は、次による。",
                                                      "  (1)||情報資産　市の情報をいう。",
                                                      "  (2)||職員　市の職員をいう。",
                                                      "  2||前項のほか、法の例による。",
                                                      "附則||この条例は、公布の日から施行する。",
                                                      "別表|(第2条関係)|区分⇥期間⏎重要⇥十年",
                                                  });
}

TEST_CASE("numbers inside a quoted law do not number the page", "[html]") {
  auto e = indexer::read(page("<main><h1>手引</h1><h2>1　目的</h2><h3>1-1　趣旨</h3><dl><dt>条例第2条（第1項）</dt><dd>1　市は、情報を守る。<ol><li>甲</ol></dd></dl><p>（参考）</p><p>解説する。</p>"
                              "<h3>1-2　対象</h3><p>全部局とする。</p><h2>2　定義</h2><p>次による。</p></main>"),
                         "a.html");
  CHECK(test::render(corpus::outline(e.pages)) == Lines{"||手引", "1|目的|", "  1-1|趣旨|条例第2条（第1項）⏎1　市は、情報を守る。⏎1. 甲⏎（参考）⏎解説する。", "  1-2|対象|全部局とする。", "2|定義|次による。"});
}

TEST_CASE("XHTML is a page and law XML is none", "[html]") {
  CHECK(indexer::read("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- 保存 -->\n<html xmlns=\"http://www.w3.org/1999/xhtml\"><body><p>文。</p></body></html>", "a.xml").media_type == "text/html");
  CHECK(indexer::read("<p>文。</p>", "a.htm").media_type == "text/html");
  CHECK(indexer::read("<p>文。</p>", "a.txt").media_type == "text/plain");
}

TEST_CASE("pages without words say what to do", "[html]") {
  CHECK(refusal("<html><frameset cols='20%,80%'><frame src='menu.html'><frame src='honbun.html'></frameset></html>").find("フレームの枠だけ") == 0);
  CHECK(refusal("<html><frameset><frame src='honbun.html'></frameset></html>").find("honbun.html") != std::string::npos);
  CHECK(refusal(page("<img src=a.png width=600 height=800>")).find("画像だけ") == 0);
  CHECK(refusal("<!DOCTYPE html><html></html>").find("HTML") != std::string::npos);
}

TEST_CASE("a page may nest without end", "[html]") {
  std::string deep;
  for (int i = 0; i < 20000; ++i) deep += "<div>";
  CHECK(lines(page(deep + "<p>底にある文。</p>")) == Lines{"底にある文。"});
  std::string tables, lists;
  for (int i = 0; i < 2000; ++i) tables += "<table><tr><td>", lists += "<ol><li>";
  CHECK(lines(page(tables + "底にある文。")) == Lines{"底にある文。"});
  CHECK(lines(page(lists + "底にある文。")).size() == 1);
}

TEST_CASE("a reading beside a word is kept with it, and does not stand in the text", "[html]") {
  auto e = indexer::read(page("<p>第１条　<ruby>翠星<rp>（</rp><rt>すいせい</rt><rp>）</rp></ruby>台帳を<b><ruby>捺<rt>なつ</rt>印<rt>いん</rt></ruby></b>する。</p><p>第２条　翠星台帳は、毎年度調べる。</p>"), "a.html");
  CHECK(e.readings == std::vector<std::pair<std::string, std::string>>{{"翠星", "すいせい"}, {"捺印", "なついん"}});
  auto whole = indexer::extract(page("<p>第１条　<ruby>翠星<rt>すいせい</rt></ruby>台帳を作る。</p><p>第２条　翠星台帳は、毎年度調べる。</p><p>第３条　鍵を返す。</p>"), "a.html");
  REQUIRE(whole.clauses.size() == 3);
  CHECK(whole.clauses[0].text == "翠星台帳を作る。");
  CHECK(whole.clauses[0].readings == "すいせい");
  CHECK(whole.clauses[1].readings == "すいせい");
  CHECK(whole.clauses[2].readings.empty());
}

TEST_CASE("a page may leave its body out", "[html]") {
  CHECK(lines("<!DOCTYPE html><meta charset=utf-8><title>規程</title><main><h1>台帳の扱い</h1><p>鍵を返す。</p></main>") == Lines{"# 台帳の扱い", "鍵を返す。"});
}
