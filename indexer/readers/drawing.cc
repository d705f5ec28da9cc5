#include "indexer/readers/drawing.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>

#include "indexer/readers/formula.h"
#include "indexer/readers/ooxml.h"
#include "text/utf8.h"

namespace shirube::indexer {

namespace {

std::string letters(int n, char first) {
  std::string out;
  for (; n > 0; n = (n - 1) / 26) out.insert(out.begin(), static_cast<char>(first + (n - 1) % 26));
  return out;
}

std::string roman(int n) {
  static constexpr std::array<std::pair<int, std::string_view>, 13> values = {
      {{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"}}};
  std::string out;
  for (auto& [value, letter] : values)
    for (; n >= value; n -= value) out += letter;
  return out;
}

std::string kanji(int n) {
  static constexpr std::array<std::string_view, 10> digits = {"", "一", "二", "三", "四", "五", "六", "七", "八", "九"};
  auto ten = static_cast<size_t>(n / 10 % 10), one = static_cast<size_t>(n % 10);
  return std::string(ten > 1 ? digits[ten] : "") + (ten ? "十" : "") + std::string(digits[one]);
}

std::string small(std::string s) {
  std::ranges::transform(s, s.begin(), [](char c) { return static_cast<char>(c + 32); });
  return s;
}

std::string circled(int n) {
  std::string out;
  if (n > 20) return std::to_string(n);
  text::append_utf8(out, static_cast<char32_t>(0x2460 + n - 1));
  return out;
}

std::string wide_digits(int n) {
  std::string out;
  for (char c : std::to_string(n)) text::append_utf8(out, static_cast<char32_t>(U'０' + (c - '0')));
  return out;
}

struct Scheme {
  std::string_view begins;  ///< of its name: arabicPeriod, arabicParenBoth
  std::string (*print)(int);
};
constexpr auto schemes = std::to_array<Scheme>({{"arabicDb", wide_digits},
                                               {"arabic", [](int n) { return std::to_string(n); }},
                                               {"alphaLc", [](int n) { return letters(n, 'a'); }},
                                               {"alphaUc", [](int n) { return letters(n, 'A'); }},
                                               {"romanLc", [](int n) { return small(roman(n)); }},
                                               {"romanUc", roman},
                                               {"circleNum", circled},
                                               {"ea1", kanji}});

std::string automatic_number(std::string_view type, int n) {
  auto scheme = std::ranges::find_if(schemes, [&](const Scheme& one) { return type.starts_with(one.begins); });
  if (scheme == schemes.end() || n < 1 || n > 3000) return {};
  std::string number = scheme->print(n);
  if (type.ends_with("ParenBoth")) return fmt::format("({}) ", number);
  if (type.ends_with("ParenR")) return number + ") ";
  if (type.ends_with("Period")) return number + ". ";
  return number + "　";
}

std::string words_of(pugi::xml_node paragraph) {
  std::string out;
  for (auto one : drawn_children(paragraph)) {
    auto name = local_name(one);
    if (name == "br") out += '\n';
    else if (name == "r" || name == "fld") {
      std::string_view words = child(one, "t").child_value(), baseline = attribute(child(one, "rPr"), "baseline");
      if (!baseline.empty() && baseline[0] >= '1' && baseline[0] <= '9' && is_power(out, words)) out += '^';
      out += words;
    }
  }
  std::ranges::replace(out, '\v', '\n');
  std::ranges::replace(out, '\t', ' ');
  return out;
}

}  // namespace

std::vector<pugi::xml_node> drawn_children(pugi::xml_node node) {
  std::vector<pugi::xml_node> out;
  for (auto one : node.children()) {
    if (local_name(one) != "AlternateContent") {
      out.push_back(one);
      continue;
    }
    auto choice = child(one, "Choice");
    for (auto inner : (choice ? choice : child(one, "Fallback")).children()) out.push_back(inner);
  }
  return out;
}

bool is_hidden_shape(pugi::xml_node shape) {
  for (auto one : shape.children()) {
    if (auto properties = child(one, "cNvPr")) {
      auto hidden = attribute(properties, "hidden");
      return hidden == "1" || hidden == "true";
    }
  }
  return false;
}

std::vector<std::string> drawn_paragraphs(pugi::xml_node body) {
  std::vector<std::string> out;
  struct List {
    std::string type;
    int next = 1;
  };
  std::map<int, List> lists;  // by level
  for (auto paragraph : body.children()) {
    if (local_name(paragraph) != "p") continue;
    std::string words = words_of(paragraph);
    if (text::trim(words).empty()) continue;
    auto properties = child(paragraph, "pPr");
    int level = std::atoi(std::string(attribute(properties, "lvl")).c_str());
    lists.erase(lists.upper_bound(level), lists.end());
    if (auto automatic = child(properties, "buAutoNum")) {
      std::string type(attribute(automatic, "type"));
      int start = std::max(1, std::atoi(std::string(attribute(automatic, "startAt")).c_str()));
      auto& list = lists[level];
      if (list.type != type) list = {type, start};
      words.insert(0, automatic_number(type, list.next < 30000 ? list.next++ : list.next));
    } else {
      lists.erase(level);
    }
    out.push_back(std::move(words));
  }
  return out;
}

}  // namespace shirube::indexer
