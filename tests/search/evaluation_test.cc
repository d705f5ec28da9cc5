#include "search/evaluation.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <sstream>

#include "text/error.h"

using namespace shirube;
using namespace shirube::search;

namespace {

std::string repeated(const char* pattern, int first, int last) {
  std::string out;
  for (int i = first; i <= last; ++i) out += pattern + std::to_string(i) + " ";
  return out;
}

/// A ranking of the query "q" from names between spaces.
Ranking ranking(const std::string& names, const std::string& query = "q") {
  Ranking out{query, {}};
  std::istringstream in(names);
  for (std::string name; in >> name;) out.documents.push_back({name, 1.0 / static_cast<double>(out.documents.size() + 1)});
  return out;
}

std::string names(const Ranking& ranking) {
  std::string out;
  for (const auto& retrieved : ranking.documents) out += (out.empty() ? "" : " ") + retrieved.document;
  return out;
}

/// Grades of the query "q" from "name grade name grade".
Judgements judged(const std::string& grades) {
  Judgements out;
  std::istringstream in(grades);
  int grade = 0;
  for (std::string name; in >> name >> grade;) out["q"][name] = grade;
  return out;
}

Approx near(double value) { return Approx(value).margin(0.00005); }

/// One query a sign, with one relevant document, that the run after finds first (+) and the run
/// before does not, or the reverse (-), or both find (=): differences of 1, −1 and 0.
struct Pair {
  Judgements judgements;
  Run before, after;
  explicit Pair(const std::string& signs) {
    for (size_t i = 0; i < signs.size(); ++i) {
      std::string query = "q" + std::to_string(100 + i);
      judgements[query]["d"] = 1;
      before.push_back(ranking(signs[i] == '+' ? "x" : "d", query));
      after.push_back(ranking(signs[i] == '-' ? "x" : "d", query));
    }
  }
  Comparison comparison(size_t most = 5) const { return compare(judgements, before, after, most); }
};

Run random_run(std::mt19937& random, size_t queries) {
  Run run;
  for (size_t q = 0; q < queries; ++q) {
    std::vector<int> documents(30);
    for (size_t d = 0; d < documents.size(); ++d) documents[d] = static_cast<int>(d);
    for (size_t d = documents.size() - 1; d > 0; --d) std::swap(documents[d], documents[random() % (d + 1)]);
    documents.resize(random() % documents.size());
    std::string text;
    for (int document : documents) text += "d" + std::to_string(document) + " ";
    run.push_back(ranking(text, "q" + std::to_string(q)));
  }
  return run;
}

Judgements random_judgements(std::mt19937& random, size_t queries) {
  Judgements judgements;
  for (size_t q = 0; q < queries; ++q) {
    for (size_t d = 0; d < 1 + random() % 15; ++d) judgements["q" + std::to_string(q)]["d" + std::to_string(random() % 40)] = static_cast<int>(random() % 4);
  }
  return judgements;
}

}  // namespace

TEST_CASE("judgements are read in both forms") {
  const Judgements expected = {{"q1", {{"d1", 2}, {"d2", 0}}}, {"q2", {{"第1条#甲", 100}}}};
  const char* rows[] = {
      "query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td2\t0\nq2\t第1条#甲\t100\n",
      "q1\td1\t2\nq1\td2\t0\nq2\t第1条#甲\t100",
      "q1 0 d1 2\nq1 0 d2 0\nq2 0 第1条#甲 100\n",
      "q1\t0\td1\t2\n  q1   Q0 d2  0  \nq2 0 第1条#甲 100\n",
      "\xEF\xBB\xBFquery-id\tcorpus-id\tscore\r\nq1\td1\t2\r\n\r\nq1\td2\t0\r\nq2\t第1条#甲\t100\r\n",
      "\xEF\xBB\xBFq1\td1\t2\n\n \nq1\td2\t0\nq2\t第1条#甲\t100\n\n",
  };
  for (const char* row : rows) {
    INFO(row);
    CHECK(parse_judgements(row, "f") == expected);
  }
  CHECK(parse_judgements("", "f").empty());
  CHECK(parse_judgements("query-id\tcorpus-id\tscore\n", "f").empty());
}

