#pragma once

#include <initializer_list>
#include <map>
#include <pugixml.hpp>
#include <string>
#include <string_view>

#include "indexer/readers/archive.h"

// What the readers of Word, Excel and PowerPoint files share (ECMA-376 part 2: packages, relationships).
namespace shirube::indexer {

/// An Office Open XML file: parts of XML in a ZIP file, which name each other by relationships.
class Package {
 public:
  explicit Package(const std::string& bytes) : archive_(bytes) {}

  bool has(std::string_view part) const { return archive_.has(part); }
  /// A part as XML. Throws Error{invalid} when it is missing, no XML, or nested too deeply.
  pugi::xml_document xml(std::string_view part);
  std::string bytes(std::string_view part) { return archive_.read(part); }

  struct Relation {
    std::string type;    ///< the last word of its address: styles, numbering, slide, image
    std::string target;  ///< a part's name, or an address where `external`
    bool external = false;
  };
  /// The relations of a part (「」: of the package) by their ids; none where it has none.
  std::map<std::string, Relation> relations(std::string_view part);
  /// The first part that a part is related to by a type; empty when there is none.
  std::string related(std::string_view part, std::string_view type);

 private:
  Archive archive_;
};

/// The name without its prefix: w:p → p. Programs are free to choose the prefix.
std::string_view local_name(pugi::xml_node node);
/// The child, or the attribute's value, of a local name; none and empty when there is none.
pugi::xml_node child(pugi::xml_node node, std::string_view name);
std::string_view attribute(pugi::xml_node node, std::string_view name);

/// True when a name is one of several.
bool is_any(std::string_view name, std::initializer_list<std::string_view> names);

/// Parses untrusted XML: no external entities (pugixml knows none), no element deeper than 256.
pugi::xml_document parse_xml(std::string_view bytes, std::string_view what);

}  // namespace shirube::indexer
