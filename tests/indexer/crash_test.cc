// Killed at any instant, nothing that was acknowledged is lost, and after a restart the index is
// the one that an undisturbed run would have made.
#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <thread>
#include <xapian.h>

#include "corpus/library.h"
#include "indexer/check.h"
#include "indexer/index_writer.h"
#include "search/searcher.h"
#include "search/suggest.h"
#include "search/suggest_format.h"
#include "store/database.h"
#include "tests/process.h"
#include "tests/temporary_folder.h"

using namespace shirube;
namespace fs = std::filesystem;

namespace {

/// Everything the index holds, by the clause's address instead of its number.
std::map<std::string, std::string> dump(const fs::path& data) {
  store::Database database(data / "shirube.db", store::Database::Open::existing);
  Xapian::Database index(search::index_folder(data, database).string());
  std::map<std::string, std::string> out;
  database.read([&](SQLite::Database& db) {
    SQLite::Statement select(db, "SELECT c.id, d.slug || '/' || e.key || '/' || c.path FROM clauses c JOIN editions e ON e.id = c.edition_id "
                                 "JOIN documents d ON d.id = e.document_id");
    while (select.executeStep()) {
      Xapian::Document doc = index.get_document(static_cast<Xapian::docid>(select.getColumn(0).getInt64()));
      std::string terms;
      for (auto it = doc.termlist_begin(); it != doc.termlist_end(); ++it) {
        // Numbers of documents, editions and clauses depend on the order of arrival.
        if (!(*it).starts_with("XD") && !(*it).starts_with("XE") && !(*it).starts_with("Q")) terms += *it + ":" + std::to_string(it.get_wdf()) + " ";
      }
      out[select.getColumn(1).getString()] = terms + doc.get_value(0);
    }
  });
  return out;
}

/// What there is to suggest. A crash may have counted the weight of a text twice.
std::set<std::string> suggestions(const fs::path& data) {
  store::Database database(data / "shirube.db", store::Database::Open::existing);
  Xapian::Database store(search::suggestion_folder(search::index_folder(data, database)).string());
  std::set<std::string> out;
  for (auto it = store.postlist_begin(""), end = store.postlist_end(""); it != end; ++it) {
    auto record = search::record_at(store, *it);
    out.insert(std::to_string(record.kind) + " " + record.text);
  }
  return out;
}

/// What the run said it had taken.
std::set<std::string> acknowledged(const fs::path& output) {
  std::set<std::string> addresses;
  std::ifstream in(output);
  for (std::string line; std::getline(in, line);) {
    size_t arrow = line.rfind(" → "), end = line.rfind("（");
    if (line.starts_with("取込") && arrow != line.npos && end != line.npos && in.good()) addresses.insert(line.substr(arrow + 5, end - arrow - 5));
  }
  return addresses;
}

bool holds(const fs::path& data, const std::string& address) {
  store::Database database(data / "shirube.db", store::Database::Open::existing);
  corpus::Library library(database);
  size_t slash = address.find('/');
  return !library.clauses(corpus::Viewer::everything(), address.substr(0, slash), address.substr(slash + 1)).empty();
}

fs::path write_sources(const TemporaryFolder& folder) {
  fs::create_directories(folder / "in");
  for (int i = 0; i < 12; ++i) {
    std::ofstream out(folder / ("in/kijun" + std::to_string(i) + ".md"));
    out << "# 星見市見本基準" << i << "\n\n";
    for (int article = 1; article <= 20; ++article) out << "第" << article << "条　見本の" << i << "の" << article << "について定める。\n２　別に定める。\n";
  }
  std::ofstream lines(folder / "lines.jsonl");
  for (int i = 0; i < 600; ++i) lines << "{\"_id\": \"line" << i << "\", \"title\": \"見本" << i << "\", \"text\": \"本文の" << i * 7 << "番目を定める。\"}\n";
  return folder / "in";
}

std::vector<std::string> ingest(const fs::path& data, const TemporaryFolder& folder) {
  return {"--data", data, "ingest", folder / "lines.jsonl", folder / "in"};
}

}  // namespace

