#include "corpus/reference.h"

#include <algorithm>
#include <optional>

#include "corpus/reference_name.h"
#include "corpus/reference_step.h"
#include "text/utf8.h"

namespace shirube::corpus {

namespace {

using Certainty = Mention::Certainty;

constexpr size_t longest_heading = 60;  // characters
constexpr size_t most_ends = 32;  // places that a list may go on from

class Scanner {
 public:
  explicit Scanner(std::string_view bytes) : text_(bytes) { out_.groups.push_back({}); }

  Mentions run() {
    find_replaced();
    for (size_t at = 0; at < std::min(text_.size(), table_) && out_.mentions.size() < most_mentions;) at = step(at);
    return std::move(out_);
  }

 private:
  /// Words that stand for others: 「…」を「…」に改める, 「…」とあるのは「…」と.
  void find_replaced() {
    constexpr Words after[] = {U"とあるのは", U"とあり", U"を「", U"に改め", U"を加え", U"を削", U"の下に「", U"の次に「", U"の前に「", U"と読み替え", U"と、「", U"とする。", U"と、第", U"と、同", U"と、前"};
    // What stands in the table of words that are read in another way is of another text.
    constexpr Words tables[] = {U"\t読み替える字句", U"同表の中欄に掲げる字句", U"同表の下欄に掲げる字句"};
    for (Words words : tables) {
      size_t table = text_.all().find(words);
      if (table == Words::npos) continue;
      table_ = std::min(table_, words.front() == '\t' ? text_.all().substr(0, table).rfind(U'\n') : text_.all().find(U'\n', table));
    }
    bool replaces = text_.all().find(U"とあるのは") != Words::npos || text_.all().find(U"に改め") != Words::npos || text_.all().find(U"を加え") != Words::npos ||
                    text_.all().find(U"を削") != Words::npos;
    if (!replaces) return;
    for (size_t at = text_.all().find(U'「'); at != Words::npos; at = text_.all().find(U'「', at + 1)) {
      size_t close = closing_of(text_, at, U'「', U'」');
      if (close == none) continue;
      if (starts_any(text_, close + 1, after)) replaced_.emplace_back(at, close);
      at = close;
    }
  }

  bool is_replaced(size_t at) const {
    return std::ranges::any_of(replaced_, [&](const auto& range) { return range.first < at && at < range.second; });
  }

  size_t step(size_t at) {
    char32_t c = text_[at];
    if (c == U'「' && !replaced_.empty()) {
      for (const auto& [open, close] : replaced_) {
        if (open == at) return close + 1;
      }
    }
    constexpr Words begins = U"第前次同こ本別様附付";
    if (begins.find(c) != begins.npos) {
      if (auto chain = read_chain(text_, at); chain && is_place(at, *chain)) return take_chain(at, std::move(*chain));
    }
    if (may_begin_label(at)) {
      if (size_t end = take_labels(at); end != 0) return end;
    }
    if (c == '(') open(at);
    if (c == ')') close(at);
    if (c == U'「') take_quoted(at);
    if (is_name_character(c) && !is_name_character(text_[at + 1])) take_name(at + 1);
    return at + 1;
  }

  /// A number of the law (法律第27号) and things that are counted (第3号被保険者) are no places.
  bool is_place(size_t at, const Chain& chain) const {
    const Step& first = chain.steps.front();
    char32_t before = at > 0 ? text_[at - 1] : U' ', after = text_[chain.end];
    if (first.unit == Step::Unit::annex) {
      // 「別表第二法人等」 and 「別紙様式」 are other words.
      constexpr Words may_follow = U"又及若並上中下各関備第の";
      bool titled = first.number == "besshi" || first.number == "betten";  // 「別紙納品物一覧」
      bool other = (titled ? text_.starts(chain.end, U"様式") : text::is_kanji(after) || text::is_katakana(after)) && may_follow.find(after) == may_follow.npos;
      return !other && !text_.ends(at, U"この") && !(first.number == "fusoku" && chain.steps.size() == 1);
    }
    if (first.unit != Step::Unit::item || first.relation != Step::Relation::numbered) return true;
    if (chain.steps.size() > 1) return !text::is_kanji(before) || last_end() == at;
    constexpr Words may_follow = U"又及若並該中本前後柱各括関以";
    bool counted = (text::is_kanji(after) || text::is_katakana(after)) && may_follow.find(after) == may_follow.npos;
    bool number_of = is_name_character(before) && last_end() != at;
    return !number_of && (!counted || joined_to(at) != none);
  }

