#include "text/encoding.h"

#include <uchardet/uchardet.h>
#include <unicode/ucnv.h>

#include <memory>
#include <optional>

#include "text/error.h"
#include "text/utf8.h"

namespace shirube::text {

namespace {

struct Mark {
  std::string_view bytes;
  const char* encoding;
};

constexpr Mark byte_order_marks[] = {
    {"\xEF\xBB\xBF", "UTF-8"},
    {"\xFF\xFE", "UTF-16LE"},
    {"\xFE\xFF", "UTF-16BE"},
};

/// ICU's converter for a name of ours. windows-932 by that name maps the NEC and IBM extensions
/// (①, ㈱, 髙), which plain Shift_JIS lacks.
const char* converter_name(const std::string& encoding) {
  return encoding == "CP932" ? "ibm-943_P15A-2003" : encoding.c_str();
}

std::string tidy(std::string_view s) {
  std::string out;
  out.reserve(s.size());
  for (size_t i = 0; i < s.size(); ++i) {
    auto byte = static_cast<unsigned char>(s[i]);
    if (byte == '\r') {
      if (i + 1 < s.size() && s[i + 1] == '\n') continue;
      out.push_back('\n');
    } else if (byte == '\f' || byte == '\v') {
      out.push_back('\n');
    } else if (byte >= 0x20 ? byte != 0x7F : byte == '\n' || byte == '\t') {
      out.push_back(s[i]);
    }
  }
  return out;
}

size_t count_replacements(std::string_view s) {
  size_t count = 0;
  for (size_t at = 0; (at = s.find("\xEF\xBF\xBD", at)) != s.npos; at += 3) ++count;
  return count;
}

std::string guess(std::string_view bytes) {
  auto detector = std::unique_ptr<uchardet, void (*)(uchardet_t)>(uchardet_new(), uchardet_delete);
  size_t sample = std::min<size_t>(bytes.size(), 1 << 20);
  uchardet_handle_data(detector.get(), bytes.data(), sample);
  uchardet_data_end(detector.get());
  return uchardet_get_charset(detector.get());
}

bool looks_utf16(std::string_view bytes, bool little) {
  if (bytes.size() < 4 || bytes.size() % 2 != 0) return false;
  // Without a mark only text with ASCII line feeds or spaces in it can be told.
  size_t zero = 0, pairs = std::min<size_t>(bytes.size() / 2, 4096);
  for (size_t i = 0; i < pairs; ++i) zero += bytes[2 * i + (little ? 1 : 0)] == 0 && bytes[2 * i + (little ? 0 : 1)] != 0;
  return zero * 50 > pairs && bytes.find('\0') != bytes.npos;
}

bool looks_iso2022jp(std::string_view bytes) {
  return bytes.find("\x1B$B") != bytes.npos || bytes.find("\x1B$@") != bytes.npos || bytes.find("\x1B(I") != bytes.npos;
}

}  // namespace

Decoded decode_as(std::string_view bytes, const std::string& encoding) {
  UErrorCode status = U_ZERO_ERROR;
  auto converter = std::unique_ptr<UConverter, void (*)(UConverter*)>(ucnv_open(converter_name(encoding), &status), ucnv_close);
  if (U_FAILURE(status)) {
    throw Error(ErrorKind::invalid, "文字コード「" + encoding + "」は扱えません。",
                "UTF-8、CP932、EUC-JP、ISO-2022-JP、UTF-16 のいずれかで保存し直してください。");
  }
  // DOS ended its text files with SUB.
  while (!bytes.empty() && bytes.back() == 0x1A) bytes.remove_suffix(1);
  // Words put together leave escapes with nothing between, which ICU takes for an attack.
  std::string joined;
  if (encoding == "ISO-2022-JP" && bytes.find("\x1B(B\x1B") != bytes.npos) {
    joined = replace_all(bytes, "\x1B(B\x1B", "\x1B");
    bytes = joined;
  }
  std::u16string wide;
  const char* source = bytes.data();
  const char* end = bytes.data() + bytes.size();
  char16_t buffer[4096];
  while (true) {
    status = U_ZERO_ERROR;
    UChar* target = buffer;
    ucnv_toUnicode(converter.get(), &target, buffer + 4096, &source, end, nullptr, true, &status);
    wide.append(buffer, target);
    if (status != U_BUFFER_OVERFLOW_ERROR) break;
  }
  std::string out;
  size_t private_characters = 0;
  for (size_t i = 0; i < wide.size(); ++i) {
    char32_t c = wide[i];
    bool pair = c >= 0xD800 && c < 0xDC00 && i + 1 < wide.size() && wide[i + 1] >= 0xDC00 && wide[i + 1] < 0xE000;
    if (pair) c = 0x10000 + ((c - 0xD800) << 10) + (static_cast<char32_t>(wide[++i]) - 0xDC00);
    else if ((c >= 0xD800 && c < 0xE000) || (c >= 0x80 && c < 0xA0) || c == 0x1A) c = 0xFFFD;  // ICU puts SUB for a single bad byte
    // 外字 of one machine mean nothing on another: 〓 stands for them, as in print.
    bool private_use = (c >= 0xE000 && c <= 0xF8FF) || c >= 0xF0000;
    private_characters += private_use;
    append_utf8(out, private_use ? U'〓' : c);
  }
  out = tidy(out);
  if (out.starts_with("\xEF\xBB\xBF")) out.erase(0, 3);
  size_t replaced = count_replacements(out) + private_characters;
  return {std::move(out), encoding, replaced};
}

Decoded decode(std::string_view bytes) {
  for (const auto& mark : byte_order_marks) {
    if (bytes.starts_with(mark.bytes)) return decode_as(bytes.substr(mark.bytes.size()), mark.encoding);
  }
  if (looks_iso2022jp(bytes)) return decode_as(bytes, "ISO-2022-JP");
  if (bytes.find('\0') == bytes.npos && is_valid_utf8(bytes)) {
    return {tidy(bytes), "UTF-8", 0};
  }
  if (looks_utf16(bytes, true)) return decode_as(bytes, "UTF-16LE");
  if (looks_utf16(bytes, false)) return decode_as(bytes, "UTF-16BE");
  Decoded sjis = decode_as(bytes, "CP932");
  Decoded euc = decode_as(bytes, "EUC-JP");
  if (sjis.replaced != euc.replaced) {
    Decoded& best = sjis.replaced < euc.replaced ? sjis : euc;
    // Mostly UTF-8 with a broken place is still UTF-8.
    Decoded utf8 = decode_as(bytes, "UTF-8");
    return utf8.replaced < best.replaced ? utf8 : best;
  }
  return guess(bytes) == "EUC-JP" ? euc : sjis;
}

}  // namespace shirube::text
