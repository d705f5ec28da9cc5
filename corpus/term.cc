#include "corpus/term.h"

#include <algorithm>
#include <unordered_map>

#include "text/utf8.h"

namespace shirube::corpus {

namespace {

constexpr size_t shortest_use = 2;  // characters

/// What stands before and behind a word and belongs to another word.
bool is_word_character(char32_t c) { return text::is_kanji(c) || text::is_katakana(c) || text::is_latin(c) || text::is_digit(c) || c == U'ー'; }

int class_of(char32_t c) {
  if (text::is_kanji(c)) return 1;
  if (text::is_katakana(c) || c == U'ー') return 2;
  if (text::is_latin(c) || text::is_digit(c)) return 3;
  return text::is_hiragana(c) ? 4 : 0;
}

char32_t before(std::string_view text, size_t at) {
  if (at == 0) return 0;
  do --at; while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80);
  return text::code_point_at(text, at).value;
}

/// Whether words from `begin` to `end` are no part of a longer word. Japanese compounds end with what they are: what stands before
/// makes another thing of it (情報セキュリティ管理者 is no 管理者), what follows in another script does not.
bool stands_alone(std::string_view text, size_t begin, size_t end) {
  constexpr std::string_view may_precede[] = {"当該", "各", "同", "又は", "若しくは", "全", "現", "旧", "新"};
  constexpr std::u32string_view may_follow = U"等又及若並内外上中間側毎名数";
  char32_t first = text::code_point_at(text, begin).value, last = before(text, end), previous = before(text, begin);
  if (previous == U'ー' || (is_word_character(previous) && class_of(first) != 4)) {
    std::string_view head = text.substr(0, begin);
    bool allowed = std::ranges::any_of(may_precede, [&](std::string_view word) {
      return head.ends_with(word) && !is_word_character(before(text, begin - word.size()));
    });
    if (!allowed) return false;
  }
  if (end >= text.size()) return true;
  char32_t next = text::code_point_at(text, end).value;
  return class_of(next) != class_of(last) || class_of(last) == 0 || class_of(last) == 4 || may_follow.find(next) != may_follow.npos;
}

class Users {
 public:
  explicit Users(const std::vector<ScopedTerm>& terms) : terms_(terms) {
    for (size_t i = 0; i < terms.size(); ++i) {
      const std::string& term = terms[i].defined.term;
      if (text::length_utf8(term) < shortest_use) continue;
      auto& list = by_start_[start_of(term)];
      auto known = std::ranges::find(list, term, &Word::term);
      if (known == list.end()) list.push_back({term, {i}});
      else known->definitions.push_back(i);
    }
    for (auto& [start, list] : by_start_) std::ranges::stable_sort(list, [](const Word& a, const Word& b) { return a.term.size() > b.term.size(); });
  }

  void find(size_t clause, const std::string& text, bool in_heading, std::vector<TermUse>& out) const {
    for (size_t at = 0; at < text.size();) {
      size_t end = 0;
      if (auto found = by_start_.find(start_of(std::string_view(text).substr(at))); found != by_start_.end()) {
        for (const Word& word : found->second) {
          if (text.compare(at, word.term.size(), word.term) != 0 || !stands_alone(text, at, at + word.term.size())) continue;
          auto term = holding(word, clause, in_heading ? 0 : at);
          if (!term) continue;
          end = at + word.term.size();
          out.push_back({in_heading, at, end, *term});
          break;
        }
      }
      at = end != 0 ? end : at + text::code_point_at(text, at).length;
    }
  }

 private:
  struct Word {
    std::string_view term;
    std::vector<size_t> definitions;
  };

  /// Of two characters: what begins alike is looked at one by one.
  static uint64_t start_of(std::string_view text) {
    auto [first, length] = text::code_point_at(text, 0);
    char32_t second = length < text.size() ? text::code_point_at(text, length).value : 0;
    return static_cast<uint64_t>(first) << 32 | second;
  }

  /// The definition that holds at a place: the last before it, else the first behind it that holds everywhere.
  std::optional<size_t> holding(const Word& word, size_t clause, size_t at) const {
    std::optional<size_t> best;
    for (size_t i : word.definitions) {
      const ScopedTerm& term = terms_[i];
      bool inside = std::ranges::any_of(term.scope, [&](const auto& range) { return range.first <= clause && clause < range.second; });
      bool later = clause > term.clause || (clause == term.clause && at >= term.defined.end);
      if (!inside || (!later && (term.defined.onward || best))) continue;
      best = i;
    }
    return best;
  }

  const std::vector<ScopedTerm>& terms_;
  std::unordered_map<uint64_t, std::vector<Word>> by_start_;
};

}  // namespace

std::vector<ScopedTerm> scoped_terms(const Places& places, const std::vector<std::vector<Traced>>& references) {
  std::vector<ScopedTerm> out;
  for (size_t at = 0; at < places.size(); ++at) {
    for (auto& defined : defined_terms(places[at].text)) {
      ScopedTerm term{std::move(defined), at, {}};
      for (const auto& reference : references[at]) {
        bool says = !reference.in_heading && reference.begin >= term.defined.scope_begin && reference.end <= term.defined.scope_end;
        if (!says || reference.document != 0 || reference.outcome != Mark::Outcome::held) continue;
        for (size_t one : reference.clauses) term.scope.emplace_back(one, places.end_of(one));
      }
      if (term.scope.empty()) {
        size_t annex = places.enclosing(at, ClauseKind::annex);
        term.scope.emplace_back(annex == none ? 0 : annex, annex == none ? places.size() : places.end_of(annex));
      } else if (!term.defined.onward && term.defined.form != DefinedTerm::Form::sentence) {
        term.scope.emplace_back(at, places.end_of(at));  // 「次条において同じ。」 holds here as well
      }
      std::ranges::sort(term.scope);
      out.push_back(std::move(term));
    }
  }
  return out;
}

std::vector<std::vector<TermUse>> term_uses(const Places& places, const std::vector<ScopedTerm>& terms) {
  std::vector<std::vector<TermUse>> out(places.size());
  Users users(terms);
  for (size_t at = 0; at < places.size(); ++at) {
    users.find(at, places[at].heading, true, out[at]);
    users.find(at, places[at].text, false, out[at]);
  }
  return out;
}

}  // namespace shirube::corpus
