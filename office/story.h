#pragma once

#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "office/letter.h"

// A part of a template as a tree in which its places are elements of their own. Internal to letters.
namespace shirube::office {

/// Elements that stand for places; no XML can hold such a name.
constexpr std::string_view section_element = "!section";  ///< around what is shown for each element
constexpr std::string_view with_element = "!with";        ///< around what is shown once, where there is something
constexpr std::string_view without_element = "!without";  ///< around what is shown where there is nothing
constexpr std::string_view value_element = "!value";      ///< within a run, where its text stood
constexpr std::string_view image_element = "!image";      ///< there too

struct Story {
  std::string part;    ///< word/document.xml
  std::string place;   ///< 本文
  std::string prefix;  ///< of WordprocessingML in it, with its colon: w:
  pugi::xml_document tree{};
  /// What is broken in its sections, whatever the names mean, each with the number of its paragraph.
  std::vector<std::pair<int, LetterTemplate::Fault>> faults{};
};

/// Reads a part, and makes elements of its places. Throws Error{invalid} for what is no XML, or nested without end.
Story read_story(std::string part, std::string place, const std::string& xml);

/// Parses a part that is not to be filled. Throws as read_story() does.
pugi::xml_document read_xml(const std::string& xml, std::string_view part);

/// Of an element that stands for a place.
std::string_view name_of(pugi::xml_node mark);
/// A fault of it, and the number of its paragraph.
std::pair<int, LetterTemplate::Fault> fault_of(const Story& story, pugi::xml_node mark, std::string message);

/// The name without its prefix: w:p → p.
std::string_view local_name(const char* name);

}  // namespace shirube::office
