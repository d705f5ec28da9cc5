#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/reference.h"

// Reading the steps of a reference, for reference.cc. Pure.
namespace shirube::corpus {

/// A text as characters of one width, with the way back to its bytes. Brackets, digits, letters and hyphens are ASCII, any
/// space but tabs and line feeds is ' '.
class Characters {
 public:
  explicit Characters(std::string_view text);

  size_t size() const { return folded_.size(); }
  /// 0 beyond the end.
  char32_t operator[](size_t at) const { return at < folded_.size() ? folded_[at] : 0; }
  /// Whether the character was written wide; Ａ may be a label, A hardly is.
  bool wide(size_t at) const;
  bool starts(size_t at, std::u32string_view words) const { return all().substr(std::min(at, size())).starts_with(words); }
  /// Whether what stands before `at` ends with these words.
  bool ends(size_t at, std::u32string_view words) const { return all().substr(0, at).ends_with(words); }
  std::u32string_view all() const { return folded_; }
  size_t byte(size_t at) const { return bytes_[at]; }
  std::string utf8(size_t begin, size_t end) const;  ///< folded

 private:
  std::u32string folded_;
  std::vector<uint32_t> bytes_;
  std::string_view text_;
};

/// Steps read from a text, and where they end.
struct Chain {
  std::vector<Step> steps;
  size_t end = 0;
};

/// The longest chain of steps of legal numbering that begins at `at`: 第3条第1項, 前項第2号ただし書, 別表第2, 附則第3条.
std::optional<Chain> read_chain(const Characters& text, size_t at);

/// The same of labels: 5（4）③, 第4－3－（1）, ア. `at` is where the first begins.
std::optional<Chain> read_labels(const Characters& text, size_t at);

/// Behind `at`, without the spaces there.
size_t skip_spaces(const Characters& text, size_t at);

bool is_numeral(char32_t c);

}  // namespace shirube::corpus
