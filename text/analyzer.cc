#include "text/analyzer.h"

#include <mecab.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "text/error.h"
#include "text/numeral.h"
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

constexpr std::array<std::string_view, 4> function_classes = {"助詞", "助動詞", "記号", "フィラー"};

bool is_function(std::string_view part_of_speech) {
  return std::find(function_classes.begin(), function_classes.end(), part_of_speech) != function_classes.end();
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
};

AnalyzerModel::AnalyzerModel(const AnalyzerOptions& options) : self_(std::make_unique<Private>()) {
  std::vector<std::string> words = {"mecab", "-r", "/dev/null", "-d", options.dictionary};
  if (!options.user_dictionary.empty()) {
    words.push_back("-u");
    words.push_back(options.user_dictionary);
  }
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  self_->model.reset(MeCab::Model::create(static_cast<int>(arguments.size()), arguments.data()));
  if (!self_->model) {
    throw Error(ErrorKind::unavailable, "形態素解析の辞書「" + options.dictionary + "」を開けません。",
                "mecab-ipadic-utf8 を導入するか、設定の analyzer.dictionary を見直してください。");
  }
}

AnalyzerModel::~AnalyzerModel() = default;

struct Analyzer::Private {
  const MeCab::Model* model;
  std::unique_ptr<MeCab::Tagger> tagger;
  std::unique_ptr<MeCab::Lattice> lattice;
};

Analyzer::Analyzer(const AnalyzerModel& model) : self_(std::make_unique<Private>()) {
  self_->model = model.self_->model.get();
  self_->tagger.reset(model.self_->model->createTagger());
  self_->lattice.reset(model.self_->model->createLattice());
}

Analyzer::~Analyzer() = default;
Analyzer::Analyzer(Analyzer&&) noexcept = default;

std::vector<Token> Analyzer::analyze(std::string_view original) const { return analyze(normalize(original)); }

std::vector<Token> Analyzer::analyze(const Normalized& normalized) const {
  std::vector<Token> tokens;
  std::string_view s = normalized.text();
  NumberRun number;
  for (size_t start = 0; start < s.size();) {
    std::string_view piece = s.substr(start, piece_length(s.substr(start)));
    self_->lattice->set_sentence(piece.data(), piece.size());
    self_->tagger->parse(self_->lattice.get());
    for (const MeCab::Node* node = self_->lattice->bos_node(); node != nullptr; node = node->next) {
      if (node->stat == MECAB_BOS_NODE || node->stat == MECAB_EOS_NODE) continue;
      size_t begin = static_cast<size_t>(node->surface - s.data());
      size_t end = begin + node->length;
      std::string_view surface = s.substr(begin, node->length);
      std::string_view part_of_speech = feature(node->feature, 0);
      bool numeral = part_of_speech == "名詞" && feature(node->feature, 1) == "数" && read_numeral(surface);
      if (!number.empty() && (!numeral || !number.goes_on_at(begin))) number.flush(normalized, tokens);
      if (numeral) {
        number.add(begin, end);
        continue;
      }
      bool function = is_function(part_of_speech) || !has_word_character(surface);
      std::string_view base = feature(node->feature, 6);
      if (base.empty() || base == "*") base = surface;
      tokens.push_back({fold(base), normalized.original_begin(begin), normalized.original_end(end),
                        function ? TokenKind::function : TokenKind::word});
    }
    number.flush(normalized, tokens);
    start += piece.size();
  }
  std::vector<Token> numbers = references(normalized), all;
  all.reserve(numbers.size() + tokens.size());
  std::ranges::merge(numbers, tokens, std::back_inserter(all), {}, &Token::begin, &Token::begin);
  return all;
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
