// What is new: editions by their day, what each changed, and who explains it.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>

#include "corpus/comparison.h"
#include "text/date.h"
#include "text/error.h"
#include "text/instant.h"
#include "text/utf8.h"
#include "web/day.h"
#include "web/model.h"
#include "web/views.h"

namespace shirube::web {

namespace {

constexpr size_t items_a_page = 30, most_coming = 20;
constexpr size_t most_in_digest = 16, most_coming_in_digest = 6;  // what one sheet of A4 holds; tests/browser/reading.mjs prints it
constexpr size_t most_counted = 1000, most_issuers_in_digest = 8;
constexpr int days_ahead = 60;
constexpr size_t longest_value = 200;  // characters
/// Clauses that are compared for one page; what is beyond is counted on its own page of changes.
constexpr size_t most_compared = 8000;
const std::string news_path = "/news";

/// What was asked for: what it narrows to, and the days as they were typed.
struct AskedNews {
  corpus::ArrivalFilter filter;
  std::string from, to;
  bool fresh = false;  ///< only what came since they were read last

  std::vector<std::pair<std::string, std::string>> parameters() const {
    std::vector<std::pair<std::string, std::string>> out;
    for (const auto& [name, value] : {std::pair{"kind", &filter.kind}, {"issuer", &filter.issuer}, {"topic", &filter.topic}, {"audience", &filter.audience}, {"from", &from}, {"to", &to}}) {
      if (!value->empty()) out.emplace_back(name, *value);
    }
    if (fresh) out.emplace_back("new", "on");
    return out;
  }
};

std::string word_of(const Target& target, std::string_view name) {
  std::string word = target.parameter(name).value_or("");
  if (text::length_utf8(word) > longest_value) throw Error(ErrorKind::invalid, fmt::format("絞り込みの言葉が長すぎます（{}文字まで）。", longest_value), "画面の一覧から選び直してください。");
  return word;
}

AskedNews read_asked_news(const Target& target) {
  AskedNews asked{{.kind = word_of(target, "kind"), .issuer = word_of(target, "issuer"), .topic = word_of(target, "topic"), .audience = word_of(target, "audience")}, word_of(target, "from"), word_of(target, "to"), target.parameter("new") == "on"};
  if (!asked.filter.kind.empty() && corpus::key_of(corpus::document_kinds(), asked.filter.kind) != asked.filter.kind) {
    throw Error(ErrorKind::invalid, fmt::format("種別「{}」はありません。", asked.filter.kind), "画面の一覧から選び直してください。");
  }
  if (auto key = corpus::key_of(corpus::audiences(), asked.filter.audience)) asked.filter.audience = *key;
  asked.filter.from = first_day(asked.from);
  asked.filter.to = last_day(asked.to);
  return asked;
}

/// Those of the house that the viewer sees, and their groups.
std::vector<std::pair<std::string, std::string>> audiences_of(const corpus::Viewer& viewer) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& audience : corpus::audiences()) {
    if (viewer.sees(audience.key)) out.emplace_back(audience.key, audience.label);
  }
  for (const auto& held : viewer.audiences) {
    if (!corpus::key_of(corpus::audiences(), held)) out.emplace_back(held, held);
  }
  return out;
}

std::chrono::sys_days number(const text::Date& date) {
  return std::chrono::year(date.year) / std::chrono::month(static_cast<unsigned>(date.month)) / std::chrono::day(static_cast<unsigned>(date.day));
}

int days_until(const std::string& iso) {
  auto day = text::from_iso(iso);
  return day ? static_cast<int>((number(*day) - number(text::today())).count()) : 0;
}

