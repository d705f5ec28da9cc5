#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "corpus/clause.h"
#include "tests/places.h"

// Outline cases are files: the input, a line 「----」, and the expected clauses, one a line, two
// spaces a level: label|heading|text, with ⏎ and ⇥ for line ends and tabs. A text that ends with …
// is compared up to there. SHIRUBE_REBASELINE=1 writes the expected part anew.
namespace shirube::test {

inline std::filesystem::path source_dir() { return source_folder; }

/// Third-party material beside the source tree; SHIRUBE_SHARED overrides. May not exist.
inline std::filesystem::path shared_dir() {
  if (auto* given = std::getenv("SHIRUBE_SHARED")) return given;
  return source_dir().parent_path() / "shared";
}

inline std::string slurp(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream all;
  all << in.rdbuf();
  return all.str();
}

inline std::string printable(std::string_view text) {
  std::string out;
  for (char c : text)
    if (c == '\n') out += "⏎";
    else if (c == '\t') out += "⇥";
    else out += c;
  return out;
}

inline std::vector<std::string> render(const std::vector<corpus::Clause>& clauses) {
  std::vector<std::string> lines;
  std::vector<size_t> depth(clauses.size());
  for (size_t i = 0; i < clauses.size(); ++i) {
    auto& c = clauses[i];
    depth[i] = c.parent ? depth[*c.parent] + 1 : 0;
    lines.push_back(std::string(depth[i] * 2, ' ') + c.label + "|" + c.heading + "|" + printable(c.text));
  }
  return lines;
}

struct OutlineCase {
  std::filesystem::path path;
  std::string input;
  std::vector<std::string> expected;
};

inline std::vector<OutlineCase> outline_cases(const std::string& ending) {
  std::vector<OutlineCase> cases;
  for (auto& entry : std::filesystem::directory_iterator(source_dir() / "tests/cases/outline")) {
    if (entry.path().extension() != ending) continue;
    OutlineCase c{entry.path(), slurp(entry.path()), {}};
    if (auto rule = c.input.find("\n----\n"); rule != std::string::npos) {
      std::stringstream rest(c.input.substr(rule + 6));
      for (std::string line; std::getline(rest, line);) c.expected.push_back(line);
      c.input.resize(rule + 1);
    }
    cases.push_back(std::move(c));
  }
  std::sort(cases.begin(), cases.end(), [](auto& a, auto& b) { return a.path < b.path; });
  return cases;
}

inline void rebaseline(const OutlineCase& c, const std::vector<std::string>& actual) {
  if (!std::getenv("SHIRUBE_REBASELINE")) return;
  std::ofstream out(c.path, std::ios::binary);
  out << c.input << "----\n";
  for (auto& line : actual) out << line << "\n";
}

/// The actual lines, shortened where the expected ones are.
inline std::vector<std::string> shorten(std::vector<std::string> actual, const std::vector<std::string>& expected) {
  const std::string dots = "…";
  for (size_t i = 0; i < actual.size() && i < expected.size(); ++i) {
    auto& want = expected[i];
    if (!want.ends_with(dots)) continue;
    auto length = want.size() - dots.size();
    if (actual[i].substr(0, length) == want.substr(0, length)) actual[i] = want;
  }
  return actual;
}

}  // namespace shirube::test
