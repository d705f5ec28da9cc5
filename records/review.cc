// 要確認: what newer editions changed of the clauses that records cite.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "corpus/comparison.h"
#include "corpus/rows.h"
#include "records/record_rows.h"
#include "records/record_writer.h"
#include "store/database.h"
#include "store/event_log.h"
#include "store/files.h"
#include "text/error.h"
#include "text/normalize.h"

namespace shirube::records {

namespace {

using corpus::Viewer;

/// A clause that is cited, and the newest edition of its document, where that is a newer one.
struct Cited {
  std::string field, slug, key, newer_key;
  int64_t clause_id = 0, newer_id = 0;
};

/// What a record cites, of the documents that have a newer edition; `fields` of citations and of rows alike.
std::vector<Cited> outdated(SQLite::Database& db, int64_t record) {
  std::vector<Cited> out;
  SQLite::Statement select(db,
                           "SELECT v.field, d.slug, e.key, c.id, n.id, n.key FROM record_values v "
                           "JOIN documents d ON d.slug = substr(v.value, 1, instr(v.value, '/') - 1) "
                           "JOIN editions e ON e.document_id = d.id JOIN clauses c ON c.edition_id = e.id "
                           "JOIN editions n ON n.id = (SELECT m.id FROM editions m WHERE m.document_id = d.id ORDER BY m.begins DESC, m.id DESC LIMIT 1) "
                           "WHERE v.record_id = ? AND v.refers = 1 AND v.value = d.slug || '/' || e.key || '/' || c.path AND (n.begins, n.id) > (e.begins, e.id)");
  select.bind(1, record);
  while (select.executeStep()) out.push_back({select.getColumn(0).getString(), select.getColumn(1).getString(), select.getColumn(2).getString(), select.getColumn(5).getString(), select.getColumn(3).getInt64(), select.getColumn(4).getInt64()});
  return out;
}

/// Whether the clause at `at` is the one at `top` or stands under it.
bool is_under(std::span<const corpus::StoredClause> clauses, size_t at, size_t top) {
  for (std::optional<size_t> up = at; up; up = clauses[*up].clause.parent) {
    if (*up == top) return true;
  }
  return false;
}

struct Mark {
  std::optional<int64_t> before, after;
  std::string after_words;
  bool changed;
};

/// What became of a clause and of all that stands under it; empty: it is the same.
std::vector<Mark> marks(std::span<const corpus::StoredClause> before, std::span<const corpus::StoredClause> after, const std::vector<corpus::Compared>& rows, int64_t cited) {
  auto found = std::ranges::find(before, cited, &corpus::StoredClause::id);
  if (found == before.end()) return {};
  const size_t top = static_cast<size_t>(found - before.begin());
  std::optional<size_t> counterpart;
  for (const auto& row : rows) {
    if (row.before == top) counterpart = row.after;
  }
  std::vector<Mark> out;
  for (const auto& row : rows) {
    bool ours = row.before ? is_under(before, *row.before, top) : counterpart && row.after && is_under(after, *row.after, *counterpart);
    if (!ours) continue;
    const corpus::StoredClause *was = row.before ? &before[*row.before] : nullptr, *is = row.after ? &after[*row.after] : nullptr;
    bool narrower = (was && !was->clause.audience.empty()) || (is && !is->clause.audience.empty());
    if (row.fate == corpus::Fate::same && !narrower) continue;
    out.push_back({was ? std::optional(was->id) : std::nullopt, is ? std::optional(is->id) : std::nullopt, is ? store::sha256(text::fold(is->clause.heading + "\n" + is->clause.text)) : "", row.fate != corpus::Fate::same});
  }
  return out;
}

/// The clauses of editions as a viewer sees them, each read once: many records cite the same document.
class Editions {
 public:
  Editions(const corpus::Library& library, const Viewer& viewer) : library_(library), viewer_(viewer) {}

  /// They stay where they are until forget().
  const std::vector<corpus::StoredClause>& clauses(const std::string& slug, const std::string& key) {
    const auto [place, fresh] = read_.try_emplace(slug + "/" + key);
    if (fresh) place->second = library_.clauses(viewer_, slug, key);
    return place->second;
  }
  /// Keeps no more than is good for the memory.
  void forget() {
    constexpr size_t most = 50;
    if (read_.size() > most) read_.clear();
  }

