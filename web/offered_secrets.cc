#include "web/offered_secrets.h"

#include "people/totp.h"

namespace shirube::web {

std::string OfferedSecrets::offer(int64_t session_id) {
  constexpr size_t most = 1000;
  std::lock_guard lock(mutex_);
  if (auto found = secrets_.find(session_id); found != secrets_.end()) return found->second;
  if (secrets_.size() >= most) secrets_.clear();
  return secrets_[session_id] = people::make_totp_secret();
}

void OfferedSecrets::forget(int64_t session_id) {
  std::lock_guard lock(mutex_);
  secrets_.erase(session_id);
}

}  // namespace shirube::web
