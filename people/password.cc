#include "people/password.h"

#include <sodium.h>

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "people/secret.h"
#include "text/compose.h"
#include "text/error.h"

namespace shirube::people {

namespace {

/// Each hash takes its memory for as long as it is made: a crowd at the door must not take all there is.
/// Nor all threads of the service, of which whoever hashes or waits holds one.
constexpr int most_hashing = 2, most_waiting = 1;
constexpr std::chrono::seconds longest_turn_wait{1};

struct Turns {
  std::mutex mutex;
  std::condition_variable freed;
  int hashing = 0, waiting = 0;
};
Turns turns;

struct Turn {
  Turn() {
    std::unique_lock lock(turns.mutex);
    auto is_free = [] { return turns.hashing < most_hashing; };
    if (!is_free() && (turns.waiting >= most_waiting || !wait(lock, is_free))) {
      throw Error(ErrorKind::unavailable, "パスワードの確認が混み合っています。", "10秒ほど待ってから、もう一度お試しください。");
    }
    ++turns.hashing;
  }
  ~Turn() {
    {
      std::lock_guard lock(turns.mutex);
      --turns.hashing;
    }
    turns.freed.notify_one();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  static bool wait(std::unique_lock<std::mutex>& lock, bool (*is_free)()) {
    ++turns.waiting;
    bool came = turns.freed.wait_for(lock, longest_turn_wait, is_free);
    --turns.waiting;
    return came;
  }
};

[[noreturn]] void fail_memory() {
  throw Error(ErrorKind::unavailable, "パスワードを確かめるためのメモリが足りません。", "しばらく待つか、設定 people.password_memory_mib を小さくしてください。");
}

/// 64 of them, so that one is worth 6 bits.
constexpr std::string_view syllables[] = {
    "ka", "ki", "ku", "ke", "ko", "sa", "si", "su", "se", "so", "ta", "ti", "tu", "te", "to", "na", "ni", "nu", "ne", "no", "ha", "hi",
    "hu", "he", "ho", "ma", "mi", "mu", "me", "mo", "ra", "ri", "ru", "re", "ro", "ga", "gi", "gu", "ge", "go", "za", "zi", "zu", "ze",
    "zo", "da", "di", "du", "de", "do", "ba", "bi", "bu", "be", "bo", "pa", "pi", "pu", "pe", "po", "ya", "yu", "yo", "wa"};
static_assert(std::size(syllables) == 64);

}  // namespace

std::string hash_password(std::string_view password, const PasswordCost& cost) {
  prepare_sodium();
  std::string composed = text::compose(password);
  char hash[crypto_pwhash_STRBYTES];
  Turn turn;
  if (crypto_pwhash_str_alg(hash, composed.data(), composed.size(), cost.passes, cost.memory, crypto_pwhash_ALG_ARGON2ID13) != 0) fail_memory();
  return hash;
}

bool is_password(std::string_view password, std::string_view hash, const PasswordCost& cost) {
  prepare_sodium();
  std::string composed = text::compose(password);
  Turn turn;
  if (hash.empty()) {
    unsigned char salt[crypto_pwhash_SALTBYTES], out[32];
    randombytes_buf(salt, sizeof salt);
    if (crypto_pwhash(out, sizeof out, composed.data(), composed.size(), salt, cost.passes, cost.memory, crypto_pwhash_ALG_ARGON2ID13) != 0) fail_memory();
    return false;
  }
  return crypto_pwhash_str_verify(std::string(hash).c_str(), composed.data(), composed.size()) == 0;
}

bool is_outdated(std::string_view hash, const PasswordCost& cost) {
  return crypto_pwhash_str_needs_rehash(std::string(hash).c_str(), cost.passes, cost.memory) != 0;
}

std::string make_password() {
  prepare_sodium();
  std::string password;
  for (int i = 0; i < 15; ++i) {
    if (i > 0 && i % 3 == 0) password += '-';
    password += syllables[randombytes_uniform(std::size(syllables))];
  }
  return password;
}

}  // namespace shirube::people
