// Atom feeds (RFC 4287) of what is new.
#include <fmt/format.h>

#include <pugixml.hpp>
#include <sstream>

#include "store/files.h"
#include "text/date.h"
#include "web/service.h"
#include "web/static_files.h"

namespace shirube::web {

namespace {

using Json = nlohmann::json;

/// What names an entry for ever, wherever the service stands: a UUID of its address (RFC 9562, version 8).
std::string name_of(const std::string& address) {
  std::string hash = store::sha256(address);
  hash[12] = '8';
  hash[16] = 'a';
  return fmt::format("urn:uuid:{}-{}-{}-{}-{}", hash.substr(0, 8), hash.substr(8, 4), hash.substr(12, 4), hash.substr(16, 4), hash.substr(20, 12));
}

std::string atom(const Json& model, const std::string& origin) {
  pugi::xml_document document;
  auto declaration = document.append_child(pugi::node_declaration);
  declaration.append_attribute("version") = "1.0";
  declaration.append_attribute("encoding") = "utf-8";
  pugi::xml_node feed = document.append_child("feed");
  feed.append_attribute("xmlns") = "http://www.w3.org/2005/Atom";
  feed.append_attribute("xml:lang") = "ja";
  // XML 1.0 has no characters of control.
  auto add = [](pugi::xml_node to, const char* name, std::string text) {
    std::erase_if(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t'; });
    to.append_child(name).text().set(text.c_str());
  };
  auto link = [&](pugi::xml_node to, const char* relation, const std::string& address) {
    pugi::xml_node out = to.append_child("link");
    out.append_attribute("rel") = relation;
    out.append_attribute("href") = (origin + address).c_str();
  };
  const std::string path = model.at("path");
  std::string updated = model.value("since", "1970-01-01T00:00:00Z");
  for (const auto& entry : model.at("entries")) updated = std::max(updated, entry.at("updated").get<std::string>());
  add(feed, "id", name_of(path));
  add(feed, "title", model.at("title"));
  add(feed, "updated", updated);
  add(feed.append_child("author"), "name", "しるべ");
  link(feed, "self", path);
  link(feed, "alternate", model.at("page"));
  for (const auto& said : model.at("entries")) {
    pugi::xml_node entry = feed.append_child("entry");
    add(entry, "id", name_of(said.at("address")));
    add(entry, "title", said.at("title"));
    add(entry, "updated", said.at("updated"));
    add(entry, "summary", said.at("summary"));
    link(entry, "alternate", said.at("address"));
  }
  std::ostringstream out;
  document.save(out, "", pugi::format_raw, pugi::encoding_utf8);
  return out.str();
}

Response feed(const Visit& visit, View view) {
  Response response;
  response.body = atom(view(visit.context(), visit.call), origin_of(visit));
  const std::string tag = "\"" + store::sha256(response.body).substr(0, 16) + "\"";
  // The token in the address is nobody else's, not even this site's own log of where a link was followed.
  response.headers = {{"ETag", tag}, {"Cache-Control", "private, no-cache"}, {"Referrer-Policy", "no-referrer"}};
  if (holds(visit.request.headers, tag)) {
    response.status = 304;
    response.body.clear();
    return response;
  }
  response.content_type = "application/atom+xml; charset=utf-8";
  return response;
}

}  // namespace

std::string origin_of(const Visit& visit) {
  std::string host(header_of(visit.request.headers, "Host"));
  bool plain = !host.empty() && host.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]") == host.npos;
  return plain ? (visit.visitor.secure ? "https://" : "http://") + host : "";
}

Response send_news_feed(const Visit& visit) { return feed(visit, news_feed_view); }
Response send_search_feed(const Visit& visit) {
  Response response = feed(visit, search_feed_view);
  // Passages leave by a secret that stands in an address: it is told whenever they are other ones.
  if (response.status == 200) visit.service.events.push({"read.feed", "searches/" + visit.call.arguments[0], ""});
  return response;
}

}  // namespace shirube::web
