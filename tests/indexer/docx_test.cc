#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <regex>

#include "corpus/outline.h"
#include "indexer/extract.h"
#include "indexer/readers/numbering.h"
#include "tests/indexer/zip_fixture.h"
#include "tests/outline_case.h"
#include "tests/places.h"
#include "text/error.h"
#include "text/utf8.h"

using namespace shirube;

namespace {

constexpr auto kNames = R"(xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:wps="urn:wps" xmlns:v="urn:v" xmlns:a="urn:a" xmlns:m="urn:m")";
constexpr auto kRelation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// The inner XML of the parts of a Word file.
struct Parts {
  std::string body, styles, numbering, footnotes;
};

std::string docx(const Parts& parts) {
  const std::vector<std::tuple<std::string, std::string, std::string>> inner = {
      {"styles", "styles", parts.styles}, {"numbering", "numbering", parts.numbering}, {"footnotes", "footnotes", parts.footnotes}};
  std::string relations;
  std::vector<std::pair<std::string, std::string>> members = {{"[Content_Types].xml", "<Types/>"}};
  members.emplace_back("_rels/.rels", fmt::format(R"(<Relationships><Relationship Id="rId1" Type="{}/officeDocument" Target="word/document.xml"/></Relationships>)", kRelation));
  members.emplace_back("word/document.xml", fmt::format("<w:document {}><w:body>{}</w:body></w:document>", kNames, parts.body));
  for (const auto& [name, type, xml] : inner) {
    relations += fmt::format(R"(<Relationship Id="{0}" Type="{1}/{0}" Target="{0}.xml"/>)", name, kRelation);
    members.emplace_back("word/" + name + ".xml", fmt::format("<w:{0} {1}>{2}</w:{0}>", name, kNames, xml));
  }
  members.emplace_back("word/_rels/document.xml.rels", "<Relationships>" + relations + "</Relationships>");
  return zipped(members);
}

std::string p(std::string_view runs, std::string_view properties = "") { return fmt::format("<w:p><w:pPr>{}</w:pPr>{}</w:p>", properties, runs); }
std::string r(std::string_view text, std::string_view properties = "") { return fmt::format("<w:r><w:rPr>{}</w:rPr><w:t>{}</w:t></w:r>", properties, text); }
std::string cell(std::string_view blocks, std::string_view properties = "") { return fmt::format("<w:tc><w:tcPr>{}</w:tcPr>{}</w:tc>", properties, blocks); }
std::string mark(std::string_view type) { return fmt::format(R"(<w:r><w:fldChar w:fldCharType="{}"/></w:r>)", type); }
std::string field(std::string_view instruction, std::string_view result) {
  return mark("begin") + fmt::format("<w:r><w:instrText>{}</w:instrText></w:r>", instruction) + mark("separate") + std::string(result) + mark("end");
}

std::string eq(std::string_view instruction) { return mark("begin") + fmt::format("<w:r><w:instrText>{}</w:instrText></w:r>", instruction) + mark("end"); }
std::string fraction(std::string_view over, std::string_view under) {
  return fmt::format("<m:f><m:num><m:r><m:t>{}</m:t></m:r></m:num><m:den>{}</m:den></m:f>", over, under);
}
const std::string raised = R"(<w:vertAlign w:val="superscript"/>)";

std::vector<corpus::Line> lines(const Parts& parts) {
  auto out = indexer::read(docx(parts), "a.docx").pages.at(0).lines;
  std::erase_if(out, [](auto& line) { return line.text.empty(); });
  return out;
}

/// The lines with what they are: # heading, | table, * note.
std::vector<std::string> read(const Parts& parts) {
  std::vector<std::string> out;
  for (auto& line : lines(parts)) out.push_back((line.heading ? "#" : line.table ? "|" : line.note ? "*" : "") + test::printable(line.text));
  return out;
}

std::string paragraph_of_list(const std::string& properties) {
  std::smatch found;
  if (!std::regex_match(properties, found, std::regex(R"((\d+)/(\d+))"))) return properties;
  return fmt::format(R"(<w:numPr><w:ilvl w:val="{}"/><w:numId w:val="{}"/></w:numPr>)", found[2].str(), found[1].str());
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("lists are numbered as they are printed", "[indexer][docx]") {
  // Where LibreOffice is known to print otherwise than Word, a case says so and is not counted.
  std::ifstream in(std::filesystem::path(test::source_folder) / "tests/cases/numbering.jsonl");
  size_t agreeing = 0;
  for (std::string row; std::getline(in, row);) {
    auto c = nlohmann::json::parse(row);
    INFO(c["about"].get<std::string>());
    Parts parts{"", c.value("styles", ""), c["numbering"], ""};
    for (std::string properties : c["body"]) parts.body += p(r("@"), paragraph_of_list(properties));
    Lines labels;
    for (auto& line : lines(parts)) labels.emplace_back(text::trim(line.text.substr(0, line.text.find('@'))));
    CHECK(labels == c[c.contains("word") ? "word" : "printed"].get<Lines>());
    agreeing += !c.contains("word");
  }
  CHECK(agreeing >= 60);
}

TEST_CASE("numbers are written in the formats of Japanese lists", "[indexer][docx]") {
  struct Case {
    std::string_view format;
    int number;
    std::string_view printed;
  };
  for (auto& c : std::vector<Case>{{"japaneseCounting", 10, "十"}, {"japaneseCounting", 1203, "千二百三"}, {"japaneseCounting", 20010, "二万十"}, {"japaneseCounting", 0, "〇"},
                                   {"japaneseLegal", 11, "壱拾壱"}, {"japaneseLegal", 3200, "参阡弐百"}, {"japaneseDigitalTenThousand", 20, "二〇"}, {"decimalEnclosedCircle", 0, "0"},
                                   {"decimalEnclosedCircle", 21, "21"}, {"ideographZodiacTraditional", 13, "丙子"}, {"001, 002, 003, ...", 7, "007"}, {"ordinal", 112, "112th"},
                                   {"ordinal", 22, "22nd"}, {"upperRoman", 1994, "MCMXCIV"}, {"upperLetter", 32767, "32767"}, {"no such format", 5, "5"}, {"none", 5, ""}}) {
    INFO(c.format << " " << c.number);
    CHECK(indexer::format_number(c.format, c.number) == c.printed);
  }
}

TEST_CASE("Word files become clauses by their automatic numbers", "[indexer][docx]") {
  Parts parts;
  parts.numbering = R"(<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:pStyle w:val="A"/><w:lvlText w:val="第%1条"/><w:pPr><w:ind w:left="400" w:hanging="200"/></w:pPr></w:lvl>
    <w:lvl w:ilvl="1"><w:start w:val="2"/><w:numFmt w:val="decimalFullWidth"/><w:suff w:val="space"/><w:lvlText w:val="%2"/></w:lvl></w:abstractNum><w:num w:numId="3"><w:abstractNumId w:val="0"/></w:num>)";
  parts.styles = R"(<w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val="20"/></w:rPr></w:rPrDefault></w:docDefaults>
    <w:style w:type="paragraph" w:styleId="T"><w:name w:val="Title"/><w:pPr><w:jc w:val="center"/></w:pPr><w:rPr><w:b/><w:sz w:val="32"/></w:rPr></w:style>
    <w:style w:type="paragraph" w:styleId="A"><w:name w:val="条"/><w:pPr><w:numPr><w:numId w:val="3"/></w:numPr></w:pPr></w:style>)";
  parts.body = p(r("星見市端末管理要領"), R"(<w:pStyle w:val="T"/>)") + p(r("（目的）")) + p(r("この要領は、端末の管理について定める。"), R"(<w:pStyle w:val="A"/>)") + p(r("（貸与）")) +
               p(r("課長は、職員に端末を貸与する。"), R"(<w:pStyle w:val="A"/>)") + p(r("職員は、端末を他人に貸してはならない。"), paragraph_of_list("3/1"));
  auto extract = indexer::read(docx(parts), "a.docx");
  CHECK(extract.media_type == "application/vnd.openxmlformats-officedocument.wordprocessingml.document");
  CHECK(extract.facts.title == "星見市端末管理要領");
  CHECK(extract.pages.at(0).number == 0);
  auto title = extract.pages[0].lines[0], article = extract.pages[0].lines[2];
  CHECK(title.bold);
  CHECK(title.size == Approx(1.6));
  CHECK(title.indent == -1);
  CHECK(article.text == "第1条　この要領は、端末の管理について定める。");
  CHECK(article.indent == Approx(1));
  CHECK(test::render(corpus::outline(extract.pages)) == Lines{
                                                            "||星見市端末管理要領",
                                                            "第1条|（目的）|この要領は、端末の管理について定める。",
                                                            "第2条|（貸与）|課長は、職員に端末を貸与する。",
                                                            "  ２||職員は、端末を他人に貸してはならない。",
                                                        });
}

