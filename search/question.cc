#include "search/question.h"

#include <algorithm>
#include <map>

#include "search/index_format.h"
#include "text/normalize.h"

namespace shirube::search {

using text::TokenKind;

namespace {

/// More is a sentence or a list, of which hardly a clause holds all.
constexpr size_t most_pieces = 4, most_subjects_of_pieces = 12;

/// Clause numbers: 「第22条第2項」 is two numbers but one place, and its first step alone is not meant.
void want_numbers(const std::vector<text::Token>& tokens, std::vector<Wanted>& wanted) {
  std::string place;
  size_t place_end = 0;
  std::vector<Wanted> own, places;
  for (const auto& token : tokens) {
    if (token.kind != TokenKind::reference) continue;
    wanted.push_back({Field::reference, {term(prefix::reference, token.term)}, 1});
    bool goes_on = !place.empty() && place_end == token.begin;
    place = goes_on ? place + token.term : token.term;
    place_end = token.end;
    if (goes_on) {
      places.back().terms = {term(prefix::place, place)};
      own.clear();
    } else {
      places.push_back({Field::place, {term(prefix::place, place)}, 1});
      own.push_back({Field::own, {term(prefix::own, token.term)}, 1});
    }
  }
  std::ranges::move(own, std::back_inserter(wanted));
  std::ranges::move(places, std::back_inserter(wanted));
}

}  // namespace

std::pair<size_t, std::vector<size_t>> subjects_within(const Question& question, size_t begin, size_t end) {
  size_t first = 0;
  std::vector<size_t> others;
  for (const auto& token : question.tokens) {
    bool within = token.begin >= question.text.original_begin(begin) && token.end <= question.text.original_end(end);
    auto at = std::ranges::find(question.subjects, token.term, &Question::Subject::term);
    if (!within || !text::is_content(token) || at == question.subjects.end()) continue;
    auto subject = static_cast<size_t>(at - question.subjects.begin()) + 1;
    if (first == 0) first = subject;
    else if (subject != first) others.push_back(subject);
  }
  return {first, others};
}

Question ask(const Query& query, const text::Analyzer& analyzer, const Lexicon& lexicon, bool with_synonyms) {
  std::string typed = query.words;
  for (const auto& phrase : query.phrases) typed += " " + phrase;
  Question out;
  out.text = text::normalize(typed);
  out.tokens = analyzer.analyze(out.text);
  const text::Normalized& normalized = out.text;
  const auto& tokens = out.tokens;

  struct Word {
    size_t subject;
    double weight = 0;
  };
  std::map<std::string, Word> words;
  bool all_empty = std::ranges::none_of(tokens, [&](const auto& token) { return text::is_content(token) && !lexicon.says_nothing(token.term); });
  size_t pieces = 0, piece_end = 0;
  for (const auto& token : tokens) {
    if (!text::is_content(token) || (!all_empty && lexicon.says_nothing(token.term))) continue;
    auto [word, fresh] = words.try_emplace(token.term);
    if (fresh) {
      bool of_phrase = token.begin >= query.words.size();
      bool apart = token.begin > piece_end && text::fold(std::string_view(typed).substr(piece_end, token.begin - piece_end)).find(' ') != std::string::npos;
      if (!of_phrase && (pieces == 0 || apart)) ++pieces;
      piece_end = std::max(piece_end, token.end);
      out.subjects.push_back({token.term, typed.substr(token.begin, token.end - token.begin), of_phrase ? 0 : pieces});
      word->second.subject = out.subjects.size();
    }
    word->second.weight += token.kind == TokenKind::noun ? noun_weight : 1.0;
  }
  for (const auto& [word, is] : words) {
    out.wanted.push_back({Field::word, {term("", word)}, is.weight, is.subject});
  }
  // A phrase must stand anyway, so that one word beside it is a list as well.
  size_t least_pieces = query.phrases.empty() ? 2 : 1;
  out.wants_all = pieces >= least_pieces && pieces <= most_pieces && out.subjects.size() <= most_subjects_of_pieces && query.alternatives.empty();
  want_numbers(tokens, out.wanted);
  std::map<std::string, unsigned> pairs;
  for (const auto& token : text::bigrams(normalized)) {
    if (is_kept_pair(token.term)) ++pairs[token.term];
  }
  for (const auto& [pair, count] : pairs) out.wanted.push_back({Field::pair, {term(prefix::bigram, pair)}, static_cast<double>(count)});

  if (!with_synonyms) return out;
  for (const auto& widening : lexicon.widen(normalized, tokens)) {
    std::string said(std::string_view(normalized.text()).substr(widening.begin, widening.end - widening.begin));
    bool as_typed = std::ranges::any_of(query.plain, [&](const std::string& word) { return text::fold(word) == said; });
    if (as_typed) continue;
    auto [subject, others] = subjects_within(out, widening.begin, widening.end);
    std::vector<std::string> terms;
    for (const auto& word : widening.variant->terms) {
      if (!words.contains(word)) terms.push_back(term("", word));
    }
    if (terms.empty()) continue;
    out.wanted.push_back({Field::word, std::move(terms), synonym_weight * noun_weight, subject, {}, std::move(others)});
    out.widened.push_back({widening.variant->folded});
  }
  return out;
}

}  // namespace shirube::search
