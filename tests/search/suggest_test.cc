#include "search/suggest.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <random>

#include "../temporary_folder.h"
#include "search/correct.h"
#include "text/error.h"
#include "text/normalize.h"
#include "text/utf8.h"

using namespace shirube;
using namespace shirube::search;

namespace {

const text::AnalyzerModel& model() {
  static const text::AnalyzerModel loaded{text::AnalyzerOptions{}};
  return loaded;
}

const corpus::Viewer citizen{{"public"}}, officer{{"public", "staff"}};

using Kind = SuggestionKind;

const std::vector<SuggestionEntry> town = {
    {Kind::title, "星見市情報セキュリティ対策基準", "public", 1, ""},
    {Kind::title, "情報セキュリティポリシー", "public", 1, ""},
    {Kind::heading, "情報資産の分類", "public", 3, ""},
    {Kind::heading, "情報システムの更新", "public", 1, ""},
    {Kind::term, "情報資産", "public", 1, ""},
    {Kind::term, "暗号", "public", 1, ""},
    {Kind::heading, "暗号化", "public", 1, ""},
    {Kind::heading, "対策の見直し", "public", 1, ""},
    {Kind::heading, "第二十条（対策の実施）", "public", 1, ""},
    {Kind::question, "情報を持ち出すには", "public", 1, ""},
    {Kind::heading, "パスワードの管理", "public", 1, ""},
    {Kind::heading, "サーバーの設置", "public", 1, ""},
    {Kind::term, "ISO27001", "public", 1, ""},
    {Kind::term, "LGWAN", "public", 1, ""},
    {Kind::title, "関税法 第二条（定義）", "public", 1, ""},
    {Kind::heading, "外部委託", "public", 1, ""},
    {Kind::heading, "緊急時の連絡体制", "staff", 5, ""},
    {Kind::heading, "情報漏えいの内部調査", "staff", 9, ""},
};

void fill(const std::filesystem::path& folder, const std::vector<SuggestionEntry>& entries) {
  SuggestionIndex index(folder, model(), "test");
  for (const auto& entry : entries) index.add(entry);
  index.commit();
}

Suggester open(const std::filesystem::path& folder) { return Suggester(folder, model(), "test"); }

std::vector<std::string> texts(const std::vector<Suggestion>& suggestions) {
  std::vector<std::string> out;
  for (const auto& suggestion : suggestions) out.push_back(suggestion.text);
  return out;
}

}  // namespace

TEST_CASE("what is typed finds what begins with it, and then what has it inside") {
  TemporaryFolder folder;
  fill(folder / "s", town);
  Suggester suggester = open(folder / "s");
  struct Row {
    const char* typed;
    std::vector<std::string> expected;  // the first of the answers
  };
  auto row = GENERATE(values<Row>({
      {"情報", {"情報資産の分類", "情報セキュリティポリシー", "情報資産", "情報システムの更新", "情報を持ち出すには", "星見市情報セキュリティ対策基準"}},
      {"情報資", {"情報資産の分類", "情報資産"}},
      {"対策", {"対策の見直し", "星見市情報セキュリティ対策基準", "第二十条（対策の実施）"}},
      {"対策基", {"星見市情報セキュリティ対策基準"}},
      {"情報s", {"情報資産の分類", "情報セキュリティポリシー", "情報資産", "情報システムの更新"}},
      {"情報せ", {"情報セキュリティポリシー", "星見市情報セキュリティ対策基準"}},
      {"あんごう", {"暗号", "暗号化"}},
      {"アンゴウ", {"暗号", "暗号化"}},
      {"angou", {"暗号", "暗号化"}},
      {"ang", {"暗号", "暗号化"}},
      {"ANGO", {"暗号", "暗号化"}},
      {"じょうほうしすてむのこ", {"情報システムの更新"}},
      {"jouhousek", {"情報セキュリティポリシー"}},
      {"taisaku", {"対策の見直し", "星見市情報セキュリティ対策基準", "第二十条（対策の実施）"}},
      {"ぱすわ", {"パスワードの管理"}},
      {"sa-ba", {"サーバーの設置"}},
      {"iso2", {"ISO27001"}},
      {"ｉｓｏ", {"ISO27001"}},
      {"lgw", {"LGWAN"}},
      {"関税法 第", {"関税法 第二条（定義）"}},
      {"かんり", {"パスワードの管理"}},
  }));
  INFO(row.typed);
  auto found = texts(suggester.suggest(row.typed, citizen));
  CAPTURE(found);
  found.resize(std::min(found.size(), row.expected.size()));
  CHECK(found == row.expected);
}

