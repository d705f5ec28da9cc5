#include "search/meant.h"

#include <algorithm>
#include <iterator>

#include "text/utf8.h"

namespace shirube::search {

namespace {

constexpr uint64_t few_matches = 3;
constexpr size_t longest_example = 20'000;  ///< bytes; some milliseconds

/// Bytes of a query.
struct Stretch {
  size_t begin, end;
};

/// Plain words that stand next to each other: they are corrected by what stands together.
std::vector<Stretch> plain_words(const Query& query) {
  std::vector<Stretch> out;
  bool goes_on = false;
  for (const auto& part : query.parts) {
    bool plain = part.kind == Part::Kind::word;
    if (plain && !goes_on) out.push_back({part.begin, 0});
    if (plain) out.back().end = part.begin + part.typed.size();
    goes_on = plain;
  }
  return out;
}

std::vector<std::string> terms_of(const std::vector<text::Token>& tokens, const Lexicon& lexicon) {
  std::vector<std::string> terms;
  for (const auto& token : tokens) {
    if (text::is_content(token) && !lexicon.says_nothing(token.term)) terms.push_back(token.term);
  }
  return terms;
}

/// A correction in the spelling of a text that holds it: the index has 漏洩 and サーバ for what is written
/// 漏えい and サーバー. Of nouns alone, since other words are written in other forms.
std::string as_written(const Correction& correction, const corpus::Viewer& viewer, const Searcher& searcher, const text::Analyzer& analyzer) {
  auto tokens = analyzer.analyze(correction.query);
  auto example = searcher.example(terms_of(tokens, searcher.lexicon()), viewer);
  if (!example) return correction.query;
  std::string text = example->document.title + "\n" + example->clause.heading + "\n" + example->clause.text;
  text.resize(text::clamp_utf8(text, longest_example).size());
  auto written = analyzer.analyze(text);
  auto spelling = [&](const text::Token& wanted) {
    std::string typed = correction.query.substr(wanted.begin, wanted.end - wanted.begin), first = typed;
    for (const auto& token : written) {
      if (token.kind != text::TokenKind::noun || token.term != wanted.term) continue;
      std::string here = text.substr(token.begin, token.end - token.begin);
      if (here == typed) return typed;
      if (first == typed) first = here;
    }
    return first;
  };
  std::string out;
  size_t at = 0;
  for (const auto& token : tokens) {
    bool put_in = std::ranges::any_of(correction.replaced, [&](const auto& range) { return range.first <= token.begin && token.end <= range.second; });
    if (!put_in || token.kind != text::TokenKind::noun || token.begin < at) continue;
    out += correction.query.substr(at, token.begin - at) + spelling(token);
    at = token.end;
  }
  return out + correction.query.substr(at);
}

}  // namespace

std::optional<Meant> meant(const Query& query, const Matches& found, const corpus::Viewer& viewer, const Window& window, Searcher& searcher, Suggester& suggester,
                           const text::Analyzer& analyzer) {
  if (found.total >= few_matches && found.unknown.empty()) return std::nullopt;
  auto frequency = [&](const std::vector<std::string>& words) -> std::optional<uint64_t> {
    std::vector<std::string> terms;
    for (const auto& word : words) std::ranges::move(terms_of(analyzer.analyze(word), searcher.lexicon()), std::back_inserter(terms));
    if (terms.empty()) return std::nullopt;
    return searcher.frequency(terms, viewer);
  };
  std::string typed = query.typed;
  auto stretches = plain_words(query);
  for (auto it = stretches.rbegin(); it != stretches.rend(); ++it) {
    size_t length = it->end - it->begin;
    if (auto correction = suggester.did_you_mean(typed.substr(it->begin, length), viewer, frequency)) typed.replace(it->begin, length, as_written(*correction, viewer, searcher, analyzer));
  }
  if (typed == query.typed) return std::nullopt;
  Query corrected = parse(typed);
  corrected.filters = query.filters;
  Window first_page = window;
  first_page.first = 0;
  Matches matches = searcher.search(corrected, viewer, first_page).found;  // with what is placed first, as the reader will
  if (matches.total == 0 || (found.unknown.empty() && matches.total <= found.total)) return std::nullopt;
  return Meant{std::move(typed), matches.total, matches.total_exact};
}

}  // namespace shirube::search
