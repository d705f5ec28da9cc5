#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "corpus/clause.h"
#include "corpus/correction.h"
#include "corpus/document.h"

namespace SQLite {
class Database;
}

namespace shirube::store {
class Database;
}

namespace shirube::corpus {

/// An edition that is being prepared (下書き): a file that was handed in, what was read of it, and what a person
/// corrected of that.
struct Draft {
  enum class State {
    waiting,    ///< to be read
    ready,      ///< read: to be looked at and published
    failed,     ///< could not be read, see `reason` and `hint`; can be tried again
    published,  ///< an edition now
  };
  int64_t id = 0;
  State state = State::waiting;
  std::string source;           ///< where the file came from, for people: a path, an address, 「mail.eml › 別紙.pdf」
  std::string file_name, file_sha256, media_type;
  int pages = 0;                ///< of the original; 0 for files without pages
  std::optional<int64_t> within;  ///< the draft of the mail that it is attached to
  int depth = 0;                ///< so many files it stood in
  Facts said;                   ///< given by a person or a source before it was read; they win over what the file says
  Facts facts;                  ///< as they will be published
  std::vector<std::string> warnings;
  std::string reason, hint;
  int64_t revision = 0;         ///< of clauses and facts, from 0; a change must name the one that it was made on
  std::optional<int64_t> edition_id;  ///< once published
  std::string address;          ///< slug/key of that edition
  std::string created_at, changed_at;  ///< ISO, UTC
};

std::string_view name(Draft::State state);           ///< waiting, ready, failed, published
std::string_view japanese_name(Draft::State state);  ///< 読取り待ち, 確認待ち, 読取り失敗, 公開済み

/// A draft's clauses: as the file was cut, what a person changed, and what came of it.
struct Cut {
  std::vector<Clause> extracted, clauses;
  std::vector<Correction> corrections;

  /// The corrections, by position, that found nothing to act on when the file was read anew: they are kept, to be tried
  /// again at the next reading, and show nowhere in the clauses.
  std::vector<size_t> undone() const;
};

/// What a reading found.
struct Reading {
  std::string media_type;
  int pages = 0;
  Facts facts;
  std::vector<std::string> warnings;
  std::vector<Clause> clauses;
};

constexpr size_t most_corrections = 1000;

/// The drafts of this office. Safe to share between threads. They are for those who have the task of the desk and see the audience
/// that the draft, and each clause of it, is meant for; one that says none is for the whole desk. For any other viewer there are none.
/// A published one is there for those who see all of its edition.
class Drafts {
 public:
  explicit Drafts(store::Database& database) : database_(database) {}

  static bool open_to(const Viewer& viewer);

  /// Keeps a file to be read. The same bytes under the same name from the same source are one draft as long as it is not
  /// published; one that failed is read again. `size` is the file's, in bytes. Throws Error{missing} when the viewer may not have
  /// drafts, Error{invalid} for an audience that is none or that they do not see, as the changes do that name one.
  int64_t add(const Viewer& viewer, const Draft& draft, uint64_t size);

  std::optional<Draft> find(const Viewer& viewer, int64_t id) const;
  std::optional<Cut> cut(const Viewer& viewer, int64_t id) const;
  /// Those that are not published, the newest first, then the published ones.
  std::vector<Draft> list(const Viewer& viewer, size_t first, size_t most) const;
  /// The files that were attached to this one, in their order.
  std::vector<Draft> within(const Viewer& viewer, int64_t id) const;
  size_t count(const Viewer& viewer) const;
  /// Other drafts, not published, that hold the same file or are meant for the same document; the first twenty.
  std::vector<Draft> alike(const Viewer& viewer, const Draft& draft) const;

  /// The oldest that waits to be read, after `id`.
  std::optional<Draft> next_waiting(int64_t after) const;
  /// Keeps what was read of a waiting draft; corrections that were made before are carried out again, and those that find
  /// nothing to act on are told among the warnings.
  void set_read(int64_t id, const Reading& reading);
  void set_failed(int64_t id, const std::string& reason, const std::string& hint);
  /// The file's members take its place: a ZIP file is no document.
  void set_opened(int64_t id);

  /// Changes; each throws Error{missing} when there is no such draft, and Error{conflict} when it is published, is not read
  /// yet, or was changed since `revision`.
  void read_again(const Viewer& viewer, int64_t id);
  void correct(const Viewer& viewer, int64_t id, int64_t revision, const Correction& correction);
  /// Takes the last correction back.
  void undo(const Viewer& viewer, int64_t id, int64_t revision);
  /// Attachments are never for more people than their mail: what closes a mail closes all that came with it, drafts and what was
  /// published of them, in the same transaction and with an event each; what opens it opens none of them. Throws Error{invalid}
  /// for an attachment that would be wider than its mail.
  void set_facts(const Viewer& viewer, int64_t id, int64_t revision, const Facts& facts);
  /// A draft and its clauses at a revision, for publish(); throws as the changes do.
  std::pair<Draft, Cut> to_publish(const Viewer& viewer, int64_t id, int64_t revision) const;
  /// Makes an edition of what is published, within the transaction (Library::add()), and gives its number.
  using Add = std::function<int64_t(SQLite::Database&)>;
  /// Publishes a draft as to_publish() gave it at this revision: all that `add` does, and that the draft is published, are one
  /// transaction. Whoever publishes or changes it at the same time, in this process or another, comes before or after; interrupted,
  /// nothing was done. Throws Error{conflict} for an attachment that would become an edition of a document that is wider than its mail.
  void publish(const Viewer& viewer, int64_t id, int64_t revision, const Add& add);
  /// Takes a draft off the desk. The file stays among the originals. A published one stays with its edition.
  void drop(const Viewer& viewer, int64_t id);

 private:
  store::Database& database_;
};

}  // namespace shirube::corpus
