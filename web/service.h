#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <semaphore>
#include <string>
#include <string_view>

#include "corpus/basket.h"
#include "corpus/judgement.h"
#include "corpus/library.h"
#include "indexer/desk.h"
#include "records/record.h"
#include "store/event_queue.h"
#include "store/files.h"
#include "web/app.h"
#include "web/health.h"
#include "web/held_files.h"
#include "web/offered_secrets.h"
#include "web/rate_limit.h"
#include "web/reader_pool.h"
#include "web/renderer.h"
#include "web/settings.h"
#include "web/views.h"
#include "web/visitor.h"

// Private to web/: what the handlers of routes work with.
namespace shirube::web {

/// The routes, for Metrics.
std::vector<Metrics::RouteName> route_names();

constexpr double burst_seconds = 10;  ///< so much of its rate somebody may ask at once

/// Everything that requests share. Safe between threads.
struct Service {
  AppOptions options;
  Metrics metrics{route_names()};
  RateLimit addresses{options.limits.address_rate, options.limits.address_rate * burst_seconds};
  RateLimit accounts{options.limits.account_rate, options.limits.account_rate * burst_seconds};
  Health health{options.data, options.database, options.limits.free_bytes};
  corpus::Library library{options.database};
  corpus::JudgementLedger judgements{options.database};
  corpus::Arrivals arrivals{options.database};
  corpus::Basket basket{options.database};
  corpus::Favourites favourites{options.database};
  corpus::Notes notes{options.database};
  corpus::Glossary glossary{options.database};
  corpus::Comparisons comparisons{};
  store::Files files{options.data / "files"};
  indexer::Desk desk{options.database, files, options.desk};
  records::Records records{options.database, files, options.ledgers, options.calendar};
  records::UnsavedRecords unsaved{options.database};
  ReaderPool readers{{options.data, options.database, options.model, options.analyzer_name, options.lexicon}, options.readers};
  Renderer renderer{};
  Settings settings{options.database, options.data, options.settings};
  store::EventQueue events{options.database, options.log};
  std::counting_semaphore<> drawing{2};
  OfferedSecrets offered{};
  HeldFiles held_files{};
};

/// A request on its way: what it found, who asks, and the request itself.
struct Visit {
  Service& service;
  const Visitor& visitor;
  const Call& call;
  const Request& request;

