// Surveys: answers that are counted, and what is drawn of the counts.
#include "records/tally.h"

#include "records/drawing.h"
#include "tests/records/fixture.h"

using namespace shirube;
using namespace shirube::records;

namespace {

const std::string survey = R"(
name = "アンケート"
prefix = "調査"
roles = ["officer"]
field = [
  { key = "asked", name = "設問", kind = "rows", columns = [{ key = "question", name = "設問" }, { key = "answers", name = "選択肢", kind = "text" }] },
  { key = "answered", name = "答えた数", kind = "number" },
  { key = "results", name = "集計", kind = "rows", drawn = { of = "question", label = "answer", numbers = ["count"], whole = "answered" }, tally = { questions = "asked", choices = "answers", texts = "comments" }, columns = [{ key = "question", name = "設問" }, { key = "answer", name = "選択肢" }, { key = "count", name = "件数", kind = "number" }] },
  { key = "comments", name = "自由記述", kind = "rows", columns = [{ key = "text", name = "意見", kind = "text" }, { key = "kind", name = "分類" }, { key = "question", name = "設問" }] },
  { key = "items", name = "項目ごと", kind = "rows", drawn = { label = "item", numbers = ["kept", "not"], before = "last" }, columns = [{ key = "item", name = "項目" }, { key = "kept", name = "できている", kind = "number" }, { key = "not", name = "できていない", kind = "number" }, { key = "last", name = "前年", kind = "number" }] },
]
state = [{ key = "open", name = "実施中" }]
)";

using Table = std::vector<std::vector<std::string>>;

std::string row(int number, std::vector<std::string> cells) { return Row{number, std::move(cells)}.value(); }

struct Survey {
  Ledger ledger{"anketo", survey};
  Values held = {{"asked", {row(1, {"役立ちましたか", "役立つ／少し役立つ／役立たない"}), row(2, {"使う機能", "一斉配信／PC、タブレット／その他"}), row(3, {"困っていること", ""})}}};

  Tally counted(const Table& table, bool texts = true) const { return tally(ledger, *ledger.field("results"), held, table, texts); }
  static std::vector<std::string> shown(const Tally& tally, const std::string& field) {
    std::vector<std::string> out;
    auto found = tally.values.find(field);
    for (const auto& value : found == tally.values.end() ? std::vector<std::string>{} : found->second) {
      std::string line;
      for (const auto& cell : row_of(value).cells) line += (line.empty() ? "" : "|") + cell;
      out.push_back(line);
    }
    return out;
  }
  std::string refused(const Table& table) const {
    try {
      counted(table);
    } catch (const Error& e) {
      return e.what();
    }
    return "";
  }
};

}  // namespace

TEST_CASE_METHOD(Survey, "answers are counted by question and choice, whatever the form makes of the cells") {
  const Table table = {{},
                       {"回答日時", "Q1. 役立ちましたか", "2．使う機能", "困っていること"},
                       {"2026-07-01", "役立つ", "一斉配信;PC、タブレット", "画面が 見づらい"},
                       {"2026-07-02", "役立つ ", "一斉配信、その他", ""},
                       {"2026-07-03", "少し役立つ", "紙の回覧;一斉配信\n手紙", "画面が 見づらい"},
                       {},
                       {"2026-07-04", "", "ＰＣ、タブレット"}};
  const Tally out = counted(table);
  CHECK(out.answers == 4);
  CHECK(out.left == std::vector<std::string>{"回答日時"});
  CHECK(shown(out, "results") == std::vector<std::string>{"役立ちましたか|役立つ|2", "役立ちましたか|少し役立つ|1", "役立ちましたか|役立たない|0", "役立ちましたか|無回答|1", "使う機能|一斉配信|3", "使う機能|PC、タブレット|2", "使う機能|その他|2"});
  CHECK(out.values.at("answered") == std::vector<std::string>{"4"});
  CHECK(shown(out, "comments") == std::vector<std::string>{"画面が 見づらい||困っていること", "紙の回覧||使う機能", "手紙||使う機能"});
  CHECK(out.texts == 3);
}

TEST_CASE_METHOD(Survey, "answers that come again keep what was made of free words, and add only new ones") {
  held["comments"] = {row(1, {"遅い", "要望", "困っていること"})};
  held["results"] = {row(7, {"役立ちましたか", "役立つ", "99"})};
  const Tally out = counted({{"役立ちましたか", "使う機能", "困っていること"}, {"役立つ", "一斉配信", "遅い"}, {"役立つ", "一斉配信", "重い"}});
  CHECK(out.values.at("comments") == std::vector<std::string>{row(1, {"遅い", "要望", "困っていること"}), row(0, {"重い", "", "困っていること"})});
  CHECK(shown(out, "results")[0] == "役立ちましたか|役立つ|2");
  // Who does not see free words brings none.
  const Tally closed = counted({{"役立ちましたか", "使う機能", "困っていること"}, {"役立つ", "一斉配信", "重い"}}, false);
  CHECK(closed.texts == 0);
  CHECK_FALSE(closed.values.contains("comments"));
}

