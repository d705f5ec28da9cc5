// The original beside the text.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "search/passage.h"
#include "text/error.h"
#include "web/asked.h"
#include "web/model.h"
#include "web/views.h"

namespace shirube::web {

namespace {

constexpr size_t most_words = 60;  // that are marked in the original

}  // namespace

Json beside_view(const Context& context, const Call& call) {
  FoundEdition found = find_edition(context, call.arguments[0], call.arguments[1]);
  const auto& [document, editions, position] = found;
  const corpus::Edition& edition = found.edition();
  if (edition.file_sha256.empty() || edition.media_type != pdf_type) throw Error(ErrorKind::missing, "並べて表示できる原本がありません。", "資料の画面からお読みください。");
  const bool synonyms = read_synonyms(call.target);
  const std::string q = read_words(call.target), at = call.target.parameter("at").value_or("");
  auto clauses = context.library.clauses(context.viewer, document.slug, edition.key);
  auto place = std::ranges::find_if(clauses, [&](const auto& stored) { return stored.clause.path == at; });
  const int asked_page = static_cast<int>(call.target.number("page", 1, 100'000, 1));
  if (place == clauses.end()) place = std::ranges::find_if(clauses, [&](const auto& stored) { return stored.clause.page && *stored.clause.page >= asked_page; });
  if (place == clauses.end() && !clauses.empty()) place = std::prev(clauses.end());  // a page behind the last clause's
  const int page = at.empty() || place == clauses.end() || !place->clause.page ? asked_page : *place->clause.page;
  // As many as an edition's page shows, around the one that is meant.
  const size_t begin = static_cast<size_t>(place - clauses.begin()) / clauses_a_page * clauses_a_page, end = std::min(clauses.size(), begin + clauses_a_page);
  auto reader = context.readers.borrow();
  search::Searcher* searcher = reader->searcher_if_any();
  search::Query query = search::parse(q);
  search::Marker marker(query, searcher ? searcher->question(query, context.viewer, synonyms) : search::ask(query, reader->analyzer(), {}, synonyms), reader->analyzer());
  Json list = Json::array();
  std::set<std::string> words;
  std::optional<int> last;
  for (size_t i = begin; i < end; ++i) {
    const auto& clause = clauses[i].clause;
    Json model = clause_model(document, edition, clause);
    auto marks = marker.marks(clause.text, clauses[i].id);
    for (const auto& mark : marks) {
      if (words.size() < most_words) words.insert(clause.text.substr(mark.begin, mark.end - mark.begin));
    }
    model["text"] = clause.text;
    model["segments"] = segments(clause.text, marks);
    if (clause.page) last = clause.page;
    model["pdf_page"] = last ? Json(*last) : Json(1);
    list.push_back(std::move(model));
  }
  auto address = [&](size_t first) { return beside_url(document.slug, edition.key) + write_query({{"at", clauses[first].clause.path}, {"q", q}}); };
  return {{"title", fmt::format("{}（{}）の原本", document.title, edition.label)},
          {"document", document_model(document)},
          {"edition", edition_model(document, edition)},
          {"q", q},
          {"back_url", q.empty() ? "" : "/" + write_query(marking(q, synonyms))},
          {"words", Json(words).dump()},
          {"page", page},
          {"file", original_url(document.slug, edition.key)},
          {"file_url", original_url(document.slug, edition.key, page)},
          {"clauses", list},
          {"previous_url", begin > 0 ? address(begin - 1) : ""},
          {"next_url", end < clauses.size() ? address(end) : ""}};
}

}  // namespace shirube::web
