#include "people/totp.h"

#include <catch2/catch.hpp>
#include <set>

using namespace shirube::people;

namespace {

/// "12345678901234567890" of RFC 6238, appendix B, in base32.
constexpr const char* rfc_secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

}  // namespace

TEST_CASE("codes are those of RFC 6238") {
  // Its table has eight digits; six are their end.
  CHECK(totp_code(rfc_secret, 59) == "287082");
  CHECK(totp_code(rfc_secret, 1111111109) == "081804");
  CHECK(totp_code(rfc_secret, 1234567890) == "005924");
  CHECK(totp_code(rfc_secret, 20000000000) == "353130");
}

TEST_CASE("a code is taken a step early or late, and no further") {
  const int64_t now = 1234567890;
  for (int64_t apart : {-60, -30, 0, 30, 60}) {
    INFO(apart);
    auto step = totp_step(rfc_secret, totp_code(rfc_secret, now + apart), now);
    CHECK(step.has_value() == (apart >= -30 && apart <= 30));
    if (step) CHECK(*step == now / 30 + apart / 30);
  }
  for (const char* wrong : {"", "12345", "1234567", "abcdef", "000000", "００５９２４"}) CHECK_FALSE(totp_step(rfc_secret, wrong, now));
}

TEST_CASE("secrets are of 160 bits, in base32, and differ") {
  std::set<std::string> secrets;
  for (int i = 0; i < 50; ++i) secrets.insert(make_totp_secret());
  CHECK(secrets.size() == 50);
  for (const auto& secret : secrets) {
    CHECK(secret.size() == 32);
    CHECK(secret.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == secret.npos);
  }
}

TEST_CASE("an app reads the secret from an address or its picture") {
  CHECK(totp_address(rfc_secret, "hanako.h") == std::string("otpauth://totp/Shirube:hanako.h?secret=") + rfc_secret + "&issuer=Shirube&algorithm=SHA1&digits=6&period=30");
  std::string svg = qr_svg(totp_address(rfc_secret, "hanako.h"));
  CHECK_THAT(svg, Catch::StartsWith("<svg xmlns=") && Catch::EndsWith("</svg>"));
  // No style and no script: the service's policy lets none run.
  CHECK_THAT(svg, !Catch::Contains("style") && !Catch::Contains("script"));
  // The finder pattern in the corner: seven modules behind the quiet zone.
  CHECK_THAT(svg, Catch::Contains("M4 4h7v1h-7z"));
}
