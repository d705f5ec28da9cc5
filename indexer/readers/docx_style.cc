#include "indexer/readers/docx_style.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <vector>

#include "indexer/readers/ooxml.h"
#include "text/utf8.h"

namespace shirube::indexer {
namespace {

constexpr size_t kDeepest = 32;  ///< styles based on styles; a circle ends here too

std::optional<double> number(std::string_view s) {
  double value = 0;
  auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), value);
  if (s.empty() || error != std::errc()) return {};
  return std::clamp(value, -1e6, 1e6);
}

void set(std::optional<double>& to, std::string_view value, double scale) {
  if (auto n = number(value)) to = *n * scale;
}

std::string_view first_of(pugi::xml_node node, std::string_view one, std::string_view other) {
  auto value = attribute(node, one);
  return value.empty() ? attribute(node, other) : value;
}

/// A width in characters counts before one in points, unless it is 0.
void set_chars(std::optional<double>& to, std::string_view value, double scale) {
  set(to, value, scale);
  if (to == 0.0) to.reset();
}

void apply_indent(pugi::xml_node properties, Look& look) {
  auto indent = child(properties, "ind");
  if (!indent) return;
  set(look.left, first_of(indent, "left", "start"), 1.0 / 20);
  set_chars(look.left_chars, first_of(indent, "leftChars", "startChars"), 1.0 / 100);
  set(look.first, attribute(indent, "firstLine"), 1.0 / 20);
  set_chars(look.first_chars, attribute(indent, "firstLineChars"), 1.0 / 100);
  set(look.first, attribute(indent, "hanging"), -1.0 / 20);
  set_chars(look.first_chars, attribute(indent, "hangingChars"), -1.0 / 100);
}

void apply_run(pugi::xml_node properties, Look& look) {
  set(look.size, attribute(child(properties, "sz"), "val"), 1.0 / 2);
  if (auto bold = child(properties, "b")) look.bold = is_on(bold);
  if (auto hidden = child(properties, "vanish")) look.hidden = is_on(hidden);
  if (auto align = child(properties, "vertAlign")) look.raised = attribute(align, "val") == "superscript";
}

std::string lower(std::string_view name) {
  std::string out(name);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

/// 「heading 2」 → 2 of the built-in styles numbered 1 to 9; 0 for others.
int place_in(std::string_view family, std::string_view name) {
  bool one = name.size() == family.size() + 1 && name.starts_with(family) && name.back() >= '1' && name.back() <= '9';
  return one ? name.back() - '0' : 0;
}

}  // namespace

Styles::Styles(pugi::xml_node part, const Numbering& numbering) : numbering_(numbering) {
  auto defaults = child(part, "docDefaults");
  document_.size = 10;
  apply_run(child(child(defaults, "rPrDefault"), "rPr"), document_);
  apply_indent(child(child(defaults, "pPrDefault"), "pPr"), document_);
  for (auto node : part.children()) {
    if (local_name(node) != "style") continue;
    std::string id(attribute(node, "styleId"));
    bool standard = attribute(node, "default") == "1" || attribute(node, "default") == "true";
    if (standard && attribute(node, "type") == "paragraph") default_paragraph_ = id;
    styles_.try_emplace(std::move(id), Style{node, {}});
  }
}

void Styles::apply_paragraph(pugi::xml_node properties, std::string_view style, Look& look) const {
  if (auto list = child(properties, "numPr")) {
    if (auto num = attribute(child(list, "numId"), "val"); !num.empty()) look.num = num;
    if (auto level = number(attribute(child(list, "ilvl"), "val"))) look.level = static_cast<int>(*level);
    // In a style the level that names the style comes before the one the style names (17.9.3).
    if (auto named = style.empty() || !look.num ? std::nullopt : numbering_.level_of_style(*look.num, style)) look.level = *named;
    if (const auto* level = look.num ? numbering_.level(*look.num, look.level.value_or(0)) : nullptr) apply_indent(level->paragraph, look);
  }
  apply_indent(properties, look);
  if (auto outline = number(attribute(child(properties, "outlineLvl"), "val"))) look.outline = static_cast<int>(*outline);
  if (auto align = attribute(child(properties, "jc"), "val"); !align.empty()) look.aside = align == "center" || align == "right" || align == "end";
  for (auto tab : child(properties, "tabs").children()) {
    auto leader = attribute(tab, "leader");
    look.leader = look.leader || leader == "dot" || leader == "middleDot";
  }
}

const Look& Styles::resolve(std::string_view id, const Look& root) {
  auto found = styles_.find(id);
  if (found == styles_.end()) return root;
  if (found->second.look) return *found->second.look;
  std::vector<const decltype(styles_)::value_type*> chain;
  for (auto at = found; at != styles_.end() && chain.size() < kDeepest; at = styles_.find(attribute(child(at->second.node, "basedOn"), "val"))) chain.push_back(&*at);
  Look look = root;
  for (auto one = chain.rbegin(); one != chain.rend(); ++one) {
    auto node = (*one)->second.node;
    auto name = lower(attribute(child(node, "name"), "val"));
    // The built-in headings have a level even where a file does not say so.
    if (int level = place_in("heading ", name)) look.outline = level - 1;
    look.contents = place_in("toc ", name) > 0 || name == "toc heading" || name == "table of figures";
    look.title = name == "title";
    apply_run(child(node, "rPr"), look);
    apply_paragraph(child(node, "pPr"), (*one)->first, look);
  }
  found->second.look = std::move(look);
  return *found->second.look;
}

const Look& Styles::paragraph(std::string_view style) {
  return resolve(styles_.contains(style) ? style : std::string_view(default_paragraph_), document_);
}

const Look& Styles::character(std::string_view style) { return resolve(style, nothing_); }

Look Styles::of_paragraph(pugi::xml_node properties) {
  Look look = paragraph(attribute(child(properties, "pStyle"), "val"));
  apply_paragraph(properties, {}, look);
  return look;
}

Look Styles::of_run(pugi::xml_node properties, const Look& paragraph) {
  Look look = paragraph;
  if (auto style = child(properties, "rStyle")) {
    const Look& said = character(attribute(style, "val"));
    if (said.size) look.size = said.size;
    if (said.bold) look.bold = said.bold;
    if (said.hidden) look.hidden = said.hidden;
    if (said.raised) look.raised = said.raised;
  }
  apply_run(properties, look);
  return look;
}

}  // namespace shirube::indexer
