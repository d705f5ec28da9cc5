#include "text/diff.h"

#include <catch2/catch.hpp>
#include <random>
#include <string>

#include "text/utf8.h"

using namespace shirube::text;
using Kind = Change::Kind;

namespace {

/// 「同じ-除いた+加えた」
std::string shown(const std::vector<Change>& all) {
  std::string out;
  for (const auto& [kind, text] : all) out += (kind == Kind::same ? "=" : kind == Kind::removed ? "-" : "+") + text;
  return out;
}

}  // namespace

TEST_CASE("what was changed is told word by word") {
  struct Row {
    const char *before, *after, *shown;
  };
  const Row rows[] = {
      {"", "", ""},
      {"同じ", "同じ", "=同じ"},
      {"", "加えた", "+加えた"},
      {"除いた", "", "-除いた"},
      {"端末を持ち出すときは、許可を受ける。", "端末を庁外へ持ち出すときは、許可を受ける。", "=端末を+庁外へ=持ち出すときは、許可を受ける。"},
      {"パスワードは8文字", "パスフレーズは12文字", "-パスワードは8+パスフレーズは12=文字"},
      // One character in common amid changes is chance.
      {"課長の許可", "部長が承認", "-課長の許可+部長が承認"},
      {"甲乙丙丁", "子乙寅丁", "-甲乙丙+子乙寅=丁"},
      {"a\xff", "a", "=a-\xff"},
  };
  for (const auto& row : rows) {
    INFO(row.before << " → " << row.after);
    CHECK(shown(changes(row.before, row.after)) == row.shown);
  }
}

TEST_CASE("the pieces of a comparison make both texts again") {
  std::mt19937 random(6);
  const std::u32string letters = U"あい漢字ＡaカタカナA12。\n";
  auto any = [&] {
    std::u32string out;
    for (size_t n = random() % 40; n > 0; --n) out += letters[random() % letters.size()];
    return to_utf8(out);
  };
  for (int turn = 0; turn < 2000; ++turn) {
    std::string before = any(), after = any(), was, is;
    auto all = changes(before, after);
    for (size_t i = 0; i < all.size(); ++i) {
      if (all[i].kind != Kind::added) was += all[i].text;
      if (all[i].kind != Kind::removed) is += all[i].text;
      CHECK_FALSE(all[i].text.empty());
      if (i > 0) CHECK(all[i].kind != all[i - 1].kind);
      if (i > 0 && all[i].kind == Kind::removed) CHECK(all[i - 1].kind == Kind::same);
    }
    CHECK(was == before);
    CHECK(is == after);
  }
}

TEST_CASE("texts that are long and differ throughout are not compared for ever") {
  std::string before, after;
  for (int i = 0; i < 5000; ++i) before += "甲", after += i % 2 ? "乙" : "丙";
  auto all = changes("頭" + before + "尾", "頭" + after + "尾");
  CHECK(all == std::vector<Change>{{Kind::same, "頭"}, {Kind::removed, before}, {Kind::added, after}, {Kind::same, "尾"}});
}
