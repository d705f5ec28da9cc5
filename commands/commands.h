#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "commands/installation.h"
#include "corpus/document.h"

// The commands of the program, one function each. They print, and return the exit code; what fails
// leaves as Error. Their names, options and output are a contract that tests/commands holds.

namespace shirube::commands {

/// Prints the clauses of a file as a JSON array. Needs no data directory.
int outline(const Arguments& arguments, const std::filesystem::path& file);

/// Takes files, folders and JSON Lines (`-`: standard input), and brings the index up to them; with `dry_run` says what would
/// become of files and keeps nothing.
int ingest(const Arguments& arguments, const std::vector<std::string>& sources, const corpus::Facts& facts, bool dry_run);

/// The desk (indexer/desk.h): files handed in and read, what was read, one correction of a clause (`action`: the names of
/// corpus::Correction::Kind), facts, publishing, reading again, taking off.
int drafts_add(const Arguments& arguments, const std::vector<std::string>& paths, const corpus::Facts& facts);
int drafts_list(const Arguments& arguments, bool json);
int drafts_show(const Arguments& arguments, int64_t id, bool json);
int drafts_correct(const Arguments& arguments, int64_t id, const std::string& path, const std::string& action, const std::string& value, int page);
int drafts_undo(const Arguments& arguments, int64_t id);
int drafts_facts(const Arguments& arguments, int64_t id, const corpus::Facts& facts);
int drafts_publish(const Arguments& arguments, const std::vector<int64_t>& ids, bool further);
int drafts_read(const Arguments& arguments, const std::vector<int64_t>& ids);
int drafts_drop(const Arguments& arguments, const std::vector<int64_t>& ids);

/// Prints what the words of an edition (empty: the current one) lead to, for reading or as JSON with bytes of the clauses' texts:
/// all, or the references that lead nowhere, and then 1 where there are any.
int references(const Arguments& arguments, const std::string& slug, const std::string& key, bool dangling, bool json);

/// Prints the best clauses for what is asked, for reading or as the API's JSON.
int search(const Arguments& arguments, const std::string& text, size_t limit, bool json);

/// Prints why a clause (slug/edition/path) is, or is not, among the hits, in the same two ways.
int explain(const Arguments& arguments, const std::string& text, const std::string& clause, bool json);

/// Asks each query of a JSON Lines file, writes what was found as TREC lines, prints the times.
int batch(const Arguments& arguments, const std::filesystem::path& queries, size_t top, const std::filesystem::path& run);

struct EvalOptions {
  std::filesystem::path queries, qrels;
  bool own = false;               ///< the judged queries of this office instead, clause by clause
  std::filesystem::path words;    ///< a folder of synonyms.tsv and its like to compare with the present one; empty: does not
  std::filesystem::path run;      ///< also writes what was found; empty: does not
  std::filesystem::path compare;  ///< an earlier run to compare with; empty: does not
  size_t top = 100;               ///< documents a query
  bool json = false;
};

/// As batch(), and measures what was found against judgements: documents, or with `own` clauses.
int eval(const Arguments& arguments, const EvalOptions& options);

/// The ledgers of the settings, and what is wrong with those that are left out (exit code 1); their records. `values` are 項目=値. As
/// the operator, who may do what any role may. `revision` 0: whatever it is now.
int records_ledgers(const Arguments& arguments);
int records_list(const Arguments& arguments, const std::string& ledger, const std::string& state, const std::string& words, size_t most, bool json);
int records_due(const Arguments& arguments);
int records_counts(const Arguments& arguments, const std::string& ledger);
int records_show(const Arguments& arguments, const std::string& number, bool json);
int records_add(const Arguments& arguments, const std::string& ledger, const std::vector<std::string>& values, const std::string& audience);
int records_change(const Arguments& arguments, const std::string& number, int64_t revision, const std::vector<std::string>& values);
int records_step(const Arguments& arguments, const std::string& number, const std::string& step);
/// What a changed ledger would do to the records that there are.
int records_preview(const Arguments& arguments, const std::filesystem::path& file);
/// Takes records from a workbook that was exported, a file of JSON Lines (KEY.jsonl, a record a line as records_list() prints them), or a
/// folder of these, whose records may link to each other: all or none, with all that is wrong (exit code 1). `dry`: says what would be.
int records_import(const Arguments& arguments, const std::filesystem::path& from, const std::string& ledger, bool dry);
int records_export(const Arguments& arguments, const std::string& ledger, const std::filesystem::path& to);
/// Holds the template of every letter of the ledgers against the names that it may use: a line each, and what is wrong with it (exit code 1).
/// `names`: writes these names, too.
int records_letters(const Arguments& arguments, bool names);
/// Fills a letter (its name or key) with a record.
int records_letter(const Arguments& arguments, const std::string& number, const std::string& letter, const std::filesystem::path& to);
/// Looks for records whose citations newer editions changed (要確認), and lists all that wait.
int records_review(const Arguments& arguments);

/// The judged queries of this office. A clause is slug/path; files are those that eval() reads, with
/// clauses for documents. Importing takes all or, naming the line at fault, nothing.
int judge_list(const Arguments& arguments, bool json);
int judge_set(const Arguments& arguments, const std::string& query, const std::string& clause, int grade);
int judge_remove(const Arguments& arguments, const std::string& query, const std::string& clause);
int judge_export(const Arguments& arguments, const std::filesystem::path& queries, const std::filesystem::path& qrels);
int judge_import(const Arguments& arguments, const std::filesystem::path& queries, const std::filesystem::path& qrels);

/// The places that are watched (sources.toml): how each stands; and a round of those named, or of all
/// that are enabled, with 1 when something failed.
int sources_list(const Arguments& arguments);
int sources_check(const Arguments& arguments, const std::vector<std::string>& names);

/// What is said of an account (people/accounts.h); what is not said stays as it is, or as accounts begin.
struct AccountFacts {
  std::string login;
  std::optional<std::string> name, role, until;  ///< the role by key or name; the last day as people write it, "" for none
  std::optional<std::vector<std::string>> groups, only;  ///< a sole "" for none
};

/// The people who may sign in. A password is read from standard input (one line), or made and printed: the only time it is seen.
int user_add(const Arguments& arguments, const AccountFacts& facts, bool from_input);
int user_change(const Arguments& arguments, const AccountFacts& facts);
int user_list(const Arguments& arguments, bool json);
int user_passwd(const Arguments& arguments, const std::string& login, bool from_input);
/// Turns the second step off, for somebody who lost their authenticator.
int user_forget_code(const Arguments& arguments, const std::string& login);
enum class AccountState { disabled, enabled };
int user_set(const Arguments& arguments, const std::string& login, AccountState state);
/// Why somebody may, or may not, see a document.
int user_why(const Arguments& arguments, const std::string& login, const std::string& slug);
int user_groups(const Arguments& arguments);
int user_group_add(const Arguments& arguments, const std::string& name);
int user_group_remove(const Arguments& arguments, const std::string& name);
/// Makes an account for each role, with a password that it prints, where there is none of that name yet; or, with `only_show`,
/// prints those that still have it, with a warning, and nothing when there are none.
int user_demo(const Arguments& arguments, bool only_show);

/// Which events (store/event_log.h): days as people write them, an action or its beginning with *.
struct EventChoice {
  std::string from, to, actor, action, subject;
};
/// Who did what: the newest events; the whole chain verified, with 1 and the first broken link when it is broken (`noted`: a head
/// of an earlier day); events as a file of a format, to standard output; the head, to be noted elsewhere.
int events_list(const Arguments& arguments, const EventChoice& choice, size_t limit, bool json);
int events_verify(const Arguments& arguments, const std::string& noted);
int events_export(const Arguments& arguments, const EventChoice& choice, const std::string& format);
int events_head(const Arguments& arguments);

/// Makes the index anew.
int reindex(const Arguments& arguments);

/// Prints what does not fit together; 1 when something does not.
int check(const Arguments& arguments);

/// The files of settings that may be edited in the browser; `restart` is called when one needs the service to begin anew. The
/// installation must outlive them.
std::vector<web::EditableFile> editable_files(Installation& installation, const config::Config& config, std::function<void()> restart);

/// What serve() returns when it is to be called again by a new program: settings have changed.
constexpr int begin_anew = -1;

/// Writes all that cannot be made anew into one file (store/backup.h), while a service may be running.
int backup(const Arguments& arguments, const std::filesystem::path& file);
/// Reads a backup again and says whether it is whole.
int verify_backup(const Arguments& arguments, const std::filesystem::path& file);
/// Puts a backup into the data directory, which must be empty, and its settings into `settings`, or beside the data
/// directory when that is empty. The index is made by the next command that needs it.
int restore(const Arguments& arguments, const std::filesystem::path& file, const std::filesystem::path& settings);

/// Serves browsers until it is told to stop, keeps the index in step and makes backups by the plan of the settings. An index
/// that cannot be used is made anew meanwhile.
int serve(const Arguments& arguments, const std::string& host, int port);

}  // namespace shirube::commands
