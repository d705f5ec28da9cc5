#include "text/difference.h"

#include <catch2/catch.hpp>
#include <random>
#include <string>

#include "text/utf8.h"

using namespace shirube::text;

namespace {

/// One side of all changes, but where nothing is.
std::vector<Stretch> side(const std::vector<Change>& all, Stretch Change::*which) {
  std::vector<Stretch> out;
  for (const auto& change : all) {
    if ((change.*which).begin < (change.*which).end) out.push_back(change.*which);
  }
  return out;
}

std::string marked(std::string_view s, const std::vector<Stretch>& marks) {
  std::string out;
  size_t at = 0;
  for (const auto& [begin, end] : marks) {
    out.append(s.substr(at, begin - at)).append("[").append(s.substr(begin, end - begin)).append("]");
    at = end;
  }
  return out.append(s.substr(at));
}

/// Both texts with what differs in brackets.
std::pair<std::string, std::string> shown(std::string_view before, std::string_view after) {
  auto found = changes(before, after);
  return {marked(before, side(found, &Change::before)), marked(after, side(found, &Change::after))};
}

using Pair = std::pair<std::string, std::string>;

}  // namespace

TEST_CASE("what differs is marked by whole words") {
  CHECK(shown("情報資産を持ち出してはならない。", "情報システムを持ち出してはならない。") == Pair("[情報資産]を持ち出してはならない。", "[情報システム]を持ち出してはならない。"));
  CHECK(shown("課長は、第12条により許可する。", "課長は、第13条により許可する。") == Pair("課長は、第[12]条により許可する。", "課長は、第[13]条により許可する。"));
  CHECK(shown("パスワードは8文字以上とする。", "パスワードは12文字以上とする。") == Pair("パスワードは[8]文字以上とする。", "パスワードは[12]文字以上とする。"));
}

TEST_CASE("what was added or taken away is marked on its side only") {
  CHECK(shown("端末を持ち出す。", "端末及び媒体を持ち出す。").first == "端末を持ち出す。");
  CHECK(shown("端末を持ち出す。", "端末及び媒体を持ち出す。").second == "端末[及び媒体]を持ち出す。");
  CHECK(shown("報告する。記録を残す。", "報告する。") == Pair("報告する。[記録を残す。]", "報告する。"));
  CHECK(shown("", "新しい。") == Pair("", "[新しい。]"));
}

TEST_CASE("a particle alone does not part two changes") {
  CHECK(shown("部長の承認を得る。", "課長の許可を得る。") == Pair("[部長の承認]を得る。", "[課長の許可]を得る。"));
  CHECK(shown("部長は、情報資産を分類し、毎年点検する。", "課長は、情報資産を分類し、毎月点検する。") ==
        Pair("[部長]は、情報資産を分類し、[毎年点検]する。", "[課長]は、情報資産を分類し、[毎月点検]する。"));
}

TEST_CASE("width, case, spaces and line ends are no difference") {
  CHECK(changes("ＩＤ は\n１２ 文字", "idは12文字").empty());
  CHECK(changes("同じ。", "同じ。").empty());
  CHECK(changes("", "").empty());
}

TEST_CASE("texts too large to be compared word by word are marked whole, between what is alike at both ends") {
  std::string before = "始め。", after = "始め。";
  for (size_t i = 0; i <= most_compared; ++i) before += "甲乙" + std::to_string(i) + "、", after += "丙丁" + std::to_string(i) + "、";
  auto found = changes(before + "終わり。", after + "終わり。");
  REQUIRE(found.size() == 1);
  CHECK(found[0].before.begin == std::string("始め。").size());
}

TEST_CASE("of any texts, what is not marked is the same on both sides") {
  std::mt19937 random(7);
  constexpr std::string_view pieces[] = {"情報", "資産", "を", "は、", "12", "。", "\n", "サーバ", "abc", "　", "の", "（", "\xff"};
  auto bare = [](std::string_view s, const std::vector<Stretch>& marks) {
    std::string out;
    size_t at = 0;
    for (const auto& [begin, end] : marks) out.append(s.substr(at, begin - at)), at = end;
    out.append(s.substr(at));
    std::string kept;
    for (char32_t c : to_utf32(out)) {
      if (!is_space(c) && c != '\n') append_utf8(kept, c);
    }
    return kept;
  };
  size_t differing = 0;
  for (int turn = 0; turn < 2000; ++turn) {
    std::string before, after;
    for (size_t i = random() % 30; i > 0; --i) before += pieces[random() % std::size(pieces)];
    after = before;
    for (size_t i = random() % 4; i > 0; --i) after.insert(random() % (after.size() + 1), pieces[random() % std::size(pieces)]);
    auto found = changes(before, after);
    differing += !found.empty();
    INFO(before << "\n→ " << after);
    for (const auto& which : {&Change::before, &Change::after}) {
      size_t last = 0;
      for (const auto& change : found) {
        REQUIRE((change.*which).begin >= last);
        REQUIRE((change.*which).end >= (change.*which).begin);
        last = (change.*which).end;
      }
      REQUIRE(last <= (which == &Change::before ? before : after).size());
    }
    REQUIRE(bare(before, side(found, &Change::before)) == bare(after, side(found, &Change::after)));
  }
  CHECK(differing > 1000);
}
