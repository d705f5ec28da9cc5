#include "corpus/definition.h"

#include <algorithm>

#include "text/utf8.h"

namespace shirube::corpus {

namespace {

constexpr size_t most_definitions = 50;
constexpr size_t shortest_term = 2, longest_term = 40, longest_meaning = 60;  // characters
constexpr size_t longest_explanation = 400;    // bytes
constexpr size_t longest_bracket = 3000;       // bytes of a bracket before 以下: （平成…法律第…号。以下
constexpr size_t longest_sentence = 3000;      // bytes from とは to をいう
constexpr size_t longest_introduction = 240;  // bytes between 以下 and the term: この条及び次条第二項において単に

constexpr std::string_view open_quote = "「", close_quote = "」", close_bracket = "）";
constexpr std::string_view calls[] = {"という", "といい", "と総称", "と略称", "と称す", "と呼ぶ", "とする"};
constexpr std::string_view links[] = {"及び「", "又は「", "並びに「", "若しくは「", "、「"};
constexpr std::string_view narrow_scopes[] = {"この条", "この項", "この号"};

using Form = DefinedTerm::Form;

bool starts_with_any(std::string_view s, auto const& list) {
  return std::ranges::any_of(list, [&](std::string_view one) { return s.starts_with(one); });
}

/// Where `what` stands, at most `far` bytes after `from`: a text of any length costs no more than its length.
size_t find_near(std::string_view text, std::string_view what, size_t from, size_t far) {
  size_t found = text.substr(from, far + what.size()).find(what);
  return found == text.npos ? found : from + found;
}

bool is_term(std::string_view s, size_t shortest = shortest_term) {
  if (s.size() > 4 * longest_term) return false;
  size_t length = text::length_utf8(s);
  return length >= shortest && length <= longest_term && s.find("。") == s.npos && s.find('\n') == s.npos;
}

size_t character_before(std::string_view text, size_t at) {
  do --at; while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80);
  return at;
}

/// A footnote's mark belongs to no term: 本市ポリシー*2.
std::string_view without_mark(std::string_view term) {
  size_t end = term.find_last_not_of("0123456789");
  if (end != term.npos && term[end] == '*' && end + 1 < term.size()) term = term.substr(0, end);
  if (size_t note = term.find("（※"); note != term.npos && term.ends_with(close_bracket)) term = term.substr(0, note);
  return term;
}

/// Whether words name something by themselves. What a mark of separation cut off does not: 「又は運用する事業者」 is the end of a list, 「市に責任者」
/// that of a sentence. Titles of laws hold such words inside.
bool is_name(std::string_view words) {
  constexpr std::string_view joints[] = {"及び", "又は", "並びに", "若しくは", "または", "および"}, particles[] = {"を", "に", "が", "は", "で"};
  constexpr std::string_view titles[] = {"法律", "法", "令", "規則", "条例", "規程", "要綱", "要領", "指針", "ガイドライン", "基準", "告示", "通知", "計画", "マニュアル", "手順", "ポリシー", "方針"};
  if (starts_with_any(words, joints) || words.starts_with("次に") || words.starts_with("次の")) return false;
  if (std::ranges::any_of(titles, [&](std::string_view title) { return words.ends_with(title); })) return true;
  bool joined = std::ranges::any_of(joints, [&](std::string_view joint) { return words.find(joint) != words.npos; });
  return !joined && std::ranges::none_of(particles, [&](std::string_view particle) { return words.find(particle) != words.npos; });
}

/// The words that end at `end`, back to a mark that separates; of a quoted title what is quoted.
std::string meaning_before(std::string_view text, size_t end) {
  size_t begin = end;
  while (end > 0 && text[end - 1] == ' ') begin = --end;
  if (text.substr(0, end).ends_with(close_quote)) {
    size_t close = end - close_quote.size(), from = close - std::min(close, 4 * longest_meaning);
    size_t quote = text.substr(from, close - from).rfind(open_quote);
    return quote == text.npos ? "" : std::string(text.substr(from + quote + open_quote.size(), close - from - quote - open_quote.size()));
  }
  for (size_t characters = 0; begin > 0 && characters <= longest_meaning; ++characters) {
    size_t at = character_before(text, begin);
    std::string_view c = text.substr(at, begin - at);
    constexpr std::string_view separators = "、。，．「」（）()\n　";
    if (separators.find(c) != separators.npos) {
      std::string_view words = text.substr(begin, end - begin);
      return is_name(words) ? std::string(words) : "";
    }
    begin = at;
  }
  return begin == 0 ? std::string(text.substr(0, end)) : "";  // cut off in the middle it means nothing
}

/// Where the bracket that holds `end` opens, of any width; npos: none.
size_t bracket_of(std::string_view text, size_t end) {
  int depth = 0;
  for (size_t at = end; at > 0 && end - at < longest_bracket;) {
    at = character_before(text, at);
    std::string_view c = text.substr(at);
    if (c.starts_with("）") || c.starts_with(")")) ++depth;
    if ((c.starts_with("（") || c.starts_with("(")) && depth-- == 0) return at;
  }
  return text.npos;
}

std::string explanation_of(std::string_view words) {
  if (words.starts_with("、") || words.starts_with("，")) words.remove_prefix(std::string_view("、").size());
  std::string_view cut = text::clamp_utf8(words, longest_explanation);
  return std::string(cut) + (cut.size() < words.size() ? "…" : "");
}

/// Where the sentence that holds `at` begins.
size_t sentence_begin(std::string_view text, size_t at) {
  size_t from = at - std::min(at, longest_introduction);
  while (from < at && (static_cast<unsigned char>(text[from]) & 0xC0) == 0x80) ++from;
  std::string_view before = text.substr(from, at - from);
  if (size_t stop = before.rfind("。"); stop != before.npos) from += stop + std::string_view("。").size();
  if (size_t line = text.substr(from, at - from).rfind('\n'); line != text.npos) from += line + 1;
  return from;
}

/// What is said of a term in the words before its bracket, without what the sentence is about: 「職員等は、市が支給する端末以外の端末（以下「私物端末」」.
std::string said_before(std::string_view text, size_t end) {
  constexpr std::string_view topic = "は、";
  std::string_view words = text.substr(sentence_begin(text, end), end - sentence_begin(text, end));
  if (size_t at = words.rfind(topic); at != words.npos && at + topic.size() < words.size()) words.remove_prefix(at + topic.size());
  return explanation_of(words);
}

/// What a place is called only elsewhere: （次項において「…」という。）
void elsewhere(std::string_view text, std::vector<DefinedTerm>& out) {
  constexpr std::string_view within = "において";
  for (size_t at = text.find(within); at != text.npos && out.size() < most_defined_terms; at = text.find(within, at + within.size())) {
    size_t quote = at + within.size();
    if (text.substr(quote).starts_with("単に")) quote += std::string_view("単に").size();
    if (!text.substr(quote).starts_with(open_quote)) continue;
    size_t begin = quote + open_quote.size(), end = find_near(text, close_quote, begin, 4 * longest_term);
    if (end == text.npos || !starts_with_any(text.substr(end + close_quote.size()), calls)) continue;
    size_t bracket = bracket_of(text, at);
    if (bracket == text.npos) continue;
    size_t from = std::max(bracket, sentence_begin(text, at));
    std::string_view inside = text.substr(from, at - from), term = text.substr(begin, end - begin);
    if (inside.find("以下") != inside.npos || !is_term(term)) continue;
    std::string meaning = meaning_before(text, bracket);
    if (text::length_utf8(meaning) < shortest_term) meaning.clear();
    out.push_back({Form::abbreviation, std::string(term), meaning, meaning.empty() ? explanation_of(text.substr(sentence_begin(text, bracket), bracket - sentence_begin(text, bracket))) : "", begin, end, from, at, false});
  }
}

/// （…以下「…」という。）
void abbreviations(std::string_view text, std::vector<DefinedTerm>& out) {
  constexpr std::string_view from_here = "以下";
  for (size_t at = text.find(from_here); at != text.npos && out.size() < most_defined_terms; at = text.find(from_here, at + from_here.size())) {
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
      if (rest.starts_with(' ')) rest.remove_prefix(1);
      called = starts_with_any(rest, calls);
      bool goes_on = starts_with_any(rest, links);
      quote = goes_on ? find_near(text, open_quote, end, longest_introduction) : text.npos;
    }
    if (!called) continue;
    size_t bracket = bracket_of(text, at);
    std::string meaning = bracket == text.npos || terms.size() > 1 ? "" : meaning_before(text, bracket);
    if (text::length_utf8(meaning) < shortest_term) meaning.clear();
    for (std::string_view quoted : terms) {
      std::string_view term = without_mark(quoted);
      if (!is_term(term, 1)) continue;
      size_t begin = static_cast<size_t>(term.data() - text.data());
      std::string explanation = meaning.empty() ? said_before(text, bracket == text.npos ? at : bracket) : "";
      out.push_back({Form::abbreviation, std::string(term), meaning, std::move(explanation), begin, begin + term.size(), after, after + introduction.size(), true});
    }
  }
}

