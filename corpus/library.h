#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/clause.h"
#include "corpus/document.h"
#include "text/date.h"

namespace SQLite {
class Database;
}

namespace shirube::store {
class Database;
}

namespace shirube::corpus {

/// An edition to be added, already cut and addressed.
struct NewEdition {
  Facts facts;               ///< `slug` and `title` must be set
  std::string content_hash;  ///< SHA-256 of the bytes it came from
  std::string file_sha256;   ///< of the original in the Files, or empty
  uint64_t file_size = 0;
  std::string file_name, media_type;
  std::vector<std::string> warnings;
  std::vector<Clause> clauses;
  std::vector<int64_t> encloses{};  ///< editions that came with it, in order: the attachments of a mail
};

struct Added {
  enum class Outcome {
    taken,      ///< a new edition
    same,       ///< these bytes are an edition of this document already
    corrected,  ///< the same bytes, but facts of the document were changed
  };
  Outcome outcome;
  int64_t edition_id;
  std::string address;  ///< slug/key
};

/// A clause where it stands. `id` is its number in the index.
struct PlacedClause {
  int64_t id = 0;
  Document document;
  Edition edition;
  Clause clause;
  std::vector<std::string> above;  ///< headings (or labels) of the clauses it stands under, outermost first

  /// 「星見市情報セキュリティ対策基準（令和7年4月1日版）第12条第2項第1号、7頁」: the title, the edition, the
  /// place, and the page where the original has pages.
  std::string citation() const;
};

/// A clause of an edition with its number in the index.
struct StoredClause {
  int64_t id = 0;
  Clause clause;
};

/// A clause's text, and the numbers of the first and the last clause of its edition and of its article.
struct Scope {
  std::string text;
  std::pair<int64_t, int64_t> edition, article;
};

/// All documents, their editions and clauses. Safe to share between threads. Each read takes the
/// Viewer and finds nothing that it may not see, as if it did not exist: of an edition that holds clauses which are narrower
/// than the viewer sees, only the others, and neither its original nor its warnings, which speak of all.
class Library {
 public:
  explicit Library(store::Database& database) : database_(database) {}

  /// Adds editions in one transaction, with their queue entries and events: all or none. A slug that
  /// is new makes a document (audience `restricted`, kind `other` unless said); a known one gets a
  /// further edition, and the facts of the document that are said replace the old ones.
  ///
  /// An edition without a label is named after the day it begins (令和7年4月1日版) or counted (第2版).
  /// What stands under a narrower clause is for the same people as that.
  ///
  /// Throws Error{invalid} for facts that are no kind, audience or date, for a clause's audience that is none, is `public` or
  /// another one than that of a clause above, and for an edition of narrower clauses alone (then the document is to be narrower);
  /// Error{conflict} when the label stands for other words already, or when what came with another document would be for more
  /// people than that.
  std::vector<Added> add(std::span<const NewEdition> editions);
  /// The same within a write of the database.
  static std::vector<Added> add(SQLite::Database& db, std::span<const NewEdition> editions);

  /// Throws what add() of this edition alone would throw, and adds nothing.
  void prove(const NewEdition& edition) const;

  /// Binds an edition to the one that it came with, behind those that are bound already. Within a write of the database.
  static void enclose(SQLite::Database& db, int64_t edition_id, int64_t enclosed_edition_id);

  /// Replaces the facts of a document that is held by those that are said. False when none differs or there is
  /// no such document. What came with it is closed with it, and never opened. Throws as add() does.
  bool correct(const Facts& facts);
  /// The same within a write of the database.
  static bool correct(SQLite::Database& db, const Facts& facts);

  /// Records that one clause cites another, with the words it quotes (may be empty). Throws
  /// Error{invalid} when the quote is not in the cited clause.
  void add_citation(int64_t from_clause, int64_t to_clause, const std::string& quote);

  /// Binds the official citations in texts (題名（版）第…条) to the clauses they name, in each of the ways that they can be
  /// read, in all editions where that is still to be done: new ones, and citing ones since the last
  /// edition came or title was corrected. What names nothing held is left for then. Others write meanwhile. Safe to be killed, to
  /// be stopped and to run twice.
  void link_citations(const std::atomic<bool>& stop);