TEST_CASE_METHOD(Survey, "a word that is none of the choices is counted where the question has no その他 of its own") {
  const Tally out = counted({{"役立ちましたか", "使う機能", "困っていること"}, {"どちらでもない", "一斉配信", ""}});
  CHECK(shown(out, "results")[3] == "役立ちましたか|その他|1");
  CHECK(shown(out, "comments") == std::vector<std::string>{"どちらでもない||役立ちましたか"});
}

TEST_CASE_METHOD(Survey, "choices are told apart in lists, by lines, and where they hold the divider themselves") {
  held["asked"] = {row(1, {"番号", "1／2／12／無回答"}), row(2, {"使う機能", "一斉配信／PC、タブレット／その他（具体的に）"})};
  const Tally out = counted({{"番号", "使う機能"}, {"1\n2", "一斉配信, PC、タブレット"}, {"12", "一斉配信､手紙"}, {"、", "PC、タブレット;一斉配信"}, {";", "はい、手紙"}});
  CHECK(shown(out, "results") == std::vector<std::string>{"番号|1|1", "番号|2|1", "番号|12|1", "番号|無回答|2", "使う機能|一斉配信|3", "使う機能|PC、タブレット|2", "使う機能|その他（具体的に）|2"});
  CHECK(shown(out, "comments") == std::vector<std::string>{"手紙||使う機能", "はい、手紙||使う機能"});
}

TEST_CASE_METHOD(Survey, "a column answers the question that its heading is, with a number or without, and no other that ends alike") {
  held["asked"] = {row(1, {"困ったこと", "ある／ない"}), row(2, {"ほかに困ったこと", "ある／ない"})};
  const Tally out = counted({{"Q2. ほかに困ったこと", "設問１　困ったこと", "生成AIで困ったこと"}, {"ある", "ない", "ある"}});
  CHECK(shown(out, "results") == std::vector<std::string>{"困ったこと|ある|0", "困ったこと|ない|1", "ほかに困ったこと|ある|1", "ほかに困ったこと|ない|0"});
  CHECK(out.left == std::vector<std::string>{"生成AIで困ったこと"});
  CHECK(refused({{"ほかに困ったこと", "生成AIで困ったこと"}, {"ある", "ある"}}) == "見出しに、次の設問がありません: 「困ったこと」");
}

TEST_CASE_METHOD(Survey, "what cannot be counted is refused whole") {
  CHECK(refused({}) == "ファイルに表がありません。");
  CHECK(refused({{"役立ちましたか", "使う機能", "困っていること"}}) == "ファイルに回答がありません。");
  CHECK(refused({{"役立ちましたか", "使う機能"}, {"役立つ", "一斉配信"}}) == "見出しに、次の設問がありません: 「困っていること」");
  CHECK(refused({{"役立ちましたか", "1 使う機能", "2 使う機能", "困っていること"}, {"役立つ"}}).starts_with("設問「使う機能」に当たる列が2つ"));
  Table long_one = {{"役立ちましたか", "使う機能", "困っていること"}};
  for (size_t i = 0; i <= most_rows; ++i) long_one.push_back({"役立つ", "", "困り事" + std::to_string(i)});
  CHECK(refused(long_one).starts_with("自由記述が2001件"));
  CHECK(counted(long_one, false).answers == most_rows + 1);
  held["asked"] = {row(1, {"使う機能", "Ａ／A"})};
  CHECK(refused({{"使う機能"}, {"A"}}).find("同じ選択肢「A」") != std::string::npos);
  held["asked"] = {row(1, {"使う機能", "甲"}), row(2, {"使う 機能", "乙"})};
  CHECK(refused({{"使う機能"}, {"甲"}}).find("同じ設問") != std::string::npos);
  held.erase("asked");
  CHECK(refused({{"使う機能"}, {"甲"}}) == "「設問」がまだ書かれていません。");
}

