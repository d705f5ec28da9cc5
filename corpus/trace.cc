#include "corpus/trace.h"

#include <fmt/format.h>

#include <algorithm>

#include "corpus/trace_step.h"
#include "text/numeral.h"
#include "text/utf8.h"

namespace shirube::corpus {

namespace {

using Outcome = Mark::Outcome;
using Unit = Step::Unit;
using Relation = Step::Relation;

constexpr size_t shortest_heading = 4;  // characters that a quoted heading must have in common

/// Whether words quoted behind a number are, or begin, the heading of a clause.
bool is_heading(std::string_view quoted, const Clause& clause) {
  const std::string heading = label_key(clause.heading), words = label_key(quoted);
  if (!heading.empty() && heading == words) return true;
  if (heading.empty() || text::length_utf8(words) < shortest_heading) return false;
  return heading.starts_with(words) || (words.starts_with(heading) && text::length_utf8(heading) >= shortest_heading);
}

/// A line of a text: provisions of laws are quoted line by line.
bool goes_on_quoting(std::string_view line) {
  if (line.empty()) return false;
  auto [c, length] = text::code_point_at(line, 0);
  constexpr std::u32string_view bullets = U"・（(○●　 ";
  return text::is_digit(c) || bullets.find(c) != bullets.npos || (c >= 0x2460 && c <= 0x2473) || c == '\t' ||
         (text::is_katakana(c) && line.size() > length && text::is_space(text::code_point_at(line, length).value));
}

class Tracing {
 public:
  Tracing(const Places& own, Documents& documents) : own_(own), documents_(documents), contexts_(own.size()), headed_(own.size()), explains_(own.articles(none).size() < 3) {
    for (size_t at = 0; at < own.size(); ++at) compound_ = compound_ || own.key(at).find_first_of(".-") != std::string::npos;
  }

  std::vector<std::vector<Traced>> run() {
    std::vector<std::vector<Traced>> out(own_.size());
    for (size_t at = 0; at < own_.size(); ++at) {
      for (const std::string* text : {&own_[at].heading, &own_[at].text}) {
        read_.push_back(mentions(*text));
        for (const auto& mention : read_.back().mentions) {
          if (mention.document == Mention::Document::named) documents_.expect(std::string_view(*text).substr(mention.name_begin, mention.name_end - mention.name_begin));
        }
      }
    }
    for (size_t at = 0; at < own_.size(); ++at) {
      if (size_t parent = own_.parent(at); parent != none) {
        contexts_[at] = contexts_[parent];
        contexts_[at].taken_over = true;  // what is said in brackets of its own is nearer
        headed_[at] = headed_[parent];
      }
      trace_text(at, own_[at].heading, read_[2 * at], true, out[at]);
      trace_text(at, own_[at].text, read_[2 * at + 1], false, out[at]);
    }
    return out;
  }

 private:
  /// What became of a mention, for those that lean on it.
  struct Done {
    Spoken spoken;
    std::vector<size_t> clauses;
    bool known = false;
  };

