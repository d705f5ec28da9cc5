// What ledgers say of themselves, and what is said of their faults.
#include "records/ledger.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>

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

/// A ledger with each word of the grammar.
const std::string every = R"(name = "見本台帳"
prefix = "見本"
audience = "staff"
title = "what"
roles = ["officer"]
adds = { roles = ["staff"], fields = ["day", "what"] }
columns = ["day"]
field = [{ key = "day", name = "日", kind = "date", required = ["open"] }, { key = "end", name = "終わり", kind = "date" },
  { key = "what", name = "内容", kind = "line", help = "何を" },
  { key = "type", name = "種類", kind = "choice", choices = ["甲", "乙"] },
  { key = "more", name = "ほか", kind = "choices", choices = ["丙"], open = true }, { key = "at", name = "時", kind = "time" }, { key = "old", name = "昔", retired = true, was = ["older"] },
  { key = "name", name = "人", kind = "person", audience = "restricted", personal = true }, { key = "inner", name = "内々", audience = "restricted" },
  { key = "table", name = "表", kind = "rows", columns = [{ key = "hours", name = "時間", kind = "number" }, { key = "state", name = "様子", kind = "choice", choices = ["済", "未"] }] },
  { key = "log", name = "経過", kind = "rows", grows = true, columns = [{ key = "what", name = "内容" }] },
  { key = "asked", name = "設問", kind = "rows", columns = [{ key = "q", name = "問い" }, { key = "a", name = "答え" }, { key = "free", name = "言葉", kind = "text" }] },
  { key = "whole", name = "全体", kind = "number" },
  { key = "drawn", name = "図", kind = "rows", columns = [{ key = "q", name = "問い" }, { key = "a", name = "答え" }, { key = "n", name = "数", kind = "number" }, { key = "m", name = "別の数", kind = "number" }], drawn = { of = "q", label = "a", numbers = ["n"], whole = "whole", before = "m" }, tally = { questions = "asked", choices = "a", texts = "asked" } },
  { key = "sum", name = "合計", kind = "computed", compute = "sum table.hours" },
  { key = "rows", name = "行の数", kind = "computed", compute = "count table" },
  { key = "others", name = "ほかの記録", kind = "computed", compute = "count mihon" },
  { key = "span", name = "日数", kind = "computed", compute = "days day end" },
  { key = "links", name = "つながり", kind = "links", ledger = "mihon" },
  { key = "basis", name = "条項", kind = "citations" },
  { key = "files", name = "添付", kind = "files" },
]
state = [
  { key = "open", name = "受付" },
  { key = "done", name = "済み", closed = true, was = ["finished"] },
]
step = [
  { key = "finish", name = "終える", from = ["open"], to = "done", roles = ["officer"], publish = ["staff"] },
  { key = "again", name = "戻す", from = ["done"], to = "open", roles = ["officer"], withdraw = true },
]
publication = [
  { key = "staff", name = "庁内向け", audience = "staff", title = "{what}", issued = "day", effective = "day", topic = "type", fields = ["what", "table"] },
]
due = [
  { name = "期限", from = "day", within = "翌日から10日", states = ["open"] }, # due
  { name = "言葉", from = "day", within_field = "what", states = ["open"] },
  { name = "毎月", from = "day", every = "毎月末", until = "end", done = "end", when_closed = "previous", states = ["open"] },
]
counter = [{ name = "回数", date = "day", cadence = "月2件以内", where = { more = "丙" } }]
need = [{ name = "済んだ行", rows = "table", column = "state", value = "済", least = 2, states = ["done"] }]
hours = [{ name = "受付時間", date = "day", time = "at", within = "平日9:00～17:00" }]
letter = [{ key = "reply", name = "回答書", file = "reply.docx" }]
list = [{ name = "甲だけ", where = { type = "甲" } }]
)";

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

