#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

namespace shirube::web {

/// Secrets of the second step that a page has shown and whose first code is still to come, one a session. They are
/// kept here only: what is begun and not ended leaves nothing behind. Safe to share between threads.
class OfferedSecrets {
 public:
  /// The secret that was offered to a session, or a new one. Of more than a thousand the offers begin anew.
  std::string offer(int64_t session_id);
  /// It was taken, or is not wanted any more.
  void forget(int64_t session_id);

 private:
  std::mutex mutex_;
  std::unordered_map<int64_t, std::string> secrets_;
};

}  // namespace shirube::web