TEST_CASE("what a paragraph of a Word file says", "[indexer][docx]") {
  struct Case {
    std::string_view about;
    std::string body;
    Lines lines;
  };
  const std::string deleted = "<w:rPr><w:del/></w:rPr>";
  const std::vector<Case> cases = {
      {"runs are one text", p(r("情報") + r(" ") + r("資産")), {"情報 資産"}},
      {"insertions are accepted, deletions dropped", p(r("端末") + "<w:ins>" + r("等") + "</w:ins><w:del><w:r><w:delText>類</w:delText></w:r></w:del>"), {"端末等"}},
      {"moved text stands where it went", p("<w:moveFrom>" + r("甲") + "</w:moveFrom>" + r("乙") + "<w:moveTo>" + r("丙") + "</w:moveTo>"), {"乙丙"}},
      {"a deleted paragraph mark joins", p(r("情報を"), deleted) + p(r("守る。")), {"情報を守る。"}},
      {"hidden text", p(r("見える") + r("見えない", "<w:vanish/>") + r("字", R"(<w:vanish w:val="0"/>)")), {"見える字"}},
      {"ruby keeps its base", p("<w:r><w:ruby><w:rt>" + r("しるべ") + "</w:rt><w:rubyBase>" + r("標") + "</w:rubyBase></w:ruby></w:r>" + r("となる")), {"標となる"}},
      {"ruby and rings made by fields", p(eq(R"(EQ \* jc2 \* "Font:明朝" \* hps10 \o\ad(\s\up 9(しるべ),標))") + eq(R"(eq \o\ac(○,印))")), {"標印"}},
      {"breaks, tabs, signs", p("<w:r><w:t>一行</w:t><w:br/><w:t>二行</w:t><w:tab/><w:t>八</w:t><w:noBreakHyphen/><w:t>九</w:t><w:softHyphen/></w:r>"), {"一行", "二行　八-九"}},
      {"symbols", p(R"(<w:r><w:sym w:font="Wingdings" w:char="F0A8"/><w:t>可</w:t><w:sym w:font="Wingdings" w:char="F0FE"/><w:t>否</w:t><w:sym w:font="Wingdings" w:char="F021"/></w:r>)"), {"□可☑否〓"}},
      {"fields give their result", p(r("第") + field("REF _x", r("3")) + r("条") + R"(<w:fldSimple w:instr="DATE">)" + r("四月") + "</w:fldSimple>"), {"第3条四月"}},
      {"a field without end takes nothing", p(mark("begin") + r("消える")) + p(r("残る")), {"残る"}},
      {"links and content controls", p(R"(<w:hyperlink r:id="x">)" + r("例規集") + "</w:hyperlink><w:sdt><w:sdtContent>" + r("を見る") + "</w:sdtContent></w:sdt>"), {"例規集を見る"}},
      {"prompts of content controls", p(r("氏名") + "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>" + r("ここに入力") + "</w:sdtContent></w:sdt>"), {"氏名"}},
      {"a block in a content control", "<w:sdt><w:sdtContent>" + p(r("本文")) + "</w:sdtContent></w:sdt>", {"本文"}},
      {"a contents list made by a field", p(r("目　次")) + p(mark("begin") + R"(<w:r><w:instrText>TOC \o "1-3"</w:instrText></w:r>)" + mark("separate") + r("第１章　総則　1")) + p(r("第２章　体制　3")) + p(mark("end")) + p(r("第１章　総則")), {"第１章　総則"}},
      {"a contents list without end stays", p(mark("begin") + "<w:r><w:instrText>TOC</w:instrText></w:r>" + mark("separate") + r("第１章")) + p(r("本文")), {"第１章", "本文"}},
      {"a gallery of contents", "<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val=\"Table of Contents\"/></w:docPartObj></w:sdtPr><w:sdtContent>" + p(r("目次")) + p(r("第１章 1")) + "</w:sdtContent></w:sdt>" + p(r("本文")), {"本文"}},
      {"text boxes come once, after their paragraph", p(r("本文") + "<w:r><mc:AlternateContent><mc:Choice><w:drawing><wps:txbx><w:txbxContent>" + p(r("箱")) + "</w:txbxContent></wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox><w:txbxContent>" + p(r("箱")) + "</w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>" + r("の続き")), {"本文の続き", "箱"}},
      {"formulas", p(r("損失＝") + "<m:oMath><m:r><m:t>a+b</m:t></m:r></m:oMath>"), {"損失＝a+b"}},
      {"fractions", p("<m:oMath><m:f><m:num><m:r><m:t>損失額</m:t></m:r></m:num><m:den><m:r><m:t>a+b</m:t></m:r></m:den></m:f></m:oMath>"), {"損失額/(a+b)"}},
      {"a fraction in a fraction", p("<m:oMath>" + fraction("x", "<m:r><m:t>1+</m:t></m:r>" + fraction("1", "<m:r><m:t>2y</m:t></m:r>")) + "</m:oMath>"), {"x/(1+1/(2y))"}},
      {"powers and indexes", p("<m:oMath><m:sSup><m:e><m:r><m:t>10</m:t></m:r></m:e><m:sup><m:r><m:t>−6</m:t></m:r></m:sup></m:sSup><m:sSub><m:e><m:r><m:t>x</m:t></m:r></m:e><m:sub><m:r><m:t>1</m:t></m:r></m:sub></m:sSub></m:oMath>"), {"10^(−6)x_1"}},
      {"roots", p("<m:oMath><m:rad><m:deg/><m:e><m:r><m:t>a+b</m:t></m:r></m:e></m:rad><m:rad><m:deg><m:r><m:t>3</m:t></m:r></m:deg><m:e><m:r><m:t>8</m:t></m:r></m:e></m:rad></m:oMath>"), {"√(a+b)[3]√8"}},
      {"brackets and sums are drawn, not written", p(R"(<m:oMath><m:sSup><m:e><m:d><m:e><m:r><m:t>a+b</m:t></m:r></m:e></m:d></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup><m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr><m:sub><m:r><m:t>i=1</m:t></m:r></m:sub><m:sup><m:r><m:t>n</m:t></m:r></m:sup><m:e><m:r><m:t>i</m:t></m:r></m:e></m:nary></m:oMath>)"), {"(a+b)^2∑_(i=1)^n i"}},
      {"fractions, roots and powers made by fields", p(eq(R"(EQ \f(1,2))") + r("と") + eq(R"(EQ \r(3,x) + \f(f(a,b),c+d))") + r("と") + eq(R"(EQ 10\s\up 5(6))")), {"1/2と[3]√x + (f(a,b))/(c+d)と10^6"}},
      {"raised digits are a power of digits", p(r("10") + r("6", raised) + r("件、") + r("10") + r("−", raised) + r("1", raised) + r("2", raised) + r("回、規程") + r("1", raised) + r("による")), {"10^6件、10^−12回、規程1による"}},
      {"control characters and bytes of no text", p(r("甲\x01乙\xE5丙&#xD800;丁")), {"甲乙\uFFFD丙\uFFFD\uFFFD\uFFFD丁"}},
      {"comments", p(r("本文") + R"(<w:r><w:commentReference w:id="1"/></w:r>)"), {"本文"}},
      {"a drawn leader", p(r("第１章") + "<w:r><w:tab/></w:r>" + r("3"), R"(<w:tabs><w:tab w:leader="dot"/></w:tabs>)"), {"第１章……3"}},
      {"forms", p(mark("begin").replace(mark("begin").find("/></w:r>"), 8, R"(><w:ffData><w:checkBox><w:default w:val="1"/></w:checkBox></w:ffData></w:fldChar></w:r>)") + "<w:r><w:instrText>FORMCHECKBOX</w:instrText></w:r>" + mark("end") + r("同意する")), {"☑同意する"}},
  };
  for (const auto& c : cases) {
    INFO(c.about);
    CHECK(read({c.body, "", "", ""}) == c.lines);
  }
}