TEST_CASE_METHOD(Survey, "a bar is as long as its share of who answered, or of all bars beside it") {
  held["results"] = {row(1, {"甲", "はい", "3"}), row(2, {"乙", "はい", "1"}), row(3, {"甲", "いいえ", "1"}), row(4, {"甲", "", "多い"})};
  const Field& field = *ledger.field("results");
  auto groups = drawn(field, held);
  REQUIRE(groups.size() == 2);
  CHECK(groups[0].title == "甲");
  REQUIRE(groups[0].bars.size() == 2);
  CHECK(groups[0].bars[0].parts[0].share == 0.75);
  CHECK(groups[0].bars[1].label == "いいえ");
  CHECK(groups[1].bars[0].parts[0].share == 1);
  held["answered"] = {"6"};
  CHECK(drawn(field, held)[0].bars[0].parts[0].share == 0.5);
  // A whole that is less than a part of it is none.
  held["answered"] = {"2"};
  CHECK(drawn(field, held)[0].bars[0].parts[0].share == 0.75);
  CHECK(drawn(*ledger.field("comments"), held).empty());
  CHECK(drawn(field, {}).empty());
}

TEST_CASE_METHOD(Survey, "a bar of several numbers is all of them together, with the share of the last time") {
  held["items"] = {row(1, {"施錠", "75", "25", "60"}), row(2, {"控え", "0", "0", ""}), row(3, {"名札", "", "5", "140"})};
  auto groups = drawn(*ledger.field("items"), held);
  REQUIRE(groups.size() == 1);
  const auto& bars = groups[0].bars;
  REQUIRE(bars.size() == 3);
  CHECK(bars[0].parts[0].name == "できている");
  CHECK(bars[0].parts[1].share == 0.25);
  CHECK(bars[0].before == 0.6);
  CHECK(bars[1].parts[0].share == 0);
  CHECK_FALSE(bars[1].before);
  CHECK(bars[2].parts[1].share == 1);
  CHECK(bars[2].before == 1.4);
}

TEST_CASE_METHOD(Survey, "bars beyond what is drawn count in the whole") {
  held["results"].clear();
  for (int i = 1; i <= static_cast<int>(most_bars) + 100; ++i) held["results"].push_back(row(i, {"甲", std::to_string(i), "1"}));
  auto groups = drawn(*ledger.field("results"), held);
  REQUIRE(groups.size() == 1);
  CHECK(groups[0].bars.size() == most_bars);
  CHECK(groups[0].left_out == 100);
  CHECK(groups[0].bars[0].parts[0].share == 1.0 / 600);
}

TEST_CASE("who hands a record in fills in what they are asked for, and nobody is given it") {
  const std::map<std::string, std::string> texts = {{"moushide", "name = \"申出\"\nprefix = \"申出\"\naudience = \"restricted\"\nroles = [\"officer\"]\nadds = { roles = [\"staff\"], fields = [\"question\"] }\n"
                              "field = [{ key = \"question\", name = \"質問\", kind = \"text\", required = [\"open\"] }, { key = \"answer\", name = \"回答\", kind = \"text\" }]\nstate = [{ key = \"open\", name = \"受付\" }]\n"}};
  Office office(texts);
  const Ledger& ledger = *office.ledgers.find("moushide");
  CHECK(office.records.adds(shokuin, ledger));
  CHECK_FALSE(office.records.writes(shokuin, ledger));
  CHECK_FALSE(office.records.adds(iin, ledger));
  const Record made = office.records.add(clerk, shokuin, "moushide", {{"question", {"端末は要るか。"}}});
  auto kept = office.records.find(officer, made.number);
  REQUIRE(kept);
  CHECK(kept->owner == "");
  CHECK(kept->created_by == "shokuin");
  CHECK(kept->audience == "restricted");
  CHECK_FALSE(office.records.find(clerk, made.number));
  CHECK(office.refused([&] { office.records.add(clerk, shokuin, "moushide", {{"question", {"問い"}}, {"answer", {"答え"}}}); }) == ErrorKind::forbidden);
  CHECK(office.refused([&] { office.records.add(clerk, shokuin, "moushide", {{"question", {"問い"}}}, "staff"); }) == ErrorKind::forbidden);
  CHECK(office.refused([&] { office.records.add(clerk, iin, "moushide", {{"question", {"問い"}}}); }) == ErrorKind::forbidden);
  // They may not change even their own, nor many at once.
  CHECK(office.refused([&] { office.records.change(everybody, shokuin, made.number, 0, {{"question", {"別の問い"}}}); }) == ErrorKind::forbidden);
  Entry entry;
  entry.values = {{"question", {"問い"}}};
  CHECK(office.refused([&] { office.records.change_all(clerk, shokuin, "moushide", {&entry, 1}, false); }) == ErrorKind::forbidden);
  CHECK(office.number("SELECT count(*) FROM records") == 1);
  CHECK(office.found(officer, {.unowned = true}, "moushide") == std::vector<std::string>{made.number});
  // What comes in with its number is nobody's where nobody is said, as it was.
  entry.number = "R8-申出-0009";
  CHECK(office.records.change_all(officer, tanto, "moushide", {&entry, 1}, false).empty());
  CHECK(office.records.find(officer, "R8-申出-0009")->owner == "");
}