TEST_CASE("of several words the last is completed") {
  TemporaryFolder folder;
  fill(folder / "s", town);
  Suggester suggester = open(folder / "s");
  auto found = suggester.suggest("外部委託　あんご", citizen);
  REQUIRE(found.size() == 2);
  CHECK(found[0].text == "外部委託　暗号");
  CHECK(found[0].text.substr(0, found[0].kept) == "外部委託　");
  CHECK(found[0].kind == Kind::term);
  CHECK(suggester.suggest("外部委託 ", citizen).empty());
}

TEST_CASE("nothing is suggested for what is blank, unknown or too long") {
  TemporaryFolder folder;
  fill(folder / "s", town);
  Suggester suggester = open(folder / "s");
  for (const std::string& typed : {std::string(), std::string("　 "), std::string("鯨"), std::string("qqq"), std::string(201, 'a')}) CHECK(suggester.suggest(typed, citizen).empty());
  CHECK(suggester.suggest("情報", {}).empty());
  CHECK(suggester.suggest("情報", citizen, 0).empty());
  CHECK(suggester.suggest("情報", citizen, 2).size() == 2);
}

TEST_CASE("long beginnings are compared to their end") {
  TemporaryFolder folder;
  std::vector<SuggestionEntry> entries;
  std::string same = "地方公共団体における情報セキュリティの確保に関する";
  for (int i = 0; i < 60; ++i) entries.push_back({Kind::heading, same + "規則" + std::to_string(i), "public", 2, ""});
  entries.push_back({Kind::heading, same + "指針", "public", 1, ""});
  fill(folder / "s", entries);
  Suggester suggester = open(folder / "s");
  CHECK(texts(suggester.suggest(same + "指", citizen)) == std::vector<std::string>{same + "指針"});
  CHECK(texts(suggester.suggest(same + "ししん", citizen)) == std::vector<std::string>{same + "指針"});
  CHECK(texts(suggester.suggest("ちほうこうきょうだんたいにおけるじょうほうせきゅりてぃのかくほにかんするしし", citizen)) == std::vector<std::string>{same + "指針"});
}

TEST_CASE("equals are merged, and weight counts") {
  TemporaryFolder folder;
  fill(folder / "s", {{Kind::heading, "委託先の選定", "public", 1, ""}, {Kind::heading, "委託契約", "public", 1, ""}, {Kind::heading, "委託契約", "public", 1, ""}, {Kind::heading, "ＩＳＭＳ", "public", 1, ""},
                      {Kind::heading, "isms", "public", 1, ""}, {Kind::title, "委託先の選定", "public", 1, ""}});
  Suggester suggester = open(folder / "s");
  CHECK(texts(suggester.suggest("委託", citizen)) == std::vector<std::string>{"委託契約", "委託先の選定"});
  CHECK(texts(suggester.suggest("is", citizen)) == std::vector<std::string>{"ＩＳＭＳ"});
}

TEST_CASE("a reading that is given is used") {
  TemporaryFolder folder;
  fill(folder / "s", {{Kind::term, "星見市", "public", 1, "ほしみし"}, {Kind::term, "月見里", "public", 1, "やまなし"}});
  CHECK(texts(open(folder / "s").suggest("yamana", citizen)) == std::vector<std::string>{"月見里"});
}

