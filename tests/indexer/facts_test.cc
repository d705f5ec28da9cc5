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

TEST_CASE("a table of facts names files row by row, and a faulty row is that row's fault") {
  TemporaryFolder folder;
  std::filesystem::path csv = folder / "facts.csv";
  std::ofstream(csv, std::ios::binary) << "\xEF\xBB\xBF"
                                          "ファイル,件名,種別,施行日,公開範囲\r\n"
                                          "a.md,\"対策基準\r\n（本則）\",規程,令和7年4月1日,staff\r\n"
                                          "\r\n"
                                          "b.md,通知,手紙,,\r\n"
                                          "../c.md,別,,,\r\n"
                                          "sub\\d.md,別,,2026-02-30,\r\n"
                                          ",件名だけ,,,\r\n"
                                          "e.md,余り,,,,多い\r\n"
                                          "sub/f.md,通知2,notice,2026-04-01,公開\r\n";
  auto listed = read_facts_table(csv);
  REQUIRE(listed.size() == 7);
  CHECK(listed[0].facts.title == "対策基準 （本則）");
  CHECK(listed[0].facts.effective == "2025-04-01");
  CHECK(listed[0].file == folder.path() / "a.md");
  CHECK_FALSE(listed[0].fault);
  const std::pair<const char*, const char*> faults[] = {{"の5行目", "種別「手紙」はありません。"}, {"の6行目", "同じフォルダの中のファイルではありません"}, {"の7行目", "日付ではありません"}, {"の8行目", "ファイルの名前がありません"}, {"の9行目", "項目名のない列"}};
  for (size_t i = 0; i < std::size(faults); ++i) {
    INFO(listed[i + 1].shown);
    REQUIRE(listed[i + 1].fault);
    CHECK_THAT(listed[i + 1].shown, Catch::EndsWith(faults[i].first));
    CHECK_THAT(listed[i + 1].fault->message(), Catch::Contains(faults[i].second));
  }
  CHECK(listed[6].file == folder.path() / "sub/f.md");
  CHECK_FALSE(listed[6].fault);
}

TEST_CASE("a table of facts without a proper row of names is refused whole") {
  TemporaryFolder folder;
  for (const char* text : {"", "件名,種別\na,規程\n", "ファイル,題\na.md,b\n", "ファイル,ファイル\na.md,b.md\n"}) {
    INFO(text);
    std::ofstream(folder / "facts.csv", std::ios::binary | std::ios::trunc) << text;
    CHECK_THROWS_AS(read_facts_table(folder / "facts.csv"), Error);
  }
}
