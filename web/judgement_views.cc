#include <algorithm>

#include "text/error.h"
#include "text/utf8.h"
#include "web/asked.h"
#include "web/model.h"
#include "web/views.h"

namespace shirube::web {

namespace {

/// What each grade says, from 0 on.
constexpr const char* grades[] = {"ちがう", "少し役に立つ", "役に立った", "そのもの"};
static_assert(std::size(grades) == corpus::highest_grade + 1);
constexpr size_t judgements_a_page = 50;
const std::string judgements_path = "/judgements";
constexpr int useful = 2, useless = 0;  // what the buttons of _judge.mustache send

}  // namespace

Json judgements_view(const Context& context, const Call& call) {
  size_t total = context.judgements.count(context.viewer);
  size_t pages = std::max<size_t>(1, (total + judgements_a_page - 1) / judgements_a_page);
  // Who takes the only one of the last page back comes to a page that is no more.
  size_t page = std::min(call.target.number("page", 1, corpus::most_judgements, 1), pages);
  auto kept = context.judgements.list(context.viewer, (page - 1) * judgements_a_page, judgements_a_page);
  Json queries = Json::array();
  std::string question;
  for (const auto& one : kept) {
    const auto& [q, slug, path, grade] = one.judgement;
    if (queries.empty() || one.question != question) queries.push_back({{"q", q}, {"url", "/" + write_query({{"q", q}})}, {"clauses", Json::array()}});
    question = one.question;
    Json choices = Json::array();
    for (int i = 0; i <= corpus::highest_grade; ++i) choices.push_back({{"grade", i}, {"label", grades[i]}, {"chosen", i == grade}});
    queries.back()["clauses"].push_back({{"q", q}, {"document", slug}, {"clause", path}, {"grade", grade}, {"choices", choices}, {"title", one.title}, {"locator", one.locator},
                                         {"url", clause_url(slug, one.key, path)}, {"judged_at", one.judged_at}});
  }
  return {{"title", "評価した検索"}, {"total", total}, {"most", corpus::most_judgements}, {"queries", queries}, {"paging", paging_model(page, page < pages, judgements_path, {})}};
}

Json judgement_model(const std::string& q, const corpus::PlacedClause& clause, std::span<const corpus::KeptJudgement> judged) {
  if (text::length_utf8(q) > corpus::longest_judged_query) return {};  // would be refused
  auto found = std::ranges::find_if(judged, [&](const auto& one) { return one.judgement.slug == clause.document.slug && one.judgement.path == clause.clause.path; });
  bool is_judged = found != judged.end();
  int grade = is_judged ? found->judgement.grade : useless;
  return {{"q", q},
          {"document", clause.document.slug},
          {"clause", clause.clause.path},
          {"grade", is_judged ? Json(grade) : Json()},
          {"useful", is_judged && grade >= useful},
          {"useless", is_judged && grade == useless}};
}

std::string judge(corpus::JudgementLedger& judgements, const corpus::Viewer& viewer, const Target& form) {
  auto said = [&](const char* name) {
    auto value = form.parameter(name);
    if (!value) throw Error(ErrorKind::invalid, "評価する検索語か条項が送られていません。", "検索結果のボタンから送ってください。");
    return *value;
  };
  std::string q = said("q"), document = said("document"), clause = said("clause");
  Parameters back;  // all of a form is read before any of it acts
  if (size_t page = form.number("page", 1, corpus::most_judgements, 1); page > 1) back = {{"page", std::to_string(page)}};
  if (form.parameter("remove")) {
    if (!judgements.remove(viewer, q, document, clause)) throw Error(ErrorKind::missing, "その評価はありません。", "評価した検索の画面を開き直してください。");
  } else {
    said("grade");  // an absent one must not pass for 0
    int grade = static_cast<int>(form.number("grade", 0, corpus::highest_grade, 0));
    judgements.set(viewer, std::vector<corpus::Judgement>{{q, document, clause, grade}});
  }
  return form.parameter("from") == "judgements" ? judgements_path + write_query(back) : "/" + write_query({{"q", q}});
}

}  // namespace shirube::web