TEST_CASE("in many steps as in one") {
  TemporaryFolder folder;
  std::vector<SuggestionEntry> entries = town;
  entries.insert(entries.end(), town.begin(), town.begin() + 7);
  entries.insert(entries.end(), town.begin() + 2, town.begin() + 4);
  fill(folder / "bulk", entries);
  {
    SuggestionIndex index(folder / "steps", model(), "test");
    for (size_t i = 0; i < entries.size(); ++i) {
      index.add(entries[i]);
      if (i % 3 == 0) index.commit();
    }
    index.commit();
  }
  for (const auto& entry : entries) fill(folder / "opened", {entry});
  Suggester bulk = open(folder / "bulk"), steps = open(folder / "steps"), opened = open(folder / "opened");
  for (const char* typed : {"情", "情報", "対策", "あ", "s", "じ", "第", "星", "の", "k"}) {
    INFO(typed);
    CHECK(steps.suggest(typed, officer, 50) == bulk.suggest(typed, officer, 50));
    CHECK(opened.suggest(typed, officer, 50) == bulk.suggest(typed, officer, 50));
  }
}

TEST_CASE("what was not committed is not there, and a refresh shows what was") {
  TemporaryFolder folder;
  Suggester suggester = open(folder / "s");
  CHECK(suggester.suggest("情報", citizen).empty());
  SuggestionIndex index(folder / "s", model(), "test");
  index.add(town[1]);
  suggester.refresh();
  CHECK(suggester.suggest("情報", citizen).empty());
  index.commit();
  suggester.refresh();
  CHECK(suggester.suggest("情報", citizen).size() == 1);
  for (int i = 0; i < 5; ++i) {
    index.add({Kind::heading, "情報の更新" + std::to_string(i), "public", 1, ""});
    index.commit();
  }
  CHECK_FALSE(suggester.suggest("情報", citizen).empty());
  suggester.refresh();
  CHECK(suggester.suggest("情報", citizen).size() == 6);
}

TEST_CASE("hidden entries leave no trace") {
  TemporaryFolder folder;
  std::mt19937 random(7);
  const std::vector<std::string> words = {"情報", "資産", "管理", "委託", "暗号", "対策", "基準", "緊急", "連絡", "調査", "漏えい", "セキュリティ", "の", "見直し", "ＶＰＮ", "端末"};
  std::vector<SuggestionEntry> all, visible;
  for (int i = 0; i < 1500; ++i) {
    SuggestionEntry entry;
    for (unsigned n = 1 + random() % 3; n > 0; --n) entry.text += words[random() % words.size()];
    entry.kind = static_cast<Kind>(random() % 4);
    entry.weight = 1 + random() % 9;
    entry.audience = std::vector<std::string>{"public", "staff", "committee", "restricted"}[random() % 4];
    // The same text, spelled otherwise by someone else.
    if (entry.audience != "public" && random() % 2 == 0) entry.text = text::replace_all(entry.text, "ＶＰＮ", "VPN");
    all.push_back(entry);
    if (officer.sees(entry.audience)) visible.push_back(entry);
  }
  fill(folder / "all", all);
  fill(folder / "visible", visible);
  Suggester whole = open(folder / "all"), part = open(folder / "visible");
  auto frequency = [](const std::vector<std::string>& asked) -> uint64_t {
    return std::ranges::any_of(asked, [](const std::string& word) { return word == "セキュティ" || word == "じょうほう" || word == "しさん"; }) ? 0 : 100;
  };
  for (const char* typed : {"情", "情報", "情報の", "か", "k", "じょう", "せ", "調査", "漏", "v", "端末か", "委託t", "きんきゅう", "対策 りん", "の"}) {
    INFO(typed);
    CHECK(whole.suggest(typed, officer, 50) == part.suggest(typed, officer, 50));
    CHECK(whole.suggest(typed, citizen, 7) == part.suggest(typed, citizen, 7));
  }
  for (const char* query : {"セキュティ", "じょうほうしさん", "情報のしさん"}) CHECK(whole.did_you_mean(query, officer, frequency) == part.did_you_mean(query, officer, frequency));
}