  size_t last_end() const { return ends_.empty() || ends_.back().group != group_ ? none : ends_.back().end; }

  /// The mention that this place goes on from: 第2項及び|第4項.
  size_t joined_to(size_t at) const {
    constexpr Words joints[] = {U"及び", U"並びに", U"又は", U"若しくは", U"または", U"および", U"もしくは", U"ならびに", U"から", U"ないし", U"まで", U"、", U",", U"・", U"と", U"や", U"~", U"～", U"の"};
    size_t end = at;
    for (int count = 0; count < 4; ++count) {
      while (end > 0 && text_[end - 1] == ' ') --end;
      for (const auto& last : ends_) {
        if (count > 0 && last.group == group_ && last.end == end) return last.mention;
      }
      size_t length = ends_any(text_, end, joints);
      if (length == 0) break;
      end -= length;
    }
    return none;
  }

  size_t take_chain(size_t at, Chain chain) {
    Mention mention;
    mention.begin = text_.byte(at);
    size_t end = chain.end;
    mention.steps = std::move(chain.steps);
    take_range(mention, end, [&](size_t from) { return read_chain(text_, from); });
    if (mention.to.empty()) take_labels_below(mention, end);
    find_document(mention, at);
    const Step& first = mention.steps.front();
    bool absolute = first.relation == Step::Relation::numbered;
    if (absolute && mention.document == Mention::Document::unsaid) mention.joined = joined_to(at);
    mention.below = first.relation == Step::Relation::each;
    constexpr Words amendments[] = {U"中「", U"の次に次の", U"の前に次の", U"を次のように改め", U"を削", U"中第", U"の見出しを", U"に次の", U"の改正規定"};
    mention.amends = starts_any(text_, end, amendments) && !is_read_as(end);
    add(std::move(mention), at, end);
    return end;
  }

  /// 「第2章6.1（3）」, 「別紙１ ４（１）」: labels go on where chapters and annexes end.
  void take_labels_below(Mention& mention, size_t& end) const {
    Step::Unit last = mention.steps.back().unit;
    if (last > Step::Unit::division && last != Step::Unit::annex) return;
    auto labels = read_labels(text_, skip_spaces(text_, end));
    constexpr Words may_follow = U"のをはがもにへとで、。及又若並・)」,を参 \n";
    if (!labels || (text_[labels->end] != 0 && may_follow.find(text_[labels->end]) == may_follow.npos)) return;
    for (Step& step : labels->steps) mention.steps.push_back(std::move(step));
    end = labels->end;
  }

  /// 「第3項中「…」とあるのは」: a provision of this text, read in another way.
  bool is_read_as(size_t end) const {
    size_t open = text_[end] == U'中' ? end + 1 : end;
    size_t close = text_[open] == U'「' ? closing_of(text_, open, U'「', U'」') : none;
    return close != none && text_.starts(close + 1, U"とあ");
  }

  /// から…まで, ～ and what stands behind.
  template <class Read>
  void take_range(Mention& mention, size_t& end, Read read) {
    if (mention.steps.back().relation == Step::Relation::each) return;
    size_t from = skip_spaces(text_, end);
    // 第21条（第1項を除く。）から前条まで
    constexpr size_t longest_exception = 24;
    if (text_[from] == '(') {
      size_t close = closing_of(text_, from, '(', ')');
      if (close != none && close - from < longest_exception && text_.starts(close + 1, U"から")) from = close + 1;
    }
    bool words = text_.starts(from, U"から"), sign = text_[from] == '~' || text_[from] == U'～';
    if (!words && !sign) return;
    auto to = read(skip_spaces(text_, from + (words ? 2 : 1)));
    if (!to) return;
    mention.to = std::move(to->steps);
    end = to->end;
    if (text_.starts(end, U"まで")) end += 2;
  }

