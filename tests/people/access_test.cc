#include "people/access.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>

#include "store/files.h"
#include "tests/places.h"
#include "tests/temporary_folder.h"
#include "text/error.h"
#include "text/utf8.h"

using namespace shirube;
using corpus::Task;

namespace {

std::string shipped() { return store::read_file(std::filesystem::path(test::source_folder) / "config/access.toml", 1 << 20); }

people::AccessTable read(const std::string& text) {
  TemporaryFolder folder;
  std::ofstream(folder / "access.toml") << text;
  return people::AccessTable(folder / "access.toml");
}

}  // namespace

TEST_CASE("the table as shipped gives each role what the office agreed") {
  struct Row {
    const char *key, *name;
    std::vector<std::string> audiences;
    std::vector<Task> tasks;
    bool sees_all, must_end;
  };
  const std::vector<Row> rows = {
      {"staff", "職員", {"public", "staff"}, {Task::judge}, false, false},
      {"officer", "担当職員", {"public", "staff", "committee", "restricted"}, {Task::judge, Task::desk}, false, false},
      {"consultant", "受託者", {"public", "staff"}, {Task::judge}, false, true},
      {"member", "委員", {"public", "committee"}, {}, false, false},
      {"auditor", "監査人", {"public", "staff", "committee", "restricted"}, {Task::events}, false, false},
      {"administrator", "管理者", {"public", "staff", "committee", "restricted"}, {Task::judge, Task::desk, Task::events, Task::administer}, true, false},
  };
  for (const auto& table : {people::AccessTable(), people::AccessTable(std::filesystem::path(test::source_folder) / "config/access.toml")}) {
    REQUIRE(table.roles().size() == rows.size());
    for (size_t i = 0; i < rows.size(); ++i) {
      const people::Role& role = table.roles()[i];
      INFO(rows[i].key);
      CHECK(role.key == rows[i].key);
      CHECK(role.name == rows[i].name);
      CHECK(role.audiences == rows[i].audiences);
      CHECK(role.tasks == rows[i].tasks);
      CHECK(role.sees_all == rows[i].sees_all);
      CHECK(role.must_end == rows[i].must_end);
      CHECK_FALSE(role.second_step);
    }
  }
  CHECK(people::AccessTable().find("mayor") == nullptr);
}

TEST_CASE("a table may name groups, labels, and a second step") {
  std::string text = text::replace_all(shipped(), "[member]\nname = \"委員\"\naudiences = [\"public\", \"committee\"]",
                                       "[member]\nname = \"審議会委員\"\naudiences = [\"公開\"]\ngroups = [\"審議会\"]\nsecond_step = true");
  people::AccessTable table = read(text);
  const people::Role* member = table.find("member");
  REQUIRE(member != nullptr);
  CHECK(member->name == "審議会委員");
  CHECK(member->audiences == std::vector<std::string>{"public", "審議会"});
  CHECK(member->second_step);
}

TEST_CASE("a fault of the table names its line and what to do") {
  struct Row {
    const char *from, *to, *says;
  };
  const Row rows[] = {
      {"[staff]", "[mayor]", "「mayor」という役割はありません"},
      {"audiences = [\"public\", \"staff\"]", "audiences = [\"pubic\", \"staff\"]", "「pubic」という公開範囲はありません"},
      {"audiences = [\"public\", \"staff\"]", "audiences = \"public\"", "文字列の配列"},
      {"audiences = [\"public\", \"staff\"]", "groups = [1]", "文字列の配列"},
      {"tasks = [\"judge\"]", "tasks = [\"juge\"]", "「juge」という仕事はありません"},
      {"tasks = [\"judge\"]", "task = [\"judge\"]", "「staff.task」という項目はありません"},
      {"sees_all = true", "sees_all = 1", "true か false"},
      {"name = \"職員\"", "", "役割「staff」に name がありません"},
      {", \"administer\"]", "]", "administer がありません"},
      {"tasks = [\"events\"]", "tasks = [\"administer\"]", "役割「auditor」は、administer があるのに sees_all がありません"},
      {"sees_all = true", "audiences = [\"public\", \"staff\", \"committee\", \"restricted\"]", "役割「administrator」は、administer があるのに sees_all がありません"},
  };
  for (const auto& row : rows) {
    INFO(row.to);
    std::string text = shipped();
    size_t at = text.find(row.from);
    REQUIRE(at != text.npos);
    text.replace(at, std::string(row.from).size(), row.to);
    try {
      read(text);
      FAIL("no error");
    } catch (const Error& e) {
      CHECK(e.kind() == ErrorKind::invalid);
      CHECK_THAT(e.message() + e.hint(), Catch::Contains(row.says) && Catch::Contains("行目"));
    }
  }
  auto message = [](const std::string& text) {
    try {
      read(text);
    } catch (const Error& e) {
      return e.message();
    }
    return std::string();
  };
  std::string before = shipped().substr(0, shipped().find("[\"judge\"]"));
  CHECK_THAT(message(before + "[\"x\"]"), Catch::Contains(std::to_string(std::ranges::count(before, '\n') + 1) + "行目"));
  CHECK_THAT(message("[staff\n"), Catch::Contains("1行目") && Catch::Contains("TOML として読めません"));
  CHECK_THAT(message("[staff]\nname = \"職員\"\n"), Catch::Contains("役割「officer」がありません"));
  CHECK_THROWS_AS(people::AccessTable("/nowhere/access.toml"), Error);
}