TEST_CASE("any text can be typed and added") {
  TemporaryFolder folder;
  std::mt19937 random(11);
  auto anything = [&](size_t most) {
    const std::u32string likely = U"情報の対策ーっゃんアイaknsy'-　 、・（😀𠮷";
    std::u32string s;
    for (size_t n = random() % most; n > 0; --n) {
      char32_t c = random() % 3 == 0 ? static_cast<char32_t>(1 + random() % 0x2FFFF) : likely[random() % likely.size()];
      if (c < 0xD800 || c > 0xDFFF) s += c;
    }
    std::string out = text::to_utf8(s);
    if (random() % 10 == 0) out += '\xE3';
    return out;
  };
  std::vector<SuggestionEntry> entries = town;
  for (int i = 0; i < 300; ++i) entries.push_back({static_cast<Kind>(i % 4), anything(220), "public", 1 + random() % 3, i % 5 == 0 ? anything(10) : ""});
  fill(folder / "s", entries);
  Suggester suggester = open(folder / "s");
  auto frequency = [&](const std::vector<std::string>& words) -> uint64_t { return words.size() * random() % 200; };
  for (int i = 0; i < 500; ++i) {
    std::string typed = anything(12);
    for (const auto& found : suggester.suggest(typed, citizen)) CHECK(found.kept <= found.text.size());
    suggester.did_you_mean(typed, citizen, frequency);
  }
  // What was added is found by its beginning.
  for (const auto& entry : entries) {
    std::string folded = text::fold(entry.text);
    size_t first = folded.find_first_not_of(' ');
    if (first == folded.npos || text::length_utf8(entry.text) > 200 || entry.audience != "public") continue;
    std::string typed = folded.substr(first, text::code_point_at(folded, first).length);
    INFO(entry.text << " by " << typed);
    CHECK_FALSE(suggester.suggest(typed, citizen, 50).empty());
  }
}

TEST_CASE("a store of another kind is refused") {
  TemporaryFolder folder;
  fill(folder / "s", town);
  CHECK_THROWS_AS(SuggestionIndex(folder / "s", model(), "other"), Error);
  CHECK_THROWS_AS(Suggester(folder / "s", model(), "other"), Error);
  std::filesystem::create_directories(folder / "broken");
  std::ofstream(folder / "broken" / "iamglass") << "nonsense";
  try {
    open(folder / "broken");
    FAIL("opened");
  } catch (const Error& e) {
    CHECK(e.kind() == ErrorKind::unavailable);
    CHECK(e.hint().find("shirube reindex") != std::string::npos);
  }
}

TEST_CASE("slips are counted") {
  CHECK(slips(U"せきゅてぃ", U"せきゅりてぃ") == 1);
  CHECK(slips(U"せきゅりてい", U"せきゅりてぃ") == 0.5);
  CHECK(slips(U"さば", U"さーばー") == 1);
  CHECK(slips(U"あんこう", U"あんごう") == 0.5);
  CHECK(slips(U"passwrod", U"password") == 1);
  CHECK(slips(U"ぱすわあど", U"ぱすわーど") == 0.5);
  CHECK(slips(U"めいる", U"めーる") == 0.5);
  CHECK(slips(U"", U"あい") == 2);
}

namespace {

/// Clauses as sets of words, to judge corrections by.
const std::vector<std::vector<std::string>> clauses = {
    {"情報", "セキュリティ", "対策", "実施"}, {"情報", "セキュリティ", "暗号化", "対象"}, {"情報", "資産", "対象", "範囲"}, {"損失", "補償"}, {"損失", "補償", "期間"}, {"品質", "保証"},
    {"意外", "結果"}, {"意外", "結果", "報告"}, {"意外", "原因"}, {"モニタ", "設置"}, {"以外", "職員"}, {"パスワード", "変更", "サーバー"}, {"パスワード", "password", "管理"}, {"個人", "情報", "保護"}, {"対称", "暗号"}, {"みなし"},
};

uint64_t held(const std::vector<std::string>& words) {
  return static_cast<uint64_t>(std::ranges::count_if(clauses, [&](const auto& clause) {
    return std::ranges::all_of(words, [&](const std::string& word) { return std::ranges::find(clause, word) != clause.end(); });
  }));
}

}  // namespace

