#pragma once

#include <SQLiteCpp/Database.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "people/sessions.h"

// The growing wait between wrong attempts, kept in SQLite so that a restart forgives nothing. Private to people/.
namespace shirube::people {

/// Whose wrong attempts are counted together: those for a sign-in name, those from an address.
struct Counted {
  std::string of;  ///< a SHA-256
  int free = 0;    ///< wrong ones before there is a wait
};
/// What is guessed at: whoever knows the password is still to be kept from guessing codes.
enum class Guessed { password, code };
/// An address of IPv6 stands for its /64, which is one client's to choose from.
std::vector<Counted> counted(Guessed what, std::string_view login, std::string_view address, const SignInOptions& options);

struct Wait {
  std::chrono::seconds left{0};
  bool told = true;  ///< it stands among the events already
};
/// How long nothing is to be looked at. A wait is never longer than it was when it began, whatever became of the clock.
Wait wait_of(SQLite::Database& db, const std::vector<Counted>& who, const SignInOptions& options, int64_t now);
/// Mends the times of a clock that was set back, and marks the wait as told.
void note_wait(SQLite::Database& db, const std::vector<Counted>& who, int64_t now);

/// Counts an attempt as wrong, before it is looked at: many at once get no more than one after the other.
void count_attempt(SQLite::Database& db, const std::vector<Counted>& who, const SignInOptions& options, int64_t now);
/// It was right after all: forgets all of the account, and of the address, which may be many people's, this one.
void forgive(SQLite::Database& db, const std::vector<Counted>& who);
/// Nothing was looked at: the attempt counts no more.
void take_back(SQLite::Database& db, const std::vector<Counted>& who);
/// Removes what has worn off.
void tidy_attempts(SQLite::Database& db, const SignInOptions& options, int64_t now);

}  // namespace shirube::people