TEST_CASE("a line that cannot be read is named with its file") {
  struct Row {
    bool run;
    const char* bytes;
    const char* says;
  };
  const Row rows[] = {
      {false, "q1\td1\n", "f.tsv の1行目を読めません"},
      {false, "q1\td1\t1\nq1\n", "f.tsv の2行目を読めません"},
      {false, "q1\td1\t1\n\nq1\td2\tx\n", "f.tsv の3行目の評価"},
      {false, "q1\td1\t1.5\n", "1行目の評価"},
      {false, "q1\td1\t-1\n", "1行目の評価"},
      {false, "q1\td1\t101\n", "1行目の評価"},
      {false, "q1\td1\t99999999999999999999\n", "1行目の評価"},
      {false, "q1\td1\tscore\n", "1行目の評価"},
      {false, "q1\td1\t1\nquery-id\tcorpus-id\tscore\n", "2行目の評価"},
      {false, "q 1\td1\t1\n", "1行目を読めません"},
      {false, "q1\t\t1\n", "1行目を読めません"},
      {false, "q1\td1\t1\nq1\td1\t1\n", "2行目の資料は、同じ問合せで前にも評価"},
      {false, "q1\td1\t1\nq1 0 d1 2\n", "2行目の資料は、同じ問合せで前にも評価"},
      {true, "q1 Q0 d1 1 0.5\n", "f.tsv の1行目を読めません"},
      {true, "q1 Q0 d1 1 0.5 t more\n", "1行目を読めません"},
      {true, "q1 Q0 d1 first 0.5 t\n", "1行目を読めません"},
      {true, "q1 Q0 d1 1 high t\n", "1行目を読めません"},
      {true, "q1 Q0 d1 1 nan t\n", "1行目を読めません"},
      {true, "q1 Q0 d1 1 1e999 t\n", "1行目を読めません"},
      {true, "q1 Q0 d1 1 0.5 t\nq2 Q0 d1 1 0.5 t\nq1 Q0 d1 2 0.4 t\n", "f.tsv の3行目の資料は、同じ問合せで前にも出ています"},
  };
  for (const auto& row : rows) {
    INFO(row.bytes);
    try {
      row.run ? void(parse_run(row.bytes, "f.tsv")) : void(parse_judgements(row.bytes, "f.tsv"));
      FAIL("was read");
    } catch (const Error& e) {
      CHECK(e.kind() == ErrorKind::invalid);
      CHECK_THAT(e.message(), Catch::Contains(row.says));
      CHECK_FALSE(e.hint().empty());
    }
  }
}

TEST_CASE("a file of too many lines is refused") {
  CHECK_NOTHROW(parse_run(std::string(most_evaluation_lines, '\n'), "f"));
  CHECK_THROWS_AS(parse_run(std::string(most_evaluation_lines + 1, '\n'), "f"), Error);
}

TEST_CASE("a run is read by rank, and of equal ranks by name") {
  Run run = parse_run("\xEF\xBB\xBFq2 Q0 d9 1 3 t\r\nq1 Q0 c 2 9.5 t\r\nq1\tQ0\ta\t10\t-1e-3\tt\r\nq1 Q0 b 2 9.5 t\r\n\r\nq1 Q0 z 0 0 t\r\n", "f");
  REQUIRE(run.size() == 2);
  CHECK(run[0].query == "q2");
  CHECK(run[1].query == "q1");
  CHECK(names(run[1]) == "z b c a");
  CHECK(run[1].documents[3].score == -1e-3);
  CHECK(parse_run("", "f").empty());
}

