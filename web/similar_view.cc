#include "web/similar.h"

#include <fmt/format.h>

#include "text/error.h"
#include "text/utf8.h"

namespace shirube::web {

namespace {

constexpr size_t most_similar = 5, most_similar_to_text = 20;
constexpr size_t longest_text = 800;     // characters: an address holds no more
constexpr size_t longest_excerpt = 180;  // bytes

std::vector<corpus::PlacedClause> clauses_of(const Context& context, const search::Matches& found) {
  std::vector<int64_t> ids;
  for (const auto& match : found.matches) ids.push_back(match.clause_id);
  return context.library.clauses_by_id(context.viewer, ids);
}

Json clauses_model(const std::vector<corpus::PlacedClause>& clauses) {
  Json out = Json::array();
  for (const auto& placed : clauses) out.push_back(alike_model(placed));
  return out;
}

}  // namespace

std::vector<corpus::PlacedClause> alike(const Context& context, search::Searcher& searcher, int64_t clause_id, size_t most) {
  return clauses_of(context, searcher.similar(clause_id, context.viewer, most));
}

std::string excerpt_of(const std::string& text) {
  std::string_view begins = text::clamp_utf8(text, longest_excerpt);
  return std::string(begins) + (begins.size() < text.size() ? "…" : "");
}

Json alike_model(const corpus::PlacedClause& placed) {
  Json out = reference_model(placed);
  out["excerpt"] = excerpt_of(placed.clause.text);
  return out;
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
    similar = clauses_model(clauses_of(context, reader->searcher().similar(text, context.viewer, most_similar_to_text)));
  }
  return {{"title", "文章から探す"}, {"text", text}, {"longest", longest_text}, {"asked", !text.empty()}, {"found", !similar.empty()}, {"similar", similar}};
}

Json similar_view(const Context& context, const Call& call) {
  auto placed = find_clause(context, call.arguments[0], call.arguments[1], call.arguments[2]);
  auto reader = context.readers.borrow();
  return {{"citation", placed.citation()}, {"similar", clauses_model(alike(context, reader->searcher(), placed.id, most_similar))}};
}

}  // namespace shirube::web
