// How records follow their ledgers.
#include <algorithm>

#include "tests/records/fixture.h"

using namespace shirube;
using namespace shirube::records;

using List = std::vector<std::string>;

namespace {

std::string mihon(const std::string& fields, const std::string& states = "{ key = \"open\", name = \"受付\" }") {
  return "name = \"見本\"\nprefix = \"見本\"\naudience = \"staff\"\nroles = [\"officer\"]\nfield = [" + fields + "]\nstate = [" + states + "]\n";
}

struct Changing : Office {
  Changing() : Office({{"mihon", mihon("{ key = \"unit\", name = \"課\", kind = \"unit\" }, { key = \"what\", name = \"内容\" }")}}) { records.add(officer, tanto, "mihon", {{"unit", {"税務課"}}, {"what", {"点検"}}}, "", day); }
  void now(const std::string& fields, const std::string& states = "{ key = \"open\", name = \"受付\" }") { write({{"mihon", mihon(fields, states)}}); }
  Record record(const corpus::Viewer& viewer = officer) { return *records.find(viewer, "R8-見本-0001"); }
};

}  // namespace

TEST_CASE_METHOD(Changing, "a field that is narrowed is looked through no more, and one that is opened is") {
  CHECK(found(clerk, {.words = "税務課"}, "mihon").size() == 1);
  now("{ key = \"unit\", name = \"課\", kind = \"unit\", audience = \"restricted\" }, { key = \"what\", name = \"内容\" }");
  CHECK(found(clerk, {.words = "税務課"}, "mihon").empty());
  CHECK(found(officer, {.words = "税務課"}, "mihon").empty());
  CHECK(found(clerk, {.words = "見本 点検"}, "mihon").size() == 1);
  CHECK(record().values.contains("unit"));
  CHECK_FALSE(record(clerk).values.contains("unit"));
  now("{ key = \"unit\", name = \"課\" }, { key = \"what\", name = \"内容\" }");
  CHECK(found(clerk, {.words = "税務課"}, "mihon").size() == 1);
}

TEST_CASE_METHOD(Changing, "fields and states of another name keep what they held") {
  now("{ key = \"section\", name = \"課\", kind = \"unit\", was = [\"unit\"] }, { key = \"what\", name = \"内容\" }", "{ key = \"begun\", name = \"受付\", was = [\"open\"] }");
  CHECK(record().values.at("section") == List{"税務課"});
  CHECK_FALSE(record().values.contains("unit"));
  CHECK(record().state == "begun");
  CHECK(record().revision == 1);
  CHECK(found(officer, {.states = {"begun"}, .where = {{"section", "税務課"}}}, "mihon").size() == 1);
  CHECK(events("record.settle") == 1);
  auto history = records.history(clerk, "R8-見本-0001");
  CHECK(std::ranges::any_of(history, [](const Change& change) { return change.field == "section" && change.after == List{"税務課"}; }));
  records.settle();
  CHECK(events("record.settle") == 1);
}

TEST_CASE_METHOD(Changing, "a field or state that is gone leaves what it held, for those who see all") {
  now("{ key = \"what\", name = \"内容\" }", "{ key = \"begun\", name = \"受付\" }");
  CHECK_FALSE(record().values.contains("unit"));
  CHECK(record(everybody).values.at("unit") == List{"税務課"});
  CHECK(found(officer, {.words = "税務課"}, "mihon").empty());
  CHECK(records.steps(tanto, record()).empty());
  REQUIRE(records.remarks(record()).size() == 1);
  CHECK(records.remarks(record())[0].find("「open」は、台帳にもうありません") != std::string::npos);
  records.change(officer, tanto, "R8-見本-0001", 1, {{"what", {"点検の二"}}});
  CHECK(record(everybody).values.at("unit") == List{"税務課"});
  for (const auto& change : records.history(officer, "R8-見本-0001")) CHECK(change.field != "unit");
}

TEST_CASE_METHOD(Changing, "what a changed ledger would do is told before") {
  auto told = [&](const std::string& fields, const std::string& states = "{ key = \"open\", name = \"受付\" }") { return records.preview(Ledger("mihon", mihon(fields, states))); };
  const std::string unit = "{ key = \"unit\", name = \"課\", kind = \"unit\" }", what = "{ key = \"what\", name = \"内容\" }";
  CHECK(told(unit + ", " + what).empty());
  struct Case {
    std::string fields, states;
    List said;
  };
  const std::string open = "{ key = \"open\", name = \"受付\" }";
  const Case cases[] = {
      {unit + ", " + what + ", { key = \"more\", name = \"ほか\" }", open, {"項目「ほか」が加わります。"}},
      {what, open, {"項目「課」がなくなります。値のある記録 1件"}},
      {"{ key = \"section\", name = \"部署\", was = [\"unit\"] }, " + what, open, {"項目「課」は「部署」に移ります（値のある記録 1件）。"}},
      {"{ key = \"unit\", name = \"課\", kind = \"unit\", retired = true }, " + what, open, {"これからは聞きません"}},
      {"{ key = \"unit\", name = \"課\", kind = \"person\" }, " + what, open, {"種類が変わります"}},
      {"{ key = \"unit\", name = \"課\", kind = \"unit\", audience = \"restricted\" }, " + what, open, {"見られる範囲が変わります"}},
      {unit + ", " + what, "{ key = \"begun\", name = \"着手\", was = [\"open\"] }", {"状態「受付」の記録 1件は、「着手」になります。"}},
      {unit + ", " + what, "{ key = \"begun\", name = \"着手\" }", {"状態「着手」が加わります。", "注意: 状態「受付」の記録 1件は、進められなくなります。"}},
  };
  for (const auto& one : cases) {
    auto said = told(one.fields, one.states);
    INFO(one.fields << one.states);
    REQUIRE(said.size() == one.said.size());
    for (size_t i = 0; i < said.size(); ++i) {
      INFO(said[i]);
      CHECK(said[i].find(one.said[i]) != std::string::npos);
    }
  }
  CHECK(record().values.contains("unit"));
}

TEST_CASE_METHOD(Changing, "a table that gets a column keeps its rows, and takes changes of one") {
  const std::string narrow = "{ key = \"log\", name = \"経過\", kind = \"rows\", grows = true, columns = [{ key = \"what\", name = \"内容\" }] }", wide = "{ key = \"log\", name = \"経過\", kind = \"rows\", grows = true, columns = [{ key = \"what\", name = \"内容\" }, { key = \"who\", name = \"人\" }] }";
  now(narrow);
  records.change(officer, tanto, "R8-見本-0001", 1, {{"log", {Row{0, {"起きた"}}.value()}}});
  now(wide);
  Record later = records.change_row(officer, tanto, "R8-見本-0001", "log", "", {0, {"知らせた", "見本"}});
  REQUIRE(later.values.at("log").size() == 2);
  CHECK(row_of(later.values.at("log")[0]).cells == List{"起きた", ""});
  CHECK(refused([&] { records.change_row(officer, tanto, "R8-見本-0001", "log", later.values.at("log")[0], {1, {"起きた", "後から"}}); }, "書き足すだけ") == ErrorKind::invalid);
}
