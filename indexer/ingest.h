#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <istream>
#include <optional>
#include <string>
#include <vector>

#include "corpus/library.h"
#include "indexer/child.h"
#include "store/files.h"
#include "text/error.h"

namespace shirube::indexer {

/// What became of one file, or of one line of JSON Lines.
struct Report {
  enum class Outcome {
    taken,      ///< a new edition
    same,       ///< held already, word for word
    corrected,  ///< held already; facts of its document were changed
    refused,    ///< see `reason` and `hint`; nothing of it was kept
  };
  std::string source;   ///< the file's path; of a file inside it with 「 › 」 and its name, of a line with 「: n行目」
  Outcome outcome = Outcome::refused;
  std::string address;  ///< slug/key, unless refused
  size_t clauses = 0;
  std::vector<std::string> warnings;
  std::string reason, hint;
};

struct IngestOptions {
  corpus::Facts facts;      ///< from the person; win over facts.toml and over what a file says of itself
  ExtractionLimits limits;
  std::filesystem::path program = "/proc/self/exe";  ///< the shirube executable, for the child
  bool dry_run = false;     ///< says what would become of each file, and keeps nothing; files of one run are not held against each other
};

/// The files in a folder and those below it, by name, without hidden ones.
std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder);

struct IngestSummary {
  size_t taken = 0, same = 0, corrected = 0, refused = 0;
};

/// Takes files into the library, one by one: each is taken whole or refused whole, with a reason.
/// Stopped or killed at any moment, what was reported as taken is kept; run again, it goes on, since
/// what is held already is known by its bytes. For one thread.
///
/// A file's facts are, in this order: what the person gave, the `facts.toml` or `facts.csv` in the file's folder,
/// what the file says of itself, and its name.
///
/// Files inside a file (attachments of a mail, members of a ZIP file, and of one such inside it) are
/// documents of their own, named after it, with its audience, issuer and kind; those of a mail are bound to
/// it. What they are named after decides nothing of documents that are held: another file of the same name is
/// refused, unless a person said which document the outer one is of, and an audience only ever narrows. A ZIP
/// file itself is no document.
class Ingest {
 public:
  using Reporter = std::function<void(const Report&)>;

  Ingest(corpus::Library& library, store::Files files, IngestOptions options);

  /// Takes files and folders. A folder with a facts.toml or facts.csv stands for the files that it lists, another
  /// one for all files below it. `done` and `all` of the progress are files.
  IngestSummary paths(const std::vector<std::filesystem::path>& paths, const Reporter& report, const std::function<void(size_t, size_t)>& progress,
                      const std::atomic<bool>& stop);

  /// Takes JSON Lines: one document a line, {"_id", "title", "text"} and optionally "kind", "issuer",
  /// "number", "issued", "effective", "edition", "audience", "topic", "short_title", "link"; other
  /// members are passed over. `name` stands in the reports, of which only warnings and refusals are
  /// given line by line. `done` of the progress is lines.
  IngestSummary lines(std::istream& in, const std::string& name, const Reporter& report, const std::function<void(size_t)>& progress,
                      const std::atomic<bool>& stop);

 private:
  struct Entry;
  struct Source;
  std::vector<Entry> collect(const std::vector<std::filesystem::path>& paths);
  std::optional<int64_t> take(const Source& source, const Reporter& report, const std::atomic<bool>& stop);
  corpus::Facts closed(const std::string& slug, const std::string& audience) const;
  corpus::NewEdition make(const Source& source, Extraction extraction) const;

  corpus::Library& library_;
  store::Files files_;
  IngestOptions options_;
};

}  // namespace shirube::indexer
