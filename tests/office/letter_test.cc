#include "office/letter.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <random>

#include "tests/office/docx_fixture.h"
#include "text/error.h"

using namespace shirube;
using namespace shirube::test;
using Json = nlohmann::json;
using office::LetterTemplate;

namespace {

std::string filled(const std::string& body, const Json& model) { return words(LetterTemplate(docx(body)).fill(model)); }

/// The faults of a body, a line each.
std::vector<std::string> faults(const std::string& body, const Json& shape = nullptr) {
  std::vector<std::string> out;
  for (const auto& fault : LetterTemplate(docx(body)).check(shape)) out.push_back(fault.mark + " " + fault.message);
  return out;
}
using Lines = std::vector<std::string>;

const Json kShape = Json::parse(R"({"番号": "", "件名": "", "回答": "", "図": {"png": ""}, "相手方": {"名称": ""}, "分類": [""], "出席者": [{"氏名": "", "所属": "", "役割": [""]}], "履歴": []})");

const Json kAudit = Json::parse(R"({"番号": "R8-監査-0003", "件名": "端末の点検", "回答": "", "公開": true, "件数": 3, "割合": 0.5, "分類": ["規程", "端末"], "相手方": {"名称": "星見システム"},
  "出席者": [{"氏名": "甲野", "所属": "総務課", "役割": ["議長", "記録"]}, {"氏名": "乙山", "所属": "情報課", "役割": []}]})");

/// A grey PNG of one pixel, as base64.
constexpr const char* kPixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==";

