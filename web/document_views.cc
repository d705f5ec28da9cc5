#include <fmt/format.h>

#include <algorithm>

#include "corpus/references.h"
#include "text/error.h"
#include "text/utf8.h"
#include "web/model.h"
#include "web/views.h"

namespace shirube::web {

namespace {

constexpr size_t documents_a_page = 50;
constexpr size_t deepest_contents = 5;  // levels of _contents.mustache

corpus::Document find_document(const Context& context, const std::string& slug) {
  auto document = context.library.document(context.viewer, slug);
  if (!document) throw Error(ErrorKind::missing, "資料が見つかりません。", "アドレスを確かめるか、検索または資料一覧からお探しください。");
  return *document;
}

/// All but the one that is shown, each with the address of the place `at` in it.
Json editions_model(const corpus::Document& document, const std::vector<corpus::Edition>& editions, const std::string& shown = {}, const std::string& at = {}) {
  Json out = Json::array();
  for (const auto& edition : editions) {
    if (edition.key == shown) continue;
    out.push_back(edition_model(document, edition));
    std::string url = edition_url(document.slug, edition.key);
    out.back()["place_url"] = at.empty() ? url : at_url(url, at);
  }
  return out;
}

/// What came with an edition, or what it came with.
Json enclosed_model(const std::vector<corpus::Library::Enclosed>& enclosed) {
  Json out = Json::array();
  for (const auto& [document, edition] : enclosed) {
    out.push_back({{"title", document.title}, {"label", edition.label}, {"url", edition_url(document.slug, edition.key)}});
  }
  return out;
}

/// Clauses that a table of contents names: what has a heading or holds articles.
bool in_contents(const corpus::Clause& clause) {
  using enum corpus::ClauseKind;
  bool small = clause.kind == paragraph || clause.kind == item || clause.kind == subitem;
  return !clause.heading.empty() || (!small && clause.kind != preamble);
}

std::vector<size_t> depths(const std::vector<corpus::StoredClause>& clauses) {
  std::vector<size_t> out;
  for (const auto& [id, clause] : clauses) out.push_back(clause.parent ? out[*clause.parent] + 1 : 0);
  return out;
}

/// Entries {title, url, children}, nested under one without a title. What stands deeper than the
/// template goes joins its deepest list.
Json contents_model(const std::string& url, const std::vector<corpus::StoredClause>& clauses, const std::vector<size_t>& depth) {
  Json root = Json::array();
  std::vector<std::pair<size_t, Json*>> open;  // depth of an entry, and the list below it
  for (size_t i = 0; i < clauses.size(); ++i) {
    const auto& clause = clauses[i].clause;
    if (!in_contents(clause)) continue;
    while (!open.empty() && open.back().first >= depth[i]) open.pop_back();
    Json& list = open.empty() ? root : *open.back().second;
    list.push_back({{"title", title_of(clause)}, {"url", place_url(url, clause.path, i)}, {"children", Json::array()}});
    if (open.size() + 1 < deepest_contents) open.emplace_back(depth[i], &list.back()["children"]);
  }
  return {{"children", std::move(root)}};
}

Json clauses_model(const corpus::Document& document, const corpus::Edition& edition, const std::vector<corpus::StoredClause>& clauses,
                   const std::vector<size_t>& depth, size_t page, std::span<const std::vector<corpus::Mark>> marks) {
  Json out = Json::array();
  size_t end = std::min(clauses.size(), page * clauses_a_page);
  for (size_t i = (page - 1) * clauses_a_page; i < end; ++i) {
    Json clause = clause_model(document, edition, clauses[i].clause);
    clause["text"] = clauses[i].clause.text;
    clause["pieces"] = linked_segments(clauses[i].clause.text, marks[i]);
    clause["depth"] = std::min<size_t>(depth[i], 6);
    out.push_back(std::move(clause));
  }
  return out;
}

}  // namespace

FoundEdition find_edition(const Context& context, const std::string& slug, const std::string& key) {
  corpus::Document document = find_document(context, slug);
  auto editions = context.library.editions(context.viewer, document.slug);
  auto edition = std::ranges::find(editions, key, &corpus::Edition::key);
  if (edition == editions.end()) {
    throw Error(ErrorKind::missing, "この版は見つかりません。", fmt::format("「{}」の現行の版をご覧ください。", document.title));
  }
  size_t position = static_cast<size_t>(edition - editions.begin());
  return {std::move(document), std::move(editions), position};
}

Json documents_view(const Context& context, const Call& call) {
  size_t page = call.target.number("page", 1, 100000, 1);
  const std::string kind = call.target.parameter("kind").value_or("");
  if (!kind.empty() && corpus::key_of(corpus::document_kinds(), kind) != kind) throw Error(ErrorKind::invalid, fmt::format("種別「{}」はありません。", text::clamp_utf8(kind, 100)), "画面の一覧から選び直してください。");
  // One more than is shown tells whether there is a next page.
  auto listed = context.library.documents(context.viewer, (page - 1) * documents_a_page, documents_a_page + 1, kind);
  bool more = listed.size() > documents_a_page;
  if (more) listed.pop_back();
  if (listed.empty() && page > 1) throw Error(ErrorKind::missing, "このページはありません。", "資料一覧の始めからお探しください。");
  Json documents = Json::array();
  for (const auto& [document, edition, clauses] : listed) {
    Json entry = document_model(document);
    entry["edition"] = edition_model(document, edition);
    entry["clauses"] = clauses;
    documents.push_back(std::move(entry));
  }
  uint64_t total = 0;
  Json kinds = Json::array();
  for (const auto& [one, count] : context.library.counts(context.viewer)) {
    if (kind.empty() || kind == one) total += count;
    kinds.push_back({{"label", corpus::label_of(corpus::document_kinds(), one)}, {"count", count}, {"chosen", one == kind}, {"url", "/documents" + write_query({{"kind", one}})}});
  }
  std::vector<std::pair<std::string, std::string>> asked;
  if (!kind.empty()) asked.emplace_back("kind", kind);
  return {{"title", "資料一覧"}, {"total", total}, {"kind", kind}, {"kinds", kinds}, {"documents", documents}, {"paging", paging_model(page, more, "/documents", asked)}};
}

Json document_view(const Context& context, const Call& call) {
  corpus::Document document = find_document(context, call.arguments[0]);
  auto editions = context.library.editions(context.viewer, document.slug);
  return {{"title", document.title}, {"document", document_model(document)}, {"editions", editions_model(document, editions)}};
}

Json edition_view(const Context& context, const Call& call) {
  FoundEdition found = find_edition(context, call.arguments[0], call.arguments[1]);
  const auto& [document, editions, position] = found;
  const corpus::Edition* edition = &found.edition();
  auto clauses = context.library.clauses(context.viewer, document.slug, edition->key);
  auto depth = depths(clauses);
  size_t pages = std::max<size_t>(1, (clauses.size() + clauses_a_page - 1) / clauses_a_page);
  const std::string at = call.target.parameter("at").value_or("");
  auto place = std::ranges::find_if(clauses, [&](const auto& stored) { return stored.clause.path == at; });
  bool is_there = place != clauses.end();
  size_t page = call.target.number("page", 1, pages, is_there ? static_cast<size_t>(place - clauses.begin()) / clauses_a_page + 1 : 1);
  std::string url = edition_url(document.slug, edition->key);
  Json paging = paging_model(page, page < pages, url, {});
  paging["last"] = pages;
  return {{"title", fmt::format("{}（{}）", document.title, edition->label)},
          {"document", document_model(document)},
          {"edition", edition_model(document, *edition)},
          {"other_editions", editions_model(document, editions, edition->key, at)},
          {"changes_url", position + 1 < editions.size() ? changes_url(document.slug, edition->key) : ""},
          {"starred", context.favourites.holds(context.owner, document.slug)},
          {"at_missing", !at.empty() && !is_there},
          {"here", page > 1 ? url + write_query({{"page", std::to_string(page)}}) : url},
          {"enclosures", enclosed_model(context.library.enclosures(context.viewer, edition->id))},
          {"enclosing", enclosed_model(context.library.enclosing(context.viewer, edition->id))},
          {"clause_count", clauses.size()},
          {"contents", contents_model(url, clauses, depth)},
          {"clauses", clauses_model(document, *edition, clauses, depth, page, corpus::References(context.library).marks(context.viewer, document, *edition, clauses))},
          {"paging", paging}};
}

}  // namespace shirube::web