  const corpus::Viewer& viewer() const { return visitor.viewer; }
  /// Whose basket is meant: that of the one there is, where nobody has an account.
  int64_t owner() const { return visitor.account ? visitor.account->id : 0; }
  /// Who changes records. Where there are no accounts everybody is the operator of the machine.
  records::Author author() const {
    if (visitor.account) return {visitor.account->login, visitor.account->role};
    return service.options.accounts ? records::Author{} : records::Author{"local", std::string(records::operator_role)};
  }
  Context context() const {
    return {service.library, visitor.viewer, service.readers, service.judgements, service.arrivals, service.basket, service.favourites, owner(), service.notes, service.glossary, service.comparisons, service.options.lexicon, service.desk, service.options.sources, service.options.backups, service.events,
            service.records, service.unsaved, author(), service.options.accounts, visitor.account ? visitor.account->groups : std::vector<std::string>{}};
  }
};

using View = nlohmann::json (*)(const Context&, const Call&);
using Handler = Response (*)(const Visit&);

/// Who may ask for a route. What a viewer may not see within it is missing all the same.
enum class Access {
  anyone,      ///< who nobody is known to be, too: signing in, files of the pages
  reader,      ///< who may read anything at all
  person,      ///< who has signed in
  judge,       ///< corpus::Task of the same name, as are those that follow
  desk,
  events,
  administer,
};

constexpr std::string_view form_type = "application/x-www-form-urlencoded", files_type = "multipart/form-data", any_type = "";

/// How much may be posted.
enum class Size {
  form,     ///< App::longest_form
  setting,  ///< a file of settings
  record,   ///< all that a record may hold, as a form writes it
  file,     ///< a file that is handed in
};

/// A route is a page (view and template), an API resource (view) or a handler of its own. {} stands for
/// any one segment. GET answers HEAD too.
struct Route {
  std::string_view method, pattern;
  Access access;
  View view = nullptr;
  std::string_view page = {};
  Handler handler = nullptr;
  std::string_view takes = form_type;  ///< the type of a body, where one is posted
  Size size = Size::form;              ///< and how much of it
};

std::string write_json(const nlohmann::json& json);
Response json_response(const nlohmann::json& json, int status = 200);
Response see_other(const std::string& address);
/// A template filled with a model and what every page has around it.
Response page_response(const Visit& visit, std::string_view page, nlohmann::json model, int status = 200);

/// Throws Error{missing} where there are no accounts.
people::Accounts& accounts_of(const Visit& visit);

/// What is said above a form: that something was done, or why it was not.
struct Note {
  std::string done{}, fault{};
};
/// Answers a form: does `work`, whose answer it is; or where that is refused shows the page that `again` makes, with the reason.
Response take(const std::function<Response()>& work, const std::function<Response(const Note&, int status)>& again);

// Handlers, by the file they stand in: document_handlers.cc, draft_handlers.cc, sign_in_handlers.cc, account_handlers.cc,
// people_handlers.cc, settings_handlers.cc, backup_handlers.cc, health_handlers.cc.
Response redirect_to_current(const Visit& visit);
Response send_original(const Visit& visit);
Response send_static(const Visit& visit);
Response send_font(const Visit& visit);
Response send_pdfjs(const Visit& visit);
Response take_judgement(const Visit& visit);
Response take_citation(const Visit& visit);
Response take_favourite(const Visit& visit);
Response take_news_seen(const Visit& visit);
Response take_note(const Visit& visit);
Response take_files(const Visit& visit);
Response take_file(const Visit& visit);
Response take_change(const Visit& visit);
Response send_draft_original(const Visit& visit);
Response send_page_picture(const Visit& visit);
Response sign_in_page(const Visit& visit);
Response take_sign_in(const Visit& visit);
Response take_code(const Visit& visit);
Response take_sign_out(const Visit& visit);
Response account_page(const Visit& visit);
Response take_password(const Visit& visit);
Response second_step_page(const Visit& visit);
Response take_second_step(const Visit& visit);
Response send_second_step_picture(const Visit& visit);
Response take_session_end(const Visit& visit);
Response take_token(const Visit& visit);
Response admin_page(const Visit& visit);
Response people_page(const Visit& visit);
Response take_person(const Visit& visit);
Response person_page(const Visit& visit);
Response take_person_change(const Visit& visit);
Response groups_page(const Visit& visit);
Response take_group(const Visit& visit);
Response why_page(const Visit& visit);
Response show_settings(const Visit& visit);
Response show_setting(const Visit& visit);
Response change_setting(const Visit& visit);
Response take_backup_request(const Visit& visit);
Response say_alive(const Visit& visit);
Response say_ready(const Visit& visit);
Response send_metrics(const Visit& visit);
Response health_page(const Visit& visit);

// feed_handlers.cc
Response send_news_feed(const Visit& visit);
Response send_search_feed(const Visit& visit);
/// By which address a client came: "https://name", as it says itself; empty where it says none.
std::string origin_of(const Visit& visit);

// record_handlers.cc
Response new_record_page(const Visit& visit);
Response take_new_record(const Visit& visit);
Response edit_record_page(const Visit& visit);
Response take_record_edit(const Visit& visit);
Response take_record_change(const Visit& visit);
Response take_record_file(const Visit& visit);
Response send_record_file(const Visit& visit);
Response take_row(const Visit& visit);
Response answers_page(const Visit& visit);
Response take_answers(const Visit& visit);
Response take_bulk_change(const Visit& visit);
Response take_unsaved(const Visit& visit);

// record_office_handlers.cc
Response send_ledger(const Visit& visit);
Response import_records_page(const Visit& visit);
Response take_workbook(const Visit& visit);
Response send_letter(const Visit& visit);

Response send_deadlines(const Visit& visit);

// workbook_handlers.cc
Response send_results(const Visit& visit);

// event_handlers.cc
Response send_events(const Visit& visit);
Response verify_events(const Visit& visit);
/// Tells the log, where the settings want it, that something was read or searched for by a route that answered: with this model, or
/// with null where it has none.
void tell_reading(const Route& route, const Visit& visit, const nlohmann::json& model);

}  // namespace shirube::web
