#include "corpus/outline_note.h"

#include <catch2/catch.hpp>

#include "corpus/outline.h"
#include "tests/outline_case.h"

using namespace shirube;
using corpus::Line;
using corpus::Page;

namespace {

using Lines = std::vector<std::string>;

/// What stands on a page: `*` before a footnote, 「|3」 behind what points to one by a raised number.
Page page(int number, const Lines& texts) {
  Page out;
  out.number = number;
  for (std::string text : texts) {
    Line line;
    line.font = "Mincho", line.indent = 0, line.gap = 0;
    line.note = text.starts_with("*");
    if (line.note) text.erase(0, 1), line.size = 0.8;
    if (auto at = text.find('|'); at != text.npos) line.marks = {text.substr(at + 1)}, text.resize(at);
    line.right = text.size() >= 90 ? 0 : 20;
    line.text = text;
    out.lines.push_back(line);
  }
  return out;
}

Lines outlined(const std::vector<Page>& pages) { return test::render(corpus::outline(pages)); }

}  // namespace

TEST_CASE("the mark that a footnote begins with", "[corpus][outline][note]") {
  for (auto& [note, mark] : std::vector<std::pair<std::string, std::string>>{
           {"3 規程をいう。", "3"}, {"3規程をいう。", "3"}, {"１２）規程をいう。", "12"}, {"※1 規程", "※1"}, {"※ １　規程", "※1"}, {"（注２）規程", "注2"}, {"注3 規程", "注3"},
           {"脚注4：規程", "注4"}, {"*5 規程", "*5"}, {"＊５規程", "*5"}, {"［※6］規程", "※6"}, {"（3）規程", ""}, {"2026年の規程", ""}, {"※規程", ""}, {"規程", ""}, {"", ""}, {"注", ""}}) {
    INFO(note);
    CHECK(corpus::note_mark(note) == mark);
  }
}

TEST_CASE("marks within a line", "[corpus][outline][note]") {
  CHECK(corpus::marks_within("規程※1及び基準（注２）は、端末＊3に適用する。") == Lines{"※1", "注2", "*3"});
  CHECK(corpus::marks_within("※1 規程とは、要領※2をいう。") == Lines{"※2"});
  CHECK(corpus::marks_within("発注3件、規程注4") == Lines{"注4"});
  CHECK(corpus::marks_within("規程3※").empty());
}

TEST_CASE("a footnote stands in the clause that points to it", "[corpus][outline][note]") {
  const Lines text = {"第１　趣旨", "規程|1に従う。", "第２　定義", "用語は基準|2による。", "第３　適用", "全ての課に適用する。"};
  auto with = [&](const Lines& notes) {
    Lines all = text;
    all[1] = "規程に従う。|1", all[3] = "用語は基準による。|2";
    all.insert(all.end(), notes.begin(), notes.end());
    return outlined({page(1, all)});
  };
  CHECK(with({"*1 市の規程をいう。", "*2 国の基準をいう。"}) ==
        Lines{"第１|趣旨|規程に従う。⏎1 市の規程をいう。", "第２|定義|用語は基準による。⏎2 国の基準をいう。", "第３|適用|全ての課に適用する。"});
  SECTION("its further lines too") {
    CHECK(with({"*1 市の規程をいう。ただし、市長が別に定めるもの及び他の法令により定められるものを", "*除く。", "*以下同じ。", "*2 国の基準をいう。"}) ==
          Lines{"第１|趣旨|規程に従う。⏎1 市の規程をいう。ただし、市長が別に定めるもの及び他の法令により定められるものを除く。⏎以下同じ。", "第２|定義|用語は基準による。⏎2 国の基準をいう。", "第３|適用|全ての課に適用する。"});
  }
  SECTION("behind one that fills its line") {
    CHECK(with({"*1 市の規程をいう。ただし、市長が別に定めるもの及び他の法令により定められるものを除く。", "*2 国の基準をいう。"}) ==
          Lines{"第１|趣旨|規程に従う。⏎1 市の規程をいう。ただし、市長が別に定めるもの及び他の法令により定められるものを除く。", "第２|定義|用語は基準による。⏎2 国の基準をいう。", "第３|適用|全ての課に適用する。"});
  }
  SECTION("its lines that begin with another number") {
    CHECK(with({"*1 市の規程をいう。", "*30日以内に定める。", "*2 国の基準をいう。"}) ==
          Lines{"第１|趣旨|規程に従う。⏎1 市の規程をいう。⏎30日以内に定める。", "第２|定義|用語は基準による。⏎2 国の基準をいう。", "第３|適用|全ての課に適用する。"});
  }
  SECTION("but not the next note, to which nothing points") {
    CHECK(with({"*1 市の規程をいう。", "*2 国の基準をいう。", "*3 県の基準をいう。"}).back() == "第３|適用|全ての課に適用する。⏎3 県の基準をいう。");
  }
  SECTION("the last one where nothing points to it") {
    CHECK(with({"*3 国の基準をいう。"}).back() == "第３|適用|全ての課に適用する。⏎3 国の基準をいう。");
  }
}

TEST_CASE("signs point to footnotes as raised numbers do", "[corpus][outline][note]") {
  CHECK(outlined({page(1, {"第１　趣旨", "規程※1に従う。", "第２　定義", "用語は基準（注２）による。", "第３　適用", "課に適用する。", "*※1 市の規程をいう。", "*注2 国の基準をいう。"})}) ==
        Lines{"第１|趣旨|規程※1に従う。⏎※1 市の規程をいう。", "第２|定義|用語は基準（注２）による。⏎注2 国の基準をいう。", "第３|適用|課に適用する。"});
  // The sign may stand at the foot only.
  CHECK(outlined({page(1, {"第１　趣旨", "規程に従う。|1", "第２　定義", "基準による。", "*注1 市の規程をいう。"})}) == Lines{"第１|趣旨|規程に従う。⏎注1 市の規程をいう。", "第２|定義|基準による。"});
}

TEST_CASE("a mark is looked for on the page of its footnote, the first one of it", "[corpus][outline][note]") {
  CHECK(outlined({page(1, {"第１　趣旨", "規程に従う。|1", "*1 市の規程をいう。"}), page(2, {"第２　定義", "基準による。|1", "第３　適用", "基準を用いる。|1", "*1 国の基準をいう。"})}) ==
        Lines{"第１|趣旨|規程に従う。⏎1 市の規程をいう。", "第２|定義|基準による。⏎1 国の基準をいう。", "第３|適用|基準を用いる。"});
  CHECK(outlined({page(1, {"第１　趣旨", "規程に従う。|1", "第２　定義"}), page(2, {"基準による。", "*1 市の規程をいう。"})}) == Lines{"第１|趣旨|規程に従う。", "第２|定義|基準による。⏎1 市の規程をいう。"});
}

TEST_CASE("the mark of a caption is its article's", "[corpus][outline][note]") {
  CHECK(outlined({page(1, {"（趣旨）", "第１条　規程による。", "（定義）|1", "第２条　基準による。", "（適用）", "第３条　課に適用する。", "*1 国の定義をいう。"})}) ==
        Lines{"第１条|（趣旨）|規程による。", "第２条|（定義）|基準による。⏎1 国の定義をいう。", "第３条|（適用）|課に適用する。"});
}
