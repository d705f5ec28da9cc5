#include <fmt/format.h>

#include <algorithm>

#include "text/date.h"
#include "text/error.h"
#include "text/utf8.h"
#include "web/model.h"
#include "web/views.h"

namespace shirube::web {

namespace {

constexpr size_t longest_query = 2000;  // characters
constexpr size_t page_size = 20;
constexpr size_t last_position = 1000;  // of a first hit, as search::Window has it

constexpr const char* examples[] = {"USBメモリの持ち出し", "「業務委託」 再委託", "テレワーク 種別:規程", "パスワード -生体認証", "クラウドサービス 日付:令和6年度.."};

/// A search as its address says it.
struct Asked {
  std::string q;
  search::Query query;
  search::Sort sort = search::Sort::relevance;
  search::Filters form;  ///< what was chosen beside the words, dates as typed
  size_t first = 0, most = page_size;
};

std::string read_date(const std::string& typed, bool end, const char* name) {
  auto span = text::parse_date(typed);
  if (!span) {
    throw Error(ErrorKind::invalid, fmt::format("{}「{}」は日付として読めません。", name, text::clamp_utf8(typed, 100)),
                "2025-04-01 または令和7年4月1日の形で、実在する日を指定してください。");
  }
  return text::to_iso(end ? span->last : span->first);
}

void read_filters(const Target& target, Asked& asked) {
  asked.form.kinds = target.all("kind");
  asked.form.issuers = target.all("issuer");
  asked.form.begins = {target.parameter("from").value_or(""), target.parameter("to").value_or("")};
  auto& filters = asked.query.filters;
  for (const auto& word : asked.form.kinds) {
    auto key = corpus::key_of(corpus::document_kinds(), word);
    if (!key) {
      throw Error(ErrorKind::invalid, fmt::format("種別「{}」はありません。", text::clamp_utf8(word, 100)), "画面の一覧から選び直してください。");
    }
    filters.kinds.emplace_back(*key);
  }
  filters.issuers.insert(filters.issuers.end(), asked.form.issuers.begin(), asked.form.issuers.end());
  if (!asked.form.begins.from.empty()) filters.begins.from = read_date(asked.form.begins.from, false, "始まりの日");
  if (!asked.form.begins.to.empty()) filters.begins.to = read_date(asked.form.begins.to, true, "終わりの日");
}

Asked read(const Target& target) {
  Asked asked;
  asked.q = read_words(target);
  asked.query = search::parse(asked.q);
  read_filters(target, asked);
  if (target.parameter("sort") == "newest") asked.sort = search::Sort::newest;
  asked.most = target.number("limit", 1, 100, page_size);
  size_t page = target.number("page", 1, last_position, 1);
  asked.first = target.number("offset", 0, last_position, (page - 1) * asked.most);
  if (asked.first > last_position) {
    throw Error(ErrorKind::invalid, fmt::format("検索結果は{}件目までしか表示できません。", last_position), "言葉や絞り込みを加えて件数を減らしてください。");
  }
  return asked;
}

/// The search as parameters again, without its position: a search is a link.
std::vector<std::pair<std::string, std::string>> parameters(const Asked& asked) {
  std::vector<std::pair<std::string, std::string>> out = {{"q", asked.q}};
  for (const auto& kind : asked.form.kinds) out.emplace_back("kind", kind);
  for (const auto& issuer : asked.form.issuers) out.emplace_back("issuer", issuer);
  if (!asked.form.begins.from.empty()) out.emplace_back("from", asked.form.begins.from);
  if (!asked.form.begins.to.empty()) out.emplace_back("to", asked.form.begins.to);
  if (asked.sort == search::Sort::newest) out.emplace_back("sort", "newest");
  if (asked.most != page_size) out.emplace_back("limit", std::to_string(asked.most));
  return out;
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
  bool narrowed = !asked.form.kinds.empty() || !asked.form.issuers.empty() || !asked.form.begins.from.empty() || !asked.form.begins.to.empty();
  return {{"q", asked.q}, {"kinds", kinds}, {"issuers", issuers}, {"from", asked.form.begins.from}, {"to", asked.form.begins.to}, {"narrowed", narrowed}};
}

Json hit_model(const search::Hit& hit, const search::Query& query, Reader& reader, const std::string& marking, Json judgement) {
  const auto& [id, document, edition, clause, above] = hit.clause;
  std::string title = full_title_of(clause);
  Json where = Json::array({document.title});
  for (const auto& name : above) where.push_back(name);
  Json out = clause_model(document, edition, clause);
  out["title_segments"] = segments(title, search::marks(title, query, reader.analyzer(), reader.searcher().lexicon()));
  out["segments"] = Json::array();
  for (const auto& part : hit.passages) {
    if (!out["segments"].empty()) out["segments"].push_back({{"text", " … "}, {"mark", false}});
    for (auto& segment : segments(clause.text, part.window, part.marks)) out["segments"].push_back(std::move(segment));
  }
  out["cut_before"] = hit.passages.front().window.begin > 0;
  out["cut_after"] = hit.passages.back().window.end < clause.text.size();
  out["where"] = where;
  out["citation"] = hit.clause.citation();
  out["url"] = clause_url(document.slug, edition.key, clause.path) + marking;
  out["document"] = document_model(document);
  out["edition"] = edition_model(document, edition);
  out["judgement"] = std::move(judgement);
  return out;
}

Json counts_model(const Context& context) {
  Json kinds = Json::array();
  uint64_t total = 0;
  for (const auto& [kind, count] : context.library.counts(context.viewer)) {
    total += count;
    kinds.push_back({{"label", corpus::label_of(corpus::document_kinds(), kind)}, {"count", count}});
  }
  return {{"total", total}, {"kinds", kinds}};
}

Json start_model() {
  Json links = Json::array();
  for (const char* q : examples) links.push_back({{"q", q}, {"url", "/" + write_query({{"q", q}})}});
  return links;
}

/// How many of the matches are of each kind, issuer and year.
Json facets_model(const search::Matches& found) {
  auto list = [](const std::vector<search::Facet>& facets, auto label) {
    Json out = Json::array();
    for (const auto& facet : facets) out.push_back({{"value", facet.value}, {"label", label(facet.value)}, {"count", facet.count}});
    return out;
  };
  auto as_it_is = [](const std::string& value) { return value; };
  return {{"kinds", list(found.kinds, [](const std::string& key) { return std::string(corpus::label_of(corpus::document_kinds(), key)); })},
          {"issuers", list(found.issuers, as_it_is)},
          {"years", list(found.years, as_it_is)}};
}

Json results_model(const Context& context, const Asked& asked) {
  auto reader = context.readers.borrow();
  search::Window window;
  window.first = asked.first;
  window.most = asked.most;
  window.sort = asked.sort;
  window.facets = true;
  auto results = reader->searcher().search(asked.query, context.viewer, window);
  std::string marking = write_query({{"q", asked.q}});
  Json hits = Json::array();
  auto judged = context.judgements.list(context.viewer, asked.q);
  for (const auto& hit : results.hits) hits.push_back(hit_model(hit, asked.query, *reader, marking, judgement_model(asked.q, hit.clause, judged)));
  size_t end = asked.first + results.hits.size();
  bool more = results.hits.size() == asked.most && end < results.found.total && end <= last_position;
  return {{"understood", asked.query.understood()},
          {"total", results.found.total},
          {"total_exact", results.found.total_exact},
          {"widened", results.found.widened},
          {"unknown", results.found.unknown},
          {"facets", facets_model(results.found)},
          {"sort", asked.sort == search::Sort::newest ? "newest" : "relevance"},
          {"found", !hits.empty()},
          {"first", hits.empty() ? 0 : asked.first + 1},
          {"last", hits.empty() ? 0 : end},
          {"hits", hits},
          {"paging", paging_model(asked.first / asked.most + 1, more, "/", parameters(asked))}};
}

}  // namespace

std::string read_words(const Target& target) {
  std::string q = target.parameter("q").value_or("");
  if (text::length_utf8(q) > longest_query) {
    throw Error(ErrorKind::invalid, fmt::format("検索の言葉が長すぎます（{}文字まで）。", longest_query), "探したい言葉を選んで短くしてください。");
  }
  return q;
}

Json search_view(const Context& context, const Call& call) {
  Asked asked = read(call.target);
  Json model = {{"form", form_model(context, asked)}, {"search", true}, {"title", "条項検索"}, {"results", false}, {"start", false}};
  if (asked.query.empty()) {
    model["start"] = {{"counts", counts_model(context)}, {"examples", start_model()}, {"nothing_asked", !asked.q.empty() || model["form"]["narrowed"]}};
  } else {
    model["title"] = fmt::format("「{}」の検索結果", text::trim(asked.q));
    model["results"] = results_model(context, asked);
  }
  return model;
}

}  // namespace shirube::web
