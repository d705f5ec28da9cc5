#include "indexer/index_writer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>
#include <xapian.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <vector>

#include "corpus/rows.h"
#include "indexer/clause_words.h"
#include "indexer/index_document.h"
#include "indexer/suggestions.h"
#include "search/index_format.h"
#include "search/searcher.h"
#include "search/suggest.h"
#include "search/suggest_format.h"
#include "search/xapian_access.h"
#include "store/database.h"
#include "store/event_log.h"
#include "store/files.h"
#include "store/queue.h"
#include "text/analyzer.h"
#include "text/error.h"

namespace shirube::indexer {

namespace fs = std::filesystem;

namespace {

void queue_changed_states(SQLite::Database& db) {
  SQLite::Statement insert(db, fmt::format("INSERT INTO queue (edition_id) SELECT e.id FROM editions e WHERE e.indexed_state <> '' AND e.indexed_state <> {}",
                                           corpus::edition_state));
  corpus::bind_today(insert);
  insert.exec();
}

void silently(uint64_t, uint64_t) {}

// ---- writing ----

/// Held while this process writes the index. Another holder makes `held()` false.
class WriterLock {
 public:
  explicit WriterLock(const fs::path& data) : fd_(::open((data / "index.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640)) {
    held_ = fd_ >= 0 && ::flock(fd_, LOCK_EX | LOCK_NB) == 0;
    if (held_ || (fd_ >= 0 && errno == EWOULDBLOCK)) return;
    int code = errno;
    if (fd_ >= 0) ::close(fd_);
    throw Error(ErrorKind::unavailable, fmt::format("検索索引を更新できません（{}）。", std::generic_category().message(code)), "データフォルダの権限と空き容量を確認してください。");
  }
  ~WriterLock() {
    if (fd_ >= 0) ::close(fd_);
  }
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;
  bool held() const { return held_; }

 private:
  int fd_;
  bool held_ = false;
};

[[noreturn]] void rethrow(const std::string& why) {
  throw Error(ErrorKind::unavailable, fmt::format("検索索引に書き込めません（{}）。", why),
              "空き容量と権限を確認し、続く場合は shirube reindex で作り直してください。");
}

Xapian::WritableDatabase open_index(const fs::path& folder, const std::string& analyzer_name) {
  Xapian::WritableDatabase index(folder.string(), Xapian::DB_CREATE_OR_OPEN);
  std::string format = index.get_metadata(std::string(search::format_key));
  if (format.empty() && index.get_doccount() == 0) {
    index.set_metadata(std::string(search::format_key), std::string(search::index_format));
    index.set_metadata(std::string(search::analyzer_key), analyzer_name);
    index.commit();
  } else {
    search::require_fit(index, search::index_name, search::index_format, analyzer_name);
  }
  return index;
}

void remember_states(SQLite::Database& db, const std::vector<std::pair<int64_t, std::string>>& states) {
  SQLite::Statement update(db, "UPDATE editions SET indexed_state = ? WHERE id = ?");
  for (const auto& [edition, state] : states) {
    update.bind(1, state);
    update.bind(2, edition);
    update.exec();
    update.reset();
  }
}

int number_of(const fs::path& folder) {
  std::string name = folder.filename().string();
  int number = 0;
  std::from_chars(name.data() + name.rfind('-') + 1, name.data() + name.size(), number);
  return number;
}

/// Never a name that was used before: a reader that still has it open would take the new for the old.
std::string next_name(const fs::path& current) { return fmt::format("index-{}", current.empty() ? 1 : number_of(current) + 1); }

/// Of the tables of an index that is built whole: in larger blocks less is left empty at their ends.
constexpr int block_size = 16'384;

/// Segments lie beside the index that they are to become.
constexpr const char* parts_ending = ".parts";

/// Folders of the index that a killed build left behind. Only under the lock.
void remove_others(const fs::path& data, const std::vector<fs::path>& kept) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(data, ignored)) {
    bool other = entry.is_directory(ignored) && entry.path().filename().string().starts_with("index-") && std::ranges::find(kept, entry.path()) == kept.end();
    if (other) fs::remove_all(entry.path(), ignored);
  }
}

/// The folder that the settings name; made and named when there is none.
fs::path current_folder(store::Database& database, const IndexWriterOptions& options) {
  fs::path folder = search::index_folder(options.data, database);
  if (!folder.empty()) return folder;
  // Named only once it can be opened: a folder that a kill left half made is no index.
  remove_others(options.data, {});
  open_index(options.data / "index-1", options.analyzer_name);
  options.at_step("created");
  database.write([](SQLite::Database& db) { db.exec("INSERT OR IGNORE INTO settings (name, value) VALUES ('index', 'index-1')"); });
  options.at_step("named");
  return options.data / "index-1";
}

int64_t last_edition(SQLite::Database& db) { return db.execAndGet("SELECT ifnull(max(id), 0) FROM editions").getInt64(); }

bool is_new(SQLite::Database& db, int64_t edition) {
  SQLite::Statement select(db, "SELECT indexed_state = '' FROM editions WHERE id = ?");
  select.bind(1, edition);
  return select.executeStep() && select.getColumn(0).getInt() != 0;
}

/// Whether the index has a clause, under whatever facts. What it does not have is not suggested either.
bool holds(const Xapian::Database& index, const Source& source) {
  auto number = static_cast<Xapian::docid>(source.clause_id);
  auto posting = index.postlist_begin("");
  posting.skip_to(number);
  return posting != index.postlist_end("") && *posting == number;
}

/// What was fed to the index since it was committed.
struct Batch {
  std::vector<store::QueueEntry> entries{};
  std::vector<std::pair<int64_t, std::string>> states{};
  std::set<int64_t> added{};  ///< editions that are new to the index
  ClauseWords words{};        ///< of these
  uint64_t bytes = 0;
};

/// Whether an index can be opened; true before the first is made.
bool is_there(const fs::path& folder) {
  try {
    if (!folder.empty()) Xapian::Database(folder.string());
    return true;
  } catch (const Xapian::DatabaseOpeningError&) {
  } catch (const Xapian::DatabaseCorruptError&) {
  }
  return false;
}

/// In one instant, so that none is found half there.
void remove_suggestions(const fs::path& folder) {
  if (!fs::exists(folder)) return;
  fs::path removed = folder.string() + ".removed";
  fs::remove_all(removed);
  fs::rename(folder, removed);
  fs::remove_all(removed);
}

}  // namespace

IndexWriter::IndexWriter(store::Database& database, const text::AnalyzerModel& model, IndexWriterOptions options)
    : database_(database), model_(model), options_(std::move(options)) {}

bool IndexWriter::is_sound(Look look) const {
  fs::path folder = search::index_folder(options_.data, database_), suggested = search::suggestion_folder(folder);
  if (folder.empty()) return true;
  try {
    search::require_fit(Xapian::Database(folder.string()), search::index_name, search::index_format, options_.analyzer_name);
    // Suggestions that are not there are made with the next change.
    if (fs::exists(suggested)) search::require_fit(Xapian::Database(suggested.string()), search::suggest_name, search::suggest_format, options_.analyzer_name);
    if (look == Look::opened) return true;
    size_t faults = Xapian::Database::check(folder.string(), 0, nullptr);
    return faults == 0 && (!fs::exists(suggested) || Xapian::Database::check(suggested.string(), 0, nullptr) == 0);
  } catch (const Xapian::Error&) {
    return false;
  } catch (const search::UnreadableIndex&) {
    return false;
  }
}

IndexWriter::Outcome IndexWriter::drain(const Progress& progress, const std::atomic<bool>& stop) try {
  WriterLock lock(options_.data);
  if (!lock.held()) return Outcome::busy;
  fs::path current = search::index_folder(options_.data, database_);
  remove_others(options_.data, {current, options_.data / (next_name(current) + parts_ending)});
  database_.write(queue_changed_states);
  // Added to as it is, it would hold what is new and nothing else.
  if (!is_there(current) && build(0, progress, stop) == Outcome::stopped) return Outcome::stopped;
  current = search::index_folder(options_.data, database_);
  bool has_suggestions = current.empty() || fs::exists(search::suggestion_folder(current));
  if (database_.read(store::queue_length) == 0 && has_suggestions) return Outcome::done;
  if (int64_t after = last_indexed_edition(); is_much(after)) {
    // What was closed to some is not to be found by them for as long as much else takes.
    if (after > 0 && add_queued(Which::corrections, progress, stop) == Outcome::stopped) return Outcome::stopped;
    if (build(after, progress, stop) == Outcome::stopped) return Outcome::stopped;
  }
  return add_queued(Which::all, progress, stop);
} catch (const Xapian::Error& e) {
  rethrow(e.get_msg());
} catch (const fs::filesystem_error& e) {
  rethrow(e.code().message());
}

IndexWriter::Outcome IndexWriter::correct(const std::atomic<bool>& stop) try {
  WriterLock lock(options_.data);
  if (!lock.held()) return Outcome::busy;
  fs::path current = search::index_folder(options_.data, database_);
  return !current.empty() && is_there(current) ? add_queued(Which::corrections, silently, stop) : Outcome::done;
} catch (const Xapian::Error& e) {
  rethrow(e.get_msg());
} catch (const fs::filesystem_error& e) {
  rethrow(e.code().message());
}

IndexWriter::Outcome IndexWriter::add_queued(Which which, const Progress& progress, const std::atomic<bool>& stop) {
  auto next = [&](int64_t after) { return database_.read([&](SQLite::Database& db) { return which == Which::all ? store::queued(db, after, 500) : store::corrected(db, after, 500); }); };
  bool waiting = !next(0).empty();
  if (!waiting && which == Which::corrections) return Outcome::done;
  fs::path folder = current_folder(database_, options_), suggested = search::suggestion_folder(folder);
  if (!waiting && fs::exists(suggested)) return Outcome::done;
  uint64_t all = static_cast<uint64_t>(database_.read(store::queue_length)), done = 0;
  Xapian::WritableDatabase index = open_index(folder, options_.analyzer_name);
  options_.at_step("opened");
  text::Analyzer analyzer(model_);
  Batch batch;
  auto suggest = [&] {
    if (batch.added.empty() || !fs::exists(suggested)) return;
    search::SuggestionIndex suggestions(suggested, model_, options_.analyzer_name);
    for (int64_t edition : batch.added) {
      for (const auto& entry : suggestion_entries(database_, {edition, edition})) suggestions.add(entry);
    }
    batch.words.give(suggestions);
    suggestions.commit();
  };
  auto commit = [&] {
    options_.at_step("fed");
    index.commit();
    options_.at_step("committed");
    // After the index: what is suggested stands there, so that a correction of it is noticed.
    suggest();
    options_.at_step("suggested");
    database_.write([&](SQLite::Database& db) {
      store::dequeue(db, batch.entries);
      remember_states(db, batch.states);
    });
    options_.at_step("dequeued");
    done += batch.entries.size();
    batch = {};
    progress(done, std::max(all, done));
  };
  int64_t last = 0;
  while (!stop) {
    auto entries = next(last);
    if (entries.empty()) break;
    for (const auto& entry : entries) {
      last = entry.id;
      auto clauses = database_.read([&](SQLite::Database& db) { return sources(db, entry.edition_id, entry.edition_id); });
      bool corrected = entry.change == store::Change::facts && !clauses.empty() && holds(index, clauses.front());
      if (which == Which::corrections && !corrected) continue;
      if (!clauses.empty()) batch.states.emplace_back(entry.edition_id, clauses.front().state);
      bool added = database_.read([&](SQLite::Database& db) { return is_new(db, entry.edition_id); }) && batch.added.insert(entry.edition_id).second;
      // At once: what is closed to some is not suggested to them until the rest is done.
      if (corrected) remove_suggestions(suggested);
      for (const auto& source : clauses) {
        Xapian::Document document = make_document(source, analyzer);
        if (added) batch.words.add(document, source.audience);
        index.replace_document(static_cast<Xapian::docid>(source.clause_id), document);
        batch.bytes += source.bytes();
      }
      batch.entries.push_back(entry);
      if (stop) break;
      if (batch.bytes >= options_.commit_bytes) commit();
    }
  }
  commit();
  // Once, however many corrections removed them.
  if (!write_suggestions({1, database_.read(last_edition), true}, {}, {folder}, suggested, stop)) return Outcome::stopped;
  return stop ? Outcome::stopped : Outcome::done;
}

/// The edition whose clauses come last in the index: those of later ones have higher numbers all.
int64_t IndexWriter::last_indexed_edition() const {
  fs::path folder = search::index_folder(options_.data, database_);
  if (folder.empty()) return 0;
  Xapian::Database index(folder.string());
  search::require_fit(index, search::index_name, search::index_format, options_.analyzer_name);
  Xapian::docid last = index.get_lastdocid();
  return database_.read([&](SQLite::Database& db) {
    SQLite::Statement select(db, "SELECT edition_id FROM clauses WHERE id <= ? ORDER BY id DESC LIMIT 1");
    select.bind(1, static_cast<int64_t>(last));
    return select.executeStep() ? select.getColumn(0).getInt64() : 0;
  });
}

/// Editions whose clauses make one segment of a new index.
struct IndexWriter::Range {
  int64_t first, last;
  uint64_t clauses;
};

/// Whether so much is new that an index is made of it and joined with the old one.
bool IndexWriter::is_much(int64_t after_edition) const { return plan(after_edition).size() > 1; }

std::vector<IndexWriter::Range> IndexWriter::plan(int64_t after_edition) const {
  return database_.read([&](SQLite::Database& db) {
    SQLite::Statement select(db, "SELECT edition_id, count(*), sum(length(text)) FROM clauses WHERE edition_id > ? GROUP BY edition_id ORDER BY edition_id");
    select.bind(1, after_edition);
    std::vector<Range> ranges;
    int64_t characters = options_.segment_characters;
    while (select.executeStep()) {
      int64_t edition = select.getColumn(0).getInt64();
      if (characters >= options_.segment_characters) {
        ranges.push_back({edition, edition, 0});
        characters = 0;
      }
      ranges.back().last = edition;
      ranges.back().clauses += static_cast<uint64_t>(select.getColumn(1).getInt64());
      characters += select.getColumn(2).getInt64();
    }
    return ranges;
  });
}

/// One segment: an index of its own that is never changed again. Its name is given when it is whole,
/// so that work which was interrupted goes on with the ones that are there.
void IndexWriter::write_segment(const Range& range, const fs::path& folder, const text::Analyzer& analyzer) const {
  if (fs::exists(folder)) return;
  fs::path unfinished = folder.string() + ".unfinished";
  fs::remove_all(unfinished);
  {
    Xapian::WritableDatabase segment(unfinished.string(), Xapian::DB_CREATE);
    auto clauses = database_.read([&](SQLite::Database& db) { return sources(db, range.first, range.last); });
    for (const auto& source : clauses) segment.replace_document(static_cast<Xapian::docid>(source.clause_id), make_document(source, analyzer));
    segment.commit();
  }
  fs::rename(unfinished, folder);
}

/// The store of an index to be: that of the index `old`, where it has one, and what `added` adds to it, whose
/// clauses stand in `indexes`. Like a segment it has its name when it is whole. False when it was stopped.
bool IndexWriter::write_suggestions(const EditionRange& added, const fs::path& old, std::vector<fs::path> indexes, const fs::path& folder, const std::atomic<bool>& stop) const {
  if (fs::exists(folder)) return true;
  fs::path unfinished = folder.string() + ".unfinished";
  fs::remove_all(unfinished);
  EditionRange editions = added;
  if (added.first > 1 && fs::exists(search::suggestion_folder(old))) {
    fs::copy(search::suggestion_folder(old), unfinished, fs::copy_options::recursive);
  } else if (added.first > 1) {
    editions.first = 1;
    indexes.push_back(old);
  }
  {
    search::SuggestionIndex suggestions(unfinished, model_, options_.analyzer_name);
    if (!add_suggestions(database_, editions, suggestions, stop)) return false;
    ClauseWords words;
    for (const auto& index : indexes) words.add(Xapian::Database(index.string()));
    words.give(suggestions);
    suggestions.commit();
  }
  fs::rename(unfinished, folder);
  return true;
}

IndexWriter::Outcome IndexWriter::build(int64_t after, const Progress& progress, const std::atomic<bool>& stop) {
  fs::path old = search::index_folder(options_.data, database_);
  std::string name = next_name(old);
  fs::path parts = options_.data / (name + parts_ending), folder = options_.data / name;
  struct Seen {
    int64_t edition, queue;
    std::string day;
  };
  Seen seen = database_.read([](SQLite::Database& db) {
    // Every change ever queued, also those that are done: a number that is never used again.
    return Seen{last_edition(db),
                db.execAndGet("SELECT ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'queue'), 0)").getInt64(),
                db.execAndGet("SELECT date('now', 'localtime')").getString()};
  });
  auto ranges = plan(after);
  // Segments of another day, dictionary or purpose are none of this index, nor those from before a change.
  std::string key = fmt::format("{} {} {} {} {}", search::index_format, options_.analyzer_name, seen.day, after, seen.queue);
  remove_others(options_.data, {old, parts});
  if (fs::exists(parts) && (!fs::exists(parts / "key") || store::read_file(parts / "key", 4096) != key)) fs::remove_all(parts);
  fs::create_directories(parts);
  std::ofstream(parts / "key", std::ios::binary) << key;
  options_.at_step("opened");

  uint64_t all = 0, done = 0;
  for (const auto& range : ranges) all += range.clauses;
  auto segment = [&](const Range& range) { return parts / fmt::format("{}-{}", range.first, range.last); };
  std::mutex mutex, correcting;
  size_t next = 0;
  std::exception_ptr failure;
  auto work = [&] {
    std::optional<text::Analyzer> analyzer;
    while (true) {
      size_t i;
      {
        std::lock_guard lock(mutex);
        if (next == ranges.size() || failure || stop) return;
        i = next++;
      }
      try {
        if (!analyzer) analyzer.emplace(model_);
        write_segment(ranges[i], segment(ranges[i]), *analyzer);
        // Where all is made anew, the old index goes as it is.
        if (std::unique_lock alone(correcting, std::try_to_lock); alone && after > 0) add_queued(Which::corrections, silently, stop);
        std::lock_guard lock(mutex);
        done += ranges[i].clauses;
        progress(done, all);
      } catch (...) {
        std::lock_guard lock(mutex);
        failure = std::current_exception();
      }
    }
  };
  {
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < std::max(1u, options_.threads); ++i) threads.emplace_back(work);
  }
  if (failure) std::rethrow_exception(failure);
  options_.at_step("fed");
  if (stop) return Outcome::stopped;