  void trace_text(size_t at, const std::string& text, const Mentions& found, bool in_heading, std::vector<Traced>& out) {
    std::vector<Context> groups(found.groups.size());
    std::vector<bool> entered(found.groups.size(), false);
    std::vector<Done> done(found.mentions.size());
    groups[0] = contexts_[at];
    entered[0] = true;
    size_t amending_from = std::min(text.find("の一部を次のように改正する"), text.find("の一部を改正する"));
    std::optional<Spoken> quoted;
    size_t quoted_from = 0, quoted_to = 0;
    for (size_t i = 0; i < found.mentions.size(); ++i) {
      const Mention& mention = found.mentions[i];
      enter(found, mention.group, groups, entered);
      // Behind a full stop, what was said there is no nearer than what is said in brackets here.
      const size_t before = i == 0 ? 0 : found.mentions[i - 1].end;
      if (before < mention.begin && ends_sentence(std::string_view(text).substr(before, mention.begin - before))) groups[0].taken_over = true;
      if (mention.begin >= quoted_to) quoted.reset();
      if (quoted && mention.begin >= quoted_from) number_line(text, mention.begin, *quoted);
      Asked asked{at, &groups[mention.group], {}, {}, mention.begin >= quoted_from && mention.begin < quoted_to ? quoted : std::nullopt};
      if (mention.joined != none && done[mention.joined].known) asked.joined = done[mention.joined].spoken;
      for (size_t group = mention.group; group != 0 && !asked.attached; group = found.groups[group].outer) {
        size_t attached = found.groups[group].attached;
        if (attached != none && done[attached].known) asked.attached = done[attached].spoken;
      }
      // What explains a law says in its headings which provision: 「Ａ　保有の制限（法第61条）」 and below 「ａ　目的の特定（第1項）」.
      if (explains_ && !asked.attached && !asked.joined && headed_[at] && stands_in_bracket(text, mention)) asked.attached = headed_[at];
      auto traced = follow(text, mention, asked, done, i, mention.begin > amending_from);
      // 「法第18条（第1項）」 on a line of its own: what follows is quoted from there.
      bool more_of_it = quoted && quoted->place.paragraph.empty() && asked.attached && mention.end < quoted_from;
      if (done[i].known && done[i].spoken.document != 0 && (mention.alone || more_of_it)) {
        quoted = done[i].spoken;
        quoted_from = std::min(text.find('\n', mention.end), text.size());
        quoted_to = end_of_quotation(text, mention.end);
      }
      for (size_t group = mention.group; group != 0; group = found.groups[group].outer) groups[found.groups[group].outer].take_over(groups[group]);
      bool lists = !in_heading && !headed_[at] && text.starts_with("（関係条文）");  // of a commentary: the provisions that it is about
      if ((in_heading || lists) && done[i].known && done[i].spoken.document != 0 && done[i].spoken.clause == none) headed_[at] = done[i].spoken;
      if (!traced) continue;
      traced->in_heading = in_heading;
      // Where two lie on each other, the one that begins first; of names the reference that they belong to.
      auto overlaps = [&] { return !out.empty() && out.back().in_heading == in_heading && out.back().end > traced->begin; };
      while (overlaps() && out.back().begin >= traced->begin) out.pop_back();
      if (!overlaps()) out.push_back(std::move(*traced));
    }
    contexts_[at] = std::move(groups[0]);
  }

  static bool ends_sentence(std::string_view words) {
    constexpr std::string_view stop = "。";
    for (size_t at = words.find(stop); at != words.npos; at = words.find(stop, at + 1)) {
      if (!words.substr(at + stop.size()).starts_with("）") && !words.substr(at + stop.size()).starts_with(")")) return true;
    }
    return words.find('\n') != words.npos;
  }

  /// 「（第1項）」, 「（第2項関係）」: nothing else in the bracket.
  static bool stands_in_bracket(const std::string& text, const Mention& mention) {
    std::string_view before = std::string_view(text).substr(0, mention.begin), after = std::string_view(text).substr(mention.end);
    if (after.starts_with("関係")) after.remove_prefix(std::string_view("関係").size());
    return (before.ends_with("（") || before.ends_with("(")) && (after.starts_with("）") || after.starts_with(")"));
  }

  /// 「2. 前項の…」: the second of the paragraphs that are quoted.
  static void number_line(const std::string& text, size_t at, Spoken& quoted) {
    size_t line = text.rfind('\n', at);
    line = line == text.npos ? 0 : line + 1;
    auto number = text::read_numeral(std::string_view(text).substr(line));
    if (number && number->style == text::NumeralStyle::digits && number->value > 1 && number->value < 100) quoted.place.paragraph = std::to_string(number->value);
  }

