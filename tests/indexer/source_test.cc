#include "indexer/source.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>

#include "tests/places.h"
#include "tests/temporary_folder.h"

using namespace shirube;
using namespace shirube::indexer;

namespace {

struct Fixture {
  TemporaryFolder folder;
  std::filesystem::path write(const std::string& text) {
    std::ofstream(folder / "sources.toml") << text;
    return folder / "sources.toml";
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "sources.toml says what is watched, and how it is fetched") {
  auto sources = read_sources(write(R"toml([fetch]
proxy = "http://proxy.example:8080"
user_agent = "Shirube (Hoshimi)"
delay_seconds = 10
file_mib = 5
timeout_seconds = 30

[[source]]
name = "市の例規"
watch = "page"
address = "https://WWW.city.example/reiki/"
hosts = ["Files.city.example"]
kind = "規程"
issuer = "星見市"
audience = "staff"
topic = "規程"
most = 7
enabled = true

[[source]]
name = "法令"
watch = "law"
laws = ["415AC0000000057"]

[[source]]
name = "受付"
watch = "folder"
address = "incoming"

[[source]]
name = "新着"
watch = "feed"
address = "http://www.city.example/news.xml"
links = ["*/security/*"]
)toml"));
  CHECK(sources.fetch.proxy == "http://proxy.example:8080");
  CHECK(sources.fetch.user_agent == "Shirube (Hoshimi)");
  CHECK(sources.fetch.delay == std::chrono::seconds(10));
  CHECK(sources.fetch.most_bytes == 5 << 20);
  CHECK(sources.fetch.time == std::chrono::seconds(30));
  REQUIRE(sources.list.size() == 4);
  const WatchedSource &page = sources.list[0], &law = sources.list[1], &incoming = sources.list[2], &feed = sources.list[3];
  CHECK(page.kind == SourceKind::page);
  CHECK(page.hosts == std::vector<std::string>{"files.city.example", "www.city.example"});
  CHECK(std::ranges::find(page.links, "*.pdf") != page.links.end());
  CHECK(page.facts.kind == "policy");
  CHECK(page.facts.issuer == "星見市");
  CHECK(page.facts.audience == "staff");
  CHECK(page.facts.topic == "規程");
  CHECK(page.most == 7);
  CHECK(page.enabled);
  CHECK(law.address == "https://laws.e-gov.go.jp/api/2/law_data/");
  CHECK(law.hosts == std::vector<std::string>{"laws.e-gov.go.jp"});
  CHECK_FALSE(law.enabled);
  CHECK(incoming.address == folder / "incoming");
  CHECK(feed.links == std::vector<std::string>{"*/security/*"});
}

TEST_CASE_METHOD(Fixture, "a fault in sources.toml names its line") {
  struct Row {
    const char* text;
    const char* says;
  };
  const Row rows[] = {
      {"[[source]]\nname = \"a\"\nwatch = \"page\"\ncolour = \"red\"\n", "4行目: 「colour」という項目はありません"},
      {"[[source]]\nname = \"a\"\nwatch = \"site\"\n", "3行目: watch は"},
      {"[[source]]\nwatch = \"page\"\naddress = \"https://a.example/\"\n", "1行目: name と watch は必須"},
      {"[[source]]\nname = \"a\"\naddress = \"https://a.example/\"\n", "name と watch は必須"},
      {"[[source]]\nname = \"a\"\nwatch = \"page\"\n", "address は必須"},
      {"[[source]]\nname = \"a\"\nwatch = \"page\"\naddress = \"file:///etc\"\n", "http:// か https://"},
      {"[[source]]\nname = \"a\"\nwatch = \"page\"\naddress = \"https://a:b@a.example/\"\n", "http:// か https://"},
      {"[[source]]\nname = 3\nwatch = \"page\"\n", "2行目: 文字列で"},
      {"[[source]]\nname = \"a\"\nwatch = \"page\"\nlinks = \"*.pdf\"\n", "4行目: 文字列の配列"},
      {"[[source]]\nname = \"a\"\nwatch = \"page\"\nlinks = [1]\n", "4行目: 文字列で"},
      {"[[source]]\nname = \"a\"\nwatch = \"page\"\nmost = 0\n", "4行目: 1〜1000 の整数"},
      {"[[source]]\nname = \"a\"\nwatch = \"page\"\nenabled = \"yes\"\n", "4行目: true か false"},
      {"[[source]]\nname = \"a\"\nwatch = \"page\"\naddress = \"https://a.example/\"\nkind = \"novel\"\n", "5行目: 「novel」という値はありません"},
      {"[[source]]\nname = \"a\"\nwatch = \"page\"\naddress = \"https://a.example/\"\nkind = \"all\"\n", "5行目: 「all」という値はありません"},
      {"[[source]]\nname = \"a\"\nwatch = \"page\"\naddress = \"https://a.example/\"\nhosts = [\"b.example/x\"]\n", "5行目: 「b.example/x」はサーバーの名前ではありません"},
      {"[[source]]\nname = \"a\"\nwatch = \"page\"\naddress = \"https://a.example/\"\nlaws = [\"1\"]\n", "laws は"},
      {"[[source]]\nname = \"a\"\nwatch = \"law\"\n", "laws は"},
      {"[[source]]\nname = \"a\"\nwatch = \"law\"\nlaws = [\"../x\"]\n", "4行目: laws は"},
      {"[[source]]\nname = \"a\"\nwatch = \"folder\"\naddress = \"x\"\n[[source]]\nname = \"a\"\nwatch = \"folder\"\naddress = \"y\"\n", "5行目: name = \"a\" が二つ"},
      {"[fetch]\nspeed = 3\n", "2行目: 「fetch.speed」という項目はありません"},
      {"[fetch]\ndelay_seconds = -1\n", "2行目: 0〜3600 の整数"},
      {"[fetch]\nuser_agent = \"星見市\"\n", "2行目: 英数字と記号"},
      {"[fetch]\nproxy = 8080\n", "2行目: 文字列で"},
      {"source = 1\n", "[fetch] か [[source]]"},
      {"[other]\n", "[fetch] か [[source]]"},
      {"[[source\n", "TOML として読めません"},
  };
  for (const auto& row : rows) {
    INFO(row.text);
    CHECK_THROWS_WITH(read_sources(write(row.text)), Catch::Contains(row.says));
  }
  CHECK(read_sources(write("")).list.empty());
  CHECK_THROWS_AS(read_sources(folder / "none.toml"), Error);
}

TEST_CASE("the shipped sources are all switched off, and say the defaults") {
  auto shipped = read_sources(std::filesystem::path(test::source_folder) / "config/sources.toml");
  CHECK(shipped.list.size() >= 7);
  for (const auto& source : shipped.list) {
    INFO(source.name);
    CHECK_FALSE(source.enabled);
    CHECK((source.kind == SourceKind::folder || source.address.starts_with("https://")));
  }
  FetchSettings defaults;
  CHECK(shipped.fetch.proxy == defaults.proxy);
  CHECK(shipped.fetch.user_agent == defaults.user_agent);
  CHECK(shipped.fetch.delay == defaults.delay);
  CHECK(shipped.fetch.most_bytes == defaults.most_bytes);
  CHECK(shipped.fetch.time == defaults.time);
}
