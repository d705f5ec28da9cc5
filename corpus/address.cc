#include "corpus/address.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "text/analyzer.h"
#include "text/normalize.h"
#include "text/numeral.h"
#include "text/utf8.h"

namespace shirube::corpus {

namespace {

using text::code_point_at;

/// A label taken apart: 「第十二条の二」 is {12, [2], 条}; 「（ア）」 has the letter ア.
struct Parsed {
  std::string plain;    ///< folded, without brackets, 第, unit and closing punctuation: 12, 6.1, ア
  std::string branches; ///< _2 for の二
  std::string unit;     ///< 条, 章, …; empty
};

bool is_closing(char32_t c) {
  return c == '.' || c == ',' || c == ':' || c == U'、' || c == U'。' || c == ')' || c == U'）' || c == U'．' || c == U'：';
}

bool is_bracket(char32_t c) {
  return c == '(' || c == ')' || c == '[' || c == ']' || c == '<' || c == '>' || (c >= 0x3008 && c <= 0x3011) || c == 0x3014 || c == 0x3015;
}

std::string strip(std::string_view folded) {
  std::u32string out;
  for (char32_t c : text::to_utf32(folded)) {
    if (!is_bracket(c) && !text::is_space(c)) out.push_back(c);
  }
  while (!out.empty() && is_closing(out.back())) out.pop_back();
  return text::to_utf8(out);
}

/// Reads 「の二」 and 「ノ二」 as _2.
std::string read_branches(std::string_view& rest) {
  std::string out;
  while (rest.starts_with("の") || rest.starts_with("ノ")) {
    auto branch = text::read_numeral(rest.substr(3));
    if (!branch) break;
    out += fmt::format("_{}", branch->value);
    rest.remove_prefix(3 + branch->length);
  }
  return out;
}

Parsed parse_label(const std::string& label) {
  Parsed out;
  std::string stripped = strip(text::fold(label));
  std::string_view rest = stripped;
  if (rest.starts_with("第")) rest.remove_prefix(3);
  auto number = text::read_numeral(rest);
  if (!number) {
    out.plain = stripped;
    return out;
  }
  out.plain = std::to_string(number->value);
  rest.remove_prefix(number->length);
  for (std::string_view unit : {"編", "章", "節", "款", "目", "条", "項", "号"}) {
    if (!rest.starts_with(unit)) continue;
    out.unit = unit;
    rest.remove_prefix(unit.size());
    break;
  }
  out.branches = read_branches(rest);
  if (out.unit.empty() && out.branches.empty()) {
    // Decimal numbers go on: 6.1, 3-7-4.
    while (!rest.empty() && (rest.front() == '.' || rest.front() == '-')) {
      auto next = text::read_numeral(rest.substr(1));
      if (!next) break;
      out.plain += fmt::format("{}{}", rest.front(), next->value);
      rest.remove_prefix(1 + next->length);
    }
  }
  return out;
}

struct AnnexName {
  std::string_view japanese, path;
};

constexpr AnnexName annex_names[] = {{"附則", "fusoku"}, {"付則", "fusoku"},  {"別表", "beppyo"}, {"別紙", "besshi"}, {"別記", "bekki"},
                                     {"別添", "betten"}, {"様式", "yoshiki"}, {"付録", "furoku"}, {"別図", "bezzu"},
                                     {"改正後", "kaiseigo"}, {"改正前", "kaiseizen"}, {"改正案", "kaiseian"}, {"現行", "genko"},  {"記", "ki"},
                                     {"新", "shin"},         {"旧", "kyu"}};

constexpr size_t longest_act = 150;  // bytes of 「（令和四年六月一七日法律第六八号）」 and its like

/// What stands in a label or a heading is anybody's choice, and all that is below repeats it: no step of an address
/// is longer, and below an address that is, they begin anew.
constexpr size_t longest_step = 600, longest_address = 2000;  // bytes

/// One step of an address.
struct Segment {
  std::string path, locator;
};

Segment annex_segment(const Clause& clause) {
  std::string folded = strip(text::fold(clause.label));
  for (const auto& row : annex_names) {
    size_t at = folded.find(row.japanese);
    if (at == folded.npos) continue;
    std::string_view rest = std::string_view(folded).substr(at + row.japanese.size());
    const bool ordinal = rest.starts_with("第");
    if (ordinal) rest.remove_prefix(3);
    auto number = text::read_numeral(rest);
    std::string digits;
    if (number) {
      rest.remove_prefix(number->length);
      digits = std::to_string(number->value);
      if (rest.starts_with("号")) rest.remove_prefix(3);
    }
    std::string branches = number ? read_branches(rest) : "";
    std::string printed = std::string(row.japanese) + (row.japanese == "様式" && number ? "第" + digits + "号" : (ordinal && number ? "第" : "") + digits) +
                          text::replace_all(branches, "_", "の");
    // Each amending act has its own 附則; the act's number tells them apart.
    for (const std::string* words : {&clause.heading, &clause.text}) {
      size_t close = words->find("号）");
      if (row.path == "fusoku" && words->starts_with("（") && close != words->npos && close < longest_act) {
        printed += words->substr(0, close + std::string_view("号）").size());
        break;
      }
    }
    return {std::string(row.path) + digits + branches, printed};
  }
  return {"annex", folded};
}

std::string_view structure_prefix(ClauseKind kind) {
  switch (kind) {
    case ClauseKind::part: return "p";
    case ClauseKind::chapter: return "c";
    case ClauseKind::section: return "s";
    default: return "ss";
  }
}

/// Works through the clauses in order; each needs only its parent's result.
class Addressing {
 public:
  explicit Addressing(std::vector<Clause>& clauses) : clauses_(clauses), state_(clauses.size()) {
    for (const auto& clause : clauses) {
      if (clause.kind == ClauseKind::paragraph && clause.parent) state_[*clause.parent].has_paragraphs = true;
    }
  }

