#include "corpus/enclosure.h"

#include <SQLiteCpp/Database.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "corpus/library.h"
#include "store/event_log.h"
#include "text/error.h"

namespace shirube::corpus {

namespace {

struct Row {
  int64_t id;
  std::optional<int64_t> document;  ///< that a draft was published as
  std::string audience, name;       ///< a slug, or the subject of a draft
  bool read;
};

std::vector<Row> rows(SQLite::Database& db, const std::string& query, int64_t of) {
  SQLite::Statement select(db, query);
  select.bind(1, of);
  std::vector<Row> out;
  while (select.executeStep()) {
    Row row{select.getColumn(0).getInt64(), {}, select.getColumn(2).getString(), select.getColumn(3).getString(), select.getColumn(4).getInt() != 0};
    if (!select.getColumn(1).isNull()) row.document = select.getColumn(1).getInt64();
    out.push_back(std::move(row));
  }
  return out;
}

std::vector<Row> drafts(SQLite::Database& db, const char* condition, int64_t of) {
  constexpr const char* meant = "coalesce(nullif(json_extract(r.facts, '$.audience'), ''), json_extract(r.said, '$.audience'), '')";
  return rows(db, fmt::format("SELECT r.id, d.id, ifnull(d.audience, {}), r.id || ' ' || r.source, r.revision > 0 "
                              "FROM drafts r LEFT JOIN editions e ON e.id = r.edition_id LEFT JOIN documents d ON d.id = e.document_id WHERE {} ORDER BY r.id", meant, condition), of);
}

std::vector<Row> documents(SQLite::Database& db, const char* condition, int64_t of) {
  return rows(db, fmt::format("SELECT DISTINCT d.id, d.id, d.audience, d.slug, 1 FROM documents d WHERE {} ORDER BY d.id", condition), of);
}

void close(SQLite::Database& db, const std::vector<Row>& attachments, const std::string& audience);

void close_document(SQLite::Database& db, int64_t id, const std::string& audience) {
  auto held = documents(db, "d.id = ?", id).at(0);
  Facts facts;
  facts.slug = held.name, facts.audience = narrowed(held.audience, audience);
  if (facts.audience != held.audience) Library::correct(db, facts);  // which closes what came with it
}

void close_draft(SQLite::Database& db, const Row& draft, const std::string& audience) {
  std::string now = narrowed(draft.audience, audience);
  if (now != draft.audience) {
    // Of one that was never read there are no facts yet, and to read it changes what it is from the beginning.
    const char* facts = draft.read ? ", facts = json_set(facts, '$.audience', ?1), revision = revision + 1" : "";
    SQLite::Statement change(db, fmt::format("UPDATE drafts SET said = json_set(said, '$.audience', ?1){}, changed_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now') WHERE id = ?2", facts));
    change.bind(1, now);
    change.bind(2, draft.id);
    change.exec();
    auto told = [](const std::string& word) { return nlohmann::json{{"audience", word}}.dump(); };
    store::append(db, {"draft.facts", draft.name, "添付元の公開範囲に合わせる", told(draft.audience), told(now)});
  }
  close(db, drafts(db, "r.within_id = ?", draft.id), now);
}

void close(SQLite::Database& db, const std::vector<Row>& attachments, const std::string& audience) {
  for (const auto& one : attachments) {
    if (one.document) close_document(db, *one.document, audience);
    else close_draft(db, one, audience);
  }
}

}  // namespace

std::string audience_of_draft(SQLite::Database& db, int64_t draft) {
  auto found = drafts(db, "r.id = ?", draft);
  return found.empty() ? "" : found[0].audience;
}

void close_attachments_of_draft(SQLite::Database& db, int64_t draft) {
  close(db, drafts(db, "r.within_id = ?", draft), audience_of_draft(db, draft));
}

void close_attachments_of_document(SQLite::Database& db, int64_t document) {
  std::string audience = documents(db, "d.id = ?", document).at(0).audience;
  close(db, documents(db, "d.id IN (SELECT e.document_id FROM editions m JOIN enclosures n ON n.edition_id = m.id JOIN editions e ON e.id = n.enclosed_edition_id "
                          "WHERE m.document_id = ?1 AND e.document_id <> ?1)", document), audience);
  close(db, drafts(db, "r.within_id IN (SELECT m.id FROM drafts m JOIN editions o ON o.id = m.edition_id WHERE o.document_id = ?)", document), audience);
}

void require_mail_as_wide(SQLite::Database& db, int64_t document, const std::string& audience) {
  auto mails = documents(db, "d.id IN (SELECT m.document_id FROM editions e JOIN enclosures n ON n.enclosed_edition_id = e.id JOIN editions m ON m.id = n.edition_id "
                             "WHERE e.document_id = ?1 AND m.document_id <> ?1)", document);
  for (const auto& mail : mails) {
    if (narrowed(audience, mail.audience) == audience) continue;
    throw Error(ErrorKind::conflict, "添付の資料の公開範囲を、添付元の資料より広くすることはできません。", "先に、添付元の資料の公開範囲を広げてください。");
  }
}

}  // namespace shirube::corpus
