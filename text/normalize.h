#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// The one folding of text that index, queries, phrases and highlights share. Pure, safe from any
// thread.
namespace shirube::text {

/// Folded text that remembers where each of its bytes came from.
///
/// Folded: everything of NFKC_Casefold (UAX #15: width, case, ligatures, ㈱ → (株), half-width kana
/// with their marks, invisible characters), all hyphens and dashes to '-', a dash between katakana to
/// the long vowel mark (「サ－バ」), wave dashes to '~', every white space to ' ', middle dots to '・',
/// old forms of kanji to the forms of 常用漢字表 where one stands for one (髙 → 高, 國 → 国).
///
/// Not folded, because the difference carries meaning in administrative text or is the analyzer's
/// business: hiragana and katakana, small kana, voiced marks, the long vowel mark (サーバ／サーバー),
/// old kanji that stand for several new ones (弁 for 辨, 瓣, 辯), 漢数字 and digits.
class Normalized {
 public:
  const std::string& text() const { return text_; }

  /// Where in the original the folded byte `at` begins (a folded character that came from several
  /// maps to the first). `at` up to text().size().
  size_t original_begin(size_t at) const;
  /// Where in the original the folded bytes before `at` end.
  size_t original_end(size_t at) const;

 private:
  friend Normalized normalize(std::string_view original);
  /// Folded bytes from `at` on came from `original` on: one for one, or all from the whole up to
  /// the next run.
  struct Run {
    uint32_t at, original;
    bool verbatim;
  };
  const Run& run_of(size_t at) const;

  std::string text_;
  std::vector<Run> runs_;
  size_t original_size_ = 0;
};

/// Folds `original`, which must be shorter than 4 GiB. Ill-formed bytes become U+FFFD.
Normalized normalize(std::string_view original);

/// The folded text alone.
std::string fold(std::string_view original);

/// Katakana as hiragana, all else as it is.
std::string to_hiragana(std::string_view s);

}  // namespace shirube::text
