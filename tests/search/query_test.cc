#include "search/query.h"

#include <catch2/catch.hpp>

#include <random>

#include "text/normalize.h"
#include "text/utf8.h"

using namespace shirube::search;

namespace {

struct Row {
  const char* typed;
  const char* understood;
};

template <size_t n>
void check(const Row (&rows)[n]) {
  for (const auto& row : rows) {
    INFO(row.typed);
    CHECK(parse(row.typed).understood() == row.understood);
  }
}

/// The parts as lines, without where they stand.
std::vector<std::string> lines(const Query& query) {
  std::vector<std::string> out;
  for (const auto& part : query.parts) out.push_back(std::string(name(part.kind)) + " " + part.text + " " + part.typed);
  return out;
}

std::string repeated(const std::string& piece, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += piece;
  return out;
}

}  // namespace

TEST_CASE("words, phrases and exclusions") {
  const Row rows[] = {
      {"テレワーク 端末", "語「テレワーク 端末」"},
      {"　テレワーク　端末　", "語「テレワーク 端末」"},
      {"USBメモリを持ち出してよいですか？", "語「USBメモリを持ち出してよいですか？」"},
      {"第12条第2項 -委託", "語「第12条第2項」 除外「委託」"},
      {"\"情報資産の分類\"", "句「情報資産の分類」"},
      {"「情報資産の分類」 監査", "語「監査」 句「情報資産の分類」"},
      {"『情報資産』“監査の実施”", "句「情報資産」 句「監査の実施」"},
      {"｢情報資産｣", "句「情報資産」"},
      {"＂情報資産＂", "句「情報資産」"},
      {"\"情報　資産 \"", "句「情報　資産」"},
      {"端末\"持ち出し\"許可", "語「端末 許可」 句「持ち出し」"},
      {"対策基準の「情報資産」とは", "語「対策基準の「情報資産」とは」"},
      {"+\"情報資産\" =\"監査\"", "句「情報資産」 句「監査」"},
      {"委託 -再委託", "語「委託」 除外「再委託」"},
      {"委託 －\"再委託の禁止\"", "語「委託」 除外「再委託の禁止」"},
      {"委託 −再委託 -「禁止」", "語「委託」 除外「再委託」 除外「禁止」"},
      {"委託 NOT 再委託 NOT \"委託の禁止\"", "語「委託」 除外「再委託」 除外「委託の禁止」"},
      {"委託 ＮＯＴ 再委託", "語「委託」 除外「再委託」"},
      {"not 再委託", "語「not 再委託」"},
      {"-再委*", "除外「再委*」"},
      {"LGWAN-ASP", "語「LGWAN-ASP」"},
      {"-", "語「-」"},
      {"-- + = *** ・", "語「-- + = *** ・」"},
      {"-\"・\"", "語「-」 句「・」"},
      {"\"閉じない", "語「\"閉じない」"},
      {"「閉じ ない", "語「「閉じ ない」"},
      {"「外「内」側」", "語「側」」 句「外「内」"},
      {"", ""},
      {"　 ", ""},
      {"\"\"", ""},
      {"「　」", ""},
  };
  check(rows);
}

TEST_CASE("words that must be there, stand alone, or begin so") {
  const Row rows[] = {
      {"+監査 委託", "語「監査 委託」 必須「監査」"},
      {"委託 ＋監査", "語「委託 監査」 必須「監査」"},
      {"=サーバ ＝端末", "語「サーバ 端末」 同義語なし「サーバ」 同義語なし「端末」"},
      {"+=サーバ =+端末", "語「サーバ 端末」 必須「サーバ」 必須「端末」 同義語なし「サーバ」 同義語なし「端末」"},
      {"C++ a=b", "語「C++ a=b」"},
      {"暗号*", "前方一致「暗号」"},
      {"暗号＊ 鍵", "語「鍵」 前方一致「暗号」"},
      {"+暗号**", "前方一致「暗号」"},
      {"暗*号 *号 * ・*", "語「暗*号 *号 * ・*」"},
      {"\"暗号*\"", "句「暗号*」"},
  };
  check(rows);
}