  static void enter(const Mentions& found, size_t group, std::vector<Context>& groups, std::vector<bool>& entered) {
    if (entered[group]) return;
    enter(found, found.groups[group].outer, groups, entered);
    groups[group] = groups[found.groups[group].outer];
    entered[group] = true;
  }

  static size_t end_of_quotation(const std::string& text, size_t from) {
    size_t at = text.find('\n', from);
    // A provision of one paragraph is quoted without a number.
    if (at != text.npos) {
      std::string_view line = std::string_view(text).substr(at + 1, text.find('\n', at + 1) - at - 1);
      if (line.ends_with("。") && !line.starts_with("【")) at = text.find('\n', at + 1);
    }
    while (at != text.npos && goes_on_quoting(std::string_view(text).substr(at + 1))) at = text.find('\n', at + 1);
    return at == text.npos ? text.size() : at;
  }

  /// The document that a mention speaks of; nullopt: unsaid.
  std::optional<size_t> document_of(const std::string& text, const Mention& mention, Asked& asked, size_t& begin) {
    defined_ = false;
    switch (mention.document) {
      case Mention::Document::own:
        return amending_annex(own_, asked.clause) ? amending_act : 0;
      case Mention::Document::same:
        return asked.context->document(std::string_view(text).substr(mention.name_begin, mention.name_end - mention.name_begin));
      case Mention::Document::named: {
        auto named = documents_.named(std::string_view(text).substr(mention.name_begin, mention.name_end - mention.name_begin), mention.edition, asked.clause);
        if (!named) return std::nullopt;
        // As it was before, or after, a change that is named: in an edition that is not said.
        std::string_view before = std::string_view(text).substr(0, mention.name_begin + named->begin);
        if (before.ends_with("改正前の") || before.ends_with("改正後の") || before.ends_with("廃止前の")) named->document = unknown;
        if (mention.beside || mention.steps.empty()) begin = mention.name_begin + named->begin;
        defined_ = named->defined;
        asked.context->speak_of(named->document, std::string_view(text).substr(mention.name_begin, mention.name_end - mention.name_begin));
        return named->document;
      }
      default: return std::nullopt;
    }
  }

  std::optional<Traced> follow(const std::string& text, const Mention& mention, Asked& asked, std::vector<Done>& done, size_t number, bool amending) {
    Traced traced{false, mention.begin, mention.end, Outcome::held, 0, {}, {}};
    auto document = document_of(text, mention, asked, traced.begin);
    if (mention.steps.empty()) return whole_document(traced, document);
    if (mention.amends && !document) document = unknown;
    if (explains_ && !document && mention.steps[0].unit == Unit::article && mention.steps[0].relation == Relation::numbered && !asked.joined && !asked.attached) document = column_of(text, mention.begin, asked.clause);
    if (amending && !document && mention.steps[0].relation == Relation::numbered && mention.document == Mention::Document::unsaid && !asked.joined && !asked.attached) {
      document = asked.context->last_document;
    }
    Found found;
    if (!mention.heading.empty()) found = find_headed(mention, asked.clause);
    if (found.kind == Found::Kind::held) traced.end = mention.heading_end;
    else if (mention.certainty == Mention::Certainty::headed) return std::nullopt;
    else if (mention.steps[0].unit == Unit::label) found = find_labelled(mention, asked, document, done);
    else found = find_steps(own_, documents_, mention, asked, document);
    if (found.kind == Found::Kind::no_reference) return std::nullopt;
    done[number] = {found.spoken, found.clauses, true};
    const Step& first = mention.steps[0];
    bool bare = found.spoken.document == 0 && first.unit > Unit::article && first.relation != Relation::same && !asked.joined && !asked.attached && !asked.quoted;
    asked.context->speak(found.spoken, found.depth, bare);
    traced.document = found.spoken.document;
    traced.clauses = std::move(found.clauses);
    switch (found.kind) {
      case Found::Kind::elsewhere: traced.outcome = Outcome::not_held; break;
      case Found::Kind::missing:
        // What is quoted, or changed, is of an edition that is not said.
        if (asked.quoted || mention.amends || speaks_of_the_past(own_, asked.clause)) {
          traced.outcome = Outcome::not_held;
          break;
        }
        traced.outcome = Outcome::missing;
        traced.note = traced.document == 0 ? "この資料に、参照先が見つかりません。" : "参照先の資料に、この条項が見つかりません。";
        break;
      default: look_into(text, mention, traced);
    }
    return traced;
  }

