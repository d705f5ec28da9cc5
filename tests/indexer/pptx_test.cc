#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "corpus/outline.h"
#include "indexer/extract.h"
#include "tests/indexer/zip_fixture.h"
#include "tests/outline_case.h"
#include "text/error.h"

using namespace shirube;
using Lines = std::vector<std::string>;

namespace {

struct Slide {
  std::string shapes;
  std::string attributes = {}, relations = {};
};

/// A presentation; its layout puts the title on top and a body (idx 1) below.
std::string presentation(const std::vector<Slide>& slides, std::vector<std::pair<std::string, std::string>> more = {}) {
  std::string list, parts;
  auto members = std::move(more);
  for (size_t i = slides.size(); i-- > 0;) {
    parts += fmt::format("<Relationship Id=\"r{}\" Type=\"http://x/slide\" Target=\"slides/slide{}.xml\"/>", i, i + 1);
    members.emplace_back(fmt::format("ppt/slides/slide{}.xml", i + 1), fmt::format("<p:sld {}><p:cSld><p:spTree>{}</p:spTree></p:cSld></p:sld>", slides[i].attributes, slides[i].shapes));
    members.emplace_back(fmt::format("ppt/slides/_rels/slide{}.xml.rels", i + 1),
                         "<Relationships><Relationship Id=\"l\" Type=\"http://x/slideLayout\" Target=\"../slideLayouts/layout1.xml\"/>" + slides[i].relations + "</Relationships>");
  }
  for (size_t i = 0; i < slides.size(); ++i) list += fmt::format("<p:sldId id=\"{}\" r:id=\"r{}\"/>", 256 + i, i);
  members.emplace_back("[Content_Types].xml", "<Types/>");
  members.emplace_back("_rels/.rels", "<Relationships><Relationship Id=\"a\" Type=\"http://x/officeDocument\" Target=\"ppt/presentation.xml\"/></Relationships>");
  members.emplace_back("ppt/presentation.xml", "<p:presentation><p:sldIdLst>" + list + "</p:sldIdLst></p:presentation>");
  members.emplace_back("ppt/_rels/presentation.xml.rels", "<Relationships>" + parts + "</Relationships>");
  members.emplace_back("ppt/slideLayouts/layout1.xml",
                       "<p:sldLayout><p:cSld><p:spTree><p:sp><p:nvSpPr><p:nvPr><p:ph type=\"title\"/></p:nvPr></p:nvSpPr><p:spPr><a:xfrm><a:off x=\"0\" y=\"10\"/><a:ext cx=\"900\" cy=\"100\"/></a:xfrm></p:spPr></p:sp>"
                       "<p:sp><p:nvSpPr><p:nvPr><p:ph idx=\"1\"/></p:nvPr></p:nvSpPr><p:spPr><a:xfrm><a:off x=\"0\" y=\"300\"/><a:ext cx=\"900\" cy=\"300\"/></a:xfrm></p:spPr></p:sp></p:spTree></p:cSld></p:sldLayout>");
  return zipped(members);
}

std::string body(const std::vector<std::string>& paragraphs) {
  std::string out = "<p:txBody>";
  for (auto& words : paragraphs) out += "<a:p><a:r><a:t>" + words + "</a:t></a:r></a:p>";
  return out + "</p:txBody>";
}

std::string placeholder(const std::string& ph, const std::vector<std::string>& paragraphs) { return "<p:sp><p:nvSpPr><p:nvPr><p:ph " + ph + "/></p:nvPr></p:nvSpPr><p:spPr/>" + body(paragraphs) + "</p:sp>"; }

std::string box(int x, int y, const std::vector<std::string>& paragraphs) {
  return fmt::format("<p:sp><p:nvSpPr><p:nvPr/></p:nvSpPr><p:spPr><a:xfrm><a:off x=\"{}\" y=\"{}\"/><a:ext cx=\"100\" cy=\"50\"/></a:xfrm></p:spPr>{}</p:sp>", x, y, body(paragraphs));
}

Lines lines(const corpus::Page& page) {
  Lines out;
  for (auto& line : page.lines) out.push_back((line.heading ? "# " : line.table ? "| " : line.note ? "* " : "") + test::printable(line.text));
  return out;
}

}  // namespace

TEST_CASE("slides are read in their order, shapes as one reads them", "[indexer][pptx]") {
  auto extract = indexer::read(presentation({{box(500, 120, {"右"}) + box(0, 125, {"左"}) + placeholder("idx=\"1\"", {"本文", "二行目"}) + placeholder("type=\"title\"", {"星見市の", "方針"}) +
                                              placeholder("type=\"sldNum\"", {"1"}) + placeholder("type=\"ftr\"", {"星見市"})},
                                             {box(0, 0, {"隠れた頁"}), "show=\"0\""},
                                             {"<p:pic/>"},
                                             {placeholder("type=\"ctrTitle\"", {"体制"}) + "<p:pic/>"}}),
                               "a.pptx");
  CHECK(extract.media_type == "application/vnd.openxmlformats-officedocument.presentationml.presentation");
  REQUIRE(extract.pages.size() == 3);
  CHECK(extract.pages[0].number == 1);
  CHECK(lines(extract.pages[0]) == Lines{"# 星見市の 方針", "左", "右", "本文", "二行目"});
  CHECK(extract.pages[2].number == 4);
  CHECK(lines(extract.pages[2]) == Lines{"# 体制"});
  CHECK(extract.facts.title == "星見市の 方針");
  CHECK(extract.warnings == Lines{"非表示のスライドを除きました: 2 枚目", "画像（本文検索の対象外）: 2 か所", "画像だけのスライド（本文検索の対象外）: 3 枚目"});
}

