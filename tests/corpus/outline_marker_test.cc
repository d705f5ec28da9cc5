#include "corpus/outline_marker.h"

#include <catch2/catch.hpp>

#include "corpus/outline_furniture.h"
#include "corpus/outline_heading.h"
#include "corpus/outline_paragraph.h"

using namespace shirube::corpus;

namespace {

struct Reading {
  std::string line, label;  ///< an empty label: no number
  std::vector<int> number;
  std::string rest;
};

}  // namespace

TEST_CASE("numbers at the start of a line are read", "[corpus][outline]") {
  const std::vector<Reading> readings = {
      {"第１章　総則", "第１章", {1}, "総則"},
      {"　　第三編　罰則", "第三編", {3}, "罰則"},
      {"第十八章の二　電磁的記録", "第十八章の二", {18, 2}, "電磁的記録"},
      {"第 １ 章　はじめに", "第１章", {1}, "はじめに"},
      {"第１章総則", "第１章", {1}, "総則"},
      {"第十二条　市は、", "第十二条", {12}, "市は、"},
      {"第3条（目的）　この", "第3条", {3}, "（目的）　この"},
      {"第七条ノ二　委員長ハ", "第七条ノ二", {7, 2}, "委員長ハ"},
      {"第三十二条の三の二　使用者", "第三十二条の三の二", {32, 3, 2}, "使用者"},
      {"第四条から第六条まで　削除", "第四条から第六条まで", {4}, "削除"},
      {"第１　趣旨", "第１", {1}, "趣旨"},
      {"第一 公金の収納", "第一", {1}, "公金の収納"},
      {"１　目的", "１", {1}, "目的"},
      {"１．目的", "１．", {1}, "目的"},
      {"2. 手順", "2.", {2}, "手順"},
      {"３）報告", "３）", {3}, "報告"},
      {"（１）運用", "（１）", {1}, "運用"},
      {"(２）訓練", "(２）", {2}, "訓練"},
      {"（ １ ） 対象", "（１）", {1}, "対象"},
      {"①　受付", "①", {1}, "受付"},
      {"⑳受付", "⑳", {20}, "受付"},
      {"一　未成年者", "一", {1}, "未成年者"},
      {"三の二　職員", "三の二", {3, 2}, "職員"},
      {"二及び三　略", "二及び三", {2}, "略"},
      {"1.2.3 記録", "1.2.3", {1, 2, 3}, "記録"},
      {"２－１　対象", "２－１", {2, 1}, "対象"},
      {"２ － １ 対象", "２－１", {2, 1}, "対象"},
      {"a) 市長部局", "a)", {1}, "市長部局"},
      {"Ⅳ　その他", "Ⅳ", {4}, "その他"},
      {"問１２　紛失", "問１２", {12}, "紛失"},
      {"　　　附　則　（令和六年法律第一号）　抄", "附則", {1}, "（令和六年法律第一号）　抄"},
      {"別表第一（第二条関係）", "別表第一", {1}, "（第二条関係）"},
      {"別表第二身体障害等級", "別表第二", {1}, "身体障害等級"},
      {"（別紙１）", "（別紙１）", {1}, ""},
      {"【別添】", "【別添】", {1}, ""},
      {"様式第１号（第３条関係）", "様式第１号", {1}, "（第３条関係）"},
      {"３名以上の者", "", {}, ""},
      {"２０２５年度", "", {}, ""},
      {"2025.3.31から", "", {}, ""},
      {"1.5倍の性能", "", {}, ""},
      {"１つの端末", "", {}, ""},
      {"3 名以上の者", "", {}, ""},
      {"０３－１２３４－５６７８", "", {}, ""},
      {"第三条の規定により", "", {}, ""},
      {"第三条第一項", "", {}, ""},
      {"第３条（以下「条」という。）", "", {}, ""},
      {"第１回会議", "", {}, ""},
      {"第一号に掲げる", "", {}, ""},
      {"（２）に掲げる研修", "", {}, ""},
      {"（２）から（４）まで", "", {}, ""},
      {"①から③まで", "", {}, ""},
      {"①・②を除く", "", {}, ""},
      {"一般競争入札", "", {}, ""},
      {"一 般 競 争 入 札", "", {}, ""},
      {"アクセス制御", "", {}, ""},
      {"a server", "", {}, ""},
      {"別紙のとおり", "", {}, ""},
      {"別紙１「一覧」を参照", "", {}, ""},
      {"附則第二条の規定", "", {}, ""},
      {"様式は問わない", "", {}, ""},
      {"〇　目的", "", {}, ""},
      {"", "", {}, ""},
  };
  for (auto& r : readings) {
    INFO(r.line);
    auto markers = read_markers(r.line);
    std::erase_if(markers, [](auto& m) { return m.tight; });
    CHECK(markers.empty() == r.label.empty());
    if (markers.empty() || r.label.empty()) continue;
    CHECK(markers[0].label == r.label);
    CHECK(markers[0].number == r.number);
    CHECK(r.line.substr(markers[0].length) == r.rest);
  }
}