  /// The document that a table names at the head of the column in which `at` stands.
  std::optional<size_t> column_of(const std::string& text, size_t at, size_t clause) {
    constexpr int most_rows = 60;
    auto line_begin = [&](size_t place) { return place == 0 ? 0 : text.rfind('\n', place - 1) + 1; };  // npos + 1 is 0
    size_t line = line_begin(at);
    auto column = std::count(text.begin() + static_cast<std::ptrdiff_t>(line), text.begin() + static_cast<std::ptrdiff_t>(at), '\t');
    for (int rows = 0; column > 0 && line > 0 && rows < most_rows; ++rows) {
      size_t above = line_begin(line - 1);
      std::string_view row = std::string_view(text).substr(above, line - 1 - above);
      if (row.find('\t') == row.npos) return std::nullopt;
      std::string_view cell = row;
      for (auto i = column; i > 0 && !cell.empty(); --i) cell.remove_prefix(std::min(cell.find('\t'), cell.size() - 1) + 1);
      cell = cell.substr(0, cell.find('\t'));
      constexpr size_t longest_name = 200;
      if (auto named = cell.empty() || cell.size() > longest_name ? std::nullopt : documents_.named(cell, "", clause); named && named->begin == 0) return named->document;
      line = above;
    }
    return std::nullopt;
  }

  std::optional<Traced> whole_document(Traced traced, std::optional<size_t> document) {
    // The reader of a defined name is told what it means where it is marked as a term.
    if (!document || *document == 0 || *document >= amending_act || defined_ || !documents_.places(*document)) return std::nullopt;
    traced.document = *document;
    return traced;
  }

  /// 「④　本調査実施」: the label of a clause with the beginning of its heading.
  Found find_headed(const Mention& mention, size_t at) const {
    for (size_t one : own_.labelled(mention.steps.back().number)) {
      if (one != at && is_heading(mention.heading, own_[one])) return {Found::Kind::held, {0, {}, one}, {one}};
    }
    return {};
  }

  Found find_labelled(const Mention& mention, const Asked& asked, std::optional<size_t> document, const std::vector<Done>& done) const {
    // A list goes on in the document that it began with.
    size_t number = document.value_or(asked.joined && mention.document == Mention::Document::unsaid && mention.within == none ? asked.joined->document : 0);
    const Places* places = number >= amending_act ? nullptr : documents_.places(number);
    if (!places) return number != 0 && mention.certainty != Mention::Certainty::resolving ? Found{Found::Kind::elsewhere, {number, {}, none}, {}} : Found{};
    std::optional<Places::Labelled> first;
    bool firm = mention.certainty == Mention::Certainty::sure || (mention.certainty == Mention::Certainty::likely && compound_ && number == 0 && mention.steps[0].number.find_first_of(".-") != std::string::npos);
    if (mention.within != none) {
      if (!done[mention.within].known || done[mention.within].clauses.empty()) return {};
      number = done[mention.within].spoken.document;
      places = documents_.places(number);
      size_t above = done[mention.within].clauses.front();
      first = places->find_labels(above, mention.steps, true);
      if (!first) first = {above, false};
      firm = true;
    } else {
      size_t from = number != 0 || mention.document == Mention::Document::own ? none : asked.clause;
      if (asked.joined && asked.joined->clause != none && asked.joined->document == number) from = places->parent(asked.joined->clause);
      first = places->find_labels(from, mention.steps, mention.below && from == asked.clause && mention.steps.size() == 1);
      if (!first && mention.below && mention.steps.size() > 1) first = places->find_labels(none, mention.steps, false);
    }
    if (!first || (first->clause == asked.clause && number == 0 && mention.to.empty())) return firm && !first ? Found{Found::Kind::missing, {number, {}, none}, {}} : Found{};
    if (!first->whole) return firm ? Found{Found::Kind::missing, {number, {}, first->clause}, {first->clause}} : Found{};
    Found found{Found::Kind::held, {number, {}, first->clause}, {first->clause}};
    if (mention.to.empty() || places->key(first->clause) != mention.steps.back().number) return found;
    auto last = places->find_labels(places->parent(first->clause), mention.to, true);
    if (!last || !last->whole) {
      if (!firm && mention.certainty != Mention::Certainty::sure) return mention.below ? Found{} : Found{Found::Kind::missing, found.spoken, found.clauses};
      return {Found::Kind::missing, found.spoken, found.clauses};
    }
    found.clauses = between(*places, first->clause, last->clause);
    return found;
  }

