// What reading a long edition costs: its clauses, where their words lead, and how it differs from the edition before.
//   bench_reading [clauses]        (5000; each fourth speaks of others)
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "corpus/address.h"
#include "corpus/comparison.h"
#include "corpus/outline.h"
#include "corpus/references.h"
#include "store/database.h"

using namespace shirube;

namespace {

double milliseconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

corpus::NewEdition edition(int articles, const std::string& day, int changed) {
  std::stringstream in;
  for (int i = 1; i <= articles; ++i) {
    if (i % 50 == 1) in << fmt::format("第{}章　管理その{}\n", i / 50 + 1, i / 50 + 1);
    in << fmt::format("（記録の保存その{}）\n第{}条　市は、業務{}に係る記録（以下「記録{}」という。）を、{}年間保存する。\n", i, i, i * 7919 % 1009, i, i % changed ? 3 : 5);
    in << fmt::format("２　前項の規定にかかわらず、第{}条第１項に規定する記録{}は、この限りでない。\n", i > 3 ? i - 3 : 1, i > 3 ? i - 3 : 1);
  }
  corpus::NewEdition out;
  out.facts.slug = "nagai", out.facts.title = "星見市記録管理規則", out.facts.kind = "policy", out.facts.audience = "public", out.facts.effective = day;
  out.content_hash = day;
  corpus::Page page;
  for (std::string line; std::getline(in, line);) page.lines.emplace_back().text = line;
  out.clauses = corpus::outline({page});
  corpus::assign_addresses(out.clauses);
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  const int clauses = argc > 1 ? std::atoi(argv[1]) : 5000;
  if (clauses < 100) {
    std::fputs("bench_reading [clauses], 100 or more\n", stderr);
    return 2;
  }
  const auto folder = std::filesystem::temp_directory_path() / fmt::format("shirube-bench-reading-{}", std::chrono::steady_clock::now().time_since_epoch().count());
  std::filesystem::create_directory(folder);
  {
    store::Database database(folder / "shirube.db");
    corpus::Library library(database);
    for (const auto& one : {edition(clauses / 2, "2024-04-01", 97), edition(clauses / 2, "2025-04-01", 89)}) library.add(std::span(&one, 1));
    const auto viewer = corpus::Viewer::everything();
    auto start = std::chrono::steady_clock::now();
    auto before = library.clauses(viewer, "nagai", "2024-04-01"), after = library.clauses(viewer, "nagai", "2025-04-01");
    std::printf("clauses read       %7zu + %zu  %8.1f ms\n", before.size(), after.size(), milliseconds_since(start));
    start = std::chrono::steady_clock::now();
    size_t marks = 0;
    for (const auto& of_clause : corpus::References(library).marks(viewer, *library.document(viewer, "nagai"), library.editions(viewer, "nagai").front(), after)) marks += of_clause.size();
    std::printf("marks              %7zu       %8.1f ms\n", marks, milliseconds_since(start));
    corpus::Comparisons comparisons;
    for (const char* name : {"compared", "compared again"}) {
      start = std::chrono::steady_clock::now();
      auto rows = comparisons.of(before, after);
      size_t other = 0;
      for (const auto& row : *rows) other += row.fate != corpus::Fate::same;
      std::printf("%-14s     %7zu (%zu) %8.1f ms\n", name, rows->size(), other, milliseconds_since(start));
    }
  }
  std::filesystem::remove_all(folder);
}
