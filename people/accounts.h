#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/document.h"
#include "people/access.h"
#include "people/password.h"

namespace shirube::store {
class Database;
}

namespace shirube::people {

/// A person who may sign in.
struct Account {
  int64_t id = 0;
  std::string login;       ///< sign-in name: a-z, 0-9, . _ -; 1 to 64 characters; unique
  std::string name;        ///< as people read it
  std::string role;        ///< key of Role
  std::vector<std::string> groups{};
  std::string last_day{};  ///< ISO; after it nobody signs in. Empty: no end
  std::optional<std::vector<std::string>> only{};  ///< see corpus::Viewer::only
  bool disabled = false;
  bool must_change_password = true;
  bool has_second_step = false;
  bool demo = false;       ///< came with the sample data, with a password that everybody can read
  std::string created_at{}, last_seen_at{};  ///< ISO, UTC
};

/// Of the accounts that come with the sample data. It is printed, and no other account may have it.
inline constexpr std::string_view demo_password = "tsukue-no-ue-no-mikan";

/// Why somebody may, or may not, see a document: the decision and the rule that made it, for an administrator.
struct Reason {
  bool sees = false;
  std::string rule;  ///< 「役割「職員」は、公開範囲「庁内」を見られます。」
};

/// The accounts and groups of this office. Every change is an event in the transaction of the change, with what stood before and
/// after, and never a secret. Safe to share between threads.
class Accounts {
 public:
  Accounts(store::Database& database, AccessTable table, PasswordCost cost = {});

  const AccessTable& table() const { return table_; }

  /// Makes an account. Throws Error{invalid} for a faulty name, role, group, day, document or password, Error{conflict} for a
  /// login that is taken.
  int64_t add(const Account& account, std::string_view password);
  /// Replaces name, role, groups, last day, `only` and `disabled`; ends the sessions of one that is disabled. Throws as add(), and
  /// Error{conflict} when no administrator would be left.
  void change(const Account& account);
  /// Sets a password; `by_owner` says that the person chose it, else it must be changed at the next sign-in. Ends the person's
  /// sessions but for `kept_session`, and their tokens where they did not choose it.
  void set_password(int64_t id, std::string_view password, bool by_owner, int64_t kept_session = 0);
  /// Turns the second step on with a secret whose code was shown to be right, or off (""); tokens and sessions stay.
  /// `used_step` is the step of that code, which opens nothing any more.
  void set_second_step(int64_t id, std::string_view secret, std::optional<int64_t> used_step = {});

  std::optional<Account> find(std::string_view login) const;
  std::optional<Account> find(int64_t id) const;
  std::vector<Account> list() const;
  bool none() const;

  std::vector<std::string> groups() const;
  /// A group is an audience under its name. Throws Error{invalid} for a name that is empty, over 50 characters or that of a
  /// built-in audience, Error{conflict} for one that exists.
  void add_group(const std::string& name);
  /// Throws Error{conflict} while a document, clause, draft or role names it.
  void remove_group(const std::string& name);

  /// What an account may see and do today: nothing at all when it is disabled or past its last day.
  corpus::Viewer viewer_of(const Account& account) const;
  Reason why(const Account& account, const corpus::Document& document) const;

 private:
  friend class SignIn;
  store::Database& database_;
  AccessTable table_;
  PasswordCost cost_;
};

}  // namespace shirube::people
