#include "web/renderer.h"

#include <fmt/format.h>

#include <kainjow/mustache.hpp>
#include <nlohmann/json.hpp>
#include <vector>

#include "text/error.h"
#include "text/utf8.h"
#include "web/static_files.h"

namespace shirube {

extern const std::vector<std::pair<std::string_view, std::string_view>> templates;

namespace web {

namespace {

namespace mustache = kainjow::mustache;
using Json = nlohmann::json;

constexpr int deepest_part = 5;

std::string text_of(const std::string& file_name) {
  for (const auto& [name, text] : templates) {
    if (name == file_name) return std::string(text);
  }
  throw Error(ErrorKind::internal, fmt::format("画面の雛形「{}」がありません。", file_name));
}

/// Without the spaces that lines begin with: they only cost bytes and time.
std::string without_indent(const std::string& text) {
  std::string out;
  bool begins = true;
  for (char c : text) {
    if (begins && c == ' ') continue;
    out += c;
    begins = c == '\n';
  }
  return out;
}

/// Puts parts in their places. A part that contains itself ends after `left` rounds.
std::string with_parts(std::string text, int left) {
  constexpr std::string_view opens = "{{>", closes = "}}";
  size_t at = 0;
  while ((at = text.find(opens, at)) != text.npos) {
    size_t end = text.find(closes, at);
    std::string name(text::trim(text.substr(at + opens.size(), end - at - opens.size())));
    std::string part;
    if (left > 0) part = with_parts(text_of(name + ".mustache"), left - 1);
    while (part.ends_with('\n')) part.pop_back();
    text.replace(at, end + closes.size() - at, part);
    at += part.size();
  }
  return text;
}

mustache::data to_mustache(const Json& json) {
  switch (json.type()) {
    case Json::value_t::object: {
      mustache::data out(mustache::data::type::object);
      for (const auto& [key, value] : json.items()) {
        if (value.is_array()) out["has_" + key] = !value.empty();
        out[key] = to_mustache(value);
      }
      return out;
    }
    case Json::value_t::array: {
      if (json.empty()) return false;
      mustache::data out(mustache::data::type::list);
      // push_back() would copy each element with all that is in it.
      auto& list = const_cast<mustache::list&>(out.list_value());
      list.reserve(json.size());
      for (const auto& value : json) list.push_back(to_mustache(value));
      return out;
    }
    case Json::value_t::string:
      if (json.get_ref<const std::string&>().empty()) return false;
      return json.get_ref<const std::string&>();
    case Json::value_t::boolean: return json.get<bool>();
    case Json::value_t::null: return false;
    default: return json.dump();
  }
}

}  // namespace

Renderer::Renderer() {
  for (const auto& [file_name, text] : templates) {
    if (file_name.starts_with('_')) continue;
    std::string whole = without_indent(with_parts(std::string(text), deepest_part));
    for (const auto& file : static_files()) whole = text::replace_all(whole, "\"/static/" + file.name + "\"", "\"" + file.versioned_url + "\"");
    templates_.emplace(file_name.substr(0, file_name.find('.')), std::move(whole));
  }
}

std::string Renderer::render(std::string_view name, const Json& model) const {
  auto found = templates_.find(std::string(name));
  if (found == templates_.end()) throw Error(ErrorKind::internal, fmt::format("画面の雛形「{}」がありません。", name));
  // A parsed template must not be shared between threads, and parsing costs less than half a millisecond.
  mustache::mustache page(found->second);
  std::string out = page.render(to_mustache(model));
  if (!page.is_valid()) throw Error(ErrorKind::internal, fmt::format("画面の雛形「{}」が壊れています: {}", name, page.error_message()));
  return out;
}

}  // namespace web

}  // namespace shirube
