#include "indexer/readers/ooxml.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "text/error.h"

namespace shirube::indexer {

namespace {

constexpr int deepest = 256;

std::string_view without_prefix(std::string_view name) {
  size_t colon = name.find(':');
  return colon == name.npos ? name : name.substr(colon + 1);
}

struct DepthGuard : pugi::xml_tree_walker {
  bool for_each(pugi::xml_node&) override { return depth() < deepest; }
};

/// A target as it stands beside the part that names it: 「../media/a.png」 of word/document.xml.
std::string resolved(std::string_view part, std::string_view target) {
  std::vector<std::string_view> folders;
  auto add = [&](std::string_view path) {
    while (!path.empty()) {
      std::string_view one = path.substr(0, path.find('/'));
      path.remove_prefix(std::min(one.size() + 1, path.size()));
      if (one == "..") {
        if (!folders.empty()) folders.pop_back();
      } else if (!one.empty() && one != ".") {
        folders.push_back(one);
      }
    }
  };
  if (!target.starts_with('/')) add(part.substr(0, part.rfind('/') == part.npos ? 0 : part.rfind('/')));
  add(target);
  return fmt::format("{}", fmt::join(folders, "/"));
}

}  // namespace

std::string_view local_name(pugi::xml_node node) { return without_prefix(node.name()); }

pugi::xml_node child(pugi::xml_node node, std::string_view name) {
  for (auto one : node.children()) {
    if (local_name(one) == name) return one;
  }
  return {};
}

std::string_view attribute(pugi::xml_node node, std::string_view name) {
  for (auto one : node.attributes()) {
    if (without_prefix(one.name()) == name) return one.value();
  }
  return {};
}

bool is_any(std::string_view name, std::initializer_list<std::string_view> names) { return std::ranges::find(names, name) != names.end(); }

pugi::xml_document parse_xml(std::string_view bytes, std::string_view what) {
  pugi::xml_document document;
  DepthGuard guard;
  // White space alone is text too: a space between two runs of a paragraph.
  bool read = document.load_buffer(bytes.data(), bytes.size(), pugi::parse_default | pugi::parse_ws_pcdata);
  if (!read || !document.traverse(guard)) {
    throw Error(ErrorKind::invalid, fmt::format("ファイルの中身が壊れています（{}）。", what), "元のソフトで開いて保存し直してください。");
  }
  return document;
}

pugi::xml_document Package::xml(std::string_view part) { return parse_xml(archive_.read(part), part); }

std::map<std::string, Package::Relation> Package::relations(std::string_view part) {
  size_t slash = part.rfind('/');
  std::string_view folder = slash == part.npos ? std::string_view() : part.substr(0, slash + 1);
  std::string name = fmt::format("{}_rels/{}.rels", folder, part.substr(folder.size()));
  std::map<std::string, Relation> out;
  if (!archive_.has(name)) return out;
  pugi::xml_document document = xml(name);
  for (auto one : document.document_element().children()) {
    std::string_view type = attribute(one, "Type"), target = attribute(one, "Target");
    bool external = attribute(one, "TargetMode") == "External";
    std::string id(attribute(one, "Id"));
    out[id] = {std::string(type.substr(type.rfind('/') + 1)), external ? std::string(target) : resolved(part, target), external};
  }
  return out;
}

std::string Package::related(std::string_view part, std::string_view type) {
  for (const auto& [id, relation] : relations(part)) {
    if (relation.type == type && !relation.external) return relation.target;
  }
  return {};
}

}  // namespace shirube::indexer
