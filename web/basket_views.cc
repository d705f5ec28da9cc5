#include "text/error.h"
#include "web/model.h"
#include "web/views.h"
#include "web/visitor.h"

namespace shirube::web {

namespace {

using Direction = corpus::Basket::Direction;

Json citation_model(const corpus::KeptCitation& kept) {
  Json out = {{"number", kept.number}, {"added_at", kept.added_at}, {"seen", kept.clause.has_value()}, {"quote", kept.quote}, {"citation", ""}, {"clause", false}, {"edition", false}};
  if (!kept.clause) return out;
  const auto& [id, document, edition, clause, above] = *kept.clause;
  out["citation"] = kept.clause->citation();
  out["clause"] = clause_model(document, edition, clause);
  out["edition"] = edition_model(document, edition);
  return out;
}

[[noreturn]] void refuse_form() { throw Error(ErrorKind::invalid, "付箋の操作が送られていません。", "画面のボタンから送ってください。"); }

std::string said(const Target& form, const char* name) {
  auto value = form.parameter(name);
  if (!value) refuse_form();
  return *value;
}

void require(bool done) {
  if (!done) throw Error(ErrorKind::missing, "その付箋はもうありません。", "付箋の画面を開き直してください。");
}

}  // namespace

Json basket_view(const Context& context, const Call&) {
  Json citations = Json::array();
  std::string plain;  // to be taken as a whole
  for (const auto& kept : context.basket.list(context.viewer, context.owner)) {
    citations.push_back(citation_model(kept));
    if (!kept.clause) continue;
    plain += kept.clause->citation() + "\n" + (kept.quote.empty() ? "" : "「" + kept.quote + "」\n");
  }
  return {{"title", "付箋"}, {"count", citations.size()}, {"most", corpus::most_kept_citations}, {"citations", citations}, {"plain", plain}};
}

std::string change_basket(corpus::Basket& basket, const corpus::Viewer& viewer, int64_t owner, const Target& form) {
  const std::string action = said(form, "action"), back = form.parameter("back") ? local_address(form.parameter("back")) : "/basket";
  if (action == "add") {
    basket.add(viewer, owner, said(form, "document"), said(form, "edition"), said(form, "clause"), form.parameter("quote").value_or(""));
    return back;
  }
  if (action == "clear") {
    basket.clear(owner);
    return back;
  }
  const auto number = static_cast<int64_t>(form.number("number", 1, 1'000'000'000, 0));
  if (action == "remove") require(basket.remove(owner, number));
  else if (action == "up" || action == "down") require(basket.move(owner, number, action == "up" ? Direction::up : Direction::down));
  else refuse_form();
  return back;
}

}  // namespace shirube::web
