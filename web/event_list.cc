#include "web/event_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "store/database.h"
#include "text/date.h"
#include "text/error.h"
#include "text/instant.h"
#include "text/utf8.h"
#include "web/day.h"

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
    {"note.write", "解説を書く"}, {"export.search", "検索結果を書出し"}, {"read.feed", "保存した検索をフィードで閲覧"}, {"record.read", "記録を閲覧"}, {"record.file", "記録のファイルを受け取る"}, {"export.deadlines", "期限をカレンダーで受け取る"}, {"record.add", "記録を加える"}, {"record.change", "記録を変える"}, {"record.step", "記録の状態を進める"},
    {"record.attach", "記録にファイルを加える"}, {"record.give", "記録の担当を変える"}, {"record.narrow", "記録の公開範囲を変える"}, {"record.review", "引用の変わった記録を確かめる"}, {"record.review_due", "引用の変わった記録に印を付ける"},
    {"record.publish", "記録を資料として公開"}, {"record.withdraw", "記録の公開をやめる"}, {"record.settle", "記録を台帳の新しい形に移す"}, {"record.change_all", "記録をまとめて変える"}, {"export.records", "台帳を書出し"}, {"export.letter", "記録を文書に書出し"},
    {"draft.add", "下書きを追加"}, {"draft.read", "下書きを読み直し"}, {"draft.correct", "下書きを直す"}, {"draft.undo", "下書きの直しを取消し"},
    {"draft.facts", "下書きの書誌を変更"}, {"draft.publish", "下書きを公開"}, {"draft.drop", "下書きを取りやめ"},
    {"judgement.set", "検索を評価"}, {"judgement.remove", "評価を取消し"}, {"judgement.import", "評価を一括で取込み"}, {"judgement.export", "評価を書出し"},
    {"sign-in.ok", "サインイン"}, {"sign-in.password", "パスワードを確認（確認コード待ち）"}, {"sign-in.wrong", "サインインに失敗"}, {"sign-in.wait", "サインインを待たせる"},
    {"session.end", "サインアウト"}, {"access.refused", "許されない操作を断る"}, {"password.set", "パスワードを変更"}, {"second-step.set", "確認コードの設定"}, {"token.add", "トークンを作成"}, {"token.end", "トークンを終了"},
    {"account.add", "利用者を追加"}, {"account.change", "利用者を変更"}, {"group.add", "グループを追加"}, {"group.remove", "グループを削除"}, {"settings.change", "設定を変更"},
    {"backup.make", "控えを作成"}, {"backup.fail", "控えに失敗"}, {"backup.verify", "控えを確かめる"}, {"backup.remove", "古い控えを削除"}, {"backup.restore", "控えから復元"},
    {"index.build", "索引を作成"}, {"service.start", "サービスを開始"}, {"service.stop", "サービスを終了"},
    {"events.verify", "記録を確かめる"}, {"events.broken", "記録に切れ目"}, {"events.export", "記録を書出し"}, {"events.retain", "保存期間を過ぎた記録を除く"},
};

/// What an event is of: what its subject is, and what has to be seen for the rest of it to be read.
enum class Of {
  document,  ///< the subject begins with the slug of a document
  draft,     ///< it begins with the number of a draft
  account,   ///< it is a login
  group,     ///< it is the name of a group
  service,   ///< nothing of it is hidden
  all,       ///< the subject is hidden from nobody, the rest may speak of anything: settings, what was asked for, how much there is
  unknown,   ///< as `all`, and the subject may be anything too
};
/// The first that an action matches; what stands nowhere is `unknown`.
constexpr struct {
  std::string_view actions;
  Of of;
} kinds[] = {{"read.*", Of::document}, {"document.*", Of::document}, {"edition.*", Of::document}, {"editions.*", Of::all},
             {"note.*", Of::all}, {"judgement.import", Of::all}, {"judgement.export", Of::all}, {"judgement.*", Of::document}, {"draft.*", Of::draft},
             {"account.*", Of::account}, {"group.*", Of::group}, {"settings.*", Of::all}, {"search*", Of::all}, {"backup.*", Of::all},
             {"events.export", Of::all}, {"events.*", Of::service}, {"sign-in.*", Of::service}, {"session.*", Of::service},
             {"password.*", Of::service}, {"second-step.*", Of::service}, {"token.*", Of::service}, {"access.refused", Of::service},
             {"index.*", Of::service}, {"service.*", Of::service}};

Of kind_of(const store::EventRow& event) {
  auto found = std::ranges::find_if(kinds, [&](const auto& kind) { return store::matches_action(kind.actions, event.action); });
  return found == std::end(kinds) ? Of::unknown : found->of;
}

std::string text_of(const Target& target, std::string_view name) {
  auto value = target.parameter(name);
  if (value && text::length_utf8(*value) > longest_value) throw Error(ErrorKind::invalid, fmt::format("絞り込みの言葉が長すぎます（{}文字まで）。", longest_value), "短くしてください。");
  return value ? std::string(text::trim(*value)) : "";
}

const ActionGroup* find_group(std::string_view key) {
  auto found = std::ranges::find(action_groups(), key, &ActionGroup::key);
  return found == action_groups().end() ? nullptr : &*found;
}

