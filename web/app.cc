#include "web/app.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <nlohmann/json.hpp>
#include <semaphore>

#include "corpus/judgement.h"
#include "corpus/library.h"
#include "store/files.h"
#include "text/error.h"
#include "web/model.h"
#include "web/original.h"
#include "web/problem.h"
#include "web/reader_pool.h"
#include "web/renderer.h"
#include "web/static_files.h"
#include "web/views.h"

namespace shirube::web {

namespace {

/// Everything handlers work with.
struct Service {
  AppOptions options;
  corpus::Library library{options.database};
  corpus::JudgementLedger judgements{options.database};
  store::Files files{options.data / "files"};
  indexer::Desk desk{options.database, files, options.desk};
  ReaderPool readers{{options.data, options.database, options.model, options.analyzer_name, options.lexicon}, options.readers};
  Renderer renderer{};
  std::counting_semaphore<> drawing{2};

  Context context() { return {library, options.viewer, readers, judgements, desk, options.sources}; }
};

using View = Json (*)(const Context&, const Call&);
using Handler = Response (*)(Service&, const Call&, const Request&);

constexpr std::string_view page_type = "text/html; charset=utf-8";
constexpr std::string_view json_type = "application/json; charset=utf-8";
constexpr std::string_view problem_type = "application/problem+json; charset=utf-8";

/// Sent with every answer that does not say otherwise itself.
constexpr std::pair<std::string_view, std::string_view> security_headers[] = {
    {"Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; "
                                "frame-ancestors 'none'; base-uri 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    // Search words stand in addresses; they must not leave with a link to the original's site.
    {"Referrer-Policy", "same-origin"},
    {"X-Frame-Options", "DENY"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cache-Control", "no-store"},
};

std::string write_json(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Response redirect_to_current(Service& service, const Call& call, const Request&) {
  const auto& slug = call.arguments[0];
  auto editions = service.library.editions(service.options.viewer, slug);
  if (editions.empty()) throw Error(ErrorKind::missing, "資料が見つかりません。", "アドレスを確かめるか、検索または資料一覧からお探しください。");
  auto current = std::ranges::find(editions, corpus::EditionState::current, &corpus::Edition::state);
  const auto& edition = current == editions.end() ? editions.front() : *current;
  Response response;
  response.status = 302;
  response.headers.emplace_back("Location", edition_url(slug, edition.key));
  return response;
}

Response send_original(Service& service, const Call& call, const Request& request) {
  auto editions = service.library.editions(service.options.viewer, call.arguments[0]);
  auto edition = std::ranges::find(editions, call.arguments[1], &corpus::Edition::key);
  if (edition == editions.end()) throw Error(ErrorKind::missing, "原本が見つかりません。", "アドレスを確かめるか、検索または資料一覧からお探しください。");
  return original_response(*edition, service.files, request.headers);
}

Response send_static(Service&, const Call& call, const Request& request) {
  return static_response(call.arguments[0], call.target.parameter("v").value_or(""), request.headers);
}

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

constexpr std::string_view form_type = "application/x-www-form-urlencoded", files_type = "multipart/form-data", any_type = "";

/// Why a change is not to be looked at: a status, or 0.
int fault_of(const Request& request, std::string_view wanted_type, size_t longest_body) {
  if (!is_from_here(request.headers)) return 403;
  if (request.body.size() > longest_body) return 413;
  std::string_view type = header_of(request.headers, "Content-Type");
  return wanted_type == any_type || type.substr(0, type.find(';')) == wanted_type ? 0 : 415;
}

Response see_other(const std::string& address) {
  Response response;
  response.status = 303;
  response.headers.emplace_back("Location", address);
  return response;
}

Response take_judgement(Service& service, const Call&, const Request& request) {
  return see_other(judge(service.judgements, service.options.viewer, parse_form(request.body)));
}

Response take_files(Service& service, const Call&, const Request& request) {
  receive_files(service.desk, service.options.viewer, header_of(request.headers, "Content-Type"), request.body);
  return see_other("/drafts");
}

Response take_file(Service& service, const Call& call, const Request& request) {
  Response response;
  response.status = 201;
  response.content_type = json_type;
  response.body = write_json(receive_file(service.desk, service.options.viewer, call.target, request.body));
  return response;
}

Response take_change(Service& service, const Call& call, const Request& request) {
  Target form = parse_form(request.body);
  if (auto address = change_draft(service.desk, service.options.viewer, call, form)) return see_other(*address);
  Json model = refused_draft_view(service.context(), call, form);
  model["desk"] = true;
  Response response;
  response.status = 400;
  response.content_type = page_type;
  response.body = service.renderer.render("draft", model);
  return response;
}

Response send_draft_original(Service& service, const Call& call, const Request& request) {
  corpus::Draft draft = draft_of(service.context(), call);
  corpus::Edition original;
  original.file_sha256 = draft.file_sha256, original.file_name = draft.file_name, original.media_type = draft.media_type;
  return original_response(original, service.files, request.headers);
}

/// Two pictures at a time: drawing a page takes a core and a process.
Response send_page_picture(Service& service, const Call& call, const Request& request) {
  corpus::Draft draft = draft_of(service.context(), call);
  int page = 0;
  const std::string& word = call.arguments[1];
  std::from_chars(word.data(), word.data() + word.size(), page);
  if (draft.media_type != "application/pdf" || page < 1 || page > draft.pages || std::to_string(page) != word) throw Error(ErrorKind::missing, "このページの画像はありません。", "原本を開いてご覧ください。");
  Response response;
  std::string etag = fmt::format("\"{}-{}\"", draft.file_sha256.substr(0, 32), page);
  response.headers = {{"ETag", etag}, {"Cache-Control", "private, no-cache"}};
  if (header_of(request.headers, "If-None-Match") == etag) {
    response.status = 304;
    return response;
  }
  constexpr auto patience = std::chrono::seconds(2);
  if (!service.drawing.try_acquire_for(patience)) throw Error(ErrorKind::unavailable, "ほかのページの画像を作っています。", "しばらく待ってから、開き直してください。");
  struct Release {
    std::counting_semaphore<>& drawing;
    ~Release() { drawing.release(); }
  } release{service.drawing};
  auto limits = service.options.desk.limits;
  // A page that takes longer is looked at in the original.
  constexpr unsigned longest_drawing = 10;  // seconds
  limits.cpu_seconds = std::min(limits.cpu_seconds, longest_drawing);
  limits.wall_seconds = std::min(limits.wall_seconds, longest_drawing);
  std::string bytes = store::read_file(service.files.path_of(draft.file_sha256), limits.file_bytes);
  response.content_type = "image/png";
  response.body = indexer::to_png(indexer::draw_in_child(bytes, page, limits, service.options.desk.program, std::atomic<bool>(false)));
  return response;
}

/// A route is a page (view and template), an API resource (view) or a handler of its own. {} stands for
/// any one segment. GET answers HEAD too.
struct Route {
  std::string_view method, pattern;
  View view = nullptr;
  std::string_view page = {};
  Handler handler = nullptr;
  std::string_view takes = form_type;  ///< the type of a body, where one is posted
};

constexpr Route routes[] = {
    {"GET", "/", search_view, "search"},
    {"GET", "/documents", documents_view, "documents"},
    {"GET", "/documents/{}", nullptr, {}, redirect_to_current},
    {"GET", "/documents/{}/{}", edition_view, "edition"},
    {"GET", "/documents/{}/{}/clauses/{}", clause_view, "clause"},
    {"GET", "/explain", explain_view, "explain"},
    {"GET", "/similar", similar_to_text_view, "similar"},
    {"GET", "/documents/{}/{}/original", nullptr, {}, send_original},
    {"GET", "/judgements", judgements_view, "judgements"},
    {"POST", "/judgements", nullptr, {}, take_judgement},
    {"GET", "/drafts", drafts_view, "drafts"},
    {"POST", "/drafts", nullptr, {}, take_files, files_type},
    {"GET", "/drafts/{}", draft_view, "draft"},
    {"POST", "/drafts/{}", nullptr, {}, take_change},
    {"GET", "/drafts/{}/original", nullptr, {}, send_draft_original},
    {"GET", "/drafts/{}/pages/{}", nullptr, {}, send_page_picture},
    {"GET", "/static/{}", nullptr, {}, send_static},
    {"GET", "/api/v1/search", search_view},
    {"GET", "/api/v1/suggest", suggest_view},
    {"GET", "/api/v1/documents", documents_view},
    {"GET", "/api/v1/documents/{}", document_view},
    {"GET", "/api/v1/documents/{}/{}", edition_view},
    {"GET", "/api/v1/documents/{}/{}/clauses/{}", clause_view},
    {"GET", "/api/v1/documents/{}/{}/clauses/{}/similar", similar_view},
    {"GET", "/api/v1/explain", explain_view},
    {"GET", "/api/v1/similar", similar_to_text_view},
    {"GET", "/api/v1/drafts", drafts_view},
    {"POST", "/api/v1/drafts", nullptr, {}, take_file, any_type},
    {"GET", "/api/v1/drafts/{}", draft_view},
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

Response run(Service& service, const Route& route, const Call& call, const Request& request) {
  if (route.handler) return route.handler(service, call, request);
  Json model = route.view(service.context(), call);
  if (!route.page.empty()) model["desk"] = corpus::Drafts::open_to(service.options.viewer);
  Response response;
  response.content_type = route.page.empty() ? json_type : page_type;
  response.body = route.page.empty() ? write_json(model) : service.renderer.render(route.page, model);
  return response;
}

bool is_api(const Request& request) { return request.target.starts_with("/api/"); }

Response refusal(const Service& service, const Problem& problem, const Request& request) {
  Json model = problem_model(problem);
  // Whoever could not change a draft goes on with it.
  std::string_view path = std::string_view(request.target).substr(0, request.target.find('?'));
  model["back"] = request.method == "POST" && path.starts_with("/drafts") ? path : "";
  if (!is_api(request)) model["desk"] = corpus::Drafts::open_to(service.options.viewer);
  Response response;
  response.status = problem.status;
  response.content_type = is_api(request) ? problem_type : page_type;
  response.body = is_api(request) ? write_json(model) : service.renderer.render("problem", model);
  if (problem.status == 503) response.headers.emplace_back("Retry-After", "10");
  return response;
}

/// What stands around a file in a form with files.
constexpr size_t form_around_files = 1 << 20;

size_t longest_body(const Service& service, const Request& head) {
  std::string_view target = std::string_view(head.target).substr(0, head.target.find('?'));
  bool files = target == "/drafts" || target == "/api/v1/drafts";
  return files && is_from_here(head.headers) && corpus::Drafts::open_to(service.options.viewer) ? service.options.desk.limits.file_bytes + form_around_files : App::longest_form;
}

Response answer(Service& service, const Request& request) {
  if (request.target.size() > App::longest_target) return refusal(service, problem_of(414), request);
  Target target = parse_target(request.target);
  std::string_view method = request.method == "HEAD" ? "GET" : std::string_view(request.method);
  std::string allowed;
  Call call{target, {}};
  for (const auto& route : routes) {
    if (!matches(route.pattern, target.segments, call.arguments)) continue;
    if (route.method == method) {
      int fault = method == "POST" ? fault_of(request, route.takes, longest_body(service, request)) : 0;
      return fault ? refusal(service, problem_of(fault), request) : run(service, route, call, request);
    }
    allowed += (allowed.empty() ? "" : ", ") + std::string(route.method) + (route.method == "GET" ? ", HEAD" : "");
  }
  Response response = refusal(service, problem_of(allowed.empty() ? 404 : 405), request);
  if (!allowed.empty()) response.headers.emplace_back("Allow", allowed);
  return response;
}

Response secured(Response response) {
  for (const auto& [name, value] : security_headers) {
    if (header_of(response.headers, name).empty()) response.headers.emplace_back(name, value);
  }
  return response;
}

/// A page elsewhere may have its name lead here; then the Host still says its name.
bool names_loopback(std::string_view host) {
  if (size_t colon = host.rfind(':'); colon != host.npos && host.find(']', colon) == host.npos) host = host.substr(0, colon);
  return host == "127.0.0.1" || host == "localhost" || host == "[::1]";
}

}  // namespace

struct App::Private {
  Service service;
};

App::App(AppOptions options) : self_(new Private{Service{std::move(options)}}) {}
App::~App() = default;

Response App::handle(const Request& request) const {
  if (self_->service.options.local_only && !names_loopback(header_of(request.headers, "Host"))) return refuse(421, request);
  try {
    return secured(answer(self_->service, request));
  } catch (const Error& e) {
    if (e.kind() == ErrorKind::internal || e.kind() == ErrorKind::unavailable) self_->service.options.log(fmt::format("{} {}: {}", request.method, request.target, e.what()));
    return secured(refusal(self_->service, problem_of(e), request));
  } catch (const std::exception& e) {
    self_->service.options.log(fmt::format("{} {}: {}", request.method, request.target, e.what()));
  } catch (...) {
    self_->service.options.log(fmt::format("{} {}: unknown exception", request.method, request.target));
  }
  return refuse(500, request);
}

size_t App::longest_body(const Request& head) const { return shirube::web::longest_body(self_->service, head); }

Response App::refuse(int status, const Request& request) const { return secured(refusal(self_->service, problem_of(status), request)); }

}  // namespace shirube::web