TEST_CASE("a run is written as TREC lines and read back the same") {
  std::ostringstream out;
  write_run(out, {{"q1", {{"d2", 1.5}, {"第1条#甲", 0.25}}}, {"q2", {}}, {"q3", {{"d2", 10}}}}, "shirube");
  CHECK(out.str() == "q1 Q0 d2 1 1.500000 shirube\nq1 Q0 第1条#甲 2 0.250000 shirube\nq3 Q0 d2 1 10.000000 shirube\n");
  std::mt19937 random(3);
  for (int round = 0; round < 20; ++round) {
    std::ostringstream first, second;
    write_run(first, random_run(random, 5), "t");
    write_run(second, parse_run(first.str(), "f"), "t");
    CHECK(first.str() == second.str());
  }
  for (const char* name : {"", "d 1", "d\t1", "d\n1"}) {
    CHECK_THROWS_AS(write_run(out, {{"q", {{name, 1}}}}, "t"), Error);
    CHECK_THROWS_AS(write_run(out, {{name, {{"d", 1}}}}, "t"), Error);
  }
}

TEST_CASE("measures of one query, worked out by hand") {
  struct Row {
    std::string grades, found;
    double ndcg, reciprocal_rank, recall_10, recall_100;
  };
  const Row rows[] = {
      {"a 1", "a", 1, 1, 1, 1},
      {"a 1", "", 0, 0, 0, 0},
      {"a 1", "x y z", 0, 0, 0, 0},
      {"a 1", "x a", 0.63093, 0.5, 1, 1},           // 1/log2 3
      {"a 1", "x y a", 0.5, 1.0 / 3, 1, 1},         // 1/log2 4
      {"a 2 b 1", "x b a", 0.61990, 0.5, 1, 1},     // (1/log2 3 + 2/log2 4) / (2 + 1/log2 3)
      {"a 3 b 1", "b a", 0.79671, 1, 1, 1},         // (1 + 3/log2 3) / (3 + 1/log2 3): the gain is linear
      {"a 2 b 0", "b a", 0.63093, 0.5, 1, 1},       // judged and not relevant is as not judged
      {"a 1 b 1 c 1", "a", 0.46928, 1, 1.0 / 3, 1.0 / 3},  // 1 / (1 + 1/log2 3 + 1/log2 4)
      {"a 1", repeated("x", 1, 9) + "a", 0.28906, 0.1, 1, 1},  // 1/log2 11
      {"a 1", repeated("x", 1, 10) + "a", 0, 0, 0, 1},
      {"a 1", repeated("x", 1, 99) + "a", 0, 0, 0, 1},
      {"a 1", repeated("x", 1, 100) + "a", 0, 0, 0, 0},
      {"a 1 b 1 c 1 d 1 e 1 f 1 g 1 h 1 i 1 j 1 k 1", "a b c d e f g h i j", 1, 1, 10.0 / 11, 10.0 / 11},
      {"a 1 b 1 c 1 d 1 e 1 f 1 g 1 h 1 i 1 j 1 k 100", "a b c d e f g h i j k", 0.04388, 1, 10.0 / 11, 1},  // the ideal is of all judged
  };
  for (const auto& row : rows) {
    INFO(row.grades << " | " << row.found);
    auto evaluation = evaluate(judged(row.grades), {ranking(row.found)});
    REQUIRE(evaluation.queries.size() == 1);
    const Measures& measures = evaluation.queries.at("q");
    CHECK(measures.ndcg_10 == near(row.ndcg));
    CHECK(measures.reciprocal_rank_10 == near(row.reciprocal_rank));
    CHECK(measures.recall_10 == near(row.recall_10));
    CHECK(measures.recall_100 == near(row.recall_100));
    CHECK(evaluation.mean.ndcg_10 == measures.ndcg_10);
  }
}