/// 「法第58条第1項各号に掲げる法人」とは: words of another text that are explained, and no name.
bool is_quoted_provision(std::string_view words) {
  return words.starts_with("当該") || (words.find("第") != words.npos && (words.find("に規定する") != words.npos || words.find("に掲げる") != words.npos || words.find("に定める") != words.npos));
}

/// 「…」とは、…をいう。
void sentences(std::string_view text, std::vector<DefinedTerm>& out) {
  constexpr std::string_view is_called = "」とは";
  size_t count = 0;
  for (size_t at = text.find(is_called); at != text.npos && count < most_defined_terms; at = text.find(is_called, at + is_called.size())) {
    size_t from = at - std::min(at, 4 * longest_term);
    size_t quote = text.substr(from, at - from).rfind(open_quote);
    size_t called = find_near(text, "をい", at, longest_sentence);
    while (called != text.npos && !text.substr(called).starts_with("をいう") && !text.substr(called).starts_with("をいい")) called = find_near(text, "をい", called + 1, longest_sentence);
    if (quote == text.npos || called == text.npos) continue;
    quote += from;
    size_t begin = quote + open_quote.size();
    std::string_view term = without_mark(text.substr(begin, at - begin));
    if (!is_term(term) || is_quoted_provision(term)) continue;
    out.push_back({Form::sentence, std::string(term), "", explanation_of(text.substr(at + is_called.size(), called - at - is_called.size())), begin, begin + term.size(), sentence_begin(text, quote), quote, false});
    ++count;
  }
}

