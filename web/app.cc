#include "web/app.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "search/unreadable.h"
#include "text/error.h"
#include "text/utf8.h"
#include "web/model.h"
#include "web/problem.h"
#include "web/service.h"

namespace shirube::web {

namespace {

constexpr std::string_view page_type = "text/html; charset=utf-8";
constexpr std::string_view json_type = "application/json; charset=utf-8";
constexpr std::string_view problem_type = "application/problem+json; charset=utf-8";

/// Sent with every answer that does not say otherwise itself.
constexpr std::pair<std::string_view, std::string_view> security_headers[] = {
    {"Content-Security-Policy", "default-src 'none'; style-src 'self'; font-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; "
                                "frame-ancestors 'none'; base-uri 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    // Search words stand in addresses; they must not leave with a link to the original's site.
    {"Referrer-Policy", "same-origin"},
    {"X-Frame-Options", "DENY"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"},
    {"Cache-Control", "no-store"},
};
/// Sent where the client came by TLS: a year long it is to come by nothing else (RFC 6797).
constexpr std::pair<std::string_view, std::string_view> transport_header = {"Strict-Transport-Security", "max-age=31536000"};

/// A browser says where a form stands by Sec-Fetch-Site; one that does not, or does not trust the
/// connection, by Origin.
bool is_from_here(const Headers& headers) {
  std::string_view site = header_of(headers, "Sec-Fetch-Site");
  if (!site.empty()) return site == "same-origin" || site == "none";
  std::string_view origin = header_of(headers, "Origin"), host = header_of(headers, "Host");
  for (std::string_view scheme : {"http://", "https://"}) {
    if (!host.empty() && origin.starts_with(scheme) && origin.substr(scheme.size()) == host) return true;
  }
  return false;
}

/// Why a change is not to be looked at.
std::optional<Problem> fault_of(const Visitor& visitor, const Request& request, std::string_view wanted_type, size_t longest_body) {
  // A browser sends a token only where a script of ours does, so that none can be made to.
  if (!visitor.by_token && !is_from_here(request.headers)) return problem_of(403);
  if (request.body.size() > longest_body) return problem_of(413);
  std::string_view type = header_of(request.headers, "Content-Type");
  if (wanted_type != any_type && type.substr(0, type.find(';')) != wanted_type) return problem_of(415);
  if (!visitor.session || holds_csrf(*visitor.session, request)) return std::nullopt;
  return Problem{403, "画面が古くなっています", "この画面を開いたあとで、サインインし直したか、ほかの人がサインインしました。何も変えていません。", "前の画面を開き直して、もう一度操作してください。"};
}

constexpr Route route_table[] = {
    {"GET", "/", Access::reader, search_view, "search"},
    {"GET", "/documents", Access::reader, documents_view, "documents"},
    {"GET", "/documents/{}", Access::reader, nullptr, {}, redirect_to_current},
    {"GET", "/documents/{}/{}", Access::reader, edition_view, "edition"},
    {"GET", "/documents/{}/{}/changes", Access::reader, changes_view, "changes"},
    {"GET", "/documents/{}/{}/dangling", Access::desk, dangling_view, "dangling"},
    {"GET", "/documents/{}/{}/clauses/{}", Access::reader, clause_view, "clause"},
    {"POST", "/documents/{}/{}/clauses/{}/note", Access::desk, nullptr, {}, take_note},
    {"GET", "/news", Access::reader, news_view, "news"},
    {"POST", "/news", Access::person, nullptr, {}, take_news_seen},
    {"GET", "/news/digest", Access::reader, digest_view, "digest"},
    {"GET", "/feeds/news", Access::reader, nullptr, {}, send_news_feed},
    {"GET", "/feeds/searches/{}", Access::person, nullptr, {}, send_search_feed},
    {"GET", "/terms", Access::reader, terms_view, "terms"},
    {"GET", "/help", Access::reader, help_view, "help"},
    {"GET", "/accessibility", Access::reader, accessibility_view, "accessibility"},
    {"GET", "/search.xlsx", Access::reader, nullptr, {}, send_results},
    {"GET", "/explain", Access::reader, explain_view, "explain"},
    {"GET", "/similar", Access::reader, similar_to_text_view, "similar"},
    {"GET", "/documents/{}/{}/beside", Access::reader, beside_view, "beside"},
    {"GET", "/documents/{}/{}/original", Access::reader, nullptr, {}, send_original},
    {"GET", "/judgements", Access::judge, judgements_view, "judgements"},
    {"POST", "/judgements", Access::judge, nullptr, {}, take_judgement},
    {"GET", "/basket", Access::person, basket_view, "basket"},
    {"POST", "/basket", Access::person, nullptr, {}, take_citation},
    {"GET", "/favourites", Access::person, favourites_view, "favourites"},
    {"POST", "/favourites", Access::person, nullptr, {}, take_favourite},
    {"GET", "/drafts", Access::desk, drafts_view, "drafts"},
    {"POST", "/drafts", Access::desk, nullptr, {}, take_files, files_type, Size::file},
    {"GET", "/drafts/{}", Access::desk, draft_view, "draft"},
    {"POST", "/drafts/{}", Access::desk, nullptr, {}, take_change},
    {"GET", "/drafts/{}/original", Access::desk, nullptr, {}, send_draft_original},
    {"GET", "/drafts/{}/pages/{}", Access::desk, nullptr, {}, send_page_picture},
    {"GET", "/ledgers", Access::person, ledgers_view, "ledgers"},
    {"GET", "/ledgers/{}", Access::person, ledger_view, "ledger"},
    {"GET", "/ledgers/{}/export", Access::person, nullptr, {}, send_ledger},
    {"GET", "/ledgers/{}/import", Access::person, nullptr, {}, import_records_page},
    {"POST", "/ledgers/{}/import", Access::person, nullptr, {}, take_workbook, files_type, Size::file},
    {"GET", "/records/{}/letters/{}", Access::person, nullptr, {}, send_letter},
    {"POST", "/ledgers/{}", Access::person, nullptr, {}, take_bulk_change},
    {"GET", "/ledgers/{}/new", Access::person, nullptr, {}, new_record_page},
    {"POST", "/ledgers/{}/new", Access::person, nullptr, {}, take_new_record, form_type, Size::record},
    {"GET", "/records/{}", Access::person, record_view, "record"},
    {"POST", "/records/{}", Access::person, nullptr, {}, take_record_change},
    {"GET", "/records/{}/edit", Access::person, nullptr, {}, edit_record_page},
    {"POST", "/records/{}/edit", Access::person, nullptr, {}, take_record_edit, form_type, Size::record},
    {"POST", "/records/{}/files", Access::person, nullptr, {}, take_record_file, files_type, Size::file},
    {"GET", "/records/{}/files/{}", Access::person, nullptr, {}, send_record_file},
    {"GET", "/records/{}/history", Access::person, record_history_view, "record-history"},
    {"GET", "/records/{}/rows/{}", Access::person, record_rows_view, "record-rows"},
    {"POST", "/records/{}/rows/{}", Access::person, nullptr, {}, take_row, form_type, Size::record},
    {"GET", "/records/{}/rows/{}/answers", Access::person, nullptr, {}, answers_page},
    {"POST", "/records/{}/rows/{}/answers", Access::person, nullptr, {}, take_answers, files_type, Size::file},
    {"GET", "/deadlines", Access::person, deadlines_view, "deadlines"},
    {"GET", "/deadlines/digest", Access::person, deadline_digest_view, "deadline-digest"},
    {"POST", "/unsaved", Access::person, nullptr, {}, take_unsaved, form_type, Size::record},
    {"GET", "/feeds/deadlines", Access::person, nullptr, {}, send_deadlines},
    {"GET", "/admin/settings", Access::administer, nullptr, {}, show_settings},
    {"GET", "/admin/settings/{}", Access::administer, nullptr, {}, show_setting},
    {"POST", "/admin/settings/{}", Access::administer, nullptr, {}, change_setting, files_type, Size::setting},
    {"GET", "/static/{}", Access::anyone, nullptr, {}, send_static},
    {"GET", "/static/fonts/{}", Access::anyone, nullptr, {}, send_font},
    {"GET", "/static/pdfjs/{}", Access::anyone, nullptr, {}, send_pdfjs},
    {"GET", "/sign-in", Access::anyone, nullptr, {}, sign_in_page},
    {"POST", "/sign-in", Access::anyone, nullptr, {}, take_sign_in},
    {"POST", "/sign-in/code", Access::person, nullptr, {}, take_code},
    {"POST", "/sign-out", Access::anyone, nullptr, {}, take_sign_out},
    {"GET", "/account", Access::person, nullptr, {}, account_page},
    {"POST", "/account/password", Access::person, nullptr, {}, take_password},
    {"GET", "/account/second-step", Access::person, nullptr, {}, second_step_page},
    {"POST", "/account/second-step", Access::person, nullptr, {}, take_second_step},
    {"GET", "/account/second-step/picture", Access::person, nullptr, {}, send_second_step_picture},
    {"POST", "/account/sessions", Access::person, nullptr, {}, take_session_end},
    {"POST", "/account/tokens", Access::person, nullptr, {}, take_token},
    {"GET", "/admin", Access::administer, nullptr, {}, admin_page},
    {"GET", "/admin/people", Access::administer, nullptr, {}, people_page},
    {"POST", "/admin/people", Access::administer, nullptr, {}, take_person},
    {"GET", "/admin/people/{}", Access::administer, nullptr, {}, person_page},
    {"POST", "/admin/people/{}", Access::administer, nullptr, {}, take_person_change},
    {"GET", "/admin/groups", Access::administer, nullptr, {}, groups_page},
    {"POST", "/admin/groups", Access::administer, nullptr, {}, take_group},
    {"GET", "/admin/why", Access::administer, nullptr, {}, why_page},
    {"GET", "/api/v1/search", Access::reader, search_view},
    {"GET", "/api/v1/suggest", Access::reader, suggest_view},
    {"GET", "/api/v1/documents", Access::reader, documents_view},
    {"GET", "/api/v1/documents/{}", Access::reader, document_view},
    {"GET", "/api/v1/documents/{}/{}", Access::reader, edition_view},
    {"GET", "/api/v1/documents/{}/{}/changes", Access::reader, changes_view},
    {"GET", "/api/v1/documents/{}/{}/dangling", Access::desk, dangling_view},
    {"GET", "/api/v1/documents/{}/{}/clauses/{}", Access::reader, clause_view},
    {"GET", "/api/v1/documents/{}/{}/clauses/{}/similar", Access::reader, similar_view},
    {"GET", "/api/v1/news", Access::reader, news_view},
    {"GET", "/api/v1/news/digest", Access::reader, digest_view},
    {"GET", "/api/v1/terms", Access::reader, terms_view},
    {"GET", "/api/v1/explain", Access::reader, explain_view},
    {"GET", "/api/v1/similar", Access::reader, similar_to_text_view},
    {"GET", "/api/v1/basket", Access::person, basket_view},
    {"GET", "/api/v1/favourites", Access::person, favourites_view},
    {"GET", "/api/v1/drafts", Access::desk, drafts_view},
    {"POST", "/api/v1/drafts", Access::desk, nullptr, {}, take_file, any_type, Size::file},
    {"GET", "/api/v1/drafts/{}", Access::desk, draft_view},
    {"GET", "/api/v1/ledgers", Access::person, ledgers_view},
    {"GET", "/api/v1/ledgers/{}", Access::person, ledger_view},
    {"GET", "/api/v1/ledgers/{}/beside", Access::person, beside_record_view},
    {"GET", "/api/v1/records/{}", Access::person, record_view},
    {"GET", "/api/v1/records/{}/history", Access::person, record_history_view},
    {"GET", "/api/v1/deadlines", Access::person, deadlines_view},
    {"GET", "/admin/backups", Access::administer, backups_view, "backups"},
    {"POST", "/admin/backups", Access::administer, nullptr, {}, take_backup_request},
    {"GET", "/events", Access::events, events_view, "events"},
    {"GET", "/events/export", Access::events, nullptr, {}, send_events},
    {"POST", "/events/verify", Access::events, nullptr, {}, verify_events},
    {"GET", "/api/v1/events", Access::events, events_view},
    {"GET", "/healthz", Access::anyone, nullptr, {}, say_alive},
    {"GET", "/readyz", Access::anyone, nullptr, {}, say_ready},
    {"GET", "/metrics", Access::anyone, nullptr, {}, send_metrics},
    {"GET", "/admin/health", Access::administer, nullptr, {}, health_page},
};

/// Holds the segments against a pattern and collects those it leaves open.
bool matches(std::string_view pattern, const std::vector<std::string>& segments, std::vector<std::string>& arguments) {
  arguments.clear();
  size_t used = 0;
  for (pattern.remove_prefix(1); !pattern.empty(); ++used) {
    std::string_view piece = pattern.substr(0, pattern.find('/'));
    if (used == segments.size()) return false;
    if (piece == "{}" && !segments[used].empty()) arguments.push_back(segments[used]);
    else if (piece != segments[used]) return false;
    pattern.remove_prefix(std::min(piece.size() + 1, pattern.size()));
  }
  return used == segments.size();
}

/// What is answered to somebody who has something to do first, and where that is done.
struct Step {
  Due due;
  std::string_view page, reason;
  std::array<std::string_view, 4> routes;
};
constexpr Step steps[] = {
    {Due::code, "/sign-in", "確認コードの入力が済んでいません。", {"/sign-in/code"}},
    {Due::password, "/account", "パスワードの変更が済んでいません。", {"/account", "/account/password"}},
    {Due::second_step, "/account/second-step", "二段階認証の設定が済んでいません。", {"/account/second-step", "/account/second-step/picture"}},
};
const Step* step_of(Due due) {
  auto found = std::ranges::find(steps, due, &Step::due);
  return found == std::end(steps) ? nullptr : found;
}

bool may(const Service& service, const Visitor& visitor, Access access) {
  switch (access) {
    case Access::anyone: return true;
    case Access::reader: return visitor.reads;
    case Access::person: return visitor.account || !service.options.accounts;
    case Access::judge: return visitor.viewer.may(corpus::Task::judge);
    case Access::desk: return visitor.viewer.may(corpus::Task::desk);
    case Access::events: return visitor.viewer.may(corpus::Task::events);
    case Access::administer: return visitor.viewer.may(corpus::Task::administer);
  }
  return false;
}

/// What every page has around it.
void add_frame(Json& model, const Service& service, const Visitor& visitor) {
  Json tasks = Json::object();
  for (const auto& task : corpus::tasks()) tasks[std::string(task.key)] = visitor.viewer.may(*corpus::task_of(task.key));
  model["may"] = tasks;
  model["reads"] = visitor.reads;
  model["keeps"] = visitor.reads && may(service, visitor, Access::person);
  model["csrf"] = visitor.session ? visitor.session->csrf : "";
  model["me"] = visitor.account ? Json{{"name", visitor.account->name}} : Json();
  model["may_sign_in"] = service.options.accounts && !visitor.account;
  // Whoever can end them is told of passwords that everybody knows.
  model["demo"] = service.options.accounts && visitor.viewer.may(corpus::Task::administer) && std::ranges::any_of(service.options.accounts->list(), [](const auto& account) { return account.demo && !account.disabled; });
}

Response page_of(const Service& service, const Visitor& visitor, std::string_view page, Json model, int status) {
  add_frame(model, service, visitor);
  Response response;
  response.status = status;
  response.content_type = page_type;
  response.body = service.renderer.render(page, model);
  return response;
}

Response run(const Route& route, const Visit& visit) {
  if (route.handler) {
    Response response = route.handler(visit);
    tell_reading(route, visit, {});
    return response;
  }
  Json model = route.view(visit.context(), visit.call);
  tell_reading(route, visit, model);
  return route.page.empty() ? json_response(model) : page_response(visit, route.page, std::move(model));
}

/// Programs are told what is wrong as JSON.
bool is_api(const Request& request) { return request.target.starts_with("/api/") || request.target.starts_with("/feeds/"); }

/// As a log may have it: without the token that stands in the address of a feed, however that is written.
std::string_view logged(const Request& request) {
  std::string_view target = request.target;
  return target.starts_with("/feeds/") || target.find("key=") != target.npos ? target.substr(0, target.find('?')) : target;
}

Response refusal(const Service& service, const Visitor& visitor, const Problem& problem, const Request& request) {
  Json model = problem_model(problem);
  // Whoever could not change a draft goes on with it.
  std::string_view path = std::string_view(request.target).substr(0, request.target.find('?'));
  model["back"] = request.method == "POST" && path.starts_with("/drafts") ? path : "";
  Response response;
  if (is_api(request)) {
    response.status = problem.status;
    response.content_type = problem_type;
    response.body = write_json(model);
  } else {
    response = page_of(service, visitor, "problem", std::move(model), problem.status);
  }
  if (problem.status == 503) response.headers.emplace_back("Retry-After", "10");
  return response;
}

/// To where somebody unknown signs in, and back from there.
Response to_sign_in(const Service& service, const Visitor& visitor, std::string_view pattern, const Request& request) {
  if (is_api(request)) {
    Response response = refusal(service, visitor, problem_of(401), request);
    response.headers.emplace_back("WWW-Authenticate", visitor.bad_token ? "Bearer realm=\"shirube\", error=\"invalid_token\"" : "Bearer realm=\"shirube\"");
    return response;
  }
  // What was to be changed is not; its page is there to go back to.
  std::string way = request.method == "POST" ? request.target.substr(0, request.target.find('?')) : request.target;
  bool has_page = std::ranges::any_of(route_table, [&](const Route& route) { return route.method == "GET" && route.pattern == pattern; });
  return see_other(has_page && way != "/" ? "/sign-in" + write_query({{"to", way}}) : "/sign-in");
}

/// What stands between a visitor and a route: nothing, mostly.
std::optional<Response> barrier(const Service& service, const Visitor& visitor, const Route& route, const Request& request) {
  if (route.access == Access::anyone) return std::nullopt;
  if (const Step* step = step_of(visitor.due)) {
    if (std::ranges::find(step->routes, route.pattern) != step->routes.end()) return std::nullopt;
    if (!is_api(request)) return see_other(std::string(step->page));
    return refusal(service, visitor, {403, problem_of(403).title, std::string(step->reason), "ブラウザでサインインして、済ませてください。"}, request);
  }
  if (may(service, visitor, route.access)) return std::nullopt;
  if (service.options.accounts && !visitor.account) return to_sign_in(service, visitor, route.pattern, request);
  return refusal(service, visitor, {403, problem_of(403).title, "あなたに許されていない画面か操作です。", "仕事に要るときは、管理者に相談してください。"}, request);
}

/// That somebody known was not let do something is told; of addresses it is the route, which names nothing.
void tell_refusal(Service& service, const Visitor& visitor, const Route& route, int status) {
  if (status == 403 && visitor.account) service.events.push({"access.refused", fmt::format("{} {}", route.method, route.pattern)});
}

/// The route of a method and a target, with the segments that it leaves open; nullptr when there is none.
const Route* route_of(std::string_view method, const Target& target, std::vector<std::string>& arguments) {
  for (const auto& route : route_table) {
    if (route.method == method && matches(route.pattern, target.segments, arguments)) return &route;
  }
  return nullptr;
}

/// Whether a request may begin a session by a proxy's word: not where anybody is answered, nor where nothing is.
Begin begin_of(const Request& request) {
  try {
    std::vector<std::string> arguments;
    const Route* route = route_of(request.method == "HEAD" ? "GET" : std::string_view(request.method), parse_target(request.target), arguments);
    return route && route->access != Access::anyone ? Begin::yes : Begin::no;
  } catch (const Error&) {
    return Begin::no;  // what is wrong with it is told when it is answered
  }
}

size_t longest_body(const Service& service, Size size) {
  constexpr size_t around_files = 1 << 20;  // what stands around a file in a form
  switch (size) {
    case Size::setting: return Settings::largest + around_files;
    case Size::record: return 3 * records::longest_record + around_files;  // of each byte %XX
    case Size::file: return service.options.desk.limits.file_bytes + around_files;
    default: return service.options.limits.longest_form;
  }
}

void check_query(const Target& target, size_t most) {
  auto words = target.parameter("q");
  if (words && text::length_utf8(*words) > most) throw Error(ErrorKind::invalid, fmt::format("検索の言葉は{}文字までです。", most), "短くしてください。");
}

/// The refusals that the metrics tell apart by their status alone.
constexpr std::pair<int, Refusal> counted_statuses[] = {{403, Refusal::forbidden}, {413, Refusal::body}, {414, Refusal::target}, {421, Refusal::host}};

/// Answers, and says which route it was.
Response answer(Service& service, const Visitor& visitor, const Request& request, size_t& place) {
  if (request.target.size() > service.options.limits.longest_target) return refusal(service, visitor, problem_of(414), request);
  Target target = parse_target(request.target);
  check_query(target, service.options.limits.query_characters);
  std::string_view method = request.method == "HEAD" ? "GET" : std::string_view(request.method);
  Call call{target, {}};
  if (const Route* route = route_of(method, target, call.arguments)) {
    place = static_cast<size_t>(route - route_table);
    auto instead = barrier(service, visitor, *route, request);
    auto fault = !instead && method == "POST" ? fault_of(visitor, request, route->takes, longest_body(service, route->size)) : std::nullopt;
    if (fault) instead = refusal(service, visitor, *fault, request);
    if (!instead) return run(*route, {service, visitor, call, request});
    tell_refusal(service, visitor, *route, instead->status);
    return *instead;
  }
  std::string allowed;
  for (const auto& route : route_table) {
    if (matches(route.pattern, target.segments, call.arguments)) allowed += (allowed.empty() ? "" : ", ") + std::string(route.method) + (route.method == "GET" ? ", HEAD" : "");
  }
  Response response = refusal(service, visitor, problem_of(allowed.empty() ? 404 : 405), request);
  if (!allowed.empty()) response.headers.emplace_back("Allow", allowed);
  return response;
}

const Error index_is_made(ErrorKind::unavailable, "索引を作り直しています。", "しばらく待ってから、もう一度検索してください。資料は「資料一覧」からお読みいただけます。");

Response answer_or_refuse(Service& service, const Visitor& visitor, const Request& request, size_t& place) {
  try {
    return answer(service, visitor, request, place);
  } catch (const search::UnreadableIndex& e) {
    if (service.options.index_trouble()) return refusal(service, visitor, problem_of(index_is_made), request);
    service.options.log(fmt::format("{} {}: {}", request.method, logged(request), e.what()));
    return refusal(service, visitor, problem_of(e), request);
  } catch (const Error& e) {
    if (e.kind() == ErrorKind::internal || e.kind() == ErrorKind::unavailable) service.options.log(fmt::format("{} {}: {}", request.method, logged(request), e.what()));
    return refusal(service, visitor, problem_of(e), request);
  }
}

Response secured(Response response, const Request& request, const Addresses& proxies) {
  auto add = [&](const auto& header) {
    if (header_of(response.headers, header.first).empty()) response.headers.emplace_back(header);
  };
  for (const auto& header : security_headers) add(header);
  if (came_securely(request, proxies)) add(transport_header);
  return response;
}

/// Refuses who asks too often, until so long from now.
Response too_many(const Service& service, const Visitor& visitor, const Request& request, std::chrono::seconds wait) {
  Response response = refusal(service, visitor, problem_of(429), request);
  response.headers.emplace_back("Retry-After", std::to_string(wait.count()));
  return response;
}

/// A page elsewhere may have its name lead here; then the Host still says its name.
bool names_loopback(std::string_view host) {
  if (size_t colon = host.rfind(':'); colon != host.npos && host.find(']', colon) == host.npos) host = host.substr(0, colon);
  return host == "127.0.0.1" || host == "localhost" || host == "[::1]";
}

}  // namespace

std::string write_json(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Response json_response(const Json& json, int status) {
  Response response;
  response.status = status;
  response.content_type = json_type;
  response.body = write_json(json);
  return response;
}

Response see_other(const std::string& address) {
  Response response;
  response.status = 303;
  response.headers.emplace_back("Location", address);
  return response;
}

std::vector<Metrics::RouteName> route_names() {
  std::vector<Metrics::RouteName> names;
  for (const auto& route : route_table) names.push_back({route.method, route.pattern});
  return names;
}

Response page_response(const Visit& visit, std::string_view page, Json model, int status) {
  // Not of a refusal, which may come of a database that cannot be read.
  bool keeps = visit.visitor.reads && may(visit.service, visit.visitor, Access::person);
  if (size_t kept = keeps ? visit.service.basket.count(visit.owner()) : 0) model["basket_count"] = kept;
  return page_of(visit.service, visit.visitor, page, std::move(model), status);
}

people::Accounts& accounts_of(const Visit& visit) {
  if (visit.service.options.accounts) return *visit.service.options.accounts;
  throw Error(ErrorKind::missing, "このサービスには利用者の登録がありません。", "サインインしなくても使えます。");
}

Response take(const std::function<Response()>& work, const std::function<Response(const Note&, int)>& again) {
  try {
    return work();
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::invalid && e.kind() != ErrorKind::conflict && e.kind() != ErrorKind::forbidden) throw;
    return again({.fault = e.message() + " " + e.hint()}, problem_of(e).status);
  }
}

struct App::Private {
  Service service;
};

App::App(AppOptions options) : self_(new Private{Service{std::move(options)}}) {
  try {
    self_->service.records.settle();
  } catch (const Error& e) {
    // Data that nobody may write to are read as they are.
    if (e.kind() != ErrorKind::unavailable) throw;
    self_->service.options.log(fmt::format("ledgers: {}", e.what()));
  }
}
App::~App() = default;

/// Answers within the bounds of those who ask; `place` becomes that of the route.
Response App::respond(const Request& request, size_t& place) const {
  Service& service = self_->service;
  std::string client = client_address(request.peer, request.headers, service.options.proxies);
  if (auto wait = service.addresses.take("address " + counting_key(client))) {
    service.metrics.refused(Refusal::address_rate);
    return too_many(service, Visitor{}, request, *wait);
  }
  // What a proxy hands on is not of this machine, whatever its Host.
  bool from_elsewhere = forwarded_by_stranger(request.peer, request.headers, service.options.proxies);
  if (service.options.local_only && (from_elsewhere || !names_loopback(header_of(request.headers, "Host")))) return refusal(service, Visitor{}, problem_of(421), request);
  // Files of the pages are for anybody, and no sign that a person is there.
  Visitor visitor = request.target.starts_with("/static/") ? Visitor{} : visitor_of(service.options, request, begin_of(request));
  if (auto wait = visitor.account ? service.accounts.take("account " + visitor.account->login) : std::nullopt) {
    service.metrics.refused(Refusal::account_rate);
    return too_many(service, visitor, request, *wait);
  }
  store::Acting acting(visitor.actor);
  Response response = answer_or_refuse(service, visitor, request, place);
  if (!visitor.begun.empty() && header_of(response.headers, "Set-Cookie").empty()) response.headers.emplace_back("Set-Cookie", session_cookie(visitor.begun, visitor.secure));
  return response;
}

Response App::handle(const Request& request) const {
  Service& service = self_->service;
  auto begin = Metrics::Clock::now();
  ++service.metrics.in_flight;
  size_t place = std::size(route_table);
  Response response;
  try {
    response = respond(request, place);
  } catch (const Error& e) {
    // Who asks could not be found out.
    service.options.log(fmt::format("{} {}: {}", request.method, logged(request), e.what()));
    response = refusal(service, Visitor{}, problem_of(e), request);
  } catch (const std::exception& e) {
    service.options.log(fmt::format("{} {}: {}", request.method, logged(request), e.what()));
    response = refusal(service, Visitor{}, problem_of(500), request);
  } catch (...) {
    service.options.log(fmt::format("{} {}: unknown exception", request.method, logged(request)));
    response = refusal(service, Visitor{}, problem_of(500), request);
  }
  for (const auto& [status, refused] : counted_statuses) {
    if (response.status == status) service.metrics.refused(refused);
  }
  --service.metrics.in_flight;
  service.metrics.answered(place, response.status, Metrics::Clock::now() - begin);
  return secured(std::move(response), request, service.options.proxies);
}

size_t App::longest_body(const Request& head) const {
  const Service& service = self_->service;
  const size_t form = service.options.limits.longest_form;
  if (head.target.size() > service.options.limits.longest_target) return form;
  try {
    std::vector<std::string> arguments;
    const Route* route = route_of(head.method, parse_target(head.target), arguments);
    if (!route || route->size == Size::form) return form;
    Visitor visitor = visitor_of(service.options, head, Begin::no);
    if (barrier(service, visitor, *route, head) || (!visitor.by_token && !is_from_here(head.headers))) return form;
    return shirube::web::longest_body(service, route->size);
  } catch (const std::exception&) {
    return form;  // what is wrong with it is told when it is answered
  }
}

Response App::refuse(int status, const Request& request) const { return secured(refusal(self_->service, Visitor{}, problem_of(status), request), request, self_->service.options.proxies); }

Metrics& App::metrics() const { return self_->service.metrics; }

std::vector<App::RouteName> App::routes() {
  std::vector<RouteName> names;
  for (const auto& route : route_table) names.push_back({std::string(route.method), std::string(route.pattern)});
  return names;
}

}  // namespace shirube::web
