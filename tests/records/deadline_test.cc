#include "records/deadline.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <sstream>

#include "records/cadence.h"
#include "tests/places.h"
#include "text/error.h"

using namespace shirube;
using namespace shirube::records;
using text::Date;

namespace {

Date day_of(const std::string& iso) { return *text::from_iso(iso); }

std::vector<std::string> columns_of(const std::string& line) {
  std::vector<std::string> out;
  std::istringstream in(line);
  for (std::string column; std::getline(in, column, '\t');) out.push_back(column);
  return out;
}

std::vector<std::string> iso(const std::vector<Date>& days) {
  std::vector<std::string> out;
  for (const auto& day : days) out.push_back(text::to_iso(day));
  return out;
}

using Days = std::vector<std::string>;
const Calendar calendar;

}  // namespace

TEST_CASE("deadlines mean what was worked out by hand") {
  const std::map<std::string, WhenClosed> ways = {{"keep", WhenClosed::keep}, {"next", WhenClosed::next}, {"previous", WhenClosed::previous}};
  std::ifstream in(std::string(shirube::test::source_folder) + "/tests/cases/deadlines.tsv");
  size_t cases = 0;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    auto columns = columns_of(line);
    REQUIRE(columns.size() >= 4);
    INFO(line);
    Due due = Deadline(columns[0]).due(day_of(columns[1]), calendar, ways.at(columns[2]));
    CHECK(text::to_iso(due.first) == columns[3]);
    CHECK(text::to_iso(due.last) == columns.back());
    ++cases;
  }
  CHECK(cases >= 120);
}

TEST_CASE("words that are no deadline are refused") {
  for (const char* words : {"", "すみやかに", "10日以内", "翌日から0日", "翌日から99999日", "翌日から日", "2月30日", "13月末", "令和8年2月31日", "翌月32日", "翌月", "月", "下旬", "当日から1億日"}) {
    INFO(words);
    CHECK_THROWS_AS(Deadline(words), Error);
  }
  try {
    Deadline("10日以内");
    FAIL();
  } catch (const Error& e) {
    CHECK_THAT(e.message(), Catch::Contains("数えるかどうか"));
  }
  CHECK_THROWS_AS(Deadline("翌日から1開庁日").due({2099, 12, 28}, calendar, WhenClosed::keep), Error);
}

TEST_CASE("what comes again and again") {
  auto days = [](const char* words, const char* from, const char* to, WhenClosed way = WhenClosed::keep) { return iso(Recurrence(words).days(day_of(from), day_of(to), calendar, way)); };
  CHECK(days("毎月末", "2028-01-15", "2028-04-15") == Days{"2028-01-31", "2028-02-29", "2028-03-31"});
  CHECK(days("月末", "2026-05-01", "2026-06-30", WhenClosed::previous) == Days{"2026-05-29", "2026-06-30"});
  CHECK(days("毎月末", "2026-06-01", "2026-06-29", WhenClosed::next) == Days{"2026-06-01"});  // of May
  CHECK(days("毎月25日", "2026-04-01", "2026-06-30") == Days{"2026-04-25", "2026-05-25", "2026-06-25"});
  CHECK(days("毎月31日", "2026-01-01", "2026-03-31") == Days{"2026-01-31", "2026-02-28", "2026-03-31"});
  CHECK(days("各年度末", "2026-04-01", "2029-03-31") == Days{"2027-03-31", "2028-03-31", "2029-03-31"});
  CHECK(days("毎年6月1日", "2026-06-01", "2027-06-01") == Days{"2026-06-01", "2027-06-01"});
  CHECK(days("毎年2月末", "2026-06-01", "2028-06-01") == Days{"2027-02-28", "2028-02-29"});
  CHECK(days("毎週金曜日", "2026-04-01", "2026-04-20") == Days{"2026-04-03", "2026-04-10", "2026-04-17"});
  CHECK(days("毎週水曜", "2026-04-29", "2026-05-07", WhenClosed::next) == Days{"2026-04-30", "2026-05-07"});
  CHECK(days("2週間ごと", "2026-04-01", "2026-05-01") == Days{"2026-04-01", "2026-04-15", "2026-04-29"});
  for (const char* words : {"", "毎日", "毎月32日", "毎年13月1日", "毎年2月30日", "毎週祝日", "0週間ごと", "100週間ごと"}) {
    INFO(words);
    CHECK_THROWS_AS(Recurrence(words), Error);
  }
}

