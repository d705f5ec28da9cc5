#include <fmt/format.h>

#include <algorithm>

#include "search/meant.h"
#include "text/utf8.h"
#include "web/asked.h"
#include "web/explain.h"
#include "web/model.h"
#include "web/refine.h"
#include "web/views.h"

namespace shirube::web {

namespace {

constexpr size_t last_position = 1000;  // of a first hit, as search::Window has it

/// The address of this very page of results.
std::string here_url(const Asked& asked) {
  auto all = parameters(asked);
  if (asked.first > 0) all.emplace_back("page", std::to_string(asked.first / asked.most + 1));
  return "/" + write_query(all);
}

Json form_model(const Context& context, const Asked& asked) {
  const auto& chosen = asked.query.filters;
  Json kinds = Json::array(), issuers = Json::array();
  for (const auto& kind : corpus::document_kinds()) {
    bool is_chosen = std::ranges::find(chosen.kinds, kind.key) != chosen.kinds.end();
    kinds.push_back({{"key", kind.key}, {"label", kind.label}, {"chosen", is_chosen}});
  }
  auto names = context.library.issuers(context.viewer);
  // One that was asked for stays in the form although there is none of that name to be seen.
  for (const auto& issuer : asked.form.issuers) {
    if (std::ranges::find(names, issuer) == names.end()) names.push_back(issuer);
  }
  for (const auto& name : names) {
    bool is_chosen = std::ranges::find(asked.form.issuers, name) != asked.form.issuers.end();
    issuers.push_back({{"name", name}, {"chosen", is_chosen}});
  }
  bool narrowed = !asked.form.kinds.empty() || !asked.form.issuers.empty() || !asked.form.begins.empty() || !asked.edition.empty();
  Json audiences = Json::array(), editions = Json::array();
  for (const auto& audience : asked.form.audiences) audiences.push_back(audience);
  bool is_state = false;
  for (const auto& [key, label] : {std::pair{"current", "現行の版だけ"}, {"past", "旧版だけ"}, {"future", "未施行の版だけ"}}) {
    is_state = is_state || asked.edition == key;
    editions.push_back({{"key", key}, {"label", label}, {"chosen", asked.edition == key}});
  }
  Json documents = Json::array();
  for (const auto& slug : asked.form.documents) documents.push_back(slug);
  return {{"q", asked.q}, {"kinds", kinds}, {"issuers", issuers}, {"from", asked.form.begins.from}, {"to", asked.form.begins.to}, {"narrowed", narrowed}, {"documents", documents},
          {"audiences", audiences}, {"editions", editions}, {"on", is_state ? "" : asked.edition}};
}

Json hit_model(const search::Hit& hit, const Asked& asked, const search::Marker& marker, Json judgement) {
  const auto& [id, document, edition, clause, above] = hit.clause;
  std::string title = full_title_of(clause);
  Json where = Json::array({document.title});
  for (const auto& name : above) where.push_back(name);
  Json out = clause_model(document, edition, clause);
  out["original_url"] = reading_url(document, edition, clause.page, asked.q);
  out["around_url"] = at_url(edition_url(document.slug, edition.key), clause.path);
  out["title_segments"] = segments(title, marker.marks(title, id));
  out["segments"] = Json::array();
  for (const auto& part : hit.passages) {
    if (!out["segments"].empty()) out["segments"].push_back({{"text", " … "}, {"mark", false}});
    for (auto& segment : segments(clause.text, part.window, part.marks)) out["segments"].push_back(std::move(segment));
  }
  out["cut_before"] = hit.passages.front().window.begin > 0;
  out["cut_after"] = hit.passages.back().window.end < clause.text.size();
  out["where"] = where;
  out["citation"] = hit.clause.citation();
  Parameters way = marking(asked.q, asked.synonyms);
  if (std::string results = here_url(asked); results != "/" + write_query(way)) way.emplace_back("results", results);
  out["url"] = clause_url(document.slug, edition.key, clause.path) + write_query(way);
  out["why_url"] = explain_url(asked, hit.clause);
  out["more"] = hit.more;
  out["more_url"] = hit.more > 0 ? within_url(asked, document.slug) : "";
  out["document"] = document_model(document);
  out["edition"] = edition_model(document, edition);
  out["judgement"] = std::move(judgement);
  return out;
}

/// What was probably meant, as a search of its own; false when nothing else was.
Json meant_model(const Context& context, const Asked& asked, const search::Matches& found, const search::Window& window, Reader& reader) {
  // Who pages on has found something.
  if (asked.first > 0) return false;
  auto meant = search::meant(asked.query, found, context.viewer, window, reader.searcher(), reader.suggester(context.viewer), reader.analyzer());
  if (!meant) return false;
  Asked instead = asked;
  instead.q = meant->typed;
  return {{"q", meant->typed}, {"url", "/" + write_query(parameters(instead))}, {"found", meant->found}, {"exact", meant->exact}};
}

Json results_model(const Context& context, const Asked& asked) {
  auto reader = context.readers.borrow();
  search::Window looked_through = window(asked);
  looked_through.facets = true;
  auto results = reader->searcher().search(asked.query, context.viewer, looked_through);
  Json hits = Json::array();
  auto judged = context.judgements.list(context.viewer, asked.q);
  search::Marker marker(asked.query, results.found.question, reader->analyzer());
  for (const auto& hit : results.hits) hits.push_back(hit_model(hit, asked, marker, judgement_model(asked.q, hit.clause, judged)));
  Json widened = Json::array();
  for (const auto& other : results.found.question.widened) widened.push_back(other.said);
  size_t end = asked.first + results.hits.size();
  uint64_t all = asked.folded ? results.found.documents : results.found.total;
  bool more = results.hits.size() == asked.most && end < all && end <= last_position;
  bool nothing = results.hits.empty();
  return {{"understood", asked.query.understood()},
          {"total", results.found.total},
          {"total_exact", results.found.total_exact},
          {"parts", parts_model(asked, *reader)},
          {"chosen", chosen_model(asked, context)},
          {"widened", std::move(widened)},
          {"without_synonyms_url", without_synonyms_url(asked)},
          {"unknown", results.found.unknown},
          {"all_words", results.found.all_words},
          {"loosened", results.found.loosened},
          {"meant", meant_model(context, asked, results.found, looked_through, *reader)},
          {"wider", nothing ? wider_model(asked) : Json::array()},
          {"near", nothing ? near_model(asked, context.viewer, *reader) : Json::array()},
          {"facets", facets_model(asked, results.found)},
          {"editions", editions_model(asked)},
          {"sorts", sorts_model(asked)},
          {"folded", asked.folded},
          {"folding_url", folding_url(asked)},
          {"documents", results.found.documents},
          {"sort", asked.sort == search::Sort::newest ? "newest" : "relevance"},
          {"found", !hits.empty()},
          {"save", {{"address", write_query(parameters(asked))}, {"name", text::clamp_utf8(asked.q, corpus::longest_search_name)}}},
          {"workbook_url", "/search.xlsx" + write_query(parameters(asked))},
          {"first", hits.empty() ? 0 : asked.first + 1},
          {"last", hits.empty() ? 0 : end},
          {"hits", hits},
          {"paging", paging_model(asked.first / asked.most + 1, more, "/", parameters(asked))}};
}

}  // namespace

Json search_view(const Context& context, const Call& call) {
  Asked asked = read_asked(context, call.target);
  Json model = {{"form", form_model(context, asked)}, {"search", true}, {"title", "条項検索"}, {"here", here_url(asked)}, {"results", false}, {"start", false}};
  if (asked.query.empty()) {
    model["start"] = start_model(context);
    model["start"]["nothing_asked"] = !asked.q.empty() || model["form"]["narrowed"];
  } else {
    model["title"] = fmt::format("「{}」の検索結果", text::trim(asked.q));
    model["results"] = results_model(context, asked);
  }
  return model;
}

}  // namespace shirube::web