TEST_CASE("a letter is read in all orders it is in", "[corpus][outline]") {
  auto markers = read_markers("イ　広報");
  REQUIRE(markers.size() == 2);
  CHECK(markers[0].family.core == Core::aiueo);
  CHECK(markers[0].number == std::vector<int>{2});
  CHECK(markers[1].family.core == Core::iroha);
  CHECK(markers[1].number == std::vector<int>{1});
}

TEST_CASE("a range ends at its upper number", "[corpus][outline]") {
  CHECK(read_markers("二から十四まで　略")[0].last == std::vector<int>{14});
  CHECK(read_markers("第八条及び第九条　削除")[0].last == std::vector<int>{9});
}

TEST_CASE("numbers follow each other", "[corpus][outline]") {
  CHECK(follows({2}, {3}));
  CHECK(follows({3}, {3, 2}));
  CHECK(follows({3, 2}, {3, 3}));
  CHECK(follows({3, 2}, {4}));
  CHECK_FALSE(follows({3}, {5}));
  CHECK_FALSE(follows({3}, {3}));
  CHECK_FALSE(follows({3}, {3, 5}));
  CHECK_FALSE(follows({}, {1}));
}

TEST_CASE("page numbers are told from clauses", "[corpus][outline]") {
  for (auto s : {"1", "- 3 -", "－１２－", "3 / 12", "ⅲ", "p.3", "12頁", "iv"}) CHECK(is_page_number(s));
  for (auto s : {"", "１．", "（１）", "3.6", "総則", "第１", "2025年", "viruses"}) CHECK_FALSE(is_page_number(s));
}

TEST_CASE("stray spaces are closed", "[corpus][outline]") {
  CHECK(close_spaces("情報 セキュリティ") == "情報セキュリティ");
  CHECK(close_spaces("は じ め に") == "はじめに");
  CHECK(close_spaces("Web 会議 system is") == "Web 会議 system is");
  CHECK(close_spaces("電話　番号") == "電話　番号");
}

TEST_CASE("lines are joined by their script", "[corpus][outline]") {
  std::string p = "情報セキュ";
  join_line(p, "リティ");
  CHECK(p == "情報セキュリティ");
  p = "public";
  join_line(p, "cloud");
  CHECK(p == "public cloud");
  p = "zero-";
  join_line(p, "trust");
  CHECK(p == "zero-trust");
}

TEST_CASE("captions and titles are told from sentences", "[corpus][outline]") {
  CHECK(is_caption("　（目的）"));
  CHECK(is_caption("（任期（委員を除く。）以外）") == false);
  CHECK(is_caption("（定義）等（範囲）") == false);
  CHECK(is_title("はじめに"));
  CHECK(is_title("監査の実施"));
  CHECK_FALSE(is_title("次の支援を行う。"));
  CHECK_FALSE(is_title("市長は、"));
  CHECK(without_remark("概要 ※第２編１.") == "概要");
  CHECK(without_remark("（対策）※第２編") == "（対策）");
  CHECK(without_sign("● 概要") == "概要");
}
