#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "people/accounts.h"

namespace shirube::people {

/// Limits on guessing and on how long somebody stays signed in.
struct SignInOptions {
  std::chrono::seconds idle{60 * 60}, absolute{12 * 60 * 60};  ///< a session ends so long after its last request, and after its beginning
  int free_attempts = 5;  ///< wrong ones for an account before there is a wait; from an address, where many people may be, four times as many
  std::chrono::seconds first_wait{2}, longest_wait{15 * 60};  ///< doubled with each further wrong one; one is forgotten each `longest_wait`
  std::function<std::chrono::system_clock::time_point()> clock = std::chrono::system_clock::now;  ///< what time it is; tests have their own
};

/// A person's presence in one browser.
struct Session {
  int64_t id = 0;
  int64_t account_id = 0;
  std::string csrf;        ///< goes into each form of this session
  std::string address, agent, created_at, seen_at;
  bool second_step_due = false;  ///< signed in by password; the code is still to come: nothing else may be done
};

/// A name for programs: a token that the API takes in place of a session.
struct Token {
  int64_t id = 0;
  std::string label, last_day, created_at, seen_at;  ///< days and times ISO
  std::vector<corpus::Task> tasks;  ///< of its owner's, those that it may do; reading it may always
  bool feeds = false;  ///< opens feeds alone, by their address, where it may be seen: never the API, as others never open feeds
};

enum class Outcome {
  signed_in,
  second_step,  ///< the session waits for a code
  wrong,        ///< of account, password and code one is not right; says not which
  waiting,      ///< too many wrong ones: `wait` says how long nothing is looked at
};
struct Attempt {
  Outcome outcome = Outcome::wrong;
  std::string token;               ///< of the new session: the only time it is seen; kept hashed
  std::chrono::seconds wait{0};
};

/// Signing in, staying so, and ending it. Tokens are random (256 bits) and kept as SHA-256 only. Attempts, right and wrong, are
/// events. Safe to share between threads.
class SignIn {
 public:
  SignIn(store::Database& database, Accounts& accounts, SignInOptions options = {});

  /// Password first. `address` and `agent` are the client's. Throws Error{unavailable}, as confirm() does, where hashing is too
  /// busy (password.h); the attempt then counts for nothing.
  Attempt begin(std::string_view login, std::string_view password, const std::string& address, const std::string& agent);
  /// Then the code, where the account has the second step. A used code is not taken again.
  Attempt prove(const Session& session, std::string_view code, const std::string& address);
  /// Whether somebody who is signed in knows the password, before what outlives a session: signed_in, wrong or waiting.
  /// Counts and waits as begin(), and begins nothing.
  Attempt confirm(const Account& account, std::string_view password, const std::string& address);
  /// Whom a trusted proxy has signed in already, by its header: Outcome::wrong for an unknown or ended account,
  /// of which an event tells once a minute.
  Attempt trust(std::string_view login, const std::string& address, const std::string& agent);

  /// The session of a token, which counts as seen; nullopt when there is none, it ended, or its account did.
  std::optional<Session> find(std::string_view token);
  std::vector<Session> sessions(int64_t account_id) const;
  void end(int64_t account_id, int64_t session_id);
  void end_all(int64_t account_id, int64_t but = 0);
  /// Removes what ended long ago.
  void tidy();
  size_t active() const;  ///< sessions that have not ended

  std::string make_token(int64_t account_id, const Token& token);  ///< the token: the only time it is seen
  std::vector<Token> tokens(int64_t account_id) const;
  void end_token(int64_t account_id, int64_t token_id);
  void end_tokens(int64_t account_id);  ///< all of them
  /// The account and tasks of an API token; nullopt as find().
  struct Bearer {
    Account account;
    Token token;
  };
  std::optional<Bearer> bearer(std::string_view token);

 private:
  store::Database& database_;
  Accounts& accounts_;
  SignInOptions options_;
  std::mutex mutex_;
  std::map<std::string, int64_t> refused_;  ///< of a proxy's word: when an event told of the account, "" for unknown ones
};

}  // namespace shirube::people
