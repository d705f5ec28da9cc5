#include "web/client_address.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>

#include "text/error.h"

namespace shirube::web {

namespace {

using Bytes = std::array<uint8_t, 16>;
constexpr unsigned mapped_bits = 96;
constexpr size_t most_hops = 16;

bool is_mapped(const Bytes& bytes) {
  return std::all_of(bytes.begin(), bytes.begin() + 10, [](uint8_t byte) { return byte == 0; }) && bytes[10] == 0xff && bytes[11] == 0xff;
}

std::optional<Bytes> parse(std::string_view word) {
  constexpr size_t longest = INET6_ADDRSTRLEN;
  if (word.empty() || word.size() > longest) return {};
  std::string text(word);
  Bytes bytes{};
  if (text.find(':') != text.npos) {
    // A zone (fe80::1%eth0) names an interface, not another address.
    text = text.substr(0, text.find('%'));
    if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return {};
    return bytes;
  }
  bytes[10] = bytes[11] = 0xff;
  if (::inet_pton(AF_INET, text.c_str(), bytes.data() + 12) != 1) return {};
  return bytes;
}

bool same_beginning(const Bytes& a, const Bytes& b, unsigned bits) {
  if (std::memcmp(a.data(), b.data(), bits / 8) != 0) return false;
  uint8_t mask = static_cast<uint8_t>(0xff00u >> (bits % 8));
  return bits % 8 == 0 || (a[bits / 8] & mask) == (b[bits / 8] & mask);
}

std::string write(const Bytes& bytes) {
  char text[INET6_ADDRSTRLEN];
  bool v4 = is_mapped(bytes);
  return ::inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? bytes.data() + 12 : bytes.data(), text, sizeof text);
}

std::string_view trim(std::string_view word) {
  while (!word.empty() && (word.front() == ' ' || word.front() == '\t')) word.remove_prefix(1);
  while (!word.empty() && (word.back() == ' ' || word.back() == '\t')) word.remove_suffix(1);
  return word;
}

/// "192.0.2.1:80" and "[2001:db8::1]:80" without the port.
std::string_view without_port(std::string_view word) {
  if (word.starts_with('[')) return word.substr(1, word.find(']') == word.npos ? 0 : word.find(']') - 1);
  return std::ranges::count(word, ':') == 1 ? word.substr(0, word.find(':')) : word;
}

/// The last entries of all fields of a name, the last first.
std::vector<std::string_view> from_the_end(const Headers& headers, std::string_view name) {
  std::vector<std::string_view> words;
  for (auto field = headers.rbegin(); field != headers.rend() && words.size() < most_hops; ++field) {
    if (header_of({*field}, name).empty()) continue;
    for (std::string_view rest = field->second; words.size() < most_hops;) {
      size_t comma = rest.rfind(',');
      words.push_back(trim(comma == rest.npos ? rest : rest.substr(comma + 1)));
      if (comma == rest.npos) break;
      rest = rest.substr(0, comma);
    }
  }
  return words;
}

}  // namespace

Addresses::Addresses(const std::vector<std::string>& words, std::string_view setting) {
  for (const std::string& word : words) {
    std::string_view address = std::string_view(word).substr(0, word.find('/'));
    auto bytes = parse(address);
    unsigned bits = 128, said = 128;
    bool good = bytes.has_value();
    if (good && address.size() != word.size()) {
      unsigned base = is_mapped(*bytes) && address.find(':') == address.npos ? mapped_bits : 0;
      auto [end, error] = std::from_chars(word.data() + address.size() + 1, word.data() + word.size(), said);
      good = error == std::errc() && end == word.data() + word.size() && said <= 128 - base;
      bits = base + said;
    }
    if (!good) throw Error(ErrorKind::invalid, fmt::format("設定 {} の「{}」はアドレスではありません。", setting, word), "192.0.2.1 や 10.0.0.0/8 の形で書いてください。");
    networks_.push_back({*bytes, bits});
  }
}

bool Addresses::contains(std::string_view address) const {
  auto bytes = parse(address);
  return bytes && std::ranges::any_of(networks_, [&](const Network& network) { return same_beginning(*bytes, network.bytes, network.bits); });
}

bool is_loopback(std::string_view address) {
  static const Addresses loopback({"127.0.0.0/8", "::1"}, "");
  return loopback.contains(address);
}

std::string client_address(const std::string& peer, const Headers& headers, const Addresses& trusted) {
  std::string client = peer;
  if (!trusted.contains(peer)) return client;
  for (std::string_view word : from_the_end(headers, "X-Forwarded-For")) {
    auto bytes = parse(without_port(word));
    if (!bytes) break;
    client = write(*bytes);
    if (!trusted.contains(client)) break;
  }
  return client;
}

bool forwarded_by_stranger(const std::string& peer, const Headers& headers, const Addresses& trusted) {
  if (trusted.contains(peer)) return false;
  constexpr std::string_view marks[] = {"X-Forwarded-For", "Forwarded", "X-Real-IP", "Via", "X-Forwarded-Host", "X-Forwarded-Proto"};
  return std::ranges::any_of(marks, [&](std::string_view mark) { return !header_of(headers, mark).empty(); });
}

bool came_securely(const Request& request, const Addresses& trusted) {
  return request.secure || (trusted.contains(request.peer) && header_of(request.headers, "X-Forwarded-Proto") == "https");
}

std::string counting_key(std::string_view address) {
  auto bytes = parse(address);
  if (!bytes) return std::string(address.substr(0, INET6_ADDRSTRLEN));
  if (!is_mapped(*bytes)) std::fill(bytes->begin() + 8, bytes->end(), uint8_t{0});
  return write(*bytes);
}

}  // namespace shirube::web
