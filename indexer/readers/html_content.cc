#include <libxml/tree.h>

#include <algorithm>
#include <cstring>

#include "indexer/readers/html.h"
#include "text/utf8.h"

namespace shirube::indexer {
namespace {

constexpr std::string_view kNeverRead =
    " head script style template noscript iframe object applet embed audio video canvas svg math select option datalist button input textarea rt rp del s strike area map ";

/// Where publishers keep the content of a page: attributes and how far they are believed, the most first.
struct Place {
  std::string_view attribute;
  std::string_view names;  ///< enclosed by spaces
  int rank;
};
constexpr Place kPlaces[] = {
    {"class", " joubun jobun jorei honbun_area reiki ", 0},
    {"role", " main ", 1},
    {"id", " main main-content main-contents main_content main_contents maincontent maincontents honbun tmp_honbun tmp_contents contents-body content-body "
           "contents_body article-body entry-content main-body mainbody page-body ", 2},
    {"class", " main main-content main-contents main_content main_contents maincontent maincontents honbun l-main entry-content article-body post-content "
              "content-body contents-body detail_free detail_writing ", 2},
    {"itemprop", " articlebody ", 2},
    {"id", " contents content primary contents-in contents_inner container-main detail article wysiwyg ", 3},
    {"class", " contents content primary article wysiwyg ", 3},
};
/// A place counts when at least this part, in hundredths, of the page's words without links stands there.
constexpr uint32_t kLeastPart[] = {10, 10, 25, 40};

constexpr std::string_view kLeftOutTags = " nav footer ";
constexpr std::string_view kLeftOutRoles = " navigation search contentinfo menu menubar dialog alertdialog ";
/// What ids and classes of menus and the like begin with.
constexpr std::string_view kLeftOut[] = {"breadcrumb", "topicpath", "topic-path", "topic_path", "pankuzu", "topics-path", "gnav", "globalnav", "global-nav", "global_nav", "lnav",
                                         "localnav", "local-nav", "local_nav", "sidenav", "side-nav", "side_nav", "sidebar", "sidemenu", "side-menu", "side_menu", "skip", "navskip",
                                         "blockskip", "share", "sns", "social", "pagetop", "page-top", "page_top", "pagenavi", "totop", "to-top", "footer", "search", "pager", "pagination",
                                         "fontsize", "font-size", "moji", "lang-", "language", "adobe", "getadobe", "get_adobe", "plugin", "cookie", "tmp_reader", "recommend", "ranking"};

bool has_word(std::string_view list, std::string_view words) {
  while (!words.empty()) {
    auto end = words.find_first_of(" \t\r\n");
    auto word = words.substr(0, end);
    if (!word.empty() && list.find(" " + std::string(word) + " ") != list.npos) return true;
    if (end == words.npos) break;
    words.remove_prefix(end + 1);
  }
  return false;
}

bool begins_as(std::string_view words) {
  while (!words.empty()) {
    auto end = words.find_first_of(" \t\r\n");
    auto word = words.substr(0, end);
    if (word.starts_with("l-") || word.starts_with("c-") || word.starts_with("p-")) word.remove_prefix(2);
    if (std::ranges::any_of(kLeftOut, [&](auto start) { return word.starts_with(start); })) return true;
    if (end == words.npos) break;
    words.remove_prefix(end + 1);
  }
  return false;
}

bool is_hidden(const xmlNode* node) {
  if (xmlHasProp(const_cast<xmlNode*>(node), reinterpret_cast<const xmlChar*>("hidden"))) return true;
  if (html_attribute(node, "aria-hidden") == "true") return true;
  auto style = html_attribute(node, "style");
  std::erase_if(style, [](char c) { return c == ' ' || c == '\t' || c == '\n'; });
  return style.find("display:none") != style.npos || style.find("visibility:hidden") != style.npos;
}

uint32_t visible_bytes(std::string_view s) {
  uint32_t n = 0;
  for (char c : s) n += c != ' ' && c != '\n' && c != '\r' && c != '\t';
  return n;
}

uint32_t count_sentences(std::string_view s) {
  uint32_t n = 0;
  for (size_t at = 0; (at = s.find("。", at)) != s.npos; at += 3) ++n;
  return n;
}

int rank_of(const xmlNode* node) {
  if (is_html(node, " main ")) return 1;
  int best = is_html(node, " article ") ? 3 : 9;
  if (!is_html(node, " div section article td form ")) return best;
  for (const auto& place : kPlaces)
    if (place.rank < best && has_word(place.names, html_attribute(node, std::string(place.attribute).c_str()))) best = place.rank;
  return best;
}

/// The first words of an element. Links nest in broken pages, and each would be read to its end for all around it.
std::string start_of(const xmlNode* element) {
  constexpr size_t most_nodes = 200, most_bytes = 2000;
  std::string out;
  const xmlNode* node = element->children;
  for (size_t seen = 0; node && seen < most_nodes && out.size() < most_bytes; ++seen) {
    if (node->type == XML_TEXT_NODE && node->content) out.append(reinterpret_cast<const char*>(node->content), strnlen(reinterpret_cast<const char*>(node->content), most_bytes));
    node = node->children && node->type == XML_ELEMENT_NODE ? node->children : html_after(const_cast<xmlNode*>(node), element);
  }
  return out;
}

size_t number_of(const xmlNode* node) { return reinterpret_cast<size_t>(node->_private); }

}  // namespace

std::string html_attribute(const xmlNode* node, const char* name) {
  if (node->type != XML_ELEMENT_NODE || !node->properties) return {};
  xmlChar* value = xmlGetProp(const_cast<xmlNode*>(node), reinterpret_cast<const xmlChar*>(name));
  std::string out = value ? reinterpret_cast<const char*>(value) : "";
  xmlFree(value);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return std::string(text::trim(out));
}

bool is_html(const xmlNode* node, std::string_view names) {
  if (node->type != XML_ELEMENT_NODE) return false;
  std::string_view name = reinterpret_cast<const char*>(node->name);
  for (size_t at = 0; (at = names.find(name, at)) != names.npos; ++at)
    if (at > 0 && names[at - 1] == ' ' && at + name.size() < names.size() && names[at + name.size()] == ' ') return true;
  return false;
}

xmlNode* html_after(xmlNode* node, const xmlNode* root) {
  while (node && node != root && !node->next) node = node->parent;
  return !node || node == root ? nullptr : node->next;
}

HtmlContent::HtmlContent(xmlNode* page, bool all) : all_(all) {
  measures_.emplace_back();
  measure_all(page);
  find_root(page);
}

const HtmlMeasure& HtmlContent::measure(const xmlNode* node) const { return measures_[node->type == XML_ELEMENT_NODE ? number_of(node) : 0]; }

/// One walk: down to the words, and up again adding what stands below to what stands above.
void HtmlContent::measure_all(xmlNode* page) {
  xmlNode* node = page;
  unsigned links = 0, anchors = 0;
  while (node) {
    if (node->type == XML_ELEMENT_NODE) {
      node->_private = reinterpret_cast<void*>(measures_.size());
      measures_.emplace_back();
      if (is_html(node, kNeverRead)) {
        measures_.back().dropped = true;
      } else {
        bool link = is_html(node, " a ");
        measures_.back().links = link;
        links += link;
        anchors += link && html_attribute(node, "href").starts_with("#");
        if (node->children) {
          node = node->children;
          continue;
        }
      }
    } else if ((node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE) && node->parent && node->content) {
      auto& m = measures_[number_of(node->parent)];
      std::string_view words = reinterpret_cast<const char*>(node->content);
      auto bytes = visible_bytes(words);
      m.text += bytes;
      if (links) m.linked += bytes;
      if (anchors) m.anchored += bytes;
      m.sentences += count_sentences(words);
    }
    // Up, closing each element whose last child this was.
    while (true) {
      if (node->type == XML_ELEMENT_NODE) {
        auto& m = measures_[number_of(node)];
        if (is_html(node, " a ") && !m.dropped) {
          --links;
          if (anchors && html_attribute(node, "href").starts_with("#")) --anchors;
        }
        // Answers that open on a click are hidden too; labels and templates have no sentences.
        if (!m.dropped && is_hidden(node)) m.dropped = m.sentences == 0 || m.text < 60;
        if (!m.dropped) {
          if (int rank = rank_of(node); rank < 9) candidates_.emplace_back(rank, node);
          if (node->parent && node != page) {
            auto& up = measures_[number_of(node->parent)];
            up.text += m.text, up.linked += m.linked, up.anchored += m.anchored, up.links += m.links, up.sentences += m.sentences;
            up.nested = up.nested || m.nested || is_html(node, " table h1 h2 h3 h4 h5 h6 ");
          }
        }
      }
      if (node == page) return;
      if (node->next) {
        node = node->next;
        break;
      }
      node = node->parent;
    }
  }
}

void HtmlContent::find_root(xmlNode* page) {
  root_ = page;
  for (auto* child = page->children; child; child = child->next)
    if (is_html(child, " body ")) root_ = child;
  if (all_) return;
  auto free_text = [&](xmlNode* node) { return measure(node).text - measure(node).linked; };
  uint32_t whole = free_text(root_);
  int best = 9;
  for (auto& [rank, node] : candidates_) {
    if (uint64_t{free_text(node)} * 100 < uint64_t{whole} * kLeastPart[rank] || measure(node).text == 0 || begins_as(html_attribute(node, "id"))) continue;
    // Of one rank the larger: a page may mark a part of its content with the same word.
    if (rank < best || (rank == best && measure(node).text > measure(root_).text)) best = rank, root_ = node, known_ = true;
  }
}

bool HtmlContent::is_contents_list(const xmlNode* node) const {
  const auto& m = measure(node);
  return is_html(node, " ul ol dl ") && m.links >= 3 && m.sentences == 0 && uint64_t{m.anchored} * 10 >= uint64_t{m.text} * 6;
}

bool HtmlContent::leaves_out(const xmlNode* node) const {
  if (node->type != XML_ELEMENT_NODE) return false;
  const auto& m = measure(node);
  if (m.dropped) return true;
  if (all_ || node == root_ || m.text == 0) return false;
  const auto& whole = measure(root_);
  uint32_t own = m.text - m.linked, all = whole.text - whole.linked;
  // Whatever a block is called: with a third of the words in it, it is the page's body.
  if (uint64_t{own} * 10 >= uint64_t{all} * 3 && m.sentences > 0) return false;
  bool mostly_links = m.links >= 3 && m.sentences == 0 && uint64_t{m.linked} * 10 >= uint64_t{m.text} * 7;
  if (is_html(node, kLeftOutTags) || has_word(kLeftOutRoles, html_attribute(node, "role"))) return true;
  if (is_html(node, " form ")) return m.sentences == 0 && own < 200;
  if (is_html(node, " aside ")) return mostly_links || m.sentences == 0;
  if (is_html(node, " a ")) {
    // 「ページの先頭へ戻る」
    if (m.text > 60 || !html_attribute(node, "href").starts_with("#")) return false;
    auto label = start_of(node);
    return std::ranges::any_of(std::initializer_list<std::string_view>{"先頭へ", "先頭に", "トップへ", "ページトップ", "ページの上", "上へ戻る", "本文へ", "TOPへ", "PAGE TOP", "目次へ", "目次に戻"},
                               [&](auto w) { return label.find(w) != label.npos; });
  }
  if (!is_html(node, " div ul ol dl p section header table td aside ")) return false;
  if (is_contents_list(node)) return true;
  // Such a name alone is not enough to lose a sentence for: language-note, search-support.
  if (begins_as(html_attribute(node, "id")) || begins_as(html_attribute(node, "class"))) return m.sentences == 0 || mostly_links;
  return !known_ && mostly_links;
}

}  // namespace shirube::indexer
