#include "text/plain.h"

#include "text/utf8.h"

namespace shirube::text {

std::string plain(std::string_view s) {
  std::string out;
  out.reserve(s.size());
  for (size_t at = 0; at < s.size();) {
    auto [c, length] = code_point_at(s, at);
    at += length;
    if (c == '\r') {
      if (at >= s.size() || s[at] != '\n') out += '\n';
    } else if (c == '\n' || c == '\t' || (c >= 0x20 && c != 0x7F && c != 0xFFFE && c != 0xFFFF)) {
      append_utf8(out, c);
    }
  }
  return out;
}

}  // namespace shirube::text
