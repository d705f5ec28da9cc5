#include "indexer/readers/numbering.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "indexer/readers/ooxml.h"
#include "text/utf8.h"

namespace shirube::indexer {
namespace {

constexpr int kMost = 32767;           ///< Word counts no further
constexpr size_t kLongestText = 512;   ///< bytes of a level's text

/// How the signs of a format make a number.
enum class System {
  signs,      ///< one sign each, decimal beyond them
  cyclic,     ///< one sign each, from the first again
  repeated,   ///< after the last, twice the first: Z, AA, BB
  digits,     ///< ten digits by place
  counting,   ///< digits and powers of ten: 百二十三
  formal,     ///< the same, with a one before each power: 壱百
  pairs,      ///< 甲子 乙丑
  roman_upper, roman_lower, zero, ordinal, hex, dash, nothing,
};

struct Format {
  std::string_view name;
  System system;
  std::u32string_view signs;
};

constexpr std::u32string_view kCircled = U"①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳";
constexpr std::u32string_view kKanji = U"〇一二三四五六七八九十百千万";
constexpr std::u32string_view kStems = U"甲乙丙丁戊己庚辛壬癸";
constexpr std::u32string_view kBranches = U"子丑寅卯辰巳午未申酉戌亥";

constexpr Format kFormats[] = {
    {"decimalZero", System::zero, {}},
    {"decimalFullWidth", System::digits, U"０１２３４５６７８９"},
    {"decimalFullWidth2", System::digits, U"０１２３４５６７８９"},
    {"decimalEnclosedCircle", System::signs, kCircled},
    {"decimalEnclosedCircleChinese", System::signs, kCircled},
    {"decimalEnclosedParen", System::signs, U"⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽⑾⑿⒀⒁⒂⒃⒄⒅⒆⒇"},
    {"decimalEnclosedFullstop", System::signs, U"⒈⒉⒊⒋⒌⒍⒎⒏⒐⒑⒒⒓⒔⒕⒖⒗⒘⒙⒚⒛"},
    {"japaneseCounting", System::counting, kKanji},
    {"chineseCounting", System::counting, kKanji},
    {"chineseCountingThousand", System::counting, kKanji},
    {"taiwaneseCounting", System::counting, kKanji},
    {"taiwaneseCountingThousand", System::counting, kKanji},
    {"koreanDigital2", System::digits, kKanji},
    {"taiwaneseDigital", System::digits, kKanji},
    {"ideographDigital", System::digits, kKanji},
    {"japaneseDigitalTenThousand", System::digits, kKanji},
    {"japaneseLegal", System::formal, U"零壱弐参四伍六七八九拾百阡萬"},
    {"ideographEnclosedCircle", System::signs, U"㊀㊁㊂㊃㊄㊅㊆㊇㊈㊉"},
    {"ideographTraditional", System::signs, kStems},
    {"ideographZodiac", System::signs, kBranches},
    {"ideographZodiacTraditional", System::pairs, {}},
    {"aiueo", System::cyclic, U"ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝ"},
    {"aiueoFullWidth", System::cyclic, U"アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"},
    {"iroha", System::cyclic, U"ｲﾛﾊﾆﾎﾍﾄﾁﾘﾇﾙｦﾜｶﾖﾀﾚｿﾂﾈﾅﾗﾑｳヰﾉｵｸﾔﾏｹﾌｺｴﾃｱｻｷﾕﾒﾐｼヱﾋﾓｾｽﾝ"},
    {"irohaFullWidth", System::cyclic, U"イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセスン"},
    {"upperLetter", System::repeated, U"ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
    {"lowerLetter", System::repeated, U"abcdefghijklmnopqrstuvwxyz"},
    {"chicago", System::repeated, U"*†‡§"},
    {"upperRoman", System::roman_upper, {}},
    {"lowerRoman", System::roman_lower, {}},
    {"ordinal", System::ordinal, {}},
    {"hex", System::hex, {}},
    {"numberInDash", System::dash, {}},
    {"bullet", System::nothing, {}},
    {"none", System::nothing, {}},
};

std::string roman(int number, bool upper) {
  static constexpr std::pair<int, std::string_view> parts[] = {{1000, "m"}, {900, "cm"}, {500, "d"}, {400, "cd"}, {100, "c"}, {90, "xc"}, {50, "l"},
                                                               {40, "xl"},  {10, "x"},   {9, "ix"}, {5, "v"},    {4, "iv"}, {1, "i"}};
  std::string out;
  for (auto [value, letters] : parts) {
    for (; number >= value; number -= value) out += letters;
  }
  if (upper) std::ranges::transform(out, out.begin(), [](char c) { return static_cast<char>(c - 'a' + 'A'); });
  return out;
}

/// 「千二百三」; `formal` writes the one of 「壱拾」.
std::u32string counting(int number, std::u32string_view signs, bool formal) {
  auto digit = [&](int n) { return signs[static_cast<size_t>(n)]; };
  if (number == 0) return {digit(0)};
  std::u32string out;
  if (number >= 10000) out = counting(number / 10000, signs, formal) + signs[13], number %= 10000;
  for (int power = 3, ten = 1000; power > 0; --power, ten /= 10) {
    int n = number / ten % 10;
    if (n == 0) continue;
    if (n > 1 || formal) out += digit(n);
    out += signs[static_cast<size_t>(9 + power)];
  }
  if (number % 10 != 0) out += digit(number % 10);
  return out;
}

std::string ordinal(int number) {
  static constexpr std::string_view endings[] = {"th", "st", "nd", "rd"};
  bool teen = number % 100 / 10 == 1 || number % 10 > 3;
  return fmt::format("{}{}", number, endings[teen ? 0 : number % 10]);
}

int number_of(std::string_view s, int otherwise) {
  int value = otherwise;
  auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), value);
  return error == std::errc() ? std::clamp(value, 0, kMost) : otherwise;
}

/// The w:numFmt of a level. Newer formats stand in the choice of an alternative, the old one beside it.
std::string format_of(pugi::xml_node level) {
  auto format = child(level, "numFmt");
  if (auto alternate = child(level, "AlternateContent")) {
    if (auto chosen = child(child(alternate, "Choice"), "numFmt")) format = chosen;
  }
  std::string name(attribute(format, "val"));
  // 「custom」 with 「001, 002, 003, ...」: as many digits as its first has.
  if (name == "custom") name = attribute(format, "format");
  return name.empty() ? "decimal" : name;
}

Numbering::Level read_level(pugi::xml_node node) {
  Numbering::Level level;
  level.start = number_of(attribute(child(node, "start"), "val"), 0);
  level.format = format_of(node);
  level.text = text::clamp_utf8(attribute(child(node, "lvlText"), "val"), kLongestText);
  auto suffix = attribute(child(node, "suff"), "val");
  if (suffix == "space") level.suffix = " ";
  if (suffix == "nothing") level.suffix.clear();
  if (auto restart = child(node, "lvlRestart")) level.restart = number_of(attribute(restart, "val"), 0);
  level.legal = is_on(child(node, "isLgl"));
  auto run = child(node, "rPr");
  level.hidden = is_on(child(run, "vanish"));
  auto fonts = child(run, "rFonts");
  level.symbol_font = is_symbol_font(attribute(fonts, "ascii")) || is_symbol_font(attribute(fonts, "hAnsi"));
  level.style = attribute(child(node, "pStyle"), "val");
  level.paragraph = child(node, "pPr");
  return level;
}

/// The place of a w:lvl or w:lvlOverride; nullopt for one that is none of the nine.
std::optional<size_t> place_of(pugi::xml_node node) {
  int at = number_of(attribute(node, "ilvl"), Numbering::kLevels);
  if (at >= Numbering::kLevels) return {};
  return static_cast<size_t>(at);
}

/// A bullet's own character where it is one: those of symbol fonts, and letters drawn as signs, are 「・」.
std::string bullet(const Numbering::Level& level) {
  bool letter = level.text.size() == 1 && std::isalnum(static_cast<unsigned char>(level.text[0]));
  std::string out;
  for (size_t at = 0; at < level.text.size();) {
    auto c = text::code_point_at(level.text, at);
    bool drawn = letter || (c.value >= 0xE000 && c.value <= 0xF8FF) || (level.symbol_font && c.value > 0x20 && c.value < 0x100);
    text::append_utf8(out, drawn ? U'・' : c.value);
    at += c.length;
  }
  return out;
}

}  // namespace