  /// Whether clauses speak of what they are said to speak of: 「8（2）に記載した資格」. Asked of labels only, which slip when
  /// chapters are put in; and told only where the clause that is meant can be named.
  void look_into(const std::string& text, const Mention& mention, Traced& traced) const {
    if (traced.document != 0 || mention.steps[0].unit != Unit::label || traced.clauses.size() != 1) return;
    std::string noun = noun_said(std::string_view(text).substr(mention.end));
    if (noun.empty() || speaks_of(traced.clauses[0], noun)) return;
    for (size_t other : own_.labelled(own_.key(traced.clauses[0]))) {
      if (other == traced.clauses[0] || !speaks_of(other, noun)) continue;
      traced.outcome = Outcome::doubtful;
      traced.note = fmt::format("参照先（{}）に「{}」の記載がありません。{} ではありませんか。", own_[traced.clauses[0]].locator, noun, own_[other].locator);
      return;
    }
  }

  static std::string noun_said(std::string_view rest) {
    constexpr std::string_view verbs[] = {"に記載した", "に記載する", "に記載の", "に記載された", "に規定する", "に規定した", "に掲げる", "に掲げた", "に定める", "に定めた", "に示す", "に示した", "で定める", "で示した"};
    for (std::string_view verb : verbs) {
      if (!rest.starts_with(verb)) continue;
      rest.remove_prefix(verb.size());
      size_t end = 0;
      while (end < rest.size()) {
        auto [c, length] = text::code_point_at(rest, end);
        if (!text::is_kanji(c) && !text::is_katakana(c)) break;
        end += length;
      }
      std::string noun(rest.substr(0, end));
      return text::length_utf8(noun) >= 2 ? noun : "";
    }
    return "";
  }

  bool speaks_of(size_t at, const std::string& noun) const {
    for (size_t one = at; one < own_.end_of(at); ++one) {
      if (own_[one].text.find(noun) != std::string::npos || own_[one].heading.find(noun) != std::string::npos) return true;
    }
    return false;
  }

  const Places& own_;
  Documents& documents_;
  std::vector<Mentions> read_;     ///< of the heading and the text of each clause
  std::vector<Context> contexts_;  ///< what was spoken of last, at the end of each clause
  std::vector<std::optional<Spoken>> headed_;  ///< the provision that the heading of each clause names last, or of those above it
  bool explains_;                  ///< a text without articles of its own
  bool compound_ = false;          ///< some clauses are numbered 3-1-2 or 6.1
  bool defined_ = false;
};

}  // namespace

std::vector<std::vector<Traced>> trace(const Places& own, Documents& documents) { return Tracing(own, documents).run(); }

}  // namespace shirube::corpus
