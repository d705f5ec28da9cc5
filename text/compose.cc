#include "text/compose.h"

#include <unicode/unorm2.h>

#include "text/error.h"
#include "text/utf8.h"

namespace shirube::text {

std::string compose(std::string_view s) {
  std::string out;
  UErrorCode status = U_ZERO_ERROR;
  const UNormalizer2* nfc = unorm2_getNFCInstance(&status);
  if (U_FAILURE(status)) throw Error(ErrorKind::internal, "ICU の正規化データを読み込めません。", "libicu の導入を確認してください。");
  std::u16string units;
  for (char32_t c : to_utf32(s)) {
    if (c < 0x10000) {
      units += static_cast<char16_t>(c);
    } else {
      units += static_cast<char16_t>(0xD7C0 + (c >> 10));
      units += static_cast<char16_t>(0xDC00 | (c & 0x3FF));
    }
  }
  std::u16string composed(units.size() * 3 + 1, u'\0');  // NFC grows UTF-16 threefold at most (UAX #15, 12.1)
  int32_t length = unorm2_normalize(nfc, units.data(), static_cast<int32_t>(units.size()), composed.data(), static_cast<int32_t>(composed.size()), &status);
  if (U_FAILURE(status)) throw Error(ErrorKind::internal, "文字を正規化できません。", "入力を確認してください。");
  for (int32_t i = 0; i < length; ++i) {
    char32_t c = composed[static_cast<size_t>(i)];
    if (c >= 0xD800 && c < 0xDC00 && i + 1 < length) c = 0x10000 + ((c - 0xD800) << 10) + (static_cast<char32_t>(composed[static_cast<size_t>(++i)]) - 0xDC00);
    append_utf8(out, c);
  }
  return out;
}

}  // namespace shirube::text