bool is_on(pugi::xml_node property) {
  auto value = attribute(property, "val");
  return property && value != "0" && value != "false" && value != "off";
}

bool is_symbol_font(std::string_view font) { return font.starts_with("Wingdings") || font == "Symbol" || font == "Webdings" || font == "Marlett"; }

char32_t symbol(char32_t code) {
  static constexpr std::pair<char32_t, char32_t> signs[] = {{0x6C, U'●'}, {0x6E, U'■'}, {0x6F, U'□'}, {0x71, U'□'}, {0x75, U'◆'}, {0x9F, U'・'}, {0xA1, U'○'}, {0xA7, U'■'},
                                                            {0xA8, U'□'}, {0xB7, U'・'}, {0xD8, U'➢'}, {0xE0, U'→'}, {0xE8, U'→'}, {0xF0, U'⇨'}, {0xFB, U'×'}, {0xFC, U'✓'},
                                                            {0xFD, U'☒'}, {0xFE, U'☑'}};
  if (code >= 0xF000 && code <= 0xF0FF) code -= 0xF000;
  for (auto [from, to] : signs) {
    if (from == code) return to;
  }
  return 0;
}

std::string format_number(std::string_view format, int number) {
  if (format.starts_with('0')) return fmt::format("{:0{}}", number, std::clamp<size_t>(format.find(','), 1, 8));  // 「001, 002, 003, ...」
  auto found = std::ranges::find(kFormats, format, &Format::name);
  if (found == std::end(kFormats)) return std::to_string(number);
  const auto& signs = found->signs;
  auto place = static_cast<size_t>(std::max(number, 1) - 1);
  switch (found->system) {
    case System::signs:
      if (number < 1 || place >= signs.size()) break;
      return text::to_utf8(signs.substr(place, 1));
    case System::cyclic: return text::to_utf8(signs.substr(place % signs.size(), 1));
    case System::repeated:
      if (number < 1 || place / signs.size() >= 30) break;
      return text::to_utf8(std::u32string(place / signs.size() + 1, signs[place % signs.size()]));
    case System::digits: {
      std::u32string out;
      for (char c : std::to_string(number)) out += signs[static_cast<size_t>(c - '0')];
      return text::to_utf8(out);
    }
    case System::counting: return text::to_utf8(counting(number, signs, false));
    case System::formal: return text::to_utf8(counting(number, signs, true));
    case System::pairs:
      if (number < 1) break;
      return text::to_utf8(std::u32string{kStems[place % kStems.size()], kBranches[place % kBranches.size()]});
    case System::roman_upper: return number < 1 ? "0" : roman(number, true);
    case System::roman_lower: return number < 1 ? "0" : roman(number, false);
    case System::zero: return fmt::format("{:02}", number);
    case System::ordinal: return ordinal(number);
    case System::hex: return fmt::format("{:X}", number);
    case System::dash: return fmt::format("- {} -", number);
    case System::nothing: return {};
  }
  return std::to_string(number);
}

