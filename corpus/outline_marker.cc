#include "corpus/outline_marker.h"

#include <algorithm>
#include <array>

#include "corpus/outline_cursor.h"
#include "text/numeral.h"
#include "text/utf8.h"

namespace shirube::corpus {
namespace {

using text::code_point_at;

/// A family of plain numbers: what it is counted with, what stands around it, and how much space
/// must follow so that it is not the start of a sentence.
struct Form {
  Core core;
  Shell shell;
  Gap least;
};
constexpr Gap N = Gap::none, T = Gap::thin, W = Gap::wide;
constexpr auto kForms = std::to_array<Form>({
    {Core::digits, Shell::bare, T}, {Core::digits, Shell::dot, N}, {Core::digits, Shell::comma, N}, {Core::digits, Shell::close, N}, {Core::digits, Shell::paren, N},
    {Core::kanji, Shell::bare, T}, {Core::kanji, Shell::dot, N}, {Core::kanji, Shell::comma, N}, {Core::kanji, Shell::paren, N}, {Core::kanji, Shell::close, N},
    {Core::circled, Shell::bare, N}, {Core::circled, Shell::dot, N}, {Core::negative, Shell::bare, N}, {Core::enclosed, Shell::bare, N},
    {Core::roman, Shell::bare, T}, {Core::roman, Shell::dot, N}, {Core::roman, Shell::paren, N}, {Core::roman, Shell::close, N},
    {Core::roman_letters, Shell::paren, N}, {Core::roman_letters, Shell::close, N}, {Core::roman_letters, Shell::dot, T}, {Core::roman_letters, Shell::bare, W},
    {Core::aiueo, Shell::bare, T}, {Core::aiueo, Shell::dot, N}, {Core::aiueo, Shell::comma, N}, {Core::aiueo, Shell::close, N}, {Core::aiueo, Shell::paren, N},
    {Core::iroha, Shell::bare, T}, {Core::iroha, Shell::dot, N}, {Core::iroha, Shell::comma, N}, {Core::iroha, Shell::close, N}, {Core::iroha, Shell::paren, N},
    {Core::latin_lower, Shell::bare, W}, {Core::latin_lower, Shell::dot, T}, {Core::latin_lower, Shell::close, N}, {Core::latin_lower, Shell::paren, N},
    {Core::latin_upper, Shell::bare, W}, {Core::latin_upper, Shell::dot, T}, {Core::latin_upper, Shell::close, N}, {Core::latin_upper, Shell::paren, N},
    {Core::question, Shell::bare, N}, {Core::question, Shell::dot, N}, {Core::decimal, Shell::bare, N}, {Core::decimal, Shell::dot, N},
});

const Form* find_form(Core core, Shell shell) {
  auto f = std::find_if(kForms.begin(), kForms.end(), [&](auto& x) { return x.core == core && x.shell == shell; });
  return f == kForms.end() ? nullptr : &*f;
}

/// One way to read the number itself, and where it ends.
struct Count {
  Core core;
  std::vector<int> number;
  Cursor after;
};

int roman_letters_value(Cursor& c) {
  static constexpr std::array<std::string_view, 12> plain = {"i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"};
  std::string read;
  Cursor t = c;
  while (!t.end() && read.size() < 5) {
    char32_t ch = t.peek();
    if (ch >= U'ａ' && ch <= U'ｚ') ch = ch - U'ａ' + U'a';
    if (ch != U'i' && ch != U'v' && ch != U'x') break;
    read += static_cast<char>(ch);
    t.take();
  }
  auto found = std::find(plain.begin(), plain.end(), read);
  if (found == plain.end()) return 0;
  c = t;
  return static_cast<int>(found - plain.begin()) + 1;
}

void count_letters(const Cursor& start, std::vector<Count>& out) {
  Cursor one = start;
  char32_t ch = one.peek();
  if (ch == 0) return;
  one.take();
  bool upper = (ch >= U'A' && ch <= U'Z') || (ch >= U'Ａ' && ch <= U'Ｚ');
  const std::array<std::pair<Core, text::LetterOrder>, 3> orders = {{{Core::aiueo, text::LetterOrder::aiueo}, {Core::iroha, text::LetterOrder::iroha},
                                                                     {upper ? Core::latin_upper : Core::latin_lower, text::LetterOrder::latin}}};
  for (auto& [core, order] : orders) {
    // Small kana and hiragana begin words, not items.
    if (core != Core::latin_upper && core != Core::latin_lower && !text::is_katakana(ch)) continue;
    if (int n = text::letter_ordinal(ch, order)) out.push_back({core, {n}, one});
  }
  Cursor roman = start;
  if (int n = roman_letters_value(roman)) out.insert(n == 1 ? out.begin() : out.end(), {Core::roman_letters, {n}, roman});
}

constexpr std::u32string_view kDots = U".．", kDashes = U"-－‐―−ー–";

/// 1.2.3, ２－１: digits joined by one kind of sign.
void count_decimal(const Count& first, std::vector<Count>& out) {
  for (auto signs : {kDots, kDashes}) {
    Count more{Core::decimal, first.number, first.after};
    auto& c = more.after;
    for (;;) {
      auto before = c.place();
      c.skip_thin();
      bool goes_on = c.take_any(signs);
      c.skip_thin();
      auto n = goes_on ? take_numeral(c, {text::NumeralStyle::digits}) : std::nullopt;
      if (!n) {
        c.back_to(before);
        break;
      }
      more.number.push_back(*n);
    }
    bool sane = std::all_of(more.number.begin(), more.number.end(), [](int n) { return n < 100; });
    if (more.number.size() > 1 && more.number.size() < 8 && sane) out.push_back(std::move(more));
  }
}

std::vector<Count> count(const Cursor& start) {
  std::vector<Count> out;
  Cursor c = start;
  using S = text::NumeralStyle;
  static constexpr std::array<std::pair<S, Core>, 6> styles = {{{S::digits, Core::digits}, {S::kanji, Core::kanji}, {S::circled, Core::circled},
                                                               {S::negative, Core::negative}, {S::parens, Core::enclosed}, {S::roman, Core::roman}}};
  for (auto& [style, core] : styles) {
    auto n = take_numeral(c, {style});
    if (!n) continue;
    Count plain{core, {*n}, c};
    if (core == Core::digits) count_decimal(plain, out);
    if (core == Core::digits || core == Core::kanji) take_branches(plain.after, plain.number);
    if (core != Core::digits || *n < 1000) out.push_back(plain);
    return out;
  }
  for (auto word : {"問", "Ｑ", "Q"}) {
    Cursor q = start;
    if (!q.take_word(word)) continue;
    if (auto n = take_numeral(q, {S::digits})) {
      Count question{Core::question, {*n}, q};
      count_decimal({Core::question, {*n}, q}, out);
      for (auto& d : out) d.core = Core::question;
      if (out.empty()) out.push_back(question);
      return out;
    }
  }
  count_letters(start, out);
  return out;
}

/// The shell closed after the number; false when the shell was opened and is not closed.
bool close_shell(Cursor& c, bool opened, Shell& shell) {
  shell = Shell::bare;
  if (opened) {
    c.skip_thin();
    shell = Shell::paren;
    return c.take_any(U")）]］〕");
  }
  if (c.take_any(U")）")) return shell = Shell::close, true;
  Cursor before = c;
  auto keep = c.printed.size();
  if (c.take_any(U".．")) shell = Shell::dot;
  else if (c.take_any(U"、，")) shell = Shell::comma;
  else return true;
  if (shell == Shell::comma) c.printed.resize(keep);
  if (text::is_digit(c.peek())) c = before, shell = Shell::bare;
  return true;
}

/// Whether what follows the number is the text of a clause; may mark the marker doubtful.
bool fits(Marker& m, const Form& form, std::string_view rest) {
  bool bare = form.shell == Shell::bare;
  auto next = rest.empty() ? U'\0' : code_point_at(rest, 0).value;
  bool letter = form.core == Core::aiueo || form.core == Core::iroha;
  m.tight = m.gap == Gap::none && form.least == Gap::thin && (letter || form.core == Core::digits) && text::is_kanji(next) && rest.size() <= 90;
  if (m.gap < form.least && !rest.empty() && !m.tight) return false;
  if (rest.empty() && bare && form.core != Core::circled && form.core != Core::decimal && form.core != Core::question) return false;
  if (goes_on_as_reference(rest)) return false;
  bool number = form.core == Core::digits || form.core == Core::decimal || form.core == Core::kanji;
  if (bare && number && m.gap != Gap::wide && goes_on_as_quantity(rest)) return false;
  if (bare && number && text::is_digit(next) && (form.core != Core::decimal || m.gap == Gap::none)) return false;
  if (form.core == Core::digits && form.shell == Shell::comma && m.gap == Gap::none && text::read_numeral(rest)) return false;
  if (form.core == Core::kanji && (m.number[0] == 0 || (bare && m.number[0] > 300))) return false;  // 〇 is a sign here
  // 「一 般 競 争」: spaced-out words, no number.
  if (form.core == Core::kanji && bare && m.gap == Gap::thin && rest.size() > 4 && text::is_kanji(next)) {
    auto after = rest.substr(code_point_at(rest, 0).length);
    if (after.starts_with(" ")) return false;
  }
  if (form.core == Core::decimal && m.gap == Gap::none && !rest.empty() && !text::is_kanji(next) && !text::is_katakana(next) && next != U'「') return false;
  if (form.core == Core::circled && starts_with_any(rest, {"・", "、", "，", "-", "－", "）", ")", "①", "②", "③", "④", "⑤", "⑥"})) return false;
  if (starts_with_any(rest, {"）", "」", "』", "｝"})) return false;
  m.doubtful = form.core == Core::decimal && m.gap == Gap::thin && text::is_digit(next);
  if (!m.doubtful) m.doubtful = m.gap == Gap::none ? goes_on_as_particle(rest) : m.gap == Gap::thin && number && bare && goes_on_as_quantity(rest);
  return true;
}

void read_plain(std::string_view line, std::vector<Marker>& out) {
  Cursor c{line, 0, {}};
  c.skip_gap();
  bool opened = c.take_any(U"(（[［〔");
  if (opened) c.skip_thin();
  for (auto& n : count(c)) {
    Marker m;
    m.number = m.last = n.number;
    Cursor after = n.after;
    if (!opened && (n.core == Core::kanji || n.core == Core::digits))
      take_range(after, m.last, [&](Cursor& t, std::vector<int>& upper) {
        auto v = take_numeral(t, {n.core == Core::kanji ? text::NumeralStyle::kanji : text::NumeralStyle::digits});
        if (v) upper = {*v}, take_branches(t, upper);
        return v.has_value();
      });
    if (!close_shell(after, opened, m.family.shell)) continue;
    m.family.core = n.core;
    auto form = find_form(n.core, m.family.shell);
    if (!form) continue;
    m.label = after.printed;
    m.gap = after.skip_gap();
    if (!fits(m, *form, after.rest())) continue;
    m.length = after.at;
    // １． and 1.1 are levels of one numbering, whichever way they are closed.
    if (n.core == Core::decimal) m.family.shell = Shell::bare;
    out.push_back(std::move(m));
  }
}

}  // namespace

std::vector<Marker> read_markers(std::string_view line) {
  std::vector<Marker> out;
  read_supplement(line, out);
  if (out.empty()) read_annex(line, out);
  if (out.empty()) read_ordinal(line, out);
  if (out.empty()) read_plain(line, out);
  return out;
}

int legal_rank(Core core) {
  return core >= Core::part && core <= Core::article ? static_cast<int>(core) - static_cast<int>(Core::part) + 1 : 0;
}

bool follows(const std::vector<int>& last, const std::vector<int>& next) {
  if (last.empty() || next.empty()) return false;
  size_t n = next.size();
  if (n > last.size())
    return n == last.size() + 1 && std::equal(last.begin(), last.end(), next.begin()) && next.back() <= 2;
  return std::equal(next.begin(), next.end() - 1, last.begin()) && next.back() == last[n - 1] + 1;
}

ClauseKind usual_kind(const Family& family) {
  switch (family.core) {
    case Core::part: return ClauseKind::part;
    case Core::chapter: case Core::roman: return ClauseKind::chapter;
    case Core::section: case Core::ordinal: case Core::decimal: case Core::question: return ClauseKind::section;
    case Core::subsection: case Core::division: return ClauseKind::subsection;
    case Core::article: return ClauseKind::article;
    case Core::supplement: case Core::annex: return ClauseKind::annex;
    case Core::style: return ClauseKind::heading;
    case Core::circled: case Core::negative: case Core::enclosed: return ClauseKind::item;
    case Core::digits: case Core::kanji: return family.shell == Shell::paren || family.shell == Shell::close ? ClauseKind::subsection : ClauseKind::section;
    default: return ClauseKind::subitem;
  }
}

}  // namespace shirube::corpus
