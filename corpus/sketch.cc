#include "corpus/sketch.h"

#include <algorithm>
#include <string>

#include "text/normalize.h"
#include "text/utf8.h"

namespace shirube::corpus {

namespace {

constexpr size_t shingle = 8;  // characters
constexpr size_t fewest = 200;

}  // namespace

std::vector<int64_t> sketch(std::span<const Clause> clauses) {
  std::u32string words;
  for (const auto& clause : clauses) {
    for (const std::string* part : {&clause.heading, &clause.text}) {
      for (char32_t c : text::to_utf32(text::fold(*part))) {
        if (!text::is_space(c)) words += c;
      }
    }
  }
  if (words.size() < fewest) return {};
  std::vector<int64_t> prints;
  prints.reserve(words.size());
  for (size_t i = 0; i + shingle <= words.size(); ++i) {
    uint64_t h = 0;
    for (size_t k = 0; k < shingle; ++k) h = mixed_hash(h ^ words[i + k]);
    prints.push_back(static_cast<int64_t>(h));
  }
  std::ranges::sort(prints);
  prints.erase(std::unique(prints.begin(), prints.end()), prints.end());
  prints.resize(std::min(prints.size(), sketch_size));
  return prints;
}

double resemblance(std::span<const int64_t> a, std::span<const int64_t> b) {
  return shared_sample(a, b, sketch_size);
}

}  // namespace shirube::corpus
