#include "people/secret.h"

#include <sodium.h>

#include "text/error.h"

namespace shirube::people {

void prepare_sodium() {
  static const bool ready = sodium_init() >= 0;
  if (!ready) throw Error(ErrorKind::internal, "暗号ライブラリを準備できません。", "libsodium の導入を確認してください。");
}

std::string random_token() {
  prepare_sodium();
  unsigned char bytes[32];
  randombytes_buf(bytes, sizeof bytes);
  char text[sodium_base64_ENCODED_LEN(sizeof bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING)];
  sodium_bin2base64(text, sizeof text, bytes, sizeof bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  return text;
}

}  // namespace shirube::people
