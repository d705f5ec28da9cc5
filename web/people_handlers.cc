// What administrators do with people: accounts, groups, and why somebody sees a document.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "people/sessions.h"
#include "text/date.h"
#include "text/error.h"
#include "web/asked.h"
#include "web/model.h"
#include "web/people_model.h"
#include "web/service.h"

namespace shirube::web {

namespace {

constexpr size_t people_a_page = 100;
constexpr size_t most_documents = 1000;  // that an account is narrowed to

struct Done {
  std::string_view key, words;
};
constexpr Done done_words[] = {{"saved", "保存しました。"},
                               {"disabled", "使用を止めました。サインインも終わらせました。"},
                               {"enabled", "使用を再開しました。"},
                               {"second-step", "二段階認証を外しました。"},
                               {"sessions", "サインインを終わらせました。"},
                               {"group", "グループを加えました。"},
                               {"group-removed", "グループを消しました。"}};

Note done_note(const Visit& visit) {
  auto found = std::ranges::find(done_words, visit.call.target.parameter("done").value_or(""), &Done::key);
  return {.done = found == std::end(done_words) ? "" : std::string(found->words)};
}

Json groups_model(const people::Accounts& accounts, const std::vector<std::string>& chosen) {
  Json list = Json::array();
  for (const auto& group : accounts.groups()) list.push_back({{"name", group}, {"chosen", std::ranges::find(chosen, group) != chosen.end()}});
  return list;
}

/// What stands for a person, in a word that says whether it is still the same.
std::string state_of(const people::Accounts& accounts, int64_t id) {
  auto account = accounts.find(id);
  return account ? store::sha256(Json{account->name, account->role, account->groups, account->last_day, account->only.value_or(std::vector<std::string>{}), account->only.has_value(), account->disabled}.dump(-1, ' ', false, Json::error_handler_t::replace)).substr(0, 32) : "";
}

/// What forms ask of a person, as it was typed or stands.
Json form_model(const people::Accounts& accounts, const people::Account& account) {
  std::string slugs;
  if (account.only) {
    for (const auto& slug : *account.only) slugs += slug + "\n";
  }
  return {{"login", account.login}, {"name", account.name}, {"roles", roles_model(accounts.table(), account.role)}, {"groups", groups_model(accounts, account.groups)},
          {"last_day", account.last_day}, {"narrowed", account.only.has_value()}, {"slugs", slugs}, {"state", state_of(accounts, account.id)}};
}

/// Reads what form_model() shows. Whether it makes sense the Accounts say.
void read_form(const Target& form, people::Account& account) {
  account.name = typed(form, "name");
  account.role = typed(form, "role");
  account.groups = form.all("group");
  account.only.reset();
  if (form.parameter("narrowed")) {
    account.only.emplace();
    std::string words = typed(form, "slugs") + "\n", slug;
    for (char c : words) {
      bool ends = c == '\n' || c == '\r' || c == ' ';
      if (!ends) slug += c;
      else if (!slug.empty()) account.only->push_back(std::exchange(slug, {}));
    }
    if (account.only->size() > most_documents) throw Error(ErrorKind::invalid, fmt::format("資料は{}件までです。", most_documents), "グループを使うと、多くの資料をまとめて見せられます。");
  }
  account.last_day = typed_day(form, "last_day");
}

people::Account person_of(const Visit& visit) {
  auto account = accounts_of(visit).find(typed_id(visit.call.arguments[0]));
  if (!account) throw Error(ErrorKind::missing, "その利用者はありません。", "利用者の一覧からお探しください。");
  return *account;
}

/// `password` is the one that was just made, or empty.
Response shown(const Visit& visit, const people::Account& account, const Note& note, int status = 200, const std::string& password = {}) {
  people::Accounts& accounts = accounts_of(visit);
  Json model = {{"title", account.name.empty() ? account.login : account.name},
                {"note", note_model(note)},
                {"account", account_model(accounts, account)},
                {"form", form_model(accounts, account)},
                {"sessions", visit.service.options.sign_in->sessions(account.id).size()},
                {"self", visit.visitor.account && visit.visitor.account->id == account.id},
                {"password", password}};
  return page_response(visit, "person", std::move(model), status);
}

struct Filter {
  std::string words, role, state;
  bool takes(const people::Account& account) const {
    bool ended = account.disabled || (!account.last_day.empty() && account.last_day < text::to_iso(text::today()));
    return (words.empty() || account.login.find(words) != std::string::npos || account.name.find(words) != std::string::npos) && (role.empty() || account.role == role) &&
           (state.empty() || ended == (state == "ended"));
  }
};

Response people_shown(const Visit& visit, const people::Account& begun, const Note& note, int status = 200) {
  people::Accounts& accounts = accounts_of(visit);
  const Target& target = visit.call.target;
  Filter filter{typed(target, "q"), typed(target, "role"), typed(target, "state")};
  size_t page = target.number("page", 1, 10'000, 1), count = 0;
  Json list = Json::array();
  for (const auto& account : accounts.list()) {
    if (!filter.takes(account)) continue;
    if (count >= (page - 1) * people_a_page && count < page * people_a_page) list.push_back(account_model(accounts, account));
    ++count;
  }
  Parameters kept;
  for (const auto& [name, value] : {std::pair("q", filter.words), std::pair("role", filter.role), std::pair("state", filter.state)}) {
    if (!value.empty()) kept.emplace_back(name, value);
  }
  Json model = {{"title", "利用者"},
                {"note", note_model(note)},
                {"q", filter.words},
                {"roles", roles_model(accounts.table(), filter.role)},
                {"in_use", filter.state == "in_use"},
                {"ended", filter.state == "ended"},
                {"total", count},
                {"people", list},
                {"adding", !note.fault.empty()},
                {"form", form_model(accounts, begun)},
                {"paging", paging_model(page, count > page * people_a_page, "/admin/people", kept)}};
  return page_response(visit, "people", std::move(model), status);
}

Json groups_page_model(const people::Accounts& accounts, const Note& note) {
  std::map<std::string, size_t> members;
  for (const auto& account : accounts.list()) {
    for (const auto& group : account.groups) ++members[group];
  }
  Json list = Json::array();
  for (const auto& group : accounts.groups()) list.push_back({{"name", group}, {"members", members[group]}});
  return {{"title", "グループ"}, {"note", note_model(note)}, {"groups", list}};
}

/// The slug in what was typed: itself, or the address of one of the document's pages.
std::string slug_of(const std::string& words) {
  constexpr std::string_view pages = "/documents/";
  size_t at = words.find(pages);
  if (at == words.npos) return words;
  Target target = parse_target(words.substr(at));
  return target.segments.size() > 1 ? target.segments[1] : "";
}

}  // namespace

Response admin_page(const Visit& visit) {
  Json model = {{"title", "管理"}, {"has_accounts", visit.service.options.accounts != nullptr}};
  return page_response(visit, "admin", std::move(model));
}

Response people_page(const Visit& visit) { return people_shown(visit, {}, done_note(visit)); }

Response take_person(const Visit& visit) {
  people::Accounts& accounts = accounts_of(visit);
  Target form = parse_form(visit.request.body);
  people::Account account;
  auto add = [&] {
    account.login = typed(form, "login");
    read_form(form, account);
    std::string password = people::make_password();
    account = accounts.find(accounts.add(account, password)).value();
    return shown(visit, account, {.done = "利用者を加えました。"}, 200, password);
  };
  return take(add, [&](const Note& note, int status) { return people_shown(visit, account, note, status); });
}

Response person_page(const Visit& visit) { return shown(visit, person_of(visit), done_note(visit)); }

Response take_person_change(const Visit& visit) {
  people::Accounts& accounts = accounts_of(visit);
  people::Account account = person_of(visit);
  Target form = parse_form(visit.request.body);
  std::string action = typed(form, "action");
  auto done = [&](std::string_view key) { return see_other(fmt::format("/admin/people/{}?done={}", account.id, key)); };
  auto change = [&]() -> Response {
    if (action == "save") {
      // What stands now is shown, not what was typed over something else: the next press must not undo it unseen.
      auto held = form.parameter("state");
      if (held && *held != state_of(accounts, account.id)) throw Error(ErrorKind::conflict, "ほかの人が、この利用者の登録を先に変えています。", "この利用者の画面を開き直し、今の内容を確かめてから、もう一度変えてください。");
      read_form(form, account);
      accounts.change(account);
      return done("saved");
    }
    if (action == "disable" || action == "enable") {
      account.disabled = action == "disable";
      accounts.change(account);
      return done(account.disabled ? "disabled" : "enabled");
    }
    if (action == "reset") {
      std::string password = people::make_password();
      accounts.set_password(account.id, password, false);
      return shown(visit, accounts.find(account.id).value(), {}, 200, password);
    }
    if (action == "second-step-off") {
      accounts.set_second_step(account.id, "");
      return done("second-step");
    }
    if (action == "end-sessions") {
      visit.service.options.sign_in->end_all(account.id);
      visit.service.options.sign_in->end_tokens(account.id);
      return done("sessions");
    }
    throw Error(ErrorKind::invalid, "操作が選ばれていません。", "画面のボタンから送ってください。");
  };
  return take(change, [&](const Note& note, int status) { return shown(visit, account, note, status); });
}

Response groups_page(const Visit& visit) {
  return page_response(visit, "groups", groups_page_model(accounts_of(visit), done_note(visit)));
}

Response take_group(const Visit& visit) {
  people::Accounts& accounts = accounts_of(visit);
  Target form = parse_form(visit.request.body);
  auto change = [&] {
    bool removes = form.parameter("remove").has_value();
    if (removes) accounts.remove_group(typed(form, "remove"));
    else accounts.add_group(typed(form, "name"));
    return see_other(fmt::format("/admin/groups?done={}", removes ? "group-removed" : "group"));
  };
  return take(change, [&](const Note& note, int status) { return page_response(visit, "groups", groups_page_model(accounts, note), status); });
}

Response why_page(const Visit& visit) {
  people::Accounts& accounts = accounts_of(visit);
  std::string login = typed(visit.call.target, "person"), words = typed(visit.call.target, "document"), slug = slug_of(words);
  auto account = accounts.find(login);
  // Whoever gives rights may know what there is to see.
  auto document = slug.empty() ? std::nullopt : visit.service.library.document(corpus::Viewer::everything(), slug);
  Json choices = Json::array();
  for (const auto& one : accounts.list()) choices.push_back({{"login", one.login}, {"name", one.name}, {"chosen", one.login == login}});
  std::string fault;
  if (!login.empty() && !account) fault = "その利用者はありません。";
  else if (!words.empty() && !document) fault = "その識別名の資料はありません。資料のページのアドレスを貼り付けてもかまいません。";
  Json answer;
  if (account && document) {
    people::Reason reason = accounts.why(*account, *document);
    answer = {{"sees", reason.sees}, {"rule", reason.rule}, {"person", account_model(accounts, *account)}, {"document", document_model(*document)}};
  }
  Json model = {{"title", "なぜ見える／見えない"}, {"note", note_model({.fault = fault})}, {"people", choices}, {"document_words", words}, {"answer", answer}};
  return page_response(visit, "why", std::move(model));
}

}  // namespace shirube::web
