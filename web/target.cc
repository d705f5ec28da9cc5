#include "web/target.h"

#include <fmt/format.h>

#include <charconv>

#include "text/error.h"
#include "text/utf8.h"

namespace shirube::web {

namespace {

enum class Plus { is_plus, is_space };

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

[[noreturn]] void refuse(const char* what) {
  throw Error(ErrorKind::invalid, what, "アドレスを確認するか、検索画面から入力し直してください。");
}

std::string decode(std::string_view encoded, Plus plus) {
  std::string out;
  out.reserve(encoded.size());
  for (size_t i = 0; i < encoded.size(); ++i) {
    if (encoded[i] == '+' && plus == Plus::is_space) {
      out += ' ';
    } else if (encoded[i] == '%') {
      int high = i + 2 < encoded.size() ? hex_value(encoded[i + 1]) : -1;
      int low = high >= 0 ? hex_value(encoded[i + 2]) : -1;
      if (low < 0) refuse("アドレスや入力の % 符号化が壊れています。");
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += encoded[i];
    }
  }
  if (!text::is_valid_utf8(out) || out.find('\0') != out.npos) refuse("アドレスや入力に文字として読めないものがあります。");
  return out;
}

/// Calls `piece` with each part of `s` between separators; an empty `s` has none.
template <typename Piece>
void split(std::string_view s, char separator, Piece piece) {
  while (!s.empty()) {
    size_t end = std::min(s.find(separator), s.size());
    piece(s.substr(0, end));
    if (end + 1 == s.size()) piece(std::string_view());
    s.remove_prefix(std::min(end + 1, s.size()));
  }
}

}  // namespace

std::optional<std::string> Target::parameter(std::string_view name) const {
  auto values = all(name);
  if (values.empty()) return std::nullopt;
  return values.front();
}

std::vector<std::string> Target::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [key, value] : parameters) {
    if (key == name && !text::trim(value).empty()) values.push_back(value);
  }
  return values;
}

size_t Target::number(std::string_view name, size_t least, size_t most, size_t fallback) const {
  auto value = parameter(name);
  if (!value) return fallback;
  size_t number = 0;
  auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), number);
  if (error != std::errc() || end != value->data() + value->size() || number < least || number > most) {
    throw Error(ErrorKind::invalid, fmt::format("{}の値「{}」は使えません。", name, text::clamp_utf8(*value, 100)),
                fmt::format("{}から{}までの整数を指定してください。", least, most));
  }
  return number;
}

Target parse_target(std::string_view target) {
  if (!target.starts_with('/')) refuse("アドレスが「/」で始まっていません。");
  target = target.substr(0, target.find('#'));
  size_t question = std::min(target.find('?'), target.size());
  Target out;
  split(target.substr(1, question - 1), '/', [&](std::string_view s) { out.segments.push_back(decode(s, Plus::is_plus)); });
  out.parameters = parse_form(target.substr(std::min(question + 1, target.size()))).parameters;
  return out;
}

Target parse_form(std::string_view body) {
  Target out;
  split(body, '&', [&](std::string_view s) {
    if (s.empty()) return;
    size_t equals = std::min(s.find('='), s.size());
    out.parameters.emplace_back(decode(s.substr(0, equals), Plus::is_space),
                                decode(s.substr(std::min(equals + 1, s.size())), Plus::is_space));
  });
  return out;
}

std::string percent_encode(std::string_view text) {
  std::string out;
  for (char c : text) {
    bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (letter || c == '-' || c == '.' || c == '_' || c == '~') out += c;
    else out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string write_query(const std::vector<std::pair<std::string, std::string>>& parameters) {
  std::string out;
  for (const auto& [name, value] : parameters) {
    out += (out.empty() ? '?' : '&') + percent_encode(name) + '=' + percent_encode(value);
  }
  return out;
}

}  // namespace shirube::web
