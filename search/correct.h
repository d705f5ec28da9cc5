#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "search/suggest.h"

namespace Xapian {
class Database;
class Query;
}  // namespace Xapian

namespace shirube::search {

/// The words of the store that one viewer may see, by their sound. Errors of Xapian leave as they are.
class Vocabulary {
 public:
  struct Word {
    std::string text, sound;
    unsigned rank;  ///< 0 for the most frequent class
  };

  /// `codes` are those of the audiences that the viewer sees.
  Vocabulary(const Xapian::Database& index, std::vector<std::string> codes) : index_(index), codes_(std::move(codes)) {}

  /// Words of exactly this sound, the most frequent first.
  std::vector<Word> sounding(std::string_view sound, size_t most) const;
  /// Words that share most pairs of characters with it.
  std::vector<Word> resembling(std::string_view sound, size_t most) const;

 private:
  std::vector<Word> words(const Xapian::Query& query, bool by_likeness, size_t most) const;

  const Xapian::Database& index_;
  std::vector<std::string> codes_;
};

/// What was probably meant by a query; see Suggester::did_you_mean.
std::optional<Correction> correct(std::string_view query, const Vocabulary& vocabulary, const text::Analyzer& analyzer, const Frequency& frequency);

/// How far apart two sounds are: 1 for a character that is wrong, missing, too much or exchanged with
/// its neighbour, a half for the slips of kana (ゃ for や, は for ば, a long vowel mark left out or spelled out).
double slips(std::u32string_view typed, std::u32string_view meant);

}  // namespace shirube::search