TEST_CASE("a ledger is read with all that it says") {
  const Ledger ledger("mihon", every);
  CHECK(ledger.title() == "what");
  CHECK(ledger.columns() == std::vector<std::string>{"day"});
  CHECK(ledger.audience() == "staff");
  CHECK(ledger.field("table")->columns.size() == 2);
  CHECK(ledger.field("table")->columns[1].choices.size() == 2);
  CHECK(ledger.field("log")->grows);
  CHECK(ledger.adding().roles == std::vector<std::string>{"staff"});
  CHECK(ledger.adding().fields == std::vector<std::string>{"day", "what"});
  CHECK(ledger.field("drawn")->drawn->numbers == std::vector<std::string>{"n"});
  CHECK(ledger.field("drawn")->drawn->before == "m");
  CHECK(ledger.field("drawn")->tally->texts == "asked");
  CHECK(ledger.field("name")->personal);
  CHECK(ledger.field("old")->retired);
  CHECK(ledger.field("old")->was == std::vector<std::string>{"older"});
  CHECK(ledger.field("more")->open);
  CHECK(ledger.field("sum")->compute->kind == Computation::Kind::sum);
  CHECK(ledger.field("sum")->compute->to == "hours");
  CHECK(ledger.field("rows")->compute->from == "table");
  CHECK(ledger.field("others")->compute->from == "mihon");
  CHECK(ledger.field("span")->compute->to == "end");
  CHECK(ledger.field("links")->ledger == "mihon");
  CHECK(ledger.state("done")->was == std::vector<std::string>{"finished"});
  CHECK(ledger.step("finish")->publish == std::vector<std::string>{"staff"});
  CHECK(ledger.step("again")->withdraw);
  CHECK(ledger.publication("staff")->fields == std::vector<std::string>{"what", "table"});
  CHECK(ledger.publication("staff")->kind == "answer");
  CHECK(ledger.letter("reply")->file == "reply.docx");
  CHECK(ledger.needs().at(0).least == 2);
  CHECK(ledger.hours().at(0).hours.words() == "平日9:00～17:00");
  CHECK(ledger.dues().size() == 3);
  CHECK(ledger.dues()[1].words_field == "what");
  CHECK(ledger.dues()[2].when_closed == WhenClosed::previous);
  CHECK(ledger.kept().at(0).where.at("type") == "甲");
  CHECK_FALSE(ledger.field("nai"));
}

