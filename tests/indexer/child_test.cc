#include "indexer/child.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "tests/temporary_folder.h"
#include "text/error.h"

using namespace shirube;
namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

const std::atomic<bool> kGoOn{false};

/// What the parent makes of a child that says these bytes, whatever it was given to read.
indexer::Extraction received(const std::string& said) {
  TemporaryFolder folder;
  fs::path program = folder / "child", answer = folder / "answer";
  std::ofstream(answer, std::ios::binary) << said;
  std::ofstream(program) << "#!/bin/sh\nexec /bin/cat '" << answer.string() << "'\n";
  fs::permissions(program, fs::perms::owner_all);
  return indexer::extract_in_child("甲", "a.txt", {}, program, kGoOn);
}

std::string message(const Json& json) {
  std::string out;
  Json::to_msgpack(json, out);
  return out;
}

std::string refusal(const std::string& said) {
  try {
    received(said);
    return {};
  } catch (const Error& e) {
    CHECK(e.kind() == ErrorKind::invalid);
    CHECK_FALSE(e.hint().empty());
    return e.message();
  }
}

Json extraction() {
  return Json::parse(R"({"media_type": "text/plain", "encoding": "UTF-8", "title": "端末要領", "number": "", "abbreviation": "", "issued": "2025-04-01", "effective": "", "scanned": 0, "warnings": ["注意"],
    "pages": 2, "clauses": [["第1条", 4, "目的", "端末を守る。", 1, null, "ⅰ", ""], ["２", 5, "", "毎年度点検する。", null, 0, "", ""]], "members": [], "conversion": null})");
}

}  // namespace

TEST_CASE("what a child says is read", "[indexer][child]") {
  Json json = extraction();
  json["members"] = Json::array({Json::array({"別紙.txt", Json::binary({'a', 0, 'b'})})});
  auto got = received(message(json));
  CHECK(got.facts.title == "端末要領");
  CHECK(got.facts.issued == "2025-04-01");
  CHECK(got.warnings == std::vector<std::string>{"注意"});
  REQUIRE(got.clauses.size() == 2);
  CHECK(got.clauses[0].page == 1);
  CHECK(got.clauses[0].printed_page == "ⅰ");
  CHECK(got.clauses[1].parent == 0);
  REQUIRE(got.members.size() == 1);
  CHECK(got.members[0].bytes == std::string("a\0b", 3));
  CHECK(refusal(message({{"error", "壊れています。"}, {"hint", "保存し直してください。"}})) == "壊れています。");
}

TEST_CASE("no words of a child hold what nobody sees, and none of its facts is without end", "[indexer][child]") {
  Json json = extraction();
  const std::string hidden = "甲\x01\u202E乙\n";
  for (const char* name : {"title", "number", "abbreviation", "encoding"}) json[name] = hidden;
  json["warnings"] = Json::array({hidden});
  json["clauses"] = Json::array({Json::array({hidden, 4, hidden, hidden, 1, nullptr, hidden, hidden})});
  json["members"] = Json::array({Json::array({hidden, Json::binary({})})});
  auto got = received(message(json));
  const std::string line = "甲乙 ";
  for (const auto& words : {got.facts.title, got.facts.number, got.facts.abbreviation, got.encoding, got.warnings.at(0), got.clauses.at(0).label, got.clauses[0].printed_page, got.members.at(0).name})
    CHECK(words == line);
  CHECK(got.clauses[0].text == "甲乙\n");
  CHECK(refusal(message({{"error", hidden}, {"hint", "x"}})) == line);
  // Titles are paragraphs of a document, and may be long without ill will.
  std::string title;
  for (int i = 0; i < 5000; ++i) title += "長";
  for (const char* name : {"title", "number", "abbreviation"}) json[name] = title;
  json["warnings"][0] = json["clauses"][0][0] = json["clauses"][0][6] = json["members"][0][0] = title;
  got = received(message(json));
  for (const auto& words : {got.facts.title, got.facts.number, got.facts.abbreviation, got.warnings[0], got.clauses[0].label, got.clauses[0].printed_page, got.members[0].name}) {
    CHECK(words.size() == 999);
    CHECK(title.starts_with(words));
  }
  CHECK(refusal(message({{"error", title}, {"hint", "x"}})).size() == 999);
}

