#include "corpus/sketch.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace shirube::corpus;

namespace {

/// Clauses whose sentences are all different.
std::vector<Clause> clauses(int first, int last) {
  std::vector<Clause> out;
  for (int i = first; i < last; ++i) {
    Clause clause;
    clause.label = fmt::format("第{}条", i);
    clause.text = fmt::format("第{0}課は、{1}台の端末を{2}日ごとに点検し、その結果を{3}号様式で届け出る。", i * 7919 % 1000, i * 104729 % 9973, i * 31 % 97, i * 15485863 % 99991);
    out.push_back(clause);
  }
  return out;
}

}  // namespace

TEST_CASE("a sketch tells how much two texts have in common") {
  auto whole = sketch(clauses(0, 100));
  CHECK(whole.size() == sketch_size);
  CHECK(resemblance(whole, whole) == 1);
  // Nine tenths of the clauses are the same.
  double near = resemblance(whole, sketch(clauses(5, 105)));
  CHECK(near > 0.7);
  CHECK(near < 1);
  CHECK(resemblance(whole, sketch(clauses(500, 600))) < 0.6);
  CHECK(resemblance(whole, sketch(clauses(500, 600))) < near);
}

TEST_CASE("numbers of clauses, spaces and width make no difference to a sketch, and short texts have none") {
  auto written = clauses(0, 30), other = written;
  for (auto& clause : other) {
    clause.label = "";
    clause.text.insert(0, "　");
  }
  CHECK(sketch(written) == sketch(other));
  CHECK(sketch(clauses(0, 2)).empty());
  CHECK(resemblance(sketch(written), {}) == 0);
}
