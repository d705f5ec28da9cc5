// What ledgers say of themselves, and what is said of their faults.
#include "records/ledger.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "tests/places.h"
#include "tests/temporary_folder.h"
#include "text/error.h"

using namespace shirube;
using namespace shirube::records;
namespace fs = std::filesystem;

namespace {

const std::string start = "name = \"見本台帳\"\nprefix = \"見本\"\nroles = [\"officer\"]\n";
const std::string whole = start +
                          "[[field]]\nkey = \"day\"\nname = \"日\"\nkind = \"date\"\nrequired = [\"open\"]\n"
                          "[[field]]\nkey = \"type\"\nname = \"種類\"\nkind = \"choice\"\nchoices = [\"甲\", \"乙\"]\n"
                          "[[state]]\nkey = \"open\"\nname = \"受付\"\n[[state]]\nkey = \"done\"\nname = \"済み\"\nclosed = true\n"
                          "[[step]]\nkey = \"finish\"\nname = \"終える\"\nfrom = [\"open\"]\nto = \"done\"\nroles = [\"officer\"]\n";

/// What is said of a ledger; empty: nothing.
std::string fault_of(const std::string& text, const std::string& name = "mihon.toml") {
  TemporaryFolder folder;
  std::ofstream(folder / name) << text;
  try {
    Ledger ledger(folder / name);
    return "";
  } catch (const Error& e) {
    return std::string(e.what()) + " " + e.hint();
  }
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  size_t at = text.find(from);
  REQUIRE(at != text.npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("the ledgers that ship have no fault") {
  Ledgers ledgers(fs::path(test::source_folder) / "config/ledgers");
  for (const auto& fault : ledgers.faults()) CHECK(fault == "");
  CHECK(ledgers.all().size() >= 13);
  const Ledger* sodan = ledgers.find("sodan");
  REQUIRE(sodan);
  CHECK(sodan->prefix() == "相談");
  CHECK(sodan->field("asker")->audience == "restricted");
  CHECK(sodan->step("approve")->to == "approved");
  CHECK(sodan->counters().at(0).cadence.count() == 2);
  CHECK_FALSE(ledgers.find("nai"));
}

TEST_CASE("a fault of a ledger is told with its line, and the others run") {
  CHECK(fault_of(whole) == "");
  struct Row {
    std::string text, said;
  };
  const Row rows[] = {
      {"name = ", "1行目"},
      {start, "field"},
      {whole + "[[step]]\nkey = \"finish\"\nname = \"a\"\nfrom = [\"open\"]\nto = \"open\"\nroles = [\"officer\"]\n", "二つあります"},
      {replaced(whole, "kind = \"date\"", "kind = \"dat\""), "「dat」は使えません"},
      {replaced(whole, "required = [\"open\"]", "required = [\"opne\"]"), "「opne」という状態はありません"},
      {replaced(whole, "to = \"done\"", "to = \"gone\""), "「gone」という状態はありません"},
      {replaced(whole, "from = [\"open\"]\nto = \"done\"", "from = [\"done\"]\nto = \"open\""), "「済み」へ進む step がありません"},
      {replaced(whole, "choices = [\"甲\", \"乙\"]", "choices = [\"甲\", \"甲\"]"), "同じ言葉"},
      {replaced(whole, "choices = [\"甲\", \"乙\"]\n", ""), "choices が、kind と合いません"},
      {replaced(whole, "key = \"day\"", "key = \"Day\""), "key がないか、使えません"},
      {replaced(whole, "name = \"日\"", "nmae = \"日\""), "「nmae」という項目はありません"},
      {whole + "[[due]]\nname = \"a\"\nfrom = \"type\"\nwithin = \"翌日から10日\"\nstates = [\"open\"]\n", "kind が date ではありません"},
      {whole + "[[due]]\nname = \"a\"\nfrom = \"day\"\nwithin = \"そのうち\"\nstates = [\"open\"]\n", "そのうち"},
      {whole + "[[counter]]\nname = \"a\"\ndate = \"day\"\ncadence = \"たまに\"\n", "たまに"},
      {whole + "[[counter]]\nname = \"a\"\ndate = \"day\"\ncadence = \"月2件以内\"\nwhere = { type = \"丙\" }\n", "「丙」という選択肢はありません"},
      {replaced(whole, "key = \"type\"", "key = \"state\""), "使えません"},
      {whole + "[[due]]\nname = \"a\"\nfrom = \"day\"\nwithin = \"翌日から10日\"\nstates = [\"done\"]\n", "閉じた状態"},
      {"columns = [\"nai\"]\n" + whole, "「nai」という項目はありません"},
  };
  for (const auto& row : rows) {
    INFO(row.said << "\n" << fault_of(row.text));
    CHECK(fault_of(row.text).find(row.said) != std::string::npos);
    CHECK(fault_of(row.text).find("行目") != std::string::npos);
  }
  CHECK(fault_of(replaced(whole, "kind = \"dat", "kind = \"xdat"), "mihon.toml").find(" の7行目") != std::string::npos);
  CHECK(fault_of(whole, "Mihon.toml").find("ファイルの名前") != std::string::npos);

  TemporaryFolder folder;
  std::ofstream(folder / "a.toml") << whole;
  std::ofstream(folder / "b.toml") << start;
  Ledgers ledgers(folder.path());
  CHECK(ledgers.all().size() == 1);
  REQUIRE(ledgers.faults().size() == 1);
  CHECK(ledgers.faults()[0].find("b.toml") != std::string::npos);
  CHECK(Ledgers(folder / "nai").all().empty());
  std::ofstream(folder / "c.toml") << whole;  // with the prefix of a.toml
  CHECK(Ledgers(folder.path()).faults().size() == 2);
}