TEST_CASE("groups are read together, where they lie", "[indexer][pptx]") {
  std::string group = "<p:grpSp><p:nvGrpSpPr><p:nvPr/></p:nvGrpSpPr><p:grpSpPr><a:xfrm><a:off x=\"0\" y=\"600\"/><a:ext cx=\"100\" cy=\"100\"/><a:chOff x=\"0\" y=\"0\"/><a:chExt cx=\"1000\" cy=\"1000\"/></a:xfrm></p:grpSpPr>" +
                      box(0, 500, {"組の下"}) + box(0, 0, {"組の上"}) + "</p:grpSp>";
  auto extract = indexer::read(presentation({{group + box(0, 400, {"先"})}}), "a.pptx");
  CHECK(lines(extract.pages[0]) == Lines{"先", "組の上", "組の下"});
}

TEST_CASE("tables, diagrams, automatic numbers and notes of slides are read", "[indexer][pptx]") {
  auto cell = [](const std::string& words, const std::string& attributes = "") { return "<a:tc " + attributes + "><a:txBody><a:p><a:r><a:t>" + words + "</a:t></a:r></a:p></a:txBody></a:tc>"; };
  std::string table = "<p:graphicFrame><p:xfrm><a:off x=\"0\" y=\"100\"/></p:xfrm><a:graphic><a:graphicData><a:tbl><a:tr>" + cell("区分") + cell("期間") + "</a:tr><a:tr>" + cell("重要") + cell("十年") + "</a:tr><a:tr>" +
                      cell("", "vMerge=\"1\"") + cell("五年") + "</a:tr></a:tbl></a:graphicData></a:graphic></p:graphicFrame>";
  std::string diagram = "<p:graphicFrame><p:xfrm><a:off x=\"0\" y=\"200\"/></p:xfrm><a:graphic><a:graphicData><dgm:relIds r:dm=\"dm\"/></a:graphicData></a:graphic></p:graphicFrame>";
  std::string numbered = "<p:sp><p:nvSpPr><p:nvPr/></p:nvSpPr><p:spPr><a:xfrm><a:off x=\"0\" y=\"300\"/></a:xfrm></p:spPr><p:txBody>";
  for (const char* words : {"施錠する", "隠す"}) numbered += fmt::format("<a:p><a:pPr><a:buAutoNum type=\"arabicParenBoth\"/></a:pPr><a:r><a:t>{}</a:t></a:r></a:p>", words);
  numbered += "</p:txBody></p:sp>";
  std::string relations = "<Relationship Id=\"dm\" Type=\"http://x/diagramData\" Target=\"../diagrams/data1.xml\"/><Relationship Id=\"n\" Type=\"http://x/notesSlide\" Target=\"../notesSlides/n1.xml\"/>";
  std::string data = "<dgm:dataModel><dgm:ptLst><dgm:pt type=\"doc\"/><dgm:pt><dgm:t><a:p><a:r><a:t>計画10</a:t></a:r><a:r><a:rPr baseline=\"30000\"/><a:t>6</a:t></a:r></a:p></dgm:t></dgm:pt><dgm:pt type=\"pres\"><dgm:t><a:p><a:r><a:t>計画</a:t></a:r></a:p></dgm:t></dgm:pt></dgm:ptLst></dgm:dataModel>";
  std::string notes = "<p:notes><p:cSld><p:spTree>" + placeholder("type=\"sldNum\"", {"1"}) + placeholder("type=\"body\"", {"ここで説明する。", "続き"}) + "</p:spTree></p:cSld></p:notes>";
  auto extract = indexer::read(presentation({{table + diagram + numbered, "", relations}}, {{"ppt/diagrams/data1.xml", data}, {"ppt/notesSlides/n1.xml", notes}}), "a.pptx");
  CHECK(lines(extract.pages[0]) == Lines{"| 区分⇥期間", "| 重要⇥十年", "五年", "計画10^6", "(1) 施錠する", "(2) 隠す", "* ノート：ここで説明する。", "* 続き"});
}

TEST_CASE("presentations that point in circles are read", "[indexer][pptx]") {
  std::string circle = "<Relationships><Relationship Id=\"m\" Type=\"http://x/slideMaster\" Target=\"layout1.xml\"/></Relationships>";
  auto extract = indexer::read(presentation({{placeholder("type=\"body\" idx=\"77\"", {"本文"})}}, {{"ppt/slideLayouts/_rels/layout1.xml.rels", circle}}), "a.pptx");
  CHECK(lines(extract.pages[0]) == Lines{"本文"});
  std::string open, close;
  for (int i = 0; i < 400; ++i) open += "<p:grpSp>", close += "</p:grpSp>";
  CHECK_THROWS_AS(indexer::read(presentation({{open + close}}), "a.pptx"), Error);
}
