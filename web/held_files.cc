#include "web/held_files.h"

#include <algorithm>

#include "people/secret.h"

namespace shirube::web {

std::string HeldFiles::hold(int64_t owner, std::string name, std::string bytes) {
  std::lock_guard lock(mutex_);
  held_.push_front({owner, people::random_token(), {std::move(name), std::move(bytes)}, std::chrono::steady_clock::now()});
  size_t all = 0;
  for (auto one = held_.begin(); one != held_.end();) {
    all += one->file.bytes.size();
    one = all > most_bytes && one != held_.begin() ? held_.erase(one) : std::next(one);
  }
  return held_.front().key;
}

std::optional<HeldFiles::File> HeldFiles::find(int64_t owner, const std::string& key) {
  std::lock_guard lock(mutex_);
  std::erase_if(held_, [now = std::chrono::steady_clock::now()](const Held& one) { return now - one.since > longest; });
  auto found = std::ranges::find_if(held_, [&](const Held& one) { return one.owner == owner && one.key == key; });
  return found == held_.end() ? std::nullopt : std::optional(found->file);
}

void HeldFiles::drop(int64_t owner, const std::string& key) {
  std::lock_guard lock(mutex_);
  std::erase_if(held_, [&](const Held& one) { return one.owner == owner && one.key == key; });
}

}  // namespace shirube::web
