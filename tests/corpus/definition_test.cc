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
  }
}
