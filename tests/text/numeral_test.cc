#include "text/numeral.h"

#include <catch2/catch.hpp>

using namespace shirube::text;

TEST_CASE("numerals of every notation have their value") {
  struct Row {
    const char* written;
    int64_t value;
  };
  const Row rows[] = {
      {"12", 12},        {"１２", 12},     {"十二", 12},        {"百二十三", 123},   {"一二三", 123},  {"二〇二五", 2025},
      {"〇", 0},         {"千", 1000},     {"二千二十五", 2025}, {"一万二千", 12000}, {"壱拾弐", 12},   {"三億", 300000000},
      {"①", 1},          {"⑳", 20},        {"㉑", 21},          {"㊱", 36},          {"㊿", 50},       {"⑴", 1},
      {"Ⅳ", 4},          {"ⅱ", 2},         {"❸", 3},            {"⓫", 11},           {"百", 100},      {"十", 10},
      {"四百七十万三百三十二", 4700332},
  };
  for (const auto& row : rows) {
    INFO(row.written);
    CHECK(numeral_value(row.written) == row.value);
  }
}

TEST_CASE("what is not wholly a numeral has no value") {
  for (const char* s : {"", "第", "12条", "十二条", "万", "a", "１つ", "99999999999999999999", "一二三四五六七八九一二三億"}) {
    INFO(s);
    CHECK_FALSE(numeral_value(s));
  }
}

TEST_CASE("reading stops where the numeral stops") {
  auto n = read_numeral("第");
  CHECK_FALSE(n);
  n = read_numeral("十二条");
  REQUIRE(n);
  CHECK(n->value == 12);
  CHECK(n->length == 6);
  CHECK(n->style == NumeralStyle::kanji);
  n = read_numeral("③②");
  REQUIRE(n);
  CHECK(n->value == 3);
  CHECK(n->length == 3);
}

TEST_CASE("letters know their place in each order") {
  CHECK(letter_ordinal(U'ア', LetterOrder::aiueo) == 1);
  CHECK(letter_ordinal(U'イ', LetterOrder::aiueo) == 2);
  CHECK(letter_ordinal(U'イ', LetterOrder::iroha) == 1);
  CHECK(letter_ordinal(U'ﾊ', LetterOrder::iroha) == 3);
  CHECK(letter_ordinal(U'あ', LetterOrder::aiueo) == 1);
  CHECK(letter_ordinal(U'ン', LetterOrder::aiueo) == 46);
  CHECK(letter_ordinal(U'ｃ', LetterOrder::latin) == 3);
  CHECK(letter_ordinal(U'Z', LetterOrder::latin) == 26);
  CHECK(letter_ordinal(U'漢', LetterOrder::aiueo) == 0);
}
