#include "corpus/definition.h"

#include <catch2/catch.hpp>

#include "text/utf8.h"

using namespace shirube;
using corpus::Definition;
using corpus::definitions;

namespace {

struct Row {
  const char* text;
  std::vector<Definition> expected;
};

}  // namespace

TEST_CASE("definitions are read in the forms of legislative drafting") {
  const Row rows[] = {
      {"この基準は、星見市情報資産管理規程（令和五年訓令第三号。以下「管理規程」という。）に基づく。", {{"管理規程", "星見市情報資産管理規程", false}}},
      {"市が貸与する持ち運べる端末（以下この条において単に「貸与端末」という。）の", {{"貸与端末", "市が貸与する持ち運べる端末", true}}},
      {"記録媒体（磁気ディスク（フロッピーを除く。）を含む。以下「媒体」と総称する。）を", {{"媒体", "記録媒体", false}}},
      {"所管する課の長（以下「所管課長」又は「管理者」という。）は", {{"所管課長", "", false}, {"管理者", "", false}}},
      {"この基準において「情報資産」とは、次に掲げるものをいう。", {{"情報資産", "", false}}},
      {"端末　職員が事務に使う機器をいう。", {{"端末", "", false}}},
      {"以下のとおりとする。「鍵」を配る。", {}},
      {"十人以下の課は「小規模課」を名乗れる。", {}},
      {"以下「閉じない", {}},
      {"（以下「鍵」という。）", {}},  // one character is no term
      {"（以下「合鍵」という。）", {{"合鍵", "", false}}},
      {"", {}},
  };
  for (const auto& row : rows) {
    INFO(row.text);
    CHECK(definitions(row.text) == row.expected);
  }
}

TEST_CASE("defined terms are told with their place, their scope and what they mean") {
  using Form = corpus::DefinedTerm::Form;
  struct TermRow {
    const char* text;
    Form form;
    const char *term, *meaning, *explanation, *scope;
    bool onward;
  };
  const TermRow rows[] = {
      {"「星見市ガイドライン」（以下、「ガイドライン」という。）を", Form::abbreviation, "ガイドライン", "星見市ガイドライン", "", "、", true},
      {"星見市条例（令和三年条例第二号。以下この条において「法」という。）", Form::abbreviation, "法", "星見市条例", "", "この条において", true},
      {"再び委託する者 (以下「再委託先」 という。)は", Form::abbreviation, "再委託先", "再び委託する者", "", "", true},
      {"基準 (以下「本基準*2」という。)の", Form::abbreviation, "本基準", "基準", "", "", true},
      {"国の市（次項において単に「指定市」という。）に", Form::abbreviation, "指定市", "国の市", "", "（次項", false},
      {"この節において「利用」とは、見ることをいい、写しを含む。", Form::sentence, "利用", "", "見ること", "この節において", false},
      {"「利用者（※1）」とは、見る者をいう。", Form::sentence, "利用者", "", "見る者", "", false},
      {"当該端末（机の上の機器をいう。以下この条において同じ。）を", Form::bracket, "端末", "", "机の上の機器", "以下この条において", true},
      {"※2 情報資産とは、市の情報を指す。", Form::plain, "情報資産", "", "市の情報を指す", "", false},
      {"項番\t用語\t定義等\n①\t端末\t机の上の機器\n", Form::table, "端末", "", "机の上の機器", "", false},
  };
  for (const auto& row : rows) {
    INFO(row.text);
    std::string_view text = row.text;
    auto terms = corpus::defined_terms(text);
    REQUIRE(terms.size() == 1);
    CHECK(terms[0].form == row.form);
    CHECK(terms[0].term == row.term);
    CHECK(text.substr(terms[0].begin, terms[0].end - terms[0].begin) == row.term);
    CHECK(terms[0].meaning == row.meaning);
    CHECK(terms[0].explanation == row.explanation);
    CHECK(text.substr(terms[0].scope_begin, terms[0].scope_end - terms[0].scope_begin) == row.scope);
    CHECK(terms[0].onward == row.onward);
  }
  CHECK(corpus::defined_terms("端末（机の上の機器をいう。）を使う。利用の方法とはいえない。").empty());
}

TEST_CASE("definitions of any text end and are bounded") {
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "課の長（以下「所管課長" + std::to_string(i) + "」という。）、";
  CHECK(definitions(many).size() == 50);
  std::string open;
  for (int i = 0; i < 3000; ++i) open += "（以下「";
  CHECK(definitions(open).empty());
  // Each is tried and none taken; a search back or ahead through the whole text would not end here.
  for (const char* piece : {"以下「甲」という）", "以下", "以下「", "」とは", "「あ」とは", "（（", "以下「甲」又は"}) {
    std::string text = "（";
    for (int i = 0; i < 100'000; ++i) text += piece;
    CHECK(definitions(text).empty());
    CHECK(corpus::defined_terms(text).size() <= corpus::most_defined_terms);
  }
}
