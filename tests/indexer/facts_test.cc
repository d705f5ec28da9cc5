#include "indexer/facts.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "tests/temporary_folder.h"
#include "text/error.h"

using namespace shirube;
using namespace shirube::indexer;

namespace {

struct Fixture {
  TemporaryFolder folder;
  std::filesystem::path write(const std::string& text) {
    std::ofstream(folder / "facts.toml") << text;
    return folder / "facts.toml";
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "facts.toml lists editions with their document's facts") {
  auto listed = read_facts(write(R"([[document]]
slug = "kijun"
title = "対策基準"
kind = "policy"
  [[document.edition]]
  file = "r6.md"
  label = "令和6年4月1日版"
  effective = 2024-04-01
  [[document.edition]]
  file = "r7.md"
  effective = "2025-04-01"
)"));
  REQUIRE(listed.size() == 2);
  CHECK(listed[0].file == folder / "r6.md");
  CHECK(listed[0].facts.label == "令和6年4月1日版");
  CHECK(listed[0].facts.effective == "2024-04-01");
  CHECK(listed[1].facts.slug == "kijun");
  CHECK(listed[1].facts.label.empty());
}

TEST_CASE_METHOD(Fixture, "a fault in facts.toml names its line") {
  struct Row {
    const char* text;
    const char* says;
  };
  const Row rows[] = {
      {"[[document]]\nslug = \"a\"\ntitle = \"b\"\ncolour = \"red\"\n", "4行目: 「colour」という項目はありません"},
      {"[[document]]\nslug = \"a\"\n[[document.edition]]\nfile = \"x\"\n", "slug と title は必須"},
      {"[[document]]\nslug = \"a\"\ntitle = \"b\"\n", "[[edition]] がありません"},
      {"[[document]]\nslug = \"a\"\ntitle = \"b\"\n[[document.edition]]\nlabel = \"x\"\n", "file は必須"},
      {"[[document]]\nslug = \"a\"\ntitle = \"b\"\n[[document.edition]]\nfile = \"../x\"\n", "フォルダの中"},
      {"[[document]]\nslug = \"a\"\ntitle = \"b\"\n[[document.edition]]\nfile = \"/etc/passwd\"\n", "フォルダの中"},
      {"[[document]]\nslug = 3\ntitle = \"b\"\n", "文字列または日付"},
      {"", "[[document]] がありません"},
      {"document = 1\n", "[[document]] がありません"},
      {"[[document\n", "TOML として読めません"},
  };
  for (const auto& row : rows) {
    INFO(row.text);
    CHECK_THROWS_WITH(read_facts(write(row.text)), Catch::Contains(row.says));
  }
}

TEST_CASE("a file's name tells its slug, and an e-Gov name the day it takes effect") {
  CHECK(facts_of_name("/a/kijun.md").facts.slug == "kijun");
  auto law = facts_of_name("425AC0000000027_20261001_507AC0000000087.xml").facts;
  CHECK(law.slug == "425AC0000000027");
  CHECK(law.effective == "2026-10-01");
  CHECK(facts_of_name("425AC0000000027_2026100x_507AC0000000087.xml").facts.slug == "425AC0000000027_2026100x_507AC0000000087");
}

TEST_CASE("what is said over wins, member by member") {
  corpus::Facts over, under;
  over.title = "上";
  under.title = "下";
  under.issuer = "総務省";
  auto facts = corpus::merged(over, under);
  CHECK(facts.title == "上");
  CHECK(facts.issuer == "総務省");
}

TEST_CASE("the head of a notice says its number, date and title") {
  auto facts = facts_of_head("情政サ第４２号\n令和８年６月２６日\n各課長　様\n\n星見市情報政策課長\n（公印省略）\n端末の点検の実施について（通知）\n　このことについて、下記のとおり行う。\n別件について\n");
  CHECK(facts.number == "情政サ第４２号");
  CHECK(facts.issued == "2026-06-26");
  CHECK(facts.title == "端末の点検の実施について（通知）");
  auto plain = facts_of_head("星見市端末利用基準\n第3号車について話す。\n");
  CHECK(plain.number.empty());
  CHECK(plain.title.empty());
  auto broken = facts_of_head("庁内の情報システムに接続する端末の点検及びその結果の\n報告について（依頼）\n");
  CHECK(broken.title == "庁内の情報システムに接続する端末の点検及びその結果の報告について（依頼）");
}
