#include "corpus/outline_cursor.h"

namespace shirube::corpus {
namespace {

using text::code_point_at;

constexpr std::u32string_view kBranch = U"のノ之";

constexpr auto kCounters = std::to_array<std::string_view>({
      "年", "月", "日", "時", "分", "秒", "名", "人", "件", "回", "か", "カ", "ヶ", "ケ", "箇", "％", "%", "円", "万", "億",
      "つ", "倍", "台", "枚", "社", "者", "条", "項", "号", "章", "節", "頁", "ページ", "点", "級", "部", "週", "歳", "割", "個"});

}  // namespace

bool starts_with_any(std::string_view s, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](auto w) { return s.starts_with(w); });
}

bool goes_on_as_quantity(std::string_view rest) {
  for (auto c : kCounters) {
    if (!rest.starts_with(c)) continue;
    auto after = rest.substr(c.size());
    if (after.empty() || starts_with_any(after, {"以", "未", "程", "間", "度", "後", "前", "頃", "目", "末", "中", "内", "分", "に", "を", "は",
                                                 "が", "の", "で", "と", "、", "。", "）", ")", "・", "か", "ま", "も", "及", "又", "ず", " ", "　",
                                                 "～", "〜", "/", "１", "２", "３", "第"}))
      return true;
    auto next = code_point_at(after, 0).value;
    if (text::is_digit(next)) return true;
  }
  return false;
}

bool goes_on_as_reference(std::string_view rest) {
  return starts_with_any(rest, {"から", "まで", "及び", "又は", "並びに", "若しくは", "～", "〜", "に掲げ", "に規定", "に定め", "に記載", "に示", "の規定", "の場合",
                                "のうち", "のとおり", "に該当", "に基づ", "により", "による", "において", "における", "・（", "、（", "・①", "、①", "以外",
                                "を除く", "を参照", "参照", "については", "については、"});
}

bool goes_on_as_particle(std::string_view rest) {
  if (starts_with_any(rest, {"はじめ", "できる", "とりまとめ", "がん"})) return false;
  return starts_with_any(rest, {"の", "を", "が", "に", "で", "は", "と", "も", "や", "、", "。", "）", ")", "，", "」"});
}

std::optional<int> take_numeral(Cursor& c, std::initializer_list<text::NumeralStyle> styles) {
  auto n = text::read_numeral(c.rest());
  if (!n || n->value > 100000 || std::find(styles.begin(), styles.end(), n->style) == styles.end()) return {};
  c.take_bytes(n->length);
  return static_cast<int>(n->value);
}

void take_branches(Cursor& c, std::vector<int>& number) {
  for (;;) {
    auto before = c.place();
    auto n = c.take_any(kBranch) ? take_numeral(c, {text::NumeralStyle::digits, text::NumeralStyle::kanji}) : std::nullopt;
    if (!n) return c.back_to(before);
    number.push_back(*n);
  }
}

}  // namespace shirube::corpus