  void run() {
    for (size_t i = 0; i < clauses_.size(); ++i) assign(i);
  }

 private:
  struct State {
    Parsed label;
    std::string tidy;  ///< the label as citations print it
    bool has_paragraphs = false;
    bool in_article = false;
    int headings = 0;  ///< children of kind heading so far
  };

  void assign(size_t i) {
    Clause& clause = clauses_[i];
    State& state = state_[i];
    state.label = parse_label(clause.label);
    state.tidy = tidy_label(clause.label);
    const Clause* parent = clause.parent ? &clauses_[*clause.parent] : nullptr;
    state.in_article = clause.kind == ClauseKind::article || (parent && state_[*clause.parent].in_article) ||
                       clause.kind == ClauseKind::paragraph;
    Segment segment = segment_of(i);
    segment = {std::string(text::clamp_utf8(segment.path, longest_step)), std::string(text::clamp_utf8(segment.locator, longest_step))};
    std::optional<size_t> base = clause.parent;
    // Articles are numbered through the document or the annex.
    if (clause.kind == ClauseKind::article) {
      while (base && clauses_[*base].kind != ClauseKind::annex) base = clauses_[*base].parent;
    }
    clause.path = base && clauses_[*base].path.size() <= longest_address ? join_path(*base, i, segment.path) : segment.path;
    clause.locator = base && clauses_[*base].locator.size() <= longest_address ? join_locator(*base, i, segment.locator) : segment.locator;
    make_unique(clause.path);
  }

  void make_unique(std::string& path) {
    std::string wanted = path;
    while (!used_.insert(path).second) path = fmt::format("{}~{}", wanted, ++repeats_[wanted] + 1);
  }

