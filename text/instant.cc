#include "text/instant.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <ctime>

namespace shirube::text {

namespace {

std::string write(time_t seconds, int milliseconds) {
  std::tm t{};
  ::gmtime_r(&seconds, &t);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec, milliseconds);
}

int number(std::string_view s, size_t at, size_t length) {
  int value = 0;
  std::from_chars(s.data() + at, s.data() + at + length, value);
  return value;
}

time_t seconds_of(std::string_view instant) {
  std::tm t{};
  t.tm_year = number(instant, 0, 4) - 1900, t.tm_mon = number(instant, 5, 2) - 1, t.tm_mday = number(instant, 8, 2);
  t.tm_hour = number(instant, 11, 2), t.tm_min = number(instant, 14, 2), t.tm_sec = number(instant, 17, 2);
  return ::timegm(&t);
}

}  // namespace

std::string utc_now() {
  using namespace std::chrono;
  auto now = duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
  return write(static_cast<time_t>(now / 1000), static_cast<int>(now % 1000));
}

bool is_instant(std::string_view s) {
  constexpr std::string_view form = "0000-00-00T00:00:00.000Z";
  if (s.size() != form.size()) return false;
  for (size_t i = 0; i < s.size(); ++i) {
    bool digit = s[i] >= '0' && s[i] <= '9';
    if (form[i] == '0' ? !digit : s[i] != form[i]) return false;
  }
  return true;
}

int64_t milliseconds_of(std::string_view instant) {
  return is_instant(instant) ? static_cast<int64_t>(seconds_of(instant)) * 1000 + number(instant, 20, 3) : 0;
}

std::string utc_of(const Date& day, int days_later) {
  std::tm t{};
  t.tm_year = day.year - 1900, t.tm_mon = day.month - 1, t.tm_mday = day.day + days_later;
  t.tm_isdst = -1;
  return write(::mktime(&t), 0);
}

std::string days_before(std::string_view instant, int days) {
  return write(seconds_of(instant) - static_cast<time_t>(days) * 86400, number(instant, 20, 3));
}

std::string local_time(std::string_view instant) {
  if (!is_instant(instant)) return std::string(instant);
  time_t seconds = seconds_of(instant);
  std::tm t{};
  ::localtime_r(&seconds, &t);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec);
}

}  // namespace shirube::text
