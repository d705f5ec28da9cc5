#include "indexer/readers/formula.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "indexer/readers/ooxml.h"
#include "text/utf8.h"

namespace shirube::indexer {
namespace {

constexpr int kDeepestEq = 64;

bool all_of(std::string_view words, bool (*holds)(char32_t)) {
  for (size_t at = 0; at < words.size();) {
    auto c = text::code_point_at(words, at);
    if (!holds(c.value)) return false;
    at += c.length;
  }
  return true;
}

/// 「(a+b)」, but not 「(a)+(b)」.
bool is_enclosed(std::string_view words) {
  if (!words.starts_with('(') || !words.ends_with(')')) return false;
  int depth = 0;
  for (size_t at = 0; at < words.size(); ++at) {
    depth += (words[at] == '(') - (words[at] == ')');
    if (depth == 0) return at + 1 == words.size();
  }
  return false;
}

/// In brackets, where it is not one number, word or sign.
std::string bracketed(std::string words) {
  words = text::trim(words);
  bool number = all_of(words, [](char32_t c) { return text::is_digit(c) || c == '.' || c == ','; });
  bool word = all_of(words, [](char32_t c) { return text::is_latin(c) || text::is_kanji(c) || text::is_hiragana(c) || text::is_katakana(c); });
  return number || word || text::length_utf8(words) == 1 || is_enclosed(words) ? words : "(" + words + ")";
}

struct Part {
  std::string_view sign, name;
};
/// What is written of an element's parts, each behind its sign; of m:nary the first is its operator.
struct Shape {
  std::string_view name;
  std::array<Part, 3> parts;
};
constexpr Shape kShapes[] = {
    {"f", {{{"", "num"}, {"/", "den"}}}},
    {"sSup", {{{"", "e"}, {"^", "sup"}}}},
    {"sSub", {{{"", "e"}, {"_", "sub"}}}},
    {"sSubSup", {{{"", "e"}, {"_", "sub"}, {"^", "sup"}}}},
    {"limLow", {{{"", "e"}, {"_", "lim"}}}},
    {"limUpp", {{{"", "e"}, {"^", "lim"}}}},
    {"rad", {{{"", "deg"}, {"√", "e"}}}},
    {"nary", {{{"_", "sub"}, {"^", "sup"}, {" ", "e"}}}},
};

std::string sign_of(pugi::xml_node properties, std::string_view name, std::string_view otherwise) {
  auto sign = child(properties, name);
  return std::string(sign ? attribute(sign, "val") : otherwise);
}

/// Brackets are drawn around their parts, and stand in no text.
std::string delimited(pugi::xml_node node) {
  auto properties = child(node, "dPr");
  std::string out = sign_of(properties, "begChr", "(");
  bool first = true;
  for (auto part : node.children()) {
    if (local_name(part) != "e") continue;
    if (!std::exchange(first, false)) out += sign_of(properties, "sepChr", "|");
    out += linear_formula(part);
  }
  return out + sign_of(properties, "endChr", ")");
}

std::string shaped(pugi::xml_node node, const Shape& shape) {
  std::string out = shape.name == "nary" ? sign_of(child(node, "naryPr"), "chr", "∫") : "";
  for (const auto& [sign, name] : shape.parts) {
    std::string words = linear_formula(child(node, name));
    if (text::trim(words).empty()) continue;
    // Of a root the degree stands before the sign, of a sum nothing binds what is summed.
    if (name == "deg") out += "[" + words + "]";
    else out += std::string(sign) + (sign == " " ? words : bracketed(std::move(words)));
  }
  return out;
}

/// Reads an EQ field's instruction from `s`, up to its end or the bracket or comma that ends an argument.
class Eq {
 public:
  explicit Eq(std::string_view s) : rest_(s) {}

  std::string words(int depth) {
    std::string out;
    int open = depth == 0;  // brackets that are words; outside of arguments nothing ends them
    while (!rest_.empty() && (open > 0 || std::string_view("),;").find(rest_[0]) == std::string_view::npos)) {
      if (rest_[0] == '\\' && rest_.size() > 1) {
        element(out, depth);
        continue;
      }
      if (depth > 0) open += (rest_[0] == '(') - (rest_[0] == ')');
      take(out);
    }
    return out;
  }

