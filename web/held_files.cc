#include "web/held_files.h"

#include <fmt/format.h>

#include <algorithm>

#include "people/secret.h"
#include "text/error.h"

namespace shirube::web {

std::string HeldFiles::hold(int64_t owner, const std::string& place, std::string name, std::string bytes, Clock::time_point now) {
  if (bytes.size() > longest_file) throw Error(ErrorKind::invalid, fmt::format("ファイルが大きすぎます（{} MB まで）。", longest_file >> 20), "分けて送ってください。");
  std::lock_guard lock(mutex_);
  expire(now);
  std::erase_if(held_, [&](const Held& one) { return one.owner == owner && one.place == place; });
  held_.push_front({owner, place, people::random_token(), {std::move(name), std::move(bytes)}, now});
  size_t all = 0;
  for (auto one = held_.begin(); one != held_.end();) {
    all += one->file.bytes.size();
    one = all > most_bytes ? held_.erase(one) : std::next(one);
  }
  return held_.front().key;
}

std::optional<HeldFiles::File> HeldFiles::find(int64_t owner, const std::string& place, const std::string& key, Clock::time_point now) {
  std::lock_guard lock(mutex_);
  expire(now);
  auto found = std::ranges::find_if(held_, [&](const Held& one) { return one.owner == owner && one.place == place && one.key == key; });
  return found == held_.end() ? std::nullopt : std::optional(found->file);
}

void HeldFiles::drop(int64_t owner, const std::string& place) {
  std::lock_guard lock(mutex_);
  std::erase_if(held_, [&](const Held& one) { return one.owner == owner && one.place == place; });
}

size_t HeldFiles::bytes() const {
  std::lock_guard lock(mutex_);
  size_t all = 0;
  for (const auto& one : held_) all += one.file.bytes.size();
  return all;
}

void HeldFiles::expire(Clock::time_point now) {
  std::erase_if(held_, [&](const Held& one) { return now - one.since > longest; });
}

}  // namespace shirube::web