TEST_CASE("alternatives and nearness") {
  const Row rows[] = {
      {"機密性 OR 完全性", "語「機密性 完全性」 いずれか「機密性|完全性」"},
      {"監査 機密性 OR 完全性 OR \"可 用 性\" 委託", "語「監査 機密性 完全性 委託」 いずれか「機密性|完全性|可 用 性」"},
      {"機密性|完全性", "語「機密性 完全性」 いずれか「機密性|完全性」"},
      {"機密性 ｜ 完全性　ＯＲ　可用性", "語「機密性 完全性 可用性」 いずれか「機密性|完全性|可用性」"},
      {"「機密性」|暗号*", "いずれか「機密性|暗号*」"},
      {"A OR B C OR D", "語「A B C D」 いずれか「A|B」 いずれか「C|D」"},
      {"=サーバ OR 端末", "語「サーバ 端末」 同義語なし「サーバ」 いずれか「サーバ|端末」"},
      {"機密性 または 完全性", "語「機密性 または 完全性」"},
      {"A or B", "語「A or B」"},
      {"OR A", "語「OR A」"},
      {"A OR", "語「A OR」"},
      {"A OR OR B", "語「A OR OR B」"},
      {"A || B", "語「A B」 いずれか「A|B」"},
      {"A OR -B", "語「A OR」 除外「B」"},
      {"A OR NOT B", "語「A OR」 除外「B」"},
      {"A OR 種別:通知", "語「A OR」 種別「通知」"},
      {"A \"\" OR B", "語「A OR B」"},
      {"委託 NEAR 監査", "語「委託 監査」 近く「委託…監査（10字以内）」"},
      {"\"業務委託\" NEAR/5 監査", "語「監査」 近く「業務委託…監査（5字以内）」"},
      {"ＡＢ　ＮＥＡＲ／２０　委託", "語「ＡＢ 委託」 近く「ＡＢ…委託（20字以内）」"},
      {"A NEAR/0 B NEAR/99999999999 C", "語「A B C」 近く「A…B（1字以内）」 近く「B…C（100字以内）」"},
      {"A NEAR/x B NEAR/ C NEAR5 D", "語「A NEAR/x B NEAR/ C NEAR5 D」"},
      {"A OR B NEAR C", "語「A B NEAR C」 いずれか「A|B」"},
      {"A NEAR B OR C", "語「A B OR C」 近く「A…B（10字以内）」"},
      {"NOT A OR B", "語「OR B」 除外「A」"},
      {"NOT NOT A NEAR", "語「NOT NEAR」 除外「A」"},
  };
  check(rows);
  Query query = parse("A NEAR B NEAR/3 「C」");
  CHECK(query.nears == std::vector<Near>{{{Unit::Kind::word, "A"}, {Unit::Kind::word, "B"}, 10},
                                         {{Unit::Kind::word, "B"}, {Unit::Kind::phrase, "C"}, 3}});
}

TEST_CASE("fields") {
  const Row rows[] = {
      {"種別:通知 発出者:総務省 監査", "語「監査」 種別「通知」 発出者「総務省」"},
      {"種別：notice ＫＩＮＤ：Ｌａｗ", "種別「通知」 種別「法令」"},
      {"種別:小説 監査", "語「種別:小説 監査」"},
      {"種別:\"小説\"", "語「種別:」 句「小説」"},
      {"issuer:\"デジタル庁 総務課\"", "発出者「デジタル庁 総務課」"},
      {"件名:分類 題名:「情報資産 の管理」 title:USB", "件名「分類」 件名「情報資産 の管理」 件名「USB」"},
      {"件名: 分類", "語「件名: 分類」"},
      {"件名:\"\" 件名:・", "語「件名: 件名:・」"},
      {"番号:総行情第42号 number:令和7年訓令第6号", "番号「総行情第42号」 番号「令和7年訓令第6号」"},
      {"条:12 条:第十二条第2項 clause:１２条２項", "条「12条」 条「12条2項」 条「12条2項」"},
      {"条:12の2 条:12-2-1 条:第16条の3第1項 条:別表第2", "条「12条の2」 条「12条2項1号」 条「16条の31項」 条「別表2」"},
      {"条:\"第12条 第2項\"", "条「12条2項」"},
      {"条:あれ 条:12-2-1-1 条:第12条の規定", "語「条:あれ 条:12-2-1-1 条:第12条の規定」"},
      {"版:現行 版:旧版 版:未施行 版:すべて 版:全て", "版「現行」 版「旧版」 版「未施行」 版「すべて」 版「すべて」"},
      {"版:令和7年4月1日版 edition:第2.0版", "版「令和7年4月1日版」 版「第2.0版」"},
      {"版:令和7年4月1日 時点:2025-04-01 時点:2025-04", "版「2025-04-01時点」 版「2025-04-01時点」 版「2025-04-30時点」"},
      {"時点:いつか", "語「時点:いつか」"},
      {"目的:監査 時刻:12:00", "語「目的:監査 時刻:12:00」"},
      {"-種別:通知", "除外「種別:通知」"},
  };
  check(rows);
  Filters filters = parse("種別:通知 版:旧版 時点:R7.4.1 番号:１号").filters;
  CHECK(filters.kinds == std::vector<std::string>{"notice"});
  CHECK(filters.numbers == std::vector<std::string>{"１号"});
  CHECK(filters.editions == std::vector<EditionChoice>{{EditionChoice::Kind::past, ""}, {EditionChoice::Kind::day, "2025-04-01"}});
}

