#include "indexer/index_writer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>
#include <xapian.h>

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "corpus/rows.h"
#include "search/index_format.h"
#include "search/searcher.h"
#include "store/database.h"
#include "store/event_log.h"
#include "store/queue.h"
#include "text/analyzer.h"
#include "text/error.h"
#include "text/normalize.h"

namespace shirube::indexer {

namespace fs = std::filesystem;
using search::prefix::bigram;
using search::prefix::heading;
using search::term;

namespace {

/// A clause with what its document says of it, ready to be indexed.
struct Source {
  int64_t clause_id, edition_id, document_id;
  std::string title, kind, issuer, audience, state, begins;
  std::string above;  ///< headings it stands under
  std::string label, heading, text, locator;
  uint64_t bytes() const { return heading.size() + text.size() + 200; }
};

// ---- what becomes of a clause in the index ----

void add_words(Xapian::Document& doc, std::string_view prefix, const text::Normalized& normalized, const text::Analyzer& analyzer) {
  for (const auto& token : analyzer.analyze(normalized)) {
    if (token.kind == text::TokenKind::reference) doc.add_term(term(search::prefix::reference, token.term));
    else if (token.kind != text::TokenKind::function) doc.add_term(term(prefix, token.term));
  }
}

Xapian::Document make_document(const Source& source, const text::Analyzer& analyzer) {
  Xapian::Document doc;
  text::Normalized body = text::normalize(source.label + "　" + source.heading + "\n" + source.text);
  add_words(doc, "", body, analyzer);
  for (const auto& token : text::bigrams(body)) doc.add_term(term(bigram, token.term));
  for (const auto& token : text::references(text::normalize(source.label + "　" + source.heading))) doc.add_term(term(search::prefix::own, token.term));
  // Its whole number as one: 第22条第2項.
  std::string place;
  for (const auto& token : text::references(text::normalize(source.locator))) place += token.term;
  if (!place.empty()) doc.add_term(term(search::prefix::place, place));
  text::Normalized headings = text::normalize(source.title + "\n" + source.above + "\n" + source.heading);
  add_words(doc, heading, headings, analyzer);
  doc.add_boolean_term(term(search::prefix::kind, source.kind));
  doc.add_boolean_term(term(search::prefix::audience, source.audience));
  doc.add_boolean_term(term(search::prefix::state, source.state));
  doc.add_boolean_term(term(search::prefix::document, std::to_string(source.document_id)));
  doc.add_boolean_term(term(search::prefix::edition, std::to_string(source.edition_id)));
  doc.add_boolean_term(term(search::prefix::clause, std::to_string(source.clause_id)));
  if (!source.issuer.empty()) doc.add_boolean_term(term(search::prefix::issuer, source.issuer));
  if (!source.begins.empty()) doc.add_value(search::slot::begins, source.begins);
  doc.add_value(search::slot::document, std::to_string(source.document_id));
  return doc;
}

// ---- a line of workers between the reader and the writer ----

/// Analyses clauses on several threads and hands the results back in the order they came, holding
/// only so many at a time.
class AnalysisLine {
 public:
  AnalysisLine(const text::AnalyzerModel& model, unsigned threads) {
    for (unsigned i = 0; i < std::max(1u, threads); ++i) threads_.emplace_back([this, &model] { work(text::Analyzer(model)); });
  }
  ~AnalysisLine() {
    {
      std::lock_guard lock(mutex_);
      closed_ = true;
    }
    changed_.notify_all();
    for (auto& thread : threads_) thread.join();
  }

  bool full() const { return line_.size() >= capacity; }
  bool empty() const { return line_.empty(); }

  void put(Source source) {
    std::lock_guard lock(mutex_);
    line_.push_back(std::make_unique<Job>(std::move(source)));
    waiting_.push_back(line_.back().get());
    changed_.notify_all();
  }

  /// The oldest job's result; waits for it.
  std::pair<int64_t, Xapian::Document> take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return line_.front()->done; });
    std::unique_ptr<Job> job = std::move(line_.front());
    line_.pop_front();
    if (job->failure) std::rethrow_exception(job->failure);
    return {job->source.clause_id, std::move(job->result)};
  }

 private:
  static constexpr size_t capacity = 512;

  struct Job {
    explicit Job(Source s) : source(std::move(s)) {}
    Source source;
    Xapian::Document result;
    std::exception_ptr failure;
    bool done = false;
  };

  void work(text::Analyzer analyzer) {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [&] { return closed_ || !waiting_.empty(); });
      if (closed_) return;
      Job* job = waiting_.front();
      waiting_.pop_front();
      lock.unlock();
      try {
        job->result = make_document(job->source, analyzer);
      } catch (...) {
        job->failure = std::current_exception();
      }
      lock.lock();
      job->done = true;
      changed_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::unique_ptr<Job>> line_;
  std::deque<Job*> waiting_;
  bool closed_ = false;
  std::vector<std::thread> threads_;
};

