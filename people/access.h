#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/viewer.h"

namespace shirube::people {

/// What a role (役割) may see and do.
struct Role {
  std::string key;    ///< staff, officer, consultant, member, auditor, administrator: stored with accounts
  std::string name;   ///< 職員, 担当職員, 受託者, 委員, 監査人, 管理者
  std::vector<std::string> audiences;  ///< keys of corpus::audiences(), names of groups
  bool sees_all = false;               ///< every audience, also of groups made later
  std::vector<corpus::Task> tasks;
  bool second_step = false;  ///< must sign in with a code from an authenticator too
  bool must_end = false;     ///< accounts of it must have a last day
};

/// The one table by which roles and groups give audiences (config/access.toml). Immutable: safe between threads. A group that the
/// table names and nobody has made yet gives nothing.
class AccessTable {
 public:
  /// The table as shipped.
  AccessTable();
  /// Reads a table. Throws Error{invalid} naming the line of an unknown role, audience, task or key; Error{missing} when there
  /// is no such file. Each of the six roles must stand in it once.
  explicit AccessTable(const std::filesystem::path& file);

  const std::vector<Role>& roles() const { return roles_; }
  /// nullptr for a key that is none.
  const Role* find(std::string_view key) const;

 private:
  std::vector<Role> roles_;
};

}  // namespace shirube::people
