#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>

#include "corpus/outline.h"
#include "indexer/extract.h"
#include "tests/outline_case.h"

// Third-party documents with outlines made by hand, beside the source tree. Skipped where they or
// python3 are not there.
using namespace shirube;
namespace fs = std::filesystem;

namespace {

struct Target {
  std::string gold, document;
  double f1, label, parent, page;
};

void write_outline(const fs::path& document, const fs::path& to) {
  auto extract = indexer::read(test::slurp(document), document.filename().string());
  auto clauses = extract.clauses.empty() ? corpus::outline(extract.pages, extract.bookmarks) : extract.clauses;
  auto nodes = nlohmann::json::array();
  for (auto& c : clauses) {
    nlohmann::json node = {{"label", c.label}, {"heading", c.heading}, {"text", c.text}, {"page", nullptr}, {"parent", nullptr}};
    if (c.page) node["page"] = *c.page;
    if (c.parent) node["parent"] = *c.parent;
    nodes.push_back(std::move(node));
  }
  std::ofstream(to) << nodes.dump();
}

std::optional<nlohmann::json> score(const fs::path& shared, const fs::path& gold, const fs::path& out) {
  auto command = "python3 '" + (shared / "outline/score_outline.py").string() + "' --json '" + gold.string() + "' '" + out.string() + "'";
  std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string text(4096, '\0');
  text.resize(fread(text.data(), 1, text.size(), pipe.get()));
  if (text.empty()) return {};
  return nlohmann::json::parse(text);
}

}  // namespace

TEST_CASE("outlines agree with those made by hand", "[corpus][outline][gold]") {
  auto shared = test::shared_dir();
  if (!fs::exists(shared / "outline/score_outline.py") || std::system("python3 -c '' 2>/dev/null") != 0) {
    WARN("no outlines to compare with at " << shared << " (SHIRUBE_SHARED names another place), or no python3: skipped");
    return;
  }
  std::vector<Target> targets = {
      {"outline/spec-fukuoka.gold.jsonl", "outline/spec-fukuoka.txt", 0.95, 0.98, 0.98, 0},
      {"outline/notice-r8-42.gold.jsonl", "real/notices/soumu-tuchi-r8-shorei.pdf", 0.93, 0.98, 0.93, 0.99},
      {"outline/mext-handbook.gold.jsonl", "real/guidelines/mext-handbook-r7-3.pdf", 0.93, 0.98, 0.93, 0.99},
      {"outline/gif-docx-1.gold.jsonl", "outline/gif-docx-1.docx", 0.95, 0.98, 0.95, 0},
      {"outline/ppc-guideline.gold.jsonl", "real/guidelines/ppc-guideline.html", 0.97, 0.99, 0.99, 0},
      {"outline/laws-dev/kojinjoho.gold.jsonl", "real/laws/appi-law.xml", 0.99, 0.99, 0.99, 0},
      {"outline/laws-dev/fusei-access.gold.jsonl", "real/laws/illegal-access-law.xml", 0.99, 0.99, 0.99, 0},
  };
  for (auto& entry : fs::directory_iterator(shared / "outline/laws-dev"))
    if (entry.path().extension() == ".txt") {
      auto name = "outline/laws-dev/" + entry.path().stem().string();
      targets.push_back({name + ".gold.jsonl", name + ".txt", 0.99, 0.99, 0.99, 0});
    }
  auto out = fs::temp_directory_path() / ("shirube-outline-" + std::to_string(std::hash<std::string>{}(test::source_dir().string())) + ".json");
  for (auto& t : targets) {
    INFO(t.document);
    if (!fs::exists(shared / t.gold) || !fs::exists(shared / t.document)) continue;
    write_outline(shared / t.document, out);
    auto result = score(shared, shared / t.gold, out);
    REQUIRE(result);
    CHECK((*result)["F1"].get<double>() >= t.f1);
    CHECK((*result)["label"].get<double>() >= t.label);
    CHECK((*result)["parent"].get<double>() >= t.parent);
    if (t.page > 0) CHECK((*result)["page"].get<double>() >= t.page);
  }
  fs::remove(out);
}
