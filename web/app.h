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
#include "web/message.h"
#include "web/settings.h"

namespace shirube::store {
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

/// Whom the service lets in where it has accounts, and whose word on that it takes.
struct Entrance {
  bool public_reading = false;  ///< whoever has not signed in reads what is public, too
  bool tls = false;             ///< the service itself speaks TLS: cookies are for TLS only
  /// Addresses of proxies in front. Only theirs are X-Forwarded-For, X-Forwarded-Proto and `user_header` believed.
  std::vector<std::string> proxies = {};
  std::string user_header = {};  ///< in which a proxy names whom it has signed in; empty: none does
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
  bool local_only = false;     ///< answer only requests whose Host is this machine's own (DNS rebinding), or that a listed proxy brings
  std::function<std::vector<indexer::SourceState>()> sources = {};  ///< how the watched places stand, for the desk's page; from any thread
  std::vector<EditableFile> settings = {};  ///< files that an administrator may edit
  indexer::DeskOptions desk = {};  ///< how files that are handed in are read
  people::Accounts* accounts = nullptr;  ///< who may sign in; with `sign_in`, or neither
  people::SignIn* sign_in = nullptr;
  Entrance entrance = {};
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
///   /                                          search           /api/v1/search
///                                              suggestions      /api/v1/suggest
///   /documents                                 list             /api/v1/documents
///   /documents/{slug}                          → current        /api/v1/documents/{slug}
///   /documents/{slug}/{key}                    edition          /api/v1/documents/{slug}/{key}
///   /documents/{slug}/{key}/clauses/{path}     clause           /api/v1/…/clauses/{path}
///                                              those like it    /api/v1/…/clauses/{path}/similar
///   /similar                                   those like a text  /api/v1/similar
///   /explain                                   why a hit or not /api/v1/explain
///   /documents/{slug}/{key}/original           the file
///   /drafts                                    files handed in; POST takes more  /api/v1/drafts
///   /drafts/{id}                               a draft; POST changes it  /api/v1/drafts/{id}
///   /drafts/{id}/pages/{n}, /drafts/{id}/original  a picture of a page; the file
///   /judgements                                judged queries; POST judges
///   /sign-in, /sign-in/code, /sign-out         signing in and out
///   /account, /account/…                       one's own password, second step, sessions and tokens
///   /admin                                     what administrators do
///   /admin/people, /admin/people/{id}, /admin/groups  accounts; POST changes them
///   /admin/why                                 why a person sees a document, or not
///   /admin/settings                            settings that are files
///   /admin/settings/{file}                     one of them; POST shows what a text would change, or puts it in place
///   /static/{file}
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

  /// Longest target that is read, in bytes; a longer one is 414.
  static constexpr size_t longest_target = 8192;
  /// Longest form that is taken, in bytes; a longer one is 413.
  static constexpr size_t longest_form = 64 << 10;
  /// The same for a request whose head this is: where files are handed in, from a page of the service itself, more is taken.
  size_t longest_body(const Request& head) const;

 private:
  struct Private;
  std::unique_ptr<Private> self_;
};

}  // namespace shirube::web
