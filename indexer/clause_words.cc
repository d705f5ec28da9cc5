#include "indexer/clause_words.h"

#include <xapian.h>

#include <vector>

#include "search/index_format.h"
#include "search/suggest.h"
#include "text/utf8.h"

namespace shirube::indexer {

namespace {

/// Terms from here on are words: prefixes are capitals. Those before it are numbers.
constexpr const char* first_word = "a";

/// What is corrected towards for a word of the index; empty for nothing. With hiragana it is mostly a verb,
/// which stands in texts in other forms; of an adjective (意外だ) that is its stem.
std::string spelling(std::string word) {
  constexpr std::string_view ending = "だ";
  if (word.ends_with(ending)) word.resize(word.size() - ending.size());
  size_t length = 0;
  bool has_kanji = false;
  for (char32_t c : text::to_utf32(word)) {
    if (text::is_kanji(c)) has_kanji = true;
    else if (!text::is_katakana(c) && !text::is_latin(c)) return "";
    ++length;
  }
  return length >= (has_kanji ? 2 : 3) ? word : "";
}

}  // namespace

void ClauseWords::add(const Xapian::Document& clause, const std::string& audience) {
  auto& counts = counts_[audience];
  auto it = clause.termlist_begin();
  for (it.skip_to(first_word); it != clause.termlist_end(); ++it) ++counts[*it];
}

void ClauseWords::add(const Xapian::Database& index) {
  std::vector<std::string> audiences;
  std::vector<uint32_t> audience_of(index.get_lastdocid() + size_t{1});
  std::string p(search::prefix::audience);
  for (auto name = index.allterms_begin(p); name != index.allterms_end(p); ++name) {
    for (auto it = index.postlist_begin(*name); it != index.postlist_end(*name); ++it) audience_of[*it] = static_cast<uint32_t>(audiences.size());
    audiences.push_back(search::expression_of(*name));
  }
  auto word = index.allterms_begin();
  for (word.skip_to(first_word); word != index.allterms_end(); ++word) {
    std::string name = *word;
    std::vector<uint64_t> counts(audiences.size());
    for (auto it = index.postlist_begin(name); it != index.postlist_end(name); ++it) ++counts[audience_of[*it]];
    for (size_t i = 0; i < audiences.size(); ++i) {
      if (counts[i] > 0) counts_[audiences[i]][name] += counts[i];
    }
  }
}

void ClauseWords::give(search::SuggestionIndex& suggestions) const {
  for (const auto& [audience, counts] : counts_) {
    // In order, so that the same clauses always give the same store.
    for (const auto& [term, frequency] : std::map<std::string, uint64_t>(counts.begin(), counts.end())) {
      if (std::string word = spelling(search::word_of(term)); !word.empty()) suggestions.add_word({word, audience, frequency, ""});
    }
  }
}

}  // namespace shirube::indexer
