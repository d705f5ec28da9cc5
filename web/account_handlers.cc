// One's own account: the password, the second step, where one is signed in, and tokens for programs.
#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "people/totp.h"
#include "text/error.h"
#include "web/people_model.h"
#include "web/service.h"

namespace shirube::web {

namespace {

using Json = nlohmann::json;

struct Done {
  std::string_view key, words;
};
constexpr Done done_words[] = {{"password", "パスワードを変更しました。ほかの端末のサインインは終わりました。"},
                               {"second-step-on", "二段階認証を設定しました。次からは、パスワードのあとに確認コードを入力します。"},
                               {"second-step-off", "二段階認証を外しました。"},
                               {"session", "サインインを終わらせました。"},
                               {"sessions", "ほかの端末のサインインを、すべて終わらせました。"},
                               {"token", "鍵を使えなくしました。"}};

Response done(std::string_view key) { return see_other(fmt::format("/account?done={}", key)); }

const people::Account& account_of(const Visit& visit) {
  accounts_of(visit);
  return *visit.visitor.account;
}

Json sessions_model(const Visit& visit, int64_t account_id) {
  Json list = Json::array();
  for (const auto& session : visit.service.options.sign_in->sessions(account_id)) {
    list.push_back({{"id", session.id}, {"address", session.address}, {"device", device_name(session.agent)}, {"created_at", local_time(session.created_at)},
                    {"seen_at", local_time(session.seen_at)}, {"here", visit.visitor.session && visit.visitor.session->id == session.id}});
  }
  return list;
}

Json tokens_model(const Visit& visit, int64_t account_id) {
  Json list = Json::array();
  for (const auto& token : visit.service.options.sign_in->tokens(account_id)) {
    list.push_back({{"id", token.id}, {"label", token.label}, {"last_day", token.last_day}, {"created_at", local_time(token.created_at)},
                    {"seen_at", local_time(token.seen_at)}, {"tasks", tasks_model(token.tasks)}, {"feeds", token.feeds}});
  }
  return list;
}

/// `made` is the token that was just made, or empty.
Response shown(const Visit& visit, const Note& note, int status = 200, const std::string& made = {}) {
  const people::Account& account = account_of(visit);
  bool password_due = visit.visitor.due == Due::password;
  Json sessions = sessions_model(visit, account.id);
  Json model = {{"title", password_due ? "パスワードの変更" : "自分の設定"},
                {"note", note_model(note)},
                {"account", account_model(*visit.service.options.accounts, account)},
                {"password_due", password_due},
                {"shortest", people::shortest_password},
                {"longest", people::longest_password},
                {"others", sessions.size() > 1},
                {"sessions", sessions},
                {"tokens", tokens_model(visit, account.id)},
                {"grantable", tasks_model(visit.viewer().tasks)},
                {"made", made}};
  return page_response(visit, "account", std::move(model), status);
}

Response again(const Visit& visit, const Note& note, int status) { return shown(visit, note, status); }

/// Throws Error{forbidden} unless the form's field `password` is the person's.
void demand_password(const Visit& visit, const Target& form, std::string_view field) {
  people::Attempt attempt = visit.service.options.sign_in->confirm(account_of(visit), form.parameter(field).value_or(""), visit.visitor.actor.address);
  if (attempt.outcome == people::Outcome::waiting) throw Error(ErrorKind::forbidden, waiting_words(attempt.wait));
  if (attempt.outcome != people::Outcome::signed_in) throw Error(ErrorKind::forbidden, "今のパスワードが違います。", "もう一度入力してください。");
}

Response second_step_form(const Visit& visit, const Note& note, int status = 200) {
  const people::Account& account = account_of(visit);
  std::string secret = visit.service.offered.offer(visit.visitor.session->id);
  // Read in groups of four, typed by hand where no picture can be taken.
  std::string grouped;
  for (size_t i = 0; i < secret.size(); ++i) grouped += (i > 0 && i % 4 == 0 ? " " : "") + secret.substr(i, 1);
  return page_response(visit, "second-step", {{"title", "二段階認証の設定"}, {"note", note_model(note)}, {"secret", grouped}, {"login", account.login}, {"due", visit.visitor.due == Due::second_step}}, status);
}

}  // namespace

Response account_page(const Visit& visit) {
  auto found = std::ranges::find(done_words, visit.call.target.parameter("done").value_or(""), &Done::key);
  return shown(visit, {.done = found == std::end(done_words) ? "" : std::string(found->words)});
}

Response take_password(const Visit& visit) {
  auto change = [&] {
    Target form = parse_form(visit.request.body);
    std::string wanted = form.parameter("new").value_or("");
    if (wanted != form.parameter("again").value_or("")) throw Error(ErrorKind::invalid, "新しいパスワードが、二つの欄で違います。", "同じものを二度入力してください。");
    demand_password(visit, form, "password");
    if (wanted == form.parameter("password")) throw Error(ErrorKind::invalid, "今と同じパスワードです。", "別のパスワードにしてください。");
    accounts_of(visit).set_password(account_of(visit).id, wanted, true, visit.visitor.session->id);
    return done("password");
  };
  return take(change, [&](const Note& note, int status) { return again(visit, note, status); });
}

Response second_step_page(const Visit& visit) { return account_of(visit).has_second_step ? see_other("/account") : second_step_form(visit, {}); }

Response send_second_step_picture(const Visit& visit) {
  const people::Account& account = account_of(visit);
  if (account.has_second_step) throw Error(ErrorKind::missing, "二段階認証は設定済みです。", "自分の設定の画面をご覧ください。");
  Response response;
  response.content_type = "image/svg+xml";
  response.body = people::qr_svg(people::totp_address(visit.service.offered.offer(visit.visitor.session->id), account.login));
  return response;
}

Response take_second_step(const Visit& visit) {
  const people::Account& account = account_of(visit);
  people::Accounts& accounts = accounts_of(visit);
  Target form = parse_form(visit.request.body);
  if (typed(form, "action") == "off") {
    auto turn_off = [&] {
      demand_password(visit, form, "password");
      accounts.set_second_step(account.id, "");
      return done("second-step-off");
    };
    return take(turn_off, [&](const Note& note, int status) { return again(visit, note, status); });
  }
  if (account.has_second_step) return see_other("/account");
  auto turn_on = [&] {
    demand_password(visit, form, "password");
    std::string secret = visit.service.offered.offer(visit.visitor.session->id);
    auto step = people::totp_step(secret, typed_code(form), std::time(nullptr));
    if (!step) throw Error(ErrorKind::forbidden, "確認コードが違います。", "認証アプリに今出ている6桁を入力してください。端末の時計が合っているかも確かめてください。");
    accounts.set_second_step(account.id, secret, step);
    visit.service.offered.forget(visit.visitor.session->id);
    return done("second-step-on");
  };
  return take(turn_on, [&](const Note& note, int status) { return second_step_form(visit, note, status); });
}

Response take_session_end(const Visit& visit) {
  const people::Account& account = account_of(visit);
  people::SignIn& sign_in = *visit.service.options.sign_in;
  Target form = parse_form(visit.request.body);
  if (form.parameter("others")) {
    sign_in.end_all(account.id, visit.visitor.session->id);
    return done("sessions");
  }
  sign_in.end(account.id, typed_id(typed(form, "end")));
  return done("session");
}

Response take_token(const Visit& visit) {
  const people::Account& account = account_of(visit);
  people::SignIn& sign_in = *visit.service.options.sign_in;
  Target form = parse_form(visit.request.body);
  if (form.parameter("end")) {
    sign_in.end_token(account.id, typed_id(typed(form, "end")));
    return done("token");
  }
  auto make = [&] {
    demand_password(visit, form, "password");
    people::Token token;
    token.label = typed(form, "label");
    token.last_day = typed_day(form, "last_day");
    for (const auto& key : form.all("task")) {
      auto task = corpus::task_of(key);
      if (!task) throw Error(ErrorKind::invalid, "許す操作が正しくありません。", "画面を開き直して選んでください。");
      token.tasks.push_back(*task);
    }
    token.feeds = typed(form, "for") == "feeds";
    std::string secret = sign_in.make_token(account.id, token);
    return shown(visit, {}, 200, token.feeds ? origin_of(visit) + "/feeds/news" + write_query({{"key", secret}}) : secret);
  };
  return take(make, [&](const Note& note, int status) { return again(visit, note, status); });
}

}  // namespace shirube::web