 private:
  const corpus::Library& library_;
  const Viewer& viewer_;
  std::map<std::string, std::vector<corpus::StoredClause>> read_;
};

template <typename Value>
void bind_optional(SQLite::Statement& statement, int at, const std::optional<Value>& value) {
  if (value) statement.bind(at, *value);
  else statement.bind(at);
}

}  // namespace

size_t Records::find_reviews(const std::atomic<bool>& stop, std::chrono::milliseconds most) {
  const auto end = std::chrono::steady_clock::now() + most;
  // What came since is told to the records that cite its document.
  auto newest = database_.read([](SQLite::Database& db) {
    SQLite::Statement select(db, "SELECT ifnull(max(e.id), 0), (SELECT last_edition FROM records_told) FROM editions e");
    select.executeStep();
    return std::pair(select.getColumn(0).getInt64(), select.getColumn(1).getInt64());
  });
  if (newest.first > newest.second && database_.writable()) {
    database_.write([&](SQLite::Database& db) {
      SQLite::Statement tell(db, "UPDATE records SET looked = 0 WHERE id IN (SELECT v.record_id FROM editions e JOIN documents d ON d.id = e.document_id JOIN record_values v ON v.refers = 1 AND v.value >= d.slug || '/' AND v.value < d.slug || '0' WHERE e.id > ? AND e.id <= ?)");
      tell.bind(1, newest.second);
      tell.bind(2, newest.first);
      tell.exec();
      SQLite::Statement note(db, "UPDATE records_told SET last_edition = ?");
      note.bind(1, newest.first);
      note.exec();
    });
  }
  const corpus::Library library(database_);
  corpus::Comparisons comparisons;
  const Viewer all = Viewer::everything();
  Editions editions(library, all);
  size_t marked = 0;
  while (!stop && std::chrono::steady_clock::now() < end) {
    editions.forget();
    // A record at a time: what it cites is looked up while others write. Those before it of which nothing is outdated go together.
    struct Waiting {
      std::vector<std::pair<int64_t, int64_t>> quiet;  // with their revisions
      int64_t id = 0, revision = 0;
      std::string number;
      std::vector<Cited> cited;
    };
    auto waiting = database_.read([](SQLite::Database& db) {
      constexpr int most_read = 1'000;
      Waiting out;
      SQLite::Statement next(db, fmt::format("SELECT id, revision, number, EXISTS (SELECT 1 FROM record_reviews v WHERE v.record_id = r.id) FROM records r WHERE looked = 0 ORDER BY id LIMIT {}", most_read));
      while (next.executeStep()) {
        auto cited = outdated(db, next.getColumn(0).getInt64());
        if (cited.empty() && next.getColumn(3).getInt() == 0) {
          out.quiet.emplace_back(next.getColumn(0).getInt64(), next.getColumn(1).getInt64());
          continue;
        }
        out.id = next.getColumn(0).getInt64(), out.revision = next.getColumn(1).getInt64(), out.number = next.getColumn(2).getString(), out.cited = std::move(cited);
        break;
      }
      return out;
    });
    if ((waiting.quiet.empty() && !waiting.id) || !database_.writable()) break;
    std::vector<std::pair<const Cited*, std::vector<Mark>>> found;
    for (const auto& cited : waiting.cited) {
      const auto &before = editions.clauses(cited.slug, cited.key), &after = editions.clauses(cited.slug, cited.newer_key);
      found.emplace_back(&cited, marks(before, after, *comparisons.of(before, after), cited.clause_id));
    }
    marked += database_.write([&](SQLite::Database& db) -> size_t {
      SQLite::Statement same(db, "UPDATE records SET looked = 1 WHERE id = ? AND revision = ? AND looked = 0");
      auto looked_at = [&](int64_t id, int64_t revision) {
        same.reset();
        same.bind(1, id);
        same.bind(2, revision);
        return same.exec() > 0;
      };
      for (const auto& [id, revision] : waiting.quiet) looked_at(id, revision);
      if (!waiting.id || !looked_at(waiting.id, waiting.revision)) return 0;  // it was changed meanwhile, and waits again
      auto count = [&] {
        SQLite::Statement select(db, "SELECT count(*) FROM (SELECT DISTINCT field, clause_id, edition_id FROM record_reviews WHERE record_id = ? AND changed)");
        select.bind(1, waiting.id);
        select.executeStep();
        return select.getColumn(0).getInt64();
      };
      const int64_t before = count();
      SQLite::Statement drop(db, "DELETE FROM record_reviews WHERE record_id = ?");
      drop.bind(1, waiting.id);
      drop.exec();
      SQLite::Statement done(db, "SELECT 1 FROM record_reviews_done WHERE record_id = ? AND field = ? AND clause_id = ? AND before_id = ? AND after_words = ?");
      SQLite::Statement insert(db, "INSERT INTO record_reviews (record_id, field, clause_id, edition_id, before_id, after_id, after_words, changed) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
      for (const auto& [cited, changes] : found) {
        for (const auto& mark : changes) {
          done.reset();
          done.bind(1, waiting.id);
          done.bind(2, cited->field);
          done.bind(3, cited->clause_id);
          done.bind(4, mark.before.value_or(0));
          done.bind(5, mark.after_words);
          if (done.executeStep()) continue;
          insert.reset();
          insert.bind(1, waiting.id);
          insert.bind(2, cited->field);
          insert.bind(3, cited->clause_id);
          insert.bind(4, cited->newer_id);
          bind_optional(insert, 5, mark.before);
          bind_optional(insert, 6, mark.after);
          insert.bind(7, mark.after_words);
          insert.bind(8, mark.changed ? 1 : 0);
          insert.exec();
        }
      }
      if (count() <= before) return 0;
      store::append(db, {"record.review_due", waiting.number, "引用する条項が、新しい版で変わりました"});
      return 1;
    });
  }
  return marked;
}

std::vector<Review> Records::reviews(const Viewer& viewer, const Record& record) const {
  struct Due {
    std::string field, newer_key;
    int64_t clause_id;
    std::optional<int64_t> counterpart;
  };
  const Ledger* ledger = ledgers_.find(record.ledger);
  auto due = database_.read([&](SQLite::Database& db) {
    std::vector<Due> out;
    // The same condition as that of the mark in lists, for each citation.
    SQLite::Statement select(db, fmt::format("SELECT DISTINCT v.field, e.key, v.clause_id FROM {} AND v.record_id = :record ORDER BY v.field, v.clause_id", told_reviews(viewer)));
    bind_sight(select, viewer);
    select.bind(":record", record.id);
    while (select.executeStep()) {
      if (sees_field(viewer, ledger, select.getColumn(0).getString())) out.push_back({select.getColumn(0).getString(), select.getColumn(1).getString(), select.getColumn(2).getInt64(), {}});
    }
    return out;
  });
  const corpus::Library library(database_);
  Editions editions(library, viewer);
  corpus::Comparisons comparisons;
  std::vector<Review> out;
  for (const auto& one : due) {
    auto cited = library.clauses_by_id(viewer, std::vector<int64_t>{one.clause_id});
    if (cited.empty()) continue;
    Review review{one.field, {}, cited.front(), one.newer_key, {}};
    const std::string address = review.cited.document.slug + "/" + review.cited.edition.key + "/" + review.cited.clause.path;
    review.citation.address = address;
    if (auto values = record.values.find(one.field); values != record.values.end()) {
      for (const auto& value : values->second) {
        if (Citation citation = citation_of(value); citation.address == address) review.citation = citation;
      }
    }
    // As this viewer can compare the two.
    const auto &before = editions.clauses(review.cited.document.slug, review.cited.edition.key), &after = editions.clauses(review.cited.document.slug, one.newer_key);
    const auto compared = comparisons.of(before, after);
    for (const auto& row : *compared) {
      if (row.before && before[*row.before].id == one.clause_id && row.after) {
        auto placed = library.clauses_by_id(viewer, std::vector<int64_t>{after[*row.after].id});
        if (!placed.empty()) review.counterpart = std::move(placed.front());
      }
    }
    out.push_back(std::move(review));
  }
  return out;
}

Record Records::review(const Viewer& viewer, const Author& author, const std::string& number, int64_t revision, const std::string& key, const Citation& citation, const std::string& renewed) {
  return database_.write([&](SQLite::Database& db) {
    RecordWriter writer(db, viewer, author, ledgers_);
    Record record = writer.held(number, revision);
    const Ledger& ledger = writer.ledger(record.ledger);
    const Field* field = ledger.field(key);
    if (!field || !sees_field(viewer, &ledger, key) || !writer.sight().sees_clause(citation.address)) throw Error(ErrorKind::missing, "確かめる引用がありません。", "記録を開き直してください。");
    // What they are not told stays to be looked at by others.
    SQLite::Statement due(db, fmt::format("SELECT v.rowid, v.clause_id, ifnull(v.before_id, 0), v.after_words, ifnull(b.audience, '') || ifnull(a.audience, '') FROM {} AND v.record_id = :record AND v.field = :field AND (SELECT d.slug || '/' || n.key || '/' || c.path FROM editions n WHERE n.id = c.edition_id) = :address", told_reviews(viewer)));
    bind_sight(due, viewer);
    due.bind(":record", record.id);
    due.bind(":field", key);
    due.bind(":address", citation.address);
    struct LookedAt {
      int64_t row, clause, before;
      std::string after_words;
    };
    std::vector<LookedAt> looked_at;
    bool open = false;  // whether everybody is told who sees the citation
    while (due.executeStep()) {
      looked_at.push_back({due.getColumn(0).getInt64(), due.getColumn(1).getInt64(), due.getColumn(2).getInt64(), due.getColumn(3).getString()});
      open = open || due.getColumn(4).getString().empty();
    }
    due.reset();
    if (looked_at.empty()) throw Error(ErrorKind::conflict, "この引用は、もう確かめられています。", "記録を開き直してください。");
    SQLite::Statement done(db, "INSERT OR IGNORE INTO record_reviews_done (record_id, field, clause_id, before_id, after_words) VALUES (?, ?, ?, ?, ?)");
    SQLite::Statement drop(db, "DELETE FROM record_reviews WHERE rowid = ?");
    for (const auto& one : looked_at) {
      done.reset();
      done.bind(1, record.id);
      done.bind(2, key);
      done.bind(3, one.clause);
      done.bind(4, one.before);
      done.bind(5, one.after_words);
      done.exec();
      drop.reset();
      drop.bind(1, one.row);
      drop.exec();
    }
    std::string was;
    auto replace = [&](std::string& value) {
      if (citation_of(value).address != citation.address) return;
      was = value;
      if (!renewed.empty()) value = renewed;
    };
    // As they see it: apply() leaves what they do not see.
    Values typed{{key, writer.sight().seen(*field, record.values[key])}};
    for (auto& value : typed[key]) {
      if (field->kind == FieldKind::citations) {
        replace(value);
        continue;
      }
      Row row = row_of(value);
      for (size_t i = 0; i < row.cells.size() && i < field->columns.size(); ++i) {
        if (field->columns[i].kind == FieldKind::citations) replace(row.cells[i]);
      }
      value = row.value();
    }
    writer.tell(record, (open ? open_review : narrow_review) + key, {was}, renewed.empty() ? std::vector<std::string>{} : std::vector<std::string>{renewed});
    if (!renewed.empty()) {
      // The counterpart may be cited already.
      std::set<std::string> addresses;
      if (field->kind == FieldKind::citations) std::erase_if(typed[key], [&](const std::string& value) { return !addresses.insert(citation_of(value).address).second; });
      writer.apply(ledger, record, typed);
    }
    writer.keep(ledger, record);
    store::append(db, {"record.review", number, renewed.empty() ? "引用はこのままでよい" : "引用を新しい版に替えた", citation.address, renewed});
    return writer.seen(std::move(record));
  });
}

}  // namespace shirube::records
