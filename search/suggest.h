#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "corpus/document.h"
#include "text/analyzer.h"

// What a person may be typing, and what they may have meant. A store of its own beside the index of
// clauses, a cache like it: it can be thrown away and filled again.
//
// What a viewer may not see does not exist for them, in order and choice too. Therefore an entry is
// kept once for each audience, with its own text, weight and age, and nothing is summed over
// audiences: answers are made of visible entries alone. Which document an entry is of is not kept: to a viewer who is
// narrowed to documents (Viewer::only) only what is public is suggested.
namespace shirube::search {

/// In the order in which they are offered when they weigh the same.
enum class SuggestionKind { title, term, heading, question };

/// Something to suggest, as it occurs in texts of one audience.
struct SuggestionEntry {
  SuggestionKind kind = SuggestionKind::heading;
  std::string text;      ///< as it is shown; one that is longer than 200 characters is not taken
  std::string audience;  ///< audience_expression(); of some thousands at most entries are kept
  uint64_t weight = 1;   ///< how many more clauses or documents carry it
  std::string reading;   ///< in kana; empty: as the analyzer reads it
};

/// A word of the texts of one audience, to correct towards and never to suggest.
struct SuggestionWord {
  std::string text;        ///< one of more than 16 characters, or that cannot be read aloud, is not taken
  std::string audience;    ///< as above
  uint64_t frequency = 1;  ///< in how many more clauses it stands
  std::string reading;     ///< in kana; empty: as the analyzer reads it
};

/// Writes the store. One at a time for a folder, for one thread; readers may go on meanwhile.
/// Failures of Xapian leave as Error{unavailable} with the hint to run `shirube reindex`.
///
/// Adding in many small steps gives the same suggestions as adding all at once in the same order. Nothing
/// can be taken out: when documents are hidden from an audience that saw them, the store must be
/// filled anew (400,000 entries take half a minute), into another folder.
class SuggestionIndex {
 public:
  /// Opens the store in `folder`, or makes it. One of another format or dictionary is refused;
  /// `analyzer_name` says which dictionaries cut the words, as for the Searcher. The model must
  /// outlive it.
  SuggestionIndex(const std::filesystem::path& folder, const text::AnalyzerModel& model, const std::string& analyzer_name);
  /// What was not committed is lost.
  ~SuggestionIndex();

  /// Adds an entry; one of the same kind, audience and folded text gets its weight and keeps the
  /// text of the first. The words of entries become words to correct towards, too. Blank texts and
  /// those without an audience are passed over.
  void add(const SuggestionEntry& entry);
  void add_word(const SuggestionWord& word);

  /// Makes all that was added durable, and visible to readers that refresh. Between commits,
  /// equals are merged in memory up to a bound.
  void commit();

 private:
  struct Private;
  std::unique_ptr<Private> self_;
};

struct Suggestion {
  std::string text;     ///< what the query becomes: earlier words as typed, the last one completed
  size_t kept = 0;      ///< bytes of `text` that are the earlier words and the space after them
  SuggestionKind kind = SuggestionKind::heading;
  bool operator==(const Suggestion&) const = default;
};

struct Correction {
  std::string query;  ///< the whole query, corrected
  uint64_t found;     ///< visible clauses that hold all of its words
  std::vector<std::pair<size_t, size_t>> replaced;  ///< bytes of `query` that were not typed, first and after the last
  bool operator==(const Correction&) const = default;
};

/// How many clauses that the viewer may see hold all of these words, which stand as in the query. None when
/// they say nothing (について, 教えてください): then they are not in doubt, and nobody meant them by another word.
using Frequency = std::function<std::optional<uint64_t>(const std::vector<std::string>& words)>;

/// Where the suggestions of an index stand: inside its folder, so that both are named, replaced and
/// removed as one. Empty when there is no index.
std::filesystem::path suggestion_folder(const std::filesystem::path& index_folder);

/// Reads the store. Holds one open snapshot; for one thread at a time. Failures of Xapian leave as
/// Error{unavailable} with the hint to run `shirube reindex`.
class Suggester {
 public:
  /// A missing store is an empty one; one of another format or dictionary is refused. The model must
  /// outlive it.
  Suggester(std::filesystem::path folder, const text::AnalyzerModel& model, std::string analyzer_name);
  ~Suggester();
  Suggester(Suggester&&) noexcept;

  const std::filesystem::path& folder() const;

  /// Takes up what was committed since, also when the store was removed or another is in its place.
  void refresh();

  /// Up to `most` (at most 50) different texts that `typed`, whose last part may be unfinished, can
  /// become. It may be kanji, kana, romaji (see romaji.h) or a mixture (情報s), and is compared with
  /// the text and its reading; of several words only the last is completed, unless a text begins
  /// with all of them.
  ///
  /// First those that begin with what was typed, then those with a word inside that begins with it;
  /// within each, the more often carried first (counted in powers of two), then by kind, then the
  /// one added earlier. Empty for blank text and for more than 200 characters.
  std::vector<Suggestion> suggest(std::string_view typed, const corpus::Viewer& viewer, size_t most = 10);

  /// A query that was probably meant: typing errors of one or two characters, slips of kana, words
  /// of the same reading (以外, 意外), and kana or romaji that were not converted. Offered only when
  /// visible clauses hold the corrected words together, and those typed are held by none or by at
  /// least twenty times fewer. Asks `frequency` a few dozen times at most.
  std::optional<Correction> did_you_mean(std::string_view query, const corpus::Viewer& viewer, const Frequency& frequency);

 private:
  struct Private;
  std::unique_ptr<Private> self_;
};

}  // namespace shirube::search