/// An item of a list of definitions: 端末　…をいう。
void item(std::string_view text, std::vector<DefinedTerm>& out) {
  size_t space = find_near(text, "　", 0, 4 * longest_term);
  if (space == text.npos) return;
  size_t called = find_near(text, "をいう", space, longest_sentence);
  if (called == text.npos || text.substr(0, space).find("。") != text.npos || text.substr(0, space).find("、") != text.npos) return;
  std::string_view term = text.substr(0, space);
  size_t after = space + std::string_view("　").size();
  if (is_term(term) && term.find(open_quote) == term.npos) out.push_back({Form::item, std::string(term), "", explanation_of(text.substr(after, called - after)), 0, space});
}

bool is_noun_character(char32_t c) { return text::is_kanji(c) || text::is_katakana(c) || text::is_latin(c) || c == U'ー' || c == U'・'; }

/// The noun that ends at `end`: a run of kanji, katakana and letters, without 当該 and its like before it.
size_t noun_begin(std::string_view text, size_t end) {
  size_t begin = end;
  while (begin > 0 && end - begin <= 3 * longest_term) {
    size_t at = character_before(text, begin);
    if (!is_noun_character(text::code_point_at(text, at).value)) break;
    begin = at;
  }
  // 行政機関の長, 独立行政法人の長等
  constexpr std::string_view of = "の", head = "長";
  if (text.substr(begin, end - begin).starts_with(head) && text.substr(0, begin).ends_with(of)) {
    size_t whose = noun_begin(text, begin - of.size());
    if (whose < begin - of.size()) return whose;
  }
  for (std::string_view prefix : {"当該", "各", "同", "又", "・"}) {
    if (text.substr(begin, end - begin).starts_with(prefix)) begin += prefix.size();
  }
  return begin;
}

