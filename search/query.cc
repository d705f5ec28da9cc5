#include "search/query.h"

#include <fmt/format.h>

#include "corpus/document.h"
#include "text/date.h"
#include "text/utf8.h"

namespace shirube::search {

namespace {

using text::code_point_at;

constexpr size_t longest_query = 2000;  // characters

char32_t closing_quote(char32_t c) {
  switch (c) {
    case '"': case U'＂': return '"';
    case U'“': case U'”': return U'”';
    case U'「': return U'」';
    case U'『': return U'』';
    default: return 0;
  }
}

bool closes(char32_t c, char32_t close) { return c == close || (close == '"' && c == U'＂'); }

/// Takes a query apart from left to right.
class Parser {
 public:
  explicit Parser(std::u32string text) : text_(std::move(text)) {}

  Query run() {
    while (at_ < text_.size()) {
      char32_t c = text_[at_];
      bool fresh = at_ == 0 || text::is_space(text_[at_ - 1]);
      if (text::is_space(c)) {
        ++at_;
      } else if (fresh && (c == '-' || c == U'－' || c == U'−') && at_ + 1 < text_.size() && !text::is_space(text_[at_ + 1])) {
        ++at_;
        if (auto phrase = take_quoted()) add(query_.excluded, *phrase);
        else add(query_.excluded, take_word());
      } else if (auto phrase = take_quoted()) {
        add(query_.phrases, *phrase);
      } else {
        std::string word = take_word();
        if (!take_filter(word)) {
          if (!query_.words.empty()) query_.words += ' ';
          query_.words += word;
        }
      }
    }
    return std::move(query_);
  }

 private:
  static void add(std::vector<std::string>& list, const std::string& word) {
    std::string trimmed(text::trim(word));
    if (!trimmed.empty()) list.push_back(std::move(trimmed));
  }

  /// A quoted run; a quote that is never closed is no quote.
  std::optional<std::string> take_quoted() {
    char32_t close = closing_quote(text_[at_]);
    if (close == 0) return std::nullopt;
    for (size_t end = at_ + 1; end < text_.size(); ++end) {
      if (!closes(text_[end], close)) continue;
      std::string inside = text::to_utf8(std::u32string_view(text_).substr(at_ + 1, end - at_ - 1));
      at_ = end + 1;
      return inside;
    }
    return std::nullopt;
  }

  std::string take_word() {
    size_t end = at_;
    while (end < text_.size() && !text::is_space(text_[end]) && (end == at_ || text_[end] != '"')) ++end;
    std::string word = text::to_utf8(std::u32string_view(text_).substr(at_, end - at_));
    at_ = end;
    return word;
  }

  bool take_filter(const std::string& word) {
    size_t colon = word.find(':'), wide = word.find("：");
    size_t at = std::min(colon, wide);
    if (at == word.npos) return false;
    std::string name = word.substr(0, at);
    std::string value = word.substr(at + (colon < wide ? 1 : std::string_view("：").size()));
    if (value.empty()) return false;
    if (name == "種別") {
      auto key = corpus::key_of(corpus::document_kinds(), value);
      if (key) query_.filters.kinds.emplace_back(*key);
      return key.has_value();
    }
    if (name == "発出者") {
      query_.filters.issuers.push_back(value);
      return true;
    }
    return (name == "日付" || name == "施行" || name == "発出") && take_dates(value);
  }

  bool take_dates(const std::string& value) {
    size_t dots = value.find("..");
    std::string first = value.substr(0, dots), last = dots == value.npos ? first : value.substr(dots + 2);
    auto from = text::parse_date(first), to = text::parse_date(last);
    if ((!first.empty() && !from) || (!last.empty() && !to) || (!from && !to)) return false;
    if (from) query_.filters.from = text::to_iso(from->first);
    if (to) query_.filters.to = text::to_iso(to->last);
    return true;
  }

  std::u32string text_;
  size_t at_ = 0;
  Query query_;
};

}  // namespace

Query parse(std::string_view text) {
  std::u32string characters = text::to_utf32(text);
  if (characters.size() > longest_query) characters.resize(longest_query);
  return Parser(std::move(characters)).run();
}

std::string Query::understood() const {
  std::vector<std::string> parts;
  if (!words.empty()) parts.push_back(fmt::format("語「{}」", words));
  for (const auto& phrase : phrases) parts.push_back(fmt::format("句「{}」", phrase));
  for (const auto& word : excluded) parts.push_back(fmt::format("除外「{}」", word));
  for (const auto& kind : filters.kinds) parts.push_back(fmt::format("種別「{}」", corpus::label_of(corpus::document_kinds(), kind)));
  for (const auto& issuer : filters.issuers) parts.push_back(fmt::format("発出者「{}」", issuer));
  if (!filters.from.empty() || !filters.to.empty()) parts.push_back(fmt::format("日付「{}〜{}」", filters.from, filters.to));
  return fmt::format("{}", fmt::join(parts, " "));
}

}  // namespace shirube::search