Numbering::Numbering(pugi::xml_node part) {
  for (auto node : part.children()) {
    std::string id(attribute(node, local_name(node) == "num" ? "numId" : "abstractNumId"));
    if (local_name(node) == "abstractNum") {
      auto& abstract = abstracts_[id];
      abstract.style = attribute(child(node, "styleLink"), "val");
      abstract.linked_style = attribute(child(node, "numStyleLink"), "val");
      for (auto level : node.children()) {
        auto at = local_name(level) == "lvl" ? place_of(level) : std::nullopt;
        if (at) abstract.levels[*at] = read_level(level);
      }
    } else if (local_name(node) == "num") {
      auto& num = nums_[id];
      num.abstract = attribute(child(node, "abstractNumId"), "val");
      for (auto one : node.children()) {
        auto at = local_name(one) == "lvlOverride" ? place_of(one) : std::nullopt;
        if (!at) continue;
        if (auto level = child(one, "lvl")) num.levels[*at] = read_level(level);
        if (auto start = child(one, "startOverride")) num.starts[*at] = number_of(attribute(start, "val"), 0);
      }
    }
  }
  nums_.erase("0");  // takes lists away
  // A list that is only the name of a list style counts with the list that makes the style.
  std::map<std::string, std::string> makers;
  for (const auto& [id, abstract] : abstracts_) {
    if (!abstract.style.empty()) makers.try_emplace(abstract.style, id);
  }
  for (auto& [id, num] : nums_) {
    auto abstract = abstracts_.find(num.abstract);
    if (abstract == abstracts_.end() || abstract->second.linked_style.empty()) continue;
    if (auto maker = makers.find(abstract->second.linked_style); maker != makers.end()) num.abstract = maker->second;
  }
}

