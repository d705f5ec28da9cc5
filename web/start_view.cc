// What the page of search shows before anything is asked: what this reader most likely came for.
#include <fmt/format.h>

#include "store/backup_keeper.h"
#include "web/model.h"
#include "web/views.h"

namespace shirube::web {

namespace {

constexpr size_t most_items = 6, most_drafts = 50;
constexpr const char* examples[] = {"USBメモリの持ち出し", "「業務委託」 再委託", "テレワーク 種別:規程", "パスワード -生体認証", "クラウドサービス 日付:令和6年度.."};

Json item(const std::string& label, const std::string& url, const std::string& note = {}) { return {{"label", label}, {"url", url}, {"note", note}}; }

Json arrivals_items(const std::vector<corpus::Arrival>& arrivals, bool by_effect) {
  Json out = Json::array();
  for (const auto& arrival : arrivals) {
    const std::string& day = by_effect ? arrival.edition.effective : arrival.day;
    out.push_back(item(fmt::format("{}（{}）", arrival.document.title, arrival.edition.label), edition_url(arrival.document.slug, arrival.edition.key), by_effect ? day + " 施行" : day));
  }
  return out;
}

Json policies(const Context& context) {
  Json out = Json::array();
  for (const auto& listed : context.library.documents(context.viewer, 0, most_items, "policy")) out.push_back(item(listed.document.title, edition_url(listed.document.slug, listed.edition.key), listed.edition.label));
  return out;
}
Json newest(const Context& context) { return arrivals_items(context.arrivals.list(context.viewer, {}, 0, most_items), false); }
Json coming(const Context& context) { return arrivals_items(context.arrivals.coming(context.viewer, most_items), true); }

Json own_things(const Context& context) {
  Json out = Json::array();
  if (size_t kept = context.basket.count(context.owner)) out.push_back(item("付箋", "/basket", fmt::format("{}枚", kept)));
  for (const auto& saved : context.favourites.searches(context.owner)) {
    if (out.size() < most_items) out.push_back(item(saved.name, "/" + saved.address, "保存した検索"));
  }
  for (const auto& listed : context.favourites.documents(context.viewer, context.owner)) {
    if (out.size() < most_items) out.push_back(item(listed.document.title, edition_url(listed.document.slug, listed.edition.key), listed.edition.label));
  }
  return out;
}

Json waiting(const Context& context) {
  size_t open = 0, failed = 0;
  for (const auto& draft : context.desk.drafts().list(context.viewer, 0, most_drafts)) {
    open += draft.state == corpus::Draft::State::ready;
    failed += draft.state == corpus::Draft::State::failed;
  }
  Json out = Json::array();
  out.push_back(item("確かめて公開する下書き", "/drafts", open ? fmt::format("{}件", open) : "なし"));
  if (failed) out.push_back(item("読み取れなかったファイル", "/drafts", fmt::format("{}件", failed)));
  return out;
}

Json watching(const Context&) { return Json::array({item("だれが何をしたか", "/events"), item("記録を書き出す・確かめる", "/events")}); }

Json keeping(const Context& context) {
  Json out = Json::array({item("サービスの状態", "/admin/health"), item("利用者", "/admin/people"), item("辞書と設定", "/admin/settings")});
  if (context.backups) out.push_back(item("控え", "/admin/backups"));
  return out;
}

/// What a reader is shown, in this order; of it what holds nothing is left out.
struct Panel {
  std::string_view title, more_label, more_url;
  bool (*for_whom)(const corpus::Viewer&);
  Json (*items)(const Context&);
};
constexpr auto everybody = [](const corpus::Viewer&) { return true; };
constexpr Panel panels[] = {
    {"自分のもの", "お気に入り", "/favourites", everybody, own_things},
    {"取込", "取込の画面", "/drafts", [](const corpus::Viewer& viewer) { return viewer.may(corpus::Task::desk); }, waiting},
    {"記録", "", "", [](const corpus::Viewer& viewer) { return viewer.may(corpus::Task::events); }, watching},
    {"管理", "管理の画面", "/admin", [](const corpus::Viewer& viewer) { return viewer.may(corpus::Task::administer); }, keeping},
    {"最新情報", "最新情報をすべて見る", "/news", everybody, newest},
    {"これから施行されるもの", "", "", everybody, coming},
    {"市の規程", "資料一覧", "/documents?kind=policy", [](const corpus::Viewer& viewer) { return viewer.sees("staff"); }, policies},
};

Json counts_model(const Context& context) {
  Json kinds = Json::array();
  uint64_t total = 0;
  for (const auto& [kind, count] : context.library.counts(context.viewer)) {
    total += count;
    kinds.push_back({{"label", corpus::label_of(corpus::document_kinds(), kind)}, {"count", count}, {"url", "/documents" + write_query({{"kind", kind}})}});
  }
  return {{"total", total}, {"kinds", kinds}};
}

}  // namespace

Json start_model(const Context& context) {
  Json links = Json::array(), shown = Json::array();
  for (const char* q : examples) links.push_back({{"q", q}, {"url", "/" + write_query({{"q", q}})}});
  for (const auto& panel : panels) {
    if (!panel.for_whom(context.viewer)) continue;
    Json items = panel.items(context);
    if (!items.empty()) shown.push_back({{"title", panel.title}, {"more_label", panel.more_label}, {"more_url", panel.more_url}, {"items", std::move(items)}});
  }
  return {{"counts", counts_model(context)}, {"examples", links}, {"panels", shown}};
}

}  // namespace shirube::web
