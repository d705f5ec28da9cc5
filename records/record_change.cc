// Changes of records: each one transaction, with its history and an event.
#include <algorithm>

#include "records/record_writer.h"
#include "store/database.h"
#include "store/event_log.h"
#include "store/files.h"
#include "text/error.h"
#include "text/instant.h"
#include "text/utf8.h"

namespace shirube::records {

using corpus::Viewer;

namespace {

/// Throws Error{invalid} where a Need of its state is not met.
void require_met(const Ledger& ledger, const Record& record) {
  std::string lacking;
  for (const auto& need : unmet(ledger, record.state, record.values)) lacking += (lacking.empty() ? "" : "、") + need.words;
  const State* state = ledger.state(record.state);
  if (!lacking.empty()) throw Error(ErrorKind::invalid, fmt::format("「{}」には、次のことが要ります: {}", state ? state->name : record.state, lacking), "表を確かめて、書き足してください。");
}

/// What kind of change it is, and how it is told.
struct Told {
  std::string action, detail{}, before{}, after{};
};

/// Does something to a record that nobody has changed since, keeps it and tells of it; where `work` returns nothing, nothing is done.
Record changed(store::Database& database, const Viewer& viewer, const Author& author, const Ledgers& ledgers, const std::string& number, int64_t revision,
               const std::function<std::optional<Told>(RecordWriter&, const Ledger&, Record&)>& work) {
  return database.write([&](SQLite::Database& db) {
    RecordWriter writer(db, viewer, author, ledgers);
    Record record = writer.held(number, revision);
    const Ledger& ledger = writer.ledger(record.ledger);
    auto told = work(writer, ledger, record);
    if (!told) return writer.seen(std::move(record));
    writer.require(ledger, record);
    writer.keep(ledger, record);
    writer.check(writer.take_links());
    store::append(db, {told->action, number, told->detail, told->before, told->after});
    return writer.seen(std::move(record));
  });
}

const Field& field_of(const Ledger& ledger, const Viewer& viewer, const std::string& key, FieldKind kind) {
  const Field* field = ledger.field(key);
  if (!field || field->kind != kind || !sees_field(viewer, &ledger, key)) throw Error(ErrorKind::invalid, fmt::format("台帳「{}」に「{}」という項目はありません。", ledger.name(), text::clamp_utf8(key, 60)), "画面を開き直してください。");
  return *field;
}

}  // namespace

Record Records::add(const Viewer& viewer, const Author& author, const std::string& key, const Values& values, const std::string& audience, const text::Date& day) {
  return database_.write([&](SQLite::Database& db) {
    RecordWriter writer(db, viewer, author, ledgers_);
    const Ledger& ledger = writer.ledger_to_add(key, values, audience);
    Record record = writer.begin(ledger, {}, day, audience, {});
    writer.apply(ledger, record, values);
    writer.require(ledger, record);
    writer.keep(ledger, record);
    writer.check(writer.take_links());
    store::append(db, {"record.add", record.number, ledger.name()});
    return writer.seen(std::move(record));
  });
}

Record Records::change(const Viewer& viewer, const Author& author, const std::string& number, int64_t revision, const Values& typed) {
  return changed(database_, viewer, author, ledgers_, number, revision, [&](RecordWriter& writer, const Ledger& ledger, Record& record) -> std::optional<Told> {
    std::string names = writer.apply(ledger, record, typed);
    if (names.empty()) return std::nullopt;
    return Told{"record.change", names};
  });
}

Record Records::change_row(const Viewer& viewer, const Author& author, const std::string& number, const std::string& key, const std::string& before, const Row& row) {
  return changed(database_, viewer, author, ledgers_, number, 0, [&](RecordWriter& writer, const Ledger& ledger, Record& record) -> std::optional<Told> {
    const Field& field = field_of(ledger, viewer, key, FieldKind::rows);
    auto rows = writer.sight().seen(field, record.values.contains(key) ? record.values[key] : std::vector<std::string>{});
    auto found = std::ranges::find_if(rows, [&](const std::string& value) { return row.number && row_of(value).number == row.number; });
    const bool there = found != rows.end();
    if (there ? *found != before : !before.empty()) throw Error(ErrorKind::conflict, "この行は、ほかの人が先に変えています。", "今の内容を確かめてから、もう一度変えてください。");
    if (row.cells.empty() && there) rows.erase(found);
    else if (there) *found = row.value();
    else rows.push_back(Row{0, row.cells}.value());
    if (writer.apply(ledger, record, {{key, rows}}).empty()) return std::nullopt;
    return Told{"record.change", field.name};
  });
}

Record Records::attach(const Viewer& viewer, const Author& author, const std::string& number, int64_t revision, const std::string& key, const Attachment& attachment, std::string_view bytes) {
  if (bytes.empty()) throw Error(ErrorKind::invalid, "ファイルが空です。", "中身のあるファイルを選んでください。");
  {
    // Nothing is put on disk for who may not.
    auto record = find(viewer, number);
    const Ledger* ledger = record ? ledgers_.find(record->ledger) : nullptr;
    if (!ledger) throw Error(ErrorKind::missing, "記録が見つかりません。", "台帳の一覧からお探しください。");
    if (!writes(author, *ledger)) throw Error(ErrorKind::forbidden, fmt::format("台帳「{}」の記録を変えることは許されていません。", ledger->name()), "仕事に要るときは、管理者に相談してください。");
    field_of(*ledger, viewer, key, FieldKind::files);
  }
  Attachment kept = attachment;
  kept.number = 0;
  kept.sha256 = files_.put(bytes);
  kept.size = std::to_string(bytes.size());
  kept.added_by = author.login;
  return changed(database_, viewer, author, ledgers_, number, revision, [&](RecordWriter& writer, const Ledger& ledger, Record& record) -> std::optional<Told> {
    SQLite::Statement file(writer.db(), "INSERT OR IGNORE INTO files (sha256, size) VALUES (?, ?)");
    file.bind(1, kept.sha256);
    file.bind(2, static_cast<int64_t>(bytes.size()));
    file.exec();
    kept.added_at = writer.now();
    auto all = record.values.contains(key) ? record.values[key] : std::vector<std::string>{};
    all.push_back(kept.value());
    writer.apply(ledger, record, {{key, all}}, kept.sha256);
    return Told{"record.attach", kept.name, {}, kept.sha256};
  });
}

Record Records::step(const Viewer& viewer, const Author& author, const std::string& number, int64_t revision, const std::string& key) {
  return database_.write([&](SQLite::Database& db) {
    RecordWriter writer(db, viewer, author, ledgers_);
    Record record = writer.held(number, revision);
    const Ledger* ledger = ledgers_.find(record.ledger);
    const Step* step = ledger ? ledger->step(key) : nullptr;
    // One whose state the ledger no longer has can be led on by the operator alone.
    const bool lost = ledger && !ledger->state(record.state) && author.role == operator_role;
    if (!step || (!lost && std::ranges::find(step->from, record.state) == step->from.end())) throw Error(ErrorKind::invalid, "この状態からは、その操作はできません。", "記録を開き直して、選べる操作を確かめてください。");
    if (!allowed(step->roles, author)) throw Error(ErrorKind::forbidden, fmt::format("「{}」は許されていません。", step->name), "仕事に要るときは、管理者に相談してください。");
    // Whether what it asks for is there must not be tried out by who may not see that.
    bool blind = std::ranges::any_of(ledger->fields(), [&](const Field& field) { return std::ranges::find(field.required, step->to) != field.required.end() && !field.retired && !sees_field(viewer, ledger, field.key); }) ||
                 std::ranges::any_of(ledger->needs(), [&](const Need& need) { return std::ranges::find(need.states, step->to) != need.states.end() && !sees_field(viewer, ledger, need.rows); });
    if (blind) throw Error(ErrorKind::forbidden, fmt::format("「{}」には、あなたの見られない項目の確認が要ります。", step->name), "その項目を見られる担当に頼んでください。");
    const State* was = ledger->state(record.state);
    const std::string before = was ? was->name : record.state;
    writer.set_state(record, step->to);
    writer.require(*ledger, record);
    require_met(*ledger, record);
    writer.keep(*ledger, record);
    if (!step->publish.empty()) publish(writer, *ledger, record, step->publish);
    if (step->withdraw) withdraw(writer, record);
    store::append(db, {"record.step", number, step->name, before, ledger->state(step->to)->name});
    return writer.seen(std::move(record));
  });
}

Record Records::give(const Viewer& viewer, const Author& author, const std::string& number, int64_t revision, const std::string& owner) {
  return changed(database_, viewer, author, ledgers_, number, revision, [&](RecordWriter& writer, const Ledger&, Record& record) -> std::optional<Told> {
    const std::string before = record.owner;
    writer.set_owner(record, owner);
    if (before == record.owner) return std::nullopt;
    return Told{"record.give", {}, before, record.owner};
  });
}

Record Records::narrow(const Viewer& viewer, const Author& author, const std::string& number, int64_t revision, const std::string& audience) {
  return changed(database_, viewer, author, ledgers_, number, revision, [&](RecordWriter& writer, const Ledger&, Record& record) -> std::optional<Told> {
    const std::string before = record.audience;
    writer.set_audience(record, audience);
    if (before == record.audience) return std::nullopt;
    return Told{"record.narrow", {}, before, record.audience};
  });
}

std::vector<EntryFault> Records::change_all(const Viewer& viewer, const Author& author, const std::string& key, std::span<const Entry> entries, bool try_only) {
  if (entries.size() > most_entries) throw Error(ErrorKind::invalid, fmt::format("一度に変えられるのは{}件までです。", most_entries), "分けて行ってください。");
  std::vector<EntryFault> faults;
  /// Undoes the transaction.
  struct Undo {};
  try {
    database_.write([&](SQLite::Database& db) {
      RecordWriter writer(db, viewer, author, ledgers_);
      const Ledger& its = writer.ledger(key);
      size_t added = 0, altered = 0;
      auto attempt = [&](size_t i, const std::function<void()>& work) {
        try {
          work();
        } catch (const Error& e) {
          if (e.kind() == ErrorKind::unavailable || e.kind() == ErrorKind::internal) throw;
          faults.push_back({i, std::string(e.what()) + " " + e.hint()});
          writer.take_links();
        }
      };
      /// What waits until all records are there, as one may link to another that is made with it.
      struct Later {
        size_t entry;
        RecordWriter::Links links;
        const Ledger* ledger;
        Record record;
        std::vector<std::string> published;
      };
      std::vector<Later> later;
      for (size_t i = 0; i < entries.size(); ++i) {
        const Entry& entry = entries[i];
        attempt(i, [&] {
          const Ledger& ledger = entry.ledger.empty() ? its : writer.ledger(entry.ledger);
          bool fresh = false;
          std::vector<std::string> published;
          Record record;
          if (!entry.number.empty()) {
            auto known = records::held(db, viewer, entry.number);
            fresh = !known;
            if (!fresh) record = writer.held(entry.number, entry.revision);
            if (!fresh && record.ledger != ledger.key()) throw Error(ErrorKind::invalid, fmt::format("「{}」は、ほかの台帳の記録です。", entry.number), "番号を確かめてください。");
          }
          if (entry.number.empty() || fresh) record = writer.begin(ledger, entry.number, text::today(), entry.audience, entry.owner), fresh = true;
          std::string names = writer.apply(ledger, record, entry.values);
          if (!entry.state.empty() && entry.state != record.state) {
            auto step = std::ranges::find_if(ledger.steps(), [&](const Step& one) { return one.to == entry.state && allowed(one.roles, author) && (author.role == operator_role || std::ranges::find(one.from, record.state) != one.from.end()); });
            if (!fresh || step == ledger.steps().end()) throw Error(ErrorKind::invalid, "状態は、取込では変えられません。", "記録の画面の操作で進めてください。");
            writer.set_state(record, entry.state);
            require_met(ledger, record);
            published = step->publish;
          }
          const std::string before = record.owner + "\n" + record.audience;
          if (!entry.owner.empty() && record.owner != entry.owner) writer.set_owner(record, entry.owner);
          if (!entry.audience.empty() && record.audience != entry.audience) writer.set_audience(record, entry.audience);
          if (!fresh && names.empty() && before == record.owner + "\n" + record.audience) return;
          writer.require(ledger, record);
          writer.keep(ledger, record);
          ++(fresh ? added : altered);
          store::append(db, {fresh ? "record.add" : "record.change", record.number, fresh ? ledger.name() : names});
          later.push_back({i, writer.take_links(), &ledger, std::move(record), std::move(published)});
        });
      }
      for (const auto& one : later) {
        attempt(one.entry, [&] {
          writer.check(one.links);
          publish(writer, *one.ledger, one.record, one.published);
        });
      }
      if (!faults.empty() || try_only) throw Undo{};
      store::append(db, {"record.change_all", its.key(), fmt::format("{}: 追加 {}件、変更 {}件", its.name(), added, altered)});
    });
  } catch (const Undo&) {
  }
  return faults;
}

}  // namespace shirube::records
