#include "records/record.h"

#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "corpus/rows.h"
#include "store/database.h"
#include "store/event_log.h"
#include "text/error.h"
#include "text/instant.h"
#include "text/normalize.h"
#include "text/utf8.h"

namespace shirube::records {

namespace {

using Json = nlohmann::json;
using corpus::Viewer;

constexpr const char* columns = "r.id, r.ledger, r.number, r.state, r.audience, r.revision, r.fields, r.created_at, r.created_by, r.changed_at, r.changed_by";

std::string write(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Record read_record(SQLite::Statement& row) {
  auto text = [&](int i) { return row.getColumn(i).getString(); };
  return {row.getColumn(0).getInt64(), text(1), text(2), text(3), text(4), row.getColumn(5).getInt64(), Json::parse(text(6)).get<Values>(), text(7), text(8), text(9), text(10)};
}

/// What a viewer sees of `records r`: none to who is narrowed to documents, but what is public.
std::string visible_record(const Viewer& viewer) {
  if (viewer.sees_everything()) return "1";
  return viewer.only ? "r.audience = 'public'" : "r.audience IN (SELECT value FROM json_each(:record_audiences))";
}
void bind_record_viewer(SQLite::Statement& statement, const Viewer& viewer) {
  if (!viewer.sees_everything() && !viewer.only) statement.bind(":record_audiences", viewer.json());
}

bool sees_field(const Viewer& viewer, const Ledger* ledger, const std::string& key) {
  const Field* field = ledger ? ledger->field(key) : nullptr;
  // What no ledger describes any more is for who sees all.
  if (!field) return viewer.sees_everything();
  return field->audience.empty() || viewer.sees_everything() || (!viewer.only && viewer.sees(field->audience));
}

Record seen(Record record, const Viewer& viewer, const Ledgers& ledgers) {
  const Ledger* ledger = ledgers.find(record.ledger);
  std::erase_if(record.values, [&](const auto& value) { return !sees_field(viewer, ledger, value.first); });
  return record;
}

bool allowed(const std::vector<std::string>& roles, const Author& author) { return author.role == operator_role || std::ranges::find(roles, author.role) != roles.end(); }

const Ledger& ledger_of(const Ledgers& ledgers, const std::string& key) {
  const Ledger* ledger = ledgers.find(key);
  if (!ledger) throw Error(ErrorKind::missing, fmt::format("台帳「{}」がありません。", key), "設定の ledgers フォルダと、shirube records ledgers の示す誤りを確かめてください。");
  return *ledger;
}

bool is_number(const std::string& value) {
  size_t digits = value.starts_with('-') ? 1 : 0;
  return value.size() > digits && value.size() <= 20 && value.find_first_not_of("0123456789.", digits) == value.npos && std::ranges::count(value, '.') <= 1 && value.back() != '.' && value[digits] != '.';
}

/// slug/edition/path, none of them empty.
bool is_address(const std::string& value) {
  size_t edition = value.find('/'), path = edition == value.npos ? edition : value.find('/', edition + 1);
  return path != value.npos && edition > 0 && path > edition + 1 && path + 1 < value.size() && value.find('/', path + 1) == value.npos && value.find("..") == value.npos;
}

/// What is wrong with a value; empty: nothing.
std::string fault_of(const Field& field, const std::string& value) {
  const bool lines = field.kind == FieldKind::text;
  bool unseen = std::ranges::any_of(value, [&](char c) { return (static_cast<unsigned char>(c) < 0x20 && !(lines && c == '\n')) || c == 0x7F; });
  if (unseen || !text::is_valid_utf8(value)) return "使えない文字があります。";
  if (text::length_utf8(value) > (lines ? longest_text : longest_line)) return fmt::format("{}文字までです。", lines ? longest_text : longest_line);
  switch (field.kind) {
    case FieldKind::number: return is_number(value) ? "" : "数字で書いてください。";
    case FieldKind::date: return text::from_iso(value) ? "" : "日付で書いてください（例: 令和8年4月1日）。";
    case FieldKind::choice:
    case FieldKind::choices: return std::ranges::find(field.choices, value) != field.choices.end() ? "" : fmt::format("「{}」は選べません。", value);
    case FieldKind::citations: return is_address(value) ? "" : "条項のアドレス（識別名/版/条項）で書いてください。";
    case FieldKind::links: return value.find('/') == value.npos && std::ranges::count(value, '-') >= 2 ? "" : "記録の番号（R8-相談-0001 など）で書いてください。";
    default: return "";
  }
}

/// As they are kept: days as ISO, numbers in narrow digits, nothing around a line, no empty ones.
std::vector<std::string> normalised(const Field& field, const std::vector<std::string>& typed) {
  std::vector<std::string> out;
  for (const auto& one : typed) {
    std::string value = text::replace_all(text::replace_all(one, "\r\n", "\n"), "\r", "\n");
    value = std::string(text::trim(value));
    if (field.kind == FieldKind::date) {
      if (auto day = text::parse_date(value); day && day->unit == text::DateSpan::Unit::day) value = text::to_iso(day->first);
    }
    if (field.kind == FieldKind::number) value = text::fold(value);
    if (!value.empty() && std::ranges::find(out, value) == out.end()) out.push_back(std::move(value));
  }
  return out;
}

bool holds_many(FieldKind kind) { return kind == FieldKind::choices || kind == FieldKind::citations || kind == FieldKind::links; }

/// Values as they are to be kept; all faults at once.
Values checked(const Viewer& viewer, const Ledger& ledger, const Values& typed) {
  Values out;
  std::string faults;
  for (const auto& [key, values] : typed) {
    const Field* field = ledger.field(key);
    if (!field || !sees_field(viewer, &ledger, key)) throw Error(ErrorKind::invalid, fmt::format("台帳「{}」に「{}」という項目はありません。", ledger.name(), text::clamp_utf8(key, 60)), "台帳の項目を確かめてください。");
    auto kept = normalised(*field, values);
    std::string fault = kept.size() > (holds_many(field->kind) ? most_values : 1) ? "値が多すぎます。" : "";
    for (const auto& value : kept) fault = fault.empty() ? fault_of(*field, value) : fault;
    if (field->retired && !kept.empty()) fault = "この項目は、もう使いません。";
    if (!fault.empty()) faults += fmt::format("「{}」: {}", field->name, fault);
    out[key] = std::move(kept);
  }
  if (!faults.empty()) throw Error(ErrorKind::invalid, faults, "示した項目を直してください。");
  return out;
}

void require_fields(const Ledger& ledger, const std::string& state, const Values& values) {
  std::string lacking;
  for (const auto& field : ledger.fields()) {
    bool required = !field.retired && std::ranges::find(field.required, state) != field.required.end();
    if (required && !values.contains(field.key)) lacking += (lacking.empty() ? "" : "、") + field.name;
  }
  if (!lacking.empty()) throw Error(ErrorKind::invalid, fmt::format("「{}」には、次の項目が要ります: {}", ledger.state(state)->name, lacking), "項目を埋めてください。");
}

/// What is looked through: only what everybody who sees the record sees.
std::string words_of(const Ledger& ledger, const std::string& number, const Values& values) {
  std::string out = number;
  for (const auto& [key, list] : values) {
    const Field* field = ledger.field(key);
    if (!field || !field->audience.empty()) continue;
    for (const auto& value : list) out += "\n" + value;
  }
  return text::fold(out);
}

/// 「R8-相談-0012」, counted from April.
std::string next_number(SQLite::Database& db, const Ledger& ledger, const text::Date& day) {
  const int year = text::fiscal_year(day);
  SQLite::Statement next(db, "INSERT INTO record_numbers (prefix, fiscal_year, last) VALUES (?, ?, 1) ON CONFLICT (prefix, fiscal_year) DO UPDATE SET last = last + 1 RETURNING last");
  next.bind(1, ledger.prefix());
  next.bind(2, year);
  next.executeStep();
  // 令和 counts on; a year before it is written in full.
  constexpr int before_reiwa = 2018;
  return fmt::format("{}-{}-{:04}", year > before_reiwa ? fmt::format("R{}", year - before_reiwa) : std::to_string(year), ledger.prefix(), next.getColumn(0).getInt64());
}

void tell_change(SQLite::Database& db, int64_t record, int64_t revision, const std::string& field, const Json& before, const Json& after, const std::string& now, const std::string& author) {
  SQLite::Statement insert(db, "INSERT INTO record_changes (record_id, revision, field, before, after, at, author) VALUES (?, ?, ?, ?, ?, ?, ?)");
  insert.bind(1, record);
  insert.bind(2, revision);
  insert.bind(3, field);
  insert.bind(4, write(before));
  insert.bind(5, write(after));
  insert.bind(6, now);
  insert.bind(7, author);
  insert.exec();
}

/// The whole record that a viewer may see, with all its values.
std::optional<Record> held(SQLite::Database& db, const Viewer& viewer, const std::string& number) {
  SQLite::Statement select(db, fmt::format("SELECT {} FROM records r WHERE r.number = :number AND {}", columns, visible_record(viewer)));
  bind_record_viewer(select, viewer);
  select.bind(":number", number);
  if (!select.executeStep()) return std::nullopt;
  return read_record(select);
}

Record held_unchanged(SQLite::Database& db, const Viewer& viewer, const std::string& number, int64_t revision) {
  auto record = held(db, viewer, number);
  if (!record) throw Error(ErrorKind::missing, "記録が見つかりません。", "台帳の一覧からお探しください。");
  if (record->revision != revision) throw Error(ErrorKind::conflict, fmt::format("「{}」は、{}が先に変えています。", number, record->changed_by), "今の内容を確かめてから、もう一度変えてください。");
  return std::move(*record);
}

void keep(SQLite::Database& db, const Ledger& ledger, Record& record, const std::string& now, const std::string& author) {
  record.revision += 1, record.changed_at = now, record.changed_by = author;
  SQLite::Statement update(db, "UPDATE records SET state = ?, revision = ?, fields = ?, words = ?, changed_at = ?, changed_by = ? WHERE id = ?");
  update.bind(1, record.state);
  update.bind(2, record.revision);
  update.bind(3, write(record.values));
  update.bind(4, words_of(ledger, record.number, record.values));
  update.bind(5, now);
  update.bind(6, author);
  update.bind(7, record.id);
  update.exec();
}

}  // namespace

Record Records::add(const Viewer& viewer, const Author& author, const std::string& key, const Values& values, const std::string& audience, const text::Date& day) {
  const Ledger& ledger = ledger_of(ledgers_, key);
  if (!allowed(ledger.roles(), author)) throw Error(ErrorKind::forbidden, fmt::format("台帳「{}」に記録を加えることは許されていません。", ledger.name()), "仕事に要るときは、管理者に相談してください。");
  Record record;
  record.ledger = key, record.state = ledger.states().front().key, record.audience = audience.empty() ? ledger.audience() : audience;
  if (!viewer.sees_everything() && (viewer.only || !viewer.sees(record.audience))) throw Error(ErrorKind::invalid, "自分の見られない公開範囲にはできません。", "公開範囲を選び直してください。");
  record.values = checked(viewer, ledger, values);
  std::erase_if(record.values, [](const auto& value) { return value.second.empty(); });
  require_fields(ledger, record.state, record.values);
  record.created_at = record.changed_at = text::utc_now(), record.created_by = record.changed_by = author.login, record.revision = 1;
  return database_.write([&](SQLite::Database& db) {
    corpus::require_audience(db, record.audience);
    record.number = next_number(db, ledger, day);
    SQLite::Statement insert(db, "INSERT INTO records (ledger, number, state, audience, revision, fields, words, created_at, created_by, changed_at, changed_by) VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?) RETURNING id");
    int at = 0;
    for (const std::string& value : {record.ledger, record.number, record.state, record.audience, write(record.values), words_of(ledger, record.number, record.values), record.created_at, record.created_by, record.changed_at, record.changed_by}) insert.bind(++at, value);
    insert.executeStep();
    record.id = insert.getColumn(0).getInt64();
    insert.reset();
    for (const auto& [field, list] : record.values) tell_change(db, record.id, 1, field, Json::array(), list, record.created_at, author.login);
    store::append(db, {"record.add", record.number, ledger.name()});
    return record;
  });
}

Record Records::change(const Viewer& viewer, const Author& author, const std::string& number, int64_t revision, const Values& changed) {
  return database_.write([&](SQLite::Database& db) {
    Record record = held_unchanged(db, viewer, number, revision);
    const Ledger& ledger = ledger_of(ledgers_, record.ledger);
    if (!allowed(ledger.roles(), author)) throw Error(ErrorKind::forbidden, fmt::format("台帳「{}」の記録を変えることは許されていません。", ledger.name()), "仕事に要るときは、管理者に相談してください。");
    const std::string now = text::utc_now();
    std::string names;
    for (auto& [key, values] : checked(viewer, ledger, changed)) {
      auto before = record.values.contains(key) ? record.values[key] : std::vector<std::string>{};
      if (before == values) continue;
      tell_change(db, record.id, record.revision + 1, key, before, values, now, author.login);
      names += (names.empty() ? "" : "、") + ledger.field(key)->name;
      if (values.empty()) record.values.erase(key);
      else record.values[key] = values;
    }
    if (names.empty()) return seen(std::move(record), viewer, ledgers_);
    require_fields(ledger, record.state, record.values);
    keep(db, ledger, record, now, author.login);
    store::append(db, {"record.change", number, names});
    return seen(std::move(record), viewer, ledgers_);
  });
}

Record Records::step(const Viewer& viewer, const Author& author, const std::string& number, int64_t revision, const std::string& key) {
  return database_.write([&](SQLite::Database& db) {
    Record record = held_unchanged(db, viewer, number, revision);
    const Ledger& ledger = ledger_of(ledgers_, record.ledger);
    const Step* step = ledger.step(key);
    if (!step || std::ranges::find(step->from, record.state) == step->from.end()) throw Error(ErrorKind::invalid, "この状態からは、その操作はできません。", "記録を開き直して、選べる操作を確かめてください。");
    if (!allowed(step->roles, author)) throw Error(ErrorKind::forbidden, fmt::format("「{}」は許されていません。", step->name), "仕事に要るときは、管理者に相談してください。");
    require_fields(ledger, step->to, record.values);
    const std::string now = text::utc_now(), before = record.state;
    tell_change(db, record.id, record.revision + 1, "state", Json::array({before}), Json::array({step->to}), now, author.login);
    record.state = step->to;
    keep(db, ledger, record, now, author.login);
    const State* was = ledger.state(before);
    store::append(db, {"record.step", number, step->name, was ? was->name : before, ledger.state(step->to)->name});
    return seen(std::move(record), viewer, ledgers_);
  });
}

std::optional<Record> Records::find(const Viewer& viewer, const std::string& number) const {
  return database_.read([&](SQLite::Database& db) -> std::optional<Record> {
    auto record = held(db, viewer, number);
    if (!record) return std::nullopt;
    return seen(std::move(*record), viewer, ledgers_);
  });
}

std::vector<Record> Records::list(const Viewer& viewer, const std::string& ledger, const RecordFilter& filter, size_t first, size_t most) const {
  std::vector<std::string> words;
  std::string folded = text::fold(filter.words);
  for (size_t at = 0; at < folded.size();) {
    size_t end = std::min(folded.find(' ', at), folded.size());
    if (end > at) words.push_back(folded.substr(at, end - at));
    at = end + 1;
  }
  constexpr size_t most_words = 10;
  if (words.size() > most_words) words.resize(most_words);
  return database_.read([&](SQLite::Database& db) {
    std::string conditions;
    for (size_t i = 0; i < words.size(); ++i) conditions += fmt::format(" AND instr(r.words, :word{})", i);
    if (!filter.state.empty()) conditions += " AND r.state = :state";
    SQLite::Statement select(db, fmt::format("SELECT {} FROM records r WHERE r.ledger = :ledger AND {}{} ORDER BY r.id DESC", columns, visible_record(viewer), conditions));
    bind_record_viewer(select, viewer);
    select.bind(":ledger", ledger);
    for (size_t i = 0; i < words.size(); ++i) select.bind(fmt::format(":word{}", i), words[i]);
    if (!filter.state.empty()) select.bind(":state", filter.state);
    std::vector<Record> out;
    const Ledger* described = ledgers_.find(ledger);
    for (size_t passed = 0; out.size() < most && select.executeStep();) {
      Record record = seen(read_record(select), viewer, ledgers_);
      // A field may have been narrowed since its words were written down.
      const std::string open_words = words.empty() || !described ? "" : words_of(*described, record.number, record.values);
      if (!std::ranges::all_of(words, [&](const std::string& word) { return open_words.find(word) != std::string::npos; })) continue;
      if (passed++ >= first) out.push_back(std::move(record));
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
    SQLite::Statement select(db, "SELECT revision, field, before, after, at, author FROM record_changes WHERE record_id = ? ORDER BY revision, field");
    select.bind(1, record->id);
    while (select.executeStep()) {
      std::string field = select.getColumn(1).getString();
      if (field != "state" && field != "audience" && !sees_field(viewer, ledger, field)) continue;
      auto texts = [&](int i) { return Json::parse(select.getColumn(i).getString()).get<std::vector<std::string>>(); };
      out.push_back({select.getColumn(0).getInt64(), std::move(field), texts(2), texts(3), select.getColumn(4).getString(), select.getColumn(5).getString()});
    }
    return out;
  });
}

std::vector<const Step*> Records::steps(const Author& author, const Record& record) const {
  std::vector<const Step*> out;
  const Ledger* ledger = ledgers_.find(record.ledger);
  if (!ledger) return out;
  for (const auto& step : ledger->steps()) {
    if (std::ranges::find(step.from, record.state) != step.from.end() && allowed(step.roles, author)) out.push_back(&step);
  }
  return out;
}

std::vector<DueDay> Records::due(const Record& record, const Calendar& calendar, const text::Date& day) const {
  std::vector<DueDay> out;
  const Ledger* ledger = ledgers_.find(record.ledger);
  if (!ledger) return out;
  for (const auto& rule : ledger->dues()) {
    auto from = record.values.find(rule.field);
    bool holds = std::ranges::find(rule.states, record.state) != rule.states.end();
    if (!holds || from == record.values.end()) continue;
    auto begin = text::from_iso(from->second.front());
    if (!begin || record.values.contains(rule.done)) continue;
    try {
      Due due = rule.deadline.due(*begin, calendar, rule.when_closed);
      out.push_back({rule.name, due, due.last < day});
    } catch (const Error& e) {
      if (e.kind() != ErrorKind::invalid) throw;
      out.push_back({rule.name, {*begin, *begin}, false, false});
    }
  }
  return out;
}

std::vector<std::pair<Record, DueDay>> Records::board(const Viewer& viewer, const Calendar& calendar, const text::Date& day) const {
  constexpr size_t most_waiting = 10'000;
  std::vector<std::pair<Record, DueDay>> out;
  for (const auto& ledger : ledgers_.all()) {
    std::set<std::string> states;
    for (const auto& rule : ledger.dues()) states.insert(rule.states.begin(), rule.states.end());
    for (const auto& state : states) {
      for (auto& record : list(viewer, ledger.key(), {state, ""}, 0, most_waiting)) {
        for (auto& due_day : due(record, calendar, day)) out.emplace_back(record, std::move(due_day));
      }
    }
  }
  std::ranges::stable_sort(out, {}, [](const auto& one) { return std::pair(one.second.due.last, one.first.number); });
  return out;
}

std::vector<Count> Records::counts(const Viewer& viewer, const std::string& key, const text::Date& day) const {
  std::vector<Count> out;
  const Ledger* ledger = ledgers_.find(key);
  if (!ledger || ledger->counters().empty()) return out;
  std::vector<std::vector<text::Date>> done(ledger->counters().size());
  database_.read([&](SQLite::Database& db) {
    SQLite::Statement select(db, fmt::format("SELECT {} FROM records r WHERE r.ledger = :ledger AND {}", columns, visible_record(viewer)));
    bind_record_viewer(select, viewer);
    select.bind(":ledger", key);
    while (select.executeStep()) {
      const Record record = seen(read_record(select), viewer, ledgers_);
      auto holds = [&](const std::string& field, const std::string& value) {
        auto values = record.values.find(field);
        return values != record.values.end() && std::ranges::find(values->second, value) != values->second.end();
      };
      for (size_t i = 0; i < done.size(); ++i) {
        const Counter& counter = ledger->counters()[i];
        auto values = record.values.find(counter.field);
        auto on = values == record.values.end() ? std::nullopt : text::from_iso(values->second.front());
        if (on && std::ranges::all_of(counter.where, [&](const auto& asked) { return holds(asked.first, asked.second); })) done[i].push_back(*on);
      }
    }
  });
  const text::Date begin{text::fiscal_year(day), 4, 1};
  for (size_t i = 0; i < done.size(); ++i) {
    const Counter& counter = ledger->counters()[i];
    out.push_back({counter.name, counter.cadence.words(), counter.cadence.tally(done[i], begin, day)});
  }
  return out;
}

}  // namespace shirube::records
