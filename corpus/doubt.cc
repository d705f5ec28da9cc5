#include "corpus/doubt.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "corpus/outline_marker.h"
#include "text/analyzer.h"
#include "text/normalize.h"
#include "text/utf8.h"

namespace shirube::corpus {

namespace {

/// The articles of the longest laws have about so many characters.
constexpr size_t most_characters = 6000;
/// A document with so many articles has its own.
constexpr size_t fewest_articles = 3;
/// So many doubts of one kind are told one by one.
constexpr size_t most_told = 3;

std::string name_of(const Clause& clause) { return clause.locator.empty() ? clause.label : clause.locator; }

/// The ways to read a label as a number. A mark alone may be text; before a space it is a label.
std::vector<Marker> read_label(const Clause& clause) {
  std::vector<Marker> markers = read_markers(clause.label + "　あ");
  // Annexes are told by their words; their numbers are not read as a count.
  std::erase_if(markers, [](const Marker& marker) { return marker.family.core == Core::supplement || marker.family.core == Core::annex; });
  return markers;
}

/// Clauses that are counted together: those under one parent, but articles through all that has no other
/// count of its own (chapters do not begin anew, supplementary provisions and annexes do).
class Lists {
 public:
  explicit Lists(const std::vector<Clause>& clauses) : clauses_(clauses), roots_(clauses.size()), excerpts_(clauses.size()) {
    for (size_t i = 0; i < clauses.size(); ++i) {
      const auto& parent = clauses[i].parent;
      roots_[i] = clauses[i].kind == ClauseKind::annex ? i + 1 : parent ? roots_[*parent] : 0;
      excerpts_[i] = (parent && excerpts_[*parent]) || (clauses[i].kind == ClauseKind::annex && clauses[i].label.starts_with("附") && clauses[i].label.ends_with("則"));
    }
  }
  /// Of the laws that amended it a law's supplementary provisions hold only some, which speak of others.
  bool is_excerpt(size_t clause) const { return excerpts_[clause]; }
  /// Names the list of a clause.
  std::pair<bool, size_t> of(size_t clause) const {
    const Clause& one = clauses_[clause];
    if (one.kind == ClauseKind::article) return {true, roots_[clause]};
    return {false, one.parent ? *one.parent + 1 : 0};
  }

