#include "corpus/doubt.h"

#include <catch2/catch.hpp>

#include "corpus/address.h"
#include "corpus/outline.h"

using namespace shirube;
using corpus::Doubt;

namespace {

/// The doubts about a text cut by the outline, as 「place: kind」.
std::vector<std::pair<std::string, Doubt::Kind>> found(std::initializer_list<const char*> lines) {
  corpus::Page page;
  for (const char* line : lines) {
    corpus::Line one;
    one.text = line;
    page.lines.push_back(one);
  }
  auto clauses = corpus::outline({page});
  corpus::assign_addresses(clauses);
  std::vector<std::pair<std::string, Doubt::Kind>> out;
  for (const auto& doubt : corpus::doubts(clauses)) out.emplace_back(clauses[doubt.clause].label, doubt.kind);
  return out;
}

corpus::Clause clause(const std::string& label, corpus::ClauseKind kind, const std::string& text, std::optional<size_t> parent = {}) {
  corpus::Clause one;
  one.label = label, one.kind = kind, one.text = text, one.parent = parent;
  return one;
}

}  // namespace

TEST_CASE("a document that counts well raises no doubt") {
  CHECK(found({"第１章　総則", "第１条　目的を定める。", "第２条　用語を定める。", "２　次に掲げる。", "(1) 端末", "(2) 媒体", "第２章　体制", "第３条　体制を定める。", "第３条の２　別表第１のとおりとする。",
               "第４条　法別表第一に掲げるものを除く。", "附則", "第１条　公布の日から施行する。", "第２条　経過措置を置く。", "別表第１（第３条の２関係）", "区分 内容"})
            .empty());
}

TEST_CASE("numbers that jump, repeat or begin amid a list are told with their place") {
  using enum Doubt::Kind;
  using Found = std::vector<std::pair<std::string, Doubt::Kind>>;
  using enum corpus::ClauseKind;
  auto of = [](std::vector<corpus::Clause> clauses) {
    corpus::assign_addresses(clauses);
    Found out;
    for (const auto& doubt : corpus::doubts(clauses)) out.emplace_back(clauses[doubt.clause].label, doubt.kind);
    return out;
  };
  CHECK(of({clause("第１条", article, "あ"), clause("第３条", article, "い")}) == Found{{"第３条", gap}});
  CHECK(of({clause("第１条", article, "あ"), clause("第１条", article, "い")}) == Found{{"第１条", back}});
  CHECK(of({clause("第１章", chapter, ""), clause("第１条", article, "あ", 0), clause("第２章", chapter, ""), clause("第２条", article, "い", 2)}).empty());
  CHECK(of({clause("第１条", article, "あ"), clause("（３）", item, "い", 0)}) == Found{{"（３）", first}});
  CHECK(of({clause("第１条", article, "あ"), clause("２", paragraph, "い", 0), clause("３", paragraph, "う", 0)}).empty());
  CHECK(of({clause("イ", item, "あ"), clause("ロ", item, "い"), clause("ハ", item, "う")}).empty());
  CHECK(of({clause("三", item, "あ"), clause("四及び五", item, "削除"), clause("六", item, "い")}) == Found{{"三", first}});
}

TEST_CASE("what no text has, what is too long and what stands nowhere is told") {
  using enum Doubt::Kind;
  using enum corpus::ClauseKind;
  std::string longest;
  for (int i = 0; i < 700; ++i) longest += "端末を管理する。あ";
  std::vector<corpus::Clause> clauses = {clause("第１条", article, "\xEE\x80\x80市"), clause("第２条", article, longest), clause("第３条", article, "別表第２のとおりとする。")};
  corpus::assign_addresses(clauses);
  auto got = corpus::doubts(clauses);
  REQUIRE(got.size() == 3);
  CHECK(got[0].kind == garbled);
  CHECK(got[1].kind == lengthy);
  CHECK(got[2].kind == nowhere);
  CHECK_THAT(got[2].message, Catch::Contains("別表2") && Catch::Contains("第3条"));
}

TEST_CASE("many doubts of a kind are told by the first and a count") {
  std::vector<Doubt> many(10, Doubt{0, Doubt::Kind::gap, "飛び"});
  auto told = corpus::summarised(many);
  REQUIRE(told.size() == 4);
  CHECK_THAT(told[3], Catch::Contains("7 か所"));
  CHECK(corpus::summarised({}).empty());
}

TEST_CASE("an article that is named and not there is told, but not what may be another document's") {
  using enum corpus::ClauseKind;
  std::vector<corpus::Clause> clauses = {clause("第１条", article, "端末は、第３条の定めるところにより返す。"), clause("第２条", article, "第九条の三に定める様式による。"),
                                         clause("第３条", article, "個人情報の保護に関する法律第66条及び第67条、同条例第8条の例による。"), clause("第３条の２", article, "前条の規定にかかわらず定める。第３条の２及び第４条による。")};
  corpus::assign_addresses(clauses);
  auto got = corpus::doubts(clauses);
  REQUIRE(got.size() == 2);
  CHECK(got[0].message == "この資料にない「第9条の3」が引かれています: 第2条");
  CHECK(got[1].message == "この資料にない「第4条」が引かれています: 第3条の2");
  // A notice without articles speaks of those of others.
  std::vector<corpus::Clause> notice = {clause("１", section, "第16条の3により通知する。")};
  corpus::assign_addresses(notice);
  CHECK(corpus::doubts(notice).empty());
}
