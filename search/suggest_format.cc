#include "search/suggest_format.h"

#include <xapian.h>

#include <algorithm>
#include <bit>

#include "search/index_format.h"
#include "text/normalize.h"
#include "text/utf8.h"

namespace shirube::search {

namespace {

constexpr size_t edge_lengths[] = {1, 2, 3, 4, 5, 6, 8, longest_term_characters};
constexpr unsigned weight_classes = 16;

unsigned weight_class(uint64_t weight) { return std::min<unsigned>(weight_classes, static_cast<unsigned>(std::bit_width(std::max<uint64_t>(weight, 1)))) - 1; }

void put_number(std::string& out, uint64_t n) {
  for (; n >= 0x80; n >>= 7) out += static_cast<char>(n | 0x80);
  out += static_cast<char>(n);
}

uint64_t take_number(std::string_view& in) {
  uint64_t n = 0;
  for (unsigned shift = 0; !in.empty() && shift < 64; shift += 7) {
    auto byte = static_cast<unsigned char>(in.front());
    in.remove_prefix(1);
    n |= static_cast<uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) break;
  }
  return n;
}

/// UTF-16: two bytes for a Japanese character instead of three.
void put_text(std::string& out, std::string_view s) {
  std::u32string characters = text::to_utf32(s);
  size_t units = 0;
  for (char32_t c : characters) units += c < 0x10000 ? 1 : 2;
  put_number(out, units);
  auto put = [&](uint32_t unit) {
    out += static_cast<char>(unit >> 8);
    out += static_cast<char>(unit & 0xFF);
  };
  for (char32_t c : characters) {
    if (c >= 0x10000) put(0xD800 + ((c - 0x10000) >> 10));
    put(c < 0x10000 ? c : 0xDC00 + ((c - 0x10000) & 0x3FF));
  }
}

std::string take_text(std::string_view& in) {
  size_t units = std::min<size_t>(take_number(in), in.size() / 2);
  std::string out;
  char32_t high = 0;
  for (; units > 0; --units, in.remove_prefix(2)) {
    char32_t unit = static_cast<char32_t>(static_cast<unsigned char>(in[0]) << 8 | static_cast<unsigned char>(in[1]));
    if (unit >= 0xD800 && unit < 0xDC00) high = unit;
    else if (unit >= 0xDC00 && unit < 0xE000) text::append_utf8(out, 0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00));
    else text::append_utf8(out, unit);
  }
  return out;
}

}  // namespace

uint32_t number_of(uint64_t weight, uint64_t kind, uint32_t age) {
  uint32_t importance = (weight_classes - 1 - weight_class(weight)) * 4 + static_cast<uint32_t>(kind % 4);
  return importance << age_bits | age;
}

bool same_class(uint64_t one, uint64_t other) { return weight_class(one) == weight_class(other); }

std::string pack(const SuggestionRecord& record) {
  std::string out;
  put_number(out, record.kind);
  put_number(out, record.weight);
  put_number(out, record.beginning);
  put_text(out, record.text);
  if (!record.reading.empty()) put_text(out, record.reading);
  return out;
}

SuggestionRecord unpack(std::string_view packed) {
  SuggestionRecord record;
  record.kind = take_number(packed);
  record.weight = take_number(packed);
  record.beginning = take_number(packed);
  record.text = take_text(packed);
  if (!packed.empty()) record.reading = take_text(packed);
  return record;
}

SuggestionRecord record_at(const Xapian::Database& index, uint32_t number) {
  SuggestionRecord record = unpack(index.get_document(number, Xapian::DOC_ASSUME_VALID).get_data());
  if (record.beginning != 0) record.text.insert(0, index.get_metadata(beginning_text_key(record.beginning)));
  return record;
}

