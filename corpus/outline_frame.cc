#include "corpus/outline_cursor.h"

namespace shirube::corpus {
namespace {

using text::code_point_at;

constexpr std::u32string_view kOpening = U"(（[［〔【《〈", kClosing = U")）]］〕】》〉";

struct Unit {
  std::string_view word;
  Core core;
};
constexpr std::array<Unit, 6> kUnits = {{{"編", Core::part}, {"章", Core::chapter}, {"節", Core::section}, {"款", Core::subsection},
                                         {"目", Core::division}, {"条", Core::article}}};

/// 第十二条の三: the number with its unit and branches. `core` is ordinal for a bare 第１.
bool take_ordinal(Cursor& c, Core& core, std::vector<int>& number) {
  if (!c.take_word("第")) return false;
  c.skip_thin();
  auto n = take_numeral(c, {text::NumeralStyle::digits, text::NumeralStyle::kanji});
  if (!n) return false;
  number = {*n};
  Cursor spaced = c;
  spaced.skip_thin();
  core = Core::ordinal;
  for (auto& u : kUnits)
    if (spaced.take_word(u.word)) {
      c = spaced;
      core = u.core;
      take_branches(c, number);
      return true;
    }
  return true;
}

/// What may follow 第N条 at once: nothing, space, or a caption in brackets.
bool is_article_end(std::string_view rest) {
  if (rest.empty()) return true;
  if (!starts_with_any(rest, {"（", "("})) return false;
  auto inside = rest.substr(rest.starts_with("（") ? 3 : 1);
  return !starts_with_any(inside, {"以下", "昭和", "平成", "令和", "第", "同", "前", "明治", "大正", "その", "これ", "ただし"}) && !text::read_numeral(inside);
}

bool is_unit_end(std::string_view rest) {
  if (rest.empty()) return true;
  auto c = code_point_at(rest, 0).value;
  if (starts_with_any(rest, {"第", "参照", "関係", "以下", "及", "又", "中", "各", "並", "ノ", "ニ", "ヲ", "ハ"})) return false;
  // 「第１章総則」: converted files lose the space.
  return (text::is_kanji(c) || text::is_katakana(c)) && rest.find("。") == rest.npos && rest.size() < 90;
}

struct AnnexWord {
  std::string_view word;
  bool needs_number;  ///< a word of running text, unless a number or brackets say otherwise
};
constexpr auto kAnnexWords = std::to_array<AnnexWord>({{"別記様式", false}, {"別紙様式", false}, {"別表", false}, {"別紙", false}, {"別記", false}, {"別添", false},
                                                    {"別図", false}, {"様式", true}, {"付録", false}, {"附属書", true}, {"付属書", true}, {"付属資料", false}, {"附属資料", false},
                                                    {"参考資料", true}, {"参考", true}});

bool take_annex_number(Cursor& c) {
  Cursor t = c;
  t.skip_thin();
  bool ordinal = t.take_word("第");
  t.skip_thin();
  auto n = take_numeral(t, {text::NumeralStyle::digits, text::NumeralStyle::kanji, text::NumeralStyle::circled, text::NumeralStyle::roman});
  if (!n && !t.take_any(U"ABCDEFGHＡＢＣＤＥＦＧＨ")) return false;
  std::vector<int> branches;
  while (t.take_any(U"-－‐の")) {
    if (!take_numeral(t, {text::NumeralStyle::digits, text::NumeralStyle::kanji})) return false;
  }
  if (ordinal) t.skip_thin();
  t.take_word("号");
  take_branches(t, branches);
  c = t;
  return true;
}

}  // namespace

namespace {

/// 「第３－１」「第４－１－⑵」: the steps below 第３, which is a decimal then.
bool take_steps(Cursor& c, std::vector<int>& number) {
  size_t before = number.size();
  for (;;) {
    auto step = c.place();
    bool goes_on = c.take_any(U"-－‐−"), open = goes_on && c.take_any(U"（(");
    auto n = goes_on ? take_numeral(c, {text::NumeralStyle::digits, text::NumeralStyle::kanji, text::NumeralStyle::circled, text::NumeralStyle::parens}) : std::nullopt;
    if (!n || (open && !c.take_any(U"）)"))) {
      c.back_to(step);
      return number.size() > before;
    }
    number.push_back(*n);
  }
}

}  // namespace

void read_ordinal(std::string_view line, std::vector<Marker>& out) {
  Cursor c{line, 0, {}};
  c.skip_gap();
  Marker m;
  if (!take_ordinal(c, m.family.core, m.number)) return;
  m.last = m.number;
  take_range(c, m.last, [&](Cursor& t, std::vector<int>& n) {
    Core core;
    return take_ordinal(t, core, n) && core == m.family.core;
  });
  if (m.family.core == Core::ordinal && m.last == m.number && take_steps(c, m.number)) m.family.core = Core::decimal, m.last = m.number;
  if (m.family.core == Core::ordinal && c.take_any(U"．.、")) c.printed.pop_back();
  m.label = c.printed;
  m.gap = c.skip_gap();
  auto rest = c.rest();
  bool fits = m.gap != Gap::none || rest.empty();
  if (m.family.core == Core::article) fits = fits || is_article_end(rest);
  else if (m.family.core != Core::ordinal) fits = fits || is_unit_end(rest);
  if (!fits || goes_on_as_reference(rest)) return;
  if ((m.family.core == Core::ordinal || m.family.core == Core::decimal) && (starts_with_any(rest, {"条", "項", "号", "回", "次", "版", "期"}) || (!rest.empty() && text::is_digit(code_point_at(rest, 0).value)))) return;
  m.doubtful = m.gap != Gap::wide && goes_on_as_particle(rest);
  m.length = c.at;
  while (!m.label.empty() && static_cast<unsigned char>(m.label.back()) >= 0x80 && !text::is_valid_utf8(m.label)) m.label.pop_back();
  out.push_back(std::move(m));
}

void read_annex(std::string_view line, std::vector<Marker>& out) {
  Cursor c{line, 0, {}};
  c.skip_gap();
  char32_t open = c.peek();
  auto bracket = kOpening.find(open);
  if (bracket != kOpening.npos) c.take();
  c.skip_thin();
  auto word = std::find_if(kAnnexWords.begin(), kAnnexWords.end(), [&](auto& w) { return c.rest().starts_with(w.word); });
  if (word == kAnnexWords.end()) return;
  c.take_bytes(word->word.size());
  bool numbered = take_annex_number(c);
  bool ordinal = c.printed.find("第") != std::string::npos;
  if (bracket != kOpening.npos) {
    c.skip_thin();
    if (c.peek() != kClosing[bracket]) return;
    c.take();
  }
  Marker m;
  m.family.core = Core::annex;
  m.label = c.printed;
  m.gap = c.skip_gap();
  auto rest = c.rest();
  bool alone = rest.empty();
  if (word->needs_number && !numbered && bracket == kOpening.npos && !alone) return;
  if (!alone && m.gap == Gap::none && !starts_with_any(rest, {"（", "("}) && !(ordinal && numbered) && bracket == kOpening.npos) return;
  if (!alone && (goes_on_as_particle(rest) || goes_on_as_reference(rest) || starts_with_any(rest, {"「", "中", "第"}))) return;
  if (rest.find("。") != rest.npos || rest.find("、別") != rest.npos || rest.size() > 240) return;
  m.number = m.last = {1};
  m.length = c.at;
  out.push_back(std::move(m));
}

void read_supplement(std::string_view line, std::vector<Marker>& out) {
  Cursor c{line, 0, {}};
  c.skip_gap();
  bool bracket = c.take_any(U"（(");
  if (!c.take_any(U"附付")) return;
  c.skip_gap();
  if (!c.take_word("則")) return;
  if (bracket && !c.take_any(U"）)")) return;
  Marker m;
  m.label = c.printed;
  m.gap = c.skip_gap();
  auto rest = c.rest();
  if (!rest.empty() && (m.gap == Gap::none ? !starts_with_any(rest, {"（", "("}) : goes_on_as_particle(rest))) return;
  if (rest.find("。") != rest.npos && !starts_with_any(rest, {"（", "("})) return;
  m.family.core = Core::supplement;
  m.number = m.last = {1};
  m.length = c.at;
  out.push_back(std::move(m));
}

}  // namespace shirube::corpus
