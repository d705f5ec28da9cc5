// What people keep for coming back to: searches, documents.
#include <fmt/format.h>

#include "text/error.h"
#include "web/asked.h"
#include "web/model.h"
#include "web/people_model.h"
#include "web/views.h"
#include "web/visitor.h"

namespace shirube::web {

namespace {

constexpr size_t most_in_feed = 50;
constexpr int64_t first_looked_at = 500;  // clauses; of fewer than are given their full score none is missed

Asked asked_of(const corpus::SavedSearch& saved) { return read_asked(parse_target("/" + saved.address)); }

/// How many clauses a search finds that came after one; nothing where there is no index to ask.
Json fresh_model(const Context& context, Reader& reader, Asked asked, const corpus::SavedSearch& saved, bool tells) {
  search::Searcher* searcher = reader.searcher_if_any();
  if (!searcher) return nullptr;
  asked.query.filters.added_after = saved.seen_clause;
  search::Window one;
  one.most = 1;
  one.synonyms = asked.synonyms;
  auto found = searcher->match(asked.query, context.viewer, one);
  // What is told beside 「見た」 is what that will mean. Where nothing can be written now, less is taken as seen.
  if (tells && found.total > 0 && searcher->last_clause() != saved.shown_clause) {
    try {
      context.favourites.show(context.owner, saved.number, searcher->last_clause());
    } catch (const Error& e) {
      if (e.kind() != ErrorKind::unavailable) throw;
    }
  }
  asked.unseen = saved.number;
  asked.folded = false;
  return {{"count", found.total}, {"some", found.total > 0}, {"exact", found.total_exact}, {"url", search_url(asked)}};
}

Json search_model(const Context& context, Reader& reader, const corpus::SavedSearch& saved, bool tells) {
  Json out = {{"number", saved.number}, {"name", saved.name}, {"added_at", local_time(saved.added_at)}, {"url", "/" + saved.address}, {"feed", fmt::format("/feeds/searches/{}", saved.number)}, {"fresh", nullptr}, {"words", ""}};
  try {
    Asked asked = asked_of(saved);
    out["words"] = asked.query.understood();
    out["fresh"] = fresh_model(context, reader, asked, saved, tells);
  } catch (const Error& e) {
    // What could be asked when it was saved: a kind may have gone since.
    if (e.kind() != ErrorKind::invalid) throw;
  }
  return out;
}

std::string said(const Target& form, const char* name) {
  auto value = form.parameter(name);
  if (!value) throw Error(ErrorKind::invalid, "お気に入りの操作が送られていません。", "画面のボタンから送ってください。");
  return *value;
}

void require(bool done) {
  if (!done) throw Error(ErrorKind::missing, "そのお気に入りはもうありません。", "お気に入りの画面を開き直してください。");
}

/// As the pages write it, whatever was sent.
std::string proven_address(const std::string& sent) {
  Asked asked = read_asked(parse_target("/" + sent));
  if (asked.query.empty()) throw Error(ErrorKind::invalid, "探す言葉のない検索は保存できません。", "言葉を入れて検索してから保存してください。");
  asked.first = 0;
  asked.unseen = 0;
  return write_query(parameters(asked));
}

}  // namespace

Json favourites_view(const Context& context, const Call&) {
  Json searches = Json::array(), documents = Json::array();
  auto reader = context.readers.borrow();
  for (const auto& saved : context.favourites.searches(context.owner)) searches.push_back(search_model(context, *reader, saved, true));
  for (const auto& listed : context.favourites.documents(context.viewer, context.owner)) {
    Json entry = document_model(listed.document);
    entry["edition"] = edition_model(listed.document, listed.edition);
    documents.push_back(std::move(entry));
  }
  return {{"title", "お気に入り"}, {"searches", searches}, {"documents", documents}, {"most_searches", corpus::most_saved_searches}, {"most_documents", corpus::most_favourite_documents}, {"here", "/favourites"}};
}

std::string fresh_note(const Context& context, Reader& reader, const corpus::SavedSearch& saved) {
  Json fresh = search_model(context, reader, saved, false)["fresh"];
  if (fresh.is_null() || !fresh["some"]) return "保存した検索";
  return fmt::format("新しい条項 {}{}件", fresh["exact"].get<bool>() ? "" : "約", fresh["count"].get<uint64_t>());
}

std::string change_favourites(const Context& context, const Target& form) {
  corpus::Favourites& favourites = context.favourites;
  const corpus::Viewer& viewer = context.viewer;
  const int64_t owner = context.owner;
  const std::string action = said(form, "action"), back = form.parameter("back") ? local_address(form.parameter("back")) : "/favourites";
  if (action == "save") {
    const std::string name = said(form, "name"), address = proven_address(said(form, "address"));
    auto reader = context.readers.borrow();
    search::Searcher* searcher = reader->searcher_if_any();
    favourites.save(owner, name, address, searcher ? searcher->last_clause() : 0);
  }
  else if (action == "star") favourites.add(viewer, owner, said(form, "document"));
  else if (action == "unstar") require(favourites.remove(owner, said(form, "document")));
  else {
    const int64_t number = typed_id(said(form, "number"));
    if (action == "rename") require(favourites.rename(owner, number, said(form, "name")));
    else if (action == "look") require(favourites.look(owner, number));
    else if (action == "forget") require(favourites.forget(owner, number));
    else said(form, "");
  }
  return back;
}

Json search_feed_view(const Context& context, const Call& call) {
  auto saved = context.favourites.search(context.owner, typed_id(call.arguments[0]));
  if (!saved) throw Error(ErrorKind::missing, "保存した検索がありません。", "お気に入りの画面で確かめてください。");
  Asked asked = asked_of(*saved);
  search::Window newest;
  newest.most = most_in_feed;
  newest.sort = search::Sort::added;
  newest.synonyms = asked.synonyms;
  Json entries = Json::array();
  auto reader = context.readers.borrow();
  search::Searcher& searcher = reader->searcher();
  // Of many the best are listed; so the last are looked at first, and more only where these are too few.
  std::vector<search::Hit> hits;
  const int64_t last = searcher.last_clause();
  for (int64_t width = first_looked_at; hits.size() < most_in_feed; width *= 8) {
    asked.query.filters.added_after = std::max(saved->first_clause, last - width);
    hits = searcher.search(asked.query, context.viewer, newest).hits;
    if (asked.query.filters.added_after <= saved->first_clause) break;
  }
  for (const auto& hit : hits) {
    const auto& [id, document, edition, clause, above] = hit.clause;
    const auto& window = hit.passages.front().window;
    entries.push_back({{"address", clause_url(document.slug, edition.key, clause.path)}, {"title", hit.clause.citation()}, {"updated", edition.added_at},
                       {"summary", clause.text.substr(window.begin, window.end - window.begin)}});
  }
  return {{"title", "しるべ　" + saved->name}, {"path", "/feeds/searches/" + call.arguments[0]}, {"page", "/" + saved->address}, {"since", saved->added_at}, {"entries", entries}};
}

}  // namespace shirube::web