  /// What stands before the steps and says whose they are.
  void find_document(Mention& mention, size_t at) {
    size_t end = at;
    while (end > 0 && text_[end - 1] == ' ') --end;
    mention.beside = true;
    if (end > 0 && text_[end - 1] == ')') {
      size_t open = opening_of(text_, end - 1);
      if (open == none || open == 0) return;
      Words inside = text_.all().substr(open + 1, end - open - 2);
      if (inside.ends_with(U"版")) mention.edition = text_.utf8(open + 1, end - 1);
      // （昭和22年法律第67号。以下「法」という。）, but not 「（1）第2項」.
      constexpr Words facts[] = {U"法律第", U"令第", U"規則第", U"条例第", U"以下", U"版", U"年", U"号", U"告示"};
      if (std::ranges::none_of(facts, [&](Words word) { return inside.find(word) != inside.npos; })) return;
      end = open;
      mention.beside = false;
    }
    bool quoted = end > 0 && (text_[end - 1] == U'」' || text_[end - 1] == U'』');
    if (quoted) {
      size_t close = end - 1;
      size_t opening = text_.all().substr(0, close).rfind(text_[close] == U'」' ? U'「' : U'『');
      if (opening == none || close - opening > longest_name) return;
      set_name(mention, opening + 1, close);
      mention.beside = false;
      return;
    }
    if (size_t begin = own_document(text_, end); begin != none) {
      mention.document = Mention::Document::own;
      if (mention.beside) mention.begin = text_.byte(begin);
      return;
    }
    if (size_t length = same_document(text_, end); length > 0) {
      mention.document = Mention::Document::same;
      mention.name_begin = text_.byte(end - length);
      mention.name_end = text_.byte(end);
      if (mention.beside) mention.begin = mention.name_begin;
      return;
    }
    // 「第3項・第4項」: nothing lies between.
    if (size_t begin = name_begin(text_, end); begin < end && is_name_character(text_[end - 1])) set_name(mention, begin, end);
  }

  void set_name(Mention& mention, size_t begin, size_t end) {
    mention.document = Mention::Document::named;
    mention.name_begin = text_.byte(begin);
    mention.name_end = text_.byte(end);
  }

  void add(Mention mention, size_t at, size_t end) {
    mention.end = text_.byte(end);
    mention.group = group_;
    size_t line = text_.all().substr(0, at).rfind('\n');
    size_t stop = text_.all().find('\n', end);
    Words before = text_.all().substr(line == Words::npos ? 0 : line + 1, at - (line == Words::npos ? 0 : line + 1));
    Words after = text_.all().substr(end, stop == Words::npos ? stop : stop - end);
    bool short_before = before.size() <= longest_name && std::ranges::all_of(before, is_name_character);
    // 「法第2条（第1項）」: the bracket belongs to the place.
    if (after.starts_with(U"(第") && after.ends_with(U")") && after.size() < 16) after = {};
    if (after == U"関係") after = {};
    mention.alone = stop != Words::npos && short_before && after.empty();
    ends_.push_back({end, group_, out_.mentions.size()});
    if (ends_.size() > most_ends) ends_.erase(ends_.begin());
    out_.mentions.push_back(std::move(mention));
  }

  void open(size_t at) {
    size_t attached = none;
    for (const auto& last : ends_) {
      if (last.group == group_ && last.end == at) attached = last.mention;
    }
    out_.groups.push_back({group_, attached});
    open_.push_back({group_, at});
    group_ = out_.groups.size() - 1;
  }

  void close(size_t at) {
    if (open_.empty()) return;
    auto [outer, opened] = open_.back();
    open_.pop_back();
    group_ = outer;
    // A list goes on behind the brackets: 第2項（…）及び第3項.
    for (auto& last : ends_) {
      if (last.group == group_ && last.end == opened) last.end = at + 1;
    }
  }

  /// A name between quotes may be a title.
  void take_quoted(size_t at) {
    size_t close = closing_of(text_, at, U'「', U'」');
    if (close == none || close - at < 4 || close - at > longest_name + 20) return;
    add_document(at + 1, close);
  }

  /// A document as a whole, so that 「同法」 behind it is known.
  void take_name(size_t end) {
    if (!names_document(text_, end) || own_document(text_, end) != none || same_document(text_, end) > 0) return;
    add_document(name_begin(text_, end), end);
  }

  void add_document(size_t begin, size_t end) {
    Mention mention;
    set_name(mention, begin, end);
    mention.begin = mention.name_begin;
    mention.end = mention.name_end;
    mention.group = group_;
    out_.mentions.push_back(std::move(mention));
  }