TEST_CASE("ranges of days") {
  const Row rows[] = {
      {"日付:2024..2026 監査", "語「監査」 日付「2024-01-01〜2026-12-31」"},
      {"日付:令和7年度 監査", "語「監査」 日付「2025-04-01〜2026-03-31」"},
      {"日付:2025年", "日付「2025-01-01〜2025-12-31」"},
      {"日付:2025-04", "日付「2025-04-01〜2025-04-30」"},
      {"日付:2024〜2026", "日付「2024-01-01〜2026-12-31」"},
      {"日付:２０２４～２０２６", "日付「2024-01-01〜2026-12-31」"},
      {"日付:2027-", "日付「2027-01-01〜」"},
      {"日付:2024-2026", "日付「2024-01-01〜2026-12-31」"},
      {"日付:2025/4/1-2025/6/30", "日付「2025-04-01〜2025-06-30」"},
      {"日付:\"2024 〜 2026\"", "日付「2024-01-01〜2026-12-31」"},
      {"日付:令和6年度..令和7年度", "日付「2024-04-01〜2026-03-31」"},
      {"日付:R7.4.1..", "日付「2025-04-01〜」"},
      {"日付:2026..2024", "日付「2024-01-01〜2026-12-31」"},
      {"日付:2025-04..2025", "日付「2025-04-01〜2025-12-31」"},
      {"日付:いつか 日付:2025-02-30 日付:..", "語「日付:いつか 日付:2025-02-30 日付:..」"},
      {"施行:2027.. 発出:2026", "発出「2026-01-01〜2026-12-31」 施行「2027-01-01〜」"},
      {"発出日：令和7年3月 施行日：..2025", "発出「2025-03-01〜2025-03-31」 施行「〜2025-12-31」"},
      {"年度:2025", "日付「2025-04-01〜2026-03-31」"},
      {"年度:令和7", "日付「2025-04-01〜2026-03-31」"},
      {"年度:令和7年度", "日付「2025-04-01〜2026-03-31」"},
      {"年度:2024..2025", "日付「2024-04-01〜2026-03-31」"},
      {"年度:2026-02-01", "日付「2025-04-01〜2026-03-31」"},
      {"年度:9999", "日付「9999-04-01〜9999-12-31」"},
      {"2024..2026", "日付「2024-01-01〜2026-12-31」"},
      {"２０２４．．２０２６", "日付「2024-01-01〜2026-12-31」"},
      {"2025-04-01.. 監査", "語「監査」 日付「2025-04-01〜」"},
      {"..2026", "日付「〜2026-12-31」"},
      {"R7.4.1..R8.3.31", "日付「2025-04-01〜2026-03-31」"},
      {"令和6年度..令和7年度", "日付「2024-04-01〜2026-03-31」"},
      {"2024… ", "日付「2024-01-01〜」"},
      {"2025 令和7年度 2024〜2026 2025-04-01 1..5 .. a..b", "語「2025 令和7年度 2024〜2026 2025-04-01 1..5 .. a..b」"},
      {"2024.. ..2026", "日付「2024-01-01〜2026-12-31」"},
      {"日付:2024 日付:2026", "日付「2026-01-01〜2026-12-31」"},
      {"2026.. ..2024", "日付「〜2024-12-31」"},
  };
  check(rows);
}

TEST_CASE("what there is to look for") {
  for (const char* typed : {"監査", "\"監査\"", "暗号*", "\"A\" OR \"B\"", "\"A\" NEAR \"B\"", "件名:分類", "条:12", "番号:1号", "OR"}) {
    INFO(typed);
    CHECK(!parse(typed).empty());
  }
  for (const char* typed : {"", "-監査", "種別:通知 発出者:総務省", "2024..", "版:現行", "\"\""}) {
    INFO(typed);
    CHECK(parse(typed).empty());
  }
}