TEST_CASE("each word of the grammar is held against what it names, and its fault told with its line") {
  CHECK(fault_of(every) == "");
  struct Row {
    std::string from, to;
    std::string said;
    size_t line = 0;  ///< 0: that of the words
  };
  const Row rows[] = {
      {"title = \"what\"", "title = \"nai\"", "「nai」という項目はありません", 1},
      {"audience = \"staff\"", "audience = 3", "文字列"},
      {"prefix = \"見本\"", "prefix = \"見-本\"", "prefix「見-本」は使えません", 1},
      {"name = \"見本台帳\"", "name = \"見本/台帳\"", "シートの名前", 1},
      {"key = \"end\"", "key = \"number\"", "「number」は使えません"},
      {"name = \"終わり\"", "name = \"状態\"", "「状態」は使えません"},
      {"name = \"終わり\"", "name = \"日\"", "二つあります"},
      {"name = \"経過\"", "name = \"見本台帳\"", "台帳と違う"},
      {"key = \"log\", name = \"経過\", kind = \"rows\", grows = true, columns", "key = \"log\", name = \"経過\", kind = \"rows\", grows = 1, columns", "true か false"},
      {"kind = \"line\", help", "kind = \"line\", grows = true, help", "grows は書けません"},
      {"kind = \"line\", help", "kind = \"line\", open = true, help", "open は書けません"},
      {"kind = \"line\", help", "kind = \"line\", ledger = \"mihon\", help", "ledger は書けません"},
      {"kind = \"line\", help", "kind = \"line\", compute = \"count table\", help", "compute は書けません"},
      {"kind = \"line\", help", "kind = \"line\", columns = [{ key = \"a\", name = \"b\" }], help", "columns は書けません"},
      {"kind = \"line\", help", "kind = \"rows\", help", "columns がありません"},
      {"kind = \"line\", help", "kind = \"line\", colour = \"red\", help", "「colour」という項目はありません"},
      {"audience = \"restricted\", personal = true", "personal = true", "personal は書けません"},
      {"fields = [\"day\", \"what\"] }", "fields = [\"what\"] }", "初めの状態に要る項目「日」"},
      {"fields = [\"day\", \"what\"] }", "fields = [\"day\", \"inner\"] }", "項目「内々」は、受け付けるときに書けません"},
      {"fields = [\"day\", \"what\"] }", "fields = [\"day\", \"nai\"] }", "「nai」という項目はありません"},
      {"fields = [\"day\", \"what\"] }", "fields = [] }", "adds に roles か fields"},
      {"kind = \"line\", help", "kind = \"line\", drawn = { label = \"a\", numbers = [\"n\"] }, help", "drawn は書けません"},
      {"label = \"a\", numbers = [\"n\"]", "label = \"n\", numbers = [\"n\"]", "列「数」は、ここには使えません"},
      {"label = \"a\", numbers = [\"n\"]", "label = \"a\", numbers = [\"a\"]", "列「答え」は、ここには使えません"},
      {"label = \"a\", numbers = [\"n\"]", "label = \"a\", numbers = []", "drawn に label か numbers"},
      {"numbers = [\"n\"], whole", "numbers = [\"n\", \"m\"], whole", "whole は、numbers が一つ"},
      {"choices = \"a\", texts = \"asked\"", "texts = \"asked\"", "tally に questions か choices"},
      {"{ key = \"hours\", name = \"時間\", kind = \"number\" }", "{ key = \"hours\", name = \"時間\", kind = \"rows\" }", "「rows」は使えません"},
      {"{ key = \"hours\", name = \"時間\", kind = \"number\" }", "{ key = \"state\", name = \"時間\", kind = \"number\" }", "列「様子」が二つ"},
      {"{ key = \"hours\", name = \"時間\", kind = \"number\" }", "{ key = \"hours\", name = \"時間\", kind = \"number\", required = [\"open\"] }", "「required」という項目"},
      {"\"sum table.hours\"", "\"sum table.state\"", "数の列ではありません"},
      {"\"sum table.hours\"", "\"sum table\"", "compute が読めません"},
      {"\"sum table.hours\"", "\"mean table.hours\"", "compute が読めません"},
      {"\"count table\"", "\"count day\"", "数えられません"},
      {"\"days day end\"", "\"days day what\"", "日付の項目ではありません"},
      {"\"days day end\"", "\"days day\"", "compute が読めません"},
      {"compute = \"count table\"", "compute = \"count table\", required = [\"open\"]", "required にできません"},
      {"key = \"done\", name", "key = \"open\", name", "key「open」が二つ"},
      {"name = \"済み\"", "name = \"受付\"", "二つあります"},
      {"publish = [\"staff\"]", "publish = [\"nai\"]", "「nai」というpublicationはありません"},
      {"publish = [\"staff\"]", "publish = [\"staff\"], withdraw = true", "同時には"},
      {"audience = \"staff\", title = \"{what}\"", "audience = \"public\", title = \"{inner}\"", "より広くできません"},
      {"title = \"{what}\"", "title = \"{what\"", "閉じていません"},
      {"title = \"{what}\"", "title = \"{nai}\"", "「nai」という項目"},
      {"title = \"{what}\"", "title = \"{name}\"", "個人情報の項目「人」"},
      {"title = \"{what}\"", "title = \"{number}{number}\", kind = \"nai\"", "種別はありません"},
      {"fields = [\"what\", \"table\"]", "fields = [\"name\"]", "個人情報の項目"},
      {"fields = [\"what\", \"table\"]", "fields = []", "どれかがありません"},
      {"issued = \"day\"", "issued = \"what\"", "kind が date ではありません"},
      {"topic = \"type\"", "topic = \"name\"", "個人情報の項目"},
      {"within = \"翌日から10日\"", "within = \"そのうち\"", "そのうち"},
      {"within = \"翌日から10日\"", "within = \"翌日から10日\", every = \"毎月末\"", "どれか一つ"},
      {"within = \"翌日から10日\"", "within = \"翌日から10日\", until = \"end\"", "until は"},
      {"within_field = \"what\"", "within_field = \"day\"", "kind が line ではありません"},
      {"until = \"end\"", "until = \"what\"", "kind が date ではありません"},
      {"done = \"end\"", "done = \"what\"", "kind が date ではありません"},
      {"when_closed = \"previous\"", "when_closed = \"never\"", "「never」は使えません"},
      {"states = [\"open\"] }, # due", "states = [\"done\"] }, # due", "閉じた状態"},
      {"column = \"state\"", "column = \"nai\"", "「nai」という列はありません"},
      {"value = \"済\"", "value = \"了\"", "「了」という選択肢はありません"},
      {"least = 2", "least = 0", "1から100"},
      {"rows = \"table\"", "rows = \"what\"", "kind が rows ではありません"},
      {"time = \"at\"", "time = \"day\"", "kind が time ではありません"},
      {"within = \"平日9:00～17:00\"", "within = \"昼\"", "時間帯として読めません"},
      {"file = \"reply.docx\"", "file = \"../reply.docx\"", "file が使えません"},
      {"file = \"reply.docx\"", "file = \"reply.doc\"", "file が使えません"},
      {"where = { type = \"甲\" }", "where = { type = \"丙\" }", "「丙」という選択肢はありません"},
      {"where = { type = \"甲\" }", "where = { nai = \"甲\" }", "「nai」という項目はありません"},
      {"where = { type = \"甲\" }", "where = \"甲\"", "{ 項目"},
  };
  for (const auto& row : rows) {
    const std::string said = fault_of(replaced(every, row.from, row.to));
    INFO(row.to << "\n" << said);
    CHECK(said.find(row.said) != std::string::npos);
    const size_t line = row.line ? row.line : 1 + static_cast<size_t>(std::count(every.begin(), every.begin() + static_cast<std::ptrdiff_t>(every.find(row.from)), '\n'));
    CHECK(said.find(" の" + std::to_string(line) + "行目") != std::string::npos);
  }
}

