// How a version of a record becomes a document.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "corpus/address.h"
#include "corpus/rows.h"
#include "records/record_writer.h"
#include "store/event_log.h"
#include "store/files.h"
#include "text/error.h"
#include "text/normalize.h"
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

/// Without case, width and white space, as people write a name in several ways.
std::string plain(std::string_view words) { return text::replace_all(text::replace_all(text::fold(words), " ", ""), "\n", ""); }

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

/// Closes documents to all but `restricted`, where they are open to more.
void close_documents(SQLite::Database& db, const std::string& number, const std::vector<std::string>& slugs) {
  for (const auto& slug : slugs) {
    if (corpus::Library::correct(db, {.slug = slug, .audience = "restricted"})) store::append(db, {"record.withdraw", number, {}, slug});
  }
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
    if (clauses.size() == 1) {
      close(publication);
      return;
    }
    corpus::assign_addresses(clauses);
    corpus::NewEdition edition;
    edition.facts = {.slug = slug(publication), .title = title_of(publication, record_), .kind = publication.kind, .audience = publication.audience};
    edition.facts.issued = record_.value(publication.issued);
    edition.facts.effective = record_.value(publication.effective);
    edition.facts.topic = record_.value(publication.topic);
    edition.facts.number = record_.number;
    refuse_earlier(edition.facts, publication);
    std::string whole = edition.facts.title + "\n" + edition.facts.topic;
    for (const auto& clause : clauses) whole += "\n" + clause.heading + "\n" + clause.text;
    refuse_personal(whole, publication);
    // The last one stays where its words do; words that an earlier one had are a new edition again.
    auto [count, last_hash] = last(publication.key);
    auto hash = [&](int place) { return store::sha256(fmt::format("第{}版\n{}", place, whole)); };
    if (count == 0 || hash(count) != last_hash) ++count;
    edition.facts.label = fmt::format("第{}版", count);
    edition.content_hash = hash(count);
    edition.media_type = "text/plain";
    edition.clauses = std::move(clauses);
    auto added = corpus::Library::add(writer_.db(), {&edition, 1}).front();
    if (added.outcome == corpus::Added::Outcome::taken) keep(publication, added.edition_id);
    store::append(writer_.db(), {"record.publish", record_.number, publication.name, {}, added.address});
  }

 private:
  /// The document of a version: that of before, as long as it is open to those who are meant. One that was closed since, with its old
  /// words, stays closed, and what is published now is another.
  std::string slug(const Publication& publication) const {
    SQLite::Statement select(writer_.db(), "SELECT d.slug, d.audience FROM record_publications p JOIN editions e ON e.id = p.edition_id JOIN documents d ON d.id = e.document_id WHERE p.record_id = ? AND p.publication = ? GROUP BY d.id ORDER BY d.id");
    select.bind(1, record_.id);
    select.bind(2, publication.key);
    std::string last;
    int documents = 0;
    for (; select.executeStep(); ++documents) last = select.getColumn(1).getString() == publication.audience ? select.getColumn(0).getString() : "";
    if (!last.empty()) return last;
    return slug_of(ledger_, record_.number, publication.key) + (documents ? fmt::format("-{}", documents + 1) : "");
  }

  /// A version of which all was taken away is no answer any more.
  void close(const Publication& publication) const {
    SQLite::Statement select(writer_.db(), "SELECT DISTINCT d.slug FROM record_publications p JOIN editions e ON e.id = p.edition_id JOIN documents d ON d.id = e.document_id WHERE p.record_id = ? AND p.publication = ?");
    select.bind(1, record_.id);
    select.bind(2, publication.key);
    std::vector<std::string> slugs;
    while (select.executeStep()) slugs.push_back(select.getColumn(0).getString());
    select.reset();
    close_documents(writer_.db(), record_.number, slugs);
  }

  /// As people read it; of what is cited only what all may see who may see the version.
  std::string words_of(const Field& field, const std::string& audience) const {
    auto values = record_.values.find(field.key);
    if (values == record_.values.end()) return {};
    std::string out;
    for (const auto& value : values->second) {
      std::string line = words_of(field, value, audience);
      if (!line.empty()) out += (out.empty() ? "" : "\n") + line;
    }
    return out;
  }

  std::string words_of(const Field& field, const std::string& value, const std::string& audience) const {
    switch (field.kind) {
      case FieldKind::citations: return citation(citation_of(value), audience);
      case FieldKind::links: return link(value, audience);
      case FieldKind::rows: return row(field, value, audience);
      default: return shown(field, value);
    }
  }

  std::string row(const Field& field, const std::string& value, const std::string& audience) const {
    Row row = row_of(value);
    std::string out;
    for (size_t i = 0; i < row.cells.size() && i < field.columns.size(); ++i) {
      const Field& column = field.columns[i];
      std::string cell = words_of(column, row.cells[i], audience);
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

  /// The number of a record that is linked to, where all may see it who may see the version.
  std::string link(const std::string& number, const std::string& audience) const {
    SQLite::Statement select(writer_.db(), "SELECT audience FROM records WHERE number = ?");
    select.bind(1, number);
    return select.executeStep() && corpus::narrowed(audience, select.getColumn(0).getString()) == audience ? number : "";
  }

  /// What the ledger calls personal must not stand in words that go to others.
  void refuse_personal(const std::string& whole, const Publication& publication) const {
    constexpr size_t shortest = 2;  // characters: one alone is a word of its own too often
    const std::string published = plain(whole);
    for (const auto& field : ledger_.fields()) {
      auto values = record_.values.find(field.key);
      if (!field.personal || values == record_.values.end()) continue;
      for (const auto& value : values->second) {
        const auto words = field.kind == FieldKind::rows ? row_of(value).cells : std::vector{value};
        bool there = std::ranges::any_of(words, [&](const std::string& word) {
          const std::string said = plain(word);
          return text::length_utf8(said) >= shortest && published.find(said) != std::string::npos;
        });
        if (there) throw Error(ErrorKind::invalid, fmt::format("「{}」に、個人情報（{}）が入っています。", publication.name, field.name), "公開する文から、その言葉を除いてください。");
      }
    }
  }

  /// An edition that begins before the last one would be the past one at once.
  void refuse_earlier(const corpus::Facts& facts, const Publication& publication) const {
    SQLite::Statement select(writer_.db(), "SELECT max(e.begins) FROM editions e JOIN documents d ON d.id = e.document_id WHERE d.slug = ?");
    select.bind(1, facts.slug);
    const std::string begins = facts.effective.empty() ? facts.issued : facts.effective;
    if (select.executeStep() && !select.getColumn(0).isNull() && begins < select.getColumn(0).getString()) {
      throw Error(ErrorKind::invalid, fmt::format("「{}」の日（{}）が、前に公開した版の日より前です。", publication.name, begins), "日付を前の版と同じか、後にするか、公開を取りやめてから公開し直してください。");
    }
  }

  /// How many editions a version had, and the hash of the last.
  std::pair<int, std::string> last(const std::string& publication) const {
    SQLite::Statement select(writer_.db(), "SELECT count(*) OVER (), e.content_hash FROM record_publications p JOIN editions e ON e.id = p.edition_id WHERE p.record_id = ? AND p.publication = ? ORDER BY p.edition_id DESC LIMIT 1");
    select.bind(1, record_.id);
    select.bind(2, publication);
    if (!select.executeStep()) return {0, ""};
    return {select.getColumn(0).getInt(), select.getColumn(1).getString()};
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
  close_documents(writer.db(), record.number, slugs);
}

}  // namespace shirube::records
