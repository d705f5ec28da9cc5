// What is new: editions by their day, what each changed, and who explains it.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "corpus/comparison.h"
#include "text/date.h"
#include "text/error.h"
#include "text/instant.h"
#include "text/utf8.h"
#include "web/model.h"
#include "web/views.h"

namespace shirube::web {

namespace {

constexpr size_t items_a_page = 30, most_coming = 20;
constexpr size_t longest_value = 200;  // characters
/// Clauses that are compared for one page; what is beyond is counted on its own page of changes.
constexpr size_t most_compared = 8000;
const std::string news_path = "/news";

/// What was asked for: what it narrows to, and the days as they were typed.
struct AskedNews {
  corpus::ArrivalFilter filter;
  std::string from, to;

  std::vector<std::pair<std::string, std::string>> parameters() const {
    std::vector<std::pair<std::string, std::string>> out;
    for (const auto& [name, value] : {std::pair{"kind", &filter.kind}, {"issuer", &filter.issuer}, {"topic", &filter.topic}, {"from", &from}, {"to", &to}}) {
      if (!value->empty()) out.emplace_back(name, *value);
    }
    return out;
  }
};

std::string word_of(const Target& target, std::string_view name) {
  std::string word = target.parameter(name).value_or("");
  if (text::length_utf8(word) > longest_value) throw Error(ErrorKind::invalid, fmt::format("絞り込みの言葉が長すぎます（{}文字まで）。", longest_value), "画面の一覧から選び直してください。");
  return word;
}

std::string day_of(const std::string& typed, bool last) {
  if (typed.empty()) return "";
  auto span = text::parse_date(typed);
  if (!span) throw Error(ErrorKind::invalid, fmt::format("「{}」は日付として読めません。", typed), "2026-04-01 や 令和8年4月 のように書いてください。");
  return text::to_iso(last ? span->last : span->first);
}

AskedNews read_asked_news(const Target& target) {
  AskedNews asked{{word_of(target, "kind"), word_of(target, "issuer"), word_of(target, "topic"), "", "", ""}, word_of(target, "from"), word_of(target, "to")};
  if (!asked.filter.kind.empty() && corpus::key_of(corpus::document_kinds(), asked.filter.kind) != asked.filter.kind) {
    throw Error(ErrorKind::invalid, fmt::format("種別「{}」はありません。", asked.filter.kind), "画面の一覧から選び直してください。");
  }
  asked.filter.from = day_of(asked.from, false);
  asked.filter.to = day_of(asked.to, true);
  return asked;
}

int days_until(const std::string& iso) {
  auto day = text::from_iso(iso);
  if (!day) return 0;
  auto number = [](const text::Date& date) {
    return std::chrono::sys_days(std::chrono::year(date.year) / std::chrono::month(static_cast<unsigned>(date.month)) / std::chrono::day(static_cast<unsigned>(date.day)));
  };
  return static_cast<int>((number(*day) - number(text::today())).count());
}

/// Of what the list may be narrowed to: [{value, label, chosen}].
Json choices_model(const std::vector<std::pair<std::string, std::string>>& values, const std::string& chosen) {
  Json out = Json::array();
  for (const auto& [value, label] : values) out.push_back({{"value", value}, {"label", label}, {"chosen", value == chosen}});
  return out;
}

std::vector<std::pair<std::string, std::string>> same(const std::vector<std::string>& names) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& name : names) out.emplace_back(name, name);
  return out;
}

/// What an edition changed against the one before; null when it is the first, or where too much would be compared for one page.
Json counts_model(const Context& context, const corpus::Arrival& arrival, size_t& compared) {
  if (!arrival.has_earlier) return nullptr;
  auto editions = context.library.editions(context.viewer, arrival.document.slug);
  auto at = std::ranges::find(editions, arrival.edition.id, &corpus::Edition::id);
  if (at == editions.end() || at + 1 == editions.end()) return nullptr;
  Json out = {{"url", changes_url(arrival.document.slug, arrival.edition.key)}, {"before", (at + 1)->label}, {"counted", false}};
  auto bare = [&](const corpus::Edition& edition) {
    std::vector<corpus::Clause> clauses;
    for (auto& stored : context.library.clauses(context.viewer, arrival.document.slug, edition.key)) clauses.push_back(std::move(stored.clause));
    compared += clauses.size();
    return clauses;
  };
  if (compared > most_compared) return out;
  auto after = bare(*at), before = bare(*(at + 1));
  if (compared > most_compared) return out;
  ChangeCounts counts = count_changes(corpus::compare(before, after));
  out.update({{"counted", true}, {"changed", counts.changed}, {"added", counts.added}, {"removed", counts.removed}, {"moved", counts.moved}});
  return out;
}

