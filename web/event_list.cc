#include "web/event_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "corpus/draft.h"
#include "store/database.h"
#include "text/date.h"
#include "text/error.h"
#include "text/instant.h"
#include "text/utf8.h"

namespace shirube::web {

namespace {

constexpr size_t longest_value = 200;  // characters of a parameter
constexpr size_t most_known = 10'000;
constexpr size_t batch = 200;

struct Label {
  std::string_view action, label;
};
constexpr Label labels[] = {
    {"read.document", "資料を閲覧"}, {"read.edition", "版を閲覧"}, {"read.clause", "条項を閲覧"}, {"read.original", "原本を閲覧"},
    {"search", "検索"}, {"search.similar", "文章から検索"}, {"search.explain", "検索のわけを調べる"},
    {"edition.add", "版を追加"}, {"editions.add", "資料を一括で追加"}, {"document.correct", "資料の事項を変更"},
    {"draft.add", "下書きを追加"}, {"draft.read", "下書きを読み直し"}, {"draft.correct", "下書きを直す"}, {"draft.undo", "下書きの直しを取消し"},
    {"draft.facts", "下書きの書誌を変更"}, {"draft.publish", "下書きを公開"}, {"draft.drop", "下書きを取りやめ"},
    {"judgement.set", "検索を評価"}, {"judgement.remove", "評価を取消し"}, {"judgement.import", "評価を一括で取込み"}, {"judgement.export", "評価を書出し"},
    {"sign-in.ok", "サインイン"}, {"sign-in.password", "パスワードを確認（確認コード待ち）"}, {"sign-in.wrong", "サインインに失敗"}, {"sign-in.wait", "サインインを待たせる"},
    {"session.end", "サインアウト"}, {"password.set", "パスワードを変更"}, {"second-step.set", "確認コードの設定"}, {"token.add", "トークンを作成"}, {"token.end", "トークンを終了"},
    {"account.add", "利用者を追加"}, {"account.change", "利用者を変更"}, {"group.add", "グループを追加"}, {"group.remove", "グループを削除"}, {"settings.change", "設定を変更"},
    {"backup.make", "控えを作成"}, {"backup.fail", "控えに失敗"}, {"backup.verify", "控えを確かめる"}, {"backup.remove", "古い控えを削除"}, {"backup.restore", "控えから復元"},
    {"index.build", "索引を作成"}, {"service.start", "サービスを開始"}, {"service.stop", "サービスを終了"},
    {"events.verify", "記録を確かめる"}, {"events.broken", "記録に切れ目"}, {"events.export", "記録を書出し"}, {"events.retain", "保存期間を過ぎた記録を除く"},
};

/// Of these actions the subject begins with the slug of a document.
constexpr std::string_view of_documents[] = {"read.*", "document.*", "edition.*", "editions.*", "judgement.*"};
constexpr std::string_view of_drafts = "draft.*";

std::string text_of(const Target& target, std::string_view name) {
  auto value = target.parameter(name);
  if (value && text::length_utf8(*value) > longest_value) throw Error(ErrorKind::invalid, fmt::format("絞り込みの言葉が長すぎます（{}文字まで）。", longest_value), "短くしてください。");
  return value ? std::string(text::trim(*value)) : "";
}

std::optional<text::DateSpan> days_of(const std::string& typed) {
  if (typed.empty()) return std::nullopt;
  auto days = text::parse_date(typed);
  if (!days) throw Error(ErrorKind::invalid, fmt::format("日付「{}」が読み取れません。", typed), "2026-04-01 や 令和8年4月1日 のように書いてください。");
  return days;
}

const ActionGroup* find_group(std::string_view key) {
  auto found = std::ranges::find(action_groups(), key, &ActionGroup::key);
  return found == action_groups().end() ? nullptr : &*found;
}

store::EventFilter filter_of(const AskedEvents& asked) {
  store::EventFilter filter;
  if (auto from = days_of(asked.from)) filter.from = text::utc_of(from->first);
  if (auto to = days_of(asked.to)) filter.to = text::utc_of(to->last, 1);
  filter.actor = asked.actor;
  if (const ActionGroup* group = find_group(asked.group)) filter.actions = group->actions;
  filter.before = asked.before;
  return filter;
}

bool holds(const store::EventRow& event, const std::string& text) {
  if (text.empty()) return true;
  for (const std::string* field : {&event.action, &event.actor, &event.address, &event.subject, &event.detail, &event.before, &event.after}) {
    if (field->find(text) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

const std::vector<ActionGroup>& action_groups() {
  static const std::vector<ActionGroup> groups = {
      {"sign-in", "サインイン", {"sign-in*", "sign-out*", "session.*", "password.*", "second-step.*", "token.*"}},
      {"people", "利用者と権限", {"account.*", "user.*", "group.*", "access.*"}},
      {"reads", "閲覧", {"read.*"}},
      {"searches", "検索", {"search*"}},
      {"documents", "資料", {"document.*", "edition.*", "editions.*", "clause.*"}},
      {"drafts", "取込", {"draft.*", "source.*"}},
      {"judgements", "評価", {"judgement.*"}},
      {"exports", "書出し", {"events.export", "judgement.export", "export.*"}},
      {"service", "サービスと設定", {"service.*", "settings.*", "index.*", "backup.*", "restore.*"}},
      {"events", "記録", {"events.*"}},
  };
  return groups;
}

std::string_view action_label(std::string_view action) {
  auto found = std::ranges::find(labels, action, &Label::action);
  return found == std::end(labels) ? action : found->label;
}

AskedEvents read_asked_events(const Target& target) {
  AskedEvents asked;
  asked.from = text_of(target, "from"), asked.to = text_of(target, "to");
  asked.actor = text_of(target, "actor"), asked.group = text_of(target, "group"), asked.text = text_of(target, "text");
  if (!asked.group.empty() && find_group(asked.group) == nullptr) throw Error(ErrorKind::invalid, "その種類の記録はありません。", "記録の画面で選び直してください。");
  filter_of(asked);  // says what is no day
  if (auto typed = target.parameter("before")) {
    auto [end, error] = std::from_chars(typed->data(), typed->data() + typed->size(), asked.before);
    if (error != std::errc() || end != typed->data() + typed->size() || asked.before < 1) throw Error(ErrorKind::invalid, "記録の番号が正しくありません。", "記録の画面を開き直してください。");
  }
  return asked;
}

std::vector<std::pair<std::string, std::string>> parameters(const AskedEvents& asked) {
  std::vector<std::pair<std::string, std::string>> out;
  const std::pair<const char*, const std::string*> fields[] = {{"from", &asked.from}, {"to", &asked.to}, {"actor", &asked.actor}, {"group", &asked.group}, {"text", &asked.text}};
  for (const auto& [name, value] : fields) {
    if (!value->empty()) out.emplace_back(name, *value);
  }
  return out;
}

bool EventScreen::sees_document(const std::string& slug) {
  auto found = std::ranges::find(known_, slug, &std::pair<std::string, bool>::first);
  if (found != known_.end()) return found->second;
  bool sees = library_.document(viewer_, slug).has_value();
  if (known_.size() < most_known) known_.emplace_back(slug, sees);
  return sees;
}

EventScreen::Screened EventScreen::operator()(store::EventRow event) {
  bool of_document = std::ranges::any_of(of_documents, [&](auto pattern) { return store::matches_action(pattern, event.action); });
  bool of_draft = store::matches_action(of_drafts, event.action);
  if ((viewer_.sees_all && !viewer_.only) || (!of_document && !of_draft)) return {std::move(event), true};
  bool sees = of_document ? sees_document(event.subject.substr(0, event.subject.find('/'))) : corpus::Drafts::open_to(viewer_);
  if (sees) return {std::move(event), true};
  event.detail.clear(), event.before.clear(), event.after.clear(), event.salt.clear();
  // Of a draft the subject is its number and where it came from, which is the name of a file.
  if (of_draft) event.subject.resize(std::min(event.subject.size(), event.subject.find(' ')));
  return {std::move(event), false};
}

void list_events(const store::Database& database, const AskedEvents& asked, store::EventOrder order, EventScreen& screen, const std::function<bool(const EventScreen::Screened&)>& each) {
  store::EventFilter filter = filter_of(asked);
  bool newest = order == store::EventOrder::newest_first;
  // In batches, as the screen reads from the database itself.
  for (bool more = true; more;) {
    std::vector<store::EventRow> rows;
    database.read([&](SQLite::Database& db) {
      store::each_event(db, filter, order, [&](const store::EventRow& row) {
        rows.push_back(row);
        return rows.size() < batch;
      });
    });
    more = rows.size() == batch;
    if (!rows.empty()) (newest ? filter.before : filter.after) = rows.back().id;
    for (auto& row : rows) {
      auto screened = screen(std::move(row));
      if (holds(screened.event, asked.text) && !each(screened)) return;
    }
  }
}

}  // namespace shirube::web