TEST_CASE("paragraphs without words", "[indexer][docx]") {
  std::string numbering = R"(<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:lvlText w:val="%1."/></w:lvl><w:lvl w:ilvl="1"><w:numFmt w:val="bullet"/><w:lvlText w:val="○"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>)";
  auto numbered = paragraph_of_list("1/0"), bulleted = paragraph_of_list("1/1");
  CHECK(read({p(r("甲"), numbered) + p("", numbered) + p("<w:r><w:br w:type=\"page\"/></w:r>" + r("乙"), numbered) + p("", bulleted) + p(r("丙"), bulleted), "", numbering, ""}) ==
        Lines{"1.　甲", "2.　", "3.　乙", "○　丙"});
}

TEST_CASE("headings of Word files are those with an outline level", "[indexer][docx]") {
  std::string styles = R"(<w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/></w:style><w:style w:type="paragraph" w:styleId="2"><w:name w:val="小見出し"/><w:basedOn w:val="1"/></w:style>
    <w:style w:type="paragraph" w:styleId="3"><w:name w:val="本文扱い"/><w:basedOn w:val="1"/><w:pPr><w:outlineLvl w:val="9"/></w:pPr></w:style>
    <w:style w:type="paragraph" w:styleId="4"><w:name w:val="toc 1"/></w:style>)";
  CHECK(read({p(r("総則"), R"(<w:pStyle w:val="1"/>)") + p(r("体制"), R"(<w:pStyle w:val="2"/>)") + p(r("本文"), R"(<w:pStyle w:val="3"/>)") + p(r("対策"), R"(<w:outlineLvl w:val="2"/>)") +
                  p(r("総則 3"), R"(<w:pStyle w:val="4"/>)") + p("<w:r><w:t>責任</w:t><w:br/><w:t>分担</w:t></w:r>", R"(<w:pStyle w:val="1"/>)"),
              styles, "", ""}) == Lines{"#総則", "#体制", "本文", "#対策", "#責任　分担"});
  CHECK(read({p(r("職員は、端末を守る。"), R"(<w:pStyle w:val="1"/>)"), styles, "", ""}) == Lines{"職員は、端末を守る。"});
}