text::Date later(const text::Date& day, int days) {
  std::chrono::year_month_day out(number(day) + std::chrono::days(days));
  return {static_cast<int>(out.year()), static_cast<int>(static_cast<unsigned>(out.month())), static_cast<int>(static_cast<unsigned>(out.day()))};
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
  auto clauses_of = [&](const corpus::Edition& edition) {
    auto clauses = context.library.clauses(context.viewer, arrival.document.slug, edition.key);
    compared += clauses.size();
    return clauses;
  };
  if (compared > most_compared) return out;
  auto after = clauses_of(*at), before = clauses_of(*(at + 1));
  if (compared > most_compared) return out;
  ChangeCounts counts = count_changes(*context.comparisons.of(before, after));
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

Json arrival_model(const Context& context, const corpus::Arrival& arrival, size_t& compared, const std::string& seen) {
  const auto& [document, edition, day, has_earlier] = arrival;
  int left = days_until(edition.effective);
  std::optional<std::string> policy = document.kind == "commentary" ? context.arrivals.policy_path(context.viewer, edition) : std::nullopt;
  return {{"document", document_model(document)},
          {"edition", edition_model(document, edition)},
          {"day", day},
          {"added", text::local_time(edition.added_at).substr(0, 10)},
          {"fresh", !seen.empty() && edition.added_at > seen},
          {"days_left", left > 0 ? Json(left) : Json()},
          {"changes", counts_model(context, arrival, compared)},
          {"policy_url", policy ? clause_url(document.slug, edition.key, *policy) : ""},
          {"commentaries", commentaries_model(context, arrival)}};
}

/// [{day, day_wareki, items}], a group for each day.
Json days_model(const Context& context, const std::vector<corpus::Arrival>& arrivals, const std::string& seen) {
  Json out = Json::array();
  size_t compared = 0;
  for (const auto& arrival : arrivals) {
    if (out.empty() || out.back()["day"] != arrival.day) {
      auto day = text::from_iso(arrival.day);
      out.push_back({{"day", arrival.day}, {"day_wareki", day ? text::to_wareki(*day) : arrival.day}, {"items", Json::array()}});
    }
    out.back()["items"].push_back(arrival_model(context, arrival, compared, seen));
  }
  return out;
}

Json coming_model(const Context& context) {
  Json out = Json::array();
  for (const auto& arrival : context.arrivals.coming(context.viewer, most_coming)) {
    Json edition = edition_model(arrival.document, arrival.edition);
    edition["title"] = arrival.document.title;
    edition["by_effect"] = !arrival.edition.effective.empty();
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
  const std::string now = text::utc_now();  // what comes while the page is made is new to who has read it
  const std::string seen = context.favourites.news_seen(context.owner);
  if (asked.fresh) asked.filter.added_after = seen;
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
          {"form", {{"from", asked.from}, {"to", asked.to}, {"fresh", asked.fresh}, {"narrowed", !parameters.empty()}, {"kinds", choices_model(kinds, asked.filter.kind)},
                    {"issuers", choices_model(same(context.library.issuers(context.viewer)), asked.filter.issuer)},
                    {"topics", choices_model(same(context.arrivals.topics(context.viewer)), asked.filter.topic)}, {"audiences", choices_model(audiences_of(context.viewer), asked.filter.audience)}}},
          {"days", days_model(context, arrivals, seen)},
          {"seen", {{"at", text::local_time(seen)}, {"now", now}}},
          {"feed", "/feeds/news" + write_query(parameters)},
          {"coming", page == 1 && parameters.empty() ? coming_model(context) : Json::array()},
          {"sources", sources_model(context)},
          {"paging", paging_model(page, more, news_path, parameters)}};
}

Json news_feed_view(const Context& context, const Call& call) {
  constexpr size_t most_in_feed = 50;
  AskedNews asked = read_asked_news(call.target);
  Json entries = Json::array();
  for (const auto& arrival : context.arrivals.latest(context.viewer, asked.filter, most_in_feed)) {
    const auto& [document, edition, day, has_earlier] = arrival;
    std::string summary = fmt::format("{} {} {}", corpus::label_of(corpus::document_kinds(), document.kind), document.issuer, edition.label);
    for (const auto& [name, value] : {std::pair{"発出", &edition.issued}, {"施行", &edition.effective}}) {
      if (auto when = text::from_iso(*value)) summary += fmt::format(" {}{}", text::to_wareki(*when), name);
    }
    entries.push_back({{"address", edition_url(document.slug, edition.key)}, {"title", fmt::format("{}（{}）", document.title, edition.label)}, {"updated", edition.added_at}, {"summary", summary}});
  }
  return {{"title", "しるべ　最新情報"}, {"path", "/feeds/news" + write_query(asked.parameters())}, {"page", news_path + write_query(asked.parameters())}, {"entries", entries}};
}

Json digest_view(const Context& context, const Call& call) {
  text::Date today = text::today(), begin{today.month == 1 ? today.year - 1 : today.year, today.month == 1 ? 12 : today.month - 1, 1};
  const std::string month = fmt::format("{}-{:02}", begin.year, begin.month);
  const std::string from = call.target.parameter("from").value_or(""), to = call.target.parameter("to").value_or("");
  corpus::ArrivalFilter filter;
  filter.from = first_day(from.empty() ? (to.empty() ? month : to) : from);
  filter.to = last_day(to.empty() ? (from.empty() ? month : from) : to);
  if (filter.to < filter.from) throw Error(ErrorKind::invalid, "期間の終わりが、始まりより前です。", "始まりと終わりの日を確かめてください。");
  auto arrivals = context.arrivals.list(context.viewer, filter, 0, most_counted);
  const size_t count = arrivals.size();
  std::map<std::string, size_t> issuers;
  for (const auto& arrival : arrivals) ++issuers[arrival.document.issuer.empty() ? "発出者なし" : arrival.document.issuer];
  Json by_issuer = Json::array();
  std::vector<std::pair<std::string, size_t>> busiest(issuers.begin(), issuers.end());
  std::ranges::stable_sort(busiest, std::greater<>(), &std::pair<std::string, size_t>::second);
  if (busiest.size() > most_issuers_in_digest) busiest.resize(most_issuers_in_digest);
  for (const auto& [name, number] : busiest) by_issuer.push_back({{"label", name}, {"count", number}});
  if (count > most_in_digest) arrivals.resize(most_in_digest);
  Json items = Json::array(), coming = Json::array();
  size_t compared = 0;
  for (const auto& arrival : arrivals) items.push_back(arrival_model(context, arrival, compared, ""));
  const std::string last = text::to_iso(later(*text::from_iso(filter.to), days_ahead));
  for (const auto& arrival : context.arrivals.taking_effect(context.viewer, filter.from, last, most_coming_in_digest)) {
    Json edition = edition_model(arrival.document, arrival.edition);
    edition["title"] = arrival.document.title;
    coming.push_back(std::move(edition));
  }
  auto wareki = [](const std::string& day) { return text::to_wareki(*text::from_iso(day)); };
  return {{"title", "期間のまとめ"}, {"from", filter.from}, {"to", filter.to}, {"from_wareki", wareki(filter.from)}, {"to_wareki", wareki(filter.to)}, {"count", count}, {"capped", count == most_counted}, {"issuers_more", issuers.size() > busiest.size()}, {"more", count > items.size()},
          {"by_issuer", by_issuer}, {"items", items}, {"coming", coming}, {"days_ahead", days_ahead}, {"made", text::to_wareki(today)}, {"news_url", news_path + write_query({{"from", filter.from}, {"to", filter.to}})}};
}

}  // namespace shirube::web