/// 端末（…をいう。以下同じ。）
void brackets(std::string_view text, std::vector<DefinedTerm>& out) {
  constexpr std::string_view is_called = "をいう", alike = "同じ。", note = "（注", stop = "。";
  for (size_t at = text.find(is_called); at != text.npos && out.size() < most_defined_terms; at = text.find(is_called, at + is_called.size())) {
    size_t after = at + is_called.size();
    if (text.substr(after).starts_with(note)) {
      size_t end = find_near(text, close_bracket, after, 12);
      if (end != text.npos) after = end + close_bracket.size();
    }
    if (!text.substr(after).starts_with(stop)) continue;
    after += stop.size();
    size_t close = find_near(text, alike, after, longest_introduction);
    if (close == text.npos) continue;
    std::string_view scope = text.substr(after, close - after);
    if (scope.find("。") != scope.npos || scope.find("「") != scope.npos || scope.find("）") != scope.npos) continue;
    size_t open = bracket_of(text, at);
    if (open == text.npos) continue;
    size_t begin = noun_begin(text, open);
    std::string_view term = text.substr(begin, open - begin);
    size_t inside = open + (text[open] == '(' ? 1 : close_bracket.size());
    if (is_term(term)) out.push_back({Form::bracket, std::string(term), "", explanation_of(text.substr(inside, at - inside)), begin, open, after, close, scope.starts_with("以下")});
  }
}

/// At the start of a line or sentence: 端末とは、…をいう。
void plain(std::string_view text, std::vector<DefinedTerm>& out) {
  constexpr std::string_view is_called = "とは";
  for (size_t at = text.find(is_called); at != text.npos && out.size() < most_defined_terms; at = text.find(is_called, at + is_called.size())) {
    size_t begin = noun_begin(text, at), after = at + is_called.size();
    std::string_view term = text.substr(begin, at - begin), rest = text.substr(after);
    if (!is_term(term) || !(rest.starts_with("、") || rest.starts_with("「") || rest.starts_with("，"))) continue;
    size_t start = begin;
    while (start > 0 && (text[start - 1] == ' ' || (text[start - 1] >= '0' && text[start - 1] <= '9'))) --start;
    constexpr std::string_view openers[] = {"\n", "。", "・", "※", "　", "）", "において", "なお、", "また、", "ここで、"};
    bool opens = start == 0 || std::ranges::any_of(openers, [&](std::string_view word) { return text.substr(0, start).ends_with(word); });
    size_t stop = find_near(text, "。", after, longest_sentence);
    std::string_view sentence = text.substr(after, stop == text.npos ? stop : stop - after);
    bool says = sentence.ends_with("をいう") || sentence.ends_with("を指す") || sentence.ends_with("をさす") || sentence.ends_with("である") || sentence.ends_with("のこと") || sentence.find("をいう（") != sentence.npos;
    if (opens && says) out.push_back({Form::plain, std::string(term), "", explanation_of(sentence), begin, at});
  }
}

