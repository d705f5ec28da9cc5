#include "web/form.h"

#include <algorithm>
#include <cctype>

#include "text/error.h"
#include "text/utf8.h"

namespace shirube::web {

namespace {

constexpr size_t most_parts = 1000, longest_boundary = 70, largest_head = 16 << 10;

[[noreturn]] void broken() { throw Error(ErrorKind::invalid, "送られたファイルを読み取れません。", "もう一度選んで送ってください。"); }

std::string lower(std::string_view s) {
  std::string out(s);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

/// A parameter of a header's value: name="…" with \" and %22 for quotes, or a token.
std::string parameter(std::string_view header, std::string_view name) {
  std::string wanted = std::string(name) + "=";
  for (size_t at = 0; (at = header.find(';', at)) != header.npos;) {
    while (++at < header.size() && header[at] == ' ') {}
    if (lower(header.substr(at, wanted.size())) != wanted) {
      // A quoted value may hold a semicolon.
      size_t quote = header.find('"', at), next = header.find(';', at);
      if (quote < next) at = std::min(header.find('"', quote + 1), header.size() - 1);
      continue;
    }
    std::string_view value = header.substr(at + wanted.size());
    if (!value.starts_with('"')) return std::string(text::trim(value.substr(0, value.find(';'))));
    std::string out;
    for (size_t i = 1; i < value.size() && value[i] != '"'; ++i) {
      if (value[i] == '\\' && i + 1 < value.size() && value[i + 1] == '"') ++i;
      out += value[i];
    }
    return text::replace_all(out, "%22", "\"");
  }
  return {};
}

}  // namespace

std::vector<FormPart> parse_multipart(std::string_view content_type, std::string_view body) {
  std::string boundary = parameter(content_type, "boundary");
  if (!lower(content_type).starts_with("multipart/form-data") || boundary.empty() || boundary.size() > longest_boundary) broken();
  const std::string opening = "--" + boundary, border = "\r\n" + opening;
  if (!body.starts_with(opening)) broken();
  body.remove_prefix(opening.size());
  std::vector<FormPart> parts;
  while (!body.starts_with("--")) {
    size_t head_end = body.find("\r\n\r\n");
    if (!body.starts_with("\r\n") || head_end == body.npos || head_end > largest_head || parts.size() == most_parts) broken();
    FormPart part;
    for (std::string_view rest = body.substr(2, head_end - 2); !rest.empty();) {
      size_t end = std::min(rest.find("\r\n"), rest.size());
      std::string_view line = rest.substr(0, end);
      if (lower(line).starts_with("content-disposition:")) {
        part.name = parameter(line, "name");
        part.file_name = parameter(line, "filename");
      }
      rest.remove_prefix(std::min(end + 2, rest.size()));
    }
    if (!text::is_valid_utf8(part.name) || !text::is_valid_utf8(part.file_name)) broken();
    body.remove_prefix(head_end + 4);
    size_t end = body.find(border);
    if (end == body.npos) broken();
    part.bytes = body.substr(0, end);
    body.remove_prefix(end + border.size());
    parts.push_back(std::move(part));
  }
  return parts;
}

}  // namespace shirube::web
