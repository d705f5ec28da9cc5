#include "search/evaluation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cmath>
#include <functional>
#include <ostream>
#include <random>
#include <unordered_map>

#include "text/error.h"

namespace shirube::search {

namespace {

constexpr size_t first_page = 10, deep = 100;  // the ranks down to which is measured
constexpr int highest_grade = 100;

// ---- files ----

constexpr const char* judgement_hint = "「問合せ<TAB>資料<TAB>評価」か「問合せ 0 資料 評価」（評価は0から100の整数、名前に空白なし）の形にしてください。";
constexpr const char* run_hint = "「問合せ Q0 資料 順位 得点 名前」（TREC）の形にしてください。";

[[noreturn]] void refuse(const std::string& file, size_t line, const std::string& what, const char* hint) {
  throw Error(ErrorKind::invalid, fmt::format("{} の{}行目{}", file, line, what), hint);
}

using Columns = std::vector<std::string_view>;

constexpr std::string_view white_space = " \t\r\v\f";
constexpr size_t most_columns = 6;

/// The columns of a line, of which there are no more than tell that it has too many.
void split(std::string_view line, Columns& columns) {
  columns.clear();
  for (size_t begin = 0; columns.size() <= most_columns && (begin = line.find_first_not_of(white_space, begin)) != line.npos;) {
    size_t end = std::min(line.find_first_of(white_space, begin), line.size());
    columns.push_back(line.substr(begin, end - begin));
    begin = end;
  }
}

void each_line(std::string_view bytes, const std::string& file, const std::function<void(size_t, const Columns&)>& take) {
  if (bytes.size() > largest_evaluation_file) {
    throw Error(ErrorKind::invalid, fmt::format("ファイルが {} MiB を超えています: {}", largest_evaluation_file >> 20, file), "分割してください。");
  }
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  Columns columns;
  for (size_t number = 1, begin = 0; begin < bytes.size(); ++number) {
    if (number > most_evaluation_lines) throw Error(ErrorKind::invalid, fmt::format("{} が {} 行を超えています。", file, most_evaluation_lines), "分割してください。");
    size_t end = std::min(bytes.find('\n', begin), bytes.size());
    split(bytes.substr(begin, end - begin), columns);
    begin = end + 1;
    if (!columns.empty()) take(number, columns);
  }
}

template <class Number>
bool read_number(std::string_view column, Number& value) {
  auto [end, error] = std::from_chars(column.data(), column.data() + column.size(), value);
  return error == std::errc() && end == column.data() + column.size();
}

// ---- measures ----

/// The gain at a rank counted from 0. The discount is by log2(rank + 1) with ranks from 1.
double discounted(int grade, size_t rank) { return grade / std::log2(static_cast<double>(rank) + 2); }

double ideal_gain(const std::map<std::string, int>& grades) {
  std::vector<int> best;
  for (const auto& [_, grade] : grades) best.push_back(grade);
  std::ranges::sort(best, std::greater());
  double gain = 0;
  for (size_t rank = 0; rank < std::min(best.size(), first_page); ++rank) gain += discounted(best[rank], rank);
  return gain;
}

/// nDCG after Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques", ACM TOIS
/// 20(4), 2002, with the linear gain they begin with and the discount now usual, which spares no
/// rank but the first; the reciprocal rank after Voorhees, "The TREC-8 Question Answering Track
/// Report", 1999.
Measures measure(const std::map<std::string, int>& grades, const Ranking& ranking) {
  Measures measures;
  double gain = 0;
  size_t found_10 = 0, found_100 = 0;
  for (size_t rank = 0; rank < std::min(ranking.documents.size(), deep); ++rank) {
    auto judged = grades.find(ranking.documents[rank].document);
    if (judged == grades.end() || judged->second == 0) continue;
    ++found_100;
    if (rank >= first_page) continue;
    if (++found_10 == 1) measures.reciprocal_rank_10 = 1 / static_cast<double>(rank + 1);
    gain += discounted(judged->second, rank);
  }
  auto relevant = static_cast<double>(std::ranges::count_if(grades, [](const auto& judged) { return judged.second > 0; }));
  measures.ndcg_10 = gain / ideal_gain(grades);
  measures.recall_10 = static_cast<double>(found_10) / relevant;
  measures.recall_100 = static_cast<double>(found_100) / relevant;
  return measures;
}

// ---- comparison ----

constexpr size_t most_enumerated = 13;  // 2^13 patterns of signs are fewer than the tosses
constexpr size_t tosses = 10'000;
constexpr uint64_t seed = 20070611;

/// Below this a difference is the rounding of a sum.
constexpr double negligible = 1e-12;

/// The sum with the sign of each difference given by the bits that `next` yields, 64 at a time.
template <class Bits>
double signed_sum(const std::vector<double>& differences, Bits next) {
  double sum = 0;
  for (size_t i = 0; i < differences.size();) {
    uint64_t bits = next();
    for (size_t end = std::min(i + 64, differences.size()); i < end; ++i, bits >>= 1) sum += bits & 1 ? -differences[i] : differences[i];
  }
  return sum;
}

}  // namespace

void each_judgement(std::string_view bytes, const std::string& file, const TakeJudgement& take) {
  each_line(bytes, file, [&](size_t number, const Columns& columns) {
    if (number == 1 && columns.front() == "query-id") return;
    // The second of four columns is held to TREC's 0, lest a name with a space in it make four of three.
    bool good = columns.size() == 3 || (columns.size() == 4 && (columns[1] == "0" || columns[1] == "Q0"));
    int grade = 0;
    if (!good) refuse(file, number, "を読めません。", judgement_hint);
    if (!read_number(columns.back(), grade) || grade < 0 || grade > highest_grade) refuse(file, number, "の評価を読めません。", judgement_hint);
    take(number, columns.front(), columns[columns.size() - 2], grade);
  });
}

Judgements parse_judgements(std::string_view bytes, const std::string& file) {
  Judgements judgements;
  each_judgement(bytes, file, [&](size_t number, std::string_view query, std::string_view document, int grade) {
    bool fresh = judgements[std::string(query)].emplace(document, grade).second;
    if (!fresh) refuse(file, number, "の資料は、同じ問合せで前にも評価されています。", "1つの問合せと資料の評価は1行にしてください。");
  });
  return judgements;
}

Run parse_run(std::string_view bytes, const std::string& file) {
  struct Place {
    long rank = 0;
    double score = 0;
  };
  using Places = std::map<std::string, Place>;
  std::vector<std::pair<std::string, Places>> queries;
  std::unordered_map<std::string, size_t> positions;
  each_line(bytes, file, [&](size_t number, const Columns& columns) {
    Place place;
    bool good = columns.size() == 6 && read_number(columns[3], place.rank) && read_number(columns[4], place.score) && std::isfinite(place.score);
    if (!good) refuse(file, number, "を読めません。", run_hint);
    std::string query(columns.front());
    auto [position, first] = positions.emplace(query, queries.size());
    if (first) queries.emplace_back(query, Places());
    bool fresh = queries[position->second].second.emplace(columns[2], place).second;
    if (!fresh) refuse(file, number, "の資料は、同じ問合せで前にも出ています。", "1つの問合せで1つの資料は1行にしてください。");
  });
  Run run;
  for (const auto& [query, places] : queries) {
    std::vector<const Places::value_type*> order;
    for (const auto& place : places) order.push_back(&place);
    std::ranges::stable_sort(order, {}, [](const auto* place) { return place->second.rank; });
    Ranking& ranking = run.emplace_back(Ranking{query, {}});
    for (const auto* place : order) ranking.documents.push_back({place->first, place->second.score});
  }
  return run;
}

void write_run(std::ostream& out, const Run& run, std::string_view tag) {
  auto one_word = [](const std::string& name) -> const std::string& {
    bool good = !name.empty() && name.find_first_of(white_space) == name.npos && name.find('\n') == name.npos;
    if (!good) throw Error(ErrorKind::invalid, fmt::format("「{}」は空か空白を含むため、TREC の形に書けません。", name), "問合せの _id と資料の識別名から空白を除いてください。");
    return name;
  };
  for (const auto& ranking : run) {
    size_t rank = 0;
    for (const auto& [document, score] : ranking.documents) {
      out << fmt::format("{} Q0 {} {} {:.6f} {}\n", one_word(ranking.query), one_word(document), ++rank, score, tag);
    }
  }
}

Evaluation evaluate(const Judgements& judgements, const Run& run) {
  std::unordered_map<std::string_view, const Ranking*> rankings;
  for (const auto& ranking : run) {
    [[maybe_unused]] bool fresh = rankings.emplace(ranking.query, &ranking).second;
    assert(fresh);
  }
  Evaluation evaluation;
  Measures& mean = evaluation.mean;
  for (const auto& [query, grades] : judgements) {
    if (std::ranges::all_of(grades, [](const auto& judged) { return judged.second == 0; })) continue;
    auto found = rankings.find(query);
    Measures measures = found == rankings.end() ? Measures{} : measure(grades, *found->second);
    mean.ndcg_10 += measures.ndcg_10;
    mean.reciprocal_rank_10 += measures.reciprocal_rank_10;
    mean.recall_10 += measures.recall_10;
    mean.recall_100 += measures.recall_100;
    evaluation.queries.emplace(query, measures);
  }
  auto count = static_cast<double>(std::max<size_t>(1, evaluation.queries.size()));
  for (double* sum : {&mean.ndcg_10, &mean.reciprocal_rank_10, &mean.recall_10, &mean.recall_100}) *sum /= count;
  return evaluation;
}

Comparison compare(const Judgements& judgements, const Run& before, const Run& after, size_t most) {
  Evaluation old = evaluate(judgements, before), now = evaluate(judgements, after);
  Comparison comparison;
  std::vector<double> differences;
  for (const auto& [query, measures] : now.queries) {
    Change change{query, old.queries.at(query).ndcg_10, measures.ndcg_10};
    double difference = change.after - change.before;
    differences.push_back(difference);
    if (std::abs(difference) <= negligible) {
      ++comparison.ties;
    } else {
      (difference > 0 ? comparison.gained : comparison.lost).push_back(std::move(change));
    }
  }
  comparison.wins = comparison.gained.size();
  comparison.losses = comparison.lost.size();
  comparison.difference = now.mean.ndcg_10 - old.mean.ndcg_10;
  comparison.p = randomisation_p(differences);
  for (auto* changes : {&comparison.gained, &comparison.lost}) {
    std::ranges::stable_sort(*changes, std::greater(), [](const Change& change) { return std::abs(change.after - change.before); });
    if (changes->size() > most) changes->resize(most);
  }
  return comparison;
}

// Fisher's randomisation test as Smucker, Allan and Carterette recommend it: "A comparison of
// statistical significance tests for information retrieval evaluation", CIKM 2007. Differences of 0
// have no sign and change no sum. Sums that would be equal on paper differ by their rounding, which
// must not keep what was observed from being as large as itself.
double randomisation_p(std::span<const double> differences) {
  std::vector<double> nonzero;
  double observed = 0, room = 0;
  for (double difference : differences) {
    if (std::abs(difference) <= negligible) continue;
    nonzero.push_back(difference);
    observed += difference;
    room += std::abs(difference) * negligible;
  }
  auto as_far = [&](double sum) { return std::abs(sum) >= std::abs(observed) - room; };
  size_t count = 0;
  if (nonzero.size() <= most_enumerated) {
    uint64_t patterns = uint64_t{1} << nonzero.size();
    for (uint64_t pattern = 0; pattern < patterns; ++pattern) count += as_far(signed_sum(nonzero, [&] { return pattern; }));
    return static_cast<double>(count) / static_cast<double>(patterns);
  }
  // The bits themselves: the engine is laid down by the standard, the distributions over it are not.
  std::mt19937_64 random(seed);
  for (size_t toss = 0; toss < tosses; ++toss) count += as_far(signed_sum(nonzero, [&] { return random(); }));
  // What was observed is one of the patterns, so that no number of tosses can show a p of 0.
  return static_cast<double>(count + 1) / static_cast<double>(tosses + 1);
}

}  // namespace shirube::search
