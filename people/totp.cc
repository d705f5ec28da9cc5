#include "people/totp.h"

#include <fmt/format.h>
#include <liboath/oath.h>
#include <sodium.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <vector>

#include "people/secret.h"
#include "text/error.h"

namespace shirube::people {

namespace {

constexpr int64_t step_seconds = 30;
constexpr unsigned digits = 6;
constexpr size_t secret_bytes = 20;

void check(int result) {
  if (result != OATH_OK) throw Error(ErrorKind::internal, fmt::format("確認コードを計算できません（{}）。", oath_strerror(result)), "liboath の導入を確認してください。");
}

struct Free {
  void operator()(char* bytes) const { std::free(bytes); }
};

std::string decoded(std::string_view secret) {
  static const int ready = oath_init();
  check(ready);
  char* bytes = nullptr;
  size_t length = 0;
  check(oath_base32_decode(secret.data(), secret.size(), &bytes, &length));
  std::unique_ptr<char, Free> owner(bytes);
  return {bytes, length};
}

std::string code_of(const std::string& key, int64_t step) {
  char code[digits + 1];
  check(oath_hotp_generate(key.data(), key.size(), static_cast<uint64_t>(step), digits, false, OATH_HOTP_DYNAMIC_TRUNCATION, code));
  return code;
}

}  // namespace

std::string make_totp_secret() {
  prepare_sodium();
  char bytes[secret_bytes];
  randombytes_buf(bytes, sizeof bytes);
  char* text = nullptr;
  check(oath_base32_encode(bytes, sizeof bytes, &text, nullptr));
  std::unique_ptr<char, Free> owner(text);
  return text;
}

std::optional<int64_t> totp_step(std::string_view secret, std::string_view code, int64_t unix_time) {
  if (code.size() != digits || !std::ranges::all_of(code, [](char c) { return c >= '0' && c <= '9'; }) || unix_time < step_seconds) return std::nullopt;
  std::string key = decoded(secret);
  std::optional<int64_t> found;
  // All three are looked at, however soon one fits, and the present one counts first.
  for (int64_t apart : {-1, 1, 0}) {
    int64_t step = unix_time / step_seconds + apart;
    if (sodium_memcmp(code_of(key, step).data(), code.data(), digits) == 0) found = step;
  }
  return found;
}

std::string totp_code(std::string_view secret, int64_t unix_time) { return code_of(decoded(secret), unix_time / step_seconds); }

std::string totp_address(std::string_view secret, std::string_view login) {
  // Sign-in names and base32 need no escapes.
  return fmt::format("otpauth://totp/Shirube:{}?secret={}&issuer=Shirube&algorithm=SHA1&digits={}&period={}", login, secret, digits, step_seconds);
}

}  // namespace shirube::people
