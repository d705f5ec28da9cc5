#include "indexer/readers/number_format.h"

#include <catch2/catch.hpp>
#include <cmath>

using namespace shirube::indexer;

TEST_CASE("numbers are printed as their format says", "[indexer][xlsx]") {
  struct Row {
    double value;
    std::string_view format, printed;
  };
  constexpr Row rows[] = {
      {0, "General", "0"},
      {1234567890123, "General", "1234567890123"},
      {0.1 + 0.2, "General", "0.3"},
      {-2.5, "General", "-2.5"},
      {7, "000", "007"},
      {12, "0", "12"},
      {2.675, "0.00", "2.68"},
      {-0.001, "0.00", "0.00"},
      {0.285, "0%", "29%"},
      {0.5, "0", "1"},
      {999999999999999, "#,##0", "999,999,999,999,999"},
      {450359962737049.4, "0", "450359962737049"},
      {9007199254740991, "0.0", "9007199254740991.0"},
      {1234567, "#,##0", "1,234,567"},
      {12, "#,##0", "12"},
      {0, "#,##0", "0"},
      {0, "#", ""},
      {1.5, "0.##", "1.5"},
      {0.25, "0.0%", "25.0%"},
      {1500000, "#,##0,", "1,500"},
      {-1200, "#,##0;[Red]▲#,##0", "▲1,200"},
      {0, "#,##0;-#,##0;\"－\"", "－"},
      {3000, "¥#,##0", "¥3,000"},
      {3000, "[$¥-411]#,##0", "¥3,000"},
      {3000, "[$€-2] #,##0", "€ 3,000"},
      {3000, "#,##0\"円\"", "3,000円"},
      {3, "\"第\"0\"条\"", "第3条"},
      {1234567, "000-0000", "123-4567"},
      {311234567, "\"〒\"000\\-0000", "〒31123-4567"},
      {5, "[>=10]\"多\"0;\"少\"0", "少5"},
      {12, "[>=10]\"多\"0;\"少\"0", "多12"},
      {12345.678, "0.00E+00", "1.23E+04"},
      {1.5, "# ?/?", "1.5"},
      {5, ";;;", ""},
      {-5, "0;;0", ""},
      {5, "@", "5"},
      {45383, "[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy", "2024年4月1日"},
      {0.5625, "[$-F400]h:mm:ss\\ AM/PM", "13:30:00"},
  };
  for (const Row& row : rows) {
    INFO(row.format << " of " << row.value);
    CHECK(print_number(row.value, row.format) == row.printed);
  }
}

TEST_CASE("dates are printed in both calendars", "[indexer][xlsx]") {
  struct Row {
    double value;
    std::string_view format, printed;
  };
  const Row rows[] = {
      {45748, built_in_format(14), "2025/4/1"},
      {45748, "yyyy/mm/dd", "2025/04/01"},
      {45748, "[$-411]ggge\"年\"m\"月\"d\"日\";@", "令和7年4月1日"},
      {45748, "[$-411]ge.m.d", "R7.4.1"},
      {45748, "gge\"年\"", "令7年"},
      {45748, built_in_format(27), "R7.4.1"},
      {45748, built_in_format(31), "2025年4月1日"},
      {45748, built_in_format(55), "2025年4月"},
      {45748, built_in_format(58), "令和7年4月1日"},
      {43586, "[$-ja-JP-x-gannen]ggge\"年\"m\"月\"d\"日\"", "令和元年5月1日"},
      {43585, "[$-411]ggge\"年\"m\"月\"d\"日\"", "平成31年4月30日"},
      {1, "yyyy/m/d", "1900/1/1"},
      {59, "yyyy/m/d", "1900/2/28"},
      {61, "yyyy/m/d", "1900/3/1"},
      {45748.75, built_in_format(22), "2025/4/1 18:00"},
      {45748.75, "yyyy\"年\"m\"月\"d\"日\"(aaa)", "2025年4月1日(火)"},
      {45748, "aaaa", "火曜日"},
      {45748, "d-mmm-yy", "1-Apr-25"},
      {0.3749999999, "h:mm", "9:00"},
      {0.75, "h:mm AM/PM", "6:00 PM"},
      {0.75, "[$-411]AM/PM h:mm", "午後 6:00"},
      {0.25, "[$-ja-JP]AM/PM h\"時\"", "午前 6時"},
      {0.25, "[$-409]h:mm AM/PM", "6:00 AM"},
      {1.5, "[h]:mm", "36:00"},
      {3599.9 / 86400, "[h]:mm", "1:00"},
      {3599.9 / 86400, "[mm]:ss", "60:00"},
      {3599.9 / 86400, "[h]:mm:ss.0", "0:59:59.9"},
      {0.5, "mm:ss.0", "00:00.0"},
      {0.52, "h\"時\"mm\"分\"", "12時28分"},
      {-1, "yyyy/m/d", "-1"},
      {9e9, "yyyy/m/d", "9000000000"},
  };
  for (const Row& row : rows) {
    INFO(row.format << " of " << row.value);
    CHECK(print_number(row.value, row.format) == row.printed);
  }
  CHECK(print_number(44286, "yyyy/m/d", true) == "2025/4/1");
}

TEST_CASE("text is printed as its format says", "[indexer][xlsx]") {
  CHECK(print_text("3", "\"第\"@\"号\"") == "第3号");
  CHECK(print_text("語", "General") == "語");
  CHECK(print_text("語", "0;-0;0;@\"様\"") == "語様");
  CHECK(print_text("語", ";;;").empty());
  CHECK(print_text("語", "#,##0;-#,##0") == "語");
}

TEST_CASE("no format and no number is too odd to be printed", "[indexer][xlsx]") {
  for (std::string_view format : {"", "\"", "[", "[$", "\\", "_", "*", "0.", ".", ",", "%", ";", ";;;;;", "E+", "ggggggg", "[hhhhhhhhhhhhhhhhh]", "?\?\?\?/?\?", "aaaaaaaaa", "0.000000000000000000000000000000000000000000", "m", "s.000000"})
    for (double value : {0.0, 1.0, -1.0, 1e308, -1e308, 1e-308, 2958465.99999, std::nan("")}) {
      CHECK_NOTHROW(print_number(value, format));
      CHECK_NOTHROW(print_text("語", format));
    }
}
