// How a version of a record becomes a document.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "corpus/address.h"
#include "corpus/rows.h"
#include "records/record_writer.h"
#include "store/event_log.h"
#include "store/files.h"
#include "text/error.h"
#include "text/utf8.h"

namespace shirube::records {

namespace {

using corpus::Clause;

/// sodan-r8-0012-staff of R8-相談-0012: what its documents are called in addresses.
std::string slug_of(const Ledger& ledger, const std::string& number, const std::string& publication) {
  std::string year = number.substr(0, number.find('-'));
  if (year.starts_with('R')) year[0] = 'r';
  return fmt::format("{}-{}-{}-{}", ledger.key(), year, number.substr(number.rfind('-') + 1), publication);
}

/// A title with its {field}s filled in, short enough for one.
std::string title_of(const Publication& publication, const Record& record) {
  constexpr size_t longest = 120;  // bytes of one value
  std::string out;
  const std::string& form = publication.title;
  for (size_t at = 0; at < form.size();) {
    size_t open = form.find('{', at), close = open == form.npos ? open : form.find('}', open);
    if (close == form.npos) {
      out += form.substr(at);
      break;
    }
    out += form.substr(at, open - at);
    std::string key = form.substr(open + 1, close - open - 1), value = key == "number" ? record.number : record.value(key);
    value = value.substr(0, value.find('\n'));
    out += value.size() > longest ? std::string(text::clamp_utf8(value, longest)) + "…" : value;
    at = close + 1;
  }
  return out;
}

class Publisher {
 public:
  Publisher(RecordWriter& writer, const Ledger& ledger, const Record& record) : writer_(writer), ledger_(ledger), record_(record) {}

  void publish(const Publication& publication) {
    std::vector<Clause> clauses(1);
    clauses[0].kind = corpus::ClauseKind::preamble;
    clauses[0].text = fmt::format("{}　{}", ledger_.name(), record_.number);
    for (const auto& key : publication.fields) {
      const Field& field = *ledger_.field(key);
      std::string words = words_of(field, publication.audience);
      if (words.empty()) continue;
      Clause& clause = clauses.emplace_back();
      clause.heading = field.name;
      clause.text = std::move(words);
    }
    // A version of which nothing is written yet, as one in plain language, is none.
    if (clauses.size() == 1) return;
    corpus::assign_addresses(clauses);
    refuse_personal(clauses, publication);
    corpus::NewEdition edition;
    edition.facts = {.slug = slug_of(ledger_, record_.number, publication.key), .title = title_of(publication, record_), .kind = publication.kind, .audience = publication.audience};
    edition.facts.issued = record_.value(publication.issued);
    edition.facts.effective = record_.value(publication.effective);
    edition.facts.topic = record_.value(publication.topic);
    edition.facts.number = record_.number;
    edition.facts.label = fmt::format("第{}版", editions(publication.key) + 1);
    std::string whole = edition.facts.title;
    for (const auto& clause : clauses) whole += "\n" + clause.heading + "\n" + clause.text;
    edition.content_hash = store::sha256(whole);
    edition.media_type = "text/plain";
    edition.clauses = std::move(clauses);
    auto added = corpus::Library::add(writer_.db(), {&edition, 1}).front();
    if (added.outcome == corpus::Added::Outcome::taken) keep(publication, added.edition_id);
    store::append(writer_.db(), {"record.publish", record_.number, publication.name, {}, added.address});
  }

 private:
  /// As people read it; of what is cited only what all may see who may see the version.
  std::string words_of(const Field& field, const std::string& audience) const {
    auto values = record_.values.find(field.key);
    if (values == record_.values.end()) return {};
    std::string out;
    for (const auto& value : values->second) {
      std::string line = field.kind == FieldKind::citations ? citation(citation_of(value), audience) : field.kind == FieldKind::rows ? row(field, value, audience) : shown(field, value);
      if (!line.empty()) out += (out.empty() ? "" : "\n") + line;
    }
    return out;
  }

  std::string row(const Field& field, const std::string& value, const std::string& audience) const {
    Row row = row_of(value);
    std::string out;
    for (size_t i = 0; i < row.cells.size() && i < field.columns.size(); ++i) {
      const Field& column = field.columns[i];
      std::string cell = column.kind == FieldKind::citations ? citation(citation_of(row.cells[i]), audience) : shown(column, row.cells[i]);
      if (!cell.empty()) out += (out.empty() ? "" : "　") + cell;
    }
    return out;
  }