TEST_CASE("what was meant is offered when the index holds it") {
  TemporaryFolder folder;
  {
    SuggestionIndex index(folder / "s", model(), "test");
    std::map<std::string, uint64_t> words;
    for (const auto& clause : clauses) {
      for (const auto& word : clause) ++words[word];
    }
    for (const auto& [word, frequency] : words) index.add_word({word, "public", frequency, ""});
    index.commit();
  }
  Suggester suggester = open(folder / "s");
  struct Row {
    const char *query, *expected;  // "" for no correction
  };
  auto row = GENERATE(values<Row>({
      {"セキュティ", "セキュリティ"},
      {"セキュリテイ", "セキュリティ"},
      {"セュキリティ", "セキュリティ"},
      {"情報セキュティ対策", "情報セキュリティ対策"},
      {"じょうほうせきゅりてい", "情報セキュリティ"},
      {"jouhousekyuritexi", "情報セキュリティ"},
      {"あんごうか", "暗号化"},
      {"angouka", "暗号化"},
      {"passwrod", "password"},
      {"パスワド の変更", "パスワード の変更"},
      {"パスワードのへんこう", "パスワードの変更"},
      {"ぱすわーど", "パスワード"},
      {"pasuwaado", "パスワード"},
      {"もにたー", "モニタ"},
      {"以外な原因", "意外な原因"},
      {"セキュティのためですので", "セキュリティのためですので"},
      {"さーばーの変更", "サーバーの変更"},
      {"以外な結果", "意外な結果"},
      {"損失の保証", "損失の補償"},
      {"損失 保障", "損失 補償"},
      {"品質補償", "品質保証"},
      {"情報資産の対称", "情報資産の対象"},
      {"個人じょうほうの保護", "個人情報の保護"},
      {"セキュリティ", ""},
      {"情報", ""},
      {"以外", ""},
      {"みなし", ""},
      {"鯨", ""},
      {"zzzzz", ""},
      {"", ""},
      {"第十二条", ""},
  }));
  INFO(row.query);
  auto found = suggester.did_you_mean(row.query, citizen, held);
  CHECK((found ? found->query : "") == row.expected);
  if (found) CHECK(found->found > 0);
  if (found) CHECK(found->replaced.size() == 1);
  CHECK_FALSE(suggester.did_you_mean(row.query, corpus::Viewer{{"staff"}}, held).has_value());
}

TEST_CASE("a word of texts is corrected towards, and changes nothing of what is suggested") {
  TemporaryFolder folder;
  fill(folder / "entries", town);
  {
    SuggestionIndex index(folder / "s", model(), "test");
    for (const auto& entry : town) index.add(entry);
    const std::u32string characters = U"基機記期規季気器紀幾";
    for (char32_t a : characters) {
      for (char32_t b : characters) index.add_word({text::to_utf8(std::u32string{a, b}), "public", 1000, "きき"});
    }
    index.add_word({"査区", "public", 1000, ""});
    index.commit();
  }
  Suggester entries = open(folder / "entries"), both = open(folder / "s");
  for (const char* typed : {"対策き", "対策k", "き", "機", "査", "情報"}) {
    INFO(typed);
    CHECK(both.suggest(typed, officer, 50) == entries.suggest(typed, officer, 50));
  }
  auto unknown = [](const std::vector<std::string>& words) -> uint64_t { return words == std::vector<std::string>{"きき"} ? 0 : 1; };
  CHECK_FALSE(entries.did_you_mean("きき", citizen, unknown));
  CHECK(both.did_you_mean("きき", citizen, unknown));
}

