// What the words of a document lead to: for officers those that lead nowhere, for programs all.
#include "corpus/references.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "commands/commands.h"
#include "commands/terminal.h"
#include "store/database.h"
#include "text/error.h"

namespace shirube::commands {

namespace {

using Json = nlohmann::json;
using corpus::Mark;

constexpr const char* kinds[] = {"reference", "definition", "term"};
constexpr const char* outcomes[] = {"held", "missing", "doubtful", "not_held"};

Json json_of(const corpus::Clause& clause, const Mark& mark) {
  const std::string& words = mark.in_heading ? clause.heading : clause.text;
  Json targets = Json::array();
  for (const auto& target : mark.targets) targets.push_back({{"slug", target.slug}, {"key", target.key}, {"path", target.path}, {"name", target.name}});
  return {{"path", clause.path},   {"in_heading", mark.in_heading}, {"begin", mark.begin}, {"end", mark.end}, {"words", words.substr(mark.begin, mark.end - mark.begin)},
          {"kind", kinds[static_cast<size_t>(mark.kind)]}, {"outcome", outcomes[static_cast<size_t>(mark.outcome)]}, {"targets", targets}, {"note", mark.note}};
}

}  // namespace

int references(const Arguments& arguments, const std::string& slug, const std::string& key, bool dangling, bool json) {
  store::Database database(arguments.data / "shirube.db", store::Database::Open::existing);
  corpus::Library library(database);
  corpus::Viewer viewer = corpus::Viewer::everything();
  auto document = library.document(viewer, slug);
  if (!document) throw Error(ErrorKind::missing, "資料がありません: " + slug, "識別名を確かめてください。");
  std::vector<corpus::Edition> editions = library.editions(viewer, slug);
  auto edition = std::ranges::find_if(editions, [&](const auto& one) { return key.empty() ? one.state == corpus::EditionState::current : one.key == key; });
  if (edition == editions.end() && key.empty()) edition = editions.begin();
  if (edition == editions.end()) throw Error(ErrorKind::missing, fmt::format("版がありません: {}/{}", slug, key), "識別名と版を確かめてください。");
  auto clauses = library.clauses(viewer, slug, edition->key);
  auto marks = corpus::References(library).marks(viewer, *document, *edition, clauses);
  Json list = Json::array();
  size_t faults = 0;
  for (size_t at = 0; at < clauses.size(); ++at) {
    for (const Mark& mark : marks[at]) {
      bool fault = mark.outcome == Mark::Outcome::missing || mark.outcome == Mark::Outcome::doubtful;
      faults += fault;
      if (dangling && !fault) continue;
      Json found = json_of(clauses[at].clause, mark);
      if (json) list.push_back(std::move(found));
      else {
        std::string to;
        for (const auto& target : mark.targets) to += (to.empty() ? "" : "、") + (target.name.empty() ? target.slug : target.name);
        if (fault || mark.outcome == Mark::Outcome::not_held) to = fault ? mark.note : "この資料の外（登録なし）";
        std::cout << fmt::format("{}\t{}\t{}\n", clauses[at].clause.locator, found["words"].get<std::string>(), to);
      }
    }
  }
  if (json) std::cout << list.dump(1, ' ', false, Json::error_handler_t::replace) << "\n";
  else if (dangling && faults == 0) std::cout << "行き先のない参照はありません。\n";
  return dangling && faults > 0 ? some_refused : 0;
}

}  // namespace shirube::commands