TEST_CASE("how often it was done, and was to be") {
  using State = Cadence::State;
  auto tally = [](const char* words, const Days& done, const char* day, const char* begin = "2026-04-01") {
    std::vector<Date> days;
    for (const auto& one : done) days.push_back(day_of(one));
    return Cadence(words).tally(days, day_of(begin), day_of(day));
  };
  CHECK(tally("月2回以上", {"2026-05-07"}, "2026-05-20").state == State::due);
  CHECK(tally("月2回以上", {"2026-05-07"}, "2026-05-31").state == State::missed);
  CHECK(tally("月2回以上", {"2026-05-07", "2026-04-30", "2026-05-08"}, "2026-05-31").count == 2);
  CHECK(tally("月2回以上", {"2026-05-07", "2026-05-08"}, "2026-05-31").state == State::kept);
  CHECK(tally("月2回以上", {}, "2026-03-31").state == State::kept);
  CHECK(tally("年5件以内", {"2026-04-01", "2026-05-01", "2026-06-01", "2026-07-01", "2027-03-31"}, "2027-03-31").state == State::kept);
  CHECK(tally("年間５件以内", {"2026-04-01", "2026-05-01", "2026-06-01", "2026-07-01", "2026-07-01", "2027-03-31"}, "2027-03-31").state == State::over);
  CHECK(tally("年5件以内", {"2026-03-31"}, "2026-04-01").count == 0);
  CHECK(tally("月2日以内", {"2026-05-07", "2026-05-07", "2026-05-08"}, "2026-05-31").state == State::kept);
  CHECK(tally("月2回以内", {"2026-05-07", "2026-05-07", "2026-05-08"}, "2026-05-31").state == State::over);
  CHECK(tally("月1件程度", {"2026-05-07", "2026-05-08"}, "2026-05-31").state == State::over);
  CHECK(tally("2週間に1回以上", {"2026-04-06"}, "2026-04-19").state == State::due);
  CHECK(text::to_iso(tally("2週間に1回以上", {"2026-04-06"}, "2026-04-19").last) == "2026-04-20");
  CHECK(tally("2週間に1回以上", {"2026-04-06"}, "2026-04-20").state == State::missed);
  CHECK(tally("2週間に1回以上", {"2026-04-06", "2026-04-20"}, "2026-04-20").state == State::due);
  CHECK(text::to_iso(tally("2週間に1回以上", {}, "2026-04-02").last) == "2026-04-14");
  for (const char* words : {"", "時々", "月回以上", "月0回以上", "2週間に3回以上", "月2回", "0週間に1回以上"}) {
    INFO(words);
    CHECK_THROWS_AS(Cadence(words), Error);
  }
}

TEST_CASE("the hours in which somebody can be asked") {
  OpenHours hours("平日 9:00～17:30");
  CHECK(hours.holds({2026, 4, 1}, 9 * 60, calendar));
  CHECK_FALSE(hours.holds({2026, 4, 1}, 9 * 60 - 1, calendar));
  CHECK(hours.holds({2026, 4, 1}, 17 * 60 + 29, calendar));
  CHECK_FALSE(hours.holds({2026, 4, 1}, 17 * 60 + 30, calendar));
  CHECK_FALSE(hours.holds({2026, 4, 4}, 12 * 60, calendar));
  CHECK_FALSE(hours.holds({2026, 4, 29}, 12 * 60, calendar));
  CHECK(OpenHours("平日8時30分から17時15分まで").holds({2026, 4, 1}, 8 * 60 + 30, calendar));
  for (const char* words : {"", "9:00～17:30", "平日9～17", "平日17:30～9:00", "平日9:00～25:00", "平日9:60～17:00"}) {
    INFO(words);
    CHECK_THROWS_AS(OpenHours(words), Error);
  }
}
