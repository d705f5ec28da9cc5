#include "indexer/readers/mail_header.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "indexer/readers/readers.h"
#include "text/utf8.h"

namespace shirube::indexer {
namespace {

std::string lower(std::string_view s) {
  std::string out(s);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

std::string from_base64(std::string_view s) {
  static constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  unsigned bits = 0, count = 0;
  for (char c : s) {
    auto value = digits.find(c);
    if (value == digits.npos) continue;
    bits = (bits << 6 | static_cast<unsigned>(value)) & 0xFFFFFF;
    if ((count += 6) >= 8) out += static_cast<char>(bits >> (count -= 8) & 0xFF);
  }
  return out;
}

std::string from_quoted(std::string_view s) {
  auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; };
  std::string out;
  for (size_t i = 0; i < s.size(); ++i) {
    if (s[i] == '=' && i + 2 < s.size() && digit(s[i + 1]) >= 0 && digit(s[i + 2]) >= 0) {
      out += static_cast<char>(digit(s[i + 1]) * 16 + digit(s[i + 2]));
      i += 2;
    } else {
      out += s[i] == '_' ? ' ' : s[i];
    }
  }
  return out;
}

struct EncodedWord {
  std::string charset, bytes;
  size_t length;
};

/// 「=?charset?B?…?=」 at the start of `s`.
std::optional<EncodedWord> read_encoded_word(std::string_view s) {
  if (!s.starts_with("=?")) return {};
  auto charset = s.find('?', 2);
  if (charset == s.npos || charset > 60 || charset + 2 >= s.size() || s[charset + 2] != '?') return {};
  char how = static_cast<char>(s[charset + 1] | 0x20);
  if (how != 'b' && how != 'q') return {};
  auto end = s.find("?=", charset + 3);
  if (end == s.npos) return {};
  auto words = s.substr(charset + 3, end - charset - 3);
  auto name = lower(s.substr(2, charset - 2));
  return EncodedWord{name.substr(0, name.find('*')), how == 'b' ? from_base64(words) : from_quoted(words), end + 2};
}

/// Header fields, the ones that only mail has first.
constexpr std::string_view kOfMail[] = {"received", "return-path", "mime-version", "message-id", "delivered-to", "date", "content-type", "dkim-signature", "content-transfer-encoding"};
constexpr std::string_view kOfLetters[] = {"from", "to", "cc", "bcc", "subject", "reply-to", "sender", "in-reply-to", "references", "user-agent", "snapshot-content-location", "content-location"};

}  // namespace

std::string decode_header(std::string_view raw) {
  // A line of a header that begins with a space goes on from the one above.
  std::string value;
  for (size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] == '\r' || raw[i] == '\n') continue;
    value += raw[i] == '\t' ? ' ' : raw[i];
  }
  std::string out, plain, bytes, charset;
  auto flush_plain = [&] {
    if (!plain.empty()) out += decode_declared(plain, "").text;
    plain.clear();
  };
  auto flush_encoded = [&] {
    if (!bytes.empty()) out += decode_declared(bytes, charset).text;
    bytes.clear();
  };
  // Behind the last end of an encoded word none is looked for: a header may begin any number that never end.
  size_t ends = value.rfind("?=") == value.npos ? 0 : value.rfind("?=");
  for (size_t at = 0; at < value.size();) {
    auto word = at < ends ? read_encoded_word(std::string_view(value).substr(at)) : std::nullopt;
    if (!word) {
      plain += value[at++];
      continue;
    }
    // The space between two encoded words is none, and a character may be split between them.
    bool apart = plain.find_first_not_of(' ') != plain.npos;
    if (!apart && !bytes.empty() && charset == word->charset) {
      plain.clear();
    } else {
      bool encoded_above = !bytes.empty();
      flush_encoded();
      if (!apart && encoded_above) plain.clear();
      flush_plain();
    }
    charset = word->charset;
    // ISO-2022-JP ends each word in ASCII and the next begins anew: nothing is between.
    bytes += word->bytes;
    at += word->length;
    if (at < value.size() && value.compare(at, 2, "=?") != 0 && value[at] != ' ') {
      flush_encoded();
    } else {
      auto next = value.find_first_not_of(' ', at);
      if (next == value.npos || value.compare(next, 2, "=?") != 0) flush_encoded();
    }
  }
  flush_encoded();
  flush_plain();
  std::string line;
  for (char c : out) line += c == '\n' || c == '\t' ? ' ' : c;
  return std::string(text::trim(line));
}

bool looks_like_mail(std::string_view bytes) {
  auto head = bytes.substr(0, 65536);
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  std::set<std::string, std::less<>> names;
  bool first = true;
  for (auto line : split_lines(head)) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) break;
    bool mbox = std::exchange(first, false) && (line.starts_with("From ") || line.starts_with(">From "));
    if (mbox) continue;
    if (line[0] == ' ' || line[0] == '\t') {
      if (names.empty()) return false;
      continue;
    }
    auto colon = line.find(':');
    if (colon == line.npos || colon == 0 || colon > 76) break;
    auto name = line.substr(0, colon);
    if (!std::ranges::all_of(name, [](char c) { return c > ' ' && c < 0x7F; })) break;
    names.insert(lower(name));
  }
  auto count = [&](auto& list) { return std::ranges::count_if(list, [&](auto one) { return names.contains(one); }); };
  auto of_mail = count(kOfMail);
  return of_mail >= 3 || (of_mail >= 1 && count(kOfLetters) >= 1);
}

}  // namespace shirube::indexer
