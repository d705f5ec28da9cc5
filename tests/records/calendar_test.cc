#include "records/calendar.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <set>

#include "tests/places.h"
#include "tests/temporary_folder.h"
#include "text/error.h"

using namespace shirube;
using namespace shirube::records;
using text::Date;

namespace {

/// What the Cabinet Office lists for these years, by month and day, with substitutes.
const std::map<int, std::set<std::string>> listed = {
    {2024, {"01-01", "01-08", "02-11", "02-12", "02-23", "03-20", "04-29", "05-03", "05-04", "05-05", "05-06", "07-15", "08-11", "08-12", "09-16", "09-22", "09-23", "10-14", "11-03", "11-04", "11-23"}},
    {2025, {"01-01", "01-13", "02-11", "02-23", "02-24", "03-20", "04-29", "05-03", "05-04", "05-05", "05-06", "07-21", "08-11", "09-15", "09-23", "10-13", "11-03", "11-23", "11-24"}},
    {2026, {"01-01", "01-12", "02-11", "02-23", "03-20", "04-29", "05-03", "05-04", "05-05", "05-06", "07-20", "08-11", "09-21", "09-22", "09-23", "10-12", "11-03", "11-23"}},
    {2027, {"01-01", "01-11", "02-11", "02-23", "03-21", "03-22", "04-29", "05-03", "05-04", "05-05", "07-19", "08-11", "09-20", "09-23", "10-11", "11-03", "11-23"}},
    {2028, {"01-01", "01-10", "02-11", "02-23", "03-20", "04-29", "05-03", "05-04", "05-05", "07-17", "08-11", "09-18", "09-22", "10-09", "11-03", "11-23"}},
    {2029, {"01-01", "01-08", "02-11", "02-12", "02-23", "03-20", "04-29", "04-30", "05-03", "05-04", "05-05", "07-16", "08-11", "09-17", "09-23", "09-24", "10-08", "11-03", "11-23"}},
    {2030, {"01-01", "01-14", "02-11", "02-23", "03-20", "04-29", "05-03", "05-04", "05-05", "05-06", "07-15", "08-11", "08-12", "09-16", "09-23", "10-14", "11-03", "11-04", "11-23"}},
};

Date day_of(const std::string& iso) { return *text::from_iso(iso); }

Calendar calendar_of(const TemporaryFolder& folder, const std::string& lines) {
  std::ofstream(folder.path() / "days.tsv", std::ios::binary) << lines;
  return Calendar(folder.path() / "days.tsv");
}

}  // namespace

TEST_CASE("holidays of seven years") {
  for (const auto& [year, expected] : listed) {
    std::set<std::string> found;
    for (Date day{year, 1, 1}; day.year == year; day = plus_days(day, 1)) {
      if (!national_holiday(day).empty()) found.insert(text::to_iso(day).substr(5));
    }
    CHECK(found == expected);
  }
}

TEST_CASE("a holiday is named by what makes it one") {
  CHECK(national_holiday({2026, 5, 6}) == "振替休日");
  CHECK(national_holiday({2026, 9, 22}) == "国民の休日");
  CHECK(national_holiday({2026, 9, 23}) == "秋分の日");
  CHECK(national_holiday({2021, 7, 19}).empty());
  CHECK(national_holiday({2021, 7, 22}) == "海の日");
  CHECK_THROWS_AS(national_holiday({2019, 5, 1}), Error);
  CHECK_THROWS_AS(national_holiday({2100, 1, 1}), Error);
}

TEST_CASE("offices are closed on weekends, holidays and around the new year") {
  Calendar calendar;
  CHECK(calendar.closed_by({2026, 4, 4}) == "土曜日");
  CHECK(calendar.closed_by({2026, 4, 5}) == "日曜日");
  CHECK(calendar.closed_by({2026, 12, 28}).empty());
  CHECK(calendar.closed_by({2026, 12, 29}) == "年末年始");
  CHECK(calendar.closed_by({2027, 1, 1}) == "元日");
  CHECK(calendar.closed_by({2027, 1, 3}) == "年末年始");
  CHECK(calendar.closed_by({2027, 1, 4}).empty());
  CHECK(calendar.next_open({2026, 12, 29}) == Date{2027, 1, 4});
  CHECK(calendar.last_open({2027, 1, 3}) == Date{2026, 12, 28});
  CHECK(calendar.add_open_days({2027, 1, 4}, -1) == Date{2026, 12, 28});
  CHECK(calendar.add_open_days({2026, 4, 4}, 0) == Date{2026, 4, 4});
}

TEST_CASE("a city has days of its own") {
  TemporaryFolder folder;
  Calendar calendar = calendar_of(folder, "# 注\r\n\n10-01\t閉庁\t市制記念日\n2026-10-01\t開庁\t記念日の移動\n2026-05-03\t開庁\t臨時窓口\n02-29\t閉庁\tうるう日\n");
  CHECK(calendar.closed_by(day_of("2025-10-01")) == "市制記念日");
  CHECK(calendar.is_open(day_of("2026-10-01")));
  CHECK(calendar.is_open(day_of("2026-05-03")));
  CHECK(calendar.closed_by(day_of("2028-02-29")) == "うるう日");
  CHECK(Calendar(std::filesystem::path(shirube::test::source_folder) / "config/calendar/days.tsv").is_open(day_of("2026-04-01")));
}

TEST_CASE("faults of the table of days are told by their line") {
  TemporaryFolder folder;
  auto fault = [&](const std::string& lines) -> std::string {
    try {
      calendar_of(folder, lines);
    } catch (const Error& e) {
      return e.message();
    }
    return "";
  };
  CHECK_THAT(fault("10-01\t閉庁\tあ\n13-01\t閉庁\tあ\n"), Catch::Contains("2 行目") && Catch::Contains("13-01"));
  CHECK_THAT(fault("2026-02-29\t閉庁\tあ\n"), Catch::Contains("2026-02-29"));
  CHECK_THAT(fault("10-01\t休み\tあ\n"), Catch::Contains("休み"));
  CHECK_THAT(fault("10-01\t閉庁\n"), Catch::Contains("理由"));
  CHECK_THAT(fault("10-01\t閉庁\tあ\tい\n"), Catch::Contains("列"));
  CHECK_THAT(fault("10-01\t閉庁\tあ\n10-01\t開庁\tあ\n"), Catch::Contains("二度"));
  CHECK_THAT(fault("1999-10-01\t閉庁\tあ\n"), Catch::Contains("年"));
  CHECK_THAT(fault("10-01\t閉庁\t\xff\n"), Catch::Contains("UTF-8"));
  CHECK_THROWS_AS(Calendar(folder.path() / "nai.tsv"), Error);
}
