#include "text/analyzer.h"

#include <mecab.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <unordered_map>

#include "text/error.h"
#include "text/numeral.h"
#include "text/user_dictionary.h"
#include "text/utf8.h"

namespace shirube::text {

namespace {

bool is_word_character(char32_t c) {
  return is_hiragana(c) || is_katakana(c) || is_kanji(c) || is_digit(c) || is_latin(c) ||
         (c >= 0xC0 && c < 0x2000 && c != 0xD7 && c != 0xF7) || (c >= 0xAC00 && c < 0xD7A4) || c >= 0x10000;
}

bool has_word_character(std::string_view s) {
  for (size_t i = 0; i < s.size();) {
    auto [c, length] = code_point_at(s, i);
    if (is_word_character(c)) return true;
    i += length;
  }
  return false;
}

/// The `index`-th of MeCab's comma-separated features.
std::string_view feature(const char* features, int index) {
  std::string_view s = features;
  for (; index > 0; --index) {
    size_t comma = s.find(',');
    if (comma == s.npos) return {};
    s.remove_prefix(comma + 1);
  }
  return s.substr(0, s.find(','));
}

bool is_one_of(std::string_view s, std::initializer_list<std::string_view> list) { return std::ranges::find(list, s) != list.end(); }

/// Where a family of dictionaries keeps what is needed of a word.
struct Layout {
  int base;     ///< dictionary form
  int reading;
  bool (*is_function)(std::string_view part_of_speech, std::string_view detail);
};

constexpr Layout ipadic{6, 7, [](std::string_view part, std::string_view) { return is_one_of(part, {"助詞", "助動詞", "記号", "フィラー"}); }};
constexpr Layout unidic{7, 6, [](std::string_view part, std::string_view) { return is_one_of(part, {"助詞", "助動詞", "記号", "補助記号", "空白"}); }};
constexpr Layout juman{4, 5, [](std::string_view part, std::string_view detail) {
                         return is_one_of(part, {"助詞", "助動詞", "特殊", "判定詞", "接続詞", "指示詞"}) || (part == "接尾辞" && !detail.starts_with("名詞性"));
                       }};
/// Verbs that stand in nearly every sentence and name nothing.
constexpr std::array<std::string_view, 10> helping_verbs = {"する", "為る", "成る", "なる", "有る", "ある", "居る", "いる", "因る", "よる"};
/// So do these nouns, as they are written then.
constexpr std::array<std::string_view, 8> helping_nouns = {"こと", "もの", "ため", "とき", "よう", "ところ", "とおり", "ほか"};

/// JUMAN's 「代表表記:取り扱う/とりあつかう」, one for all spellings of a word, among its last features.
constexpr std::string_view representative_mark = "代表表記:";

struct Representative {
  std::string_view spelling, reading;
};

std::optional<Representative> representative(std::string_view features) {
  size_t at = features.find(representative_mark);
  if (at == features.npos) return std::nullopt;
  features.remove_prefix(at + representative_mark.size());
  features = features.substr(0, features.find_first_of(" ,"));
  size_t slash = features.find('/');
  if (slash == features.npos || slash == 0) return std::nullopt;
  return Representative{features.substr(0, slash), features.substr(slash + 1)};
}

/// The reading of a verb where it stands as a noun (連用形), by JUMAN's name of its conjugation.
std::string noun_reading(std::string_view reading, std::string_view conjugation) {
  std::string out(reading);
  if (reading.size() < 6) return out;
  if (conjugation.starts_with("母音動詞")) return out.substr(0, out.size() - 3);
  if (!conjugation.starts_with("子音動詞")) return out;
  constexpr std::string_view from = "うくぐすつぬぶむる", to = "いきぎしちにびみり";
  size_t row = from.find(out.substr(out.size() - 3));
  return row == from.npos ? out : out.substr(0, out.size() - 3) + std::string(to.substr(row, 3));
}

std::string kanji_of(std::string_view s) {
  std::string out;
  for (size_t i = 0; i < s.size();) {
    auto [c, length] = code_point_at(s, i);
    if (is_kanji(c)) out += s.substr(i, length);
    i += length;
  }
  return out;
}

/// サーバー → サーバ, but コピー stays: of a short word the mark is a part.
std::string without_last_long_vowel(std::string term) {
  constexpr std::string_view mark = "ー";
  constexpr size_t shortest = 4;  // characters
  bool long_word = term.size() >= shortest * 3 && std::string_view(term).ends_with(mark);
  for (size_t i = 0; long_word && i < term.size();) {
    auto [c, length] = code_point_at(term, i);
    long_word = is_katakana(c) || c == U'ー';
    i += length;
  }
  return long_word ? term.substr(0, term.size() - mark.size()) : term;
}

/// MeCab's cost grows with the sentence, so a text is cut where no word can go over.
constexpr size_t longest_piece = 4096;

size_t piece_length(std::string_view s) {
  if (s.size() <= longest_piece) return s.size();
  std::string_view head = clamp_utf8(s, longest_piece);
  for (std::string_view stop : {"。", "、", " "}) {
    if (size_t at = head.rfind(stop); at != head.npos && at > 0) return at + stop.size();
  }
  return head.size();
}

/// Joins the single numerals that MeCab cut (百, 二, 十, 三) into numbers.
class NumberRun {
 public:
  bool empty() const { return begin_ == end_; }
  void add(size_t begin, size_t end) {
    if (empty()) begin_ = begin;
    end_ = end;
  }
  bool goes_on_at(size_t begin) const { return end_ == begin; }
  void flush(const Normalized& normalized, std::vector<Token>& out) {
    if (empty()) return;
    std::string_view s = std::string_view(normalized.text()).substr(begin_, end_ - begin_);
    auto value = numeral_value(s);
    out.push_back({value ? std::to_string(*value) : std::string(s), normalized.original_begin(begin_),
                   normalized.original_end(end_), TokenKind::number});
    begin_ = end_ = 0;
  }