TEST_CASE("a child that says what no reader says is refused", "[indexer][child]") {
  struct Row {
    std::string_view about;
    std::function<void(Json&)> change;
  };
  const std::string broken = "\xE7\xAB", endless(100'000, 'x');
  const std::vector<Row> rows = {
      {"a title that is no UTF-8", [&](Json& j) { j["title"] = broken; }},
      {"a number that is no UTF-8", [&](Json& j) { j["number"] = broken; }},
      {"an abbreviation that is no UTF-8", [&](Json& j) { j["abbreviation"] = broken; }},
      {"a warning that is no UTF-8", [&](Json& j) { j["warnings"][0] = broken; }},
      {"a media type that is no UTF-8", [&](Json& j) { j["media_type"] = broken; }},
      {"a label that is no UTF-8", [&](Json& j) { j["clauses"][0][0] = broken; }},
      {"a printed page that is no UTF-8", [&](Json& j) { j["clauses"][0][6] = broken; }},
      {"a member's name that is no UTF-8", [&](Json& j) { j["members"] = {{broken, Json::binary({})}}; }},
      {"a day that is none", [](Json& j) { j["issued"] = "2025-02-30"; }},
      {"a media type without end", [&](Json& j) { j["media_type"] = endless; }},
      {"an encoding without end", [&](Json& j) { j["encoding"] = endless; }},
      {"warnings without end", [](Json& j) { j["warnings"] = std::vector<std::string>(100'000, "注意"); }},
      {"members without end", [](Json& j) { j["members"] = std::vector<Json>(100'000, Json::array({"a", Json::binary({})})); }},
      {"a member that is no bytes", [](Json& j) { j["members"] = {{"a", "b"}}; }},
      {"pages below none", [](Json& j) { j["pages"] = -1; }},
      {"pages without end", [](Json& j) { j["pages"] = int64_t{1} << 40; }},
      {"half a page", [](Json& j) { j["pages"] = 1.5; }},
      {"a page before the first", [](Json& j) { j["clauses"][0][4] = 0; }},
      {"a page of no size", [](Json& j) { j["clauses"][0][4] = 1e300; }},
      {"a page behind the last", [](Json& j) { j["clauses"][0][4] = (int64_t{1} << 32) + 1; }},
      {"a parent that is itself", [](Json& j) { j["clauses"][0][5] = 0; }},
      {"a parent before the first", [](Json& j) { j["clauses"][1][5] = -1; }},
      {"a parent that is none", [](Json& j) { j["clauses"][1][5] = "0"; }},
      {"a kind that is none", [](Json& j) { j["clauses"][0][1] = 99; }},
      {"a kind of no size", [](Json& j) { j["clauses"][0][1] = (int64_t{1} << 32) + 4; }},
      {"a clause cut short", [](Json& j) { j["clauses"][0] = Json::array({"第1条"}); }},
      {"a member that is missing", [](Json& j) { j.erase("warnings"); }},
      {"a format of no program", [&](Json& j) { j["conversion"] = {endless, "docx"}; }},
      {"an error that is none", [](Json& j) { j["error"] = 1; }},
      {"an error that is no UTF-8", [&](Json& j) { j["error"] = broken, j["hint"] = "x"; }},
  };
  CHECK(refusal(message(extraction())).empty());
  for (const auto& row : rows) {
    INFO(row.about);
    Json json = extraction();
    row.change(json);
    CHECK(refusal(message(json)) == "読取り処理が異常終了しました。");
  }
}

TEST_CASE("what a child says does not unfold without end", "[indexer][child]") {
  const std::string died = "読取り処理が異常終了しました。";
  // Arrays of one array (MessagePack 0x91) and objects of one member (0x81), as deep as the pipe takes them;
  // the same, and strings in pieces, in CBOR.
  CHECK(refusal(std::string(20'000'000, '\x91')) == died);
  std::string objects;
  for (int i = 0; i < 5'000'000; ++i) objects += "\x81\xA1x";
  CHECK(refusal(objects) == died);
  CHECK(refusal(std::string(20'000'000, '\x81')) == died);
  CHECK(refusal(std::string(20'000'000, '\x7F')) == died);
  CHECK(refusal(std::string(20'000'000, '\x5F')) == died);
  // An array of as many values as bytes: 0xDD, four bytes of count, and so many times null.
  std::string many("\xDD\x01\x31\x2D\x00", 5);
  CHECK(refusal(many + std::string(20'000'000, '\xC0')) == died);
  // One that announces more than it says.
  CHECK(refusal("\xDD\xFF\xFF\xFF\xFF\xC0") == died);
  CHECK(refusal("\xDB\xFF\xFF\xFF\xFFx") == died);
  CHECK(refusal("") == died);
}

TEST_CASE("sheets that no reader makes are not taken from a child", "[indexer][child][sheets]") {
  TemporaryFolder folder;
  auto said = [&](const Json& json) {
    fs::path program = folder / "child", answer = folder / "answer";
    std::ofstream(answer, std::ios::binary) << message(json);
    std::ofstream(program) << "#!/bin/sh\nexec /bin/cat '" << answer.string() << "'\n";
    fs::permissions(program, fs::perms::owner_all);
    return indexer::sheets_in_child("甲", {}, program, kGoOn);
  };
  auto good = said({{"names", {"台帳"}}, {"rows", {{0, "甲", ""}, {0}}}});
  REQUIRE(good.size() == 1);
  CHECK(good[0].rows == std::vector<std::vector<std::string>>{{"甲", ""}, {}});
  const Json wide = std::vector<std::string>(indexer::most_sheet_columns + 1, "甲");
  Json beyond = Json::array({0});
  beyond.insert(beyond.end(), wide.begin(), wide.end());
  const Json lies[] = {
      {{"names", {"台帳"}}},
      {{"names", {"台帳"}}, {"rows", {{1, "甲"}}}},
      {{"names", {"台帳"}}, {"rows", {{-1, "甲"}}}},
      {{"names", {"台帳"}}, {"rows", {Json::array()}}},
      {{"names", {"台帳"}}, {"rows", {{0, 1}}}},
      {{"names", {"台帳"}}, {"rows", {{0, "制\x01御"}}}},
      {{"names", {"台帳"}}, {"rows", {{0, "甲\r\n乙"}}}},
      {{"names", {"台帳"}}, {"rows", Json::array({beyond})}},
      {{"names", std::vector<std::string>(indexer::most_sheets + 1, "台帳")}, {"rows", Json::array()}},
      {{"names", {"台帳"}}, {"rows", std::vector<std::vector<int>>(indexer::most_sheet_rows + 1, {0})}},
  };
  for (const Json& lie : lies) {
    INFO(lie.dump().substr(0, 200));
    CHECK_THROWS_AS(said(lie), Error);
  }
}
