#include "text/date.h"

#include <catch2/catch.hpp>

using namespace shirube::text;

namespace {
std::string span(const char* s) {
  auto date = parse_date(s);
  if (!date) return "-";
  return to_iso(date->first) + (date->first == date->last ? "" : ".." + to_iso(date->last));
}
}  // namespace

TEST_CASE("dates of both calendars and any width are read") {
  struct Row {
    const char* written;
    const char* span;
  };
  const Row rows[] = {
      {"令和七年三月三十一日", "2025-03-31"}, {"令和７年３月３１日", "2025-03-31"}, {"令和 7 年 3 月 31 日", "2025-03-31"},
      {"R7.3.31", "2025-03-31"},             {"Ｒ7．3．31", "2025-03-31"},         {"h31/4/30", "2019-04-30"},
      {"2025-03-31", "2025-03-31"},          {"2025/3/31", "2025-03-31"},          {"2025年3月31日", "2025-03-31"},
      {"二〇二五年三月三十一日", "2025-03-31"}, {"西暦2025年3月1日", "2025-03-01"},
      {"令和元年5月1日", "2019-05-01"},       {"令和元年", "2019-01-01..2019-12-31"}, {"令和７年度", "2025-04-01..2026-03-31"},
      {"2024年度", "2024-04-01..2025-03-31"}, {"令和8年2月", "2026-02-01..2026-02-28"}, {"2024年2月", "2024-02-01..2024-02-29"},
      {"2025/3", "2025-03-01..2025-03-31"},  {"昭和六十四年一月七日", "1989-01-07"},  {"平成31年4月", "2019-04-01..2019-04-30"},
      {"平成三十二年四月一日", "2020-04-01"}, {"明治元年1月25日", "1868-01-25"},
      {"2025", "2025-01-01..2025-12-31"},
  };
  for (const auto& row : rows) {
    INFO(row.written);
    CHECK(span(row.written) == row.span);
  }
}

TEST_CASE("impossible or half-written dates are refused") {
  for (const char* s : {"令和7年2月29日", "令和7年13月1日", "令和0年", "平成元年1月7日", "令和元年4月30日", "2025-02-30",
                        "2025-3-31-1", "R7.3.31日", "年", "3月31日", "", "令和", "R", "12", "第12条", "明治元年1月24日"}) {
    INFO(s);
    CHECK(span(s) == "-");
  }
}

TEST_CASE("dates are found in running text with their bytes") {
  std::string text = "改正規則は令和９年７月１日に施行し、2026年度までに準備する。第12条第2項、12025年は日付でない。";
  auto found = find_dates(text);
  REQUIRE(found.size() == 2);
  CHECK(text.substr(found[0].begin, found[0].end - found[0].begin) == "令和９年７月１日");
  CHECK(to_iso(found[0].span.first) == "2027-07-01");
  CHECK(text.substr(found[1].begin, found[1].end - found[1].begin) == "2026年度");
}

TEST_CASE("ISO and 和暦 forms come back") {
  CHECK(to_wareki({2025, 3, 31}) == "令和7年3月31日");
  CHECK(to_wareki({2019, 5, 1}) == "令和元年5月1日");
  CHECK(to_wareki({2019, 4, 30}) == "平成31年4月30日");
  CHECK(from_iso("2024-02-29") == Date{2024, 2, 29});
  CHECK_FALSE(from_iso("2025-02-29"));
  CHECK_FALSE(from_iso("2025-2-28"));
  CHECK(fiscal_year({2026, 3, 31}) == 2025);
  CHECK(fiscal_year({2026, 4, 1}) == 2026);
}
