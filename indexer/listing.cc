#include "indexer/listing.h"

#include <libxml/tree.h>

#include <algorithm>
#include <optional>
#include <pugixml.hpp>

#include "indexer/readers/html.h"
#include "indexer/readers/readers.h"
#include "text/error.h"
#include "text/utf8.h"
#include "text/visible.h"

namespace shirube::indexer {

namespace {

constexpr size_t most_links = 5000;
constexpr size_t longest_address = 2000;
constexpr size_t longest_title = 300;

/// One line for people.
std::string plain(const std::string& words, size_t longest) {
  std::string out;
  bool space = false;
  for (char c : text::visible(words)) {
    bool white = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (!white && space && !out.empty()) out += ' ';
    space = white;
    if (!white) out += c;
  }
  return std::string(text::clamp_utf8(out, longest));
}

/// Without its line ends, which are none in an address (WHATWG URL); nothing for one that is not taken.
std::optional<std::string> taken(const Listing& listing, std::string address) {
  std::erase_if(address, [](char c) { return c == '\n' || c == '\r' || c == '\t'; });
  std::string_view trimmed = text::trim(address);
  if (trimmed.empty() || trimmed.size() > longest_address || !text::is_valid_utf8(trimmed) || listing.links.size() == most_links) return {};
  return std::string(trimmed);
}

// ---- feeds ----

/// Feeds put their elements into namespaces of any prefix, and some into none.
std::string_view local_name(pugi::xml_node node) {
  std::string_view name = node.name();
  return name.substr(name.find(':') + 1);
}

pugi::xml_node child(pugi::xml_node parent, std::string_view name) {
  return parent.find_child([&](pugi::xml_node node) { return local_name(node) == name; });
}

std::string words(pugi::xml_node node) { return node.text().get(); }

/// The first element among `names` that says something.
std::string first_of(pugi::xml_node entry, std::initializer_list<std::string_view> names) {
  for (auto name : names) {
    for (auto node : entry.children()) {
      if (local_name(node) == name && !text::trim(words(node)).empty()) return words(node);
    }
  }
  return {};
}

void read_entry(pugi::xml_node entry, Listing& listing) {
  std::string title = plain(first_of(entry, {"title"}), longest_title);
  std::string updated = plain(first_of(entry, {"updated", "modified", "date", "pubDate", "published"}), 100);
  std::string address = first_of(entry, {"link"});
  std::vector<std::string> files;
  for (auto node : entry.children()) {
    std::string_view name = local_name(node), relation = node.attribute("rel").value();
    if (name == "link" && (relation.empty() || relation == "alternate") && address.empty()) address = node.attribute("href").value();
    if (name == "link" && relation == "enclosure") files.push_back(node.attribute("href").value());
    if (name == "enclosure") files.push_back(node.attribute("url").value());
  }
  auto id = child(entry, "guid");
  if (address.empty() && id && std::string_view(id.attribute("isPermaLink").value()) != "false") address = words(id);
  files.insert(files.begin(), address);
  for (const auto& file : files)
    if (auto link = taken(listing, file)) listing.links.push_back({*link, title, updated});
}

Listing read_feed(const std::string& bytes) {
  if (bytes.size() > kMostTextBytes) throw Error(ErrorKind::invalid, "フィードが大きすぎます。", "アドレスを確認してください。");
  auto unicode = decode_xml(bytes);
  pugi::xml_document document;
  auto result = document.load_buffer(unicode.text.data(), unicode.text.size(), pugi::parse_default, pugi::encoding_utf8);
  auto root = document.document_element();
  auto name = local_name(root);
  bool known = name == "rss" || name == "RDF" || name == "feed";
  if (!result || !known) throw Error(ErrorKind::invalid, "フィード（RSS・Atom）として読めません。", "アドレスがフィードのものか、ブラウザで確認してください。");
  Listing listing;
  listing.base = plain(root.attribute("xml:base").value(), longest_address);
  for (auto parent : {root, child(root, "channel")}) {
    for (auto node : parent.children()) {
      if (local_name(node) == "item" || local_name(node) == "entry") read_entry(node, listing);
    }
  }
  return listing;
}

// ---- pages ----

std::string attribute(xmlNode* node, const char* name) {
  xmlChar* value = xmlGetNoNsProp(node, reinterpret_cast<const xmlChar*>(name));
  std::string out = value ? reinterpret_cast<const char*>(value) : "";
  xmlFree(value);
  return out;
}

/// The words in an element, or what stands for its images. It stops where a title does, and after so many elements
/// and so much white space: links nest in broken pages, and what is in them is looked at once for each.
std::string words(xmlNode* element) {
  constexpr size_t enough = 4 * longest_title, most_nodes = 1000, most_bytes = 65536;
  std::string out;
  size_t nodes = 0, bytes = 0;
  auto take = [&](const char* content) {
    for (; *content && out.size() <= enough && bytes < most_bytes; ++content, ++bytes) {
      bool white = *content == ' ' || *content == '\t' || *content == '\n' || *content == '\r';
      if (!white || !out.ends_with(' ')) out += white ? ' ' : *content;
    }
  };
  for (xmlNode* node = element->children; node && out.size() <= enough && nodes < most_nodes; ++nodes) {
    if (node->type == XML_TEXT_NODE && node->content) take(reinterpret_cast<const char*>(node->content));
    if (is_html(node, " img ")) take(attribute(node, "alt").c_str());
    node = node->type == XML_ELEMENT_NODE && node->children ? node->children : html_after(node, element);
  }
  return plain(out, longest_title);
}

Listing read_page(const std::string& bytes) {
  auto document = parse_html(decode_html(bytes).text);
  xmlNode* root = document ? xmlDocGetRootElement(document.get()) : nullptr;
  if (!root) throw Error(ErrorKind::invalid, "HTML のページとして読めません。", "アドレスを、ブラウザで確認してください。");
  Listing listing;
  for (xmlNode* node = root; node;) {
    if (listing.base.empty() && is_html(node, " base ")) listing.base = plain(attribute(node, "href"), longest_address);
    if (is_html(node, " a area "))
      if (auto link = taken(listing, attribute(node, "href"))) listing.links.push_back({*link, words(node), {}});
    node = node->type == XML_ELEMENT_NODE && node->children ? node->children : html_after(node, root);
  }
  return listing;
}

}  // namespace

Listing read_listing(const std::string& bytes, ListingKind kind) { return kind == ListingKind::feed ? read_feed(bytes) : read_page(bytes); }

}  // namespace shirube::indexer
