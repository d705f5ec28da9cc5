#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace shirube::config {

/// The settings of an installation, with their defaults. config/shirube.toml explains each; a key
/// that is not in the table of config.cc is an error, and a test holds the file against the table.
struct Config {
  // [analyzer]
  std::string dictionary = "/var/lib/mecab/dic/juman-utf8";
  std::string terms = "dictionary/terms.tsv";  ///< beside the settings file; terms kept whole

  // [ingest]
  int64_t cpu_seconds = 60;
  int64_t wall_seconds = 120;
  int64_t memory_mib = 2048;
  int64_t file_mib = 256;
  int64_t output_mib = 256;
  std::string libreoffice = "/usr/bin/soffice";
  int64_t libreoffice_memory_mib = 4096;
  std::string ocr = "/usr/bin/ocrmypdf";

  // [sources]
  std::string sources = "sources.toml";  ///< beside the settings file; the places that are watched
  int64_t source_hours = 24;             ///< between two rounds of a running service; 0: only when asked

  // [index]
  int64_t index_threads = 2;

  // [people]
  std::string access = "access.toml";  ///< beside the settings file; what roles may see and do
  int64_t session_idle_minutes = 60;   ///< a session ends so long after its last request
  int64_t session_hours = 12;          ///< and so long after its beginning
  int64_t free_attempts = 5;           ///< wrong ones to sign in before there is a wait
  int64_t longest_wait_minutes = 15;   ///< between further ones
  int64_t password_memory_mib = 64;    ///< what hashing a password costs
  int64_t password_passes = 3;

  // [records]
  std::string ledgers = "ledgers";               ///< folder beside the settings file; a file a ledger
  std::string letters = "office";                ///< folder beside the settings file; Word files that are filled with a record
  std::string calendar = "calendar/days.tsv";    ///< beside the settings file; open and closed days of the city's own

  // [backup]
  std::string backup_folder;                          ///< empty: none are made by themselves
  std::vector<std::string> backup_times = {"02:30"};  ///< of the day, local
  int64_t backup_keep = 14;

  // [serve]
  std::string host = "127.0.0.1";
  int64_t port = 8080;
  int64_t threads = 8;
  bool public_reading = false;         ///< whoever has not signed in reads what is public, too
  std::string certificate, key;        ///< PEM files, beside the settings file; both or none: TLS by the service itself
  std::vector<std::string> proxy_addresses;    ///< proxies that are believed when they say who asks
  std::string proxy_user_header;       ///< in which they name whom they have signed in; empty: none does
  std::vector<std::string> metrics_addresses;  ///< who may read /metrics beside this machine

  // [limits]
  int64_t head_kib = 64;
  int64_t target_bytes = 8192;
  int64_t form_kib = 64;
  int64_t query_characters = 2000;
  int64_t address_requests = 100;  ///< a second; 0: any number
  int64_t account_requests = 30;   ///< a second; 0: any number
  int64_t queue = 256;
  int64_t connections = 1024;
  int64_t connections_per_address = 512;
  int64_t uploads = 2;
  int64_t read_seconds = 5;
  int64_t write_seconds = 10;
  int64_t request_seconds = 20;
  int64_t idle_seconds = 5;
  int64_t free_mib = 512;

  // [events]
  std::vector<std::string> event_reads = {"committee", "restricted", "groups"};  ///< audiences whose documents' readings are told
  bool event_searches = true;                                                    ///< whether searches are
  std::vector<std::string> event_days = {"search*=90"};                          ///< rules of retention; see store/event_retention.h

  std::filesystem::path folder;  ///< of the settings file; relative paths start here
};

/// Reads a settings file. Throws Error{invalid} naming the line of an unknown key or a value out of
/// range, Error{missing} when there is no such file.
Config load(const std::filesystem::path& file);

/// Names of all keys, as "section.key".
std::vector<std::string> keys();

}  // namespace shirube::config
