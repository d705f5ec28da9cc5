#pragma once

#include <filesystem>
#include <string>

#include "config/config.h"
#include "corpus/library.h"
#include "indexer/child.h"
#include "indexer/desk.h"
#include "indexer/index_writer.h"
#include "indexer/watch.h"
#include "people/sessions.h"
#include "records/record.h"
#include "search/searcher.h"
#include "search/suggest.h"
#include "store/backup.h"
#include "store/database.h"
#include "store/files.h"
#include "text/analyzer.h"
#include "web/app.h"

namespace shirube::commands {

/// What every command is given.
struct Arguments {
  std::filesystem::path data = "var";
  std::filesystem::path config_file;
  config::Config config;
  std::filesystem::path program;  ///< this very program, which reads untrusted files as a child
};

/// The limits of the child that reads files.
indexer::ExtractionLimits limits(const config::Config& config);

/// A data directory, opened: its database, originals and dictionary, and what is made of the three.
/// What it hands out must not outlive it.
struct Installation {
  Installation(const Arguments& arguments, store::Database::Open open);

  search::Searcher searcher() { return searcher(lexicon); }
  /// With another folder of synonyms.tsv and its like.
  search::Searcher searcher(const std::filesystem::path& words);
  search::Suggester suggester();
  indexer::IndexWriter index_writer(const config::Config& config);
  web::AppOptions app_options(corpus::Viewer viewer, size_t readers, indexer::DeskOptions desk = {});

  std::filesystem::path data;
  store::Database database;
  store::Files files;
  corpus::Library library;
  std::string analyzer_name;  ///< changes with the dictionaries, so that an index knows which cut it
  text::AnalyzerModel model;
  std::filesystem::path lexicon;  ///< folder of synonyms.tsv and its like
};

/// The ledgers and the open days of the settings; none where there are no settings.
records::Ledgers ledgers_of(const config::Config& config);
records::Calendar calendar_of(const config::Config& config);

/// Who may sign in and how, by the settings: the table of roles (as shipped where there are no settings), what a hash costs, limits.
people::AccessTable access_table(const config::Config& config);
people::PasswordCost password_cost(const config::Config& config);
people::SignInOptions sign_in_options(const config::Config& config);

/// The watch over the sources of the settings, handing what is new to the desk, which must outlive it.
indexer::Watch watch_for(const Arguments& arguments, store::Database& database, indexer::Desk& desk);

/// The settings that a backup takes: the settings file, and every .toml, .tsv and .docx in its folder and one below.
std::vector<store::SettingsFile> settings_files(const Arguments& arguments);

/// Brings the index up to the queue, with progress. The exit code.
int drain(Installation& installation, const config::Config& config);

}  // namespace shirube::commands