 private:
  void take(std::string& out) {
    out += rest_[0];
    rest_.remove_prefix(1);
  }

  std::string_view letters() {
    auto end = std::ranges::find_if(rest_, [](char c) { return c < 'a' || c > 'z'; }) - rest_.begin();
    auto name = rest_.substr(0, static_cast<size_t>(end));
    rest_.remove_prefix(name.size());
    return name;
  }

  void skip(std::string_view any) { rest_.remove_prefix(std::min(rest_.find_first_not_of(any), rest_.size())); }

  void element(std::string& out, int depth) {
    rest_.remove_prefix(1);
    if (rest_[0] == '*') {  // how the field looks: \* jc2 \* "Font:…"
      rest_.remove_prefix(1);
      skip(" ");
      bool quoted = rest_.starts_with('"');
      auto end = rest_.find(quoted ? '"' : ' ', quoted ? 1 : 0);
      rest_.remove_prefix(end == rest_.npos ? rest_.size() : end + 1);
      return skip(" ");
    }
    auto name = letters();
    if (name.empty()) return take(out);  // 「\,」
    bool raised = false;
    for (skip(" 0123456789"); rest_.starts_with('\\'); skip(" 0123456789")) {
      rest_.remove_prefix(1);
      auto option = letters();
      if (option.empty() && !rest_.empty()) rest_.remove_prefix(1);  // \bc\{: a bracket of one's own
      raised = raised || option == "up";
    }
    if (!rest_.starts_with('(')) return;
    auto parts = arguments(depth);
    draw(name, raised, parts, out);
  }

  std::vector<std::string> arguments(int depth) {
    std::vector<std::string> parts;
    do {
      rest_.remove_prefix(1);
      // Deeper than anybody writes: no more is drawn.
      if (depth >= kDeepestEq) rest_ = {};
      parts.emplace_back(text::trim(words(depth + 1)));
    } while (!rest_.empty() && rest_[0] != ')');
    if (!rest_.empty()) rest_.remove_prefix(1);
    return parts;
  }

  static void draw(std::string_view name, bool raised, std::vector<std::string>& parts, std::string& out) {
    if (name == "f" && parts.size() == 2) out += bracketed(parts[0]) + "/" + bracketed(parts[1]);
    else if (name == "r") out += (parts.size() > 1 && !parts[0].empty() ? "[" + parts[0] + "]√" : "√") + bracketed(parts.back());
    else if (name == "b") out += "(" + parts[0] + ")";
    else if (name == "o") out += parts.back();
    else {
      if (name == "s" && raised && is_power(out, parts[0])) out += '^';
      for (size_t i = 0; i < parts.size(); ++i) out += (i ? name == "l" ? "," : " " : "") + parts[i];
    }
  }

  std::string_view rest_;
};

}  // namespace

std::string linear_formula(pugi::xml_node formula) {
  std::string out;
  for (auto node : formula.children()) {
    auto name = local_name(node);
    auto shape = std::ranges::find(kShapes, name, &Shape::name);
    bool bare = name == "f" && attribute(child(child(node, "fPr"), "type"), "val") == "noBar";
    if (name == "t") out += node.text().get();
    else if (name == "d") out += delimited(node);
    else if (bare) out += linear_formula(child(node, "num")) + " " + linear_formula(child(node, "den"));
    else if (shape != std::end(kShapes)) out += shaped(node, *shape);
    else out += linear_formula(node);
  }
  return out;
}

std::string drawn_by_eq(std::string_view instruction) {
  instruction = text::trim(instruction);
  if (instruction.starts_with("EQ") || instruction.starts_with("eq")) instruction.remove_prefix(2);
  return std::string(text::trim(Eq(text::trim(instruction)).words(0)));
}

bool is_power(std::string_view before, std::string_view words) {
  words = text::trim(words);
  size_t last = before.size();
  while (last > 0 && (static_cast<unsigned char>(before[--last]) & 0xC0) == 0x80) {
  }
  if (before.empty() || words.empty() || !text::is_digit(text::code_point_at(before, last).value)) return false;
  return all_of(words, [](char32_t c) { return text::is_digit(c) || std::u32string_view(U"+-−＋－").find(c) != std::u32string_view::npos; });
}

}  // namespace shirube::indexer
