// What of documents is neither a page nor JSON: originals, the way to the edition in force, static files.
#include <fmt/format.h>

#include <algorithm>

#include "text/error.h"
#include "text/instant.h"
#include "web/model.h"
#include "web/original.h"
#include "web/service.h"
#include "web/static_files.h"
#include "web/problem.h"

namespace shirube::web {

Response redirect_to_current(const Visit& visit) {
  const auto& slug = visit.call.arguments[0];
  auto editions = visit.service.library.editions(visit.viewer(), slug);
  if (editions.empty()) throw Error(ErrorKind::missing, "資料が見つかりません。", "アドレスを確かめるか、検索または資料一覧からお探しください。");
  auto current = std::ranges::find(editions, corpus::EditionState::current, &corpus::Edition::state);
  const auto& edition = current == editions.end() ? editions.front() : *current;
  Response response;
  response.status = 302;
  response.headers.emplace_back("Location", edition_url(slug, edition.key));
  return response;
}

Response send_original(const Visit& visit) {
  auto editions = visit.service.library.editions(visit.viewer(), visit.call.arguments[0]);
  auto edition = std::ranges::find(editions, visit.call.arguments[1], &corpus::Edition::key);
  if (edition == editions.end()) throw Error(ErrorKind::missing, "原本が見つかりません。", "アドレスを確かめるか、検索または資料一覧からお探しください。");
  return original_response(*edition, visit.service.files, visit.request.headers);
}

Response send_static(const Visit& visit) {
  return static_response(visit.call.arguments[0], visit.call.target.parameter("v").value_or(""), visit.request.headers);
}

Response send_font(const Visit& visit) { return packaged_response(visit.service.options.fonts, visit.call.arguments[0]); }
Response send_pdfjs(const Visit& visit) { return packaged_response(visit.service.options.pdfjs, visit.call.arguments[0]); }

Response take_judgement(const Visit& visit) {
  return see_other(judge(visit.service.judgements, visit.viewer(), parse_form(visit.request.body)));
}

Response take_citation(const Visit& visit) {
  return see_other(change_basket(visit.service.basket, visit.viewer(), visit.owner(), parse_form(visit.request.body)));
}

Response take_favourite(const Visit& visit) {
  return see_other(change_favourites(visit.context(), parse_form(visit.request.body)));
}

Response take_news_seen(const Visit& visit) {
  // As the page had it: what came while it was read is still new.
  std::string seen = parse_form(visit.request.body).parameter("seen").value_or("");
  if (!text::is_instant(seen) || seen > text::utc_now()) throw Error(ErrorKind::invalid, "どこまで見たかが送られていません。", "最新情報の画面のボタンから送ってください。");
  visit.service.favourites.see_news(visit.owner(), seen);
  return see_other("/news");
}

Response take_note(const Visit& visit) {
  Target form = parse_form(visit.request.body);
  try {
    return see_other(change_note(visit.service.notes, visit.viewer(), visit.call, form));
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::invalid && e.kind() != ErrorKind::conflict) throw;
    // What was typed is not lost; it can be sent again, over the note that stands there now and is shown.
    nlohmann::json model = clause_view(visit.context(), visit.call);
    model["note_fault"] = fmt::format("{}{}", e.what(), e.hint());
    model["note"]["text"] = form.parameter("text").value_or("");
    return page_response(visit, "clause", std::move(model), problem_of(e).status);
  }
}

}  // namespace shirube::web
