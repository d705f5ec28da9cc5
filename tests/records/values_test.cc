// How values are written, and what is refused of them.
#include "records/values.h"

#include <catch2/catch.hpp>

#include "text/error.h"

using namespace shirube;
using namespace shirube::records;

namespace {

const Ledger ledger("mihon", R"(
name = "見本"
prefix = "見本"
roles = ["officer"]
field = [
  { key = "line", name = "一行" },
  { key = "text", name = "文" },
  { key = "long", name = "長い文", kind = "text" },
  { key = "amount", name = "数", kind = "number" },
  { key = "on", name = "日", kind = "date" },
  { key = "at", name = "時", kind = "time" },
  { key = "one", name = "一つ", kind = "choice", choices = ["甲", "乙"] },
  { key = "some", name = "いくつか", kind = "choices", choices = ["甲", "乙"], open = true },
  { key = "citations", name = "条項", kind = "citations" },
  { key = "links", name = "記録", kind = "links" },
  { key = "files", name = "ファイル", kind = "files" },
  { key = "table", name = "表", kind = "rows", columns = [{ key = "what", name = "内容" }, { key = "on", name = "日", kind = "date" }] },
  { key = "log", name = "経過", kind = "rows", grows = true, columns = [{ key = "what", name = "内容" }] },
  { key = "count", name = "行の数", kind = "computed", compute = "count table" },
  { key = "old", name = "昔", retired = true },
  { key = "old_one", name = "昔の一つ", kind = "choice", choices = ["丙"] },
]
state = [{ key = "open", name = "受付" }]
)");

using List = std::vector<std::string>;

List kept(const std::string& key, const List& typed, const List& held = {}) { return checked(ledger, {{key, typed}}, held.empty() ? Values{} : Values{{key, held}}).at(key); }
std::string fault(const Values& typed, const Values& held = {}) {
  try {
    checked(ledger, typed, held);
    return "";
  } catch (const Error& e) {
    CHECK(e.kind() == ErrorKind::invalid);
    return e.what();
  }
}
bool holds(const std::string& text, const std::string& part) {
  INFO(text);
  return text.find(part) != std::string::npos;
}
std::string row(int number, const List& cells) { return Row{number, cells}.value(); }

}  // namespace

TEST_CASE("values are kept in one way, however they are typed") {
  struct Case {
    std::string key, typed, kept;
  };
  const Case cases[] = {
      {"on", "令和8年4月3日", "2026-04-03"}, {"on", "R8.4.3", "2026-04-03"},     {"on", "２０２６年４月３日", "2026-04-03"}, {"on", " 2026-04-03 ", "2026-04-03"},
      {"at", "午後3時", "15:00"},            {"at", "15:00", "15:00"},           {"at", "9時半", "09:30"},                    {"at", "９：０５", "09:05"},
      {"at", "午前9時5分", "09:05"},         {"at", "午後0時10分", "12:10"},     {"at", "9時", "09:00"},                      {"amount", "1,234,567", "1234567"},
      {"amount", "１，２３４．５", "1234.5"}, {"amount", "-3", "-3"},             {"line", "  税務課\t", "税務課"},            {"line", "甲\t乙", "甲 乙"},
      {"long", "一\r\n二\r三", "一\n二\n三"}, {"one", "甲", "甲"},                {"some", "そのほか", "そのほか"},            {"links", "R8-相談-0001", "R8-相談-0001"},
      {"citations", "a/b/1", "a/b/1"},       {"citations", "a/b/1「手を\n洗う」", "a/b/1「手を洗う」"}, {"citations", "a/b/1「「い」「ろ」」", "a/b/1「「い」「ろ」」"},
  };
  for (const auto& one : cases) {
    INFO(one.key << ": " << one.typed << "\n" << fault({{one.key, {one.typed}}}));
    CHECK(kept(one.key, {one.typed}) == List{one.kept});
  }
  CHECK(kept("some", {"乙", " ", "甲", "乙"}) == List{"乙", "甲"});
  CHECK(kept("line", {""}).empty());
}