TEST_CASE("a word of many audiences stands once among those that sound like it") {
  TemporaryFolder folder;
  SuggestionIndex index(folder / "s", model(), "test");
  const char* words[] = {"構成", "公正", "厚生", "校正", "攻勢", "更生"};
  uint64_t frequency = 1 << 12;
  for (const char* word : words) {
    for (const char* audience : {"public", "staff", "committee", "restricted"}) {
      index.add_word({word, audience, frequency, "こうせい"});
      index.add({Kind::heading, word, audience, frequency, "こうせい"});
    }
    frequency /= 2;
  }
  index.commit();
  auto found = open(folder / "s").did_you_mean("こうせい", corpus::Viewer::everything(), [](const auto& asked) { return asked == std::vector<std::string>{"更生"} ? 1 : 0; });
  REQUIRE(found);
  CHECK(found->query == "更生");
}

TEST_CASE("a correction tells what it put in place of what was typed") {
  TemporaryFolder folder;
  SuggestionIndex index(folder / "s", model(), "test");
  for (const char* word : {"監査", "変更"}) index.add_word({word, "public", 9, ""});
  index.commit();
  auto found = open(folder / "s").did_you_mean("kansaの方法をhenkou", citizen, [](const auto& words) { return words.front().starts_with("k") || words.front().starts_with("h") ? 0 : 1; });
  REQUIRE(found);
  CHECK(found->query == "監査の方法を変更");
  std::vector<std::string> replaced;
  for (auto [begin, end] : found->replaced) replaced.push_back(found->query.substr(begin, end - begin));
  CHECK(replaced == std::vector<std::string>{"監査", "変更"});
}

TEST_CASE("what has good matches is left alone") {
  TemporaryFolder folder;
  SuggestionIndex index(folder / "s", model(), "test");
  index.add_word({"変更", "public", 9, ""});
  index.commit();
  Suggester suggester = open(folder / "s");
  auto counts = [](uint64_t typed, uint64_t meant) {
    return [=](const std::vector<std::string>& words) { return words == std::vector<std::string>{"変更"} ? meant : typed; };
  };
  CHECK(suggester.did_you_mean("へんこう", citizen, counts(0, 1)).has_value());
  CHECK(suggester.did_you_mean("へんこう", citizen, counts(2, 40)).has_value());
  CHECK_FALSE(suggester.did_you_mean("へんこう", citizen, counts(2, 39)).has_value());
  CHECK_FALSE(suggester.did_you_mean("へんこう", citizen, counts(100, 100'000)).has_value());
  CHECK_FALSE(suggester.did_you_mean("へんこう", citizen, counts(0, 0)).has_value());
  size_t asked = 0;
  suggester.did_you_mean("へんこう へんこお へんごう 変更 以外 異常", citizen, [&](const std::vector<std::string>&) { return ++asked, 0; });
  CHECK(asked <= 48);
}

TEST_CASE("what says nothing is neither in doubt nor meant") {
  TemporaryFolder folder;
  SuggestionIndex index(folder / "s", model(), "test");
  for (auto [word, reading] : {std::pair{"変更", ""}, std::pair{"偏向", "へんこう"}, std::pair{"監査", ""}}) index.add_word({word, "public", 9, reading});
  index.commit();
  Suggester suggester = open(folder / "s");
  auto corrected = [&](const char* query, const std::map<std::vector<std::string>, std::optional<uint64_t>>& counts) {
    auto found = suggester.did_you_mean(query, citizen, [&](const std::vector<std::string>& words) { return counts.contains(words) ? counts.at(words) : 0; });
    return found ? found->query : "";
  };
  CHECK(corrected("へんこう", {{{"変更"}, 9}, {{"偏向"}, 3}}) == "変更");
  CHECK(corrected("へんこう", {{{"変更"}, std::nullopt}, {{"偏向"}, 3}}) == "偏向");
  CHECK(corrected("へんこう", {{{"変更"}, std::nullopt}}) == "");
  CHECK(corrected("へんこう", {{{"へんこう"}, std::nullopt}, {{"変更"}, 9}}) == "");
  CHECK(corrected("変更 かんさ", {{{"変更"}, std::nullopt}, {{"変更", "監査"}, 5}}) == "変更 監査");
}
