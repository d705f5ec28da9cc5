// What the help page promises holds on the sample.
#include "web/help.h"

#include <catch2/catch.hpp>

#include "commands/installation.h"
#include "tests/places.h"
#include "tests/process.h"
#include "tests/temporary_folder.h"

using namespace shirube;

TEST_CASE("each example of the help page finds something in the sample, and is read as it says") {
  TemporaryFolder folder;
  std::filesystem::path source(test::source_folder);
  REQUIRE(run_shirube({"--data", folder / "data", "ingest", source / "corpus/sample"}, folder.path()) == 0);
  commands::Arguments arguments;
  arguments.data = folder / "data";
  arguments.config_file = source / "config/shirube.toml";
  arguments.config = config::load(arguments.config_file);
  commands::Installation installation(arguments, store::Database::Open::existing);
  auto searcher = installation.searcher();
  REQUIRE(web::help_examples().size() > 10);
  for (const auto& example : web::help_examples()) {
    auto query = search::parse(example.q);
    INFO(example.q << ": " << query.understood());
    CHECK(searcher.match(query, corpus::Viewer::everything(), {}).total > 0);
    bool has_sign = std::ranges::any_of(query.parts, [](const auto& part) { return part.kind != search::Part::Kind::word; });
    CHECK(has_sign == (example.section != "words"));
  }
}
