#include "records/record_rows.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <set>

#include "corpus/rows.h"
#include "text/analyzer.h"
#include "text/date.h"
#include "text/normalize.h"
#include "text/utf8.h"

namespace shirube::records {

namespace {

using Json = nlohmann::json;
using corpus::Viewer;

/// As a token that no tokenizer changes.
std::string token(std::string_view pair) {
  std::string out;
  for (unsigned char c : pair) out += fmt::format("{:02x}", c);
  return out;
}

/// Pairs of characters, and a character that stands alone; `each`: with the characters of pairs, too.
std::set<std::string> pairs_in(const std::string& folded, bool each) {
  std::set<std::string> out;
  for (const auto& pair : text::bigrams(text::normalize(folded))) {
    out.insert(token(pair.term));
    if (!each) continue;
    const std::string_view term = pair.term;
    const size_t first = text::code_point_at(term, 0).length;
    out.insert(token(term.substr(0, first)));
    if (first < term.size()) out.insert(token(term.substr(first)));
  }
  return out;
}

/// 12.5 + 0.5 is 13, not 13.000000.
std::string number_text(double value) {
  std::string out = fmt::format("{:.6f}", value);
  while (out.ends_with('0')) out.pop_back();
  if (out.ends_with('.')) out.pop_back();
  return out;
}

double number_of(const std::string& value) {
  double out = 0;
  std::from_chars(value.data(), value.data() + value.size(), out);
  return out;
}

}  // namespace

std::string visible_record(const Viewer& viewer) {
  if (viewer.sees_everything()) return "1";
  return viewer.only ? "r.audience = 'public'" : "r.audience IN (SELECT value FROM json_each(:record_audiences))";
}

std::string told_reviews(const Viewer& viewer) {
  const std::string before = fmt::format("(b.id IS NOT NULL AND {})", corpus::visible_clause(viewer, "b")), after = fmt::format("(a.id IS NOT NULL AND {})", corpus::visible_clause(viewer, "a"));
  return fmt::format(
      "record_reviews v JOIN clauses c ON c.id = v.clause_id JOIN editions e ON e.id = v.edition_id JOIN documents d ON d.id = e.document_id "
      "LEFT JOIN clauses b ON b.id = v.before_id LEFT JOIN clauses a ON a.id = v.after_id WHERE {} AND {} AND ({} <> {} OR (v.changed AND {}))",
      corpus::visible(viewer), corpus::visible_clause(viewer), before, after, before);
}

std::string to_be_reviewed(const Viewer& viewer, const Ledgers& ledgers) {
  std::string fields;
  for (const auto& ledger : ledgers.all()) {
    for (const auto& field : ledger.fields()) {
      bool cites = field.kind == FieldKind::citations || field.kind == FieldKind::rows;
      if (cites && !sees_field(viewer, &ledger, field.key)) fields += fmt::format(" AND NOT (r.ledger = '{}' AND v.field = '{}')", ledger.key(), field.key);
    }
  }
  return fmt::format("EXISTS (SELECT 1 FROM {} AND v.record_id = r.id{})", told_reviews(viewer), fields);
}

std::string visible_cited(const Viewer& viewer, std::string_view slug, std::string_view key, std::string_view path) {
  return fmt::format("SELECT 1 FROM documents d JOIN editions e ON e.document_id = d.id JOIN clauses c ON c.edition_id = e.id WHERE d.slug = {} AND e.key = {} AND c.path = {} AND {} AND {}", slug, key, path, corpus::visible(viewer), corpus::visible_clause(viewer));
}

void bind_sight(SQLite::Statement& statement, const Viewer& viewer) {
  const std::string& sql = statement.getQuery();
  bind_if(statement, sql, ":record_audiences", viewer.json());
  bind_if(statement, sql, ":audiences", viewer.json());
  if (viewer.only) bind_if(statement, sql, ":only", Json(*viewer.only).dump());
}

bool sees_field(const Viewer& viewer, const Ledger* ledger, const std::string& key) {
  const Field* field = ledger ? ledger->field(key) : nullptr;
  if (!field) return viewer.sees_everything();
  return field->audience.empty() || viewer.sees_everything() || (!viewer.only && viewer.sees(field->audience));
}

Record read_record(SQLite::Statement& row) {
  auto text = [&](int i) { return row.getColumn(i).getString(); };
  return {row.getColumn(0).getInt64(), text(1), text(2), text(3), text(4), text(5), row.getColumn(6).getInt64(), Json::parse(text(7)).get<Values>(), text(8), text(9), text(10), text(11)};
}

RecordSight::RecordSight(SQLite::Database& db, const Viewer& viewer, const Ledgers& ledgers)
    : db_(db),
      viewer_(viewer),
      ledgers_(ledgers),
      clause_(db, visible_cited(viewer, ":slug", ":key", ":path")),
      number_(db, fmt::format("SELECT 1 FROM records r WHERE r.number = :number AND {}", visible_record(viewer))) {
  bind_sight(clause_, viewer);
  bind_sight(number_, viewer);
}

bool RecordSight::sees_clause(const std::string& address) {
  size_t key = address.find('/'), path = key == address.npos ? key : address.find('/', key + 1);
  if (path == address.npos) return false;
  if (auto known = clauses_.find(address); known != clauses_.end()) return known->second;
  clause_.reset();
  clause_.bind(":slug", address.substr(0, key));
  clause_.bind(":key", address.substr(key + 1, path - key - 1));
  clause_.bind(":path", address.substr(path + 1));
  return clauses_[address] = clause_.executeStep();
}

bool RecordSight::sees_number(const std::string& number) {
  number_.reset();
  number_.bind(":number", number);
  return number_.executeStep();
}

std::vector<std::string> RecordSight::seen(const Field& field, std::vector<std::string> values) {
  if (field.kind == FieldKind::citations) std::erase_if(values, [&](const std::string& value) { return !sees_clause(citation_of(value).address); });
  if (field.kind == FieldKind::links) std::erase_if(values, [&](const std::string& value) { return !sees_number(value); });
  if (field.kind == FieldKind::rows) {
    for (size_t i = 0; i < field.columns.size(); ++i) {
      if (field.columns[i].kind != FieldKind::citations) continue;
      for (auto& value : values) {
        Row row = row_of(value);
        if (i >= row.cells.size() || row.cells[i].empty() || sees_clause(citation_of(row.cells[i]).address)) continue;
        row.cells[i].clear();
        value = row.value();
      }
    }
  }
  return values;
}

Record RecordSight::seen(Record record) {
  const Ledger* ledger = ledgers_.find(record.ledger);
  for (auto one = record.values.begin(); one != record.values.end();) {
    const Field* field = ledger ? ledger->field(one->first) : nullptr;
    if (!sees_field(viewer_, ledger, one->first)) one->second.clear();
    else if (field) one->second = seen(*field, std::move(one->second));
    one = one->second.empty() ? record.values.erase(one) : std::next(one);
  }
  if (!ledger) return record;
  for (const auto& field : ledger->fields()) {
    if (!field.compute || !sees_field(viewer_, ledger, field.key)) continue;
    if (auto value = computed(*ledger, record, field); !value.empty()) record.values[field.key] = {value};
  }
  return record;
}

std::string RecordSight::computed(const Ledger& ledger, const Record& record, const Field& field) {
  const auto& [kind, from, to] = *field.compute;
  auto values = record.values.find(from);
  if (kind == Computation::Kind::days) {
    auto first = text::from_iso(record.value(from)), last = text::from_iso(record.value(to));
    return first && last && *first <= *last ? std::to_string(days_between(*first, *last) + 1) : "";
  }
  if (const Field* rows = ledger.field(from)) {
    if (values == record.values.end()) return kind == Computation::Kind::count ? "0" : "";
    if (kind == Computation::Kind::count) return std::to_string(values->second.size());
    auto column = std::ranges::find(rows->columns, to, &Field::key);
    const size_t at = static_cast<size_t>(column - rows->columns.begin());
    double sum = 0;
    for (const auto& value : values->second) {
      Row row = row_of(value);
      if (at < row.cells.size()) sum += number_of(row.cells[at]);
    }
    return number_text(sum);
  }
  // Over the records of another ledger that link here.
  const Ledger* other = ledgers_.find(from);
  if (!other) return "";
  double sum = 0;
  size_t count = 0;
  int64_t counted = 0;
  SQLite::Statement select(db_, fmt::format("SELECT r.id, v.field, r.fields FROM record_values v JOIN records r ON r.id = v.record_id WHERE v.refers = 1 AND v.value = :number AND v.ledger = :ledger AND {} ORDER BY r.id", visible_record(viewer_)));
  bind_sight(select, viewer_);
  select.bind(":number", record.number);
  select.bind(":ledger", from);
  while (select.executeStep()) {
    const int64_t id = select.getColumn(0).getInt64();
    if (id == counted || !sees_field(viewer_, other, select.getColumn(1).getString())) continue;
    ++count, counted = id;
    if (kind == Computation::Kind::count || !sees_field(viewer_, other, to)) continue;
    Values theirs = Json::parse(select.getColumn(2).getString()).get<Values>();
    if (auto found = theirs.find(to); found != theirs.end()) sum += number_of(found->second.front());
  }
  return kind == Computation::Kind::count ? std::to_string(count) : number_text(sum);
}

std::optional<Record> held(SQLite::Database& db, const Viewer& viewer, const std::string& number) {
  SQLite::Statement select(db, fmt::format("SELECT {} FROM records r WHERE r.number = :number AND {}", record_columns, visible_record(viewer)));
  bind_sight(select, viewer);
  select.bind(":number", number);
  if (!select.executeStep()) return std::nullopt;
  return read_record(select);
}

std::string words_of(const Ledger& ledger, const std::string& number, const Values& values) {
  std::string out = number;
  for (const auto& [key, list] : values) {
    const Field* field = ledger.field(key);
    // What is cited or linked to may be hidden.
    if (!field || !field->audience.empty() || field->kind == FieldKind::citations || field->kind == FieldKind::links || field->kind == FieldKind::computed) continue;
    for (const auto& value : list) {
      if (field->kind == FieldKind::files) out += "\n" + attachment_of(value).name;
      else if (field->kind != FieldKind::rows) out += "\n" + value;
      else {
        Row row = row_of(value);
        for (size_t i = 0; i < row.cells.size() && i < field->columns.size(); ++i) {
          if (field->columns[i].kind != FieldKind::citations && !row.cells[i].empty()) out += "\n" + row.cells[i];
        }
      }
    }
  }
  return text::fold(out);
}

std::string pairs_of(const std::string& folded) { return fmt::format("{}", fmt::join(pairs_in(folded, true), " ")); }

std::string pairs_wanted(const std::vector<std::string>& folded) {
  std::set<std::string> all;
  for (const auto& word : folded) all.merge(pairs_in(word, false));
  return fmt::format("{}", fmt::join(all, " AND "));
}

bool proves(const std::string& folded) { return pairs_wanted({folded}) == token(folded); }

std::vector<std::string> words_typed(const std::string& typed) {
  constexpr size_t most_words = 10;
  std::vector<std::string> words;
  std::string folded = text::fold(typed);
  for (size_t at = 0; at < folded.size() && words.size() < most_words;) {
    size_t end = std::min(folded.find_first_of(" \n\t", at), folded.size());
    if (end > at) words.push_back(folded.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

void write_words(SQLite::Database& db, int64_t id, const std::string& words, const std::string& old_words) {
  if (words == old_words) return;
  if (!old_words.empty()) {
    SQLite::Statement drop(db, "INSERT INTO record_pairs (record_pairs, rowid, pairs) VALUES ('delete', ?, ?)");
    drop.bind(1, id);
    drop.bind(2, pairs_of(old_words));
    drop.exec();
  }
  SQLite::Statement insert(db, "INSERT INTO record_pairs (rowid, pairs) VALUES (?, ?)");
  insert.bind(1, id);
  insert.bind(2, pairs_of(words));
  insert.exec();
}

void write_values(SQLite::Database& db, const Ledger& ledger, const Record& record) {
  SQLite::Statement drop(db, "DELETE FROM record_values WHERE record_id = ?");
  drop.bind(1, record.id);
  drop.exec();
  SQLite::Statement insert(db, "INSERT OR IGNORE INTO record_values (ledger, field, value, record_id, refers) VALUES (?, ?, ?, ?, ?)");
  auto keep = [&](const std::string& field, const std::string& value, bool refers) {
    insert.reset();
    insert.bind(1, ledger.key());
    insert.bind(2, field);
    insert.bind(3, value);
    insert.bind(4, record.id);
    insert.bind(5, refers ? 1 : 0);
    insert.exec();
  };
  for (const auto& [key, values] : record.values) {
    const Field* field = ledger.field(key);
    if (!field) continue;
    for (const auto& value : values) {
      if (field->kind == FieldKind::citations) keep(key, citation_of(value).address, true);
      else if (is_found_by(field->kind)) keep(key, value, field->kind == FieldKind::links);
      else if (field->kind == FieldKind::rows) {
        Row row = row_of(value);
        for (size_t i = 0; i < row.cells.size() && i < field->columns.size(); ++i) {
          if (field->columns[i].kind == FieldKind::citations && !row.cells[i].empty()) keep(key, citation_of(row.cells[i]).address, true);
        }
      }
    }
  }
  // What is cited no more is not to be looked at.
  SQLite::Statement gone(db, "DELETE FROM record_reviews WHERE record_id = ? AND NOT EXISTS (SELECT 1 FROM clauses c JOIN editions e ON e.id = c.edition_id JOIN documents d ON d.id = e.document_id "
                             "JOIN record_values v ON v.record_id = record_reviews.record_id AND v.field = record_reviews.field AND v.value = d.slug || '/' || e.key || '/' || c.path WHERE c.id = record_reviews.clause_id)");
  gone.bind(1, record.id);
  gone.exec();
}

std::string write(const Values& values) { return Json(values).dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace shirube::records
