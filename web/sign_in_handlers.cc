// Signing in, by password and by code, and out again.
#include <fmt/format.h>

#include "people/sessions.h"
#include "text/utf8.h"
#include "web/people_model.h"
#include "web/service.h"

namespace shirube::web {

namespace {

Response shown(const Visit& visit, const std::string& to, const std::string& login, const Note& note, int status = 200) {
  bool code_due = visit.visitor.due == Due::code;
  return page_response(visit, "sign-in", {{"title", "サインイン"}, {"to", to}, {"login", login}, {"code_due", code_due}, {"nobody_yet", accounts_of(visit).none()}, {"note", note_model(note)}}, status);
}

/// What was typed but not taken: the form again, with what to do.
Response refused(const Visit& visit, const people::Attempt& attempt, const std::string& to, const std::string& login, const std::string& wrong) {
  if (attempt.outcome != people::Outcome::waiting) return shown(visit, to, login, {.fault = wrong}, 403);
  Response response = shown(visit, to, login, {.fault = waiting_words(attempt.wait)}, 429);
  response.headers.emplace_back("Retry-After", std::to_string(attempt.wait.count()));
  return response;
}

Response entered(const Visit& visit, const std::string& token, const std::string& address) {
  Response response = see_other(address);
  if (!token.empty()) response.headers.emplace_back("Set-Cookie", session_cookie(token, visit.visitor.secure));
  return response;
}

}  // namespace

Response sign_in_page(const Visit& visit) {
  accounts_of(visit);
  std::string to = local_address(visit.call.target.parameter("to"));
  if (visit.visitor.account && visit.visitor.due != Due::code) return see_other(to);
  bool left = visit.call.target.parameter("done") == "out";
  return shown(visit, to, "", {.done = left ? "サインアウトしました。" : ""});
}

Response take_sign_in(const Visit& visit) {
  accounts_of(visit);
  people::SignIn& sign_in = *visit.service.options.sign_in;
  Target form = parse_form(visit.request.body);
  std::string to = local_address(form.parameter("to")), login(text::trim(form.parameter("login").value_or("")));
  people::Attempt attempt = sign_in.begin(login, form.parameter("password").value_or(""), visit.visitor.actor.address, agent_of(visit.request));
  switch (attempt.outcome) {
    case people::Outcome::wrong:
    case people::Outcome::waiting: return refused(visit, attempt, to, login, "利用者名かパスワードが違います。何度も違うと、しばらく入力できなくなります。");
    case people::Outcome::signed_in:
    case people::Outcome::second_step: break;
  }
  // A browser holds one session.
  if (const auto& former = visit.visitor.session) sign_in.end(former->account_id, former->id);
  bool code_due = attempt.outcome == people::Outcome::second_step;
  return entered(visit, attempt.token, code_due ? "/sign-in" + write_query({{"to", to}}) : to);
}

Response take_code(const Visit& visit) {
  accounts_of(visit);
  Target form = parse_form(visit.request.body);
  std::string to = local_address(form.parameter("to"));
  if (visit.visitor.due != Due::code) return see_other(to);
  std::string code = typed_code(form);
  people::Attempt attempt = visit.service.options.sign_in->prove(*visit.visitor.session, code, visit.visitor.actor.address);
  if (attempt.outcome == people::Outcome::signed_in) return entered(visit, attempt.token, to);
  return refused(visit, attempt, to, "", "確認コードが違います。認証アプリに今出ている6桁を入力してください。");
}

Response take_sign_out(const Visit& visit) {
  accounts_of(visit);
  if (const auto& session = visit.visitor.session) visit.service.options.sign_in->end(session->account_id, session->id);
  Response response = see_other("/sign-in?done=out");
  response.headers.emplace_back("Set-Cookie", session_cookie("", visit.visitor.secure));
  response.headers.emplace_back("Clear-Site-Data", "\"cache\", \"cookies\", \"storage\"");
  return response;
}

}  // namespace shirube::web
