// What is read of records.
#include "records/record.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "corpus/rows.h"
#include "records/record_rows.h"
#include "records/record_writer.h"
#include "store/database.h"
#include "text/analyzer.h"
#include "text/error.h"
#include "text/instant.h"
#include "text/normalize.h"
#include "text/utf8.h"

namespace shirube::records {

namespace {

using Json = nlohmann::json;
using corpus::Viewer;

/// The condition of a filter on `records r`, with what it binds.
class Narrowing {
 public:
  Narrowing(const Viewer& viewer, const Ledgers& ledgers, const std::string& ledger, const RecordFilter& filter) : viewer_(viewer), ledger_(ledgers.find(ledger)) {
    sql_ = fmt::format("r.ledger = {} AND {}", bound(ledger), visible_record(viewer));
    if (!filter.states.empty()) sql_ += fmt::format(" AND r.state IN (SELECT value FROM json_each({}))", bound(Json(filter.states).dump(-1, ' ', false, Json::error_handler_t::replace)));
    if (filter.open && ledger_) {
      Json open = Json::array();
      for (const auto& state : ledger_->states()) {
        if (!state.closed) open.push_back(state.key);
      }
      sql_ += fmt::format(" AND r.state IN (SELECT value FROM json_each({}))", bound(open.dump()));
    }
    if (filter.unowned) sql_ += " AND r.owner = ''";
    if (!filter.owner.empty()) sql_ += fmt::format(" AND r.owner = {}", bound(filter.owner));
    const auto words = words_typed(filter.words);
    if (const auto pairs = pairs_wanted(words); !pairs.empty()) sql_ += fmt::format(" AND r.id IN (SELECT rowid FROM record_pairs WHERE record_pairs MATCH {})", bound(pairs));
    for (const auto& word : words) {
      if (!proves(word)) sql_ += fmt::format(" AND instr(r.words, {})", bound(word));
    }
    for (const auto& [field, value] : filter.where) {
      if (const Field* asked = where(field)) sql_ += fmt::format("w.value = {}){}", bound(value), seen(*asked, value));
    }
    if (!filter.date_field.empty() && (!filter.from.empty() || !filter.to.empty()) && where(filter.date_field)) {
      sql_ += fmt::format("w.value BETWEEN {} AND {})", bound(filter.from.empty() ? "0000" : filter.from), bound(filter.to.empty() ? "9999" : filter.to));
    }
    if (filter.to_review) sql_ += " AND r.id IN (SELECT record_id FROM record_reviews) AND " + to_be_reviewed(viewer, ledgers);
  }

  const std::string& sql() const { return sql_; }
  void bind(SQLite::Statement& statement) const {
    bind_sight(statement, viewer_);
    for (size_t i = 0; i < values_.size(); ++i) statement.bind(name(i), values_[i]);
  }

 private:
  static std::string name(size_t i) { return fmt::format(":value{}_", i); }
  std::string bound(std::string value) {
    values_.push_back(std::move(value));
    return name(values_.size() - 1);
  }
  /// Begins a condition on the values `w` of a field; nullptr: it is one that finds nothing, as what one does not see is not to be guessed at.
  const Field* where(const std::string& field) {
    const Field* asked = ledger_ ? ledger_->field(field) : nullptr;
    const bool open = asked && sees_field(viewer_, ledger_, field);
    sql_ += !open ? " AND 0" : fmt::format(" AND r.id IN (SELECT w.record_id FROM record_values w WHERE w.ledger = {} AND w.field = {} AND ", bound(ledger_->key()), bound(field));
    return open ? asked : nullptr;
  }
  /// The condition that what a value cites or links to is seen.
  std::string seen(const Field& field, const std::string& value) {
    if (field.kind == FieldKind::links) return fmt::format(" AND EXISTS (SELECT 1 FROM records r WHERE r.number = {} AND {})", bound(value), visible_record(viewer_));
    if (field.kind == FieldKind::citations || field.kind == FieldKind::rows) {
      const size_t key = value.find('/'), path = key == value.npos ? key : value.find('/', key + 1);
      if (path == value.npos) return " AND 0";
      return fmt::format(" AND EXISTS ({})", visible_cited(viewer_, bound(value.substr(0, key)), bound(value.substr(key + 1, path - key - 1)), bound(value.substr(path + 1))));
    }
    return "";
  }

