#pragma once

#include <map>
#include <optional>
#include <pugixml.hpp>
#include <string>
#include <string_view>

#include "indexer/readers/numbering.h"

// What the styles of a Word file make of its paragraphs and runs (ECMA-376 part 1, 17.7).
namespace shirube::indexer {

/// What a style, a paragraph or a run says of its look; what it does not say is inherited.
struct Look {
  std::optional<std::string> num;      ///< w:numId; 0 takes a list away
  std::optional<int> level;            ///< w:ilvl
  std::optional<int> outline;          ///< w:outlineLvl; 9 is body text
  std::optional<double> left, first;   ///< indent, in points
  std::optional<double> left_chars, first_chars;  ///< the same in characters; wins
  std::optional<double> size;          ///< of type, in points
  std::optional<bool> bold, hidden, raised;
  std::optional<bool> aside;           ///< centred or at the right edge: its indent says nothing
  bool leader = false;                 ///< its tabs draw dots
  bool contents = false;               ///< of a style of contents lists
  bool title = false;                  ///< of the style of the document's title

  bool is_heading() const { return outline && *outline >= 0 && *outline < 9; }
};

/// The styles of a document. For one thread; `part` (styles.xml, may be empty) and `numbering` must outlive it.
class Styles {
 public:
  Styles(pugi::xml_node part, const Numbering& numbering);

  /// What a style says, with all that it is based on. An unknown one says what the document says.
  const Look& paragraph(std::string_view style);
  const Look& character(std::string_view style);
  /// The look of a paragraph: its style, the list it is in, and its own properties (w:pPr).
  Look of_paragraph(pugi::xml_node properties);
  /// The look of a run in a paragraph.
  Look of_run(pugi::xml_node properties, const Look& paragraph);

 private:
  struct Style {
    pugi::xml_node node;
    std::optional<Look> look;  ///< once it was asked for
  };
  const Look& resolve(std::string_view id, const Look& root);
  void apply_paragraph(pugi::xml_node properties, std::string_view style, Look& look) const;

  const Numbering& numbering_;
  std::map<std::string, Style, std::less<>> styles_;
  std::string default_paragraph_;
  Look document_, nothing_;
};

}  // namespace shirube::indexer
