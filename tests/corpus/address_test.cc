#include "corpus/address.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

using namespace shirube::corpus;

namespace {

struct Row {
  ClauseKind kind;
  const char* label;
  const char* heading;
  int parent;
  const char* path;
  const char* locator;
};

void check(const std::vector<Row>& rows) {
  std::vector<Clause> clauses;
  for (const auto& row : rows) {
    Clause clause;
    clause.kind = row.kind;
    clause.label = row.label;
    clause.heading = row.heading;
    if (row.parent >= 0) clause.parent = static_cast<size_t>(row.parent);
    clauses.push_back(clause);
  }
  assign_addresses(clauses);
  for (size_t i = 0; i < rows.size(); ++i) {
    INFO(i << " " << rows[i].label << rows[i].heading);
    CHECK(clauses[i].path == rows[i].path);
    CHECK(clauses[i].locator == rows[i].locator);
  }
}

using K = ClauseKind;

}  // namespace

TEST_CASE("articles are numbered through the document") {
  check({
      {K::preamble, "", "", -1, "preamble", "前文"},
      {K::chapter, "第１章", "総則", -1, "c1", "第1章"},
      {K::section, "第二節", "体制", 1, "c1-s2", "第1章第2節"},
      {K::article, "第十二条", "（目的）", 2, "12", "第12条"},
      {K::item, "一", "", 3, "12-1-1", "第12条第1項第1号"},
      {K::subitem, "イ", "", 4, "12-1-1-イ", "第12条第1項第1号イ"},
      {K::paragraph, "２", "", 3, "12-2", "第12条第2項"},
      {K::item, "(1)", "", 6, "12-2-1", "第12条第2項第1号"},
      {K::item, "一の二", "", 6, "12-2-1_2", "第12条第2項第1号の2"},
      {K::subitem, "ア", "", 7, "12-2-1-ア", "第12条第2項第1号ア"},
      {K::article, "第12条の２", "", 2, "12_2", "第12条の2"},
      {K::item, "（１）", "", 10, "12_2-1-1", "第12条の2第1号"},
      {K::annex, "附則", "", -1, "fusoku", "附則"},
      {K::paragraph, "１", "", 12, "fusoku-1", "附則第1項"},
      {K::annex, "附則", "（令和四年六月一七日法律第六八号）　抄", -1, "fusoku~2", "附則（令和四年六月一七日法律第六八号）"},
      {K::article, "第一条", "", 14, "fusoku~2-1", "附則（令和四年六月一七日法律第六八号）第1条"},
      {K::annex, "別表第一", "", -1, "beppyo1", "別表第1"},
      {K::annex, "様式第２号", "", -1, "yoshiki2", "様式第2号"},
  });
}

TEST_CASE("an item of the first article is no decimal number") {
  check({
      {K::article, "第１条", "", -1, "1", "第1条"},
      {K::item, "(1)", "", 0, "1-1-1", "第1条第1号"},
      {K::item, "(2)", "", 0, "1-1-2", "第1条第2号"},
      {K::subitem, "ア", "", 2, "1-1-2-ア", "第1条第2号ア"},
      {K::article, "第２条", "", -1, "2", "第2条"},
      {K::item, "(1)", "", 4, "2-1-1", "第2条第1号"},
  });
}

TEST_CASE("notices and guidelines are cited by their own numbers") {
  check({
      {K::section, "第１", "措置", -1, "1", "第1"},
      {K::item, "①", "", 0, "1-1", "第1①"},
      {K::annex, "（別紙１）", "", -1, "besshi1", "別紙1"},
      {K::section, "４．", "方法", 2, "besshi1-4", "別紙1の4"},
      {K::subsection, "（２）", "契約", 3, "besshi1-4-2", "別紙1の4(2)"},
      {K::part, "第３編", "", -1, "p3", "第3編"},
      {K::chapter, "第２章", "", 5, "p3-c2", "第3編第2章"},
      {K::section, "6.1", "", 6, "p3-c2-6.1", "第3編第2章6.1"},
      {K::subsection, "(3)", "", 7, "p3-c2-6.1-3", "第3編第2章6.1(3)"},
      {K::chapter, "3", "義務", -1, "3", "3"},
      {K::section, "3-7", "", 9, "3-7", "3-7"},
      {K::subsection, "3-7-4", "", 10, "3-7-4", "3-7-4"},
      {K::heading, "", "用語集", -1, "h1", "「用語集」"},
      {K::heading, "", "（参考）", 9, "3-h1", "3「（参考）」"},
  });
}

TEST_CASE("no two clauses share an address") {
  std::vector<Clause> clauses(200);
  for (size_t i = 0; i < clauses.size(); ++i) {
    clauses[i].kind = i % 3 ? ClauseKind::item : ClauseKind::article;
    clauses[i].label = i % 3 ? "(1)" : "第1条";
    if (i % 3) clauses[i].parent = i - i % 3;
  }
  assign_addresses(clauses);
  std::set<std::string> paths;
  for (const auto& clause : clauses) CHECK(paths.insert(clause.path).second);
}

TEST_CASE("addresses stay short whatever labels and headings say") {
  std::string endless;
  for (int i = 0; i < 3000; ++i) endless += "あ";
  std::vector<Clause> clauses(300);
  for (size_t i = 0; i < clauses.size(); ++i) {
    bool upper = i < 40;
    clauses[i].kind = upper ? ClauseKind::heading : ClauseKind::item;
    (upper ? clauses[i].heading : clauses[i].label) = i % 3 ? "(1)" : endless;
    if (i > 0) clauses[i].parent = upper ? i - 1 : 39;
  }
  assign_addresses(clauses);
  std::set<std::string> paths;
  size_t longest = 0;
  for (const auto& clause : clauses) {
    CHECK(paths.insert(clause.path).second);
    longest = std::max({longest, clause.path.size(), clause.locator.size()});
  }
  CHECK(longest < 3000);
}
