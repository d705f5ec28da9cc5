// How records follow their ledgers when these are changed.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "records/record_rows.h"
#include "store/database.h"
#include "store/event_log.h"
#include "store/files.h"

namespace shirube::records {

namespace {

using Json = nlohmann::json;

/// Raised when this program finds records by something else than it did.
constexpr int format = 1;

/// What of a ledger decides how its records are found.
std::string shape_of(const Ledger& ledger) {
  Json shape = Json::array({format, ledger.prefix()});
  for (const auto& field : ledger.fields()) {
    Json one = {field.key, static_cast<int>(field.kind), field.audience, field.was};
    for (const auto& column : field.columns) one.push_back(static_cast<int>(column.kind));
    shape.push_back(std::move(one));
  }
  for (const auto& state : ledger.states()) shape.push_back({state.key, state.was});
  return store::sha256(shape.dump());
}

/// Brings what was kept under earlier names under today's.
bool renamed(SQLite::Database& db, const Ledger& ledger, Record& record) {
  bool any = false;
  for (const auto& field : ledger.fields()) {
    for (const auto& was : field.was) {
      auto old = record.values.find(was);
      if (ledger.field(was) || old == record.values.end() || record.values.contains(field.key)) continue;
      record.values[field.key] = std::move(old->second);
      record.values.erase(was);
      // What was looked at stays looked at.
      for (const char* table : {"record_reviews", "record_reviews_done"}) {
        SQLite::Statement move(db, fmt::format("UPDATE OR REPLACE {} SET field = ? WHERE record_id = ? AND field = ?", table));
        move.bind(1, field.key);
        move.bind(2, record.id);
        move.bind(3, was);
        move.exec();
      }
      any = true;
    }
  }
  if (ledger.state(record.state)) return any;
  for (const auto& state : ledger.states()) {
    if (std::ranges::find(state.was, record.state) == state.was.end()) continue;
    record.state = state.key;
    return true;
  }
  return any;
}

void settle_ledger(SQLite::Database& db, const Ledger& ledger) {
  SQLite::Statement select(db, fmt::format("SELECT {}, r.words FROM records r WHERE r.ledger = ? ORDER BY r.id", record_columns));
  SQLite::Statement update(db, "UPDATE records SET state = ?, fields = ?, words = ?, looked = 0 WHERE id = ?");
  select.bind(1, ledger.key());
  size_t moved = 0;
  while (select.executeStep()) {
    Record record = read_record(select);
    const std::string old_words = select.getColumn(record_width).getString();
    moved += renamed(db, ledger, record) ? 1 : 0;
    const std::string words = words_of(ledger, record.number, record.values);
    update.reset();
    update.bind(1, record.state);
    update.bind(2, write(record.values));
    update.bind(3, words);
    update.bind(4, record.id);
    update.exec();
    write_words(db, record.id, words, old_words);
    write_values(db, ledger, record);
  }
  if (moved) store::append(db, {"record.settle", ledger.key(), fmt::format("{}: 項目や状態の新しい名前に移した記録 {}件", ledger.name(), moved)});
}

/// Cells are kept by their place: whether those of old rows stay under their columns.
bool continues(const std::vector<Field>& before, const std::vector<Field>& then) {
  return then.size() >= before.size() && std::ranges::equal(before, std::span(then).first(before.size()), {}, &Field::key, &Field::key);
}

}  // namespace

void Records::settle() {
  if (!database_.writable()) return;
  for (const auto& ledger : ledgers_.all()) {
    const std::string shape = shape_of(ledger);
    auto is_settled = [&](SQLite::Database& db) {
      SQLite::Statement known(db, "SELECT 1 FROM ledger_shapes WHERE ledger = ? AND shape = ?");
      known.bind(1, ledger.key());
      known.bind(2, shape);
      return known.executeStep();
    };
    if (database_.read(is_settled)) continue;
    database_.write([&](SQLite::Database& db) {
      settle_ledger(db, ledger);
      SQLite::Statement keep(db, "INSERT INTO ledger_shapes (ledger, shape) VALUES (?, ?) ON CONFLICT (ledger) DO UPDATE SET shape = excluded.shape");
      keep.bind(1, ledger.key());
      keep.bind(2, shape);
      keep.exec();
    });
  }
}

std::vector<std::string> Records::preview(const Ledger& then) const {
  std::vector<std::string> out;
  const Ledger* now = ledgers_.find(then.key());
  auto added = [&](const auto& before, const auto& after, std::string_view what) {
    for (const auto& one : after) {
      auto known = [&](const std::string& key) { return std::ranges::any_of(before, [&](const auto& other) { return other.key == key; }); };
      bool is_heir = false;
      if constexpr (requires { one.was; }) is_heir = std::ranges::any_of(one.was, known);
      if (!known(one.key) && !is_heir) out.push_back(fmt::format("{}「{}」が加わります。", what, one.name));
    }
  };
  if (now) added(now->fields(), then.fields(), "項目"), added(now->states(), then.states(), "状態"), added(now->steps(), then.steps(), "操作");
  database_.read([&](SQLite::Database& db) {
    SQLite::Statement fields(db, "SELECT f.key, count(*) FROM records r, json_each(r.fields) f WHERE r.ledger = ? GROUP BY f.key ORDER BY f.key");
    fields.bind(1, then.key());
    while (fields.executeStep()) {
      const std::string key = fields.getColumn(0).getString();
      const int64_t count = fields.getColumn(1).getInt64();
      const Field* field = then.field(key);
      const Field* before = now ? now->field(key) : nullptr;
      const std::string name = before ? before->name : key;
      auto heir = std::ranges::find_if(then.fields(), [&](const Field& one) { return std::ranges::find(one.was, key) != one.was.end(); });
      if (!field && heir != then.fields().end()) out.push_back(fmt::format("項目「{}」は「{}」に移ります（値のある記録 {}件）。", name, heir->name, count));
      else if (!field) out.push_back(fmt::format("項目「{}」がなくなります。値のある記録 {}件では、値は残りますが、すべてを見られる人にだけ見えます。残して聞かないだけなら retired = true にしてください。", name, count));
      else if (before && !before->retired && field->retired) out.push_back(fmt::format("項目「{}」は、これからは聞きません（値のある記録 {}件は、そのまま見えます）。", name, count));
      else if (before && before->kind != field->kind) out.push_back(fmt::format("項目「{}」の種類が変わります。値のある記録 {}件は、そのまま残り、次に変えるときに確かめられます。", name, count));
      else if (before && before->kind == FieldKind::rows && !continues(before->columns, field->columns)) out.push_back(fmt::format("注意: 表「{}」の列の並びが変わるため、今ある行の値が、別の列の下に見えます（値のある記録 {}件）。列は終わりに加え、使わない列も残してください。", name, count));
      else if (before && before->audience != field->audience) out.push_back(fmt::format("項目「{}」を見られる範囲が変わります（値のある記録 {}件）。", name, count));
    }
    SQLite::Statement states(db, "SELECT state, count(*) FROM records WHERE ledger = ? GROUP BY state ORDER BY state");
    states.bind(1, then.key());
    while (states.executeStep()) {
      const std::string key = states.getColumn(0).getString();
      if (then.state(key)) continue;
      auto heir = std::ranges::find_if(then.states(), [&](const State& one) { return std::ranges::find(one.was, key) != one.was.end(); });
      const State* before = now ? now->state(key) : nullptr;
      if (heir != then.states().end()) out.push_back(fmt::format("状態「{}」の記録 {}件は、「{}」になります。", before ? before->name : key, states.getColumn(1).getInt64(), heir->name));
      else out.push_back(fmt::format("注意: 状態「{}」の記録 {}件は、進められなくなります。移す先の状態に was = [\"{}\"] を書いてください。", before ? before->name : key, states.getColumn(1).getInt64(), key));
    }
  });
  return out;
}

}  // namespace shirube::records
