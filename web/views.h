#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/arrival.h"
#include "corpus/basket.h"
#include "corpus/comparison.h"
#include "corpus/favourite.h"
#include "corpus/glossary.h"
#include "corpus/judgement.h"
#include "corpus/library.h"
#include "corpus/note.h"
#include "indexer/desk.h"
#include "indexer/watch.h"
#include "records/record.h"
#include "store/event_queue.h"
#include "web/reader_pool.h"
#include "web/target.h"

namespace shirube::people {
class Accounts;
}
namespace shirube::store {
class BackupKeeper;
}

// Each page is one JSON model: the API sends it as it is, a template renders it. Links in a model are
// addresses of pages. A view throws Error{missing} for what the viewer may not see, as for what does
// not exist.
namespace shirube::web {

/// What views read from. All of it may be shared between threads.
struct Context {
  const corpus::Library& library;
  const corpus::Viewer& viewer;
  ReaderPool& readers;
  const corpus::JudgementLedger& judgements;
  const corpus::Arrivals& arrivals;
  const corpus::Basket& basket;
  corpus::Favourites& favourites;
  int64_t owner;  ///< of the basket and the favourites
  const corpus::Notes& notes;
  const corpus::Glossary& glossary;
  corpus::Comparisons& comparisons;
  const std::filesystem::path& lexicon;  ///< folder of terms.tsv and synonyms.tsv
  const indexer::Desk& desk;
  const std::function<std::vector<indexer::SourceState>()>& sources;
  store::BackupKeeper* backups;  ///< null: none are made
  store::EventQueue& events;
  const records::Records& records;
  const records::UnsavedRecords& unsaved;
  records::Author author;            ///< who asks, as records know them; without a name for nobody known
  const people::Accounts* accounts;  ///< null: there are none
  std::vector<std::string> units;    ///< the groups of who asks
};

/// A request that found its route: `arguments` are the segments that the pattern left open.
struct Call {
  const Target& target;
  std::vector<std::string> arguments;
};

/// The parameter q. Throws Error{invalid} beyond 2,000 characters.
std::string read_words(const Target& target);
/// The parameter synonyms (on, off): whether they are looked for. Throws Error{invalid} for another value.
bool read_synonyms(const Target& target);

/// An edition among those of its document, newest first.
struct FoundEdition {
  corpus::Document document;
  std::vector<corpus::Edition> editions;
  size_t position;
  const corpus::Edition& edition() const { return editions[position]; }
};
/// Throws Error{missing}.
FoundEdition find_edition(const Context& context, const std::string& slug, const std::string& key);

/// The clause at slug, key and path. Throws Error{missing}.
corpus::PlacedClause find_clause(const Context& context, const std::string& slug, const std::string& key, const std::string& path);

/// The parameters of read_asked(). Without words to look for: what there is to search. `meant` of
/// the first results is false, or what was probably meant.
nlohmann::json search_view(const Context& context, const Call& call);
/// What the page of search shows before anything is asked: {counts, examples, panels: [{title, more_label, more_url, items: [{label, url, note}]}]}
/// of what the viewer may see and do.
nlohmann::json start_model(const Context& context);
/// q, as far as it is typed, and limit (1 to 50): what it can become, as search::Suggester has it. `kept`
/// is what stays of the earlier words.
nlohmann::json suggest_view(const Context& context, const Call& call);
/// All documents by title, those of a kind where `kind` is said, 50 a page.
nlohmann::json documents_view(const Context& context, const Call& call);
/// {slug}: a document with its editions.
nlohmann::json document_view(const Context& context, const Call& call);
/// {slug}/{key}: an edition with its contents and its clauses, 400 a page.
nlohmann::json edition_view(const Context& context, const Call& call);
/// {slug}/{key}: what is different in it from the edition before, or from another one (`from`, a key), clause by clause; with
/// show=all the clauses that are the same, too. 100 a page.
nlohmann::json changes_view(const Context& context, const Call& call);
/// {slug}/{key}: an edition whose original is a PDF, its text beside it; from the clause `at` on, or page `page` of the original, with the
/// words that a search for q looks for. Throws Error{missing} for another original, or none.
nlohmann::json beside_view(const Context& context, const Call& call);
/// {slug}/{key}: the references of an edition that lead nowhere.
nlohmann::json dangling_view(const Context& context, const Call& call);
/// How many clauses a newer edition changed, as their fates are told on that page; `moved` are those that are otherwise the same.
struct ChangeCounts {
  size_t changed = 0, added = 0, removed = 0, moved = 0;
};
ChangeCounts count_changes(std::span<const corpus::Compared> rows);
/// {slug}/{key}/{path}: a clause with those below it, and those like it; marked is what a search for q, with
/// synonyms or without, looks for in it; citing=all also finds who refers to it in other documents.
nlohmann::json clause_view(const Context& context, const Call& call);
/// {slug}/{key}/{path}: the clauses like it.
nlohmann::json similar_view(const Context& context, const Call& call);
/// What is like `text` (800 characters): up to twenty clauses. Without it: what to say.
nlohmann::json similar_to_text_view(const Context& context, const Call& call);
/// The parameters of search_view and `clause`, as slug/key/path or the address of a clause's page: why the
/// clause is, or is not, among the hits. Without either: what to say.
nlohmann::json explain_view(const Context& context, const Call& call);

/// The judged queries with their clauses, 50 clauses a page: what one may change. A query whose clauses stand on
/// two pages is named on both; beyond the last page is the last.
nlohmann::json judgements_view(const Context& context, const Call& call);

/// A hit as it can be judged: what a form must say, and what was said. `judged` is of the same query.
nlohmann::json judgement_model(const std::string& q, const corpus::PlacedClause& clause, std::span<const corpus::KeptJudgement> judged);

/// Takes a form (q, document, clause; grade, or remove; from and page, where it stands) and returns the
/// local address to go back to. Throws Error{invalid} for a form of another kind.
std::string judge(corpus::JudgementLedger& judgements, const corpus::Viewer& viewer, const Target& form);

/// The citations that are kept, in their order: those that cannot be seen any more without words.
nlohmann::json basket_view(const Context& context, const Call& call);
/// Takes a form (action: add with document, edition, clause and, where words were chosen, quote; remove, up or down with
/// number; clear; and back, where it stands) and returns the local address to go back to. Throws Error{invalid} for a form of
/// another kind, and as corpus::Basket does.
std::string change_basket(corpus::Basket& basket, const corpus::Viewer& viewer, int64_t owner, const Target& form);

/// The searches and documents that one keeps, with how much is new to each search.
nlohmann::json favourites_view(const Context& context, const Call& call);
/// Takes a form (action: save with name and address, rename with number and name, look or forget with number, star or unstar with
/// document; and back, where it stands) and returns the local address to go back to. Throws Error{invalid} for a form of another
/// kind, and as corpus::Favourites does.
std::string change_favourites(const Context& context, const Target& form);
/// How many clauses are new to a saved search, in words.
std::string fresh_note(const Context& context, Reader& reader, const corpus::SavedSearch& saved);

/// q, as part of a word or of its reading, also in romaji; row, a row of the syllabary (あ to わ, other): the terms that documents in
/// force define, and those of the city's dictionary, by their reading, 100 a page.
nlohmann::json terms_view(const Context& context, const Call& call);

/// What feeds are made of: {title, path, entries: [{address, title, updated, summary}]}, newest first, 50 at most.
/// The parameters of news_view: the newest editions.
nlohmann::json news_feed_view(const Context& context, const Call& call);
/// {number}: the newest clauses that a saved search finds among those that came after it was saved.
nlohmann::json search_feed_view(const Context& context, const Call& call);

/// What an accessible service is to be, and what was checked.
nlohmann::json accessibility_view(const Context& context, const Call& call);

/// {slug}/{key}/{path}: takes a form (text, revision) and writes the clause's note; the local address of the clause.
std::string change_note(corpus::Notes& notes, const corpus::Viewer& viewer, const Call& call, const Target& form);

/// The parameters from and to (days as people write them; without them the month before this one): what came in that time, and
/// what takes effect in it or in the 60 days after, on one printed page.
nlohmann::json digest_view(const Context& context, const Call& call);

/// The parameters kind, issuer, topic, from, to (days as people write them) and new=on (since one last said that one has read
/// them): editions by their day, newest first, 30 a page, with
/// what each changed against the one before, who explains it, and what has yet to take effect.
nlohmann::json news_view(const Context& context, const Call& call);

/// How to use the service, with examples that run (help.h).
nlohmann::json help_view(const Context& context, const Call& call);

/// The files that were handed in, 50 a page. For those who may not have drafts the page does not exist.
nlohmann::json drafts_view(const Context& context, const Call& call);
/// {id}: a draft with its clauses, 100 a page, the doubts about them, and what is held, or in another draft, that is like it.
nlohmann::json draft_view(const Context& context, const Call& call);
/// {id}: the same, with the facts as they were typed into a form that cannot be, and what is wrong beside each.
nlohmann::json refused_draft_view(const Context& context, const Call& call, const Target& form);
/// {id}: the draft itself.
corpus::Draft draft_of(const Context& context, const Call& call);

/// Takes the field `files` of a form with files, and returns the drafts' numbers. Throws Error{invalid} when there are none.
std::vector<int64_t> receive_files(indexer::Desk& desk, const corpus::Viewer& viewer, std::string_view content_type, std::string_view body);
/// Takes one file, the body, named by the parameter `name` (and `source`, where it came from); returns the draft's model.
nlohmann::json receive_file(indexer::Desk& desk, const corpus::Viewer& viewer, const Target& target, const std::string& body);
/// {id}: takes a form (action: facts, publish, undo, read, drop-draft or a kind of correction; revision; what that needs)
/// and returns the local address to go to; nullopt when the facts that were typed cannot be, and nothing is changed.
/// Throws Error{invalid} for a form of another kind, and as corpus::Drafts does.
std::optional<std::string> change_draft(indexer::Desk& desk, const corpus::Viewer& viewer, const Call& call, const Target& form);

/// The ledgers that the viewer has to do with: how many records each has, its lists that are kept, its counters, what is due next.
nlohmann::json ledgers_view(const Context& context, const Call& call);
/// {key}: the records of a ledger, 50 a page; the parameters of its filter stand in record_pages.h.
nlohmann::json ledger_view(const Context& context, const Call& call);
/// {key}: the parameters `text` and `number` (of the record that it is of, if any): records that speak of the same with what they
/// cite, clauses that do, and the basket.
nlohmann::json beside_record_view(const Context& context, const Call& call);
/// {number}: a record, with all that may be done to it.
nlohmann::json record_view(const Context& context, const Call& call);
/// {number}: its changes, newest first; with the parameters from and to (revisions) what is different between the two.
nlohmann::json record_history_view(const Context& context, const Call& call);
/// {number}/{field}: a table of it, 100 rows a page, with the parameters q, column and value (that a column of choices has), and edit
/// (the number of a row, or new).
nlohmann::json record_rows_view(const Context& context, const Call& call);
/// The parameters scope (mine, units, all) and ledger: what is due in the next three months, and what is to be looked at.
nlohmann::json deadlines_view(const Context& context, const Call& call);
/// The parameter scope: what is late and due in two weeks, to be looked at, short of its counters, and what went on in a week, on one printed page.
nlohmann::json deadline_digest_view(const Context& context, const Call& call);

/// What backups there are, when the next is due, what is under way and what went wrong.
nlohmann::json backups_view(const Context& context, const Call& call);
/// Who did what, newest first, 50 a page, as read_asked_events() has it (web/event_list.h), with the last verification of the chain.
nlohmann::json events_view(const Context& context, const Call& call);

}  // namespace shirube::web
