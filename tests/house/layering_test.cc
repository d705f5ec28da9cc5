// The order of the house, held against every #include: arrows go down only, and a third-party
// header stands only in the folders that are meant to know it.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>

#include "tests/places.h"

namespace fs = std::filesystem;

namespace {

using Folders = std::set<std::string>;

/// A folder and the folders whose headers it may include. "" is main.cc.
const std::map<std::string, Folders> arrows = {
    {"text", {}},
    {"store", {"text"}},
    {"corpus", {"store", "text"}},
    {"search", {"corpus", "store", "text"}},
    {"indexer", {"search", "corpus", "store", "text"}},
    {"people", {"corpus", "store", "text"}},
    {"office", {"store", "text"}},
    {"records", {"corpus", "store", "text"}},
    {"web", {"people", "records", "office", "indexer", "search", "corpus", "store", "text"}},
    {"config", {"text"}},
    {"commands", {"web", "people", "records", "office", "indexer", "search", "corpus", "store", "text", "config"}},
    {"", {"commands", "indexer", "text", "config"}},
};

/// The beginning of a third-party header and the folders it may stand in.
const std::map<std::string, Folders> third_party = {
    {"httplib", {"web"}}, {"openssl/", {"web"}},       {"kainjow/", {"web"}},
    {"xapian", {"search", "indexer"}},
    {"poppler", {"indexer"}},   {"pugixml", {"indexer", "office", "web"}},
    {"zip.h", {"indexer", "office"}},     {"libxml/", {"indexer"}},   {"gmime/", {"indexer"}},    {"seccomp", {"indexer"}},
    {"curl/", {"indexer"}},
    {"SQLiteCpp/", {"store", "corpus", "search", "indexer", "people", "records", "commands"}},
    {"sqlite3", {"store"}},     {"sodium", {"store", "people"}},
    {"xlsxwriter", {"office"}}, {"liboath/", {"people"}},   {"qrencode", {"people"}},
    {"archive", {"store"}},
    {"mecab", {"text"}},        {"unicode/", {"text"}}, {"uchardet", {"text"}},
    {"toml++/", {"config", "indexer", "people", "records"}},
    {"CLI/", {""}},             {"spdlog/", {"web", "commands"}},
    {"png.h", {"indexer"}}, {"nlohmann/", {"store", "corpus", "people", "records", "office", "indexer", "web", "commands"}},
    {"fmt/", {"text", "store", "corpus", "people", "records", "office", "search", "indexer", "web", "config", "commands", ""}},
};

/// What is wrong with an #include; empty when nothing is.
std::string fault(const std::string& folder, const std::string& header, bool quoted) {
  std::string target = header.substr(0, header.find('/'));
  if (quoted) {
    if (target == folder || arrows.at(folder).contains(target)) return "";
    return "may not know the folder of";
  }
  for (const auto& [beginning, folders] : third_party) {
    if (header.starts_with(beginning)) return folders.contains(folder) ? "" : "may not include the third-party";
  }
  // Beyond the listed libraries only the standard library and the system are used.
  bool system = header.find('/') == header.npos || header.starts_with("sys/") || header.starts_with("linux/") || header.starts_with("netinet/") || header.starts_with("arpa/");
  return system ? "" : "includes a header of no listed library:";
}

std::string contents(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("every include follows the order of the house") {
  const std::regex include("^\\s*#\\s*include\\s*([<\"])([^>\"]+)[>\"]");
  size_t seen = 0;
  for (const auto& [folder, _] : arrows) {
    std::vector<fs::path> files;
    if (folder.empty()) {
      files.push_back(fs::path(shirube::test::source_folder) / "main.cc");
    } else {
      for (const auto& entry : fs::recursive_directory_iterator(fs::path(shirube::test::source_folder) / folder)) files.push_back(entry.path());
    }
    for (const auto& file : files) {
      if (file.extension() != ".h" && file.extension() != ".cc") continue;
      std::ifstream in(file);
      for (std::string line; std::getline(in, line);) {
        std::smatch match;
        if (!std::regex_search(line, match, include)) continue;
        ++seen;
        std::string what = fault(folder, match[2], match[1] == "\"");
        INFO(file.string() << " " << what << " " << match[2]);
        CHECK(what.empty());
      }
    }
  }
  CHECK(seen > 100);
}

TEST_CASE("the rule catches what it is made for") {
  CHECK_FALSE(fault("text", "store/files.h", true).empty());
  CHECK_FALSE(fault("corpus", "xapian.h", false).empty());
  CHECK_FALSE(fault("search", "httplib.h", false).empty());
  CHECK_FALSE(fault("store", "corpus/library.h", true).empty());
  CHECK(fault("search", "xapian.h", false).empty());
  CHECK(fault("indexer", "corpus/outline.h", true).empty());
}

TEST_CASE("no environment variable changes a ranking that is released") {
  for (const auto& entry : fs::recursive_directory_iterator(shirube::test::source_folder)) {
    auto from = entry.path().lexically_relative(shirube::test::source_folder);
    std::string folder = from.begin()->string();
    if ((entry.path().extension() != ".h" && entry.path().extension() != ".cc") || folder == "build" || folder == "tests" || from == "search/tuning.h") continue;
    INFO(from.string());
    CHECK(contents(entry.path()).find("getenv") == std::string::npos);
  }
#ifndef SHIRUBE_TUNING
  CHECK(contents(shirube::test::program).find("SHIRUBE_TUNE") == std::string::npos);
#endif
}

TEST_CASE("the tests that docs/asvs.md names are there") {
  const fs::path root = shirube::test::source_folder;
  std::string table = contents(root / "docs/asvs.md");
  const std::regex named("([a-z]+/[a-z_]+)「([^」]+)」");
  size_t seen = 0;
  for (std::sregex_iterator at(table.begin(), table.end(), named), end; at != end; ++at) {
    INFO(at->str());
    CHECK(contents(root / "tests" / ((*at)[1].str() + "_test.cc")).find("\"" + (*at)[2].str()) != std::string::npos);
    ++seen;
  }
  CHECK(seen > 80);
}

TEST_CASE("the list in web/app.h is that of the routes") {
  const fs::path web = fs::path(shirube::test::source_folder) / "web";
  auto patterns = [&](const char* file, const std::regex& pattern) {
    const std::string text = contents(web / file);
    std::set<std::string> found;
    for (std::sregex_iterator at(text.begin(), text.end(), pattern), end; at != end; ++at) found.insert(std::regex_replace((*at)[1].str(), std::regex("\\{[a-z]+\\}"), "{}"));
    return found;
  };
  auto routes = patterns("app.cc", std::regex("\\{\"[A-Z]+\", \"([^\"]+)\""));
  CHECK(routes.size() > 40);
  CHECK(patterns("app.h", std::regex("///   (/[^ \n]*)")) == routes);
}

TEST_CASE("every folder of source is in the table") {
  const Folders others = {"tests", "cmake", "build", "tools", "var", "docs", "packaging"};
  for (const auto& entry : fs::directory_iterator(shirube::test::source_folder)) {
    std::string name = entry.path().filename().string();
    if (!entry.is_directory() || name.starts_with(".") || others.contains(name)) continue;
    INFO(name);
    CHECK(arrows.contains(name));
  }
}
