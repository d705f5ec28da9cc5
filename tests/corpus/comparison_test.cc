#include "corpus/comparison.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <random>

using namespace shirube::corpus;

namespace {

/// A clause of these words that stands `depth` below the ones before it.
struct Line {
  size_t depth;
  std::string label, heading, text;
};

std::vector<Clause> clauses(const std::vector<Line>& lines) {
  constexpr ClauseKind kinds[] = {ClauseKind::article, ClauseKind::paragraph, ClauseKind::item};
  std::vector<Clause> out;
  std::vector<size_t> above;
  for (const auto& line : lines) {
    above.resize(line.depth);
    Clause clause;
    clause.label = line.label, clause.heading = line.heading, clause.text = line.text, clause.kind = kinds[line.depth];
    if (!above.empty()) clause.parent = above.back();
    above.push_back(out.size());
    out.push_back(clause);
  }
  return out;
}

/// Rows as one reads them: 「=第1条」 same, 「~」 changed, 「+」, 「-」; 「第1条>第2条」 moved.
std::vector<std::string> shown(const std::vector<Clause>& before, const std::vector<Clause>& after) {
  std::vector<std::string> out;
  for (const auto& row : compare(before, after)) {
    std::string name = row.before ? before[*row.before].label : after[*row.after].label;
    if (row.moved) name += ">" + after[*row.after].label;
    out.push_back(std::string(1, "=~+-"[static_cast<size_t>(row.fate)]) + name);
  }
  return out;
}

const std::vector<Line> rules = {
    {0, "第1条", "目的", "この基準は、星見市の情報資産を守るために必要な事項を定める。"},
    {0, "第2条", "定義", "用語の意味は、次のとおりとする。"},
    {1, "（1）", "", "端末　職員が業務に用いるパソコンをいう。"},
    {1, "（2）", "", "媒体　電磁的記録を保存する可搬の記録媒体をいう。"},
    {0, "第3条", "持ち出し", "職員は、端末を庁舎の外に持ち出すときは、課長の許可を得なければならない。"},
    {1, "２", "", "許可を得た者は、持ち出しの都度、記録簿に日時と行き先を書く。"},
    {0, "第4条", "廃棄", "媒体を捨てるときは、読み出せないように壊し、立会いの記録を残す。"},
};
using Rows = std::vector<std::string>;

std::vector<Line> changed(const std::function<void(std::vector<Line>&)>& change) {
  auto lines = rules;
  change(lines);
  return lines;
}

}  // namespace

TEST_CASE("an article keeps its counterpart when others come before it") {
  auto after = changed([](auto& lines) {
    lines.insert(lines.begin() + 4, {0, "第3条", "持ち込み", "私物の機器を庁内のネットワークにつないではならない。"});
    lines[5].label = "第4条", lines[7].label = "第5条";
  });
  CHECK(shown(clauses(rules), clauses(after)) == Rows{"=第1条", "=第2条", "=（1）", "=（2）", "+第3条", "=第3条>第4条", "=２", "=第4条>第5条"});
}

TEST_CASE("what was removed stands where it stood, and what was changed beside its old words") {
  auto after = changed([](auto& lines) {
    lines[5].text = "許可を得た者は、持ち出しの都度、台帳に日時と行き先と用件を書く。";
    lines.erase(lines.begin() + 2);
    lines[2].label = "（1）";
  });
  CHECK(shown(clauses(rules), clauses(after)) == Rows{"=第1条", "=第2条", "-（1）", "=（2）>（1）", "=第3条", "~２", "=第4条"});
}

TEST_CASE("a clause written anew under its old label is changed, not removed and added") {
  auto after = changed([](auto& lines) { lines[6] = {0, "第4条", "外部委託", "委託先の選び方は、別に定める手順による。"}; });
  CHECK(shown(clauses(rules), clauses(after)).back() == "~第4条");
}

TEST_CASE("a clause that went under another one has moved there") {
  auto after = changed([](auto& lines) {
    auto taken = lines[5];
    lines.erase(lines.begin() + 5);
    lines.push_back(taken);
  });
  CHECK(shown(clauses(rules), clauses(after)) == Rows{"=第1条", "=第2条", "=（1）", "=（2）", "=第3条", "=第4条", "=２>２"});
}

TEST_CASE("nothing against something is all added, or all removed") {
  CHECK(shown({}, clauses({rules[0]})) == Rows{"+第1条"});
  CHECK(shown(clauses({rules[0]}), {}) == Rows{"-第1条"});
  CHECK(compare({}, {}).empty());
}

TEST_CASE("long lists are compared too") {
  std::vector<Line> before, after = {{0, "0", "", "前に入った新しい項目である。"}};
  for (int i = 0; i < 3000; ++i) before.push_back({0, std::to_string(i + 1), "", fmt::format("点検項目{}は、{}番の手順により{}日ごとに確かめる。", i * 7919 % 10007, i * 31 % 997, i * 17 % 365)});
  after.insert(after.end(), before.begin(), before.end());
  after[1500].text = "全く別の言葉に書き換えた。";
  after.erase(after.begin() + 2000);
  size_t counts[4] = {};
  for (const auto& row : compare(clauses(before), clauses(after))) ++counts[static_cast<size_t>(row.fate)];
  CHECK(counts[0] == 2998);  // same
  CHECK(counts[1] == 1);
  CHECK(counts[2] == 1);
  CHECK(counts[3] == 1);
}

TEST_CASE("each clause of either edition stands in one row, in the order of the newer") {
  std::mt19937 random(11);
  size_t moved = 0;
  for (int turn = 0; turn < 300; ++turn) {
    auto shuffled = [&] {
      std::vector<Line> lines;
      for (size_t i = 0, n = random() % 14, depth = 0; i < n; ++i) {
        const auto& from = rules[random() % rules.size()];
        depth = lines.empty() ? 0 : std::min<size_t>(random() % 3, depth + 1);
        lines.push_back({depth, from.label, random() % 2 ? from.heading : "", random() % 5 ? from.text : ""});
      }
      return clauses(lines);
    };
    auto before = shuffled(), after = shuffled();
    std::vector<size_t> met_before(before.size()), met_after(after.size());
    std::optional<size_t> last;
    for (const auto& row : compare(before, after)) {
      REQUIRE((row.before || row.after));
      REQUIRE((row.fate == Fate::added) == !row.before);
      REQUIRE((row.fate == Fate::removed) == !row.after);
      moved += row.moved;
      if (row.before) ++met_before[*row.before];
      if (row.after) {
        ++met_after[*row.after];
        REQUIRE((!last || *last < *row.after));
        last = row.after;
      }
    }
    REQUIRE(met_before == std::vector<size_t>(before.size(), 1));
    REQUIRE(met_after == std::vector<size_t>(after.size(), 1));
  }
  CHECK(moved > 0);
}
