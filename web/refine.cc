#include "web/refine.h"

#include <fmt/format.h>

#include <algorithm>

#include "text/date.h"
#include "text/normalize.h"
#include "text/utf8.h"

namespace shirube::web {

namespace {

using Kind = search::Part::Kind;

constexpr size_t most_parts = 24;
constexpr size_t longest_changed = 200;  // characters of a query; each change carries all of it
constexpr size_t most_values = 20;
constexpr size_t most_ways = 8, most_near = 3;  // offered where nothing was found

/// A sign to put before a part, and what it makes of it.
struct Change {
  Kind from;
  std::string_view label, sign;
  Kind to;
};
constexpr Change changes[] = {
    {Kind::word, "必ず含む", "+", Kind::required},
    {Kind::word, "同義語を使わない", "=", Kind::plain},
    {Kind::word, "除く", "-", Kind::excluded},
    {Kind::phrase, "除く", "-", Kind::excluded},
    {Kind::required, "必須にしない", "", Kind::word},
    {Kind::plain, "同義語も使う", "", Kind::word},
};

std::string changed_url(Asked asked, std::string q) {
  asked.q = std::move(q);
  return search_url(asked);
}

/// Whether the lexicon has another way to say the whole of a word.
bool is_widened(const std::string& word, Reader& reader) {
  auto normalized = text::normalize(word);
  auto widenings = reader.searcher().lexicon().widen(normalized, reader.analyzer().analyze(normalized));
  return std::ranges::any_of(widenings, [&](const auto& widening) { return widening.begin == 0 && widening.end == normalized.text().size(); });
}

/// Whether the new text is read as meant: one part is of another kind, the rest as before.
bool is_read_so(const search::Query& before, const std::string& q, Kind to) {
  auto after = search::parse(q);
  return after.parts.size() == before.parts.size() && std::ranges::count(after.parts, to, &search::Part::kind) == std::ranges::count(before.parts, to, &search::Part::kind) + 1;
}

Json changes_model(const Asked& asked, const search::Part& part, Reader& reader) {
  Json out = Json::array();
  for (const auto& change : changes) {
    if (change.from != part.kind) continue;
    if (change.to == Kind::plain && !(asked.synonyms && is_widened(part.text, reader))) continue;
    std::string q = asked.query.with(part, std::string(change.sign) + (change.sign.empty() ? part.text : part.typed));
    if (is_read_so(asked.query, q, change.to)) out.push_back({{"label", change.label}, {"url", changed_url(asked, q)}});
  }
  out.push_back({{"label", "外す"}, {"url", changed_url(asked, asked.query.with(part, ""))}});
  return out;
}

std::string state_label(const std::string& state) { return state == "current" ? "現行" : state == "past" ? "旧版" : "未施行"; }
std::string edition_label(const std::string& edition) {
  bool is_state = edition == "current" || edition == "past" || edition == "future";
  return is_state ? state_label(edition) : edition + " 時点";
}

template <typename Label, typename Narrow>
Json values_model(const Asked& asked, const std::vector<search::Facet>& facets, bool narrowed, Label label, Narrow narrow) {
  Json out = Json::array();
  for (const auto& facet : facets) {
    if (out.size() == most_values) break;
    Asked narrower = asked;
    narrow(narrower.form, facet.value);
    out.push_back({{"value", facet.value}, {"label", label(facet.value)}, {"count", facet.count}, {"url", narrowed ? "" : search_url(narrower)}});
  }
  return out;
}

/// 「令和7年度」 of 2025.
std::string fiscal_year_label(const std::string& year) {
  std::string day = text::to_wareki({std::stoi(year), 5, 1});
  return day.substr(0, day.find("年")) + "年度";
}

/// The states of editions, which are chosen otherwise than the rest.
Json states_model(const Asked& asked, const search::Matches& found) {
  Json out = Json::array();
  for (const auto& facet : found.states) {
    Asked narrower = asked;
    narrower.edition = facet.value;
    out.push_back({{"value", facet.value}, {"label", state_label(facet.value)}, {"count", facet.count}, {"url", asked.query.filters.editions.empty() ? search_url(narrower) : ""}});
  }
  return out;
}

}  // namespace

Json parts_model(const Asked& asked, Reader& reader) {
  Json out = Json::array();
  bool is_short = text::length_utf8(asked.query.typed) <= longest_changed;
  for (const auto& part : asked.query.parts) {
    if (out.size() == most_parts) break;
    out.push_back({{"kind", search::name(part.kind)},
                   {"label", search::japanese_name(part.kind)},
                   {"text", part.text},
                   {"typed", part.typed},
                   {"changes", is_short ? changes_model(asked, part, reader) : Json::array()}});
  }
  return out;
}

Json chosen_model(const Asked& asked, const Context& context) {
  Json out = Json::array();
  auto add = [&](const char* label, const std::string& text, auto take_off) {
    Asked wider = asked;
    take_off(wider);
    out.push_back({{"label", label}, {"text", text}, {"url", search_url(wider)}});
  };
  for (const auto& kind : asked.form.kinds) {
    add("種別", std::string(corpus::label_of(corpus::document_kinds(), kind)), [&](Asked& wider) { std::erase(wider.form.kinds, kind); });
  }
  for (const auto& issuer : asked.form.issuers) add("発出者", issuer, [&](Asked& wider) { std::erase(wider.form.issuers, issuer); });
  for (const auto& audience : asked.form.audiences) {
    add("公開範囲", std::string(corpus::label_of(corpus::audiences(), audience)), [&](Asked& wider) { std::erase(wider.form.audiences, audience); });
  }
  for (const auto& slug : asked.form.documents) {
    auto document = context.library.document(context.viewer, slug);
    add("資料", document ? document->title : slug, [&](Asked& wider) {
      std::erase(wider.form.documents, slug);
      wider.folded = wider.form.documents.empty();
    });
  }
  const auto& begins = asked.form.begins;
  if (!begins.empty()) add("日付", begins.from + "〜" + begins.to, [](Asked& wider) { wider.form.begins = {}; });
  if (!asked.edition.empty()) add("版", edition_label(asked.edition), [](Asked& wider) { wider.edition.clear(); });
  if (asked.unseen > 0) add("条項", "新しく加わったもの", [](Asked& wider) { wider.unseen = 0; });
  if (!asked.synonyms) add("同義語", "使わない", [](Asked& wider) { wider.synonyms = true; });
  return out;
}

Json facets_model(const Asked& asked, const search::Matches& found) {
  const auto& filters = asked.query.filters;
  auto as_it_is = [](const std::string& value) { return value; };
  auto kind_label = [](const std::string& key) { return std::string(corpus::label_of(corpus::document_kinds(), key)); };
  auto year_label = [](const std::string& year) { return fiscal_year_label(year); };
  auto audience_label = [](const std::string& key) { return std::string(corpus::label_of(corpus::audiences(), key)); };
  const auto& begins = filters.begins;
  auto year_of = [](const std::string& day) { return text::from_iso(day) ? text::fiscal_year(*text::from_iso(day)) : 0; };
  bool in_one_year = !begins.empty() && year_of(begins.from) == year_of(begins.to);
  return {{"kinds", values_model(asked, found.kinds, !filters.kinds.empty(), kind_label, [](search::Filters& form, const std::string& value) { form.kinds = {value}; })},
          {"issuers", values_model(asked, found.issuers, !filters.issuers.empty(), as_it_is, [](search::Filters& form, const std::string& value) { form.issuers = {value}; })},
          {"years", values_model(asked, found.years, in_one_year, year_label, [](search::Filters& form, const std::string& value) { form.begins = {value + "-04-01", std::to_string(std::stoi(value) + 1) + "-03-31"}; })},
          {"states", states_model(asked, found)},
          {"audiences", values_model(asked, found.audiences, !filters.audiences.empty(), audience_label, [](search::Filters& form, const std::string& value) { form.audiences = {value}; })}};
}

Json editions_model(const Asked& asked) {
  Json out = Json::array();
  for (const auto& [edition, label] : {std::pair{"", "すべての版"}, std::pair{"current", "現行の版だけ"}}) {
    Asked other = asked;
    other.edition = edition;
    out.push_back({{"label", label}, {"chosen", asked.edition == edition}, {"url", search_url(other)}});
  }
  return out;
}

Json wider_model(const Asked& asked) {
  Json out = Json::array();
  auto add = [&](const std::string& label, const Asked& wider) { out.push_back({{"label", label}, {"url", search_url(wider)}}); };
  Asked bare = asked;
  bare.form = {};
  bare.edition.clear();
  bare.unseen = 0;
  bare.folded = true;
  if (search_url(bare) != search_url(asked)) add("絞り込みをすべて外す", bare);
  if (!asked.synonyms) {
    Asked wider = asked;
    wider.synonyms = true;
    add("同義語も使う", wider);
  }
  for (const auto& part : asked.query.parts) {
    if (asked.query.parts.size() < 2 || out.size() == most_ways) break;
    Asked wider = asked;
    wider.q = asked.query.with(part, "");
    if (!search::parse(wider.q).empty()) add(fmt::format("{}「{}」を外す", search::japanese_name(part.kind), part.text), wider);
  }
  return out;
}

Json near_model(const Asked& asked, const corpus::Viewer& viewer, Reader& reader) {
  Json out = Json::array();
  auto offer = [&](const search::Part& part, const std::string& beginning) {
    for (const auto& suggestion : reader.suggester(viewer).suggest(beginning, viewer, most_near)) {
      std::string q = asked.query.with(part, suggestion.text);
      bool is_new = q != asked.q && std::ranges::none_of(out, [&](const Json& other) { return other["q"] == q; });
      if (is_new && out.size() < most_ways) out.push_back({{"q", q}, {"url", changed_url(asked, q)}});
    }
  };
  for (const auto& part : asked.query.parts) {
    bool is_word = part.kind == Kind::word || part.kind == Kind::required || part.kind == Kind::plain || part.kind == Kind::phrase;
    if (!is_word || text::length_utf8(part.text) > longest_changed) continue;
    offer(part, part.text);
    // What begins with a word of it, where nothing begins with the whole.
    for (const auto& token : reader.analyzer().analyze(part.text)) {
      auto word = part.text.substr(token.begin, token.end - token.begin);
      if (text::is_content(token) && text::length_utf8(word) > 1) offer(part, word);
    }
  }
  return out;
}

Json sorts_model(const Asked& asked) {
  Json out = Json::array();
  for (const auto& [sort, label] : {std::pair{search::Sort::relevance, "関連順"}, std::pair{search::Sort::newest, "新しい順"}}) {
    Asked other = asked;
    other.sort = sort;
    out.push_back({{"label", label}, {"chosen", sort == asked.sort}, {"url", search_url(other)}});
  }
  return out;
}

std::string within_url(const Asked& asked, const std::string& slug) {
  Asked within = asked;
  within.form.documents = {slug};
  within.folded = false;
  return search_url(within);
}

std::string without_synonyms_url(const Asked& asked) {
  Asked other = asked;
  other.synonyms = false;
  return search_url(other);
}

std::string folding_url(const Asked& asked) {
  Asked other = asked;
  other.folded = !asked.folded;
  return search_url(other);
}

}  // namespace shirube::web
