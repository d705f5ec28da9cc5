#include "web/model.h"

#include <fmt/format.h>

#include <algorithm>

#include "text/date.h"
#include "web/target.h"

namespace shirube::web {

namespace {

std::string wareki(const std::string& iso) {
  auto date = text::from_iso(iso);
  return date ? text::to_wareki(*date) : std::string();
}

}  // namespace

std::string document_url(const std::string& slug) { return "/documents/" + percent_encode(slug); }

std::string edition_url(const std::string& slug, const std::string& key) {
  return document_url(slug) + "/" + percent_encode(key);
}

std::string clause_url(const std::string& slug, const std::string& key, const std::string& path) {
  return edition_url(slug, key) + "/clauses/" + percent_encode(path);
}

std::string changes_url(const std::string& slug, const std::string& key, const std::string& from) {
  return edition_url(slug, key) + "/changes" + (from.empty() ? "" : write_query({{"from", from}}));
}

std::string beside_url(const std::string& slug, const std::string& key, std::optional<int> page, const std::string& q) {
  std::vector<std::pair<std::string, std::string>> asked;
  if (page) asked.emplace_back("page", std::to_string(*page));
  if (!q.empty()) asked.emplace_back("q", q);
  return edition_url(slug, key) + "/beside" + write_query(asked);
}

std::string reading_url(const corpus::Document& document, const corpus::Edition& edition, std::optional<int> page, const std::string& q) {
  if (edition.file_sha256.empty()) return "";
  return edition.media_type == pdf_type ? beside_url(document.slug, edition.key, page, q) : original_url(document.slug, edition.key, page);
}

std::string original_url(const std::string& slug, const std::string& key, std::optional<int> page) {
  return edition_url(slug, key) + "/original" + (page ? fmt::format("#page={}", *page) : "");
}

std::string at_url(const std::string& edition_url, const std::string& path) { return edition_url + write_query({{"at", path}}) + "#" + percent_encode("c-" + path); }

std::string place_url(const std::string& edition_url, const std::string& path, size_t position) {
  size_t page = position / clauses_a_page + 1;
  return edition_url + (page > 1 ? fmt::format("?page={}", page) : "") + "#" + percent_encode("c-" + path);
}

Json segments(std::string_view text, search::Span window, std::span<const search::Span> marks) {
  Json out = Json::array();
  auto add = [&](size_t begin, size_t end, bool mark) {
    if (begin < end) out.push_back({{"text", text.substr(begin, end - begin)}, {"mark", mark}});
  };
  window.end = std::min(window.end, text.size());
  size_t at = window.begin;
  for (const auto& mark : marks) {
    size_t begin = std::clamp(mark.begin, at, std::max(at, window.end));
    size_t end = std::clamp(mark.end, begin, std::max(begin, window.end));
    add(at, begin, false);
    add(begin, end, true);
    at = end;
  }
  add(at, window.end, false);
  return out;
}

Json segments(std::string_view text, std::span<const search::Span> marks) { return segments(text, {0, text.size()}, marks); }

std::string title_of(const corpus::Clause& clause) {
  if (clause.label.empty() && clause.heading.empty()) return clause.locator;
  if (clause.label.empty() || clause.heading.empty()) return clause.label + clause.heading;
  return clause.label + "　" + clause.heading;
}

std::string full_title_of(const corpus::Clause& clause) {
  if (clause.label.empty() || clause.locator.empty()) return title_of(clause);
  return clause.heading.empty() ? clause.locator : clause.locator + "　" + clause.heading;
}

Json document_model(const corpus::Document& d) {
  return {{"slug", d.slug},
          {"title", d.title},
          {"short_title", d.short_title},
          {"kind", d.kind},
          {"kind_label", corpus::label_of(corpus::document_kinds(), d.kind)},
          {"issuer", d.issuer},
          {"audience", d.audience},
          {"audience_label", corpus::label_of(corpus::audiences(), d.audience)},
          {"topic", d.topic},
          {"url", document_url(d.slug)}};
}

Json edition_model(const corpus::Document& d, const corpus::Edition& e) {
  return {{"key", e.key},
          {"label", e.label},
          {"number", e.number},
          {"issued", e.issued},
          {"issued_wareki", wareki(e.issued)},
          {"effective", e.effective},
          {"effective_wareki", wareki(e.effective)},
          {"state", corpus::name(e.state)},
          {"state_label", corpus::japanese_name(e.state)},
          {"link", e.link},
          {"file_name", e.file_name},
          {"media_type", e.media_type},
          {"warnings", e.warnings},
          {"original_url", reading_url(d, e)},
          {"url", edition_url(d.slug, e.key)}};
}

Json clause_model(const corpus::Document& d, const corpus::Edition& e, const corpus::Clause& c) {
  return {{"label", c.label},
          {"kind", corpus::name(c.kind)},
          {"heading", c.heading},
          {"title", title_of(c)},
          {"full_title", full_title_of(c)},
          {"path", c.path},
          {"locator", c.locator},
          {"page", c.page ? Json(*c.page) : Json()},
          {"page_label", corpus::page_label(c)},
          {"anchor", "c-" + c.path},
          {"audience", c.audience},
          {"clause_audience", corpus::label_of(corpus::audiences(), c.audience)},
          {"original_url", reading_url(d, e, c.page)},
          {"url", clause_url(d.slug, e.key, c.path)}};
}

Json reference_model(const corpus::PlacedClause& placed) {
  return {{"citation", placed.citation()},
          {"title", full_title_of(placed.clause)},
          {"state", corpus::name(placed.edition.state)},
          {"state_label", corpus::japanese_name(placed.edition.state)},
          {"url", clause_url(placed.document.slug, placed.edition.key, placed.clause.path)}};
}

Json paging_model(size_t page, bool more, const std::string& path, std::vector<std::pair<std::string, std::string>> parameters) {
  auto address = [&](size_t number) {
    auto with_page = parameters;
    if (number > 1) with_page.emplace_back("page", std::to_string(number));
    return path + write_query(with_page);
  };
  return {{"number", page}, {"several", page > 1 || more}, {"previous", page > 1 ? address(page - 1) : ""}, {"next", more ? address(page + 1) : ""}};
}

}  // namespace shirube::web
