#include "search/index_format.h"

#include <cmath>

#include "corpus/viewer.h"
#include "text/utf8.h"

namespace shirube::search {

namespace {

constexpr size_t longest_term = 245;
constexpr char32_t first_short = 0x3000, after_short = 0xB000;
constexpr std::u32string_view particles = U"のをにはがとでもへや";
constexpr char escape = 0x01;  // no text holds it: folding drops control characters
constexpr char narrower = '\t';  // no audience holds it

}  // namespace

std::string term(std::string_view prefix, std::string_view word) {
  std::string out(prefix);
  for (size_t i = 0; i < word.size();) {
    auto [c, length] = text::code_point_at(word, i);
    std::string_view bytes = word.substr(i, length);
    if (out.size() + 1 + bytes.size() > longest_term) break;
    if (c >= first_short && c < after_short) {
      unsigned code = static_cast<unsigned>(c - first_short) + 0x8000;
      out.push_back(static_cast<char>(code >> 8));
      out.push_back(static_cast<char>(code & 0xFF));
    } else {
      if (c >= 0x80) out.push_back(escape);
      out += bytes;
    }
    i += length;
  }
  return out;
}

std::string audience_expression(std::string_view document, std::string_view clause) {
  std::string out(document);
  if (!clause.empty()) (out += narrower) += clause;
  return out;
}

bool sees(const corpus::Viewer& viewer, std::string_view expression) {
  size_t end = std::min(expression.find(narrower), expression.size());
  return viewer.sees(expression.substr(0, end)) && (end == expression.size() || viewer.sees(expression.substr(end + 1)));
}

std::string narrowest(std::string_view expression) {
  size_t end = expression.find(narrower);
  return std::string(end == expression.npos ? expression : expression.substr(end + 1));
}

bool is_public(std::string_view expression) { return expression == "public"; }

std::string audience_term(std::string_view expression) { return std::string(prefix::audience).append(expression.substr(0, longest_term - prefix::audience.size())); }
std::string expression_of(std::string_view term) { return std::string(term.substr(prefix::audience.size())); }

std::string word_of(std::string_view term) {
  if (!term.empty() && term[0] >= 'A' && term[0] <= 'Z') term.remove_prefix(1);
  std::string out;
  for (size_t i = 0; i < term.size();) {
    auto byte = static_cast<unsigned char>(term[i]);
    if (byte >= 0x80 && i + 1 < term.size()) {
      text::append_utf8(out, first_short + ((byte - 0x80u) << 8) + static_cast<unsigned char>(term[i + 1]));
      i += 2;
    } else if (term[i] == escape) {
      size_t length = text::code_point_at(term, i + 1).length;
      out += term.substr(i + 1, length);
      i += 1 + length;
    } else {
      out.push_back(term[i++]);
    }
  }
  return out;
}

std::string definition_term(std::string_view prefix, uint64_t hash) {
  std::string out(prefix);
  // No zero bytes, which Xapian keeps as two.
  for (int i = 0; i < 5; ++i, hash /= 255) out.push_back(static_cast<char>(1 + hash % 255));
  return out;
}

uint8_t short_length(size_t length) { return static_cast<uint8_t>(std::min(255.0, std::round(16 * std::log2(static_cast<double>(length) + 1)))); }

double long_length(uint8_t length) { return std::exp2(length / 16.0) - 1; }

bool is_kept_pair(std::string_view pair) {
  if (pair.empty()) return false;
  auto [first, length] = text::code_point_at(pair, 0);
  if (particles.find(first) != particles.npos) return false;
  return !text::is_hiragana(first) || (length < pair.size() && !text::is_hiragana(text::code_point_at(pair, length).value));
}

}  // namespace shirube::search
