#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// How good is a ranking, and is another one better? Pure functions over judgements and runs, safe
// from any thread; nothing here knows how a ranking came about.
namespace shirube::search {

/// What a file of judgements or of a run may hold.
constexpr uint64_t largest_evaluation_file = 1 << 30;
constexpr size_t most_evaluation_lines = 10'000'000;

/// Query → document → grade, 0 (judged and not relevant) to 100.
using Judgements = std::map<std::string, std::map<std::string, int>>;

/// Reads judgements, in either form, line by line; names are without white space:
///
///   query-id<TAB>corpus-id<TAB>score     TSV; a first line that begins with `query-id` is the header
///   qid 0 docid rel                      TREC
///
/// Empty lines, CR and a BOM are passed over. A line of another form, a grade that is no integer
/// from 0 to 100, or a document judged twice for a query is an Error{invalid} that names `file` and
/// the line; so is a file over the limits.
Judgements parse_judgements(std::string_view bytes, const std::string& file);

/// The same, line by line, for who must say which line another fault is in. What is judged twice is no
/// fault here.
using TakeJudgement = std::function<void(size_t line, std::string_view query, std::string_view document, int grade)>;
void each_judgement(std::string_view bytes, const std::string& file, const TakeJudgement& take);

struct Retrieved {
  std::string document;
  double score = 0;
};

/// What was found for one query, best first. A document stands in it once.
struct Ranking {
  std::string query;
  std::vector<Retrieved> documents;
};

/// One ranking a query; a query stands in it once.
using Run = std::vector<Ranking>;

/// Reads TREC lines, `qid Q0 docid rank score tag`, in any order. The rank decides, not the score;
/// equal ranks stand in the order of their names. Errors as with judgements: a line of another form,
/// a document found twice for a query.
Run parse_run(std::string_view bytes, const std::string& file);

/// Writes TREC lines, ranks from 1. A name with white space in it, which no reader could tell from
/// two columns, is an Error{invalid}. The stream's own failure is left to the caller to see.
void write_run(std::ostream& out, const Run& run, std::string_view tag);

/// Of one query, or the mean of many; all from 0 to 1. Each document with a grade above 0 is relevant.
struct Measures {
  double ndcg_10 = 0;             ///< the gain is the grade, discounted by log2(rank + 1), over the best possible
  double reciprocal_rank_10 = 0;  ///< 1 / rank of the first relevant document, if among the first 10
  double recall_10 = 0;           ///< part of the relevant documents that is among the first 10
  double recall_100 = 0;
};

struct Evaluation {
  std::map<std::string, Measures> queries;  ///< those with something relevant; the run need not have them
  Measures mean;                            ///< over `queries`; zeros when there are none
};

/// Measures a run. A judged query that the run lacks counts 0; one of the run that has nothing
/// relevant, or was not judged, does not count.
Evaluation evaluate(const Judgements& judgements, const Run& run);

/// nDCG@10 of a query in two runs.
struct Change {
  std::string query;
  double before = 0, after = 0;
};

struct Comparison {
  size_t wins = 0, losses = 0, ties = 0;  ///< queries that `after` answers better, worse, as well
  double difference = 0;                  ///< mean of after − before
  double p = 1;                           ///< as randomisation_p() says
  std::vector<Change> gained, lost;       ///< the largest changes first
};

/// Compares two runs on the same judgements by nDCG@10, with at most `most` changes each way.
Comparison compare(const Judgements& judgements, const Run& before, const Run& after, size_t most);

/// How likely a mean at least as far from 0 as that of `differences` would be if the sign of each
/// were a coin's toss (two-sided). Exact for up to 13 differences that are not 0; beyond, from 10,000
/// tosses of a fixed seed, so that the same runs give the same value on every machine. Never 0.
double randomisation_p(std::span<const double> differences);

}  // namespace shirube::search
