#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace shirube::store {
class Database;
}

namespace shirube::web {

/// A file of settings that an administrator may edit in the browser.
struct EditableFile {
  std::string key;      ///< in addresses
  std::string title;    ///< 「同義語」
  std::filesystem::path path;  ///< may not exist yet: then it is empty
  std::string help;     ///< how its lines are written
  std::string effect;   ///< when a change acts
  /// Throws Error{invalid}, naming the line, for a file that could not be used in the place of `path`. The lists (.tsv)
  /// that are edited here too and stand beside `path` stand beside it.
  std::function<void(const std::filesystem::path& candidate)> prove;
  /// What would change by it, as sentences; empty: nothing to tell beside the lines.
  std::function<std::vector<std::string>(const std::filesystem::path& candidate)> foresee = {};
  /// Told once a change is in place; empty: it acts by itself.
  std::function<void()> applied = {};
};

/// What a new text would change.
struct Preview {
  std::vector<std::string> added, removed;  ///< lines, in their order; at most `most_lines_shown` of each
  size_t added_count = 0, removed_count = 0;
  std::vector<std::string> foreseen;
};
constexpr size_t most_lines_shown = 100;

/// The files of settings that may be edited here. Safe to share between threads.
class Settings {
 public:
  /// Candidates are proven in folders below `scratch`.
  Settings(store::Database& database, std::filesystem::path scratch, std::vector<EditableFile> files);

  const std::vector<EditableFile>& files() const { return files_; }
  /// Throws Error{missing} for a key that is none.
  const EditableFile& find(std::string_view key) const;

  struct Content {
    std::string text;
    std::string version;  ///< changes with the text
  };
  Content read(const EditableFile& file) const;

  /// Proves a text and says what it would change. Lines may end as browsers end them. Throws Error{invalid}, naming the line, for
  /// one that cannot be used, is no UTF-8 or over `largest` bytes.
  Preview preview(const EditableFile& file, std::string_view text) const;

  /// Puts a text in place, whole, as an event with the lines that changed. Throws as preview(), and Error{conflict} when the file
  /// is not of `version` any more: somebody else changed it.
  void apply(const EditableFile& file, std::string_view text, std::string_view version) const;

  static constexpr size_t largest = 2 << 20;

 private:
  store::Database& database_;
  std::filesystem::path scratch_;
  std::vector<EditableFile> files_;
};

}  // namespace shirube::web