  const Viewer& viewer_;
  const Ledger* ledger_;
  std::string sql_;
  std::vector<std::string> values_;
};

/// Of a clause by its address: slug/edition/path.
bool sees_clause(store::Database& database, const Viewer& viewer, const std::string& address) {
  size_t edition = address.find('/'), path = edition == address.npos ? edition : address.find('/', edition + 1);
  return path != address.npos && corpus::Library(database).clause(viewer, address.substr(0, edition), address.substr(edition + 1, path - edition - 1), address.substr(path + 1));
}

std::string select_records(const Viewer& viewer, const Ledgers& ledgers) { return fmt::format("SELECT {}, {} FROM records r", record_columns, to_be_reviewed(viewer, ledgers)); }

/// The records that a statement of select_records() finds, as the viewer sees them.
std::vector<Record> read_all(SQLite::Database& db, const Viewer& viewer, const Ledgers& ledgers, SQLite::Statement& select, size_t most) {
  std::vector<Record> out;
  RecordSight sight(db, viewer, ledgers);
  while (out.size() < most && select.executeStep()) {
    Record record = sight.seen(read_record(select));
    record.to_review = select.getColumn(record_width).getInt() != 0;
    out.push_back(std::move(record));
  }
  return out;
}

/// The record of this number in the table, by a statement of select_records() that asks for it.
std::optional<Record> read_one(SQLite::Statement& select, const Viewer& viewer, RecordSight& sight, int64_t id) {
  select.reset();
  bind_sight(select, viewer);
  select.bind(":id", id);
  if (!select.executeStep()) return std::nullopt;
  Record record = sight.seen(read_record(select));
  record.to_review = select.getColumn(record_width).getInt() != 0;
  return record;
}

}  // namespace

const std::string& Record::value(const std::string& field) const {
  static const std::string none;
  auto found = values.find(field);
  return found == values.end() || found->second.empty() ? none : found->second.front();
}

std::optional<Record> Records::find(const Viewer& viewer, const std::string& number) const {
  return database_.read([&](SQLite::Database& db) -> std::optional<Record> {
    SQLite::Statement select(db, select_records(viewer, ledgers_) + fmt::format(" WHERE r.number = :number AND {}", visible_record(viewer)));
    bind_sight(select, viewer);
    select.bind(":number", number);
    auto found = read_all(db, viewer, ledgers_, select, 1);
    return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
  });
}

RecordPage Records::list(const Viewer& viewer, const std::string& ledger, const RecordFilter& filter, size_t first, size_t most) const {
  // What one does not see is not to be guessed at by what leads to it.
  const Ledger* asked = ledgers_.find(ledger);
  for (const auto& [key, value] : filter.where) {
    const Field* field = asked ? asked->field(key) : nullptr;
    if (field && field->kind == FieldKind::links && !find(viewer, value)) return {};
    if (field && field->kind == FieldKind::citations && !sees_clause(database_, viewer, value)) return {};
  }
  const Narrowing narrowing(viewer, ledgers_, ledger, filter);
  return database_.read([&](SQLite::Database& db) {
    RecordPage out;
    // The numbers first and once, so that whole records are read of one page alone.
    SQLite::Statement all(db, fmt::format("SELECT r.id FROM records r INDEXED BY records_by_ledger WHERE {} ORDER BY r.id DESC", narrowing.sql()));
    narrowing.bind(all);
    Json page = Json::array();
    for (; all.executeStep(); ++out.total) {
      if (out.total >= first && page.size() < most) page.push_back(all.getColumn(0).getInt64());
    }
    SQLite::Statement select(db, select_records(viewer, ledgers_) + " WHERE r.id IN (SELECT value FROM json_each(:page)) ORDER BY r.id DESC");
    bind_sight(select, viewer);
    select.bind(":page", page.dump());
    out.records = read_all(db, viewer, ledgers_, select, most);
    return out;
  });
}

std::map<std::string, size_t> Records::states(const Viewer& viewer, const std::string& ledger) const {
  return database_.read([&](SQLite::Database& db) {
    std::map<std::string, size_t> out;
    SQLite::Statement select(db, fmt::format("SELECT r.state, count(*) FROM records r WHERE r.ledger = :ledger AND {} GROUP BY r.state", visible_record(viewer)));
    bind_sight(select, viewer);
    select.bind(":ledger", ledger);
    while (select.executeStep()) out[select.getColumn(0).getString()] = static_cast<size_t>(select.getColumn(1).getInt64());
    return out;
  });
}

std::vector<std::pair<Record, std::string>> Records::linking(const Viewer& viewer, const std::string& number, size_t most) const {
  return database_.read([&](SQLite::Database& db) {
    std::vector<std::pair<Record, std::string>> out;
    RecordSight sight(db, viewer, ledgers_);
    if (!sight.sees_number(number)) return out;
    SQLite::Statement links(db, "SELECT record_id, ledger, field FROM record_values WHERE refers = 1 AND value = ? ORDER BY record_id DESC, field");
    links.bind(1, number);
    SQLite::Statement one(db, fmt::format("{} WHERE r.id = :id AND {}", select_records(viewer, ledgers_), visible_record(viewer)));
    while (out.size() < most && links.executeStep()) {
      std::string field = links.getColumn(2).getString();
      if (!sees_field(viewer, ledgers_.find(links.getColumn(1).getString()), field)) continue;
      if (auto record = read_one(one, viewer, sight, links.getColumn(0).getInt64())) out.emplace_back(std::move(*record), std::move(field));
    }
    return out;
  });
}

std::vector<Record> Records::citing(const Viewer& viewer, const std::string& slug, size_t most) const {
  return database_.read([&](SQLite::Database& db) {
    std::vector<Record> out;
    RecordSight sight(db, viewer, ledgers_);
    SQLite::Statement cited(db, "SELECT record_id, ledger, field, value FROM record_values WHERE refers = 1 AND value >= ? AND value < ? ORDER BY record_id DESC");
    cited.bind(1, slug + "/");
    cited.bind(2, slug + "0");  // the character after '/'
    SQLite::Statement one(db, fmt::format("{} WHERE r.id = :id AND {}", select_records(viewer, ledgers_), visible_record(viewer)));
    while (out.size() < most && cited.executeStep()) {
      const int64_t id = cited.getColumn(0).getInt64();
      bool same = !out.empty() && out.back().id == id;
      if (same || !sees_field(viewer, ledgers_.find(cited.getColumn(1).getString()), cited.getColumn(2).getString()) || !sight.sees_clause(cited.getColumn(3).getString())) continue;
      if (auto record = read_one(one, viewer, sight, id)) out.push_back(std::move(*record));
    }
    return out;
  });
}

std::vector<Record> Records::alike(const Viewer& viewer, const std::string& ledger, const std::string& text, size_t most) const {
  constexpr size_t most_looked_at = 300, most_runs = 12, longest_run = 8, longest_asked = 4'000;  // of bytes
  const std::string folded = text::fold(text::clamp_utf8(text, longest_asked));
  // Words that say something: runs of kanji, katakana or latin letters.
  std::vector<std::string> runs;
  std::string run;
  auto end_run = [&] {
    if (!pairs_wanted({run}).empty() && std::ranges::find(runs, run) == runs.end()) runs.push_back(run);
    run.clear();
  };
  for (char32_t c : text::to_utf32(folded)) {
    bool says = text::is_kanji(c) || text::is_katakana(c) || text::is_latin(c) || c == U'ー';
    if (!says || text::length_utf8(run) >= longest_run) end_run();
    if (says) text::append_utf8(run, c);
  }
  end_run();
  if (runs.empty()) return {};
  std::ranges::stable_sort(runs, std::greater{}, [](const std::string& one) { return text::length_utf8(one); });
  if (runs.size() > most_runs) runs.resize(most_runs);
  std::string any;
  for (const auto& one : runs) any += fmt::format("{}({})", any.empty() ? "" : " OR ", pairs_wanted({one}));
  return database_.read([&](SQLite::Database& db) {
    SQLite::Statement select(db, fmt::format("SELECT r.id, r.words FROM record_pairs p CROSS JOIN records r ON r.id = p.rowid WHERE p.record_pairs MATCH :pairs AND {}{} ORDER BY p.rowid DESC LIMIT {}",
                                             visible_record(viewer), ledger.empty() ? "" : " AND r.ledger = :ledger", most_looked_at));
    bind_sight(select, viewer);
    select.bind(":pairs", any);
    if (!ledger.empty()) select.bind(":ledger", ledger);
    struct Candidate {
      int64_t id;
      std::vector<bool> holds;
      double score = 0;
    };
    std::vector<Candidate> candidates;
    std::vector<size_t> holders(runs.size(), 0);
    while (select.executeStep()) {
      Candidate one{select.getColumn(0).getInt64(), {}};
      const std::string words = select.getColumn(1).getString();
      for (size_t i = 0; i < runs.size(); ++i) {
        one.holds.push_back(words.find(runs[i]) != std::string::npos);
        holders[i] += one.holds.back() ? 1 : 0;
      }
      candidates.push_back(std::move(one));
    }
    // What few of them hold says more; counted over those that this viewer sees, so that nothing tells of others.
    for (auto& one : candidates) {
      for (size_t i = 0; i < runs.size(); ++i) {
        if (one.holds[i]) one.score += std::log(1.0 + static_cast<double>(candidates.size()) / static_cast<double>(holders[i])) * static_cast<double>(text::length_utf8(runs[i]));
      }
    }
    std::erase_if(candidates, [](const Candidate& one) { return one.score <= 0; });
    std::ranges::stable_sort(candidates, std::greater{}, &Candidate::score);
    if (candidates.size() > most) candidates.resize(most);
    std::vector<Record> out;
    RecordSight sight(db, viewer, ledgers_);
    SQLite::Statement one(db, select_records(viewer, ledgers_) + " WHERE r.id = :id");
    for (const auto& candidate : candidates) {
      if (auto record = read_one(one, viewer, sight, candidate.id)) out.push_back(std::move(*record));
    }
    return out;
  });
}

std::vector<std::string> Records::used(const Viewer& viewer, const std::string& ledger, const std::string& field, size_t most) const {
  const Ledger* its = ledgers_.find(ledger);
  if (!its || !its->field(field) || !is_found_by(its->field(field)->kind) || !sees_field(viewer, its, field)) return {};
  constexpr size_t most_looked_at = 2'000;
  return database_.read([&](SQLite::Database& db) {
    std::vector<std::string> out;
    SQLite::Statement select(db, fmt::format("SELECT value, max(id) AS last FROM (SELECT w.value, r.id FROM records r JOIN record_values w ON w.record_id = r.id AND w.ledger = :ledger AND w.field = :field WHERE r.ledger = :ledger AND {} ORDER BY r.id DESC LIMIT {}) "
                                             "GROUP BY value ORDER BY last DESC LIMIT {}", visible_record(viewer), most_looked_at, most));
    bind_sight(select, viewer);
    select.bind(":ledger", ledger);
    select.bind(":field", field);
    // What is cited or linked to may be hidden.
    RecordSight sight(db, viewer, ledgers_);
    while (select.executeStep()) {
      for (auto& value : sight.seen(*its->field(field), {select.getColumn(0).getString()})) out.push_back(std::move(value));
    }
    return out;
  });
}

std::vector<Change> Records::history(const Viewer& viewer, const std::string& number) const {
  return database_.read([&](SQLite::Database& db) {
    std::vector<Change> out;
    auto record = held(db, viewer, number);
    if (!record) return out;
    const Ledger* ledger = ledgers_.find(record->ledger);
    RecordSight sight(db, viewer, ledgers_);
    SQLite::Statement select(db, "SELECT revision, field, before, after, at, author FROM record_changes WHERE record_id = ? ORDER BY revision, field");
    select.bind(1, record->id);
    constexpr std::string_view own[] = {"state", "owner", "audience"};
    while (select.executeStep()) {
      std::string key = select.getColumn(1).getString();
      auto texts = [&](int i) { return Json::parse(select.getColumn(i).getString()).get<std::vector<std::string>>(); };
      Change change{select.getColumn(0).getInt64(), key, texts(2), texts(3), select.getColumn(4).getString(), select.getColumn(5).getString()};
      if (key.starts_with(open_review) || key.starts_with(narrow_review)) {
        const bool open = key.starts_with(open_review);
        if ((!open && !viewer.sees_everything()) || !sees_field(viewer, ledger, key.substr((open ? open_review : narrow_review).size()))) continue;
        change.field = "review";
        auto hidden = [&](const std::string& value) { return !sight.sees_clause(citation_of(value).address); };
        std::erase_if(change.before, hidden), std::erase_if(change.after, hidden);
        if (change.before.empty()) continue;
      } else if (std::ranges::find(own, key) == std::end(own)) {
        // A field by another name than it had.
        const Field* field = ledger ? ledger->field(key) : nullptr;
        if (!field && ledger) {
          auto renamed = std::ranges::find_if(ledger->fields(), [&](const Field& one) { return std::ranges::find(one.was, key) != one.was.end(); });
          if (renamed != ledger->fields().end()) field = &*renamed, change.field = field->key;
        }
        if (!sees_field(viewer, ledger, change.field)) continue;
        if (field) change.before = sight.seen(*field, std::move(change.before)), change.after = sight.seen(*field, std::move(change.after));
        if (change.before == change.after) continue;  // only what they do not see is another
      }
      out.push_back(std::move(change));
    }
    return out;
  });
}

std::vector<std::pair<Record, Change>> Records::moved(const Viewer& viewer, const std::string& since, const std::string& owner, size_t most) const {
  return database_.read([&](SQLite::Database& db) {
    std::vector<std::pair<Record, Change>> out;
    RecordSight sight(db, viewer, ledgers_);
    // Of each record the last of its changes, which is that of the highest revision.
    SQLite::Statement select(db, fmt::format("SELECT {}, c.revision, c.before, c.after, c.at, c.author FROM record_changes c INDEXED BY record_changes_that_move JOIN records r ON r.id = c.record_id WHERE c.field = 'state' AND c.at >= :since AND {} "
                                             "AND NOT EXISTS (SELECT 1 FROM record_changes l WHERE l.record_id = c.record_id AND l.field = 'state' AND l.revision > c.revision) {} ORDER BY c.at DESC, r.id DESC LIMIT :most", record_columns, visible_record(viewer), owner.empty() ? "" : "AND r.owner = :owner"));
    if (!owner.empty()) select.bind(":owner", owner);
    bind_sight(select, viewer);
    select.bind(":since", since);
    select.bind(":most", static_cast<int64_t>(most));
    while (select.executeStep()) {
      auto texts = [&](int i) { return Json::parse(select.getColumn(record_width + i).getString()).get<std::vector<std::string>>(); };
      Change change{select.getColumn(record_width).getInt64(), "state", texts(1), texts(2), select.getColumn(record_width + 3).getString(), select.getColumn(record_width + 4).getString()};
      out.emplace_back(sight.seen(read_record(select)), std::move(change));
    }
    return out;
  });
}

std::vector<const Step*> Records::steps(const Author& author, const Record& record) const {
  std::vector<const Step*> out;
  const Ledger* ledger = ledgers_.find(record.ledger);
  if (!ledger) return out;
  const bool lost = !ledger->state(record.state) && author.role == operator_role;
  for (const auto& step : ledger->steps()) {
    if ((lost || std::ranges::find(step.from, record.state) != step.from.end()) && allowed(step.roles, author)) out.push_back(&step);
  }
  return out;
}

bool Records::writes(const Author& author, const Ledger& ledger) const { return allowed(ledger.roles(), author); }

bool Records::adds(const Author& author, const Ledger& ledger) const { return writes(author, ledger) || allowed(ledger.adding().roles, author); }

std::vector<Published> Records::published(const Viewer& viewer, const Record& record) const {
  return database_.read([&](SQLite::Database& db) {
    std::vector<Published> out;
    SQLite::Statement select(db, fmt::format("SELECT p.publication, d.slug, e.key, d.audience, p.revision, p.at, p.author FROM record_publications p JOIN editions e ON e.id = p.edition_id JOIN documents d ON d.id = e.document_id "
                                             "WHERE p.record_id = :record AND {} ORDER BY p.revision DESC, p.publication", corpus::visible(viewer)));
    bind_sight(select, viewer);
    select.bind(":record", record.id);
    auto text = [&](int i) { return select.getColumn(i).getString(); };
    while (select.executeStep()) out.push_back({text(0), text(1), text(2), text(3), select.getColumn(4).getInt64(), text(5), text(6)});
    return out;
  });
}

std::optional<Attachment> Records::attachment(const Viewer& viewer, const std::string& number, const std::string& sha256) const {
  auto record = find(viewer, number);
  if (!record) return std::nullopt;
  const Ledger* ledger = ledgers_.find(record->ledger);
  auto in = [&](const std::string& key, const std::vector<std::string>& values) -> std::optional<Attachment> {
    const Field* field = ledger ? ledger->field(key) : nullptr;
    if (!field || field->kind != FieldKind::files) return std::nullopt;
    for (const auto& value : values) {
      Attachment one = attachment_of(value);
      if (!one.sha256.empty() && one.sha256 == sha256) return one;
    }
    return std::nullopt;
  };
  for (const auto& [key, values] : record->values) {
    if (auto found = in(key, values)) return found;
  }
  for (const auto& change : history(viewer, number)) {
    if (auto found = in(change.field, change.before)) return found;
  }
  return std::nullopt;
}

}  // namespace shirube::records
