// The rules of a plan, without a clock or a disk.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <ctime>

#include "store/backup_keeper.h"

namespace shirube::store {

namespace {

using namespace std::chrono;

constexpr std::string_view prefix = "shirube-", ending = ".tar.zst", by_plan = "plan", on_demand = "asked";

std::tm local(BackupClock::time_point time) {
  std::time_t seconds = BackupClock::to_time_t(time);
  std::tm out{};
  ::localtime_r(&seconds, &out);
  return out;
}

BackupClock::time_point at(std::tm day, minutes time) {
  day.tm_hour = static_cast<int>(time.count() / 60);
  day.tm_min = static_cast<int>(time.count() % 60);
  day.tm_sec = 0;
  day.tm_isdst = -1;
  return BackupClock::from_time_t(std::mktime(&day));
}

/// The first of the times after a moment.
BackupClock::time_point first_after(const std::vector<minutes>& times, BackupClock::time_point moment) {
  for (int ahead = 0;; ++ahead) {
    std::tm day = local(moment);
    day.tm_mday += ahead;
    std::optional<BackupClock::time_point> first;
    for (minutes time : times) {
      auto one = at(day, time);
      if (one > moment && (!first || one < *first)) first = one;
    }
    if (first) return *first;
  }
}

/// Takes `length` digits off the front.
std::optional<int64_t> take_number(std::string_view& word, size_t length) {
  int64_t number = 0;
  if (length == 0 || word.size() < length || !std::ranges::all_of(word.substr(0, length), [](char c) { return c >= '0' && c <= '9'; })) return {};
  std::from_chars(word.data(), word.data() + length, number);
  word.remove_prefix(length);
  return number;
}

bool take(std::string_view& word, std::string_view what) {
  if (!word.starts_with(what)) return false;
  word.remove_prefix(what.size());
  return true;
}

}  // namespace

std::optional<minutes> time_of_day(std::string_view word) {
  size_t colon = word.find(':');
  if (colon != 1 && colon != 2) return {};
  auto hour = take_number(word, colon);
  if (!take(word, ":")) return {};
  auto minute = take_number(word, 2);
  if (!hour || !minute || !word.empty() || *hour > 23 || *minute > 59) return {};
  return minutes(*hour * 60 + *minute);
}

std::optional<BackupClock::time_point> next_backup(const std::vector<minutes>& times, std::optional<BackupClock::time_point> last, BackupClock::time_point now) {
  if (times.empty()) return {};
  if (!last || *last > now) return now;
  return std::max(first_after(times, *last), now);
}

std::string name_of_backup(uint64_t number, BackupClock::time_point made_at, bool planned) {
  std::tm day = local(made_at);
  return fmt::format("{}{:06}-{:04}{:02}{:02}-{:02}{:02}-{}{}", prefix, number, day.tm_year + 1900, day.tm_mon + 1, day.tm_mday, day.tm_hour, day.tm_min,
                     planned ? by_plan : on_demand, ending);
}

std::optional<KeptBackup> backup_of_name(std::string_view name) {
  KeptBackup backup;
  backup.name = name;
  if (!take(name, prefix)) return {};
  auto number = take_number(name, std::min(name.find('-'), size_t{12}));
  if (!number || !take(name, "-")) return {};
  auto date = take_number(name, 8);
  if (!date || !take(name, "-")) return {};
  auto time = take_number(name, 4);
  if (!time || !take(name, "-")) return {};
  backup.planned = name == std::string(by_plan) + std::string(ending);
  if (!backup.planned && name != std::string(on_demand) + std::string(ending)) return {};
  std::tm day{};
  day.tm_year = static_cast<int>(*date / 10000) - 1900;
  day.tm_mon = static_cast<int>(*date / 100 % 100) - 1;
  day.tm_mday = static_cast<int>(*date % 100);
  backup.number = static_cast<uint64_t>(*number);
  backup.made_at = at(day, minutes(*time / 100 * 60 + *time % 100));
  return backup;
}

std::vector<KeptBackup> surplus(std::vector<KeptBackup> held, size_t keep) {
  std::erase_if(held, [](const KeptBackup& one) { return !one.planned; });
  std::ranges::sort(held, std::greater(), &KeptBackup::number);
  held.erase(held.begin(), held.begin() + static_cast<std::ptrdiff_t>(std::min(keep, held.size())));
  return held;
}

}  // namespace shirube::store
