#include "text/romaji.h"

#include <algorithm>
#include <map>

namespace shirube::text {

namespace {

/// Consonants, and the kana of them with a, i, u, e, o; "." where there is none. Where two ways of
/// writing meet in a row, the shorter kana stand first, as they are the more likely to follow.
struct Row {
  std::string_view consonants, kana[5];
};

constexpr Row rows[] = {
    {"", {"あ", "い", "う", "え", "お"}},
    {"k", {"か", "き", "く", "け", "こ"}},        {"ky", {"きゃ", "きぃ", "きゅ", "きぇ", "きょ"}}, {"kw", {"くぁ", ".", ".", ".", "."}},
    {"g", {"が", "ぎ", "ぐ", "げ", "ご"}},        {"gy", {"ぎゃ", "ぎぃ", "ぎゅ", "ぎぇ", "ぎょ"}}, {"gw", {"ぐぁ", ".", ".", ".", "."}},
    {"s", {"さ", "し", "す", "せ", "そ"}},        {"sh", {"しゃ", "し", "しゅ", "しぇ", "しょ"}},   {"sy", {"しゃ", "しぃ", "しゅ", "しぇ", "しょ"}},
    {"z", {"ざ", "じ", "ず", "ぜ", "ぞ"}},        {"zy", {"じゃ", "じぃ", "じゅ", "じぇ", "じょ"}},
    {"j", {"じゃ", "じ", "じゅ", "じぇ", "じょ"}}, {"jy", {"じゃ", "じぃ", "じゅ", "じぇ", "じょ"}},
    {"t", {"た", "ち", "つ", "て", "と"}},        {"ty", {"ちゃ", "ちぃ", "ちゅ", "ちぇ", "ちょ"}}, {"ch", {"ちゃ", "ち", "ちゅ", "ちぇ", "ちょ"}},
    {"cy", {"ちゃ", "ちぃ", "ちゅ", "ちぇ", "ちょ"}}, {"ts", {"つぁ", "つぃ", "つ", "つぇ", "つぉ"}},
    {"th", {"てゃ", "てぃ", "てゅ", "てぇ", "てょ"}}, {"tw", {".", ".", "とぅ", ".", "."}},
    {"d", {"だ", "ぢ", "づ", "で", "ど"}},        {"dy", {"ぢゃ", "ぢぃ", "ぢゅ", "ぢぇ", "ぢょ"}},
    {"dh", {"でゃ", "でぃ", "でゅ", "でぇ", "でょ"}}, {"dw", {".", ".", "どぅ", ".", "."}},
    {"n", {"な", "に", "ぬ", "ね", "の"}},        {"ny", {"にゃ", "にぃ", "にゅ", "にぇ", "にょ"}},
    {"h", {"は", "ひ", "ふ", "へ", "ほ"}},        {"hy", {"ひゃ", "ひぃ", "ひゅ", "ひぇ", "ひょ"}},
    {"f", {"ふぁ", "ふぃ", "ふ", "ふぇ", "ふぉ"}}, {"fy", {"ふゃ", ".", "ふゅ", ".", "ふょ"}},
    {"b", {"ば", "び", "ぶ", "べ", "ぼ"}},        {"by", {"びゃ", "びぃ", "びゅ", "びぇ", "びょ"}},
    {"p", {"ぱ", "ぴ", "ぷ", "ぺ", "ぽ"}},        {"py", {"ぴゃ", "ぴぃ", "ぴゅ", "ぴぇ", "ぴょ"}},
    {"m", {"ま", "み", "む", "め", "も"}},        {"my", {"みゃ", "みぃ", "みゅ", "みぇ", "みょ"}},
    {"y", {"や", ".", "ゆ", "いぇ", "よ"}},
    {"r", {"ら", "り", "る", "れ", "ろ"}},        {"ry", {"りゃ", "りぃ", "りゅ", "りぇ", "りょ"}},
    {"w", {"わ", "うぃ", "う", "うぇ", "を"}},    {"v", {"ゔぁ", "ゔぃ", "ゔ", "ゔぇ", "ゔぉ"}},
    {"x", {"ぁ", "ぃ", "ぅ", "ぇ", "ぉ"}},        {"xy", {"ゃ", ".", "ゅ", ".", "ょ"}},             {"xw", {"ゎ", ".", ".", ".", "."}},
    {"xt", {".", ".", "っ", ".", "."}},           {"xts", {".", ".", "っ", ".", "."}},
    {"l", {"ぁ", "ぃ", "ぅ", "ぇ", "ぉ"}},        {"ly", {"ゃ", ".", "ゅ", ".", "ょ"}},             {"lw", {"ゎ", ".", ".", ".", "."}},
    {"lt", {".", ".", "っ", ".", "."}},           {"lts", {".", ".", "っ", ".", "."}},
};

constexpr std::string_view vowels = "aiueo";
constexpr size_t longest_syllable = 4;  // xtsu

using Table = std::map<std::string, std::string_view, std::less<>>;

const Table& syllables() {
  static const Table table = [] {
    Table made;
    for (const auto& row : rows) {
      for (size_t i = 0; i < vowels.size(); ++i) {
        if (row.kana[i] != ".") made.emplace(std::string(row.consonants) + vowels[i], row.kana[i]);
      }
    }
    return made;
  }();
  return table;
}

bool begins_syllable(std::string_view s) {
  auto next = syllables().upper_bound(s);
  return next != syllables().end() && std::string_view(next->first).starts_with(s);
}

bool is_consonant(char c) { return c >= 'a' && c <= 'z' && vowels.find(c) == vowels.npos; }

/// How an "nn" before a vowel is taken.
enum class DoubleN { input_method, hepburn };

bool read(std::string_view s, DoubleN way, Romaji& out) {
  for (size_t i = 0; i < s.size();) {
    std::string_view left = s.substr(i);
    size_t length = std::min(longest_syllable, left.size());
    auto found = syllables().end();
    while (length > 0 && (found = syllables().find(left.substr(0, length))) == syllables().end()) --length;
    char next = left.size() > 1 ? left[1] : '\0', after = left.size() > 2 ? left[2] : '\0';
    if (length > 0) {
      out.kana += found->second;
      i += length;
    } else if (left[0] == '-') {
      out.kana += "ー";
      ++i;
    } else if (left[0] == 'n' && (next == '\'' || next == 'n')) {
      bool goes_on = next == 'n' && way == DoubleN::hepburn && (after == '\0' || after == 'y' || vowels.find(after) != vowels.npos);
      out.kana += "ん";
      i += goes_on ? 1 : 2;
    } else if (begins_syllable(left)) {
      out.rest = left;
      return true;
    } else if ((left[0] == 'n' && is_consonant(next)) || (left[0] == 'm' && (next == 'b' || next == 'p'))) {
      out.kana += "ん";  // shimbun
      ++i;
    } else if (is_consonant(left[0]) && (next == left[0] || left.starts_with("tch"))) {
      out.kana += "っ";
      ++i;
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace

std::vector<Romaji> read_romaji(std::string_view typed) {
  std::string s(typed);
  for (char& c : s) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  std::vector<Romaji> readings;
  for (DoubleN way : {DoubleN::input_method, DoubleN::hepburn}) {
    Romaji reading;
    if (!s.empty() && read(s, way, reading) && (readings.empty() || readings.front() != reading)) readings.push_back(std::move(reading));
  }
  return readings;
}

std::vector<std::string> continuations(std::string_view rest) {
  std::vector<std::string> out;
  if (rest.empty()) return out;
  if (rest == "n") out.push_back("ん");
  for (const auto& row : rows) {
    for (size_t i = 0; i < vowels.size(); ++i) {
      bool follows = row.kana[i] != "." && row.consonants.starts_with(rest);
      if (follows && std::ranges::find(out, row.kana[i]) == out.end()) out.emplace_back(row.kana[i]);
    }
  }
  // し before しゃ: what is shorter covers more.
  std::ranges::stable_sort(out, {}, &std::string::size);
  return out;
}

}  // namespace shirube::text
