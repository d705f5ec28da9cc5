// The files of settings that may be edited in the browser, as shipped: what is taken, and what is not.
#include "web/settings.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "commands/commands.h"
#include "store/files.h"
#include "tests/places.h"
#include "tests/temporary_folder.h"
#include "text/error.h"

using namespace shirube;

namespace {

namespace fs = std::filesystem;

struct Fixture {
  TemporaryFolder folder;
  fs::path config = folder / "etc", scratch = folder / "var";
  commands::Arguments arguments;
  std::unique_ptr<commands::Installation> installation;
  std::unique_ptr<web::Settings> settings;

  Fixture() {
    fs::copy(fs::path(test::source_folder) / "config", config, fs::copy_options::recursive);
    arguments.data = scratch;
    arguments.config = config::load(config / "shirube.toml");
    installation = std::make_unique<commands::Installation>(arguments, store::Database::Open::or_create);
    settings = std::make_unique<web::Settings>(installation->database, scratch, commands::editable_files(*installation, arguments.config, [] {}));
  }
  const web::EditableFile& sources() const { return settings->find("sources"); }
  std::string with_folder(const std::string& address) const {
    return settings->read(sources()).text + fmt::format("\n[[source]]\nname = \"x\"\nwatch = \"folder\"\naddress = \"{}\"\naudience = \"public\"\n", address);
  }
  void check_refused(const std::string& address) const {
    INFO(address);
    CHECK_THROWS_WITH(settings->preview(sources(), with_folder(address)), Catch::Contains("フォルダの収集元は、ブラウザからは加えられません"));
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "each file of settings proves as it is shipped, and with one more comment where it has comments") {
  REQUIRE(settings->files().size() == 6 + 25);
  for (const auto& file : settings->files()) {
    INFO(file.key);
    std::string text = settings->read(file).text;
    CHECK_NOTHROW(settings->preview(file, text));
    CHECK(settings->preview(file, "# 一行の注釈\n" + text).added_count == 1);
  }
}

TEST_CASE_METHOD(Fixture, "a folder is watched only when it was watched before, however it is written") {
  for (const char* address : {"/home", "incoming", "../incoming", ".", "..", "../../../../../../../../home", "/srv/shirube", "/srv/shirube/incoming/../../other"}) check_refused(address);
  // What is as far from the trial's folder as the shipped folder is from the settings.
  check_refused((scratch / "settings-1" / fs::path("/srv/shirube/incoming").lexically_relative(config)).lexically_normal().string());
  CHECK(settings->preview(sources(), with_folder("/srv/shirube/incoming")).added_count > 0);

  std::ofstream(sources().path, std::ios::app) << "\n[[source]]\nname = \"y\"\nwatch = \"folder\"\naddress = \"incoming\"\n";
  CHECK(settings->preview(sources(), "# 注釈\n" + settings->read(sources()).text).added_count == 1);
  CHECK(settings->preview(sources(), with_folder((config / "incoming").string())).added_count > 0);
  for (const char* address : {"incoming/..", "../var/incoming"}) check_refused(address);
}
