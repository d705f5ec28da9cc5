#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "corpus/library.h"

namespace shirube::corpus {

/// A clause in plain language (やさしい解説). It is of a clause of one edition; who shows another edition's counterpart of that clause
/// says for which it was written.
struct Note {
  int64_t clause_id = 0;
  std::string text;        ///< lines of plain text
  int64_t revision = 0;    ///< from 1
  std::string author;      ///< sign-in name of who wrote it last
  std::string changed_at;  ///< ISO instant, UTC
};

constexpr size_t longest_note = 2000;  // characters

/// The notes that people here wrote to clauses. Who sees a clause sees its note. Safe to share between threads.
class Notes {
 public:
  explicit Notes(store::Database& database) : database_(database), library_(database) {}

  /// Of these clauses those that the viewer sees and that have a note, or had one (then its text is empty), in the order asked for.
  std::vector<Note> of(const Viewer& viewer, std::span<const int64_t> clauses) const;

  /// Writes the note of a clause, or takes it away where `text` is empty; an event tells of it in the same transaction.
  /// `revision` is that of the note that was changed (0: there was none). Throws Error{forbidden} for who has not the task
  /// `desk`, Error{missing} for a clause that they do not see, Error{invalid} for a text that is too long or holds characters of
  /// control, Error{conflict} when somebody else has changed it since.
  void write(const Viewer& viewer, const std::string& slug, const std::string& key, const std::string& path, const std::string& text, int64_t revision);

 private:
  store::Database& database_;
  Library library_;
};

}  // namespace shirube::corpus
