#include "search/index_format.h"

#include <catch2/catch.hpp>
#include <cmath>

using namespace shirube::search;

TEST_CASE("a term of the index tells the word it was made of") {
  for (const char* word : {"情報資産", "ぱすわーど", "ismap", "α'モデル", "㈱", "𠮷野家", ""}) {
    CHECK(word_of(term("", word)) == word);
    CHECK(word_of(term(prefix::bigram, word)) == word);
  }
  CHECK(term("", "監査") < term("", "監査人"));
}

TEST_CASE("one number holds what a posting counts of text and headings") {
  for (unsigned body : {0u, 1u, 31u, 60'000u}) {
    for (unsigned heading : {0u, 1u, 3u}) {
      Counts counts = unpacked(packed({body, heading}));
      CHECK(counts.body == body);
      CHECK(counts.heading == heading);
    }
  }
  CHECK(unpacked(packed({2, 9})).heading == most_in_headings);
}

TEST_CASE("a short length is true to a twentieth, and no longer text is shorter") {
  for (size_t length = 0; length < 60'000; ++length) {
    double read = long_length(short_length(length));
    if (std::abs(read - static_cast<double>(length)) > 0.05 * static_cast<double>(length) + 0.03) FAIL(length << " is read as " << read);
    if (short_length(length) > short_length(length + 1)) FAIL(length << " is longer than one more");
  }
  CHECK(short_length(10'000'000) == 255);
}