size_t count(const std::string& text, const std::string& part) {
  size_t found = 0;
  for (size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
  return found;
}
bool holds(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

}  // namespace

TEST_CASE("values stand where their names did", "[office][letter]") {
  struct Row {
    std::string text, expected;
  };
  const Row table[] = {
      {"{{番号}}について", "R8-監査-0003について|"},
      {"｛｛　件名　｝｝と{{ 件 名 }}", "端末の点検と端末の点検|"},
      {"{｛番号｝}", "R8-監査-0003|"},
      {"{{{番号}}}", "{R8-監査-0003}|"},
      {"件数{{件数}} 割合{{割合}} {{公開}}", "件数3 割合0.5 はい|"},
      {"{{分類}}", "規程、端末|"},
      {"[{{知らない}}{{相手方}}{{出席者}}{{.}}]", "[]|"},
      {"{ 番号 } は字のまま", "{ 番号 } は字のまま|"},
  };
  for (const auto& [text, expected] : table) {
    INFO(text);
    CHECK(filled(paragraph(text), kAudit) == expected);
  }
}

TEST_CASE("what stands in a value is neither markup nor a place again", "[office][letter]") {
  const Json model = {{"甲", "<w:p>&amp;{{乙}}"}, {"乙", "一行目\r\n二行目\t右\n  字下げ "}, {"丙", "制\x01御\x0B" + std::string(1, '\0') + "字\xEF\xBF\xBF壊\xFF"}};
  CHECK(filled(paragraph("{{甲}}"), model) == "<w:p>&amp;{{乙}}|");
  CHECK(filled(paragraph("{{乙}}"), model) == "一行目/二行目>右/  字下げ |");
  CHECK(filled(paragraph("{{丙}}"), model) == "制御字壊\uFFFD|");
  CHECK(holds(part(LetterTemplate(docx(paragraph("{{乙}}"))).fill(model), "word/document.xml"), "<w:t xml:space=\"preserve\">  字下げ </w:t>"));
}

TEST_CASE("a place that Word cut in pieces is one, in the format of the first", "[office][letter]") {
  const std::string body = "<w:p>" + run("前{") + "<w:proofErr w:type=\"spellStart\"/>" + run("{番", "<w:b/>") + "<w:bookmarkStart w:id=\"0\" w:name=\"a\"/>" + run("号") + "<w:proofErr w:type=\"spellEnd\"/>" +
                           "<w:r w:rsidR=\"00A1\"><w:t>}</w:t></w:r><w:bookmarkEnd w:id=\"0\"/>" + run("}後{{件", "<w:i/>") + "<w:r><w:lastRenderedPageBreak/><w:t>名}}</w:t><w:tab/><w:t>末</w:t></w:r></w:p>";
  CHECK(filled(body, kAudit) == "前R8-監査-0003後端末の点検>末|");
  const std::string xml = part(LetterTemplate(docx(body)).fill(kAudit), "word/document.xml");
  CHECK(holds(xml, "<w:r><w:t xml:space=\"preserve\">R8-監査-0003</w:t></w:r>"));
  CHECK(holds(xml, "<w:r><w:rPr><w:i/></w:rPr><w:t xml:space=\"preserve\">後</w:t></w:r>"));
  CHECK(holds(xml, "<w:r><w:rPr><w:i/></w:rPr><w:t xml:space=\"preserve\">端末の点検</w:t></w:r>"));
  std::string letters = "<w:p>";
  for (const char* letter : {"{", "{", "#", "出", "席", "者", "}", "}", "{", "{", "氏", "名", "}", "}", "・", "{", "{", "/", "出", "席", "者", "}", "}"}) letters += run(letter);
  CHECK(filled(letters + "</w:p>", kAudit) == "甲野・乙山・|");
  CHECK(filled("<w:p><w:hyperlink r:id=\"x\">" + run("{{番") + "</w:hyperlink>" + run("号}}後") + "</w:p>", kAudit) == "R8-監査-0003後|");
  CHECK(filled("<w:p><w:del>" + std::string("<w:r><w:delText>{{</w:delText></w:r></w:del><w:ins>") + run("{{番号}}") + "</w:ins></w:p>", kAudit) == "{{R8-監査-0003|");
}

TEST_CASE("sections repeat what stands between their marks", "[office][letter]") {
  CHECK(filled(paragraph("出席: {{#出席者}}{{氏名}}（{{所属}}）、{{/出席者}}以上"), kAudit) == "出席: 甲野（総務課）、乙山（情報課）、以上|");
  CHECK(filled(paragraph("{{#分類}}・{{.}} {{/分類}}"), kAudit) == "・規程 ・端末 |");
  CHECK(filled(paragraphs({"前", "｛｛＃出席者｝｝", "{{氏名}}", "{{番号}}", "｛｛／出席者｝｝", "後"}), kAudit) == "前|甲野|R8-監査-0003|乙山|R8-監査-0003|後|");
  CHECK(filled(paragraph("{{#公開}}公開{{/公開}}{{^公開}}非公開{{/公開}}{{#回答}}有{{/回答}}{{^回答}}無{{/回答}}{{#件名}}「{{.}}」{{/件名}}"), kAudit) == "公開無「端末の点検」|");
  CHECK(filled(paragraph("{{#相手方}}{{名称}}（{{番号}}）{{/相手方}}"), kAudit) == "星見システム（R8-監査-0003）|");
  CHECK(filled(paragraphs({"前", "{{#知らない}}", "中", "{{/知らない}}", "後"}), kAudit) == "前|後|");
  CHECK(filled(paragraphs({"{{#出席者}}", "{{氏名}}", "{{#役割}}", "　{{.}}（{{氏名}}）", "{{/役割}}", "{{^役割}}", "　役割なし", "{{/役割}}", "{{/出席者}}"}), kAudit) ==
        "甲野|　議長（甲野）|　記録（甲野）|乙山|　役割なし|");
  // Marks alone, but together.
  CHECK(filled(paragraphs({"{{#出席者}}{{#役割}}", "{{氏名}}{{.}}", "{{/役割}}{{/出席者}}{{^回答}}", "無", "{{/回答}}"}), kAudit) == "甲野議長|甲野記録|無|");
  CHECK(filled(paragraphs({"{{#出席者}}", "{{/出席者}}"}), kAudit) == "");
}

TEST_CASE("what belongs to a list stands once, where there is anything in it", "[office][letter]") {
  CHECK(filled(paragraph("{{?出席者}}出席{{#出席者}} {{氏名}}{{/出席者}}{{/出席者}}{{？履歴}}履歴{{/履歴}}{{?知らない}}無{{/知らない}}{{?件名}}、{{件名}}{{/件名}}"), kAudit) == "出席 甲野 乙山、端末の点検|");
  const std::string list = paragraphs({"{{?出席者}}", "出席者"}) + table({{"氏名", "所属"}, {"{{#出席者}}{{氏名}}", "{{所属}}{{/出席者}}"}}) + paragraphs({"{{/出席者}}", "以上"});
  CHECK(filled(list, kAudit) == "出席者|氏名|所属|甲野|総務課|乙山|情報課|以上|");
  CHECK(filled(list, {{"出席者", nlohmann::json::array()}}) == "以上|");
  CHECK(filled(table({{"番号", "{{番号}}"}, {"{{?回答}}回答", "{{回答}}{{/回答}}"}, {"{{?件名}}件名", "{{件名}}{{/件名}}"}}), kAudit) == "番号|R8-監査-0003|件名|端末の点検|");
}

TEST_CASE("sections repeat the rows of a table", "[office][letter]") {
  CHECK(filled(table({{"氏名", "所属"}, {"{{#出席者}}{{氏名}}", "{{所属}}{{/出席者}}"}, {"計", "2"}}), kAudit) == "氏名|所属|甲野|総務課|乙山|情報課|計|2|");
  CHECK(filled(table({{"{{#出席者}}{{氏名}}", "{{#役割}}{{.}} {{/役割}}{{/出席者}}"}}), kAudit) == "甲野|議長 記録 |乙山||");
  CHECK(filled(table({{"{{#出席者}}氏名", "{{氏名}}"}, {"所属", "{{所属}}{{/出席者}}"}}), kAudit) == "氏名|甲野|所属|総務課|氏名|乙山|所属|情報課|");
  CHECK(filled(table({{"{{#出席者}}{{#役割}}{{氏名}}", "{{.}}{{/役割}}{{/出席者}}"}}), kAudit) == "甲野|議長|甲野|記録|");
  // In one cell, paragraphs.
  const std::string body = "<w:tbl><w:tblPr/><w:tr>" + cell(paragraphs({"{{#出席者}}", "{{氏名}}", "{{/出席者}}"})) + "</w:tr></w:tbl>";
  CHECK(filled(body, kAudit) == "甲野|乙山|");
  // Of nothing no row, and of no row no table; a cell keeps a paragraph.
  const std::string empty = part(LetterTemplate(docx(table({{"{{#履歴}}{{日}}", "{{文}}{{/履歴}}"}}) + body)).fill({{"番号", "1"}}), "word/document.xml");
  CHECK(count(empty, "<w:tbl>") == 1);
  CHECK(holds(empty, "<w:p/></w:tc>"));
}

TEST_CASE("headers, footers, notes and text boxes are filled too", "[office][letter]") {
  const std::string box = "<w:txbxContent>" + paragraph("箱{{番号}}") + "</w:txbxContent>";
  const std::string body = "<w:p>" + run("本文{{番") + "<w:r><mc:AlternateContent><mc:Choice Requires=\"wps\"><w:drawing><wp:anchor>" + box + "</wp:anchor></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>" + box +
                           "</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>" + run("号}}") + "</w:p>";
  const std::string bytes = docx(body, {{"header", "header1.xml", "hdr", paragraph("頭{{件名}}")},
                                       {"footer", "footer1.xml", "ftr", paragraph("{{#分類}}{{.}}{{/分類}}")},
                                       {"footnotes", "footnotes.xml", "footnotes", "<w:footnote w:id=\"1\">" + paragraph("注{{番号}}") + "</w:footnote>"}});
  const std::string letter = LetterTemplate(bytes).fill(kAudit);
  CHECK(words(letter) == "本文R8-監査-0003箱R8-監査-0003|箱R8-監査-0003||");
  CHECK(words(letter, "word/header1.xml") == "頭端末の点検|");
  CHECK(words(letter, "word/footer1.xml") == "規程端末|");
  CHECK(words(letter, "word/footnotes.xml") == "注R8-監査-0003|");
  auto wrong = LetterTemplate(docx("", {{"header", "header1.xml", "hdr", paragraph("第{{番合}}号")}})).check(kShape);
  REQUIRE(wrong.size() == 1);
  CHECK(wrong[0].part == "ヘッダー");
  CHECK(wrong[0].around == "第{{番合}}号");
}

TEST_CASE("images are taken in with their relation and type, each once", "[office][letter]") {
  const std::string bytes = docx(paragraph("{{@図}}") + paragraph("{{#写真}}{{@.}}{{/写真}}"), {{"header", "header1.xml", "hdr", paragraph("{{@図}}")}});
  const Json picture = {{"png", kPixel}, {"width_mm", 50}};
  const std::string letter = LetterTemplate(bytes).fill({{"図", picture}, {"写真", Json::array({picture, picture})}});
  const std::string body = part(letter, "word/document.xml");
  CHECK(count(body, "<w:drawing>") == 3);
  CHECK(count(body, "r:embed=\"rIdShirube1\"") == 3);
  CHECK(holds(body, "<wp:extent cx=\"1800000\" cy=\"1800000\"/>"));
  CHECK(count(part(letter, "word/_rels/document.xml.rels"), "Target=\"/word/media/shirube-1.png\"") == 1);
  CHECK(holds(part(letter, "word/_rels/header1.xml.rels"), "Target=\"/word/media/shirube-1.png\""));
  CHECK(holds(part(letter, "[Content_Types].xml"), "<Default Extension=\"png\" ContentType=\"image/png\"/>"));
  CHECK(part(letter, "word/media/shirube-1.png").size() == 67);
  for (const char* id : {"<wp:docPr id=\"1\"", "<wp:docPr id=\"2\"", "<wp:docPr id=\"3\""}) CHECK(count(body, id) == 1);
  CHECK(filled(paragraph("[{{@図}}]"), Json::object()) == "[]|");
  CHECK(filled(paragraph("[{{@図}}]"), {{"図", {{"png", nullptr}}}}) == "[]|");
  CHECK_THROWS_AS(filled(paragraph("{{@図}}"), {{"図", {{"png", "R0lGODlh"}}}}), Error);
  const auto raw = part(letter, "word/media/shirube-1.png");
  CHECK(part(LetterTemplate(docx(paragraph("{{@図}}"))).fill({{"図", {{"png", Json::binary({raw.begin(), raw.end()})}}}}), "word/media/shirube-1.png") == raw);
}

TEST_CASE("a letter is a file that Word opens, the same for the same model", "[office][letter]") {
  LetterTemplate letter(docx(paragraph("{{番号}}") + table({{"{{#出席者}}{{氏名}}", "{{所属}}{{/出席者}}"}})));
  const std::string bytes = letter.fill(kAudit);
  CHECK(bytes == letter.fill(kAudit));
  indexer::Archive archive(bytes);
  CHECK(archive.members().front().name == "[Content_Types].xml");
  CHECK(part(bytes, "word/document.xml").starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>"));
  // A letter without places is a template that gives the same.
  CHECK(LetterTemplate(bytes).fill(kAudit) == bytes);
  // What there may be but once in a document is not repeated.
  const std::string marked = "<w:p w14:paraId=\"0A\"><w:bookmarkStart w:id=\"1\" w:name=\"x\"/>" + run("{{氏名}}") + "<w:bookmarkEnd w:id=\"1\"/></w:p>";
  const std::string repeated = part(LetterTemplate(docx(paragraph("{{#出席者}}") + marked + paragraph("{{/出席者}}"))).fill(kAudit), "word/document.xml");
  CHECK(count(repeated, "<w:bookmarkStart") == 1);
  CHECK(count(repeated, "paraId") == 1);
}

TEST_CASE("names that are none are told, with what may be meant", "[office][letter]") {
  CHECK(faults(paragraphs({"{{番号}} {{件名}}{{分類}}", "{{#出席者}}", "{{氏名}} {{番号}}{{#役割}}{{.}}{{/役割}}", "{{/出席者}}", "{{@図}}", "{{^回答}}無{{/回答}}", "{{#履歴}}{{何でも}}{{/履歴}}"}), kShape).empty());
  CHECK(faults(paragraph("{{番合}}"), kShape) == Lines{"{{番合}} 「番合」という名前はありません。「番号」ではありませんか。"});
  CHECK(faults(paragraph("{{氏名}}"), kShape) == Lines{"{{氏名}} 「氏名」という名前はありません。「出席者」の中の名前です。「{{#出席者}}」と「{{/出席者}}」の間に置いてください。"});
  CHECK(faults(paragraph("{{#出席}}{{氏名}}{{/出席}}"), kShape) == Lines{"{{#出席}} 「出席」という名前はありません。「出席者」ではありませんか。"});
  CHECK(faults(paragraph("{{何かの名前}}"), kShape) == Lines{"{{何かの名前}} 「何かの名前」という名前はありません。使える名前を確かめてください。"});
  CHECK(faults(paragraph("{{出席者}}"), kShape) == Lines{"{{出席者}} 「出席者」は一つの値ではありません。「{{#出席者}}」と「{{/出席者}}」の間に、中の名前を書いてください。"});
  CHECK(faults(paragraph("{{図}}{{@番号}}"), kShape) == Lines{"{{図}} 「図」は画像です。「{{@図}}」と書いてください。", "{{@番号}} 「番号」は画像ではありません。"});
  CHECK(faults(paragraph("{{.}}{{#出席者}}{{.}}{{/出席者}}"), kShape) == Lines{"{{.}} 「{{.}}」は、「{{#…}}」と「{{/…}}」の間だけで使えます。", "{{.}} ここでは「{{.}}」でなく、名前を書いてください。"});
  CHECK(faults(paragraph("{{^番合}}無{{/番合}}"), kShape).size() == 1);
}

TEST_CASE("sections and braces that are broken are told in the order of the text, and never filled", "[office][letter]") {
  CHECK(faults(paragraphs({"{{番号", "{{#甲}}", "{{ }}", "{{/乙}}", "終り}}"})) ==
        Lines{"{{番号 「}}」で閉じていません。", "{{#甲}} 終わりの「{{/甲}}」がありません。", "{{ }} 波かっこの中に名前がありません。", "{{/乙}} 始まりがありません。", "}} 対になる「{{」がありません。"});
  struct Row {
    const char* about;
    std::string body;
  };
  const Row table_of_levels[] = {
      {"a paragraph to another", paragraphs({"前{{#甲}}", "中", "{{/甲}}"})},
      {"the body to a cell", paragraph("{{#甲}}") + table({{"一", "{{/甲}}"}})},
      {"a cell to the body", table({{"一", "{{#甲}}"}}) + paragraph("{{/甲}}")},
      {"a table to another", table({{"一", "{{#甲}}"}}) + paragraph("間") + table({{"{{/甲}}", "二"}})},
      {"a link to what follows", "<w:p><w:hyperlink>" + run("{{#甲}}") + "</w:hyperlink>" + run("{{/甲}}") + "</w:p>"},
      {"a box to its paragraph", "<w:p><w:r><w:pict><v:textbox><w:txbxContent>" + paragraph("{{#甲}}") + "</w:txbxContent></v:textbox></w:pict></w:r>" + run("{{/甲}}") + "</w:p>"},
      {"rows that another section has", table({{"{{#乙}}一", "二"}, {"{{/乙}}", "{{#甲}}"}, {"{{/甲}}", "三"}})},
  };
  for (const auto& [about, body] : table_of_levels) {
    INFO(about);
    auto told = faults(body);
    REQUIRE(told.size() == 1);
    CHECK(told[0] == "{{#甲}} 終わりの「{{/甲}}」と位置がそろっていません。同じ段落の中か、同じ表の行の中に置くか、それぞれをほかの文字のない段落に置いてください。");
    CHECK_THROWS_AS(filled(body, kAudit), Error);
  }
  CHECK(faults(paragraph("{{#甲}}{{#乙}}{{/甲}}{{/乙}}")) == Lines{"{{#乙}} 終わりの「{{/乙}}」がありません。", "{{/乙}} 始まりがありません。"});
}

TEST_CASE("what is no template is refused, and what would be without end", "[office][letter]") {
  auto refusal = [](const std::string& bytes) {
    try {
      LetterTemplate letter(bytes);
      return std::string();
    } catch (const Error& e) {
      CHECK(e.kind() == ErrorKind::invalid);
      CHECK_FALSE(e.hint().empty());
      return e.message();
    }
  };
  CHECK_FALSE(refusal("").empty());
  CHECK_FALSE(refusal("甲").empty());
  CHECK(holds(refusal("\xD0\xCF\x11\xE0 doc"), "古い形式"));
  CHECK_FALSE(refusal(zipped({{"a.txt", "甲"}})).empty());
  CHECK_FALSE(refusal(zipped({{"[Content_Types].xml", "<Types/>"}, {"xl/workbook.xml", "<workbook/>"}})).empty());
  CHECK_FALSE(refusal(docx("<w:p>")).empty());
  CHECK(holds(refusal(docx("", {{"vbaProject", "vbaProject.bin", "x", ""}})), "マクロ"));
  CHECK(holds(refusal(docx(paragraph(std::string(60 << 20, 'a')))), "大きすぎ"));
  std::string deep;
  for (int i = 0; i < 300; ++i) deep += "<w:sdt>";
  for (int i = 0; i < 300; ++i) deep += "</w:sdt>";
  CHECK_FALSE(refusal(docx(deep)).empty());
  std::string nested;
  for (int i = 0; i < 33; ++i) nested += "{{#甲}}";
  CHECK_FALSE(refusal(docx(paragraph(nested))).empty());
  // Ten within ten within ten …
  std::string begin, end;
  for (int i = 0; i < 8; ++i) begin += "{{#甲}}", end += "{{/甲}}";
  CHECK_THROWS_WITH(filled(paragraph(begin + "字" + end), {{"甲", {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}}}), Catch::Contains("繰返し"));
  CHECK_THROWS_WITH(filled(paragraph("{{#甲}}{{乙}}{{/甲}}"), {{"甲", std::vector<int>(1000)}, {"乙", std::string(100'000, 'a')}}), Catch::Contains("大きすぎます"));
}

TEST_CASE("a template that is damaged anywhere is read or refused", "[office][letter][fuzz]") {
  std::string body = "<w:p>" + run("{") + run("{番号}} {{#出席者}}{{氏名}}{{/出席者}}") + "</w:p>" + paragraphs({"{{#出席者}}", "{{所属}}", "{{/出席者}}"}) + table({{"{{#出席者}}{{氏名}}", "{{@図}}{{/出席者}}"}});
  const std::string whole = docx(body, {{"header", "header1.xml", "hdr", paragraph("{{^回答}}無{{/回答}}")}});
  std::mt19937 random(1);
  auto any = [&](size_t below) { return std::uniform_int_distribution<size_t>(0, below - 1)(random); };
  auto attempt = [](const std::string& bytes) {
    try {
      LetterTemplate letter(bytes);
      letter.check(kShape);
      LetterTemplate again(letter.fill(kAudit));
    } catch (const Error& e) {
      CHECK(e.kind() == ErrorKind::invalid);
    }
  };
  for (int i = 0; i < 500; ++i) attempt(whole.substr(0, any(whole.size())));
  for (int i = 0; i < 2000; ++i) {
    std::string bytes = whole;
    for (size_t k = any(4) + 1; k > 0; --k) bytes[any(bytes.size())] = static_cast<char>(any(256));
    attempt(bytes);
  }
  // The XML itself, so that the ZIP file's sums do not stand in the way.
  const std::vector<std::string> pieces = {"{{", "}}", "{{#甲}}", "{{/甲}}", "{{^番号}}", "｛｛", "<w:p>", "</w:p>", "<w:r>", "</w:r>", "<w:tr>", "</w:tr>", "<w:tc>", "</w:tc>", "<w:t>", "</w:t>", "<w:tbl>", "</w:tbl>", "\n", "<w:txbxContent>", "</w:txbxContent>"};
  for (int i = 0; i < 2000; ++i) {
    std::string damaged = body;
    for (size_t k = any(4) + 1; k > 0; --k) {
      size_t at = any(damaged.size());
      if (any(2)) damaged.insert(at, pieces[any(pieces.size())]);
      else damaged.erase(at, any(20));
    }
    attempt(docx(damaged));
  }
  // Marks anywhere in a sound tree.
  const std::vector<std::string> marks = {"{{#甲}}", "{{/甲}}", "{{#乙}}", "{{/乙}}", "{{^甲}}", "{{番号}}", "{{@図}}", "字", "{", "}"};
  for (int i = 0; i < 3000; ++i) {
    auto text = [&] {
      std::string out;
      for (size_t k = any(4); k > 0; --k) out += marks[any(marks.size())];
      return out;
    };
    std::string made;
    for (size_t k = any(5) + 1; k > 0; --k) made += any(3) == 0 ? table({{text(), text()}, {text(), text()}}) : "<w:p>" + run(text()) + run(text()) + "</w:p>";
    attempt(docx(made));
  }
}
