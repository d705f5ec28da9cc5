#include "indexer/check.h"

#include <fmt/format.h>
#include <xapian.h>

#include "search/searcher.h"
#include "search/suggest.h"
#include "store/database.h"
#include "store/queue.h"
#include "text/normalize.h"

namespace shirube::indexer {

namespace {

/// Gathers lines of one kind, up to a number.
class Problems {
 public:
  explicit Problems(std::vector<std::string>& lines) : lines_(lines) {}
  ~Problems() {
    if (count_ > most) lines_.push_back(fmt::format("（同種の問題がほかに {} 件）", count_ - most));
  }
  void add(std::string line) {
    if (++count_ <= most) lines_.push_back(std::move(line));
  }

 private:
  static constexpr size_t most = 100;
  std::vector<std::string>& lines_;
  size_t count_ = 0;
};

void check_database(SQLite::Database& db, std::vector<std::string>& lines) {
  Problems problems(lines);
  SQLite::Statement integrity(db, "PRAGMA integrity_check");
  while (integrity.executeStep()) {
    std::string line = integrity.getColumn(0).getString();
    if (line != "ok") problems.add("データベースの不整合: " + line);
  }
  SQLite::Statement keys(db, "PRAGMA foreign_key_check");
  while (keys.executeStep()) problems.add(fmt::format("参照先のない行: 表 {} の行 {}", keys.getColumn(0).getString(), keys.getColumn(1).getString()));
  SQLite::Statement empty(db, "SELECT d.slug || '/' || e.key FROM editions e JOIN documents d ON d.id = e.document_id "
                              "WHERE NOT EXISTS (SELECT 1 FROM clauses c WHERE c.edition_id = e.id)");
  while (empty.executeStep()) problems.add("条項のない版: " + empty.getColumn(0).getString());
  if (int64_t waiting = db.execAndGet("SELECT count(*) FROM editions WHERE linked = 0").getInt64()) {
    problems.add(fmt::format("引用を結び付けていない版が {} 件あります（shirube serve か ingest が処理します）", waiting));
  }
  if (int64_t waiting = store::queue_length(db)) problems.add(fmt::format("索引待ちの版が {} 件あります（shirube serve か ingest が処理します）", waiting));
}

void check_quotes(SQLite::Database& db, std::vector<std::string>& lines) {
  Problems problems(lines);
  SQLite::Statement select(db, "SELECT q.id, q.quote, c.heading || char(10) || c.text FROM citations q JOIN clauses c ON c.id = q.to_clause_id WHERE q.quote <> ''");
  while (select.executeStep()) {
    bool held = text::fold(select.getColumn(2).getString()).find(text::fold(select.getColumn(1).getString())) != std::string::npos;
    if (!held) problems.add(fmt::format("引用 {} の文が引用先の条項にありません", select.getColumn(0).getInt64()));
  }
}

void check_mentions(SQLite::Database& db, std::vector<std::string>& lines) {
  Problems problems(lines);
  SQLite::Statement select(db, "SELECT DISTINCT d.slug || '/' || e.key || ' ' || c.path FROM mentions m JOIN clauses c ON c.id = m.from_clause_id "
                               "JOIN editions e ON e.id = c.edition_id JOIN documents d ON d.id = e.document_id "
                               "LEFT JOIN clauses n ON n.id = m.to_clause_id LEFT JOIN editions o ON o.id = n.edition_id "
                               "WHERE c.text NOT LIKE '%版）%' OR o.document_id <> m.document_id ORDER BY c.id");
  while (select.executeStep()) problems.add("文にない引用が結び付いている条項: " + select.getColumn(0).getString());
}

void check_files(SQLite::Database& db, const store::Files& files, std::vector<std::string>& lines) {
  Problems problems(lines);
  SQLite::Statement select(db, "SELECT f.sha256, (SELECT e.file_name FROM editions e WHERE e.file_sha256 = f.sha256 LIMIT 1) FROM files f");
  while (select.executeStep()) {
    std::string hash = select.getColumn(0).getString();
    auto state = files.verify(hash);
    if (state == store::Files::State::good) continue;
    problems.add(fmt::format("原本が{}: {}（{}）", state == store::Files::State::missing ? "ありません" : "変わっています", hash, select.getColumn(1).getString()));
  }
}

/// Both sides are in order of the clause's number, so one walk tells what either lacks.
void check_index(SQLite::Database& db, const std::filesystem::path& folder, std::vector<std::string>& lines) {
  Problems problems(lines);
  Xapian::Database index;
  if (!folder.empty()) {
    index = Xapian::Database(folder.string());
    std::filesystem::path suggestions = search::suggestion_folder(folder);
    if (std::filesystem::exists(suggestions)) Xapian::Database(suggestions.string());
    else problems.add("入力候補の索引がありません（shirube serve か ingest が作ります）");
  }
  SQLite::Statement select(db, "SELECT c.id, d.slug || '/' || e.key || ' ' || c.path FROM clauses c JOIN editions e ON e.id = c.edition_id "
                               "JOIN documents d ON d.id = e.document_id ORDER BY c.id");
  auto posting = index.postlist_begin(""), end = index.postlist_end("");
  bool more = select.executeStep();
  while (more || posting != end) {
    int64_t clause = more ? select.getColumn(0).getInt64() : INT64_MAX;
    int64_t posted = posting != end ? static_cast<int64_t>(*posting) : INT64_MAX;
    if (clause < posted) problems.add("索引にない条項: " + select.getColumn(1).getString());
    if (posted < clause) problems.add(fmt::format("条項のない索引項目: {}", posted));
    if (posted <= clause) ++posting;
    if (clause <= posted) more = select.executeStep();
  }
}

}  // namespace

std::vector<std::string> check(const std::filesystem::path& data, const store::Database& database, const store::Files& files) {
  std::vector<std::string> lines;
  std::filesystem::path folder = search::index_folder(data, database);
  database.read([&](SQLite::Database& db) {
    check_database(db, lines);
    check_quotes(db, lines);
    check_mentions(db, lines);
    check_files(db, files, lines);
    try {
      check_index(db, folder, lines);
    } catch (const Xapian::Error& e) {
      lines.push_back(fmt::format("検索索引を読めません（{}）。shirube reindex で作り直してください", e.get_msg()));
    }
  });
  return lines;
}

}  // namespace shirube::indexer