/// A legend (凡例), a line a term: 「法」　個人情報の保護に関する法律（平成15年法律第57号）. One such line is none.
void legend(std::string_view text, std::vector<DefinedTerm>& out) {
  std::vector<DefinedTerm> found;
  for (size_t line = 0; line < text.size() && found.size() < most_defined_terms;) {
    size_t end = std::min(text.find('\n', line), text.size());
    std::string_view row = text::trim(text.substr(line, end - line));
    line = end + 1;
    size_t close = row.find(close_quote);
    if (!row.starts_with(open_quote) || close == row.npos) continue;
    std::string_view term = row.substr(open_quote.size(), close - open_quote.size()), rest = row.substr(close + close_quote.size()), meaning = text::trim(rest);
    constexpr std::string_view marks[] = {"：", ":", "…", "＝", "="};
    bool apart = meaning.size() < rest.size();
    for (std::string_view mark : marks) {
      while (meaning.starts_with(mark)) meaning = text::trim(meaning.substr(mark.size())), apart = true;
    }
    if (!apart || meaning.empty() || meaning.find("。") != meaning.npos || !is_term(term, 1)) continue;
    size_t begin = static_cast<size_t>(term.data() - text.data());
    size_t bracket = meaning.find("（");
    std::string_view name = meaning.ends_with(close_bracket) && bracket != meaning.npos && bracket > 0 && meaning.find("号", bracket) != meaning.npos ? meaning.substr(0, meaning.rfind("（")) : meaning;
    found.push_back({Form::abbreviation, std::string(term), std::string(name), "", begin, begin + term.size()});
  }
  if (found.size() > 1) std::ranges::move(found, std::back_inserter(out));
}

/// The rows under 「用語」 and 「定義」.
void table(std::string_view text, std::vector<DefinedTerm>& out) {
  size_t line = 0;
  int column = -1;
  while (line < text.size() && out.size() < most_defined_terms) {
    size_t end = std::min(text.find('\n', line), text.size());
    std::string_view row = text.substr(line, end - line);
    int place = 0;
    bool defines = row.find("\t定義") != row.npos || row.find("\t説明") != row.npos || row.find("\t意味") != row.npos;
    int named = -1;
    for (size_t cell = 0; cell <= row.size(); ++place) {
      size_t stop = std::min(row.find('\t', cell), row.size());
      std::string_view words = row.substr(cell, stop - cell);
      if (words == "用語" || words == "略称") named = place;
      if (column == place && !defines && is_term(words) && stop < row.size()) {
        out.push_back({Form::table, std::string(words), "", explanation_of(row.substr(stop + 1)), line + cell, line + stop});
      }
      cell = stop + 1;
    }
    if (defines && named >= 0) column = named;
    line = end + 1;
  }
}

}  // namespace

std::vector<DefinedTerm> defined_terms(std::string_view text) {
  std::vector<DefinedTerm> out;
  item(text, out);
  abbreviations(text, out);
  elsewhere(text, out);
  sentences(text, out);
  brackets(text, out);
  plain(text, out);
  legend(text, out);
  table(text, out);
  std::ranges::stable_sort(out, {}, &DefinedTerm::begin);
  // One place is one definition, in the form that says most.
  std::vector<DefinedTerm> apart;
  for (auto& term : out) {
    if (apart.empty() || term.begin >= apart.back().end) apart.push_back(std::move(term));
  }
  return apart;
}

std::vector<Definition> definitions(std::string_view text) {
  std::vector<DefinedTerm> found;
  item(text, found);
  abbreviations(text, found);
  sentences(text, found);
  legend(text, found);
  std::vector<Definition> out;
  for (const auto& term : found) {
    if (!is_term(term.term) || out.size() == most_definitions) continue;
    std::string_view scope = text.substr(term.scope_begin, term.scope_end - term.scope_begin);
    bool narrow = std::ranges::any_of(narrow_scopes, [&](std::string_view word) { return term.onward ? scope.starts_with(word) : scope.find(word) != scope.npos; });
    out.push_back({term.term, term.meaning, narrow});
  }
  return out;
}

}  // namespace shirube::corpus
