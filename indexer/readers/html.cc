#include "indexer/readers/html.h"

#include <fmt/format.h>
#include <libxml/HTMLparser.h>
#include <libxml/parserInternals.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "indexer/extract.h"
#include "indexer/readers/readers.h"
#include "text/date.h"
#include "text/error.h"
#include "text/utf8.h"

namespace shirube::indexer {
namespace {

xmlNode* find_first(xmlNode* root, std::string_view names) {
  for (xmlNode* node = root; node;) {
    if (is_html(node, names)) return node;
    node = node->type == XML_ELEMENT_NODE && node->children ? node->children : html_after(node, root);
  }
  return nullptr;
}

/// The words of an element on one line.
std::string words_of(xmlNode* node) {
  if (!node) return {};
  xmlChar* content = xmlNodeGetContent(node);
  std::string_view raw = content ? reinterpret_cast<const char*>(content) : "";
  std::string out;
  bool space = false;
  for (char c : raw) {
    bool white = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (white) {
      space = !out.empty();
      continue;
    }
    if (std::exchange(space, false)) out += ' ';
    out += c;
  }
  xmlFree(content);
  return std::string(text::trim(out));
}

/// What the page calls its document: a heading of its content, or one that the title begins with;
/// else the title without the name of the site behind it.
std::string title_of(xmlNode* page, const HtmlContent& content) {
  auto title = words_of(find_first(page, " title "));
  // Over the content a site may have made a heading of its own name.
  xmlNode* place = is_html(content.root(), " body html ") ? nullptr : content.root();
  if (place) {
    auto* heading = find_first(place, " h1 ");
    auto words = heading ? words_of(heading) : "";
    if (!words.empty() && words.size() <= 300) return words;
  }
  for (xmlNode* node = page; node;) {
    bool heading = is_html(node, " h1 ") && !content.measure(node).dropped;
    auto words = heading ? words_of(node) : "";
    if (!words.empty() && words.size() <= 300 && (title.empty() || title.starts_with(words))) return words;
    node = !heading && node->type == XML_ELEMENT_NODE && node->children ? node->children : html_after(node, page);
  }
  std::string_view cut = title;
  for (std::string_view bar : {"｜", "|", " - ", "－", " – ", " — ", "::", " / ", "／", " » "}) {
    auto at = cut.find(bar);
    if (at != cut.npos && at > 0) cut = text::trim(cut.substr(0, at));
  }
  return std::string(cut);
}

/// The day a page says it was put up or changed, when it says one only.
std::string issued_of(xmlNode* page) {
  constexpr std::string_view kWords[] = {"掲載日", "公開日", "公表日", "発表日", "登録日", "作成日", "更新日", "最終更新"};
  std::map<std::string_view, std::set<std::string>> found;
  std::string content = words_of(find_first(page, " body "));
  for (auto word : kWords) {
    for (size_t at = 0; (at = content.find(word, at)) != std::string::npos; at += word.size()) {
      auto rest = std::string_view(content).substr(at + word.size(), 120);
      rest = text::clamp_utf8(rest, 100);
      for (std::string_view filler : {"日時", "日", "：", ":", "】", "］", "]", "　", " ", " "})
        while (rest.starts_with(filler)) rest.remove_prefix(filler.size());
      std::string day;
      for (size_t end = 0; end < rest.size() && day.size() < 60;) {
        auto c = text::code_point_at(rest, end);
        bool part = text::is_digit(c.value) || c.value == U'年' || c.value == U'月' || c.value == U'/' || c.value == U'-' || c.value == U'.' || c.value == U'令' || c.value == U'和' ||
                    c.value == U'平' || c.value == U'成' || c.value == U'元';
        if (!part && c.value != U'日') break;
        day += rest.substr(end, c.length);
        end += c.length;
        if (c.value == U'日') break;
      }
      auto date = text::parse_date(day);
      if (date && date->unit == text::DateSpan::Unit::day) found[word].insert(text::to_iso(date->first));
    }
  }
  for (auto word : kWords)
    if (found[word].size() == 1) return *found[word].begin();
  return {};
}

/// 「条例第一三〇号」: a kind of ordinance and its number.
bool is_ordinance_number(std::string_view s) {
  auto kind = s.find("第");
  if (kind == s.npos || kind == 0 || kind > 45 || !s.ends_with("号") || s.find("。") != s.npos || s.size() > 90) return false;
  auto name = s.substr(0, kind);
  for (std::string_view word : {"条例", "規則", "規程", "訓令", "告示", "要綱", "訓", "達", "令甲", "令乙", "要領", "内規", "公告", "庁達"})
    if (name.ends_with(word)) return true;
  return false;
}

/// On top of an ordinance stand 「○title」, its day and its number, each on a line or the last two on one.
void find_ordinance(const std::vector<corpus::Line>& lines, FoundFacts& facts) {
  std::string title, number;
  std::optional<text::FoundDate> day;
  for (size_t i = 0; i < std::min<size_t>(lines.size(), 8); ++i) {
    auto words = text::trim(lines[i].text);
    if (title.empty() && words.starts_with("○")) {
      title = text::trim(words.substr(3));
      continue;
    }
    if (title.empty()) continue;
    auto bare = words;
    if (bare.starts_with("（")) bare.remove_prefix(3);
    if (bare.starts_with("(")) bare.remove_prefix(1);
    if (bare.ends_with("）")) bare.remove_suffix(3);
    if (bare.ends_with(")")) bare.remove_suffix(1);
    auto dates = text::find_dates(bare);
    if (!day && !dates.empty() && dates[0].begin == 0 && dates[0].span.unit == text::DateSpan::Unit::day) {
      day = dates[0];
      facts.issued = text::to_iso(day->span.first);
      number = bare.substr(0, bare.find("年") + 3);
      bare = text::trim(bare.substr(day->end));
    }
    if (day && is_ordinance_number(bare)) {
      facts.number = number + std::string(bare);
      break;
    }
  }
  if (!title.empty()) facts.title = title;
}

[[noreturn]] void refuse_empty(xmlNode* page, size_t images) {
  if (auto* frame = find_first(page, " frame ")) {
    std::string names;
    for (int count = 0; frame && count < 3; ++count) {
      auto src = html_attribute(frame, "src").substr(0, 100);
      if (!src.empty() && text::is_valid_utf8(src)) names += (names.empty() ? "" : "、") + src;
      auto* next = html_after(frame, page);
      while (next && !is_html(next, " frame ")) next = next->children ? next->children : html_after(next, page);
      frame = next;
    }
    throw Error(ErrorKind::invalid, "フレームの枠だけのページです（本文は別のページにあります）" + (names.empty() ? "" : ": " + names), "枠の中の本文のページを開き、それを保存して登録してください。");
  }
  if (images > 0) throw Error(ErrorKind::invalid, "画像だけのHTMLです（文字がありません）", "文字のあるページか、文字認識（OCR）をかけたPDFを登録してください。");
  throw Error(ErrorKind::invalid, "本文のないHTMLです（文字がありません）", "ブラウザで開いて表示を確かめ、表示されたページを保存して登録してください。");
}

/// The charset of a <meta> near the start, or of the XML declaration.
std::string declared_encoding(std::string_view bytes) {
  auto head = bytes.substr(0, 4096);
  std::string lower(head);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  for (std::string_view key : {"charset", "encoding"}) {
    for (size_t at = 0; (at = lower.find(key, at)) != lower.npos;) {
      at += key.size();
      auto value = lower.find_first_not_of(" \t\r\n", at);
      if (value == lower.npos || lower[value] != '=') continue;
      value = lower.find_first_not_of(" \t\r\n\"'", value + 1);
      if (value == lower.npos) continue;
      return lower.substr(value, lower.find_first_of(" \t\r\n\"';/>?", value) - value);
    }
  }
  return {};
}

/// A body may be left out (HTML, 13.1.2.4). Before elements that it does not know, the parser then keeps the head open:
/// from the first of its children that no head has, it is the body.
void make_body(xmlDoc* document) {
  xmlNode* page = xmlDocGetRootElement(document);
  xmlNode* head = nullptr;
  for (xmlNode* child = page ? page->children : nullptr; child; child = child->next) {
    if (is_html(child, " body frameset ")) return;
    if (is_html(child, " head ")) head = child;
  }
  if (!head) return;
  xmlNode* first = head->children;
  while (first && (first->type != XML_ELEMENT_NODE || is_html(first, " title meta link script style base noscript template "))) first = first->next;
  if (!first) return;
  xmlNode* body = xmlNewChild(page, nullptr, BAD_CAST "body", nullptr);
  for (xmlNode* next = nullptr; body && first; first = next) {
    next = first->next;
    xmlUnlinkNode(first);
    xmlAddChild(body, first);
  }
}

}  // namespace

void FreeHtml::operator()(xmlDoc* document) const { xmlFreeDoc(document); }

HtmlDocument parse_html(const std::string& html) {
  htmlParserCtxt* context = htmlCreateMemoryParserCtxt(html.data(), static_cast<int>(html.size()));
  if (!context) throw Error(ErrorKind::invalid, "HTMLとして読めません", "ページを保存し直して登録してください。");
  htmlCtxtUseOptions(context, HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET | HTML_PARSE_IGNORE_ENC);
  // Without it the parser stops where tags nest 256 deep, and the rest of the page would be lost.
  context->options |= XML_PARSE_HUGE;
  xmlSwitchEncoding(context, XML_CHAR_ENCODING_UTF8);
  htmlParseDocument(context);
  HtmlDocument document(context->myDoc);
  context->myDoc = nullptr;
  htmlFreeParserCtxt(context);
  if (document) make_body(document.get());
  return document;
}

text::Decoded decode_html(const std::string& bytes) {
  if (bytes.size() > kMostTextBytes) throw Error(ErrorKind::invalid, fmt::format("HTMLが大きすぎます（{} MiB）", bytes.size() >> 20), "64 MiB 以下に分けて登録してください。");
  return decode_declared(bytes, declared_encoding(bytes));
}

bool looks_like_html(std::string_view s, std::string_view file_name) {
  if (s.starts_with("\xEF\xBB\xBF")) s.remove_prefix(3);
  while (true) {
    auto at = s.find_first_not_of(" \t\r\n\f");
    if (at == s.npos) return false;
    s.remove_prefix(at);
    std::string_view end = s.starts_with("<!--") ? "-->" : s.starts_with("<?") ? ">" : "";
    if (end.empty()) break;
    at = s.find(end);
    if (at == s.npos) return false;
    s.remove_prefix(at + end.size());
  }
  if (!s.starts_with("<")) return false;
  std::string name;
  for (char c : s.substr(1, 20)) {
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '!') break;
    name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  if (name == "!doctype") {
    auto type = s.find_first_not_of(" \t\r\n", 9);
    std::string root;
    if (type != s.npos)
      for (char c : s.substr(type, 4)) root += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return root == "html";
  }
  static constexpr std::string_view whole[] = {"html", "head", "body", "frameset", "meta", "title"};
  static constexpr std::string_view parts[] = {"div", "table", "p", "h1", "h2", "h3", "ul", "ol", "dl", "main", "article", "section", "center", "font", "span", "script", "style", "link"};
  bool named = file_name.ends_with(".html") || file_name.ends_with(".htm") || file_name.ends_with(".xhtml") || file_name.ends_with(".HTM") || file_name.ends_with(".HTML");
  return std::ranges::find(whole, name) != std::end(whole) || (named && std::ranges::find(parts, name) != std::end(parts));
}

namespace {

/// The words with their readings beside them (HTML, 4.5.10): what is not rt or rp of a ruby is its base.
void find_readings(xmlNode* page, Extract& extract) {
  constexpr size_t most = 5000;
  for (xmlNode* ruby = page; ruby && extract.readings.size() < most;) {
    if (!is_html(ruby, " ruby ")) {
      ruby = ruby->children ? ruby->children : html_after(ruby, page);
      continue;
    }
    std::string base, reading;
    for (xmlNode* node = ruby->children; node;) {
      if (is_html(node, " rp ")) {
        node = html_after(node, ruby);
        continue;
      }
      if (node->type == XML_TEXT_NODE && node->content) {
        bool beside = is_html(node->parent, " rt ");
        (beside ? reading : base) += text::trim(reinterpret_cast<const char*>(node->content));
      }
      node = node->children ? node->children : html_after(node, ruby);
    }
    extract.readings.emplace_back(std::move(base), std::move(reading));
    ruby = html_after(ruby, page);
  }
}

}  // namespace

void read_html_text(const std::string& html, Extract& extract) {
  if (html.size() > kMostTextBytes) throw Error(ErrorKind::invalid, fmt::format("HTMLが大きすぎます（{} MiB）", html.size() >> 20), "64 MiB 以下に分けて登録してください。");
  auto document = parse_html(html);
  xmlNode* page = document ? xmlDocGetRootElement(document.get()) : nullptr;
  if (!page) throw Error(ErrorKind::invalid, "本文のないHTMLです（文字がありません）", "ファイルの中身を確かめてください。");
  size_t images = 0;
  HtmlContent content(page, false);
  auto lines = html_lines(content, images);
  if (lines.empty()) {
    images = 0;
    lines = html_lines(HtmlContent(page, true), images);
  }
  if (lines.empty()) refuse_empty(page, images);
  extract.facts.title = title_of(page, content);
  extract.facts.issued = issued_of(page);
  find_ordinance(lines, extract.facts);
  find_readings(page, extract);
  if (images) extract.warnings.push_back(image_warning(images));
  extract.pages.push_back({0, {}, false, std::move(lines)});
}

Extract read_html(const std::string& bytes) {
  auto decoded = decode_html(bytes);
  Extract e;
  e.media_type = "text/html";
  note_encoding(decoded, e);
  read_html_text(decoded.text, e);
  return e;
}

}  // namespace shirube::indexer
