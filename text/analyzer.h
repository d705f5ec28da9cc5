#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "text/normalize.h"

namespace shirube::text {

enum class TokenKind {
  noun,       ///< a content word that names something, by its dictionary form
  word,       ///< any other content word: verb, adjective, adverb
  function,   ///< particle, auxiliary, symbol: present in the text, without weight in a search
  number,     ///< a numeral of any notation, as decimal digits
  reference,  ///< a clause number: 「第十二条の二」 → "12条の2"; overlaps the tokens it is made of
};

/// A word of a text. Spellings of one word have one term where the dictionary knows them (取り扱い,
/// 取扱い and 取扱 under JUMAN's 代表表記), and a long vowel at the end of a long katakana word is none
/// (サーバー, サーバ: 内閣告示第二号「外来語の表記」leaves both open). `begin` and `end` are bytes of the original text, on character borders.
struct Token {
  std::string term;
  size_t begin, end;
  TokenKind kind;
  bool operator==(const Token&) const = default;
};

/// Whether a token says something by itself: a noun, another content word or a number.
constexpr bool is_content(const Token& token) {
  return token.kind == TokenKind::noun || token.kind == TokenKind::word || token.kind == TokenKind::number;
}

struct AnalyzerOptions {
  /// Folder of a compiled MeCab dictionary in UTF-8: JUMAN's, IPADIC or UniDic.
  std::string dictionary = "/var/lib/mecab/dic/juman-utf8";
  /// A user dictionary made by compile_user_dictionary(); empty for none.
  std::string user_dictionary;
};

/// A loaded dictionary. Immutable, shared between threads; loading costs tens of milliseconds.
class AnalyzerModel {
 public:
  /// Throws Error{unavailable} when a dictionary cannot be opened.
  explicit AnalyzerModel(const AnalyzerOptions& options);
  ~AnalyzerModel();
  AnalyzerModel(const AnalyzerModel&) = delete;
  AnalyzerModel& operator=(const AnalyzerModel&) = delete;

 private:
  friend class Analyzer;
  struct Private;
  std::unique_ptr<Private> self_;
};

/// Cuts text into tokens. One for a thread; the model must outlive it.
class Analyzer {
 public:
  explicit Analyzer(const AnalyzerModel& model);
  ~Analyzer();
  Analyzer(Analyzer&&) noexcept;

  /// All tokens in order of `begin`, references before the words they are made of, and a term of the
  /// user dictionary before its parts. The same text always gives the same tokens; any bytes are
  /// accepted.
  std::vector<Token> analyze(std::string_view original) const;
  std::vector<Token> analyze(const Normalized& normalized) const;

  /// How a text is read aloud, in hiragana; what the dictionary cannot read stays as it is, folded.
  std::string reading(std::string_view original) const;

 private:
  struct Private;
  std::unique_ptr<Private> self_;
};

/// Overlapping pairs of characters within runs of letters, digits, kana and kanji; a run of one
/// character gives that character. Terms are folded text. Pure.
std::vector<Token> bigrams(const Normalized& normalized);

/// Clause numbers in the text: 「第十六条の三」 → "16条の3", 「第1項」 → "1項", 「別表第二」 → "別表2". Pure.
std::vector<Token> references(const Normalized& normalized);

}  // namespace shirube::text
