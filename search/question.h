#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "search/lexicon.h"
#include "search/query.h"
#include "search/tuning.h"
#include "text/analyzer.h"

namespace shirube::search {

/// Where a looked-up term stands. Each is weighed by a row of `fields`. A word is looked for in text and
/// headings at once: its postings count both.
enum class Field { word, pair, heading, reference, own, place, definition };

struct FieldWeight {
  Field field;
  std::string_view name;      ///< for people
  double weight;
  double k1, b;               ///< BM25 (Robertson et al., TREC-3): repetition, length
};

/// docs/relevance.md shows what each is worth.
SHIRUBE_CONSTANT std::array<FieldWeight, 7> fields = tuned_rows<FieldWeight, 7>({"word", "pair", "heading", "reference", "own", "place", "definition"}, {{
    {Field::word, "語", 1.0, 0.9, 0.4},
    {Field::pair, "二文字", 0.45, 0.4, 0.4},
    {Field::heading, "見出し", 0.6, 0.9, 0.4},
    {Field::reference, "条項番号", 1.0, 0.9, 0.4},
    {Field::own, "その条項の番号", 2.0, 0.9, 0.4},
    {Field::place, "その条項の位置", 10.0, 0.9, 0.4},
    {Field::definition, "定義", 0.25, 0.9, 0.4},
}});
constexpr const FieldWeight& of(Field field) { return fields[static_cast<size_t>(field)]; }

SHIRUBE_CONSTANT double noun_weight = tuned("noun.weight", 1.3);         ///< a question is about what it names
SHIRUBE_CONSTANT double synonym_weight = tuned("synonym.weight", 0.3);  ///< of the word typed

SHIRUBE_CONSTANT double defined_weight = tuned("defined.weight", 0.6);   ///< of the word typed: what a document calls it

/// Clauses of neighbouring numbers, both included.
struct ClauseRange {
  uint32_t first, last;
};

/// Something a clause is wanted for: terms that must all be there. Most have one; a synonym of
/// several words has several.
struct Wanted {
  Field field;
  std::vector<std::string> terms;  ///< as they stand in the index
  double weight;                   ///< in the query, before the field's
  size_t subject = 0;              ///< which of the query's subjects it speaks for; 0: none
  std::vector<ClauseRange> within = {};  ///< only there, in order; empty: everywhere
  std::vector<size_t> others = {};       ///< further subjects that it says in other words
};

/// What typed words look for. A subject is a word of the query that means something, in any spelling
/// and by any synonym.
struct Question {
  text::Normalized text;            ///< what was typed, phrases included
  std::vector<text::Token> tokens;  ///< of it
  std::vector<Wanted> wanted;
  struct Subject {
    std::string term;   ///< of the analyzer: the representative spelling
    std::string typed;  ///< for people
    size_t piece = 0;   ///< which of the pieces typed apart by spaces it is of, from 1; 0: of a phrase
    // Who knows the index and the viewer may say no:
    bool stands = true;  ///< some clause that the viewer may see holds it
    bool said = true;    ///< or another word for it
  };
  std::vector<Subject> subjects;  ///< subject n is subjects[n - 1]
  /// A few words typed apart are all wanted: a clause must speak of each piece (of more than half of
  /// its words, where it is several; what nothing says is not waited for). A sentence, or a list of many words, is answered by best match.
  bool wants_all = false;
  /// Another way to say some of it.
  struct Widened {
    std::string said;  ///< folded
    std::vector<ClauseRange> within = {};  ///< as in Wanted
  };
  std::vector<Widened> widened;
};

/// The subjects of a stretch of the question's folded text: the first, for which another way to say it
/// speaks (the rarest would be better, the first is as good a guess), and the others.
std::pair<size_t, std::vector<size_t>> subjects_within(const Question& question, size_t begin, size_t end);

/// `with_synonyms` false: only what was typed.
Question ask(const Query& query, const text::Analyzer& analyzer, const Lexicon& lexicon, bool with_synonyms = true);

}  // namespace shirube::search
