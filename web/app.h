#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/document.h"
#include "indexer/desk.h"
#include "indexer/watch.h"
#include "records/calendar.h"
#include "records/ledger.h"
#include "web/client_address.h"
#include "web/message.h"
#include "web/settings.h"
#include "web/metrics.h"

namespace shirube::store {
class BackupKeeper;
class Database;
}
namespace shirube::text {
class AnalyzerModel;
}
namespace shirube::people {
class Accounts;
class SignIn;
}

namespace shirube::web {

/// Whom the service lets in where it has accounts.
struct Entrance {
  bool public_reading = false;   ///< whoever has not signed in reads what is public, too
  std::string user_header = {};  ///< in which one of AppOptions::proxies names whom it has signed in; empty: none does
};

/// What of readings the event log is told. Searches and readings change nothing; changes are always told.
struct ReadingEvents {
  /// Audiences of documents whose readings are told: keys of corpus::audiences(), names of groups, or "groups" for all groups.
  std::vector<std::string> audiences = {"committee", "restricted", "groups"};
  bool searches = true;  ///< also what is searched for
};

/// How much one client may ask for. What is beyond is refused with the status that stands here.
struct Limits {
  size_t longest_target = 8192;     ///< bytes of path and query: 414
  size_t longest_form = 64 << 10;   ///< bytes of a body, but for files that are handed in (DeskOptions::limits): 413
  size_t query_characters = 2000;   ///< of the words searched for: 400
  double address_rate = 0;          ///< requests a second of one address (of IPv6: one /64), ten seconds' worth of them at once: 429; 0: any number
  double account_rate = 0;          ///< the same of one person
  uint64_t free_bytes = 512 << 20;  ///< of the disk, below which the service is not ready
};

/// What the service runs on. The database and the model must outlive the App.
struct AppOptions {
  std::filesystem::path data;  ///< the data directory: index folders, files/
  store::Database& database;
  const text::AnalyzerModel& model;
  std::string analyzer_name;   ///< names the dictionaries, as the index keeps it
  std::filesystem::path lexicon = {};  ///< folder of synonyms.tsv and its like
  corpus::Viewer viewer;       ///< who everybody is, where there are no accounts
  size_t readers = 2;          ///< searches at the same time; each holds an index snapshot and an analyzer
  std::function<void(std::string_view)> log = [](std::string_view) {};  ///< told of our own failures; called from any thread
  bool local_only = false;     ///< answer only requests whose Host is this machine's own (DNS rebinding)
  std::function<std::vector<indexer::SourceState>()> sources = {};  ///< how the watched places stand, for the desk's page; from any thread
  std::filesystem::path fonts = {};  ///< folder of the typeface that fonts.css names; without it pages show in one of the reader's
  std::filesystem::path pdfjs = {};  ///< folder of PDF.js; without it originals open as files alone
  std::vector<EditableFile> settings = {};  ///< files that an administrator may edit
  indexer::DeskOptions desk = {};  ///< how files that are handed in are read
  people::Accounts* accounts = nullptr;  ///< who may sign in; with `sign_in`, or neither
  people::SignIn* sign_in = nullptr;
  Entrance entrance = {};
  store::BackupKeeper* backups = nullptr;  ///< makes backups; null: the settings name no folder for them
  /// Told, from any thread, that the index cannot be used; whether somebody sees to it, so that waiting helps.
  std::function<bool()> index_trouble = [] { return false; };
  ReadingEvents reading_events = {};
  Limits limits = {};
  Addresses proxies = {};            ///< proxies that are believed when they say who asks (client_address.h)
  Addresses metrics_addresses = {};  ///< who may read /metrics, and why the service is not ready, beside this machine
  std::function<std::vector<Gauge>()> gauges = {};  ///< further figures for /metrics and /admin/health; from any thread
  std::function<std::vector<std::string>()> last_errors = {};  ///< what was logged of late, for /admin/health; from any thread
  records::Ledgers ledgers = {};         ///< what is kept in records
  records::Calendar calendar = {};       ///< the days on which the office is open
  std::filesystem::path letters = {};    ///< folder of the Word files that are filled with a record; may be empty
};

/// The service without a socket: pages for people, the same as JSON under /api/v1, originals and
/// static files. Safe to share between threads.
///
/// With accounts, a request is answered for whom its session, its API token (under /api/) or a listed proxy names.
/// Nobody known reads what is public, where that is set; else a page leads to /sign-in, and the API says 401. What
/// is due (a code, a new password, the second step) comes before anything else.
///
/// A change is taken only from a page of this service itself, and of the same session (anything else is 403): a page
/// elsewhere could otherwise have its reader's browser make it. A program with a token is no browser.
///
///   /                                                         search
///   /search.xlsx                                              its hits as a workbook
///   /news                                                     what is new; POST says that one has read it
///   /news/digest                                              what came in a time, on one page
///   /terms                                                    the glossary
///   /help                                                     how to use it
///   /accessibility                                            the statement of accessibility
///   /explain                                                  why a clause is a hit, or not
///   /similar                                                  clauses like a text
///   /documents                                                list
///   /documents/{slug}                                         leads to the current edition
///   /documents/{slug}/{key}                                   edition
///   /documents/{slug}/{key}/changes                           what is different from another edition
///   /documents/{slug}/{key}/dangling                          references that lead nowhere
///   /documents/{slug}/{key}/clauses/{path}                    clause
///   /documents/{slug}/{key}/clauses/{path}/note               POST writes its note in plain language
///   /documents/{slug}/{key}/beside                            its original, a PDF, beside its text
///   /documents/{slug}/{key}/original                          the file
///   /judgements                                               judged queries; POST judges
///   /basket                                                   citations that one keeps; POST keeps one, moves or drops it
///   /favourites                                               searches and documents that one keeps; POST changes them
///   /drafts                                                   files handed in; POST takes more
///   /drafts/{id}                                              a draft; POST changes it
///   /drafts/{id}/pages/{n}                                    a picture of a page
///   /drafts/{id}/original                                     the file
///   /ledgers                                                  the ledgers: how each stands
///   /ledgers/{key}                                            its records; POST changes many of them at once
///   /ledgers/{key}/export                                     the same as a workbook
///   /ledgers/{key}/import                                     POST says what a workbook would change, or takes it
///   /ledgers/{key}/new                                        POST adds a record
///   /records/{number}                                         a record; POST takes a step, gives it to somebody, and so on
///   /records/{number}/edit                                    POST changes it
///   /records/{number}/files                                   POST puts a file behind it
///   /records/{number}/files/{hash}                            one of them
///   /records/{number}/letters/{key}                           a letter filled with it
///   /records/{number}/history                                 what was changed, by whom; two of its versions held against each other
///   /records/{number}/rows/{field}                            a table of it, row by row; POST changes one
///   /records/{number}/rows/{field}/answers                    a file of answers is sent; POST says what it comes to, or counts it in
///   /deadlines                                                what is due
///   /deadlines/digest                                         the next days and the last on one page
///   /unsaved                                                  POST keeps, or throws away, what somebody is writing
///   /events                                                   who did what
///   /events/export                                            the same as a file
///   /events/verify                                            POST verifies the chain
///
///   /sign-in                                                  POST takes the password
///   /sign-in/code                                             POST takes the code of the second step
///   /sign-out                                                 POST ends the session
///   /account                                                  one's own settings
///   /account/password                                         POST changes it
///   /account/second-step                                      turned on by a code; POST turns it on or off
///   /account/second-step/picture                              its secret, for an app to read
///   /account/sessions                                         POST ends one, or all others
///   /account/tokens                                           POST makes one, or ends one
///
///   /admin                                                    what administrators do
///   /admin/people                                             accounts; POST adds one
///   /admin/people/{id}                                        one of them; POST changes it
///   /admin/groups                                             POST adds one, or removes one
///   /admin/why                                                why a person sees a document, or not
///   /admin/settings                                           settings that are files
///   /admin/settings/{file}                                    one of them; POST shows what a text would change, or puts it in place
///   /admin/backups                                            POST makes one, or reads one again
///   /admin/health                                             how the service stands
///
///   /feeds/news                                               Atom feeds (RFC 4287), by a token of their own (key=)
///   /feeds/searches/{number}                                  what is new to a saved search
///   /feeds/deadlines                                          what is due, as a calendar (RFC 5545), by such a token
///
///   /static/{file}                                            files of the pages
///   /static/fonts/{file}                                      their typeface
///   /static/pdfjs/{file}                                      PDF.js
///   /healthz                                                  for monitors: alive
///   /readyz                                                   able to work; 503 with reasons
///   /metrics                                                  figures in Prometheus's text format
///
///   /api/v1/search                                            the models of the pages, as JSON
///   /api/v1/news
///   /api/v1/news/digest
///   /api/v1/terms
///   /api/v1/explain
///   /api/v1/similar
///   /api/v1/suggest                                           suggestions while one types
///   /api/v1/documents
///   /api/v1/documents/{slug}                                  a document and its editions
///   /api/v1/documents/{slug}/{key}
///   /api/v1/documents/{slug}/{key}/changes
///   /api/v1/documents/{slug}/{key}/dangling
///   /api/v1/documents/{slug}/{key}/clauses/{path}
///   /api/v1/documents/{slug}/{key}/clauses/{path}/similar     clauses like this one
///   /api/v1/basket
///   /api/v1/favourites
///   /api/v1/drafts                                            POST takes a file
///   /api/v1/drafts/{id}
///   /api/v1/ledgers
///   /api/v1/ledgers/{key}
///   /api/v1/ledgers/{key}/beside                              what a text is like: records, clauses; and the basket
///   /api/v1/records/{number}
///   /api/v1/records/{number}/history
///   /api/v1/deadlines
///   /api/v1/events
class App {
 public:
  explicit App(AppOptions options);
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  /// Answers. Never throws for anything a request may hold: an Error becomes the status of its kind, as
  /// a page or, under /api/, as application/problem+json (RFC 9457); anything else is 500 without
  /// detail. Every answer carries the security headers.
  Response handle(const Request& request) const;

  /// The answer to a request that never became one: 400, 413, 414 and the like.
  Response refuse(int status, const Request& request) const;

  /// Every route there is, so that a test can walk them.
  struct RouteName {
    std::string method, pattern;
  };
  static std::vector<RouteName> routes();

  /// What a server in front of the App counts of its own.
  Metrics& metrics() const;

  /// The bounds of Limits where nothing else is said.
  static constexpr size_t longest_target = Limits{}.longest_target, longest_form = Limits{}.longest_form;
  /// Bytes of body that are taken of a request whose head this is: where files are handed in, from a page of the service itself, more
  /// than of a form.
  size_t longest_body(const Request& head) const;

 private:
  Response respond(const Request& request, size_t& place) const;

  struct Private;
  std::unique_ptr<Private> self_;
};

}  // namespace shirube::web