// ---- reading the truth ----

std::vector<Source> clauses_of(SQLite::Database& db, int64_t edition_id) {
  SQLite::Statement select(db, fmt::format("SELECT c.id, d.id, d.title, d.kind, d.issuer, d.audience, {}, e.begins, c.label, c.heading, c.text, c.parent, c.locator "
                                           "FROM clauses c JOIN editions e ON e.id = c.edition_id JOIN documents d ON d.id = e.document_id "
                                           "WHERE e.id = :edition ORDER BY c.position", corpus::edition_state));
  select.bind(":edition", edition_id);
  corpus::bind_today(select);
  std::vector<Source> sources;
  while (select.executeStep()) {
    auto text = [&](int i) { return select.getColumn(i).getString(); };
    sources.push_back({select.getColumn(0).getInt64(), edition_id, select.getColumn(1).getInt64(), text(2), text(3), text(4), text(5), text(6), text(7), "",
                       text(8), text(9), text(10), text(12)});
    if (!select.getColumn(11).isNull()) {
      const Source& parent = sources[static_cast<size_t>(select.getColumn(11).getInt64())];
      sources.back().above = parent.above + "\n" + parent.heading;
    }
  }
  return sources;
}

void queue_changed_states(SQLite::Database& db) {
  SQLite::Statement insert(db, fmt::format("INSERT INTO queue (edition_id) SELECT e.id FROM editions e WHERE e.indexed_state <> '' AND e.indexed_state <> {}",
                                           corpus::edition_state));
  corpus::bind_today(insert);
  insert.exec();
}

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

[[noreturn]] void rethrow(const Xapian::Error& e) {
  throw Error(ErrorKind::unavailable, fmt::format("検索索引に書き込めません（{}）。", e.get_msg()),
              "空き容量と権限を確認し、続く場合は shirube reindex で作り直してください。");
}

Xapian::WritableDatabase open_index(const fs::path& folder, const std::string& analyzer_name) {
  Xapian::WritableDatabase index(folder.string(), Xapian::DB_CREATE_OR_OPEN);
  std::string format = index.get_metadata(std::string(search::format_key));
  if (format.empty() && index.get_doccount() == 0) {
    index.set_metadata(std::string(search::format_key), std::string(search::index_format));
    index.set_metadata(std::string(search::analyzer_key), analyzer_name);
    index.commit();
  } else if (format != search::index_format || index.get_metadata(std::string(search::analyzer_key)) != analyzer_name) {
    throw Error(ErrorKind::unavailable, "検索索引が今の設定や版と合っていません。", "shirube reindex で索引を作り直してください。");
  }
  return index;
}

/// Feeds the clauses of editions to an index. The caller commits.
class Feeder {
 public:
  Feeder(Xapian::WritableDatabase& index, const text::AnalyzerModel& model, unsigned threads) : index_(index), line_(model, threads) {}

  /// Indexes the clauses of an edition; of a clause that is there already, the terms are replaced.
  void feed(std::vector<Source> sources) {
    for (auto& source : sources) {
      while (line_.full()) write_one();
      bytes_ += source.bytes();
      line_.put(std::move(source));
    }
  }
  /// Waits until all that was fed is in the index.
  void finish() {
    while (!line_.empty()) write_one();
  }
  uint64_t take_bytes() { return std::exchange(bytes_, 0); }
  uint64_t bytes() const { return bytes_; }

 private:
  void write_one() {
    auto [id, doc] = line_.take();
    index_.replace_document(static_cast<Xapian::docid>(id), doc);
  }

  Xapian::WritableDatabase& index_;
  AnalysisLine line_;
  uint64_t bytes_ = 0;
};

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

/// Folders of the index that a killed rebuild left behind. Only under the lock.
void remove_others(const fs::path& data, const fs::path& current) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(data, ignored)) {
    bool other = entry.is_directory(ignored) && entry.path().filename().string().starts_with("index-") && entry.path() != current;
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

}  // namespace

IndexWriter::IndexWriter(store::Database& database, const text::AnalyzerModel& model, IndexWriterOptions options)
    : database_(database), model_(model), options_(std::move(options)) {}

