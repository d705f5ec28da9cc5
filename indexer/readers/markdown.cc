#include <algorithm>

#include "indexer/extract.h"
#include "indexer/readers/readers.h"
#include "text/utf8.h"

namespace shirube::indexer {
namespace {

/// `[words](address)` → words, `![alt](address)` → nothing, and escapes, emphasis and code marks gone.
std::string without_marks(std::string_view s, size_t& images) {
  std::string out;
  // What opens behind the last link's middle closes nowhere, and is not looked for: a line may open any number.
  size_t end_of_all = s.rfind(')'), last = end_of_all == s.npos ? 0 : s.rfind("](", end_of_all);
  if (last == s.npos) last = 0;
  for (size_t at = 0; at < s.size();) {
    auto rest = s.substr(at);
    bool image = rest.starts_with("![");
    if ((image || rest[0] == '[') && at < last) {
      auto close = rest.find("](");
      auto end = rest.find(')', close);
      if (image) ++images;
      else out += without_marks(rest.substr(1, close - 1), images);
      at += end + 1;
      continue;
    }
    if (rest[0] == '\\' && rest.size() > 1 && std::ispunct(static_cast<unsigned char>(rest[1]))) {
      out += rest[1];
      at += 2;
      continue;
    }
    if (rest.starts_with("**") || rest.starts_with("__")) {
      at += 2;
      continue;
    }
    if (rest[0] == '`') {
      ++at;
      continue;
    }
    out += s[at++];
  }
  for (auto tag : {"<br>", "<br/>", "<br />"}) out = text::replace_all(out, tag, " ");
  return out;
}

/// 「| a | b |」 → cells parted by tabs; empty for the rule below a header.
std::string table_row(std::string_view s) {
  s = text::trim(s);
  s.remove_prefix(1);
  if (s.ends_with("|")) s.remove_suffix(1);
  if (s.find_first_not_of("-:| \t") == s.npos) return {};
  std::string out;
  while (true) {
    auto bar = s.find('|');
    out += text::trim(s.substr(0, bar));
    if (bar == s.npos) return out;
    out += '\t';
    s.remove_prefix(bar + 1);
  }
}

/// Takes quote marks and list dashes off; they say nothing that the number behind them does not.
std::string_view without_list_marks(std::string_view s) {
  auto body = text::trim(s);
  while (body.starts_with("> ") || body == ">") body = text::trim(body.substr(1));
  if (body.starts_with("- ") || body.starts_with("* ") || body.starts_with("+ ")) body = text::trim(body.substr(2));
  return body;
}

}  // namespace

Extract read_markdown(const std::string& bytes) {
  std::string text;
  auto e = decoded_extract(bytes, "text/markdown", text);
  corpus::Page page;
  size_t images = 0;
  bool code = false, comment = false, first = true;
  for (auto line : split_lines(text)) {
    corpus::Line l;
    auto body = text::trim(line);
    if (first && body == "---") comment = true;  // front matter
    else if (comment) comment = !(body == "---");
    else if (body.starts_with("```") || body.starts_with("~~~")) code = !code;
    else if (code) l.text = std::string(line);
    else if (body.size() >= 3 && body.find_first_not_of("-=*_ ") == body.npos) l.text.clear();
    else if (body.starts_with("|")) {
      l.text = without_marks(table_row(body), images);
      l.table = true;
    } else {
      auto depth = std::min(body.find_first_not_of('#'), body.size());
      l.heading = depth > 0 && depth <= 6 && depth < body.size() && (body[depth] == ' ' || body.substr(depth).starts_with("　"));
      if (l.heading) {
        body = text::trim(body.substr(depth));
        while (body.ends_with("#")) body.remove_suffix(1);
      }
      auto words = l.heading ? body : without_list_marks(line);
      if (words.find('\t') != words.npos) words = text::trim(line);
      l.text = without_marks(words, images);
      if (l.text.find('\t') != std::string::npos) l.table = true;
    }
    first = false;
    page.lines.push_back(std::move(l));
  }
  e.pages.push_back(std::move(page));
  if (images) e.warnings.push_back(image_warning(images));
  return e;
}

}  // namespace shirube::indexer
