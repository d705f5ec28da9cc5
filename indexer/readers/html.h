#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/page.h"
#include "text/encoding.h"

struct _xmlDoc;
struct _xmlNode;

// The parts of the HTML reader: what of a page is its content (html_content.cc), which numbers its
// lists print (html_list.cc), and the lines they make (html_lines.cc). Nothing here recurses over the
// depth of a page, which is anybody's choice.
namespace shirube::indexer {

struct FreeHtml {
  void operator()(_xmlDoc* document) const;
};
using HtmlDocument = std::unique_ptr<_xmlDoc, FreeHtml>;

/// A page of UTF-8 as a tree; without a root for what has no element at all.
HtmlDocument parse_html(const std::string& html);

/// A page by the encoding that it declares. Throws Error{invalid} for one that is too large.
text::Decoded decode_html(const std::string& bytes);

/// The lower-case value of an attribute; empty without it.
std::string html_attribute(const _xmlNode* node, const char* name);
/// True for an element of one of the names, which are parted and enclosed by spaces: " td th ".
bool is_html(const _xmlNode* node, std::string_view names);
/// The next node in document order that is not below `node`, within `root`; null at its end.
_xmlNode* html_after(_xmlNode* node, const _xmlNode* root);

/// What is counted of an element, with all that stands in it.
struct HtmlMeasure {
  uint32_t text = 0;       ///< bytes, without white space
  uint32_t linked = 0;     ///< of these in links
  uint32_t anchored = 0;   ///< of these in links to places of the same page
  uint32_t links = 0;
  uint32_t sentences = 0;  ///< 「。」
  bool dropped = false;    ///< scripts, controls, what is hidden
  bool nested = false;     ///< a table with a table or a heading in it
};

/// What of a page is its content: the element that holds it, and what is left out inside.
class HtmlContent {
 public:
  /// Measures the whole page and finds the element. `all` takes the body and leaves nothing out that
  /// can be seen. Writes into the nodes' `_private`.
  HtmlContent(_xmlNode* page, bool all);

  _xmlNode* root() const { return root_; }
  const HtmlMeasure& measure(const _xmlNode* node) const;
  /// Menus, breadcrumbs, search forms, footers, contents lists of links.
  bool leaves_out(const _xmlNode* node) const;
  /// True for a list of links into the page itself.
  bool is_contents_list(const _xmlNode* node) const;

 private:
  void measure_all(_xmlNode* page);
  void find_root(_xmlNode* page);

  std::vector<HtmlMeasure> measures_;
  std::vector<std::pair<int, _xmlNode*>> candidates_;  ///< rank and element
  _xmlNode* root_ = nullptr;
  bool known_ = false;  ///< the page itself says where its content is
  bool all_;
};

/// The numbers that a browser prints before the items of a list.
class HtmlList {
 public:
  explicit HtmlList(_xmlNode* list);
  /// The mark of the next item with the space behind it: 「1. 」「ア　」「・」; empty for none.
  std::string mark(_xmlNode* item);
  bool ordered() const { return ordered_; }

 private:
  bool ordered_;
  std::string style_;
  int next_ = 1, step_ = 1;
};

/// The lines of a page's content, one a paragraph, item or row of a table.
std::vector<corpus::Line> html_lines(const HtmlContent& content, size_t& images);

}  // namespace shirube::indexer