TEST_CASE("what a drawing and a tally name is a field that its readers see") {
  struct Row {
    std::string from, to, said;
  };
  const Row rows[] = {
      {"whole = \"whole\"", "whole = \"what\"", "drawn か tally にある「what」"},
      {"questions = \"asked\"", "questions = \"whole\"", "drawn か tally にある「whole」"},
      {"choices = \"a\"", "choices = \"nai\"", "「nai」という列はありません"},
      {"texts = \"asked\"", "texts = \"table\"", "「表」には、自由な言葉を入れられません"},
      {"name = \"全体\", kind = \"number\"", "name = \"全体\", kind = \"number\", audience = \"restricted\"", "audience は、同じに"},
      {"drawn = { of = \"q\", label", "drawn = { label", "drawn に of と"},
  };
  for (const auto& row : rows) {
    const std::string said = fault_of(replaced(every, row.from, row.to));
    INFO(row.to << "\n" << said);
    CHECK(said.find(row.said) != std::string::npos);
    CHECK(said.find("行目: ") != std::string::npos);
  }
}

TEST_CASE("ledgers that name roles or ledgers that there are not are told") {
  TemporaryFolder folder;
  std::ofstream(folder / "a.toml") << whole;
  const std::vector<std::string> roles = {"staff"};
  Ledgers strange(folder.path(), roles);
  CHECK(strange.all().empty());
  REQUIRE(strange.faults().size() == 1);
  CHECK(strange.faults()[0].find("役割「officer」") != std::string::npos);
  std::ofstream(folder / "a.toml") << replaced(whole, "kind = \"date\"", "kind = \"date\"\n[[field]]\nkey = \"of\"\nname = \"もと\"\nkind = \"links\"\nledger = \"nai\"\n[[field]]\nkey = \"last\"\nname = \"最後\"");
  Ledgers lonely(folder.path());
  CHECK(lonely.all().size() == 1);
  REQUIRE(lonely.faults().size() == 1);
  CHECK(lonely.faults()[0].find("台帳「nai」がないか") != std::string::npos);
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