  std::string citation(const Citation& citation, const std::string& audience) const {
    const size_t key = citation.address.find('/'), path = citation.address.find('/', key + 1);
    if (path == citation.address.npos) return {};
    SQLite::Statement select(writer_.db(), fmt::format("SELECT {}, e.label, c.locator, c.page, c.printed_page, c.audience FROM documents d JOIN editions e ON e.document_id = d.id JOIN clauses c ON c.edition_id = e.id WHERE d.slug = ? AND e.key = ? AND c.path = ?", corpus::document_columns));
    select.bind(1, citation.address.substr(0, key));
    select.bind(2, citation.address.substr(key + 1, path - key - 1));
    select.bind(3, citation.address.substr(path + 1));
    if (!select.executeStep()) return {};
    corpus::PlacedClause placed;
    placed.document = corpus::read_document(select, 0);
    placed.edition.label = select.getColumn(corpus::document_width).getString();
    placed.clause.locator = select.getColumn(corpus::document_width + 1).getString();
    if (!select.getColumn(corpus::document_width + 2).isNull()) placed.clause.page = select.getColumn(corpus::document_width + 2).getInt();
    placed.clause.printed_page = select.getColumn(corpus::document_width + 3).getString();
    const std::string clause_audience = select.getColumn(corpus::document_width + 4).getString(), its = clause_audience.empty() ? placed.document.audience : clause_audience;
    if (corpus::narrowed(audience, its) != audience) return {};
    return placed.citation() + (citation.quote.empty() ? "" : "「" + citation.quote + "」");
  }

  /// What the ledger calls personal must not stand in words that go to others.
  void refuse_personal(const std::vector<Clause>& clauses, const Publication& publication) const {
    constexpr size_t shortest = 2;  // characters: one alone is a word of its own too often
    for (const auto& field : ledger_.fields()) {
      auto values = record_.values.find(field.key);
      if (!field.personal || values == record_.values.end()) continue;
      for (const auto& value : values->second) {
        if (text::length_utf8(value) < shortest) continue;
        bool there = std::ranges::any_of(clauses, [&](const Clause& clause) { return clause.text.find(value) != std::string::npos; });
        if (there) throw Error(ErrorKind::invalid, fmt::format("「{}」に、個人情報（{}）が入っています。", publication.name, field.name), "公開する文から、その言葉を除いてください。");
      }
    }
  }

  int editions(const std::string& publication) const {
    SQLite::Statement count(writer_.db(), "SELECT count(*) FROM record_publications WHERE record_id = ? AND publication = ?");
    count.bind(1, record_.id);
    count.bind(2, publication);
    count.executeStep();
    return count.getColumn(0).getInt();
  }

  void keep(const Publication& publication, int64_t edition_id) const {
    SQLite::Statement insert(writer_.db(), "INSERT INTO record_publications (record_id, publication, edition_id, revision, at, author) VALUES (?, ?, ?, ?, ?, ?)");
    insert.bind(1, record_.id);
    insert.bind(2, publication.key);
    insert.bind(3, edition_id);
    insert.bind(4, record_.revision);
    insert.bind(5, writer_.now());
    insert.bind(6, writer_.author().login);
    insert.exec();
  }

  RecordWriter& writer_;
  const Ledger& ledger_;
  const Record& record_;
};

}  // namespace

void publish(RecordWriter& writer, const Ledger& ledger, const Record& record, const std::vector<std::string>& publications) {
  Publisher publisher(writer, ledger, record);
  for (const auto& key : publications) publisher.publish(*ledger.publication(key));
}

void withdraw(RecordWriter& writer, const Record& record) {
  SQLite::Statement select(writer.db(), "SELECT DISTINCT d.slug FROM record_publications p JOIN editions e ON e.id = p.edition_id JOIN documents d ON d.id = e.document_id WHERE p.record_id = ?");
  select.bind(1, record.id);
  std::vector<std::string> slugs;
  while (select.executeStep()) slugs.push_back(select.getColumn(0).getString());
  select.reset();
  for (const auto& slug : slugs) {
    if (!corpus::Library::correct(writer.db(), {.slug = slug, .audience = "restricted"})) continue;
    store::append(writer.db(), {"record.withdraw", record.number, {}, slug});
  }
}

}  // namespace shirube::records
