#include "records/record_writer.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "corpus/rows.h"
#include "text/error.h"
#include "text/instant.h"
#include "text/utf8.h"

namespace shirube::records {

namespace {

using Json = nlohmann::json;
using corpus::Viewer;

std::string write_list(const std::vector<std::string>& list) { return Json(list).dump(-1, ' ', false, Json::error_handler_t::replace); }

constexpr int before_reiwa = 2018;

/// 「R8-相談-」 of a fiscal year; a year before 令和 is written in full.
std::string number_start(const Ledger& ledger, int year) { return fmt::format("{}-{}-", year > before_reiwa ? fmt::format("R{}", year - before_reiwa) : std::to_string(year), ledger.prefix()); }

/// The fiscal year and the place in it that a number of this ledger says.
std::optional<std::pair<int, int64_t>> parts_of(const Ledger& ledger, const std::string& number) {
  const size_t first = number.find('-'), last = number.rfind('-');
  if (first == number.npos || last <= first || number.substr(first + 1, last - first - 1) != ledger.prefix()) return std::nullopt;
  auto digits = [](std::string_view word, size_t most) { return !word.empty() && word.size() <= most && word.find_first_not_of("0123456789") == word.npos; };
  const std::string year = number.substr(0, first), place = number.substr(last + 1);
  if (!digits(place, 7) || place.size() < 4) return std::nullopt;
  const bool era = year.starts_with('R');
  if (!digits(era ? std::string_view(year).substr(1) : std::string_view(year), era ? 2 : 4)) return std::nullopt;
  int which = era ? std::stoi(year.substr(1)) + before_reiwa : std::stoi(year);
  std::pair<int, int64_t> out{which, std::stoll(place)};
  // Written in one way only.
  return number == number_start(ledger, which) + fmt::format("{:04}", out.second) ? std::optional(out) : std::nullopt;
}

/// The cells of a column that are not empty.
std::vector<std::string> cells(const std::vector<std::string>& rows, size_t column) {
  std::vector<std::string> out;
  for (const auto& value : rows) {
    Row row = row_of(value);
    if (column < row.cells.size() && !row.cells[column].empty()) out.push_back(row.cells[column]);
  }
  return out;
}

/// New values of a field together with what is hidden of those before, of which `shown` was seen: values, and cells of rows that stay.
std::vector<std::string> with_hidden(const Field& field, const std::vector<std::string>& before, const std::vector<std::string>& shown, std::vector<std::string> values) {
  if (before == shown) return values;
  if (field.kind != FieldKind::rows) {
    std::ranges::copy_if(before, std::back_inserter(values), [&](const std::string& value) { return std::ranges::find(shown, value) == shown.end(); });
    return values;
  }
  std::map<int, std::pair<Row, Row>> closed;
  for (size_t i = 0; i < before.size(); ++i) {
    if (before[i] != shown[i]) closed[row_of(before[i]).number] = {row_of(before[i]), row_of(shown[i])};
  }
  for (auto& value : values) {
    Row row = row_of(value);
    auto found = closed.find(row.number);
    if (found == closed.end()) continue;
    const auto& [was, seen] = found->second;
    for (size_t i = 0; i < was.cells.size() && i < row.cells.size(); ++i) {
      if (was.cells[i] != seen.cells[i] && row.cells[i].empty()) row.cells[i] = was.cells[i];
    }
    value = row.value();
  }
  return values;
}

/// Of rows those that differ, of anything else all.
std::pair<std::vector<std::string>, std::vector<std::string>> difference(const Field* field, const std::vector<std::string>& before, const std::vector<std::string>& after) {
  if (!field || (field->kind != FieldKind::rows && field->kind != FieldKind::files)) return {before, after};
  std::set<std::string> was(before.begin(), before.end()), is(after.begin(), after.end());
  auto without = [](std::vector<std::string> list, const std::set<std::string>& other) {
    std::erase_if(list, [&](const std::string& value) { return other.contains(value); });
    return list;
  };
  return {without(before, is), without(after, was)};
}

void require_owner(const std::string& owner) {
  constexpr size_t longest = 64;
  if (owner.empty() || owner.size() > longest || owner.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789._-") != owner.npos) throw Error(ErrorKind::invalid, "担当は、サインイン名で書いてください。", "利用者の一覧にある名前を選んでください。");
}

}  // namespace

bool allowed(const std::vector<std::string>& roles, const Author& author) { return author.role == operator_role || std::ranges::find(roles, author.role) != roles.end(); }

std::string without_spaces(std::string_view words) {
  std::string out;
  for (size_t at = 0; at < words.size();) {
    auto point = text::code_point_at(words, at);
    if (!text::is_space(point.value) && point.value != '\n') out += words.substr(at, point.length);
    at += point.length;
  }
  return out;
}

bool holds(const Values& values, const std::map<std::string, std::string>& where) {
  return std::ranges::all_of(where, [&](const auto& one) {
    auto found = values.find(one.first);
    return found != values.end() && std::ranges::find(found->second, one.second) != found->second.end();
  });
}

std::vector<Unmet> unmet(const Ledger& ledger, const std::string& state, const Values& values) {
  std::vector<Unmet> out;
  for (const auto& need : ledger.needs()) {
    if (std::ranges::find(need.states, state) == need.states.end()) continue;
    if (!holds(values, need.where)) continue;
    const Field* rows = ledger.field(need.rows);
    const size_t at = static_cast<size_t>(std::ranges::find(rows->columns, need.column, &Field::key) - rows->columns.begin());
    size_t count = 0;
    if (auto found = values.find(need.rows); found != values.end()) {
      count = static_cast<size_t>(std::ranges::count_if(found->second, [&](const std::string& value) {
        Row row = row_of(value);
        return at < row.cells.size() && row.cells[at] == need.value;
      }));
    }
    if (count < need.least) out.push_back({need.rows, fmt::format("{}（{}で「{}」が「{}」の行が{}つ以上）", need.name, rows->name, rows->columns[at].name, need.value, need.least)});
  }
  return out;
}

RecordWriter::RecordWriter(SQLite::Database& db, const Viewer& viewer, const Author& author, const Ledgers& ledgers) : db_(db), viewer_(viewer), author_(author), ledgers_(ledgers), sight_(db, viewer, ledgers), now_(text::utc_now()) {}

Record RecordWriter::held(const std::string& number, int64_t revision) {
  auto record = records::held(db_, viewer_, number);
  if (!record) throw Error(ErrorKind::missing, "記録が見つかりません。", "台帳の一覧からお探しください。");
  if (revision && record->revision != revision) throw Error(ErrorKind::conflict, fmt::format("「{}」は、{}が先に変えています。", number, record->changed_by), "今の内容を確かめてから、もう一度変えてください。");
  return std::move(*record);
}

const Ledger& RecordWriter::ledger(const std::string& key) const {
  const Ledger* ledger = ledgers_.find(key);
  if (!ledger) throw Error(ErrorKind::missing, fmt::format("台帳「{}」がありません。", text::clamp_utf8(key, 60)), "設定の ledgers フォルダと、shirube records ledgers の示す誤りを確かめてください。");
  if (!allowed(ledger->roles(), author_)) refuse(*ledger);
  return *ledger;
}

void RecordWriter::refuse(const Ledger& ledger) { throw Error(ErrorKind::forbidden, fmt::format("台帳「{}」の記録を加え、変えることは許されていません。", ledger.name()), "仕事に要るときは、管理者に相談してください。"); }

const Ledger& RecordWriter::ledger_to_add(const std::string& key, const Values& values, const std::string& audience) const {
  const Ledger* known = ledgers_.find(key);
  if (!known || !hands_in(*known)) return ledger(key);
  const auto& fields = known->adding().fields;
  for (const auto& [field, said] : values) {
    const Field* of = known->field(field);
    if (std::ranges::find(fields, field) == fields.end()) throw Error(ErrorKind::forbidden, fmt::format("「{}」は、記録を申し込むときには書けません。", of ? of->name : text::clamp_utf8(field, 60)), "画面を開き直して、示された項目だけを書いてください。");
  }
  if (!audience.empty() && audience != known->audience()) throw Error(ErrorKind::forbidden, "公開範囲は、記録を申し込むときには選べません。", "画面を開き直してください。");
  return *known;
}

bool RecordWriter::hands_in(const Ledger& ledger) const { return !allowed(ledger.roles(), author_) && allowed(ledger.adding().roles, author_); }

void RecordWriter::require_audience(const std::string& audience) const {
  corpus::require_audience(db_, audience);
  if (!viewer_.sees_everything() && (viewer_.only || !viewer_.sees(audience))) throw Error(ErrorKind::invalid, "自分の見られない公開範囲にはできません。", "公開範囲を選び直してください。");
}

Record RecordWriter::begin(const Ledger& ledger, const std::string& number, const text::Date& day, const std::string& audience, const std::string& owner) {
  Record record;
  record.ledger = ledger.key(), record.state = ledger.states().front().key, record.audience = audience.empty() ? ledger.audience() : audience;
  if (!owner.empty()) require_owner(owner);
  // With a number of its own it was somebody's before, or nobody's.
  record.owner = owner.empty() && number.empty() && !hands_in(ledger) ? author_.login : owner;
  record.created_at = now_, record.created_by = author_.login;
  // The ledger's own they may give it even where they do not see it then: a consultation that is handed in.
  if (record.audience != ledger.audience()) require_audience(record.audience);
  int year = text::fiscal_year(day);
  std::optional<int64_t> place;
  if (!number.empty()) {
    auto parts = parts_of(ledger, number);
    if (!parts) throw Error(ErrorKind::invalid, fmt::format("番号「{}」は、この台帳の番号ではありません。", text::clamp_utf8(number, 60)), fmt::format("「{}0001」のように書くか、空けてください（空ければ、次の番号が付きます）。", number_start(ledger, year)));
    year = parts->first, place = parts->second;
    SQLite::Statement taken(db_, "SELECT 1 FROM records WHERE number = ?");
    taken.bind(1, number);
    // It may be one that they do not see.
    if (taken.executeStep()) throw Error(ErrorKind::conflict, fmt::format("番号「{}」は使われています。", number), "番号を空ければ、次の番号が付きます。");
  }
  SQLite::Statement next(db_, "INSERT INTO record_numbers (prefix, fiscal_year, last) VALUES (:prefix, :year, ifnull(:place, 1)) ON CONFLICT (prefix, fiscal_year) DO UPDATE SET last = max(last, ifnull(:place, last + 1)) RETURNING last");
  next.bind(":prefix", ledger.prefix());
  next.bind(":year", year);
  if (place) next.bind(":place", *place);
  next.executeStep();
  record.number = number.empty() ? number_start(ledger, year) + fmt::format("{:04}", next.getColumn(0).getInt64()) : number;
  next.reset();
  SQLite::Statement insert(db_, "INSERT INTO records (ledger, number, state, audience, owner, revision, fields, words, created_at, created_by, changed_at, changed_by) VALUES (?, ?, ?, ?, ?, 0, '{}', '', ?, ?, ?, ?) RETURNING id");
  int at = 0;
  for (const std::string& value : {record.ledger, record.number, record.state, record.audience, record.owner, now_, author_.login, now_, author_.login}) insert.bind(++at, value);
  insert.executeStep();
  record.id = insert.getColumn(0).getInt64();
  return record;
}

void RecordWriter::check_citations(const Field& field, const std::vector<std::string>& values, const std::vector<std::string>& before) {
  const std::set<std::string> known(before.begin(), before.end());
  for (const auto& value : values) {
    if (known.contains(value)) continue;
    Citation citation = citation_of(value);
    auto refuse = [&](std::string_view what, std::string_view hint) { throw Error(ErrorKind::invalid, fmt::format("「{}」: {}", field.name, what), std::string(hint)); };
    if (!sight_.sees_clause(citation.address)) refuse(fmt::format("引用する条項「{}」がありません。", text::clamp_utf8(citation.address, 120)), "検索か付箋から引用してください。");
    if (citation.quote.empty()) continue;
    const size_t key = citation.address.find('/'), path = citation.address.find('/', key + 1);
    SQLite::Statement clause(db_, "SELECT c.text, c.heading FROM documents d JOIN editions e ON e.document_id = d.id JOIN clauses c ON c.edition_id = e.id WHERE d.slug = ? AND e.key = ? AND c.path = ?");
    clause.bind(1, citation.address.substr(0, key));
    clause.bind(2, citation.address.substr(key + 1, path - key - 1));
    clause.bind(3, citation.address.substr(path + 1));
    const std::string wanted = without_spaces(citation.quote);
    bool there = clause.executeStep() && (without_spaces(clause.getColumn(0).getString()).find(wanted) != std::string::npos || without_spaces(clause.getColumn(1).getString()).find(wanted) != std::string::npos);
    if (!there) refuse(fmt::format("引用した言葉は、その条項にありません（{}）。", text::clamp_utf8(citation.quote, 120)), "条項の言葉をそのまま写すか、引用する言葉を空けてください。");
  }
}

void RecordWriter::check_files(const Field& field, std::vector<std::string>& values, const std::vector<std::string>& before, const std::string& brought) const {
  for (auto& value : values) {
    Attachment file = attachment_of(value);
    bool known = file.sha256 == brought || author_.role == operator_role;
    for (const auto& one : before) {
      Attachment was = attachment_of(one);
      if (was.sha256 != file.sha256) continue;
      // What was noted when it came is not typed, in whichever row it stands now.
      known = true;
      was.number = file.number, was.name = file.name, was.evidence_on = file.evidence_on, was.valid_until = file.valid_until;
      value = was.value();
    }
    if (!known) throw Error(ErrorKind::invalid, fmt::format("「{}」: ファイルがありません（{}）。", field.name, text::clamp_utf8(file.name, 60)), "画面から添付してください。");
  }
}

std::string RecordWriter::apply(const Ledger& ledger, Record& record, const Values& typed, const std::string& brought) {
  for (const auto& [key, values] : typed) {
    if (ledger.field(key) && !sees_field(viewer_, &ledger, key)) throw Error(ErrorKind::invalid, fmt::format("台帳「{}」に「{}」という項目はありません。", ledger.name(), key), "台帳の項目を確かめてください。");
  }
  // All is held against what they see, so that nothing tells of what they do not; that stays as it is.
  Values open;
  for (const auto& [key, values] : typed) {
    auto before = record.values.find(key);
    if (const Field* field = ledger.field(key); field && before != record.values.end()) open[key] = sight_.seen(*field, before->second);
  }
  std::string names;
  for (auto& [key, values] : checked(ledger, typed, open)) {
    const Field& field = *ledger.field(key);
    const auto& shown = open[key];
    if (shown == values) continue;
    const auto before = record.values.contains(key) ? record.values[key] : std::vector<std::string>{};
    if (field.kind == FieldKind::citations) check_citations(field, values, shown);
    if (field.kind == FieldKind::files) check_files(field, values, before, brought);
    if (field.kind == FieldKind::links) {
      for (const auto& value : values) {
        if (std::ranges::find(shown, value) == shown.end()) links_.emplace_back(&field, value);
      }
    }
    for (size_t i = 0; i < field.columns.size(); ++i) {
      if (field.columns[i].kind == FieldKind::citations) check_citations(field, cells(values, i), cells(shown, i));
    }
    values = with_hidden(field, before, shown, std::move(values));
    if (before == values) continue;
    auto [was, is] = difference(&field, before, values);
    tell(record, key, was, is);
    names += (names.empty() ? "" : "、") + field.name;
    if (values.empty()) record.values.erase(key);
    else record.values[key] = std::move(values);
  }
  return names;
}

void RecordWriter::check(const Links& links) {
  for (const auto& [field, number] : links) {
    const Ledger* wanted = ledgers_.find(field->ledger);
    auto linked = records::held(db_, viewer_, number);
    if (linked && (field->ledger.empty() || linked->ledger == field->ledger)) continue;
    throw Error(ErrorKind::invalid, fmt::format("「{}」: 記録「{}」がありません。", field->name, text::clamp_utf8(number, 60)), wanted ? fmt::format("台帳「{}」の番号を書いてください。", wanted->name()) : "番号を確かめてください。");
  }
}

void RecordWriter::tell(const Record& record, const std::string& field, const std::vector<std::string>& before, const std::vector<std::string>& after) {
  SQLite::Statement insert(db_, "INSERT INTO record_changes (record_id, revision, field, before, after, at, author) VALUES (?, ?, ?, ?, ?, ?, ?)");
  insert.bind(1, record.id);
  insert.bind(2, record.revision + 1);
  insert.bind(3, field);
  insert.bind(4, write_list(before));
  insert.bind(5, write_list(after));
  insert.bind(6, now_);
  insert.bind(7, author_.login);
  insert.exec();
}

void RecordWriter::set_state(Record& record, const std::string& state) {
  if (record.state != state) tell(record, "state", {record.state}, {state});
  record.state = state;
}

void RecordWriter::set_owner(Record& record, const std::string& owner) {
  require_owner(owner);
  if (record.owner != owner) tell(record, "owner", {record.owner}, {owner});
  record.owner = owner;
}

void RecordWriter::set_audience(Record& record, const std::string& audience) {
  require_audience(audience);
  if (record.audience != audience) tell(record, "audience", {record.audience}, {audience});
  record.audience = audience;
}

void RecordWriter::require(const Ledger& ledger, const Record& record) const {
  std::string lacking;
  for (const auto& field : ledger.fields()) {
    // What its author does not see they have not emptied, and are not told of.
    bool required = !field.retired && std::ranges::find(field.required, record.state) != field.required.end() && sees_field(viewer_, &ledger, field.key);
    if (required && !record.values.contains(field.key)) lacking += (lacking.empty() ? "" : "、") + field.name;
  }
  const State* state = ledger.state(record.state);
  if (!lacking.empty()) throw Error(ErrorKind::invalid, fmt::format("「{}」には、次の項目が要ります: {}", state ? state->name : record.state, lacking), "項目を埋めてください。");
}

void RecordWriter::keep(const Ledger& ledger, Record& record) {
  record.revision += 1, record.changed_at = now_, record.changed_by = author_.login;
  SQLite::Statement old(db_, "SELECT words FROM records WHERE id = ?");
  old.bind(1, record.id);
  old.executeStep();
  const std::string words = words_of(ledger, record.number, record.values), old_words = old.getColumn(0).getString();
  old.reset();
  SQLite::Statement update(db_, "UPDATE records SET state = ?, audience = ?, owner = ?, revision = ?, fields = ?, words = ?, looked = 0, changed_at = ?, changed_by = ? WHERE id = ?");
  update.bind(1, record.state);
  update.bind(2, record.audience);
  update.bind(3, record.owner);
  update.bind(4, record.revision);
  update.bind(5, write(record.values));
  update.bind(6, words);
  update.bind(7, record.changed_at);
  update.bind(8, record.changed_by);
  update.bind(9, record.id);
  update.exec();
  write_words(db_, record.id, words, old_words);
  write_values(db_, ledger, record);
}

}  // namespace shirube::records