store::EventFilter filter_of(const AskedEvents& asked) {
  store::EventFilter filter;
  if (auto from = typed_days(asked.from)) filter.from = text::utc_of(from->first);
  if (auto to = typed_days(asked.to)) filter.to = text::utc_of(to->last, 1);
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
      {"documents", "資料", {"document.*", "edition.*", "editions.*", "clause.*", "note.*"}},
      {"records", "台帳", {"record.*"}},
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

template <typename Look>
bool EventScreen::known(const std::string& subject, Look look) {
  if (auto found = known_.find(subject); found != known_.end()) return found->second;
  bool sees = look();
  if (known_.size() < most_known) known_.emplace(subject, sees);
  return sees;
}

bool EventScreen::sees_document(const std::string& slug) {
  return known(slug, [&] { return library_.document(viewer_, slug).has_value(); });
}

/// What the event is of, within a document: 「資料/版/条項」 where it was read, 「資料/条項」 where it was judged.
bool EventScreen::sees_place(const store::EventRow& event) {
  size_t slash = event.subject.find('/'), last = event.subject.rfind('/');
  std::string slug = event.subject.substr(0, slash);
  if (!sees_document(slug)) return false;
  if (slash == event.subject.npos) return true;
  std::string key = event.subject.substr(slash + 1, last > slash ? last - slash - 1 : event.subject.npos), path = event.subject.substr(last + 1);
  if (event.action == "read.clause") return known(event.subject, [&] { return library_.clause(viewer_, slug, key, path).has_value(); });
  auto in_any = [&](const auto& holds) { return std::ranges::any_of(library_.editions(viewer_, slug), holds); };
  if (store::matches_action("judgement.*", event.action)) return known(event.subject, [&] { return in_any([&](const auto& edition) { return library_.clause(viewer_, slug, edition.key, path).has_value(); }); });
  // Who does not see the whole of an edition is not told what its file is called.
  if (event.action == "edition.add" && !event.detail.empty()) return known(event.subject + "\n" + event.detail, [&] { return in_any([&](const auto& edition) { return edition.key == key && edition.file_name == event.detail; }); });
  return true;
}

/// Names of audiences stand behind these words, up to what is told next.
bool EventScreen::sees_audiences(const store::EventRow& event) const {
  constexpr std::string_view next = "、分野: ", joint = "、";
  auto all_seen = [&](std::string_view said, std::string_view word) {
    for (size_t at = said.find(word); at != said.npos; at = said.find(word, at + word.size())) {
      std::string_view names = said.substr(at + word.size());
      names = names.substr(0, names.find(next));
      while (!names.empty()) {
        size_t end = std::min(names.find(joint), names.size());
        std::string_view name = names.substr(0, end);
        if (!corpus::key_of(corpus::audiences(), name) && !viewer_.sees(name)) return false;
        names.remove_prefix(std::min(end + joint.size(), names.size()));
      }
    }
    return true;
  };
  bool reading = store::matches_action("read.*", event.action);
  return all_seen(event.before, "公開範囲: ") && all_seen(event.after, "公開範囲: ") && (!reading || all_seen(event.detail, "公開範囲 "));
}

/// The subject begins with the number of the draft.
bool EventScreen::sees_draft(std::string_view subject) {
  int64_t id = 0;
  if (std::from_chars(subject.data(), subject.data() + subject.size(), id).ec != std::errc()) return false;
  if (auto found = known_drafts_.find(id); found != known_drafts_.end()) return found->second;
  bool sees = drafts_.find(viewer_, id).has_value();
  if (known_drafts_.size() < most_known) known_drafts_.emplace(id, sees);
  return sees;
}

bool EventScreen::sees_account(const std::string& described) {
  if (described.empty()) return true;
  auto account = nlohmann::json::parse(described, nullptr, false);
  if (!account.is_object()) return false;
  auto all = [&](const char* list, const auto& seen) {
    if (!account.contains(list)) return true;
    return std::all_of(account[list].begin(), account[list].end(), [&](const nlohmann::json& one) { return one.is_string() && seen(one.get<std::string>()); });
  };
  return all("groups", [&](const std::string& group) { return viewer_.sees(group); }) && all("only", [&](const std::string& slug) { return sees_document(slug); });
}

bool EventScreen::sees(const store::EventRow& event) {
  switch (kind_of(event)) {
    case Of::document: return sees_place(event) && sees_audiences(event);
    case Of::draft: return sees_draft(event.subject);
    case Of::account: return sees_account(event.before) && sees_account(event.after);
    case Of::group: return viewer_.sees(event.subject);
    case Of::service: return true;
    case Of::all: case Of::unknown: break;
  }
  return false;
}

EventScreen::Screened EventScreen::operator()(store::EventRow event) {
  if (viewer_.sees_everything() || sees(event)) return {std::move(event), true};
  event.detail.clear(), event.before.clear(), event.after.clear(), event.salt.clear();
  // Of a draft the subject is its number and where it came from, which is the name of a file.
  Of of = kind_of(event);
  if (of == Of::draft) event.subject.resize(std::min(event.subject.size(), event.subject.find(' ')));
  if (of == Of::group || of == Of::unknown) event.subject.clear();
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