size_t shared_beginning(std::string_view text) {
  constexpr size_t shortest = 8, longest = 200;  // bytes; Xapian's keys have bounds
  size_t end = 0;
  for (size_t i = 0; i < text.size();) {
    auto [c, length] = text::code_point_at(text, i);
    i += length;
    if (text::is_space(c) && i < text.size()) end = i;
  }
  return end >= shortest && end <= longest ? end : 0;
}

std::string beginning_number_key(std::string_view beginning) { return "b" + std::string(beginning); }
std::string beginning_text_key(uint64_t number) { return "t" + std::to_string(number); }

std::optional<AudienceCode> audience_code(size_t number) {
  // No byte that a letter or a control character is, which reads well in a dump and sorts apart.
  constexpr size_t first = 0x21, after = 0xC0, least = 0x30, many = 0x80, pages = 0x3F;
  if (number < after - first) return AudienceCode(1, static_cast<char>(first + number));
  number -= after - first;
  if (number >= many * pages) return std::nullopt;
  return AudienceCode{static_cast<char>(after + number / many), static_cast<char>(least + number % many)};
}

std::string audience_number_key(std::string_view expression) { return "e" + std::string(expression); }

std::vector<AudienceCode> visible_codes(const Xapian::Database& index, const corpus::Viewer& viewer) {
  std::vector<AudienceCode> codes;
  std::string prefix = audience_number_key("");
  for (auto key = index.metadata_keys_begin(prefix); key != index.metadata_keys_end(prefix); ++key) {
    std::string expression = (*key).substr(prefix.size());
    if (!sees(viewer, expression) || (viewer.only && !is_public(expression))) continue;
    if (auto code = audience_code(std::stoull(index.get_metadata(*key)))) codes.push_back(*code);
  }
  return codes;
}

std::string sound_of(std::string_view reading) {
  std::string hiragana = text::to_hiragana(text::fold(reading)), out;
  for (size_t i = 0; i < hiragana.size();) {
    auto [c, length] = text::code_point_at(hiragana, i);
    i += length;
    if (c == U'づ') c = U'ず';
    if (c == U'ぢ') c = U'じ';
    bool sounds = text::is_hiragana(c) || text::is_katakana(c) || text::is_kanji(c) || text::is_digit(c) || text::is_latin(c);
    if (sounds && c != U'・') text::append_utf8(out, c);
  }
  return out;
}

std::vector<std::string_view> beginnings(std::string_view s) {
  std::vector<std::string_view> out;
  size_t characters = 0;
  for (size_t i = 0; i < s.size();) {
    i += text::code_point_at(s, i).length;
    if (std::ranges::binary_search(edge_lengths, ++characters)) out.push_back(s.substr(0, i));
  }
  return out;
}

std::string_view longest_beginning(std::string_view s) {
  auto all = beginnings(s);
  return all.empty() ? std::string_view() : all.back();
}

std::vector<std::string> pairs_of(std::string_view s) {
  std::vector<std::string> out;
  for (size_t previous = 0, at = 0; at < s.size();) {
    size_t next = at + text::code_point_at(s, at).length;
    if (at > 0) out.emplace_back(s.substr(previous, next - previous));
    previous = at;
    at = next;
  }
  return out;
}

/// Xapian refuses terms over 245 bytes.
constexpr size_t longest_suggest_term = 245;

std::string suggest_term(char prefix, const AudienceCode& audience, std::string_view word) {
  std::string out = prefix + audience;
  out += text::clamp_utf8(word, longest_suggest_term - out.size());
  return out;
}

std::string word_of_suggest_term(std::string_view term, const AudienceCode& audience) { return std::string(term.substr(1 + audience.size())); }

std::string key_term(const AudienceCode& audience, uint64_t kind, std::string_view folded) {
  uint64_t h = stable_hash(std::to_string(kind) + ":" + std::string(folded));
  std::string out = suggest_prefix::key + audience;
  // No zero bytes, which Xapian keeps as two.
  for (int i = 0; i < 5; ++i, h /= 255) out += static_cast<char>(1 + h % 255);
  return out;
}

}  // namespace shirube::search
