#include "corpus/draft.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "corpus/address.h"
#include "corpus/enclosure.h"
#include "corpus/rows.h"
#include "store/database.h"
#include "store/event_log.h"
#include "text/error.h"

namespace shirube::corpus {

namespace {

using Json = nlohmann::json;
using State = Draft::State;

struct StateName {
  State state;
  std::string_view name, label;
};
constexpr StateName states[] = {{State::waiting, "waiting", "読取り待ち"}, {State::ready, "ready", "確認待ち"}, {State::failed, "failed", "読取り失敗"}, {State::published, "published", "公開済み"}};

// ---- how facts, clauses and corrections stand in a row ----

std::string write(const Facts& facts) {
  Json out = Json::object();
  for (const auto& [name, field] : fact_fields()) {
    if (!(facts.*field).empty()) out[std::string(name)] = facts.*field;
  }
  return out.dump();
}

Facts read_facts(const std::string& text) {
  Facts facts;
  Json json = Json::parse(text);
  for (const auto& [name, field] : fact_fields()) facts.*field = json.value(std::string(name), "");
  return facts;
}

std::string write(const std::vector<Clause>& clauses) {
  Json out = Json::array();
  for (const auto& c : clauses) {
    out.push_back({c.label, std::string(name(c.kind)), c.heading, c.text, c.page ? Json(*c.page) : Json(), c.printed_page, c.parent ? Json(*c.parent) : Json(), c.readings, c.audience});
  }
  return out.dump();
}

std::vector<Clause> read_clauses(const std::string& text) {
  std::vector<Clause> out;
  for (const auto& row : Json::parse(text)) {
    Clause c;
    c.label = row[0];
    c.kind = clause_kind(row[1].get<std::string>()).value_or(ClauseKind::heading);
    c.heading = row[2];
    c.text = row[3];
    if (!row[4].is_null()) c.page = row[4].get<int>();
    c.printed_page = row[5];
    if (!row[6].is_null()) c.parent = row[6].get<size_t>();
    c.readings = row[7];
    c.audience = row.size() > 8 ? row[8] : "";
    out.push_back(std::move(c));
  }
  assign_addresses(out);
  return out;
}

std::string write(const std::vector<Correction>& corrections) {
  Json out = Json::array();
  for (const auto& c : corrections) out.push_back({std::string(name(c.kind)), c.path, c.words, c.value, c.offset, c.page});
  return out.dump();
}

std::vector<Correction> read_corrections(const std::string& text) {
  std::vector<Correction> out;
  for (const auto& row : Json::parse(text)) {
    out.push_back({correction_kind(row[0].get<std::string>()).value_or(Correction::Kind::relabel), row[1], row[2], row[3], row[4], row[5]});
  }
  return out;
}

// ---- rows ----

constexpr const char* columns =
    "r.id, r.state, r.source, r.file_name, r.file_sha256, r.media_type, r.pages, r.within_id, r.depth, r.said, r.facts, r.warnings, r.reason, r.hint, r.revision, r.edition_id, "
    "ifnull((SELECT d.slug || '/' || e.key FROM editions e JOIN documents d ON d.id = e.document_id WHERE e.id = r.edition_id), ''), r.created_at, r.changed_at";

Draft read_draft(SQLite::Statement& row) {
  int at = 0;
  auto text = [&] { return row.getColumn(at++).getString(); };
  Draft out;
  out.id = row.getColumn(at++).getInt64();
  std::string state = text();
  auto known = std::ranges::find(states, state, &StateName::name);
  if (known == std::end(states)) throw Error(ErrorKind::internal, fmt::format("下書き{}の状態「{}」が分かりません。", out.id, state), "データが壊れているおそれがあります。shirube check で確かめてください。");
  out.state = known->state;
  for (auto* field : {&out.source, &out.file_name, &out.file_sha256, &out.media_type}) *field = text();
  out.pages = row.getColumn(at++).getInt();
  if (!row.getColumn(at).isNull()) out.within = row.getColumn(at).getInt64();
  out.depth = row.getColumn(++at).getInt();
  ++at;
  out.said = read_facts(text());
  out.facts = read_facts(text());
  out.warnings = Json::parse(text()).get<std::vector<std::string>>();
  out.reason = text();
  out.hint = text();
  out.revision = row.getColumn(at++).getInt64();
  if (!row.getColumn(at).isNull()) out.edition_id = row.getColumn(at).getInt64();
  ++at;
  for (auto* field : {&out.address, &out.created_at, &out.changed_at}) *field = text();
  return out;
}

std::vector<Draft> read_all(SQLite::Statement& row) {
  std::vector<Draft> out;
  while (row.executeStep()) out.push_back(read_draft(row));
  return out;
}

[[noreturn]] void not_there() { throw Error(ErrorKind::missing, "その下書きはありません。", "取込の一覧からお探しください。"); }

std::optional<Draft> select(SQLite::Database& db, int64_t id) {
  SQLite::Statement row(db, fmt::format("SELECT {} FROM drafts r WHERE r.id = ?", columns));
  row.bind(1, id);
  return row.executeStep() ? std::optional(read_draft(row)) : std::nullopt;
}

/// What a viewer who may have drafts sees of `drafts r`: of what is published, that of which they see the whole edition; else
/// what is meant for them, whole. Of clauses it is the corrections that narrow them.
std::string open_drafts(const Viewer& viewer) {
  std::string hidden = hidden_clauses(viewer);
  if (hidden == "0") return "TRUE";
  auto seen = [&](std::string_view audience) {
    std::string out = viewer.sees_all ? "TRUE" : fmt::format("{} IN (SELECT value FROM json_each(:audiences))", audience);
    if (viewer.only) out += fmt::format(" AND ({} = 'public' OR ifnull(json_extract(r.facts, '$.slug'), '') IN (SELECT value FROM json_each(:only)))", audience);
    return fmt::format("({} = '' OR ({}))", audience, out);
  };
  std::string meant = seen("coalesce(nullif(json_extract(r.facts, '$.audience'), ''), json_extract(r.said, '$.audience'), '')");
  std::string narrower = fmt::format("EXISTS (SELECT 1 FROM json_each(r.corrections) k WHERE json_extract(k.value, '$[0]') = '{}' AND NOT {})", name(Correction::Kind::audience),
                                     seen("ifnull(json_extract(k.value, '$[3]'), '')"));
  return fmt::format("((r.edition_id IS NULL AND {} AND NOT {}) OR EXISTS (SELECT 1 FROM editions e JOIN documents d ON d.id = e.document_id WHERE e.id = r.edition_id AND {} AND {} = 0))", meant,
                     narrower, visible(viewer), hidden);
}

/// A query over `drafts r`, bound to the viewer.
SQLite::Statement open_query(SQLite::Database& db, const Viewer& viewer, const std::string& what, std::string_view condition) {
  std::string open = open_drafts(viewer);
  SQLite::Statement row(db, fmt::format("SELECT {} FROM drafts r WHERE {} AND {}", what, open, condition));
  if (open != "TRUE") bind_viewer(row, viewer);
  return row;
}

std::optional<Draft> select(SQLite::Database& db, const Viewer& viewer, int64_t id) {
  if (!Drafts::open_to(viewer)) return std::nullopt;
  auto row = open_query(db, viewer, columns, "r.id = :id");
  row.bind(":id", id);
  return row.executeStep() ? std::optional(read_draft(row)) : std::nullopt;
}

/// An attachment's audience, no wider than that of its mail by now.
std::string within_mail(SQLite::Database& db, const std::optional<int64_t>& mail, const std::string& audience) { return mail ? narrowed(audience, audience_of_draft(db, *mail)) : audience; }

Cut select_cut(SQLite::Database& db, int64_t id) {
  SQLite::Statement row(db, "SELECT extracted, clauses, corrections FROM drafts WHERE id = ?");
  row.bind(1, id);
  if (!row.executeStep()) not_there();
  return {read_clauses(row.getColumn(0).getString()), read_clauses(row.getColumn(1).getString()), read_corrections(row.getColumn(2).getString())};
}

/// The draft that a change is to be made to.
Draft changeable(SQLite::Database& db, const Viewer& viewer, int64_t id, std::optional<int64_t> revision) {
  auto draft = select(db, viewer, id);
  if (!draft) not_there();
  if (draft->state == State::published) throw Error(ErrorKind::conflict, "公開済みのため、変更できません。", "直したファイルを新しい版として取り込んでください。");
  if (revision && draft->state != State::ready) throw Error(ErrorKind::conflict, "まだ読み取れていません。", "読取りが終わってから直してください。");
  if (revision && draft->revision != *revision) throw Error(ErrorKind::conflict, "ほかの画面でこの下書きが変更されました。", "画面を開き直して、もう一度直してください。");
  return *draft;
}

/// Of an audience that is asked for: there is one, and whoever asks for it sees what it is for, so that it does not leave their sight.
void require_seen_audience(SQLite::Database& db, const Viewer& viewer, const std::string& audience) {
  if (audience.empty()) return;
  require_audience(db, audience);
  if (!viewer.sees(audience)) throw Error(ErrorKind::invalid, fmt::format("公開範囲「{}」の資料は、あなたには見えません。", label_of(audiences(), audience)), "自分に見える公開範囲を選ぶか、その資料を見られる人に依頼してください。");
}

/// Sets columns of a draft; the statement's first parameters are theirs.
template <typename... Values>
void update(SQLite::Database& db, int64_t id, const char* assignments, const Values&... values) {
  SQLite::Statement statement(db, fmt::format("UPDATE drafts SET {}, changed_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now') WHERE id = ?", assignments));
  int at = 0;
  (statement.bind(++at, values), ...);
  statement.bind(++at, id);
  if (statement.exec() == 0) not_there();
}

std::string subject(const Draft& draft) { return fmt::format("{} {}", draft.id, draft.source); }

}  // namespace

std::string_view name(State state) { return std::ranges::find(states, state, &StateName::state)->name; }
std::string_view japanese_name(State state) { return std::ranges::find(states, state, &StateName::state)->label; }

std::vector<size_t> Cut::undone() const {
  if (corrections.empty() || extracted.empty()) return {};
  auto replayed = extracted;
  return carry_out_all(replayed, corrections);
}

bool Drafts::open_to(const Viewer& viewer) { return viewer.may(Task::desk); }

int64_t Drafts::add(const Viewer& viewer, const Draft& draft, uint64_t size) {
  if (!open_to(viewer)) not_there();
  Facts said = draft.said;
  if (!said.audience.empty()) said.audience = audience_key(said.audience);
  return database_.write([&](SQLite::Database& db) {
    require_seen_audience(db, viewer, said.audience);
    said.audience = within_mail(db, draft.within, said.audience);
    // What came with a mail came with it once, whatever became of it. Another's draft that is not for this viewer stays theirs.
    auto same = open_query(db, viewer, "r.id, r.state", "r.file_sha256 = :hash AND r.file_name = :name AND r.source = :source AND (r.state <> 'published' OR r.within_id = :within)");
    same.bind(":hash", draft.file_sha256);
    same.bind(":name", draft.file_name);
    same.bind(":source", draft.source);
    if (draft.within) same.bind(":within", *draft.within);
    if (same.executeStep()) {
      int64_t id = same.getColumn(0).getInt64();
      if (same.getColumn(1).getString() != "failed") return id;
      // Its mail, read again, opens nothing that was closed meanwhile.
      if (draft.within) said.audience = narrowed(said.audience, audience_of_draft(db, id));
      update(db, id, "state = 'waiting', reason = '', hint = '', said = ?", write(said));
      return id;
    }
    SQLite::Statement file(db, "INSERT OR IGNORE INTO files (sha256, size) VALUES (?, ?)");
    file.bind(1, draft.file_sha256);
    file.bind(2, static_cast<int64_t>(size));
    file.exec();
    SQLite::Statement insert(db, "INSERT INTO drafts (state, source, file_name, file_sha256, within_id, depth, said) VALUES ('waiting', ?, ?, ?, ?, ?, ?)");
    insert.bind(1, draft.source);
    insert.bind(2, draft.file_name);
    insert.bind(3, draft.file_sha256);
    if (draft.within) insert.bind(4, *draft.within);
    insert.bind(5, draft.depth);
    insert.bind(6, write(said));
    insert.exec();
    int64_t id = db.getLastInsertRowid();
    store::append(db, {"draft.add", fmt::format("{} {}", id, draft.source), draft.file_sha256});
    return id;
  });
}

std::optional<Draft> Drafts::find(const Viewer& viewer, int64_t id) const {
  return database_.read([&](SQLite::Database& db) { return select(db, viewer, id); });
}

std::optional<Cut> Drafts::cut(const Viewer& viewer, int64_t id) const {
  return database_.read([&](SQLite::Database& db) -> std::optional<Cut> {
    if (!select(db, viewer, id)) return std::nullopt;
    return select_cut(db, id);
  });
}

std::vector<Draft> Drafts::list(const Viewer& viewer, size_t first, size_t most) const {
  if (!open_to(viewer)) return {};
  return database_.read([&](SQLite::Database& db) {
    auto row = open_query(db, viewer, columns, "TRUE ORDER BY r.state = 'published', r.id DESC LIMIT :most OFFSET :first");
    row.bind(":most", static_cast<int64_t>(most));
    row.bind(":first", static_cast<int64_t>(first));
    return read_all(row);
  });
}

std::vector<Draft> Drafts::within(const Viewer& viewer, int64_t id) const {
  if (!open_to(viewer)) return {};
  return database_.read([&](SQLite::Database& db) {
    auto row = open_query(db, viewer, columns, "r.within_id = :within ORDER BY r.id");
    row.bind(":within", id);
    return read_all(row);
  });
}

std::vector<Draft> Drafts::alike(const Viewer& viewer, const Draft& draft) const {
  if (!open_to(viewer)) return {};
  return database_.read([&](SQLite::Database& db) {
    auto row = open_query(db, viewer, columns, "r.id <> :id AND r.state <> 'published' AND (r.file_sha256 = :hash OR (:slug <> '' AND json_extract(r.facts, '$.slug') = :slug)) ORDER BY r.id LIMIT 20");
    row.bind(":id", draft.id);
    row.bind(":hash", draft.file_sha256);
    row.bind(":slug", draft.facts.slug);
    return read_all(row);
  });
}

size_t Drafts::count(const Viewer& viewer) const {
  if (!open_to(viewer)) return 0;
  return database_.read([&](SQLite::Database& db) {
    auto row = open_query(db, viewer, "count(*)", "TRUE");
    row.executeStep();
    return static_cast<size_t>(row.getColumn(0).getInt64());
  });
}

std::optional<Draft> Drafts::next_waiting(int64_t after) const {
  return database_.read([&](SQLite::Database& db) -> std::optional<Draft> {
    SQLite::Statement row(db, fmt::format("SELECT {} FROM drafts r WHERE r.state = 'waiting' AND r.id > ? ORDER BY r.id LIMIT 1", columns));
    row.bind(1, after);
    return row.executeStep() ? std::optional(read_draft(row)) : std::nullopt;
  });
}

void Drafts::set_read(int64_t id, const Reading& reading) {
  database_.write([&](SQLite::Database& db) {
    auto draft = select(db, id);
    if (!draft || draft->state != State::waiting) return;  // dropped, or read by another process, meanwhile
    auto corrections = select_cut(db, id).corrections;
    auto clauses = reading.clauses;
    auto warnings = reading.warnings;
    for (size_t left : carry_out_all(clauses, corrections)) warnings.push_back(fmt::format("前の直しをやり直せませんでした。{}", description(corrections[left])));
    // What a person had settled stays settled.
    bool settled = draft->revision > 0;
    Facts facts = settled ? draft->facts : reading.facts;
    facts.audience = key_of(audiences(), facts.audience).value_or(facts.audience);
    // It may have been closed while it was read.
    if (!settled) facts.audience = narrowed(facts.audience, draft->said.audience);
    facts.audience = within_mail(db, draft->within, facts.audience);
    update(db, id, "state = 'ready', reason = '', hint = '', media_type = ?, pages = ?, facts = ?, warnings = ?, extracted = ?, clauses = ?, revision = revision + 1", reading.media_type,
           reading.pages, write(facts), Json(warnings).dump(), write(reading.clauses), write(clauses));
  });
}

void Drafts::set_failed(int64_t id, const std::string& reason, const std::string& hint) {
  database_.write([&](SQLite::Database& db) {
    auto draft = select(db, id);
    if (draft && draft->state == State::waiting) update(db, id, "state = 'failed', reason = ?, hint = ?", reason, hint);
  });
}

void Drafts::set_opened(int64_t id) {
  database_.write([&](SQLite::Database& db) {
    SQLite::Statement statement(db, "DELETE FROM drafts WHERE id = ? AND state = 'waiting'");
    statement.bind(1, id);
    statement.exec();
  });
}

void Drafts::read_again(const Viewer& viewer, int64_t id) {
  database_.write([&](SQLite::Database& db) {
    Draft draft = changeable(db, viewer, id, {});
    update(db, id, "state = 'waiting', reason = '', hint = ''");
    store::append(db, {"draft.read", subject(draft), ""});
  });
}

void Drafts::correct(const Viewer& viewer, int64_t id, int64_t revision, const Correction& correction) {
  database_.write([&](SQLite::Database& db) {
    Draft draft = changeable(db, viewer, id, revision);
    if (correction.page > draft.pages) {
      throw Error(ErrorKind::invalid, draft.pages == 0 ? "この原本には頁がありません。" : fmt::format("原本は{}頁までです。", draft.pages), "原本の何枚目かを、1からの数で入れてください。");
    }
    bool narrows = correction.kind == Correction::Kind::audience && !correction.value.empty();
    if (narrows) require_seen_audience(db, viewer, audience_key(correction.value));
    Cut cut = select_cut(db, id);
    if (cut.corrections.size() >= most_corrections) throw Error(ErrorKind::conflict, fmt::format("直しは{}件までです。", most_corrections), "ファイルそのものを直して、取り込み直してください。");
    carry_out(cut.clauses, correction);
    cut.corrections.push_back(correction);
    if (narrows) cut.corrections.back().value = audience_key(correction.value);
    update(db, id, "clauses = ?, corrections = ?, revision = revision + 1", write(cut.clauses), write(cut.corrections));
    store::append(db, {"draft.correct", subject(draft), description(correction)});
  });
}

void Drafts::undo(const Viewer& viewer, int64_t id, int64_t revision) {
  database_.write([&](SQLite::Database& db) {
    Draft draft = changeable(db, viewer, id, revision);
    Cut cut = select_cut(db, id);
    if (cut.corrections.empty()) throw Error(ErrorKind::invalid, "取り消す直しがありません。", "");
    Correction last = cut.corrections.back();
    cut.corrections.pop_back();
    cut.clauses = cut.extracted;
    carry_out_all(cut.clauses, cut.corrections);
    update(db, id, "clauses = ?, corrections = ?, revision = revision + 1", write(cut.clauses), write(cut.corrections));
    store::append(db, {"draft.undo", subject(draft), description(last)});
  });
}

void Drafts::set_facts(const Viewer& viewer, int64_t id, int64_t revision, const Facts& facts) {
  Facts good = checked(facts);
  if (good.title.empty()) throw Error(ErrorKind::invalid, "件名がありません。", "資料の件名を入れてください。");
  database_.write([&](SQLite::Database& db) {
    Draft draft = changeable(db, viewer, id, revision);
    require_seen_audience(db, viewer, good.audience);
    std::string within = within_mail(db, draft.within, good.audience);
    if (!good.audience.empty() && within != good.audience) {
      throw Error(ErrorKind::invalid, "添付ファイルの公開範囲を、添付元より広くすることはできません。", "添付元と同じ公開範囲か、「担当者限り」などのより狭いものを選んでください。");
    }
    good.audience = within;
    update(db, id, "facts = ?, revision = revision + 1", write(good));
    store::append(db, {"draft.facts", subject(draft), "", write(draft.facts), write(good)});
    close_attachments_of_draft(db, id);
  });
}

std::pair<Draft, Cut> Drafts::to_publish(const Viewer& viewer, int64_t id, int64_t revision) const {
  return database_.read([&](SQLite::Database& db) {
    Draft draft = changeable(db, viewer, id, revision);
    return std::pair(draft, select_cut(db, id));
  });
}

void Drafts::publish(const Viewer& viewer, int64_t id, int64_t revision, const Add& add) {
  database_.write([&](SQLite::Database& db) {
    Draft draft = changeable(db, viewer, id, revision);
    int64_t edition_id = add(db);
    // The edition has the clauses now; the corrections tell how it came by them.
    update(db, id, "state = 'published', edition_id = ?, extracted = '[]', clauses = '[]'", edition_id);
    SQLite::Statement address(db, "SELECT d.slug || '/' || e.key FROM editions e JOIN documents d ON d.id = e.document_id WHERE e.id = ?");
    address.bind(1, edition_id);
    store::append(db, {"draft.publish", subject(draft), address.executeStep() ? address.getColumn(0).getString() : ""});
    std::string audience = audience_of_draft(db, id);
    if (within_mail(db, draft.within, audience) != audience) {
      throw Error(ErrorKind::conflict, "添付ファイルを、添付元より公開範囲の広い資料の版にすることはできません。", "別の識別名を付けるか、そのファイルだけを取り込み直してください。");
    }
    close_attachments_of_draft(db, id);
  });
}

void Drafts::drop(const Viewer& viewer, int64_t id) {
  database_.write([&](SQLite::Database& db) {
    Draft draft = changeable(db, viewer, id, {});
    SQLite::Statement statement(db, "DELETE FROM drafts WHERE id = ?");
    statement.bind(1, id);
    statement.exec();
    store::append(db, {"draft.drop", subject(draft), draft.file_sha256});
  });
}

}  // namespace shirube::corpus
