#include "corpus/definition.h"

#include <algorithm>

#include "text/utf8.h"

namespace shirube::corpus {

namespace {

constexpr size_t most_definitions = 50;
constexpr size_t shortest_term = 2, longest_term = 40, longest_meaning = 60;  // characters
constexpr size_t longest_bracket = 1000;       // bytes of a bracket before 以下: （平成…法律第…号。以下
constexpr size_t longest_sentence = 3000;      // bytes from とは to をいう
constexpr size_t longest_introduction = 120;  // bytes between 以下 and the term: この条及び次条第二項において単に

constexpr std::string_view open_quote = "「", close_quote = "」", open_bracket = "（", close_bracket = "）";
constexpr std::string_view calls[] = {"という", "といい", "と総称", "と略称", "と称す", "と呼ぶ", "とする"};
constexpr std::string_view links[] = {"及び「", "又は「", "並びに「", "若しくは「", "、「"};
constexpr std::string_view narrow_scopes[] = {"この条", "この項", "この号"};

bool starts_with_any(std::string_view s, auto const& list) {
  return std::ranges::any_of(list, [&](std::string_view one) { return s.starts_with(one); });
}

/// Where `what` stands, at most `far` bytes after `from`: a text of any length costs no more than its length.
size_t find_near(std::string_view text, std::string_view what, size_t from, size_t far) {
  size_t found = text.substr(from, far + what.size()).find(what);
  return found == text.npos ? found : from + found;
}

bool is_term(std::string_view s) {
  if (s.size() > 4 * longest_term) return false;
  size_t length = text::length_utf8(s);
  return length >= shortest_term && length <= longest_term && s.find("。") == s.npos && s.find('\n') == s.npos;
}

/// The words that end at `end`, back to a mark that separates.
std::string meaning_before(std::string_view text, size_t end) {
  size_t begin = end;
  for (size_t characters = 0; begin > 0 && characters <= longest_meaning; ++characters) {
    size_t at = begin;
    do --at; while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80);
    std::string_view c = text.substr(at, begin - at);
    constexpr std::string_view separators = "、。，．「」（）\n　";
    if (separators.find(c) != separators.npos) return std::string(text.substr(begin, end - begin));
    begin = at;
  }
  return begin == 0 ? std::string(text.substr(0, end)) : "";  // cut off in the middle it means nothing
}

/// Where the bracket that holds `at` opens; npos: none.
size_t bracket_of(std::string_view whole, size_t end) {
  size_t from = end - std::min(end, longest_bracket);  // perhaps within a character, which is no bracket then
  std::string_view text = whole.substr(from, end - from);
  int depth = 0;
  size_t at = text.size();
  while (at > 0) {
    size_t opened = text.rfind(open_bracket, at - 1), closed = text.rfind(close_bracket, at - 1);
    if (opened == text.npos) return text.npos;
    if (closed == text.npos || opened > closed) {
      if (depth-- == 0) return from + opened;
      at = opened;
    } else {
      ++depth;
      at = closed;
    }
  }
  return text.npos;
}

/// （…以下「…」という。）
void abbreviations(std::string_view text, std::vector<Definition>& out) {
  constexpr std::string_view from_here = "以下";
  for (size_t at = text.find(from_here); at != text.npos && out.size() < most_definitions; at = text.find(from_here, at + from_here.size())) {
    size_t after = at + from_here.size(), quote = find_near(text, open_quote, after, longest_introduction);
    if (quote == text.npos) continue;
    std::string_view introduction = text.substr(after, quote - after);
    if (introduction.find("。") != introduction.npos || introduction.find(close_bracket) != introduction.npos) continue;
    std::vector<std::string_view> terms;
    bool called = false;
    // 以下「甲」又は「乙」という。
    while (quote != text.npos && terms.size() < 5) {
      size_t begin = quote + open_quote.size(), end = find_near(text, close_quote, begin, 4 * longest_term);
      if (end == text.npos) break;
      terms.push_back(text.substr(begin, end - begin));
      std::string_view rest = text.substr(end + close_quote.size());
      called = starts_with_any(rest, calls);
      bool goes_on = starts_with_any(rest, links);
      quote = goes_on ? find_near(text, open_quote, end, longest_introduction) : text.npos;
    }
    if (!called) continue;
    size_t bracket = bracket_of(text, at);
    std::string meaning = bracket == text.npos || terms.size() > 1 ? "" : meaning_before(text, bracket);
    for (std::string_view term : terms) {
      if (is_term(term)) out.push_back({std::string(term), text::length_utf8(meaning) >= shortest_term ? meaning : "", starts_with_any(introduction, narrow_scopes)});
    }
  }
}

/// 「…」とは、…をいう。
void sentences(std::string_view text, std::vector<Definition>& out) {
  constexpr std::string_view is_called = "」とは";
  for (size_t at = text.find(is_called); at != text.npos && out.size() < most_definitions; at = text.find(is_called, at + is_called.size())) {
    size_t from = at - std::min(at, 4 * longest_term);
    size_t quote = text.substr(from, at - from).rfind(open_quote);
    if (quote == text.npos || find_near(text, "をいう", at, longest_sentence) == text.npos) continue;
    quote += from;
    std::string_view term = text.substr(quote + open_quote.size(), at - quote - open_quote.size());
    std::string_view introduction = text.substr(quote - std::min(quote, longest_introduction), std::min(quote, longest_introduction));
    if (size_t stop = introduction.rfind("。"); stop != introduction.npos) introduction.remove_prefix(stop);
    bool narrow = std::ranges::any_of(narrow_scopes, [&](std::string_view scope) { return introduction.find(scope) != introduction.npos; });
    if (is_term(term)) out.push_back({std::string(term), "", narrow});
  }
}

/// An item of a list of definitions: 端末　…をいう。
void item(std::string_view text, std::vector<Definition>& out) {
  size_t space = find_near(text, "　", 0, 4 * longest_term);
  if (space == text.npos || find_near(text, "をいう", space, longest_sentence) == text.npos) return;
  if (text.substr(0, space).find("。") != text.npos || text.substr(0, space).find("、") != text.npos) return;
  std::string_view term = text.substr(0, space);
  if (is_term(term) && term.find(open_quote) == term.npos) out.push_back({std::string(term), "", false});
}

}  // namespace

std::vector<Definition> definitions(std::string_view text) {
  std::vector<Definition> out;
  item(text, out);
  abbreviations(text, out);
  sentences(text, out);
  return out;
}

}  // namespace shirube::corpus