TEST_CASE("values that are not as the ledger says are refused, all faults at once") {
  struct Case {
    std::string key;
    List typed;
    std::string said;
  };
  const Case cases[] = {
      {"on", {"令和8年4月"}, "日付で"},          {"on", {"令和8年4月31日"}, "日付で"},     {"on", {"あした"}, "日付で"},          {"at", {"25:00"}, "時刻で"},
      {"at", {"9:60"}, "時刻で"},                {"at", {"9:"}, "時刻で"},                 {"at", {"9"}, "時刻で"},               {"at", {"昼"}, "時刻で"},
      {"amount", {"十"}, "数字で"},              {"amount", {"1.2.3"}, "数字で"},          {"amount", {"."}, "数字で"},           {"amount", {"-"}, "数字で"},
      {"amount", {"123456789012345678901"}, "数字で"}, {"one", {"丙"}, "選べません"},      {"one", {"甲", "乙"}, "多すぎ"},       {"line", {"一\n二"}, "使えない文字"},
      {"line", {"a\x01"}, "使えない文字"},       {"line", {std::string(401, 'a')}, "400文字"}, {"long", {std::string(20'001, 'a')}, "20000文字"}, {"line", {"\xFF"}, "使えない文字"},
      {"some", List(201, ""), ""},               {"count", {"3"}, "計算する"},             {"old", {"a"}, "もう使いません"},      {"files", {row(0, {"a", "b", "c", "", "", "", "", ""})}, "ファイルがありません"},
      {"links", {"ほげ"}, "番号"},               {"links", {"R8-相談/0001-a"}, "番号"},    {"table", {row(1, {"a"}), row(1, {"b"})}, "行の番号"}, {"table", {row(0, {"a", "b", "c"})}, "列の数"},
      {"table", {"ほげ"}, "列の数"},             {"table", {row(0, {"a", "きのう"})}, "1行目: 「日」"}, {"citations", {"第12条"}, "アドレス"}, {"citations", {"a//b"}, "アドレス"},
      {"citations", {"a/b/"}, "アドレス"},       {"citations", {"../b/c"}, "アドレス"},    {"citations", {"a/b/c/d"}, "アドレス"}, {"citations", {"a/b/c", "a/b/c「語」"}, "二度"},
  };
  for (const auto& one : cases) {
    INFO(one.key << ": " << one.typed.front());
    if (one.said.empty()) CHECK(fault({{one.key, one.typed}}).empty());
    else CHECK(holds(fault({{one.key, one.typed}}), one.said));
  }
  const std::string both = fault({{"on", {"あした"}}, {"amount", {"十"}}});
  CHECK(holds(both, "「日」"));
  CHECK(holds(both, "「数」"));
  CHECK(holds(fault({{"nai", {"a"}}}), "nai"));
  List many;
  for (int i = 0; i <= 200; ++i) many.push_back(std::to_string(i));
  CHECK(holds(fault({{"some", many}}), "多すぎ"));
  many.pop_back();
  CHECK(fault({{"some", many}}).empty());
  List rows;
  for (int i = 0; i <= 2'000; ++i) rows.push_back(row(0, {"a", ""}));
  CHECK(holds(fault({{"table", rows}}), "2000行"));
  // Together they may be too much.
  Values large;
  for (int i = 0; i < 250; ++i) large["table"].push_back(row(0, {std::string(399, 'a'), ""}));
  CHECK(fault(large).empty());
  for (int i = 0; i < 200; ++i) large["citations"].push_back("a/b/" + std::to_string(i) + "「" + std::string(990, 'a') + "」");
  CHECK(fault(large).empty());
  for (auto& one : large["table"]) one = row(0, {"あ" + std::string(395, 'a'), ""});
  CHECK(fault(large).empty());
}

TEST_CASE("what was chosen when it could be stays") {
  CHECK(fault({{"old", {"a"}}}, {{"old", {"a"}}}).empty());
  CHECK(fault({{"old", {}}}, {{"old", {"a"}}}).empty());
  CHECK(holds(fault({{"old", {"b"}}}, {{"old", {"a"}}}), "もう使いません"));
  CHECK(fault({{"one", {"丁"}}}, {{"one", {"丁"}}}).empty());
  CHECK(holds(fault({{"one", {"戊"}}}, {{"one", {"丁"}}}), "選べません"));
}

TEST_CASE("the number of a row stays its own, and a time line only grows") {
  const List held = {row(1, {"a", ""}), row(3, {"b", "2026-04-03"})};
  CHECK(kept("table", {row(0, {"c", "R8.4.4"}), row(3, {"b2", ""}), row(0, {" ", ""})}, held) == List{row(4, {"c", "2026-04-04"}), row(3, {"b2", ""})});
  // A new row before one that says its number.
  CHECK(kept("table", {row(0, {"a", ""}), row(1, {"b", ""})}) == List{row(2, {"a", ""}), row(1, {"b", ""})});
  const List log = {row(1, {"起きた"}), row(2, {"知らせた"})};
  CHECK(kept("log", {log[0], log[1], row(0, {"直した"})}, log).size() == 3);
  CHECK(holds(fault({{"log", {log[0]}}}, {{"log", log}}), "消せません"));
  CHECK(holds(fault({{"log", {log[0], row(2, {"違う"})}}}, {{"log", log}}), "変えられません"));
}

TEST_CASE("a row that is older than a column is one with an empty cell") {
  const List old = {row(1, {"a"}), row(2, {"b"})};
  CHECK(kept("table", {old[0], old[1], row(0, {"c", "2026-04-03"})}, old) == List{row(1, {"a", ""}), row(2, {"b", ""}), row(3, {"c", "2026-04-03"})});
  const Ledger wider("mihon", R"(
name = "見本"
prefix = "見本"
roles = ["officer"]
field = [{ key = "log", name = "経過", kind = "rows", grows = true, columns = [{ key = "what", name = "内容" }, { key = "who", name = "人" }] }]
state = [{ key = "open", name = "受付" }]
)");
  CHECK(checked(wider, {{"log", {old[0], row(2, {"b", ""}), row(0, {"c", "d"})}}}, {{"log", old}}).at("log").size() == 3);
}

TEST_CASE("values are shown as people read them") {
  CHECK(shown(*ledger.field("on"), "2026-04-03") == "令和8年4月3日");
  CHECK(shown(*ledger.field("table"), row(1, {"点検", "2026-04-03"})) == "点検　令和8年4月3日");
  CHECK(shown(*ledger.field("table"), row(1, {"", "2026-04-03"})) == "令和8年4月3日");
  const Attachment file{1, "写し.pdf", std::string(64, 'a'), "application/pdf", "12", "2026-04-03", "", "2026-04-03T00:00:00.000Z", "tanto"};
  CHECK(shown(*ledger.field("files"), file.value()) == "写し.pdf");
  CHECK(attachment_of(file.value()).evidence_on == "2026-04-03");
  CHECK(attachment_of("ほげ").sha256.empty());
  for (const char* wrong : {"", "[]", "[1]", "{\"a\":1}", "[\"-1\",\"a\"]", "[\"12345678\",\"a\"]"}) CHECK(row_of(wrong).cells.empty());
  CHECK(citation_of("a/b/1「語」") == Citation{"a/b/1", "語"});
  CHECK(citation_of("a/b/1「語") == Citation{"a/b/1「語", ""});
}
