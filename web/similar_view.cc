#include "web/similar.h"

#include <fmt/format.h>

#include "text/error.h"
#include "text/utf8.h"

namespace shirube::web {

namespace {

constexpr size_t most_similar = 5, most_similar_to_text = 20;
constexpr size_t longest_text = 800;     // characters: an address holds no more
constexpr size_t longest_excerpt = 180;  // bytes

Json clauses_model(const Context& context, const search::Matches& found) {
  Json out = Json::array();
  std::vector<int64_t> ids;
  for (const auto& match : found.matches) ids.push_back(match.clause_id);
  for (const auto& placed : context.library.clauses_by_id(context.viewer, ids)) {
    Json one = reference_model(placed);
    std::string_view begins = text::clamp_utf8(placed.clause.text, longest_excerpt);
    one["excerpt"] = std::string(begins) + (begins.size() < placed.clause.text.size() ? "…" : "");
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace

Json similar_model(const Context& context, search::Searcher& searcher, int64_t clause_id) {
  return clauses_model(context, searcher.similar(clause_id, context.viewer, most_similar));
}

Json similar_to_text_view(const Context& context, const Call& call) {
  std::string text = call.target.parameter("text").value_or("");
  size_t length = text::length_utf8(text);
  if (length > longest_text) {
    throw Error(ErrorKind::invalid, fmt::format("文章が長すぎます（{}文字）。", length), fmt::format("{}文字以内で、主なところを貼り付けてください。", longest_text));
  }
  Json similar = Json::array();
  if (!text.empty()) {
    auto reader = context.readers.borrow();
    similar = clauses_model(context, reader->searcher().similar(text, context.viewer, most_similar_to_text));
  }
  return {{"title", "文章から探す"}, {"text", text}, {"longest", longest_text}, {"asked", !text.empty()}, {"found", !similar.empty()}, {"similar", similar}};
}

Json similar_view(const Context& context, const Call& call) {
  auto placed = find_clause(context, call.arguments[0], call.arguments[1], call.arguments[2]);
  auto reader = context.readers.borrow();
  return {{"citation", placed.citation()}, {"similar", similar_model(context, reader->searcher(), placed.id)}};
}

}  // namespace shirube::web
