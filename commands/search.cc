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

/// What the API answers.
Json ask(Installation& installation, const std::string& target) {
  web::App app(installation.app_options(corpus::Viewer::everything(), 1));
  web::Request request;
  request.target = "/api/v1" + target;
  Json model = Json::parse(app.handle(request).body);
  if (!model.contains("detail")) return model;
  int status = model["status"];
  throw Error(status == 404 ? ErrorKind::missing : status == 503 ? ErrorKind::unavailable : ErrorKind::invalid, model["detail"], model["hint"]);
}

/// The results as the API gives them.
int search_json(Installation& installation, const std::string& text, size_t limit) {
  Json model = ask(installation, fmt::format("/search?q={}&limit={}", web::percent_encode(text), limit));
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
  search::Window window;
  window.most = limit;
  auto results = searcher.search(query, viewer, window);
  std::cout << query.understood() << "　" << (results.found.total_exact ? "" : "約 ") << results.found.total << " 件\n";
  if (auto meant = search::meant(query, results.found, viewer, window, searcher, suggester, text::Analyzer(installation.model))) {
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

int explain(const Arguments& arguments, const std::string& text, const std::string& clause, bool json) {
  Installation installation(arguments, store::Database::Open::existing);
  Json why = ask(installation, fmt::format("/explain?q={}&clause={}", web::percent_encode(text), web::percent_encode(clause)))["explanation"];
  if (!why.is_object()) throw Error(ErrorKind::invalid, "探す言葉または条項が指定されていません。", "「shirube search --explain 識別名/版/条項 検索語」の形で指定してください。");
  if (json) {
    std::cout << why.dump(1) << "\n";
    return 0;
  }
  auto said = [](const Json& value) { return value.get<std::string>(); };
  std::cout << said(why["clause"]["citation"]) << "\n" << said(why["understood"]) << "\n";
  if (why["found"]) std::cout << why["rank"] << "番目に出ています。\n";
  else std::cout << "出ていません。" << said(why["reason"]) << "\n";
  for (const auto& row : why["rows"]) std::cout << fmt::format("{:8.2f}  {}　{}\n", row["weight"].get<double>(), said(row["field"]), said(row["term"]));
  for (const auto& word : why["missing"]) std::cout << "     なし  " << said(word) << "\n";
  std::cout << fmt::format("{:8.2f}  合計（重み {}）\n", why["score"].get<double>(), why["authority"].get<double>());
  return 0;
}

}  // namespace shirube::commands
