#include <libxml/tree.h>

#include <algorithm>
#include <charconv>

#include "indexer/readers/html.h"
#include "text/utf8.h"

namespace shirube::indexer {
namespace {

constexpr int kMostNumber = 1'000'000;

std::string decimal(int n) { return std::to_string(n); }

/// The letters of an alphabet, as CSS counts: after the last come two of them.
std::string letters(int n, std::u32string_view alphabet) {
  if (n <= 0) return decimal(n);
  std::u32string out;
  for (auto size = static_cast<int>(alphabet.size()); n > 0; n = (n - 1) / size) out += alphabet[static_cast<size_t>((n - 1) % size)];
  std::reverse(out.begin(), out.end());
  return text::to_utf8(out);
}

std::string roman(int n, bool upper) {
  if (n <= 0 || n > 3999) return decimal(n);
  static constexpr std::pair<int, std::string_view> digits[] = {{1000, "m"}, {900, "cm"}, {500, "d"}, {400, "cd"}, {100, "c"}, {90, "xc"}, {50, "l"},
                                                                {40, "xl"},  {10, "x"},   {9, "ix"},  {5, "v"},    {4, "iv"},  {1, "i"}};
  std::string out;
  for (auto& [value, sign] : digits)
    for (; n >= value; n -= value) out += sign;
  if (upper) std::transform(out.begin(), out.end(), out.begin(), [](char c) { return static_cast<char>(c - 32); });
  return out;
}

std::string kanji(int n) {
  if (n <= 0 || n > 9999) return decimal(n);
  static constexpr std::u32string_view digits = U"〇一二三四五六七八九";
  static constexpr std::pair<int, char32_t> units[] = {{1000, U'千'}, {100, U'百'}, {10, U'十'}, {1, 0}};
  std::u32string out;
  for (auto& [value, sign] : units) {
    int digit = n / value % 10;
    if (digit > 1 || (digit == 1 && value == 1)) out += digits[static_cast<size_t>(digit)];
    if (digit > 0 && sign) out += sign;
  }
  return text::to_utf8(out);
}

constexpr std::u32string_view kLatin = U"abcdefghijklmnopqrstuvwxyz", kCapitals = U"ABCDEFGHIJKLMNOPQRSTUVWXYZ", kGreek = U"αβγδεζηθικλμνξοπρστυφχψω";
constexpr std::u32string_view kAiueo = U"アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン";
constexpr std::u32string_view kHiragana = U"あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをん";
constexpr std::u32string_view kIroha = U"イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセス";
constexpr std::u32string_view kHiraganaIroha = U"いろはにほへとちりぬるをわかよたれそつねならむうゐのおくやまけふこえてあさきゆめみしゑひもせす";

/// A style of CSS, or a type of HTML, and the number it prints. Japanese ones stand before a full space.
struct Style {
  std::string_view name;
  std::string (*print)(int);
  bool japanese;
};
constexpr Style kStyles[] = {
    {"decimal", decimal, false},
    {"1", decimal, false},
    {"decimal-leading-zero", [](int n) { return (n >= 0 && n < 10 ? "0" : "") + decimal(n); }, false},
    {"lower-alpha", [](int n) { return letters(n, kLatin); }, false},
    {"lower-latin", [](int n) { return letters(n, kLatin); }, false},
    {"a", [](int n) { return letters(n, kLatin); }, false},
    {"upper-alpha", [](int n) { return letters(n, kCapitals); }, false},
    {"upper-latin", [](int n) { return letters(n, kCapitals); }, false},
    {"A", [](int n) { return letters(n, kCapitals); }, false},
    {"lower-greek", [](int n) { return letters(n, kGreek); }, false},
    {"lower-roman", [](int n) { return roman(n, false); }, false},
    {"i", [](int n) { return roman(n, false); }, false},
    {"upper-roman", [](int n) { return roman(n, true); }, false},
    {"I", [](int n) { return roman(n, true); }, false},
    {"katakana", [](int n) { return letters(n, kAiueo); }, true},
    {"katakana-iroha", [](int n) { return letters(n, kIroha); }, true},
    {"hiragana", [](int n) { return letters(n, kHiragana); }, true},
    {"hiragana-iroha", [](int n) { return letters(n, kHiraganaIroha); }, true},
    {"cjk-ideographic", kanji, true},
    {"cjk-decimal", kanji, true},
    {"japanese-informal", kanji, true},
    {"simp-chinese-informal", kanji, true},
    {"trad-chinese-informal", kanji, true},
    {"trad-chinese-formal", kanji, true},
};

std::string raw_attribute(const _xmlNode* node, const char* name) {
  xmlChar* value = xmlGetProp(const_cast<_xmlNode*>(node), reinterpret_cast<const xmlChar*>(name));
  std::string out = value ? reinterpret_cast<const char*>(value) : "";
  xmlFree(value);
  return out;
}

/// 「list-style: katakana inside」 → katakana; the type attribute where there is no style.
std::string style_of(const _xmlNode* node) {
  auto css = html_attribute(node, "style");
  if (auto at = css.find("list-style"); at != css.npos) {
    auto value = css.substr(at, css.find(';', at) - at);
    std::string_view rest = std::string_view(value).substr(std::min(value.find(':'), value.size() - 1) + 1);
    while (!rest.empty()) {
      rest = text::trim(rest);
      auto word = rest.substr(0, rest.find(' '));
      if (word == "none" || std::ranges::any_of(kStyles, [&](auto& s) { return s.name == word; })) return std::string(word);
      rest.remove_prefix(word.size());
    }
  }
  return raw_attribute(node, "type");
}

bool read_number(const _xmlNode* node, const char* name, int& number) {
  auto value = html_attribute(node, name);
  int read = 0;
  auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), read);
  if (error != std::errc{} || end == value.data() || read < -kMostNumber || read > kMostNumber) return false;
  number = read;
  return true;
}

}  // namespace

HtmlList::HtmlList(_xmlNode* list) : ordered_(is_html(list, " ol ")), style_(style_of(list)) {
  if (!ordered_) return;
  bool reversed = xmlHasProp(list, reinterpret_cast<const xmlChar*>("reversed"));
  if (reversed) {
    step_ = -1;
    next_ = 0;
    for (auto* child = list->children; child; child = child->next) next_ += is_html(child, " li ");
  }
  read_number(list, "start", next_);
}

std::string HtmlList::mark(_xmlNode* item) {
  auto own = style_of(item);
  const auto& name = own.empty() ? style_ : own;
  auto style = std::ranges::find(kStyles, name, &Style::name);
  bool counted = ordered_ || (style != std::end(kStyles) && name.size() > 1);
  if (!counted) return name == "none" ? "" : "・";
  int number = next_;
  read_number(item, "value", number);
  next_ = number + step_;
  if (name == "none") return "";
  if (style == std::end(kStyles)) style = kStyles;
  return style->print(number) + (style->japanese ? "　" : ". ");
}

}  // namespace shirube::indexer