  bool may_begin_label(size_t at) const {
    char32_t c = text_[at], before = at > 0 ? text_[at - 1] : U' ';
    if (c == '(' || (c >= 0x2460 && c <= 0x2487) || (c >= 0x2170 && c <= 0x217B)) return true;
    if (c >= '0' && c <= '9') {
      constexpr Words no = U"図表問例頁年月日号第回条項約計No.-/:%&#~";
      return !text::is_latin(before) && !text::is_digit(before) && no.find(before) == no.npos;
    }
    if (c == U'第') return text_[at + 1] >= '0' && text_[at + 1] <= '9';
    if (text::is_katakana(c)) return !text::is_katakana(before) && !text::is_katakana(text_[at + 1]);
    return text::is_latin(c) && text_.wide(at) && !text::is_latin(before) && !text::is_digit(before) && (!text::is_kanji(before) || before == U'記');  // 上記Ａ, but not 甲社Ａ
  }

  /// A label that its surroundings make a reference. 0 where it is none.
  size_t take_labels(size_t at) {
    auto chain = read_labels(text_, at);
    if (!chain) return 0;
    Mention mention;
    mention.begin = text_.byte(at);
    mention.steps = chain->steps;
    size_t end = chain->end;
    // 「第7号イ及びロ」
    if (size_t before = joined_to(at); before != none && mention.steps.size() == 1 && text::is_katakana(text_[at])) {
      const Mention& first = out_.mentions[before];
      if (!first.steps.empty() && first.steps.back().unit == Step::Unit::point) {
        mention.steps[0].unit = Step::Unit::point;
        mention.joined = before;
        add(std::move(mention), at, end);
        return end;
      }
    }
    take_range(mention, end, [&](size_t from) { return read_labels(text_, from); });
    size_t words_end = end;
    mention.heading = heading_behind(at, words_end);
    mention.heading_end = text_.byte(words_end);
    auto certainty = certainty_of(mention, at, end);
    if (!certainty) return 0;
    mention.certainty = *certainty;
    bool headed = *certainty == Certainty::headed;
    add(std::move(mention), at, headed ? words_end : end);
    if (headed) out_.mentions.back().end = text_.byte(end);
    return end;
  }

  /// Words behind a label at the start of a line or quote, up to a space or the end: a heading?
  std::string heading_behind(size_t at, size_t& end) const {
    char32_t before = at > 0 ? text_[at - 1] : U'\n';
    if (before != '\n' && before != U'「' && before != '\t') return "";
    size_t from = skip_spaces(text_, end), to = from;
    constexpr Words stops = U" \n\t。、」";
    while (to < text_.size() && to - from < longest_heading && stops.find(text_[to]) == stops.npos) ++to;
    if (to - from < 2) return "";
    end = to;
    return text_.utf8(from, to);
  }

