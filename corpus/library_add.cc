// Adding to the library: facts are checked, editions are named, and all goes in one transaction.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "corpus/definition.h"
#include "corpus/enclosure.h"
#include "corpus/glossary.h"
#include "corpus/library.h"
#include "corpus/rows.h"
#include "corpus/sketch.h"
#include "store/database.h"
#include "store/event_log.h"
#include "store/queue.h"
#include "text/date.h"
#include "text/error.h"
#include "text/normalize.h"
#include "text/utf8.h"

namespace shirube::corpus {

namespace {

using Json = nlohmann::json;

/// What texts cite may be another thing now.
void link_anew(SQLite::Database& db) { db.exec("UPDATE editions SET linked = 0 WHERE cites = 1 AND linked = 1"); }

/// One transaction's work: prepared statements are reused over its editions.
class Adding {
 public:
  explicit Adding(SQLite::Database& db)
      : db_(db),
        find_document_(db, fmt::format("SELECT {} FROM documents d WHERE d.slug = ?", document_columns)),
        insert_document_(db, "INSERT INTO documents (slug, title, short_title, kind, issuer, audience, topic) VALUES (?, ?, ?, ?, ?, ?, ?)"),
        find_same_(db, "SELECT id, key FROM editions WHERE document_id = ? AND content_hash = ?"),
        find_label_(db, "SELECT 1 FROM editions WHERE document_id = ? AND (label = ? OR key = ?)"),
        insert_edition_(db,
                        "INSERT INTO editions (document_id, key, label, number, issued, effective, link, content_hash, file_sha256, file_name, media_type, "
                        "warnings, cites, linked) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
        insert_clause_(db,
                       "INSERT INTO clauses (edition_id, position, parent, path, locator, label, kind, heading, text, page, printed_page, readings, audience) "
                       "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
        insert_enclosure_(db, "INSERT OR IGNORE INTO enclosures (edition_id, enclosed_edition_id, position) VALUES (?, ?, ?)"),
        insert_print_(db, "INSERT INTO sketches (print, edition_id) VALUES (?, ?)"),
        insert_definition_(db, "INSERT INTO definitions (clause_id, position, term, explanation) VALUES (?, ?, ?, ?)") {}

  Added add(const NewEdition& incoming) {
    Facts facts = checked(incoming.facts);
    if (!facts.audience.empty()) require_audience(db_, facts.audience);
    auto known = document(facts.slug);
    Document doc = known ? *known : create(facts);
    first_audience_ = known ? "" : doc.audience;
    if (auto same = same_edition(doc, incoming.content_hash)) {
      bool corrected = correct(doc, facts);
      if (corrected) queue_all(doc, store::Change::facts);
      return {corrected ? Added::Outcome::corrected : Added::Outcome::same, same->first, doc.slug + "/" + same->second};
    }
    // What an earlier edition was called in the meantime may no longer hold.
    if (known) queue_all(doc, correct(doc, facts) ? store::Change::facts : store::Change::edition);
    auto [key, label] = name_edition(doc, facts);
    int64_t edition = insert_edition(doc, incoming, facts, key, label);
    auto audiences = clause_audiences(incoming.clauses);
    for (size_t i = 0; i < incoming.clauses.size(); ++i) insert_clause(edition, i, incoming.clauses[i], audiences[i]);
    for (size_t i = 0; i < incoming.encloses.size(); ++i) insert(insert_enclosure_, edition, incoming.encloses[i], static_cast<int64_t>(i));
    if (!incoming.encloses.empty()) close_attachments_of_document(db_, doc.id);
    // A line of JSON Lines is one of very many, and no file that might be handed in twice.
    if (!incoming.file_sha256.empty()) {
      for (int64_t print : sketch(incoming.clauses)) insert(insert_print_, print, edition);
    }
    store::enqueue(db_, edition, store::Change::edition);
    return {Added::Outcome::taken, edition, doc.slug + "/" + key};
  }

  bool correct(const Facts& said) {
    Facts facts = checked(said);
    if (!facts.audience.empty()) require_audience(db_, facts.audience);
    auto known = document(facts.slug);
    if (!known || !correct(*known, facts)) return false;
    queue_all(*known, store::Change::facts);
    return true;
  }

  /// What was told of who may see the document that the last edition made; empty where there was one.
  std::string opening() const { return first_audience_.empty() ? "" : fmt::format("公開範囲: {}", label_of(audiences(), first_audience_)); }

 private:
  template <typename... Values>
  int64_t insert(SQLite::Statement& statement, const Values&... values) {
    int at = 0;
    (statement.bind(++at, values), ...);
    statement.exec();
    statement.reset();
    statement.clearBindings();
    return db_.getLastInsertRowid();
  }

  std::optional<Document> document(const std::string& slug) {
    find_document_.reset();
    find_document_.bind(1, slug);
    if (!find_document_.executeStep()) return std::nullopt;
    return read_document(find_document_, 0);
  }

  Document create(const Facts& facts) {
    Document doc{0, facts.slug, facts.title.empty() ? facts.slug : facts.title, facts.short_title, facts.kind.empty() ? "other" : facts.kind,
                 facts.issuer, facts.audience.empty() ? "restricted" : facts.audience, facts.topic};
    doc.id = insert(insert_document_, doc.slug, doc.title, doc.short_title, doc.kind, doc.issuer, doc.audience, doc.topic);
    return doc;
  }

  /// Takes over the facts that are said and differ.
  bool correct(Document& doc, const Facts& facts) {
    struct Field {
      const char *column, *label;
      std::string* held;
      const std::string* said;
      std::span<const Choice> choices = {};  ///< what a key of them is called
    };
    const Field fields[] = {{"title", "件名", &doc.title, &facts.title},     {"short_title", "略称", &doc.short_title, &facts.short_title},
                            {"kind", "種別", &doc.kind, &facts.kind, document_kinds()}, {"issuer", "発出者", &doc.issuer, &facts.issuer},
                            {"audience", "公開範囲", &doc.audience, &facts.audience, audiences()}, {"topic", "分野", &doc.topic, &facts.topic}};
    std::string changed, before, after, held_audience = doc.audience;
    if (!facts.audience.empty() && narrowed(doc.audience, facts.audience) != facts.audience) require_mail_as_wide(db_, doc.id, facts.audience);
    auto join = [](std::string& list, std::string_view part) { list += (list.empty() ? "" : "、") + std::string(part); };
    for (const auto& field : fields) {
      if (field.said->empty() || *field.held == *field.said) continue;
      join(changed, field.label);
      join(before, fmt::format("{}: {}", field.label, label_of(field.choices, *field.held)));
      join(after, fmt::format("{}: {}", field.label, label_of(field.choices, *field.said)));
      SQLite::Statement update(db_, fmt::format("UPDATE documents SET {} = ? WHERE id = ?", field.column));
      update.bind(1, *field.said);
      update.bind(2, doc.id);
      update.exec();
      *field.held = *field.said;
    }
    if (changed.empty()) return false;
    store::append(db_, {"document.correct", doc.slug, changed, before, after});
    if (!facts.title.empty() || !facts.short_title.empty()) link_anew(db_);
    if (doc.audience != held_audience) close_attachments_of_document(db_, doc.id);
    return true;
  }

  void queue_all(const Document& doc, store::Change change) {
    SQLite::Statement select(db_, "SELECT id FROM editions WHERE document_id = ?");
    select.bind(1, doc.id);
    while (select.executeStep()) store::enqueue(db_, select.getColumn(0).getInt64(), change);
  }

  std::optional<std::pair<int64_t, std::string>> same_edition(const Document& doc, const std::string& hash) {
    find_same_.reset();
    find_same_.bind(1, doc.id);
    find_same_.bind(2, hash);
    if (!find_same_.executeStep()) return std::nullopt;
    return std::pair(find_same_.getColumn(0).getInt64(), find_same_.getColumn(1).getString());
  }

  bool taken(const Document& doc, const std::string& label, const std::string& key) {
    find_label_.reset();
    find_label_.bind(1, doc.id);
    find_label_.bind(2, label);
    find_label_.bind(3, key);
    return find_label_.executeStep();
  }

  bool has_dated(const Document& doc) {
    SQLite::Statement select(db_, "SELECT 1 FROM editions WHERE document_id = ? AND begins <> '' LIMIT 1");
    select.bind(1, doc.id);
    return select.executeStep();
  }

  /// The edition's key and label: from the day it begins, else counted.
  std::pair<std::string, std::string> name_edition(const Document& doc, const Facts& facts) {
    const std::string& begins = facts.effective.empty() ? facts.issued : facts.effective;
    if (begins.empty() && has_dated(doc)) {
      throw Error(ErrorKind::invalid, fmt::format("「{}」には日付のある版があるため、日付のない版は並べられません。", doc.title),
                  "施行日（--effective）か発出日（--issued）を指定してください。");
    }
    std::string label = facts.label;
    if (label.empty() && !begins.empty()) label = text::to_wareki(*text::from_iso(begins)) + "版";
    if (!label.empty() && taken(doc, label, "")) {
      throw Error(ErrorKind::conflict, fmt::format("「{}」の「{}」は、内容の異なるものが登録済みです。", doc.title, label),
                  "版は変更できません。新しい版として、別の版名（--edition）を付けてください。");
    }
    if (!begins.empty() && !taken(doc, label, begins)) return {begins, label};
    for (int number = 1;; ++number) {
      std::string counted = label.empty() ? fmt::format("第{}版", number) : label;
      std::string key = begins.empty() ? std::to_string(number) : fmt::format("{}.{}", begins, number + 1);
      if (!taken(doc, counted, key)) return {key, counted};
    }
  }

  int64_t insert_edition(const Document& doc, const NewEdition& incoming, const Facts& facts, const std::string& key, const std::string& label) {
    if (!incoming.file_sha256.empty()) {
      SQLite::Statement file(db_, "INSERT OR IGNORE INTO files (sha256, size) VALUES (?, ?)");
      file.bind(1, incoming.file_sha256);
      file.bind(2, static_cast<int64_t>(incoming.file_size));
      file.exec();
    }
    auto& s = insert_edition_;
    int at = 0;
    s.bind(++at, doc.id);
    for (const auto* value : {&key, &label, &facts.number, &facts.issued, &facts.effective, &facts.link, &incoming.content_hash}) s.bind(++at, *value);
    ++at;
    if (!incoming.file_sha256.empty()) s.bind(at, incoming.file_sha256);
    s.bind(++at, incoming.file_name);
    s.bind(++at, incoming.media_type);
    s.bind(++at, Json(incoming.warnings).dump());
    bool cites = std::ranges::any_of(incoming.clauses, [](const Clause& clause) { return clause.text.find("版）") != clause.text.npos; });
    s.bind(++at, cites ? 1 : 0);
    s.bind(++at, cites ? 0 : 1);
    s.exec();
    s.reset();
    s.clearBindings();
    return db_.getLastInsertRowid();
  }

  /// Of each clause its own audience, which is that of the clause above as well.
  std::vector<std::string> clause_audiences(const std::vector<Clause>& clauses) {
    std::vector<std::string> out;
    for (const auto& clause : clauses) {
      std::string above = clause.parent ? out[*clause.parent] : "";
      std::string own = clause.audience.empty() ? above : audience_key(clause.audience);
      if (!own.empty() && own != above) {
        require_audience(db_, own);
        std::string place = clause.locator.empty() ? clause.path : clause.locator;
        if (own == "public") throw Error(ErrorKind::invalid, fmt::format("「{}」の公開範囲を「公開」にすることはできません。", place), "条項の公開範囲は、資料より狭いものを指定してください。");
        if (!above.empty()) throw Error(ErrorKind::invalid, fmt::format("「{}」の公開範囲が、その上の条項と違います。", place), "上の条項と同じ公開範囲にするか、どちらかの指定を外してください。");
      }
      out.push_back(std::move(own));
    }
    bool none_open = !out.empty() && std::ranges::none_of(out, &std::string::empty);
    if (none_open) throw Error(ErrorKind::invalid, "すべての条項の公開範囲が狭められています。", "資料そのものの公開範囲を狭めてください。");
    return out;
  }

  void insert_clause(int64_t edition, size_t position, const Clause& clause, const std::string& audience) {
    auto& s = insert_clause_;
    s.bind(1, edition);
    s.bind(2, static_cast<int64_t>(position));
    if (clause.parent) s.bind(3, static_cast<int64_t>(*clause.parent));
    s.bindNoCopy(4, clause.path);
    s.bindNoCopy(5, clause.locator);
    s.bindNoCopy(6, clause.label);
    s.bind(7, std::string(name(clause.kind)));
    s.bindNoCopy(8, clause.heading);
    s.bindNoCopy(9, clause.text);
    if (clause.page) s.bind(10, *clause.page);
    s.bindNoCopy(11, clause.printed_page);
    s.bindNoCopy(12, clause.readings);
    s.bindNoCopy(13, audience);
    s.exec();
    s.reset();
    s.clearBindings();
    const int64_t id = db_.getLastInsertRowid();
    int64_t at = 0;
    for (const auto& term : defined_terms(clause.text)) {
      if (text::length_utf8(term.term) >= shortest_glossary_term) insert(insert_definition_, id, at++, term.term, term.meaning.empty() ? term.explanation : term.meaning);
    }
  }

  SQLite::Database& db_;
  std::string first_audience_;
  SQLite::Statement find_document_, insert_document_, find_same_, find_label_, insert_edition_, insert_clause_, insert_enclosure_, insert_print_, insert_definition_;
};

}  // namespace

std::vector<Added> Library::add(std::span<const NewEdition> editions) {
  return database_.write([&](SQLite::Database& db) { return add(db, editions); });
}

std::vector<Added> Library::add(SQLite::Database& db, std::span<const NewEdition> editions) {
  Adding adding(db);
  std::vector<Added> added;
  for (const auto& edition : editions) {
    added.push_back(adding.add(edition));
    // A bulk import is one event, not half a million.
    if (editions.size() == 1 && added.back().outcome == Added::Outcome::taken) {
      store::append(db, {"edition.add", added.back().address, edition.file_name, "", adding.opening()});
    }
  }
  // What an earlier edition cites may have come just now.
  bool any_taken = std::ranges::any_of(added, [](const Added& one) { return one.outcome == Added::Outcome::taken; });
  if (any_taken) link_anew(db);
  if (editions.size() > 1) store::append(db, {"editions.add", added.back().address, fmt::format("{} 件", editions.size())});
  return added;
}

void Library::prove(const NewEdition& edition) const {
  database_.write([&](SQLite::Database& db) {
    db.exec("SAVEPOINT proof");
    try {
      Adding(db).add(edition);
    } catch (...) {
      db.exec("ROLLBACK TO proof");
      throw;
    }
    db.exec("ROLLBACK TO proof");
  });
}

void Library::enclose(SQLite::Database& db, int64_t edition_id, int64_t enclosed_edition_id) {
  SQLite::Statement insert(db, "INSERT OR IGNORE INTO enclosures (edition_id, enclosed_edition_id, position) "
                               "VALUES (?1, ?2, (SELECT ifnull(max(position) + 1, 0) FROM enclosures WHERE edition_id = ?1))");
  insert.bind(1, edition_id);
  insert.bind(2, enclosed_edition_id);
  insert.exec();
}

bool Library::correct(const Facts& facts) {
  return database_.write([&](SQLite::Database& db) { return correct(db, facts); });
}

bool Library::correct(SQLite::Database& db, const Facts& facts) { return Adding(db).correct(facts); }

void Library::add_citation(int64_t from_clause, int64_t to_clause, const std::string& quote) {
  database_.write([&](SQLite::Database& db) {
    SQLite::Statement select(db, "SELECT heading || char(10) || text FROM clauses WHERE id = ?");
    select.bind(1, to_clause);
    if (!select.executeStep()) throw Error(ErrorKind::missing, "引用先の条項がありません。", "引用先を選び直してください。");
    if (text::fold(select.getColumn(0).getString()).find(text::fold(quote)) == std::string::npos) {
      throw Error(ErrorKind::invalid, "引用文が引用先の条項にありません。", "条項の文言をそのまま引用してください。");
    }
    SQLite::Statement insert(db, "INSERT OR IGNORE INTO citations (from_clause_id, to_clause_id, quote) VALUES (?, ?, ?)");
    insert.bind(1, from_clause);
    insert.bind(2, to_clause);
    insert.bind(3, quote);
    insert.exec();
  });
}

}  // namespace shirube::corpus
