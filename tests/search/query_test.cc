#include "search/query.h"

#include <catch2/catch.hpp>

using shirube::search::parse;

TEST_CASE("queries are read as people mean them") {
  struct Row {
    const char* typed;
    const char* understood;
  };
  const Row rows[] = {
      {"テレワーク 端末", "語「テレワーク 端末」"},
      {"　テレワーク　端末　", "語「テレワーク 端末」"},
      {"\"情報資産の分類\"", "句「情報資産の分類」"},
      {"「情報資産の分類」 監査", "語「監査」 句「情報資産の分類」"},
      {"＂情報資産＂", "句「情報資産」"},
      {"委託 -再委託", "語「委託」 除外「再委託」"},
      {"委託 －\"再委託の禁止\"", "語「委託」 除外「再委託の禁止」"},
      {"種別:通知 発出者:総務省 監査", "語「監査」 種別「通知」 発出者「総務省」"},
      {"種別：notice 監査", "語「監査」 種別「通知」"},
      {"種別:小説 監査", "語「種別:小説 監査」"},
      {"日付:2024..2026 監査", "語「監査」 日付「2024-01-01〜2026-12-31」"},
      {"日付:令和7年度 監査", "語「監査」 日付「2025-04-01〜2026-03-31」"},
      {"施行:2027.. 監査", "語「監査」 日付「2027-01-01〜」"},
      {"日付:いつか", "語「日付:いつか」"},
      {"LGWAN-ASP", "語「LGWAN-ASP」"},
      {"-", "語「-」"},
      {"\"閉じない", "語「\"閉じない」"},
      {"", ""},
      {"\"\"", ""},
  };
  for (const auto& row : rows) {
    INFO(row.typed);
    CHECK(parse(row.typed).understood() == row.understood);
  }
}

TEST_CASE("any input is read") {
  std::string long_query(100'000, 'a');
  CHECK(parse(long_query).words.size() == 2000);
  CHECK_NOTHROW(parse("\xFF\xFE\"\x80-"));
  std::string quotes;
  for (int i = 0; i < 2000; ++i) quotes += "\"";
  CHECK_NOTHROW(parse(quotes));
}
