#include "indexer/readers/archive.h"

#include <catch2/catch.hpp>

#include "indexer/extract.h"
#include "tests/indexer/zip_fixture.h"
#include "text/error.h"

using namespace shirube;
using Catch::Matchers::Contains;
using indexer::Archive;

TEST_CASE("a ZIP file gives its members, whatever their names are written in") {
  std::string bytes = zipped({{"星見市/基準.txt", "第1条"}, {"\x8a\xee\x8f\x80.txt", "CP932の名前"}, {"a\\b.txt", "窓"}});
  Archive archive(bytes);
  REQUIRE(archive.members().size() == 3);
  CHECK(archive.members()[0].name == "星見市/基準.txt");
  CHECK(archive.members()[1].name == "基準.txt");
  CHECK(archive.members()[2].name == "a/b.txt");
  CHECK(archive.read("星見市/基準.txt") == "第1条");
  CHECK(archive.read(1) == "CP932の名前");
  CHECK_FALSE(archive.has("ない.txt"));
  CHECK_THROWS_AS(archive.read("ない.txt"), Error);
}

TEST_CASE("a ZIP file that unfolds to too much is refused, and nothing else is") {
  std::string zeros(size_t{4} << 20, '\0');
  std::string bytes = zipped({{"one", zeros}, {"two", zeros}});
  SECTION("by how many times it was packed") {
    Archive archive(bytes, {.suspicious_bytes = size_t{1} << 20, .most_ratio = 100});
    CHECK_THROWS_WITH(archive.read("one"), Contains("大きすぎる"));
  }
  SECTION("by all that was read") {
    Archive archive(bytes, {.total_bytes = size_t{6} << 20});
    CHECK(archive.read("one").size() == zeros.size());
    CHECK_THROWS_WITH(archive.read("two"), Contains("大きすぎる"));
  }
  SECTION("by the number of its members") { CHECK_THROWS_WITH(Archive(bytes, {.members = 1}), Contains("多すぎます")); }
  SECTION("within the limits it is read") { CHECK(Archive(bytes).read("two") == zeros); }
}

TEST_CASE("a ZIP file that is locked or broken says so") {
  std::string locked = zipped({{"a.txt", "秘密"}}, "himitsu");
  Archive archive(locked);
  CHECK(archive.members()[0].encrypted);
  CHECK_THROWS_WITH(archive.read(0), Contains("パスワード"));
  std::string whole = zipped({{"a.txt", std::string(1000, 'a')}});
  for (size_t length = 0; length < whole.size(); length += 7) CHECK_THROWS_AS(Archive(std::string_view(whole).substr(0, length)), Error);
}

TEST_CASE("what systems put into ZIP files for themselves is no member") {
  auto extract = indexer::read(zipped({{"__MACOSX/._a.txt", "x"}, {"a.txt", "第1条"}, {"folder/", ""}, {"Thumbs.db", "x"}}), "a.zip");
  REQUIRE(extract.members.size() == 1);
  CHECK(extract.members[0].name == "a.txt");
  CHECK(extract.media_type == "application/zip");
  CHECK_THROWS_WITH(indexer::read(zipped({{"Thumbs.db", "x"}}), "a.zip"), Contains("ファイルがありません"));
}

TEST_CASE("a ZIP file that begins with a PDF is a ZIP file all the same") {
  // Packed so short that it stands as it is.
  auto extract = indexer::read(zipped({{"a.pdf", "%PDF-1.4"}, {"b.txt", "第1条"}}), "a.zip");
  CHECK(extract.members.size() == 2);
}
