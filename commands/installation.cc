#include "commands/installation.h"

#include <algorithm>

#include "text/error.h"
#include "text/user_dictionary.h"

namespace shirube::commands {

namespace fs = std::filesystem;

namespace {

text::AnalyzerOptions analyzer_options(const Arguments& arguments, std::string& name) {
  text::AnalyzerOptions options;
  options.dictionary = arguments.config.dictionary;
  name = options.dictionary;
  fs::path terms = arguments.config.folder / arguments.config.terms;
  if (arguments.config.folder.empty() || !fs::exists(terms)) return options;
  std::string tsv = store::read_file(terms, 16 << 20);
  auto list = text::parse_user_terms(tsv, terms.string());
  if (list.empty()) return options;
  std::string hash = store::sha256(options.dictionary + "\n" + tsv).substr(0, 16);
  name += "+" + hash;
  options.user_dictionary = arguments.data / "dictionary" / (hash + ".dic");
  if (!fs::exists(options.user_dictionary)) {
    fs::create_directories(arguments.data / "dictionary");
    text::compile_user_dictionary(list, options.dictionary, options.user_dictionary);
  }
  return options;
}

fs::path prepare(const fs::path& data, store::Database::Open open) {
  std::error_code error;
  if (open == store::Database::Open::or_create) fs::create_directories(data, error);
  if (error) throw Error(ErrorKind::unavailable, "データフォルダを作れません: " + data.string(), "場所と権限を確認してください。");
  return data;
}

}  // namespace

indexer::ExtractionLimits limits(const config::Config& config) {
  return {static_cast<unsigned>(config.cpu_seconds), static_cast<unsigned>(config.wall_seconds), static_cast<uint64_t>(config.memory_mib) << 20,
          static_cast<uint64_t>(config.file_mib) << 20, static_cast<uint64_t>(config.output_mib) << 20, config.libreoffice, static_cast<uint64_t>(config.libreoffice_memory_mib) << 20, config.ocr};
}

people::AccessTable access_table(const config::Config& config) {
  return config.folder.empty() ? people::AccessTable() : people::AccessTable(config.folder / config.access);
}

people::PasswordCost password_cost(const config::Config& config) {
  return {static_cast<unsigned long long>(config.password_passes), static_cast<size_t>(config.password_memory_mib) << 20};
}

people::SignInOptions sign_in_options(const config::Config& config) {
  people::SignInOptions options;
  options.idle = std::chrono::minutes(config.session_idle_minutes);
  options.absolute = std::chrono::hours(config.session_hours);
  options.free_attempts = static_cast<int>(config.free_attempts);
  options.longest_wait = std::chrono::minutes(config.longest_wait_minutes);
  return options;
}

Installation::Installation(const Arguments& arguments, store::Database::Open open)
    : data(prepare(arguments.data, open)),
      database(data / "shirube.db", open),
      files(data / "files"),
      library(database),
      model(analyzer_options(arguments, analyzer_name)),
      lexicon(arguments.config.folder.empty() ? fs::path() : (arguments.config.folder / arguments.config.terms).parent_path()) {}

search::Searcher Installation::searcher(const fs::path& words) { return {data, database, model, analyzer_name, words}; }

search::Suggester Installation::suggester() { return {search::suggestion_folder(search::index_folder(data, database)), model, analyzer_name}; }

indexer::IndexWriter Installation::index_writer(const config::Config& config) {
  return {database, model, {data, analyzer_name, static_cast<unsigned>(config.index_threads)}};
}

std::vector<store::SettingsFile> settings_files(const Arguments& arguments) {
  constexpr int deepest = 1;
  constexpr size_t most = 1000;
  std::vector<store::SettingsFile> files;
  if (arguments.config_file.empty()) return files;
  const fs::path& folder = arguments.config.folder;
  std::error_code error;
  auto take = [&](const fs::path& path) {
    std::string name = path.lexically_relative(folder).generic_string();
    if (std::ranges::find(files, name, &store::SettingsFile::name) == files.end()) files.push_back({name, path});
  };
  take(fs::absolute(arguments.config_file).lexically_normal());
  for (auto entry = fs::recursive_directory_iterator(folder, fs::directory_options::skip_permission_denied, error); !error && entry != fs::end(entry); entry.increment(error)) {
    if (entry.depth() == deepest) entry.disable_recursion_pending();
    auto ending = entry->path().extension();
    if (entry->is_regular_file(error) && (ending == ".toml" || ending == ".tsv" || ending == ".docx")) take(entry->path());
    if (files.size() > most) throw Error(ErrorKind::conflict, "設定のフォルダにファイルが多すぎます: " + folder.string(), "設定だけを置くフォルダを作り、--config でその中のファイルを指定してください。");
  }
  std::ranges::sort(files, {}, &store::SettingsFile::name);
  return files;
}

web::AppOptions Installation::app_options(corpus::Viewer viewer, size_t readers, indexer::DeskOptions desk) {
  web::AppOptions options{data, database, model, analyzer_name, lexicon, std::move(viewer)};
  options.readers = readers;
  options.desk = std::move(desk);
  return options;
}

records::Ledgers ledgers_of(const config::Config& config) {
  if (config.folder.empty()) return {};
  std::vector<std::string> roles;
  const people::AccessTable table = access_table(config);
  for (const auto& role : table.roles()) roles.push_back(role.key);
  return records::Ledgers(config.folder / config.ledgers, roles);
}

records::Calendar calendar_of(const config::Config& config) {
  const fs::path days = config.folder / config.calendar;
  return config.folder.empty() || !fs::exists(days) ? records::Calendar() : records::Calendar(days);
}

}  // namespace shirube::commands