  fs::path empty = parts / "empty";
  fs::remove_all(empty);
  open_index(empty, options_.analyzer_name);  // brings the index's own facts along
  Xapian::Database whole(empty.string());
  if (after > 0) whole.add_database(Xapian::Database(old.string()));
  for (const auto& range : ranges) whole.add_database(Xapian::Database(segment(range).string()));
  fs::remove_all(folder);
  bool suggested = false;
  {
    // What is corrected meanwhile stays queued as such and has them removed again.
    std::jthread beside([&] {
      try {
        std::vector<fs::path> segments;
        for (const auto& range : ranges) segments.push_back(segment(range));
        suggested = write_suggestions({after + 1, seen.edition}, old, segments, parts / "suggest", stop);
      } catch (...) {
        failure = std::current_exception();
      }
    });
    whole.compact(folder.string(), Xapian::DBCOMPACT_NO_RENUMBER | Xapian::Compactor::FULLER, block_size);
  }
  if (failure) std::rethrow_exception(failure);
  options_.at_step("joined");
  if (!suggested) return Outcome::stopped;
  fs::rename(parts / "suggest", search::suggestion_folder(folder));
  options_.at_step("committed");
  database_.write([&](SQLite::Database& db) {
    SQLite::Statement update(db, fmt::format("UPDATE editions AS e SET indexed_state = {} WHERE e.id > :after AND e.id <= :last", corpus::edition_state));
    update.bind(":after", after);
    update.bind(":last", seen.edition);
    update.bind(":today", seen.day);
    update.exec();
    // Entries up to the one seen at the start are in the new index; later ones stay queued.
    SQLite::Statement remove(db, "DELETE FROM queue WHERE id <= ? AND edition_id > ?");
    remove.bind(1, seen.queue);
    remove.bind(2, after);
    remove.exec();
    SQLite::Statement point(db, "INSERT INTO settings (name, value) VALUES ('index', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value");
    point.bind(1, name);
    point.exec();
    store::append(db, {"index.build", name, ""});
  });
  options_.at_step("pointed");
  // Readers that have the old folder open keep its files until they turn to the new one.
  remove_others(options_.data, {folder});
  return Outcome::done;
}

IndexWriter::Outcome IndexWriter::rebuild(const Progress& progress, const std::atomic<bool>& stop) try {
  WriterLock lock(options_.data);
  if (!lock.held()) return Outcome::busy;
  return build(0, progress, stop);
} catch (const Xapian::Error& e) {
  rethrow(e.get_msg());
} catch (const fs::filesystem_error& e) {
  rethrow(e.code().message());
}

}  // namespace shirube::indexer
