#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "corpus/draft.h"
#include "corpus/library.h"
#include "indexer/child.h"
#include "store/files.h"

namespace shirube::indexer {

/// A file as it was handed in.
struct Incoming {
  std::string source;     ///< where it came from, for people; the file's name when empty
  std::string file_name;  ///< its last part says something of the file
  std::string bytes;
  corpus::Facts said{};   ///< by a person or a source
};

struct DeskOptions {
  ExtractionLimits limits;
  std::filesystem::path program = "/proc/self/exe";  ///< the shirube executable, for the child
};

/// The way of a file from being handed in to being an edition (取込): kept, read in the limited child, corrected by a
/// person, published. What was handed in is on disk when receive() returns; a reading that is interrupted is begun anew.
/// Safe to share between threads; one thread or process at a time should read.
class Desk {
 public:
  Desk(store::Database& database, store::Files files, DeskOptions options);

  /// Keeps a file to be read. Throws Error{invalid} for an empty or too large one and Error{missing} when the viewer
  /// may not have drafts.
  int64_t receive(const corpus::Viewer& viewer, const Incoming& incoming);

  /// Reads what waits, the oldest first, until nothing does or `stop` is set; files inside files become drafts of their
  /// own and are read too. `read` is told of each draft that was. What befalls us with one does not keep the others waiting; it
  /// is thrown at the end, and that draft goes on waiting.
  void read_waiting(const std::function<void(int64_t id)>& read, const std::atomic<bool>& stop);

  /// What is held that has the same words as a draft, or nearly.
  std::vector<corpus::Library::Alike> alike(const corpus::Viewer& viewer, const corpus::Draft& draft, const corpus::Cut& cut) const;

  /// Makes a draft an edition, with its facts and corrected clauses. Attachments and their mail are bound whichever comes
  /// first. A slug that is held makes a further edition only when the person means it (`further`), else Error{conflict}; of the
  /// facts those of the document stay then as they are. The same file, cut the same, is no further edition, and a slug of a document
  /// that the viewer does not see is refused: Error{conflict}; throws as Library::add() does besides. All or nothing, however many
  /// publish at a time, from whatever process.
  corpus::Added publish(const corpus::Viewer& viewer, int64_t id, int64_t revision, bool further);

  corpus::Drafts& drafts() { return drafts_; }
  const corpus::Drafts& drafts() const { return drafts_; }
  const store::Files& files() const { return files_; }
  const DeskOptions& options() const { return options_; }

 private:
  void read_one(const corpus::Draft& draft, const std::atomic<bool>& stop);
  corpus::NewEdition edition_of(const corpus::Draft& draft, const corpus::Cut& cut) const;
  void fit_in(corpus::NewEdition& edition, const corpus::Viewer& viewer, int64_t draft, bool further) const;

  corpus::Library library_;
  corpus::Drafts drafts_;
  store::Files files_;
  DeskOptions options_;
};

}  // namespace shirube::indexer