 private:
  size_t begin_ = 0, end_ = 0;
};

struct ReferenceUnit {
  std::string_view unit;
  bool needs_prefix;  // 「3項」 alone is a count as often as a number
};

constexpr ReferenceUnit reference_units[] = {{"条", false}, {"項", true}, {"号", true}, {"編", true},
                                             {"章", true},  {"節", true}, {"款", true}};
constexpr std::string_view annex_names[] = {"別表", "別紙", "別記", "様式"};

/// Reads 「の三」 after a unit as often as it comes.
size_t read_branches(std::string_view s, size_t at, std::string& term) {
  while (true) {
    std::string_view rest = s.substr(at);
    if (!rest.starts_with("の") && !rest.starts_with("ノ")) return at;
    auto branch = read_numeral(rest.substr(3));
    if (!branch) return at;
    term += "の" + std::to_string(branch->value);
    at += 3 + branch->length;
  }
}

/// A reference that begins at `at`: its term and its end; an empty term when there is none.
std::pair<std::string, size_t> read_reference(std::string_view s, size_t at) {
  std::string_view rest = s.substr(at);
  for (auto name : annex_names) {
    if (!rest.starts_with(name)) continue;
    size_t next = name.size();
    if (rest.substr(next).starts_with("第")) next += 3;
    auto number = read_numeral(rest.substr(next));
    if (!number) continue;
    std::string term = std::string(name) + std::to_string(number->value);
    return {term, read_branches(s, at + next + number->length, term)};
  }
  bool prefix = rest.starts_with("第");
  auto number = read_numeral(rest.substr(prefix ? 3 : 0));
  if (!number) return {"", 0};
  size_t next = (prefix ? 3 : 0) + number->length;
  for (const auto& row : reference_units) {
    if (!rest.substr(next).starts_with(row.unit) || (row.needs_prefix && !prefix)) continue;
    std::string term = std::to_string(number->value) + std::string(row.unit);
    size_t end = read_branches(s, at + next + row.unit.size(), term);
    return {term, end};
  }
  return {"", 0};
}

}  // namespace

struct AnalyzerModel::Private {
  std::unique_ptr<MeCab::Model> model;
  std::unique_ptr<MeCab::Model> plain;  ///< without the user dictionary, when there is one
  const Layout* layout = &ipadic;
};

namespace {

std::unique_ptr<MeCab::Model> load(const std::string& dictionary, const std::string& user_dictionary) {
  std::vector<std::string> words = {"mecab", "-r", "/dev/null", "-d", dictionary};
  if (!user_dictionary.empty()) {
    words.push_back("-u");
    words.push_back(user_dictionary);
  }
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  std::unique_ptr<MeCab::Model> model(MeCab::Model::create(static_cast<int>(arguments.size()), arguments.data()));
  if (model) return model;
  throw Error(ErrorKind::unavailable, "形態素解析の辞書「" + dictionary + "」を開けません。",
              "mecab-jumandic-utf8 を導入するか、設定の analyzer.dictionary を見直してください。");
}

}  // namespace

AnalyzerModel::AnalyzerModel(const AnalyzerOptions& options) : self_(std::make_unique<Private>()) {
  self_->model = load(options.dictionary, options.user_dictionary);
  if (!options.user_dictionary.empty()) self_->plain = load(options.dictionary, {});
  // The word tells the family: JUMAN names its representative spelling, UniDic has many features.
  std::unique_ptr<MeCab::Tagger> tagger(self_->model->createTagger());
  const MeCab::Node* node = tagger->parseToNode("会議");
  std::string_view features = node != nullptr && node->next != nullptr ? node->next->feature : "";
  if (features.find(representative_mark) != features.npos) self_->layout = &juman;
  else if (std::ranges::count(features, ',') > 15) self_->layout = &unidic;
}

AnalyzerModel::~AnalyzerModel() = default;

struct Analyzer::Private {
  Private(const MeCab::Model& model, const MeCab::Model& plain_model, const Layout& dictionary_layout)
      : tagger(model.createTagger()), lattice(model.createLattice()), plain(plain_model.createTagger()), plain_lattice(plain_model.createLattice()),
        layout(dictionary_layout) {}