TEST_CASE("parts stand where they were typed and can be taken away") {
  Query query = parse("　委託 ＋監査　A OR \"B c\" 件名：「情報 資産」-再委託 2024..");
  CHECK(lines(query) == std::vector<std::string>{"word 委託 委託", "required 監査 ＋監査", "alternatives A|B c A OR \"B c\"",
                                                 "title 情報 資産 件名：「情報 資産」", "excluded 再委託 -再委託",
                                                 "begins 2024-01-01〜 2024.."});
  for (const auto& part : query.parts) CHECK(query.typed.substr(part.begin, part.typed.size()) == part.typed);
  CHECK(query.with(query.parts[0], "") == "＋監査　A OR \"B c\" 件名：「情報 資産」-再委託 2024..");
  CHECK(query.with(query.parts[0], "+委託") == "+委託 ＋監査　A OR \"B c\" 件名：「情報 資産」-再委託 2024..");
  CHECK(query.with(query.parts[3], "") == "委託 ＋監査　A OR \"B c\" -再委託 2024..");
  CHECK(query.with(query.parts[5], "") == "委託 ＋監査　A OR \"B c\" 件名：「情報 資産」-再委託");

  Query stray = parse("A OR -x B");
  CHECK(stray.with(stray.parts[2], "") == "A OR 『』 B");
  CHECK(japanese_name(stray.parts[2].kind) == "除外");
}

TEST_CASE("any input is read") {
  CHECK(parse(repeated("a", 100'000)).words.size() == 2000);
  CHECK(parse(repeated("漢", 3000)).typed.size() == 6000);
  CHECK(parse("\xFF\xFE\"\x80-").typed == "\uFFFD\uFFFD\"\uFFFD-");
  CHECK_NOTHROW(parse(std::string("\0-\0 \0*", 7)));
  for (const char* piece : {"\"", "「", "-", "|", "OR ", "NOT ", "件名:", "条:1", "条:1条1条", "..", "A|", "+=", "a* "}) {
    INFO(piece);
    CHECK_NOTHROW(parse(repeated(piece, 2000)).understood());
  }
}

TEST_CASE("more units and values than a query holds are words") {
  Query many = parse(repeated("+a ", 70));
  CHECK(many.required.size() == 64);
  CHECK(many.words == repeated("a ", 64) + repeated("+a ", 5) + "+a");
  CHECK(parse(repeated("a|", 99) + "a").alternatives.front().size() == 64);
  CHECK(parse(repeated("a NEAR ", 99) + "a").nears.size() == 63);
  CHECK(parse(repeated("\"a\" ", 99)).phrases.size() == 64);
  CHECK(parse(repeated("NOT a ", 99)).excluded.size() == 64);
  CHECK(parse(repeated("2024.. ", 99)).words.starts_with("2024.. 2024.."));
  Query values = parse(repeated("種別:通知 条:1 ", 21));
  CHECK(values.filters.kinds.size() == 20);
  CHECK(values.clauses.size() == 20);
  CHECK(values.words == "種別:通知 条:1");
}

TEST_CASE("a query without a part is the query of the others") {
  const char* pieces[] = {"監査", "A", "再委託", "OR", "NEAR", "NEAR/3", "NOT", "|", "｜", "-", "+", "=", "*", "＊", "\"", "＂", "「", "」",
                          "“", "”", "\"\"", " ", " ", " ", " ", "　", "\n", ":", "種別:", "種別:通知", "件名：", "条:12", "条:", "版:現行",
                          "2024..2026", "..", "日付:", "年度:令和7", "2025", "・", "、", "～", "\xFF", "\xE3\x80"};
  std::mt19937 random(20250401);
  auto below = [&](size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random); };
  for (int round = 0; round < 3000; ++round) {
    std::string typed;
    for (size_t i = 1 + below(14); i > 0; --i) typed += pieces[below(std::size(pieces))];
    INFO(typed);
    Query query = parse(typed);
    auto all = lines(query);
    REQUIRE(lines(parse(query.typed)) == all);
    REQUIRE(shirube::text::is_valid_utf8(query.understood()));
    for (size_t i = 0; i < query.parts.size(); ++i) {
      const Part& part = query.parts[i];
      REQUIRE(query.typed.substr(part.begin, part.typed.size()) == part.typed);
      auto others = all;
      others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
      INFO(part.typed << " → " << query.with(part, ""));
      REQUIRE(lines(parse(query.with(part, ""))) == others);
      REQUIRE(lines(parse(query.with(part, part.typed))) == all);
    }
  }
}

TEST_CASE("width makes no difference") {
  auto wide = [](std::string_view s) {
    std::string out;
    for (char c : s) {
      if (c == ' ') out += "　";
      else if (c > ' ' && c < 0x7F) shirube::text::append_utf8(out, static_cast<char32_t>(c) - '!' + U'！');
      else out += c;
    }
    return out;
  };
  for (const char* typed : {"audit -USB", "\"a b\" c", "A OR B|C", "A NEAR/7 B", "enc* +x =y", "NOT z", "title:\"a b\"", "kind:law", "clause:12-2",
                            "2024..2026", "edition:2025-04-01", "issuer:x"}) {
    INFO(typed);
    CHECK(shirube::text::fold(parse(wide(typed)).understood()) == shirube::text::fold(parse(typed).understood()));
  }
}