TEST_CASE("the mean is of the judged queries that have something relevant") {
  Judgements judgements = {{"found", {{"a", 1}}}, {"missed", {{"a", 1}}}, {"none", {{"a", 0}}}};
  auto evaluation = evaluate(judgements, {ranking("a", "found"), ranking("a", "none"), ranking("a", "unjudged")});
  CHECK(evaluation.queries.size() == 2);
  CHECK(evaluation.queries.at("missed").ndcg_10 == 0);
  CHECK(evaluation.mean.ndcg_10 == 0.5);
  CHECK(evaluation.mean.reciprocal_rank_10 == 0.5);
  CHECK(evaluation.mean.recall_10 == 0.5);
  CHECK(evaluation.mean.recall_100 == 0.5);
  CHECK(evaluate(judgements, {}).mean.ndcg_10 == 0);
  CHECK(evaluate({}, {ranking("a")}).queries.empty());
  CHECK(evaluate({{"none", {{"a", 0}}}}, {ranking("a", "none")}).mean.recall_10 == 0);
}

TEST_CASE("a measure lies between 0 and 1, and the ideal ranking reaches 1") {
  std::mt19937 random(5);
  for (int round = 0; round < 50; ++round) {
    Judgements judgements = random_judgements(random, 6);
    for (const auto& [_, measures] : evaluate(judgements, random_run(random, 6)).queries) {
      for (double value : {measures.ndcg_10, measures.reciprocal_rank_10, measures.recall_10, measures.recall_100}) {
        REQUIRE(value >= 0);
        REQUIRE(value <= 1 + 1e-12);
      }
      REQUIRE(measures.recall_10 <= measures.recall_100);
    }
    Run ideal;
    for (const auto& [query, grades] : judgements) {
      std::vector<std::pair<int, std::string>> best;
      for (const auto& [document, grade] : grades) best.emplace_back(-grade, document);
      std::ranges::sort(best);
      std::string text;
      for (const auto& [_, document] : best) text += document + " ";
      ideal.push_back(ranking(text, query));
    }
    auto evaluation = evaluate(judgements, ideal);
    if (!evaluation.queries.empty()) REQUIRE(evaluation.mean.ndcg_10 == Approx(1));
  }
}

TEST_CASE("two runs are compared by query") {
  struct Row {
    const char* signs;
    size_t wins, losses, ties;
    double difference, p;
  };
  const Row rows[] = {
      {"", 0, 0, 0, 0, 1},
      {"=", 0, 0, 1, 0, 1},
      {"+", 1, 0, 0, 1, 1},                          // + and − are as far
      {"+++", 3, 0, 0, 1, 0.25},                     // 2 of 8
      {"+++==", 3, 0, 2, 0.6, 0.25},                 // what is equal says nothing
      {"---", 0, 3, 0, -1, 0.25},
      {"++-", 2, 1, 0, 1.0 / 3, 1},                  // every sum is 1 or 3 away
      {"++++-", 4, 1, 0, 0.6, 0.375},                // 2 × (1 + 5) of 32
      {"+++++++++++++", 13, 0, 0, 1, 2.0 / 8192},    // the largest that is enumerated
  };
  for (const auto& row : rows) {
    INFO(row.signs);
    auto comparison = Pair(row.signs).comparison();
    CHECK(comparison.wins == row.wins);
    CHECK(comparison.losses == row.losses);
    CHECK(comparison.ties == row.ties);
    CHECK(comparison.difference == Approx(row.difference));
    CHECK(comparison.p == Approx(row.p).epsilon(1e-12));
    CHECK(comparison.gained.size() == std::min<size_t>(5, row.wins));
    CHECK(comparison.lost.size() == std::min<size_t>(5, row.losses));
  }
}

