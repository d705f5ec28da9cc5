// What was spoken of last, and which text a clause speaks of.
#include <algorithm>

#include "corpus/trace_step.h"
#include "text/utf8.h"

namespace shirube::corpus {

namespace {

char32_t last_character(std::string_view words) {
  char32_t last = 0;
  for (size_t at = 0; at < words.size();) {
    auto [c, length] = text::code_point_at(words, at);
    last = c;
    at += length;
  }
  return last == U'律' ? U'法' : last;
}

}  // namespace

void Context::speak(const Spoken& spoken, Depth depth, bool bare) {
  if (!spoken.place.root.empty() && spoken.place.article.empty()) annex = spoken;
  if (depth == Depth::other) return;
  if (bare) own_article = spoken;
  else article = spoken, taken_over = false;
  if (!spoken.place.paragraph.empty()) paragraph = spoken;
  if (!spoken.place.item.empty()) item = spoken;
  if (spoken.document != 0) spoke = true, last_document = spoken.document;
}

void Context::take_over(const Context& inner) {
  if (inner.article && (!article || taken_over)) article = inner.article, taken_over = true;
  if (!own_article) own_article = inner.own_article;
  if (!paragraph) paragraph = inner.paragraph;
  if (!item) item = inner.item;
  if (inner.annex) annex = inner.annex;  // a table is 同表 wherever it was named
  if (!spoke && inner.spoke) spoke = true, last_document = inner.last_document;
  // 「…（番号法第19条）。…（同法第15条）」: a bracket names documents as well as any words.
  if (inner.documents.size() > documents.size()) documents = inner.documents;
}

void Context::speak_of(size_t document, std::string_view name) {
  last_document = document;
  spoke = true;
  documents.emplace_back(last_character(name), document);
}

size_t Context::document(std::string_view same) const {
  char32_t last = last_character(same);
  for (size_t i = documents.size(); i-- > 0;) {
    if (documents[i].first == last) return documents[i].second;
  }
  return last_document;
}

bool amending_annex(const Places& places, size_t at) {
  size_t annex = places.enclosing(at, ClauseKind::annex);
  return annex != none && places[annex].path.starts_with("fusoku") && places[annex].locator.find("号") != std::string::npos;
}

bool speaks_of_the_past(const Places& places, size_t at) {
  size_t annex = places.enclosing(at, ClauseKind::annex);
  if (annex == none || !places[annex].path.starts_with("fusoku")) return false;
  return amending_annex(places, at) || std::ranges::any_of(places.children(none), [&](size_t one) { return amending_annex(places, one); });
}

std::vector<size_t> between(const Places& places, size_t first, size_t last) {
  std::vector<size_t> out;
  bool articles = places[first].kind == ClauseKind::article && places[last].kind == ClauseKind::article;
  const auto& list = articles ? places.articles(places.enclosing(first, ClauseKind::annex)) : places.children(places.parent(first));
  for (size_t one : list) {
    if (one >= first && one <= last && out.size() < most_of_range && !(one != first && places[one].kind != places[first].kind)) out.push_back(one);
  }
  if (out.empty() || out.front() != first) out.insert(out.begin(), first);
  if (out.back() != last && last > first) out.push_back(last);
  return out;
}

}  // namespace shirube::corpus
