// How long suggestions take on many titles: build, disk, and milliseconds a prefix.
//   bench_suggest corpus.jsonl [folder]
// Reads the "title" of each line. Prefixes are drawn with a fixed seed from titles, their readings and
// the romaji of these, 1 to 6 characters long.
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "search/suggest.h"
#include "text/analyzer.h"
#include "text/normalize.h"
#include "text/romaji.h"
#include "text/utf8.h"

using namespace shirube;

namespace {

double cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

double megabytes(const std::filesystem::path& folder) {
  uintmax_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) bytes += entry.is_regular_file() ? entry.file_size() : 0;
  return static_cast<double>(bytes) / 1e6;
}

long peak_megabytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stol(line.substr(6)) / 1024;
  }
  return 0;
}

/// Kana as someone types it, by the syllables that continuations() knows.
std::string romaji_of(const std::string& kana) {
  static const std::map<std::string, std::string> table = [] {
    std::map<std::string, std::string> made;
    for (std::string_view consonants : {"", "k", "g", "s", "z", "t", "d", "n", "h", "b", "p", "m", "y", "r", "w", "ky", "gy", "sy", "zy", "ty", "ny", "hy", "by", "my", "ry"}) {
      for (char vowel : {'a', 'i', 'u', 'e', 'o'}) {
        std::string typed = std::string(consonants) + vowel;
        if (auto read = text::read_romaji(typed); !read.empty()) made.emplace(read.front().kana, typed);
      }
    }
    made.emplace("ん", "nn");
    made.emplace("ー", "-");
    return made;
  }();
  std::string out;
  std::u32string s = text::to_utf32(kana);
  for (size_t i = 0; i < s.size();) {
    size_t length = 2;
    while (length > 0 && !table.contains(text::to_utf8(s.substr(i, length)))) --length;
    if (length == 0) return out;
    out += table.at(text::to_utf8(s.substr(i, length)));
    i += length;
  }
  return out;
}

void measure(const char* what, search::Suggester& suggester, const std::vector<std::string>& prefixes) {
  std::vector<double> times;
  size_t answers = 0;
  std::string slowest;
  for (const auto& prefix : prefixes) {
    auto begin = std::chrono::steady_clock::now();
    answers += suggester.suggest(prefix, corpus::Viewer{{"public"}}).size();
    times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
    if (times.back() == *std::ranges::max_element(times)) slowest = prefix;
  }
  std::ranges::sort(times);
  auto at = [&](double part) { return times[static_cast<size_t>(part * static_cast<double>(times.size() - 1))]; };
  std::printf("%-8s n=%zu  p50 %.2f  p95 %.2f  p99 %.2f  max %.2f ms (%s)  %.1f answers each\n", what, times.size(), at(0.5), at(0.95), at(0.99), times.back(), slowest.c_str(),
              static_cast<double>(answers) / static_cast<double>(times.size()));
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    std::fprintf(stderr, "bench_suggest corpus.jsonl [folder]\n");
    return 2;
  }
  std::filesystem::path folder = count > 2 ? arguments[2] : std::filesystem::temp_directory_path() / "bench-suggest";
  std::filesystem::remove_all(folder);
  text::AnalyzerModel model{text::AnalyzerOptions{}};
  std::vector<std::string> sample;
  std::mt19937 random(20250401);
  {
    // Reading JSON is no part of building.
    double building = cpu_seconds();
    search::SuggestionIndex index(folder, model, "bench");
    building = cpu_seconds() - building;
    std::ifstream in(arguments[1]);
    size_t lines = 0;
    std::vector<std::string> titles;
    auto add = [&] {
      double begin = cpu_seconds();
      for (const auto& title : titles) index.add({search::SuggestionKind::heading, title, "public", 1, ""});
      building += cpu_seconds() - begin;
      lines += titles.size();
      titles.clear();
    };
    for (std::string line; std::getline(in, line);) {
      titles.push_back(nlohmann::json::parse(line).at("title"));
      if (random() % 200 == 0) sample.push_back(titles.back());
      if (titles.size() == 1000) add();
    }
    add();
    double begin = cpu_seconds();
    index.commit();
    building += cpu_seconds() - begin;
    std::printf("%zu titles: built in %.1f CPU seconds, %.1f MB on disk, peak %ld MB of memory\n", lines, building, megabytes(folder), peak_megabytes());
  }
  text::Analyzer analyzer(model);
  search::Suggester suggester(folder, model, "bench");
  std::vector<std::string> surface, kana, romaji, inner;
  auto cut = [&](const std::string& s) {
    std::u32string characters = text::to_utf32(s);
    return text::to_utf8(characters.substr(0, 1 + random() % 6));
  };
  for (const auto& title : sample) {
    surface.push_back(cut(title));
    std::string reading = analyzer.reading(title);
    kana.push_back(cut(reading));
    if (std::string typed = romaji_of(reading); !typed.empty()) romaji.push_back(cut(typed));
    auto tokens = analyzer.analyze(title);
    if (!tokens.empty()) inner.push_back(cut(title.substr(tokens[random() % tokens.size()].begin)));
  }
  measure("kanji", suggester, surface);
  measure("kana", suggester, kana);
  measure("romaji", suggester, romaji);
  measure("inside", suggester, inner);
  measure("one", suggester, {"の", "第", "し", "附", "法", "s", "k", "n", "情", "一", "（", "a", "じ", "こ", "t", "x", "を", "ぬ", "ア", "平", "令"});
  std::vector<double> times;
  for (const char* query : {"セキュティ", "じょうほうせきゅりてい", "あんごうか", "angouka", "こじんじょうほうのほご", "個人情法 保護", "passwrod", "以外な結果", "じちたいのさいむのしょうかんにかんするとくれい"}) {
    auto begin = std::chrono::steady_clock::now();
    // Every word of the store is in some clause; what is not, is in none.
    auto found = suggester.did_you_mean(query, corpus::Viewer{{"public"}}, [&](const std::vector<std::string>& words) -> uint64_t {
      for (const auto& word : words) {
        auto all = suggester.suggest(word, corpus::Viewer{{"public"}}, 1);
        if (all.empty() || text::fold(all.front().text).find(word) == std::string::npos) return 0;
      }
      return 1;
    });
    double took = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
    std::printf("did you mean: %s → %s (%.1f ms with its frequencies)\n", query, found ? found->query.c_str() : "-", took);
  }
}