TEST_CASE("the queries that changed most come first, both ways") {
  Judgements judgements;
  Run before, after;
  auto add = [&](const char* query, const char* was, const char* is) {
    judgements[query]["d"] = 1;
    before.push_back(ranking(was, query));
    after.push_back(ranking(is, query));
  };
  add("a", "x d", "d"), add("b", "x", "d"), add("c", "x y d", "x d"), add("d", "d", "x d"), add("e", "d", "x"), add("f", "d", "d"), add("g", "x", "d");
  auto list = [](const std::vector<Change>& changes) {
    std::string out;
    for (const auto& change : changes) out += change.query;
    return out;
  };
  auto comparison = compare(judgements, before, after, 10);
  CHECK(list(comparison.gained) == "bgac");
  CHECK(list(comparison.lost) == "ed");
  CHECK(comparison.gained[2].before == near(0.63093));
  CHECK(comparison.gained[2].after == 1);
  comparison = compare(judgements, before, after, 2);
  CHECK(list(comparison.gained) == "bg");
  CHECK(comparison.wins == 4);
  CHECK(compare(judgements, before, after, 0).lost.empty());
}

TEST_CASE("a run compared with itself wins nothing, p is 1; turned round it is mirrored") {
  std::mt19937 random(7);
  for (int round = 0; round < 10; ++round) {
    Judgements judgements = random_judgements(random, 40);
    Run one = random_run(random, 40), other = random_run(random, 40);
    auto same = compare(judgements, one, one, 5);
    CHECK(same.wins == 0);
    CHECK(same.losses == 0);
    CHECK(same.difference == 0);
    CHECK(same.p == 1);
    auto there = compare(judgements, one, other, 5), back = compare(judgements, other, one, 5);
    CHECK(there.wins == back.losses);
    CHECK(there.losses == back.wins);
    CHECK(there.difference == -back.difference);
    CHECK(there.p == back.p);
    CHECK(there.p > 0);
    CHECK(there.p <= 1);
  }
}

TEST_CASE("tosses come near the exact probability, and are always the same") {
  struct Row {
    int plus, minus;
    double exact;  // two-sided, binomial
    int count;     // as another implementation of the engine and the tosses gives it, with the one observed
  };
  const Row rows[] = {
      {14, 0, 2.0 / 16384, 1}, {10, 4, 2942.0 / 16384, 1736}, {7, 7, 1, 10001}, {60, 40, 0.0569, 569}, {100, 100, 1, 10001},
  };
  for (const auto& row : rows) {
    INFO(row.plus << " " << row.minus);
    std::vector<double> differences(static_cast<size_t>(row.plus), 0.1);
    differences.insert(differences.end(), static_cast<size_t>(row.minus), -0.1);
    double p = randomisation_p(differences);
    CHECK(p == Approx(row.exact).margin(0.012));
    CHECK(p == row.count / 10001.0);
  }
}

TEST_CASE("equal sums count as equal though their rounding differs") {
  // Of 16 patterns ten are 0.7 away or more, four of them by 0.1 + 0.2 − 0.3, which is not 0 in binary.
  CHECK(randomisation_p(std::vector<double>{0.7, 0.1, 0.2, -0.3}) == 0.625);
  CHECK(randomisation_p(std::vector<double>{-0.3, 0.2, 0.1, 0.7}) == 0.625);
  CHECK(randomisation_p({}) == 1);
}

TEST_CASE("any bytes are judgements, a run, or an error") {
  std::mt19937 random(13);
  const std::string pieces[] = {"q1", "\t", " ", "\n", "\r\n", "0", "1", "Q0", "d1", "\xEF\xBB\xBF", "\xFF", "-", ".", "t", std::string(1, '\0')};
  for (int round = 0; round < 3000; ++round) {
    std::string bytes;
    for (size_t i = random() % 30; i > 0; --i) bytes += pieces[random() % std::size(pieces)];
    for (bool run : {false, true}) {
      try {
        run ? void(parse_run(bytes, "f")) : void(parse_judgements(bytes, "f"));
      } catch (const Error& e) {
        REQUIRE(e.kind() == ErrorKind::invalid);
      }
    }
  }
}