IndexWriter::Outcome IndexWriter::drain(const Progress& progress, const std::atomic<bool>& stop) try {
  WriterLock lock(options_.data);
  if (!lock.held()) return Outcome::busy;
  database_.write(queue_changed_states);
  uint64_t all = static_cast<uint64_t>(database_.read(store::queue_length)), done = 0;
  if (all == 0) return Outcome::done;
  Xapian::WritableDatabase index = open_index(current_folder(database_, options_), options_.analyzer_name);
  options_.at_step("opened");
  Feeder feeder(index, model_, options_.analysis_threads);
  std::vector<store::QueueEntry> pending;
  std::vector<std::pair<int64_t, std::string>> states;
  auto commit = [&] {
    feeder.finish();
    options_.at_step("fed");
    index.commit();
    options_.at_step("committed");
    database_.write([&](SQLite::Database& db) {
      store::dequeue(db, pending);
      remember_states(db, states);
    });
    options_.at_step("dequeued");
    done += pending.size();
    pending.clear();
    states.clear();
    feeder.take_bytes();
    progress(done, std::max(all, done));
  };
  int64_t last = 0;
  while (!stop) {
    auto entries = database_.read([&](SQLite::Database& db) { return store::queued(db, last, 500); });
    if (entries.empty()) break;
    for (const auto& entry : entries) {
      auto sources = database_.read([&](SQLite::Database& db) { return clauses_of(db, entry.edition_id); });
      if (!sources.empty()) states.emplace_back(entry.edition_id, sources.front().state);
      feeder.feed(std::move(sources));
      pending.push_back(entry);
      last = entry.id;
      if (stop) break;
      if (feeder.bytes() >= options_.commit_bytes) commit();
    }
    progress(done + pending.size(), std::max<uint64_t>(all, done + pending.size()));
  }
  commit();
  return stop ? Outcome::stopped : Outcome::done;
} catch (const Xapian::Error& e) {
  rethrow(e);
}

IndexWriter::Outcome IndexWriter::rebuild(const Progress& progress, const std::atomic<bool>& stop) try {
  WriterLock lock(options_.data);
  if (!lock.held()) return Outcome::busy;
  fs::path old = search::index_folder(options_.data, database_);
  remove_others(options_.data, old);
  // Never a name that was used before: a reader that still has it open would take the new for the old.
  std::string name = fmt::format("index-{}", old.empty() ? 1 : number_of(old) + 1);
  auto counts = database_.read([](SQLite::Database& db) {
    return std::pair(db.execAndGet("SELECT ifnull(max(id), 0) FROM editions").getInt64(), db.execAndGet("SELECT ifnull(max(id), 0) FROM queue").getInt64());
  });
  bool finished = false;
  {
    Xapian::WritableDatabase index = open_index(options_.data / name, options_.analyzer_name);
    options_.at_step("opened");
    Feeder feeder(index, model_, options_.analysis_threads);
    std::vector<std::pair<int64_t, std::string>> states;
    int64_t edition = 0;
    while (!stop && edition < counts.first) {
      auto batch = database_.read([&](SQLite::Database& db) {
        std::vector<std::vector<Source>> sources;
        for (int i = 0; i < 20 && edition < counts.first; ++i) sources.push_back(clauses_of(db, ++edition));
        return sources;
      });
      for (auto& sources : batch) {
        if (!sources.empty()) states.emplace_back(sources.front().edition_id, sources.front().state);
        feeder.feed(std::move(sources));
        if (feeder.bytes() < options_.commit_bytes) continue;
        feeder.finish();
        index.commit();
        feeder.take_bytes();
      }
      progress(static_cast<uint64_t>(edition), static_cast<uint64_t>(counts.first));
    }
    feeder.finish();
    options_.at_step("fed");
    index.commit();
    options_.at_step("committed");
    finished = edition >= counts.first;
    if (finished) {
      // Entries up to the one seen at the start are in the new index; later ones stay queued.
      database_.write([&](SQLite::Database& db) {
        remember_states(db, states);
        SQLite::Statement remove(db, "DELETE FROM queue WHERE id <= ?");
        remove.bind(1, counts.second);
        remove.exec();
        SQLite::Statement point(db, "INSERT INTO settings (name, value) VALUES ('index', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value");
        point.bind(1, name);
        point.exec();
        store::append(db, {"command", "index.rebuild", name, ""});
      });
    }
  }
  options_.at_step("pointed");
  // Readers that have the old folder open keep its files until they turn to the new one.
  std::error_code ignored;
  fs::remove_all(finished ? old : options_.data / name, ignored);
  return finished ? Outcome::done : Outcome::stopped;
} catch (const Xapian::Error& e) {
  rethrow(e);
}

}  // namespace shirube::indexer
