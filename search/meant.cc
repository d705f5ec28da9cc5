#include "search/meant.h"

namespace shirube::search {

namespace {

constexpr uint64_t few_matches = 3;

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

}  // namespace

std::optional<Meant> meant(const Query& query, const Matches& found, const corpus::Viewer& viewer, const Window& window, Searcher& searcher, Suggester& suggester,
                           const text::Analyzer& analyzer) {
  if (found.total >= few_matches && found.unknown.empty()) return std::nullopt;
  auto frequency = [&](const std::vector<std::string>& words) -> std::optional<uint64_t> {
    std::vector<std::string> terms;
    for (const auto& word : words) {
      for (const auto& token : analyzer.analyze(word)) {
        if (text::is_content(token) && !searcher.lexicon().says_nothing(token.term)) terms.push_back(token.term);
      }
    }
    if (terms.empty()) return std::nullopt;
    return searcher.frequency(terms, viewer);
  };
  std::string typed = query.typed;
  auto stretches = plain_words(query);
  for (auto it = stretches.rbegin(); it != stretches.rend(); ++it) {
    size_t length = it->end - it->begin;
    if (auto correction = suggester.did_you_mean(typed.substr(it->begin, length), viewer, frequency)) typed.replace(it->begin, length, correction->query);
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
