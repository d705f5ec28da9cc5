#include "search/passage.h"

#include <algorithm>
#include <set>
#include <span>

#include "text/normalize.h"
#include "text/utf8.h"

namespace shirube::search {

namespace {

using text::Normalized;
using text::Token;
using text::TokenKind;

/// 「する」 or the 第 of a clause number would cover a text with marks that say nothing.
bool is_worth_marking(const std::string& term, const std::string& words) {
  for (std::string_view empty : {"する", "ある", "いる", "なる", "できる", "こと", "もの", "ため", "よう"}) {
    if (term == empty) return false;
  }
  if (text::length_utf8(term) > 1 || text::length_utf8(words) == 1) return true;
  constexpr std::u32string_view units = U"第条項号章節";
  char32_t c = text::code_point_at(term, 0).value;
  return text::is_kanji(c) && units.find(c) == units.npos;
}

void add_occurrences(const Normalized& normalized, const std::string& needle, std::vector<Span>& out) {
  if (needle.empty()) return;
  const std::string& hay = normalized.text();
  for (size_t at = 0; (at = hay.find(needle, at)) != hay.npos; at += needle.size()) {
    out.push_back({normalized.original_begin(at), normalized.original_end(at + needle.size())});
  }
}

/// Where words follow each other. By words rather than characters: 「法」 does not stand in 方法, and サーバ does
/// in サーバー.
bool add_run(const std::vector<Token>& tokens, const std::vector<std::string>& terms, std::vector<Span>& out) {
  bool found = false;
  for (auto rest = std::span(tokens); !terms.empty() && rest.size() >= terms.size(); rest = rest.subspan(1)) {
    auto run = rest.first(terms.size());
    if (!std::ranges::equal(run, terms, {}, &Token::term)) continue;
    out.push_back({run.front().begin, std::ranges::max(run, {}, &Token::end).end});
    found = true;
  }
  return found;
}

/// Where words stand apart from each other, when all of them do.
void add_all(const std::vector<Token>& tokens, const std::vector<std::string>& terms, std::vector<Span>& out) {
  auto stands = [&](const std::string& term) { return std::ranges::find(tokens, term, &Token::term) != tokens.end(); };
  if (!std::ranges::all_of(terms, stands)) return;
  for (const auto& token : tokens) {
    if (std::ranges::find(terms, token.term) != terms.end()) out.push_back({token.begin, token.end});
  }
}

std::vector<Span> joined(std::vector<Span> spans) {
  std::ranges::sort(spans, {}, &Span::begin);
  std::vector<Span> out;
  for (const Span& span : spans) {
    if (!out.empty() && span.begin <= out.back().end) out.back().end = std::max(out.back().end, span.end);
    else out.push_back(span);
  }
  return out;
}

size_t forward(std::string_view text, size_t from, size_t characters) {
  for (; characters > 0 && from < text.size(); --characters) from += text::code_point_at(text, from).length;
  return from;
}

size_t backward(std::string_view text, size_t from, size_t characters) {
  for (; characters > 0 && from > 0; --characters) {
    do --from; while (from > 0 && (static_cast<unsigned char>(text[from]) & 0xC0) == 0x80);
  }
  return from;
}

/// Where the sentence that holds `at` begins, when that is not further back than `limit`.
size_t sentence_begin(std::string_view text, size_t at, size_t limit) {
  size_t best = limit;
  for (std::string_view stop : {"。", "\n"}) {
    size_t found = at < stop.size() ? text.npos : text.rfind(stop, at - stop.size());
    if (found != text.npos && found + stop.size() > best) best = found + stop.size();
  }
  return best;
}

/// Where the sentence goes on to, from a third before `end` to a fifth after it; else `end`.
size_t sentence_end(std::string_view text, size_t begin, size_t end) {
  if (end >= text.size()) return text.size();
  constexpr std::string_view stop = "。";
  size_t length = end - begin;
  size_t best = end, nearest = text.npos;
  for (size_t at = text.find(stop, begin + length * 2 / 3); at != text.npos && at <= begin + length * 6 / 5; at = text.find(stop, at + 1)) {
    size_t after = at + stop.size(), distance = after > end ? after - end : end - after;
    if (distance < nearest) best = after, nearest = distance;
  }
  return best;
}

}  // namespace

Marker::Marker(const Query& query, const Question& question, const text::Analyzer& analyzer) : analyzer_(analyzer) {
  for (const auto& token : analyzer.analyze(query.words)) {
    // A word that says nothing is no subject.
    bool meant = token.kind == TokenKind::reference || std::ranges::find(question.subjects, token.term, &Question::Subject::term) != question.subjects.end();
    if (token.kind != TokenKind::function && meant && is_worth_marking(token.term, query.words)) words_.insert(token.term);
  }
  for (const auto& phrase : query.phrases) written_.push_back(text::fold(phrase));
  for (const auto& beginning : query.prefixes) written_.push_back(text::fold(beginning));
  // A word that the dictionary cuts otherwise here than there still shows when it stands as typed.
  std::string_view rest = query.words;
  while (!rest.empty()) {
    size_t space = std::min(rest.find(' '), rest.size());
    std::string word = text::fold(rest.substr(0, space));
    if (text::length_utf8(word) >= 2) written_.push_back(std::move(word));
    rest.remove_prefix(std::min(space + 1, rest.size()));
  }
  for (const auto& widened : question.widened) {
    Said said{{}, {}, widened.within};
    for (const auto& token : analyzer.analyze(widened.said)) {
      said.terms.push_back(token.term);
      if (text::is_content(token)) said.words.push_back(token.term);
    }
    said_.push_back(std::move(said));
  }
}

std::vector<Span> Marker::marks(std::string_view text, int64_t clause) const {
  std::vector<Span> spans;
  if (words_.empty() && written_.empty() && said_.empty()) return spans;
  Normalized normalized = text::normalize(text);
  auto tokens = analyzer_.analyze(normalized);
  for (const auto& token : tokens) {
    if (token.kind != TokenKind::function && words_.contains(token.term)) spans.push_back({token.begin, token.end});
  }
  for (const auto& written : written_) add_occurrences(normalized, written, spans);
  for (const auto& said : said_) {
    bool here = said.within.empty() || std::ranges::any_of(said.within, [&](const ClauseRange& range) { return range.first <= clause && clause <= range.last; });
    if (here && !add_run(tokens, said.terms, spans)) add_all(tokens, said.words, spans);
  }
  return joined(std::move(spans));
}

std::vector<Passage> Marker::passages(std::string_view text, int64_t clause, size_t characters, size_t most) const {
  std::vector<Span> all = marks(text, clause);
  if (all.size() > 400) all.resize(400);  // a long clause full of matches has shown enough
  auto name = [&](const Span& span) { return text.substr(span.begin, span.end - span.begin); };
  std::vector<Passage> out;
  std::set<std::string_view> shown;
  auto overlaps = [&](const Span& window) {
    return std::ranges::any_of(out, [&](const Passage& other) { return window.begin < other.window.end && other.window.begin < window.end; });
  };
  while (out.size() < most) {
    size_t gain = 0;
    Span best{0, 0};
    for (size_t i = 0; i < all.size(); ++i) {
      size_t begin = sentence_begin(text, all[i].begin, backward(text, all[i].begin, characters / 3));
      Span window{begin, std::max(sentence_end(text, begin, forward(text, begin, characters)), all[i].end)};
      if (overlaps(window)) continue;
      std::set<std::string_view> fresh;
      for (size_t k = i; k < all.size() && all[k].end <= window.end; ++k) {
        if (!shown.contains(name(all[k]))) fresh.insert(name(all[k]));
      }
      if (fresh.size() > gain) gain = fresh.size(), best = window;
    }
    if (gain == 0) break;
    out.push_back({best, {}});
    for (const Span& span : all) {
      if (span.begin < best.begin || span.end > best.end) continue;
      out.back().marks.push_back(span);
      shown.insert(name(span));
    }
  }
  if (out.empty()) out.push_back({{0, sentence_end(text, 0, forward(text, 0, characters))}, {}});
  std::ranges::sort(out, {}, [](const Passage& passage) { return passage.window.begin; });
  return out;
}

}  // namespace shirube::search
