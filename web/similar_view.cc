#include "web/similar.h"

#include "text/utf8.h"

namespace shirube::web {

namespace {

constexpr size_t most_similar = 5;
constexpr size_t longest_excerpt = 180;  // bytes

}  // namespace

Json similar_model(const Context& context, search::Searcher& searcher, int64_t clause_id) {
  Json out = Json::array();
  std::vector<int64_t> ids;
  for (const auto& match : searcher.similar(clause_id, context.viewer, most_similar).matches) ids.push_back(match.clause_id);
  for (const auto& placed : context.library.clauses_by_id(context.viewer, ids)) {
    Json one = reference_model(placed);
    std::string_view begins = text::clamp_utf8(placed.clause.text, longest_excerpt);
    one["excerpt"] = std::string(begins) + (begins.size() < placed.clause.text.size() ? "…" : "");
    out.push_back(std::move(one));
  }
  return out;
}

Json similar_view(const Context& context, const Call& call) {
  auto placed = find_clause(context, call.arguments[0], call.arguments[1], call.arguments[2]);
  auto reader = context.readers.borrow();
  return {{"citation", placed.citation()}, {"similar", similar_model(context, reader->searcher(), placed.id)}};
}

}  // namespace shirube::web
