#pragma once

#include <optional>
#include <string>
#include <string_view>

// Passwords: argon2id by libsodium (RFC 9106), and which are too weak to be taken. Pure functions, safe from any thread.
namespace shirube::people {

/// What hashing costs: memory and passes of argon2id. The default is that of the service; tests take less.
struct PasswordCost {
  unsigned long long passes = 3;
  size_t memory = 64 << 20;  ///< bytes
};

constexpr size_t shortest_password = 12, longest_password = 128;  ///< characters, counted after NFC

/// A password as it is kept: salted, with its cost. `password` is normalised (NFC) first. Few are hashed at once, and few wait for
/// a turn, for a second: otherwise this and is_password() throw Error{unavailable}.
std::string hash_password(std::string_view password, const PasswordCost& cost = {});
/// Whether the password is the one that was hashed. Takes the same time for an empty hash (of an account that is not there).
bool is_password(std::string_view password, std::string_view hash, const PasswordCost& cost = {});
/// Whether a hash was made at another cost, and is to be made anew at the next sign-in.
bool is_outdated(std::string_view hash, const PasswordCost& cost = {});

/// Why a password is not taken, for people; nullopt when it is: too short or long, among the common ones, made of the sign-in
/// name or of one character or run. No other rules of composition, and no expiry (NIST SP 800-63B 5.1.1.2).
std::optional<std::string> fault_of_password(std::string_view password, std::string_view login);

/// A first password that a person has to change: easy to read aloud, 80 bits and more.
std::string make_password();

}  // namespace shirube::people
