#include "web/asked.h"

#include <fmt/format.h>

#include <algorithm>

#include "corpus/document.h"
#include "text/date.h"
#include "text/error.h"
#include "text/utf8.h"
#include "web/day.h"
#include "web/views.h"

namespace shirube::web {

namespace {

constexpr size_t longest_query = 2000;  // characters
constexpr size_t page_size = 20;
constexpr std::pair<std::string_view, search::EditionChoice::Kind> edition_choices[] = {
    {"current", search::EditionChoice::Kind::current}, {"past", search::EditionChoice::Kind::past}, {"future", search::EditionChoice::Kind::future}};
constexpr size_t last_position = 1000;  // of a first hit, as search::Window has it

void read_filters(const Target& target, Asked& asked) {
  asked.form.kinds = target.all("kind");
  asked.form.issuers = target.all("issuer");
  asked.form.audiences = target.all("audience");
  asked.form.documents = target.all("document");
  asked.unseen = static_cast<int64_t>(target.number("unseen", 1, INT32_MAX, 0));
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
  for (const auto& word : asked.form.audiences) filters.audiences.emplace_back(corpus::key_of(corpus::audiences(), word).value_or(word));
  filters.documents = asked.form.documents;
  asked.edition = target.parameter("edition").value_or("");
  // Of a day and a state only one can be meant.
  if (std::string day = target.parameter("on").value_or(""); !day.empty()) {
    if (!asked.edition.empty()) throw Error(ErrorKind::invalid, "「版」と「この日に有効だった版だけ」は、同時に指定できません。", "どちらか一方だけを指定してください。");
    asked.edition = day;
  }
  auto choice = std::ranges::find(edition_choices, std::string_view(asked.edition), &std::pair<std::string_view, search::EditionChoice::Kind>::first);
  if (choice != std::end(edition_choices)) filters.editions.push_back({choice->second, ""});
  else if (!asked.edition.empty()) filters.editions.push_back({search::EditionChoice::Kind::day, first_day(asked.edition)});
  if (!asked.form.begins.from.empty()) filters.begins.from = first_day(asked.form.begins.from);
  if (!asked.form.begins.to.empty()) filters.begins.to = last_day(asked.form.begins.to);
}

/// A parameter that is on or off.
std::optional<bool> read_switch(const Target& target, const char* name) {
  auto value = target.parameter(name);
  if (!value) return std::nullopt;
  if (*value != "on" && *value != "off") {
    throw Error(ErrorKind::invalid, fmt::format("{}の値「{}」は使えません。", name, text::clamp_utf8(*value, 100)), "on または off を指定してください。");
  }
  return *value == "on";
}

}  // namespace

std::string read_words(const Target& target) {
  std::string q = target.parameter("q").value_or("");
  if (text::length_utf8(q) > longest_query) {
    throw Error(ErrorKind::invalid, fmt::format("検索の言葉が長すぎます（{}文字まで）。", longest_query), "探したい言葉を選んで短くしてください。");
  }
  return q;
}

bool read_synonyms(const Target& target) { return read_switch(target, "synonyms").value_or(true); }

Asked read_asked(const Target& target) {
  Asked asked;
  asked.q = read_words(target);
  asked.query = search::parse(asked.q);
  read_filters(target, asked);
  if (target.parameter("sort") == "newest") asked.sort = search::Sort::newest;
  asked.synonyms = read_synonyms(target);
  bool is_page = target.segments.empty() || target.segments[0] != "api";
  asked.folded = read_switch(target, "fold").value_or(is_page && asked.form.documents.empty());
  asked.most = target.number("limit", 1, 100, page_size);
  size_t page = target.number("page", 1, last_position, 1);
  asked.first = target.number("offset", 0, last_position, (page - 1) * asked.most);
  if (asked.first > last_position) {
    throw Error(ErrorKind::invalid, fmt::format("検索結果は{}件目までしか表示できません。", last_position), "言葉や絞り込みを加えて件数を減らしてください。");
  }
  return asked;
}

Asked read_asked(const Context& context, const Target& target) {
  Asked asked = read_asked(target);
  if (asked.unseen == 0) return asked;
  auto saved = context.favourites.search(context.owner, asked.unseen);
  if (!saved) throw Error(ErrorKind::missing, "保存した検索がありません。", "お気に入りの画面から選び直してください。");
  asked.query.filters.added_after = saved->seen_clause;
  return asked;
}

Parameters parameters(const Asked& asked) {
  Parameters out = {{"q", asked.q}};
  for (const auto& kind : asked.form.kinds) out.emplace_back("kind", kind);
  for (const auto& issuer : asked.form.issuers) out.emplace_back("issuer", issuer);
  for (const auto& audience : asked.form.audiences) out.emplace_back("audience", audience);
  for (const auto& slug : asked.form.documents) out.emplace_back("document", slug);
  if (!asked.form.begins.from.empty()) out.emplace_back("from", asked.form.begins.from);
  if (!asked.form.begins.to.empty()) out.emplace_back("to", asked.form.begins.to);
  if (!asked.edition.empty()) out.emplace_back("edition", asked.edition);
  if (asked.unseen > 0) out.emplace_back("unseen", std::to_string(asked.unseen));
  if (asked.sort == search::Sort::newest) out.emplace_back("sort", "newest");
  if (!asked.synonyms) out.emplace_back("synonyms", "off");
  // Links lead to pages, which fold by themselves unless one document was chosen.
  if (asked.folded != asked.form.documents.empty()) out.emplace_back("fold", asked.folded ? "on" : "off");
  if (asked.most != page_size) out.emplace_back("limit", std::to_string(asked.most));
  return out;
}

Parameters marking(const std::string& q, bool synonyms) {
  Parameters out = {{"q", q}};
  if (!synonyms) out.emplace_back("synonyms", "off");
  return out;
}

std::string search_url(const Asked& asked) { return "/" + write_query(parameters(asked)); }

search::Window window(const Asked& asked) {
  search::Window out;
  out.first = asked.first;
  out.most = asked.most;
  out.one_per_document = asked.folded;
  out.sort = asked.sort;
  out.synonyms = asked.synonyms;
  return out;
}

}  // namespace shirube::web