Json commentaries_model(const Context& context, const corpus::Arrival& arrival) {
  Json out = Json::array();
  if (arrival.document.kind == "commentary") return out;
  for (const auto& [document, edition, policy_path] : context.arrivals.commentaries(context.viewer, arrival.edition)) {
    out.push_back({{"title", document.title}, {"label", edition.label}, {"url", edition_url(document.slug, edition.key)},
                   {"policy_url", policy_path ? clause_url(document.slug, edition.key, *policy_path) : ""}});
  }
  return out;
}

Json arrival_model(const Context& context, const corpus::Arrival& arrival, size_t& compared) {
  const auto& [document, edition, day, added_at, has_earlier] = arrival;
  int left = days_until(edition.effective);
  std::optional<std::string> policy = document.kind == "commentary" ? context.arrivals.policy_path(context.viewer, edition) : std::nullopt;
  return {{"document", document_model(document)},
          {"edition", edition_model(document, edition)},
          {"day", day},
          {"added", text::local_time(added_at).substr(0, 10)},
          {"days_left", left > 0 ? Json(left) : Json()},
          {"changes", counts_model(context, arrival, compared)},
          {"policy_url", policy ? clause_url(document.slug, edition.key, *policy) : ""},
          {"commentaries", commentaries_model(context, arrival)}};
}

/// [{day, day_wareki, items}], a group for each day.
Json days_model(const Context& context, const std::vector<corpus::Arrival>& arrivals) {
  Json out = Json::array();
  size_t compared = 0;
  for (const auto& arrival : arrivals) {
    if (out.empty() || out.back()["day"] != arrival.day) {
      auto day = text::from_iso(arrival.day);
      out.push_back({{"day", arrival.day}, {"day_wareki", day ? text::to_wareki(*day) : arrival.day}, {"items", Json::array()}});
    }
    out.back()["items"].push_back(arrival_model(context, arrival, compared));
  }
  return out;
}

Json coming_model(const Context& context) {
  Json out = Json::array();
  for (const auto& arrival : context.arrivals.coming(context.viewer, most_coming)) {
    Json edition = edition_model(arrival.document, arrival.edition);
    edition["title"] = arrival.document.title;
    edition["days_left"] = days_until(arrival.edition.effective.empty() ? arrival.edition.issued : arrival.edition.effective);
    out.push_back(std::move(edition));
  }
  return out;
}

Json sources_model(const Context& context) {
  Json out = Json::array();
  try {
    for (const auto& state : context.sources ? context.sources() : std::vector<indexer::SourceState>{}) {
      if (!state.enabled) continue;
      out.push_back({{"name", state.source}, {"checked_at", text::local_time(state.checked_at)}, {"changed_at", text::local_time(state.changed_at)}, {"failed", !state.error.empty()}});
    }
  } catch (const Error&) {
    // What is wrong with their list is told at the desk, to who can mend it.
  }
  return out;
}

}  // namespace

Json news_view(const Context& context, const Call& call) {
  AskedNews asked = read_asked_news(call.target);
  size_t page = call.target.number("page", 1, 10'000, 1);
  // One more than is shown tells whether there is a next page.
  auto arrivals = context.arrivals.list(context.viewer, asked.filter, (page - 1) * items_a_page, items_a_page + 1);
  bool more = arrivals.size() > items_a_page;
  if (more) arrivals.pop_back();
  if (arrivals.empty() && page > 1) throw Error(ErrorKind::missing, "このページはありません。", "最新情報の始めからお探しください。");
  std::vector<std::pair<std::string, std::string>> kinds;
  for (const auto& [kind, count] : context.library.counts(context.viewer)) kinds.emplace_back(kind, corpus::label_of(corpus::document_kinds(), kind));
  auto parameters = asked.parameters();
  return {{"title", "最新情報"},
          {"form", {{"from", asked.from}, {"to", asked.to}, {"narrowed", !parameters.empty()}, {"kinds", choices_model(kinds, asked.filter.kind)},
                    {"issuers", choices_model(same(context.library.issuers(context.viewer)), asked.filter.issuer)},
                    {"topics", choices_model(same(context.arrivals.topics(context.viewer)), asked.filter.topic)}}},
          {"days", days_model(context, arrivals)},
          {"coming", page == 1 && parameters.empty() ? coming_model(context) : Json::array()},
          {"sources", sources_model(context)},
          {"paging", paging_model(page, more, news_path, parameters)}};
}

}  // namespace shirube::web
