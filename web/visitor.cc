#include "web/visitor.h"

#include <fmt/format.h>

#include <algorithm>

#include "text/error.h"
#include "text/normalize.h"
#include "text/utf8.h"
#include "web/app.h"
#include "web/form.h"
#include "web/target.h"

namespace shirube::web {

namespace {

constexpr size_t longest_login = 64, longest_way_back = 2048;

/// All values of a header, as one (RFC 9110, 5.3).
std::string joined_header(const Headers& headers, std::string_view name) {
  std::string joined;
  for (const auto& header : headers) {
    if (!header_of({header}, name).empty()) joined += (joined.empty() ? "" : ",") + header.second;
  }
  return joined;
}

std::string_view cookie_name(bool secure) { return secure ? "__Host-shirube" : "shirube"; }

std::string_view cookie_of(const Request& request, std::string_view name) {
  for (std::string_view rest = header_of(request.headers, "Cookie"); !rest.empty();) {
    std::string_view one = text::trim(rest.substr(0, rest.find(';')));
    rest.remove_prefix(std::min(rest.find(';'), rest.size() - 1) + 1);
    if (one.starts_with(name) && one.substr(name.size()).starts_with('=')) return one.substr(name.size() + 1);
  }
  return {};
}

std::string_view bearer_of(const Request& request) {
  constexpr std::string_view scheme = "bearer ";
  std::string_view value = header_of(request.headers, "Authorization");
  bool is_bearer = value.size() > scheme.size() && std::ranges::equal(value.substr(0, scheme.size()), scheme, {}, [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return is_bearer ? text::trim(value.substr(scheme.size())) : "";
}

/// In the address of a feed, as what reads feeds sends no header.
std::string feed_token_of(const Request& request) {
  size_t question = request.target.find('?');
  if (!request.target.starts_with("/feeds/") || question == request.target.npos) return "";
  try {
    return parse_form(std::string_view(request.target).substr(question + 1)).parameter("key").value_or("");
  } catch (const Error&) {
    return "";  // what is wrong with it is told when it is answered
  }
}

Due due_of(const people::Accounts& accounts, const people::Account& account, bool by_proxy) {
  if (by_proxy) return Due::nothing;  // whoever signs in there does what is due there
  if (account.must_change_password) return Due::password;
  const people::Role* role = accounts.table().find(account.role);
  return role && role->second_step && !account.has_second_step ? Due::second_step : Due::nothing;
}

void admit(Visitor& visitor, const people::Accounts& accounts, people::Account account, Due due) {
  visitor.actor.name = account.login;
  visitor.due = due;
  visitor.reads = due == Due::nothing;
  visitor.viewer = visitor.reads ? accounts.viewer_of(account) : corpus::Viewer{};
  visitor.account = std::move(account);
}

/// `feeds`: the token stands in the address of a feed.
void admit_token(Visitor& visitor, const AppOptions& options, std::string_view token, bool feeds) {
  auto bearer = options.sign_in->bearer(token);
  if (!bearer || bearer->token.feeds != feeds) {
    visitor.bad_token = true;
    return;
  }
  visitor.by_token = true;
  Due due = due_of(*options.accounts, bearer->account, false);
  admit(visitor, *options.accounts, std::move(bearer->account), due);
  std::erase_if(visitor.viewer.tasks, [&](corpus::Task task) { return std::ranges::find(bearer->token.tasks, task) == bearer->token.tasks.end(); });
}

/// The person whom a proxy has signed in. Of two names one may have come from the client: then it is nobody.
std::string name_by_proxy(const AppOptions& options, const Request& request) {
  const std::string& header = options.entrance.user_header;
  std::string sent = header.empty() ? "" : joined_header(request.headers, header);
  if (sent.size() > longest_login || sent.find(',') != sent.npos) return "";
  // As accounts have it: a proxy may write names its own way.
  return std::string(text::trim(text::fold(sent)));
}

}  // namespace

Visitor visitor_of(const AppOptions& options, const Request& request, Begin begin) {
  Visitor visitor;
  visitor.secure = came_securely(request, options.proxies);
  visitor.actor.address = client_address(request.peer, request.headers, options.proxies);
  if (!options.accounts) {
    visitor.actor.name = "service";
    visitor.viewer = options.viewer;
    visitor.reads = true;
    return visitor;
  }
  if (std::string_view token = bearer_of(request); !token.empty() && request.target.starts_with("/api/")) {
    admit_token(visitor, options, token, false);
    return visitor;
  }
  if (std::string token = feed_token_of(request); !token.empty()) {
    admit_token(visitor, options, token, true);
    return visitor;
  }
  std::string_view cookie = cookie_of(request, cookie_name(visitor.secure));
  auto session = cookie.empty() ? std::nullopt : options.sign_in->find(cookie);
  auto account = session ? options.accounts->find(session->account_id) : std::nullopt;
  std::string named = options.proxies.contains(request.peer) ? name_by_proxy(options, request) : "";
  if (!named.empty() && (!account || account->login != named)) {
    session.reset(), account.reset();
    people::Attempt attempt = begin == Begin::yes ? options.sign_in->trust(named, visitor.actor.address, agent_of(request)) : people::Attempt{};
    if (attempt.outcome == people::Outcome::signed_in) {
      visitor.begun = attempt.token;
      session = options.sign_in->find(attempt.token);
      account = session ? options.accounts->find(session->account_id) : std::nullopt;
    }
  }
  if (account) {
    Due due = session->second_step_due ? Due::code : due_of(*options.accounts, *account, !named.empty());
    visitor.session = std::move(session);
    admit(visitor, *options.accounts, std::move(*account), due);
  } else if (options.entrance.public_reading) {
    visitor.viewer = {{"public"}};
    visitor.reads = true;
  }
  return visitor;
}

std::string agent_of(const Request& request) {
  std::string_view agent = header_of(request.headers, "User-Agent");
  return text::is_valid_utf8(agent) ? std::string(agent) : "";
}

std::string session_cookie(std::string_view token, bool secure) {
  return fmt::format("{}={}; Path=/; HttpOnly; SameSite=Lax{}{}", cookie_name(secure), token, secure ? "; Secure" : "", token.empty() ? "; Max-Age=0" : "");
}

bool holds_csrf(const people::Session& session, const Request& request) {
  constexpr std::string_view field = "csrf";
  std::string sent(header_of(request.headers, "X-CSRF-Token"));
  std::string_view type = request.target.starts_with("/api/") ? "" : header_of(request.headers, "Content-Type");
  if (sent.empty() && type.starts_with("multipart/form-data")) {
    for (const auto& part : parse_multipart(type, request.body)) {
      if (part.name == field && part.file_name.empty()) sent = part.bytes;
    }
  } else if (sent.empty() && type.starts_with("application/x-www-form-urlencoded")) {
    sent = parse_form(request.body).parameter(field).value_or("");
  }
  // In the same time wherever they differ.
  unsigned char difference = 0;
  for (size_t i = 0; i < std::min(sent.size(), session.csrf.size()); ++i) difference |= static_cast<unsigned char>(sent[i] ^ session.csrf[i]);
  return !session.csrf.empty() && sent.size() == session.csrf.size() && difference == 0;
}

std::string local_address(const std::optional<std::string>& wanted) {
  // Browsers read \ as /, and pass over tabs and line feeds.
  bool local = wanted && wanted->size() <= longest_way_back && wanted->starts_with('/') && !wanted->starts_with("//") &&
               std::ranges::all_of(*wanted, [](char c) { return c > ' ' && c < 0x7f && c != '\\'; });
  return local ? *wanted : "/";
}

}  // namespace shirube::web
