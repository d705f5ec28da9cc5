#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Time-based one-time passwords (RFC 6238: SHA-1, six digits, thirty seconds), as authenticator apps have them.
namespace shirube::people {

/// A new secret of 160 bits, in base32 as apps take it.
std::string make_totp_secret();
/// The step of time whose code this is, of the present one and one before and after it (RFC 6238 5.2); nullopt for a wrong code.
/// Whoever accepts a step must refuse it, and older ones, from then on.
std::optional<int64_t> totp_step(std::string_view secret, std::string_view code, int64_t unix_time);
/// The code of a moment; for tests and other programs.
std::string totp_code(std::string_view secret, int64_t unix_time);
/// otpauth://totp/… for an app, and the same as a picture (SVG).
std::string totp_address(std::string_view secret, std::string_view login);
std::string qr_svg(std::string_view text);

}  // namespace shirube::people