TEST_CASE("tables of Word files are rows of cells", "[indexer][docx]") {
  auto row = [](std::string_view cells, std::string_view properties = "") { return fmt::format("<w:tr><w:trPr>{}</w:trPr>{}</w:tr>", properties, cells); };
  auto table = [](std::string_view rows) { return fmt::format("<w:tbl>{}</w:tbl>", rows); };
  std::string begins = R"(<w:vMerge w:val="restart"/>)", goes_on = "<w:vMerge/>", spans = R"(<w:gridSpan w:val="2"/>)";
  auto plain = row(cell(p(r("区分"))) + cell(p(r("期間"))));
  struct Case {
    std::string_view about;
    std::string body;
    Lines lines;
  };
  const std::vector<Case> cases = {
      {"cells are joined by tabs", table(plain), {"|区分⇥期間"}},
      {"paragraphs of a cell are one text", table(row(cell(p(r("甲")) + p(r("乙"))) + cell(p(r("丙\t丁"))))), {"|甲 乙⇥丙 丁"}},
      {"cells that span keep the others in their columns", table(row(cell(p(r("甲")), spans) + cell(p(r("乙")))) + row(cell(p(r("丙")), begins) + cell(p(r("丁"))) + cell(p(r("戊")))) + row(cell(p(""), goes_on) + cell(p(r("己"))) + cell(p(r("庚"))))),
       {"|甲⇥⇥乙", "|丙⇥丁⇥戊", "|⇥己⇥庚"}},
      {"a column more at the left", table(row(cell(p(r("甲"))) + cell(p(r("乙"))), R"(<w:gridBefore w:val="1"/>)")), {"|⇥甲⇥乙"}},
      {"deleted and empty rows", table(plain + row(cell(p(r("消"))) + cell(p(r("去"))), "<w:del/>") + row(cell(p("")) + cell(p("")))), {"|区分⇥期間"}},
      {"a frame around text is none", table(row(cell(p(r("１　目的")) + p(r("本文"))))), {"１　目的", "本文"}},
      {"columns of text side by side", table(row(cell(p(r("一")) + p(r("二")) + p(r("三")) + p(r("四"))) + cell(p(r("五"))))), {"一", "二", "三", "四", "五"}},
      {"a table in a cell", table(row(cell(table(plain) + p("")) + cell(p(r("外"))))), {"|区分 期間⇥外"}},
      {"a row in a content control", table("<w:sdt><w:sdtContent>" + plain + "</w:sdtContent></w:sdt>"), {"|区分⇥期間"}},
  };
  for (const auto& c : cases) {
    INFO(c.about);
    CHECK(read({c.body, "", "", ""}) == c.lines);
  }
}

