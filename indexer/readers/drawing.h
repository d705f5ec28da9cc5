#pragma once

#include <pugixml.hpp>
#include <string>
#include <vector>

// Text of shapes (DrawingML), on slides and on sheets.
namespace shirube::indexer {

/// The paragraphs of a text body (p:txBody, xdr:txBody, a:txBody), with the numbers that are set
/// automatically. A line break within a paragraph parts lines by \n.
std::vector<std::string> drawn_paragraphs(pugi::xml_node body);

/// The children in order; of alternatives (mc:AlternateContent) those of the first only.
std::vector<pugi::xml_node> drawn_children(pugi::xml_node node);

/// True for a shape that is not shown.
bool is_hidden_shape(pugi::xml_node shape);

}  // namespace shirube::indexer