TEST_CASE("ingest killed at fifty random instants loses nothing") {
  TemporaryFolder folder;
  write_sources(folder);
  auto begin = std::chrono::steady_clock::now();
  REQUIRE(run_shirube(ingest(folder / "whole", folder), folder.path()) == 0);
  auto duration = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin);
  auto expected = dump(folder / "whole");
  auto suggested = suggestions(folder / "whole");
  REQUIRE(expected.size() == 600 + 12 * 40);
  std::mt19937_64 random(42);
  int killed = 0, too_late = 0;
  // A kill that came after the work was done shows nothing and is drawn again, from a shorter time.
  for (int round = 0; killed < 50; ++round) {
    INFO("round " << round);
    fs::path data = folder / ("data" + std::to_string(round));
    auto instant = std::chrono::microseconds(1 + random() % static_cast<uint64_t>(duration.count()));
    if (run_shirube(ingest(data, folder), folder.path(), "/dev/null", instant) == -1) {
      ++killed;
    } else {
      REQUIRE(++too_late < 200);
      duration = duration * 9 / 10;
    }
    auto said = acknowledged(folder / "out");
    for (const auto& address : said) {
      INFO(address);
      REQUIRE(holds(data, address));
    }
    REQUIRE(run_shirube(ingest(data, folder), folder.path()) == 0);
    REQUIRE(run_shirube({"--data", data, "check"}, folder.path()) == 0);
    REQUIRE(dump(data) == expected);
    REQUIRE(suggestions(data) == suggested);
    fs::remove_all(data);
  }
}

TEST_CASE("an index folder that a kill left half made is made anew") {
  static text::AnalyzerModel model{text::AnalyzerOptions{}};
  for (const char* file : {"", "iamglass", "postlist.glass"}) {
    INFO(file);
    TemporaryFolder folder;
    store::Database database(folder / "shirube.db");
    corpus::Library library(database);
    corpus::NewEdition edition;
    edition.facts.slug = edition.facts.title = edition.content_hash = "d";
    edition.clauses = {corpus::Clause{}};
    edition.clauses[0].path = edition.clauses[0].text = "text";
    library.add({&edition, 1});
    fs::create_directory(folder / "index-1");
    if (*file) std::ofstream(folder / "index-1" / file).put('x');
    std::atomic<bool> stop{false};
    indexer::IndexWriter(database, model, {folder.path(), "test", 1}).drain([](auto, auto) {}, stop);
    CHECK(indexer::check(folder.path(), database, store::Files(folder / "files")).empty());
    CHECK(dump(folder.path()).size() == 1);
  }
}

TEST_CASE("killed at each step of the queue, the work is taken up again") {
  static text::AnalyzerModel model{text::AnalyzerOptions{}};
  // A little is added to the index; much is built in segments and joined with it.
  constexpr int64_t little = 1'000'000, much = 1;
  struct Row {
    const char* work;
    const char* step;
    int64_t segment_characters;
  };
  const Row rows[] = {{"drain", "created", little},   {"drain", "named", little},  {"drain", "opened", little},  {"drain", "fed", little},
                      {"drain", "suggested", little}, {"drain", "committed", little}, {"drain", "dequeued", little}, {"drain", "opened", much},
                      {"drain", "fed", much},         {"drain", "joined", much},   {"drain", "committed", much}, {"drain", "pointed", much},
                      {"rebuild", "opened", much},    {"rebuild", "fed", much},    {"rebuild", "joined", much},  {"rebuild", "committed", much},
                      {"rebuild", "pointed", much}};
  for (const auto& row : rows) {
    INFO(row.work << " at " << row.step);
    TemporaryFolder folder;
    {
      store::Database database(folder / "shirube.db");
      corpus::Library library(database);
      for (int i = 0; i < 30; ++i) {
        corpus::NewEdition edition;
        edition.facts.slug = edition.facts.title = "d" + std::to_string(i);
        edition.content_hash = edition.facts.slug;
        corpus::Clause clause;
        clause.text = "見本の文" + std::to_string(i);
        clause.path = "text";
        edition.clauses = {clause};
        library.add({&edition, 1});
      }
    }
    auto work = [&](bool die) {
      store::Database database(folder / "shirube.db");
      std::atomic<bool> stop{false};
      indexer::IndexWriterOptions options{folder.path(), "test", 1, row.segment_characters, 1};
      options.at_step = [&](std::string_view step) {
        if (die && step == row.step) ::raise(SIGKILL);
      };
      indexer::IndexWriter writer(database, model, options);
      if (std::string_view(row.work) == "rebuild") writer.rebuild([](auto, auto) {}, stop);
      else writer.drain([](auto, auto) {}, stop);
    };
    pid_t pid = ::fork();
    REQUIRE(pid >= 0);
    if (pid == 0) {
      work(true);
      ::_exit(0);
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    REQUIRE(WIFSIGNALED(status));
    work(false);
    store::Database database(folder / "shirube.db");
    CHECK(indexer::check(folder.path(), database, store::Files(folder / "files")).empty());
    CHECK(dump(folder.path()).size() == 30);
    auto suggested = suggestions(folder.path());
    CHECK(std::ranges::count_if(suggested, [](const std::string& one) { return one.starts_with("0 d"); }) == 30);
    int folders = 0;
    for (const auto& entry : fs::directory_iterator(folder.path())) folders += entry.path().filename().string().starts_with("index-");
    CHECK(folders == 1);
  }
}