TEST_CASE("notes of Word files stand below their paragraph, once", "[indexer][docx]") {
  std::string reference = R"(<w:r><w:footnoteReference w:id="2"/></w:r>)";
  std::string notes = R"(<w:footnote w:id="-1" w:type="separator">)" + p(r("―")) + R"(</w:footnote><w:footnote w:id="2">)" + p("<w:r><w:footnoteRef/></w:r>" + r("規程第２条による。") + reference) + "</w:footnote>";
  CHECK(read({p(r("機密性") + reference + r("の区分")) + p(r("次の段落") + reference), "", "", notes}) == Lines{"機密性の区分", "*規程第２条による。", "次の段落"});
}

TEST_CASE("images of Word files are counted", "[indexer][docx]") {
  std::string image = "<w:r><w:drawing><a:blip/></w:drawing></w:r>";
  auto extract = indexer::read(docx({p(r("図１") + image) + p(image), "", "", ""}), "a.docx");
  CHECK(extract.warnings == Lines{"画像（本文検索の対象外）: 2 か所"});
}

TEST_CASE("odd Word files are read or refused, and end", "[indexer][docx]") {
  auto refusal = [](const std::string& bytes) {
    try {
      indexer::read(bytes, "a.docx");
      return std::string();
    } catch (const Error& e) {
      CHECK(e.kind() == ErrorKind::invalid);
      CHECK_FALSE(e.hint().empty());
      return e.message();
    }
  };
  SECTION("styles in a circle, lists that are not there, numbers out of range") {
    std::string styles = R"(<w:style w:type="paragraph" w:styleId="a"><w:basedOn w:val="b"/><w:pPr><w:numPr><w:ilvl w:val="99999"/><w:numId w:val="5"/></w:numPr></w:pPr></w:style><w:style w:styleId="b"><w:basedOn w:val="a"/></w:style>)";
    std::string numbering = R"(<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="44"/><w:lvl w:ilvl="0"><w:start w:val="999999999999"/><w:numFmt w:val="upperRoman"/><w:lvlText w:val="%1%9%"/></w:lvl></w:abstractNum><w:num w:numId="5"><w:abstractNumId w:val="0"/></w:num>)";
    CHECK(read({p(r("本文"), R"(<w:pStyle w:val="b"/>)") + p(r("本文"), paragraph_of_list("5/0")), styles, numbering, ""}) == Lines{"本文", "0%　本文"});
  }
  SECTION("cells that span without end") {
    std::string row = "<w:tr>" + cell(p(r("甲")), R"(<w:gridSpan w:val="2000000000"/>)") + cell(p(r("乙"))) + "</w:tr>";
    CHECK(lines({"<w:tbl>" + row + "</w:tbl>", "", "", ""}).at(0).text.size() < 100);
  }
  SECTION("tables in tables without end") {
    std::string open, close;
    for (int i = 0; i < 500; ++i) open += "<w:tbl><w:tr><w:tc>", close += "</w:tc></w:tr></w:tbl>";
    CHECK(refusal(docx({open + p(r("底")) + close, "", "", ""})).find("壊れています") != std::string::npos);
  }
  SECTION("notes of notes without end") {
    auto reference = [](int id) { return fmt::format(R"(<w:r><w:footnoteReference w:id="{}"/></w:r>)", id); };
    std::string notes;
    for (int id = 0; id < 60'000; ++id) notes += fmt::format(R"(<w:footnote w:id="{}">{}</w:footnote>)", id, p(r("注") + reference(id + 1)));
    auto got = read({p(r("本文") + reference(0)), "", "", notes});
    CHECK(got.size() < 20);
    CHECK(got.at(1) == "*注");
  }
  SECTION("a field of formulas without end") {
    std::string deep;
    for (int i = 0; i < 2000; ++i) deep += "\\f(";
    CHECK(read({p(r("甲") + eq("EQ " + deep)), "", "", ""}).size() == 1);
  }
  SECTION("a file without text") { CHECK(refusal(docx({p(""), "", "", ""})).find("文字がありません") != std::string::npos); }
  SECTION("a file without its main part") {
    CHECK(refusal(zipped({{"[Content_Types].xml", "<Types/>"}, {"word/styles.xml", "<s/>"}})).find("本文がありません") != std::string::npos);
  }
  SECTION("another ZIP file") { CHECK(indexer::read(zipped({{"word/a.txt", "甲"}}), "a.zip").media_type == "application/zip"); }
}

TEST_CASE("a reading above a word of Word is kept with it", "[docx]") {
  auto ruby = "<w:r><w:ruby><w:rt>" + r("すい") + r("せい") + "</w:rt><w:rubyBase>" + r("翠星") + "</w:rubyBase></w:ruby></w:r>";
  auto e = indexer::read(docx({p(ruby + r("台帳")), {}, {}, {}}), "a.docx");
  CHECK(e.readings == std::vector<std::pair<std::string, std::string>>{{"翠星", "すいせい"}});
}