  std::optional<Certainty> certainty_of(Mention& mention, size_t at, size_t end) {
    constexpr Words here[] = {U"上記", U"上記の", U"前記", U"前記の", U"前述の", U"後述の", U"後述", U"下記", U"下記の", U"→", U"→ガイドライン"};
    constexpr Words children[] = {U"次の", U"以下の", U"以下", U"次表", U"下表の"};
    constexpr Words firm[] = {U"参照", U"を参照", U"に記載", U"に規定", U"に定め", U"に掲げ", U"に示", U"に該当", U"による", U"により", U"に準", U"に基づ", U"に従", U"に係る", U"に関", U"の規定", U"のとおり", U"の通り", U"の場合", U"のいずれ", U"のうち", U"以外", U"以降"};
    constexpr Words particles = U"のをはがもにへとで、及又若並・)」,";
    size_t own_end = at;
    while (own_end > 0 && (text_[own_end - 1] == ' ' || text_[own_end - 1] == U'の' || text_[own_end - 1] == U'「')) --own_end;
    if (size_t begin = own_document(text_, own_end); begin != none) {
      mention.document = Mention::Document::own;
      mention.begin = text_.byte(begin);
      return Certainty::sure;
    }
    // 「クラウド利用基準（令和7年4月1日版）4.1(2)」
    if (own_end == at && at > 0 && text_[at - 1] == ')') {
      size_t open = opening_of(text_, at - 1);
      if (open != none && open > 0 && text_.all().substr(open + 1, at - open - 2).ends_with(U"版")) {
        if (size_t named = document_name(text_, open); named != none && open > named) {
          set_name(mention, named, open);
          mention.edition = text_.utf8(open + 1, at - 1);
          mention.beside = false;
          return Certainty::likely;
        }
      }
    }
    // 「別のガイドライン「3-1-1」」, but not 「→ガイドライン第4-1」.
    if (size_t named = document_name(text_, own_end); named != none && own_end > named && !text_.ends(at, U"→ガイドライン") && (own_end < at || mention.steps.size() > 1 || mention.steps[0].number.find('-') != std::string::npos)) {
      set_name(mention, named, own_end);
      mention.beside = own_end == at;
      return Certainty::likely;
    }
    bool pointed = ends_any(text_, at, here) > 0;
    mention.below = ends_any(text_, at, children) > 0;
    mention.joined = joined_to(at);
    mention.within = within_of(at);
    size_t after = end;
    if (text_[after] == '(') {
      if (size_t close = closing_of(text_, after, '(', ')'); close != none) after = close + 1;
    }
    bool is_firm = starts_any(text_, after, firm) || starts_any(text_, end, firm);
    bool list = !mention.to.empty() || mention.joined != none || mention.within != none;
    bool compound = mention.steps.size() > 1 || mention.steps[0].number.find_first_of(".-") != std::string::npos;
    bool plain_number = mention.steps[0].number[0] >= '0' && mention.steps[0].number[0] <= '9' && !compound;
    if (compound && (is_firm || pointed)) return Certainty::likely;
    if (plain_number) {
      bool refers = starts_any(text_, end, std::initializer_list<Words>{U"参照", U"を参照"}) || (list && is_firm) || text_.starts(end, U"(");
      if (refers) return Certainty::resolving;
    } else if (pointed || is_firm || list || particles.find(text_[end]) != particles.npos || compound) {
      return Certainty::resolving;
    }
    if (!mention.heading.empty()) return Certainty::headed;
    return std::nullopt;
  }

  /// 「5（4）の運用支援業務の①」, 「（4）運用支援　⑦改定」: the place that this one is of.
  size_t within_of(size_t at) const {
    if (ends_.empty() || ends_.back().group != group_) return none;
    const auto& [end, group, mention] = ends_.back();
    constexpr size_t longest_between = 40;
    if (end > at || at - end > longest_between) return none;
    Words between = text_.all().substr(end, at - end);
    constexpr Words breaks = U"、。\n\t,「」()";
    bool apart = between.find_first_of(breaks) != Words::npos;
    bool of = between.size() > 1 && between.front() == U'の' && between.back() == U'の';
    bool spaces = !between.empty() && between.find_first_not_of(U' ') == Words::npos && out_.mentions[mention].certainty == Certainty::headed;
    return !apart && (of || spaces) && !out_.mentions[mention].steps.empty() && out_.mentions[mention].steps.back().unit == Step::Unit::label ? mention : none;
  }

  struct End {
    size_t end, group, mention;
  };

  Characters text_;
  Mentions out_;
  std::vector<std::pair<size_t, size_t>> replaced_;
  size_t table_ = none;
  std::vector<std::pair<size_t, size_t>> open_;  ///< the group outside, and where the bracket opened
  std::vector<End> ends_;                        ///< of the last few mentions
  size_t group_ = 0;
};

}  // namespace

Mentions mentions(std::string_view text) { return Scanner(text).run(); }

std::string label_key(std::string_view label) {
  std::string out;
  Characters text(label);
  for (char32_t c : text.all()) {
    if (c == ' ' || c == '\n') continue;
    if (c >= 0x2474 && c <= 0x2487) {
      out += "(" + std::to_string(c - 0x2473) + ")";
      continue;
    }
    bool dash = c == U'ー' || c == U'―' || c == U'—' || c == U'‐' || c == U'－';
    text::append_utf8(out, dash ? U'-' : c);
  }
  while (!out.empty() && (out.back() == '.' || out.back() == ',' || out.back() == ':')) out.pop_back();
  constexpr std::string_view closers[] = {"、", "。"};
  for (std::string_view closer : closers) {
    if (out.ends_with(closer)) out.resize(out.size() - closer.size());
  }
  return out;
}

}  // namespace shirube::corpus
