// Whatever stands in a clause finds it when it is quoted.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <random>

#include "commands/installation.h"
#include "tests/outline_case.h"
#include "tests/places.h"
#include "tests/process.h"
#include "tests/temporary_folder.h"
#include "text/utf8.h"

using namespace shirube;
namespace fs = std::filesystem;

namespace {

/// SHIRUBE_SUBSTRINGS asks for more than what a daily run has time for.
int wanted(int daily) {
  const char* number = std::getenv("SHIRUBE_SUBSTRINGS");
  return number ? std::atoi(number) : daily;
}

/// Quotes random pieces of the clauses of these documents.
void check_pieces(const std::vector<fs::path>& documents, size_t least_clauses, int daily) {
  TemporaryFolder folder;
  for (const auto& path : documents) {
    int done = run_shirube({"--data", folder / "data", "ingest", path}, folder.path());
    REQUIRE((done == 0 || done == 1));  // 1: some files are of kinds that are not read
  }
  commands::Arguments arguments;
  arguments.data = folder / "data";
  arguments.config_file = fs::path(test::source_folder) / "config/shirube.toml";
  arguments.config = config::load(arguments.config_file);
  commands::Installation installation(arguments, store::Database::Open::existing);
  auto clauses = installation.database.read([](SQLite::Database& db) {
    std::vector<std::pair<int64_t, std::u32string>> out;
    SQLite::Statement select(db, "SELECT id, text FROM clauses WHERE length(text) > 12 ORDER BY id");
    while (select.executeStep()) out.emplace_back(select.getColumn(0).getInt64(), text::to_utf32(select.getColumn(1).getString()));
    return out;
  });
  REQUIRE(clauses.size() > least_clauses);
  auto searcher = installation.searcher();
  std::mt19937 random(17);
  int tried = 0;
  while (tried < wanted(daily)) {
    const auto& [id, text] = clauses[random() % clauses.size()];
    size_t length = 2 + random() % 11, at = random() % (text.size() - length);
    std::string piece = text::to_utf8(std::u32string_view(text).substr(at, length));
    // A piece with a quotation mark of its own cannot be quoted by it, and one without letters is no phrase.
    if (piece.find('"') != piece.npos || text::trim(piece).empty()) continue;
    search::Window window;
    window.most = 1000;
    auto found = searcher.match(search::parse("\"" + piece + "\""), corpus::Viewer::everything(), window);
    INFO("「" << piece << "」 of clause " << id);
    bool there = std::ranges::any_of(found.matches, [&, number = id](const auto& match) { return match.clause_id == number; });
    // What stands in more than a thousand clauses is cut off the list, and said to be.
    REQUIRE((there || found.total >= 1000));
    ++tried;
  }
}

}  // namespace

TEST_CASE("a quoted piece of any clause of the sample finds that clause") { check_pieces({fs::path(test::source_folder) / "corpus/sample"}, 700, 1000); }

TEST_CASE("a quoted piece of any clause of real notices and laws finds that clause") {
  auto real = test::shared_dir() / "real";
  if (!fs::exists(real / "laws")) {
    WARN("no documents at " << real << " (SHIRUBE_SHARED names another place for what stands above real/): skipped");
    return;
  }
  check_pieces({real / "notices", real / "guidelines", real / "laws"}, 2000, 200);
}