  /// Whether these bytes are an edition of this document already, whoever asks.
  struct Held {
    int64_t edition_id;
    size_t clauses;
  };
  std::optional<Held> find_edition(const std::string& slug, const std::string& content_hash) const;

  /// An edition that holds the same words, or nearly so.
  struct Alike {
    Document document;
    Edition edition;
    double share;  ///< of what either holds, estimated
    bool same;     ///< the same file
  };
  /// Editions of this file, and those whose sketch (sketch.h) resembles this one by half and more; the most alike
  /// first, at most five. Only files that were taken as such are known by their sketch, and only editions that the viewer sees whole.
  std::vector<Alike> alike(const Viewer& viewer, const std::string& file_sha256, std::span<const int64_t> sketch) const;

  std::optional<Document> document(const Viewer& viewer, const std::string& slug) const;
  /// Newest first.
  std::vector<Edition> editions(const Viewer& viewer, const std::string& slug) const;
  /// What came with an edition (the attachments of a mail, in order), and what it came with.
  struct Enclosed {
    Document document;
    Edition edition;
  };
  std::vector<Enclosed> enclosures(const Viewer& viewer, int64_t edition_id) const;
  std::vector<Enclosed> enclosing(const Viewer& viewer, int64_t edition_id) const;
  /// In document order; empty when there is no such edition for this viewer.
  std::vector<StoredClause> clauses(const Viewer& viewer, const std::string& slug, const std::string& key) const;

  /// The clauses of these numbers that the viewer may see, in the order asked for.
  std::vector<PlacedClause> clauses_by_id(const Viewer& viewer, std::span<const int64_t> ids) const;
  /// Of these editions the clauses of those that the viewer does not see: the first and the last number of each stretch, in order.
  std::vector<std::pair<int64_t, int64_t>> closed(const Viewer& viewer, std::span<const int64_t> editions) const;
  /// The texts of these clauses that the viewer may see, with what lies around each.
  std::vector<Scope> scopes(const Viewer& viewer, std::span<const int64_t> ids) const;
  std::optional<PlacedClause> clause(const Viewer& viewer, const std::string& slug, const std::string& key, const std::string& path) const;

  /// The clauses that cite this one, newest document first. What a text names is, of all that the viewer sees, the document whose
  /// title is longest, and of its clauses the one that the most of the words name.
  std::vector<PlacedClause> cited_by(const Viewer& viewer, int64_t clause_id) const;
  /// The clauses that this one cites.
  std::vector<PlacedClause> citations(const Viewer& viewer, int64_t clause_id) const;

  /// Finds the clause that an official citation names: title or short title, edition in brackets
  /// (without it: the current edition), place. nullopt when there is none. With Naming::tail, where no title is named whole, the
  /// one document that the viewer sees whose title ends with these words: 「ガイドライン 6.1(3)」.
  enum class Naming { whole, tail };
  std::optional<int64_t> resolve(const Viewer& viewer, std::string_view citation, Naming naming = Naming::whole) const;

  /// The document of this title or short title, with its edition of this label, or (where that is empty) the one in force on a
  /// day, else its first. nullopt where there is none, or no such edition.
  struct Titled {
    Document document;
    Edition edition;
  };
  std::optional<Titled> titled(const Viewer& viewer, const std::string& title, const std::string& label, const std::string& day) const;
  /// Which of these are titles or short titles of documents.
  std::vector<std::string> titles_among(const Viewer& viewer, std::span<const std::string> names) const;

  /// The last day that an edition is or was in force: today for one that is, the day it begins for a future one.
  std::string last_day(int64_t edition_id) const;

  /// Documents (of one kind, where it is said) with their current (else newest) edition, by title.
  struct Listed {
    Document document;
    Edition edition;
    int64_t clauses = 0;
  };
  std::vector<Listed> documents(const Viewer& viewer, size_t first, size_t most, const std::string& kind = {}) const;

  /// The names of groups, which are audiences, in order.
  std::vector<std::string> groups() const;

  /// Distinct issuers, for filters.
  std::vector<std::string> issuers(const Viewer& viewer) const;

  /// How many documents there are of each kind.
  struct KindCount {
    std::string kind;
    uint64_t documents;
  };
  std::vector<KindCount> counts(const Viewer& viewer) const;

 private:
  store::Database& database_;
};

}  // namespace shirube::corpus