  Segment segment_of(size_t i) {
    const Clause& clause = clauses_[i];
    if (clause.kind == ClauseKind::preamble) return {"preamble", clause.parent ? "" : "前文"};
    if (clause.kind == ClauseKind::heading || clause.label.empty()) {
      int number = clause.parent ? ++state_[*clause.parent].headings : ++root_headings_;
      return {fmt::format("h{}", number), clause.heading.empty() ? "" : "「" + clause.heading + "」"};
    }
    if (clause.kind == ClauseKind::annex) return annex_segment(clause);
    const Parsed& label = state_[i].label;
    std::string branches = text::replace_all(label.branches, "_", "の");
    if (!label.unit.empty() && clause.kind <= ClauseKind::subsection) {
      return {std::string(structure_prefix(clause.kind)) + label.plain + label.branches, "第" + label.plain + label.unit + branches};
    }
    bool in_article = state_[i].in_article && text::numeral_value(label.plain).has_value();
    std::string path = label.plain + label.branches;
    if (in_article && clause.kind == ClauseKind::article) return {path, "第" + label.plain + "条" + branches};
    if (in_article && clause.kind == ClauseKind::paragraph) return {path, "第" + label.plain + "項"};
    // Below an article the first paragraph is counted though it is no clause of its own.
    bool first = parent_is(clause, ClauseKind::article);
    std::string counted = first ? "1-" : "";
    if (in_article && (first || parent_is(clause, ClauseKind::paragraph))) {
      bool named = first && state_[*clause.parent].has_paragraphs;
      return {counted + path, (named ? "第1項第" : "第") + label.plain + "号" + branches};
    }
    return {counted + path, state_[i].tidy};
  }

  bool parent_is(const Clause& clause, ClauseKind kind) const {
    return clause.parent && clauses_[*clause.parent].kind == kind;
  }

  /// A label as citations print it: narrow, but ① stays ①.
  static std::string tidy_label(const std::string& label) {
    std::string out;
    for (char32_t c : text::to_utf32(label)) {
      if (text::is_space(c)) continue;
      std::string one;
      text::append_utf8(one, c);
      bool keep = c >= 0x2000 && c < 0x3000;
      out += keep ? one : text::is_katakana(c) ? text::fold(one) : c >= 0xFF01 && c <= 0xFF5E ? text::fold(one) : one;
    }
    while (!out.empty() && (out.back() == '.' || out.back() == ',' || out.back() == ':')) out.pop_back();
    return out;
  }

  /// 「6.1」 under 「6」 says all that its parent says.
  static bool repeats(const Clause& parent, const std::string& own, const std::string& parents) {
    if (parent.label.empty() || parents.empty() || own.size() <= parents.size() || !own.starts_with(parents)) return false;
    char next = own[parents.size()];
    return next == '.' || next == '-';
  }

  std::string join_path(size_t base, size_t clause, const std::string& segment) const {
    const Clause& parent = clauses_[base];
    const std::string& parents = state_[base].label.plain;
    if (repeats(parent, state_[clause].label.plain, parents) && parent.path.ends_with(parents)) {
      return parent.path.substr(0, parent.path.size() - parents.size()) + segment;
    }
    return parent.path + "-" + segment;
  }

  std::string join_locator(size_t base, size_t clause, const std::string& segment) const {
    const Clause& parent = clauses_[base];
    const std::string& parents = state_[base].tidy;
    if (repeats(parent, state_[clause].tidy, parents) && parent.locator.ends_with(parents)) {
      return parent.locator.substr(0, parent.locator.size() - parents.size()) + segment;
    }
    bool digits_meet = !parent.locator.empty() && !segment.empty() && is_digit(parent.locator.back()) && is_digit(segment.front());
    return parent.locator + (digits_meet ? "の" : "") + segment;
  }

  static bool is_digit(char c) { return c >= '0' && c <= '9'; }

  std::vector<Clause>& clauses_;
  std::vector<State> state_;
  std::unordered_set<std::string> used_;
  std::unordered_map<std::string, int> repeats_;
  int root_headings_ = 0;
};

}  // namespace

std::string_view annex_step(std::string_view name) {
  auto row = std::ranges::find(annex_names, name, &AnnexName::japanese);
  return row == std::end(annex_names) ? std::string_view() : row->path;
}

void assign_addresses(std::vector<Clause>& clauses) { Addressing(clauses).run(); }

}  // namespace shirube::corpus
