// What the page of search shows before anything is asked: what this reader most likely came for.
#include <fmt/format.h>

#include "store/backup_keeper.h"
#include "text/date.h"
#include "web/model.h"
#include "web/record_pages.h"
#include "web/views.h"

namespace shirube::web {

namespace {

constexpr size_t most_items = 6, most_drafts = 50;
constexpr const char* examples[] = {"USBメモリの持ち出し", "「業務委託」 再委託", "テレワーク 種別:規程", "パスワード -生体認証", "クラウドサービス 日付:令和6年度.."};

Json item(const std::string& label, const std::string& url, const std::string& note = {}) { return {{"label", label}, {"url", url}, {"note", note}}; }

Json arrivals_items(const std::vector<corpus::Arrival>& arrivals, bool by_effect) {
  Json out = Json::array();
  for (const auto& arrival : arrivals) {
    const bool takes_effect = by_effect && !arrival.edition.effective.empty();
    const std::string& day = takes_effect ? arrival.edition.effective : arrival.day;
    out.push_back(item(fmt::format("{}（{}）", arrival.document.title, arrival.edition.label), edition_url(arrival.document.slug, arrival.edition.key), takes_effect ? day + " 施行" : by_effect ? day + " 発出" : day));
  }
  return out;
}

Json policies(const Context& context) {
  Json out = Json::array();
  for (const auto& listed : context.library.documents(context.viewer, 0, most_items, "policy")) out.push_back(item(listed.document.title, edition_url(listed.document.slug, listed.edition.key), listed.edition.label));
  return out;
}
Json newest(const Context& context) {
  Json out = Json::array();
  // For who was here before: how much has come.
  if (const std::string seen = context.favourites.news_seen(context.owner); !seen.empty()) {
    constexpr size_t most_fresh = 100;
    size_t fresh = context.arrivals.list(context.viewer, {.added_after = seen}, 0, most_fresh).size();
    if (fresh > 0) out.push_back(item("前回見たあとに加わったもの", "/news?new=on", fmt::format("{}件{}", fresh, fresh == most_fresh ? "以上" : "")));
  }
  for (auto& one : arrivals_items(context.arrivals.list(context.viewer, {}, 0, most_items), false)) out.push_back(std::move(one));
  return out;
}
/// Who comes to the committee takes a sheet along.
Json sheets(const Context&) { return Json::array({item("先月のまとめ", "/news/digest", "A4の1枚"), item("用語集", "/terms", "資料が定める用語")}); }
Json answering(const Context&) {
  return Json::array({item("文章から探す", "/similar", "照会の文を貼る"), item("付箋", "/basket", "引用を集める"), item("評価した検索", "/judgements", "出るべき条項を教える")});
}
Json coming(const Context& context) { return arrivals_items(context.arrivals.coming(context.viewer, most_items), true); }

Json own_things(const Context& context) {
  Json out = Json::array();
  if (size_t kept = context.basket.count(context.owner)) out.push_back(item("付箋", "/basket", fmt::format("{}枚", kept)));
  auto searches = context.favourites.searches(context.owner);
  if (!searches.empty()) {
    auto reader = context.readers.borrow();
    for (const auto& saved : searches) {
      if (out.size() < most_items) out.push_back(item(saved.name, "/" + saved.address, fresh_note(context, *reader, saved)));
    }
  }
  for (const auto& listed : context.favourites.documents(context.viewer, context.owner)) {
    if (out.size() < most_items) out.push_back(item(listed.document.title, edition_url(listed.document.slug, listed.edition.key), listed.edition.label));
  }
  return out;
}

/// What is due of one's own, first what is due first.
Json own_dues(const Context& context) {
  constexpr int days_shown = 31;
  Json out = Json::array();
  if (context.author.login.empty()) return out;
  const text::Date today = text::today();
  for (const auto& [record, due] : due_of(context, "mine", days_shown)) {
    if (out.size() == most_items) break;
    Json said = due_model(due, today);
    out.push_back(item(fmt::format("{}　{}", record.number, due.name), record_url(record.number), fmt::format("{}{}", said["words"].get<std::string>(), said["late"].get<bool>() ? "（期限切れ）" : "")));
  }
  return out;
}

/// What one may hand in, and what was handed in to one's own ledgers and nobody has in hand yet.
Json handing_in(const Context& context) {
  Json out = Json::array();
  for (const auto& ledger : context.records.ledgers().all()) {
    if (context.records.adds(context.author, ledger) && !context.records.writes(context.author, ledger)) out.push_back(item(ledger.name() + "に申し込む", ledger_url(ledger.key()) + "/new"));
  }
  return out;
}
Json handed_in(const Context& context) {
  Json out = Json::array();
  if (context.author.login.empty()) return out;
  for (const auto& ledger : context.records.ledgers().all()) {
    if (ledger.adding().roles.empty() || !context.records.writes(context.author, ledger)) continue;
    if (size_t waiting = context.records.list(context.viewer, ledger.key(), {.unowned = true, .open = true}, 0, 1).total) out.push_back(item(ledger.name(), ledger_url(ledger.key()) + write_query({{"open", "on"}, {"owner", "none"}}), fmt::format("{}件", waiting)));
  }
  return out;
}

Json own_reviews(const Context& context) {
  Json out = Json::array();
  if (context.author.login.empty()) return out;
  for (const auto& ledger : context.records.ledgers().all()) {
    records::RecordFilter filter;
    filter.owner = context.author.login;
    filter.to_review = true;
    for (const auto& record : context.records.list(context.viewer, ledger.key(), filter, 0, most_items).records) {
      if (out.size() < most_items) out.push_back(item(fmt::format("{}　{}", record.number, title_of(ledger, record)), record_url(record.number), "要確認"));
    }
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

Json watching(const Context&) {
  return Json::array({item("だれが何をしたか", "/events", "書き出し、つながりの確かめも"), item("権限と利用者の変更", "/events?group=people"), item("サインイン", "/events?group=sign-in"), item("書出し", "/events?group=exports")});
}

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
constexpr auto of_committee = [](const corpus::Viewer& viewer) { return viewer.sees("committee") && !viewer.may(corpus::Task::desk) && !viewer.may(corpus::Task::events); };
constexpr auto who_answers = [](const corpus::Viewer& viewer) { return viewer.may(corpus::Task::judge) && viewer.sees("staff"); };
constexpr Panel panels[] = {
    {"自分のもの", "お気に入り", "/favourites", everybody, own_things},
    {"担当のいない記録", "台帳", "/ledgers", everybody, handed_in},
    {"相談・申込み", "台帳", "/ledgers", everybody, handing_in},
    {"自分の期限", "期限の一覧", "/deadlines", everybody, own_dues},
    {"自分の要確認", "期限の一覧", "/deadlines", everybody, own_reviews},
    {"委員会の資料", "", "", of_committee, sheets},
    {"取込", "取込の画面", "/drafts", [](const corpus::Viewer& viewer) { return viewer.may(corpus::Task::desk); }, waiting},
    {"記録", "", "", [](const corpus::Viewer& viewer) { return viewer.may(corpus::Task::events); }, watching},
    {"管理", "管理の画面", "/admin", [](const corpus::Viewer& viewer) { return viewer.may(corpus::Task::administer); }, keeping},
    {"最新情報", "最新情報をすべて見る", "/news", everybody, newest},
    {"これから施行されるもの", "", "", everybody, coming},
    {"調べる・答える", "", "", who_answers, answering},
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