const Numbering::Num* Numbering::find(const std::string& num) const {
  auto found = nums_.find(num);
  return found != nums_.end() && abstracts_.contains(found->second.abstract) ? &found->second : nullptr;
}

const Numbering::Level& Numbering::level_of(const Num& num, int level) const {
  auto at = static_cast<size_t>(level);
  return num.levels[at] ? *num.levels[at] : abstracts_.at(num.abstract).levels[at];
}

const Numbering::Level* Numbering::level(const std::string& num, int level) const {
  const Num* found = find(num);
  return found && level >= 0 && level < kLevels ? &level_of(*found, level) : nullptr;
}

std::optional<int> Numbering::level_of_style(const std::string& num, std::string_view style) const {
  const Num* found = find(num);
  for (int i = 0; found && i < kLevels; ++i) {
    if (level_of(*found, i).style == style) return i;
  }
  return {};
}

int Numbering::start(const Num& num, int level) const {
  auto own = num.starts[static_cast<size_t>(level)];
  return own ? *own : level_of(num, level).start;
}

std::string Numbering::next(const std::string& id, int at) {
  const Num* num = find(id);
  if (!num || at < 0 || at >= kLevels) return {};
  auto& counts = abstracts_.at(num->abstract).counts;
  // Levels above that did not come are taken as begun.
  for (int upper = 0; upper < at; ++upper) {
    auto& count = counts[static_cast<size_t>(upper)];
    if (!count) count = start(*num, upper);
  }
  auto& count = counts[static_cast<size_t>(at)];
  // A list that starts anew does so once, where it is first used; other lists of its kind go on from there.
  bool anew = num->starts[static_cast<size_t>(at)] && restarted_.emplace(num, at).second;
  count = anew || !count ? start(*num, at) : std::min(*count + 1, kMost);
  for (int lower = at + 1; lower < kLevels; ++lower) {
    int restart = level_of(*num, lower).restart.value_or(lower);
    if (at < restart) counts[static_cast<size_t>(lower)].reset();
  }
  const Level& level = level_of(*num, at);
  if (level.hidden) return {};
  std::string out = label(*num, level, at);
  if (!out.empty() && !out.ends_with(' ') && !out.ends_with("　")) out += level.suffix;
  return out;
}

std::string Numbering::label(const Num& num, const Level& level, int at) const {
  if (level.format == "bullet") return bullet(level);
  const auto& counts = abstracts_.at(num.abstract).counts;
  std::string out;
  std::string_view s = level.text;
  for (size_t i = 0; i < s.size(); ++i) {
    bool number = s[i] == '%' && i + 1 < s.size() && s[i + 1] >= '1' && s[i + 1] <= '9';
    if (!number) {
      out += s[i];
      continue;
    }
    int of = s[++i] - '1';
    if (of > at) continue;
    const Level& upper = level_of(num, of);
    bool prints = upper.format != "none" && upper.format != "bullet";
    if (prints) out += format_number(level.legal ? "decimal" : upper.format, counts[static_cast<size_t>(of)].value_or(0));
  }
  return out;
}

}  // namespace shirube::indexer
