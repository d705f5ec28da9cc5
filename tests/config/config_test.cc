#include "config/config.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <unistd.h>

#include "text/error.h"
#include "tests/places.h"

using namespace shirube;

namespace {

std::filesystem::path write(const std::string& text) {
  auto file = std::filesystem::temp_directory_path() / ("shirube-config-" + std::to_string(getpid()) + ".toml");
  std::ofstream(file) << text;
  return file;
}

const std::filesystem::path shipped = std::filesystem::path(test::source_folder) / "config/shirube.toml";

}  // namespace

TEST_CASE("the shipped settings say the defaults") {
  config::Config shipped_config = config::load(shipped), defaults;
  CHECK(shipped_config.dictionary == defaults.dictionary);
  CHECK(shipped_config.host == defaults.host);
  CHECK(shipped_config.port == defaults.port);
  CHECK(shipped_config.cpu_seconds == defaults.cpu_seconds);
  CHECK(shipped_config.memory_mib == defaults.memory_mib);
  CHECK(shipped_config.public_reading == defaults.public_reading);
  CHECK(shipped_config.proxy_addresses == defaults.proxy_addresses);
  CHECK(shipped_config.proxy_user_header == defaults.proxy_user_header);
  CHECK(shipped_config.backup_folder == defaults.backup_folder);
  CHECK(shipped_config.backup_times == defaults.backup_times);
  CHECK(shipped_config.backup_keep == defaults.backup_keep);
  CHECK(shipped_config.event_reads == defaults.event_reads);
  CHECK(shipped_config.event_searches == defaults.event_searches);
  CHECK(shipped_config.event_days == defaults.event_days);
}

TEST_CASE("every setting is explained in the shipped file") {
  std::stringstream text;
  text << std::ifstream(shipped).rdbuf();
  for (const auto& key : config::keys()) {
    INFO(key);
    CHECK(text.str().find("\n" + key.substr(key.find('.') + 1) + " = ") != std::string::npos);
  }
}

TEST_CASE("a fault names its line and what to do") {
  struct Row {
    const char* text;
    const char* says;
  };
  const Row rows[] = {
      {"[serve]\nprot = 80\n", "2行目: 「serve.prot」という設定はありません"},
      {"[serve]\nport = 0\n", "2行目: 「serve.port」の値が正しくありません"},
      {"[serve]\n\nport = \"80\"\n", "3行目"},
      {"[serve]\nproxy_addresses = [1]\n", "値が正しくありません"},
      {"[serve]\npublic_reading = \"yes\"\n", "値が正しくありません"},
      {"[serve]\naudiences = []\n", "「serve.audiences」という設定はありません"},
      {"[events]\nsearches = 1\n", "値が正しくありません"},
      {"port = 80\n", "節ではありません"},
      {"[serve\n", "TOML として読めません"},
  };
  for (const auto& row : rows) {
    INFO(row.text);
    try {
      config::load(write(row.text));
      FAIL("no error");
    } catch (const Error& e) {
      CHECK(e.kind() == ErrorKind::invalid);
      CHECK_THAT(e.message(), Catch::Contains(row.says));
      CHECK_FALSE(e.hint().empty());
    }
  }
}

TEST_CASE("a missing settings file is an error of its own kind") {
  try {
    config::load("/nowhere/shirube.toml");
    FAIL("no error");
  } catch (const Error& e) {
    CHECK(e.kind() == ErrorKind::missing);
  }
}