  /// Cuts folded text from `begin` to `end`, whose tokens count from `s`.
  void cut(const Normalized& normalized, size_t begin, size_t end, bool with_user_terms, std::vector<Token>& out) {
    std::string_view s = normalized.text();
    MeCab::Tagger& cutter = with_user_terms ? *tagger : *plain;
    MeCab::Lattice& words = with_user_terms ? *lattice : *plain_lattice;
    words.set_sentence(s.data() + begin, end - begin);
    cutter.parse(&words);
    NumberRun number;
    for (const MeCab::Node* node = words.bos_node(); node != nullptr; node = node->next) {
      if (node->stat == MECAB_BOS_NODE || node->stat == MECAB_EOS_NODE) continue;
      size_t at = static_cast<size_t>(node->surface - s.data()), after = at + node->length;
      std::string_view surface = s.substr(at, node->length);
      std::string_view part_of_speech = feature(node->feature, 0), detail = feature(node->feature, 1);
      bool numeral = part_of_speech == "名詞" && (detail == "数" || detail == "数詞") && read_numeral(surface);
      if (!number.empty() && (!numeral || !number.goes_on_at(at))) number.flush(normalized, out);
      if (numeral) {
        number.add(at, after);
        continue;
      }
      std::string term = term_of(*node, surface);
      bool function = layout.is_function(part_of_speech, detail) || !has_word_character(surface) || std::ranges::find(helping_verbs, term) != helping_verbs.end() ||
                      std::ranges::find(helping_nouns, surface) != helping_nouns.end();
      TokenKind kind = function ? TokenKind::function : part_of_speech == "名詞" ? TokenKind::noun : TokenKind::word;
      out.push_back({std::move(term), normalized.original_begin(at), normalized.original_end(after), kind});
      bool whole = with_user_terms && std::string_view(node->feature).ends_with(user_term_mark);
      if (whole) add_parts(normalized, at, after, out);
    }
    number.flush(normalized, out);
  }

  /// A term of the user dictionary is found by its parts as well.
  void add_parts(const Normalized& normalized, size_t begin, size_t end, std::vector<Token>& out) {
    std::vector<Token> parts;
    cut(normalized, begin, end, false, parts);
    if (parts.size() > 1) std::ranges::move(parts, std::back_inserter(out));
  }

  std::string term_of(const MeCab::Node& node, std::string_view surface) {
    auto word = representative(node.feature);
    if (!word) {
      std::string_view base = feature(node.feature, layout.base);
      return without_last_long_vowel(fold(base.empty() || base == "*" ? surface : base));
    }
    std::string spelling(word->spelling), kanji = kanji_of(spelling);
    if (kanji.size() < 6 || kanji.size() == spelling.size()) return without_last_long_vowel(fold(spelling));
    std::string key = spelling + "/" + std::string(word->reading) + "/" + std::string(feature(node.feature, 2));
    auto [entry, fresh] = joined.try_emplace(key, spelling);
    if (fresh && is_read(kanji, noun_reading(word->reading, feature(node.feature, 2)))) entry->second = kanji;
    return fold(entry->second);
  }

