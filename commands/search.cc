#include <fmt/format.h>
#include <unistd.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "commands/commands.h"
#include "search/meant.h"
#include "text/error.h"
#include "text/utf8.h"
#include "web/target.h"

namespace shirube::commands {

using Json = nlohmann::json;

namespace {

/// The passages of a hit with their marks, for a terminal or a log.
std::string marked(const search::Hit& hit) {
  const std::string& text = hit.clause.clause.text;
  bool terminal = ::isatty(1);
  std::string out;
  for (const auto& part : hit.passages) {
    if (!out.empty() || part.window.begin > 0) out += " … ";
    size_t at = part.window.begin;
    for (const auto& mark : part.marks) {
      out += text.substr(at, mark.begin - at);
      out += (terminal ? "\x1b[1m" : "") + text.substr(mark.begin, mark.end - mark.begin) + (terminal ? "\x1b[0m" : "");
      at = mark.end;
    }
    out += text.substr(at, part.window.end - at);
  }
  return text::replace_all(out, "\n", " ");
}

/// The results as the API gives them.
int search_json(Installation& installation, const std::string& text, size_t limit) {
  web::App app(installation.app_options(corpus::Viewer::everything(), 1));
  web::Request request;
  request.target = fmt::format("/api/v1/search?q={}&limit={}", web::percent_encode(text), limit);
  Json model = Json::parse(app.handle(request).body);
  if (model.contains("detail")) throw Error(ErrorKind::invalid, model["detail"], model["hint"]);
  Json results = model["results"].is_object() ? model["results"] : Json{{"hits", Json::array()}, {"total", 0}};
  results["query"] = text;
  std::cout << results.dump(1) << "\n";
  return 0;
}

}  // namespace

int search(const Arguments& arguments, const std::string& text, size_t limit, bool json) {
  Installation installation(arguments, store::Database::Open::existing);
  if (json) return search_json(installation, text, limit);
  search::Query query = search::parse(text);
  search::Searcher searcher = installation.searcher();
  search::Suggester suggester = installation.suggester();
  auto viewer = corpus::Viewer::everything();
  auto results = searcher.search(query, viewer, {0, limit, false});
  std::cout << query.understood() << "　" << (results.found.total_exact ? "" : "約 ") << results.found.total << " 件\n";
  if (auto meant = search::meant(query, results.found, viewer, searcher, suggester, text::Analyzer(installation.model))) {
    std::cout << fmt::format("もしかして: {}（{}{}件）\n", meant->typed, meant->exact ? "" : "約", meant->found);
  }
  int rank = 0;
  for (const auto& hit : results.hits) {
    std::cout << fmt::format("\n{}. {} [{}]\n", ++rank, hit.clause.citation(), corpus::japanese_name(hit.clause.edition.state));
    if (!hit.clause.clause.heading.empty()) std::cout << "   " << hit.clause.clause.heading << "\n";
    std::cout << "   " << marked(hit) << "\n";
  }
  return 0;
}

}  // namespace shirube::commands