 private:
  const std::vector<Clause>& clauses_;
  std::vector<size_t> roots_;  ///< the annex that a clause stands in, from 1; 0: none
  std::vector<bool> excerpts_;
};

/// Whether one of the readings of a label goes on from one of the label before it, and whether they may be
/// members of one list at all.
struct Step {
  bool same_list = false, follows = false, forward = false;
};

Step step(const std::vector<Marker>& before, const std::vector<Marker>& next) {
  Step out;
  for (const auto& a : before) {
    for (const auto& b : next) {
      if (a.family != b.family) continue;
      out.same_list = true;
      out.follows = out.follows || follows(a.last, b.number);
      out.forward = out.forward || a.last < b.number;
    }
  }
  return out;
}

bool is_unreadable(char32_t c) { return c == 0xFFFD || (c >= 0xE000 && c <= 0xF8FF) || c >= 0xF0000; }

/// The character before a byte of a text; 0 at its start.
char32_t before(std::string_view words, size_t at) {
  if (at == 0) return 0;
  do --at; while (at > 0 && (static_cast<unsigned char>(words[at]) & 0xC0) == 0x80);
  return text::code_point_at(words, at).value;
}

bool names_annex(const std::string& term) {
  return std::ranges::any_of(std::initializer_list<std::string_view>{"別表", "様式", "別紙", "別記"}, [&](auto word) { return term.starts_with(word) && term.size() > word.size(); });
}

bool names_article(const std::string& term) { return !term.empty() && term[0] >= '0' && term[0] <= '9' && term.find("条") != term.npos; }

/// Whether a sentence has spoken of another document up to a place: an article named after it may be that one's.
bool speaks_of_another(std::string_view sentence) {
  constexpr std::string_view others[] = {"法", "令", "規則", "条例", "規程", "規定", "要綱", "要領", "基準", "約款", "契約", "協定", "通知", "指針", "ガイドライン", "ポリシー", "同", "」", "）", "改正"};
  return std::ranges::any_of(others, [&](auto word) { return sentence.find(word) != sentence.npos; });
}

/// What a text names: 別表2 of 「別表第二」, 様式3 of 「様式第3号」, 16条の3; of its own document where `own_only`.
std::set<std::string> named(const std::string& words, bool own_only) {
  std::set<std::string> out;
  text::Normalized normalized = text::normalize(words);
  for (const auto& token : text::references(normalized)) {
    std::string_view behind = std::string_view(words).substr(0, token.begin);
    if (size_t end = behind.rfind("。"); end != behind.npos) behind.remove_prefix(end);
    if (names_annex(token.term)) {
      // 「法別表第一」 and 「同条例様式第2号」 are another document's.
      char32_t c = before(words, token.begin);
      if (!own_only || !(text::is_kanji(c) || c == U'」' || c == U'）' || c == U'の')) out.insert(token.term);
    } else if (names_article(token.term)) {
      if (!own_only || !speaks_of_another(behind)) out.insert(token.term);
    }
  }
  return out;
}

}  // namespace

std::vector<Doubt> doubts(const std::vector<Clause>& clauses) {
  using enum Doubt::Kind;
  std::vector<Doubt> out;
  Lists lists(clauses);
  std::map<std::pair<bool, size_t>, size_t> last_of_list;  // by list, the clause
  std::set<std::string> held;
  size_t articles = 0;
  for (const auto& clause : clauses) {
    if (clause.kind == ClauseKind::annex || clause.kind == ClauseKind::article) held.merge(named(clause.label + " " + clause.heading, false));
    articles += clause.kind == ClauseKind::article;
  }
  for (size_t i = 0; i < clauses.size(); ++i) {
    const Clause& clause = clauses[i];
    auto add = [&](Doubt::Kind kind, std::string message) { out.push_back({i, kind, std::move(message)}); };
    auto markers = read_label(clause);
    if (!markers.empty() && !lists.is_excerpt(i)) {
      auto [last, fresh] = last_of_list.try_emplace(lists.of(i), i);
      if (!fresh) {
        const Clause& before = clauses[last->second];
        Step made = step(read_label(before), markers);
        if (made.same_list && !made.follows) {
          if (made.forward) add(gap, fmt::format("番号が飛んでいます: {} の次が {}", name_of(before), name_of(clause)));
          else add(back, fmt::format("番号が続いていません: {} の次が {}", name_of(before), name_of(clause)));
        }
        last->second = i;
      } else {
        bool begins = std::ranges::any_of(markers, [&](const Marker& marker) {
          int number = marker.number.back();
          // The first paragraph of an article is the article itself.
          return number == 1 || (number == 2 && clause.kind == ClauseKind::paragraph);
        });
        if (!begins) add(first, fmt::format("番号が途中から始まっています: {}", name_of(clause)));
      }
    }
    std::string words = clause.heading + "\n" + clause.text;
    if (size_t length = text::length_utf8(words); length > most_characters) {
      add(lengthy, fmt::format("条項が長すぎます（{} 字）: {}。切れ目を見落としていないか確認してください。", length, name_of(clause)));
    }
    for (size_t at = 0; at < words.size();) {
      auto [c, length] = text::code_point_at(words, at);
      at += length;
      if (!is_unreadable(c)) continue;
      add(garbled, fmt::format("読めない文字（外字など）があります: {}", name_of(clause)));
      break;
    }
    if (lists.is_excerpt(i)) continue;
    for (const auto& name : named(clause.text, true)) {
      // 「別表第三の一の項」 is a row of 別表第三. What has no articles of its own names those of others.
      bool stands = held.contains(name) || (names_annex(name) && held.contains(name.substr(0, name.find("の")))) || (names_article(name) && articles < fewest_articles);
      if (!stands) add(nowhere, fmt::format("この資料にない「{}{}」が引かれています: {}", names_article(name) ? "第" : "", name, name_of(clause)));
    }
  }
  return out;
}

std::vector<std::string> summarised(const std::vector<Doubt>& doubts) {
  std::vector<std::string> out;
  std::map<Doubt::Kind, size_t> counts;
  for (const auto& doubt : doubts) {
    if (++counts[doubt.kind] <= most_told) out.push_back(doubt.message);
  }
  constexpr std::pair<Doubt::Kind, std::string_view> names[] = {
      {Doubt::Kind::gap, "番号の飛び"},   {Doubt::Kind::back, "番号の重複・逆戻り"}, {Doubt::Kind::first, "途中から始まる番号"},
      {Doubt::Kind::lengthy, "長い条項"}, {Doubt::Kind::garbled, "読めない文字"},    {Doubt::Kind::nowhere, "ない条・別表・様式への参照"}};
  for (const auto& [kind, name] : names) {
    if (counts[kind] > most_told) out.push_back(fmt::format("{}が、ほかに {} か所あります。", name, counts[kind] - most_told));
  }
  return out;
}

}  // namespace shirube::corpus