  /// Whether the dictionary has `kanji` as one noun with this reading: 取扱 for とりあつかい.
  bool is_read(const std::string& kanji, const std::string& reading) {
    std::unique_ptr<MeCab::Lattice> single(MeCab::createLattice());
    single->set_sentence(kanji.data(), kanji.size());
    plain->parse(single.get());
    const MeCab::Node* node = single->bos_node()->next;
    if (node == nullptr || node->length != kanji.size() || feature(node->feature, 0) != "名詞") return false;
    auto word = representative(node->feature);
    return word && word->reading == reading;
  }

  std::unique_ptr<MeCab::Tagger> tagger;
  std::unique_ptr<MeCab::Lattice> lattice;
  std::unique_ptr<MeCab::Tagger> plain;
  std::unique_ptr<MeCab::Lattice> plain_lattice;
  const Layout& layout;
  std::unordered_map<std::string, std::string> joined;  ///< words with okurigana, and what stands for them
};

Analyzer::Analyzer(const AnalyzerModel& model)
    : self_(std::make_unique<Private>(*model.self_->model, model.self_->plain ? *model.self_->plain : *model.self_->model, *model.self_->layout)) {}

Analyzer::~Analyzer() = default;
Analyzer::Analyzer(Analyzer&&) noexcept = default;

std::vector<Token> Analyzer::analyze(std::string_view original) const { return analyze(normalize(original)); }

std::vector<Token> Analyzer::analyze(const Normalized& normalized) const {
  std::vector<Token> tokens;
  std::string_view s = normalized.text();
  for (size_t start = 0; start < s.size();) {
    size_t length = piece_length(s.substr(start));
    self_->cut(normalized, start, start + length, true, tokens);
    start += length;
  }
  std::vector<Token> numbers = references(normalized), all;
  all.reserve(numbers.size() + tokens.size());
  std::ranges::merge(numbers, tokens, std::back_inserter(all), {}, &Token::begin, &Token::begin);
  return all;
}

std::string Analyzer::reading(std::string_view original) const {
  std::string folded = fold(original), out;
  std::string_view s = folded;
  for (size_t start = 0; start < s.size();) {
    std::string_view piece = s.substr(start, piece_length(s.substr(start)));
    self_->lattice->set_sentence(piece.data(), piece.size());
    self_->tagger->parse(self_->lattice.get());
    for (const MeCab::Node* node = self_->lattice->bos_node(); node != nullptr; node = node->next) {
      if (node->stat == MECAB_BOS_NODE || node->stat == MECAB_EOS_NODE) continue;
      std::string_view reading = feature(node->feature, self_->layout.reading);
      out += reading.empty() || reading == "*" ? std::string_view(node->surface, node->length) : reading;
    }
    start += piece.size();
  }
  return to_hiragana(out);
}

std::vector<Token> bigrams(const Normalized& normalized) {
  std::vector<Token> out;
  std::string_view s = normalized.text();
  auto emit = [&](size_t begin, size_t end) {
    out.push_back({std::string(s.substr(begin, end - begin)), normalized.original_begin(begin), normalized.original_end(end),
                   TokenKind::word});
  };
  size_t run_length = 0, previous = 0;
  for (size_t i = 0; i < s.size();) {
    auto [c, length] = code_point_at(s, i);
    if (is_word_character(c)) {
      ++run_length;
      if (run_length >= 2) emit(previous, i + length);
      previous = i;
    } else {
      if (run_length == 1) emit(previous, i);
      run_length = 0;
    }
    i += length;
  }
  if (run_length == 1) emit(previous, s.size());
  return out;
}

std::vector<Token> references(const Normalized& normalized) {
  std::vector<Token> out;
  std::string_view s = normalized.text();
  for (size_t i = 0; i < s.size();) {
    auto [c, length] = code_point_at(s, i);
    bool may_begin = c == U'第' || c == U'別' || c == U'様' || is_digit(c) || (is_kanji(c) && read_numeral(s.substr(i)));
    if (!may_begin) {
      i += length;
      continue;
    }
    auto [term, end] = read_reference(s, i);
    if (!term.empty()) {
      out.push_back({term, normalized.original_begin(i), normalized.original_end(end), TokenKind::reference});
      i = end;
    } else {
      auto number = read_numeral(s.substr(i));
      i += number ? number->length : length;
    }
  }
  return out;
}

}  // namespace shirube::text
